/* SPDX-License-Identifier: Apache-2.0
 *
 * Writers: Arrow arrays and single rows into a push source or a table, where a row replaces the one with its primary key.
 *
 * The row builder writes straight into the writer's row block, and a pushed row runs its step on the calling thread: nothing on
 * that path allocates once the block exists. */
#include "base/decimal.h"
#include "data/arrow.h"
#include "db/api.h"
#include "db/table_write.h"
#include "func/cast.h"

#include <stdio.h>

#define WRITER_BLOCK_ROWS 1024u

struct LaminarRow {
    LaminarWriter *writer;
};
struct LaminarWriter {
    Database *db;
    Feed *feed; /* one reference */
    char name[64];
    bool closed;
    RowBlock block; /* rows of the row builder */
    bool has_block, in_row;
    uint64_t *set;    /* columns set in the row under construction */
    Value *preset;    /* defaults, in `arena` */
    RowChecks checks; /* of a table */
    Arena arena;
    LaminarRow row;
};

static int bind_writer(LaminarWriter *w, const Catalog *c, const Relation *r, Err *err)
{
    w->set = ARENA_ARRAY(&w->arena, uint64_t, BIT_WORDS(r->schema->n) + 1);
    if (!w->set)
        return RAISE_NOMEM(err);
    TRY(eval_presets(w->db, c, r, &w->arena, &w->preset, err));
    return r->kind == REL_TABLE ? row_checks_open(&w->checks, w->db, c, r, err) : 0;
}

static int writer_open(Database *db, Str name, LaminarWriter *w, Err *err)
{
    TRY(db_check_open(db, err));
    Catalog *c = db_catalog(db);
    const Relation *r = catalog_find(c, name);
    int rc = 0;
    if (!r)
        rc = RAISE(err, ERR_UNDEFINED_RELATION, "%.*s", (int)name.n, name.p);
    else if (r->connector || (r->kind != REL_SOURCE && r->kind != REL_TABLE))
        rc = RAISE(err, ERR_WRONG_OBJECT_TYPE, "cannot write into \"%s\": it is %s", r->name,
                   r->connector ? "fed by a connector" : relation_kind_name(r->kind));
    if (rc == 0) {
        engine_enter(db->engine);
        Feed *f = engine_feed(db->engine, r->id);
        if (f)
            w->feed = feed_ref(f);
        engine_leave(db->engine);
        rc = f ? bind_writer(w, c, r, err) : RAISE(err, ERR_WRONG_STATE, "source \"%s\" is not running", r->name);
        snprintf(w->name, sizeof(w->name), "%s", r->name);
    }
    catalog_unref(c);
    return rc;
}

int32_t laminar_writer_create(LaminarConnection *conn, const char *source_name, LaminarWriter **out)
{
    if (!conn || !source_name || !out)
        return api_null();
    api_begin();
    Str name;
    if (!api_text(source_name, &name))
        return LAMINAR_ERR_INVALID_UTF8;
    Err err;
    err_reset(&err);
    LaminarWriter *w = mem_zalloc(NULL, sizeof(*w));
    if (!w)
        return api_return(RAISE_NOMEM(&err), &err);
    w->db = db_ref(conn->db);
    w->row.writer = w;
    arena_init(&w->arena, NULL, 0);
    int rc = writer_open(conn->db, name, w, &err);
    if (rc < 0) {
        laminar_writer_free(w);
        return api_return(rc, &err);
    }
    *out = w;
    return LAMINAR_OK;
}

static int32_t writer_check(const LaminarWriter *w)
{
    if (w->closed)
        return api_error(LAMINAR_ERR_NULL_POINTER, "Writer already closed");
    Err err;
    err_reset(&err);
    return api_return(db_check_open(w->db, &err), &err);
}

static int push_batch(LaminarWriter *w, Batch *b, Err *err)
{
    if (w->checks.table)
        TRY(row_checks_run(&w->checks, w->db->env, b, err));
    int rc = engine_push(w->db->engine, w->feed, b, err);
    if (unlikely(rc < 0)) {
        TRY(db_check_open(w->db, err)); /* closed meanwhile: that is what the caller should hear */
        return rc;
    }
    atomic_fetch_add_explicit(&w->db->n_pushes, 1, memory_order_relaxed);
    return 0;
}

static int flush_rows(LaminarWriter *w, Err *err)
{
    if (!w->has_block || w->block.n == 0)
        return 0;
    int rc = push_batch(w, row_block_view(&w->block), err);
    row_block_reset(&w->block);
    return rc;
}

int32_t laminar_writer_flush(LaminarWriter *writer)
{
    if (!writer)
        return api_null();
    api_begin();
    int32_t code = writer_check(writer);
    Err err;
    err_reset(&err);
    return code ? code : api_return(flush_rows(writer, &err), &err);
}

int32_t laminar_writer_close(LaminarWriter *writer)
{
    if (!writer)
        return api_null();
    api_begin();
    Err err;
    err_reset(&err);
    int rc = 0;
    if (!writer->closed && !atomic_load(&writer->db->closed))
        rc = flush_rows(writer, &err);
    writer->closed = true;
    return api_return(rc, &err);
}

void laminar_writer_free(LaminarWriter *writer)
{
    if (!writer)
        return;
    if (writer->has_block && !writer->closed && !atomic_load(&writer->db->closed))
        (void)flush_rows(writer, NULL);
    row_block_done(&writer->block);
    row_checks_done(&writer->checks);
    feed_unref(writer->feed);
    arena_done(&writer->arena);
    db_unref(writer->db);
    mem_free(NULL, writer, sizeof(*writer));
}

/* ---- Arrow ---- */

static int push_imported(void *self, Batch *give_b, Err *err)
{
    LaminarWriter *w = self;
    int rc = push_batch(w, give_b, err);
    batch_unref(give_b);
    return rc;
}

static void release_array(struct ArrowArray *a)
{
    if (a && a->release)
        a->release(a);
}

int32_t laminar_writer_push(LaminarWriter *writer, struct ArrowArray *array, const struct ArrowSchema *schema, uint64_t *ticket)
{
    if (!writer || !array || !schema) {
        release_array(array);
        return api_null();
    }
    api_begin();
    int32_t code = writer_check(writer);
    if (code) {
        release_array(array);
        return code;
    }
    Err err;
    err_reset(&err);
    int rc = flush_rows(writer, &err); /* rows keep their order */
    if (rc == 0)
        rc = array->release ? arrow_import(engine_account(writer->db->engine), array, schema, writer->feed->schema, push_imported,
                                           writer, &err)
                            : RAISE(&err, ERR_BAD_ARROW, "the Arrow array was released already");
    release_array(array);
    if (rc == 0 && ticket)
        *ticket = atomic_load(&writer->db->n_pushes);
    return api_return(rc, &err);
}

static int check_batch(const LaminarWriter *w, const Batch *b, Err *err)
{
    const Schema *want = w->feed->schema;
    if (b->n_cols != want->n)
        return RAISE(err, ERR_SCHEMA_MISMATCH, "the batch has %u columns, source \"%s\" has %u", (unsigned)b->n_cols, w->name,
                     want->n);
    for (uint32_t c = 0; c < want->n; c++) {
        if (type_eq(b->schema->field[c].type, want->field[c].type))
            continue;
        char have[96], need[96];
        type_print(b->schema->field[c].type, have, sizeof(have));
        type_print(want->field[c].type, need, sizeof(need));
        return RAISE(err, ERR_SCHEMA_MISMATCH, "column %u (\"%s\") is of type %s, source \"%s\" has %s there", (unsigned)c + 1,
                     want->field[c].name, have, w->name, need);
    }
    Rows rows = batch_rows(b);
    for (uint32_t c = 0; c < want->n; c++) {
        for (uint32_t i = 0; want->field[c].not_null && b->col[c].valid && i < rows.n; i++)
            if (vec_is_null(&b->col[c], row_at(rows, i)))
                return RAISE(err, ERR_NOT_NULL, "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
                             want->field[c].name, w->name);
    }
    return 0;
}

/* Types that differ (timestamp units, widths) go through Arrow, which converts where it can. */
static int write_converted(LaminarWriter *w, LaminarRecordBatch *batch, Err *err)
{
    struct ArrowArray array;
    struct ArrowSchema schema;
    if (batch->batch->n_cols != w->feed->schema->n)
        return check_batch(w, batch->batch, err);
    TRY(arrow_export_schema(batch->batch->schema, ARROW_VIEWS, &schema, err));
    int rc = arrow_export_batch(batch->batch->acct, batch->batch, ARROW_VIEWS, &array, err);
    if (rc == 0) {
        rc = arrow_import(engine_account(w->db->engine), &array, &schema, w->feed->schema, push_imported, w, err);
        release_array(&array);
    }
    schema.release(&schema);
    return rc;
}

int32_t laminar_writer_write(LaminarWriter *writer, LaminarRecordBatch *batch)
{
    if (!writer || !batch) {
        laminar_batch_free(batch);
        return api_null();
    }
    api_begin();
    int32_t code = writer_check(writer);
    if (code == LAMINAR_OK) {
        Err err;
        err_reset(&err);
        int rc = flush_rows(writer, &err);
        for (uint32_t i = 0; i < batch->n_parts && rc == 0; i++) {
            LaminarRecordBatch part = {.batch = batch->part[i]};
            bool same =
                part.batch->n_cols == writer->feed->schema->n && schema_same_types(part.batch->schema, writer->feed->schema);
            if (!same)
                rc = write_converted(writer, &part, &err);
            else if ((rc = check_batch(writer, part.batch, &err)) == 0)
                rc = push_batch(writer, part.batch, &err);
        }
        code = api_return(rc, &err);
    }
    laminar_batch_free(batch);
    return code;
}

/* ---- watermarks ---- */

int32_t laminar_writer_watermark(LaminarWriter *writer, int64_t event_time_us)
{
    if (!writer)
        return api_null();
    api_begin();
    int32_t code = writer_check(writer);
    if (code)
        return code;
    Err err;
    err_reset(&err);
    int rc = flush_rows(writer, &err);
    if (rc == 0 && !writer->feed->wm.on)
        rc = RAISE(&err, ERR_NO_WATERMARK, "source \"%s\" declares no watermark", writer->name);
    if (rc == 0)
        rc = engine_push_watermark(writer->db->engine, writer->feed, event_time_us, &err);
    return api_return(rc, &err);
}

int32_t laminar_writer_current_watermark(LaminarWriter *writer, int64_t *out_us)
{
    if (!writer || !out_us)
        return api_null();
    api_begin();
    Engine *e = writer->db->engine;
    if (engine_is_inside(e)) {
        *out_us = writer->feed->wm.wm_us;
        return LAMINAR_OK;
    }
    engine_enter(e);
    *out_us = writer->feed->wm.wm_us;
    engine_leave(e);
    return LAMINAR_OK;
}

/* ---- rows ---- */

int32_t laminar_row_begin(LaminarWriter *writer, LaminarRow **out)
{
    if (!writer || !out)
        return api_null();
    api_begin();
    int32_t code = writer_check(writer);
    if (code)
        return code;
    Err err;
    err_reset(&err);
    if (!writer->has_block) {
        int rc = row_block_init(&writer->block, engine_account(writer->db->engine), writer->feed->schema, WRITER_BLOCK_ROWS, &err);
        if (rc < 0)
            return api_return(rc, &err);
        writer->has_block = true;
    }
    memset(writer->set, 0, BIT_WORDS(writer->feed->schema->n) * 8);
    writer->in_row = true;
    *out = &writer->row;
    return LAMINAR_OK;
}

/* The row is under construction and has the column: NULL with an error kept otherwise. */
static const Field *row_field(LaminarRow *row, size_t column, int32_t *ret_code)
{
    api_begin();
    LaminarWriter *w = row->writer;
    if (!w->in_row) {
        *ret_code = api_error(LAMINAR_API_INGESTION_FAILED, "No row is under construction: call laminar_row_begin first");
        return NULL;
    }
    if (column >= w->feed->schema->n) {
        *ret_code = api_error(LAMINAR_ERR_NULL_POINTER, "Column index out of bounds");
        return NULL;
    }
    return &w->feed->schema->field[column];
}

static int32_t row_put(LaminarRow *row, size_t column, const Value *v)
{
    LaminarWriter *w = row->writer;
    if (unlikely(row_block_value(&w->block, (uint32_t)column, v) < 0)) {
        Err err;
        err_reset(&err);
        return api_return(RAISE_NOMEM(&err), &err);
    }
    bit_set(w->set, column);
    return LAMINAR_OK;
}

/* Any other type goes through the assignment casts. */
static int32_t row_cast(LaminarRow *row, size_t column, const Field *f, const Value *v)
{
    Err err;
    err_reset(&err);
    const CastDef *cast = cast_find((TypeId)v->type.id, (TypeId)f->type.id);
    if (!type_eq(v->type, f->type) && (!cast || cast->context < CAST_ASSIGN))
        return api_return(RAISE(&err, ERR_DATATYPE_MISMATCH, "column \"%s\" is of type %s but the value is of type %s", f->name,
                                type_id_name((TypeId)f->type.id), type_id_name((TypeId)v->type.id)),
                          &err);
    Arena scratch;
    arena_init(&scratch, NULL, 0);
    Value to;
    int rc = cast_value(v, f->type, &scratch, &to, &err);
    int32_t code = rc < 0 ? api_return(rc, &err) : row_put(row, column, &to);
    arena_done(&scratch);
    return code;
}

int32_t laminar_row_null(LaminarRow *row, size_t column)
{
    if (!row)
        return api_null();
    int32_t code = 0;
    const Field *f = row_field(row, column, &code);
    if (!f)
        return code;
    Value v = value_null(f->type);
    return row_put(row, column, &v);
}

int32_t laminar_row_bool(LaminarRow *row, size_t column, bool value)
{
    if (!row)
        return api_null();
    int32_t code = 0;
    const Field *f = row_field(row, column, &code);
    if (!f)
        return code;
    Value v = {.type = TYPE(BOOL), .b = value};
    return f->type.id == T_BOOL ? row_put(row, column, &v) : row_cast(row, column, f, &v);
}

int32_t laminar_row_i64(LaminarRow *row, size_t column, int64_t value)
{
    if (!row)
        return api_null();
    int32_t code = 0;
    const Field *f = row_field(row, column, &code);
    if (!f)
        return code;
    Value v = {.type = f->type, .i64 = value};
    switch (f->type.id) {
    case T_I64:
    case T_TIME:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: return row_put(row, column, &v);
    case T_DATE:
        if (value < INT32_MIN || value > INT32_MAX)
            return api_error(LAMINAR_API_INGESTION_FAILED, "date out of range");
        v.i32 = (int32_t)value;
        return row_put(row, column, &v);
    default: v.type = TYPE(I64); return row_cast(row, column, f, &v);
    }
}

int32_t laminar_row_f64(LaminarRow *row, size_t column, double value)
{
    if (!row)
        return api_null();
    int32_t code = 0;
    const Field *f = row_field(row, column, &code);
    if (!f)
        return code;
    Value v = {.type = TYPE(F64), .f64 = value};
    return f->type.id == T_F64 ? row_put(row, column, &v) : row_cast(row, column, f, &v);
}

int32_t laminar_row_decimal(LaminarRow *row, size_t column, int64_t high, uint64_t low, int32_t scale)
{
    if (!row)
        return api_null();
    int32_t code = 0;
    const Field *f = row_field(row, column, &code);
    if (!f)
        return code;
    if (scale < 0 || scale > DECIMAL_DIGITS_MAX)
        return api_error(LAMINAR_API_INGESTION_FAILED, "the scale of a decimal lies between 0 and 38");
    Value v = {.type = TYPE_DECIMAL(DECIMAL_DIGITS_MAX, scale), .dec = ((i128)high << 64) | (i128)low};
    if (f->type.id == T_DECIMAL && f->type.scale == scale && decimal_fits(v.dec, f->type.precision)) {
        v.type = f->type;
        return row_put(row, column, &v);
    }
    return row_cast(row, column, f, &v);
}

int32_t laminar_row_text(LaminarRow *row, size_t column, const char *text, size_t length)
{
    if (!row || !text)
        return api_null();
    int32_t code = 0;
    const Field *f = row_field(row, column, &code);
    if (!f)
        return code;
    if (f->type.id == T_TEXT && f->type.length == 0) {
        if (!utf8_is_valid(text, length))
            return LAMINAR_ERR_INVALID_UTF8;
        Value v = {.type = f->type, .str = {text, length}};
        return row_put(row, column, &v);
    }
    Err err;
    err_reset(&err);
    Arena scratch;
    arena_init(&scratch, NULL, 0);
    Value v;
    int rc = value_parse(f->type, (Str){text, length}, &scratch, &v, &err);
    code = rc < 0 ? api_return(rc, &err) : row_put(row, column, &v);
    arena_done(&scratch);
    return code;
}

int32_t laminar_row_timestamp(LaminarRow *row, size_t column, int64_t us)
{
    if (!row)
        return api_null();
    int32_t code = 0;
    const Field *f = row_field(row, column, &code);
    if (!f)
        return code;
    Value v = {.type = TYPE(TS), .i64 = us};
    return f->type.id == T_TS || f->type.id == T_TSTZ ? row_put(row, column, &v) : row_cast(row, column, f, &v);
}

static int32_t row_finish(LaminarRow *row)
{
    LaminarWriter *w = row->writer;
    int32_t code = 0;
    if (!w->in_row)
        return api_error(LAMINAR_API_INGESTION_FAILED, "No row is under construction: call laminar_row_begin first");
    const Schema *s = w->feed->schema;
    for (uint32_t c = 0; c < s->n && code == LAMINAR_OK; c++) {
        if (bit_get(w->set, c) && !s->field[c].not_null)
            continue;
        if (!bit_get(w->set, c))
            code = row_put(row, c, &w->preset[c]);
        if (code == LAMINAR_OK && s->field[c].not_null && w->block.has_null[c] && !bit_get(w->block.valid[c], w->block.n)) {
            Err err;
            err_reset(&err);
            bit_set(w->block.valid[c], w->block.n);
            code =
                api_return(RAISE(&err, ERR_NOT_NULL, "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
                                 s->field[c].name, w->name),
                           &err);
        }
    }
    w->in_row = false;
    if (code)
        return code;
    row_block_commit(&w->block);
    return LAMINAR_OK;
}

int32_t laminar_row_end(LaminarRow *row)
{
    if (!row)
        return api_null();
    api_begin();
    int32_t code = row_finish(row);
    Err err;
    err_reset(&err);
    if (code == LAMINAR_OK && row->writer->block.n == row->writer->block.cap)
        code = api_return(flush_rows(row->writer, &err), &err);
    return code;
}

int32_t laminar_row_push(LaminarRow *row)
{
    if (!row)
        return api_null();
    api_begin();
    int32_t code = row_finish(row);
    Err err;
    err_reset(&err);
    return code ? code : api_return(flush_rows(row->writer, &err), &err);
}
