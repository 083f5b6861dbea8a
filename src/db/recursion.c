/* SPDX-License-Identifier: Apache-2.0
 *
 * Running a bounded plan to its end inside a statement that is being planned: the rounds of WITH RECURSIVE.  The statement holds
 * the shard, so all of them see the same content. */
#include "db/stream.h"

typedef struct TermRun {
    Consumer consumer;
    PlanRowFn row;
    void *to;
    uint32_t n_cols;
    Value *value; /* of one row */
    int rc;
    Err error; /* of the first row that was refused */
} TermRun;

static int take_batch(Consumer *consumer, const Batch *b, Err *err)
{
    TermRun *t = (TermRun *)(void *)((char *)consumer - offsetof(TermRun, consumer));
    Rows rows = batch_rows(b);
    (void)err;
    for (uint32_t i = 0; i < rows.n && t->rc >= 0; i++) {
        uint32_t r = row_at(rows, i);
        for (uint32_t c = 0; c < t->n_cols; c++)
            t->value[c] = vec_get(&b->col[c], r);
        for (int32_t w = batch_weight(b, r); w > 0 && t->rc >= 0; w--)
            t->rc = t->row(t->to, t->value, &t->error);
    }
    return 0;
}

static void take_end(Consumer *consumer, const Err *err)
{
    (void)consumer;
    (void)err;
}
static const ConsumerType collector = {.batch = take_batch, .end = take_end};

static int open_leaves(Database *db, const Catalog *c, PhysPlan *plan, Arena *arena, LeafBinding **ret, Err *err)
{
    uint32_t n = 0;
    bool unbounded;
    TRY(bind_leaves(db, c, plan, LEAVES_SNAPSHOT, arena, ret, &n, &unbounded, err));
    for (uint32_t i = 0; i < n; i++) {
        if ((*ret)[i].kind != LEAF_READER)
            continue;
        leaves_close(*ret, n);
        (void)RAISE(err, ERR_UNSUPPORTED, "WITH RECURSIVE over a source with a connector is not supported yet");
        return err_hint(err, "read a materialized view over it");
    }
    return 0;
}

static int run_term(void *self, PhysPlan *give_plan, PlanRowFn row, void *to, Err *err)
{
    const TermContext *x = self;
    Database *db = x->db;
    LeafBinding *leaves = NULL;
    Pipeline *q = NULL;
    PipelineOptions o = {.name = "recursive term"};
    TermRun t = {.consumer = {.type = &collector}, .row = row, .to = to, .n_cols = give_plan->schema->n, .error = ERR_INIT};
    t.value = ARENA_ARRAY(&give_plan->arena, Value, t.n_cols + 1);
    int rc = t.value ? 0 : RAISE_NOMEM(err);
    if (rc == 0 && atomic_load(&db->interrupted))
        rc = RAISE(err, ERR_QUERY_CANCELED, "the statement was cancelled");
    if (rc == 0)
        rc = open_leaves(db, x->catalog, give_plan, &give_plan->arena, &leaves, err);
    if (rc < 0) {
        phys_plan_free(give_plan);
        return rc;
    }
    TRY(engine_add_query(db->engine, give_plan, &o, leaves, &q, err));
    consumer_add(&q->consumers, &t.consumer);
    engine_start_query(db->engine, q);
    const Err *failed = q->state == PIPELINE_FAILED ? &q->error : t.rc < 0 ? &t.error : NULL;
    if (failed) {
        rc = -(int)failed->code;
        if (err)
            *err = *failed;
    }
    engine_drop_query(db->engine, q);
    return rc;
}

void plan_may_run(PlanContext *ctx, TermContext *terms)
{
    ctx->describes = false;
    ctx->run = run_term;
    ctx->run_self = terms;
}
