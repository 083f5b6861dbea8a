/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregates over a group's multiset (MIN under deletes, percentiles, string_agg): elements are sort keys of (order columns, value)
 * in a MULTI table, so that first, last and k-th are tree walks and the columns can be read back from the key. */
#include "exec/agg_group.h"

static bool any_null(const AggGroups *g, const GroupSlot *s, uint32_t r)
{
    for (uint32_t a = 0; a < s->n_args; a++)
        if (vec_is_null(&g->eval.vec[s->arg + a], r))
            return true;
    return false;
}

static bool has_nulls(const AggGroups *g, const GroupSlot *s)
{
    bool any = false;
    for (uint32_t a = 0; a < s->n_args; a++)
        any |= g->eval.vec[s->arg + a].kind != VEC_FLAT || g->eval.vec[s->arg + a].valid;
    return any;
}

/* The element of a row: order columns, then the value, rounded where the aggregate says so. */
static int put_element(AggGroups *g, const GroupSlot *s, uint32_t r)
{
    uint32_t last = s->n_sort - 1;
    const AggType *type = s->spec->type;
    sb_clear(&g->sort_key);
    for (uint32_t c = 0; c + s->spec->by_arrival < last; c++)
        sortkey_put_row(&g->sort_key, &s->sort[c], &g->eval.vec[s->sort_at[c]], r);
    if (s->spec->by_arrival)
        sortkey_put(&g->sort_key, &s->sort[last - 1], &(Value){.type = TYPE(I64), .i64 = g->n_arrived++});
    if (type->round) {
        const Vec *v = &g->eval.vec[s->sort_at[last]];
        double f = ((const double *)vec_values(v)->data)[vec_phys(v, r)];
        sortkey_put(&g->sort_key, &s->sort[last], &(Value){.type = TYPE(F64), .f64 = type->round(f)});
    } else {
        sortkey_put_row(&g->sort_key, &s->sort[last], &g->eval.vec[s->sort_at[last]], r);
    }
    return g->sort_key.failed ? -ERR_OUT_OF_MEMORY : 0;
}

/* Weight of a row: a second argument multiplies it; what is negative or beyond 2^31 counts as none and as 2^31. */
static int64_t weight_of(const AggGroups *g, const GroupSlot *s, const RowSet *set, uint32_t r)
{
    int64_t w = set->w ? set->w[r] : set->w_all;
    if (!s->spec->type->round || s->n_args < 2)
        return w;
    const Vec *v = &g->eval.vec[s->arg + 1];
    int64_t times = ((const int64_t *)vec_values(v)->data)[vec_phys(v, r)];
    return w * MIN(MAX(times, 0), INT64_C(1) << 31);
}

static int add_element(AggGroups *g, const GroupSlot *s, int64_t bucket, uint8_t *row, Str key, int64_t w)
{
    int64_t after;
    uint64_t *owner = (uint64_t *)(void *)slot_state(g, s, row);
    if (s->is_late)
        TRY(multi_settle(g->multi, owner, NULL));
    TRY(multi_add(g->multi, owner, bucket, key, w, &after, NULL));
    if (s->extreme)
        agg_extremes_move(g, s->extreme, row, key, w, after);
    return 0;
}

/* The usual ones: numbers and times without NULL, with nothing else in their keys. */
static int add_numbers(AggGroups *g, const GroupSlot *s, int64_t bucket, const RowSet *set)
{
    const Vec *v = &g->eval.vec[s->sort_at[0]];
    char key[SORTKEY_FIXED_MAX];
    size_t n = sortkey_fixed_bytes(&s->sort[0]);
    for (uint32_t i = 0; i < set->rows.n; i++) {
        if (i + MULTI_AHEAD < set->rows.n)
            multi_prefetch(g->multi, *(const uint64_t *)(const void *)slot_state(g, s, set->row[i + MULTI_AHEAD]));
        uint32_t r = row_at(set->rows, i);
        int64_t w = set->w ? set->w[r] : set->w_all;
        if (w == 0)
            continue;
        sortkey_write_fixed(key, &s->sort[0], v, r);
        TRY(add_element(g, s, bucket, set->row[i], (Str){key, n}, w));
    }
    return 0;
}

static inline uint64_t *owner_of(const AggGroups *g, const GroupSlot *s, uint8_t *row)
{
    return (uint64_t *)(void *)slot_state(g, s, row);
}

/* The same where changes may wait (state/multi_late.c). */
static int add_late(AggGroups *g, const GroupSlot *s, int64_t bucket, const RowSet *set)
{
    const Vec *v = &g->eval.vec[s->sort_at[0]];
    char key[SORTKEY_FIXED_MAX];
    size_t key_bytes = sortkey_fixed_bytes(&s->sort[0]);
    uint32_t n = set->rows.n;
    for (uint32_t i = 0; i < n; i++) {
        if (i + 2 * MULTI_AHEAD < n)
            multi_prefetch_root(g->multi, *owner_of(g, s, set->row[i + 2 * MULTI_AHEAD]));
        if (i + MULTI_AHEAD < n)
            multi_prefetch_room(g->multi, *owner_of(g, s, set->row[i + MULTI_AHEAD]));
        uint32_t r = row_at(set->rows, i);
        int64_t w = set->w ? set->w[r] : set->w_all, after;
        if (w == 0)
            continue;
        sortkey_write_fixed(key, &s->sort[0], v, r);
        Str k = {key, key_bytes};
        int waits = multi_add_late(g->multi, owner_of(g, s, set->row[i]), bucket, k, w, &after, NULL);
        TRY(waits);
        if (s->extreme && waits)
            agg_extremes_wait(g, s, set->row[i], key, w);
        else if (s->extreme)
            agg_extremes_move(g, s->extreme, set->row[i], k, w, after);
    }
    return 0;
}

int agg_multi_add(AggGroups *g, const GroupSlot *s, int64_t bucket, const RowSet *set)
{
    bool nulls = has_nulls(g, s), skips_nulls = !(s->spec->flags & AGG_KEEPS_NULLS) && nulls;
    bool plain = s->n_sort == 1 && !s->spec->by_arrival && !s->spec->type->round;
    if (plain && s->n_args == 1 && !nulls && sortkey_fixed_bytes(&s->sort[0]))
        return s->is_late ? add_late(g, s, bucket, set) : add_numbers(g, s, bucket, set);
    for (uint32_t i = 0; i < set->rows.n; i++) {
        if (i + MULTI_AHEAD < set->rows.n)
            multi_prefetch(g->multi, *(const uint64_t *)(const void *)slot_state(g, s, set->row[i + MULTI_AHEAD]));
        uint32_t r = row_at(set->rows, i);
        if (skips_nulls && any_null(g, s, r))
            continue;
        int64_t w = weight_of(g, s, set, r);
        if (w == 0)
            continue;
        TRY(put_element(g, s, r));
        TRY(add_element(g, s, bucket, set->row[i], sb_str(&g->sort_key), w));
    }
    return 0;
}

typedef struct MultiReader {
    AggMulti base;
    const MultiTable *table;
    const GroupSlot *slot;
    uint64_t owner;
    Arena *arena; /* texts of the element read last */
} MultiReader;

static int decode(MultiReader *m, Str key, Value *ret_cols)
{
    size_t at = 0;
    arena_reset(m->arena);
    for (uint32_t c = 0; c < m->slot->n_sort; c++)
        if (!sortkey_get(&m->slot->sort[c], key, &at, m->arena, &ret_cols[c]))
            return -ERR_OUT_OF_MEMORY; /* keys are ours, so they can be read */
    return 0;
}

static int64_t reader_total(AggMulti *base)
{
    MultiReader *m = (MultiReader *)base;
    return m->owner ? multi_total(m->table, m->owner) : 0;
}

static int reader_nth(AggMulti *base, int64_t k, Value *ret_cols, int64_t *ret_count)
{
    MultiReader *m = (MultiReader *)base;
    Str key;
    int64_t count;
    if (!m->owner || !multi_nth(m->table, m->owner, k, &key, &count))
        return -ERR_CORRUPT;
    if (ret_count)
        *ret_count = count;
    return decode(m, key, ret_cols);
}

static int reader_each(AggMulti *base, int (*fn)(void *self, const Value *cols, int64_t count), void *self)
{
    MultiReader *m = (MultiReader *)base;
    Value cols[SLOT_SORT_MAX];
    Str key;
    int64_t count;
    bool more = m->owner && multi_seek(m->table, m->owner, STR(""), false, &key, &count);
    while (more) {
        if (count > 0) {
            TRY(decode(m, key, cols));
            TRY(fn(self, cols, count));
        }
        more = multi_seek(m->table, m->owner, key, true, &key, &count);
    }
    return 0;
}

/* Numbers without anything else in their keys, read by nobody but aggregates like this one. */
static bool takes_late(const GroupSlot *s)
{
    bool plain = s->n_sort == 1 && s->n_args == 1 && !s->spec->by_arrival && !s->spec->type->round;
    size_t bytes = plain ? sortkey_fixed_bytes(&s->sort[0]) : 0;
    return !(s->spec->flags & AGG_KEEPS_NULLS) && (bytes == MULTI_NUMBER_BYTES || bytes == MULTI_WIDE_BYTES);
}

void agg_multi_open(AggGroups *g)
{
    for (uint32_t i = g->n_bounds; i < g->n_slots; i++) {
        GroupSlot *s = &g->slot[i];
        s->is_late = s->kind == SLOT_MULTI && takes_late(s);
        for (uint32_t j = g->n_bounds; s->is_late && j < g->n_slots; j++) {
            const GroupSlot *other = &g->slot[j]; /* of the same multiset */
            s->is_late =
                other->kind != SLOT_MULTI || other->at != s->at || (takes_late(other) && other->is_extreme == s->is_extreme);
        }
    }
}

int agg_ends_final(AggGroups *g, const GroupTable *t, const GroupSlot *s, uint8_t *const *row, uint32_t n, Arena *arena, Vec *ret)
{
    size_t key_bytes = sortkey_fixed_bytes(&s->sort[0]), bytes = type_bytes((TypeId)ret->type.id);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t *owner = owner_of(g, s, row[i]);
        Str key;
        TRY(hash_table_touch(t->rows, row[i]));
        TRY(multi_settle(g->multi, owner, NULL));
        if (likely(multi_end(g->multi, *owner, s->spec->type->extreme > 0, &key))) {
            ASSERT(key.n == key_bytes);
            sortkey_read_fixed(key.p, &s->sort[0], (uint8_t *)ret->data + i * bytes);
            continue;
        }
        Value v = value_null(ret->type);
        TRY(vec_put(ret, i, &v, NULL, arena));
    }
    return 0;
}

int agg_multi_final(AggGroups *g, const GroupTable *t, const GroupSlot *s, uint8_t *row, AggCtx *x, Value *ret)
{
    uint64_t *at = (uint64_t *)(void *)slot_state(g, s, row);
    if (s->is_late) {
        TRY(hash_table_touch(t->rows, row));
        TRY(multi_settle(g->multi, at, NULL));
    }
    uint64_t owner = *at;
    MultiReader m = {{reader_total, reader_nth, reader_each}, g->multi, s, owner, &g->multi_arena};
    return s->spec->type->final_multi(s->spec, x, &m.base, x->eval->arena, ret);
}
