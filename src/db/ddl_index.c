/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE INDEX and DROP INDEX.  An index is an entry of the catalog that belongs to its table or materialized view, and goes with
 * it; the entries of its rows are flow's (stored_index.c), and the keys of a UNIQUE one (stored_unique.c).  A UNIQUE index over
 * columns alone is a UNIQUE constraint under another name: what runs, and what is logged, is the ALTER TABLE that adds or drops it.
 */
#include "db/durable.h"
#include "db/execute.h"
#include "db/stream.h"
#include "db/transaction.h"
#include "db/transaction_ddl.h"
#include "sql/ast_equal.h"
#include "sql/print.h"

#include <stdio.h>

/* ---- what runs ---- */

/* As an error and a definition name it. */
static const char *key_text(const struct RelationIndexed *x, Arena *arena)
{
    return x->expr ? arena_printf(arena, x->is_call ? "%s" : "(%s)", x->expr) : arena_strdup(arena, x->name);
}

static int fill_keys(Database *db, const Relation *r, const Relation *index, IndexKeys *k, Err *err)
{
    PlanContext ctx = plan_context(db, db->catalog, NULL);
    IndexExprs of;
    TRY(bind_index(&ctx, r, index, &k->arena, &of, err));
    Expr **computed = ARENA_ARRAY(&k->arena, Expr *, k->n + 1);
    if (!computed)
        return RAISE_NOMEM(err);
    k->nulls_equal = index->nulls_equal;
    for (uint32_t i = 0; i < k->n; i++) {
        bool plain = of.key[i]->kind == EXPR_COLUMN;
        k->type[i] = of.key[i]->type;
        k->desc[i] = index->indexed[i].desc;
        k->text[i] = key_text(&index->indexed[i], &k->arena);
        k->col[i] = plain ? (int32_t)of.key[i]->col : -1;
        if (!plain)
            computed[k->n_computed++] = of.key[i];
        if (!k->text[i])
            return RAISE_NOMEM(err);
    }
    if (k->n_computed)
        TRY(program_compile(&k->arena, computed, k->n_computed, r->schema, &k->computed, err));
    return of.condition ? program_compile(&k->arena, &of.condition, 1, r->schema, &k->condition, err) : 0;
}

static int open_keys(Feed *f, const Relation *index, IndexKeys *k, Err *err)
{
    if (index->index_unique)
        TRY(stored_add_unique_index(f->stored, index->name, k, err));
    int rc = stored_index_add(f->stored, index->name, k, err);
    if (rc < 0 && index->index_unique)
        stored_drop_unique_index(f->stored, index->name);
    return rc;
}

int open_index(Database *db, const Relation *r, const Relation *index, Feed *f, Err *err)
{
    IndexKeys *k;
    TRY(index_keys_new(index->n_indexed, &k, err));
    int rc = fill_keys(db, r, index, k, err);
    if (rc == 0)
        rc = open_keys(f, index, k, err);
    index_keys_unref(k);
    return rc;
}

void close_index(Database *db, Feed *f, const Relation *index)
{
    engine_drop_index(db->engine, f, index->name);
    if (index->index_unique)
        stored_drop_unique_index(f->stored, index->name);
}

bool index_loses_column(Database *db, const Relation *r, const Relation *index)
{
    PlanContext ctx = plan_context(db, db->catalog, NULL);
    IndexExprs of;
    Arena scratch;
    arena_init(&scratch, &db->acct, 0);
    int rc = bind_index(&ctx, r, index, &scratch, &of, NULL);
    arena_done(&scratch);
    return rc == -ERR_UNDEFINED_COLUMN;
}

int index_refuse_change(Database *db, const Relation *index, Span at, Err *err)
{
    const Feed *f = engine_feed(db->engine, index->input);
    if (!index->index_unique || !f || !transaction_has_changes(db, f))
        return 0;
    return RAISE_AT(err, ERR_UNSUPPORTED, at,
                    "a UNIQUE index of \"%s\" behind changes of its rows is not supported inside the same transaction", f->name);
}

int open_indexes(Database *db, const Catalog *c, const Relation *r, Feed *f, Err *err)
{
    Relations index = catalog_belonging(c, REL_INDEX, r->id);
    for (uint32_t i = 0; i < index.n; i++)
        if (!index_loses_column(db, r, index.relation[i])) /* ALTER TABLE takes a column of it */
            TRY(open_index(db, r, index.relation[i], f, err));
    return 0;
}

/* ---- what the statement says ---- */

static int find_table(StmtContext *x, const Name *name, const Relation **ret, Err *err)
{
    Str id = object_of(name);
    TRY(name_check_made(x->db->catalog, name, err));
    const Relation *r = catalog_find(x->db->catalog, id);
    if (!r || !relation_is_one(r))
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, name->at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    *ret = r;
    if ((relation_is_stored(r) && !relation_belongs(r)) || r->kind == REL_VIEW)
        return 0;
    return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "cannot create index on \"%s\": it is %s %s", r->name,
                    word_article(relation_kind_name(r->kind)), relation_kind_name(r->kind));
}

/* A row of a view that its index cannot take would be one that the view cannot. */
static int check_safe(const Relation *r, const Expr *e, Span at, Err *err)
{
    return r->kind == REL_VIEW && e->can_fail
               ? RAISE_AT(err, ERR_UNSUPPORTED, at, "an index of a view on what may raise an error is not supported")
               : 0;
}

static int check_columns(StmtContext *x, const CreateIndexStmt *c, const Relation *r, Err *err)
{
    static const char *const methods[] = {"btree", "hash"};
    bool known = !c->method.s.p;
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        known |= str_eq(c->method.s, str_of(methods[i]));
    if (!known)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->method.at, "indexes by \"%s\" are not supported", c->method.s.p);
    if (c->columns.n + c->included.n > INDEX_COLUMNS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, c->node.at, "an index has at most %d columns", INDEX_COLUMNS_MAX);
    PlanContext ctx = plan_context(x->db, x->db->catalog, NULL);
    AST_EACH(n, c->columns)
    {
        Expr *e;
        TRY(bind_index_key(&ctx, r, AST(OrderItem, n)->expr, x->arena, &e, err));
        TRY(check_safe(r, e, n->at, err));
    }
    AST_EACH(n, c->included)
    {
        const Ident *id = &AST(IdentNode, n)->ident;
        if (schema_find(r->schema, id->s) < 0)
            return RAISE_AT(err, ERR_UNDEFINED_COLUMN, id->at, "column \"%.*s\" does not exist", (int)id->s.n, id->s.p);
    }
    Expr *condition;
    if (!c->where)
        return 0;
    TRY(bind_index_condition(&ctx, r, c->where, x->arena, &condition, err));
    return check_safe(r, condition, c->where->at, err);
}

static const ExprColumn *plain_column(const Node *item)
{
    const Node *e = AST(OrderItem, item)->expr;
    return e->kind == NODE_EXPR_COLUMN && AST(ExprColumn, e)->name.n_parts == 1 ? AST(ExprColumn, e) : NULL;
}

/* What PostgreSQL calls the column of the index. */
static const char *key_name(const Node *item)
{
    const ExprColumn *column = plain_column(item);
    const Node *e = AST(OrderItem, item)->expr;
    return column ? column->name.part[0].s.p : e->kind == NODE_EXPR_CALL ? name_last(&AST(ExprCall, e)->func)->s.p : "expr";
}

/* <table>_<column>_.._idx, and a number when that is taken. */
static char *made_name(StmtContext *x, const CreateIndexStmt *c, const Relation *r)
{
    char *name = arena_strdup(x->arena, r->own), *numbered = NULL;
    AST_EACH(n, c->columns)
    name = name ? arena_printf(x->arena, "%s_%s", name, key_name(n)) : NULL;
    AST_EACH(n, c->included)
    name = name ? arena_printf(x->arena, "%s_%s", name, AST(IdentNode, n)->ident.s.p) : NULL;
    for (uint32_t i = 0; name; i++) {
        char *own = i ? arena_printf(x->arena, "%.50s_idx%u", name, i) : arena_printf(x->arena, "%.56s_idx", name);
        numbered = own ? relation_beside(r, str_of(own), x->arena) : NULL;
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
        sb_puts(&text, !first ? ", " : c->nulls_equal ? " UNIQUE NULLS NOT DISTINCT (" : " UNIQUE (");
        sql_print_ident(AST(ExprColumn, AST(OrderItem, n)->expr)->name.part[0].s, &text);
        first = false;
    }
    sb_putc(&text, ')');
    return run_instead(x, &text, c->table.at, err);
}

static const Relation *owner_of_unique(const Catalog *c, Str name)
{
    Str own;
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        for (uint32_t k = 0; r->kind == REL_TABLE && k < r->n_unique && relation_in_schema_of(r, name, &own); k++)
            if (str_eq(str_of(r->unique[k].name), own))
                return r;
    }
    return NULL;
}

const Relation *index_owner(const Catalog *c, Str name)
{
    Str own;
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        if (r->kind == REL_TABLE && relation_in_schema_of(r, name, &own) && relation_has_key(r, own))
            return r;
    }
    return NULL;
}

int index_rename_constraint(StmtContext *x, const Relation *table, Str from, const Ident *to, Span at, Err *err)
{
    _cleanup_(sb_done) StrBuf text;
    sb_init(&text, &x->db->acct);
    sb_puts(&text, "ALTER TABLE ");
    relation_print_name(table, &text);
    sb_puts(&text, " RENAME CONSTRAINT ");
    sql_print_ident(from, &text);
    sb_puts(&text, " TO ");
    sql_print_ident(to->s, &text);
    return run_instead(x, &text, at, err);
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
    relation_print_name(r, &text);
    sb_puts(&text, " DROP CONSTRAINT ");
    sql_print_ident(name_last(name)->s, &text);
    sb_puts(&text, d->behavior == DROP_CASCADE ? " CASCADE" : "");
    return run_instead(x, &text, name->at, err);
}

/* ---- others ---- */

/* The names of columns stand alone, for the table may be renamed. */
static int strip_table(void *self, Node *n)
{
    const char *table = self;
    Name *name = n->kind == NODE_EXPR_COLUMN ? &AST(ExprColumn, n)->name : NULL;
    if (name && name->n_parts >= 2 && str_eq(name->part[name->n_parts - 2].s, str_of(table))) {
        name->part += name->n_parts - 1;
        name->n_parts = 1;
        name->key = (Str){0};
    }
    return ast_each_child(n, strip_table, self);
}

static const char *print_kept(Relation *r, const Relation *table, Node *e)
{
    (void)strip_table((void *)table->own, e);
    StrBuf text;
    sb_init(&text, NULL);
    sql_print(e, &text);
    const char *copy = text.failed ? NULL : arena_strdup(&r->arena, sb_cstr(&text));
    sb_done(&text);
    return copy;
}

static int make_entry(StmtContext *x, const ScriptStmt *s, const CreateIndexStmt *c, const char *name, const Relation *table,
                      Relation **ret, Err *err)
{
    Relation *r = relation_new(x->db->catalog, &x->db->acct, REL_INDEX, name);
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
        const char *expr = plain_column(item) ? NULL : print_kept(r, table, o->expr);
        r->indexed[n] = (struct RelationIndexed){.name = arena_strdup(&r->arena, key_name(item)),
                                                 .desc = o->dir == SORT_DESC,
                                                 .nulls = (uint8_t)o->nulls,
                                                 .is_call = o->expr->kind == NODE_EXPR_CALL,
                                                 .expr = expr};
        if (!r->indexed[n].name || (!expr && !plain_column(item)))
            return RAISE_NOMEM(err);
        n++;
    }
    r->n_indexed = n;
    r->index_unique = c->unique;
    r->nulls_equal = c->nulls_equal;
    r->condition = c->where ? print_kept(r, table, c->where) : NULL;
    r->included = ARENA_ARRAY(&r->arena, const char *, c->included.n + 1);
    if (!r->included || (c->where && !r->condition))
        return RAISE_NOMEM(err);
    AST_EACH(item, c->included)
    if (!(r->included[r->n_included++] = arena_strdup(&r->arena, AST(IdentNode, item)->ident.s.p)))
        return RAISE_NOMEM(err);
    return 0;
}

/* [ddl] */
static int add_index(StmtContext *x, const Relation *table, Relation *r, Span at, Err *err)
{
    Database *db = x->db;
    engine_enter(db->engine);
    Feed *f = engine_feed(db->engine, table->id);
    int rc = f && f->stored ? index_refuse_change(db, r, at, err)
                            : RAISE(err, ERR_WRONG_STATE, "relation \"%s\" is not running", table->name);
    if (rc == 0)
        rc = open_index(db, table, r, f, err);
    if (rc == 0) {
        rc = db_publish(db, r, NULL, 0, err);
        if (rc < 0)
            close_index(db, f, r);
    }
    if (rc == 0 && r->index_unique)
        rc = transaction_copy_again(db, f, err);
    if (rc == 0)
        engine_share_again(db->engine, f);
    engine_leave(db->engine);
    return rc;
}

/* A constraint is over columns alone, and shows nothing else. */
static bool is_constraint(const CreateIndexStmt *c)
{
    bool plain = c->unique && !c->where && !c->included.n;
    AST_EACH(n, c->columns)
    plain = plain && plain_column(n) && AST(OrderItem, n)->dir == SORT_DEFAULT && AST(OrderItem, n)->nulls == SORT_NULLS_DEFAULT;
    return plain;
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
    TRY(check_columns(x, c, table, err));
    const char *name = c->name.s.p ? relation_beside(table, c->name.s, x->arena) : made_name(x, c, table);
    if (!name)
        return RAISE_NOMEM(err);
    if (c->name.s.p && !table->space)
        TRY(check_free_of_schemas(x->db->catalog, &(Name){.part = (Ident *)&c->name, .n_parts = 1, .at = c->name.at}, err));
    int rc = check_name(x, c, name, err);
    if (rc != 0)
        return MIN(rc, 0);
    if (c->unique && (table->kind != REL_TABLE || table->connector))
        return RAISE_AT(err, ERR_UNSUPPORTED, c->table.at, "a UNIQUE index of a %s is not supported",
                        relation_kind_name(table->kind));
    if (is_constraint(c)) {
        *ret_unique = name + (table->own - table->name);
        return 0;
    }
    Relation *r = NULL;
    rc = make_entry(x, s, c, name, table, &r, err);
    if (rc == 0)
        rc = add_index(x, table, r, c->table.at, err);
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
