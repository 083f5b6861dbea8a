/* SPDX-License-Identifier: Apache-2.0
 *
 * Bounds in time that a join's condition holds (design 3.2 rule 6): how far the event time of a left row may lie from that of a
 * right row it meets.  With a bound on both sides, and a watermark for both times, a row can be forgotten (interval join,
 * design 4.7); equality of times, as of window bounds, is the band of width zero.
 *
 * A row may also say itself until when it finds partners: in `bid.ts BETWEEN auction.ts AND auction.expires` the clock of the bids
 * forgets an auction when it has passed `expires`, whatever that is.  Only rows of streams are forgotten so: what else there is
 * has a state of its own size, and meets late rows, too. */
#include "plan/join_impl.h"

#include "base/calendar.h"
#include "plan/plan.h"

#define PAIRS_MAX (WATERMARK_COLUMNS_MAX * WATERMARK_COLUMNS_MAX)

typedef struct Pair { /* lo <= left column - right column <= hi */
    uint32_t left, right;
    int64_t lo_us, hi_us;
} Pair;

typedef struct Found { /* bounds by pair of clocks, in the order of the condition */
    const Logical *join;
    bool streams; /* other times of the rows count, too */
    Pair pair[PAIRS_MAX];
    uint32_t n;
    bool has_lo, has_hi; /* the first bound below of a left time by a right clock; above of a left clock by a right time */
    Pair lo, hi;
} Found;

/* An expression near a time of one side: column + lo <= expression <= column + hi. */
typedef struct TimeForm {
    uint32_t side, col; /* col: of the side's input */
    bool is_clock;      /* a watermark column */
    int64_t lo_us, hi_us;
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

static bool shift(TimeForm *f, int64_t lo_us, int64_t hi_us)
{
    return !__builtin_add_overflow(f->lo_us, lo_us, &f->lo_us) && !__builtin_add_overflow(f->hi_us, hi_us, &f->hi_us);
}

/* date_trunc: how far at most the result lies behind the time.  Where a zone's clock is set back, that is some hours more. */
static bool cut_length(const Expr *unit, TypeId type, int64_t *ret_us)
{
    static const struct {
        const char *name;
        int64_t us;
    } units[] = {{"millisecond", 1000},          {"second", US_PER_SECOND},    {"minute", 60 * US_PER_SECOND},
                 {"hour", 3600 * US_PER_SECOND}, {"day", US_PER_DAY},          {"week", 7 * US_PER_DAY},
                 {"month", 31 * US_PER_DAY},     {"quarter", 92 * US_PER_DAY}, {"year", 366 * US_PER_DAY}};
    for (size_t i = 0; unit->kind == EXPR_CONST && !unit->value.is_null && i < ARRAY_LEN(units); i++)
        if (str_eq(unit->value.str, str_of(units[i].name))) {
            *ret_us = units[i].us + (type == T_TSTZ ? US_PER_DAY : 0);
            return true;
        }
    return false;
}

/* Rows of a stream that only comes, and does not forget by age. */
static bool is_stream(const PlanState *s, const Props *p)
{
    return s->ctx->state_ttl_us == 0 && s->ctx->n_side_ttl == 0 && p->change == CHANGE_APPEND && p->content == STATE_ROWS;
}

static bool time_form(const Found *f, const Expr *e, TimeForm *ret)
{
    const Logical *join = f->join;
    int64_t part;
    *ret = (TimeForm){0};
    while (e->kind != EXPR_COLUMN) {
        if (e->kind == EXPR_CAST && !e->try_cast && type_is_timestamp(e->type.id) && type_is_timestamp(e->arg[0]->type.id)) {
            e = e->arg[0];
            continue;
        }
        if (is_call(e, "date_trunc", 2) && type_is_timestamp(e->arg[1]->type.id)) {
            if (!cut_length(e->arg[0], e->arg[1]->type.id, &part) || !shift(ret, -part, 0))
                return false;
            e = e->arg[1];
            continue;
        }
        bool plus = is_call(e, "+", 2), minus = is_call(e, "-", 2);
        uint32_t at = plus && e->arg[0]->type.id == T_INTERVAL ? 1 : 0;
        if ((!plus && !minus) || !type_is_timestamp(e->type.id) || !fixed_interval(e->arg[!at], &part))
            return false;
        if ((minus && __builtin_sub_overflow(0, part, &part)) || !shift(ret, part, part))
            return false;
        e = e->arg[at];
    }
    if (!type_is_timestamp(e->type.id))
        return false;
    uint32_t n_left = join->in[0]->n_cols;
    ret->side = e->col < n_left ? SIDE_LEFT : SIDE_RIGHT;
    ret->col = e->col < n_left ? e->col : e->col - n_left;
    ret->is_clock = props_find_class(&join->in[ret->side == SIDE_RIGHT]->props, ret->col, NULL);
    return ret->is_clock || f->streams;
}

/* A bound of a window says where its other bound is. */
static bool other_bound(const Logical *join, TimeForm f, TimeForm *ret)
{
    const Props *p = &join->in[f.side == SIDE_RIGHT]->props;
    const TimeWindow *w = &p->window;
    bool is_end = (int32_t)f.col == p->window_end_col;
    int32_t other = is_end ? p->window_start_col : p->window_end_col;
    if (w->kind == WINDOW_NONE || w->kind == WINDOW_SESSION || other < 0 || (!is_end && (int32_t)f.col != p->window_start_col) ||
        !props_find_class(p, (uint32_t)other, NULL))
        return false;
    int64_t longest = window_longest_us(w), shortest = w->tick != TICK_US           ? 0
                                                       : w->kind == WINDOW_CUMULATE ? w->slide_us
                                                                                    : w->size_us;
    *ret = f;
    ret->is_clock = true;
    ret->col = (uint32_t)other;
    return is_end ? shift(ret, shortest, longest) : shift(ret, -longest, -shortest);
}

/* left.time - right.time >= at_least, or <= at_most, of two clocks. */
static void narrow(Found *f, uint32_t left, uint32_t right, int64_t at_least, int64_t at_most)
{
    uint32_t i = 0;
    while (i < f->n && (f->pair[i].left != left || f->pair[i].right != right))
        i++;
    if (i == PAIRS_MAX)
        return;
    if (i == f->n)
        f->pair[f->n++] = (Pair){left, right, INT64_MIN, INT64_MAX};
    f->pair[i].lo_us = MAX(f->pair[i].lo_us, at_least);
    f->pair[i].hi_us = MIN(f->pair[i].hi_us, at_most);
}

/* The same where only one of the two is a clock: it forgets the rows of the other side. */
static void use_time(Found *f, const TimeForm *l, const TimeForm *r, int64_t at_least, int64_t at_most)
{
    Pair p = {l->col, r->col, at_least, at_most};
    if (r->is_clock && at_least != INT64_MIN && !f->has_lo) {
        f->lo = p;
        f->has_lo = true;
    }
    if (l->is_clock && at_most != INT64_MAX && !f->has_hi) {
        f->hi = p;
        f->has_hi = true;
    }
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

/* l  order  r, of the left and the right side, as bounds of the difference of their columns. */
static void use_forms(Found *f, const TimeForm *l, const TimeForm *r, TimeOrder order, int64_t tight)
{
    int64_t at_least, at_most;
    if (order == ORDER_LE || __builtin_sub_overflow(r->lo_us, l->hi_us, &at_least) ||
        (order == ORDER_GE && __builtin_add_overflow(at_least, tight, &at_least)))
        at_least = INT64_MIN;
    if (order == ORDER_GE || __builtin_sub_overflow(r->hi_us, l->lo_us, &at_most) ||
        (order == ORDER_LE && __builtin_sub_overflow(at_most, tight, &at_most)))
        at_most = INT64_MAX;
    if (l->is_clock && r->is_clock)
        narrow(f, l->col, r->col, at_least, at_most);
    else
        use_time(f, l, r, at_least, at_most);
}

/* l  order  r, and what it says of the other bounds of their windows. */
static void use_bound(Found *f, TimeForm l, TimeForm r, TimeOrder order, int64_t tight)
{
    TimeForm ls[2], rs[2];
    if (l.side == r.side)
        return;
    if (l.side == SIDE_RIGHT) {
        TimeForm t = l;
        l = r;
        r = t;
        order = turned(order);
    }
    ls[0] = l;
    rs[0] = r;
    uint32_t n_l = l.is_clock && other_bound(f->join, l, &ls[1]) ? 2 : 1,
             n_r = r.is_clock && other_bound(f->join, r, &rs[1]) ? 2 : 1;
    for (uint32_t i = 0; i < n_l; i++)
        for (uint32_t k = 0; k < n_r; k++)
            use_forms(f, &ls[i], &rs[k], order, tight);
}

/* l.time - r.time  order  constant, and abs(l.time - r.time) <= constant. */
static void use_difference(Found *f, const Expr *e, const Expr *constant, TimeOrder order)
{
    int64_t us;
    TimeForm l, r;
    bool both = is_call(e, "abs", 1);
    const Expr *d = both ? e->arg[0] : e;
    if (!fixed_interval(constant, &us) || !is_call(d, "-", 2) || (both && order != ORDER_LE) || !time_form(f, d->arg[0], &l) ||
        !time_form(f, d->arg[1], &r) || l.side == r.side)
        return;
    TimeForm above = r;
    if (shift(&above, us, us))
        use_bound(f, l, above, order, 0);
    if (both && !__builtin_sub_overflow(0, us, &us) && shift(&r, us, us))
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
    if (time_form(f, e->arg[0], &l) && time_form(f, e->arg[1], &r))
        use_bound(f, l, r, order, strict && exact ? 1 : 0);
}

/* One bound by two clocks, else by a clock and a time. */
static bool choose(const Found *f, bool low, Pair *ret)
{
    for (uint32_t i = 0; i < f->n; i++)
        if (low ? f->pair[i].lo_us != INT64_MIN : f->pair[i].hi_us != INT64_MAX) {
            *ret = f->pair[i];
            return true;
        }
    *ret = low ? f->lo : f->hi;
    return low ? f->has_lo : f->has_hi;
}

/* One pair of clocks bounds the state, else one bound of each side; what is said of others is part of the condition. */
bool join_band_find(const PlanState *s, const Logical *join, JoinBand *ret)
{
    const Props *l = &join->in[0]->props, *r = &join->in[1]->props;
    Found f = {.join = join, .streams = is_stream(s, l) && is_stream(s, r)};
    Pair lo, hi;
    if (!join->join.on)
        return false;
    Expr *on = join->join.on, **part;
    uint32_t n;
    join_conjuncts(&on, &part, &n);
    for (uint32_t i = 0; i < n; i++)
        look_at(&f, part[i]);
    for (uint32_t i = 0; i < f.n; i++) {
        const Pair *p = &f.pair[i];
        if (p->lo_us == INT64_MIN || p->hi_us == INT64_MAX)
            continue;
        *ret = (JoinBand){p->left, p->right, p->left, p->right, p->lo_us, p->hi_us};
        return true;
    }
    if (!f.streams || !choose(&f, true, &lo) || !choose(&f, false, &hi))
        return false;
    *ret = (JoinBand){hi.left, lo.right, lo.left, hi.right, lo.lo_us, hi.hi_us};
    return true;
}

/* The sides that an expression reads, and those of which it reads a column that moves with a clock: masks of SIDE_*. */
static void find_reads(const Logical *join, const Expr *e, uint32_t *sides, uint32_t *clocks)
{
    if (e->kind == EXPR_COLUMN) {
        uint32_t n_left = join->in[0]->n_cols, is_right = e->col >= n_left, col = e->col - (is_right ? n_left : 0);
        uint32_t side = is_right ? SIDE_RIGHT : SIDE_LEFT;
        const Props *p = &join->in[is_right]->props;
        *sides |= side;
        if (props_find_class(p, col, NULL) || (int32_t)col == p->window_start_col || (int32_t)col == p->window_end_col)
            *clocks |= side;
    }
    for (uint32_t i = 0; i < e->n_args; i++)
        find_reads(join, e->arg[i], sides, clocks);
}

bool join_relates_clocks(const Logical *join)
{
    Expr *on = join->join.on, **part;
    uint32_t n = 0;
    if (on)
        join_conjuncts(&on, &part, &n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t sides = 0, clocks = 0;
        find_reads(join, part[i], &sides, &clocks);
        if (sides == (SIDE_LEFT | SIDE_RIGHT) && clocks)
            return true;
    }
    return false;
}
