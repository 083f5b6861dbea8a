/* SPDX-License-Identifier: Apache-2.0
 *
 * Types and schemas: names, modifiers, messages, equality. */
#include "data/nested.h"
#include "data_gen.h"

static int find(const char *name, unsigned n_mods, int64_t m0, int64_t m1, Type *ret, Err *err)
{
    int64_t mods[2] = {m0, m1};
    *err = ERR_INIT;
    return type_of_name(str_of(name), mods, n_mods, ret, err);
}

static void check_name(const char *name, unsigned n_mods, int64_t m0, int64_t m1, const char *printed)
{
    Type t;
    Err err;
    char buf[64];
    int rc = find(name, n_mods, m0, m1, &t, &err);
    if (rc != 0)
        fail_msg("%s: %s", name, err.message);
    type_print(t, buf, sizeof buf);
    assert_string_equal(buf, printed);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"int2", "SMALLINT"},
                                           {"INT4", "INTEGER"},
                                           {"int8", "BIGINT"},
                                           {"smallint", "SMALLINT"},
                                           {"int", "INTEGER"},
                                           {"integer", "INTEGER"},
                                           {"bigint", "BIGINT"},
                                           {"float4", "REAL"},
                                           {"float8", "DOUBLE PRECISION"},
                                           {"real", "REAL"},
                                           {"float", "DOUBLE PRECISION"},
                                           {"double", "DOUBLE PRECISION"},
                                           {"Double   Precision", "DOUBLE PRECISION"},
                                           {"text", "TEXT"},
                                           {"string", "TEXT"},
                                           {"varchar", "TEXT"},
                                           {"char", "CHAR(1)"},
                                           {"bool", "BOOLEAN"},
                                           {"boolean", "BOOLEAN"},
                                           {"bytea", "BYTEA"},
                                           {"binary", "BYTEA"},
                                           {"varbinary", "BYTEA"},
                                           {"blob", "BYTEA"},
                                           {"date", "DATE"},
                                           {"time", "TIME"},
                                           {"timestamp", "TIMESTAMP"},
                                           {"timestamp without time zone", "TIMESTAMP"},
                                           {"timestamptz", "TIMESTAMP WITH TIME ZONE"},
                                           {"timestamp with time zone", "TIMESTAMP WITH TIME ZONE"},
                                           {"timestamp_ns", "TIMESTAMP(9)"},
                                           {"interval", "INTERVAL"},
                                           {"uuid", "UUID"},
                                           {"json", "JSON"},
                                           {"jsonb", "JSONB"},
                                           {"numeric", "DECIMAL"},
                                           {"decimal", "DECIMAL"}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        check_name(names[i][0], 0, 0, 0, names[i][1]);
    check_name("decimal", 1, 10, 0, "DECIMAL(10,0)");
    check_name("numeric", 2, 38, 38, "DECIMAL(38,38)");
    check_name("varchar", 1, 3, 0, "VARCHAR(3)");
    check_name("float", 1, 24, 0, "REAL");
    check_name("float", 1, 25, 0, "DOUBLE PRECISION");
    check_name("timestamp", 1, 0, 0, "TIMESTAMP(0)");
    check_name("timestamptz", 1, 3, 0, "TIMESTAMP(3) WITH TIME ZONE");
    check_name("time", 1, 5, 0, "TIME(5)");
    check_name("tinyint", 0, 0, 0, "TINYINT");
    check_name("uint64", 0, 0, 0, "UBIGINT");
    check_name("timestamp", 1, 6, 0, "TIMESTAMP");
    check_name("timestamp", 1, 7, 0, "TIMESTAMP(9)");
}

static void check_fault(const char *name, unsigned n_mods, int64_t m0, int64_t m1, ErrCode code, const char *hint)
{
    Type t;
    Err err;
    assert_int_equal(find(name, n_mods, m0, m1, &t, &err), -(int)code);
    assert_int_equal(err.code, code);
    if (hint)
        assert_non_null(strstr(err.hint, hint));
}

static void test_faults(void **state)
{
    (void)state;
    check_fault("decimal", 1, 0, 0, ERR_INVALID_PARAMETER, NULL);
    check_fault("decimal", 1, 39, 0, ERR_INVALID_PARAMETER, NULL);
    check_fault("decimal", 2, 5, 6, ERR_INVALID_PARAMETER, NULL);
    check_fault("decimal", 2, 5, -1, ERR_UNSUPPORTED, NULL);
    check_fault("varchar", 1, 0, 0, ERR_INVALID_PARAMETER, NULL);
    check_fault("float", 1, 54, 0, ERR_INVALID_PARAMETER, NULL);
    check_fault("timestamp", 1, 10, 0, ERR_INVALID_PARAMETER, NULL);
    check_fault("timestamptz", 1, 9, 0, ERR_UNSUPPORTED, NULL);
    check_fault("bigint", 1, 8, 0, ERR_INVALID_PARAMETER, NULL);
    check_fault("varbinary", 1, 8, 0, ERR_UNSUPPORTED, NULL);
    check_fault("tinyint", 1, 3, 0, ERR_INVALID_PARAMETER, NULL);
    check_fault("uhugeint", 0, 0, 0, ERR_UNSUPPORTED, "DECIMAL(38,0)");
    check_fault("MAP", 0, 0, 0, ERR_UNSUPPORTED, "MAP<key, value>");
    check_fault("integr", 0, 0, 0, ERR_UNDEFINED_OBJECT, "integer");
    check_fault("timestampz", 0, 0, 0, ERR_UNDEFINED_OBJECT, "timestamp");
    check_fault("florp", 0, 0, 0, ERR_UNDEFINED_OBJECT, NULL);
    check_fault("a name that is much longer than any type name could ever be in SQL", 0, 0, 0, ERR_UNDEFINED_OBJECT, NULL);
}

static void test_print_arrow(void **state)
{
    char buf[64];
    (void)state;
    assert_int_equal(type_print_arrow(TYPE(TS), buf, sizeof buf), 28);
    assert_string_equal(buf, "Timestamp(Microsecond, None)");
    type_print_arrow(TYPE_DECIMAL(10, 2), buf, sizeof buf);
    assert_string_equal(buf, "Decimal128(10, 2)");
    assert_int_equal(type_print_arrow(TYPE(TS), buf, 5), 4);
    assert_string_equal(buf, "Time");
}

static void test_schema(void **state)
{
    Account acct;
    (void)state;
    account_init(&acct, NULL, "test");
    Schema *s = schema_new(&acct, all_types, N_ALL), *same = schema_new(&acct, all_types, N_ALL);
    Type row, again;
    assert_int_equal(type_struct(NULL, all_types, N_ALL, &row), 0);
    assert_int_equal(type_struct(NULL, all_types, N_ALL, &again), 0);
    assert_true(type_eq(row, again));
    Field inner = {"inner", row, false};
    Schema *outer = schema_new(&acct, &inner, 1);
    assert_true(schema_eq(s, same));
    assert_true(s->fingerprint == same->fingerprint && s->fingerprint != outer->fingerprint);
    assert_ptr_not_equal(s->field[0].name, all_types[0].name);
    assert_int_equal(schema_find(s, STR("i64")), 3);
    assert_int_equal(schema_find(s, STR("I64")), -1);
    assert_int_equal(schema_find_nocase(s, STR("I64")), 3);
    Field renamed[N_ALL];
    memcpy(renamed, all_types, sizeof renamed);
    renamed[2].name = "other";
    Schema *r = schema_new(&acct, renamed, N_ALL);
    assert_false(schema_eq(s, r));
    assert_true(schema_same_types(s, r));
    schema_unref(s);
    assert_string_equal(outer->field[0].type.nested->field[0].name, "b");
    schema_unrefp(&outer);
    assert_null(outer);
    schema_unref(same);
    schema_unref(r);
    account_done(&acct);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_faults),
                                       cmocka_unit_test(test_print_arrow), cmocka_unit_test(test_schema)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
