/* SPDX-License-Identifier: Apache-2.0
 *
 * Database: opening, closing, the published catalog, variables. */
#include "db/database.h"
#include "db/comment.h"
#include "db/durable.h"
#include "db/execute.h"
#include "db/native.h"
#include "db/program_lookup.h"
#include "db/session.h"
#include "db/table_write.h"
#include "db/transaction.h"
#include "db/sequence.h"

#include <stdio.h>

#include "base/zone.h"
#include "flow/errors_feed.h"
#include "flow/late_route.h"

#define BUFFER_ROWS_PRESET 65536
#define CHECKPOINT_PRESET_US (60 * INT64_C(1000000))

/* State pages that memory has no room for go to a file in the database's directory, or in that for temporary files. */
static int spill_to(Database *db, Err *err)
{
    StrBuf path;
    const char *tmp = env_getenv("TMPDIR");
    sb_init(&path, &db->acct);
    if (db->config.path)
        sb_printf(&path, "%s/SPILL", db->config.path);
    else
        sb_printf(&path, "%s/laminar-%016llx", tmp && *tmp ? tmp : "/tmp", (unsigned long long)db->env->clock->rand64(db->env));
    int rc = path.failed ? RAISE_NOMEM(err) : engine_spill_to(db->engine, path.p, err);
    sb_done(&path);
    return rc;
}

static int discard_temporary(Database *db, Err *err)
{
    StatementResult result = {0};
    int rc = db_execute(db, STR("DISCARD TEMP"), &result, err);
    statement_result_done(&result);
    return rc;
}

/* 1 = the newest checkpoint lacks what can run again: *ret is only good for what the program has registered with it. */
static int open_once(Env *env, const DatabaseConfig *config, Database **ret, Err *err)
{
    Database *db = mem_zalloc(NULL, sizeof(*db));
    if (!db)
        return RAISE_NOMEM(err);
    db->rc = 1;
    db->env = env;
    db->opened_ns = env_mono_ns(env);
    if (config)
        db->config = *config;
    if (db->config.buffer_rows <= 0)
        db->config.buffer_rows = BUFFER_ROWS_PRESET;
    account_init(&db->acct, NULL, "database");
    db->next_relation = 1;
    db->settings.checkpoint_us = CHECKPOINT_PRESET_US;
    snprintf(db->settings.search_path, sizeof(db->settings.search_path), SEARCH_PATH_PRESET);
    db->catalog = catalog_empty(&db->acct);
    int rc = db->catalog ? engine_new(env, &db->acct, &db->engine, err) : RAISE_NOMEM(err);
    if (rc == 0)
        sequences_init(db);
    if (rc == 0)
        rc = spill_to(db, err);
    if (rc == 0)
        engine_relieve_above(db->engine, db->config.memory_limit_bytes);
    if (rc == 0 && db->config.prepare)
        rc = db->config.prepare(db, db->config.prepare_self, err);
    db->config.prepare = NULL;
    if (rc == 0 && db->config.path)
        rc = durable_open(db, db->config.path, err);
    db->config.path = NULL;
    db->config.restore_from = RESTORE_NEWEST;
    db->config.base_error = NULL;
    if (rc == 0 && db_has_temporary(db))
        rc = discard_temporary(db, err);
    if (rc == 0 && db->config.threads)
        rc = db_set_threads(db, db->config.threads, err);
    if (rc == 0 && db->config.memory_limit_bytes > 0)
        engine_set_memory_limit(db->engine, db->config.memory_limit_bytes);
    if (rc < 0) {
        db_unref(db);
        return rc;
    }
    *ret = db;
    return rc;
}

int db_take_program(Database *db, const void *from, Err *err)
{
    TRY(db_take_natives(db, from, err));
    return db_take_lookups(db, from, err);
}

/* From the checkpoint that has everything and the log behind it; when that does not lead up to here, without what needs it. */
static int open_again(Env *env, const DatabaseConfig *config, Database *first, Database **ret, Err *err)
{
    DatabaseConfig c = *config;
    Err why = ERR_INIT;
    db_close(first); /* the directory is free */
    c.prepare = db_take_program;
    c.prepare_self = first;
    c.restore_from = RESTORE_BASE;
    int rc = open_once(env, &c, ret, &why);
    if (rc < 0 && broken_may_stay(&why)) {
        Err told = ERR_INIT;
        (void)RAISE(&told, why.code, "what it had cannot be made again from the last checkpoint that has it, and the log: %s",
                    why.message);
        c.restore_from = RESTORE_NEWEST_AS_IT_IS;
        c.base_error = &told;
        return open_once(env, &c, ret, err);
    }
    if (rc < 0 && err)
        *err = why;
    return rc;
}

int db_open(Env *env, const DatabaseConfig *config, Database **ret, Err *err)
{
    Database *db = NULL, *again = NULL;
    zone_set_loader(env_zone_read);
    int rc = open_once(env, config, &db, err);
    if (rc == 1) {
        rc = open_again(env, config, db, &again, err);
        db_unref(db);
        db = again;
    }
    if (rc == 0)
        *ret = db;
    return rc;
}

int db_set_threads(Database *db, uint32_t n, Err *err)
{
    bool inside = engine_is_inside(db->engine);
    if (!inside)
        engine_enter(db->engine);
    int rc = engine_set_threads(db->engine, n, err);
    if (!inside)
        engine_leave(db->engine);
    return rc;
}

Database *db_ref(Database *db)
{
    atomic_fetch_add_explicit(&db->rc, 1, memory_order_relaxed);
    return db;
}

static void variables_free(Database *db)
{
    while (db->variables) {
        Variable *v = db->variables;
        db->variables = v->next;
        mem_strfree(&db->acct, v->name);
        mem_strfree(&db->acct, v->value);
        mem_free(&db->acct, v, sizeof(*v));
    }
}

bool db_bury(Database *db, void (*free)(void *p), void *p)
{
    Buried *b = mem_zalloc(NULL, sizeof(*b));
    if (!b)
        return false;
    *b = (Buried){.free = free, .p = p};
    env_lock(db->env, &db->settings_lock);
    b->next = db->graveyard;
    db->graveyard = b;
    env_unlock(db->env, &db->settings_lock);
    return true;
}

void db_exhume(Database *db)
{
    for (;;) {
        env_lock(db->env, &db->settings_lock);
        Buried *b = db->graveyard;
        if (b)
            db->graveyard = b->next;
        env_unlock(db->env, &db->settings_lock);
        if (!b)
            return;
        b->free(b->p);
        mem_free(NULL, b, sizeof(*b));
    }
}

void db_unref(Database *db)
{
    if (!db || atomic_fetch_sub_explicit(&db->rc, 1, memory_order_acq_rel) != 1)
        return;
    db_close(db);
    db_forget_prepared(db);
    transaction_forget(db);
    identities_forget(db, 0);
    sequences_forget(db, 0);
    session_done(db);
    durable_free(db);
    engine_free(db->engine);
    db_drop_lookups(db);
    catalog_unref(db->catalog);
    variables_free(db);
    mem_strfree(&db->acct, db->reopen_path);
    comments_done(db);
    account_done(&db->acct);
    mem_free(NULL, db, sizeof(*db));
}

static int cancel_one(void *self, Pipeline *q)
{
    (void)self;
    pipeline_cancel(q);
    return 0;
}

void db_close(Database *db)
{
    if (atomic_exchange(&db->closed, true) || !db->engine)
        return;
    db_close_cursors(db);
    durable_settle_all(db);
    env_lock(db->env, &db->ddl);
    /* Streams and sinks go; queries that a handle owns are only cancelled, the handle frees them. */
    while (db->live)
        db_stop(db, db->live->relation);
    engine_enter(db->engine);
    (void)engine_each_query(db->engine, cancel_one, NULL);
    Err gone;
    err_reset(&gone);
    (void)RAISE(&gone, ERR_SHUTDOWN, "the database is closed");
    engine_end_feeds(db->engine, &gone);
    engine_leave(db->engine);
    durable_close(db);
    env_unlock(db->env, &db->ddl);
    db_exhume(db);
}

int db_check_open(Database *db, Err *err)
{
    return atomic_load(&db->closed) ? RAISE(err, ERR_SHUTDOWN, "the database is closed") : 0;
}

bool db_is_inside(const Database *db)
{
    return engine_is_inside(db->engine) || native_is_running();
}

Catalog *db_catalog(Database *db)
{
    env_lock(db->env, &db->catalog_lock);
    Catalog *c = catalog_ref(db->catalog);
    env_unlock(db->env, &db->catalog_lock);
    return c;
}

int db_next_catalog(Database *db, Relation *add, const uint64_t *remove, uint32_t n_remove, Catalog **ret, Err *err)
{
    if (add && add->id == 0)
        add->id = db->next_relation++;
    return catalog_with(db->catalog, add, remove, n_remove, ret, err);
}

void db_swap_catalog(Database *db, Catalog *give_next)
{
    env_lock(db->env, &db->catalog_lock);
    Catalog *old = db->catalog;
    db->catalog = give_next;
    env_unlock(db->env, &db->catalog_lock);
    catalog_unref(old);
}

int db_publish(Database *db, Relation *add, const uint64_t *remove, uint32_t n_remove, Err *err)
{
    Catalog *next = NULL;
    TRY(db_next_catalog(db, add, remove, n_remove, &next, err));
    db_swap_catalog(db, next);
    return 0;
}

void db_restore_catalog(Database *db, Catalog *c)
{
    db_swap_catalog(db, catalog_ref(c));
}

static Variable *find_variable(Database *db, Str name)
{
    Variable *v = db->variables;
    while (v && !str_eq(str_of(v->name), name))
        v = v->next;
    return v;
}

int db_set_variable(Database *db, Str name, const char *value, Err *err)
{
    env_lock(db->env, &db->settings_lock);
    Variable *v = find_variable(db, name);
    int rc = 0;
    if (!v && value) {
        v = mem_zalloc(&db->acct, sizeof(*v));
        Arena scratch;
        arena_init(&scratch, &db->acct, 0);
        char *copy = arena_strndup(&scratch, name.p, name.n);
        if (v)
            v->name = copy ? mem_strdup(&db->acct, copy) : NULL;
        arena_done(&scratch);
        if (v && v->name) {
            v->next = db->variables;
            db->variables = v;
        } else {
            mem_free(&db->acct, v, sizeof(*v));
            v = NULL;
            rc = RAISE_NOMEM(err);
        }
    }
    if (v) {
        mem_strfree(&db->acct, v->value);
        v->value = value ? mem_strdup(&db->acct, value) : NULL;
        if (value && !v->value)
            rc = RAISE_NOMEM(err);
    }
    env_unlock(db->env, &db->settings_lock);
    return rc;
}

bool db_variable(void *self, Str name, Str *ret)
{
    static const Str environment = STR("env:");
    Variable *v = find_variable(self, name);
    const char *value = v ? v->value : NULL;
    if (!v && str_starts_nocase(name, environment)) { /* ${env:HOME}; a variable of that name goes before */
        char key[256];
        Str of = {name.p + environment.n, name.n - environment.n};
        snprintf(key, sizeof(key), "%.*s", (int)of.n, of.p);
        value = of.n < sizeof(key) ? env_getenv(key) : NULL;
        if (value && !utf8_is_valid(value, strlen(value)))
            value = NULL;
    }
    if (!value)
        return false;
    *ret = str_of(value);
    return true;
}

Live *db_live(Database *db, uint64_t relation)
{
    Live *l = db->live;
    while (l && l->relation != relation)
        l = l->next;
    return l;
}

int db_add_live(Database *db, uint64_t relation, Pipeline *q, SinkDriver *sink, LateRoute *late, Err *err)
{
    Live *l = mem_zalloc(&db->acct, sizeof(*l));
    if (!l)
        return RAISE_NOMEM(err);
    *l = (Live){.next = db->live, .relation = relation, .query = q, .sink = sink, .late = late};
    db->live = l;
    return 0;
}

void db_stop(Database *db, uint64_t relation)
{
    for (Live **at = &db->live; *at; at = &(*at)->next) {
        Live *l = *at;
        if (l->relation != relation)
            continue;
        *at = l->next;
        engine_enter(db->engine);
        engine_drop_query(db->engine, l->query);
        sink_driver_leave(l->sink);
        errors_route_free(l->errors);
        engine_leave(db->engine);
        sink_driver_free(l->sink);
        late_route_free(l->late);
        mem_free(&db->acct, l, sizeof(*l));
        break;
    }
    engine_enter(db->engine);
    engine_drop_feed(db->engine, engine_feed(db->engine, relation));
    engine_leave(db->engine);
}

void db_unpublish(Database *db, const Relation *r)
{
    if (!r->id)
        return;
    uint64_t ids[3] = {r->id};
    uint32_t n = 1;
    for (uint32_t i = 0; i < db->catalog->n && n < ARRAY_LEN(ids); i++)
        if (relation_belongs(db->catalog->relation[i]) && db->catalog->relation[i]->input == r->id)
            ids[n++] = db->catalog->relation[i]->id;
    for (uint32_t i = 0; i < n; i++)
        db_stop(db, ids[i]);
    (void)db_publish(db, NULL, ids, n, NULL);
}
