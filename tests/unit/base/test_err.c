/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors and option tables. */
#include "test_util.h"

#include "base/options.h"

static int failing(Err *err)
{
    TRY(RAISE(err, ERR_NO_WATERMARK, "source \"%s\" has no watermark", "s"));
    return 1;
}

static void raise_and_read(void **state)
{
    (void)state;
    Err e = ERR_INIT;
    assert_int_equal(failing(&e), -ERR_NO_WATERMARK);
    assert_int_equal(failing(NULL), -ERR_NO_WATERMARK);
    assert_string_equal(e.message, "source \"s\" has no watermark");
    assert_true(span_is_none(e.at));
    assert_string_equal(err_sqlstate(e.code), "LM002");
    assert_int_equal(err_number(e.code), 2);
    assert_int_equal(err_hint(&e, "declare %s", "one"), -ERR_NO_WATERMARK);
    assert_string_equal(e.hint, "declare one");
    assert_int_equal(err_detail(NULL, "x"), -ERR_INTERNAL);
    err_clear(&e);
    assert_int_equal(e.code, ERR_NONE);
    assert_string_equal(err_sqlstate((ErrCode)9999), "XX000");
    for (int i = 1; i < N_ERR_CODES; i++) {
        assert_int_equal(strlen(err_sqlstate((ErrCode)i)), 5);
        assert_non_null(err_class_text((ErrCode)i));
        assert_true(err_api_code((ErrCode)i) != 0);
    }
}

static void message_is_cut_between_characters(void **state)
{
    (void)state;
    char text[700];
    for (size_t shift = 0; shift < 4; shift++) {
        Err e = ERR_INIT;
        size_t n = 0;
        memset(text, 'a', shift);
        for (n = shift; n + 4 < sizeof(text); n += 3)
            memcpy(text + n, "\xE2\x82\xAC", 3);
        text[n] = 0;
        RAISE(&e, ERR_IO, "%s", text);
        size_t got = strlen(e.message);
        assert_true(got >= sizeof(e.message) - 4);
        assert_true(utf8_is_valid(e.message, got));
    }
    Err e = ERR_INIT;
    memset(text, 'b', sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    RAISE(&e, ERR_IO, "%s", text);
    assert_int_equal(strlen(e.message), sizeof(e.message) - 1);
}

static void locate(void **state)
{
    (void)state;
    Err e = ERR_INIT;
    const char *text = "SELECT\n \xC3\xA4x FROM";
    RAISE_AT(&e, ERR_SYNTAX, ((Span){10, 1}), "here");
    err_locate(&e, text, (uint32_t)strlen(text));
    assert_int_equal(e.line, 2);
    assert_int_equal(e.column, 3);
    e.at.pos = 5000;
    err_locate(&e, text, (uint32_t)strlen(text));
    assert_int_equal(e.line, 2);
}

typedef struct Config {
    const char *path;
    bool header;
    int64_t rows;
    double rate;
    int64_t every_us, cache_bytes;
    int32_t mode;
    char delimiter;
} Config;

static const OptionDef defs[] = {
    {.key = "path", .kind = OPTION_TEXT, .offset = offsetof(Config, path), .required = true, .help = "file to read"},
    {.key = "header", .kind = OPTION_BOOL, .offset = offsetof(Config, header), .preset = "true"},
    {.key = "rows", .kind = OPTION_INT, .offset = offsetof(Config, rows), .min = 1, .max = 1000, .preset = "10", .alias = "n.rows"},
    {.key = "rate", .kind = OPTION_DOUBLE, .offset = offsetof(Config, rate), .min = 0, .max = 1},
    {.key = "every", .kind = OPTION_DURATION, .offset = offsetof(Config, every_us), .preset = "5s"},
    {.key = "cache", .kind = OPTION_BYTES, .offset = offsetof(Config, cache_bytes)},
    {.key = "mode", .kind = OPTION_ENUM, .offset = offsetof(Config, mode), .names = "block=blocking|drop", .preset = "drop"},
    {.key = "delimiter", .kind = OPTION_CHAR, .offset = offsetof(Config, delimiter), .preset = ","},
    {0},
};

static int parse(const char *const pairs[], size_t n, Config *c, Arena *arena, Err *e)
{
    Option opts[8];
    for (size_t i = 0; i < n; i++)
        opts[i] = (Option){s_of(pairs[2 * i]), s_of(pairs[2 * i + 1]), {(uint32_t)i, 1}, {(uint32_t)i, 1}};
    memset(c, 0, sizeof(*c));
    return options_parse(defs, opts, n, "connector \"file\"", c, arena, e);
}

static void options(void **state)
{
    (void)state;
    Arena arena;
    Config c;
    Err e = ERR_INIT;
    arena_init(&arena, NULL, 0);
    assert_int_equal(parse((const char *[]){"path", "/x"}, 1, &c, &arena, &e), 0);
    assert_string_equal(c.path, "/x");
    assert_true(c.header && c.rows == 10 && c.every_us == 5000000 && c.mode == 1 && c.delimiter == ',');
    const char *all[] = {"PATH",  "y",   "header", "off", "n.rows", "7",        "rate",      "0.5",
                         "every", "250", "cache",  "1mb", "mode",   "Blocking", "delimiter", "\\t"};
    assert_int_equal(parse(all, 8, &c, &arena, &e), 0);
    assert_true(!c.header && c.rows == 7 && c.rate == 0.5 && c.every_us == 250000 && c.cache_bytes == 1 << 20);
    assert_true(c.mode == 0 && c.delimiter == '\t');
    assert_int_equal(parse(NULL, 0, &c, &arena, &e), -ERR_MISSING_OPTION);
    assert_int_equal(parse((const char *[]){"path", "x", "heeder", "1"}, 2, &c, &arena, &e), -ERR_UNKNOWN_OPTION);
    assert_string_equal(e.hint, "Did you mean \"header\"?");
    assert_int_equal(parse((const char *[]){"path", "x", "rows", "1001"}, 2, &c, &arena, &e), -ERR_BAD_OPTION);
    assert_string_equal(e.message, "connector \"file\": option \"rows\" must be between 1 and 1000, not \"1001\"");
    assert_int_equal(e.at.pos, 1);
    assert_int_equal(parse((const char *[]){"path", "x", "mode", "maybe"}, 2, &c, &arena, &e), -ERR_BAD_OPTION);
    assert_int_equal(parse((const char *[]){"path", "x", "delimiter", "ab"}, 2, &c, &arena, &e), -ERR_BAD_OPTION);
    assert_int_equal(parse((const char *[]){"path", "x", "rows", "1", "n.rows", "2"}, 3, &c, &arena, &e), -ERR_BAD_OPTION);
    assert_int_equal(parse((const char *[]){"path", "x", "every", "soon"}, 2, &c, &arena, &e), -ERR_BAD_OPTION);
    assert_non_null(option_find(defs, STR("N.Rows")));
    assert_null(option_find(defs, STR("none")));
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raise_and_read),
        cmocka_unit_test(message_is_cut_between_characters),
        cmocka_unit_test(locate),
        cmocka_unit_test(options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
