/* SPDX-License-Identifier: Apache-2.0
 *
 * Batches.  A heap batch is one counted header whose vectors own their memory; an arena batch (rc == 0) is a header of the step's
 * scratch that borrows everything, its schema included, and is never released. */
#include "data/batch.h"

#include "data/data_impl.h"

#define TOGETHER_ROWS 16u
#define BUFFER_LINE ((size_t)64)

static size_t batch_bytes(uint32_t n_cols)
{
    return sizeof(Batch) + n_cols * sizeof(Vec);
}

static void batch_fill(Batch *b, const Schema *schema, uint32_t n_rows)
{
    b->n = b->n_sel = n_rows;
    b->n_cols = (uint16_t)schema->n;
    b->schema = schema;
    for (uint32_t i = 0; i < schema->n; i++) {
        b->col[i].type = schema->field[i].type;
        b->col[i].n = n_rows;
    }
}

Batch *batch_bare(Arena *arena, const Schema *schema, uint32_t n_rows)
{
    ASSERT(schema && schema->n <= COLUMNS_MAX && n_rows <= BATCH_ROWS_MAX);
    Batch *b = arena_alloc(arena, batch_bytes(schema->n));
    if (b)
        *b = (Batch){.n = n_rows, .n_sel = n_rows, .flags = BATCH_BORROWED, .n_cols = (uint16_t)schema->n, .schema = schema};
    return b;
}

Batch *batch_header(Arena *arena, const Schema *schema, uint32_t n_rows)
{
    Batch *b = batch_bare(arena, schema, n_rows);
    if (b)
        batch_fill(b, schema, n_rows);
    return b;
}

Batch *batch_scratch(Arena *arena, const Schema *schema, uint32_t n_rows)
{
    ASSERT(schema && schema->n <= COLUMNS_MAX && n_rows <= BATCH_ROWS_MAX);
    Batch *b = arena_zalloc(arena, batch_bytes(schema->n));
    if (!b)
        return NULL;
    batch_fill(b, schema, n_rows);
    b->flags = BATCH_BORROWED;
    return b;
}

Batch *batch_new(Account *acct, const Schema *schema, uint32_t n_rows)
{
    ASSERT(schema && schema->n <= COLUMNS_MAX && n_rows <= BATCH_ROWS_MAX);
    Batch *b = mem_zalloc(acct, batch_bytes(schema->n));
    if (!b)
        return NULL;
    batch_fill(b, schema_ref(schema), n_rows);
    b->acct = acct;
    atomic_init(&b->rc, 1);
    return b;
}

Batch *batch_ref(Batch *b)
{
    ASSERT(b && atomic_load_explicit(&b->rc, memory_order_relaxed) > 0);
    if (b->flags & BATCH_SHARED)
        atomic_fetch_add_explicit(&b->rc, 1, memory_order_relaxed);
    else
        atomic_store_explicit(&b->rc, atomic_load_explicit(&b->rc, memory_order_relaxed) + 1, memory_order_relaxed);
    return b;
}

Batch *batch_unref(Batch *b)
{
    uint32_t before = b ? atomic_load_explicit(&b->rc, memory_order_relaxed) : 0;
    if (before == 0)
        return NULL;
    if (b->flags & BATCH_SHARED)
        before = atomic_fetch_sub_explicit(&b->rc, 1, memory_order_acq_rel);
    else
        atomic_store_explicit(&b->rc, before - 1, memory_order_relaxed);
    if (before > 1)
        return NULL;
    if (b->flags & BATCH_TAKEN)
        return buffer_unref(b->root), NULL;
    for (uint32_t i = 0; i < b->n_cols; i++)
        vec_done(&b->col[i]);
    buffer_unref(b->owned_sel);
    buffer_unref(b->owned_w);
    schema_unref((Schema *)b->schema);
    mem_free(b->acct, b, batch_bytes(b->n_cols));
    return NULL;
}

void batch_unrefp(Batch **b)
{
    *b = batch_unref(*b);
}

void batch_share(Batch *b)
{
    ASSERT(b && atomic_load_explicit(&b->rc, memory_order_relaxed) > 0 && !(b->flags & BATCH_BORROWED));
    if (b->flags & BATCH_SHARED)
        return;
    for (uint32_t i = 0; i < b->n_cols; i++)
        vec_share(&b->col[i]);
    if (b->owned_sel)
        b->owned_sel->shared = true;
    if (b->owned_w)
        b->owned_w->shared = true;
    b->flags |= BATCH_SHARED;
}

static int own_weights(Account *acct, const Batch *b, Batch *out)
{
    out->w_kind = b->w_kind;
    if (b->w_kind != W_VEC)
        return 0;
    out->owned_w = buffer_new(acct, MAX(b->n_sel, 1) * sizeof(int32_t));
    if (!out->owned_w)
        return -ERR_OUT_OF_MEMORY;
    out->owned_w->bytes = b->n_sel * sizeof(int32_t);
    out->w = (int32_t *)out->owned_w->data;
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++)
        out->w[i] = b->w[row_at(rows, i)];
    return 0;
}

static bool can_share(const Batch *b, const Vec *v)
{
    return !b->sel && v->kind == VEC_FLAT && v->n == b->n && v->data_buf && (!v->valid || v->valid_buf) &&
           (v->n_str_bufs == 0 || (v->str_bufs && v->aux_buf));
}

static size_t column_room(const Batch *b, uint32_t i)
{
    size_t bytes = vec_data_bytes((TypeId)b->col[i].type.id, b->n_sel);
    return (MAX(bytes, 1) + BUFFER_LINE - 1) & ~(BUFFER_LINE - 1);
}

/* Few rows, as of single pushes: the values of all columns are in one buffer. */
static int own_together(Account *acct, const Batch *b, Batch *out)
{
    size_t bytes = 0, at = 0;
    for (uint32_t i = 0; i < b->n_cols; i++)
        bytes += column_room(b, i);
    Buffer *all = buffer_new(acct, bytes);
    int rc = all ? 0 : -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; rc == 0 && i < b->n_cols; i++) {
        rc = vec_own_at(acct, &b->col[i], batch_rows(b), all, at, &out->col[i]);
        at += column_room(b, i);
    }
    buffer_unref(all);
    return rc;
}

static int copy_columns(Account *acct, const Batch *b, bool share, Batch *out)
{
    if (!share && b->n_cols > 1 && b->n_sel <= TOGETHER_ROWS)
        return own_together(acct, b, out);
    for (uint32_t i = 0; i < b->n_cols; i++) {
        if (share && can_share(b, &b->col[i]))
            vec_ref(&b->col[i], &out->col[i]);
        else
            TRY(vec_own(acct, &b->col[i], batch_rows(b), &out->col[i]));
    }
    return 0;
}

static Batch *batch_copy(Account *acct, const Batch *b, bool share)
{
    _cleanup_(batch_unrefp) Batch *out = batch_new(acct, b->schema, b->n_sel);
    if (!out || copy_columns(acct, b, share, out) < 0 || own_weights(acct, b, out) < 0)
        return NULL;
    out->flags = b->flags & BATCH_LAST_OF_STEP;
    out->epoch = b->epoch;
    out->seq = b->seq;
    out->ptime_us = b->ptime_us;
    return MOVE(out);
}

Batch *batch_own(Account *acct, const Batch *b)
{
    return batch_copy(acct, b, false);
}

Batch *batch_dense(Account *acct, const Batch *b)
{
    return batch_copy(acct, b, true);
}

/* All of it is borrowed. */
static Batch *derived(Arena *arena, const Batch *b)
{
    Batch *out = arena_memdup(arena, b, batch_bytes(b->n_cols));
    if (!out)
        return NULL;
    atomic_init(&out->rc, 0);
    out->acct = NULL;
    out->extra = NULL;
    out->owned_sel = out->owned_w = out->root = NULL;
    out->flags = (uint8_t)((b->flags & BATCH_LAST_OF_STEP) | BATCH_BORROWED);
    for (uint32_t i = 0; i < out->n_cols; i++) {
        Vec *v = &out->col[i];
        v->data_buf = v->valid_buf = v->aux_buf = NULL;
        v->str_bufs = NULL;
    }
    return out;
}

Batch *batch_with_sel(Arena *arena, const Batch *b, const uint16_t *sel, uint32_t n_sel)
{
    ASSERT(b && n_sel <= b->n);
    Batch *out = derived(arena, b);
    if (!out)
        return NULL;
    out->sel = sel;
    out->n_sel = n_sel;
    return out;
}

static void slice_vec(Vec *v, uint32_t from, uint32_t n)
{
    v->n = n;
    if (v->kind == VEC_CONST)
        return;
    uint32_t bytes = v->kind == VEC_DICT ? v->code_bytes : type_bytes((TypeId)v->type.id);
    v->data = (uint8_t *)v->data + (bytes ? (size_t)from * bytes : from / 8);
    if (v->valid)
        v->valid += from / 64;
}

Batch *batch_slice(Arena *arena, const Batch *b, uint32_t from, uint32_t n)
{
    ASSERT(b && !b->sel && from % 64 == 0 && from + n <= b->n);
    Batch *out = derived(arena, b);
    if (!out)
        return NULL;
    out->n = out->n_sel = n;
    if (out->w)
        out->w += from;
    for (uint32_t i = 0; i < out->n_cols; i++)
        slice_vec(&out->col[i], from, n);
    return out;
}

#define ANNOUNCE_LINES 4u

void batch_announce(const Batch *b, uint64_t cols)
{
    for (; cols; cols &= cols - 1) {
        uint32_t c = (uint32_t)__builtin_ctzll(cols);
        if (c >= b->n_cols)
            break;
        const Vec *v = &b->col[c];
        if (v->kind != VEC_FLAT)
            continue;
        size_t bytes = (size_t)b->n * type_bytes((TypeId)v->type.id);
        for (size_t at = 0; at < bytes; at += 4096)
            for (uint32_t i = 0; i < ANNOUNCE_LINES; i++)
                __builtin_prefetch((const char *)v->data + at + i * 64);
    }
}
