/* SPDX-License-Identifier: Apache-2.0
 *
 * Packed rows.  The place of a NULL is zeroed, so that rows which look the same are the same bytes. */
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

static void put_column(const PackedColumn *k, uint8_t *at, StrBuf *b, const Vec *v, uint32_t p)
{
    if (k->bytes == sizeof(uint64_t)) {
        memcpy(at, (const uint64_t *)v->data + p, sizeof(uint64_t));
    } else if (type_is_string(k->id)) {
        Str s = vec_str(v, p);
        uint32_t n = (uint32_t)s.n;
        memcpy(at, &n, sizeof(n));
        sb_put(b, s.p, s.n); /* room is there: `at` stays where it is */
    } else if (k->id == T_BOOL) {
        *at = bit_get(v->data, p);
    } else {
        memcpy(at, (const uint8_t *)v->data + (size_t)p * k->bytes, k->bytes);
    }
}

static size_t text_bytes(const PackedLayout *l, const Vec *col, uint32_t row)
{
    size_t n = 0;
    for (uint32_t c = 0; l->has_texts && c < l->n_cols; c++)
        if (type_is_string(l->col[c].id) && !vec_is_null(&col[c], row))
            n += (size_t)((const StrView *)vec_values(&col[c])->data)[vec_phys(&col[c], row)].n;
    return n;
}

/* b: for the texts. */
static void put_columns(const PackedLayout *l, uint8_t *p, StrBuf *b, const Vec *col, uint32_t row)
{
    for (uint32_t i = 0; i < l->n_cols; i += 8)
        p[i / 8] = 0;
    for (uint32_t c = 0; c < l->n_cols; c++) {
        const PackedColumn *k = &l->col[c];
        const Vec *v = &col[c];
        if (likely(v->kind == VEC_FLAT && !v->valid)) {
            put_column(k, p + k->at, b, v, row);
        } else if (vec_is_null(v, row)) {
            p[c / 8] |= (uint8_t)(1u << c % 8);
            memset(p + k->at, 0, k->bytes);
        } else {
            put_column(k, p + k->at, b, vec_values(v), vec_phys(v, row));
        }
    }
}

void packed_put(const PackedLayout *l, StrBuf *b, const Vec *col, uint32_t row)
{
    if (!sb_reserve(b, l->fixed_bytes + text_bytes(l, col, row)))
        return;
    uint8_t *p = (uint8_t *)b->p + b->n;
    b->n += l->fixed_bytes;
    put_columns(l, p, b, col, row);
}

void packed_write(const PackedLayout *l, char *to, const Vec *col, uint32_t row)
{
    ASSERT(!l->has_texts);
    put_columns(l, (uint8_t *)to, NULL, col, row);
}

static int get_text(const uint8_t *at, Str *rest, uint32_t to, StrWriter *w)
{
    uint32_t n;
    memcpy(&n, at, sizeof(n));
    if (n > rest->n)
        return -ERR_CORRUPT;
    TRY(strwriter_put(w, to, rest->p, n));
    *rest = (Str){rest->p + n, rest->n - n};
    return 0;
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

int packed_get(const PackedLayout *l, Str packed, Vec *col, uint32_t to, StrWriter *text, Arena *arena)
{
    const uint8_t *p = (const uint8_t *)packed.p;
    if (packed.n < l->fixed_bytes)
        return -ERR_CORRUPT;
    Str rest = {packed.p + l->fixed_bytes, packed.n - l->fixed_bytes};
    for (uint32_t c = 0; c < l->n_cols; c++) {
        const PackedColumn *k = &l->col[c];
        const uint8_t *at = p + k->at;
        if (unlikely(p[c / 8] >> c % 8 & 1))
            TRY(get_null(&col[c], k, to, arena));
        else if (k->bytes == sizeof(uint64_t))
            memcpy((uint64_t *)col[c].data + to, at, sizeof(uint64_t));
        else if (type_is_string(k->id))
            TRY(get_text(at, &rest, to, &text[c]));
        else if (k->id == T_BOOL)
            bit_put(col[c].data, to, *at);
        else
            memcpy((uint8_t *)col[c].data + (size_t)to * k->bytes, at, k->bytes);
    }
    return 0;
}

static bool any_null(const char *const *packed, uint32_t n, uint32_t c)
{
    uint8_t any = 0;
    for (uint32_t i = 0; i < n; i++)
        any |= (uint8_t)packed[i][c / 8];
    return any >> c % 8 & 1;
}

static int get_nulls(const PackedColumn *k, const char *const *packed, uint32_t n, uint32_t c, Vec *v, Arena *arena)
{
    for (uint32_t i = 0; i < n; i++)
        if ((uint8_t)packed[i][c / 8] >> c % 8 & 1)
            TRY(get_null(v, k, i, arena));
    return 0;
}

int packed_get_rows(const PackedLayout *l, const char *const *packed, uint32_t n, Vec *col, Arena *arena)
{
    ASSERT(!l->has_texts);
    for (uint32_t c = 0; c < l->n_cols; c++) {
        const PackedColumn *k = &l->col[c];
        if (k->bytes == sizeof(uint64_t)) {
            uint64_t *to = col[c].data;
            for (uint32_t i = 0; i < n; i++)
                memcpy(&to[i], packed[i] + k->at, sizeof(*to));
        } else {
            for (uint32_t i = 0; i < n && k->id == T_BOOL; i++)
                bit_put(col[c].data, i, packed[i][k->at]);
            for (uint32_t i = 0; i < n && k->id != T_BOOL; i++)
                memcpy((uint8_t *)col[c].data + (size_t)i * k->bytes, packed[i] + k->at, k->bytes);
        }
        if (unlikely(any_null(packed, n, c)))
            TRY(get_nulls(k, packed, n, c, &col[c], arena));
    }
    return 0;
}
