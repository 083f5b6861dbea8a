/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar_system: what runs: queries, their operators and state, subscriptions, memory, counters. */
#include "db/durable.h"
#include "db/stream.h"
#include "db/system/system.h"

#include <stdio.h>

typedef int (*EachQuery)(void *self, Pipeline *q);

static int each_query(SysScan *s, EachQuery each)
{
    return engine_each_query(s->db->engine, each, s);
}

/* ---- queries ---- */

static int query_row(void *self, Pipeline *q)
{
    SysScan *s = self;
    sys_int(s, (int64_t)q->id);
    sys_text(s, q->name);
    sys_bool(s, q->state == PIPELINE_RUNNING);
    sys_text(s, pipeline_state_name(q->state));
    sys_int(s, (int64_t)q->n_in);
    sys_int(s, (int64_t)q->n_out);
    sys_int(s, (int64_t)pipeline_late_rows(q));
    sys_int(s, (int64_t)pipeline_late_partial_rows(q));
    sys_int(s, (int64_t)pipeline_null_times(q));
    sys_int(s, (int64_t)q->n_errors);
    sys_int(s, pipeline_state_bytes(q));
    sys_text(s, q->state == PIPELINE_FAILED ? q->error.message : NULL);
    sys_text(s, q->text);
    sys_text(s, engine_waits_for(s->db->engine, q));
    sys_end(s);
    return 0;
}

static int queries(SysScan *s, Err *err)
{
    (void)err;
    return each_query(s, query_row);
}

/* ---- operators, in the order of EXPLAIN's numbers ---- */

static int operator_rows(void *self, Pipeline *q)
{
    SysScan *s = self;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        const PhysNode *n = q->plan->nodes[i];
        Op *op = q->node[i].op;
        int64_t bytes = op_state_bytes(op);
        const OpCounters *c = &op->c;
        sys_int(s, (int64_t)q->id);
        sys_text(s, q->name);
        sys_int(s, n->id);
        sys_text(s, op->type->name);
        sys_int(s, (int64_t)c->rows_in[0]);
        sys_int(s, (int64_t)c->rows_in[1]);
        sys_int(s, (int64_t)c->rows_out);
        sys_int(s, (int64_t)c->batches);
        sys_int(s, (int64_t)c->flushes);
        sys_int(s, (int64_t)c->late);
        sys_int(s, (int64_t)c->late_partial);
        sys_int(s, (int64_t)c->null_time);
        sys_int(s, (int64_t)c->errors);
        sys_int(s, (int64_t)c->neg_rows);
        sys_int(s, (int64_t)c->more_resumes);
        sys_int(s, (int64_t)c->state_rows);
        sys_int(s, bytes);
        sys_end(s);
    }
    return 0;
}

static int operators(SysScan *s, Err *err)
{
    (void)err;
    return each_query(s, operator_rows);
}

/* ---- the same by part ---- */

static uint32_t count_parts(Op *op)
{
    uint32_t n = 1;
    while (op_part(op, n))
        n++;
    return n;
}

/* thread: which of the crew it is; 0 = whoever pushes or asks. */
static void part_row(SysScan *s, const Pipeline *q, uint32_t node, Op *op, uint32_t part, uint32_t thread)
{
    char name[32];
    int64_t bytes = op_state_bytes(op);
    const OpCounters *c = &op->c;
    (void)snprintf(name, sizeof(name), "part %u", (unsigned)thread);
    sys_int(s, (int64_t)q->id);
    sys_text(s, q->name);
    sys_int(s, q->plan->nodes[node]->id);
    sys_text(s, op->type->name);
    sys_int(s, part);
    sys_text(s, thread ? name : NULL);
    sys_int(s, (int64_t)c->rows_in[0]);
    sys_int(s, (int64_t)c->rows_in[1]);
    sys_int(s, (int64_t)c->rows_out);
    sys_int(s, (int64_t)c->batches);
    sys_int(s, (int64_t)c->flushes);
    sys_int(s, (int64_t)c->late);
    sys_int(s, (int64_t)c->errors);
    sys_int(s, (int64_t)c->state_rows);
    sys_int(s, bytes);
    sys_end(s);
}

static int part_rows(void *self, Pipeline *q)
{
    SysScan *s = self;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        Op *op = q->node[i].op;
        uint32_t n = count_parts(op), threads = MIN(engine_threads(s->db->engine), n);
        for (uint32_t p = 0; p < n; p++)
            part_row(s, q, i, op_part(op, p), p, p * threads / n);
    }
    return 0;
}

static int parts(SysScan *s, Err *err)
{
    (void)err;
    return each_query(s, part_rows);
}

/* ---- state ---- */

static int state_rows(void *self, Pipeline *q)
{
    SysScan *s = self;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        const PhysNode *n = q->plan->nodes[i];
        Op *op = q->node[i].op;
        int64_t bytes = op_state_bytes(op);
        if (bytes == 0 && op->c.state_rows == 0)
            continue;
        sys_text(s, q->name);
        sys_text(s, op->type->name);
        sys_int(s, n->id);
        sys_text(s, state_class_name(n->state));
        sys_text(s, n->state_why);
        sys_int(s, (int64_t)op->c.state_rows);
        sys_int(s, bytes);
        sys_end(s);
    }
    return 0;
}

/* Of operators, and what relations have stored or retain. */
static int state(SysScan *s, Err *err)
{
    (void)err;
    (void)each_query(s, state_rows);
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        const Feed *f = engine_feed(s->db->engine, r->id);
        if (!f || (!f->stored && f->retained_rows == 0))
            continue;
        sys_text(s, r->name);
        sys_text(s, f->stored ? "content" : "retained rows");
        sys_null(s);
        sys_text(s, state_class_name(STATE_TABLE));
        sys_null(s);
        sys_int(s, f->stored ? (int64_t)f->stored->n_rows : (int64_t)f->retained_rows);
        sys_int(s, f->stored ? stored_bytes(f->stored) : atomic_load(&f->acct.bytes));
        sys_end(s);
    }
    return 0;
}

/* ---- subscriptions ---- */

static const char *stream_state(Stream *t)
{
    env_lock(t->db->env, &t->lock);
    bool failed = t->failed;
    env_unlock(t->db->env, &t->lock);
    return failed ? "FAILED" : !stream_is_active(t) ? "ENDED" : atomic_load(&t->paused) ? "PAUSED" : "ACTIVE";
}

static void subscription_row(SysScan *s, Stream *t)
{
    ChangeQueue *q = &t->queue;
    sys_int(s, (int64_t)t->id);
    sys_text(s, t->text);
    sys_text(s, t->o.deliver ? "callback" : "poll");
    sys_text(s, stream_state(t));
    sys_int(s, (int64_t)atomic_load(&t->c.rows_in));
    sys_int(s, (int64_t)atomic_load(&t->c.rows));
    env_lock(t->db->env, &q->lock);
    sys_int(s, (int64_t)q->n_rows);
    sys_int(s, q->bytes);
    sys_int(s, (int64_t)q->n_dropped);
    env_unlock(t->db->env, &q->lock);
    sys_int(s, (int64_t)atomic_load(&t->c.errors));
    sys_int(s, (int64_t)atomic_load(&t->c.epoch));
    sys_end(s);
}

static int subscriptions(SysScan *s, Err *err)
{
    (void)err;
    Database *db = s->db;
    env_lock(db->env, &db->streams_lock);
    for (Stream *t = db->first_stream; t; t = t->next)
        subscription_row(s, t);
    env_unlock(db->env, &db->streams_lock);
    return 0;
}

/* ---- memory ---- */

static void account_row(SysScan *s, const char *name, const char *kind, const Account *a, int64_t limit, const char *state)
{
    sys_text(s, name);
    sys_text(s, kind);
    sys_int(s, atomic_load(&a->bytes));
    sys_int(s, atomic_load(&a->peak_bytes));
    if (limit)
        sys_int(s, limit);
    else
        sys_null(s);
    sys_text(s, state);
    sys_end(s);
}

static int query_memory(void *self, Pipeline *q)
{
    account_row(self, q->name, "query", &q->acct, q->acct.limit_bytes, NULL);
    return 0;
}

static int memory(SysScan *s, Err *err)
{
    (void)err;
    Engine *e = s->db->engine;
    account_row(s, DATABASE_NAME, "database", &s->db->acct, engine_memory_limit(e), memory_state_name(engine_memory_state(e)));
    account_row(s, "engine", "engine", engine_account(e), 0, NULL);
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Feed *f = engine_feed(e, s->catalog->relation[i]->id);
        if (f)
            account_row(s, f->name, "relation", &f->acct, f->acct.limit_bytes, NULL);
    }
    return each_query(s, query_memory);
}

/* ---- counters of the whole ---- */

static void metric(SysScan *s, const char *name, int64_t value, const char *help)
{
    sys_text(s, name);
    sys_int(s, value);
    sys_text(s, help);
    sys_end(s);
}

static int add_late(void *self, Pipeline *q)
{
    *(uint64_t *)self += pipeline_late_rows(q);
    return 0;
}

/* Where the slowest source is that has a watermark. */
static int64_t least_watermark(const SysScan *s)
{
    int64_t least = INT64_MAX;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        const Feed *f = r->kind == REL_SOURCE ? engine_feed(s->db->engine, r->id) : NULL;
        if (f && f->wm.on)
            least = MIN(least, f->wm.wm_us);
    }
    return least == INT64_MAX ? INT64_MIN : least;
}

static int metrics(SysScan *s, Err *err)
{
    (void)err;
    EngineCounters c;
    uint64_t late = 0;
    int64_t watermark = least_watermark(s);
    uint32_t kinds[N_RELATION_KINDS] = {0};
    engine_counters(s->db->engine, &c);
    (void)engine_each_query(s->db->engine, add_late, &late);
    for (uint32_t i = 0; i < s->catalog->n; i++)
        kinds[s->catalog->relation[i]->kind]++;
    metric(s, "epoch", (int64_t)engine_epoch(s->db->engine), "number of the newest step");
    metric(s, "steps", (int64_t)c.steps, "steps so far");
    metric(s, "rows_in", (int64_t)c.rows_in, "rows that came");
    metric(s, "rows_out", (int64_t)c.rows_out, "rows of results");
    metric(s, "rows_late", (int64_t)late, "rows that came too late for a query that runs");
    if (watermark != INT64_MIN)
        metric(s, "watermark_us", watermark, "the least watermark of the sources that have one");
    metric(s, "uptime_us", (env_mono_ns(s->db->env) - s->db->opened_ns) / 1000, "since the database was opened");
    metric(s, "mailbox_full", (int64_t)c.mailbox_full, "pushes refused because the queue was full");
    metric(s, "repeated_pushes", (int64_t)c.repeated, "pushes that had come before");
    metric(s, "bytes", atomic_load(&s->db->acct.bytes), "memory in use");
    metric(s, "bytes_out", c.spill.out_bytes, "state that is not in memory");
    metric(s, "pages_evicted", (int64_t)c.spill.n_evicted, "pages that have left memory");
    metric(s, "pages_written", (int64_t)c.spill.n_written, "of them those that were written to the spill file");
    metric(s, "pages_read", (int64_t)c.spill.n_read, "pages that have come back");
    metric(s, "pages_failed", (int64_t)c.spill.n_failed, "pages that could not be read back");
    metric(s, "memory_waits", (int64_t)c.memory_waits,
           "times that a push, a source or the filling of a view waited at memory_limit");
    Durable *d = s->db->durable;
    if (d) {
        env_lock(s->db->env, &d->kept_lock);
        uint64_t n_made = d->checkpoint_ns.n, n_failed = d->n_failed;
        env_unlock(s->db->env, &d->kept_lock);
        metric(s, "checkpoints", (int64_t)n_made, "checkpoints that were made since the database was opened");
        metric(s, "checkpoints_failed", (int64_t)n_failed, "of those that could not be made");
    }
    metric(s, "sources", kinds[REL_SOURCE], "sources");
    metric(s, "tables", kinds[REL_TABLE], "tables");
    metric(s, "streams", kinds[REL_STREAM], "streams");
    metric(s, "materialized_views", kinds[REL_VIEW], "materialized views");
    metric(s, "sinks", kinds[REL_SINK], "sinks");
    return 0;
}

/* ---- queues ---- */

typedef struct RingRow {
    const char *ring, *name;
    uint64_t queued, slots, refused; /* slots 0: there is no such bound */
    int64_t bytes, limit_bytes;      /* bytes -1: it is counted by slots */
    bool is_full;
} RingRow;

static void int_or_null(SysScan *s, int64_t value, bool is_there)
{
    if (is_there)
        sys_int(s, value);
    else
        sys_null(s);
}

static void ring_row(SysScan *s, const RingRow *r)
{
    sys_text(s, r->ring);
    sys_int(s, (int64_t)r->queued);
    int_or_null(s, (int64_t)r->slots, r->slots > 0);
    sys_int(s, (int64_t)r->refused);
    sys_text(s, r->name);
    int_or_null(s, r->bytes, r->bytes >= 0);
    int_or_null(s, r->limit_bytes, r->limit_bytes > 0);
    sys_bool(s, r->is_full);
    sys_end(s);
}

/* Pushes that found the shard taken. */
static void mailbox(SysScan *s)
{
    EngineCounters c;
    RingRow r = {.ring = "mailbox", .bytes = -1};
    engine_counters(s->db->engine, &c);
    engine_mailbox(s->db->engine, &r.queued, &r.slots);
    r.refused = c.mailbox_full;
    r.is_full = r.queued >= r.slots;
    ring_row(s, &r);
}

/* What a sink has not taken yet, which waits as state of its query. */
static void backlogs(SysScan *s)
{
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        Pipeline *q = NULL;
        const SinkDriver *d = r->kind == REL_SINK ? engine_sink_of(s->db->engine, r->id, &q) : NULL;
        if (d)
            ring_row(s, &(RingRow){.ring = "sink",
                                   .name = r->name,
                                   .queued = backlog_rows(d->backlog),
                                   .bytes = d->backlog ? backlog_bytes(d->backlog) : 0,
                                   .is_full = d->stuck.code != 0});
    }
}

/* Changes that a subscriber has not read yet. */
static void subscriber_queues(SysScan *s)
{
    Database *db = s->db;
    env_lock(db->env, &db->streams_lock);
    for (Stream *t = db->first_stream; t; t = t->next) {
        ChangeQueue *q = &t->queue;
        RingRow r = {.ring = "subscription", .name = t->text};
        env_lock(db->env, &q->lock);
        r.queued = q->n_rows;
        r.slots = q->limit_rows;
        r.refused = q->n_dropped;
        r.bytes = q->bytes;
        r.limit_bytes = q->limit_bytes;
        r.is_full = q->full;
        env_unlock(db->env, &q->lock);
        ring_row(s, &r);
    }
    env_unlock(db->env, &db->streams_lock);
}

/* Everything that waits between two threads, or before something that may be slow. */
static int rings(SysScan *s, Err *err)
{
    (void)err;
    mailbox(s);
    backlogs(s);
    subscriber_queues(s);
    return 0;
}

/* Those that the engine has made; who pushes or asks comes to them with his own. */
static int threads(SysScan *s, Err *err)
{
    Engine *e = s->db->engine;
    EngineThread t;
    (void)err;
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    for (uint32_t i = 0; engine_thread(e, i, &t); i++) {
        sys_text(s, t.name);
        if (t.core >= 0)
            sys_int(s, t.core);
        else
            sys_null(s);
        sys_end(s);
    }
    if (!inside)
        engine_leave(e);
    return 0;
}

#define SYS(name, fill, help, columns)                                                                                             \
    {                                                                                                                              \
        SCHEMA_LAMINAR, name, columns, fill, help                                                                                  \
    }
const SysRelation sys_running[] = {
    SYS("queries", queries, "queries that run",
        "query_id int8, name text, active bool, state text, rows_in int8, rows_out int8, late int8, late_partial int8, "
        "null_time int8, errors int8, state_bytes int8, error text, sql text, waits_for text"),
    SYS("operators", operators, "operators of the queries, numbered as in EXPLAIN",
        "query_id int8, query text, node int4, operator text, rows_in int8, rows_in_right int8, rows_out int8, batches int8, "
        "flushes int8, late int8, late_partial int8, null_time int8, errors int8, negative_rows int8, resumes int8, "
        "state_rows int8, state_bytes int8"),
    SYS("state", state, "state of operators, content of relations",
        "owner text, part text, node int4, class text, why text, rows int8, bytes int8"),
    SYS("subscriptions", subscriptions, "subscriptions that are open",
        "subscription_id int8, query text, kind text, state text, rows_in int8, rows_out int8, queued_rows int8, "
        "queued_bytes int8, dropped_rows int8, errors int8, epoch int8"),
    SYS("memory", memory, "memory by whom it is accounted to",
        "name text, kind text, bytes int8, peak_bytes int8, limit_bytes int8, state text"),
    SYS("threads", threads, "threads that run queries, and where they stay", "thread text, processor int4"),
    SYS("parts", parts, "operators by the part of a query that SET threads makes, and the thread that runs it",
        "query_id int8, query text, node int4, operator text, part int4, thread text, rows_in int8, rows_in_right int8, "
        "rows_out int8, batches int8, flushes int8, late int8, errors int8, state_rows int8, state_bytes int8"),
    SYS("rings", rings, "queues between threads, and before what may be slow",
        "ring text, queued int8, slots int8, refused int8, name text, bytes int8, limit_bytes int8, is_full bool"),
    SYS("metrics", metrics, "counters of the whole database", "metric text, value int8, help text"),
    {0},
};
