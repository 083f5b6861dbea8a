/* SPDX-License-Identifier: Apache-2.0
 *
 * What a sink that only takes inserts, one that takes upserts, and the check of growing state say to each kind of query under each
 * EMIT form: LM004 (the sink cannot take it back), LM001 (state for every row), LM002, LM003 and LM009 (the form does not fit the
 * query), or ok.  One row of the table is one query; its words are in the order of `forms`. */
#include "plan_test.h"

static const char *const forms[] = {
    "",
    " EMIT ON UPDATE",
    " EMIT CHANGES",
    " EMIT CHANGES IMMEDIATE",
    " EMIT EVERY INTERVAL '1' SECOND",
    " EMIT ON WATERMARK",
    " EMIT ON WINDOW CLOSE",
    " EMIT FINAL",
};

typedef struct Case {
    const char *query;
    const char *append, *upsert; /* by what the sink takes; NULL: as append */
} Case;

static const Case cases[] = {
    {"SELECT sym FROM trades WHERE price > 1", "ok ok ok ok ok LM009 LM009 ok", NULL},
    {"SELECT DISTINCT sym FROM trades", "ok ok ok ok ok LM009 LM009 ok", NULL},
    {"SELECT sym, count(*) AS n FROM trades GROUP BY sym", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003",
     "ok ok ok ok ok LM009 LM009 LM003"},
    {"SELECT count(*) AS n FROM trades", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", NULL},
    {"SELECT max(price) AS m FROM trades", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", NULL},
    {"SELECT sym, max(price) AS m FROM trades GROUP BY sym", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003",
     "ok ok ok ok ok LM009 LM009 LM003"},
    {"SELECT median(price) AS m FROM trades", "LM001 LM001 LM001 LM001 LM001 LM009 LM009 LM003", NULL},
    {"SELECT string_agg(sym, ',' ORDER BY ts) AS a FROM trades", "LM001 LM001 LM001 LM001 LM001 LM009 LM009 LM003", NULL},
    {"SELECT count(DISTINCT sym) AS n FROM trades", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", NULL},
    {"SELECT sym, window_start, count(*) AS n FROM TUMBLE(trades, ts, INTERVAL '1' HOUR) GROUP BY sym, window_start, window_end",
     "ok LM004 LM004 LM004 LM004 ok ok ok", "ok ok ok ok ok ok ok ok"},
    {"SELECT sym, window_start, median(price) AS n FROM HOP(trades, ts, INTERVAL '1' HOUR, INTERVAL '2' HOUR) GROUP BY sym, "
     "window_start, window_end",
     "ok LM004 LM004 LM004 LM004 ok ok ok", "ok ok ok ok ok ok ok ok"},
    {"SELECT sym, window_end, count(*) AS n FROM CUMULATE(trades, ts, INTERVAL '1' HOUR, INTERVAL '2' HOUR) GROUP BY sym, "
     "window_start, window_end",
     "ok LM004 LM004 LM004 LM004 ok ok ok", "ok ok ok ok ok ok ok ok"}, /* the end says which window it is */
    {"SELECT user_id, window_start, count(*) AS n FROM TUMBLE(clicks, ts, INTERVAL '1' HOUR) GROUP BY user_id, window_start, "
     "window_end",
     "LM002 LM004 LM004 LM004 LM004 LM002 LM002 LM002", NULL},
    {"SELECT sym, count(*) AS n FROM trades GROUP BY sym, SESSION(ts, INTERVAL '1' HOUR)", "ok LM004 LM004 LM004 LM004 ok ok ok",
     NULL},
    {"SELECT user_id, count(*) AS n FROM clicks GROUP BY user_id, SESSION(ts, INTERVAL '1' HOUR)",
     "LM002 LM004 LM004 LM004 LM004 LM002 LM002 LM002", NULL},
    {"SELECT * FROM users", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", "ok ok ok ok ok LM009 LM009 LM003"},
    {"SELECT name FROM users", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", NULL},
    {"SELECT age, count(*) AS n FROM users GROUP BY age", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003",
     "ok ok ok ok ok LM009 LM009 LM003"},
    {"SELECT sym FROM trades UNION ALL SELECT sym FROM quotes", "ok ok ok ok ok LM009 LM009 ok", NULL},
    {"SELECT sym FROM trades UNION SELECT sym FROM quotes", "ok ok ok ok ok LM009 LM009 ok", NULL},
    {"SELECT sym FROM trades INTERSECT SELECT sym FROM quotes", "ok ok ok ok ok LM009 LM009 ok", NULL},
    {"SELECT sym FROM trades EXCEPT SELECT sym FROM quotes", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003",
     "ok ok ok ok ok LM009 LM009 LM003"},
    {"SELECT sym FROM trades EXCEPT ALL SELECT sym FROM quotes", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", NULL},
    {"SELECT t.sym, q.bid FROM trades t JOIN quotes q ON t.sym = q.sym", "LM001 LM001 LM001 LM001 LM001 LM009 LM009 LM001", NULL},
    {"SELECT t.sym, q.bid FROM trades t JOIN quotes q ON t.sym = q.sym AND q.ts BETWEEN t.ts AND t.ts + INTERVAL '1' HOUR",
     "ok ok ok ok ok ok ok ok", NULL},
    {"SELECT t.sym, q.bid FROM trades t LEFT JOIN quotes q ON t.sym = q.sym AND q.ts BETWEEN t.ts AND t.ts + INTERVAL '1' HOUR",
     "ok LM004 LM004 LM004 LM004 ok ok ok", NULL},
    {"SELECT t.sym, u.name FROM trades t JOIN users u ON t.qty = u.id", "ok ok ok ok ok LM009 LM009 ok", NULL},
    {"SELECT u.id, v.name FROM users u JOIN users v ON u.id = v.id", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003",
     "ok ok ok ok ok LM009 LM009 LM003"},
    {"SELECT u.id, v.name FROM users u LEFT JOIN users v ON u.age = v.id", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003",
     "ok ok ok ok ok LM009 LM009 LM003"},
    {"SELECT t.sym FROM trades t WHERE EXISTS (SELECT 1 FROM quotes q WHERE q.sym = t.sym)",
     "LM001 LM001 LM001 LM001 LM001 LM009 LM009 LM001", NULL},
    {"SELECT t.sym FROM trades t WHERE t.qty NOT IN (SELECT id FROM users)", "ok ok ok ok ok LM009 LM009 ok", NULL},
    {"SELECT t.sym, q.bid FROM trades t ASOF JOIN quotes q MATCH_CONDITION (t.ts >= q.ts) ON t.sym = q.sym",
     "ok LM004 LM004 LM004 LM004 ok ok ok", NULL},
    {"SELECT c.url, q.bid FROM clicks c ASOF JOIN quotes q MATCH_CONDITION (c.ts >= q.ts) ON c.url = q.sym",
     "LM001 LM001 LM001 LM001 LM001 LM009 LM009 LM003", NULL},
    {"SELECT sym, price FROM trades QUALIFY row_number() OVER (PARTITION BY sym ORDER BY price) <= 3",
     "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", NULL},
    {"SELECT sym, price FROM trades QUALIFY row_number() OVER (PARTITION BY sym ORDER BY ts) = 1",
     "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", "ok ok ok ok ok LM009 LM009 LM003"},
    {"SELECT sym, price FROM trades QUALIFY row_number() OVER (PARTITION BY sym ORDER BY ts DESC) = 1",
     "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", "ok ok ok ok ok LM009 LM009 LM003"},
    {"SELECT sym, price FROM trades QUALIFY row_number() OVER (PARTITION BY sym ORDER BY price) > 3",
     "LM001 LM001 LM001 LM001 LM001 LM009 LM009 LM003", NULL},
    {"SELECT sym, price FROM trades ORDER BY price LIMIT 3", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", NULL},
    {"SELECT id, age FROM users QUALIFY row_number() OVER (PARTITION BY age ORDER BY id) <= 3",
     "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", "ok ok ok ok ok LM009 LM009 LM003"},
    {"SELECT sym, lag(price) OVER (PARTITION BY sym ORDER BY ts) AS l FROM trades", "ok LM001 LM001 LM001 LM001 ok ok ok", NULL},
    {"SELECT sym, sum(price) OVER (PARTITION BY sym ORDER BY ts) AS l FROM trades", "ok LM001 LM001 LM001 LM001 ok ok ok", NULL},
    {"SELECT user_id, lag(url) OVER (PARTITION BY user_id ORDER BY ts) AS l FROM clicks",
     "LM001 LM001 LM001 LM001 LM001 LM009 LM009 LM003", NULL},
    {"SELECT id, rank() OVER (ORDER BY age) AS r FROM users", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003",
     "ok ok ok ok ok LM009 LM009 LM003"},
    {"SELECT sym, price FROM trades WHERE ts > now() - INTERVAL '1' HOUR", "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", NULL},
    {"SELECT sym, x FROM trades, unnest(ARRAY[1, 2]) AS u (x)", "ok ok ok ok ok LM009 LM009 ok", NULL},
    {"SELECT sym, qty, count(*) AS n FROM trades GROUP BY GROUPING SETS ((sym), (qty))",
     "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", NULL},
    {"SELECT sym, price FROM trades LIMIT 3", "ok ok ok ok ok LM009 LM009 ok", NULL},
    {"SELECT a.sym, a.n FROM (SELECT sym, window_start, count(*) AS n FROM TUMBLE(trades, ts, INTERVAL '1' HOUR) GROUP BY sym, "
     "window_start, window_end) a",
     "ok LM004 LM004 LM004 LM004 ok ok ok", NULL},
    {"SELECT n, count(*) AS c FROM (SELECT sym, window_start, count(*) AS n FROM TUMBLE(trades, ts, INTERVAL '1' HOUR) GROUP BY "
     "sym, window_start, window_end) a GROUP BY n",
     "LM004 LM004 LM004 LM004 LM004 LM009 LM009 LM003", "ok ok ok ok ok LM009 LM009 LM003"},
};

static const char *outcome(const char *sql)
{
    static char word[8];
    PhysPlan *p = NULL;
    Err err = ERR_INIT;
    int rc = plan_sql(sql, PLAN_CONTINUOUS, &p, &err);
    phys_plan_free(p);
    if (rc >= 0)
        return "ok";
    snprintf(word, sizeof(word), "%s", err_sqlstate(err.code));
    return word;
}

static void expect_row(const char *query, const char *want)
{
    char got[128] = "", sql[1024];
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        snprintf(sql, sizeof(sql), "%s%s", query, forms[i]);
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? " " : "", outcome(sql));
    }
    expect_text('C', query, got, want);
}

static void test_table(void **state)
{
    (void)state;
    db.ctx.object_name = "sink \"audit\"";
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        db.sink_changes = PLAN_TAKES_APPEND;
        expect_row(cases[i].query, cases[i].append);
        db.sink_changes = PLAN_TAKES_UPSERT;
        expect_row(cases[i].query, cases[i].upsert ? cases[i].upsert : cases[i].append);
    }
    db.sink_changes = 0;
    db.ctx.object_name = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table)};
    return cmocka_run_group_tests(tests, db_open, db_close);
}
