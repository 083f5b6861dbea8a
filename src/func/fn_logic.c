/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparison, NOT, and the tests that see NULL: IS NULL, IS TRUE, IS DISTINCT FROM.  The binder spells the latter as functions of
 * the names below ("is null", "is distinct from", ...), which cannot be written as calls. */
#include "func/func_impl.h"

#include "kernel/compare.h"

#define COMPARE(name, op)                                                                                                          \
    static int name(KERNEL_ARGS)                                                                                                   \
    {                                                                                                                              \
        KERNEL_UNUSED;                                                                                                             \
        kernel_compare(op, arg[0], arg[1], dst, rows);                                                                             \
        return 0;                                                                                                                  \
    }
COMPARE(compare_eq, CMP_EQ)
COMPARE(compare_ne, CMP_NE)
COMPARE(compare_lt, CMP_LT)
COMPARE(compare_le, CMP_LE)
COMPARE(compare_gt, CMP_GT)
COMPARE(compare_ge, CMP_GE)

static int not_bool(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    const uint64_t *a = arg[0]->data;
    uint64_t *d = dst->data;
    uint32_t n = rows.sel ? dst->n : rows.n;
    bool is_const = arg[0]->kind == VEC_CONST;
    for (uint32_t i = 0; i < BIT_WORDS(n); i++)
        d[i] = ~a[is_const ? 0 : i];
    return 0;
}

/* The tests below are not strict: they read validity as data. */
static int is_null(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    uint64_t *d = dst->data;
    if (!rows.sel && arg[0]->kind == VEC_FLAT) {
        for (uint32_t i = 0; i < BIT_WORDS(rows.n); i++)
            d[i] = arg[0]->valid ? ~arg[0]->valid[i] : 0;
        return 0;
    }
    EACH_ROW(rows, r)
    bit_put(d, r, null_at(arg[0], r));
    return 0;
}
static int is_not_null(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    uint64_t *d = dst->data;
    if (!rows.sel && arg[0]->kind == VEC_FLAT) {
        for (uint32_t i = 0; i < BIT_WORDS(rows.n); i++)
            d[i] = arg[0]->valid ? arg[0]->valid[i] : ~UINT64_C(0);
        return 0;
    }
    EACH_ROW(rows, r)
    bit_put(d, r, !null_at(arg[0], r));
    return 0;
}

#define TRUTH(name, expr)                                                                                                          \
    static int name(KERNEL_ARGS)                                                                                                   \
    {                                                                                                                              \
        KERNEL_UNUSED;                                                                                                             \
        EACH_ROW(rows, r)                                                                                                          \
        {                                                                                                                          \
            bool known = !null_at(arg[0], r), a = bool_at(arg[0], r);                                                              \
            bit_put(dst->data, r, (expr));                                                                                         \
        }                                                                                                                          \
        return 0;                                                                                                                  \
    }
TRUTH(is_true, known &&a)
TRUTH(is_not_true, !(known && a))
TRUTH(is_false, known && !a)
TRUTH(is_not_false, !known || a)

static int distinct(const Vec *const *arg, Vec *dst, Rows rows, bool negate)
{
    uint32_t ma = vec_mask(arg[0]), mb = vec_mask(arg[1]);
    EACH_ROW(rows, r)
    {
        bool na = null_at(arg[0], r), nb = null_at(arg[1], r);
        bool differ = na || nb ? na != nb : kernel_cmp_rows(arg[0], r & ma, arg[1], r & mb) != 0;
        bit_put(dst->data, r, differ != negate);
    }
    return 0;
}
static int is_distinct(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return distinct(arg, dst, rows, false);
}
static int is_not_distinct(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return distinct(arg, dst, rows, true);
}

#define CMP(op, k, help, example) FN2(op, TP_ANYELEMENT, TP_ANYELEMENT, T_BOOL, k, FN_PURE | FN_OPERATOR | FN_CHEAP, help, example)
#define TEST(name, t, k, help, example) FN1(name, t, T_BOOL, k, FN_OPERATOR | FN_CHEAP | FN_NOT_NULL, help, example)
const FuncDef fn_logic[] = {
    CMP("=", compare_eq, "equal", "2 = 2 -> true"),
    CMP("<>", compare_ne, "not equal", "2 <> 2 -> false"),
    CMP("!=", compare_ne, "not equal", "2 != 2 -> false"),
    CMP("<", compare_lt, "less", "1 < 2 -> true"),
    CMP("<=", compare_le, "less or equal", "2 <= 2 -> true"),
    CMP(">", compare_gt, "greater", "1 > 2 -> false"),
    CMP(">=", compare_ge, "greater or equal", "1 >= 2 -> false"),
    FN1("not", T_BOOL, T_BOOL, not_bool, FN_PURE | FN_OPERATOR | FN_CHEAP, "logical negation", "NOT true -> false"),
    TEST("is null", TP_ANY, is_null, "is NULL", "NULL IS NULL -> true"),
    TEST("is not null", TP_ANY, is_not_null, "is not NULL", "1 IS NOT NULL -> true"),
    TEST("is true", T_BOOL, is_true, "is true; false for NULL", "NULL IS TRUE -> false"),
    TEST("is not true", T_BOOL, is_not_true, "is false or NULL", "NULL IS NOT TRUE -> true"),
    TEST("is false", T_BOOL, is_false, "is false; false for NULL", "NULL IS FALSE -> false"),
    TEST("is not false", T_BOOL, is_not_false, "is true or NULL", "NULL IS NOT FALSE -> true"),
    TEST("is unknown", T_BOOL, is_null, "is NULL", "NULL IS UNKNOWN -> true"),
    TEST("is not unknown", T_BOOL, is_not_null, "is not NULL", "true IS NOT UNKNOWN -> true"),
    FN2("is distinct from", TP_ANYELEMENT, TP_ANYELEMENT, T_BOOL, is_distinct, FN_OPERATOR | FN_NOT_NULL,
        "not equal, NULL being a value", "1 IS DISTINCT FROM NULL -> true"),
    FN2("is not distinct from", TP_ANYELEMENT, TP_ANYELEMENT, T_BOOL, is_not_distinct, FN_OPERATOR | FN_NOT_NULL,
        "equal, NULL being a value", "NULL IS NOT DISTINCT FROM NULL -> true"),
    {0},
};
