/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookups that the program answers: at once and from other threads, late, in parts, wrongly, as failures; over restarts, and when
 * table or database are gone before the answer comes. */
#include "api_test.h"

#include <pthread.h>
#include <unistd.h>

static struct Users {
    pthread_mutex_t lock;
    LaminarLookupRequest *open[64]; /* that nobody has answered yet */
    int n_open, n_asked, n_keys, n_destroyed;
    bool keeps, fails, by_arrow;
} users;

static char root[64], dir[96];

/* Odd keys are there: (k, 'u<k>', k * 10). */
static void answer(LaminarLookupRequest *q)
{
    size_t n = laminar_lookup_num_keys(q);
    for (size_t i = 0; i < n; i++) {
        char id[32], name[32], v[32];
        int64_t k = laminar_lookup_key_i64(q, i, 0);
        assert_int_equal(k, atoll(laminar_lookup_key_text(q, i, 0, NULL)));
        snprintf(id, sizeof(id), "%lld", (long long)k);
        snprintf(name, sizeof(name), "u%lld", (long long)k);
        snprintf(v, sizeof(v), "%lld", (long long)(10 * k));
        if (k % 2)
            OK(laminar_lookup_row(q, (const char *[]){id, k % 3 ? name : NULL, v}, 3));
    }
    OK(laminar_lookup_row(q, (const char *[]){"1000000", "nobody asked", "1"}, 3));
    OK(laminar_lookup_done(q));
}

static void ask(LaminarLookupRequest *q, void *user_data)
{
    struct Users *u = user_data;
    pthread_mutex_lock(&u->lock);
    u->n_asked++;
    u->n_keys += (int)laminar_lookup_num_keys(q);
    bool keeps = u->keeps, fails = u->fails;
    if (keeps && u->n_open < 64)
        u->open[u->n_open++] = q;
    pthread_mutex_unlock(&u->lock);
    if (keeps)
        return;
    if (fails)
        OK(laminar_lookup_fail(q, "the service is down"));
    else
        answer(q);
}

static void destroy(void *user_data)
{
    ((struct Users *)user_data)->n_destroyed++;
}

static LaminarLookupRequest *take_open(void)
{
    LaminarLookupRequest *q = NULL;
    for (int64_t end = now_ms() + PATIENCE_MS; !q && now_ms() < end;) {
        pthread_mutex_lock(&users.lock);
        q = users.n_open ? users.open[--users.n_open] : NULL;
        pthread_mutex_unlock(&users.lock);
        if (!q)
            usleep(2000);
    }
    assert_non_null(q);
    return q;
}

static void register_users(LaminarConnection *db)
{
    LaminarLookup l = {.size = sizeof(l), .name = "users", .user_data = &users, .destroy = destroy, .ask = ask};
    OK(laminar_register_lookup(db, &l));
}

#define CREATE "CREATE LOOKUP TABLE t (k BIGINT PRIMARY KEY, name TEXT, v BIGINT) FROM PROGRAM (lookup = 'users') "

static LaminarConnection *open_with(const char *options)
{
    LaminarConnection *db = NULL;
    char sql[256];
    OK(laminar_open_with_config(dir, NULL, &db));
    register_users(db);
    snprintf(sql, sizeof(sql), CREATE "WITH (%s)", options);
    run(db, sql);
    run(db, "CREATE SOURCE s (k BIGINT)");
    run(db, "CREATE MATERIALIZED VIEW j AS SELECT s.k, t.name, t.v FROM s LEFT JOIN t ON t.k = s.k");
    return db;
}

static int set_up(void **state)
{
    (void)state;
    users = (struct Users){.lock = PTHREAD_MUTEX_INITIALIZER};
    snprintf(root, sizeof(root), "%s", "/tmp/laminar-program-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    snprintf(dir, sizeof(dir), "%s/db", root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

#define J "SELECT * FROM j ORDER BY k"

static void test_at_once(void **state)
{
    (void)state;
    LaminarConnection *db = open_with("cache_ttl = '1 hour', negative_ttl = '1 hour', lookup_timeout = '1 hour'");
    run(db, "INSERT INTO s VALUES (1), (2), (3), (NULL), (1)");
    rows_become(db, J, "1|u1|10;1|u1|10;2|NULL|NULL;3|NULL|30;NULL|NULL|NULL;");
    assert_int_equal(users.n_keys, 3);
    ROWS(db, "SELECT * FROM t WHERE k IN (3, 4, 5)", "3|NULL|30;5|u5|50;");
    assert_int_equal(users.n_keys, 5);
    run(db, "INSERT INTO s SELECT g FROM generate_series(1, 10000) AS t(g)");
    rows_become(db, "SELECT count(*), count(v), sum(v), count(name) FROM j", "10005|5003|250000050|3335;");
    assert_int_equal(users.n_keys, 10000);
    OK(laminar_close(db));
    assert_int_equal(users.n_destroyed, 1);
}

static void *answer_later(void *q)
{
    usleep(3000);
    answer(q);
    return NULL;
}

/* Rows wait in their order; the last request may be answered first. */
static void test_threads(void **state)
{
    (void)state;
    pthread_t thread[2];
    users.keeps = true;
    LaminarConnection *db = open_with("strategy = 'on-demand', lookup_timeout = '1 hour'");
    run(db, "INSERT INTO s VALUES (1)");
    LaminarLookupRequest *first = take_open();
    run(db, "INSERT INTO s VALUES (5), (1)");
    LaminarLookupRequest *second = take_open();
    ROWS(db, J, "");
    assert_int_equal(pthread_create(&thread[0], NULL, answer_later, second), 0);
    assert_int_equal(pthread_join(thread[0], NULL), 0);
    rows_become(db, "SELECT count(*) FROM \"t$keys\"", "1;");
    ROWS(db, J, "");
    assert_int_equal(pthread_create(&thread[1], NULL, answer_later, first), 0);
    assert_int_equal(pthread_join(thread[1], NULL), 0);
    rows_become(db, J, "1|u1|10;1|u1|10;5|u5|50;");
    OK(laminar_close(db));
}

/* Failures are asked again until time is over; what comes behind that is dropped. */
static void test_failures(void **state)
{
    (void)state;
    users.fails = true;
    LaminarConnection *db = open_with("lookup_timeout = '300ms', negative_ttl = '1ms'");
    int failures = 0;
    for (bool again = false; !again;) { /* more than once, unless the thread that asks stands still for all of the time */
        char count[16];
        snprintf(count, sizeof(count), "%d;", ++failures);
        run(db, "INSERT INTO s VALUES (1)");
        rows_become(db, "SELECT count(*) FROM \"j$errors\"", count);
        rows_become(db, "SELECT count(*) FROM \"t$keys\"", "0;");
        pthread_mutex_lock(&users.lock);
        again = users.n_asked > failures;
        pthread_mutex_unlock(&users.lock);
    }
    ROWS(db, "SELECT DISTINCT sqlstate, message FROM \"j$errors\"", "LM068|\"t\" cannot be asked: the service is down;");
    pthread_mutex_lock(&users.lock);
    users.fails = false;
    users.keeps = true;
    pthread_mutex_unlock(&users.lock);
    run(db, "INSERT INTO s VALUES (3)");
    LaminarLookupRequest *late = take_open();
    rows_become(db, "SELECT count(*) FROM \"j$errors\" WHERE row_json LIKE '%3%'", "1;");
    answer(late);
    pthread_mutex_lock(&users.lock);
    users.keeps = false;
    pthread_mutex_unlock(&users.lock);
    rows_become(db, "SELECT count(*) FROM \"t$keys\"", "0;");
    run(db, "INSERT INTO s VALUES (3), (1)");
    rows_become(db, J, "1|u1|10;3|NULL|30;");
    OK(laminar_close(db));
}

/* The program is asked again what had no answer, not what had one; it may come later than the rows. */
static void test_restart(void **state)
{
    (void)state;
    LaminarConnection *db = open_with("cache_ttl = '1 hour', lookup_timeout = '1 hour'");
    run(db, "INSERT INTO s VALUES (1), (2)");
    rows_become(db, "SELECT count(*) FROM j", "2;");
    pthread_mutex_lock(&users.lock);
    users.keeps = true;
    pthread_mutex_unlock(&users.lock);
    run(db, "INSERT INTO s VALUES (7)");
    LaminarLookupRequest *lost = take_open();
    run(db, "CHECKPOINT");
    OK(laminar_close(db));
    assert_int_equal(users.n_destroyed, 0);
    answer(lost);
    assert_int_equal(users.n_destroyed, 1);
    OK(laminar_open_with_config(dir, NULL, &db));
    run(db, "INSERT INTO s VALUES (1)");
    usleep(20000);
    ROWS(db, "SELECT count(*) FROM j", "2;");
    users.keeps = false;
    int n_keys = users.n_keys;
    register_users(db);
    rows_become(db, J, "1|u1|10;1|u1|10;2|NULL|NULL;7|u7|70;");
    assert_int_equal(users.n_keys, n_keys + 1);
    run(db, "DROP LOOKUP TABLE t CASCADE");
    OK(laminar_close(db));
}

/* Tables and the database may go while requests are open. */
static void test_orphans(void **state)
{
    (void)state;
    users.keeps = true;
    LaminarConnection *db = open_with("lookup_timeout = '1 hour'");
    run(db, "INSERT INTO s VALUES (1)");
    LaminarLookupRequest *first = take_open();
    run(db, "DROP LOOKUP TABLE t CASCADE");
    OK(laminar_lookup_row(first, (const char *[]){"1", "x", "1"}, 3));
    OK(laminar_lookup_done(first));
    run(db, CREATE);
    run(db, "CREATE MATERIALIZED VIEW j AS SELECT s.k, t.name FROM s JOIN t ON t.k = s.k");
    LaminarLookupRequest *second = take_open();
    OK(laminar_close(db));
    OK(laminar_lookup_fail(second, NULL));
    assert_int_equal(users.n_destroyed, 1);
}

static void test_misuse(void **state)
{
    (void)state;
    users.keeps = true;
    LaminarConnection *db = open_with("strategy = 'on-demand', lookup_timeout = '1 hour'");
    LaminarLookup l = {.size = sizeof(l), .name = "users", .user_data = &users, .destroy = destroy, .ask = ask};
    LaminarQueryResult *r = NULL;
    LaminarError e = {.size = sizeof(e)};
    assert_int_not_equal(laminar_register_lookup(db, &l), LAMINAR_OK);
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, "42710");
    assert_int_equal(users.n_destroyed, 1);
    l.name = "";
    assert_int_not_equal(laminar_register_lookup(db, &l), LAMINAR_OK);
    l.name = "other";
    l.ask = NULL;
    assert_int_not_equal(laminar_register_lookup(db, &l), LAMINAR_OK);
    FAILS(LAMINAR_ERR_NULL_POINTER, laminar_register_lookup(db, NULL));
    static const struct {
        const char *sql, *sqlstate;
    } bad[] = {
        {"SELECT * FROM t", "0A000"},
        {"SELECT count(*) FROM s JOIN t ON t.k = s.k", "0A000"},
        {"CREATE LOOKUP TABLE x (k BIGINT PRIMARY KEY) FROM PROGRAM (lookup = 'nobody')", "LM060"},
        {"CREATE LOOKUP TABLE x (k BIGINT PRIMARY KEY) FROM PROGRAM", "LM066"},
        {"CREATE LOOKUP TABLE x (k BIGINT PRIMARY KEY) FROM PROGRAM (lookup = 'users', path = 'x')", "LM064"},
        {"CREATE LOOKUP TABLE x (k BIGINT PRIMARY KEY) FROM PROGRAM (lookup = 'users') FORMAT CSV", "LM065"},
        {"CREATE LOOKUP TABLE x (k BIGINT PRIMARY KEY) FROM PROGRAM (lookup = 'users') WITH (strategy = 'replicated')", "LM065"},
        {"CREATE LOOKUP TABLE x (k BIGINT PRIMARY KEY) FROM PROGRAM (lookup = 'users') WITH (cache_mode = 'full')", "LM065"},
        {"CREATE SOURCE x (k BIGINT) FROM PROGRAM (lookup = 'users')", "0A000"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_not_equal(laminar_execute(db, bad[i].sql, &r), LAMINAR_OK);
        OK(laminar_last_error_detail(&e));
        if (strcmp(e.sqlstate, bad[i].sqlstate) != 0)
            fail_msg("%s: %s %s", bad[i].sql, e.sqlstate, e.message);
    }
    run(db, "INSERT INTO s VALUES (1)");
    LaminarLookupRequest *q = take_open();
    assert_int_not_equal(laminar_lookup_row(q, (const char *[]){"1", "x"}, 2), LAMINAR_OK);
    assert_int_not_equal(laminar_lookup_row(q, (const char *[]){"one", "x", "1"}, 3), LAMINAR_OK);
    OK(laminar_lookup_row(q, (const char *[]){NULL, "without a key", "1"}, 3));
    assert_int_equal(laminar_lookup_key_i64(q, 7, 0), 0);
    assert_int_equal(laminar_lookup_key_i64(q, 0, 1), 0);
    assert_string_equal(laminar_lookup_key_text(q, 0, 9, NULL), "");
    OK(laminar_lookup_row(q, (const char *[]){"1", "first", "1"}, 3));
    OK(laminar_lookup_row(q, (const char *[]){"1", "last", "2"}, 3));
    OK(laminar_lookup_done(q));
    rows_become(db, J, "1|last|2;");
    FAILS(LAMINAR_ERR_NULL_POINTER, laminar_lookup_done(NULL));
    FAILS(LAMINAR_ERR_NULL_POINTER, laminar_lookup_fail(NULL, "x"));
    assert_int_equal(laminar_lookup_num_keys(NULL), 0);
    OK(laminar_close(db));
}

/* Rows as Arrow: the batches of a query are handed on as they are. */
static void test_arrow(void **state)
{
    (void)state;
    users.keeps = true;
    LaminarConnection *db = open_with("strategy = 'on-demand', lookup_timeout = '1 hour'");
    LaminarQueryResult *r = NULL;
    LaminarRecordBatch *b = NULL;
    struct ArrowArray array = {0};
    struct ArrowSchema schema = {0};
    run(db, "INSERT INTO s VALUES (1), (2), (3)");
    LaminarLookupRequest *q = take_open();
    OK(laminar_query(db, "SELECT g AS k, 'a' || g AS name, g * 2 AS v FROM generate_series(2, 9) AS t(g)", &r));
    OK(laminar_result_get_batch(r, 0, &b));
    OK(laminar_batch_export(b, &array, &schema));
    OK(laminar_lookup_rows(q, &array, &schema));
    schema.release(&schema);
    laminar_batch_free(b);
    laminar_result_free(r);
    OK(laminar_lookup_done(q));
    rows_become(db, J, "1|NULL|NULL;2|a2|4;3|a3|6;");
    OK(laminar_close(db));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_orphans, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_misuse, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_arrow, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
