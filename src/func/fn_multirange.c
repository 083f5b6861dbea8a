/* SPDX-License-Identifier: Apache-2.0
 *
 * Multiranges (data/multirange.h): making them, their bounds, PostgreSQL's operators.  Beside a multirange a range counts as one
 * with that range alone. */
#include "data/multirange.h"
#include "func/row_run.h"

static int ranges_at(RowRun *t, uint32_t i, Ranges *ret)
{
    return ranges_read((TypeId)t->arg[i]->type.id, row_text(t, i), &t->arena, ret);
}

static int give(RowRun *t, const Ranges *r)
{
    ranges_put(r, &t->out);
    return 1;
}
static int give_bool(RowRun *t, bool is)
{
    t->num = is;
    return 1;
}

/* ---- making ---- */

static int make_row(RowRun *t)
{
    Ranges all = {.arena = &t->arena, .type = type_range_of((TypeId)t->type.id)};
    for (uint32_t i = 0; i < t->n_args; i++) {
        Range one = range_read(all.type, row_text(t, i));
        TRY(ranges_add(&all, &one));
    }
    ranges_merge(&all);
    return give(t, &all);
}
ROW_KERNEL(make, make_row)

static int type_of_ranges(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args, (void)err;
    *ret = type_array((Type){.id = (uint8_t)type_range_of((TypeId)args[0].id)});
    return 0;
}

/* The ranges in an array: what unnest() takes. */
static int ranges_row(RowRun *t)
{
    Ranges r;
    char bytes[RANGE_BYTES_MAX];
    TRY(ranges_at(t, 0, &r));
    for (uint32_t i = 0; i < r.n; i++)
        row_put_element(t, range_write(&r.at[i], bytes), false);
    return 1;
}
ROW_KERNEL(ranges, ranges_row)

/* ---- bounds ---- */

static int bounds_of(RowRun *t, Range *ret)
{
    Ranges r;
    TRY(ranges_at(t, 0, &r));
    *ret = (Range){.empty = r.n == 0};
    if (r.n)
        *ret = (Range){.low = r.at[0].low, .high = r.at[r.n - 1].high};
    return 0;
}

#define OF_BOUNDS(name, ...)                                                                                                       \
    static int name##_row(RowRun *t)                                                                                               \
    {                                                                                                                              \
        Range r;                                                                                                                   \
        TRY(bounds_of(t, &r));                                                                                                     \
        return (__VA_ARGS__);                                                                                                      \
    }                                                                                                                              \
    ROW_KERNEL(name, name##_row)
OF_BOUNDS(lower, r.empty ? 0 : row_put_value(t, &r.low.value))
OF_BOUNDS(upper, r.empty ? 0 : row_put_value(t, &r.high.value))
OF_BOUNDS(isempty, give_bool(t, r.empty))
OF_BOUNDS(lower_inc, give_bool(t, r.low.inclusive))
OF_BOUNDS(upper_inc, give_bool(t, r.high.inclusive))
OF_BOUNDS(lower_inf, give_bool(t, r.low.value.is_null))
OF_BOUNDS(upper_inf, give_bool(t, r.high.value.is_null))

static int range_row(RowRun *t)
{
    Range r;
    char bytes[RANGE_BYTES_MAX];
    TRY(bounds_of(t, &r));
    sb_putstr(&t->out, range_write(&r, bytes));
    return 1;
}
ROW_KERNEL(around, range_row)

/* ---- tests ---- */

static bool is_within(const Range *inner, const Range *outer)
{
    return range_cmp_bounds(&outer->low, &inner->low) <= 0 && range_cmp_bounds(&outer->high, &inner->high) >= 0;
}
static bool contains(const Ranges *a, const Ranges *b)
{
    uint32_t i = 0;
    for (uint32_t k = 0; k < b->n; k++) {
        while (i < a->n && range_cmp_bounds(&a->at[i].high, &b->at[k].high) < 0)
            i++;
        if (i == a->n || !is_within(&b->at[k], &a->at[i]))
            return false;
    }
    return true;
}
static bool overlaps(const Ranges *a, const Ranges *b)
{
    for (uint32_t i = 0, k = 0; i < a->n && k < b->n;) {
        if (range_overlaps(&a->at[i], &b->at[k]))
            return true;
        if (range_cmp_bounds(&a->at[i].high, &b->at[k].high) < 0)
            i++;
        else
            k++;
    }
    return false;
}
static bool is_left(const Ranges *a, const Ranges *b)
{
    return a->n && b->n && range_cmp_bounds(&a->at[a->n - 1].high, &b->at[0].low) < 0;
}
static bool is_not_right(const Ranges *a, const Ranges *b)
{
    return a->n && b->n && range_cmp_bounds(&a->at[a->n - 1].high, &b->at[b->n - 1].high) <= 0;
}
static bool is_not_left(const Ranges *a, const Ranges *b)
{
    return a->n && b->n && range_cmp_bounds(&a->at[0].low, &b->at[0].low) >= 0;
}
static bool is_adjacent(const Ranges *a, const Ranges *b)
{
    return a->n && b->n &&
           (range_is_before(&a->at[a->n - 1].high, &b->at[0].low) || range_is_before(&b->at[b->n - 1].high, &a->at[0].low));
}

#define TEST_OF_TWO(name, test, first, second)                                                                                     \
    static int name##_row(RowRun *t)                                                                                               \
    {                                                                                                                              \
        Ranges a, b;                                                                                                               \
        TRY(ranges_at(t, first, &a));                                                                                              \
        TRY(ranges_at(t, second, &b));                                                                                             \
        return give_bool(t, test(&a, &b));                                                                                         \
    }                                                                                                                              \
    ROW_KERNEL(name, name##_row)
TEST_OF_TWO(contains_ranges, contains, 0, 1)
TEST_OF_TWO(within_ranges, contains, 1, 0)
TEST_OF_TWO(overlap, overlaps, 0, 1)
TEST_OF_TWO(left_of, is_left, 0, 1)
TEST_OF_TWO(right_of, is_left, 1, 0)
TEST_OF_TWO(not_right, is_not_right, 0, 1)
TEST_OF_TWO(not_left, is_not_left, 0, 1)
TEST_OF_TWO(adjacent, is_adjacent, 0, 1)

static int has_value(RowRun *t, uint32_t ranges, uint32_t value)
{
    Ranges r;
    Value v = row_value(t, value);
    bool has = false;
    TRY(ranges_at(t, ranges, &r));
    for (uint32_t i = 0; i < r.n && !has; i++)
        has = range_has(&r.at[i], &v);
    return give_bool(t, has);
}
static int contains_value_row(RowRun *t)
{
    return has_value(t, 0, 1);
}
static int within_value_row(RowRun *t)
{
    return has_value(t, 1, 0);
}
ROW_KERNEL(contains_value, contains_value_row)
ROW_KERNEL(within_value, within_value_row)

/* ---- multiranges of two ---- */

static int union_row(RowRun *t)
{
    Ranges a, b;
    TRY(ranges_at(t, 0, &a));
    TRY(ranges_at(t, 1, &b));
    for (uint32_t i = 0; i < b.n; i++)
        TRY(ranges_add(&a, &b.at[i]));
    ranges_merge(&a);
    return give(t, &a);
}
static int combine(RowRun *t, int (*of)(const Ranges *a, const Ranges *b, Ranges *ret))
{
    Ranges a, b, made;
    TRY(ranges_at(t, 0, &a));
    TRY(ranges_at(t, 1, &b));
    TRY(of(&a, &b, &made));
    return give(t, &made);
}
static int intersect_row(RowRun *t)
{
    return combine(t, ranges_intersect);
}
static int minus_row(RowRun *t)
{
    return combine(t, ranges_subtract);
}
ROW_KERNEL(united, union_row)
ROW_KERNEL(intersected, intersect_row)
ROW_KERNEL(minus, minus_row)

static int one_row(RowRun *t)
{
    sb_putstr(&t->out, row_text(t, 0)); /* of an empty range nothing */
    return 1;
}
ROW_KERNEL(of_one, one_row)

#define MAKE(name, range, id, of, is)                                                                                              \
    FN0(name, id, make, FN_NOT_NULL, "multirange without ranges", name "() -> {}"),                                                \
        FN1(name, range, id, make, FN_STRICT | FN_VARIADIC, "multirange of ranges", name "(" of ") -> {" is "}")
#define OF_ONE(name, ret, k, flags, help, example) FN1(name, TP_ANYMULTIRANGE, ret, k, FN_PURE | (flags), help, example)
/* Of two multiranges, and of one and a range. */
#define TEST(name, k, help, example)                                                                                               \
    FN2(name, TP_ANYMULTIRANGE, TP_ANYMULTIRANGE, T_BOOL, k, FN_PURE | FN_OPERATOR, help, example),                                \
        FN2(name, TP_ANYMULTIRANGE, TP_ANYRANGE, T_BOOL, k, FN_PURE | FN_OPERATOR, help, example),                                 \
        FN2(name, TP_ANYRANGE, TP_ANYMULTIRANGE, T_BOOL, k, FN_PURE | FN_OPERATOR, help, example)
#define OF_TWO(name, k, help, example)                                                                                             \
    FN2(name, TP_ANYMULTIRANGE, TP_ANYMULTIRANGE, TP_ANYMULTIRANGE, k, FN_PURE | FN_OPERATOR, help, example)
const FuncDef fn_multirange[] = {
    MAKE("int4multirange", T_INT4RANGE, T_INT4MULTIRANGE, "int4range(1, 5)", "[1,5)"),
    MAKE("int8multirange", T_INT8RANGE, T_INT8MULTIRANGE, "int8range(1, 5)", "[1,5)"),
    MAKE("nummultirange", T_NUMRANGE, T_NUMMULTIRANGE, "numrange(1.5, 2.5)", "[1.5,2.5)"),
    MAKE("datemultirange", T_DATERANGE, T_DATEMULTIRANGE, "daterange('2024-01-01', '2024-02-01')", "[2024-01-01,2024-02-01)"),
    MAKE("tsmultirange", T_TSRANGE, T_TSMULTIRANGE, "tsrange('2024-01-01', NULL)", "[\"2024-01-01 00:00:00\",)"),
    MAKE("tstzmultirange", T_TSTZRANGE, T_TSTZMULTIRANGE, "tstzrange(NULL, '2024-01-01')", "(,\"2024-01-01 00:00:00+00\")"),
    FN1("multirange", TP_ANYRANGE, TP_ANYMULTIRANGE, of_one, FN_PURE, "multirange of one range",
        "multirange(int4range(1, 5)) -> {[1,5)}"),
    FN1("multirange_ranges", TP_ANYMULTIRANGE, T_ARRAY, ranges, FN_PURE | FN_INTERNAL, "", "", .ret_type = type_of_ranges),
    OF_ONE("lower", TP_ANYELEMENT, lower, FN_NULLABLE, "lower bound of a multirange; NULL = without end or empty",
           "lower('{[1,3),[5,9)}'::int4multirange) -> 1"),
    OF_ONE("upper", TP_ANYELEMENT, upper, FN_NULLABLE, "upper bound of a multirange; NULL = without end or empty",
           "upper('{[1,3),[5,9)}'::int4multirange) -> 9"),
    OF_ONE("isempty", T_BOOL, isempty, 0, "no value is in the multirange", "isempty('{}'::int4multirange) -> true"),
    OF_ONE("lower_inc", T_BOOL, lower_inc, 0, "the lower bound is in the multirange",
           "lower_inc('{[1,3)}'::int4multirange) -> true"),
    OF_ONE("upper_inc", T_BOOL, upper_inc, 0, "the upper bound is in the multirange",
           "upper_inc('{[1,3)}'::int4multirange) -> false"),
    OF_ONE("lower_inf", T_BOOL, lower_inf, 0, "the multirange has no lower end", "lower_inf('{(,3)}'::int4multirange) -> true"),
    OF_ONE("upper_inf", T_BOOL, upper_inf, 0, "the multirange has no upper end", "upper_inf('{[1,)}'::int4multirange) -> true"),
    OF_ONE("range_merge", TP_ANYRANGE, around, 0, "the least range that has all of the multirange in it",
           "range_merge('{[1,3),[5,9)}'::int4multirange) -> [1,9)"),
    TEST("@>", contains_ranges, "has the ranges in it", "'{[1,9)}'::int4multirange @> int4range(2, 3) -> true"),
    FN2("@>", TP_ANYMULTIRANGE, TP_ANYELEMENT, T_BOOL, contains_value, FN_PURE | FN_OPERATOR, "has the value in it",
        "'{[1,3),[5,9)}'::int4multirange @> 4 -> false"),
    TEST("<@", within_ranges, "the ranges are in it", "int4range(2, 3) <@ '{[1,9)}'::int4multirange -> true"),
    FN2("<@", TP_ANYELEMENT, TP_ANYMULTIRANGE, T_BOOL, within_value, FN_PURE | FN_OPERATOR, "is in the multirange",
        "4 <@ '{[1,3),[5,9)}'::int4multirange -> false"),
    TEST("&&", overlap, "ranges have a value in common", "'{[1,3),[5,9)}'::int4multirange && int4range(3, 5) -> false"),
    TEST("<<", left_of, "all ends before the other begins", "'{[1,3)}'::int4multirange << int4range(5, 9) -> true"),
    TEST(">>", right_of, "all begins behind the end of the other", "'{[5,9)}'::int4multirange >> int4range(1, 3) -> true"),
    TEST("&<", not_right, "ends no later than the other", "'{[1,3)}'::int4multirange &< int4range(1, 9) -> true"),
    TEST("&>", not_left, "begins no earlier than the other", "'{[1,3)}'::int4multirange &> int4range(1, 9) -> true"),
    TEST("-|-", adjacent, "one ends where the other begins", "'{[1,3)}'::int4multirange -|- int4range(3, 9) -> true"),
    OF_TWO("+", united, "what is in one of them", "'{[1,3)}'::int4multirange + '{[5,9)}' -> {[1,3),[5,9)}"),
    OF_TWO("*", intersected, "what is in both", "'{[1,9)}'::int4multirange * '{[5,12)}' -> {[5,9)}"),
    OF_TWO("-", minus, "what is in the first only", "'{[1,9)}'::int4multirange - '{[3,5)}' -> {[1,3),[5,9)}"),
    {0},
};
