/* SPDX-License-Identifier: Apache-2.0
 *
 * WHERE CURRENT OF.  A cursor over the rows of one table that has a primary key selects that, too, behind what it was declared
 * with; FETCH shows the columns before it, and the key of the row that the cursor stands on is the condition that the words mean.
 * So it finds the row as it is now: one that has gone since is not changed, one that has another key now is not found. */
#include "db/cursor.h"
#include "db/transaction.h"
#include "sql/parse.h"
#include "sql/print.h"

/* The SELECT of a query that gives rows of one table, with or without conditions and an order; NULL = another one. */
static Select *plain_select(Node *stmt)
{
    const Query *q = stmt->kind == NODE_QUERY_STMT ? AST(QueryStmt, stmt)->query : NULL;
    if (!q || q->with || q->body->kind != NODE_SELECT || q->clauses || q->options.n)
        return NULL;
    Select *s = (Select *)q->body;
    bool plain = s->distinct == SELECT_ALL && s->group_by.n == 0 && !s->having && !s->qualify && s->windows.n == 0;
    if (!plain || s->targets.n == 0 || s->from.n != 1 || s->from.first->kind != NODE_FROM_TABLE)
        return NULL;
    const FromTable *t = AST(FromTable, s->from.first);
    return t->as_of ? NULL : s;
}

static Target *key_target(StmtContext *x, Str rel, const char *column, Span at)
{
    Target *t = ARENA_NEW(x->arena, Target);
    ExprColumn *e = ARENA_NEW(x->arena, ExprColumn);
    Ident *part = ARENA_ARRAY(x->arena, Ident, 2);
    if (!t || !e || !part)
        return NULL;
    part[0] = (Ident){.s = rel, .at = at, .quoted = true};
    part[1] = (Ident){.s = str_of(column), .at = at, .quoted = true};
    *e = (ExprColumn){.node = {.kind = NODE_EXPR_COLUMN, .at = at}, .name = {.part = part, .n_parts = 2, .at = at}};
    *t = (Target){.node = {.kind = NODE_TARGET, .at = at}, .expr = &e->node};
    return t;
}

int cursor_key_add(StmtContext *x, Node *stmt, Cursor *c, Node **ret_last, Err *err)
{
    Select *s = plain_select(stmt);
    if (!s)
        return 0;
    const FromTable *f = AST(FromTable, s->from.first);
    Catalog *catalog = db_catalog(x->db);
    const Relation *r = catalog_find(catalog, object_of(&f->name));
    Str rel = f->alias ? f->alias->name.s : object_of(&f->name);
    bool fits = r && r->kind == REL_TABLE && r->n_primary_key > 0 && !(f->alias && f->alias->columns.n);
    *ret_last = s->targets.last;
    for (uint32_t i = 0; fits && i < r->n_primary_key; i++) {
        char *name = arena_strdup(x->arena, r->schema->field[r->primary_key[i]].name);
        Target *t = name ? key_target(x, rel, name, s->node.at) : NULL;
        if (!t) {
            catalog_unref(catalog);
            return RAISE_NOMEM(err);
        }
        node_list_append(&s->targets, &t->node);
        c->n_key++;
        c->table = r->id;
    }
    catalog_unref(catalog);
    return 0;
}

void cursor_key_take_back(Node *stmt, Cursor *c, Node *last)
{
    Select *s = plain_select(stmt);
    s->targets.n -= c->n_key;
    s->targets.last = last;
    last->next = NULL;
    c->n_key = 0;
}

int cursor_key_open(Cursor *c, Account *acct, Err *err)
{
    if (!c->n_key)
        return 0;
    const Schema *all = c->stream->schema;
    c->shown = schema_new(acct, all->field, all->n - c->n_key);
    c->key_schema = schema_new(acct, all->field + all->n - c->n_key, c->n_key);
    return c->shown && c->key_schema ? 0 : RAISE_NOMEM(err);
}

/* The columns from `first` on that the schema has. */
static Batch *part_of(Account *acct, const Batch *b, const Schema *schema, uint32_t first)
{
    Arena arena;
    arena_init(&arena, acct, 0);
    Batch *view = batch_header(&arena, schema, b->n), *made = NULL;
    if (view) {
        view->n_sel = b->n_sel;
        view->sel = b->sel;
        view->w = b->w;
        view->w_kind = b->w_kind;
        for (uint32_t i = 0; i < schema->n; i++)
            view->col[i] = b->col[first + i];
        made = batch_own(acct, view);
    }
    arena_done(&arena);
    return made;
}

int cursor_key_split(const Cursor *c, Account *acct, Batch *give_b, Batch **ret, Batch **ret_keys, Err *err)
{
    *ret_keys = NULL;
    *ret = give_b;
    if (!c->n_key)
        return 0;
    *ret = part_of(acct, give_b, c->shown, 0);
    *ret_keys = part_of(acct, give_b, c->key_schema, c->shown->n);
    batch_unref(give_b);
    if (*ret && *ret_keys)
        return 0;
    *ret = batch_unref(*ret);
    *ret_keys = batch_unref(*ret_keys);
    return RAISE_NOMEM(err);
}

/* ---- the row that it stands on ---- */

static const Batch *current(const Cursor *c, uint32_t *ret_row)
{
    if (!c->scroll) {
        *ret_row = (uint32_t)c->key_at;
        return c->key_at >= 0 ? c->keys : NULL;
    }
    if (c->at == 0 || c->at > c->n_kept)
        return NULL;
    uint32_t k = 0;
    while (k + 1 < c->kept.n && c->first[k + 1] < c->at)
        k++;
    *ret_row = (uint32_t)(c->at - c->first[k] - 1);
    return c->kept_keys.batch[k];
}

static int print_key(const Cursor *c, Str rel, const Batch *b, uint32_t row, StrBuf *text, Err *err)
{
    for (uint32_t i = 0; i < c->n_key; i++) {
        Value v = vec_get(&b->col[i], row);
        sb_puts(text, i ? " AND " : "");
        sql_print_ident(rel, text);
        sb_putc(text, '.');
        sql_print_ident(str_of(c->key_schema->field[i].name), text);
        sb_puts(text, " = ");
        value_print_literal(&v, text);
    }
    return text->failed ? RAISE_NOMEM(err) : 0;
}

static int condition_of(StmtContext *x, const Cursor *c, const ExprCurrentOf *e, const Relation *r, Str rel, Node **ret, Err *err)
{
    const Ident *name = &e->cursor;
    uint32_t row = 0;
    if (!c->n_key || c->table != r->id) {
        (void)RAISE_AT(err, ERR_CURSOR_STATE, name->at, "cursor \"%.*s\" is not a simply updatable scan of table \"%.*s\"",
                       (int)name->s.n, name->s.p, (int)rel.n, rel.p);
        (void)err_hint(err, "It has to be over this table alone, without groups and DISTINCT, and the table needs a primary key.");
        return -ERR_CURSOR_STATE;
    }
    const Batch *b = current(c, &row);
    if (!b)
        return RAISE_AT(err, ERR_CURSOR_STATE, name->at, "cursor \"%.*s\" is not positioned on a row", (int)name->s.n, name->s.p);
    _cleanup_(sb_done) StrBuf text;
    Node *made;
    sb_init(&text, &x->db->acct);
    TRY(print_key(c, rel, b, row, &text, err));
    char *copy = arena_strndup(x->arena, sb_cstr(&text), text.n);
    if (!copy)
        return RAISE_NOMEM(err);
    TRY(sql_parse_expr_at(x->arena, copy, (uint32_t)text.n, e->node.at, &made, err));
    *ret = made;
    return 0;
}

int cursor_where(StmtContext *x, const Name *table, const Ident *alias, Node **where, Err *err)
{
    if (!*where || (*where)->kind != NODE_EXPR_CURRENT_OF)
        return 0;
    const ExprCurrentOf *e = AST(ExprCurrentOf, *where);
    if (x->only_bind) { /* PREPARE: the row is that of EXECUTE */
        ExprLiteral *never = ARENA_NEW(x->arena, ExprLiteral);
        if (!never)
            return RAISE_NOMEM(err);
        *never = (ExprLiteral){.node = {.kind = NODE_EXPR_LITERAL, .at = e->node.at}, .kind = LITERAL_BOOL};
        *where = &never->node;
        return 0;
    }
    Cursor *c;
    TRY(cursor_take(x->db, &e->cursor, &c, err));
    Catalog *catalog = db_catalog(x->db);
    const Relation *r = catalog_find(catalog, object_of(table));
    int rc = !r ? 0 : condition_of(x, c, e, r, alias && alias->s.n ? alias->s : object_of(table), where, err);
    catalog_unref(catalog);
    cursor_leave(x->db, c);
    return rc;
}
