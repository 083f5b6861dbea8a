/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookup tables whose file changes: read anew, as the changes that lead there; kept when the file cannot be read; the same after
 * the database was closed.  And those whose rows are asked for by key: what waits, what fails, what is forgotten, what a restart
 * asks again. */
#include "api_test.h"

#include <unistd.h>

static char root[64], dir[96], file[96];

static int set_up(void **state)
{
    (void)state;
    snprintf(root, sizeof(root), "%s", "/tmp/laminar-lookup-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    snprintf(dir, sizeof(dir), "%s/db", root);
    snprintf(file, sizeof(file), "%s/t.csv", root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

static void write_rows(int from, int n, int factor)
{
    char temporary[128];
    snprintf(temporary, sizeof(temporary), "%s.new", file);
    FILE *f = fopen(temporary, "w");
    assert_non_null(f);
    fprintf(f, "k,v\n");
    for (int i = from; i < from + n; i++)
        fprintf(f, "%d,%d\n", i, i % 3 ? i : i * factor);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(rename(temporary, file), 0);
}

static LaminarConnection *open_dir(void)
{
    LaminarConnection *db = NULL;
    OK(laminar_open_with_config(dir, NULL, &db));
    return db;
}

static void create(LaminarConnection *db, const char *options)
{
    char sql[512];
    snprintf(sql, sizeof(sql), "CREATE LOOKUP TABLE t (k BIGINT PRIMARY KEY, v BIGINT) FROM FILE (path = '%s') WITH (%s)", file,
             options);
    run(db, sql);
}

#define SUMS "SELECT count(*), sum(k), sum(v) FROM t"
#define VIEW "SELECT * FROM sums"

static void test_refresh(void **state)
{
    (void)state;
    LaminarConnection *db = open_dir();
    write_rows(0, 10000, 1);
    create(db, "refresh = 'periodic:20ms'");
    run(db, "CREATE MATERIALIZED VIEW sums AS SELECT count(*) AS n, sum(k) AS k, sum(v) AS v FROM t");
    ROWS(db, VIEW, "10000|49995000|49995000;");
    write_rows(5000, 10000, 2); /* rows go, rows stay, rows change, rows come */
    rows_become(db, VIEW, "10000|99995000|133321667;");
    ROWS(db, SUMS, "10000|99995000|133321667;");
    ROWS(db, "SELECT error FROM laminar_system.lookup_tables", "NULL;");
    assert_int_equal(unlink(file), 0);
    rows_become(db, "SELECT error IS NOT NULL FROM laminar_system.lookup_tables", "t;");
    ROWS(db, SUMS, "10000|99995000|133321667;");
    OK(laminar_close(db));
    db = open_dir(); /* without the file */
    ROWS(db, SUMS, "10000|99995000|133321667;");
    ROWS(db, VIEW, "10000|99995000|133321667;");
    write_rows(0, 1, 1);
    rows_become(db, VIEW, "1|0|0;");
    write_rows(0, 0, 1);
    rows_become(db, VIEW, "0|NULL|NULL;");
    run(db, "DROP LOOKUP TABLE t CASCADE");
    OK(laminar_close(db));
}

/* Rows that stay the same do not move: who watches sees only what is new. */
static void test_changes(void **state)
{
    (void)state;
    LaminarConnection *db = open_dir();
    write_rows(0, 3, 1);
    create(db, "refresh = 'periodic:20ms'");
    LaminarSubscription *s = NULL;
    LaminarSubscribeOptions o = {.size = sizeof(o), .start = LAMINAR_START_LATEST};
    char got[4096] = "";
    OK(laminar_subscribe(db, "t", &o, &s));
    write_rows(1, 3, 7);
    while (!(strstr(got, "3|21") && strstr(got, "-1:0|0"))) {
        LaminarChange change = {0};
        OK(laminar_subscription_next(s, PATIENCE_MS, &change));
        batch_add_text(change.batch, got, sizeof(got));
    }
    assert_null(strstr(got, "1|1")); /* not taken back and given again */
    assert_non_null(strstr(got, "-1:0|0"));
    laminar_subscription_release(s);
    OK(laminar_close(db));
}

static void test_once(void **state)
{
    (void)state;
    LaminarConnection *db = open_dir();
    write_rows(0, 3, 1);
    create(db, "refresh = 'snapshot_only'");
    write_rows(0, 6, 1);
    OK(laminar_close(db));
    db = open_dir();
    usleep(50000);
    ROWS(db, SUMS, "3|3|3;");
    run(db, "CHECKPOINT");
    OK(laminar_close(db));
    db = open_dir();
    ROWS(db, SUMS, "3|3|3;");
    OK(laminar_close(db));
}

/* Only when it is said: what cannot be read changes nothing, and the log has what was read. */
static void test_by_hand(void **state)
{
    (void)state;
    LaminarConnection *db = open_dir();
    LaminarQueryResult *r = NULL;
    LaminarError e = {.size = sizeof(e)};
    write_rows(0, 10, 1);
    create(db, "refresh = 'manual'");
    run(db, "CREATE MATERIALIZED VIEW sums AS SELECT count(*) AS n, sum(k) AS k, sum(v) AS v FROM t");
    write_rows(5, 10, 2);
    usleep(30000);
    ROWS(db, VIEW, "10|45|45;");
    run(db, "REFRESH LOOKUP TABLE t");
    ROWS(db, VIEW, "10|95|122;");
    ROWS(db, "SELECT refresh, fills FROM laminar_system.lookup_tables", "manual|2;");
    assert_int_equal(unlink(file), 0);
    assert_int_not_equal(laminar_execute(db, "REFRESH TABLE t", &r), LAMINAR_OK);
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, "58P01");
    ROWS(db, VIEW, "10|95|122;");
    OK(laminar_close(db));
    db = open_dir();
    ROWS(db, VIEW, "10|95|122;");
    write_rows(0, 3, 1);
    run(db, "REFRESH TABLE t");
    ROWS(db, VIEW, "3|3|3;");
    run(db, "DROP LOOKUP TABLE t CASCADE");
    create(db, "strategy = 'on-demand', cache_ttl = '1 hour'");
    ROWS(db, "SELECT v FROM t WHERE k = 0", "0;");
    ROWS(db, "SELECT v FROM t WHERE k = 2", "2;");
    write_rows(2, 1, 1);
    ROWS(db, "SELECT v FROM t WHERE k = 0", "0;");
    run(db, "REFRESH TABLE t");
    ROWS(db, "SELECT count(*) FROM \"t$keys\"", "0;");
    ROWS(db, "SELECT v FROM t WHERE k IN (0, 2)", "2;");
    OK(laminar_close(db));
}

/* ---- rows asked for by key ---- */

static void push_keys(LaminarConnection *db, int from, int n)
{
    char sql[160];
    snprintf(sql, sizeof(sql), "INSERT INTO s SELECT g FROM generate_series(%d, %d) AS t(g)", from, from + n - 1);
    run(db, sql);
}

static void create_by_key(LaminarConnection *db, const char *options)
{
    create(db, options);
    run(db, "CREATE SOURCE s (k BIGINT)");
    run(db, "CREATE MATERIALIZED VIEW j AS SELECT s.k, t.v FROM s LEFT JOIN t ON t.k = s.k");
    run(db, "CREATE MATERIALIZED VIEW sums AS SELECT count(*) AS n, sum(k) AS k, sum(v) AS v FROM j");
}

/* Answers are forgotten and asked for again; those that say that there is no row sooner. */
static void test_ttl(void **state)
{
    (void)state;
    LaminarConnection *db = open_dir();
    write_rows(0, 10, 1);
    create_by_key(db, "strategy = 'on-demand', cache_ttl = '1 hour', negative_ttl = '30ms'");
    push_keys(db, 0, 12);
    rows_become(db, VIEW, "12|66|45;");
    write_rows(0, 12, 2);
    rows_become(db, "SELECT count(*) FROM \"t$keys\"", "10;");
    push_keys(db, 0, 12);
    rows_become(db, VIEW, "24|132|111;"); /* 10 and 11 are there now, 0 to 9 are as they were */
    run(db, "DROP LOOKUP TABLE t CASCADE");
    create(db, "cache_mode = 'none'");
    run(db, "CREATE MATERIALIZED VIEW sums AS SELECT count(*) AS n, sum(s.k) AS k, sum(v) AS v FROM s JOIN t USING (k)");
    rows_become(db, VIEW, "24|132|168;"); /* of the rows that the source retains */
    push_keys(db, 0, 100);
    rows_become(db, VIEW, "36|198|252;");
    rows_become(db, "SELECT count(*) FROM \"t$keys\"", "0;");
    OK(laminar_close(db));
}

/* Nobody answers: rows wait, then go to the errors of the query, and the next ones ask again. */
static void test_timeout(void **state)
{
    (void)state;
    LaminarConnection *db = open_dir();
    write_rows(0, 10, 1);
    create_by_key(db, "strategy = 'on-demand', lookup_timeout = '200ms', negative_ttl = '1ms'");
    push_keys(db, 0, 5);
    rows_become(db, VIEW, "5|10|10;");
    assert_int_equal(unlink(file), 0);
    push_keys(db, 3, 4); /* 3 and 4 are known; 5 and 6 are not */
    rows_become(db, VIEW, "7|17|17;");
    rows_become(db, "SELECT count(*) FROM \"j$errors\"", "2;");
    ROWS(db, "SELECT row_json, sqlstate FROM \"j$errors\" ORDER BY 1", "{\"k\":5}|LM068;{\"k\":6}|LM068;");
    ROWS(db, "SELECT message LIKE '\"t\" cannot be asked: %t.csv%' FROM \"j$errors\"", "t;t;");
    ROWS(db, "SELECT error LIKE '%t.csv%', failed, retries > 0 FROM laminar_system.lookup_tables", "t|2|t;");
    write_rows(0, 10, 1);
    rows_become(db, "SELECT count(*) FROM \"t$keys\" WHERE error IS NOT NULL", "0;");
    push_keys(db, 3, 4);
    rows_become(db, VIEW, "11|35|35;");
    ROWS(db, "SELECT error FROM laminar_system.lookup_tables", "NULL;");
    OK(laminar_close(db));
}

/* A query that ends asks for what it names, also of tables that keep little or nothing, and fails when nobody answers. */
static void test_select(void **state)
{
    (void)state;
    LaminarConnection *db = open_dir();
    LaminarQueryResult *r = NULL;
    LaminarError e = {.size = sizeof(e)};
    write_rows(0, 5000, 2);
    create(db, "cache_mode = 'none', lookup_timeout = '200ms'");
    for (int i = 0; i < 3; i++)
        ROWS(db, "SELECT * FROM t WHERE k IN (3, 7777, 4)", "3|6;4|4;");
    rows_become(db, "SELECT count(*) FROM \"t$keys\"", "0;");
    ROWS(db, SUMS, "5000|12497500|16663333;");
    assert_int_equal(unlink(file), 0);
    assert_int_not_equal(laminar_query(db, "SELECT * FROM t WHERE k = 5", &r), LAMINAR_OK);
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, "LM068");
    assert_int_not_equal(laminar_query(db, SUMS, &r), LAMINAR_OK);
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, "58P01");
    run(db, "DROP LOOKUP TABLE t");
    write_rows(0, 5000, 2);
    create(db, "strategy = 'on-demand', cache_max_entries = 2");
    ROWS(db, "SELECT count(*), sum(v) FROM t WHERE k IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)", "10|73;");
    rows_become(db, "SELECT count(*) FROM \"t$keys\"", "2;");
    OK(laminar_close(db));
}

/* What waits when the database is closed waits when it is opened: out of the log, and out of a checkpoint. */
static void restart_waiting(bool checkpoint)
{
    LaminarConnection *db = open_dir();
    write_rows(0, 5000, 1);
    create_by_key(db, "strategy = 'on-demand', lookup_timeout = '1 hour', cache_ttl = '1 hour'");
    push_keys(db, 0, 5);
    rows_become(db, VIEW, "5|10|10;");
    assert_int_equal(unlink(file), 0);
    push_keys(db, 4000, 2000);
    push_keys(db, 0, 2);
    if (checkpoint)
        run(db, "CHECKPOINT");
    push_keys(db, 100, 1);
    ROWS(db, VIEW, "5|10|10;"); /* 0 and 1 are known, and wait behind the others */
    OK(laminar_close(db));
    db = open_dir();
    ROWS(db, VIEW, "5|10|10;");
    write_rows(0, 5000, 1);
    rows_become(db, VIEW, "2008|9999111|4499611;");
    run(db, "CHECKPOINT");
    OK(laminar_close(db));
    assert_int_equal(unlink(file), 0);
    db = open_dir();
    ROWS(db, VIEW, "2008|9999111|4499611;");
    push_keys(db, 4000, 2000); /* all known, without the file; those that are not there for a shorter time */
    rows_become(db, "SELECT count(*) >= 3008 FROM j", "t;");
    OK(laminar_close(db));
}

static void test_restart(void **state)
{
    (void)state;
    restart_waiting(false);
}

static void test_restart_checkpoint(void **state)
{
    (void)state;
    restart_waiting(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_refresh, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_by_hand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ttl, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timeout, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_select, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restart_checkpoint, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
