/* SPDX-License-Identifier: Apache-2.0
 *
 * How far window functions look: the rows, or the time, before and behind a row that its results depend on.  With a reach a change
 * reads only what is around it, and over a stream in the order of its watermark rows can be forgotten.  There a frame may also
 * begin with the first row, when what the rows before add up to is one state, or one of them. */
#include "plan/logical.h"

/* A constant count of rows of LAG and LEAD. */
static bool constant_count(const LogicalAgg *g, int64_t *ret)
{
    *ret = 1;
    if (g->n_given < 2)
        return true;
    const Expr *e = g->arg[1];
    if (e->kind != EXPR_CONST)
        return false;
    *ret = e->value.is_null ? 0 : e->value.i64;
    return true;
}

static void widen(OverReach *r, int64_t n, bool back)
{
    int64_t *to = back == (n >= 0) ? &r->back : &r->ahead;
    int64_t rows = n == INT64_MIN ? INT64_MAX : n < 0 ? -n : n;
    *to = MAX(*to, rows);
}

static bool add_rows_frame(OverReach *r, const OverFrame *f)
{
    if (f->start == OVER_FIRST || f->end == OVER_LAST || f->exclude > OVER_LESS_ROW)
        return false;
    for (uint32_t k = 0; k < 2; k++) {
        OverBound b = k ? f->end : f->start;
        if (b != OVER_CURRENT)
            widen(r, f->offset[k].i64, b == OVER_PRECEDING);
    }
    return true;
}

/* RANGE BETWEEN INTERVAL .. PRECEDING AND CURRENT ROW: as far back as the distance. */
static bool add_range_frame(OverReach *r, const OverFrame *f)
{
    int64_t us = 0;
    bool fixed = f->start == OVER_CURRENT || (f->start == OVER_PRECEDING && f->offset[0].type.id == T_INTERVAL &&
                                              interval_fixed_us(&f->offset[0].iv, &us) >= 0);
    if (!fixed || f->end > OVER_CURRENT || f->start == OVER_FIRST)
        return false;
    r->local = false;
    r->back_us = MAX(r->back_us, us);
    return true;
}

/* From the first row to the current one, or so many rows before or behind it. */
static bool is_running(const OverFrame *f)
{
    return f->start == OVER_FIRST && f->exclude == OVER_KEEP_ALL &&
           (f->end == OVER_CURRENT || (f->unit == OVER_ROWS && f->end != OVER_LAST));
}

bool over_call_runs(const LogicalOverCall *c)
{
    return c->func == OVER_AGG && is_running(&c->frame) && !(c->call.spec.flags & AGG_NEEDS_MULTISET);
}

/* Of all rows before it knows what they add up to, or the first of them, or none but the last. */
static bool add_running(OverReach *r, const LogicalOverCall *c)
{
    const OverFrame *f = &c->frame;
    bool last = c->func == OVER_LAST_VALUE && f->end == OVER_CURRENT;
    if (!is_running(f) || c->func == OVER_NTH_VALUE || (c->func != OVER_AGG && c->ignore_nulls))
        return false;
    if (c->func == OVER_AGG && !over_call_runs(c))
        return false;
    if (f->end != OVER_CURRENT)
        widen(r, f->offset[1].i64, f->end == OVER_PRECEDING);
    r->local = false;
    r->runs = true;
    r->from_first |= c->func == OVER_FIRST_VALUE || (c->func == OVER_LAST_VALUE && !last);
    r->by_peers |= f->unit != OVER_ROWS && c->func != OVER_FIRST_VALUE;
    return true;
}

static bool add_frame(OverReach *r, const LogicalOverCall *c)
{
    if (add_running(r, c))
        return true;
    return c->frame.unit == OVER_ROWS ? add_rows_frame(r, &c->frame) : c->frame.unit == OVER_RANGE && add_range_frame(r, &c->frame);
}

static bool add_call(OverReach *r, const LogicalOverCall *c)
{
    int64_t n;
    switch (c->func) {
    case OVER_ROW_NUMBER:
        r->local = false; /* a change renumbers all rows behind; appended rows have the next numbers */
        return true;
    case OVER_RANK:
    case OVER_DENSE_RANK:
        r->local = false;
        r->runs = r->by_peers = true;
        return true;
    case OVER_LAG:
    case OVER_LEAD:
        if (c->ignore_nulls || !constant_count(&c->call, &n))
            return false;
        widen(r, n, c->func == OVER_LAG);
        return true;
    case OVER_FIRST_VALUE:
    case OVER_LAST_VALUE:
    case OVER_NTH_VALUE:
    case OVER_AGG: return add_frame(r, c);
    default: return false;
    }
}

OverReach over_reach(const LogicalOver *o)
{
    OverReach r = {.local = true, .bounded = true};
    for (uint32_t i = 0; i < o->n_calls; i++)
        r.bounded &= add_call(&r, &o->calls[i]);
    r.bounded &= r.back < INT32_MAX && r.ahead < INT32_MAX;
    r.bounded &= !r.by_peers || r.ahead == 0; /* what looks ahead lets peers leave one after the other */
    r.local &= r.bounded;
    return r;
}

bool over_clock(const Logical *n, uint32_t *ret_class)
{
    const LogicalOver *o = &n->over;
    const Expr *e = o->n_order ? o->order[0] : NULL;
    return e && e->kind == EXPR_COLUMN && (e->type.id == T_TS || e->type.id == T_TSTZ) && !o->desc[0] && !o->nulls_first[0] &&
           props_find_class(&n->in[0]->props, e->col, ret_class) && over_reach(o).bounded;
}
