/* SPDX-License-Identifier: Apache-2.0
 *
 * Sides of continuous joins that need not be kept, because the relation they read finds its rows by the join's keys (design 4.6,
 * shared arrangements).  It is no part of a plan's identity: state that was kept once can be dropped. */
#include "plan/join_impl.h"
#include "plan/phys.h"
#include "plan/plan.h"

const PhysSource *join_side_source(const PhysJoin *p, uint32_t side)
{
    const PhysNode *in = p->node.in[side];
    if (in->kind == PHYS_FILTER)
        in = in->in[0];
    return in->kind == PHYS_SOURCE ? (const PhysSource *)in : NULL;
}

/* Its values are those of the relation, and equal ones are alike. */
static bool is_plain(const PhysJoin *p, uint32_t side, uint32_t k)
{
    const Expr *e = side == 0 ? p->left_key[k] : p->right_key[k];
    return e->kind == EXPR_COLUMN && !p->null_safe[k] && join_type_is_exact(e->type);
}

/* The join's key that is this column of the relation; n_keys = none is. */
static uint32_t key_of_column(const PhysJoin *p, uint32_t side, JoinFinder by, uint32_t col)
{
    const PhysSource *source = join_side_source(p, side);
    Expr *const *e = side == 0 ? p->left_key : p->right_key;
    uint32_t k = 0;
    while (k < p->n_keys &&
           !(e[k]->kind == EXPR_COLUMN && source->cols[e[k]->col] == col && (by == FINDER_PRIMARY || is_plain(p, side, k))))
        k++;
    return k;
}

/* Many rows of one key are not looked through for those that have another one as well. */
bool join_key_order(const PhysJoin *p, uint32_t side, JoinFinder by, const uint32_t *key, uint32_t n_key, uint32_t *ret)
{
    uint64_t finds = 0;
    uint32_t n = 0;
    if (!join_side_source(p, side) || n_key == 0 || p->n_keys > 64 || (by == FINDER_INDEX ? n_key != p->n_keys : n_key > p->n_keys))
        return false;
    for (; n < n_key; n++) {
        uint32_t k = key_of_column(p, side, by, key[n]);
        if (k == p->n_keys || finds >> k & 1)
            return false;
        finds |= UINT64_C(1) << k;
        if (ret)
            ret[n] = k;
    }
    for (uint32_t k = 0; k < p->n_keys; k++) {
        const Expr *e = side == 0 ? p->left_key[k] : p->right_key[k];
        if (finds >> k & 1)
            continue;
        if (e->kind != EXPR_COLUMN || !join_type_is_exact(e->type))
            return false;
        if (ret)
            ret[n++] = k;
    }
    return true;
}

static bool has_unique(const Relation *r, const PhysJoin *p, uint32_t side)
{
    bool has = false;
    for (uint32_t i = 0; i < r->n_unique && !has; i++)
        has = !r->unique[i].deferrable && join_key_order(p, side, FINDER_UNIQUE, r->unique[i].col, r->unique[i].n, NULL);
    return has;
}

/* An index begins with the columns. */
static bool has_index(const PlanState *s, const Relation *r, const PhysJoin *p, uint32_t side)
{
    Relations index = catalog_belonging(s->ctx->catalog, REL_INDEX, r->id);
    bool has = false;
    for (uint32_t i = 0; i < index.n && !has; i++) {
        const Relation *x = index.relation[i];
        uint32_t col[INDEX_COLUMNS_MAX];
        bool plain = !x->condition; /* else it lacks rows, or has other keys */
        if (x->n_indexed < p->n_keys)
            continue;
        for (uint32_t k = 0; k < p->n_keys; k++)
            plain = plain && !x->indexed[k].expr;
        if (!plain)
            continue;
        for (uint32_t k = 0; k < p->n_keys; k++)
            col[k] = (uint32_t)schema_find(r->schema, str_of(x->indexed[k].name));
        has = join_key_order(p, side, FINDER_INDEX, col, p->n_keys, NULL);
    }
    return has;
}

/* What the filter above the relation says of a row is said again whenever it is found. */
static bool can_ask_again(const PhysNode *in)
{
    if (in->kind != PHYS_FILTER)
        return true;
    const Expr *e = ((const PhysFilter *)in)->predicate;
    return !e->can_fail && !e->is_volatile && !e->is_stable;
}

static const Relation *shared_relation(const PlanState *s, const PhysJoin *p, uint32_t side)
{
    const PhysSource *source = join_side_source(p, side);
    const Relation *r = source ? catalog_by_id(s->ctx->catalog, source->relation) : NULL;
    bool is_stored = r && (r->kind == REL_TABLE || r->kind == REL_VIEW);
    return is_stored && p->node.in[side]->props.change != CHANGE_APPEND && can_ask_again(p->node.in[side]) ? r : NULL;
}

bool join_finds_one(const PlanState *s, const PhysJoin *p, uint32_t side)
{
    const Relation *r = shared_relation(s, p, side);
    return r && ((r->kind == REL_TABLE && join_key_order(p, side, FINDER_PRIMARY, r->primary_key, r->n_primary_key, NULL)) ||
                 has_unique(r, p, side));
}

bool join_can_share(const PlanState *s, const PhysJoin *p, uint32_t side)
{
    const Relation *r = shared_relation(s, p, side);
    return r && (join_finds_one(s, p, side) || has_index(s, r, p, side));
}

/* By the key alone it is known which rows have a match, and by the other relation, when that is shared, how many. */
static bool can_count(const PhysJoin *p, uint32_t side)
{
    Expr *const *key = side == 0 ? p->left_key : p->right_key;
    bool exact = !p->residual && !p->probes;
    for (uint32_t k = 0; k < p->n_keys; k++)
        exact = exact && !p->null_safe[k] && join_type_is_exact(key[k]->type);
    return exact;
}

void join_find_shared(const PlanState *s, PhysJoin *p)
{
    if (!s->continuous || s->is_body || p->timed || p->freezes || p->best.n || p->n_keys == 0)
        return;
    for (uint32_t i = 0; i < 2; i++) {
        bool counts = join_counts_matches(p, i);
        if ((p->probes && i == 0) || (counts && !can_count(p, i)))
            continue;
        p->may_share[i] = shared_relation(s, p, i) && (!counts || shared_relation(s, p, !i));
        p->shares[i] = join_can_share(s, p, i) && (!counts || join_can_share(s, p, !i));
    }
}
