/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays: positions of an element, arrays of one value, bounds, the end cut off, the bucket among sorted bounds. */
#include "func/row_run.h"

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
    if (row_is_null(t, 0))
        return 0;
    ArrayReader a = reader_of(t, 0);
    TRY(key_of(t, 1, type_element(t->arg[0]->type), &want));
    for (int32_t at = 1; array_next_key(&a, &key); at++) {
        Value v = {.type = TYPE(I32), .i32 = at};
        if (str_eq(key, want))
            array_put(&t->out, t->type, &v);
    }
    return 1;
}
ROW_KERNEL(array_positions, positions_row)

static int subscripts_row(RowRun *t)
{
    int32_t n = (int32_t)array_count(t->arg[0]->type, row_text(t, 0));
    bool reverse = t->n_args > 2 && row_value(t, 2).b;
    if (row_int(t, 1, 0) != 1)
        n = 0;
    for (int32_t i = 1; i <= n; i++) {
        Value v = {.type = TYPE(I32), .i32 = reverse ? n + 1 - i : i};
        array_put(&t->out, t->type, &v);
    }
    return 1;
}
ROW_KERNEL(array_subscripts, subscripts_row)

static int trim_row(RowRun *t)
{
    int64_t n = array_count(t->arg[0]->type, row_text(t, 0)), cut = row_int(t, 1, 0);
    Str key;
    if (cut < 0 || cut > n)
        return ROW_FAIL(t, ERR_SUBSCRIPT, "number of elements to trim must be between 0 and %lld", (long long)n);
    ArrayReader a = reader_of(t, 0);
    for (int64_t i = 0; i < n - cut && array_next_key(&a, &key); i++)
        sb_putstr(&t->out, key);
    return 1;
}
ROW_KERNEL(trim_array, trim_row)

static int dims_row(RowRun *t)
{
    uint32_t n = array_count(t->arg[0]->type, row_text(t, 0));
    sb_printf(&t->out, "[1:%u]", n);
    return n > 0;
}
ROW_KERNEL(array_dims, dims_row)

#define FILL_MAX 134217727 /* elements, as in PostgreSQL */
static int fill_row(RowRun *t)
{
    Value length, element = row_value(t, 0);
    uint32_t n_dims = 0;
    int32_t n = 0;
    int rc;
    if (row_is_null(t, 1))
        return ROW_FAIL(t, ERR_NULL_NOT_ALLOWED, "dimension array or low bound array cannot be null");
    ArrayReader a = reader_of(t, 1);
    for (; (rc = array_next(&a, &length)) > 0; n_dims++) {
        if (length.is_null)
            return ROW_FAIL(t, ERR_NULL_NOT_ALLOWED, "dimension values cannot be null");
        n = length.i32;
    }
    TRY(rc);
    if (n_dims > 1)
        return ROW_FAIL(t, ERR_UNSUPPORTED, "arrays of more than one dimension are not supported");
    if (n < 0 || n > FILL_MAX)
        return ROW_FAIL(t, ERR_PROGRAM_LIMIT, "array size exceeds the maximum allowed (%d)", FILL_MAX);
    for (int32_t i = 0; i < n && !t->out.failed; i++)
        array_put(&t->out, t->type, &element);
    return 1;
}
ROW_KERNEL(array_fill, fill_row)

/* The number of bounds that are not greater than the operand. */
static int bucket_row(RowRun *t)
{
    Str want, key;
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

static int array_of_ints(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)args, (void)n_args, (void)err;
    *ret = type_array(TYPE(I32));
    return 0;
}

const FuncDef fn_array_more[] = {
    FN2("array_positions", TP_ANYARRAY, TP_ANYELEMENT, T_ARRAY, array_positions, 0, "positions of such elements",
        "array_positions(ARRAY[5, 6, 5], 5) -> {1,3}", .ret_type = array_of_ints),
    FN2("array_subscripts", TP_ANYARRAY, T_I32, T_ARRAY, array_subscripts, FN_STRICT | FN_INTERNAL, "", "",
        .ret_type = array_of_ints),
    FN3("array_subscripts", TP_ANYARRAY, T_I32, T_BOOL, T_ARRAY, array_subscripts, FN_STRICT | FN_INTERNAL, "", "",
        .ret_type = array_of_ints),
    FN2("trim_array", TP_ANYARRAY, T_I32, TP_ANYARRAY, trim_array, FN_FAIL, "without the last n elements",
        "trim_array(ARRAY[1, 2, 3], 2) -> {1}"),
    FN1("array_dims", TP_ANYARRAY, T_TEXT, array_dims, FN_STRICT | FN_NULLABLE, "bounds; NULL when empty",
        "array_dims(ARRAY[1, 2]) -> '[1:2]'"),
    FN2("array_fill", TP_ANYELEMENT, TP_INTARRAY, TP_ANYARRAY, array_fill, FN_ERR, "array of n times one value",
        "array_fill(7, ARRAY[3]) -> {7,7,7}"),
    FN2("width_bucket", TP_ANYELEMENT, TP_ANYARRAY, T_I32, width_bucket, FN_FAIL, "number of the bucket between bounds in order",
        "width_bucket(5, ARRAY[1, 3, 6]) -> 2"),
    {0},
};
