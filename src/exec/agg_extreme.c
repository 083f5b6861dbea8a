/* SPDX-License-Identifier: Apache-2.0
 *
 * The least and the greatest value of a group that also loses rows, kept in the group's row beside its multiset: MIN and MAX walk
 * down the tree only when the value that they knew has left, and a copy of the row is an image of the results.
 *
 * What is known is the value's sort key, for types whose keys have few bytes.  An element is there while its count is positive, so
 * only a count that crosses zero says something; one that is not known any more is looked up before its row is copied or its
 * result is given.
 *
 * Where the key is a number most changes wait in the multiset, and their counts are not known.  Such a
 * change says something only where it is not between the least and the greatest: one that comes beyond is the new one, unless the
 * multiset may owe something, that is, has a count below zero; one that goes and is equal makes it unknown; one that goes beyond is
 * owed.  What goes between them without having come is owed, too, but found out when the multiset is settled, which it is before
 * either of them moves inwards. */
#include "exec/agg_group.h"

#include <string.h>

#include "exec/window_time.h"

#define KEY_BYTES 15u
#define NOT_KNOWN UINT8_MAX

typedef struct Extreme {
    char key[KEY_BYTES]; /* zeros behind it */
    uint8_t n;           /* its bytes; 0: no element is there; NOT_KNOWN */
} Extreme;
_Static_assert(sizeof(Extreme) == EXTREME_BYTES, "as agg_open.c places them");

bool agg_extreme_takes(const GroupSlot *s)
{
    TypeId id = (TypeId)s->sort[0].type.id;
    bool is_short = id == T_BOOL || (type_bytes(id) > 0 && type_bytes(id) <= sizeof(uint64_t));
    return s->spec->type->extreme != 0 && s->n_sort == 1 && is_short && !s->spec->by_arrival;
}

static Extreme *extreme_of(const AggGroups *g, const GroupSlot *s, uint8_t *row)
{
    return (Extreme *)(void *)(row_extra(&g->layout, row) + s->extreme_at);
}

static void know(Extreme *e, Str key)
{
    ASSERT(key.n > 0 && key.n <= KEY_BYTES);
    *e = (Extreme){.n = (uint8_t)key.n};
    memcpy(e->key, key.p, key.n);
}

void agg_extremes_move(const AggGroups *g, const GroupSlot *s, uint8_t *row, Str key, int64_t weight, int64_t after)
{
    bool was = sub_saturated(after, weight) > 0, is = after > 0;
    for (; was != is && s; s = s->next_extreme) {
        Extreme *e = extreme_of(g, s, row);
        if (e->n == NOT_KNOWN)
            continue;
        int order = e->n ? memcmp(key.p, e->key, MIN(key.n, KEY_BYTES)) : s->spec->type->extreme;
        if (is && (order < 0) == (s->spec->type->extreme < 0) && order != 0)
            know(e, key);
        else if (was && order == 0)
            e->n = NOT_KNOWN;
    }
}

static inline uint64_t number_of(const char *key)
{
    uint64_t v;
    memcpy(&v, key + 1, sizeof(v));
    return __builtin_bswap64(v);
}

void agg_extremes_wait(const AggGroups *g, const GroupSlot *s, uint8_t *row, const char *key, int64_t weight)
{
    uint64_t number = number_of(key), owner;
    memcpy(&owner, slot_state(g, s, row), sizeof(owner));
    for (s = s->extreme; s; s = s->next_extreme) {
        Extreme *e = extreme_of(g, s, row);
        if (e->n == NOT_KNOWN)
            continue;
        uint64_t known = number_of(e->key);
        bool beyond = e->n == 0 || (s->spec->type->extreme < 0 ? number < known : number > known);
        if (!beyond && (weight > 0 || number != known))
            continue;
        if (!beyond || (weight > 0 && multi_owes(g->multi, owner)))
            e->n = NOT_KNOWN;
        else if (weight > 0)
            know(e, (Str){key, MULTI_NUMBER_BYTES});
        else
            multi_owe(g->multi, owner);
    }
}

static int look_up(const AggGroups *g, const GroupTable *t, const GroupSlot *s, uint8_t *row)
{
    uint64_t *at = (uint64_t *)(void *)slot_state(g, s, row);
    Str key = STR("");
    int64_t count;
    TRY(hash_table_touch(t->rows, row));
    if (s->is_late)
        TRY(multi_settle(g->multi, at, NULL));
    uint64_t owner = *at;
    int64_t total = owner ? multi_total(g->multi, owner) : 0;
    if (total <= 0)
        *extreme_of(g, s, row) = (Extreme){.n = 0};
    else if (multi_nth(g->multi, owner, s->spec->type->extreme < 0 ? 0 : total - 1, &key, &count))
        know(extreme_of(g, s, row), key);
    else
        return -ERR_CORRUPT;
    return 0;
}

int agg_extremes_settle(const AggGroups *g, const GroupTable *t, uint8_t *row)
{
    for (uint32_t i = 0; i < g->n_slots; i++) {
        const GroupSlot *s = &g->slot[i];
        if (s->is_extreme && extreme_of(g, s, row)->n == NOT_KNOWN)
            TRY(look_up(g, t, s, row));
    }
    return 0;
}

int agg_extremes_moved(const AggGroups *g, const GroupTable *t, uint8_t *before, uint8_t *row)
{
    TRY(agg_extremes_settle(g, t, row));
    for (uint32_t i = 0; i < g->n_slots; i++) {
        const GroupSlot *s = &g->slot[i];
        if (s->is_extreme && memcmp(extreme_of(g, s, before), extreme_of(g, s, row), sizeof(Extreme)) != 0)
            return 1;
    }
    return 0;
}

int agg_extreme_final(const AggGroups *g, const GroupTable *t, const GroupSlot *s, uint8_t *const *row, uint32_t n, Arena *arena,
                      Vec *ret)
{
    bool wide = sortkey_is_wide(&s->sort[0]);
    for (uint32_t i = 0; i < n; i++) {
        const Extreme *e = extreme_of(g, s, row[i]);
        size_t at = 0;
        if (unlikely(e->n == NOT_KNOWN))
            TRY(look_up(g, t, s, row[i]));
        if (likely(wide && e->n == SORTKEY_WIDE_BYTES)) {
            ((int64_t *)ret->data)[i] = sortkey_wide_value(&s->sort[0], e->key);
            continue;
        }
        Str key = {e->key, e->n};
        Value v = value_null(ret->type);
        if (e->n > 0 && !sortkey_get(&s->sort[0], key, &at, arena, &v))
            return -ERR_CORRUPT;
        TRY(vec_put(ret, i, &v, NULL, arena));
    }
    return 0;
}
