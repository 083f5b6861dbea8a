/* SPDX-License-Identifier: Apache-2.0
 *
 * Anti joins on comparisons of which NULL is to be seen: NOT IN (query), <> ALL (query), of one value or of several, alone or
 * beside equalities with the rows around.
 *
 * The comparisons are no keys, for a NULL on either side meets everything, but the operator that runs them finds rows by value all
 * the same (exec/op_not_in.c).  It is no part of a plan's identity: the rows are kept as those of a join over pairs. */
#include "base/bits.h"
#include "plan/join_impl.h"
#include "plan/phys.h"
#include "plan/plan.h"

static const Expr *call_of(const Expr *e, const char *name, uint32_t n_args)
{
    return e->kind == EXPR_CALL && e->n_args == n_args && strcmp(e->fn->name, name) == 0 ? e : NULL;
}

/* The comparisons of (a = b AND c = d) IS NOT FALSE, which none may be, and of (a <> b) IS NOT TRUE; 0 = it is something else. */
static uint32_t comparisons(const Expr *e, Expr *const **ret)
{
    if (call_of(e, "is not true", 1)) {
        *ret = e->arg;
        return call_of(e->arg[0], "<>", 2) != NULL;
    }
    if (!call_of(e, "is not false", 1))
        return 0;
    bool several = e->arg[0]->kind == EXPR_AND;
    uint32_t n = several ? e->arg[0]->n_args : 1, n_equal = 0;
    *ret = several ? e->arg[0]->arg : e->arg;
    for (uint32_t i = 0; i < n; i++)
        n_equal += call_of((*ret)[i], "=", 2) != NULL;
    return n_equal == n ? n : 0;
}

/* Over the pairs' columns: reads none of that side. */
static bool reads_none(const PhysJoin *p, const Expr *e, uint32_t side)
{
    uint64_t bits[BIT_WORDS(COLUMNS_MAX * 2)] = {0};
    uint32_t n_left = p->node.in[0]->schema->n, n = n_left + p->node.in[1]->schema->n;
    expr_columns(e, bits);
    for (uint32_t c = side == 0 ? 0 : n_left; c < (side == 0 ? n_left : n); c++)
        if (bit_get(bits, c))
            return false;
    return true;
}

static int32_t whole_digits(Type t)
{
    switch ((TypeId)t.id) {
    case T_I16: return 5;
    case T_I32: return 10;
    case T_I64: return 19;
    case T_DECIMAL: return t.precision - t.scale;
    default: return INT32_MAX;
    }
}

/* A number becomes a DECIMAL with room for all of its digits, which casts in general have not. */
static bool always_fits(const Expr *e)
{
    if (e->kind != EXPR_CAST || e->type.id != T_DECIMAL || e->arg[0]->can_fail)
        return false;
    Type from = e->arg[0]->type;
    return whole_digits(from) <= e->type.precision - e->type.scale && (from.id != T_DECIMAL || from.scale <= e->type.scale);
}

/* Hashes of equal values are equal, and NULL is never inside of one. */
static bool is_value(const Expr *e)
{
    TypeId id = (TypeId)e->type.id;
    bool found = join_type_is_exact(e->type) || type_is_numeric(id) || id == T_INTERVAL;
    return found && (!e->can_fail || always_fits(e)) && !e->is_volatile && !e->is_stable;
}

static Expr *over_right(Arena *a, const PhysJoin *p, const Expr *e)
{
    const Schema *r = p->node.in[1]->schema;
    uint32_t n_left = p->node.in[0]->schema->n;
    Expr **map = ARENA_ARRAY(a, Expr *, n_left + r->n + 1);
    for (uint32_t c = 0; map && c < r->n; c++) {
        map[n_left + c] = expr_column(a, c, r->field[c].type, r->field[c].not_null, e->at);
        if (!map[n_left + c])
            return NULL;
    }
    return map ? expr_substitute(a, e, map) : NULL;
}

/* true: its values are the next ones of p. */
static int take_comparison(PhysPlan *plan, PhysJoin *p, const Expr *cmp, bool *ret, Err *err)
{
    *ret = false;
    bool turned = !(reads_none(p, cmp->arg[0], 1) && reads_none(p, cmp->arg[1], 0));
    Expr *pair[2] = {cmp->arg[turned], cmp->arg[!turned]};
    if (!reads_none(p, pair[0], 1) || !reads_none(p, pair[1], 0))
        return 0;
    pair[1] = over_right(&plan->arena, p, pair[1]);
    if (!pair[1])
        return RAISE_NOMEM(err);
    if (!join_same_type(pair[0]->type, pair[1]->type) && expr_unify(&plan->arena, pair, 2, "JOIN", NULL) < 0)
        return 0;
    if (!join_same_type(pair[0]->type, pair[1]->type) || !is_value(pair[0]) || !is_value(pair[1]))
        return 0;
    p->not_in[0][p->n_not_in] = pair[0];
    p->not_in[1][p->n_not_in++] = pair[1];
    *ret = true;
    return 0;
}

static int take_all(PhysPlan *plan, PhysJoin *p, bool *ret, Err *err)
{
    Expr *residual = p->residual, **part;
    uint32_t n;
    join_conjuncts(&residual, &part, &n);
    *ret = true;
    for (uint32_t i = 0; i < n && *ret; i++) {
        Expr *const *cmp;
        uint32_t n_cmp = comparisons(part[i], &cmp);
        *ret = n_cmp > 0 && p->n_not_in + n_cmp <= NOT_IN_VALUES_MAX;
        for (uint32_t k = 0; k < n_cmp && *ret; k++)
            TRY(take_comparison(plan, p, cmp[k], ret, err));
    }
    return 0;
}

/* Where the rows of a group are found in their relation, they are compared there instead of kept. */
int join_find_not_in(PhysPlan *plan, PhysJoin *p, Err *err)
{
    bool all;
    if (p->type != ANTI_JOIN || !p->residual || p->timed || p->probes || p->freezes || p->shares[1])
        return 0;
    if (p->node.in[0]->schema->n + p->node.in[1]->schema->n > COLUMNS_MAX * 2)
        return 0;
    for (uint32_t i = 0; i < 2; i++) {
        p->not_in[i] = ARENA_ARRAY(&plan->arena, Expr *, NOT_IN_VALUES_MAX);
        if (!p->not_in[i])
            return RAISE_NOMEM(err);
    }
    TRY(take_all(plan, p, &all, err));
    if (!all)
        p->n_not_in = 0;
    return 0;
}
