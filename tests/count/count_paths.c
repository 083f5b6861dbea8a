/* SPDX-License-Identifier: Apache-2.0
 *
 * count_paths NAME: what count.py counts.  Prepares a database, brings the path NAME into its steady state, and then takes it
 * through `count_measured` and nothing else, which is where the counting is switched on.
 *
 * The same input each time and no random numbers: two runs of one binary execute the same instructions, but for small pushes that
 * nobody waits for, of which so many make one step as come within a moment. */
#include <laminar.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Path {
    const char *name, *query;
    int64_t n_keys, batch; /* batch 0: the row builder */
    int64_t warm, n;       /* pushes, or records of a file */
    const char *format;    /* of a file, which the query reads; else NULL */
    bool logged;           /* in a directory; what its log thread does is not counted */
} Path;

#define FILTER_QUERY "CREATE STREAM q AS SELECT k, v + 1 AS x FROM s WHERE v >= 0"
#define WINDOW_QUERY(WHERE)                                                                                                        \
    "CREATE STREAM q AS SELECT k, TUMBLE_START(ts, INTERVAL '1' HOUR) AS w, COUNT(*) AS n, SUM(v) AS total FROM s " WHERE          \
    "GROUP BY k, TUMBLE(ts, INTERVAL '1' HOUR)"

#define VIEW_QUERY                                                                                                                 \
    "CREATE MATERIALIZED VIEW m AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM s GROUP BY k; "                                   \
    "CREATE STREAM q AS SELECT k, total / n AS mean FROM m"

#define FILE_QUERY "SELECT count(*), sum(v), max(ts), min(name), max(x) FROM f"

static const Path paths[] = {
    {"row_filter_project", FILTER_QUERY, 1000, 0, 2000, 500},
    {"row_window_agg", WINDOW_QUERY("WHERE v >= 0 ") " EMIT CHANGES", 1000, 0, 4000, 500},
    {"row_window_agg_logged", WINDOW_QUERY("WHERE v >= 0 ") " EMIT CHANGES", 1000, 0, 4000, 500, .logged = true},
    {"row_view_stream", VIEW_QUERY, 1000, 0, 4000, 500},
    {"arrow_1_window_agg", WINDOW_QUERY(""), 1000, 1, 4000, 500},
    {"arrow_16_window_agg", WINDOW_QUERY(""), 1000, 16, 400, 100},
    {"arrow_1024_window_agg", WINDOW_QUERY(""), 1000, 1024, 20, 20},
    {"arrow_1024_logged", WINDOW_QUERY(""), 1000, 1024, 20, 20, .logged = true},
    {"arrow_1024_filter_project", "CREATE STREAM q AS SELECT k, v * 2 + 1 AS x, ts FROM s WHERE v < 500", 1000, 1024, 20, 20},
    {"file_csv", FILE_QUERY, 1000, 0, 1000, 20000, "csv"},
    {"file_json", FILE_QUERY, 1000, 0, 1000, 20000, "json"},
};

static void check(int32_t code, const char *what)
{
    if (code == LAMINAR_OK)
        return;
    fprintf(stderr, "%s: %d %s\n", what, code, laminar_last_error() ? laminar_last_error() : "");
    exit(1);
}

static uint64_t rng_state = 88172645463325252ull;
static uint64_t rng(void)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return rng_state;
}

static void on_change(void *self, const LaminarChange *change)
{
    *(uint64_t *)self += change->num_rows;
}

/* ---- one struct array over the same memory again and again ---- */

enum { POOL = 1 << 16 };
static int64_t pool[3][POOL];

typedef struct Feedstock {
    struct ArrowSchema schema, field[3], *fields[3];
    struct ArrowArray array, column[3], *columns[3];
    const void *buffers[3][2], *no_buffers[1];
} Feedstock;

static void no_release(struct ArrowArray *a)
{
    a->release = NULL;
}
static void no_schema_release(struct ArrowSchema *s)
{
    s->release = NULL;
}

static void feedstock_init(Feedstock *f, int64_t n_keys)
{
    static const char *const formats[] = {"l", "l", "tsu:"}, *const names[] = {"k", "v", "ts"};
    memset(f, 0, sizeof(*f));
    f->schema = (struct ArrowSchema){.format = "+s", .name = "", .release = no_schema_release, .n_children = 3};
    f->schema.children = f->fields;
    for (int i = 0; i < 3; i++) {
        f->field[i] = (struct ArrowSchema){.format = formats[i], .name = names[i], .release = no_schema_release};
        f->fields[i] = &f->field[i];
        f->columns[i] = &f->column[i];
    }
    for (int64_t i = 0; i < POOL; i++) {
        pool[0][i] = (int64_t)(rng() % (uint64_t)n_keys);
        pool[1][i] = (int64_t)(rng() % 1000);
        pool[2][i] = INT64_C(1700000000000000) + i;
    }
}

static struct ArrowArray *feedstock_batch(Feedstock *f, int64_t at, int64_t n)
{
    for (int i = 0; i < 3; i++) {
        f->buffers[i][1] = pool[i] + at;
        f->column[i] = (struct ArrowArray){.length = n, .n_buffers = 2, .buffers = f->buffers[i], .release = no_release};
    }
    f->array = (struct ArrowArray){
        .length = n, .n_buffers = 1, .buffers = f->no_buffers, .n_children = 3, .children = f->columns, .release = no_release};
    return &f->array;
}

/* ---- the paths ---- */

static void push_row(LaminarWriter *w, int64_t at)
{
    LaminarRow *row;
    check(laminar_row_begin(w, &row), "row_begin");
    check(laminar_row_i64(row, 0, pool[0][at]), "row_i64");
    check(laminar_row_i64(row, 1, pool[1][at]), "row_i64");
    check(laminar_row_timestamp(row, 2, pool[2][at]), "row_timestamp");
    check(laminar_row_push(row), "row_push");
}

static void push_some(const Path *p, LaminarWriter *w, Feedstock *f, int64_t from, int64_t n)
{
    for (int64_t i = from; i < from + n; i++) {
        if (p->batch == 0)
            push_row(w, i);
        else
            check(laminar_writer_push(w, feedstock_batch(f, i * p->batch, p->batch), &f->schema, NULL), "push");
    }
}

/* w: where rows are pushed; NULL: the query is run on db. */
__attribute__((noinline, noclone)) void count_measured(const Path *p, LaminarConnection *db, LaminarWriter *w, Feedstock *f);
void count_measured(const Path *p, LaminarConnection *db, LaminarWriter *w, Feedstock *f)
{
    LaminarQueryResult *result = NULL;
    if (w)
        push_some(p, w, f, p->warm, p->n);
    else
        check(laminar_query(db, p->query, &result), "query");
    laminar_result_free(result);
}

/* ---- files ---- */

static void write_records(FILE *out, const Path *p, int64_t n)
{
    bool json = strcmp(p->format, "json") == 0;
    if (!json)
        fputs("ts,k,v,x,name\n", out);
    for (int64_t i = 0; i < n; i++)
        fprintf(out,
                json ? "{\"ts\": \"2024-05-%02d %02d:%02d:%02d\", \"k\": %d, \"v\": %d, \"x\": %d.%02d, \"name\": \"name %d\"}\n"
                     : "2024-05-%02d %02d:%02d:%02d,%d,%d,%d.%02d,name %d\n",
                (int)(1 + i / 5000), (int)(i / 250 % 20), (int)(i / 5 % 50), (int)(i % 5), (int)(rng() % (uint64_t)p->n_keys),
                (int)(rng() % 1000000), (int)(rng() % 1000), (int)(rng() % 100), (int)(rng() % 500));
}

static void make_source(LaminarConnection *db, const Path *p, const char *path, int64_t n)
{
    char sql[512];
    FILE *out = fopen(path, "w");
    if (!out)
        check(-1, path);
    write_records(out, p, n);
    check(fclose(out), path);
    snprintf(sql, sizeof(sql),
             "CREATE OR REPLACE SOURCE f (ts TIMESTAMP, k BIGINT, v INTEGER, x DOUBLE PRECISION, name TEXT) "
             "FROM FILE (path = '%s', format = '%s')",
             path, p->format);
    check(laminar_execute(db, sql, NULL), "source");
}

/* Once over few records, so that what happens once is behind; then over the file that is counted. */
static void run_file(const Path *p)
{
    char path[] = "/tmp/count_paths_XXXXXX";
    int fd = mkstemp(path);
    LaminarConnection *db;
    if (fd < 0)
        check(-1, path);
    check(close(fd), path);
    check(laminar_open(&db), "open");
    make_source(db, p, path, p->warm);
    LaminarQueryResult *result = NULL;
    check(laminar_query(db, p->query, &result), "query");
    laminar_result_free(result);
    make_source(db, p, path, p->n);
    count_measured(p, db, NULL, NULL);
    printf("%" PRId64 "\n", p->n);
    laminar_close(db);
    unlink(path);
}

static void run(const Path *p)
{
    LaminarConnection *db;
    char dir[] = "/tmp/count_paths_XXXXXX", remove[64];
    if (p->logged && !mkdtemp(dir))
        check(-1, dir);
    check(laminar_open_with_config(p->logged ? dir : NULL, NULL, &db), "open");
    check(laminar_execute(db,
                          "CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL, ts TIMESTAMP NOT NULL, WATERMARK FOR ts AS ts) "
                          "WITH (buffer_size = 4096)",
                          NULL),
          "source");
    check(laminar_execute(db, p->query, NULL), "stream");
    uint64_t n_seen = 0;
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = on_change, .user_data = &n_seen};
    LaminarSubscription *sub = NULL;
    if (p->batch == 0)
        check(laminar_subscribe(db, "q", &o, &sub), "subscribe");
    LaminarWriter *w;
    check(laminar_writer_create(db, "s", &w), "writer");
    Feedstock f;
    feedstock_init(&f, p->n_keys);
    push_some(p, w, &f, 0, p->warm);
    uint64_t n_before = n_seen;
    count_measured(p, db, w, &f);
    if (p->batch == 0 && n_seen < n_before + (uint64_t)p->n) {
        fprintf(stderr, "%s: only %" PRIu64 " rows came back\n", p->name, n_seen - n_before);
        exit(1);
    }
    printf("%" PRId64 "\n", p->n * (p->batch ? p->batch : 1)); /* rows, which the count is divided by */
    laminar_writer_free(w);
    laminar_subscription_release(sub);
    laminar_close(db);
    snprintf(remove, sizeof(remove), "rm -rf '%s'", dir);
    if (p->logged && system(remove) != 0)
        check(-1, dir);
}

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        if (argc == 2 && strcmp(argv[1], paths[i].name) == 0) {
            (paths[i].format ? run_file : run)(&paths[i]);
            return 0;
        }
        if (argc == 1)
            puts(paths[i].name);
    }
    return argc == 1 ? 0 : 2;
}
