/* SPDX-License-Identifier: Apache-2.0
 *
 * Upsert, count and sum in one loop against arrays of what should come of it: random batches with and without a selection and with
 * and without values, through growth, removals, generations and snapshots, and with memory that fails. */
#include "state/state_gen.h"

#define U_MAX 40000u
#define N_MAX 1500u
#define SUM_AT 0u /* in the extra bytes */
#define N_AT 16u

typedef struct Model {
    Account acct;
    PageStore *ps;
    RowLayout layout;
    HashTable *table;
    uint8_t *row[U_MAX];
    int64_t count[U_MAX], n[U_MAX];
    i128 sum[U_MAX];
    uint64_t alive;
    uint32_t n_failed; /* batches that had added something */
} Model;

static Model *model_new(void)
{
    Model *m = test_calloc(1, sizeof(*m));
    account_init(&m->acct, NULL, "state");
    assert_int_equal(row_layout_init(&m->layout, &m->acct, &TYPE(I64), 1, 32, NULL), 0);
    m->ps = page_store_new(&m->acct);
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
    test_free(m);
}

static int64_t key_of(uint32_t u)
{
    return u % 3 ? (int64_t)u - 40 : (int64_t)(hash_i64((int64_t)u) >> 1);
}

static void check(const Model *m, uint32_t u)
{
    uint8_t *extra = row_extra(&m->layout, m->row[u]);
    i128 sum;
    int64_t n;
    memcpy(&sum, extra + SUM_AT, sizeof(sum));
    memcpy(&n, extra + N_AT, sizeof(n));
    assert_int_equal(*row_count(m->row[u]), m->count[u]);
    assert_int_equal(n, m->n[u]);
    assert_true(sum == m->sum[u]);
}

static void check_all(const Model *m)
{
    for (uint32_t u = 0; u < U_MAX; u++)
        if (m->row[u])
            check(m, u);
    assert_int_equal(hash_table_rows(m->table), m->alive);
}

typedef struct Rand {
    int64_t key[2 * N_MAX], value[2 * N_MAX];
    uint32_t u[N_MAX];
    uint16_t sel[N_MAX];
    uint8_t *row[N_MAX];
    uint64_t is_new[BIT_WORDS(N_MAX)];
} Rand;

/* Rows that came before memory failed stay, with nothing added. */
static void take_rows(Model *m, const Rand *r, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (m->row[r->u[i]])
            continue;
        Vec v = {.kind = VEC_FLAT, .type = TYPE(I64), .n = 1, .data = (void *)&(int64_t){key_of(r->u[i])}};
        const Vec *keys[] = {&v};
        uint64_t hash = hash_i64(key_of(r->u[i]));
        hash_table_find(m->table, keys, &hash, (Rows){1, NULL}, &m->row[r->u[i]]);
        m->alive += m->row[r->u[i]] != NULL;
    }
}

static void add_batch(Model *m, Rand *r, uint32_t domain, int64_t allocations)
{
    uint32_t n = 128 + gen_below(N_MAX - 128), step = 1 + gen_below(2);
    bool sums = gen_below(4) > 0;
    GenFailure f = {.left = allocations};
    for (uint32_t i = 0; i < n; i++) {
        r->u[i] = gen_below(domain);
        r->sel[i] = (uint16_t)(i * step);
        r->key[i * step] = key_of(r->u[i]);
        r->value[i * step] = gen_below(10) ? (int64_t)gen_random() : (gen_below(2) ? INT64_MIN : INT64_MAX);
    }
    Vec key = {.kind = VEC_FLAT, .type = TYPE(I64), .n = n * step, .data = r->key};
    Rows rows = {n, step > 1 ? r->sel : NULL};
    RowSums s = {sums ? r->value : NULL, m->layout.extra_offset + SUM_AT, m->layout.extra_offset + N_AT};
    bool takes = hash_table_takes_sums(m->table, &key, rows);
    if (!takes) { /* the table is small, or grows */
        assert_int_equal(hash_table_upsert_ints(m->table, &key, rows, r->row, r->is_new, NULL), 0);
    } else {
        mem_set_hook(gen_failure_hook, &f);
        int rc = hash_table_upsert_sums(m->table, &key, rows, &s, r->row, r->is_new, NULL);
        mem_set_hook(NULL, NULL);
        if (rc < 0) {
            assert_int_equal(rc, -ERR_OUT_OF_MEMORY);
            assert_true(f.failed);
            m->n_failed += m->row[r->u[0]] != NULL;
            take_rows(m, r, n);
            return;
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t u = r->u[i];
        assert_int_equal(bit_get(r->is_new, i), m->row[u] == NULL);
        m->alive += m->row[u] == NULL;
        if (!m->row[u])
            m->row[u] = r->row[i];
        assert_ptr_equal(m->row[u], r->row[i]);
        m->count[u] += takes;
        m->n[u] += takes && sums;
        m->sum[u] += takes && sums ? r->value[i * step] : 0;
    }
}

static void remove_some(Model *m, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t u = gen_below(U_MAX);
        if (!m->row[u])
            continue;
        hash_table_remove(m->table, m->row[u]);
        m->row[u] = NULL;
        m->count[u] = m->n[u] = 0;
        m->sum[u] = 0;
        m->alive--;
    }
}

static void check_snapshot(PageSnapshot *s, int64_t counts)
{
    HashCursor at = {0};
    uint8_t *row[64];
    uint32_t n;
    int64_t sum = 0;
    while (hash_snapshot_next(s, &at, row, 64, &n, NULL) == 0 && n > 0)
        for (uint32_t i = 0; i < n; i++)
            sum += *row_count(row[i]);
    assert_int_equal(sum, counts);
}

static int64_t sum_of_counts(const Model *m)
{
    int64_t sum = 0;
    for (uint32_t u = 0; u < U_MAX; u++)
        sum += m->row[u] ? m->count[u] : 0;
    return sum;
}

static void run(uint32_t domain, bool fails)
{
    Model *m = model_new();
    Rand *r = test_calloc(1, sizeof(*r));
    for (uint32_t round = 0; round < 40; round++) {
        PageSnapshot *s = NULL;
        int64_t before = sum_of_counts(m);
        if (round % 7 == 3)
            assert_int_equal(page_snapshot_open(m->ps, 7, &s, NULL), 0);
        for (uint32_t i = 0; i < 12; i++)
            add_batch(m, r, domain, fails && gen_below(4) ? (int64_t)gen_below(2) : INT64_MAX);
        if (s && !fails) /* else it may say that it is incomplete */
            check_snapshot(s, before);
        page_snapshot_close(s);
        check_all(m);
        remove_some(m, gen_below(200));
        if (round % 5 == 4)
            page_store_begin_epoch(m->ps, round + 2);
    }
    assert_int_equal(m->n_failed > 0, fails);
    test_free(r);
    model_free(m);
}

static void test_sums(void **state)
{
    (void)state;
    run(5000, false);
    run(12000, false);
    run(U_MAX, false);
}

static void test_without_memory(void **state)
{
    (void)state;
    run(12000, true);
    run(U_MAX, true);
}

/* The row of NULL has the bytes of 0, and what stands for no row, too; neither is the row of 0. */
static void test_zero(void **state)
{
    (void)state;
    Model *m = model_new();
    Rand *r = test_calloc(1, sizeof(*r));
    uint64_t no_bits = 0, hash = HASH_NULL;
    int64_t none = 0;
    uint8_t *null_row;
    bool is_new;
    Vec null = {.kind = VEC_FLAT, .type = TYPE(I64), .n = 1, .data = &none, .valid = &no_bits};
    const Vec *keys[] = {&null};
    for (uint32_t i = 0; i < 200; i++)
        add_batch(m, r, 10000, INT64_MAX);
    assert_int_equal(hash_table_upsert_row(m->table, keys, 0, hash, &null_row, &is_new), 0);
    assert_true(is_new);
    for (uint32_t i = 0; i < 512; i++)
        r->key[i] = i % 2 ? 0 : (int64_t)i;
    Vec key = {.kind = VEC_FLAT, .type = TYPE(I64), .n = 512, .data = r->key};
    RowSums s = {.value = NULL};
    assert_true(hash_table_takes_sums(m->table, &key, (Rows){512, NULL}));
    assert_int_equal(hash_table_upsert_sums(m->table, &key, (Rows){512, NULL}, &s, r->row, r->is_new, NULL), 0);
    for (uint32_t i = 0; i < 512; i++)
        assert_ptr_not_equal(r->row[i], null_row);
    assert_int_equal(*row_count(null_row), 0);
    assert_true(*row_count(r->row[1]) >= 256);
    test_free(r);
    model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
