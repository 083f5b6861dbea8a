/* SPDX-License-Identifier: Apache-2.0
 *
 * Record batches and the Arrow C data interface. */
#include "data/arrow.h"
#include "data/builder.h"
#include "db/api.h"
#include "format/format.h"

LaminarRecordBatch *api_batch_new(Database *db, Batch *give_b)
{
    LaminarRecordBatch *h = mem_zalloc(NULL, sizeof(*h));
    if (!h) {
        batch_unref(give_b);
        return NULL;
    }
    h->batch = give_b;
    h->part = &h->batch;
    h->n_parts = 1;
    h->db = db ? db_ref(db) : NULL;
    h->zone = db ? db_zone(db) : NULL;
    sb_init(&h->text, NULL);
    return h;
}

int32_t laminar_batch_num_rows(LaminarRecordBatch *batch, size_t *out)
{
    if (!batch || !out)
        return api_null();
    api_begin();
    *out = 0;
    for (uint32_t i = 0; i < batch->n_parts; i++)
        *out += batch->part[i]->n_sel;
    return LAMINAR_OK;
}

/* The piece that holds row *row, which becomes the row within it; NULL when out of bounds. */
static const Batch *part_of(const LaminarRecordBatch *batch, size_t *row)
{
    for (uint32_t i = 0; i < batch->n_parts; i++) {
        if (*row < batch->part[i]->n_sel)
            return batch->part[i];
        *row -= batch->part[i]->n_sel;
    }
    return NULL;
}

int32_t laminar_batch_num_columns(LaminarRecordBatch *batch, size_t *out)
{
    if (!batch || !out)
        return api_null();
    api_begin();
    *out = batch->batch->n_cols;
    return LAMINAR_OK;
}

void laminar_batch_free(LaminarRecordBatch *batch)
{
    if (!batch || batch->borrowed)
        return;
    sb_done(&batch->text);
    for (uint32_t i = 0; i < batch->n_parts; i++)
        batch_unref(batch->part[i]);
    if (batch->part != &batch->batch)
        mem_free(NULL, batch->part, batch->cap_parts * sizeof(*batch->part));
    db_unref(batch->db);
    mem_free(NULL, batch, sizeof(*batch));
}

int32_t laminar_batch_schema(LaminarRecordBatch *batch, LaminarSchema **out)
{
    if (!batch || !out)
        return api_null();
    api_begin();
    return api_schema_new(batch->batch->schema, out);
}

int32_t laminar_batch_weight(LaminarRecordBatch *batch, size_t row, int32_t *out)
{
    if (!batch || !out)
        return api_null();
    api_begin();
    const Batch *b = part_of(batch, &row);
    if (!b)
        return api_error(LAMINAR_ERR_NULL_POINTER, "Row index out of bounds");
    *out = batch_weight(b, row_at(batch_rows(b), (uint32_t)row));
    return LAMINAR_OK;
}

static int32_t print(LaminarRecordBatch *batch, size_t row, size_t column, void (*put)(const Value *v, StrBuf *out),
                     const char **text, size_t *length)
{
    if (!batch || !text)
        return api_null();
    api_begin();
    const Batch *b = part_of(batch, &row);
    if (!b || column >= b->n_cols)
        return api_error(LAMINAR_ERR_NULL_POINTER, "Row or column index out of bounds");
    const Vec *v = &b->col[column];
    uint32_t at = row_at(batch_rows(b), (uint32_t)row);
    bool is_null = vec_is_null(v, at);
    WITH_ZONE(batch->zone);
    sb_clear(&batch->text);
    if (!is_null) {
        Value value = vec_get(v, at);
        put(&value, &batch->text);
    }
    if (batch->text.failed) {
        Err err = ERR_INIT;
        return api_return(RAISE_NOMEM(&err), &err);
    }
    *text = is_null ? NULL : sb_cstr(&batch->text);
    if (length)
        *length = batch->text.n;
    return LAMINAR_OK;
}

int32_t laminar_batch_text(LaminarRecordBatch *batch, size_t row, size_t column, const char **text, size_t *length)
{
    return print(batch, row, column, value_print, text, length);
}

int32_t laminar_batch_json(LaminarRecordBatch *batch, size_t row, size_t column, const char **text, size_t *length)
{
    return print(batch, row, column, json_put, text, length);
}

/* ---- export ---- */

typedef struct Keeper { /* keeps the database for an exported array: our release runs, then the array's own */
    struct ArrowArray inner;
    Database *db;
} Keeper;

static void keeper_release(struct ArrowArray *a)
{
    Keeper *k = a->private_data;
    if (k->inner.release)
        k->inner.release(&k->inner);
    db_unref(k->db);
    mem_free(NULL, k, sizeof(*k));
    a->release = NULL;
}

/* Each child too: the consumer may move it out and keep it longer than its parent. */
static int keep_database(Database *db, struct ArrowArray *a, Err *err)
{
    if (!db)
        return 0;
    Keeper *k = mem_zalloc(NULL, sizeof(*k));
    if (!k) {
        a->release(a);
        return RAISE_NOMEM(err);
    }
    k->inner = *a;
    k->db = db_ref(db);
    a->private_data = k;
    a->release = keeper_release;
    for (int64_t i = 0; i < a->n_children; i++) {
        int rc = keep_database(db, a->children[i], err);
        if (rc < 0) {
            a->release(a);
            return rc;
        }
    }
    return a->dictionary ? keep_database(db, a->dictionary, err) : 0;
}

/* The exported schema must not hang on the database's memory. */
static int export_schema(const Schema *s, ArrowExport mode, struct ArrowSchema *ret, Err *err)
{
    _cleanup_(schema_unrefp) Schema *own = schema_new(NULL, s->field, s->n);
    return own ? arrow_export_schema(own, mode, ret, err) : RAISE_NOMEM(err);
}

/* Results never have more rows than a piece; only an imported array can, and its owner has it already. */
static int refuse_parts(Err *err)
{
    return RAISE(err, ERR_UNSUPPORTED, "an imported batch of more than %u rows cannot be exported again", BATCH_ROWS_MAX);
}

static int32_t export_batch(LaminarRecordBatch *batch, ArrowExport mode, struct ArrowArray *out_array,
                            struct ArrowSchema *out_schema)
{
    if (!batch || !out_array || !out_schema)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    if (batch->n_parts > 1)
        return api_return(refuse_parts(&err), &err);
    struct ArrowSchema schema;
    struct ArrowArray array;
    int rc = export_schema(batch->batch->schema, mode, &schema, &err);
    if (rc < 0)
        return api_return(rc, &err);
    Account *acct = batch->db ? engine_account(batch->db->engine) : NULL;
    rc = arrow_export_batch(acct, batch->batch, mode, &array, &err);
    if (rc == 0)
        rc = keep_database(batch->db, &array, &err);
    if (rc < 0) {
        schema.release(&schema);
        return api_return(rc, &err);
    }
    *out_array = array;
    *out_schema = schema;
    return LAMINAR_OK;
}

int32_t laminar_batch_export(LaminarRecordBatch *batch, struct ArrowArray *out_array, struct ArrowSchema *out_schema)
{
    return export_batch(batch, ARROW_OFFSETS, out_array, out_schema);
}

int32_t laminar_batch_export_views(LaminarRecordBatch *batch, struct ArrowArray *out_array, struct ArrowSchema *out_schema)
{
    return export_batch(batch, ARROW_VIEWS, out_array, out_schema);
}

int32_t laminar_batch_export_column(LaminarRecordBatch *batch, size_t column_index, struct ArrowArray *out_array,
                                    struct ArrowSchema *out_schema)
{
    if (!batch || !out_array || !out_schema)
        return api_null();
    api_begin();
    if (column_index >= batch->batch->n_cols)
        return api_error(LAMINAR_ERR_NULL_POINTER, "Column index out of bounds");
    Err err = ERR_INIT;
    if (batch->n_parts > 1)
        return api_return(refuse_parts(&err), &err);
    struct ArrowSchema schema;
    struct ArrowArray array;
    Account *acct = batch->db ? engine_account(batch->db->engine) : NULL;
    int rc = arrow_export_column(acct, batch->batch, (uint32_t)column_index, ARROW_OFFSETS, &array, &schema, &err);
    if (rc == 0) {
        rc = keep_database(batch->db, &array, &err);
        if (rc < 0)
            schema.release(&schema);
    }
    if (rc < 0)
        return api_return(rc, &err);
    *out_array = array;
    *out_schema = schema;
    return LAMINAR_OK;
}

int32_t laminar_schema_export(LaminarSchema *schema, struct ArrowSchema *out_schema)
{
    if (!schema || !out_schema)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    return api_return(arrow_export_schema(schema->schema, ARROW_OFFSETS, out_schema, &err), &err);
}

/* ---- import ---- */

static int add_part(void *self, Batch *give_b, Err *err)
{
    LaminarRecordBatch *h = self;
    if (h->n_parts == h->cap_parts) {
        uint32_t cap = h->cap_parts ? h->cap_parts * 2 : 4;
        Batch **p = mem_realloc(NULL, h->part, h->cap_parts * sizeof(*p), cap * sizeof(*p));
        if (!p) {
            batch_unref(give_b);
            return RAISE_NOMEM(err);
        }
        h->part = p;
        h->cap_parts = cap;
    }
    h->part[h->n_parts++] = give_b;
    h->batch = h->part[0];
    return 0;
}

static int import_parts(struct ArrowArray *array, struct ArrowSchema *schema, LaminarRecordBatch *h, Err *err)
{
    if (!array->release || !schema->release)
        return RAISE(err, ERR_BAD_ARROW, "the Arrow structure was released already");
    TRY(arrow_import(NULL, array, schema, NULL, add_part, h, err));
    if (h->n_parts)
        return 0;
    Schema *s = NULL; /* no rows: a batch that has only columns */
    TRY(arrow_import_schema(NULL, schema, &s, err));
    Builder b;
    int rc = builder_init(&b, NULL, s, 1, err);
    if (rc == 0) {
        Batch *empty = builder_take(&b);
        rc = empty ? add_part(h, empty, err) : RAISE_NOMEM(err);
        builder_done(&b);
    }
    schema_unref(s);
    return rc;
}

int32_t laminar_batch_import(struct ArrowArray *array, struct ArrowSchema *schema, LaminarRecordBatch **out)
{
    api_begin();
    Err err = ERR_INIT;
    LaminarRecordBatch *h = array && schema && out ? mem_zalloc(NULL, sizeof(*h)) : NULL;
    int rc = h ? import_parts(array, schema, h, &err) : 0;
    if (array && array->release)
        array->release(array);
    if (schema && schema->release)
        schema->release(schema);
    if (!array || !schema || !out)
        return LAMINAR_ERR_NULL_POINTER;
    if (!h)
        rc = RAISE_NOMEM(&err);
    if (rc < 0) {
        laminar_batch_free(h);
        return api_return_as(LAMINAR_API_INTERNAL_ERROR, rc, &err);
    }
    *out = h;
    return LAMINAR_OK;
}

int32_t laminar_batch_create(struct ArrowArray *array, struct ArrowSchema *schema, LaminarRecordBatch **out)
{
    return laminar_batch_import(array, schema, out);
}
