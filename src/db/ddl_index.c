/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE INDEX and DROP INDEX.  An index is an entry of the catalog that belongs to its table or materialized view, and goes with
 * it; the entries of its rows are flow's (stored_index.c).  A UNIQUE index is a UNIQUE constraint under another name: what runs,
 * and what is logged, is the ALTER TABLE that adds or drops it. */
#include "db/durable.h"
#include "db/execute.h"
#include "db/stream.h"
#include "sql/print.h"

#include <stdio.h>

int open_index(const Relation *r, const Relation *index, Feed *f, Err *err)
{
    uint32_t col[INDEX_COLUMNS_MAX];
    bool desc[INDEX_COLUMNS_MAX];
    for (uint32_t k = 0; k < index->n_indexed; k++) {
        int32_t at = schema_find(r->schema, str_of(index->indexed[k].name));
        if (at < 0) /* ALTER TABLE takes a column of it */
            return 0;
        col[k] = (uint32_t)at;
        desc[k] = index->indexed[k].desc;
    }
    return stored_index_add(f->stored, index->name, col, desc, index->n_indexed, err);
}

int open_indexes(Database *db, const Relation *r, Feed *f, Err *err)
{
    const Catalog *c = db->catalog;
    for (uint32_t i = 0; i < c->n; i++)
        if (c->relation[i]->kind == REL_INDEX && c->relation[i]->input == r->id)
            TRY(open_index(r, c->relation[i], f, err));
    return 0;
}

/* ---- what the statement says ---- */

static int find_table(StmtContext *x, const Name *name, const Relation **ret, Err *err)
{
    Str id = object_of(name);
    TRY(check_plain_name(name, err));
    const Relation *r = catalog_find(x->db->catalog, id);
    if (!r || !relation_is_one(r))
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, name->at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    *ret = r;
    if ((relation_is_stored(r) && !relation_belongs(r)) || r->kind == REL_VIEW)
        return 0;
    return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "cannot create index on \"%s\": it is %s %s", r->name,
                    word_article(relation_kind_name(r->kind)), relation_kind_name(r->kind));
}

static int check_columns(const CreateIndexStmt *c, const Relation *r, Err *err)
{
    static const char *const methods[] = {"btree", "hash"};
    bool known = !c->method.s.p;
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        known |= str_eq(c->method.s, str_of(methods[i]));
    if (!known)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->method.at, "indexes by \"%s\" are not supported", c->method.s.p);
    if (c->columns.n > INDEX_COLUMNS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, c->node.at, "an index has at most %d columns", INDEX_COLUMNS_MAX);
    AST_EACH(n, c->columns)
    {
        const OrderItem *item = AST(OrderItem, n);
        if (item->expr->kind != NODE_EXPR_COLUMN || AST(ExprColumn, item->expr)->name.n_parts != 1)
            return RAISE_AT(err, ERR_UNSUPPORTED, n->at, "indexes on expressions are not supported");
        Str name = object_of(&AST(ExprColumn, item->expr)->name);
        int32_t at = schema_find(r->schema, name);
        if (at < 0)
            return RAISE_AT(err, ERR_UNDEFINED_COLUMN, n->at, "column \"%.*s\" does not exist", (int)name.n, name.p);
        Type t = r->schema->field[at].type;
        if (t.id == T_INTERVAL || t.id == T_STRUCT || t.id == T_MAP || t.id == T_JSON)
            return RAISE_AT(err, ERR_UNSUPPORTED, n->at, "an index on a column of type %s is not supported",
                            type_id_name((TypeId)t.id));
    }
    return 0;
}

/* <table>_<column>_.._idx, and a number when that is taken. */
static char *made_name(StmtContext *x, const CreateIndexStmt *c, const Relation *r)
{
    char *name = arena_strdup(x->arena, r->name), *numbered = NULL;
    AST_EACH(n, c->columns)
    name = name ? arena_printf(x->arena, "%s_%s", name, AST(ExprColumn, AST(OrderItem, n)->expr)->name.part[0].s.p) : NULL;
    for (uint32_t i = 0; name; i++) {
        numbered = i ? arena_printf(x->arena, "%.50s_idx%u", name, i) : arena_printf(x->arena, "%.56s_idx", name);
        if (!numbered || !catalog_find(x->db->catalog, str_of(numbered)))
            break;
    }
    return numbered;
}

/* ---- UNIQUE ---- */

/* Runs `text`, an ALTER TABLE, in place of the statement at `at`.  [ddl] is taken by it. */
static int run_instead(StmtContext *x, const StrBuf *text, Span at, Err *err)
{
    ScriptStmt *s = ARENA_NEW(x->arena, ScriptStmt);
    char *copy = text->failed ? NULL : arena_strndup(x->arena, text->p, text->n);
    if (!s || !copy)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(x->arena, copy, (uint32_t)text->n, s, err));
    durable_instead(x->db, s);
    int rc = stmt_alter(x, s, err);
    if (rc < 0 && err)
        err->at = at;
    return rc;
}

static int add_unique(StmtContext *x, const CreateIndexStmt *c, const char *name, Err *err)
{
    _cleanup_(sb_done) StrBuf text;
    sb_init(&text, &x->db->acct);
    sb_puts(&text, "ALTER TABLE ");
    sql_print_name(&c->table, &text);
    sb_puts(&text, " ADD CONSTRAINT ");
    sql_print_ident(str_of(name), &text);
    bool first = true;
    AST_EACH(n, c->columns)
    {
        sb_puts(&text, first ? " UNIQUE (" : ", ");
        sql_print_ident(AST(ExprColumn, AST(OrderItem, n)->expr)->name.part[0].s, &text);
        first = false;
    }
    sb_putc(&text, ')');
    return run_instead(x, &text, c->table.at, err);
}

static const Relation *owner_of_unique(const Catalog *c, Str name)
{
    for (uint32_t i = 0; i < c->n; i++)
        for (uint32_t k = 0; c->relation[i]->kind == REL_TABLE && k < c->relation[i]->n_unique; k++)
            if (str_eq(str_of(c->relation[i]->unique[k].name), name))
                return c->relation[i];
    return NULL;
}

int drop_unique_index(StmtContext *x, const DropStmt *d, const Name *name, bool *ret_done, Err *err)
{
    const Relation *r = owner_of_unique(x->db->catalog, object_of(name));
    *ret_done = r != NULL;
    if (!r)
        return 0;
    if (d->names.n > 1)
        return RAISE_AT(err, ERR_UNSUPPORTED, name->at, "DROP INDEX of several at once, one of them UNIQUE, is not supported");
    _cleanup_(sb_done) StrBuf text;
    sb_init(&text, &x->db->acct);
    sb_puts(&text, "ALTER TABLE ");
    sql_print_ident(str_of(r->name), &text);
    sb_puts(&text, " DROP CONSTRAINT ");
    sql_print_ident(object_of(name), &text);
    sb_puts(&text, d->behavior == DROP_CASCADE ? " CASCADE" : "");
    return run_instead(x, &text, name->at, err);
}

/* ---- others ---- */

static int make_entry(StmtContext *x, const ScriptStmt *s, const CreateIndexStmt *c, const char *name, const Relation *table,
                      Relation **ret, Err *err)
{
    Relation *r = relation_new(&x->db->acct, REL_INDEX, name);
    if (!r)
        return RAISE_NOMEM(err);
    *ret = r;
    uint32_t n = 0;
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    r->schema = schema_new(&x->db->acct, NULL, 0);
    r->input = table->id;
    r->depends = arena_memdup(&r->arena, &table->id, sizeof(table->id));
    r->n_depends = 1;
    r->indexed = arena_alloc(&r->arena, c->columns.n * sizeof(*r->indexed));
    if (!r->ddl || !r->schema || !r->depends || !r->indexed)
        return RAISE_NOMEM(err);
    AST_EACH(item, c->columns)
    {
        const OrderItem *o = AST(OrderItem, item);
        r->indexed[n] =
            (struct RelationIndexed){arena_strdup(&r->arena, AST(ExprColumn, o->expr)->name.part[0].s.p), o->dir == SORT_DESC};
        if (!r->indexed[n++].name)
            return RAISE_NOMEM(err);
    }
    r->n_indexed = n;
    return 0;
}

/* [ddl] */
static int add_index(StmtContext *x, const Relation *table, Relation *r, Err *err)
{
    Database *db = x->db;
    uint32_t col[INDEX_COLUMNS_MAX];
    bool desc[INDEX_COLUMNS_MAX];
    for (uint32_t i = 0; i < r->n_indexed; i++) {
        col[i] = (uint32_t)schema_find(table->schema, str_of(r->indexed[i].name));
        desc[i] = r->indexed[i].desc;
    }
    engine_enter(db->engine);
    Feed *f = engine_feed(db->engine, table->id);
    int rc = f && f->stored ? stored_index_add(f->stored, r->name, col, desc, r->n_indexed, err)
                            : RAISE(err, ERR_WRONG_STATE, "relation \"%s\" is not running", table->name);
    if (rc == 0) {
        rc = db_publish(db, r, NULL, 0, err);
        if (rc < 0)
            stored_index_drop(f->stored, r->name);
    }
    engine_leave(db->engine);
    return rc;
}

/* 1: IF NOT EXISTS, and it does. */
static int check_name(StmtContext *x, const CreateIndexStmt *c, const char *name, Err *err)
{
    bool taken = catalog_find(x->db->catalog, str_of(name)) || owner_of_unique(x->db->catalog, str_of(name));
    if (!taken)
        return 0;
    Err notice = ERR_INIT;
    if (!c->if_not_exists)
        return RAISE_AT(err, ERR_DUPLICATE_RELATION, c->name.at, "relation \"%s\" already exists", name);
    (void)RAISE(&notice, ERR_DUPLICATE_RELATION, "relation \"%s\" already exists, skipping", name);
    statement_notice(x->result, &notice);
    durable_skip(x->db);
    return 1;
}

static int create(StmtContext *x, const ScriptStmt *s, const CreateIndexStmt *c, const char **ret_unique, Err *err)
{
    const Relation *table = NULL;
    TRY(find_table(x, &c->table, &table, err));
    TRY(check_columns(c, table, err));
    const char *name = c->name.s.p ? arena_strndup(x->arena, c->name.s.p, c->name.s.n) : made_name(x, c, table);
    if (!name)
        return RAISE_NOMEM(err);
    int rc = check_name(x, c, name, err);
    if (rc != 0)
        return MIN(rc, 0);
    if (c->unique) {
        *ret_unique = name;
        return table->kind == REL_TABLE && !table->connector
                   ? 0
                   : RAISE_AT(err, ERR_UNSUPPORTED, c->table.at, "a UNIQUE index of a %s is not supported",
                              relation_kind_name(table->kind));
    }
    Relation *r = NULL;
    rc = make_entry(x, s, c, name, table, &r, err);
    if (rc == 0)
        rc = add_index(x, table, r, err);
    relation_unref(r);
    return rc;
}

int stmt_create_index(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateIndexStmt *c = AST(CreateIndexStmt, s->node);
    const char *unique = NULL;
    env_lock(x->db->env, &x->db->ddl);
    int rc = create(x, s, c, &unique, err);
    env_unlock(x->db->env, &x->db->ddl);
    if (rc == 0 && unique)
        rc = add_unique(x, c, unique, err);
    TRY(rc);
    stmt_done(x, STMT_DDL, "CREATE INDEX", object_of(&c->table));
    return 0;
}
