/* SPDX-License-Identifier: Apache-2.0
 *
 * What the passing of time does, on the simulator's clock: watermarks that move by it, partitions and sources that become idle,
 * sources that wait for each other.  A scenario is a list of steps; whatever it asks is exact, for no real clock takes part. */
#include "db/execute.h"
#include "env/env_sim.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Step {
    const char *sql;    /* NULL: what w has emitted, or `ms` pass, the database being polled */
    const char *expect; /* rows as a|b|, sorted; "!code" = fails with that SQLSTATE; NULL = succeeds */
    int64_t ms;
    bool unpolled; /* nobody polls meanwhile */
    bool crash;    /* and the database, which is in a directory then, is opened again */
} Step;
typedef struct Scenario {
    const char *name;
    Step step[24];
} Scenario;

#define SQL(text)                                                                                                                  \
    {                                                                                                                              \
        .sql = text                                                                                                                \
    }
#define EMITTED(rows)                                                                                                              \
    {                                                                                                                              \
        .expect = rows                                                                                                             \
    } /* by w, so far */
#define ASK(text, rows)                                                                                                            \
    {                                                                                                                              \
        .sql = text, .expect = rows                                                                                                \
    }
#define WAIT(n)                                                                                                                    \
    {                                                                                                                              \
        .ms = n                                                                                                                    \
    }
#define SLEEP(n)                                                                                                                   \
    {                                                                                                                              \
        .ms = n, .unpolled = true                                                                                                  \
    }
#define CRASH                                                                                                                      \
    {                                                                                                                              \
        .crash = true                                                                                                              \
    }
#define BUSY_POLL_MS 10
#define TEN_A_SECOND "FROM GENERATOR (rows_per_second = 10, max_rows = 10000, batch_rows = 1, v.min = 1, v.max = 1)"

/* Rows of `w`, watched from here on: start of the window and sum. */
#define WINDOWS(source)                                                                                                            \
    SQL("CREATE STREAM w AS SELECT CAST(TUMBLE_START(ts, INTERVAL '10' SECOND) AS TIME) AS t, sum(v) AS s FROM " source            \
        " GROUP BY TUMBLE(ts, INTERVAL '10' SECOND) EMIT ON WINDOW CLOSE"),                                                        \
        SQL("SUBSCRIBE w")

static const Scenario scenarios[] = {
    {"by interval, also without rows",
     {SQL("CREATE SOURCE e (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) WITH (watermark_interval = '1s')"), WINDOWS("e"),
      SQL("INSERT INTO e VALUES (1, '1969-01-01 00:00:01')"), SQL("INSERT INTO e VALUES (2, '1969-01-01 00:00:12')"),
      SQL("INSERT INTO e VALUES (4, '1969-01-01 00:00:02')"), /* W has not moved yet */
      EMITTED(""), WAIT(1100), EMITTED("00:00:00|5|\n"), WAIT(7000), EMITTED("00:00:00|5|\n"), WAIT(1500),
      EMITTED("00:00:00|5|\n00:00:10|2|\n")}},
    {"the clock as event time",
     {SQL("CREATE SOURCE e (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS PROCTIME())"),
      SQL("CREATE STREAM w AS SELECT sum(v) AS s FROM e GROUP BY TUMBLE(ts, INTERVAL '10' SECOND) EMIT ON WINDOW CLOSE"),
      SQL("SUBSCRIBE w"), SQL("INSERT INTO e VALUES (1, '1900-01-01 00:00:00'), (2, NULL)"), SQL("INSERT INTO e (v) VALUES (4)"),
      WAIT(5000), SQL("INSERT INTO e (v) VALUES (8)"), EMITTED(""), WAIT(4900), EMITTED(""), WAIT(200), EMITTED("15|\n"),
      ASK("SELECT min(abs(extract(epoch from now()) - extract(epoch from ts))) > 5, count(*) FROM e", "t|4|\n")}},
    {"a partition that is polled in vain stops holding the others",
     {SQL("CREATE SOURCE e (d TEXT, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) WITH (watermark_partition = 'd', idle_timeout = "
          "'5s')"),
      WINDOWS("e"), SQL("INSERT INTO e VALUES ('a', 1, '1969-01-01 00:00:01'), ('b', 2, '1969-01-01 00:00:02')"),
      SQL("INSERT INTO e VALUES ('a', 4, '1969-01-01 00:00:30')"), WAIT(4000), EMITTED(""),
      SQL("INSERT INTO e VALUES ('a', 8, '1969-01-01 00:00:31')"), WAIT(900), EMITTED(""), WAIT(300), EMITTED("00:00:00|3|\n"),
      /* It comes back behind W: W stays, and it holds from there. */
      SQL("INSERT INTO e VALUES ('b', 100, '1969-01-01 00:00:03'), ('b', 16, '1969-01-01 00:00:31')"),
      SQL("INSERT INTO e VALUES ('a', 32, '1969-01-01 00:00:50')"), EMITTED("00:00:00|3|\n"),
      SQL("INSERT INTO e VALUES ('b', 32, '1969-01-01 00:00:50')"), EMITTED("00:00:00|3|\n00:00:30|28|\n")}},
    {"time in which nobody polls is not idleness",
     {SQL("CREATE SOURCE e (d TEXT, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) WITH (watermark_partition = 'd', idle_timeout = "
          "'5s')"),
      WINDOWS("e"),
      SQL("INSERT INTO e VALUES ('a', 1, '1969-01-01 00:00:01'), ('b', 2, '1969-01-01 00:00:02'), ('a', 4, '1969-01-01 00:00:30')"),
      WAIT(1000), SLEEP(60000), WAIT(1000), EMITTED(""), SLEEP(60000), WAIT(2500), EMITTED(""),
      SQL("INSERT INTO e VALUES ('a', 4, '1969-01-01 00:00:31')"), WAIT(1000), EMITTED("00:00:00|3|\n")}},
    {"all idle: the watermark holds",
     {SQL("CREATE SOURCE e (d TEXT, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) WITH (watermark_partition = 'd', idle_timeout = "
          "'5s')"),
      WINDOWS("e"), SQL("INSERT INTO e VALUES ('a', 1, '1969-01-01 00:00:01'), ('b', 2, '1969-01-01 00:00:30')"), WAIT(60000),
      EMITTED(""), SQL("INSERT INTO e VALUES ('a', 4, '1969-01-01 00:00:02')"), EMITTED("")}},
    {"all idle: the watermark may follow the clock",
     {SQL("CREATE SOURCE e (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE) WITH (idle_timeout = '5s', "
          "idle_watermark = 'clock')"),
      SQL("CREATE STREAM w AS SELECT sum(v) AS s FROM e GROUP BY TUMBLE(ts, INTERVAL '10' SECOND) EMIT ON WINDOW CLOSE"),
      SQL("SUBSCRIBE w"), SQL("INSERT INTO e SELECT 1, now()"), WAIT(69900), EMITTED(""), WAIT(200), EMITTED("1|\n")}},
    {"an idle source does not hold a query over several",
     {SQL("CREATE SOURCE a (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) WITH (idle_timeout = '5s')"),
      SQL("CREATE SOURCE b (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts)"),
      WINDOWS("(SELECT * FROM a UNION ALL SELECT * FROM b) AS u"), SQL("INSERT INTO a VALUES (1, '1969-01-01 00:00:01')"),
      SQL("INSERT INTO b VALUES (2, '1969-01-01 00:00:30')"), EMITTED(""), WAIT(6000), EMITTED("00:00:00|1|\n"),
      SQL("INSERT INTO b VALUES (4, '1969-01-01 00:00:41')"), EMITTED("00:00:00|1|\n00:00:30|2|\n"),
      /* Back, behind the others: late, and holding again. */
      SQL("INSERT INTO a VALUES (100, '1969-01-01 00:00:31'), (8, '1969-01-01 00:00:42')"),
      SQL("INSERT INTO b VALUES (16, '1969-01-01 00:01:00')"), EMITTED("00:00:00|1|\n00:00:30|2|\n"),
      SQL("INSERT INTO a VALUES (32, '1969-01-01 00:01:00')"), EMITTED("00:00:00|1|\n00:00:30|2|\n00:00:40|12|\n")}},
    {"a stream whose source is idle is idle, too",
     {SQL("CREATE SOURCE a (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) WITH (idle_timeout = '5s')"),
      SQL("CREATE SOURCE b (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts)"), SQL("CREATE STREAM big AS SELECT * FROM a WHERE v > 0"),
      WINDOWS("(SELECT * FROM big UNION ALL SELECT * FROM b) AS u"), SQL("INSERT INTO a VALUES (1, '1969-01-01 00:00:01')"),
      SQL("INSERT INTO b VALUES (2, '1969-01-01 00:00:30')"), EMITTED(""), WAIT(6000), EMITTED("00:00:00|1|\n")}},
    {"a source ahead of its group is refused until the others have caught up",
     {SQL("CREATE SOURCE a (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) WITH (alignment.group = 'g', alignment.max_drift = '10s')"),
      SQL("CREATE SOURCE b (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) WITH (alignment.group = 'g', alignment.max_drift = '10s', "
          "idle_timeout = '5s')"),
      WINDOWS("a"), SQL("INSERT INTO a VALUES (1, '1970-01-01 00:01:00')"), SQL("INSERT INTO b VALUES (1, '1970-01-01 00:00:40')"),
      ASK("INSERT INTO a VALUES (2, '1970-01-01 00:01:01')", "!LM031"), WAIT(1000),
      SQL("INSERT INTO b VALUES (1, '1970-01-01 00:00:50')"), SQL("INSERT INTO a VALUES (2, '1970-01-01 00:01:05')"),
      ASK("INSERT INTO a VALUES (2, '1970-01-01 00:01:02')", "!LM031"),
      ASK("SHOW ALIGNMENTS", "g|a|NULL|pause|1970-01-01 00:01:05|15000|10000|t|2|1|1000|0|0|\n"
                             "g|b|NULL|pause|1970-01-01 00:00:50|0|10000|f|0|0|0|0|0|\n"),
      WAIT(6000), SQL("INSERT INTO a VALUES (4, '1970-01-01 00:02:00')"), /* b is idle and holds nobody */
      SQL("INSERT INTO b VALUES (1, '1970-01-01 00:01:55')"), SQL("INSERT INTO a VALUES (8, '1970-01-01 00:02:30')"),
      ASK("INSERT INTO a VALUES (16, '1970-01-01 00:02:30')", "!LM031"), SQL("DROP SOURCE b"),
      SQL("INSERT INTO a VALUES (16, '1970-01-01 00:02:31')")}},
    {"a source ahead of its group loses the rows that take it there, and only those",
     {SQL("CREATE SOURCE a (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) WITH (alignment.group = 'g', alignment.max_drift = '10s', "
          "alignment.mode = 'drop')"),
      SQL("CREATE SOURCE b (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) WITH (alignment.group = 'g', alignment.max_drift = '10s', "
          "alignment.mode = 'warn')"),
      WINDOWS("a"), SQL("INSERT INTO b VALUES (1, '1970-01-01 00:00:00')"),
      SQL("INSERT INTO a VALUES (1, '1970-01-01 00:00:10'), (2, '1970-01-01 00:00:11'), (4, '1970-01-01 00:00:09'), (8, NULL)"),
      SQL("INSERT INTO b VALUES (1, '1970-01-01 00:00:30')"), SQL("INSERT INTO a VALUES (16, '1970-01-01 00:00:40')"),
      EMITTED("00:00:10|1|\n"),
      ASK("SHOW ALIGNMENTS", "g|a|NULL|drop|1970-01-01 00:00:40|10000|10000|f|0|0|0|0|1|\n"
                             "g|b|NULL|warn|1970-01-01 00:00:30|0|10000|f|0|0|0|1|0|\n")}},
    {"keys that make room are counted",
     {SQL("CREATE SOURCE e (k TEXT, ts TIMESTAMP, WATERMARK FOR ts PER KEY (k)) WITH (max_keys = 2, max_keys_policy = "
          "'evict_idle', key_idle = '1 hour')"),
      SQL("CREATE SOURCE r (k TEXT, ts TIMESTAMP, WATERMARK FOR ts PER KEY (k)) WITH (max_keys = 1, max_keys_policy = 'reject')"),
      SQL("INSERT INTO e VALUES ('a', '1970-01-01 00:00:09'), ('b', '1970-01-01 00:00:05'), ('a', '1970-01-01 00:00:10'), ('c', "
          "'1970-01-01 00:00:20')"),
      SQL("INSERT INTO r VALUES ('a', '1970-01-01 00:00:01'), ('b', '1970-01-01 00:00:05'), ('b', '1970-01-01 00:00:06')"),
      ASK("SHOW WATERMARKS", "e|source|NULL|NULL|1970-01-01 00:00:10|LAG|f|0|0|0|NULL|2|1|0|\n"
                             "r|source|NULL|NULL|1970-01-01 00:00:01|LAG|f|0|0|0|NULL|1|0|2|\n"),
      ASK("SELECT count(*) FROM r", "1|\n")}},
    {"readers of one query wait for each other",
     {SQL("CREATE SOURCE a (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) FROM GENERATOR (rows_per_second = 100, max_rows = 100, "
          "batch_rows = 1, ts.start = '1970-01-01 00:00:00', ts.step = '1s', v.min = 1, v.max = 1) WITH (alignment.group = 'g', "
          "alignment.max_drift = '10s')"),
      SQL("CREATE SOURCE b (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts) FROM GENERATOR (rows_per_second = 10, max_rows = 30, "
          "ts.start = '1970-01-01 00:00:00', ts.step = '1s', v.min = 1, v.max = 1) WITH (alignment.group = 'g', "
          "alignment.max_drift = '10s')"),
      SQL("CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n, max(ts) < TIMESTAMP '1970-01-01 00:00:35' AS near FROM (SELECT * "
          "FROM a UNION ALL SELECT * FROM b) AS u"),
      WAIT(2000), ASK("SELECT near, n > 40 FROM m", "t|t|\n"), WAIT(3000), ASK("SELECT * FROM m", "130|f|\n")}},
    {"the period of a stream over a connector holds for its readers, each with its own",
     {SQL("CREATE SOURCE g (v INTEGER) " TEN_A_SECOND),
      SQL("CREATE STREAM p AS SELECT sum(v) AS s FROM g EMIT EVERY INTERVAL '4' SECOND"),
      SQL("CREATE STREAM q AS SELECT (s + 5) / 10 AS s FROM p EMIT PERIODICALLY INTERVAL '6' SECOND"),
      SQL("CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n, (max(s) + 5) / 10 AS s FROM p"),
      SQL("CREATE MATERIALIZED VIEW o AS SELECT s FROM q"),
      WAIT(3900),
      ASK("SELECT * FROM m", "0|NULL|\n"),
      WAIT(200),
      ASK("SELECT * FROM m", "1|4|\n"),
      WAIT(1800),
      ASK("SELECT * FROM m", "1|4|\n"),
      ASK("SELECT * FROM o", ""),
      WAIT(200),
      ASK("SELECT * FROM o", "4|\n"),
      WAIT(1800),
      ASK("SELECT * FROM m", "1|4|\n"),
      WAIT(200),
      ASK("SELECT * FROM m", "1|8|\n"),
      ASK("SELECT * FROM o", "4|\n"),
      WAIT(4000),
      ASK("SELECT * FROM o", "12|\n")}},
    {"keys by interval, also without rows",
     {SQL("CREATE SOURCE e (k TEXT, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts PER KEY (k)) WITH (watermark_interval = '1s')"),
      SQL("CREATE STREAM w AS SELECT k, CAST(TUMBLE_START(ts, INTERVAL '10' SECOND) AS TIME) AS t, sum(v) AS s FROM e GROUP BY k, "
          "TUMBLE(ts, INTERVAL '10' SECOND) EMIT ON WINDOW CLOSE"),
      SQL("SUBSCRIBE w"), SQL("INSERT INTO e VALUES ('a', 1, '1969-01-01 00:00:01'), ('b', 1, '1969-01-01 00:00:01')"),
      SQL("INSERT INTO e VALUES ('a', 2, '1969-01-01 00:00:12'), ('a', 4, '1969-01-01 00:00:02')"), /* a has not moved yet */
      EMITTED(""), WAIT(1100), EMITTED("a|00:00:00|5|\n"), SQL("INSERT INTO e VALUES ('a', 8, '1969-01-01 00:00:09')"), /* late */
      SQL("INSERT INTO e VALUES ('b', 8, '1969-01-01 00:00:08')"), WAIT(1900), EMITTED("a|00:00:00|5|\n"), WAIT(2000),
      EMITTED("a|00:00:00|5|\nb|00:00:00|9|\n"), WAIT(4000), EMITTED("a|00:00:00|5|\nb|00:00:00|9|\n"), WAIT(3000),
      EMITTED("a|00:00:00|5|\nb|00:00:00|9|\na|00:00:10|2|\n")}},
    {"a period goes on where it was",
     {SQL("CREATE SOURCE g (v INTEGER) " TEN_A_SECOND),
      SQL("CREATE STREAM p AS SELECT sum(v) AS s FROM g EMIT EVERY INTERVAL '8' SECOND"),
      SQL("CREATE MATERIALIZED VIEW m AS SELECT max(s) > 60 AS s FROM p"), WAIT(3000), SQL("CHECKPOINT"), WAIT(1000), CRASH,
      WAIT(3900), ASK("SELECT * FROM m", "NULL|\n"), WAIT(200), ASK("SELECT * FROM m", "t|\n")}},
    {"what holds, as SHOW says it",
     {SQL("CREATE SOURCE e (d TEXT, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH "
          "(watermark_partition = 'd', idle_timeout = '5s')"),
      WINDOWS("e"),
      SQL("INSERT INTO e VALUES ('a', 1, '1970-01-01 00:00:05'), ('b', 2, '1970-01-01 00:00:02'), ('b', 2, NULL), ('b', 1, "
          "'2300-01-01')"),
      ASK("SHOW WATERMARKS",
          "e|partition|NULL|a|1970-01-01 00:00:04|LAG|f|0|0|0|NULL|NULL|NULL|NULL|\ne|partition|NULL|b|1970-01-01 "
          "00:00:01|LAG|f|1|1|1|NULL|NULL|NULL|NULL|\n"
          "e|source|NULL|NULL|1970-01-01 00:00:04|LAG|f|1|1|1|b|NULL|NULL|NULL|\nw|query|NULL|NULL|1970-01-01 "
          "00:00:04|LAG|f|0|0|1|e|NULL|NULL|NULL|\n"),
      ASK("SHOW WHY w LATE", "1|w|STREAM|1970-01-01 00:00:04|LAG|f|e|\n2|e|source|1970-01-01 00:00:04|LAG|f|b|\n"
                             "3|b|partition|1970-01-01 00:00:01|LAG|f|NULL|\n"),
      WAIT(6000), ASK("SHOW WHY e LATE", "1|e|source|1970-01-01 00:00:04|LAG|t|NULL|\n"), ASK("SHOW WHY nix LATE", "!42P01")}},
};

static Database *db;
static Env *env;
static Consumer watch;
static StrBuf emitted;

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lag depends on when the simulated world began. */
static void put_value(StrBuf *out, const char *column, Value v)
{
    if (strcmp(column, "lag_ms") == 0)
        sb_puts(out, v.is_null ? "NULL" : "LAG");
    else if (v.is_null)
        sb_puts(out, "NULL");
    else
        value_print(&v, out);
    sb_putc(out, '|');
}

static int batch_lines(const Batch *b, char **line, int n, int cap)
{
    for (uint32_t k = 0; k < b->n_sel && n < cap; k++) {
        StrBuf text;
        sb_init(&text, NULL);
        for (uint32_t c = 0; c < b->n_cols; c++)
            put_value(&text, b->schema->field[c].name, vec_get(&b->col[c], row_at(batch_rows(b), k)));
        sb_putc(&text, '\n');
        line[n++] = strdup(sb_cstr(&text));
        sb_done(&text);
    }
    return n;
}

static void put_lines(char **line, int n, StrBuf *ret)
{
    qsort(line, (size_t)n, sizeof(*line), compare_lines);
    for (int i = 0; i < n; i++) {
        sb_puts(ret, line[i]);
        free(line[i]);
    }
}

static void rows_text(const ResultSet *rows, StrBuf *ret)
{
    char *line[256];
    int n = 0;
    for (uint32_t i = 0; i < rows->n; i++)
        n = batch_lines(rows->batch[i], line, n, (int)ARRAY_LEN(line));
    put_lines(line, n, ret);
}

static int take_emitted(Consumer *c, const Batch *b, Err *err)
{
    char *line[256];
    (void)c;
    (void)err;
    put_lines(line, batch_lines(b, line, 0, (int)ARRAY_LEN(line)), &emitted);
    return 0;
}

static void take_end(Consumer *c, const Err *err)
{
    (void)c;
    (void)err;
}

static const ConsumerType watch_type = {.batch = take_emitted, .end = take_end};

static void watch_w(void)
{
    engine_enter(db->engine);
    watch = (Consumer){.type = &watch_type};
    consumer_add(&engine_feed(db->engine, catalog_find(db->catalog, STR("w"))->id)->consumers, &watch);
    engine_leave(db->engine);
}

static bool check_emitted(const Scenario *s, size_t step)
{
    const char *wanted = s->step[step].expect;
    if (strcmp(sb_cstr(&emitted), wanted) == 0)
        return true;
    printf("%s: w emitted until step %zu\n%sinstead of\n%s", s->name, step, sb_cstr(&emitted), wanted);
    return false;
}

static bool run_sql(const char *scenario, const Step *s)
{
    StatementResult r;
    Err err = ERR_INIT;
    StrBuf got;
    sb_init(&got, NULL);
    int rc = db_execute(db, str_of(s->sql), &r, &err);
    if (rc < 0) {
        sb_printf(&got, "!%s", err_sqlstate(err.code));
    } else {
        if (s->expect && r.rows)
            rows_text(r.rows, &got);
        statement_result_done(&r);
    }
    bool ok = s->expect ? strcmp(sb_cstr(&got), s->expect) == 0 : rc == 0;
    if (!ok)
        printf("%s: %s\n  gave  %s\n  for   %s\n  (%s)\n", scenario, s->sql, sb_cstr(&got), s->expect ? s->expect : "success",
               err.message);
    sb_done(&got);
    return ok;
}

static void pass_time(const Step *s)
{
    if (s->unpolled) {
        env_sim_advance(env, s->ms * 1000000);
        return;
    }
    for (int64_t ms = 0; ms < s->ms; ms += BUSY_POLL_MS) {
        env_sim_advance(env, BUSY_POLL_MS * INT64_C(1000000));
        (void)engine_poll(db->engine);
    }
}

static bool open_database(const Scenario *s)
{
    Err err = ERR_INIT;
    DatabaseConfig config = {.wal = {.segment_bytes = 128 << 10, .buffer_bytes = 32 << 10}};
    for (size_t i = 0; i < ARRAY_LEN(s->step); i++)
        config.path = s->step[i].crash ? "/db" : config.path;
    if (db_open(env, &config, &db, &err) == 0)
        return true;
    printf("%s: open: %s\n", s->name, err.message);
    return false;
}

static bool reopen(const Scenario *s)
{
    db_unref(db);
    env_sim_crash(env);
    return open_database(s);
}

static bool play(const Scenario *s)
{
    env = env_sim_new(1, NULL);
    if (!env || !open_database(s))
        return false;
    bool ok = true;
    sb_init(&emitted, NULL);
    for (size_t i = 0; ok && i < ARRAY_LEN(s->step); i++) {
        const Step *at = &s->step[i];
        if (at->ms)
            pass_time(at);
        else if (at->crash)
            ok = reopen(s);
        else if (at->sql && strcmp(at->sql, "SUBSCRIBE w") == 0)
            watch_w();
        else if (at->sql)
            ok = run_sql(s->name, at);
        else if (at->expect)
            ok = check_emitted(s, i);
    }
    db_close(db);
    db_unref(db);
    sb_done(&emitted);
    env_sim_free(env);
    return ok;
}

int main(void)
{
    unsigned passed = 0, n = (unsigned)ARRAY_LEN(scenarios);
    for (unsigned i = 0; i < n; i++)
        passed += play(&scenarios[i]);
    printf("%u passed, %u failed, 0 skipped\n", passed, n - passed);
    return passed == n ? 0 : 1;
}
