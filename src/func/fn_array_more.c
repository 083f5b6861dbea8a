/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays: positions of an element, the bucket among sorted bounds, the value at a fraction of a sorted list. */
#include "func/agg/agg_impl.h"
#include "func/row_run.h"

#include <math.h>

static ArrayReader reader_of(RowRun *t, uint32_t i)
{
    return array_read(t->arg[i]->type, row_text(t, i), &t->arena);
}

/* The argument as an element's key. */
static int key_of(RowRun *t, uint32_t i, Type element, Str *ret)
{
    _cleanup_(sb_done) StrBuf b;
    SortSpec spec = {.type = element};
    Value v = row_value(t, i);
    sb_init(&b, t->arena.acct);
    sortkey_put(&b, &spec, &v);
    *ret = (Str){b.failed ? NULL : arena_strndup(&t->arena, sb_cstr(&b), b.n), b.n};
    return ret->p ? 0 : -ERR_OUT_OF_MEMORY;
}

static int positions_row(RowRun *t)
{
    Str want, key;
    ArrayDims d;
    if (row_is_null(t, 0))
        return 0;
    array_dims_of(t->arg[0]->type, row_text(t, 0), &d, &key);
    if (d.n > 1)
        return ROW_FAIL(t, ERR_UNSUPPORTED, "searching for elements in multidimensional arrays is not supported");
    ArrayReader a = reader_of(t, 0);
    TRY(key_of(t, 1, type_element(t->arg[0]->type), &want));
    for (int32_t at = d.lower[0]; array_next_key(&a, &key); at++) {
        Value v = {.type = TYPE(I32), .i32 = at};
        if (str_eq(key, want))
            array_put(&t->out, t->type, &v);
    }
    return 1;
}
ROW_KERNEL(array_positions, positions_row)

/* The number of bounds that are not greater than the operand. */
static int bucket_row(RowRun *t)
{
    Str want, key;
    ArrayDims d;
    array_dims_of(t->arg[1]->type, row_text(t, 1), &d, &key);
    if (d.n > 1)
        return ROW_FAIL(t, ERR_SUBSCRIPT, "thresholds must be one-dimensional array");
    ArrayReader a = reader_of(t, 1);
    TRY(key_of(t, 0, type_element(t->arg[1]->type), &want));
    while (array_next_key(&a, &key)) {
        if (array_key_is_null(key))
            return ROW_FAIL(t, ERR_NULL_NOT_ALLOWED, "thresholds array must not contain NULLs");
        t->num += str_cmp(key, want) <= 0;
    }
    return 1;
}
ROW_KERNEL(width_bucket, bucket_row)

/* ---- the value at a fraction of a sorted list ---- */

static int nth_element(RowRun *t, int64_t n, Value *ret)
{
    ArrayReader a = reader_of(t, 0);
    for (int64_t i = 0; i <= n; i++)
        if (array_next(&a, ret) <= 0)
            return 0;
    return 1;
}

static int place_of(RowRun *t, int64_t *ret_n, double *ret_fraction)
{
    *ret_n = array_count(t->arg[0]->type, row_text(t, 0));
    *ret_fraction = row_value(t, 1).f64;
    if (!(*ret_fraction >= 0 && *ret_fraction <= 1))
        return ROW_FAIL(t, ERR_NUMERIC_RANGE, "percentile value %g is not between 0 and 1", *ret_fraction);
    return *ret_n > 0;
}

static int percentile_of_row(RowRun *t)
{
    int64_t n;
    double fraction;
    Value v;
    bool has = place_of(t, &n, &fraction) && nth_element(t, MAX((int64_t)ceil(fraction * (double)n) - 1, 0), &v);
    return has ? row_put_value(t, &v) : 0;
}
ROW_KERNEL(percentile_of, percentile_of_row)

static int percentile_between_row(RowRun *t)
{
    int64_t n;
    double fraction;
    Value a, b;
    if (!place_of(t, &n, &fraction))
        return 0;
    double at = fraction * (double)(n - 1), part = at - floor(at);
    if (!nth_element(t, (int64_t)floor(at), &a) || !nth_element(t, (int64_t)ceil(at), &b))
        return 0;
    if (a.type.id == T_INTERVAL && interval_between(&a.iv, &b.iv, part, &a.iv) < 0)
        return ROW_FAIL(t, ERR_INTERVAL_OVERFLOW, "interval out of range");
    if (a.type.id == T_F64 && part > 0)
        a.f64 += part * (b.f64 - a.f64);
    return row_put_value(t, &a);
}
ROW_KERNEL(percentile_between, percentile_between_row)

static int array_of_ints(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)args, (void)n_args, (void)err;
    *ret = type_array(TYPE(I32));
    return 0;
}

const FuncDef fn_array_more[] = {
    FN2("array_positions", TP_ANYARRAY, TP_ANYELEMENT, T_ARRAY, array_positions, FN_ERR, "positions of such elements",
        "array_positions(ARRAY[5, 6, 5], 5) -> {1,3}", .ret_type = array_of_ints),
    FN2("width_bucket", TP_ANYELEMENT, TP_ANYARRAY, T_I32, width_bucket, FN_FAIL, "number of the bucket between bounds in order",
        "width_bucket(5, ARRAY[1, 3, 6]) -> 2"),
    FN2("percentile of", TP_ANYARRAY, T_F64, TP_ANYELEMENT, percentile_of, FN_FAIL | FN_STRICT | FN_NULLABLE | FN_INTERNAL, "", ""),
    FN2("percentile between", TP_ANYARRAY, T_F64, TP_ANYELEMENT, percentile_between,
        FN_FAIL | FN_STRICT | FN_NULLABLE | FN_INTERNAL, "", ""),
    {0},
};
