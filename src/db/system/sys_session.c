/* SPDX-License-Identifier: Apache-2.0
 *
 * pg_catalog: what PREPARE and DECLARE have made. */
#include "db/cursor.h"
#include "db/prepare.h"
#include "db/session.h"
#include "db/system/pg_object.h"

#include "data/array.h"

static int cursors(SysScan *s, Err *err)
{
    Database *db = s->db;
    (void)err;
    env_lock(db->env, &db->cursors_lock);
    for (const Cursor *c = db->cursors; c; c = c->next) {
        sys_text(s, c->name);
        sys_text(s, c->text);
        sys_bool(s, c->hold);
        sys_bool(s, c->scroll);
        sys_moment(s, c->made_us);
        sys_end(s);
    }
    env_unlock(db->env, &db->cursors_lock);
    return 0;
}

/* {integer,text} */
static void parameter_types(SysScan *s, const Prepared *p)
{
    StrBuf text;
    sb_init(&text, NULL);
    for (uint32_t i = 0; i < p->n_params; i++) {
        StrBuf type;
        sb_init(&type, NULL);
        pg_put_type(s->catalog, p->type[i], &type);
        Value v = {.type = TYPE(TEXT), .str = {type.p, type.n}};
        array_put(&text, type_array(TYPE(TEXT)), &v);
        sb_done(&type);
    }
    Value array = {.type = type_array(TYPE(TEXT)), .str = {text.p ? text.p : "", text.n}};
    sys_value(s, &array);
    sb_done(&text);
}

static int statements(SysScan *s, Err *err)
{
    Database *db = s->db;
    (void)err;
    env_lock(db->env, &db->prepared_lock);
    for (const NamedStatement *n = db->prepared; n; n = n->next) {
        sys_text(s, n->name);
        sys_text(s, n->text);
        sys_moment(s, n->made_us);
        parameter_types(s, n->p);
        sys_end(s);
    }
    env_unlock(db->env, &db->prepared_lock);
    return 0;
}

static void lock_row(void *self, const AdvisoryLock *l)
{
    SysScan *s = self;
    uint64_t key = (uint64_t)l->key;
    sys_int(s, (int64_t)(key >> 32));
    sys_int(s, (int64_t)(key & UINT32_MAX));
    sys_int(s, l->how & LOCK_OF_PAIR ? 2 : 1);
    sys_text(s, l->how & LOCK_SHARED ? "ShareLock" : "ExclusiveLock");
    sys_end(s);
}

static int locks(SysScan *s, Err *err)
{
    (void)err;
    session_each_lock(s->db, lock_row, s);
    return 0;
}

const SysRelation sys_session[] = {
    {SCHEMA_PG_CATALOG, "pg_cursors",
     "name text, statement text, is_holdable bool, is_binary bool = false, is_scrollable bool, creation_time timestamptz, "
     "tableoid oid = 0",
     cursors, "what DECLARE has made", "name"},
    {SCHEMA_PG_CATALOG, "pg_prepared_statements",
     "name text, statement text, prepare_time timestamptz, parameter_types text[], from_sql bool = true, generic_plans "
     "int8 = 0, custom_plans int8 = 0, tableoid oid = 0",
     statements, "what PREPARE has made", "name"},
    {SCHEMA_PG_CATALOG, "pg_locks",
     "locktype text = advisory, database oid = 5, relation oid = null, page int4 = null, tuple int2 = null, virtualxid text = "
     "null, "
     "transactionid oid = null, classid oid, objid oid, objsubid int2, virtualtransaction text = null, pid int4 = 1, mode text, "
     "granted bool = true, fastpath bool = false, waitstart timestamptz = null, tableoid oid = 0",
     locks, "advisory locks of the session", "objid"},
    {0},
};
