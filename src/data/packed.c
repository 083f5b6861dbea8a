/* SPDX-License-Identifier: Apache-2.0
 *
 * Packed rows.  The place of a NULL is zeroed, so that rows which look the same are the same bytes.
 *
 * Both ways go column by column, many rows at a time: what a column is is looked at once, not for each row.  And the texts of rows
 * that are read are not copied: all columns share the memory in which the rows lie. */
#include "data/packed.h"

#include <string.h>

bool packed_init(PackedLayout *l, const Schema *schema, Arena *arena)
{
    *l = (PackedLayout){.n_cols = schema->n, .fixed_bytes = (schema->n + 7) / 8};
    l->col = arena_alloc(arena, (schema->n + 1) * sizeof(*l->col));
    if (!l->col)
        return false;
    for (uint32_t c = 0; c < schema->n; c++) {
        TypeId id = (TypeId)schema->field[c].type.id;
        bool text = type_is_string(id);
        uint32_t bytes = text ? (uint32_t)sizeof(uint32_t) : id == T_BOOL ? 1 : type_bytes(id);
        l->col[c] = (PackedColumn){.id = (uint8_t)id, .bytes = (uint8_t)bytes, .at = l->fixed_bytes};
        l->has_texts |= text;
        l->fixed_bytes += bytes;
    }
    return true;
}

static bool is_plain(const Vec *v)
{
    return v->kind == VEC_FLAT && !v->valid;
}

/* ---- packing ---- */

void packed_measure(const PackedLayout *l, const Vec *col, Rows rows, size_t *ret_bytes)
{
    for (uint32_t i = 0; i < rows.n; i++)
        ret_bytes[i] = l->fixed_bytes;
    for (uint32_t c = 0; c < l->n_cols && l->has_texts; c++) {
        const Vec *v = &col[c], *values = vec_values(v);
        if (!type_is_string(l->col[c].id))
            continue;
        for (uint32_t i = 0; i < rows.n; i++) {
            uint32_t r = row_at(rows, i);
            if (!vec_is_null(v, r))
                ret_bytes[i] += (size_t)((const StrView *)values->data)[vec_phys(v, r)].n;
        }
    }
}

/* One text; `end` goes on behind it. */
static inline void put_text(char *at, const Vec *values, uint32_t p, char **end)
{
    Str s = vec_str(values, p);
    uint32_t n = (uint32_t)s.n;
    memcpy(at, &n, sizeof(n));
    if (n)
        memcpy(*end, s.p, n);
    *end += n;
}

static inline void put_value(const PackedColumn *k, char *at, const Vec *values, uint32_t p, char **end)
{
    if (type_is_string(k->id))
        put_text(at, values, p, end);
    else if (k->id == T_BOOL)
        *at = bit_get(values->data, p);
    else
        memcpy(at, (const uint8_t *)values->data + (size_t)p * k->bytes, k->bytes);
}

static void put_column(const PackedColumn *k, uint32_t c, const Vec *v, Rows rows, char *const *row, char **end)
{
    const Vec *values = vec_values(v);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (vec_is_null(v, r)) {
            row[i][c / 8] = (char)(row[i][c / 8] | 1 << c % 8);
            memset(row[i] + k->at, 0, k->bytes);
        } else {
            put_value(k, row[i] + k->at, values, vec_phys(v, r), &end[i]);
        }
    }
}

static void put_plain(const PackedColumn *k, const Vec *v, Rows rows, char *const *row, char **end)
{
    const uint64_t *words = v->data;
    if (k->bytes == sizeof(uint64_t)) {
        for (uint32_t i = 0; i < rows.n; i++)
            memcpy(row[i] + k->at, &words[row_at(rows, i)], sizeof(*words));
    } else if (type_is_string(k->id)) {
        for (uint32_t i = 0; i < rows.n; i++)
            put_text(row[i] + k->at, v, row_at(rows, i), &end[i]);
    } else {
        for (uint32_t i = 0; i < rows.n; i++)
            put_value(k, row[i] + k->at, v, row_at(rows, i), NULL);
    }
}

#define PUT_ROWS 128u /* they stay in the first cache from column to column */

static void put_some(const PackedLayout *l, const Vec *col, Rows rows, char **to)
{
    char *row[PUT_ROWS];
    memcpy(row, to, rows.n * sizeof(*row));
    for (uint32_t i = 0; i < rows.n; i++) {
        for (uint32_t at = 0; at < l->n_cols; at += 8)
            row[i][at / 8] = 0;
        to[i] = row[i] + l->fixed_bytes;
    }
    for (uint32_t c = 0; c < l->n_cols; c++) {
        if (likely(is_plain(&col[c])))
            put_plain(&l->col[c], &col[c], rows, row, to);
        else
            put_column(&l->col[c], c, &col[c], rows, row, to);
    }
}

void packed_put_rows(const PackedLayout *l, const Vec *col, Rows rows, char **to)
{
    uint16_t sel[PUT_ROWS];
    for (uint32_t from = 0, n; from < rows.n; from += n) {
        n = MIN(rows.n - from, PUT_ROWS);
        for (uint32_t i = 0; i < n; i++)
            sel[i] = (uint16_t)row_at(rows, from + i);
        put_some(l, col, (Rows){n, sel}, to + from);
    }
}

/* ---- reading ---- */

/* The null bits of all rows together, of the columns c .. c + 7. */
static uint8_t any_nulls(const PackedRows *rows, uint32_t c)
{
    uint8_t any = 0;
    for (uint32_t i = 0; i < rows->n; i++)
        any |= (uint8_t)rows->row[i][c / 8];
    return any;
}

static int get_null(Vec *v, const PackedColumn *k, uint32_t to, Arena *arena)
{
    TRY(vec_add_valid(v, arena));
    bit_clear(v->valid, to);
    if (k->id == T_BOOL)
        bit_clear(v->data, to);
    else if (type_is_string(k->id))
        memset((StrView *)v->data + to, 0, sizeof(StrView));
    else
        memset((uint8_t *)v->data + (size_t)to * k->bytes, 0, k->bytes);
    return 0;
}

static int get_nulls(const PackedColumn *k, const PackedRows *rows, uint32_t c, Vec *v, Arena *arena)
{
    for (uint32_t i = 0; i < rows->n; i++)
        if ((uint8_t)rows->row[i][c / 8] >> c % 8 & 1)
            TRY(get_null(v, k, i, arena));
    return 0;
}

/* A text that is no longer than a view: its bytes and those behind it, of which only its own are taken. */
static inline void view_short(StrView *v, const char *p, uint32_t n)
{
    uint64_t low;
    uint32_t high;
    memcpy(&low, p, sizeof(low));
    memcpy(&high, p + sizeof(low), sizeof(high));
    if (n < sizeof(low)) {
        low &= (UINT64_C(1) << 8 * n) - 1;
        high = 0;
    } else if (n < STR_INLINE_MAX) {
        high &= (1u << 8 * (n - 8)) - 1;
    }
    v->n = (int32_t)n;
    memcpy(v->inlined, &low, sizeof(low));
    memcpy(v->inlined + sizeof(low), &high, sizeof(high));
}

typedef struct TextsLeft { /* of a row: what has not been read yet */
    const char *at, *end;
} TextsLeft;

static inline int get_text(const PackedRows *rows, uint32_t i, const char *field, TextsLeft *left, StrView *to)
{
    const char *p = left->at;
    uint32_t n;
    memcpy(&n, field, sizeof(n));
    if (unlikely(n > (size_t)(left->end - p)))
        return -ERR_CORRUPT;
    left->at = p + n;
    if (n > STR_INLINE_MAX) {
        to->n = (int32_t)n;
        memcpy(to->ref.prefix, p, sizeof(to->ref.prefix));
        to->ref.buf = rows->piece[i];
        to->ref.off = (int32_t)(p - (const char *)rows->data[rows->piece[i]]);
    } else if (likely(left->end - p >= STR_INLINE_MAX)) {
        view_short(to, p, n);
    } else { /* nothing is known of what lies behind the row */
        *to = (StrView){.n = (int32_t)n};
        memcpy(to->inlined, p, n);
    }
    return 0;
}

static int get_texts(const PackedColumn *k, const PackedRows *rows, TextsLeft *left, Vec *v)
{
    StrView *to = v->data;
    for (uint32_t i = 0; i < rows->n; i++)
        TRY(get_text(rows, i, rows->row[i] + k->at, &left[i], &to[i]));
    v->str_data = rows->data;
    v->str_bufs = NULL;
    v->n_str_bufs = (uint16_t)rows->n_pieces;
    return 0;
}

#define GET_WORDS(T)                                                                                                               \
    for (uint32_t i = 0; i < rows->n; i++)                                                                                         \
    memcpy((T *)v->data + i, rows->row[i] + k->at, sizeof(T))

static void get_values(const PackedColumn *k, const PackedRows *rows, Vec *v)
{
    if (k->bytes == sizeof(uint64_t)) {
        GET_WORDS(uint64_t);
    } else if (k->id == T_BOOL) {
        for (uint32_t i = 0; i < rows->n; i++)
            bit_put(v->data, i, rows->row[i][k->at]);
    } else if (k->bytes == sizeof(uint32_t)) {
        GET_WORDS(uint32_t);
    } else {
        for (uint32_t i = 0; i < rows->n; i++)
            memcpy((uint8_t *)v->data + (size_t)i * k->bytes, rows->row[i] + k->at, k->bytes);
    }
}

int packed_get_rows(const PackedLayout *l, const PackedRows *rows, Vec *col, Arena *arena)
{
    TextsLeft *left = l->has_texts ? arena_alloc(arena, MAX(rows->n, 1) * sizeof(*left)) : NULL;
    uint8_t nulls = 0;
    if (l->has_texts && !left)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows->n && left; i++) {
        if (rows->bytes[i] < l->fixed_bytes)
            return -ERR_CORRUPT;
        left[i] = (TextsLeft){rows->row[i] + l->fixed_bytes, rows->row[i] + rows->bytes[i]};
    }
    for (uint32_t c = 0; c < l->n_cols; c++) {
        if (c % 8 == 0)
            nulls = any_nulls(rows, c);
        if (type_is_string(l->col[c].id))
            TRY(get_texts(&l->col[c], rows, left, &col[c]));
        else
            get_values(&l->col[c], rows, &col[c]);
        if (unlikely(nulls >> c % 8 & 1))
            TRY(get_nulls(&l->col[c], rows, c, &col[c], arena));
    }
    return 0;
}
