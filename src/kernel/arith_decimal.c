/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal arithmetic.  Operands keep their own scales; the loops bring them to the result's.  Row at a time with a check per
 * operation: 128-bit lanes do not vectorise, and 38 digits leave the type 0.2 bits of head room, so that a sum of two never wraps
 * an i128. */
#include "kernel/arith.h"

#include "base/decimal.h"
#include "kernel/loop.h"

static Type decimal_type(unsigned int_digits, unsigned scale)
{
    unsigned s = MIN(scale, DECIMAL_DIGITS_MAX);
    unsigned p = MIN(MAX(int_digits + s, 1u), DECIMAL_DIGITS_MAX);
    return TYPE_DECIMAL(MAX(p, s), s);
}

Type decimal_add_type(Type a, Type b)
{
    unsigned int_digits = (unsigned)MAX(a.precision - a.scale, b.precision - b.scale) + 1;
    return type_bare_as(decimal_type(int_digits, MAX(a.scale, b.scale)), a, b);
}

Type decimal_mul_type(Type a, Type b)
{
    unsigned scale = MIN((unsigned)a.scale + b.scale, (unsigned)DECIMAL_DIGITS_MAX);
    unsigned precision = MIN((unsigned)a.precision + b.precision, (unsigned)DECIMAL_DIGITS_MAX);
    return type_bare_as(TYPE_DECIMAL(MAX(precision, scale), scale), a, b);
}

Type decimal_div_type(Type a, Type b)
{
    unsigned int_digits = (unsigned)(a.precision - a.scale + b.scale);
    unsigned scale = MAX(6u, MAX(a.scale, b.scale));
    unsigned room = int_digits < DECIMAL_DIGITS_MAX ? DECIMAL_DIGITS_MAX - int_digits : 0;
    if (type_is_bare(a) || type_is_bare(b) || a.precision == DECIMAL_DIGITS_MAX) /* nobody has asked for so many before the point */
        room = 16;
    return decimal_type(int_digits, MAX(scale, MIN(16u, room)));
}

Type decimal_mod_type(Type a, Type b)
{
    unsigned int_digits = (unsigned)MIN(a.precision - a.scale, b.precision - b.scale);
    return type_bare_as(decimal_type(int_digits, MAX(a.scale, b.scale)), a, b);
}

static bool is_null_row(const Vec *dst, uint32_t r)
{
    return dst->valid && !bit_get(dst->valid, r);
}

static void blame(EvalCtx *x, const Vec *dst, uint32_t r, int rc)
{
    if (is_null_row(dst, r))
        return;
    if (rc == -ERR_DIVISION_BY_ZERO)
        row_error(x, r, ERR_DIVISION_BY_ZERO, NULL);
    else
        row_error(x, r, ERR_NUMERIC_RANGE, "numeric field overflow");
}

typedef int (*DecimalOp)(i128 a, i128 b, unsigned sa, unsigned sb, unsigned s, i128 *ret);

static inline bool has_38_digits(i128 v)
{
    return likely(v == (int64_t)v) || decimal_fits(v, DECIMAL_DIGITS_MAX);
}

static int align(i128 *a, i128 *b, unsigned sa, unsigned sb, unsigned s)
{
    if (sa != s)
        TRY(decimal_rescale(*a, sa, s, a));
    if (sb != s)
        TRY(decimal_rescale(*b, sb, s, b));
    return 0;
}

static int op_add(i128 a, i128 b, unsigned sa, unsigned sb, unsigned s, i128 *ret)
{
    TRY(align(&a, &b, sa, sb, s));
    return __builtin_add_overflow(a, b, ret) || !has_38_digits(*ret) ? -ERR_NUMERIC_RANGE : 0;
}

static int op_sub(i128 a, i128 b, unsigned sa, unsigned sb, unsigned s, i128 *ret)
{
    TRY(align(&a, &b, sa, sb, s));
    return __builtin_sub_overflow(a, b, ret) || !has_38_digits(*ret) ? -ERR_NUMERIC_RANGE : 0;
}

static int op_mul(i128 a, i128 b, unsigned sa, unsigned sb, unsigned s, i128 *ret)
{
    if (likely(a == (int64_t)a && b == (int64_t)b && sa + sb == s)) {
        *ret = (i128)(int64_t)a * (int64_t)b; /* at most 2^126, which has 38 digits */
        return 0;
    }
    TRY(decimal_mul(a, b, sa + sb - s, ret));
    return decimal_fits(*ret, DECIMAL_DIGITS_MAX) ? 0 : -ERR_NUMERIC_RANGE;
}

/* a / 10^sa / (b / 10^sb) = a * 10^(s + sb - sa) / b / 10^s; s >= sa by decimal_div_type. */
static int op_div(i128 a, i128 b, unsigned sa, unsigned sb, unsigned s, i128 *ret)
{
    TRY(decimal_div(a, b, s + sb - sa, ret));
    return decimal_fits(*ret, DECIMAL_DIGITS_MAX) ? 0 : -ERR_NUMERIC_RANGE;
}

static int op_mod(i128 a, i128 b, unsigned sa, unsigned sb, unsigned s, i128 *ret)
{
    if (b == 0)
        return -ERR_DIVISION_BY_ZERO;
    TRY(align(&a, &b, sa, sb, s));
    *ret = b == -1 ? 0 : a % b;
    return 0;
}

KERNEL_INLINE int run2(EvalCtx *x, const Vec *const *arg, Vec *dst, Rows rows, DecimalOp op)
{
    const i128 *a = arg[0]->data, *b = arg[1]->data;
    i128 *d = dst->data;
    uint32_t ma = vec_mask(arg[0]), mb = vec_mask(arg[1]);
    unsigned sa = arg[0]->type.scale, sb = arg[1]->type.scale, s = dst->type.scale;
    EACH_ROW(rows, r)
    {
        i128 v = 0;
        int rc = op(a[r & ma], b[r & mb], sa, sb, s, &v);
        d[r] = v;
        if (unlikely(rc < 0)) {
            d[r] = 0;
            blame(x, dst, r, rc);
        }
    }
    return 0;
}

typedef i128 (*WordOp)(int64_t a, int64_t b);
static inline i128 word_add(int64_t a, int64_t b)
{
    return (i128)a + b;
}
static inline i128 word_sub(int64_t a, int64_t b)
{
    return (i128)a - b;
}
static inline i128 word_mul(int64_t a, int64_t b)
{
    return (i128)a * b; /* at most 2^126, which has 38 digits */
}

KERNEL_INLINE uint64_t beyond_word(i128 v)
{
    return (uint64_t)(v >> 64) ^ (uint64_t)((int64_t)v >> 63);
}

/* Numbers of up to 18 digits, which most are, need no rescaling and no check when the scales are right: one loop without a branch.
 * False: some were longer. */
KERNEL_INLINE bool run_words(const Vec *const *arg, Vec *dst, Rows rows, WordOp op)
{
    const i128 *a = arg[0]->data, *b = arg[1]->data, constant = *b;
    i128 *d = dst->data;
    uint32_t ma = vec_mask(arg[0]), mb = vec_mask(arg[1]);
    uint64_t beyond = 0;
    if (!rows.sel && ma && !mb) {
        beyond = beyond_word(constant);
        for (uint32_t r = 0; r < rows.n; r++) {
            beyond |= beyond_word(a[r]);
            d[r] = op((int64_t)a[r], (int64_t)constant);
        }
        return beyond == 0;
    }
    EACH_ROW(rows, r)
    {
        i128 v = a[r & ma], w = b[r & mb];
        beyond |= beyond_word(v) | beyond_word(w);
        d[r] = op((int64_t)v, (int64_t)w);
    }
    return beyond == 0;
}

/* With a constant brought to the result's scale before the loop. */
KERNEL_INLINE int run2_aligned(EvalCtx *x, const Vec *const *arg, Vec *dst, Rows rows, DecimalOp op, WordOp word)
{
    Vec side[2] = {*arg[0], *arg[1]};
    const Vec *aligned[2] = {&side[0], &side[1]};
    i128 constant[2];
    for (int i = 0; i < 2; i++) {
        if (vec_mask(arg[i]) != 0 ||
            decimal_rescale(*(const i128 *)arg[i]->data, arg[i]->type.scale, dst->type.scale, &constant[i]) < 0)
            continue;
        side[i].data = &constant[i];
        side[i].type.scale = dst->type.scale;
    }
    bool same = side[0].type.scale == dst->type.scale && side[1].type.scale == dst->type.scale;
    return same && run_words(aligned, dst, rows, word) ? 0 : run2(x, aligned, dst, rows, op);
}

/* The power of ten that v is; -1 = it is none. */
static int power_of_ten(i128 v)
{
    for (unsigned p = 0; p <= DECIMAL_DIGITS_MAX; p++)
        if (v == decimal_pow10(p))
            return (int)p;
    return -1;
}

/* Rates and units are divided by 100, by 1000.0: the point moves.  True when that is all that there is to do. */
static bool move_point(const Vec *const *arg, Vec *dst, Rows rows)
{
    if (vec_mask(arg[1]) != 0)
        return false;
    const i128 *a = arg[0]->data;
    i128 *d = dst->data;
    uint32_t ma = vec_mask(arg[0]);
    int power = power_of_ten(*(const i128 *)arg[1]->data),
        shift = dst->type.scale + arg[1]->type.scale - arg[0]->type.scale - power;
    if (power < 0 || shift < 0 || shift > 18)
        return false;
    int64_t factor = (int64_t)decimal_pow10((unsigned)shift);
    bool fit = true;
    EACH_ROW(rows, r)
    {
        i128 v = a[r & ma];
        fit &= v == (int64_t)v;
        d[r] = (i128)(int64_t)v * factor; /* at most 2^126, which has 38 digits */
    }
    return fit;
}

int kernel_add_dec(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    (void)n_args, (void)aux;
    return run2_aligned(x, arg, dst, rows, op_add, word_add);
}
int kernel_sub_dec(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    (void)n_args, (void)aux;
    return run2_aligned(x, arg, dst, rows, op_sub, word_sub);
}
int kernel_mul_dec(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    (void)n_args, (void)aux;
    bool exact = arg[0]->type.scale + arg[1]->type.scale == dst->type.scale;
    bool first = vec_mask(arg[0]) == 0; /* a constant goes behind */
    const Vec *swapped[2] = {arg[first], arg[!first]};
    return exact && run_words(swapped, dst, rows, word_mul) ? 0 : run2(x, arg, dst, rows, op_mul);
}
int kernel_div_dec(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    (void)n_args, (void)aux;
    return move_point(arg, dst, rows) ? 0 : run2(x, arg, dst, rows, op_div);
}
int kernel_mod_dec(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    (void)n_args, (void)aux;
    return run2(x, arg, dst, rows, op_mod);
}
int kernel_neg_dec(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    (void)x, (void)n_args, (void)aux;
    const i128 *a = arg[0]->data;
    uint32_t ma = vec_mask(arg[0]);
    EACH_ROW(rows, r)
    ((i128 *)dst->data)[r] = (i128) - (u128)a[r & ma];
    return 0;
}
int kernel_abs_dec(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    (void)x, (void)n_args, (void)aux;
    const i128 *a = arg[0]->data;
    uint32_t ma = vec_mask(arg[0]);
    EACH_ROW(rows, r)
    ((i128 *)dst->data)[r] = a[r & ma] < 0 ? (i128) - (u128)a[r & ma] : a[r & ma];
    return 0;
}
