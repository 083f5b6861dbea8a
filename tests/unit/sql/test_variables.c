/* SPDX-License-Identifier: Apache-2.0
 *
 * ${NAME} substitution and the statement splitter. */
#include "sql_test.h"

#include "sql/variables.h"

static bool lookup(void *self, Str name, Str *ret)
{
    (void)self;
    static const struct {
        const char *name, *value;
    } vars[] = {{"HOST", "h:9092"}, {"env:HOME", "/root"}, {"EMPTY", ""}, {"LOOP", "${HOST}"}, {"a.b-c", "x"}, {"Q", "it's"}};
    for (size_t i = 0; i < ARRAY_LEN(vars); i++) {
        if (str_eq(name, str_of(vars[i].name))) {
            *ret = str_of(vars[i].value);
            return true;
        }
    }
    return false;
}

static void check(const char *text, const char *want)
{
    Arena a;
    Str ret = {0};
    Err err = ERR_INIT;
    arena_init(&a, NULL, 0);
    if (sql_substitute(&a, str_of(text), lookup, NULL, false, &ret, &err) < 0)
        fail_msg("%s: %s", text, err.message);
    if (!str_eq(ret, str_of(want)))
        fail_msg("%s: got %.*s", text, (int)ret.n, ret.p);
    arena_done(&a);
}

static void check_fails(const char *text, ErrCode code, uint32_t pos, const char *part)
{
    Arena a;
    Str ret = {0};
    Err err = ERR_INIT;
    arena_init(&a, NULL, 0);
    assert_int_equal(sql_substitute(&a, str_of(text), lookup, NULL, false, &ret, &err), -(int)code);
    assert_int_equal(err.at.pos, pos);
    assert_non_null(strstr(err.message, part));
    arena_done(&a);
}

static void test_substitute(void **state)
{
    (void)state;
    const char *plain = "SELECT $1, $$x$$ FROM t";
    Str ret;
    assert_int_equal(sql_substitute(NULL, str_of(plain), lookup, NULL, false, &ret, NULL), 0);
    assert_ptr_equal(ret.p, plain);
    check("a ${HOST} b", "a h:9092 b");
    check("${HOST}${HOST}", "h:9092h:9092");
    check("'${HOST}' \"${env:HOME}\"", "'h:9092' \"/root\"");
    check("x${EMPTY}y", "xy");
    check("${LOOP}", "${HOST}");
    check("${a.b-c}", "x");
    check("${NONE:-dflt}", "dflt");
    check("${NONE:-}|${HOST:-other}", "|h:9092");
    check("${NONE:-a 'b' c}", "a 'b' c");
    check("-- ${NONE}\n${HOST}", "-- ${NONE}\nh:9092");
    check("/* ${NONE} /* ${X} */ */ ${HOST} -- ${Y}", "/* ${NONE} /* ${X} */ */ h:9092 -- ${Y}");
    check("'-- ${HOST}' /**/ ${Q}", "'-- h:9092' /**/ it's");
    check("$${HOST}", "$h:9092");
    check("${NONE:-/* x */}", "/* x */");
}

static void test_unresolved(void **state)
{
    (void)state;
    Arena a;
    Str ret;
    check_fails("select\n ${NOPE}", ERR_UNDEFINED_PARAMETER, 8, "NOPE");
    check_fails("a ${", ERR_SYNTAX, 2, "variable");
    check_fails("a ${A B}", ERR_SYNTAX, 2, "variable");
    check_fails("a ${}", ERR_SYNTAX, 2, "variable");
    check_fails("a ${A:-b", ERR_SYNTAX, 2, "variable");
    check_fails("a ${HOST", ERR_SYNTAX, 2, "variable");
    arena_init(&a, NULL, 0);
    assert_int_equal(sql_substitute(&a, STR("${NOPE} ${HOST} ${"), lookup, NULL, true, &ret, NULL), 0);
    assert_true(str_eq(ret, STR("${NOPE} h:9092 ${")));
    arena_done(&a);
}

static void test_complete(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool complete;
    } cases[] = {
        {"", true},
        {"  -- x", true},
        {"/* a */", true},
        {"SELECT 1", false},
        {"SELECT 1;", true},
        {"SELECT 1; -- done", true},
        {"SELECT ';", false},
        {"SELECT ';'", false},
        {"SELECT ';';", true},
        {"SELECT \";\"", false},
        {"a; b", false},
        {"a; b;", true},
        {"/* ; */", true},
        {"/* ;", false},
        {"/* /* */ ;", false},
        {"SELECT 1 /* x */;\n\n", true},
        {"SELECT $$;", false},
        {"SELECT $$;$$;", true},
        {"SELECT $a$ $$; $a$;", true},
        {"SELECT E'\\';", false},
        {"SELECT E'\\'';", true},
        {"SELECT 'it''s;", false},
        {"SELECT somee';", false},
        {"SELECT $1;", true},
        {"SELECT `;", false},
        {"-- x ;\nSELECT", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (sql_is_complete(cases[i].text, strlen(cases[i].text)) != cases[i].complete)
            fail_msg("%s", cases[i].text);
}

static void test_split(void **state)
{
    (void)state;
    const char *text = "SELECT ';'; -- a;\nSELECT 2; /* ; */";
    size_t n = strlen(text), first = sql_split(text, n);
    assert_int_equal(first, 11);
    assert_int_equal(sql_split(text + first, n - first), strlen(" -- a;\nSELECT 2;"));
    assert_int_equal(sql_split("SELECT 1", 8), 8);
    assert_int_equal(sql_split("", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_substitute),
        cmocka_unit_test(test_unresolved),
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
