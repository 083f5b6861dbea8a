/* SPDX-License-Identifier: Apache-2.0
 *
 * COPY FROM: a stream of bytes becomes the rows of one change: all of them or none.  Into a table they go through what INSERT goes
 * through; into a source they are pushed when all have been read. */
#include "base/decimal.h"
#include "db/copy.h"
#include "db/intake.h"
#include "db/transaction.h"
#include "format/format.h"
#include "func/cast.h"

#include <stdio.h>

#define READ_BYTES 65536u
#define SHOWN_BYTES 100u /* of a field, in messages */

typedef struct CopyFrom {
    StmtContext *x;
    CopyPlan *p;
    const Relation *to;
    TableWrite w;        /* of a table */
    const Value *preset; /* per column */
    const Catalog *catalog;
    CopyReader reader;
    Builder builder;
    BatchList rows;
    StrBuf buf; /* read and not yet taken apart */
    EnvFileHandle *file;
    bool at_end;
    Arena step;
    uint64_t n_rows;
    Program *where; /* NULL = every row */
} CopyFrom;

/* ---- bytes ---- */

static int read_more(CopyFrom *c, Err *err)
{
    Env *env = c->x->db->env;
    char piece[READ_BYTES / 8];
    int64_t n = c->file ? env->file->read(env, c->file, piece, sizeof(piece), err)
                        : c->x->copy->read(c->x->copy->self, piece, sizeof(piece));
    if (n < 0)
        return c->file ? (int)n : RAISE(err, ERR_QUERY_CANCELED, "COPY from stdin failed: the caller has ended it");
    if (atomic_load(&c->x->db->interrupted))
        return RAISE(err, ERR_QUERY_CANCELED, "COPY was cancelled");
    c->at_end = n == 0;
    sb_put(&c->buf, piece, (size_t)n);
    return c->buf.failed ? RAISE_NOMEM(err) : 0;
}

/* ---- one record ---- */

static const char *column_name(const CopyFrom *c, uint32_t i)
{
    return c->p->schema->field[c->p->col[i]].name;
}

/* Bytes of a text that a message has room for, without half a character. */
static int shown(Str s)
{
    size_t n = MIN(s.n, SHOWN_BYTES);
    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return (int)n;
}

/* Adds to the error where it happened, as PostgreSQL's CONTEXT. */
static int where_is(const CopyFrom *c, int rc, int field, Err *err)
{
    const CopyField *f = field >= 0 && (uint32_t)field < c->reader.n_fields ? &c->reader.field[field] : NULL;
    char place[SHOWN_BYTES + 160];
    int n = snprintf(place, sizeof(place), "COPY %s, line %llu", c->to->name, (unsigned long long)c->reader.line);
    if (f && f->is_null)
        n += snprintf(place + n, sizeof(place) - (size_t)n, ", column %s: null input", column_name(c, (uint32_t)field));
    else if (f)
        n += snprintf(place + n, sizeof(place) - (size_t)n, ", column %s: \"%.*s\"", column_name(c, (uint32_t)field),
                      shown(f->text), f->text.p);
    (void)n;
    if (err && err->detail[0] == 0)
        (void)err_detail(err, "%s", place);
    else if (err) {
        char both[sizeof(err->detail)];
        snprintf(both, sizeof(both), "%s", err->detail);
        (void)err_detail(err, "%s\n%s", both, place);
    }
    return rc;
}

static int field_value(CopyFrom *c, uint32_t i, Value *ret, Err *err)
{
    const CopyPlan *p = c->p;
    const CopyField *f = &c->reader.field[i];
    uint32_t col = p->col[i];
    Type t = p->schema->field[col].type;
    bool is_null = f->is_null;
    if (p->format.csv && is_null && p->force_not_null[col])
        is_null = false;
    else if (p->format.csv && f->quoted && p->force_null[col] && str_eq(f->text, p->format.null_text))
        is_null = true;
    *ret = value_null(t);
    return is_null ? 0 : value_parse(t, f->text, &c->step, ret, err);
}

static int put_row(CopyFrom *c, const Value *value, Err *err)
{
    const Schema *s = c->to->schema;
    for (uint32_t k = 0; k < s->n; k++) {
        if (value[k].is_null && s->field[k].not_null && !relation_generates(c->to, k))
            return RAISE(err, ERR_NOT_NULL, "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
                         s->field[k].name, c->to->name);
        TRY(builder_value(&c->builder, k, &value[k], err));
    }
    c->n_rows++;
    return builder_row_done(&c->builder) == BUILDER_FULL ? batch_list_add(&c->rows, builder_take(&c->builder), err) : 0;
}

/* Columns without a field, whose DEFAULT is another one for each row. */
static int complete(CopyFrom *c, Value *value, Err *err)
{
    const Relation *r = c->to;
    Database *db = c->x->db;
    for (uint32_t k = 0; r->varies && k < r->schema->n; k++) {
        bool given = false;
        for (uint32_t i = 0; i < c->p->n_cols; i++)
            given |= c->p->col[i] == k;
        if (given)
            TRY(identity_saw(db, r, k, &value[k], err));
        else if (preset_varies(r, k))
            TRY(preset_of_row(db, c->catalog, r, k, c->x->now_us, &c->step, &value[k], err));
    }
    return 0;
}

static int put_record(CopyFrom *c, Err *err)
{
    const CopyReader *r = &c->reader;
    const CopyPlan *p = c->p;
    uint32_t n = c->to->schema->n;
    arena_reset(&c->step);
    Value *value = ARENA_ARRAY(&c->step, Value, n + 1);
    if (!value)
        return RAISE_NOMEM(err);
    if (r->n_fields > p->n_cols)
        return where_is(c, RAISE(err, ERR_BAD_COPY, "extra data after last expected column"), -1, err);
    if (r->n_fields < p->n_cols)
        return where_is(c, RAISE(err, ERR_BAD_COPY, "missing data for column \"%s\"", column_name(c, r->n_fields)), -1, err);
    memcpy(value, c->preset, n * sizeof(*value));
    for (uint32_t i = 0; i < p->n_cols; i++) {
        int rc = field_value(c, i, &value[p->col[i]], err);
        if (rc < 0)
            return where_is(c, rc, (int)i, err);
    }
    int rc = complete(c, value, err);
    if (rc == 0)
        rc = put_row(c, value, err);
    return rc < 0 ? where_is(c, rc, -1, err) : 0;
}

static int check_header(CopyFrom *c, Err *err)
{
    const CopyReader *r = &c->reader;
    const CopyPlan *p = c->p;
    if (p->header != COPY_HEADER_MATCH)
        return 0;
    if (r->n_fields != p->n_cols)
        return RAISE(err, ERR_BAD_COPY, "wrong number of fields in header line: field count is %u, expected %u", r->n_fields,
                     p->n_cols);
    for (uint32_t i = 0; i < r->n_fields; i++)
        if (r->field[i].is_null || !str_eq(r->field[i].text, str_of(column_name(c, i))))
            return RAISE(err, ERR_BAD_COPY, "column name mismatch in header line field %u: got %s\"%.*s\", expected \"%s\"", i + 1,
                         r->field[i].is_null ? "null value " : "", shown(r->field[i].text), r->field[i].text.p, column_name(c, i));
    return 0;
}

static int read_records(CopyFrom *c, Err *err)
{
    bool header = c->p->header != COPY_NO_HEADER;
    size_t done = 0;
    for (;;) {
        size_t used = 0;
        int rc = copy_read(&c->reader, sb_cstr(&c->buf) + done, c->buf.n - done, c->at_end, &used, err);
        done += used;
        if (rc == COPY_END)
            return 0;
        if (rc == COPY_MORE) {
            if (done > 0)
                memmove(c->buf.p, c->buf.p + done, c->buf.n - done);
            c->buf.n -= done;
            done = 0;
            TRY(read_more(c, err));
            continue;
        }
        if (rc < 0)
            return where_is(c, rc, -1, err);
        if (header) {
            rc = check_header(c, err);
            header = false;
            if (rc < 0)
                return where_is(c, rc, -1, err);
            continue;
        }
        TRY(put_record(c, err));
    }
}

/* ---- JSON lines: the decoder of the connectors, its first bad record being the end ---- */

typedef struct JsonCopy {
    CopyFrom *c;
    Err *err;
} JsonCopy;

static int on_bad(void *self, const BadRecord *bad)
{
    const JsonCopy *j = self;
    int rc = RAISE(j->err, bad->code, "%.*s", (int)bad->reason.n, bad->reason.p);
    (void)err_detail(j->err, "COPY %s, line %lld", j->c->to->name, (long long)bad->line);
    return rc;
}

static int take_json(CopyFrom *c, Builder *in, Err *err)
{
    Batch *b = builder_take(in);
    if (!b)
        return RAISE_NOMEM(err);
    int rc = 0;
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n && rc == 0; i++) {
        arena_reset(&c->step);
        Value *value = ARENA_ARRAY(&c->step, Value, c->to->schema->n + 1);
        if (!value) {
            rc = RAISE_NOMEM(err);
            break;
        }
        memcpy(value, c->preset, c->to->schema->n * sizeof(*value));
        for (uint32_t k = 0; k < c->p->n_cols; k++)
            value[c->p->col[k]] = vec_get(&b->col[k], row_at(rows, i));
        rc = complete(c, value, err);
        if (rc == 0)
            rc = put_row(c, value, err);
    }
    batch_unref(b);
    return rc;
}

static int feed_json(CopyFrom *c, Decoder *d, Builder *in, Err *err)
{
    for (;;) {
        size_t used = 0, n = c->buf.n;
        if (!sb_reserve(&c->buf, FEED_PADDING))
            return RAISE_NOMEM(err);
        int rc = decoder_feed(d, c->buf.p, n, c->at_end, in, &used, err);
        TRY(rc);
        memmove(c->buf.p, c->buf.p + used, n - used);
        c->buf.n = n - used;
        if (rc == FEED_FULL) {
            TRY(take_json(c, in, err));
            continue;
        }
        if (c->at_end)
            return take_json(c, in, err);
        TRY(read_more(c, err));
    }
}

static int read_json(CopyFrom *c, Err *err)
{
    Field *f = ARENA_ARRAY(c->x->arena, Field, c->p->n_cols + 1);
    if (!f)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < c->p->n_cols; i++)
        f[i] = c->p->schema->field[c->p->col[i]];
    Schema *schema = schema_new(c->rows.acct, f, c->p->n_cols);
    if (!schema)
        return RAISE_NOMEM(err);
    JsonCopy j = {c, err};
    Decoder *d = NULL;
    Builder in = {0};
    int rc = decoder_new(format_find(STR("json")), c->rows.acct, schema, NULL, 0, on_bad, &j, &d, err);
    if (rc == 0)
        rc = builder_init(&in, c->rows.acct, schema, BATCH_ROWS_MAX, err);
    if (rc == 0)
        rc = feed_json(c, d, &in, err);
    builder_done(&in);
    decoder_free(d);
    schema_unref(schema);
    return rc;
}

/* ---- the statement ---- */

static int read_rows(CopyFrom *c, Err *err)
{
    Env *env = c->x->db->env;
    TRY(builder_init(&c->builder, c->rows.acct, c->to->schema, BATCH_ROWS_MAX, err));
    if (!c->p->st->standard) {
        char *path = arena_strndup(c->x->arena, c->p->st->path.p, c->p->st->path.n);
        if (!path)
            return RAISE_NOMEM(err);
        TRY(env->file->open(env, path, ENV_READ, &c->file, err));
    }
    TRY(c->p->json ? read_json(c, err) : read_records(c, err));
    return c->builder.n ? batch_list_add(&c->rows, builder_take(&c->builder), err) : 0;
}

static int into_table(CopyFrom *c, Err *err)
{
    c->w.has_rows = true;
    int rc = table_write_begin(&c->w, err);
    c->x->again = false; /* what the caller gave is read */
    TRY(rc);
    c->n_rows = 0;
    for (uint32_t i = 0; i < c->rows.n; i++) {
        Batch *b = c->rows.batch[i];
        arena_reset(&c->w.step);
        if (c->where)
            TRY(table_write_filter(&c->w, c->where, b, &b, err));
        c->n_rows += b->n_sel;
        TRY(table_write_plus(&c->w, b, err));
    }
    return table_write_commit(&c->w, err);
}

/* WHERE of a source, which has no TableWrite. */
static int filter(CopyFrom *c, const Batch *b, Batch **ret, Err *err)
{
    EvalCtx eval = {.arena = &c->step};
    Vec pass;
    uint16_t *sel = arena_alloc(&c->step, MAX(b->n_sel, 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!sel)
        return RAISE_NOMEM(err);
    TRY(eval_rows(&eval, c->x->now_us, c->where, b, &pass, err));
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++) {
        Value v = vec_get(&pass, row_at(rows, i));
        if (!v.is_null && v.b)
            sel[n++] = (uint16_t)row_at(rows, i);
    }
    *ret = batch_with_sel(&c->step, b, sel, n);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int into_source(CopyFrom *c, const Catalog *catalog, Err *err)
{
    Intake k = {0};
    Engine *e = c->x->db->engine;
    int rc = intake_open(&k, c->x->db, catalog, c->to, err);
    c->n_rows = c->where ? 0 : c->n_rows;
    for (uint32_t i = 0; i < c->rows.n && rc == 0; i++) {
        Batch *b = c->rows.batch[i];
        arena_reset(&c->step);
        if (c->where)
            rc = filter(c, b, &b, err);
        if (rc == 0 && b->n_sel)
            rc = intake_push(&k, b, err);
        c->n_rows += c->where ? b->n_sel : 0;
    }
    intake_close(&k);
    if (rc == 0 && !engine_is_inside(e)) { /* the rows may lie in a mailbox: the statement is over when they have gone through */
        engine_enter(e);
        engine_leave(e);
    }
    return rc;
}

static int open_target(CopyFrom *c, const Catalog *catalog, Err *err)
{
    static const Ident no_alias;
    const CopyStmt *st = c->p->st;
    StmtContext *x = c->x;
    Value *preset;
    if (c->to && c->to->kind == REL_SOURCE && !c->to->connector) {
        TRY(transaction_refuse(x->db, "COPY into a source", st->table.at, err));
        x->wal_mode = c->to->wal_mode;
        TRY(eval_presets(x->db, catalog, c->to, x->now_us, x->arena, &preset, err));
        c->preset = preset;
    } else {
        TRY(table_write_open(&c->w, x, &st->table, &no_alias, NULL, err));
        c->to = c->w.table;
        c->preset = c->w.preset;
    }
    c->p->of = c->to;
    TRY(copy_columns_find(x, c->p, c->to->schema, c->to->name, err));
    if (!st->where)
        return 0;
    Expr *e;
    PlanContext ctx = statement_context(x, catalog);
    TableScope scope = {.table = c->to};
    TRY(bind_table_predicate(&ctx, &scope, st->where, "WHERE", x->arena, &e, err));
    return program_compile(x->arena, &e, 1, c->to->schema, &c->where, err);
}

static int run(CopyFrom *c, const Catalog *catalog, Err *err)
{
    TRY(open_target(c, catalog, err));
    TRY(read_rows(c, err));
    return c->w.table ? into_table(c, err) : into_source(c, catalog, err);
}

int copy_from(StmtContext *x, CopyPlan *p, Err *err)
{
    Catalog *catalog = db_catalog(x->db);
    CopyFrom c = {.x = x, .p = p, .catalog = catalog, .rows = {.acct = engine_account(x->db->engine)}};
    c.to = catalog_find(catalog, object_of(&p->st->table));
    atomic_store(&x->db->interrupted, false);
    arena_init(&c.step, &x->db->acct, 0);
    sb_init(&c.buf, &x->db->acct);
    copy_reader_init(&c.reader, &p->format, &x->db->acct);
    int rc = run(&c, catalog, err);
    if (rc == 0) {
        stmt_done(x, STMT_ROWS, "", object_of(&p->st->table));
        snprintf(x->result->tag, sizeof(x->result->tag), "COPY %llu", (unsigned long long)c.n_rows);
        x->result->rows_affected = (int64_t)c.n_rows;
    }
    if (c.file)
        x->db->env->file->close(x->db->env, c.file);
    copy_reader_done(&c.reader);
    sb_done(&c.buf);
    builder_done(&c.builder);
    batch_list_done(&c.rows);
    if (c.w.x)
        table_write_close(&c.w);
    arena_done(&c.step);
    catalog_unref(catalog);
    return rc;
}
