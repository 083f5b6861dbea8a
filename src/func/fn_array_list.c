/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays as lists: order, different elements, sets, extremes, sums.  The elements' keys are compared as bytes, which is their order
 * (NULL last), so nothing is read but what is summed up.  Of one dimension. */
#include <stdlib.h>

#include "base/decimal.h"
#include "func/row_run.h"

typedef struct Keys {
    Str *key;
    uint32_t n;
} Keys;

static int keys_of(RowRun *t, uint32_t i, Keys *ret)
{
    ArrayDims d;
    Str items, key;
    Type type = t->arg[i]->type;
    array_dims_of(type, row_text(t, i), &d, &items);
    if (d.n > 1)
        return ROW_FAIL(t, ERR_UNSUPPORTED, "multidimensional arrays are not supported here");
    ret->n = 0;
    ret->key = ARENA_ARRAY(&t->arena, Str, array_count(type, row_text(t, i)) + 1);
    if (!ret->key)
        return -ERR_OUT_OF_MEMORY;
    ArrayReader a = array_read(type, row_text(t, i), &t->arena);
    while (array_next_key(&a, &key))
        ret->key[ret->n++] = key;
    return 1;
}

static int compare_keys(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static int put_keys(RowRun *t, const Keys *k)
{
    for (uint32_t i = 0; i < k->n; i++)
        sb_putstr(&t->out, k->key[i]);
    return 1;
}

static int sort_row(RowRun *t)
{
    Keys k;
    int rc = keys_of(t, 0, &k);
    if (rc <= 0)
        return rc;
    qsort(k.key, k.n, sizeof(Str), compare_keys);
    return put_keys(t, &k);
}
ROW_KERNEL(array_sort, sort_row)

static int reverse_row(RowRun *t)
{
    Keys k;
    int rc = keys_of(t, 0, &k);
    if (rc <= 0)
        return rc;
    for (uint32_t i = 0; i < k.n / 2; i++) {
        Str swap = k.key[i];
        k.key[i] = k.key[k.n - 1 - i];
        k.key[k.n - 1 - i] = swap;
    }
    return put_keys(t, &k);
}
ROW_KERNEL(array_reverse, reverse_row)

/* ---- sets: an element stays where it is first ---- */

typedef struct Placed {
    Str key; /* first: compared by compare_keys */
    uint32_t at;
} Placed;

static int compare_placed(const void *a, const void *b)
{
    const Placed *p = a, *q = b;
    int c = str_cmp(p->key, q->key);
    return c ? c : p->at < q->at ? -1 : p->at > q->at;
}

/* What of k stands there for the first time, and in `other` (with) or not (without); other NULL: all. */
static int keep_different(RowRun *t, Keys *k, const Keys *other, bool with)
{
    Placed *p = ARENA_ARRAY(&t->arena, Placed, k->n + 1);
    bool *keep = ARENA_ARRAY(&t->arena, bool, k->n + 1);
    uint32_t n = 0;
    if (!p || !keep)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < k->n; i++)
        p[i] = (Placed){k->key[i], i};
    qsort(p, k->n, sizeof(Placed), compare_placed);
    if (other)
        qsort(other->key, other->n, sizeof(Str), compare_keys);
    for (uint32_t i = 0; i < k->n; i++) {
        bool first = i == 0 || !str_eq(p[i].key, p[i - 1].key);
        keep[p[i].at] = first && (!other || (bsearch(&p[i].key, other->key, other->n, sizeof(Str), compare_keys) != NULL) == with);
    }
    for (uint32_t i = 0; i < k->n; i++)
        if (keep[i])
            k->key[n++] = k->key[i];
    k->n = n;
    return put_keys(t, k);
}

static int distinct_row(RowRun *t)
{
    Keys k;
    int rc = keys_of(t, 0, &k);
    return rc <= 0 ? rc : keep_different(t, &k, NULL, false);
}
ROW_KERNEL(array_distinct, distinct_row)

static int set_row(RowRun *t, bool with)
{
    Keys k, other;
    int rc = keys_of(t, 0, &k);
    if (rc > 0)
        rc = keys_of(t, 1, &other);
    return rc <= 0 ? rc : keep_different(t, &k, &other, with);
}
static int intersect_row(RowRun *t)
{
    return set_row(t, true);
}
static int except_row(RowRun *t)
{
    return set_row(t, false);
}
ROW_KERNEL(array_intersect, intersect_row)
ROW_KERNEL(array_except, except_row)

static int union_row(RowRun *t)
{
    Keys a, b, both;
    int rc = keys_of(t, 0, &a);
    if (rc > 0)
        rc = keys_of(t, 1, &b);
    if (rc <= 0)
        return rc;
    both = (Keys){ARENA_ARRAY(&t->arena, Str, (size_t)a.n + b.n + 1), a.n + b.n};
    if (!both.key)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < both.n; i++)
        both.key[i] = i < a.n ? a.key[i] : b.key[i - a.n];
    return keep_different(t, &both, NULL, false);
}
ROW_KERNEL(array_union, union_row)

/* ---- one value of all elements; NULLs do not count ---- */

static int extreme_row(RowRun *t, int sign)
{
    ArrayReader a = array_read(t->arg[0]->type, row_text(t, 0), &t->arena);
    Str best = {0}, key;
    Value v;
    while (array_next_key(&a, &key))
        if (!array_key_is_null(key) && (!best.p || sign * str_cmp(key, best) > 0))
            best = key;
    if (!best.p)
        return 0;
    a = array_read(t->arg[0]->type, best, &t->arena);
    int rc = array_next(&a, &v);
    return rc <= 0 ? rc : row_put_value(t, &v);
}
static int min_row(RowRun *t)
{
    return extreme_row(t, -1);
}
static int max_row(RowRun *t)
{
    return extreme_row(t, 1);
}
ROW_KERNEL(array_min, min_row)
ROW_KERNEL(array_max, max_row)

static bool add_value(RowRun *t, const Value *v, i128 *sum)
{
    i128 term = 0;
    switch ((TypeId)v->type.id) {
    case T_I16: term = v->i16; break;
    case T_I32: term = v->i32; break;
    case T_I64: term = v->i64; break;
    case T_F32: t->f64 += (double)v->f32; break;
    case T_F64: t->f64 += v->f64; break;
    default: term = v->dec; break;
    }
    return !__builtin_add_overflow(*sum, term, sum) && decimal_fits(*sum, DECIMAL_DIGITS_MAX);
}

static int sum_row(RowRun *t)
{
    ArrayReader a = array_read(t->arg[0]->type, row_text(t, 0), &t->arena);
    i128 sum = 0;
    bool any = false;
    int rc;
    t->f64 = 0;
    for (Value v; (rc = array_next(&a, &v)) > 0;) {
        if (v.is_null)
            continue;
        any = true;
        if (!add_value(t, &v, &sum))
            return ROW_FAIL(t, ERR_NUMERIC_RANGE, "value overflows numeric format");
    }
    if (rc < 0 || !any)
        return rc;
    if (t->type.id == T_I64 && sum != (int64_t)sum)
        return ROW_FAIL(t, ERR_NUMERIC_RANGE, "bigint out of range");
    if (t->type.id == T_I64)
        t->num = (int64_t)sum;
    else if (t->type.id == T_DECIMAL)
        t->dec = sum;
    return 1;
}
ROW_KERNEL(array_sum, sum_row)

/* The type that sum() of such values has. */
static int sum_type(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    Type of = type_element(args[0]);
    ASSERT(n_args == 1);
    switch ((TypeId)of.id) {
    case T_I16:
    case T_I32: *ret = TYPE(I64); return 0;
    case T_I64: *ret = TYPE_DECIMAL(38, 0); return 0;
    case T_F32:
    case T_F64: *ret = TYPE(F64); return 0;
    case T_DECIMAL: *ret = type_bare_as(TYPE_DECIMAL(38, of.scale), of, of); return 0;
    default: return RAISE(err, ERR_UNDEFINED_FUNCTION, "function array_sum of this array does not exist");
    }
}

#define LIST1(name, ret, help, example) FN1(#name, TP_ANYARRAY, ret, name, FN_FAIL | FN_NULLABLE, help, example)
#define LIST2(name, help, example) FN2(#name, TP_ANYARRAY, TP_ANYARRAY, TP_ANYARRAY, name, FN_FAIL, help, example)
const FuncDef fn_array_list[] = {
    LIST1(array_sort, TP_ANYARRAY, "elements in order, NULLs last", "array_sort(ARRAY[2, NULL, 1]) -> {1,2,NULL}"),
    LIST1(array_reverse, TP_ANYARRAY, "elements from the last to the first", "array_reverse(ARRAY[1, 2, 3]) -> {3,2,1}"),
    LIST1(array_distinct, TP_ANYARRAY, "different elements, each where it is first", "array_distinct(ARRAY[2, 1, 2]) -> {2,1}"),
    LIST1(array_min, TP_ANYELEMENT, "least element", "array_min(ARRAY[2, NULL, 1]) -> 1"),
    LIST1(array_max, TP_ANYELEMENT, "greatest element", "array_max(ARRAY[2, NULL, 1]) -> 2"),
    FN1("array_sum", TP_ANYARRAY, T_F64, array_sum, FN_FAIL | FN_NULLABLE, "sum of the elements",
        "array_sum(ARRAY[2, NULL, 1]) -> 3", .ret_type = sum_type),
    LIST2(array_union, "different elements of both arrays", "array_union(ARRAY[1, 2], ARRAY[2, 3]) -> {1,2,3}"),
    LIST2(array_intersect, "different elements that both arrays have", "array_intersect(ARRAY[1, 2], ARRAY[2, 3]) -> {2}"),
    LIST2(array_except, "different elements that the second array has not", "array_except(ARRAY[1, 2], ARRAY[2, 3]) -> {1}"),
    {0},
};
