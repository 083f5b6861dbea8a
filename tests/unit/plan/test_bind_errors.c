/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors of the binder: code, place, message, hint. */
#include "plan_test.h"

static void test_names(void **state)
{
    (void)state;
    expect_plan(PLAN_CONTINUOUS, "SELECT pricee FROM trades",
                "42703 'pricee': column \"pricee\" does not exist | Perhaps you meant the column \"trades.price\".");
    expect_plan(PLAN_CONTINUOUS, "SELECT trades.pric FROM trades",
                "42703 'pric': column trades.pric does not exist | Perhaps you meant the column \"trades.price\".");
    expect_plan(PLAN_CONTINUOUS, "SELECT x.price FROM trades", "42P01 'x': missing FROM-clause entry for table \"x\"");
    expect_plan(PLAN_CONTINUOUS, "SELECT trade.price FROM trades",
                "42P01 'trade': missing FROM-clause entry for table \"trade\" | Perhaps you meant \"trades\".");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM trade",
                "42P01 'trade': relation \"trade\" does not exist | Perhaps you meant \"trades\".");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM archive.trades",
                "42P01 'archive.trades': relation \"archive.trades\" does not exist | Perhaps you meant \"trades\".");
    expect_plan(PLAN_CONTINUOUS, "SELECT nosuch(1)", "42883 'nosuch(1)': function nosuch(integer) does not exist");
    expect_plan(PLAN_CONTINUOUS, "SELECT lowr(sym) FROM trades",
                "42883 'lowr(sym)': function lowr(text) does not exist | Did you mean lower()?");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT sym + 1 FROM trades",
        "42883 '+': operator does not exist: text + integer | No operator matches the argument types. An explicit cast may help.");
    expect_plan(PLAN_CONTINUOUS, "SELECT a FROM (SELECT sym AS a, price AS a FROM trades) t",
                "42702 'a': column reference \"a\" is ambiguous");
    expect_plan(PLAN_CONTINUOUS, "SELECT $1", "42P02 '$1': there is no parameter $1");
    expect_plan(PLAN_CONTINUOUS, "SELECT zzz.* FROM trades", "42P01 'zzz': missing FROM-clause entry for table \"zzz\"");
    expect_plan(PLAN_CONTINUOUS, "SELECT * EXCLUDE (nope) FROM trades", "42703 'nope': column \"nope\" does not exist");
    expect_plan(PLAN_CONTINUOUS, "SELECT *", "42601 '*': SELECT * with no tables specified is not valid");
    expect_plan(PLAN_CONTINUOUS, "SELECT CAST(sym AS nosuchtype) FROM trades",
                "42704 'nosuchtype': type \"nosuchtype\" does not exist");
    expect_plan(PLAN_CONTINUOUS, "SELECT DATE 'x'", "22007 'DATE 'x'': invalid input syntax for type date: \"x\"");
    expect_plan(PLAN_CONTINUOUS, "SELECT 'abc'::int", "22P02 ''abc'': invalid input syntax for type integer: \"abc\"");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM trades AS t (a, b, c, d, e)",
                "42P10 'AS t (a, b, c, d, e)': table \"t\" has 4 columns available but 5 columns specified");
    expect_plan(PLAN_CONTINUOUS, "WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a",
                "42712 'a': WITH query name \"a\" specified more than once");
    expect_plan(PLAN_CONTINUOUS, "WITH a (x, y) AS (SELECT 1) SELECT * FROM a",
                "42P10 'a': WITH query \"a\" has 1 columns available but 2 columns specified");
    expect_plan(PLAN_BOUNDED, "SELECT sym AS a, price AS a FROM trades ORDER BY a", "42702 'a': ORDER BY \"a\" is ambiguous");
}

static void test_grouping(void **state)
{
    (void)state;
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, price FROM trades GROUP BY sym",
                "42803 'price': column \"trades.price\" must appear in the GROUP BY clause or be used in an aggregate function");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, count(*) FROM trades",
                "42803 'sym': column \"trades.sym\" must appear in the GROUP BY clause or be used in an aggregate function");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(count(*)) FROM trades",
                "42803 'count(*)': aggregate function calls cannot be nested");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades WHERE count(*) > 1",
                "42803 'count(*)': aggregate functions are not allowed in WHERE");
    expect_plan(PLAN_CONTINUOUS, "SELECT sum(qty) FROM trades GROUP BY sum(qty)",
                "42803 'sum(qty)': aggregate functions are not allowed in GROUP BY");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades GROUP BY 2", "42P10 '2': GROUP BY position 2 is not in select list");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades HAVING price > 1",
                "42803 'sym': column \"trades.sym\" must appear in the GROUP BY clause or be used in an aggregate function");
    expect_plan(PLAN_CONTINUOUS, "SELECT max(*) FROM trades", "42883 'max(*)': max(*) does not exist: only count takes *");
    expect_plan(PLAN_CONTINUOUS, "SELECT lower(DISTINCT sym) FROM trades",
                "42809 'lower(DISTINCT sym)': DISTINCT specified, but lower is not an aggregate function");
    expect_plan(PLAN_CONTINUOUS, "SELECT sum(sym) FROM trades", "42883 'sum(sym)': function sum(text) does not exist");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades GROUP BY price + 1",
                "42803 'sym': column \"trades.sym\" must appear in the GROUP BY clause or be used in an aggregate function");
    expect_plan(PLAN_CONTINUOUS, "SELECT sum(qty, 1) FROM trades",
                "42883 'sum(qty, 1)': function sum(bigint, integer) does not exist");
    expect_plan(PLAN_CONTINUOUS, "SELECT t.price FROM trades t GROUP BY sym",
                "42803 't.price': column \"t.price\" must appear in the GROUP BY clause or be used in an aggregate function");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FILTER (WHERE count(*) > 1) FROM trades",
                "42803 'count(*)': aggregate function calls cannot be nested");
    expect_plan(PLAN_CONTINUOUS, "SELECT sum(x) FROM trades", "42703 'x': column \"x\" does not exist");
}

static void test_types(void **state)
{
    (void)state;
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades WHERE price",
                "42804 'price': argument of WHERE must be type boolean, not type DOUBLE PRECISION");
    expect_plan(PLAN_CONTINUOUS, "SELECT CASE WHEN price THEN 1 END FROM trades",
                "42804 'price': argument of CASE/WHEN must be type boolean, not type DOUBLE PRECISION");
    expect_plan(PLAN_CONTINUOUS, "SELECT price LIKE 'a' FROM trades",
                "42883 'price LIKE 'a'': operator does not exist: double precision ~~ unknown | No operator matches the argument "
                "types. An explicit cast may help.");
    expect_plan(PLAN_CONTINUOUS, "SELECT 1 UNION ALL SELECT 'x'", "22P02 ''x'': invalid input syntax for type integer: \"x\"");
    expect_plan(PLAN_CONTINUOUS, "SELECT 1, 2 UNION ALL SELECT 1",
                "42601 'SELECT 1': each UNION query must have the same number of columns");
    expect_plan(PLAN_CONTINUOUS, "VALUES (1), (1, 2)", "42601 '(1, 2)': VALUES lists must all be the same length");
    expect_plan(PLAN_CONTINUOUS, "VALUES (1), (TRUE)", "42804 'TRUE': VALUES types INTEGER and BOOLEAN cannot be matched");
    expect_plan(PLAN_CONTINUOUS, "SELECT 99999999999999999999999999999999999999999",
                "22003 '99999999999999999999999999999999999999999': number \"99999999999999999999999999999999999999999\" has more "
                "than 38 digits");
    expect_plan(PLAN_CONTINUOUS, "VALUES (DEFAULT)", "42601 'DEFAULT': DEFAULT is not allowed in this context");
}

static void test_unsupported(void **state)
{
    (void)state;
    expect_plan(
        PLAN_CONTINUOUS, "SELECT * FROM trades t JOIN quotes q ON t.sym = q.sym",
        "LM001 'trades t JOIN quotes q ON t.sym = q.sym': query needs state that grows with every row of stream \"quotes\" | "
        "Bound the event times against each other (AND r.ts BETWEEN l.ts AND l.ts + INTERVAL '7 days'; both need a "
        "watermark), or WITH (state_ttl = '7 days'): rows older than this stop matching; or make one side a TABLE or a grouped "
        "view.");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM trades, quotes",
                "LM001 'quotes': query needs state that grows with every row of stream \"quotes\" | Bound the event times against "
                "each other (AND r.ts BETWEEN l.ts AND l.ts + INTERVAL '7 days'; both need a "
                "watermark), or WITH (state_ttl = '7 days'): rows older than this stop matching; or make one side a TABLE or a "
                "grouped view.");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT (SELECT max(qty) FROM trades WHERE qty < t.n) FROM (SELECT random() AS n FROM trades) t",
        "0A000 'SELECT max(qty) FROM trades WHERE qty < t.n': a subquery that refers to rows made of random values by anything "
        "but equalities is not supported yet | Keep those rows in a table first.");
    expect_plan(PLAN_CONTINUOUS, "SELECT grouping(qty) FROM trades GROUP BY ROLLUP (sym)",
                "42803 'qty': arguments to GROUPING must be grouping expressions of the associated query level");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades WHERE grouping(sym) = 0 GROUP BY sym",
                "42803 'grouping(sym)': grouping operations are not allowed in WHERE");
    expect_plan(PLAN_CONTINUOUS, "WITH RECURSIVE a AS (SELECT qty FROM trades UNION SELECT qty - 1 FROM a) SELECT * FROM a",
                "LM001 'a': query needs state that grows with every row of stream \"trades\" | WITH (state_ttl = '7 days'): rows "
                "older than this lead to nothing any more; or read a TABLE or a grouped view.");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT sym FROM trades WHERE ts > now() - INTERVAL '1' MONTH",
        "0A000 'now()': now() in this condition of a continuous query is not supported: months and years have no fixed "
        "length; say how many days | Compare a time of the row with now() plus or minus days and time, in conditions joined "
        "by AND, or one beside others without it by OR: WHERE ts > now() - INTERVAL '1' HOUR.");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades WITH (source = 'hybrid')",
                "55000 'source': the query never ends: it goes on with what comes behind what is there | read it as a stream "
                "(laminar_query_stream, the shell); a view keeps history and live rows by itself");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades WITH (source = 'cold')",
                "LM065 ''cold'': option \"source\" of a query is 'hybrid', not 'cold'");
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades WITH (colour = 'red')",
                "LM064 'colour': unknown option \"colour\" of a query");
}

static void test_order(void **state)
{
    (void)state;
    expect_plan(PLAN_CONTINUOUS, "SELECT sym FROM trades ORDER BY ts",
                "0A000 'ts': ORDER BY of a stream takes columns of its result only | Put the expression into the SELECT list.");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT sym FROM trades ORDER BY sym",
        "0A000 'sym': ORDER BY on an unbounded stream needs LIMIT (Top-N): a stream without end cannot be sorted | Sort the "
        "result where it is read, or by its watermark column first, which rows then wait for.");
    expect_plan(PLAN_BOUNDED, "SELECT sym FROM trades ORDER BY 2", "42P10 '2': ORDER BY position 2 is not in select list");
    expect_plan(PLAN_BOUNDED, "SELECT DISTINCT sym FROM trades ORDER BY price",
                "42P10 'price': for SELECT DISTINCT, ORDER BY expressions must appear in select list");
    expect_plan(PLAN_BOUNDED, "SELECT sym FROM trades UNION SELECT sym FROM quotes ORDER BY lower(sym)",
                "0A000 'lower(sym)': invalid UNION/INTERSECT/EXCEPT ORDER BY clause | Put the set operation into FROM ( .. ).");
    expect_plan(PLAN_BOUNDED, "SELECT 1 LIMIT -1", "2201W '-1': LIMIT must not be negative");
    expect_plan(PLAN_BOUNDED, "SELECT 1 OFFSET -1", "2201X '-1': OFFSET must not be negative");
    expect_plan(PLAN_BOUNDED, "SELECT 1 LIMIT 'x'", "22P02 ''x'': invalid input syntax for type bigint: \"x\"");
    expect_plan(PLAN_BOUNDED, "SELECT sym FROM trades ORDER BY nope", "42703 'nope': column \"nope\" does not exist");
    expect_plan(PLAN_BOUNDED, "SELECT sym FROM trades LIMIT price",
                "42P10 'price': column \"price\" cannot stand in LIMIT: a constant is needed");
    expect_plan(PLAN_BOUNDED, "SELECT sym FROM trades ORDER BY 1 EMIT CHANGES",
                "0A000 '1': ORDER BY on an unbounded stream needs LIMIT (Top-N): a stream without end cannot be sorted | Sort the "
                "result where it is read, or by its watermark column first, which rows then wait for.");
    expect_plan(PLAN_BOUNDED, "SELECT DISTINCT ON (sym) sym FROM trades ORDER BY price",
                "42P10 'price': SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
}

static void test_over(void **state)
{
    (void)state;
    expect_plan(PLAN_BOUNDED, "SELECT sym FROM trades WHERE row_number() OVER () = 1",
                "42P20 'row_number() OVER ()': window functions are not allowed in WHERE");
    expect_plan(PLAN_BOUNDED, "SELECT count(*) FROM trades GROUP BY rank() OVER ()",
                "42P20 'rank() OVER ()': window functions are not allowed in GROUP BY");
    expect_plan(PLAN_BOUNDED, "SELECT count(*) FROM trades HAVING rank() OVER () = 1",
                "42P20 'rank() OVER ()': window functions are not allowed in HAVING");
    expect_plan(PLAN_BOUNDED, "SELECT sum(rank() OVER ()) FROM trades",
                "42803 'rank() OVER ()': aggregate function calls cannot contain window function calls");
    expect_plan(PLAN_BOUNDED, "SELECT lag(rank() OVER ()) OVER () FROM trades",
                "42P20 'rank() OVER ()': window function calls cannot be nested");
    expect_plan(PLAN_BOUNDED, "SELECT rank() OVER (ORDER BY rank() OVER ()) FROM trades",
                "42P20 'rank() OVER ()': window function calls cannot be nested");
    expect_plan(PLAN_BOUNDED, "SELECT rank() FROM trades", "42809 'rank()': window function rank requires an OVER clause");
    expect_plan(PLAN_BOUNDED, "SELECT lower(sym) OVER () FROM trades",
                "42809 'lower(sym) OVER ()': OVER specified, but lower is not a window function nor an aggregate function");
    expect_plan(PLAN_BOUNDED, "SELECT nope(sym) OVER () FROM trades", "42883 'nope(sym) OVER ()': function nope does not exist");
    expect_plan(PLAN_BOUNDED, "SELECT count(DISTINCT sym) OVER () FROM trades",
                "0A000 'count(DISTINCT sym) OVER ()': DISTINCT is not implemented for window functions");
    expect_plan(PLAN_BOUNDED, "SELECT rank() FILTER (WHERE true) OVER () FROM trades",
                "0A000 'rank() FILTER (WHERE true) OVER ()': FILTER is not implemented for non-aggregate window functions");
    expect_plan(PLAN_BOUNDED, "SELECT rank() OVER w FROM trades", "42704 'w': window \"w\" does not exist");
    expect_plan(PLAN_BOUNDED, "SELECT 1 FROM trades WINDOW w AS (), w AS ()", "42P20 'w': window \"w\" is already defined");
    expect_plan(PLAN_BOUNDED, "SELECT rank() OVER (w PARTITION BY sym) FROM trades WINDOW w AS ()",
                "42P20 '(w PARTITION BY sym)': cannot override PARTITION BY clause of window \"w\"");
    expect_plan(PLAN_BOUNDED, "SELECT rank() OVER (w ORDER BY sym) FROM trades WINDOW w AS (ORDER BY ts)",
                "42P20 '(w ORDER BY sym)': cannot override ORDER BY clause of window \"w\"");
    expect_plan(PLAN_BOUNDED, "SELECT rank() OVER (w ORDER BY ts) FROM trades WINDOW w AS (ROWS CURRENT ROW)",
                "42P20 '(w ORDER BY ts)': cannot copy window \"w\" because it has a frame clause");
    expect_plan(PLAN_BOUNDED, "SELECT count(*) OVER (GROUPS CURRENT ROW) FROM trades",
                "42P20 '(GROUPS CURRENT ROW)': GROUPS mode requires an ORDER BY clause");
    expect_plan(PLAN_BOUNDED, "SELECT count(*) OVER (RANGE 1 PRECEDING) FROM trades",
                "42P20 '(RANGE 1 PRECEDING)': RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column");
    expect_plan(
        PLAN_BOUNDED, "SELECT count(*) OVER (ORDER BY sym RANGE 1 PRECEDING) FROM trades",
        "0A000 '(ORDER BY sym RANGE 1 PRECEDING)': RANGE with offset PRECEDING/FOLLOWING is not supported for column type TEXT");
    expect_plan(PLAN_BOUNDED, "SELECT count(*) OVER (ROWS -1 PRECEDING) FROM trades",
                "22013 '-1': frame starting offset must not be negative");
    expect_plan(PLAN_BOUNDED, "SELECT count(*) OVER (ROWS BETWEEN CURRENT ROW AND NULL FOLLOWING) FROM trades",
                "22004 'NULL': frame ending offset must not be null");
    expect_plan(PLAN_BOUNDED, "SELECT count(*) OVER (ROWS price PRECEDING) FROM trades",
                "42P10 'price': argument of ROWS must not contain variables");
    expect_plan(
        PLAN_BOUNDED, "SELECT count(*) OVER (ORDER BY ts RANGE 1 PRECEDING) FROM trades",
        "0A000 '1': RANGE with offset PRECEDING/FOLLOWING is not supported for offset type INTEGER: its column asks for INTERVAL");
    expect_plan(PLAN_BOUNDED, "SELECT ntile() OVER () FROM trades",
                "42883 'ntile() OVER ()': function ntile with 0 arguments of these types does not exist");
}

static void test_windows(void **state)
{
    (void)state;
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY TUMBLE(ts, INTERVAL '0' SECOND)",
                "LM007 'INTERVAL '0' SECOND': the size of a window must be positive");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY TUMBLE(ts, INTERVAL '-1' HOUR)",
                "LM007 'INTERVAL '-1' HOUR': the size of a window must be positive");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY HOP(ts, INTERVAL '1' DAY, INTERVAL '1' MONTH)",
                "LM007 'INTERVAL '1' DAY': the parts of a window are all in months and years, or none is");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY TUMBLE(ts, 5)",
                "LM007 '5': the size of a window must be an INTERVAL");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY TUMBLE(ts)",
                "LM007 'TUMBLE(ts)': TUMBLE needs a size: TUMBLE(time, size [, offset] [, time_zone])");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY TUMBLE(qty, INTERVAL '1' HOUR)",
                "LM007 'qty': a window needs a timestamp, but this is of type BIGINT | Declare it as the event time of the source, "
                "with event_time_unit.");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY TUMBLE(sym, INTERVAL '1' HOUR)",
                "LM007 'sym': a window needs a timestamp, but this is of type TEXT");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY TUMBLE(ts, INTERVAL '1' HOUR, INTERVAL '1' HOUR, 3)",
                "LM007 '3': TUMBLE takes (time, size [, offset] [, time_zone])");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY TUMBLE(ts, width => INTERVAL '1' HOUR)",
        "LM007 'width => INTERVAL '1' HOUR': TUMBLE has no argument \"width\": it takes (time, size [, offset] [, time_zone])");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY HOP(ts, INTERVAL '2' HOUR, INTERVAL '1' HOUR)",
                "LM007 'INTERVAL '2' HOUR': the slide of a window is longer than its size: the order is HOP(time, slide, size [, "
                "offset] [, time_zone])");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY HOP(ts, INTERVAL '1' MICROSECOND, INTERVAL '1' HOUR)",
                "54000 'INTERVAL '1' MICROSECOND': each row would be in 3600000000 windows, the limit is 10000");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM CUMULATE(trades, ts, INTERVAL '2' HOUR, INTERVAL '3' HOUR)",
                "LM007 'INTERVAL '2' HOUR': max_size must be a multiple of step in CUMULATE(time, step, max_size [, offset] [, "
                "time_zone])");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY SESSION(ts, INTERVAL '0' HOUR)",
                "LM007 'INTERVAL '0' HOUR': the gap of a session must be positive");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY HOP(ts, INTERVAL '2' HOUR)",
                "LM007 'HOP(ts, INTERVAL '2' HOUR)': HOP needs a size: HOP(time, slide, size [, offset] [, time_zone])");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*), hop_end() FROM trades",
                "42P20 'hop_end()': hop_end() needs a query that is grouped by HOP | Add GROUP BY HOP(time, slide, size [, offset] "
                "[, time_zone]), "
                "or use window_start and window_end of FROM HOP(..).");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT hop_start(ts, INTERVAL '1' HOUR, INTERVAL '2' HOUR) FROM trades",
        "42P20 'hop_start(ts, INTERVAL '1' HOUR, INTERVAL '2' HOUR)': hop_start() needs a query that is grouped by HOP | Add "
        "GROUP BY HOP(time, slide, size [, offset] [, time_zone]), or use window_start and window_end of FROM HOP(..).");
    expect_plan(PLAN_CONTINUOUS, "SELECT tumble_start(ts, INTERVAL '2' HOUR) FROM trades GROUP BY TUMBLE(ts, INTERVAL '1' HOUR)",
                "LM007 'tumble_start(ts, INTERVAL '2' HOUR)': tumble_start() names another window than GROUP BY");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT count(*) FROM trades GROUP BY TUMBLE(ts, INTERVAL '1' HOUR), TUMBLE(ts, INTERVAL '2' HOUR)",
                "0A000 'TUMBLE(ts, INTERVAL '2' HOUR)': a second window in GROUP BY is not supported yet");
    expect_plan(PLAN_CONTINUOUS, "SELECT count(*) FROM trades GROUP BY TUMBLE(ts, qty)",
                "42703 'qty': column \"qty\" cannot stand in the size of a window: a constant is needed");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM TUMBLE(trades, ts)",
                "LM007 'TUMBLE(trades, ts)': TUMBLE in FROM takes (relation, time, size [, offset] [, time_zone])");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM TUMBLE(trades, tz, INTERVAL '1' HOUR)",
                "42703 'tz': column \"tz\" does not exist | Perhaps you meant the column \"trades.ts\".");
    expect_plan(
        PLAN_CONTINUOUS, "SELECT * FROM TUMBLE(5, ts, INTERVAL '1' HOUR)",
        "LM007 '5': the first argument of TUMBLE in FROM is a relation: TUMBLE(relation, time, size [, offset] [, time_zone])");
    expect_plan(PLAN_CONTINUOUS, "SELECT * FROM TUMBLE(trades, DESCRIPTOR(ts, sym), INTERVAL '1' HOUR)",
                "LM007 'DESCRIPTOR(ts, sym)': DESCRIPTOR takes one column here");
    expect_plan(PLAN_CONTINUOUS, "SELECT window_start FROM trades", "42703 'window_start': column \"window_start\" does not exist");
    expect_plan(PLAN_CONTINUOUS, "SELECT first(url) FROM clicks GROUP BY user_id",
                "LM002 'first(url)': first() goes by event time, but its input has none | Declare WATERMARK FOR the time column of "
                "the source, or write the order: first(x ORDER BY y).");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT count(*) FROM TABLE(TUMBLE(TABLE tradess, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start",
                "42P01 'tradess': relation \"tradess\" does not exist | Perhaps you meant \"trades\".");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),       cmocka_unit_test(test_grouping), cmocka_unit_test(test_types),
        cmocka_unit_test(test_unsupported), cmocka_unit_test(test_order),    cmocka_unit_test(test_over),
        cmocka_unit_test(test_windows),
    };
    return cmocka_run_group_tests(tests, db_open, db_close);
}
