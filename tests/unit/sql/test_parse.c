/* SPDX-License-Identifier: Apache-2.0
 *
 * What each statement and each form parses to: canonical text for the shape, fields where the text could hide a mistake, and the
 * precedence table with all parentheses written out. */
#include "sql_test.h"

typedef struct Pair {
    const char *text, *canonical; /* NULL: the text is canonical */
} Pair;

static const Pair statements[] = {
    {"select 1", "SELECT 1"},
    {"table t", "SELECT * FROM t"},
    {"CREATE SOURCE s (id BIGINT NOT NULL, ts TIMESTAMP, WATERMARK FOR ts)",
     "CREATE SOURCE s (id bigint NOT NULL, ts timestamp, WATERMARK FOR ts)"},
    {"CREATE SOURCE TABLE s (id INT) WITH ('a.b' = 'c', d = 5,)", "CREATE SOURCE s (id int) WITH ('a.b' = 'c', d = 5)"},
    {"CREATE SOURCE s FROM kafka (a = 'b') FORMAT json WITH (c = d) (x INT) WITH (e = f)",
     "CREATE SOURCE s FROM kafka (a = 'b') FORMAT json WITH (c = d) (x int) WITH (e = f)"},
    {"CREATE SOURCE s (x INT) FROM kafka FORMAT json WITH (c = d) WITH (e = f)",
     "CREATE SOURCE s FROM kafka FORMAT json WITH (c = d) (x int) WITH (e = f)"},
    {"CREATE SOURCE s FROM file", NULL},
    {"CREATE SOURCE s WITH (connector = 'file')", NULL},
    {"CREATE SOURCE s (* PREFIX 'p_', WATERMARK FOR ts AS ts - 5s PER KEY k) FROM postgres",
     "CREATE SOURCE s FROM postgres (* PREFIX 'p_', WATERMARK FOR ts AS ts - INTERVAL '5s' PER KEY (k))"},
    {"CREATE LOOKUP TABLE l FROM http (url = 'x')", NULL},
    {"CREATE TABLE t (a INT DEFAULT -1 UNIQUE CHECK (a > 0) CHECK (a < 9), CONSTRAINT pk PRIMARY KEY (a, b), c AS a + 1)",
     "CREATE TABLE t (a int UNIQUE DEFAULT (-1) CHECK (a > 0) CHECK (a < 9), CONSTRAINT pk PRIMARY KEY (a, b), c AS a + 1)"},
    {"CREATE TABLE t AS SELECT 1 WITH (a = 'b')", "CREATE TABLE t WITH (a = 'b') AS SELECT 1"},
    {"CREATE TABLE t (a, b) AS SELECT 1 WITH NO DATA", NULL},
    {"CREATE TABLE t AS SELECT 1 WITH (a = 'b') WITH DATA", "CREATE TABLE t WITH (a = 'b') AS SELECT 1"},
    {"CREATE OR REPLACE STREAM s AS SELECT 1 ALLOW LATENESS INTERVAL '5' MINUTE WITH (k = 'v') EMIT AFTER WATERMARK LATE DATA TO "
     "x.y",
     "CREATE OR REPLACE STREAM s AS SELECT 1 EMIT ON WATERMARK ALLOW LATENESS INTERVAL '5' minute LATE DATA TO x.y WITH (k = 'v')"},
    {"CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT 1 EMIT PERIODICALLY 5s",
     "CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT 1 EMIT EVERY INTERVAL '5s'"},
    {"CREATE VIEW v (a, b) AS VALUES (1, 2)", NULL},
    {"CREATE CONTINUOUS QUERY q AS SELECT 1 EMIT FINAL", NULL},
    {"CREATE SINK s FROM t WHERE a > 1 INTO kafka (t = 'x') FORMAT json WITH (a = b) EMIT CHANGES WITH (c = d)",
     "CREATE SINK s FROM t WHERE a > 1 INTO kafka (t = 'x') FORMAT json WITH (a = b) EMIT CHANGES WITH (c = d)"},
    {"CREATE SINK s FROM (WITH c AS (SELECT 1) SELECT * FROM c EMIT FINAL)", NULL},
    {"CREATE SINK s INTO file (path = 'x') AS SELECT 1 EMIT ON UPDATE", NULL},
    {"CREATE FUNCTION f (a INT, b TEXT DEFAULT 'x') RETURNS INT AS a + 1",
     "CREATE FUNCTION f (a int, b text DEFAULT 'x') RETURNS int AS a + 1"},
    {"CREATE FUNCTION f () RETURNS INT LANGUAGE c AS 'x.so' WITH (a = 1)",
     "CREATE FUNCTION f () RETURNS int LANGUAGE c AS 'x.so' WITH (a = 1)"},
    {"DROP SOURCE IF EXISTS a, b.c CASCADE", NULL},
    {"DROP MATERIALIZED VIEW v RESTRICT", NULL},
    {"ALTER SOURCE s ADD c INT NOT NULL", "ALTER SOURCE s ADD COLUMN c int NOT NULL"},
    {"ALTER SOURCE s SET (a = 'b')", NULL},
    {"ALTER TABLE t DROP a, ADD CONSTRAINT c CHECK (b > 0), ALTER b SET DATA TYPE int USING b + 1",
     "ALTER TABLE t DROP COLUMN a, ADD CONSTRAINT c CHECK (b > 0), ALTER COLUMN b TYPE int USING b + 1"},
    {"ALTER TABLE t RENAME a TO b", "ALTER TABLE t RENAME COLUMN a TO b"},
    {"ALTER STREAM IF EXISTS s RENAME TO t", NULL},
    {"ALTER MATERIALIZED VIEW m REPLAN", NULL},
    {"INSERT INTO t (a, b) VALUES (1, DEFAULT) ON CONFLICT (a) DO UPDATE SET b = 1, (c, d) = (SELECT 1, 2) WHERE a > 1 RETURNING a "
     "AS x",
     NULL},
    {"MERGE INTO t a USING s ON a.x = s.x WHEN MATCHED AND s.y THEN UPDATE SET (b, c) = ROW(1, 2), d = DEFAULT WHEN NOT MATCHED "
     "THEN "
     "INSERT VALUES (1, DEFAULT)",
     "MERGE INTO t AS a USING s ON a.x = s.x WHEN MATCHED AND s.y THEN UPDATE SET (b, c) = ROW(1, 2), d = DEFAULT WHEN NOT MATCHED "
     "THEN INSERT VALUES (1, DEFAULT)"},
    {"MERGE INTO t USING (s CROSS JOIN u) ON true WHEN NOT MATCHED AND z THEN INSERT (a) OVERRIDING SYSTEM VALUE VALUES (1) WHEN "
     "NOT "
     "MATCHED THEN INSERT DEFAULT VALUES WHEN MATCHED THEN DELETE WHEN MATCHED THEN DO NOTHING",
     "MERGE INTO t USING s CROSS JOIN u ON TRUE WHEN NOT MATCHED AND z THEN INSERT (a) OVERRIDING SYSTEM VALUE VALUES (1) WHEN NOT "
     "MATCHED THEN INSERT DEFAULT VALUES WHEN MATCHED THEN DELETE WHEN MATCHED THEN DO NOTHING"},
    {"INSERT INTO t DEFAULT VALUES ON CONFLICT DO NOTHING", NULL},
    {"WITH x AS (SELECT 1) UPDATE t u SET a = DEFAULT FROM x WHERE u.a = x.a RETURNING *",
     "WITH x AS (SELECT 1) UPDATE t AS u SET a = DEFAULT FROM x WHERE u.a = x.a RETURNING *"},
    {"DELETE FROM t USING a, b WHERE t.x = a.x", NULL},
    {"TRUNCATE a, b", "TRUNCATE TABLE a, b"},
    {"TRUNCATE a RESTART IDENTITY CASCADE", "TRUNCATE TABLE a RESTART IDENTITY CASCADE"},
    {"TRUNCATE a CONTINUE IDENTITY", "TRUNCATE TABLE a"},
    {"COPY t (a, b) FROM 'x.csv' (FORMAT csv, HEADER)", "COPY t (a, b) FROM 'x.csv' WITH (format = csv, header)"},
    {"COPY (SELECT 1) TO STDOUT", NULL},
    {"EXPLAIN (FORMAT JSON, ANALYZE) SELECT 1", "EXPLAIN (\"format\" = json, analyze) SELECT 1"},
    {"EXPLAIN DAG", NULL},
    {"EXPLAIN ROW (v, 1, 'x')", NULL},
    {"VERIFY VIEW v", NULL},
    {"SHOW sources", "SHOW SOURCES"},
    {"SHOW CREATE MATERIALIZED VIEW v", NULL},
    {"SHOW application_name", NULL},
    {"DESC EXTENDED t", "DESCRIBE EXTENDED t"},
    {"SET a.b TO on, 'x', -5", "SET a.b = \"on\", 'x', -5"},
    {"SET x = DEFAULT", "SET x TO DEFAULT"},
    {"RESET x", NULL},
    {"SUBSCRIBE s WHERE a > 1 AS OF EPOCH 5", NULL},
    {"SUBSCRIBE (SELECT 1 EMIT CHANGES)", NULL},
    {"DECLARE c NO SCROLL CURSOR WITHOUT HOLD FOR SUBSCRIBE s", NULL},
    {"FETCH 5 c", "FETCH 5 FROM c"},
    {"CLOSE c", NULL},
    {"CHECKPOINT", NULL},
    {"RESTORE FROM CHECKPOINT 5", NULL},
    {"BACKUP TO 'x'", NULL},
    {"CANCEL BACKFILL FOR v", NULL},
    {"RESUME BACKFILL FOR v", NULL},
    {"REFRESH TABLE t", NULL},
    {"PREPARE p (INT) AS SELECT $1", "PREPARE p (int) AS SELECT $1"},
    {"EXECUTE p (1)", NULL},
    {"DEALLOCATE p", "DEALLOCATE PREPARE p"},
    {"START TRANSACTION", NULL},
    {"BEGIN READ ONLY, ISOLATION LEVEL READ COMMITTED, READ WRITE", "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE"},
    {"ROLLBACK WORK AND CHAIN", "ROLLBACK AND CHAIN"},
    {"DISCARD TEMPORARY", "DISCARD TEMP"},
    {"COMMENT ON COLUMN t.c IS 'x'", NULL},
    {"KILL 5", "KILL QUERY 5"},
};

static const Pair queries[] = {
    {"SELECT DISTINCT ON (a) a, b c, * EXCLUDE (d), t.* FROM t", "SELECT DISTINCT ON (a) a, b AS c, * EXCLUDE (d), t.* FROM t"},
    {"SELECT 1 UNION SELECT 2 INTERSECT SELECT 3", NULL},
    {"(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3", NULL},
    {"SELECT 1 UNION (SELECT 2 UNION ALL SELECT 3)", NULL},
    {"SELECT 1 EXCEPT SELECT 2 EXCEPT SELECT 3", NULL},
    {"(SELECT 1 LIMIT 1) LIMIT 2", NULL},
    {"SELECT a FROM t OFFSET 2 ROWS FETCH FIRST ROW ONLY", "SELECT a FROM t LIMIT 1 OFFSET 2"},
    {"SELECT a FROM t ORDER BY a FETCH FIRST 3 ROWS WITH TIES", "SELECT a FROM t ORDER BY a FETCH FIRST (3) ROWS WITH TIES"},
    {"WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT * FROM c", NULL},
    {"SELECT a FROM t GROUP BY GROUPING SETS ((a, b), ROLLUP (a), ()), CUBE (a, b)", NULL},
    {"SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY c RANGE BETWEEN INTERVAL '1' hour PRECEDING AND CURRENT "
     "ROW)",
     "SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY c RANGE BETWEEN INTERVAL '1' hour PRECEDING AND CURRENT "
     "ROW)"},
    {"SELECT * FROM a NATURAL JOIN b LEFT OUTER JOIN c USING (x) CROSS JOIN d",
     "SELECT * FROM a NATURAL JOIN b LEFT JOIN c USING (x) CROSS JOIN d"},
    {"SELECT * FROM a JOIN b JOIN c ON 1 ON 2", "SELECT * FROM a JOIN (b JOIN c ON 1) ON 2"},
    {"SELECT * FROM a LEFT SEMI JOIN b ON a.x = b.x", NULL},
    {"SELECT * FROM t ASOF INNER JOIN q MATCH_CONDITION (t.ts >= q.ts) TOLERANCE INTERVAL '5' SECOND ON t.k = q.k",
     "SELECT * FROM t ASOF INNER JOIN q MATCH_CONDITION (t.ts >= q.ts) TOLERANCE INTERVAL '5' second ON t.k = q.k"},
    {"SELECT * FROM t ASOF LEFT JOIN q ON t.k = q.k MATCH_CONDITION NEAREST TOLERANCE 5000",
     "SELECT * FROM t ASOF LEFT JOIN q MATCH_CONDITION NEAREST TOLERANCE 5000 ON t.k = q.k"},
    {"SELECT * FROM o JOIN rates FOR SYSTEM_TIME AS OF o.ts r ON o.k = r.k",
     "SELECT * FROM o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.k = r.k"},
    {"SELECT * FROM o JOIN rates AS r FOR SYSTEM_TIME AS OF o.ts VERSIONED ON v ON o.k = r.k",
     "SELECT * FROM o JOIN rates FOR SYSTEM_TIME AS OF o.ts VERSIONED ON v AS r ON o.k = r.k"},
    {"SELECT * FROM t TEMPORAL PROBE JOIN r ON (k) TIMESTAMPS (t_ts, r_ts) RANGE FROM 0s TO 30s STEP 5s AS p",
     "SELECT * FROM t TEMPORAL PROBE JOIN r ON (k) TIMESTAMPS (t_ts, r_ts) RANGE FROM INTERVAL '0s' TO INTERVAL '30s' STEP "
     "INTERVAL '5s' AS p"},
    {"SELECT * FROM TABLE(tumble(TABLE t, DESCRIPTOR(ts), INTERVAL '5' minute)) AS w", NULL},
    {"SELECT * FROM ROWS FROM (unnest(a), generate_series(1, 2)) WITH ORDINALITY AS u (x, y, n)", NULL},
    {"SELECT * FROM LATERAL unnest(a) WITH ORDINALITY AS u (x, n), HOP(t, ts, 1m, 5m)",
     "SELECT * FROM LATERAL unnest(a) WITH ORDINALITY AS u (x, n), hop(t, ts, INTERVAL '1m', INTERVAL '5m')"},
    {"SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES last(a.x) AS y ONE ROW PER MATCH AFTER MATCH SKIP TO "
     "NEXT ROW "
     "PATTERN (a b+ (c | d)*?) WITHIN 5s DEFINE a AS x > 1) AS m",
     "SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES last(a.x) AS y ONE ROW PER MATCH AFTER MATCH SKIP TO "
     "NEXT ROW "
     "PATTERN (a b{1,} (c | d){0,}?) WITHIN INTERVAL '5s' DEFINE a AS x > 1) AS m"},
    {"SELECT a FROM t WITH (source = 'hybrid')", NULL},
    {"SELECT Foo, \"Foo\", `b``c`, \"select\" FROM T", "SELECT foo, \"Foo\", \"b`c\", \"select\" FROM t"},
};

static void check_pairs(const Pair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_prints(pairs[i].text, pairs[i].canonical ? pairs[i].canonical : pairs[i].text);
}

static void test_statements(void **state)
{
    (void)state;
    check_pairs(statements, ARRAY_LEN(statements));
}

static void test_queries(void **state)
{
    (void)state;
    check_pairs(queries, ARRAY_LEN(queries));
}

/* ---- precedence: the right column is read with every parenthesis written out ---- */

static const Pair precedence[] = {
    {"a OR b AND c", "a OR (b AND c)"},
    {"NOT a AND b", "(NOT a) AND b"},
    {"NOT a = b", "NOT (a = b)"},
    {"NOT a IS NULL", "NOT (a IS NULL)"},
    {"a = b IS NULL", "(a = b) IS NULL"},
    {"a IS NULL = b", "(a IS NULL) = b"},
    {"a < b < c", NULL},
    {"a LIKE b LIKE c", NULL},
    {"a < b AND c > d", "(a < b) AND (c > d)"},
    {"a LIKE b = c", "(a LIKE b) = c"},
    {"a = b LIKE c", "a = (b LIKE c)"},
    {"a IN (1) = b", "(a IN (1)) = b"},
    {"a BETWEEN b AND c AND d", "(a BETWEEN b AND c) AND d"},
    {"a BETWEEN b + 1 AND c || d", "a BETWEEN (b + 1) AND (c || d)"},
    {"a NOT BETWEEN b AND c = d", "(a NOT BETWEEN b AND c) = d"},
    {"a || b LIKE c || d", "(a || b) LIKE (c || d)"},
    {"a + b || c", "(a + b) || c"},
    {"a || b + c", "a || (b + c)"},
    {"a -> 'b' = 'c'", "(a -> 'b') = 'c'"},
    {"a -> 'b' ->> 'c'", "(a -> 'b') ->> 'c'"},
    {"a | b & c # d", "((a | b) & c) # d"},
    {"a << b + c", "a << (b + c)"},
    {"a + b * c", "a + (b * c)"},
    {"a - b - c", "(a - b) - c"},
    {"a * b / c % d", "((a * b) / c) % d"},
    {"a * b ^ c", "a * (b ^ c)"},
    {"a ^ b ^ c", "(a ^ b) ^ c"},
    {"- a ^ b", "(-a) ^ b"},
    {"- a * b", "(-a) * b"},
    {"-a::int", "-(a::int)"},
    {"- a[1]", "-(a[1])"},
    {"~ a + b", "~(a + b)"},
    {"~ a || b", "(~a) || b"},
    {"a AT TIME ZONE b + c", "(a AT TIME ZONE b) + c"},
    {"a + b AT TIME ZONE c", "a + (b AT TIME ZONE c)"},
    {"a || b COLLATE c", "a || (b COLLATE c)"},
    {"a AT TIME ZONE b COLLATE c", "a AT TIME ZONE (b COLLATE c)"},
    {"- a COLLATE c", "(-a) COLLATE c"},
    {"a = ANY (b) AND c", "(a = ANY (b)) AND c"},
    {"a ~ b || c", "(a ~ b) || c"},
    {"a IS DISTINCT FROM b AND c", "(a IS DISTINCT FROM b) AND c"},
    {"a IS DISTINCT FROM b = c", "a IS DISTINCT FROM (b = c)"},
    {"a::int::text", "(a::int)::text"},
    {"a @> b AND c <@ d", "(a @> b) AND (c <@ d)"},
    {"a ? 'k' OR b", "(a ? 'k') OR b"},
    {"(a).b.c[1]", "(((a).b).c)[1]"},
    {"a >> b > c", "(a >> b) > c"},
    {"a::array<array<int>> > b", "(a::array<array<int>>) > b"},
};

static void test_precedence(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(precedence); i++) {
        Arena a;
        Node *plain = NULL, *full = NULL;
        const Pair *pair = &precedence[i];
        arena_init(&a, NULL, 0);
        int rc = sql_parse_expr(&a, pair->text, (uint32_t)strlen(pair->text), &plain, NULL);
        if (!pair->canonical) {
            assert_int_equal(rc, -ERR_SYNTAX);
        } else if (rc < 0 || sql_parse_expr(&a, pair->canonical, (uint32_t)strlen(pair->canonical), &full, NULL) < 0 ||
                   !ast_is_equal(plain, full)) {
            fail_msg("%s is not %s", pair->text, pair->canonical);
        }
        arena_done(&a);
    }
}

/* ---- fields ---- */

static Node *parse_one(Arena *a, const char *text)
{
    ScriptStmt stmt;
    Err err = ERR_INIT;
    if (sql_parse_one(a, text, (uint32_t)strlen(text), &stmt, &err) < 0)
        fail_msg("%s: %s", text, err.message);
    return stmt.node;
}

static void test_fields(void **state)
{
    (void)state;
    Arena a;
    arena_init(&a, NULL, 0);
    const CreateRelationStmt *s =
        AST(CreateRelationStmt,
            parse_one(&a, "CREATE SOURCE Abc (x INT, WATERMARK FOR x) FROM k (p = -5) FORMAT f WITH (q = 30s) WITH (r = on)"));
    assert_int_equal(s->kind, OBJECT_SOURCE);
    assert_true(str_eq(s->name.part[0].s, STR("abc")));
    assert_int_equal(s->elements.n, 2);
    const OptionNode *p = AST(OptionNode, s->connector->options.first), *q = AST(OptionNode, s->connector->format_options.first);
    assert_true(p->form == OPTION_FORM_NUMBER && str_eq(p->value, STR("-5")));
    assert_true(q->form == OPTION_FORM_INTERVAL && str_eq(q->value, STR("30s")));
    assert_true(str_eq(AST(OptionNode, s->options.first)->value, STR("on")));

    const CreateQueryStmt *m =
        AST(CreateQueryStmt, parse_one(&a, "CREATE STREAM s AS SELECT 1 EMIT EVERY INTERVAL '5' SECOND WITH (k = 1)"));
    assert_int_equal(m->query->clauses->emit, EMIT_PERIODICALLY);
    assert_int_equal(m->options.n, 1);
    assert_int_equal(m->query->options.n, 0);

    const Query *query = AST(QueryStmt, parse_one(&a, "SELECT count(ALL x), CAST(a AS DECIMAL(10, -2)), $7 FROM t -- c"))->query;
    const Select *sel = AST(Select, query->body);
    assert_false(AST(ExprCall, AST(Target, sel->targets.first)->expr)->distinct);
    const TypeName *type = AST(ExprCast, AST(Target, sel->targets.first->next)->expr)->type;
    assert_true(type->n_mods == 2 && type->mod[0] == 10 && type->mod[1] == -2);
    assert_int_equal(AST(ExprParam, AST(Target, sel->targets.last)->expr)->number, 7);
    assert_int_equal(sel->from.first->at.pos, 57);
    assert_int_equal(sel->from.first->at.len, 1);

    const FromJoin *join = AST(
        FromJoin,
        AST(Select, AST(QueryStmt, parse_one(&a, "SELECT * FROM a ASOF LEFT JOIN b ON x TOLERANCE 5"))->query->body)->from.first);
    assert_true(join->kind == JOIN_ASOF_LEFT && join->on && join->tolerance && !join->match);
    arena_done(&a);
}

static void test_spans(void **state)
{
    (void)state;
    Arena a;
    Node *n = NULL;
    arena_init(&a, NULL, 0);
    assert_int_equal(sql_parse_expr(&a, "  foo +  bar(1) ", 16, &n, NULL), 0);
    const ExprBinary *e = AST(ExprBinary, n);
    assert_true(n->at.pos == 2 && n->at.len == 13 && e->op_at.pos == 6 && e->right->at.pos == 9 && e->right->at.len == 6);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements), cmocka_unit_test(test_queries), cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_fields),     cmocka_unit_test(test_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
