/* SPDX-License-Identifier: Apache-2.0
 *
 * Cursors: DECLARE, FETCH, CLOSE.  A cursor is a stream with a name that lives as long as the database is open.  FETCH of a
 * SUBSCRIBE cursor gives what is there and never waits, so a script does not hang; of a query, which ends, it runs the query as far
 * as needed.  A SCROLL cursor keeps the rows that the query has given; any other one moves forward only.
 *
 * A cursor is busy while a FETCH runs; who closes it then leaves the freeing to that FETCH. */
#include "db/cursor.h"
#include "db/execute.h"

#include <stdio.h>

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
    batch_unref(c->keys);
    schema_unref((Schema *)c->shown);
    schema_unref((Schema *)c->key_schema);
    stream_free(c->stream);
    if (c->kept.acct) {
        batch_list_done(&c->kept);
        batch_list_done(&c->kept_keys);
    }
    mem_free(&db->acct, c->first, c->first_cap * sizeof(*c->first));
    mem_strfree(&db->acct, c->name);
    mem_strfree(&db->acct, c->text);
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

static bool ends(const Cursor *c, uint64_t behind, bool taken_back)
{
    return c->in_transaction && c->number > behind && (taken_back || !c->hold);
}

void cursors_end(Database *db, uint64_t behind, bool taken_back)
{
    Cursor *gone = NULL;
    env_lock(db->env, &db->cursors_lock);
    for (Cursor **at = &db->cursors; *at;) {
        Cursor *c = ends(*at, behind, taken_back) ? take_off(at) : *at;
        if (c && c == *at) {
            c->in_transaction &= taken_back;
            at = &c->next;
        } else if (c) {
            c->next = gone;
            gone = c;
        }
    }
    env_unlock(db->env, &db->cursors_lock);
    while (gone) {
        Cursor *c = gone;
        gone = c->next;
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
        c->number = ++db->n_cursors;
        c->next = db->cursors;
        db->cursors = c;
    }
    env_unlock(db->env, &db->cursors_lock);
    return taken ? RAISE_AT(err, ERR_DUPLICATE_CURSOR, name->at, "cursor \"%.*s\" already exists", (int)name->s.n, name->s.p) : 0;
}

/* With the keys, if it can be so: what it selects may be an aggregate. */
static int open_stream(StmtContext *x, Node *stmt, const StreamOptions *o, Cursor *c, Err *err)
{
    Node *last = NULL;
    TRY(cursor_key_add(x, stmt, c, &last, err));
    int rc = stream_open(x->db, stmt, x->script, STREAM_COLLECT, o, &c->stream, c->n_key ? NULL : err);
    if (rc == -ERR_OUT_OF_MEMORY && c->n_key)
        return RAISE_NOMEM(err);
    if (rc < 0 && c->n_key) {
        cursor_key_take_back(stmt, c, last);
        rc = stream_open(x->db, stmt, x->script, STREAM_COLLECT, o, &c->stream, err);
    }
    return rc < 0 ? rc : cursor_key_open(c, engine_account(x->db->engine), err);
}

int stmt_declare(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const DeclareStmt *st = AST(DeclareStmt, s->node);
    Database *db = x->db;
    if (st->scroll && st->stmt->kind == NODE_SUBSCRIBE_STMT)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->node.at, "SCROLL of SUBSCRIBE is not supported: such a cursor has no end");
    env_lock(db->env, &db->cursors_lock);
    bool taken = *find(db, st->name.s) != NULL;
    env_unlock(db->env, &db->cursors_lock);
    if (taken)
        return RAISE_AT(err, ERR_DUPLICATE_CURSOR, st->name.at, "cursor \"%.*s\" already exists", (int)st->name.s.n, st->name.s.p);
    Cursor *c = mem_zalloc(&db->acct, sizeof(*c));
    char *name = arena_strndup(x->arena, st->name.s.p, st->name.s.n), *text = arena_strndup(x->arena, s->text.p, s->text.n);
    if (!c)
        return RAISE_NOMEM(err);
    c->name = name ? mem_strdup(&db->acct, name) : NULL;
    c->text = text ? mem_strdup(&db->acct, text) : NULL;
    if (!c->name || !c->text) {
        cursor_free(db, c);
        return RAISE_NOMEM(err);
    }
    c->made_us = x->now_us;
    c->hold = st->with_hold;
    c->scroll = st->scroll;
    c->in_transaction = db->transaction != NULL;
    c->kept.acct = c->kept_keys.acct = engine_account(db->engine);
    c->key_at = -1;
    c->live = st->stmt->kind == NODE_SUBSCRIBE_STMT;
    atomic_store(&db->interrupted, false);
    StreamOptions o = {.overflow = OVERFLOW_DISCONNECT, .buffer_bytes = c->live ? STREAM_BUFFER_PRESET : 0};
    int rc = open_stream(x, st->stmt, &o, c, err);
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

/* The number of FETCH, negative for one backwards. */
static int count_of(const FetchStmt *st, int64_t *ret, Err *err)
{
    const Node *n = st->count;
    uint64_t k = 1;
    bool minus = n && n->kind == NODE_EXPR_UNARY;
    if (minus)
        n = AST(ExprUnary, n)->arg;
    const ExprLiteral *l = n && n->kind == NODE_EXPR_LITERAL ? AST(ExprLiteral, n) : NULL;
    if (n && (!l || l->kind != LITERAL_INT || !str_to_u64(l->text, &k) || k > INT64_MAX))
        return RAISE_AT(err, ERR_INVALID_PARAMETER, st->count->at, "the count of FETCH is a number");
    *ret = minus ? -(int64_t)k : (int64_t)k;
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
    c->key_at = (int64_t)c->from - 1;
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
        if (rc != STREAM_ROWS) {
            c->key_at = -1; /* behind the last */
            return 0;
        }
        c->keys = batch_unref(c->keys);
        TRY(cursor_key_split(c, acct, d.batch, &c->rest, &c->keys, err));
    }
    return 0;
}

int cursor_take(Database *db, const Ident *name, Cursor **ret, Err *err)
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

void cursor_leave(Database *db, Cursor *c)
{
    env_lock(db->env, &db->cursors_lock);
    c->busy = false;
    bool doomed = c->doomed;
    env_unlock(db->env, &db->cursors_lock);
    if (doomed)
        cursor_free(db, c);
}

/* ---- rows that are kept ---- */

static int keep(Database *db, Cursor *c, Batch *give_b, Err *err)
{
    uint32_t n = give_b->n_sel;
    if (c->kept.n == c->first_cap) {
        uint32_t cap = c->first_cap ? c->first_cap * 2 : 8;
        uint64_t *p = mem_realloc(&db->acct, c->first, c->first_cap * sizeof(*p), cap * sizeof(*p));
        if (!p) {
            batch_unref(give_b);
            return RAISE_NOMEM(err);
        }
        c->first = p;
        c->first_cap = cap;
    }
    TRY(batch_list_add(&c->kept, give_b, err));
    c->first[c->kept.n - 1] = c->n_kept;
    c->n_kept += n;
    return 0;
}

/* Reads until row n is there, or the end. */
static int reach(Database *db, Cursor *c, uint64_t n, Err *err)
{
    while (!c->ended && c->n_kept < n) {
        Delivery d = {0};
        int rc = stream_next(c->stream, INT64_MAX, &d, err);
        TRY(rc);
        c->ended = rc != STREAM_ROWS;
        Batch *rows = NULL, *keys = NULL;
        if (rc == STREAM_ROWS && d.batch)
            TRY(cursor_key_split(c, c->kept.acct, d.batch, &rows, &keys, err));
        if (rows)
            TRY(keep(db, c, rows, err));
        if (keys)
            TRY(batch_list_add(&c->kept_keys, keys, err));
    }
    return 0;
}

static uint32_t batch_of(const Cursor *c, uint64_t row) /* from 1 */
{
    uint32_t low = 0, high = c->kept.n;
    while (high - low > 1) {
        uint32_t mid = (low + high) / 2;
        if (c->first[mid] < row)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* Rows from .. to, which are there, also backwards. */
static int give_kept(const Cursor *c, uint64_t from, uint64_t to, Account *acct, ResultSet *into, Err *err)
{
    bool back = to < from;
    Arena arena;
    arena_init(&arena, acct, 0);
    int rc = 0;
    for (bool more = true; more && rc == 0;) {
        uint32_t k = batch_of(c, from), n = 0;
        const Batch *b = c->kept.batch[k];
        uint64_t first = c->first[k] + 1, last = c->first[k] + b->n_sel;
        uint64_t end = back ? MAX(to, first) : MIN(to, last);
        uint16_t *sel = arena_alloc(&arena, b->n_sel * sizeof(*sel));
        for (uint64_t r = from; sel; r += back ? UINT64_MAX : 1) {
            sel[n++] = (uint16_t)row_at(batch_rows(b), (uint32_t)(r - first));
            if (r == end)
                break;
        }
        Batch *view = sel ? batch_with_sel(&arena, b, sel, n) : NULL, *part = view ? batch_own(acct, view) : NULL;
        rc = part ? result_set_add(into, part, err) : RAISE_NOMEM(err);
        more = end != to;
        from = back ? end - 1 : end + 1;
    }
    arena_done(&arena);
    return rc;
}

/* Up to n rows from where the cursor stands; it comes to stand on the last of them, or where there is none. */
static int scroll_forward(Database *db, Cursor *c, uint64_t n, uint64_t *ret_from, uint64_t *ret_to, Err *err)
{
    uint64_t want = n > UINT64_MAX - c->at ? UINT64_MAX : c->at + n;
    TRY(reach(db, c, want, err));
    *ret_from = c->at + 1;
    *ret_to = MIN(want, c->n_kept);
    c->at = want > c->n_kept ? c->n_kept + 1 : want;
    return 0;
}

static void scroll_back(Cursor *c, uint64_t n, uint64_t *ret_from, uint64_t *ret_to)
{
    *ret_from = c->at > 0 ? c->at - 1 : 0;
    *ret_to = c->at > n ? c->at - n : 1;
    c->at = c->at > n ? c->at - n : 0;
}

static void stand_on(Cursor *c, uint64_t row, uint64_t *ret_from, uint64_t *ret_to)
{
    c->at = MIN(row, c->n_kept + 1);
    *ret_from = c->at;
    *ret_to = row > 0 && row <= c->n_kept ? row : 0;
}

/* from .. to: the rows; to is 0, or on the wrong side of from, when there are none. */
static int scroll(Database *db, Cursor *c, const FetchStmt *st, int64_t n, uint64_t *from, uint64_t *to, bool *ret_back, Err *err)
{
    bool back = st->way == FETCH_BACKWARD;
    if (st->way == FETCH_ABSOLUTE) {
        TRY(reach(db, c, n < 0 ? UINT64_MAX : (uint64_t)n, err));
        uint64_t row = n >= 0 ? (uint64_t)n : (uint64_t)-n <= c->n_kept ? c->n_kept + 1 - (uint64_t)-n : 0;
        stand_on(c, row, from, to);
        return 0;
    }
    if (st->way == FETCH_RELATIVE) {
        uint64_t row = n >= 0 ? c->at + (uint64_t)n : (uint64_t)-n < c->at ? c->at - (uint64_t)-n : 0;
        TRY(reach(db, c, row, err));
        stand_on(c, row, from, to);
        return 0;
    }
    if (n == 0 && !st->all) {
        stand_on(c, c->at, from, to);
        return 0;
    }
    back ^= n < 0 && !st->all;
    uint64_t count = st->all ? UINT64_MAX : (uint64_t)(n < 0 ? -n : n);
    *ret_back = back;
    if (!back)
        return scroll_forward(db, c, count, from, to, err);
    scroll_back(c, count, from, to);
    return 0;
}

static int fetch_kept(Database *db, Cursor *c, const FetchStmt *st, int64_t n, Account *acct, ResultSet *into, uint64_t *ret_rows,
                      Err *err)
{
    uint64_t from = 0, to = 0;
    bool back = false;
    TRY(scroll(db, c, st, n, &from, &to, &back, err));
    bool none = from == 0 || to == 0 || (back ? to > from : to < from);
    *ret_rows = none ? 0 : back ? from - to + 1 : to - from + 1;
    return none || st->move ? 0 : give_kept(c, from, to, acct, into, err);
}

/* ---- any cursor ---- */

/* How many rows a cursor that moves forward passes over, and how many it gives then. */
static int forward_only(const Cursor *c, const FetchStmt *st, int64_t n, uint64_t *ret_skip, uint64_t *ret_n, Err *err)
{
    bool forward = st->way == FETCH_FORWARD && (st->all || n > 0);
    *ret_skip = 0;
    *ret_n = st->all ? UINT64_MAX : (uint64_t)MAX(n, 0);
    if (forward)
        return 0;
    uint64_t target = st->way == FETCH_RELATIVE ? c->at + (uint64_t)MAX(n, 0) : (uint64_t)MAX(n, 0);
    if (st->way != FETCH_BACKWARD && st->way != FETCH_FORWARD && n > 0 && target > c->at && !c->live) {
        *ret_skip = target - c->at - 1;
        *ret_n = 1;
        return 0;
    }
    (void)RAISE_AT(err, ERR_WRONG_STATE, st->node.at, "cursor can only scan forward");
    return c->live ? -ERR_WRONG_STATE : err_hint(err, "Declare it with SCROLL option to enable backward scan.");
}

static int fetch_forward(Cursor *c, const FetchStmt *st, int64_t n, Account *acct, ResultSet **into, uint64_t *ret_rows, Err *err)
{
    uint64_t skip, take;
    TRY(forward_only(c, st, n, &skip, &take, err));
    if (skip) {
        TRY(fetch(c, acct, skip, *into, err));
        c->at += (*into)->n_rows;
        take = (*into)->n_rows == skip ? take : 0;
        result_set_unref(*into);
        *into = result_set_new(acct, c->shown ? c->shown : c->stream->schema);
        if (!*into)
            return RAISE_NOMEM(err);
    }
    TRY(fetch(c, acct, take, *into, err));
    *ret_rows = (*into)->n_rows;
    c->at += *ret_rows;
    return 0;
}

int stmt_fetch(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const FetchStmt *st = AST(FetchStmt, s->node);
    Database *db = x->db;
    Account *acct = engine_account(db->engine);
    int64_t n = 0;
    uint64_t n_rows = 0;
    Cursor *c = NULL;
    TRY(count_of(st, &n, err));
    TRY(cursor_take(db, &st->name, &c, err));
    atomic_store(&db->interrupted, false);
    ResultSet *rows = result_set_new(acct, c->shown ? c->shown : c->stream->schema);
    int rc = rows ? 0 : RAISE_NOMEM(err);
    if (rc == 0)
        rc = c->scroll ? fetch_kept(db, c, st, n, acct, rows, &n_rows, err) : fetch_forward(c, st, n, acct, &rows, &n_rows, err);
    cursor_leave(db, c);
    if (rc < 0 || st->move) {
        result_set_unref(rows);
        rows = NULL;
    }
    TRY(rc);
    stmt_done(x, st->move ? STMT_DDL : STMT_QUERY, "", st->name.s);
    snprintf(x->result->tag, sizeof(x->result->tag), "%s %llu", st->move ? "MOVE" : "FETCH", (unsigned long long)n_rows);
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
