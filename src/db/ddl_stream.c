/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE STREAM and CREATE SINK: continuous queries.
 *
 * A STREAM over push sources runs from its creation.  A STREAM all of whose leaves are connector sources is kept as a definition
 * (Relation.expands): each consumer plans it anew with readers of its own, so each sees the whole input, whenever it comes. */
#include "db/ddl_view.h"
#include "db/durable.h"
#include "db/execute.h"
#include "db/late_target.h"
#include "db/query_options.h"
#include "db/share.h"
#include "db/stream.h"
#include "db/view_target.h"
#include "flow/engine_keep.h"
#include "flow/errors_feed.h"
#include "sql/print.h"

#include <stdio.h>

static bool all_connectors(const Catalog *c, const PhysPlan *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_nodes; i++) {
        if (p->nodes[i]->kind != PHYS_SOURCE)
            continue;
        const Relation *r = catalog_by_id(c, ((const PhysSource *)p->nodes[i])->relation);
        if (!r || !relation_has_readers(r))
            return false;
        n++;
    }
    return n > 0;
}

/* The query as it is written; that of CREATE RECURSIVE VIEW as what it stands for. */
static const char *query_text(Relation *r, Str script, const Query *query)
{
    Span at = query->node.at;
    if (!query->with || query->with->node.at.pos != at.pos || query->with->node.at.len != at.len)
        return arena_strndup(&r->arena, script.p + at.pos, at.len);
    _cleanup_(sb_done) StrBuf text;
    sb_init(&text, NULL);
    sql_print(&query->node, &text);
    return text.failed ? NULL : arena_strndup(&r->arena, text.p, text.n);
}

/* late: a relation that was there already and gets the late rows: it cannot go before the query does. */
static int set_query(Relation *r, const ScriptStmt *s, Str script, const Query *query, const PhysPlan *p, const Relation *late,
                     Err *err)
{
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    r->query = query_text(r, script, query);
    r->n_depends = p->n_relations + (late ? 1 : 0);
    r->depends = ARENA_ARRAY(&r->arena, uint64_t, r->n_depends + 1);
    if (!r->depends)
        return RAISE_NOMEM(err);
    if (p->n_relations)
        memcpy(r->depends, p->relations, p->n_relations * sizeof(*p->relations));
    if (late)
        r->depends[p->n_relations] = late->id;
    r->schema = schema_ref(p->schema);
    if (r->kind != REL_SINK || relation_is_memory_sink(r))
        TRY(plan_keep_props(p, r, err));
    return r->ddl && r->query ? 0 : RAISE_NOMEM(err);
}

static void give_notices(StmtContext *x, const PhysPlan *p)
{
    for (uint32_t i = 0; i < p->n_notices; i++)
        statement_notice(x->result, &p->notices[i]);
}

/* Whoever waits for the shard has it between two slices. */
void fill_query(Database *db, Pipeline *q)
{
    Engine *e = db->engine;
    _Atomic uint32_t pause = 0;
    do {
        engine_leave(e);
        db->env->thread->park(db->env, &pause, 0, env_mono_ns(db->env) + engine_build_pause_ns(e));
        engine_enter(e);
    } while (engine_build(e, q));
}

/* Over much that is there the query is filled in slices; true: it was, and that is to be ended. */
static bool start_query(Database *db, Pipeline *q)
{
    bool builds = engine_start_build(db->engine, q);
    if (builds)
        fill_query(db, q);
    return builds;
}

/* Runs the plan for a relation: its feed, its error relation, where its late rows go, its sink. Takes plan and sink. */
static int run_relation(Database *db, Relation *r, PhysPlan *give_plan, SinkDriver *give_sink, const QueryOptions *o, Err *err)
{
    Feed *errors = NULL, *out = NULL;
    LateRoute *late = NULL;
    uint64_t late_id;
    Arena arena;
    arena_init(&arena, &db->acct, 0);
    LeafBinding *leaves = NULL;
    uint32_t n = 0;
    bool unbounded;
    _cleanup_(schema_unrefp) Schema *schema = errors_feed_schema(&db->acct);
    int rc = schema ? add_errors_relation(db, r, schema, &errors, err) : RAISE_NOMEM(err);
    engine_enter(db->engine);
    if (rc == 0 && !give_sink)
        rc = engine_add_feed(db->engine, r->id, r->name, r->schema, NULL, 0, &out, err);
    if (rc == 0 && r->kind == REL_VIEW)
        rc = engine_store(db->engine, out, NULL, 0, err);
    if (rc == 0 && r->kind == REL_VIEW)
        rc = stored_hash_by(out->stored, give_plan->root->props.key, give_plan->root->props.n_key, err);
    if (rc == 0 && r->retain_history > 0)
        rc = engine_retain_history(db->engine, out, r->retain_history, err);
    if (rc == 0)
        rc = bind_leaves(db, db->catalog, give_plan, LEAVES_LIVE, &arena, &leaves, &n, &unbounded, err);
    if (rc == 0 && give_plan->late_to)
        rc = late_target_open(db, give_plan, r->id, &late, &late_id, err);
    Pipeline *q = NULL;
    if (rc == 0) {
        PipelineOptions run = {
            .name = r->name, .output_relation = give_sink ? 0 : r->id, .errors = errors, .late = late, .background = true};
        run.of_relation = true;
        run.text = r->query ? str_of(r->query) : (Str){0};
        run.sink = give_sink;
        run.history_us = o->history_us;
        run.slice_rows = (uint64_t)o->slice_rows;
        run.keeps_result = r->kind == REL_VIEW;
        rc = engine_add_query(db->engine, MOVE(give_plan), &run, leaves, &q, err);
    }
    if (rc == 0)
        rc = db_add_live(db, r->id, q, give_sink, late, err);
    if (rc == 0)
        rc = share_errors(db, r, errors, err);
    if (rc == 0) {
        if (give_sink)
            consumer_add(&q->consumers, &give_sink->consumer);
        bool builds = start_query(db, q);
        if (!give_sink && q->state == PIPELINE_FAILED) { /* over what its inputs hold already */
            rc = -(int)q->error.code;
            if (err)
                *err = q->error;
        }
        if (rc == 0)
            rc = durable_log_statement(db, err);
        if (builds) {
            int ended = engine_end_build(db->engine, q, rc < 0 ? NULL : err);
            rc = rc < 0 ? rc : ended;
        }
    } else {
        engine_drop_query(db->engine, q);
        sink_driver_leave(give_sink);
        late_route_free(late);
    }
    engine_leave(db->engine);
    if (rc < 0) {
        sink_driver_free(give_sink);
        phys_plan_free(give_plan);
    }
    arena_done(&arena);
    return rc;
}

int plan_create_query(StmtContext *x, const Catalog *catalog, const CreateQueryStmt *c, QueryOptions *ret_o, PhysPlan **ret,
                      Err *err)
{
    PlanContext ctx = plan_context(x->db, catalog, NULL);
    PlanUse use = c->kind == OBJECT_VIEW ? PLAN_BOUNDED : c->kind == OBJECT_MATERIALIZED_VIEW ? PLAN_VIEW : PLAN_CONTINUOUS;
    const Query *query = c->query;
    ctx.describes = c->kind == OBJECT_VIEW;
    ctx.unique_names = c->columns.n == 0;
    ctx.tells_rules = x->explains;
    TRY(query_options_read(x->arena, &c->options, c->kind, false, ret_o, err));
    TRY(query_options_apply(x->arena, ret_o, &ctx, &query, err));
    if (c->kind == OBJECT_VIEW) /* read as its text: in the zone of who reads it */
        ctx.zone = zone_in_use();
    else
        TRY(share_plan(x, &c->node, &c->name, catalog, &ctx, err));
    return plan_query(&ctx, query, use, 0, ret, err);
}

static Span late_at(const Query *q)
{
    return q->clauses ? q->clauses->late_to.at : q->node.at;
}

/* historical_backfill leaves rows out for ever, so nothing may take one of them back later. */
static int check_history(const Catalog *c, const PhysPlan *p, const QueryOptions *o, Span at, Err *err)
{
    for (uint32_t i = 0; o->history_us > 0 && i < p->n_nodes; i++) {
        const PhysSource *leaf = (const PhysSource *)p->nodes[i];
        const Relation *r = p->nodes[i]->kind == PHYS_SOURCE ? catalog_by_id(c, leaf->relation) : NULL;
        bool grows = r && r->kind == REL_SOURCE && !relation_has_readers(r) && !relation_is_stored(r);
        if (r && (!grows || !r->watermark.declared)) {
            (void)RAISE_AT(err, ERR_UNSUPPORTED, at, "historical_backfill over %s \"%s\" is not supported",
                           relation_kind_name(r->kind), r->name);
            return err_hint(err, "it is for push sources with WATERMARK FOR, whose rows only come");
        }
    }
    return 0;
}

/* VIEW v (a, b): the list gives the first columns their names. */
static int name_columns(StmtContext *x, const CreateQueryStmt *c, Relation *r, Err *err)
{
    const Schema *old = r->schema;
    if (c->columns.n == 0)
        return 0;
    if (c->columns.n > old->n)
        return RAISE_AT(err, ERR_SYNTAX, c->columns.first->at, "CREATE %s specifies more column names than columns",
                        object_kind_text(c->kind));
    Field *field = arena_memdup(x->arena, old->field, old->n * sizeof(*field));
    uint32_t n = 0;
    if (!field)
        return RAISE_NOMEM(err);
    AST_EACH(item, c->columns)
    {
        field[n].name = AST(IdentNode, item)->ident.s.p;
        for (uint32_t k = 0; k < n; k++)
            if (strcmp(field[n].name, field[k].name) == 0)
                return RAISE_AT(err, ERR_DUPLICATE_COLUMN, item->at, "column \"%s\" specified more than once", field[n].name);
        n++;
    }
    r->schema = schema_new(&x->db->acct, field, old->n);
    if (!r->schema) {
        r->schema = old;
        return RAISE_NOMEM(err);
    }
    schema_unref((Schema *)old);
    return 0;
}

static int check_columns(StmtContext *x, const CreateQueryStmt *c, const PhysPlan *plan, Err *err)
{
    Relation *r = relation_new(x->db->catalog, &x->db->acct, REL_STREAM, "");
    if (!r)
        return RAISE_NOMEM(err);
    r->schema = schema_ref(plan->schema);
    int rc = name_columns(x, c, r, err);
    relation_unref(r);
    return rc;
}

/* OR REPLACE: the old one goes only when the new one can be planned, and does not read it. */
static int check_replacement(StmtContext *x, const CreateQueryStmt *c, Err *err)
{
    PhysPlan *plan = NULL;
    QueryOptions options;
    const Relation *old = catalog_find(x->db->catalog, object_of(&c->name));
    TRY(plan_create_query(x, x->db->catalog, c, &options, &plan, err));
    int rc = 0;
    for (uint32_t i = 0; i < plan->n_relations && rc == 0; i++)
        if (old && plan->relations[i] == old->id)
            rc = RAISE_AT(err, ERR_INVALID_OBJECT_DEF, c->name.at, "\"%s\" cannot be replaced by a query that reads it", old->name);
    const Relation *late;
    if (rc == 0)
        rc = late_target_check(x->db, plan, late_at(c->query), old ? old->name : NULL, old, &late, err);
    if (rc == 0)
        rc = check_columns(x, c, plan, err);
    phys_plan_free(plan);
    return rc;
}

int view_define(StmtContext *x, const ScriptStmt *s, Str text, const CreateQueryStmt *c, Relation *r, Err *err)
{
    PhysPlan *plan = NULL;
    QueryOptions options;
    TRY(plan_create_query(x, x->db->catalog, c, &options, &plan, err));
    int rc = set_query(r, s, text, c->query, plan, NULL, err);
    phys_plan_free(plan);
    if (rc == 0)
        rc = name_columns(x, c, r, err);
    r->view_check = (uint8_t)c->check;
    r->temporary = c->temporary;
    r->expands = true;
    return rc;
}

/* r has a number when it takes the place of a view. */
static int create_stream(StmtContext *x, const ScriptStmt *s, const CreateQueryStmt *c, Relation *r, Err *err)
{
    bool replaces = r->id != 0;
    Database *db = x->db;
    PhysPlan *plan = NULL;
    const Relation *late = NULL;
    QueryOptions options;
    TRY(plan_create_query(x, db->catalog, c, &options, &plan, err));
    int rc = check_history(db->catalog, plan, &options, c->name.at, err);
    if (rc == 0)
        rc = late_target_check(db, plan, late_at(c->query), r->name, NULL, &late, err);
    if (rc == 0)
        rc = set_query(r, s, x->script, c->query, plan, late, err);
    if (rc == 0)
        rc = share_keep(db, plan, r, err);
    if (rc == 0)
        rc = name_columns(x, c, r, err);
    r->zone = options.zone;
    r->view_check = (uint8_t)c->check;
    r->temporary = c->temporary;
    if (rc == 0 && c->check)
        rc = view_check_option(x, db->catalog, r, c->name.at, err);
    if (rc == 0 && replaces)
        rc = view_check_replacement(x, r, c->name.at, err);
    if (rc == 0) {
        give_notices(x, plan);
        /* A history is of what runs: it starts with the stream, not with who reads it; and what its TTL forgets depends on its own
         * clock. */
        r->retain_history = options.retain_history;
        r->emit_option = (uint8_t)options.emit;
        bool runs = options.retain_history > 0 || options.state_ttl_us > 0 || options.n_side_ttl > 0;
        r->expands = r->kind == REL_QUERY || (r->kind == REL_STREAM && !runs && all_connectors(db->catalog, plan));
        rc = db_publish(db, r, NULL, 0, err);
    }
    if (rc == 0 && replaces)
        rc = view_mend_readers(x, r, err);
    if (rc == 0 && (!r->expands || plan->late_to)) /* consumers of a definition that expands do not divert late rows again */
        rc = run_relation(db, r, MOVE(plan), NULL, &options, err);
    if (rc == 0)
        backfill_tell(x, r);
    phys_plan_free(plan);
    if (rc < 0 && !replaces)
        db_unpublish(db, r);
    return rc;
}

int stmt_create_stream(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateQueryStmt *c = AST(CreateQueryStmt, s->node);
    const char *what = object_kind_text(c->kind);
    if (c->kind == OBJECT_VIEW && c->query->clauses)
        return RAISE_AT(err, ERR_EMIT_MODE, c->query->clauses->node.at,
                        "EMIT and late clauses belong to what runs, not to a plain VIEW: it is read as its query");
    if (c->kind == OBJECT_VIEW && c->options.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->options.first->at, "options of CREATE %s are not supported", what);
    Database *db = x->db;
    RelationKind kind = c->kind == OBJECT_MATERIALIZED_VIEW ? REL_VIEW : c->kind == OBJECT_VIEW ? REL_QUERY : REL_STREAM;
    env_lock(db->env, &db->ddl);
    uint64_t stays = 0;
    x->replaced = NULL;
    int rc = c->or_replace ? check_replacement(x, c, err) : 0;
    if (rc == 0)
        rc = view_stays(x, c, &stays, err);
    if (rc == 0 && !stays)
        rc = make_room(x, &c->name, kind, c->or_replace, c->if_not_exists, err);
    if (rc == 0)
        rc = replace_old(x, err);
    if (rc == 0) {
        Str id = object_of(&c->name);
        char *name = arena_strndup(x->arena, id.p, id.n);
        Relation *r = name ? relation_new(db->catalog, &db->acct, kind, name) : NULL;
        if (r)
            r->id = stays;
        rc = r ? create_stream(x, s, c, r, err) : RAISE_NOMEM(err);
        relation_unref(r);
    }
    env_unlock(db->env, &db->ddl);
    TRY(rc);
    char tag[64];
    snprintf(tag, sizeof(tag), "CREATE %s", relation_kind_name(kind));
    stmt_done(x, STMT_DDL, tag, object_of(&c->name));
    return 0;
}

/* ---- sinks ---- */

static int given_twice(Span at, const char *clause, Err *err)
{
    return RAISE_AT(err, ERR_SYNTAX, at, "%s is given twice: in the query and behind the sink", clause);
}

/* The query with the clauses behind the sink added to its own. */
static int add_clauses(Arena *arena, const Query *q, const StreamClauses *more, const Query **ret, Err *err)
{
    Query *both = arena_memdup(arena, q, sizeof(*q));
    StreamClauses *all = arena_memdup(arena, more, sizeof(*more));
    const StreamClauses *own = q->clauses;
    if (!both || !all)
        return RAISE_NOMEM(err);
    if (own && own->emit && more->emit)
        return given_twice(more->emit_at, "EMIT", err);
    if (own && own->lateness && more->lateness)
        return given_twice(more->lateness->at, "ALLOW LATENESS", err);
    if (own && own->late_to.n_parts && more->late_to.n_parts)
        return given_twice(more->late_to.at, "LATE DATA TO", err);
    if (own && own->emit) {
        all->emit = own->emit;
        all->emit_at = own->emit_at;
        all->every = own->every;
    }
    if (own && own->lateness)
        all->lateness = own->lateness;
    if (own && own->late_to.n_parts)
        all->late_to = own->late_to;
    both->clauses = all;
    *ret = both;
    return 0;
}

/* Its own clauses say how the results leave that the condition is about: they are those of the whole. In the text they are blank.
 */
static int take_clauses(StmtContext *x, const CreateSinkStmt *c, char *text, const StreamClauses **ret, Err *err)
{
    Span at = c->query->clauses->node.at;
    ASSERT(at.pos >= c->from_at.pos);
    memset(text + at.pos, ' ', at.len);
    *ret = c->query->clauses;
    if (!c->clauses)
        return 0;
    const Query *both, own = {.clauses = c->query->clauses};
    TRY(add_clauses(x->arena, &own, c->clauses, &both, err));
    *ret = both->clauses;
    return 0;
}

/* The input as one query: FROM name or (query) [WHERE ..] is SELECT * FROM it [WHERE ..], in a text where the rest of the script
 * before it is blank, so that each part keeps its place. */
static int sink_query(StmtContext *x, const CreateSinkStmt *c, const Query **ret, Str *ret_text, Err *err)
{
    const StreamClauses *clauses = c->clauses;
    if (c->query && c->where && c->query->options.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->where->at,
                        "WHERE beside a query with options is not supported: put the condition into the query");
    if (c->query && !c->where) {
        *ret = c->query;
        *ret_text = x->script;
        return c->clauses ? add_clauses(x->arena, c->query, c->clauses, ret, err) : 0;
    }
    static const Str head = STR("SELECT * FROM ");
    uint32_t from = c->from_at.pos, end = c->where ? c->where->at.pos + c->where->at.len : from + c->from_at.len;
    ASSERT(from >= head.n); /* CREATE SINK name FROM .. is longer */
    char *text = arena_strndup(x->arena, x->script.p, end);
    if (!text)
        return RAISE_NOMEM(err);
    memset(text, ' ', from - head.n);
    memcpy(text + from - head.n, head.p, head.n);
    if (c->query && c->query->clauses)
        TRY(take_clauses(x, c, text, &clauses, err));
    ScriptStmt parsed;
    *ret_text = (Str){text, end};
    TRY(sql_parse_one(x->arena, text, end, &parsed, err));
    *ret = AST(QueryStmt, parsed.node)->query;
    return clauses ? add_clauses(x->arena, *ret, clauses, ret, err) : 0;
}

/* Without one it is in memory: a relation to subscribe to. */
static bool has_connector(const CreateSinkStmt *c)
{
    return c->connector && c->connector->kind.s.p;
}

static int sink_connector(StmtContext *x, const CreateSinkStmt *c, Relation *r, const SinkType **ret, Err *err)
{
    Str kind = c->connector->kind.s;
    const SinkType *type = sink_type_find(kind);
    if (!type) {
        (void)RAISE_AT(err, ERR_UNKNOWN_CONNECTOR, c->connector->kind.at, "there is no sink connector \"%.*s\"", (int)kind.n,
                       kind.p);
        uint32_t n = 0;
        const SinkType *const *all = sink_type_list(&n);
        const char *names[64];
        for (uint32_t i = 0; i < n && i < ARRAY_LEN(names); i++)
            names[i] = all[i]->name;
        return err_hint_names(err, kind.p, kind.n, names, MIN(n, (uint32_t)ARRAY_LEN(names)));
    }
    const Option *o = options_of(x->arena, &c->connector->options, &r->n_connector_opts);
    const Option *f = options_of(x->arena, &c->connector->format_options, &r->n_format_opts);
    r->connector = arena_strdup(&r->arena, type->name);
    if (c->connector->format.s.p)
        r->format = arena_strndup(&r->arena, c->connector->format.s.p, c->connector->format.s.n);
    if (!o || !f || !r->connector)
        return RAISE_NOMEM(err);
    TRY(copy_options(&r->arena, o, r->n_connector_opts, &r->connector_opts, err));
    TRY(copy_options(&r->arena, f, r->n_format_opts, &r->format_opts, err));
    *ret = type;
    return 0;
}

static ConnectArgs sink_args(Database *db, const Relation *r, const PhysPlan *plan)
{
    ConnectArgs args;
    connect_args_of(db, r, &args);
    args.schema = plan->schema;
    args.writes_weight = plan->root->props.change != CHANGE_APPEND;
    return args;
}

static int open_sink(Database *db, const Relation *r, const SinkType *type, const PhysPlan *plan, SinkDriver **ret, Err *err)
{
    ConnectArgs args = sink_args(db, r, plan);
    args.in_epochs = db->durable != NULL;
    args.again = durable_is_replaying(db);
    args.owner = db->durable ? durable_owner(db, r->name) : 0;
    args.outbox = db->durable ? db->durable->dir.outbox : NULL;
    Sink *sink = NULL;
    TRY(sink_open(type, &args, &sink, err));
    return sink_driver_new(&db->acct, sink, ret, err);
}

int plan_create_sink(StmtContext *x, const Catalog *catalog, const CreateSinkStmt *c, const SinkType *type, const Query **ret_query,
                     Str *ret_text, QueryOptions *ret_o, PhysPlan **ret, Err *err)
{
    char what[96];
    Str name = object_of(&c->name);
    snprintf(what, sizeof(what), "sink \"%.*s\"", (int)MIN(name.n, (size_t)63), name.p);
    PlanContext ctx = plan_context(x->db, catalog, what);
    ctx.tells_rules = x->explains;
    TRY(sink_query(x, c, ret_query, ret_text, err));
    TRY(query_options_read(x->arena, &c->options, OBJECT_SINK, !has_connector(c), ret_o, err));
    TRY(query_options_apply(x->arena, ret_o, &ctx, ret_query, err));
    TRY(share_plan(x, &c->node, &c->name, catalog, &ctx, err));
    uint32_t changes = ret_o->appends ? SINK_APPEND : type ? type->changes : 0;
    return plan_query(&ctx, *ret_query, PLAN_CONTINUOUS, changes, ret, err);
}

static int create_sink(StmtContext *x, const ScriptStmt *s, const CreateSinkStmt *c, Relation *r, Err *err)
{
    Database *db = x->db;
    const SinkType *type = NULL;
    const Query *query = NULL;
    Str text;
    QueryOptions options;
    PhysPlan *plan = NULL;
    if (has_connector(c))
        TRY(sink_connector(x, c, r, &type, err));
    TRY(rename_leaves_room(db, r->name, c->name.at, err));
    TRY(plan_create_sink(x, db->catalog, c, type, &query, &text, &options, &plan, err));
    const Relation *late = NULL;
    int rc = late_target_check(db, plan, late_at(query), r->name, NULL, &late, err);
    SinkDriver *sink = NULL;
    if (rc == 0)
        rc = set_query(r, s, text, query, plan, late, err);
    if (rc == 0)
        rc = share_keep(db, plan, r, err);
    if (rc == 0 && type)
        rc = connector_failed(c->connector, open_sink(db, r, type, plan, &sink, err), err);
    if (rc == 0) {
        give_notices(x, plan);
        r->zone = options.zone;
        r->reader_rows = options.reader_rows;
        r->backpressure = options.backpressure;
        r->expands = !type && all_connectors(db->catalog, plan);
        rc = db_publish(db, r, NULL, 0, err);
    }
    if (rc == 0 && sink) {
        sink->relation = r->id;
        if (!engine_is_restoring(db->engine))
            rc = sinks_decide(db, sink, err);
    }
    if (rc == 0 && !r->expands)
        rc = run_relation(db, r, MOVE(plan), MOVE(sink), &options, err);
    sink_driver_free(sink);
    phys_plan_free(plan);
    if (rc < 0)
        db_unpublish(db, r);
    return rc;
}

/* What can be known of it while the one that it replaces is there. */
static int check_sink(StmtContext *x, const CreateSinkStmt *c, Err *err)
{
    const SinkType *type = NULL;
    const Relation *late = NULL;
    const Query *query = NULL;
    PhysPlan *plan = NULL;
    QueryOptions options;
    Str text;
    Relation *r = relation_new(x->db->catalog, &x->db->acct, REL_SINK, x->replaced->name);
    int rc = r ? 0 : RAISE_NOMEM(err);
    if (rc == 0 && has_connector(c))
        rc = sink_connector(x, c, r, &type, err);
    if (rc == 0)
        rc = plan_create_sink(x, x->db->catalog, c, type, &query, &text, &options, &plan, err);
    if (rc == 0)
        rc = late_target_check(x->db, plan, late_at(query), r->name, x->replaced, &late, err);
    if (rc == 0 && type) {
        ConnectArgs args = sink_args(x->db, r, plan);
        rc = connector_failed(c->connector, sink_check(type, &args, err), err);
    }
    phys_plan_free(plan);
    relation_unref(r);
    return rc;
}

int stmt_create_sink(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateSinkStmt *c = NULL;
    Database *db = x->db;
    TRY(sink_stmt_read(x->arena, AST(CreateSinkStmt, s->node), &c, err));
    env_lock(db->env, &db->ddl);
    int rc = make_room(x, &c->name, REL_SINK, c->or_replace, c->if_not_exists, err);
    if (rc == 0 && x->replaced)
        rc = check_sink(x, c, err);
    if (rc == 0)
        rc = replace_old(x, err);
    if (rc == 0) {
        Str id = object_of(&c->name);
        char *name = arena_strndup(x->arena, id.p, id.n);
        Relation *r = name ? relation_new(db->catalog, &db->acct, REL_SINK, name) : NULL;
        rc = r ? create_sink(x, s, c, r, err) : RAISE_NOMEM(err);
        relation_unref(r);
    }
    env_unlock(db->env, &db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, "CREATE SINK", object_of(&c->name));
    return 0;
}
