/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses: the order of the bytes is PostgreSQL's order, bytes and texts read back as they were, and no bytes fail to be read. */
#include "data_gen.h"

static int sign_of(int c)
{
    return (c > 0) - (c < 0);
}

static int cmp_bits(const uint8_t *a, const uint8_t *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        int x = a[i / 8] >> (7 - i % 8) & 1, y = b[i / 8] >> (7 - i % 8) & 1;
        if (x != y)
            return x - y;
    }
    return 0;
}

/* As PostgreSQL's network_cmp() says it. */
static int cmp(const Inet *a, const Inet *b)
{
    if (a->n_bits != b->n_bits)
        return sign_of(a->n_bits - b->n_bits);
    int c = cmp_bits(a->b, b->b, MIN(a->mask, b->mask));
    c = c ? c : a->mask - b->mask;
    return sign_of(c ? c : cmp_bits(a->b, b->b, a->n_bits));
}

/* One that is like a in its first bits. */
static Str gen_near(Rng *rng, Inet a, Arena *arena)
{
    char *bytes = arena_alloc(arena, INET_BYTES_MAX);
    uint32_t bit = (uint32_t)rng_below(rng, a.n_bits);
    if (rng_below(rng, 2))
        a.mask = (uint8_t)rng_below(rng, a.n_bits + 1u);
    inet_fill(&a, bit, bit + 1, rng_below(rng, 2));
    return inet_write(&a, bytes);
}

static void test_order_and_texts(void **state)
{
    static const TypeId types[] = {T_INET, T_CIDR, T_MACADDR};
    Rng rng = {7};
    Arena arena;
    StrBuf text;
    (void)state;
    arena_init(&arena, NULL, 0);
    sb_init(&text, NULL);
    for (int i = 0; i < 6000; i++) {
        Value v = gen_value(&rng, (Type){.id = (uint8_t)types[i % 3]}, &arena), back;
        Err err = ERR_INIT;
        if (v.type.id != T_MACADDR) {
            char bytes[INET_BYTES_MAX];
            Inet a = inet_read(v.str);
            Value w = v;
            w.str = i % 2 ? gen_near(&rng, a, &arena) : gen_network(&rng, T_INET, &arena);
            Inet b = inet_read(w.str);
            assert_true(str_eq(inet_write(&a, bytes), v.str));
            assert_int_equal(sign_of(str_cmp(v.str, w.str)), cmp(&a, &b));
            assert_true(!inet_contains(&a, &b) || (a.mask <= b.mask && cmp_bits(a.b, b.b, a.mask) == 0));
        }
        sb_clear(&text);
        value_print(&v, &text);
        if (value_parse(v.type, sb_str(&text), &arena, &back, &err) < 0)
            fail_msg("%s: %s", sb_cstr(&text), err.message);
        assert_true(str_eq(back.str, v.str));
        arena_reset(&arena);
    }
    sb_done(&text);
    arena_done(&arena);
}

static void test_sizes(void **state)
{
    static const struct {
        const char *text;
        size_t n;
    } known[] = {{"10.0.0.1", 6}, {"10.0.0.1/24", 6}, {"0.0.0.0/0", 6}, {"::1", 20}, {"2001:db8::/32", 18}};
    Arena arena;
    (void)state;
    arena_init(&arena, NULL, 0);
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        Value v;
        assert_int_equal(value_parse(TYPE(INET), str_of(known[i].text), &arena, &v, NULL), 0);
        assert_int_equal(v.str.n, known[i].n);
    }
    arena_done(&arena);
}

/* What lies in a damaged page is no address, but is read within its bytes. */
static void test_any_bytes(void **state)
{
    Rng rng = {3};
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char bytes[24], text[INET_TEXT_MAX];
        size_t n = rng_below(&rng, sizeof(bytes));
        for (size_t k = 0; k < n; k++)
            bytes[k] = (char)rng_next(&rng);
        Inet a = inet_read((Str){bytes, n});
        assert_true(a.mask <= a.n_bits);
        assert_true(inet_print(&a, true, text) < sizeof(text));
        assert_true(cidr_print_short(&a, text) < sizeof(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_texts),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
