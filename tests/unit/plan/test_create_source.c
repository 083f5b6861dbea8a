/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE SOURCE and CREATE TABLE: what they make and what they refuse. */
#include "plan_test.h"

/* The relation as one line. */
static const char *show(const char *name)
{
    static char out[1000];
    char type[64];
    const Relation *r = catalog_find(db.catalog, str_of(name));
    size_t n = 0;
    assert_non_null(r);
    for (uint32_t i = 0; i < r->schema->n; i++) {
        const Field *f = &r->schema->field[i];
        type_print(f->type, type, sizeof(type));
        n += (size_t)snprintf(out + n, sizeof(out) - n, "%s %s%s", f->name, type, f->not_null ? " NOT NULL" : "");
        if (r->defaults && r->defaults[i])
            n += (size_t)snprintf(out + n, sizeof(out) - n, " DEFAULT %s", r->defaults[i]);
        n += (size_t)snprintf(out + n, sizeof(out) - n, ", ");
    }
    for (uint32_t i = 0; i < r->n_primary_key; i++)
        n += (size_t)snprintf(out + n, sizeof(out) - n, "key %u, ", r->primary_key[i]);
    if (r->watermark.declared)
        n += (size_t)snprintf(out + n, sizeof(out) - n, "watermark %u delay %lld skew %lld unit %lld, ", r->watermark.col,
                              (long long)r->watermark.delay_us, (long long)r->watermark.max_future_skew_us,
                              (long long)r->watermark.unit_us);
    n += (size_t)snprintf(out + n, sizeof(out) - n, "buffer %lld backpressure %d future %d", (long long)r->buffer_rows,
                          r->backpressure, r->future_rows);
    if (r->connector)
        n += (size_t)snprintf(out + n, sizeof(out) - n, ", connector %s format %s", r->connector, r->format ? r->format : "-");
    for (uint32_t i = 0; i < r->n_connector_opts; i++)
        n += (size_t)snprintf(out + n, sizeof(out) - n, " %.*s=%.*s", (int)r->connector_opts[i].key.n, r->connector_opts[i].key.p,
                              (int)r->connector_opts[i].value.n, r->connector_opts[i].value.p);
    for (uint32_t i = 0; i < r->n_format_opts; i++)
        n += (size_t)snprintf(out + n, sizeof(out) - n, " f.%.*s=%.*s", (int)r->format_opts[i].key.n, r->format_opts[i].key.p,
                              (int)r->format_opts[i].value.n, r->format_opts[i].value.p);
    return out;
}

static void expect_relation(const char *sql, const char *want)
{
    const char *e = create(sql);
    expect_text('R', sql, e ? e : show("s"), want);
    if (e)
        return;
    Catalog *next = NULL;
    uint64_t id = catalog_find(db.catalog, STR("s"))->id;
    assert_int_equal(catalog_with(db.catalog, NULL, &id, 1, &next, NULL), 0);
    catalog_unref(db.catalog);
    db.catalog = next;
    db.ctx.catalog = next;
}

static void test_made(void **state)
{
    (void)state;
    expect_relation(
        "CREATE SOURCE s (a INT NOT NULL, b TEXT DEFAULT 'x' || 'y', c DECIMAL(10, 2) DEFAULT 0, ts TIMESTAMP, WATERMARK FOR ts)",
        "a INTEGER NOT NULL, b TEXT DEFAULT 'x' || 'y', c DECIMAL(10,2) DEFAULT 0, ts TIMESTAMP, watermark 3 delay 0 skew "
        "300000000 unit 0, buffer 0 backpressure 0 future 0");
    expect_relation(
        "CREATE SOURCE s (ts TIMESTAMP WITH TIME ZONE, WATERMARK FOR ts AS ts - INTERVAL '100' MILLISECOND)",
        "ts TIMESTAMP WITH TIME ZONE, watermark 0 delay 100000 skew 300000000 unit 0, buffer 0 backpressure 0 future 0");
    expect_relation("CREATE SOURCE s (a DATE) WITH (event_time = 'a', watermark_delay = '10 seconds', max_future_skew = '1 day', "
                    "future_rows = 'late')",
                    "a DATE, watermark 0 delay 10000000 skew 86400000000 unit 0, buffer 0 backpressure 0 future 1");
    expect_relation("CREATE SOURCE s (a BIGINT, WATERMARK FOR a AS a - INTERVAL '1' SECOND) WITH (event_time_unit = 'ns', "
                    "buffer_size = 1000, backpressure = drop_oldest)",
                    "a BIGINT, watermark 0 delay 1000000 skew 300000000 unit -1000, buffer 1024 backpressure 1 future 0");
    expect_relation("CREATE SOURCE s (a BIGINT, WATERMARK FOR a)",
                    "a BIGINT, watermark 0 delay 0 skew 300000000 unit 1000, buffer 0 backpressure 0 future 0");
    expect_relation("CREATE TABLE s (a INT, b TEXT PRIMARY KEY)",
                    "a INTEGER, b TEXT NOT NULL, key 1, buffer 0 backpressure 0 future 0");
    expect_relation("CREATE TABLE s (a INT, b TEXT, c VARCHAR(10), PRIMARY KEY (c, a))",
                    "a INTEGER NOT NULL, b TEXT, c VARCHAR(10) NOT NULL, key 2, key 0, buffer 0 backpressure 0 future 0");
    expect_relation("CREATE SOURCE s FROM FILE (path = 'x.csv', poll = 5) FORMAT CSV WITH (header = true) (a INT, ts TIMESTAMP, "
                    "WATERMARK FOR ts) WITH (idle = '5s')",
                    "a INTEGER, ts TIMESTAMP, watermark 1 delay 0 skew 300000000 unit 0, buffer 0 backpressure 0 future 0, "
                    "connector file format csv path=x.csv poll=5 idle=5s f.header=true");
    expect_relation("CREATE SOURCE s (a INT) WITH (connector = 'file', path = 'x.csv', format = 'csv', on_error = fail)",
                    "a INTEGER, buffer 0 backpressure 0 future 0, connector file format - path=x.csv format=csv on_error=fail");
}

static void test_refused(void **state)
{
    (void)state;
    expect_create("CREATE SOURCE s (a INT, a TEXT)", "42701 'a': column \"a\" specified more than once");
    expect_create("CREATE SOURCE s (a NOSUCH)", "42704 'NOSUCH': type \"nosuch\" does not exist");
    expect_create("CREATE SOURCE s (a INT PRIMARY KEY)",
                  "42P17 'a INT PRIMARY KEY': a source has no primary key: it is a stream of events that is not stored | Use "
                  "CREATE TABLE for rows that are replaced by key, or WITH (changes = 'upsert').");
    expect_create("CREATE SOURCE s (a INT, PRIMARY KEY (a))",
                  "42P17 'PRIMARY KEY (a)': a source has no primary key: it is a stream of events that is not stored | Use CREATE "
                  "TABLE for rows that are replaced by key, or WITH (changes = 'upsert').");
    expect_create("CREATE TABLE s (a INT PRIMARY KEY, b INT PRIMARY KEY)",
                  "42P16 'b INT PRIMARY KEY': multiple primary keys for table \"s\" are not allowed");
    expect_create("CREATE TABLE s (a INT, PRIMARY KEY (b))",
                  "42703 'b': column \"b\" does not exist | Perhaps you meant the column \"a\".");
    expect_create("CREATE TABLE s (a INT, PRIMARY KEY (a, a))", "42701 'a': column \"a\" appears twice in the primary key");
    expect_create("CREATE SOURCE s (a INT UNIQUE)", "0A000 'a INT UNIQUE': UNIQUE of a source is not supported yet");
    expect_create("CREATE SOURCE s (a INT CHECK (a > 1))", "0A000 'CHECK (a > 1)': CHECK of a source is not supported yet");
    expect_create("CREATE TABLE s (a INT CHECK (b > 1))",
                  "42703 'b': column \"b\" does not exist | Perhaps you meant the column \"s.a\".");
    expect_create("CREATE TABLE s (a INT, CHECK (a > random()))",
                  "42P17 'a > random()': a CHECK must not depend on the time or on chance: it would not hold for ever");
    expect_create("CREATE SOURCE s (a INT, b AS a + c)",
                  "42703 'c': column \"c\" does not exist | Perhaps you meant the column \"s.a\".");
    expect_create("CREATE SOURCE s (a INT, b INT AS (random()))", "42P17 'random()': generation expression is not immutable");
    expect_create("CREATE SOURCE s (a INT DEFAULT 'x')", "22P02 ''x'': invalid input syntax for type integer: \"x\"");
    expect_create("CREATE SOURCE s (a INT DEFAULT b)", "0A000 'b': column \"b\" cannot stand in DEFAULT: a constant is needed");
    expect_create("CREATE SOURCE s", "42601 '': syntax error at end of input");
    expect_create("CREATE SOURCE s (*)", "42P17 '*': no connector supplies columns here: declare them");
    expect_create("CREATE TABLE s AS SELECT 1", "0A000 'SELECT 1': CREATE TABLE .. AS is not supported yet");
    expect_create("CREATE LOOKUP TABLE s FROM FILE (path = 'x')", "42P17 's': no connector supplies columns here: declare them");
}

static void test_watermark(void **state)
{
    (void)state;
    expect_create("CREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR tss)",
                  "42703 'tss': column \"tss\" does not exist | Perhaps you meant the column \"ts\".");
    expect_create("CREATE SOURCE s (ts TEXT, WATERMARK FOR ts)",
                  "LM008 'ts': event time \"ts\" is of type TEXT: it must be a TIMESTAMP, a DATE, or a BIGINT");
    expect_create("CREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR ts AS ts + INTERVAL '1' SECOND)",
                  "LM008 'ts + INTERVAL '1' SECOND': a watermark is \"ts\", \"ts - INTERVAL ..\" or \"PROCTIME()\"");
    expect_create("CREATE SOURCE s (ts TIMESTAMP, x TIMESTAMP, WATERMARK FOR ts AS x)",
                  "LM008 'x': a watermark is \"ts\", \"ts - INTERVAL ..\" or \"PROCTIME()\"");
    expect_create("CREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '-1' SECOND)",
                  "LM008 'INTERVAL '-1' SECOND': the delay of a watermark must not be negative");
    expect_create("CREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' MONTH)",
                  "LM008 'INTERVAL '1' MONTH': the delay of a watermark must be a fixed duration: months and years vary in length");
    expect_create("CREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR ts AS ts - 5)",
                  "LM008 '5': the delay of a watermark must be an INTERVAL");
    expect_create("CREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR ts, WATERMARK FOR ts)",
                  "LM008 'WATERMARK FOR ts': only one WATERMARK clause is allowed");
    expect_create("CREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR ts PER KEY ts)",
                  "LM008 'ts': the event time cannot be the key of its own watermark");
    expect_create("CREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR ts) WITH (event_time = 'ts')",
                  "LM065 ''ts'': the watermark is given twice: by WATERMARK FOR and by the option \"event_time\"");
    expect_create("CREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR ts) WITH (watermark_delay = '1s')",
                  "LM065 ''1s'': the watermark is given twice: by WATERMARK FOR and by the option \"watermark_delay\"");
    expect_create("CREATE SOURCE s (ts TIMESTAMP) WITH (event_time = 'tz')",
                  "42703 ''tz'': column \"tz\" does not exist | Perhaps you meant the column \"ts\".");
    expect_create("CREATE SOURCE s (ts TIMESTAMP) WITH (watermark_delay = '5s')",
                  "LM066 ''5s'': option \"watermark_delay\" needs an event time: WATERMARK FOR .., or event_time = '..'");
    expect_create("CREATE SOURCE s (ts TIMESTAMP) WITH (event_time = 'ts', event_time_unit = 'ms')",
                  "LM065 ''ms'': event_time_unit is for an event time of type BIGINT");
    expect_create(
        "CREATE SOURCE s (ts BIGINT) WITH (event_time = 'ts', event_time_unit = 'h')",
        "LM065 ''h'': a source: option \"event_time_unit\" must be one of "
        "s/second/seconds, ms/millisecond/milliseconds, us/microsecond/microseconds, ns/nanosecond/nanoseconds, not \"h\"");
    expect_create(
        "CREATE SOURCE s (ts TIMESTAMP) WITH (event_time = 'ts', watermark_delay = '-5s')",
        "LM065 ''-5s'': a source: option \"watermark_delay\" must be a duration such as 500ms or 10 seconds, not \"-5s\"");
    expect_create("CREATE SOURCE s (ts TIMESTAMP) WITH (future_rows = 'late')",
                  "LM066 ''late'': option \"future_rows\" needs an event time: WATERMARK FOR .., or event_time = '..'");
}

static void test_options(void **state)
{
    (void)state;
    expect_create("CREATE SOURCE s (a INT) WITH (channel = 'spsc')",
                  "LM065 'channel': option \"channel\" cannot be set: the engine derives the kind of channel from the producers "
                  "and consumers");
    expect_create(
        "CREATE SOURCE s (a INT) WITH (type = 'x')",
        "LM065 'type': option \"type\" cannot be set: the engine derives the kind of channel from the producers and consumers");
    expect_create("CREATE SOURCE s (a INT) WITH (alignment.group = 'g')",
                  "LM066 ''g'': option \"alignment.group\" needs an event time: WATERMARK FOR .., or event_time = '..'");
    expect_create("CREATE SOURCE s (a INT) WITH (wal_mode = 'never')",
                  "LM065 ''never'': a source: option \"wal_mode\" must be one of database, sync, async, not \"never\"");
    expect_create("CREATE SOURCE s (a INT) WITH (checkpoint_interval = '5s')",
                  "0A000 'checkpoint_interval': option \"checkpoint_interval\" is not supported yet");
    expect_create("CREATE SOURCE s (a INT) WITH (bufer_size = 5)",
                  "LM064 'bufer_size': a source has no option \"bufer_size\" | Did you mean \"buffer_size\"?");
    expect_create("CREATE SOURCE s (a INT) WITH (buffer_size = 3)",
                  "LM065 '3': a source: option \"buffer_size\" must be between 4 and 1048576, not \"3\"");
    expect_create("CREATE SOURCE s (a INT) WITH (buffer_size = 1048577)",
                  "LM065 '1048577': a source: option \"buffer_size\" must be between 4 and 1048576, not \"1048577\"");
    expect_create("CREATE SOURCE s (a INT) WITH (backpressure = 'maybe')",
                  "LM065 ''maybe'': a source: option \"backpressure\" must be one of "
                  "block/blocking, drop/drop_oldest/dropoldest, reject/error, not \"maybe\"");
    expect_create("CREATE SOURCE s (a INT) WITH (buffer_size = 4, buffer_size = 8)",
                  "LM065 'buffer_size': option \"buffer_size\" is given twice");
    expect_create("CREATE SOURCE s (a INT) WITH (format = 'csv')", "LM064 'format': a source has no option \"format\"");
    expect_create("CREATE SOURCE s (a INT) WITH (on_error = 'fail')", "LM064 'on_error': a source has no option \"on_error\"");
    expect_create("CREATE SOURCE s FROM FILE (path = 'a') (a INT) WITH (connector = 'file')",
                  "LM065 'connector': the connector is given twice: by FROM and by the option \"connector\"");
    expect_create("CREATE SOURCE s FROM FILE (path = 'a') (a INT) WITH (buffer_size = 8)",
                  "0A000 'buffer_size': option \"buffer_size\" is for sources without a connector");
    expect_create("CREATE TABLE s (a INT) WITH (buffer_size = 8)",
                  "0A000 'buffer_size': option \"buffer_size\" is for sources without a connector");
    expect_create("CREATE SOURCE s (a INT) FORMAT CSV",
                  "LM066 'FORMAT CSV': FORMAT needs a connector: FROM kind (..), or WITH (connector = 'kind')");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_watermark),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, db_open, db_close);
}
