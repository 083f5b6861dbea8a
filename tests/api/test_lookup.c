/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookup tables whose file changes: read anew, as the changes that lead there; kept when the file cannot be read; the same after
 * the database was closed. */
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

/* The rows of a query become these within ten seconds. */
static void becomes(LaminarConnection *db, const char *sql, const char *rows)
{
    for (int i = 0; i < 2000 && strcmp(rows_of(db, sql), rows) != 0; i++)
        usleep(5000);
    assert_string_equal(rows_of(db, sql), rows);
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
    becomes(db, VIEW, "10000|99995000|133321667;");
    ROWS(db, SUMS, "10000|99995000|133321667;");
    ROWS(db, "SELECT error FROM laminar_system.lookup_tables", "NULL;");
    assert_int_equal(unlink(file), 0);
    becomes(db, "SELECT error IS NOT NULL FROM laminar_system.lookup_tables", "t;");
    ROWS(db, SUMS, "10000|99995000|133321667;");
    OK(laminar_close(db));
    db = open_dir(); /* without the file */
    ROWS(db, SUMS, "10000|99995000|133321667;");
    ROWS(db, VIEW, "10000|99995000|133321667;");
    write_rows(0, 1, 1);
    becomes(db, VIEW, "1|0|0;");
    write_rows(0, 0, 1);
    becomes(db, VIEW, "0|NULL|NULL;");
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
    for (int i = 0; i < 2000 && !(strstr(got, "3|21") && strstr(got, "-1:0|0")); i++) {
        LaminarChange change = {0};
        if (laminar_subscription_next(s, 5, &change) == LAMINAR_OK && change.batch)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_refresh, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_once, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
