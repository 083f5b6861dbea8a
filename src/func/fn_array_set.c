/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays of which an element or a slice is assigned, by PostgreSQL's rules: an array of one dimension grows to the position that
 * gets a value, and what lies between is NULL; one of more dimensions does not.  A NULL array is an empty one. */
#include "func/row_run.h"

typedef struct Keys { /* elements as bytes; n of them */
    Str *key;
    uint32_t n;
} Keys;

typedef struct Box { /* the positions that are assigned */
    uint32_t n;
    int64_t low[ARRAY_DIMS_MAX], high[ARRAY_DIMS_MAX];
} Box;

static int too_large(RowRun *t)
{
    return ROW_FAIL(t, ERR_PROGRAM_LIMIT, "array size exceeds the maximum allowed (%u)", ARRAY_ITEMS_MAX - 1);
}

static int out_of_range(RowRun *t)
{
    return ROW_FAIL(t, ERR_SUBSCRIPT, "array subscript out of range");
}

static int keys_of(RowRun *t, uint32_t i, ArrayDims *ret_dims, Keys *ret)
{
    Str items;
    uint32_t n = 0;
    *ret = (Keys){0};
    *ret_dims = (ArrayDims){.n = 0};
    if (row_is_null(t, i))
        return 1;
    array_dims_of(t->arg[i]->type, row_text(t, i), ret_dims, &items);
    ret->n = array_count(t->arg[i]->type, items);
    ret->key = ARENA_ARRAY(&t->arena, Str, ret->n + 1);
    if (!ret->key)
        return -ERR_OUT_OF_MEMORY;
    ArrayReader r = array_read(t->arg[i]->type, items, &t->arena);
    while (n < ret->n && array_next_key(&r, &ret->key[n]))
        n++;
    return 1;
}

/* Argument i as a position; 0 = an error of the row. */
static int position(RowRun *t, uint32_t i, int64_t *ret)
{
    if (row_is_null(t, i))
        return ROW_FAIL(t, ERR_NULL_NOT_ALLOWED, "array subscript in assignment must not be null");
    *ret = row_value(t, i).i64;
    bool open = *ret == INT64_MIN || *ret == INT64_MAX;
    if (!open && (*ret > INT32_MAX || *ret < INT32_MIN))
        return ROW_FAIL(t, ERR_NUMERIC_RANGE, "integer out of range");
    return 1;
}

/* One dimension: room is made for [low, high]. */
static int grow(RowRun *t, ArrayDims *d, Keys *k, int64_t low, int64_t high, Str null)
{
    int64_t first = MIN(low, d->lower[0]), last = MAX(high, (int64_t)d->lower[0] + d->len[0] - 1);
    uint32_t before = (uint32_t)(d->lower[0] - first), n;
    if (last - first + 1 >= ARRAY_ITEMS_MAX)
        return too_large(t);
    n = (uint32_t)(last - first + 1);
    Str *key = ARENA_ARRAY(&t->arena, Str, n);
    if (!key)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        key[i] = i < before || i - before >= k->n ? null : k->key[i - before];
    *k = (Keys){key, n};
    d->len[0] = n;
    d->lower[0] = (int32_t)first;
    return 1;
}

/* The array was empty: it has the positions that are assigned, and no more. */
static int begin(RowRun *t, const Box *b, Str null, ArrayDims *d, Keys *k)
{
    int64_t n = 1;
    *d = (ArrayDims){.n = b->n};
    for (uint32_t i = 0; i < b->n; i++) {
        int64_t len = b->high[i] - b->low[i] + 1;
        if (__builtin_mul_overflow(n, MAX(len, 0), &n) || n >= ARRAY_ITEMS_MAX)
            return too_large(t);
        d->len[i] = (uint32_t)MAX(len, 0);
        d->lower[i] = (int32_t)b->low[i];
    }
    k->n = (uint32_t)n;
    k->key = ARENA_ARRAY(&t->arena, Str, k->n + 1);
    for (uint32_t i = 0; k->key && i < k->n; i++)
        k->key[i] = null;
    return k->key ? 1 : -ERR_OUT_OF_MEMORY;
}

/* Puts `from` into the box, which lies within the array. */
static void put(const ArrayDims *d, Keys *k, const Box *b, const Str *from)
{
    uint32_t at[ARRAY_DIMS_MAX] = {0}, next = 0;
    for (uint32_t i = 0; i < k->n; i++) {
        bool in = true;
        for (uint32_t c = 0; c < d->n; c++)
            in &= (int64_t)d->lower[c] + at[c] >= b->low[c] && (int64_t)d->lower[c] + at[c] <= b->high[c];
        if (in)
            k->key[i] = from[next++];
        for (uint32_t c = d->n; c-- > 0 && ++at[c] == d->len[c];)
            at[c] = 0;
    }
}

static int give(RowRun *t, const ArrayDims *d, const Keys *k)
{
    for (uint32_t i = 0; i < k->n && !t->out.failed; i++)
        sb_putstr(&t->out, k->key[i]);
    if (k->n > 0)
        array_put_dims(&t->out, d);
    return 1;
}

/* The bytes of one element, in the arena. */
static int key_of(RowRun *t, const Value *v, Str *ret)
{
    StrBuf b;
    sb_init(&b, t->out.acct);
    array_put(&b, t->type, v);
    char *copy = b.failed ? NULL : arena_memdup(&t->arena, b.p, b.n);
    *ret = (Str){copy, b.n};
    sb_done(&b);
    return copy ? 1 : -ERR_OUT_OF_MEMORY;
}

/* Whether it fits into the array, which grows in one dimension. */
static int make_room(RowRun *t, ArrayDims *d, Keys *k, const Box *b, Str null)
{
    if (d->n == 0)
        return begin(t, b, null, d, k);
    if (d->n == 1)
        return grow(t, d, k, b->low[0], b->high[0], null);
    for (uint32_t i = 0; i < b->n; i++)
        if (b->low[i] < d->lower[i] || b->high[i] >= (int64_t)d->lower[i] + d->len[i])
            return out_of_range(t);
    return 1;
}

/* array, value, one position for each dimension */
static int set_row(RowRun *t)
{
    ArrayDims d;
    Keys k;
    Box b = {.n = t->n_args - 2};
    Str value, null;
    Value v = row_value(t, 1), none = value_null(type_element(t->type));
    int rc = keys_of(t, 0, &d, &k);
    for (uint32_t i = 0; rc > 0 && i < b.n; i++) {
        rc = position(t, i + 2, &b.low[i]);
        b.high[i] = b.low[i];
    }
    if (rc > 0 && d.n != 0 && d.n != b.n)
        return ROW_FAIL(t, ERR_SUBSCRIPT, "wrong number of array subscripts");
    if (rc > 0)
        rc = key_of(t, row_is_null(t, 1) ? &none : &v, &value);
    if (rc > 0)
        rc = key_of(t, &none, &null);
    if (rc > 0)
        rc = make_room(t, &d, &k, &b, null);
    if (rc <= 0)
        return rc;
    put(&d, &k, &b, &value);
    return give(t, &d, &k);
}
ROW_KERNEL(array_set, set_row)

/* Bounds that are left out are those of the array; dimensions that are, whole. */
static int fill_box(RowRun *t, const ArrayDims *d, Box *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        int rc = position(t, 2 * i + 2, &b->low[i]);
        if (rc > 0)
            rc = position(t, 2 * i + 3, &b->high[i]);
        if (rc <= 0)
            return rc;
        bool open = b->low[i] == INT64_MIN || b->high[i] == INT64_MAX;
        if (open && d->n == 0)
            return ROW_FAIL(t, ERR_SUBSCRIPT, "array slice subscript must provide both boundaries");
        if (i >= d->n)
            continue;
        b->low[i] = b->low[i] == INT64_MIN ? d->lower[i] : b->low[i];
        b->high[i] = b->high[i] == INT64_MAX ? (int64_t)d->lower[i] + d->len[i] - 1 : b->high[i];
    }
    if (d->n && d->n < b->n)
        return ROW_FAIL(t, ERR_SUBSCRIPT, "wrong number of array subscripts");
    for (; b->n < d->n; b->n++) {
        b->low[b->n] = d->lower[b->n];
        b->high[b->n] = (int64_t)d->lower[b->n] + d->len[b->n] - 1;
    }
    for (uint32_t i = 0; d->n && i < b->n; i++)
        if (b->low[i] > b->high[i])
            return ROW_FAIL(t, ERR_SUBSCRIPT, "upper bound cannot be less than lower bound");
    return 1;
}

/* array, what comes into it, two positions for each of the first dimensions */
static int set_slice_row(RowRun *t)
{
    ArrayDims d, from_dims;
    Keys k, from;
    Box b = {.n = (t->n_args - 2) / 2};
    Str null;
    Value none = value_null(type_element(t->type));
    int64_t n = 1;
    int rc = keys_of(t, 0, &d, &k);
    if (rc > 0)
        rc = keys_of(t, 1, &from_dims, &from);
    if (rc > 0 && row_is_null(t, 1)) /* nothing comes, so nothing changes */
        return give(t, &d, &k);
    if (rc > 0)
        rc = fill_box(t, &d, &b);
    if (rc > 0)
        rc = key_of(t, &none, &null);
    if (rc > 0)
        rc = make_room(t, &d, &k, &b, null);
    if (rc <= 0)
        return rc;
    for (uint32_t i = 0; i < b.n; i++)
        n *= MAX(b.high[i] - b.low[i] + 1, 0);
    if (n > from.n)
        return ROW_FAIL(t, ERR_SUBSCRIPT, "source array too small");
    put(&d, &k, &b, from.key);
    return give(t, &d, &k);
}
ROW_KERNEL(array_set_slice, set_slice_row)

const FuncDef fn_array_set[] = {
    FN3("array set", TP_ANYARRAY, TP_ANYELEMENT, T_I64, TP_ANYARRAY, array_set, FN_ERR | FN_INTERNAL | FN_VARIADIC | FN_NOT_NULL,
        "", ""),
    FN4("array set slice", TP_ANYARRAY, TP_ANYARRAY, T_I64, T_I64, TP_ANYARRAY, array_set_slice, FN_ERR | FN_INTERNAL | FN_VARIADIC,
        "", ""),
    {0},
};
