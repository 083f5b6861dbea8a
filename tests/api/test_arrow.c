/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrow in and out: arrays built by hand (nulls, offsets, many rows, units of timestamps), ownership on every path, round trips. */
#include "api_test.h"

#define MAX_COLUMNS 4

/* An array that lives in this struct; `n_released` says how often it was released. */
typedef struct Made {
    struct ArrowArray array, child[MAX_COLUMNS], *children[MAX_COLUMNS];
    struct ArrowSchema schema, schema_child[MAX_COLUMNS], *schema_children[MAX_COLUMNS];
    const void *buffers[MAX_COLUMNS][3];
    const void *none[1];
    int n_released, n_schema_released;
} Made;

static void made_release(struct ArrowArray *a)
{
    Made *m = a->private_data;
    m->n_released++;
    a->release = NULL;
}
static void made_schema_release(struct ArrowSchema *s)
{
    Made *m = s->private_data;
    m->n_schema_released++;
    s->release = NULL;
}

static void made_init(Made *m, int64_t rows)
{
    memset(m, 0, sizeof(*m));
    m->array = (struct ArrowArray){
        .length = rows, .n_buffers = 1, .buffers = m->none, .children = m->children, .release = made_release, .private_data = m};
    m->schema = (struct ArrowSchema){
        .format = "+s", .name = "", .children = m->schema_children, .release = made_schema_release, .private_data = m};
}

static void child_release(struct ArrowArray *a)
{
    a->release = NULL;
}
static void schema_child_release(struct ArrowSchema *s)
{
    s->release = NULL;
}

static struct ArrowArray *made_add(Made *m, const char *name, const char *format, int64_t n_buffers, const void *b0, const void *b1,
                                   const void *b2)
{
    int64_t c = m->array.n_children++;
    m->schema.n_children++;
    const void *buffers[3] = {b0, b1, b2};
    memcpy(m->buffers[c], buffers, sizeof(buffers));
    m->child[c] = (struct ArrowArray){.length = m->array.length,
                                      .null_count = b0 ? -1 : 0,
                                      .n_buffers = n_buffers,
                                      .buffers = m->buffers[c],
                                      .release = child_release};
    m->schema_child[c] =
        (struct ArrowSchema){.format = format, .name = name, .flags = ARROW_FLAG_NULLABLE, .release = schema_child_release};
    m->children[c] = &m->child[c];
    m->schema_children[c] = &m->schema_child[c];
    return &m->child[c];
}

static LaminarWriter *writer_of(LaminarConnection *db, const char *name)
{
    LaminarWriter *w = NULL;
    OK(laminar_writer_create(db, name, &w));
    return w;
}

static void test_push_with_nulls(void **state)
{
    LaminarConnection *db = *state;
    static const int64_t a[] = {1, 2, 3, 4, 5};
    static const uint8_t valid_a[] = {0x1b}; /* 3 is NULL */
    static const int32_t at[] = {0, 1, 1, 15, 15, 16};
    static const uint8_t valid_b[] = {0x1d}; /* row 1 is NULL, row 3 is empty */
    Made m;
    uint64_t ticket = 0;
    run(db, "CREATE SOURCE s (a BIGINT, b TEXT)");
    LaminarWriter *w = writer_of(db, "s");
    made_init(&m, 5);
    made_add(&m, "x", "l", 2, valid_a, a, NULL);                 /* by position: names do not count */
    made_add(&m, "y", "u", 3, valid_b, at, "xlonger than twel"); /* bytes 1 to 14, and the last */
    OK(laminar_writer_push(w, &m.array, &m.schema, &ticket));
    assert_null(m.array.release);
    assert_int_equal(ticket, 1);
    ROWS(db, "SELECT * FROM s", "1|x;2|NULL;NULL|longer than tw;4|;5|e;");
    laminar_writer_free(w);
    run(db, "DROP SOURCE s");
    assert_int_equal(m.n_released, 1);
    assert_int_equal(m.n_schema_released, 0); /* borrowed */
}

static void test_push_with_offsets(void **state)
{
    LaminarConnection *db = *state;
    static const int64_t a[] = {-1, -2, 10, 20, 30, -3};
    static const uint8_t valid[] = {0x37}; /* bit 3 is 0 */
    static const uint8_t bits[] = {0x14};  /* rows 2 and 4 */
    Made m;
    run(db, "CREATE SOURCE s (a BIGINT, b BOOLEAN)");
    LaminarWriter *w = writer_of(db, "s");
    made_init(&m, 3);
    made_add(&m, "a", "l", 2, valid, a, NULL)->offset = 2;
    made_add(&m, "b", "b", 2, NULL, bits, NULL)->offset = 2;
    OK(laminar_writer_push(w, &m.array, &m.schema, NULL));
    ROWS(db, "SELECT * FROM s", "10|t;NULL|f;30|t;");
    /* The offset of the struct adds to those of its children. */
    made_init(&m, 2);
    m.array.offset = 1;
    made_add(&m, "a", "l", 2, NULL, a, NULL)->offset = 1;
    made_add(&m, "b", "b", 2, NULL, bits, NULL)->offset = 1;
    m.child[0].length = m.child[1].length = 4;
    OK(laminar_writer_push(w, &m.array, &m.schema, NULL));
    ROWS(db, "SELECT * FROM s", "10|t;NULL|f;30|t;10|t;20|f;");
    laminar_writer_free(w);
}

static void test_push_many_rows(void **state)
{
    LaminarConnection *db = *state;
    enum { N = 10001 };
    static int64_t a[N];
    static uint8_t valid[(N + 7) / 8];
    Made m;
    for (int i = 0; i < N; i++) {
        a[i] = i;
        if (i % 3)
            valid[i / 8] |= (uint8_t)(1 << i % 8);
    }
    run(db, "CREATE SOURCE s (a BIGINT)");
    LaminarWriter *w = writer_of(db, "s");
    made_init(&m, N);
    made_add(&m, "a", "l", 2, valid, a, NULL);
    OK(laminar_writer_push(w, &m.array, &m.schema, NULL));
    ROWS(db, "SELECT count(*), count(a), sum(a), min(a), max(a) FROM s", "10001|6667|33336667|1|10000;");
    laminar_writer_free(w);
    run(db, "DROP SOURCE s");
    assert_int_equal(m.n_released, 1);
}

static void test_timestamp_units(void **state)
{
    LaminarConnection *db = *state;
    static const int64_t s[] = {1, -1}, ms[] = {1000, -1000}, us[] = {1000000, -1000000}, ns[] = {1000000000, -1000000000};
    static const struct {
        const char *format;
        const int64_t *values;
    } c[] = {{"tss:", s}, {"tsm:", ms}, {"tsu:", us}, {"tsn:", ns}};
    run(db, "CREATE SOURCE s (ts TIMESTAMP)");
    LaminarWriter *w = writer_of(db, "s");
    for (size_t i = 0; i < 4; i++) {
        Made m;
        made_init(&m, 2);
        made_add(&m, "ts", c[i].format, 2, NULL, c[i].values, NULL);
        OK(laminar_writer_push(w, &m.array, &m.schema, NULL));
    }
    ROWS(db, "SELECT ts, count(*) FROM s GROUP BY ts ORDER BY ts", "1969-12-31 23:59:59|4;1970-01-01 00:00:01|4;");
    static const int64_t big[] = {INT64_MAX};
    Made m;
    made_init(&m, 1);
    made_add(&m, "ts", "tss:", 2, NULL, big, NULL);
    assert_int_not_equal(laminar_writer_push(w, &m.array, &m.schema, NULL), LAMINAR_OK); /* out of range, not wrapped */
    assert_null(m.array.release);
    laminar_writer_free(w);
}

static int32_t push_text(LaminarWriter *w, const char *text)
{
    const int32_t at[] = {0, (int32_t)strlen(text)};
    Made m;
    made_init(&m, 1);
    made_add(&m, "v", "u", 3, NULL, at, text);
    int32_t code = laminar_writer_push(w, &m.array, &m.schema, NULL);
    assert_int_equal(m.n_released, 1);
    return code;
}

static const char long_text[] = "a text of 26 letters, or so";

static int32_t push_view(LaminarWriter *w, int32_t from)
{
    const int64_t size = sizeof(long_text) - 1;
    const struct {
        int32_t n;
        char head[4];
        int32_t buffer, from;
    } view = {20, {long_text[0], long_text[1], long_text[2], long_text[3]}, 0, from};
    Made m;
    made_init(&m, 1);
    const void *buffers[] = {NULL, &view, long_text, &size};
    made_add(&m, "v", "vu", 4, NULL, NULL, NULL)->buffers = buffers;
    int32_t code = laminar_writer_push(w, &m.array, &m.schema, NULL);
    return code;
}

/* What a trusted writer's arrays are still asked for. */
static void test_trusted_writer(void **state)
{
    LaminarConnection *db = *state;
    run(db, "CREATE SOURCE texts (v TEXT)");
    run(db, "CREATE SOURCE shorts (v VARCHAR(3))");
    run(db, "CREATE SOURCE docs (v JSONB)");
    LaminarWriter *texts = writer_of(db, "texts"), *shorts = writer_of(db, "shorts"), *docs = writer_of(db, "docs");
    FAILS(-1, laminar_writer_trust(NULL, true));
    OK(laminar_writer_trust(texts, true));
    OK(laminar_writer_trust(shorts, true));
    OK(laminar_writer_trust(docs, true));
    OK(push_text(texts, "gr\xc3\xbc\xc3\x9f"));
    OK(push_text(texts, long_text));
    OK(push_view(texts, 0));
    OK(push_text(shorts, "\xc3\xbc\xc3\xbc\xc3\xbc")); /* three letters */
    assert_int_not_equal(push_text(shorts, "four"), LAMINAR_OK);
    expect_error(LAMINAR_ERR_QUERY, "22001");
    OK(push_text(docs, "{\"b\": 1, \"a\": 2}"));
    assert_int_not_equal(push_text(docs, "{"), LAMINAR_OK);
    ROWS(db, "SELECT * FROM texts", "gr\xc3\xbc\xc3\x9f;a text of 26 letters, or so;a text of 26 letters;");
    ROWS(db, "SELECT char_length(v), v FROM shorts", "3|\xc3\xbc\xc3\xbc\xc3\xbc;");
    ROWS(db, "SELECT v FROM docs", "{\"a\": 2, \"b\": 1};");
    OK(laminar_writer_trust(texts, false));
    assert_int_not_equal(push_text(texts, "\xff"), LAMINAR_OK);
    assert_int_not_equal(push_view(texts, 20), LAMINAR_OK); /* reaches out of its buffer */
    laminar_writer_free(texts);
    laminar_writer_free(shorts);
    laminar_writer_free(docs);
}

static void test_push_failures_release(void **state)
{
    LaminarConnection *db = *state;
    static const int64_t a[] = {1, 2};
    static const uint8_t valid[] = {1};
    static const char *const formats[] = {"l", "+l", "", "zzz", "tsu:", "b", "w:-3", "d:99,1"};
    Made m;
    run(db, "CREATE SOURCE s (a TEXT, b BIGINT NOT NULL)");
    LaminarWriter *w = writer_of(db, "s");
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        made_init(&m, 2);
        made_add(&m, "a", formats[i], 2, NULL, a, NULL);
        made_add(&m, "b", "l", 2, NULL, a, NULL);
        if (laminar_writer_push(w, &m.array, &m.schema, NULL) == LAMINAR_OK)
            fail_msg("format \"%s\" is accepted", formats[i]);
        assert_null(m.array.release);
        assert_int_equal(m.n_released, 1);
    }
    made_init(&m, 2);
    made_add(&m, "b", "l", 2, NULL, a, NULL);
    FAILS(302, laminar_writer_push(w, &m.array, &m.schema, NULL)); /* number of columns */
    assert_int_equal(m.n_released, 1);
    static const int32_t at[] = {0, 1, 2};
    made_init(&m, 2);
    made_add(&m, "a", "u", 3, NULL, at, "xy");
    made_add(&m, "b", "l", 2, valid, a, NULL);
    FAILS(300, laminar_writer_push(w, &m.array, &m.schema, NULL)); /* NULL in a NOT NULL column */
    expect_error(LAMINAR_ERR_INGESTION, "23502");
    assert_int_equal(m.n_released, 1);
    made_init(&m, 2);
    made_add(&m, "a", "u", 3, NULL, at, "\xff\xfe");
    made_add(&m, "b", "l", 2, NULL, a, NULL);
    assert_int_not_equal(laminar_writer_push(w, &m.array, &m.schema, NULL), LAMINAR_OK); /* not UTF-8 */
    static const int32_t backwards[] = {0, 5, 2};
    made_init(&m, 2);
    made_add(&m, "a", "u", 3, NULL, backwards, "abcdefgh");
    made_add(&m, "b", "l", 2, NULL, a, NULL);
    assert_int_not_equal(laminar_writer_push(w, &m.array, &m.schema, NULL), LAMINAR_OK);
    made_init(&m, 2);
    FAILS(-1, laminar_writer_push(NULL, &m.array, &m.schema, NULL));
    assert_null(m.array.release);
    assert_int_not_equal(laminar_writer_push(w, &m.array, &m.schema, NULL), LAMINAR_OK); /* released already */
    OK(laminar_writer_close(w));
    made_init(&m, 0);
    FAILS(-1, laminar_writer_push(w, &m.array, &m.schema, NULL));
    assert_null(m.array.release);
    ROWS(db, "SELECT count(*) FROM s", "0;");
    laminar_writer_free(w);
}

static void test_push_no_rows(void **state)
{
    LaminarConnection *db = *state;
    Made m;
    run(db, "CREATE SOURCE s (a BIGINT)");
    LaminarWriter *w = writer_of(db, "s");
    made_init(&m, 0);
    made_add(&m, "a", "l", 2, NULL, NULL, NULL);
    OK(laminar_writer_push(w, &m.array, &m.schema, NULL));
    ROWS(db, "SELECT count(*) FROM s", "0;");
    laminar_writer_free(w);
}

/* ---- out ---- */

static LaminarRecordBatch *first_batch(LaminarConnection *db, const char *sql)
{
    LaminarQueryResult *r = NULL;
    LaminarRecordBatch *batch = NULL;
    OK(laminar_query(db, sql, &r));
    OK(laminar_result_get_batch(r, 0, &batch));
    laminar_result_free(r);
    return batch;
}

static void test_export(void **state)
{
    LaminarRecordBatch *batch = first_batch(*state, "VALUES (1::bigint, 'one'), (NULL, 'a text longer than twelve'), (3, NULL)");
    struct ArrowArray a;
    struct ArrowSchema s;
    size_t rows = 0;
    OK(laminar_batch_export(batch, &a, &s));
    OK(laminar_batch_num_rows(batch, &rows)); /* the batch stays valid */
    assert_int_equal(rows, 3);
    laminar_batch_free(batch);
    assert_string_equal(s.format, "+s");
    assert_int_equal(s.n_children, 2);
    assert_string_equal(s.children[0]->format, "l");
    assert_string_equal(s.children[1]->format, "u");
    assert_string_equal(s.children[0]->name, "column1");
    assert_int_equal(a.length, 3);
    assert_int_equal(a.n_children, 2);
    const struct ArrowArray *i = a.children[0], *t = a.children[1];
    const int64_t *v = i->buffers[1];
    const uint8_t *valid = i->buffers[0];
    assert_int_equal(v[i->offset], 1);
    assert_int_equal(v[i->offset + 2], 3);
    assert_int_equal(valid[(i->offset + 1) / 8] >> (i->offset + 1) % 8 & 1, 0);
    const int32_t *at = (const int32_t *)t->buffers[1] + t->offset;
    assert_memory_equal((const char *)t->buffers[2] + at[1], "a text longer than twelve", 25);
    assert_int_equal(at[2] - at[1], 25);
    a.release(&a);
    s.release(&s);
    assert_true(!a.release && !s.release);
}

static void test_export_column_and_schema(void **state)
{
    LaminarConnection *db = *state;
    LaminarRecordBatch *batch = first_batch(db, "VALUES (1::bigint, true), (2, false)");
    struct ArrowArray a = {0};
    struct ArrowSchema s = {0};
    OK(laminar_batch_export_column(batch, 0, &a, &s));
    assert_string_equal(s.format, "l");
    assert_int_equal(a.length, 2);
    assert_int_equal(((const int64_t *)a.buffers[1])[a.offset + 1], 2);
    a.release(&a);
    s.release(&s);
    FAILS(-1, laminar_batch_export_column(batch, 2, &a, &s));
    assert_non_null(laminar_last_error());
    LaminarSchema *schema = NULL;
    OK(laminar_batch_schema(batch, &schema));
    OK(laminar_schema_export(schema, &s));
    assert_string_equal(s.children[1]->format, "b");
    s.release(&s);
    laminar_schema_free(schema);
    laminar_batch_free(batch);
    FAILS(-1, laminar_batch_export(NULL, &a, &s));
}

static void test_round_trip(void **state)
{
    LaminarConnection *db = *state;
    static const char query[] = "SELECT 1::bigint AS a, 'x' AS b, 1.50::decimal(10, 2) AS c, TIMESTAMP '2024-02-29 01:02:03.5' AS "
                                "d, true AS e, 2.5e0 AS f, "
                                "DATE '2024-02-29' AS g, NULL::text AS h";
    run(db, "CREATE SOURCE s (a BIGINT, b TEXT, c DECIMAL(10, 2), d TIMESTAMP, e BOOLEAN, f DOUBLE, g DATE, h TEXT)");
    LaminarWriter *w = writer_of(db, "s");
    for (int views = 0; views < 2; views++) {
        LaminarRecordBatch *batch = first_batch(db, query), *again = NULL;
        struct ArrowArray a;
        struct ArrowSchema s;
        OK(views ? laminar_batch_export_views(batch, &a, &s) : laminar_batch_export(batch, &a, &s));
        assert_string_equal(s.children[1]->format, views ? "vu" : "u");
        OK(laminar_batch_import(&a, &s, &again));
        assert_true(!a.release && !s.release);
        laminar_batch_free(batch);
        OK(laminar_writer_write(w, again));
    }
    ROWS(db, "SELECT * FROM s",
         "1|x|1.50|2024-02-29 01:02:03.5|t|2.5|2024-02-29|NULL;1|x|1.50|2024-02-29 01:02:03.5|t|2.5|2024-02-29|NULL;");
    laminar_writer_free(w);
}

static void test_import(void **state)
{
    LaminarConnection *db = *state;
    enum { N = 9000 };
    static int64_t a[N];
    Made m;
    LaminarRecordBatch *batch = NULL;
    size_t rows = 0;
    int32_t weight = 0;
    for (int i = 0; i < N; i++)
        a[i] = i;
    made_init(&m, N);
    made_add(&m, "a", "l", 2, NULL, a, NULL);
    OK(laminar_batch_create(&m.array, &m.schema, &batch));
    assert_true(!m.array.release && !m.schema.release);
    OK(laminar_batch_num_rows(batch, &rows));
    assert_int_equal(rows, N);
    OK(laminar_batch_weight(batch, N - 1, &weight));
    assert_int_equal(weight, 1);
    const char *text = NULL;
    OK(laminar_batch_text(batch, N - 1, 0, &text, NULL));
    assert_string_equal(text, "8999");
    FAILS(-1, laminar_batch_text(batch, N, 0, &text, NULL));
    FAILS(-1, laminar_batch_text(batch, 0, 1, &text, NULL));
    FAILS(-1, laminar_batch_weight(batch, N, &weight));
    run(db, "CREATE SOURCE s (a BIGINT)");
    LaminarWriter *w = writer_of(db, "s");
    OK(laminar_writer_write(w, batch));
    ROWS(db, "SELECT count(*), sum(a) FROM s", "9000|40495500;");
    laminar_writer_free(w);
    run(db, "DROP SOURCE s");
    assert_int_equal(m.n_released, 1);
    assert_int_equal(m.n_schema_released, 1);
    made_init(&m, 1);
    made_add(&m, "a", "nonsense", 2, NULL, a, NULL);
    batch = NULL;
    FAILS(900, laminar_batch_import(&m.array, &m.schema, &batch));
    assert_true(!m.array.release && !m.schema.release && !batch);
    made_init(&m, 1);
    FAILS(-1, laminar_batch_import(&m.array, &m.schema, NULL));
    assert_true(!m.array.release && !m.schema.release);
}

static void test_export_stream(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryResult *r = NULL;
    struct ArrowArrayStream stream;
    struct ArrowSchema s;
    struct ArrowArray a;
    int64_t rows = 0;
    run(db, "CREATE SOURCE g (a BIGINT) FROM GENERATOR (rows_per_second = 0, max_rows = 10000, a.kind = sequence)");
    OK(laminar_query(db, "SELECT * FROM g", &r));
    OK(laminar_result_export_stream(r, &stream));
    laminar_result_free(r);
    assert_int_equal(stream.get_schema(&stream, &s), 0);
    assert_string_equal(s.children[0]->name, "a");
    s.release(&s);
    for (;;) {
        assert_int_equal(stream.get_next(&stream, &a), 0);
        if (!a.release)
            break;
        assert_int_equal(((const int64_t *)a.children[0]->buffers[1])[a.children[0]->offset], rows);
        rows += a.length;
        a.release(&a);
    }
    assert_int_equal(rows, 10000);
    stream.release(&stream);
    assert_null(stream.release);
}

static void test_results(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryResult *r = NULL;
    LaminarRecordBatch *batch = NULL;
    LaminarSchema *schema = NULL;
    size_t n = 9;
    OK(laminar_query(db, "SELECT 1 AS one WHERE false", &r));
    OK(laminar_result_num_rows(r, &n));
    assert_int_equal(n, 0);
    OK(laminar_result_schema(r, &schema));
    OK(laminar_schema_num_fields(schema, &n));
    assert_int_equal(n, 1);
    laminar_schema_free(schema);
    OK(laminar_result_num_batches(r, &n));
    FAILS(-1, laminar_result_get_batch(r, n, &batch));
    assert_null(batch);
    FAILS(-1, laminar_result_num_rows(r, NULL));
    laminar_result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(test_push_with_nulls),
        DB_TEST(test_push_with_offsets),
        DB_TEST(test_push_many_rows),
        DB_TEST(test_timestamp_units),
        DB_TEST(test_trusted_writer),
        DB_TEST(test_push_failures_release),
        DB_TEST(test_push_no_rows),
        DB_TEST(test_export),
        DB_TEST(test_export_column_and_schema),
        DB_TEST(test_round_trip),
        DB_TEST(test_import),
        DB_TEST(test_export_stream),
        DB_TEST(test_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
