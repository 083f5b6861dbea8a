/* SPDX-License-Identifier: Apache-2.0
 *
 * Versions of a key (design 4.9): right rows by the time from which each holds, until the next.  A version without columns, its
 * time alone, says that from then on there is no row: what a delete leaves, until a version with an earlier time comes: then
 * the row is taken to hold from that time on.  One version per time: the last that came counts.
 *
 * With the left clock at W only the newest version at or before W and those after it can be asked for.  A key is listed
 * under the time at which its oldest version goes. */
#include "exec/asof_state.h"

static int end_at(AsofState *s, int64_t time, Str *ret)
{
    sb_clear(&s->bound);
    sortkey_put(&s->bound, &(SortSpec){.type = TYPE(I64)}, &(Value){.type = TYPE(I64), .i64 = time});
    *ret = sb_str(&s->bound);
    return s->bound.failed ? -ERR_OUT_OF_MEMORY : 0;
}

static int drop(AsofState *s, uint8_t *key, Str row, int64_t n)
{
    Str gone = {.p = arena_memdup(s->op->env->step, row.p, row.n), .n = row.n};
    return gone.p ? asof_state_add(s, key, 1, gone, -n) : -ERR_OUT_OF_MEMORY;
}

/* A row that is there again with an earlier time: what it was from then on until it ended does not hold any more. */
static int drop_until_end(AsofState *s, uint8_t *key, Str row)
{
    Str later = row, last = {0};
    int64_t n;
    while (asof_after(s, key, 1, later, &later, &n)) {
        later.p = arena_memdup(s->op->env->step, later.p, later.n);
        if (!later.p)
            return -ERR_OUT_OF_MEMORY;
        if (asof_version_is_end(s, later))
            last = later;
    }
    while (last.p && asof_after(s, key, 1, row, &later, &n) && str_cmp(later, last) <= 0)
        TRY(drop(s, key, later, n));
    return 0;
}

int asof_version_put(AsofState *s, uint8_t *key, int64_t time, Str row)
{
    Str old;
    int64_t n;
    while (asof_at_or_after(s, key, 1, time, &old, &n) && asof_time(old) == time)
        TRY(drop(s, key, old, n));
    if (!row.p)
        TRY(end_at(s, time, &row));
    else
        TRY(drop_until_end(s, key, row));
    return asof_state_add(s, key, 1, row, 1);
}

bool asof_version_last(AsofState *s, uint8_t *key, Str *ret)
{
    int64_t n;
    return asof_before(s, key, 1, INT64_MAX, ret, &n) && !asof_version_is_end(s, *ret);
}

int asof_versions_file(AsofState *s, uint8_t *key)
{
    Str row, next;
    int64_t n;
    if (!asof_first(s, key, 1, &row, &n))
        return asof_state_unlist(s, &s->due, key);
    int64_t due = asof_time(row);
    if (!asof_version_is_end(s, row)) {
        Str first = {.p = arena_memdup(s->op->env->step, row.p, row.n), .n = row.n};
        if (!first.p)
            return -ERR_OUT_OF_MEMORY;
        if (!asof_after(s, key, 1, first, &next, &n))
            return asof_state_unlist(s, &s->due, key);
        due = asof_time(next);
    }
    return asof_state_list(s, &s->due, key, due);
}

int asof_versions_forget(AsofState *s, uint8_t *key, int64_t from)
{
    Str row, keep = {0};
    int64_t n, at = INT64_MIN;
    if (asof_before(s, key, 1, from == INT64_MAX ? from : from + 1, &keep, &n))
        at = asof_time(keep);
    while (asof_first(s, key, 1, &row, &n) && asof_time(row) <= at && (asof_time(row) < at || asof_version_is_end(s, row)))
        TRY(drop(s, key, row, n));
    return asof_versions_file(s, key);
}
