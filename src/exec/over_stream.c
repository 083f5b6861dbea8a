/* SPDX-License-Identifier: Apache-2.0
 *
 * Window functions of a stream in the order of its watermark (design 4.11).
 *
 * A row is final when the watermark has passed it, and its results when it has passed as many rows behind it as they look ahead:
 * then it leaves, once.  Of what has left only the rows stay that later ones look back on; aggregates of all rows before, and
 * ranks, go on from what these have left behind (over_eval.c), for rows leave in their order.  Peers leave together where that
 * matters. Which groups have something to give is found by their due times; a group says after each step when its next row is due.
 */
#include "exec/over_view_impl.h"

typedef struct StreamRow { /* the operator's part of a group's row */
    uint64_t done;         /* rows in the tree that have left */
    uint64_t gone;         /* rows that have left the tree */
} StreamRow;
_Static_assert(sizeof(StreamRow) == sizeof(((RankedRow *)0)->bound), "takes the place of the bound");

static StreamRow *stream_row(const Ranked *r, uint8_t *row)
{
    return (StreamRow *)(void *)ranked_row(r, row)->bound;
}

/* Behind the due time: groups of peers that have left. */
uint32_t over_stream_bytes(const PhysOver *node)
{
    return (uint32_t)sizeof(int64_t) * (node->reach.by_peers ? 2 : 1);
}

static int64_t *dense_of(const Ranked *r, uint8_t *row)
{
    return (int64_t *)(void *)(row_extra(&r->layout, row) + sizeof(RankedRow) + sizeof(int64_t));
}

int over_stream_open(OverView *v)
{
    ranked_due_init(&v->due, v->op->env->acct);
    v->wm_us = INT64_MIN;
    return 0;
}

/* ---- rows in ---- */

static int add_row(void *self, const Batch *in, RankedChange *c)
{
    OverView *v = self;
    StreamRow *s = stream_row(&v->r, c->row);
    RankedGroup *g;
    Str key;
    size_t n_order;
    int64_t after;
    bool is_new;
    TRY(ranked_touch_group(&v->r, c, &g, &is_new));
    if (s->done == UINT64_MAX)
        *s = (StreamRow){0};
    TRY(ranked_key(&v->r, in, c, &key, &n_order));
    return ranked_add(&v->r, c, key, &after);
}

int over_stream_push(OverView *v, Batch *in, Out *out)
{
    TRY(ranked_take_late(&v->r, v->node->order[0]->col, v->wm_us, in, out, &in));
    TRY(over_view_check(v, in, out, &in));
    return ranked_push(&v->r, in, out, add_row, v);
}

/* ---- due times ---- */

static int set_due(OverView *v, HashTable *table, uint8_t *row)
{
    TRY(hash_table_need(table, row));
    RankedRow *x = ranked_row(&v->r, row);
    int64_t at = (int64_t)stream_row(&v->r, row)->done + v->node->reach.ahead, count;
    Str key;
    if (multi_nth(v->r.rows, x->owner, at, &key, &count))
        return ranked_due_set(&v->r, &v->due, table, row, ranked_key_time(key));
    /* What is left waits for rows that may still come, or for the end. */
    bool waits = at - v->node->reach.ahead < multi_total(v->r.rows, x->owner);
    return waits ? ranked_due_set(&v->r, &v->due, table, row, RANKED_AT_END) : ranked_due_clear(&v->r, &v->due, table, row);
}

int over_stream_restore(OverView *v)
{
    HashTable *table = bucket_find(v->r.buckets, INT64_MIN);
    HashCursor at = {0};
    uint8_t *row[256];
    for (uint32_t n; table && (n = hash_table_next(table, &at, row, ARRAY_LEN(row))) > 0;)
        for (uint32_t i = 0; i < n; i++) {
            ranked_row(&v->r, row[i])->flags = 0;
            TRY(set_due(v, table, row[i]));
        }
    return 0;
}

int over_stream_flush(OverView *v)
{
    for (uint32_t i = 0; i < v->r.n_groups; i++)
        TRY(set_due(v, v->r.group[i].table, v->r.group[i].row));
    ranked_forget_touches(&v->r);
    ranked_count_state(&v->r, &v->op->c);
    return 0;
}

/* ---- rows out ---- */

/* The rows that go next, of one key; the partition's first row may have to stay. */
static bool next_to_forget(OverView *v, uint64_t owner, Str *ret_key, int64_t *ret_count)
{
    int64_t kept = v->node->reach.from_first, first_count;
    Str first;
    if (!multi_nth(v->r.rows, owner, kept, ret_key, ret_count))
        return false;
    if (kept && multi_nth(v->r.rows, owner, 0, &first, &first_count) && str_eq(first, *ret_key))
        *ret_count -= kept;
    return true;
}

/* Drops from the front what no later row looks back on. */
static int forget(OverView *v, RankedGroup *g, int64_t wm_us)
{
    RankedRow *x = ranked_row(&v->r, g->row);
    StreamRow *s = stream_row(&v->r, g->row);
    const OverReach *reach = &v->node->reach;
    int64_t count, after, keep_from = INT64_MAX, keep = reach->back + reach->from_first;
    Str key;
    if (reach->back_us > 0 && __builtin_sub_overflow(wm_us, reach->back_us, &keep_from))
        keep_from = INT64_MIN;
    while ((int64_t)s->done > keep && next_to_forget(v, x->owner, &key, &count) && ranked_key_time(key) < keep_from &&
           count <= (int64_t)s->done - keep) {
        Str copy = {arena_memdup(&v->arena, key.p, key.n), key.n};
        if (!copy.p)
            return -ERR_OUT_OF_MEMORY;
        TRY(hash_table_touch(g->table, g->row));
        TRY(multi_add(v->r.rows, &x->owner, g->bucket, copy, -count, &after, NULL));
        s->done -= (uint64_t)count;
        s->gone += (uint64_t)count;
    }
    return 0;
}

static int give_group(OverView *v, RankedGroup *g, int64_t wm_us, Out *out)
{
    RankedRow *x = ranked_row(&v->r, g->row);
    StreamRow *s = stream_row(&v->r, g->row);
    int64_t n_final = ranked_rows_before(&v->r, x->owner, wm_us);
    int64_t n_done = wm_us == INT64_MAX ? n_final : n_final - v->node->reach.ahead;
    arena_reset(&v->arena);
    if (n_done > (int64_t)s->done) {
        Content c;
        Piece p = {.from = STR(""), .behind = INT64_MAX, .n_rows = n_final, .first = (uint32_t)s->done, .end = (uint32_t)n_done};
        v->e.base = (int64_t)s->gone;
        v->e.dense = v->node->reach.by_peers ? *dense_of(&v->r, g->row) : 0;
        TRY(over_content_make(v, x->owner, NULL, 0, &p, out, &c));
        TRY(over_content_emit(v, &c, (uint32_t)s->done, (uint32_t)n_done, out));
        TRY(hash_table_touch(g->table, g->row));
        if (v->node->reach.by_peers)
            *dense_of(&v->r, g->row) += c.rows.group[n_done - 1] - c.rows.group[s->done] + 1;
        s->done = (uint64_t)n_done;
    }
    TRY(forget(v, g, wm_us));
    if (wm_us != INT64_MAX)
        return set_due(v, g->table, g->row);
    return ranked_due_clear(&v->r, &v->due, g->table, g->row);
}

int over_stream_more(OverView *v, Out *out)
{
    HashTable *table = bucket_find(v->r.buckets, INT64_MIN);
    const DueRow *first;
    while ((first = ranked_due_first(&v->due)) != NULL && (first->us < v->wm_us || v->wm_us == INT64_MAX)) {
        if (out_is_full(out))
            return OP_MORE;
        RankedGroup g = {.table = table, .bucket = INT64_MIN, .row = first->row};
        TRY(hash_table_need(table, g.row));
        TRY(give_group(v, &g, v->wm_us, out));
    }
    ranked_count_state(&v->r, &v->op->c);
    return op_mark_release(v->op, out);
}

int over_stream_mark(OverView *v, Mark m, Out *out)
{
    if (m.cls != v->node->clock)
        return op_mark_release(v->op, out);
    v->wm_us = MAX(v->wm_us, m.wm_us);
    return over_stream_more(v, out);
}
