/* SPDX-License-Identifier: Apache-2.0
 *
 * Running scripts: substitution of variables, parsing, dispatch by statements.def. */
#include "db/execute.h"
#include "db/copy.h"
#include "db/definition_zone.h"
#include "db/dml_with.h"
#include "db/routine.h"
#include "db/durable.h"
#include "db/prepare.h"
#include "db/search_path.h"
#include "db/sequence.h"
#include "db/session.h"
#include "db/settings.h"
#include "db/transaction.h"
#include "db/stream.h"
#include "sql/variables.h"

#include <stdio.h>

static const struct {
    NodeKind kind;
    StmtFn fn;
    const char *name;
    enum { READS, WRITES_ROWS, IS_LOGGED } effect;
} statements[] = {
#define STMT(KIND, fn, text) {NODE_##KIND, fn, text, READS},
#define WRITES(KIND, fn, text) {NODE_##KIND, fn, text, WRITES_ROWS},
#define LOGGED(KIND, fn, text) {NODE_##KIND, fn, text, IS_LOGGED},
#define UNSUPPORTED(KIND, text) {NODE_##KIND, NULL, text, READS},
#include "db/statements.def"
#undef STMT
#undef WRITES
#undef LOGGED
#undef UNSUPPORTED
};

const char *statement_name(const Node *n)
{
    for (size_t i = 0; i < ARRAY_LEN(statements); i++)
        if (statements[i].kind == (NodeKind)n->kind)
            return statements[i].name;
    return node_kind_name((NodeKind)n->kind);
}

/* An ALTER that changes nothing of what is defined, so it is not logged. */
static bool is_resume(const ScriptStmt *s)
{
    const AlterStmt *st = s->node->kind == NODE_ALTER_STMT ? AST(AlterStmt, s->node) : NULL;
    return st && st->kind == OBJECT_SINK && st->actions.n == 1 && AST(AlterAction, st->actions.first)->kind == ALTER_RESUME;
}

/* 25006: statements that change anything but settings and the transaction itself. */
static int check_read_only(const StmtContext *x, const ScriptStmt *s, const char *name, Err *err)
{
    NodeKind kind = (NodeKind)s->node->kind;
    if (kind == NODE_SET_STMT || kind == NODE_RESET_STMT || kind == NODE_TRANSACTION_STMT ||
        (kind == NODE_COPY_STMT && !AST(CopyStmt, s->node)->is_from) /* what it may change says so itself */ || x->only_bind ||
        durable_is_replaying(x->db) || !transaction_is_read_only(x->db))
        return 0;
    size_t n = strcspn(name, " ,"); /* CREATE of any kind */
    bool many = kind != NODE_INSERT_STMT && strchr(name, ',');
    return RAISE_AT(err, ERR_READ_ONLY_TRANSACTION, s->node->at, "cannot execute %.*s in a read-only transaction",
                    (int)(many ? n : strlen(name)), name);
}

/* A number of a sequence that it shows is as safe as one that is stored. */
static int reads(StmtContext *x, const ScriptStmt *s, StmtFn fn, Err *err)
{
    TRY(fn(x, s, err));
    return sequences_settle(x->db, err);
}

#define AGAIN_MAX 100u

static int run_fn(StmtContext *x, const ScriptStmt *s, StmtFn fn, Err *err)
{
    uint32_t n = 0;
    int rc;
    do {
        if (n && err)
            err_reset(err);
        x->again = false;
        rc = fn(x, s, err);
    } while (rc < 0 && x->again && ++n < AGAIN_MAX);
    return rc;
}

static int run_write(StmtContext *x, const ScriptStmt *s, StmtFn fn, const char *name, Err *err)
{
    TRY(check_read_only(x, s, name, err));
    TRY(durable_check(x->db, err));
    bool before = mem_may_fail(true);
    int rc = fn(x, s, err);
    (void)mem_may_fail(before);
    TRY(rc);
    return durable_settle(x->db, x->wal_mode, err);
}

static int dispatch(StmtContext *x, const ScriptStmt *given, Err *err)
{
    ScriptStmt own = *given;
    const ScriptStmt *s = &own;
    TRY(definition_in_zone(x, &own, err));
    for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
        if (statements[i].kind != s->node->kind)
            continue;
        if (!statements[i].fn)
            return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "%s is not supported yet", statements[i].name);
        if (s->n_params > x->n_params && s->node->kind != NODE_PREPARE_STMT)
            return RAISE_AT(err, ERR_UNDEFINED_PARAMETER, s->param_at, "there is no parameter $%u: the statement was not prepared",
                            (unsigned)s->n_params);
        if (dml_with_changes(s->node))
            return run_write(x, s, stmt_with_changes, statements[i].name, err);
        if (statements[i].effect == READS)
            return reads(x, s, statements[i].fn, err);
        if (is_resume(s))
            return stmt_resume(x, s, err);
        TRY(check_read_only(x, s, statements[i].name, err));
        TRY(durable_check(x->db, err));
        if (statements[i].effect == IS_LOGGED)
            durable_begin(x->db, s);
        bool before = mem_may_fail(s->node->kind == NODE_INSERT_STMT || s->node->kind == NODE_UPDATE_STMT);
        int rc = run_fn(x, s, statements[i].fn, err);
        (void)mem_may_fail(before);
        if (statements[i].effect == IS_LOGGED)
            rc = durable_end(x->db, rc, err);
        TRY(rc);
        return durable_settle(x->db, x->wal_mode, err);
    }
    return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "%s is not supported yet", node_kind_name((NodeKind)s->node->kind));
}

int run_statement(StmtContext *x, const ScriptStmt *s, Err *err)
{
    SetConfig set;
    SleepCall sleep;
    WITH_ZONE(db_zone(x->db));
    if (!x->only_bind && !x->called && routine_is_called(x->db, s->node))
        return stmt_with_calls(x, s, err);
    if (x->in_transaction)
        return dispatch(x, s, err);
    if (!x->only_bind && set_config_find(s->node, &set))
        return stmt_set_config(x, &set, err);
    if (!x->only_bind && sleep_find(s->node, &sleep))
        return stmt_sleep(x, &sleep, err);
    if (x->alone)
        return dispatch(x, s, err);
    int rc = transaction_enter(x, s, err);
    if (rc == 0)
        rc = dispatch(x, s, err);
    if (x->in_transaction)
        transaction_leave(x->db, rc);
    if (x->alone)
        transaction_leave_alone(x->db);
    x->alone = false;
    if (x->db->transaction || x->ends_transaction)
        return rc;
    if (rc >= 0 && !x->only_bind && !durable_is_replaying(x->db))
        rc = on_commit_run(x, err);
    session_transaction_over(x->db);
    return rc;
}

int run_text_part(StmtContext *x, const char *text, Err *err)
{
    ScriptStmt s;
    StmtContext part = *x;
    part.script = str_of(text);
    TRY(sql_parse_one(x->arena, text, (uint32_t)strlen(text), &s, err));
    return run_statement(&part, &s, err);
}

int run_as_one(StmtContext *x, int (*run)(StmtContext *x, const void *what, Err *err), const void *what, Err *err)
{
    bool alone = !x->db->transaction, counted = alone && x->alone;
    if (counted) /* its own transaction does not wait for it */
        transaction_leave_alone(x->db);
    x->alone &= !counted;
    int rc = alone ? run_text_part(x, "BEGIN", err) : 0, begun = rc;
    if (rc == 0)
        rc = run(x, what, err);
    if (alone && rc == 0)
        rc = run_text_part(x, "COMMIT", err);
    else if (alone && begun == 0)
        (void)run_text_part(x, "ROLLBACK", NULL);
    if (counted)
        transaction_enter_alone(x->db);
    x->alone |= counted;
    return rc;
}

static int substitute(Database *db, Arena *arena, Str text, Str *ret, Err *err)
{
    env_lock(db->env, &db->settings_lock);
    int rc = sql_substitute(arena, text, db_variable, db, db->config.permissive_variables, ret, err);
    env_unlock(db->env, &db->settings_lock);
    return rc;
}

static StatementResult empty_result(Database *db)
{
    env_lock(db->env, &db->settings_lock);
    StatementResult r = {.warnings_only = db->settings.warnings_only};
    env_unlock(db->env, &db->settings_lock);
    return r;
}

/* With the schemas that search_path finds. */
static int run_in_path(StmtContext *x, const ScriptStmt *s, Err *err)
{
    InPath in;
    int rc = statement_in_path(x->db, x->arena, NULL, x->script, s, &in, err);
    TRY(rc);
    if (rc == 0)
        return run_with_parts(x, s, err);
    x->script = in.script;
    rc = run_with_parts(x, &in.stmt, err);
    if (rc < 0)
        error_out_of_path(&in, s, err);
    return rc;
}

static int run_script(Database *db, Arena *arena, Str text, const CopyIo *io, StatementResult *ret, Err *err)
{
    Str full;
    TRY(substitute(db, arena, text, &full, err));
    if (full.n > UINT32_MAX / 2)
        return RAISE(err, ERR_PROGRAM_LIMIT, "the statement text is longer than 2 GiB");
    Script script = {0};
    Err parse_error = ERR_INIT;
    int parsed = sql_parse(arena, full.p, (uint32_t)full.n, &script, &parse_error);
    for (uint32_t i = 0; i < script.n_stmts; i++) {
        statement_result_done(ret);
        *ret = empty_result(db);
        StmtContext x = {.db = db,
                         .arena = arena,
                         .script = full,
                         .result = ret,
                         .now_us = env_wall_us(db->env),
                         .is_last = i + 1 == script.n_stmts && parsed >= 0,
                         .copy = io};
        TRY(db_check_open(db, err));
        const ScriptStmt *s = &script.stmts[i];
        int rc = makes_schema_elements(s->node) ? run_schema_elements(&x, s, err) : run_in_path(&x, s, err);
        if (rc < 0) {
            if (rc == -ERR_OUT_OF_MEMORY && engine_memory_limit(db->engine) && err && !err->hint[0])
                (void)err_hint(err, "memory_limit is %lld bytes", (long long)engine_memory_limit(db->engine));
            if (err)
                err_locate(err, full.p, (uint32_t)full.n);
            return rc;
        }
    }
    if (parsed < 0) {
        transaction_fail(db);
        if (err)
            *err = parse_error;
        if (err && !err->line)
            err_locate(err, full.p, (uint32_t)full.n);
        return parsed;
    }
    return script.n_stmts ? 0 : RAISE(err, ERR_SYNTAX, "Empty SQL statement");
}

int db_replay_statement(Database *db, Str text, Err *err)
{
    Arena arena;
    ScriptStmt stmt;
    StatementResult result = {0};
    arena_init(&arena, &db->acct, 0);
    StmtContext x = {.db = db, .arena = &arena, .script = text, .result = &result, .now_us = env_wall_us(db->env), .is_last = true};
    int rc = sql_parse_one(&arena, text.p, (uint32_t)text.n, &stmt, err);
    if (rc == 0)
        rc = run_statement(&x, &stmt, err);
    statement_result_done(&result);
    arena_done(&arena);
    return rc;
}

static int execute(Database *db, StatementResult *ret, int (*run)(Database *, Arena *, const void *, StatementResult *, Err *),
                   const void *what, Err *err)
{
    *ret = empty_result(db);
    TRY(db_check_open(db, err));
    if (db_is_inside(db))
        return RAISE(err, ERR_REENTRANT, "statements cannot be run inside a callback");
    db_exhume(db);
    Arena arena;
    arena_init(&arena, &db->acct, 0);
    int rc = run(db, &arena, what, ret, err);
    arena_done(&arena);
    if (rc < 0)
        statement_result_done(ret);
    else
        durable_warn(db, ret);
    return rc;
}

static int run_text(Database *db, Arena *arena, const void *what, StatementResult *ret, Err *err)
{
    return run_script(db, arena, *(const Str *)what, NULL, ret, err);
}

int db_execute(Database *db, Str text, StatementResult *ret, Err *err)
{
    return execute(db, ret, run_text, &text, err);
}

typedef struct CopyRun {
    Str text;
    const CopyIo *io;
} CopyRun;

static int run_copy(Database *db, Arena *arena, const void *what, StatementResult *ret, Err *err)
{
    const CopyRun *r = what;
    return run_script(db, arena, r->text, r->io, ret, err);
}

int db_execute_copy(Database *db, Str text, const CopyIo *io, StatementResult *ret, Err *err)
{
    CopyRun r = {text, io};
    return execute(db, ret, run_copy, &r, err);
}

typedef struct BoundRun {
    const Prepared *p;
    ParamSlot *slots;
} BoundRun;

static int run_bound(Database *db, Arena *arena, const void *what, StatementResult *ret, Err *err)
{
    const BoundRun *r = what;
    StmtContext x = {.db = db, .arena = arena, .result = ret, .now_us = env_wall_us(db->env)};
    return prepared_run(&x, r->p, r->slots, err);
}

int db_execute_prepared(Database *db, const Prepared *p, ParamSlot *slots, StatementResult *ret, Err *err)
{
    BoundRun r = {p, slots};
    return execute(db, ret, run_bound, &r, err);
}

void parsed_query_locate(const ParsedQuery *q, Err *err)
{
    if (!err)
        return;
    error_out_of_path(&q->in, &q->written, err);
    err_locate(err, q->written_text.p, (uint32_t)q->written_text.n);
}

static int parse_query(Database *db, Arena *arena, ParsedQuery *q, Err *err)
{
    ScriptStmt *s = &q->written;
    TRY(sql_parse_one(arena, q->text.p, (uint32_t)q->text.n, s, err));
    if (s->node->kind != NODE_QUERY_STMT && s->node->kind != NODE_SUBSCRIBE_STMT)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, s->node->at, "the statement is not a query");
    if (s->n_params)
        return RAISE_AT(err, ERR_UNDEFINED_PARAMETER, s->param_at, "there is no parameter $%u: the statement was not prepared",
                        (unsigned)s->n_params);
    q->stmt = *s;
    int rc = statement_in_path(db, arena, NULL, q->text, s, &q->in, err);
    if (rc == 1) {
        q->stmt = q->in.stmt;
        q->text = q->in.script;
    }
    return MIN(rc, 0);
}

int db_parse_query(Database *db, Arena *arena, Str text, ParsedQuery *ret, Err *err)
{
    *ret = (ParsedQuery){0};
    TRY(db_check_open(db, err));
    TRY(substitute(db, arena, text, &ret->text, err));
    ret->written_text = ret->text;
    if (ret->text.n > UINT32_MAX / 2)
        return RAISE(err, ERR_PROGRAM_LIMIT, "the statement text is longer than 2 GiB");
    int rc = parse_query(db, arena, ret, err);
    if (rc < 0 && err && !err->line)
        err_locate(err, ret->written_text.p, (uint32_t)ret->written_text.n);
    return rc;
}

/* ---- shared by the handlers ---- */

PlanContext statement_context(const StmtContext *x, const Catalog *c)
{
    PlanContext ctx = plan_context(x->db, c, NULL);
    ctx.n_params = x->n_params;
    ctx.params = x->params;
    ctx.routine = x->routine;
    ctx.sequences = true;
    return ctx;
}

void statement_show(StmtContext *x, PhysPlan *give_plan)
{
    if (x->shown && !*x->shown)
        *x->shown = give_plan;
    else
        phys_plan_free(give_plan);
}

Str object_of(const Name *n)
{
    return name_key(n);
}

void stmt_done(StmtContext *x, StatementKind kind, const char *tag, Str object)
{
    x->result->kind = kind;
    snprintf(x->result->tag, sizeof(x->result->tag), "%s", tag);
    snprintf(x->result->object, sizeof(x->result->object), "%.*s", (int)object.n, object.p);
}

Option *options_of(Arena *arena, const NodeList *nodes, uint32_t *ret_n)
{
    Option *o = ARENA_ARRAY(arena, Option, nodes->n + 1);
    if (!o)
        return NULL;
    uint32_t n = 0;
    AST_EACH(node, *nodes)
    {
        const OptionNode *k = AST(OptionNode, node);
        o[n++] = (Option){k->key, k->value, k->value_at, k->key_at};
    }
    *ret_n = n;
    return o;
}

Span option_at(const NodeList *nodes, const char *key, Span otherwise)
{
    AST_EACH(node, *nodes)
    {
        const OptionNode *k = AST(OptionNode, node);
        if (str_eq_nocase(k->key, str_of(key)))
            return k->value_at;
    }
    return otherwise;
}

int connector_failed(const ConnectorClause *c, int rc, Err *err)
{
    if (rc >= 0 || !err || !span_is_none(err->at) || !c)
        return rc;
    if (err->code == ERR_UNKNOWN_FORMAT && c->format.s.p)
        err->at = c->format.at;
    else
        err->at = err->code == ERR_MISSING_OPTION ? c->kind.at : option_at(&c->options, "path", c->kind.at);
    return rc;
}

int copy_options(Arena *into, const Option *from, uint32_t n, Option **ret, Err *err)
{
    Option *o = ARENA_ARRAY(into, Option, n + 1);
    if (!o)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        const char *key = arena_strndup(into, from[i].key.p, from[i].key.n),
                   *value = arena_strndup(into, from[i].value.p, from[i].value.n);
        if (!key || !value)
            return RAISE_NOMEM(err);
        o[i] = (Option){{key, from[i].key.n}, {value, from[i].value.n}, from[i].at, from[i].key_at};
    }
    *ret = o;
    return 0;
}
