/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV reading: every option, every error, quoting, types, and that neither the cutting of the input nor the instruction set
 * matters. */
#include "format_test.h"

#include "base/calendar.h"
#include "format/csv_scan_impl.h"
#include "format/parse_fast_impl.h"

static void basic(void **state)
{
    (void)state;
    Schema *s = schema_of("date timestamp;delay int;origin text");
    expect_decode("csv", s, "",
                  "date,delay,distance,origin\n2001-01-01 00:47:00,-66,1750,DTW\r\n2001-01-01T01:10:00.5,95,2399,\"H,N\"\n",
                  "2001-01-01 00:47:00|-66|DTW\n2001-01-01 01:10:00.5|95|H,N\n", "");
    expect_decode("csv", s, "", "\xef\xbb\xbfORIGIN,Delay,\"date\"\nabc,1,2001-01-01 00:00:00", "2001-01-01 00:00:00|1|abc\n", "");
    expect_decode("csv", s, "header=false", "2001-01-01 00:00:00,1,x\n\n2001-01-01 00:00:00,,\"\"\n",
                  "2001-01-01 00:00:00|1|x\n2001-01-01 00:00:00|~|\n", "");
    expect_decode("csv", s, "", "", "", "");
    expect_decode("csv", s, "", "date,delay,origin\n", "", "");
    expect_decode("tsv", s, "header=no", "2001-01-01 00:00:00\t1\tx,y\n", "2001-01-01 00:00:00|1|x,y\n", "");
    schema_unref(s);
}

static void header_errors(void **state)
{
    (void)state;
    Schema *s = schema_of("a int;b int");
    expect_error("csv", s, "", "a,c\n1,2\n", -ERR_UNDEFINED_COLUMN, "column \"b\" is not in the header of the input");
    expect_error("csv", s, "", "a,b,A\n1,2,3\n", -ERR_AMBIGUOUS_COLUMN,
                 "column \"a\" stands more than once in the header of the input");
    expect_error("csv", s, "", "a,\"b\"x\n1,2\n", -ERR_BAD_RECORD, "the header of the input has a wrong quote in column 2");
    schema_unref(s);
}

static void option_errors(void **state)
{
    (void)state;
    Schema *s = schema_of("a int");
    expect_error("csv", s, "delimiter=xx", "", -ERR_BAD_OPTION,
                 "format \"csv\": option \"delimiter\" must be one ASCII character or \\t, not \"xx\"");
    expect_error("csv", s, "delimiter=\"", "", -ERR_BAD_OPTION, "format \"csv\": delimiter and quote must be different characters");
    expect_error("csv", s, "escape=,", "", -ERR_BAD_OPTION, "format \"csv\": delimiter and escape must be different characters");
    expect_error("csv", s, "comment=,", "", -ERR_BAD_OPTION, "format \"csv\": delimiter and comment must be different characters");
    expect_error("csv", s, "comment=\"", "", -ERR_BAD_OPTION, "format \"csv\": quote and comment must be different characters");
    expect_error("csv", s, "quote=\n", "", -ERR_BAD_OPTION, "format \"csv\": a line end cannot be delimiter, quote or escape");
    Decoded r = decode("csv", s, "delimeter=,", "", 0);
    assert_int_equal(r.rc, -ERR_UNKNOWN_OPTION);
    assert_non_null(strstr(r.err.hint, "delimiter"));
    decoded_done(&r);
    r = decode("csv", s, "timestamp_format=unix", "", 0);
    assert_int_equal(r.rc, -ERR_BAD_OPTION);
    decoded_done(&r);
    schema_unref(s);
}

static void options(void **state)
{
    (void)state;
    Schema *s = schema_of("a int;b text");
    expect_decode("csv", s, "sep=|", "a|b\n1|x,y\n", "1|x,y\n", "");
    expect_decode("csv", s, "quote='", "a,b\n1,'x,''y'''\n2,\"q\"\n", "1|x,'y'\n2|\"q\"\n", "");
    expect_decode("csv", s, "escape=\\\\", "a,b\n1,\"x\\\"y\\\\z\"\n2,\"a\"\"b\"\n3,\"\\\n\"\n", "1|x\"y\\z\n2|a\"b\n3|\n\n", "");
    expect_decode("csv", s, "null=NA", "a,b\nNA,NA\n1,\"NA\"\n,\n2,NAN\n", "~|~\n1|NA\n~|~\n2|NAN\n", "");
    expect_decode("csv", s, "", "a,b\nnull,null\nNULL,x\n\"null\",y\nnul,z\n", "~|null\n~|x\n",
                  "4@21:22P02 column \"a\": invalid input syntax for type integer: \"null\"\n"
                  "5@30:22P02 column \"a\": invalid input syntax for type integer: \"nul\"\n");
    expect_decode("csv", s, "null=-9", "a,b\n-9,-9\n-99,x\n", "~|~\n-99|x\n", "");
    expect_decode("csv", s, "trim=true", "a , b\n 1 , x y \n2,\" z \"\n3, \"q,\" \n", "1|x y\n2| z \n3|q,\n", "");
    expect_decode("csv", s, "comment=#", "#c,\"\na,b\n# one, \"two\n1,#x\n#\n2,y\n#end", "1|#x\n2|y\n", "");
    expect_decode("csv", s, "skip_rows=2", "junk \"\nmore\na,b\n1,x\n", "1|x\n", "");
    expect_decode("csv", s, "skip_rows=1;header=false", "junk\n1,x\n", "1|x\n", "");
    schema_unref(s);
    s = schema_of("t timestamp;n timestamp9");
    expect_decode("csv", s, "timestamp_format=epoch_ms;header=0", "1500,1500\n-1,x\n",
                  "1970-01-01 00:00:01.5|1970-01-01 00:00:01.5\n", "2@10:22007 column \"n\": not an integer timestamp: \"x\"\n");
    expect_decode("csv", s, "timestamp_format=epoch_s;header=0", "15,-1\n9223372036854775807,1\n",
                  "1970-01-01 00:00:15|1969-12-31 23:59:59\n",
                  "2@6:22008 column \"t\": timestamp out of range: \"9223372036854775807\"\n");
    expect_decode("csv", s, "timestamp_format=epoch_us;header=0", "-1,1\n",
                  "1969-12-31 23:59:59.999999|1970-01-01 00:00:00.000001\n", "");
    expect_decode("csv", s, "timestamp_format=epoch_ns;header=0", "-1,-1\n",
                  "1969-12-31 23:59:59.999999|1969-12-31 23:59:59.999999999\n", "");
    schema_unref(s);
}

static void quoting(void **state)
{
    (void)state;
    Schema *s = schema_of("a text;b text");
    expect_decode("csv", s, "header=false",
                  "\"\",\"\"\"\"\n\"a\nb\",\"c\r\nd\"\r\nx\"y,5\" pipe\n\"12345678901234567890\",\"a\"\"b\"\"\"\n\"\"\"\",\",\"\n",
                  "|\"\na\nb|c\r\nd\nx\"y|5\" pipe\n12345678901234567890|a\"b\"\n\"|,\n", "");
    expect_decode("csv", s, "header=false", "\"a\"x,1\n1,\"b\" \n2,\"ok\"\n", "2|ok\n",
                  "1@0:LM067 column \"a\": text behind a closing quote, or no closing quote: \"a\"x\n"
                  "2@7:LM067 column \"b\": text behind a closing quote, or no closing quote: \"b\" \n");
    expect_decode("csv", s, "header=false", "1,2\n\"a,b\nc,d\n", "1|2\n", "2@4:LM067 the record has 1 fields, 2 are expected\n");
    schema_unref(s);
}

static void bad_records(void **state)
{
    (void)state;
    Schema *s = schema_of("a int!;b smallint;c text");
    expect_decode("csv", s, "", "a,b,c\n1,2,x\nx,2,y\n3\n4,99999,z\n\n,1,n\n5,6,\xff\n7,8,\"q\nr\"\n9,9,9,9\n10,,\n",
                  "1|2|x\n7|8|q\nr\n10|~|~\n",
                  "3@12:22P02 column \"a\": invalid input syntax for type INTEGER: \"x\"\n"
                  "4@18:LM067 the record has 1 fields, 3 are expected\n"
                  "5@20:22003 column \"b\": value \"99999\" is out of range for type SMALLINT\n"
                  "7@31:23502 column \"a\": NULL in a NOT NULL column\n"
                  "8@36:22021 column \"c\": text is not valid UTF-8\n"
                  "11@52:LM067 the record has 4 fields, 3 are expected\n");
    /* The end of the input, behind a delimiter: a last field without a value, or too few fields. */
    expect_decode("csv", s, "", "a,b,c\n1,2,x\n4,5,", "1|2|x\n4|5|~\n", "");
    expect_decode("csv", s, "", "a,b,c\n1,2,x\n4,", "1|2|x\n", "3@12:LM067 the record has 2 fields, 3 are expected\n");
    Decoded r = decode_cap("csv", s, "", "a,b,c\n1,2,x\nx,2,y\n", 18, 0, 10, stop_bad);
    assert_int_equal(r.rc, -ERR_INVALID_TEXT);
    decoded_done(&r);
    schema_unref(s);
}

static void all_types(void **state)
{
    (void)state;
    Schema *s = schema_of(
        "a boolean;b smallint;c int;d bigint;e real;f double precision;g decimal;h text;i bytea;j date;k time;l timestamp;"
        "m timestamptz;n timestamp9;o interval;p uuid;q json;r varchar");
    expect_decode(
        "csv", s, "header=false",
        "true,-32768,+7,-9223372036854775808,1.5,-0.0,123.4,\xc3\xa4,\\x0aff,2024-02-29,12:34:56.5,1969-12-31 23:59:59.9,"
        "2024-01-01 12:00:00+02,2024-01-01 00:00:00.123456789,1 day "
        "02:00:00,0123456789abcdef0123456789abcdef,\"{\"\"a\"\":1}\",abc\n"
        "f,1,2,3,1e10,inf,-.5,\"quoted, longer than twelve\",abc,0001-01-01,24:00:00,2024-02-30 00:00:00,,,,,,\n"
        "no,1,2,3,nan,1e400,5,,,,,,,,,,,\n,,,,,,99999999.99,,,,,,,,,,,\n,,,,,,99999999.999,,,,,,,,,,,\n"
        ",,,,,,,,,,,,,,,,{,\n,,,,,,,,,,,,,,,,,abcd\n",
        "t|-32768|7|-9223372036854775808|1.5|-0|123.40|\xc3\xa4|\\x0aff|2024-02-29|12:34:56.5|1969-12-31 23:59:59.9|"
        "2024-01-01 10:00:00+00|2024-01-01 00:00:00.123456789|1 day 02:00:00|01234567-89ab-cdef-0123-456789abcdef|{\"a\":1}|abc\n"
        "~|~|~|~|~|~|99999999.99|~|~|~|~|~|~|~|~|~|~|~\n",
        "2@222:22008 column \"l\": date/time field value out of range: \"2024-02-30 00:00:00\"\n"
        "3@322:22003 column \"f\": value \"1e400\" is out of range for type DOUBLE PRECISION\n"
        "5@383:22003 column \"g\": value \"99999999.999\" is out of range for type DECIMAL(10,2)\n"
        "6@413:22P02 column \"q\": invalid input syntax for type JSON: \"{\"\n"
        "7@432:22001 column \"r\": value too long for type VARCHAR(3)\n");
    schema_unref(s);
}

static void single_column(void **state)
{
    (void)state;
    Schema *s = schema_of("a text");
    expect_decode("csv", s, "header=false", "x\n\n\"\"\n\r\ny", "x\n~\n\n~\ny\n", "");
    schema_unref(s);
}

static void long_record(void **state)
{
    (void)state;
    Schema *s = schema_of("a int;b text");
    size_t n = ((size_t)17 << 20) + 64;
    char *text = mem_alloc(NULL, n);
    memset(text, 'x', n);
    memcpy(text, "1,a\n2,", 6);
    memcpy(text + n - 5, "\n3,c\n", 5);
    for (size_t piece = 0; piece <= (5u << 20); piece += 5u << 20) {
        Decoded r = decode_cap("csv", s, "header=false", text, n, piece, 4096, keep_bad);
        assert_int_equal(r.rc, 0);
        assert_string_equal(sb_cstr(&r.rows), "1|a\n3|c\n");
        assert_string_equal(sb_cstr(&r.bad), "2@4:LM067 the record is longer than 16 MiB\n");
        decoded_done(&r);
    }
    mem_free(NULL, text, n);
    schema_unref(s);
}

/* A small generator of nasty text: only the characters that matter. */
static size_t nasty(uint64_t *seed, char *buf, size_t cap)
{
    static const char alphabet[] = "aab1,,\"\"\n\n\r\xc3\xa4 ";
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    size_t n = (*seed >> 33) % cap;
    for (size_t i = 0; i < n; i++) {
        *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        buf[i] = alphabet[(*seed >> 40) % (sizeof(alphabet) - 1)];
    }
    return n;
}

static void scanners_agree(void **state)
{
    (void)state;
    static const char *const names[] = {"portable", "sse2", "avx2", "avx512"};
    char buf[700 + CSV_BLOCK];
    CsvDialect d = {.delimiter = ',', .quote = '"', .escape = '"'};
    uint64_t seed = 1;
    for (unsigned round = 0; round < 3000; round++) {
        size_t n = nasty(&seed, buf, 700);
        CsvScan want, got;
        csv_scan_init(&want, NULL);
        assert_int_equal(csv_scan_start(&want, 0, 4096, 1024), 0);
        csv_scanner_named("scalar")(&want, &d, buf, (uint32_t)n, 4096);
        for (size_t k = 0; k < ARRAY_LEN(names); k++) {
            CsvScanFn fn = csv_scanner_named(names[k]);
            if (!fn)
                continue;
            csv_scan_init(&got, NULL);
            assert_int_equal(csv_scan_start(&got, 0, 4096, 1024), 0);
            fn(&got, &d, buf, (uint32_t)n, 4096);
            assert_int_equal(got.n_sep, want.n_sep);
            assert_int_equal(got.n_rows, want.n_rows);
            assert_memory_equal(got.sep, want.sep, sizeof(uint32_t) * want.n_sep);
            assert_memory_equal(got.row_end, want.row_end, sizeof(uint32_t) * want.n_rows);
            assert_int_equal(got.high, want.high);
            assert_int_equal(got.state == CSV_QUOTED, want.state == CSV_QUOTED);
            csv_scan_done(&got);
        }
        csv_scan_done(&want);
    }
}

static void pieces_agree(void **state)
{
    (void)state;
    char buf[301];
    Schema *s = schema_of("x text;y int");
    uint64_t seed = 7;
    for (unsigned round = 0; round < 300; round++) {
        size_t n = nasty(&seed, buf, 300);
        Decoded whole = decode_cap("csv", s, "header=false", buf, n, 0, 4096, keep_bad);
        for (size_t piece = 1; piece < 70; piece += 17) {
            Decoded part = decode_cap("csv", s, "header=false", buf, n, piece, (uint32_t)(piece % 5 + 1), keep_bad);
            assert_string_equal(sb_cstr(&whole.rows), sb_cstr(&part.rows));
            assert_string_equal(sb_cstr(&whole.bad), sb_cstr(&part.bad));
            decoded_done(&part);
        }
        decoded_done(&whole);
    }
    schema_unref(s);
}

/* The accelerators accept only what value_parse accepts, with the same result. */
static void fast_parsers(void **state)
{
    (void)state;
    static const char *const moments[] = {"2024-02-29 23:59:59",        "2023-02-29 00:00:00", "0001-01-01T00:00:00",
                                          "9999-12-31 23:59:59.999999", "2024-13-01 00:00:00", "2024-00-01 00:00:00",
                                          "2024-01-00 00:00:00",        "2024-01-32 00:00:00", "1900-02-29 00:00:00",
                                          "2000-02-29 00:00:00Z",       "2024-01-01 24:00:00", "2024-01-01 00:60:00",
                                          "2024-01-01 00:00:60",        "2024-01-01 00:00:0x", "2024-01-01 00:00:00.",
                                          "2024-01-01 00:00:00.1",      "2024/01/01 00:00:00", "0000-01-01 00:00:00",
                                          "2024-01-01 00:00:00.1234567"};
    static const char *const numbers[] = {"0",
                                          "-0",
                                          "1",
                                          "-1",
                                          "12345678",
                                          "123456789",
                                          "-1234567890123456",
                                          "123456789012345678",
                                          "1234567890123456789",
                                          "9223372036854775807",
                                          "-",
                                          "",
                                          "1x",
                                          "x1",
                                          "+1",
                                          " 1",
                                          "1:",
                                          "/1",
                                          "12345/78",
                                          "1.5",
                                          "-.5",
                                          "5.",
                                          ".",
                                          "123456789.123456789",
                                          "0.1",
                                          "-0.0",
                                          "9007199254740993",
                                          "1e5",
                                          "1.2.3"};
    DateCache cache = date_cache();
    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        char buf[128] = {0};
        int64_t fast;
        Value slow;
        snprintf(buf, sizeof(buf), "%s", moments[i]);
        int rc = value_parse(TYPE(TS), str_of(moments[i]), NULL, &slow, NULL);
        if (timestamp_parse_fast(buf, strlen(buf), 6, &cache, &fast)) {
            assert_int_equal(rc, 0);
            assert_int_equal(fast, slow.i64);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        char buf[128] = {0};
        int64_t fast;
        double real;
        Value slow;
        snprintf(buf, sizeof(buf), "%s", numbers[i]);
        if (int_parse_fast(buf, strlen(buf), &fast)) {
            assert_int_equal(value_parse(TYPE(I64), str_of(numbers[i]), NULL, &slow, NULL), 0);
            assert_int_equal(fast, slow.i64);
        }
        if (f64_parse_fast(buf, strlen(buf), &real)) {
            assert_int_equal(value_parse(TYPE(F64), str_of(numbers[i]), NULL, &slow, NULL), 0);
            assert_memory_equal(&real, &slow.f64, 8);
        }
    }
    for (int64_t day = -719162; day < 2932000; day += 13) { /* years 1 to 9997 */
        char buf[CALENDAR_TEXT_MAX] = {0};
        int64_t got;
        date_print((int32_t)day, buf);
        if (buf[4] != '-' || strlen(buf) != 10)
            continue;
        assert_true(date_parse_fast(buf, &got));
        assert_int_equal(got, day);
    }
}

static void infer(void **state)
{
    (void)state;
    static const char text[] = "id,price,ok,at,day,name,none,mix,id,\n1,1.5,true,2024-01-01 00:00:00,2024-01-01,x,,1,7,\n"
                               "22,3,FALSE,2024-01-01T01:00:00,2024-01-02,1,,x,8,y\n3,,,,,,,,,\n9,cut";
    const FormatType *t = format_find(STR("csv"));
    struct {
        char bytes[256];
    } config = {{0}};
    Arena arena;
    arena_init(&arena, NULL, 0);
    assert_int_equal(options_parse(t->options, NULL, 0, "csv", &config, &arena, NULL), 0);
    Schema *s;
    assert_true(t->config_bytes <= sizeof(config));
    assert_int_equal(t->infer(&config, text, sizeof(text) - 1, NULL, &s, NULL), 0);
    static const struct {
        const char *name;
        TypeId id;
    } want[] = {{"id", T_I64},    {"price", T_F64}, {"ok", T_BOOL},  {"at", T_TS},    {"day", T_DATE},
                {"name", T_TEXT}, {"none", T_TEXT}, {"mix", T_TEXT}, {"id_2", T_I64}, {"column10", T_TEXT}};
    assert_int_equal(s->n, ARRAY_LEN(want));
    for (uint32_t i = 0; i < s->n; i++) {
        assert_string_equal(s->field[i].name, want[i].name);
        assert_int_equal(s->field[i].type.id, want[i].id);
    }
    schema_unref(s);
    assert_int_equal(t->infer(&config, "", 0, NULL, &s, NULL), -ERR_BAD_RECORD);
    arena_done(&arena);
}

static void registry(void **state)
{
    (void)state;
    uint32_t n;
    format_list(&n);
    assert_int_equal(n, 5);
    assert_ptr_equal(format_find(STR("NDJSON")), format_find(STR("json")));
    assert_ptr_equal(format_find(STR("raw")), format_find(STR("text")));
    assert_null(format_find(STR("avro")));
    const FormatType *const *list = format_list(&n);
    for (uint32_t i = 0; i < n; i++)
        for (const OptionDef *o = list[i]->options; o->key; o++)
            assert_non_null(o->help);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(basic),        cmocka_unit_test(header_errors),  cmocka_unit_test(option_errors),
        cmocka_unit_test(options),      cmocka_unit_test(quoting),        cmocka_unit_test(bad_records),
        cmocka_unit_test(all_types),    cmocka_unit_test(single_column),  cmocka_unit_test(long_record),
        cmocka_unit_test(fast_parsers), cmocka_unit_test(scanners_agree), cmocka_unit_test(pieces_agree),
        cmocka_unit_test(infer),        cmocka_unit_test(registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
