/* SPDX-License-Identifier: Apache-2.0
 *
 * derive-conditions: what a join's conditions say of one of its inputs without saying so.
 *   - An equality carries over what is known of one side: a.k = b.k and a.k = 7 give b.k = 7, also where one is a wider
 *     integer.
 *   - An OR of conditions on both sides limits each side to what its parts allow: (x = 1 AND y = 2) OR (x = 3 AND y = 4) gives
 *     x = 1 OR x = 3 for the one and y = 2 OR y = 4 for the other.
 * Rows that these leave out meet no partner, so less is read, kept and compared; which rows come out stays the same.  Conditions
 * are copied, never moved, and a copy is made only where it does not follow already, so a second pass adds nothing. */
#include "plan/join_impl.h"
#include "plan/rules.h"
#include "plan/temporal.h"

#include "base/bits.h"

#define NOWHERE UINT32_MAX

static bool may_copy(const Expr *e)
{
    return !e->is_volatile && !e->can_fail && !e->is_stable;
}

static bool columns_below(const Expr *e, uint32_t n_cols, uint32_t from, uint32_t to, uint64_t *bits)
{
    memset(bits, 0, (BIT_WORDS(n_cols) + 1) * sizeof(*bits));
    expr_columns(e, bits);
    for (uint32_t i = 0; i < n_cols; i++)
        if (bit_get(bits, i) && (i < from || i >= to))
            return false;
    return true;
}

/* ---- what holds already ---- */

static int follows(PlanState *s, const Logical *n, Expr *e, bool *ret, Err *err);

static int follows_over(PlanState *s, const Logical *in, Expr *e, Expr **map, bool *ret, Err *err)
{
    Expr *below = expr_substitute(s->arena, e, map);
    return below ? follows(s, in, below, ret, err) : RAISE_NOMEM(err);
}

static int follows_join(PlanState *s, const Logical *n, Expr *e, const uint64_t *used, bool *ret, Err *err)
{
    uint32_t sides = 0;
    for (uint32_t i = 0; i < n->n_cols; i++)
        if (bit_get(used, i))
            sides |= i < n->in[0]->n_cols ? SIDE_LEFT : SIDE_RIGHT;
    if (sides == SIDE_LEFT && n->join.type != FULL_JOIN)
        return follows(s, n->in[0], e, ret, err);
    if (sides != SIDE_RIGHT || n->join.type != INNER_JOIN)
        return 0;
    Expr *over = join_over_side(s->arena, n, e, SIDE_RIGHT);
    return over ? follows(s, n->in[1], over, ret, err) : RAISE_NOMEM(err);
}

/* Whether the condition stands below already, for all rows of n. */
static int follows(PlanState *s, const Logical *n, Expr *e, bool *ret, Err *err)
{
    uint64_t *used = ARENA_ARRAY(s->arena, uint64_t, BIT_WORDS(n->n_cols) + 1);
    *ret = false;
    if (!used)
        return RAISE_NOMEM(err);
    bool from_input = n->n_in == 1 && columns_below(e, n->n_cols, 0, n->in[0]->n_cols, used);
    if (n->n_in != 1)
        expr_columns(e, used);
    switch (n->kind) {
    case L_FILTER: {
        Expr *all = n->predicate, **part;
        uint32_t n_parts;
        join_conjuncts(&all, &part, &n_parts);
        for (uint32_t i = 0; i < n_parts; i++)
            if (expr_equal(part[i], e)) {
                *ret = true;
                return 0;
            }
        return follows(s, n->in[0], e, ret, err);
    }
    case L_PROJECT: return follows_over(s, n->in[0], e, n->exprs, ret, err);
    case L_AGG:
    case L_WINDOW_AGG:
        return columns_below(e, n->n_cols, 0, n->group.n_keys, used) ? follows_over(s, n->in[0], e, n->group.keys, ret, err) : 0;
    case L_JOIN: return follows_join(s, n, e, used, ret, err);
    case L_UNION:
    case L_SET_OP:
        *ret = n->n_in > 0;
        for (uint32_t i = 0; i < n->n_in && *ret; i++)
            TRY(follows(s, n->in[i], e, ret, err));
        return 0;
    case L_UNNEST:
    case L_EXPAND:
    case L_WINDOW:
    case L_TTL:
    case L_OVER:
    case L_TOP_N:
    case L_SORT:
    case L_LIMIT:
    case L_EVERY: return from_input ? follows(s, n->in[0], e, ret, err) : 0;
    case L_SOURCE:
    case L_VALUES:
    case L_MATCH:
    case L_ASOF:
    case L_RECURSE:
    case N_LOGICAL_KINDS: break;
    }
    return 0;
}

/* Puts the condition over *in, and on its way down, unless it holds there. */
static int narrow(PlanState *s, Logical **in, Expr *e, Err *err)
{
    bool holds;
    TRY(follows(s, *in, e, &holds, err));
    if (holds)
        return 0;
    Logical *f = logical_filter(s->arena, *in, e);
    if (!f)
        return RAISE_NOMEM(err);
    f->props = (*in)->props;
    trace_say(s, "%s of %s", trace_text(s, *in, e), trace_name(*in));
    *in = f;
    Trace *trace = s->trace; /* its way down is no news */
    s->trace = NULL;
    int rc = rule_push_filters(s, in, err);
    s->trace = trace;
    return rc;
}

/* ---- across equalities ---- */

typedef struct Spread { /* from one side of a join to the other */
    PlanState *s;
    Logical **to;
    uint32_t n;
    Expr *const *other; /* keys of the side that gets it */
    const bool
        *widened; /* by key: the column is compared as a wider integer, so only what compares it with constants carries over */
} Spread;

static bool is_integer(Type t)
{
    return t.id == T_I16 || t.id == T_I32 || t.id == T_I64;
}

static bool is_null_test(const Expr *e)
{
    return e->kind == EXPR_CALL && (strcmp(e->fn->name, "is null") == 0 || strcmp(e->fn->name, "is not null") == 0);
}

static bool is_widened(const Expr *e)
{
    return e->kind == EXPR_CAST && !e->can_fail && is_integer(e->type) && e->arg[0]->kind == EXPR_COLUMN &&
           is_integer(e->arg[0]->type);
}

static int64_t integer_of(const Value *v)
{
    return v->type.id == T_I16 ? v->i16 : v->type.id == T_I32 ? v->i32 : v->i64;
}

/* An integer constant as one of a narrower type; NULL: it has no such value. */
static Expr *narrower(PlanState *s, const Expr *e, Type to)
{
    int64_t n = is_integer(e->type) && e->kind == EXPR_CONST && !e->value.is_null ? integer_of(&e->value) : INT64_MIN;
    Value v = {.type = to};
    if (to.id == T_I64 || n < (to.id == T_I16 ? INT16_MIN : INT32_MIN) || n > (to.id == T_I16 ? INT16_MAX : INT32_MAX))
        return NULL;
    if (to.id == T_I16)
        v.i16 = (int16_t)n;
    else
        v.i32 = (int32_t)n;
    return expr_const(s->arena, &v, e->at);
}

/* The constants from `first` on, with which *other, a column as a wider integer, is compared as the column that it is. */
static int compare_narrow(PlanState *s, Expr **other, Expr **arg, uint32_t n, Err *err)
{
    Expr **narrow = ARENA_ARRAY(s->arena, Expr *, n + 1);
    if (!narrow)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        if (!is_widened(*other) || !(narrow[i] = narrower(s, arg[i], (*other)->arg[0]->type)))
            return 0;
    memcpy(arg, narrow, n * sizeof(*arg));
    *other = (*other)->arg[0];
    return 0;
}

/* e compares a column, and nothing else, with constants: the same of another expression.  NULL = it does not. */
static int compared_as(PlanState *s, const Expr *e, Expr *other, Expr **ret, Err *err)
{
    static const char *const compares[] = {"=", "<>", "<", "<=", ">", ">="};
    bool is_compare = false;
    *ret = NULL;
    for (uint32_t i = 0; e->kind == EXPR_CALL && e->n_args == 2 && i < ARRAY_LEN(compares); i++)
        is_compare |= strcmp(e->fn->name, compares[i]) == 0;
    if (e->kind == EXPR_IN && e->arg[0]->kind == EXPR_COLUMN) {
        Expr **list = arena_memdup(s->arena, e->arg + 1, (e->n_args - 1) * sizeof(*list));
        if (!list)
            return RAISE_NOMEM(err);
        TRY(compare_narrow(s, &other, list, e->n_args - 1, err));
        return expr_in(s->arena, other, list, e->n_args - 1, false, e->at, ret, err);
    }
    for (uint32_t i = 0; i < 2 && is_compare; i++) {
        if (e->arg[i]->kind != EXPR_COLUMN || e->arg[!i]->kind != EXPR_CONST)
            continue;
        Expr *constant = e->arg[!i];
        TRY(compare_narrow(s, &other, &constant, 1, err));
        Expr *args[2] = {i == 0 ? other : constant, i == 0 ? constant : other};
        TRY(expr_call(s->arena, str_of(e->fn->name), args, 2, e->at, ret, err));
        *ret = expr_fold(s->arena, *ret);
        return *ret ? 0 : RAISE_NOMEM(err);
    }
    return 0;
}

/* at: of the keys, the columns of n. */
static int spread_one(const Spread *x, const Logical *n, const uint32_t *at, Expr *e, Err *err)
{
    PlanState *s = x->s;
    uint64_t *used = ARENA_ARRAY(s->arena, uint64_t, BIT_WORDS(n->n_cols) + 1);
    Expr **map = ARENA_ARRAY(s->arena, Expr *, n->n_cols + 1);
    bool any = false, widened = false, wider = false; /* the column here, the one there */
    if (!used || !map)
        return RAISE_NOMEM(err);
    if (!may_copy(e) || is_null_test(e))
        return 0;
    expr_columns(e, used);
    for (uint32_t c = 0; c < n->n_cols; c++) {
        if (!bit_get(used, c))
            continue;
        Expr *wide = NULL;
        for (uint32_t k = 0; k < x->n && !map[c]; k++) {
            if (at[k] == c && x->widened[k])
                wide = x->other[k];
            else if (at[k] == c)
                map[c] = x->other[k];
        }
        widened |= !map[c];
        map[c] = map[c] ? map[c] : wide;
        if (!map[c])
            return 0;
        wider |= is_widened(map[c]) && !s->continuous;
        any = true;
    }
    if (!any)
        return 0;
    Expr *over = NULL;
    for (uint32_t c = 0; c < n->n_cols && (widened || wider) && !over; c++)
        if (bit_get(used, c))
            TRY(compared_as(s, e, map[c], &over, err));
    if (!over && !widened && !(over = expr_substitute(s->arena, e, map)))
        return RAISE_NOMEM(err);
    return over ? narrow(s, x->to, over, err) : 0;
}

static int spread(const Spread *x, const Logical *n, const uint32_t *at, Err *err);

/* The columns of an input: those from `base` on, as many as it has, or of the n that `map` has. */
static int spread_below(const Spread *x, const Logical *in, const uint32_t *at, uint32_t base, Expr *const *map, uint32_t n,
                        Err *err)
{
    uint32_t *below = ARENA_ARRAY(x->s->arena, uint32_t, x->n + 1);
    bool any = false;
    if (!below)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < x->n; k++) {
        below[k] = NOWHERE;
        if (at[k] == NOWHERE)
            continue;
        if (!map && at[k] >= base && at[k] - base < in->n_cols)
            below[k] = at[k] - base;
        if (map && at[k] < n && map[at[k]]->kind == EXPR_COLUMN)
            below[k] = map[at[k]]->col;
        any |= below[k] != NOWHERE;
    }
    return any ? spread(x, in, below, err) : 0;
}

/* All conditions below n on columns that are keys. */
static int spread(const Spread *x, const Logical *n, const uint32_t *at, Err *err)
{
    switch (n->kind) {
    case L_FILTER: {
        Expr *all = n->predicate, **part;
        uint32_t n_parts;
        join_conjuncts(&all, &part, &n_parts);
        for (uint32_t i = 0; i < n_parts; i++)
            TRY(spread_one(x, n, at, part[i], err));
        return spread(x, n->in[0], at, err);
    }
    case L_PROJECT: return spread_below(x, n->in[0], at, 0, n->exprs, n->n_cols, err);
    case L_AGG:
    case L_WINDOW_AGG: return n->group.n_keys ? spread_below(x, n->in[0], at, 0, n->group.keys, n->group.n_keys, err) : 0;
    case L_JOIN:
        if (n->join.type == FULL_JOIN)
            return 0;
        TRY(spread_below(x, n->in[0], at, 0, NULL, 0, err));
        return n->join.type == INNER_JOIN ? spread_below(x, n->in[1], at, n->in[0]->n_cols, NULL, 0, err) : 0;
    case L_UNNEST:
    case L_WINDOW:
    case L_TTL:
    case L_OVER:
    case L_TOP_N:
    case L_SORT:
    case L_LIMIT: return spread_below(x, n->in[0], at, 0, NULL, 0, err);
    case L_UNION:
    case L_SET_OP:
    case L_EXPAND:
    case L_SOURCE:
    case L_VALUES:
    case L_MATCH:
    case L_ASOF:
    case L_EVERY:
    case L_RECURSE:
    case N_LOGICAL_KINDS: break;
    }
    return 0;
}

/* What ON says of the left side alone: an outer join keeps it there. */
static int spread_on(const Spread *x, const Logical *join, const uint32_t *at, Err *err)
{
    Expr *all = join->join.on, **part;
    uint32_t n, sides;
    join_conjuncts(&all, &part, &n);
    for (uint32_t i = 0; i < n; i++) {
        TRY(join_sides(x->s->arena, join, part[i], &sides, err));
        if (sides == SIDE_LEFT)
            TRY(spread_one(x, join->in[0], at, part[i], err));
    }
    return 0;
}

/* A column, or one as a wider integer: in a query that ends, for the plan of one that goes on is what its state is known by. */
static const Expr *key_column(const PlanState *s, const Expr *e, bool *widened)
{
    *widened = is_widened(e) && !s->continuous;
    return e->kind == EXPR_COLUMN ? e : *widened ? e->arg[0] : NULL;
}

static int spread_side(PlanState *s, Logical *join, const JoinKeys *keys, uint32_t from, Err *err)
{
    Expr *const *own = from == 0 ? keys->left : keys->right, **other = ARENA_ARRAY(s->arena, Expr *, keys->n + 1);
    uint32_t *at = ARENA_ARRAY(s->arena, uint32_t, keys->n + 1);
    bool *widened = ARENA_ARRAY(s->arena, bool, keys->n + 1);
    Spread x = {.s = s, .to = &join->in[1 - from], .other = other, .widened = widened};
    if (!other || !at || !widened)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < keys->n; k++) {
        Expr *e = from == 0 ? keys->right[k] : keys->left[k];
        const Expr *column = key_column(s, own[k], &widened[x.n]);
        if (!column || !may_copy(e) || !join_type_is_exact(own[k]->type) || !join_type_is_exact(e->type))
            continue;
        at[x.n] = column->col;
        other[x.n++] = e;
    }
    if (x.n == 0)
        return 0;
    if (from == 0)
        TRY(spread_on(&x, join, at, err));
    return spread(&x, join->in[from], at, err);
}

/* Whether rows of a side may be left out that meet no partner by themselves. */
static bool may_leave_out(JoinType type, uint32_t side)
{
    return type == INNER_JOIN || type == SEMI_JOIN || (side == SIDE_RIGHT && type != FULL_JOIN);
}

static int across_equalities(PlanState *s, Logical *join, Err *err)
{
    JoinKeys keys;
    if (!join->join.on || join->join.type == FULL_JOIN)
        return 0;
    TRY(join_keys_find(s->arena, join, &keys, err));
    if (keys.n == 0)
        return 0;
    TRY(spread_side(s, join, &keys, 0, err));
    return may_leave_out(join->join.type, SIDE_LEFT) ? spread_side(s, join, &keys, 1, err) : 0;
}

/* ---- parts of OR ---- */

/* What e says of one side, NULL = nothing. */
static int part_of_side(PlanState *s, const Logical *join, Expr *e, uint32_t side, Expr **ret, Err *err)
{
    Expr **part;
    uint32_t n, sides;
    *ret = NULL;
    join_conjuncts(&e, &part, &n);
    for (uint32_t i = 0; i < n; i++) {
        TRY(join_sides(s->arena, join, part[i], &sides, err));
        if (sides == side && may_copy(part[i]))
            TRY(join_and(s->arena, *ret, part[i], ret, err));
    }
    return 0;
}

static int side_of_or(PlanState *s, Logical *join, Expr *e, uint32_t side, Err *err)
{
    Expr **part = ARENA_ARRAY(s->arena, Expr *, e->n_args + 1), *either;
    uint32_t sides;
    if (!part)
        return RAISE_NOMEM(err);
    TRY(join_sides(s->arena, join, e, &sides, err));
    if (sides != (SIDE_LEFT | SIDE_RIGHT))
        return 0;
    for (uint32_t i = 0; i < e->n_args; i++) {
        TRY(part_of_side(s, join, e->arg[i], side, &part[i], err));
        if (!part[i])
            return 0;
    }
    TRY(expr_logic(s->arena, EXPR_OR, part, e->n_args, e->at, &either, err));
    either = join_over_side(s->arena, join, either, side);
    return either ? narrow(s, &join->in[side == SIDE_RIGHT], either, err) : RAISE_NOMEM(err);
}

static int parts_of_or(PlanState *s, Logical *join, Expr *all, uint32_t sides, Err *err)
{
    Expr **part;
    uint32_t n;
    join_conjuncts(&all, &part, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (part[i]->kind != EXPR_OR)
            continue;
        if (sides & SIDE_LEFT)
            TRY(side_of_or(s, join, part[i], SIDE_LEFT, err));
        if (sides & SIDE_RIGHT)
            TRY(side_of_or(s, join, part[i], SIDE_RIGHT, err));
    }
    return 0;
}

/* ---- the rule ---- */

static int derive(PlanState *s, Logical *join, Err *err)
{
    uint32_t sides = 0;
    for (uint32_t side = SIDE_LEFT; side <= SIDE_RIGHT; side++)
        sides |= may_leave_out(join->join.type, side) ? side : 0;
    if (join->join.on)
        TRY(parts_of_or(s, join, join->join.on, sides, err));
    return across_equalities(s, join, err);
}

/* From below first, so that what is known at a leaf climbs through all joins; then from above, so that it reaches the others. */
static int walk(PlanState *s, Logical *n, Err *err)
{
    bool outer = n->kind == L_FILTER && n->in[0]->kind == L_JOIN && n->in[0]->join.type != FULL_JOIN;
    if (outer)
        TRY(parts_of_or(s, n->in[0], n->predicate, SIDE_LEFT, err));
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(walk(s, n->in[i], err));
    if (n->kind == L_JOIN)
        TRY(derive(s, n, err));
    return 0;
}

static int walk_down(PlanState *s, Logical *n, Err *err)
{
    if (n->kind == L_JOIN)
        TRY(derive(s, n, err));
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(walk_down(s, n->in[i], err));
    return 0;
}

int rule_derive(PlanState *s, Logical **n, Err *err)
{
    TRY(walk(s, *n, err));
    return walk_down(s, *n, err);
}
