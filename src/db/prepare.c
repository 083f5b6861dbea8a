/* SPDX-License-Identifier: Apache-2.0
 *
 * PREPARE, EXECUTE, DEALLOCATE, and what laminar_prepare shares with them. */
#include "db/prepare.h"
#include "catalog/names.h"
#include "db/search_path.h"
#include "base/decimal.h"
#include "func/cast.h"

#define PARAMS_MAX 1000u /* the lexer takes larger numbers */

/* ---- one statement ---- */

void prepared_free(Prepared *p)
{
    if (!p)
        return;
    mem_strfree(NULL, p->text);
    mem_free(NULL, p->type, p->n_params * sizeof(*p->type));
    mem_free(NULL, p->domain, MAX(p->n_params, 1) * sizeof(*p->domain));
    mem_free(NULL, p, sizeof(*p));
}

static int check_kind(const Node *n, Err *err)
{
    switch ((NodeKind)n->kind) {
    case NODE_QUERY_STMT:
    case NODE_INSERT_STMT:
    case NODE_UPDATE_STMT:
    case NODE_DELETE_STMT:
    case NODE_MERGE_STMT: return 0;
    default: return RAISE_AT(err, ERR_SYNTAX, n->at, "only SELECT, VALUES, INSERT, UPDATE, DELETE and MERGE can be prepared");
    }
}

/* Binds it without values: the slots get the types that the text asks for. */
static int find_types(Database *db, Arena *arena, Str text, ParamSlot *slots, uint32_t n, const ScriptStmt *s, Err *err)
{
    StatementResult unused = {0};
    StmtContext x = {.db = db,
                     .arena = arena,
                     .script = text,
                     .result = &unused,
                     .now_us = env_wall_us(db->env),
                     .n_params = n,
                     .params = slots,
                     .in_transaction = true,
                     .only_bind = true};
    int rc = run_statement(&x, s, err);
    statement_result_done(&unused);
    TRY(rc);
    for (uint32_t i = 0; i < n; i++)
        if (slots[i].type.id == T_UNKNOWN)
            return RAISE_AT(err, ERR_INDETERMINATE_TYPE, s->param_at, "could not determine data type of parameter $%u", i + 1);
    return 0;
}

static int keep(Str text, const ParamSlot *slots, uint32_t n, Prepared **ret, Err *err)
{
    Prepared *p = mem_zalloc(NULL, sizeof(*p));
    if (!p)
        return RAISE_NOMEM(err);
    *p = (Prepared){.n_params = n, .text = mem_strdup(NULL, text.p), .type = mem_zalloc(NULL, MAX(n, 1) * sizeof(*p->type))};
    p->domain = mem_zalloc(NULL, MAX(n, 1) * sizeof(*p->domain));
    if (!p->text || !p->type || !p->domain) {
        prepared_free(p);
        return RAISE_NOMEM(err);
    }
    for (uint32_t i = 0; i < n; i++)
        p->type[i] = slots[i].type;
    *ret = p;
    return 0;
}

static int prepare_in(Database *db, Arena *arena, Str text, const Type *given, uint32_t n_given, Prepared **ret, Err *err)
{
    ScriptStmt s;
    char *own = arena_strndup(arena, text.p, text.n);
    if (!own)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(arena, own, (uint32_t)text.n, &s, err));
    if (s.node->kind != NODE_CALL_STMT) /* which has no PREPARE .. AS */
        TRY(check_kind(s.node, err));
    InPath in;
    int in_path = statement_in_path(db, arena, NULL, str_of(own), &s, &in, err);
    TRY(in_path);
    if (in_path) {
        s = in.stmt;
        own = (char *)in.script.p;
        text = in.script;
    }
    uint32_t n = MAX(n_given, s.n_params);
    if (n > PARAMS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, s.node->at, "a statement has at most %u parameters", PARAMS_MAX);
    ParamSlot *slots = ARENA_ARRAY(arena, ParamSlot, n + 1);
    if (!slots)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        slots[i].type = i < n_given ? given[i] : TYPE(UNKNOWN);
    TRY(find_types(db, arena, str_of(own), slots, n, &s, err));
    return keep(str_of(own), slots, n, ret, err);
}

int prepared_new(Database *db, Str text, const Type *given, uint32_t n_given, Prepared **ret, Err *err)
{
    Arena arena;
    arena_init(&arena, &db->acct, 0);
    int rc = prepare_in(db, &arena, text, given, n_given, ret, err);
    arena_done(&arena);
    return rc;
}

/* A NUMERIC parameter has no scale of its own: the value keeps its digits. */
static int decimal_value(const Value *given, Value *ret, Err *err)
{
    unsigned precision, scale;
    Value v = {0};
    if (decimal_parse_any(str_trim(given->str), &v.dec, &precision, &scale) < 0)
        return RAISE(err, ERR_INVALID_TEXT, "invalid input syntax for type numeric: \"%.*s\"", (int)MIN(given->str.n, 200),
                     given->str.p);
    v.type = TYPE_DECIMAL(MAX(MAX(precision, scale), 1u), scale);
    *ret = v;
    return 0;
}

int prepared_value(const Prepared *p, uint32_t i, const Value *given, Arena *arena, ParamSlot *ret, Err *err)
{
    Type want = p->type[i];
    *ret = (ParamSlot){.type = want, .has_value = true, .value = value_null(want)};
    if (given->is_null)
        return 0;
    const CastDef *cast = cast_find((TypeId)given->type.id, (TypeId)want.id);
    if (given->type.id != T_UNKNOWN && given->type.id != want.id && (!cast || cast->context < CAST_ASSIGN)) {
        char from[64], to[64];
        type_print(given->type, from, sizeof(from));
        type_print(want, to, sizeof(to));
        (void)RAISE(err, ERR_DATATYPE_MISMATCH, "parameter $%u of type %s cannot be coerced to the expected type %s", i + 1, from,
                    to);
        return err_hint(err, "You will need to rewrite or cast the expression.");
    }
    if (want.id == T_DECIMAL && given->type.id == T_UNKNOWN)
        return decimal_value(given, &ret->value, err);
    if (want.id == T_DECIMAL && given->type.id == T_DECIMAL)
        ret->value = *given;
    else if (want.id == T_DECIMAL && type_is_integer((TypeId)given->type.id))
        return cast_value(given, TYPE_DECIMAL(DECIMAL_DIGITS_MAX, 0), arena, &ret->value, err);
    else
        return cast_value(given, want, arena, &ret->value, err);
    return 0;
}

int prepared_run(StmtContext *x, const Prepared *p, ParamSlot *slots, Err *err)
{
    ScriptStmt s;
    char *text = arena_strndup(x->arena, p->text, strlen(p->text));
    if (!text)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(x->arena, text, (uint32_t)strlen(text), &s, err));
    StmtContext inner = *x;
    inner.script = str_of(text);
    inner.n_params = p->n_params;
    inner.params = slots;
    return run_statement(&inner, &s, err);
}

/* ---- by name ---- */

static NamedStatement **find(Database *db, Str name)
{
    NamedStatement **at = &db->prepared;
    while (*at && !str_eq(str_of((*at)->name), name))
        at = &(*at)->next;
    return at;
}

static void named_free(Database *db, NamedStatement *n)
{
    prepared_free(n->p);
    mem_strfree(&db->acct, n->name);
    mem_strfree(&db->acct, n->text);
    mem_free(&db->acct, n, sizeof(*n));
}

void db_forget_prepared(Database *db)
{
    env_lock(db->env, &db->prepared_lock);
    NamedStatement *all = MOVE(db->prepared);
    env_unlock(db->env, &db->prepared_lock);
    while (all) {
        NamedStatement *next = all->next;
        named_free(db, all);
        all = next;
    }
}

static int undefined(const Ident *name, Err *err)
{
    return RAISE_AT(err, ERR_UNDEFINED_PREPARED, name->at, "prepared statement \"%.*s\" does not exist", (int)name->s.n, name->s.p);
}

static int duplicate(const Ident *name, Err *err)
{
    return RAISE_AT(err, ERR_DUPLICATE_PREPARED, name->at, "prepared statement \"%.*s\" already exists", (int)name->s.n, name->s.p);
}

static bool is_taken(Database *db, Str name)
{
    env_lock(db->env, &db->prepared_lock);
    bool taken = *find(db, name) != NULL;
    env_unlock(db->env, &db->prepared_lock);
    return taken;
}

static char *text_copy(Account *acct, Str s)
{
    StrBuf b;
    sb_init(&b, NULL);
    sb_put(&b, s.p, s.n);
    char *copy = b.failed ? NULL : mem_strdup(acct, sb_cstr(&b));
    sb_done(&b);
    return copy;
}

static int add_named(StmtContext *x, const Ident *name, Str text, Prepared *give_p, Err *err)
{
    Database *db = x->db;
    NamedStatement *n = mem_zalloc(&db->acct, sizeof(*n));
    if (!n) {
        prepared_free(give_p);
        return RAISE_NOMEM(err);
    }
    *n = (NamedStatement){.p = give_p, .made_us = x->now_us};
    n->name = text_copy(&db->acct, name->s);
    n->text = text_copy(&db->acct, text);
    if (!n->name || !n->text) {
        named_free(db, n);
        return RAISE_NOMEM(err);
    }
    env_lock(db->env, &db->prepared_lock);
    bool taken = *find(db, name->s) != NULL;
    if (!taken) {
        n->next = db->prepared;
        db->prepared = n;
    }
    env_unlock(db->env, &db->prepared_lock);
    if (!taken)
        return 0;
    named_free(db, n);
    return duplicate(name, err);
}

int stmt_prepare(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const PrepareStmt *st = AST(PrepareStmt, s->node);
    _cleanup_(catalog_unrefp) Catalog *c = db_catalog(x->db);
    Type *given = ARENA_ARRAY(x->arena, Type, st->types.n + 1);
    uint64_t *domain = ARENA_ARRAY(x->arena, uint64_t, st->types.n + 1);
    uint32_t n = 0;
    Prepared *p = NULL;
    if (!given || !domain)
        return RAISE_NOMEM(err);
    if (is_taken(x->db, st->name.s))
        return duplicate(&st->name, err);
    TRY(check_kind(st->stmt, err));
    AST_EACH(t, st->types)
    {
        bool open = str_eq(name_last(&AST(TypeName, t)->name)->s, STR("unknown"));
        Field f = {0};
        if (!open)
            TRY(bind_field_type(c, AST(TypeName, t), &f, err));
        domain[n] = f.domain;
        given[n] = f.type;
        given[n++].length = 0;
    }
    Str text = {x->script.p + st->stmt->at.pos, st->stmt->at.len};
    int rc = prepared_new(x->db, text, given, n, &p, err);
    if (rc < 0 && err && !span_is_none(err->at))
        err->at.pos += st->stmt->at.pos;
    TRY(rc);
    memcpy(p->domain, domain, n * sizeof(*domain));
    TRY(add_named(x, &st->name, s->text, p, err));
    stmt_done(x, STMT_DDL, "PREPARE", st->name.s);
    return 0;
}

/* A copy: the name may be given up while it runs. */
static int copy_named(StmtContext *x, const Ident *name, Prepared *ret, Err *err)
{
    Database *db = x->db;
    env_lock(db->env, &db->prepared_lock);
    const NamedStatement *n = *find(db, name->s);
    const Prepared *p = n ? n->p : NULL;
    if (p)
        *ret = (Prepared){arena_strndup(x->arena, p->text, strlen(p->text)), p->n_params,
                          arena_memdup(x->arena, p->type, MAX(p->n_params, 1) * sizeof(*p->type)),
                          arena_memdup(x->arena, p->domain, MAX(p->n_params, 1) * sizeof(*p->domain))};
    env_unlock(db->env, &db->prepared_lock);
    if (!p)
        return undefined(name, err);
    return ret->text && ret->type && ret->domain ? 0 : RAISE_NOMEM(err);
}

/* CAST(arg AS domain): what the domain holds values to holds here, too. */
static int through_domain(StmtContext *x, const Catalog *c, const Prepared *p, uint32_t i, Node **arg, Err *err)
{
    const Relation *r = catalog_by_id(c, p->domain[i]);
    ExprCast *cast = ARENA_NEW(x->arena, ExprCast);
    TypeName *type = ARENA_NEW(x->arena, TypeName);
    if (!r)
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, (*arg)->at, "the domain of parameter $%u does not exist any more", i + 1);
    if (!cast || !type)
        return RAISE_NOMEM(err);
    *type = (TypeName){.node = {.kind = NODE_TYPE, .at = (*arg)->at, .depth = 1}, .name.at = (*arg)->at};
    type->n_dims = p->type[i].id == T_ARRAY && r->type.id != T_ARRAY;
    TRY(name_of_relation(r, x->arena, &type->name, err));
    *cast = (ExprCast){.node = {.kind = NODE_EXPR_CAST, .at = (*arg)->at, .depth = (uint16_t)((*arg)->depth + 1)},
                       .arg = *arg,
                       .type = type};
    *arg = &cast->node;
    return 0;
}

static int args_of(StmtContext *x, const ExecuteStmt *st, const Prepared *p, const Catalog *c, ParamSlot *slots, Err *err)
{
    PlanContext ctx = statement_context(x, c);
    uint32_t i = 0;
    ctx.now_us = x->now_us;
    AST_EACH(arg, st->args)
    {
        Value v;
        Node *value = arg;
        if (p->domain[i])
            TRY(through_domain(x, c, p, i, &value, err));
        TRY(bind_value(&ctx, value, x->arena, &v, err));
        int rc = prepared_value(p, i, &v, x->arena, &slots[i], err);
        if (rc < 0 && err && span_is_none(err->at))
            err->at = arg->at;
        TRY(rc);
        i++;
    }
    return 0;
}

int stmt_execute(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const ExecuteStmt *st = AST(ExecuteStmt, s->node);
    Prepared p = {0};
    TRY(copy_named(x, &st->name, &p, err));
    if (p.n_params != st->args.n) {
        int rc = RAISE_AT(err, ERR_SYNTAX, st->name.at, "wrong number of parameters for prepared statement \"%.*s\"",
                          (int)st->name.s.n, st->name.s.p);
        (void)err_detail(err, "Expected %u parameters but got %u.", p.n_params, st->args.n);
        return rc;
    }
    ParamSlot *slots = ARENA_ARRAY(x->arena, ParamSlot, p.n_params + 1);
    if (!slots)
        return RAISE_NOMEM(err);
    Catalog *c = db_catalog(x->db);
    int rc = args_of(x, st, &p, c, slots, err);
    catalog_unref(c);
    TRY(rc);
    rc = prepared_run(x, &p, slots, err);
    if (rc < 0 && err)
        err->at = st->name.at; /* places in the text that was prepared are none of this one */
    return rc;
}

int stmt_deallocate(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const DeallocateStmt *st = AST(DeallocateStmt, s->node);
    Database *db = x->db;
    if (st->all) {
        db_forget_prepared(db);
        stmt_done(x, STMT_DDL, "DEALLOCATE ALL", STR(""));
        return 0;
    }
    env_lock(db->env, &db->prepared_lock);
    NamedStatement **at = find(db, st->name.s), *n = *at;
    if (n)
        *at = n->next;
    env_unlock(db->env, &db->prepared_lock);
    if (!n)
        return undefined(&st->name, err);
    named_free(db, n);
    stmt_done(x, STMT_DDL, "DEALLOCATE", st->name.s);
    return 0;
}
