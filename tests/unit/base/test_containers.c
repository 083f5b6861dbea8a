/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory, arenas, slabs, bitmaps, hashes and queues. */
#include "test_util.h"

#include <pthread.h>
#include <sched.h>

#include "base/arena.h"
#include "base/bits.h"
#include "base/ring.h"
#include "base/slab.h"
#include "base/space.h"

#define HASH_OF_EMPTY UINT64_C(0xc4ebf3c9ed4ed157)
#define HASH_OF_ALL UINT64_C(0xebbb6b1f54f42c7a)

static int refuse_all(void *self, size_t bytes)
{
    (void)bytes;
    ++*(int *)self;
    return 1;
}

static void accounts(void **state)
{
    (void)state;
    Account top, sub;
    account_init(&top, NULL, "top");
    account_init(&sub, &top, "sub");
    void *p = mem_alloc(&sub, 100), *q = mem_alloc(&top, 50), *a = mem_alloc_aligned(&sub, 10, 4096);
    assert_int_equal((uintptr_t)p % 16, 0);
    assert_int_equal((uintptr_t)a % 4096, 0);
    assert_int_equal(atomic_load(&sub.bytes), 110);
    assert_int_equal(atomic_load(&top.bytes), 160);
    p = mem_realloc(&sub, p, 100, 300);
    assert_int_equal(atomic_load(&top.bytes), 360);
    p = mem_realloc(&sub, p, 300, 20);
    assert_int_equal(atomic_load(&top.bytes), 80);
    assert_int_equal(atomic_load(&top.peak_bytes), 360);
    top.limit_bytes = 100;
    assert_null(mem_alloc(&sub, 21));
    assert_null(mem_realloc(&sub, p, 20, 41));
    assert_int_equal(atomic_load(&sub.bytes), 30);
    assert_int_equal(atomic_load(&top.bytes), 80);
    void *fits = mem_zalloc(&sub, 20);
    assert_non_null(fits);
    mem_free(&sub, fits, 20);
    int asked = 0;
    mem_set_hook(refuse_all, &asked);
    assert_null(mem_alloc(NULL, 1));
    assert_null(mem_zalloc(&sub, 1));
    mem_set_hook(NULL, NULL);
    assert_int_equal(asked, 2);
    assert_null(mem_alloc(NULL, SIZE_MAX));
    char *s = mem_strdup(&sub, "text");
    assert_string_equal(s, "text");
    mem_strfree(&sub, s);
    mem_strfree(&sub, NULL);
    mem_free(&sub, p, 20);
    mem_free(&top, q, 50);
    mem_free_aligned(&sub, a, 10);
    mem_free(&sub, NULL, 0);
    account_done(&sub);
    account_done(&top);
    uint64_t before = mem_guard_violations();
    mem_guard_enter();
    mem_guard_enter();
    mem_free(NULL, mem_alloc(NULL, 8), 8);
    mem_guard_leave();
    mem_free(NULL, mem_alloc(NULL, 8), 8);
    mem_guard_leave();
    mem_free(NULL, mem_alloc(NULL, 8), 8);
    assert_int_equal(mem_guard_violations() - before, 2);
}

static void arena_reuse(void **state)
{
    (void)state;
    Account acct;
    Arena a;
    account_init(&acct, NULL, "arena");
    arena_init(&a, &acct, 1024);
    int64_t steady = 0;
    for (int round = 0; round < 50; round++) {
        test_random_state = 77; /* the same load every round */
        for (int i = 0; i < 300; i++) {
            size_t n = test_random() % (i % 10 == 0 ? 5000 : 100);
            char *p = arena_alloc(&a, n);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % 16, 0);
            memset(p, i, n);
        }
        if (round == 1)
            steady = atomic_load(&acct.bytes);
        if (round > 1)
            assert_int_equal(atomic_load(&acct.bytes), steady);
        arena_reset(&a);
    }
    assert_string_equal(arena_printf(&a, "%s-%d", "x", 5), "x-5");
    char *big = arena_printf(&a, "%400d", 5);
    assert_int_equal(strlen(big), 400);
    assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
    assert_null(arena_zalloc(&a, SIZE_MAX - 4));
    assert_null(ARENA_ARRAY(&a, uint64_t, SIZE_MAX / 4));
    uint64_t *z = ARENA_ARRAY(&a, uint64_t, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(z[i], 0);
    acct.limit_bytes = atomic_load(&acct.bytes) + 10;
    assert_null(arena_alloc(&a, 1 << 20));
    assert_non_null(arena_alloc(&a, 8));
    arena_done(&a);
    account_done(&acct);
}

static void slabs(void **state)
{
    (void)state;
    Account acct;
    Slab s;
    void *items[1000];
    account_init(&acct, NULL, "slab");
    slab_init(&s, &acct, 24, 64);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++) {
            items[i] = slab_alloc(&s);
            assert_int_equal((uintptr_t)items[i] % 16, 0);
            memset(items[i], i, 24);
        }
        assert_int_equal(s.n_live, 1000);
        for (int i = 0; i < 1000; i++)
            slab_free(&s, items[(i * 7) % 1000]);
    }
    assert_true(atomic_load(&acct.bytes) < 1100 * 32);
    slab_done(&s);
    account_done(&acct);
}

static void bitmaps(void **state)
{
    (void)state;
    uint64_t w[20], copy[20];
    uint8_t bytes[160];
    uint16_t sel[1200];
    for (int round = 0; round < 3000; round++) {
        size_t n = test_random() % 1100;
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = round % 5 == 0 ? 0xff : (uint8_t)test_random();
        size_t from = test_random() % 130;
        size_t n_bits = n + from > 160 * 8 ? 160 * 8 - from : n;
        bits_copy(copy, bytes, from, n_bits);
        size_t count = 0;
        for (size_t i = 0; i < n_bits; i++) {
            bool want = bytes[(from + i) / 8] >> ((from + i) % 8) & 1;
            assert_int_equal(bit_get(copy, i), want);
            count += want;
        }
        for (size_t i = n_bits; i < BIT_WORDS(n_bits) * 64; i++)
            assert_false(bit_get(copy, i));
        assert_int_equal(bits_count(copy, n_bits), count);
        assert_int_equal(bits_to_sel(copy, n_bits, sel), count);
        for (size_t i = 0; i < count; i++)
            assert_true(bit_get(copy, sel[i]) && (i == 0 || sel[i - 1] < sel[i]));
        bits_fill(w, n_bits, true);
        assert_int_equal(bits_count(w, n_bits), n_bits);
        bits_fill(w, n_bits, false);
        assert_int_equal(bits_count(w, n_bits), 0);
    }
    bit_set(w, 3);
    bit_put(w, 4, true);
    bit_put(w, 3, false);
    bit_clear(w, 4);
    assert_false(bit_get(w, 3) || bit_get(w, 4));
}

/* The values are part of the disk format. */
static void hash_values(void **state)
{
    (void)state;
    char text[200];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)(i * 7 + 1);
    uint64_t all = 0;
    for (size_t n = 0; n <= sizeof(text); n++)
        all = hash_combine(all, hash_bytes(text, n));
    assert_true(hash_f64(-0.0) == hash_f64(0.0));
    assert_true(hash_f64((double)__builtin_nanf("")) == hash_f64(-(double)__builtin_nanf("1")));
    assert_true(hash_i64(-1) != hash_i64(1));
    assert_true(crc32c(0, "123456789", 9) == 0xE3069283u);
    assert_true(crc32c(crc32c(0, "1234", 4), "56789", 5) == 0xE3069283u);
    for (size_t n = 0; n < sizeof(text); n++)
        assert_int_equal(crc32c((uint32_t)n, text, n), crc32c_portable((uint32_t)n, text, n));
    static char page[9000]; /* several stretches at once */
    for (size_t i = 0; i < sizeof(page); i++)
        page[i] = (char)(i * i * 31 + i / 7);
    for (size_t n = 200; n < sizeof(page) - 8; n += n % 97 + 1)
        assert_int_equal(crc32c((uint32_t)n, page + n % 8, n), crc32c_portable((uint32_t)n, page + n % 8, n));
    assert_true(hash_bytes("", 0) == HASH_OF_EMPTY);
    assert_true(all == HASH_OF_ALL);
}

/* Each flipped bit of the input flips about half of the output; short keys fill buckets evenly. */
static void hash_quality(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 3, 4, 7, 8, 12, 16, 17, 33, 64, 65, 130};
    for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
        size_t n = sizes[k];
        unsigned char key[130];
        double worst = 32;
        for (size_t bit = 0; bit < n * 8; bit++) {
            unsigned changed = 0;
            for (int round = 0; round < 64; round++) {
                for (size_t i = 0; i < n; i++)
                    key[i] = (unsigned char)test_random();
                uint64_t h = hash_bytes(key, n);
                key[bit / 8] ^= (unsigned char)(1u << bit % 8);
                changed += (unsigned)__builtin_popcountll(h ^ hash_bytes(key, n));
            }
            double mean = changed / 64.0;
            worst = (mean > 32 ? mean - 32 : 32 - mean) > (worst > 32 ? worst - 32 : 32 - worst) ? mean : worst;
        }
        assert_true(worst > 28 && worst < 36);
    }
    enum { N_BUCKETS = 1024, PER_BUCKET = 100 };
    static unsigned low[N_BUCKETS], high[N_BUCKETS];
    for (int i = 0; i < N_BUCKETS * PER_BUCKET; i++) {
        char key[24];
        int n = snprintf(key, sizeof(key), "sensor-%d", i);
        uint64_t h = hash_bytes(key, (size_t)n);
        low[h % N_BUCKETS]++;
        high[h >> 54]++;
    }
    double chi_low = 0, chi_high = 0;
    for (int i = 0; i < N_BUCKETS; i++) {
        chi_low += ((double)low[i] - PER_BUCKET) * ((double)low[i] - PER_BUCKET) / PER_BUCKET;
        chi_high += ((double)high[i] - PER_BUCKET) * ((double)high[i] - PER_BUCKET) / PER_BUCKET;
    }
    assert_true(chi_low > 800 && chi_low < 1250); /* 1023 expected, standard deviation 45 */
    assert_true(chi_high > 800 && chi_high < 1250);
}

static void spsc_alone(void **state)
{
    (void)state;
    Spsc q;
    int item[8];
    assert_int_equal(spsc_init(&q, NULL, 3), 0);
    assert_null(spsc_pop(&q));
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 4; i++)
            assert_true(spsc_push(&q, &item[i]));
        assert_false(spsc_push(&q, &item[4]));
        assert_int_equal(spsc_count(&q), 4);
        assert_int_equal(spsc_room(&q), 0);
        assert_ptr_equal(spsc_peek(&q), &item[0]);
        for (int i = 0; i < 4; i++)
            assert_ptr_equal(spsc_pop(&q), &item[i]);
        assert_null(spsc_peek(&q));
        assert_int_equal(spsc_room(&q), 4);
    }
    spsc_done(&q);
}

#define RING_ITEMS 300000

static void *spsc_produce(void *arg)
{
    for (uintptr_t i = 1; i <= RING_ITEMS;) {
        if (spsc_push(arg, (void *)i))
            i++;
        else
            sched_yield();
    }
    return NULL;
}

static void spsc_threads(void **state)
{
    (void)state;
    Spsc q;
    pthread_t t;
    assert_int_equal(spsc_init(&q, NULL, 64), 0);
    pthread_create(&t, NULL, spsc_produce, &q);
    for (uintptr_t i = 1; i <= RING_ITEMS;) {
        void *p = spsc_pop(&q);
        if (!p) {
            sched_yield();
            continue;
        }
        assert_int_equal((uintptr_t)p, i);
        i++;
    }
    pthread_join(t, NULL);
    spsc_done(&q);
}

#define N_PRODUCERS 3
typedef struct Producer {
    Mpsc *q;
    uintptr_t id;
} Producer;

static void *mpsc_produce(void *arg)
{
    Producer *p = arg;
    for (uintptr_t i = 1; i <= RING_ITEMS / 4;) {
        if (mpsc_push(p->q, (void *)(p->id << 32 | i)))
            i++;
        else
            sched_yield();
    }
    return NULL;
}

static void mpsc_threads(void **state)
{
    (void)state;
    Mpsc q;
    pthread_t t[N_PRODUCERS];
    Producer producers[N_PRODUCERS];
    uintptr_t last[N_PRODUCERS] = {0};
    assert_int_equal(mpsc_init(&q, NULL, 50), 0);
    assert_true(mpsc_is_empty(&q));
    for (uintptr_t i = 0; i < 64; i++)
        assert_true(mpsc_push(&q, (void *)(i + 1)));
    assert_false(mpsc_push(&q, (void *)1));
    assert_false(mpsc_is_empty(&q));
    for (uintptr_t i = 0; i < 64; i++)
        assert_int_equal((uintptr_t)mpsc_pop(&q), i + 1);
    assert_null(mpsc_pop(&q));
    for (uintptr_t i = 0; i < N_PRODUCERS; i++) {
        producers[i] = (Producer){&q, i};
        pthread_create(&t[i], NULL, mpsc_produce, &producers[i]);
    }
    for (int n = 0; n < N_PRODUCERS * (RING_ITEMS / 4);) {
        uintptr_t v = (uintptr_t)mpsc_pop(&q);
        if (!v) {
            sched_yield();
            continue;
        }
        assert_int_equal(v & 0xffffffff, last[v >> 32] + 1);
        last[v >> 32]++;
        n++;
    }
    for (int i = 0; i < N_PRODUCERS; i++)
        pthread_join(t[i], NULL);
    assert_true(mpsc_is_empty(&q));
    mpsc_done(&q);
}

static void spaces(void **state)
{
    (void)state;
    Account acct;
    Space s;
    account_init(&acct, NULL, "space");
    space_init(&s, &acct);
    assert_non_null(s.base);
    assert_int_equal(atomic_load(&acct.bytes), 0);
    uint64_t before = mem_guard_violations();
    mem_guard_enter();
    uint8_t *a = space_take(&s, 100, 100), *b = space_take(&s, 4096, 3 * SPACE_BLOCK),
            *c = space_take(&s, SPACE_BLOCK, SPACE_BLOCK);
    mem_guard_leave();
    assert_int_equal(mem_guard_violations(), before);
    assert_int_equal((uintptr_t)a % SPACE_BLOCK, 0);
    assert_ptr_equal(b, a + SPACE_BLOCK);
    assert_ptr_equal(c, b + 3 * SPACE_BLOCK);
    assert_true(space_has(&s, a) && space_has(&s, c + SPACE_BLOCK - 1) && !space_has(&s, &s));
    assert_int_equal(atomic_load(&acct.bytes), 100 + 4096 + SPACE_BLOCK);
    assert_true(space_grow(&s, 4096, 2 * SPACE_BLOCK));
    for (size_t i = 0; i < 2 * SPACE_BLOCK; i += 4096)
        assert_int_equal(b[i]++, 0);
    space_shrink(&s, b, 2 * SPACE_BLOCK, SPACE_BLOCK);
    assert_int_equal(b[0], 1);
    assert_int_equal(b[SPACE_BLOCK], 0);
    assert_int_equal(atomic_load(&acct.bytes), 100 + 2 * SPACE_BLOCK);
    acct.limit_bytes = 100 + 3 * (int64_t)SPACE_BLOCK;
    assert_false(space_grow(&s, SPACE_BLOCK, 3 * SPACE_BLOCK));
    assert_null(space_take(&s, 2 * SPACE_BLOCK, 2 * SPACE_BLOCK));
    assert_null(space_take(&s, 1, (size_t)1 << 40));
    space_give(&s, b, SPACE_BLOCK, 3 * SPACE_BLOCK);
    uint8_t *d = space_take(&s, 10, 2 * SPACE_BLOCK), *e = space_take(&s, 10, 2 * SPACE_BLOCK), *f = space_take(&s, 10, 1);
    assert_ptr_equal(d, b);
    assert_int_equal(d[0], 0);
    assert_ptr_equal(e, c + SPACE_BLOCK);
    assert_ptr_equal(f, d + 2 * SPACE_BLOCK);
    space_give(&s, a, 100, 100);
    space_give(&s, c, SPACE_BLOCK, SPACE_BLOCK);
    space_give(&s, d, 10, 2 * SPACE_BLOCK);
    space_give(&s, e, 10, 2 * SPACE_BLOCK);
    space_give(&s, f, 10, 1);
    space_done(&s);
    assert_null(space_take(&s, 1, 1));
    account_done(&acct);
}

static void spaces_that_are_expected(void **state)
{
    (void)state;
    Account acct;
    Space s;
    account_init(&acct, NULL, "space");
    space_init(&s, &acct);
    assert_non_null(s.base);
    assert_false(space_warm(&s));
    space_expect(&s, 6 * SPACE_BLOCK);
    assert_int_equal(atomic_load(&acct.bytes), 0);
    uint8_t *a = space_take(&s, SPACE_BLOCK, SPACE_BLOCK), *b = space_take(&s, SPACE_BLOCK, SPACE_BLOCK);
    uint32_t n = 0;
    while (n < 10 && space_warm(&s))
        n++;
    assert_true(n == 0 || n == 3); /* the kernel has no such call; all but what is taken and what is taken next */
    uint8_t *c = space_take(&s, 2 * SPACE_BLOCK, 2 * SPACE_BLOCK), *d = space_take(&s, SPACE_BLOCK, SPACE_BLOCK);
    assert_false(space_warm(&s));
    d[0] = 1;
    space_expect_end(&s);
    uint8_t *e = space_take(&s, SPACE_BLOCK, SPACE_BLOCK);
    assert_ptr_equal(d, a + 4 * SPACE_BLOCK);
    assert_ptr_equal(e, d + SPACE_BLOCK);
    assert_true(d[0] == 1 && e[0] == 0 && c[0] == 0);
    assert_false(space_warm(&s));
    space_expect(&s, (size_t)1 << 40); /* more than there is */
    assert_true(s.ahead.to <= s.n_blocks);
    space_expect_end(&s);
    space_give(&s, a, SPACE_BLOCK, SPACE_BLOCK);
    space_give(&s, b, SPACE_BLOCK, SPACE_BLOCK);
    space_give(&s, c, 2 * SPACE_BLOCK, 2 * SPACE_BLOCK);
    space_give(&s, d, SPACE_BLOCK, SPACE_BLOCK);
    space_give(&s, e, SPACE_BLOCK, SPACE_BLOCK);
    space_done(&s);
    space_expect(&s, SPACE_BLOCK); /* there is none */
    assert_false(space_warm(&s));
    space_expect_end(&s);
    account_done(&acct);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts),
        cmocka_unit_test(arena_reuse),
        cmocka_unit_test(slabs),
        cmocka_unit_test(bitmaps),
        cmocka_unit_test(hash_values),
        cmocka_unit_test(hash_quality),
        cmocka_unit_test(spsc_alone),
        cmocka_unit_test(spsc_threads),
        cmocka_unit_test(mpsc_threads),
        cmocka_unit_test(spaces),
        cmocka_unit_test(spaces_that_are_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
