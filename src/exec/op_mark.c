/* SPDX-License-Identifier: Apache-2.0
 *
 * Marks: holding and forwarding them, and what they mean behind an expression.
 *
 * A mark speaks of the watermark columns of the input.  Where an output column is a nondecreasing function f of one
 * (date_trunc('hour', ts)), rows below f(W) can still not come but rows below W can, so the mark becomes f(W), the least over the
 * columns of its class. */
#include "exec/op_impl.h"

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

/* Value of the class's clock as the input column holds it (rounded down), for the expression that reads it; false = it cannot. */
static bool time_of_us(int64_t us, Type t, const Expr *reader, Value *ret)
{
    *ret = (Value){.type = t, .i64 = us};
    if (t.id == T_DATE)
        ret->i32 = (int32_t)MIN(MAX(floor_div(us, US_PER_DAY), INT32_MIN), INT32_MAX);
    if (t.id == T_TSNS)
        return !__builtin_mul_overflow(us, INT64_C(1000), &ret->i64);
    int64_t units = t.id == T_I64 ? units_per_second(reader) : 0;
    if (units > US_PER_SECOND)
        return !__builtin_mul_overflow(us, units / US_PER_SECOND, &ret->i64);
    if (units > 0)
        ret->i64 = floor_div(us, US_PER_SECOND / units);
    return units > 0 || t.id == T_DATE || type_is_timestamp(t.id);
}

static bool us_of_time(const Value *v, int64_t *ret)
{
    if (v->is_null || (!type_is_timestamp(v->type.id) && v->type.id != T_DATE))
        return false;
    *ret = v->type.id == T_TSNS ? floor_div(v->i64, 1000) : v->type.id == T_DATE ? v->i32 * US_PER_DAY : v->i64;
    return true;
}

/* What watermark us means for the output column made by e; false = nothing is known. */
static bool mark_through(const Expr *e, int64_t us, Arena *scratch, int64_t *ret)
{
    uint32_t col;
    Value in, result;
    *ret = us;
    if (e->kind == EXPR_COLUMN || us == INT64_MAX || us == INT64_MIN)
        return true;
    if (!expr_is_nondecreasing(e, &col))
        return false;
    const Expr *leaf = e, *reader = NULL;
    while (leaf->kind != EXPR_COLUMN) { /* the argument that leads to the only column */
        const Expr *next = NULL;
        for (uint32_t i = 0; i < leaf->n_args && !next; i++)
            if (leaf->arg[i]->kind != EXPR_CONST)
                next = leaf->arg[i];
        if (!next)
            return false;
        reader = leaf;
        leaf = next;
    }
    return time_of_us(us, leaf->type, reader, &in) && expr_apply_scalar(e, &in, scratch, &result) && us_of_time(&result, ret);
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
