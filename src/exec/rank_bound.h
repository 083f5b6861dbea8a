/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the first n rows (or ranks) of an ordered group end.  Inside exec/ only. */
#pragma once
#include "exec/ranked.h"

typedef struct RankBound {
    enum { BOUND_NOTHING, BOUND_AT, BOUND_ALL } kind;
    Str key; /* BOUND_AT: all entries below, and `part` rows of the entry itself */
    int64_t part;
} RankBound;

/* Bound of the first n by `kind` in the present content; its key lies in arena. */
int rank_bound(const Ranked *r, uint64_t owner, RankKind kind, int64_t n, Arena *arena, RankBound *ret);
/* Rows of an entry of this count that lie within. */
static inline int64_t rank_within(const RankBound *b, Str key, int64_t count)
{
    if (b->kind == BOUND_NOTHING || count <= 0)
        return 0;
    if (b->kind == BOUND_ALL)
        return count;
    int c = key_cmp(key, b->key);
    return c < 0 ? count : c > 0 ? 0 : MIN(b->part, count);
}
static inline bool rank_bound_equal(const RankBound *a, const RankBound *b)
{
    return a->kind == b->kind && (a->kind != BOUND_AT || (a->part == b->part && str_eq(a->key, b->key)));
}
/* The lower of two as a place to start from, the higher as one to end at. */
static inline bool rank_bound_before(const RankBound *a, const RankBound *b)
{
    if (a->kind != b->kind || a->kind != BOUND_AT)
        return a->kind < b->kind;
    return key_cmp(a->key, b->key) < 0;
}
