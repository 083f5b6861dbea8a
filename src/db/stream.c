/* SPDX-License-Identifier: Apache-2.0
 *
 * Stream. */
#include "db/stream.h"
#include "sql/parse.h"
#include "sql/print.h"

/* ---- what the step gives ---- */

static void signal_event(Stream *s)
{
    Env *env = s->db->env;
    atomic_fetch_add(&s->event, 1);
    if (env->thread) {
        env->thread->unpark(env, &s->event, UINT32_MAX);
        if (s->fd >= 0)
            env->thread->eventfd_signal(env, s->fd);
    }
}

static void queue_free(Stream *s, QueuedBatch *q)
{
    batch_unref(q->batch);
    mem_free(engine_account(s->db->engine), q, sizeof(*q));
}

static int64_t batch_bytes(const Batch *b)
{
    int64_t n = (int64_t)sizeof(*b);
    for (uint32_t c = 0; c < b->n_cols; c++) {
        const Vec *v = &b->col[c];
        n += (v->data_buf ? (int64_t)v->data_buf->cap : 0) + (v->valid_buf ? (int64_t)v->valid_buf->cap : 0);
        for (uint32_t k = 0; v->str_bufs && k < v->n_str_bufs; k++)
            n += (int64_t)v->str_bufs[k]->cap;
    }
    return n;
}

static int enqueue(Stream *s, Batch *give_b, int64_t wm_us, Err *err)
{
    QueuedBatch *q = mem_zalloc(engine_account(s->db->engine), sizeof(*q));
    if (!q) {
        batch_unref(give_b);
        return RAISE_NOMEM(err);
    }
    *q = (QueuedBatch){.batch = give_b, .wm_us = wm_us, .bytes = give_b ? batch_bytes(give_b) : 0};
    env_lock(s->db->env, &s->lock);
    int rc = 0;
    while (s->o.buffer_bytes > 0 && s->queued_bytes + q->bytes > s->o.buffer_bytes && s->first && rc == 0) {
        if (s->o.overflow == STREAM_DISCONNECT) {
            rc = RAISE(err, ERR_SUBSCRIBER_GAP, "the subscriber was too slow: more than %lld bytes are waiting",
                       (long long)s->o.buffer_bytes);
            break;
        }
        QueuedBatch *old = s->first;
        s->first = old->next;
        if (!s->first)
            s->last = &s->first;
        s->queued_bytes -= old->bytes;
        s->gap_rows += old->gap_rows + (old->batch ? old->batch->n_sel : 0);
        queue_free(s, old);
    }
    if (rc == 0) {
        q->gap_rows = s->gap_rows;
        s->gap_rows = 0;
        *s->last = q;
        s->last = &q->next;
        s->queued_bytes += q->bytes;
    }
    env_unlock(s->db->env, &s->lock);
    if (rc < 0)
        queue_free(s, q);
    signal_event(s);
    return rc;
}

static int stream_batch(Consumer *c, const Batch *b, Err *err)
{
    Stream *s = (Stream *)c;
    if (s->o.on_batch) {
        s->o.on_batch(s->o.self, b);
        return 0;
    }
    Batch *own = batch_own(engine_account(s->db->engine), b);
    return own ? enqueue(s, own, INT64_MIN, err) : RAISE_NOMEM(err);
}

static void stream_mark(Consumer *c, int64_t wm_us)
{
    Stream *s = (Stream *)c;
    if (!s->o.watermarks)
        return;
    if (s->o.on_mark)
        s->o.on_mark(s->o.self, wm_us);
    else if (!s->o.on_batch)
        (void)enqueue(s, NULL, wm_us, NULL);
}

static void stream_end(Consumer *c, const Err *err)
{
    Stream *s = (Stream *)c;
    env_lock(s->db->env, &s->lock);
    if (err && !atomic_load(&s->cancelled)) {
        s->failed = true;
        s->error = *err;
    }
    s->ended = true; /* last: the reader looks at it without the lock */
    env_unlock(s->db->env, &s->lock);
    if (s->o.on_end)
        s->o.on_end(s->o.self, err);
    signal_event(s);
}

static bool stream_wants_mark(Consumer *c)
{
    return ((Stream *)c)->o.watermarks;
}
static const ConsumerType stream_consumer = {.batch = stream_batch,
                                             .mark = stream_mark,
                                             .wants_mark = stream_wants_mark,
                                             .end = stream_end};

/* ---- opening ---- */

/* Does the bounded plan go on for ever: 1, 0, or 1 when there is no memory to find out.  A node ends when all its inputs do; LIMIT
 * ends by itself. */
static int mark_unending(const PhysPlan *p, const LeafBinding *leaves, uint32_t *leaf, Arena *arena)
{
    bool *endless = ARENA_ARRAY(arena, bool, p->n_nodes + 1);
    if (!endless)
        return 1;
    for (uint32_t i = 0; i < p->n_nodes; i++) {
        const PhysNode *n = p->nodes[i];
        if (n->kind == PHYS_SOURCE) {
            const LeafBinding *b = &leaves[(*leaf)++];
            endless[i] = b->kind == LEAF_READER && !source_is_bounded(b->source);
        }
        for (uint32_t k = 0; k < n->n_in; k++)
            for (uint32_t j = 0; j < i; j++)
                endless[i] |= p->nodes[j] == n->in[k] && endless[j];
        if (n->kind == PHYS_LIMIT && ((const PhysLimit *)n)->limit >= 0)
            endless[i] = false;
    }
    return endless[p->n_nodes - 1];
}

/* Plans the query once more as a continuous one when a leaf turns out to be unbounded and nothing bounds it. */
static int choose_plan(Database *db, const Catalog *c, const Query *query, StreamUse use, bool live, Arena *arena,
                       PhysPlan **ret_plan, LeafBinding **ret_leaves, uint32_t *ret_n, Err *err)
{
    PlanContext ctx = plan_context(db, c, NULL);
    bool emits = query->clauses && query->clauses->emit != EMIT_DEFAULT;
    LeafUse leaves = live || (emits && use == STREAM_OPEN) ? LEAVES_LIVE : LEAVES_SNAPSHOT;
    TRY(plan_query(&ctx, query, live ? PLAN_CONTINUOUS : PLAN_BOUNDED, 0, ret_plan, err));
    bool unbounded = false;
    int rc = bind_leaves(db, c, *ret_plan, leaves, arena, ret_leaves, ret_n, &unbounded, err);
    if (rc < 0) {
        phys_plan_free(*ret_plan);
        return rc;
    }
    rc = refuse_late_to(query, *ret_plan, err);
    if (rc < 0) {
        leaves_close(*ret_leaves, *ret_n);
        phys_plan_free(*ret_plan);
        return rc;
    }
    uint32_t leaf = 0;
    if (!unbounded || live || mark_unending(*ret_plan, *ret_leaves, &leaf, arena) == 0)
        return 0;
    leaves_close(*ret_leaves, *ret_n);
    phys_plan_free(*ret_plan);
    if (use == STREAM_COLLECT) {
        (void)RAISE_AT(err, ERR_WRONG_STATE, query->node.at, "the query never ends: it reads an unbounded source");
        return err_hint(err, "add LIMIT, or read it as a stream (laminar_query_stream, SUBSCRIBE)");
    }
    TRY(plan_query(&ctx, query, PLAN_CONTINUOUS, 0, ret_plan, err));
    rc = bind_leaves(db, c, *ret_plan, LEAVES_LIVE, arena, ret_leaves, ret_n, &unbounded, err);
    if (rc < 0)
        phys_plan_free(*ret_plan);
    return rc;
}

static int stream_new(Database *db, const StreamOptions *o, Stream **ret, Err *err)
{
    Stream *s = mem_zalloc(engine_account(db->engine), sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    s->consumer.type = &stream_consumer;
    s->db = db_ref(db);
    if (o)
        s->o = *o;
    s->last = &s->first;
    s->fd = -1;
    if (s->o.want_fd && db->env->thread)
        s->fd = db->env->thread->eventfd_new(db->env, NULL);
    if (s->o.opened)
        *s->o.opened = s;
    *ret = s;
    return 0;
}

static int stream_run_query(Stream *s, const Query *query, StreamUse use, bool live, Err *err)
{
    Database *db = s->db;
    Arena arena;
    arena_init(&arena, &db->acct, 0);
    Catalog *c = db_catalog(db);
    PhysPlan *plan = NULL;
    LeafBinding *leaves = NULL;
    uint32_t n = 0;
    engine_enter(db->engine); /* feeds must not go away between binding and starting */
    int rc = choose_plan(db, c, query, use, live, &arena, &plan, &leaves, &n, err);
    if (rc == 0) {
        s->schema = schema_ref(plan->schema);
        s->append_only = plan->root->props.change == CHANGE_APPEND;
        PipelineOptions o = {.name = "query", .background = s->o.background};
        rc = engine_add_query(db->engine, plan, &o, leaves, &s->query, err);
    }
    if (rc == 0) {
        consumer_add(&s->query->consumers, &s->consumer);
        engine_start_query(db->engine, s->query);
    }
    engine_leave(db->engine);
    catalog_unref(c);
    arena_done(&arena);
    return rc;
}

/* A relation that runs already needs no plan to be watched: its feed has the rows. True when that is so. */
static bool watch_feed(Stream *s, Str name)
{
    Engine *e = s->db->engine;
    Catalog *c = db_catalog(s->db);
    engine_enter(e);
    const Relation *r = catalog_find(c, name);
    s->feed = r && !r->connector && !r->expands ? engine_feed(e, r->id) : NULL;
    if (s->feed && s->feed->stored) /* its content comes first: a query knows how */
        s->feed = NULL;
    if (s->feed) {
        const Pipeline *q = engine_query_of(e, r->id);
        feed_ref(s->feed);
        s->schema = schema_ref(s->feed->schema);
        s->append_only = !q || q->plan->root->props.change == CHANGE_APPEND;
        consumer_add(&s->feed->consumers, &s->consumer);
    }
    engine_leave(e);
    catalog_unref(c);
    return s->feed != NULL;
}

/* SUBSCRIBE rel WHERE p  is  SELECT * FROM rel WHERE p, live. */
static int subscribe_query(Database *db, const SubscribeStmt *sub, Str text, Arena *arena, const Query **ret, Err *err)
{
    if (sub->as_of_epoch)
        return RAISE_AT(err, ERR_UNSUPPORTED, sub->as_of_epoch->at, "SUBSCRIBE ... AS OF EPOCH is not supported yet");
    if (sub->options.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, sub->options.first->at, "options of SUBSCRIBE are not supported yet");
    if (sub->query && !sub->where) {
        *ret = sub->query;
        return 0;
    }
    if (sub->query)
        return RAISE_AT(err, ERR_UNSUPPORTED, sub->where->at,
                        "SUBSCRIBE (query) WHERE is not supported: put the condition into the query");
    StrBuf sql;
    sb_init(&sql, &db->acct);
    sb_puts(&sql, "SELECT * FROM ");
    sb_put(&sql, text.p + (sub->name.at.pos), sub->name.at.len);
    if (sub->where) {
        sb_puts(&sql, " WHERE ");
        sb_put(&sql, text.p + sub->where->at.pos, sub->where->at.len);
    }
    ScriptStmt parsed;
    int rc = sql_parse_one(arena, sb_cstr(&sql), (uint32_t)sql.n, &parsed, err);
    sb_done(&sql);
    TRY(rc);
    *ret = AST(QueryStmt, parsed.node)->query;
    return 0;
}

int stream_open(Database *db, const Node *stmt, Str text, StreamUse use, const StreamOptions *o, Stream **ret, Err *err)
{
    TRY(db_check_open(db, err));
    bool subscribe = stmt->kind == NODE_SUBSCRIBE_STMT;
    if (!subscribe && stmt->kind != NODE_QUERY_STMT)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, stmt->at, "the statement is not a query");
    Arena arena;
    arena_init(&arena, &db->acct, 0);
    const Query *query = NULL;
    int rc = 0;
    if (subscribe)
        rc = subscribe_query(db, AST(SubscribeStmt, stmt), text, &arena, &query, err);
    else
        query = AST(QueryStmt, stmt)->query;
    Stream *s = NULL;
    if (rc == 0)
        rc = stream_new(db, o, &s, err);
    const SubscribeStmt *sub = subscribe ? AST(SubscribeStmt, stmt) : NULL;
    bool plain = sub && !sub->query && !sub->where && sub->name.n_parts == 1;
    if (rc == 0 && !(plain && watch_feed(s, name_last(&sub->name)->s)))
        rc = stream_run_query(s, query, use, subscribe || (o && o->background), err);
    arena_done(&arena);
    if (rc < 0) {
        stream_free(s);
        if (o && o->opened)
            *o->opened = NULL;
    } else {
        *ret = s;
    }
    return rc;
}

int stream_open_relation(Database *db, Str name, const StreamOptions *o, Stream **ret, Err *err)
{
    TRY(db_check_open(db, err));
    Arena arena;
    arena_init(&arena, &db->acct, 0);
    StrBuf sql;
    sb_init(&sql, &db->acct);
    sb_puts(&sql, "SUBSCRIBE \"");
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"')
            sb_putc(&sql, '"');
        sb_putc(&sql, name.p[i]);
    }
    sb_putc(&sql, '"');
    ScriptStmt parsed;
    int rc = sql_parse_one(&arena, sb_cstr(&sql), (uint32_t)sql.n, &parsed, err);
    if (rc == 0)
        rc = stream_open(db, parsed.node, (Str){sb_cstr(&sql), sql.n}, STREAM_OPEN, o, ret, err);
    sb_done(&sql);
    arena_done(&arena);
    return rc;
}

/* ---- reading ---- */

static bool dequeue(Stream *s, QueuedBatch *ret)
{
    env_lock(s->db->env, &s->lock);
    QueuedBatch *q = s->first;
    if (q) {
        s->first = q->next;
        if (!s->first)
            s->last = &s->first;
        s->queued_bytes -= q->bytes;
        *ret = *q;
        q->batch = NULL;
        if (!s->first && s->fd >= 0)
            env_eventfd_drain(s->fd);
    }
    env_unlock(s->db->env, &s->lock);
    if (!q)
        return false;
    queue_free(s, q);
    return true;
}

static int end_of(Stream *s, Err *err)
{
    if (s->failed) {
        if (err)
            *err = s->error;
        return -(int)s->error.code;
    }
    return STREAM_END;
}

static bool is_interrupted(Stream *s)
{
    return atomic_load(&s->cancelled) || (!s->o.background && atomic_load(&s->db->interrupted));
}

#define RUN_BUDGET_US 5000
#define WAIT_SLICE_NS INT64_C(50000000) /* an interrupt is seen within this time */

/* Waits for an event, the query's next own work, or the deadline. */
static void wait_event(Stream *s, uint32_t seen, int64_t deadline_ns)
{
    Env *env = s->db->env;
    int64_t now = env_mono_ns(env);
    int64_t until = MIN(deadline_ns, now + WAIT_SLICE_NS);
    if (s->query)
        until = MIN(until, engine_next_wake_ns(s->db->engine, s->query));
    if (until > now && env->thread)
        env->thread->park(env, &s->event, seen, until);
}

int stream_next(Stream *s, int64_t deadline_ns, QueuedBatch *ret, Err *err)
{
    if (engine_is_inside(s->db->engine))
        return RAISE(err, ERR_REENTRANT, "a stream cannot be read inside a callback");
    for (;;) {
        uint32_t seen = atomic_load(&s->event);
        if (dequeue(s, ret))
            return STREAM_ROWS;
        if (s->ended)
            return dequeue(s, ret) ? STREAM_ROWS : end_of(s, err);
        if (is_interrupted(s)) {
            stream_cancel(s);
            return RAISE(err, ERR_QUERY_CANCELED, "the statement was cancelled");
        }
        if (s->query) {
            if (engine_run(s->db->engine, s->query, RUN_BUDGET_US))
                continue;
        } else { /* rows that were queued while the worker had the shard have been pushed: they count as there */
            engine_enter(s->db->engine);
            engine_leave(s->db->engine);
        }
        if (atomic_load(&s->event) != seen)
            continue;
        if (deadline_ns == 0 || env_mono_ns(s->db->env) >= deadline_ns)
            return STREAM_TIMEOUT;
        wait_event(s, seen, deadline_ns);
    }
}

void stream_cancel(Stream *s)
{
    if (atomic_exchange(&s->cancelled, true))
        return;
    ConsumerList *list = s->query ? &s->query->consumers : s->feed ? &s->feed->consumers : NULL;
    bool inside = engine_is_inside(s->db->engine);
    if (!inside)
        engine_enter(s->db->engine);
    if (list && !s->consumer.detached)
        consumer_remove(list, &s->consumer);
    if (inside) {
        s->ended = true;
        return;
    }
    if (s->query)
        pipeline_cancel(s->query);
    engine_leave(s->db->engine);
    s->ended = true;
    signal_event(s);
}

bool stream_is_active(Stream *s)
{
    env_lock(s->db->env, &s->lock);
    bool active = !s->ended || s->first;
    env_unlock(s->db->env, &s->lock);
    return active;
}

void stream_free(Stream *s)
{
    if (!s)
        return;
    Database *db = s->db;
    stream_cancel(s);
    if (s->query) {
        engine_enter(db->engine);
        engine_drop_query(db->engine, s->query);
        engine_leave(db->engine);
    }
    feed_unref(s->feed);
    while (s->first) {
        QueuedBatch *q = s->first;
        s->first = q->next;
        queue_free(s, q);
    }
    if (s->fd >= 0)
        db->env->thread->eventfd_close(db->env, s->fd);
    schema_unref((Schema *)s->schema);
    mem_free(engine_account(db->engine), s, sizeof(*s));
    db_unref(db);
}
