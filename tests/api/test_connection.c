/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections, statements, errors, variables, interruption: what laminar.h says about them, one test per promise. */
#include "api_test.h"

#include <pthread.h>
#include <stdatomic.h>

/* ---- errors ---- */

static void test_null_pointers_set_no_message(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryResult *r = NULL;
    LaminarQueryStream *s = NULL;
    bool b;
    char *text;
    FAILS(-1, laminar_open(NULL));
    FAILS(-1, laminar_close(NULL));
    FAILS(-1, laminar_execute(NULL, "SELECT 1", NULL));
    FAILS(-1, laminar_execute(db, NULL, NULL));
    assert_null(laminar_last_error());
    assert_int_equal(laminar_last_error_code(), LAMINAR_OK);
    FAILS(-1, laminar_query(db, "SELECT 1", NULL));
    FAILS(-1, laminar_query(NULL, "SELECT 1", &r));
    FAILS(-1, laminar_query_stream(db, NULL, &s));
    FAILS(-1, laminar_start(NULL));
    FAILS(-1, laminar_is_closed(db, NULL));
    FAILS(-1, laminar_is_closed(NULL, &b));
    FAILS(-1, laminar_list_sources(NULL, &text));
    FAILS(-1, laminar_last_error_detail(NULL));
    laminar_interrupt(NULL);
    laminar_string_free(NULL);
    laminar_result_free(NULL);
    laminar_stream_free(NULL);
    laminar_schema_free(NULL);
    laminar_batch_free(NULL);
    laminar_writer_free(NULL);
    laminar_subscription_free(NULL);
    laminar_subscription_release(NULL);
    assert_null(laminar_subscription_user_data(NULL));
    assert_int_equal(laminar_subscription_fd(NULL), -1);
}

static void test_invalid_utf8(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryResult *r = NULL;
    LaminarSchema *schema = NULL;
    LaminarWriter *w = NULL;
    LaminarQueryStream *s = NULL;
    LaminarSubscriptionHandle *h = NULL;
    FAILS(-2, laminar_execute(db, "SELECT '\xff'", NULL));
    assert_null(laminar_last_error());
    FAILS(-2, laminar_query(db, "SELECT '\xc3'", &r));
    FAILS(-2, laminar_query_stream(db, "SELECT '\xc3('", &s));
    FAILS(-2, laminar_get_schema(db, "\xff", &schema));
    FAILS(-2, laminar_writer_create(db, "\xff", &w));
    FAILS(-2, laminar_subscribe_callback(db, "\xff", NULL, NULL, NULL, &h));
    FAILS(-2, laminar_set_variable(db, "\xff", "x"));
    assert_true(!r && !schema && !w && !s && !h);
}

static void test_codes_fold(void **state)
{
    LaminarConnection *db = *state;
    LaminarSchema *schema = NULL;
    LaminarQueryResult *r = NULL;
    LaminarWriter *w = NULL;
    FAILS(401, laminar_execute(db, "SELEC 1", NULL));
    expect_error(LAMINAR_ERR_INTERNAL, "42601");
    FAILS(200, laminar_get_schema(db, "nothing", &schema));
    expect_error(LAMINAR_ERR_TABLE_NOT_FOUND, "42P01");
    assert_string_equal(laminar_last_error(), "Table not found: nothing");
    FAILS(200, laminar_execute(db, "DROP SOURCE nothing", NULL));
    assert_string_equal(laminar_last_error(), "Table not found: nothing (line 1, column 13)");
    FAILS(200, laminar_query(db, "SELECT 1 FROM nothing", &r));
    assert_string_equal(laminar_last_error(), "Table not found: nothing (line 1, column 15)");
    run(db, "CREATE SOURCE s (a INT)");
    FAILS(201, laminar_execute(db, "CREATE SOURCE s (a INT)", NULL));
    expect_error(LAMINAR_ERR_TABLE_EXISTS, "42P07");
    FAILS(400, laminar_query(db, "CREATE SOURCE t (a INT)", &r));
    expect_error(LAMINAR_ERR_QUERY, "42809");
    FAILS(400, laminar_query(db, "SELECT 1/0", &r));
    expect_error(LAMINAR_ERR_QUERY, "22012");
    FAILS(400, laminar_execute(db, "CREATE TABLE t (a INT) WITH (buffer_size = 8)", NULL));
    expect_error(LAMINAR_ERR_QUERY, "0A000");
    FAILS(200, laminar_writer_create(db, "nothing", &w));
    expect_error(LAMINAR_ERR_TABLE_NOT_FOUND, "42P01");
    FAILS(401, laminar_query(db, "SELECT b FROM s", &r));
    expect_error(LAMINAR_ERR_INTERNAL, "42703");
    assert_null(r);
    OK(laminar_start(db));
    assert_null(laminar_last_error()); /* a call clears what was before */
}

static void test_metadata_is_one_batch(void **state)
{
    LaminarConnection *db = *state;
    static const char *const sql[] = {"SHOW SINKS", "SHOW SOURCES", "DESCRIBE s", "EXPLAIN SELECT * FROM s", "SHOW epoch"};
    run(db, "CREATE SOURCE s (a INT)");
    for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
        LaminarQueryResult *r = NULL;
        size_t n = 0;
        OK(laminar_execute(db, sql[i], &r));
        OK(laminar_result_num_batches(r, &n));
        assert_int_equal(n, 1);
        laminar_result_free(r);
    }
}

static void test_stream_errors_have_a_place(void **state)
{
    LaminarConnection *db = *state;
    LaminarError e = {.size = sizeof(e)};
    LaminarQueryStream *stream = NULL;
    LaminarRecordBatch *b = NULL;
    OK(laminar_query_stream(db, "SELECT 1,\n 1 / (x - 1) FROM (VALUES (1)) AS v (x)", &stream));
    FAILS(400, laminar_stream_next(stream, &b));
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, "22012");
    assert_int_equal(e.line, 2);
    assert_int_equal(e.column, 4);
    laminar_stream_free(stream);
}

static void test_split_keeps_zero_bytes(void **state)
{
    (void)state;
    size_t start = 0, length = 0, next = 0;
    bool complete = false;
    OK(laminar_split(" SELECT 1\0;", 11, &start, &length, &next, &complete));
    assert_int_equal(start, 1);
    assert_int_equal(length, 9);
    assert_true(complete);
}

static void test_detail_has_the_place(void **state)
{
    LaminarConnection *db = *state;
    LaminarError e = {.size = sizeof(e)};
    FAILS(401, laminar_execute(db, "SELECT 1;\nSELECT 'ä' + nam", NULL));
    OK(laminar_last_error_detail(&e));
    assert_int_equal(e.api_code, 401);
    assert_int_equal(e.line, 2);
    assert_int_equal(e.column, 14); /* characters, not bytes */
    assert_string_equal(e.sqlstate, "42703");
    assert_int_equal(e.length, 3);
    assert_int_equal(e.offset, 24);
    laminar_clear_error();
    assert_null(laminar_last_error());
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, "00000");
    assert_int_equal(e.offset, -1);
    e.size = 8;
    FAILS(-1, laminar_last_error_detail(&e));
}

static void *other_thread(void *db)
{
    const char *before = laminar_last_error();
    FAILS(401, laminar_execute(db, "x", NULL));
    return (void *)before;
}

static void test_errors_are_per_thread(void **state)
{
    LaminarConnection *db = *state;
    pthread_t t;
    void *seen = db;
    FAILS(400, laminar_execute(db, "SELECT 1/0", NULL));
    assert_int_equal(pthread_create(&t, NULL, other_thread, db), 0);
    assert_int_equal(pthread_join(t, &seen), 0);
    assert_null(seen);
    expect_error(LAMINAR_ERR_QUERY, "22012");
}

static void test_messages_are_cut_not_overrun(void **state)
{
    LaminarConnection *db = *state;
    char *sql = malloc(100000);
    assert_non_null(sql);
    memset(sql, 'x', 99999);
    sql[99999] = 0;
    assert_int_not_equal(laminar_execute(db, sql, NULL), LAMINAR_OK);
    assert_true(strlen(laminar_last_error()) < 2000);
    memset(sql, '(', 99999);
    memcpy(sql, "SELECT ", 7);
    assert_int_not_equal(laminar_execute(db, sql, NULL), LAMINAR_OK);
    free(sql);
}

/* ---- open, close ---- */

static void test_version(void **state)
{
    (void)state;
    assert_string_equal(laminar_version(), "0.1.0");
}

static void test_open_with_config(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    const char *variables[] = {"limit", "2", "name", "abc", NULL};
    LaminarConfig config = {.size = sizeof(config), .variables = variables};
    FAILS(100, laminar_open_with_config("/proc/some.db", NULL, &db));
    expect_error(LAMINAR_ERR_CONNECTION, "58P01");
    assert_null(db);
    config.size = 4;
    assert_int_not_equal(laminar_open_with_config(NULL, &config, &db), LAMINAR_OK);
    config.size = sizeof(config);
    OK(laminar_open_with_config(NULL, &config, &db));
    ROWS(db, "SELECT '${name}', ${limit} + 1", "abc|3;");
    FAILS(401, laminar_execute(db, "SELECT '${nobody}'", NULL));
    expect_error(LAMINAR_ERR_INTERNAL, "42P02");
    assert_non_null(strstr(laminar_last_error(), "nobody"));
    OK(laminar_set_variable(db, "nobody", "me"));
    ROWS(db, "SELECT '${nobody}'", "me;");
    OK(laminar_set_variable(db, "nobody", NULL));
    FAILS(401, laminar_execute(db, "SELECT '${nobody}'", NULL));
    ROWS(db, "SELECT '${nobody:-preset}'", "preset;");
    OK(laminar_close(db));
    config.permissive_variables = true;
    OK(laminar_open_with_config(NULL, &config, &db));
    ROWS(db, "SELECT '${nobody}'", "${nobody};");
    OK(laminar_close(db));
}

static void test_buffer_rows_bounds_what_select_sees(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    LaminarConfig config = {.size = sizeof(config), .buffer_rows = 16};
    OK(laminar_open_with_config(NULL, &config, &db));
    run(db, "CREATE SOURCE g (a INT) FROM GENERATOR (rows_per_second = 0, max_rows = 100000, a.kind = sequence)");
    run(db, "CREATE SOURCE s (a INT); INSERT INTO s SELECT a FROM g"); /* more than the preset of 65,536 */
    /* At least so many, the newest; whole blocks go. */
    ROWS(db, "SELECT count(*) >= 16, count(*) < 10000, max(a) - min(a) + 1 = count(*), max(a) FROM s", "t|t|t|99999;");
    OK(laminar_close(db));
}

static void test_memory_limit_is_an_error(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    LaminarConfig config = {.size = sizeof(config), .memory_limit_bytes = 8 << 20};
    OK(laminar_open_with_config(NULL, &config, &db));
    run(db, "CREATE SOURCE g (a BIGINT) FROM GENERATOR (rows_per_second = 0, max_rows = 3000000, a.kind = sequence)");
    FAILS(400, laminar_execute(db, "SELECT a, count(*) FROM g GROUP BY a", NULL));
    expect_error(LAMINAR_ERR_QUERY, "53200");
    ROWS(db, "SELECT 1", "1;");
    OK(laminar_close(db));
}

static void test_is_closed(void **state)
{
    bool closed = true;
    OK(laminar_is_closed(*state, &closed));
    assert_false(closed);
    OK(laminar_start(*state));
    OK(laminar_start(*state));
}

/* ---- statements ---- */

static void test_execute(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryResult *r = (LaminarQueryResult *)state;
    OK(laminar_execute(db, "CREATE SOURCE s (a INT); INSERT INTO s VALUES (1), (2)", &r));
    assert_null(r); /* neither gives a result */
    OK(laminar_execute(db, "SELECT 1; SELECT a FROM s ORDER BY a", &r));
    assert_string_equal(result_text(r), "1;2;"); /* that of the last */
    laminar_result_free(r);
    static const char *const metadata[] = {"SHOW SOURCES", "DESCRIBE s", "EXPLAIN SELECT a FROM s", "SHOW FUNCTIONS",
                                           "SHOW CONNECTORS"};
    for (size_t i = 0; i < sizeof(metadata) / sizeof(*metadata); i++) {
        size_t n = 0;
        OK(laminar_execute(db, metadata[i], &r));
        OK(laminar_result_num_batches(r, &n));
        assert_true(n >= 1); /* there are many functions */
        laminar_result_free(r);
    }
    OK(laminar_execute(db, "SHOW STREAMS", &r)); /* also when there is nothing to show */
    size_t rows = 9;
    OK(laminar_result_num_rows(r, &rows));
    assert_int_equal(rows, 0);
    laminar_result_free(r);
}

static void test_script_stops_at_the_first_error(void **state)
{
    LaminarConnection *db = *state;
    FAILS(400, laminar_execute(db, "CREATE SOURCE a (x INT); SELECT 1/0; CREATE SOURCE b (x INT)", NULL));
    char *names = NULL;
    OK(laminar_list_sources(db, &names));
    assert_string_equal(names, "[\"a\"]");
    laminar_string_free(names);
    FAILS(401, laminar_execute(db, "CREATE SOURCE c (x INT); SELEC", NULL)); /* what stands before a syntax error has run */
    OK(laminar_list_sources(db, &names));
    assert_string_equal(names, "[\"a\", \"c\"]");
    laminar_string_free(names);
}

static void test_empty_text(void **state)
{
    LaminarConnection *db = *state;
    static const char *const empty[] = {"", " ", ";", ";;", "-- nothing", "/* nothing */ ;"};
    for (size_t i = 0; i < sizeof(empty) / sizeof(*empty); i++) {
        FAILS(401, laminar_execute(db, empty[i], NULL));
        assert_non_null(strstr(laminar_last_error(), "Empty SQL statement"));
    }
}

static void test_execute_info(void **state)
{
    LaminarConnection *db = *state;
    LaminarExecuteInfo info = {.size = sizeof(info)};
    LaminarQueryResult *r = NULL;
    OK(laminar_execute_info(db, "CREATE SOURCE s (a INT, b TEXT)", &info, NULL));
    assert_int_equal(info.kind, LAMINAR_STATEMENT_DDL);
    assert_string_equal(info.tag, "CREATE SOURCE");
    assert_string_equal(info.object_name, "s");
    OK(laminar_execute_info(db, "INSERT INTO s VALUES (1, 'x'), (2, 'y'), (3, NULL)", &info, NULL));
    assert_int_equal(info.kind, LAMINAR_STATEMENT_ROWS);
    assert_string_equal(info.tag, "INSERT 0 3");
    assert_int_equal(info.rows_affected, 3);
    OK(laminar_execute_info(db, "SELECT * FROM s", &info, &r));
    assert_int_equal(info.kind, LAMINAR_STATEMENT_QUERY);
    assert_string_equal(info.tag, "SELECT 3");
    laminar_result_free(r);
    OK(laminar_execute_info(db, "SHOW SOURCES", &info, &r));
    assert_int_equal(info.kind, LAMINAR_STATEMENT_METADATA);
    laminar_result_free(r);
    OK(laminar_execute_info(db, "CREATE STREAM t AS SELECT b, count(*) AS n FROM s GROUP BY b", &info, NULL));
    assert_string_equal(info.object_name, "t");
    assert_int_equal(info.n_notices, 1); /* LM006 */
    assert_non_null(strstr(info.notice, "grows"));
    info.size = 4;
    FAILS(-1, laminar_execute_info(db, "SELECT 1", &info, NULL));
}

static void test_query_wants_a_query(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryResult *r = NULL;
    LaminarQueryStream *s = NULL;
    static const char *const others[] = {"CREATE SOURCE s (a INT)", "SHOW SOURCES", "SET state_check = strict",
                                         "DROP SOURCE IF EXISTS x"};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        FAILS(400, laminar_query(db, others[i], &r));
        FAILS(400, laminar_query_stream(db, others[i], &s));
    }
    assert_int_not_equal(laminar_query(db, "SELECT 1; SELECT 2", &r), LAMINAR_OK);
    assert_true(!r && !s);
}

static void test_query_that_never_ends_is_refused(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryResult *r = NULL;
    run(db, "CREATE SOURCE g (a BIGINT) FROM GENERATOR (rows_per_second = 0)");
    FAILS(400, laminar_query(db, "SELECT * FROM g", &r));
    expect_error(LAMINAR_ERR_QUERY, "55000");
    ROWS(db, "SELECT a IS NULL FROM g LIMIT 2", "f;f;");
}

static void test_limit_inside_ends_it(void **state)
{
    LaminarConnection *db = *state;
    run(db, "CREATE SOURCE g (a BIGINT) FROM GENERATOR (rows_per_second = 0)");
    ROWS(db, "SELECT count(*) FROM (SELECT a FROM g LIMIT 10000) AS x", "10000;");
}

static void test_is_query(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        bool is;
    } c[] = {{"SELECT 1", true},
             {"VALUES (1)", true},
             {"WITH a AS (SELECT 1) SELECT * FROM a", true},
             {"SUBSCRIBE s", true},
             {"(SELECT 1)", true},
             {"SHOW SOURCES", false},
             {"INSERT INTO s SELECT 1", false},
             {"", false},
             {"EXPLAIN SELECT 1", false},
             {"SELEC", false}};
    for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
        bool is = !c[i].is;
        OK(laminar_is_query(c[i].sql, &is));
        if (is != c[i].is)
            fail_msg("%s", c[i].sql);
    }
}

static void test_split(void **state)
{
    (void)state;
    static const char text[] = "SELECT ';' /* ; */ ; -- ;\n SELECT \"a;b\"; ";
    size_t start, length, next, at = 0;
    bool complete;
    OK(laminar_split(text, sizeof(text) - 1, &start, &length, &next, &complete));
    assert_true(complete);
    assert_memory_equal(text + start, "SELECT ';'", 10);
    at = next;
    OK(laminar_split(text + at, sizeof(text) - 1 - at, &start, &length, &next, &complete));
    assert_true(complete);
    assert_non_null(strstr(text + at + start, "SELECT \"a;b\""));
    at += next;
    OK(laminar_split(text + at, sizeof(text) - 1 - at, &start, &length, &next, &complete));
    assert_int_equal(length, 0);
    static const char *const open[] = {"SELECT 'abc", "SELECT 1", "/* ", "SELECT \"x"};
    for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++) {
        OK(laminar_split(open[i], strlen(open[i]), &start, &length, &next, &complete));
        if (complete)
            fail_msg("complete: %s", open[i]);
    }
    OK(laminar_split("", 0, &start, &length, &next, &complete));
    assert_int_equal(length, 0);
}

static void test_keywords(void **state)
{
    (void)state;
    size_t n = 0;
    const char *last = "";
    for (const char *k; (k = laminar_keyword(n)); n++) {
        assert_true(strcmp(last, k) < 0);
        last = k;
    }
    assert_true(n > 200);
    assert_null(laminar_keyword(SIZE_MAX));
}

/* ---- interruption, waiting ---- */

/* Again and again: what is to be interrupted may not have begun. */
typedef struct Interrupter {
    LaminarConnection *db;
    pthread_t thread;
    atomic_bool stop;
} Interrupter;

static void *interrupt(void *p)
{
    Interrupter *i = p;
    while (!atomic_load(&i->stop)) {
        pause_ms(20);
        laminar_interrupt(i->db);
    }
    return NULL;
}

static void interrupts_begin(Interrupter *i, LaminarConnection *db)
{
    *i = (Interrupter){.db = db};
    assert_int_equal(pthread_create(&i->thread, NULL, interrupt, i), 0);
}

static void interrupts_end(Interrupter *i)
{
    atomic_store(&i->stop, true);
    pthread_join(i->thread, NULL);
}

static void test_interrupt(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryStream *s = NULL;
    LaminarRecordBatch *b = NULL;
    Interrupter t;
    run(db, "CREATE SOURCE g (a BIGINT) FROM GENERATOR (rows_per_second = 0)");
    interrupts_begin(&t, db);
    FAILS(402, laminar_execute(db, "SELECT * FROM g WHERE a < 0 LIMIT 1", NULL));
    expect_error(LAMINAR_ERR_INTERNAL, "57014");
    interrupts_end(&t);
    run(db, "CREATE SOURCE p (a BIGINT)");
    OK(laminar_query_stream(db, "SUBSCRIBE p", &s));
    interrupts_begin(&t, db);
    FAILS(402, laminar_stream_next(s, &b));
    interrupts_end(&t);
    laminar_stream_free(s);
    ROWS(db, "SELECT 1", "1;"); /* the interrupt does not stay */
}

/* What a source retains and what is pushed later come as one. */
static void test_hybrid(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryStream *s = NULL;
    LaminarRecordBatch *b = NULL;
    char text[256] = "";
    run(db, "CREATE SOURCE p (k INT, v INT); INSERT INTO p VALUES (1, 10), (2, 20)");
    FAILS(400, laminar_execute(db, "SELECT k, v FROM p WITH (source = 'hybrid')", NULL));
    expect_error(LAMINAR_ERR_QUERY, "55000");
    OK(laminar_query_stream(db, "SELECT k, v FROM p WHERE v > 10 WITH (source = 'hybrid')", &s));
    run(db, "INSERT INTO p VALUES (3, 5), (4, 40)");
    while (strlen(text) < strlen("2|20;4|40;")) {
        OK(laminar_stream_next(s, &b));
        batch_add_text(b, text, sizeof(text));
        laminar_batch_free(b);
    }
    assert_string_equal(text, "2|20;4|40;");
    laminar_stream_free(s);
    OK(laminar_query_stream(db, "SELECT count(*) FROM p EMIT CHANGES WITH (source = 'hybrid')", &s));
    OK(laminar_stream_next(s, &b));
    text[0] = '\0';
    batch_add_text(b, text, sizeof(text));
    laminar_batch_free(b);
    assert_string_equal(text, "4;");
    laminar_stream_free(s);
}

/* A pattern that is tried in many ways gives no row for long: it looks up all the same. */
static void test_interrupt_of_a_pattern(void **state)
{
    LaminarConnection *db = *state;
    Interrupter t;
    run(db, "CREATE TABLE m (a BIGINT); INSERT INTO m SELECT * FROM generate_series(1, 200)");
    interrupts_begin(&t, db);
    FAILS(402, laminar_execute(
                   db,
                   "SELECT * FROM m MATCH_RECOGNIZE (ORDER BY a MEASURES last(x.a) AS l PATTERN ((x | y)+ z) DEFINE x AS a > 0, "
                   "y AS a > 0, z AS a < 0)",
                   NULL));
    expect_error(LAMINAR_ERR_INTERNAL, "57014");
    interrupts_end(&t);
}

static void test_wait_idle(void **state)
{
    LaminarConnection *db = *state;
    bool unbounded = true;
    OK(laminar_wait_idle(db, 0, &unbounded));
    assert_false(unbounded);
    run(db, "CREATE SOURCE g (a BIGINT) FROM GENERATOR (rows_per_second = 0, max_rows = 100000, a.kind = sequence);"
            "CREATE SINK k FROM (SELECT a FROM g WHERE a % 1000 = 0) INTO FILE (path = '/dev/null', format = 'csv')");
    OK(laminar_wait_idle(db, PATIENCE_MS, &unbounded));
    assert_false(unbounded);
    ROWS(db, "SELECT 1", "1;");
    LaminarQueryResult *r = NULL;
    OK(laminar_execute(db, "SHOW SINKS", &r));
    assert_non_null(strstr(result_text(r), "|100|"));
    laminar_result_free(r);
    run(db, "CREATE SOURCE slow (a BIGINT) FROM GENERATOR (rows_per_second = 1, max_rows = 1000);"
            "CREATE SINK k2 FROM slow INTO FILE (path = '/dev/null', format = 'csv')");
    FAILS(502, laminar_wait_idle(db, 50, NULL));
    expect_error(LAMINAR_ERR_SUBSCRIPTION, "LM070");
    Interrupter t;
    interrupts_begin(&t, db);
    FAILS(402, laminar_wait_idle(db, -1, NULL));
    interrupts_end(&t);
    run(db, "DROP SINK k2; CREATE SOURCE endless (a BIGINT) FROM GENERATOR (rows_per_second = 10);"
            "CREATE SINK k3 FROM endless INTO FILE (path = '/dev/null', format = 'csv')");
    OK(laminar_wait_idle(db, PATIENCE_MS, &unbounded));
    assert_true(unbounded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(test_null_pointers_set_no_message),
        DB_TEST(test_invalid_utf8),
        DB_TEST(test_codes_fold),
        DB_TEST(test_detail_has_the_place),
        DB_TEST(test_metadata_is_one_batch),
        DB_TEST(test_stream_errors_have_a_place),
        cmocka_unit_test(test_split_keeps_zero_bytes),
        DB_TEST(test_errors_are_per_thread),
        DB_TEST(test_messages_are_cut_not_overrun),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_open_with_config),
        cmocka_unit_test(test_buffer_rows_bounds_what_select_sees),
        cmocka_unit_test(test_memory_limit_is_an_error),
        DB_TEST(test_is_closed),
        DB_TEST(test_execute),
        DB_TEST(test_script_stops_at_the_first_error),
        DB_TEST(test_empty_text),
        DB_TEST(test_execute_info),
        DB_TEST(test_query_wants_a_query),
        DB_TEST(test_query_that_never_ends_is_refused),
        DB_TEST(test_limit_inside_ends_it),
        cmocka_unit_test(test_is_query),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_keywords),
        DB_TEST(test_interrupt),
        DB_TEST(test_hybrid),
        DB_TEST(test_interrupt_of_a_pattern),
        DB_TEST(test_wait_idle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
