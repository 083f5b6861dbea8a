/* SPDX-License-Identifier: Apache-2.0
 *
 * State that refers to pushed arrays instead of keeping their rows: first and last rows of keys, and joins.  Two databases get the
 * same arrays; one of them has a limit of memory, which it never reaches, and keeps all rows in pages.  Their views show the same
 * at every point, also when the other one gets a limit in between; and every array is given back. */
#include "api_test.h"

enum { ROWS_MAX = 4096, TEXT_MAX = 60 };

/* Columns on the heap, until they are released. */
typedef struct Lent {
    struct ArrowArray array, child[4], *children[4];
    const void *buffers[4][3], *none[1];
    int64_t k[ROWS_MAX], g[ROWS_MAX], ts[ROWS_MAX];
    uint8_t valid_k[ROWS_MAX / 8], valid_t[ROWS_MAX / 8];
    int32_t at[ROWS_MAX + 1];
    char text[ROWS_MAX * TEXT_MAX];
} Lent;
static int n_lent;

static void lent_release(struct ArrowArray *a)
{
    a->release = NULL;
    n_lent--;
    free(a->private_data);
}
static void child_release(struct ArrowArray *a)
{
    a->release = NULL;
}
static void schema_release(struct ArrowSchema *s)
{
    s->release = NULL;
}

static uint64_t drawn;
static int64_t draw(int64_t n)
{
    drawn ^= drawn << 13;
    drawn ^= drawn >> 7;
    drawn ^= drawn << 17;
    return (int64_t)(drawn % (uint64_t)n);
}

static void fill(Lent *l, int64_t rows, int64_t keys, int64_t from_us, bool nulls)
{
    for (int64_t i = 0; i < rows; i++) {
        l->k[i] = draw(keys);
        l->g[i] = draw(1000000);
        l->ts[i] = from_us + i + draw(3) * 10; /* some are late by a little, some equal */
        if (!nulls || draw(20) > 0)
            l->valid_k[i / 8] = (uint8_t)(l->valid_k[i / 8] | 1 << i % 8);
        if (!nulls || draw(20) > 0)
            l->valid_t[i / 8] = (uint8_t)(l->valid_t[i / 8] | 1 << i % 8);
        int64_t n = draw(TEXT_MAX);
        for (int64_t c = 0; c < n; c++)
            l->text[l->at[i] + c] = (char)('a' + (i + c) % 26);
        l->at[i + 1] = l->at[i] + (int32_t)n;
    }
}

static void push(LaminarWriter *to, uint64_t seed, int64_t rows, int64_t keys, int64_t from_us, bool nulls)
{
    static const char *const names[] = {"k", "g", "t", "ts"}, *const formats[] = {"l", "l", "u", "tsu:"};
    struct ArrowSchema field[4], *fields[4];
    Lent *l = calloc(1, sizeof(*l));
    drawn = seed;
    fill(l, rows, keys, from_us, nulls);
    const void *buffers[4][3] = {{nulls ? l->valid_k : NULL, l->k},
                                 {NULL, l->g},
                                 {nulls ? l->valid_t : NULL, l->at, l->text},
                                 {NULL, l->ts}};
    memcpy(l->buffers, buffers, sizeof(buffers));
    for (int c = 0; c < 4; c++) {
        field[c] =
            (struct ArrowSchema){.format = formats[c], .name = names[c], .flags = ARROW_FLAG_NULLABLE, .release = schema_release};
        fields[c] = &field[c];
        l->child[c] = (struct ArrowArray){.length = rows,
                                          .null_count = l->buffers[c][0] ? -1 : 0,
                                          .n_buffers = c == 2 ? 3 : 2,
                                          .buffers = l->buffers[c],
                                          .release = child_release};
        l->children[c] = &l->child[c];
    }
    struct ArrowSchema schema = {.format = "+s", .name = "", .n_children = 4, .children = fields, .release = schema_release};
    l->array = (struct ArrowArray){.length = rows,
                                   .n_buffers = 1,
                                   .buffers = l->none,
                                   .n_children = 4,
                                   .children = l->children,
                                   .release = lent_release,
                                   .private_data = l};
    struct ArrowArray array = l->array;
    n_lent++;
    OK(laminar_writer_push(to, &array, &schema, NULL));
}

typedef struct Side {
    LaminarConnection *db;
    LaminarWriter *a, *b;
} Side;

static void side_open(Side *s, bool limited)
{
    OK(laminar_open(&s->db));
    if (limited)
        run(s->db, "SET memory_limit = '1 GiB'");
    run(s->db, "CREATE SOURCE a (k BIGINT, g BIGINT, t TEXT, ts TIMESTAMP) WITH (buffer_size = 4)");
    run(s->db, "CREATE SOURCE b (k BIGINT, g BIGINT, t TEXT, ts TIMESTAMP) WITH (buffer_size = 4)");
    run(s->db, "CREATE MATERIALIZED VIEW newest AS SELECT k, g, t, ts FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY "
               "ts DESC) AS n FROM a) AS q "
               "WHERE n <= 1 WITH (allow_unbounded_state = true)");
    run(s->db, "CREATE MATERIALIZED VIEW oldest AS SELECT k, g, t, ts FROM (SELECT *, row_number() OVER (PARTITION BY k, g ORDER "
               "BY ts) AS n FROM a) AS q "
               "WHERE n <= 1 WITH (allow_unbounded_state = true)");
    run(s->db,
        "CREATE MATERIALIZED VIEW pairs AS SELECT a.k, a.g, a.t, b.g AS g2, b.t AS t2, b.ts AS ts2 FROM a JOIN b ON a.k = b.k "
        "WITH (allow_unbounded_state = true)");
    OK(laminar_writer_create(s->db, "a", &s->a));
    OK(laminar_writer_create(s->db, "b", &s->b));
}

static void side_close(Side *s)
{
    laminar_writer_free(s->a);
    laminar_writer_free(s->b);
    OK(laminar_close(s->db));
}

static void same(Side *s, const char *sql)
{
    char *one = strdup(rows_of(s[0].db, sql));
    assert_string_equal(one, rows_of(s[1].db, sql));
    free(one);
}

static void compare(Side *s)
{
    same(s, "SELECT count(*), count(DISTINCT k), sum(g), count(t), sum(length(t)), max(t), min(ts) FROM newest");
    same(s, "SELECT count(*), count(DISTINCT k), sum(g), count(t), sum(length(t)), max(t), min(ts) FROM oldest");
    same(s, "SELECT count(*), count(DISTINCT k), sum(g), count(t), sum(g2), sum(length(t2)), max(t2), min(ts2) FROM pairs");
    same(s, "SELECT md5(string_agg(concat_ws('|', k, g, t, ts), ';' ORDER BY k, g, t, ts)) FROM newest");
    same(s, "SELECT md5(string_agg(concat_ws('|', k, g, t, ts), ';' ORDER BY k, g, t, ts)) FROM oldest");
    same(s, "SELECT md5(string_agg(concat_ws('|', k, g, t, g2, t2, ts2), ';' ORDER BY k, g, t, g2, t2, ts2)) FROM pairs");
}

static void go(int64_t keys_a, int64_t keys_b, bool nulls, bool limit)
{
    static const int64_t sizes[] = {1000, 64, 1, 4096, 333, 1024, 63, 2048};
    Side s[2];
    n_lent = 0;
    side_open(&s[0], false);
    side_open(&s[1], true);
    for (int64_t i = 0, us = 0; i < 20; i++) {
        int64_t n = sizes[i % 8];
        bool to_b = i % 5 == 4;
        for (int k = 0; k < 2; k++)
            push(to_b ? s[k].b : s[k].a, (uint64_t)(i + 1) * 0x9E3779B97F4A7C15u, to_b ? (n + 63) / 8 : n, to_b ? keys_b : keys_a,
                 us, nulls);
        us += n - n / 8; /* batches overlap */
        if (limit && i == 7)
            run(s[0].db, "SET memory_limit = '1 GiB'");
        if (limit && i == 13)
            run(s[0].db, "SET memory_limit = 0");
        if (i % 8 == 6)
            compare(s);
    }
    compare(s);
    side_close(&s[0]);
    side_close(&s[1]);
    assert_int_equal(n_lent, 0);
}

static void test_many_keys(void **state)
{
    (void)state;
    go(100000, 100000, false, false); /* most rows of a batch stay where they are */
}
static void test_keys_that_come_again(void **state)
{
    (void)state;
    go(2000, 20000, false, false); /* batches empty, rows move */
}
static void test_nulls(void **state)
{
    (void)state;
    go(3000, 30000, true, false);
}
static void test_limit_in_between(void **state)
{
    (void)state;
    go(5000, 50000, true, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_many_keys), cmocka_unit_test(test_keys_that_come_again),
                                       cmocka_unit_test(test_nulls), cmocka_unit_test(test_limit_in_between)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
