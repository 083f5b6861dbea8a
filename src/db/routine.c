/* SPDX-License-Identifier: Apache-2.0
 *
 * CALL, and functions whose body is statements that are run: several of them, or some that change rows.
 *
 * Such a body is a script.  Its statements run one after the other as those of a client do, with the parameters as theirs, and all
 * that they do happens, or nothing.  A query reads a moment, may be planned again and runs inside the shard, where no statement
 * can; so a function of this kind is called before the query that it stands in: by SELECT f(..), or in FROM, of a SELECT of its own
 * and with constants.  What it gives stands in the query as a query of WITH that has run. */
#include "db/routine.h"

#include "catalog/names.h"
#include "db/dml_with.h"
#include "db/search_path.h"
#include "db/stream.h"
#include "func/cast.h"
#include "sql/ast_make.h"
#include "sql/parse.h"

#define ROUTINE_DEPTH_MAX 32u

/* ---- what it gives ---- */

/* The columns of a call: of OUT parameters and RETURNS TABLE, of a row, or one. */
typedef struct Output {
    Field *field;
    uint32_t n;
    bool is_row; /* the value is a row of them */
} Output;

static bool gives_out(const struct RelationFnArg *a)
{
    return a->mode == PARAM_OUT || a->mode == PARAM_INOUT || a->mode == PARAM_TABLE;
}

static const char *own_name(const Relation *r, Arena *arena)
{
    return arena_strndup(arena, r->own, strcspn(r->own, "("));
}

static int output_of(const Relation *r, Arena *arena, Output *ret, Err *err)
{
    const Field *result = &r->schema->field[r->schema->n - 1];
    uint32_t n_out = 0;
    *ret = (Output){.field = ARENA_ARRAY(arena, Field, r->n_fn_args + 1)};
    const char *name = own_name(r, arena);
    if (!ret->field || !name)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < r->n_fn_args; i++)
        if (gives_out(&r->fn_arg[i]))
            ret->field[n_out++] = (Field){.name = r->fn_arg[i].name[0] ? r->fn_arg[i].name : "column", .type = r->fn_arg[i].type};
    ret->n = n_out;
    ret->is_row = n_out > 1;
    if (n_out == 0 && result->type.id == T_STRUCT) {
        *ret = (Output){(Field *)result->type.nested->field, result->type.nested->n, true};
        return 0;
    }
    if (n_out == 0)
        ret->field[ret->n++] = (Field){.name = name, .type = result->type};
    return 0;
}

static int no_match(const Relation *r, Err *err)
{
    char type[64];
    type_print(r->schema->field[r->schema->n - 1].type, type, sizeof(type));
    (void)RAISE(err, ERR_INVALID_FUNCTION_DEF, "return type mismatch in function declared to return %s", type);
    return err_detail(err, "The columns of its final statement are others.");
}

static int put_row(RowMaker *m, const Relation *r, const Output *o, const Batch *b, uint32_t row, Arena *arena, Err *err)
{
    for (uint32_t i = 0; i < o->n; i++) {
        Value v = vec_get(&b->col[i], row), is = value_null(o->field[i].type);
        const CastDef *cast = cast_find((TypeId)v.type.id, (TypeId)is.type.id);
        if (!type_eq(v.type, is.type) && v.type.id != is.type.id && (!cast || cast->context < CAST_ASSIGN))
            return no_match(r, err);
        if (!v.is_null)
            TRY(cast_value(&v, o->field[i].type, arena, &is, err));
        row_value(m, &is);
    }
    row_end(m);
    return m->failed < 0 ? RAISE_NOMEM(err) : 0;
}

/* The rows of the final statement in the declared columns; one that gives no rows gives a row of NULLs, a function of nothing ''.
 */
static int shape(const Relation *r, const Output *o, const ResultSet *rows, Arena *arena, RowMaker *m, Err *err)
{
    bool any = false;
    if (rows && !r->fn_void && rows->schema->n != o->n)
        return no_match(r, err);
    for (uint32_t k = 0; rows && !r->fn_void && k < rows->n; k++) {
        Rows at = batch_rows(rows->batch[k]);
        for (uint32_t i = 0; i < at.n && (r->fn_set || !any); i++, any = true)
            TRY(put_row(m, r, o, rows->batch[k], row_at(at, i), arena, err));
    }
    if (any || r->fn_set)
        return 0;
    for (uint32_t i = 0; i < o->n; i++)
        if (r->fn_void)
            row_text(m, "");
        else
            row_null(m);
    row_end(m);
    return m->failed < 0 ? RAISE_NOMEM(err) : 0;
}

/* ---- running ---- */

typedef struct Run {
    const Relation *r;
    const Output *output;
    ParamSlot *slot;
    const Script *script;
    Str text;
    Span at; /* of the call */
    ResultSet **ret;
} Run;

static int run_one(StmtContext *x, const Run *w, const ScriptStmt *s, StatementResult *result, Err *err)
{
    StmtContext inner = *x;
    inner.script = w->text;
    inner.result = result;
    inner.is_last = false;
    inner.copy = NULL;
    inner.called = NULL;
    inner.n_params = w->r->schema->n - 1;
    inner.params = w->slot;
    inner.routine = own_name(w->r, x->arena);
    inner.routine_depth = x->routine_depth + 1;
    if (!inner.routine)
        return RAISE_NOMEM(err);
    InPath in;
    int rc = statement_in_path(x->db, x->arena, NULL, w->text, s, &in, err);
    TRY(rc);
    inner.script = rc ? in.script : w->text;
    return run_statement(&inner, rc ? &in.stmt : s, err);
}

static int make_rows(StmtContext *x, const Run *w, const ResultSet *last, Err *err)
{
    RowMaker m = {0};
    TRY(row_maker_init(&m, engine_account(x->db->engine), w->output->field, w->output->n, err));
    int rc = shape(w->r, w->output, last, x->arena, &m, err);
    int made = row_maker_finish(&m, w->ret, rc < 0 ? NULL : err);
    if (rc < 0 && made == 0) {
        result_set_unref(*w->ret);
        *w->ret = NULL;
    }
    return rc < 0 ? rc : made;
}

static int run_all(StmtContext *x, const void *what, Err *err)
{
    const Run *w = what;
    StatementResult result = {0};
    int rc = 0;
    for (uint32_t i = 0; i < w->script->n_stmts && rc == 0; i++) {
        statement_result_done(&result);
        result = (StatementResult){0};
        rc = run_one(x, w, &w->script->stmts[i], &result, err);
    }
    if (rc == 0)
        rc = make_rows(x, w, result.rows, err);
    statement_result_done(&result);
    return rc;
}

static int slots_of(const Relation *r, const Value *args, Arena *arena, ParamSlot **ret, Err *err)
{
    uint32_t n = r->schema->n - 1;
    *ret = ARENA_ARRAY(arena, ParamSlot, n + 1);
    if (!*ret)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        const Field *f = &r->schema->field[i];
        (*ret)[i] = (ParamSlot){.type = f->type, .has_value = args != NULL, .name = f->name};
        if (args)
            (*ret)[i].value = args[i];
    }
    return 0;
}

static bool is_null_call(const Relation *r, const Value *args)
{
    bool any = false;
    for (uint32_t i = 0; r->strict && i + 1 < r->schema->n; i++)
        any |= args[i].is_null;
    return any;
}

/* *ret: one reference. */
static int run_routine(StmtContext *x, const Relation *r, const Value *args, Span at, ResultSet **ret, Err *err)
{
    Script script = {0};
    Output output;
    Run w = {.r = r, .output = &output, .script = &script, .at = at, .ret = ret};
    Err inner = ERR_INIT;
    *ret = NULL;
    if (x->routine_depth >= ROUTINE_DEPTH_MAX)
        return RAISE_AT(err, ERR_TOO_COMPLEX, at, "functions call each other more than %u deep", ROUTINE_DEPTH_MAX);
    char *text = arena_strdup(x->arena, r->query);
    if (!text)
        return RAISE_NOMEM(err);
    TRY(output_of(r, x->arena, &output, err));
    if (is_null_call(r, args)) {
        Relation none = *r;
        none.fn_void = false;
        w.r = &none;
        return make_rows(x, &w, NULL, err);
    }
    w.text = str_of(text);
    TRY(slots_of(r, args, x->arena, &w.slot, err));
    int rc = sql_parse(x->arena, text, (uint32_t)w.text.n, &script, &inner);
    if (rc == 0)
        rc = run_as_one(x, run_all, &w, &inner);
    if (rc < 0) { /* of COMMIT, when there are rows */
        result_set_unref(*ret);
        *ret = NULL;
    }
    if (rc < 0 && err) { /* places in the body are none of the statement that calls it */
        *err = inner;
        err->at = at;
        err->line = 0;
    }
    return rc;
}

static int call(StmtContext *x, const ExprCall *c, bool procedure, const Relation **ret_routine, ResultSet **ret, Err *err)
{
    Catalog *catalog = db_catalog(x->db);
    PlanContext ctx = statement_context(x, catalog);
    ExprRandom random = statement_random(x->db);
    const Relation *r = NULL;
    Value *args = NULL;
    ctx.now_us = x->now_us;
    ctx.random = &random;
    int rc = bind_routine_call(&ctx, c, procedure, x->arena, &r, &args, err);
    if (rc == 0 && !r->fn_script)
        rc = RAISE_AT(err, ERR_UNSUPPORTED, c->node.at, "function %s is overloaded by one that runs statements: cast the arguments",
                      r->name);
    if (rc == 0 && x->only_bind)
        rc = 0;
    else if (rc == 0)
        rc = run_routine(x, r, args, c->node.at, ret, err);
    *ret_routine = rc == 0 ? relation_ref((Relation *)r) : NULL;
    catalog_unref(catalog);
    return rc;
}

int stmt_call(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CallStmt *st = AST(CallStmt, s->node);
    const Relation *r = NULL;
    ResultSet *rows = NULL;
    TRY(call(x, AST(ExprCall, st->call), true, &r, &rows, err));
    bool shows = rows && !r->fn_void;
    stmt_done(x, shows ? STMT_ROWS : STMT_DDL, "CALL", STR(""));
    x->result->rows = shows ? rows : NULL;
    if (!shows)
        result_set_unref(rows);
    relation_unref((Relation *)r);
    return 0;
}

/* ---- CREATE FUNCTION ---- */

static bool may_stand(const Node *n)
{
    return n->kind == NODE_QUERY_STMT || n->kind == NODE_INSERT_STMT || n->kind == NODE_UPDATE_STMT ||
           n->kind == NODE_DELETE_STMT || n->kind == NODE_MERGE_STMT || n->kind == NODE_TRUNCATE_STMT || n->kind == NODE_CALL_STMT;
}

static bool gives_rows(const Node *n)
{
    switch ((NodeKind)n->kind) {
    case NODE_QUERY_STMT: return true;
    case NODE_INSERT_STMT: return AST(InsertStmt, n)->returning.n > 0;
    case NODE_UPDATE_STMT: return AST(UpdateStmt, n)->returning.n > 0;
    case NODE_DELETE_STMT: return AST(DeleteStmt, n)->returning.n > 0;
    default: return false;
    }
}

/* The columns of a query, which is planned for that. */
static int check_columns(StmtContext *x, const Relation *r, const Query *q, Err *err)
{
    StreamOptions o = {.n_params = r->schema->n - 1, .routine = own_name(r, x->arena)};
    PhysPlan *plan = NULL;
    Output output;
    TRY(output_of(r, x->arena, &output, err));
    TRY(slots_of(r, NULL, x->arena, &o.params, err));
    TRY(stream_check(x->db, q, &o, &plan, err));
    uint32_t n = plan->schema->n;
    phys_plan_free(plan);
    return n == output.n ? 0 : no_match(r, err);
}

static int check_one(StmtContext *x, const Relation *r, const ScriptStmt *s, Str text, Err *err)
{
    StatementResult unused = {0};
    Run w = {.r = r, .text = text};
    StmtContext bound = *x;
    bool changes = s->node->kind != NODE_QUERY_STMT;
    if (!may_stand(s->node))
        return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "%s in the body of a function is not supported",
                        statement_name(s->node));
    if (changes && (r->fn_changes == FUNCTION_IMMUTABLE || r->fn_changes == FUNCTION_STABLE))
        return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "%s is not allowed in a non-volatile function", statement_name(s->node));
    if (s->node->kind == NODE_TRUNCATE_STMT || s->node->kind == NODE_CALL_STMT)
        return 0;
    TRY(slots_of(r, NULL, x->arena, &w.slot, err));
    bound.in_transaction = bound.only_bind = true;
    int rc = run_one(&bound, &w, s, &unused, err);
    statement_result_done(&unused);
    return rc;
}

int routine_check(StmtContext *x, const Relation *r, Err *err)
{
    Script script = {0};
    char *text = arena_strdup(x->arena, r->query);
    if (!text)
        return RAISE_NOMEM(err);
    TRY(sql_parse(x->arena, text, (uint32_t)strlen(text), &script, err));
    const Node *last = script.n_stmts ? script.stmts[script.n_stmts - 1].node : NULL;
    if (!r->fn_void && !(last && gives_rows(last))) {
        (void)no_match(r, err);
        return err_detail(err, "Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.");
    }
    for (uint32_t i = 0; i < script.n_stmts; i++)
        TRY(check_one(x, r, &script.stmts[i], str_of(text), err));
    if (!r->fn_void && last->kind == NODE_QUERY_STMT && !dml_with_changes(last))
        return check_columns(x, r, AST(QueryStmt, last)->query, err);
    return 0;
}

/* ---- calls in a query ---- */

static bool is_script(const Catalog *c, const Node *n)
{
    const ExprCall *call = n && n->kind == NODE_EXPR_CALL ? AST(ExprCall, n) : NULL;
    Str name = call && !call->over ? name_key(&call->func) : (Str){0};
    for (uint32_t i = 0; name.n && i < c->n; i++) {
        const Relation *r = c->relation[i];
        if (r->kind == REL_FUNCTION && r->fn_script && !r->fn_procedure && strncmp(r->name, name.p, name.n) == 0 &&
            r->name[name.n] == '(')
            return true;
    }
    return false;
}

static Select *plain_select(Node *stmt)
{
    Query *q = stmt->kind == NODE_QUERY_STMT ? ((QueryStmt *)(void *)stmt)->query : NULL;
    return q && q->body->kind == NODE_SELECT ? (Select *)(void *)q->body : NULL;
}

static const FromFunction *called_item(const Catalog *c, const Node *n)
{
    const FromFunction *f = n->kind == NODE_FROM_FUNCTION ? AST(FromFunction, n) : NULL;
    bool plain = f && !f->ordinality && !f->more.n && !f->table_form && !(f->alias && f->alias->fields.n);
    return plain && is_script(c, &f->call->node) ? f : NULL;
}

bool routine_is_called(Database *db, const Node *stmt)
{
    Catalog *c = db_catalog(db);
    const Select *of = plain_select((Node *)stmt);
    bool any = false;
    for (const Node *n = of && !of->from.n ? of->targets.first : NULL; n; n = n->next)
        any |= is_script(c, AST(Target, n)->expr);
    for (const Node *n = of ? of->from.first : NULL; n; n = n->next)
        any |= called_item(c, n) != NULL;
    catalog_unref(c);
    return any;
}

static int result_keep(StmtContext *x, ResultSet *give_rows, Err *err)
{
    RoutineResults *k = x->called;
    if (k->n == ROUTINE_RESULTS_MAX) {
        result_set_unref(give_rows);
        return RAISE(err, ERR_PROGRAM_LIMIT, "a query calls at most %u functions that run statements", ROUTINE_RESULTS_MAX);
    }
    k->rows[k->n++] = give_rows;
    return 0;
}

typedef struct Calls {
    StmtContext *x;
    Query *q;
    Select *of;
    uint32_t n;
} Calls;

/* WITH name AS (what the call has given) before those of the query; *ret: the name. */
static int give_rows(Calls *c, const ResultSet *rows, Span at, Ident *ret, Err *err)
{
    Arena *a = c->x->arena;
    Cte *cte = ARENA_NEW(a, Cte);
    With *with = ARENA_NEW(a, With);
    GivenRows *g = ARENA_NEW(a, GivenRows);
    char *name = arena_printf(a, "called %u", c->n++);
    if (!cte || !with || !g || !name)
        return RAISE_NOMEM(err);
    *ret = (Ident){.s = str_of(name), .at = at};
    *g = (GivenRows){.schema = rows->schema, .batch = rows->batch, .n = rows->n};
    *cte = (Cte){.node = {.kind = NODE_CTE, .at = at, .depth = 1}, .name = *ret, .given = g};
    *with = (With){.node = {.kind = NODE_WITH, .at = at, .depth = 1}, .recursive = c->q->with && c->q->with->recursive};
    node_list_append(&with->ctes, &cte->node);
    for (Node *n = c->q->with ? c->q->with->ctes.first : NULL, *next; n; n = next) {
        next = n->next;
        node_list_append(&with->ctes, n);
    }
    c->q->with = with;
    return 0;
}

static Node *from_given(Arena *a, Ident of, const Ident *alias, Alias *whole, Span at)
{
    FromTable *t = ARENA_NEW(a, FromTable);
    Ident *part = ARENA_NEW(a, Ident);
    Alias *as = whole ? whole : ARENA_NEW(a, Alias);
    if (!t || !part || !as)
        return NULL;
    if (!whole)
        *as = (Alias){.node = {.kind = NODE_ALIAS, .at = at, .depth = 1}, .name = *alias};
    *part = of;
    *t = (FromTable){.node = {.kind = NODE_FROM_TABLE, .at = at, .depth = 1},
                     .name = {.part = part, .n_parts = 1, .at = at},
                     .alias = as};
    return &t->node;
}

static Node *column_of_given(Arena *a, Ident of, const char *column, Span at)
{
    ExprColumn *e = ARENA_NEW(a, ExprColumn);
    Ident *part = ARENA_ARRAY(a, Ident, 2);
    if (!e || !part)
        return NULL;
    part[0] = of;
    part[1] = (Ident){.s = column ? str_of(column) : STR(""), .at = at};
    *e = (ExprColumn){.node = {.kind = NODE_EXPR_COLUMN, .at = at, .depth = 1},
                      .name = {.part = part, .n_parts = column ? 2 : 1, .at = at}};
    return &e->node;
}

/* SELECT f(..): f's value, or row, out of a relation in FROM. */
static int call_target(Calls *c, Target *t, Err *err)
{
    Arena *a = c->x->arena;
    const ExprCall *e = AST(ExprCall, t->expr);
    const Relation *r = NULL;
    ResultSet *rows = NULL;
    Ident name;
    Output o;
    TRY(call(c->x, e, false, &r, &rows, err));
    int rc = output_of(r, a, &o, err);
    if (rc == 0)
        rc = result_keep(c->x, rows, err);
    else
        result_set_unref(rows);
    if (rc == 0)
        rc = give_rows(c, rows, e->node.at, &name, err);
    relation_unref((Relation *)r);
    TRY(rc);
    Node *item = from_given(a, name, &name, NULL, e->node.at);
    Node *value = column_of_given(a, name, o.is_row ? NULL : o.field[0].name, e->node.at);
    if (!item || !value)
        return RAISE_NOMEM(err);
    node_list_append(&c->of->from, item);
    if (!t->alias.s.p)
        t->alias = *name_last(&e->func);
    t->expr = value;
    return 0;
}

/* The one column of a value is called as the relation is. */
static int name_value(const Relation *r, const Output *o, const Alias *alias, ResultSet *rows, Err *err)
{
    bool named = false; /* by an OUT parameter */
    for (uint32_t i = 0; i < r->n_fn_args; i++)
        named |= gives_out(&r->fn_arg[i]);
    if (named || o->is_row || !alias || !alias->name.s.p)
        return 0;
    Field f = rows->schema->field[0];
    f.name = alias->name.s.p;
    const Schema *one = schema_new(rows->acct, &f, 1);
    if (!one)
        return RAISE_NOMEM(err);
    schema_unref((Schema *)rows->schema);
    rows->schema = one;
    return 0;
}

static int call_item(Calls *c, const FromFunction *f, Node **ret, Err *err)
{
    const Relation *r = NULL;
    ResultSet *rows = NULL;
    Ident name;
    Output o;
    TRY(call(c->x, f->call, false, &r, &rows, err));
    int rc = output_of(r, c->x->arena, &o, err);
    if (rc == 0)
        rc = name_value(r, &o, f->alias, rows, err);
    if (rc == 0)
        rc = result_keep(c->x, rows, err);
    else
        result_set_unref(rows);
    if (rc == 0)
        rc = give_rows(c, rows, f->node.at, &name, err);
    relation_unref((Relation *)r);
    TRY(rc);
    *ret = from_given(c->x->arena, name, name_last(&f->call->func), f->alias, f->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

int routine_run_calls(StmtContext *x, Node *stmt, Err *err)
{
    Calls c = {.x = x, .q = ((QueryStmt *)(void *)stmt)->query, .of = plain_select(stmt)};
    Catalog *catalog = db_catalog(x->db);
    NodeList items = {0};
    bool alone = !c.of->from.n;
    int rc = 0;
    for (Node *n = c.of->from.first, *next; n && rc == 0; n = next) {
        const FromFunction *f = called_item(catalog, n);
        Node *item = n;
        next = n->next;
        if (f)
            rc = call_item(&c, f, &item, err);
        if (rc == 0)
            node_list_append(&items, item);
    }
    if (rc == 0)
        c.of->from = items;
    for (Node *n = alone ? c.of->targets.first : NULL; n && rc == 0; n = n->next)
        if (is_script(catalog, AST(Target, n)->expr))
            rc = call_target(&c, (Target *)(void *)n, err);
    catalog_unref(catalog);
    return rc;
}

int routine_run_in(StmtContext *x, const void *stmt, Err *err)
{
    return routine_run_calls(x, (Node *)stmt, err);
}

static int run_query(StmtContext *x, const void *what, Err *err)
{
    const ScriptStmt *s = what;
    TRY(routine_run_calls(x, s->node, err));
    return run_statement(x, s, err);
}

int stmt_with_calls(StmtContext *x, const ScriptStmt *s, Err *err)
{
    RoutineResults kept = {0};
    StmtContext inner = *x;
    inner.called = &kept;
    int rc = run_as_one(&inner, run_query, s, err);
    routine_results_done(&kept);
    return rc;
}

void routine_results_done(RoutineResults *k)
{
    while (k->n)
        result_set_unref(k->rows[--k->n]);
}
