/* SPDX-License-Identifier: Apache-2.0
 *
 * Every Arrow type goes in, is printed, goes out in both exports and comes in again with the same values: NULLs, offsets other than
 * 0, lists and structs within each other, dictionaries.  What is not possible is error 900 that says why.  On each path both
 * structures are released. */
#include "api_test.h"

#define NODES_MAX 16

typedef struct Node {
    struct ArrowArray a;
    struct ArrowSchema s;
    const void *buffers[4];
    struct ArrowArray *arrays[4];
    struct ArrowSchema *schemas[4];
} Node;

static Node nodes[NODES_MAX]; /* of the case in hand */
static size_t n_nodes;
static int alive;

static void release_array(struct ArrowArray *a)
{
    alive--;
    for (int64_t i = 0; i < a->n_children; i++)
        if (a->children[i]->release)
            a->children[i]->release(a->children[i]);
    if (a->dictionary && a->dictionary->release)
        a->dictionary->release(a->dictionary);
    a->release = NULL;
}

static void release_schema(struct ArrowSchema *s)
{
    alive--;
    for (int64_t i = 0; i < s->n_children; i++)
        if (s->children[i]->release)
            s->children[i]->release(s->children[i]);
    if (s->dictionary && s->dictionary->release)
        s->dictionary->release(s->dictionary);
    s->release = NULL;
}

static Node *leaf(const char *format, int64_t n, int n_buffers, const void *valid, const void *b1, const void *b2)
{
    assert_true(n_nodes < NODES_MAX);
    Node *x = &nodes[n_nodes++];
    memset(x, 0, sizeof(*x));
    alive += 2;
    x->buffers[0] = valid;
    x->buffers[1] = b1;
    x->buffers[2] = b2;
    x->s = (struct ArrowSchema){.format = format, .name = "", .flags = ARROW_FLAG_NULLABLE, .release = release_schema};
    x->a = (struct ArrowArray){
        .length = n, .null_count = valid ? -1 : 0, .n_buffers = n_buffers, .buffers = x->buffers, .release = release_array};
    return x;
}

static Node *add(Node *to, const char *name, Node *child)
{
    child->s.name = name;
    to->schemas[to->s.n_children++] = &child->s;
    to->arrays[to->a.n_children++] = &child->a;
    to->s.children = to->schemas;
    to->a.children = to->arrays;
    return to;
}

static Node *dictionary(Node *codes, Node *values)
{
    codes->a.dictionary = &values->a;
    codes->s.dictionary = &values->s;
    return codes;
}

static Node *at(Node *x, int64_t offset, int64_t length)
{
    x->a.offset = offset;
    x->a.length = length;
    return x;
}

static void import_again(struct ArrowArray *a, struct ArrowSchema *s, const char *want)
{
    LaminarRecordBatch *b = NULL;
    char text[4096] = "";
    OK(laminar_batch_import(a, s, &b));
    batch_add_text(b, text, sizeof(text));
    assert_string_equal(text, want);
    laminar_batch_free(b);
}

/* The values of column x as text, or "!" and the message. */
static void check(Node *x, const char *want)
{
    LaminarRecordBatch *b = NULL;
    char text[4096] = "";
    Node *top = add(leaf("+s", x->a.length, 1, NULL, NULL, NULL), "v", x);
    int32_t rc = laminar_batch_import(&top->a, &top->s, &b);
    assert_null(top->a.release);
    assert_null(top->s.release);
    if (rc != LAMINAR_OK) {
        assert_int_equal(rc, LAMINAR_API_INTERNAL_ERROR);
        snprintf(text, sizeof(text), "!%s", laminar_last_error());
    } else {
        struct ArrowArray a;
        struct ArrowSchema s;
        batch_add_text(b, text, sizeof(text));
        OK(laminar_batch_export(b, &a, &s));
        import_again(&a, &s, text);
        OK(laminar_batch_export_views(b, &a, &s));
        import_again(&a, &s, text);
        OK(laminar_batch_export_column(b, 0, &a, &s));
        assert_int_equal(a.length, x->a.length);
        a.release(&a);
        s.release(&s);
        laminar_batch_free(b);
    }
    assert_string_equal(text, want);
    assert_int_equal(alive, 0);
    n_nodes = 0;
}

#define U8(...) ((const uint8_t[]){__VA_ARGS__})
#define I8(...) ((const int8_t[]){__VA_ARGS__})
#define I16(...) ((const int16_t[]){__VA_ARGS__})
#define I32(...) ((const int32_t[]){__VA_ARGS__})
#define I64(...) ((const int64_t[]){__VA_ARGS__})
#define FIRST_AND_LAST U8(5) /* of three rows the second is NULL */

static void test_numbers(void **state)
{
    (void)state;
    check(leaf("c", 3, 2, FIRST_AND_LAST, I8(-1, 2, 127), NULL), "-1;NULL;127;");
    check(leaf("C", 2, 2, NULL, U8(255, 1), NULL), "255;1;");
    check(leaf("s", 2, 2, NULL, I16(-5, 6), NULL), "-5;6;");
    check(leaf("S", 1, 2, NULL, I16(-1), NULL), "65535;");
    check(leaf("i", 3, 2, FIRST_AND_LAST, I32(1, 2, 3), NULL), "1;NULL;3;");
    check(leaf("I", 1, 2, NULL, I32(-1), NULL), "4294967295;");
    check(leaf("l", 2, 2, NULL, I64(INT64_MIN, INT64_MAX), NULL), "-9223372036854775808;9223372036854775807;");
    check(leaf("L", 1, 2, NULL, I64(-1), NULL), "18446744073709551615;");
    check(leaf("e", 5, 2, NULL, I16(0x3c00, (int16_t)0xc000, 0x3555, 1, 0x7c00), NULL), "1;-2;0.33325195;5.9604645e-08;Infinity;");
    check(leaf("f", 2, 2, NULL, ((const float[]){1.5F, -0.25F}), NULL), "1.5;-0.25;");
    check(leaf("g", 2, 2, NULL, ((const double[]){1.0 / 3, 1e300}), NULL), "0.3333333333333333;1e+300;");
    check(leaf("b", 3, 2, FIRST_AND_LAST, U8(5), NULL), "t;NULL;t;");
    check(at(leaf("b", 3, 2, NULL, U8(6), NULL), 1, 2), "t;t;");
    check(leaf("n", 2, 0, NULL, NULL, NULL), "NULL;NULL;");
}

static void test_decimals(void **state)
{
    (void)state;
    check(leaf("d:10,2", 2, 2, NULL, I64(12345, 0, -1, -1), NULL), "123.45;-0.01;");
    check(leaf("d:5,2,32", 3, 2, FIRST_AND_LAST, I32(-150, 9, 1), NULL), "-1.50;NULL;0.01;");
    check(at(leaf("d:12,3,64", 2, 2, NULL, I64(1500, 7), NULL), 1, 1), "0.007;");
    check(leaf("d:38,2,256", 2, 2, NULL, I64(150, 0, 0, 0, -1, -1, -1, -1), NULL), "1.50;-0.01;");
    check(leaf("d:38,2,256", 1, 2, NULL, I64(150, 0, 1, 0), NULL), "!column \"v\", row 1: decimal out of range");
    check(leaf("d:3,0", 1, 2, NULL, I64(123456, 0), NULL), "!column \"v\", row 1: decimal exceeds precision 3");
    check(leaf("d:40,2,256", 1, 2, NULL, I64(1, 0, 0, 0), NULL), "!column \"v\": Arrow format \"d:40,2,256\" is not supported");
    check(leaf("d:5,-2", 1, 2, NULL, I64(1, 0), NULL), "!column \"v\": Arrow format \"d:5,-2\" is not supported");
}

static void test_texts(void **state)
{
    (void)state;
    check(leaf("u", 3, 3, FIRST_AND_LAST, I32(0, 1, 1, 4), "axyz"), "a;NULL;xyz;");
    check(at(leaf("u", 3, 3, FIRST_AND_LAST, I32(0, 1, 1, 4), "axyz"), 1, 2), "NULL;xyz;");
    check(leaf("U", 2, 3, NULL, I64(0, 2, 5), "abcde"), "ab;cde;");
    check(leaf("z", 2, 3, NULL, I32(0, 2, 3), "\x01\xff\x02"), "\\x01ff;\\x02;");
    check(leaf("Z", 1, 3, NULL, I64(0, 2), "\x01\xff"), "\\x01ff;");
    check(leaf("w:3", 3, 2, FIRST_AND_LAST, "abc...def", NULL), "\\x616263;NULL;\\x646566;");
    check(at(leaf("w:3", 3, 2, NULL, "abc...def", NULL), 2, 1), "\\x646566;");
    check(leaf("w:0", 2, 2, NULL, NULL, NULL), "\\x;\\x;");
    check(leaf("w:16", 1, 2, NULL, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20", NULL), "01020304-0506-0708-090a-0b0c0d0e0f10;");
    check(leaf("u", 1, 3, NULL, I32(0, 1), "\xff"), "!column \"v\", row 1: text is not valid UTF-8");
    check(leaf("u", 2, 3, NULL, I32(0, 3, 1), "abc"), "!column \"v\", row 2: string offsets decrease");
    check(leaf("w:-1", 1, 2, NULL, "a", NULL), "!column \"v\": Arrow format \"w:-1\" is not valid");
}

static void test_string_views(void **state)
{
    (void)state;
    _Alignas(8) uint8_t views[32] = {3, 0, 0, 0, 'a', 'b', 'c'};
    views[16] = 14;
    memcpy(views + 20, "long", 4);
    Node *x = leaf("vu", 2, 4, NULL, views, "longstringofxx");
    x->buffers[3] = I64(14);
    check(x, "abc;longstringofxx;");
    x = leaf("vz", 2, 4, NULL, views, "longstringofxx");
    x->buffers[3] = I64(14);
    check(x, "\\x616263;\\x6c6f6e67737472696e676f667878;");
    x = leaf("vu", 2, 4, NULL, views, "longstringofxx");
    x->buffers[3] = I64(5);
    check(x, "!column \"v\", row 2: string view: offset out of range");
}

static void test_times(void **state)
{
    (void)state;
    check(leaf("tdD", 3, 2, FIRST_AND_LAST, I32(0, 1, -1), NULL), "1970-01-01;NULL;1969-12-31;");
    check(leaf("tdm", 1, 2, NULL, I64(86400000), NULL), "1970-01-02;");
    check(leaf("tts", 1, 2, NULL, I32(3661), NULL), "01:01:01;");
    check(leaf("ttm", 1, 2, NULL, I32(3661001), NULL), "01:01:01.001;");
    check(leaf("ttu", 1, 2, NULL, I64(1), NULL), "00:00:00.000001;");
    check(leaf("ttn", 1, 2, NULL, I64(1000), NULL), "00:00:00.000001;");
    check(leaf("tss:", 1, 2, NULL, I64(1), NULL), "1970-01-01 00:00:01;");
    check(leaf("tsm:", 1, 2, NULL, I64(-1), NULL), "1969-12-31 23:59:59.999;");
    check(leaf("tsu:", 1, 2, NULL, I64(1), NULL), "1970-01-01 00:00:00.000001;");
    check(leaf("tsn:", 1, 2, NULL, I64(-1), NULL), "1969-12-31 23:59:59.999999999;");
    check(leaf("tsu:Europe/Berlin", 1, 2, NULL, I64(0), NULL), "1970-01-01 00:00:00+00;");
    check(leaf("tss:", 1, 2, NULL, I64(INT64_MAX / 1000), NULL), "!column \"v\", row 1: timestamp out of range");
    check(leaf("tiM", 3, 2, FIRST_AND_LAST, I32(14, 1, -1), NULL), "1 year 2 mons;NULL;-1 mons;");
    check(leaf("tiD", 1, 2, NULL, I32(1, 1000), NULL), "1 day 00:00:01;");
    check(leaf("tin", 1, 2, NULL, I64(INT64_C(2) << 32 | 1, 3000), NULL), "1 mon 2 days 00:00:00.000003;");
    check(leaf("tDs", 1, 2, NULL, I64(90), NULL), "00:01:30;");
    check(leaf("tDm", 1, 2, NULL, I64(-90), NULL), "-00:00:00.09;");
    check(leaf("tDu", 1, 2, NULL, I64(90), NULL), "00:00:00.00009;");
    check(leaf("tDn", 1, 2, NULL, I64(90000), NULL), "00:00:00.00009;");
    check(leaf("tDs", 1, 2, NULL, I64(INT64_MAX), NULL), "!column \"v\", row 1: interval out of range");
}

static Node *numbers(void)
{
    static const uint8_t valid[] = {0x1d};
    static const int64_t values[] = {1, 2, 3, 4, 5};
    return leaf("l", 5, 2, valid, values, NULL);
}

static void test_lists(void **state)
{
    (void)state;
    check(add(leaf("+l", 3, 2, FIRST_AND_LAST, I32(0, 2, 2, 5), NULL), "item", numbers()), "{1,NULL};NULL;{3,4,5};");
    check(add(at(leaf("+l", 3, 2, FIRST_AND_LAST, I32(0, 2, 2, 5), NULL), 1, 2), "item", numbers()), "NULL;{3,4,5};");
    check(add(leaf("+L", 2, 2, NULL, I64(0, 1, 2), NULL), "item", at(numbers(), 2, 3)), "{3};{4};");
    check(add(leaf("+w:2", 2, 1, U8(2), NULL, NULL), "item", numbers()), "NULL;{3,4};");
    check(add(at(leaf("+w:2", 2, 1, NULL, NULL, NULL), 1, 1), "item", numbers()), "{3,4};");
    check(add(leaf("+w:3", 2, 1, NULL, NULL, NULL), "item", numbers()), "!column \"v\", row 2: list offset out of range");
    /* Views lie anywhere and may overlap; what a NULL says does not count. */
    check(add(leaf("+vl", 3, 3, FIRST_AND_LAST, I32(3, 99, 2), I32(2, 99, 2)), "item", numbers()), "{4,5};NULL;{3,4};");
    check(add(leaf("+vL", 2, 3, NULL, I64(4, 0), I64(1, 0)), "item", numbers()), "{5};{};");
    check(add(leaf("+vL", 1, 3, NULL, I64(1), I64(INT64_MAX)), "item", numbers()),
          "!column \"v\", row 1: list offset out of range");
    check(add(leaf("+l", 2, 2, NULL, I32(0, 2, 9), NULL), "item", numbers()), "!column \"v\", row 2: list offset out of range");
    check(add(leaf("+l", 2, 2, NULL, I32(2, 0, 3), NULL), "item", numbers()), "!column \"v\", row 1: list offset out of range");
    check(add(leaf("+l", 1, 2, NULL, I32(0, 2), NULL), "item", leaf("d:5,2,32", 2, 2, NULL, I32(150, 25), NULL)), "{1.50,0.25};");
    check(add(leaf("+l", 1, 2, NULL, I32(0, 2), NULL), "item", leaf("w:1", 2, 2, NULL, "ab", NULL)), "{\"\\\\x61\",\"\\\\x62\"};");
}

static Node *fields(Node *to)
{
    static const uint8_t valid[] = {5};
    static const int32_t numbers[] = {1, 2, 3}, starts[] = {0, 1, 1, 2};
    add(to, "a", leaf("i", 3, 2, NULL, numbers, NULL));
    return add(to, "b", leaf("u", 3, 3, valid, starts, "xy"));
}

static void test_structs_and_maps(void **state)
{
    (void)state;
    check(fields(leaf("+s", 3, 1, U8(3), NULL, NULL)), "(1,x);(2,);NULL;");
    check(fields(at(leaf("+s", 3, 1, U8(3), NULL, NULL), 1, 2)), "(2,);NULL;");
    check(add(leaf("+l", 2, 2, NULL, I32(0, 2, 3), NULL), "item", fields(leaf("+s", 3, 1, NULL, NULL, NULL))),
          "{\"(1,x)\",\"(2,)\"};{\"(3,y)\"};");
    check(add(leaf("+m", 2, 2, NULL, I32(0, 1, 3), NULL), "entries", fields(leaf("+s", 3, 1, NULL, NULL, NULL))),
          "{1=x};{2=NULL,3=y};");
}

static void test_dictionaries(void **state)
{
    (void)state;
    check(dictionary(leaf("c", 4, 2, U8(11), I8(1, 0, 0, 1), NULL), leaf("u", 2, 3, NULL, I32(0, 1, 3), "abb")), "bb;a;NULL;bb;");
    check(dictionary(leaf("I", 3, 2, NULL, I32(1, 0, 1), NULL), leaf("l", 2, 2, U8(2), I64(5, 6), NULL)), "6;NULL;6;");
    check(dictionary(at(leaf("i", 3, 2, NULL, I32(9, 1, 0), NULL), 1, 2), leaf("u", 2, 3, NULL, I32(0, 1, 3), "abb")), "bb;a;");
    check(dictionary(leaf("s", 2, 2, NULL, I16(0, 1), NULL), leaf("tDs", 2, 2, NULL, I64(1, 60), NULL)), "00:00:01;00:01:00;");
    check(dictionary(leaf("i", 1, 2, NULL, I32(9), NULL), leaf("u", 2, 3, NULL, I32(0, 1, 3), "abb")),
          "!column \"v\", row 1: dictionary index out of range");
}

/* Values as JSON: what JSON has kinds for as such, all else as text, NULL as none. */
static void test_json(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"1::SMALLINT", "1"},
        {"1.50::DECIMAL(5,2)", "1.50"},
        {"'NaN'::DOUBLE PRECISION", "null"},
        {"TRUE", "true"},
        {"e'a\"b\\n'", "\"a\\\"b\\n\""},
        {"'{\"k\": [1]}'::JSONB", "{\"k\": [1]}"},
        {"ARRAY[[1, NULL], [3, 4]]", "[[1,null],[3,4]]"},
        {"'{}'::TEXT[]", "[]"},
        {"MAP['a', ARRAY[TRUE], 'b', NULL]", "{\"a\":[true],\"b\":null}"},
        {"ROW(1, DATE '2026-01-02', ROW('x'))", "{\"f1\":1,\"f2\":\"2026-01-02\",\"f3\":{\"f1\":\"x\"}}"},
        {"TIMESTAMP '2026-01-02 03:04:05.5'", "\"2026-01-02T03:04:05.5\""},
        {"INTERVAL '1 day'", "\"1 day\""},
        {"'\\x00ff'::BYTEA", "\"\\\\x00ff\""},
        {"NULL::INT[]", NULL},
    };
    LaminarConnection *db = NULL;
    OK(laminar_open(&db));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char sql[128];
        LaminarQueryResult *result = NULL;
        LaminarRecordBatch *batch = NULL;
        const char *text = "";
        size_t n = 99;
        snprintf(sql, sizeof(sql), "SELECT %s", cases[i][0]);
        OK(laminar_query(db, sql, &result));
        OK(laminar_result_get_batch(result, 0, &batch));
        OK(laminar_batch_json(batch, 0, 0, &text, &n));
        if (cases[i][1]) {
            assert_string_equal(text, cases[i][1]);
            assert_int_equal(n, strlen(text));
        } else {
            assert_null(text);
            assert_int_equal(n, 0);
        }
        FAILS(-1, laminar_batch_json(batch, 1, 0, &text, NULL));
        FAILS(-1, laminar_batch_json(batch, 0, 1, &text, NULL));
        laminar_batch_free(batch);
        laminar_result_free(result);
    }
    OK(laminar_close(db));
}

static void test_broken(void **state)
{
    (void)state;
    LaminarError e = {.size = sizeof(e)};
    check(leaf("?x", 1, 2, NULL, I64(1), NULL), "!column \"v\": Arrow format \"?x\" is not supported");
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, "0A000");
    check(leaf("l", 2, 2, NULL, NULL, NULL), "!column \"v\": data buffer is missing");
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, "LM043");
    check(leaf("l", 2, 1, NULL, I64(1, 2), NULL), "!column \"v\": wrong number of buffers");
    check(leaf("+vl", 2, 2, NULL, I32(0, 1), NULL), "!column \"v\": a list has one child");
    check(leaf("u", 1, 3, NULL, I32(-1, 1), "abc"), "!column \"v\": negative string offset");
    check(leaf("u", 0, 3, NULL, NULL, NULL), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),          cmocka_unit_test(test_decimals),     cmocka_unit_test(test_texts),
        cmocka_unit_test(test_string_views),     cmocka_unit_test(test_times),        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_structs_and_maps), cmocka_unit_test(test_dictionaries), cmocka_unit_test(test_json),
        cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
