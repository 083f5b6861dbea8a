/* SPDX-License-Identifier: Apache-2.0
 *
 * SUM and AVG.
 *   integers, decimals   128-bit sum: exact; SUM(SMALLINT, INTEGER) is BIGINT, SUM(BIGINT) DECIMAL(38,0), SUM(DECIMAL(p,s))
 * DECIMAL(38,s); AVG of integers is DOUBLE PRECISION, of DECIMALs DECIMAL(38, 16 or so) floats               double-double sum and
 * counters of NaN, Infinity and -Infinity, so that they can be taken back intervals            months, days and time apart A sum
 * whose count falls to 0 is set to exact zero, and its result is NULL. */
#include "func/agg/agg_impl.h"

#include <math.h>
#include <string.h>

#include "base/decimal.h"
#include "func/func_impl.h"

typedef struct IntSum {
    i128 sum;
    int64_t n, wraps; /* the sum is this many times 2^128 more; where that is not 0 the result raises */
} IntSum;
typedef struct FloatSum {
    Double2 sum;
    int64_t n, n_nan, n_inf, n_minus_inf;
    double peak, pad; /* largest finite sum so far */
} FloatSum;
typedef struct IntervalSum {
    i128 ns;
    int64_t months, days, n, pad;
} IntervalSum;
_Static_assert(sizeof(FloatSum) % 16 == 0 && sizeof(IntervalSum) % 16 == 0, "states are 16-byte aligned");

static int sum_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1)
        return agg_no_match(s, args, n_args, err);
    s->flags = AGG_LINEAR | AGG_MERGEABLE | AGG_INVERTIBLE;
    s->state_bytes = type_is_float(args[0].id) ? sizeof(FloatSum) : sizeof(IntSum);
    switch ((TypeId)args[0].id) {
    case T_I16:
    case T_I32: s->ret = TYPE(I64); break;
    case T_I64: s->ret = TYPE_DECIMAL(38, 0); break;
    case T_DECIMAL: s->ret = type_bare_as(TYPE_DECIMAL(38, args[0].scale), args[0], args[0]); break;
    case T_F32:
    case T_F64: s->ret = args[0]; break;
    case T_TIME:
    case T_INTERVAL:
        s->arg[0] = s->ret = TYPE(INTERVAL);
        s->state_bytes = sizeof(IntervalSum);
        break;
    default: return agg_no_match(s, args, n_args, err);
    }
    return 0;
}

/* Digits behind the point as those of a quotient (kernel/arith.h), and at least six more than the values have. */
static Type avg_type(Type t)
{
    uint32_t whole = type_is_bare(t) || t.precision == 38 ? 22 : (uint32_t)t.precision - t.scale;
    return TYPE_DECIMAL(38, MIN(MAX(t.scale + 6u, MIN(16u, 38 - whole)), 38u));
}

static int avg_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    TRY(sum_bind(s, args, n_args, err));
    if (args[0].id == T_DECIMAL)
        s->ret = avg_type(args[0]);
    else if (s->ret.id != T_INTERVAL)
        s->ret = TYPE(F64);
    return 0;
}

#define INT64_DIGITS 19 /* a decimal of so many digits or more holds any int64 */

static void sum_init(const AggSpec *s, uint8_t *state)
{
    memset(state, 0, s->state_bytes);
}

static inline void int_add(IntSum *t, int64_t v, int32_t w)
{
    t->sum += (i128)v * w;
    t->n += w;
}

static inline void wide_add(IntSum *t, i128 v)
{
    if (unlikely(__builtin_add_overflow(t->sum, v, &t->sum)))
        t->wraps += v < 0 ? -1 : 1;
}

/* v * w where that is more than 128 bits: in halves of 64, the upper one with the carry of the lower. */
static __attribute__((noinline)) void wider_add(IntSum *t, i128 v, int32_t w)
{
    i128 low = (i128)(uint64_t)v * w, high = (v >> 64) * w + (low >> 64);
    i128 rest = (i128)((u128)high << 64 | (uint64_t)low);
    wide_add(t, rest);
    t->wraps += (int64_t)(high >> 64) + (rest < 0);
}

static inline void decimal_add(IntSum *t, i128 v, int32_t w)
{
    i128 p;
    if (unlikely(__builtin_mul_overflow(v, (i128)w, &p)))
        wider_add(t, v, w);
    else
        wide_add(t, p);
    t->n += w;
}

static inline void float_add(FloatSum *t, double v, int32_t w)
{
    t->n += w;
    if (likely(isfinite(v))) {
        if (likely(w == 1))
            t->sum = double2_add(t->sum, v);
        else
            t->sum = double2_add2(t->sum, double2_mul(v, w));
        t->peak = MAX(t->peak, fabs(t->sum.hi));
    } else if (isnan(v))
        t->n_nan += w;
    else if (v > 0)
        t->n_inf += w;
    else
        t->n_minus_inf += w;
}

static inline void interval_sum_add(IntervalSum *t, const Interval *v, int32_t w)
{
    t->months += (int64_t)v->months * w;
    t->days += (int64_t)v->days * w;
    t->ns += (i128)v->ns * w;
    t->n += w;
}

/* One loop per type: the i-th row's state, or the only state. */
#define SCATTER(T, STATE, ADD)                                                                                                     \
    do {                                                                                                                           \
        const T                                                                                                                    \
        *d = arg[0]->data;                                                                                                         \
        uint32_t m = vec_mask(arg[0]);                                                                                             \
        if (!w && !arg[0]->valid && !rows.sel && m) {                                                                              \
            for (uint32_t i = 0; i < rows.n; i++)                                                                                  \
                ADD((STATE *)(one ? one : state[i]), d[i], w_all);                                                                 \
        } else {                                                                                                                   \
            for (uint32_t i = 0; i < rows.n; i++) {                                                                                \
                uint32_t r = row_at(rows, i);                                                                                      \
                if (!null_at(arg[0], r))                                                                                           \
                    ADD((STATE *)(one ? one : state[i]), d[r & m], weight_at(w, w_all, r));                                        \
            }                                                                                                                      \
        }                                                                                                                          \
    } while (0)
#define INTERVAL_ADD(t, v, w) interval_sum_add((t), &(v), (w))

static void sum_rows(const AggSpec *s, uint8_t *one, uint8_t *const *state, const Vec *const *arg, const int32_t *w, int32_t w_all,
                     Rows rows)
{
    switch ((TypeId)s->arg[0].id) {
    case T_I16: SCATTER(int16_t, IntSum, int_add); break;
    case T_I32: SCATTER(int32_t, IntSum, int_add); break;
    case T_I64: SCATTER(int64_t, IntSum, int_add); break;
    case T_DECIMAL: SCATTER(i128, IntSum, decimal_add); break;
    case T_F32: SCATTER(float, FloatSum, float_add); break;
    case T_F64: SCATTER(double, FloatSum, float_add); break;
    default: SCATTER(Interval, IntervalSum, INTERVAL_ADD); break;
    }
}

/* What rounding left of a sum that is empty now becomes exact zero.  A count of 0 alone does not say so: rows may come before the
 * ones they take back, so the sum must also be nothing beside what it once was. */
static void clear_empty(FloatSum *t)
{
    bool is_lost = !isfinite(t->sum.hi); /* beyond DOUBLE: there is no way back but this */
    if (t->n != 0 || (!is_lost && fabs(t->sum.hi) > t->peak * 0x1p-80))
        return;
    t->sum = (Double2){0, 0};
    t->peak = is_lost ? 0 : t->peak;
}

static int sum_add(ADD_ARGS)
{
    (void)x;
    sum_rows(s, NULL, state, arg, w, w_all, rows);
    for (uint32_t i = 0; type_is_float(s->arg[0].id) && (w || w_all < 0) && i < rows.n; i++)
        clear_empty((FloatSum *)state[i]);
    return 0;
}

#define DENSE(T, STATE, ADD)                                                                                                       \
    do {                                                                                                                           \
        const T                                                                                                                    \
        *d = arg->data;                                                                                                            \
        for (uint32_t i = 0; i < n; i++) {                                                                                         \
            ADD((STATE *)(void *)(row[i] + at), d[i], 1);                                                                          \
            if (count_at)                                                                                                          \
                ++*(int64_t *)(void *)(row[i] + count_at);                                                                         \
        }                                                                                                                          \
    } while (0)

static bool sum_add_dense(const AggSpec *s, uint8_t *const *row, size_t at, size_t count_at, const Vec *arg, uint32_t n)
{
    switch ((TypeId)s->arg[0].id) {
    case T_I32: DENSE(int32_t, IntSum, int_add); return true;
    case T_I64: DENSE(int64_t, IntSum, int_add); return true;
    case T_DECIMAL: DENSE(i128, IntSum, decimal_add); return true;
    case T_F64: DENSE(double, FloatSum, float_add); return true;
    default: return false;
    }
}

static bool sum_is_plain(const AggSpec *s, uint32_t *ret_n_at)
{
    *ret_n_at = offsetof(IntSum, n);
    return s->arg[0].id == T_I64;
}

/* Halves apart: neither sum of up to 4,096 rows can leave 64 bits, and both loops vectorise. */
KERNEL_CLONES static i128 sum_i64(const int64_t *v, uint32_t n)
{
    int64_t high = 0;
    uint64_t low = 0;
    for (uint32_t i = 0; i < n; i++) {
        high += v[i] >> 32;
        low += (uint32_t)v[i];
    }
    return (i128)high * (INT64_C(1) << 32) + low;
}

KERNEL_CLONES static int64_t sum_i32(const int32_t *v, uint32_t n)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += v[i];
    return sum;
}

#define SUM_LANES 8
/* Eight double-double sums side by side; a value that is not finite makes the result so, and the caller starts over. */
KERNEL_CLONES static Double2 sum_f64(const double *v, uint32_t n)
{
    double hi[SUM_LANES] = {0}, lo[SUM_LANES] = {0};
    uint32_t i = 0;
    for (; i + SUM_LANES <= n; i += SUM_LANES) {
        for (uint32_t k = 0; k < SUM_LANES; k++) {
            double b = v[i + k], s = hi[k] + b, t = s - hi[k];
            lo[k] += (hi[k] - (s - t)) + (b - t);
            hi[k] = s;
        }
    }
    Double2 sum = {0, 0};
    for (; i < n; i++)
        sum = double2_add(sum, v[i]);
    for (uint32_t k = 0; k < SUM_LANES; k++)
        sum = double2_add2(sum, (Double2){hi[k], lo[k]});
    return sum;
}

static int sum_add_one(ADD_ONE_ARGS)
{
    (void)x;
    const Vec *v = arg[0];
    bool plain = !w && w_all == 1 && !v->valid && !rows.sel && v->kind == VEC_FLAT;
    if (plain && rows.n == 1 && s->arg[0].id == T_I64) {
        IntSum *t = (IntSum *)state;
        t->sum += *(const int64_t *)v->data;
        t->n++;
        return 0;
    }
    if (plain && (s->arg[0].id == T_I64 || s->arg[0].id == T_I32)) {
        IntSum *t = (IntSum *)state;
        t->sum += s->arg[0].id == T_I64 ? sum_i64(v->data, rows.n) : sum_i32(v->data, rows.n);
        t->n += rows.n;
        return 0;
    }
    if (plain && s->arg[0].id == T_F64) {
        Double2 part = sum_f64(v->data, rows.n);
        if (isfinite(part.hi) && isfinite(part.lo)) {
            FloatSum *t = (FloatSum *)state;
            t->sum = double2_add2(t->sum, part);
            t->peak = MAX(t->peak, fabs(t->sum.hi));
            t->n += rows.n;
            return 0;
        }
    }
    sum_rows(s, state, NULL, arg, w, w_all, rows);
    if (type_is_float(s->arg[0].id))
        clear_empty((FloatSum *)state);
    return 0;
}

static int sum_merge(MERGE_ARGS)
{
    (void)x;
    if (type_is_float(s->arg[0].id)) {
        FloatSum *d = (FloatSum *)dst;
        const FloatSum *f = (const FloatSum *)src;
        d->sum = double2_add2(d->sum, (Double2){sign * f->sum.hi, sign * f->sum.lo});
        d->n += sign * f->n;
        d->n_nan += sign * f->n_nan;
        d->n_inf += sign * f->n_inf;
        d->n_minus_inf += sign * f->n_minus_inf;
        d->peak = MAX(MAX(d->peak, f->peak), fabs(d->sum.hi));
        clear_empty(d);
    } else if (s->arg[0].id == T_INTERVAL) {
        IntervalSum *d = (IntervalSum *)dst;
        const IntervalSum *f = (const IntervalSum *)src;
        d->months += sign * f->months;
        d->days += sign * f->days;
        d->ns += sign * f->ns;
        d->n += sign * f->n;
    } else {
        IntSum *d = (IntSum *)dst;
        const IntSum *f = (const IntSum *)src;
        bool wraps = sign > 0 ? __builtin_add_overflow(d->sum, f->sum, &d->sum) : __builtin_sub_overflow(d->sum, f->sum, &d->sum);
        if (unlikely(wraps))
            d->wraps += (f->sum < 0) == (sign > 0) ? -1 : 1;
        d->wraps += sign * f->wraps;
        d->n += sign * f->n;
    }
    return 0;
}

static double float_sum(const FloatSum *t)
{
    if (t->n_nan > 0 || (t->n_inf > 0 && t->n_minus_inf > 0))
        return NAN;
    if (t->n_inf > 0)
        return INFINITY;
    return t->n_minus_inf > 0 ? -INFINITY : double2_get(t->sum);
}

static void put_float(AggCtx *x, Vec *out, uint32_t i, double v, bool finite_input)
{
    if (finite_input && !isfinite(out->type.id == T_F32 ? (double)(float)v : v))
        row_error(x->eval, i, ERR_NUMERIC_RANGE, "value out of range: overflow");
    if (out->type.id == T_F32)
        ((float *)out->data)[i] = (float)v;
    else
        ((double *)out->data)[i] = v;
}

/* avg: divided by the count. */
static int final_floats(AggCtx *x, const uint8_t *const *state, uint32_t n, Vec *out, bool avg)
{
    for (uint32_t i = 0; i < n; i++) {
        const FloatSum *t = (const FloatSum *)state[i];
        if (t->n == 0) {
            TRY(agg_set_null(x, out, i));
            continue;
        }
        double v = float_sum(t);
        bool finite_input = t->n_nan <= 0 && t->n_inf <= 0 && t->n_minus_inf <= 0;
        put_float(x, out, i, avg ? v / (double)t->n : v, finite_input);
    }
    return 0;
}

static void final_int(AggCtx *x, const AggSpec *s, const IntSum *t, uint32_t i, Vec *out, bool avg)
{
    if (t->wraps) {
        row_error(x->eval, i, ERR_NUMERIC_RANGE, "sum is out of range");
        return;
    }
    if (out->type.id == T_F64) {
        ((double *)out->data)[i] = (double)t->sum / (double)t->n;
        return;
    }
    i128 v = t->sum;
    if (likely(!avg && out->type.id == T_DECIMAL && out->type.precision >= INT64_DIGITS && v == (int64_t)v)) {
        ((i128 *)out->data)[i] = v;
        return;
    }
    int rc = avg ? decimal_div(t->sum, t->n, out->type.scale - s->arg[0].scale, &v) : 0;
    bool is_bigint = out->type.id == T_I64;
    if (rc < 0 || (is_bigint ? v != (int64_t)v : !decimal_fits(v, out->type.precision)))
        row_error(x->eval, i, ERR_NUMERIC_RANGE, is_bigint ? "bigint out of range" : "numeric field overflow");
    else if (is_bigint)
        ((int64_t *)out->data)[i] = (int64_t)v;
    else
        ((i128 *)out->data)[i] = v;
}

/* The mean spills fractions of months to days and of days to time, as interval division does. */
static void final_interval(AggCtx *x, const IntervalSum *t, uint32_t i, Vec *out, bool avg)
{
    Interval *v = (Interval *)out->data + i;
    bool fits = t->months == (int32_t)t->months && t->days == (int32_t)t->days && t->ns == (int64_t)t->ns;
    *v = (Interval){.months = (int32_t)t->months, .days = (int32_t)t->days, .ns = (int64_t)t->ns};
    if (!fits || (avg && interval_div_f64(v, (double)t->n, v) < 0))
        row_error(x->eval, i, ERR_INTERVAL_OVERFLOW, "interval out of range");
}

static int final_any(const AggSpec *s, AggCtx *x, const uint8_t *const *state, uint32_t n, Vec *out, bool avg)
{
    if (type_is_float(s->arg[0].id))
        return final_floats(x, state, n, out, avg);
    for (uint32_t i = 0; i < n; i++) {
        bool is_interval = s->arg[0].id == T_INTERVAL;
        int64_t count = is_interval ? ((const IntervalSum *)state[i])->n : ((const IntSum *)state[i])->n;
        if (count == 0)
            TRY(agg_set_null(x, out, i));
        else if (is_interval)
            final_interval(x, (const IntervalSum *)state[i], i, out, avg);
        else
            final_int(x, s, (const IntSum *)state[i], i, out, avg);
    }
    return 0;
}

static int sum_final(FINAL_ARGS)
{
    return final_any(s, x, state, n, out, false);
}
static int avg_final(FINAL_ARGS)
{
    return final_any(s, x, state, n, out, true);
}

#define SUM_CALLBACKS                                                                                                              \
    .init = sum_init, .add = sum_add, .add_one = sum_add_one, .add_dense = sum_add_dense, .is_sum = sum_is_plain, .merge = sum_merge
const AggType agg_sums[] = {
    {.name = "sum",
     .forms = "smallint -> bigint|integer -> bigint|bigint -> numeric|"
              "numeric -> numeric|real -> real|double precision -> double precision|interval -> interval",
     .help = "sum of the values",
     .example = "SELECT sum(x) FROM (VALUES (1), (2), (4)) AS t (x) -> 7",
     .bind = sum_bind,
     SUM_CALLBACKS,
     .final = sum_final},
    {.name = "avg",
     .forms = "smallint -> double precision|integer -> double precision|bigint -> double precision|"
              "numeric -> numeric|real -> double precision|double precision -> double precision|interval -> interval",
     .aliases = "mean",
     .help = "arithmetic mean of the values",
     .example = "SELECT avg(x) FROM (VALUES (1), (2)) AS t (x) -> 1.5",
     .bind = avg_bind,
     SUM_CALLBACKS,
     .final = avg_final},
    {0},
};
