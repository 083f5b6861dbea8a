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

bool join_finds_by_index(const PhysJoin *p, uint32_t side)
{
    Expr *const *e = side == 0 ? p->left_key : p->right_key;
    for (uint32_t k = 0; k < p->n_keys; k++) {
        if (e[k]->kind != EXPR_COLUMN || p->null_safe[k] || !join_type_is_exact(e[k]->type))
            return false;
        for (uint32_t i = 0; i < k; i++) /* said twice */
            if (e[i]->col == e[k]->col)
                return false;
    }
    return p->n_keys > 0;
}

/* A UNIQUE constraint has these columns, or an index begins with them. */
static bool has_index(const PlanState *s, const Relation *r, const PhysJoin *p, uint32_t side)
{
    const Catalog *c = s->ctx->catalog;
    bool has = false;
    for (uint32_t i = 0; i < r->n_unique && !has; i++)
        has = !r->unique[i].deferrable && join_key_order(p, side, r->unique[i].col, r->unique[i].n, NULL);
    for (uint32_t i = 0; i < c->n && !has; i++) {
        const Relation *x = c->relation[i];
        uint32_t col[INDEX_COLUMNS_MAX];
        bool plain = !x->condition; /* else it lacks rows, or has other keys */
        if (x->kind != REL_INDEX || x->input != r->id || x->n_indexed < p->n_keys)
            continue;
        for (uint32_t k = 0; k < p->n_keys; k++)
            plain = plain && !x->indexed[k].expr;
        if (!plain)
            continue;
        for (uint32_t k = 0; k < p->n_keys; k++)
            col[k] = (uint32_t)schema_find(r->schema, str_of(x->indexed[k].name));
        has = join_key_order(p, side, col, p->n_keys, NULL);
    }
    return has;
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
        if (!r || (r->kind != REL_TABLE && r->kind != REL_VIEW) || counts[i] || p->node.in[i]->props.change == CHANGE_APPEND)
            continue;
        p->shares[i] = (r->kind == REL_TABLE && join_key_order(p, i, r->primary_key, r->n_primary_key, NULL)) ||
                       (join_finds_by_index(p, i) && has_index(s, r, p, i));
    }
}
