/* SPDX-License-Identifier: Apache-2.0
 *
 * Which columns of a batch a query looks at row by row, so that only those are announced to the processor (engine_step.c).  What a
 * plan passes on as it is, is not looked at; what an operator other than a filter or a projection gets, is, as far as is known
 * here. */
#include "flow/pipeline.h"

#include <string.h>

#define UNKNOWN UINT16_MAX /* computed, or none of the first 64 */

typedef struct Reads {
    uint64_t cols;              /* of the source */
    uint16_t from[COLUMNS_MAX]; /* by column of the batch: which of the source's it is */
} Reads;

static void read_column(Reads *r, uint32_t col)
{
    if (r->from[col] < 64)
        r->cols |= UINT64_C(1) << r->from[col];
}

static void read_exprs(Reads *r, Expr *const *e, uint32_t n, uint32_t n_cols)
{
    uint64_t bits[BIT_WORDS(COLUMNS_MAX)] = {0};
    for (uint32_t i = 0; i < n; i++)
        if (e[i]->kind != EXPR_COLUMN)
            expr_columns(e[i], bits);
    for (uint32_t c = 0; c < n_cols; c++)
        if (bit_get(bits, c))
            read_column(r, c);
}

static void project(Reads *r, const PhysProject *p)
{
    uint16_t to[COLUMNS_MAX];
    read_exprs(r, p->exprs, p->n, p->node.in[0]->schema->n);
    for (uint32_t i = 0; i < p->n; i++)
        to[i] = p->exprs[i]->kind == EXPR_COLUMN ? r->from[p->exprs[i]->col] : UNKNOWN;
    memcpy(r->from, to, p->n * sizeof(*to));
}

/* false: it ends here. */
static bool pass(Reads *r, const PhysNode *node)
{
    if (node->kind == PHYS_FILTER) {
        read_exprs(r, &((const PhysFilter *)node)->predicate, 1, node->schema->n);
        if (((const PhysFilter *)node)->predicate->kind == EXPR_COLUMN)
            read_column(r, ((const PhysFilter *)node)->predicate->col);
        return true;
    }
    if (node->kind != PHYS_PROJECT)
        return false;
    project(r, (const PhysProject *)node);
    return true;
}

uint64_t pipeline_reads(const Pipeline *q, uint32_t leaf)
{
    const PhysSource *s = q->leaf[leaf].source;
    const PipelineNode *n = &q->node[q->leaf[leaf].node];
    const PhysNode *node = &s->node;
    Reads r = {.cols = 0};
    for (uint32_t i = 0; i < s->n_cols; i++)
        r.from[i] = (uint16_t)s->cols[i];
    while (n->n_users == 1 && pass(&r, q->plan->nodes[n->user[0]])) {
        node = q->plan->nodes[n->user[0]];
        n = &q->node[n->user[0]];
    }
    for (uint32_t i = 0; i < node->schema->n && n->n_users > 0; i++)
        read_column(&r, i);
    return r.cols;
}
