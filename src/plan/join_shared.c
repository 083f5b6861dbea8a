/* SPDX-License-Identifier: Apache-2.0
 *
 * Sides of continuous joins that need not be kept, because the relation they read finds its rows by the join's keys (design 4.6,
 * shared arrangements).  It is no part of a plan's identity: state that was kept once can be dropped. */
#include "plan/join_impl.h"
#include "plan/phys.h"
#include "plan/plan.h"

static bool is_key_column(const PhysSource *source, const Expr *e, uint32_t col)
{
    return e->kind == EXPR_COLUMN && source->cols[e->col] == col;
}

bool join_key_order(const PhysJoin *p, uint32_t side, const uint32_t *key, uint32_t n_key, uint32_t *ret)
{
    const PhysSource *source = (const PhysSource *)p->node.in[side];
    Expr *const *e = side == 0 ? p->left_key : p->right_key;
    if (source->node.kind != PHYS_SOURCE || n_key == 0 || n_key != p->n_keys)
        return false;
    for (uint32_t i = 0; i < n_key; i++) {
        uint32_t k = 0;
        while (k < n_key && !is_key_column(source, e[k], key[i]))
            k++;
        if (k == n_key)
            return false;
        if (ret)
            ret[i] = k;
    }
    return true;
}

void join_find_shared(const PlanState *s, PhysJoin *p)
{
    bool counts[2] = {p->type != INNER_JOIN || p->probes, p->type == FULL_JOIN}; /* degrees lie in the rows */
    if (!s->continuous || p->timed || p->freezes || p->best.n)
        return;
    p->in_parts = s->ctx->in_parts;
    for (uint32_t i = 0; i < 2; i++) {
        const PhysSource *source = (const PhysSource *)p->node.in[i];
        const Relation *r = source->node.kind == PHYS_SOURCE ? catalog_by_id(s->ctx->catalog, source->relation) : NULL;
        p->shares[i] = r && r->kind == REL_TABLE && !counts[i] && join_key_order(p, i, r->primary_key, r->n_primary_key, NULL);
    }
}
