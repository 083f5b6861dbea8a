/* SPDX-License-Identifier: Apache-2.0
 *
 * Ingest of text to typed columns on one core, input in memory (goals.md section 4): flights.csv repeated to about 200 MB into five
 * columns, earthquakes.jsonl likewise into four.  Also the scan alone, and the time to read the same bytes once, which is the
 * limit. Prints `name value unit` lines, the median of the rounds.
 *
 *   bench_ingest <folder with flights.csv and earthquakes.jsonl> [megabytes] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "env/env.h"
#include "format/csv_scan_impl.h"
#include "format/format.h"

#define ROUNDS 7
#define CHUNK_BYTES ((size_t)1 << 20)

typedef struct Input {
    char *p;
    size_t n;
} Input;

/* The file's records again and again, its first line (the header) once. */
static int input_load(Env *env, Arena *arena, const char *dir, const char *name, bool header, size_t want, Input *ret, Err *err)
{
    char path[1024];
    Str file;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    TRY(env_read_file(env, path, arena, &file, err));
    const char *body = header ? (const char *)memchr(file.p, '\n', file.n) + 1 : file.p;
    size_t head = (size_t)(body - file.p), body_n = file.n - head, cap = want + file.n + FEED_PADDING;
    char *p = mem_zalloc(NULL, cap);
    if (!p)
        return RAISE_NOMEM(err);
    memcpy(p, file.p, head);
    size_t n = head;
    for (; n + body_n < cap - FEED_PADDING; n += body_n)
        memcpy(p + n, body, body_n);
    *ret = (Input){p, n};
    return 0;
}

static int bad_stops(void *self, const BadRecord *bad)
{
    (void)self;
    fprintf(stderr, "line %lld: %.*s\n", (long long)bad->line, (int)bad->reason.n, bad->reason.p);
    return -(int)bad->code;
}

/* Feeds the whole input in pieces, as a file source does; rows, or negative. */
static int64_t decode_all(const char *format, const Schema *schema, Input in, Err *err)
{
    Decoder *d;
    Builder out;
    int64_t rows = 0;
    TRY(decoder_new(format_find(str_of(format)), NULL, schema, NULL, 0, bad_stops, NULL, &d, err));
    TRY(builder_init(&out, NULL, schema, BATCH_ROWS_MAX, err));
    int rc = FEED_MORE;
    size_t piece = CHUNK_BYTES;
    for (size_t at = 0; at < in.n && rc >= 0;) {
        size_t n = MIN(piece, in.n - at), used;
        rc = decoder_feed(d, in.p + at, n, at + n == in.n, &out, &used, err);
        at += used;
        piece = rc == FEED_FULL ? piece - used : CHUNK_BYTES;
        if (rc == FEED_FULL || at == in.n) {
            Batch *b = builder_take(&out);
            rows += b ? b->n : 0;
            batch_unref(b);
        }
    }
    builder_done(&out);
    decoder_free(d);
    return rc < 0 ? rc : rows;
}

static int compare_ns(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int bench_decode(Env *env, const char *name, const char *format, const Schema *schema, Input in, Err *err)
{
    int64_t ns[ROUNDS], rows = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        int64_t from = env_mono_ns(env);
        rows = decode_all(format, schema, in, err);
        ns[i] = env_mono_ns(env) - from;
        if (rows < 0)
            return (int)rows;
    }
    qsort(ns, ROUNDS, sizeof(ns[0]), compare_ns);
    double s = (double)ns[ROUNDS / 2] / 1e9;
    printf("%s %.3f GB/s\n%s_rows %.1f Mrows/s\n", name, (double)in.n / 1e9 / s, name, (double)rows / 1e6 / s);
    return 0;
}

static void bench_scan(Env *env, const char *scanner, Input in)
{
    CsvDialect dialect = {.delimiter = ',', .quote = '"', .escape = '"'};
    CsvScanFn fn = csv_scanner_named(scanner);
    CsvScan s;
    csv_scan_init(&s, NULL);
    int64_t from = env_mono_ns(env);
    for (size_t at = 0; fn && at < in.n;) {
        if (csv_scan_start(&s, 0, BATCH_ROWS_MAX, BATCH_ROWS_MAX * 6) < 0)
            break;
        fn(&s, &dialect, in.p + at, (uint32_t)MIN(in.n - at, CHUNK_BYTES), BATCH_ROWS_MAX);
        at += s.n_rows ? s.sep[s.row_end[s.n_rows - 1]] + 1 : in.n;
    }
    if (fn)
        printf("csv_scan_%s %.3f GB/s\n", scanner, (double)in.n / (double)(env_mono_ns(env) - from));
    csv_scan_done(&s);
}

static void bench_read(Env *env, Input in)
{
    uint64_t sum = 0, w;
    int64_t from = env_mono_ns(env);
    for (size_t i = 0; i + 8 <= in.n; i += 8) {
        memcpy(&w, in.p + i, 8);
        sum += w;
    }
    printf("memory_read %.3f GB/s\n", (double)in.n / (double)(env_mono_ns(env) - from + (sum == 1)));
}

static int bench_all(const char *dir, size_t bytes, Err *err)
{
    static const Field flights[] = {{.name = "date", .type = {.id = T_TS}},
                                    {.name = "delay", .type = {.id = T_I32}},
                                    {.name = "distance", .type = {.id = T_I32}},
                                    {.name = "origin", .type = {.id = T_TEXT}},
                                    {.name = "destination", .type = {.id = T_TEXT}}};
    static const Field quakes[] = {{.name = "time", .type = {.id = T_TS}},
                                   {.name = "id", .type = {.id = T_TEXT}},
                                   {.name = "mag", .type = {.id = T_F64}},
                                   {.name = "place", .type = {.id = T_TEXT}}};
    Env *env = env_linux();
    Arena arena;
    Input csv, json;
    arena_init(&arena, NULL, 0);
    TRY(input_load(env, &arena, dir, "flights.csv", true, bytes, &csv, err));
    TRY(input_load(env, &arena, dir, "earthquakes.jsonl", false, bytes, &json, err));
    bench_read(env, csv);
    static const char *const scanners[] = {"avx512", "avx2", "sse2", "portable", "scalar"};
    for (size_t i = 0; i < ARRAY_LEN(scanners); i++)
        bench_scan(env, scanners[i], csv);
    TRY(bench_decode(env, "csv_5_columns", "csv", schema_new(NULL, flights, ARRAY_LEN(flights)), csv, err));
    TRY(bench_decode(env, "csv_2_of_5_columns", "csv", schema_new(NULL, flights, 2), csv, err));
    TRY(bench_decode(env, "json_4_of_14_members", "json", schema_new(NULL, quakes, ARRAY_LEN(quakes)), json, err));
    return 0;
}

int main(int argc, char **argv)
{
    Err err = ERR_INIT;
    if (argc < 2) {
        fprintf(stderr, "usage: %s <data folder> [megabytes]\n", argv[0]);
        return 2;
    }
    if (bench_all(argv[1], (argc > 2 ? strtoul(argv[2], NULL, 10) : 200) * 1000000, &err) >= 0)
        return 0;
    fprintf(stderr, "%s\n", err.message);
    return 1;
}
