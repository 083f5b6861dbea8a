/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages: place, expected tokens, hints, and what hostile text gives. */
#include "sql_test.h"

typedef struct Case {
    const char *text;
    ErrCode code;
    uint32_t line, column;
    const char *message, *detail, *hint; /* detail and hint: a part, or NULL for none wanted */
} Case;

static const Case cases[] = {
    {"SELCT 1", ERR_SYNTAX, 1, 1, "syntax error at or near \"SELCT\"", "expected a statement", "Did you mean SELECT?"},
    {"SELECT a FORM t", ERR_SYNTAX, 1, 15, "syntax error at or near \"t\"", "\",\", \";\"", "Did you mean FROM?"},
    {"SELECT a b c FROM t", ERR_SYNTAX, 1, 12, "syntax error at or near \"c\"", "FROM", NULL},
    {"SELECT * FROM t EMIT WINDOW CLOSE", ERR_SYNTAX, 1, 22, "syntax error at or near \"WINDOW\"",
     "expected ON, AFTER, CHANGES, EVERY, FINAL, PERIODICALLY", NULL},
    {"SELECT (1 + 2", ERR_SYNTAX, 1, 14, "syntax error at end of input", "expected \")\"", NULL},
    {"SELECT 1 +", ERR_SYNTAX, 1, 11, "syntax error at end of input", "expected an expression", NULL},
    {"CREATE STREM x AS SELECT 1", ERR_SYNTAX, 1, 8, "near \"STREM\"", "TABLE", "Did you mean STREAM?"},
    {"CREATE SOURCE 5", ERR_SYNTAX, 1, 15, "near \"5\"", "expected a name", NULL},
    {"SELECT 1;\nSELECT 2;\n  SELECT 3 + FROM t", ERR_SYNTAX, 3, 14, "near \"FROM\"", "an expression", NULL},
    {"SELECT x FROM a JOIN b WHERE 1", ERR_SYNTAX, 1, 24, "near \"WHERE\"", "JOIN", NULL},
    {"SELECT 'abc", ERR_SYNTAX, 1, 8, "unterminated quoted string", NULL, NULL},
    {"SELECT E'abc\\'", ERR_SYNTAX, 1, 8, "unterminated quoted string", NULL, NULL},
    {"SELECT \"abc", ERR_SYNTAX, 1, 8, "unterminated quoted identifier", NULL, NULL},
    {"SELECT 1 /* /* */", ERR_SYNTAX, 1, 10, "unterminated comment", NULL, NULL},
    {"SELECT $x$ abc", ERR_SYNTAX, 1, 8, "unterminated dollar-quoted string", NULL, NULL},
    {"SELECT \"\"", ERR_SYNTAX, 1, 8, "zero-length quoted identifier", NULL, NULL},
    {"SELECT 12abc", ERR_SYNTAX, 1, 8, "trailing junk after numeric literal at or near \"12abc\"", NULL, NULL},
    {"SELECT X'abg'", ERR_INVALID_TEXT, 1, 12, "\"g\" is not a valid hexadecimal digit", NULL, NULL},
    {"SELECT B'012'", ERR_INVALID_TEXT, 1, 12, "\"2\" is not a valid binary digit", NULL, NULL},
    {"SELECT U&'\\zz'", ERR_SYNTAX, 1, 11, "invalid Unicode escape", NULL, NULL},
    {"SELECT E'\\ud800'", ERR_SYNTAX, 1, 10, "invalid Unicode surrogate pair", NULL, NULL},
    {"SELECT E'\\0'", ERR_CHARACTER_NOT_IN_REPERTOIRE, 1, 10, "byte from 1 to 255", NULL, NULL},
    {"SELECT E'\\xff'", ERR_CHARACTER_NOT_IN_REPERTOIRE, 1, 9, "UTF-8", NULL, NULL},
    {"SELECT '\xff'", ERR_CHARACTER_NOT_IN_REPERTOIRE, 1, 9, "0xff", NULL, NULL},
    {"SELECT 0xfffffffffffffffff", ERR_NUMERIC_RANGE, 1, 8, "64 bits", NULL, NULL},
    {"SELECT a == b", ERR_SYNTAX, 1, 10, "not \"==\"", NULL, NULL},
    {"SELECT $0", ERR_UNDEFINED_PARAMETER, 1, 8, "from $1", NULL, NULL},
    {"SELECT a.b.c.d.e", ERR_SYNTAX, 1, 8, "too many parts", NULL, NULL},
    {"SELECT \xc3\xa9\xc3\xa9 \xc3\xa9 1", ERR_SYNTAX, 1, 13, "near \"1\"", NULL, NULL},
    {"CREATE OR REPLACE VIEW IF NOT EXISTS v AS SELECT 1", ERR_SYNTAX, 1, 1, "exclude each other", NULL, NULL},
    {"SELECT 1 EMIT CHANGES EMIT FINAL", ERR_SYNTAX, 1, 23, "EMIT is given twice", NULL, NULL},
    {"SELECT 1 LIMIT 1 LIMIT 2", ERR_SYNTAX, 1, 18, "LIMIT is given twice", NULL, NULL},
    {"SELECT 1 WITH (a = 1) WITH (b = 2)", ERR_SYNTAX, 1, 23, "WITH is given twice", NULL, NULL},
    {"SELECT * FROM t AS a FOR SYSTEM_TIME AS OF x AS b", ERR_SYNTAX, 1, 46, "one alias", NULL, NULL},
    {"CREATE TABLE t (a INT NULL NOT NULL)", ERR_SYNTAX, 1, 28, "conflicting", NULL, NULL},
    {"UPDATE t SET (a, b) = 5", ERR_UNSUPPORTED, 1, 23, "source for a multiple-column UPDATE item", NULL, NULL},
    {"COPY t TO STDIN", ERR_SYNTAX, 1, 11, "STDOUT", NULL, NULL},
    {"SELECT f(x) OVER (ROWS BETWEEN CURRENT ROW AND 1 PRECEDING)", ERR_WINDOWING, 1, 19, "ends before it starts", NULL, NULL},
    {"SELECT 1 < 2 < 3", ERR_SYNTAX, 1, 14, "near \"<\"", NULL, NULL},
    {"CREATE FUNCTION f (a INT) RETURNS INT LANGUAGE sql", ERR_SYNTAX, 1, 1, "no body", NULL, NULL},
};

static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const Case *c = &cases[i];
        Arena a;
        Script script;
        Err err = ERR_INIT;
        arena_init(&a, NULL, 0);
        int rc = sql_parse(&a, c->text, (uint32_t)strlen(c->text), &script, &err);
        if (rc != -(int)c->code || err.line != c->line || err.column != c->column || !strstr(err.message, c->message) ||
            (c->detail && !strstr(err.detail, c->detail)) || (c->hint && !strstr(err.hint, c->hint)))
            fail_msg("%s: %d at %u:%u %s | %s | %s", c->text, rc, err.line, err.column, err.message, err.detail, err.hint);
        if (!c->hint && strstr(err.hint, "Did you mean"))
            fail_msg("%s: misleading hint %s", c->text, err.hint);
        arena_done(&a);
    }
}

static void test_expected_is_short(void **state)
{
    (void)state;
    Arena a;
    Script script;
    Err err = ERR_INIT;
    arena_init(&a, NULL, 0);
    assert_true(sql_parse(&a, "SELECT a b c", 12, &script, &err) < 0);
    uint32_t n_commas = 0;
    for (const char *s = err.detail; (s = strstr(s, ", ")); s += 2)
        n_commas++;
    assert_true(n_commas <= 8 + 1); /* eight items, one of which may be "," itself, and the ".." */
    arena_done(&a);
}

static void test_statements_before_the_error(void **state)
{
    (void)state;
    Arena a;
    Script script;
    ScriptStmt one;
    Err err = ERR_INIT;
    const char *text = "SELECT 1; SELECT $3, $2 ; SELECT SELECT";
    arena_init(&a, NULL, 0);
    assert_int_equal(sql_parse(&a, text, (uint32_t)strlen(text), &script, &err), -ERR_SYNTAX);
    assert_int_equal(script.n_stmts, 2);
    assert_int_equal(script.stmts[0].n_params, 0);
    assert_int_equal(script.stmts[1].n_params, 3);
    assert_true(str_eq(script.stmts[1].text, STR("SELECT $3, $2")));
    assert_int_equal(sql_parse_one(&a, "SELECT 1;", 9, &one, &err), 0);
    assert_int_equal(sql_parse_one(&a, "SELECT 1; SELECT 2", 18, &one, &err), -ERR_SYNTAX);
    assert_int_equal(err.column, 11);
    assert_int_equal(sql_parse_one(&a, " ; ", 3, &one, &err), -ERR_SYNTAX);
    assert_int_equal(sql_parse_one(&a, NULL, 0, &one, NULL), -ERR_SYNTAX);
    assert_int_equal(sql_parse(&a, "SELECT \0 1", 10, &script, &err), -ERR_CHARACTER_NOT_IN_REPERTOIRE);
    assert_int_equal(err.at.pos, 7);
    arena_done(&a);
}

static void test_caret(void **state)
{
    (void)state;
    Arena a;
    Script script;
    Err err = ERR_INIT;
    StrBuf out;
    const char *text = "SELECT 1;\n\tSELECT \xc3\xa9 FORM t;";
    arena_init(&a, NULL, 0);
    sb_init(&out, NULL);
    assert_true(sql_parse(&a, text, (uint32_t)strlen(text), &script, &err) < 0);
    sql_error_print(&err, str_of(text), &out);
    assert_non_null(strstr(sb_cstr(&out), "LINE 2: \tSELECT \xc3\xa9 FORM t;\n        \t              ^\n"));
    assert_non_null(strstr(sb_cstr(&out), "HINT: Did you mean FROM?\n"));
    sb_done(&out);
    arena_done(&a);
}

/* ---- hostile text ---- */

static int parse_repeated(const char *before, const char *unit, const char *after, const char *close, uint32_t n, Err *err)
{
    Arena a;
    Script script;
    StrBuf text;
    arena_init(&a, NULL, 1 << 20);
    sb_init(&text, NULL);
    sb_puts(&text, before);
    for (uint32_t i = 0; i < n; i++)
        sb_puts(&text, unit);
    sb_puts(&text, after);
    for (uint32_t i = 0; i < n; i++)
        sb_puts(&text, close);
    int rc = sql_parse(&a, sb_cstr(&text), (uint32_t)text.n, &script, err);
    sb_done(&text);
    arena_done(&a);
    return rc;
}

static void test_deep(void **state)
{
    (void)state;
    static const char *const units[][4] = {
        {"SELECT ", "(", "1", ")"},
        {"SELECT ", "-(", "1", ")"},
        {"SELECT ", "NOT ", "a", ""},
        {"SELECT ", "f(", "1", ")"},
        {"SELECT ", "a + (", "1", ")"},
        {"SELECT ", "CASE WHEN ", "1", " THEN 1 END"},
        {"SELECT ", "(SELECT ", "1", ")"},
        {"", "(", "SELECT 1", ")"},
        {"SELECT * FROM ", "(SELECT * FROM ", "t", ") x"},
        {"SELECT ", "ARRAY[", "1", "]"},
        {"SELECT ", "CAST(", "1", " AS INT)"},
        {"SELECT a::", "ARRAY<", "INT", ">"},
        {"SELECT * FROM ", "(a JOIN ", "b", " ON TRUE)"},
        {"", "EXPLAIN ", "SELECT 1", ""},
        {"SELECT 1", " + 1", "", ""},
        {"SELECT a", "::int", "", ""},
        {"SELECT 1 ", "UNION SELECT 1 ", "", ""},
        {"SELECT * FROM a ", "CROSS JOIN b ", "", ""},
        {"SELECT a", "[1]", "", ""},
        {"SELECT * FROM t MATCH_RECOGNIZE (PATTERN (", "(a b ", "c", ")+ ))"},
        {"SELECT ", "ROW(", "1", ")"},
        {"SELECT (a)", ".b", "", ""},
        {"SELECT ", "EXISTS (SELECT ", "1", ")"},
        {"", "WITH x AS (", "SELECT 1", ") SELECT 1"},
        {"SELECT ", "a[", "1", "]"},
        {"SELECT a IN (", "(", "1", "))"},
        {"SELECT ", "-", " a", ""},
        {"SELECT a", " COLLATE c", "", ""},
        {"SELECT ", "(1, ", "1", ")"},
        {"SELECT a BETWEEN ", "(a BETWEEN 1 AND ", "1", ")"},
    };
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        Err err = ERR_INIT;
        const char *const *u = units[i];
        int rc = parse_repeated(u[0], u[1], u[2], u[3], 10000, &err);
        /* "--" begins a comment, everything else is too deep. */
        if (rc != -ERR_TOO_COMPLEX && strcmp(u[1], "-") != 0)
            fail_msg("%s%s..: %d %s at %u", u[0], u[1], rc, err.message, err.at.pos);
    }
    assert_int_equal(parse_repeated("SELECT ", "f(", "1", ")", 400, NULL), 0);
    assert_int_equal(parse_repeated("SELECT 1", " + 1", "", "", 400, NULL), 0);
    assert_int_equal(parse_repeated("SELECT ", "(", "1", ")", 1000, NULL), 0);
}

static void test_long(void **state)
{
    (void)state;
    static const char *const units[][3] = {
        {"SELECT 1", ", a", ""},        {"SELECT a", " AND b", ""},
        {"SELECT a", " OR b = 1", ""},  {"INSERT INTO t VALUES (1)", ", (1, 'x', NULL)", ""},
        {"SELECT a IN (1", ", 1", ")"}, {"", "SELECT 1;", ""},
        {"SELECT 1 -- ", "x", ""},      {"SELECT '", "''", "'"},
        {"SELECT * FROM t", ", t", ""}, {"SELECT 1 /*", "*", "*/"},
        {"SELECT ", "\n", "1"},         {"CREATE TABLE t (a INT", ", a INT", ")"},
    };
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        Err err = ERR_INIT;
        uint32_t n = (uint32_t)((1u << 20) / strlen(units[i][1]));
        if (parse_repeated(units[i][0], units[i][1], units[i][2], "", n, &err) != 0)
            fail_msg("%s%s..: %s", units[i][0], units[i][1], err.message);
    }
}

static const char long_script[] = "CREATE SOURCE IF NOT EXISTS s FROM kafka ('topic' = 'x', group.id = 'g') FORMAT json WITH "
                                  "(strict = true) (id BIGINT NOT NULL PRIMARY KEY, "
                                  "ts TIMESTAMP(3) DEFAULT CURRENT_TIMESTAMP, v DECIMAL(10, 2) CHECK (v > 0), WATERMARK FOR ts AS "
                                  "ts - INTERVAL '5' SECOND PER KEY id) WITH (buffer_size = 1024);\n"
                                  "CREATE MATERIALIZED VIEW m AS WITH c (a, b) AS (SELECT id, \"V\" FROM s WHERE v BETWEEN 1 AND 2 "
                                  "OR name NOT LIKE E'a\\n%' ESCAPE '\\') SELECT a, "
                                  "count(DISTINCT b) FILTER (WHERE b IS NOT NULL) AS n, sum(x) OVER (PARTITION BY a ORDER BY ts "
                                  "ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) FROM c "
                                  "LEFT JOIN TUMBLE(s, ts, INTERVAL '1' HOUR) w ON w.id = c.a ASOF JOIN q FOR SYSTEM_TIME AS OF "
                                  "w.ts MATCH_CONDITION (w.ts >= q.ts) TOLERANCE 5s ON w.id = q.id "
                                  "GROUP BY ROLLUP (a), GROUPING SETS ((a, b), ()) HAVING count(*) > 1 ORDER BY 1 DESC NULLS LAST "
                                  "LIMIT 5 EMIT ON WINDOW CLOSE ALLOW LATENESS INTERVAL '1' MINUTE LATE DATA TO l;\n"
                                  "INSERT INTO t (a, b) VALUES (1, X'ff'), ($1, DEFAULT) ON CONFLICT (a) DO UPDATE SET b = 2 WHERE "
                                  "t.a = 1 RETURNING *, a AS \"x y\"; /* c /* d */ */ -- e\n"
                                  "SELECT CASE a WHEN 1 THEN MAP['k', ARRAY[1, 2]] ELSE NULL END::MAP<TEXT, ARRAY<INT>>, $$x$$, "
                                  "(r).f[1:2] FROM t MATCH_RECOGNIZE (PATTERN (a b{2,3}? | {- c -}) DEFINE a AS a.x > 1);";

/* Every prefix is a valid script or an error with a place; so is every script with one byte replaced. */
static void test_prefixes_and_damage(void **state)
{
    (void)state;
    uint32_t n = sizeof(long_script) - 1;
    check_round_trip(long_script, NULL);
    for (uint32_t i = 0; i <= n; i++) {
        Arena a;
        Script script;
        Err err = ERR_INIT;
        char copy[sizeof(long_script)];
        arena_init(&a, NULL, 0);
        if (sql_parse(&a, long_script, i, &script, &err) < 0)
            assert_true(err.code != ERR_INTERNAL && err.at.pos <= i && err.line > 0);
        for (const char *c = "(';\"$x0\x01\xff"; i < n && *c; c++) {
            memcpy(copy, long_script, sizeof(copy));
            copy[i] = *c;
            err = ERR_INIT;
            if (sql_parse(&a, copy, n, &script, &err) < 0)
                assert_true(err.code != ERR_INTERNAL && err.at.pos <= n && err.line > 0);
        }
        arena_done(&a);
    }
}

static int fail_after(void *self, size_t bytes)
{
    (void)bytes;
    return --*(int *)self < 0;
}

/* Every allocation may fail: the answer is an ordinary error. */
static void test_out_of_memory(void **state)
{
    (void)state;
    for (int k = 0;; k++) {
        Arena a;
        Script script;
        Err err = ERR_INIT;
        int left = k;
        arena_init(&a, NULL, 256);
        mem_set_hook(fail_after, &left);
        int rc = sql_parse(&a, long_script, sizeof(long_script) - 1, &script, &err);
        mem_set_hook(NULL, NULL);
        arena_done(&a);
        if (rc == 0)
            break;
        assert_true(rc == -ERR_OUT_OF_MEMORY || rc == -ERR_TOO_COMPLEX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_expected_is_short),
        cmocka_unit_test(test_statements_before_the_error),
        cmocka_unit_test(test_caret),
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_prefixes_and_damage),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
