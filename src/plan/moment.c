/* SPDX-License-Identifier: Apache-2.0
 *
 * Moments and the forms that columns hold them in: timestamps of every precision, dates, and the BIGINT event time of a source,
 * which counts units.  What goes by the clock reads all of them as microseconds; which conversions leave a watermark as it is, is
 * said here. */
#include "plan/logical.h"

#include "base/calendar.h"

bool logical_is_time(const Logical *n, uint32_t col, int64_t *ret_unit_us)
{
    uint32_t at;
    TypeId id = n->cols[col].type.id;
    *ret_unit_us = 0;
    if (type_is_timestamp(id) || id == T_DATE)
        return true;
    const Relation *r = id == T_I64 ? logical_origin(n, col, &at) : NULL;
    if (!r || r->watermark.col != at)
        return false;
    *ret_unit_us = r->watermark.unit_us;
    return *ret_unit_us != 0;
}

/* The call that reads a BIGINT time of this unit. */
static const char *reader_of(int64_t unit_us)
{
    return unit_us == 1               ? "to_timestamp_us"
           : unit_us == 1000          ? "to_timestamp_ms"
           : unit_us == US_PER_SECOND ? "to_timestamp_s"
                                      : "to_timestamp_ns";
}

/* A BIGINT time read with the unit that its source declares. */
static bool reads_time(const Logical *in, const Expr *e)
{
    int64_t unit;
    return e->kind == EXPR_CALL && e->n_args == 1 && e->arg[0]->kind == EXPR_COLUMN && e->arg[0]->type.id == T_I64 &&
           logical_is_time(in, e->arg[0]->col, &unit) && strcmp(e->fn->name, reader_of(unit)) == 0;
}

bool logical_is_same_moment(const Logical *in, const Expr *e)
{
    while (e->kind == EXPR_CAST && !e->try_cast && type_is_timestamp(e->type.id) &&
           (type_is_timestamp(e->arg[0]->type.id) || e->arg[0]->type.id == T_DATE))
        e = e->arg[0];
    return e->kind == EXPR_COLUMN || reads_time(in, e);
}

bool logical_is_of_time(const Logical *in, const Expr *e)
{
    while (e->kind != EXPR_COLUMN && !reads_time(in, e)) { /* the argument that leads to the only column */
        const Expr *next = NULL;
        for (uint32_t i = 0; i < e->n_args && !next; i++)
            if (e->arg[i]->kind != EXPR_CONST)
                next = e->arg[i];
        if (!next)
            return false;
        e = next;
    }
    return e->kind != EXPR_COLUMN || type_is_timestamp(e->type.id) || e->type.id == T_DATE;
}

int moment_of(Arena *a, const Logical *in, Expr *e, Expr **ret, Err *err)
{
    int64_t unit = 0;
    *ret = e->type.id == T_TS ? e : NULL;
    if (*ret)
        return 0;
    if (type_is_timestamp(e->type.id) || e->type.id == T_DATE)
        return expr_cast(a, e, TYPE(TS), CAST_EXPLICIT, false, ret, err);
    if (e->kind != EXPR_COLUMN || !logical_is_time(in, e->col, &unit))
        return 0;
    TRY(expr_call(a, str_of(reader_of(unit)), &e, 1, e->at, ret, err));
    return (*ret)->type.id == T_TS ? 0 : expr_cast(a, *ret, TYPE(TS), CAST_EXPLICIT, false, ret, err);
}
