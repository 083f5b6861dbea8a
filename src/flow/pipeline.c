/* SPDX-License-Identifier: Apache-2.0
 *
 * The driver of one plan.  Depth first means that what one call of an operator gives is consumed all the way up before the next
 * call, so the step's arena can be rewound and a window with a million groups needs no more scratch than one chunk of them. */
#include "flow/pipeline.h"

#include "env/env.h"
#include "exec/hot_keys.h"

#include <stdio.h>

#define CHUNK_ROWS BATCH_ROWS

const char *pipeline_state_name(PipelineState s)
{
    static const char *const names[] = {"RUNNING", "DONE", "FAILED", "CANCELLED"};
    return names[s];
}

/* ---- construction ---- */

/* An Emit that holds nothing back is not linked in: its input is the result. */
static bool passes_through(const PhysNode *node)
{
    const PhysEmit *e = (const PhysEmit *)node;
    return node->kind == PHYS_EMIT && !e->normalise && e->mode != OUTPUT_EVERY;
}

static int link_users(Pipeline *q, Err *err)
{
    PhysPlan *p = q->plan;
    uint32_t n_nodes = p->n_nodes - (passes_through(p->root) ? 1 : 0);
    for (uint32_t i = 0; i < n_nodes; i++)
        for (uint32_t k = 0; k < p->nodes[i]->n_in; k++)
            for (uint32_t j = 0; j < i; j++)
                q->node[j].n_users += p->nodes[j] == p->nodes[i]->in[k];
    for (uint32_t i = 0; i < p->n_nodes; i++) {
        PipelineNode *n = &q->node[i];
        n->user = ARENA_ARRAY(&q->arena, uint32_t, n->n_users + 1);
        n->user_input = ARENA_ARRAY(&q->arena, uint32_t, n->n_users + 1);
        if (!n->user || !n->user_input)
            return RAISE_NOMEM(err);
        n->n_users = 0;
    }
    for (uint32_t i = 0; i < n_nodes; i++) {
        for (uint32_t k = 0; k < p->nodes[i]->n_in; k++) {
            for (uint32_t j = 0; j < i; j++) {
                if (p->nodes[j] != p->nodes[i]->in[k])
                    continue;
                PipelineNode *n = &q->node[j];
                n->user[n->n_users] = i;
                n->user_input[n->n_users++] = k;
            }
        }
    }
    return 0;
}

static void find_period(Pipeline *q, const PhysNode *node)
{
    int64_t every = 0;
    if (node->kind == PHYS_HASH_AGG || node->kind == PHYS_WINDOW_AGG || node->kind == PHYS_SESSION_AGG) {
        const PhysAgg *a = (const PhysAgg *)node;
        every = a->emit == OUTPUT_EVERY ? a->every_us : 0;
    } else if (node->kind == PHYS_EMIT) {
        const PhysEmit *e = (const PhysEmit *)node;
        every = e->mode == OUTPUT_EVERY && !e->inner ? e->every_us : 0; /* an inner one has a timer */
    }
    if (every > 0) {
        q->every_us = q->every ? MIN(q->every_us, every) : every;
        q->every = true;
    }
}

/* Windows close by the watermark, late rows are refused by it; everything else only passes it on. */
static void find_mark_users(Pipeline *q)
{
    for (uint32_t i = q->plan->n_nodes; i-- > 0;) {
        PipelineNode *n = &q->node[i];
        PhysKind kind = q->plan->nodes[i]->kind;
        n->wants_mark = kind == PHYS_WINDOW_AGG || kind == PHYS_SESSION_AGG || kind == PHYS_SESSION_ASSIGN ||
                        kind == PHYS_LATE_FILTER || kind == PHYS_HOLD || kind == PHYS_FETCH ||
                        (kind == PHYS_JOIN && ((const PhysJoin *)q->plan->nodes[i])->timed);
        if (kind == PHYS_ASOF_JOIN) {
            const PhysAsofJoin *asof = (const PhysAsofJoin *)q->plan->nodes[i];
            n->wants_mark = asof->final || asof->early || asof->versions;
        }
        if (kind == PHYS_ROW_TTL)
            n->wants_mark = ((const PhysRowTtl *)q->plan->nodes[i])->time != NULL;
        if (kind == PHYS_KEY_TTL)
            n->wants_mark = ((const PhysKeyTtl *)q->plan->nodes[i])->time != NULL;
        if (kind == PHYS_HASH_AGG)
            n->wants_mark = ((const PhysAgg *)q->plan->nodes[i])->ttl_us > 0 || ((const PhysAgg *)q->plan->nodes[i])->closes;
        if (kind == PHYS_EMIT) /* what it makes final does not wait for the period */
            n->wants_mark = ((const PhysEmit *)q->plan->nodes[i])->mode == OUTPUT_EVERY;
        if (kind == PHYS_OVER)
            n->wants_mark = ((const PhysOver *)q->plan->nodes[i])->stream;
        if (kind == PHYS_MATCH)
            n->wants_mark = ((const PhysMatch *)q->plan->nodes[i])->stream;
        if (kind == PHYS_TOP_N)
            n->wants_mark = ((const PhysTopN *)q->plan->nodes[i])->close.part >= 0;
        for (uint32_t u = 0; u < n->n_users; u++)
            n->wants_mark |= q->node[n->user[u]].wants_mark;
    }
}

/* Above are only operators that make of each batch one of no more rows, which stays as it is to the end of the step. */
static void find_changes(Pipeline *q)
{
    for (uint32_t i = q->plan->n_nodes; i-- > 0;) {
        PipelineNode *n = &q->node[i];
        PhysKind above = n->n_users == 1 ? q->plan->nodes[n->user[0]]->kind : PHYS_EMIT;
        bool plain = above == PHYS_PROJECT || above == PHYS_FILTER || above == PHYS_EMIT;
        n->gives_changes = n->n_users == 0 || (n->n_users == 1 && plain && q->node[n->user[0]].gives_changes);
    }
}

/* Up the chain of operators that only pass marks on. */
static void find_mark_node(const Pipeline *q, PipelineLeaf *l)
{
    l->mark_node = l->node;
    for (;;) {
        const PipelineNode *n = &q->node[l->mark_node];
        if (n->op->type->mark || n->op->type->flush || n->n_users != 1)
            return;
        l->mark_input = n->user_input[0];
        l->mark_node = n->user[0];
    }
}

static void find_whole(const Pipeline *q, PipelineLeaf *l)
{
    l->whole = q->node[l->node].n_users == 1;
    for (uint32_t i = 0; i < l->source->n_cols; i++)
        l->whole &= l->source->cols[i] == i;
}

static int open_nodes(Pipeline *q, Err *err)
{
    PhysPlan *p = q->plan;
    q->node = ARENA_ARRAY(&q->arena, PipelineNode, p->n_nodes);
    q->flush = ARENA_ARRAY(&q->arena, uint32_t, p->n_nodes);
    q->timer = ARENA_ARRAY(&q->arena, uint32_t, p->n_nodes);
    q->leaf = ARENA_ARRAY(&q->arena, PipelineLeaf, p->n_nodes);
    if (!q->node || !q->flush || !q->timer || !q->leaf)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < p->n_nodes; i++) {
        const PhysNode *n = p->nodes[i];
        TRY(op_new(&q->env, n, &q->node[i].op, err));
        if (n == p->root && passes_through(n)) {
            q->unlinked = q->node[i].op;
        } else if (q->node[i].op->type->flush) {
            q->flush[q->n_flush++] = i;
            q->node[i].dirty = true; /* VALUES have rows before any input, a global aggregate one with the first */
        }
        if (q->node[i].op->timed)
            q->timer[q->n_timers++] = i;
        if (n->kind == PHYS_SOURCE)
            q->leaf[q->n_leaves++] = (PipelineLeaf){.source = (const PhysSource *)n, .node = i, .wm_us = INT64_MIN};
        find_period(q, n);
    }
    TRY(link_users(q, err));
    find_mark_users(q);
    find_changes(q);
    for (uint32_t l = 0; l < q->n_leaves; l++) {
        find_mark_node(q, &q->leaf[l]);
        find_whole(q, &q->leaf[l]);
    }
    return 0;
}

/* A query that ends may fail for want of memory (mem_may_fail), one that goes on may not; nor one over what is in its plan, for so
 * the database says why there is no memory. */
static bool plan_may_fail(const PhysPlan *p)
{
    bool reads = false;
    for (uint32_t i = 0; i < p->n_nodes; i++)
        reads |= p->nodes[i]->kind == PHYS_SOURCE || p->nodes[i]->kind == PHYS_UNNEST;
    return p->is_bounded && reads;
}

int pipeline_new(const PipelineHome *home, PhysPlan *give_plan, uint64_t id, const char *name, Pipeline **ret, Err *err)
{
    Pipeline *q = mem_zalloc(home->acct, sizeof(*q));
    if (!q) {
        phys_plan_free(give_plan);
        return RAISE_NOMEM(err);
    }
    q->plan = give_plan;
    q->may_fail = plan_may_fail(give_plan);
    q->id = id;
    snprintf(q->name, sizeof(q->name), "%s", name);
    account_init(&q->acct, home->acct, q->name);
    arena_init(&q->arena, &q->acct, 0);
    q->wm_us = INT64_MIN;
    q->env = (OpEnv){.acct = &q->acct,
                     .pages = home->pages,
                     .lost = page_store_lost(home->pages),
                     .step = home->step,
                     .plan = &q->arena,
                     .on_error = give_plan->on_error,
                     .parts = home->parts,
                     .n_parts = home->n_parts,
                     .part_rule = (uint8_t)home->rule,
                     .asker = home->asker,
                     .refers = home->refers};
    q->space = home->space;
    q->env.next_table_id = home->space << TABLE_SPACE_BITS;
    q->env.eval.arena = home->step;
    q->env.eval.watermark_us = INT64_MIN;
    int rc = open_nodes(q, err);
    if (rc < 0) {
        pipeline_free(q);
        return rc;
    }
    *ret = q;
    return 0;
}

uint32_t pipeline_n_spaces(const Pipeline *q)
{
    uint32_t n = q->env.next_table_id - (q->space << TABLE_SPACE_BITS);
    return MAX(1, (n + (1 << TABLE_SPACE_BITS) - 1) >> TABLE_SPACE_BITS);
}

void pipeline_free(Pipeline *q)
{
    if (!q)
        return;
    pipeline_forget_keys(q);
    for (uint32_t l = 0; l < q->n_leaves; l++)
        part_chain_free(q->leaf[l].chain);
    for (uint32_t i = 0; q->node && i < q->plan->n_nodes; i++)
        op_free(q->node[i].op);
    phys_plan_free(q->plan);
    Account *parent = q->acct.parent;
    arena_done(&q->arena);
    account_done(&q->acct);
    mem_free(parent, q, sizeof(*q));
}

/* ---- running ---- */

static int node_push(Pipeline *q, uint32_t i, uint32_t input, Batch *b, Err *err);
static int node_mark(Pipeline *q, uint32_t i, uint32_t input, Mark m, Err *err);
static int node_flush(Pipeline *q, uint32_t i, FlushWhy why, Err *err);

/* Message of a plain statement's first row error. */
static int raise_row_error(const OutItem *item, Err *err)
{
    uint32_t row = row_at(batch_rows(item->batch), 0);
    ErrCode code = (ErrCode)item->err_code[row];
    const char *text = item->err_text ? item->err_text[row] : NULL;
    return RAISE_AT(err, code, row_error_at(item->err_at, row), "%s", text ? text : err_class_text(code));
}

static int take_errors(Pipeline *q, const OutItem *item, Err *err)
{
    q->n_errors += item->batch->n_sel;
    if (!q->on_errors || q->plan->on_error == ON_ERROR_FAIL)
        return raise_row_error(item, err);
    return q->on_errors(q->on_errors_self, q, item, err);
}

/* Inside hand_on_change. */
static void result_half(Pipeline *q, const Batch *b)
{
    const Batch *minus = q->minus;
    if (!minus && b->w_kind == W_MINUS && b->n_sel > 1) { /* operators have one place for all results of one row */
        q->minus = b;
        return;
    }
    q->minus = NULL;
    q->takes_change = false;
    if (minus && b->w_kind == W_ONE) {
        consumers_change(&q->consumers, minus, b);
        return;
    }
    if (minus)
        consumers_batch(&q->consumers, minus);
    consumers_batch(&q->consumers, b);
}

static void result_batch(Pipeline *q, const Batch *b)
{
    q->n_out += b->n_sel;
    if (q->unlinked)
        op_count_passed(q->unlinked, b);
    if (unlikely(q->takes_change))
        result_half(q, b);
    else
        consumers_batch(&q->consumers, b);
}

/* A result has one clock for whoever reads it: that of its first watermark column.  A join of two streams makes one of each side.
 */
static bool is_result_clock(const Pipeline *q, uint32_t cls)
{
    const Props *p = &q->plan->root->props;
    return p->n_wm == 0 || p->wm[0].cls == cls;
}

static int hand_on(Pipeline *q, uint32_t i, const OutItem *item, Err *err)
{
    const PipelineNode *n = &q->node[i];
    if (unlikely(item->port == OUT_ERRORS))
        return take_errors(q, item, err);
    if (unlikely(item->port == OUT_LATE))
        return q->on_late ? q->on_late(q->on_late_self, q, item, err) : 0;
    if (n->n_users == 0) {
        if (item->batch) {
            result_batch(q, item->batch);
        } else if (is_result_clock(q, item->mark.cls)) {
            q->wm_us = MAX(q->wm_us, item->mark.wm_us);
            consumers_mark(&q->consumers, item->mark.wm_us);
        }
        return 0;
    }
    for (uint32_t u = 0; u < n->n_users; u++) {
        if (item->batch)
            TRY(node_push(q, n->user[u], n->user_input[u], item->batch, err));
        else if (q->marks_out || q->node[n->user[u]].wants_mark)
            TRY(node_mark(q, n->user[u], n->user_input[u], item->mark, err));
    }
    return 0;
}

static bool is_below(const PhysNode *leaf, const PhysNode *node)
{
    for (uint32_t k = 0; k < node->n_in; k++)
        if (node->in[k] == leaf || is_below(leaf, node->in[k]))
            return true;
    return false;
}

/* On a way that does not lead through `but`: a node may have several users. */
static bool is_read_beside(const PhysNode *leaf, const PhysNode *node, const PhysNode *but)
{
    for (uint32_t k = 0; k < node->n_in && node != but; k++)
        if (node->in[k] == leaf || is_read_beside(leaf, node->in[k], but))
            return true;
    return false;
}

/* A LIMIT is reached: the query is done when it is the result, else the leaves that only it reads end with this step. */
static void have_enough(Pipeline *q, uint32_t i)
{
    if (q->node[i].n_users == 0) {
        q->state = PIPELINE_DONE;
        return;
    }
    const PhysNode *limit = q->plan->nodes[i];
    for (uint32_t l = 0; l < q->n_leaves; l++) {
        const PhysNode *leaf = &q->leaf[l].source->node;
        q->leaf[l].enough |= is_below(leaf, limit) && !is_read_beside(leaf, q->plan->root, limit);
    }
    q->enough = true;
}

static int raise_failed_call(Pipeline *q, int rc, const Out *o, Err *err)
{
    if (rc == -ERR_IO && parts_take_error(q->env.parts, err) < 0) {
        q->lost_state = true;
        return rc;
    }
    if (o->failed)
        return RAISE_NOMEM(err);
    if (rc == -ERR_QUERY_CANCELED)
        return RAISE(err, ERR_QUERY_CANCELED, "the statement was cancelled");
    return err && err->code ? rc : RAISE(err, (ErrCode)-rc, "%s", err_class_text((ErrCode)-rc));
}

/* How long the calls of an operator take, while somebody measures. */
static inline int64_t measure_from(const Pipeline *q)
{
    return unlikely(q->measured != NULL) ? env_mono_ns(q->measured) : 0;
}

static inline void measure_to(Pipeline *q, uint32_t i, int64_t from)
{
    if (unlikely(q->measured != NULL))
        q->node[i].op->c.ns += (uint64_t)(env_mono_ns(q->measured) - from);
}

void pipeline_forget_keys(Pipeline *q)
{
    for (uint32_t i = 0; q->hot && i < q->plan->n_nodes; i++)
        hot_keys_free(q->hot[i]);
    mem_free(&q->acct, q->hot, q->hot ? q->plan->n_nodes * sizeof(HotKeys *) : 0);
    q->hot = NULL;
}

int pipeline_watch_keys(Pipeline *q, Err *err)
{
    pipeline_forget_keys(q);
    q->hot = mem_zalloc(&q->acct, q->plan->n_nodes * sizeof(HotKeys *));
    int rc = q->hot ? 0 : RAISE_NOMEM(err);
    for (uint32_t i = 0; i < q->plan->n_nodes && rc == 0; i++)
        rc = hot_keys_new(&q->env, q->plan->nodes[i], &q->hot[i], err);
    if (rc < 0)
        pipeline_forget_keys(q);
    return rc;
}

/* measure_from of a push: before it, outside of what is measured, its keys are counted.  Where memory is missing for that they are
 * no more. */
static inline int64_t measure_push(Pipeline *q, uint32_t i, uint32_t input, const Batch *b)
{
    if (unlikely(q->hot != NULL) && q->hot[i] && hot_keys_add(q->hot[i], &q->env.eval, input, b) < 0) {
        hot_keys_free(q->hot[i]);
        q->hot[i] = NULL;
    }
    return measure_from(q);
}

/* An operator's rows that go, followed by those that come in their place. */
static bool is_change(const PipelineNode *n, const OutItem *item)
{
    const OutItem *next = item->next;
    return n->gives_changes && item->port == OUT_MAIN && item->batch && item->batch->w_kind == W_MINUS && next &&
           next->port == OUT_MAIN && next->batch && next->batch->w_kind == W_ONE;
}

/* The first half of a change waits at the result for the second one, through whatever rows pass on their way. */
static void end_change(Pipeline *q)
{
    const Batch *minus = q->minus;
    q->minus = NULL;
    q->takes_change = false;
    if (minus && q->state == PIPELINE_RUNNING)
        consumers_batch(&q->consumers, minus);
}

static int hand_on_change(Pipeline *q, uint32_t i, const OutItem *minus, Err *err)
{
    q->takes_change = true;
    int rc = hand_on(q, i, minus, err);
    if (rc == 0 && q->state == PIPELINE_RUNNING)
        rc = hand_on(q, i, minus->next, err);
    end_change(q);
    return rc;
}

/* Hands on what a call gave, then continues the operator while it has more.  Scratch of each further piece is given back; a push
 * may leave some that the operator's cursor needs (its input is still in use), so nothing is rewound below the first one's. */
static int settle(Pipeline *q, uint32_t i, int rc, Out *o, Err *err)
{
    Arena *step = q->env.step;
    ArenaMark mark = {0};
    if (unlikely(rc == OP_MORE))
        mark = arena_mark(step);
    for (;;) {
        if (unlikely(rc < 0 || o->failed))
            return raise_failed_call(q, rc, o, err);
        for (const OutItem *item = o->first; item; item = item->next) {
            if (is_change(&q->node[i], item)) {
                TRY(hand_on_change(q, i, item, err));
                item = item->next;
            } else {
                TRY(hand_on(q, i, item, err));
            }
            if (unlikely(q->state != PIPELINE_RUNNING))
                return 0;
        }
        if (likely(rc == 0))
            return 0;
        if (rc == OP_DONE)
            have_enough(q, i);
        if (rc != OP_MORE || q->state != PIPELINE_RUNNING)
            return 0;
        if (op_is_cancelled(&q->env))
            return raise_failed_call(q, -ERR_QUERY_CANCELED, o, err);
        if (unlikely(q->takes_change))
            end_change(q);
        arena_rewind(step, mark);
        out_init(o, step, CHUNK_ROWS);
        int64_t from = measure_from(q);
        rc = op_more(q->node[i].op, o);
        measure_to(q, i, from);
    }
}

/* What the call of a node gave goes up: along a chain, where each operator gives one batch to one user, in a loop; settle does the
 * rest. */
static int give(Pipeline *q, uint32_t i, int rc, Out *o, Err *err)
{
    for (;;) {
        if (rc == 0 && !o->first)
            return 0;
        const PipelineNode *n = &q->node[i];
        Batch *b = out_only_batch(o);
        if (unlikely(rc != 0 || !b || n->n_users > 1))
            return settle(q, i, rc, o, err);
        if (n->n_users == 0) {
            result_batch(q, b);
            return 0;
        }
        i = n->user[0];
        q->node[i].dirty = true;
        out_init(o, q->env.step, CHUNK_ROWS);
        int64_t from = measure_push(q, i, n->user_input[0], b);
        rc = op_push(q->node[i].op, n->user_input[0], b, o);
        measure_to(q, i, from);
    }
}

static int node_push(Pipeline *q, uint32_t i, uint32_t input, Batch *b, Err *err)
{
    Out o;
    q->node[i].dirty = true;
    out_init(&o, q->env.step, CHUNK_ROWS);
    int64_t from = measure_push(q, i, input, b);
    int rc = op_push(q->node[i].op, input, b, &o);
    measure_to(q, i, from);
    return give(q, i, rc, &o, err);
}

/* Into the plan at a leaf. */
static int leaf_push(Pipeline *q, const PipelineLeaf *l, Batch *b, Err *err)
{
    const PipelineNode *n = &q->node[l->node];
    if (unlikely(!l->whole || b->n_cols != l->source->n_cols))
        return node_push(q, l->node, 0, b, err);
    op_count_passed(n->op, b);
    return node_push(q, n->user[0], n->user_input[0], b, err);
}

static int node_flush(Pipeline *q, uint32_t i, FlushWhy why, Err *err)
{
    Out o;
    out_init(&o, q->env.step, CHUNK_ROWS);
    int64_t from = measure_from(q);
    int rc = op_flush(q->node[i].op, why, &o);
    measure_to(q, i, from);
    return give(q, i, rc, &o, err);
}

/* The end of the step, which inline is the end of the epoch; nothing to do for a node that got nothing. */
static int node_settle(Pipeline *q, uint32_t i, Err *err)
{
    if (!q->node[i].dirty || !q->node[i].op->type->flush || (q->n_in == 0 && !q->ending && !q->stands))
        return 0;
    TRY(node_flush(q, i, FLUSH_EPOCH, err));
    q->node[i].dirty = false;
    return 0;
}

static int node_mark(Pipeline *q, uint32_t i, uint32_t input, Mark m, Err *err)
{
    TRY(node_settle(q, i, err));
    Out o;
    out_init(&o, q->env.step, CHUNK_ROWS);
    int64_t from = measure_from(q);
    int rc = op_mark(q->node[i].op, input, m, &o);
    measure_to(q, i, from);
    return give(q, i, rc, &o, err);
}

static int settle_all(Pipeline *q, Err *err)
{
    for (uint32_t k = 0; k < q->n_flush && q->state == PIPELINE_RUNNING; k++)
        TRY(node_settle(q, q->flush[k], err));
    return 0;
}

/* node_settle, until it is enough: 1 = there is more. */
static int node_settle_part(Pipeline *q, uint32_t i, bool (*enough)(void *self), void *self, Err *err)
{
    Op *op = q->node[i].op;
    if (!op->type->flush_yields)
        return node_settle(q, i, err);
    if (!q->part_more && !q->node[i].dirty)
        return 0;
    for (;;) {
        Out o;
        ArenaMark mark = arena_mark(q->env.step);
        out_init(&o, q->env.step, CHUNK_ROWS);
        int rc = q->part_more ? op_more(op, &o) : op_flush(op, FLUSH_EPOCH, &o);
        q->part_more = rc == OP_MORE;
        TRY(give(q, i, q->part_more ? 0 : rc, &o, err));
        arena_rewind(q->env.step, mark);
        if (!q->part_more || q->state != PIPELINE_RUNNING)
            break;
        if (enough(self))
            return 1;
    }
    return 0; /* it stays dirty: what came between two pieces may be left for the flush that follows */
}

void pipeline_fail(Pipeline *q, const Err *err)
{
    q->state = PIPELINE_FAILED;
    q->error = *err;
    consumers_end(&q->consumers, err);
}

/* After each entry: a failure or an early end reaches the consumers. */
static void settle_state(Pipeline *q, int rc, const Err *err)
{
    if (rc < 0)
        pipeline_fail(q, err);
    else if (q->state == PIPELINE_DONE)
        consumers_end(&q->consumers, NULL);
}

int64_t pipeline_due_us(const Pipeline *q)
{
    int64_t us = INT64_MAX;
    for (uint32_t i = 0; i < q->n_timers && q->state == PIPELINE_RUNNING; i++)
        us = MIN(us, op_due_us(q->node[q->timer[i]].op));
    return us;
}

void pipeline_tick(Pipeline *q, int64_t now_us)
{
    Err err;
    err_reset(&err);
    int rc = 0;
    for (uint32_t i = 0; i < q->n_timers && rc == 0 && q->state == PIPELINE_RUNNING; i++) {
        Op *op = q->node[q->timer[i]].op;
        if (op_due_us(op) > now_us)
            continue;
        Out o;
        q->env.eval.now_us = now_us;
        q->touched = true;
        out_init(&o, q->env.step, CHUNK_ROWS);
        int64_t from = measure_from(q);
        rc = op_timer(op, now_us, &o);
        measure_to(q, q->timer[i], from);
        rc = settle(q, q->timer[i], rc, &o, &err);
        q->node[q->timer[i]].dirty = true;
    }
    settle_state(q, rc, &err);
}

static bool work_begin(const Pipeline *q)
{
    return unlikely(q->may_fail) && mem_may_fail(true);
}

static void work_end(const Pipeline *q, bool before)
{
    if (unlikely(q->may_fail))
        (void)mem_may_fail(before);
}

static bool is_constant(const PhysNode *n)
{
    for (uint32_t i = 0; i < n->n_in; i++)
        if (!is_constant(n->in[i]))
            return false;
    return n->n_in > 0 || n->kind == PHYS_VALUES;
}

/* What is there from the start comes before the first row of a query that goes on: a row that looks it up finds it. */
static int settle_constants(Pipeline *q, Err *err)
{
    for (uint32_t k = 0; k < q->n_flush && q->state == PIPELINE_RUNNING; k++)
        if (is_constant(q->plan->nodes[q->flush[k]]))
            TRY(node_settle(q, q->flush[k], err));
    return 0;
}

/* What a push begins with; < 0, or the query may have ended. */
static inline int leaf_begin(Pipeline *q, PipelineLeaf *l, uint64_t n_rows, int64_t now_us, Err *err)
{
    if (!q->plan->is_bounded) /* a statement has one now(), that of its start */
        q->env.eval.now_us = now_us;
    q->touched = true;
    bool first = q->n_in == 0 && !q->plan->is_bounded;
    q->n_in += n_rows;
    l->n_rows += n_rows;
    l->seen_change = l->next_change;
    l->n_seen = l->n_next;
    return unlikely(first) ? settle_constants(q, err) : 0;
}

void pipeline_push(Pipeline *q, uint32_t leaf, Batch *b, int64_t now_us)
{
    PipelineLeaf *l = &q->leaf[leaf];
    if (unlikely(q->n_timers > 0)) /* what was due before these rows came */
        pipeline_tick(q, now_us);
    if (q->state != PIPELINE_RUNNING || b->n_sel == 0 || l->ended)
        return;
    Err err;
    err_reset(&err);
    bool before = work_begin(q);
    int rc = leaf_begin(q, l, b->n_sel, now_us, &err);
    q->leaf_batch = b;
    if (rc == 0 && q->state == PIPELINE_RUNNING)
        rc = leaf_push(q, l, b, &err);
    q->leaf_batch = NULL;
    settle_state(q, rc, &err);
    work_end(q, before);
}

/* ---- runs ---- */

typedef struct ChainFound {
    Op *op[CHAIN_OPS];
    uint32_t n, n_first, input; /* as part_chain_new */
    uint32_t node;              /* of the last one */
} ChainFound;

/* Behind an operator with keys: what takes the rows of a part as they are. */
static void find_along(const Pipeline *q, ChainFound *f)
{
    bool last;
    while (f->n < CHAIN_OPS && q->node[f->node].n_users == 1) {
        uint32_t next = q->node[f->node].user[0];
        Op *op = q->node[next].op;
        bool plain = part_chain_can(op, 0, &last) && !(last && op->type->flush);
        if (!plain && !part_chain_along(op))
            return;
        f->op[f->n++] = op;
        f->node = next;
    }
}

/* The operators from the leaf up that make up its chain; false: what comes behind them does not take rows in runs. */
static bool find_chain(const Pipeline *q, const PipelineLeaf *l, ChainFound *f)
{
    bool last;
    *f = (ChainFound){.node = l->node};
    while (f->n < CHAIN_OPS) {
        const PipelineNode *node = &q->node[f->node];
        if (!part_chain_can(node->op, f->input, &last))
            return false;
        bool deals = part_chain_keyed(node->op, f->input);
        f->n_first = deals ? f->n : f->n + 1;
        f->op[f->n++] = node->op;
        if (deals)
            find_along(q, f);
        if (deals || node->n_users == 0 || (last && node->op->type->flush))
            return true;
        if (node->n_users > 1)
            return false;
        f->input = node->user_input[0];
        f->node = node->user[0];
    }
    return false;
}

/* The rows of a chain that deals them out come batch by batch to what is above, the watermark behind all of them: nothing there may
 * look at it. */
static bool is_heedless_above(const Pipeline *q, uint32_t i)
{
    const PipelineNode *n = &q->node[i];
    for (uint32_t u = 0; u < n->n_users; u++)
        if (q->node[n->user[u]].wants_mark)
            return false;
    return true;
}

/* Once.  Without memory for it there are none. */
static void know_runs(Pipeline *q, PipelineLeaf *l)
{
    ChainFound f;
    l->run_known = true;
    l->runs = q->env.n_parts > 1 && find_chain(q, l, &f) &&
              (f.n == 1 || part_chain_new(&q->env, f.op, f.n, f.n_first, f.input, &l->chain, NULL) == 0);
    l->run_node = f.node;
    l->deals = l->chain && part_chain_deals(l->chain);
    l->runs &= !l->deals || is_heedless_above(q, l->run_node);
    l->run_reads = pipeline_reads(q, (uint32_t)(l - q->leaf));
}

bool pipeline_takes_run(Pipeline *q, uint32_t leaf, uint32_t n, uint32_t n_rows, bool alone)
{
    PipelineLeaf *l = &q->leaf[leaf];
    if (!l->run_known)
        know_runs(q, l);
    return l->runs && (alone || !l->deals) && q->state == PIPELINE_RUNNING && !q->measured && !q->hot &&
           (!l->chain || part_chain_takes(l->chain, n, n_rows));
}

static int hand_on_given(Pipeline *q, const PipelineLeaf *l, uint32_t k, Err *err)
{
    const OutItem *item;
    int rc = part_chain_given(l->chain, k, &item);
    for (const OutItem *back = part_chain_back(l->chain, k); back && rc == 0; back = back->next) {
        TRY(node_push(q, l->run_node, 0, back->batch, err));
        if (q->state != PIPELINE_RUNNING)
            return 0;
    }
    for (; item; item = item->next) {
        TRY(hand_on(q, l->run_node, item, err));
        if (q->state != PIPELINE_RUNNING)
            return 0;
    }
    return rc < 0 ? raise_failed_call(q, rc, &(Out){.failed = rc == -ERR_OUT_OF_MEMORY}, err) : 0;
}

static int leaf_push_run(Pipeline *q, PipelineLeaf *l, Batch *const *b, uint32_t n, Err *err)
{
    int rc = 0;
    if (l->chain)
        rc = part_chain_run(l->chain, b, n, l->run_reads);
    if (rc < 0)
        return raise_failed_call(q, rc, &(Out){.failed = rc == -ERR_OUT_OF_MEMORY}, err);
    q->node[l->run_node].dirty = !l->deals; /* which has flushed it */
    for (uint32_t k = 0; k < n && rc == 0 && q->state == PIPELINE_RUNNING; k++) {
        q->leaf_batch = b[k];
        rc = l->chain ? hand_on_given(q, l, k, err) : leaf_push(q, l, b[k], err);
        if (l->deals && rc == 0 && k + 1 < n)
            rc = settle_all(q, err);
    }
    q->node[l->run_node].dirty = true;
    q->leaf_batch = NULL;
    return rc;
}

void pipeline_push_run(Pipeline *q, uint32_t leaf, Batch *const *b, uint32_t n, int64_t now_us)
{
    PipelineLeaf *l = &q->leaf[leaf];
    if (unlikely(q->n_timers > 0))
        pipeline_tick(q, now_us);
    if (q->state != PIPELINE_RUNNING || l->ended)
        return;
    Err err;
    err_reset(&err);
    uint64_t n_rows = 0;
    for (uint32_t k = 0; k < n; k++)
        n_rows += b[k]->n_sel;
    bool before = work_begin(q);
    int rc = leaf_begin(q, l, n_rows, now_us, &err);
    if (rc == 0 && q->state == PIPELINE_RUNNING)
        rc = leaf_push_run(q, l, b, n, &err);
    settle_state(q, rc, &err);
    work_end(q, before);
}

void pipeline_note_watermark(Pipeline *q)
{
    int64_t least = INT64_MAX;
    uint32_t n = 0;
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        const PipelineLeaf *l = &q->leaf[i];
        if (!l->source->has_watermark || ((l->idle || l->ended) && q->n_leaves > 1))
            continue;
        least = MIN(least, l->wm_us);
        n++;
    }
    if (n)
        q->env.eval.watermark_us = least;
}

/* false: nothing has come of it. */
static bool leaf_mark(Pipeline *q, const PipelineLeaf *l, int64_t wm_us)
{
    bool ends = wm_us == INT64_MAX && q->plan->is_bounded; /* which moves no watermark() */
    if (q->n_leaves == 1 && !ends)                         /* it asks for it where no operator does */
        q->env.eval.watermark_us = wm_us;
    else if (!ends)
        pipeline_note_watermark(q);
    if (op_takes_quietly(q->node[l->mark_node].op, (Mark){l->source->wm_class, wm_us}))
        return false;
    q->marks_out = consumers_want_mark(&q->consumers);
    if (!q->marks_out && !q->node[l->node].wants_mark)
        return false;
    Err err;
    err_reset(&err);
    uint32_t node = q->marks_out ? l->node : l->mark_node, input = q->marks_out ? 0 : l->mark_input;
    q->touched |= q->node[node].dirty;
    int rc = node_settle(q, node, &err);
    if (rc == 0 && q->state == PIPELINE_RUNNING) {
        Out o;
        out_init(&o, q->env.step, CHUNK_ROWS);
        int64_t from = measure_from(q);
        rc = op_mark(q->node[node].op, input, (Mark){l->source->wm_class, wm_us}, &o);
        measure_to(q, node, from);
        if (rc == 0 && !o.first)
            return true;
        q->touched = true;
        rc = give(q, node, rc, &o, &err);
    }
    settle_state(q, rc, &err);
    return true;
}

/* Idle leaves go along with the least of the others. */
static void follow_active(Pipeline *q)
{
    int64_t least = INT64_MAX;
    uint32_t n = 0;
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        const PipelineLeaf *l = &q->leaf[i];
        if (l->idle || l->ended || !l->source->has_watermark)
            continue;
        least = MIN(least, l->wm_us);
        n++;
    }
    for (uint32_t i = 0; i < q->n_leaves && n > 0 && q->state == PIPELINE_RUNNING; i++)
        if (q->leaf[i].idle && q->leaf[i].source->has_watermark && least > q->leaf[i].wm_us)
            (void)leaf_mark(q, &q->leaf[i], least);
}

bool pipeline_mark(Pipeline *q, uint32_t leaf, int64_t wm_us)
{
    PipelineLeaf *l = &q->leaf[leaf];
    if (q->state != PIPELINE_RUNNING || !l->source->has_watermark)
        return false;
    l->wm_us = MAX(l->wm_us, wm_us);
    bool done = leaf_mark(q, l, wm_us);
    if (q->n_leaves == 1)
        return done;
    follow_active(q);
    return true;
}

void pipeline_set_keys(Pipeline *q, uint32_t leaf, const KeyClock *keys)
{
    for (uint32_t i = 0; i < q->plan->n_nodes; i++)
        op_set_keys(q->node[i].op, q->leaf[leaf].source->wm_class, keys);
}

void pipeline_keys(Pipeline *q, uint32_t leaf)
{
    Err err;
    err_reset(&err);
    int rc = 0;
    for (uint32_t i = 0; i < q->plan->n_nodes && rc == 0 && q->state == PIPELINE_RUNNING; i++) {
        Op *op = q->node[i].op;
        if (!op->keys || op->keys_class != q->leaf[leaf].source->wm_class)
            continue;
        Out o;
        q->touched = true;
        rc = node_settle(q, i, &err);
        out_init(&o, q->env.step, CHUNK_ROWS);
        if (rc == 0)
            rc = settle(q, i, op_keys(op, &o), &o, &err);
    }
    settle_state(q, rc, &err);
}

void pipeline_idle(Pipeline *q, uint32_t leaf, bool is_idle)
{
    if (q->state != PIPELINE_RUNNING || q->leaf[leaf].ended)
        return;
    bool all = true;
    q->leaf[leaf].idle = is_idle;
    for (uint32_t i = 0; i < q->n_leaves; i++)
        all &= q->leaf[i].idle || q->leaf[i].ended;
    if (q->n_leaves > 1)
        follow_active(q);
    if (all == q->idle)
        return;
    q->idle = all;
    q->touched = true;
    consumers_idle(&q->consumers, all);
}

bool pipeline_wants_mark(Pipeline *q, uint32_t leaf)
{
    return q->state == PIPELINE_RUNNING && (q->node[q->leaf[leaf].node].wants_mark || consumers_want_mark(&q->consumers));
}

void pipeline_flush(Pipeline *q)
{
    if (!q->touched)
        return;
    q->touched = false;
    if (q->state == PIPELINE_RUNNING && q->n_flush > 0) {
        Err err;
        err_reset(&err);
        bool before = work_begin(q);
        int rc = settle_all(q, &err);
        settle_state(q, rc, &err);
        work_end(q, before);
    }
    consumers_step_end(&q->consumers);
    if (!q->enough)
        return;
    q->enough = false;
    for (uint32_t l = 0; l < q->n_leaves; l++)
        if (q->leaf[l].enough)
            pipeline_leaf_end(q, l);
}

int pipeline_flush_part(Pipeline *q, uint32_t piece_rows, bool (*enough)(void *self), void *self)
{
    Err err;
    err_reset(&err);
    int rc = 0;
    q->env.yields = piece_rows;
    while (q->part_at < q->n_flush && q->state == PIPELINE_RUNNING) {
        rc = node_settle_part(q, q->flush[q->part_at], enough, self, &err);
        if (rc)
            break;
        if (++q->part_at < q->n_flush && enough(self)) {
            rc = 1;
            break;
        }
    }
    q->env.yields = 0;
    settle_state(q, rc, &err);
    return rc == 1;
}

/* Of a query that ends what a node holds leaves when its inputs have ended, not with the query: a join above reads the groups of a
 * side before the rows of the other one that meet them. */
static int node_end(Pipeline *q, uint32_t i, Err *err)
{
    TRY(node_settle(q, i, err));
    return q->state == PIPELINE_RUNNING ? node_flush(q, i, FLUSH_END, err) : 0;
}

static void pipeline_end(Pipeline *q)
{
    Err err;
    err_reset(&err);
    int rc = 0;
    bool before = work_begin(q);
    q->ending = true;
    for (uint32_t k = 0; k < q->n_flush && rc == 0 && q->state == PIPELINE_RUNNING; k++)
        if (!q->node[q->flush[k]].over)
            rc = node_end(q, q->flush[k], &err);
    if (rc == 0 && q->state == PIPELINE_RUNNING)
        q->state = PIPELINE_DONE;
    settle_state(q, rc, &err);
    consumers_step_end(&q->consumers);
    work_end(q, before);
}

/* Nothing comes out of the node any more: those above are told, and what is above them as far as it follows. */
static int output_ended(Pipeline *q, uint32_t node, Err *err)
{
    const PipelineNode *n = &q->node[node];
    for (uint32_t u = 0; u < n->n_users && q->state == PIPELINE_RUNNING; u++) {
        PipelineNode *user = &q->node[n->user[u]];
        Op *op = user->op;
        bool is_last = ++user->n_ended == op->node->n_in;
        bool over = op->type->input_ended ? op->type->input_ended(op, n->user_input[u])
                                          : op->node->n_in == 1 && !op->type->flush && !op->type->timer;
        if (user->over)
            continue;
        if (!over && is_last && q->plan->at_end && op->type->flush) {
            TRY(node_end(q, n->user[u], err));
            over = true;
        }
        user->over = over;
        if (over)
            TRY(output_ended(q, n->user[u], err));
    }
    return 0;
}

static void leaf_node_ended(Pipeline *q, uint32_t node)
{
    Err err;
    err_reset(&err);
    bool before = work_begin(q);
    int rc = output_ended(q, node, &err);
    settle_state(q, rc, &err);
    consumers_step_end(&q->consumers);
    work_end(q, before);
}

/* Whether rows can still come out at the top; inputs have lower numbers than who reads them. */
static bool may_give(Pipeline *q)
{
    const PhysPlan *p = q->plan;
    for (uint32_t i = 0; i < p->n_nodes; i++) {
        const PhysNode *node = p->nodes[i];
        uint32_t n = q->ends_early && node_looks_up(node) ? 1 : node->n_in;
        bool may = false;
        for (uint32_t k = 0; k < n; k++)
            may |= q->node[node->in[k]->id].may_give;
        for (uint32_t l = 0; l < q->n_leaves; l++)
            may |= q->leaf[l].node == i && !q->leaf[l].ended;
        q->node[i].may_give = may;
    }
    return q->node[p->root->id].may_give;
}

void pipeline_leaf_end(Pipeline *q, uint32_t leaf)
{
    if (q->state != PIPELINE_RUNNING || q->leaf[leaf].ended)
        return;
    pipeline_flush(q);
    (void)pipeline_mark(q, leaf, INT64_MAX);
    q->leaf[leaf].ended = true;
    if (q->plan->is_bounded)
        leaf_node_ended(q, q->leaf[leaf].node);
    if (q->state == PIPELINE_RUNNING && !may_give(q))
        pipeline_end(q);
}

void pipeline_start(Pipeline *q, int64_t now_us)
{
    q->env.eval.now_us = q->env.started_us = now_us;
    q->next_due_us = now_us + q->every_us;
    if (q->n_leaves > 0 || q->state != PIPELINE_RUNNING)
        return;
    pipeline_end(q);
}

bool pipeline_period_is_due(const Pipeline *q, int64_t now_us)
{
    return q->every && q->state == PIPELINE_RUNNING && now_us >= q->next_due_us;
}

void pipeline_period(Pipeline *q, int64_t now_us)
{
    if (!pipeline_period_is_due(q, now_us))
        return;
    Err err;
    err_reset(&err);
    q->next_due_us = period_end(q->next_due_us, q->every_us, now_us);
    q->env.eval.now_us = now_us;
    int rc = 0;
    for (uint32_t k = 0; k < q->n_flush && rc == 0 && q->state == PIPELINE_RUNNING; k++)
        rc = node_flush(q, q->flush[k], FLUSH_PERIOD, &err);
    settle_state(q, rc, &err);
    consumers_step_end(&q->consumers);
}

void pipeline_cancel(Pipeline *q)
{
    if (q->state != PIPELINE_RUNNING)
        return;
    q->state = PIPELINE_CANCELLED;
    Err err;
    err_reset(&err);
    (void)RAISE(&err, ERR_QUERY_CANCELED, "query \"%s\" was cancelled", q->name);
    q->error = err;
    consumers_end(&q->consumers, &err);
}

uint64_t pipeline_late_rows(const Pipeline *q)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++)
        n += q->node[i].op->c.late;
    return n;
}

uint64_t pipeline_late_partial_rows(const Pipeline *q)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++)
        n += q->node[i].op->c.late_partial;
    return n;
}

uint64_t pipeline_null_times(const Pipeline *q)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++)
        n += q->node[i].op->c.null_time;
    return n;
}

int64_t pipeline_state_bytes(const Pipeline *q)
{
    int64_t n = 0;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++)
        n += op_state_bytes(q->node[i].op);
    return n;
}
