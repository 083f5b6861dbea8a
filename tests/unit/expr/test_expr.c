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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fold, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
