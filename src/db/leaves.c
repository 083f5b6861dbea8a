/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the leaves of a plan get their rows: a running feed, its retained tail, or a connector opened for this query alone. */
#include "db/durable.h"
#include "db/share.h"
#include "db/stream.h"
#include "db/system/system.h"
#include "db/transaction.h"
#include "flow/event_clock.h"
#include "flow/lookup_read.h"

void connect_args_of(Database *db, const Relation *r, ConnectArgs *ret)
{
    *ret = (ConnectArgs){
        .env = db->env,
        .acct = engine_account(db->engine),
        .object = r->name,
        .opts = r->connector_opts,
        .n_opts = r->n_connector_opts,
        .format = r->format,
        .format_opts = r->format_opts,
        .n_format_opts = r->n_format_opts,
        .schema = r->input_schema ? r->input_schema : r->schema,
    };
    bool makes = r->input_schema && r->input_schema->n < r->schema->n;
    if (!makes && !relation_has_domains(r))
        return;
    ret->maker = made_columns_open;
    ret->maker_self = db;
    ret->maker_of = r;
}

PlanContext plan_context(Database *db, const Catalog *c, const char *object)
{
    return (PlanContext){
        .acct = &db->acct,
        .catalog = c,
        .state_check_strict = db->settings.state_check_strict,
        .keeps_joins = db->settings.keeps_joins,
        .on_error = (RowErrorPolicy)db->settings.on_error,
        .zone = zone_in_use(),
        .object_name = object,
        .share = share_own(db),
        .system = &sys_plan,
        .system_self = db,
    };
}

void leaves_close(LeafBinding *leaves, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (leaves[i].kind == LEAF_READER) {
            source_close(leaves[i].source);
            reader_origin_drop(&leaves[i].origin);
            event_clock_spec_drop(leaves[i].wm.spec);
        }
}

static const Relation *errors_of(const Catalog *c, uint64_t relation)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (c->relation[i]->kind == REL_ERRORS && c->relation[i]->input == relation)
            return c->relation[i];
    return NULL;
}

int check_filled(const Feed *f, Err *err)
{
    if (!f->building)
        return 0;
    (void)RAISE(err, ERR_WRONG_STATE, "relation \"%s\" is still being filled with what its inputs hold", f->name);
    return err_hint(err, "SHOW BACKFILL STATUS FOR %s says how far it is, RESUME BACKFILL goes on with one that was cancelled",
                    f->name);
}

static int open_input(const ConnectArgs *args, const Relation *r, Source **ret, Err *err)
{
    const SourceType *type = source_type_find(str_of(r->connector));
    if (!type)
        return RAISE(err, ERR_UNKNOWN_CONNECTOR, "connector \"%s\" cannot be read", r->connector);
    return source_open(type, args, ret, err);
}

/* A table that is asked by key, read by a query that ends: by its keys, or from the input behind it. */
static int bind_on_demand(Database *db, const Catalog *c, const Relation *r, const PhysSource *leaf, LeafBinding *b, Err *err)
{
    const Relation *keys = catalog_keys_of(c, r);
    Source *input;
    *b = (LeafBinding){.kind = LEAF_READER};
    connect_args_of(db, r, &b->origin.args);
    if (leaf->lookup.kind == LOOKUP_BY_PRIMARY && keys)
        return lookup_read_keys(&b->origin.args, db->engine, keys->id, &leaf->lookup, &b->source, err);
    TRY(open_input(&b->origin.args, r, &input, err));
    return lookup_read_all(&b->origin.args, input, r->primary_key, r->n_primary_key, &b->source, err);
}

static void drop_relation(void *owner)
{
    relation_unref(owner);
}

/* At the opening of a database a source that is not there keeps nothing from running: its reader looks for it. */
static int open_source(Database *db, LeafUse use, Arena *arena, LeafBinding *b, Err *err)
{
    Err why = ERR_INIT;
    int rc = source_open(b->origin.type, &b->origin.args, &b->source, &why);
    bool may_come = use == LEAVES_LIVE && durable_is_replaying(db) && rc != -ERR_OUT_OF_MEMORY && rc != -ERR_INTERNAL;
    if (rc == 0)
        return 0;
    b->absent = may_come ? arena_memdup(arena, &why, sizeof(why)) : NULL;
    if (!b->absent && err)
        *err = why;
    return b->absent ? 0 : may_come ? RAISE_NOMEM(err) : rc;
}

static int bind_one(Database *db, const Catalog *c, const PhysSource *leaf, LeafUse use, Arena *arena, LeafBinding *b,
                    bool *unbounded, Err *err)
{
    const Relation *r = catalog_by_id(c, leaf->relation);
    if (!r)
        return RAISE(err, ERR_UNDEFINED_RELATION, "relation \"%s\" does not exist any more", leaf->name);
    if (relation_has_readers(r)) {
        const SourceType *type = source_type_find(str_of(r->connector));
        if (!type)
            return RAISE(err, ERR_UNKNOWN_CONNECTOR, "connector \"%s\" cannot be read", r->connector);
        const Relation *bad = errors_of(c, r->id);
        *b = (LeafBinding){.kind = LEAF_READER, .bad_feed = bad ? engine_feed(db->engine, bad->id) : NULL, .origin.type = type};
        connect_args_of(db, r, &b->origin.args);
        TRY(open_source(db, use, arena, b, err));
        int rc = watermark_of(db, c, r, arena, &b->wm, err);
        if (rc < 0) {
            source_close(b->source);
            return rc;
        }
        b->origin.owner = relation_ref((Relation *)r);
        b->origin.drop = drop_relation;
        *unbounded |= !b->source || !source_is_bounded(b->source);
        return 0;
    }
    if (r->on_demand && use == LEAVES_SNAPSHOT) {
        TRY(bind_on_demand(db, c, r, leaf, b, err));
        b->origin.owner = relation_ref((Relation *)r);
        b->origin.drop = drop_relation;
        return 0;
    }
    *b = (LeafBinding){.kind = use == LEAVES_LIVE ? LEAF_LIVE : LEAF_SNAPSHOT, .feed = engine_feed(db->engine, r->id)};
    if (!b->feed)
        return RAISE(err, ERR_WRONG_STATE, "relation \"%s\" is not running", r->name);
    if (b->kind == LEAF_SNAPSHOT)
        b->feed = transaction_view(db, b->feed);
    TRY(check_filled(b->feed, err));
    const Stored *stored = b->feed->stored;
    if (stored && stored->failed)
        return RAISE(err, ERR_WRONG_STATE, "the query of %s \"%s\" has failed: %s", relation_kind_name(r->kind), r->name,
                     stored->error.message);
    return 0;
}

int bind_leaves(Database *db, const Catalog *c, const PhysPlan *p, LeafUse use, Arena *arena, LeafBinding **ret, uint32_t *ret_n,
                bool *ret_unbounded, Err *err)
{
    LeafBinding *leaves = ARENA_ARRAY(arena, LeafBinding, p->n_nodes + 1);
    if (!leaves)
        return RAISE_NOMEM(err);
    uint32_t n = 0;
    *ret_unbounded = false;
    if (p->is_described)
        return RAISE(err, ERR_UNSUPPORTED, "WITH RECURSIVE at this place of the statement is not supported yet");
    for (uint32_t i = 0; i < p->n_nodes; i++) {
        if (p->nodes[i]->kind != PHYS_SOURCE)
            continue;
        int rc = bind_one(db, c, (const PhysSource *)p->nodes[i], use, arena, &leaves[n], ret_unbounded, err);
        if (rc < 0) {
            leaves_close(leaves, n);
            return rc;
        }
        n++;
    }
    *ret = leaves;
    *ret_n = n;
    return 0;
}
