/* SPDX-License-Identifier: Apache-2.0
 *
 * `laminar bench state`: rows per second of a keyed window aggregate by number of keys and size of the batches, the longest push
 * (growth of the state falls into one), and the bytes of state a key takes. */
#include "shell/bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "shell/progress.h"

typedef struct Measured {
    int64_t ns, longest_ns, bytes;
} Measured;

/* Every key is there before the clock starts, so that growth is not in the rate; its longest push is. */
static bool fill(Feed *f, int64_t keys, int64_t *longest)
{
    for (int64_t n = 0; n < 4 * keys; n += FEED_ROWS) {
        feed_make(f, FEED_ROWS);
        int64_t from = clock_ns();
        if (signals_interrupted() || !feed_push(f, FEED_ROWS))
            return false;
        int64_t took = clock_ns() - from;
        *longest = took > *longest ? took : *longest;
    }
    return true;
}

static bool push_all(Feed *f, int64_t rows, int64_t batch, Measured *m)
{
    for (int64_t n = 0; n < rows; n += batch) {
        feed_make(f, batch);
        int64_t from = clock_ns();
        if (!feed_push(f, batch))
            return false;
        m->ns += clock_ns() - from;
        if ((n & 65535) < batch && signals_interrupted())
            return false;
    }
    return true;
}

static bool measure(const BenchOptions *o, int64_t keys, int64_t batch, int64_t rows, Measured *m)
{
    LaminarConfig config = {.size = sizeof(config), .threads = o->threads};
    LaminarConnection *db = NULL;
    Feed f = {0};
    bool done =
        laminar_open_with_config(NULL, &config, &db) == LAMINAR_OK &&
        laminar_execute(db, "CREATE SOURCE s " FEED_COLUMNS, NULL) == LAMINAR_OK &&
        laminar_execute(db,
                        "CREATE STREAM q AS SELECT k, TUMBLE_START(ts, INTERVAL '1' DAY) AS w, COUNT(*) AS n, SUM(v) AS total "
                        "FROM s GROUP BY k, TUMBLE(ts, INTERVAL '1' DAY)",
                        NULL) == LAMINAR_OK &&
        feed_open(&f, db, "s", keys, o->seed);
    if (done)
        signals_init(db);
    done = done && fill(&f, keys, &m->longest_ns) && push_all(&f, rows, batch, m) &&
           bench_number(db, "SELECT state_bytes FROM laminar_queries", &m->bytes);
    (void)bench_check(done);
    signals_done();
    feed_close(&f);
    if (db)
        (void)laminar_close(db);
    return done;
}

int bench_state(Shell *s, const BenchOptions *o)
{
    static const Column columns[] = {{.name = {"keys", 4}, .kind = CELL_NUMBER},
                                     {.name = {"batch", 5}, .kind = CELL_NUMBER},
                                     {.name = {"rows", 4}, .kind = CELL_NUMBER},
                                     {.name = {"rows_per_s", 10}, .kind = CELL_NUMBER},
                                     {.name = {"bytes_per_key", 13}, .kind = CELL_FLOAT},
                                     {.name = {"longest_push_us", 15}, .kind = CELL_FLOAT}};
    static const int64_t usual[] = {1000, 100000, 1000000}, batches[] = {1, 16, FEED_ROWS};
    Figures f;
    figures_begin(&f, s, columns, sizeof(columns) / sizeof(*columns));
    bool done = true;
    for (size_t k = 0; k < (o->keys ? 1 : sizeof(usual) / sizeof(*usual)) && done; k++) {
        int64_t keys = o->keys ? o->keys : usual[k];
        for (size_t b = 0; b < sizeof(batches) / sizeof(*batches) && done; b++) {
            Measured m = {0};
            int64_t rows = o->rows ? o->rows : batches[b] == 1 ? 500000 : batches[b] == 16 ? 4000000 : 16000000;
            done = measure(o, keys, batches[b], rows, &m);
            if (!done)
                break;
            figures_int(&f, keys);
            figures_int(&f, batches[b]);
            figures_int(&f, rows);
            figures_float(&f, (double)rows / ((double)(m.ns ? m.ns : 1) / 1e9), 0);
            figures_float(&f, (double)m.bytes / (double)keys, 1);
            figures_float(&f, (double)m.longest_ns / 1000, 1);
        }
    }
    return figures_end(&f, done);
}
