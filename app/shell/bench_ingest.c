/* SPDX-License-Identifier: Apache-2.0
 *
 * `laminar bench ingest --dir DIR [csv] [jsonl]`: a file of five columns is written into DIR and read back through a FILE source;
 * the query needs every column of every row, so every field is parsed.  The best of three readings counts (the first one may come
 * from the disk). */
#include "shell/bench.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/progress.h"

#define MAKE                                                                                                                       \
    "COPY (SELECT i AS id, i %% 1000 AS k, (i * 7919 %% 100000) / 100.0::DOUBLE AS x, 'name ' || i %% 5000 AS name, "              \
    "TIMESTAMP '2024-01-01' + i * INTERVAL '1' SECOND AS ts FROM generate_series(1, %lld) AS g(i)) TO '%s' (FORMAT %s%s)"
#define READ "SELECT COUNT(id), SUM(k), SUM(x), MAX(name), MAX(ts) FROM f"

static const struct Kind {
    const char *name, *copy, *copy_options, *source_options;
} kinds[] = {{"csv", "csv", ", HEADER", "format = 'csv', header = true"}, {"jsonl", "json", "", "format = 'json'"}};
#define N_KINDS (sizeof(kinds) / sizeof(*kinds))

enum { DEFAULT_ROWS = 2000000, READINGS = 3 };

static bool run(LaminarConnection *db, const char *sql)
{
    LaminarQueryResult *result = NULL;
    bool done = laminar_execute(db, sql, &result) == LAMINAR_OK;
    laminar_result_free(result);
    return done;
}

static bool make_file(LaminarConnection *db, const struct Kind *kind, const char *path, int64_t rows)
{
    char sql[5120];
    (void)snprintf(sql, sizeof(sql), MAKE, (long long)rows, path, kind->copy, kind->copy_options);
    if (!run(db, sql))
        return false;
    (void)snprintf(sql, sizeof(sql),
                   "CREATE SOURCE f (id BIGINT, k BIGINT, x DOUBLE, name TEXT, ts TIMESTAMP) FROM FILE (path = '%s', %s)", path,
                   kind->source_options);
    return run(db, sql);
}

static bool measure(const BenchOptions *o, const struct Kind *kind, Figures *f)
{
    char path[4096];
    struct stat st = {0};
    LaminarConfig config = {.size = sizeof(config), .threads = o->threads};
    LaminarConnection *db = NULL;
    int64_t rows = o->rows ? o->rows : DEFAULT_ROWS, best = INT64_MAX;
    (void)snprintf(path, sizeof(path), "%s/ingest.%s", o->dir, kind->name);
    bool done = laminar_open_with_config(NULL, &config, &db) == LAMINAR_OK;
    if (done)
        signals_init(db);
    done = done && make_file(db, kind, path, rows);
    for (int i = 0; i < READINGS && done; i++) {
        int64_t from = clock_ns();
        done = run(db, READ);
        int64_t took = clock_ns() - from;
        best = took < best ? took : best;
    }
    if (done && stat(path, &st) == 0) {
        double seconds = (double)best / 1e9;
        figures_text(f, kind->name);
        figures_int(f, rows);
        figures_int(f, st.st_size);
        figures_float(f, seconds, 4);
        figures_float(f, (double)st.st_size / seconds / 1e9, 3);
        figures_float(f, (double)rows / seconds, 0);
    }
    (void)bench_check(done);
    signals_done();
    if (db)
        (void)laminar_close(db);
    (void)unlink(path);
    return done;
}

int bench_ingest(Shell *s, const BenchOptions *o)
{
    static const Column columns[] = {{.name = {"format", 6}, .kind = CELL_TEXT},
                                     {.name = {"rows", 4}, .kind = CELL_NUMBER},
                                     {.name = {"bytes", 5}, .kind = CELL_NUMBER},
                                     {.name = {"seconds", 7}, .kind = CELL_FLOAT},
                                     {.name = {"gb_per_s", 8}, .kind = CELL_FLOAT},
                                     {.name = {"rows_per_s", 10}, .kind = CELL_NUMBER}};
    bool wanted[N_KINDS] = {0};
    for (int i = 0; i < o->n_names; i++) {
        bool found = false;
        for (size_t k = 0; k < N_KINDS; k++) {
            bool is = strcmp(kinds[k].name, o->name[i]) == 0;
            wanted[k] |= is;
            found |= is;
        }
        if (!found) {
            message_printf("laminar bench ingest: there is no format %s; there are csv, jsonl\n", o->name[i]);
            return EXIT_USAGE;
        }
    }
    Figures f;
    figures_begin(&f, s, columns, sizeof(columns) / sizeof(*columns));
    bool done = true;
    for (size_t k = 0; k < N_KINDS && done; k++)
        if (wanted[k] || o->n_names == 0)
            done = measure(o, &kinds[k], &f);
    return figures_end(&f, done);
}
