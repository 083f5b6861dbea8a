/* SPDX-License-Identifier: Apache-2.0
 *
 * `laminar bench memory`: rows per second of a keyed aggregate whose state is as large as memory_limit allows, twice as large, ten
 * times as large; with keys at random, and with nine rows in ten for a twentieth of the keys.  Groups have a text of 300 bytes, for
 * the index over them stays in memory and would be more than a tenth of narrow ones. */
#include "shell/bench.h"

#include <stdio.h>

#include "shell/progress.h"

#define DEFAULT_KEYS 300000
#define DEFAULT_ROWS 200000
#define HOT_SHARE 20 /* of the keys */
#define HOT_OF 10    /* one batch in so many has keys from all */

typedef struct Measured {
    int64_t ns, bytes, limit, read, written;
} Measured;

enum { KEYS_MIN = 50000 };

static bool metric(LaminarConnection *db, const char *name, int64_t *ret)
{
    char sql[100];
    snprintf(sql, sizeof(sql), "SELECT value FROM laminar_metrics WHERE metric = '%s'", name);
    return bench_number(db, sql, ret);
}

/* Memory is what all keys take, divided by `times`; below 2 there is no limit. */
static bool set_limit(LaminarConnection *db, int64_t times, Measured *m)
{
    char sql[60];
    if (!metric(db, "bytes", &m->bytes))
        return false;
    m->limit = times < 2 ? 0 : m->bytes / times;
    snprintf(sql, sizeof(sql), "SET memory_limit = '%lld B'", (long long)m->limit);
    return times < 2 || laminar_execute(db, sql, NULL) == LAMINAR_OK;
}

static bool push_rows(Feed *f, int64_t keys, bool hot, int64_t rows, int64_t *ns)
{
    for (int64_t n = 0, i = 0; n < rows; n += FEED_ROWS, i++) {
        f->keys = hot && i % HOT_OF ? MAX(keys / HOT_SHARE, 1) : keys;
        feed_make(f, FEED_ROWS);
        int64_t from = clock_ns();
        if (!feed_push(f, FEED_ROWS))
            return false;
        *ns += clock_ns() - from;
        if (signals_interrupted())
            return false;
    }
    f->keys = keys;
    return true;
}

static bool measure(const BenchOptions *o, int64_t keys, int64_t rows, int64_t times, bool hot, Measured *m)
{
    LaminarConfig config = {.size = sizeof(config), .threads = o->threads, .buffer_rows = 1024};
    LaminarConnection *db = NULL;
    Feed f = {0};
    int64_t warm_ns = 0, read = 0, written = 0;
    bool done =
        laminar_open_with_config(NULL, &config, &db) == LAMINAR_OK &&
        laminar_execute(db, "CREATE SOURCE s " FEED_COLUMNS, NULL) == LAMINAR_OK &&
        laminar_execute(db,
                        "CREATE STREAM q AS SELECT k, lpad(CAST(k AS TEXT), 300, '.') AS name, COUNT(*) AS n, SUM(v) AS total "
                        "FROM s GROUP BY 1, 2",
                        NULL) == LAMINAR_OK &&
        feed_open(&f, db, "s", keys, o->seed);
    if (done)
        signals_init(db);
    done = done && push_rows(&f, keys, false, 4 * keys, &warm_ns) && set_limit(db, times, m) &&
           push_rows(&f, keys, hot, rows / 4 + 1, &warm_ns) && metric(db, "pages_read", &read) &&
           metric(db, "pages_written", &written) && push_rows(&f, keys, hot, rows, &m->ns) && metric(db, "pages_read", &m->read) &&
           metric(db, "pages_written", &m->written);
    (void)bench_check(done);
    m->read -= read;
    m->written -= written;
    signals_done();
    feed_close(&f);
    if (db)
        (void)laminar_close(db);
    return done;
}

int bench_memory(Shell *s, const BenchOptions *o)
{
    static const Column columns[] = {
        {.name = {"keys", 4}, .kind = CELL_TEXT},           {.name = {"times_memory", 12}, .kind = CELL_NUMBER},
        {.name = {"state_bytes", 11}, .kind = CELL_NUMBER}, {.name = {"memory_limit", 12}, .kind = CELL_NUMBER},
        {.name = {"rows", 4}, .kind = CELL_NUMBER},         {.name = {"rows_per_s", 10}, .kind = CELL_NUMBER},
        {.name = {"read_per_row", 12}, .kind = CELL_FLOAT}, {.name = {"written_per_row", 15}, .kind = CELL_FLOAT}};
    static const int64_t times[] = {1, 2, 10};
    int64_t keys = o->keys ? o->keys : DEFAULT_KEYS, rows = o->rows ? o->rows : DEFAULT_ROWS;
    if (keys < KEYS_MIN) {
        message_printf("laminar bench memory: a tenth of the state has to be a limit of memory: at least %d keys\n", KEYS_MIN);
        return EXIT_USAGE;
    }
    Figures f;
    figures_begin(&f, s, columns, sizeof(columns) / sizeof(*columns));
    bool done = true;
    for (int hot = 0; hot < 2 && done; hot++) {
        for (size_t t = 0; t < sizeof(times) / sizeof(*times) && done; t++) {
            Measured m = {0};
            done = measure(o, keys, rows, times[t], hot, &m);
            if (!done)
                break;
            figures_text(&f, hot ? "mostly few" : "random");
            figures_int(&f, times[t]);
            figures_int(&f, m.bytes);
            figures_int(&f, m.limit);
            figures_int(&f, rows);
            figures_float(&f, (double)rows / ((double)(m.ns ? m.ns : 1) / 1e9), 0);
            figures_float(&f, (double)m.read / (double)rows, 2);
            figures_float(&f, (double)m.written / (double)rows, 2);
        }
    }
    return figures_end(&f, done);
}
