/* SPDX-License-Identifier: Apache-2.0
 *
 * Weighted rows through the C interface: Arrow arrays with weights, single rows with a weight, what is refused, what is counted. */
#include "api_test.h"

static void no_release(struct ArrowArray *a)
{
    a->release = NULL;
}

/* The rows of a query as one Arrow array. */
static void array_of(LaminarConnection *db, const char *sql, struct ArrowArray *ret)
{
    LaminarQueryResult *result = NULL;
    LaminarRecordBatch *batch = NULL;
    struct ArrowSchema schema;
    OK(laminar_query(db, sql, &result));
    OK(laminar_result_get_batch(result, 0, &batch));
    OK(laminar_batch_export(batch, ret, &schema));
    schema.release(&schema);
    laminar_batch_free(batch);
    laminar_result_free(result);
}

static int32_t push(LaminarWriter *w, LaminarConnection *db, const char *sql, const int32_t *weights)
{
    struct ArrowArray a;
    uint64_t ticket = 0;
    array_of(db, sql, &a);
    int32_t rc = laminar_writer_push_changes(w, &a, weights, &ticket);
    assert_null(a.release);
    assert_true(rc != LAMINAR_OK || ticket > 0);
    return rc;
}

static uint64_t unknown_deletes(LaminarWriter *w)
{
    LaminarWriterStats s = {.size = sizeof(s)};
    OK(laminar_writer_stats(w, &s));
    return s.unknown_deletes;
}

#define GIVEN "SELECT id, v FROM (VALUES "
#define AS_ROWS ") AS r (id, v)"

static void test_table(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    run(db, "CREATE TABLE t (id BIGINT PRIMARY KEY, v TEXT NOT NULL);"
            "CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n, min(v) AS lo FROM t");
    OK(laminar_writer_create(db, "t", &w));
    OK(push(w, db, GIVEN "(1::BIGINT, 'one'), (2, 'two'), (3, 'three')" AS_ROWS, (int32_t[]){1, 1, 1}));
    OK(push(w, db, GIVEN "(2::BIGINT, 'dos'), (2, 'two'), (3, NULL)" AS_ROWS, (int32_t[]){1, -1, -1}));
    ROWS(db, "SELECT * FROM t ORDER BY id", "1|one;2|dos;");
    ROWS(db, "SELECT * FROM n", "2|dos;");
    assert_int_equal(unknown_deletes(w), 0);
    OK(push(w, db, GIVEN "(9::BIGINT, 'none'), (2, 'two')" AS_ROWS, (int32_t[]){-1, -1}));
    assert_int_equal(unknown_deletes(w), 2);
    FAILS(300, push(w, db, GIVEN "(5::BIGINT, NULL::TEXT)" AS_ROWS, (int32_t[]){1}));
    ROWS(db, "SELECT * FROM n", "2|dos;");
    /* all of it goes */
    OK(push(w, db, GIVEN "(1::BIGINT, 'one'), (2, 'dos')" AS_ROWS, (int32_t[]){-1, -1}));
    ROWS(db, "SELECT * FROM n", "0|NULL;");
    laminar_writer_free(w);
}

static void test_bag(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    run(db, "CREATE SOURCE b (id BIGINT, v TEXT) WITH (changes = 'changelog')");
    OK(laminar_writer_create(db, "b", &w));
    OK(push(w, db, GIVEN "(1::BIGINT, 'x'), (1, 'x'), (2, NULL)" AS_ROWS, (int32_t[]){2, -1, 1}));
    ROWS(db, "SELECT * FROM b ORDER BY id", "1|x;2|NULL;");
    OK(push(w, db, GIVEN "(2::BIGINT, NULL::TEXT), (1, 'x')" AS_ROWS, (int32_t[]){-5, 0}));
    ROWS(db, "SELECT * FROM b ORDER BY id", "1|x;");
    assert_int_equal(unknown_deletes(w), 4);
    laminar_writer_free(w);
}

static void test_many_rows(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    enum { N = 10000 };
    static int32_t weights[N];
    run(db, "CREATE TABLE big (id BIGINT PRIMARY KEY, v BIGINT)");
    OK(laminar_writer_create(db, "big", &w));
    struct ArrowArray a;
    int64_t id[N], v[N];
    const void *buffers[1] = {NULL}, *id_buffers[2] = {NULL, id}, *v_buffers[2] = {NULL, v};
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < N; i++) {
            id[i] = i;
            v[i] = 2 * i;
            weights[i] = round ? -1 : 1;
        }
        struct ArrowArray child[2] = {{.length = N, .n_buffers = 2, .buffers = id_buffers, .release = no_release},
                                      {.length = N, .n_buffers = 2, .buffers = v_buffers, .release = no_release}};
        struct ArrowArray *children[2] = {&child[0], &child[1]};
        a = (struct ArrowArray){
            .length = N, .n_buffers = 1, .buffers = buffers, .n_children = 2, .children = children, .release = no_release};
        OK(laminar_writer_push_changes(w, &a, weights, NULL));
        ROWS(db, "SELECT count(*), sum(v) FROM big", round ? "0|NULL;" : "10000|99990000;");
    }
    laminar_writer_free(w);
}

static void test_rows_with_weight(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    run(db, "CREATE SOURCE u (id BIGINT PRIMARY KEY, v TEXT NOT NULL) WITH (changes = 'upsert')");
    OK(laminar_writer_create(db, "u", &w));
    for (int64_t i = 1; i <= 3; i++) {
        OK(laminar_row_begin(w, &row));
        OK(laminar_row_i64(row, 0, i));
        OK(laminar_row_text(row, 1, "x", 1));
        OK(laminar_row_end(row));
    }
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_weight(row, -1));
    OK(laminar_row_i64(row, 0, 2));
    OK(laminar_row_push(row));
    ROWS(db, "SELECT * FROM u ORDER BY id", "1|x;3|x;");
    /* the weight belongs to its row only */
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 2));
    OK(laminar_row_text(row, 1, "y", 1));
    OK(laminar_row_push(row));
    ROWS(db, "SELECT * FROM u ORDER BY id", "1|x;2|y;3|x;");
    FAILS(300, laminar_row_weight(row, -1));
    laminar_writer_free(w);
}

static void test_refused(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    struct ArrowArray a;
    run(db, "CREATE SOURCE s (id BIGINT, v TEXT)");
    OK(laminar_writer_create(db, "s", &w));
    OK(push(w, db, GIVEN "(1::BIGINT, 'x')" AS_ROWS, (int32_t[]){1}));
    FAILS(400, push(w, db, GIVEN "(1::BIGINT, 'x')" AS_ROWS, (int32_t[]){-1}));
    ROWS(db, "SELECT * FROM s", "1|x;");
    FAILS(302, push(w, db, "SELECT 1::BIGINT AS id", (int32_t[]){1}));
    array_of(db, GIVEN "(1::BIGINT, 'x')" AS_ROWS, &a);
    FAILS(-1, laminar_writer_push_changes(w, &a, NULL, NULL));
    assert_null(a.release);
    FAILS(-1, laminar_writer_push_changes(NULL, NULL, NULL, NULL));
    FAILS(-1, laminar_writer_stats(w, NULL));
    OK(laminar_writer_close(w));
    array_of(db, GIVEN "(1::BIGINT, 'x')" AS_ROWS, &a);
    FAILS(-1, laminar_writer_push_changes(w, &a, (int32_t[]){1}, NULL));
    assert_null(a.release);
    laminar_writer_free(w);
}

/* A writer knows the columns that were there when it was opened. */
static void test_altered(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    run(db, "CREATE SOURCE s (k BIGINT)");
    OK(laminar_writer_create(db, "s", &w));
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 1));
    OK(laminar_row_end(row));
    run(db, "ALTER SOURCE s ADD COLUMN note TEXT DEFAULT 'none'");
    FAILS(302, laminar_writer_flush(w));
    FAILS(302, laminar_row_begin(w, &row));
    laminar_writer_free(w); /* what it holds is lost with it */
    OK(laminar_writer_create(db, "s", &w));
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 2));
    OK(laminar_row_push(row));
    ROWS(db, "SELECT * FROM s", "2|none;");
    laminar_writer_free(w);
}

/* A row that was begun before, when the columns are as many as they were; a subscription that takes them by position. */
static void test_converted(void **state)
{
    static const char *const kinds[] = {"TABLE", "SOURCE"};
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    LaminarSubscription *sub = NULL;
    char sql[200];
    for (size_t i = 0; i < 2; i++) {
        snprintf(sql, sizeof(sql), "CREATE %s c (k BIGINT, v BIGINT)", kinds[i]);
        run(db, sql);
        OK(laminar_writer_create(db, "c", &w));
        OK(laminar_row_begin(w, &row));
        OK(laminar_row_i64(row, 0, 1));
        OK(laminar_row_i64(row, 1, INT64_C(0x4141414141414141)));
        OK(laminar_subscribe(db, "c", NULL, &sub));
        snprintf(sql, sizeof(sql), "ALTER %s c ALTER COLUMN v TYPE TEXT", kinds[i]);
        FAILS(102, laminar_execute(db, sql, NULL));
        expect_error(900, "55006");
        laminar_subscription_release(sub);
        run(db, sql);
        FAILS(302, laminar_row_push(row));
        laminar_writer_free(w);
        ROWS(db, "SELECT * FROM c", "");
        snprintf(sql, sizeof(sql), "DROP %s c", kinds[i]);
        run(db, sql);
    }
    run(db, "CREATE TABLE c (k BIGINT, CONSTRAINT few CHECK (k < 10))");
    OK(laminar_writer_create(db, "c", &w));
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 20));
    run(db, "ALTER TABLE c ALTER COLUMN k SET DEFAULT 5"); /* the rows are as they were, the constraints too */
    FAILS(300, laminar_row_push(row));
    expect_error(300, "23514");
    ROWS(db, "SELECT * FROM c", "");
    laminar_writer_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(test_table),   DB_TEST(test_bag),     DB_TEST(test_many_rows), DB_TEST(test_rows_with_weight),
        DB_TEST(test_refused), DB_TEST(test_altered), DB_TEST(test_converted),
    };
    return cmocka_run_group_tests_name("api_changes", tests, NULL, NULL);
}
