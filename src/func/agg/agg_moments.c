/* SPDX-License-Identifier: Apache-2.0
 *
 * Variance, covariance, correlation and regression: sums of powers and products, in double-double, of values shifted by the group's
 * first ones, so that a large mean costs no digits and rows can be taken back.  Partials with another shift are moved to ours when
 * merged: sum(x - s') = sum(x - s) + n (s - s'),  and likewise for squares and products. */
#include "func/agg/agg_impl.h"

#include <math.h>
#include <string.h>

typedef struct Moments {
    int64_t n, n_special; /* all; those with a NaN or an infinity, which are in no sum */
    double shift_x, shift_y;
    Double2 x, y, xx, yy, xy;
    int64_t has_shift;
    double peak; /* largest of the sums of squares so far */
} Moments;
_Static_assert(sizeof(Moments) % 16 == 0, "states are 16-byte aligned");

static int moments_bind(AggSpec *s, const Type *args, uint32_t n_args, uint32_t wanted, Err *err)
{
    if (n_args != wanted)
        return agg_no_match(s, args, n_args, err);
    for (uint32_t i = 0; i < n_args; i++) {
        if (!type_is_numeric(args[i].id))
            return agg_no_match(s, args, n_args, err);
        s->arg[i] = TYPE(F64);
    }
    s->ret = TYPE(F64);
    s->flags = AGG_MERGEABLE | AGG_INVERTIBLE;
    s->state_bytes = sizeof(Moments);
    return 0;
}
static int one_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    return moments_bind(s, args, n_args, 1, err);
}
static int two_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    return moments_bind(s, args, n_args, 2, err);
}
static int count_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    TRY(moments_bind(s, args, n_args, 2, err));
    s->ret = TYPE(I64);
    return 0;
}

static void moments_init(const AggSpec *s, uint8_t *state)
{
    memset(state, 0, s->state_bytes);
}

static Double2 scaled(Double2 a, double f)
{
    if (likely(f == 1)) /* its parts are in order as they are */
        return a;
    return double2_add2(double2_mul(a.hi, f), (Double2){a.lo * f, 0});
}
static void add_to(Double2 *sum, Double2 v)
{
    *sum = double2_add2(*sum, v);
}

/* a - b, exactly; what the square of the low part would add is beyond the digits of the sums. */
static Double2 minus(double a, double b)
{
    double d = a - b, back = a - d;
    return (Double2){d, (back - b) + (a - (d + back))};
}
static Double2 product(Double2 a, Double2 b)
{
    Double2 p = double2_mul(a.hi, b.hi);
    return likely(a.lo == 0 && b.lo == 0) ? p : double2_add(p, a.hi * b.lo + a.lo * b.hi);
}

/* SQL's order of arguments is (y, x); one: x is y. */
static inline void moments_row(Moments *t, double y, double x, int32_t w, bool one)
{
    bool special = !isfinite(x) || !isfinite(y);
    if (!t->has_shift && !special) {
        t->has_shift = 1;
        t->shift_x = x;
        t->shift_y = y;
    }
    t->n += w;
    if (special) {
        t->n_special += w;
        return;
    }
    if (one) { /* both are the same: so are all sums */
        Double2 d = minus(x, t->shift_x);
        add_to(&t->x, scaled(d, w));
        add_to(&t->xx, scaled(product(d, d), w));
        t->y = t->x;
        t->yy = t->xy = t->xx;
        t->peak = MAX(t->peak, fabs(t->xx.hi));
        return;
    }
    Double2 dx = minus(x, t->shift_x), dy = minus(y, t->shift_y);
    add_to(&t->x, scaled(dx, w));
    add_to(&t->y, scaled(dy, w));
    add_to(&t->xx, scaled(product(dx, dx), w));
    add_to(&t->yy, scaled(product(dy, dy), w));
    add_to(&t->xy, scaled(product(dx, dy), w));
    t->peak = MAX(t->peak, MAX(fabs(t->xx.hi), fabs(t->yy.hi)));
}

/* When all rows have gone, rounding has left something, and the shift is that of a row that is not there: the next rows begin anew.
 * A count of 0 alone does not say so, for rows may come before the ones they take back: the sums must be nothing beside what they
 * once were. */
static void clear_empty(Moments *t)
{
    if (t->n != 0 || t->n_special != 0)
        return;
    if (!isfinite(t->xx.hi) || !isfinite(t->yy.hi) || !isfinite(t->xy.hi)) { /* beyond DOUBLE: there is no way back but this */
        *t = (Moments){0};
        return;
    }
    double most = t->peak * 0x1p-80, most_1 = sqrt(t->peak) * 0x1p-80;
    if (fabs(t->x.hi) <= most_1 && fabs(t->y.hi) <= most_1 && fabs(t->xx.hi) <= most && fabs(t->yy.hi) <= most &&
        fabs(t->xy.hi) <= most)
        *t = (Moments){0};
}

static void moments_at(const AggSpec *s, Moments *t, const Vec *const *arg, uint32_t r, int32_t w)
{
    if (any_null_at(arg, s->n_args, r))
        return;
    double y = ((const double *)arg[0]->data)[r & vec_mask(arg[0])];
    double x = s->n_args == 2 ? ((const double *)arg[1]->data)[r & vec_mask(arg[1])] : y;
    moments_row(t, y, x, w, s->n_args == 1);
}

static int moments_add(ADD_ARGS)
{
    (void)x;
    for (uint32_t i = 0; i < rows.n; i++)
        moments_at(s, (Moments *)state[i], arg, row_at(rows, i), weight_at(w, w_all, row_at(rows, i)));
    for (uint32_t i = 0; (w || w_all < 0) && i < rows.n; i++)
        clear_empty((Moments *)state[i]);
    return 0;
}

static int moments_add_one(ADD_ONE_ARGS)
{
    (void)x;
    EACH_ROW(rows, r)
    moments_at(s, (Moments *)state, arg, r, weight_at(w, w_all, r));
    if (w || w_all < 0)
        clear_empty((Moments *)state);
    return 0;
}

static int moments_merge(MERGE_ARGS)
{
    (void)s, (void)x;
    Moments *d = (Moments *)dst;
    const Moments *f = (const Moments *)src;
    if (!d->has_shift) {
        d->has_shift = f->has_shift;
        d->shift_x = f->shift_x;
        d->shift_y = f->shift_y;
    }
    double n = (double)(f->n - f->n_special), dx = f->shift_x - d->shift_x, dy = f->shift_y - d->shift_y;
    Double2 sx = f->x, sy = f->y, sxx = f->xx, syy = f->yy, sxy = f->xy;
    add_to(&sxx, scaled(f->x, 2 * dx));
    add_to(&sxx, scaled(double2_mul(dx, dx), n));
    add_to(&syy, scaled(f->y, 2 * dy));
    add_to(&syy, scaled(double2_mul(dy, dy), n));
    add_to(&sxy, scaled(f->x, dy));
    add_to(&sxy, scaled(f->y, dx));
    add_to(&sxy, scaled(double2_mul(dx, dy), n));
    add_to(&sx, double2_mul(dx, n));
    add_to(&sy, double2_mul(dy, n));
    add_to(&d->x, scaled(sx, sign));
    add_to(&d->y, scaled(sy, sign));
    add_to(&d->xx, scaled(sxx, sign));
    add_to(&d->yy, scaled(syy, sign));
    add_to(&d->xy, scaled(sxy, sign));
    d->n += sign * f->n;
    d->n_special += sign * f->n_special;
    d->peak = MAX(MAX(d->peak, f->peak), MAX(fabs(d->xx.hi), fabs(d->yy.hi)));
    clear_empty(d);
    return 0;
}

/* Sums of squares and products around the mean. */
typedef struct Centred {
    double n, mean_x, mean_y, sxx, syy, sxy;
} Centred;

static Double2 quotient(Double2 a, double n)
{
    double q = a.hi / n;
    return double2_add((Double2){q, 0}, double2_get(double2_add2(a, double2_mul(-q, n))) / n);
}

/* With all digits, so that the result does not show what the shift was: that follows from the order in which the rows came.  What
 * is less than the rounding of sums that were once this large is nothing: equal values have no variance. */
static double centre(Double2 sum, Double2 a, Double2 b, const Moments *t)
{
    Double2 of_means = quotient(product(a, b), (double)t->n);
    double v = double2_get(double2_add2(sum, (Double2){-of_means.hi, -of_means.lo}));
    return fabs(v) <= t->peak * 0x1p-96 ? 0 : v;
}

static double not_negative(double v)
{
    return v < 0 ? 0 : v; /* what is beyond DOUBLE stays NaN */
}

static Centred centred(const Moments *t)
{
    double n = (double)t->n;
    if (t->n_special != 0)
        return (Centred){n, NAN, NAN, NAN, NAN, NAN};
    Centred c = {.n = n,
                 .mean_x = double2_get(double2_add(quotient(t->x, n), t->shift_x)),
                 .mean_y = double2_get(double2_add(quotient(t->y, n), t->shift_y))};
    c.sxx = not_negative(centre(t->xx, t->x, t->x, t));
    c.syy = not_negative(centre(t->yy, t->y, t->y, t));
    c.sxy = centre(t->xy, t->x, t->y, t);
    return c;
}

/* false = NULL */
typedef bool (*Formula)(const Centred *c, double *ret);
static bool need(bool known, double v, double *ret)
{
    *ret = v;
    return known;
}
static bool var_pop(const Centred *c, double *ret)
{
    return need(true, c->sxx / c->n, ret);
}
static bool var_samp(const Centred *c, double *ret)
{
    return need(c->n > 1, c->sxx / (c->n - 1), ret);
}
static bool stddev_pop(const Centred *c, double *ret)
{
    return need(true, sqrt(c->sxx / c->n), ret);
}
static bool stddev_samp(const Centred *c, double *ret)
{
    return need(c->n > 1, sqrt(c->sxx / (c->n - 1)), ret);
}
static bool covar_pop(const Centred *c, double *ret)
{
    return need(true, c->sxy / c->n, ret);
}
static bool covar_samp(const Centred *c, double *ret)
{
    return need(c->n > 1, c->sxy / (c->n - 1), ret);
}
static bool corr(const Centred *c, double *ret)
{
    double both = c->sxx * c->syy; /* a line is 1: the root of the product, where that neither overflows nor loses digits */
    double r = c->sxy / (both > 0x1p-900 && both < 0x1p1000 ? sqrt(both) : sqrt(c->sxx) * sqrt(c->syy));
    return need(c->sxx != 0 && c->syy != 0, isnan(r) ? r : fmax(fmin(r, 1), -1), ret);
}
static bool regr_slope(const Centred *c, double *ret)
{
    return need(c->sxx != 0, c->sxy / c->sxx, ret);
}
static bool regr_intercept(const Centred *c, double *ret)
{
    return need(c->sxx != 0, c->mean_y - c->sxy / c->sxx * c->mean_x, ret);
}
static bool regr_r2(const Centred *c, double *ret)
{
    return need(c->sxx != 0, c->syy == 0 ? 1 : (c->sxy * c->sxy) / (c->sxx * c->syy), ret);
}
static bool regr_avgx(const Centred *c, double *ret)
{
    return need(true, c->mean_x, ret);
}
static bool regr_avgy(const Centred *c, double *ret)
{
    return need(true, c->mean_y, ret);
}
static bool regr_sxx(const Centred *c, double *ret)
{
    return need(true, c->sxx, ret);
}
static bool regr_syy(const Centred *c, double *ret)
{
    return need(true, c->syy, ret);
}
static bool regr_sxy(const Centred *c, double *ret)
{
    return need(true, c->sxy, ret);
}

static int moments_final(AggCtx *x, const uint8_t *const *state, uint32_t n, Vec *out, Formula formula)
{
    for (uint32_t i = 0; i < n; i++) {
        const Moments *t = (const Moments *)state[i];
        Centred c = centred(t);
        double v = 0;
        if (t->n <= 0 || !formula(&c, &v))
            TRY(agg_set_null(x, out, i));
        ((double *)out->data)[i] = v;
    }
    return 0;
}

#define FINAL(formula)                                                                                                             \
    static int formula##_final(FINAL_ARGS)                                                                                         \
    {                                                                                                                              \
        (void)s;                                                                                                                   \
        return moments_final(x, state, n, out, formula);                                                                           \
    }
FINAL(var_pop)
FINAL(var_samp)
FINAL(stddev_pop)
FINAL(stddev_samp)
FINAL(covar_pop)
FINAL(covar_samp)
FINAL(corr)
FINAL(regr_slope)
FINAL(regr_intercept)
FINAL(regr_r2)
FINAL(regr_avgx)
FINAL(regr_avgy)
FINAL(regr_sxx)
FINAL(regr_syy)
FINAL(regr_sxy)

static int regr_count_final(FINAL_ARGS)
{
    (void)s, (void)x;
    for (uint32_t i = 0; i < n; i++)
        ((int64_t *)out->data)[i] = ((const Moments *)state[i])->n;
    return 0;
}

/* of the functions that bind them */
#define ROW_FORM_one_bind "double precision -> double precision"
#define ROW_FORM_two_bind "double precision, double precision -> double precision"
#define ROW_FORM_count_bind "double precision, double precision -> bigint"
#define ROW(n, alias, b, f, h, e)                                                                                                  \
    {                                                                                                                              \
        .name = n, .aliases = alias, .forms = ROW_FORM_##b, .help = h, .example = e, .bind = b, .init = moments_init,              \
        .add = moments_add, .add_one = moments_add_one, .merge = moments_merge, .final = f##_final                                 \
    }
const AggType agg_moments[] = {
    ROW("var_pop", "variance_pop|var_population", one_bind, var_pop, "variance of all values",
        "SELECT var_pop(x) FROM (VALUES (1), (3)) AS t (x) -> 1"),
    ROW("var_samp", "variance|var|var_sample", one_bind, var_samp, "variance estimated from a sample",
        "SELECT var_samp(x) FROM (VALUES (1), (3)) AS t (x) -> 2"),
    ROW("stddev_pop", NULL, one_bind, stddev_pop, "standard deviation of all values",
        "SELECT stddev_pop(x) FROM (VALUES (1), (3)) AS t (x) -> 1"),
    ROW("stddev_samp", "stddev", one_bind, stddev_samp, "standard deviation estimated from a sample",
        "SELECT stddev_samp(x) FROM (VALUES (1), (3)) AS t (x) -> 1.4142135623730951"),
    ROW("covar_pop", NULL, two_bind, covar_pop, "covariance of all pairs",
        "SELECT covar_pop(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> 2"),
    ROW("covar_samp", "covar", two_bind, covar_samp, "covariance estimated from a sample",
        "SELECT covar_samp(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> 4"),
    ROW("corr", NULL, two_bind, corr, "correlation coefficient", "SELECT corr(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> 1"),
    ROW("regr_slope", NULL, two_bind, regr_slope, "slope of the least-squares line",
        "SELECT regr_slope(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> 2"),
    ROW("regr_intercept", NULL, two_bind, regr_intercept, "y of the least-squares line at x = 0",
        "SELECT regr_intercept(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> -1"),
    ROW("regr_r2", NULL, two_bind, regr_r2, "square of the correlation coefficient",
        "SELECT regr_r2(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> 1"),
    ROW("regr_avgx", NULL, two_bind, regr_avgx, "mean of x over pairs",
        "SELECT regr_avgx(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> 2"),
    ROW("regr_avgy", NULL, two_bind, regr_avgy, "mean of y over pairs",
        "SELECT regr_avgy(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> 3"),
    ROW("regr_sxx", NULL, two_bind, regr_sxx, "sum of squares of x around its mean",
        "SELECT regr_sxx(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> 2"),
    ROW("regr_syy", NULL, two_bind, regr_syy, "sum of squares of y around its mean",
        "SELECT regr_syy(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> 8"),
    ROW("regr_sxy", NULL, two_bind, regr_sxy, "sum of products of x and y around their means",
        "SELECT regr_sxy(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> 4"),
    ROW("regr_count", NULL, count_bind, regr_count, "number of pairs without NULL",
        "SELECT regr_count(y, x) FROM (VALUES (1, 1), (5, 3)) AS t (y, x) -> 2"),
    {0},
};
