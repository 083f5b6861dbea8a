/* SPDX-License-Identifier: Apache-2.0
 *
 * Collected results and their Arrow stream. */
#include "data/arrow.h"
#include "db/api.h"

#include <errno.h>

int32_t laminar_result_schema(LaminarQueryResult *result, LaminarSchema **out)
{
    if (!result || !out)
        return api_null();
    api_begin();
    return api_schema_new(result->rows->schema, out);
}

int32_t laminar_result_num_rows(LaminarQueryResult *result, size_t *out)
{
    if (!result || !out)
        return api_null();
    api_begin();
    *out = result->rows->n_rows;
    return LAMINAR_OK;
}

int32_t laminar_result_num_batches(LaminarQueryResult *result, size_t *out)
{
    if (!result || !out)
        return api_null();
    api_begin();
    *out = result->rows->n;
    return LAMINAR_OK;
}

int32_t laminar_result_get_batch(LaminarQueryResult *result, size_t index, LaminarRecordBatch **out)
{
    if (!result || !out)
        return api_null();
    api_begin();
    if (index >= result->rows->n)
        return api_error(LAMINAR_ERR_NULL_POINTER, "Batch index out of bounds");
    LaminarRecordBatch *h = api_batch_new(result->db, batch_ref(result->rows->batch[index]));
    if (!h) {
        Err err = ERR_INIT;
        return api_return(RAISE_NOMEM(&err), &err);
    }
    *out = h;
    return LAMINAR_OK;
}

void laminar_result_free(LaminarQueryResult *result)
{
    if (!result)
        return;
    result_set_unref(result->rows);
    db_unref(result->db);
    mem_free(NULL, result, sizeof(*result));
}

/* ---- Arrow stream ---- */

typedef struct ExportedStream {
    Database *db;
    ResultSet *rows;
    uint32_t next;
    Err err;
} ExportedStream;

static int stream_get_schema(struct ArrowArrayStream *s, struct ArrowSchema *out)
{
    ExportedStream *e = s->private_data;
    return arrow_export_schema(e->rows->schema, ARROW_OFFSETS, out, &e->err) < 0 ? EINVAL : 0;
}

static int stream_get_next(struct ArrowArrayStream *s, struct ArrowArray *out)
{
    ExportedStream *e = s->private_data;
    if (e->next == e->rows->n) {
        *out = (struct ArrowArray){0}; /* released: the end */
        return 0;
    }
    LaminarRecordBatch h = {.batch = e->rows->batch[e->next], .db = e->db};
    struct ArrowSchema schema;
    if (laminar_batch_export(&h, out, &schema) != LAMINAR_OK)
        return ENOMEM;
    schema.release(&schema);
    e->next++;
    return 0;
}

static const char *stream_get_last_error(struct ArrowArrayStream *s)
{
    ExportedStream *e = s->private_data;
    return e->err.code ? e->err.message : laminar_last_error();
}

static void stream_release(struct ArrowArrayStream *s)
{
    ExportedStream *e = s->private_data;
    result_set_unref(e->rows);
    db_unref(e->db);
    mem_free(NULL, e, sizeof(*e));
    s->release = NULL;
}

int32_t laminar_result_export_stream(LaminarQueryResult *result, struct ArrowArrayStream *out)
{
    if (!result || !out)
        return api_null();
    api_begin();
    ExportedStream *e = mem_zalloc(NULL, sizeof(*e));
    if (!e) {
        Err err = ERR_INIT;
        return api_return(RAISE_NOMEM(&err), &err);
    }
    *e = (ExportedStream){.db = db_ref(result->db), .rows = result_set_ref(result->rows), .err = ERR_INIT};
    *out = (struct ArrowArrayStream){stream_get_schema, stream_get_next, stream_get_last_error, stream_release, e};
    return LAMINAR_OK;
}
