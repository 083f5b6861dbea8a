/* SPDX-License-Identifier: Apache-2.0
 *
 * The demo query in the simulator: one thread, virtual time, a seeded schedule.  Real flights are pushed in batches drawn from the
 * seed and shuffled a little, while a subscription is read, the engine is polled, ad-hoc SELECTs run and a file source is read with
 * short reads, in an order drawn from the seed.  What the subscription delivers must be what a model of twenty lines says, window
 * by window, late rows included. A third of the seeds run with failing allocations instead: any call may fail then, nothing may
 * crash or leak.
 *
 *   sim_demo DATA [first_seed n_seeds] */
#include "db/execute.h"
#include "db/stream.h"
#include "env/env_sim.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS_MAX 1500
#define HOUR US_PER_HOUR
#define DELAY_US (20 * US_PER_MINUTE)
#define N_ORIGINS_MAX 400

typedef struct Flight {
    char origin[8];
    int64_t delay, ts;
} Flight;
static Flight all[ROWS_MAX];
static uint32_t n_all;
static char *file_text;
static size_t file_bytes;

typedef struct Group { /* one window of one origin in the model */
    char origin[8];
    int64_t start, n, total;
    bool delivered;
} Group;

typedef struct Run {
    uint64_t seed;
    Env *env;
    Database *db;
    Stream *sub;
    Flight rows[ROWS_MAX];
    uint32_t pushed;
    Group group[ROWS_MAX];
    uint32_t n_groups, n_delivered;
    int64_t wm, late;
    bool faulty, failed;
} Run;

static int fail(Run *r, const char *what, const Err *err)
{
    printf("seed %llu: %s: %s\nreplay: sim_demo DATA %llu 1\n", (unsigned long long)r->seed, what, err ? err->message : "",
           (unsigned long long)r->seed);
    r->failed = true;
    return -1;
}

/* A failure is a finding unless this seed makes allocations fail. */
static int tolerate(Run *r, int rc, const char *what, const Err *err)
{
    if (rc >= 0)
        return rc;
    if (r->faulty && err->code == ERR_OUT_OF_MEMORY)
        return rc;
    return fail(r, what, err);
}

static bool load(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    file_text = malloc(1 << 20);
    file_bytes = fread(file_text, 1, (1 << 20) - 1, f);
    file_text[file_bytes] = 0;
    fclose(f);
    char *line = strchr(file_text, '\n') + 1, *end;
    for (n_all = 0; n_all < ROWS_MAX && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        Flight *x = &all[n_all];
        char date[32], dest[8];
        long long delay, distance;
        if (sscanf(line, "%31[^,],%lld,%lld,%7[^,],%7[^\n]", date, &delay, &distance, x->origin, dest) != 5)
            return false;
        bool zone;
        if (timestamp_parse(str_of(date), &x->ts, &zone) < 0)
            return false;
        x->delay = delay;
        n_all++;
    }
    file_bytes = (size_t)(line - file_text); /* the file source reads the same rows */
    return n_all > 0;
}

static void shuffle(Run *r)
{
    memcpy(r->rows, all, n_all * sizeof(*all));
    for (uint32_t i = 0; i + 1 < n_all; i++) {
        uint32_t j = i + (uint32_t)env_sim_draw(r->env, MIN(8u, n_all - i));
        Flight x = r->rows[i];
        r->rows[i] = r->rows[j];
        r->rows[j] = x;
    }
}

/* ---- model ---- */

static void model_row(Run *r, const Flight *x)
{
    int64_t start = floor_div(x->ts, HOUR) * HOUR;
    if (r->wm != INT64_MIN && start + HOUR <= r->wm) {
        r->late++;
        return;
    }
    for (uint32_t i = 0; i < r->n_groups; i++) {
        Group *g = &r->group[i];
        if (g->start == start && strcmp(g->origin, x->origin) == 0) {
            g->n++;
            g->total += x->delay;
            return;
        }
    }
    Group *g = &r->group[r->n_groups++];
    *g = (Group){.start = start, .n = 1, .total = x->delay};
    memcpy(g->origin, x->origin, sizeof(g->origin));
}

/* Each row is judged by the watermark of the rows before it, however they were cut into batches. */
static void model_batch(Run *r, uint32_t from, uint32_t n)
{
    for (uint32_t i = from; i < from + n; i++) {
        model_row(r, &r->rows[i]);
        r->wm = MAX(r->wm, r->rows[i].ts - DELAY_US);
    }
}

static int model_check(Run *r, const Batch *b)
{
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        Value origin = vec_get(&b->col[0], row), start = vec_get(&b->col[1], row), n = vec_get(&b->col[2], row),
              total = vec_get(&b->col[3], row);
        Group *found = NULL;
        for (uint32_t k = 0; k < r->n_groups && !found; k++)
            if (r->group[k].start == start.i64 && str_eq(origin.str, str_of(r->group[k].origin)))
                found = &r->group[k];
        if (!found || found->delivered || batch_weight(b, row) != 1 || found->n != n.i64 || (i128)found->total != total.dec)
            return fail(r, "a window came out wrong or twice", NULL);
        if (start.i64 + HOUR > r->wm)
            return fail(r, "a window came out before its watermark", NULL);
        found->delivered = true;
        r->n_delivered++;
    }
    return 0;
}

/* ---- actions ---- */

static int execute(Run *r, const char *sql, uint64_t *ret_rows)
{
    StatementResult res;
    Err err = ERR_INIT;
    int rc = tolerate(r, db_execute(r->db, str_of(sql), &res, &err), sql, &err);
    if (rc >= 0) {
        if (ret_rows)
            *ret_rows = res.rows ? res.rows->n_rows : 0;
        statement_result_done(&res);
    }
    return rc;
}

static int push(Run *r, uint32_t n)
{
    Err err = ERR_INIT;
    Catalog *c = db_catalog(r->db);
    const Relation *rel = catalog_find(c, STR("pushed"));
    engine_enter(r->db->engine);
    Feed *feed = feed_ref(engine_feed(r->db->engine, rel->id));
    engine_leave(r->db->engine);
    Builder b;
    int rc = builder_init(&b, engine_account(r->db->engine), rel->schema, n, &err);
    for (uint32_t i = r->pushed; rc >= 0 && i < r->pushed + n; i++) {
        const Flight *x = &r->rows[i];
        rc = builder_str(&b, 0, x->origin, strlen(x->origin));
        ((int64_t *)builder_data(&b, 1))[b.n] = x->delay;
        ((int64_t *)builder_data(&b, 2))[b.n] = x->ts;
        if (rc >= 0)
            rc = builder_row_done(&b);
    }
    Batch *batch = rc >= 0 ? builder_take(&b) : NULL;
    if (b.schema)
        builder_done(&b);
    if (batch)
        rc = engine_push(r->db->engine, feed, batch, NULL, NULL, &err);
    else if (rc >= 0)
        rc = RAISE_NOMEM(&err);
    else if (!err.code)
        (void)RAISE_NOMEM(&err);
    batch_unref(batch);
    feed_unref(feed);
    catalog_unref(c);
    if (rc >= 0) {
        model_batch(r, r->pushed, n);
        r->pushed += n;
    }
    return tolerate(r, rc, "push", &err);
}

static int read_subscription(Run *r)
{
    for (;;) {
        Delivery q = {0};
        Err err = ERR_INIT;
        int rc = stream_next(r->sub, 0, &q, &err);
        if (rc < 0)
            return tolerate(r, rc, "subscription", &err);
        if (rc != STREAM_ROWS)
            return 0;
        rc = q.batch ? model_check(r, q.batch) : 0;
        batch_unref(q.batch);
        if (rc < 0)
            return rc;
    }
}

static int select_retained(Run *r)
{
    uint64_t n = 0;
    int rc = execute(r, "SELECT origin, delay FROM pushed", &n);
    return rc >= 0 && n != r->pushed ? fail(r, "SELECT did not see what was pushed", NULL) : rc;
}

static int select_file(Run *r)
{
    uint64_t n = 0;
    int rc = execute(r, "SELECT origin, count(*) FROM flights GROUP BY origin", &n);
    static uint64_t want;
    if (rc >= 0 && !want)
        want = n;
    return rc >= 0 && (n == 0 || n != want) ? fail(r, "SELECT over the file changed its answer", NULL) : rc;
}

static int setup(Run *r)
{
    Err err = ERR_INIT;
    int rc = db_open(r->env, NULL, &r->db, &err);
    if (rc < 0)
        return tolerate(r, rc, "open", &err);
    TRY(execute(r, "CREATE SOURCE flights (date TIMESTAMP, delay BIGINT, origin TEXT) FROM FILE (path = '/flights.csv')", NULL));
    TRY(execute(r, "CREATE SOURCE pushed (origin TEXT, delay BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '20' MINUTE)",
                NULL));
    TRY(execute(
        r,
        "CREATE STREAM hourly AS SELECT origin, TUMBLE_START(ts, INTERVAL '1' HOUR) AS w, COUNT(*) AS n, SUM(delay) AS total "
        "FROM pushed GROUP BY origin, TUMBLE(ts, INTERVAL '1' HOUR)",
        NULL));
    return tolerate(r, stream_open_relation(r->db, STR("hourly"), NULL, &r->sub, &err), "subscribe", &err);
}

static int play(Run *r)
{
    TRY(setup(r));
    while (r->pushed < n_all) {
        switch (env_sim_draw(r->env, 64)) {
        case 0: TRY(select_retained(r)); break;
        case 1: TRY(env_sim_draw(r->env, 8) == 0 ? select_file(r) : 0); break;
        case 2: env_sim_advance(r->env, (int64_t)env_sim_draw(r->env, 2000000000)); break;
        case 3: (void)engine_poll(r->db->engine); break;
        case 4:
        case 5: TRY(read_subscription(r)); break;
        default: {
            uint32_t n = 1 + (uint32_t)env_sim_draw(r->env, 200);
            TRY(push(r, MIN(n, n_all - r->pushed)));
            break;
        }
        }
    }
    /* The end of time: every window closes. */
    Catalog *c = db_catalog(r->db);
    engine_enter(r->db->engine);
    Feed *feed = feed_ref(engine_feed(r->db->engine, catalog_find(c, STR("pushed"))->id));
    engine_leave(r->db->engine);
    catalog_unref(c);
    Err err = ERR_INIT;
    r->wm = INT64_MAX;
    int rc = tolerate(r, engine_push_watermark(r->db->engine, feed, INT64_MAX - 1, &err), "watermark", &err);
    feed_unref(feed);
    TRY(rc);
    TRY(read_subscription(r));
    return r->n_delivered == r->n_groups ? 0 : fail(r, "a window is missing", NULL);
}

static bool run_seed(uint64_t seed)
{
    static Run r;
    r = (Run){.seed = seed, .wm = INT64_MIN, .faulty = seed % 3 == 2};
    SimFaults faults = {.short_read = 300000, .alloc_fail = r.faulty ? 300 : 0};
    r.env = env_sim_new(seed, &faults);
    if (!r.env || env_sim_put_file(r.env, "/flights.csv", file_text, file_bytes) < 0)
        return false;
    shuffle(&r);
    if (r.faulty)
        env_sim_set_alloc_faults(r.env, true);
    (void)play(&r);
    if (r.faulty)
        env_sim_set_alloc_faults(r.env, false);
    stream_free(r.sub);
    db_unref(r.db);
    env_sim_free(r.env);
    return !r.failed;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1, n = argc > 3 ? strtoull(argv[3], NULL, 10) : 1000;
    if (argc < 2 || !load(argv[1])) {
        fprintf(stderr, "usage: sim_demo flights.csv [first_seed n_seeds]\n");
        return 2;
    }
    uint64_t passed = 0, failed = 0;
    for (uint64_t seed = first; seed < first + n; seed++) {
        if (run_seed(seed))
            passed++;
        else if (++failed >= 5)
            break;
    }
    printf("%llu passed, %llu failed, 0 skipped\n", (unsigned long long)passed, (unsigned long long)failed);
    free(file_text);
    return failed ? 1 : 0;
}
