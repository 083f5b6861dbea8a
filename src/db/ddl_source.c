/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE SOURCE.  Everything that can be wrong is found now: the connector is opened once (a missing file is an error here) and
 * closed again; readers are made by whoever reads.  A connector that gives each row once stays open and pushes (flow/receiver.h).
 */
#include "db/durable.h"
#include "db/execute.h"
#include "db/foreign.h"
#include "db/like.h"
#include "db/share.h"
#include "db/stream.h"
#include "flow/receiver.h"

#include <stdio.h>

#define ERRORS_RETAINED_ROWS 10000

static int note_replaced(StmtContext *x, const Relation *old, const Name *name, Err *err)
{
    const Relation **dependants = NULL;
    uint32_t n = 0;
    TRY(catalog_dependants(x->db->catalog, old->id, x->arena, &dependants, &n, err));
    for (uint32_t i = 0; i < n; i++) {
        bool belongs = relation_belongs(dependants[i]);
        if (belongs && dependants[i]->input == old->id)
            continue;
        const Relation *owner = belongs ? catalog_by_id(x->db->catalog, dependants[i]->input) : NULL;
        const Relation *named = owner ? owner : dependants[i]; /* the view that the user made, not its errors */
        return RAISE_AT(err, ERR_DEPENDENT_OBJECTS, name->at, "cannot replace \"%s\": %s \"%s\" depends on it", old->name,
                        relation_kind_name(named->kind), named->name);
    }
    uint64_t *ids = ARENA_ARRAY(x->arena, uint64_t, n + 1);
    if (!ids)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        ids[i] = dependants[i]->id;
    ids[n] = old->id;
    x->replaced = old;
    x->replaced_ids = ids;
    x->n_replaced = n + 1;
    return 0;
}

int replace_old(StmtContext *x, Err *err)
{
    if (!x->replaced)
        return 0;
    x->replaced = NULL;
    durable_goes(x->db);
    return drop_found(x, x->replaced_ids, x->n_replaced, err);
}

int make_room(StmtContext *x, const Name *name, RelationKind kind, bool or_replace, bool if_not_exists, Err *err)
{
    x->replaced = NULL;
    TRY(name_check_made(x->db->catalog, name, err));
    TRY(check_free_of_schemas(x->db->catalog, name, err));
    if (or_replace && if_not_exists)
        return RAISE_AT(err, ERR_SYNTAX, name->at, "OR REPLACE and IF NOT EXISTS exclude each other");
    Str id = object_of(name);
    const Relation *old = catalog_find(x->db->catalog, id);
    if (!old)
        return 0;
    if (if_not_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_DUPLICATE_RELATION, "relation \"%.*s\" already exists, skipping", (int)id.n, id.p);
        statement_notice(x->result, &notice);
        return 1;
    }
    if (!or_replace)
        return RAISE_AT(err, ERR_DUPLICATE_RELATION, name->at, "relation \"%.*s\" already exists", (int)id.n, id.p);
    if (old->kind != kind)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "\"%s\" is %s %s, not %s %s", old->name,
                        word_article(relation_kind_name(old->kind)), relation_kind_name(old->kind),
                        word_article(relation_kind_name(kind)), relation_kind_name(kind));
    TRY(foreign_refuse_drop(x->db->catalog, old, NULL, 0, name->at, err));
    return note_replaced(x, old, name, err);
}

int add_errors_relation(Database *db, const Relation *of, const Schema *schema, Feed **ret, Err *err)
{
    char name[256];
    snprintf(name, sizeof(name), "%s$errors", of->name);
    if (catalog_find(db->catalog, str_of(name)))
        return RAISE(err, ERR_DUPLICATE_RELATION, "relation \"%s\" already exists", name);
    Relation *r = relation_new(db->catalog, &db->acct, REL_ERRORS, name);
    if (!r)
        return RAISE_NOMEM(err);
    r->schema = schema_ref(schema);
    r->input = of->id;
    r->n_depends = 1;
    r->depends = arena_memdup(&r->arena, &of->id, sizeof(of->id));
    r->ddl = "";
    int rc = r->depends ? db_publish(db, r, NULL, 0, err) : RAISE_NOMEM(err);
    if (rc == 0) {
        engine_enter(db->engine);
        rc = engine_add_feed(db->engine, r->id, name, schema, NULL, ERRORS_RETAINED_ROWS, ret, err);
        engine_leave(db->engine);
    }
    relation_unref(r);
    return rc;
}

int open_store(Database *db, const Catalog *c, const Relation *r, Feed *f, Err *err)
{
    f->in_order = r->changes == CHANGES_UPSERT;
    int rc = engine_store(db->engine, f, r->primary_key, r->n_primary_key, err);
    if (rc == 0)
        f->stored->key_name = r->primary_key_name;
    for (uint32_t i = 0; i < r->n_unique && rc == 0; i++)
        rc = (r->unique[i].deferrable ? stored_add_deferrable : stored_add_unique)(f->stored, r->unique[i].name, r->unique[i].col,
                                                                                   r->unique[i].n, r->unique[i].nulls_equal, err);
    for (uint32_t i = 0; i < r->n_foreign && rc == 0; i++)
        rc = stored_add_key_count(f->stored, r->foreign[i].col, r->foreign[i].n, err);
    return rc == 0 ? open_indexes(db, c, r, f, err) : rc;
}

int store_feed(Database *db, const Relation *r, Feed *f, Err *err)
{
    int rc = open_store(db, db->catalog, r, f, err);
    if (rc < 0)
        engine_drop_feed(db->engine, f);
    return rc;
}

static const char *connector_name(const CreateRelationStmt *c, Arena *arena)
{
    if (c->connector && c->connector->kind.s.p)
        return arena_strndup(arena, c->connector->kind.s.p, c->connector->kind.s.n);
    AST_EACH(node, c->options)
    {
        const OptionNode *o = AST(OptionNode, node);
        if (str_eq_nocase(o->key, STR("connector")))
            return arena_strndup(arena, o->value.p, o->value.n);
    }
    return NULL;
}

/* Columns that the connector reports, for a definition that does not write them all. */
static int discover(StmtContext *x, const CreateRelationStmt *c, const SourceType *type, Relation *r, Schema **ret, Err *err)
{
    PlanContext ctx = plan_context(x->db, x->db->catalog, NULL);
    ctx.stored_text = true;
    ConnectArgs args;
    TRY(bind_source_connector(&ctx, c, r, err));
    connect_args_of(x->db, r, &args);
    args.schema = NULL;
    return source_discover(type, &args, ret, err);
}

static int try_open(Database *db, const Relation *r, const SourceType *type, Err *err)
{
    ConnectArgs args;
    connect_args_of(db, r, &args);
    Source *probe = NULL;
    TRY(source_open(type, &args, &probe, err));
    source_close(probe);
    return 0;
}

static int unknown_connector(const char *name, const CreateRelationStmt *c, Err *err)
{
    uint32_t n = 0;
    const SourceType *const *all = source_type_list(&n);
    const char *names[64];
    for (uint32_t i = 0; i < n && i < ARRAY_LEN(names); i++)
        names[i] = all[i]->name;
    Span at = c->connector ? c->connector->kind.at : c->name.at;
    (void)RAISE_AT(err, ERR_UNKNOWN_CONNECTOR, at, "there is no source connector \"%s\"", name);
    return err_hint_names(err, name, strlen(name), names, MIN(n, (uint32_t)ARRAY_LEN(names)));
}

int source_connector(StmtContext *x, const CreateRelationStmt *c, Relation *r, const SourceType **ret, Schema **ret_columns,
                     Err *err)
{
    const char *connector = connector_name(c, x->arena);
    *ret = connector ? source_type_find(str_of(connector)) : NULL;
    *ret_columns = NULL;
    if (connector && !*ret)
        return unknown_connector(connector, c, err);
    if (!*ret || !bind_needs_discovery(c))
        return 0;
    *ret_columns = durable_discovered(x->db);
    if (!*ret_columns)
        TRY(connector_failed(c->connector, discover(x, c, *ret, r, ret_columns, err), err));
    return 0;
}

static void drop_relation(void *owner)
{
    relation_unref(owner);
}

/* What the connector pushes with; when the database is opened again it is opened by the worker, and may be absent. */
static int open_receiver(StmtContext *x, Relation *r, const SourceType *type, Receiver **ret, Err *err)
{
    Database *db = x->db;
    ReaderOrigin origin = {.type = type, .owner = relation_ref(r), .drop = drop_relation};
    SourceReport report;
    connect_args_of(db, r, &origin.args);
    TRY(receiver_new(&db->acct, &origin, ret, err));
    int rc = durable_is_replaying(db) ? 0 : receiver_open(*ret, err);
    if (rc < 0) {
        receiver_free(*ret);
        *ret = NULL;
        return rc;
    }
    if (!(*ret)->source)
        return 0;
    source_report((*ret)->source, &report);
    if (report.note[0]) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_CONNECTOR, "source \"%s\" works as \"%s\": %s", r->name, report.how, report.note);
        statement_notice(x->result, &notice);
    }
    return 0;
}

/* The one that is replaced stays until the new one is open.  If it has what that needs, a port, it lets go of it for the attempt.
 */
static int open_in_place(StmtContext *x, Relation *r, const SourceType *type, Receiver **ret, Err *err)
{
    Engine *e = x->db->engine;
    int rc = open_receiver(x, r, type, ret, err);
    if (rc != -ERR_IO || !x->replaced)
        return rc;
    engine_enter(e);
    Feed *old = engine_feed(e, x->replaced->id);
    bool has_receiver = old && old->receiver && old->receiver->source;
    if (has_receiver) {
        receiver_let_go(old->receiver);
        err_clear(err);
        rc = open_receiver(x, r, type, ret, err);
        Err why = ERR_INIT;
        if (rc < 0) /* else it is tried again from time to time */
            (void)receiver_open(old->receiver, &why);
    }
    engine_leave(e);
    return rc;
}

/* Inside.  The feed that rows are pushed into. */
static int start_source(StmtContext *x, const Relation *r, Feed **ret, Err *err)
{
    Database *db = x->db;
    Watermark wm;
    bool stored = relation_is_stored(r);
    TRY(watermark_of(db, db->catalog, r, x->arena, &wm, err));
    TRY(engine_add_feed(db->engine, r->id, r->name, r->schema, &wm, stored ? 0 : (uint64_t)r->buffer_rows, ret, err));
    (*ret)->backpressure = (Backpressure)r->backpressure;
    (*ret)->room.wait = (WaitBy)r->wait;
    return stored ? store_feed(db, r, *ret, err) : 0;
}

/* A source that its connector pushes into. */
static int receive_source(StmtContext *x, Relation *r, Receiver *give_receiver, Err *err)
{
    Database *db = x->db;
    Feed *errors = NULL, *feed = NULL;
    int rc = db_publish(db, r, NULL, 0, err);
    if (rc == 0)
        rc = add_errors_relation(db, r, connect_bad_schema(), &errors, err);
    engine_enter(db->engine);
    if (rc == 0)
        rc = start_source(x, r, &feed, err);
    if (rc == 0)
        receiver_start(give_receiver, db->engine, feed, errors);
    else
        receiver_free(give_receiver);
    if (rc == 0)
        rc = durable_log_statement(db, err);
    engine_leave(db->engine);
    if (rc < 0 && errors) {
        uint64_t id = errors->relation;
        db_stop(db, r->id);
        db_stop(db, id);
        (void)db_publish(db, NULL, &id, 1, NULL);
    }
    return rc;
}

static int create_source(StmtContext *x, const ScriptStmt *s, const CreateRelationStmt *c, Relation *r, Err *err)
{
    Database *db = x->db;
    const SourceType *type = NULL;
    _cleanup_(schema_unrefp) Schema *discovered = NULL;
    TRY(refuse_like(c, err));
    TRY(source_connector(x, c, r, &type, &discovered, err));
    durable_keep_discovered(db, discovered);
    r->is_live = type && type->live;
    PlanContext ctx = plan_context(db, db->catalog, NULL);
    ctx.stored_text = true;
    TRY(bind_create_source(&ctx, c, discovered, r, err));
    if (r->buffer_rows <= 0)
        r->buffer_rows = db->config.buffer_rows;
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    if (!r->ddl)
        return RAISE_NOMEM(err);
    if (r->is_live) {
        Receiver *receiver = NULL;
        TRY(connector_failed(c->connector, open_in_place(x, r, type, &receiver, err), err));
        int rc = replace_old(x, err);
        if (rc == 0)
            return receive_source(x, r, receiver, err);
        receiver_free(receiver);
        return rc;
    }
    if (type && !durable_is_replaying(db))
        TRY(connector_failed(c->connector, try_open(db, r, type, err), err));
    TRY(replace_old(x, err));
    TRY(db_publish(db, r, NULL, 0, err));
    if (type) {
        Feed *errors = NULL;
        return add_errors_relation(db, r, connect_bad_schema(), &errors, err);
    }
    Feed *feed = NULL;
    engine_enter(db->engine);
    int rc = start_source(x, r, &feed, err);
    if (rc == 0)
        rc = durable_log_statement(db, err);
    engine_leave(db->engine);
    return rc;
}

int stmt_create_relation(StmtContext *x, const ScriptStmt *s, Err *err)
{
    CreateRelationStmt *c = AST(CreateRelationStmt, s->node);
    Database *db = x->db;
    RelationKind kind = c->kind == OBJECT_SOURCE ? REL_SOURCE : REL_TABLE;
    env_lock(db->env, &db->ddl);
    int rc = make_room(x, &c->name, kind, c->or_replace, c->if_not_exists, err);
    if (rc == 0) {
        Str id = object_of(&c->name);
        char *name = arena_strndup(x->arena, id.p, id.n);
        Relation *r = name ? relation_new(db->catalog, &db->acct, kind, name) : NULL;
        rc = !r ? RAISE_NOMEM(err) : kind == REL_TABLE ? create_table(x, s, c, r, err) : create_source(x, s, c, r, err);
        if (rc < 0 && r)
            db_unpublish(db, r);
        relation_unref(r);
    }
    env_unlock(db->env, &db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL,
              c->kind == OBJECT_LOOKUP_TABLE ? "CREATE LOOKUP TABLE"
              : kind == REL_TABLE            ? "CREATE TABLE"
                                             : "CREATE SOURCE",
              object_of(&c->name));
    if (c->query && rc == 0)
        snprintf(x->result->tag, sizeof(x->result->tag), "SELECT %lld", (long long)x->result->rows_affected);
    return 0;
}
