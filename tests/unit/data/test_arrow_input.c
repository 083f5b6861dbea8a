/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrow import from a producer other than ourselves: every format, conversions to a wanted schema, dictionaries, arrays longer than
 * a batch, and data that breaks the format's rules.  The producer counts releases. */
#include "data_gen.h"

#define PIECES_MAX 6

static int n_released, n_made;
static Account acct;
static Arena arena;

static int setup(void **state)
{
    (void)state;
    n_released = n_made = 0;
    account_init(&acct, NULL, "test");
    arena_init(&arena, NULL, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(n_released, n_made);
    account_done(&acct);
    arena_done(&arena);
    return 0;
}

static void release_top(struct ArrowArray *a)
{
    for (int64_t i = 0; i < a->n_children; i++)
        a->children[i]->release = NULL;
    a->release = NULL;
    n_released++;
}
static void release_part(struct ArrowArray *a)
{
    a->release = NULL;
}
static void release_schema(struct ArrowSchema *s)
{
    s->release = NULL;
}

/* A column whose buffers lie in the arena. */
static struct ArrowArray *part(int64_t n, int64_t offset, int n_buffers, const void **buffers)
{
    struct ArrowArray *a = ARENA_NEW(&arena, struct ArrowArray);
    *a = (struct ArrowArray){.length = n, .offset = offset, .null_count = -1, .n_buffers = n_buffers, .release = release_part};
    a->buffers = arena_memdup(&arena, buffers, sizeof(void *) * (size_t)n_buffers);
    return a;
}

typedef struct Source {
    struct ArrowArray array;
    struct ArrowSchema schema;
} Source;

static Source *source_new(int64_t n)
{
    Source *s = ARENA_NEW(&arena, Source);
    s->array = (struct ArrowArray){.length = n,
                                   .n_buffers = 1,
                                   .buffers = ARENA_ARRAY(&arena, const void *, 1),
                                   .children = ARENA_ARRAY(&arena, struct ArrowArray *, PIECES_MAX),
                                   .release = release_top};
    s->schema = (struct ArrowSchema){.format = "+s",
                                     .children = ARENA_ARRAY(&arena, struct ArrowSchema *, PIECES_MAX),
                                     .release = release_schema};
    n_made++;
    return s;
}

static struct ArrowSchema *add(Source *s, const char *format, struct ArrowArray *a)
{
    struct ArrowSchema *child = ARENA_NEW(&arena, struct ArrowSchema);
    *child = (struct ArrowSchema){.format = format, .name = format, .flags = ARROW_FLAG_NULLABLE, .release = release_schema};
    s->array.children[s->array.n_children++] = a;
    s->schema.children[s->schema.n_children++] = child;
    return child;
}

static struct ArrowArray *fixed(int64_t n, int64_t offset, const void *data)
{
    return part(n, offset, 2, (const void *[]){NULL, data});
}

typedef struct Sink {
    Batch *batch[64];
    uint32_t n, refuse_at;
} Sink;

static int keep(void *self, Batch *give_b, Err *err)
{
    Sink *s = self;
    s->batch[s->n++] = give_b;
    return s->n == s->refuse_at ? RAISE(err, ERR_QUEUE_FULL, "enough") : 0;
}

static void sink_done(Sink *s)
{
    for (uint32_t i = 0; i < s->n; i++)
        batch_unref(s->batch[i]);
    s->n = 0;
}

static Sink import_ok(Source *s, const Schema *want)
{
    Sink sink = {0};
    Err err = ERR_INIT;
    if (arrow_import(&acct, &s->array, &s->schema, want, keep, &sink, &err) != 0)
        fail_msg("%s", err.message);
    return sink;
}

static void import_bad(Source *s, const Schema *want, ErrCode code)
{
    Sink sink = {0};
    Err err = ERR_INIT;
    int rc = arrow_import(&acct, &s->array, &s->schema, want, keep, &sink, &err);
    if (rc != -(int)code)
        fail_msg("%d instead of %d: %s", rc, -(int)code, err.message);
    assert_true(err.code == code && err.message[0] && sink.n == 0);
}

/* A team of three that is one thread, and how often it was asked. */
typedef struct Helpers {
    Team team;
    bool busy;
    int asked, lent;
} Helpers;

static void run_pieces(Team *team, uint32_t n, uint32_t which, TeamWork work, void *self)
{
    assert_int_equal(team->n_threads, n);
    for (uint32_t i = n; i-- > 0;)
        if (which >> i & 1)
            work(self, i);
}

static Team *take_team(void *self, uint32_t rows)
{
    Helpers *h = self;
    h->asked++;
    h->lent += rows >= 100 && !h->busy;
    return rows >= 100 && !h->busy ? &h->team : NULL;
}

static void give_team_back(void *self)
{
    ((Helpers *)self)->lent--;
}

/* One column of three values, the first of which is skipped by the offset, against their texts. */
static void check_column(const char *format, const void *data, Type want, const char *first, const char *second)
{
    Field f = {"c", want, false};
    Schema *schema = want.id == T_UNKNOWN ? NULL : schema_new(&acct, &f, 1);
    Source *s = source_new(2);
    add(s, format, fixed(2, 1, data));
    Sink sink = import_ok(s, schema);
    const Vec *v = &sink.batch[0]->col[0];
    const char *expect[2] = {first, second};
    for (uint32_t i = 0; i < 2; i++) {
        StrBuf b;
        Value val = vec_get(v, i);
        sb_init(&b, NULL);
        value_print(&val, &b);
        assert_string_equal(sb_cstr(&b), expect[i]);
        sb_done(&b);
    }
    sink_done(&sink);
    schema_unref(schema);
}

static void test_numbers(void **state)
{
    const Type any = {.id = T_UNKNOWN};
    (void)state;
    check_column("c", (int8_t[]){1, -128, 127}, any, "-128", "127");
    check_column("C", (uint8_t[]){1, 255, 0}, any, "255", "0");
    check_column("s", (int16_t[]){1, -3, 7}, any, "-3", "7");
    check_column("S", (uint16_t[]){1, 65535, 7}, any, "65535", "7");
    check_column("i", (int32_t[]){1, -3, 7}, any, "-3", "7");
    check_column("I", (uint32_t[]){1, UINT32_MAX, 7}, any, "4294967295", "7");
    check_column("l", (int64_t[]){1, INT64_MIN, 7}, any, "-9223372036854775808", "7");
    check_column("L", (uint64_t[]){1, UINT64_MAX, 7}, any, "18446744073709551615", "7");
    check_column("f", (float[]){1, 0.5f, 7}, any, "0.5", "7");
    check_column("g", (double[]){1, 0.5, -7}, any, "0.5", "-7");
    check_column("b", (uint8_t[]){4}, any, "f", "t");
    check_column("C", (uint8_t[]){1, 255, 0}, TYPE(I64), "255", "0");
    check_column("f", (float[]){1, 0.5f, 7}, TYPE(F64), "0.5", "7");
    check_column("d:5,2", (i128[]){1, 12345, -7}, any, "123.45", "-0.07");
    check_column("d:5,2,128", (i128[]){1, 12345, -7}, TYPE_DECIMAL(9, 2), "123.45", "-0.07");
    check_column("w:16", "................abcdefghijklmnopABCDEFGHIJKLMNOP", any, "61626364-6566-6768-696a-6b6c6d6e6f70",
                 "41424344-4546-4748-494a-4b4c4d4e4f50");
}

static void test_moments(void **state)
{
    const Type any = {.id = T_UNKNOWN};
    (void)state;
    check_column("tdD", (int32_t[]){1, -1, 366}, any, "1969-12-31", "1971-01-02");
    check_column("tdm", (int64_t[]){1, -1, 86400000}, any, "1969-12-31", "1970-01-02");
    check_column("tts", (int32_t[]){1, 3661, 0}, any, "01:01:01", "00:00:00");
    check_column("ttm", (int32_t[]){1, 1500, 0}, any, "00:00:01.5", "00:00:00");
    check_column("ttu", (int64_t[]){1, 1500, 0}, any, "00:00:00.0015", "00:00:00");
    check_column("ttn", (int64_t[]){1, 1999, 0}, any, "00:00:00.000001", "00:00:00");
    check_column("tss:", (int64_t[]){1, -1, 60}, any, "1969-12-31 23:59:59", "1970-01-01 00:01:00");
    check_column("tsm:", (int64_t[]){1, -1, 60}, any, "1969-12-31 23:59:59.999", "1970-01-01 00:00:00.06");
    check_column("tsu:", (int64_t[]){1, -1, 60}, any, "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00.00006");
    check_column("tsn:", (int64_t[]){1, -1, 60}, any, "1969-12-31 23:59:59.999999999", "1970-01-01 00:00:00.00000006");
    check_column("tsn:", (int64_t[]){1, -1, 60}, TYPE(TS), "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00");
    check_column("tsm:", (int64_t[]){1, -1, 60}, TYPE(TSNS), "1969-12-31 23:59:59.999", "1970-01-01 00:00:00.06");
    check_column("tss:Europe/Berlin", (int64_t[]){1, -1, 60}, any, "1969-12-31 23:59:59+00", "1970-01-01 00:01:00+00");
    check_column("tsn:UTC", (int64_t[]){1, -1, 1000}, any, "1969-12-31 23:59:59.999999+00", "1970-01-01 00:00:00.000001+00");
    check_column("tin", (Interval[]){{0}, {1, 2, 0}, {0, 0, 3000000000}}, any, "1 mon 2 days", "00:00:03");
}

static void bad_column(const char *format, const void *data, Type want, ErrCode code)
{
    Field f = {"c", want, false};
    Schema *schema = want.id == T_UNKNOWN ? NULL : schema_new(&acct, &f, 1);
    Source *s = source_new(2);
    add(s, format, fixed(2, 1, data));
    import_bad(s, schema, code);
    schema_unref(schema);
}

static void test_ranges(void **state)
{
    const Type any = {.id = T_UNKNOWN};
    const int64_t big[] = {0, INT64_MAX / 2, 0};
    (void)state;
    bad_column("ttu", big, any, ERR_DATETIME_OVERFLOW);
    bad_column("tdm", big, any, ERR_DATETIME_OVERFLOW);
    bad_column("tss:", big, any, ERR_DATETIME_OVERFLOW);
    bad_column("d:3,1", (i128[]){0, 1000, 0}, any, ERR_NUMERIC_RANGE);
    bad_column("l", big, TYPE(I32), ERR_SCHEMA_MISMATCH);
    bad_column("l", big, TYPE(TS), ERR_SCHEMA_MISMATCH);
    bad_column("tsu:", big, TYPE(TSTZ), ERR_SCHEMA_MISMATCH);
    bad_column("d:5,2", (i128[3]){0}, TYPE_DECIMAL(4, 2), ERR_SCHEMA_MISMATCH);
    bad_column("+r", big, any, ERR_UNSUPPORTED);
    bad_column("+l", big, any, ERR_BAD_ARROW);
    bad_column("+w:3", big, any, ERR_BAD_ARROW);
    bad_column("d:5,2,512", big, any, ERR_UNSUPPORTED);
    bad_column("d:50,2,256", big, any, ERR_UNSUPPORTED);
    bad_column("tDs", big, any, ERR_DATETIME_OVERFLOW);
    bad_column("w:x", big, any, ERR_BAD_ARROW);
    bad_column("tsu", big, any, ERR_BAD_ARROW);
}

/* What is stored as INTERVAL YEAR TO MONTH or INTERVAL(0) has nothing finer, and the producer's array stays as it is. */
static void test_interval_fields(void **state)
{
    const Interval spans[] = {{0}, {19, 3, 1600000000}, {-19, -3, -1600000000}};
    (void)state;
    check_column("tin", spans, TYPE(INTERVAL), "1 year 7 mons 3 days 00:00:01.6", "-1 years -7 mons -3 days -00:00:01.6");
    check_column("tin", spans, type_interval(STR("year"), STR("month"), 6), "1 year 7 mons", "-1 years -7 mons");
    check_column("tin", spans, type_interval(STR(""), STR(""), 0), "1 year 7 mons 3 days 00:00:02",
                 "-1 years -7 mons -3 days -00:00:02");
    assert_int_equal(spans[1].days, 3);
}

static void test_unaligned(void **state)
{
    (void)state;
    uint8_t *raw = arena_alloc(&arena, 200);
    int64_t values[3] = {5, 6, 7};
    i128 decimals[3] = {5, 6, 7};
    memcpy(raw + 1, values, sizeof values);
    check_column("l", raw + 1, TYPE(I64), "6", "7");
    memcpy(raw + 8, decimals, sizeof decimals);
    check_column("d:5,0", raw + 8, TYPE_DECIMAL(5, 0), "6", "7");
}

static const char *const words[] = {"",     "short",       "exactly12byt", "thirteen byte", "a string that is clearly longer",
                                    "é漢😀", "{\"a\": [1]}"};
#define N_WORDS ((int64_t)ARRAY_LEN(words))

static struct ArrowArray *strings(int64_t n, int wide, const uint8_t *valid)
{
    int32_t *o32 = ARENA_ARRAY(&arena, int32_t, n + 1);
    int64_t *o64 = ARENA_ARRAY(&arena, int64_t, n + 1);
    char *bytes = arena_alloc(&arena, (size_t)n * 32 + 1);
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
        size_t len = strlen(words[i % N_WORDS]);
        memcpy(bytes + at, words[i % N_WORDS], len);
        at += (int64_t)len;
        o64[i + 1] = at;
        o32[i + 1] = (int32_t)at;
    }
    return part(n, 0, 3, (const void *[]){valid, wide ? (const void *)o64 : o32, bytes});
}

static void test_long_arrays(void **state)
{
    const int64_t n = 10000;
    int32_t *numbers = ARENA_ARRAY(&arena, int32_t, n);
    (void)state;
    for (int i = 0; i < n; i++)
        numbers[i] = i;
    Source *s = source_new(n);
    add(s, "i", fixed(n, 0, numbers));
    add(s, "u", strings(n, 0, NULL));
    add(s, "U", strings(n, 1, NULL));
    add(s, "z", strings(n, 0, NULL));
    Sink sink = import_ok(s, NULL);
    assert_int_equal(sink.n, 3);
    assert_int_equal(n_released, 0);
    int64_t row = 0;
    for (uint32_t b = 0; b < sink.n; b++) {
        assert_ptr_equal(sink.batch[b]->col[0].data, numbers + row);
        for (uint32_t i = 0; i < sink.batch[b]->n; i++, row++) {
            Str expect = str_of(words[row % N_WORDS]);
            for (int c = 1; c < 4; c++)
                assert_true(str_eq(vec_str(&sink.batch[b]->col[c], i), expect));
        }
    }
    assert_int_equal(row, n);
    batch_unref(sink.batch[1]);
    batch_unref(sink.batch[0]);
    assert_int_equal(n_released, 0);
    batch_unref(sink.batch[2]);
    assert_int_equal(n_released, 1);
}

static void test_callback_stops(void **state)
{
    Sink sink = {.refuse_at = 2};
    Err err = ERR_INIT;
    (void)state;
    Source *s = source_new(10000);
    add(s, "u", strings(10000, 0, NULL));
    assert_int_equal(arrow_import(&acct, &s->array, &s->schema, NULL, keep, &sink, &err), -ERR_QUEUE_FULL);
    assert_int_equal(sink.n, 2);
    sink_done(&sink);
}

static void test_string_faults(void **state)
{
    Field json = {"j", {.id = T_JSON}, false}, varchar = {"v", {.id = T_TEXT, .length = 5}, false};
    Schema *as_json = schema_new(&acct, &json, 1), *as_varchar = schema_new(&acct, &varchar, 1);
    (void)state;
    static const struct {
        int32_t offsets[3];
        const char *bytes;
        ErrCode code;
    } cases[] = {
        {{0, 5, 4}, "abcdefgh", ERR_BAD_ARROW},
        {{-1, 5, 6}, "abcdefgh", ERR_BAD_ARROW},
        {{0, 5, 6}, NULL, ERR_BAD_ARROW},
        {{0, 1, 2}, "\xc3\xa9", ERR_CHARACTER_NOT_IN_REPERTOIRE},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Source *s = source_new(2);
        add(s, "u", part(2, 0, 3, (const void *[]){NULL, cases[i].offsets, cases[i].bytes}));
        import_bad(s, NULL, cases[i].code);
    }
    Source *s = source_new(1);
    add(s, "u", part(1, 0, 3, (const void *[]){NULL, (int32_t[]){0, 8}, "not json"}));
    import_bad(s, as_json, ERR_INVALID_TEXT);
    s = source_new(1);
    add(s, "u", part(1, 0, 3, (const void *[]){NULL, (int32_t[]){0, 8}, "not json"}));
    import_bad(s, as_varchar, ERR_STRING_TOO_LONG);
    s = source_new(1);
    add(s, "u", part(1, 0, 3, (const void *[]){NULL, (int32_t[]){0, 6}, "[1, 2]"}));
    Sink sink = import_ok(s, as_json);
    assert_int_equal(sink.batch[0]->col[0].type.id, T_JSON);
    sink_done(&sink);
    Field jsonb = {"j", {.id = T_JSONB}, false};
    Schema *as_jsonb = schema_new(&acct, &jsonb, 1);
    s = source_new(2);
    add(s, "u", part(2, 0, 3, (const void *[]){NULL, (int32_t[]){0, 6, 28}, "[1,2] {\"name\":1, \"a\":[true]}"}));
    sink = import_ok(s, as_jsonb);
    Str first = vec_str(&sink.batch[0]->col[0], 0), second = vec_str(&sink.batch[0]->col[0], 1);
    assert_true(str_eq(first, STR("[1, 2]")) && str_eq(second, STR("{\"a\": [true], \"name\": 1}")));
    sink_done(&sink);
    s = source_new(1);
    add(s, "u", part(1, 0, 3, (const void *[]){NULL, (int32_t[]){0, 8}, "\"\\u0000\""}));
    import_bad(s, as_jsonb, ERR_UNTRANSLATABLE);
    schema_unref(as_jsonb);
    schema_unref(as_json);
    schema_unref(as_varchar);
}

/* Rows that are null may hold any view; kernels read them, so they are made empty. */
static void test_null_views(void **state)
{
    StrView views[3] = {{.n = 5, .inlined = "hello"}, {.n = 1 << 30, .ref = {.buf = 1000, .off = -5}}, {.n = -7}};
    (void)state;
    for (int valid = 1; valid < 8; valid += 6) {
        Source *s = source_new(3);
        add(s, "vu", part(3, 0, 3, (const void *[]){arena_memdup(&arena, &(uint8_t){(uint8_t)valid}, 1), views, NULL}));
        if (valid == 7) {
            import_bad(s, NULL, ERR_BAD_ARROW);
            continue;
        }
        Sink sink = import_ok(s, NULL);
        const Vec *v = &sink.batch[0]->col[0];
        assert_true(!vec_is_null(v, 0) && vec_is_null(v, 1) && vec_is_null(v, 2));
        assert_int_equal(vec_str(v, 1).n, 0);
        assert_int_equal(vec_str(v, 2).n, 0);
        sink_done(&sink);
    }
}

#define LONG_VIEW(length, buffer, offset)                                                                                          \
    {                                                                                                                              \
        .n = length, .ref = {.buf = buffer, .off = offset }                                                                        \
    }

static const char bytes_of_views[] = "the quick brown fox jumps over the lazy dog \xc3\xa9 and \xc3 runs away from all of it";
static const struct {
    StrView view;
    ErrCode code; /* 0 = sound */
} view_cases[] = {
    {LONG_VIEW(20, 0, 20), 0},
    {LONG_VIEW(20, 0, 0), 0},
    {LONG_VIEW(13, 0, 38), 0}, /* beyond ASCII */
    {{.n = 12, .inlined = "abcdefghijkl"}, 0},
    {{.n = 4, .inlined = "abcd"}, 0},
    {{.n = 2, .inlined = "\xc3\xa9"}, 0},
    {{0}, 0},
    {{.n = 3, .inlined = "abcd"}, ERR_BAD_ARROW},
    {{.n = 11, .inlined = "abcdefghijkl"}, ERR_BAD_ARROW},
    {{.n = 2, .inlined = "a\xc3"}, ERR_CHARACTER_NOT_IN_REPERTOIRE},
    {LONG_VIEW(20, 0, 40), ERR_CHARACTER_NOT_IN_REPERTOIRE},
    {LONG_VIEW(20, 1, 20), ERR_BAD_ARROW},
    {LONG_VIEW(20, -1, 20), ERR_BAD_ARROW},
    {LONG_VIEW(20, 0, -1), ERR_BAD_ARROW},
    {LONG_VIEW(20, 0, INT32_MAX), ERR_BAD_ARROW},
    {LONG_VIEW(INT32_MAX, 0, 0), ERR_BAD_ARROW},
    {LONG_VIEW(-20, 0, 20), ERR_BAD_ARROW},
    {LONG_VIEW(INT32_MIN, 0, 20), ERR_BAD_ARROW},
    {LONG_VIEW(268, 0, 20), ERR_BAD_ARROW}, /* 12 in its low byte */
    {LONG_VIEW(20, 0, (int32_t)sizeof(bytes_of_views) - 20), ERR_BAD_ARROW},
};

/* Sound views in any order pass; one that is not among them is found, wherever it lies. */
static void test_views(void **state)
{
    static const int64_t size[1] = {sizeof(bytes_of_views) - 1};
    (void)state;
    for (size_t i = 0; i < 3 * ARRAY_LEN(view_cases); i++) {
        size_t k = i / 3;
        StrView views[3] = {LONG_VIEW(20, 0, 0), LONG_VIEW(13, 0, 20), {.n = 5, .inlined = "hello"}};
        views[i % 3] = view_cases[k].view;
        Source *s = source_new(3);
        add(s, "vu", part(3, 0, 4, (const void *[]){NULL, views, bytes_of_views, size}));
        if (view_cases[k].code) {
            import_bad(s, NULL, view_cases[k].code);
            continue;
        }
        Sink sink = import_ok(s, NULL);
        assert_int_equal(vec_str(&sink.batch[0]->col[0], (uint32_t)i % 3).n, view_cases[k].view.n);
        sink_done(&sink);
    }
    Field varchar = {"v", {.id = T_TEXT, .length = 13}, false};
    Schema *as_varchar = schema_new(&acct, &varchar, 1);
    for (int32_t n = 13; n <= 14; n++) {
        StrView view = LONG_VIEW(n, 0, 0);
        Source *s = source_new(1);
        add(s, "vu", part(1, 0, 4, (const void *[]){NULL, &view, bytes_of_views, size}));
        if (n == 14) {
            import_bad(s, as_varchar, ERR_STRING_TOO_LONG);
        } else {
            Sink sink = import_ok(s, as_varchar);
            sink_done(&sink);
        }
    }
    schema_unref(as_varchar);
}

/* The same within columns long enough to be judged by blocks: of inlined strings, of one run, of stretches of both. */
static void test_view_blocks(void **state)
{
    enum { N = 83, TEXT = 26, ALL = 256 + N * TEXT };
    static char bytes[ALL];
    static const int64_t size[1] = {sizeof(bytes_of_views) - 1}, larger[1] = {ALL};
    Rng r = {7};
    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    memcpy(bytes, bytes_of_views, sizeof(bytes_of_views) - 1);
    for (uint32_t i = 0; i < 3 * N * ARRAY_LEN(view_cases); i++) {
        uint32_t kind = i % 3, at = i / 3 % N, from = 128, k = i / 3 / N;
        bool is_short = kind == 0;
        StrView views[N];
        for (uint32_t v = 0; v < N; v++) {
            if (kind == 2 && rng_below(&r, 20) == 0)
                is_short = !is_short;
            views[v] = is_short ? (StrView){.n = (int32_t)rng_below(&r, 13)} : (StrView)LONG_VIEW(TEXT, 0, (int32_t)from);
            if (is_short)
                memset(views[v].inlined, 'y', (size_t)views[v].n);
            from += is_short ? 0 : TEXT;
        }
        views[at] = view_cases[k].view;
        /* Both lie beyond the buffer of the table only. */
        bool beyond = view_cases[k].view.ref.off == (int32_t)sizeof(bytes_of_views) - 20 || view_cases[k].view.n == 268;
        if (beyond && kind > 0)
            continue;
        Source *s = source_new(N);
        add(s, "vu", part(N, 0, 4, (const void *[]){NULL, views, bytes, beyond ? size : larger}));
        if (view_cases[k].code) {
            import_bad(s, NULL, view_cases[k].code);
            continue;
        }
        Sink sink = import_ok(s, NULL);
        for (uint32_t v = 0; v < N; v++) {
            Str have = vec_str(&sink.batch[0]->col[0], v);
            assert_int_equal(have.n, views[v].n);
            assert_memory_equal(have.p, views[v].n > STR_INLINE_MAX ? bytes + views[v].ref.off : views[v].inlined, have.n);
        }
        sink_done(&sink);
    }
}

static void test_dictionary(void **state)
{
    static const char formats[][2] = {"c", "C", "s", "S", "i", "I", "l", "L"};
    const uint8_t dict_valid = 0x77; /* entry 3 is null */
    (void)state;
    for (int k = 0; k < 8; k++) {
        const int64_t n = 5000;
        int width = 1 << (k / 2);
        uint8_t *codes = ARENA_ARRAY(&arena, uint8_t, n * 8), *valid = ARENA_ARRAY(&arena, uint8_t, n / 8);
        memset(valid, 0xfd, (size_t)n / 8); /* every eighth row, from the second, is null */
        for (int64_t i = 0; i < n; i++)
            codes[i * width] = (uint8_t)(i % 8 == 1 ? 99 : i % N_WORDS);
        Source *s = source_new(n);
        struct ArrowArray *a = part(n, 0, 2, (const void *[]){valid, codes});
        struct ArrowSchema *schema = add(s, formats[k], a);
        a->dictionary = strings(N_WORDS, k % 2, &dict_valid);
        schema->dictionary = ARENA_NEW(&arena, struct ArrowSchema);
        *schema->dictionary = (struct ArrowSchema){.format = k % 2 ? "U" : "u", .release = release_schema};
        Sink sink = import_ok(s, NULL);
        assert_int_equal(sink.n, 2);
        int64_t row = 0;
        for (uint32_t b = 0; b < 2; b++) {
            const Vec *v = &sink.batch[b]->col[0];
            assert_true(v->kind == VEC_DICT && v->code_bytes == 2 && v->type.id == T_TEXT);
            for (uint32_t i = 0; i < v->n; i++, row++) {
                Value val = vec_get(v, i);
                assert_int_equal(val.is_null, row % 8 == 1 || row % N_WORDS == 3);
                assert_true(val.is_null || str_eq(val.str, str_of(words[row % N_WORDS])));
            }
            Batch *own = batch_own(&acct, sink.batch[b]);
            assert_int_equal(own->col[0].kind, VEC_FLAT);
            batch_unref(own);
        }
        sink_done(&sink);
    }
}

static void dictionary_of(Source *s, struct ArrowArray *a, const char *codes, const char *values, struct ArrowArray *dict)
{
    struct ArrowSchema *schema = add(s, codes, a);
    a->dictionary = dict;
    schema->dictionary = ARENA_NEW(&arena, struct ArrowSchema);
    *schema->dictionary = (struct ArrowSchema){.format = values, .release = release_schema};
}

static void test_dictionary_edges(void **state)
{
    (void)state;
    static const int64_t wrong[] = {N_WORDS, -1, INT64_MAX};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        Source *s = source_new(1);
        dictionary_of(s, fixed(1, 0, &wrong[i]), "l", "u", strings(N_WORDS, 0, NULL));
        import_bad(s, NULL, ERR_BAD_ARROW);
    }
    Source *s = source_new(1);
    dictionary_of(s, fixed(1, 0, (double[]){0}), "g", "u", strings(N_WORDS, 0, NULL));
    import_bad(s, NULL, ERR_BAD_ARROW);
    s = source_new(1); /* an empty dictionary: only nulls are right */
    dictionary_of(s, fixed(1, 0, (int32_t[]){0}), "i", "u", strings(0, 0, NULL));
    import_bad(s, NULL, ERR_BAD_ARROW);
    s = source_new(1);
    dictionary_of(s, part(1, 0, 2, (const void *[]){(uint8_t[]){0}, (int32_t[]){7}}), "i", "u", strings(0, 0, NULL));
    Sink sink = import_ok(s, NULL);
    assert_true(vec_get(&sink.batch[0]->col[0], 0).is_null);
    sink_done(&sink);
    s = source_new(2); /* a dictionary too large for 16-bit codes, of integers */
    int64_t *values = ARENA_ARRAY(&arena, int64_t, 70000);
    values[69999] = 42;
    dictionary_of(s, fixed(2, 0, (uint32_t[]){0, 69999}), "I", "l", fixed(70000, 0, values));
    sink = import_ok(s, NULL);
    assert_int_equal(sink.batch[0]->col[0].code_bytes, 4);
    assert_int_equal(vec_get(&sink.batch[0]->col[0], 1).i64, 42);
    sink_done(&sink);
}

static void test_nulls(void **state)
{
    Field strict = {"c", {.id = T_I32}, true};
    Schema *schema = schema_new(&acct, &strict, 1);
    const int32_t data[] = {1, 2, 3};
    (void)state;
    Source *s = source_new(3);
    add(s, "i", part(3, 0, 2, (const void *[]){(uint8_t[]){5}, data}));
    import_bad(s, schema, ERR_NOT_NULL);
    s = source_new(3);
    add(s, "n", part(3, 0, 0, (const void *[]){NULL}));
    import_bad(s, schema, ERR_NOT_NULL);
    s = source_new(3); /* the whole row is null */
    add(s, "i", fixed(3, 0, data));
    s->array.null_count = 1;
    s->array.buffers[0] = (uint8_t[]){5};
    import_bad(s, NULL, ERR_BAD_ARROW);
    s = source_new(3);
    add(s, "i", fixed(3, 0, data));
    add(s, "i", fixed(3, 0, data));
    import_bad(s, schema, ERR_SCHEMA_MISMATCH);
    s = source_new(3);
    add(s, "n", part(3, 0, 1, (const void *[]){NULL})); /* older producers give one buffer */
    strict.not_null = false;
    schema_unref(schema);
    schema = schema_new(&acct, &strict, 1);
    Sink sink = import_ok(s, schema);
    assert_true(sink.batch[0]->col[0].type.id == T_I32 && vec_get(&sink.batch[0]->col[0], 2).is_null);
    sink_done(&sink);
    schema_unref(schema);
}

/* A team says of a column what one thread says, wherever the view lies. */
static void test_team(void **state)
{
    enum { N = 300 };
    static const int64_t size[1] = {sizeof(bytes_of_views) - 1};
    static const uint32_t at[] = {0, 127, 128, 200, N - 1};
    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(at) * ARRAY_LEN(view_cases); i++) {
        size_t k = i / 2 / ARRAY_LEN(at);
        Helpers h = {.team = {.n_threads = 3, .run = run_pieces}, .busy = i % 2};
        TeamLoan loan = {&h, take_team, give_team_back};
        StrView views[N];
        for (uint32_t r = 0; r < N; r++)
            views[r] = (StrView)LONG_VIEW(20, 0, 0);
        views[at[i / 2 % ARRAY_LEN(at)]] = view_cases[k].view;
        Source *s = source_new(N);
        add(s, "vu", part(N, 0, 4, (const void *[]){NULL, views, bytes_of_views, size}));
        Sink sink = {0};
        Err err = ERR_INIT;
        int rc = arrow_import_taking(&acct, (ArrowTake){.loan = &loan}, &s->array, &s->schema, NULL, keep, &sink, &err);
        assert_int_equal(rc, -(int)view_cases[k].code);
        assert_true(h.asked == 1 && h.lent == 0);
        if (rc == 0)
            assert_int_equal(vec_str(&sink.batch[0]->col[0], at[i / 2 % ARRAY_LEN(at)]).n, view_cases[k].view.n);
        sink_done(&sink);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_moments, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ranges, setup, teardown),
        cmocka_unit_test_setup_teardown(test_interval_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unaligned, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long_arrays, setup, teardown),
        cmocka_unit_test_setup_teardown(test_callback_stops, setup, teardown),
        cmocka_unit_test_setup_teardown(test_string_faults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_null_views, setup, teardown),
        cmocka_unit_test_setup_teardown(test_views, setup, teardown),
        cmocka_unit_test_setup_teardown(test_team, setup, teardown),
        cmocka_unit_test_setup_teardown(test_view_blocks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dictionary, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dictionary_edges, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nulls, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
