/* SPDX-License-Identifier: Apache-2.0
 *
 * Marks: holding and forwarding them, and what they mean behind an expression.
 *
 * A mark speaks of the watermark columns of the input.  Where an output column is a nondecreasing function f of one
 * (date_trunc('hour', ts)), rows below f(W) can still not come but rows below W can, so the mark becomes f(W), the least over the
 * columns of its class.  Where f reads the clock of a zone, it is the least value behind W. */
#include "base/zone.h"
#include "exec/op_impl.h"
#include "exec/window_time.h"

int op_mark_hold(Op *op, uint32_t input, Mark m)
{
    uint32_t i = 0;
    while (i < op->n_marks && op->marks[i].cls != m.cls)
        i++;
    if (i == op->n_marks) {
        if (i == ARRAY_LEN(op->marks))
            return -ERR_PROGRAM_LIMIT;
        op->marks[i].cls = m.cls;
        op->marks[i].wm[0] = op->marks[i].wm[1] = op->marks[i].out = INT64_MIN;
        op->n_marks++;
    }
    if (m.wm_us > op->marks[i].wm[input])
        op->marks[i].wm[input] = m.wm_us;
    return 0;
}

int op_mark_none(Op *op, uint32_t input, Mark m, Out *out)
{
    (void)op;
    (void)input;
    (void)m;
    (void)out;
    return 0;
}

int op_mark_release(Op *op, Out *out)
{
    for (uint32_t i = 0; i < op->n_marks; i++) {
        int64_t wm = op->marks[i].wm[0];
        if (op->node->n_in > 1)
            wm = MIN(wm, op->marks[i].wm[1]);
        if (wm <= op->marks[i].out)
            continue;
        op->marks[i].out = wm;
        TRY(out_mark(out, op->marks[i].cls, wm));
    }
    return 0;
}

/* Units per second of a BIGINT time, by the call that reads it; 0 = it is none that does. */
static int64_t units_per_second(const Expr *reader)
{
    const char *name = reader && reader->kind == EXPR_CALL ? reader->fn->name : "";
    return strcmp(name, "to_timestamp_s") == 0    ? 1
           : strcmp(name, "to_timestamp_ms") == 0 ? 1000
           : strcmp(name, "to_timestamp_us") == 0 ? US_PER_SECOND
           : strcmp(name, "to_timestamp_ns") == 0 ? 1000 * US_PER_SECOND
                                                  : 0;
}

/* Value of the class's clock as the input column holds it (rounded down); false = it cannot.  units: per second, of a BIGINT. */
static bool time_of_us(int64_t us, Type t, int64_t units, Value *ret)
{
    *ret = (Value){.type = t, .i64 = us};
    if (t.id == T_DATE)
        ret->i32 = (int32_t)MIN(MAX(floor_div(us, US_PER_DAY), INT32_MIN), INT32_MAX);
    if (t.id == T_TSNS)
        return !__builtin_mul_overflow(us, INT64_C(1000), &ret->i64);
    if (t.id != T_I64)
        return t.id == T_DATE || type_is_timestamp(t.id);
    if (units > US_PER_SECOND)
        return !__builtin_mul_overflow(us, units / US_PER_SECOND, &ret->i64);
    if (units > 0)
        ret->i64 = floor_div(us, US_PER_SECOND / units);
    return units > 0;
}

int64_t op_rank_of_f64(double v)
{
    int64_t bits;
    v = v == 0 ? 0 : v; /* -0 */
    memcpy(&bits, &v, sizeof(bits));
    return bits < 0 ? INT64_MIN - bits : bits;
}

int64_t op_rank_of_decimal(i128 v)
{
    return (int64_t)MIN(MAX(v, INT64_MIN + 1), INT64_MAX - 1);
}

/* Values in their order, times in microseconds; false: NULL, or of a type without a rank. */
static bool rank_of(const Value *v, int64_t *ret)
{
    if (v->is_null)
        return false;
    switch ((TypeId)v->type.id) {
    case T_TSNS: *ret = floor_div(v->i64, 1000); return true;
    case T_DATE: *ret = v->i32 * US_PER_DAY; return true;
    case T_TS:
    case T_TSTZ:
    case T_I64: *ret = v->i64; return true;
    case T_I16: *ret = v->i16; return true;
    case T_I32: *ret = v->i32; return true;
    case T_F32: *ret = op_rank_of_f64((double)v->f32); return true;
    case T_F64: *ret = op_rank_of_f64(v->f64); return true;
    case T_DECIMAL: *ret = op_rank_of_decimal(v->dec); return true;
    default: return false;
    }
}

static bool rank_at(const Expr *e, const Expr *leaf, int64_t units, int64_t us, Arena *scratch, int64_t *ret)
{
    Value in, result;
    return time_of_us(us, leaf->type, units, &in) && expr_apply_scalar(e, &in, scratch, &result) && rank_of(&result, ret);
}

/* The zone by whose clock a call reads a moment; NULL = it reads none, or by one that never changes. */
static const TimeZone *zone_of(const Expr *call)
{
    int32_t minutes;
    bool reads = call->kind == EXPR_CALL && call->n_args == 2 && call->fn->mono[1] == MONO_NONDEC_BY_CHANGES &&
                 call->arg[0]->kind == EXPR_CONST && !call->arg[0]->value.is_null;
    return !reads || zone_abbreviation(call->arg[0]->value.str, &minutes) ? NULL : zone_find(call->arg[0]->value.str);
}

/* A clock that is set back shows earlier times again: the least value from `us` on is the one there, or right behind a change.  No
 * clock is ever set back by more than a day. */
static bool least_behind_changes(const Expr *e, const Expr *leaf, const TimeZone *z, int64_t us, Arena *scratch, int64_t *ret)
{
    int64_t at = us, rank;
    while (zone_next_change(z, at, &at) && at <= add_saturated(us, 2 * US_PER_DAY)) {
        if (!rank_at(e, leaf, 0, at, scratch, &rank))
            return false;
        *ret = MIN(*ret, rank);
    }
    return true;
}

bool op_mark_rank(const Expr *e, int64_t us, int64_t units, Arena *scratch, int64_t *ret)
{
    const Expr *leaf = e, *reader = NULL;
    const TimeZone *zone = NULL;
    uint32_t col;
    if (!expr_rises(e, &col))
        return false;
    while (leaf->kind != EXPR_COLUMN) { /* the argument that leads to the only column */
        const Expr *next = NULL;
        for (uint32_t i = 0; i < leaf->n_args && !next; i++)
            if (leaf->arg[i]->kind != EXPR_CONST)
                next = leaf->arg[i];
        if (!next)
            return false;
        const TimeZone *z = zone_of(leaf);
        zone = z ? z : zone;
        reader = leaf;
        leaf = next;
    }
    units = units ? units : units_per_second(reader);
    return rank_at(e, leaf, units, us, scratch, ret) && (!zone || least_behind_changes(e, leaf, zone, us, scratch, ret));
}

/* What watermark us means for the output column made by e, a time; false = nothing is known. */
static bool mark_through(const Expr *e, int64_t us, Arena *scratch, int64_t *ret)
{
    *ret = us;
    if (e->kind == EXPR_COLUMN || us == INT64_MAX || us == INT64_MIN)
        return true;
    return (type_is_timestamp(e->type.id) || e->type.id == T_DATE) && op_mark_rank(e, us, 0, scratch, ret);
}

int op_mark_exprs(Op *op, uint32_t input, Expr *const *exprs, Mark m, Out *out)
{
    const Props *props = &op->node->props;
    bool first = true;
    int64_t least = m.wm_us;
    for (uint32_t i = 0; i < props->n_wm; i++) {
        int64_t us;
        if (props->wm[i].cls != m.cls)
            continue;
        if (!mark_through(exprs[props->wm[i].col], m.wm_us, out->arena, &us))
            return 0;
        least = first ? us : MIN(least, us);
        first = false;
    }
    return op_mark_hold(op, input, (Mark){m.cls, least});
}
