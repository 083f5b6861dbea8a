/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys of an index over the rows of a batch. */
#include "exec/index_keys.h"

int index_keys_new(uint32_t n, IndexKeys **ret, Err *err)
{
    IndexKeys *k = mem_zalloc(NULL, sizeof(*k));
    if (!k)
        return RAISE_NOMEM(err);
    k->rc = 1;
    k->n = n;
    arena_init(&k->arena, NULL, 0);
    k->type = ARENA_ARRAY(&k->arena, Type, n + 1);
    k->col = ARENA_ARRAY(&k->arena, int32_t, n + 1);
    k->text = ARENA_ARRAY(&k->arena, const char *, n + 1);
    k->desc = ARENA_ARRAY(&k->arena, bool, n + 1);
    if (!k->type || !k->col || !k->text || !k->desc) {
        index_keys_unref(k);
        return RAISE_NOMEM(err);
    }
    *ret = k;
    return 0;
}

int index_keys_of_columns(const Schema *schema, const uint32_t *col, const bool *desc, uint32_t n, IndexKeys **ret, Err *err)
{
    IndexKeys *k;
    TRY(index_keys_new(n, &k, err));
    for (uint32_t i = 0; i < n; i++) {
        k->col[i] = (int32_t)col[i];
        k->type[i] = schema->field[col[i]].type;
        k->text[i] = arena_strdup(&k->arena, schema->field[col[i]].name);
        k->desc[i] = desc && desc[i];
        if (!k->text[i]) {
            index_keys_unref(k);
            return RAISE_NOMEM(err);
        }
    }
    *ret = k;
    return 0;
}

IndexKeys *index_keys_ref(IndexKeys *k)
{
    k->rc++;
    return k;
}

void index_keys_unref(IndexKeys *k)
{
    if (!k || --k->rc)
        return;
    arena_done(&k->arena);
    mem_free(NULL, k, sizeof(*k));
}

static int raise_first(const EvalCtx *x, Rows rows, Err *err)
{
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (row_has_error(x, r))
            return RAISE(err, (ErrCode)x->err_code[r], "%s", x->err_text[r]);
    }
    return 0;
}

/* ret->at: the places of the rows that are left; both lists are in the order of the selection. */
static int select_rows(const IndexKeys *k, EvalCtx *x, const Batch *b, IndexedRows *ret, Err *err)
{
    Rows all = ret->rows;
    uint16_t *sel = arena_alloc(x->arena, MAX(all.n, 1) * sizeof(*sel)), *at = arena_alloc(x->arena, MAX(all.n, 1) * sizeof(*at));
    uint32_t n = 0, found = 0;
    eval_ctx_clear(x, b->n);
    if (!sel || !at || program_filter(k->condition, x, b, all, sel, &n) < 0)
        return RAISE_NOMEM(err);
    if (x->n_errors)
        TRY(raise_first(x, all, err));
    for (uint32_t i = 0; i < all.n && found < n; i++)
        if (sel[found] == row_at(all, i))
            at[found++] = (uint16_t)i;
    ret->rows = (Rows){n, sel};
    ret->at = at;
    return 0;
}

static int compute(const IndexKeys *k, EvalCtx *x, const Batch *b, Rows rows, Vec *value, Err *err)
{
    eval_ctx_clear(x, b->n);
    if (program_run_rows(k->computed, x, b, rows, value) < 0)
        return RAISE_NOMEM(err);
    if (x->n_errors)
        TRY(raise_first(x, rows, err));
    for (uint32_t i = 0; i < k->n_computed; i++) {
        Vec flat;
        if (value[i].kind == VEC_FLAT)
            continue;
        if (vec_flatten(&value[i], rows, &flat, x->arena) < 0)
            return RAISE_NOMEM(err);
        value[i] = flat;
    }
    return 0;
}

int index_keys_read(const IndexKeys *k, const Batch *b, Arena *arena, IndexedRows *ret, Err *err)
{
    EvalCtx x = {.arena = arena, .watermark_us = INT64_MIN};
    Vec *value = k->computed ? ARENA_ARRAY(arena, Vec, k->n_computed + 1) : NULL;
    *ret = (IndexedRows){.key = ARENA_ARRAY(arena, const Vec *, k->n + 1), .rows = batch_rows(b)};
    if (!ret->key || (k->computed && !value))
        return RAISE_NOMEM(err);
    if (k->condition)
        TRY(select_rows(k, &x, b, ret, err));
    if (k->computed)
        TRY(compute(k, &x, b, ret->rows, value, err));
    for (uint32_t i = 0; i < k->n; i++)
        ret->key[i] = k->col[i] >= 0 ? &b->col[k->col[i]] : value++;
    return 0;
}
