/* SPDX-License-Identifier: Apache-2.0
 *
 * UPDATE, DELETE, TRUNCATE: the table's rows are read in batches, those of a given primary key by the index, the changes collected
 * and made in one step. */
#include "db/dml_query.h"

typedef struct Change {
    TableWrite w;
    Program *where; /* NULL = every row */
    KeyLookup lookup;
    SetList set; /* UPDATE */
    bool is_update;
} Change;

static const NodeList no_list;

/* RETURNING that may name columns of other relations is for the query. */
static const NodeList *dml_returning(const NodeList *from, const NodeList *returning)
{
    return from->n && returning->n ? returning : NULL;
}

static int compile_where(Change *c, const Node *where, Err *err)
{
    Expr *e;
    if (!where)
        return 0;
    TRY(bind_table_predicate(&c->w.plan, &c->w.scope, where, "WHERE", c->w.x->arena, &e, err));
    TRY(plan_point_lookup(c->w.x->arena, c->w.table, NULL, e, &c->lookup, err));
    return program_compile(c->w.x->arena, &e, 1, c->w.table->schema, &c->where, err);
}

static int change_batch(void *self, Batch *b, Err *err)
{
    Change *c = self;
    TableWrite *w = &c->w;
    Batch *hit = b, *after = NULL;
    arena_reset(&w->step);
    if (c->where)
        TRY(table_write_filter(w, c->where, b, &hit, err));
    if (hit->n_sel == 0)
        return 0;
    w->n_rows += hit->n_sel;
    TRY(table_write_minus(w, hit, err));
    if (!c->is_update)
        return table_write_return(w, hit, err);
    TRY(set_list_run(w, &c->set, hit, &after, err));
    return table_write_plus(w, after, err);
}

static int run_change(Change *c, Err *err)
{
    TRY(table_write_begin(&c->w, err));
    Stored *rows = c->w.feed->stored;
    if (c->lookup.n > 0 && rows->index)
        TRY(stored_each_of(rows, c->lookup.key, c->lookup.n, change_batch, c, err));
    else
        TRY(stored_each(rows, change_batch, c, err));
    return table_write_commit(&c->w, err);
}

int stmt_update(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const UpdateStmt *st = AST(UpdateStmt, s->node);
    QueryChangeStmt by_query = {
        &st->table, &st->alias, st->with, &st->from, st->where, &st->sets, dml_returning(&st->from, &st->returning), s->node->at};
    Change c = {.is_update = true};
    int rc = table_write_open(&c.w, x, &st->table, &st->alias, by_query.returning ? &no_list : &st->returning, err);
    if (rc == 0 && dml_reads_more(&by_query)) {
        rc = dml_run_query(&c.w, &by_query, err);
    } else if (rc == 0) {
        rc = compile_where(&c, st->where, err);
        if (rc == 0)
            rc = set_list_bind(&c.w, &st->sets, c.w.table->schema, &c.set, err);
        if (rc == 0 && !x->only_bind)
            rc = run_change(&c, err);
    }
    if (rc == 0)
        table_write_result(&c.w, "UPDATE", object_of(&st->table));
    table_write_close(&c.w);
    return rc;
}

int stmt_delete(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const DeleteStmt *st = AST(DeleteStmt, s->node);
    QueryChangeStmt by_query = {
        &st->table, &st->alias, st->with, &st->using_from, st->where, NULL, dml_returning(&st->using_from, &st->returning),
        s->node->at};
    Change c = {0};
    int rc = table_write_open(&c.w, x, &st->table, &st->alias, by_query.returning ? &no_list : &st->returning, err);
    c.w.shrinks = true;
    if (rc == 0 && dml_reads_more(&by_query)) {
        rc = dml_run_query(&c.w, &by_query, err);
    } else if (rc == 0) {
        rc = compile_where(&c, st->where, err);
        if (rc == 0 && !x->only_bind)
            rc = run_change(&c, err);
    }
    if (rc == 0)
        table_write_result(&c.w, "DELETE", object_of(&st->table));
    table_write_close(&c.w);
    return rc;
}

static int truncate_one(StmtContext *x, const Name *name, bool run, Err *err)
{
    static const Ident no_alias;
    Change c = {0};
    int rc = table_write_open(&c.w, x, name, &no_alias, &no_list, err);
    c.w.shrinks = true;
    if (rc == 0 && run)
        rc = run_change(&c, err);
    table_write_close(&c.w);
    return rc;
}

/* Each table is one change; none is touched when one of the names is wrong. */
int stmt_truncate(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const TruncateStmt *st = AST(TruncateStmt, s->node);
    for (int run = 0; run < 2; run++)
        AST_EACH(n, st->names)
    TRY(truncate_one(x, &AST(NameNode, n)->name, run, err));
    stmt_done(x, STMT_ROWS, "TRUNCATE TABLE", object_of(&AST(NameNode, st->names.first)->name));
    return 0;
}
