/* SPDX-License-Identifier: Apache-2.0
 *
 * DROP TABLE .. CASCADE of a table that other tables refer to, or of its key, with a crash at every fault point in turn: what is
 * found afterwards has the key and all keys that refer to it, or neither, and is the same once more behind a checkpoint.
 *
 *   sim_cascade [first_seed n_seeds] */
#include "db/durable.h"
#include "env/env_sim.h"

#include <stdio.h>
#include <stdlib.h>

#define POINTS_MAX 400

static const char set_up[] = "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (a INT REFERENCES p, b INT REFERENCES p);"
                             "CREATE TABLE d (a INT REFERENCES p ON DELETE CASCADE); INSERT INTO p VALUES (1);"
                             "INSERT INTO c VALUES (1, NULL); INSERT INTO d VALUES (1)";

typedef struct Run {
    uint64_t seed;
    uint32_t point;
    Env *env;
    Database *db;
} Run;

static bool fail(const Run *r, const char *what, const char *detail)
{
    printf("seed %llu, point %u: %s: %s\n", (unsigned long long)r->seed, r->point, what, detail);
    return false;
}

static int execute(Run *r, const char *sql, Err *err)
{
    StatementResult result;
    *err = ERR_INIT;
    int rc = db_execute(r->db, str_of(sql), &result, err);
    if (rc >= 0)
        statement_result_done(&result);
    return rc;
}

static bool open_database(Run *r)
{
    DatabaseConfig config = {.path = "/db", .threads = 1};
    Err err = ERR_INIT;
    r->db = NULL;
    return db_open(r->env, &config, &r->db, &err) >= 0 || fail(r, "open", err.message);
}

static void close_database(Run *r)
{
    db_unref(r->db);
    r->db = NULL;
}

static const char *statement_of(const Run *r)
{
    return r->seed & 1 ? "DROP TABLE p CASCADE" : "ALTER TABLE p DROP CONSTRAINT p_pkey CASCADE";
}

/* Whether p has its key. */
static int has_key(Run *r)
{
    Err err;
    if (execute(r, "BEGIN", &err) < 0)
        return -1;
    bool has = execute(r, "INSERT INTO p VALUES (1)", &err) == -ERR_UNIQUE;
    return execute(r, "ROLLBACK", &err) < 0 ? -1 : has;
}

/* 1: the key is there and referred to, 0: neither; -1: something between. */
static int find_state(Run *r)
{
    static const char *const rows[] = {"INSERT INTO c VALUES (7, NULL)", "INSERT INTO c VALUES (NULL, 7)",
                                       "INSERT INTO d VALUES (7)"};
    Err err;
    int there = has_key(r);
    if (there < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int rc = execute(r, "BEGIN", &err);
        rc = rc < 0 ? rc : execute(r, rows[i], &err);
        if (there ? rc != -ERR_FOREIGN_KEY : rc < 0) {
            (void)fail(r, rows[i], rc < 0 ? err.message : "is taken");
            return -1;
        }
        if (execute(r, "ROLLBACK", &err) < 0)
            return -1;
    }
    return there;
}

/* 1: the statement ended before the point came. */
static int run_point(Run *r)
{
    Err err;
    SimFaults faults = {.torn_writes = true};
    r->env = env_sim_new(r->seed * POINTS_MAX + r->point, &faults);
    if (!open_database(r))
        return -1;
    if (execute(r, set_up, &err) < 0)
        return fail(r, "set up", err.message) ? 0 : -1;
    env_sim_crash_at(r->env, r->point);
    int rc = execute(r, statement_of(r), &err);
    bool crashed = env_sim_crashed(r->env);
    if (rc < 0 && !crashed)
        return fail(r, statement_of(r), err.message) ? 0 : -1;
    close_database(r);
    env_sim_crash(r->env);
    int state = open_database(r) ? find_state(r) : -1;
    if (state > 0 && rc >= 0)
        return fail(r, statement_of(r), "it was said to be done, and is not") ? 0 : -1;
    if (state >= 0 && execute(r, "CHECKPOINT", &err) < 0)
        return fail(r, "CHECKPOINT", err.message) ? 0 : -1;
    close_database(r);
    if (state >= 0 && (!open_database(r) || find_state(r) != state))
        return fail(r, "checkpoint", "it has something else") ? 0 : -1;
    return state < 0 ? -1 : !crashed;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : 3;
    uint64_t passed = 0, failed = 0;
    for (uint64_t seed = first; seed < first + n; seed++) {
        int rc = 0;
        for (uint32_t point = 1; rc == 0 && point < POINTS_MAX; point++) {
            Run r = {.seed = seed, .point = point};
            rc = run_point(&r);
            close_database(&r);
            env_sim_free(r.env);
        }
        passed += rc == 1;
        failed += rc != 1;
    }
    printf("%llu passed, %llu failed, 0 skipped\n", (unsigned long long)passed, (unsigned long long)failed);
    return failed ? 1 : 0;
}
