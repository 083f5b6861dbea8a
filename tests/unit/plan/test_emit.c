/* SPDX-License-Identifier: Apache-2.0
 *
 * EMIT and late clauses, the state check, and what sinks can take. */
#include "plan_test.h"

static void test_modes(void **state)
{
    (void)state;
    expect_plan(
        PLAN_CONTINUOUS, "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT ON WINDOW CLOSE",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 01:00:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, count BIGINT NOT NULL\n"
        "node 3 | Emit ON WINDOW CLOSE [append]\n"
        "node 2 |   Project sym, count [append]\n"
        "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON WINDOW CLOSE by sym: count(*) append-only [append; key "
        "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT ON WATERMARK",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 01:00:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, count BIGINT NOT NULL\n"
        "node 3 | Emit ON WINDOW CLOSE [append]\n"
        "node 2 |   Project sym, count [append]\n"
        "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON WINDOW CLOSE by sym: count(*) append-only [append; key "
        "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT AFTER WATERMARK",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 01:00:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, count BIGINT NOT NULL\n"
        "node 3 | Emit ON WINDOW CLOSE [append]\n"
        "node 2 |   Project sym, count [append]\n"
        "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON WINDOW CLOSE by sym: count(*) append-only [append; key "
        "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT FINAL",
                "plan_type | window aggregation\n"
                "emit | FINAL\n"
                "window | TUMBLE size 01:00:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, count BIGINT NOT NULL\n"
                "node 3 | Emit FINAL [append]\n"
                "node 2 |   Project sym, count [append]\n"
                "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit FINAL by sym: count(*) append-only [append; key sym, "
                "window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
                "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT ON UPDATE",
                "plan_type | window aggregation\n"
                "emit | ON UPDATE netted\n"
                "window | TUMBLE size 01:00:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, count BIGINT NOT NULL\n"
                "node 3 | Emit ON UPDATE netted [changes]\n"
                "node 2 |   Project sym, count [changes]\n"
                "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON UPDATE by sym: count(*) append-only [changes; key "
                "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
                "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT CHANGES",
                "plan_type | window aggregation\n"
                "emit | CHANGES netted\n"
                "window | TUMBLE size 01:00:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, count BIGINT NOT NULL\n"
                "node 3 | Emit CHANGES netted [changes]\n"
                "node 2 |   Project sym, count [changes]\n"
                "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON UPDATE by sym: count(*) append-only [changes; key "
                "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
                "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT EVERY INTERVAL '5' SECOND",
                "plan_type | window aggregation\n"
                "emit | EVERY 00:00:05 netted\n"
                "window | TUMBLE size 01:00:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, count BIGINT NOT NULL\n"
                "node 3 | Emit EVERY 00:00:05 netted [changes]\n"
                "node 2 |   Project sym, count [changes]\n"
                "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON UPDATE by sym: count(*) append-only [changes; key "
                "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
                "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) ALLOW LATENESS INTERVAL '1' MINUTE "
                "LATE DATA TO late_rows",
                "plan_type | window aggregation\n"
                "emit | ON WINDOW CLOSE\n"
                "window | TUMBLE size 01:00:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, count BIGINT NOT NULL\n"
                "node 3 | Emit ON WINDOW CLOSE [append]\n"
                "node 2 |   Project sym, count [append]\n"
                "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON WINDOW CLOSE lateness 00:01:00 by sym: count(*) "
                "append-only [append; key sym, window_start; watermark window_start, window_end; state window (until the watermark "
                "passes the window)]\n"
                "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, price FROM trades EMIT FINAL",
                "plan_type | relational\n"
                "emit | FINAL\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, price DOUBLE PRECISION\n"
                "node 3 | Emit FINAL [append]\n"
                "node 2 |   Project sym, price [append]\n"
                "node 1 |     LateFilter ts below the watermark - 00:00:00 [append; watermark ts]\n"
                "node 0 |       Source trades (sym, price, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, price FROM trades ALLOW LATENESS INTERVAL '1' MINUTE",
                "plan_type | relational\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, price DOUBLE PRECISION\n"
                "node 3 | Emit ON UPDATE [append]\n"
                "node 2 |   Project sym, price [append]\n"
                "node 1 |     LateFilter ts below the watermark - 00:01:00 [append; watermark ts]\n"
                "node 0 |       Source trades (sym, price, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT window_start, count(*) FROM TUMBLE(clicks, ts, INTERVAL '1' HOUR) GROUP BY window_start EMIT ON UPDATE",
                "plan_type | window aggregation\n"
                "emit | ON UPDATE\n"
                "window | TUMBLE size 01:00:00\n"
                "mode | inline\n"
                "columns | window_start TIMESTAMP NOT NULL, count BIGINT NOT NULL\n"
                "node 3 | Emit ON UPDATE [changes; key window_start]\n"
                "node 2 |   HashAggregate by window_start: count(*) append-only [changes; key window_start; state keys (per "
                "distinct key)]\n"
                "node 1 |     WindowAssign TUMBLE size 01:00:00 on ts [append]\n"
                "node 0 |       Source clicks (ts) [append]\n"
                "notice | LM006 state of GROUP BY window_start grows with the number of distinct window_start\n");
    expect_plan(PLAN_VIEW, "SELECT window_start, count(*) FROM TUMBLE(clicks, ts, INTERVAL '1' HOUR) GROUP BY window_start",
                "plan_type | window aggregation\n"
                "emit | CHANGES\n"
                "window | TUMBLE size 01:00:00\n"
                "mode | inline\n"
                "columns | window_start TIMESTAMP NOT NULL, count BIGINT NOT NULL\n"
                "node 3 | Emit CHANGES [changes; key window_start]\n"
                "node 2 |   HashAggregate by window_start: count(*) append-only [changes; key window_start; state keys (per "
                "distinct key)]\n"
                "node 1 |     WindowAssign TUMBLE size 01:00:00 on ts [append]\n"
                "node 0 |       Source clicks (ts) [append]\n"
                "notice | LM006 state of GROUP BY window_start grows with the number of distinct window_start\n");
    expect_plan(
        PLAN_VIEW, "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT ON WINDOW CLOSE",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 01:00:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, count BIGINT NOT NULL\n"
        "node 3 | Emit ON WINDOW CLOSE [append]\n"
        "node 2 |   Project sym, count [append]\n"
        "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON WINDOW CLOSE by sym: count(*) append-only [append; key "
        "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
}

static void test_refused(void **state)
{
    (void)state;
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM clicks GROUP BY TUMBLE(ts, INTERVAL '1' HOUR)",
                "LM002 'TUMBLE(ts, INTERVAL '1' HOUR)': EMIT ON WINDOW CLOSE needs a watermark on \"ts\" of source \"clicks\" "
                "(none declared) | Declare WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, or use EMIT ON UPDATE.");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM clicks GROUP BY TUMBLE(ts, INTERVAL '1' HOUR) EMIT ON WINDOW CLOSE",
                "LM002 'EMIT ON WINDOW CLOSE': EMIT ON WINDOW CLOSE needs a watermark on \"ts\" of source \"clicks\" (none "
                "declared) | Declare WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, or use EMIT ON UPDATE.");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM clicks GROUP BY TUMBLE(ts, INTERVAL '1' HOUR) EMIT FINAL",
                "LM002 'EMIT FINAL': EMIT FINAL needs a watermark on \"ts\" of source \"clicks\" (none declared) | Declare "
                "WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, or use EMIT ON UPDATE.");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT user_id, count(*) FROM clicks GROUP BY user_id EMIT FINAL",
        "LM003 'EMIT FINAL': EMIT FINAL is never reached: group key \"user_id\" has no watermark column | GROUP BY user_id, "
        "SESSION(time, INTERVAL '10' MINUTE) ends a group when no row has come for so long.");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM clicks EMIT FINAL",
                "LM003 'EMIT FINAL': EMIT FINAL is never reached: an aggregate without GROUP BY changes with every row");
    expect_plan(PLAN_CONTINUOUS, "SELECT name FROM users EMIT FINAL",
                "LM003 'EMIT FINAL': EMIT FINAL is never reached: the input has updates and deletes");
    expect_plan(PLAN_CONTINUOUS, "SELECT user_id, count(*) FROM clicks GROUP BY user_id EMIT ON WINDOW CLOSE",
                "LM009 'EMIT ON WINDOW CLOSE': EMIT ON WINDOW CLOSE needs a query grouped by a window");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades EMIT ON WINDOW CLOSE",
                "LM009 'EMIT ON WINDOW CLOSE': EMIT ON WINDOW CLOSE needs a query grouped by a window | Rows wait for the "
                "watermark when the result has the "
                "column with the watermark.");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, ts FROM trades EMIT ON WINDOW CLOSE",
                "plan_type | relational\n"
                "emit | ON WINDOW CLOSE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, ts TIMESTAMP\n"
                "node 2 | Emit ON WINDOW CLOSE [append; watermark ts]\n"
                "node 1 |   Hold until the watermark passes ts [append; watermark ts; state window (rows until the watermark has "
                "passed them)]\n"
                "node 0 |     Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades EMIT ON WATERMARK",
                "LM009 'EMIT ON WATERMARK': EMIT ON WATERMARK needs a query grouped by a window | Rows wait for the watermark when "
                "the result has the "
                "column with the watermark.");
    expect_plan(
        PLAN_CONTINUOUS,
        "SELECT * FROM HOP(trades, ts, INTERVAL '5' MINUTE, INTERVAL '1' HOUR) EMIT ON WATERMARK ALLOW LATENESS INTERVAL '1' DAY",
        "plan_type | window aggregation\n"
        "emit | ON WATERMARK\n"
        "window | HOP slide 00:05:00 size 01:00:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, price DOUBLE PRECISION, qty BIGINT, ts TIMESTAMP, window_start TIMESTAMP NOT NULL, window_end "
        "TIMESTAMP NOT NULL\n"
        "node 3 | Emit ON WATERMARK [append; watermark ts, window_start, window_end]\n"
        "node 2 |   Hold until the watermark reaches window_end lateness 1 day [append; watermark ts, window_start, window_end; "
        "state window (rows until the watermark has passed them)]\n"
        "node 1 |     WindowAssign HOP slide 00:05:00 size 01:00:00 on ts [append; watermark ts, window_start, window_end]\n"
        "node 0 |       Source trades (sym, price, qty, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS,
        "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT ON WATERMARK ALLOW LATENESS "
        "INTERVAL '1' MINUTE",
        "plan_type | window aggregation\n"
        "emit | ON WATERMARK netted\n"
        "window | TUMBLE size 01:00:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, count BIGINT NOT NULL\n"
        "node 3 | Emit ON WATERMARK netted [changes]\n"
        "node 2 |   Project sym, count [changes]\n"
        "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON WATERMARK lateness 00:01:00 by sym: count(*) append-only "
        "[changes; key sym, window_start; watermark window_start, window_end; state window (until the watermark passes the "
        "window)]\n"
        "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS,
        "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT FINAL ALLOW LATENESS INTERVAL '1' "
        "MINUTE",
        "plan_type | window aggregation\n"
        "emit | FINAL\n"
        "window | TUMBLE size 01:00:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, count BIGINT NOT NULL\n"
        "node 3 | Emit FINAL [append]\n"
        "node 2 |   Project sym, count [append]\n"
        "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit FINAL by sym: count(*) append-only [append; key sym, "
        "window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 0 |       Source trades (sym, ts) [append; watermark ts]\n"
        "notice | LM009 EMIT FINAL takes no late rows: ALLOW LATENESS counts as 0\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT date_trunc('hour', ts) AS h, count(*) FROM trades GROUP BY 1 EMIT FINAL",
                "plan_type | aggregation\n"
                "emit | FINAL\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | h TIMESTAMP, count BIGINT NOT NULL\n"
                "node 4 | Emit FINAL [append; key h; watermark h]\n"
                "node 3 |   Project ?column?, count [append; key h; watermark h]\n"
                "node 2 |     HashAggregate emit FINAL by date_trunc('hour', ts): count(*) append-only [append; key ?column?; "
                "watermark ?column?; state window (until the watermark passes the group)]\n"
                "node 1 |       LateFilter ts below the watermark - 00:00:00 [append; watermark ts]\n"
                "node 0 |         Source trades (ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT ts, count(*) FROM trades GROUP BY ts ALLOW LATENESS INTERVAL '1' MINUTE",
                "plan_type | aggregation\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | ts TIMESTAMP, count BIGINT NOT NULL\n"
                "node 3 | Emit ON UPDATE [changes; key ts; watermark ts]\n"
                "node 2 |   HashAggregate by ts: count(*) append-only [changes; key ts; watermark ts; state window (until the "
                "watermark passes the group)]\n"
                "node 1 |     LateFilter ts below the watermark - 00:01:00 [append; watermark ts]\n"
                "node 0 |       Source trades (ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT ts, count(*) FROM trades GROUP BY ts EMIT ON WATERMARK ALLOW LATENESS INTERVAL '1' MINUTE",
                "LM009 'EMIT ON WATERMARK': EMIT ON WATERMARK needs a query grouped by a window");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT FINAL LATE DATA TO x",
                "LM009 'x': EMIT FINAL drops late rows: use EMIT ON WINDOW CLOSE with LATE DATA TO");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) ALLOW LATENESS INTERVAL '-1' MINUTE",
                "LM009 'INTERVAL '-1' MINUTE': ALLOW LATENESS must not be negative");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) ALLOW LATENESS INTERVAL '1' MONTH",
                "LM007 'INTERVAL '1' MONTH': ALLOW LATENESS must be a fixed duration: months and years vary in length");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT EVERY INTERVAL '0' SECOND",
                "LM009 'INTERVAL '0' SECOND': the period of EMIT EVERY must be positive");
    expect_plan(PLAN_CONTINUOUS, "SELECT url FROM clicks ALLOW LATENESS INTERVAL '1' MINUTE",
                "LM002 'INTERVAL '1' MINUTE': ALLOW LATENESS needs a watermark, and \"clicks\" has none");
    expect_plan(PLAN_CONTINUOUS, "SELECT url FROM clicks LATE DATA TO x",
                "LM002 'x': LATE DATA TO needs a watermark, and \"clicks\" has none");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT name, count(*) FROM (SELECT sym AS name, count(*) AS n FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' "
                "HOUR)) t GROUP BY name EMIT ON WINDOW CLOSE",
                "LM009 'EMIT ON WINDOW CLOSE': EMIT ON WINDOW CLOSE needs every aggregate to be grouped by a window: group key "
                "\"name\" is not one");
}

static void test_state(void **state)
{
    (void)state;
    expect_plan(PLAN_CONTINUOUS, "SELECT median(price) FROM trades",
                "LM001 'median(price)': query needs state that grows with every row of stream \"trades\" | Group by a window: "
                "GROUP BY .., TUMBLE(time, INTERVAL '1' HOUR); or WITH (state_ttl = '7 days').");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, string_agg(sym, ',') FROM trades GROUP BY sym",
                "LM001 'string_agg(sym, ',')': query needs state that grows with every row of stream \"trades\" | Group by a "
                "window: GROUP BY .., TUMBLE(time, INTERVAL '1' HOUR); or WITH (state_ttl = '7 days').");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, median(price) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR)",
                "plan_type | window aggregation\n"
                "emit | ON WINDOW CLOSE\n"
                "window | TUMBLE size 01:00:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, median DOUBLE PRECISION\n"
                "node 3 | Emit ON WINDOW CLOSE [append]\n"
                "node 2 |   Project sym, median [append]\n"
                "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON WINDOW CLOSE by sym: median(price, 0.5) "
                "append-only multiset [append; key sym, window_start; watermark window_start, window_end; state window (until the "
                "watermark "
                "passes the window)]\n"
                "node 0 |       Source trades (sym, price, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(DISTINCT sym) FROM trades",
                "plan_type | aggregation\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | count BIGINT NOT NULL\n"
                "node 2 | Emit ON UPDATE [changes]\n"
                "node 1 |   HashAggregate count(DISTINCT sym) append-only counted values [changes; state keys (per distinct value "
                "of an aggregate)]\n"
                "node 0 |     Source trades (sym, ts) [append; watermark ts]\n"
                "notice | LM006 state of count(..) grows with the number of distinct values\n");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT name, random() FROM users",
        "LM005 'random()': random() may not appear above rows that are updated or deleted: its value could not be computed again");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT count(*) FROM users WHERE random() > 0.5",
        "LM005 'random()': random() may not appear above rows that are updated or deleted: its value could not be computed again");
    expect_plan(PLAN_CONTINUOUS, "SELECT sum(random()) FROM trades",
                "plan_type | aggregation\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sum DOUBLE PRECISION\n"
                "node 2 | Emit ON UPDATE [changes]\n"
                "node 1 |   HashAggregate sum(random()) append-only [changes]\n"
                "node 0 |     Source trades (ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT name, now() FROM users",
        "LM005 'now()': now() may not appear above rows that are updated or deleted: its value could not be computed again");
    db.ctx.state_check_strict = true;
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, sum(qty) FROM trades GROUP BY sym",
                "LM006 'sym': state of GROUP BY sym grows with the number of distinct sym | SET state_check allows such state; or "
                "group by a window.");
    db.ctx.state_check_strict = false;
}

static void test_sinks(void **state)
{
    (void)state;
    db.ctx.object_name = "sink \"audit\"";
    db.sink_changes = PLAN_TAKES_APPEND;
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, max(price) FROM trades GROUP BY sym",
                "LM004 'sym': sink \"audit\" only accepts inserts, but max(..) GROUP BY sym emits updates | Group by a window and "
                "use EMIT ON WINDOW CLOSE, or take a sink for upserts or changes.");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM users",
                "LM004 'users': sink \"audit\" only accepts inserts, but TABLE \"users\" emits updates | Group by a window and use "
                "EMIT ON WINDOW CLOSE, or take a sink for upserts or changes.");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR)",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 01:00:00\n"
        "watermark | trades.ts, delay 00:00:05\n"
        "mode | inline\n"
        "columns | sym TEXT, count BIGINT NOT NULL\n"
        "node 3 | Emit ON WINDOW CLOSE [append]\n"
        "node 2 |   Project sym, count [append]\n"
        "node 1 |     WindowAggregate TUMBLE size 01:00:00 on ts emit ON WINDOW CLOSE by sym: count(*) append-only [append; key "
        "sym, window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 0 |       Source trades (sym, ts) [append; watermark ts]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, count(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) EMIT CHANGES",
                "LM004 'sym': sink \"audit\" only accepts inserts, but count(..) GROUP BY sym emits updates | Group by a window "
                "and use EMIT ON WINDOW CLOSE, or take a sink for upserts or changes.");
    db.sink_changes = PLAN_TAKES_UPSERT;
    expect_plan(PLAN_CONTINUOUS, "SELECT max(price) FROM trades",
                "LM004 'max(price)': sink \"audit\" takes updates by key, but the result of the aggregate has no unique key");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, max(price) AS m FROM trades GROUP BY sym",
                "plan_type | aggregation\n"
                "emit | ON UPDATE\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, m DOUBLE PRECISION\n"
                "node 3 | Emit ON UPDATE [changes; key sym]\n"
                "node 2 |   Project sym, max [changes; key sym]\n"
                "node 1 |     HashAggregate by sym: max(price) append-only [changes; key sym; state keys (per distinct key)]\n"
                "node 0 |       Source trades (sym, price, ts) [append; watermark ts]\n"
                "notice | LM006 state of GROUP BY sym grows with the number of distinct sym\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT name FROM users",
                "LM004 'users': sink \"audit\" takes updates by key, but the result of the source has no unique key");
    db.sink_changes = PLAN_TAKES_ZSET;
    expect_plan(PLAN_CONTINUOUS, "SELECT name FROM users",
                "plan_type | relational\n"
                "emit | ON UPDATE netted\n"
                "mode | inline\n"
                "columns | name TEXT\n"
                "node 1 | Emit ON UPDATE netted [changes]\n"
                "node 0 |   Source users (name) [changes]\n");
    db.sink_changes = 0;
    db.ctx.object_name = NULL;
}

static void test_unique_names(void **state)
{
    (void)state;
    db.ctx.unique_names = true;
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, price AS sym FROM trades",
                "42701 'price': column \"sym\" specified more than once | Give it another name: .. AS sym_2 (in place of *, where "
                "that gives both).");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*), count(qty) FROM trades",
                "42701 'count(qty)': column \"count\" specified more than once | Give it another name: .. AS count_2 (in place of "
                "*, where that gives both).");
    db.ctx.unique_names = false;
}

static void test_relations(void **state)
{
    (void)state;
    create_query("bars", REL_STREAM,
                 "SELECT sym, window_start, window_end, max(price) AS hi, last(price) AS close FROM TUMBLE(trades, ts, INTERVAL "
                 "'1' MINUTE) GROUP BY sym, window_start, window_end");
    create_query("totals", REL_VIEW, "SELECT sym, sum(qty) AS total FROM trades GROUP BY sym");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM bars",
                "plan_type | relational\n"
                "emit | ON UPDATE\n"
                "watermark | bars.window_start, delay 00:00:00\n"
                "mode | inline\n"
                "columns | sym TEXT, window_start TIMESTAMP NOT NULL, window_end TIMESTAMP NOT NULL, hi DOUBLE PRECISION, close "
                "DOUBLE PRECISION\n"
                "node 1 | Emit ON UPDATE [append; key sym, window_start; watermark window_start, window_end]\n"
                "node 0 |   Source bars (sym, window_start, window_end, hi, close) [append; key sym, window_start; watermark "
                "window_start, window_end]\n");
    expect_plan(PLAN_BOUNDED, "SELECT sym, hi FROM bars WHERE sym = 'a'",
                "plan_type | window aggregation\n"
                "emit | at the end of the input\n"
                "window | TUMBLE size 00:01:00\n"
                "watermark | trades.ts, delay 00:00:05\n"
                "mode | inline\n"
                "columns | sym TEXT, hi DOUBLE PRECISION\n"
                "node 4 | Project sym, max [append]\n"
                "node 3 |   HashAggregate by sym, window_start, window_end: max(price) append-only [append; key sym, window_start, "
                "window_end; watermark window_start, window_end]\n"
                "node 2 |     WindowAssign TUMBLE size 00:01:00 on ts [append; watermark ts, window_start, window_end]\n"
                "node 1 |       Filter (sym = 'a') [append; watermark ts]\n"
                "node 0 |         Source trades (sym, price, ts) [append; watermark ts]\n");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT sym, max(hi), last(close) FROM bars GROUP BY sym, TUMBLE(window_start, INTERVAL '1' HOUR)",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 01:00:00\n"
        "watermark | bars.window_start, delay 00:00:00\n"
        "mode | inline\n"
        "columns | sym TEXT, max DOUBLE PRECISION, last DOUBLE PRECISION\n"
        "node 3 | Emit ON WINDOW CLOSE [append]\n"
        "node 2 |   Project sym, max, last [append]\n"
        "node 1 |     WindowAggregate TUMBLE size 01:00:00 on window_start emit ON WINDOW CLOSE by sym: max(hi) append-only, "
        "last(close, window_start) append-only [append; key sym, window_start; watermark window_start, window_end; state window "
        "(until the watermark passes the window)]\n"
        "node 0 |       Source bars (sym, window_start, hi, close) [append; key sym, window_start; watermark window_start]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT max(total) FROM totals",
                "plan_type | aggregation\n"
                "emit | ON UPDATE\n"
                "mode | inline\n"
                "columns | max DECIMAL(38,0)\n"
                "node 2 | Emit ON UPDATE [changes]\n"
                "node 1 |   HashAggregate max(total) multiset [changes; state keys (all values of an aggregate)]\n"
                "node 0 |     Source totals (total) [changes]\n"
                "notice | LM006 state of max(..) grows with the number of distinct values\n");
    expect_plan(PLAN_BOUNDED, "SELECT total FROM totals WHERE sym = 'x' ORDER BY 1",
                "plan_type | relational\n"
                "emit | at the end of the input\n"
                "mode | inline\n"
                "columns | total DECIMAL(38,0)\n"
                "node 3 | Sort by total [append]\n"
                "node 2 |   Project total [append]\n"
                "node 1 |     Filter (sym = 'x') [append; key sym]\n"
                "node 0 |       Source totals (sym, total) [append; key sym]\n");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT window_end, count(*) FROM bars GROUP BY window_end, window_start",
        "plan_type | window aggregation\n"
        "emit | ON WINDOW CLOSE\n"
        "window | TUMBLE size 00:01:00\n"
        "watermark | bars.window_start, delay 00:00:00\n"
        "mode | inline\n"
        "columns | window_end TIMESTAMP NOT NULL, count BIGINT NOT NULL\n"
        "node 3 | Emit ON WINDOW CLOSE [append; watermark window_end]\n"
        "node 2 |   Project window_end, count [append; watermark window_end]\n"
        "node 1 |     WindowAggregate TUMBLE size 00:01:00 on window_start, window_end emit ON WINDOW CLOSE count(*) append-only "
        "[append; key window_start; watermark window_start, window_end; state window (until the watermark passes the window)]\n"
        "node 0 |       Source bars (window_start, window_end) [append; watermark window_start, window_end]\n");
    expect_plan(PLAN_CONTINUOUS, "SELECT totl FROM totals",
                "42703 'totl': column \"totl\" does not exist | Perhaps you meant the column \"totals.total\".");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes), cmocka_unit_test(test_refused),      cmocka_unit_test(test_state),
        cmocka_unit_test(test_sinks), cmocka_unit_test(test_unique_names), cmocka_unit_test(test_relations),
    };
    return cmocka_run_group_tests(tests, db_open, db_close);
}
