/* SPDX-License-Identifier: Apache-2.0
 *
 * Temporal filters (design 4.13).  A conjunct compares the time of a row with a form of now(): now() less an interval, cast, cut to
 * the hour.  Each such form is nondecreasing in now(), so the conjunct holds for one span of processing time, which is found by
 * undoing the steps of the form one after the other (TimeBound); beside others by OR, with an infinite time for rows of which one
 * of those holds.  That must be exact: a form that is not nondecreasing (months: the 31st less a month is the 28th, at any time of
 * that day) is refused, not approximated. */
#include "plan/temporal.h"

#include "base/calendar.h"
#include "base/decimal.h"
#include "plan/bind_impl.h"

#define NS_PER_US 1000

static bool is_fn(const Expr *e, const char *name, uint32_t n_args)
{
    return e->kind == EXPR_CALL && e->n_args == n_args && strcmp(e->fn->name, name) == 0;
}

static bool is_clock_call(const Expr *e)
{
    static const char *const names[] = {"now",          "current_timestamp", "localtimestamp", "proctime",
                                        "current_date", "localtime",         "current_time"};
    for (size_t i = 0; e->kind == EXPR_CALL && e->n_args == 0 && i < ARRAY_LEN(names); i++)
        if (strcmp(e->fn->name, names[i]) == 0)
            return true;
    return false;
}

const Expr *temporal_clock(const Expr *e)
{
    if (is_clock_call(e))
        return e;
    for (uint32_t i = 0; e->is_stable && i < e->n_args; i++) {
        const Expr *found = temporal_clock(e->arg[i]);
        if (found)
            return found;
    }
    return NULL;
}

bool temporal_is_filter(const PlanState *s, const Logical *filter)
{
    return s->continuous && filter->kind == L_FILTER && temporal_clock(filter->predicate);
}

/* ---- one conjunct ---- */

static int refuse(const Expr *conjunct, const char *why, Err *err)
{
    const Expr *call = temporal_clock(conjunct);
    RAISE_AT(err, ERR_UNSUPPORTED, call->at, "%s() in this condition of a continuous query is not supported: %s", call->fn->name,
             why);
    return err_hint(err,
                    "Compare a time of the row with now() plus or minus days and time, in conditions joined by AND, or one beside "
                    "others without it by OR: WHERE ts > now() - INTERVAL '1' HOUR.");
}

static bool is_time(Type t)
{
    return type_is_timestamp(t.id) || t.id == T_DATE;
}

static int add_step(TimeBound *b, const Expr *conjunct, NowStep step, Err *err)
{
    if (b->n_steps == ARRAY_LEN(b->step))
        return refuse(conjunct, "too much is done with it", err);
    b->step[b->n_steps++] = step;
    return 0;
}

/* The microseconds of an interval that is one length whenever it is added. */
static int fixed_us(const Expr *conjunct, const Expr *e, int64_t *ret, Err *err)
{
    int64_t us;
    if (e->kind != EXPR_CONST || e->value.is_null)
        return refuse(conjunct, "the distance must be a constant", err);
    if (e->type.id == T_I32) {
        *ret = e->value.i32 * US_PER_DAY;
        return 0;
    }
    const Interval *iv = &e->value.iv;
    if (iv->months != 0)
        return refuse(conjunct, "months and years have no fixed length; say how many days", err);
    if (iv->ns % NS_PER_US != 0)
        return refuse(conjunct, "time moves in microseconds", err);
    if (__builtin_add_overflow(iv->ns / NS_PER_US, iv->days * US_PER_DAY, &us))
        return RAISE_AT(err, ERR_INTERVAL_OVERFLOW, e->at, "interval out of range");
    *ret = us;
    return 0;
}

/* date_trunc to a unit of fixed length. */
static int cut_steps(TimeBound *b, const Expr *conjunct, const Expr *unit, Err *err)
{
    static const struct {
        const char *name;
        int64_t us;
    } units[] = {{"millisecond", 1000},          {"milliseconds", 1000},         {"second", US_PER_SECOND},
                 {"minute", 60 * US_PER_SECOND}, {"hour", 3600 * US_PER_SECOND}, {"day", US_PER_DAY}};
    for (size_t i = 0; unit->kind == EXPR_CONST && !unit->value.is_null && i < ARRAY_LEN(units); i++)
        if (str_eq(unit->value.str, str_of(units[i].name)))
            return add_step(b, conjunct, (NowStep){.floor_us = units[i].us}, err);
    return refuse(conjunct, "it can be cut to 'day', 'hour', 'minute', 'second' and 'millisecond'", err);
}

/* The steps from e, which holds the clock, down to now(). */
static int find_steps(TimeBound *b, const Expr *conjunct, const Expr *e, Err *err)
{
    int64_t us;
    for (;;) {
        if (!is_time(e->type))
            return refuse(conjunct, "it is not compared as a time", err);
        if (is_clock_call(e))
            return e->type.id == T_DATE ? add_step(b, conjunct, (NowStep){.floor_us = US_PER_DAY}, err) : 0;
        if (e->kind == EXPR_CAST && !e->try_cast && is_time(e->arg[0]->type)) {
            if (e->type.id == T_DATE)
                TRY(add_step(b, conjunct, (NowStep){.floor_us = US_PER_DAY}, err));
            e = e->arg[0];
        } else if (is_fn(e, "date_trunc", 2)) {
            TRY(cut_steps(b, conjunct, e->arg[0], err));
            e = e->arg[1];
        } else if (is_fn(e, "+", 2) || is_fn(e, "-", 2)) {
            bool minus = is_fn(e, "-", 2), right = is_time(e->arg[1]->type);
            if (right && (minus || is_time(e->arg[0]->type)))
                return refuse(conjunct, "it must stand alone on its side", err);
            TRY(fixed_us(conjunct, e->arg[!right], &us, err));
            if (us == INT64_MIN)
                return refuse(conjunct, "the distance is out of range", err);
            TRY(add_step(b, conjunct, (NowStep){.shift_us = minus ? -us : us}, err));
            e = e->arg[right];
        } else {
            return refuse(conjunct, "what is done with it does not keep the order of time", err);
        }
    }
}

static const char *const compare_names[] = {
    [BOUND_LT] = "<", [BOUND_LE] = "<=", [BOUND_GT] = ">", [BOUND_GE] = ">=", [BOUND_EQ] = "="};

static NowCompare turned(NowCompare c)
{
    static const NowCompare other[] = {
        [BOUND_LT] = BOUND_GT, [BOUND_LE] = BOUND_GE, [BOUND_GT] = BOUND_LT, [BOUND_GE] = BOUND_LE, [BOUND_EQ] = BOUND_EQ};
    return other[c];
}

static NowCompare negated(NowCompare c)
{
    static const NowCompare other[] = {[BOUND_LT] = BOUND_GE, [BOUND_LE] = BOUND_GT, [BOUND_GT] = BOUND_LE, [BOUND_GE] = BOUND_LT};
    return other[c];
}

/* now() - x < d is now() < x + d, and x - now() < d is x - d < now(). */
static int solve_distance(Arena *a, const Expr *conjunct, const Expr *difference, Expr *distance, TimeBound *b, Err *err)
{
    int64_t us;
    bool now_first = temporal_clock(difference->arg[0]) != NULL;
    Expr *now = difference->arg[!now_first], *row = difference->arg[now_first];
    if (temporal_clock(row))
        return refuse(conjunct, "the clock stands on both sides", err);
    TRY(fixed_us(conjunct, distance, &us, err));
    if (!now_first)
        b->compare = turned(b->compare);
    TRY(expr_call(a, now_first ? STR("+") : STR("-"), (Expr *[]){row, distance}, 2, row->at, &b->value, err));
    b->value = expr_fold(a, b->value);
    return b->value ? find_steps(b, conjunct, now, err) : RAISE_NOMEM(err);
}

/* A constant number of seconds in microseconds; false: it is none of them, or of no whole ones. */
static bool seconds_us(const Expr *e, int64_t *ret)
{
    bool is = e->kind == EXPR_CONST && !e->value.is_null;
    if (is && e->type.id == T_F64) {
        double us = e->value.f64 * 1e6;
        *ret = us > -9e15 && us < 9e15 ? (int64_t)us : 0;
        return us > -9e15 && us < 9e15 && (double)*ret / 1e6 == e->value.f64;
    }
    if (!is || e->type.id != T_DECIMAL || e->type.scale > 18)
        return false;
    bool fine = e->type.scale > 6;
    i128 unit = decimal_pow10(fine ? e->type.scale - 6u : 6u - e->type.scale), v = e->value.dec, most = INT64_MAX / 1000;
    i128 us = fine ? v / unit : v > most || v < -most ? most : v * unit;
    *ret = (int64_t)MAX(MIN(us, most), -most);
    return us < most && us > -most && (!fine || v % unit == 0);
}

/* extract(epoch FROM now() - x) < 60 is now() - x < INTERVAL '1' MINUTE. */
static int read_seconds(Arena *a, const Expr **now, Expr **value, Err *err)
{
    const Expr *e = (*now)->kind == EXPR_CAST && (*now)->type.id == T_F64 ? (*now)->arg[0] : *now;
    bool is_part =
        (is_fn(e, "extract", 2) || is_fn(e, "date_part", 2)) && e->arg[0]->kind == EXPR_CONST && !e->arg[0]->value.is_null;
    int64_t us;
    if (!is_part || !str_eq(e->arg[0]->value.str, STR("epoch")) || !is_fn(e->arg[1], "-", 2) || !seconds_us(*value, &us))
        return 0;
    Value v = {.type = TYPE(INTERVAL), .iv = {.ns = us * NS_PER_US}};
    *now = e->arg[1];
    *value = expr_const(a, &v, (*value)->at);
    return *value ? 0 : RAISE_NOMEM(err);
}

static int solve(Arena *a, const Expr *conjunct, TimeBound *b, Err *err)
{
    const Expr *e = conjunct;
    bool negate = is_fn(e, "not", 1), known = false;
    if (negate)
        e = e->arg[0];
    for (NowCompare c = 0; c < N_BOUND_COMPARES && !known; c++)
        if (is_fn(e, compare_names[c], 2)) {
            b->compare = c;
            known = true;
        }
    if (!known || (negate && b->compare == BOUND_EQ))
        return refuse(conjunct, "only comparisons by <, <=, >, >=, = and BETWEEN are", err);
    bool right = temporal_clock(e->arg[0]) == NULL;
    const Expr *now = e->arg[right];
    Expr *value = e->arg[!right];
    if (temporal_clock(value))
        return refuse(conjunct, "the clock stands on both sides", err);
    if (negate)
        b->compare = negated(b->compare);
    if (right)
        b->compare = turned(b->compare);
    TRY(read_seconds(a, &now, &value, err));
    b->value = value;
    if (is_fn(now, "-", 2) && is_time(now->arg[0]->type) && is_time(now->arg[1]->type))
        return solve_distance(a, conjunct, now, value, b, err);
    return find_steps(b, conjunct, now, err);
}

/* ---- all of them ---- */

typedef struct Solving {
    Arena *a;
    Expr *plain; /* NULL = none yet */
    TimeBound *bound;
    uint32_t n, cap;
} Solving;

static int add_bound(Solving *s, const TimeBound *b, Err *err)
{
    if (b->value->is_volatile || b->value->is_stable)
        return RAISE_AT(err, ERR_NONDETERMINISTIC, b->value->at,
                        "a value that is compared with now() must be one that the row determines");
    if (s->n == s->cap) {
        uint32_t cap = s->cap ? 2 * s->cap : 4;
        TimeBound *more = ARENA_ARRAY(s->a, TimeBound, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (s->n)
            memcpy(more, s->bound, s->n * sizeof(*more));
        s->bound = more;
        s->cap = cap;
    }
    s->bound[s->n++] = *b;
    return 0;
}

static int add_plain(Solving *s, Expr *e, Err *err)
{
    if (s->plain)
        return expr_logic(s->a, EXPR_AND, (Expr *[]){s->plain, e}, 2, e->at, &s->plain, err);
    s->plain = e;
    return 0;
}

/* The bound, but for rows that hold it at any time: there the value is infinite. */
static int add_unless(Solving *s, const Expr *always, TimeBound b, Err *err)
{
    bool leaves = b.compare == BOUND_LT || b.compare == BOUND_LE;
    Value v = {.type = b.value->type};
    if (v.type.id == T_DATE)
        v.i32 = leaves ? DATE_INFINITY : DATE_MINUS_INFINITY;
    else
        v.i64 = leaves ? INT64_MAX : INT64_MIN;
    Expr *infinite = expr_const(s->a, &v, b.value->at), *when = (Expr *)always;
    if (!infinite)
        return RAISE_NOMEM(err);
    TRY(expr_case(s->a, &when, &infinite, 1, b.value, b.value->at, &b.value, err));
    b.may_stay = true;
    return add_bound(s, &b, err);
}

static int take(Solving *s, Expr *e, Err *err);

/* p OR t, p OR (t AND q): the place of the one that holds the clock. */
static int find_timed(const Expr *e, uint32_t *ret, Err *err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < e->n_args; i++)
        if (temporal_clock(e->arg[i])) {
            *ret = i;
            n++;
        }
    return n == 1 ? 0 : refuse(e, "only one of the conditions that OR joins may have it", err);
}

static int take_or(Solving *s, const Expr *e, Err *err)
{
    uint32_t at = 0;
    TRY(find_timed(e, &at, err));
    Expr **other = ARENA_ARRAY(s->a, Expr *, e->n_args), *always;
    const Expr *timed = e->arg[at];
    if (!other)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0, n = 0; i < e->n_args; i++)
        if (i != at)
            other[n++] = e->arg[i];
    always = other[0];
    if (e->n_args > 2)
        TRY(expr_logic(s->a, EXPR_OR, other, e->n_args - 1, e->at, &always, err));
    if (timed->kind == EXPR_AND) { /* both parts are alternatives */
        for (uint32_t i = 0; i < timed->n_args; i++) {
            Expr *part;
            TRY(expr_logic(s->a, EXPR_OR, (Expr *[]){always, timed->arg[i]}, 2, e->at, &part, err));
            TRY(take(s, part, err));
        }
        return 0;
    }
    TimeBound b = {0};
    TRY(solve(s->a, timed, &b, err));
    if (b.compare != BOUND_EQ)
        return add_unless(s, always, b, err);
    b.compare = BOUND_GE;
    TRY(add_unless(s, always, b, err));
    b.compare = BOUND_LE;
    return add_unless(s, always, b, err);
}

static int take(Solving *s, Expr *e, Err *err)
{
    TimeBound b = {0};
    if (!temporal_clock(e))
        return add_plain(s, e, err);
    if (e->kind == EXPR_OR)
        return take_or(s, e, err);
    TRY(solve(s->a, e, &b, err));
    return add_bound(s, &b, err);
}

int temporal_solve(Arena *a, const Expr *predicate, Expr **ret_plain, TimeBound **ret, uint32_t *ret_n, Err *err)
{
    bool is_and = predicate->kind == EXPR_AND;
    Solving s = {.a = a};
    for (uint32_t i = 0; i < (is_and ? predicate->n_args : 1); i++)
        TRY(take(&s, is_and ? predicate->arg[i] : (Expr *)predicate, err));
    *ret_plain = s.plain;
    *ret = s.bound;
    *ret_n = s.n;
    return 0;
}

bool temporal_leaves(const TimeBound *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!b[i].may_stay && (b[i].compare == BOUND_LT || b[i].compare == BOUND_LE || b[i].compare == BOUND_EQ))
            return true;
    return false;
}
