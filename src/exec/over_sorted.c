/* SPDX-License-Identifier: Apache-2.0
 *
 * Partitions out of a sorted input.  A batch is copied once, when it comes, and leaves when the partition of its last row is done.
 */
#include "exec/over_sorted.h"

int over_sorted_open(OverSorted *s, Op *op, const PhysOver *node, Err *err)
{
    OpEnv *env = op->env;
    uint32_t n = node->n_part + node->n_order;
    Expr **exprs = ARENA_ARRAY(env->plan, Expr *, n + 1);
    s->op = op;
    s->node = node;
    s->held_last = &s->held;
    s->spec = ARENA_ARRAY(env->plan, SortSpec, n + 1);
    arena_init(&s->arena, env->acct, 0);
    sb_init(&s->part, env->acct);
    sb_init(&s->text, env->acct);
    if (!exprs || !s->spec)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < node->n_part; i++) {
        exprs[i] = node->part[i];
        s->spec[i] = (SortSpec){.type = node->part[i]->type, .by_value = true};
    }
    for (uint32_t i = 0; i < node->n_order; i++) {
        exprs[node->n_part + i] = node->order[i];
        s->spec[node->n_part + i] = (SortSpec){node->order[i]->type, node->desc[i], node->nulls_first[i], .by_value = true};
    }
    TRY(row_eval_open(&s->keys, op, node->node.in[0]->schema, exprs, n, err));
    return over_eval_open(&s->e, op, node, err);
}

static void held_free(OverSorted *s, OverHeld *h)
{
    while (h) {
        OverHeld *next = h->next;
        batch_unref(h->b);
        arena_done(&h->arena);
        mem_free(s->op->env->acct, h, sizeof(*h));
        h = next;
    }
}

void over_sorted_close(OverSorted *s)
{
    if (!s->op)
        return;
    held_free(s, s->held);
    held_free(s, s->spent);
    mem_free(s->op->env->acct, s->row, s->cap * sizeof(*s->row));
    mem_free(s->op->env->acct, s->order, s->cap * sizeof(*s->order));
    arena_done(&s->arena);
    sb_done(&s->part);
    sb_done(&s->text);
    over_eval_close(&s->e);
}

static int hold(OverSorted *s, Batch *in, Out *out, OverHeld **ret, Rows *ret_rows)
{
    Account *acct = s->op->env->acct;
    OverHeld *h = mem_zalloc(acct, sizeof(*h));
    if (!h)
        return -ERR_OUT_OF_MEMORY;
    arena_init(&h->arena, acct, 0);
    *s->held_last = h;
    s->held_last = &h->next;
    h->b = batch_own(acct, in);
    if (!h->b)
        return -ERR_OUT_OF_MEMORY;
    *ret = h;
    return over_batch_new(&s->e, h->b, &h->arena, out, &h->over, ret_rows);
}

static int emit_held(OverSorted *s, OverHeld *h, Out *out)
{
    Batch *b = batch_derive(out->arena, s->op->node->schema, h->b);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    TRY(over_batch_done(&s->e, h->over));
    memcpy(b->col, h->b->col, h->b->n_cols * sizeof(Vec));
    memcpy(b->col + h->b->n_cols, h->over->ret, s->node->n_calls * sizeof(Vec));
    if (likely(h->over->errors.n_errors == 0))
        return out_batch(out, b);
    return out_errors(out, s->op->node, h->b, &h->over->errors); /* the statement fails */
}

/* Evaluates the collected partition; batches before `open`, which the next one goes on in, are complete. */
static int finish_partition(OverSorted *s, const OverHeld *open, Out *out)
{
    OverRows rows = {.n = s->n, .end = s->n, .row = s->row, .order = s->order};
    if (s->n)
        TRY(over_eval(&s->e, &rows, &s->arena));
    s->n = 0;
    arena_reset(&s->arena);
    while (s->held && s->held != open) {
        OverHeld *h = s->held;
        TRY(emit_held(s, h, out));
        s->held = h->next;
        h->next = s->spent;
        s->spent = h;
    }
    if (!s->held)
        s->held_last = &s->held;
    return 0;
}

static int collect(OverSorted *s, OverHeld *h, uint32_t phys)
{
    Account *acct = s->op->env->acct;
    if (s->n == s->cap) {
        uint32_t cap = s->cap ? s->cap * 2 : BATCH_ROWS;
        OverRow *row = mem_realloc(acct, s->row, s->cap * sizeof(*row), cap * sizeof(*row));
        if (!row)
            return -ERR_OUT_OF_MEMORY;
        s->row = row;
        Str *order = mem_realloc(acct, s->order, s->cap * sizeof(*order), cap * sizeof(*order));
        if (!order) {
            s->row = mem_realloc(acct, row, cap * sizeof(*row), s->cap * sizeof(*row));
            return -ERR_OUT_OF_MEMORY;
        }
        s->order = order;
        s->cap = cap;
    }
    sb_clear(&s->text);
    for (uint32_t k = s->node->n_part; k < s->keys.n; k++)
        sortkey_put_row(&s->text, &s->spec[k], &s->keys.vec[k], phys);
    Str key = sb_str(&s->text);
    if (s->n && str_eq(key, s->order[s->n - 1]))
        key = s->order[s->n - 1];
    else
        key.p = arena_memdup(&s->arena, key.n ? key.p : "", key.n);
    if (!key.p || s->text.failed)
        return -ERR_OUT_OF_MEMORY;
    s->row[s->n] = (OverRow){h->over, phys};
    s->order[s->n++] = key;
    return 0;
}

static int next_row(OverSorted *s, OverHeld *h, uint32_t phys, Out *out)
{
    sb_clear(&s->text);
    for (uint32_t k = 0; k < s->node->n_part; k++)
        sortkey_put_row(&s->text, &s->spec[k], &s->keys.vec[k], phys);
    if (s->text.failed)
        return -ERR_OUT_OF_MEMORY;
    if (!s->has_part || !str_eq(sb_str(&s->text), sb_str(&s->part))) {
        TRY(finish_partition(s, h, out));
        StrBuf t = s->part;
        s->part = s->text;
        s->text = t;
        s->has_part = true;
    }
    return collect(s, h, phys);
}

int over_sorted_push(OverSorted *s, Batch *in, Out *out)
{
    OverHeld *h;
    Rows rows, keys;
    held_free(s, s->spent);
    s->spent = NULL;
    TRY(hold(s, in, out, &h, &rows));
    TRY(row_eval_run(&s->keys, h->b, out, &keys));
    for (uint32_t i = 0; i < rows.n; i++)
        TRY(next_row(s, h, row_at(rows, i), out));
    return 0;
}

int over_sorted_flush(OverSorted *s, FlushWhy why, Out *out)
{
    if (why != FLUSH_END)
        return 0;
    held_free(s, s->spent);
    s->spent = NULL;
    TRY(finish_partition(s, NULL, out));
    return op_mark_release(s->op, out);
}
