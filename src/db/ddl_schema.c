/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE SCHEMA, and who owns what.  A schema is an entry of the catalog, which what is in it depends on: so it is kept, taken back
 * and dropped as anything else.  Everything belongs to the one user; that it does so may be said. */
#include "catalog/names.h"
#include "db/durable.h"
#include "db/execute.h"
#include "db/names_move.h"
#include "db/search_path.h"
#include "sql/ast_equal.h"
#include "sql/ast_names.h"
#include "sql/print.h"

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

static bool is_there(const Catalog *c, Str name)
{
    SchemaId of_system;
    return schema_id_find(name, &of_system) || catalog_schema(c, name);
}

/* The name before the first dot of a relation's is a schema (catalog/relation.c): it has none itself, and no relation of public is
 * already called so. */
static int check_schema_name(const Catalog *c, const Ident *id, Err *err)
{
    if (id->s.n > 63)
        return RAISE_AT(err, ERR_NAME_TOO_LONG, id->at, "the name is longer than 63 bytes");
    if (str_starts(id->s, STR("pg_"))) {
        (void)RAISE_AT(err, ERR_RESERVED_NAME, id->at, "unacceptable schema name \"%.*s\"", (int)id->s.n, id->s.p);
        return err_detail(err, "The prefix \"pg_\" is reserved for system schemas.");
    }
    if (memchr(id->s.p, '.', id->s.n) || memchr(id->s.p, '(', id->s.n) || id->s.n == 0)
        return RAISE_AT(err, ERR_UNSUPPORTED, id->at, "a schema whose name has a dot or a parenthesis, \"%.*s\", is not supported",
                        (int)id->s.n, id->s.p);
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        if (!r->space && str_starts(str_of(r->name), id->s) && r->name[id->s.n] == '.')
            return RAISE_AT(err, ERR_UNSUPPORTED, id->at, "a schema \"%.*s\" beside %s \"%s\" of schema public is not supported",
                            (int)id->s.n, id->s.p, relation_kind_name(r->kind), r->name);
    }
    return 0;
}

int check_free_of_schemas(const Catalog *c, const Name *n, Err *err)
{
    Str key = name_key(n), head, rest;
    if (n->key.p || !str_cut(key, '.', &head, &rest) || !is_there(c, head))
        return 0;
    return RAISE_AT(err, ERR_UNSUPPORTED, n->at, "the name \"%.*s\" in schema public, beside schema \"%.*s\", is not supported",
                    (int)key.n, key.p, (int)head.n, head.p);
}

int check_renamed(const Catalog *c, const Ident *to, const char *made, Err *err)
{
    if (to->s.n > 63)
        return RAISE_AT(err, ERR_NAME_TOO_LONG, to->at, "the name is longer than 63 bytes");
    if (str_eq(to->s, str_of(made))) /* in public */
        TRY(check_free_of_schemas(c, &(Name){.part = (Ident *)to, .n_parts = 1, .at = to->at}, err));
    return catalog_find(c, str_of(made))
               ? RAISE_AT(err, ERR_DUPLICATE_RELATION, to->at, "relation \"%.*s\" already exists", (int)to->s.n, to->s.p)
               : 0;
}

int name_renamed(const Catalog *c, const Relation *r, const AlterAction *act, Arena *arena, Name *ret, Err *err)
{
    TRY(name_beside(r, &act->new_name, arena, ret, err));
    char *made = arena_strndup(arena, name_key(ret).p, name_key(ret).n);
    return made ? check_renamed(c, &act->new_name, made, err) : RAISE_NOMEM(err);
}

static int make_schema(StmtContext *x, const ScriptStmt *s, const Ident *id, Err *err)
{
    char *name = arena_strndup(x->arena, id->s.p, id->s.n);
    Relation *r = name ? relation_new(x->db->catalog, &x->db->acct, REL_SCHEMA, name) : NULL;
    if (!r)
        return RAISE_NOMEM(err);
    r->schema = schema_new(&x->db->acct, NULL, 0);
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    int rc = r->schema && r->ddl ? db_publish(x->db, r, NULL, 0, err) : RAISE_NOMEM(err);
    relation_unref(r);
    return rc;
}

int stmt_create_schema(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateSchemaStmt *c = AST(CreateSchemaStmt, s->node);
    const Ident *id = name_last(&c->name);
    Database *db = x->db;
    TRY(check_one_name(&c->name, err));
    if (c->elements.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->elements.first->at, "CREATE SCHEMA with elements is not prepared");
    if (c->owner.s.p)
        TRY(check_role(&c->owner, err));
    env_lock(db->env, &db->ddl);
    bool there = is_there(db->catalog, id->s);
    int rc = there ? 0 : check_schema_name(db->catalog, id, err);
    if (rc == 0 && there && !c->if_not_exists)
        rc = RAISE_AT(err, ERR_DUPLICATE_SCHEMA, c->name.at, "schema \"%.*s\" already exists", (int)id->s.n, id->s.p);
    if (rc == 0 && !there)
        rc = make_schema(x, s, id, err);
    env_unlock(db->env, &db->ddl);
    TRY(rc);
    if (there) {
        skip(x, ERR_DUPLICATE_SCHEMA, id->s, "already exists");
        durable_skip(db);
    }
    stmt_done(x, STMT_DDL, "CREATE SCHEMA", id->s);
    return 0;
}

/* ---- elements ----
 *
 * CREATE SCHEMA s CREATE TABLE t ..: a transaction of statements whose names are looked for in s first, so the log has each of them
 * as one that stands alone. */

bool makes_schema_elements(const Node *n)
{
    return n->kind == NODE_CREATE_SCHEMA_STMT && AST(CreateSchemaStmt, n)->elements.n;
}

/* Who may refer to what stands behind it comes later, as in PostgreSQL. */
static uint32_t rank_of(const Node *element)
{
    switch ((NodeKind)element->kind) {
    case NODE_CREATE_SEQUENCE_STMT: return 0;
    case NODE_CREATE_RELATION_STMT: return 1;
    case NODE_CREATE_QUERY_STMT: return AST(CreateQueryStmt, element)->kind == OBJECT_TABLE ? 1 : 2;
    default: return 3;
    }
}
#define N_RANKS 4

static int check_element(void *self, const AstName *name)
{
    const Ident *schema = self;
    if (name->role != NAME_MADE || name->n_parts < 2 || str_eq(name->name->part[name->n_parts - 2].s, schema->s))
        return 0;
    return -ERR_INVALID_SCHEMA_DEF;
}

static int check_elements(const CreateSchemaStmt *c, Err *err)
{
    const Ident *schema = name_last(&c->name);
    AST_EACH(n, c->elements)
    if (ast_each_name(n, check_element, (void *)schema) < 0)
        return RAISE_AT(err, ERR_INVALID_SCHEMA_DEF, n->at, "CREATE specifies a schema different from the one being created (%.*s)",
                        (int)schema->s.n, schema->s.p);
    return 0;
}

static int run_schema_alone(StmtContext *x, const CreateSchemaStmt *c, Err *err)
{
    CreateSchemaStmt alone = *c;
    StrBuf b;
    alone.elements = (NodeList){0};
    sb_init(&b, NULL);
    sql_print(&alone.node, &b);
    char *text = b.failed ? NULL : arena_strndup(x->arena, b.p, b.n);
    sb_done(&b);
    int rc = text ? run_text_part(x, text, err) : RAISE_NOMEM(err);
    if (rc < 0 && err)
        err->at = c->name.at;
    return rc;
}

static int run_element(StmtContext *x, const char *schema, Node *n, Err *err)
{
    ScriptStmt s = {.node = n, .at = n->at, .text = {x->script.p + n->at.pos, n->at.len}};
    StmtContext part = *x;
    InPath in;
    int rc = statement_in_path(x->db, x->arena, schema, x->script, &s, &in, err);
    if (rc == 1)
        part.script = in.script;
    if (rc >= 0)
        rc = run_with_parts(&part, rc == 1 ? &in.stmt : &s, err);
    if (rc < 0)
        error_out_of_path(&in, &s, err);
    return rc;
}

static int run_elements(StmtContext *x, const void *what, Err *err)
{
    const CreateSchemaStmt *c = what;
    const char *schema = arena_strndup(x->arena, name_last(&c->name)->s.p, name_last(&c->name)->s.n);
    if (!schema)
        return RAISE_NOMEM(err);
    TRY(run_schema_alone(x, c, err));
    for (uint32_t rank = 0; rank < N_RANKS; rank++)
        AST_EACH(n, c->elements)
    if (rank_of(n) == rank)
        TRY(run_element(x, schema, n, err));
    return 0;
}

int run_schema_elements(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateSchemaStmt *c = AST(CreateSchemaStmt, s->node);
    TRY(check_elements(c, err));
    TRY(run_as_one(x, run_elements, c, err));
    stmt_done(x, STMT_DDL, "CREATE SCHEMA", name_last(&c->name)->s);
    return 0;
}

int find_dropped_schema(StmtContext *x, const DropStmt *d, const Name *name, const Relation **ret, Err *err)
{
    const Ident *id = name_last(name);
    SchemaId found;
    TRY(check_one_name(name, err));
    bool of_system = schema_id_find(id->s, &found);
    if (of_system && found != SCHEMA_PUBLIC)
        return RAISE_AT(err, ERR_DEPENDENT_OBJECTS, name->at,
                        "cannot drop schema %.*s because it is required by the database system", (int)id->s.n, id->s.p);
    if (of_system)
        return RAISE_AT(err, ERR_UNSUPPORTED, name->at, "DROP SCHEMA public is not supported");
    *ret = catalog_schema(x->db->catalog, id->s);
    if (!*ret && !d->if_exists)
        return no_schema(id, err);
    if (!*ret)
        skip(x, ERR_UNDEFINED_SCHEMA, id->s, "does not exist");
    return 0;
}

/* ---- OWNER TO, SET SCHEMA ---- */

bool alter_only_belongs(const AlterStmt *st)
{
    AlterKind k = AST(AlterAction, st->actions.first)->kind;
    return st->kind == OBJECT_SCHEMA || k == ALTER_OWNER || k == ALTER_SET_SCHEMA ||
           (object_is_routine(st->kind) && k == ALTER_RENAME);
}

/* Tables, views and sequences are each other's kind here, as in PostgreSQL. */
static bool is_meant(const Relation *r, ObjectKind kind)
{
    return relation_is_object(r, kind) || (kind == OBJECT_TABLE && relation_is_one(r)) ||
           (kind == OBJECT_TABLE && (r->kind == REL_SEQUENCE || r->kind == REL_INDEX)) ||
           (kind == OBJECT_VIEW && r->kind == REL_VIEW);
}

/* 1: there is none, and IF EXISTS says that it need not be there.  0 without *ret: the numbers of a column, of *ret_table. */
static int find_object(StmtContext *x, const Catalog *c, const AlterStmt *st, const Relation **ret, const Relation **ret_table,
                       Err *err)
{
    const char *text = NULL;
    int32_t col;
    Str id = object_of(&st->name);
    TRY(name_check_made(x->db->catalog, &st->name, err));
    const Relation *r = catalog_find(c, id);
    if (object_is_routine(st->kind)) {
        TRY(find_function(c, x->arena, &st->name, st->has_args ? &st->args : NULL, &r, &text, err));
        if (x->db->durable)
            x->db->durable->altered_routine = r ? r->id : 0;
    }
    *ret = r && is_meant(r, st->kind) ? r : NULL;
    *ret_table = r || (st->kind != OBJECT_SEQUENCE && st->kind != OBJECT_TABLE) ? NULL : catalog_numbering(c, id, &col);
    if (*ret || *ret_table)
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
    if (object_is_routine(st->kind))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, st->name.at, "function %s does not exist", text);
    bool is_type = st->kind == OBJECT_TYPE || st->kind == OBJECT_DOMAIN;
    return RAISE_AT(err, is_type ? ERR_UNDEFINED_OBJECT : ERR_UNDEFINED_RELATION, st->name.at, "%s \"%.*s\" does not exist",
                    is_type ? "type" : "relation", (int)id.n, id.p);
}

static int find_schema(const Catalog *c, const AlterStmt *st, Err *err)
{
    TRY(check_one_name(&st->name, err));
    return is_there(c, object_of(&st->name)) ? 0 : no_schema(name_last(&st->name), err);
}

static int rename_schema(StmtContext *x, const AlterStmt *st, const Ident *to, Err *err)
{
    const Catalog *c = x->db->catalog;
    TRY(find_schema(c, st, err));
    const Relation *schema = catalog_schema(c, object_of(&st->name));
    if (!schema)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->name.at, "ALTER SCHEMA %.*s RENAME TO is not supported",
                        (int)object_of(&st->name).n, object_of(&st->name).p);
    if (is_there(c, to->s))
        return RAISE_AT(err, ERR_DUPLICATE_SCHEMA, to->at, "schema \"%.*s\" already exists", (int)to->s.n, to->s.p);
    TRY(check_schema_name(c, to, err));
    return schema_rename(x, schema, to, err);
}

static int set_schema(StmtContext *x, const AlterStmt *st, const Ident *to, Err *err)
{
    const Catalog *c = x->db->catalog;
    const Relation *r, *table;
    SchemaId system;
    int rc = find_object(x, c, st, &r, &table, err);
    if (rc != 0) {
        durable_skip(x->db);
        return MIN(rc, 0);
    }
    bool of_system = schema_id_find(to->s, &system);
    if (!of_system && !catalog_schema(c, to->s))
        return no_schema(to, err);
    if (of_system && system != SCHEMA_PUBLIC)
        return RAISE_AT(err, ERR_SYSTEM_OBJECT, to->at, "permission denied for schema %.*s", (int)to->s.n, to->s.p);
    if (r)
        return object_move(x, r, to, st->name.at, err);
    (void)RAISE_AT(err, ERR_UNSUPPORTED, st->name.at, "cannot move an owned sequence into another schema");
    return err_detail(err, "Sequence \"%.*s\" is linked to table \"%s\".", (int)object_of(&st->name).n, object_of(&st->name).p,
                      table->name);
}

static int set_owner(StmtContext *x, const AlterStmt *st, const Ident *role, Err *err)
{
    const Relation *r, *table;
    int rc = st->kind == OBJECT_SCHEMA ? find_schema(x->db->catalog, st, err) : find_object(x, x->db->catalog, st, &r, &table, err);
    TRY(MIN(rc, 0));
    durable_skip(x->db);
    return check_role(role, err);
}

static int rename_routine(StmtContext *x, const AlterStmt *st, const Ident *to, Err *err)
{
    const Relation *r, *table;
    int rc = find_object(x, x->db->catalog, st, &r, &table, err);
    if (rc != 0) {
        durable_skip(x->db);
        return MIN(rc, 0);
    }
    if (r->native)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->name.at, "RENAME TO of a function of the program is not supported");
    return function_rename(x, r, to, err);
}

int alter_belongs(StmtContext *x, const AlterStmt *st, Err *err)
{
    const AlterAction *act = AST(AlterAction, st->actions.first);
    char tag[64];
    env_lock(x->db->env, &x->db->ddl);
    int rc = act->kind == ALTER_OWNER    ? set_owner(x, st, &act->new_name, err)
             : act->kind != ALTER_RENAME ? set_schema(x, st, &act->new_name, err)
             : st->kind == OBJECT_SCHEMA ? rename_schema(x, st, &act->new_name, err)
                                         : rename_routine(x, st, &act->new_name, err);
    env_unlock(x->db->env, &x->db->ddl);
    TRY(rc);
    snprintf(tag, sizeof(tag), "ALTER %s", object_kind_text(st->kind));
    stmt_done(x, STMT_DDL, tag, object_of(&st->name));
    return 0;
}
