/* SPDX-License-Identifier: Apache-2.0
 *
 * The order in which a query reads what is there.  In one that ends a join keeps the rows of one side and leads the others past
 * them: of an inner join those of the side that ends first, so the smaller side is read first; of the others those of
 * the right side.  What is below one input of a join is read as a whole before what is below the other.  In one that goes on what
 * is looked up is read before the rows that look it up. */
#include "flow/engine_impl.h"

#define SMALL_RELATION 8192u /* rows: reading it first or last makes no difference */

typedef struct LeafOrder {
    const PipelineSlot *slot;
    uint32_t *order, n;
    bool fills; /* a query that goes on */
} LeafOrder;

/* Bounded plans whose answer does not depend on which input is read first, but for the order of rows that have none. */
static bool order_is_free(const Pipeline *q)
{
    static const uint64_t kinds = UINT64_C(1) << PHYS_SOURCE | UINT64_C(1) << PHYS_FILTER | UINT64_C(1) << PHYS_PROJECT |
                                  UINT64_C(1) << PHYS_HASH_AGG | UINT64_C(1) << PHYS_JOIN | UINT64_C(1) << PHYS_SORT |
                                  UINT64_C(1) << PHYS_TOP_N | UINT64_C(1) << PHYS_UNION | UINT64_C(1) << PHYS_VALUES |
                                  UINT64_C(1) << PHYS_EXPAND | UINT64_C(1) << PHYS_OVER;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++)
        if (!(kinds >> q->plan->nodes[i]->kind & 1))
            return false;
    return q->plan->is_bounded;
}

static uint32_t leaf_of(const Pipeline *q, const PhysNode *node)
{
    uint32_t l = 0;
    while (&q->leaf[l].source->node != node)
        l++;
    return l;
}

/* Of the largest relation below, but for what is one row whatever there is. */
static uint64_t rows_below(const PipelineSlot *s, const PhysNode *node)
{
    uint64_t rows = 0;
    if (node->kind == PHYS_SOURCE)
        return s->leaf_feed[leaf_of(s->query, node)]->stored->n_rows;
    if (node->kind == PHYS_HASH_AGG && ((const PhysAgg *)node)->n_keys == 0)
        return 1;
    for (uint32_t i = 0; i < node->n_in; i++)
        rows = MAX(rows, rows_below(s, node->in[i]));
    return rows;
}

static bool right_first(const PipelineSlot *s, const PhysNode *node)
{
    if (node->kind != PHYS_JOIN)
        return false;
    return ((const PhysJoin *)node)->type != INNER_JOIN || rows_below(s, node->in[0]) > rows_below(s, node->in[1]) + SMALL_RELATION;
}

static void put_leaves(LeafOrder *o, const PhysNode *node)
{
    if (node->kind == PHYS_SOURCE) {
        uint32_t leaf = leaf_of(o->slot->query, node);
        for (uint32_t i = 0; i < o->n; i++)
            if (o->order[i] == leaf) /* below two nodes */
                return;
        o->order[o->n++] = leaf;
        return;
    }
    bool turn = o->fills ? node_looks_up(node) : right_first(o->slot, node);
    for (uint32_t i = 0; i < node->n_in; i++)
        put_leaves(o, node->in[turn ? node->n_in - 1 - i : i]);
}

void engine_leaf_order(const PipelineSlot *s, uint32_t *order)
{
    const Pipeline *q = s->query;
    bool is_free = order_is_free(q);
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        order[i] = i;
        is_free &= s->leaf_feed[i] && s->snapshot[i] && s->leaf_feed[i]->stored;
    }
    LeafOrder o = {.slot = s, .order = order};
    if (is_free)
        put_leaves(&o, q->plan->root);
}

bool engine_fill_order(const PipelineSlot *s, uint32_t *order)
{
    const Pipeline *q = s->query;
    LeafOrder o = {.slot = s, .order = order, .fills = true};
    bool any = false;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++)
        any |= node_looks_up(q->plan->nodes[i]);
    put_leaves(&o, q->plan->root);
    return any;
}
