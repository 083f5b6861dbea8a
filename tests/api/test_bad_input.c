/* SPDX-License-Identifier: Apache-2.0
 *
 * Bad input through the C interface: whatever text or handle is given, the call returns, an error has its class, and the session
 * answers the next statement. */
#include "api_test.h"

#include <pthread.h>
#include <time.h>

static void session_lives(LaminarConnection *db)
{
    ROWS(db, "SELECT 40 + 2", "42;");
}

/* The statement must fail, as `sqlstate` when that is given, with a message. */
static void fails_as(LaminarConnection *db, const char *sql, const char *sqlstate)
{
    LaminarError e = {.size = sizeof(e)};
    LaminarQueryResult *r = NULL;
    int32_t rc = laminar_execute(db, sql, &r);
    OK(laminar_last_error_detail(&e));
    if (rc == LAMINAR_OK || !e.message[0] || (sqlstate && strcmp(e.sqlstate, sqlstate) != 0))
        fail_msg("%d %s %s in %.200s", (int)rc, e.sqlstate, e.message, sql);
    assert_null(r);
    session_lives(db);
}

/* ---- text ---- */

static const char script[] =
    "CREATE SOURCE trades (sym TEXT, px DECIMAL(10,2), n BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)\n"
    "  WITH (buffer_size = 4096);\n"
    "CREATE TABLE names (sym TEXT PRIMARY KEY, name TEXT NOT NULL DEFAULT 'none', CHECK (name <> ''));\n"
    "INSERT INTO names VALUES ('a', 'it''s') ON CONFLICT (sym) DO UPDATE SET name = EXCLUDED.name;\n"
    "INSERT INTO trades SELECT 'a', 1.50 + g, g, TIMESTAMP '2024-01-01 00:00:00' + g * INTERVAL '1' MINUTE FROM\n"
    "  generate_series(1, 10) AS t(g);\n"
    "CREATE MATERIALIZED VIEW bars AS SELECT sym, TUMBLE_START(ts, INTERVAL '5' MINUTE) AS w, count(*) FILTER (WHERE n > 2) AS c,\n"
    "  max(px) AS hi FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '5' MINUTE) EMIT ON UPDATE;\n"
    "WITH x AS (SELECT sym, sum(n) OVER (PARTITION BY sym ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM trades)\n"
    "SELECT CASE WHEN s > 3 THEN 'much' ELSE E'l\\itt\\x6ce' END AS \"how much\", x.sym || $$ - $$ || name, ARRAY[1, 2][1],\n"
    "  '{\"a\": [1, 2]}'::JSONB -> 'a' FROM x LEFT JOIN names USING (sym) WHERE s IN (1, 3, 5) OR x.sym LIKE 'b%' -- ende\n"
    "ORDER BY 1, 2 LIMIT 3 OFFSET 0;\n"
    "DROP MATERIALIZED VIEW bars; DROP SOURCE trades; DROP TABLE names /* all gone */;\n";

static void test_every_prefix(void **state)
{
    LaminarConnection *db = *state;
    static const char *const made[] = {"DROP MATERIALIZED VIEW IF EXISTS bars", "DROP SOURCE IF EXISTS trades",
                                       "DROP TABLE IF EXISTS names"};
    char *text = malloc(sizeof(script)); /* of its own size, so that reading beyond is seen */
    assert_non_null(text);
    for (size_t n = 0; n < sizeof(script); n++) {
        char *part = realloc(text, n + 1);
        assert_non_null(part);
        text = part;
        memcpy(text, script, n);
        text[n] = 0;
        (void)laminar_execute(db, text, NULL);
        for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++)
            OK(laminar_execute(db, made[i], NULL));
    }
    OK(laminar_execute(db, text, NULL)); /* the whole is valid */
    free(text);
    session_lives(db);
}

static int32_t drop(void *user_data, const void *bytes, size_t n)
{
    (void)user_data;
    (void)bytes;
    (void)n;
    return 0;
}

/* The query that is made for it is longer than the text. */
static void test_copy_of_a_table(void **state)
{
    LaminarConnection *db = *state;
    char *text = strdup("COPY t TO STDOUT");
    LaminarExecuteInfo info = {.size = sizeof(info)};
    assert_non_null(text);
    run(db, "CREATE TABLE t (a_column BIGINT, another TEXT, a_third TEXT); INSERT INTO t VALUES (1, 'x', 'y')");
    OK(laminar_copy(db, text, NULL, drop, NULL, &info));
    assert_string_equal(info.tag, "COPY 1");
    free(text);
}

/* before * n, middle, after * n */
static char *nested(const char *head, const char *before, const char *middle, const char *after, size_t n)
{
    size_t b = strlen(before), a = strlen(after), at = 0;
    char *text = malloc(strlen(head) + n * (a + b) + strlen(middle) + 1);
    assert_non_null(text);
    at = (size_t)(stpcpy(text, head) - text);
    for (size_t i = 0; i < n; i++, at += b)
        memcpy(text + at, before, b);
    at = (size_t)(stpcpy(text + at, middle) - text);
    for (size_t i = 0; i < n; i++, at += a)
        memcpy(text + at, after, a);
    text[at] = 0;
    return text;
}

static void test_deep_nesting(void **state)
{
    static const struct {
        const char *head, *before, *middle, *after, *sqlstate;
    } forms[] = {
        {"SELECT ", "(", "1", ")", "54001"},
        {"SELECT ", "(", "1", "", NULL},
        {"", "(", "SELECT 1", ")", "54001"},
        {"SELECT * FROM ", "(SELECT * FROM ", "(SELECT 1) t", ") t", "54001"},
        {"SELECT ", "(SELECT ", "1", ")", "54001"},
        {"SELECT 1 WHERE ", "EXISTS (SELECT 1 WHERE ", "TRUE", ")", "54001"},
        {"SELECT ", "CASE WHEN TRUE THEN ", "1", " END", "54001"},
        {"SELECT ", "CASE WHEN ", "TRUE", " THEN TRUE END", "54001"},
        {"SELECT ", "NOT ", "TRUE", "", "54001"},
        {"SELECT ", "ARRAY[", "1", "]", "54001"},
        {"SELECT ", "- ", "1", "", "54001"},
        {"SELECT ", "+ ", "1", "", "54001"},
        {"SELECT ", "abs(", "1", ")", "54001"},
        {"SELECT ", "CAST(", "1", " AS INT)", "54001"},
        {"SELECT 1", "", "", "::INT", "54001"},
        {"SELECT 1", " + 1", "", "", "54001"},
        {"SELECT TRUE", " IS TRUE", "", "", NULL},
        {"SELECT ARRAY[1]", "[1]", "", "", NULL},
        {"SELECT 1", " UNION ALL SELECT 1", "", "", "54001"},
        {"WITH a AS ", "(WITH a AS ", "(SELECT 1) SELECT 1", ") SELECT 1", NULL},
        {"CREATE TABLE t (a ", "ARRAY<", "INT", ">)", NULL},
        {"EXPLAIN ", "EXPLAIN ", "SELECT 1", "", NULL},
        {"SELECT 1 + ", "/*", "1", "*/", NULL},
        {"SELECT 'x' LIKE ", "(", "'y'", ") ", "54001"},
        {"SELECT ", "ROW(", "1", ")", "54001"},
        {"SELECT ", "1 IN (", "1", ")", "54001"},
        {"SELECT ", "ARRAY(SELECT ", "1", ")", "54001"},
        {"SELECT ", "1 = ANY (SELECT ", "1", ")", "54001"},
        {"SELECT ", "sum(", "1", ") OVER ()", "54001"},
        {"SELECT ", "CASE WHEN FALSE THEN 1 ELSE ", "1", " END", "54001"},
        {"SELECT ", "INTERVAL '1' DAY + ", "now()", "", "54001"},
        {"SELECT 'a'", " || 'a'", "", "", "54001"},
        {"SELECT '{}'::JSON", " -> 'a'", "", "", "54001"},
        {"SELECT 'a'", " COLLATE \"C\"", "", "", "54001"},
        {"SELECT * FROM ", "(", "(SELECT 1) a", " JOIN (SELECT 1) b ON TRUE)", "54001"},
        {"SELECT * FROM ", "LATERAL (SELECT * FROM ", "(SELECT 1) q", ") z", "54001"},
        {"SELECT 1 GROUP BY ", "GROUPING SETS (", "()", ")", "54001"},
        {"SELECT 1", " EXCEPT SELECT 1", "", "", "54001"},
        {"CREATE TABLE t (a ", "MAP<TEXT, ", "INT", ">)", NULL},
        {"", "PREPARE a AS ", "SELECT 1", "", "54001"},
        {"SELECT * FROM ", "TUMBLE((SELECT * FROM ", "x", "), ts, INTERVAL '1' DAY)", "54001"},
    };
    LaminarConnection *db = *state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        char *sql = nested(forms[i].head, forms[i].before, forms[i].middle, forms[i].after, 10000);
        fails_as(db, sql, forms[i].sqlstate);
        free(sql);
    }
}

/* What is deep in a value is the row's matter, not the parser's. */
static void test_deep_values(void **state)
{
    static const struct {
        const char *head, *before, *middle, *after;
    } forms[] = {
        {"SELECT '", "[", "1", "]'::JSON"},
        {"SELECT '", "{\"a\":", "1", "}'::JSONB"},
        {"SELECT json_array_length('", "[", "", "]')"},
        {"SELECT '", "{", "1", "}'::INT[]"},
        {"SELECT 'x' ~ '", "(", "x", ")'"},
        {"SELECT '{}'::JSONB @> '", "[", "", "]'"},
        {"SELECT jsonb_path_query('{}', '$", "[*]", "", "')"},
    };
    LaminarConnection *db = *state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        /* the last character(s) of `after` close the statement and stand once */
        char end[64], *sql;
        size_t n = strcspn(forms[i].after, "'");
        snprintf(end, sizeof(end), "%.*s", (int)n, forms[i].after);
        char *inner = nested(forms[i].head, forms[i].before, forms[i].middle, end, 10000);
        sql = malloc(strlen(inner) + sizeof(end));
        assert_non_null(sql);
        (void)stpcpy(stpcpy(sql, inner), forms[i].after + n);
        (void)laminar_execute(db, sql, NULL);
        session_lives(db);
        free(inner);
        free(sql);
    }
}

static void test_long_statements(void **state)
{
    LaminarConnection *db = *state;
    char *sql = nested("SELECT length('", "x", "", "", 1 << 20);
    char *whole = malloc(strlen(sql) + 8);
    assert_non_null(whole);
    (void)stpcpy(stpcpy(whole, sql), "')");
    ROWS(db, whole, "1048576;");
    free(whole);
    free(sql);
    sql = nested("SELECT 1 WHERE 1 IN (0", ", 1", ")", "", 1 << 18);
    ROWS(db, sql, "1;");
    free(sql);
    sql = nested("SELECT 1", " ", "", "\n", 1 << 20);
    ROWS(db, sql, "1;");
    free(sql);
    sql = nested("SELECT ", "a", "", "", 1 << 20);
    fails_as(db, sql, NULL);
    free(sql);
    sql = nested("SELECT ", "9", "", "", 1 << 20);
    fails_as(db, sql, "22003");
    free(sql);
    sql = nested("SELECT 1", ", 1", "", "", 1 << 18);
    fails_as(db, sql, "54011");
    free(sql);
    sql = nested("SELECT 1 FROM (SELECT 1 AS a) t WHERE a <> 2", " AND a <> 2", "", "", 1 << 16);
    ROWS(db, sql, "1;");
    free(sql);
    sql = nested("CREATE SOURCE many (a INT) WITH (o = 1", ", o = 1", ")", "", 1 << 17);
    fails_as(db, sql, "54000");
    free(sql);
    sql = nested("WITH x AS (SELECT 1)", ", x AS (SELECT 1)", " SELECT 1", "", 1 << 16);
    fails_as(db, sql, "54000");
    free(sql);
    sql = nested("", "SELECT nosuch;", "", "", 1 << 16);
    fails_as(db, sql, "42703");
    free(sql);
}

static void test_bytes(void **state)
{
    static const char *const bad[] = {"SELECT '\xff'",
                                      "SELECT '\xc3'",
                                      "SELECT '\xed\xa0\x80'",
                                      "SELECT '\xf8\x88\x80\x80\x80'",
                                      "SELECT '\xc0\x80'",
                                      "SELECT \xe2\x82",
                                      "\x80",
                                      "SELECT '\xf4\x90\x80\x80'",
                                      "-- \xff\nSELECT 1",
                                      "SELECT \"a\xfe\" FROM t"};
    LaminarConnection *db = *state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        FAILS(-2, laminar_execute(db, bad[i], NULL));
        session_lives(db);
    }
    /* A NUL ends the text of a call; inside a value it is an error. */
    OK(laminar_execute(db, "SELECT 1\0garbage '", NULL));
    fails_as(db, "SELECT chr(0)", "54000");
    fails_as(db, "SELECT E'a\\000b'", "22021");
    fails_as(db, "SELECT U&'\\0000'", "42601");
    fails_as(db, "SELECT convert_from('\\x00'::BYTEA, 'UTF8')", "22021");
    size_t start, length, next;
    bool complete;
    static const char with_nul[] = "SELECT 'a\0b'; SELECT 2";
    (void)laminar_split(with_nul, sizeof(with_nul) - 1, &start, &length, &next, &complete);
    for (int c = 1; c < 256; c++) { /* each byte alone and behind a statement */
        char one[] = {(char)c, 0}, behind[16];
        snprintf(behind, sizeof(behind), "SELECT 1 %c", (char)c);
        (void)laminar_execute(db, one, NULL);
        (void)laminar_execute(db, behind, NULL);
    }
    session_lives(db);
}

static void test_values_and_names(void **state)
{
    static const struct {
        const char *sql, *sqlstate;
    } bad[] = {
        {"SELECT 9223372036854775807 + 1", "22003"},
        {"SELECT -9223372036854775807 - 2", "22003"},
        {"SELECT 9223372036854775807 * 2", "22003"},
        {"SELECT 2147483647 + 1", "22003"},
        {"SELECT 32767::SMALLINT + 1::SMALLINT", "22003"},
        {"SELECT (-9223372036854775808)::BIGINT / -1", "22003"},
        {"SELECT abs((-2147483648)::INT)", "22003"},
        {"SELECT 99999999999999999999999999999999999999 + 1.0", "22003"},
        {"SELECT 99999999999999999999::DECIMAL(38,0) * 99999999999999999999::DECIMAL(38,0)", "22003"},
        {"SELECT 1e400::DOUBLE", "22003"},
        {"SELECT exp(1000)", "22003"},
        {"SELECT 1 / 0", "22012"},
        {"SELECT 1.0 / 0", "22012"},
        {"SELECT 1 % 0", "22012"},
        {"SELECT DATE '2024-02-30'", "22008"},
        {"SELECT DATE '2023-02-29'", "22008"},
        {"SELECT DATE 'yesterdayish'", "22007"},
        {"SELECT DATE '99999-01-01' + 2147483647", "22008"},
        {"SELECT TIMESTAMP '2024-01-01 24:00:01'", "22008"},
        {"SELECT TIMESTAMP '2024-01-01 00:60:00'", "22008"},
        {"SELECT TIMESTAMP '294276-12-31 00:00:00' + INTERVAL '400000' YEAR", "22008"},
        {"SELECT INTERVAL '999999999999' YEAR", "22015"},
        {"SELECT make_date(2024, 13, 1)", "22008"},
        {"SELECT 'abc'::INT", "22P02"},
        {"SELECT ''::DOUBLE", "22P02"},
        {"SELECT '12345678-1234-1234-1234-1234567890'::UUID", "22P02"},
        {"SELECT '{\"a\":}'::JSON", "22P02"},
        {"SELECT sqrt(-1)", "2201F"},
        {"SELECT ln(-1)", "2201E"},
        {"SELECT nosuch", "42703"},
        {"SELECT * FROM nosuch", "42P01"},
        {"SELECT nosuch(1)", "42883"},
        {"SELECT 1::nosuch", "42704"},
        {"SELECT 1 + TRUE", "42883"},
        {"SELECT CASE WHEN 1 THEN 2 END", "42804"},
        {"CREATE TABLE d (a INT, a TEXT)", "42701"},
        {"CREATE STREAM d AS SELECT 1 AS a, 2 AS a", "42701"},
        {"CREATE STREAM d AS SELECT count(*) FROM bare GROUP BY TUMBLE(ts, INTERVAL '1' HOUR)", "LM002"},
        {"CREATE STREAM d AS SELECT count(*) FROM marked GROUP BY TUMBLE(ts, INTERVAL '0' HOUR)", "LM007"},
        {"CREATE STREAM d AS SELECT count(*) FROM marked GROUP BY TUMBLE(ts, INTERVAL '-1' HOUR)", "LM007"},
        {"CREATE STREAM d AS SELECT count(*) FROM marked GROUP BY HOP(ts, INTERVAL '0' HOUR, INTERVAL '1' HOUR)", "LM007"},
        {"CREATE STREAM d AS SELECT count(*) FROM marked GROUP BY SESSION(ts, INTERVAL '0' HOUR)", "LM007"},
    };
    LaminarConnection *db = *state;
    run(db, "CREATE SOURCE bare (ts TIMESTAMP); CREATE SOURCE marked (ts TIMESTAMP, WATERMARK FOR ts)");
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        fails_as(db, bad[i].sql, bad[i].sqlstate);
}

static void test_did_you_mean(void **state)
{
    static const struct {
        const char *sql, *meant;
    } near[] = {
        {"SELECT * FROM trade", "trades"},
        {"SELECT symbl FROM trades", "symbol"},
        {"SELECT lenght(symbol) FROM trades", "length"},
        {"SELEC 1", "SELECT"},
        {"SELECT 1 FORM trades", "FROM"},
        {"CREATE SOURCE x (a INT) WITH (bufer_size = 10)", "buffer_size"},
        {"SET on_eror = 'fail'", "on_error"},
        {"INSERT INTO trade VALUES ('x')", "trades"},
        {"CREATE SOURCE x (a INT) FROM FILE (pth = 'x.csv')", "path"},
        {"CREATE SOURCE x (a INT) FROM FIEL (path = 'x.csv')", "file"},
        {"CREATE SOURCE x (a INT) FROM KAFKA (topic = 't')", "There are file, generator"},
        {"CREATE SINK x FROM trades INTO KAFKA (topic = 't')", "There are file, stdout."},
        {"CREATE SINK x FROM trades INTO STDOUT FORMAT avro", "There are csv, tsv, json"},
        {"DESCRIBE trade", "trades"},
        {"DROP SOURCE trade", "trades"},
        {"CREATE STREAM x AS SELECT symbl FROM trades", "symbol"},
        {"SELECT 1::INTEGR", "integer"},
        {"SELECT 1::BIGINTT", "\"bigint\""},
        {"SELECT 1 FORM orders", "FROM"},
        {"SELECT 1 ORDER YB 1", "BY"},
        {"UPDATE kept STE n = 1", "SET"},
        {"SELECT * FROM order", "double quotes"},
        {"SELECT sun(n) FROM kept", "sum"},
        {"SELECT coutn(*) FROM kept", "count"},
        {"SELECT * FROM TUMBEL(trades, ts, INTERVAL '1' MINUTE)", "tumble"},
        {"INSERT INTO kept (nn) VALUES (1)", "\"n\""},
        {"UPDATE kept SET amunt = 1", "amount"},
        {"ALTER TABLE kept DROP COLUMN amunt", "amount"},
        {"SHOW SURCES", "SHOW SOURCES"},
        {"SHOW thredas", "threads"},
        {"DROP VIEW kept", "DROP TABLE"},
    };
    LaminarConnection *db = *state;
    run(db, "CREATE SOURCE trades (symbol TEXT); CREATE TABLE kept (n INT, amount INT)");
    for (size_t i = 0; i < sizeof(near) / sizeof(*near); i++) {
        LaminarError e = {.size = sizeof(e)};
        assert_int_not_equal(laminar_execute(db, near[i].sql, NULL), LAMINAR_OK);
        OK(laminar_last_error_detail(&e));
        if (!strstr(e.hint, near[i].meant) || e.line != 1 || e.column < 1)
            fail_msg("%s: \"%s\" hint \"%s\" at %d:%d", near[i].sql, e.message, e.hint, (int)e.line, (int)e.column);
    }
    session_lives(db);
}

/* ---- handles ---- */

static void test_null_arguments(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    LaminarQueryResult *r = NULL;
    LaminarQueryStream *q = NULL;
    LaminarSchema *schema = NULL;
    LaminarRecordBatch *b = NULL;
    LaminarSubscription *sub = NULL;
    LaminarSubscriptionHandle *h = NULL;
    LaminarConnection *other = NULL;
    LaminarExecuteInfo info = {.size = sizeof(info)};
    LaminarWriterStats wstats = {.size = sizeof(wstats)};
    LaminarSubscriptionStats sstats = {.size = sizeof(sstats)};
    LaminarStats stats = {.size = sizeof(stats)};
    LaminarSubscribeOptions o = {.size = sizeof(o)};
    LaminarChange change;
    struct ArrowArray a = {0};
    struct ArrowSchema s = {0};
    struct ArrowArrayStream as = {0};
    size_t n;
    bool flag;
    char *text;
    int32_t i32;
    int64_t i64;
    uint64_t u64;
    const char *t;
    run(db, "CREATE SOURCE s (a INT, b TEXT); INSERT INTO s VALUES (1, 'x')");
    OK(laminar_writer_create(db, "s", &w));
    OK(laminar_query(db, "SELECT * FROM s", &r));
    OK(laminar_result_get_batch(r, 0, &b));
    OK(laminar_result_schema(r, &schema));
    OK(laminar_query_stream(db, "SELECT * FROM s", &q));
    OK(laminar_subscribe(db, "s", &o, &sub));
    OK(laminar_subscribe_callback(db, "s", NULL, NULL, NULL, &h));
    OK(laminar_row_begin(w, &row));
#define NULLS(call) FAILS(LAMINAR_ERR_NULL_POINTER, call)
    NULLS(laminar_open_with_config(NULL, NULL, NULL));
    NULLS(laminar_check(NULL, NULL, NULL));
    NULLS(laminar_dump_log(NULL, 0, 0, NULL, NULL));
    NULLS(laminar_wait(NULL, 0, LAMINAR_ACCEPTED, 0));
    NULLS(laminar_set_variable(NULL, "a", "b"));
    NULLS(laminar_set_variable(db, NULL, "b"));
    NULLS(laminar_execute_info(NULL, "SELECT 1", &info, NULL));
    NULLS(laminar_execute_info(db, NULL, &info, NULL));
    NULLS(laminar_split(NULL, 1, &n, &n, &n, &flag));
    NULLS(laminar_split("x", 1, NULL, &n, &n, &flag));
    NULLS(laminar_split("x", 1, &n, NULL, &n, &flag));
    NULLS(laminar_split("x", 1, &n, &n, NULL, &flag));
    NULLS(laminar_split("x", 1, &n, &n, &n, NULL));
    NULLS(laminar_is_query(NULL, &flag));
    NULLS(laminar_is_query("SELECT 1", NULL));
    NULLS(laminar_wait_idle(NULL, 0, &flag));
    NULLS(laminar_get_schema(NULL, "s", &schema));
    NULLS(laminar_get_schema(db, NULL, &schema));
    NULLS(laminar_get_schema(db, "s", NULL));
    NULLS(laminar_list_sources(db, NULL));
    NULLS(laminar_schema_num_fields(NULL, &n));
    NULLS(laminar_schema_num_fields(schema, NULL));
    NULLS(laminar_schema_field_name(NULL, 0, &text));
    NULLS(laminar_schema_field_name(schema, 0, NULL));
    NULLS(laminar_schema_field_type(NULL, 0, &text));
    NULLS(laminar_schema_field_type(schema, 0, NULL));
    NULLS(laminar_schema_field_sql_type(NULL, 0, &text));
    NULLS(laminar_schema_field_sql_type(schema, 0, NULL));
    NULLS(laminar_writer_create(NULL, "s", &w));
    NULLS(laminar_writer_create(db, NULL, &w));
    NULLS(laminar_writer_create(db, "s", NULL));
    NULLS(laminar_writer_write(NULL, NULL));
    NULLS(laminar_writer_write(w, NULL));
    NULLS(laminar_writer_flush(NULL));
    NULLS(laminar_writer_close(NULL));
    NULLS(laminar_writer_push(NULL, &a, &s, NULL));
    NULLS(laminar_writer_push(w, NULL, &s, NULL));
    NULLS(laminar_writer_push(w, &a, NULL, NULL));
    NULLS(laminar_writer_push_changes(NULL, &a, &i32, NULL));
    NULLS(laminar_writer_push_changes(w, NULL, &i32, NULL));
    NULLS(laminar_writer_push_changes(w, &a, NULL, NULL));
    NULLS(laminar_writer_stats(NULL, &wstats));
    NULLS(laminar_writer_stats(w, NULL));
    NULLS(laminar_writer_ticket(NULL, &u64));
    NULLS(laminar_writer_ticket(w, NULL));
    NULLS(laminar_writer_producer(NULL, 1, &u64));
    NULLS(laminar_writer_sequence(NULL, 1));
    NULLS(laminar_writer_trust(NULL, true));
    NULLS(laminar_writer_watermark(NULL, 1));
    NULLS(laminar_writer_current_watermark(NULL, &i64));
    NULLS(laminar_writer_current_watermark(w, NULL));
    NULLS(laminar_row_weight(NULL, 1));
    NULLS(laminar_row_null(NULL, 0));
    NULLS(laminar_row_bool(NULL, 0, true));
    NULLS(laminar_row_f64(NULL, 0, 1));
    NULLS(laminar_row_decimal(NULL, 0, 0, 1, 0));
    NULLS(laminar_row_text(NULL, 0, "x", 1));
    NULLS(laminar_row_text(row, 1, NULL, 1));
    NULLS(laminar_row_timestamp(NULL, 0, 1));
    NULLS(laminar_result_schema(NULL, &schema));
    NULLS(laminar_result_schema(r, NULL));
    NULLS(laminar_result_num_rows(NULL, &n));
    NULLS(laminar_result_num_rows(r, NULL));
    NULLS(laminar_result_num_batches(NULL, &n));
    NULLS(laminar_result_num_batches(r, NULL));
    NULLS(laminar_result_get_batch(NULL, 0, &b));
    NULLS(laminar_result_get_batch(r, 0, NULL));
    NULLS(laminar_result_export_stream(NULL, &as));
    NULLS(laminar_result_export_stream(r, NULL));
    NULLS(laminar_stream_schema(NULL, &schema));
    NULLS(laminar_stream_schema(q, NULL));
    NULLS(laminar_stream_next(NULL, &b));
    NULLS(laminar_stream_next(q, NULL));
    NULLS(laminar_stream_try_next(NULL, &b));
    NULLS(laminar_stream_try_next(q, NULL));
    NULLS(laminar_stream_next_timeout(NULL, 0, &b));
    NULLS(laminar_stream_next_timeout(q, 0, NULL));
    NULLS(laminar_stream_is_active(NULL, &flag));
    NULLS(laminar_stream_is_active(q, NULL));
    NULLS(laminar_stream_cancel(NULL));
    NULLS(laminar_stream_stats(NULL, &stats));
    NULLS(laminar_stream_stats(q, NULL));
    NULLS(laminar_batch_num_rows(NULL, &n));
    NULLS(laminar_batch_num_rows(b, NULL));
    NULLS(laminar_batch_num_columns(NULL, &n));
    NULLS(laminar_batch_num_columns(b, NULL));
    NULLS(laminar_batch_export(NULL, &a, &s));
    NULLS(laminar_batch_export(b, NULL, &s));
    NULLS(laminar_batch_export(b, &a, NULL));
    NULLS(laminar_schema_export(NULL, &s));
    NULLS(laminar_schema_export(schema, NULL));
    NULLS(laminar_batch_export_column(NULL, 0, &a, &s));
    NULLS(laminar_batch_export_column(b, 0, NULL, &s));
    NULLS(laminar_batch_export_column(b, 0, &a, NULL));
    NULLS(laminar_batch_export_views(NULL, &a, &s));
    NULLS(laminar_batch_export_views(b, NULL, &s));
    NULLS(laminar_batch_export_views(b, &a, NULL));
    NULLS(laminar_batch_import(NULL, &s, &b));
    NULLS(laminar_batch_import(&a, NULL, &b));
    NULLS(laminar_batch_import(&a, &s, NULL));
    NULLS(laminar_batch_create(NULL, &s, &b));
    NULLS(laminar_batch_weight(NULL, 0, &i32));
    NULLS(laminar_batch_weight(b, 0, NULL));
    NULLS(laminar_batch_text(NULL, 0, 0, &t, NULL));
    NULLS(laminar_batch_text(b, 0, 0, NULL, NULL));
    NULLS(laminar_batch_json(NULL, 0, 0, &t, NULL));
    NULLS(laminar_batch_json(b, 0, 0, NULL, NULL));
    NULLS(laminar_batch_schema(NULL, &schema));
    NULLS(laminar_batch_schema(b, NULL));
    NULLS(laminar_subscribe_callback(NULL, "s", NULL, NULL, NULL, &h));
    NULLS(laminar_subscribe_callback(db, NULL, NULL, NULL, NULL, &h));
    NULLS(laminar_subscribe_callback(db, "s", NULL, NULL, NULL, NULL));
    NULLS(laminar_subscription_cancel(NULL));
    NULLS(laminar_subscription_is_active(NULL, &flag));
    NULLS(laminar_subscription_is_active(h, NULL));
    NULLS(laminar_subscribe(NULL, "s", &o, &sub));
    NULLS(laminar_subscribe(db, NULL, &o, &sub));
    NULLS(laminar_subscribe(db, "s", &o, NULL));
    NULLS(laminar_subscription_next(NULL, 0, &change));
    NULLS(laminar_subscription_next(sub, 0, NULL));
    NULLS(laminar_subscription_next_many(NULL, 0, &change, 1, &n));
    NULLS(laminar_subscription_next_many(sub, 0, NULL, 1, &n));
    NULLS(laminar_subscription_next_many(sub, 0, &change, 1, NULL));
    NULLS(laminar_subscription_poll_each(NULL, 1, NULL, NULL, &n));
    NULLS(laminar_subscription_poll_each(sub, 1, NULL, NULL, &n));
    NULLS(laminar_subscription_pause(NULL));
    NULLS(laminar_subscription_resume(NULL));
    NULLS(laminar_subscription_request(NULL, 1));
    NULLS(laminar_subscription_stats(NULL, &sstats));
    NULLS(laminar_subscription_stats(sub, NULL));
    NULLS(laminar_current_epoch(NULL, &u64));
    NULLS(laminar_current_epoch(db, NULL));
    NULLS(laminar_subscription_schema(NULL, &schema));
    NULLS(laminar_subscription_schema(sub, NULL));
    NULLS(laminar_subscription_close(NULL));
#undef NULLS
    assert_null(other);
    session_lives(db);
    laminar_subscription_release(sub);
    laminar_subscription_free(h);
    laminar_stream_free(q);
    laminar_schema_free(schema);
    laminar_batch_free(b);
    laminar_result_free(r);
    laminar_writer_free(w);
}

/* Positions that are not there, and structs whose `size` was not set. */
static void test_wrong_places(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryResult *r = NULL;
    LaminarRecordBatch *b = NULL, *none = NULL;
    LaminarSchema *schema = NULL;
    LaminarWriter *w = NULL;
    LaminarSubscription *sub = NULL;
    struct ArrowArray a;
    struct ArrowSchema s;
    char *text = NULL;
    const char *t;
    int32_t weight;
    run(db, "CREATE SOURCE s (a INT); INSERT INTO s VALUES (1)");
    OK(laminar_query(db, "SELECT a FROM s", &r));
    OK(laminar_result_get_batch(r, 0, &b));
    OK(laminar_result_schema(r, &schema));
    OK(laminar_writer_create(db, "s", &w));
    const size_t wrong[] = {1, 2, SIZE_MAX, SIZE_MAX / 2 + 1, (size_t)UINT32_MAX, (size_t)UINT32_MAX + 1, (size_t)UINT32_MAX + 2};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        assert_int_not_equal(laminar_result_get_batch(r, wrong[i], &none), LAMINAR_OK);
        assert_int_not_equal(laminar_schema_field_name(schema, wrong[i], &text), LAMINAR_OK);
        assert_int_not_equal(laminar_schema_field_type(schema, wrong[i], &text), LAMINAR_OK);
        assert_int_not_equal(laminar_schema_field_sql_type(schema, wrong[i], &text), LAMINAR_OK);
        assert_int_not_equal(laminar_batch_text(b, wrong[i], 0, &t, NULL), LAMINAR_OK);
        assert_int_not_equal(laminar_batch_text(b, 0, wrong[i], &t, NULL), LAMINAR_OK);
        assert_int_not_equal(laminar_batch_weight(b, wrong[i], &weight), LAMINAR_OK);
        assert_int_not_equal(laminar_batch_export_column(b, wrong[i], &a, &s), LAMINAR_OK);
        LaminarRow *row = NULL;
        OK(laminar_row_begin(w, &row));
        assert_int_not_equal(laminar_row_i64(row, wrong[i], 1), LAMINAR_OK);
        assert_int_not_equal(laminar_row_null(row, wrong[i]), LAMINAR_OK);
        assert_int_not_equal(laminar_row_text(row, wrong[i], "x", 1), LAMINAR_OK);
        OK(laminar_row_end(row));
    }
    assert_true(!none && !text);
    assert_null(laminar_keyword(SIZE_MAX));
    LaminarSubscribeOptions o = {0};
    assert_int_not_equal(laminar_subscribe(db, "s", &o, &sub), LAMINAR_OK);
    LaminarConfig config = {0};
    LaminarConnection *other = NULL;
    assert_int_not_equal(laminar_open_with_config(NULL, &config, &other), LAMINAR_OK);
    LaminarError e = {0};
    assert_int_not_equal(laminar_last_error_detail(&e), LAMINAR_OK);
    LaminarExecuteInfo info = {0};
    assert_int_not_equal(laminar_execute_info(db, "SELECT 1", &info, NULL), LAMINAR_OK);
    session_lives(db);
    laminar_writer_free(w);
    laminar_schema_free(schema);
    laminar_batch_free(b);
    laminar_result_free(r);
}

/* Each setter on each type: done or refused, never a row of something else. */
static void test_row_types(void **state)
{
    static const char *const types[] = {"BOOLEAN",       "SMALLINT",  "INT",         "BIGINT",   "REAL", "DOUBLE",
                                        "DECIMAL(10,2)", "TEXT",      "BYTEA",       "DATE",     "TIME", "UUID",
                                        "JSON",          "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL", "INT[]"};
    LaminarConnection *db = *state;
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        char sql[96];
        LaminarWriter *w = NULL;
        LaminarRow *row = NULL;
        snprintf(sql, sizeof(sql), "CREATE SOURCE t%zu (a %s NOT NULL)", i, types[i]);
        run(db, sql);
        snprintf(sql, sizeof(sql), "t%zu", i);
        OK(laminar_writer_create(db, sql, &w));
        for (int setter = 0; setter < 9; setter++) {
            OK(laminar_row_begin(w, &row));
            int32_t rc = setter == 0   ? laminar_row_bool(row, 0, true)
                         : setter == 1 ? laminar_row_i64(row, 0, INT64_MAX)
                         : setter == 2 ? laminar_row_f64(row, 0, 1e308)
                         : setter == 3 ? laminar_row_decimal(row, 0, INT64_MAX, UINT64_MAX, 38)
                         : setter == 4 ? laminar_row_decimal(row, 0, 0, 1, -1)
                         : setter == 5 ? laminar_row_text(row, 0, "\xff\xfe", 2)
                         : setter == 6 ? laminar_row_text(row, 0, "", 0)
                         : setter == 7 ? laminar_row_timestamp(row, 0, INT64_MIN)
                                       : laminar_row_null(row, 0);
            int32_t end = laminar_row_push(row);
            if (rc != LAMINAR_OK)
                assert_int_not_equal(end, LAMINAR_OK); /* NOT NULL, and nothing was set */
        }
        laminar_writer_free(w);
        snprintf(sql, sizeof(sql), "SELECT * FROM t%zu", i);
        (void)rows_of(db, sql);
    }
    session_lives(db);
}

/* A failure leaves what its caller has in the out-parameter, and what was wrong before is not what is wrong now. */
static void test_what_failures_leave(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryResult *result = NULL;
    LaminarQueryStream *stream = NULL;
    LaminarStatement *stmt = NULL;
    OK(laminar_execute(db, "CREATE SOURCE s (a BIGINT)", NULL));
    OK(laminar_query(db, "SELECT 1", &result));
    LaminarRecordBatch *batch = NULL, *kept = NULL;
    OK(laminar_result_get_batch(result, 0, &batch));
    kept = batch;
    FAILS(-1, laminar_result_get_batch(result, 1, &batch));
    assert_ptr_equal(batch, kept);
    OK(laminar_query_stream(db, "SELECT * FROM s EMIT CHANGES", &stream));
    FAILS(502, laminar_stream_next_timeout(stream, 1, &batch));
    assert_ptr_equal(batch, kept);
    laminar_stream_free(stream);
    laminar_batch_free(batch);
    laminar_result_free(result);
    OK(laminar_prepare(db, "SELECT $1::TEXT", &stmt));
    FAILS(401, laminar_execute(db, "SELEC 1", NULL));
    FAILS(-2, laminar_bind_text(stmt, 1, "\xff", 1));
    assert_null(laminar_last_error());
    laminar_statement_free(stmt);
    LaminarWriter *w = NULL;
    OK(laminar_writer_create(db, "s", &w));
    FAILS(401, laminar_writer_producer(w, 0, NULL));
    laminar_writer_free(w);
}

typedef struct Late {
    LaminarConnection *db;
    bool done;
} Late;

static void *push_late(void *self)
{
    Late *l = self;
    struct timespec a_while = {.tv_nsec = 20000000};
    (void)nanosleep(&a_while, NULL);
    l->done = laminar_execute(l->db, "INSERT INTO s VALUES (7)", NULL) == LAMINAR_OK;
    return NULL;
}

/* So long a time that it cannot be told in nanoseconds is one without end. */
static void test_longest_timeouts(void **state)
{
    Late late = {.db = *state};
    LaminarQueryStream *stream = NULL;
    LaminarRecordBatch *batch = NULL;
    LaminarSubscription *sub = NULL;
    LaminarSubscribeOptions o = {.size = sizeof(o), .overflow = LAMINAR_OVERFLOW_BLOCK, .block_timeout_ms = INT64_MAX};
    LaminarChange change;
    bool unbounded = true;
    pthread_t thread;
    OK(laminar_execute(late.db, "CREATE SOURCE s (a BIGINT)", NULL));
    OK(laminar_query_stream(late.db, "SELECT * FROM s EMIT CHANGES", &stream));
    OK(laminar_subscribe(late.db, "s", &o, &sub));
    assert_int_equal(pthread_create(&thread, NULL, push_late, &late), 0);
    OK(laminar_stream_next_timeout(stream, INT64_MAX, &batch));
    assert_non_null(batch);
    OK(laminar_subscription_next(sub, INT64_MAX, &change));
    assert_int_equal(change.num_rows, 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(late.done);
    OK(laminar_wait_idle(late.db, INT64_MAX, &unbounded));
    OK(laminar_wait(late.db, 0, LAMINAR_ACCEPTED, INT64_MAX));
    laminar_batch_free(batch);
    laminar_stream_free(stream);
    laminar_subscription_release(sub);
}

static void test_wrong_batches(void **state)
{
    static const char *const wrong[] = {"SELECT 1",
                                        "SELECT 1, 'x', 2",
                                        "SELECT 'x', 1",
                                        "SELECT 1::BIGINT, 'x'",
                                        "SELECT TRUE, 'x'",
                                        "SELECT 1, DATE '2024-01-01'",
                                        "SELECT ARRAY[1], 'x'",
                                        "SELECT NULL, NULL, NULL"};
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    run(db, "CREATE SOURCE s (a INT, b TEXT NOT NULL)");
    OK(laminar_writer_create(db, "s", &w));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        LaminarQueryResult *r = NULL;
        LaminarRecordBatch *b = NULL;
        OK(laminar_query(db, wrong[i], &r));
        OK(laminar_result_get_batch(r, 0, &b));
        assert_int_not_equal(laminar_writer_write(w, b), LAMINAR_OK);
        LaminarError e = {.size = sizeof(e)};
        OK(laminar_last_error_detail(&e));
        assert_true(e.message[0] && strcmp(e.sqlstate, "XX000") != 0);
        laminar_result_free(r);
    }
    ROWS(db, "SELECT count(*) FROM s", "0;");
    laminar_writer_free(w);
}

/* A filter is one condition, whatever it closes, opens or comments out. */
static void test_filters(void **state)
{
    LaminarConnection *db = *state;
    static const struct {
        const char *filter, *sqlstate;
    } wrong[] = {{"v +", "42601"},      {"true) OR (true", "42601"}, {"v > 1; DROP TABLE t", "42601"}, {"v", "42804"},
                 {"nope > 1", "42703"}, {"count(*) > 1", "42803"},   {"v > 1 EMIT CHANGES", "42601"},  {") --", "42601"}};
    LaminarSubscription *sub = NULL;
    LaminarSubscribeOptions o = {.size = sizeof(o)};
    run(db, "CREATE TABLE t (v INT)");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        o.filter = wrong[i].filter;
        FAILS(LAMINAR_API_SQL_PARSE_ERROR, laminar_subscribe(db, "t", &o, &sub));
        expect_error(900, wrong[i].sqlstate);
    }
    o.filter = "v > 1 -- the others do not matter";
    o.columns = "v * 2 AS w -- twice";
    OK(laminar_subscribe(db, "t", &o, &sub));
    run(db, "INSERT INTO t VALUES (1), (2)");
    LaminarChange change;
    char text[100] = "";
    OK(laminar_subscription_next(sub, 0, &change));
    batch_add_text(change.batch, text, sizeof(text));
    assert_string_equal(text, "4;");
    laminar_subscription_release(sub);
}

/* What is not there is 200, also a query. */
static void test_what_is_not_there(void **state)
{
    LaminarConnection *db = *state;
    static const char *const missing[] = {"SELECT * FROM nope",
                                          "DESCRIBE nope",
                                          "DROP SOURCE nope",
                                          "DROP TABLE nope",
                                          "DROP STREAM nope",
                                          "DROP SINK nope",
                                          "DROP MATERIALIZED VIEW nope",
                                          "INSERT INTO nope VALUES (1)",
                                          "SHOW CREATE SINK nope",
                                          "CANCEL QUERY 4711"};
    for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++) {
        FAILS(LAMINAR_ERR_TABLE_NOT_FOUND, laminar_execute(db, missing[i], NULL));
        assert_int_equal(laminar_last_error_code(), LAMINAR_ERR_TABLE_NOT_FOUND);
    }
}

static void test_wrong_config(void **state)
{
    (void)state;
    static const char *const odd[] = {"A", "1", "B", NULL};
    const LaminarConfig wrong[] = {{.size = 1},
                                   {.size = sizeof(LaminarConfig), .buffer_rows = -1},
                                   {.size = sizeof(LaminarConfig), .memory_limit_bytes = -1},
                                   {.size = sizeof(LaminarConfig), .threads = LAMINAR_THREADS_MAX + 1},
                                   {.size = sizeof(LaminarConfig), .variables = odd}};
    LaminarConnection *db = NULL;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        FAILS(LAMINAR_API_SQL_PARSE_ERROR, laminar_open_with_config(NULL, &wrong[i], &db));
        expect_error(900, "22023");
        assert_null(db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(test_every_prefix),
        DB_TEST(test_deep_nesting),
        DB_TEST(test_copy_of_a_table),
        DB_TEST(test_deep_values),
        DB_TEST(test_long_statements),
        DB_TEST(test_bytes),
        DB_TEST(test_values_and_names),
        DB_TEST(test_did_you_mean),
        DB_TEST(test_null_arguments),
        DB_TEST(test_wrong_places),
        DB_TEST(test_row_types),
        DB_TEST(test_wrong_batches),
        DB_TEST(test_what_failures_leave),
        DB_TEST(test_longest_timeouts),
        DB_TEST(test_filters),
        DB_TEST(test_what_is_not_there),
        cmocka_unit_test(test_wrong_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
