/* SPDX-License-Identifier: Apache-2.0
 *
 * COPY TO: the rows of a table or query as text, to a file or to the caller. */
#include "db/copy.h"
#include "db/dml_with.h"
#include "db/stream.h"
#include "format/format.h"
#include "sql/print.h"

#include <stdio.h>

#define WRITE_BYTES 65536u

typedef struct CopyTo {
    StmtContext *x;
    CopyPlan *p;
    StrBuf out, cell;
    EnvFileHandle *file;
    int64_t at; /* bytes written to the file */
    Encoder *json;
    uint64_t n_rows;
} CopyTo;

static int write_out(CopyTo *c, Err *err)
{
    Env *env = c->x->db->env;
    if (c->out.failed)
        return RAISE_NOMEM(err);
    for (size_t from = 0; c->file && from < c->out.n;) {
        int64_t n = env->file->pwrite(env, c->file, c->out.p + from, c->out.n - from, c->at, err);
        if (n < 0)
            return (int)n;
        from += (size_t)n;
        c->at += n;
    }
    if (!c->file && c->out.n && c->x->copy->write(c->x->copy->self, c->out.p, c->out.n) < 0)
        return RAISE(err, ERR_QUERY_CANCELED, "COPY to stdout failed: the caller has ended it");
    sb_clear(&c->out);
    return 0;
}

static void put_header(CopyTo *c)
{
    const CopyPlan *p = c->p;
    for (uint32_t i = 0; i < p->n_cols; i++) {
        if (i)
            sb_putc(&c->out, p->format.delimiter);
        copy_put(&p->format, str_of(p->schema->field[p->col[i]].name), false, p->n_cols == 1, &c->out);
    }
    sb_putc(&c->out, '\n');
}

static void put_row(CopyTo *c, const Batch *b, uint32_t row)
{
    const CopyPlan *p = c->p;
    for (uint32_t i = 0; i < p->n_cols; i++) {
        Value v = vec_get(&b->col[p->col[i]], row);
        if (i)
            sb_putc(&c->out, p->format.delimiter);
        if (v.is_null) {
            sb_putstr(&c->out, p->format.null_text);
            continue;
        }
        sb_clear(&c->cell);
        value_print(&v, &c->cell);
        copy_put(&p->format, sb_str(&c->cell), p->force_quote[p->col[i]], p->n_cols == 1, &c->out);
        c->out.failed |= c->cell.failed;
    }
    sb_putc(&c->out, '\n');
}

static int put_batch(CopyTo *c, const Batch *b, Err *err)
{
    Rows rows = batch_rows(b);
    if (c->json)
        TRY(encoder_encode(c->json, b, &c->out, err));
    for (uint32_t i = 0; !c->json && i < rows.n; i++)
        for (int32_t k = batch_weight(b, row_at(rows, i)); k > 0; k--)
            put_row(c, b, row_at(rows, i));
    for (uint32_t i = 0; i < rows.n; i++)
        c->n_rows += (uint64_t)MAX(batch_weight(b, row_at(rows, i)), 0);
    return c->out.n >= WRITE_BYTES ? write_out(c, err) : 0;
}

static int begin_rows(CopyTo *c, const Schema *rows, Err *err)
{
    if (c->p->json)
        return encoder_new(format_find(STR("json")), &c->x->db->acct, rows, NULL, 0, &c->json, err);
    if (c->p->header)
        put_header(c);
    return 0;
}

static int put_rows(CopyTo *c, Stream *s, Err *err)
{
    TRY(begin_rows(c, s->schema, err));
    for (;;) {
        Delivery d = {0};
        int rc = stream_next(s, INT64_MAX, &d, err);
        if (rc == STREAM_END)
            return write_out(c, err);
        TRY(rc);
        rc = d.batch ? put_batch(c, d.batch, err) : 0;
        batch_unref(d.batch);
        TRY(rc);
    }
}

/* ---- what is written ---- */

static int check_source(const Relation *r, const Name *name, Err *err)
{
    if (!r)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, name->at, "relation \"%.*s\" does not exist", (int)object_of(name).n,
                        object_of(name).p);
    if (relation_is_stored(r) || r->kind == REL_VIEW)
        return 0;
    (void)RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "cannot copy from %s \"%s\"", relation_kind_name(r->kind), r->name);
    return err_hint(err, "Try the COPY (SELECT ...) TO variant.");
}

static void put_name(StrBuf *b, Str s)
{
    sb_putc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            sb_putc(b, '"');
        sb_putc(b, s.p[i]);
    }
    sb_putc(b, '"');
}

/* SELECT of the listed columns; they are all of its result then. */
static int table_query(CopyTo *c, Query **ret, Err *err)
{
    const CopyStmt *st = c->p->st;
    Catalog *catalog = db_catalog(c->x->db);
    const Relation *r = catalog_find(catalog, object_of(&st->table));
    StrBuf sql;
    sb_init(&sql, NULL);
    int rc = check_source(r, &st->table, err);
    c->p->of = r;
    if (rc == 0)
        rc = copy_columns_find(c->x, c->p, r->schema, r->name, err);
    c->p->of = NULL;
    sb_puts(&sql, "SELECT ");
    for (uint32_t i = 0; rc == 0 && i < c->p->n_cols; i++) {
        sb_puts(&sql, i ? ", " : "");
        put_name(&sql, str_of(r->schema->field[c->p->col[i]].name));
    }
    sb_puts(&sql, " FROM ");
    sql_print_name(&st->table, &sql);
    char *text = rc == 0 && !sql.failed ? arena_strndup(c->x->arena, sql.p, sql.n) : NULL;
    ScriptStmt s;
    if (rc == 0)
        rc = text ? sql_parse_one(c->x->arena, text, (uint32_t)sql.n, &s, err) : RAISE_NOMEM(err);
    if (rc == 0)
        *ret = AST(QueryStmt, s.node)->query;
    sb_done(&sql);
    catalog_unref(catalog);
    return rc;
}

/* FORCE_QUOTE counts in the table's columns; from here on it is the result's. */
static int to_result(CopyTo *c, const Schema *result, Err *err)
{
    CopyPlan *p = c->p;
    if (p->st->query || p->st->change)
        return copy_columns_find(c->x, p, result, NULL, err);
    for (uint32_t i = 0; i < p->n_cols; i++) /* another array: columns may be listed in any order */
        p->force_null[i] = p->force_quote[p->col[i]];
    for (uint32_t i = 0; i < p->n_cols; i++) {
        p->force_quote[i] = p->force_null[i];
        p->col[i] = i;
    }
    p->schema = result;
    return 0;
}

static int open_file(CopyTo *c, Err *err)
{
    Env *env = c->x->db->env;
    if (c->p->st->standard)
        return 0;
    char *path = arena_strndup(c->x->arena, c->p->st->path.p, c->p->st->path.n);
    if (!path)
        return RAISE_NOMEM(err);
    return env->file->open(env, path, ENV_WRITE | ENV_CREATE | ENV_TRUNC, &c->file, err);
}

/* ---- the rows that a change returns ---- */

static const NodeList *returning_of(const Node *change)
{
    switch ((NodeKind)change->kind) {
    case NODE_INSERT_STMT: return &AST(InsertStmt, change)->returning;
    case NODE_UPDATE_STMT: return &AST(UpdateStmt, change)->returning;
    case NODE_DELETE_STMT: return &AST(DeleteStmt, change)->returning;
    default: return NULL;
    }
}

static int put_changes(CopyTo *c, const ResultSet *rows, Err *err)
{
    TRY(to_result(c, rows->schema, err));
    TRY(open_file(c, err));
    TRY(begin_rows(c, rows->schema, err));
    for (uint32_t i = 0; i < rows->n; i++)
        TRY(put_batch(c, rows->batch[i], err));
    return write_out(c, err);
}

typedef struct CopyChange {
    CopyTo *c;
    Node *change;
} CopyChange;

/* What it changes happens when its rows have been written. */
static int run_change(StmtContext *x, const void *what, Err *err)
{
    const CopyChange *r = what;
    StatementResult result = {0};
    StmtContext inner = *x;
    ScriptStmt s = {.node = r->change, .at = r->change->at, .text = {x->script.p + r->change->at.pos, r->change->at.len}};
    inner.result = &result;
    inner.is_last = false;
    int rc = run_statement(&inner, &s, err);
    if (rc == 0)
        rc = result.rows ? put_changes(r->c, result.rows, err) : RAISE(err, ERR_INTERNAL, "the statement has returned no rows");
    statement_result_done(&result);
    return rc;
}

static int copy_change(CopyTo *c, Node *change, Err *err)
{
    const NodeList *returning = returning_of(change);
    if (change->kind == NODE_MERGE_STMT)
        return RAISE_AT(err, ERR_UNSUPPORTED, change->at, "MERGE not supported in COPY");
    if (returning && !returning->n)
        return RAISE_AT(err, ERR_UNSUPPORTED, change->at, "COPY query must have a RETURNING clause");
    return run_as_one(c->x, run_change, &(CopyChange){c, change}, err);
}

static int run(CopyTo *c, Err *err)
{
    const CopyStmt *st = c->p->st;
    Query *query = st->query;
    QueryStmt changing = {.node = {.kind = NODE_QUERY_STMT, .at = query ? query->node.at : st->node.at}, .query = query};
    if (st->change || (query && dml_with_changes(&changing.node)))
        return copy_change(c, st->change ? st->change : &changing.node, err);
    if (st->where)
        return RAISE_AT(err, ERR_SYNTAX, st->where->at, "WHERE clause not allowed with COPY TO");
    if (!query)
        TRY(table_query(c, &query, err));
    /* a query that was made is no part of the script */
    QueryStmt q = {.node = {.kind = NODE_QUERY_STMT, .at = st->query ? query->node.at : st->node.at}, .query = query};
    Stream *s = NULL;
    TRY(stream_open(c->x->db, &q.node, c->x->script, STREAM_COLLECT, NULL, &s, err));
    int rc = to_result(c, s->schema, err);
    if (rc == 0)
        rc = open_file(c, err);
    if (rc == 0)
        rc = put_rows(c, s, err);
    stream_free(s);
    return rc;
}

int copy_to(StmtContext *x, CopyPlan *p, Err *err)
{
    CopyTo c = {.x = x, .p = p};
    sb_init(&c.out, &x->db->acct);
    sb_init(&c.cell, &x->db->acct);
    atomic_store(&x->db->interrupted, false);
    int rc = run(&c, err);
    if (rc == 0) {
        stmt_done(x, STMT_ROWS, "", p->st->query || p->st->change ? STR("") : object_of(&p->st->table));
        snprintf(x->result->tag, sizeof(x->result->tag), "COPY %llu", (unsigned long long)c.n_rows);
        x->result->rows_affected = (int64_t)c.n_rows;
    }
    encoder_free(c.json);
    if (c.file)
        x->db->env->file->close(x->db->env, c.file);
    sb_done(&c.out);
    sb_done(&c.cell);
    return rc;
}
