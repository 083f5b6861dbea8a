/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by turns.  A new group will be merged once more for each part that has it, which costs about what adding a row does. */
#include "exec/part_turns.h"

#define JUDGE_CALLS 64u  /* after the rows of so many calls for several threads it is looked whether groups are few */
#define ON_RATIO 12u     /* rows per new group */
#define OFF_RATIO 3u     /* of parts together: a group may be new in each */
#define COLLECT_RATIO 2u /* rows per collected group, and of all rows one in so many in a run */

static uint64_t count_groups(const PartTurns *t, Op *const *part, uint32_t n)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += t->merge->groups(part[i]);
    return sum;
}

static uint64_t count_new(const PartTurns *t, Op *const *part, uint32_t n)
{
    uint64_t now = count_groups(t, part, n);
    return now > t->groups_then ? now - t->groups_then : 0;
}

bool part_turns_can(const OpType *type, const PhysNode *node, uint8_t rule)
{
    return type->merge && rule >= type->merge->rule && type->merge->can(node);
}

void part_turns_open(PartTurns *t, Op *const *part, uint32_t n, bool always)
{
    const OpMerge *merge = part[0]->type->merge;
    *t = (PartTurns){.merge = merge, .always = always, .on = always, .mixed = always};
    t->may_collect = !always && merge->collect && merge->collect->can(part[0]);
    t->groups_then = count_groups(t, part, n);
}

/* Collecting is for rows of which many are of one group within a run. */
static void judge(PartTurns *t, Op *const *part, uint32_t n)
{
    t->on = t->on || t->n_rows >= count_new(t, part, n) * ON_RATIO;
    t->collects = t->on && !t->mixed && t->may_collect && t->n_in_runs >= t->n_judged / COLLECT_RATIO &&
                  t->n_in_runs >= t->n_collected * COLLECT_RATIO;
    t->mixed |= t->on && !t->collects;
    t->n_judged = t->n_in_runs = t->n_collected = 0;
}

bool part_turns_push(PartTurns *t, Op *const *part, uint32_t n, uint32_t n_rows, uint32_t wide_rows)
{
    if (!t->merge)
        return false;
    t->n_rows += n_rows;
    t->n_judged += n_rows;
    if ((!t->on || t->collects) && t->n_judged >= (uint64_t)wide_rows * JUDGE_CALLS)
        judge(t, part, n);
    return t->on && !t->collects;
}

bool part_turns_run(PartTurns *t, uint32_t n_rows)
{
    t->n_in_runs += t->on ? 0 : n_rows; /* when it is on those who collect count */
    return t->on;
}

int part_turns_mark(PartTurns *t, Op *const *part, uint32_t n, Mark m)
{
    t->is_due = false;
    for (uint32_t i = 0; t->merge && i < n; i++)
        t->is_due |= t->merge->is_due(part[i], m);
    if (t->is_due)
        t->n_new = count_new(t, part, n);
    for (uint32_t i = 1; t->mixed && i < n; i++) /* late rows may have come to what a later window needs, and nothing is due */
        TRY(t->merge->take(part[0], part[i], m));
    return 0;
}

/* Groups are many: by key again, while what there is by now stays mixed. */
static void stop(PartTurns *t, Op *const *part, uint32_t n)
{
    int64_t until_us = INT64_MIN;
    for (uint32_t i = 0; i < n; i++)
        until_us = MAX(until_us, t->merge->turns_end_us(part[i]));
    if (until_us == INT64_MAX)
        return;
    t->on = false;
    t->until_us = until_us;
}

void part_turns_marked(PartTurns *t, Op *const *part, uint32_t n)
{
    if (!t->is_due)
        return;
    t->is_due = false;
    if (t->on && !t->always && t->n_rows < t->n_new * OFF_RATIO)
        t->collects ? (void)(t->on = t->collects = false) : stop(t, part, n);
    if (!t->on && part[0]->passed_us >= t->until_us)
        t->mixed = false;
    t->n_rows = t->n_judged = t->n_in_runs = t->n_collected = 0;
    t->groups_then = count_groups(t, part, n);
}

void part_turns_save(const PartTurns *t, StrBuf *out)
{
    bytes_put_u8(out, (uint8_t)(t->on | t->mixed << 1));
    bytes_put_i64(out, t->until_us);
    bytes_put_u64(out, t->n_rows);
    bytes_put_u64(out, t->n_judged);
    bytes_put_u64(out, t->groups_then);
}

void part_turns_restore(PartTurns *t, ByteReader *in)
{
    uint8_t bits = bytes_u8(in);
    t->on = bits & 1;
    t->mixed = bits >> 1 & 1;
    t->collects = t->on && !t->mixed;
    t->on &= !t->collects || t->may_collect;
    t->collects &= t->on;
    t->until_us = bytes_i64(in);
    t->n_rows = bytes_u64(in);
    t->n_judged = bytes_u64(in);
    t->groups_then = bytes_u64(in);
}
