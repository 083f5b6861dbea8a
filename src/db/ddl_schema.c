/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas and owners, as far as there are any: everything that is made is in `public` and belongs to the one user.  So that scripts
 * of PostgreSQL run which say just this, it may be said; what would be otherwise is refused with the name that is not there. */
#include "catalog/names.h"
#include "db/durable.h"
#include "db/execute.h"

#include <stdio.h>

#define USER_NAME "laminar" /* as current_user has it */

static bool is_word(const Ident *id, const char *word)
{
    return !id->quoted && str_eq(id->s, str_of(word));
}

static int check_role(const Ident *role, Err *err)
{
    bool is_user = str_eq(role->s, STR(USER_NAME)) || is_word(role, "current_user") || is_word(role, "session_user") ||
                   is_word(role, "current_role");
    return is_user ? 0 : RAISE_AT(err, ERR_UNDEFINED_OBJECT, role->at, "role \"%.*s\" does not exist", (int)role->s.n, role->s.p);
}

static int no_schema(const Ident *id, Err *err)
{
    return RAISE_AT(err, ERR_UNDEFINED_SCHEMA, id->at, "schema \"%.*s\" does not exist", (int)id->s.n, id->s.p);
}

static void skip(StmtContext *x, ErrCode code, Str name, const char *why)
{
    Err notice = ERR_INIT;
    (void)RAISE(&notice, code, "schema \"%.*s\" %s, skipping", (int)name.n, name.p, why);
    statement_notice(x->result, &notice);
}

static int check_one_name(const Name *n, Err *err)
{
    return n->n_parts == 1 ? 0 : RAISE_AT(err, ERR_SYNTAX, n->at, "a schema has a name of one part");
}

int stmt_create_schema(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateSchemaStmt *c = AST(CreateSchemaStmt, s->node);
    const Ident *id = name_last(&c->name);
    SchemaId found;
    TRY(check_one_name(&c->name, err));
    if (c->owner.s.p)
        TRY(check_role(&c->owner, err));
    bool is_there = schema_id_find(id->s, &found);
    if (is_there && !c->if_not_exists)
        return RAISE_AT(err, ERR_DUPLICATE_SCHEMA, c->name.at, "schema \"%.*s\" already exists", (int)id->s.n, id->s.p);
    if (!is_there) {
        (void)RAISE_AT(err, ERR_UNSUPPORTED, c->name.at, "CREATE SCHEMA is not supported");
        return err_hint(err, "everything is in schema public");
    }
    skip(x, ERR_DUPLICATE_SCHEMA, id->s, "already exists");
    stmt_done(x, STMT_DDL, "CREATE SCHEMA", id->s);
    return 0;
}

int drop_schema(StmtContext *x, const DropStmt *d, Err *err)
{
    AST_EACH(n, d->names)
    {
        const Name *name = &AST(NameNode, n)->name;
        const Ident *id = name_last(name);
        SchemaId found;
        TRY(check_one_name(name, err));
        bool is_there = schema_id_find(id->s, &found);
        if (!is_there && !d->if_exists)
            return no_schema(id, err);
        if (is_there && found != SCHEMA_PUBLIC)
            return RAISE_AT(err, ERR_DEPENDENT_OBJECTS, name->at,
                            "cannot drop schema %.*s because it is required by the database system", (int)id->s.n, id->s.p);
        if (is_there)
            return RAISE_AT(err, ERR_UNSUPPORTED, name->at, "DROP SCHEMA public is not supported");
        skip(x, ERR_UNDEFINED_SCHEMA, id->s, "does not exist");
    }
    durable_skip(x->db);
    stmt_done(x, STMT_DDL, "DROP SCHEMA", name_last(&AST(NameNode, d->names.first)->name)->s);
    return 0;
}

/* ---- OWNER TO, SET SCHEMA ---- */

bool alter_only_belongs(const AlterStmt *st)
{
    AlterKind k = AST(AlterAction, st->actions.first)->kind;
    return st->kind == OBJECT_SCHEMA || k == ALTER_OWNER || k == ALTER_SET_SCHEMA;
}

/* Tables, views and sequences are each other's kind here, as in PostgreSQL. */
static bool is_meant(const Relation *r, ObjectKind kind)
{
    return relation_is_object(r, kind) || (kind == OBJECT_TABLE && relation_is_one(r)) ||
           (kind == OBJECT_TABLE && (r->kind == REL_SEQUENCE || r->kind == REL_INDEX)) ||
           (kind == OBJECT_VIEW && r->kind == REL_VIEW);
}

/* 1: there is none, and IF EXISTS says that it need not be there. */
static int find_object(StmtContext *x, const Catalog *c, const AlterStmt *st, Err *err)
{
    const char *text = NULL;
    int32_t col;
    Str id = object_of(&st->name);
    TRY(check_plain_name(&st->name, err));
    const Relation *r = catalog_find(c, id);
    if (st->kind == OBJECT_FUNCTION)
        TRY(find_function(c, x->arena, &st->name, st->has_args ? &st->args : NULL, &r, &text, err));
    if (!r && (st->kind == OBJECT_SEQUENCE || st->kind == OBJECT_TABLE) && catalog_numbering(c, id, &col))
        return 0;
    if (r && is_meant(r, st->kind))
        return 0;
    if (r)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is %s %s, not %s %s", r->name,
                        word_article(relation_kind_name(r->kind)), relation_kind_name(r->kind),
                        word_article(object_kind_text(st->kind)), object_kind_text(st->kind));
    if (st->if_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_UNDEFINED_RELATION, "relation \"%.*s\" does not exist, skipping", (int)id.n, id.p);
        statement_notice(x->result, &notice);
        return 1;
    }
    if (st->kind == OBJECT_FUNCTION)
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, st->name.at, "function %s does not exist", text);
    bool is_type = st->kind == OBJECT_TYPE || st->kind == OBJECT_DOMAIN;
    return RAISE_AT(err, is_type ? ERR_UNDEFINED_OBJECT : ERR_UNDEFINED_RELATION, st->name.at, "%s \"%.*s\" does not exist",
                    is_type ? "type" : "relation", (int)id.n, id.p);
}

static int find_schema(const AlterStmt *st, Err *err)
{
    SchemaId found;
    TRY(check_one_name(&st->name, err));
    return schema_id_find(object_of(&st->name), &found) ? 0 : no_schema(name_last(&st->name), err);
}

int alter_belongs(StmtContext *x, const AlterStmt *st, Err *err)
{
    const AlterAction *act = AST(AlterAction, st->actions.first);
    SchemaId to;
    char tag[64];
    if (st->kind == OBJECT_SCHEMA && act->kind != ALTER_OWNER)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->node.at, "this form of ALTER SCHEMA is not supported");
    Catalog *c = db_catalog(x->db);
    int rc = st->kind == OBJECT_SCHEMA ? find_schema(st, err) : find_object(x, c, st, err);
    catalog_unref(c);
    if (rc == 0 && act->kind == ALTER_OWNER)
        rc = check_role(&act->new_name, err);
    else if (rc == 0 && !schema_id_find(act->new_name.s, &to))
        rc = no_schema(&act->new_name, err);
    else if (rc == 0 && to != SCHEMA_PUBLIC)
        rc = RAISE_AT(err, ERR_SYSTEM_OBJECT, act->new_name.at, "permission denied for schema %.*s", (int)act->new_name.s.n,
                      act->new_name.s.p);
    TRY(MIN(rc, 0));
    durable_skip(x->db);
    snprintf(tag, sizeof(tag), "ALTER %s", object_kind_text(st->kind));
    stmt_done(x, STMT_DDL, tag, object_of(&st->name));
    return 0;
}
