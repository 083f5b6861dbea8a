/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows are copied when they come, for what an operator gives may lie where its next piece will. */
#include "exec/net_rows.h"
#include "kernel/kernel.h"

#include <string.h>

#define FIRST_ROWS 256u

bool net_rows_can(const Schema *schema)
{
    for (uint32_t i = 0; i < schema->n; i++) {
        TypeId id = (TypeId)schema->field[i].type.id;
        if (type_is_string(id) || id == T_UNKNOWN)
            return false;
    }
    return schema->n > 0;
}

int net_rows_open(NetRows *f, Arena *plan, Account *acct, const Schema *schema, Err *err)
{
    arena_init(&f->arena, acct, 0);
    f->schema = schema;
    f->key = ARENA_ARRAY(plan, const Vec *, schema->n);
    return f->key ? 0 : RAISE_NOMEM(err);
}

void net_rows_close(NetRows *f)
{
    if (f->schema)
        arena_done(&f->arena);
}

/* ---- rows come ---- */

static size_t data_bytes(TypeId id, uint32_t n)
{
    return id == T_BOOL ? BIT_WORDS(n) * sizeof(uint64_t) : (size_t)n * type_bytes(id);
}

/* Columns for `cap` rows with what is in those of before. */
static int grow(NetRows *f, uint32_t cap)
{
    Batch *b = batch_scratch(&f->arena, f->schema, cap);
    int64_t *weight = arena_alloc(&f->arena, cap * sizeof(*weight));
    if (!b || !weight)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < b->n_cols; c++) {
        Vec *v = &b->col[c];
        TRY(vec_scratch(v, f->schema->field[c].type, cap, &f->arena));
        if (f->n == 0)
            continue;
        const Vec *old = &f->rows->col[c];
        memcpy(v->data, old->data, data_bytes((TypeId)v->type.id, f->n));
        if (!old->valid)
            continue;
        TRY(vec_add_valid(v, &f->arena));
        memcpy(v->valid, old->valid, BIT_WORDS(f->n) * sizeof(uint64_t));
    }
    if (f->n)
        memcpy(weight, f->weight, f->n * sizeof(*weight));
    f->rows = b;
    f->weight = weight;
    f->cap = cap;
    return 0;
}

static int make_room(NetRows *f, uint32_t n)
{
    if (f->n == 0) {
        arena_reset(&f->arena);
        f->cap = 0;
    }
    uint32_t cap = MAX(f->cap, FIRST_ROWS);
    while (cap < f->n + n)
        cap *= 2;
    return cap > f->cap ? grow(f, cap) : 0;
}

static void copy_bytes(char *to, const char *from, const Vec *v, Rows rows, uint32_t bytes)
{
    if (!rows.sel && v->kind == VEC_FLAT) {
        memcpy(to, from, (size_t)rows.n * bytes);
        return;
    }
    for (uint32_t i = 0; i < rows.n; i++)
        memcpy(to + (size_t)i * bytes, from + (size_t)vec_phys(v, row_at(rows, i)) * bytes, bytes);
}

static void copy_words(uint64_t *to, const uint64_t *from, const Vec *v, Rows rows)
{
    for (uint32_t i = 0; i < rows.n; i++)
        to[i] = from[vec_phys(v, row_at(rows, i))];
}

static int append_nulls(Vec *to, uint32_t at, const Vec *v, Rows rows, Arena *arena)
{
    bool some = v->valid || vec_values(v)->valid;
    if (!some && !to->valid)
        return 0;
    if (!to->valid)
        TRY(vec_add_valid(to, arena));
    for (uint32_t i = 0; i < rows.n; i++)
        bit_put(to->valid, at + i, !some || !vec_is_null(v, row_at(rows, i)));
    return 0;
}

static int append_column(Vec *to, uint32_t at, const Vec *v, Rows rows, Arena *arena)
{
    const void *from = vec_values(v)->data;
    uint32_t bytes = type_bytes((TypeId)to->type.id);
    if (to->type.id == T_BOOL) {
        for (uint32_t i = 0; i < rows.n; i++)
            bit_put(to->data, at + i, bit_get(from, vec_phys(v, row_at(rows, i))));
    } else if (bytes == sizeof(uint64_t) && rows.sel) {
        copy_words((uint64_t *)to->data + at, from, v, rows);
    } else {
        copy_bytes((char *)to->data + (size_t)at * bytes, from, v, rows, bytes);
    }
    return append_nulls(to, at, v, rows, arena);
}

int net_rows_take(NetRows *f, const Batch *in)
{
    Rows rows = batch_rows(in);
    if (f->n + rows.n > NET_ROWS)
        return 0;
    if (rows.n == 0)
        return 1;
    TRY(make_room(f, rows.n));
    for (uint32_t c = 0; c < in->n_cols; c++)
        TRY(append_column(&f->rows->col[c], f->n, &in->col[c], rows, &f->arena));
    for (uint32_t i = 0; i < rows.n; i++)
        f->weight[f->n + i] = batch_weight(in, row_at(rows, i));
    f->n += rows.n;
    return 1;
}

/* ---- equal rows ---- */

static void close_columns(NetRows *f)
{
    f->rows->n = f->rows->n_sel = f->n;
    for (uint32_t c = 0; c < f->rows->n_cols; c++)
        f->rows->col[c].n = f->n;
}

int net_rows_add_up(NetRows *f, Arena *scratch)
{
    uint64_t *hash = arena_alloc(scratch, f->n * sizeof(*hash));
    uint32_t *first = arena_alloc(scratch, f->n * sizeof(*first)), *repeated = arena_alloc(scratch, f->n * sizeof(*repeated)), n;
    if (!hash || !first || !repeated)
        return -ERR_OUT_OF_MEMORY;
    close_columns(f);
    for (uint32_t c = 0; c < f->schema->n; c++)
        f->key[c] = &f->rows->col[c];
    kernel_hash(f->key, f->schema->n, (Rows){f->n, NULL}, hash);
    TRY(kernel_repeated(hash, f->n, scratch, first, repeated, &n));
    for (uint32_t c = 0; c < f->schema->n; c++)
        for (uint32_t i = 0; i < n; i++)
            if (!vec_rows_equal(f->key[c], repeated[i], f->key[c], first[repeated[i]]))
                return 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = repeated[i];
        if (first[at] == at)
            continue;
        f->weight[first[at]] += f->weight[at];
        f->weight[at] = 0;
    }
    return 1;
}

/* ---- rows leave ---- */

static int set_weights(const NetRows *f, Batch *b, Arena *arena)
{
    b->w_kind = W_VEC;
    b->w = arena_alloc(arena, f->n * sizeof(*b->w));
    if (!b->w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < f->n; i++) {
        if (f->weight[i] > INT32_MAX || f->weight[i] < -INT32_MAX)
            return -ERR_NUMERIC_RANGE;
        b->w[i] = (int32_t)f->weight[i];
    }
    return 0;
}

int net_rows_give(NetRows *f, bool minus, Arena *arena, Batch **ret)
{
    uint16_t *sel = arena_alloc(arena, f->n * sizeof(*sel));
    uint32_t n = 0;
    int64_t one = minus ? -1 : 1;
    bool plain = true;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < f->n; i++) {
        sel[n] = (uint16_t)i;
        n += minus ? f->weight[i] < 0 : f->weight[i] > 0;
    }
    *ret = NULL;
    for (uint32_t i = 0; i < n && plain; i++)
        plain = f->weight[sel[i]] == one;
    if (n == 0)
        return 0;
    Batch *b = *ret = batch_with_sel(arena, f->rows, n == f->n ? NULL : sel, n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->w_kind = minus ? W_MINUS : W_ONE;
    return plain ? 0 : set_weights(f, b, arena);
}

int net_rows_all(NetRows *f, Arena *arena, Batch **ret)
{
    close_columns(f);
    *ret = batch_with_sel(arena, f->rows, NULL, f->n);
    return *ret ? set_weights(f, *ret, arena) : -ERR_OUT_OF_MEMORY;
}
