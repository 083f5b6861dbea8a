/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of the program: scalar, in whole columns, aggregates with and without taking back, functions that give rows; errors by
 * row, refusals, what a directory says of functions that are not there. */
#include "api_test.h"

#include <stdlib.h>

/* ---- running and comparing ---- */

static int32_t exec_sql(LaminarConnection *db, const char *sql)
{
    return laminar_execute(db, sql, NULL);
}

/* All rows as "a|b;c|d". */
static const char *rows_as(LaminarConnection *db, const char *sql)
{
    static char text[4096];
    LaminarQueryResult *r = NULL;
    LaminarRecordBatch *b;
    size_t n_batches = 0, n_rows = 0, n_cols = 0, at = 0;
    if (laminar_query(db, sql, &r) != 0)
        return laminar_last_error();
    assert_int_equal(laminar_result_num_batches(r, &n_batches), 0);
    text[0] = '\0';
    for (size_t i = 0; i < n_batches; i++) {
        assert_int_equal(laminar_result_get_batch(r, i, &b), 0);
        laminar_batch_num_rows(b, &n_rows);
        laminar_batch_num_columns(b, &n_cols);
        for (size_t row = 0; row < n_rows; row++)
            for (size_t c = 0; c < n_cols; c++) {
                const char *v;
                assert_int_equal(laminar_batch_text(b, row, c, &v, NULL), 0);
                at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", c ? "|" : at ? ";" : "", v ? v : "NULL");
            }
        laminar_batch_free(b);
    }
    laminar_result_free(r);
    return text;
}

static void check_state(const char *want)
{
    LaminarError e = {.size = sizeof(e)};
    assert_int_equal(laminar_last_error_detail(&e), 0);
    assert_string_equal(e.sqlstate, want);
}

/* ---- the functions ---- */

static int n_destroyed, n_calls, n_rows_seen;

static void count_destroy(void *user_data)
{
    (void)user_data;
    n_destroyed++;
}

/* twice(x), an error for 13 and one of the whole call for 14 */
static int32_t twice(LaminarCall *call, size_t n_rows)
{
    n_calls++;
    n_rows_seen += (int)n_rows;
    for (size_t i = 0; i < n_rows; i++) {
        int64_t x = laminar_arg_i64(call, 0, i);
        if (laminar_arg_is_null(call, 0, i))
            continue;
        if (x == 13)
            laminar_return_error(call, i, "thirteen is not doubled");
        if (x == 14) {
            laminar_return_error(call, SIZE_MAX, "fourteen breaks the call");
            return 1;
        }
        laminar_return_i64(call, i, x * (laminar_call_user_data(call) ? 3 : 2));
    }
    return 0;
}

static const char *const one_bigint[] = {"BIGINT"};
static LaminarFunction twice_function(void)
{
    return (LaminarFunction){.size = sizeof(LaminarFunction),
                             .name = "twice",
                             .kind = LAMINAR_FUNCTION_SCALAR,
                             .volatility = LAMINAR_IMMUTABLE,
                             .n_args = 1,
                             .arg_types = one_bigint,
                             .result = "BIGINT",
                             .destroy = count_destroy,
                             .scalar = twice};
}

static int32_t glue(LaminarCall *call, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++) {
        size_t n, m;
        char out[256];
        const char *a = laminar_arg_text(call, 0, i, &n), *b = laminar_arg_text(call, 1, i, &m);
        int len = snprintf(out, sizeof(out), "%.*s<%.*s>%g", (int)n, a, (int)m, b, laminar_arg_f64(call, 1, i));
        laminar_return_text(call, i, out, (size_t)len);
    }
    return 0;
}

/* Sum of squares: takes rows back. */
static void squares_step(LaminarCall *call, size_t n_rows, void *const *states, const int64_t *weights)
{
    for (size_t i = 0; i < n_rows; i++) {
        int64_t x = laminar_arg_i64(call, 0, i), *sum = states[i];
        sum[0] += weights[i] * x * x;
        sum[1] += weights[i];
    }
}
static void squares_merge(void *user_data, void *into, const void *from, int32_t sign)
{
    (void)user_data;
    for (int k = 0; k < 2; k++)
        ((int64_t *)into)[k] += sign * ((const int64_t *)from)[k];
}
static int32_t squares_final(LaminarCall *call, size_t n_states, void *const *states)
{
    for (size_t i = 0; i < n_states; i++) {
        const int64_t *sum = states[i];
        if (sum[0] == 666)
            laminar_return_error(call, i, "666 is no sum");
        else if (sum[1] > 0)
            laminar_return_i64(call, i, sum[0]);
    }
    return 0;
}

/* The longest text, with the number beside it, over all rows again: its state is on the heap. */
typedef struct Longest {
    char *text;
    int64_t number;
} Longest;
static void longest_step(LaminarCall *call, size_t n_rows, void *const *states, const int64_t *weights)
{
    for (size_t i = 0; i < n_rows; i++) {
        Longest *l = states[i];
        size_t n;
        const char *text = laminar_arg_text(call, 0, i, &n);
        assert_true(weights[i] > 0);
        if (!text || (l->text && strlen(l->text) >= n))
            continue;
        free(l->text);
        l->text = strdup(text);
        l->number = laminar_arg_i64(call, 1, i);
    }
}
static int32_t longest_final(LaminarCall *call, size_t n_states, void *const *states)
{
    for (size_t i = 0; i < n_states; i++) {
        const Longest *l = states[i];
        char out[128];
        if (!l->text)
            continue;
        int len = snprintf(out, sizeof(out), "%s:%d", l->text, (int)l->number);
        laminar_return_text(call, i, out, (size_t)len);
    }
    return 0;
}
static void longest_drop(void *user_data, void *state)
{
    (void)user_data;
    free(((Longest *)state)->text);
}

/* Words of a text with their numbers. */
static int32_t words(LaminarCall *call)
{
    size_t n, from = 0;
    int64_t number = 0;
    const char *text = laminar_arg_text(call, 0, 0, &n);
    for (size_t i = 0; i <= n; i++) {
        if (i < n && text[i] != ' ')
            continue;
        if (i > from) {
            laminar_return_i64(call, 0, ++number);
            laminar_return_text(call, 1, text + from, i - from);
            laminar_return_row(call);
        }
        from = i + 1;
    }
    if (n == 3 && memcmp(text, "bad", 3) == 0) {
        laminar_return_error(call, 0, "bad words");
        return 1;
    }
    return 0;
}
static int32_t count_down(LaminarCall *call)
{
    for (int64_t i = laminar_arg_i64(call, 0, 0); i > 0; i--) {
        laminar_return_i64(call, 0, i);
        laminar_return_row(call);
    }
    return 0;
}

/* x + 1 in whole columns. */
typedef struct Made {
    const void *buffers[2];
    int64_t value[4096];
} Made;
static void release_made(struct ArrowArray *a)
{
    free(a->private_data);
    a->release = NULL;
}
static int32_t plus_one(LaminarCall *call, const struct ArrowSchema *schema, const struct ArrowArray *args,
                        struct ArrowSchema *ret_schema, struct ArrowArray *ret)
{
    (void)ret_schema;
    Made *m = malloc(sizeof(*m));
    const struct ArrowArray *x = args->children[0];
    assert_string_equal(schema->children[0]->format, "l");
    assert_int_equal(args->n_children, 1);
    for (int64_t i = 0; i < args->length; i++) {
        m->value[i] = ((const int64_t *)x->buffers[1])[x->offset + i] + 1;
        if (m->value[i] == 14) {
            free(m);
            laminar_return_error(call, SIZE_MAX, "no thirteen");
            return 1;
        }
    }
    m->buffers[0] = NULL;
    m->buffers[1] = m->value;
    *ret = (struct ArrowArray){
        .length = args->length, .n_buffers = 2, .buffers = m->buffers, .release = release_made, .private_data = m};
    return 0;
}

/* ---- tests ---- */

static const char *const text_and_number[] = {"TEXT", "NUMERIC"};
static const char *const text_and_bigint[] = {"TEXT", "BIGINT"};
static const char *const one_text[] = {"TEXT"};

static void register_all(LaminarConnection *db)
{
    LaminarFunction f = twice_function();
    assert_int_equal(laminar_register_function(db, &f), 0);
    f = (LaminarFunction){.size = sizeof(f),
                          .name = "glue",
                          .volatility = LAMINAR_IMMUTABLE,
                          .strict = true,
                          .n_args = 2,
                          .arg_types = text_and_number,
                          .result = "TEXT",
                          .scalar = glue,
                          .destroy = count_destroy};
    assert_int_equal(laminar_register_function(db, &f), 0);
    f = (LaminarFunction){.size = sizeof(f),
                          .name = "squares",
                          .kind = LAMINAR_FUNCTION_AGGREGATE,
                          .strict = true,
                          .n_args = 1,
                          .arg_types = one_bigint,
                          .result = "BIGINT",
                          .state_bytes = 16,
                          .invertible = true,
                          .volatility = LAMINAR_IMMUTABLE,
                          .step = squares_step,
                          .merge = squares_merge,
                          .final = squares_final};
    assert_int_equal(laminar_register_function(db, &f), 0);
    f.name = "squares_alone";
    f.merge = NULL;
    assert_int_equal(laminar_register_function(db, &f), 0);
    f = (LaminarFunction){.size = sizeof(f),
                          .name = "longest",
                          .kind = LAMINAR_FUNCTION_AGGREGATE,
                          .n_args = 2,
                          .arg_types = text_and_bigint,
                          .result = "TEXT",
                          .state_bytes = sizeof(Longest),
                          .step = longest_step,
                          .final = longest_final,
                          .drop = longest_drop};
    assert_int_equal(laminar_register_function(db, &f), 0);
    f = (LaminarFunction){.size = sizeof(f),
                          .name = "words",
                          .kind = LAMINAR_FUNCTION_TABLE,
                          .n_args = 1,
                          .strict = true,
                          .volatility = LAMINAR_IMMUTABLE,
                          .arg_types = one_text,
                          .result = "n BIGINT, word TEXT",
                          .table = words};
    assert_int_equal(laminar_register_function(db, &f), 0);
    f = (LaminarFunction){.size = sizeof(f),
                          .name = "count_down",
                          .kind = LAMINAR_FUNCTION_TABLE,
                          .n_args = 1,
                          .volatility = LAMINAR_IMMUTABLE,
                          .arg_types = one_bigint,
                          .result = "INTEGER",
                          .table = count_down};
    assert_int_equal(laminar_register_function(db, &f), 0);
    f = (LaminarFunction){.size = sizeof(f),
                          .name = "plus_one",
                          .n_args = 1,
                          .strict = true,
                          .volatility = LAMINAR_IMMUTABLE,
                          .arg_types = one_bigint,
                          .result = "BIGINT",
                          .scalar_arrow = plus_one};
    assert_int_equal(laminar_register_function(db, &f), 0);
}

static void test_scalar(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    n_destroyed = 0;
    assert_int_equal(laminar_open(&db), 0);
    register_all(db);
    assert_string_equal(rows_as(db, "SELECT twice(21), twice(NULL), twice(2::smallint), twice('7')"), "42|NULL|4|14");
    assert_string_equal(rows_as(db, "SELECT glue('a', 1.50), glue('a', NULL), glue('b', 2)"), "a<1.50>1.5|NULL|b<2>2");
    assert_string_equal(rows_as(db, "SELECT sum(twice(x)) FROM generate_series(100, 5099) t(x)"), "25995000");
    assert_string_equal(rows_as(db,
                                "SELECT sum(plus_one(x)), count(plus_one(NULLIF(x, 105))) FROM generate_series(100, 5099) t(x)"),
                        "13002500|4999");
    assert_int_not_equal(exec_sql(db, "SELECT twice(x) FROM generate_series(1, 20) t(x) WHERE x <> 14"), 0);
    check_state("38000");
    assert_non_null(strstr(laminar_last_error(), "thirteen is not doubled"));
    assert_int_not_equal(exec_sql(db, "SELECT plus_one(x) FROM generate_series(1, 20) t(x)"), 0);
    assert_non_null(strstr(laminar_last_error(), "no thirteen"));
    assert_string_equal(
        rows_as(db, "SELECT name, kind, signature FROM laminar_functions WHERE help = 'a function of the program' LIMIT 2"),
        "twice|scalar|BIGINT;glue|scalar|TEXT, NUMERIC");
    assert_int_not_equal(exec_sql(db, "SELECT twice('a'::text)"), 0);
    check_state("42883");
    assert_int_not_equal(exec_sql(db, "SELECT twice(1, 2)"), 0);
    check_state("42883");
    assert_string_equal(rows_as(db, "SELECT twice(DISTINCT 1)") ? "x" : "", "x");
    check_state("42883");
    laminar_close(db);
    assert_int_equal(n_destroyed, 2);
}

/* Rows in error leave the continuous query alone, however the rows were cut. */
static void test_continuous(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    assert_int_equal(laminar_open(&db), 0);
    register_all(db);
    assert_int_equal(exec_sql(db, "CREATE SOURCE s (k TEXT, v BIGINT)"), 0);
    assert_int_equal(exec_sql(db, "CREATE MATERIALIZED VIEW m AS SELECT k, twice(v) AS d FROM s"), 0);
    assert_int_equal(exec_sql(db, "INSERT INTO s VALUES ('a', 1), ('b', 13), ('c', 14), ('d', 4), ('e', NULL)"), 0);
    assert_string_equal(rows_as(db, "SELECT * FROM m ORDER BY k"), "a|2;d|8;e|NULL");
    assert_string_equal(rows_as(db, "SELECT rows FROM laminar_relations WHERE name = 'm$errors'"), "2");
    assert_int_not_equal(exec_sql(db, "DROP FUNCTION twice(bigint)"), 0);
    check_state("42809");
    assert_int_not_equal(exec_sql(db, "DROP FUNCTION twice CASCADE"), 0);
    check_state("42809");
    assert_int_not_equal(exec_sql(db, "CREATE TABLE t (x BIGINT CHECK (twice(x) > 0))"), 0);
    check_state("0A000");
    assert_int_not_equal(exec_sql(db, "CREATE TABLE t (x BIGINT DEFAULT twice(1))"), 0);
    check_state("0A000");
    assert_int_not_equal(exec_sql(db, "CREATE FUNCTION g(x BIGINT) RETURNS BIGINT LANGUAGE SQL AS 'twice(x)'"), 0);
    check_state("0A000");
    laminar_close(db);
}

static void test_aggregates(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    assert_int_equal(laminar_open(&db), 0);
    register_all(db);
    assert_string_equal(
        rows_as(db, "SELECT squares(x), squares(x) FILTER (WHERE x > 2), squares(NULL) FROM generate_series(1, 3) t(x)"),
        "14|9|NULL");
    assert_string_equal(rows_as(db,
                                "SELECT squares(DISTINCT x), longest(DISTINCT x::text, 5) FROM unnest(ARRAY[2, 2, 3, 33]) u(x)"),
                        "1102|33:5");
    assert_string_equal(rows_as(db, "SELECT longest(a, b) FROM (VALUES ('aa', 1), ('bbb', 2), (NULL, 3)) t(a, b)"), "bbb:2");
    assert_string_equal(rows_as(db, "SELECT longest(a, 1) FROM (SELECT 'a' AS a WHERE false) t"), "NULL");
    assert_string_equal(rows_as(db, "SELECT squares(x) OVER (ORDER BY x ROWS 1 PRECEDING) FROM generate_series(1, 4) t(x)"),
                        "1;5;13;25");
    assert_string_equal(rows_as(db, "SELECT longest(repeat('x', 5 - x::int), x) OVER (ORDER BY x ROWS 1 PRECEDING)"
                                    " FROM generate_series(1, 3) t(x)"),
                        "xxxx:1;xxxx:1;xxx:2");
    assert_int_not_equal(exec_sql(db, "SELECT squares(x ORDER BY x) FROM generate_series(1, 3) t(x)"), 0);
    check_state("0A000");
    assert_int_not_equal(exec_sql(db, "SELECT squares(x) FROM (VALUES (18), (18), (4), (1), (1)) t(x)"), 0);
    check_state("38000");
    assert_non_null(strstr(laminar_last_error(), "666 is no sum"));

    assert_int_equal(exec_sql(db, "CREATE TABLE t (id BIGINT PRIMARY KEY, k TEXT, v BIGINT, s TEXT)"), 0);
    assert_int_equal(exec_sql(db,
                              "CREATE MATERIALIZED VIEW m AS SELECT k, squares(v) AS q, squares_alone(v) AS a, longest(s, v) AS l"
                              " FROM t GROUP BY k"),
                     0);
    assert_int_equal(
        exec_sql(db, "INSERT INTO t VALUES (1, 'a', 2, 'x'), (2, 'a', 3, 'yyyy'), (3, 'b', 5, NULL), (4, 'a', NULL, 'zz')"), 0);
    assert_string_equal(rows_as(db, "SELECT * FROM m ORDER BY k"), "a|13|13|yyyy:3;b|25|25|NULL");
    assert_int_equal(exec_sql(db, "DELETE FROM t WHERE id = 2"), 0);
    assert_string_equal(rows_as(db, "SELECT * FROM m ORDER BY k"), "a|4|4|zz:0;b|25|25|NULL");
    assert_int_equal(exec_sql(db, "UPDATE t SET v = 10, k = 'b', s = 'qqqqq' WHERE id = 1"), 0);
    assert_string_equal(rows_as(db, "SELECT * FROM m ORDER BY k"), "a|NULL|NULL|zz:0;b|125|125|qqqqq:10");
    assert_int_equal(exec_sql(db, "DELETE FROM t"), 0);
    assert_string_equal(rows_as(db, "SELECT count(*) FROM m"), "0");
    laminar_close(db);
}

static void test_windows(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    const char *views =
        "CREATE SOURCE s (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts);"
        "CREATE MATERIALIZED VIEW h AS SELECT HOP_START(ts, INTERVAL '1' SECOND, INTERVAL '3' SECOND) AS w, squares(v) AS q,"
        " squares_alone(v) AS a, longest(k, v) AS l FROM s GROUP BY HOP(ts, INTERVAL '1' SECOND, INTERVAL '3' SECOND)";
    assert_int_equal(laminar_open(&db), 0);
    register_all(db);
    assert_int_equal(exec_sql(db, views), 0);
    assert_int_equal(exec_sql(db, "INSERT INTO s VALUES ('a', 1, '2024-01-01 00:00:00'), ('bb', 2, '2024-01-01 00:00:01'),"
                                  " ('c', 3, '2024-01-01 00:00:02'), ('d', 0, '2024-01-01 00:00:20')"),
                     0);
    assert_string_equal(rows_as(db, "SELECT to_char(w, 'SS'), q, a, l FROM h WHERE w < '2024-01-01 00:00:10' ORDER BY w"),
                        "58|1|1|a:1;59|5|5|bb:2;00|14|14|bb:2;01|13|13|bb:2;02|9|9|c:3");
    laminar_close(db);
}

static void test_rows(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    assert_int_equal(laminar_open(&db), 0);
    register_all(db);
    assert_string_equal(rows_as(db, "SELECT * FROM words('one two  three')"), "1|one;2|two;3|three");
    assert_string_equal(rows_as(db, "SELECT w.word, w.n + 1 FROM words('a b') AS w"), "a|2;b|3");
    assert_string_equal(rows_as(db, "SELECT x, y FROM (VALUES ('p q'), (''), (NULL), ('r')) t(s), words(s) AS w(x, y)"),
                        "1|p;2|q;1|r");
    assert_string_equal(rows_as(db, "SELECT s, y FROM (VALUES ('p q'), ('')) t(s) LEFT JOIN LATERAL words(s) AS w(x, y) ON true"),
                        "p q|p;p q|q;|NULL");
    assert_string_equal(rows_as(db, "SELECT count_down(3)"), "3;2;1");
    assert_string_equal(rows_as(db, "SELECT * FROM count_down(2) WITH ORDINALITY"), "2|1;1|2");
    assert_string_equal(rows_as(db, "SELECT * FROM count_down(NULL)"), "");
    assert_int_not_equal(exec_sql(db, "SELECT * FROM words('bad')"), 0);
    check_state("38000");
    assert_int_equal(exec_sql(db, "CREATE TABLE t (id BIGINT PRIMARY KEY, s TEXT)"), 0);
    assert_int_equal(exec_sql(db, "CREATE MATERIALIZED VIEW m AS SELECT word, count(*) AS n FROM t, words(s) GROUP BY word"), 0);
    assert_int_equal(exec_sql(db, "INSERT INTO t VALUES (1, 'a b a'), (2, 'b c')"), 0);
    assert_string_equal(rows_as(db, "SELECT * FROM m ORDER BY word"), "a|2;b|2;c|1");
    assert_int_equal(exec_sql(db, "DELETE FROM t WHERE id = 1"), 0);
    assert_string_equal(rows_as(db, "SELECT * FROM m ORDER BY word"), "b|1;c|1");
    laminar_close(db);
}

static int32_t nothing(LaminarCall *call, size_t n_rows)
{
    (void)n_rows;
    laminar_return_i64(call, 99, 1); /* no such row */
    return 0;
}

static void test_refusals(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    assert_int_equal(laminar_open(&db), 0);
    n_destroyed = 0;
    LaminarFunction good = twice_function(), f = good;
    assert_int_equal(laminar_register_function(db, &f), 0);
    assert_int_not_equal(laminar_register_function(db, &f), 0); /* twice */
    check_state("42723");
    assert_int_equal(n_destroyed, 1);
    static const char *const taken[] = {"sum", "coalesce", "abs", "tumble", "row_number", "unnest", "json_each", "count"};
    for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
        f.name = taken[i];
        assert_int_not_equal(laminar_register_function(db, &f), 0);
        check_state("42723");
    }
    static const char *const bad[] = {"", "Twice", "1x", "a b", "\xff"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        f.name = bad[i];
        assert_int_not_equal(laminar_register_function(db, &f), 0);
    }
    f = good;
    f.result = "no_such_type";
    assert_int_not_equal(laminar_register_function(db, &f), 0);
    check_state("42704");
    f = good;
    f.result = "1 +";
    assert_int_not_equal(laminar_register_function(db, &f), 0);
    check_state("42601");
    f = good;
    f.scalar = NULL;
    assert_int_not_equal(laminar_register_function(db, &f), 0);
    f = good;
    f.n_args = 9;
    assert_int_not_equal(laminar_register_function(db, &f), 0);
    f = good;
    f.kind = 7;
    assert_int_not_equal(laminar_register_function(db, &f), 0);
    f = good;
    f.kind = LAMINAR_FUNCTION_AGGREGATE;
    f.step = squares_step;
    f.final = squares_final;
    f.invertible = true;
    assert_int_not_equal(laminar_register_function(db, &f), 0); /* no state */
    f.state_bytes = 16;
    assert_int_not_equal(laminar_register_function(db, &f), 0); /* twice is scalar */
    check_state("42723");
    f = good;
    f.size = 8;
    assert_int_equal(laminar_register_function(db, &f), LAMINAR_ERR_NULL_POINTER);
    /* Overloads: of our own, and of a built-in one for types that it has not. */
    f = good;
    f.arg_types = one_text;
    f.scalar = nothing;
    assert_int_equal(laminar_register_function(db, &f), 0);
    assert_string_equal(rows_as(db, "SELECT twice(4::bigint)"), "8");
    assert_int_not_equal(exec_sql(db, "SELECT twice('a'::text)"), 0);
    check_state("38000");
    f = good;
    f.name = "upper";
    assert_int_equal(laminar_register_function(db, &f), 0);
    assert_string_equal(rows_as(db, "SELECT upper(4::bigint), upper('a')"), "8|A");
    laminar_close(db);
}

static int32_t reenter(LaminarCall *call, size_t n_rows)
{
    LaminarConnection *db = laminar_call_user_data(call);
    int32_t rc = laminar_execute(db, "SELECT 1", NULL);
    (void)n_rows;
    laminar_return_i64(call, 0, rc);
    return 0;
}

static void test_reentrance(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    assert_int_equal(laminar_open(&db), 0);
    LaminarFunction f = {.size = sizeof(f), .name = "reenter", .result = "BIGINT", .scalar = reenter, .user_data = db};
    assert_int_equal(laminar_register_function(db, &f), 0);
    assert_string_equal(rows_as(db, "SELECT reenter()"), "400");
    f.name = "reenter_now";
    f.volatility = LAMINAR_IMMUTABLE;
    assert_int_equal(laminar_register_function(db, &f), 0);
    assert_string_equal(rows_as(db, "SELECT reenter_now() FROM generate_series(1, 2)"), "400;400");
    assert_int_equal(exec_sql(db, "CREATE TABLE t (k BIGINT PRIMARY KEY, v BIGINT)"), 0);
    assert_int_not_equal(exec_sql(db, "CREATE MATERIALIZED VIEW m AS SELECT k, reenter() AS r FROM t"), 0); /* volatile */
    check_state("LM005");
    laminar_close(db);
}

/* A directory whose function is missing, and then is there again. */
static void test_directory(void **state)
{
    (void)state;
    char dir[] = "/tmp/laminar-function-XXXXXX", command[128];
    LaminarConnection *db = NULL;
    LaminarFunction f = twice_function();
    LaminarFunction q = {.size = sizeof(q),
                         .name = "squares",
                         .kind = LAMINAR_FUNCTION_AGGREGATE,
                         .strict = true,
                         .n_args = 1,
                         .arg_types = one_bigint,
                         .result = "BIGINT",
                         .state_bytes = 16,
                         .invertible = true,
                         .step = squares_step,
                         .merge = squares_merge,
                         .final = squares_final};
    const LaminarFunction *functions[] = {&f, &q, NULL};
    LaminarConfig config = {.size = sizeof(config), .functions = functions};
    n_destroyed = 0;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(laminar_open_with_config(dir, &config, &db), 0);
    assert_int_equal(exec_sql(db, "CREATE TABLE t (id BIGINT PRIMARY KEY, v BIGINT)"), 0);
    assert_int_equal(exec_sql(db, "CREATE MATERIALIZED VIEW m AS SELECT squares(twice(v)) AS q FROM t"), 0);
    assert_int_equal(exec_sql(db, "CREATE MATERIALIZED VIEW n AS SELECT q + 1 AS q FROM m"), 0);
    assert_int_equal(exec_sql(db, "CREATE VIEW w AS SELECT twice(v) AS d FROM t"), 0);
    assert_int_equal(exec_sql(db, "INSERT INTO t VALUES (1, 1), (2, 2); CHECKPOINT; INSERT INTO t VALUES (3, 3)"), 0);
    assert_string_equal(rows_as(db, "SELECT q FROM n"), "57");
    assert_int_equal(laminar_close(db), 0);
    assert_int_equal(n_destroyed, 1);

    assert_int_equal(laminar_open_with_config(dir, NULL, &db), 0);
    assert_int_not_equal(exec_sql(db, "SELECT q FROM m"), 0);
    assert_non_null(strstr(laminar_last_error(), "function twice"));
    assert_int_not_equal(exec_sql(db, "SELECT q FROM n"), 0);
    assert_int_not_equal(exec_sql(db, "SELECT d FROM w"), 0);
    assert_string_equal(rows_as(db, "SELECT count(*) FROM t"), "3");
    assert_int_equal(exec_sql(db, "DELETE FROM t WHERE id = 1"), 0);
    assert_int_equal(laminar_register_function(db, &f), 0); /* too late for what is broken */
    assert_int_not_equal(exec_sql(db, "SELECT d FROM w"), 0);
    assert_int_equal(laminar_close(db), 0);

    assert_int_equal(laminar_open_with_config(dir, &config, &db), 0);
    assert_string_equal(rows_as(db, "SELECT q FROM m"), "52");
    assert_string_equal(rows_as(db, "SELECT q FROM n"), "53");
    assert_string_equal(rows_as(db, "SELECT d FROM w ORDER BY d"), "4;6");
    /* RESTORE opens the directory anew, with the same functions. */
    assert_int_equal(exec_sql(db, "CHECKPOINT"), 0);
    char *checkpoint = strdup(rows_as(db, "SELECT max(checkpoint) FROM laminar_checkpoints"));
    snprintf(command, sizeof(command), "RESTORE FROM CHECKPOINT %s", checkpoint);
    free(checkpoint);
    int32_t rc = exec_sql(db, command);
    if (rc == 0)
        assert_string_equal(rows_as(db, "SELECT q FROM m"), "52");
    else
        print_message("%s\n", laminar_last_error());
    assert_int_equal(rc, 0);
    assert_int_equal(laminar_close(db), 0);
    assert_int_equal(n_destroyed, 3);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
}

static void run_all(LaminarConnection *db, const char *const *sql)
{
    for (; *sql; sql++)
        if (exec_sql(db, *sql) != 0)
            fail_msg("%s: %s", *sql, laminar_last_error());
}

static const char *lines_of(const char *path)
{
    static char text[1000];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof(text) - 1, f)] = 0;
    fclose(f);
    for (char *p = text; *p; p++)
        *p = *p == '\n' ? ';' : *p;
    return text;
}

static LaminarConnection *open_at(const char *dir, const LaminarConfig *config)
{
    LaminarConnection *db = NULL;
    if (laminar_open_with_config(dir, config, &db) != 0)
        fail_msg("open: %s", laminar_last_error());
    return db;
}

/* What was said of views whose function is missing is kept; a view that does without it mends those that read it. */
static void test_broken_views(void **state)
{
    (void)state;
    char dir[] = "/tmp/laminar-function-XXXXXX", command[128];
    LaminarFunction f = twice_function();
    const LaminarFunction *functions[] = {&f, NULL};
    LaminarConfig config = {.size = sizeof(config), .functions = functions};
    assert_non_null(mkdtemp(dir));
    LaminarConnection *db = open_at(dir, &config);
    run_all(db,
            (const char *const[]){"CREATE TABLE t (v BIGINT)", "INSERT INTO t VALUES (3)",
                                  "CREATE VIEW w AS SELECT twice(v) AS d FROM t", "CREATE VIEW r AS SELECT d FROM w",
                                  "CREATE MATERIALIZED VIEW m AS SELECT d FROM w", "CREATE VIEW q AS SELECT d FROM w",
                                  "COMMENT ON COLUMN w.d IS 'two'", "COMMENT ON COLUMN m.d IS 'three'", "ALTER VIEW r RENAME TO s",
                                  "ALTER VIEW q RENAME COLUMN d TO e", "CREATE TABLE l (LIKE w)", NULL});
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(laminar_close(db), 0);
        db = open_at(dir, NULL);
        assert_int_not_equal(exec_sql(db, "SELECT d FROM s"), 0);
        assert_int_not_equal(exec_sql(db, "SELECT e FROM q"), 0);
        run_all(db, (const char *const[]){"CHECKPOINT", NULL});
    }
    assert_int_equal(laminar_close(db), 0);
    db = open_at(dir, &config);
    assert_string_equal(rows_as(db, "SELECT d, (SELECT e FROM q), (SELECT d FROM m) FROM s"), "6|6|6");
    assert_string_equal(rows_as(db, "SELECT col_description('w'::regclass, 1)"), "two");
    run_all(db, (const char *const[]){"DROP MATERIALIZED VIEW m", NULL});
    assert_int_equal(laminar_close(db), 0);
    db = open_at(dir, NULL);
    run_all(db, (const char *const[]){"CREATE OR REPLACE VIEW w AS SELECT v + 1 AS d FROM t", NULL});
    for (uint32_t i = 0; i < 3; i++) {
        assert_string_equal(rows_as(db, "SELECT d FROM s"), "4");
        run_all(db, (const char *const[]){i == 1 ? "CHECKPOINT" : "SELECT 1", NULL});
        assert_int_equal(laminar_close(db), 0);
        db = open_at(dir, i == 2 ? &config : NULL);
    }
    assert_string_equal(rows_as(db, "SELECT e FROM q"), "4");
    assert_int_equal(laminar_close(db), 0);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
}

/* Checkpoints are made while the function is missing; what is broken has all that came when it is there again. */
static void test_checkpoints_without(void **state)
{
    (void)state;
    char dir[] = "/tmp/laminar-function-XXXXXX", text[300], out[100];
    LaminarFunction f = twice_function();
    const LaminarFunction *functions[] = {&f, NULL};
    LaminarConfig config = {.size = sizeof(config), .functions = functions};
    assert_non_null(mkdtemp(dir));
    snprintf(out, sizeof(out), "%s-out.csv", dir);
    LaminarConnection *db = open_at(dir, &config);
    snprintf(text, sizeof(text), "CREATE SINK k FROM (SELECT twice(v) AS d FROM s) INTO FILE (path = '%s', header = false)", out);
    run_all(db, (const char *const[]){"CREATE SOURCE s (v BIGINT)", "CREATE TABLE t (v BIGINT)",
                                      "CREATE MATERIALIZED VIEW m AS SELECT sum(twice(v)) AS q FROM s",
                                      "CREATE MATERIALIZED VIEW n AS SELECT q + 1 AS q FROM m",
                                      "CREATE MATERIALIZED VIEW c AS SELECT count(*) AS q FROM s",
                                      "CREATE MATERIALIZED VIEW g AS SELECT twice(v) AS q FROM t", text,
                                      "INSERT INTO s VALUES (1), (2)", "INSERT INTO t VALUES (1)", "CHECKPOINT",
                                      "INSERT INTO s VALUES (3)", NULL});
    assert_int_equal(laminar_close(db), 0);
    assert_string_equal(lines_of(out), "2;4;6;");

    db = open_at(dir, NULL);
    LaminarExecuteInfo info = {.size = sizeof(info)};
    run_all(db, (const char *const[]){"INSERT INTO s VALUES (4)", "INSERT INTO t VALUES (2)", "CHECKPOINT",
                                      "INSERT INTO s VALUES (5)", NULL});
    assert_int_equal(laminar_execute_info(db, "CHECKPOINT", &info, NULL), 0);
    assert_non_null(strstr(info.notice, "has no state of"));
    assert_int_not_equal(exec_sql(db, "BACKUP TO '/tmp/laminar-none'"), 0);
    check_state("55000");
    assert_string_equal(rows_as(db, "SELECT count(*) FROM laminar_checkpoints"),
                        "3"); /* the two, and what is kept for the broken */
    snprintf(text, sizeof(text), "RESTORE FROM CHECKPOINT %s", rows_as(db, "SELECT max(checkpoint) FROM laminar_checkpoints"));
    assert_int_not_equal(exec_sql(db, text), 0);
    check_state("55000");
    assert_int_equal(laminar_close(db), 0);
    db = open_at(dir, NULL);
    assert_string_equal(rows_as(db, "SELECT q FROM c"), "5");
    run_all(db, (const char *const[]){"INSERT INTO s VALUES (6)", "ALTER SINK k RESUME", NULL}); /* it is still missing */
    assert_string_equal(rows_as(db, "SELECT q FROM c"), "6");
    assert_int_not_equal(exec_sql(db, "SELECT q FROM m"), 0);
    assert_int_equal(laminar_close(db), 0);
    assert_string_equal(lines_of(out), "2;4;6;");

    n_destroyed = 0;
    db = open_at(dir, &config);
    assert_int_equal(n_destroyed, 0);
    assert_string_equal(rows_as(db, "SELECT q FROM m"), "42");
    assert_string_equal(rows_as(db, "SELECT q FROM n"), "43");
    assert_string_equal(rows_as(db, "SELECT q FROM c"), "6");
    assert_string_equal(rows_as(db, "SELECT q FROM g ORDER BY q"), "2;4");
    run_all(db, (const char *const[]){"INSERT INTO s VALUES (7)", "CHECKPOINT", NULL});
    assert_string_equal(lines_of(out), "2;4;6;8;10;12;14;");
    assert_string_equal(rows_as(db, "SELECT count(*) FROM laminar_checkpoints"), "2");
    assert_int_equal(laminar_close(db), 0);
    assert_int_equal(n_destroyed, 1);

    /* What it reads cannot go, or change under it. */
    db = open_at(dir, NULL);
    assert_int_not_equal(exec_sql(db, "DROP TABLE t"), 0);
    check_state("2BP01");
    assert_int_not_equal(exec_sql(db, "ALTER TABLE t RENAME COLUMN v TO w"), 0);
    check_state("2BP01");
    run_all(db, (const char *const[]){"INSERT INTO s VALUES (8)", "CHECKPOINT", "DROP TABLE t CASCADE", NULL});
    assert_int_equal(laminar_close(db), 0);
    db = open_at(dir, &config);
    assert_string_equal(rows_as(db, "SELECT q FROM c"), "8");
    assert_string_equal(rows_as(db, "SELECT q FROM m"), "72");
    assert_int_not_equal(exec_sql(db, "SELECT q FROM g"), 0);
    check_state("42P01");
    assert_int_equal(laminar_close(db), 0);
    assert_string_equal(lines_of(out), "2;4;6;8;10;12;14;16;");

    /* What was kept for it is lost: it stays broken and says why, nothing else suffers. */
    db = open_at(dir, NULL);
    run_all(db, (const char *const[]){"CHECKPOINT", "INSERT INTO s VALUES (9)", "CHECKPOINT", NULL});
    uint64_t base = strtoull(rows_as(db, "SELECT min(checkpoint) FROM laminar_checkpoints"), NULL, 10);
    assert_int_equal(laminar_close(db), 0);
    snprintf(text, sizeof(text), "%s/MANIFEST-%016llx", dir, (unsigned long long)base);
    assert_int_equal(remove(text), 0);
    db = open_at(dir, &config);
    assert_string_equal(rows_as(db, "SELECT q FROM c"), "9");
    assert_int_not_equal(exec_sql(db, "SELECT q FROM n"), 0);
    assert_non_null(strstr(laminar_last_error(), "cannot be made again"));
    run_all(db, (const char *const[]){"DROP MATERIALIZED VIEW m CASCADE", "DROP SINK k", "CHECKPOINT", "INSERT INTO s VALUES (10)",
                                      "CHECKPOINT", NULL});
    assert_string_equal(rows_as(db, "SELECT count(*) FROM laminar_checkpoints"), "2");
    assert_int_equal(laminar_close(db), 0);
    db = open_at(dir, NULL);
    assert_string_equal(rows_as(db, "SELECT q FROM c"), "10");
    assert_int_equal(laminar_close(db), 0);
    snprintf(text, sizeof(text), "rm -rf %s %s", dir, out);
    assert_int_equal(system(text), 0);
}

/* A number that is no time of day is an error of the row; what cannot be registered for want of a connection is given back. */
static void test_results_of_no_value(void **state)
{
    LaminarConnection *db = NULL;
    LaminarFunction f = twice_function();
    (void)state;
    f.name = "time_of";
    f.result = "TIME";
    n_destroyed = 0;
    assert_int_equal(laminar_register_function(NULL, &f), LAMINAR_ERR_NULL_POINTER);
    assert_int_equal(n_destroyed, 1);
    assert_int_equal(laminar_open(&db), 0);
    assert_int_equal(laminar_register_function(db, &f), 0);
    assert_string_equal(rows_as(db, "SELECT time_of(43200000000)"), "24:00:00");
    (void)rows_as(db, "SELECT time_of(43200000001)");
    check_state("38000");
    assert_int_equal(laminar_close(db), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar),
        cmocka_unit_test(test_continuous),
        cmocka_unit_test(test_aggregates),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_reentrance),
        cmocka_unit_test(test_directory),
        cmocka_unit_test(test_broken_views),
        cmocka_unit_test(test_checkpoints_without),
        cmocka_unit_test(test_results_of_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
