/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregates that always need all their values, in order: MEDIAN, PERCENTILE_CONT, PERCENTILE_DISC, MODE, STRING_AGG.  They have no
 * state of their own; the operator's multiset holds (order columns, value).  AggSpec.param is the fraction of a percentile and the
 * separator of STRING_AGG.  ARRAY_AGG and the approximate ones are known by name and refused. */
#include "func/agg/agg_impl.h"

#include <math.h>
#include <string.h>

#include "base/decimal.h"

static int refuse_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    (void)args, (void)n_args;
    return RAISE(err, ERR_UNSUPPORTED, "aggregate function %s is not supported", s->type->name);
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

static int median_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    s->param = (Value){.type = TYPE(F64), .f64 = 0.5};
    return cont_bind(s, args, n_args, err);
}

static int disc_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    double fraction;
    if (n_args != 1 || type_is_nested(args[0].id))
        return agg_no_match(s, args, n_args, err);
    TRY(fraction_of(s, &fraction, err));
    return multi_bind(s, s->arg[0]);
}

static int mode_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1 || type_is_nested(args[0].id))
        return agg_no_match(s, args, n_args, err);
    return multi_bind(s, s->arg[0]);
}

/* The binder puts ORDER BY columns into spec->order after binding; without them the texts are in their own order. */
static int string_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1 || args[0].id != T_TEXT)
        return agg_no_match(s, args, n_args, err);
    return multi_bind(s, TYPE(TEXT));
}

static int nth_value(const AggSpec *s, AggMulti *m, int64_t k, Value *ret)
{
    Value cols[5];
    int64_t count;
    TRY(m->nth(m, k, cols, &count));
    *ret = cols[s->n_order];
    return 0;
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

#define MULTI(n, alias, b, m, h, e)                                                                                                \
    {                                                                                                                              \
        .name = n, .aliases = alias, .help = h, .example = e, .bind = b, .final_multi = m                                          \
    }
#define REFUSED(n, alias, h) MULTI(n, alias, refuse_bind, NULL, h, n "(x)")
const AggType agg_multis[] = {
    MULTI("median", NULL, median_bind, cont_multi, "value in the middle, interpolated", "median(x)"),
    MULTI("percentile_cont", "quantile_cont", cont_bind, cont_multi, "value at a fraction of the order, interpolated",
          "percentile_cont(0.9) WITHIN GROUP (ORDER BY x)"),
    MULTI("percentile_disc", "quantile_disc", disc_bind, disc_multi, "first value at or beyond a fraction of the order",
          "percentile_disc(0.9) WITHIN GROUP (ORDER BY x)"),
    MULTI("mode", NULL, mode_bind, mode_multi, "most frequent value; the smallest of several", "mode() WITHIN GROUP (ORDER BY x)"),
    MULTI("string_agg", "listagg|group_concat", string_bind, string_multi, "texts joined by a separator",
          "string_agg(name, ', ' ORDER BY name)"),
    REFUSED("array_agg", NULL, "array of the values"),
    REFUSED("approx_count_distinct", "approx_distinct", "estimated number of distinct values"),
    REFUSED("approx_percentile", "approx_percentile_cont|approx_percentile_cont_with_weight", "estimated percentile"),
    REFUSED("approx_median", NULL, "estimated median"),
    REFUSED("nth_value", NULL, "value of the n-th row"),
    {0},
};
