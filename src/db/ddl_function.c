/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE FUNCTION, DROP FUNCTION.  The signature is the function's name in the catalog (plan/bind_function.c says why), so each
 * overload is a relation of its own. */
#include "db/execute.h"
#include "db/stream.h"
#include "func/agg.h"
#include "func/func.h"

static int unsupported(const CreateFunctionStmt *c, Err *err)
{
    Str language = c->language.s;
    if (language.p && !str_eq_nocase(language, STR("sql")))
        return RAISE_AT(err, ERR_UNSUPPORTED, c->language.at, "language \"%.*s\" is not supported: functions are SQL expressions",
                        (int)language.n, language.p);
    if (c->options.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->options.first->at, "options of CREATE FUNCTION are not supported");
    if (!c->returns)
        return RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, c->node.at, "function result type must be specified");
    if (func_exists(object_of(&c->name)) || agg_find(object_of(&c->name)))
        return RAISE_AT(err, ERR_DUPLICATE_FUNCTION, c->name.at, "function \"%.*s\" is there already: it is built in",
                        (int)object_of(&c->name).n, object_of(&c->name).p);
    return 0;
}

/* The text of the expression: as written, or of the text, where it may be SELECT expression. */
static int body_of(StmtContext *x, const CreateFunctionStmt *c, Str *ret_text, Node **ret, Err *err)
{
    const Node *body = c->body;
    *ret_text = (Str){x->script.p + body->at.pos, body->at.len};
    const ExprLiteral *l = body->kind == NODE_EXPR_LITERAL && !c->is_return ? AST(ExprLiteral, body) : NULL;
    if (l && l->kind == LITERAL_STRING) {
        *ret_text = str_trim(l->text);
        while (ret_text->n && ret_text->p[ret_text->n - 1] == ';')
            *ret_text = str_trim((Str){ret_text->p, ret_text->n - 1});
    }
    Str select = {ret_text->p, MIN(ret_text->n, 7)};
    bool is_select = l && (str_eq_nocase(select, STR("select ")) || str_eq_nocase(select, STR("select\n")));
    Err inner = ERR_INIT;
    ScriptStmt s;
    int rc = is_select ? sql_parse_one(x->arena, ret_text->p, (uint32_t)ret_text->n, &s, &inner)
                       : sql_parse_expr(x->arena, ret_text->p, (uint32_t)ret_text->n, ret, &inner);
    if (rc < 0 && err) {
        *err = inner;
        err->at = body->at;
        err->line = 0;
    }
    TRY(rc);
    if (!is_select)
        return 0;
    const Query *q = s.node->kind == NODE_QUERY_STMT ? AST(QueryStmt, s.node)->query : NULL;
    const Select *of = q && q->body->kind == NODE_SELECT ? AST(Select, q->body) : NULL;
    bool plain = of && !q->with && !q->order_by.n && !q->limit && !q->offset && !q->clauses && !of->from.n && !of->where &&
                 !of->having && !of->distinct && of->group_by.n == 0 && of->targets.n == 1;
    if (!plain)
        return RAISE_AT(err, ERR_UNSUPPORTED, body->at,
                        "a function other than one expression (SELECT expression) is not supported");
    *ret = AST(Target, of->targets.first)->expr;
    *ret_text = (Str){ret_text->p + (*ret)->at.pos, (*ret)->at.len};
    return 0;
}

/* From the first default on, each parameter has one. */
static int presets_of(StmtContext *x, const CreateFunctionStmt *c, Relation *r, Err *err)
{
    uint32_t n = 0;
    AST_EACH(item, c->params)
    {
        const Node *preset = AST(FuncParam, item)->preset;
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

static int params_of(StmtContext *x, const CreateFunctionStmt *c, Relation *r, Err *err)
{
    Field *f = ARENA_ARRAY(x->arena, Field, c->params.n + 1);
    uint32_t n = 0;
    if (!f)
        return RAISE_NOMEM(err);
    memset(f, 0, (c->params.n + 1) * sizeof(*f));
    AST_EACH(item, c->params)
    {
        const FuncParam *p = AST(FuncParam, item);
        f[n].name = p->name.s.p ? arena_strndup(x->arena, p->name.s.p, p->name.s.n) : "";
        if (!f[n].name)
            return RAISE_NOMEM(err);
        for (uint32_t i = 0; i < n && f[n].name[0]; i++)
            if (str_eq(str_of(f[i].name), str_of(f[n].name)))
                return RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, item->at, "parameter name \"%s\" used more than once", f[n].name);
        TRY(bind_field_type(x->db->catalog, p->type, &f[n++], err));
    }
    f[n].name = "";
    TRY(bind_field_type(x->db->catalog, c->returns, &f[n], err));
    r->schema = schema_new(&x->db->acct, f, n + 1);
    return r->schema ? 0 : RAISE_NOMEM(err);
}

static void put_type(const Catalog *c, const Field *f, StrBuf *b)
{
    const Relation *domain = f->domain ? catalog_by_id(c, f->domain) : NULL;
    Type t = f->type;
    char text[64];
    t.length = 0;
    type_print(t, text, sizeof(text));
    if (domain)
        sb_printf(b, "%s%s", domain->name, t.id == T_ARRAY && domain->type.id != T_ARRAY ? "[]" : "");
    else
        sb_puts(b, t.id == T_DECIMAL ? "NUMERIC" : text);
}

/* f(integer, text): types without their limits. */
static int signature(const Catalog *c, Arena *arena, Str name, const NodeList *types, bool are_params, char **ret, Err *err)
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
        if (rc == 0)
            rc = bind_field_type(c, are_params ? AST(FuncParam, item)->type : AST(TypeName, item), &f, err);
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

static int create(StmtContext *x, const ScriptStmt *s, const CreateFunctionStmt *c, Relation *r, Err *err)
{
    Str text;
    Node *body = NULL;
    PlanContext ctx = plan_context(x->db, x->db->catalog, NULL);
    ctx.stored_text = true;
    r->strict = c->on_null == FUNCTION_STRICT;
    r->fn_changes = (uint8_t)c->changes;
    TRY(params_of(x, c, r, err));
    TRY(presets_of(x, c, r, err));
    TRY(body_of(x, c, &text, &body, err));
    r->query = arena_strndup(&r->arena, text.p, text.n);
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    if (!r->query || !r->ddl)
        return RAISE_NOMEM(err);
    Err inner = ERR_INIT;
    uint32_t preset = 0;
    int rc = bind_function_def(&ctx, body, r, x->arena, &preset, &inner);
    if (rc < 0 && err) {
        const Node *place = c->params.first;
        for (uint32_t i = 0; i < preset && i < c->params.n; i++)
            place = place->next;
        *err = inner;
        err->at = place && preset < c->params.n ? place->at : c->body->at;
        err->line = 0;
    }
    TRY(rc);
    return db_publish(x->db, r, NULL, 0, err);
}

/* What is there under the signature: 1 = leave it be. */
static int make_way(StmtContext *x, const CreateFunctionStmt *c, const char *name, Err *err)
{
    const Relation *old = catalog_find(x->db->catalog, str_of(name));
    const Relation **deps = NULL;
    uint32_t n = 0;
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
    return db_publish(x->db, NULL, &old->id, 1, err);
}

int stmt_create_function(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateFunctionStmt *c = AST(CreateFunctionStmt, s->node);
    Database *db = x->db;
    char *name = NULL;
    TRY(check_plain_name(&c->name, err));
    TRY(unsupported(c, err));
    TRY(signature(x->db->catalog, x->arena, object_of(&c->name), &c->params, true, &name, err));
    env_lock(db->env, &db->ddl);
    Relation *r = relation_new(&db->acct, REL_FUNCTION, name);
    int rc = r ? make_way(x, c, name, err) : RAISE_NOMEM(err);
    if (rc == 0)
        rc = create(x, s, c, r, err);
    relation_unref(r);
    env_unlock(db->env, &db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, "CREATE FUNCTION", object_of(&c->name));
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
    TRY(signature(c, arena, id, types, false, &full, err));
    *ret = catalog_find(c, str_of(full));
    *ret_text = full;
    return 0;
}
