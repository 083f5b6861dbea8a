/* SPDX-License-Identifier: Apache-2.0
 *
 * `laminar bench`: benchmarks that users run.  Each is a row of the table in bench.c and a file bench_<name>.c; all print one
 * result table in the format of the shell, which `bench compare` reads again. */
#pragma once
#include "shell/shell.h"

#define TOGETHER_MAX 32        /* of laminar_writer_push_stream */
#define TOGETHER_BY_THREADS 16 /* where more than one may work */

typedef struct BenchOptions {
    int64_t rows; /* of all tables; 0 = what the benchmark likes */
    int64_t seed;
    int64_t keys; /* 0 = what the benchmark likes */
    uint32_t threads;
    double rate;       /* events per second; 0 = as fast as they are taken */
    const char *dir;   /* of databases and files that are written; NULL = none */
    bool query[64];    /* of nexmark */
    bool any_query;    /* else all */
    uint32_t together; /* batches of nexmark that are pushed with one call */
    bool check;        /* events are not trusted: their texts are looked at */
    char **name;       /* what stands behind the benchmark's name */
    int n_names;
} BenchOptions;

/* argv[0] is "bench"; gives the exit code. */
int bench_main(Shell *s, int argc, char **argv);
int bench_nexmark(Shell *s, const BenchOptions *o);
int bench_latency(Shell *s, const BenchOptions *o);
int bench_ingest(Shell *s, const BenchOptions *o);
int bench_state(Shell *s, const BenchOptions *o);
int bench_memory(Shell *s, const BenchOptions *o);
int bench_recovery(Shell *s, const BenchOptions *o);
int bench_compare(Shell *s, const BenchOptions *o);

/* ---- bench_figures.c: the result table ---- */
#define FIGURES_MAX 12
typedef struct Figures {
    Printer printer;
    Column column[FIGURES_MAX];
    char text[FIGURES_MAX][40];
    uint32_t n, at; /* columns; the next one of this row */
} Figures;

void figures_begin(Figures *f, Shell *s, const Column *columns, uint32_t n);
/* Cells of a row from the left to the right; the last one prints the row. */
void figures_text(Figures *f, const char *text);
void figures_int(Figures *f, int64_t value);
void figures_float(Figures *f, double value, int decimals);
int figures_end(Figures *f, bool done); /* gives the exit code */
/* Prints the library's last error when not done; to be called before what else is closed clears it. Gives done. */
bool bench_check(bool done);
bool bench_number(LaminarConnection *db, const char *sql, int64_t *ret); /* the one value of a query's one row */

/* ---- bench_feed.c: rows (k BIGINT, v BIGINT, ts TIMESTAMP) for a source, and percentiles ---- */
#define FEED_COLUMNS "(k BIGINT NOT NULL, v BIGINT NOT NULL, ts TIMESTAMP NOT NULL, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)"
typedef struct Feed {
    LaminarWriter *to;
    int64_t keys, n_rows; /* rows pushed so far */
    uint64_t random;
    int64_t *column[3]; /* FEED_ROWS values each */
} Feed;
enum { FEED_ROWS = 1024 };

bool feed_open(Feed *f, LaminarConnection *db, const char *source, int64_t keys, int64_t seed);
void feed_close(Feed *f); /* NULL writer: nothing to do */
bool feed_row(Feed *f);   /* one row through the row builder */
void feed_make(Feed *f, int64_t n);
bool feed_push(Feed *f, int64_t n); /* what feed_make made, as one Arrow array; n <= FEED_ROWS */

typedef struct Samples { /* durations in nanoseconds */
    int64_t *ns;
    size_t n, cap;
} Samples;
bool samples_add(Samples *s, int64_t ns);
void samples_sort(Samples *s);
int64_t samples_at(const Samples *s, double share); /* of sorted ones: share 0.5 is the median; 0 without samples */
void samples_done(Samples *s);
