/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_limits [q0 ...] [--rows N] [--rounds N] [--changes]: what the kernels of limits.h reach, as tools/bench.py reads it.
 *
 * The events are those of `laminar bench nexmark` and come in the same way: the source `nexmark` makes up to 1,024 arrays of as
 * many rows, in the order of their first events, then the clock runs while the kernel takes them.  Only the tables that the query
 * reads are made; events of all three are counted.  --changes prints what a query gives instead: a weight and the columns. */
#include "limits.h"
#include "views.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "laminar.h"

static const Kernel *const kernels[] = {&kernel_q0,  &kernel_q1,  &kernel_q2,  &kernel_q3,  &kernel_q4,  &kernel_q5,
                                        &kernel_q6,  &kernel_q7,  &kernel_q8,  &kernel_q9,  &kernel_q11, &kernel_q12,
                                        &kernel_q13, &kernel_q14, &kernel_q15, &kernel_q16, &kernel_q17, &kernel_q18,
                                        &kernel_q19, &kernel_q20, &kernel_q21, &kernel_q22};

static int fail(const char *what)
{
    fprintf(stderr, "bench_limits: %s %s\n", what, laminar_last_error() ? laminar_last_error() : "");
    exit(1);
}

/* ---- changes ---- */

static uint64_t rows_out;
static const char *types; /* of the columns */

static void count_rows(void)
{
    rows_out += out.n;
    out.n = 0;
}

static void print_time(int64_t us)
{
    time_t seconds = (time_t)(us / SECOND);
    struct tm t;
    gmtime_r(&seconds, &t);
    printf("%04d-%02d-%02d %02d:%02d:%02d.%06d", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
           (int)(us % SECOND));
}

static void print_cell(uint32_t c, uint32_t row)
{
    const void *values = out.whole[c] ? out.whole[c] : out.column[c];
    const View *v = (const View *)values + row;
    i128 e = types[c] == 'e' ? ((const i128 *)values)[row] : 0;
    switch (types[c]) {
    case 'i': printf("%" PRId64, ((const int64_t *)values)[row]); break;
    case 'w': print_time(((const int64_t *)values)[row]); break;
    case 'f': printf("%.17g", ((const double *)values)[row]); break;
    case 'e': printf("%" PRId64 ".%03d", (int64_t)(e / 1000), (int)(e % 1000)); break;
    default: printf("%.*s", (int)v->n, view_text(v, out.buffer[c]));
    }
}

static void print_rows(void)
{
    for (uint32_t i = 0; i < out.n; i++) {
        printf("%d", out.weight[i]);
        for (uint32_t c = 0; types[c]; c++) {
            putchar(',');
            print_cell(c, i);
        }
        putchar('\n');
    }
    count_rows();
}

/* ---- events ---- */

enum { TABLES = 3, CHUNK = 1024, TIME_PERSON = 6, TIME_AUCTION = 5, TIME_BID = 5 };
static const char *const table_name[TABLES] = {"person", "auction", "bid"};
static const int time_column[TABLES] = {TIME_PERSON, TIME_AUCTION, TIME_BID};

typedef struct Feed {
    LaminarConnection *db;
    LaminarQueryStream *from[TABLES]; /* NULL: the query does not read it */
    struct ArrowArray next[TABLES];   /* released: there is none */
} Feed;

/* Where the values of the columns lie that the kernel looks at.  An array is structs that have left the cache: asks for all before
 * it waits for one. */
static void columns_open(const struct ArrowArray *a, uint32_t wanted, const void **value)
{
    static const size_t width[] = {sizeof(int64_t), sizeof(View)};
    const int n = (int)a->n_children;
    for (int c = 0; c < n; c++)
        if (wanted >> c & 1)
            __builtin_prefetch(a->children[c]);
    for (int c = 0; c < n; c++)
        if (wanted >> c & 1)
            __builtin_prefetch(a->children[c]->buffers);
    for (int c = 0; c < n; c++) {
        value[c] = NULL;
        if (!(wanted >> c & 1))
            continue;
        const struct ArrowArray *child = a->children[c];
        value[c] = (const char *)child->buffers[1] + (size_t)child->offset * width[child->n_buffers > 2];
    }
}

static Texts texts(const struct ArrowArray *a, int c, const void *const *value)
{
    return value[c] ? (Texts){value[c], (const char *const *)(const void *)(a->children[c]->buffers + 2)} : (Texts){NULL, NULL};
}

static void feed_fetch(Feed *f, int t)
{
    LaminarRecordBatch *batch = NULL;
    struct ArrowSchema schema = {0};
    f->next[t].release = NULL;
    if (laminar_stream_next(f->from[t], &batch) != LAMINAR_OK)
        fail("next");
    if (batch && laminar_batch_export_views(batch, &f->next[t], &schema) != LAMINAR_OK)
        fail("export");
    if (schema.release)
        schema.release(&schema);
    laminar_batch_free(batch);
}

static void feed_open(Feed *f, const Kernel *k, int64_t rows)
{
    const bool reads[TABLES] = {k->persons != NULL, k->auctions != NULL, k->bids != NULL};
    *f = (Feed){0};
    if (laminar_open(&f->db) != LAMINAR_OK)
        fail("open");
    for (int t = 0; t < TABLES; t++) {
        char sql[200];
        snprintf(sql, sizeof(sql), "CREATE SOURCE %s (WATERMARK FOR date_time) FROM nexmark (table = '%s', events = %" PRId64 ")",
                 table_name[t], table_name[t], rows);
        if (laminar_execute(f->db, sql, NULL) != LAMINAR_OK)
            fail(sql);
    }
    for (int t = 0; t < TABLES; t++) {
        char sql[64];
        snprintf(sql, sizeof(sql), "SELECT * FROM %s", table_name[t]);
        if (reads[t] && laminar_query_stream(f->db, sql, &f->from[t]) != LAMINAR_OK)
            fail(sql);
        if (reads[t])
            feed_fetch(f, t);
    }
}

static void feed_close(Feed *f)
{
    for (int t = 0; t < TABLES; t++)
        laminar_stream_free(f->from[t]);
    (void)laminar_close(f->db);
}

static int64_t first_time(const Feed *f, int t)
{
    const struct ArrowArray *column = f->next[t].children[time_column[t]];
    return ((const int64_t *)column->buffers[1])[column->offset];
}

static int feed_first(const Feed *f) /* the table whose next array begins first */
{
    int first = TABLES;
    for (int t = 0; t < TABLES; t++)
        if (f->next[t].release && (first == TABLES || first_time(f, t) < first_time(f, first)))
            first = t;
    return first;
}

/* ---- one query ---- */

typedef struct Piece {
    int table;
    struct ArrowArray array;
} Piece;

static int64_t table_clock[TABLES];

static void table_clock_move(int t, const int64_t *time, uint32_t n)
{
    int64_t latest = table_clock[t];
    for (uint32_t i = 0; i < n; i++)
        latest = time[i] > latest ? time[i] : latest;
    table_clock[t] = latest;
}

static void take(const Kernel *k, const Piece *p)
{
    const struct ArrowArray *a = &p->array;
    const void *v[16];
    const int64_t *const *i = (const int64_t *const *)(const void *)v;
    uint32_t n = (uint32_t)a->length, reads = k->reads | 1u << TIME_BID;
    columns_open(a, p->table == 2 && out_deliver == count_rows ? reads | k->some : UINT32_MAX, v);
    for (int c = 0; p->table == 2 && c < (int)a->n_children; c++)
        if (reads >> c & 1)
            announce_column(v[c], n * (OF_INTEGERS >> c & 1 ? sizeof(int64_t) : sizeof(View)));
    table_clock_move(p->table, i[time_column[p->table]], n);
    if (p->table == 2)
        k->bids(&(Bids){n, i[0], i[1], i[2], i[TIME_BID], texts(a, 3, v), texts(a, 4, v), texts(a, 6, v)});
    else if (p->table == 1)
        k->auctions(
            &(Auctions){n, i[0], i[3], i[4], i[TIME_AUCTION], i[6], i[7], i[8], texts(a, 1, v), texts(a, 2, v), texts(a, 9, v)});
    else
        k->persons(&(Persons){n, i[0], i[TIME_PERSON], texts(a, 1, v), texts(a, 4, v), texts(a, 5, v)});
}

/* Nanoseconds that the kernel took for all events. */
static int64_t run(const Kernel *k, int64_t rows)
{
    Feed f;
    static Piece piece[CHUNK];
    int64_t spent = 0;
    memset(out.whole, 0, sizeof(out.whole));
    memory_begin((size_t)rows * k->event_bytes * 2 + ((size_t)32 << 20));
    feed_open(&f, k, rows);
    if (k->start)
        k->start();
    for (int n = CHUNK, t; n == CHUNK;) {
        for (n = 0; n < CHUNK && (t = feed_first(&f)) < TABLES; n++) {
            piece[n] = (Piece){t, f.next[t]};
            feed_fetch(&f, t);
        }
        int64_t from = cpu_ns();
        for (int i = 0; i < n; i++)
            take(k, &piece[i]);
        spent += cpu_ns() - from;
        for (int i = 0; i < n; i++)
            piece[i].array.release(&piece[i].array);
    }
    if (k->finish)
        k->finish();
    feed_close(&f);
    return spent;
}

int main(int argc, char **argv)
{
    int64_t rows = 1000000;
    int rounds = 1, n_names = 0;
    bool changes = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--rows") == 0 && i + 1 < argc)
            rows = strtoll(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = (int)strtol(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--changes") == 0)
            changes = true;
        else
            argv[n_names++] = argv[i];
    }
    out_deliver = changes ? print_rows : count_rows;
    for (size_t q = 0; q < sizeof(kernels) / sizeof(*kernels); q++) {
        bool wanted = n_names == 0;
        for (int i = 0; i < n_names; i++)
            wanted |= strcmp(argv[i], kernels[q]->query) == 0;
        int64_t best = INT64_MAX;
        types = kernels[q]->types;
        for (int r = 0; r < rounds && wanted; r++) {
            int64_t ns = run(kernels[q], rows);
            best = ns < best ? ns : best;
        }
        if (wanted && !changes)
            printf("limit_nexmark_%-4s %14.3f Mevents/s\n", kernels[q]->query, (double)rows * 1000 / (double)best);
    }
    return 0;
}
