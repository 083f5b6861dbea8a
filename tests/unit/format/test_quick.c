/* SPDX-License-Identifier: Apache-2.0
 *
 * The quick ways of reading against the slow ones that decide: random CSV and JSON lines, good and bad, cut at every byte and read
 * into batches of any size, must give the same rows and the same bad records (line, byte, code, reason).  A failure prints the seed
 * and the text; FORMAT_SEED=n begins there. */
#include "format_test.h"

#include <stdlib.h>

#include "format/csv_impl.h"
#include "format/json_impl.h"

#ifdef __SANITIZE_ADDRESS__ /* ten times as slow */
#define ROUNDS 500u
#else
#define ROUNDS 1500u
#endif

static uint64_t rng_state;
static uint32_t rng(uint32_t below)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return (uint32_t)(rng_state >> 33) % below;
}
static bool chance(uint32_t percent)
{
    return rng(100) < percent;
}
/* Most records have nothing odd, or no record of ten fields would ever be read. */
static bool odd_record;
static bool odd(uint32_t percent)
{
    return odd_record && chance(percent);
}
#define PICK(list) (list[rng((uint32_t)ARRAY_LEN(list))])

typedef enum Kind { NUMBER, WORDS, TIME, FLAG, SMALL, DAY } Kind;

static void put_number(StrBuf *out, bool small)
{
    static const char *const strange[] = {"0",
                                          "-0",
                                          "00",
                                          "01",
                                          "-01",
                                          "-",
                                          "1.",
                                          ".5",
                                          "-.5",
                                          "1.5.2",
                                          "0.0",
                                          "-0.0",
                                          "1e3",
                                          "1E-2",
                                          "1e",
                                          "+1",
                                          "1+",
                                          "1-2",
                                          "0x1",
                                          "NaN",
                                          "--1",
                                          "1_0",
                                          "0e0",
                                          "1.0e5",
                                          "1e400",
                                          "2147483647",
                                          "-2147483648",
                                          "2147483648",
                                          "32767",
                                          "32768",
                                          "-32768",
                                          "1.005",
                                          "9223372036854775807",
                                          "-9223372036854775808",
                                          "9223372036854775808",
                                          "999999999999999999",
                                          "-999999999999999999",
                                          "1000000000000000000",
                                          "12345678901234567890123",
                                          "9007199254740993",
                                          "0.1234567890123456789",
                                          "123456789.123456789",
                                          "99999999.9",
                                          "999999999.99"};
    if (odd(20)) {
        sb_puts(out, PICK(strange));
        return;
    }
    if (chance(30))
        sb_putc(out, '-');
    sb_putc(out, (char)('1' + rng(9)));
    for (uint32_t i = 0, n = rng(small ? 4 : odd(20) ? 19 : 8); i < n; i++)
        sb_putc(out, (char)('0' + rng(10)));
    if (small ? !odd(10) : !chance(60))
        return;
    sb_printf(out, ".%.*s", (int)(odd(10) ? rng(9) : 1 + rng(2)), "0987654321");
}

static void put_time(StrBuf *out, bool only_day)
{
    static const char *const strange[] = {"2023-02-29 00:00:00",
                                          "2024-02-29T23:59:59Z",
                                          "0000-01-01 00:00:00",
                                          "2024-13-01 00:00:00",
                                          "2024-01-01 24:00:00",
                                          "2024-01-01 23:60:00",
                                          "2024-01-01 23:59:60",
                                          "2024-01-01",
                                          "2024-01-01 00:00",
                                          "2024-1-1 0:0:0",
                                          "2024-01-01 00:00:00+02",
                                          "2024-01-01 00:00:00.",
                                          "today",
                                          "2024-01-01 00:00:00.1234567891",
                                          "9999-12-31 23:59:59.999999",
                                          "1969-12-31 23:59:59.5",
                                          "infinity",
                                          "2024-01-01X00:00:00",
                                          "2024-01-01 29:00:00",
                                          "2024-01-01 00:0a:00"};
    if (odd(25)) {
        sb_puts(out, PICK(strange));
        return;
    }
    uint32_t day = 1 + rng(3);
    sb_printf(out, "20%02u-0%u-%02u", 20 + rng(2), 1 + rng(2), odd(10) ? day + 27 : day);
    if (only_day)
        return;
    sb_printf(out, "%c%02u:%02u:%02u", "  T"[rng(3)], rng(24) + odd(4), rng(60) + odd(4), rng(60) + odd(4));
    if (chance(30))
        sb_printf(out, ".%.*s", (int)(odd(20) ? rng(10) : 1 + rng(6)), "123456789");
    if (chance(20))
        sb_putc(out, 'Z');
}

/* Text of a length that makes the steps of 16 bytes end anywhere; now and then with what is special. */
static void put_text(StrBuf *out, const char *special)
{
    static const char *const high[] = {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf"};
    for (uint32_t i = 0, n = rng(chance(70) ? 14 : 50); i < n; i++) {
        if (chance(2))
            sb_puts(out, high[rng(odd(30) ? 7 : 3)]);
        else if (odd(1))
            sb_putc(out, special[rng((uint32_t)strlen(special))]);
        else
            sb_putc(out, (char)('a' + rng(26)));
    }
}

/* One byte changed, taken out or doubled. */
static void mutate(StrBuf *text)
{
    static const char bytes[] = "\"\\,:{}[] \t\r\n'0-.eE\x01\x7f\xff";
    if (text->n < 2)
        return;
    size_t at = rng((uint32_t)text->n);
    if (chance(50))
        text->p[at] = bytes[rng(sizeof(bytes))]; /* its NUL too */
    else
        memmove(text->p + at, text->p + at + 1, text->n-- - at - 1);
}

/* ---- JSON ---- */

static void put_json_value(StrBuf *out, Kind kind)
{
    static const char *const other[] = {"null", "true",      "false",       "nul", "truex", "[]",        "[1,2]",
                                        "{}",   "{\"b\":1}", "\"\\u00e4\"", "",    "NULL",  "\"tab\\t\""};
    if (odd(15) || chance(2)) {
        sb_puts(out, other[odd_record ? rng((uint32_t)ARRAY_LEN(other)) : 0]);
        return;
    }
    switch (odd(5) ? (Kind)rng(6) : kind) {
    case NUMBER:
    case SMALL: put_number(out, kind == SMALL); return;
    case WORDS:
        sb_putc(out, '"');
        put_text(out, "\"\\\x01\x1f\x7f\t{},:");
        sb_putc(out, '"');
        return;
    case TIME:
    case DAY:
        sb_putc(out, '"');
        put_time(out, kind == DAY);
        sb_putc(out, '"');
        return;
    case FLAG: sb_puts(out, chance(50) ? "true" : "false"); return;
    }
}

/* Brackets, strings and words, in an order that is right more often than not. */
static void put_nested(StrBuf *out, int depth)
{
    bool object = chance(50);
    sb_putc(out, odd(2) ? '(' : object ? '{' : '[');
    for (uint32_t i = 0, n = rng(4); i < n; i++) {
        if (i)
            sb_puts(out, odd(5) ? " " : ", ");
        if (object)
            sb_puts(out, odd(5) ? "\"k\"" : "\"k\": ");
        if (depth > 0 && chance(40))
            put_nested(out, depth - 1);
        else
            put_json_value(out, (Kind)rng(6));
    }
    sb_putc(out, odd(5) ? (object ? ']' : '}') : object ? '}' : ']');
}

static void put_json_member(StrBuf *out, uint32_t m, const char *after)
{
    static const char *const blank[] = {"", "", "", " ", "  ", "\t"};
    static const struct {
        const char *name;
        Kind kind;
    } member[] = {{"i", SMALL}, {"skipped", WORDS}, {"s", WORDS},    {"f", NUMBER},
                  {"t", TIME},  {"b", FLAG},        {"dec", NUMBER}, {"a_name_of_more_than_thirty_two_bytes", SMALL},
                  {"h", SMALL}, {"d", DAY},         {"r", NUMBER},   {"n", TIME},
                  {"I", SMALL}, {"S", WORDS},       {"", WORDS},     {"na\xc3\xafve", SMALL}};
    sb_printf(out, "%s\"%s\"%s:%s", odd(2) ? " " : "", member[m].name, odd(2) ? " " : "", odd(2) ? PICK(blank) : after);
    if (m == 1 && chance(30))
        put_nested(out, 3);
    else
        put_json_value(out, member[m].kind);
    if (odd(2))
        sb_puts(out, PICK(blank));
}

static void put_json_line(StrBuf *out)
{
    const char *after = chance(50) ? " " : "";
    uint32_t n = 0, first = chance(90) ? 0 : rng(4), stop = chance(85) ? 12 : 16;
    odd_record = chance(40);
    sb_puts(out, odd(3) ? "" : "{");
    for (uint32_t k = first; k < stop; k++) {
        if (odd(8) || chance(1))
            continue;
        if (n++)
            sb_printf(out, ",%s", odd(2) ? "" : after);
        put_json_member(out, odd(3) ? rng(16) : k, after);
    }
    sb_puts(out, odd(3) ? " }" : "}");
    if (odd(3))
        sb_puts(out, PICK(((const char *const[]){" ", "x", "{}", "\t", "\v", ","})));
    sb_puts(out, chance(90) ? "\n" : chance(50) ? "\r\n" : "\n\n");
}

static void json_slowly(Decoder *d)
{
    ((JsonDecoder *)d)->lines.off = true;
}

static void json_text(StrBuf *out)
{
    for (uint32_t i = 0, n = 1 + rng(12); i < n; i++)
        put_json_line(out);
}

/* ---- CSV ---- */

static void put_csv_field(StrBuf *out, Kind kind)
{
    bool quoted = chance(3);
    if (odd(8) || chance(1))
        return;
    if (quoted)
        sb_putc(out, '"');
    switch (odd(5) ? (Kind)rng(6) : kind) {
    case NUMBER:
    case SMALL: put_number(out, kind == SMALL); break;
    case WORDS: put_text(out, quoted ? "\"\",\n \x01" : "\"' \x01"); break;
    case TIME:
    case DAY: put_time(out, kind == DAY); break;
    case FLAG:
        sb_puts(out, PICK(((const char *const[]){"true", "false", "t", "f", "0", "1", "yes", "TRUE", odd_record ? "tru" : "no"})));
    }
    if (quoted)
        sb_putc(out, '"');
}

static void csv_text(StrBuf *out)
{
    static const Kind kind[] = {SMALL, WORDS, SMALL, TIME, FLAG, NUMBER, SMALL, DAY, NUMBER, TIME};
    for (uint32_t i = 0, n = 1 + rng(20); i < n; i++) {
        odd_record = chance(30);
        uint32_t n_fields = (uint32_t)ARRAY_LEN(kind) + (odd(6) ? rng(3) - 1 : 0);
        for (uint32_t k = 0; k < n_fields; k++) {
            if (k)
                sb_putc(out, ',');
            put_csv_field(out, kind[MIN(k, (uint32_t)ARRAY_LEN(kind) - 1)]);
        }
        sb_puts(out, chance(90) ? "\n" : chance(50) ? "\r\n" : "\n\n");
    }
}

static void csv_slowly(Decoder *base)
{
    CsvDecoder *d = (CsvDecoder *)base;
    d->scan_fn = csv_scanner_named("scalar");
    for (uint32_t i = 0; i < base->schema->n; i++)
        d->column[i].parse = csv_column_slow;
}

/* ---- the comparison ---- */

typedef struct Case {
    const char *format, *options;
    const Schema *schema;
    void (*slowly)(Decoder *);
    uint64_t seed;
    int64_t n_rows, n_bad;
} Case;

static void compare(const Case *c, const StrBuf *text, Decoded *want, size_t piece, uint32_t cap)
{
    Decoded got = decode_cap(c->format, c->schema, c->options, text->p, text->n, piece, cap, keep_bad);
    if (strcmp(sb_cstr(&got.rows), sb_cstr(&want->rows)) != 0 || strcmp(sb_cstr(&got.bad), sb_cstr(&want->bad)) != 0)
        fprintf(stderr, "seed %llu, pieces of %zu, batches of %u:\n%.*s\n", (unsigned long long)c->seed, piece, cap, (int)text->n,
                text->p);
    assert_string_equal(sb_cstr(&got.rows), sb_cstr(&want->rows));
    assert_string_equal(sb_cstr(&got.bad), sb_cstr(&want->bad));
    assert_int_equal(got.n_rows, want->n_rows);
    assert_int_equal(got.n_bad, want->n_bad);
    decoded_done(&got);
}

/* borders: pieces of every length, so that each byte is the last of one. */
static void compare_all(Case *c, const StrBuf *text, bool borders)
{
    decoder_prepare = c->slowly;
    Decoded want = decode_cap(c->format, c->schema, c->options, text->p, text->n, 0, BATCH_ROWS_MAX, keep_bad);
    decoder_prepare = NULL;
    c->n_rows += want.n_rows;
    c->n_bad += want.n_bad;
    compare(c, text, &want, 0, BATCH_ROWS_MAX);
    compare(c, text, &want, 1 + rng(100), 1 + rng(5));
    for (size_t piece = 1; borders && piece <= text->n; piece++)
        compare(c, text, &want, piece, 1 + rng(5));
    decoded_done(&want);
}

static void rounds(Case c, void (*make)(StrBuf *))
{
    const char *given = getenv("FORMAT_SEED");
    uint64_t first = given ? strtoull(given, NULL, 10) : 1;
    for (c.seed = first; c.seed < first + ROUNDS; c.seed++) {
        StrBuf text;
        sb_init(&text, NULL);
        rng_state = c.seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
        for (int i = 0; i < 8; i++)
            rng(2);
        make(&text);
        if (chance(20))
            mutate(&text);
        if (chance(10) && text.n)
            text.n -= rng((uint32_t)MIN(text.n, 20)); /* no newline at the end */
        compare_all(&c, &text, c.seed % 64 == 0);
        sb_done(&text);
    }
    assert_true(c.n_rows > ROUNDS && c.n_bad > ROUNDS); /* or the texts test only one of the two */
}

static void json_lines(void **state)
{
    (void)state;
    Schema *s =
        schema_of("i bigint;s text;f double precision;t timestamp;b boolean;dec decimal;h smallint;d date;r real;n timestamp9");
    rounds((Case){.format = "json", .options = "", .schema = s, .slowly = json_slowly}, json_text);
    schema_unref(s);
    s = schema_of("i integer!;s text!;t timestamptz;b boolean;a_name_of_more_than_thirty_two_bytes bigint;h integer!");
    rounds((Case){.format = "json", .options = "timestamp_format=epoch_s", .schema = s, .slowly = json_slowly}, json_text);
    schema_unref(s);
}

static void csv_records(void **state)
{
    (void)state;
    Schema *s =
        schema_of("i bigint;s text;k integer;t timestamp;b boolean;dec decimal;h smallint;d date;f double precision;n timestamp9");
    rounds((Case){.format = "csv", .options = "header=false", .schema = s, .slowly = csv_slowly}, csv_text);
    schema_unref(s);
    s = schema_of(
        "i integer;s text!;k integer!;t text;b boolean;f double precision;h bigint;d timestamptz;g double precision;last text");
    rounds((Case){.format = "csv", .options = "header=false;null=NULL", .schema = s, .slowly = csv_slowly}, csv_text);
    schema_unref(s);
}

/* Lines of one kind, then of another: the order is learned again; more names than there is room for. */
static void json_order_changes(void **state)
{
    (void)state;
    StrBuf text;
    sb_init(&text, NULL);
    for (unsigned i = 0; i < 400; i++)
        sb_printf(&text, "{\"name_%u\":%u,\"i\":%u,\"s\":\"%u\"}\n{\"s\":\"x\",\"i\":%u}\n", i, i, i, i, i);
    Schema *s = schema_of("i bigint;s text");
    compare_all(&(Case){.format = "json", .options = "", .schema = s, .slowly = json_slowly}, &text, false);
    schema_unref(s);
    sb_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_lines),
        cmocka_unit_test(csv_records),
        cmocka_unit_test(json_order_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
