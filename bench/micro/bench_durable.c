/* SPDX-License-Identifier: Apache-2.0
 *
 * What a directory costs, through the C interface: latency of a row (push to callback) in memory and with the log, fsync excluded;
 * acknowledged rows per second of 1, 16 and 256 producers beside the disk's own rate of syncs; checkpoints of a view of a million
 * keys with all and with a hundredth of them changed, and what pushes notice of them; opening.  Prints `name value unit` lines.
 *
 *   bench_durable [directory [acks]]   a scratch directory on the disk that is measured, default "."; the acknowledgements only */
#include "laminar.h"
#include "figures.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char root[512], path[600];

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void remove_all(void)
{
    char command[700];
    snprintf(command, sizeof(command), "rm -rf '%s'", path);
    if (system(command) != 0)
        exit(1);
}

static LaminarConnection *open_at(bool on_disk)
{
    LaminarConnection *db = NULL;
    check(on_disk ? laminar_open_with_config(path, NULL, &db) : laminar_open(&db), "open");
    return db;
}

static void push(LaminarWriter *w, int64_t key, int64_t value)
{
    LaminarRow *row;
    check(laminar_row_begin(w, &row), "row_begin");
    check(laminar_row_i64(row, 0, key), "row_i64");
    check(laminar_row_i64(row, 1, value), "row_i64");
    check(laminar_row_push(row), "row_push");
}

/* ---- latency ---- */

static int64_t seen_ns;
static void on_change(void *self, const LaminarChange *change)
{
    (void)self;
    (void)change;
    seen_ns = now_ns();
}

enum { WARM = 20000, N = 100000 };
static int64_t took[N];

static void latency(const char *name, bool on_disk)
{
    LaminarConnection *db = open_at(on_disk);
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = on_change};
    LaminarSubscription *sub;
    LaminarWriter *w;
    char label[80];
    check(laminar_execute(db, "CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL)", NULL), "source");
    check(laminar_execute(db, "CREATE STREAM q AS SELECT k, v + 1 AS x FROM s WHERE v >= 0", NULL), "stream");
    check(laminar_subscribe(db, "q", &o, &sub), "subscribe");
    check(laminar_writer_create(db, "s", &w), "writer");
    for (int i = 0; i < WARM; i++)
        push(w, i, i);
    for (int i = 0; i < N; i++) {
        int64_t t0 = now_ns();
        push(w, i, i);
        took[i] = seen_ns - t0;
    }
    qsort(took, N, sizeof(*took), by_value);
    snprintf(label, sizeof(label), "push_%s_p50", name);
    report(label, (double)took[N / 2], "ns");
    snprintf(label, sizeof(label), "push_%s_p99", name);
    report(label, (double)took[N / 100 * 99], "ns");
    laminar_writer_free(w);
    laminar_subscription_release(sub);
    check(laminar_close(db), "close");
}

/* ---- acknowledgements ---- */

static void sync_rate(void)
{
    char file[640], block[4096] = {1};
    snprintf(file, sizeof(file), "%s/sync", root);
    int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0)
        exit(1);
    for (int i = 0; i < 2048; i++) /* written once, else the file system has more to do */
        if (pwrite(fd, block, sizeof(block), i * 4096) != 4096)
            exit(1);
    (void)fsync(fd);
    int64_t from = now_ns();
    int n = 0;
    for (; now_ns() - from < INT64_C(700000000); n++)
        if (pwrite(fd, block, sizeof(block), (n % 2048) * 4096) != 4096 || fdatasync(fd) != 0)
            exit(1);
    report("disk_syncs", n * 1e9 / (double)(now_ns() - from), "/s");
    close(fd);
    unlink(file);
}

typedef struct Producers {
    LaminarConnection *db;
    int64_t until_ns;
    _Atomic uint64_t n;
} Producers;

static void *produce(void *self)
{
    Producers *p = self;
    LaminarWriter *w;
    uint64_t n = 0, ticket = 0;
    check(laminar_writer_create(p->db, "s", &w), "writer");
    for (; now_ns() < p->until_ns; n++) {
        push(w, (int64_t)n, 1);
        check(laminar_writer_ticket(w, &ticket), "ticket");
        check(laminar_wait(p->db, ticket, LAMINAR_DURABLE, -1), "wait");
    }
    atomic_fetch_add(&p->n, n);
    laminar_writer_free(w);
    return NULL;
}

static void acknowledgements(int n_producers)
{
    pthread_t thread[256];
    char label[80];
    Producers p = {.db = open_at(true)};
    check(laminar_execute(p.db, "CREATE SOURCE IF NOT EXISTS s (k BIGINT NOT NULL, v BIGINT NOT NULL)", NULL), "source");
    int64_t from = now_ns();
    p.until_ns = from + INT64_C(700000000);
    for (int i = 0; i < n_producers; i++)
        if (pthread_create(&thread[i], NULL, produce, &p) != 0)
            exit(1);
    for (int i = 0; i < n_producers; i++)
        pthread_join(thread[i], NULL);
    snprintf(label, sizeof(label), "durable_acks_%d", n_producers);
    report(label, (double)p.n * 1e9 / (double)(now_ns() - from), "/s");
    check(laminar_close(p.db), "close");
}

/* What a server does for many producers on one thread: whose oldest row is safe is told so and sends the next one.  Each has at
 * most `in_flight` rows that are not. */
static void multiplexed(int in_flight)
{
    enum { PRODUCERS = 256 };
    char label[80];
    LaminarConnection *db = open_at(true);
    LaminarWriter *writer[PRODUCERS];
    uint32_t n_slots = PRODUCERS * (uint32_t)in_flight, n = 0, at = 0;
    uint64_t *ticket = calloc(n_slots, sizeof(*ticket)); /* of slot i, producer i % PRODUCERS; safe in the order of their pushes */
    if (!ticket)
        exit(1);
    check(laminar_execute(db, "CREATE SOURCE IF NOT EXISTS s (k BIGINT NOT NULL, v BIGINT NOT NULL)", NULL), "source");
    for (int i = 0; i < PRODUCERS; i++)
        check(laminar_writer_create(db, "s", &writer[i]), "writer");
    int64_t from = now_ns(), until = from + INT64_C(700000000);
    for (int32_t timeout = 0; now_ns() < until; timeout = -1) {
        for (; ticket[at] == 0 || laminar_wait(db, ticket[at], LAMINAR_DURABLE, timeout) == LAMINAR_OK; timeout = 0) {
            n += ticket[at] != 0;
            push(writer[at % PRODUCERS], n, 1);
            check(laminar_writer_ticket(writer[at % PRODUCERS], &ticket[at]), "ticket");
            at = (at + 1) % n_slots;
        }
    }
    snprintf(label, sizeof(label), "durable_acks_256_on_one_thread_%d_in_flight", in_flight);
    report(label, (double)n * 1e9 / (double)(now_ns() - from), "/s");
    for (int i = 0; i < PRODUCERS; i++)
        laminar_writer_free(writer[i]);
    free(ticket);
    check(laminar_close(db), "close");
}

/* ---- checkpoints ---- */

enum { KEYS = 1000000 };

static void newest_bytes(LaminarConnection *db, double *ret_state, double *ret_written)
{
    LaminarQueryResult *result = NULL;
    LaminarRecordBatch *batch = NULL;
    const char *text = NULL;
    check(laminar_execute(db, "SHOW CHECKPOINTS", &result), "SHOW CHECKPOINTS");
    check(laminar_result_get_batch(result, 0, &batch), "batch");
    check(laminar_batch_text(batch, 0, 3, &text, NULL), "text");
    *ret_state = strtod(text, NULL);
    check(laminar_batch_text(batch, 0, 4, &text, NULL), "text");
    *ret_written = strtod(text, NULL);
    laminar_batch_free(batch);
    laminar_result_free(result);
}

static void *make_checkpoint(void *self)
{
    static int64_t ns;
    int64_t from = now_ns();
    check(laminar_execute(self, "CHECKPOINT", NULL), "CHECKPOINT");
    ns = now_ns() - from;
    return &ns;
}

/* Rows are pushed while it is made; their p99 is of those until its end. */
static void checkpoint(LaminarConnection *db, LaminarWriter *w, const char *name)
{
    pthread_t thread;
    void *ns;
    char label[80];
    double state, written;
    int n = 0;
    if (pthread_create(&thread, NULL, make_checkpoint, db) != 0)
        exit(1);
    for (; n < N; n++) {
        int64_t t0 = now_ns();
        push(w, n % 1000, 1);
        took[n] = now_ns() - t0;
        if (n % 64 == 0 && pthread_tryjoin_np(thread, &ns) == 0)
            break;
    }
    if (n == N)
        pthread_join(thread, &ns);
    qsort(took, (size_t)n, sizeof(*took), by_value);
    newest_bytes(db, &state, &written);
    snprintf(label, sizeof(label), "checkpoint_%s_ms", name);
    report(label, (double)*(int64_t *)ns / 1e6, "ms");
    snprintf(label, sizeof(label), "checkpoint_%s_written", name);
    report(label, written / 1e6, "MB");
    snprintf(label, sizeof(label), "checkpoint_%s_push_p99", name);
    report(label, n ? (double)took[(int64_t)n * 99 / 100] : 0, "ns");
}

static void checkpoints(void)
{
    LaminarConnection *db = open_at(true);
    LaminarWriter *w;
    double state, written;
    check(laminar_execute(db,
                          "SET checkpoint_interval = 'off'; CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL);"
                          "CREATE MATERIALIZED VIEW q AS SELECT k, count(*) AS n, sum(v) AS s FROM s GROUP BY k",
                          NULL),
          "view");
    check(laminar_writer_create(db, "s", &w), "writer");
    for (int64_t k = 0; k < KEYS; k++)
        push(w, k, k);
    checkpoint(db, w, "all");
    newest_bytes(db, &state, &written);
    for (int64_t k = 0; k < KEYS / 100; k++)
        push(w, k, 1);
    checkpoint(db, w, "hundredth");
    laminar_writer_free(w);
    check(laminar_close(db), "close");
    int64_t from = now_ns();
    db = open_at(true);
    report("open_seconds_per_gb", (double)(now_ns() - from) / state, "s/GB");
    report("state_on_disk_per_key", state / KEYS, "bytes");
    check(laminar_close(db), "close");
}

int main(int argc, char **argv)
{
    bool only_acks = argc > 2 && strcmp(argv[2], "acks") == 0;
    snprintf(root, sizeof(root), "%s/laminar-bench-XXXXXX", argc > 1 ? argv[1] : ".");
    if (!mkdtemp(root))
        return 1;
    snprintf(path, sizeof(path), "%s/db", root);
    if (!only_acks) {
        latency("in_memory", false);
        latency("with_log", true);
    }
    remove_all();
    sync_rate();
    static const int producers[] = {1, 16, 256};
    for (size_t i = 0; i < sizeof(producers) / sizeof(*producers); i++)
        acknowledgements(producers[i]);
    multiplexed(1);
    multiplexed(16);
    remove_all();
    if (!only_acks)
        checkpoints();
    remove_all();
    return rmdir(root) != 0;
}
