/* SPDX-License-Identifier: Apache-2.0
 *
 * See multiset.h. */
#include "multiset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 4096

static size_t slot_of(const Multiset *m, const char *row)
{
    size_t h = 1469598103934665603u;
    for (const char *p = row; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    size_t i = h & (m->cap - 1);
    while (m->row[i] && strcmp(m->row[i], row) != 0)
        i = (i + 1) & (m->cap - 1);
    return i;
}

static void grow(Multiset *m)
{
    Multiset old = *m;
    m->cap = old.cap ? 2 * old.cap : 64;
    m->n = 0;
    m->row = calloc(m->cap, sizeof(*m->row));
    m->count = calloc(m->cap, sizeof(*m->count));
    if (!m->row || !m->count)
        exit(2);
    for (size_t i = 0; i < old.cap; i++) {
        if (old.row[i] && old.count[i]) {
            size_t to = slot_of(m, old.row[i]);
            m->row[to] = old.row[i];
            m->count[to] = old.count[i];
            m->n++;
        } else {
            free(old.row[i]);
        }
    }
    free(old.row);
    free(old.count);
}

void multiset_add(Multiset *m, const char *row, int weight)
{
    if (2 * m->n >= m->cap)
        grow(m);
    size_t i = slot_of(m, row);
    if (!m->row[i]) {
        m->row[i] = strdup(row);
        m->n++;
    }
    m->count[i] += weight;
}

void multiset_add_batch(Multiset *m, LaminarRecordBatch *b)
{
    size_t n_rows = 0, n_cols = 0;
    laminar_batch_num_rows(b, &n_rows);
    laminar_batch_num_columns(b, &n_cols);
    for (size_t r = 0; r < n_rows; r++) {
        char line[LINE_BYTES] = "";
        size_t at = 0;
        int32_t weight = 0;
        for (size_t c = 0; c < n_cols && at < sizeof(line); c++) {
            const char *text = NULL;
            laminar_batch_text(b, r, c, &text, NULL);
            at += (size_t)snprintf(line + at, sizeof(line) - at, "%s|", text ? text : "<null>");
        }
        laminar_batch_weight(b, r, &weight);
        multiset_add(m, line, weight);
    }
}

bool multiset_add_query(Multiset *m, LaminarConnection *db, const char *query)
{
    LaminarQueryResult *res;
    size_t n = 0;
    if (laminar_query(db, query, &res) != LAMINAR_OK)
        return false;
    laminar_result_num_batches(res, &n);
    for (size_t i = 0; i < n; i++) {
        LaminarRecordBatch *b;
        laminar_result_get_batch(res, i, &b);
        multiset_add_batch(m, b);
        laminar_batch_free(b);
    }
    laminar_result_free(res);
    return true;
}

void multiset_clear(Multiset *m)
{
    for (size_t i = 0; i < m->cap; i++)
        free(m->row[i]);
    free(m->row);
    free(m->count);
    *m = (Multiset){0};
}

int multiset_count(const Multiset *m, const char *row)
{
    size_t i = m->cap ? slot_of(m, row) : 0;
    return m->cap && m->row[i] ? m->count[i] : 0;
}

bool multiset_is_empty(const Multiset *m)
{
    for (size_t i = 0; i < m->cap; i++)
        if (m->row[i] && m->count[i])
            return false;
    return true;
}

const char *multiset_difference(const Multiset *a, const Multiset *b)
{
    for (size_t i = 0; i < a->cap; i++)
        if (a->row[i] && a->count[i] != multiset_count(b, a->row[i]))
            return a->row[i];
    for (size_t i = 0; i < b->cap; i++)
        if (b->row[i] && b->count[i] != multiset_count(a, b->row[i]))
            return b->row[i];
    return NULL;
}
