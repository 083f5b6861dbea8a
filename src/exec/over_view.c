/* SPDX-License-Identifier: Apache-2.0
 *
 * Window functions kept up to date (design 4.11).
 *
 * State is the rows alone, in order, per partition (exec/ranked.h): no results.  At a flush the results of the old and of the
 * present content are both evaluated and what differs is emitted, so the changes are right whatever the functions are.  Where every
 * function looks a bounded number of rows back and ahead (LAG, LEAD, ROWS frames) only the rows around what was touched are read;
 * else the partition is. */
#include "exec/over_view_impl.h"

/* ---- opening ---- */

int over_view_open(OverView *v, Op *op, const PhysOver *node, Err *err)
{
    v->op = op;
    v->node = node;
    arena_init(&v->arena, op->env->acct, 0);
    arena_init(&v->near_arena, op->env->acct, 0);
    TRY(over_eval_open(&v->e, op, node, err));
    RankedOpen o = {.part = node->part,
                    .n_part = node->n_part,
                    .order = node->order,
                    .n_order = node->n_order,
                    .desc = node->desc,
                    .nulls_first = node->nulls_first,
                    .time_part = -1,
                    .own_bytes = node->stream ? over_stream_bytes(node) : 0};
    TRY(ranked_open(&v->r, op, &o, err));
    v->is_near = over_view_is_near(v);
    return node->stream ? over_stream_open(v) : 0;
}

int over_view_restore(OverView *v)
{
    ranked_restore(&v->r);
    over_eval_restore(&v->e);
    ranked_count_state(&v->r, &v->op->c);
    return v->node->stream ? over_stream_restore(v) : 0;
}

void over_view_close(OverView *v)
{
    if (!v->op)
        return;
    over_eval_close(&v->e);
    ranked_close(&v->r);
    arena_done(&v->arena);
    arena_done(&v->near_arena);
    ranked_due_done(&v->due);
}

/* ---- changes ---- */

static int change_row(void *self, const Batch *in, RankedChange *c)
{
    OverView *v = self;
    RankedGroup *g;
    Str key;
    size_t n_order;
    int64_t after;
    bool is_new;
    TRY(ranked_key(&v->r, in, c, &key, &n_order));
    TRY(ranked_touch_group(&v->r, c, &g, &is_new));
    TRY(ranked_add(&v->r, c, key, &after));
    return ranked_touch(&v->r, g, key, after - c->weight);
}

/* Rows whose arguments raise leave here, so that they do not when they are evaluated again. */
int over_view_check(OverView *v, Batch *in, Out *out, Batch **ret)
{
    OverBatch *o;
    Rows rows;
    Arena *step = v->op->env->step;
    *ret = in;
    bool can_fail = v->e.eval.can_fail;
    for (uint32_t i = 0; i < v->node->n_calls; i++)
        can_fail |= v->node->calls[i].func == OVER_AGG && v->e.call[i].g.eval.can_fail;
    if (likely(!can_fail))
        return 0;
    TRY(over_batch_new(&v->e, in, step, out, &o, &rows));
    *ret = batch_with_sel(step, in, rows.sel, rows.n);
    return *ret ? 0 : -ERR_OUT_OF_MEMORY;
}

int over_view_push(OverView *v, Batch *in, Out *out)
{
    TRY(over_view_check(v, in, out, &in));
    return ranked_push(&v->r, in, out, change_row, v);
}

/* ---- one content of a partition ---- */

static int content_reserve(Content *c, Arena *arena)
{
    if (c->rows.n < c->cap)
        return 0;
    uint32_t cap = c->cap ? c->cap * 2 : 64;
    OverRow *row = arena_alloc(arena, cap * sizeof(*row));
    Str *key = arena_alloc(arena, cap * sizeof(*key)), *order = arena_alloc(arena, cap * sizeof(*order));
    if (!row || !key || !order)
        return -ERR_OUT_OF_MEMORY;
    if (c->cap) {
        memcpy(key, c->key, c->cap * sizeof(*key));
        memcpy(order, c->order, c->cap * sizeof(*order));
    }
    c->row = row; /* filled when the batches are there */
    c->key = key;
    c->order = order;
    c->cap = cap;
    return 0;
}

static int collect(OverView *v, RankedCursor *at, const Piece *p, RankedWriter *w, Content *c, Out *batches)
{
    int64_t behind = 0;
    for (; at->has; ranked_next(at)) {
        bool after = p->last_touch.p && key_cmp(at->key, p->last_touch) > 0;
        if ((after && behind >= p->behind) || c->rows.n >= p->n_rows)
            return 0;
        size_t n_order = ranked_order_bytes(&v->r, at->key);
        for (int64_t k = 0; k < at->count; k++) {
            if (ranked_writer_is_full(w))
                TRY(ranked_writer_flush(w, batches));
            TRY(content_reserve(c, &v->arena));
            TRY(ranked_writer_put(w, at->key));
            TRY(ranked_writer_done(w, 1));
            c->key[c->rows.n] = at->key;
            c->order[c->rows.n++] = str_first(at->key, n_order);
        }
        behind += after ? at->count : 0;
    }
    return 0;
}

/* Reads the rows and evaluates their functions. */
int over_content_make(OverView *v, uint64_t owner, Touch *const *touch, uint32_t n_touches, const Piece *p, Out *out, Content *c)
{
    RankedCursor at;
    RankedWriter w;
    Out batches;
    out_init(&batches, &v->arena, UINT32_MAX);
    *c = (Content){0};
    c->last = &c->first;
    ranked_walk(&at, &v->r, owner, touch, n_touches, p->from);
    ranked_writer_init(&w, &v->r, v->op->node->in[0]->schema, &v->arena);
    ranked_writer_expect(&w, multi_total(v->r.rows, owner) + n_touches);
    TRY(collect(v, &at, p, &w, c, &batches));
    TRY(ranked_writer_flush(&w, &batches));
    uint32_t n = 0;
    for (OutItem *item = batches.first; item; item = item->next) {
        OverBatch *o;
        Rows rows;
        TRY(over_batch_new(&v->e, item->batch, &v->arena, out, &o, &rows));
        *c->last = o;
        c->last = &o->next;
        for (uint32_t i = 0; i < item->batch->n; i++)
            c->row[n++] = (OverRow){o, i};
    }
    c->rows.row = c->row;
    c->rows.order = c->order;
    c->rows.first = p->first;
    c->rows.end = MIN(p->end, c->rows.n);
    if (n)
        TRY(over_eval(&v->e, &c->rows, v->op->env->step));
    for (OverBatch *o = c->first; o; o = o->next)
        TRY(over_batch_done(&v->e, o));
    return 0;
}

/* ---- differences ---- */

typedef struct Diff {
    OverView *v;
    Out *out;
    const Batch *from[BATCH_ROWS];
    uint16_t row[BATCH_ROWS];
    int32_t *w;
    uint32_t n;
} Diff;

/* The batch of a row with the results beside its columns; made once per batch. */
static const Batch *full_batch(Diff *d, OverBatch *o)
{
    const Batch *in = o->b;
    if (o->b->schema == d->v->op->node->schema)
        return o->b;
    Batch *b = batch_scratch(&d->v->arena, d->v->op->node->schema, in->n);
    if (!b)
        return NULL;
    memcpy(b->col, in->col, in->n_cols * sizeof(Vec));
    memcpy(b->col + in->n_cols, o->ret, d->v->node->n_calls * sizeof(Vec));
    o->b = b;
    return b;
}

static int diff_flush(Diff *d)
{
    OverView *v = d->v;
    Arena *arena = d->out->arena;
    if (d->n == 0)
        return 0;
    Batch *b = batch_scratch(arena, v->op->node->schema, d->n);
    int32_t *w = arena_memdup(arena, d->w, d->n * sizeof(*w));
    if (!b || !w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < b->n_cols; c++)
        TRY(vec_collect(&b->col[c], b->col[c].type, d->from, d->row, d->n, c, arena));
    b->epoch = v->op->env->epoch;
    b->ptime_us = v->op->env->eval.now_us;
    b->w_kind = W_VEC;
    b->w = w;
    d->n = 0;
    return out_batch(d->out, b);
}

static int emit_error(Diff *d, const OverRow *r, int32_t weight)
{
    OverView *v = d->v;
    Arena *arena = d->out->arena;
    uint16_t *sel = arena_memdup(arena, &(uint16_t){(uint16_t)r->phys}, sizeof(*sel));
    const Batch *full = r->in->b;
    Batch *b = batch_scratch(arena, v->op->node->in[0]->schema, full->n);
    if (!b || !sel)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < b->n_cols; c++)
        TRY(vec_gather(&full->col[c], (Rows){full->n, NULL}, &b->col[c], arena));
    b->w_kind = (uint8_t)(weight < 0 ? W_MINUS : W_ONE);
    b->sel = sel;
    b->n_sel = 1;
    v->op->c.errors++;
    return out_errors(d->out, v->op->node, b, &r->in->errors);
}

static bool has_failed(const OverRow *r)
{
    return unlikely(r->in->errors.n_errors > 0) && r->in->errors.err && bit_get(r->in->errors.err, r->phys);
}

static int diff_put(Diff *d, const OverRow *r, int32_t weight)
{
    const Batch *full = full_batch(d, r->in);
    if (!full)
        return -ERR_OUT_OF_MEMORY;
    if (has_failed(r))
        return emit_error(d, r, weight);
    d->from[d->n] = full;
    d->row[d->n] = (uint16_t)r->phys;
    d->w[d->n++] = weight;
    return d->n == BATCH_ROWS ? diff_flush(d) : 0;
}

static bool same_results(const OverView *v, const OverRow *a, const OverRow *b)
{
    if (has_failed(a) != has_failed(b))
        return false;
    for (uint32_t i = 0; i < v->node->n_calls; i++)
        if (!vec_rows_equal(&a->in->ret[i], a->phys, &b->in->ret[i], b->phys))
            return false;
    return true;
}

static Diff *diff_new(OverView *v, Out *out)
{
    Diff *d = arena_alloc(&v->arena, sizeof(*d)); /* its lists are not read before they are written */
    if (!d)
        return NULL;
    d->v = v;
    d->out = out;
    d->n = 0;
    d->w = arena_alloc(&v->arena, BATCH_ROWS * sizeof(*d->w));
    return d->w ? d : NULL;
}

int over_content_emit(OverView *v, const Content *c, uint32_t from, uint32_t to, Out *out)
{
    Diff *d = diff_new(v, out);
    if (!d)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = from; i < to; i++)
        TRY(diff_put(d, &c->row[i], 1));
    return diff_flush(d);
}

/* Both are in the order of their keys; equal keys pair up in order. */
static int emit_differences(OverView *v, const Content *old, const Content *now, Out *out)
{
    Diff *d = diff_new(v, out);
    uint32_t i = 0, j = 0;
    if (!d)
        return -ERR_OUT_OF_MEMORY;
    while (i < old->rows.n || j < now->rows.n) {
        int side = i == old->rows.n ? 1 : j == now->rows.n ? -1 : key_cmp(old->key[i], now->key[j]);
        if (side != 0 || !same_results(v, &old->row[i], &now->row[j])) {
            if (side <= 0)
                TRY(diff_put(d, &old->row[i], -1));
            if (side >= 0)
                TRY(diff_put(d, &now->row[j], 1));
        }
        i += side <= 0;
        j += side >= 0;
    }
    return diff_flush(d);
}

/* ---- flush ---- */

int over_find_piece(OverView *v, uint64_t owner, Touch *const *touch, uint32_t n, Piece *ret)
{
    const OverReach *reach = &v->node->reach;
    *ret = (Piece){.from = STR(""), .last_touch = touch[n - 1]->key, .behind = INT64_MAX, .n_rows = INT64_MAX, .end = UINT32_MAX};
    if (!reach->local)
        return 0;
    int64_t first = multi_rank(v->r.rows, owner, touch[0]->key) - reach->back - reach->ahead, count;
    Str key;
    ret->behind = reach->back + reach->ahead;
    ret->from = touch[0]->key;
    if (first <= 0)
        ret->from = STR("");
    else if (multi_nth(v->r.rows, owner, first, &key, &count) && key_cmp(key, ret->from) < 0)
        ret->from = key;
    return 0;
}

int over_flush_group(OverView *v, RankedGroup *g, Out *out)
{
    Touch **touch;
    uint32_t n;
    TRY(hash_table_need(g->table, g->row)); /* a view that is being filled has noted it some steps ago */
    uint64_t owner = ranked_row(&v->r, g->row)->owner;
    Content old, now;
    Piece piece;
    arena_reset(&v->arena);
    TRY(ranked_sorted(&v->r, g, &touch, &n));
    TRY(over_find_piece(v, owner, touch, n, &piece));
    TRY(over_content_make(v, owner, touch, n, &piece, out, &old));
    TRY(over_content_make(v, owner, NULL, 0, &piece, out, &now));
    TRY(emit_differences(v, &old, &now, out));
    ranked_trim(&v->r, g);
    return 0;
}

int over_view_more(OverView *v, Out *out)
{
    while (v->group < v->r.n_groups) {
        if (out_is_full(out))
            return OP_MORE;
        if (v->is_near) {
            TRY(over_near_flush(v, out));
            continue;
        }
        TRY(over_flush_group(v, &v->r.group[v->group], out));
        v->group++;
    }
    ranked_forget_touches(&v->r);
    over_eval_rest(&v->e);
    ranked_count_state(&v->r, &v->op->c);
    return op_mark_release(v->op, out);
}

int over_view_flush(OverView *v, FlushWhy why, Out *out)
{
    if (!emit_is_due(v->node->emit, why))
        return 0;
    v->group = 0;
    return over_view_more(v, out);
}
