/* SPDX-License-Identifier: Apache-2.0
 *
 * Plans of whole queries as EXPLAIN prints them. */
#include "plan_test.h"

static void test_no_from(void **state)
{
    (void)state;
    expect_plan(PLAN_BOUNDED, "SELECT 1 AS a, 'x' || 'y', NULL, 1.5::int, CASE WHEN true THEN 1 END",
                "plan_type | relational\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | a INTEGER NOT NULL, ?column? TEXT NOT NULL, ?column? TEXT, int4 INTEGER NOT NULL, case INTEGER\n"
                "node 1 | Project 1, 'xy', NULL, 2, 1 [append]\n"
                "node 0 |   Values 1 rows [append]\n");
    expect_plan(PLAN_BOUNDED, "VALUES (1, 'a'), (2.5, NULL) ORDER BY 2 DESC LIMIT 1",
                "plan_type | relational\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | column1 DECIMAL(11,1) NOT NULL, column2 TEXT\n"
                "node 1 | Sort by column2 DESC limit 1 [append]\n"
                "node 0 |   Values 2 rows [append]\n");
    expect_plan(PLAN_BOUNDED, "SELECT 1/0, -9223372036854775808",
                "plan_type | relational\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | ?column? INTEGER NOT NULL, ?column? BIGINT NOT NULL\n"
                "node 1 | Project (1 / 0), -9223372036854775808 [append]\n"
                "node 0 |   Values 1 rows [append]\n");
}

static void test_order_limit(void **state)
{
    (void)state;
    expect_plan(PLAN_BOUNDED, "SELECT * FROM users WHERE age > 3 AND TRUE ORDER BY age DESC, lower(name), id + 1 LIMIT 3 OFFSET 1",
                "plan_type | relational\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | id BIGINT NOT NULL, name TEXT, age INTEGER\n"
                "node 4 | Project id, name, age [append; key id]\n"
                "node 3 |   Sort by age DESC, (sort key), (sort key) limit 3 offset 1 [append; key id]\n"
                "node 2 |     Project id, name, age, lower(name), (id + 1) [append; key id]\n"
                "node 1 |       Filter (age > 3) [append; key id]\n"
                "node 0 |         Source users (id, name, age) [append; key id]\n");
    expect_plan(PLAN_BOUNDED,
                "SELECT id AS a, age AS id FROM users ORDER BY id, a NULLS FIRST, 2 DESC NULLS LAST FETCH FIRST 2 ROWS ONLY",
                "plan_type | relational\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | a BIGINT NOT NULL, id INTEGER\n"
                "node 2 | Sort by id, a NULLS FIRST, id DESC NULLS LAST limit 2 [append; key a]\n"
                "node 1 |   Project id, age [append; key a]\n"
                "node 0 |     Source users (id, age) [append; key id]\n");
    expect_plan(PLAN_BOUNDED, "SELECT name, count(*) FROM users GROUP BY name HAVING count(*) > 1 ORDER BY max(age) DESC LIMIT 10",
                "plan_type | aggregation\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | name TEXT, count BIGINT NOT NULL\n"
                "node 5 | Project name, count [append; key name]\n"
                "node 4 |   Sort by (sort key) DESC limit 10 [append; key name]\n"
                "node 3 |     Project name, count, max [append; key name]\n"
                "node 2 |       Filter (count > 1) [append; key name]\n"
                "node 1 |         HashAggregate by name: count(*) append-only, max(age) append-only [append; key name]\n"
                "node 0 |           Source users (name, age) [append]\n");
    expect_plan(PLAN_BOUNDED, "SELECT id FROM users OFFSET 2",
                "plan_type | relational\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | id BIGINT NOT NULL\n"
                "node 1 | Limit offset 2 [append; key id]\n"
                "node 0 |   Source users (id) [append; key id]\n");
    expect_plan(PLAN_BOUNDED, "SELECT id FROM users LIMIT ALL",
                "plan_type | relational\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | id BIGINT NOT NULL\n"
                "node 0 | Source users (id) [append; key id]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades LIMIT 5",
                "plan_type | relational\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT\n"
                "node 3 | Emit ON UPDATE [append]\n"
                "node 2 |   Limit 5 [append]\n"
                "node 1 |     Project sym [append]\n"
                "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
}

static void test_distinct(void **state)
{
    (void)state;
    expect_plan(PLAN_BOUNDED, "SELECT DISTINCT sym FROM trades ORDER BY 1",
                "plan_type | aggregation\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | sym TEXT\n"
                "node 2 | Sort by sym [append; key sym]\n"
                "node 1 |   HashAggregate by sym [append; key sym]\n"
                "node 0 |     Source trades (sym) [append]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT DISTINCT sym FROM trades",
                "plan_type | aggregation\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT\n"
                "node 2 | Emit ON UPDATE [append; key sym]\n"
                "node 1 |   HashAggregate by sym [append; key sym; state keys (per distinct key)]\n"
                "node 0 |     Source trades (sym, ts) [append; watermark ts]\n"
                "notice | LM006 state of DISTINCT sym grows with the number of distinct sym\n");
}

static void test_union(void **state)
{
    (void)state;
    expect_plan(PLAN_BOUNDED, "SELECT sym FROM trades UNION SELECT sym FROM quotes",
                "plan_type | aggregation\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | sym TEXT\n"
                "node 3 | HashAggregate by sym [append; key sym]\n"
                "node 2 |   UnionAll [append]\n"
                "node 0 |     Source trades (sym) [append]\n"
                "node 1 |     Source quotes (sym) [append]\n");
    expect_plan(PLAN_BOUNDED, "SELECT sym, 1 FROM trades UNION ALL SELECT NULL, bid FROM quotes WHERE bid > 0 ORDER BY sym",
                "plan_type | relational\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | sym TEXT, ?column? DOUBLE PRECISION\n"
                "node 6 | Sort by sym [append]\n"
                "node 5 |   UnionAll [append]\n"
                "node 1 |     Project sym, 1 [append]\n"
                "node 0 |       Source trades (sym) [append]\n"
                "node 4 |     Project NULL, bid [append]\n"
                "node 3 |       Filter (bid > 0) [append]\n"
                "node 2 |         Source quotes (bid) [append]\n");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT * FROM (SELECT sym, ts FROM trades UNION ALL SELECT sym, ts FROM quotes) u WHERE sym = 'a'",
                "plan_type | relational\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "watermark | quotes.ts, delay 00:00:00\n"
                "mode | inline\n"
                "columns | sym TEXT, ts TIMESTAMP\n"
                "node 5 | Emit ON UPDATE [append; watermark ts]\n"
                "node 4 |   UnionAll [append; watermark ts]\n"
                "node 1 |     Filter (sym = 'a') [append; watermark ts]\n"
                "node 0 |       Source trades (sym, ts) [append; watermark ts]\n"
                "node 3 |     Filter (sym = 'a') [append; watermark ts]\n"
                "node 2 |       Source quotes (sym, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS,
        "SELECT sym, count(*) FROM (SELECT sym, ts FROM trades UNION ALL SELECT sym, ts FROM quotes) u GROUP BY sym, tumble(ts, "
        "interval '1 minute')",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 00:01:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "watermark | quotes.ts, delay 00:00:00\n"
        "mode | inline\n"
        "columns | sym TEXT, count BIGINT NOT NULL\n"
        "node 5 | Emit ON WINDOW CLOSE [append]\n"
        "node 4 |   Project sym, count [append]\n"
        "node 3 |     WindowAggregate TUMBLE size 00:01:00 on ts emit ON WINDOW CLOSE by sym: count(*) append-only [append; key "
        "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 2 |       UnionAll [append; watermark ts]\n"
        "node 0 |         Source trades (sym, ts) [append; watermark ts]\n"
        "node 1 |         Source quotes (sym, ts) [append; watermark ts]\n");
}

static void test_tumble_spellings(void **state)
{
    (void)state;
    expect_plan(
        PLAN_CONTINUOUS,
        "SELECT sym, sum(qty) AS s, tumble_start(ts, INTERVAL '1' MINUTE) AS window_start, tumble_end() FROM trades WHERE price > "
        "2 GROUP BY sym, TUMBLE(ts, INTERVAL '1' MINUTE)",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 00:01:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, s DECIMAL(38,0), window_start TIMESTAMP NOT NULL, tumble_end TIMESTAMP NOT NULL\n"
        "node 4 | Emit ON WINDOW CLOSE [append; key sym, window_start; watermark window_start, tumble_end]\n"
        "node 3 |   Project sym, sum, window_start, window_end [append; key sym, window_start; watermark window_start, "
        "tumble_end]\n"
        "node 2 |     WindowAggregate TUMBLE size 00:01:00 on ts emit ON WINDOW CLOSE by sym: sum(qty) append-only [append; key "
        "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 1 |       Filter (price > 2) [append; watermark ts]\n"
        "node 0 |         Source trades (sym, price, qty, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS,
        "SELECT sym, sum(qty) AS s, window_start, window_end FROM TUMBLE(trades, ts, INTERVAL '1' MINUTE) WHERE price > 2 GROUP BY "
        "sym, window_start, window_end",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 00:01:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, s DECIMAL(38,0), window_start TIMESTAMP NOT NULL, window_end TIMESTAMP NOT NULL\n"
        "node 4 | Emit ON WINDOW CLOSE [append; key sym, window_start; watermark window_start, window_end]\n"
        "node 3 |   Project sym, sum, window_start, window_end [append; key sym, window_start; watermark window_start, "
        "window_end]\n"
        "node 2 |     WindowAggregate TUMBLE size 00:01:00 on ts emit ON WINDOW CLOSE by sym: sum(qty) append-only [append; key "
        "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 1 |       Filter (price > 2) [append; watermark ts]\n"
        "node 0 |         Source trades (sym, price, qty, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS,
        "SELECT sym, sum(qty) AS s, window_start, window_end FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) "
        "WHERE price > 2 GROUP BY window_end, sym, window_start",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 00:01:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, s DECIMAL(38,0), window_start TIMESTAMP NOT NULL, window_end TIMESTAMP NOT NULL\n"
        "node 4 | Emit ON WINDOW CLOSE [append; key sym, window_start; watermark window_start, window_end]\n"
        "node 3 |   Project sym, sum, window_start, window_end [append; key sym, window_start; watermark window_start, "
        "window_end]\n"
        "node 2 |     WindowAggregate TUMBLE size 00:01:00 on ts emit ON WINDOW CLOSE by sym: sum(qty) append-only [append; key "
        "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 1 |       Filter (price > 2) [append; watermark ts]\n"
        "node 0 |         Source trades (sym, price, qty, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS,
        "SELECT sym, sum(qty) AS s, tumble(ts, INTERVAL '60' SECOND) AS w FROM trades t WHERE price > 2 GROUP BY w, 1",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 00:01:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, s DECIMAL(38,0), w TIMESTAMP NOT NULL\n"
        "node 4 | Emit ON WINDOW CLOSE [append; key sym, w; watermark w]\n"
        "node 3 |   Project sym, sum, window_start [append; key sym, w; watermark w]\n"
        "node 2 |     WindowAggregate TUMBLE size 00:01:00 on ts emit ON WINDOW CLOSE by sym: sum(qty) append-only [append; key "
        "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 1 |       Filter (price > 2) [append; watermark ts]\n"
        "node 0 |         Source trades (sym, price, qty, ts) [append; watermark ts]\n");
    expect_plan(PLAN_BOUNDED, "SELECT sym, sum(qty) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' MINUTE)",
                "plan_type | window aggregation\n"
                "emit | at the end of the input\n"
                "window | TUMBLE size 00:01:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, sum DECIMAL(38,0)\n"
                "node 3 | Project sym, sum [append]\n"
                "node 2 |   HashAggregate by sym, window_start, window_end: sum(qty) append-only [append; key sym, window_start, "
                "window_end; watermark window_start, window_end]\n"
                "node 1 |     WindowAssign TUMBLE size 00:01:00 on ts [append; watermark ts, window_start, window_end]\n"
                "node 0 |       Source trades (sym, qty, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_BOUNDED, "SELECT sym, sum(qty) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' MINUTE) EMIT ON WINDOW CLOSE",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 00:01:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, sum DECIMAL(38,0)\n"
        "node 3 | Emit ON WINDOW CLOSE [append]\n"
        "node 2 |   Project sym, sum [append]\n"
        "node 1 |     WindowAggregate TUMBLE size 00:01:00 on ts emit ON WINDOW CLOSE by sym: sum(qty) append-only [append; key "
        "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 0 |       Source trades (sym, qty, ts) [append; watermark ts]\n");
}

static void test_windows(void **state)
{
    (void)state;
    expect_plan(PLAN_CONTINUOUS,
                "SELECT sym, count(*) FROM trades GROUP BY sym, tumble(ts, INTERVAL '1' HOUR, INTERVAL '-15' MINUTE) EMIT ON "
                "UPDATE ALLOW LATENESS INTERVAL '1' MINUTE",
                "plan_type | window aggregation\n"
                "emit | ON UPDATE netted\n"
                "window | TUMBLE size 01:00:00 offset 00:45:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, count BIGINT NOT NULL\n"
                "node 3 | Emit ON UPDATE netted [changes]\n"
                "node 2 |   Project sym, count [changes]\n"
                "node 1 |     WindowAggregate TUMBLE size 01:00:00 offset 00:45:00 on ts emit ON UPDATE lateness 00:01:00 by sym: "
                "count(*) append-only [changes; key sym, window_start; watermark window_start, window_end; state window (until the "
                "watermark passes the window)]\n"
                "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS,
        "SELECT count(*) FROM trades GROUP BY tumble(ts, size => INTERVAL '1' HOUR, \"offset\" => INTERVAL '65' MINUTE)",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 01:00:00 offset 00:05:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | count BIGINT NOT NULL\n"
        "node 3 | Emit ON WINDOW CLOSE [append]\n"
        "node 2 |   Project count [append]\n"
        "node 1 |     WindowAggregate TUMBLE size 01:00:00 offset 00:05:00 on ts emit ON WINDOW CLOSE count(*) append-only "
        "[append; key window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 0 |       Source trades (ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS,
        "SELECT max(m), window_start w FROM (SELECT window_start, window_end, sym, min(price) m FROM TUMBLE(trades, ts, INTERVAL "
        "'1' MINUTE) GROUP BY sym, window_start, window_end) x GROUP BY window_start",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 00:01:00\n"
        "window | TUMBLE size 00:01:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | max DOUBLE PRECISION, w TIMESTAMP NOT NULL\n"
        "node 5 | Emit ON WINDOW CLOSE [append; key w; watermark w]\n"
        "node 4 |   Project max, window_start [append; key w; watermark w]\n"
        "node 3 |     WindowAggregate TUMBLE size 00:01:00 on window_start, window_end emit ON WINDOW CLOSE max(min) append-only "
        "[append; key window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 2 |       Project window_start, window_end, min [append; watermark window_start, window_end]\n"
        "node 1 |         WindowAggregate TUMBLE size 00:01:00 on ts emit ON WINDOW CLOSE by sym: min(price) append-only [append; "
        "key sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 0 |           Source trades (sym, price, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT first(m), tumble_start() w FROM (SELECT window_start AS ws, sym, min(price) m FROM TUMBLE(trades, ts, "
                "INTERVAL '1' MINUTE) GROUP BY sym, window_start) x GROUP BY tumble(ws, interval '1 hour') ALLOW LATENESS INTERVAL "
                "'10' SECOND LATE DATA TO late",
                "plan_type | window aggregation\n"
                "emit | ON WINDOW CLOSE\n"
                "window | TUMBLE size 00:01:00\n"
                "window | TUMBLE size 01:00:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | first DOUBLE PRECISION, w TIMESTAMP NOT NULL\n"
                "node 5 | Emit ON WINDOW CLOSE [append; key w; watermark w]\n"
                "node 4 |   Project first, window_start [append; key w; watermark w]\n"
                "node 3 |     WindowAggregate TUMBLE size 01:00:00 on ws emit ON WINDOW CLOSE first(m, ws) append-only [append; "
                "key window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
                "node 2 |       Project window_start, min [append; watermark ws]\n"
                "node 1 |         WindowAggregate TUMBLE size 00:01:00 on ts emit ON WINDOW CLOSE lateness 00:00:10 by sym: "
                "min(price) append-only [append; key sym, window_start; watermark window_start, window_end; state window (until "
                "the watermark passes the window)]\n"
                "node 0 |           Source trades (sym, price, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT id, count(*), max(at) FROM ticks GROUP BY id, tumble(at, interval '1 minute')",
                "plan_type | window aggregation\n"
                "emit | ON WINDOW CLOSE\n"
                "window | TUMBLE size 00:01:00\n"
                "watermark | ticks.at, delay 00:00:00\n"
                "mode | inline\n"
                "columns | id BIGINT, count BIGINT NOT NULL, max BIGINT\n"
                "node 4 | Emit ON WINDOW CLOSE [append]\n"
                "node 3 |   Project id, count, max [append]\n"
                "node 2 |     WindowAggregate TUMBLE size 00:01:00 on (hidden) emit ON WINDOW CLOSE by id: count(*) append-only, "
                "max(at) append-only [append; key id, window_start; watermark window_start, window_end; state window (until the "
                "watermark passes the window)]\n"
                "node 1 |       Project id, at, to_timestamp_s(at) [append; watermark at]\n"
                "node 0 |         Source ticks (id, at) [append; watermark at]\n");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT t, count(*) FROM (SELECT to_timestamp_s(at) AS t FROM ticks) x GROUP BY tumble(t, interval '1 minute'), t",
                "plan_type | window aggregation\n"
                "emit | ON WINDOW CLOSE\n"
                "window | TUMBLE size 00:01:00\n"
                "watermark | ticks.at, delay 00:00:00\n"
                "mode | inline\n"
                "columns | t TIMESTAMP, count BIGINT NOT NULL\n"
                "node 4 | Emit ON WINDOW CLOSE [append]\n"
                "node 3 |   Project t, count [append]\n"
                "node 2 |     WindowAggregate TUMBLE size 00:01:00 on t emit ON WINDOW CLOSE by t: count(*) append-only [append; "
                "key t, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
                "node 1 |       Project to_timestamp_s(at) [append]\n"
                "node 0 |         Source ticks (at) [append; watermark at]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM TUMBLE(trades, ts, INTERVAL '1' MINUTE) AS t",
                "plan_type | window aggregation\n"
                "emit | ON UPDATE\n"
                "window | TUMBLE size 00:01:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, price DOUBLE PRECISION, qty BIGINT, ts TIMESTAMP, window_start TIMESTAMP NOT NULL, window_end "
                "TIMESTAMP NOT NULL\n"
                "node 2 | Emit ON UPDATE [append; watermark ts, window_start, window_end]\n"
                "node 1 |   WindowAssign TUMBLE size 00:01:00 on ts [append; watermark ts, window_start, window_end]\n"
                "node 0 |     Source trades (sym, price, qty, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT count(*) FROM (SELECT DISTINCT sym, ts FROM trades) d GROUP BY tumble(ts, interval '1 minute')",
                "plan_type | window aggregation\n"
                "emit | ON WINDOW CLOSE\n"
                "window | TUMBLE size 00:01:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | count BIGINT NOT NULL\n"
                "node 4 | Emit ON WINDOW CLOSE [append]\n"
                "node 3 |   Project count [append]\n"
                "node 2 |     WindowAggregate TUMBLE size 00:01:00 on ts emit ON WINDOW CLOSE count(*) append-only [append; key "
                "window_start; "
                "watermark window_start, window_end; state window (until the watermark passes the window)]\n"
                "node 1 |       HashAggregate by sym, ts [append; key sym, ts; watermark ts; state keys (per distinct key)]\n"
                "node 0 |         Source trades (sym, ts) [append; watermark ts]\n"
                "notice | LM006 state of DISTINCT sym, ts grows with the number of distinct sym, ts\n");
}

static void test_aggregates(void **state)
{
    (void)state;
    expect_plan(PLAN_CONTINUOUS, "SELECT user_id, count(*), count(DISTINCT url) FROM clicks GROUP BY 1",
                "plan_type | aggregation\n"
                "emit | ON UPDATE\n"
                "mode | inline\n"
                "columns | user_id BIGINT, count BIGINT NOT NULL, count BIGINT NOT NULL\n"
                "node 2 | Emit ON UPDATE [changes; key user_id]\n"
                "node 1 |   HashAggregate by user_id: count(*) append-only, count(DISTINCT url) append-only counted values "
                "[changes; key user_id; "
                "state keys (per distinct key)]\n"
                "node 0 |     Source clicks (user_id, url) [append]\n"
                "notice | LM006 state of GROUP BY user_id grows with the number of distinct user_id\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) AS a, count(*) AS b, sum(qty) + count(*) FROM trades",
                "plan_type | aggregation\n"
                "emit | ON UPDATE netted\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | a BIGINT NOT NULL, b BIGINT NOT NULL, ?column? DECIMAL(38,0)\n"
                "node 3 | Emit ON UPDATE netted [changes]\n"
                "node 2 |   Project count, count, (sum + CAST(count AS DECIMAL(19,0))) [changes]\n"
                "node 1 |     HashAggregate count(*) append-only, sum(qty) append-only [changes]\n"
                "node 0 |       Source trades (qty, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT name, count(*) FROM users GROUP BY name",
                "plan_type | aggregation\n"
                "emit | ON UPDATE\n"
                "mode | inline\n"
                "columns | name TEXT, count BIGINT NOT NULL\n"
                "node 2 | Emit ON UPDATE [changes; key name]\n"
                "node 1 |   HashAggregate by name: count(*) [changes; key name; state table (stored table \"users\")]\n"
                "node 0 |     Source users (name) [changes]\n");
    expect_plan(
        PLAN_CONTINUOUS,
        "SELECT string_agg(name, ',' ORDER BY age DESC), min(age), percentile_cont(0.5) WITHIN GROUP (ORDER BY age) FROM users",
        "plan_type | aggregation\n"
        "emit | ON UPDATE\n"
        "mode | inline\n"
        "columns | string_agg TEXT, min INTEGER, percentile_cont DOUBLE PRECISION\n"
        "node 2 | Emit ON UPDATE [changes]\n"
        "node 1 |   HashAggregate string_agg(name, ',' ORDER BY age DESC) multiset, min(age) multiset, percentile_cont(CAST(age AS "
        "DOUBLE PRECISION), 0.5) multiset [changes; state table (all values of an aggregate)]\n"
        "node 0 |     Source users (name, age) [changes]\n");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT count(*) FILTER (WHERE price > 1), sum(DISTINCT qty), count(ALL qty), min(sym) FROM trades GROUP BY "
                "tumble(ts, INTERVAL '1' HOUR)",
                "plan_type | window aggregation\n"
                "emit | ON WINDOW CLOSE\n"
                "window | TUMBLE size 01:00:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | count BIGINT NOT NULL, sum DECIMAL(38,0), count BIGINT NOT NULL, min TEXT\n"
                "node 3 | Emit ON WINDOW CLOSE [append]\n"
                "node 2 |   Project count, sum, count, min [append]\n"
                "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON WINDOW CLOSE count(*) FILTER ((price > 1)) "
                "append-only, sum(DISTINCT qty) append-only counted values, count(qty) append-only, min(sym) "
                "append-only [append; key "
                "window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
                "node 0 |       Source trades (sym, price, qty, ts) [append; watermark ts]\n");
    expect_plan(PLAN_BOUNDED, "SELECT first(price), last(price ORDER BY qty) FROM trades",
                "plan_type | aggregation\n"
                "emit | at the end of the input\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | first DOUBLE PRECISION, last DOUBLE PRECISION\n"
                "node 1 | HashAggregate first(price, ts) append-only, last(price, qty) append-only [append]\n"
                "node 0 |   Source trades (price, qty, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT max(n) FROM (SELECT name, count(*) AS n FROM users GROUP BY name) x",
                "plan_type | aggregation\n"
                "emit | ON UPDATE\n"
                "mode | inline\n"
                "columns | max BIGINT\n"
                "node 3 | Emit ON UPDATE [changes]\n"
                "node 2 |   HashAggregate max(count) multiset [changes; state table (all values of an aggregate)]\n"
                "node 1 |     HashAggregate by name: count(*) [changes; key name; state table (stored table \"users\")]\n"
                "node 0 |       Source users (name) [changes]\n");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT price > 1 AS high, count(*) FROM trades GROUP BY high HAVING count(*) > 2",
        "plan_type | aggregation\n"
        "emit | ON UPDATE\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | high BOOLEAN, count BIGINT NOT NULL\n"
        "node 4 | Emit ON UPDATE [changes; key high]\n"
        "node 3 |   Project ?column?, count [changes; key high]\n"
        "node 2 |     Filter (count > 2) [changes; key ?column?]\n"
        "node 1 |       HashAggregate by (price > 1): count(*) append-only [changes; key ?column?; state keys (per distinct key)]\n"
        "node 0 |         Source trades (price, ts) [append; watermark ts]\n"
        "notice | LM006 state of GROUP BY (price > 1) grows with the number of distinct (price > 1)\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM (SELECT sym || 'x' FROM trades) t",
                "plan_type | aggregation\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | count BIGINT NOT NULL\n"
                "node 2 | Emit ON UPDATE [changes]\n"
                "node 1 |   HashAggregate count(*) append-only [changes]\n"
                "node 0 |     Source trades (ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT sum(x) FROM (SELECT price * qty AS x, sym FROM trades) t WHERE sym <> 'a'",
                "plan_type | aggregation\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sum DOUBLE PRECISION\n"
                "node 3 | Emit ON UPDATE [changes]\n"
                "node 2 |   HashAggregate sum((price * CAST(qty AS DOUBLE PRECISION))) append-only [changes]\n"
                "node 1 |     Filter (sym <> 'a') [append; watermark ts]\n"
                "node 0 |       Source trades (sym, price, qty, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_VIEW,
        "SELECT sym, tumble_start(ts, INTERVAL '1' HOUR), min(price) FROM trades GROUP BY sym, tumble(ts, INTERVAL '1' HOUR)",
        "plan_type | window aggregation\n"
        "emit | CHANGES\n"
        "window | TUMBLE size 01:00:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, tumble_start TIMESTAMP NOT NULL, min DOUBLE PRECISION\n"
        "node 3 | Emit CHANGES [changes; key sym, tumble_start; watermark tumble_start]\n"
        "node 2 |   Project sym, window_start, min [changes; key sym, tumble_start; watermark tumble_start]\n"
        "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON UPDATE by sym: min(price) append-only [changes; key sym, "
        "window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 0 |       Source trades (sym, price, ts) [append; watermark ts]\n");
}

static void test_rules(void **state)
{
    (void)state;
    expect_plan(PLAN_CONTINUOUS,
                "SELECT a FROM (SELECT price + 1 AS a, sym FROM trades WHERE 1 = 1) t WHERE a > 3 AND sym = 'x' AND 2 > 1",
                "plan_type | relational\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | a DOUBLE PRECISION\n"
                "node 3 | Emit ON UPDATE [append]\n"
                "node 2 |   Project (price + 1) [append]\n"
                "node 1 |     Filter (((price + 1) > 3) AND (sym = 'x')) [append; watermark ts]\n"
                "node 0 |       Source trades (sym, price, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT n FROM (SELECT name, count(*) n FROM users GROUP BY name) t WHERE name = 'x' AND n > 2",
                "plan_type | aggregation\n"
                "emit | ON UPDATE netted\n"
                "mode | inline\n"
                "columns | n BIGINT NOT NULL\n"
                "node 5 | Emit ON UPDATE netted [changes]\n"
                "node 4 |   Project count [changes]\n"
                "node 3 |     Filter (count > 2) [changes; key name]\n"
                "node 2 |       HashAggregate by name: count(*) [changes; key name; state table (stored table \"users\")]\n"
                "node 1 |         Filter (name = 'x') [changes]\n"
                "node 0 |           Source users (name) [changes]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT r FROM (SELECT random() AS r, sym FROM trades) t WHERE r > 0.5 AND sym = 'a'",
                "plan_type | relational\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | r DOUBLE PRECISION NOT NULL\n"
                "node 4 | Emit ON UPDATE [append]\n"
                "node 3 |   Filter (r > 0.5) [append]\n"
                "node 2 |     Project random() [append]\n"
                "node 1 |       Filter (sym = 'a') [append; watermark ts]\n"
                "node 0 |         Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT date_trunc('hour', ts) h, sym FROM trades WHERE sym LIKE 'a%' AND price BETWEEN 1 AND 2 AND sym IN "
                "('a','b') AND NOT (qty IS NULL)",
                "plan_type | relational\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | h TIMESTAMP, sym TEXT\n"
                "node 3 | Emit ON UPDATE [append; watermark h]\n"
                "node 2 |   Project date_trunc('hour', ts), sym [append; watermark h]\n"
                "node 1 |     Filter (like(sym, 'a%') AND (price >= 1) AND (price <= 2) AND (sym IN ('a', 'b')) AND (not (qty is "
                "null))) [append; watermark ts]\n"
                "node 0 |       Source trades (sym, price, qty, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM trades",
                "plan_type | relational\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, price DOUBLE PRECISION, qty BIGINT, ts TIMESTAMP\n"
                "node 1 | Emit ON UPDATE [append; watermark ts]\n"
                "node 0 |   Source trades (sym, price, qty, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT t.* EXCLUDE (qty), s AS sym2 FROM trades AS t (s) WHERE s IS DISTINCT FROM 'q'",
                "plan_type | relational\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | s TEXT, price DOUBLE PRECISION, ts TIMESTAMP, sym2 TEXT\n"
                "node 3 | Emit ON UPDATE [append; watermark ts]\n"
                "node 2 |   Project s, price, ts, s [append; watermark ts]\n"
                "node 1 |     Filter (s is distinct from 'q') [append; watermark ts]\n"
                "node 0 |       Source trades (s, price, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS,
                "WITH a AS (SELECT sym s, price * 2 p FROM trades), b (x, y) AS (SELECT * FROM a WHERE p > 4) SELECT y FROM b",
                "plan_type | relational\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | y DOUBLE PRECISION\n"
                "node 3 | Emit ON UPDATE [append]\n"
                "node 2 |   Project (price * 2) [append]\n"
                "node 1 |     Filter ((price * 2) > 4) [append; watermark ts]\n"
                "node 0 |       Source trades (price, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT CASE qty WHEN 1 THEN price ELSE 0 END, coalesce(qty, 0), nullif(sym, ''), price::text, extract(hour FROM "
                "ts), qty % 2 FROM trades",
                "plan_type | relational\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | case DOUBLE PRECISION, coalesce BIGINT NOT NULL, nullif TEXT, price TEXT, extract DECIMAL(10,0), "
                "?column? BIGINT\n"
                "node 2 | Emit ON UPDATE [append]\n"
                "node 1 |   Project CASE WHEN (qty = 1) THEN price ELSE 0 END, COALESCE(qty, 0), nullif(sym, ''), CAST(price AS "
                "TEXT), extract('hour', ts), (qty % 2) [append]\n"
                "node 0 |     Source trades (sym, price, qty, ts) [append; watermark ts]\n");
}

static void test_names(void **state)
{
    (void)state;
    /* the names are in the row "columns" */
    expect_plan(
        PLAN_BOUNDED,
        "SELECT sum(price), count(*), price::int, CAST(1 AS TEXT), DATE '2024-01-01', INTERVAL '1' DAY, CASE WHEN true THEN 1 ELSE "
        "qty END, CASE WHEN true THEN 1 ELSE 2 END, price + 1, coalesce(sym, ''), now() AS n FROM trades GROUP BY price, qty, sym",
        "plan_type | aggregation\n"
        "emit | at the end of the input\n"
        "mode | inline\n"
        "columns | sum DOUBLE PRECISION, count BIGINT NOT NULL, price INTEGER, text TEXT NOT NULL, date DATE NOT NULL, interval "
        "INTERVAL NOT NULL, qty BIGINT, case INTEGER NOT NULL, ?column? DOUBLE PRECISION, coalesce TEXT NOT NULL, n TIMESTAMP WITH "
        "TIME ZONE NOT NULL\n"
        "node 2 | Project sum, count, CAST(price AS INTEGER), '1', DATE '2024-01-01', INTERVAL '1 day', 1, 1, (price + 1), "
        "COALESCE(sym, ''), now() [append]\n"
        "node 1 |   HashAggregate by price, qty, sym: sum(price) append-only, count(*) append-only [append; key price, qty, sym]\n"
        "node 0 |     Source trades (sym, price, qty) [append]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_from),
        cmocka_unit_test(test_order_limit),
        cmocka_unit_test(test_distinct),
        cmocka_unit_test(test_union),
        cmocka_unit_test(test_tumble_spellings),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_aggregates),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, db_open, db_close);
}
