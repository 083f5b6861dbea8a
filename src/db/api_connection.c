/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections and statements. */
#include "db/api.h"
#include "db/dml_with.h"
#include "db/durable.h"
#include "db/native.h"
#include "db/program_lookup.h"
#include "db/search_path.h"
#include "db/settings.h"
#include "sql/variables.h"

#include <stdio.h>

static int set_variables(Database *db, const char *const *v, Err *err)
{
    for (; v && v[0]; v += 2) {
        if (!v[1])
            return RAISE(err, ERR_INVALID_PARAMETER, "LaminarConfig.variables: \"%s\" has no value", v[0]);
        TRY(db_set_variable(db, str_of(v[0]), v[1], err));
    }
    return 0;
}

/* The first that is refused ends the opening; what is left is given back all the same. */
static int register_all(Database *db, const void *self, Err *err)
{
    int rc = 0;
    for (const LaminarFunction *const *f = self; *f; f++) {
        bool good = (*f)->size >= sizeof(**f);
        if (rc == 0)
            rc = good ? db_register(db, *f, err)
                      : RAISE(err, ERR_INVALID_PARAMETER, "LaminarFunction.size is not set to sizeof(LaminarFunction)");
        else if (good && (*f)->destroy)
            (*f)->destroy((*f)->user_data);
    }
    return rc;
}

/* What is no fault of the database's content is one of the connection: no query was run. */
static int32_t fail_open(int rc, const Err *err)
{
    bool is_of_query = err_api_code((ErrCode)-rc) == LAMINAR_API_QUERY_FAILED;
    return is_of_query ? api_return_as(LAMINAR_API_CONNECTION_FAILED, rc, err) : api_return(rc, err);
}

int32_t laminar_open_with_config(const char *path, const LaminarConfig *config, LaminarConnection **out)
{
    if (!out)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    if (config && config->size < offsetof(LaminarConfig, functions))
        return api_return(RAISE(&err, ERR_INVALID_PARAMETER, "LaminarConfig.size is not set to sizeof(LaminarConfig)"), &err);
    uint32_t threads = config && config->size >= sizeof(*config) ? config->threads : 0;
    if (threads > LAMINAR_THREADS_MAX)
        return api_return(RAISE(&err, ERR_INVALID_PARAMETER, "LaminarConfig.threads is at most %d", LAMINAR_THREADS_MAX), &err);
    if (config && (config->buffer_rows < 0 || config->memory_limit_bytes < 0))
        return api_return(RAISE(&err, ERR_INVALID_PARAMETER, "LaminarConfig: rows and bytes are not negative"), &err);
    DatabaseConfig c = {0};
    if (config)
        c = (DatabaseConfig){config->buffer_rows, config->memory_limit_bytes, config->permissive_variables, threads};
    c.path = path && *path ? path : NULL;
    const LaminarFunction *const *functions = config && config->size >= offsetof(LaminarConfig, threads) ? config->functions : NULL;
    if (functions) {
        c.prepare = register_all;
        c.prepare_self = functions;
    }
    LaminarConnection *conn = mem_zalloc(NULL, sizeof(*conn));
    Database *db = NULL;
    int rc = conn ? db_open(env_linux(), &c, &db, &err) : RAISE_NOMEM(&err);
    if (rc == 0 && config)
        rc = set_variables(db, config->variables, &err);
    if (rc < 0) {
        db_unref(db);
        mem_free(NULL, conn, sizeof(*conn));
        return fail_open(rc, &err);
    }
    conn->db = db;
    *out = conn;
    return LAMINAR_OK;
}

int32_t laminar_open(LaminarConnection **out)
{
    return laminar_open_with_config(NULL, NULL, out);
}

int32_t laminar_close(LaminarConnection *conn)
{
    if (!conn)
        return api_null();
    api_begin();
    Database *db = conn->db;
    if (db_is_inside(db)) {
        Err err = ERR_INIT;
        return api_return(RAISE(&err, ERR_REENTRANT, "the connection cannot be closed inside a callback"), &err);
    }
    db_close(db);
    db_unref(db);
    while (conn->closed) {
        ClosedDatabase *c = conn->closed;
        conn->closed = c->next;
        db_unref(c->db);
        mem_free(NULL, c, sizeof(*c));
    }
    mem_free(NULL, conn, sizeof(*conn));
    return LAMINAR_OK;
}

int32_t laminar_is_closed(LaminarConnection *conn, bool *out)
{
    if (!conn || !out)
        return api_null();
    api_begin();
    *out = atomic_load(&conn->db->closed);
    return LAMINAR_OK;
}

/* Pipelines start when they are made; what this adds is the check that there is a database to run them. */
int32_t laminar_start(LaminarConnection *conn)
{
    if (!conn)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    return api_return(db_check_open(conn->db, &err), &err);
}

int32_t laminar_set_variable(LaminarConnection *conn, const char *name, const char *value)
{
    if (!conn || !name)
        return api_null();
    api_begin();
    Str n, v;
    if (!api_text(name, &n) || (value && !api_text(value, &v)))
        return LAMINAR_ERR_INVALID_UTF8;
    Err err = ERR_INIT;
    return api_return(db_set_variable(conn->db, n, value, &err), &err);
}

void laminar_interrupt(LaminarConnection *conn)
{
    if (conn)
        atomic_store(&conn->db->interrupted, true);
}

/* ---- statements ---- */

static int give_rows(Database *db, StatementResult *r, LaminarQueryResult **out, Err *err)
{
    if (!out)
        return 0;
    if (!r->rows) {
        *out = NULL;
        return 0;
    }
    LaminarQueryResult *h = mem_zalloc(NULL, sizeof(*h));
    if (!h)
        return RAISE_NOMEM(err);
    h->db = db_ref(db);
    h->rows = MOVE(r->rows);
    *out = h;
    return 0;
}

static void fill_info(const StatementResult *r, LaminarExecuteInfo *info)
{
    if (!info)
        return;
    uint32_t size = info->size;
    *info = (LaminarExecuteInfo){.size = size,
                                 .kind = (int32_t)r->kind,
                                 .rows_affected = r->rows_affected,
                                 .n_notices = (int32_t)r->n_notices};
    snprintf(info->tag, sizeof(info->tag), "%s", r->tag);
    snprintf(info->object_name, sizeof(info->object_name), "%s", r->object);
    snprintf(info->notice, sizeof(info->notice), "%s", r->notice);
}

/* What LaminarConfig.variables and SET gave is the connection's, its time zone, too; what the checkpoint has of them stays. */
static int copy_variables(Database *from, Database *to, Err *err)
{
    int rc = 0;
    atomic_store_explicit(&to->settings.zone, atomic_load_explicit(&from->settings.zone, memory_order_relaxed),
                          memory_order_relaxed);
    env_lock(from->env, &from->settings_lock);
    for (const Variable *v = from->variables; v && rc == 0; v = v->next) {
        Str ignored;
        if (v->value && !db_variable(to, str_of(v->name), &ignored))
            rc = db_set_variable(to, str_of(v->name), v->value, err);
    }
    env_unlock(from->env, &from->settings_lock);
    return rc;
}

/* RESTORE has closed db: the connection goes on with it as it is now in its directory. */
static int reopen(LaminarConnection *conn, Database *db, Err *err)
{
    DatabaseConfig c = db->config;
    Database *again = NULL;
    c.path = db->reopen_path;
    c.prepare = db_take_program;
    c.prepare_self = db;
    env_lock(db->env, &conn->lock);
    int rc = 0;
    if (conn->db == db) {
        ClosedDatabase *old = mem_zalloc(NULL, sizeof(*old));
        rc = old ? db_open(db->env, &c, &again, err) : RAISE_NOMEM(err);
        if (rc == 0)
            rc = copy_variables(db, again, err);
        if (rc == 0 && atomic_load(&db->restored)) /* a second one, for those before belong to what has been taken back */
            (void)durable_checkpoint(again, NULL, NULL);
        if (rc == 0) {
            *old = (ClosedDatabase){conn->closed, db};
            conn->closed = MOVE(old);
            conn->db = MOVE(again);
        }
        db_unref(again);
        mem_free(NULL, old, old ? sizeof(*old) : 0);
    }
    env_unlock(db->env, &conn->lock);
    return rc;
}

int32_t api_result(Database *db, int rc, StatementResult *r, LaminarExecuteInfo *info, LaminarQueryResult **out, Err *err)
{
    if (rc == 0) {
        fill_info(r, info);
        rc = give_rows(db, r, out, err);
        statement_result_done(r);
    }
    return api_return(rc, err);
}

int32_t laminar_execute_info(LaminarConnection *conn, const char *sql, LaminarExecuteInfo *info, LaminarQueryResult **out)
{
    if (!conn || !sql || (info && info->size < sizeof(*info)))
        return api_null();
    api_begin();
    Str text;
    if (!api_text(sql, &text))
        return LAMINAR_ERR_INVALID_UTF8;
    Err err = ERR_INIT;
    StatementResult r;
    Database *db = conn->db;
    int rc = db_execute(db, text, &r, &err);
    if (rc == 0) {
        fill_info(&r, info);
        rc = give_rows(db, &r, out, &err);
        statement_result_done(&r);
    }
    if (unlikely(atomic_load(&db->closed)) && db->reopen_path) { /* set before it is closed */
        Err other = ERR_INIT;                                    /* of two failures the first is told */
        int opened = reopen(conn, db, rc < 0 ? &other : &err);
        if (rc == 0 && opened < 0 && out && *out) { /* who gets an error gets nothing to free */
            laminar_result_free(*out);
            *out = NULL;
        }
        rc = rc < 0 ? rc : opened;
    }
    return api_return(rc, &err);
}

int32_t laminar_execute(LaminarConnection *conn, const char *sql, LaminarQueryResult **out)
{
    return laminar_execute_info(conn, sql, NULL, out);
}

int32_t laminar_query(LaminarConnection *conn, const char *sql, LaminarQueryResult **out)
{
    if (!conn || !sql || !out)
        return api_null();
    api_begin();
    Str text;
    if (!api_text(sql, &text))
        return LAMINAR_ERR_INVALID_UTF8;
    Err err = ERR_INIT;
    Arena arena;
    arena_init(&arena, NULL, 0);
    ParsedQuery q;
    int rc = db_parse_query(conn->db, &arena, text, &q, &err);
    arena_done(&arena);
    if (rc < 0)
        return api_return(rc, &err);
    return laminar_execute_info(conn, sql, NULL, out);
}

int32_t laminar_is_query(const char *sql, bool *out)
{
    if (!sql || !out)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    Arena arena;
    arena_init(&arena, NULL, 0);
    ScriptStmt stmt;
    int rc = sql_parse_one(&arena, sql, (uint32_t)MIN(strlen(sql), (size_t)UINT32_MAX / 2), &stmt, &err);
    if (rc == 0)
        *out = (stmt.node->kind == NODE_QUERY_STMT && !set_config_find(stmt.node, &(SetConfig){0}) &&
                !sleep_find(stmt.node, &(SleepCall){0}) && !dml_with_changes(stmt.node)) ||
               stmt.node->kind == NODE_SUBSCRIBE_STMT;
    else
        *out = false;
    arena_done(&arena);
    return LAMINAR_OK;
}

int32_t laminar_split(const char *sql, size_t n, size_t *start, size_t *length, size_t *next, bool *complete)
{
    if (!sql || !start || !length || !next || !complete)
        return api_null();
    api_begin();
    size_t take = sql_split(sql, n);
    bool ends = take > 0 && sql[take - 1] == ';' && sql_is_complete(sql, take);
    size_t from = 0, to = take - (ends ? 1 : 0);
    while (from < to && memchr(" \t\r\n", sql[from], 4))
        from++;
    while (to > from && memchr(" \t\r\n", sql[to - 1], 4))
        to--;
    *start = from;
    *length = to - from;
    *next = take;
    *complete = ends || sql_is_complete(sql, take);
    return LAMINAR_OK;
}

const char *laminar_keyword(size_t index)
{
    uint32_t n = 0;
    const char *const *all = sql_keywords(&n);
    return index < n ? all[index] : NULL;
}

int32_t laminar_wait(LaminarConnection *conn, uint64_t ticket, LaminarLevel level, int64_t timeout_ms)
{
    if (!conn)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    Database *db = conn->db;
    int rc = db_check_open(db, &err);
    if (rc == 0 && db_is_inside(db))
        rc = RAISE(&err, ERR_REENTRANT, "waiting is not possible inside a callback");
    if (rc == 0 && (level < LAMINAR_ACCEPTED || level > LAMINAR_SETTLED))
        rc = RAISE(&err, ERR_INVALID_PARAMETER, "there is no level %d to wait for", (int)level);
    if (rc == 0 && level != LAMINAR_ACCEPTED)
        rc = durable_wait(db, ticket, level == LAMINAR_SETTLED, api_deadline(db->env, timeout_ms), &err);
    return api_return(rc, &err);
}

int32_t laminar_wait_idle(LaminarConnection *conn, int64_t timeout_ms, bool *unbounded)
{
    if (!conn)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    Database *db = conn->db;
    Env *env = db->env;
    if (db_is_inside(db))
        return api_return(RAISE(&err, ERR_REENTRANT, "waiting is not possible inside a callback"), &err);
    atomic_store(&db->interrupted, false);
    int64_t deadline = api_deadline(env, timeout_ms);
    _Atomic uint32_t never = 0;
    while (engine_has_bounded_work(db->engine)) {
        if (atomic_load(&db->interrupted))
            return api_return(RAISE(&err, ERR_QUERY_CANCELED, "waiting was cancelled"), &err);
        int64_t now = env_mono_ns(env);
        if (now >= deadline)
            return api_return(RAISE(&err, ERR_TIMEOUT, "bounded pipelines are still running"), &err);
        env->thread->park(env, &never, 0, MIN(deadline, now + 2000000));
    }
    if (unbounded)
        *unbounded = engine_has_background_work(db->engine);
    return LAMINAR_OK;
}
