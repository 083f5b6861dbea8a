/* SPDX-License-Identifier: Apache-2.0
 *
 * `laminar bench`: benchmarks that users run. */
#pragma once
#include "shell/shell.h"

typedef struct BenchOptions {
    int64_t rows; /* events of all tables */
    int64_t seed;
    uint32_t threads;
    double rate;     /* events per second; 0 = as fast as they are taken */
    const char *dir; /* of files that a query writes; NULL = none */
    bool query[64];
    bool any_query; /* else all */
} BenchOptions;

/* argv[0] is "bench"; gives the exit code. */
int bench_main(Shell *s, int argc, char **argv);
/* ---- bench_nexmark.c ---- */
int bench_nexmark(Shell *s, const BenchOptions *o);
uint32_t bench_nexmark_queries(void);
