/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE TABLE: a stored relation that only statements and writers change.  CREATE TABLE .. AS makes the table that its
 * query's columns ask for and then inserts the rows; its kept text is that of the table alone. */
#include "db/durable.h"
#include "db/file_scan.h"
#include "db/foreign.h"
#include "db/like.h"
#include "db/stream.h"
#include "db/transaction.h"
#include "db/transaction_ddl.h"
#include "db/table_write.h"
#include "sql/print.h"

/* The columns of the query under the names that the statement gives to the first of them. */
static int name_columns(const CreateRelationStmt *c, const Schema *schema, Relation *r, Field **ret, Err *err)
{
    Field *field = ARENA_ARRAY(&r->arena, Field, schema->n + 1);
    uint32_t n_named = 0;
    if (!field)
        return RAISE_NOMEM(err);
    if (c->columns.n > schema->n)
        return RAISE_AT(err, ERR_SYNTAX, c->columns.first->at, "too many column names were specified");
    for (uint32_t i = 0; i < schema->n; i++)
        field[i] = schema->field[i];
    AST_EACH(item, c->columns)
    field[n_named++].name = AST(IdentNode, item)->ident.s.p;
    for (uint32_t i = 0; i < schema->n; i++) {
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(field[k].name, field[i].name) == 0)
                return RAISE_AT(err, ERR_DUPLICATE_COLUMN, c->node.at, "column \"%s\" specified more than once", field[i].name);
        field[i].name = arena_strdup(&r->arena, field[i].name);
        field[i].not_null = false;
        if (field[i].type.id == T_UNKNOWN)
            field[i].type = TYPE(TEXT);
        if (!field[i].name)
            return RAISE_NOMEM(err);
    }
    *ret = field;
    return 0;
}

int columns_print(const Field *field, uint32_t n, Span at, StrBuf *out, Err *err)
{
    sb_puts(out, " (");
    for (uint32_t i = 0; i < n; i++) {
        char type[4096];
        if (type_print(field[i].type, type, sizeof(type)) == (int)sizeof(type) - 1)
            return RAISE_AT(err, ERR_PROGRAM_LIMIT, at, "the type of column \"%s\" is too long", field[i].name);
        sb_puts(out, i ? ", " : "");
        sql_print_ident(str_of(field[i].name), out);
        sb_printf(out, " %s", type);
    }
    sb_putc(out, ')');
    return 0;
}

/* The statement that makes the table alone, for the log. */
static int table_text(const CreateRelationStmt *c, const Field *field, uint32_t n, Relation *r, StrBuf *ddl, Err *err)
{
    sb_puts(ddl, c->temporary ? "CREATE TEMP TABLE " : c->or_replace ? "CREATE OR REPLACE TABLE " : "CREATE TABLE ");
    relation_print_name(r, ddl);
    TRY(columns_print(field, n, c->node.at, ddl, err));
    sb_puts(ddl, on_commit_text(c->on_commit));
    r->ddl = ddl->failed ? NULL : arena_strdup(&r->arena, sb_cstr(ddl));
    return r->ddl ? 0 : RAISE_NOMEM(err);
}

/* The table that the columns of its query make. */
static int take_columns(StmtContext *x, const CreateRelationStmt *c, Relation *r, Err *err)
{
    _cleanup_(catalog_unrefp) Catalog *with_files = db_catalog(x->db);
    TRY(file_scans_of(x->db, &c->query->node, &with_files, err));
    PlanContext ctx = plan_context(x->db, with_files, NULL);
    ctx.stored_text = true;
    ctx.describes = true;
    PhysPlan *plan = NULL;
    Field *field = NULL;
    StrBuf ddl;
    ctx.unique_names = c->columns.n == 0;
    if (c->options.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->options.first->at, "options of CREATE TABLE .. AS are not supported");
    if (c->query->clauses) {
        (void)RAISE_AT(err, ERR_EMIT_MODE, c->query->clauses->node.at,
                       "EMIT and late clauses belong to what goes on, not to a TABLE: it takes the rows that there are");
        return err_hint(err, "CREATE MATERIALIZED VIEW .. AS keeps the result up to date");
    }
    TRY(plan_query(&ctx, c->query, PLAN_BOUNDED, 0, &plan, err));
    sb_init(&ddl, &x->db->acct);
    int rc = name_columns(c, plan->schema, r, &field, err);
    if (rc == 0)
        rc = table_text(c, field, plan->schema->n, r, &ddl, err);
    if (rc == 0 && !(r->schema = schema_new(&x->db->acct, field, plan->schema->n)))
        rc = RAISE_NOMEM(err);
    sb_done(&ddl);
    phys_plan_free(plan);
    return rc;
}

/* [shard] The statement and its rows in the log, and the rows in the table. */
static int fill(Database *db, Feed *feed, const BatchList *rows, Err *err)
{
    TransactionTable *copy;
    const FeedChange change = {feed, rows->batch, rows->n};
    TRY(transaction_table(db, feed, &copy, err));
    if (!copy)
        return durable_log_with_changes(db, &change, 1, err);
    TRY(durable_log_statement(db, err));
    return transaction_change_all(db, &copy, &change, 1, err);
}

/* Publishes the table and starts it; with rows (may be NULL) from the start.  is_derived: its columns are those of something else.
 */
static int run_table(StmtContext *x, Relation *r, const BatchList *rows, bool is_derived, Err *err)
{
    Database *db = x->db;
    TRY(replace_old(x, err));
    TRY(db_publish(db, r, NULL, 0, err));
    if (is_derived) /* what its columns were taken from may go */
        durable_log_instead(db, str_of(r->ddl));
    Feed *feed = NULL;
    Watermark wm;
    TRY(watermark_of(db, db->catalog, r, x->arena, &wm, err));
    engine_enter(db->engine);
    int rc = engine_add_feed(db->engine, r->id, r->name, r->schema, wm.on ? &wm : NULL, 0, &feed, err);
    if (rc == 0)
        rc = store_feed(db, r, feed, err);
    if (rc == 0 && r->n_foreign)
        rc = foreign_relink(db, err);
    if (rc == 0) {
        engine_log_changes(db->engine, feed);
        feed->defining = transaction_is_defining(db);
        rc = rows && rows->n ? fill(db, feed, rows, err) : durable_log_statement(db, err);
    }
    engine_leave(db->engine);
    return rc;
}

/* With the columns of LIKE written out. */
static int create_like(StmtContext *x, CreateRelationStmt *c, Relation *r, Err *err)
{
    PlanContext ctx = plan_context(x->db, x->db->catalog, NULL);
    StrBuf ddl;
    ctx.stored_text = true;
    ctx.replaying = durable_is_replaying(x->db);
    TRY(bind_create_source(&ctx, c, NULL, r, err));
    sb_init(&ddl, &x->db->acct);
    sql_print(&c->node, &ddl);
    r->ddl = ddl.failed ? NULL : arena_strdup(&r->arena, sb_cstr(&ddl));
    sb_done(&ddl);
    return r->ddl ? run_table(x, r, NULL, true, err) : RAISE_NOMEM(err);
}

int create_table(StmtContext *x, const ScriptStmt *s, CreateRelationStmt *c, Relation *r, Err *err)
{
    PlanContext ctx = plan_context(x->db, x->db->catalog, NULL);
    ctx.stored_text = true;
    ctx.replaying = durable_is_replaying(x->db);
    TRY(bind_source_connector(&ctx, c, r, err));
    if (c->temporary && r->connector)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->name.at, "a temporary table with a connector is not supported");
    r->temporary = c->temporary;
    r->on_commit = (uint8_t)c->on_commit;
    if (c->on_commit > ON_COMMIT_PRESERVE)
        atomic_store(&x->db->has_on_commit, true);
    if (r->connector || c->kind == OBJECT_LOOKUP_TABLE)
        TRY(refuse_like(c, err));
    if (r->connector)
        return create_lookup(x, s, c, r, err);
    if (c->kind == OBJECT_LOOKUP_TABLE) {
        (void)RAISE_AT(err, ERR_MISSING_OPTION, c->name.at, "a lookup table needs a connector that gives its rows");
        return err_hint(err, "FROM FILE (path = '..'), or WITH (connector = '..'); CREATE TABLE makes one for INSERT");
    }
    if (!c->query) {
        bool is_like;
        TRY(expand_like(x, c, &is_like, err));
        if (is_like)
            return create_like(x, c, r, err);
        TRY(bind_create_source(&ctx, c, NULL, r, err));
        r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
        return r->ddl ? run_table(x, r, NULL, false, err) : RAISE_NOMEM(err);
    }
    BatchList rows = {.acct = engine_account(x->db->engine)};
    TRY(take_columns(x, c, r, err));
    int rc = 0;
    if (!durable_is_replaying(x->db) && !c->no_data) /* else the rows are in the log */
        rc = collect_query_rows(x, r, c->query, &rows, err);
    if (rc == 0)
        rc = run_table(x, r, &rows, true, err);
    for (uint32_t i = 0; i < rows.n; i++)
        x->result->rows_affected += rows.batch[i]->n_sel;
    batch_list_done(&rows);
    return rc;
}
