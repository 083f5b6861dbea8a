/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages that leave memory: tables against numbers, with every page out before each call and what is out unreadable; snapshots and
 * images while pages are out; reads and writes that fail, a file that has changed behind our back; the account. */
#include "env/env_sim.h"
#include "state/page_impl.h"
#include "state/state_gen.h"

#define N_KEYS 3000u

typedef struct Box {
    Env *env;
    Account acct;
    PageStore *ps;
    RowLayout layout;
    HashTable *t;
    Arena arena;
} Box;

static const Type key_types[] = {TYPE(I64), TYPE(TEXT)};

static void box_open(Box *b)
{
    Err err = ERR_INIT;
    *b = (Box){.env = env_sim_new(gen_seed, NULL)};
    account_init(&b->acct, NULL, "spill");
    arena_init(&b->arena, NULL, 0);
    b->ps = page_store_new(&b->acct);
    assert_int_equal(page_store_spill_to(b->ps, b->env, "/SPILL", &err), 0);
    assert_int_equal(row_layout_init(&b->layout, &b->acct, key_types, 2, 0, &err), 0);
    b->t = hash_table_new(b->ps, &b->layout, 1, INT64_MIN, &err);
    assert_non_null(b->t);
}

static void box_close(Box *b)
{
    hash_table_free(b->t);
    row_layout_done(&b->layout);
    page_store_free(b->ps);
    arena_done(&b->arena);
    account_done(&b->acct);
    env_sim_free(b->env);
}

/* All of them, except what a call has just used: the second pass takes that. */
static void all_out(Box *b)
{
    (void)page_store_evict(b->ps, INT64_MAX);
    (void)page_store_evict(b->ps, INT64_MAX);
}

/* The row of key u, made when it is not there: `text` is long for some. */
static int row_of(Box *b, uint32_t u, uint8_t **ret, bool *ret_new, Err *err)
{
    Vec v[2];
    const Vec *key[2] = {&v[0], &v[1]};
    uint64_t hash, is_new;
    arena_reset(&b->arena);
    gen_vec(&v[0], key_types[0], &u, 1, &b->arena);
    gen_vec(&v[1], key_types[1], &(uint32_t){u % 599}, 1, &b->arena);
    hash = hash_i64((int64_t)u);
    int rc = hash_table_upsert(b->t, key, &hash, (Rows){1, NULL}, ret, &is_new, err);
    *ret_new = is_new & 1;
    return rc;
}

static void add(Box *b, uint32_t u, int64_t n)
{
    uint8_t *row;
    bool is_new;
    Err err = ERR_INIT;
    assert_int_equal(row_of(b, u, &row, &is_new, &err), 0);
    *row_count(row) += n;
}

static void check_counts(Box *b, const int64_t *want)
{
    HashCursor at = {0};
    uint8_t *row[64];
    uint32_t n, n_rows = 0;
    int64_t sum = 0, want_sum = 0;
    while ((n = hash_table_next(b->t, &at, row, ARRAY_LEN(row))) > 0)
        for (uint32_t i = 0; i < n; i++, n_rows++)
            sum += *row_count(row[i]) * (int64_t)(row_hash(row[i]) & 0xff);
    for (uint32_t u = 0; u < N_KEYS; u++)
        want_sum += want[u] * (int64_t)(hash_i64((int64_t)u) & 0xff);
    assert_int_equal(n_rows, hash_table_rows(b->t));
    assert_int_equal(sum, want_sum);
}

static void test_table(void **state)
{
    (void)state;
    Box b;
    static int64_t want[N_KEYS];
    memset(want, 0, sizeof(want));
    mem_pages_guard(true);
    box_open(&b);
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t u = gen_below(N_KEYS);
        if (want[u] && gen_below(4) == 0) {
            uint8_t *row;
            bool is_new;
            assert_int_equal(row_of(&b, u, &row, &is_new, NULL), 0);
            assert_false(is_new);
            assert_int_equal(*row_count(row), want[u]);
            if (gen_below(2))
                all_out(&b);
            hash_table_remove(b.t, row);
            want[u] = 0;
        } else {
            int64_t n = 1 + gen_below(9);
            add(&b, u, n);
            want[u] += n;
        }
        if (gen_below(50) == 0)
            all_out(&b);
        if (i % 4000 == 0)
            check_counts(&b, want);
    }
    check_counts(&b, want);
    SpillCounters c = page_store_spill_counters(b.ps);
    assert_true(c.n_evicted > 100 && c.n_read > 100);
    all_out(&b);
    c = page_store_spill_counters(b.ps);
    /* What is out is not paid for; the first pages of regions stay. */
    assert_true(c.out_bytes > 0 && c.out_bytes < page_store_bytes(b.ps));
    uint64_t written = c.n_written;
    check_counts(&b, want);
    all_out(&b); /* nothing has changed: nothing is written */
    assert_int_equal(page_store_spill_counters(b.ps).n_written, written);
    hash_table_clear(b.t); /* of pages that are out */
    assert_int_equal(page_store_pages(b.ps), 0);
    add(&b, 1, 1);
    box_close(&b);
    mem_pages_guard(false);
}

/* What a snapshot has is what was there when it was opened, whatever is out, and looking at images brings nothing in. */
static void test_snapshot(void **state)
{
    (void)state;
    Box b;
    PageSnapshot *s;
    PageLook look;
    uint64_t at = 0, n_looked = 0;
    uint8_t *row[64];
    uint32_t n;
    int64_t sum = 0;
    Err err = ERR_INIT;
    mem_pages_guard(true);
    box_open(&b);
    for (uint32_t u = 0; u < N_KEYS; u++)
        add(&b, u, 1);
    all_out(&b);
    assert_int_equal(page_snapshot_open(b.ps, 1, &s, &err), 0);
    for (uint32_t u = 0; u < N_KEYS; u += 2)
        add(&b, u, 1000);
    all_out(&b);
    uint64_t read = page_store_spill_counters(b.ps).n_read;
    while (page_snapshot_look(s, &at, &look, &err) == 1) {
        n_looked++;
        assert_int_equal(page_snapshot_read(s, &look, &err), 0);
        assert_int_equal(look.image->page_id, look.id);
        assert_int_equal(look.image->dirty_epoch, look.dirty_epoch);
    }
    assert_true(n_looked > 10 && page_store_spill_counters(b.ps).n_read >= read);
    HashCursor c = {0};
    while (hash_snapshot_next(s, &c, row, ARRAY_LEN(row), &n, &err) == 0 && n > 0) {
        for (uint32_t i = 0; i < n; i++)
            sum += *row_count(row[i]);
        all_out(&b);
    }
    assert_int_equal(sum, N_KEYS);
    page_snapshot_close(s);
    box_close(&b);
    mem_pages_guard(false);
}

/* A page that cannot be read is an error of the call that wanted it; the table is as it was, and goes on when the disk does. */
static void test_faults(void **state)
{
    (void)state;
    Box b;
    SimFaults none = {0}, no_reads = {.read_eio = 1000000}, no_writes = {.write_eio = 1000000};
    uint8_t *row;
    bool is_new;
    Err err = ERR_INIT;
    box_open(&b);
    for (uint32_t u = 0; u < N_KEYS; u++)
        add(&b, u, 1);
    env_sim_set_faults(b.env, &no_writes);
    (void)page_store_evict(b.ps, INT64_MAX); /* free pages go without a write */
    assert_int_equal(page_store_spill_counters(b.ps).n_evicted, 0);
    int64_t before = atomic_load(&b.acct.bytes);
    env_sim_set_faults(b.env, &none);
    for (int i = 0; i < 100; i++) /* it is tried again after a while */
        (void)page_store_evict(b.ps, INT64_MAX);
    assert_true(atomic_load(&b.acct.bytes) < before / 2);
    env_sim_set_faults(b.env, &no_reads);
    assert_int_equal(row_of(&b, 7, &row, &is_new, &err), -ERR_IO);
    assert_string_equal(err_sqlstate(err.code), "58030");
    assert_true(*page_store_lost(b.ps));
    assert_int_equal(page_store_take_error(b.ps, &err), -ERR_IO);
    assert_int_equal(page_store_take_error(b.ps, &err), 0);
    assert_int_equal(hash_table_rows(b.t), N_KEYS);
    env_sim_set_faults(b.env, &none);
    assert_int_equal(row_of(&b, 7, &row, &is_new, &err), 0);
    assert_false(is_new);
    assert_int_equal(*row_count(row), 1);
    env_sim_set_faults(b.env, &no_reads);
    hash_table_clear(b.t); /* needs nothing of what is out */
    assert_int_equal(page_store_take_error(b.ps, &err), 0);
    box_close(&b);
}

static const EnvFile *sim_files;

static int64_t read_damaged(Env *env, EnvFileHandle *f, void *buf, size_t n, int64_t at, Err *err)
{
    int64_t got = sim_files->pread(env, f, buf, n, at, err);
    if (got > 2000 && at / PAGE_BYTES % 3 == 0)
        ((uint8_t *)buf)[2000] ^= 4;
    return got;
}

/* A byte of the file that is not what was written is not taken for a row. */
static void test_damage(void **state)
{
    (void)state;
    Box b;
    uint8_t *row;
    bool is_new;
    Err err = ERR_INIT;
    box_open(&b);
    for (uint32_t u = 0; u < N_KEYS; u++)
        add(&b, u, 1);
    all_out(&b);
    sim_files = b.env->file;
    EnvFile files = *sim_files;
    files.pread = read_damaged;
    b.env->file = &files;
    uint32_t n_bad = 0;
    for (uint32_t u = 0; u < N_KEYS; u++) {
        if (row_of(&b, u, &row, &is_new, &err) == 0) {
            assert_false(is_new);
            continue;
        }
        n_bad++;
        assert_non_null(strstr(err.message, "as it was written"));
        (void)page_store_take_error(b.ps, NULL);
    }
    assert_true(n_bad > 0 && n_bad < N_KEYS);
    b.env->file = sim_files;
    box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_snapshot), cmocka_unit_test(test_faults),
                                       cmocka_unit_test(test_damage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
