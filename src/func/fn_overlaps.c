/* SPDX-License-Identifier: Apache-2.0
 *
 * (start, end) OVERLAPS (start, end): periods that share a moment; an end counts as outside unless it is the start.  NULL bounds
 * are open, with the answer NULL where it depends on them, as in the standard. */
#include "func/row_run.h"

typedef struct Bound {
    bool has;
    int64_t at;
} Bound;
typedef struct Period {
    Bound start, end;
} Period;

/* false: neither bound is known. */
static bool period_at(const RowRun *t, uint32_t i, Period *ret)
{
    for (uint32_t k = 0; k < 2; k++) {
        Value v = row_value(t, i + k);
        *(k ? &ret->end : &ret->start) = (Bound){!v.is_null, v.is_null ? 0 : v.i64};
    }
    if (!ret->start.has || (ret->end.has && ret->start.at > ret->end.at)) {
        Bound start = ret->start;
        ret->start = ret->end;
        ret->end = start;
    }
    return ret->start.has;
}

static int give(RowRun *t, bool known, bool value)
{
    t->num = value;
    return known;
}

static int overlaps_row(RowRun *t)
{
    Period a, b;
    if (!period_at(t, 0, &a) || !period_at(t, 2, &b))
        return 0;
    if (a.start.at == b.start.at) /* also when one of them is a moment */
        return give(t, a.end.has && b.end.has, true);
    Period first = a.start.at < b.start.at ? a : b, later = a.start.at < b.start.at ? b : a;
    if (!first.end.has)
        return 0;
    if (later.start.at < first.end.at)
        return give(t, true, true);
    return give(t, later.end.has, false);
}
ROW_KERNEL(overlaps, overlaps_row)

#define OVERLAPS(t)                                                                                                                \
    FN4("overlaps", t, t, t, t, T_BOOL, overlaps, 0, "periods share a moment",                                                     \
        "(DATE '2001-02-16', DATE '2001-12-21') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30') -> true")
const FuncDef fn_overlaps[] = {
    OVERLAPS(T_TS), OVERLAPS(T_TSTZ), OVERLAPS(T_TIME), OVERLAPS(T_TIMETZ), {0},
};
