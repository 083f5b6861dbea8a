/* SPDX-License-Identifier: Apache-2.0
 *
 * Batches to rows.  The text of a cell is valid only until the next one is asked for, so a row is gathered before it is printed. */
#include "shell/result.h"

#include "base/mem.h"
#include "shell/report.h"

#define OP_NAME "op"

static int read_fields(ResultPrinter *r, LaminarSchema *schema)
{
    uint32_t first = r->has_op ? 1 : 0;
    for (uint32_t i = 0; i < r->n_fields; i++) {
        char *type = NULL, *arrow = NULL;
        bool done = laminar_schema_field_name(schema, i, &r->name[i]) == LAMINAR_OK &&
                    laminar_schema_field_sql_type(schema, i, &type) == LAMINAR_OK &&
                    laminar_schema_field_type(schema, i, &arrow) == LAMINAR_OK;
        if (done)
            r->col[first + i] = (Column){.name = str_of(r->name[i]), .kind = cell_kind(arrow, type)};
        laminar_string_free(arrow);
        laminar_string_free(type);
        if (!done)
            return -1;
    }
    if (!r->has_op)
        return 0;
    r->col[0] = (Column){.name = STR(OP_NAME), .kind = CELL_TEXT};
    for (uint32_t i = 0; i < r->n_fields; i++)
        if (str_eq(r->col[1 + i].name, STR(OP_NAME)))
            r->col[0].name = STR("__op");
    return 0;
}

int result_init(ResultPrinter *r, Shell *s, LaminarSchema *schema, bool has_op)
{
    *r = (ResultPrinter){.has_op = has_op};
    size_t n = 0;
    sb_init(&r->row, NULL);
    if (laminar_schema_num_fields(schema, &n) != LAMINAR_OK)
        return -1;
    r->n_fields = (uint32_t)n;
    r->n_cols = r->n_fields + (has_op ? 1 : 0);
    r->col = mem_zalloc(NULL, (r->n_cols + 1) * sizeof(*r->col));
    r->cell = mem_zalloc(NULL, (r->n_cols + 1) * sizeof(*r->cell));
    r->name = mem_zalloc(NULL, (r->n_cols + 1) * sizeof(*r->name));
    if (!r->col || !r->cell || !r->name || read_fields(r, schema) < 0)
        return -1;
    printer_init(&r->printer, s->format, &s->out, r->col, r->n_cols);
    return 0;
}

void result_done(ResultPrinter *r)
{
    if (r->printer.type)
        printer_done(&r->printer);
    for (uint32_t i = 0; r->name && i < r->n_fields; i++)
        laminar_string_free(r->name[i]);
    size_t n = r->n_cols + 1;
    mem_free(NULL, r->col, r->col ? n * sizeof(*r->col) : 0);
    mem_free(NULL, r->cell, r->cell ? n * sizeof(*r->cell) : 0);
    mem_free(NULL, r->name, r->name ? n * sizeof(*r->name) : 0);
    sb_done(&r->row);
    *r = (ResultPrinter){0};
}

/* Gathers row i of the batch into r->cell; texts are placed first by offset, because the buffer moves while it grows. */
static int read_row(ResultPrinter *r, LaminarRecordBatch *batch, size_t i)
{
    Cell *cell = r->cell + (r->has_op ? 1 : 0);
    sb_clear(&r->row);
    for (uint32_t c = 0; c < r->n_fields; c++) {
        const char *text = NULL;
        size_t n = 0;
        bool nested = r->printer.type->nests && r->col[c + (r->has_op ? 1 : 0)].kind == CELL_NESTED;
        if ((nested ? laminar_batch_json : laminar_batch_text)(batch, i, c, &text, &n) != LAMINAR_OK)
            return -1;
        cell[c] = (Cell){.n = text ? n : 0, .null = !text};
        if (text)
            sb_put(&r->row, text, n);
    }
    const char *p = sb_cstr(&r->row);
    for (uint32_t c = 0; c < r->n_fields; c++) {
        cell[c].p = p;
        p += r->row.failed ? 0 : cell[c].n;
        cell[c].n = r->row.failed ? 0 : cell[c].n;
    }
    return r->row.failed ? -1 : 0;
}

int result_batch(ResultPrinter *r, LaminarRecordBatch *batch)
{
    size_t n = 0;
    if (laminar_batch_num_rows(batch, &n) != LAMINAR_OK)
        return -1;
    for (size_t i = 0; i < n && !signals_interrupted() && !r->printer.out->closed; i++) {
        int32_t weight = 0;
        if (laminar_batch_weight(batch, i, &weight) != LAMINAR_OK || read_row(r, batch, i) < 0)
            return -1;
        if (weight < 0 && !r->has_op) {
            report_error((Origin){0}, "XX000", "a row was taken back from a result that only grows");
            return -1;
        }
        if (r->has_op)
            r->cell[0] = (Cell){.p = weight < 0 ? "-" : "+", .n = 1};
        for (int64_t k = weight < 0 ? -(int64_t)weight : weight; k > 0 && !signals_interrupted(); k--)
            printer_row(&r->printer, r->cell);
    }
    return 0;
}

static bool has_retractions(LaminarQueryResult *result)
{
    size_t n = 0;
    (void)laminar_result_num_batches(result, &n);
    for (size_t b = 0; b < n; b++) {
        LaminarRecordBatch *batch = NULL;
        size_t n_rows = 0;
        bool found = false;
        if (laminar_result_get_batch(result, b, &batch) != LAMINAR_OK)
            return false;
        (void)laminar_batch_num_rows(batch, &n_rows);
        for (size_t i = 0; i < n_rows && !found; i++) {
            int32_t weight = 1;
            (void)laminar_batch_weight(batch, i, &weight);
            found = weight < 0;
        }
        laminar_batch_free(batch);
        if (found)
            return true;
    }
    return false;
}

int result_print(Shell *s, LaminarQueryResult *result)
{
    LaminarSchema *schema = NULL;
    ResultPrinter r = {0};
    size_t n = 0;
    int rc = laminar_result_schema(result, &schema) == LAMINAR_OK ? result_init(&r, s, schema, has_retractions(result)) : -1;
    laminar_schema_free(schema);
    if (rc == 0)
        rc = laminar_result_num_batches(result, &n) == LAMINAR_OK ? 0 : -1;
    for (size_t b = 0; rc == 0 && b < n; b++) {
        LaminarRecordBatch *batch = NULL;
        rc = laminar_result_get_batch(result, b, &batch) == LAMINAR_OK ? result_batch(&r, batch) : -1;
        laminar_batch_free(batch);
    }
    if (rc == 0)
        printer_end(&r.printer);
    result_done(&r);
    return rc;
}
