/* SPDX-License-Identifier: Apache-2.0
 *
 * The write-ahead log on the simulated disk: what was appended is read back, across fragments and segments; a log cut at any byte
 * gives a prefix; damage before the end is refused; whatever a crash leaves, nothing durable is missing and nothing is invented. */
// clang-format off
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>

#include "durable/wal_impl.h"
#include "env/env_sim.h"

#define DIR "/db"
static const uint8_t uuid[WAL_UUID_BYTES] = {1, 2, 3, 4};
static const WalOptions small = {.segment_bytes = 64 << 10, .buffer_bytes = 16 << 10};

/* Payload of record n: a length and bytes that follow from n. */
static size_t payload_of(uint64_t n, uint8_t *p, size_t cap)
{
    size_t len = (size_t)(n * n * 31 % 97);
    if (n % 41 == 0)
        len = 20000 + (size_t)n % 1000; /* more than the buffer */
    len = len < cap ? len : cap;
    for (size_t i = 0; i < len; i++)
        p[i] = (uint8_t)(n * 7 + i);
    return len;
}

static Env *make_env(uint64_t seed, const SimFaults *faults)
{
    Env *env = env_sim_new(seed, faults);
    assert_non_null(env);
    assert_int_equal(env->dir->mkdir(env, DIR, NULL), 0);
    assert_int_equal(env->dir->sync_dir(env, "/", NULL), 0);
    return env;
}

typedef struct Seen {
    uint64_t n, opened, first_seq, last_seq;
    uint64_t next; /* record number expected next; record numbers are kept in `relation` */
    bool any_start;
} Seen;

static int see(void *self, const WalRecord *r, Err *err)
{
    (void)err;
    Seen *s = self;
    static uint8_t want[30000];
    if (s->last_seq && r->kind != WAL_OPENED)
        assert_int_equal(r->seq, s->last_seq + 1);
    else if (s->last_seq) /* a record that had begun has used up its number */
        assert_true(r->seq == s->last_seq + 1 || r->seq == s->last_seq + 2);
    s->last_seq = r->seq;
    if (r->kind == WAL_OPENED) {
        s->opened++;
        return 0;
    }
    if (s->any_start && s->n == 0)
        s->next = r->relation;
    assert_int_equal(r->relation, s->next);
    size_t n = payload_of(r->relation, want, sizeof(want));
    assert_int_equal(r->payload.n, n);
    assert_memory_equal(r->payload.p, want, n);
    assert_int_equal(r->ptime_us, (int64_t)r->relation * 1000);
    assert_int_equal(r->producer, 5);
    assert_int_equal(r->producer_seq, r->relation * 2);
    s->next++;
    s->n++;
    return 0;
}

static int append(Wal *w, uint64_t n, Err *err)
{
    static uint8_t p[30000];
    size_t len = payload_of(n, p, sizeof(p));
    WalRecord r = {.kind = WAL_ROWS, .relation = (uint32_t)n, .ptime_us = (int64_t)n * 1000, .producer = 5, .producer_seq = n * 2};
    TRY(wal_begin(w, &r, err));
    for (size_t at = 0; at < len; at += 100)
        wal_put(w, p + at, len - at < 100 ? len - at : 100);
    return wal_end(w, err);
}

static Wal *open_log(Env *env, const WalOptions *o, WalEnd *end, Seen *seen)
{
    Err err = ERR_INIT;
    Wal *w = NULL;
    *seen = (Seen){.next = 1};
    int rc = wal_read(env, DIR, uuid, 0, see, seen, end, &err);
    if (rc < 0)
        fail_msg("read: %s", err.message);
    rc = wal_open(env, NULL, DIR, uuid, o, end, &w, &err);
    if (rc < 0)
        fail_msg("open: %s", err.message);
    return w;
}

#define FIRST DIR "/wal-0000000000000000"
#define SECOND DIR "/wal-0000000000000001"

static size_t read_file(Env *env, const char *path, char **ret)
{
    EnvStat st;
    EnvFileHandle *f;
    assert_int_equal(env->file->stat(env, path, &st, NULL), 0);
    *ret = malloc((size_t)st.bytes + 1);
    assert_int_equal(env->file->open(env, path, ENV_READ, &f, NULL), 0);
    int64_t got = file_read_full(env, f, *ret, (size_t)st.bytes, 0, NULL);
    env->file->close(env, f);
    return (size_t)got;
}

static void test_read_back(void **state)
{
    (void)state;
    Env *env = make_env(1, NULL);
    WalEnd end;
    Seen seen;
    uint64_t n = 0;
    for (int round = 0; round < 5; round++) {
        Wal *w = open_log(env, &small, &end, &seen);
        assert_int_equal(seen.n, n);
        assert_int_equal(seen.opened, round);
        for (int i = 0; i < 200; i++) {
            assert_int_equal(append(w, ++n, NULL), 0);
            if (i % 7 == 0)
                assert_int_equal(wal_wait(w, wal_last_seq(w), INT64_MAX, NULL), 0);
        }
        assert_int_equal(wal_stop(w, NULL), 0);
        assert_int_equal(append(w, 1, NULL), -ERR_SHUTDOWN);
        wal_free(w);
    }
    Wal *w = open_log(env, &small, &end, &seen);
    WalStats stats;
    wal_stats(w, &stats);
    assert_true(stats.n_segments > 3);
    assert_int_equal(seen.n, n);
    /* From the middle on. */
    Seen rest = {.any_start = true};
    uint64_t after = seen.last_seq / 2;
    assert_int_equal(wal_read(env, DIR, uuid, after, see, &rest, &end, NULL), 0);
    assert_true(rest.n > 0 && rest.n < n);
    /* A crash may have brought back the first segment of those that had gone, and not the second. */
    char *first;
    size_t first_bytes = read_file(env, FIRST, &first);
    assert_int_equal(env->dir->unlink(env, SECOND, NULL), 0);
    Seen after_gap = {.any_start = true};
    assert_int_equal(wal_read(env, DIR, uuid, after, see, &after_gap, &end, NULL), 0);
    assert_int_equal(after_gap.n, rest.n);
    assert_int_equal(wal_read(env, DIR, uuid, 0, see, &after_gap, &end, NULL), -ERR_CORRUPT);
    /* Segments that nobody needs go, and what is left is readable from there on, not from the start. */
    assert_true(wal_truncate(w, after) > 0);
    rest = (Seen){.any_start = true};
    assert_int_equal(wal_read(env, DIR, uuid, after, see, &rest, &end, NULL), 0);
    assert_int_equal(wal_read(env, DIR, uuid, 0, see, &rest, &end, NULL), -ERR_CORRUPT);
    assert_int_equal(env_sim_put_file(env, FIRST, first, first_bytes), 0);
    after_gap = (Seen){.any_start = true};
    assert_int_equal(wal_read_groups(env, DIR, uuid, NULL, see, &after_gap, &end, NULL), 0);
    assert_true(after_gap.n >= rest.n && after_gap.n < n);
    free(first);
    wal_free(w);
    env_sim_free(env);
}

/* A log of some groups in one segment; gives the bytes in use. */
static size_t make_short_log(Env *env, uint64_t *ret_n)
{
    WalEnd end;
    Seen seen;
    Wal *w = open_log(env, &small, &end, &seen);
    for (uint64_t n = 1; n <= 12; n++) {
        assert_int_equal(append(w, n, NULL), 0);
        if (n % 4 == 0)
            assert_int_equal(wal_wait(w, wal_last_seq(w), INT64_MAX, NULL), 0);
    }
    wal_free(w);
    seen = (Seen){.next = 1};
    assert_int_equal(wal_read(env, DIR, uuid, 0, see, &seen, &end, NULL), 0);
    *ret_n = seen.n;
    return (size_t)end.at;
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    Env *env = make_env(2, NULL);
    uint64_t n, last = 0;
    size_t used = make_short_log(env, &n);
    char *text;
    (void)read_file(env, FIRST, &text);
    for (size_t cut = 0; cut <= used; cut++) {
        assert_int_equal(env_sim_put_file(env, FIRST, text, cut), 0);
        Seen seen = {.next = 1};
        WalEnd end;
        assert_int_equal(wal_read(env, DIR, uuid, 0, see, &seen, &end, NULL), 0);
        assert_true(seen.n >= last); /* more bytes, more records */
        last = seen.n;
    }
    assert_int_equal(last, n);
    free(text);
    env_sim_free(env);
}

static void test_flipped_bits(void **state)
{
    (void)state;
    Env *env = make_env(3, NULL);
    uint64_t n;
    size_t used = make_short_log(env, &n);
    char *text;
    size_t bytes = read_file(env, FIRST, &text);
    uint32_t refused = 0, cut = 0;
    for (size_t at = 0; at < used; at += 13) {
        text[at] ^= 0x10;
        assert_int_equal(env_sim_put_file(env, FIRST, text, bytes), 0);
        text[at] ^= 0x10;
        Seen seen = {.next = 1};
        WalEnd end;
        Err err = ERR_INIT;
        int rc = wal_read(env, DIR, uuid, 0, see, &seen, &end, &err);
        if (rc == -ERR_CORRUPT)
            refused++;
        else if (rc == 0 && seen.n < n)
            cut++; /* in the last group, which nothing follows */
        else
            assert_true(rc == 0 && seen.n == n); /* in the padding */
        if (rc == 0 && seen.n < n)
            assert_true(at >= used - 2 * WAL_BLOCK);
        if (rc < 0)
            assert_non_null(err.message[0] ? err.message : NULL);
    }
    assert_true(refused > 20 && cut > 3);
    free(text);
    env_sim_free(env);
}

static void test_failed_sync(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        SimFaults faults = {.sync_eio = 100000};
        Env *env = make_env(seed, NULL);
        WalEnd end;
        Seen seen;
        Wal *w = open_log(env, &small, &end, &seen);
        wal_free(w);
        env_sim_set_faults(env, &faults);
        Err err = ERR_INIT;
        w = NULL;
        seen = (Seen){.next = 1};
        uint64_t n = 0, safe = 0;
        if (wal_read(env, DIR, uuid, 0, see, &seen, &end, NULL) == 0 &&
            wal_open(env, NULL, DIR, uuid, &small, &end, &w, &err) == 0) {
            while (n < 200 && append(w, n + 1, &err) == 0) {
                n++;
                if (wal_wait(w, wal_last_seq(w), INT64_MAX, &err) == 0)
                    safe = n;
                else
                    break;
            }
            if (n < 200) { /* it failed, and says so from now on */
                assert_int_equal(err.code, ERR_LOG_DEAD);
                assert_int_equal(append(w, n + 1, NULL), -ERR_LOG_DEAD);
                assert_int_equal(wal_wait(w, wal_last_seq(w) + 1, INT64_MAX, NULL), -ERR_LOG_DEAD);
            }
        }
        wal_free(w);
        env_sim_set_faults(env, NULL);
        env_sim_crash(env);
        seen = (Seen){.next = 1};
        assert_int_equal(wal_read(env, DIR, uuid, 0, see, &seen, &end, NULL), 0);
        assert_true(seen.n >= safe && seen.n <= n + 1);
        env_sim_free(env);
    }
}

/* Append, wait now and then, crash at a point drawn from the seed, read, go on: three lives of one log. */
/* A disk that is full now and then: what was refused is not there, what was not has its number, and what was pending comes to it.
 */
static void test_full_disk(void **state)
{
    (void)state;
    uint64_t refused = 0, pending = 0, gave_up = 0;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        SimFaults faults = {.enospc = 900000};
        Env *env = make_env(seed, NULL);
        WalEnd end;
        Seen seen;
        Err err = ERR_INIT;
        Wal *w = open_log(env, &small, &end, &seen);
        uint64_t n = 0, safe = 0;
        env_sim_set_faults(env, &faults);
        for (int i = 0; i < 120; i++) {
            int rc = append(w, n + 1, &err);
            assert_true(rc == 0 || rc == -ERR_DISK_FULL);
            n += rc == 0;
            refused += rc < 0;
            gave_up += rc < 0 && (n + 1) % 41 == 0;
            if (env_sim_draw(env, 3))
                continue;
            rc = wal_wait(w, wal_last_seq(w), INT64_MAX, &err);
            assert_true(rc == 0 || rc == -ERR_DISK_FULL);
            pending += rc < 0;
            safe = rc == 0 ? n : safe;
        }
        env_sim_set_faults(env, NULL);
        if (seed % 2) {
            assert_int_equal(wal_ready(w, &err), 0);
            assert_int_equal(wal_wait(w, wal_last_seq(w), INT64_MAX, &err), 0);
            safe = n;
        } else {
            env_sim_crash(env);
        }
        wal_free(w);
        seen = (Seen){.next = 1};
        if (wal_read(env, DIR, uuid, 0, see, &seen, &end, &err) < 0)
            fail_msg("seed %llu: %s", (unsigned long long)seed, err.message);
        assert_true(seen.n >= safe && seen.n <= n);
        env_sim_free(env);
    }
    print_message("%llu refused, %llu pending, %llu given up\n", (unsigned long long)refused, (unsigned long long)pending,
                  (unsigned long long)gave_up);
    assert_true(refused > 100 && pending > 100 && gave_up > 10);
}

static void test_crashes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 600; seed++) {
        SimFaults faults = {.torn_writes = true, .short_read = 200000};
        Env *env = make_env(seed, &faults);
        uint64_t kept = 0;
        for (int life = 0; life < 3; life++) {
            WalEnd end;
            Err err = ERR_INIT;
            Seen seen = {.next = 1};
            if (wal_read(env, DIR, uuid, 0, see, &seen, &end, &err) < 0)
                fail_msg("seed %llu: %s", (unsigned long long)seed, err.message);
            assert_true(seen.n >= kept);
            kept = seen.n;
            env_sim_crash_at(env, 1 + env_sim_draw(env, 60));
            Wal *w = NULL;
            uint64_t n = kept;
            if (wal_open(env, NULL, DIR, uuid, &small, &end, &w, &err) == 0) {
                while (append(w, n + 1, &err) == 0) {
                    n++;
                    if (env_sim_draw(env, 3) == 0 && wal_wait(w, wal_last_seq(w), INT64_MAX, &err) == 0)
                        kept = n;
                }
            }
            wal_free(w);
            env_sim_crash(env);
            seen = (Seen){.next = 1};
            if (wal_read(env, DIR, uuid, 0, see, &seen, &end, &err) < 0)
                fail_msg("seed %llu: %s", (unsigned long long)seed, err.message);
            if (seen.n < kept || seen.n > n)
                fail_msg("seed %llu: %llu of %llu..%llu records", (unsigned long long)seed, (unsigned long long)seen.n,
                         (unsigned long long)kept, (unsigned long long)n);
        }
        env_sim_free(env);
    }
}

static void test_foreign(void **state)
{
    (void)state;
    Env *env = make_env(5, NULL);
    uint64_t n;
    (void)make_short_log(env, &n);
    const uint8_t other[WAL_UUID_BYTES] = {9};
    WalEnd end;
    Seen seen = {.next = 1};
    assert_int_equal(wal_read(env, DIR, other, 0, see, &seen, &end, NULL), -ERR_CORRUPT);
    assert_int_equal(wal_read(env, DIR, uuid, 1000, see, &seen, &end, NULL), -ERR_CORRUPT); /* a checkpoint saw more */
    env_sim_free(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_back),   cmocka_unit_test(test_cut_anywhere), cmocka_unit_test(test_flipped_bits),
        cmocka_unit_test(test_failed_sync), cmocka_unit_test(test_crashes),      cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
