/* SPDX-License-Identifier: Apache-2.0
 *
 * ORDER BY of a stream without LIMIT (spec 7.1).  What has no end cannot be sorted, but its rows can leave in order when they wait
 * for the watermark anyway: the first key must be the time that lets them go, ascending.  Then each step lets through what lies
 * between two watermarks, and only that has to be sorted.  Rows of windows may also come in another order: then each window is
 * sorted by itself.
 *
 * It is a matter of how results are emitted, so it stands beside the logical plan, not in it, and is put on top of the physical
 * one.  Without an EMIT clause it means EMIT ON WINDOW CLOSE. */
#include "plan/bind_impl.h"

int order_take(PlanState *s, const LogicalSort *sort, Span at, Err *err)
{
    StreamOrder *o = &s->order;
    o->at = at;
    o->col = ARENA_ARRAY(s->arena, uint32_t, sort->n);
    if (!o->col)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < sort->n; i++)
        o->col[i] = sort->keys[i]->col;
    o->desc = sort->desc;
    o->nulls_first = sort->nulls_first;
    o->n = sort->n;
    return 0;
}

int order_refuse(const PlanState *s, Span at, Err *err)
{
    RAISE_AT(err, ERR_UNSUPPORTED, at,
             "ORDER BY on an unbounded stream needs LIMIT (Top-N): a stream without end cannot be sorted");
    return err_hint(err, s->is_view
                             ? "Sort the result where it is read, or remove ORDER BY."
                             : "Sort the result where it is read, or by its watermark column first, which rows then wait for.");
}

static bool is_window_time(const Props *p, uint32_t col)
{
    return (int32_t)col == p->window_end_col || (int32_t)col == p->window_start_col;
}

/* Windows of one operator, which lets them go in the order of their ends. */
static bool is_one_windows(const Logical *n)
{
    switch (n->kind) {
    case L_FILTER:
    case L_PROJECT: return is_one_windows(n->in[0]);
    case L_WINDOW_AGG: return true;
    case L_SOURCE: return n->source.has_running;
    default: return false;
    }
}

/* A step lets through nothing that belongs before what an earlier one did. */
static bool leaves_in_order(const PlanState *s, const Logical *root)
{
    const EmitPlan *e = &s->emit;
    const Props *p = &root->props;
    uint32_t col = s->order.col[0];
    if (s->order.desc[0] || p->change != CHANGE_APPEND || (e->mode != OUTPUT_ON_WINDOW_CLOSE && e->mode != OUTPUT_FINAL))
        return false;
    if (e->holds)
        return e->hold_is_end ? is_window_time(p, col) : e->hold_col == col;
    return p->window.kind != WINDOW_NONE && p->window.kind != WINDOW_SESSION && is_window_time(p, col) && is_one_windows(root);
}

/* Rows of windows in another order than that of time are sorted within each window: its time goes in front. */
static int sort_in_windows(PlanState *s, const Props *p, Err *err)
{
    StreamOrder *o = &s->order;
    int32_t time = p->window_end_col >= 0 ? p->window_end_col : p->window_start_col;
    uint32_t *col = ARENA_ARRAY(s->arena, uint32_t, o->n + 1);
    bool *desc = ARENA_ARRAY(s->arena, bool, o->n + 1), *nulls_first = ARENA_ARRAY(s->arena, bool, o->n + 1);
    if (!col || !desc || !nulls_first)
        return RAISE_NOMEM(err);
    if (time < 0 || is_window_time(p, o->col[0]))
        return 0;
    col[0] = (uint32_t)time;
    desc[0] = nulls_first[0] = false;
    for (uint32_t i = 0; i < o->n; i++) {
        col[i + 1] = o->col[i];
        desc[i + 1] = o->desc[i];
        nulls_first[i + 1] = o->nulls_first[i];
    }
    *o = (StreamOrder){.at = o->at, .col = col, .desc = desc, .nulls_first = nulls_first, .n = o->n + 1};
    return 0;
}

bool order_is_by(const PlanState *s, const Props *p, uint32_t col)
{
    return s->order.n == 0 || s->order.col[0] == col || is_window_time(p, s->order.col[0]);
}

int order_resolve(PlanState *s, Logical *root, Err *err)
{
    EmitPlan *e = &s->emit;
    const StreamOrder *o = &s->order;
    bool is_implied = o->n > 0 && e->mode == OUTPUT_DEFAULT;
    if (o->n == 0)
        return emit_resolve(s, root, err);
    for (uint32_t i = 0; i < o->n; i++) {
        if (o->col[i] < root->n_cols)
            continue;
        RAISE_AT(err, ERR_UNSUPPORTED, o->at, "ORDER BY of a stream takes columns of its result only");
        return err_hint(err, "Put the expression into the SELECT list.");
    }
    if (is_implied) {
        e->mode = OUTPUT_ON_WINDOW_CLOSE;
        e->at = o->at;
    }
    int rc = emit_resolve(s, root, err);
    if (rc == -ERR_OUT_OF_MEMORY || (rc < 0 && !is_implied))
        return rc;
    if (rc >= 0 && !leaves_in_order(s, root))
        TRY(sort_in_windows(s, &root->props, err));
    return rc < 0 || !leaves_in_order(s, root) ? order_refuse(s, o->at, err) : 0;
}
