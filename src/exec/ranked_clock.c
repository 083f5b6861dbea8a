/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups whose first order column is the time of a watermark, ascending: the first nine bytes of a key are that time. */
#include "exec/ranked.h"

int ranked_take_late(Ranked *r, uint32_t time_col, int64_t wm_us, Batch *in, Out *out, Batch **ret)
{
    Arena *step = r->op->env->step;
    const Vec *time = &in->col[time_col];
    Rows rows = batch_rows(in);
    uint16_t *good = arena_alloc(step, (rows.n + 1) * sizeof(*good)), *late = arena_alloc(step, (rows.n + 1) * sizeof(*late));
    uint32_t n_good = 0, n_late = 0;
    if (!good || !late)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t phys = row_at(rows, i);
        if (vec_is_null(time, phys))
            r->op->c.null_time++;
        else if (((const int64_t *)vec_values(time)->data)[vec_phys(time, phys)] < wm_us)
            late[n_late++] = (uint16_t)phys;
        else
            good[n_good++] = (uint16_t)phys;
    }
    *ret = in;
    if (n_good == rows.n)
        return 0;
    r->op->c.late += n_late;
    *ret = batch_with_sel(step, in, good, n_good);
    Batch *b = batch_with_sel(step, in, late, n_late);
    if (!*ret || !b)
        return -ERR_OUT_OF_MEMORY;
    return out_late(out, r->op->node, b, LATE_ROW, wm_us);
}

int64_t ranked_key_time(Str key)
{
    uint64_t be;
    memcpy(&be, key.p + 1, sizeof(be));
    return (int64_t)(__builtin_bswap64(be) ^ UINT64_C(1) << 63);
}

int64_t ranked_rows_before(const Ranked *r, uint64_t owner, int64_t wm_us)
{
    if (wm_us == INT64_MAX)
        return multi_total(r->rows, owner);
    char key[9] = {1};
    uint64_t be = __builtin_bswap64((uint64_t)wm_us ^ UINT64_C(1) << 63);
    memcpy(key + 1, &be, sizeof(be));
    return multi_rank(r->rows, owner, (Str){key, sizeof(key)});
}

/* ---- due times ---- */

void ranked_due_init(RankedDue *d, Account *acct)
{
    due_runs_init(&d->timed, acct);
    due_runs_init(&d->at_end, acct);
}

void ranked_due_done(RankedDue *d)
{
    due_runs_done(&d->timed);
    due_runs_done(&d->at_end);
}

const DueRow *ranked_due_first(const RankedDue *d)
{
    const DueRow *first = due_runs_first(&d->timed);
    return first ? first : due_runs_first(&d->at_end);
}

static int64_t *due_us(const Ranked *r, uint8_t *row)
{
    return (int64_t *)(void *)(row_extra(&r->layout, row) + sizeof(RankedRow));
}

int64_t ranked_due_us(const Ranked *r, uint8_t *row)
{
    return *due_us(r, row);
}

static DueRuns *runs_of(RankedDue *d, int64_t us)
{
    return us < RANKED_AT_END ? &d->timed : &d->at_end;
}

int ranked_due_set(const Ranked *r, RankedDue *d, HashTable *table, uint8_t *row, int64_t us)
{
    us = MIN(us, RANKED_AT_END);
    TRY(hash_table_need(table, row));
    bool is_due = ranked_row(r, row)->flags & RANKED_IS_DUE;
    if (is_due && *due_us(r, row) == us)
        return 0;
    TRY(hash_table_touch(table, row));
    if (is_due)
        due_runs_remove(runs_of(d, *due_us(r, row)), row, *due_us(r, row));
    ranked_row(r, row)->flags &= ~RANKED_IS_DUE;
    TRY(due_runs_add(runs_of(d, us), row, us));
    ranked_row(r, row)->flags |= RANKED_IS_DUE;
    *due_us(r, row) = us;
    return 0;
}

int ranked_due_clear(const Ranked *r, RankedDue *d, HashTable *table, uint8_t *row)
{
    TRY(hash_table_need(table, row));
    if (!(ranked_row(r, row)->flags & RANKED_IS_DUE))
        return 0;
    TRY(hash_table_touch(table, row));
    due_runs_remove(runs_of(d, *due_us(r, row)), row, *due_us(r, row));
    ranked_row(r, row)->flags &= ~RANKED_IS_DUE;
    return 0;
}
