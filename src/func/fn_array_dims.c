/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays with any number of dimensions: put together of arrays, elements and slices by subscripts, bounds.  As in PostgreSQL, an
 * element that is not there is NULL, of a slice there is what there is of it, and arrays are only joined when their dimensions fit.
 */
#include "func/row_run.h"

static void dims_of(const RowRun *t, uint32_t i, ArrayDims *ret, Str *ret_items)
{
    array_dims_of(t->arg[i]->type, row_text(t, i), ret, ret_items);
}

static int misfit(RowRun *t)
{
    return ROW_FAIL(t, ERR_SUBSCRIPT, "multidimensional arrays must have array expressions with matching dimensions");
}

/* ARRAY[[..], [..]]: the arguments are the rows.  A NULL among them is an empty array. */
static int nest_row(RowRun *t)
{
    ArrayDims all = {.n = 0}, d;
    for (uint32_t i = 0; i < t->n_args; i++) {
        Str items = STR("");
        d = (ArrayDims){.n = 0};
        if (!row_is_null(t, i))
            dims_of(t, i, &d, &items);
        if (i > 0 && (!array_same_dims(&all, &d) || memcmp(all.lower, d.lower, d.n * sizeof(*d.lower)) != 0))
            return misfit(t);
        all = d;
        sb_putstr(&t->out, items);
    }
    if (all.n == ARRAY_DIMS_MAX)
        return ROW_FAIL(t, ERR_PROGRAM_LIMIT, "number of array dimensions exceeds the maximum allowed (%d)", ARRAY_DIMS_MAX);
    ArrayDims made = {.n = all.n ? all.n + 1 : 0, .len = {t->n_args}, .lower = {1}};
    for (uint32_t i = 0; i < all.n; i++) {
        made.len[i + 1] = all.len[i];
        made.lower[i + 1] = all.lower[i];
    }
    array_put_dims(&t->out, &made);
    return 1;
}
ROW_KERNEL(nest_arrays, nest_row)

/* ---- joining ---- */

static bool same_tail(const ArrayDims *a, uint32_t from_a, const ArrayDims *b, uint32_t from_b)
{
    uint32_t n = a->n - from_a;
    return n == b->n - from_b && memcmp(a->len + from_a, b->len + from_b, n * sizeof(*a->len)) == 0 &&
           memcmp(a->lower + from_a, b->lower + from_b, n * sizeof(*a->lower)) == 0;
}

/* Both are not empty.  Arrays of one number of dimensions stand behind each other; one that has a dimension less is an element. */
static int join_dims(RowRun *t, const ArrayDims *a, const ArrayDims *b, ArrayDims *ret)
{
    if (a->n == b->n && same_tail(a, 1, b, 1)) {
        *ret = *a;
        ret->len[0] += b->len[0];
    } else if (a->n == b->n + 1 && same_tail(a, 1, b, 0)) {
        *ret = *a;
        ret->len[0]++;
    } else if (a->n + 1 == b->n && same_tail(a, 0, b, 1)) {
        *ret = *b;
        ret->len[0]++;
    } else {
        return ROW_FAIL(t, ERR_SUBSCRIPT, "cannot concatenate incompatible arrays");
    }
    return 1;
}

/* A NULL array is an empty one, unless both are. */
static int cat_row(RowRun *t)
{
    ArrayDims a = {.n = 0}, b = {.n = 0}, made;
    Str left = STR(""), right = STR("");
    if (row_is_null(t, 0) && row_is_null(t, 1))
        return 0;
    if (!row_is_null(t, 0))
        dims_of(t, 0, &a, &left);
    if (!row_is_null(t, 1))
        dims_of(t, 1, &b, &right);
    made = a.n ? a : b;
    if (a.n && b.n && join_dims(t, &a, &b, &made) == 0)
        return 0;
    sb_putstr(&t->out, left);
    sb_putstr(&t->out, right);
    array_put_dims(&t->out, &made);
    return 1;
}
ROW_KERNEL(array_cat, cat_row)

/* An element before or behind; the first position stays what it was. */
static int extend(RowRun *t, uint32_t array, uint32_t element)
{
    ArrayDims d = {.n = 0};
    Str items = STR("");
    Value v = row_value(t, element);
    if (!row_is_null(t, array))
        dims_of(t, array, &d, &items);
    if (d.n > 1)
        return ROW_FAIL(t, ERR_DATA_EXCEPTION, "argument must be empty or one-dimensional array");
    if (d.n == 0)
        d = (ArrayDims){.n = 1, .lower = {1}};
    d.len[0]++;
    if (element == 0)
        array_put(&t->out, t->type, &v);
    sb_putstr(&t->out, items);
    if (element == 1)
        array_put(&t->out, t->type, &v);
    array_put_dims(&t->out, &d);
    return 1;
}
static int append_row(RowRun *t)
{
    return extend(t, 0, 1);
}
static int prepend_row(RowRun *t)
{
    return extend(t, 1, 0);
}
ROW_KERNEL(array_append, append_row)
ROW_KERNEL(array_prepend, prepend_row)

/* ---- subscripts ---- */

/* Arguments from 1 on: one subscript for each dimension, else there is no such element. */
static int element_row(RowRun *t)
{
    ArrayDims d;
    Str items, key;
    uint32_t at = 0, n = t->n_args - 1;
    Value v;
    dims_of(t, 0, &d, &items);
    if (d.n != n)
        return 0;
    for (uint32_t i = 0; i < n; i++) {
        int64_t k = row_value(t, i + 1).i64 - d.lower[i];
        if (k < 0 || k >= d.len[i])
            return 0;
        at += (uint32_t)k * array_stride(&d, i);
    }
    ArrayReader r = array_read(t->arg[0]->type, items, &t->arena);
    for (uint32_t i = 0; i < at; i++)
        if (!array_next_key(&r, &key))
            return 0;
    int rc = array_next(&r, &v);
    return rc <= 0 ? rc : row_put_value(t, &v);
}
ROW_KERNEL(array_element, element_row)

/* What [low, high] has of a dimension, as positions from 0; false = nothing. */
static bool clip(const ArrayDims *d, uint32_t i, int64_t low, int64_t high, uint32_t *ret_from, uint32_t *ret_n)
{
    int64_t from = MAX(low, d->lower[i]) - d->lower[i];
    int64_t to = MIN(high, (int64_t)d->lower[i] + d->len[i] - 1) - d->lower[i];
    if (to < from)
        return false;
    *ret_from = (uint32_t)from;
    *ret_n = (uint32_t)(to - from + 1);
    return true;
}

/* Arguments from 1 on: low and high for each of the first dimensions; the others are whole.  The result counts from 1. */
static int slice_row(RowRun *t)
{
    ArrayDims d, made;
    uint32_t from[ARRAY_DIMS_MAX] = {0}, at[ARRAY_DIMS_MAX] = {0}, n = (t->n_args - 1) / 2;
    Str items, key;
    dims_of(t, 0, &d, &items);
    made = d;
    if (d.n < n || d.n == 0)
        return 1;
    for (uint32_t i = 0; i < n; i++)
        if (!clip(&d, i, row_value(t, 2 * i + 1).i64, row_value(t, 2 * i + 2).i64, &from[i], &made.len[i]))
            return 1;
    ArrayReader r = array_read(t->arg[0]->type, items, &t->arena);
    while (array_next_key(&r, &key)) {
        bool in = true;
        for (uint32_t i = 0; i < d.n; i++)
            in &= at[i] >= from[i] && at[i] - from[i] < made.len[i];
        if (in)
            sb_putstr(&t->out, key);
        for (uint32_t i = d.n; i-- > 0 && ++at[i] == d.len[i];)
            at[i] = 0;
    }
    for (uint32_t i = 0; i < made.n; i++)
        made.lower[i] = 1;
    array_put_dims(&t->out, &made);
    return 1;
}
ROW_KERNEL(array_slice, slice_row)

static int trim_row(RowRun *t)
{
    ArrayDims d;
    Str items, key;
    int64_t cut = row_int(t, 1, 0);
    dims_of(t, 0, &d, &items);
    if (cut < 0 || cut > (d.n ? d.len[0] : 0))
        return ROW_FAIL(t, ERR_SUBSCRIPT, "number of elements to trim must be between 0 and %u", d.n ? d.len[0] : 0);
    ArrayReader r = array_read(t->arg[0]->type, items, &t->arena);
    d.len[0] -= (uint32_t)cut;
    for (uint32_t i = d.n ? d.len[0] * array_stride(&d, 0) : 0; i > 0 && array_next_key(&r, &key); i--)
        sb_putstr(&t->out, key);
    for (uint32_t i = 0; i < d.n; i++)
        d.lower[i] = 1;
    if (t->out.n > 0)
        array_put_dims(&t->out, &d);
    return 1;
}
ROW_KERNEL(trim_array, trim_row)

/* ---- bounds ---- */

/* 0 = the array has no such dimension. */
static uint32_t dim_of(const RowRun *t, ArrayDims *ret)
{
    Str items;
    int32_t dim = row_int(t, 1, 0);
    dims_of(t, 0, ret, &items);
    return dim > 0 && (uint32_t)dim <= ret->n ? (uint32_t)dim : 0;
}
static int length_row(RowRun *t)
{
    ArrayDims d;
    uint32_t i = dim_of(t, &d);
    t->num = i ? d.len[i - 1] : 0;
    return i > 0;
}
static int lower_row(RowRun *t)
{
    ArrayDims d;
    uint32_t i = dim_of(t, &d);
    t->num = i ? d.lower[i - 1] : 0;
    return i > 0;
}
static int upper_row(RowRun *t)
{
    ArrayDims d;
    uint32_t i = dim_of(t, &d);
    t->num = i ? (int64_t)d.lower[i - 1] + d.len[i - 1] - 1 : 0;
    return i > 0;
}
static int ndims_row(RowRun *t)
{
    ArrayDims d;
    Str items;
    dims_of(t, 0, &d, &items);
    t->num = d.n;
    return d.n > 0;
}
static int dims_row(RowRun *t)
{
    ArrayDims d;
    Str items;
    dims_of(t, 0, &d, &items);
    for (uint32_t i = 0; i < d.n; i++)
        sb_printf(&t->out, "[%d:%lld]", d.lower[i], (long long)d.lower[i] + d.len[i] - 1);
    return d.n > 0;
}
ROW_KERNEL(array_length, length_row)
ROW_KERNEL(array_lower, lower_row)
ROW_KERNEL(array_upper, upper_row)
ROW_KERNEL(array_ndims, ndims_row)
ROW_KERNEL(array_dims, dims_row)

static int subscripts_row(RowRun *t)
{
    ArrayDims d;
    uint32_t dim = dim_of(t, &d), n = dim ? d.len[dim - 1] : 0;
    bool reverse = t->n_args > 2 && row_value(t, 2).b;
    for (uint32_t i = 0; i < n; i++) {
        Value v = {.type = TYPE(I32), .i32 = d.lower[dim - 1] + (int32_t)(reverse ? n - 1 - i : i)};
        array_put(&t->out, t->type, &v);
    }
    return 1;
}
ROW_KERNEL(array_subscripts, subscripts_row)

static int places_row(RowRun *t)
{
    ArrayReader a = array_read(t->arg[0]->type, row_text(t, 0), &t->arena);
    int rc;
    int32_t n = 0;
    for (Value v; (rc = array_next(&a, &v)) > 0;) {
        Value place = {.type = TYPE(I32), .i32 = ++n};
        array_put(&t->out, t->type, &place);
    }
    return rc < 0 ? rc : 1;
}
ROW_KERNEL(array_places, places_row)

/* ---- filling ---- */

/* The numbers of an argument of type INTEGER[]; 0 = the row's error has been raised. */
static int numbers_of(RowRun *t, uint32_t i, int32_t ret[ARRAY_DIMS_MAX], uint32_t *ret_n)
{
    ArrayReader a = array_read(t->arg[i]->type, row_text(t, i), &t->arena);
    int rc;
    *ret_n = 0;
    for (Value v; (rc = array_next(&a, &v)) > 0;) {
        if (v.is_null)
            return ROW_FAIL(t, ERR_NULL_NOT_ALLOWED, "dimension values cannot be null");
        if (*ret_n == ARRAY_DIMS_MAX)
            return ROW_FAIL(t, ERR_PROGRAM_LIMIT, "number of array dimensions exceeds the maximum allowed (%d)", ARRAY_DIMS_MAX);
        ret[(*ret_n)++] = v.i32;
    }
    return rc < 0 ? rc : 1;
}

static int fill_dims(RowRun *t, ArrayDims *ret, int64_t *ret_total)
{
    int32_t len[ARRAY_DIMS_MAX], lower[ARRAY_DIMS_MAX];
    uint32_t n_lower = 0;
    if (row_is_null(t, 1) || (t->n_args > 2 && row_is_null(t, 2)))
        return ROW_FAIL(t, ERR_NULL_NOT_ALLOWED, "dimension array or low bound array cannot be null");
    int rc = numbers_of(t, 1, len, &ret->n);
    if (rc > 0 && t->n_args > 2)
        rc = numbers_of(t, 2, lower, &n_lower);
    if (rc <= 0)
        return rc;
    if (t->n_args > 2 && n_lower != ret->n)
        return ROW_FAIL(t, ERR_SUBSCRIPT, "wrong number of array subscripts");
    *ret_total = ret->n > 0;
    for (uint32_t i = 0; i < ret->n; i++) {
        if (len[i] < 0 || __builtin_mul_overflow(*ret_total, len[i], ret_total) || *ret_total >= ARRAY_ITEMS_MAX)
            return ROW_FAIL(t, ERR_PROGRAM_LIMIT, "array size exceeds the maximum allowed (%u)", ARRAY_ITEMS_MAX - 1);
        ret->len[i] = (uint32_t)len[i];
        ret->lower[i] = n_lower ? lower[i] : 1;
    }
    return 1;
}

static int fill_row(RowRun *t)
{
    ArrayDims d = {.n = 0};
    Value element = row_value(t, 0);
    int64_t n = 0;
    int rc = fill_dims(t, &d, &n);
    if (rc <= 0)
        return rc;
    for (int64_t i = 0; i < n && !t->out.failed; i++)
        array_put(&t->out, t->type, &element);
    if (n > 0)
        array_put_dims(&t->out, &d);
    return 1;
}
ROW_KERNEL(array_fill, fill_row)

static int array_of_ints(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)args, (void)n_args, (void)err;
    *ret = type_array(TYPE(I32));
    return 0;
}

#define OF_DIMENSION(n, k, h, e) FN2(n, TP_ANYARRAY, T_I32, T_I32, k, FN_STRICT | FN_NULLABLE, h, e)
const FuncDef fn_array_dims[] = {
    FN1("array of arrays", TP_ANYARRAY, TP_ANYARRAY, nest_arrays, FN_INTERNAL | FN_VARIADIC | FN_ERR, "", ""),
    FN2("||", TP_ANYARRAY, TP_ANYARRAY, TP_ANYARRAY, array_cat, FN_ERR | FN_OPERATOR, "elements of both arrays",
        "ARRAY[1] || ARRAY[2, 3] -> {1,2,3}"),
    FN2("||", TP_ANYARRAY, TP_ANYELEMENT, TP_ANYARRAY, array_append, FN_ERR | FN_OPERATOR, "array with an element behind",
        "ARRAY[1, 2] || 3 -> {1,2,3}"),
    FN2("||", TP_ANYELEMENT, TP_ANYARRAY, TP_ANYARRAY, array_prepend, FN_ERR | FN_OPERATOR, "array with an element before",
        "1 || ARRAY[2, 3] -> {1,2,3}"),
    FN2("array_cat", TP_ANYARRAY, TP_ANYARRAY, TP_ANYARRAY, array_cat, FN_ERR, "elements of both arrays",
        "array_cat(ARRAY[1], ARRAY[2, 3]) -> {1,2,3}"),
    FN2("array_append", TP_ANYARRAY, TP_ANYELEMENT, TP_ANYARRAY, array_append, FN_ERR, "array with an element behind",
        "array_append(ARRAY[1, 2], 3) -> {1,2,3}"),
    FN2("array_prepend", TP_ANYELEMENT, TP_ANYARRAY, TP_ANYARRAY, array_prepend, FN_ERR, "array with an element before",
        "array_prepend(1, ARRAY[2, 3]) -> {1,2,3}"),
    FN2("array_element", TP_ANYARRAY, T_I64, TP_ANYELEMENT, array_element, FN_STRICT | FN_NULLABLE | FN_VARIADIC,
        "element of that number, or one for each dimension; a[n], a[n][m]", "array_element(ARRAY[5, 6], 2) -> 6"),
    FN3("array_slice", TP_ANYARRAY, T_I64, T_I64, TP_ANYARRAY, array_slice, FN_STRICT | FN_VARIADIC,
        "elements from a position to another, or two positions for each dimension; a[m:n]",
        "array_slice(ARRAY[5, 6, 7], 2, 3) -> {6,7}"),
    OF_DIMENSION("array_length", array_length, "number of elements in a dimension; NULL when empty",
                 "array_length(ARRAY[5, 6], 1) -> 2"),
    OF_DIMENSION("array_upper", array_upper, "last position of a dimension", "array_upper(ARRAY[5, 6], 1) -> 2"),
    OF_DIMENSION("array_lower", array_lower, "first position of a dimension", "array_lower(ARRAY[5, 6], 1) -> 1"),
    FN1("array_ndims", TP_ANYARRAY, T_I32, array_ndims, FN_STRICT | FN_NULLABLE, "number of dimensions; NULL when empty",
        "array_ndims(ARRAY[[5], [6]]) -> 2"),
    FN1("array_dims", TP_ANYARRAY, T_TEXT, array_dims, FN_STRICT | FN_NULLABLE, "bounds; NULL when empty",
        "array_dims(ARRAY[1, 2]) -> '[1:2]'"),
    FN2("array_subscripts", TP_ANYARRAY, T_I32, T_ARRAY, array_subscripts, FN_STRICT | FN_INTERNAL, "", "",
        .ret_type = array_of_ints),
    FN3("array_subscripts", TP_ANYARRAY, T_I32, T_BOOL, T_ARRAY, array_subscripts, FN_STRICT | FN_INTERNAL, "", "",
        .ret_type = array_of_ints),
    FN1("array_places", TP_ANYARRAY, T_ARRAY, array_places, FN_STRICT | FN_INTERNAL, "", "", .ret_type = array_of_ints),
    FN2("trim_array", TP_ANYARRAY, T_I32, TP_ANYARRAY, trim_array, FN_FAIL, "without the last n elements",
        "trim_array(ARRAY[1, 2, 3], 2) -> {1}"),
    FN2("array_fill", TP_ANYELEMENT, TP_INTARRAY, TP_ANYARRAY, array_fill, FN_ERR, "array of n times one value, or of n times m",
        "array_fill(7, ARRAY[3]) -> {7,7,7}"),
    FN3("array_fill", TP_ANYELEMENT, TP_INTARRAY, TP_INTARRAY, TP_ANYARRAY, array_fill, FN_ERR, "the same with first positions",
        "array_fill(7, ARRAY[2], ARRAY[0]) -> [0:1]={7,7}"),
    {0},
};
