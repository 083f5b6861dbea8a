/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of pairs against a plain list of marks: random batches with and without a selection and marks, growth, groups that are
 * forgotten, pages that are out of memory, restored pages, rows of before there were pairs, and pairs whose hashes are alike. */
#include "env/env_sim.h"
#include "state/page_impl.h"
#include "state/state_gen.h"

enum { GROUPS = 40, VALUES = 3000, N_MAX = 900 };

typedef struct Model {
    Env *env;
    Account acct;
    PageStore *ps;
    RowLayout layout;
    HashTable *table;
    uint8_t mark[GROUPS + 1][VALUES];
    uint64_t n, most;
} Model;

static const Type types[] = {TYPE(I64), TYPE(I64)};

static Model *model_new(bool spills, uint32_t n_marks)
{
    Model *m = test_calloc(1, sizeof(*m));
    Err err = ERR_INIT;
    m->env = env_sim_new(gen_seed, NULL);
    account_init(&m->acct, NULL, "pairs");
    m->ps = page_store_new(&m->acct);
    if (spills)
        assert_int_equal(page_store_spill_to(m->ps, m->env, "/SPILL", &err), 0);
    assert_int_equal(row_layout_init(&m->layout, &m->acct, types, 2, (n_marks - 1) * (uint32_t)sizeof(int64_t), NULL), 0);
    m->layout.pairs = true;
    m->table = hash_table_new(m->ps, &m->layout, 7, INT64_MIN, NULL);
    assert_non_null(m->table);
    return m;
}

static void model_free(Model *m)
{
    hash_table_free(m->table);
    page_store_free(m->ps);
    row_layout_done(&m->layout);
    account_done(&m->acct);
    env_sim_free(m->env);
    test_free(m);
}

static int64_t value_of(uint32_t u)
{
    return u % 3 ? (int64_t)u - 40 : (int64_t)(hash_i64((int64_t)u));
}

static void mark_some(Model *m, uint32_t n_groups, uint32_t n_values, bool marks)
{
    static int64_t first[N_MAX], value[2 * N_MAX];
    static uint8_t mark[2 * N_MAX], is_new[N_MAX];
    static uint16_t sel[N_MAX], u[N_MAX], g[N_MAX];
    uint32_t n = 1 + gen_below(N_MAX - 1), step = 1 + gen_below(2);
    bool one = gen_below(3) == 0;
    for (uint32_t i = 0; i < n; i++) {
        sel[i] = (uint16_t)(i * step);
        u[i] = (uint16_t)gen_below(n_values);
        g[i] = (uint16_t)(one ? 1 : 1 + gen_below(n_groups));
        first[i] = g[i];
        value[i * step] = value_of(u[i]);
        mark[i * step] = (uint8_t)(1 + gen_below(255));
    }
    KeyPairs keys = {first, value, one};
    Rows rows = {n, step > 1 || gen_below(2) ? sel : NULL};
    assert_int_equal(hash_table_mark_pairs(m->table, &keys, marks ? mark : NULL, rows, is_new, NULL), 0);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *had = &m->mark[g[i]][u[i]], now = marks ? mark[i * step] : 1;
        assert_int_equal(is_new[i], now & ~*had);
        m->n += *had == 0;
        *had |= now;
    }
    m->most = MAX(m->most, m->n);
    assert_int_equal(hash_table_rows(m->table), m->n);
}

/* All that is there is, and nothing is new. */
static void check_all(Model *m)
{
    static uint16_t zero[1] = {0};
    for (uint32_t g = 1; g <= GROUPS; g++) {
        for (uint32_t u = 0; u < VALUES; u++) {
            int64_t group = g, value = value_of(u);
            uint8_t is_new, all = m->mark[g][u];
            KeyPairs keys = {&group, &value, true};
            if (!all)
                continue;
            assert_int_equal(hash_table_mark_pairs(m->table, &keys, &all, (Rows){1, zero}, &is_new, NULL), 0);
            assert_int_equal(is_new, 0);
        }
    }
    assert_int_equal(hash_table_rows(m->table), m->n);
}

static void forget(Model *m, uint32_t g)
{
    hash_table_forget_pairs(m->table, g);
    for (uint32_t u = 0; u < VALUES; u++) {
        m->n -= m->mark[g][u] != 0;
        m->mark[g][u] = 0;
    }
    assert_int_equal(hash_table_rows(m->table), m->n);
}

static void all_out(Model *m)
{
    (void)page_store_evict(m->ps, INT64_MAX);
    (void)page_store_evict(m->ps, INT64_MAX);
}

static void test_batches(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 6; way++) {
        Model *m = model_new(way >= 4, 8);
        if (way % 2)
            hash_table_expect(m->table, 60000);
        for (uint32_t round = 0; round < 150; round++) {
            mark_some(m, round % 7 ? GROUPS : 2, round < 20 ? 50 : VALUES, way % 3 > 0);
            if (gen_below(10) == 0)
                forget(m, 1 + gen_below(GROUPS));
            if (round == 70) {
                hash_table_clear(m->table);
                memset(m->mark, 0, sizeof(m->mark));
                m->n = 0;
            }
            if (way >= 4)
                all_out(m);
            page_store_begin_epoch(m->ps, round + 2);
        }
        check_all(m);
        assert_true(hash_table_bytes(m->table) < 100000 + (int64_t)m->most * 50 || way % 2);
        model_free(m);
    }
}

/* The pages of a model's table in a store of their own, for a table of that layout. */
static HashTable *restored(Model *m, PageStore *ps, const RowLayout *layout)
{
    PageSnapshot *s;
    const PageHeader *image;
    uint32_t end = 1;
    Err err = ERR_INIT;
    for (uint32_t pass = 0; pass < 2; pass++) {
        uint64_t at = 0;
        assert_int_equal(page_snapshot_open(m->ps, 7, &s, &err), 0);
        if (pass == 1) {
            assert_int_equal(page_restore_begin(ps, end, &err), 0);
            for (uint32_t id = 0; id < end; id += PAGES_PER_REGION)
                assert_int_equal(page_restore_region(ps, id, MIN(end, id + PAGES_PER_REGION), &err), 0);
        }
        while (page_snapshot_next(s, &at, &image, &err) == 1) {
            end = MAX(end, (uint32_t)image->page_id + 1);
            if (pass == 1)
                assert_int_equal(page_restore_add(ps, image, 1, &err), 0);
        }
        page_snapshot_close(s);
    }
    page_restore_ready(ps);
    HashTable *t = hash_table_new(ps, layout, 7, INT64_MIN, &err);
    assert_int_equal(page_restore_end(ps), 0);
    return t;
}

static void restore(Model *m)
{
    PageStore *ps = page_store_new(&m->acct);
    HashTable *t = restored(m, ps, &m->layout);
    assert_non_null(t);
    hash_table_free(m->table);
    page_store_free(m->ps);
    m->ps = ps;
    m->table = t;
}

static void test_restore(void **state)
{
    (void)state;
    Model *m = model_new(false, 8);
    restore(m);
    for (uint32_t round = 0; round < 8; round++) {
        for (uint32_t i = 0; i < 30; i++)
            mark_some(m, GROUPS, VALUES, true);
        if (round % 3 == 2)
            for (uint32_t g = 1; g <= GROUPS; g += round % 2 + 1)
                forget(m, g);
        restore(m);
        check_all(m);
    }
    model_free(m);
}

/* Rows with a count for each mark become pairs. */
static void test_rows(void **state)
{
    (void)state;
    Model *m = model_new(false, 3);
    RowLayout rows;
    Arena arena;
    arena_init(&arena, NULL, 0);
    assert_int_equal(row_layout_init(&rows, &m->acct, types, 2, 16, NULL), 0);
    hash_table_free(m->table);
    m->table = hash_table_new(m->ps, &rows, 7, INT64_MIN, NULL);
    for (uint32_t i = 0; i < 5000; i++) {
        uint32_t g = 1 + gen_below(GROUPS), u = gen_below(VALUES), mark = 1 + gen_below(7);
        int64_t group = g, value = value_of(u);
        uint8_t *row;
        uint64_t is_new;
        KeyPairs keys = {&group, &value, true};
        assert_int_equal(hash_table_upsert_pairs(m->table, &keys, (Rows){1, NULL}, &row, &is_new, NULL), 0);
        m->n += m->mark[g][u] == 0;
        m->mark[g][u] |= (uint8_t)mark;
        for (uint32_t k = 0; k < 3; k++) {
            int64_t *count = k == 0 ? row_count(row) : (int64_t *)(void *)row_extra(&rows, row) + (k - 1);
            *count += mark >> k & 1;
        }
    }
    restore(m);
    check_all(m);
    mark_some(m, GROUPS, VALUES, true);
    row_layout_done(&rows);
    arena_done(&arena);
    model_free(m);
}

/* Values of one group whose hashes begin alike: a page gets others behind it instead of an endless directory. */
static void test_alike(void **state)
{
    enum { N = 3000 };
    static int64_t value[N];
    static uint8_t is_new[N];
    (void)state;
    Model *m = model_new(false, 1);
    int64_t group = 1;
    int64_t x = 0;
    for (uint32_t i = 0; i < N; x++)
        if (hash_combine(hash_i64(1), hash_i64(x)) >> 52 == 0x5a5)
            value[i++] = x;
    KeyPairs keys = {&group, value, true};
    for (uint32_t round = 0; round < 4; round++) {
        assert_int_equal(hash_table_mark_pairs(m->table, &keys, NULL, (Rows){N, NULL}, is_new, NULL), 0);
        for (uint32_t i = 0; i < N; i++)
            assert_int_equal(is_new[i], round % 2 == 0);
        assert_int_equal(hash_table_rows(m->table), N);
        assert_true(hash_table_bytes(m->table) < 200000);
        if (round % 2 == 0)
            restore(m);
        else
            hash_table_forget_pairs(m->table, 1);
    }
    model_free(m);
}

/* Memory that fails at any place: the call fails, and what was there before it is. */
static void test_nomem(void **state)
{
    (void)state;
    for (uint32_t left = 0; left < 6; left++) {
        Model *m = model_new(false, 1);
        static int64_t value[N_MAX];
        static uint8_t is_new[N_MAX];
        int64_t group = 1;
        uint64_t before = 0;
        for (uint32_t round = 0; round < 60; round++) {
            GenFailure f = {.left = left};
            for (uint32_t i = 0; i < N_MAX; i++)
                value[i] = (int64_t)(round * N_MAX + i);
            KeyPairs keys = {&group, value, true};
            mem_set_hook(gen_failure_hook, &f);
            int rc = hash_table_mark_pairs(m->table, &keys, NULL, (Rows){N_MAX, NULL}, is_new, NULL);
            mem_set_hook(NULL, NULL);
            uint64_t n = hash_table_rows(m->table);
            assert_true(rc == 0 ? n == before + N_MAX : rc == -ERR_OUT_OF_MEMORY && n >= before && n < before + N_MAX);
            assert_true(rc == 0 || f.failed);
            before = n;
        }
        model_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches), cmocka_unit_test(test_restore), cmocka_unit_test(test_rows),
        cmocka_unit_test(test_alike),   cmocka_unit_test(test_nomem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
