/* SPDX-License-Identifier: Apache-2.0
 *
 * Prepared statements of the C interface. */
#include "api_test.h"

static int64_t first_i64(LaminarQueryResult *r, size_t *ret_rows)
{
    LaminarRecordBatch *b = NULL;
    struct ArrowArray a;
    struct ArrowSchema s;
    int64_t v = -1;
    assert_int_equal(laminar_result_num_rows(r, ret_rows), 0);
    if (*ret_rows) {
        assert_int_equal(laminar_result_get_batch(r, 0, &b), 0);
        assert_int_equal(laminar_batch_export(b, &a, &s), 0);
        v = ((const int64_t *)a.children[0]->buffers[1])[0];
        a.release(&a);
        s.release(&s);
        laminar_batch_free(b);
    }
    laminar_result_free(r);
    return v;
}

/* CALL with parameters, and a function that runs statements. */
static void test_call(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    LaminarStatement *call = NULL, *ask = NULL;
    LaminarQueryResult *r = NULL;
    size_t n = 0;
    assert_int_equal(laminar_open(&db), 0);
    assert_int_equal(laminar_execute(db,
                                     "CREATE TABLE t (id BIGINT PRIMARY KEY, v BIGINT);"
                                     "CREATE PROCEDURE put(i BIGINT, x BIGINT, OUT total BIGINT) LANGUAGE SQL AS "
                                     "'INSERT INTO t VALUES (i, x); SELECT sum(v)::bigint FROM t';"
                                     "CREATE FUNCTION raised(i BIGINT) RETURNS BIGINT LANGUAGE SQL AS "
                                     "'UPDATE t SET v = v + 1 WHERE id = i RETURNING v'",
                                     NULL),
                     0);
    assert_int_equal(laminar_prepare(db, "CALL put($1, $2, NULL)", &call), 0);
    assert_int_equal(laminar_prepare(db, "SELECT raised($1)", &ask), 0);
    assert_int_equal(laminar_statement_num_params(call, &n), 0);
    assert_int_equal(n, 2);
    for (int64_t i = 1; i < 4; i++) {
        assert_int_equal(laminar_bind_i64(call, 1, i), 0);
        assert_int_equal(laminar_bind_i64(call, 2, 10), 0);
        assert_int_equal(laminar_statement_execute(call, NULL, &r), 0);
        assert_int_equal(first_i64(r, &n), 10 * i);
    }
    assert_int_equal(laminar_bind_i64(ask, 1, 2), 0);
    assert_int_equal(laminar_statement_execute(ask, NULL, &r), 0);
    assert_int_equal(first_i64(r, &n), 11);
    laminar_statement_free(call);
    laminar_statement_free(ask);
    assert_int_equal(laminar_close(db), 0);
}

static void test_insert_and_find(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    LaminarStatement *ins = NULL, *find = NULL;
    assert_int_equal(laminar_open(&db), 0);
    assert_int_equal(laminar_execute(db,
                                     "CREATE TABLE t (id BIGINT PRIMARY KEY, x DOUBLE, s TEXT, d DECIMAL(10,2), b BOOLEAN,"
                                     " ts TIMESTAMP, raw BYTEA)",
                                     NULL),
                     0);
    assert_int_equal(laminar_prepare(db, "INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6, $7)", &ins), 0);
    assert_int_equal(laminar_prepare(db, "SELECT id FROM t WHERE s = $1 AND d = $2", &find), 0);
    size_t n = 0;
    assert_int_equal(laminar_statement_num_params(ins, &n), 0);
    assert_int_equal(n, 7);
    char *type = NULL;
    assert_int_equal(laminar_statement_param_type(ins, 2, &type), 0);
    assert_string_equal(type, "DOUBLE PRECISION");
    laminar_string_free(type);
    assert_int_equal(laminar_statement_param_type(ins, 4, &type), 0);
    assert_string_equal(type, "DECIMAL");
    laminar_string_free(type);
    for (int64_t i = 0; i < 100; i++) {
        char text[16];
        int len = snprintf(text, sizeof(text), "s%d", (int)i);
        assert_int_equal(laminar_bind_i64(ins, 1, i), 0);
        assert_int_equal(laminar_bind_f64(ins, 2, 0.5), 0);
        assert_int_equal(laminar_bind_text(ins, 3, text, (size_t)len), 0);
        assert_int_equal(laminar_bind_decimal(ins, 4, 0, (uint64_t)i, 1), 0);
        assert_int_equal(laminar_bind_bool(ins, 5, true), 0);
        assert_int_equal(laminar_bind_timestamp(ins, 6, 1000000 * i), 0);
        assert_int_equal(laminar_bind_bytes(ins, 7, "\0\1", 2), 0);
        LaminarExecuteInfo info = {.size = sizeof(info)};
        assert_int_equal(laminar_statement_execute(ins, &info, NULL), 0);
        assert_int_equal(info.rows_affected, 1);
    }
    LaminarQueryResult *r = NULL;
    assert_int_equal(laminar_bind_text(find, 1, "s42", 3), 0);
    assert_int_equal(laminar_bind_text(find, 2, "4.2", 3), 0); /* read as the type it has */
    assert_int_equal(laminar_statement_execute(find, NULL, &r), 0);
    assert_int_equal(first_i64(r, &n), 42);
    assert_int_equal(n, 1);
    /* what was bound stays */
    assert_int_equal(laminar_bind_i64(find, 2, 7), 0);
    assert_int_equal(laminar_statement_execute(find, NULL, &r), 0);
    (void)first_i64(r, &n);
    assert_int_equal(n, 0);
    /* no values: NULL */
    assert_int_equal(laminar_clear_bindings(find), 0);
    assert_int_equal(laminar_statement_execute(find, NULL, &r), 0);
    (void)first_i64(r, &n);
    assert_int_equal(n, 0);
    laminar_statement_free(ins);
    laminar_statement_free(find);
    assert_int_equal(laminar_close(db), 0);
}

static void fails(int32_t code, const char *sqlstate)
{
    LaminarError e = {.size = sizeof(e)};
    assert_int_not_equal(code, 0);
    assert_int_equal(laminar_last_error_detail(&e), 0);
    assert_string_equal(e.sqlstate, sqlstate);
}

static void test_errors(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    LaminarStatement *s = NULL;
    assert_int_equal(laminar_open(&db), 0);
    fails(laminar_prepare(db, "SELEC 1", &s), "42601");
    fails(laminar_prepare(db, "SELECT 1; SELECT 2", &s), "42601");
    fails(laminar_prepare(db, "CREATE TABLE t (a INT)", &s), "42601");
    fails(laminar_prepare(db, "SELECT * FROM nope WHERE a = $1", &s), "42P01");
    fails(laminar_prepare(db, "SELECT $2::int", &s), "42P18");
    assert_int_equal(laminar_prepare(NULL, "SELECT 1", &s), LAMINAR_ERR_NULL_POINTER);
    assert_int_equal(laminar_prepare(db, "SELECT 10 / $1 AS x", &s), 0);
    fails(laminar_bind_i64(s, 0, 1), "42P02");
    fails(laminar_bind_i64(s, 2, 1), "42P02");
    fails(laminar_bind_bool(s, 1, true), "42804");
    fails(laminar_bind_text(s, 1, "x", 1), "22P02");
    fails(laminar_bind_i64(s, 1, INT64_C(1) << 40), "22003");
    assert_int_equal(laminar_bind_text(s, 1, "\xff", 1), LAMINAR_ERR_INVALID_UTF8);
    assert_int_equal(laminar_bind_i64(s, 1, 0), 0);
    fails(laminar_statement_execute(s, NULL, NULL), "22012");
    assert_int_equal(laminar_bind_i64(s, 1, 5), 0);
    assert_int_equal(laminar_statement_execute(s, NULL, NULL), 0);
    assert_int_equal(laminar_close(db), 0);
    fails(laminar_statement_execute(s, NULL, NULL), "57P01");
    laminar_statement_free(s);
    laminar_statement_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_insert_and_find),
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
