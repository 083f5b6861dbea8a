/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames: which rows of the partition a row's function looks at.  ROWS counts rows, GROUPS counts groups of peers, RANGE goes by
 * the value of the order column: the value moved by the offset is made a sort key and looked up among those of the rows, so that
 * the direction and the place of NULLs need no care.  A NULL has no distance to anything: its bounds are those of its peers. */
#include "exec/over_eval.h"

#include <math.h>

#define DECIMAL_END ((i128)(~(u128)0 >> 1))

/* ---- RANGE with an offset ---- */

static i128 clamp(i128 v, i128 low, i128 high)
{
    return v < low ? low : v > high ? high : v;
}

static float float_towards(double d, bool up)
{
    float f = (float)d;
    if (up && (double)f < d)
        return nextafterf(f, INFINITY);
    return !up && (double)f > d ? nextafterf(f, -INFINITY) : f;
}

static int64_t time_moved(int64_t us, const Interval *iv, int64_t low, int64_t high)
{
    int64_t t;
    bool back = interval_cmp(iv, &(Interval){0}) < 0;
    return timestamp_add(us, iv, &t) < 0 ? (back ? low : high) : MIN(MAX(t, low), high);
}

static void interval_moved(const Interval *v, const Interval *iv, Interval *ret)
{
    if (interval_add(v, iv, ret) >= 0)
        return;
    bool back = interval_cmp(iv, &(Interval){0}) < 0;
    *ret = back ? (Interval){INT32_MIN, INT32_MIN, INT64_MIN} : (Interval){INT32_MAX, INT32_MAX, INT64_MAX};
}

/* v moved by the distance; `up`: towards larger values.  Beyond the type's range it stays at its end. is_start says on which side
 * a value between two of the type has to fall. */
static void move_value(Value *v, const Value *by, bool up, bool round_up)
{
    Interval iv = by->iv;
    if (by->type.id == T_INTERVAL && !up && interval_neg(&by->iv, &iv) < 0)
        iv = (Interval){INT32_MIN, INT32_MIN, INT64_MIN};
    int sign = up ? 1 : -1;
    switch ((TypeId)v->type.id) {
    case T_I16: v->i16 = (int16_t)clamp((i128)v->i16 + (i128)sign * by->i64, INT16_MIN, INT16_MAX); break;
    case T_I32: v->i32 = (int32_t)clamp((i128)v->i32 + (i128)sign * by->i64, INT32_MIN, INT32_MAX); break;
    case T_I64: v->i64 = (int64_t)clamp((i128)v->i64 + (i128)sign * by->i64, INT64_MIN, INT64_MAX); break;
    case T_F64: v->f64 += sign * by->f64; break;
    case T_F32: v->f32 = float_towards((double)v->f32 + sign * by->f64, round_up); break;
    case T_DECIMAL: {
        i128 moved;
        if (__builtin_add_overflow(v->dec, sign * by->dec, &moved))
            moved = up ? DECIMAL_END : -DECIMAL_END;
        v->dec = moved;
        break;
    }
    case T_DATE: {
        int64_t us = time_moved((int64_t)v->i32 * US_PER_DAY, &iv, INT64_MIN, INT64_MAX), day = floor_div(us, US_PER_DAY);
        v->i32 = (int32_t)MIN(MAX(day + (round_up && day * US_PER_DAY < us), INT32_MIN), INT32_MAX);
        break;
    }
    case T_TIME: v->i64 = time_moved(v->i64, &iv, 0, US_PER_DAY); break;
    case T_TSNS: {
        int64_t us = floor_div(v->i64, 1000), part = v->i64 - us * 1000, ns;
        int64_t moved = time_moved(us, &(Interval){iv.months, iv.days, iv.ns / 1000 * 1000}, INT64_MIN, INT64_MAX);
        if (__builtin_mul_overflow(moved, INT64_C(1000), &ns) || __builtin_add_overflow(ns, part + iv.ns % 1000, &ns))
            ns = up ? INT64_MAX : INT64_MIN;
        v->i64 = ns;
        break;
    }
    case T_TS:
    case T_TSTZ: v->i64 = time_moved(v->i64, &iv, INT64_MIN, INT64_MAX); break;
    case T_INTERVAL: interval_moved(&v->iv, &iv, &v->iv); break;
    default: break;
    }
}

/* First row whose order is not below the key (after: above it). */
static uint32_t find_order(const OverRows *r, Str key, bool after)
{
    uint32_t a = 0, b = r->n;
    while (a < b) {
        uint32_t m = (a + b) / 2;
        int c = str_cmp(r->order[m], key);
        if (c < 0 || (c == 0 && after))
            a = m + 1;
        else
            b = m;
    }
    return a;
}

/* Intervals of equal length have different keys: compared by their length alone, which comes first in the key. */
#define INTERVAL_LENGTH_BYTES 17u

static int range_bound(OverEval *e, const OverRows *r, uint32_t i, const Value *by, bool preceding, bool is_end, uint32_t *ret)
{
    const OverRow *row = &r->row[i];
    Value v = vec_get(&row->in->arg[e->order_arg], row->phys);
    bool desc = e->node->desc[0], up = preceding == desc;
    if (v.is_null) {
        *ret = r->group_start[r->group[i] + is_end];
        return 0;
    }
    bool is_nan = v.type.id == T_F64 && v.f64 != v.f64;
    move_value(&v, by, up, is_end == desc);
    if (v.type.id == T_F64 && v.f64 != v.f64 && !is_nan) /* infinity less infinity: as far as there is */
        v.f64 = up ? INFINITY : -INFINITY;
    SortSpec spec = {v.type, desc, e->node->nulls_first[0]};
    sb_clear(&e->key);
    sortkey_put(&e->key, &spec, &v);
    if (v.type.id == T_INTERVAL) {
        e->key.n = INTERVAL_LENGTH_BYTES;
        for (size_t k = 0; is_end && k < 8; k++)
            sb_putc(&e->key, (char)0xff);
    }
    *ret = find_order(r, sb_str(&e->key), is_end);
    return e->key.failed ? -ERR_OUT_OF_MEMORY : 0;
}

/* ---- ends ---- */

static uint32_t moved_back(uint32_t i, int64_t n)
{
    return n >= i ? 0 : i - (uint32_t)n;
}

static uint32_t moved_on(uint32_t i, int64_t n, uint32_t max)
{
    return n >= (int64_t)max - i ? max : i + (uint32_t)n;
}

static uint32_t rows_bound(const OverFrame *f, OverBound bound, bool is_end, uint32_t i, uint32_t n)
{
    int64_t by = f->offset[is_end].i64;
    if (bound == OVER_CURRENT)
        return i + is_end;
    if (bound == OVER_FOLLOWING)
        return moved_on(moved_on(i, by, n), is_end, n);
    return is_end && by > i ? 0 : moved_back(i, by) + (is_end ? 1 : 0);
}

static uint32_t groups_bound(const OverFrame *f, OverBound bound, bool is_end, const OverRows *r, uint32_t i)
{
    uint32_t g = r->group[i];
    int64_t by = f->offset[is_end].i64;
    if (bound == OVER_CURRENT)
        return r->group_start[g + is_end];
    if (bound == OVER_FOLLOWING)
        return r->group_start[moved_on(moved_on(g, by, r->n_groups), is_end, r->n_groups)];
    return is_end && by > g ? 0 : r->group_start[moved_back(g, by) + is_end];
}

static int bound_of(OverEval *e, const OverFrame *f, OverBound bound, bool is_end, const OverRows *r, uint32_t i, uint32_t *ret)
{
    if (bound == OVER_FIRST || bound == OVER_LAST) {
        *ret = bound == OVER_FIRST ? 0 : r->n;
        return 0;
    }
    if (f->unit == OVER_ROWS) {
        *ret = rows_bound(f, bound, is_end, i, r->n);
        return 0;
    }
    if (f->unit == OVER_RANGE && bound != OVER_CURRENT)
        return range_bound(e, r, i, &f->offset[is_end], bound == OVER_PRECEDING, is_end, ret);
    *ret = groups_bound(f, bound, is_end, r, i);
    return 0;
}

int over_frame(OverEval *e, const PhysOverCall *c, const OverRows *r, uint32_t i, uint32_t *ret_from, uint32_t *ret_to)
{
    TRY(bound_of(e, &c->frame, c->frame.start, false, r, i, ret_from));
    TRY(bound_of(e, &c->frame, c->frame.end, true, r, i, ret_to));
    *ret_to = MAX(*ret_to, *ret_from);
    return 0;
}
