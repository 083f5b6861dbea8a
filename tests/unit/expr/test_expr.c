/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions: resolution, folding, printing, order, and programs on small batches. */
#include "expr/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static Arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, NULL, 0);
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static Expr *i32(int32_t v)
{
    Value val = {.type = TYPE(I32), .i32 = v};
    return expr_const(&arena, &val, SPAN_NONE);
}
static Expr *lit(const char *s)
{
    Value val = {.type = TYPE(UNKNOWN), .str = str_of(s)};
    return expr_const(&arena, &val, SPAN_NONE);
}
static Expr *call(const char *name, uint32_t n, Expr **args)
{
    Expr *e = NULL;
    Err err = ERR_INIT;
    if (expr_call(&arena, str_of(name), args, n, SPAN_NONE, &e, &err) < 0)
        fail_msg("%s", err.message);
    return e;
}
#define CALL(name, ...) call(name, sizeof((Expr *[]){__VA_ARGS__}) / sizeof(Expr *), (Expr *[]){__VA_ARGS__})

static const char *text_of(Expr *e)
{
    Value v;
    Err err = ERR_INIT;
    if (expr_const_value(&arena, e, "it", &v, &err) < 0)
        return arena_printf(&arena, "%s: %s", err_sqlstate(err.code), err.message);
    StrBuf b;
    sb_init(&b, NULL);
    value_print(&v, &b);
    char *s = v.is_null ? "NULL" : arena_strdup(&arena, sb_cstr(&b));
    sb_done(&b);
    return s;
}

static void test_fold(void **state)
{
    (void)state;
    assert_string_equal(text_of(CALL("+", i32(2), i32(3))), "5");
    assert_string_equal(text_of(CALL("+", i32(INT32_MAX), i32(1))), "22003: integer out of range");
    assert_string_equal(text_of(CALL("/", i32(1), i32(0))), "22012: division by zero");
    assert_string_equal(text_of(CALL("=", i32(1), lit("1"))), "t");
    assert_string_equal(text_of(CALL("sqrt", i32(4))), "2");
}

static Expr *col(uint32_t i, TypeId t)
{
    return expr_column(&arena, i, (Type){.id = (uint8_t)t}, false, SPAN_NONE);
}
static Expr *typed(TypeId t, const char *text)
{
    Value v;
    assert_int_equal(value_parse((Type){.id = (uint8_t)t}, str_of(text), &arena, &v, NULL), 0);
    return expr_const(&arena, &v, SPAN_NONE);
}
static const char *shown(Expr *e)
{
    StrBuf b;
    sb_init(&b, NULL);
    expr_print(e, NULL, &b);
    char *s = arena_strdup(&arena, sb_cstr(&b));
    sb_done(&b);
    return s;
}
static Expr *logic(ExprKind kind, Expr *a, Expr *b)
{
    Expr *e, *args[2] = {a, b};
    assert_int_equal(expr_logic(&arena, kind, args, 2, SPAN_NONE, &e, NULL), 0);
    return e;
}

static void test_simplify(void **state)
{
    (void)state;
    Expr *yes = typed(T_BOOL, "true"), *no = typed(T_BOOL, "false"), *c = col(0, T_BOOL);
    assert_string_equal(shown(expr_fold(&arena, logic(EXPR_AND, yes, c))), "#0");
    assert_string_equal(shown(expr_fold(&arena, logic(EXPR_AND, c, no))), "FALSE");
    assert_string_equal(shown(expr_fold(&arena, logic(EXPR_OR, c, yes))), "TRUE");
    Expr *fails = CALL("=", CALL("/", i32(1), col(1, T_I32)), i32(1));
    assert_string_equal(shown(expr_fold(&arena, logic(EXPR_AND, fails, no))), "(((1 / #1) = 1) AND FALSE)");
    assert_string_equal(shown(expr_fold(&arena, CALL("+", i32(1), CALL("*", i32(2), i32(3))))), "7");
    assert_string_equal(shown(expr_fold(&arena, CALL("/", i32(1), i32(0)))), "(1 / 0)");
    Expr *e, *whens[1] = {no}, *thens[1] = {CALL("/", i32(1), i32(0))};
    assert_int_equal(expr_case(&arena, whens, thens, 1, i32(5), SPAN_NONE, &e, NULL), 0);
    assert_string_equal(shown(expr_fold(&arena, e)), "5");
}

static void test_order(void **state)
{
    (void)state;
    uint32_t c = 0;
    Expr *ts = col(3, T_TS), *day = typed(T_INTERVAL, "1 day");
    assert_true(expr_is_nondecreasing(CALL("-", ts, day), &c));
    assert_int_equal(c, 3);
    assert_true(expr_is_nondecreasing(CALL("date_trunc", lit("hour"), CALL("+", ts, day)), &c));
    assert_false(expr_is_nondecreasing(CALL("-", i32(5), col(0, T_I32)), &c));
    assert_true(expr_is_nondecreasing(CALL("-", i32(5), CALL("-", i32(5), col(0, T_I32))), &c));
    assert_true(expr_is_nondecreasing(CALL("*", col(0, T_I32), i32(2)), &c));
    assert_false(expr_is_nondecreasing(CALL("*", col(0, T_I32), i32(-2)), &c));
    assert_false(expr_is_nondecreasing(CALL("+", col(0, T_I32), col(1, T_I32)), &c));
    Value in, out;
    assert_int_equal(value_parse(TYPE(TS), STR("2001-01-02 03:04:05"), &arena, &in, NULL), 0);
    assert_true(expr_apply_scalar(CALL("date_trunc", lit("hour"), CALL("-", ts, day)), &in, &arena, &out));
    Expr *k = expr_const(&arena, &out, SPAN_NONE);
    assert_string_equal(text_of(k), "2001-01-01 03:00:00");
}

static void test_tools(void **state)
{
    (void)state;
    Expr *a = CALL("+", col(0, T_I32), col(70, T_I32)), *b = CALL("+", col(0, T_I32), col(70, T_I32));
    assert_true(expr_equal(a, b) && expr_hash(a) == expr_hash(b));
    assert_false(expr_equal(a, CALL("-", col(0, T_I32), col(70, T_I32))));
    uint64_t bits[2] = {0};
    expr_columns(a, bits);
    assert_true(bits[0] == 1 && bits[1] == 64);
    assert_true(expr_uses_only(a, bits, 128));
    assert_false(expr_uses_only(a, bits, 64));
    Expr *map[71] = {[0] = i32(1), [70] = i32(2)};
    assert_string_equal(text_of(expr_substitute(&arena, a, map)), "3");
    Expr *in, *list[2] = {lit("1"), lit("2")};
    assert_int_equal(expr_in(&arena, col(0, T_I32), list, 2, true, SPAN_NONE, &in, NULL), 0);
    assert_string_equal(shown(in), "(not (#0 IN (1, 2)))");
    list[1] = col(1, T_I32);
    assert_int_equal(expr_in(&arena, col(0, T_I32), list, 2, false, SPAN_NONE, &in, NULL), 0);
    assert_string_equal(shown(in), "((#0 = 1) OR (#0 = #1))");
}

static void test_errors(void **state)
{
    (void)state;
    Err err = ERR_INIT;
    Expr *e, *one[2] = {i32(1), i32(2)};
    assert_int_equal(expr_call(&arena, STR("lenght"), one, 1, (Span){4, 6}, &e, &err), -ERR_UNDEFINED_FUNCTION);
    assert_string_equal(err.hint, "Did you mean length()?");
    assert_int_equal(expr_call(&arena, STR("tumble"), one, 2, SPAN_NONE, &e, &err), -ERR_WINDOWING);
    assert_int_equal(expr_cast(&arena, col(0, T_F64), TYPE(I32), CAST_IMPLICIT, false, &e, &err), -ERR_DATATYPE_MISMATCH);
    assert_int_equal(expr_cast(&arena, col(0, T_F64), TYPE(I32), CAST_ASSIGN, false, &e, &err), 0);
    assert_int_equal(expr_cast(&arena, lit("x"), TYPE(I32), CAST_EXPLICIT, true, &e, &err), 0);
    assert_true(e->kind == EXPR_CONST && e->value.is_null);
    assert_int_equal(expr_logic(&arena, EXPR_AND, one, 2, SPAN_NONE, &e, &err), -ERR_DATATYPE_MISMATCH);
    Expr *pair[2] = {i32(1), col(0, T_DATE)};
    assert_int_equal(expr_unify(&arena, pair, 2, "UNION", &err), -ERR_DATATYPE_MISMATCH);
    assert_string_equal(err.message, "UNION types INTEGER and DATE cannot be matched");
}

/* Equal subexpressions are computed once, also across outputs; arms of CASE stand in blocks. */
static void test_listing(void **state)
{
    (void)state;
    Field fields[2] = {{"a", TYPE(I32), false}, {"b", TYPE(I32), false}};
    Schema *schema = schema_new(NULL, fields, 2);
    Expr *sum = CALL("+", col(0, T_I32), col(1, T_I32)), *whens[1] = {CALL(">", col(1, T_I32), i32(0))};
    Expr *thens[1] = {CALL("/", sum, col(1, T_I32))}, *outs[2] = {CALL("*", sum, sum), NULL};
    Program *p;
    StrBuf b;
    assert_int_equal(expr_case(&arena, whens, thens, 1, NULL, SPAN_NONE, &outs[1], NULL), 0);
    assert_int_equal(program_compile(&arena, outs, 2, schema, &p, NULL), 0);
    assert_true(program_can_fail(p));
    assert_int_equal(program_n_outputs(p), 2);
    sb_init(&b, NULL);
    program_print(p, &b);
    assert_string_equal(sb_cstr(&b), "r0 = column 0\nr1 = column 1\nr2 = 0\nr3 = NULL\n"
                                     "r4 = +(r0, r1) INTEGER\nr5 = *(r4, r4) INTEGER\nr6 = >(r1, r2) BOOLEAN\n"
                                     "r7 = CASE(r6, r8, r3) INTEGER\n  block r8\n    r8 = /(r4, r1) INTEGER\n"
                                     "output 0 = r5\noutput 1 = r7\n");
    sb_done(&b);
    schema_unref(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fold, setup, teardown),
        cmocka_unit_test_setup_teardown(test_simplify, setup, teardown),
        cmocka_unit_test_setup_teardown(test_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tools, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_listing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
