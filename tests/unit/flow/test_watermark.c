/* SPDX-License-Identifier: Apache-2.0
 *
 * Watermark generator: monotone, bounded disorder, skew guard, units, NULL times. */
#include "flow/watermark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static Arena arena;

static Batch *times(TypeId type, const int64_t *t, uint32_t n)
{
    Field f = {"ts", {.id = (uint8_t)type}, false};
    Schema *s = schema_new(NULL, &f, 1);
    Batch *b = batch_scratch(&arena, s, n);
    assert_int_equal(vec_scratch(&b->col[0], f.type, n, &arena), 0);
    for (uint32_t i = 0; i < n; i++) {
        if (type_bytes(type) == 4)
            ((int32_t *)b->col[0].data)[i] = (int32_t)t[i];
        else
            ((int64_t *)b->col[0].data)[i] = t[i];
    }
    b->n = b->n_sel = n;
    return b;
}

static Watermark plain(void)
{
    return (Watermark){.on = true, .delay_us = 10, .max_future_skew_us = 1000, .wm_us = INT64_MIN};
}

static void accept(Watermark *w, TypeId type, const int64_t *t, uint32_t n, int64_t now, WatermarkSplit *split)
{
    Batch *b = times(type, t, n);
    assert_int_equal(watermark_accept(w, b, now, &arena, split), 0);
    schema_unref((Schema *)b->schema);
}

static void test_monotone(void **state)
{
    (void)state;
    Watermark w = plain();
    WatermarkSplit s;
    accept(&w, T_TS, (int64_t[]){100, 90, 120}, 3, 500, &s);
    assert_int_equal(w.wm_us, 110);
    assert_int_equal(w.n_late, 0); /* W moves after the batch */
    accept(&w, T_TS, (int64_t[]){50, 110, 109}, 3, 500, &s);
    assert_int_equal(w.wm_us, 110);
    assert_int_equal(w.n_late, 2); /* equal to W is on time */
    assert_false(watermark_raise(&w, 105));
    assert_true(watermark_raise(&w, 111));
    assert_int_equal(w.wm_us, 111);
}

static void test_future(void **state)
{
    (void)state;
    Watermark w = plain();
    WatermarkSplit s;
    const int64_t t[] = {100, 5000, 101};
    accept(&w, T_TS, t, 3, 500, &s);
    assert_int_equal(w.wm_us, 91); /* the row a long way ahead does not move W */
    assert_int_equal(w.n_future, 1);
    assert_int_equal(s.keep.n, 3);
    w = plain();
    w.future_rows = FUTURE_LATE;
    accept(&w, T_TS, t, 3, 500, &s);
    assert_int_equal(s.keep.n, 2);
    assert_int_equal(s.future.n, 1);
    assert_int_equal(row_at(s.future, 0), 1);
}

static void test_units(void **state)
{
    (void)state;
    WatermarkSplit s;
    Watermark ms = plain();
    ms.unit_us = 1000;
    accept(&ms, T_I64, (int64_t[]){7}, 1, 1000000, &s);
    assert_int_equal(ms.wm_us, 6990);
    Watermark ns = plain();
    accept(&ns, T_TSNS, (int64_t[]){-1}, 1, 1000000, &s); /* floored: never later than the truth */
    assert_int_equal(ns.wm_us, -11);
    Watermark day = plain();
    day.max_future_skew_us = INT64_MAX / 2;
    accept(&day, T_DATE, (int64_t[]){1}, 1, 0, &s);
    assert_int_equal(day.wm_us, US_PER_DAY - 10);
    Watermark far = plain();
    far.unit_us = 1000000;
    accept(&far, T_I64, (int64_t[]){INT64_MIN}, 1, 0, &s);
    assert_true(far.wm_us < 0); /* saturated, not wrapped */
}

static void test_nulls(void **state)
{
    (void)state;
    Watermark w = plain();
    WatermarkSplit s;
    Batch *b = times(T_TS, (int64_t[]){100, 999, 90}, 3);
    assert_int_equal(vec_add_valid(&b->col[0], &arena), 0);
    bit_clear(b->col[0].valid, 1);
    assert_int_equal(watermark_accept(&w, b, 500, &arena, &s), 0);
    assert_int_equal(w.wm_us, 90);
    assert_int_equal(w.n_null, 1);
    schema_unref((Schema *)b->schema);
}

static uint32_t piece(Watermark *w, const int64_t *t, uint32_t n, uint32_t from)
{
    Batch *b = times(T_TS, t, n);
    uint32_t got = watermark_piece(w, b, batch_rows(b), from, 500);
    schema_unref((Schema *)b->schema);
    return got;
}

static void test_pieces(void **state)
{
    (void)state;
    Watermark w = plain();
    assert_int_equal(piece(&w, (int64_t[]){100, 110, 120}, 3, 0), 3);
    assert_int_equal(piece(&w, (int64_t[]){100, 120, 110}, 3, 0), 3); /* at the watermark of the rows before it: on time */
    assert_int_equal(piece(&w, (int64_t[]){100, 120, 109, 130}, 4, 0), 2);
    assert_int_equal(piece(&w, (int64_t[]){100, 5000, 95}, 3, 0), 3); /* what lies in the future moves nothing */
    w.wm_us = 110;
    assert_int_equal(piece(&w, (int64_t[]){100, 120, 109, 130}, 4, 2), 2); /* late already: no new piece */
}

int main(void)
{
    arena_init(&arena, NULL, 0);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_monotone), cmocka_unit_test(test_future), cmocka_unit_test(test_units),
                                       cmocka_unit_test(test_nulls), cmocka_unit_test(test_pieces)};
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return rc;
}
