/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows from slices. */
#include "exec/window_slices.h"

bool window_slices_can(const AggGroups *g)
{
    return agg_groups_can_merge(g) && !g->has_heap; /* texts of a state lie in the heap of its own table */
}

int window_slices_open(WindowSlices *s, AggGroups *g, BucketTable *slices, Err *err)
{
    const PhysAgg *node = g->node;
    OpEnv *env = g->op->env;
    *s = (WindowSlices){.g = g, .window = &node->window, .slices = slices, .lo = INT64_MIN, .hi = INT64_MIN};
    s->is_invertible = node->node.in[0]->props.change == CHANGE_APPEND;
    for (uint32_t i = 0; i < g->n_slots; i++)
        s->is_invertible &= g->slot[i].kind != SLOT_PLAIN || (g->slot[i].spec->flags & AGG_INVERTIBLE) != 0;
    s->run = hash_table_new(env->pages, &g->layout, env->next_table_id++, INT64_MIN, err);
    return s->run ? 0 : -ERR_OUT_OF_MEMORY;
}

void window_slices_close(WindowSlices *s)
{
    hash_table_free(s->run);
}

static bool is_merged(const WindowSlices *s, int64_t pane_end)
{
    return s->is_built && pane_end > s->lo && pane_end <= s->hi;
}

int window_slices_each(WindowSlices *s, int64_t pane_end, int (*add)(void *self, GroupTable *t), void *self)
{
    GroupTable t = {.bucket = pane_end};
    if (is_merged(s, pane_end)) {
        t.rows = s->run;
        TRY(add(self, &t));
        if (s->window->kind == WINDOW_CUMULATE)
            return 0;
    }
    TRY(bucket_get(s->slices, pane_end, &t.rows, NULL));
    return add(self, &t);
}

typedef struct SliceRows {
    AggGroups *g;
    const Batch *in;
    Rows rows;
} SliceRows;

static int add_rows(void *self, GroupTable *t)
{
    const SliceRows *r = self;
    return agg_groups_add(r->g, t, r->in, r->rows, false);
}

int window_slices_add(WindowSlices *s, const Batch *in, Rows rows, int64_t pane_end)
{
    return window_slices_each(s, pane_end, add_rows, &(SliceRows){s->g, in, rows});
}

static int merge_slice(WindowSlices *s, HashTable *slice, int sign)
{
    GroupTable run = {.rows = s->run, .bucket = INT64_MIN};
    return agg_groups_merge_table(s->g, &run, slice, sign);
}

int window_slices_take(WindowSlices *s, HashTable *groups, int64_t pane_end)
{
    GroupTable t = {.bucket = pane_end};
    if (is_merged(s, pane_end))
        TRY(merge_slice(s, groups, 1));
    TRY(bucket_get(s->slices, pane_end, &t.rows, NULL));
    return agg_groups_merge_table(s->g, &t, groups, 1);
}

static void clear(WindowSlices *s, int64_t at)
{
    hash_table_clear(s->run);
    s->lo = s->hi = at;
}

void window_slices_give_up(WindowSlices *s)
{
    if (s->is_built)
        clear(s, INT64_MIN);
    s->is_built = false;
}

bool window_slices_next(const WindowSlices *s, int64_t after, int64_t *ret_end)
{
    HashTable *slice;
    int64_t pane_end;
    bool more = bucket_first(s->slices, &pane_end, &slice);
    if (more)
        *ret_end = MAX(window_run(s->window, pane_end).first_end, window_slid(s->window, after, 1));
    if (s->window->kind != WINDOW_CUMULATE || !s->is_built || hash_table_rows(s->run) == 0)
        return more;
    int64_t grown = window_slid(s->window, s->hi, 1); /* retired windows that cannot grow have been cleared */
    *ret_end = more ? MIN(*ret_end, grown) : grown;
    return true;
}

int window_slices_build(WindowSlices *s, int64_t end)
{
    int64_t start = window_start(s->window, end), pane_end = s->hi;
    HashTable *slice;
    if (s->is_built && s->hi == end && s->lo == start)
        return 0;
    bool grows = s->window->kind == WINDOW_CUMULATE || s->is_invertible;
    if (!s->is_built || s->hi <= start || s->lo != start || !grows)
        clear(s, start);
    s->is_built = true;
    pane_end = s->hi;
    while (bucket_next(s->slices, pane_end, &pane_end, &slice) && pane_end <= end) {
        TRY(merge_slice(s, slice, 1));
        if (s->window->kind == WINDOW_CUMULATE)
            bucket_drop(s->slices, pane_end);
    }
    s->hi = end;
    return 0;
}

int window_slices_retire(WindowSlices *s, int64_t end)
{
    bool is_hop = s->window->kind == WINDOW_HOP;
    int64_t start = window_start(s->window, end), next = is_hop ? window_slid(s->window, start, 1) : start, pane_end;
    HashTable *slice;
    if (!is_hop) {
        if (window_is_full(s->window, end)) {
            clear(s, end);
            s->is_built = false;
        }
        return 0;
    }
    bool keeps = s->is_invertible && next < s->hi;
    while (bucket_first(s->slices, &pane_end, &slice) && pane_end <= next) {
        if (keeps)
            TRY(merge_slice(s, slice, -1));
        bucket_drop(s->slices, pane_end);
    }
    if (!keeps)
        clear(s, next);
    s->is_built = keeps;
    s->lo = next;
    s->hi = keeps ? s->hi : next;
    return 0;
}
