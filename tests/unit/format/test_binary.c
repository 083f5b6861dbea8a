/* SPDX-License-Identifier: Apache-2.0
 *
 * Format binary: what PostgreSQL 15 wrote is read in pieces of any size and written again to the byte; malformed fields and rows,
 * and where nothing can be read any more. */
#include "format_test.h"

/* COPY t TO .. (FORMAT binary) of the columns below, four rows. */
static const char postgres[] = /* in hexadecimal */
    "5047434f50590aff0d0a0000000000000000000012000000010100000002fffb000000040001117000000008fffffffde78ee60000000004"
    "3fc0000000000008d4c492e2ca475bed0000000e0003000100000004000109291a850000000c0002fffe00000009000107d00000000668c3"
    "a96c6c6f0000000200ff0000000400002279000000080000000a8be6260800000008fffffffffff85ee0000000080002b0d5d4e940000000"
    "001000000002925faf35fffffffe00000001000000100b1e5c7a00004000800000000000ffff000000087b2261223a20317d0000000e017b"
    "2262223a205b312c20325d7d0012ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00120000000100000000027fff00000004ffffffff0000000800"
    "00000000000000000000047fc00000000000087ff00000000000000000000a0001ffff4000000400010000000a0001000200000000000100"
    "00000000000000000000047fffffff000000080000000000000000000000088000000000000000000000087fffffffffffffff0000001000"
    "0000000000000000000000000000000000001000000000000000000000000000000000000000013100000005016e756c6c00120000000100"
    "0000000200000000000400000000000000080000000000000001000000040000000000000008000000000000000000000008000000000000"
    "000400000014000600044000000104d2162e23340d801ed213880000000178000000017900000004ffffd53300000008000000141dd76000"
    "00000008fffca2fec4c8200000000008ff1fe2ffc59c600000000010000000000000000000000000fffffff400000010ffffffffffffffff"
    "ffffffffffffffff000000025b5d0000000401227322ffff";

static const Field field[] = {
    {.name = "b", .type = {.id = T_BOOL}},      {.name = "i2", .type = {.id = T_I16}},  {.name = "i4", .type = {.id = T_I32}},
    {.name = "i8", .type = {.id = T_I64}},      {.name = "f4", .type = {.id = T_F32}},  {.name = "f8", .type = {.id = T_F64}},
    {.name = "n", .type = TYPE_DECIMAL(20, 4)}, {.name = "m", .type = TYPE_NUMERIC},    {.name = "t", .type = {.id = T_TEXT}},
    {.name = "y", .type = {.id = T_BYTEA}},     {.name = "d", .type = {.id = T_DATE}},  {.name = "tm", .type = {.id = T_TIME}},
    {.name = "ts", .type = {.id = T_TS}},       {.name = "tz", .type = {.id = T_TSTZ}}, {.name = "iv", .type = {.id = T_INTERVAL}},
    {.name = "u", .type = {.id = T_UUID}},      {.name = "j", .type = {.id = T_JSON}},  {.name = "jb", .type = {.id = T_JSONB}},
};

static const char *const rows[] = {
    "t|-5|70000|-9000000000|1.5|-2.25e+100|12345.6789|0.000000012|h\xc3\xa9llo|\\x00ff|2024-02-29|12:34:56.789|"
    "1999-12-31 23:59:59.5|2024-01-01 00:00:00+00|1 mon -2 days +03:04:05.678901|0b1e5c7a-0000-4000-8000-00000000ffff|"
    "{\"a\": 1}|{\"b\": [1, 2]}\n",
    "~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~\n",
    "f|32767|-1|0|NaN|Infinity|-0.0001|100000000||\\x|infinity|00:00:00|-infinity|infinity|00:00:00|"
    "00000000-0000-0000-0000-000000000000|1|null\n",
    "f|0|0|1|0|0|0.0000|-12345678901234567890.5|x|\\x79|1970-01-01|24:00:00|1970-01-01 00:00:00|0001-01-01 00:00:00+00|-1 years|"
    "ffffffff-ffff-ffff-ffff-ffffffffffff|[]|\"s\"\n",
};

static size_t from_hex(const char *hex, char *to)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        to[i] = (char)byte;
    }
    return n;
}

static void as_postgres(void **state)
{
    (void)state;
    char file[1000], want[1200] = "";
    size_t n = from_hex(postgres, file);
    Schema *s = schema_new(NULL, field, ARRAY_LEN(field));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        strcat(want, rows[i]);
    for (size_t piece = 0; piece < 60; piece++)
        for (uint32_t cap = 1; cap < 6; cap += 2) {
            Decoded d = decode_cap("binary", s, "", file, n, piece, cap, keep_bad);
            assert_int_equal(d.rc, 0);
            assert_string_equal(sb_cstr(&d.bad), "");
            assert_string_equal(sb_cstr(&d.rows), want);
            decoded_done(&d);
        }
    /* Without the signature and the mark, from any row on. */
    Decoded d = decode_cap("binary", s, "", file + 19, n - 21, 7, 100, keep_bad);
    assert_string_equal(sb_cstr(&d.rows), want);
    decoded_done(&d);
    schema_unref(s);
}

static void written(void **state)
{
    (void)state;
    char file[1000];
    size_t n = from_hex(postgres, file), used;
    Schema *s = schema_new(NULL, field, ARRAY_LEN(field));
    Option header = {.key = STR("header"), .value = STR("true")};
    Decoder *d;
    Encoder *e;
    Builder out;
    StrBuf text;
    sb_init(&text, NULL);
    file[n] = 0;
    assert_int_equal(decoder_new(format_find(STR("pgcopy")), NULL, s, NULL, 0, stop_bad, NULL, &d, NULL), 0);
    assert_int_equal(encoder_new(d->type, NULL, s, &header, 1, &e, NULL), 0);
    assert_int_equal(builder_init(&out, NULL, s, 100, NULL), 0);
    assert_int_equal(decoder_feed(d, file, n, true, &out, &used, NULL), FEED_MORE);
    Batch *b = builder_take(&out);
    assert_int_equal(encoder_begin(e, &text, NULL), 0);
    assert_int_equal(encoder_encode(e, b, &text, NULL), 0);
    assert_int_equal(text.n, n - 2); /* the mark of the end is not written: more may come */
    assert_memory_equal(text.p, file, n - 2);
    batch_unref(b);
    builder_done(&out);
    sb_done(&text);
    encoder_free(e);
    decoder_free(d);
    schema_unref(s);
}

static void expect(Type t, const char *hex, const char *row, const char *bad)
{
    char p[300];
    Field f[] = {{.name = "a", .type = t, .not_null = t.id == T_I16}, {.name = "k", .type = {.id = T_I16}}};
    Schema *s = schema_new(NULL, f, 2);
    size_t n = from_hex(hex, p);
    for (size_t piece = 0; piece <= n; piece++) {
        Decoded d = decode_cap("binary", s, "", p, n, piece, 10, keep_bad);
        assert_int_equal(d.rc, 0);
        assert_string_equal(sb_cstr(&d.rows), row);
        if (!strstr(sb_cstr(&d.bad), bad) || (bad[0] == 0) != (d.bad.n == 0))
            fail_msg("%s: \"%s\", not \"%s\"", hex, sb_cstr(&d.bad), bad);
        decoded_done(&d);
    }
    schema_unref(s);
}

#define K7 "000000020007" /* k = 7 */
static void malformed(void **state)
{
    (void)state;
    expect(TYPE(I32), "00020000000400000001" K7, "1|7\n", "");
    expect(TYPE(I32), "000200000003000001" K7 "00020000000400000002" K7, "2|7\n", "1@0:LM067 a field has another length");
    expect(TYPE(I32),
           "00010000000400000001"
           "00020000000400000002" K7,
           "2|7\n", "1@0:LM067 the row has another number");
    expect(TYPE(I32), "00020000000400000002" K7 "0002000000040000", "2|7\n", "2@16:LM067 the row is not complete");
    expect(TYPE(I32), "00020000000400000002" K7 "fffe0000", "2|7\n", "2@16:LM067 this is no row");
    expect(TYPE(I32), "00020000000400000002" K7 "0002fffffffe", "2|7\n", "this is no row");
    expect(TYPE(I32), "00020000000400000002" K7 "00027fffffff", "2|7\n", "this is no row");
    expect(TYPE(I32), "00020000000400000002" K7 "ffff", "2|7\n", "");
    expect(TYPE(I32), "00020000000400000002" K7 "ffff00", "2|7\n", "there is something behind the end");
    expect(TYPE(I16), "0002ffffffff" K7 "0002000000020001" K7, "1|7\n", "1@0:LM067 a column that is NOT NULL");
    expect(TYPE(TEXT), "000200000002c328" K7 "00020000000161" K7, "a|7\n", "1@0:22021");
    expect(TYPE(JSON), "0002000000017b" K7, "", "1@0:");
    expect(TYPE(JSONB),
           "00020000000231"
           "31" K7,
           "", "no JSONB of version 1");
    expect(TYPE(TIME), "0002000000087fffffffffffffff" K7, "", "time of day");
    expect(TYPE(DATE), "0002000000047ffffffe" K7, "", "date is out of range");
    expect(TYPE(TS), "0002000000087ffffffffffffffe" K7, "", "timestamp is out of range");
    expect(TYPE(INTERVAL), "0002000000107fffffffffffffff0000000000000000" K7, "", "interval is out of range");
}

static void decimals(void **state)
{
    (void)state;
    Type t = TYPE_DECIMAL(6, 2);
    expect(t,
           "00020000000a0001000000000000"
           "0007" K7,
           "7.00|7\n", "");
    expect(t,
           "00020000000c0002000040000004"
           "00010929" K7,
           "-1.23|7\n", ""); /* -1.2345 */
    expect(t,
           "00020000000c0002000000000004"
           "00010950" K7,
           "1.24|7\n", ""); /* 1.2384 */
    expect(t,
           "00020000000c0002000000000004"
           "270f270f" K7,
           "", "out of range"); /* 9999.9999 */
    expect(t,
           "00020000000c0002000000000004"
           "270f26ac" K7,
           "9999.99|7\n", ""); /* 9999.9900 */
    expect(t,
           "00020000000a0001000100000000"
           "0001" K7,
           "", "out of range"); /* 10,000 */
    expect(t,
           "00020000000a00017fff00000000"
           "0001" K7,
           "", "out of range");
    expect(t,
           "00020000000a0001800000000000"
           "0001" K7,
           "0.00|7\n", "");
    expect(t,
           "00020000000a0001000000000000"
           "2710" K7,
           "", "no number");
    expect(t,
           "00020000000a0002000000000000"
           "0001" K7,
           "", "no number");
    expect(t, "00020000000800000000c0000000" K7, "", "not finite");
    expect(t, "0002000000080000000000000000" K7, "0.00|7\n", "");
    expect(TYPE_DECIMAL(4, 0),
           "00020000000a0001ffff00000004"
           "1388" K7,
           "1|7\n", ""); /* 0.5 */
    expect(TYPE_DECIMAL(4, 0),
           "00020000000a0001ffff00000004"
           "1387" K7,
           "0|7\n", "");
    expect(TYPE_DECIMAL(38, 0),
           "00020000000c0002000900000000"
           "00630063" K7,
           "99009900000000000000000000000000000000|7\n", "");
}

static void refused(void **state)
{
    (void)state;
    Field f = {.name = "a", .type = TYPE(TSNS)};
    Schema *s = schema_new(NULL, &f, 1);
    Decoder *d;
    Err err = ERR_INIT;
    assert_int_equal(decoder_new(format_find(STR("binary")), NULL, s, NULL, 0, keep_bad, NULL, &d, &err), -ERR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "\"a\""));
    schema_unref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_postgres), cmocka_unit_test(written), cmocka_unit_test(malformed),
        cmocka_unit_test(decimals),    cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
