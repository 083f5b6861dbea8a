/* SPDX-License-Identifier: Apache-2.0
 *
 * Splitting a batch by pane: one pane when all times lie in that of the first, else a counting sort of the rows by the slot of
 * their pane's end. */
#include "exec/window_split.h"

#include "base/hash.h"

#define N_BUCKETS (2 * BATCH_ROWS_MAX)

void window_splitter_done(WindowSplitter *s)
{
    mem_free(s->acct, s->slot_of_end, s->slot_of_end ? N_BUCKETS * sizeof(uint16_t) : 0);
    s->slot_of_end = NULL;
}

static int one_part(int64_t end, Rows rows, Arena *arena, WindowPart **ret_part, uint32_t *ret_n)
{
    *ret_part = arena_alloc(arena, sizeof(**ret_part));
    if (!*ret_part)
        return -ERR_OUT_OF_MEMORY;
    **ret_part = (WindowPart){end, rows};
    *ret_n = 1;
    return 0;
}

/* Slot of an end: found or the next new one. */
static uint32_t slot_of(WindowSplitter *s, WindowPart *part, uint32_t *n, int64_t end)
{
    uint32_t b = (uint32_t)hash_i64(end) % N_BUCKETS;
    while (s->slot_of_end[b] && part[s->slot_of_end[b] - 1].end != end)
        b = (b + 1) % N_BUCKETS;
    if (!s->slot_of_end[b]) {
        part[*n] = (WindowPart){.end = end};
        s->slot_of_end[b] = (uint16_t)++ * n;
    }
    return s->slot_of_end[b] - 1u;
}

static void clear_slots(WindowSplitter *s, const WindowPart *part, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t b = (uint32_t)hash_i64(part[i].end) % N_BUCKETS;
        while (s->slot_of_end[b]) { /* the whole run: what is in it goes too, entries are never needed again */
            s->slot_of_end[b] = 0;
            b = (b + 1) % N_BUCKETS;
        }
    }
}

int window_split_ends(WindowSplitter *s, const int64_t *end, Rows rows, Arena *arena, WindowPart **ret_part, uint32_t *ret_n)
{
    uint32_t i = 1;
    *ret_n = 0;
    if (rows.n == 0)
        return 0;
    while (i < rows.n && end[row_at(rows, i)] == end[row_at(rows, 0)])
        i++;
    if (i == rows.n)
        return one_part(end[row_at(rows, 0)], rows, arena, ret_part, ret_n);
    if (!s->slot_of_end)
        s->slot_of_end = mem_zalloc(s->acct, N_BUCKETS * sizeof(uint16_t));
    WindowPart *part = arena_alloc(arena, rows.n * sizeof(*part));
    uint16_t *slot = arena_alloc(arena, rows.n * sizeof(*slot));
    uint16_t *sel = arena_alloc(arena, rows.n * sizeof(*sel));
    if (!s->slot_of_end || !part || !slot || !sel)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0, last = 0;
    for (i = 0; i < rows.n; i++) {
        int64_t e = end[row_at(rows, i)];
        if (n == 0 || part[last].end != e)
            last = slot_of(s, part, &n, e);
        slot[i] = (uint16_t)last;
        part[last].rows.n++;
    }
    clear_slots(s, part, n);
    uint32_t at = 0;
    for (i = 0; i < n; at += part[i].rows.n, part[i].rows.n = 0, i++)
        part[i].rows.sel = sel + at;
    for (i = 0; i < rows.n; i++) {
        WindowPart *p = &part[slot[i]];
        sel[(size_t)(p->rows.sel - sel) + p->rows.n++] = (uint16_t)row_at(rows, i);
    }
    *ret_part = part;
    *ret_n = n;
    return 0;
}

static int ends_of_times(const TimeWindow *spec, EvalCtx *x, const int64_t *us, Rows *rows, int64_t **ret_end)
{
    int64_t *end = arena_alloc(x->arena, MAX(x->n_rows, 1) * sizeof(*end));
    uint16_t *sel = arena_alloc(x->arena, rows->n * sizeof(*sel));
    if (!end || !sel)
        return -ERR_OUT_OF_MEMORY;
    WindowBounds w = {0, 0};
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t r = row_at(*rows, i);
        if (us[r] < w.start || us[r] >= w.end) {
            if (!window_pane(spec, us[r], &w)) {
                window_blame(x, r, us[r]);
                w = (WindowBounds){0, 0};
                continue;
            }
        }
        end[r] = w.end;
        sel[n++] = (uint16_t)r;
    }
    *rows = (Rows){n, sel};
    *ret_end = end;
    return 0;
}

int window_split_const(WindowSplitter *s, const TimeWindow *spec, int64_t us, Rows rows, Arena *arena, WindowPart **ret_part,
                       uint32_t *ret_n)
{
    WindowBounds *last = &s->last;
    if (rows.n == 0)
        return 0;
    if ((us < last->start || us >= last->end) && !window_pane(spec, us, last)) {
        *last = (WindowBounds){0, 0};
        return 0;
    }
    TRY(one_part(last->end, rows, arena, ret_part, ret_n));
    return 1;
}

int window_split_times(WindowSplitter *s, const TimeWindow *spec, EvalCtx *x, const int64_t *us, Rows rows, WindowPart **ret_part,
                       uint32_t *ret_n)
{
    int64_t *end;
    WindowBounds *last = &s->last;
    *ret_n = 0;
    if (rows.n == 0)
        return 0;
    int64_t first = us[row_at(rows, 0)];
    bool known = (first >= last->start && first < last->end) || window_pane(spec, first, last);
    if (!known)
        *last = (WindowBounds){0, 0};
    else if (kernel_within(us, rows, last->start, last->end))
        return one_part(last->end, rows, x->arena, ret_part, ret_n);
    TRY(ends_of_times(spec, x, us, &rows, &end));
    return window_split_ends(s, end, rows, x->arena, ret_part, ret_n);
}
