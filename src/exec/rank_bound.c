/* SPDX-License-Identifier: Apache-2.0
 *
 * Bounds of the first n rows or ranks: found by position in the ordered collection, so O(log n); DENSE_RANK walks from rank to
 * rank, which are at most n. */
#include "exec/rank_bound.h"

static int copy_key(Str key, Arena *arena, Str *ret)
{
    char *p = arena_memdup(arena, key.p, key.n);
    *ret = (Str){p, key.n};
    return p ? 0 : -ERR_OUT_OF_MEMORY;
}

static int after_dense(const Ranked *r, uint64_t owner, int64_t n, Arena *arena, RankBound *ret)
{
    Str at = {"", 0}, key;
    int64_t count;
    for (int64_t i = 0; i < n; i++) {
        bool found = multi_seek(r->rows, owner, at, false, &key, &count);
        while (found && count <= 0)
            found = multi_seek(r->rows, owner, key, true, &key, &count);
        if (!found) {
            ret->kind = BOUND_ALL;
            return 0;
        }
        at = ranked_after_peers(str_first(key, ranked_order_bytes(r, key)), arena);
        if (!at.p)
            return -ERR_OUT_OF_MEMORY;
    }
    *ret = (RankBound){.kind = BOUND_AT, .key = at};
    return 0;
}

int rank_bound(const Ranked *r, uint64_t owner, RankKind kind, int64_t n, Arena *arena, RankBound *ret)
{
    Str key;
    int64_t count;
    *ret = (RankBound){.kind = n <= 0 ? BOUND_NOTHING : BOUND_ALL};
    if (n <= 0 || n >= multi_total(r->rows, owner))
        return 0;
    if (kind == RANK_DENSE)
        return after_dense(r, owner, n, arena, ret);
    if (!multi_nth(r->rows, owner, n - 1, &key, &count))
        return 0;
    ret->kind = BOUND_AT;
    if (kind == RANK_RANK) {
        ret->key = ranked_after_peers(str_first(key, ranked_order_bytes(r, key)), arena);
        return ret->key.p ? 0 : -ERR_OUT_OF_MEMORY;
    }
    ret->part = count == 1 ? 1 : n - multi_rank(r->rows, owner, key);
    return copy_key(key, arena, &ret->key);
}
