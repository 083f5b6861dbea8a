/* SPDX-License-Identifier: Apache-2.0
 *
 * Which columns of what a join gives anybody reads, in a plan that ends.  Pruning stops at the columns that the join itself needs:
 * its keys come out on both sides.  A join that knows that nobody looks at them neither keeps nor fetches them (PhysJoin.reads).
 *
 * From the root down: a node that is not known here, and the result itself, read all. */
#include "plan/logical.h"

#include "base/bits.h"

typedef struct Reads {
    PhysPlan *plan;
    uint64_t **of; /* by node: bits of its columns */
} Reads;

static void read_all(const Reads *r, const PhysNode *n)
{
    bits_fill(r->of[n->id], n->schema->n, true);
}

static void read_exprs(uint64_t *bits, Expr *const *e, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (e[i])
            expr_columns(e[i], bits);
}

static void through_project(const Reads *r, const PhysProject *p)
{
    for (uint32_t i = 0; i < p->n; i++) /* computed whether anybody reads it or not */
        if (p->exprs[i]->kind != EXPR_COLUMN || bit_get(r->of[p->node.id], i))
            expr_columns(p->exprs[i], r->of[p->node.in[0]->id]);
}

static void through_filter(const Reads *r, const PhysFilter *p)
{
    uint64_t *in = r->of[p->node.in[0]->id];
    for (uint32_t c = 0; c < p->node.schema->n; c++)
        if (bit_get(r->of[p->node.id], c))
            bit_set(in, c);
    expr_columns(p->predicate, in);
}

static void through_agg(const Reads *r, const PhysAgg *p)
{
    uint64_t *in = r->of[p->node.in[0]->id];
    read_exprs(in, p->keys, p->n_keys);
    read_exprs(in, &p->time, 1);
    for (uint32_t i = 0; i < p->n_aggs; i++) {
        const PhysAggCall *a = &p->aggs[i];
        read_exprs(in, a->arg, a->spec.n_args);
        read_exprs(in, &a->filter, 1);
        read_exprs(in, a->order, a->spec.n_order);
    }
}

/* What the join itself looks at of a pair is read there, as well. */
static int through_join(const Reads *r, PhysJoin *p, Err *err)
{
    uint32_t n_left = p->node.in[0]->schema->n, n = n_left + p->node.in[1]->schema->n;
    bool pairs = p->type != SEMI_JOIN && p->type != ANTI_JOIN;
    uint64_t *reads = ARENA_ARRAY(&r->plan->arena, uint64_t, BIT_WORDS(n) + 1);
    if (!reads)
        return RAISE_NOMEM(err);
    for (uint32_t c = 0; c < (pairs ? n : n_left); c++)
        if (bit_get(r->of[p->node.id], c))
            bit_set(reads, c);
    read_exprs(reads, &p->residual, 1);
    p->reads = reads;
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t *in = r->of[p->node.in[i]->id];
        for (uint32_t c = 0; c < p->node.in[i]->schema->n; c++)
            if (bit_get(reads, c + (i ? n_left : 0)))
                bit_set(in, c);
        read_exprs(in, i ? p->right_key : p->left_key, p->n_keys);
        read_exprs(in, p->not_in[i], p->n_not_in);
    }
    return 0;
}

static int through(const Reads *r, PhysNode *n, Err *err)
{
    switch (n->kind) {
    case PHYS_PROJECT: through_project(r, (const PhysProject *)n); break;
    case PHYS_FILTER: through_filter(r, (const PhysFilter *)n); break;
    case PHYS_HASH_AGG: through_agg(r, (const PhysAgg *)n); break;
    case PHYS_JOIN: return through_join(r, (PhysJoin *)n, err);
    default:
        for (uint32_t i = 0; i < n->n_in; i++)
            read_all(r, n->in[i]);
    }
    return 0;
}

int physical_reads(PhysPlan *plan, Err *err)
{
    Reads r = {.plan = plan, .of = ARENA_ARRAY(&plan->arena, uint64_t *, plan->n_nodes + 1)};
    if (!r.of)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < plan->n_nodes; i++) {
        r.of[i] = ARENA_ARRAY(&plan->arena, uint64_t, BIT_WORDS(plan->nodes[i]->schema->n) + 1);
        if (!r.of[i])
            return RAISE_NOMEM(err);
    }
    read_all(&r, plan->root);
    for (uint32_t i = plan->n_nodes; i-- > 0;) /* users stand behind their inputs */
        TRY(through(&r, plan->nodes[i], err));
    return 0;
}
