/* SPDX-License-Identifier: Apache-2.0
 *
 * Kept rows: growing columns, and reading rows out of them.  Each array knows its own size, so that a failed allocation leaves the
 * rows that are there as they were. */
#include "exec/kept_rows.h"

#define ROWS_AT_FIRST BATCH_ROWS_MAX
#define CHUNK_BYTES ((size_t)64 << 10)
#define CHUNK_BYTES_MAX ((size_t)16 << 20)

static size_t data_bytes(const Vec *v, uint32_t rows)
{
    uint32_t width = type_bytes((TypeId)v->type.id);
    return width ? (size_t)rows * width : BIT_WORDS(rows) * sizeof(uint64_t);
}

int kept_rows_init(KeptRows *k, Account *acct, Arena *plan, const Type *types, uint32_t n_cols, Err *err)
{
    *k = (KeptRows){.acct = acct, .n_cols = n_cols, .col = ARENA_ARRAY(plan, Vec, n_cols + 1)};
    k->data_cap = ARENA_ARRAY(plan, uint32_t, n_cols + 1);
    k->valid_cap = ARENA_ARRAY(plan, uint32_t, n_cols + 1);
    if (!k->col || !k->data_cap || !k->valid_cap)
        return RAISE_NOMEM(err);
    for (uint32_t c = 0; c < n_cols; c++)
        k->col[c] = (Vec){.kind = VEC_FLAT, .type = types[c]};
    return 0;
}

void kept_rows_forget(KeptRows *k, uint32_t c)
{
    Vec *col = &k->col[c];
    mem_free(k->acct, col->data, data_bytes(col, k->data_cap[c]));
    mem_free(k->acct, col->valid, BIT_WORDS(k->valid_cap[c]) * sizeof(uint64_t));
    col->data = NULL;
    col->valid = NULL;
    k->data_cap[c] = k->valid_cap[c] = 0;
}

void kept_rows_done(KeptRows *k)
{
    for (uint32_t c = 0; k->col && k->data_cap && k->valid_cap && c < k->n_cols; c++)
        kept_rows_forget(k, c);
    mem_free(k->acct, k->w, k->w_cap * sizeof(*k->w));
    for (uint32_t i = 0; i < k->n_chunks; i++)
        mem_free(k->acct, k->chunk[i], k->chunk_bytes[i]);
    mem_free(k->acct, k->chunk, k->cap_chunks * sizeof(*k->chunk));
    mem_free(k->acct, k->chunk_bytes, k->cap_sizes * sizeof(*k->chunk_bytes));
    *k = (KeptRows){.acct = k->acct};
}

int64_t kept_rows_bytes(const KeptRows *k)
{
    size_t bytes = k->w_cap * sizeof(*k->w);
    for (uint32_t c = 0; c < k->n_cols; c++)
        bytes += data_bytes(&k->col[c], k->data_cap[c]) + BIT_WORDS(k->valid_cap[c]) * sizeof(uint64_t);
    for (uint32_t i = 0; i < k->n_chunks; i++)
        bytes += k->chunk_bytes[i];
    return (int64_t)bytes;
}

/* ---- growing ---- */

static int grow_to(KeptRows *k, void **p, size_t old_bytes, size_t bytes)
{
    void *more = mem_realloc(k->acct, *p, old_bytes, bytes);
    if (!more)
        return -ERR_OUT_OF_MEMORY;
    *p = more;
    return 0;
}

static int grow_column(KeptRows *k, uint32_t c, uint32_t cap)
{
    Vec *col = &k->col[c];
    if (k->data_cap[c] < cap) {
        TRY(grow_to(k, &col->data, data_bytes(col, k->data_cap[c]), data_bytes(col, cap)));
        k->data_cap[c] = cap;
    }
    if (!col->valid || k->valid_cap[c] >= cap)
        return 0;
    void *valid = col->valid;
    TRY(grow_to(k, &valid, BIT_WORDS(k->valid_cap[c]) * sizeof(uint64_t), BIT_WORDS(cap) * sizeof(uint64_t)));
    col->valid = valid;
    k->valid_cap[c] = cap;
    return 0;
}

static int grow_weights(KeptRows *k, uint32_t cap)
{
    if (!k->w || k->w_cap >= cap)
        return 0;
    void *w = k->w;
    TRY(grow_to(k, &w, k->w_cap * sizeof(*k->w), cap * sizeof(*k->w)));
    k->w = w;
    k->w_cap = cap;
    return 0;
}

static int reserve(KeptRows *k, uint32_t n)
{
    if (n <= k->cap - k->n)
        return 0;
    uint64_t want = MAX((uint64_t)k->n + n, MAX((uint64_t)k->cap * 2, ROWS_AT_FIRST));
    if ((uint64_t)k->n + n > UINT32_MAX - 1)
        return -ERR_PROGRAM_LIMIT;
    uint32_t cap = (uint32_t)MIN(want, UINT32_MAX - 1);
    for (uint32_t c = 0; c < k->n_cols; c++)
        TRY(grow_column(k, c, cap));
    TRY(grow_weights(k, cap));
    k->cap = cap;
    return 0;
}

/* ---- texts ---- */

static int grow_chunks(KeptRows *k)
{
    uint32_t cap = MAX(k->n_chunks * 2, 16);
    if (cap > UINT16_MAX)
        return -ERR_PROGRAM_LIMIT;
    if (k->cap_chunks < cap) {
        void *chunk = k->chunk;
        TRY(grow_to(k, &chunk, k->cap_chunks * sizeof(*k->chunk), cap * sizeof(*k->chunk)));
        k->chunk = chunk;
        k->cap_chunks = cap;
    }
    void *sizes = k->chunk_bytes;
    TRY(grow_to(k, &sizes, k->cap_sizes * sizeof(*k->chunk_bytes), cap * sizeof(*k->chunk_bytes)));
    k->chunk_bytes = sizes;
    k->cap_sizes = cap;
    return 0;
}

static int chunk_new(KeptRows *k, size_t bytes)
{
    if (k->n_chunks == k->cap_sizes)
        TRY(grow_chunks(k));
    size_t last = k->n_chunks ? k->chunk_bytes[k->n_chunks - 1] : 0;
    size_t want = MAX(bytes, MIN(MAX(last * 2, CHUNK_BYTES), CHUNK_BYTES_MAX));
    k->chunk[k->n_chunks] = mem_alloc(k->acct, want);
    if (!k->chunk[k->n_chunks])
        return -ERR_OUT_OF_MEMORY;
    k->chunk_bytes[k->n_chunks++] = want;
    k->chunk_used = 0;
    return 0;
}

static int put_long(KeptRows *k, const Vec *from, const StrView *v, StrView *to)
{
    size_t n = (size_t)v->n;
    if (k->n_chunks == 0 || k->chunk_bytes[k->n_chunks - 1] - k->chunk_used < n)
        TRY(chunk_new(k, n));
    memcpy(k->chunk[k->n_chunks - 1] + k->chunk_used, strview_ptr(from, v), n);
    *to = *v;
    to->ref.buf = (int32_t)(k->n_chunks - 1);
    to->ref.off = (int32_t)k->chunk_used;
    k->chunk_used += n;
    return 0;
}

static int add_texts(KeptRows *k, const Vec *v, Rows rows, StrView *to)
{
    const Vec *values = vec_values(v);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        const StrView *s = (const StrView *)values->data + vec_phys(v, r);
        if (vec_is_null(v, r))
            to[i] = (StrView){0};
        else if (likely(s->n <= STR_INLINE_MAX))
            to[i] = *s;
        else
            TRY(put_long(k, values, s, &to[i]));
    }
    return 0;
}

/* ---- adding ---- */

static int add_valid(KeptRows *k, Vec *col, const Vec *v, Rows rows)
{
    if (!v->valid && !col->valid)
        return 0;
    if (!col->valid) {
        col->valid = mem_alloc(k->acct, BIT_WORDS(k->cap) * sizeof(*col->valid));
        if (!col->valid)
            return -ERR_OUT_OF_MEMORY;
        k->valid_cap[col - k->col] = k->cap;
        bits_fill(col->valid, k->n, true);
    }
    for (uint32_t i = 0; i < rows.n; i++)
        bit_put(col->valid, k->n + i, !vec_is_null(v, row_at(rows, i)));
    return 0;
}

static int add_column(KeptRows *k, Vec *col, const Vec *v, Rows rows, Arena *scratch)
{
    uint32_t width = type_bytes((TypeId)col->type.id);
    TRY(add_valid(k, col, v, rows));
    if (type_is_string((TypeId)col->type.id))
        return add_texts(k, v, rows, (StrView *)col->data + k->n);
    if (width == 0) {
        for (uint32_t i = 0; i < rows.n; i++)
            bit_put(col->data, k->n + i, bit_get(vec_values(v)->data, vec_phys(v, row_at(rows, i))));
        return 0;
    }
    Vec dense = *v;
    if (v->kind != VEC_FLAT || rows.sel)
        TRY(vec_pick(v, rows, &dense, scratch));
    memcpy((uint8_t *)col->data + (size_t)k->n * width, dense.data, (size_t)rows.n * width);
    return 0;
}

static int add_weights(KeptRows *k, const Batch *from, Rows rows)
{
    if (from->w_kind == W_ONE && !k->w)
        return 0;
    if (!k->w) {
        k->w = mem_alloc(k->acct, k->cap * sizeof(*k->w));
        if (!k->w)
            return -ERR_OUT_OF_MEMORY;
        k->w_cap = k->cap;
        for (uint32_t i = 0; i < k->n; i++)
            k->w[i] = 1;
    }
    for (uint32_t i = 0; i < rows.n; i++)
        k->w[k->n + i] = batch_weight(from, row_at(rows, i));
    return 0;
}

static void point_to_texts(const KeptRows *k, Vec *ret)
{
    if (!type_is_string((TypeId)ret->type.id))
        return;
    ret->str_data = (const uint8_t **)(void *)k->chunk;
    ret->n_str_bufs = (uint16_t)k->n_chunks;
}

int kept_rows_add(KeptRows *k, const Vec *const *cols, const Batch *from, Rows rows, Arena *scratch)
{
    if (rows.n == 0)
        return 0;
    TRY(reserve(k, rows.n));
    for (uint32_t c = 0; c < k->n_cols; c++)
        TRY(add_column(k, &k->col[c], cols[c], rows, scratch));
    TRY(add_weights(k, from, rows));
    k->n += rows.n;
    for (uint32_t c = 0; c < k->n_cols; c++)
        point_to_texts(k, &k->col[c]);
    return 0;
}

/* ---- reading ---- */

void kept_rows_view(const KeptRows *k, uint32_t at, uint32_t n, uint32_t c, Vec *ret)
{
    const Vec *col = &k->col[c];
    ASSERT(at % 64 == 0);
    *ret = (Vec){.kind = VEC_FLAT, .type = col->type, .n = n, .data = (uint8_t *)col->data + data_bytes(col, at)};
    ret->valid = col->valid ? col->valid + at / 64 : NULL;
    point_to_texts(k, ret);
}

typedef struct Wide {
    uint64_t lo, hi;
} Wide;

/* NULL is a zero: what is not looked at can be read. */
#define READ(T)                                                                                                                    \
    for (uint32_t i = 0; i < to.n; i++)                                                                                            \
        ((T *)ret->data)[row_at(to, i)] = row[i] ? ((const T *)col->data)[row[i] - 1] : (T){0};

int kept_rows_read(const KeptRows *k, uint32_t c, const uint32_t *row, Rows to, uint32_t n_phys, Vec *ret, Arena *arena)
{
    const Vec *col = &k->col[c];
    bool any = col->valid != NULL;
    TRY(vec_scratch(ret, col->type, n_phys, arena));
    for (uint32_t i = 0; i < to.n && !any; i++)
        any = row[i] == 0;
    if (any) {
        TRY(vec_add_valid(ret, arena));
        for (uint32_t i = 0; i < to.n; i++)
            bit_put(ret->valid, row_at(to, i), row[i] && !vec_is_null(col, row[i] - 1));
    }
    point_to_texts(k, ret);
    switch (type_bytes((TypeId)col->type.id)) {
    case 0:
        memset(ret->data, 0, BIT_WORDS(n_phys) * sizeof(uint64_t));
        for (uint32_t i = 0; i < to.n; i++)
            bit_put(ret->data, row_at(to, i), row[i] && bit_get(col->data, row[i] - 1));
        break;
    case 2: READ(uint16_t); break;
    case 4: READ(uint32_t); break;
    case 8: READ(uint64_t); break;
    default: READ(Wide); break;
    }
    return 0;
}
