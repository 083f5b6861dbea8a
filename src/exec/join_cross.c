/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys whose first match has come, or whose last one has gone. */
#include "exec/join_cross.h"

#define FOUND 64

typedef struct JoinGroup { /* rows of a batch that have one key */
    uint32_t at;           /* position of the first */
    int64_t w;             /* sum of their weights */
} JoinGroup;
typedef struct JoinGroups {
    uint32_t n;
    JoinGroup *group;
} JoinGroups;

static bool same_key(const JoinSide *s, const JoinInput *in, uint32_t a, uint32_t b)
{
    uint32_t x = row_at(in->rows, a), y = row_at(in->rows, b), k = 0;
    while (in->hash[a] == in->hash[b] && k < s->n_keys && vec_rows_equal(s->key_col[k], x, s->key_col[k], y))
        k++;
    return k == s->n_keys;
}

/* Of a batch of side s with keys that are equal only when their bytes are.  n > 0. */
static int find_groups(const JoinSide *s, const JoinInput *in, Arena *arena, JoinGroups *ret)
{
    uint32_t n = in->rows.n, log2 = 64 - (uint32_t)__builtin_clzll((uint64_t)n * 2), mask = (1u << log2) - 1;
    uint32_t *slot = arena_zalloc(arena, ((size_t)mask + 1) * sizeof(*slot)); /* number + 1 */
    *ret = (JoinGroups){.group = arena_alloc(arena, n * sizeof(JoinGroup))};
    if (!slot || !ret->group)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = (uint32_t)((in->hash[i] * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - log2));
        while (slot[at] && !same_key(s, in, ret->group[slot[at] - 1].at, i))
            at = (at + 1) & mask;
        if (!slot[at]) {
            ret->group[ret->n] = (JoinGroup){.at = i};
            slot[at] = ++ret->n;
        }
        ret->group[slot[at] - 1].w += batch_weight(in->batch, row_at(in->rows, i));
    }
    return 0;
}

/* Of what is still to come. */
static int count_own(const JoinSide *s, uint8_t *row, int64_t *ret)
{
    for (*ret = 0; row; row = join_link(s, row)->next) {
        TRY(hash_table_need(s->rows, row));
        *ret += *row_count(row);
    }
    return 0;
}

/* How many rows the side has of a key, as far as that has to be known: n is right, or n and n - w are more than none.  row: the
 * only one, where there are not several. */
static int count_rows(JoinSide *s, const JoinInput *one, uint8_t *row, int64_t w, int64_t *n, Arena *arena)
{
    const Arrangement *a = s->shared;
    ArrangementPlace place = {0};
    do {
        uint8_t *found[FOUND] = {row};
        uint16_t at[FOUND] = {0};
        int got = a->next ? join_shared_next(s, s, row_at(one->rows, 0), &place, found, FOUND, arena) : row != NULL;
        if (got <= 0)
            return got;
        uint32_t n_found = (uint32_t)got;
        TRY(join_shared_sift(s, s, one, at, found, &n_found, arena));
        for (uint32_t i = 0; i < n_found; i++)
            *n += *row_count(found[i]);
    } while (a->next && !place.ended && (*n <= 0 || *n - w <= 0));
    return 0;
}

/* One row of the batch for each. */
static int keys_of_groups(const JoinInput *in, const JoinGroups *g, Arena *arena, JoinInput *ret)
{
    uint16_t *sel = arena_alloc(arena, g->n * sizeof(*sel));
    uint64_t *hash = arena_alloc(arena, g->n * sizeof(*hash));
    if (!sel || !hash)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < g->n; i++) {
        sel[i] = (uint16_t)row_at(in->rows, g->group[i].at);
        hash[i] = in->hash[g->group[i].at];
    }
    *ret = (JoinInput){.batch = in->batch, .rows = {g->n, sel}, .hash = hash};
    return 0;
}

int join_cross_find(JoinSide *s, const JoinInput *in, JoinCross *ret)
{
    Arena *arena = s->op->env->step;
    JoinGroups g;
    uint8_t **row, **own;
    uint32_t n = 0;
    *ret = (JoinCross){0};
    if (in->rows.n == 0)
        return 0;
    TRY(find_groups(s, in, arena, &g));
    TRY(keys_of_groups(in, &g, arena, &ret->in));
    ret->sign = arena_alloc(arena, g.n * sizeof(*ret->sign));
    if (!ret->sign)
        return -ERR_OUT_OF_MEMORY;
    TRY(join_shared_match(s, s, &ret->in, &row));
    TRY(join_side_match(s, s, &ret->in, &own));
    uint16_t *sel = (uint16_t *)ret->in.rows.sel;
    for (uint32_t i = 0; i < g.n; i++) {
        JoinInput one = {.batch = in->batch, .rows = {1, &(uint16_t){sel[i]}}};
        int64_t now, w = g.group[i].w;
        TRY(count_own(s, own[i], &now));
        TRY(count_rows(s, &one, s->shared->next ? NULL : row[i], w, &now, arena));
        if ((now > 0) == (now - w > 0))
            continue;
        sel[n] = sel[i];
        ret->in.hash[n] = ret->in.hash[i];
        ret->sign[n++] = now > 0 ? 1 : -1;
    }
    ret->in.rows.n = n;
    return 0;
}
