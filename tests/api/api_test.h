/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the C interface share: a database per test, and results as text ("a|1;b|NULL;"), rows in order, a sign before
 * rows with another weight than +1. Only the public header is used.
 *
 * A test waits for what has to come, not for a time in which it should: on a busy machine any thread stands still for seconds. */
#pragma once
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "laminar.h"

#define OK(call) assert_int_equal((call), LAMINAR_OK)
#define FAILS(code, call) assert_int_equal((call), (code))
#define SEC INT64_C(1000000)

/* Adds the rows of a batch to the text. */
static inline void batch_add_text(LaminarRecordBatch *batch, char *to, size_t cap)
{
    size_t rows = 0, columns = 0, n = strlen(to);
    OK(laminar_batch_num_rows(batch, &rows));
    OK(laminar_batch_num_columns(batch, &columns));
    for (size_t r = 0; r < rows; r++) {
        int32_t weight = 0;
        OK(laminar_batch_weight(batch, r, &weight));
        if (weight != 1)
            n += (size_t)snprintf(to + n, n < cap ? cap - n : 0, "%+d:", (int)weight);
        for (size_t c = 0; c < columns; c++) {
            const char *text = NULL;
            OK(laminar_batch_text(batch, r, c, &text, NULL));
            n += (size_t)snprintf(to + n, n < cap ? cap - n : 0, "%s%s", c ? "|" : "", text ? text : "NULL");
        }
        n += (size_t)snprintf(to + n, n < cap ? cap - n : 0, ";");
    }
    assert_true(n < cap);
}

static inline const char *result_text(LaminarQueryResult *result)
{
    static char text[65536];
    size_t n = 0;
    text[0] = 0;
    OK(laminar_result_num_batches(result, &n));
    for (size_t i = 0; i < n; i++) {
        LaminarRecordBatch *batch = NULL;
        OK(laminar_result_get_batch(result, i, &batch));
        batch_add_text(batch, text, sizeof(text));
        laminar_batch_free(batch);
    }
    return text;
}

/* The rows of a query; valid until the next call. */
static inline const char *rows_of(LaminarConnection *db, const char *sql)
{
    LaminarQueryResult *result = NULL;
    int32_t rc = laminar_query(db, sql, &result);
    if (rc != LAMINAR_OK)
        fail_msg("%d %s in %s", (int)rc, laminar_last_error() ? laminar_last_error() : "(no message)", sql);
    const char *text = result_text(result);
    laminar_result_free(result);
    return text;
}

#define ROWS(db, sql, text) assert_string_equal(rows_of(db, sql), text)

#define PATIENCE_MS 120000 /* after so long it is not the machine */

static inline int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static inline void pause_ms(long ms)
{
    const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&t, NULL);
}

/* What another thread brings about. */
static inline void rows_become(LaminarConnection *db, const char *sql, const char *text)
{
    int64_t end = now_ms() + PATIENCE_MS;
    for (long ms = 1; strcmp(rows_of(db, sql), text) != 0 && now_ms() < end; ms = ms < 20 ? ms + 1 : ms)
        pause_ms(ms);
    ROWS(db, sql, text);
}

static inline void run(LaminarConnection *db, const char *sql)
{
    if (laminar_execute(db, sql, NULL) != LAMINAR_OK)
        fail_msg("%s in %s", laminar_last_error(), sql);
}

/* Group fixtures: a new database in *state for each test. */
static inline int open_db(void **state)
{
    return laminar_open((LaminarConnection **)state);
}
static inline int close_db(void **state)
{
    return laminar_close(*state);
}
#define DB_TEST(f) cmocka_unit_test_setup_teardown(f, open_db, close_db)

/* The state of an error: class code, SQLSTATE. */
static inline void expect_error(int32_t folded, const char *sqlstate)
{
    LaminarError e = {.size = sizeof(e)};
    assert_int_equal(laminar_last_error_code(), folded);
    assert_non_null(laminar_last_error());
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, sqlstate);
}
