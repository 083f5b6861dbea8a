/* SPDX-License-Identifier: Apache-2.0
 *
 * The best counts of a window are a short sorted list; its last one is the bound once it is full. */
#include "exec/best_groups.h"

int best_groups_open(BestGroups *b, const AggGroups *g, Err *err)
{
    const PhysAgg *node = g->node;
    *b = (BestGroups){.n = node->best, .sign = node->best_is_least ? -1 : 1};
    if (b->n == 0)
        return 0;
    const GroupSlot *s = &g->slot[g->n_bounds + node->best_agg];
    b->at = s->kind == SLOT_ROWS ? ROW_COUNT_AT : g->layout.extra_offset + s->at;
    b->first = ARENA_ARRAY(g->op->env->plan, int64_t, b->n);
    return b->first ? 0 : RAISE_NOMEM(err);
}

static inline int64_t count_of(const BestGroups *b, const uint8_t *row)
{
    return *(const int64_t *)(const void *)(row + b->at) * b->sign;
}

static void take(BestGroups *b, int64_t count)
{
    uint32_t i = b->n_seen < b->n ? b->n_seen++ : b->n - 1;
    for (; i > 0 && b->first[i - 1] < count; i--)
        b->first[i] = b->first[i - 1];
    b->first[i] = count;
}

static inline int64_t bound(const BestGroups *b)
{
    return b->n_seen < b->n ? INT64_MIN : b->first[b->n - 1];
}

uint32_t best_groups_keep(BestGroups *b, uint8_t **row, uint32_t n)
{
    uint32_t kept = 0;
    if (b->n == 0)
        return n;
    int64_t least = bound(b);
    for (uint32_t i = 0; i < n; i++) {
        int64_t count = count_of(b, row[i]);
        if (unlikely(count > least) || unlikely(least == INT64_MIN)) {
            take(b, count);
            least = bound(b);
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *r = row[i];
        row[kept] = r;
        kept += count_of(b, r) >= least;
    }
    return kept;
}
