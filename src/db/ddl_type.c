/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE TYPE: ENUMs and row types.  A type is an entry of the catalog like a relation, so that names, dependencies, DROP and
 * reopening are what they are for relations; what it is made of is interned (data/nested.h), the entry only names it. */
#include "db/execute.h"

#include "data/nested.h"
#include "plan/plan.h"

#define LABEL_MAX 63

static int enum_type(StmtContext *x, const char *name, const CreateTypeStmt *c, Type *ret, Err *err)
{
    const char **label = ARENA_ARRAY(x->arena, const char *, c->labels.n + 1);
    uint32_t n = 0;
    if (!label)
        return RAISE_NOMEM(err);
    AST_EACH(item, c->labels)
    {
        Str s = AST(ExprLiteral, item)->text;
        if (s.n > LABEL_MAX || memchr(s.p, 0, s.n))
            return RAISE_AT(err, ERR_INVALID_NAME, item->at, "invalid enum label: it has at most %d bytes", LABEL_MAX);
        for (uint32_t i = 0; i < n; i++)
            if (str_eq(str_of(label[i]), s))
                return RAISE_AT(err, ERR_UNIQUE, item->at, "enum label \"%.*s\" is given twice", (int)s.n, s.p);
        label[n] = arena_strndup(x->arena, s.p, s.n);
        if (!label[n++])
            return RAISE_NOMEM(err);
    }
    return type_enum(name, label, n, ret) < 0 ? RAISE_NOMEM(err) : 0;
}

static int check_new(Database *db, const Name *name, Err *err)
{
    Type builtin;
    Str id = object_of(name);
    TRY(check_plain_name(name, err));
    if (catalog_find(db->catalog, id) || type_of_name(id, NULL, 0, &builtin, NULL) == 0)
        return RAISE_AT(err, ERR_DUPLICATE_OBJECT, name->at, "type \"%.*s\" already exists, or a relation of that name", (int)id.n,
                        id.p);
    return 0;
}

static int make(StmtContext *x, const ScriptStmt *s, const CreateTypeStmt *c, Err *err)
{
    Database *db = x->db;
    TRY(check_new(db, &c->name, err));
    Str id = object_of(&c->name);
    char *name = arena_strndup(x->arena, id.p, id.n);
    Relation *r = name ? relation_new(&db->acct, REL_TYPE, name) : NULL;
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
