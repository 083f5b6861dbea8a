/* SPDX-License-Identifier: Apache-2.0
 *
 * Results and errors of functions and operators, as PostgreSQL 15 gives them.  Each vector is evaluated as constants and as
 * columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/decimal.h"
#include "expr/program.h"

/* Arguments are written "kind:text": i INTEGER, l BIGINT, s SMALLINT, r REAL, d DOUBLE, n DECIMAL of the digits written, b BOOLEAN,
 * t TEXT, x BYTEA, u untyped literal, D DATE, H TIME, T TIMESTAMP, Z TIMESTAMPTZ, N TIMESTAMP(9), I INTERVAL, U UUID.  "k:NULL" is
 * a null. Wanted: the text, "NULL", or "!SQLSTATE message". */
typedef struct CallVector {
    const char *name;
    const char *arg[7];
    const char *want;
} CallVector;
#define V(name, want, ...)                                                                                                         \
    {                                                                                                                              \
        name, {__VA_ARGS__}, want                                                                                                  \
    }

static Type type_of_kind(char k)
{
    static const char kinds[] = "ilsrdbtxuDHTZNIU";
    static const TypeId ids[] = {T_I32,     T_I64,  T_I16,  T_F32, T_F64,  T_BOOL, T_TEXT,     T_BYTEA,
                                 T_UNKNOWN, T_DATE, T_TIME, T_TS,  T_TSTZ, T_TSNS, T_INTERVAL, T_UUID};
    const char *at = strchr(kinds, k);
    assert_non_null(at);
    return (Type){.id = (uint8_t)ids[at - kinds]};
}

static Value value_of(Arena *arena, const char *arg)
{
    Str text = str_of(arg + 2);
    Type t;
    Value v;
    if (arg[0] == 'n') {
        i128 d;
        unsigned p = 1, s = 0;
        if (!strcmp(arg + 2, "NULL"))
            return value_null(TYPE_DECIMAL(10, 2));
        assert_int_equal(decimal_parse_any(text, &d, &p, &s), 0);
        return (Value){.type = TYPE_DECIMAL(p, s), .dec = d};
    }
    t = type_of_kind(arg[0]);
    if (!strcmp(arg + 2, "NULL"))
        return value_null(t);
    if (t.id == T_UNKNOWN || t.id == T_TEXT)
        return (Value){.type = t, .str = text};
    Err err = ERR_INIT;
    if (value_parse(t, text, arena, &v, &err) < 0)
        fail_msg("%s: %s", arg, err.message);
    return v;
}

static const char *text_of(Arena *arena, const Value *v)
{
    StrBuf b;
    if (v->is_null)
        return "NULL";
    sb_init(&b, NULL);
    value_print(v, &b);
    const char *s = arena_strdup(arena, sb_cstr(&b));
    sb_done(&b);
    return s;
}

static const char *error_text(Arena *arena, ErrCode code, const char *message)
{
    return arena_printf(arena, "!%s %s", err_sqlstate(code), message);
}

static int call_of(Arena *arena, const CallVector *c, Expr *const *args, uint32_t n, Expr **ret, Err *err)
{
    if (!strncmp(c->name, "cast:", 5)) {
        Type t;
        int64_t mods[2] = {0};
        unsigned n_mods = 0;
        const char *name = c->name + 5, *paren = strchr(name, '(');
        if (paren)
            n_mods = (unsigned)sscanf(paren, "(%ld,%ld", &mods[0], &mods[1]);
        TRY(type_of_name((Str){name, paren ? (size_t)(paren - name) : strlen(name)}, mods, n_mods, &t, err));
        return expr_cast(arena, args[0], t, CAST_EXPLICIT, false, ret, err);
    }
    return expr_call(arena, str_of(c->name), args, n, SPAN_NONE, ret, err);
}

static void check_text(const CallVector *c, const char *how, const char *got)
{
    if (strcmp(got, c->want) != 0)
        fail_msg("%s(%s, %s, %s) %s: got %s, want %s", c->name, c->arg[0], c->arg[1] ? c->arg[1] : "", c->arg[2] ? c->arg[2] : "",
                 how, got, c->want);
}

static const char *folded(Arena *arena, const CallVector *c, uint32_t n)
{
    Expr *args[7], *e;
    Value v;
    Err err = ERR_INIT;
    for (uint32_t i = 0; i < n; i++) {
        Value a = value_of(arena, c->arg[i]);
        args[i] = expr_const(arena, &a, SPAN_NONE);
    }
    if (call_of(arena, c, args, n, &e, &err) < 0 || expr_const_value(arena, e, "it", &v, &err) < 0)
        return error_text(arena, err.code, err.message);
    assert_true(v.is_null || !e->not_null || e->type.id == v.type.id);
    return text_of(arena, &v);
}

/* Rows 1 and 3 of 5 selected hold the values, row 2 NULLs; untyped literals stay constants. */
static const char *over_columns(Arena *arena, const CallVector *c, uint32_t n, bool last_const)
{
    enum { ROWS = 5 };
    static const uint16_t sel[] = {1, 2, 3};
    Field fields[7];
    Expr *args[7], *e;
    Err err = ERR_INIT;
    Batch *in = arena_zalloc(arena, sizeof(Batch) + 7 * sizeof(Vec));
    in->n = ROWS;
    in->n_sel = 3;
    in->sel = sel;
    for (uint32_t i = 0; i < n; i++) {
        Value a = value_of(arena, c->arg[i]);
        bool is_const = a.type.id == T_UNKNOWN || (last_const && i > 0);
        fields[i] = (Field){.name = "c", .type = a.type.id == T_UNKNOWN ? TYPE(TEXT) : a.type};
        args[i] = is_const ? expr_const(arena, &a, SPAN_NONE) : expr_column(arena, i, a.type, false, SPAN_NONE);
        if (is_const)
            continue;
        Vec one;
        assert_int_equal(vec_const(&a, ROWS, &one, arena), 0);
        assert_int_equal(vec_flatten(&one, (Rows){ROWS, NULL}, &in->col[i], arena), 0);
        assert_int_equal(vec_add_valid(&in->col[i], arena), 0);
        bit_clear(in->col[i].valid, 2);
    }
    Schema *schema = schema_new(NULL, fields, n);
    EvalCtx x = {.arena = arena, .now_us = 0, .watermark_us = INT64_MIN};
    Program *p;
    Vec out;
    if (call_of(arena, c, args, n, &e, &err) < 0 || program_compile(arena, &e, 1, schema, &p, &err) < 0) {
        schema_unref(schema);
        return error_text(arena, err.code, err.message);
    }
    eval_ctx_clear(&x, ROWS);
    assert_int_equal(program_run(p, &x, in, &out), 0);
    schema_unref(schema);
    assert_false(row_has_error(&x, 0) || row_has_error(&x, 4));
    if (row_has_error(&x, 1)) {
        assert_true(row_has_error(&x, 3));
        return error_text(arena, (ErrCode)x.err_code[1], x.err_text[1]);
    }
    Value v = vec_get(&out, 1), w = vec_get(&out, 3);
    assert_true(value_eq(&v, &w));
    return text_of(arena, &v);
}

static void check_calls(const CallVector *v, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Arena arena;
        arena_init(&arena, NULL, 0);
        uint32_t n = 0;
        while (n < 7 && v[i].arg[n])
            n++;
        check_text(&v[i], "as constants", folded(&arena, &v[i], n));
        if (strcmp(v[i].name, "round") && strcmp(v[i].name, "trunc")) /* their result's scale depends on a constant */
            check_text(&v[i], "as columns", over_columns(&arena, &v[i], n, false));
        check_text(&v[i], "as column and constants", over_columns(&arena, &v[i], n, true));
        arena_done(&arena);
    }
}
#define CHECK(vectors) check_calls(vectors, ARRAY_LEN(vectors))

static void test_arithmetic(void **state)
{
    (void)state;
    static const CallVector v[] = {
        V("+", "5", "i:2", "i:3"),
        V("+", "!22003 integer out of range", "i:2147483647", "i:1"),
        V("+", "2147483648", "i:2147483647", "l:1"),
        V("+", "!22003 smallint out of range", "s:32767", "s:1"),
        V("+", "!22003 bigint out of range", "l:9223372036854775807", "l:1"),
        V("-", "!22003 bigint out of range", "l:-9223372036854775808", "l:1"),
        V("*", "!22003 integer out of range", "i:65536", "i:65536"),
        V("*", "!22003 bigint out of range", "l:4294967296", "l:4294967296"),
        V("*", "-6", "s:2", "s:-3"),
        V("/", "3", "i:7", "i:2"),
        V("/", "-3", "i:-7", "i:2"),
        V("/", "!22012 division by zero", "i:1", "i:0"),
        V("/", "!22003 integer out of range", "i:-2147483648", "i:-1"),
        V("/", "7", "i:-7", "i:-1"),
        V("%", "-1", "i:-7", "i:3"),
        V("%", "0", "i:-2147483648", "i:-1"),
        V("%", "!22012 division by zero", "l:1", "l:0"),
        V("mod", "1.5", "n:7.5", "n:2"),
        V("-", "-5", "i:5"),
        V("-", "!22003 integer out of range", "i:-2147483648"),
        V("+", "NULL", "i:NULL", "i:1"),
        V("+", "2.5", "d:1.5", "i:1"),
        V("+", "3", "r:1.5", "r:1.5"),
        V("+", "16777217.5", "r:0.5", "i:16777217"),
        V("/", "!22012 division by zero", "d:1", "d:0"),
        V("/", "NaN", "d:NaN", "d:0"),
        V("*", "!22003 value out of range: overflow", "d:1e300", "d:1e300"),
        V("*", "!22003 value out of range: underflow", "d:1e-300", "d:1e-300"),
        V("*", "Infinity", "d:Infinity", "d:2"),
        V("+", "3.75", "n:1.5", "n:2.25"),
        V("-", "-0.75", "n:1.5", "n:2.25"),
        V("*", "3.375", "n:1.5", "n:2.25"),
        V("/", "3.5000000000000000", "n:7.0", "n:2"),
        V("/", "0.3333333333333333", "n:1.0", "i:3"),
        V("/", "!22012 division by zero", "n:1.0", "i:0"),
        V("+", "1.5", "i:1", "n:0.5"),
        V("+", "1.25", "d:1", "n:0.25"),
        V("*", "!22003 numeric field overflow", "n:99999999999999999999999999999999999999", "n:10"),
        V("+", "!22003 numeric field overflow", "n:99999999999999999999999999999999999999", "n:1"),
        V("%", "1.5", "n:7.5", "i:2"),
        V("^", "8", "i:2", "i:3"),
        V("^", "8", "n:2", "n:3"),
        V("&", "8", "i:12", "i:10"),
        V("|", "14", "i:12", "i:10"),
        V("#", "6", "l:12", "i:10"),
        V("~", "-6", "i:5"),
        V("<<", "16", "i:1", "i:4"),
        V(">>", "-4", "i:-8", "i:1"),
        V("+", "6", "i:5", "u:1"),
        V("+", "!22P02 invalid input syntax for type integer: \"abc\"", "i:5", "u:abc"),
        V("+", "!42883 operator does not exist: integer + text", "i:5", "t:1"),
    };
    CHECK(v);
}

static void test_math(void **state)
{
    (void)state;
    static const CallVector v[] = {
        V("abs", "5", "i:-5"),
        V("abs", "!22003 integer out of range", "i:-2147483648"),
        V("abs", "5.50", "n:-5.50"),
        V("sign", "-1", "n:-8.4"),
        V("floor", "-43", "d:-42.8"),
        V("floor", "-43", "n:-42.8"),
        V("ceil", "43", "n:42.2"),
        V("ceil", "-42", "d:-42.8"),
        V("round", "42", "d:42.5"),
        V("round", "43", "n:42.5"),
        V("round", "-43", "n:-42.5"),
        V("round", "100", "n:99.5"),
        V("round", "42.44", "n:42.4382", "i:2"),
        V("round", "1200", "n:1234.56", "i:-2"),
        V("round", "2.68", "d:2.675", "i:2"),
        V("round", "1.01", "d:1.005", "i:2"),
        V("trunc", "42.43", "n:42.4382", "i:2"),
        V("trunc", "-42", "n:-42.8"),
        V("sqrt", "3", "i:9"),
        V("sqrt", "!2201F cannot take square root of a negative number", "d:-1"),
        V("cbrt", "3", "d:27"),
        V("ln", "!2201E cannot take logarithm of zero", "d:0"),
        V("ln", "!2201E cannot take logarithm of a negative number", "d:-1"),
        V("log", "2", "d:100"),
        V("log", "6", "d:2", "d:64"),
        V("exp", "!22003 value out of range: overflow", "d:1000"),
        V("power", "729", "i:9", "i:3"),
        V("power", "!2201F zero raised to a negative power is undefined", "d:0", "d:-1"),
        V("power", "!2201F a negative number raised to a non-integer power yields a complex result", "d:-1", "d:0.5"),
        V("asin", "!22003 input is out of range", "d:2"),
        V("atan2", "1.5707963267948966", "d:1", "d:0"),
        V("degrees", "180", "d:3.141592653589793"),
        V("greatest", "3", "i:1", "i:NULL", "i:3"),
        V("least", "1.0", "i:1", "n:2.5"),
        V("greatest", "b", "t:a", "t:b", "u:NULL"),
        V("nullif", "NULL", "i:5", "i:5"),
        V("nullif", "abcdefghijklmnop", "t:abcdefghijklmnop", "t:x"),
    };
    CHECK(v);
}

static void test_compare(void **state)
{
    (void)state;
    static const CallVector v[] = {
        V("=", "t", "i:1", "l:1"),
        V("<", "t", "i:1", "d:1.5"),
        V("=", "t", "d:NaN", "d:NaN"),
        V(">", "t", "d:NaN", "d:Infinity"),
        V("<", "f", "d:NaN", "d:1"),
        V(">=", "t", "r:NaN", "r:NaN"),
        V("=", "t", "d:0", "d:-0"),
        V("=", "t", "n:1.50", "n:1.5"),
        V("<", "t", "t:abc", "t:abd"),
        V("<", "t", "t:abc", "t:abcd"),
        V(">", "t", "t:abcdefghijklmnopz", "t:abcdefghijklmnopa"),
        V("=", "t", "t:abcdefghijklmnop", "t:abcdefghijklmnop"),
        V("<>", "t", "b:true", "b:false"),
        V("<", "t", "b:false", "b:true"),
        V("=", "t", "I:1 month", "I:30 days"),
        V("<", "t", "D:2001-01-01", "T:2001-01-01 00:00:01"),
        V("=", "t", "D:2001-01-01", "u:2001-01-01"),
        V("=", "!42883 operator does not exist: integer = text", "i:1", "t:1"),
        V("is null", "t", "i:NULL"),
        V("is not null", "f", "t:NULL"),
        V("is true", "f", "b:NULL"),
        V("is not false", "t", "b:NULL"),
        V("is distinct from", "t", "i:1", "i:NULL"),
        V("is not distinct from", "t", "t:NULL", "t:NULL"),
        V("is distinct from", "f", "t:abcdefghijklmnop", "t:abcdefghijklmnop"),
        V("not", "f", "b:true"),
        V("not", "NULL", "b:NULL"),
    };
    CHECK(v);
}

static void test_text(void **state)
{
    (void)state;
    static const CallVector v[] = {
        V("||", "foobar", "t:foo", "t:bar"),
        V("||", "foo42", "t:foo", "i:42"),
        V("||", "42foo", "i:42", "u:foo"),
        V("||", "xtrue", "t:x", "b:true"),
        V("||", "NULL", "t:x", "t:NULL"),
        V("||", "a long text, and another", "t:a long text, ", "t:and another"),
        V("||", "!42883 operator does not exist: integer || integer", "i:1", "i:2"),
        V("length", "4", "t:h\xc3\xa9ll"),
        V("length", "0", "t:"),
        V("octet_length", "5", "t:h\xc3\xa9ll"),
        V("lower", "h\xc3\xa9llo", "t:H\xc3\x89LLO"),
        V("upper", "H\xc3\x89LLO WORLD AND MORE", "t:h\xc3\xa9llo world and more"),
        V("initcap", "Hi Thomas O'Neil", "t:hi THOMAS o'neil"),
        V("trim", "abc", "t:  abc "),
        V("btrim", "abc", "t:xyabcyx", "t:xy"),
        V("ltrim", "abcxx", "t:xxabcxx", "t:x"),
        V("rtrim", "h\xc3\xa9", "t:h\xc3\xa9\xc3\xa0\xc3\xa0", "t:\xc3\xa0"),
        V("substring", "hom", "t:Thomas", "i:2", "i:3"),
        V("substring", "Th", "t:Thomas", "i:-1", "i:4"),
        V("substring", "mas", "t:Thomas", "i:4"),
        V("substring", "", "t:Thomas", "i:10"),
        V("substring", "!22011 negative substring length not allowed", "t:Thomas", "i:2", "i:-1"),
        V("substring", "a longer text here", "t:once a longer text here", "i:6"),
        V("substr", "\xc3\xa9l", "t:h\xc3\xa9llo", "i:2", "i:2"),
        V("substring", "oob", "t:foobar", "t:o.b"),
        V("substring", "o", "t:foobar", "t:o(.)b"),
        V("substring", "NULL", "t:foobar", "t:x"),
        V("position", "3", "t:Thomas", "t:om"),
        V("strpos", "2", "t:high", "t:ig"),
        V("strpos", "0", "t:high", "t:x"),
        V("strpos", "1", "t:high", "t:"),
        V("left", "ab", "t:abcde", "i:2"),
        V("left", "abc", "t:abcde", "i:-2"),
        V("right", "de", "t:abcde", "i:2"),
        V("right", "cde", "t:abcde", "i:-2"),
        V("right", "abcde", "t:abcde", "i:99"),
        V("replace", "abXXefabXXef", "t:abcdefabcdef", "t:cd", "t:XX"),
        V("replace", "abc", "t:abc", "t:", "t:X"),
        V("replace", "", "t:aaa", "t:a", "t:"),
        V("reverse", "oll\xc3\xa9h", "t:h\xc3\xa9llo"),
        V("repeat", "PgPgPgPg", "t:Pg", "i:4"),
        V("repeat", "", "t:Pg", "i:-4"),
        V("repeat", "!54000 requested length too large", "t:Pg", "i:2000000000"),
        V("lpad", "xyxhi", "t:hi", "i:5", "t:xy"),
        V("lpad", "h", "t:hi", "i:1"),
        V("rpad", "hixyx", "t:hi", "i:5", "t:xy"),
        V("rpad", "hi   ", "t:hi", "i:5"),
        V("rpad", "hi", "t:hi", "i:5", "t:"),
        V("split_part", "b", "t:a,b,c", "t:,", "i:2"),
        V("split_part", "c", "t:a,b,c", "t:,", "i:-1"),
        V("split_part", "", "t:a,b,c", "t:,", "i:4"),
        V("split_part", "!22023 field position must not be zero", "t:a,b,c", "t:,", "i:0"),
        V("starts_with", "t", "t:alphabet", "t:alph"),
        V("concat", "a2t", "t:a", "i:NULL", "i:2", "b:true"),
        V("concat_ws", "a,2", "t:,", "t:a", "i:NULL", "i:2"),
        V("concat_ws", "NULL", "t:NULL", "t:a"),
        V("ascii", "233", "t:\xc3\xa9"),
        V("chr", "A", "i:65"),
        V("chr", "!54000 null character not permitted", "i:0"),
        V("to_hex", "7fffffff", "i:2147483647"),
        V("to_hex", "ffffffff", "i:-1"),
        V("translate", "a2x5", "t:12345", "t:143", "t:ax"),
    };
    CHECK(v);
}

static void test_match(void **state)
{
    (void)state;
    static const CallVector v[] = {
        V("like", "t", "t:abc", "t:abc"),
        V("like", "t", "t:abc", "t:a%"),
        V("like", "t", "t:abc", "t:%c"),
        V("like", "t", "t:abc", "t:%b%"),
        V("like", "t", "t:abc", "t:_b_"),
        V("like", "f", "t:abc", "t:_b"),
        V("like", "t", "t:h\xc3\xa9llo", "t:h_llo"),
        V("like", "t", "t:abcabcabd", "t:%abc%d"),
        V("like", "f", "t:abcabcabd", "t:%abc%e"),
        V("like", "t", "t:", "t:%"),
        V("like", "f", "t:", "t:_"),
        V("like", "t", "t:10%", "t:10\\%"),
        V("like", "f", "t:100", "t:10\\%"),
        V("like", "t", "t:10%", "t:10!%", "t:!"),
        V("like", "!22025 LIKE pattern must not end with escape character", "t:a", "t:a\\"),
        V("like", "!22025 invalid escape string", "t:a", "t:a", "t:xx"),
        V("like", "t", "t:a\\", "t:a\\", "t:"),
        V("ilike", "t", "t:H\xc3\x89LLO", "t:h\xc3\xa9%"),
        V("!~~", "f", "t:abc", "t:a%"),
        V("~", "t", "t:thomas", "t:t.*ma"),
        V("~", "f", "t:thomas", "t:T.*ma"),
        V("~*", "t", "t:thomas", "t:T.*ma"),
        V("!~", "t", "t:thomas", "t:t.*max"),
        V("~", "!2201B invalid regular expression: missing closing parenthesis at byte 2", "t:a", "t:(a"),
        V("~", "!54000 regular expression needs too many steps", "t:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "t:^(a+)+$"),
        V("regexp_replace", "ThM", "t:Thomas", "t:.[mN]a.", "t:M"),
        V("regexp_replace", "fooXarYXazY", "t:foobarbaz", "t:b(..)", "t:X\\1Y", "t:g"),
        V("regexp_count", "2", "t:ABCABC", "t:B"),
        V("regexp_like", "t", "t:Hello", "t:h", "t:i"),
    };
    CHECK(v);
}

static void test_time(void **state)
{
    (void)state;
    static const CallVector v[] = {
        V("-", "3", "D:2001-10-01", "D:2001-09-28"),
        V("+", "2001-10-05", "D:2001-09-28", "i:7"),
        V("-", "2001-09-24", "D:2001-10-01", "i:7"),
        V("+", "2001-09-28 01:00:00", "D:2001-09-28", "I:1 hour"),
        V("+", "2001-02-28 00:00:00", "T:2001-01-31", "I:1 month"),
        V("+", "2001-01-31 01:00:00", "T:2001-01-31", "I:1 hour"),
        V("-", "2000-12-31 23:00:00", "T:2001-01-01", "I:1 hour"),
        V("-", "2 days 03:00:00", "T:2001-01-03 03:00", "T:2001-01-01"),
        V("-", "-2 days -03:00:00", "T:2001-01-01", "T:2001-01-03 03:00"),
        V("-", "!22008 cannot subtract infinite timestamps", "T:infinity", "T:2001-01-03 03:00"),
        V("+", "infinity", "T:infinity", "I:1 hour"),
        V("+", "!22008 timestamp out of range", "T:294246-12-31", "I:1000 years"),
        V("+", "2001-01-01 00:00:01.123456789", "N:2001-01-01 00:00:00.123456789", "I:1 second"),
        V("+", "2001-01-01 01:00:00+00", "Z:2001-01-01 00:00+00", "I:1 hour"),
        V("+", "04:00:00", "H:01:00", "I:27 hours"),
        V("-", "23:00:00", "H:01:00", "I:2 hours"),
        V("-", "02:00:00", "H:05:00", "H:03:00"),
        V("+", "1 day 01:00:00", "I:1 day", "I:1 hour"),
        V("-", "-23:00:00", "I:23 hours"),
        V("*", "03:30:00", "I:1 hour", "d:3.5"),
        V("*", "00:15:00", "i:900", "I:1 second"),
        V("/", "00:40:00", "I:1 hour", "d:1.5"),
        V("/", "10 days", "I:1 month", "i:3"),
        V("/", "1 mon", "I:49 months", "i:49"),
        V("/", "!22012 division by zero", "I:1 month", "i:0"),
        V("extract", "20", "u:hour", "T:2001-02-16 20:38:40.12"),
        V("extract", "40.120000", "u:second", "T:2001-02-16 20:38:40.12"),
        V("extract", "40120.000", "u:milliseconds", "T:2001-02-16 20:38:40.12"),
        V("extract", "40120000", "u:microseconds", "T:2001-02-16 20:38:40.12"),
        V("extract", "982355920.120000", "u:epoch", "T:2001-02-16 20:38:40.12"),
        V("extract", "5", "u:dow", "T:2001-02-16 20:38:40"),
        V("extract", "7", "u:isodow", "T:2001-02-18 20:38:40"),
        V("extract", "47", "u:doy", "T:2001-02-16"),
        V("extract", "7", "u:week", "T:2001-02-16"),
        V("extract", "2005", "u:isoyear", "D:2006-01-01"),
        V("extract", "1", "u:quarter", "T:2001-02-16"),
        V("extract", "21", "u:century", "T:2001-02-16"),
        V("extract", "20", "u:century", "T:2000-12-16"),
        V("extract", "3", "u:millennium", "T:2001-02-16"),
        V("extract", "200", "u:decade", "T:2001-02-16"),
        V("extract", "!22023 unit \"eon\" not recognized for type TIMESTAMP", "u:eon", "T:2001-02-16"),
        V("extract", "!0A000 unit \"hour\" not supported for type DATE", "u:hour", "D:2001-02-16"),
        V("extract", "NULL", "u:hour", "T:infinity"),
        V("date_part", "40.12", "u:second", "T:2001-02-16 20:38:40.12"),
        V("extract", "3", "u:month", "I:2 years 3 months"),
        V("date_trunc", "2001-02-16 20:00:00", "u:hour", "T:2001-02-16 20:38:40"),
        V("date_trunc", "2001-01-01 00:00:00", "u:year", "T:2001-02-16 20:38:40"),
        V("date_trunc", "2001-02-12 00:00:00", "u:week", "T:2001-02-16 20:38:40"),
        V("date_trunc", "1969-12-31 23:00:00", "u:hour", "T:1969-12-31 23:59:59"),
        V("date_trunc", "2001-01-01 00:00:00", "u:quarter", "T:2001-02-16"),
        V("date_trunc", "2 days 03:00:00", "u:hour", "I:2 days 03:02:47"),
        V("date_trunc", "!22023 unit \"dow\" not recognized for type TIMESTAMP", "u:dow", "T:2001-02-16"),
        V("date_bin", "2020-02-11 15:30:00", "I:15 minutes", "T:2020-02-11 15:44:17", "T:2001-01-01"),
        V("date_bin", "2020-02-11 15:32:30", "I:15 minutes", "T:2020-02-11 15:44:17", "T:2001-01-01 00:02:30"),
        V("date_bin", "!22008 stride must be greater than zero", "I:0", "T:2020-02-11 15:44:17", "T:2001-01-01"),
        V("make_date", "2013-07-15", "i:2013", "i:7", "i:15"),
        V("make_date", "!22008 date field value out of range: 2013-13-01", "i:2013", "i:13", "i:1"),
        V("make_timestamp", "2013-07-15 08:15:23.5", "i:2013", "i:7", "i:15", "i:8", "i:15", "d:23.5"),
        V("to_timestamp", "2010-09-13 04:32:03+00", "d:1284352323"),
        V("to_timestamp_ms", "2010-09-13 04:32:03.5", "l:1284352323500"),
        V("epoch_ms", "1284352323500", "T:2010-09-13 04:32:03.5"),
        V("age", "43 years 9 mons 27 days", "T:2001-04-10", "T:1957-06-13"),
        V("justify_interval", "29 days 23:00:00", "I:1 mon -1 hour"),
        V("isfinite", "f", "D:infinity"),
    };
    CHECK(v);
}

static void test_cast(void **state)
{
    (void)state;
    static const CallVector v[] = {
        V("cast:integer", "2", "d:2.5"),
        V("cast:integer", "4", "d:3.5"),
        V("cast:integer", "3", "n:2.5"),
        V("cast:integer", "-3", "n:-2.5"),
        V("cast:integer", "!22003 integer out of range", "d:1e10"),
        V("cast:integer", "!22003 integer out of range", "d:NaN"),
        V("cast:bigint", "!22003 bigint out of range", "d:9223372036854775808"),
        V("cast:smallint", "!22003 smallint out of range", "i:40000"),
        V("cast:integer", "42", "t: 42 "),
        V("cast:integer", "!22P02 invalid input syntax for type integer: \"abc\"", "t:abc"),
        V("cast:integer", "1", "b:true"),
        V("cast:boolean", "t", "i:5"),
        V("cast:text", "true", "b:true"),
        V("cast:text", "1.50", "n:1.50"),
        V("cast:text", "2001-01-01", "D:2001-01-01"),
        V("cast:varchar(3)", "abc", "t:abcdef"),
        V("cast:varchar(2)", "12", "i:12345"),
        V("cast:decimal(5,2)", "1.24", "n:1.235"),
        V("cast:decimal(5,2)", "1.10", "d:1.1"),
        V("cast:decimal(3,2)", "!22003 numeric field overflow: a value does not fit DECIMAL(3,2)", "i:10"),
        V("cast:decimal(5,2)", "!22003 cannot convert NaN to numeric", "d:NaN"),
        V("cast:real", "!22003 value out of range: overflow", "d:1e300"),
        V("cast:double precision", "1.5", "t:1.5"),
        V("cast:date", "2001-02-16", "T:2001-02-16 20:38:40"),
        V("cast:date", "1969-12-31", "T:1969-12-31 23:59:59"),
        V("cast:timestamp", "2001-02-16 00:00:00", "D:2001-02-16"),
        V("cast:time", "20:38:40", "T:2001-02-16 20:38:40"),
        V("cast:timestamp with time zone", "2001-02-16 20:38:40+00", "T:2001-02-16 20:38:40"),
        V("cast:timestamp(9)", "2001-02-16 20:38:40", "T:2001-02-16 20:38:40"),
        V("cast:timestamp", "2001-02-16 20:38:40.123456", "N:2001-02-16 20:38:40.123456789"),
        V("cast:interval", "05:00:00", "H:05:00"),
        V("cast:boolean", "t", "t:yes"),
        V("cast:uuid", "5b30857f-0bfa-48b5-ac0b-5c64e28078d1", "t:5b30857f-0bfa-48b5-ac0b-5c64e28078d1"),
        V("cast:integer", "!42846 cannot cast type DATE to INTEGER", "D:2001-01-01"),
        V("cast:integer", "NULL", "t:NULL"),
    };
    CHECK(v);
}

static void test_help(void **state)
{
    (void)state;
    FuncCursor at = {0};
    for (const FuncDef *d; (d = func_next(&at));) {
        assert_non_null(d->help);
        assert_non_null(d->example);
        assert_true((d->flags & FN_WINDOW) || d->kernel);
        assert_true(func_exists(str_of(d->name)));
    }
    assert_true(at.n > 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic), cmocka_unit_test(test_math), cmocka_unit_test(test_compare), cmocka_unit_test(test_text),
        cmocka_unit_test(test_match),      cmocka_unit_test(test_time), cmocka_unit_test(test_cast),    cmocka_unit_test(test_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
