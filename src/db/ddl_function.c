/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE FUNCTION, DROP FUNCTION.  The signature is the function's name in the catalog (plan/bind_function.c says why), so each
 * overload is a relation of its own. */
#include "db/dml_query.h"
#include "db/durable.h"
#include "db/execute.h"
#include "db/routine.h"
#include "db/stream.h"
#include "func/agg.h"
#include "data/nested.h"
#include "func/func.h"

static int unsupported(const CreateFunctionStmt *c, Err *err)
{
    Str language = c->language.s;
    if (language.p && !str_eq_nocase(language, STR("sql")))
        return RAISE_AT(err, ERR_UNSUPPORTED, c->language.at, "language \"%.*s\" is not supported: functions are in SQL",
                        (int)language.n, language.p);
    if (c->options.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->options.first->at, "options of CREATE FUNCTION are not supported");
    if (func_exists(name_last(&c->name)->s) || agg_find(name_last(&c->name)->s))
        return RAISE_AT(err, ERR_DUPLICATE_FUNCTION, c->name.at, "function \"%.*s\" is there already: it is built in",
                        (int)object_of(&c->name).n, object_of(&c->name).p);
    return 0;
}

/* The body: a node, the text that its places count in, and its own part of that. */
typedef struct Body {
    Node *node;
    const char *base;
    Str text;
    bool is_script; /* statements that are run; no node */
} Body;

/* What stands in a text literal: statements, of which a query alone is one; or an expression. */
static int parse_text(StmtContext *x, Str text, bool is_script, Body *ret, Err *err)
{
    Script script;
    Err inner = ERR_INIT, of_script = ERR_INIT;
    char *copy = arena_strndup(x->arena, text.p, text.n);
    if (!copy)
        return RAISE_NOMEM(err);
    *ret = (Body){.base = copy, .text = {copy, text.n}};
    int rc = sql_parse(x->arena, copy, (uint32_t)text.n, &script, &of_script);
    if (rc < 0 && !is_script && sql_parse_expr(x->arena, copy, (uint32_t)text.n, &ret->node, &inner) == 0)
        return 0;
    if (rc < 0) {
        if (err)
            *err = of_script;
        return rc;
    }
    ret->is_script = script.n_stmts != 1;
    if (ret->is_script)
        return 0;
    ret->node = script.stmts[0].node;
    ret->text = script.stmts[0].text;
    return 0;
}

/* SELECT expression of a query that is nothing else; NULL = it is more, or asks others. */
static Node *only_expression(const Catalog *c, const Query *q)
{
    const Select *of = q->body->kind == NODE_SELECT ? AST(Select, q->body) : NULL;
    bool plain = of && !q->with && !q->order_by.n && !q->limit && !q->offset && !q->clauses && !of->from.n && !of->where &&
                 !of->having && !of->distinct && of->group_by.n == 0 && of->targets.n == 1;
    Node *e = plain ? AST(Target, of->targets.first)->expr : NULL;
    return e && e->kind != NODE_EXPR_STAR && !plan_holds_query(c, e) ? e : NULL;
}

static int read_body(StmtContext *x, const CreateFunctionStmt *c, bool is_script, Body *ret, Err *err)
{
    const ExprLiteral *l = c->body->kind == NODE_EXPR_LITERAL && !c->is_return ? AST(ExprLiteral, c->body) : NULL;
    Err inner = ERR_INIT;
    *ret = (Body){c->body, x->script.p, {x->script.p + c->body->at.pos, c->body->at.len}, c->statements.n > 0};
    if (c->statements.n)
        ret->text.n = c->statements.last->at.pos + c->statements.last->at.len - c->body->at.pos;
    if (!l || l->kind != LITERAL_STRING)
        return 0;
    Str text = str_trim(l->text);
    while (text.n && text.p[text.n - 1] == ';')
        text = str_trim((Str){text.p, text.n - 1});
    int rc = parse_text(x, text, is_script, ret, &inner);
    if (rc < 0 && err) {
        *err = inner;
        err->at = c->body->at;
        err->line = 0;
    }
    return rc;
}

static int check_script(const CreateFunctionStmt *c, const Relation *r, const Body *body, Err *err)
{
    if (!body->is_script && !NODE_IS_STMT(body->node))
        return RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, c->body->at, "the body of a %s is statements, not an expression",
                        c->is_procedure ? "procedure" : "function without a result");
    if (function_is_open(r) || r->fn_record)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->node.at, "%s in a function that runs statements is not supported",
                        r->fn_record ? "RETURNS record" : "a polymorphic type");
    return 0;
}

/* The body and its text: an expression, a query, or statements. */
static int body_of(StmtContext *x, const CreateFunctionStmt *c, Relation *r, Str *ret_text, Node **ret, Err *err)
{
    Body body;
    TRY(read_body(x, c, r->fn_void || c->is_procedure, &body, err));
    bool is_query = !body.is_script && body.node->kind == NODE_QUERY_STMT;
    bool changes = !body.is_script && NODE_IS_STMT(body.node) && !is_query;
    r->fn_script = body.is_script || changes || r->fn_void || c->is_procedure;
    if (r->fn_script) {
        *ret_text = body.text;
        return check_script(c, r, &body, err);
    }
    Node *only = is_query && !r->fn_set && !r->fn_record ? only_expression(x->db->catalog, AST(QueryStmt, body.node)->query) : NULL;
    bool asks = !is_query && plan_holds_query(x->db->catalog, body.node);
    r->fn_query = (is_query && !only) || asks || r->fn_set || r->fn_record;
    *ret = only ? only : body.node;
    *ret_text = only ? (Str){body.base + only->at.pos, only->at.len} : body.text;
    if (is_query || !r->fn_query)
        return 0;
    ScriptStmt s; /* an expression that asks: SELECT expression */
    char *text = arena_printf(x->arena, "SELECT %.*s", (int)ret_text->n, ret_text->p);
    if (!text)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(x->arena, text, (uint32_t)strlen(text), &s, err));
    *ret_text = str_of(text);
    *ret = s.node;
    return 0;
}

static bool comes_in(const CreateFunctionStmt *c, const FuncParam *p);

/* From the first default on, each parameter has one. */
static int presets_of(StmtContext *x, const CreateFunctionStmt *c, Relation *r, Err *err)
{
    uint32_t n = 0;
    AST_EACH(item, c->params)
    {
        const Node *preset = AST(FuncParam, item)->preset;
        if (!comes_in(c, AST(FuncParam, item)))
            continue;
        if (preset && !r->defaults && !(r->defaults = ARENA_ARRAY(&r->arena, const char *, c->params.n + 1)))
            return RAISE_NOMEM(err);
        if (!preset && r->defaults)
            return RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, item->at,
                            "input parameters after one with a default value must also have defaults");
        if (preset && !(r->defaults[n] = arena_strndup(&r->arena, x->script.p + preset->at.pos, preset->at.len)))
            return RAISE_NOMEM(err);
        n++;
    }
    return 0;
}

/* ---- parameters and results ---- */

/* CALL has a place for what a procedure gives, too. */
static bool comes_in(const CreateFunctionStmt *c, const FuncParam *p)
{
    return (c->is_procedure && p->mode == PARAM_OUT) || p->mode == PARAM_IN || p->mode == PARAM_INOUT || p->mode == PARAM_VARIADIC;
}

/* anyelement, anyarray and their kin: of unknown type (plan/function_types.c); false: another type. */
static bool open_type(const TypeName *t, Type *ret)
{
    Str name = t->name.n_parts == 1 && !t->n_dims && !t->n_mods ? t->name.part[0].s : (Str){0};
    static const struct {
        const char *name;
        bool array, compatible;
    } open[] = {{"anyelement", false, false},   {"anynonarray", false, false},          {"anyarray", true, false},
                {"anycompatible", false, true}, {"anycompatiblenonarray", false, true}, {"anycompatiblearray", true, true}};
    for (size_t i = 0; i < ARRAY_LEN(open); i++) {
        Type any = {.id = T_UNKNOWN, .precision = open[i].compatible};
        if (!str_eq(name, str_of(open[i].name)))
            continue;
        *ret = open[i].array ? type_array(any) : any;
        return true;
    }
    return false;
}

static int declare(StmtContext *x, const CreateFunctionStmt *c, const Node *item, Relation *r, Field *ret, Err *err)
{
    const FuncParam *p = AST(FuncParam, item);
    struct RelationFnArg *a = &r->fn_arg[r->n_fn_args];
    *ret = (Field){.name = ""};
    *a = (struct RelationFnArg){.mode = (uint8_t)p->mode};
    a->name = p->name.s.p ? arena_strndup(&r->arena, p->name.s.p, p->name.s.n) : "";
    if (!a->name)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < r->n_fn_args && a->name[0]; i++)
        if (strcmp(r->fn_arg[i].name, a->name) == 0 && (r->fn_arg[i].mode == PARAM_OUT) <= comes_in(c, p))
            return RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, item->at, "parameter name \"%s\" used more than once", a->name);
    bool open = open_type(p->type, &ret->type);
    if (!open)
        TRY(bind_field_type(x->db->catalog, p->type, ret, err));
    if (open && function_mixes_open(r->fn_arg, r->n_fn_args, ret->type))
        return RAISE_AT(err, ERR_UNSUPPORTED, item->at, "anyelement and anycompatible in one function are not supported");
    if (open && p->preset)
        return RAISE_AT(err, ERR_UNSUPPORTED, item->at, "a DEFAULT of a parameter of a polymorphic type is not supported");
    if (p->mode == PARAM_VARIADIC && ret->type.id != T_ARRAY)
        return RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, item->at, "VARIADIC parameter must be an array");
    ret->name = a->name;
    a->type = ret->type;
    a->domain = ret->domain;
    r->n_fn_args++;
    return 0;
}

/* The row of a table or view, by its name; 1 = it is no such name. */
static int row_of_relation(StmtContext *x, const TypeName *t, Field *ret, Err *err)
{
    const Relation *r = !t->n_dims ? catalog_find(x->db->catalog, name_key(&t->name)) : NULL;
    if (!r || !relation_is_one(r) || !r->schema || r->schema->n > STRUCT_FIELDS_MAX)
        return 1;
    return type_struct(NULL, r->schema->field, r->schema->n, &ret->type) < 0 ? RAISE_NOMEM(err) : 0;
}

static bool is_named(const TypeName *t, const char *name)
{
    return t->name.n_parts == 1 && !t->n_dims && str_eq(t->name.part[0].s, str_of(name));
}

static bool is_record(const TypeName *t)
{
    return is_named(t, "record");
}

static int result_of(StmtContext *x, const CreateFunctionStmt *c, Relation *r, const Field *out, uint32_t n_out, Field *ret,
                     Err *err)
{
    char type[64];
    *ret = (Field){.name = ""};
    r->fn_void = n_out == 0 && (c->is_procedure || (c->returns && is_named(c->returns, "void")));
    if (r->fn_void) {
        ret->type = TYPE(TEXT);
        return 0;
    }
    if (n_out == 0 && !c->returns)
        return RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, c->node.at, "function result type must be specified");
    if (n_out == 0 && is_record(c->returns)) {
        r->fn_record = true;
        return 0; /* its body says it */
    }
    if (n_out == 0 && open_type(c->returns, &ret->type))
        return 0;
    if (n_out == 0) {
        int rc = row_of_relation(x, c->returns, ret, err);
        return rc == 1 ? bind_field_type(x->db->catalog, c->returns, ret, err) : rc;
    }
    if (n_out > STRUCT_FIELDS_MAX)
        return RAISE_AT(err, ERR_TOO_MANY_COLUMNS, c->node.at, "a function has at most %d results", STRUCT_FIELDS_MAX);
    if (n_out == 1)
        *ret = (Field){.name = "", .type = out->type, .domain = out->domain};
    else if (type_struct(NULL, out, n_out, &ret->type) < 0)
        return RAISE_NOMEM(err);
    if (!c->returns || (n_out > 1 && is_record(c->returns)))
        return 0;
    Field said = {.name = ""};
    if (n_out == 1 && !is_record(c->returns)) {
        if (!open_type(c->returns, &said.type))
            TRY(bind_field_type(x->db->catalog, c->returns, &said, err));
        if (type_eq(said.type, ret->type) && said.domain == ret->domain)
            return 0;
    }
    type_print(ret->type, type, sizeof(type));
    return RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, c->returns->node.at, "function result type must be %s because of OUT parameters",
                    n_out == 1 ? type : "record");
}

static int check_variadic(const CreateFunctionStmt *c, const Relation *r, uint32_t n_in, Err *err)
{
    uint32_t in = 0;
    AST_EACH(item, c->params)
    {
        in += comes_in(c, AST(FuncParam, item));
        if (AST(FuncParam, item)->mode == PARAM_VARIADIC && in != n_in)
            return RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, item->at, "VARIADIC parameter must be the last input parameter");
    }
    return r->fn_variadic && r->defaults
               ? RAISE_AT(err, ERR_UNSUPPORTED, c->params.first->at, "a DEFAULT beside a VARIADIC parameter is not supported")
               : 0;
}

static int params_of(StmtContext *x, const CreateFunctionStmt *c, Relation *r, Err *err)
{
    uint32_t n_all = c->params.n + c->columns.n, n = 0, n_out = 0;
    Field *in = ARENA_ARRAY(x->arena, Field, n_all + 1), *out = ARENA_ARRAY(x->arena, Field, n_all + 1), f;
    r->fn_arg = ARENA_ARRAY(&r->arena, struct RelationFnArg, n_all + 1);
    if (!in || !out || !r->fn_arg)
        return RAISE_NOMEM(err);
    r->fn_set = c->is_set;
    AST_EACH(item, c->params)
    {
        const FuncParam *p = AST(FuncParam, item);
        TRY(declare(x, c, item, r, &f, err));
        if (comes_in(c, p))
            in[n++] = f;
        if (p->mode == PARAM_OUT || p->mode == PARAM_INOUT)
            out[n_out++] = f;
        r->fn_variadic |= p->mode == PARAM_VARIADIC;
    }
    if (c->columns.n && n_out)
        return RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, c->node.at, "OUT and INOUT arguments aren't allowed in TABLE functions");
    AST_EACH(item, c->columns)
    TRY(declare(x, c, item, r, &out[n_out++], err));
    for (uint32_t i = 0; i < n_out; i++)
        if (!out[i].name[0]) {
            char *name = arena_printf(&r->arena, "column%u", i + 1);
            if (!name)
                return RAISE_NOMEM(err);
            out[i].name = name;
        }
    TRY(result_of(x, c, r, out, n_out, &in[n], err));
    bool asks = function_is_open_type(in[n].type) && !r->fn_record, known = false;
    for (uint32_t i = 0; i < n_out; i++)
        asks |= function_is_open_type(out[i].type);
    for (uint32_t i = 0; i < n; i++)
        known |= function_is_open_type(in[i].type);
    known &=
        !asks || r->fn_record || !function_is_open_type(in[n].type) || !function_mixes_open(r->fn_arg, r->n_fn_args, in[n].type);
    if (asks && !known) {
        (void)RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, c->node.at, "cannot determine result data type");
        return err_detail(err, "A result of a polymorphic type requires at least one input of a polymorphic type.");
    }
    r->schema = schema_new(&x->db->acct, in, n + 1);
    return r->schema ? check_variadic(c, r, n, err) : RAISE_NOMEM(err);
}

static void put_type(const Catalog *c, const Field *f, StrBuf *b)
{
    const Relation *domain = f->domain ? catalog_by_id(c, f->domain) : NULL;
    Type t = f->type;
    char text[64];
    t.length = 0;
    type_print(t, text, sizeof(text));
    if (function_is_open_type(t))
        sb_puts(b, function_open_name(t));
    else if (domain)
        sb_printf(b, "%s%s", domain->name, t.id == T_ARRAY && domain->type.id != T_ARRAY ? "[]" : "");
    else
        sb_puts(b, t.id == T_DECIMAL ? "NUMERIC" : text);
}

/* f(integer, text): types without their limits. */
static int signature(const Catalog *c, Arena *arena, Str name, const NodeList *types, const CreateFunctionStmt *params, char **ret,
                     Err *err)
{
    StrBuf b;
    uint32_t n = 0;
    int rc = 0;
    sb_init(&b, NULL);
    sb_putstr(&b, name);
    sb_putc(&b, '(');
    AST_EACH(item, *types)
    {
        Field f = {0};
        if (params && !comes_in(params, AST(FuncParam, item)))
            continue;
        if (rc == 0 && !open_type(params ? AST(FuncParam, item)->type : AST(TypeName, item), &f.type))
            rc = bind_field_type(c, params ? AST(FuncParam, item)->type : AST(TypeName, item), &f, err);
        if (rc < 0)
            break;
        sb_puts(&b, n++ ? ", " : "");
        put_type(c, &f, &b);
    }
    sb_putc(&b, ')');
    *ret = rc == 0 ? arena_strndup(arena, sb_cstr(&b), b.n) : NULL;
    sb_done(&b);
    return rc < 0 || *ret ? rc : RAISE_NOMEM(err);
}

/* What calls the function goes by the names of its parameters and by its type. */
static int check_replaced(const Relation *old, const Relation *r, Span at, Err *err)
{
    uint32_t n = old->schema->n - 1;
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < n && i + 1 < r->schema->n; i++) {
        const char *was = old->schema->field[i].name;
        if (was[0] && strcmp(was, r->schema->field[i].name) != 0)
            rc = RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, at, "cannot change name of input parameter \"%s\"", was);
    }
    if (rc == 0 && (!type_eq(old->schema->field[n].type, r->schema->field[r->schema->n - 1].type) || old->fn_set != r->fn_set ||
                    old->fn_void != r->fn_void))
        rc = RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, at, "cannot change return type of existing function");
    return rc < 0 ? err_hint(err, "Use DROP FUNCTION %s first.", old->name) : 0;
}

/* old: what it replaces; 0 = nothing. */
static int create(StmtContext *x, const ScriptStmt *s, const CreateFunctionStmt *c, uint64_t old, Relation *r, Err *err)
{
    Str text;
    Node *body = NULL;
    PlanContext ctx = plan_context(x->db, x->db->catalog, NULL);
    ctx.stored_text = true;
    r->strict = c->on_null == FUNCTION_STRICT;
    r->fn_changes = (uint8_t)c->changes;
    r->fn_procedure = c->is_procedure;
    TRY(params_of(x, c, r, err));
    TRY(presets_of(x, c, r, err));
    TRY(body_of(x, c, r, &text, &body, err));
    r->query = arena_strndup(&r->arena, text.p, text.n);
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    if (!r->query || !r->ddl)
        return RAISE_NOMEM(err);
    Err inner = ERR_INIT;
    uint32_t preset = 0;
    int rc = bind_function_def(&ctx, body, r, x->arena, &preset, &inner);
    if (rc == 0 && r->fn_script && !durable_is_replaying(x->db)) /* later it may be about what is not there any more */
        rc = routine_check(x, r, &inner);
    if (rc < 0 && err) {
        const Node *place = c->params.first;
        for (uint32_t i = 0; i < preset && i < c->params.n; i++)
            place = place->next;
        *err = inner;
        err->at = place && preset < c->params.n ? place->at : c->body->at;
        err->line = 0;
    }
    TRY(rc);
    for (uint32_t i = 0; i < r->n_depends; i++)
        if (old && r->depends[i] == old)
            return RAISE_AT(err, ERR_INVALID_OBJECT_DEF, c->name.at, "function %s cannot be replaced by one that calls it",
                            r->name);
    const Relation *replaced = old ? catalog_by_id(x->db->catalog, old) : NULL;
    if (replaced && !durable_is_replaying(x->db))
        TRY(check_replaced(replaced, r, c->name.at, err));
    return db_publish(x->db, r, &old, old != 0, err);
}

/* What is there under the signature, and goes: its number, 0 = nothing.  1 = leave it be. */
static int make_way(StmtContext *x, const CreateFunctionStmt *c, const char *name, uint64_t *ret, Err *err)
{
    const Relation *old = catalog_find(x->db->catalog, str_of(name));
    const Relation **deps = NULL;
    uint32_t n = 0;
    *ret = 0;
    if (!old)
        return 0;
    if (c->if_not_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_DUPLICATE_FUNCTION, "function %s already exists, skipping", name);
        statement_notice(x->result, &notice);
        return 1;
    }
    if (!c->or_replace || old->native)
        return RAISE_AT(err, ERR_DUPLICATE_FUNCTION, c->name.at, "function %s already exists with same argument types", name);
    TRY(catalog_dependants(x->db->catalog, old->id, x->arena, &deps, &n, err));
    if (n > 0) {
        (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, c->name.at, "cannot replace function %s because other objects depend on it",
                       name);
        return err_detail(err, "%s \"%s\"", relation_kind_name(deps[0]->kind), deps[0]->name);
    }
    *ret = old->id;
    return 0;
}

int stmt_create_function(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateFunctionStmt *c = AST(CreateFunctionStmt, s->node);
    Database *db = x->db;
    char *name = NULL;
    TRY(name_check_made(x->db->catalog, &c->name, err));
    TRY(check_free_of_schemas(x->db->catalog, &c->name, err));
    TRY(unsupported(c, err));
    TRY(signature(x->db->catalog, x->arena, object_of(&c->name), &c->params, c, &name, err));
    env_lock(db->env, &db->ddl);
    Relation *r = relation_new(db->catalog, &db->acct, REL_FUNCTION, name);
    uint64_t old = 0;
    int rc = r ? make_way(x, c, name, &old, err) : RAISE_NOMEM(err);
    if (rc == 0)
        rc = create(x, s, c, old, r, err);
    relation_unref(r);
    env_unlock(db->env, &db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, c->is_procedure ? "CREATE PROCEDURE" : "CREATE FUNCTION", object_of(&c->name));
    return 0;
}

/* ---- f [(types)], of DROP and COMMENT ---- */

static int find_by_name(const Catalog *c, Str name, Span at, const Relation **ret, Err *err)
{
    *ret = NULL;
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        if (r->kind != REL_FUNCTION || strncmp(r->name, name.p, name.n) != 0 || r->name[name.n] != '(')
            continue;
        if (*ret) {
            (void)RAISE_AT(err, ERR_AMBIGUOUS_FUNCTION, at, "function name \"%.*s\" is not unique", (int)name.n, name.p);
            return err_hint(err, "Specify the argument list to select the function unambiguously.");
        }
        *ret = r;
    }
    return 0;
}

int find_function(const Catalog *c, Arena *arena, const Name *name, const NodeList *types, const Relation **ret,
                  char const **ret_text, Err *err)
{
    Str id = object_of(name);
    char *full = NULL;
    if (!types) {
        *ret_text = arena_strndup(arena, id.p, id.n);
        return *ret_text ? find_by_name(c, id, name->at, ret, err) : RAISE_NOMEM(err);
    }
    TRY(signature(c, arena, id, types, NULL, &full, err));
    *ret = catalog_find(c, str_of(full));
    *ret_text = full;
    return 0;
}
