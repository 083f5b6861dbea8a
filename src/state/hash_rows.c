/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the HASH table: writing keys, comparing them with vectors, reading them back.
 *
 * Key equality is SQL's DISTINCT: NULL equals NULL, NaN equals NaN, -0 equals 0, intervals compare by length, except where whole
 * rows are kept (RowLayout.whole): those give back what was put in.  A text longer than
 * 12 bytes is a view whose `buf` is the page id and whose `off` the byte offset in that page; all such texts of a row lie in one
 * unit, in the order of their columns.  Comparison works one column at a time over a chunk of candidates, so that types and kinds
 * are decided once per chunk. */
#include "state/hash_impl.h"

#include <string.h>

#include "data/json.h"
#include "data/text_windows.h"

#define ROWS_IN_CACHE 4096u

static bool row_is_null(const RowLayout *l, const uint8_t *row, uint32_t c)
{
    return bit_get((const uint64_t *)(const void *)(row + l->null_offset), c);
}

static uint64_t view_ref(const StrView *v)
{
    return (uint64_t)(uint32_t)v->ref.buf << 32 | (uint32_t)v->ref.off;
}

Str hash_row_str(const HashTable *t, const StrView *v)
{
    if (v->n <= STR_INLINE_MAX)
        return (Str){v->inlined, (size_t)v->n};
    return (Str){(const char *)unit_at(t->ps, view_ref(v)), (size_t)v->n};
}

/* First 8 bytes of a view are length and prefix; a short one is wholly in its 16 bytes. */
static bool view_eq(const HashTable *t, const StrView *a, const Vec *values, const StrView *b)
{
    uint64_t x[2], y[2];
    memcpy(x, a, 16);
    memcpy(y, b, 16);
    if (x[0] != y[0])
        return false;
    return a->n <= STR_INLINE_MAX ? x[1] == y[1] : memcmp(hash_row_str(t, a).p, strview_ptr(values, b), (size_t)a->n) == 0;
}

static bool f64_same(double a, double b)
{
    return a == b || (a != a && b != b);
}

static bool interval_same(const Interval *a, const Interval *b, bool whole)
{
    return whole ? a->months == b->months && a->days == b->days && a->ns == b->ns : interval_cmp(a, b) == 0;
}

static bool column_equals(const HashTable *t, Type type, const uint8_t *at, const Vec *values, uint32_t p)
{
    const void *x = at;
    switch ((TypeId)type.id) {
    case T_BOOL: return *at == bit_get(values->data, p);
    case T_F32: return f64_same(*(const float *)x, ((const float *)values->data)[p]);
    case T_F64: return f64_same(*(const double *)x, ((const double *)values->data)[p]);
    case T_INTERVAL: return interval_same(x, (const Interval *)values->data + p, t->layout->whole);
    case T_TEXT:
    case T_BYTEA:
    case T_BITS:
    case T_RANGES:
    case T_MULTIRANGES:
    case T_NETWORKS:
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP:
    case T_JSON: return view_eq(t, x, values, (const StrView *)values->data + p);
    case T_JSONB:
        return view_eq(t, x, values, (const StrView *)values->data + p) ||
               (!t->layout->whole && jsonb_equal(hash_row_str(t, x), vec_str(values, p)));
    case T_I64:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: return *(const int64_t *)x == ((const int64_t *)values->data)[p];
    default: {
        uint32_t n = type_bytes((TypeId)type.id);
        return memcmp(at, (const uint8_t *)values->data + (size_t)p * n, n) == 0;
    }
    }
}

bool hash_row_equals(const HashTable *t, const uint8_t *row, const Vec *const *keys, uint32_t phys)
{
    const RowLayout *l = t->layout;
    for (uint32_t c = 0; c < l->n_cols; c++) {
        bool null = vec_is_null(keys[c], phys);
        if (null != row_is_null(l, row, c))
            return false;
        if (!null && !column_equals(t, l->type[c], row + l->offset[c], vec_values(keys[c]), vec_phys(keys[c], phys)))
            return false;
    }
    return true;
}

/* The view of a row's text; NULL: there is none. */
static inline const StrView *text_view(const Vec *key, uint32_t phys)
{
    if (likely(key->kind == VEC_FLAT && !key->valid))
        return (const StrView *)key->data + phys;
    return vec_is_null(key, phys) ? NULL : (const StrView *)vec_values(key)->data + vec_phys(key, phys);
}

static size_t long_text_bytes(const RowLayout *l, const Vec *const *keys, uint32_t phys)
{
    size_t n = 0;
    for (uint32_t k = 0; k < l->n_texts; k++) {
        const StrView *v = text_view(keys[l->text[k]], phys);
        n += v && v->n > STR_INLINE_MAX ? (size_t)v->n : 0;
    }
    return n;
}

/* All texts of a row that are not NULL. */
static bool write_texts(HashTable *t, uint8_t *row, const Vec *const *keys, uint32_t phys)
{
    const RowLayout *l = t->layout;
    size_t n = long_text_bytes(l, keys, phys);
    uint8_t *unit = n ? unit_heap_alloc(&t->strings, &t->pages, n) : NULL;
    if (n && !unit)
        return false;
    uint64_t ref = unit ? unit_ref(unit) : 0;
    for (uint32_t k = 0; k < l->n_texts; k++) {
        const Vec *key = keys[l->text[k]];
        const StrView *v = text_view(key, phys);
        if (!v)
            continue;
        StrView *to = (StrView *)(void *)(row + l->offset[l->text[k]]);
        *to = *v; /* all of a short one */
        if (v->n <= STR_INLINE_MAX)
            continue;
        to->ref.buf = (int32_t)(ref >> 32);
        to->ref.off = (int32_t)ref;
        memcpy(unit, strview_ptr(vec_values(key), v), (size_t)v->n);
        unit += v->n;
        ref += (uint64_t)v->n;
    }
    return true;
}

/* NULLs, and what is no text. */
static void write_column(const RowLayout *l, uint8_t *row, uint32_t c, const Vec *key, uint32_t phys)
{
    if (vec_is_null(key, phys)) {
        bit_set((uint64_t *)(void *)(row + l->null_offset), c);
        return;
    }
    const Vec *v = vec_values(key);
    uint32_t p = vec_phys(key, phys);
    uint8_t *at = row + l->offset[c];
    TypeId id = (TypeId)l->type[c].id;
    uint32_t bytes = type_bytes(id);
    if (likely(bytes == sizeof(uint64_t)))
        memcpy(at, (const uint64_t *)v->data + p, sizeof(uint64_t));
    else if (bytes == sizeof(uint32_t))
        memcpy(at, (const uint32_t *)v->data + p, sizeof(uint32_t));
    else if (id == T_BOOL)
        *at = bit_get(v->data, p);
    else if (id == T_DECIMAL)
        memcpy(at, (const i128 *)v->data + p, sizeof(i128));
    else if (!type_is_string(id))
        memcpy(at, (const uint8_t *)v->data + (size_t)p * bytes, bytes);
}

/* The same for most columns in a few instructions. */
static inline void write_usual_column(const RowLayout *l, uint8_t *row, uint32_t c, const Vec *key, uint32_t phys)
{
    TypeId id = (TypeId)l->type[c].id;
    bool flat = key->kind == VEC_FLAT && !key->valid;
    if (likely(flat && (id == T_I64 || id == T_TS)))
        memcpy(row + l->offset[c], (const int64_t *)key->data + phys, sizeof(int64_t));
    else if (flat && id == T_DECIMAL)
        memcpy(row + l->offset[c], (const i128 *)key->data + phys, sizeof(i128));
    else
        write_column(l, row, c, key, phys);
}

#define ROW_WORDS 16u /* row_bytes is a multiple of them */

static inline void row_clear(const HashTable *t, uint8_t *row, uint64_t hash)
{
    for (uint8_t *at = row, *end = row + t->layout->row_bytes; at < end; at += ROW_WORDS) {
        memset(at, 0, ROW_WORDS);
        __asm__("" : "+r"(at)); /* as it stands: the loop would become a call, which takes longer than the few stores */
    }
    memcpy(row, &hash, sizeof(hash));
}

uint8_t *hash_row_blank(HashTable *t, uint64_t hash)
{
    uint8_t *row = unit_alloc(&t->rows, &t->pages);
    if (likely(row != NULL))
        row_clear(t, row, hash);
    return row;
}

uint8_t *hash_row_new(HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash)
{
    const RowLayout *l = t->layout;
    uint8_t *row = hash_row_blank(t, hash);
    if (unlikely(!row))
        return NULL;
    for (uint32_t c = 0; c < l->n_cols; c++)
        write_usual_column(l, row, c, keys[c], phys);
    if (l->has_strings && !write_texts(t, row, keys, phys)) {
        unit_free(&t->rows, &t->pages, row);
        return NULL;
    }
    return row;
}

static void write_columns(const RowLayout *l, uint8_t *const *row, uint32_t c, const Vec *key, Rows rows)
{
    if (!key->valid && type_is_string((TypeId)l->type[c].id))
        return;
    if (key->kind == VEC_FLAT && !key->valid && type_bytes((TypeId)l->type[c].id) == sizeof(uint64_t)) {
        const uint64_t *v = key->data;
        for (uint32_t i = 0; i < rows.n; i++)
            memcpy(row[i] + l->offset[c], &v[row_at(rows, i)], sizeof(*v));
        return;
    }
    if (key->kind == VEC_FLAT && !key->valid && l->type[c].id == T_DECIMAL) {
        const i128 *v = key->data;
        for (uint32_t i = 0; i < rows.n; i++)
            memcpy(row[i] + l->offset[c], &v[row_at(rows, i)], sizeof(*v));
        return;
    }
    for (uint32_t i = 0; i < rows.n; i++)
        write_column(l, row[i], c, key, row_at(rows, i));
}

#define TEXT_ROWS 128u /* they and their texts' places stay in the first cache from column to column */

/* The view of the text in each row of a column; NULL: there is none. */
static void text_views(const Vec *key, Rows rows, const StrView **ret)
{
    const StrView *data = key->data;
    if (likely(key->kind == VEC_FLAT && !key->valid)) {
        for (uint32_t i = 0; i < rows.n; i++)
            ret[i] = &data[rows.sel[i]];
        return;
    }
    for (uint32_t i = 0; i < rows.n; i++)
        ret[i] = text_view(key, rows.sel[i]);
}

/* Bytes of the long texts of each row. */
static void measure_texts(const RowLayout *l, const Vec *const *keys, Rows rows, size_t *ret)
{
    const StrView *view[TEXT_ROWS];
    memset(ret, 0, rows.n * sizeof(*ret));
    for (uint32_t k = 0; k < l->n_texts; k++) {
        text_views(keys[l->text[k]], rows, view);
        for (uint32_t i = 0; i < rows.n; i++)
            ret[i] += view[i] && view[i]->n > STR_INLINE_MAX ? (size_t)view[i]->n : 0;
    }
}

typedef struct TextPlace { /* where the long texts of a row go on */
    uint8_t *at;
    uint64_t ref;
} TextPlace;

/* One text of each row. */
static void write_text_column(uint8_t *const *row, uint32_t offset, const Vec *key, Rows rows, TextPlace *place)
{
    const Vec *values = vec_values(key);
    const StrView *view[TEXT_ROWS];
    text_views(key, rows, view);
    for (uint32_t i = 0; i < rows.n; i++) {
        const StrView *v = view[i];
        if (!v)
            continue;
        StrView *to = (StrView *)(void *)(row[i] + offset);
        *to = *v; /* all of a short one */
        if (v->n <= STR_INLINE_MAX)
            continue;
        TextPlace *p = &place[i];
        to->ref.buf = (int32_t)(p->ref >> 32);
        to->ref.off = (int32_t)p->ref;
        memcpy(p->at, strview_ptr(values, v), (size_t)v->n);
        p->at += v->n;
        p->ref += (uint64_t)v->n;
    }
}

/* The texts of at most TEXT_ROWS rows that are blank; how many rows got theirs. */
static uint32_t append_texts(HashTable *t, const Vec *const *keys, Rows rows, uint8_t *const *row)
{
    const RowLayout *l = t->layout;
    size_t bytes[TEXT_ROWS];
    TextPlace place[TEXT_ROWS];
    uint32_t n = 0;
    measure_texts(l, keys, rows, bytes);
    for (; n < rows.n; n++) {
        uint8_t *unit = bytes[n] ? unit_heap_alloc(&t->strings, &t->pages, bytes[n]) : NULL;
        if (bytes[n] && !unit)
            break;
        place[n] = (TextPlace){unit, unit ? unit_ref(unit) : 0};
    }
    for (uint32_t k = 0; k < l->n_texts; k++)
        write_text_column(row, l->offset[l->text[k]], keys[l->text[k]], (Rows){n, rows.sel}, place);
    return n;
}

/* Texts of all rows, in pieces; how many rows got theirs. */
static uint32_t append_all_texts(HashTable *t, const Vec *const *keys, Rows rows, uint8_t *const *row)
{
    uint16_t sel[TEXT_ROWS];
    for (uint32_t from = 0, n; from < rows.n; from += n) {
        n = MIN(rows.n - from, TEXT_ROWS);
        for (uint32_t i = 0; i < n; i++)
            sel[i] = (uint16_t)row_at(rows, from + i);
        uint32_t done = append_texts(t, keys, (Rows){n, sel}, row + from);
        if (done < n)
            return from + done;
    }
    return rows.n;
}

int hash_rows_make(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row)
{
    const RowLayout *l = t->layout;
    uint32_t n = unit_alloc_many(&t->rows, &t->pages, rows.n, ret_row);
    for (uint32_t i = 0; i < n; i++)
        row_clear(t, ret_row[i], hash[i]);
    if (n < rows.n || (l->has_strings && append_all_texts(t, keys, rows, ret_row) < rows.n)) {
        while (n-- > 0) /* a row without its texts has none to free */
            hash_row_free(t, ret_row[n]);
        return t->ps->lost ? -ERR_IO : -ERR_OUT_OF_MEMORY;
    }
    for (uint32_t c = 0; c < l->n_cols; c++)
        write_columns(l, ret_row, c, keys[c], rows);
    return 0;
}

int hash_table_append(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row, Err *err)
{
    ASSERT(t->is_bare);
    if (hash_rows_make(t, keys, hash, rows, ret_row) < 0)
        return RAISE_NOMEM(err);
    t->n_rows += rows.n;
    return 0;
}

int hash_table_append_row(HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash, uint8_t **ret_row)
{
    ASSERT(t->is_bare);
    *ret_row = hash_row_new(t, keys, phys, hash);
    t->n_rows += *ret_row != NULL;
    return *ret_row ? 0 : t->ps->lost ? -ERR_IO : -ERR_OUT_OF_MEMORY;
}

void hash_row_free(HashTable *t, uint8_t *row)
{
    const RowLayout *l = t->layout;
    if (t->keys.entry)
        key_cache_forget(t, row);
    for (uint32_t c = 0; l->has_strings && c < l->n_cols; c++) {
        const StrView *v = (const StrView *)(const void *)(row + l->offset[c]);
        if (type_is_string((TypeId)l->type[c].id) && v->n > STR_INLINE_MAX) {
            unit_heap_free(&t->strings, &t->pages, unit_at(t->ps, view_ref(v))); /* with all others */
            break;
        }
    }
    unit_free(&t->rows, &t->pages, row);
}

typedef struct Compare {
    const HashTable *t;
    const Vec *key, *values;
    Rows rows;
    uint8_t *const *cand;
    uint8_t *differs;
    uint32_t offset, null_byte; /* of the column in the row */
    uint8_t null_mask;
    uint32_t phys_mask; /* 0 where one value is that of all rows */
} Compare;

/* Loop over fixed-width keys without nulls, each or all in one value: no branch per row. */
#define COMPARE_FLAT(T)                                                                                                            \
    do {                                                                                                                           \
        const T                                                                                                                    \
        *data = k->values->data;                                                                                                   \
        for (uint32_t i = 0; i < k->rows.n; i++) {                                                                                 \
            const uint8_t *row = k->cand[i];                                                                                       \
            T                                                                                                                      \
            x;                                                                                                                     \
            memcpy(&x, row + k->offset, sizeof(x));                                                                                \
            k->differs[i] |= (uint8_t)((x != data[row_at(k->rows, i) & k->phys_mask]) | (row[k->null_byte] & k->null_mask));       \
        }                                                                                                                          \
    } while (0)

static void compare_any(const Compare *k, Type type)
{
    for (uint32_t i = 0; i < k->rows.n; i++) {
        if (k->differs[i])
            continue;
        uint32_t phys = row_at(k->rows, i);
        const uint8_t *row = k->cand[i];
        bool null = vec_is_null(k->key, phys), row_null = (row[k->null_byte] & k->null_mask) != 0;
        k->differs[i] =
            null != row_null || (!null && !column_equals(k->t, type, row + k->offset, k->values, vec_phys(k->key, phys)));
    }
}

/* Where the candidates' long texts are, ahead of comparing them. */
PREFETCH_LOOP prefetch_texts(const Compare *k)
{
    for (uint32_t i = 0; i < k->rows.n; i++) {
        const StrView *v = (const StrView *)(const void *)(k->cand[i] + k->offset);
        if (v->n > STR_INLINE_MAX && !k->differs[i])
            __builtin_prefetch(unit_at(k->t->ps, view_ref(v)));
    }
}

/* One text of at most 12 bytes for all rows: its view is all of it. */
static void compare_short(const Compare *k)
{
    uint64_t key[2], x[2];
    memcpy(key, k->values->data, sizeof(key));
    for (uint32_t i = 0; i < k->rows.n; i++) {
        const uint8_t *row = k->cand[i];
        memcpy(x, row + k->offset, sizeof(x));
        k->differs[i] |= (uint8_t)((((x[0] ^ key[0]) | (x[1] ^ key[1])) != 0) | ((row[k->null_byte] & k->null_mask) != 0));
    }
}

static void compare_strings(const Compare *k)
{
    const StrView *data = k->values->data;
    if (k->phys_mask == 0 && data->n <= STR_INLINE_MAX) {
        compare_short(k);
        return;
    }
    if (k->t->n_rows > ROWS_IN_CACHE)
        prefetch_texts(k);
    for (uint32_t i = 0; i < k->rows.n; i++) {
        const uint8_t *row = k->cand[i];
        const StrView *v = (const StrView *)(const void *)(row + k->offset);
        if (!k->differs[i])
            k->differs[i] =
                (row[k->null_byte] & k->null_mask) || !view_eq(k->t, v, k->values, &data[row_at(k->rows, i) & k->phys_mask]);
    }
}

void hash_rows_compare(const HashTable *t, uint32_t c, const Vec *key, Rows rows, uint8_t *const *cand, uint8_t *differs)
{
    const RowLayout *l = t->layout;
    Type type = l->type[c];
    Compare compare = {.t = t,
                       .key = key,
                       .values = vec_values(key),
                       .rows = rows,
                       .cand = cand,
                       .differs = differs,
                       .offset = l->offset[c],
                       .null_byte = l->null_offset + c / 8,
                       .null_mask = (uint8_t)(1u << (c % 8)),
                       .phys_mask = key->kind == VEC_CONST ? 0 : UINT32_MAX};
    const Compare *k = &compare;
    bool plain = key->kind != VEC_DICT && !key->valid;
    if (plain && type_is_string((TypeId)type.id)) {
        compare_strings(k);
        return;
    }
    if (!plain || type.id == T_BOOL || type.id == T_INTERVAL || type_is_float((TypeId)type.id)) {
        compare_any(k, type);
        return;
    }
    switch (type_bytes((TypeId)type.id)) {
    case 2: COMPARE_FLAT(uint16_t); break;
    case 4: COMPARE_FLAT(uint32_t); break;
    case 8: COMPARE_FLAT(uint64_t); break;
    default: COMPARE_FLAT(u128); break;
    }
}

void hash_table_compare(const HashTable *t, uint32_t c, const Vec *v, Rows rows, uint8_t *const *row, uint8_t *ret_differs)
{
    hash_rows_compare(t, c, v, rows, row, ret_differs);
}

void hash_table_rewrite(HashTable *t, uint8_t *const *row, uint32_t c, const Vec *v, Rows rows)
{
    const RowLayout *l = t->layout;
    uint8_t keep = (uint8_t) ~(1u << (c % 8));
    for (uint32_t i = 0; i < rows.n; i++)
        row[i][l->null_offset + c / 8] &= keep;
    write_columns(l, row, c, v, rows);
}

void hash_row_rewrite(HashTable *t, uint8_t *row, uint32_t c, const Vec *key, uint32_t phys)
{
    row[t->layout->null_offset + c / 8] &= (uint8_t) ~(1u << (c % 8));
    write_usual_column(t->layout, row, c, key, phys);
}

static const void *text_at(const PageStore *ps, const PageSnapshot *snapshot, uint64_t ref)
{
    return snapshot ? (const uint8_t *)page_snapshot_image(snapshot, (uint32_t)(ref >> 32)) + (uint32_t)ref : unit_at(ps, ref);
}

static int read_strings(const PageStore *ps, const PageSnapshot *snapshot, uint8_t *const *row, uint32_t n, uint32_t offset,
                        Vec *out, Arena *arena)
{
    StrWriter w;
    strwriter_init(&w, out, arena);
    for (uint32_t i = 0; i < n; i++) {
        const StrView *v = (const StrView *)(const void *)(row[i] + offset);
        TRY(strwriter_put(&w, i, v->n <= STR_INLINE_MAX ? v->inlined : text_at(ps, snapshot, view_ref(v)), (size_t)v->n));
    }
    return strwriter_finish(&w);
}

/* Views of the texts where they lie. */
static int lend_strings(const HashTable *t, uint8_t *const *row, uint32_t n, uint32_t offset, Vec *out, Arena *arena)
{
    StrView *to = out->data;
    TextWindows windows = {arena_alloc(arena, MAX(n, 1) * sizeof(*windows.base)), 0};
    if (!windows.base)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        memcpy(&to[i], row[i] + offset, sizeof(*to));
        if (to[i].n <= STR_INLINE_MAX)
            continue;
        const char *p = (const char *)unit_at(t->ps, view_ref(&to[i]));
        int window = text_window(&windows, p, (size_t)to[i].n);
        if (unlikely(window < 0))
            return window;
        to[i].ref.buf = window;
        to[i].ref.off = (int32_t)(p - (const char *)windows.base[window]);
    }
    out->str_data = windows.base;
    out->n_str_bufs = (uint16_t)windows.n;
    return 0;
}

int hash_table_read(const HashTable *t, uint8_t *const *row, uint32_t n, uint32_t c, Vec *out, Arena *arena)
{
    return hash_rows_read(t->layout, t->ps, NULL, row, n, c, out, arena);
}

/* All but the texts of a column of texts. */
static int read_column(const RowLayout *l, uint8_t *const *row, uint32_t n, uint32_t c, Vec *out, Arena *arena)
{
    TypeId id = (TypeId)l->type[c].id;
    TRY(vec_scratch(out, l->type[c], n, arena));
    for (uint32_t i = 0; i < n; i++) {
        if (!row_is_null(l, row[i], c))
            continue;
        if (!out->valid)
            TRY(vec_add_valid(out, arena));
        bit_clear(out->valid, i);
    }
    uint32_t bytes = type_bytes(id), offset = l->offset[c];
    if (type_is_string(id))
        return 0;
    if (id == T_BOOL) {
        for (uint32_t i = 0; i < n; i++)
            bit_put(out->data, i, row[i][offset]);
    } else if (bytes == 8) {
        for (uint32_t i = 0; i < n; i++)
            memcpy((uint64_t *)out->data + i, row[i] + offset, 8);
    } else {
        for (uint32_t i = 0; i < n; i++)
            memcpy((uint8_t *)out->data + (size_t)i * bytes, row[i] + offset, bytes);
    }
    return 0;
}

int hash_rows_read(const RowLayout *l, const PageStore *ps, const PageSnapshot *snapshot, uint8_t *const *row, uint32_t n,
                   uint32_t c, Vec *out, Arena *arena)
{
    TRY(read_column(l, row, n, c, out, arena));
    return type_is_string((TypeId)l->type[c].id) ? read_strings(ps, snapshot, row, n, l->offset[c], out, arena) : 0;
}

int hash_table_lend(const HashTable *t, uint8_t *const *row, uint32_t n, uint32_t c, Vec *out, Arena *arena)
{
    const RowLayout *l = t->layout;
    TRY(read_column(l, row, n, c, out, arena));
    return type_is_string((TypeId)l->type[c].id) ? lend_strings(t, row, n, l->offset[c], out, arena) : 0;
}

/* A column whose values of eight bytes are equal where their bytes are, without NULL, one for each row. */
static bool is_words(Type type, const Vec *key)
{
    return key->kind == VEC_FLAT && !key->valid && type_bytes((TypeId)type.id) == sizeof(uint64_t) &&
           !type_is_float((TypeId)type.id);
}

/* One text for all rows that lies in its view. */
static bool is_short_text(Type type, const Vec *key)
{
    return key->kind == VEC_CONST && !key->valid && type_is_string((TypeId)type.id) &&
           ((const StrView *)vec_values(key)->data)->n <= STR_INLINE_MAX;
}

bool hash_rows_compare_dated(const HashTable *t, const Vec *const *keys, Rows rows, uint8_t *const *cand, uint8_t *differs)
{
    const RowLayout *l = t->layout;
    uint32_t w = l->n_cols == 2 && is_words(l->type[0], keys[0]) ? 0 : 1;
    if (l->n_cols != 2 || !is_words(l->type[w], keys[w]) || !is_short_text(l->type[1 - w], keys[1 - w]))
        return false;
    const uint64_t *data = keys[w]->data;
    uint32_t word_at = l->offset[w], text_at = l->offset[1 - w], null_at = l->null_offset;
    uint64_t text[2];
    memcpy(text, vec_values(keys[1 - w])->data, sizeof(text));
    for (uint32_t i = 0; i < rows.n; i++) {
        const uint8_t *row = cand[i];
        uint64_t x, v[2];
        memcpy(&x, row + word_at, sizeof(x));
        memcpy(v, row + text_at, sizeof(v));
        uint64_t other = (x ^ data[row_at(rows, i)]) | (v[0] ^ text[0]) | (v[1] ^ text[1]) | (row[null_at] & 3u);
        differs[i] |= (uint8_t)(other != 0);
    }
    return true;
}
