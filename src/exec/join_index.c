/* SPDX-License-Identifier: Apache-2.0
 *
 * Kept rows by their key: building the index, and finding a batch of keys in passes, so that the loads of one pass overlap. */
#include "exec/join_index.h"

#include "kernel/kernel.h"

#define HUGE ((size_t)2 << 20) /* a page of those that the system has for large memory */
#define AHEAD 16u              /* rows between the prefetch of a slot and its use */

int64_t join_index_bytes(const JoinIndex *x)
{
    size_t bytes = x->next ? x->rows->n * sizeof(*x->next) : 0;
    bytes += x->more ? BIT_WORDS(x->n_places) * sizeof(*x->more) : 0;
    bytes += x->by_key ? (x->range + 1) * sizeof(*x->by_key) : 0;
    bytes += x->bitmap ? BIT_WORDS(x->range) * sizeof(*x->bitmap) : 0;
    return (int64_t)(bytes + x->n_slots * sizeof(*x->slot));
}

void join_index_forget_places(JoinIndex *x)
{
    mem_free(x->acct, x->place, x->place ? x->rows->n * sizeof(*x->place) : 0);
    x->place = NULL;
}

static size_t more_bytes(const JoinIndex *x)
{
    return (BIT_WORDS(x->n_places) + 1) * sizeof(*x->more);
}

static size_t by_key_bytes(const JoinIndex *x)
{
    return (x->range + 1) * sizeof(*x->by_key);
}

void join_index_done(JoinIndex *x)
{
    join_index_forget_places(x);
    mem_free(x->acct, x->next, x->next ? x->rows->n * sizeof(*x->next) : 0);
    mem_free(x->acct, x->more, x->more ? more_bytes(x) : 0);
    if (x->by_key)
        mem_free_aligned(x->acct, x->by_key, by_key_bytes(x));
    mem_free(x->acct, x->bitmap, x->bitmap ? BIT_WORDS(x->range) * sizeof(*x->bitmap) : 0);
    mem_free(x->acct, x->slot, x->n_slots * sizeof(*x->slot));
    *x = (JoinIndex){0};
}

/* ---- keys ---- */

static bool is_int_type(TypeId t)
{
    return type_is_integer(t) || type_is_timestamp(t) || t == T_TIME || t == T_TIMETZ || t == T_DATE;
}

static inline int64_t int_at(const Vec *v, uint32_t bytes, uint32_t i)
{
    const void *d = vec_values(v)->data;
    uint32_t at = vec_phys(v, i);
    return bytes == 8 ? ((const int64_t *)d)[at] : bytes == 4 ? ((const int32_t *)d)[at] : ((const int16_t *)d)[at];
}

static void read_ints(const Vec *v, Rows rows, int64_t *ret)
{
    uint32_t bytes = type_bytes((TypeId)v->type.id);
    if (bytes == 8 && v->kind == VEC_FLAT) {
        for (uint32_t i = 0; i < rows.n; i++)
            ret[i] = ((const int64_t *)v->data)[row_at(rows, i)];
        return;
    }
    for (uint32_t i = 0; i < rows.n; i++)
        ret[i] = int_at(v, bytes, row_at(rows, i));
}

/* By the rule of the hashes: -0 is 0, NaN is NaN, an interval is its length, JSONB is its value. */
static bool values_equal(const Vec *a, uint32_t i, const Vec *b, uint32_t j)
{
    TypeId t = (TypeId)a->type.id;
    if (t == T_INTERVAL || t == T_JSONB || type_is_float(t) || t == T_BOOL)
        return kernel_cmp_rows(a, i, b, j) == 0;
    bool null_a = vec_is_null(a, i), null_b = vec_is_null(b, j);
    if (null_a || null_b)
        return null_a && null_b;
    uint32_t bytes = type_bytes(t), x = vec_phys(a, i), y = vec_phys(b, j);
    if (bytes == sizeof(uint64_t))
        return ((const uint64_t *)vec_values(a)->data)[x] == ((const uint64_t *)vec_values(b)->data)[y];
    if (type_is_string(t))
        return str_eq(vec_str(vec_values(a), x), vec_str(vec_values(b), y));
    return memcmp((const uint8_t *)vec_values(a)->data + (size_t)x * bytes,
                  (const uint8_t *)vec_values(b)->data + (size_t)y * bytes, bytes) == 0;
}

/* Whether row `at` of the keys is the key of kept row `row`. */
static bool is_key(const JoinIndex *x, const Vec *const *key, uint32_t at, uint32_t row)
{
    for (uint32_t k = 0; k < x->n_keys; k++)
        if (!values_equal(key[k], at, &x->rows->col[x->key_col[k]], row))
            return false;
    return true;
}

/* A NULL that matches nothing. */
static bool is_lone(const JoinIndex *x, const Vec *const *key, uint32_t at)
{
    for (uint32_t k = 0; k < x->n_keys; k++)
        if (!x->null_safe[k] && vec_is_null(key[k], at))
            return true;
    return false;
}

static bool has_lone(const JoinIndex *x, const Vec *const *key)
{
    for (uint32_t k = 0; k < x->n_keys; k++)
        if (!x->null_safe[k] && key[k]->valid)
            return true;
    return false;
}

/* ---- building ---- */

/* A row goes before those of its key: rows are added from the last to the first. */
static int link_before(JoinIndex *x, uint32_t row, uint32_t first)
{
    if (x->any)
        return 0;
    if (!x->next) {
        x->next = mem_zalloc(x->acct, x->rows->n * sizeof(*x->next));
        if (!x->next)
            return -ERR_OUT_OF_MEMORY;
    }
    x->next[row] = first;
    return 0;
}

typedef struct KeySpan { /* of the keys that are in the index */
    int64_t least, most;
    bool some;
} KeySpan;

static KeySpan key_span(const JoinIndex *x)
{
    const Vec *key = &x->rows->col[x->key_col[0]];
    uint32_t bytes = type_bytes((TypeId)key->type.id);
    KeySpan s = {INT64_MAX, INT64_MIN, false};
    for (uint32_t i = 0; i < x->rows->n; i++) {
        if (key->valid && vec_is_null(key, i))
            continue;
        int64_t v = int_at(key, bytes, i);
        s.least = MIN(s.least, v);
        s.most = MAX(s.most, v);
        s.some = true;
    }
    return s;
}

static int by_key_new(JoinIndex *x)
{
    size_t bytes = by_key_bytes(x);
    x->by_key = mem_alloc_aligned(x->acct, bytes, bytes >= HUGE ? HUGE : 64);
    if (!x->by_key)
        return -ERR_OUT_OF_MEMORY;
    memset(x->by_key, 0, bytes);
    return 0;
}

typedef struct KeyColumn { /* that is an address */
    const Vec *v;
    uint32_t bytes;
    int64_t least;
} KeyColumn;

static inline bool is_gone(const KeyColumn *k, uint32_t i)
{
    return k->v->valid && !bit_get(k->v->valid, i);
}

static inline uint64_t address(const KeyColumn *k, uint32_t i)
{
    return (uint64_t)int_at(k->v, k->bytes, i) - (uint64_t)k->least;
}

/* Marks the keys that are there; false: one is there twice. */
static bool mark_keys(JoinIndex *x, const KeyColumn *k)
{
    bool twice = false;
    for (uint32_t i = 0; i < x->rows->n; i++) {
        if (is_gone(k, i))
            continue;
        uint64_t at = address(k, i), bit = UINT64_C(1) << at % 64;
        twice |= (x->bitmap[at / 64] & bit) != 0;
        x->bitmap[at / 64] |= bit;
    }
    return !twice;
}

static int place_new(JoinIndex *x)
{
    x->place = mem_alloc(x->acct, x->rows->n * sizeof(*x->place));
    return x->place ? 0 : -ERR_OUT_OF_MEMORY;
}

/* Each row at the place of its key. */
static int place_by_address(JoinIndex *x, const KeyColumn *k)
{
    bool same = x->range == x->rows->n;
    uint64_t there = 0;
    TRY(place_new(x));
    for (uint32_t i = 0; i < x->rows->n; i++) {
        x->place[i] = is_gone(k, i) ? 0 : (uint32_t)address(k, i) + 1;
        same &= x->place[i] == i + 1;
        there += x->place[i] != 0;
    }
    x->n_places = (uint32_t)x->range;
    x->full = there == x->range;
    if (same)
        join_index_forget_places(x);
    return 0;
}

/* by_key is where the rows of each key end: where they begin instead, and which of them have another one behind them. */
static void ends_to_firsts(JoinIndex *x)
{
    for (uint64_t at = x->range; at-- > 0;) {
        uint32_t first = at ? x->by_key[at - 1] : 0, end = x->by_key[at];
        x->by_key[at] = first < end ? first + 1 : 0;
        for (uint32_t r = first; r + 1 < end; r++)
            bit_set(x->more, r);
    }
}

/* Rows in the order of their keys: counted, then dealt out in the order in which they came. */
static int place_in_order(JoinIndex *x, const KeyColumn *k)
{
    uint32_t from = 0;
    bool more = false;
    TRY(place_new(x));
    TRY(by_key_new(x));
    for (uint32_t i = 0; i < x->rows->n; i++)
        if (!is_gone(k, i))
            more |= x->by_key[address(k, i)]++ > 0;
    for (uint64_t at = 0; at < x->range; at++) {
        uint32_t n = x->by_key[at];
        x->by_key[at] = from;
        from += n;
    }
    x->n_places = from;
    if (more && !(x->more = mem_zalloc(x->acct, more_bytes(x))))
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < x->rows->n; i++)
        x->place[i] = is_gone(k, i) ? 0 : ++x->by_key[address(k, i)];
    ends_to_firsts(x);
    return 0;
}

static int link_by_key(JoinIndex *x, const KeyColumn *k)
{
    TRY(by_key_new(x));
    for (uint32_t i = x->rows->n; i-- > 0;) {
        if (is_gone(k, i))
            continue;
        uint64_t at = address(k, i);
        if (x->by_key[at])
            TRY(link_before(x, i, x->by_key[at]));
        x->by_key[at] = i + 1;
    }
    return 0;
}
#define CLOSE_PLACES 2u /* a place for each key of the range, while it is not more than so many times the rows */

/* An array by key costs less than the table while it is not many times as large as there are rows. */
static int build_by_key(JoinIndex *x, bool may_order)
{
    const Vec *key = &x->rows->col[x->key_col[0]];
    uint64_t n = x->rows->n, per_row = x->any ? 512 : 16;
    KeySpan s = key_span(x);
    uint64_t width = (uint64_t)s.most - (uint64_t)s.least;
    if (!s.some || width >= n * per_row + BATCH_ROWS || width >= UINT32_MAX - 1)
        return 0;
    KeyColumn k = {key, type_bytes((TypeId)key->type.id), x->least = s.least};
    x->range = width + 1;
    bool close = may_order && x->range <= n * CLOSE_PLACES + BATCH_ROWS;
    if (x->any || close) {
        x->bitmap = mem_zalloc(x->acct, BIT_WORDS(x->range) * sizeof(*x->bitmap));
        if (!x->bitmap)
            return -ERR_OUT_OF_MEMORY;
        if (mark_keys(x, &k) || x->any)
            return x->any ? 0 : place_by_address(x, &k);
        mem_free(x->acct, x->bitmap, BIT_WORDS(x->range) * sizeof(*x->bitmap));
        x->bitmap = NULL;
    }
    return may_order ? place_in_order(x, &k) : link_by_key(x, &k);
}

#define TAG(hash) ((hash) & ~(uint64_t)UINT32_MAX)

static int put_row(JoinIndex *x, const Vec *const *key, uint32_t at, uint32_t row, uint64_t hash)
{
    for (uint64_t p = hash & (x->n_slots - 1);; p = (p + 1) & (x->n_slots - 1)) {
        uint64_t s = x->slot[p];
        if (s == 0) {
            x->slot[p] = TAG(hash) | (row + 1);
            return 0;
        }
        if (TAG(s) != TAG(hash) || !is_key(x, key, at, (uint32_t)s - 1))
            continue;
        x->slot[p] = TAG(hash) | (row + 1);
        return link_before(x, row, (uint32_t)s);
    }
}

static int build_table(JoinIndex *x, Arena *scratch)
{
    uint32_t n = x->rows->n;
    Vec *vec = arena_alloc(scratch, x->n_keys * sizeof(*vec));
    const Vec **key = arena_alloc(scratch, x->n_keys * sizeof(*key));
    uint64_t *hash = arena_alloc(scratch, BATCH_ROWS * sizeof(*hash));
    uint64_t n_slots = 64;
    while (n_slots < (uint64_t)n * 2)
        n_slots *= 2;
    x->slot = mem_zalloc(x->acct, n_slots * sizeof(*x->slot));
    if (!vec || !key || !hash || !x->slot) {
        mem_free(x->acct, x->slot, x->slot ? n_slots * sizeof(*x->slot) : 0);
        x->slot = NULL;
        return -ERR_OUT_OF_MEMORY;
    }
    x->n_slots = n_slots;
    for (uint32_t from = (n - 1) / BATCH_ROWS * BATCH_ROWS;; from -= BATCH_ROWS) {
        uint32_t some = MIN(n - from, BATCH_ROWS);
        for (uint32_t k = 0; k < x->n_keys; k++) {
            kept_rows_view(x->rows, from, some, x->key_col[k], &vec[k]);
            key[k] = &vec[k];
        }
        bool lone = has_lone(x, key);
        kernel_hash(key, x->n_keys, (Rows){some, NULL}, hash);
        for (uint32_t i = some; i-- > 0;) {
            if (i >= AHEAD)
                __builtin_prefetch(&x->slot[hash[i - AHEAD] & (n_slots - 1)], 1);
            if (!lone || !is_lone(x, key, i))
                TRY(put_row(x, key, i, from + i, hash[i]));
        }
        if (from == 0)
            return 0;
    }
}

int join_index_build(JoinIndex *x, Account *acct, const KeptRows *rows, const uint32_t *key_col, uint32_t n_keys,
                     const bool *null_safe, bool any, bool may_order, Arena *scratch)
{
    *x = (JoinIndex){.acct = acct, .rows = rows, .key_col = key_col, .n_keys = n_keys, .null_safe = null_safe, .any = any};
    if (rows->n == 0 || n_keys == 0)
        return 0;
    const Vec *key = &rows->col[key_col[0]];
    x->is_int = n_keys == 1 && is_int_type((TypeId)key->type.id) && (!null_safe[0] || !key->valid);
    if (x->is_int)
        TRY(build_by_key(x, may_order));
    return x->range ? 0 : build_table(x, scratch);
}

/* ---- finding ---- */

/* Keys as they lie in a flat column, else copied. */
static const int64_t *int_keys(const Vec *key, Rows rows, Arena *scratch)
{
    if (key->kind == VEC_FLAT && !rows.sel && type_bytes((TypeId)key->type.id) == sizeof(int64_t))
        return key->data;
    int64_t *v = arena_alloc(scratch, rows.n * sizeof(*v));
    if (v)
        read_ints(key, rows, v);
    return v;
}

static void find_places(const JoinIndex *x, const int64_t *v, uint32_t n, uint32_t *ret)
{
    uint64_t least = (uint64_t)x->least, range = x->range;
    if (x->full) {
        for (uint32_t i = 0; i < n; i++) {
            uint64_t at = (uint64_t)v[i] - least;
            ret[i] = at < range ? (uint32_t)at + 1 : 0;
        }
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint64_t at = (uint64_t)v[i] - least, in = at < range ? at : 0;
        ret[i] = at < range && bit_get(x->bitmap, in) ? (uint32_t)at + 1 : 0;
    }
}

static int find_by_key(const JoinIndex *x, const Vec *key, Rows rows, uint32_t *ret, Arena *scratch)
{
    const int64_t *v = int_keys(key, rows, scratch);
    if (!v)
        return -ERR_OUT_OF_MEMORY;
    if (x->bitmap) /* with `any`, too: any number but 0 will do */
        find_places(x, v, rows.n, ret);
    for (uint32_t i = 0; i < rows.n && x->by_key; i++) {
        uint64_t at = (uint64_t)v[i] - (uint64_t)x->least;
        ret[i] = at < x->range ? x->by_key[at] : 0;
    }
    for (uint32_t i = 0; i < rows.n && key->valid; i++) /* no NULL is in this form of the index */
        if (vec_is_null(key, row_at(rows, i)))
            ret[i] = 0;
    return 0;
}

static uint32_t find_on(const JoinIndex *x, const Vec *const *key, uint32_t at, uint64_t hash, uint64_t p)
{
    for (;; p = (p + 1) & (x->n_slots - 1)) {
        uint64_t s = x->slot[p];
        if (s == 0)
            return 0;
        if (TAG(s) == TAG(hash) && is_key(x, key, at, (uint32_t)s - 1))
            return (uint32_t)s;
    }
}

static int find_in_table(const JoinIndex *x, const Vec *const *key, Rows rows, uint32_t *ret, Arena *scratch)
{
    uint64_t *hash = arena_alloc(scratch, rows.n * sizeof(*hash)), mask = x->n_slots - 1;
    const Vec *first = &x->rows->col[x->key_col[0]];
    size_t width = type_bytes((TypeId)first->type.id);
    if (!hash)
        return -ERR_OUT_OF_MEMORY;
    kernel_hash(key, x->n_keys, rows, hash);
    for (uint32_t i = 0; i < rows.n; i++)
        __builtin_prefetch(&x->slot[hash[i] & mask]);
    for (uint32_t i = 0; i < rows.n; i++) { /* the first row that may be it */
        uint64_t p = hash[i] & mask, s;
        while ((s = x->slot[p]) != 0 && TAG(s) != TAG(hash[i]))
            p = (p + 1) & mask;
        ret[i] = (uint32_t)s;
        if (s)
            __builtin_prefetch((const uint8_t *)first->data + (size_t)((uint32_t)s - 1) * width);
    }
    for (uint32_t i = 0; i < rows.n; i++)
        if (ret[i] && !is_key(x, key, row_at(rows, i), ret[i] - 1))
            ret[i] = find_on(x, key, row_at(rows, i), hash[i], hash[i] & mask);
    return 0;
}

int join_index_find(const JoinIndex *x, const Vec *const *key, Rows rows, uint32_t *ret, Arena *scratch)
{
    if (rows.n == 0)
        return 0;
    if (x->rows->n == 0 || x->n_keys == 0 || (!x->range && !x->slot)) {
        for (uint32_t i = 0; i < rows.n; i++)
            ret[i] = x->rows->n && x->n_keys == 0;
        return 0;
    }
    TRY(x->range ? find_by_key(x, key[0], rows, ret, scratch) : find_in_table(x, key, rows, ret, scratch));
    for (uint32_t i = 0; i < rows.n && !x->range && has_lone(x, key); i++)
        if (is_lone(x, key, row_at(rows, i)))
            ret[i] = 0;
    return 0;
}
