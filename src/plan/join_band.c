/* SPDX-License-Identifier: Apache-2.0
 *
 * Bounds in time that a join's condition holds (design 3.2 rule 6): how far the event time of a left row may lie from that of a
 * right row it meets.  With a bound on both sides, and a watermark for both times, a row can be forgotten (interval join,
 * design 4.7); equality of times, as of window bounds, is the band of width zero. */
#include "plan/join_impl.h"

#include "base/calendar.h"

/* An expression that is a watermark column of one side plus a constant. */
typedef struct TimeForm {
    uint32_t side, col; /* col: of the side's input */
    int64_t offset_us;
} TimeForm;

static bool fixed_interval(const Expr *e, int64_t *ret_us)
{
    return e->kind == EXPR_CONST && e->type.id == T_INTERVAL && !e->value.is_null && e->value.iv.months == 0 &&
           interval_fixed_us(&e->value.iv, ret_us) >= 0;
}

static bool is_call(const Expr *e, const char *name, uint32_t n_args)
{
    return e->kind == EXPR_CALL && e->n_args == n_args && strcmp(e->fn->name, name) == 0;
}

static bool time_form(const Logical *join, const Expr *e, TimeForm *ret)
{
    int64_t offset = 0, part;
    while (e->kind != EXPR_COLUMN) {
        if (e->kind == EXPR_CAST && !e->try_cast && type_is_timestamp(e->type.id) && type_is_timestamp(e->arg[0]->type.id)) {
            e = e->arg[0];
            continue;
        }
        bool plus = is_call(e, "+", 2), minus = is_call(e, "-", 2);
        uint32_t at = plus && e->arg[0]->type.id == T_INTERVAL ? 1 : 0;
        if ((!plus && !minus) || !type_is_timestamp(e->type.id) || !fixed_interval(e->arg[!at], &part))
            return false;
        if (minus ? __builtin_sub_overflow(offset, part, &offset) : __builtin_add_overflow(offset, part, &offset))
            return false;
        e = e->arg[at];
    }
    if (!type_is_timestamp(e->type.id))
        return false;
    uint32_t n_left = join->in[0]->n_cols;
    ret->side = e->col < n_left ? SIDE_LEFT : SIDE_RIGHT;
    ret->col = e->col < n_left ? e->col : e->col - n_left;
    ret->offset_us = offset;
    return props_find_class(&join->in[ret->side == SIDE_RIGHT]->props, ret->col, NULL);
}

typedef struct Found {
    const Logical *join;
    JoinBand *band;
    bool any;
} Found;

/* left.time - right.time >= at_least, or <= at_most. */
static void narrow(Found *f, uint32_t left, uint32_t right, int64_t at_least, int64_t at_most)
{
    JoinBand *b = f->band;
    if (f->any && (b->left_col != left || b->right_col != right))
        return; /* one pair of clocks bounds the state; the others are part of the condition */
    f->any = true;
    b->left_col = left;
    b->right_col = right;
    b->lo_us = MAX(b->lo_us, at_least);
    b->hi_us = MIN(b->hi_us, at_most);
}

typedef enum TimeOrder { ORDER_GE, ORDER_LE, ORDER_EQ, ORDER_NONE } TimeOrder;
static TimeOrder order_of(const Expr *e, bool *strict)
{
    *strict = is_call(e, ">", 2) || is_call(e, "<", 2);
    if (is_call(e, ">=", 2) || is_call(e, ">", 2))
        return ORDER_GE;
    if (is_call(e, "<=", 2) || is_call(e, "<", 2))
        return ORDER_LE;
    return is_call(e, "=", 2) ? ORDER_EQ : ORDER_NONE;
}

static TimeOrder turned(TimeOrder r)
{
    return r == ORDER_GE ? ORDER_LE : r == ORDER_LE ? ORDER_GE : r;
}

/* l + a  order  r + b: the difference l - r against b - a. */
static void use_bound(Found *f, TimeForm l, TimeForm r, TimeOrder order, int64_t tight)
{
    int64_t at;
    if (l.side == r.side)
        return;
    if (l.side == SIDE_RIGHT) {
        TimeForm t = l;
        l = r;
        r = t;
        order = turned(order);
    }
    if (__builtin_sub_overflow(r.offset_us, l.offset_us, &at))
        return;
    narrow(f, l.col, r.col, order == ORDER_LE ? INT64_MIN : at + (order == ORDER_GE ? tight : 0),
           order == ORDER_GE ? INT64_MAX : at - (order == ORDER_LE ? tight : 0));
}

/* l.time - r.time  order  constant, and abs(l.time - r.time) <= constant. */
static void use_difference(Found *f, const Expr *e, const Expr *constant, TimeOrder order)
{
    int64_t us;
    TimeForm l, r;
    bool both = is_call(e, "abs", 1);
    const Expr *d = both ? e->arg[0] : e;
    if (!fixed_interval(constant, &us) || !is_call(d, "-", 2) || (both && order != ORDER_LE) ||
        !time_form(f->join, d->arg[0], &l) || !time_form(f->join, d->arg[1], &r) || l.side == r.side)
        return;
    r.offset_us += us;
    use_bound(f, l, r, order, 0);
    if (!both)
        return;
    r.offset_us -= 2 * us;
    use_bound(f, l, r, ORDER_GE, 0);
}

static void look_at(Found *f, const Expr *e)
{
    bool strict;
    TimeForm l, r;
    TimeOrder order = order_of(e, &strict);
    if (order == ORDER_NONE)
        return;
    if (e->arg[0]->type.id == T_INTERVAL) { /* how an interval's days and hours compare: only the bound itself is taken */
        use_difference(f, e->arg[0], e->arg[1], order);
        use_difference(f, e->arg[1], e->arg[0], turned(order));
        return;
    }
    /* Nanosecond times are judged in microseconds here, so that an open bound there is not narrowed. */
    bool exact = e->arg[0]->type.id != T_TSNS;
    if (time_form(f->join, e->arg[0], &l) && time_form(f->join, e->arg[1], &r))
        use_bound(f, l, r, order, strict && exact ? 1 : 0);
}

bool join_band_find(const Logical *join, JoinBand *ret)
{
    *ret = (JoinBand){.lo_us = INT64_MIN, .hi_us = INT64_MAX};
    Found f = {join, ret, false};
    if (!join->join.on)
        return false;
    Expr *on = join->join.on, **part;
    uint32_t n;
    join_conjuncts(&on, &part, &n);
    for (uint32_t i = 0; i < n; i++)
        look_at(&f, part[i]);
    return f.any && ret->lo_us != INT64_MIN && ret->hi_us != INT64_MAX;
}
