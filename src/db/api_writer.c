/* SPDX-License-Identifier: Apache-2.0
 *
 * Writers: Arrow arrays and single rows into a push source or a table, where a row replaces the one with its primary key.
 *
 * The row builder writes straight into the writer's row block, and a pushed row runs its step on the calling thread: nothing on
 * that path allocates once the block exists. */
#include "base/decimal.h"
#include "data/arrow.h"
#include "db/api.h"
#include "db/array_stream.h"
#include "db/intake.h"
#include "func/cast.h"

#include <stdio.h>

#define WRITER_BLOCK_ROWS 1024u

struct LaminarRow {
    LaminarWriter *writer;
};
struct LaminarWriter {
    Database *db;
    Intake in;
    bool closed, trusted;
    RowBlock block; /* rows of the row builder */
    bool has_block, in_row, has_weights;
    bool rows_lent, view_lent; /* the block, the view: a step works on them, and a callback may push through the same writer */
    bool has_null;             /* in the row under construction */
    int32_t *weight;           /* of the rows in block */
    uint64_t *set;             /* columns set in the row under construction */
    Value *preset;             /* defaults, in `arena`; those that are of the moment: in `moments`, once per block */
    Relation *moving;          /* has such defaults; one reference, else NULL */
    Arena moments;
    Arena arena;
    LaminarRow row;
    ArrowView view;      /* of small arrays; made by the first */
    ArrayStream *stream; /* made by the first stream */
};

/* DEFAULT now(): the rows of a block are of one moment. */
static int set_presets(LaminarWriter *w, Err *err)
{
    Catalog *c = db_catalog(w->db);
    arena_reset(&w->moments);
    int rc = eval_presets(w->db, c, w->moving, env_wall_us(w->db->env), &w->moments, &w->preset, err);
    catalog_unref(c);
    return rc;
}

static int bind_writer(LaminarWriter *w, const Catalog *c, const Relation *r, Err *err)
{
    TRY(intake_open(&w->in, w->db, c, r, err));
    w->set = ARENA_ARRAY(&w->arena, uint64_t, BIT_WORDS(r->schema->n) + 1);
    w->weight = ARENA_ARRAY(&w->arena, int32_t, WRITER_BLOCK_ROWS);
    if (!w->set || !w->weight)
        return RAISE_NOMEM(err);
    if (!r->varies && eval_presets(w->db, c, r, 0, &w->arena, &w->preset, NULL) == 0)
        return 0;
    w->moving = relation_ref((Relation *)r);
    return set_presets(w, err);
}

static int writer_open_once(Database *db, Str name, LaminarWriter *w, Err *err)
{
    TRY(db_check_open(db, err));
    Catalog *c = db_catalog(db);
    char buf[API_NAME_BYTES];
    const Relation *r = catalog_find(c, api_name(c, name, buf));
    int rc;
    if (!r)
        rc = RAISE(err, ERR_UNDEFINED_RELATION, "%.*s", (int)name.n, name.p);
    else if (r->connector || (r->kind != REL_SOURCE && r->kind != REL_TABLE))
        rc = RAISE(err, ERR_WRONG_OBJECT_TYPE, "cannot write into \"%s\": it is %s", r->name,
                   r->connector ? "fed by a connector" : relation_kind_name(r->kind));
    else
        rc = bind_writer(w, c, r, err);
    catalog_unref(c);
    return rc;
}

static int writer_open(Database *db, Str name, LaminarWriter *w, Err *err)
{
    int rc;
    for (int i = 0; (rc = writer_open_once(db, name, w, err)) == -ERR_SERIALIZATION && i < 10; i++) {
        intake_close(&w->in);
        err_reset(err);
    }
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
    Database *db = w->db = db_ref(conn->db);
    w->row.writer = w;
    arena_init(&w->arena, NULL, 0);
    arena_init(&w->moments, NULL, 0);
    int rc = db_is_inside(db) ? RAISE(&err, ERR_REENTRANT, "a writer cannot be opened inside a callback")
                              : writer_open(db, name, w, &err);
    if (rc < 0) {
        laminar_writer_free(w);
        return api_return(rc, &err);
    }
    *out = w;
    return LAMINAR_OK;
}

/* The columns of a feed are looked at in its shard. */
static bool has_other_columns(const LaminarWriter *w)
{
    Engine *e = w->db->engine;
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    bool other = w->in.schema != w->in.feed->schema;
    if (!inside)
        engine_leave(e);
    return other;
}

static int32_t writer_refuse(LaminarWriter *w)
{
    if (w->closed)
        return api_error(LAMINAR_ERR_NULL_POINTER, "Writer already closed");
    Err err;
    err_reset(&err);
    int rc = db_check_open(w->db, &err);
    if (rc == 0 && has_other_columns(w))
        rc = RAISE(&err, ERR_SCHEMA_MISMATCH, "\"%s\" was altered: open a new writer", w->in.name);
    if (rc == 0)
        rc = intake_tell(&w->in, &err);
    return api_return(rc, &err);
}

static inline int32_t writer_check(LaminarWriter *w)
{
    bool ok = !w->closed && !atomic_load_explicit(&w->db->closed, memory_order_relaxed) &&
              w->in.who.n_altered == atomic_load_explicit(&w->in.feed->n_altered, memory_order_relaxed) &&
              !fate_has_news(w->in.who.fate);
    return likely(ok) ? LAMINAR_OK : writer_refuse(w);
}

static int flush_rows(LaminarWriter *w, Err *err)
{
    if (!w->has_block || w->block.n == 0 || w->rows_lent)
        return 0;
    Batch *b = row_block_view(&w->block);
    b->w_kind = w->has_weights ? W_VEC : W_ONE;
    b->w = w->has_weights ? w->weight : NULL;
    intake_next(&w->in);
    w->rows_lent = true;
    int rc = intake_push(&w->in, b, err);
    w->rows_lent = false;
    row_block_reset(&w->block);
    w->has_weights = false;
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
    int rc = writer->closed || writer->block.n == 0 ? 0 : db_check_open(writer->db, &err);
    if (rc == 0 && !writer->closed)
        rc = flush_rows(writer, &err);
    if (rc == 0 && !writer->closed && !atomic_load(&writer->db->closed))
        rc = intake_settle(&writer->in, &err);
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
    arrow_view_done(&writer->view);
    array_stream_free(writer->stream);
    intake_close(&writer->in);
    arena_done(&writer->arena);
    arena_done(&writer->moments);
    relation_unref(writer->moving);
    db_unref(writer->db);
    mem_free(NULL, writer, sizeof(*writer));
}

/* ---- Arrow ---- */

static int push_imported(void *self, Batch *give_b, Err *err)
{
    LaminarWriter *w = self;
    int rc = intake_push(&w->in, give_b, err);
    batch_unref(give_b);
    return rc;
}

static int view_open(LaminarWriter *w, Err *err)
{
    return w->view.batch ? 0 : arrow_view_init(&w->view, engine_account(w->db->engine), w->in.schema, err);
}

static int push_view(LaminarWriter *w, Batch *b, Err *err)
{
    w->view_lent = true;
    int rc = intake_push(&w->in, b, err);
    w->view_lent = false;
    return rc;
}

/* The array, in place when it is small and plain, else by way of an import, which takes it over. */
static int push_array(LaminarWriter *w, struct ArrowArray *array, const struct ArrowSchema *schema, Err *err)
{
    Account *acct = engine_account(w->db->engine);
    Batch *b;
    if (!array->release)
        return RAISE(err, ERR_BAD_ARROW, "the Arrow array was released already");
    TRY(view_open(w, err));
    if (!w->view_lent && arrow_view(&w->view, array, schema, &b) == 0)
        return push_view(w, b, err);
    if (arrow_take(&w->view, w->trusted, array, schema, &b) == 0)
        return push_imported(w, b, err);
    TeamLoan loan = engine_loan(w->db->engine);
    return arrow_import_taking(acct, (ArrowTake){&loan, w->trusted, &w->view}, array, schema, w->in.schema, push_imported, w, err);
}

static void release_array(struct ArrowArray *a)
{
    if (a && a->release)
        a->release(a);
}

int32_t laminar_writer_trust(LaminarWriter *writer, bool trusted)
{
    if (!writer)
        return api_null();
    api_begin();
    writer->trusted = trusted;
    return LAMINAR_OK;
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
    intake_next(&writer->in);
    if (rc == 0)
        rc = push_array(writer, array, schema, &err);
    release_array(array);
    if (rc == 0 && ticket)
        *ticket = writer->in.ticket;
    return api_return(rc, &err);
}

/* ---- streams of arrays ---- */

static int push_array_of_stream(void *self, struct ArrowArray *array, const struct ArrowSchema *schema, Err *err)
{
    return push_array(self, array, schema, err);
}

static int push_stream(LaminarWriter *w, struct ArrowArrayStream *stream, Err *err)
{
    if (!w->stream) {
        TRY(view_open(w, err));
        w->stream = mem_zalloc(NULL, sizeof(*w->stream));
        if (!w->stream)
            return RAISE_NOMEM(err);
        w->stream->push_one = push_array_of_stream;
        w->stream->self = w;
        w->stream->in = &w->in;
        w->stream->trusted = &w->trusted;
        w->stream->first_view = &w->view;
    }
    return array_stream_push(w->stream, stream, err);
}

int32_t laminar_writer_push_stream(LaminarWriter *writer, struct ArrowArrayStream *stream, uint64_t *ticket)
{
    if (!writer || !stream || !stream->release) {
        if (stream && stream->release)
            stream->release(stream);
        return api_null();
    }
    api_begin();
    int32_t code = writer_check(writer);
    Err err;
    err_reset(&err);
    if (code == 0) {
        int rc = flush_rows(writer, &err); /* rows keep their order */
        code = api_return(rc < 0 ? rc : push_stream(writer, stream, &err), &err);
    }
    stream->release(stream);
    if (code == 0 && ticket)
        *ticket = writer->in.ticket;
    return code;
}

/* ---- changes ---- */

typedef struct ChangeImport {
    LaminarWriter *writer;
    const int32_t *weights;
    size_t at; /* rows taken so far */
    Arena step;
} ChangeImport;

static int push_weighted(void *self, Batch *give_b, Err *err)
{
    ChangeImport *c = self;
    arena_reset(&c->step);
    Batch *b = batch_with_sel(&c->step, give_b, give_b->sel, give_b->n_sel);
    int rc = b ? 0 : RAISE_NOMEM(err);
    if (rc == 0) {
        b->w_kind = W_VEC;
        b->w = (int32_t *)c->weights + c->at; /* only read */
        rc = intake_push(&c->writer->in, b, err);
    }
    c->at += give_b->n;
    batch_unref(give_b);
    return rc;
}

/* The relation's own layout, in which any column may be NULL: what NOT NULL asks of a row depends on its weight. */
static int push_changes(LaminarWriter *w, struct ArrowArray *array, const int32_t *weights, Err *err)
{
    const Schema *own = w->in.schema;
    ChangeImport c = {.writer = w, .weights = weights};
    TeamLoan loan = engine_loan(w->db->engine);
    struct ArrowSchema layout = {0};
    if (array->n_children != (int64_t)own->n)
        return RAISE(err, ERR_SCHEMA_MISMATCH, "the array has %lld columns, \"%s\" has %u", (long long)array->n_children,
                     w->in.name, own->n);
    Arena scratch;
    arena_init(&scratch, NULL, 0);
    arena_init(&c.step, NULL, 0);
    Field *field = arena_memdup(&scratch, own->field, own->n * sizeof(*field));
    for (uint32_t i = 0; field && i < own->n; i++)
        field[i].not_null = false;
    _cleanup_(schema_unrefp) Schema *loose = field ? schema_new(engine_account(w->db->engine), field, own->n) : NULL;
    int rc = loose ? arrow_export_schema(loose, ARROW_OFFSETS, &layout, err) : RAISE_NOMEM(err);
    if (rc == 0)
        rc = arrow_import_taking(engine_account(w->db->engine), (ArrowTake){.loan = &loan, .trusted = w->trusted}, array, &layout,
                                 loose, push_weighted, &c, err);
    if (layout.release)
        layout.release(&layout);
    arena_done(&c.step);
    arena_done(&scratch);
    return rc;
}

int32_t laminar_writer_push_changes(LaminarWriter *writer, struct ArrowArray *array, const int32_t *weights, uint64_t *ticket)
{
    if (!writer || !array || !weights) {
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
    int rc = flush_rows(writer, &err);
    intake_next(&writer->in);
    if (rc == 0)
        rc = array->release ? push_changes(writer, array, weights, &err)
                            : RAISE(&err, ERR_BAD_ARROW, "the Arrow array was released already");
    release_array(array);
    if (rc == 0 && ticket)
        *ticket = writer->in.ticket;
    return api_return(rc, &err);
}

int32_t laminar_writer_stats(LaminarWriter *writer, LaminarWriterStats *out)
{
    if (!writer || !out || out->size < sizeof(out->size))
        return api_null();
    api_begin();
    Engine *e = writer->db->engine;
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    const Feed *f = writer->in.feed;
    LaminarWriterStats s = {.size = out->size, .rows = f->n_rows, .refused = f->n_refused, .unknown_deletes = f->n_unknown};
    if (!inside)
        engine_leave(e);
    memcpy(out, &s, MIN(out->size, sizeof(s)));
    return LAMINAR_OK;
}

static int check_batch(const LaminarWriter *w, const Batch *b, Err *err)
{
    const Schema *want = w->in.schema;
    if (b->n_cols != want->n)
        return RAISE(err, ERR_SCHEMA_MISMATCH, "the batch has %u columns, source \"%s\" has %u", (unsigned)b->n_cols, w->in.name,
                     want->n);
    for (uint32_t c = 0; c < want->n; c++) {
        if (type_eq(b->schema->field[c].type, want->field[c].type))
            continue;
        char have[96], need[96];
        type_print(b->schema->field[c].type, have, sizeof(have));
        type_print(want->field[c].type, need, sizeof(need));
        return RAISE(err, ERR_SCHEMA_MISMATCH, "column %u (\"%s\") is of type %s, source \"%s\" has %s there", (unsigned)c + 1,
                     want->field[c].name, have, w->in.name, need);
    }
    Rows rows = batch_rows(b);
    for (uint32_t c = 0; c < want->n; c++) {
        for (uint32_t i = 0; want->field[c].not_null && !row_checks_makes(&w->in.checks, c) && b->col[c].valid && i < rows.n; i++)
            if (vec_is_null(&b->col[c], row_at(rows, i)))
                return RAISE(err, ERR_NOT_NULL, "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
                             want->field[c].name, w->in.name);
    }
    return 0;
}

/* Every value of the one is one of the other as it lies there: limits, too, are the same. */
static bool fits_as_is(const Schema *have, const Schema *want)
{
    bool fits = have->n == want->n && schema_same_types(have, want);
    for (uint32_t i = 0; fits && i < want->n; i++) {
        Type h = have->field[i].type, w = want->field[i].type;
        bool limited = w.length != 0 && !type_is_bare(w);
        fits = h.nested == w.nested && (!limited || (h.length == w.length && h.precision == w.precision));
    }
    return fits;
}

/* Weights of the batch's rows, one behind the other; *ret NULL: all are 1. */
static int dense_weights(const Batch *b, int32_t **ret, Arena *arena, Err *err)
{
    Rows rows = batch_rows(b);
    *ret = NULL;
    if (b->w_kind == W_ONE)
        return 0;
    *ret = ARENA_ARRAY(arena, int32_t, rows.n + 1);
    for (uint32_t i = 0; *ret && i < rows.n; i++)
        (*ret)[i] = batch_weight(b, row_at(rows, i));
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int import_converted(LaminarWriter *w, const Batch *b, struct ArrowArray *array, const struct ArrowSchema *schema, Err *err)
{
    ChangeImport c = {.writer = w};
    int32_t *weights;
    TeamLoan loan = engine_loan(w->db->engine);
    Arena scratch;
    arena_init(&scratch, NULL, 0);
    arena_init(&c.step, NULL, 0);
    int rc = dense_weights(b, &weights, &scratch, err);
    c.weights = weights;
    if (rc == 0)
        rc = arrow_import_taking(engine_account(w->db->engine), (ArrowTake){.loan = &loan}, array, schema, w->in.schema,
                                 weights ? push_weighted : push_imported, weights ? (void *)&c : w, err);
    arena_done(&c.step);
    arena_done(&scratch);
    return rc;
}

/* Types that differ (timestamp units, widths, limits) go through Arrow, which converts where it can. */
static int write_converted(LaminarWriter *w, LaminarRecordBatch *batch, Err *err)
{
    struct ArrowArray array;
    struct ArrowSchema schema;
    if (batch->batch->n_cols != w->in.schema->n)
        return check_batch(w, batch->batch, err);
    TRY(arrow_export_schema(batch->batch->schema, ARROW_VIEWS, &schema, err));
    int rc = arrow_export_batch(batch->batch->acct, batch->batch, ARROW_VIEWS, &array, err);
    if (rc == 0) {
        rc = import_converted(w, batch->batch, &array, &schema, err);
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
        intake_next(&writer->in);
        for (uint32_t i = 0; i < batch->n_parts && rc == 0; i++) {
            LaminarRecordBatch part = {.batch = batch->part[i]};
            if (!fits_as_is(part.batch->schema, writer->in.schema))
                rc = write_converted(writer, &part, &err);
            else if ((rc = check_batch(writer, part.batch, &err)) == 0)
                rc = intake_push(&writer->in, part.batch, &err);
        }
        code = api_return(rc, &err);
    }
    laminar_batch_free(batch);
    return code;
}

/* ---- tickets, producers ---- */

int32_t laminar_writer_ticket(LaminarWriter *writer, uint64_t *out)
{
    if (!writer || !out)
        return api_null();
    api_begin();
    *out = writer->in.ticket;
    return LAMINAR_OK;
}

int32_t laminar_writer_producer(LaminarWriter *writer, uint64_t producer, uint64_t *last_sequence)
{
    if (!writer)
        return api_null();
    api_begin();
    int32_t code = writer_check(writer);
    Err err;
    err_reset(&err);
    if (code == LAMINAR_OK) /* rows so far are nobody's */
        code = api_return(flush_rows(writer, &err), &err);
    if (code)
        return code;
    Engine *e = writer->db->engine;
    if (producer == 0)
        return api_return(RAISE(&err, ERR_INVALID_PARAMETER, "the id of a producer is not 0"), &err);
    if (engine_is_inside(e))
        return api_return(RAISE(&err, ERR_REENTRANT, "a producer cannot be named inside a callback"), &err);
    engine_enter(e);
    uint64_t last = producers_last(engine_producers(e), writer->in.feed->relation, producer);
    engine_leave(e);
    writer->in.who = (Producer){.id = producer, .seq = last, .n_altered = writer->in.who.n_altered, .fate = writer->in.who.fate};
    if (last_sequence)
        *last_sequence = last;
    return LAMINAR_OK;
}

int32_t laminar_writer_sequence(LaminarWriter *writer, uint64_t sequence)
{
    if (!writer)
        return api_null();
    api_begin();
    Err err;
    err_reset(&err);
    if (!writer->in.who.id || sequence == 0)
        return api_return(RAISE(&err, ERR_INVALID_PARAMETER, "a sequence number is above 0 and belongs to a producer"), &err);
    writer->in.who.seq = sequence - 1;
    return LAMINAR_OK;
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
    if (rc == 0 && !writer->in.feed->wm.on)
        rc = RAISE(&err, ERR_NO_WATERMARK, "source \"%s\" declares no watermark", writer->in.name);
    if (rc == 0)
        rc = engine_push_watermark(writer->db->engine, writer->in.feed, event_time_us, &err);
    return api_return(rc, &err);
}

int32_t laminar_writer_current_watermark(LaminarWriter *writer, int64_t *out_us)
{
    if (!writer || !out_us)
        return api_null();
    api_begin();
    Engine *e = writer->db->engine;
    if (engine_is_inside(e)) {
        *out_us = writer->in.feed->wm.wm_us;
        return LAMINAR_OK;
    }
    engine_enter(e);
    *out_us = writer->in.feed->wm.wm_us;
    engine_leave(e);
    return LAMINAR_OK;
}

/* ---- rows ---- */

__attribute__((noinline)) static int32_t open_block(LaminarWriter *w)
{
    Err err;
    err_reset(&err);
    int rc = row_block_init(&w->block, engine_account(w->db->engine), w->in.schema, WRITER_BLOCK_ROWS, &err);
    w->has_block = rc == 0;
    return api_return(rc, &err);
}

static int32_t refuse_row(void)
{
    Err err;
    err_reset(&err);
    return api_return(RAISE(&err, ERR_REENTRANT, "the writer's rows are being pushed: a callback builds rows with another one"),
                      &err);
}

int32_t laminar_row_begin(LaminarWriter *writer, LaminarRow **out)
{
    if (!writer || !out)
        return api_null();
    api_begin();
    int32_t code = writer_check(writer);
    if (code)
        return code;
    if (unlikely(writer->rows_lent))
        return refuse_row();
    if (unlikely(!writer->has_block))
        code = open_block(writer);
    if (code)
        return code;
    for (size_t i = 0; i < BIT_WORDS(writer->in.schema->n); i++)
        writer->set[i] = 0;
    writer->weight[writer->block.n] = 1;
    writer->in_row = true;
    writer->has_null = false;
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
    if (column >= w->in.schema->n) {
        *ret_code = api_error(LAMINAR_ERR_NULL_POINTER, "Column index out of bounds");
        return NULL;
    }
    return &w->in.schema->field[column];
}

/* Place of a value of eight bytes in a column of one of the types (bits by TypeId) of the row under construction; NULL: the call is
 * for the general way, be it for an error or a conversion. */
static inline int64_t *row_cell(LaminarRow *row, size_t column, uint32_t types)
{
    if (unlikely(!row))
        return NULL;
    LaminarWriter *w = row->writer;
    const Schema *s = w->in.schema;
    api_begin();
    if (unlikely(!w->in_row || w->block.any_null || column >= s->n || !(types >> s->field[column].type.id & 1) ||
                 s->field[column].type.length))
        return NULL;
    bit_set(w->set, column);
    return (int64_t *)w->block.view->col[column].data + w->block.n;
}

static int32_t row_put(LaminarRow *row, size_t column, const Value *v)
{
    LaminarWriter *w = row->writer;
    Type type = w->in.schema->field[column].type;
    Value limited = *v;
    Err err;
    if (unlikely(type_is_limited(type))) {
        err_reset(&err);
        int rc = value_limit(type, &limited, &err);
        if (rc < 0)
            return api_return(rc, &err);
    }
    w->has_null |= v->is_null;
    if (unlikely(row_block_value(&w->block, (uint32_t)column, &limited) < 0)) {
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
    int rc = cast_assign(v, f->type, &scratch, &to, &err);
    int32_t code = rc < 0 ? api_return(rc, &err) : row_put(row, column, &to);
    arena_done(&scratch);
    return code;
}

int32_t laminar_row_weight(LaminarRow *row, int32_t weight)
{
    if (!row)
        return api_null();
    api_begin();
    LaminarWriter *w = row->writer;
    if (!w->in_row)
        return api_error(LAMINAR_API_INGESTION_FAILED, "No row is under construction: call laminar_row_begin first");
    w->weight[w->block.n] = weight;
    w->has_weights |= weight != 1;
    return LAMINAR_OK;
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

#define TYPE_BIT(ID) (UINT32_C(1) << T_##ID)

__attribute__((noinline)) static int32_t row_put_i64(LaminarRow *row, size_t column, int64_t value)
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
    case T_TS:
    case T_TSTZ:
    case T_TSNS: return row_put(row, column, &v);
    case T_TIME:
        if (!time_is_valid(value))
            return api_error(LAMINAR_API_INGESTION_FAILED, "time out of range");
        return row_put(row, column, &v);
    case T_DATE:
        if (value < INT32_MIN || value > INT32_MAX)
            return api_error(LAMINAR_API_INGESTION_FAILED, "date out of range");
        v.i32 = (int32_t)value;
        return row_put(row, column, &v);
    default: v.type = TYPE(I64); return row_cast(row, column, f, &v);
    }
}

int32_t laminar_row_i64(LaminarRow *row, size_t column, int64_t value)
{
    int64_t *cell = row_cell(row, column, TYPE_BIT(I64) | TYPE_BIT(TS) | TYPE_BIT(TSTZ) | TYPE_BIT(TSNS));
    if (likely(cell != NULL)) {
        *cell = value;
        return LAMINAR_OK;
    }
    return row_put_i64(row, column, value);
}

__attribute__((noinline)) static int32_t row_put_f64(LaminarRow *row, size_t column, double value)
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

int32_t laminar_row_f64(LaminarRow *row, size_t column, double value)
{
    int64_t *cell = row_cell(row, column, TYPE_BIT(F64));
    if (likely(cell != NULL)) {
        memcpy(cell, &value, sizeof(value));
        return LAMINAR_OK;
    }
    return row_put_f64(row, column, value);
}

int32_t laminar_row_decimal(LaminarRow *row, size_t column, int64_t high, uint64_t low, int32_t scale)
{
    if (!row)
        return api_null();
    int32_t code = 0;
    const Field *f = row_field(row, column, &code);
    if (!f)
        return code;
    i128 d = (i128)((u128)(uint64_t)high << 64 | low);
    if (scale < 0 || scale > DECIMAL_DIGITS_MAX || !decimal_fits(d, DECIMAL_DIGITS_MAX))
        return api_error(LAMINAR_API_INGESTION_FAILED, "a decimal has at most 38 digits and a scale between 0 and 38");
    Value v = {.type = TYPE_DECIMAL(DECIMAL_DIGITS_MAX, scale), .dec = d};
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

__attribute__((noinline)) static int32_t row_put_timestamp(LaminarRow *row, size_t column, int64_t us)
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

int32_t laminar_row_timestamp(LaminarRow *row, size_t column, int64_t us)
{
    int64_t *cell = row_cell(row, column, TYPE_BIT(TS) | TYPE_BIT(TSTZ));
    if (likely(cell != NULL)) {
        *cell = us;
        return LAMINAR_OK;
    }
    return row_put_timestamp(row, column, us);
}

/* NOT NULL holds for rows that come; of one that is taken back only the key must be there, which the intake sees to. */
static bool is_held(const LaminarWriter *w, uint32_t col)
{
    return w->in.schema->field[col].not_null && w->weight[w->block.n] > 0;
}

static bool all_are_set(const LaminarWriter *w)
{
    uint32_t n = w->in.schema->n, whole = n / 64, rest = n % 64;
    for (uint32_t i = 0; i < whole; i++)
        if (w->set[i] != UINT64_MAX)
            return false;
    return rest == 0 || w->set[whole] == (UINT64_C(1) << rest) - 1;
}

/* A DEFAULT of this row alone. */
static int32_t row_put_varying(LaminarRow *row, uint32_t c)
{
    LaminarWriter *w = row->writer;
    Err err = ERR_INIT;
    Value v;
    Catalog *catalog = db_catalog(w->db);
    int rc = preset_of_row(w->db, catalog, w->moving, c, env_wall_us(w->db->env), &w->moments, &v, &err);
    catalog_unref(catalog);
    int32_t code = api_return(rc, &err);
    return code == LAMINAR_OK ? row_put(row, c, &v) : code;
}

/* Columns that were left out get their defaults; NOT NULL is checked. */
static int32_t row_complete(LaminarRow *row)
{
    LaminarWriter *w = row->writer;
    int32_t code = 0;
    const Schema *s = w->in.schema;
    if (unlikely(w->moving && w->block.n == 0)) {
        Err err = ERR_INIT;
        code = api_return(set_presets(w, &err), &err);
    }
    for (uint32_t c = 0; c < s->n && code == LAMINAR_OK; c++) {
        if (bit_get(w->set, c) && !s->field[c].not_null)
            continue;
        if (!bit_get(w->set, c))
            code = w->moving && preset_varies(w->moving, c) ? row_put_varying(row, c) : row_put(row, c, &w->preset[c]);
        if (code == LAMINAR_OK && !row_checks_makes(&w->in.checks, c) && is_held(w, c) && w->block.has_null[c] &&
            !bit_get(w->block.valid[c], w->block.n)) {
            Err err;
            err_reset(&err);
            bit_set(w->block.valid[c], w->block.n);
            code =
                api_return(RAISE(&err, ERR_NOT_NULL, "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
                                 s->field[c].name, w->in.name),
                           &err);
        }
    }
    return code;
}

static int32_t row_finish(LaminarRow *row)
{
    LaminarWriter *w = row->writer;
    if (!w->in_row)
        return api_error(LAMINAR_API_INGESTION_FAILED, "No row is under construction: call laminar_row_begin first");
    int32_t code = likely(!w->has_null && all_are_set(w)) ? LAMINAR_OK : row_complete(row);
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
