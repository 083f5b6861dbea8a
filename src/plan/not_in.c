/* SPDX-License-Identifier: Apache-2.0
 *
 * Anti joins on one comparison of which NULL is to be seen: NOT IN (query), <> ALL (query).
 *
 * They have no key, for a NULL on either side meets everything, but the operator that runs them finds rows by value all the same
 * (exec/op_not_in.c).  It is no part of a plan's identity: the rows are kept as those of a join over pairs. */
#include "base/bits.h"
#include "plan/join_impl.h"
#include "plan/phys.h"
#include "plan/plan.h"

static const Expr *call_of(const Expr *e, const char *name, uint32_t n_args)
{
    return e->kind == EXPR_CALL && e->n_args == n_args && strcmp(e->fn->name, name) == 0 ? e : NULL;
}

/* The comparison of (a = b) IS NOT FALSE, (a <> b) IS NOT TRUE; NULL = it is something else. */
static const Expr *comparison(const Expr *e)
{
    if (call_of(e, "is not false", 1))
        return call_of(e->arg[0], "=", 2);
    return call_of(e, "is not true", 1) ? call_of(e->arg[0], "<>", 2) : NULL;
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

static bool is_value(const Expr *e)
{
    return join_type_is_exact(e->type) && !e->can_fail && !e->is_volatile && !e->is_stable;
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

int join_find_not_in(PhysPlan *plan, PhysJoin *p, Err *err)
{
    const Expr *cmp = p->residual ? comparison(p->residual) : NULL;
    if (p->type != ANTI_JOIN || p->n_keys > 0 || p->timed || p->probes || p->freezes || !cmp)
        return 0;
    if (p->node.in[0]->schema->n + p->node.in[1]->schema->n > COLUMNS_MAX * 2)
        return 0;
    bool turned = !(reads_none(p, cmp->arg[0], 1) && reads_none(p, cmp->arg[1], 0));
    Expr *left = cmp->arg[turned], *right = cmp->arg[!turned];
    if (!reads_none(p, left, 1) || !reads_none(p, right, 0) || !is_value(left) || !is_value(right) ||
        left->type.id != right->type.id)
        return 0;
    right = over_right(&plan->arena, p, right);
    if (!right)
        return RAISE_NOMEM(err);
    p->not_in[0] = left;
    p->not_in[1] = right;
    return 0;
}
