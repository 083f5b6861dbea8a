/* SPDX-License-Identifier: Apache-2.0
 *
 * SELECT set_config('name', 'value', is_local): a SET that is written as a query.  A query only reads, may run more than once, and
 * runs where a setting cannot be changed; so the statement that is nothing but this call is the SET, and then a query for the
 * setting's value.  In any other query the call is refused (plan/bind_catalog.c).
 *
 * SELECT pg_sleep(seconds) is such a statement as well: a query would wait inside the shard, and all others with it. */
#include "db/execute.h"
#include "db/search_path.h"
#include "db/settings.h"

#include "sql/parse.h"
#include "sql/print.h"

/* The only target of a SELECT without anything else. */
static const Target *only_target(const Node *stmt)
{
    const Query *q = stmt->kind == NODE_QUERY_STMT ? AST(QueryStmt, stmt)->query : NULL;
    const Select *of = q && q->body->kind == NODE_SELECT ? AST(Select, q->body) : NULL;
    bool plain = of && !q->with && !q->order_by.n && !q->limit && !q->offset && !q->clauses && !of->from.n && !of->where &&
                 !of->having && !of->qualify && !of->distinct && of->group_by.n == 0 && of->targets.n == 1;
    return plain ? AST(Target, of->targets.first) : NULL;
}

static const ExprLiteral *literal(const Node *n, LiteralKind kind)
{
    const ExprLiteral *l = n->kind == NODE_EXPR_LITERAL ? AST(ExprLiteral, n) : NULL;
    return l && (l->kind == kind || l->kind == LITERAL_NULL) ? l : NULL;
}

static bool is_plain_call(const ExprCall *c, Str name, uint32_t n_args)
{
    const Name *f = &c->func;
    return str_eq(name_last(f)->s, name) && (f->n_parts == 1 || (f->n_parts == 2 && str_eq(f->part[0].s, STR("pg_catalog")))) &&
           c->args.n == n_args && !c->distinct && !c->variadic && !c->over && !c->filter && !c->order_by.n && !c->within_group.n &&
           c->nulls == NULLS_DEFAULT;
}

bool set_config_find(const Node *stmt, SetConfig *ret)
{
    const Target *t = only_target(stmt);
    const ExprCall *c = t && t->expr->kind == NODE_EXPR_CALL ? AST(ExprCall, t->expr) : NULL;
    if (!c || !is_plain_call(c, STR("set_config"), 3))
        return false;
    const Node *first = c->args.first;
    *ret = (SetConfig){.call = &c->node,
                       .alias = t->alias.s,
                       .name = literal(first, LITERAL_STRING),
                       .value = literal(first->next, LITERAL_STRING),
                       .local = literal(first->next->next, LITERAL_BOOL)};
    return ret->name && ret->name->kind == LITERAL_STRING && ret->value && ret->local;
}

/* The statement in buf, as if it stood where the call does. */
static int run(StmtContext *x, StrBuf *give_buf, Span at, Err *err)
{
    StmtContext inner = *x;
    ScriptStmt s;
    char *text = give_buf->failed ? NULL : arena_strdup(x->arena, sb_cstr(give_buf));
    sb_done(give_buf);
    if (!text)
        return RAISE_NOMEM(err);
    inner.script = str_of(text);
    Err why = ERR_INIT;
    int rc = sql_parse_one(x->arena, text, (uint32_t)strlen(text), &s, &why);
    if (rc == 0)
        rc = run_statement(&inner, &s, &why);
    if (rc < 0 && err) {
        *err = why;
        err->at = at;
        err->line = 0;
    }
    return rc;
}

/* A list of names is one in SET, too; there a string is one name. */
static int put_value(const char *setting, Str value, Span at, StrBuf *out, Err *err)
{
    _cleanup_(sb_done) StrBuf list;
    sb_init(&list, NULL);
    if (strcmp(setting, "search_path") == 0 && !search_path_print(value, &list)) {
        (void)RAISE_AT(err, ERR_INVALID_PARAMETER, at, "invalid value for parameter \"%s\": \"%.*s\"", setting, (int)value.n,
                       value.p);
        return err_detail(err, "List syntax is invalid.");
    }
    if (list.failed)
        return RAISE_NOMEM(err);
    if (list.n)
        sb_put(out, list.p, list.n);
    else
        sql_print_string(value, out);
    return 0;
}

int stmt_set_config(StmtContext *x, const SetConfig *c, Err *err)
{
    uint32_t index;
    int rc = 0;
    StrBuf b;
    bool local = c->local->kind == LITERAL_BOOL && c->local->flag;
    TRY(setting_find(c->name->text, c->name->node.at, &index, err));
    sb_init(&b, NULL);
    sb_printf(&b, "SET %s%s TO ", local ? "LOCAL " : "", setting_name(index));
    if (c->value->kind == LITERAL_NULL)
        sb_puts(&b, "DEFAULT");
    else if ((rc = put_value(setting_name(index), c->value->text, c->value->node.at, &b, err)) < 0) {
        sb_done(&b);
        return rc;
    }
    TRY(run(x, &b, c->call->at, err));
    if (x->result->n_notices) /* of SET LOCAL, which then did nothing */
        return RAISE_AT(err, ERR_NO_TRANSACTION, c->call->at, "set_config() with is_local needs a transaction block");
    statement_result_done(x->result);
    *x->result = (StatementResult){0};
    sb_init(&b, NULL);
    sb_puts(&b, "SELECT current_setting(");
    sql_print_string(str_of(setting_name(index)), &b);
    sb_puts(&b, ") AS ");
    sql_print_ident(c->alias.p ? c->alias : STR("set_config"), &b);
    return run(x, &b, c->call->at, err);
}

/* ---- pg_sleep ---- */

bool sleep_find(const Node *stmt, SleepCall *ret)
{
    const Target *t = only_target(stmt);
    const ExprCall *c = t && t->expr->kind == NODE_EXPR_CALL ? AST(ExprCall, t->expr) : NULL;
    if (!c || !is_plain_call(c, STR("pg_sleep"), 1))
        return false;
    *ret = (SleepCall){.call = &c->node, .seconds = c->args.first, .alias = t->alias.s};
    return true;
}

static int wait(Database *db, double seconds, Err *err)
{
    _Atomic uint32_t never = 0;
    int64_t now = env_mono_ns(db->env), until = now + (int64_t)(MIN(seconds, 1e9) * 1e9);
    atomic_store(&db->interrupted, false);
    for (; now < until; now = env_mono_ns(db->env)) {
        if (atomic_load(&db->interrupted))
            return RAISE(err, ERR_QUERY_CANCELED, "canceling statement due to user request");
        db->env->thread->park(db->env, &never, 0, MIN(until, now + 20000000));
    }
    return 0;
}

int stmt_sleep(StmtContext *x, const SleepCall *s, Err *err)
{
    Catalog *catalog = db_catalog(x->db);
    PlanContext ctx = statement_context(x, catalog);
    Value seconds;
    StrBuf b;
    int rc = bind_constant(&ctx, s->seconds, TYPE(F64), x->arena, &seconds, err);
    catalog_unref(catalog);
    TRY(rc);
    if (!seconds.is_null && seconds.f64 > 0)
        TRY(wait(x->db, seconds.f64, err));
    sb_init(&b, NULL);
    sb_puts(&b, seconds.is_null ? "SELECT NULL::text AS " : "SELECT '' AS ");
    sql_print_ident(s->alias.p ? s->alias : STR("pg_sleep"), &b);
    return run(x, &b, s->call->at, err);
}
