/* SPDX-License-Identifier: Apache-2.0
 *
 * LATE DATA TO: what a late row looks like.  It is the row as it came into the query, unchanged, wherever that can be said:
 * filters, projections and unions keep the places of the rows in a batch, so the row that an operator refuses is the row at the
 * same place of the leaf's batch.  Behind other operators it is the row that was refused.  All operators that refuse rows have to
 * agree. */
#include "plan/bind_impl.h"

typedef struct LateWalk {
    const Catalog *catalog;
    const Schema *leaf; /* of the leaves found, NULL = none */
    bool differ;        /* leaves of different columns */
    bool other;         /* rows that an operator made */
    bool copies;        /* one per grouping set */
} LateWalk;

static bool judges(const PhysNode *n)
{
    return n->kind == PHYS_WINDOW_AGG || n->kind == PHYS_SESSION_AGG || n->kind == PHYS_SESSION_ASSIGN ||
           n->kind == PHYS_LATE_FILTER || n->kind == PHYS_HOLD || (n->kind == PHYS_ROW_TTL && ((const PhysRowTtl *)n)->time) ||
           n->kind == PHYS_KEY_TTL || (n->kind == PHYS_HASH_AGG && ((const PhysAgg *)n)->freezes) ||
           (n->kind == PHYS_JOIN && ((const PhysJoin *)n)->timed);
}

static bool keeps_places(PhysKind k)
{
    return k == PHYS_FILTER || k == PHYS_PROJECT || k == PHYS_UNION || k == PHYS_WINDOW_ASSIGN;
}

/* Down to the leaves; results of an operator that judges are never late. */
static void walk(const PhysNode *n, LateWalk *w)
{
    if (n->kind == PHYS_SOURCE) {
        const Relation *r = catalog_by_id(w->catalog, ((const PhysSource *)n)->relation);
        w->differ |= w->leaf && !schema_eq(w->leaf, r->schema);
        w->leaf = w->leaf ? w->leaf : r->schema;
        return;
    }
    w->copies |= n->kind == PHYS_EXPAND;
    if (judges(n))
        return;
    w->other |= !keeps_places(n->kind);
    for (uint32_t i = 0; i < n->n_in && keeps_places(n->kind); i++)
        walk(n->in[i], w);
}

static int disagree(const PlanState *s, Err *err)
{
    RAISE_AT(err, ERR_LATE_TARGET, s->emit.late_at, "late rows of this query have different columns and fit no one relation");
    return err_hint(err, "Make one stream per input, each with a LATE DATA TO of its own, and read those.");
}

int late_shape(const PlanState *s, PhysPlan *plan, Err *err)
{
    for (uint32_t i = 0; i < plan->n_nodes; i++) {
        const PhysNode *n = plan->nodes[i];
        if (!judges(n))
            continue;
        LateWalk w = {.catalog = s->ctx->catalog};
        for (uint32_t k = 0; k < n->n_in; k++)
            walk(n->in[k], &w);
        if (w.copies)
            return bind_unsupported(err, s->emit.late_at, "LATE DATA TO of a query with grouping sets is");
        if (!w.leaf && !w.other)
            continue;
        bool of_leaf = !w.other && !w.differ;
        const Schema *shape = of_leaf ? w.leaf : n->in[0]->schema;
        if (plan->late_schema && (plan->late_of_leaf != of_leaf || !schema_eq(plan->late_schema, shape)))
            return disagree(s, err);
        plan->late_schema = shape;
        plan->late_of_leaf = of_leaf;
    }
    if (plan->late_schema)
        return 0;
    return RAISE_AT(err, ERR_LATE_TARGET, s->emit.late_at, "no row of this query can be late");
}
