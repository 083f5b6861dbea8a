/* SPDX-License-Identifier: Apache-2.0
 *
 * COUNT(*) and COUNT(x).  The former has no state: the operator counts the rows of a group anyhow. */
#include "func/agg/agg_impl.h"

#include <string.h>

typedef struct CountState {
    int64_t n, pad;
} CountState;

static int count_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args > 1)
        return agg_no_match(s, args, n_args, err);
    s->flags = AGG_LINEAR | AGG_MERGEABLE | AGG_INVERTIBLE;
    s->ret = TYPE(I64);
    s->count_star = n_args == 0 || (s->arg_not_null && !s->distinct);
    s->state_bytes = s->count_star ? 0 : sizeof(CountState);
    return 0;
}

static void count_init(const AggSpec *s, uint8_t *state)
{
    memset(state, 0, s->state_bytes);
}

static int count_add(ADD_ARGS)
{
    ADD_UNUSED;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        ((CountState *)state[i])->n += null_at(arg[0], r) ? 0 : weight_at(w, w_all, r);
    }
    return 0;
}

static bool count_add_dense(const AggSpec *s, uint8_t *const *row, size_t at, size_t count_at, const Vec *arg, uint32_t n)
{
    (void)s, (void)arg;
    for (uint32_t i = 0; i < n; i++) {
        ((CountState *)(void *)(row[i] + at))->n++;
        if (count_at)
            ++*(int64_t *)(void *)(row[i] + count_at);
    }
    return true;
}

static int count_add_one(ADD_ONE_ARGS)
{
    ADD_UNUSED;
    int64_t n = 0;
    if (!w && !arg[0]->valid)
        n = (int64_t)rows.n * w_all;
    else if (!w && !rows.sel && arg[0]->kind == VEC_FLAT)
        n = (int64_t)bits_count(arg[0]->valid, rows.n) * w_all;
    else {
        EACH_ROW(rows, r)
        n += null_at(arg[0], r) ? 0 : weight_at(w, w_all, r);
    }
    ((CountState *)state)->n += n;
    return 0;
}

static int count_merge(MERGE_ARGS)
{
    (void)s, (void)x;
    ((CountState *)dst)->n += sign * ((const CountState *)src)->n;
    return 0;
}

static int count_final(FINAL_ARGS)
{
    (void)s, (void)x;
    for (uint32_t i = 0; i < n; i++)
        ((int64_t *)out->data)[i] = ((const CountState *)state[i])->n;
    return 0;
}

const AggType agg_counts[] = {
    {.name = "count",
     .forms = "* -> bigint|any -> bigint",
     .help = "number of rows, or of values that are not NULL",
     .example = "SELECT count(*) FROM (VALUES (1), (2), (4)) AS t (x) -> 3",
     .bind = count_bind,
     .init = count_init,
     .add = count_add,
     .add_one = count_add_one,
     .add_dense = count_add_dense,
     .merge = count_merge,
     .final = count_final},
    {0},
};
