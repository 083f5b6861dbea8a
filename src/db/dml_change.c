/* SPDX-License-Identifier: Apache-2.0
 *
 * UPDATE, DELETE, TRUNCATE: the table's rows are read in batches, those of given keys by an index, the changes collected
 * and made in one step. */
#include "db/cursor.h"
#include "db/dml_query.h"
#include "db/foreign.h"
#include "db/sequence.h"
#include "db/transaction.h"
#include "sql/print.h"

typedef struct Change {
    TableWrite w;
    Program *where; /* NULL = every row */
    KeyLookup lookup;
    SetList set; /* UPDATE */
    bool is_update;
} Change;

/* RETURNING that may name columns of other relations is for the query. */
static const NodeList *dml_returning(const NodeList *from, const NodeList *returning)
{
    return from->n && returning->n ? returning : NULL;
}

static int bind_returning(TableWrite *w, const With *with, const NodeList *targets, Err *err)
{
    return table_write_returning(w, with, &w->scope, w->scope.table->schema, targets, err);
}

static int compile_where(Change *c, const Node *where, Err *err)
{
    Expr *e;
    if (!where)
        return 0;
    TRY(bind_table_predicate(&c->w.plan, &c->w.scope, where, "WHERE", c->w.x->arena, &e, err));
    TRY(plan_point_lookup(c->w.x->arena, &c->w.plan, c->w.table, NULL, c->w.table->schema->n, e, &c->lookup, err));
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
    TRY(table_write_claim(w, hit, &hit, err));
    if (hit->n_sel == 0)
        return 0;
    w->n_rows += hit->n_sel;
    TRY(table_write_minus(w, hit, err));
    if (!c->is_update)
        return table_write_return(w, hit, err);
    TRY(set_list_run(w, &c->set, hit, hit, &after, err));
    return table_write_plus(w, after, err);
}

static int run_change(Change *c, Err *err)
{
    TRY(table_write_begin(&c->w, err));
    TRY(stored_look_up(c->w.feed->stored, &c->lookup, change_batch, c, err));
    return table_write_commit(&c->w, err);
}

int stmt_update(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const UpdateStmt *st = AST(UpdateStmt, s->node);
    Node *where = st->where;
    TRY(cursor_where(x, &st->table, &st->alias, &where, err));
    QueryChangeStmt by_query = {
        &st->table, &st->alias, st->with, &st->from, where, &st->sets, dml_returning(&st->from, &st->returning), s->node->at};
    Change c = {.is_update = true};
    int rc = table_write_open(&c.w, x, &st->table, &st->alias, "update", err);
    if (rc == 0 && !by_query.returning)
        rc = bind_returning(&c.w, st->with, &st->returning, err);
    if (rc == 0 && (c.w.view || x->shown || dml_reads_more(c.w.catalog, &by_query))) {
        rc = dml_run_query(&c.w, &by_query, err);
    } else if (rc == 0) {
        rc = compile_where(&c, where, err);
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
    Node *where = st->where;
    TRY(cursor_where(x, &st->table, &st->alias, &where, err));
    QueryChangeStmt by_query = {
        &st->table, &st->alias, st->with, &st->using_from, where, NULL, dml_returning(&st->using_from, &st->returning),
        s->node->at};
    Change c = {0};
    int rc = table_write_open(&c.w, x, &st->table, &st->alias, "delete from", err);
    if (rc == 0 && !by_query.returning)
        rc = bind_returning(&c.w, st->with, &st->returning, err);
    c.w.shrinks = true;
    if (rc == 0 && (c.w.view || x->shown || dml_reads_more(c.w.catalog, &by_query))) {
        rc = dml_run_query(&c.w, &by_query, err);
    } else if (rc == 0) {
        rc = compile_where(&c, where, err);
        if (rc == 0 && !x->only_bind)
            rc = run_change(&c, err);
    }
    if (rc == 0)
        table_write_result(&c.w, "DELETE", object_of(&st->table));
    table_write_close(&c.w);
    return rc;
}

/* The catalog that the write has, so that what is dropped meanwhile is not asked for. */
static int restart_numbers(const TableWrite *w, Err *err)
{
    TRY(identities_restart(w->x->db, w->table, err));
    return w->x->db->transaction ? 0 : sequences_restart(w->x->db, w->plan.catalog, w->table, err);
}

static int truncate_one(StmtContext *x, const Name *name, bool run, bool restart, Err *err)
{
    static const Ident no_alias;
    Change c = {0};
    int rc = table_write_open(&c.w, x, name, &no_alias, NULL, err);
    c.w.shrinks = true;
    if (rc == 0 && run)
        rc = run_change(&c, err);
    if (rc == 0 && run && restart)
        rc = restart_numbers(&c.w, err);
    table_write_close(&c.w);
    return rc;
}

typedef struct Truncated {
    const Relation **table;
    const Name **name; /* NULL = taken along by CASCADE */
    uint32_t n;
    bool restart; /* IDENTITY */
} Truncated;

static int add_truncated(StmtContext *x, Truncated *t, const Relation *r, const Name *name, Err *err)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (t->table[i] == r)
            return 0;
    const Relation **table = ARENA_ARRAY(x->arena, const Relation *, t->n + 1);
    const Name **names = ARENA_ARRAY(x->arena, const Name *, t->n + 1);
    if (!table || !names)
        return RAISE_NOMEM(err);
    if (t->n) {
        memcpy(table, t->table, t->n * sizeof(*table));
        memcpy(names, t->name, t->n * sizeof(*names));
    }
    table[t->n] = r;
    names[t->n++] = name;
    t->table = table;
    t->name = names;
    return 0;
}

/* Those that refer to r. */
static int add_referring(StmtContext *x, const Catalog *c, Truncated *t, const Relation *r, Err *err)
{
    Relations of = catalog_referring(c);
    for (uint32_t i = 0; i < of.n; i++)
        for (uint32_t k = 0; k < of.relation[i]->n_foreign; k++)
            if (foreign_target(c, of.relation[i], k) == r)
                TRY(add_truncated(x, t, of.relation[i], NULL, err));
    return 0;
}

/* Whether a table that is still there refers to r. */
static bool is_referred(const Catalog *c, const Truncated *t, const bool *done, const Relation *r)
{
    for (uint32_t i = 0; i < t->n; i++)
        for (uint32_t k = 0; !done[i] && t->table[i] != r && k < t->table[i]->n_foreign; k++)
            if (foreign_target(c, t->table[i], k) == r)
                return true;
    return false;
}

static int truncate_named(StmtContext *x, const Truncated *t, uint32_t i, bool run, Err *err)
{
    Ident id = {.s = str_of(t->table[i]->name), .at = SPAN_NONE};
    Name own = {.part = &id, .n_parts = 1, .at = SPAN_NONE};
    return truncate_one(x, t->name[i] ? t->name[i] : &own, run, t->restart, err);
}

/* Tables that refer to others go first. */
static int truncate_all(StmtContext *x, const Catalog *c, const Truncated *t, Err *err)
{
    bool *done = ARENA_ARRAY(x->arena, bool, t->n + 1);
    if (!done)
        return RAISE_NOMEM(err);
    for (uint32_t left = t->n; left > 0;) {
        uint32_t at = 0;
        while (at < t->n && (done[at] || is_referred(c, t, done, t->table[at])))
            at++;
        for (uint32_t i = 0; at == t->n; i++) /* they refer to each other: the check decides */
            at = done[i] ? at : i;
        TRY(truncate_named(x, t, at, true, err));
        done[at] = true;
        left--;
    }
    return 0;
}

/* Within a transaction the sequences that columns own begin anew by ALTER SEQUENCE: the log then has their numbers at COMMIT, and a
 * ROLLBACK takes that back. */
static int restart_sequences(StmtContext *x, const Catalog *c, const Relation *table, Err *err)
{
    Relations owned = catalog_belonging(c, REL_SEQUENCE, table->id);
    for (uint32_t i = 0; i < owned.n; i++) {
        const Relation *r = owned.relation[i];
        StrBuf text;
        sb_init(&text, &x->db->acct);
        sb_puts(&text, "ALTER SEQUENCE ");
        sql_print_ident(str_of(r->name), &text);
        sb_puts(&text, " RESTART");
        int rc = text.failed ? RAISE_NOMEM(err) : transaction_run(x, sb_cstr(&text), err);
        sb_done(&text);
        TRY(rc);
    }
    return 0;
}

static int find_truncated(StmtContext *x, const TruncateStmt *st, const Catalog *c, Truncated *t, Err *err)
{
    AST_EACH(n, st->names)
    {
        const Name *name = &AST(NameNode, n)->name;
        TRY(truncate_one(x, name, false, false, err));
        const Relation *r = catalog_find(c, object_of(name));
        if (r)
            TRY(add_truncated(x, t, r, name, err));
    }
    for (uint32_t i = 0; st->behavior == DROP_CASCADE && i < t->n; i++)
        TRY(add_referring(x, c, t, t->table[i], err));
    t->restart = st->restart;
    for (uint32_t i = 0; i < t->n; i++)
        TRY(foreign_refuse_truncate(c, t->table[i], t->table, t->n, st->node.at, err));
    return 0;
}

/* Each table is one change; none is touched when one of the names is wrong. */
int stmt_truncate(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const TruncateStmt *st = AST(TruncateStmt, s->node);
    Catalog *c = db_catalog(x->db);
    Truncated t = {0};
    int rc = find_truncated(x, st, c, &t, err);
    if (rc == 0 && !x->only_bind)
        rc = truncate_all(x, c, &t, err);
    for (uint32_t i = 0; rc == 0 && !x->only_bind && t.restart && x->db->transaction && i < t.n; i++)
        rc = restart_sequences(x, c, t.table[i], err);
    catalog_unref(c);
    TRY(rc);
    stmt_done(x, STMT_ROWS, "TRUNCATE TABLE", object_of(&AST(NameNode, st->names.first)->name));
    return 0;
}
