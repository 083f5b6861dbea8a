/* SPDX-License-Identifier: Apache-2.0
 *
 * Cursors: DECLARE, FETCH, CLOSE.  A cursor is a stream with a name that lives as long as the database is open.  FETCH of a
 * SUBSCRIBE cursor gives what is there and never waits, so a script does not hang; of a query, which ends, it runs the query as far
 * as needed.
 *
 * A cursor is busy while a FETCH runs; who closes it then leaves the freeing to that FETCH. */
#include "db/execute.h"
#include "db/stream.h"

#include <stdio.h>

struct Cursor {
    struct Cursor *next;
    char *name;
    Stream *stream;
    bool live;         /* SUBSCRIBE */
    bool busy, doomed; /* [cursors_lock] */
    Batch *rest;       /* rows of the last delivery that no FETCH has taken yet */
    uint32_t from;
};

static Cursor **find(Database *db, Str name)
{
    Cursor **at = &db->cursors;
    while (*at && !str_eq(str_of((*at)->name), name))
        at = &(*at)->next;
    return at;
}

static void cursor_free(Database *db, Cursor *c)
{
    batch_unref(c->rest);
    stream_free(c->stream);
    mem_strfree(&db->acct, c->name);
    mem_free(&db->acct, c, sizeof(*c));
}

/* Takes it off the list; NULL when a FETCH has it, which frees it then. */
static Cursor *take_off(Cursor **at)
{
    Cursor *c = *at;
    *at = c->next;
    if (!c->busy)
        return c;
    c->doomed = true;
    return NULL;
}

static int close_all(Database *db)
{
    int n = 0;
    for (;; n++) {
        env_lock(db->env, &db->cursors_lock);
        bool any = db->cursors != NULL;
        Cursor *c = any ? take_off(&db->cursors) : NULL;
        env_unlock(db->env, &db->cursors_lock);
        if (!any)
            return n;
        if (c)
            cursor_free(db, c);
    }
}

void db_close_cursors(Database *db)
{
    (void)close_all(db);
}

static int undefined(const Ident *name, Err *err)
{
    return RAISE_AT(err, ERR_UNDEFINED_CURSOR, name->at, "cursor \"%.*s\" does not exist", (int)name->s.n, name->s.p);
}

/* ---- DECLARE ---- */

static int add_cursor(Database *db, Cursor *c, const Ident *name, Err *err)
{
    env_lock(db->env, &db->cursors_lock);
    bool taken = *find(db, name->s) != NULL;
    if (!taken) {
        c->next = db->cursors;
        db->cursors = c;
    }
    env_unlock(db->env, &db->cursors_lock);
    return taken ? RAISE_AT(err, ERR_DUPLICATE_CURSOR, name->at, "cursor \"%.*s\" already exists", (int)name->s.n, name->s.p) : 0;
}

int stmt_declare(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const DeclareStmt *st = AST(DeclareStmt, s->node);
    Database *db = x->db;
    if (st->scroll)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->node.at, "SCROLL is not supported: a cursor moves forward only");
    env_lock(db->env, &db->cursors_lock);
    bool taken = *find(db, st->name.s) != NULL;
    env_unlock(db->env, &db->cursors_lock);
    if (taken)
        return RAISE_AT(err, ERR_DUPLICATE_CURSOR, st->name.at, "cursor \"%.*s\" already exists", (int)st->name.s.n, st->name.s.p);
    Cursor *c = mem_zalloc(&db->acct, sizeof(*c));
    char *name = arena_strndup(x->arena, st->name.s.p, st->name.s.n);
    if (!c || !name || !(c->name = mem_strdup(&db->acct, name))) {
        mem_free(&db->acct, c, sizeof(*c));
        return RAISE_NOMEM(err);
    }
    c->live = st->stmt->kind == NODE_SUBSCRIBE_STMT;
    atomic_store(&db->interrupted, false);
    StreamOptions o = {.overflow = OVERFLOW_DISCONNECT, .buffer_bytes = c->live ? STREAM_BUFFER_PRESET : 0};
    int rc = stream_open(db, st->stmt, x->script, STREAM_COLLECT, &o, &c->stream, err);
    if (rc == 0)
        rc = add_cursor(db, c, &st->name, err);
    if (rc < 0) {
        cursor_free(db, c);
        return rc;
    }
    stmt_done(x, STMT_DDL, "DECLARE CURSOR", st->name.s);
    return 0;
}

/* ---- FETCH ---- */

static int count_of(const FetchStmt *st, uint64_t *ret, Err *err)
{
    *ret = st->all ? UINT64_MAX : 1;
    if (!st->count)
        return 0;
    const ExprLiteral *l = st->count->kind == NODE_EXPR_LITERAL ? AST(ExprLiteral, st->count) : NULL;
    if (!l || l->kind != LITERAL_INT || !str_to_u64(l->text, ret) || *ret == 0)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, st->count->at, "the count of FETCH is a number from 1 on");
    return 0;
}

/* Up to n rows of the delivery in hand. */
static int give_rest(Cursor *c, Account *acct, ResultSet *into, uint64_t *n, Err *err)
{
    uint32_t left = c->rest->n_sel - c->from;
    uint32_t take = (uint32_t)MIN(*n, left);
    Batch *part = NULL;
    if (take == c->rest->n_sel) {
        part = batch_ref(c->rest);
    } else {
        Arena arena;
        arena_init(&arena, acct, 0);
        uint16_t *sel = arena_alloc(&arena, take * sizeof(*sel));
        for (uint32_t i = 0; sel && i < take; i++)
            sel[i] = (uint16_t)row_at(batch_rows(c->rest), c->from + i);
        Batch *view = sel ? batch_with_sel(&arena, c->rest, sel, take) : NULL;
        part = view ? batch_own(acct, view) : NULL;
        arena_done(&arena);
    }
    if (!part)
        return RAISE_NOMEM(err);
    *n -= take;
    c->from += take;
    if (take == left) {
        c->rest = batch_unref(c->rest);
        c->from = 0;
    }
    return result_set_add(into, part, err);
}

static int fetch(Cursor *c, Account *acct, uint64_t n, ResultSet *into, Err *err)
{
    while (n > 0) {
        if (c->rest) {
            TRY(give_rest(c, acct, into, &n, err));
            continue;
        }
        Delivery d = {0};
        int rc = stream_next(c->stream, c->live ? 0 : INT64_MAX, &d, into->n_rows ? NULL : err);
        if (rc < 0)
            return into->n_rows ? 0 : rc; /* rows first; the next FETCH meets the error again */
        if (rc != STREAM_ROWS)
            return 0;
        c->rest = d.batch;
    }
    return 0;
}

static int take_cursor(Database *db, const Ident *name, Cursor **ret, Err *err)
{
    env_lock(db->env, &db->cursors_lock);
    Cursor *c = *find(db, name->s);
    bool busy = c && c->busy;
    if (c)
        c->busy = true;
    env_unlock(db->env, &db->cursors_lock);
    if (!c)
        return undefined(name, err);
    if (busy)
        return RAISE_AT(err, ERR_IN_USE, name->at, "cursor \"%.*s\" is being read", (int)name->s.n, name->s.p);
    *ret = c;
    return 0;
}

static void leave_cursor(Database *db, Cursor *c)
{
    env_lock(db->env, &db->cursors_lock);
    c->busy = false;
    bool doomed = c->doomed;
    env_unlock(db->env, &db->cursors_lock);
    if (doomed)
        cursor_free(db, c);
}

int stmt_fetch(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const FetchStmt *st = AST(FetchStmt, s->node);
    Database *db = x->db;
    Account *acct = engine_account(db->engine);
    uint64_t n = 0;
    Cursor *c = NULL;
    TRY(count_of(st, &n, err));
    TRY(take_cursor(db, &st->name, &c, err));
    atomic_store(&db->interrupted, false);
    ResultSet *rows = result_set_new(acct, c->stream->schema);
    int rc = rows ? fetch(c, acct, n, rows, err) : RAISE_NOMEM(err);
    leave_cursor(db, c);
    if (rc < 0) {
        result_set_unref(rows);
        return rc;
    }
    stmt_done(x, STMT_QUERY, "", st->name.s);
    snprintf(x->result->tag, sizeof(x->result->tag), "FETCH %llu", (unsigned long long)rows->n_rows);
    x->result->rows = rows;
    return 0;
}

/* ---- CLOSE ---- */

int stmt_close(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CloseStmt *st = AST(CloseStmt, s->node);
    Database *db = x->db;
    if (st->all) {
        (void)close_all(db);
        stmt_done(x, STMT_DDL, "CLOSE CURSOR ALL", (Str){"", 0});
        return 0;
    }
    env_lock(db->env, &db->cursors_lock);
    Cursor **at = find(db, st->name.s);
    bool found = *at != NULL;
    Cursor *c = found ? take_off(at) : NULL;
    env_unlock(db->env, &db->cursors_lock);
    if (!found)
        return undefined(&st->name, err);
    if (c)
        cursor_free(db, c);
    stmt_done(x, STMT_DDL, "CLOSE CURSOR", st->name.s);
    return 0;
}
