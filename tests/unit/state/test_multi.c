/* SPDX-License-Identifier: Apache-2.0
 *
 * MULTI table against sorted arrays: random additions with positive and negative weights over several owners and time buckets,
 * every lookup compared, keys from empty to 64 KiB, ascending and random order, failing allocations, and changes that wait. */
#include "state/state_gen.h"

#define OWNERS 5u
#define ENTRIES_MAX 4000u
#define KEY_BYTES 65536u
#define NODE_ROOM 4008u

typedef struct Entry {
    uint32_t u;
    int64_t count;
} Entry;

typedef struct Model {
    Account acct;
    PageStore *ps;
    MultiTable *table;
    uint64_t owner[OWNERS];
    Entry entry[OWNERS][ENTRIES_MAX]; /* by key */
    uint32_t n[OWNERS];
    uint32_t domain;
    int shape;
} Model;

enum {
    SHAPE_SHORT,
    SHAPE_MIXED,
    SHAPE_LONG,
    SHAPE_TALL,   /* as long, without the longest */
    SHAPE_NUMBER, /* of one word: changes may wait */
    SHAPE_WIDE
};

static Str number_key(char *p, uint32_t u, bool wide)
{
    uint64_t be[2] = {__builtin_bswap64(u / 7), __builtin_bswap64(wide ? u % 7 : u)};
    size_t n = wide ? sizeof(be) : sizeof(be[1]);
    p[0] = 1;
    memcpy(p + 1, wide ? &be[0] : &be[1], n);
    return (Str){p, 1 + n};
}

/* Keys whose order is the order of the numbers. */
static Str key_of(const Model *m, uint32_t u)
{
    static char buf[4][KEY_BYTES];
    static unsigned turn;
    char *p = buf[turn++ % 4];
    if (m->shape >= SHAPE_NUMBER)
        return number_key(p, u, m->shape == SHAPE_WIDE);
    size_t n = m->shape == SHAPE_SHORT                 ? 8
               : m->shape == SHAPE_MIXED               ? 8 + (u * 31) % 600
               : u % 50 == 0 && m->shape == SHAPE_LONG ? KEY_BYTES
                                                       : 200 + u % 60;
    memset(p, 'p', n);
    size_t at = m->shape >= SHAPE_LONG ? 190 : 0;
    snprintf(p + at, n - at, "%07u", u);
    p[at + 7] = 'z';
    return (Str){p, n};
}

static uint32_t model_lower(const Model *m, uint32_t o, uint32_t u)
{
    uint32_t i = 0;
    while (i < m->n[o] && m->entry[o][i].u < u)
        i++;
    return i;
}

static int64_t model_add(Model *m, uint32_t o, uint32_t u, int64_t w)
{
    uint32_t i = model_lower(m, o, u);
    Entry *e = m->entry[o];
    if (i == m->n[o] || e[i].u != u) {
        if (!w)
            return 0;
        memmove(e + i + 1, e + i, (m->n[o] - i) * sizeof(*e));
        e[i] = (Entry){u, 0};
        m->n[o]++;
    }
    e[i].count += w;
    int64_t count = e[i].count;
    if (count == 0) {
        m->n[o]--;
        memmove(e + i, e + i + 1, (m->n[o] - i) * sizeof(*e));
    }
    return count;
}

static void check_entry(const Model *m, bool got, Str key, int64_t count, const Entry *want)
{
    assert_int_equal(got, want != NULL);
    if (!want)
        return;
    assert_true(str_eq(key, key_of(m, want->u)));
    assert_int_equal(count, want->count);
}

static void check_lookups(const Model *m, uint32_t o, uint32_t u)
{
    Str key = {0}, from = key_of(m, u);
    int64_t count = 0;
    uint32_t i = model_lower(m, o, u);
    const Entry *e = m->entry[o], *end = e + m->n[o];
    bool equal = e + i < end && e[i].u == u;
    assert_int_equal(multi_count(m->table, m->owner[o], from), equal ? e[i].count : 0);
    bool got = multi_seek(m->table, m->owner[o], from, false, &key, &count);
    check_entry(m, got, key, count, e + i < end ? e + i : NULL);
    got = multi_seek(m->table, m->owner[o], from, true, &key, &count);
    check_entry(m, got, key, count, e + i + equal < end ? e + i + equal : NULL);
    got = multi_seek_back(m->table, m->owner[o], from, false, &key, &count);
    check_entry(m, got, key, count, i + equal > 0 ? e + i + equal - 1 : NULL);
    got = multi_seek_back(m->table, m->owner[o], from, true, &key, &count);
    check_entry(m, got, key, count, i > 0 ? e + i - 1 : NULL);
    MultiPlace at;
    got = multi_seek_place(m->table, m->owner[o], key_of(m, u), false, &at, &key, &count);
    for (const Entry *x = e + i;; x++) { /* to the end, from leaf to leaf */
        check_entry(m, got, key, count, x < end ? x : NULL);
        if (!got)
            break;
        got = multi_next(m->table, m->owner[o], &at, &key, &count);
    }
}

static void check_all(const Model *m)
{
    uint32_t owners = 0;
    for (uint32_t o = 0; o < OWNERS; o++) {
        int64_t total = 0, count;
        Str key = STR("");
        owners += m->n[o] > 0;
        assert_int_equal(m->owner[o] != 0, m->n[o] > 0);
        assert_int_equal(multi_entries(m->table, m->owner[o]), m->n[o]);
        for (uint32_t i = 0; i < m->n[o]; i++) {
            const Entry *e = &m->entry[o][i];
            bool got = multi_seek(m->table, m->owner[o], key, i > 0, &key, &count);
            check_entry(m, got, key, count, e);
            if (e->count > 0) {
                Str nth;
                assert_true(multi_nth(m->table, m->owner[o], total, &nth, &count));
                assert_true(str_eq(nth, key));
                total += e->count;
                assert_true(multi_nth(m->table, m->owner[o], total - 1, &nth, &count));
                check_entry(m, true, nth, count, e);
            }
        }
        assert_int_equal(multi_total(m->table, m->owner[o]), total);
        assert_false(multi_nth(m->table, m->owner[o], total, &key, &count));
        assert_false(multi_nth(m->table, m->owner[o], -1, &key, &count));
    }
    assert_int_equal(multi_table_owners(m->table), owners);
}

static Model *model_new(int shape, uint32_t domain)
{
    Model *m = test_calloc(1, sizeof(*m));
    account_init(&m->acct, NULL, "multi");
    m->ps = page_store_new(&m->acct);
    m->table = multi_table_new(m->ps, 3, NULL);
    m->shape = shape;
    m->domain = domain;
    return m;
}

static void model_free(Model *m)
{
    for (uint32_t o = 0; o < OWNERS; o++)
        multi_drop(m->table, m->owner[o]);
    assert_int_equal(multi_table_owners(m->table), 0);
    assert_int_equal(page_store_pages(m->ps), 0);
    multi_table_free(m->table);
    page_store_free(m->ps);
    account_done(&m->acct);
    test_free(m);
}

static void do_add(Model *m, uint32_t o, uint32_t u, int64_t w)
{
    int64_t count = -99;
    assert_int_equal(multi_add(m->table, &m->owner[o], (int64_t)(o % 3), key_of(m, u), w, &count, NULL), 0);
    assert_int_equal(count, model_add(m, o, u, w));
}

/* Takes entries away until few are left. */
static void drain(Model *m, uint32_t o, uint32_t leave)
{
    while (m->n[o] > leave) {
        const Entry *e = &m->entry[o][gen_below(m->n[o])];
        do_add(m, o, e->u, -e->count);
    }
}

static void churn(Model *m, uint32_t rounds)
{
    for (uint32_t r = 0; r < rounds; r++) {
        uint32_t o = gen_below(OWNERS), u = gen_below(o == 4 ? 6 : m->domain);
        do_add(m, o, u, (int64_t)gen_below(5) - 1);
        if (r % 4 == 0)
            check_lookups(m, o, gen_below(m->domain));
        if (r % 997 == 996) {
            check_all(m);
            page_store_begin_epoch(m->ps, r);
        }
        if (r % 3001 == 3000)
            drain(m, o, gen_below(40));
    }
    check_all(m);
    for (uint32_t o = 0; o < OWNERS; o++) {
        drain(m, o, 3);
        check_all(m);
        drain(m, o, o % 2);
    }
    check_all(m);
}

static void test_shapes(void **state)
{
    (void)state;
    for (int shape = SHAPE_SHORT; shape <= SHAPE_LONG; shape++) {
        Model *m = model_new(shape, 3500);
        churn(m, 12000);
        model_free(m);
    }
}

static void test_ascending(void **state)
{
    (void)state;
    Model *m = model_new(SHAPE_SHORT, ENTRIES_MAX);
    for (uint32_t u = 0; u < ENTRIES_MAX - 1; u++)
        do_add(m, 0, u, 1 + u % 3);
    check_all(m);
    /* 8 + 2 + 8 bytes of cell and 2 of slot per entry; ascending leaves are full */
    assert_true(page_store_pages(m->ps) <= (uint64_t)ENTRIES_MAX * 20 / NODE_ROOM + 3);
    for (uint32_t u = 0; u < ENTRIES_MAX - 1; u++) {
        do_add(m, 0, u, -(int64_t)(1 + u % 3));
        if (u % 500 == 0)
            check_all(m);
    }
    assert_int_equal(m->owner[0], 0);
    model_free(m);
}

static void test_small_owners_share_pages(void **state)
{
    (void)state;
    Model *m = model_new(SHAPE_SHORT, 100);
    static uint64_t owner[1000];
    int64_t count;
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(multi_add(m->table, &owner[i], INT64_MIN, key_of(m, i), 1, &count, NULL), 0);
    assert_true(page_store_pages(m->ps) <= 17);
    assert_int_equal(multi_table_owners(m->table), 1000);
    assert_true(multi_table_bytes(m->table) < 100000);
    for (uint32_t i = 0; i < 1000; i++)
        multi_drop(m->table, owner[i]);
    model_free(m);
}

static void test_limits(void **state)
{
    (void)state;
    Model *m = model_new(SHAPE_SHORT, 100);
    int64_t count;
    uint64_t none = 0;
    Err err = ERR_INIT;
    assert_int_equal(multi_add(m->table, &none, 0, (Str){"", (size_t)MULTI_KEY_MAX + 1}, 1, &count, &err), -ERR_PROGRAM_LIMIT);
    assert_int_equal(multi_add(m->table, &none, 0, STR("a"), 0, &count, &err), 0);
    assert_int_equal(none, 0);
    do_add(m, 0, 1, INT64_MAX);
    assert_int_equal(multi_add(m->table, &m->owner[0], 0, key_of(m, 1), 1, &count, &err), -ERR_NUMERIC_RANGE);
    assert_int_equal(multi_add(m->table, &m->owner[0], 0, key_of(m, 2), 1, &count, &err), -ERR_NUMERIC_RANGE);
    do_add(m, 0, 2, INT64_MIN);
    do_add(m, 0, 1, -INT64_MAX);
    check_all(m);
    model_free(m);
}

static void test_snapshot(void **state)
{
    (void)state;
    Model *m = model_new(SHAPE_MIXED, 1500);
    for (int r = 0; r < 3000; r++)
        do_add(m, 0, gen_below(1500), 1);
    PageSnapshot *s;
    assert_int_equal(page_snapshot_open(m->ps, 3, &s, NULL), 0);
    GenImages before = gen_images(s);
    for (int r = 0; r < 3000; r++)
        do_add(m, gen_below(3), gen_below(1500), (int64_t)gen_below(4) - 2);
    drain(m, 0, 20);
    GenImages after = gen_images(s);
    assert_int_equal(before.n, after.n);
    assert_true(before.digest == after.digest);
    page_snapshot_close(s);
    check_all(m);
    model_free(m);
}

/* Every single change under a fresh snapshot: no page may change unannounced, in splits and merges neither. */
static void test_snapshot_of_every_change(void **state)
{
    (void)state;
    Model *m = model_new(SHAPE_TALL, 900);
    for (int r = 0; r < 3600; r++) {
        PageSnapshot *s;
        assert_int_equal(page_snapshot_open(m->ps, 3, &s, NULL), 0);
        GenImages before = gen_images(s);
        const Entry *e = m->n[0] ? &m->entry[0][gen_below(m->n[0])] : NULL;
        if (r < 1800 || !e)
            do_add(m, 0, gen_below(900), 1);
        else
            do_add(m, 0, e->u, -e->count);
        GenImages after = gen_images(s);
        assert_int_equal(before.n, after.n);
        assert_true(before.digest == after.digest);
        page_snapshot_close(s);
    }
    check_all(m);
    model_free(m);
}

static void test_failing_allocations(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 40; n++) {
        Model *m = model_new(n % 2 ? SHAPE_LONG : SHAPE_MIXED, 400);
        for (int r = 0; r < 600; r++) {
            uint32_t o = gen_below(2), u = gen_below(400);
            int64_t count, w = (int64_t)gen_below(4) - 1;
            GenFailure f = {.left = (int64_t)gen_below(3), .sticky = n % 3 == 0};
            mem_set_hook(gen_failure_hook, &f);
            int rc = multi_add(m->table, &m->owner[o], 0, key_of(m, u), w, &count, NULL);
            mem_set_hook(NULL, NULL);
            if (rc == 0)
                assert_int_equal(count, model_add(m, o, u, w));
            else
                assert_int_equal(rc, -ERR_OUT_OF_MEMORY);
            check_lookups(m, o, u);
        }
        check_all(m);
        model_free(m);
    }
}

/* ---- changes that wait ---- */

static void settle_all(Model *m)
{
    for (uint32_t o = 0; o < OWNERS; o++) {
        bool negative = false;
        assert_int_equal(multi_settle(m->table, &m->owner[o], NULL), 0);
        for (uint32_t i = 0; i < m->n[o]; i++)
            negative |= m->entry[o][i].count < 0;
        if (negative)
            assert_true(multi_owes(m->table, m->owner[o]));
        else if (m->n[o] < 100) /* in a tree it is not known */
            assert_false(multi_owes(m->table, m->owner[o]));
    }
    check_all(m);
}

static bool add_late(Model *m, uint32_t o, uint32_t u, int64_t w)
{
    int64_t count = -99;
    int rc = multi_add_late(m->table, &m->owner[o], (int64_t)(o % 3), key_of(m, u), w, &count, NULL);
    assert_in_range(rc, 0, 1);
    int64_t after = model_add(m, o, u, w);
    if (rc == 0)
        assert_int_equal(count, after);
    return rc == 1;
}

/* Of two owners entries come and go among few, so that they stay runs; the others become trees and runs again. */
static void test_waiting(void **state)
{
    (void)state;
    for (int shape = SHAPE_NUMBER; shape <= SHAPE_WIDE; shape++) {
        Model *m = model_new(shape, 400);
        uint32_t waited = 0;
        for (uint32_t r = 0; r < 20000; r++) {
            uint32_t o = gen_below(OWNERS);
            int64_t w = (int64_t)gen_below(4) - (r / 4000 % 2 ? 2 : 1);
            waited += w && add_late(m, o, gen_below(o == 4 ? 6 : o == 3 ? 60 : m->domain), w);
            if (r % 97 == 96)
                settle_all(m);
            if (r % 997 == 996)
                page_store_begin_epoch(m->ps, r);
            while (r % 3001 == 3000 && m->n[o] > 10) {
                const Entry *e = &m->entry[o][gen_below(m->n[o])];
                add_late(m, o, e->u, -e->count);
            }
        }
        assert_true(waited > 4000);
        settle_all(m);
        for (uint32_t o = 0; o < OWNERS; o++)
            while (m->n[o] > o) /* some are dropped while changes wait */
                add_late(m, o, m->entry[o][0].u, -m->entry[o][0].count);
        add_late(m, 4, 1, 5);
        model_free(m);
    }
}

static void test_waiting_beyond_range(void **state)
{
    (void)state;
    Model *m = model_new(SHAPE_NUMBER, 100);
    Err err = ERR_INIT;
    int64_t count;
    for (uint32_t u = 0; u < 3; u++)
        add_late(m, 0, u, 1);
    assert_int_equal(multi_add_late(m->table, &m->owner[0], 0, key_of(m, 1), INT64_MAX, &count, &err), 1);
    assert_int_equal(multi_settle(m->table, &m->owner[0], &err), -ERR_NUMERIC_RANGE);
    assert_int_equal(multi_add_late(m->table, &m->owner[0], 0, key_of(m, 1), -INT64_MAX, &count, &err), 1);
    settle_all(m); /* nothing was done */
    model_free(m);
}

static void test_waiting_snapshot(void **state)
{
    (void)state;
    Model *m = model_new(SHAPE_WIDE, 300);
    for (uint32_t r = 0; r < 3000; r++) {
        PageSnapshot *s;
        assert_int_equal(page_snapshot_open(m->ps, 3, &s, NULL), 0);
        GenImages before = gen_images(s);
        add_late(m, gen_below(2), gen_below(r / 1000 * 40 + 20), (int64_t)gen_below(4) - 1);
        if (r % 50 == 0)
            settle_all(m);
        GenImages after = gen_images(s);
        assert_int_equal(before.n, after.n);
        assert_true(before.digest == after.digest);
        page_snapshot_close(s);
    }
    settle_all(m);
    model_free(m);
}

static void test_waiting_without_memory(void **state)
{
    (void)state;
    Model *m = model_new(SHAPE_NUMBER, 300);
    for (uint32_t r = 0; r < 6000; r++) {
        uint32_t o = gen_below(2), u = gen_below(r / 1000 * 30 + 20);
        int64_t count = -99, w = (int64_t)gen_below(4) - 1;
        GenFailure f = {.left = (int64_t)gen_below(3), .sticky = r % 3 == 0};
        mem_set_hook(gen_failure_hook, &f);
        int rc = multi_add_late(m->table, &m->owner[o], 0, key_of(m, u), w, &count, NULL);
        if (r % 20 == 0 && rc >= 0) /* needs no memory */
            assert_int_equal(multi_settle(m->table, &m->owner[o], NULL), 0);
        mem_set_hook(NULL, NULL);
        if (rc >= 0)
            model_add(m, o, u, w);
        else
            assert_int_equal(rc, -ERR_OUT_OF_MEMORY);
        if (r % 50 == 0)
            settle_all(m);
    }
    settle_all(m);
    model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_ascending),
        cmocka_unit_test(test_small_owners_share_pages),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_snapshot_of_every_change),
        cmocka_unit_test(test_failing_allocations),
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_waiting_beyond_range),
        cmocka_unit_test(test_waiting_snapshot),
        cmocka_unit_test(test_waiting_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
