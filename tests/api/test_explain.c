/* SPDX-License-Identifier: Apache-2.0
 *
 * EXPLAIN ANALYZE of a view that gets rows while it is watched: which keys are hot. VERIFY VIEW after the database was opened
 * again, from the log and from a checkpoint. */
#include "directory_test.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct Feeding {
    LaminarConnection *db;
    _Atomic bool over;
} Feeding;

/* Of ten rows six are of ann, two of 'bo''b', two of a key that comes once. */
static int32_t push_ten(LaminarWriter *w, int64_t *next)
{
    int32_t bad = 0;
    for (int i = 0; i < 10; i++) {
        LaminarRow *row = NULL;
        char once[32];
        (void)snprintf(once, sizeof(once), "once %lld", (long long)(*next)++);
        const char *key = i < 6 ? "ann" : i < 8 ? "bo'b" : once;
        bad |= laminar_row_begin(w, &row);
        bad |= laminar_row_text(row, 0, key, strlen(key));
        bad |= laminar_row_i64(row, 1, i);
        bad |= laminar_row_end(row);
    }
    return bad | laminar_writer_flush(w);
}

static void *feed(void *self)
{
    Feeding *f = self;
    LaminarWriter *w = NULL;
    int64_t next = 0;
    int32_t bad = laminar_writer_create(f->db, "s", &w);
    while (!bad && !atomic_load(&f->over)) {
        bad = push_ten(w, &next);
        usleep(1000);
    }
    laminar_writer_free(w);
    return (void *)(intptr_t)bad;
}

static const char *answer(LaminarConnection *db, const char *sql)
{
    LaminarQueryResult *result = NULL;
    if (laminar_execute(db, sql, &result) != LAMINAR_OK)
        fail_msg("%s in %s", laminar_last_error(), sql);
    const char *text = result_text(result);
    laminar_result_free(result);
    return text;
}

static bool says(LaminarConnection *db, const char *sql, const char *part)
{
    return strstr(answer(db, sql), part) != NULL;
}

/* A second is looked at: one in which rows come. */
static void comes_to_say(LaminarConnection *db, const char *sql, const char *part)
{
    for (int64_t end = now_ms() + PATIENCE_MS; !says(db, sql, part);)
        if (now_ms() > end)
            fail_msg("%s does not say %s: %s", sql, part, answer(db, sql));
}

static void test_hot_keys(void **state)
{
    LaminarConnection *db = *state;
    Feeding f = {.db = db};
    pthread_t t;
    void *bad = db;
    run(db, "CREATE TABLE names (name TEXT PRIMARY KEY, n INT); INSERT INTO names VALUES ('ann', 1);"
            "CREATE SOURCE s (k TEXT, v BIGINT);"
            "CREATE MATERIALIZED VIEW counts AS SELECT k, count(*) AS n FROM s GROUP BY k;"
            "CREATE STREAM named AS SELECT s.v FROM s JOIN names ON names.name = s.k;"
            "CREATE MATERIALIZED VIEW mixed AS SELECT k, v % 2 AS odd, count(*) AS n FROM s GROUP BY k, v % 2;"
            "CREATE MATERIALIZED VIEW whole AS SELECT count(*) AS n FROM s");
    assert_int_equal(pthread_create(&t, NULL, feed, &f), 0);
    comes_to_say(db, "EXPLAIN ANALYZE counts", "hot keys 'ann' (60.0 %), 'bo''b' (20.0 %))");
    comes_to_say(db, "EXPLAIN ANALYZE named", "hot keys left 'ann' (60.0 %), 'bo''b' (20.0 %))");
    comes_to_say(db, "EXPLAIN ANALYZE mixed", "hot keys ('ann', 0) (30.0 %), ('ann', 1) (30.0 %)");
    assert_false(says(db, "EXPLAIN ANALYZE whole", "hot keys"));
    comes_to_say(db, "EXPLAIN (ANALYZE, FORMAT JSON) counts", "\"Hot Keys\": [{\"Input\": 1, \"Key\": \"'ann'\", \"Rows\": ");
    atomic_store(&f.over, true);
    assert_int_equal(pthread_join(t, &bad), 0);
    assert_null(bad);
    /* Nothing comes: no key is hot. */
    assert_false(says(db, "EXPLAIN ANALYZE counts", "hot keys"));
}

/* What a running view's plan says is its own: the statement that made it has gone. */
static void test_pattern(void **state)
{
    LaminarConnection *db = *state;
    run(db,
        "CREATE SOURCE e (k TEXT, v BIGINT, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '1' SECOND);"
        "CREATE MATERIALIZED VIEW rises AS SELECT * FROM e MATCH_RECOGNIZE (PARTITION BY k ORDER BY at MEASURES FIRST(low.v) AS "
        "a, LAST(high.v) AS b PATTERN (low high) DEFINE high AS high.v > low.v);"
        "CREATE TABLE other (a_column_of_some_length TEXT, another_one_of_some_length TEXT)");
    assert_true(says(db, "EXPLAIN ANALYZE rises", "low, high of k by at"));
}

/* Why an operator keeps its rows is said with the names of now. */
static void test_renamed(void **state)
{
    LaminarConnection *db = *state;
    run(db, "CREATE TABLE t (k INT PRIMARY KEY, v INT); CREATE TABLE u (k INT PRIMARY KEY, v INT); CREATE SCHEMA s;"
            "CREATE MATERIALIZED VIEW sums AS SELECT t.v, count(*) AS n FROM t JOIN u USING (k) GROUP BY t.v;"
            "ALTER TABLE t RENAME TO t2; ALTER TABLE u SET SCHEMA s");
    const char *text = answer(db, "EXPLAIN ANALYZE sums"); /* looks at it for a second */
    assert_non_null(strstr(text, "stored table \"t2\""));
    assert_non_null(strstr(text, "stored table \"s.u\""));
    assert_null(strstr(text, "stored table \"t\""));
}

static void test_settings(void **state)
{
    LaminarConnection *db = *state;
    assert_false(says(db, "EXPLAIN (SETTINGS) SELECT 1", "settings|"));
    run(db, "SET state_check = strict; SET threads = 2; SET application_name = 'x'");
    assert_true(says(db, "EXPLAIN (SETTINGS) SELECT 1", "settings|state_check = strict, threads = 2;"));
    assert_true(
        says(db, "EXPLAIN (SETTINGS, FORMAT JSON) SELECT 1", "\"Settings\": {\"state_check\": \"strict\", \"threads\": \"2\"}"));
    assert_false(says(db, "EXPLAIN SELECT 1", "settings|"));
}

/* How much of a source's rows a view has read is known after a restart, too. */
static void test_verify_opened_again(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE SOURCE s (a BIGINT); CREATE SOURCE short (a BIGINT) WITH (buffer_size = 1000);"
            "CREATE TABLE t (a BIGINT PRIMARY KEY); CREATE STREAM big AS SELECT a FROM t WHERE a > 10;"
            "CREATE MATERIALIZED VIEW of_s AS SELECT a % 3 AS k, count(*) AS n FROM s GROUP BY a % 3;"
            "CREATE MATERIALIZED VIEW of_short AS SELECT count(*) AS n FROM short;"
            "CREATE MATERIALIZED VIEW of_big AS SELECT count(*) AS n FROM big;"
            "INSERT INTO s SELECT * FROM generate_series(1, 100); INSERT INTO t SELECT * FROM generate_series(1, 20);"
            "INSERT INTO short SELECT * FROM generate_series(1, 30000)");
    for (int i = 0; i < 3; i++) {
        assert_string_equal(answer(db, "VERIFY VIEW of_s"), "");
        assert_string_equal(answer(db, "VERIFY VIEW of_big"), "");
        FAILS(400, laminar_execute(db, "VERIFY VIEW of_short", NULL));
        expect_error(LAMINAR_ERR_QUERY, "55000");
        if (i == 1)
            run(db, "CHECKPOINT; INSERT INTO s VALUES (7); DELETE FROM t WHERE a = 20");
        OK(laminar_close(db));
        db = open_at(dir);
    }
    OK(laminar_close(db));
}

int main(void)
{
    const struct CMUnitTest tests[] = {DB_TEST(test_hot_keys), DB_TEST(test_pattern), DB_TEST(test_renamed), DB_TEST(test_settings),
                                       DIRECTORY_TEST(test_verify_opened_again)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
