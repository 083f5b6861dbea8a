/* SPDX-License-Identifier: Apache-2.0
 *
 * Chains by whole batches.  The operators of a chain are there once per part, beside those that the query drives: what they do with
 * a batch depends on that batch alone, and what they keep is scratch.  Only the last one may have a state, and then it is an
 * operator in parts whose instances are the chain's.  They are counted as the query's own. */
#include "exec/part_chain.h"

#include "exec/op_parts.h"
#include "exec/part_keys.h"

typedef struct ChainPart {
    OpEnv env;
    Arena plan;
    Op *op[CHAIN_OPS];
    uint8_t apart[PART_APART];
} ChainPart;

typedef struct Given { /* by a batch */
    int rc;
    OutItem *first, **last;
} Given;

struct PartChain {
    OpEnv *env; /* of the query */
    Parts *parts;
    uint32_t n_parts, n_ops;
    Op *op[CHAIN_OPS];       /* those of the query */
    bool borrows[CHAIN_OPS]; /* the instances are those of an operator in parts */
    ChainPart part[PARTS_MAX];
    /* The running call. */
    Batch *const *batch;
    uint32_t n;
    uint64_t reads;
    Given given[CHAIN_BATCHES];
};

static bool are_plain(Expr *const *e, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (e[i]->is_volatile || e[i]->is_stable) /* watermark() moves from batch to batch */
            return false;
    return true;
}

bool part_chain_can(const Op *op, bool *ret_last)
{
    const PhysNode *node = op->node;
    *ret_last = false;
    switch (node->kind) {
    case PHYS_SOURCE: return true;
    case PHYS_FILTER: return are_plain(&((const PhysFilter *)node)->predicate, 1);
    case PHYS_PROJECT: return are_plain(((const PhysProject *)node)->exprs, ((const PhysProject *)node)->n);
    case PHYS_WINDOW_ASSIGN: /* of others the output may lie in what the operator has kept */
        return ((const PhysWindowAssign *)node)->window.kind == WINDOW_TUMBLE;
    default: return *ret_last = op_parts_may_chain(op);
    }
}

static int open_part(PartChain *c, uint32_t i, Err *err)
{
    ChainPart *p = &c->part[i];
    Part *part = &c->parts->part[i];
    p->env = *c->env;
    p->env.pages = part->pages;
    p->env.lost = page_store_lost(part->pages);
    p->env.step = p->env.eval.arena = &part->arena;
    p->env.plan = &p->plan;
    p->env.n_parts = 0;
    for (uint32_t k = 0; k < c->n_ops; k++) {
        if (c->borrows[k])
            p->op[k] = op_part(c->op[k], i);
        else
            TRY(op_new(&p->env, c->op[k]->node, &p->op[k], err));
    }
    return 0;
}

int part_chain_new(OpEnv *env, Op *const *op, uint32_t n, PartChain **ret, Err *err)
{
    PartChain *c = mem_zalloc(env->acct, sizeof(*c));
    *ret = c;
    if (!c)
        return RAISE_NOMEM(err);
    c->env = env;
    c->parts = env->parts;
    c->n_parts = env->n_parts;
    c->n_ops = n;
    memcpy(c->op, op, n * sizeof(*op));
    for (uint32_t k = 0; k < n; k++)
        c->borrows[k] = op_parts_may_chain(op[k]);
    for (uint32_t i = 0; i < c->n_parts; i++)
        arena_init(&c->part[i].plan, env->acct, 0);
    int rc = 0;
    for (uint32_t i = 0; i < c->n_parts && rc == 0; i++)
        rc = open_part(c, i, err);
    if (rc < 0) {
        part_chain_free(c);
        *ret = NULL;
    }
    return rc;
}

void part_chain_free(PartChain *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < c->n_parts; i++) {
        for (uint32_t k = 0; k < c->n_ops; k++)
            if (!c->borrows[k])
                op_free(c->part[i].op[k]);
        arena_done(&c->part[i].plan);
    }
    mem_free(c->env->acct, c, sizeof(*c));
}

bool part_chain_takes(PartChain *c, uint32_t n, uint32_t n_rows)
{
    if (n < 2 || n > CHAIN_BATCHES || n_rows < atomic_load_explicit(&c->parts->team.wide_rows, memory_order_relaxed))
        return false;
    bool all = true;
    for (uint32_t k = 0; k < c->n_ops; k++)
        all &= !c->borrows[k] || op_parts_chains(c->op[k]);
    return all;
}

/* ---- on any thread ---- */

static int take_item(Given *g, const OutItem *item, Arena *arena)
{
    OutItem *copy = ARENA_NEW(arena, OutItem);
    if (!copy)
        return -ERR_OUT_OF_MEMORY;
    *copy = *item;
    copy->next = NULL;
    *g->last = copy;
    g->last = &copy->next;
    return 0;
}

/* A batch through the operators from k on, depth first. */
static int drive(PartChain *c, uint32_t i, uint32_t k, Batch *b, Given *g)
{
    ChainPart *p = &c->part[i];
    Arena *arena = &c->parts->part[i].arena;
    Out out;
    out_init(&out, arena, BATCH_ROWS);
    int rc = op_push(p->op[k], 0, b, &out);
    for (;;) {
        if (rc < 0 || out.failed)
            return rc < 0 ? rc : -ERR_OUT_OF_MEMORY;
        for (const OutItem *item = out.first; item; item = item->next)
            TRY(item->port == OUT_MAIN && k + 1 < c->n_ops ? drive(c, i, k + 1, item->batch, g) : take_item(g, item, arena));
        if (rc != OP_MORE)
            return 0;
        out_init(&out, arena, BATCH_ROWS);
        rc = op_more(p->op[k], &out);
    }
}

static void follow_env(PartChain *c, uint32_t i)
{
    EvalCtx *x = &c->part[i].env.eval;
    x->now_us = c->env->eval.now_us;
    x->watermark_us = c->env->eval.watermark_us;
    c->part[i].env.epoch = c->env->epoch;
    c->part[i].env.interrupt = c->env->interrupt;
    for (uint32_t k = 0; k < c->n_ops; k++)
        if (c->borrows[k])
            op_parts_follow(c->op[k], i);
}

/* The share of a part: batches behind each other, so that rows of one time mostly are in one part. */
static void work(void *self, uint32_t i)
{
    PartChain *c = self;
    uint32_t from = c->n * i / c->n_parts, to = c->n * (i + 1) / c->n_parts;
    follow_env(c, i);
    for (uint32_t k = from; k < to; k++) {
        batch_announce(c->batch[k], c->reads);
        c->given[k].rc = drive(c, i, 0, c->batch[k], &c->given[k]);
    }
}

/* ---- the call ---- */

typedef struct Counted { /* by the instances of an operator */
    uint64_t rows_in, rows_out, batches, errors, null_time;
} Counted;

static Counted counted(const PartChain *c, uint32_t k)
{
    Counted sum = {0};
    for (uint32_t i = 0; i < c->n_parts; i++) {
        const OpCounters *of = &c->part[i].op[k]->c;
        sum.rows_in += of->rows_in[0];
        sum.rows_out += of->rows_out;
        sum.batches += of->batches;
        sum.errors += of->errors;
        sum.null_time += of->null_time;
    }
    return sum;
}

/* What they have counted since belongs to the operator of the query. */
static void count(PartChain *c, uint32_t k, const Counted *before, uint32_t which)
{
    Counted now = counted(c, k);
    OpCounters *to = &c->op[k]->c;
    to->rows_in[0] += now.rows_in - before->rows_in;
    to->rows_out += now.rows_out - before->rows_out;
    to->batches += now.batches - before->batches;
    if (c->borrows[k]) {
        op_parts_chained(c->op[k], which, now.rows_in - before->rows_in);
        return;
    }
    to->errors += now.errors - before->errors;
    to->null_time += now.null_time - before->null_time;
}

void part_chain_run(PartChain *c, Batch *const *b, uint32_t n, uint64_t reads)
{
    Counted before[CHAIN_OPS];
    uint32_t which = 0;
    parts_call_begins(c->parts, c->env->step);
    c->batch = b;
    c->n = n;
    c->reads = reads;
    for (uint32_t k = 0; k < n; k++)
        c->given[k] = (Given){.last = &c->given[k].first};
    for (uint32_t k = 0; k < c->n_ops; k++)
        before[k] = counted(c, k);
    for (uint32_t i = 0; i < c->n_parts; i++)
        which |= (n * i / c->n_parts < n * (i + 1) / c->n_parts ? 1u : 0u) << i;
    c->parts->team.run(&c->parts->team, c->n_parts, which, work, c);
    for (uint32_t k = 0; k < c->n_ops; k++)
        count(c, k, &before[k], which);
}

int part_chain_given(const PartChain *c, uint32_t i, const OutItem **ret_first)
{
    *ret_first = c->given[i].first;
    return c->given[i].rc;
}
