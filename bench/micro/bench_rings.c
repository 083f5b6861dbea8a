/* SPDX-License-Identifier: Apache-2.0
 *
 * What passes between threads: the queues by themselves, the hand-over of an operator's parts, one array to many readers, readers
 * that are too slow under each policy, and what it costs to be looked at.  Prints `name value unit` lines. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/ring.h"
#include "env/env.h"
#include "figures.h"
#include "flow/crew.h"
#include "flow/measure.h"

#define HOPS 20000
#define ITEMS 1000000
#define LONGEST_NS INT64_C(2000000000) /* on a machine that has other work, hops are as many as come until then */

static Env *env;
static Account account;
static int64_t took[HOPS];

static void report_hops(const char *name, int64_t n)
{
    char label[64];
    qsort(took, (size_t)n, sizeof(*took), by_value);
    snprintf(label, sizeof(label), "%s_p50", name);
    report(label, (double)took[n / 2], "ns");
    snprintf(label, sizeof(label), "%s_p99", name);
    report(label, (double)took[n * 99 / 100], "ns");
}

/* Whoever waits gives way after a while, for there may be fewer cores than threads. */
static void wait_turn(uint32_t *n)
{
    if (++*n % 1024 == 0)
        (void)sched_yield();
    else
        env_pause();
}

/* ---- queues ---- */

typedef struct Pair {
    Spsc there, back;
} Pair;

/* Until its own address comes. */
static void *answer(void *p)
{
    Pair *x = p;
    uint32_t waits = 0;
    for (void *got = NULL; got != &x->back;) {
        while ((got = spsc_pop(&x->there)) == NULL)
            wait_turn(&waits);
        while (!spsc_push(&x->back, got))
            wait_turn(&waits);
    }
    return NULL;
}

static void there_and_back(Pair *x, void *what)
{
    uint32_t waits = 0;
    while (!spsc_push(&x->there, what))
        wait_turn(&waits);
    while (!spsc_pop(&x->back))
        wait_turn(&waits);
}

/* Half of the way there and back. */
static void spsc_hops(void)
{
    static Pair x;
    pthread_t thread;
    int64_t n = 0, began = env_mono_ns(env);
    check(spsc_init(&x.there, &account, 64) | spsc_init(&x.back, &account, 64), "spsc_init");
    check(pthread_create(&thread, NULL, answer, &x), "thread");
    for (; n < HOPS && env_mono_ns(env) - began < LONGEST_NS; n++) {
        int64_t t0 = env_mono_ns(env);
        there_and_back(&x, &x);
        took[n] = (env_mono_ns(env) - t0) / 2;
    }
    there_and_back(&x, &x.back);
    (void)pthread_join(thread, NULL);
    spsc_done(&x.there);
    spsc_done(&x.back);
    report_hops("ring_spsc_hop", n);
}

static void spsc_alone(void)
{
    Spsc q;
    check(spsc_init(&q, &account, 1024), "spsc_init");
    int64_t t0 = env_mono_ns(env);
    for (int i = 0; i < ITEMS; i++) {
        (void)spsc_push(&q, &q);
        (void)spsc_pop(&q);
    }
    report("ring_spsc_push_pop", (double)(env_mono_ns(env) - t0) / ITEMS, "ns");
    spsc_done(&q);
}

static void *push_items(void *p)
{
    uint32_t waits = 0;
    for (int i = 0; i < ITEMS / 4; i++)
        while (!mpsc_push(p, p))
            wait_turn(&waits);
    return NULL;
}

/* Per item, until the one reader has all. */
static void mpsc_by(int n)
{
    static Mpsc q;
    pthread_t thread[4];
    char label[64];
    uint32_t waits = 0;
    check(mpsc_init(&q, &account, 1024), "mpsc_init");
    int64_t t0 = env_mono_ns(env);
    for (int i = 0; i < n; i++)
        check(pthread_create(&thread[i], NULL, push_items, &q), "thread");
    for (int64_t got = 0; got < (int64_t)n * (ITEMS / 4);)
        if (mpsc_pop(&q))
            got++;
        else
            wait_turn(&waits);
    snprintf(label, sizeof(label), "ring_mpsc_by_%d", n);
    report(label, (double)(env_mono_ns(env) - t0) / ((double)n * (ITEMS / 4)), "ns");
    for (int i = 0; i < n; i++)
        (void)pthread_join(thread[i], NULL);
    mpsc_done(&q);
}

/* ---- the hand-over of parts ---- */

static void nothing(void *self, uint32_t part)
{
    (void)self;
    (void)part;
}

/* To another thread that has nothing to do, and until it has said that it is done. */
static void crew_hops(void)
{
    static Crew crew;
    Err err;
    err_reset(&err);
    PageStore *pages = page_store_new(&account);
    crew_init(&crew, env, &account, pages);
    check(pages && crew_set_threads(&crew, 2, &err) == 0 ? 0 : 1, "crew");
    int64_t n = 0, began = env_mono_ns(env);
    for (; n < HOPS && env_mono_ns(env) - began < LONGEST_NS; n++) {
        int64_t t0 = env_mono_ns(env);
        crew.parts.team.run(&crew.parts.team, 2, 3, nothing, NULL);
        took[n] = env_mono_ns(env) - t0;
    }
    crew_done(&crew);
    page_store_free(pages);
    report_hops("parts_hand_over", n);
}

/* ---- readers ---- */

enum { READERS = 8, ARRAY_ROWS = 1024, ROUND = 256, ROUNDS = 40 };

static LaminarConnection *open_db(LaminarWriter **ret_writer)
{
    LaminarConnection *db;
    check(laminar_open(&db), "open");
    check(laminar_execute(db, "CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL) WITH (buffer_size = 1024)", NULL), "source");
    check(laminar_writer_create(db, "s", ret_writer), "writer");
    return db;
}

static void put_row(LaminarWriter *w, int64_t k)
{
    LaminarRow *row;
    check(laminar_row_begin(w, &row), "row_begin");
    check(laminar_row_i64(row, 0, k % 1000), "row_i64");
    check(laminar_row_i64(row, 1, k), "row_i64");
    check(laminar_row_push(row), "row_push");
}

static void no_array(struct ArrowArray *a)
{
    a->release = NULL;
}

static void no_schema(struct ArrowSchema *s)
{
    (void)s;
}

static void put_array(LaminarWriter *w)
{
    static int64_t values[ARRAY_ROWS];
    static struct ArrowSchema field[2] = {{.format = "l", .name = "k", .release = no_schema},
                                          {.format = "l", .name = "v", .release = no_schema}};
    static struct ArrowSchema *fields[2] = {&field[0], &field[1]};
    static const struct ArrowSchema schema = {
        .format = "+s", .name = "", .n_children = 2, .children = fields, .release = no_schema};
    const void *none[1] = {NULL}, *buffers[2] = {NULL, values};
    struct ArrowArray column[2], *columns[2] = {&column[0], &column[1]};
    for (int i = 0; i < 2; i++)
        column[i] = (struct ArrowArray){.length = ARRAY_ROWS, .n_buffers = 2, .buffers = buffers, .release = no_array};
    struct ArrowArray array = {
        .length = ARRAY_ROWS, .n_buffers = 1, .buffers = none, .n_children = 2, .children = columns, .release = no_array};
    check(laminar_writer_push(w, &array, &schema, NULL), "push");
}

/* The least that a push of an array costs which n readers share. */
static double array_to(int n)
{
    LaminarWriter *w;
    LaminarConnection *db = open_db(&w);
    LaminarSubscription *sub[READERS];
    LaminarChange change;
    int64_t best = INT64_MAX;
    for (int i = 0; i < n; i++)
        check(laminar_subscribe(db, "s", NULL, &sub[i]), "subscribe");
    for (int round = 0; round < ROUNDS; round++) {
        int64_t t0 = env_mono_ns(env);
        for (int i = 0; i < ROUND; i++)
            put_array(w);
        int64_t ns = env_mono_ns(env) - t0;
        best = ns < best ? ns : best;
        for (int i = 0; i < n; i++)
            while (laminar_subscription_next(sub[i], 0, &change) == LAMINAR_OK) {
            }
    }
    for (int i = 0; i < n; i++)
        laminar_subscription_release(sub[i]);
    laminar_writer_free(w);
    laminar_close(db);
    return (double)best / ROUND;
}

static void multicast(void)
{
    double one = array_to(1), eight = array_to(READERS);
    report("multicast_array_to_1", one, "ns");
    report("multicast_array_to_8", eight, "ns");
    report("multicast_one_more_reader", (eight - one) / (READERS - 1), "ns");
}

/* A push while the queue of the one reader, who never reads, is full. */
static void too_slow(const char *name, int32_t overflow)
{
    LaminarWriter *w;
    LaminarConnection *db = open_db(&w);
    LaminarSubscription *sub;
    LaminarSubscribeOptions o = {.size = sizeof(o), .overflow = overflow, .buffer_bytes = 256 << 10};
    char label[64];
    int64_t best = INT64_MAX, at = 0;
    check(laminar_execute(db, "CREATE MATERIALIZED VIEW m AS SELECT k, sum(v) AS v FROM s GROUP BY k", NULL), "view");
    check(laminar_subscribe(db, overflow == LAMINAR_OVERFLOW_CONFLATE ? "m" : "s", &o, &sub), "subscribe");
    for (int i = 0; i < 20000; i++)
        put_row(w, at++);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t t0 = env_mono_ns(env);
        for (int i = 0; i < ROUND; i++)
            put_row(w, at++);
        int64_t ns = env_mono_ns(env) - t0;
        best = ns < best ? ns : best;
    }
    snprintf(label, sizeof(label), "slow_reader_%s", name);
    report(label, (double)best / ROUND, "ns");
    laminar_subscription_release(sub);
    laminar_writer_free(w);
    laminar_close(db);
}

typedef struct Reader {
    LaminarSubscription *sub;
    _Atomic bool stop;
    uint64_t n;
} Reader;

static void *read_all(void *p)
{
    Reader *r = p;
    LaminarChange c;
    while (!atomic_load(&r->stop))
        if (laminar_subscription_next(r->sub, 1, &c) == LAMINAR_OK)
            r->n += c.num_rows;
    return NULL;
}

/* Pushes that wait for a reader with a short queue, who reads as fast as he can: nothing is lost. */
static void waits_for_reader(void)
{
    LaminarWriter *w;
    LaminarConnection *db = open_db(&w);
    Reader r = {0};
    pthread_t thread;
    LaminarSubscribeOptions o = {.size = sizeof(o), .overflow = LAMINAR_OVERFLOW_BLOCK, .buffer_bytes = 16 << 10};
    check(laminar_subscribe(db, "s", &o, &r.sub), "subscribe");
    check(pthread_create(&thread, NULL, read_all, &r), "thread");
    int64_t t0 = env_mono_ns(env);
    for (int i = 0; i < 50000; i++)
        put_row(w, i);
    report("slow_reader_block", (double)(env_mono_ns(env) - t0) / 50000, "ns");
    atomic_store(&r.stop, true);
    (void)pthread_join(thread, NULL);
    laminar_subscription_release(r.sub);
    laminar_writer_free(w);
    laminar_close(db);
}

/* ---- being looked at ---- */

typedef struct Observer {
    LaminarConnection *db;
    _Atomic bool stop;
    uint64_t n;
} Observer;

static void *observe(void *p)
{
    static const char *const relations[] = {"operators", "parts", "queries", "rings", "budgets", "latencies", "metrics", "memory"};
    Observer *o = p;
    for (size_t i = 0; !atomic_load(&o->stop); i++) {
        char sql[64];
        snprintf(sql, sizeof(sql), "SELECT * FROM laminar_%s", relations[i % (sizeof(relations) / sizeof(*relations))]);
        check(laminar_execute(o->db, sql, NULL), sql);
        o->n++;
        usleep(10000); /* 100 a second */
    }
    return NULL;
}

static void observed(bool on)
{
    LaminarWriter *w;
    LaminarConnection *db = open_db(&w);
    Observer o = {.db = db};
    pthread_t thread;
    int64_t best = INT64_MAX;
    check(laminar_execute(db, "CREATE STREAM q AS SELECT k, count(*) AS n, sum(v) AS t FROM s GROUP BY k", NULL), "stream");
    if (on)
        check(pthread_create(&thread, NULL, observe, &o), "thread");
    for (int round = 0; round < ROUNDS; round++) {
        int64_t t0 = env_mono_ns(env);
        for (int i = 0; i < ROUND * 4; i++)
            put_array(w);
        int64_t ns = env_mono_ns(env) - t0;
        best = ns < best ? ns : best;
    }
    report(on ? "observed_100_times_a_second" : "observed_by_nobody", (double)best / (ROUND * 4.0) / ARRAY_ROWS, "ns/row");
    atomic_store(&o.stop, true);
    if (on)
        (void)pthread_join(thread, NULL);
    laminar_writer_free(w);
    laminar_close(db);
}

/* ---- what collecting costs ---- */

/* Histogram and budget of a step of so many rows, by themselves; of single rows one in 64 has them. */
static void measured(const char *name, uint32_t n_rows)
{
    static Measures m;
    int64_t best = INT64_MAX;
    measures_init(&m, env);
    for (int round = 0; round < 20; round++) {
        int64_t t0 = env_mono_ns(env);
        for (int i = 0; i < ITEMS / 20; i++) {
            uint64_t began = measure_step_begin(&m, n_rows);
            __asm__ volatile("" ::: "memory"); /* the step */
            if (began)
                measure_step_end(&m, began, n_rows);
        }
        best = MIN(best, env_mono_ns(env) - t0);
    }
    report(name, (double)best / (ITEMS / 20), "ns");
}

int main(void)
{
    env = env_linux();
    account_init(&account, NULL, "rings");
    spsc_alone();
    spsc_hops();
    for (int n = 1; n <= 4; n *= 2)
        mpsc_by(n);
    crew_hops();
    multicast();
    too_slow("drop_oldest", LAMINAR_OVERFLOW_DROP_OLDEST);
    too_slow("drop_newest", LAMINAR_OVERFLOW_DROP_NEWEST);
    too_slow("conflate", LAMINAR_OVERFLOW_CONFLATE);
    waits_for_reader();
    observed(false);
    observed(true);
    measured("measured_push_of_a_row", 1);
    measured("measured_push_of_an_array", 1024);
    return 0;
}
