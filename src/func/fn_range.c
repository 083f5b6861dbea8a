/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranges (data/range.h): making them, their bounds, PostgreSQL's operators.  Of what is canonical two ranges are compared by their
 * bytes, so = < and the like are those of all types. */
#include "base/decimal.h"
#include "data/range.h"
#include "func/row_run.h"

static Range range_at(const RowRun *t, uint32_t i)
{
    return range_read((TypeId)t->arg[i]->type.id, row_text(t, i));
}

static int give(RowRun *t, const Range *r)
{
    char bytes[RANGE_BYTES_MAX];
    sb_putstr(&t->out, range_write(r, bytes));
    return 1;
}

static int give_bool(RowRun *t, bool is)
{
    t->num = is;
    return 1;
}

/* What lies between two bounds; a failure is the row's. */
static int give_between(RowRun *t, RangeBound low, RangeBound high)
{
    Err err = ERR_INIT;
    Range r;
    int rc = range_make(low, high, &r, &err);
    return rc < 0 ? ROW_FAIL(t, (ErrCode)-rc, "%s", err.message) : give(t, &r);
}

/* ---- making ---- */

/* A bound of the range's own type: of NUMERIC with its digits. */
static int bound_of(RowRun *t, uint32_t i, RangeBound *ret)
{
    Type type = type_bound((TypeId)t->type.id);
    ret->value = value_null(type);
    if (row_is_null(t, i))
        return 1;
    Value v = row_value(t, i);
    if (type.id == T_DECIMAL && decimal_rescale(v.dec, v.type.scale, type.scale, &v.dec) < 0)
        return ROW_FAIL(t, ERR_NUMERIC_RANGE, "numeric field overflow");
    ret->value = v;
    ret->value.type = type;
    return 1;
}

static int sides_of(RowRun *t, RangeBound *low, RangeBound *high)
{
    low->inclusive = true;
    if (t->n_args < 3)
        return 1;
    if (row_is_null(t, 2))
        return ROW_FAIL(t, ERR_DATA_EXCEPTION, "range constructor flags argument must not be null");
    Str s = row_text(t, 2);
    if (s.n != 2 || (s.p[0] != '[' && s.p[0] != '(') || (s.p[1] != ']' && s.p[1] != ')'))
        return ROW_FAIL(t, ERR_SYNTAX, "invalid range bound flags; valid values are \"[]\", \"[)\", \"(]\", and \"()\"");
    low->inclusive = s.p[0] == '[';
    high->inclusive = s.p[1] == ']';
    return 1;
}

static int make_row(RowRun *t)
{
    RangeBound low = {.inclusive = false}, high = {.inclusive = false};
    if (!sides_of(t, &low, &high) || !bound_of(t, 0, &low) || !bound_of(t, 1, &high))
        return 0;
    return give_between(t, low, high);
}
ROW_KERNEL(make, make_row)

/* ---- bounds ---- */

static int lower_row(RowRun *t)
{
    Range r = range_at(t, 0);
    return r.empty ? 0 : row_put_value(t, &r.low.value);
}
static int upper_row(RowRun *t)
{
    Range r = range_at(t, 0);
    return r.empty ? 0 : row_put_value(t, &r.high.value);
}
static int isempty_row(RowRun *t)
{
    return give_bool(t, row_text(t, 0).n == 0);
}
static int lower_inc_row(RowRun *t)
{
    return give_bool(t, range_at(t, 0).low.inclusive);
}
static int upper_inc_row(RowRun *t)
{
    return give_bool(t, range_at(t, 0).high.inclusive);
}
static int lower_inf_row(RowRun *t)
{
    return give_bool(t, range_at(t, 0).low.value.is_null);
}
static int upper_inf_row(RowRun *t)
{
    return give_bool(t, range_at(t, 0).high.value.is_null);
}
ROW_KERNEL(lower, lower_row)
ROW_KERNEL(upper, upper_row)
ROW_KERNEL(isempty, isempty_row)
ROW_KERNEL(lower_inc, lower_inc_row)
ROW_KERNEL(upper_inc, upper_inc_row)
ROW_KERNEL(lower_inf, lower_inf_row)
ROW_KERNEL(upper_inf, upper_inf_row)

/* ---- tests ---- */

static bool contains(const Range *a, const Range *b)
{
    return b->empty || (!a->empty && range_cmp_bounds(&a->low, &b->low) <= 0 && range_cmp_bounds(&a->high, &b->high) >= 0);
}
static bool is_left(const Range *a, const Range *b)
{
    return !a->empty && !b->empty && range_cmp_bounds(&a->high, &b->low) < 0;
}
static bool is_adjacent(const Range *a, const Range *b)
{
    return !a->empty && !b->empty && (range_is_before(&a->high, &b->low) || range_is_before(&b->high, &a->low));
}
static bool is_not_right(const Range *a, const Range *b)
{
    return !a->empty && !b->empty && range_cmp_bounds(&a->high, &b->high) <= 0;
}
static bool is_not_left(const Range *a, const Range *b)
{
    return !a->empty && !b->empty && range_cmp_bounds(&a->low, &b->low) >= 0;
}

#define TEST_OF_TWO(name, test, first, second)                                                                                     \
    static int name##_row(RowRun *t)                                                                                               \
    {                                                                                                                              \
        Range a = range_at(t, first), b = range_at(t, second);                                                                     \
        return give_bool(t, test(&a, &b));                                                                                         \
    }                                                                                                                              \
    ROW_KERNEL(name, name##_row)
TEST_OF_TWO(contains_range, contains, 0, 1)
TEST_OF_TWO(within_range, contains, 1, 0)
TEST_OF_TWO(overlap, range_overlaps, 0, 1)
TEST_OF_TWO(left_of, is_left, 0, 1)
TEST_OF_TWO(right_of, is_left, 1, 0)
TEST_OF_TWO(not_right, is_not_right, 0, 1)
TEST_OF_TWO(not_left, is_not_left, 0, 1)
TEST_OF_TWO(adjacent, is_adjacent, 0, 1)

static int has_value(RowRun *t, uint32_t range, uint32_t value)
{
    Range r = range_at(t, range);
    Value v = row_value(t, value);
    return give_bool(t, range_has(&r, &v));
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

/* ---- ranges of two ---- */

static const RangeBound *lesser(const RangeBound *a, const RangeBound *b)
{
    return range_cmp_bounds(a, b) <= 0 ? a : b;
}
static const RangeBound *greater(const RangeBound *a, const RangeBound *b)
{
    return range_cmp_bounds(a, b) >= 0 ? a : b;
}

/* The least range that has both in it. */
static int merge(RowRun *t, const Range *a, const Range *b)
{
    if (a->empty || b->empty)
        return give(t, a->empty ? b : a);
    return give_between(t, *lesser(&a->low, &b->low), *greater(&a->high, &b->high));
}
static int merge_row(RowRun *t)
{
    Range a = range_at(t, 0), b = range_at(t, 1);
    return merge(t, &a, &b);
}
static int union_row(RowRun *t)
{
    Range a = range_at(t, 0), b = range_at(t, 1);
    if (!a.empty && !b.empty && !range_overlaps(&a, &b) && !is_adjacent(&a, &b))
        return ROW_FAIL(t, ERR_DATA_EXCEPTION, "result of range union would not be contiguous");
    return merge(t, &a, &b);
}
static int intersect_row(RowRun *t)
{
    Range a = range_at(t, 0), b = range_at(t, 1);
    range_intersect(&a, &b, &a);
    return give(t, &a);
}

/* The bound that ends where b begins, or begins where b ends. */
static RangeBound beside(const RangeBound *b)
{
    return (RangeBound){b->value, !b->inclusive, !b->lower};
}
static int minus_row(RowRun *t)
{
    Range a = range_at(t, 0), b = range_at(t, 1);
    if (!range_overlaps(&a, &b))
        return give(t, &a);
    bool before = range_cmp_bounds(&a.low, &b.low)<0, behind = range_cmp_bounds(&a.high, &b.high)> 0;
    if (before && behind)
        return ROW_FAIL(t, ERR_DATA_EXCEPTION, "result of range difference would not be contiguous");
    if (before)
        return give_between(t, a.low, beside(&b.low));
    return behind ? give_between(t, beside(&b.high), a.high) : give(t, &(Range){.empty = true});
}
ROW_KERNEL(merged, merge_row)
ROW_KERNEL(united, union_row)
ROW_KERNEL(intersected, intersect_row)
ROW_KERNEL(minus, minus_row)

#define MAKE(name, bound, id, values)                                                                                              \
    FN2(name, bound, bound, id, make, FN_ERR | FN_NOT_NULL, "range from the first to before the second value; NULL = without end", \
        name "(" values ")"),                                                                                                      \
        FN3(name, bound, bound, T_TEXT, id, make, FN_ERR | FN_NOT_NULL, "the same with [, (, ] or ) as its ends",                  \
            name "(" values ", '[]')")
#define OF_ONE(name, ret, k, flags, help, example) FN1(name, TP_ANYRANGE, ret, k, FN_PURE | (flags), help, example)
#define OF_TWO(name, ret, k, flags, help, example) FN2(name, TP_ANYRANGE, TP_ANYRANGE, ret, k, FN_STRICT | (flags), help, example)
#define TEST(name, k, help, example) OF_TWO(name, T_BOOL, k, FN_OPERATOR, help, example)
const FuncDef fn_range[] = {
    MAKE("int4range", T_I32, T_INT4RANGE, "1, 5"),
    MAKE("int8range", T_I64, T_INT8RANGE, "1, 5"),
    MAKE("numrange", T_DECIMAL, T_NUMRANGE, "1.5, 2.5"),
    MAKE("daterange", T_DATE, T_DATERANGE, "'2024-01-01', '2024-02-01'"),
    MAKE("tsrange", T_TS, T_TSRANGE, "'2024-01-01 08:00', NULL"),
    MAKE("tstzrange", T_TSTZ, T_TSTZRANGE, "'2024-01-01 08:00+01', NULL"),
    OF_ONE("lower", TP_ANYELEMENT, lower, FN_NULLABLE, "lower bound of a range; NULL = without end or empty",
           "lower(int4range(1, 5)) -> 1"),
    OF_ONE("upper", TP_ANYELEMENT, upper, FN_NULLABLE, "upper bound of a range; NULL = without end or empty",
           "upper(int4range(1, 5)) -> 5"),
    OF_ONE("isempty", T_BOOL, isempty, 0, "no value is in the range", "isempty(int4range(1, 1)) -> true"),
    OF_ONE("lower_inc", T_BOOL, lower_inc, 0, "the lower bound is in the range", "lower_inc(int4range(1, 5)) -> true"),
    OF_ONE("upper_inc", T_BOOL, upper_inc, 0, "the upper bound is in the range", "upper_inc(int4range(1, 5)) -> false"),
    OF_ONE("lower_inf", T_BOOL, lower_inf, 0, "the range has no lower end", "lower_inf(int4range(NULL, 5)) -> true"),
    OF_ONE("upper_inf", T_BOOL, upper_inf, 0, "the range has no upper end", "upper_inf(int4range(1, NULL)) -> true"),
    OF_TWO("range_merge", TP_ANYRANGE, merged, 0, "the least range that has both in it",
           "range_merge(int4range(1, 2), int4range(5, 6)) -> [1,6)"),
    TEST("@>", contains_range, "has the range in it", "int4range(1, 9) @> int4range(2, 3) -> true"),
    FN2("@>", TP_ANYRANGE, TP_ANYELEMENT, T_BOOL, contains_value, FN_PURE | FN_OPERATOR, "has the value in it",
        "int4range(1, 9) @> 3 -> true"),
    TEST("<@", within_range, "is in the range", "int4range(2, 3) <@ int4range(1, 9) -> true"),
    FN2("<@", TP_ANYELEMENT, TP_ANYRANGE, T_BOOL, within_value, FN_PURE | FN_OPERATOR, "is in the range",
        "3 <@ int4range(1, 9) -> true"),
    TEST("&&", overlap, "ranges have a value in common", "int4range(1, 5) && int4range(4, 9) -> true"),
    TEST("<<", left_of, "the range ends before the other begins", "int4range(1, 5) << int4range(5, 9) -> true"),
    TEST(">>", right_of, "the range begins behind the end of the other", "int4range(5, 9) >> int4range(1, 5) -> true"),
    TEST("&<", not_right, "the range ends no later than the other", "int4range(1, 5) &< int4range(1, 9) -> true"),
    TEST("&>", not_left, "the range begins no earlier than the other", "int4range(2, 5) &> int4range(1, 9) -> true"),
    TEST("-|-", adjacent, "one range ends where the other begins", "int4range(1, 5) -|- int4range(5, 9) -> true"),
    OF_TWO("+", TP_ANYRANGE, united, FN_OPERATOR | FN_ERR, "both ranges as one; they must touch",
           "int4range(1, 5) + int4range(4, 9) -> [1,9)"),
    OF_TWO("*", TP_ANYRANGE, intersected, FN_OPERATOR, "what is in both ranges", "int4range(1, 5) * int4range(4, 9) -> [4,5)"),
    OF_TWO("-", TP_ANYRANGE, minus, FN_OPERATOR | FN_ERR, "what is in the first range only; it must be one",
           "int4range(1, 5) - int4range(4, 9) -> [1,4)"),
    {0},
};
