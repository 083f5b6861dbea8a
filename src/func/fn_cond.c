/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions that choose one of their arguments: NULLIF, GREATEST, LEAST.  (COALESCE and CASE are not functions: they do not
 * evaluate all their arguments.)  Values are copied as they lie; texts through a writer. */
#include "func/func_impl.h"

/* Row `row` of dst = row `from` of v, not null. Strings are left to the caller. */
static void copy_fixed(Vec *dst, uint32_t row, const Vec *v, uint32_t from)
{
    uint32_t width = type_bytes(dst->type.id);
    if (width == 0)
        bit_put(dst->data, row, bit_get(v->data, from));
    else
        memcpy((uint8_t *)dst->data + (size_t)row * width, (const uint8_t *)v->data + (size_t)from * width, width);
}

static int copy_choice(EvalCtx *x, Vec *dst, StrWriter *w, uint32_t row, const Vec *chosen)
{
    if (!chosen) {
        TRY(vec_add_valid(dst, x->arena));
        bit_clear(dst->valid, row);
        return type_is_string(dst->type.id) ? strwriter_put(w, row, "", 0) : 0;
    }
    if (type_is_string(dst->type.id)) {
        Str s = text_at(chosen, row);
        return strwriter_put(w, row, s.p, s.n);
    }
    copy_fixed(dst, row, chosen, row & vec_mask(chosen));
    return 0;
}

typedef const Vec *(*Choose)(const Vec *const *arg, uint32_t n_args, uint32_t row);

static int choose_rows(EvalCtx *x, const Vec *const *arg, uint32_t n_args, Vec *dst, Rows rows, Choose choose)
{
    StrWriter w;
    bool is_string = type_is_string(dst->type.id);
    if (is_string)
        strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    TRY(copy_choice(x, dst, &w, r, choose(arg, n_args, r)));
    return is_string ? strwriter_finish(&w) : 0;
}

static int cmp_at(const Vec *a, const Vec *b, uint32_t row)
{
    return kernel_cmp_rows(a, row & vec_mask(a), b, row & vec_mask(b));
}

/* Of the arguments that are not NULL. */
static const Vec *best_of(const Vec *const *arg, uint32_t n_args, uint32_t row, int sign)
{
    const Vec *best = NULL;
    for (uint32_t i = 0; i < n_args; i++) {
        if (!null_at(arg[i], row) && (!best || sign * cmp_at(arg[i], best, row) > 0))
            best = arg[i];
    }
    return best;
}
static const Vec *choose_greatest(const Vec *const *arg, uint32_t n_args, uint32_t row)
{
    return best_of(arg, n_args, row, 1);
}
static const Vec *choose_least(const Vec *const *arg, uint32_t n_args, uint32_t row)
{
    return best_of(arg, n_args, row, -1);
}
static const Vec *choose_nullif(const Vec *const *arg, uint32_t n_args, uint32_t row)
{
    (void)n_args;
    if (null_at(arg[0], row))
        return NULL;
    return !null_at(arg[1], row) && cmp_at(arg[0], arg[1], row) == 0 ? NULL : arg[0];
}

static int greatest(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return choose_rows(x, arg, n_args, dst, rows, choose_greatest);
}
static int least(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return choose_rows(x, arg, n_args, dst, rows, choose_least);
}
static int nullif(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return choose_rows(x, arg, n_args, dst, rows, choose_nullif);
}

/* Of a subquery as a value; the name cannot be written as a call. */
static int at_most_one(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        int64_t n = ((const int64_t *)arg[0]->data)[arg[0]->kind == VEC_CONST ? 0 : r];
        bit_set(dst->data, r);
        if (n > 1)
            row_error(x, r, ERR_CARDINALITY, "more than one row returned by a subquery used as an expression");
    }
    return 0;
}

const FuncDef fn_cond[] = {
    FN1("is at most one row", T_I64, T_BOOL, at_most_one, FN_FAIL | FN_INTERNAL, "true, or the error of a subquery with more rows",
        ""),

    FN1("greatest", TP_ANYELEMENT, TP_ANYELEMENT, greatest, FN_VARIADIC, "largest of the arguments that are not NULL",
        "greatest(1, NULL, 3) -> 3", MONO1(MONO_NONDEC)),
    FN1("least", TP_ANYELEMENT, TP_ANYELEMENT, least, FN_VARIADIC, "smallest of the arguments that are not NULL",
        "least(1, NULL, 3) -> 1", MONO1(MONO_NONDEC)),
    FN2("nullif", TP_ANYELEMENT, TP_ANYELEMENT, TP_ANYELEMENT, nullif, 0, "NULL when both are equal, else the first",
        "nullif(5, 5) -> NULL"),
    {0},
};
