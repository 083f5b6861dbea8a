/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregates that always need all their values, in order: MEDIAN, PERCENTILE_CONT, PERCENTILE_DISC, MODE, STRING_AGG, ARRAY_AGG,
 * NTH_VALUE. They have no state of their own; the operator's multiset holds (order columns, value).  AggSpec.param is the fraction
 * of a percentile, the separator of STRING_AGG, the n of NTH_VALUE.
 *
 * The approximate percentiles count each value as itself rounded to 8 significant binary digits.  Rounding keeps the order, so a
 * percentile of the rounded values is the rounded percentile: off by at most 2^-9, 0.2 %, and exact for integers up to 256.  Such a
 * multiset has at most 256 elements per power of two, and it is linear: partials and deletes add up in any order. */
#include "func/agg/agg_impl.h"

#include <math.h>
#include <string.h>

#include "base/decimal.h"
#include "data/array.h"

#define ROUNDED_BITS 8

static double round_value(double v)
{
    int exponent;
    double digits = frexp(v, &exponent); /* 0.5 <= |digits| < 1 */
    return isfinite(v) ? ldexp(rint(ldexp(digits, ROUNDED_BITS)), exponent - ROUNDED_BITS) : v;
}

static int multi_bind(AggSpec *s, Type ret)
{
    s->ret = ret;
    s->flags = AGG_NEEDS_MULTISET | AGG_ORDERED;
    s->state_bytes = 0;
    return 0;
}

static int fraction_of(const AggSpec *s, double *ret, Err *err)
{
    Value v = s->param;
    if (v.is_null || v.type.id == T_UNKNOWN)
        return RAISE(err, ERR_INVALID_PARAMETER, "%s needs a constant fraction between 0 and 1", s->type->name);
    switch ((TypeId)v.type.id) {
    case T_I16: *ret = v.i16; break;
    case T_I32: *ret = v.i32; break;
    case T_I64: *ret = (double)v.i64; break;
    case T_F32: *ret = (double)v.f32; break;
    case T_F64: *ret = v.f64; break;
    case T_DECIMAL: *ret = decimal_to_f64(v.dec, v.type.scale); break;
    default: return RAISE(err, ERR_INVALID_PARAMETER, "%s needs a constant fraction between 0 and 1", s->type->name);
    }
    if (!(*ret >= 0 && *ret <= 1))
        return RAISE(err, ERR_NUMERIC_RANGE, "percentile value %g is not between 0 and 1", *ret);
    return 0;
}

static int cont_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    double fraction;
    if (n_args != 1 || !type_is_numeric(args[0].id))
        return agg_no_match(s, args, n_args, err);
    s->arg[0] = TYPE(F64);
    TRY(fraction_of(s, &fraction, err));
    return multi_bind(s, TYPE(F64));
}

/* The exact percentile of intervals lies between two of them, too. */
static int cont_any_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    double fraction;
    if (n_args != 1 || args[0].id != T_INTERVAL)
        return cont_bind(s, args, n_args, err);
    TRY(fraction_of(s, &fraction, err));
    return multi_bind(s, TYPE(INTERVAL));
}

static int median_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    s->param = (Value){.type = TYPE(F64), .f64 = 0.5};
    return cont_any_bind(s, args, n_args, err);
}

static int disc_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    double fraction;
    if (n_args != 1)
        return agg_no_match(s, args, n_args, err);
    TRY(fraction_of(s, &fraction, err));
    return multi_bind(s, s->arg[0]);
}

static int mode_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1)
        return agg_no_match(s, args, n_args, err);
    return multi_bind(s, s->arg[0]);
}

static int approx_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    TRY(cont_bind(s, args, n_args, err));
    s->flags |= AGG_FEW_VALUES;
    return 0;
}

static int approx_median_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    s->param = (Value){.type = TYPE(F64), .f64 = 0.5};
    return approx_bind(s, args, n_args, err);
}

/* Counts a value as often as its weight says: the operator multiplies. */
static int approx_weighted_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 2 || !type_is_integer(args[1].id))
        return agg_no_match(s, args, n_args, err);
    TRY(approx_bind(s, args, 1, err));
    s->arg[1] = TYPE(I64);
    return 0;
}

static int nth_of(const AggSpec *s, int64_t *ret, Err *err)
{
    Value v = s->param;
    bool is_int = !v.is_null && type_is_integer(v.type.id);
    *ret = !is_int ? 0 : v.type.id == T_I16 ? v.i16 : v.type.id == T_I32 ? v.i32 : v.i64;
    return *ret > 0 ? 0 : RAISE(err, ERR_INVALID_PARAMETER, "%s needs a constant position from 1 on", s->type->name);
}

static int nth_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    int64_t n;
    if (n_args != 1)
        return agg_no_match(s, args, n_args, err);
    TRY(nth_of(s, &n, err));
    return multi_bind(s, s->arg[0]);
}

/* The binder puts ORDER BY columns into spec->order after binding; without any the texts are in their own order. */
static int string_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1 || (args[0].id != T_TEXT && args[0].id != T_BYTEA && args[0].id != T_UNKNOWN))
        return agg_no_match(s, args, n_args, err);
    if (type_is_char(args[0])) /* its blanks are no part of the text */
        s->arg[0] = TYPE(TEXT);
    return multi_bind(s, args[0].id == T_BYTEA ? TYPE(BYTEA) : TYPE(TEXT));
}

static int nth_value(const AggSpec *s, AggMulti *m, int64_t k, Value *ret)
{
    Value cols[5];
    int64_t count;
    TRY(m->nth(m, k, cols, &count));
    *ret = cols[s->n_order];
    return 0;
}

int interval_between(const Interval *a, const Interval *b, double part, Interval *ret)
{
    Interval minus, step;
    TRY(interval_neg(a, &minus));
    TRY(interval_add(b, &minus, &step));
    TRY(interval_mul(&step, part, &step));
    return interval_add(a, &step, ret);
}

static int cont_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x, (void)arena;
    double fraction;
    int64_t total = m->total(m);
    *ret = value_null(s->ret);
    if (total <= 0)
        return 0;
    TRY(fraction_of(s, &fraction, NULL));
    double at = fraction * (double)(total - 1);
    int64_t low = (int64_t)floor(at), high = (int64_t)ceil(at);
    Value a, b;
    TRY(nth_value(s, m, low, &a));
    if (s->ret.id == T_INTERVAL) {
        TRY(nth_value(s, m, high, &b));
        *ret = (Value){.type = s->ret};
        return interval_between(&a.iv, &b.iv, at - (double)low, &ret->iv);
    }
    double v = a.f64;
    if (high != low) {
        TRY(nth_value(s, m, high, &b));
        v = a.f64 + (at - (double)low) * (b.f64 - a.f64);
    }
    *ret = (Value){.type = s->ret, .f64 = v};
    return 0;
}

static int disc_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x, (void)arena;
    double fraction;
    int64_t total = m->total(m);
    *ret = value_null(s->ret);
    if (total <= 0)
        return 0;
    TRY(fraction_of(s, &fraction, NULL));
    int64_t k = (int64_t)ceil(fraction * (double)total) - 1;
    return nth_value(s, m, MAX(k, 0), ret);
}

static int nth_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x, (void)arena;
    int64_t n;
    TRY(nth_of(s, &n, NULL));
    *ret = value_null(s->ret);
    return n <= m->total(m) ? nth_value(s, m, n - 1, ret) : 0;
}

typedef struct Mode {
    uint32_t value_col;
    Value best;
    int64_t best_count;
    Arena *arena;
    bool started;
} Mode;

static int keep_value(Arena *arena, const Value *v, Value *ret)
{
    *ret = *v;
    if (!v->is_null && type_is_string(v->type.id)) {
        ret->str.p = arena_strndup(arena, v->str.p, v->str.n);
        if (!ret->str.p)
            return -ERR_OUT_OF_MEMORY;
    }
    return 0;
}

static int mode_each(void *self, const Value *cols, int64_t count)
{
    Mode *t = self;
    if (t->started && count <= t->best_count)
        return 0;
    t->started = true;
    t->best_count = count;
    return keep_value(t->arena, &cols[t->value_col], &t->best);
}

static int mode_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x;
    Mode t = {.value_col = s->n_order, .arena = arena};
    TRY(m->each(m, mode_each, &t));
    *ret = t.started ? t.best : value_null(s->ret);
    return 0;
}

typedef struct Joined {
    uint32_t value_col;
    Str separator;
    StrBuf text;
    bool started;
} Joined;

static int string_each(void *self, const Value *cols, int64_t count)
{
    Joined *t = self;
    for (int64_t i = 0; i < count; i++) {
        if (t->started)
            sb_putstr(&t->text, t->separator);
        t->started = true;
        sb_putstr(&t->text, cols[t->value_col].str);
    }
    return t->text.failed ? -ERR_OUT_OF_MEMORY : 0;
}

static int string_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x;
    Joined t = {.value_col = s->n_order, .separator = {"", 0}};
    if (!s->param.is_null && type_is_string(s->param.type.id))
        t.separator = s->param.str;
    sb_init(&t.text, arena->acct);
    int rc = m->each(m, string_each, &t);
    *ret = value_null(s->ret);
    if (rc >= 0 && t.started) {
        char *copy = arena_strndup(arena, sb_cstr(&t.text), t.text.n);
        *ret = (Value){.type = s->ret, .str = {copy, t.text.n}};
        rc = copy ? 0 : -ERR_OUT_OF_MEMORY;
    }
    sb_done(&t.text);
    return rc;
}

typedef struct Collected {
    const AggSpec *spec;
    StrBuf bytes;
    bool started;
    uint64_t n;
    ArrayDims dims; /* of arrays that are elements */
} Collected;

/* Arrays are put together to one that has a dimension more; they must have the same ones. */
static int array_of_array(Collected *t, const Value *v, int64_t count)
{
    ArrayDims d;
    Str items;
    if (v->is_null)
        return -ERR_NULL_NOT_ALLOWED;
    array_dims_of(v->type, v->str, &d, &items);
    if (d.n == 0 || d.n == ARRAY_DIMS_MAX || (t->started && !array_same_dims(&d, &t->dims)))
        return -ERR_SUBSCRIPT;
    t->dims = d;
    t->started = true;
    t->n += (uint64_t)count;
    for (int64_t i = 0; i < count && !t->bytes.failed; i++)
        sb_putstr(&t->bytes, items);
    return t->bytes.failed ? -ERR_OUT_OF_MEMORY : 0;
}

static void array_of_array_end(Collected *t)
{
    ArrayDims d = {.n = t->dims.n + 1, .len = {(uint32_t)t->n}};
    for (uint32_t i = 0; i < t->dims.n; i++)
        d.len[i + 1] = t->dims.len[i];
    for (uint32_t i = 0; i < d.n; i++)
        d.lower[i] = 1;
    array_put_dims(&t->bytes, &d);
}

static int array_each(void *self, const Value *cols, int64_t count)
{
    Collected *t = self;
    const Value *v = &cols[t->spec->n_order];
    if (v->type.id == T_ARRAY)
        return array_of_array(t, v, count);
    for (int64_t i = 0; i < count && !t->bytes.failed; i++)
        array_put(&t->bytes, t->spec->ret, v);
    t->started = true;
    return t->bytes.failed ? -ERR_OUT_OF_MEMORY : 0;
}

static int array_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1)
        return agg_no_match(s, args, n_args, err);
    TRY(multi_bind(s, s->arg[0].id == T_ARRAY ? s->arg[0] : type_array(s->arg[0])));
    s->flags |= AGG_KEEPS_NULLS;
    return 0;
}

static int array_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x;
    Collected t = {.spec = s};
    sb_init(&t.bytes, arena->acct);
    int rc = m->each(m, array_each, &t);
    *ret = value_null(s->ret);
    if (rc >= 0 && t.dims.n)
        array_of_array_end(&t);
    if (rc >= 0 && t.started) {
        char *copy = t.bytes.failed ? NULL : arena_strndup(arena, sb_cstr(&t.bytes), t.bytes.n);
        *ret = (Value){.type = s->ret, .str = {copy, t.bytes.n}};
        rc = copy ? 0 : -ERR_OUT_OF_MEMORY;
    }
    sb_done(&t.bytes);
    return rc;
}

#define MULTI(n, alias, form, t, b, m, h, e)                                                                                       \
    {                                                                                                                              \
        .name = n, .aliases = alias, .forms = form, .help = h, .example = e, .traits = t, .bind = b, .final_multi = m              \
    }
#define APPROX(n, alias, form, t, b, h, e)                                                                                         \
    {                                                                                                                              \
        .name = n, .aliases = alias, .forms = form, .help = h, .example = e, .traits = t, .bind = b, .final_multi = cont_multi,    \
        .round = round_value                                                                                                       \
    }
#define OF_FRACTION (AGG_TAKES_PARAM | AGG_WITHIN_GROUP)
const AggType agg_multis[] = {
    MULTI("median", NULL, "double precision -> double precision|interval -> interval", AGG_WITHIN_GROUP, median_bind, cont_multi,
          "value in the middle, interpolated", "SELECT median(x) FROM (VALUES (1), (2), (4)) AS t (x) -> 2"),
    MULTI("percentile_cont", "quantile_cont",
          ("double precision ORDER BY double precision -> double precision|double precision ORDER BY interval -> interval|"
           "double precision[] ORDER BY double precision -> double precision[]|double precision[] ORDER BY interval -> interval[]"),
          OF_FRACTION, cont_any_bind, cont_multi, "value at a fraction of the order, interpolated",
          "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (4)) AS t (x) -> 2"),
    MULTI("percentile_disc", "quantile_disc",
          ("double precision ORDER BY anyelement -> anyelement|"
           "double precision[] ORDER BY anyelement -> anyarray"),
          OF_FRACTION, disc_bind, disc_multi, "first value at or beyond a fraction of the order",
          "SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (4)) AS t (x) -> 4"),
    MULTI("mode", NULL, "ORDER BY anyelement -> anyelement", AGG_WITHIN_GROUP, mode_bind, mode_multi,
          "most frequent value; the first of several",
          "SELECT mode() WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (2)) AS t (x) -> 2"),
    MULTI("string_agg", "listagg|group_concat", "text, text -> text|bytea, bytea -> bytea", AGG_TAKES_PARAM | AGG_LISTS,
          string_bind, string_multi, "texts joined by a separator",
          "SELECT string_agg(name, ', ' ORDER BY name) FROM (VALUES ('a', 3), ('b', 1)) AS t (name, price) -> a, b"),
    MULTI("array_agg", "list|collect_list|grouparray", "anyelement -> anyarray", AGG_LISTS, array_bind, array_multi,
          "array of the values, NULLs included",
          "SELECT array_agg(name ORDER BY price) FROM (VALUES ('a', 3), ('b', 1)) AS t (name, price) -> {b,a}"),
    MULTI("nth_value", NULL, "anyelement, integer -> anyelement", AGG_TAKES_PARAM | AGG_BY_EVENT_TIME, nth_bind, nth_multi,
          "value of the n-th row, from the earliest",
          "SELECT nth_value(name, 2 ORDER BY price) FROM (VALUES ('a', 3), ('b', 1)) AS t (name, price) -> a"),
    APPROX("approx_percentile", "approx_percentile_cont|approx_quantile", "double precision, double precision -> double precision",
           OF_FRACTION, approx_bind, "percentile_cont of values rounded to 8 binary digits: within 0.2 %",
           "SELECT approx_percentile(x, 0.5) FROM (VALUES (1), (2), (4)) AS t (x) -> 2"),
    APPROX("approx_percentile_cont_with_weight", "approx_percentile_with_weight",
           "double precision, bigint, double precision -> double precision", OF_FRACTION, approx_weighted_bind,
           "the same, each value counted as often as its weight, an integer, says",
           "SELECT approx_percentile_cont_with_weight(x, weight, 0.9) FROM (VALUES (1, 2), (3, 9)) AS t (x, weight) -> 3"),
    APPROX("approx_median", NULL, "double precision -> double precision", AGG_WITHIN_GROUP, approx_median_bind,
           "median of values rounded to 8 binary digits: within 0.2 %",
           "SELECT approx_median(x) FROM (VALUES (1), (2), (4)) AS t (x) -> 2"),
    {0},
};
