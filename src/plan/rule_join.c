/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules about joins.
 *
 * outer-to-inner: a condition above an outer join that no row padded with NULLs can meet makes it inner.
 * push-join-conditions: conjuncts of ON that read one side move into it where that changes nothing; those of a filter above an
 * inner join first become part of ON (join_push_filter). probe-stored-side: a stream that joins a stored relation written first is
 * put on the left, where it probes and is not kept. */
#include "plan/join_impl.h"
#include "plan/rules.h"
#include "plan/temporal.h"

/* ---- outer-to-inner ---- */

/* Whether the condition is false or NULL for every row whose columns of `side` are all NULL. */
static int refuses_nulls(PlanState *s, const Logical *join, const Expr *e, uint32_t side, bool *ret, Err *err)
{
    uint32_t n_left = join->in[0]->n_cols, n = join->n_cols;
    *ret = false;
    if (e->is_volatile || e->can_fail)
        return 0;
    Expr **map = ARENA_ARRAY(s->arena, Expr *, n + 1);
    if (!map)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        bool missing = side == SIDE_LEFT ? i < n_left : i >= n_left;
        Value null = value_null(join->cols[i].type);
        map[i] = missing ? expr_const(s->arena, &null, e->at) : logical_column(s->arena, join, i, e->at);
        if (!map[i])
            return RAISE_NOMEM(err);
    }
    Expr *with_nulls = expr_substitute(s->arena, e, map);
    with_nulls = with_nulls ? expr_fold(s->arena, with_nulls) : NULL;
    if (!with_nulls)
        return RAISE_NOMEM(err);
    *ret = with_nulls->kind == EXPR_CONST && (with_nulls->value.is_null || !with_nulls->value.b);
    return 0;
}

static int make_inner(PlanState *s, Logical *join, Expr **predicate, Err *err)
{
    Expr **part;
    uint32_t n;
    bool left_missing = join->join.type == FULL_JOIN, right_missing = left_missing || join->join.type == LEFT_JOIN;
    JoinType before = join->join.type;
    join_conjuncts(predicate, &part, &n);
    for (uint32_t i = 0; i < n; i++) {
        bool refuses;
        if (left_missing) {
            TRY(refuses_nulls(s, join, part[i], SIDE_LEFT, &refuses, err));
            left_missing = !refuses;
        }
        if (right_missing) {
            TRY(refuses_nulls(s, join, part[i], SIDE_RIGHT, &refuses, err));
            right_missing = !refuses;
        }
    }
    if (!right_missing && !left_missing)
        join->join.type = INNER_JOIN;
    else if (!left_missing && join->join.type == FULL_JOIN)
        join->join.type = LEFT_JOIN;
    if (join->join.type != before)
        trace_say(s, "%s join is %s by %s", join_type_name(before), join_type_name(join->join.type),
                  trace_text(s, join, *predicate));
    return 0;
}

int rule_outer_to_inner(PlanState *s, Logical **n, Err *err)
{
    Logical *node = *n;
    bool filtered = node->kind == L_FILTER && node->in[0]->kind == L_JOIN;
    if (filtered && (node->in[0]->join.type == LEFT_JOIN || node->in[0]->join.type == FULL_JOIN))
        TRY(make_inner(s, node->in[0], &node->predicate, err));
    for (uint32_t i = 0; i < node->n_in; i++)
        TRY(rule_outer_to_inner(s, &node->in[i], err));
    return 0;
}

/* ---- conditions into the sides ---- */

static int put_into_side(PlanState *s, Logical *join, Expr *e, uint32_t side, Err *err)
{
    Logical **in = &join->in[side == SIDE_RIGHT];
    Expr *over = join_over_side(s->arena, join, e, side);
    Logical *f = over ? logical_filter(s->arena, *in, over) : NULL;
    if (!f)
        return RAISE_NOMEM(err);
    f->props = (*in)->props;
    *in = f;
    return 0;
}

/* A condition on now() goes below a join that keeps both sides, which need not keep what has left then; not below one that goes by
 * the watermarks, or by the moment at which a row comes. */
static bool keeps_clock(const PlanState *s, const Logical *join, const Expr *e)
{
    JoinBand band;
    return s->continuous && temporal_clock(e) && (logical_join_probes(s, join) || join_is_timed(s, join, &band));
}

/* The expression with the merged columns of a full join, COALESCE(left, right) of its keys, as those of one side; NULL: it reads
 * other columns, or there is no memory. */
static Expr *over_merged(PlanState *s, const Logical *join, const JoinKeys *keys, const Expr *e, uint32_t side)
{
    if (e->kind == EXPR_COLUMN)
        return NULL;
    if (e->kind == EXPR_COALESCE && e->n_args == 2)
        for (uint32_t k = 0; k < keys->n; k++) {
            Expr *l = keys->left[k], *r = keys->right[k], *given = e->arg[1];
            if (l->kind == EXPR_COLUMN && r->kind == EXPR_COLUMN && given->kind == EXPR_COLUMN && expr_equal(e->arg[0], l) &&
                given->col == join->in[0]->n_cols + r->col && join_type_is_exact(l->type))
                return side == SIDE_LEFT ? l : r;
        }
    Expr *copy = arena_memdup(s->arena, e, sizeof(*e));
    Expr **arg = ARENA_ARRAY(s->arena, Expr *, e->n_args + 1);
    if (!copy || !arg)
        return NULL;
    for (uint32_t i = 0; i < e->n_args; i++) {
        arg[i] = over_merged(s, join, keys, e->arg[i], side);
        if (!arg[i])
            return NULL;
    }
    copy->arg = arg;
    expr_derive(copy);
    return copy;
}

/* A condition on the merged keys of a full join says the same of both sides: partners have the same keys. */
static int push_merged(PlanState *s, Logical *join, const Expr *e, bool *ret, Err *err)
{
    JoinKeys keys;
    if (!join->join.on || (s->continuous && temporal_clock(e)))
        return 0;
    TRY(join_keys_find(s->arena, join, &keys, err));
    for (uint32_t side = 0; side < 2; side++) {
        Expr *over = over_merged(s, join, &keys, e, side ? SIDE_RIGHT : SIDE_LEFT);
        Logical *f = over ? logical_filter(s->arena, join->in[side], over) : NULL;
        if (!f)
            return 0; /* of both or of none: what is found for one is for the other */
        f->props = join->in[side]->props;
        join->in[side] = f;
    }
    *ret = true;
    trace_move(s, join, e, "both sides of join");
    return 0;
}

int join_push_filter(PlanState *s, Logical *join, Expr *e, bool *ret, Err *err)
{
    uint32_t sides;
    JoinType type = join->join.type;
    *ret = false;
    if (e->is_volatile || keeps_clock(s, join, e))
        return 0;
    TRY(join_sides(s->arena, join, e, &sides, err));
    if (s->continuous && temporal_clock(e) && sides != SIDE_LEFT && sides != SIDE_RIGHT)
        return 0;
    if (sides == SIDE_LEFT && type != FULL_JOIN) {
        *ret = true;
        trace_move(s, join, e, "join");
        return put_into_side(s, join, e, SIDE_LEFT, err);
    }
    if (type == FULL_JOIN && sides == (SIDE_LEFT | SIDE_RIGHT))
        return push_merged(s, join, e, ret, err);
    if (type != INNER_JOIN || sides == 0)
        return 0;
    *ret = true;
    if (sides == SIDE_RIGHT) {
        trace_move(s, join, e, "join");
        return put_into_side(s, join, e, SIDE_RIGHT, err);
    }
    trace_say(s, "%s is a condition of the join", trace_text(s, join, e));
    return join_and(s->arena, join->join.on, e, &join->join.on, err);
}

/* A left row meets the same right row whatever other left rows there are; which right row that is depends on all of them. */
int asof_push_filter(PlanState *s, Logical *join, Expr *e, bool *ret, Err *err)
{
    uint32_t sides;
    *ret = false;
    if (e->is_volatile || (s->continuous && temporal_clock(e)))
        return 0;
    TRY(join_sides(s->arena, join, e, &sides, err));
    if (sides != SIDE_LEFT)
        return 0;
    *ret = true;
    trace_move(s, join, e, "as-of join");
    return put_into_side(s, join, e, SIDE_LEFT, err);
}

/* Sides whose rows may be left out before the join when they do not meet their part of ON. */
static bool may_narrow(JoinType type, uint32_t side)
{
    switch (type) {
    case INNER_JOIN:
    case SEMI_JOIN: return true;
    case LEFT_JOIN:
    case ANTI_JOIN: return side == SIDE_RIGHT;
    case FULL_JOIN:
    case N_JOIN_TYPES: break;
    }
    return false;
}

/* One of the conjuncts before it is the same. */
static bool is_said(Expr *const *part, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (!part[at]->is_volatile && expr_equal(part[i], part[at]))
            return true;
    return false;
}

static int narrow_sides(PlanState *s, Logical *join, Err *err)
{
    Expr *on = join->join.on, **part, *kept = NULL;
    uint32_t n, sides;
    join_conjuncts(&on, &part, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (is_said(part, i))
            continue;
        TRY(join_sides(s->arena, join, part[i], &sides, err));
        bool is_true = part[i]->kind == EXPR_CONST && !part[i]->value.is_null && part[i]->value.b;
        if (is_true)
            continue;
        if ((sides != SIDE_LEFT && sides != SIDE_RIGHT) || part[i]->is_volatile || !may_narrow(join->join.type, sides)) {
            TRY(join_and(s->arena, kept, part[i], &kept, err));
            continue;
        }
        trace_move(s, join, part[i], "join");
        TRY(put_into_side(s, join, part[i], sides, err));
    }
    join->join.on = kept;
    return 0;
}

int rule_push_join_conditions(PlanState *s, Logical **n, Err *err)
{
    if ((*n)->kind == L_JOIN && (*n)->join.on)
        TRY(narrow_sides(s, *n, err));
    for (uint32_t i = 0; i < (*n)->n_in; i++)
        TRY(rule_push_join_conditions(s, &(*n)->in[i], err));
    return 0;
}

/* ---- probe-stored-side ---- */

static int turn_sides(PlanState *s, Logical **node, Err *err)
{
    Logical *old = *node, *l = old->in[0], *r = old->in[1];
    uint32_t n = old->n_cols;
    Expr **exprs = ARENA_ARRAY(s->arena, Expr *, n + 1), **map = ARENA_ARRAY(s->arena, Expr *, n + 1);
    const char **names = ARENA_ARRAY(s->arena, const char *, n + 1);
    Logical *join = logical_join(s->arena, INNER_JOIN, r, l, NULL, old->at);
    if (!exprs || !map || !names || !join)
        return RAISE_NOMEM(err);
    trace_say(s, "%s looks up %s", trace_name(r), trace_name(l));
    for (uint32_t i = 0; i < n; i++) {
        uint32_t to = i < l->n_cols ? r->n_cols + i : i - l->n_cols;
        map[i] = exprs[i] = logical_column(s->arena, join, to, old->at);
        names[i] = old->cols[i].name;
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    if (old->join.on) {
        join->join.on = expr_substitute(s->arena, old->join.on, map);
        if (!join->join.on)
            return RAISE_NOMEM(err);
    }
    *node = logical_project(s->arena, join, exprs, n, names, old->at);
    return *node ? props_derive(s, *node, err) : RAISE_NOMEM(err);
}

int rule_probe_stored_side(PlanState *s, Logical **n, Err *err)
{
    for (uint32_t i = 0; i < (*n)->n_in; i++)
        TRY(rule_probe_stored_side(s, &(*n)->in[i], err));
    if ((*n)->kind != L_JOIN || (*n)->join.type != INNER_JOIN || (*n)->join.at_clock || (*n)->join.is_mutual || !s->continuous ||
        s->inputs_end)
        return 0;
    const Props *l = &(*n)->in[0]->props, *r = &(*n)->in[1]->props;
    JoinBand band;
    if (join_is_timed(s, *n, &band))
        return 0;
    if (l->content < STATE_ROWS && r->content == STATE_ROWS && r->change == CHANGE_APPEND)
        return turn_sides(s, n, err);
    return 0;
}
