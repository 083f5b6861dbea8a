/* SPDX-License-Identifier: Apache-2.0
 *
 * Indexes under other names: ALTER INDEX .. RENAME TO, and what becomes of an index when a column of its table is renamed.  The
 * entry of the catalog is made anew with the number that it has; what runs keeps its content, or is made anew with the table's. */
#include "catalog/names.h"
#include "db/alter.h"
#include "db/durable.h"
#include "db/stream.h"
#include "sql/parse.h"
#include "sql/print.h"

static bool copy_keys(Relation *r, const Relation *old)
{
    bool whole = true;
    r->indexed = ARENA_ARRAY(&r->arena, struct RelationIndexed, old->n_indexed + 1);
    r->included = ARENA_ARRAY(&r->arena, const char *, old->n_included + 1);
    if (!r->indexed || !r->included)
        return false;
    for (uint32_t i = 0; i < old->n_indexed; i++) {
        r->indexed[i] = old->indexed[i];
        r->indexed[i].name = arena_strdup(&r->arena, old->indexed[i].name);
        r->indexed[i].expr = old->indexed[i].expr ? arena_strdup(&r->arena, old->indexed[i].expr) : NULL;
        whole = whole && r->indexed[i].name && (r->indexed[i].expr || !old->indexed[i].expr);
    }
    for (uint32_t i = 0; i < old->n_included; i++)
        whole = (r->included[i] = arena_strdup(&r->arena, old->included[i])) && whole;
    r->condition = old->condition ? arena_strdup(&r->arena, old->condition) : NULL;
    return whole && (r->condition || !old->condition);
}

/* The statement that made it as a tree. */
static int parse_index(const Relation *r, Arena *arena, CreateIndexStmt **ret, Err *err)
{
    ScriptStmt s;
    char *copy = arena_strdup(arena, r->ddl);
    if (!copy)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(arena, copy, (uint32_t)strlen(copy), &s, err));
    if (s.node->kind != NODE_CREATE_INDEX_STMT)
        return RAISE(err, ERR_INTERNAL, "index \"%s\" has no statement of its own", r->name);
    *ret = AST(CreateIndexStmt, s.node);
    return 0;
}

static const char *print_into(Relation *r, const Node *n)
{
    StrBuf text;
    sb_init(&text, NULL);
    sql_print(n, &text);
    const char *copy = text.failed ? NULL : arena_strdup(&r->arena, sb_cstr(&text));
    sb_done(&text);
    return copy;
}

/* Its statement has the name it has now, for one may be made where none was given. */
static int index_copy(Database *db, const Relation *old, const char *name, Arena *arena, CreateIndexStmt **ret_stmt, Relation **ret,
                      Err *err)
{
    Relation *r = relation_new(db->catalog, &db->acct, REL_INDEX, name);
    if (!r)
        return RAISE_NOMEM(err);
    r->id = old->id;
    r->input = old->input;
    r->n_indexed = old->n_indexed;
    r->n_included = old->n_included;
    r->index_unique = old->index_unique;
    r->nulls_equal = old->nulls_equal;
    r->schema = schema_ref(old->schema);
    r->n_depends = old->n_depends;
    r->depends = arena_memdup(&r->arena, old->depends, old->n_depends * sizeof(*old->depends));
    int rc = r->depends && copy_keys(r, old) ? parse_index(old, arena, ret_stmt, err) : RAISE_NOMEM(err);
    if (rc < 0) {
        relation_unref(r);
        return rc;
    }
    (*ret_stmt)->name = (Ident){.s = str_of(r->own), .at = SPAN_NONE};
    (*ret_stmt)->if_not_exists = false;
    *ret = r;
    return 0;
}

/* ---- a column of the table ---- */

static int rename_in_text(Relation *r, const char **text, const char *table, Str from, const Ident *to, Arena *arena, Err *err)
{
    Node *node;
    if (!*text)
        return 0;
    TRY(sql_parse_expr_at(arena, *text, (uint32_t)strlen(*text), SPAN_NONE, &node, err));
    (void)alter_mentions(node, str_of(table), from, to);
    *text = print_into(r, node);
    return *text ? 0 : RAISE_NOMEM(err);
}

static void rename_name(const char **name, Str from, const char *to)
{
    if (str_eq(str_of(*name), from))
        *name = to;
}

static int rename_column(Relation *r, CreateIndexStmt *c, const Relation *table, Str from, const Ident *to, Arena *arena, Err *err)
{
    const char *name = arena_strndup(&r->arena, to->s.p, to->s.n);
    if (!name)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < r->n_indexed; i++) {
        TRY(rename_in_text(r, &r->indexed[i].expr, table->own, from, to, arena, err));
        if (!r->indexed[i].expr)
            rename_name(&r->indexed[i].name, from, name);
    }
    for (uint32_t i = 0; i < r->n_included; i++)
        rename_name(&r->included[i], from, name);
    TRY(rename_in_text(r, &r->condition, table->own, from, to, arena, err));
    (void)alter_mentions(&c->node, str_of(table->own), from, to);
    AST_EACH(n, c->included)
    if (str_eq(AST(IdentNode, n)->ident.s, from))
        AST(IdentNode, n)->ident = *to;
    TRY(name_of_relation(table, arena, &c->table, err));
    r->ddl = print_into(r, &c->node);
    return r->ddl ? 0 : RAISE_NOMEM(err);
}

static bool text_names(const char *text, Str column, Arena *scratch)
{
    Node *node;
    return text && sql_parse_expr_at(scratch, text, (uint32_t)strlen(text), SPAN_NONE, &node, NULL) == 0 &&
           alter_mentions(node, STR(""), column, NULL);
}

bool index_names_column(const Relation *index, Str column, Arena *scratch)
{
    bool names = text_names(index->condition, column, scratch);
    for (uint32_t i = 0; i < index->n_indexed; i++)
        names |= index->indexed[i].expr ? text_names(index->indexed[i].expr, column, scratch)
                                        : str_eq(str_of(index->indexed[i].name), column);
    for (uint32_t i = 0; i < index->n_included; i++)
        names |= str_eq(str_of(index->included[i]), column);
    return names;
}

int index_with_column(StmtContext *x, const Relation *old, const Relation *table, Str from, const Ident *to, Relation **ret,
                      Err *err)
{
    CreateIndexStmt *c;
    Relation *r;
    TRY(index_copy(x->db, old, old->name, x->arena, &c, &r, err));
    int rc = rename_column(r, c, table, from, to, x->arena, err);
    if (rc < 0)
        relation_unref(r);
    else
        *ret = r;
    return rc;
}

/* ---- its name ---- */

static int rename_found(StmtContext *x, const Relation *old, const Ident *to, Err *err)
{
    Database *db = x->db;
    CreateIndexStmt *c;
    Relation *r;
    char *name = relation_beside(old, to->s, x->arena);
    if (!name)
        return RAISE_NOMEM(err);
    TRY(index_copy(db, old, name, x->arena, &c, &r, err));
    r->ddl = print_into(r, &c->node);
    int rc = r->ddl ? 0 : RAISE_NOMEM(err);
    engine_enter(db->engine);
    Feed *f = engine_feed(db->engine, old->input);
    if (rc == 0 && f && f->stored)
        rc = stored_rename_index(f->stored, old->name, name, err);
    if (rc == 0) {
        rc = db_publish(db, r, NULL, 0, err);
        if (rc < 0 && f && f->stored)
            (void)stored_rename_index(f->stored, name, old->name, NULL);
    }
    engine_leave(db->engine);
    relation_unref(r);
    return rc;
}

static int check_name(StmtContext *x, const Relation *beside, const Ident *to, Err *err)
{
    const Catalog *c = x->db->catalog;
    char *made = relation_beside(beside, to->s, x->arena);
    if (!made)
        return RAISE_NOMEM(err);
    TRY(check_renamed(c, to, made, err));
    return index_owner(c, str_of(made))
               ? RAISE_AT(err, ERR_DUPLICATE_RELATION, to->at, "relation \"%.*s\" already exists", (int)to->s.n, to->s.p)
               : 0;
}

/* 1: it is a constraint's: *ret_table. */
static int rename_index(StmtContext *x, const AlterStmt *st, const Ident *to, const Relation **ret_table, Err *err)
{
    const Catalog *c = x->db->catalog;
    TRY(name_check_made(x->db->catalog, &st->name, err));
    Str id = object_of(&st->name);
    const Relation *r = catalog_find(c, id);
    *ret_table = r ? NULL : index_owner(c, id);
    if (r && r->kind != REL_INDEX)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is not an index", r->name);
    if (!r && !*ret_table && st->if_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_UNDEFINED_RELATION, "relation \"%.*s\" does not exist, skipping", (int)id.n, id.p);
        statement_notice(x->result, &notice);
        durable_skip(x->db);
        return 0;
    }
    if (!r && !*ret_table)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, st->name.at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    TRY(check_name(x, r ? r : *ret_table, to, err));
    return *ret_table ? 1 : rename_found(x, r, to, err);
}

int alter_index(StmtContext *x, const AlterStmt *st, Err *err)
{
    const AlterAction *act = AST(AlterAction, st->actions.first);
    const Relation *table = NULL;
    if (st->actions.n != 1 || act->kind != ALTER_RENAME)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->node.at, "this form of ALTER INDEX is not supported yet");
    env_lock(x->db->env, &x->db->ddl);
    int rc = rename_index(x, st, &act->new_name, &table, err);
    env_unlock(x->db->env, &x->db->ddl);
    if (rc == 1)
        rc = index_rename_constraint(x, table, name_last(&st->name)->s, &act->new_name, st->name.at, err);
    TRY(rc);
    stmt_done(x, STMT_DDL, "ALTER INDEX", object_of(&st->name));
    return 0;
}
