/* SPDX-License-Identifier: Apache-2.0
 *
 * A source of datagrams in the simulator: a durable database takes packets whose order, places and moments are drawn from the seed,
 * crashes, and is opened again, with and without checkpoints.  No row is ever there twice, what a checkpoint has is never gone, a
 * view has what the source has, and what was not taken is counted.
 *
 *   sim_receive [first_seed n_seeds] */
#include "connect/udp/udp_packet.h"
#include "db/durable.h"
#include "env/env_sim.h"

#include <stdio.h>
#include <stdlib.h>

#define PORT 9999
#define N_OPS 60

typedef struct Run {
    uint64_t seed;
    Env *env;
    Database *db;
    uint64_t next_row, sequence;
    int64_t kept; /* rows that a checkpoint has */
    int64_t refused;
    bool failed;
} Run;

static int fail(Run *r, const char *what, const char *detail)
{
    printf("seed %llu: %s: %s\nreplay: sim_receive %llu 1\n", (unsigned long long)r->seed, what, detail,
           (unsigned long long)r->seed);
    r->failed = true;
    return -1;
}

static int execute(Run *r, const char *sql, StatementResult *ret)
{
    StatementResult local;
    Err err = ERR_INIT;
    int rc = db_execute(r->db, str_of(sql), ret ? ret : &local, &err);
    if (rc < 0)
        return fail(r, sql, err.message);
    if (!ret)
        statement_result_done(&local);
    return 0;
}

static int64_t number(Run *r, const char *sql)
{
    StatementResult res;
    int64_t v = -1;
    if (execute(r, sql, &res) < 0)
        return v;
    for (uint32_t i = 0; i < res.rows->n; i++)
        if (res.rows->batch[i]->n_sel)
            v = vec_get(&res.rows->batch[i]->col[0], row_at(batch_rows(res.rows->batch[i]), 0)).i64;
    statement_result_done(&res);
    return v;
}

static uint64_t draw(Run *r, uint64_t below)
{
    return env_sim_draw(r->env, below);
}

static int open_db(Run *r)
{
    DatabaseConfig config = {.path = "/db"};
    Err err = ERR_INIT;
    return db_open(r->env, &config, &r->db, &err) < 0 ? fail(r, "opening", err.message) : 0;
}

static void send_one(Run *r)
{
    char p[300];
    size_t n = 20;
    uint64_t rows = draw(r, 4);
    for (uint64_t i = 0; i < rows; i++)
        n += (size_t)snprintf(p + n, sizeof(p) - n, "%llu,k%llu\n", (unsigned long long)r->next_row++, (unsigned long long)i);
    if (draw(r, 10) == 0)
        n += (size_t)snprintf(p + n, sizeof(p) - n, "no row");
    event_packet_header(1, r->sequence++, (uint32_t)(n - 20), p);
    if (draw(r, 12) == 0)
        p[draw(r, 12)] ^= 1; /* malformed, or of another key */
    r->refused += !env_sim_datagram(r->env, PORT, p, n);
}

static void poll_some(Run *r)
{
    for (uint64_t i = draw(r, 5) + 1; i > 0; i--) {
        env_sim_advance(r->env, (int64_t)draw(r, 3000000));
        (void)engine_poll(r->db->engine);
    }
}

static int check(Run *r)
{
    int64_t in_source = number(r, "SELECT count(*) FROM s"), in_view = number(r, "SELECT count(*) FROM v");
    if (!r->failed && in_source != in_view)
        (void)fail(r, "the view and the source", "have not the same rows");
    if (!r->failed && number(r, "SELECT coalesce(max(c), 1) FROM v") != 1)
        (void)fail(r, "a row", "is there twice");
    if (!r->failed && in_source < r->kept)
        (void)fail(r, "rows of a checkpoint", "are gone");
    return r->failed ? -1 : 0;
}

static int crash(Run *r)
{
    env_sim_crash(r->env);
    db_close(r->db);
    db_unref(r->db);
    r->db = NULL;
    if (draw(r, 2))
        send_one(r); /* nobody is there */
    return open_db(r);
}

static int operate(Run *r)
{
    switch (draw(r, 12)) {
    case 0: return crash(r);
    case 1: r->kept = number(r, "SELECT count(*) FROM s"); return execute(r, "CHECKPOINT", NULL);
    case 2:
    case 3:
    case 4:
    case 5: poll_some(r); return 0;
    default:
        for (uint64_t i = draw(r, 12); i > 0; i--)
            send_one(r);
        return 0;
    }
}

/* All that is still to come has come: what was taken and what was not is every packet. */
static void settle(Run *r)
{
    for (int i = 0; i < 20; i++) {
        env_sim_advance(r->env, 2000000000);
        (void)engine_poll(r->db->engine);
    }
    if (number(r, "SELECT count(*) FROM laminar_receivers WHERE state = 'RUNNING'") != 1)
        (void)fail(r, "the receiver", "does not run");
    int64_t before = number(r, "SELECT count(*) FROM s");
    for (int i = 0; i < 5; i++) {
        char p[64];
        size_t n = 20 + (size_t)snprintf(p + 20, sizeof(p) - 20, "%llu,x", (unsigned long long)r->next_row++);
        event_packet_header(1, r->sequence++, (uint32_t)(n - 20), p);
        if (!env_sim_datagram(r->env, PORT, p, n))
            (void)fail(r, "a packet", "has found nobody");
    }
    for (int i = 0; i < 200; i++) {
        env_sim_advance(r->env, 2000000);
        (void)engine_poll(r->db->engine);
    }
    if (number(r, "SELECT count(*) FROM s") != before + 5)
        (void)fail(r, "packets", "were not taken");
}

static bool run_seed(uint64_t seed)
{
    Run r = {.seed = seed, .env = env_sim_new(seed, NULL)};
    if (open_db(&r) == 0)
        (void)execute(&r,
                      "CREATE SOURCE s (n BIGINT, k TEXT) FROM UDP (port = 9999) FORMAT csv;"
                      "CREATE MATERIALIZED VIEW v AS SELECT n, count(*) AS c FROM s GROUP BY n",
                      NULL);
    for (int i = 0; i < N_OPS && !r.failed; i++)
        if (operate(&r) == 0)
            (void)check(&r);
    if (!r.failed)
        settle(&r);
    if (!r.failed)
        (void)check(&r);
    if (r.db) {
        db_close(r.db);
        db_unref(r.db);
    }
    env_sim_free(r.env);
    return !r.failed;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : 30;
    uint64_t passed = 0, failed = 0;
    for (uint64_t seed = first; seed < first + n && failed < 5; seed++)
        run_seed(seed) ? passed++ : failed++;
    printf("%llu passed, %llu failed, 0 skipped\n", (unsigned long long)passed, (unsigned long long)failed);
    return failed ? 1 : 0;
}
