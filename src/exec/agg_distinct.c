/* SPDX-License-Identifier: Apache-2.0
 *
 * Count maps of DISTINCT aggregates.  The first count of an entry is the count of its row in the HASH table, so that an entry of a
 * map with one costs no more than its key; those of further filters are its extra bytes.  Entries whose counts have all returned to
 * zero are removed at the end of the batch.  A map of pairs has marks instead of counts. */
#include "exec/agg_distinct.h"

#define GONE INT64_MIN /* count of an entry that is about to be removed; repeated keys meet it twice */

/* Whether equal values of the type are equal integers of 64 bits. */
static bool is_word(TypeId id)
{
    return type_bytes(id) == sizeof(int64_t) && !type_is_float(id);
}

int distinct_map_init(DistinctMap *m, Account *acct, const Type *values, Err *err)
{
    Type type[1 + DISTINCT_VALUES_MAX];
    ASSERT(m->n_values <= DISTINCT_VALUES_MAX && m->n_filters > 0);
    type[0] = TYPE(I64);
    for (uint32_t i = 0; i < m->n_values; i++)
        type[1 + i] = values[i];
    TRY(row_layout_init(&m->layout, acct, type, 1 + m->n_values, (m->n_filters - 1) * (uint32_t)sizeof(int64_t), err));
    m->layout.pairs = m->only_grows && !m->keeps_nulls && m->n_values == 1 && is_word((TypeId)values[0].id);
    return 0;
}

void distinct_map_done(DistinctMap *m)
{
    row_layout_done(&m->layout);
}

/* Rows of which no value is NULL. */
static int drop_nulls(const DistinctMap *m, const Vec *values, const RowSet *set, Arena *arena, RowSet *ret)
{
    bool nullable = false;
    for (uint32_t v = 0; v < m->n_values && !m->keeps_nulls; v++)
        nullable |= values[v].valid != NULL;
    *ret = *set;
    if (!nullable)
        return 0;
    uint16_t *sel = arena_alloc(arena, set->rows.n * sizeof(*sel));
    ret->row = arena_alloc(arena, set->rows.n * sizeof(*ret->row));
    if (!sel || !ret->row)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0;
    for (uint32_t i = 0; i < set->rows.n; i++) {
        uint32_t r = row_at(set->rows, i);
        bool is_null = false;
        for (uint32_t v = 0; v < m->n_values; v++)
            is_null |= vec_is_null(&values[v], r);
        sel[n] = (uint16_t)r;
        ret->row[n] = set->row[i];
        n += !is_null;
    }
    ret->rows = (Rows){n, sel};
    return 0;
}

void table_expects_more(HashTable *t, const uint64_t *is_new, uint32_t n, uint32_t to_come_16ths)
{
    if (to_come_16ths > 0 && bits_count(is_new, n) > n / 2)
        hash_table_expect(t, hash_table_rows(t) * to_come_16ths / 16);
}

/* The ids of the rows' groups, one where all are of one group: by place, or by physical row. */
static void fill_ids(const RowSet *set, const DistinctAt *at, bool by_row, int64_t *ret)
{
    uint32_t n = set->one_group ? MIN(set->rows.n, 1) : set->rows.n;
    for (uint32_t i = 0; i < n; i++)
        memcpy(&ret[by_row ? row_at(set->rows, i) : i], set->row[i] + at->gid, sizeof(*ret));
}

/* One value of eight bytes, as nearly always. */
static int upsert_pairs(HashTable *t, const Vec *value, const RowSet *set, const DistinctAt *at, uint8_t **ret_entry,
                        uint64_t *ret_new)
{
    int64_t *id = arena_alloc(at->arena, set->rows.n * sizeof(*id));
    KeyPairs keys = {.first = id, .second = value->data, .one_first = set->one_group};
    if (!id)
        return -ERR_OUT_OF_MEMORY;
    fill_ids(set, at, false, id);
    return hash_table_upsert_pairs(t, &keys, set->rows, ret_entry, ret_new, NULL);
}

static int upsert_values(const DistinctMap *m, HashTable *t, const Vec *values, const RowSet *set, const DistinctAt *at,
                         uint8_t **ret_entry, uint64_t *ret_new)
{
    Vec gid;
    uint32_t n = set->rows.n;
    const Vec *key[1 + DISTINCT_VALUES_MAX] = {&gid};
    if (m->n_values == 1 && hash_table_takes_pairs(t, &values[0]))
        return upsert_pairs(t, &values[0], set, at, ret_entry, ret_new);
    if (set->one_group)
        TRY(vec_const_i64(&gid, TYPE(I64), 0, at->n_rows, at->arena));
    else
        TRY(vec_scratch(&gid, TYPE(I64), at->n_rows, at->arena));
    fill_ids(set, at, !set->one_group, gid.data);
    for (uint32_t v = 0; v < m->n_values; v++)
        key[1 + v] = &values[v];
    uint64_t *hash = arena_alloc(at->arena, n * sizeof(*hash));
    if (!hash)
        return -ERR_OUT_OF_MEMORY;
    kernel_hash(key, 1 + m->n_values, set->rows, hash);
    return hash_table_upsert(t, key, hash, set->rows, ret_entry, ret_new, NULL);
}

/* ---- counts ---- */

/* The map's rows of the values, made where absent; the group's counter of entries follows. */
static int find_entries(const DistinctMap *m, HashTable *t, const Vec *values, const RowSet *set, const DistinctAt *at,
                        uint8_t **ret_entry)
{
    uint32_t n = set->rows.n;
    uint64_t *is_new = arena_alloc(at->arena, BIT_WORDS(n) * sizeof(*is_new));
    if (!is_new)
        return -ERR_OUT_OF_MEMORY;
    TRY(upsert_values(m, t, values, set, at, ret_entry, is_new));
    table_expects_more(t, is_new, n, at->to_come_16ths);
    if (set->one_group) /* other maps of the group may be at work on other threads: its row is written once */
        *(int64_t *)(void *)(set->row[0] + at->live) += (int64_t)bits_count(is_new, n);
    for (uint32_t k = 0; k < BIT_WORDS(n) && !set->one_group; k++)
        for (uint64_t bits = is_new[k]; bits; bits &= bits - 1)
            ++*(int64_t *)(void *)(set->row[k * 64 + (uint32_t)__builtin_ctzll(bits)] + at->live);
    return 0;
}

static int64_t *count_at(const DistinctMap *m, uint8_t *entry, uint32_t f)
{
    return f == 0 ? row_count(entry) : (int64_t *)(void *)row_extra(&m->layout, entry) + (f - 1);
}

static bool is_empty(const DistinctMap *m, uint8_t *entry)
{
    int64_t any = 0;
    for (uint32_t f = 0; f < m->n_filters; f++)
        any |= *count_at(m, entry, f);
    return any == 0;
}

/* Two passes, because a key may stand several times in the batch and its row must not be freed under the second. */
static void remove_empty(const DistinctMap *m, HashTable *t, uint8_t **entry, uint8_t *const *group, uint32_t live, uint32_t n)
{
    uint32_t n_gone = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_empty(m, entry[i]))
            continue;
        *row_count(entry[i]) = GONE;
        --*(int64_t *)(void *)(group[i] + live);
        entry[n_gone++] = entry[i];
    }
    for (uint32_t i = 0; i < n_gone; i++)
        hash_table_remove(t, entry[i]);
}

/* Rows of weight 1 without one that is left out: counts of one address in each entry.  How many have become positive. */
static uint32_t count_up(size_t count, uint8_t *const *entry, const RowSet *set, bool *empties, uint16_t *sel, uint8_t **row)
{
    uint32_t n = set->rows.n, n_moved = 0;
    int64_t zeros = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t r = row_at(set->rows, i);
        int64_t old = (*(int64_t *)(void *)(entry[r] + count))++;
        zeros |= old == -1;
        sel[n_moved] = (uint16_t)r;
        row[n_moved] = set->row[i];
        n_moved += old == 0;
    }
    *empties |= zeros != 0;
    return n_moved;
}

/* Adds the set to the f-th counts; entry: by physical row, NULL = left out, which none is with all_in.  *empties: some count is
 * zero now. */
static int count_set(const DistinctMap *m, uint32_t f, uint8_t *const *entry, bool all_in, const RowSet *set, const DistinctAt *at,
                     bool *empties, RowSet *ret)
{
    uint32_t n = set->rows.n, n_moved = 0;
    uint16_t *sel = arena_alloc(at->arena, MAX(n, 1) * sizeof(*sel));
    int32_t *w = arena_alloc(at->arena, at->n_rows * sizeof(*w));
    uint8_t **row = arena_alloc(at->arena, MAX(n, 1) * sizeof(*row));
    if (!sel || !w || !row)
        return -ERR_OUT_OF_MEMORY;
    if (all_in && !set->w && set->w_all == 1) {
        size_t count = f == 0 ? ROW_COUNT_AT : m->layout.extra_offset + (f - 1) * sizeof(int64_t);
        n_moved = count_up(count, entry, set, empties, sel, row);
        *ret = (RowSet){.rows = {n_moved, sel}, .row = row, .w_all = 1, .one_group = set->one_group};
        return 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t r = row_at(set->rows, i);
        if (!entry[r])
            continue;
        int64_t *count = count_at(m, entry[r], f), old = *count, now = old + (set->w ? set->w[r] : set->w_all);
        *count = now;
        *empties |= now == 0;
        if ((now > 0) == (old > 0))
            continue;
        sel[n_moved] = (uint16_t)r;
        w[r] = now > 0 ? 1 : -1;
        row[n_moved++] = set->row[i];
    }
    *ret = (RowSet){.rows = {n_moved, sel}, .row = row, .w = w, .one_group = set->one_group};
    return 0;
}

/* ---- pairs ---- */

/* The marks of the rows by physical row: the FILTERs that they pass; *ret NULL: there is one. */
static int marks_of(const DistinctMap *m, const RowSet *set, const DistinctAt *at, uint8_t **ret)
{
    *ret = NULL;
    if (m->n_filters == 1)
        return 0;
    *ret = arena_zalloc(at->arena, at->n_rows);
    if (!*ret)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t f = 0; f < m->n_filters; f++)
        for (uint32_t i = 0; i < set[f].rows.n; i++)
            (*ret)[row_at(set[f].rows, i)] |= (uint8_t)(1u << f);
    return 0;
}

/* The rows with a new mark, by FILTER. */
static int list_marked(const DistinctMap *m, const RowSet *in, const uint8_t *is_new, Arena *arena, RowSet *ret)
{
    uint32_t n = in->rows.n, n_any = 0;
    uint16_t *any = arena_alloc(arena, n * sizeof(*any));
    if (!any)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        any[n_any] = (uint16_t)i;
        n_any += is_new[i] != 0;
    }
    for (uint32_t f = 0; f < m->n_filters; f++) {
        uint16_t *sel = arena_alloc(arena, MAX(n_any, 1) * sizeof(*sel));
        uint8_t **row = arena_alloc(arena, MAX(n_any, 1) * sizeof(*row));
        uint32_t n_new = 0;
        if (!sel || !row)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t k = 0; k < n_any; k++) {
            sel[n_new] = (uint16_t)row_at(in->rows, any[k]);
            row[n_new] = in->row[any[k]];
            n_new += is_new[any[k]] >> f & 1;
        }
        ret[f] = (RowSet){.rows = {n_new, sel}, .row = row, .w_all = 1, .one_group = in->one_group};
    }
    return 0;
}

/* Other maps of the group may be at work on other threads: a row of one group is written once. */
static void note_live(const RowSet *in, const uint8_t *is_new, uint32_t live)
{
    uint32_t n_new = 0;
    for (uint32_t i = 0; i < in->rows.n && !in->one_group; i++)
        *(int64_t *)(void *)(in->row[i] + live) += is_new[i] != 0;
    for (uint32_t i = 0; i < in->rows.n && in->one_group; i++)
        n_new += is_new[i] != 0;
    if (n_new > 0)
        *(int64_t *)(void *)(in->row[0] + live) += n_new;
}

static int add_pairs(const DistinctMap *m, HashTable *t, const Vec *value, const RowSet *in, const RowSet *set,
                     const DistinctAt *at, RowSet *ret)
{
    Vec flat = *value;
    uint8_t *mark, *is_new = arena_alloc(at->arena, in->rows.n);
    int64_t *id = arena_alloc(at->arena, in->rows.n * sizeof(*id));
    if (!is_new || !id)
        return -ERR_OUT_OF_MEMORY;
    if (value->kind != VEC_FLAT)
        TRY(vec_flatten(value, in->rows, &flat, at->arena));
    fill_ids(in, at, false, id);
    TRY(marks_of(m, set, at, &mark));
    KeyPairs keys = {.first = id, .second = flat.data, .one_first = in->one_group};
    TRY(hash_table_mark_pairs(t, &keys, mark, in->rows, is_new, NULL));
    note_live(in, is_new, at->live);
    return list_marked(m, in, is_new, at->arena, ret);
}

int distinct_map_add(const DistinctMap *m, HashTable *t, const Vec *values, const RowSet *all, const RowSet *set,
                     const DistinctAt *at, RowSet *ret)
{
    RowSet in;
    TRY(drop_nulls(m, values, all, at->arena, &in));
    uint32_t n = in.rows.n;
    if (m->layout.pairs) {
        memset(ret, 0, m->n_filters * sizeof(*ret));
        return n > 0 ? add_pairs(m, t, values, &in, set, at, ret) : 0;
    }
    uint8_t **entry = arena_alloc(at->arena, MAX(n, 1) * sizeof(*entry)), **of_row = entry;
    if (!entry)
        return -ERR_OUT_OF_MEMORY;
    if (n > 0)
        TRY(find_entries(m, t, values, &in, at, entry));
    if (in.rows.sel) {
        of_row = arena_zalloc(at->arena, at->n_rows * sizeof(*of_row));
        if (!of_row)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < n; i++)
            of_row[row_at(in.rows, i)] = entry[i];
    }
    bool empties = false;
    for (uint32_t f = 0; f < m->n_filters; f++)
        TRY(count_set(m, f, of_row, in.rows.n == all->rows.n, &set[f], at, &empties, &ret[f]));
    if (empties)
        remove_empty(m, t, entry, in.row, at->live, n);
    return 0;
}

void distinct_map_forget(const DistinctMap *m, HashTable *t, uint64_t gid)
{
    HashCursor c = {0};
    uint8_t *row;
    if (m->layout.pairs) {
        hash_table_forget_pairs(t, (int64_t)gid);
        return;
    }
    while (hash_table_next(t, &c, &row, 1) > 0) {
        uint64_t id;
        memcpy(&id, row + m->layout.offset[0], sizeof(id));
        if (id == gid)
            hash_table_remove(t, row);
    }
}
