/* SPDX-License-Identifier: Apache-2.0
 *
 * Chains by whole batches.  The operators of a chain are there once per part, beside those that the query drives: what they do with
 * a batch depends on that batch alone, and what they keep is scratch.  Only the last one may have a state, and then it is an
 * operator in parts whose instances are the chain's.  They are counted as the query's own.
 *
 * What is dealt out is a selection of the batch per part, made by whoever has the batch.  What the parts give is kept by batch and
 * part, and put together in the order of the parts, as the operator does for one batch. */
#include "exec/part_chain.h"

#include "exec/op_parts.h"
#include "exec/part_keys.h"

#define GIVEN_CHUNK (64u << 10)

typedef struct ChainPart {
    OpEnv env;
    Arena plan, given; /* given: what operators with keys give */
    Op *op[CHAIN_OPS];
    uint8_t apart[PART_APART];
} ChainPart;

typedef struct Dealt Dealt;
struct Dealt { /* a batch for the last operator: the rows of each part */
    Dealt *next;
    Batch *of[];
};

typedef struct Given { /* by a batch */
    int rc;
    OutItem *first, **last;
    Dealt *dealt, **last_dealt;
    OutItem *back, **last_back; /* rows that the last operator has not collected */
} Given;

struct PartChain {
    OpEnv *env; /* of the query */
    Parts *parts;
    uint32_t n_parts, n_ops;
    uint32_t n_first;        /* before rows are dealt out: all, or those below the first operator that takes them by key */
    uint32_t input;          /* of that one */
    Op *op[CHAIN_OPS];       /* those of the query */
    bool borrows[CHAIN_OPS]; /* the instances are those of an operator in parts */
    ChainPart part[PARTS_MAX];
    /* The running call. */
    Batch *const *batch;
    uint32_t n;
    uint64_t reads;
    Given given[CHAIN_BATCHES];
    uint32_t n_good;          /* batches of which nothing has failed before the rows were dealt out */
    bool rewinds;             /* what they give lies apart from their scratch, which is used again for each batch */
    const OpCollect *collect; /* of the last operator: the running call collects its rows */
    int settled[PARTS_MAX];
    Given *of_part; /* from there on: by part, then by batch; NULL = nothing is dealt out */
};

static bool are_plain(Expr *const *e, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (e[i]->is_volatile || e[i]->is_stable) /* watermark() moves from batch to batch */
            return false;
    return true;
}

bool part_chain_can(const Op *op, uint32_t input, bool *ret_last)
{
    const PhysNode *node = op->node;
    *ret_last = false;
    switch (node->kind) {
    case PHYS_SOURCE: return true;
    case PHYS_FILTER: return are_plain(&((const PhysFilter *)node)->predicate, 1);
    case PHYS_PROJECT: return are_plain(((const PhysProject *)node)->exprs, ((const PhysProject *)node)->n);
    case PHYS_WINDOW_ASSIGN: /* of others the output may lie in what the operator has kept */
        return ((const PhysWindowAssign *)node)->window.kind == WINDOW_TUMBLE;
    default: return *ret_last = op_parts_may_chain(op) || op_parts_may_deal(op, input);
    }
}

/* Takes the rows of its keys; others of a chain take any. */
static bool is_keyed(const PartChain *c, uint32_t k)
{
    return k >= c->n_first && c->borrows[k] && !op_parts_may_chain(c->op[k]);
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

static void arena_init_both(ChainPart *p, Account *acct)
{
    arena_init(&p->plan, acct, 0);
    arena_init(&p->given, acct, GIVEN_CHUNK);
}

static bool only_picks(const PhysNode *node)
{
    const PhysProject *p = (const PhysProject *)node;
    bool all = node->kind == PHYS_PROJECT;
    for (uint32_t i = 0; all && i < p->n; i++)
        all = p->exprs[i]->kind == EXPR_COLUMN;
    return all;
}

static bool may_rewind(const PartChain *c)
{
    bool all = true;
    for (uint32_t k = c->n_first; k < c->n_ops; k++)
        all &= is_keyed(c, k) || only_picks(c->op[k]->node);
    return all;
}

static int open_all(PartChain *c, Err *err)
{
    for (uint32_t i = 0; i < c->n_parts; i++)
        arena_init_both(&c->part[i], c->env->acct);
    if (c->n_first < c->n_ops) {
        c->of_part = mem_zalloc(c->env->acct, c->n_parts * CHAIN_BATCHES * sizeof(*c->of_part));
        if (!c->of_part)
            return RAISE_NOMEM(err);
    }
    for (uint32_t i = 0; i < c->n_parts; i++)
        TRY(open_part(c, i, err));
    return 0;
}

int part_chain_new(OpEnv *env, Op *const *op, uint32_t n, uint32_t n_first, uint32_t input, PartChain **ret, Err *err)
{
    PartChain *c = mem_zalloc(env->acct, sizeof(*c));
    *ret = c;
    if (!c)
        return RAISE_NOMEM(err);
    c->env = env;
    c->parts = env->parts;
    c->n_parts = env->n_parts;
    c->n_ops = n;
    c->n_first = n_first;
    c->input = input;
    memcpy(c->op, op, n * sizeof(*op));
    for (uint32_t k = 0; k < n; k++)
        c->borrows[k] = op_parts_may_chain(op[k]) || (k >= n_first && op_parts_may_deal(op[k], k == n_first ? input : 0));
    c->rewinds = may_rewind(c);
    int rc = open_all(c, err);
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
        arena_done(&c->part[i].given);
    }
    mem_free(c->env->acct, c->of_part, c->of_part ? c->n_parts * CHAIN_BATCHES * sizeof(*c->of_part) : 0);
    mem_free(c->env->acct, c, sizeof(*c));
}

bool part_chain_deals(const PartChain *c)
{
    return c->of_part != NULL;
}

bool part_chain_keyed(const Op *op, uint32_t input)
{
    return op_parts_may_deal(op, input);
}

bool part_chain_along(const Op *op)
{
    return op_parts_come_along(op);
}

bool part_chain_takes(PartChain *c, uint32_t n, uint32_t n_rows)
{
    if (n < 2 || n > CHAIN_BATCHES || n_rows < atomic_load_explicit(&c->parts->team.wide_rows, memory_order_relaxed))
        return false;
    bool all = true;
    for (uint32_t k = 0; k < c->n_ops; k++)
        all &= !c->borrows[k] || (is_keyed(c, k) ? op_parts_deals(c->op[k]) : op_parts_chains(c->op[k], n_rows));
    return all;
}

/* ---- on any thread ---- */

static int take_item(OutItem ***last, const OutItem *item, Arena *arena)
{
    OutItem *copy = ARENA_NEW(arena, OutItem);
    if (!copy)
        return -ERR_OUT_OF_MEMORY;
    *copy = *item;
    copy->next = NULL;
    **last = copy;
    *last = &copy->next;
    return 0;
}

/* Into what the last operator collects; what it does not goes back. */
static int collect(PartChain *c, uint32_t i, Batch *b, Given *g)
{
    Op *op = c->part[i].op[c->n_ops - 1];
    int rc = b->n_sel > 0 ? c->collect->add(op, b) : 1;
    if (rc == 0)
        return take_item(&g->last_back, &(OutItem){.port = OUT_MAIN, .batch = b}, &c->parts->part[i].arena);
    op->c.rows_in[0] += b->n_sel;
    op->c.batches++;
    return MIN(rc, 0);
}

/* What comes to the end of a chain with keys. */
static int deal(PartChain *c, uint32_t i, const OutItem *item, Given *g)
{
    Arena *arena = &c->parts->part[i].arena;
    Dealt *d = arena_alloc(arena, sizeof(*d) + c->n_parts * sizeof(*d->of));
    if (!d)
        return -ERR_OUT_OF_MEMORY;
    d->next = NULL;
    TRY(op_parts_deal(c->op[c->n_first], c->input, i, item->batch, d->of));
    *g->last_dealt = d;
    g->last_dealt = &d->next;
    return 0;
}

static int drive(PartChain *c, uint32_t i, uint32_t k, Batch *b, Given *g);

/* Where what it gives lies. */
static Arena *given_arena(PartChain *c, uint32_t i, uint32_t k)
{
    return k < c->n_first ? &c->parts->part[i].arena : &c->part[i].given;
}

/* What an operator gave goes to the next one, to where rows are dealt out, or out of the chain. */
static int hand_on(PartChain *c, uint32_t i, uint32_t k, OutItem *item, Given *g)
{
    if (item->port == OUT_MAIN && item->batch && k + 1 == c->n_first && c->of_part)
        return deal(c, i, item, g);
    if (item->port == OUT_MAIN && item->batch && k + 1 < c->n_ops)
        return drive(c, i, k + 1, item->batch, g);
    if (!item->batch)
        item->node = c->op[k]->node; /* whose parts have given that mark */
    return take_item(&g->last, item, given_arena(c, i, k));
}

/* All of what the call of an operator gave. */
static int use_all(PartChain *c, uint32_t i, uint32_t k, int rc, Out *out, Given *g)
{
    for (;;) {
        if (rc < 0 || out->failed)
            return rc < 0 ? rc : -ERR_OUT_OF_MEMORY;
        for (OutItem *item = out->first; item; item = item->next)
            TRY(hand_on(c, i, k, item, g));
        if (rc != OP_MORE)
            return 0;
        out_init(out, out->arena, BATCH_ROWS);
        rc = op_more(c->part[i].op[k], out);
    }
}

/* A batch through the operators from k on, depth first. */
static int drive(PartChain *c, uint32_t i, uint32_t k, Batch *b, Given *g)
{
    Out out;
    if (c->collect && k + 1 == c->n_ops)
        return collect(c, i, b, g);
    out_init(&out, given_arena(c, i, k), BATCH_ROWS);
    int rc = op_push(c->part[i].op[k], k == c->n_first ? c->input : 0, b, &out);
    return use_all(c, i, k, rc, &out, g);
}

/* The end of the step of a batch. */
static int flush_keyed(PartChain *c, uint32_t i, Given *g)
{
    Out out;
    for (uint32_t k = c->n_first; k < c->n_ops; k++) {
        out_init(&out, given_arena(c, i, k), BATCH_ROWS);
        TRY(use_all(c, i, k, op_flush(c->part[i].op[k], FLUSH_EPOCH, &out), &out, g));
    }
    return 0;
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
    c->settled[i] = c->collect ? c->collect->begin(c->part[i].op[c->n_ops - 1]) : 0;
    for (uint32_t k = from; k < to && c->settled[i] == 0; k++) {
        if (k == from)
            batch_announce(c->batch[k], c->reads);
        if (k + 1 < to)
            batch_announce(c->batch[k + 1], c->reads);
        c->given[k].rc = drive(c, i, 0, c->batch[k], &c->given[k]);
    }
}

/* Rows in error come with what lies in the scratch. */
static bool gives_plain(const Given *g)
{
    bool plain = true;
    for (const OutItem *item = g->first; item; item = item->next)
        plain &= item->port == OUT_MAIN;
    return plain;
}

/* The rows of a part, batch by batch, each as a step of its own. */
static void work_keyed(void *self, uint32_t i)
{
    PartChain *c = self;
    Arena *scratch = &c->parts->part[i].arena;
    int rc = 0;
    follow_env(c, i); /* it may have had no batch of its own */
    arena_reset(&c->part[i].given);
    for (uint32_t k = 0; k < c->n_good && rc == 0; k++) {
        Given *g = &c->of_part[i * CHAIN_BATCHES + k];
        ArenaMark mark = arena_mark(scratch);
        bool any = false;
        for (const Dealt *d = c->given[k].dealt; d && rc == 0; d = d->next) {
            any |= d->of[i]->n_sel > 0;
            rc = d->of[i]->n_sel > 0 ? drive(c, i, c->n_first, d->of[i], g) : 0;
        }
        if (any && rc == 0)
            rc = flush_keyed(c, i, g);
        g->rc = rc;
        if (c->rewinds && gives_plain(g))
            arena_rewind(scratch, mark);
    }
}

static void settle(void *self, uint32_t i)
{
    PartChain *c = self;
    c->settled[i] = op_parts_settle(c->op[c->n_ops - 1], i);
}

/* ---- the call ---- */

typedef struct Counted { /* by the instances of an operator */
    uint64_t rows_in, rows_out, batches, errors, null_time, of_part[PARTS_MAX];
} Counted;

static Counted counted(const PartChain *c, uint32_t k)
{
    uint32_t input = k == c->n_first && c->of_part ? c->input : 0;
    Counted sum = {0};
    for (uint32_t i = 0; i < c->n_parts; i++) {
        const OpCounters *of = &c->part[i].op[k]->c;
        sum.of_part[i] = of->rows_in[input];
        sum.rows_in += of->rows_in[input];
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
    to->rows_in[k == c->n_first && c->of_part ? c->input : 0] += now.rows_in - before->rows_in;
    to->rows_out += now.rows_out - before->rows_out;
    to->batches += now.batches - before->batches;
    for (uint32_t i = 0; i < c->n_parts; i++)
        now.of_part[i] -= before->of_part[i];
    if (is_keyed(c, k)) {
        op_parts_dealt(c->op[k], now.of_part);
        return;
    }
    if (c->borrows[k]) {
        op_parts_chained(c->op[k], which, now.rows_in - before->rows_in);
        return;
    }
    to->errors += now.errors - before->errors;
    to->null_time += now.null_time - before->null_time;
}

static Op *op_of(const PartChain *c, const PhysNode *node)
{
    uint32_t k = c->n_first;
    while (c->op[k]->node != node)
        k++;
    return c->op[k];
}

/* What part i gave for batch k, behind what others gave; marks go to the operator, which has those of all parts. */
static void take_given(PartChain *c, uint32_t i, uint32_t k)
{
    Given *to = &c->given[k], *from = &c->of_part[i * CHAIN_BATCHES + k];
    for (OutItem *item = from->first, *next; item; item = next) {
        next = item->next;
        if (!item->batch) {
            op_parts_note_mark(op_of(c, item->node), i, item->mark);
            continue;
        }
        item->next = NULL;
        *to->last = item;
        to->last = &item->next;
    }
    to->rc = to->rc < 0 ? to->rc : from->rc;
}

/* Marks that all parts of the last operator have given, behind everything. */
static int take_marks(PartChain *c)
{
    Given *g = &c->given[c->n_good - 1];
    Out out;
    if (!is_keyed(c, c->n_ops - 1))
        return 0;
    out_init(&out, c->env->step, BATCH_ROWS);
    TRY(op_parts_give_marks(c->op[c->n_ops - 1], &out));
    for (const OutItem *item = out.first; item; item = item->next)
        TRY(take_item(&g->last, item, c->env->step));
    return 0;
}

static void begin_keyed(PartChain *c)
{
    c->n_good = 0;
    while (c->n_good < c->n && c->given[c->n_good].rc == 0)
        c->n_good++;
    for (uint32_t i = 0; i < c->n_parts; i++)
        for (uint32_t k = 0; k < c->n_good; k++) {
            Given *g = &c->of_part[i * CHAIN_BATCHES + k];
            *g = (Given){.last = &g->first};
        }
}

static void run_keyed(PartChain *c)
{
    begin_keyed(c);
    if (c->n_good == 0)
        return;
    c->parts->team.run(&c->parts->team, c->n_parts, (1u << c->n_parts) - 1, work_keyed, c);
    for (uint32_t k = 0; k < c->n_good; k++)
        for (uint32_t i = 0; i < c->n_parts; i++)
            take_given(c, i, k);
    int rc = take_marks(c);
    if (rc < 0 && c->given[c->n_good - 1].rc == 0)
        c->given[c->n_good - 1].rc = rc;
}

/* What has been collected goes to the parts that its keys belong to.  One that could not begin has collected nothing. */
static int settle_collected(PartChain *c)
{
    for (uint32_t i = 0; i < c->n_parts; i++)
        TRY(c->settled[i]);
    c->parts->team.run(&c->parts->team, c->n_parts, (1u << c->n_parts) - 1, settle, c);
    for (uint32_t i = 0; i < c->n_parts; i++)
        TRY(c->settled[i]);
    return 0;
}

int part_chain_run(PartChain *c, Batch *const *b, uint32_t n, uint64_t reads)
{
    Counted before[CHAIN_OPS];
    uint32_t which = 0;
    Op *last = c->op[c->n_ops - 1];
    c->collect = !c->of_part && op_parts_collects(last) ? op_part(last, 0)->type->merge->collect : NULL;
    parts_call_begins(c->parts, c->env->step);
    c->batch = b;
    c->n = n;
    c->reads = reads;
    for (uint32_t k = 0; k < n; k++)
        c->given[k] = (Given){.last = &c->given[k].first, .last_dealt = &c->given[k].dealt, .last_back = &c->given[k].back};
    for (uint32_t k = 0; k < c->n_ops; k++)
        before[k] = counted(c, k);
    for (uint32_t i = 0; i < c->n_parts; i++)
        which |= (n * i / c->n_parts < n * (i + 1) / c->n_parts ? 1u : 0u) << i;
    c->parts->team.run(&c->parts->team, c->n_parts, c->collect ? (1u << c->n_parts) - 1 : which, work, c);
    int rc = c->collect ? settle_collected(c) : 0;
    if (c->of_part)
        run_keyed(c);
    for (uint32_t k = 0; k < c->n_ops; k++)
        count(c, k, &before[k], which);
    return rc;
}

int part_chain_given(const PartChain *c, uint32_t i, const OutItem **ret_first)
{
    *ret_first = c->given[i].first;
    return c->given[i].rc;
}

const OutItem *part_chain_back(const PartChain *c, uint32_t i)
{
    return c->given[i].back;
}
