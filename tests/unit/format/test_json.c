/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON lines and text: kinds against types, bad records, and that what the encoders write is read back equal, for every type. */
#include "format_test.h"

#include <math.h>

static void by_name(void **state)
{
    (void)state;
    Schema *s = schema_of("id bigint;name text");
    expect_decode("json", s, "",
                  "{\"id\":1,\"name\":\"a\"}\n{\"name\":\"b\",\"x\":[1,{\"id\":9}],\"id\":-2}\r\n\n  \n{}\n{\"ID\":3}",
                  "1|a\n-2|b\n~|~\n3|~\n", "");
    expect_decode(
        "json", s, "",
        "{\"id\":1,\"id\":2,\"ID\":7}\n{\"ID\":7,\"id\":1}\n{\"i\\u0064\":5,\"na\\u006de\":\"\\u00e4\\n\\\"\\ud83d\\ude00\"}\n",
        "2|~\n1|~\n5|\xc3\xa4\n\"\xf0\x9f\x98\x80\n", "");
    expect_decode("json", s, "", "\xef\xbb\xbf{\"id\":1}", "1|~\n", "");
    expect_decode("json", s, "", "{\"id\":1,\"name\":\"longer than twelve bytes\"}", "1|longer than twelve bytes\n", "");
    schema_unref(s);
}

static void malformed(void **state)
{
    (void)state;
    Schema *s = schema_of("id bigint");
    Decoded r = decode(
        "json", s, "",
        "{\"id\":1\n[1]\n5\n{\"id\":1} x\n{\"id\":1,}\n{\"id\" 1}\nnull\n{\"id\":tru}\n{\"x\":\"\xff\"}\n\"s\"\n{\"id\":2}\n", 0);
    assert_int_equal(r.rc, 0);
    assert_string_equal(sb_cstr(&r.rows), "2\n");
    assert_int_equal(r.n_bad, 10);
    assert_non_null(strstr(sb_cstr(&r.bad), "2@8:LM067 the record is not a JSON object"));
    assert_non_null(strstr(sb_cstr(&r.bad), "1@0:22032 malformed JSON: "));
    decoded_done(&r);
    schema_unref(s);
}

static void types(void **state)
{
    (void)state;
    Schema *s = schema_of("v smallint");
    expect_decode(
        "json", s, "",
        "{\"v\":-32768}\n{\"v\":32768}\n{\"v\":1.0}\n{\"v\":1e2}\n{\"v\":\"1\"}\n{\"v\":true}\n{\"v\":99999999999999999999}\n",
        "-32768\n",
        "2@13:22003 column \"v\": value 32768 is out of range for type SMALLINT\n"
        "3@25:22P02 column \"v\": a number is not a value of type SMALLINT: 1.0\n"
        "4@35:22P02 column \"v\": a number is not a value of type SMALLINT: 1e2\n"
        "5@45:22P02 column \"v\": a string is not a value of type SMALLINT: 1\n"
        "6@55:22P02 column \"v\": a boolean is not a value of type SMALLINT: true\n"
        "7@66:22003 column \"v\": value 99999999999999999999 is out of range for type SMALLINT\n");
    schema_unref(s);
    s = schema_of("v double precision;r real");
    expect_decode("json", s, "", "{\"v\":1,\"r\":2}\n{\"v\":-1.5e300,\"r\":0.1}\n{\"r\":1e39}\n{\"v\":\"1\"}\n",
                  "1|2\n-1.5e+300|0.1\n",
                  "3@37:22003 column \"r\": value 1e+39 is out of range for type REAL\n"
                  "4@48:22P02 column \"v\": a string is not a value of type DOUBLE PRECISION: 1\n");
    schema_unref(s);
    s = schema_of("v text!");
    expect_decode("json", s, "",
                  "{\"v\":1.50}\n{\"v\":{ \"a\": [1] }}\n{\"v\":[]}\n{\"v\":true}\n{\"v\":\"\"}\n{\"v\":null}\n{}\n{\"v\":[1 2]}\n",
                  "1.50\n{ \"a\": [1] }\n[]\ntrue\n\n",
                  "6@59:23502 column \"v\": null in a NOT NULL column\n"
                  "7@70:23502 column \"v\": the member is missing and the column is NOT NULL\n"
                  "8@73:22032 column \"v\": not JSON: [1 2]\n");
    schema_unref(s);
    s = schema_of("v json;d decimal;b boolean;t date");
    expect_decode("json", s, "",
                  "{\"v\":\"s\",\"d\":1.005,\"b\":false,\"t\":\"2024-01-31\"}\n{\"v\":[1],\"d\":\"12.3\"}\n{\"b\":1}\n{\"t\":5}\n",
                  "\"s\"|1.01|f|2024-01-31\n[1]|12.30|~|~\n",
                  "3@68:22P02 column \"b\": a number is not a value of type BOOLEAN: 1\n"
                  "4@76:22P02 column \"t\": a number is not a value of type DATE: 5\n");
    schema_unref(s);
}

static void timestamps(void **state)
{
    (void)state;
    Schema *s = schema_of("t timestamp;z timestamptz");
    expect_decode("json", s, "",
                  "{\"t\":1500,\"z\":-1}\n{\"t\":\"2024-01-01T00:00:00Z\",\"z\":\"2024-01-01 02:00:00+02\"}\n{\"t\":1.5}\n",
                  "1970-01-01 00:00:01.5|1969-12-31 23:59:59.999+00\n2024-01-01 00:00:00|2024-01-01 00:00:00+00\n",
                  "3@76:22007 column \"t\": a timestamp must be an integer or ISO 8601 text, not 1.5\n");
    expect_decode("json", s, "timestamp_format=epoch_s", "{\"t\":1}", "1970-01-01 00:00:01|~\n", "");
    expect_decode("json", s, "timestamp_format=epoch_us", "{\"t\":1}", "1970-01-01 00:00:00.000001|~\n", "");
    expect_decode("json", s, "timestamp_format=epoch_ns", "{\"t\":1000}", "1970-01-01 00:00:00.000001|~\n", "");
    schema_unref(s);
}

static void text_lines(void **state)
{
    (void)state;
    Schema *s = schema_of("value text");
    expect_decode("text", s, "", "a,\"b\r\n\nlonger than twelve bytes\n\xff\nend", "a,\"b\n\nlonger than twelve bytes\nend\n",
                  "4@32:22021 text is not valid UTF-8\n");
    expect_decode("text", s, "skip_empty=true", "a\n\n\nb\n", "a\nb\n", "");
    schema_unref(s);
    s = schema_of("a text;b text");
    expect_error("text", s, "", "", -ERR_SCHEMA_MISMATCH, "format \"text\" needs exactly one column, of type TEXT or BYTEA");
    schema_unref(s);
}

#define N_TEST_TYPES 18
static const char every_type[] =
    "a boolean;b smallint;c int;d bigint;e real;f double precision;g decimal;h text;i bytea;j date;k time;l timestamp;"
    "m timestamptz;n timestamp9;o interval;p uuid;q json;r varchar";

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *seed ^ *seed >> 31;
}

/* A value of type t; texts come from `texts`, which holds what formats trip over. */
static Value any_value(Type t, uint64_t *seed, Arena *arena)
{
    static const char *const texts[] = {"",
                                        "a",
                                        "NULL",
                                        "null",
                                        " blank ",
                                        "a,b",
                                        "\"",
                                        "\"\"",
                                        "x\ny",
                                        "\r",
                                        "\r\n",
                                        "#c",
                                        "\\",
                                        "a\\n\"b",
                                        "\t",
                                        "\xef\xbb\xbfx",
                                        "\xc3\xa4\xf0\x9f\x98\x80",
                                        "a text that is longer than twelve bytes, quoted \"",
                                        "\x01",
                                        "-1"};
    static const char *const jsons[] = {"{\"a\": [1, null]}", "\"s\"", "[ ]", "1.5", "true", "{\"a\":\n1}"};
    Value v = {.type = t};
    uint64_t x = next(seed);
    switch ((TypeId)t.id) {
    case T_BOOL: v.b = x & 1; break;
    case T_I16: v.i16 = (int16_t)x; break;
    case T_I32: v.i32 = (int32_t)x; break;
    case T_I64: v.i64 = (int64_t)x; break;
    case T_F32: v.f32 = (float)(int32_t)x / 1024; break;
    case T_F64: v.f64 = (double)(int64_t)x * pow(2, (double)(next(seed) % 200) - 150); break;
    case T_DECIMAL: v.dec = (i128)(int64_t)x % 9999999999; break;
    case T_BYTEA: v.str = (Str){arena_memdup(arena, &x, 8), x % 9}; break;
    case T_DATE: v.i32 = (int32_t)(x % 2000000) - 700000; break;
    case T_TIME: v.i64 = (int64_t)(x % (uint64_t)US_PER_DAY); break;
    case T_TS:
    case T_TSTZ: v.i64 = (int64_t)(x % UINT64_C(200000000000000000)) - 62000000000000000; break;
    case T_TSNS: v.i64 = (int64_t)x; break;
    case T_INTERVAL:
        v.iv = (Interval){(int32_t)(x % 1000) - 500, (int32_t)(x >> 20) % 1000, (int64_t)(x % 10000000) * 1000000};
        break;
    case T_UUID: memcpy(v.uuid.b, &x, 8); break;
    case T_JSON: v.str = str_of(jsons[x % ARRAY_LEN(jsons)]); break;
    default: v.str = t.length ? STR("abc") : str_of(texts[x % ARRAY_LEN(texts)]); break;
    }
    return v;
}

static Batch *any_batch(const Schema *s, uint64_t *seed, uint32_t n, Arena *arena)
{
    Builder b;
    assert_int_equal(builder_init(&b, NULL, s, n, NULL), 0);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < s->n; k++) {
            Value v = any_value(s->field[k].type, seed, arena);
            v.is_null = next(seed) % 5 == 0;
            assert_int_equal(builder_value(&b, k, &v, NULL), 0);
        }
        builder_row_done(&b);
    }
    Batch *out = builder_take(&b);
    builder_done(&b);
    return out;
}

static void encode(const char *format, const Schema *s, const char *options, const Batch *b, StrBuf *out)
{
    Option opts[16];
    Encoder *e;
    uint32_t n = parse_options(options, opts);
    sb_init(out, NULL);
    assert_int_equal(encoder_new(format_find(str_of(format)), NULL, s, opts, n, &e, NULL), 0);
    assert_int_equal(encoder_begin(e, out, NULL), 0);
    assert_int_equal(encoder_encode(e, b, out, NULL), 0);
    encoder_free(e);
}

static void round_trip(void **state)
{
    (void)state;
    static const struct {
        const char *format, *options;
    } how[] = {{"csv", ""},
               {"csv", "header=false"},
               {"csv", "null=NULL"},
               {"csv", "delimiter=|;quote='"},
               {"csv", "escape=\\\\"},
               {"csv", "trim=true;comment=#"},
               {"tsv", ""},
               {"csv", "delimiter= "},
               {"csv", "delimiter=:"},
               {"json", ""},
               {"json", "json.include.nulls=false"}};
    Schema *s = schema_of(every_type);
    uint64_t seed = 3;
    for (size_t i = 0; i < ARRAY_LEN(how); i++) {
        for (unsigned round = 0; round < 10; round++) {
            Arena arena;
            StrBuf text, want;
            arena_init(&arena, NULL, 0);
            sb_init(&want, NULL);
            Batch *b = any_batch(s, &seed, 200, &arena);
            print_batch(b, &want);
            encode(how[i].format, s, how[i].options, b, &text);
            Decoded r = decode_cap(how[i].format, s, how[i].options, text.p, text.n, round % 2 ? 0 : 1000, 4096, keep_bad);
            assert_string_equal(sb_cstr(&r.bad), "");
            for (size_t k = 0; how[i].format[0] == 'j' && k < want.n; k++) /* a line end inside JSON text becomes a blank */
                if (k > 4 && memcmp(want.p + k - 4, "\"a\":\n", 5) == 0)
                    want.p[k] = ' ';
            assert_string_equal(sb_cstr(&r.rows), sb_cstr(&want));
            decoded_done(&r);
            sb_done(&text);
            sb_done(&want);
            batch_unref(b);
            arena_done(&arena);
        }
    }
    schema_unref(s);
}

static void written(void **state)
{
    (void)state;
    Schema *s = schema_of("a text;b double precision;t timestamptz;n timestamp9");
    Builder b;
    StrBuf text;
    assert_int_equal(builder_init(&b, NULL, s, 4, NULL), 0);
    Value row[] = {{.type = TYPE(TEXT), .str = STR("q\"\n\x02")},
                   {.type = TYPE(F64), .f64 = NAN},
                   {.type = TYPE(TSTZ), .i64 = 1500000},
                   {.type = TYPE(TSNS), .i64 = -1}};
    for (uint32_t k = 0; k < 4; k++)
        assert_int_equal(builder_value(&b, k, &row[k], NULL), 0);
    builder_row_done(&b);
    for (uint32_t k = 0; k < 4; k++)
        builder_null(&b, k);
    builder_row_done(&b);
    Batch *batch = builder_take(&b);
    static const struct {
        const char *format, *options, *text;
    } want[] = {
        {"json", "",
         "{\"a\":\"q\\\"\\n\\u0002\",\"b\":null,\"t\":\"1970-01-01T00:00:01.5Z\",\"n\":\"1969-12-31T23:59:59.999999999\"}\n"
         "{\"a\":null,\"b\":null,\"t\":null,\"n\":null}\n"},
        {"json", "json.include.nulls=false;json.timestamp.format=epoch_millis",
         "{\"a\":\"q\\\"\\n\\u0002\",\"b\":null,\"t\":1500,\"n\":-1}\n{}\n"},
        {"json", "json.timestamp.format=epoch_micros;json.include.nulls=0",
         "{\"a\":\"q\\\"\\n\\u0002\",\"b\":null,\"t\":1500000,\"n\":-1}\n{}\n"},
        {"csv", "", "a,b,t,n\n\"q\"\"\n\x02\",NaN,1970-01-01 00:00:01.5+00,1969-12-31 23:59:59.999999999\n,,,\n"},
        {"csv", "timestamp_format=epoch_ms;header=false;null=-", "\"q\"\"\n\x02\",NaN,1500,-1\n-,-,-,-\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        encode(want[i].format, s, want[i].options, batch, &text);
        assert_string_equal(sb_cstr(&text), want[i].text);
        sb_done(&text);
    }
    batch_unref(batch);
    builder_done(&b);
    schema_unref(s);
}

static void infer(void **state)
{
    (void)state;
    static const char text[] = "{\"time\":\"2024-01-01T00:00:00Z\",\"id\":1,\"mag\":2}\nbad\n{\"id\":2,\"mag\":2.5,\"ok\":true,"
                               "\"place\":\"x\",\"o\":{\"a\":1},\"n\":null}\n{\"cut\":1";
    const FormatType *t = format_find(STR("json"));
    static const struct {
        const char *name;
        TypeId id;
    } want[] = {{"time", T_TSTZ}, {"id", T_I64}, {"mag", T_F64}, {"ok", T_BOOL}, {"place", T_TEXT}, {"o", T_TEXT}, {"n", T_TEXT}};
    Schema *s;
    assert_int_equal(t->infer(NULL, text, sizeof(text) - 1, NULL, &s, NULL), 0);
    assert_int_equal(s->n, ARRAY_LEN(want));
    for (uint32_t i = 0; i < s->n; i++) {
        assert_string_equal(s->field[i].name, want[i].name);
        assert_int_equal(s->field[i].type.id, want[i].id);
    }
    schema_unref(s);
    assert_int_equal(t->infer(NULL, "[]", 2, NULL, &s, NULL), -ERR_BAD_RECORD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_name),    cmocka_unit_test(malformed),  cmocka_unit_test(types),   cmocka_unit_test(timestamps),
        cmocka_unit_test(text_lines), cmocka_unit_test(round_trip), cmocka_unit_test(written), cmocka_unit_test(infer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
