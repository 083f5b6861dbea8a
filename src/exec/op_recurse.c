/* SPDX-License-Identifier: Apache-2.0
 *
 * WITH RECURSIVE over inputs that change: the rows of the first term, and whatever the second one, the body, makes of rows that are
 * there.
 *
 * The body is a plan of its own whose operators run here, over the query's own rows and over relations, which are the other inputs.
 * Each of its results follows from one own row (plan/bind_recursive.c sees to that), so it turns changes of its inputs into changes
 * of its result, and what comes out goes in again as own rows, until nothing does.  That begins when the step has brought all
 * changes of the relations, so the rounds go by what holds now.
 *
 * UNION ALL: the result is a sum, and so are its changes: they are added up row by row, and each is handed on and put in once more.
 *
 * UNION: `count` of a row says how often the first term and the body give it; it is there or not.  A row that is given once less
 * may only be there by what it has led to itself, in a circle.  So it goes, with all that follows from it (delete and rederive);
 * then those come back that are given still, by rows that have stayed or by the first term, and what is new comes.  What has not
 * changed in the end is not told. */
#include "exec/op_impl.h"

#define CHUNK BATCH_ROWS
#define ROUND_ROWS_MAX (UINT64_C(1) << 22) /* of one step: more are taken for a recursion that has no end */

typedef struct RecurseRow { /* extra of a row; between steps all of it but `there` is 0 */
    int64_t change;         /* UNION ALL: so far in this step */
    bool there, was_there, touched, may_go, may_come;
} RecurseRow;

typedef struct RowQueue {
    uint8_t **row;
    uint32_t n, cap;
} RowQueue;

typedef struct BodyNode {
    Op *op;
    uint32_t user, input; /* UINT32_MAX: it is the result */
} BodyNode;

typedef struct OpRecurse {
    Op op;
    const PhysRecurse *node;
    OpEnv env; /* of the body */
    Arena arena;
    uint32_t n;
    BodyNode *body; /* without its root, which emits */
    uint32_t *leaf; /* by input - 1: the source, which has nothing to do here */
    uint32_t self;  /* where own rows go in; UINT32_MAX: nothing asks for them */
    RowLayout layout;
    HashTable *rows;
    const Vec **col;
    RowQueue touched, going, coming;
    uint32_t at; /* of `touched`: the next one to be told */
    uint64_t n_round;
} OpRecurse;

static RecurseRow *extra(const OpRecurse *r, uint8_t *row)
{
    return (RecurseRow *)(void *)row_extra(&r->layout, row);
}

/* ---- life ---- */

static void queue_done(OpRecurse *r, RowQueue *q)
{
    mem_free(r->op.env->acct, q->row, q->cap * sizeof(*q->row));
}

static int queue_add(OpRecurse *r, RowQueue *q, uint8_t *row)
{
    if (q->n == q->cap) {
        uint32_t cap = q->cap ? q->cap * 2 : 64;
        uint8_t **more = mem_realloc(r->op.env->acct, q->row, q->cap * sizeof(*more), cap * sizeof(*more));
        if (!more)
            return -ERR_OUT_OF_MEMORY;
        q->row = more;
        q->cap = cap;
    }
    q->row[q->n++] = row;
    return 0;
}

static int open_rows(OpRecurse *r, const Schema *schema, Err *err)
{
    OpEnv *env = r->op.env;
    Type *types = ARENA_ARRAY(env->plan, Type, schema->n + 1);
    r->col = ARENA_ARRAY(env->plan, const Vec *, schema->n + 1);
    if (!types || !r->col)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < schema->n; i++)
        types[i] = schema->field[i].type;
    TRY(row_layout_init(&r->layout, env->acct, types, schema->n, sizeof(RecurseRow), err));
    r->layout.whole = r->node->all;
    r->rows = hash_table_new(env->pages, &r->layout, env->next_table_id++, INT64_MIN, err);
    return r->rows ? 0 : -ERR_OUT_OF_MEMORY;
}

static uint32_t position(const PhysPlan *p, const PhysNode *node)
{
    uint32_t i = 0;
    while (p->nodes[i] != node)
        i++;
    return i;
}

static int open_body(OpRecurse *r, Err *err)
{
    const PhysPlan *p = r->node->body;
    OpEnv *env = r->op.env;
    r->env = *env;
    r->env.step = r->env.eval.arena = &r->arena;
    r->env.n_parts = 0;
    r->env.part_keys = NULL;
    r->env.yields = 0;
    r->body = ARENA_ARRAY(env->plan, BodyNode, p->n_nodes);
    r->leaf = ARENA_ARRAY(env->plan, uint32_t, p->n_nodes);
    r->self = UINT32_MAX;
    if (!r->body || !r->leaf)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i + 1 < p->n_nodes; i++) {
        const PhysNode *n = p->nodes[i];
        r->body[i] = (BodyNode){.user = UINT32_MAX};
        r->n = i + 1;
        TRY(op_new(&r->env, n, &r->body[i].op, err));
        for (uint32_t k = 0; k < n->n_in; k++) {
            BodyNode *in = &r->body[position(p, n->in[k])];
            in->user = i;
            in->input = k;
        }
        if (n->kind == PHYS_SOURCE && ((const PhysSource *)n)->relation == RECURSE_SELF)
            r->self = i;
    }
    env->next_table_id = r->env.next_table_id;
    for (uint32_t i = 0; i + 1 < r->node->node.n_in; i++)
        r->leaf[i] = position(p, r->node->leaf[i]);
    return 0;
}

static int recurse_open(Op *op, const PhysNode *node, Err *err)
{
    OpRecurse *r = (OpRecurse *)op;
    r->node = (const PhysRecurse *)node;
    arena_init(&r->arena, op->env->acct, 0);
    TRY(open_rows(r, node->schema, err));
    return open_body(r, err);
}

static void recurse_close(Op *op)
{
    OpRecurse *r = (OpRecurse *)op;
    for (uint32_t i = 0; i < r->n; i++)
        op_free(r->body[i].op);
    hash_table_free(r->rows);
    if (r->layout.acct)
        row_layout_done(&r->layout);
    queue_done(r, &r->touched);
    queue_done(r, &r->going);
    queue_done(r, &r->coming);
    arena_done(&r->arena);
}

/* ---- rows that are given ---- */

static int touch(OpRecurse *r, uint8_t *row)
{
    RecurseRow *x = extra(r, row);
    if (x->touched)
        return 0;
    x->touched = true;
    x->was_there = x->there;
    return queue_add(r, &r->touched, row);
}

/* UNION: the row is given w times more. */
static int count_row(OpRecurse *r, uint8_t *row, int32_t w)
{
    RecurseRow *x = extra(r, row);
    *row_count(row) += w;
    if (w < 0 && x->there && !x->may_go) {
        x->may_go = true;
        TRY(queue_add(r, &r->going, row));
    }
    if (!x->there && !x->may_come) {
        x->may_come = true;
        TRY(queue_add(r, &r->coming, row));
    }
    return 0;
}

/* UNION ALL: a sum that is still to be put in. */
static int sum_row(OpRecurse *r, uint8_t *row, int32_t w)
{
    RecurseRow *x = extra(r, row);
    *row_count(row) += w;
    if (x->may_come)
        return 0;
    x->may_come = true;
    return queue_add(r, &r->coming, row);
}

static int take(OpRecurse *r, const Batch *b)
{
    Rows rows = batch_rows(b);
    uint64_t *hash = arena_alloc(&r->arena, MAX(rows.n, 1) * sizeof(*hash)),
             *is_new = arena_alloc(&r->arena, BIT_WORDS(rows.n + 1) * sizeof(*is_new));
    uint8_t **row = arena_alloc(&r->arena, MAX(rows.n, 1) * sizeof(*row));
    if (!hash || !is_new || !row)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < r->op.node->schema->n; c++)
        r->col[c] = &b->col[c];
    kernel_hash(r->col, r->op.node->schema->n, rows, hash);
    TRY(hash_table_upsert(r->rows, r->col, hash, rows, row, is_new, NULL));
    for (uint32_t i = 0; i < rows.n; i++) {
        int32_t w = batch_weight(b, row_at(rows, i));
        TRY(touch(r, row[i]));
        TRY(r->node->all ? sum_row(r, row[i], w) : count_row(r, row[i], w));
    }
    return 0;
}

/* ---- the body ---- */

static int body_push(OpRecurse *r, uint32_t i, uint32_t input, Batch *b);

/* What a call gave.  Scratch of each further piece is given back; the first one may have left some that the cursor needs. */
static int settle(OpRecurse *r, uint32_t i, int rc, Out *out)
{
    const BodyNode *n = &r->body[i];
    ArenaMark mark = arena_mark(&r->arena);
    for (;;) {
        if (rc < 0 || out->failed)
            return rc < 0 ? rc : -ERR_OUT_OF_MEMORY;
        for (const OutItem *item = out->first; item; item = item->next) {
            if (item->port == OUT_ERRORS)
                return -(int)item->err_code[row_at(batch_rows(item->batch), 0)];
            if (!item->batch || item->port != OUT_MAIN)
                continue;
            TRY(n->user == UINT32_MAX ? take(r, item->batch) : body_push(r, n->user, n->input, item->batch));
        }
        if (rc != OP_MORE)
            return 0;
        if (op_is_cancelled(r->op.env))
            return -ERR_QUERY_CANCELED;
        arena_rewind(&r->arena, mark);
        out_init(out, &r->arena, CHUNK);
        rc = op_more(n->op, out);
    }
}

static int body_push(OpRecurse *r, uint32_t i, uint32_t input, Batch *b)
{
    Out out;
    out_init(&out, &r->arena, CHUNK);
    return settle(r, i, op_push(r->body[i].op, input, b, &out), &out);
}

static int body_flush(OpRecurse *r)
{
    for (uint32_t i = 0; i < r->n; i++) {
        Out out;
        out_init(&out, &r->arena, CHUNK);
        TRY(settle(r, i, op_flush(r->body[i].op, FLUSH_EPOCH, &out), &out));
        arena_reset(&r->arena);
    }
    return 0;
}

/* ---- rounds ---- */

/* Rows of the table, as often as `w` says, into the body. */
static int put_in(OpRecurse *r, uint8_t *const *row, const int32_t *w, uint32_t n)
{
    if (n == 0)
        return 0;
    r->n_round += n;
    if (r->n_round > ROUND_ROWS_MAX && !r->node->ends)
        return -ERR_PROGRAM_LIMIT;
    if (op_is_cancelled(r->op.env))
        return -ERR_QUERY_CANCELED;
    Batch *b = batch_scratch(&r->arena, r->op.node->schema, n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = n;
    for (uint32_t c = 0; c < r->op.node->schema->n; c++)
        TRY(hash_table_read(r->rows, row, n, c, &b->col[c], &r->arena));
    b->w = arena_memdup(&r->arena, w, n * sizeof(*w));
    if (!b->w)
        return -ERR_OUT_OF_MEMORY;
    b->w_kind = W_VEC;
    int rc = r->self == UINT32_MAX ? 0 : body_push(r, r->self, 0, b);
    arena_reset(&r->arena);
    return rc;
}

/* The next rows of the queue that `pick` takes, which says how often. */
static int round_of(OpRecurse *r, RowQueue *q, bool (*pick)(OpRecurse *r, uint8_t *row, int32_t *ret_w))
{
    uint8_t *row[CHUNK];
    int32_t w[CHUNK];
    uint32_t n = 0;
    while (q->n > 0 && n < CHUNK) {
        row[n] = q->row[--q->n];
        TRY(hash_table_touch(r->rows, row[n]));
        n += pick(r, row[n], &w[n]);
    }
    return put_in(r, row, w, n);
}

/* What a weight does not hold comes next: the queue has just given the row, and has room for it. */
static bool pick_sum(OpRecurse *r, uint8_t *row, int32_t *ret_w)
{
    RecurseRow *x = extra(r, row);
    int64_t *sum = row_count(row);
    *ret_w = (int32_t)MAX(MIN(*sum, INT32_MAX), -INT32_MAX);
    x->change += *ret_w;
    *sum -= *ret_w;
    x->may_come = *sum != 0;
    if (x->may_come)
        r->coming.row[r->coming.n++] = row;
    return *ret_w != 0;
}

static bool pick_going(OpRecurse *r, uint8_t *row, int32_t *ret_w)
{
    RecurseRow *x = extra(r, row);
    *ret_w = -1;
    x->may_go = x->there = false;
    return true;
}

static bool pick_coming(OpRecurse *r, uint8_t *row, int32_t *ret_w)
{
    RecurseRow *x = extra(r, row);
    *ret_w = 1;
    x->may_come = false;
    bool comes = !x->there && *row_count(row) > 0;
    x->there |= comes;
    return comes;
}

/* Rows that have gone may come back, when all that follows from them has gone. */
static int run_rounds(OpRecurse *r)
{
    r->n_round = 0;
    while (r->going.n > 0)
        TRY(round_of(r, &r->going, pick_going));
    for (uint32_t i = 0; i < r->touched.n; i++) {
        TRY(hash_table_touch(r->rows, r->touched.row[i]));
        RecurseRow *x = extra(r, r->touched.row[i]);
        if (r->node->all || x->there || x->may_come)
            continue;
        x->may_come = true;
        TRY(queue_add(r, &r->coming, r->touched.row[i]));
    }
    while (r->coming.n > 0)
        TRY(round_of(r, &r->coming, r->node->all ? pick_sum : pick_coming));
    return 0;
}

/* ---- what has changed ---- */

static int64_t change_of(const OpRecurse *r, const RecurseRow *x)
{
    return r->node->all ? x->change : (int64_t)x->there - x->was_there;
}

/* The next rows that have changed; a row that nothing gives any more is forgotten behind that. */
static int tell(OpRecurse *r, Out *out)
{
    uint8_t **row = arena_alloc(out->arena, CHUNK * sizeof(*row));
    int64_t *w = arena_alloc(out->arena, CHUNK * sizeof(*w));
    uint32_t n = 0, from = r->at;
    if (!row || !w)
        return -ERR_OUT_OF_MEMORY;
    for (; r->at < r->touched.n && n < CHUNK; r->at++) {
        row[n] = r->touched.row[r->at];
        w[n] = change_of(r, extra(r, row[n]));
        n += w[n] != 0;
    }
    Batch *b = n ? batch_scratch(out->arena, r->op.node->schema, n) : NULL;
    if (n && !b)
        return -ERR_OUT_OF_MEMORY;
    if (b) {
        b->n_sel = n;
        for (uint32_t c = 0; c < r->op.node->schema->n; c++)
            TRY(hash_table_read(r->rows, row, n, c, &b->col[c], out->arena));
        for (uint32_t i = 0; i < n; i++)
            if (w[i] > INT32_MAX || w[i] < -INT32_MAX)
                return -ERR_PROGRAM_LIMIT;
        b->w = arena_alloc(out->arena, n * sizeof(*b->w));
        if (!b->w)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < n; i++)
            b->w[i] = (int32_t)w[i];
        b->w_kind = W_VEC;
    }
    for (uint32_t i = from; i < r->at; i++) {
        RecurseRow *x = extra(r, r->touched.row[i]);
        *x = (RecurseRow){.there = x->there};
        if (!x->there && *row_count(r->touched.row[i]) == 0)
            hash_table_remove(r->rows, r->touched.row[i]);
    }
    return b ? out_batch(out, b) : 0;
}

static void count_state(OpRecurse *r)
{
    OpCounters *c = &r->op.c;
    c->state_rows = hash_table_rows(r->rows);
    c->state_bytes = hash_table_bytes(r->rows);
    for (uint32_t i = 0; i < r->n; i++) {
        c->state_bytes += op_state_bytes(r->body[i].op);
        c->state_rows += r->body[i].op->c.state_rows;
    }
}

static int recurse_more(Op *op, Out *out)
{
    OpRecurse *r = (OpRecurse *)op;
    while (r->at < r->touched.n) {
        TRY(tell(r, out));
        if (out_is_full(out))
            return OP_MORE;
    }
    r->touched.n = r->at = 0;
    count_state(r);
    return 0;
}

static void follow_env(OpRecurse *r)
{
    const OpEnv *env = r->op.env;
    r->env.eval.now_us = env->eval.now_us;
    r->env.eval.watermark_us = env->eval.watermark_us;
    r->env.epoch = env->epoch;
    r->env.interrupt = env->interrupt;
}

static int recurse_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpRecurse *r = (OpRecurse *)op;
    (void)out;
    follow_env(r);
    const BodyNode *leaf = input ? &r->body[r->leaf[input - 1]] : NULL;
    int rc = leaf ? body_push(r, leaf->user, leaf->input, in) : take(r, in);
    arena_reset(&r->arena);
    return rc;
}

static int recurse_flush(Op *op, FlushWhy why, Out *out)
{
    OpRecurse *r = (OpRecurse *)op;
    (void)why;
    follow_env(r);
    TRY(body_flush(r));
    TRY(run_rounds(r));
    r->at = 0;
    return recurse_more(op, out);
}

/* ---- checkpoints ---- */

static void recurse_save(const Op *op, StrBuf *out)
{
    const OpRecurse *r = (const OpRecurse *)op;
    for (uint32_t i = 0; i < r->n; i++)
        if (op_save(r->body[i].op, out, NULL) < 0)
            out->failed = true;
}

static int recurse_restore(Op *op, ByteReader *in, Err *err)
{
    OpRecurse *r = (OpRecurse *)op;
    r->env.orders_as_written = op->env->orders_as_written;
    for (uint32_t i = 0; i < r->n; i++)
        TRY(op_restore(r->body[i].op, in, err));
    count_state(r);
    return 0;
}

static const OpKeep recurse_keep = {recurse_save, recurse_restore};

const OpType op_recurse = {
    .name = "recurse",
    .size = sizeof(OpRecurse),
    .open = recurse_open,
    .push = recurse_push,
    .more = recurse_more,
    .mark = op_mark_none, /* What follows from a row may come at any time. */
    .flush = recurse_flush,
    .keep = &recurse_keep,
    .close = recurse_close,
};
