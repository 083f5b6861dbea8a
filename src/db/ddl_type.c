/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE TYPE: ENUMs and row types.  A type is an entry of the catalog like a relation, so that names, dependencies, DROP and
 * reopening are what they are for relations; what it is made of is interned (data/nested.h), the entry only names it. */
#include "db/execute.h"

#include "data/nested.h"
#include "db/durable.h"
#include "db/names_move.h"
#include "db/transaction_ddl.h"
#include "plan/plan.h"
#include "sql/ast_equal.h"
#include "sql/print.h"

#define LABEL_MAX 63

static int check_label(const Node *label, Err *err)
{
    Str s = AST(ExprLiteral, label)->text;
    if (s.n > LABEL_MAX || memchr(s.p, 0, s.n))
        return RAISE_AT(err, ERR_INVALID_NAME, label->at, "invalid enum label: it has at most %d bytes", LABEL_MAX);
    return 0;
}

static int enum_type(StmtContext *x, const char *name, const CreateTypeStmt *c, Type *ret, Err *err)
{
    const char **label = ARENA_ARRAY(x->arena, const char *, c->labels.n + 1);
    uint32_t n = 0;
    if (!label)
        return RAISE_NOMEM(err);
    AST_EACH(item, c->labels)
    {
        Str s = AST(ExprLiteral, item)->text;
        TRY(check_label(item, err));
        for (uint32_t i = 0; i < n; i++)
            if (str_eq(str_of(label[i]), s))
                return RAISE_AT(err, ERR_UNIQUE, item->at, "enum label \"%.*s\" is given twice", (int)s.n, s.p);
        label[n] = arena_strndup(x->arena, s.p, s.n);
        if (!label[n++])
            return RAISE_NOMEM(err);
    }
    return type_enum(name, label, n, ret) < 0 ? RAISE_NOMEM(err) : 0;
}

int type_check_new(Database *db, const Name *name, Err *err)
{
    Type builtin;
    Str id = object_of(name);
    TRY(name_check_made(db->catalog, name, err));
    TRY(check_free_of_schemas(db->catalog, name, err));
    if (catalog_find(db->catalog, id) || type_of_name(name_last(name)->s, NULL, 0, &builtin, NULL) == 0)
        return RAISE_AT(err, ERR_DUPLICATE_OBJECT, name->at, "type \"%.*s\" already exists, or a relation of that name", (int)id.n,
                        id.p);
    return 0;
}

static int make(StmtContext *x, const ScriptStmt *s, const CreateTypeStmt *c, Err *err)
{
    Database *db = x->db;
    TRY(type_check_new(db, &c->name, err));
    Str id = object_of(&c->name);
    char *name = arena_strndup(x->arena, id.p, id.n);
    Relation *r = name ? relation_new(db->catalog, &db->acct, REL_TYPE, name) : NULL;
    if (!r)
        return RAISE_NOMEM(err);
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    r->schema = schema_new(&db->acct, NULL, 0);
    int rc = r->ddl && r->schema ? 0 : RAISE_NOMEM(err);
    if (rc == 0)
        rc = c->is_enum ? enum_type(x, name, c, &r->type, err)
                        : bind_row_type(db->catalog, name, &c->fields, c->node.at, &r->type, err);
    if (rc == 0)
        rc = db_publish(db, r, NULL, 0, err);
    relation_unref(r);
    return rc;
}

int stmt_create_type(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateTypeStmt *c = AST(CreateTypeStmt, s->node);
    env_lock(x->db->env, &x->db->ddl);
    int rc = make(x, s, c, err);
    env_unlock(x->db->env, &x->db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, "CREATE TYPE", object_of(&c->name));
    return 0;
}

/* ---- ALTER TYPE ----
 *
 * Labels are added to the type itself, which all columns, plans and results have: values are numbers of labels, so nothing else
 * changes.  A label between others would give those behind it other numbers, so there it is another type, and nobody may have
 * values of the old one. */

static int32_t find_label(const Relation *r, const Node *label)
{
    return label ? schema_find(r->type.nested, AST(ExprLiteral, label)->text) : -1;
}

static int no_label(const Node *label, Err *err)
{
    Str s = AST(ExprLiteral, label)->text;
    return RAISE_AT(err, ERR_INVALID_PARAMETER, label->at, "\"%.*s\" is not an existing enum label", (int)s.n, s.p);
}

static int taken_label(const Node *label, Err *err)
{
    Str s = AST(ExprLiteral, label)->text;
    return RAISE_AT(err, ERR_DUPLICATE_OBJECT, label->at, "enum label \"%.*s\" already exists", (int)s.n, s.p);
}

/* What has values of the type, or says its name; NULL = nothing. */
int type_find_user(StmtContext *x, const Relation *type, const Relation **ret, Err *err)
{
    const Catalog *c = x->db->catalog;
    const Relation **dep;
    uint32_t n = 0;
    TRY(catalog_dependants(c, type->id, x->arena, &dep, &n, err));
    *ret = n ? dep[0] : NULL;
    for (uint32_t i = 0; i < c->n && !*ret; i++) {
        const Relation *r = c->relation[i];
        bool uses = relation_is_type(r) && r != type && type_has_part(r->type, type->type);
        for (uint32_t k = 0; r->schema && k < r->schema->n; k++)
            uses |= type_has_part(r->schema->field[k].type, type->type);
        *ret = uses ? r : NULL;
    }
    return 0;
}

static int refuse_used(StmtContext *x, const Relation *type, const char *what, Span at, Err *err)
{
    const Relation *user;
    TRY(type_find_user(x, type, &user, err));
    if (!user)
        return 0;
    (void)RAISE_AT(err, ERR_UNSUPPORTED, at, "ALTER TYPE .. %s of a type that is used is not supported yet", what);
    return err_detail(err, "%s \"%s\" uses TYPE \"%s\".", relation_kind_name(user->kind), user->name, type->name);
}

/* ---- who says a label ---- */

typedef struct Saying {
    Str label;
    bool found;
} Saying;

static int look_for_label(void *self, Node *n)
{
    Saying *s = self;
    if (n->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, n)->kind == LITERAL_STRING)
        s->found |= str_eq(AST(ExprLiteral, n)->text, s->label);
    return ast_each_child(n, look_for_label, s);
}

/* A definition that says 'label' as a text, perhaps of another type, would have to say the new one. */
static int refuse_said(StmtContext *x, const Relation *type, const Node *label, Err *err)
{
    const Catalog *c = x->db->catalog;
    Saying s = {.label = AST(ExprLiteral, label)->text};
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        ScriptStmt parsed;
        char *text = r == type || r->kind == REL_TYPE || !r->ddl || !*r->ddl ? NULL : arena_strdup(x->arena, r->ddl);
        if (!text || sql_parse_one(x->arena, text, (uint32_t)strlen(text), &parsed, NULL) < 0)
            continue;
        (void)look_for_label(&s, parsed.node);
        if (!s.found)
            continue;
        (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, label->at, "cannot rename label \"%.*s\" of TYPE \"%s\": a definition says it",
                       (int)s.label.n, s.label.p, type->name);
        return err_detail(err, "%s \"%s\"", relation_kind_name(r->kind), r->name);
    }
    return 0;
}

/* ---- the new entry of the catalog ---- */

static int print_type(StmtContext *x, Relation *r, Err *err)
{
    const Schema *labels = r->type.nested;
    StrBuf ddl;
    sb_init(&ddl, &x->db->acct);
    sb_puts(&ddl, "CREATE TYPE ");
    relation_print_name(r, &ddl);
    sb_puts(&ddl, " AS ENUM (");
    for (uint32_t i = 0; i < labels->n; i++) {
        sb_puts(&ddl, i ? ", " : "");
        sql_print_string(str_of(labels->field[i].name), &ddl);
    }
    sb_putc(&ddl, ')');
    r->ddl = ddl.failed ? NULL : arena_strdup(&r->arena, sb_cstr(&ddl));
    sb_done(&ddl);
    return r->ddl ? 0 : RAISE_NOMEM(err);
}

/* type is the caller's; the entry owns it, too. */
static int publish(StmtContext *x, const Relation *old, Type type, Err *err)
{
    Database *db = x->db;
    Relation *r = relation_new(db->catalog, &db->acct, REL_TYPE, old->name);
    if (!r)
        return RAISE_NOMEM(err);
    type_enum_hold(type);
    r->id = old->id;
    r->type = type;
    r->schema = schema_ref(old->schema);
    int rc = print_type(x, r, err);
    if (rc == 0)
        rc = db_publish(db, r, NULL, 0, err);
    relation_unref(r);
    return rc;
}

static int add_behind(StmtContext *x, const Relation *r, const Node *label, Err *err)
{
    Engine *e = x->db->engine;
    Type type = r->type;
    uint32_t n = type.nested->n;
    engine_enter(e);
    bool hidden = transaction_is_defining(x->db) && !transaction_made(x->db, r); /* before COMMIT others would see its values */
    int rc = type_enum_add(type, AST(ExprLiteral, label)->text, hidden);
    if (rc == -ERR_PROGRAM_LIMIT)
        rc = RAISE_AT(err, ERR_PROGRAM_LIMIT, label->at, "ALTER TYPE adds %d labels to a type at most", ENUM_ROOM);
    else
        rc = rc < 0 ? RAISE_NOMEM(err) : publish(x, r, type, err);
    if (rc < 0)
        type_enum_cut(type, n);
    engine_leave(e);
    return rc;
}

static int add_between(StmtContext *x, const Relation *r, const Node *label, uint32_t at, Err *err)
{
    const Schema *s = r->type.nested;
    const char **all = ARENA_ARRAY(x->arena, const char *, s->n + 1);
    char *name = arena_strndup(x->arena, AST(ExprLiteral, label)->text.p, AST(ExprLiteral, label)->text.n);
    Type type;
    TRY(refuse_used(x, r, "ADD VALUE before others", label->at, err));
    if (!all || !name)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < s->n; i++)
        all[i + (i >= at)] = s->field[i].name;
    all[at] = name;
    if (type_enum(r->name, all, s->n + 1, &type) < 0)
        return RAISE_NOMEM(err);
    int rc = publish(x, r, type, err);
    type_enum_release(type);
    return rc;
}

static int add_value(StmtContext *x, const Relation *r, const AlterAction *act, Err *err)
{
    uint32_t at = r->type.nested->n;
    TRY(check_label(act->part, err));
    if (find_label(r, act->part) >= 0 && act->if_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_DUPLICATE_OBJECT, "enum label \"%.*s\" already exists, skipping",
                    (int)AST(ExprLiteral, act->part)->text.n, AST(ExprLiteral, act->part)->text.p);
        statement_notice(x->result, &notice);
        durable_skip(x->db);
        return 0;
    }
    if (find_label(r, act->part) >= 0)
        return taken_label(act->part, err);
    int32_t beside = find_label(r, act->expr);
    if (act->expr && beside < 0)
        return no_label(act->expr, err);
    if (act->expr)
        at = (uint32_t)beside + !act->before;
    return at == r->type.nested->n ? add_behind(x, r, act->part, err) : add_between(x, r, act->part, at, err);
}

static int rename_value(StmtContext *x, const Relation *r, const AlterAction *act, Err *err)
{
    int32_t i = find_label(r, act->part);
    TRY(check_label(act->expr, err));
    if (i < 0)
        return no_label(act->part, err);
    if (find_label(r, act->expr) >= 0)
        return taken_label(act->expr, err);
    TRY(refuse_said(x, r, act->part, err));
    Type type = r->type;
    const char *was = type.nested->field[i].name;
    engine_enter(x->db->engine);
    int rc = type_enum_rename(type, (uint32_t)i, AST(ExprLiteral, act->expr)->text);
    rc = rc < 0 ? RAISE_NOMEM(err) : publish(x, r, type, err);
    if (rc < 0)
        type_enum_name_again(type, (uint32_t)i, was);
    engine_leave(x->db->engine);
    return rc;
}

static int rename_type(StmtContext *x, const Relation *r, const AlterAction *act, Err *err)
{
    Name whole;
    TRY(name_beside(r, &act->new_name, x->arena, &whole, err));
    TRY(type_check_new(x->db, &whole, err));
    return object_rename(x, r, &act->new_name, err);
}

static int alter_found(StmtContext *x, const AlterStmt *st, Err *err)
{
    const AlterAction *act = AST(AlterAction, st->actions.first);
    TRY(name_check_made(x->db->catalog, &st->name, err));
    Str id = object_of(&st->name);
    const Relation *r = catalog_find(x->db->catalog, id);
    if (!r || !relation_is_type(r))
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, st->name.at, "type \"%.*s\" does not exist", (int)id.n, id.p);
    if (r->kind == REL_DOMAIN)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is a domain: ALTER DOMAIN changes it", r->name);
    if (r->broken)
        return RAISE_AT(err, ERR_WRONG_STATE, st->name.at, "type \"%s\" is broken", r->name);
    if (act->kind == ALTER_RENAME)
        return rename_type(x, r, act, err);
    if (r->type.id != T_ENUM)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is not an enum", r->name);
    return act->kind == ALTER_ADD_VALUE ? add_value(x, r, act, err) : rename_value(x, r, act, err);
}

int alter_type(StmtContext *x, const AlterStmt *st, Err *err)
{
    env_lock(x->db->env, &x->db->ddl);
    int rc = alter_found(x, st, err);
    env_unlock(x->db->env, &x->db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, "ALTER TYPE", object_of(&st->name));
    return 0;
}
