/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the pairs of a stored row the best ones alone. */
#include "exec/join_best.h"

void join_best_open(JoinBest *x, const PairBest *of, const Schema *in)
{
    *x = (JoinBest){.of = of};
    for (uint32_t i = 0; i < of->n; i++)
        x->spec[i] = (SortSpec){in->field[of->col[i]].type, of->desc[i], of->nulls_first[i]};
}

int join_best_input(JoinBest *x, uint32_t input, const JoinInput *in, Arena *step)
{
    Vec v[PAIR_BEST_MAX];
    x->head = NULL;
    if (x->of->n == 0 || input != x->of->side)
        return 0;
    for (uint32_t i = 0; i < x->of->n; i++)
        v[i] = in->batch->col[x->of->col[i]];
    uint64_t(*head)[2] = arena_alloc(step, (in->rows.n + 1) * sizeof(*head));
    if (!head)
        return -ERR_OUT_OF_MEMORY;
    if (sortkey_heads(x->spec, v, x->of->n, in->rows, head))
        x->head = head;
    return 0;
}

int join_best_keep(const JoinBest *x, JoinSide *stored, uint16_t *at, uint8_t **row, uint32_t *n)
{
    uint32_t n_best = 0;
    for (uint32_t i = 0; i < *n; i++) {
        JoinBound *b = join_link_bound(stored, row[i]);
        if (!head_is_greater(b->head, x->head[at[i]]))
            continue;
        TRY(hash_table_touch(stored->rows, row[i]));
        memcpy(b->head, x->head[at[i]], sizeof(b->head));
    }
    for (uint32_t i = 0; i < *n; i++) {
        at[n_best] = at[i];
        row[n_best] = row[i];
        n_best += !join_best_is_behind(x, stored, at[i], row[i]);
    }
    *n = n_best;
    return 0;
}
