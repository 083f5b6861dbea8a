/* SPDX-License-Identifier: Apache-2.0
 *
 * Applying batches to groups, and their results.
 *
 * Per batch and aggregate there is one call over an array of state pointers, never one per row or per group.  FILTER and DISTINCT
 * only change which rows (and weights) that call sees. */
#include "exec/agg_group.h"

#include "exec/parts.h"
#include "exec/window_time.h"

/* ---- texts of plain states, in the heap pages of the group's own table ---- */

static int heap_put(AggHeap *h, const char *p, size_t n, uint64_t *ret_ref)
{
    return hash_table_heap_put(((AggHeapOfTable *)h)->table, p, n, ret_ref);
}
static Str heap_get(AggHeap *h, uint64_t ref)
{
    return hash_table_heap_get(((AggHeapOfTable *)h)->table, ref);
}
static void heap_drop(AggHeap *h, uint64_t ref)
{
    hash_table_heap_drop(((AggHeapOfTable *)h)->table, ref);
}
AggHeapOfTable agg_heap_of(HashTable *t)
{
    return (AggHeapOfTable){{heap_put, heap_get, heap_drop}, t};
}

/* ---- finding the groups ---- */

void agg_groups_init(AggGroups *g, uint8_t *row)
{
    for (uint32_t i = 0; i < g->n_slots; i++)
        if (g->slot[i].kind == SLOT_PLAIN && !g->slot[i].zero_init && !g->slot[i].is_shared)
            g->slot[i].spec->type->init(g->slot[i].spec, slot_state(g, &g->slot[i], row));
    if (g->n_distinct > 0)
        memcpy(row_extra(&g->layout, row) + g->gid_at, &(uint64_t){++g->last_gid}, sizeof(uint64_t));
}

static void init_rows(AggGroups *g, uint8_t *const *row, const uint64_t *is_new, uint32_t n)
{
    for (uint32_t w = 0; w < BIT_WORDS(n); w++)
        for (uint64_t bits = is_new[w]; bits; bits &= bits - 1)
            agg_groups_init(g, row[w * 64 + (uint32_t)__builtin_ctzll(bits)]);
}

#define PROBED_BYTES 128u        /* of a row: the probe has asked for them, */
#define PROBED_BYTES_OF_INTS 64u /* and that of integers for fewer */
#define WIDE_BYTES 192u          /* fewer are all looked at in short loops, whose misses overlap by themselves */
#define CACHED_BYTES (1u << 20)  /* all rows of a table of so many are in the cache most of the time */

/* Asks for the rest of wide rows, from a byte on, all at once; each aggregate looks at its part of each row, one after the other.
 */
static inline __attribute__((always_inline)) void prefetch_rest(const AggGroups *g, const GroupTable *t, uint8_t *const *row,
                                                                uint32_t n, uint32_t from)
{
    uint32_t bytes = g->layout.row_bytes;
    if (bytes <= WIDE_BYTES || hash_table_rows(t->rows) * bytes < CACHED_BYTES)
        return;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t at = from; at < bytes; at += 64)
            __builtin_prefetch(row[i] + at, 1);
}

int agg_groups_find(AggGroups *g, GroupTable *t, const Vec *const *key, Rows rows, uint8_t **ret_row)
{
    Arena *step = g->op->env->step;
    uint64_t *is_new = arena_alloc(step, BIT_WORDS(rows.n) * sizeof(*is_new));
    if (!is_new)
        return -ERR_OUT_OF_MEMORY;
    bool ints = g->n_cols == 1 && hash_table_takes_ints(t->rows, key[0]);
    if (ints) {
        TRY(hash_table_upsert_ints(t->rows, key[0], rows, ret_row, is_new, NULL));
    } else {
        uint64_t *hash = arena_alloc(step, rows.n * sizeof(*hash));
        if (!hash)
            return -ERR_OUT_OF_MEMORY;
        kernel_hash(key, g->n_cols, rows, hash);
        TRY(hash_table_upsert(t->rows, key, hash, rows, ret_row, is_new, NULL));
    }
    table_expects_more(t->rows, is_new, rows.n, g->op->env->to_come_16ths);
    prefetch_rest(g, t, ret_row, rows.n, ints ? PROBED_BYTES_OF_INTS : PROBED_BYTES);
    if (g->has_init || g->n_distinct > 0)
        init_rows(g, ret_row, is_new, rows.n);
    return 0;
}

static bool is_one_group(uint8_t *const *row, uint32_t n)
{
    uint32_t i = 1;
    while (i < n && row[i] == row[0])
        i++;
    return i == n;
}

static void count_rows(const RowSet *set)
{
    uint32_t n = set->rows.n;
    int64_t w_all = set->w_all;
    if (set->w) {
        for (uint32_t i = 0; i < n; i++)
            *row_count(set->row[i]) += set->w[row_at(set->rows, i)];
    } else if (set->one_group) {
        *row_count(set->row[0]) += n * w_all;
    } else {
        for (uint32_t i = 0; i < n; i++)
            *row_count(set->row[i]) += w_all;
    }
}

/* ---- aggregates ---- */

/* Those of n rows from 0 on for which v holds, and the group rows of them. */
static uint32_t filter_dense(const Vec *v, const RowSet *all, uint16_t *sel, uint8_t **row)
{
    uint32_t n = bits_to_sel(v->data, all->rows.n, sel);
    for (uint32_t i = 0; i < n && !all->one_group; i++)
        row[i] = all->row[sel[i]];
    return n;
}

static int filter_rows(const AggGroups *g, int32_t filter, const RowSet *all, Arena *step, RowSet *ret)
{
    const Vec *v = &g->eval.vec[filter], *values = vec_values(v);
    uint16_t *sel = arena_alloc(step, all->rows.n * sizeof(*sel));
    uint8_t **row = all->one_group ? all->row : arena_alloc(step, all->rows.n * sizeof(*row));
    if (!sel || !row)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0;
    bool plain = v->kind == VEC_FLAT && !v->valid, dense = plain && !all->rows.sel;
    if (dense)
        n = filter_dense(v, all, sel, row);
    for (uint32_t i = 0; i < all->rows.n && !dense; i++) {
        uint32_t r = row_at(all->rows, i);
        sel[n] = (uint16_t)r;
        if (!all->one_group)
            row[n] = all->row[i];
        n += plain ? bit_get(v->data, r) : !vec_is_null(v, r) && bit_get(values->data, vec_phys(v, r));
    }
    *ret = (RowSet){{n, sel}, row, all->w, all->w_all, all->one_group};
    return 0;
}

static bool is_dense(const RowSet *set, uint32_t n_args, const Vec *const *col)
{
    return n_args == 1 && !set->w && set->w_all == 1 && !set->rows.sel && col[0]->kind == VEC_FLAT && !col[0]->valid;
}

static int add_plain(AggGroups *g, const GroupSlot *s, GroupTable *t, const Vec *const *col, const RowSet *set)
{
    const AggType *type = s->spec->type;
    AggHeapOfTable heap = agg_heap_of(t->rows);
    AggCtx x = {.eval = &g->op->env->eval, .heap = &heap.base};
    if (set->one_group && type->add_one)
        return type->add_one(s->spec, &x, slot_state(g, s, set->row[0]), col, set->w, set->w_all, set->rows);
    size_t offset = (size_t)g->layout.extra_offset + s->at;
    if (type->add_dense && is_dense(set, s->n_args, col) && type->add_dense(s->spec, set->row, offset, 0, col[0], set->rows.n))
        return 0;
    uint8_t **state = arena_alloc(g->op->env->step, set->rows.n * sizeof(*state));
    if (!state)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < set->rows.n; i++)
        state[i] = set->row[i] + offset;
    return type->add(s->spec, &x, state, col, set->w, set->w_all, set->rows);
}

static int add_slot(AggGroups *g, const GroupSlot *s, GroupTable *t, const RowSet *set)
{
    const Vec *col[SLOT_ARGS_MAX];
    if (set->rows.n == 0)
        return 0;
    if (s->is_shared)
        return 0;
    if (s->kind == SLOT_MULTI)
        return agg_multi_add(g, s, t->bucket, set);
    for (uint32_t c = 0; c < s->n_args; c++) {
        Vec *v = &g->eval.vec[s->arg + c];
        if (v->kind == VEC_DICT) { /* aggregates take FLAT and CONST; done once for all that share the batch */
            Vec flat;
            TRY(vec_flatten(v, set->rows, &flat, g->op->env->step));
            col[c] = arena_memdup(g->op->env->step, &flat, sizeof(flat));
            if (!col[c])
                return -ERR_OUT_OF_MEMORY;
        } else {
            col[c] = v;
        }
    }
    if (s->kind == SLOT_PLAIN)
        return add_plain(g, s, t, col, set);
    if (set->one_group && !set->w) { /* SLOT_ROWS_IF */
        *(int64_t *)(void *)slot_state(g, s, set->row[0]) += (int64_t)set->rows.n * set->w_all;
        return 0;
    }
    for (uint32_t i = 0; i < set->rows.n; i++)
        *(int64_t *)(void *)slot_state(g, s, set->row[i]) += set->w ? set->w[row_at(set->rows, i)] : set->w_all;
    return 0;
}

/* The rows of a batch that pass FILTERs, each looked at once: aggregates of one query often share them. */
typedef struct Passed {
    uint32_t n;
    int32_t filter[DISTINCT_FILTERS_MAX];
    RowSet set[DISTINCT_FILTERS_MAX];
} Passed;

static int narrow(const AggGroups *g, int32_t filter, const RowSet *all, Arena *arena, Passed *p, RowSet *ret)
{
    uint32_t i = 0;
    *ret = *all;
    if (filter < 0)
        return 0;
    while (i < p->n && p->filter[i] != filter)
        i++;
    if (i == p->n) {
        i = MIN(i, DISTINCT_FILTERS_MAX - 1); /* of more than there is room for the last one is kept */
        TRY(filter_rows(g, filter, all, arena, &p->set[i]));
        p->filter[i] = filter;
        p->n = i + 1;
    }
    *ret = p->set[i];
    return 0;
}

/* All slots but `done`. */
static int add_slots(AggGroups *g, GroupTable *t, const RowSet *all, const GroupSlot *done, Passed *p)
{
    RowSet set;
    for (uint32_t i = 0; i < g->n_slots; i++) {
        const GroupSlot *s = &g->slot[i];
        if (s->kind == SLOT_ROWS || s->kind == SLOT_BOUND || s->distinct >= 0 || s == done)
            continue;
        TRY(narrow(g, s->filter, all, g->op->env->step, p, &set));
        TRY(add_slot(g, s, t, &set));
    }
    return 0;
}

/* The rows that pass some filter of a map. */
static int unite(const DistinctMap *m, const RowSet *all, const RowSet *set, uint32_t n_rows, Arena *step, RowSet *ret)
{
    *ret = set[0];
    if (m->n_filters == 1)
        return 0;
    *ret = *all;
    for (uint32_t f = 0; f < m->n_filters; f++)
        if (m->filter[f] < 0)
            return 0;
    uint64_t *passes = arena_zalloc(step, BIT_WORDS(n_rows) * sizeof(*passes));
    uint16_t *sel = arena_alloc(step, MAX(all->rows.n, 1) * sizeof(*sel));
    uint8_t **row = arena_alloc(step, MAX(all->rows.n, 1) * sizeof(*row));
    if (!passes || !sel || !row)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t f = 0; f < m->n_filters; f++)
        for (uint32_t i = 0; i < set[f].rows.n; i++)
            bit_set(passes, row_at(set[f].rows, i));
    uint32_t n = 0;
    for (uint32_t i = 0; i < all->rows.n; i++) {
        uint32_t r = row_at(all->rows, i);
        sel[n] = (uint16_t)r;
        row[n] = all->row[i];
        n += bit_get(passes, r);
    }
    *ret = (RowSet){{n, sel}, row, all->w, all->w_all, all->one_group};
    return 0;
}

typedef struct MapRows {
    RowSet set[DISTINCT_FILTERS_MAX], some;
} MapRows;

static int find_map_rows(const AggGroups *g, const DistinctMap *m, const RowSet *all, uint32_t n_rows, Arena *arena, Passed *p,
                         MapRows *ret)
{
    for (uint32_t f = 0; f < m->n_filters; f++)
        TRY(narrow(g, m->filter[f], all, arena, p, &ret->set[f]));
    return unite(m, all, ret->set, n_rows, arena, &ret->some);
}

static bool same_filters(const AggGroups *g, uint32_t d)
{
    const DistinctMap *m = &g->distinct[d], *before = d > 0 ? &g->distinct[d - 1] : NULL;
    return before && before->n_filters == m->n_filters && memcmp(before->filter, m->filter, m->n_filters * sizeof(*m->filter)) == 0;
}

static int add_to_map(const AggGroups *g, const GroupTable *t, uint32_t d, const MapRows *rows, uint32_t n_rows, Arena *arena,
                      RowSet *ret_moved)
{
    const DistinctMap *m = &g->distinct[d];
    DistinctAt at = {arena, n_rows, g->op->env->to_come_16ths, g->layout.extra_offset + g->gid_at,
                     g->layout.extra_offset + m->live_at};
    if (rows->some.rows.n == 0) {
        memset(ret_moved, 0, m->n_filters * sizeof(*ret_moved));
        return 0;
    }
    return distinct_map_add(m, t->distinct[d], &g->eval.vec[m->arg], &rows->some, rows->set, &at, ret_moved);
}

/* Values that came or went, to the aggregates over the map. */
static int add_moved(AggGroups *g, GroupTable *t, uint32_t d, const RowSet *moved)
{
    for (uint32_t i = 0; i < g->n_slots; i++)
        if (g->slot[i].distinct == (int32_t)d)
            TRY(add_slot(g, &g->slot[i], t, &moved[g->slot[i].count]));
    return 0;
}

typedef struct MapsWork { /* the maps of a batch, shared out to a team */
    const AggGroups *g;
    const GroupTable *t;
    const RowSet *all;
    uint32_t n_rows;
    RowSet (*moved)[DISTINCT_FILTERS_MAX]; /* by map */
    int *rc;                               /* by piece */
} MapsWork;

static void add_to_maps(void *self, uint32_t piece)
{
    const MapsWork *w = self;
    const OpEnv *env = w->g->op->env;
    Arena *arena = &env->parts->part[piece].arena;
    Passed passed; /* in the arena of the part */
    MapRows rows;
    int rc = 0;
    passed.n = 0;
    for (uint32_t d = piece; d < w->g->n_distinct && rc == 0; d += env->n_parts) {
        rc = find_map_rows(w->g, &w->g->distinct[d], w->all, w->n_rows, arena, &passed, &rows);
        if (rc == 0)
            rc = add_to_map(w->g, w->t, d, &rows, w->n_rows, arena, w->moved[d]);
        if (rc == 0 && *page_store_lost(agg_map_pages(w->g, d)))
            rc = -ERR_IO;
    }
    w->rc[piece] = rc;
}

/* Each map is one thread's, and so is the store that its entries lie in.  Rows of several groups stay with one thread: what all
 * maps know of a group lies in one row. */
static int add_distinct_shared(AggGroups *g, GroupTable *t, const RowSet *all, uint32_t n_rows, bool maps_only)
{
    OpEnv *env = g->op->env;
    MapsWork w = {.g = g, .t = t, .all = all, .n_rows = n_rows};
    w.moved = arena_alloc(env->step, g->n_distinct * sizeof(*w.moved));
    w.rc = arena_zalloc(env->step, PARTS_MAX * sizeof(*w.rc));
    if (!w.moved || !w.rc)
        return -ERR_OUT_OF_MEMORY;
    parts_call_begins(env->parts, env->step);
    uint32_t n = MIN(env->n_parts, g->n_distinct);
    env->parts->team.run(&env->parts->team, n, (1u << n) - 1, add_to_maps, &w);
    for (uint32_t i = 0; i < n; i++)
        TRY(w.rc[i]);
    for (uint32_t d = 0; d < g->n_distinct && !maps_only; d++)
        TRY(add_moved(g, t, d, w.moved[d]));
    return 0;
}

static bool are_maps_wide(const AggGroups *g, const RowSet *all)
{
    return g->shares_maps && all->one_group &&
           all->rows.n >= atomic_load_explicit(&g->op->env->parts->team.wide_rows, memory_order_relaxed);
}

static int add_distinct(AggGroups *g, GroupTable *t, const RowSet *all, uint32_t n_rows, bool maps_only, Passed *p)
{
    RowSet moved[DISTINCT_FILTERS_MAX];
    Arena *step = g->op->env->step;
    MapRows rows;
    if (are_maps_wide(g, all))
        return add_distinct_shared(g, t, all, n_rows, maps_only);
    for (uint32_t d = 0; d < g->n_distinct; d++) {
        if (!same_filters(g, d))
            TRY(find_map_rows(g, &g->distinct[d], all, n_rows, step, p, &rows));
        TRY(add_to_map(g, t, d, &rows, n_rows, step, moved));
        if (!maps_only)
            TRY(add_moved(g, t, d, moved));
    }
    return 0;
}

/* The first aggregate of a usual batch counts the rows on its way. */
static bool add_counting(AggGroups *g, const RowSet *set)
{
    const GroupSlot *s = g->counting;
    const Vec *arg = &g->eval.vec[s->arg];
    return !set->one_group && is_dense(set, s->n_args, &arg) &&
           s->spec->type->add_dense(s->spec, set->row, (size_t)g->layout.extra_offset + s->at, ROW_COUNT_AT, arg, set->rows.n);
}

int agg_groups_apply(AggGroups *g, GroupTable *t, const RowSet *set, uint32_t n_phys)
{
    const GroupSlot *done = g->counting && add_counting(g, set) ? g->counting : NULL;
    if (!done)
        count_rows(set);
    Passed p;
    p.n = 0;
    TRY(add_slots(g, t, set, done, &p));
    return g->n_distinct > 0 ? add_distinct(g, t, set, n_phys, false, &p) : 0;
}

int agg_groups_forget(AggGroups *g, GroupTable *t, const RowSet *set, uint32_t n_phys)
{
    Passed p;
    p.n = 0;
    return g->n_distinct > 0 ? add_distinct(g, t, set, n_phys, true, &p) : 0;
}

bool agg_groups_can_merge(const AggGroups *g)
{
    bool can = g->n_distinct == 0;
    for (uint32_t i = 0; i < g->n_slots; i++)
        can &= g->slot[i].kind != SLOT_MULTI && (g->slot[i].kind != SLOT_PLAIN || g->slot[i].spec->type->merge);
    return can;
}

/* One slot of all groups after the other: what it is, is looked at once. */
int agg_groups_merge(AggGroups *g, GroupTable *t, uint8_t *const *dst, uint8_t *const *src, uint32_t n, int sign)
{
    AggHeapOfTable heap = agg_heap_of(t->rows);
    AggCtx x = {.eval = &g->op->env->eval, .heap = &heap.base};
    for (uint32_t k = 0; k < n; k++)
        *row_count(dst[k]) += sign * *row_count(src[k]);
    for (uint32_t i = 0; i < g->n_slots; i++) {
        const GroupSlot *s = &g->slot[i];
        size_t at = (size_t)g->layout.extra_offset + s->at;
        if (s->is_shared)
            continue;
        for (uint32_t k = 0; s->kind == SLOT_PLAIN && k < n; k++)
            TRY(s->spec->type->merge(s->spec, &x, dst[k] + at, src[k] + at, sign));
        for (uint32_t k = 0; s->kind == SLOT_ROWS_IF && k < n; k++)
            *(int64_t *)(void *)(dst[k] + at) += sign * *(const int64_t *)(const void *)(src[k] + at);
    }
    return 0;
}

/* Groups that come to nothing go: without deletes they have no rows left. */
static int merge_rows(AggGroups *g, GroupTable *to, HashTable *from, uint8_t **src, uint32_t n, int sign)
{
    Arena *step = g->op->env->step;
    uint8_t **dst = arena_alloc(step, n * sizeof(*dst));
    Vec *v = arena_alloc(step, MAX(g->n_cols, 1) * sizeof(*v));
    const Vec **key = arena_alloc(step, MAX(g->n_cols, 1) * sizeof(*key));
    if (!dst || !v || !key)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < g->n_cols; c++) {
        TRY(hash_table_read(from, src, n, c, &v[c], step));
        key[c] = &v[c];
    }
    TRY(agg_groups_find(g, to, key, (Rows){n, NULL}, dst));
    TRY(agg_groups_merge(g, to, dst, src, n, sign));
    for (uint32_t i = 0; sign < 0 && i < n; i++)
        if (*row_count(dst[i]) == 0)
            agg_groups_remove(g, to, dst[i]);
    return 0;
}

int agg_groups_merge_table(AggGroups *g, GroupTable *to, HashTable *from, int sign)
{
    Arena *step = g->op->env->step;
    HashCursor at = {0};
    for (;;) {
        ArenaMark scratch = arena_mark(step);
        uint8_t **src = arena_alloc(step, BATCH_ROWS * sizeof(*src));
        if (!src)
            return -ERR_OUT_OF_MEMORY;
        uint32_t n = hash_table_next(from, &at, src, BATCH_ROWS);
        if (n > 0)
            TRY(merge_rows(g, to, from, src, n, sign));
        arena_rewind(step, scratch);
        if (n == 0)
            return 0;
    }
}

/* Whether groups can be found, counted and summed in one loop; *ret_done is the slot whose sums those are. */
static bool takes_sums(const AggGroups *g, const GroupTable *t, const Batch *in, Rows rows, RowSums *ret,
                       const GroupSlot **ret_done)
{
    const GroupSlot *s = g->counting;
    if (g->n_cols != 1 || g->has_init || g->n_distinct > 0 || in->w_kind != W_ONE ||
        !hash_table_takes_sums(t->rows, g->key[0], rows))
        return false;
    const Vec *arg = s ? &g->eval.vec[s->arg] : NULL;
    uint32_t n_at;
    *ret = (RowSums){.value = NULL};
    *ret_done = NULL;
    if (!s || !s->spec->type->is_sum || arg->kind != VEC_FLAT || arg->valid || !s->spec->type->is_sum(s->spec, &n_at))
        return true;
    uint32_t at = g->layout.extra_offset + s->at;
    *ret = (RowSums){arg->data, at, at + n_at};
    *ret_done = s;
    return true;
}

static int add_summing(AggGroups *g, GroupTable *t, Rows rows, const RowSums *sums, const GroupSlot *done)
{
    Arena *step = g->op->env->step;
    uint8_t **row = arena_alloc(step, rows.n * sizeof(*row));
    uint64_t *is_new = arena_alloc(step, BIT_WORDS(rows.n) * sizeof(*is_new));
    if (!row || !is_new)
        return -ERR_OUT_OF_MEMORY;
    TRY(hash_table_upsert_sums(t->rows, g->key[0], rows, sums, row, is_new, NULL));
    table_expects_more(t->rows, is_new, rows.n, g->op->env->to_come_16ths);
    if (g->n_slots == (done ? 1u : 0u))
        return 0;
    RowSet all = {rows, row, NULL, 1, is_one_group(row, rows.n)};
    Passed p;
    p.n = 0;
    return add_slots(g, t, &all, done, &p);
}

int agg_groups_add(AggGroups *g, GroupTable *t, const Batch *in, Rows rows, bool dirty)
{
    RowSums sums;
    const GroupSlot *summed;
    if (rows.n == 0)
        return 0;
    if (!dirty && takes_sums(g, t, in, rows, &sums, &summed))
        return add_summing(g, t, rows, &sums, summed);
    if (rows.n == 1 && agg_single_takes(g, NULL))
        return agg_single_add(g, t, in, rows, dirty);
    uint8_t **row = arena_alloc(g->op->env->step, rows.n * sizeof(*row));
    if (!row)
        return -ERR_OUT_OF_MEMORY;
    TRY(agg_groups_find(g, t, g->key, rows, row));
    RowSet all = {rows, row, in->w_kind == W_VEC ? in->w : NULL, in->w_kind == W_MINUS ? -1 : 1, is_one_group(row, rows.n)};
    uint32_t n_seen = all.one_group ? 1 : rows.n;
    if (dirty)
        TRY(agg_dirty_note(g, t, row, n_seen));
    TRY(agg_groups_apply(g, t, &all, in->n));
    if (!dirty && in->w_kind != W_ONE)
        TRY(agg_zero_note(g, t, row, n_seen));
    return 0;
}

/* ---- results ---- */

static int final_counts(const AggGroups *g, const GroupSlot *s, uint8_t *const *row, uint32_t n, Vec *ret)
{
    int64_t *out = ret->data;
    for (uint32_t i = 0; i < n; i++)
        out[i] = s->kind == SLOT_ROWS ? *row_count(row[i]) : *(const int64_t *)(const void *)slot_state(g, s, row[i]) + s->plus;
    return 0;
}

static int final_multis(AggGroups *g, const GroupTable *t, const GroupSlot *s, uint8_t *const *row, uint32_t n, AggCtx *x, Vec *ret)
{
    StrWriter w;
    bool texts = type_is_string(ret->type.id);
    if (texts)
        strwriter_init(&w, ret, x->eval->arena);
    for (uint32_t i = 0; i < n; i++) {
        Value v = value_null(ret->type);
        if (i + MULTI_AHEAD < n)
            multi_prefetch(g->multi, *(const uint64_t *)(const void *)slot_state(g, s, row[i + MULTI_AHEAD]));
        int rc = agg_multi_final(g, t, s, row[i], x, &v);
        if (rc == -ERR_INVALID_TEXT || rc == -ERR_UNTRANSLATABLE || rc == -ERR_NUMERIC_RANGE || rc == -ERR_SUBSCRIPT ||
            rc == -ERR_NULL_NOT_ALLOWED)
            row_error(x->eval, i, (ErrCode)-rc, NULL); /* what was put together is no JSONB, or no array */
        else if (rc == -ERR_EXTERNAL_ROUTINE)
            row_error(x->eval, i, ERR_EXTERNAL_ROUTINE, "%s", x->failed);
        else
            TRY(rc);
        TRY(vec_put(ret, i, &v, &w, x->eval->arena));
    }
    return texts ? strwriter_finish(&w) : 0;
}

int agg_groups_final(AggGroups *g, const GroupTable *t, uint8_t *const *row, uint32_t n, EvalCtx *x, Vec *ret)
{
    AggHeapOfTable heap = agg_heap_of(t->rows);
    AggCtx ctx = {.eval = x, .heap = &heap.base};
    const uint8_t **state = arena_alloc(x->arena, n * sizeof(*state));
    if (!state)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < g->n_slots; i++) {
        const GroupSlot *s = &g->slot[i];
        TRY(vec_scratch(&ret[i], s->spec->ret, n, x->arena));
        if (s->is_extreme) {
            TRY(agg_extreme_final(g, t, s, row, n, x->arena, &ret[i]));
            continue;
        }
        if (s->kind == SLOT_MULTI && s->is_late && s->spec->type->extreme) {
            TRY(agg_ends_final(g, t, s, row, n, x->arena, &ret[i]));
            continue;
        }
        if (s->kind == SLOT_MULTI) {
            TRY(final_multis(g, t, s, row, n, &ctx, &ret[i]));
            continue;
        }
        if (s->kind != SLOT_PLAIN) {
            TRY(final_counts(g, s, row, n, &ret[i]));
            continue;
        }
        for (uint32_t r = 0; r < n; r++)
            state[r] = slot_state(g, s, row[r]);
        TRY(s->spec->type->final(s->spec, &ctx, state, n, &ret[i]));
    }
    return x->n_errors > 0 && !x->err ? -ERR_OUT_OF_MEMORY : 0;
}

Batch *agg_groups_batch(AggGroups *g, const GroupTable *t, uint8_t *const *row, uint32_t n, const Vec *aggs, Arena *arena)
{
    const PhysAgg *node = g->node;
    Batch *b = batch_bare(arena, node->node.schema, n);
    if (!b)
        return NULL;
    uint32_t c = 0;
    for (; c < node->n_keys; c++)
        if (hash_table_read(t->rows, row, n, c, &b->col[c], arena) < 0)
            return NULL;
    if (node->node.kind == PHYS_WINDOW_AGG) {
        Vec *start = &b->col[c], *end = &b->col[c + 1];
        int rc = g->n_cols > node->n_keys
                     ? hash_table_read(t->rows, row, n, c, start, arena)
                     : vec_const_i64(start, node->node.schema->field[c].type, window_start(&node->window, t->bucket), n, arena);
        if (rc < 0 || vec_const_i64(end, node->node.schema->field[c + 1].type, t->bucket, n, arena) < 0)
            return NULL;
        c += 2;
    }
    for (uint32_t i = 0; aggs && i < g->n_slots; i++)
        b->col[c + i] = aggs[i];
    b->epoch = g->op->env->epoch;
    b->ptime_us = g->op->env->eval.now_us;
    return b;
}

Vec agg_null_vec(Type t, uint32_t n)
{
    static uint64_t zeros[2];
    return (Vec){.kind = VEC_CONST, .type = t, .n = n, .data = zeros, .valid = zeros};
}

void agg_groups_blank(const AggGroups *g, Batch *b)
{
    for (uint32_t i = g->n_bounds; i < g->n_slots; i++)
        b->col[b->n_cols - g->n_slots + i] = agg_null_vec(g->slot[i].spec->ret, b->n);
}

int agg_groups_emit(AggGroups *g, const GroupTable *t, uint8_t *const *row, uint32_t n, Out *out)
{
    EvalCtx x = g->op->env->eval;
    x.arena = out->arena;
    eval_ctx_clear(&x, MAX(n, 1));
    Vec *aggs = arena_alloc(out->arena, MAX(g->n_slots, 1) * sizeof(*aggs));
    uint16_t *sel = arena_alloc(out->arena, MAX(n, 1) * sizeof(*sel));
    if (!aggs || !sel)
        return -ERR_OUT_OF_MEMORY;
    TRY(agg_groups_final(g, t, row, n, &x, aggs));
    Batch *b = agg_groups_batch(g, t, row, n, aggs, out->arena);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n_there = 0, n_good = 0;
    for (uint32_t i = 0; i < n; i++) {
        int64_t count = *row_count(row[i]);
        g->op->c.neg_rows += count < 0;
        sel[n_there] = (uint16_t)i;
        n_there += count > 0 || agg_group_stands(g, row[i]);
    }
    b->n_sel = n_there;
    b->sel = n_there < n ? sel : NULL;
    if (unlikely(x.n_errors > 0)) {
        Batch *bad = batch_with_sel(out->arena, b, b->sel, b->n_sel);
        if (!bad)
            return -ERR_OUT_OF_MEMORY;
        agg_groups_blank(g, bad);
        TRY(out_errors(out, &g->node->node, bad, &x));
        for (uint32_t i = 0; i < n_there; i++) {
            uint32_t r = b->sel ? sel[i] : i;
            sel[n_good] = (uint16_t)r;
            n_good += !bit_get(x.err, r);
        }
        g->op->c.errors += n_there - n_good;
        b->sel = sel;
        b->n_sel = n_good;
    }
    return out_batch(out, b);
}

/* ---- removal ---- */

void agg_groups_release(AggGroups *g, uint8_t *row)
{
    for (uint32_t i = 0; g->multi && i < g->n_slots; i++) {
        const GroupSlot *s = &g->slot[i];
        uint64_t owner = s->kind == SLOT_MULTI && !s->is_shared ? *(const uint64_t *)(const void *)slot_state(g, s, row) : 0;
        if (owner)
            multi_drop(g->multi, owner);
    }
}

void agg_groups_remove(AggGroups *g, GroupTable *t, uint8_t *row)
{
    AggHeapOfTable heap = agg_heap_of(t->rows);
    AggCtx x = {.eval = &g->op->env->eval, .heap = &heap.base};
    agg_groups_release(g, row);
    for (uint32_t i = 0; g->has_heap && i < g->n_slots; i++) {
        const GroupSlot *s = &g->slot[i];
        if (s->kind == SLOT_PLAIN && s->spec->type->drop && !s->is_shared)
            s->spec->type->drop(s->spec, &x, slot_state(g, s, row));
    }
    for (uint32_t d = 0; d < g->n_distinct; d++) {
        const DistinctMap *m = &g->distinct[d];
        uint8_t *extra = row_extra(&g->layout, row);
        if (*(const int64_t *)(const void *)(extra + m->live_at) != 0)
            distinct_map_forget(m, t->distinct[d], *(const uint64_t *)(const void *)(extra + g->gid_at));
    }
    hash_table_remove(t->rows, row);
}

int agg_group_clear(AggGroups *g, GroupTable *t, uint8_t *row)
{
    if (!g->by_row || g->has_extreme || g->n_distinct > 0)
        return 0;
    TRY(hash_table_touch(t->rows, row));
    *row_count(row) = 0;
    memset(row_extra(&g->layout, row), 0, g->layout.row_bytes - g->layout.extra_offset);
    if (g->has_init)
        agg_groups_init(g, row);
    return 1;
}

bool agg_set_stands(const AggGroups *g, const uint8_t *row)
{
    uint32_t set_key = g->node->n_keys - g->node->standing.n_ids;
    uint32_t set = *(const uint32_t *)(const void *)(row + g->layout.offset[set_key]);
    return set < g->n_standing_bits && bit_get(g->standing_sets, set);
}

/* NULL, but for the ids of the set. */
static int standing_key(const AggGroups *g, uint32_t which, uint32_t key, Vec *ret)
{
    const StandingGroups *s = &g->node->standing;
    uint32_t n_nulls = g->node->n_keys - s->n_ids;
    *ret = agg_null_vec(g->node->keys[key]->type, 1);
    if (key < n_nulls)
        return 0;
    int32_t *v = arena_alloc(g->op->env->step, sizeof(int64_t));
    if (!v)
        return -ERR_OUT_OF_MEMORY;
    *v = s->id[which * s->n_ids + (key - n_nulls)];
    ret->data = v;
    ret->valid = NULL;
    return 0;
}

static int make_standing(AggGroups *g, GroupTable *t, uint32_t which)
{
    uint32_t n = g->node->n_keys;
    Vec *key = arena_alloc(g->op->env->step, MAX(n, 1) * sizeof(*key));
    const Vec **at = arena_alloc(g->op->env->step, MAX(n, 1) * sizeof(*at));
    uint8_t *row;
    if (!key || !at)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t k = 0; k < n; k++) {
        TRY(standing_key(g, which, k, &key[k]));
        at[k] = &key[k];
    }
    TRY(agg_groups_find(g, t, at, (Rows){1, NULL}, &row));
    return g->track ? agg_dirty_note(g, t, &row, 1) : 0;
}

int agg_groups_standing(AggGroups *g, GroupTable *t)
{
    for (uint32_t i = 0; i < (g->node->is_global ? 1 : g->node->standing.n); i++)
        TRY(make_standing(g, t, i));
    return 0;
}
