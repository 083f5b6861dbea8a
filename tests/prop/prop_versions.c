/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: a temporal join gives each row of a stream the version that its time names.
 *
 * A table that holds one version of each row is inserted into, updated (also to earlier times) and deleted from; rows of a stream
 * come between, out of order within the delay of its watermark and sometimes late.  The model keeps every version for ever.  In
 * some seeds the database lies in a directory, takes checkpoints and is opened again in the middle.  Public header alone.
 *
 *   prop_versions [first_seed n_seeds] */
#include "multiset.h"
#include "seeds.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_KEYS 3
#define SECOND INT64_C(1000000)
#define DELAY 5

typedef struct Version {
    int time, value; /* seconds; value -1: from then on there is no row */
} Version;
typedef struct Key {
    Version at[400]; /* one for each time */
    int n;
    bool present; /* in the table */
} Key;

typedef struct Run {
    uint64_t seed;
    LaminarConnection *db;
    LaminarWriter *writer;
    LaminarSubscription *sub[2];
    Multiset seen[2], expected[2]; /* inner, left */
    Key key[N_KEYS];
    int now, wm; /* greatest time pushed; the watermark */
    char dir[64];
} Run;

static bool fail(const Run *r, const char *what, const char *detail)
{
    return seed_failed("prop_versions", r->seed, what, detail);
}

static bool execute(Run *r, const char *sql)
{
    return laminar_execute(r->db, sql, NULL) == LAMINAR_OK ? true : fail(r, "a statement failed", sql);
}

/* ---- the model ---- */

static void model_put(Key *k, int time, int value)
{
    int end = -1; /* the row is there again: what it was from now on until it ended does not hold */
    for (int i = 0; value >= 0 && i < k->n; i++)
        end = k->at[i].value < 0 && k->at[i].time > end ? k->at[i].time : end;
    for (int i = k->n; i-- > 0;)
        if (k->at[i].time > time && k->at[i].time <= end)
            k->at[i] = k->at[--k->n];
    for (int i = 0; i < k->n; i++) {
        if (k->at[i].time == time) {
            k->at[i].value = value;
            return;
        }
    }
    k->at[k->n++] = (Version){time, value};
}

static int model_find(const Key *k, int time)
{
    Version best = {-1, -1};
    for (int i = 0; i < k->n; i++)
        if (k->at[i].time <= time && k->at[i].time > best.time)
            best = k->at[i];
    return best.value;
}

/* ---- the database ---- */

static bool open_database(Run *r)
{
    int32_t rc = r->dir[0] ? laminar_open_with_config(r->dir, NULL, &r->db) : laminar_open(&r->db);
    return rc == LAMINAR_OK ? true : fail(r, "opening failed", r->dir);
}

static bool attach(Run *r)
{
    LaminarSubscribeOptions o = {.size = sizeof(o)};
    if (laminar_writer_create(r->db, "o", &r->writer) || laminar_subscribe(r->db, "found", &o, &r->sub[0]) ||
        laminar_subscribe(r->db, "every", &o, &r->sub[1]))
        return fail(r, "a writer or subscription failed", NULL);
    return true;
}

static bool set_up(Run *r)
{
    return open_database(r) && execute(r, "CREATE TABLE rates (k BIGINT PRIMARY KEY, v BIGINT, since TIMESTAMP)") &&
           execute(r, "CREATE SOURCE o (id BIGINT, k BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)") &&
           execute(r, "CREATE STREAM found AS SELECT o.id, r.v FROM o JOIN rates FOR SYSTEM_TIME AS OF o.ts VERSIONED ON since r "
                      "ON o.k = r.k") &&
           execute(r,
                   "CREATE STREAM every AS SELECT o.id, r.v FROM o LEFT JOIN rates FOR SYSTEM_TIME AS OF o.ts VERSIONED ON since "
                   "r ON o.k = r.k") &&
           attach(r);
}

static bool drain(Run *r)
{
    for (int i = 0; i < 2; i++) {
        for (;;) {
            LaminarChange c;
            int32_t rc = laminar_subscription_next(r->sub[i], 0, &c);
            if (rc != LAMINAR_OK && rc != LAMINAR_API_SUBSCRIPTION_TIMEOUT)
                return fail(r, "reading a subscription failed", NULL);
            if (rc == LAMINAR_API_SUBSCRIPTION_TIMEOUT || !c.sequence)
                break;
            if (c.batch)
                multiset_add_batch(&r->seen[i], c.batch);
        }
    }
    return true;
}

static void detach(Run *r)
{
    laminar_writer_free(r->writer);
    for (int i = 0; i < 2; i++)
        laminar_subscription_release(r->sub[i]);
    laminar_close(r->db);
    r->writer = NULL;
    r->sub[0] = r->sub[1] = NULL;
    r->db = NULL;
}

static bool flush(Run *r)
{
    return laminar_writer_flush(r->writer) == LAMINAR_OK ? true : fail(r, "a flush failed", NULL);
}

static bool change_key(Run *r)
{
    char sql[256];
    int i = draw(N_KEYS), v = draw(100);
    int time = r->now + draw(12) - 8;
    time = time < 0 ? 0 : time;
    Key *k = &r->key[i];
    if (!flush(r))
        return false;
    if (k->present && draw(4) == 0) {
        snprintf(sql, sizeof(sql), "DELETE FROM rates WHERE k = %d", i);
        int last = 0;
        for (int v_at = 0; v_at < k->n; v_at++)
            last = k->at[v_at].time > last ? k->at[v_at].time : last;
        model_put(k, last, -1);
        k->present = false;
        return execute(r, sql);
    }
    snprintf(sql, sizeof(sql),
             "INSERT INTO rates VALUES (%d, %d, TIMESTAMP '1970-01-01' + INTERVAL '%d' SECOND) ON CONFLICT (k) DO UPDATE SET v = "
             "excluded.v, since = excluded.since",
             i, v, time);
    model_put(k, time, v);
    k->present = true;
    return execute(r, sql);
}

static bool push_row(Run *r, int id)
{
    LaminarRow *row;
    char text[64];
    r->now += draw(3) ? 0 : draw(4);
    int ts = r->now - draw(draw(8) ? DELAY : 2 * DELAY), key = draw(N_KEYS + 1); /* one more than the table ever has */
    ts = ts < 0 ? 0 : ts;
    int32_t rc = laminar_row_begin(r->writer, &row);
    rc = rc ? rc : laminar_row_i64(row, 0, id);
    if (key < N_KEYS || draw(2))
        rc = rc ? rc : laminar_row_i64(row, 1, key);
    rc = rc ? rc : laminar_row_timestamp(row, 2, ts * SECOND);
    rc = rc ? rc : draw(3) ? laminar_row_end(row) : laminar_row_push(row);
    if (rc != LAMINAR_OK)
        return fail(r, "pushing a row failed", NULL);
    bool late = ts < r->wm;
    r->wm = ts - DELAY > r->wm ? ts - DELAY : r->wm;
    if (late)
        return true;
    int value = key < N_KEYS ? model_find(&r->key[key], ts) : -1;
    snprintf(text, sizeof(text), value < 0 ? "%d|<null>|" : "%d|%d|", id, value);
    if (value >= 0)
        multiset_add(&r->expected[0], text, 1);
    multiset_add(&r->expected[1], text, 1);
    return true;
}

static bool restart(Run *r)
{
    if (!flush(r) || (draw(3) && !execute(r, "CHECKPOINT")) || !drain(r))
        return false;
    detach(r);
    return open_database(r) && attach(r);
}

static bool play(Run *r)
{
    if (r->seed % 4 == 0) {
        snprintf(r->dir, sizeof(r->dir), "%s", "/tmp/laminar-versions-XXXXXX");
        if (!mkdtemp(r->dir))
            return fail(r, "no directory", r->dir);
    }
    if (!set_up(r))
        return false;
    int n = 20 + draw(300);
    for (int i = 0; i < n; i++) {
        if (!(draw(3) ? push_row(r, i) : change_key(r)))
            return false;
        if (r->dir[0] && draw(60) == 0 && !restart(r))
            return false;
    }
    if (!flush(r) || !drain(r))
        return false;
    for (int i = 0; i < 2; i++) {
        const char *row = multiset_difference(&r->seen[i], &r->expected[i]);
        char detail[160];
        if (!row)
            continue;
        snprintf(detail, sizeof(detail), "%s join: row %s given %d times, by the model %d", i ? "left" : "inner", row,
                 multiset_count(&r->seen[i], row), multiset_count(&r->expected[i], row));
        return fail(r, "another version than the one of that time", detail);
    }
    return true;
}

static bool run_seed(uint64_t seed)
{
    static Run r;
    char command[128];
    memset(&r, 0, sizeof(r));
    r.seed = seed;
    r.wm = -DELAY;
    rng_state = seed * 0x2545f4914f6cdd1dull;
    bool ok = play(&r);
    detach(&r);
    for (int i = 0; i < 2; i++) {
        multiset_clear(&r.seen[i]);
        multiset_clear(&r.expected[i]);
    }
    snprintf(command, sizeof(command), "rm -rf '%s'", r.dir);
    return r.dir[0] && system(command) != 0 ? fail(&r, "the directory stays", r.dir) : ok;
}

int main(int argc, char **argv)
{
    return run_seeds(argc, argv, 200, 5, run_seed);
}
