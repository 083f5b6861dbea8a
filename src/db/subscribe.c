/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening of streams: SELECT, SUBSCRIBE and what the C interface asks for become a query of their own, or, when a
 * relation that runs already is read as it is, a place among its consumers, which costs no plan.
 *
 * The shard is held from the first look at what is there (content, retained rows, history) until the reader is linked in,
 * so there is neither a gap nor a duplicate between what was and what comes. */
#include "base/calendar.h"
#include "db/file_scan.h"
#include "db/late_target.h"
#include "db/stream.h"
#include "db/transaction.h"
#include "db/transaction_ddl.h"
#include "sql/parse.h"
#include "sql/print.h"

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

static int plan_and_bind(Database *db, const Catalog *c, const PlanContext *ctx, const Query *query, PlanUse use, LeafUse leaves,
                         Arena *arena, PhysPlan **ret_plan, LeafBinding **ret_leaves, uint32_t *ret_n, bool *ret_endless, Err *err)
{
    bool unbounded = false;
    uint32_t leaf = 0;
    TRY(plan_query(ctx, query, use, 0, ret_plan, err));
    int rc = bind_leaves(db, c, *ret_plan, leaves, arena, ret_leaves, ret_n, &unbounded, err);
    if (rc < 0)
        phys_plan_free(*ret_plan);
    else
        *ret_endless = unbounded && mark_unending(*ret_plan, *ret_leaves, &leaf, arena) != 0;
    return rc;
}

/* Plans the query once more as a continuous one when a leaf turns out to be unbounded and nothing bounds it; and when the query as
 * one that ends has no watermark to close windows by: in the other what is looked up leaves the time of a row what it is. */
static int choose_plan(Database *db, const Catalog *c, const Query *query, StreamUse use, bool live, const StreamOptions *o,
                       Arena *arena, PhysPlan **ret_plan, LeafBinding **ret_leaves, uint32_t *ret_n, Err *err)
{
    PlanContext ctx = plan_context(db, c, NULL);
    ctx.n_params = o->n_params;
    ctx.params = o->params;
    ctx.routine = o->routine;
    ctx.as_kept = o->as_kept;
    ctx.hybrid = o->hybrid;
    ctx.tells_rules = o->measured;
    ctx.sequences = !live;
    TermContext terms = {db, c};
    if (!live)
        plan_may_run(&ctx, &terms);
    bool emits = query->clauses && query->clauses->emit != EMIT_DEFAULT, endless;
    LeafUse leaves = live || (emits && use == STREAM_OPEN) ? LEAVES_LIVE : LEAVES_SNAPSHOT;
    int rc = plan_and_bind(db, c, &ctx, query, live ? PLAN_CONTINUOUS : PLAN_BOUNDED, leaves, arena, ret_plan, ret_leaves, ret_n,
                           &endless, err);
    if (rc == -ERR_NO_WATERMARK && !live)
        rc = plan_and_bind(db, c, &ctx, query, PLAN_CONTINUOUS, leaves, arena, ret_plan, ret_leaves, ret_n, &endless, err);
    TRY(rc);
    if (!endless || live)
        return 0;
    leaves_close(*ret_leaves, *ret_n);
    phys_plan_free(*ret_plan);
    if (use == STREAM_COLLECT) {
        (void)RAISE_AT(err, ERR_WRONG_STATE, query->node.at, "the query never ends: it reads an unbounded source");
        return err_hint(err, "add LIMIT, or read it as a stream (laminar_query_stream, SUBSCRIBE)");
    }
    return plan_and_bind(db, c, &ctx, query, PLAN_CONTINUOUS, LEAVES_LIVE, arena, ret_plan, ret_leaves, ret_n, &endless, err);
}

/* ---- what the reader is told about ---- */

static int keep_key(Stream *s, const uint32_t *col, uint32_t n, Err *err)
{
    if (n == 0)
        return 0;
    s->key.col = mem_alloc(engine_account(s->db->engine), n * sizeof(*col));
    if (!s->key.col)
        return RAISE_NOMEM(err);
    memcpy(s->key.col, col, n * sizeof(*col));
    s->key.n = n;
    return 0;
}

/* What the options ask of the relation. */
static int check_options(Stream *s, Err *err)
{
    if (s->o.overflow == OVERFLOW_CONFLATE && s->key.n == 0)
        return RAISE(err, ERR_INVALID_PARAMETER, "overflow = conflate needs a result with a unique key");
    if (s->o.sample > 1 && !s->append_only)
        return RAISE(err, ERR_INVALID_PARAMETER, "sample needs a result whose rows are never taken back");
    s->queue.key = s->key;
    return 0;
}

static int add_upstream(Stream *s, const Catalog *c, uint64_t relation, Err *err)
{
    const Relation *r = catalog_by_id(c, relation);
    if (!r)
        return 0;
    for (uint32_t i = 0; i < r->n_depends; i++)
        TRY(add_upstream(s, c, r->depends[i], err));
    Feed *f = r->kind == REL_SOURCE || r->kind == REL_TABLE ? engine_feed(s->db->engine, r->id) : NULL;
    for (uint32_t i = 0; i < s->n_upstream; i++)
        if (s->upstream[i] == f)
            return 0;
    if (!f)
        return 0;
    Account *acct = engine_account(s->db->engine);
    size_t n = s->n_upstream;
    Feed **feeds = mem_realloc(acct, s->upstream, n * sizeof(*feeds), (n + 1) * sizeof(*feeds));
    if (!feeds)
        return RAISE_NOMEM(err);
    s->upstream = feeds;
    s->upstream[s->n_upstream++] = feed_ref(f);
    return 0;
}

/* The relations whose pushes wait when this reader has no room. */
static int find_upstream(Stream *s, const Catalog *c, const uint64_t *relations, uint32_t n, Err *err)
{
    if (s->o.overflow != OVERFLOW_BLOCK)
        return 0;
    for (uint32_t i = 0; i < n; i++)
        TRY(add_upstream(s, c, relations[i], err));
    for (uint32_t i = 0; i < s->n_upstream; i++) {
        if (s->upstream[i]->backpressure != BACKPRESSURE_DROP_OLDEST)
            continue;
        s->queue.overflow = OVERFLOW_DROP_OLDEST; /* who pushes there never waits: then it is the reader that loses */
        s->queue.on_room = NULL;
    }
    s->blocker = mem_zalloc(engine_account(s->db->engine), s->n_upstream * sizeof(*s->blocker));
    return s->blocker ? 0 : RAISE_NOMEM(err);
}

/* ---- history ---- */

static int find_epoch(Stream *s, const Feed *f, uint64_t *ret, Err *err)
{
    uint64_t now = engine_epoch(s->db->engine);
    if (!f->history) {
        (void)RAISE(err, ERR_WRONG_STATE, "\"%s\" keeps no history to start from", f->name);
        return err_hint(err, "create it WITH (retain_history = '64MiB')");
    }
    if (s->o.start == STREAM_START_TIME)
        return s->o.from_us > env_wall_us(s->db->env)
                   ? RAISE(err, ERR_INVALID_PARAMETER, "the time to start from lies in the future")
                   : history_epoch_at(f->history, s->o.from_us, ret, err);
    *ret = s->o.after_epoch;
    if (*ret > now)
        return RAISE(err, ERR_INVALID_PARAMETER, "epoch %llu lies in the future: the newest is %llu", (unsigned long long)*ret,
                     (unsigned long long)now);
    if (*ret < f->history->floor)
        return RAISE(err, ERR_SUBSCRIBER_GAP,
                     "changes after epoch %llu of \"%s\" are no longer held: the oldest epoch to start after is %llu",
                     (unsigned long long)*ret, f->name, (unsigned long long)f->history->floor);
    return 0;
}

static bool from_history(const Stream *s)
{
    return s->o.start == STREAM_START_EPOCH || s->o.start == STREAM_START_TIME;
}

/* ---- a relation as it is ---- */

static int put_snapshot(void *self, Batch *b, Err *err)
{
    return stream_put(self, b, err);
}

typedef struct Replay {
    Stream *stream;
    Err *err;
} Replay;

static int put_entry(void *self, const HistoryEntry *e)
{
    Replay *r = self;
    r->stream->epoch = e->epoch;
    int rc = stream_put(r->stream, e->batch, r->err);
    return rc < 0 ? rc : stream_step_end(r->stream, r->err);
}

static int start_on_feed(Stream *s, Err *err)
{
    Feed *f = s->feed;
    bool explicit = s->o.start == STREAM_START_SNAPSHOT;
    if (from_history(s)) {
        uint64_t after = 0;
        TRY(find_epoch(s, f, &after, err));
        Replay r = {s, err};
        int rc = history_each(f->history, after, put_entry, &r);
        s->epoch = 0;
        return rc;
    }
    if (explicit && !f->stored && f->retain_rows == 0) {
        (void)RAISE(err, ERR_WRONG_STATE, "stream \"%s\" keeps no rows to begin with", f->name);
        return err_hint(err, "subscribe to a materialized view, or start from an epoch of its history");
    }
    if (!explicit && (s->o.start == STREAM_START_LATEST || !f->stored))
        return 0;
    bool marks = explicit || s->o.snapshot_marks;
    if (marks)
        TRY(stream_event(s, DELIVER_SNAPSHOT_BEGIN, err));
    s->rows_kind = DELIVER_SNAPSHOT_ROWS;
    int rc = feed_each_retained(f, put_snapshot, s, err);
    s->rows_kind = DELIVER_ROWS;
    TRY(rc);
    return marks ? stream_event(s, DELIVER_SNAPSHOT_END, err) : 0;
}

/* What is taken back when a transaction is would lie under who watches it. */
static int check_defined(const Feed *f, Err *err)
{
    return f->defining ? RAISE(err, ERR_IN_USE, "relation \"%s\" is being defined by a transaction that is not over", f->name) : 0;
}

static int check_stored(const Relation *r, const Feed *f, Err *err)
{
    return f->stored && f->stored->failed ? RAISE(err, ERR_WRONG_STATE, "the query of %s \"%s\" has failed: %s",
                                                  relation_kind_name(r->kind), r->name, f->stored->error.message)
                                          : 0;
}

static int watch(Stream *s, const Catalog *c, const Relation *r, Err *err)
{
    Feed *f = s->feed;
    TRY(check_defined(f, err));
    TRY(check_filled(f, err));
    TRY(check_stored(r, f, err));
    s->schema = schema_ref(f->schema);
    s->append_only = !f->stored && (r->result ? r->result->change == CHANGE_APPEND : true);
    if (r->n_primary_key)
        TRY(keep_key(s, r->primary_key, r->n_primary_key, err));
    else if (r->result)
        TRY(keep_key(s, r->result->key, r->result->n_key, err));
    TRY(check_options(s, err));
    TRY(find_upstream(s, c, &r->id, 1, err));
    TRY(start_on_feed(s, err));
    if (f->closed)
        s->consumer.type->end(&s->consumer, NULL);
    else if (!atomic_load(&s->cancelled))
        consumer_add(&f->consumers, &s->consumer);
    return 0;
}

/* A relation that runs already needs no plan to be watched.  1: it is no such relation. */
static int watch_relation(Stream *s, Str name, Err *err)
{
    Engine *e = s->db->engine;
    engine_enter(e);
    Catalog *c = db_catalog(s->db);
    const Relation *r = catalog_find(c, name);
    Feed *f = r && !relation_has_readers(r) && !r->expands ? engine_feed(e, r->id) : NULL;
    int rc = 1;
    if (f) {
        s->feed = feed_ref(f);
        rc = watch(s, c, r, err);
        (void)arena_reset(engine_step(e));
    }
    engine_leave(e);
    catalog_unref(c);
    return rc;
}

/* ---- a query of its own ---- */

static int take_row_errors(void *self, Pipeline *q, const OutItem *item, Err *err)
{
    Stream *s = self;
    (void)q;
    (void)err;
    atomic_fetch_add_explicit(&s->c.errors, item->batch->n_sel, memory_order_relaxed);
    if (!s->o.on_row_error || atomic_load(&s->cancelled))
        return 0;
    Rows rows = batch_rows(item->batch);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        ErrCode code = (ErrCode)item->err_code[row];
        const char *text = item->err_text ? item->err_text[row] : NULL;
        Err e = ERR_INIT;
        (void)RAISE(&e, code, "%s", text ? text : err_class_text(code));
        s->o.on_row_error(s->o.self, &e);
    }
    return 0;
}

/* AS OF an epoch: only what keeps nothing can be run over a part of its input. */
static int start_of_query(Stream *s, const PhysPlan *plan, const LeafBinding *leaves, uint32_t n, PipelineOptions *o, Err *err)
{
    bool retained = s->o.hybrid || s->o.start == STREAM_START_SNAPSHOT;
    o->start = s->o.start == STREAM_START_LATEST ? START_LATEST : retained ? START_RETAINED : START_CONTENT;
    if (!from_history(s))
        return 0;
    for (uint32_t i = 0; i < plan->n_nodes; i++)
        if (plan->nodes[i]->kind != PHYS_SOURCE && plan->nodes[i]->kind != PHYS_FILTER && plan->nodes[i]->kind != PHYS_PROJECT &&
            plan->nodes[i]->kind != PHYS_EMIT)
            return RAISE(err, ERR_UNSUPPORTED, "a query that keeps state cannot start from an epoch or a time");
    if (n != 1 || leaves[0].kind != LEAF_LIVE)
        return RAISE(err, ERR_UNSUPPORTED, "only a relation with a history can be read from an epoch or a time on");
    o->start = START_HISTORY;
    return find_epoch(s, leaves[0].feed, &o->after_epoch, err);
}

static int link_query(Stream *s, Pipeline *q, const LeafBinding *leaves, uint32_t n, Err *err)
{
    bool explicit = s->o.start == STREAM_START_SNAPSHOT, is_content = explicit;
    for (uint32_t i = 0; i < n; i++)
        is_content |= leaves[i].kind == LEAF_LIVE && leaves[i].feed->stored && !from_history(s);
    bool late = s->o.start == STREAM_START_LATEST, marks = !late && (explicit || (is_content && s->o.snapshot_marks));
    if (!late)
        consumer_add(&q->consumers, &s->consumer);
    if (marks)
        TRY(stream_event(s, DELIVER_SNAPSHOT_BEGIN, err));
    s->rows_kind = is_content ? DELIVER_SNAPSHOT_ROWS : DELIVER_ROWS;
    engine_start_query(s->db->engine, q);
    s->rows_kind = DELIVER_ROWS;
    if (late && q->state == PIPELINE_RUNNING)
        consumer_add(&q->consumers, &s->consumer);
    else if (late)
        s->consumer.type->end(&s->consumer, q->state == PIPELINE_FAILED ? &q->error : NULL);
    return marks ? stream_event(s, DELIVER_SNAPSHOT_END, err) : 0;
}

static int run_plan(Stream *s, const Catalog *c, PhysPlan *give_plan, const LeafBinding *leaves, uint32_t n, bool live, Str text,
                    Err *err)
{
    Database *db = s->db;
    const Props *props = &give_plan->root->props;
    PipelineOptions o = {
        .name = "query", .text = text, .late = s->late, .background = s->o.background, .now_us = transaction_now_us(s->db)};
    s->schema = schema_ref(give_plan->schema);
    s->append_only = props->change == CHANGE_APPEND;
    int rc = keep_key(s, props->key, props->n_key, err);
    if (rc == 0)
        rc = check_options(s, err);
    for (uint32_t i = 0; i < n && live && rc == 0; i++)
        rc = leaves[i].kind == LEAF_LIVE ? check_defined(leaves[i].feed, err) : 0;
    if (rc == 0)
        rc = find_upstream(s, c, give_plan->relations, give_plan->n_relations, err);
    if (rc == 0)
        rc = start_of_query(s, give_plan, leaves, n, &o, err);
    if (rc < 0) {
        leaves_close((LeafBinding *)leaves, n);
        phys_plan_free(give_plan);
        return rc;
    }
    TRY(engine_add_query(db->engine, give_plan, &o, leaves, &s->query, err));
    s->query->measured = s->o.measured ? db->env : NULL;
    if (!live && !s->o.background)
        s->query->env.interrupt = &db->interrupted;
    if (live) {
        s->query->on_errors = take_row_errors;
        s->query->on_errors_self = s;
    }
    return link_query(s, s->query, leaves, n, err);
}

/* LATE DATA TO of a plain query: the relation stays when the query has ended, to be read then. */
static int open_late(Stream *s, const Query *query, PhysPlan *plan, LeafBinding *leaves, uint32_t n_leaves, Err *err)
{
    const Relation *there;
    uint64_t made;
    int rc = late_target_check(s->db, plan, query->clauses->late_to.at, NULL, NULL, &there, err);
    if (rc == 0)
        rc = late_target_open(s->db, plan, 0, &s->late, &made, err);
    if (rc < 0) {
        leaves_close(leaves, n_leaves);
        phys_plan_free(plan);
    }
    return rc;
}

static int run_query(Stream *s, const Query *query, StreamUse use, bool live, Str text, Err *err)
{
    Database *db = s->db;
    Arena arena;
    arena_init(&arena, &db->acct, 0);
    bool late = query->clauses && query->clauses->late_to.n_parts > 0; /* may make a relation */
    FileScans files;
    int rc = file_scans_open(db, &query->node, &arena, &files, err);
    if (rc < 0) {
        arena_done(&arena);
        return rc;
    }
    if (late)
        env_lock(db->env, &db->ddl);
    PhysPlan *plan = NULL;
    LeafBinding *leaves = NULL;
    uint32_t n = 0;
    engine_enter(db->engine); /* feeds must not change between binding and starting */
    Catalog *c = db_catalog(db);
    rc = file_scans_add(&files, &c, err);
    file_scans_done(&files); /* the snapshot has them */
    if (rc == 0)
        rc = choose_plan(db, c, query, use, live, &s->o, &arena, &plan, &leaves, &n, err);
    if (rc == 0 && plan->n_locked && (rc = transaction_lock(db, c, plan->locked, plan->n_locked, err)) < 0) {
        leaves_close(leaves, n);
        phys_plan_free(plan);
    }
    if (rc == 0 && late)
        rc = open_late(s, query, plan, leaves, n, err);
    if (rc == 0)
        rc = run_plan(s, c, plan, leaves, n, live, text, err);
    engine_leave(db->engine);
    if (late)
        env_unlock(db->env, &db->ddl);
    catalog_unref(c);
    arena_done(&arena);
    return rc;
}

/* ---- SUBSCRIBE ---- */

#define STATEMENT_BUFFER (INT64_C(256) << 20) /* of SUBSCRIBE read as a stream, unless it says something else */

typedef struct SubscribeConfig {
    int32_t start, overflow;
    const char *from_timestamp;
    int64_t buffer, sample, block_timeout_us;
} SubscribeConfig;
static const OptionDef subscribe_options[] = {
    {"start", OPTION_ENUM, offsetof(SubscribeConfig, start), .preset = "default", .names = "default|latest|snapshot",
     .help = "what comes first: the content of what is stored, nothing, or content and retained rows"},
    {"from_timestamp", OPTION_TEXT, offsetof(SubscribeConfig, from_timestamp),
     .help = "start with the changes made at this processing time, from retain_history"},
    {"overflow", OPTION_ENUM, offsetof(SubscribeConfig, overflow), .preset = "default",
     .names = "default|drop_oldest|disconnect|block|drop_newest|conflate",
     .help = "what happens when the reader is too slow for `buffer`"},
    {"buffer", OPTION_BYTES, offsetof(SubscribeConfig, buffer), .preset = "0", .min = 0, .max = 1e15,
     .help = "bytes that may wait for the reader; 0 = 256 MiB (a cursor: 16 MiB)"},
    {"block_timeout", OPTION_DURATION, offsetof(SubscribeConfig, block_timeout_us), .preset = "0", .min = 0, .max = 3.6e12,
     .help = "overflow = block: how long a push may wait; 0 = without end"},
    {"sample", OPTION_INT, offsetof(SubscribeConfig, sample), .preset = "1", .min = 1, .max = 4e9, .help = "every n-th row only"},
    {NULL},
};

static int read_time(const char *text, Span at, int64_t *ret, Err *err)
{
    bool has_zone;
    if (timestamp_parse(str_of(text), ret, &has_zone) < 0)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "from_timestamp: \"%s\" is not a timestamp", text);
    return 0;
}

static int read_epoch(const Node *n, uint64_t *ret, Err *err)
{
    const ExprLiteral *l = n->kind == NODE_EXPR_LITERAL ? AST(ExprLiteral, n) : NULL;
    if (!l || l->kind != LITERAL_INT || !str_to_u64(l->text, ret))
        return RAISE_AT(err, ERR_INVALID_PARAMETER, n->at, "an epoch is a number from 0 on");
    return 0;
}

/* AS OF and WITH become options of the stream. */
static int read_options(const SubscribeStmt *sub, Arena *arena, StreamOptions *o, Err *err)
{
    if (sub->options.n) {
        SubscribeConfig c = {0};
        uint32_t n = 0;
        Option *opts = ARENA_ARRAY(arena, Option, sub->options.n);
        if (!opts)
            return RAISE_NOMEM(err);
        AST_EACH(node, sub->options)
        {
            const OptionNode *k = AST(OptionNode, node);
            opts[n++] = (Option){k->key, k->value, k->value_at, k->key_at};
        }
        TRY(options_parse(subscribe_options, opts, n, "SUBSCRIBE", &c, arena, err));
        o->start = (StreamStart)c.start;
        if (c.overflow > 0)
            o->overflow = (Overflow)(c.overflow - 1);
        if (c.buffer > 0)
            o->buffer_bytes = c.buffer;
        o->sample = (uint32_t)c.sample;
        o->block_timeout_ns = c.block_timeout_us * 1000;
        if (c.from_timestamp) {
            if (c.start != STREAM_START_DEFAULT || sub->as_of_epoch)
                return RAISE_AT(err, ERR_INVALID_PARAMETER, sub->options.first->at,
                                "from_timestamp excludes start and AS OF EPOCH");
            o->start = STREAM_START_TIME;
            TRY(read_time(c.from_timestamp, sub->options.first->at, &o->from_us, err));
        }
    }
    if (!sub->as_of_epoch)
        return 0;
    if (o->start != STREAM_START_DEFAULT)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, sub->as_of_epoch->at, "AS OF EPOCH excludes another start");
    o->start = STREAM_START_EPOCH;
    return read_epoch(sub->as_of_epoch, &o->after_epoch, err);
}

/* SELECT columns FROM what WHERE (conditions), parsed; an error in it is at `place`, where `from` stands in the statement. */
static int compose(Database *db, Arena *arena, Str columns, Str from, Str where, Str filter, Span place, const Query **ret,
                   Err *err)
{
    StrBuf sql;
    sb_init(&sql, &db->acct);
    sb_printf(&sql, "SELECT %.*s\nFROM ", columns.n ? (int)columns.n : 1, columns.n ? columns.p : "*");
    sb_put(&sql, from.p, from.n);
    const Str both[2] = {where, filter};
    for (int i = 0, n = 0; i < 2; i++) {
        if (!both[i].n)
            continue;
        sb_puts(&sql, n++ ? " AND (" : " WHERE (");
        sb_put(&sql, both[i].p, both[i].n);
        sb_puts(&sql, "\n)"); /* the text may end in a comment */
    }
    ScriptStmt parsed;
    int rc = sql.failed ? RAISE_NOMEM(err) : sql_parse_one_at(arena, sb_cstr(&sql), (uint32_t)sql.n, place, &parsed, err);
    if (rc == 0 && parsed.node->kind != NODE_QUERY_STMT)
        rc = RAISE(err, ERR_SYNTAX, "the columns or the condition of the subscription do not make a query");
    sb_done(&sql);
    TRY(rc);
    *ret = AST(QueryStmt, parsed.node)->query;
    return 0;
}

static Str text_of(Str script, Span at)
{
    return (Str){script.p + at.pos, at.len};
}

/* The statement as one query; *ret_name is set instead when it is a relation as it is. */
static int query_of(Database *db, const Node *stmt, Str text, Arena *arena, const StreamOptions *o, const Query **ret,
                    Str *ret_name, Err *err)
{
    const SubscribeStmt *sub = stmt->kind == NODE_SUBSCRIBE_STMT ? AST(SubscribeStmt, stmt) : NULL;
    const Query *query = sub ? sub->query : AST(QueryStmt, stmt)->query;
    Node *alone = NULL;
    if (o->filter.n) /* it becomes a part of a query: by itself it must be one condition, whatever it closes and opens */
        TRY(sql_parse_expr(arena, o->filter.p, (uint32_t)o->filter.n, &alone, err));
    Str where = sub && sub->where ? text_of(text, sub->where->at) : (Str){0};
    bool plain = !where.n && !o->filter.n && !o->columns.n;
    if (query && plain) {
        *ret = query;
        return 0;
    }
    SchemaId schema;
    int where_is = query ? 0 : name_schema(&sub->name, &schema, err);
    TRY(where_is);
    bool is_system = !query && where_is == 0 && schema != SCHEMA_NONE && schema != SCHEMA_PUBLIC;
    if (!query && plain && !is_system)
        *ret_name = name_key(&sub->name);
    StrBuf from;
    sb_init(&from, &db->acct);
    Span place = query ? query->node.at : sub->name.at;
    Str part = text_of(text, place);
    sb_puts(&from, query ? "(" : "");
    sb_put(&from, part.p, part.n);
    sb_puts(&from, query ? ") AS subscribed" : "");
    int rc = from.failed ? RAISE_NOMEM(err) : compose(db, arena, o->columns, sb_str(&from), where, o->filter, place, ret, err);
    sb_done(&from);
    TRY(rc);
    if (where.n && !o->filter.n) /* the same condition, where it stands */
        AST(Select, (*ret)->body)->where = sub->where;
    return 0;
}

/* A sink in memory says what holds for readers that do not. */
static void take_options_of_sink(Database *db, Str name, StreamOptions *o)
{
    static const Overflow of[] = {
        [BACKPRESSURE_BLOCK] = OVERFLOW_BLOCK,
        [BACKPRESSURE_DROP_OLDEST] = OVERFLOW_DROP_OLDEST,
        [BACKPRESSURE_REJECT] = OVERFLOW_DISCONNECT,
    };
    Catalog *c = db_catalog(db);
    const Relation *r = catalog_find(c, name);
    if (r && relation_is_memory_sink(r) && r->reader_rows > 0) {
        o->overflow = of[r->backpressure];
        o->buffer_rows = (uint64_t)r->reader_rows;
    }
    catalog_unref(c);
}

static int open_in(Database *db, const Node *stmt, Str text, StreamUse use, StreamOptions *o, Arena *arena, Stream **ret, Err *err)
{
    bool subscribe = stmt->kind == NODE_SUBSCRIBE_STMT;
    const Query *query = NULL;
    Str name = {0};
    const SubscribeStmt *sub = subscribe ? AST(SubscribeStmt, stmt) : NULL;
    if (sub && sub->name.n_parts && (o->presets || o->buffer_bytes == 0))
        take_options_of_sink(db, name_key(&sub->name), o);
    if (subscribe && o->buffer_bytes == 0 && o->buffer_rows == 0) {
        o->buffer_bytes = STATEMENT_BUFFER;
        o->overflow = OVERFLOW_BLOCK;
    }
    if (subscribe)
        TRY(read_options(AST(SubscribeStmt, stmt), arena, o, err));
    TRY(query_of(db, stmt, text, arena, o, &query, &name, err));
    o->hybrid = query && use == STREAM_OPEN && o->start == STREAM_START_DEFAULT && query_is_hybrid(query);
    TRY(stream_new(db, o, ret, err));
    int rc = name.n ? watch_relation(*ret, name, err) : 1;
    if (rc == 1)
        rc = run_query(*ret, query, use, subscribe || o->background || o->hybrid, text_of(text, stmt->at), err);
    TRY(rc);
    if (subscribe || o->background)
        stream_list(*ret, text);
    return 0;
}

int stream_open(Database *db, const Node *stmt, Str text, StreamUse use, const StreamOptions *o, Stream **ret, Err *err)
{
    TRY(db_check_open(db, err));
    if (stmt->kind != NODE_SUBSCRIBE_STMT && stmt->kind != NODE_QUERY_STMT)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, stmt->at, "the statement is not a query");
    StreamOptions own = o ? *o : (StreamOptions){0};
    Arena arena;
    arena_init(&arena, &db->acct, 0);
    Stream *s = NULL;
    int rc = open_in(db, stmt, text, use, &own, &arena, &s, err);
    arena_done(&arena);
    if (rc < 0) {
        stream_free(s);
        if (own.opened)
            *own.opened = NULL;
        return rc;
    }
    *ret = s;
    return 0;
}

int stream_check(Database *db, const Query *query, const StreamOptions *o, PhysPlan **ret, Err *err)
{
    Catalog *c = db_catalog(db);
    int rc = file_scans_of(db, &query->node, &c, err);
    PlanContext ctx = plan_context(db, c, NULL);
    ctx.n_params = o->n_params;
    ctx.params = o->params;
    ctx.routine = o->routine;
    ctx.sequences = true;
    ctx.describes = true;
    ctx.tells_rules = o->measured;
    PhysPlan *plan = NULL;
    engine_enter(db->engine);
    if (rc == 0)
        rc = plan_query(&ctx, query, PLAN_BOUNDED, 0, &plan, err);
    engine_leave(db->engine);
    catalog_unref(c);
    if (rc == 0 && ret)
        *ret = plan;
    else
        phys_plan_free(plan);
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
    int rc = sql.failed ? RAISE_NOMEM(err) : sql_parse_one(&arena, sb_cstr(&sql), (uint32_t)sql.n, &parsed, err);
    if (rc == 0)
        rc = stream_open(db, parsed.node, (Str){sb_cstr(&sql), sql.n}, STREAM_OPEN, o, ret, err);
    if (rc < 0 && err)
        err->at = SPAN_NONE; /* the name was given alone, in no statement */
    sb_done(&sql);
    arena_done(&arena);
    return rc;
}
