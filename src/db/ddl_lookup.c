/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE LOOKUP TABLE, CREATE TABLE with a connector: a stored relation that the connector's input fills (flow/refill.h).  It is
 * filled before the statement is done, so nothing meets it half full; when the input cannot be read there is no table.  One whose
 * rows are asked for by key (flow/lookup_table.h) has a second relation beside it, name$keys: what has been answered. */
#include <stdio.h>

#include "db/durable.h"
#include "db/execute.h"
#include "db/program_lookup.h"
#include "db/show_impl.h"
#include "db/stream.h"
#include "flow/lookup_table.h"
#include "flow/refill.h"

#define WAIT_NS 1000000 /* for a source that has nothing at the moment */

typedef struct LookupInput { /* RefillSpec.self */
    Database *db;
    Relation *relation; /* one reference */
} LookupInput;

static int input_open(void *self, Source **ret, Err *err)
{
    LookupInput *in = self;
    const Relation *r = in->relation;
    const SourceType *type = source_type_find(str_of(r->connector));
    ConnectArgs args;
    if (!type)
        return RAISE(err, ERR_UNKNOWN_CONNECTOR, "connector \"%s\" cannot be read", r->connector);
    connect_args_of(in->db, r, &args);
    TRY(source_open(type, &args, ret, err));
    if (source_is_bounded(*ret))
        return 0;
    source_close(*ret);
    *ret = NULL;
    return RAISE(err, ERR_BAD_OPTION, "a table is filled from input that ends, and this has no end");
}

static void input_drop(void *self)
{
    LookupInput *in = self;
    Account *acct = &in->db->acct;
    relation_unref(in->relation);
    mem_free(acct, in, sizeof(*in));
}

static int input_new(Database *db, Relation *r, LookupInput **ret, Err *err)
{
    *ret = mem_alloc(&db->acct, sizeof(**ret));
    if (!*ret)
        return RAISE_NOMEM(err);
    **ret = (LookupInput){db, relation_ref(r)};
    return 0;
}

static int refill_of(Database *db, Relation *r, Refill **ret, Err *err)
{
    LookupInput *in;
    TRY(input_new(db, r, &in, err));
    RefillSpec spec = {.open = input_open, .drop = input_drop, .self = in, .period_us = r->refill_us};
    return refill_new(engine_account(db->engine), &spec, ret, err);
}

static int read_all(Database *db, Refill *fill, Err *err)
{
    _Atomic uint32_t never = 0;
    int rc = REFILL_MORE;
    while (rc > 0) {
        if (atomic_load(&db->interrupted))
            return RAISE(err, ERR_QUERY_CANCELED, "filling the table was cancelled");
        rc = refill_read(fill, err);
        if (rc == REFILL_IDLE)
            db->env->thread->park(db->env, &never, 0, env_mono_ns(db->env) + WAIT_NS);
    }
    return rc;
}

/* Inside.  Takes fill. */
static int start(StmtContext *x, Relation *r, Refill *fill, Feed *errors, Err *err)
{
    Database *db = x->db;
    bool is_new = !durable_is_replaying(db); /* else the rows are in the log, and what is newer is read after it */
    Feed *f = NULL;
    int rc = engine_add_feed(db->engine, r->id, r->name, r->schema, NULL, 0, &f, err);
    if (rc == 0)
        rc = store_feed(db, r, f, err);
    if (rc < 0) {
        refill_free(fill);
        return rc;
    }
    refill_start(fill, db->engine, f, errors, is_new ? r->refill_us : 0);
    engine_log_changes(db->engine, f);
    TRY(durable_log_statement(db, err));
    return is_new ? refill_apply(fill, db->engine, f, err) : 0;
}

static int run(StmtContext *x, Relation *r, Refill *fill, Err *err)
{
    Database *db = x->db;
    Feed *errors = NULL;
    int rc = replace_old(x, err);
    if (rc == 0)
        rc = db_publish(db, r, NULL, 0, err);
    if (rc == 0)
        rc = add_errors_relation(db, r, connect_bad_schema(), &errors, err);
    if (rc < 0) {
        refill_free(fill);
        return rc;
    }
    engine_enter(db->engine);
    uint64_t of_errors = errors->relation;
    rc = start(x, r, fill, errors, err);
    engine_leave(db->engine);
    if (rc < 0) {
        db_stop(db, r->id);
        db_stop(db, of_errors);
        (void)db_publish(db, NULL, &of_errors, 1, NULL);
    }
    return rc;
}

/* ---- rows asked for by key ---- */

static int lookup_open(void *self, Lookup **ret, Err *err)
{
    LookupInput *in = self;
    if (in->relation->by_key)
        return program_lookup_open(in->db, in->relation, ret, err);
    return lookup_scan_new(engine_account(in->db->engine), input_open, in, ret, err);
}

static int keys_relation(Database *db, const Relation *of, Relation **ret, Err *err)
{
    char name[256];
    Schema *schema;
    snprintf(name, sizeof(name), "%s$keys", of->name);
    if (catalog_find(db->catalog, str_of(name)))
        return RAISE(err, ERR_DUPLICATE_RELATION, "relation \"%s\" already exists", name);
    TRY(lookup_keys_schema(&db->acct, of->schema, of->primary_key, of->n_primary_key, &schema, err));
    Relation *r = relation_new(db->catalog, &db->acct, REL_TABLE, name);
    if (!r) {
        schema_unref(schema);
        return RAISE_NOMEM(err);
    }
    r->schema = schema;
    r->op_col = -1;
    r->input = of->id;
    r->connector = arena_strdup(&r->arena, of->connector);
    r->n_depends = 1;
    r->depends = arena_memdup(&r->arena, &of->id, sizeof(of->id));
    r->n_primary_key = of->n_primary_key;
    r->primary_key = ARENA_ARRAY(&r->arena, uint32_t, r->n_primary_key + 1);
    r->ddl = "";
    for (uint32_t i = 0; r->primary_key && i < r->n_primary_key; i++)
        r->primary_key[i] = i;
    int rc = r->depends && r->primary_key && r->connector ? db_publish(db, r, NULL, 0, err) : RAISE_NOMEM(err);
    if (rc < 0)
        relation_unref(r);
    else
        *ret = r;
    return rc;
}

static int stored_feed(Database *db, Relation *r, Feed **ret, Err *err)
{
    TRY(engine_add_feed(db->engine, r->id, r->name, r->schema, NULL, 0, ret, err));
    TRY(store_feed(db, r, *ret, err));
    engine_log_changes(db->engine, *ret);
    return 0;
}

/* Inside. */
static int start_on_demand(StmtContext *x, Relation *r, Relation *keys, Err *err)
{
    Database *db = x->db;
    Feed *rows, *known;
    LookupInput *in;
    TRY(stored_feed(db, r, &rows, err));
    TRY(stored_feed(db, keys, &known, err));
    TRY(input_new(db, r, &in, err));
    LookupSpec spec = {.open = lookup_open,
                       .drop = input_drop,
                       .self = in,
                       .ttl_us = r->on_demand->ttl_us,
                       .negative_ttl_us = r->on_demand->negative_ttl_us,
                       .timeout_us = r->on_demand->timeout_us,
                       .max_keys = (uint64_t)r->on_demand->max_keys,
                       .max_bytes = r->on_demand->max_bytes};
    TRY(lookup_table_start(engine_account(db->engine), &spec, db->engine, rows, known, err));
    return durable_log_statement(db, err);
}

static int run_on_demand(StmtContext *x, Relation *r, Err *err)
{
    Database *db = x->db;
    Relation *keys = NULL;
    TRY(replace_old(x, err));
    TRY(db_publish(db, r, NULL, 0, err));
    int rc = keys_relation(db, r, &keys, err);
    if (rc < 0) {
        (void)db_publish(db, NULL, &r->id, 1, NULL);
        return rc;
    }
    engine_enter(db->engine);
    rc = start_on_demand(x, r, keys, err);
    engine_leave(db->engine);
    if (rc < 0) {
        uint64_t ids[] = {keys->id, r->id};
        db_stop(db, keys->id);
        db_stop(db, r->id);
        (void)db_publish(db, NULL, ids, ARRAY_LEN(ids), NULL);
    }
    relation_unref(keys);
    return rc;
}

/* The input must be there when the table is made; afterwards it may come and go. */
static int check_input(Database *db, Relation *r, Err *err)
{
    LookupInput in = {db, r};
    Source *source = NULL;
    Lookup *lookup = NULL;
    if (r->by_key) {
        ConnectArgs args;
        connect_args_of(db, r, &args);
        if (r->format)
            return RAISE(err, ERR_BAD_OPTION, "connector \"%s\" has no format", r->connector);
        TRY(source_check_options(source_type_find(str_of(r->connector)), &args, err));
        TRY(program_lookup_open(db, r, &lookup, err));
        lookup_close(lookup);
        return 0;
    }
    TRY(input_open(&in, &source, err));
    source_close(source);
    return 0;
}

int create_lookup(StmtContext *x, const ScriptStmt *s, const CreateRelationStmt *c, Relation *r, Err *err)
{
    Database *db = x->db;
    const SourceType *type = NULL;
    _cleanup_(schema_unrefp) Schema *discovered = NULL;
    Refill *fill = NULL;
    TRY(source_connector(x, c, r, &type, &discovered, err));
    durable_keep_discovered(x->db, discovered);
    PlanContext ctx = plan_context(db, db->catalog, NULL);
    r->by_key = type && type->by_key;
    TRY(bind_create_source(&ctx, c, discovered, r, err));
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    if (!r->ddl)
        return RAISE_NOMEM(err);
    if (r->on_demand) {
        TRY(durable_is_replaying(db) ? 0 : connector_failed(c->connector, check_input(db, r, err), err));
        return run_on_demand(x, r, err);
    }
    TRY(refill_of(db, r, &fill, err));
    int rc = durable_is_replaying(db) ? 0 : connector_failed(c->connector, read_all(db, fill, err), err);
    if (rc < 0) {
        refill_free(fill);
        return rc;
    }
    return run(x, r, fill, err);
}

/* ---- REFRESH ---- */

static int refresh_all(StmtContext *x, const Relation *r, Err *err)
{
    Database *db = x->db;
    Refill *fill;
    TRY(refill_of(db, (Relation *)r, &fill, err));
    int rc = read_all(db, fill, err);
    engine_enter(db->engine);
    Feed *f = engine_feed(db->engine, r->id);
    if (rc == 0)
        rc = f && f->refill ? refill_take(f->refill, fill, err)
                            : RAISE(err, ERR_WRONG_STATE, "lookup table \"%s\" is not running", r->name);
    refill_free(fill);
    engine_leave(db->engine);
    return rc;
}

static int forget_all(StmtContext *x, const Catalog *c, const Relation *r, Err *err)
{
    Database *db = x->db;
    const Relation *keys = catalog_keys_of(c, r);
    engine_enter(db->engine);
    LookupTable *t = keys ? lookup_asker.table(db->engine, keys->id) : NULL;
    int rc = t ? lookup_forget_all(t, err) : RAISE(err, ERR_WRONG_STATE, "lookup table \"%s\" is not running", r->name);
    engine_leave(db->engine);
    return rc;
}

static int refresh(StmtContext *x, const Catalog *c, const RefreshStmt *st, Err *err)
{
    const Relation *r = NULL;
    TRY(show_find_relation(c, &st->name, &r, err));
    if (st->is_view && r->kind != REL_VIEW)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is not a materialized view", r->name);
    if (st->is_view) /* it is never out of date */
        return 0;
    if (!relation_is_lookup(r) || relation_is_keys(r)) {
        (void)RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is %s %s, and no lookup table", r->name,
                       word_article(relation_kind_name(r->kind)), relation_kind_name(r->kind));
        return err_hint(err, "what a query keeps up to date is never read anew");
    }
    return r->on_demand ? forget_all(x, c, r, err) : refresh_all(x, r, err);
}

/* It changes rows, not the catalog; a table that is dropped meanwhile is found missing. */
int stmt_refresh(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const RefreshStmt *st = AST(RefreshStmt, s->node);
    Database *db = x->db;
    atomic_store(&db->interrupted, false);
    if (x->only_bind)
        return 0;
    Catalog *c = db_catalog(db);
    int rc = refresh(x, c, st, err);
    catalog_unref(c);
    TRY(rc);
    stmt_done(x, STMT_METADATA, st->is_view ? "REFRESH MATERIALIZED VIEW" : "REFRESH TABLE", object_of(&st->name));
    return 0;
}
