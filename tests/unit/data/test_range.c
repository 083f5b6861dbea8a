/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranges: the order of the bytes is that of the bounds; texts read back as the same bytes; and over small integers each range, and
 * what is made of two, has just those values in it that a list of them has; so have multiranges. */
#include "data_gen.h"

#include "data/multirange.h"

static const TypeId types[] = {T_INT4RANGE, T_INT8RANGE, T_NUMRANGE, T_DATERANGE, T_TSRANGE, T_TSTZRANGE};

static int sign_of(int c)
{
    return (c > 0) - (c < 0);
}

static int cmp(const Range *a, const Range *b)
{
    if (a->empty || b->empty)
        return (int)b->empty - (int)a->empty;
    int c = range_cmp_bounds(&a->low, &b->low);
    return sign_of(c ? c : range_cmp_bounds(&a->high, &b->high));
}

static void test_order_and_texts(void **state)
{
    Rng rng = {11};
    Arena arena;
    StrBuf text;
    (void)state;
    arena_init(&arena, NULL, 0);
    sb_init(&text, NULL);
    for (int i = 0; i < 3000; i++) {
        TypeId id = types[i % (int)ARRAY_LEN(types)];
        Value v = gen_value(&rng, (Type){.id = (uint8_t)id}, &arena), w = gen_value(&rng, v.type, &arena), back;
        Range a = range_read(id, v.str), b = range_read(id, w.str);
        char bytes[RANGE_BYTES_MAX];
        Err err = ERR_INIT;
        assert_true(str_eq(range_write(&a, bytes), v.str));
        assert_int_equal(sign_of(str_cmp(v.str, w.str)), cmp(&a, &b));
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

#define LEAST -1
#define MOST 6 /* of the bounds; one value more on each side is looked at */

static Value number(int32_t n)
{
    return (Value){.type = TYPE(I32), .i32 = n};
}

/* Range number i of all between small bounds, those without end included; false: it cannot be made. */
static bool make_small(int i, Range *ret)
{
    int low = i % 9, high = i / 9 % 9, sides = i / 81;
    RangeBound a = {.value = low == 8 ? value_null(TYPE(I32)) : number(LEAST + low), .inclusive = sides & 1};
    RangeBound b = {.value = high == 8 ? value_null(TYPE(I32)) : number(LEAST + high), .inclusive = sides & 2};
    return range_make(a, b, ret, NULL) == 0;
}

static unsigned values_of(const Range *r)
{
    unsigned set = 0;
    for (int32_t n = LEAST - 1; n <= MOST + 1; n++) {
        Value v = number(n);
        set |= (unsigned)range_has(r, &v) << (n - LEAST + 1);
    }
    return set;
}

static void test_small(void **state)
{
    Range a, b, both;
    (void)state;
    for (int i = 0; i < 324; i++) {
        if (!make_small(i, &a))
            continue;
        unsigned set = values_of(&a);
        int low = i % 9 == 8 ? LEAST - 1 : LEAST + i % 9 + !(i / 81 & 1),
            high = i / 9 % 9 == 8 ? MOST + 1 : LEAST + i / 9 % 9 - !(i / 81 & 2);
        for (int n = LEAST - 1; n <= MOST + 1; n++)
            assert_int_equal(set >> (n - LEAST + 1) & 1, n >= low && n <= high);
        assert_int_equal(a.empty, set == 0);
        for (int k = 0; k < 324; k++) {
            if (!make_small(k, &b))
                continue;
            unsigned other = values_of(&b);
            range_intersect(&a, &b, &both);
            assert_int_equal(values_of(&both), set & other);
            assert_int_equal(range_overlaps(&a, &b), (set & other) != 0);
            if (a.empty || b.empty || a.high.value.is_null || b.low.value.is_null)
                continue;
            assert_int_equal(range_is_before(&a.high, &b.low), a.high.value.i32 == b.low.value.i32);
        }
    }
}

static unsigned values_of_all(const Ranges *r)
{
    unsigned set = 0;
    for (uint32_t i = 0; i < r->n; i++)
        set |= values_of(&r->at[i]);
    return set;
}

/* In order, and none touches the next one. */
static void check_merged(const Ranges *r)
{
    for (uint32_t i = 0; i + 1 < r->n; i++) {
        assert_true(range_cmp_bounds(&r->at[i].high, &r->at[i + 1].low) < 0);
        assert_false(range_is_before(&r->at[i].high, &r->at[i + 1].low));
    }
}

static void gen_small(Rng *rng, Ranges *r, unsigned *ret_set)
{
    Range one;
    *ret_set = 0;
    for (uint64_t n = rng_below(rng, 5); n > 0; n--) {
        if (!make_small((int)rng_below(rng, 324), &one))
            continue;
        assert_int_equal(ranges_add(r, &one), 0);
        *ret_set |= values_of(&one);
    }
    ranges_merge(r);
    check_merged(r);
    assert_int_equal(values_of_all(r), *ret_set);
}

static void test_many(void **state)
{
    Rng rng = {5};
    Arena arena;
    StrBuf bytes, text;
    (void)state;
    arena_init(&arena, NULL, 0);
    sb_init(&bytes, NULL);
    sb_init(&text, NULL);
    for (int i = 0; i < 5000; i++) {
        Ranges a = {.arena = &arena, .type = T_INT4RANGE}, b = a, made, back;
        unsigned in_a, in_b;
        gen_small(&rng, &a, &in_a);
        gen_small(&rng, &b, &in_b);
        assert_int_equal(ranges_intersect(&a, &b, &made), 0);
        assert_int_equal(values_of_all(&made), in_a & in_b);
        check_merged(&made);
        assert_int_equal(ranges_subtract(&a, &b, &made), 0);
        assert_int_equal(values_of_all(&made), in_a & ~in_b);
        check_merged(&made);
        sb_clear(&bytes);
        sb_clear(&text);
        ranges_put(&made, &bytes);
        Value v = {.type = TYPE(INT4MULTIRANGE), .str = {sb_cstr(&bytes), bytes.n}}, read;
        assert_int_equal(ranges_read(T_INT4MULTIRANGE, v.str, &arena, &back), 0);
        assert_int_equal(back.n, made.n);
        value_print(&v, &text);
        assert_int_equal(value_parse(v.type, sb_str(&text), &arena, &read, NULL), 0);
        assert_true(str_eq(read.str, v.str));
        arena_reset(&arena);
    }
    sb_done(&bytes);
    sb_done(&text);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_texts),
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
