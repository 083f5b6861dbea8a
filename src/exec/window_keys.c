/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows under watermarks per key.  When the groups are just the keys, those that have moved are looked up in the window; groups
 * by more than the key are found by going through the window, which only those windows pay that some key has just passed. */
#include "exec/window_keys.h"

#include "kernel/kernel.h"

/* The clock's key columns among vectors by group key. */
static const Vec **clock_keys(const WindowKeys *k, const Vec *by_group, Arena *arena)
{
    const Vec **key = arena_alloc(arena, k->node->n_wm_keys * sizeof(*key));
    for (uint32_t i = 0; key && i < k->node->n_wm_keys; i++)
        key[i] = &by_group[k->node->wm_key[i]];
    return key;
}

static int find_times(const WindowKeys *k, const Vec *by_group, Rows rows, Arena *arena, uint8_t ***ret)
{
    const Vec **key = clock_keys(k, by_group, arena);
    uint64_t *hash = arena_alloc(arena, rows.n * sizeof(*hash));
    uint8_t **row = arena_alloc(arena, rows.n * sizeof(*row));
    if (!key || !hash || !row)
        return -ERR_OUT_OF_MEMORY;
    kernel_hash(key, k->node->n_wm_keys, rows, hash);
    hash_table_find(k->clock->table, key, hash, rows, row);
    *ret = row;
    return 0;
}

int window_keys_judge(WindowKeys *k, uint32_t n_phys, Rows rows)
{
    Arena *step = k->g->op->env->step;
    uint8_t **row;
    k->wm_us = arena_alloc(step, MAX(n_phys, 1) * sizeof(*k->wm_us));
    if (!k->wm_us)
        return -ERR_OUT_OF_MEMORY;
    TRY(find_times(k, k->g->eval.vec, rows, step, &row));
    for (uint32_t i = 0; i < rows.n; i++)
        k->wm_us[row_at(rows, i)] = key_clock_seen(k->clock, row[i]);
    return 0;
}

int window_keys_rows(const WindowKeys *k, Rows rows, int64_t from_us, bool after, Arena *arena, Rows *ret)
{
    uint16_t *sel = arena_alloc(arena, MAX(rows.n, 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        sel[n] = (uint16_t)r;
        n += (from_us <= k->wm_us[r]) == after;
    }
    *ret = (Rows){n, sel};
    return 0;
}

typedef enum DueKind { DUE_MOVED, DUE_ALL, DUE_UNFIRED } DueKind;

static bool is_due(const WindowKeys *k, uint8_t *key, int64_t at_us, DueKind kind)
{
    if (kind == DUE_UNFIRED)
        return !key || key_time(k->clock, key)->seen_us < at_us;
    if (kind == DUE_ALL || !key)
        return at_us <= key_clock_seen(k->clock, key);
    const KeyTime *t = key_time(k->clock, key);
    return t->moved && at_us > t->was_us && at_us <= t->seen_us;
}

/* Groups by more than the key: through the whole window. */
static int due_by_scan(const WindowKeys *k, GroupTable *t, int64_t at_us, DueKind kind, WindowDueFn fn, void *self, Out *out)
{
    Arena *step = k->g->op->env->step;
    uint32_t n_keys = k->node->n_keys;
    HashCursor c = {0};
    for (;;) {
        uint8_t **row = arena_alloc(step, BATCH_ROWS * sizeof(*row)), **key;
        Vec *v = arena_alloc(step, MAX(n_keys, 1) * sizeof(*v));
        if (!row || !v)
            return -ERR_OUT_OF_MEMORY;
        uint32_t n = hash_table_next(t->rows, &c, row, BATCH_ROWS), n_due = 0;
        if (n == 0)
            return 0;
        for (uint32_t i = 0; i < n_keys; i++)
            TRY(hash_table_read(t->rows, row, n, i, &v[i], step));
        TRY(find_times(k, v, (Rows){n, NULL}, step, &key));
        for (uint32_t i = 0; i < n; i++) {
            row[n_due] = row[i];
            n_due += is_due(k, key[i], at_us, kind);
        }
        if (n_due)
            TRY(fn(self, t, row, n_due, out));
    }
}

/* The keys that have passed at_us just now, as vectors by group key. */
static int moved_keys(const WindowKeys *k, int64_t at_us, uint32_t from, Vec **ret_key, uint32_t *ret_next, uint32_t *ret_n)
{
    const KeyClock *c = k->clock;
    Arena *step = k->g->op->env->step;
    uint32_t n_keys = k->node->n_wm_keys, n = 0;
    uint8_t **row = arena_alloc(step, BATCH_ROWS * sizeof(*row));
    Vec *v = arena_alloc(step, n_keys * sizeof(*v));
    if (!row || !v)
        return -ERR_OUT_OF_MEMORY;
    for (; from < c->n_moved && n < BATCH_ROWS; from++)
        if (is_due(k, c->moved[from], at_us, DUE_MOVED))
            row[n++] = c->moved[from];
    for (uint32_t i = 0; i < n_keys && n > 0; i++)
        TRY(hash_table_read(c->table, row, n, i, &v[k->node->wm_key[i]], step));
    *ret_key = v;
    *ret_next = from;
    *ret_n = n;
    return 0;
}

/* Groups by the key alone: looked up. */
static int due_by_key(const WindowKeys *k, GroupTable *t, int64_t at_us, WindowDueFn fn, void *self, Out *out)
{
    Arena *step = k->g->op->env->step;
    uint32_t n_keys = k->node->n_keys;
    for (uint32_t from = 0; from < k->clock->n_moved;) {
        Vec *v;
        uint32_t n, n_due = 0;
        TRY(moved_keys(k, at_us, from, &v, &from, &n));
        if (n == 0)
            continue;
        const Vec **key = arena_alloc(step, n_keys * sizeof(*key));
        uint64_t *hash = arena_alloc(step, n * sizeof(*hash));
        uint8_t **row = arena_alloc(step, n * sizeof(*row));
        if (!key || !hash || !row)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < n_keys; i++)
            key[i] = &v[i];
        kernel_hash(key, n_keys, (Rows){n, NULL}, hash);
        hash_table_find(t->rows, key, hash, (Rows){n, NULL}, row);
        for (uint32_t i = 0; i < n; i++)
            if (row[i])
                row[n_due++] = row[i];
        if (n_due)
            TRY(fn(self, t, row, n_due, out));
    }
    return 0;
}

static bool any_passes(const WindowKeys *k, int64_t at_us)
{
    for (uint32_t i = 0; i < k->clock->n_moved; i++)
        if (is_due(k, k->clock->moved[i], at_us, DUE_MOVED))
            return true;
    return false;
}

int window_keys_due(const WindowKeys *k, GroupTable *t, int64_t at_us, bool all, WindowDueFn fn, void *self, Out *out)
{
    if (all)
        return due_by_scan(k, t, at_us, DUE_ALL, fn, self, out);
    if (!any_passes(k, at_us))
        return 0;
    if (k->node->n_keys == k->node->n_wm_keys)
        return due_by_key(k, t, at_us, fn, self, out);
    return due_by_scan(k, t, at_us, DUE_MOVED, fn, self, out);
}

int window_keys_unfired(const WindowKeys *k, GroupTable *t, int64_t end_us, WindowDueFn fn, void *self, Out *out)
{
    return due_by_scan(k, t, end_us, DUE_UNFIRED, fn, self, out);
}
