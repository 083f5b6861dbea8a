/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of results as text: PostgreSQL's, NULL as NULL, the empty text as (empty), line breaks and tabs as \n and
 * \t, so that a value stays on its line and a tab in a file is always a separator. */
#include "slt/slt.h"

const char *value_text(Arena *a, const char *text, size_t n)
{
    if (!text)
        return "NULL";
    if (!n)
        return "(empty)";
    StrBuf b;
    sb_init(&b, NULL);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n')
            sb_puts(&b, "\\n");
        else if (text[i] == '\t')
            sb_puts(&b, "\\t");
        else if (text[i] == 0)
            sb_puts(&b, "\\0");
        else
            sb_putc(&b, text[i]);
    }
    char *copy = b.failed ? NULL : arena_strndup(a, b.p, b.n);
    sb_done(&b);
    if (!copy)
        die("out of memory");
    return copy;
}

static const char *batch_values(Arena *a, LaminarRecordBatch *batch, size_t cols, List *values)
{
    size_t n = 0;
    if (laminar_batch_num_rows(batch, &n) != LAMINAR_OK)
        return "the batch has no row count";
    for (size_t i = 0; i < n; i++) {
        int32_t weight = 0;
        if (laminar_batch_weight(batch, i, &weight) != LAMINAR_OK || weight < 0)
            return "a collected result has a row with a negative weight";
        size_t first = values->n;
        for (size_t c = 0; c < cols; c++) {
            const char *text = NULL;
            size_t length = 0;
            if (laminar_batch_text(batch, i, c, &text, &length) != LAMINAR_OK)
                return "a value has no text";
            list_add(a, values, value_text(a, text, length));
        }
        if (weight == 0)
            values->n = first;
        for (int32_t k = 1; k < weight; k++)
            for (size_t c = 0; c < cols; c++)
                list_add(a, values, values->item[first + c]);
    }
    return NULL;
}

const char *result_values(Arena *a, LaminarQueryResult *result, List *values, size_t *cols)
{
    LaminarSchema *schema = NULL;
    size_t n = 0;
    if (laminar_result_schema(result, &schema) != LAMINAR_OK)
        return "the result has no schema";
    int32_t rc = laminar_schema_num_fields(schema, cols);
    laminar_schema_free(schema);
    if (rc != LAMINAR_OK || laminar_result_num_batches(result, &n) != LAMINAR_OK)
        return "the result cannot be read";
    for (size_t b = 0; b < n; b++) {
        LaminarRecordBatch *batch = NULL;
        if (laminar_result_get_batch(result, b, &batch) != LAMINAR_OK)
            return "a batch cannot be read";
        const char *what = batch_values(a, batch, *cols, values);
        laminar_batch_free(batch);
        if (what)
            return what;
    }
    return NULL;
}
