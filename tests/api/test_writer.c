/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas, writers and the row builder: every type, defaults, misuse, watermarks. */
#include "api_test.h"

static LaminarWriter *writer_of(LaminarConnection *db, const char *name)
{
    LaminarWriter *w = NULL;
    OK(laminar_writer_create(db, name, &w));
    return w;
}

/* ---- schemas ---- */

static void test_schema(void **state)
{
    LaminarConnection *db = *state;
    static const char *const types[][3] = {
        {"a BIGINT", "Int64", "BIGINT"},
        {"b TEXT", "Utf8", "TEXT"},
        {"c DOUBLE", "Float64", "DOUBLE PRECISION"},
        {"d BOOLEAN", "Boolean", "BOOLEAN"},
        {"e TIMESTAMP", "Timestamp(Microsecond, None)", "TIMESTAMP"},
        {"f DECIMAL(10, 2)", "Decimal128(10, 2)", "DECIMAL(10,2)"},
        {"g INT", "Int32", "INTEGER"},
        {"h SMALLINT", "Int16", "SMALLINT"},
        {"i REAL", "Float32", "REAL"},
        {"j DATE", "Date32", "DATE"},
        {"k BYTEA", "Binary", "BYTEA"},
    };
    char sql[512] = "CREATE SOURCE s (", *text = NULL;
    size_t n = sizeof(types) / sizeof(*types), n_fields = 0;
    for (size_t i = 0; i < n; i++)
        snprintf(sql + strlen(sql), sizeof(sql) - strlen(sql), "%s%s", types[i][0], i + 1 < n ? ", " : ")");
    run(db, sql);
    LaminarSchema *schema = NULL;
    OK(laminar_get_schema(db, "s", &schema));
    OK(laminar_schema_num_fields(schema, &n_fields));
    assert_int_equal(n_fields, n);
    for (size_t i = 0; i < n; i++) {
        OK(laminar_schema_field_name(schema, i, &text));
        assert_int_equal(text[0], types[i][0][0]);
        laminar_string_free(text);
        OK(laminar_schema_field_type(schema, i, &text));
        assert_string_equal(text, types[i][1]);
        laminar_string_free(text);
        OK(laminar_schema_field_sql_type(schema, i, &text));
        assert_string_equal(text, types[i][2]);
        laminar_string_free(text);
    }
    text = NULL;
    FAILS(-1, laminar_schema_field_name(schema, n, &text));
    assert_non_null(laminar_last_error());
    FAILS(-1, laminar_schema_field_type(schema, SIZE_MAX, &text));
    assert_null(text);
    laminar_schema_free(schema);
}

/* Types that are held as a wider one refuse what is beyond them, however it comes, and round times. */
static void test_limited_types(void **state)
{
    LaminarConnection *db = *state;
    LaminarRow *row = NULL;
    run(db, "CREATE TABLE lim (a TINYINT, b UINTEGER, c UBIGINT, t TIMESTAMP(0))");
    LaminarWriter *w = writer_of(db, "lim");
    OK(laminar_row_begin(w, &row));
    FAILS(400, laminar_row_i64(row, 0, 128));
    OK(laminar_row_i64(row, 0, 127));
    FAILS(400, laminar_row_i64(row, 1, -1));
    OK(laminar_row_i64(row, 1, UINT32_MAX));
    FAILS(400, laminar_row_text(row, 2, "-1", 2));
    OK(laminar_row_i64(row, 2, 7));
    OK(laminar_row_i64(row, 3, 1500000));
    OK(laminar_row_end(row));
    OK(laminar_writer_flush(w));
    laminar_writer_free(w);
    assert_string_equal(rows_of(db, "SELECT a, b, c, t FROM lim"), "127|4294967295|7|1970-01-01 00:00:02;");
}

/* Rows are held to domains as they are when they come, not when the writer was opened. */
static void test_domains(void **state)
{
    LaminarConnection *db = *state;
    LaminarRow *row = NULL;
    run(db, "CREATE DOMAIN pos AS INT DEFAULT 4 CHECK (VALUE > 0); CREATE TABLE dom (a pos, b pos)");
    LaminarWriter *w = writer_of(db, "dom");
    for (int64_t v = 0; v < 3; v++) {
        OK(laminar_row_begin(w, &row));
        OK(laminar_row_i64(row, 0, v));
        OK(laminar_row_end(row));
        FAILS(v == 1 ? LAMINAR_OK : 300, laminar_writer_flush(w));
        if (v == 1)
            run(db, "ALTER DOMAIN pos ADD CHECK (VALUE <> 2)");
    }
    laminar_writer_free(w);
    assert_string_equal(rows_of(db, "SELECT a, b FROM dom"), "1|4;");
    run(db, "DROP TABLE dom; DROP DOMAIN pos");
}

/* Relations by the name that CREATE had, whatever the case of its letters; in quotes it is another one. */
static void test_names(void **state)
{
    LaminarConnection *db = *state;
    run(db, "CREATE SOURCE SensorData (a INT); CREATE SOURCE \"Mixed\" (b INT); CREATE SOURCE \"SENSORDATA\" (c INT);"
            "CREATE STREAM MyStream AS SELECT a FROM SensorData");
    static const struct {
        const char *name, *field; /* NULL: there is none */
    } cases[] = {{"sensordata", "a"}, {"SensorData", "a"}, {"SENSORDATA", "c"}, {"public.SensorData", "a"},
                 {"Mixed", "b"},      {"mixed", NULL},     {"MIXED", NULL},     {"Sensor", NULL}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        LaminarSchema *schema = NULL;
        LaminarWriter *writer = NULL;
        LaminarSubscriptionHandle *handle = NULL;
        int32_t code = cases[i].field ? LAMINAR_OK : 200;
        FAILS(code, laminar_get_schema(db, cases[i].name, &schema));
        FAILS(code, laminar_writer_create(db, cases[i].name, &writer));
        FAILS(code, laminar_subscribe_callback(db, cases[i].name, NULL, NULL, NULL, &handle));
        if (cases[i].field) {
            char *field = NULL;
            OK(laminar_schema_field_name(schema, 0, &field));
            assert_string_equal(field, cases[i].field);
            laminar_string_free(field);
        }
        laminar_subscription_free(handle);
        laminar_writer_free(writer);
        laminar_schema_free(schema);
    }
    LaminarSubscription *sub = NULL;
    LaminarSubscribeOptions options = {.size = sizeof(options)};
    OK(laminar_subscribe(db, "MyStream", &options, &sub));
    laminar_subscription_release(sub);
}

static void test_get_schema_is_for_sources(void **state)
{
    LaminarConnection *db = *state;
    LaminarSchema *schema = NULL;
    run(db, "CREATE SOURCE s (a INT); CREATE STREAM t AS SELECT a FROM s");
    FAILS(200, laminar_get_schema(db, "t", &schema));
    OK(laminar_get_schema(db, "s", &schema));
    laminar_schema_free(schema);
}

static void test_list_sources(void **state)
{
    LaminarConnection *db = *state;
    char *text = NULL;
    OK(laminar_list_sources(db, &text));
    assert_string_equal(text, "[]");
    laminar_string_free(text);
    run(db, "CREATE SOURCE b (a INT); CREATE SOURCE \"a \"\"q\\\" (a INT); CREATE STREAM t AS SELECT a FROM b");
    OK(laminar_list_sources(db, &text));
    assert_true(strcmp(text, "[\"b\", \"a \\\"q\\\\\"]") == 0 || strcmp(text, "[\"a \\\"q\\\\\", \"b\"]") == 0);
    laminar_string_free(text);
}

/* ---- writers ---- */

static void test_writer_only_for_push_sources(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    run(db, "CREATE SOURCE g (a INT) FROM GENERATOR; CREATE SOURCE s (a INT); CREATE STREAM t AS SELECT a FROM s");
    FAILS(400, laminar_writer_create(db, "g", &w));
    expect_error(LAMINAR_ERR_QUERY, "42809");
    FAILS(400, laminar_writer_create(db, "t", &w));
    FAILS(200, laminar_writer_create(db, "nothing", &w));
    assert_null(w);
}

static void test_writer_close(void **state)
{
    LaminarConnection *db = *state;
    LaminarRow *row = NULL;
    LaminarQueryResult *r = NULL;
    LaminarRecordBatch *batch = NULL;
    run(db, "CREATE SOURCE s (a INT)");
    LaminarWriter *w = writer_of(db, "s");
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 7));
    OK(laminar_row_end(row));
    ROWS(db, "SELECT * FROM s", ""); /* still gathered in the writer */
    OK(laminar_writer_close(w));
    OK(laminar_writer_close(w));
    ROWS(db, "SELECT * FROM s", "7;");
    FAILS(-1, laminar_row_begin(w, &row));
    assert_string_equal(laminar_last_error(), "Writer already closed");
    FAILS(-1, laminar_writer_flush(w));
    OK(laminar_query(db, "SELECT 1::int", &r));
    OK(laminar_result_get_batch(r, 0, &batch));
    FAILS(-1, laminar_writer_write(w, batch)); /* takes the batch */
    assert_string_equal(laminar_last_error(), "Writer already closed");
    laminar_result_free(r);
    laminar_writer_free(w);
}

static void test_write_checks_columns(void **state)
{
    LaminarConnection *db = *state;
    static const struct {
        const char *sql;
        int32_t code;
    } c[] = {{"SELECT 1::int, 'x'", 0},   {"SELECT 1::int", 302},    {"SELECT 1::int, 'x', 2", 302},
             {"SELECT 'x', 1::int", 302}, {"SELECT true, 'x'", 302}, {"SELECT NULL::int, 'x'", 300}};
    run(db, "CREATE SOURCE s (a INT NOT NULL, b TEXT)");
    LaminarWriter *w = writer_of(db, "s");
    for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
        LaminarQueryResult *r = NULL;
        LaminarRecordBatch *batch = NULL;
        OK(laminar_query(db, c[i].sql, &r));
        OK(laminar_result_get_batch(r, 0, &batch));
        int32_t code = laminar_writer_write(w, batch);
        if (code != c[i].code)
            fail_msg("%s: %d", c[i].sql, (int)code);
        laminar_result_free(r);
    }
    FAILS(-1, laminar_writer_write(w, NULL));
    OK(laminar_writer_flush(w));
    ROWS(db, "SELECT * FROM s", "1|x;");
    laminar_writer_free(w);
}

/* The types are the same, but not every value of the one is one of the other. */
static void test_write_holds_to_limits(void **state)
{
    LaminarConnection *db = *state;
    static const struct {
        const char *type, *value, *stored; /* stored NULL: refused */
    } c[] = {{"VARCHAR(3)", "'abcd'::TEXT", NULL},
             {"VARCHAR(3)", "'abc'::TEXT", "abc;"},
             {"CHAR(3)", "'a'::TEXT", "a  ;"},
             {"CHAR(3)", "'a'::CHAR(3)", "a  ;"},
             {"TINYINT", "1000::SMALLINT", NULL},
             {"UINTEGER", "-1::BIGINT", NULL},
             {"UINTEGER", "7::BIGINT", "7;"},
             {"TIMESTAMP(0)", "'2024-01-01 00:00:01.6'::TIMESTAMP", "2024-01-01 00:00:02;"},
             {"VARCHAR(3)[]", "ARRAY['abcd']::TEXT[]", NULL},
             {"DECIMAL(5, 2)", "1.25::DECIMAL(5, 2)", "1.25;"}};
    char sql[200];
    for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
        LaminarQueryResult *r = NULL;
        LaminarRecordBatch *batch = NULL;
        snprintf(sql, sizeof(sql), "CREATE TABLE limited (a %s)", c[i].type);
        run(db, sql);
        LaminarWriter *w = writer_of(db, "limited");
        snprintf(sql, sizeof(sql), "SELECT %s", c[i].value);
        OK(laminar_query(db, sql, &r));
        OK(laminar_result_get_batch(r, 0, &batch));
        int32_t code = laminar_writer_write(w, batch);
        if ((code == LAMINAR_OK) != (c[i].stored != NULL))
            fail_msg("%s into %s: %d", c[i].value, c[i].type, (int)code);
        ROWS(db, "SELECT * FROM limited", c[i].stored ? c[i].stored : "");
        laminar_result_free(r);
        laminar_writer_free(w);
        run(db, "DROP TABLE limited");
    }
}

static void write_on(void *writer, LaminarRecordBatch *batch, int32_t event)
{
    (void)event;
    OK(laminar_writer_write(writer, batch));
}

/* Rows that are taken back are, also where the types have to be converted. */
static void test_write_converts_changes(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscriptionHandle *sub = NULL;
    run(db, "CREATE TABLE t (k INT PRIMARY KEY, v INT); CREATE TABLE wider (k BIGINT, v BIGINT)");
    LaminarWriter *w = writer_of(db, "wider");
    OK(laminar_subscribe_callback(db, "SELECT k, v FROM t", write_on, NULL, w, &sub));
    run(db, "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30); UPDATE t SET v = v + 1 WHERE k > 1; DELETE FROM t WHERE k = 1");
    ROWS(db, "SELECT * FROM wider ORDER BY k", "2|21;3|31;");
    laminar_subscription_free(sub);
    laminar_writer_free(w);
}

typedef struct Again {
    LaminarWriter *writer;
    struct ArrowArray array; /* pushed by the first call */
    struct ArrowSchema schema;
    int32_t row_begin; /* what it returned then */
} Again;

static void push_again(void *user, LaminarRecordBatch *batch, int32_t event)
{
    Again *again = user;
    LaminarRow *row = NULL;
    (void)event;
    laminar_batch_free(batch);
    if (!again->array.release)
        return;
    again->row_begin = laminar_row_begin(again->writer, &row);
    OK(laminar_writer_push(again->writer, &again->array, &again->schema, NULL));
}

static void export_of(LaminarConnection *db, const char *sql, struct ArrowArray *array, struct ArrowSchema *schema)
{
    LaminarQueryResult *r = NULL;
    LaminarRecordBatch *batch = NULL;
    OK(laminar_query(db, sql, &r));
    OK(laminar_result_get_batch(r, 0, &batch));
    OK(laminar_batch_export(batch, array, schema));
    laminar_batch_free(batch);
    laminar_result_free(r);
}

/* A callback pushes through the writer whose rows it has got; the queries that get them behind it get the same. */
static void test_pushed_from_its_own_callback(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscriptionHandle *sub = NULL;
    LaminarRow *row = NULL;
    struct ArrowArray array;
    struct ArrowSchema schema;
    Again again = {0};
    run(db, "CREATE SOURCE s (a BIGINT)");
    LaminarWriter *w = writer_of(db, "s");
    again.writer = w;
    OK(laminar_subscribe_callback(db, "s", push_again, NULL, &again, &sub));
    run(db, "CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n, sum(a) AS s FROM s");
    export_of(db, "SELECT i FROM generate_series(1::BIGINT, 3) AS g(i)", &array, &schema);
    export_of(db, "SELECT i FROM generate_series(101::BIGINT, 103) AS g(i)", &again.array, &again.schema);
    OK(laminar_writer_push(w, &array, &schema, NULL)); /* read in place */
    schema.release(&schema);
    again.schema.release(&again.schema);
    ROWS(db, "SELECT * FROM v", "6|312;");
    assert_int_equal(again.row_begin, LAMINAR_OK);
    export_of(db, "SELECT 1000::BIGINT", &again.array, &again.schema);
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 7));
    OK(laminar_row_push(row));
    again.schema.release(&again.schema);
    assert_int_equal(again.row_begin, 400);
    ROWS(db, "SELECT * FROM v", "8|1319;");
    laminar_subscription_free(sub);
    laminar_writer_free(w);
}

static void test_source_dropped_under_a_writer(void **state)
{
    LaminarConnection *db = *state;
    LaminarRow *row = NULL;
    run(db, "CREATE SOURCE s (a INT)");
    LaminarWriter *w = writer_of(db, "s");
    run(db, "DROP SOURCE s");
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 1));
    assert_int_not_equal(laminar_row_push(row), LAMINAR_OK);
    run(db, "CREATE SOURCE s (a INT)");
    ROWS(db, "SELECT * FROM s", "");
    laminar_writer_free(w);
}

static void test_watermark(void **state)
{
    LaminarConnection *db = *state;
    int64_t wm = 0;
    LaminarRow *row = NULL;
    run(db, "CREATE SOURCE s (a INT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND); CREATE SOURCE plain (a INT)");
    LaminarWriter *w = writer_of(db, "s");
    OK(laminar_writer_current_watermark(w, &wm));
    assert_true(wm == INT64_MIN);
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_timestamp(row, 1, 10 * SEC));
    OK(laminar_row_push(row));
    OK(laminar_writer_current_watermark(w, &wm));
    assert_true(wm == 9 * SEC);
    OK(laminar_writer_watermark(w, 60 * SEC));
    OK(laminar_writer_watermark(w, 30 * SEC)); /* lower: ignored */
    OK(laminar_writer_current_watermark(w, &wm));
    assert_true(wm == 60 * SEC);
    laminar_writer_free(w);
    w = writer_of(db, "plain");
    FAILS(401, laminar_writer_watermark(w, 0));
    expect_error(LAMINAR_ERR_INTERNAL, "LM002");
    laminar_writer_free(w);
}

/* ---- rows ---- */

static void test_row_every_type(void **state)
{
    LaminarConnection *db = *state;
    LaminarRow *row = NULL;
    run(db,
        "CREATE SOURCE s (b BOOLEAN, i2 SMALLINT, i4 INT, i8 BIGINT, f4 REAL, f8 DOUBLE, d DECIMAL(10, 2), t TEXT, v VARCHAR(3), "
        "dt DATE, tm TIME, ts TIMESTAMP, tz TIMESTAMPTZ, u UUID, j JSON, x BYTEA, iv INTERVAL)");
    LaminarWriter *w = writer_of(db, "s");
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_bool(row, 0, true));
    OK(laminar_row_i64(row, 1, -32768));
    OK(laminar_row_i64(row, 2, 2147483647));
    OK(laminar_row_i64(row, 3, INT64_MIN));
    OK(laminar_row_f64(row, 4, 1.5));
    OK(laminar_row_f64(row, 5, -0.1));
    OK(laminar_row_decimal(row, 6, 0, 12345, 3)); /* 12.345 */
    OK(laminar_row_text(row, 7,
                        "gr\xc3\xb6\xc3\x9f"
                        "er",
                        8));
    OK(laminar_row_text(row, 8, "abc", 3));
    OK(laminar_row_i64(row, 9, 19782));
    OK(laminar_row_i64(row, 10, 3661 * SEC));
    OK(laminar_row_timestamp(row, 11, -1));
    OK(laminar_row_timestamp(row, 12, 0));
    OK(laminar_row_text(row, 13, "123e4567-e89b-12d3-a456-426614174000", 36));
    OK(laminar_row_text(row, 14, "{\"a\": 1}", 8));
    OK(laminar_row_text(row, 15, "\\x00ff", 6));
    OK(laminar_row_text(row, 16, "1 day", 5));
    OK(laminar_row_push(row));
    ROWS(db, "SELECT * FROM s",
         "t|-32768|2147483647|-9223372036854775808|1.5|-0.1|12.35|gr\xc3\xb6\xc3\x9f"
         "er|abc|2024-02-29|01:01:01|1969-12-31 23:59:59.999999|"
         "1970-01-01 00:00:00+00|123e4567-e89b-12d3-a456-426614174000|{\"a\": 1}|\\x00ff|1 day;");
    OK(laminar_row_begin(w, &row)); /* nothing set: all NULL */
    OK(laminar_row_push(row));
    ROWS(db, "SELECT count(*), count(b), count(t), count(d), count(iv) FROM s", "2|1|1|1|1;");
    laminar_writer_free(w);
}

static void test_row_text_is_parsed(void **state)
{
    LaminarConnection *db = *state;
    LaminarRow *row = NULL;
    run(db, "CREATE SOURCE s (i INT, d DECIMAL(5, 1), b BOOLEAN, ts TIMESTAMP, f DOUBLE, dt DATE)");
    LaminarWriter *w = writer_of(db, "s");
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_text(row, 0, "42", 2));
    OK(laminar_row_text(row, 1, "-1.25", 5));
    OK(laminar_row_text(row, 2, "yes", 3));
    OK(laminar_row_text(row, 3, "2024-02-29 12:00:00", 19));
    OK(laminar_row_text(row, 4, "1e3", 3));
    OK(laminar_row_text(row, 5, "2024-02-29", 10));
    OK(laminar_row_push(row));
    ROWS(db, "SELECT * FROM s", "42|-1.3|t|2024-02-29 12:00:00|1000|2024-02-29;");
    OK(laminar_row_begin(w, &row));
    FAILS(400, laminar_row_text(row, 0, "4x", 2));
    expect_error(LAMINAR_ERR_QUERY, "22P02");
    FAILS(400, laminar_row_text(row, 3, "2024-02-30", 10));
    OK(laminar_row_text(row, 0, "43", 2)); /* the row is still under construction */
    OK(laminar_row_push(row));
    ROWS(db, "SELECT i FROM s ORDER BY i", "42;43;");
    laminar_writer_free(w);
}

static void test_row_ranges(void **state)
{
    LaminarConnection *db = *state;
    LaminarRow *row = NULL;
    run(db, "CREATE SOURCE s (i2 SMALLINT, i4 INT, d DECIMAL(4, 2), r REAL, v VARCHAR(3), t TEXT, b BOOLEAN)");
    LaminarWriter *w = writer_of(db, "s");
    OK(laminar_row_begin(w, &row));
    FAILS(400, laminar_row_i64(row, 0, 32768));
    expect_error(LAMINAR_ERR_QUERY, "22003");
    FAILS(400, laminar_row_i64(row, 1, INT64_C(2147483648)));
    FAILS(400, laminar_row_decimal(row, 2, 0, 10000, 2));
    FAILS(400, laminar_row_i64(row, 2, 100));
    OK(laminar_row_i64(row, 2, -99));
    FAILS(300, laminar_row_decimal(row, 2, 0, 1, 39));
    FAILS(300, laminar_row_decimal(row, 2, 0, 1, -1));
    FAILS(400, laminar_row_f64(row, 3, 1e300));
    FAILS(400, laminar_row_text(row, 4, "abcd", 4));
    expect_error(LAMINAR_ERR_QUERY, "22001");
    FAILS(-2, laminar_row_text(row, 5, "\xff", 1));
    FAILS(-2, laminar_row_text(row, 4, "\xff", 1));
    assert_int_not_equal(laminar_row_bool(row, 2, true), LAMINAR_OK);
    FAILS(-1, laminar_row_i64(row, 7, 1));
    FAILS(-1, laminar_row_null(row, SIZE_MAX));
    FAILS(-1, laminar_row_text(row, 5, NULL, 0));
    OK(laminar_row_push(row));
    ROWS(db, "SELECT * FROM s", "NULL|NULL|-99.00|NULL|NULL|NULL|NULL;");
    laminar_writer_free(w);
}

/* What no text and no array can say is refused from numbers, too. */
static void test_row_numbers_of_no_value(void **state)
{
    static const int64_t no_times[] = {-1, INT64_C(86400000001), INT64_MAX, INT64_MIN};
    LaminarConnection *db = *state;
    LaminarRow *row = NULL;
    run(db, "CREATE SOURCE s (t TIME, d DECIMAL(38, 0), x DOUBLE PRECISION)");
    LaminarWriter *w = writer_of(db, "s");
    OK(laminar_row_begin(w, &row));
    for (size_t i = 0; i < sizeof(no_times) / sizeof(*no_times); i++)
        FAILS(300, laminar_row_i64(row, 0, no_times[i]));
    FAILS(300, laminar_row_decimal(row, 1, INT64_MAX, UINT64_MAX, 0)); /* of 39 digits */
    FAILS(300, laminar_row_decimal(row, 1, INT64_MIN, 0, 0));
    FAILS(300, laminar_row_decimal(row, 2, INT64_MAX, UINT64_MAX, 0));
    OK(laminar_row_i64(row, 0, INT64_C(86400000000)));
    OK(laminar_row_decimal(row, 1, -1, UINT64_MAX, 0));
    OK(laminar_row_push(row));
    ROWS(db, "SELECT * FROM s", "24:00:00|-1|NULL;");
    laminar_writer_free(w);
}

/* Rows that wait in a writer and have nowhere to go any more are not passed over. */
static void test_rows_of_a_closed_database(void **state)
{
    LaminarConnection *db = NULL;
    LaminarRow *row = NULL;
    (void)state;
    OK(laminar_open(&db));
    run(db, "CREATE SOURCE s (a BIGINT)");
    LaminarWriter *empty = writer_of(db, "s"), *w = writer_of(db, "s");
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_end(row));
    OK(laminar_close(db));
    OK(laminar_writer_close(empty));
    FAILS(901, laminar_writer_close(w));
    OK(laminar_writer_close(w));
    laminar_writer_free(w);
    laminar_writer_free(empty);
}

static void test_row_defaults_and_not_null(void **state)
{
    LaminarConnection *db = *state;
    LaminarRow *row = NULL;
    run(db, "CREATE SOURCE s (a INT NOT NULL, b TEXT DEFAULT 'pre' || 'set', c INT DEFAULT 7 NOT NULL, d INT)");
    LaminarWriter *w = writer_of(db, "s");
    OK(laminar_row_begin(w, &row));
    FAILS(300, laminar_row_end(row));
    expect_error(LAMINAR_ERR_INGESTION, "23502");
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 1));
    OK(laminar_row_end(row));
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 2));
    OK(laminar_row_null(row, 1));
    OK(laminar_row_i64(row, 2, 8));
    OK(laminar_row_i64(row, 3, 9));
    OK(laminar_row_null(row, 3)); /* the last word counts */
    OK(laminar_row_end(row));
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 3));
    OK(laminar_row_null(row, 2));
    FAILS(300, laminar_row_end(row));
    OK(laminar_writer_flush(w));
    ROWS(db, "SELECT * FROM s ORDER BY a", "1|preset|7|NULL;2|NULL|8|NULL;");
    laminar_writer_free(w);
}

static void test_row_misuse(void **state)
{
    LaminarConnection *db = *state;
    LaminarRow *row = NULL;
    run(db, "CREATE SOURCE s (a INT)");
    LaminarWriter *w = writer_of(db, "s");
    FAILS(-1, laminar_row_begin(NULL, &row));
    FAILS(-1, laminar_row_begin(w, NULL));
    FAILS(-1, laminar_row_i64(NULL, 0, 1));
    FAILS(-1, laminar_row_end(NULL));
    FAILS(-1, laminar_row_push(NULL));
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_end(row));
    FAILS(300, laminar_row_end(row));
    assert_non_null(laminar_last_error());
    FAILS(300, laminar_row_push(row));
    FAILS(300, laminar_row_i64(row, 0, 1));
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 1));
    OK(laminar_row_begin(w, &row)); /* begins anew: the row that was not ended is gone */
    OK(laminar_row_end(row));
    OK(laminar_writer_flush(w));
    ROWS(db, "SELECT count(*), count(a) FROM s", "2|0;");
    laminar_writer_free(w);
}

static void test_memory_limit(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    LaminarConfig config = {.size = sizeof(config), .memory_limit_bytes = 4 << 20};
    LaminarRow *row = NULL;
    char text[1000];
    int32_t code = LAMINAR_OK;
    memset(text, 'x', sizeof(text));
    OK(laminar_open_with_config(NULL, &config, &db));
    run(db, "CREATE SOURCE s (a TEXT)");
    LaminarWriter *w = writer_of(db, "s");
    for (int i = 0; i < 20000 && code == LAMINAR_OK; i++) {
        code = laminar_row_begin(w, &row);
        if (code == LAMINAR_OK)
            code = laminar_row_text(row, 0, text, sizeof(text));
        if (code == LAMINAR_OK)
            code = laminar_row_push(row);
    }
    assert_int_not_equal(code, LAMINAR_OK);
    expect_error(LAMINAR_ERR_QUERY, "53200");
    laminar_writer_free(w);
    run(db, "DROP SOURCE s"); /* gives the memory back */
    run(db, "CREATE SOURCE s (a TEXT); INSERT INTO s VALUES ('x')");
    ROWS(db, "SELECT * FROM s", "x;");
    OK(laminar_close(db));
}

static void test_rows_keep_their_order(void **state)
{
    LaminarConnection *db = *state;
    LaminarRow *row = NULL;
    run(db, "CREATE SOURCE s (a BIGINT)");
    LaminarWriter *w = writer_of(db, "s");
    for (int64_t i = 0; i < 10000; i++) {
        OK(laminar_row_begin(w, &row));
        OK(laminar_row_i64(row, 0, i));
        OK(i % 7 ? laminar_row_end(row) : laminar_row_push(row));
    }
    OK(laminar_writer_flush(w));
    ROWS(db, "SELECT count(*), min(a), max(a), sum(a) FROM s", "10000|0|9999|49995000;");
    LaminarQueryResult *r = NULL;
    OK(laminar_query(db, "SELECT a FROM s", &r));
    const char *text = result_text(r);
    char want[16];
    for (int i = 0; i < 10000; i++) {
        int n = snprintf(want, sizeof(want), "%d;", i);
        assert_memory_equal(text, want, (size_t)n);
        text += n;
    }
    laminar_result_free(r);
    laminar_writer_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(test_schema),
        DB_TEST(test_names),
        DB_TEST(test_get_schema_is_for_sources),
        DB_TEST(test_list_sources),
        DB_TEST(test_writer_only_for_push_sources),
        DB_TEST(test_writer_close),
        DB_TEST(test_write_checks_columns),
        DB_TEST(test_write_holds_to_limits),
        DB_TEST(test_write_converts_changes),
        DB_TEST(test_pushed_from_its_own_callback),
        DB_TEST(test_source_dropped_under_a_writer),
        DB_TEST(test_watermark),
        DB_TEST(test_row_every_type),
        DB_TEST(test_row_text_is_parsed),
        DB_TEST(test_row_ranges),
        DB_TEST(test_row_numbers_of_no_value),
        cmocka_unit_test(test_rows_of_a_closed_database),
        DB_TEST(test_limited_types),
        DB_TEST(test_domains),
        DB_TEST(test_row_defaults_and_not_null),
        DB_TEST(test_row_misuse),
        cmocka_unit_test(test_memory_limit),
        DB_TEST(test_rows_keep_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
