/* SPDX-License-Identifier: Apache-2.0
 *
 * Collected groups.  The places of a pane are few and small, so that they stay in the first cache with the cells of frequent keys;
 * cells are dense, so that their keys are a column which is looked up in the state as such. */
#include "exec/pre_groups.h"

#include "base/hash.h"
#include "exec/part_keys.h"

#define CELLS_MAX 8192u  /* of a part and pane: a cell has a number of 16 bits */
#define CELLS_ALL 32768u /* of all parts */
#define PLACES_MIN 256u
#define PLACES_PER_CELL 2u

static bool is_collected_sum(const GroupSlot *s)
{
    uint32_t n_at;
    return s->kind == SLOT_PLAIN && s->filter < 0 && s->distinct < 0 && s->n_args == 1 && s->spec->type->is_sum &&
           s->spec->type->is_sum(s->spec, &n_at);
}

bool pre_groups_can(const AggGroups *g)
{
    TypeId id = (TypeId)g->layout.type[0].id;
    uint32_t n_sums = 0;
    if (g->n_cols != 1 || g->n_distinct > 0 || g->eval.can_fail || type_bytes(id) != sizeof(uint64_t) || type_is_float(id))
        return false;
    for (uint32_t i = 0; i < g->n_slots; i++) {
        const GroupSlot *s = &g->slot[i];
        if (s->kind == SLOT_ROWS || s->is_shared)
            continue;
        if (!is_collected_sum(s) || ++n_sums > PRE_SUMS)
            return false;
    }
    return true;
}

int pre_groups_new(AggGroups *g, uint32_t n_parts, PreGroups **ret)
{
    PreGroups *p = mem_zalloc(g->op->env->acct, sizeof(*p));
    *ret = p;
    if (!p)
        return -ERR_OUT_OF_MEMORY;
    p->g = g;
    p->n_parts = n_parts;
    p->max_cells = MIN(CELLS_MAX, CELLS_ALL / n_parts);
    for (uint32_t i = 0; i < g->n_slots; i++)
        if (g->slot[i].kind == SLOT_PLAIN && !g->slot[i].is_shared)
            p->sum[p->n_sums++] = &g->slot[i];
    p->max_places = PLACES_MIN;
    while (p->max_places < PLACES_PER_CELL * p->max_cells)
        p->max_places *= 2;
    size_t cell = p->n_sums * sizeof(i128) + sizeof(uint64_t) + sizeof(uint32_t);
    p->pane_bytes = n_parts * ((p->max_cells + 4) * cell + p->max_places * sizeof(uint16_t)); /* + 4: aligned */
    return 0;
}

void pre_groups_free(PreGroups *p)
{
    if (!p)
        return;
    Account *acct = p->g->op->env->acct;
    for (uint32_t i = 0; i < PRE_PANES; i++)
        mem_free_aligned(acct, p->pane[i].memory, p->pane[i].memory ? p->pane_bytes : 0);
    mem_free(acct, p, sizeof(*p));
}

static void clear_places(const PreGroups *p, PrePane *pane)
{
    for (uint32_t k = 0; k < p->n_parts; k++)
        memset(pane->of[k].place, 0, (pane->mask + 1) * sizeof(uint16_t));
}

void pre_groups_clear(PreGroups *p)
{
    for (uint32_t i = 0; i < p->n_panes; i++)
        for (uint32_t k = 0; k < p->n_parts; k++)
            p->pane[i].of[k].n = 0;
    p->n_panes = 0;
}

static bool is_plain(const Vec *v)
{
    return v->kind == VEC_FLAT && !v->valid;
}

bool pre_groups_takes(const PreGroups *p, const Batch *in)
{
    bool takes = in->w_kind == W_ONE && is_plain(p->g->key[0]) && !page_store_is_spilling(p->g->op->env->pages);
    for (uint32_t i = 0; i < p->n_sums; i++)
        takes &= is_plain(&p->g->eval.vec[p->sum[i]->arg]);
    return takes;
}

/* Widest values first, so that all are aligned. */
static bool pane_open(PreGroups *p, PrePane *pane)
{
    uint32_t n = p->max_cells + 4;
    if (!pane->memory)
        pane->memory = mem_alloc_aligned(p->g->op->env->acct, p->pane_bytes, PART_APART);
    uint8_t *at = pane->memory;
    if (!at)
        return false;
    for (uint32_t k = 0; k < p->n_parts; k++)
        for (uint32_t i = 0; i < p->n_sums; i++, at += n * sizeof(i128))
            pane->of[k].sum[i] = (i128 *)(void *)at;
    for (uint32_t k = 0; k < p->n_parts; k++, at += n * sizeof(uint64_t))
        pane->of[k].key = (uint64_t *)(void *)at;
    for (uint32_t k = 0; k < p->n_parts; k++, at += n * sizeof(uint32_t))
        pane->of[k].count = (uint32_t *)(void *)at;
    for (uint32_t k = 0; k < p->n_parts; k++, at += p->max_places * sizeof(uint16_t))
        pane->of[k].place = (uint16_t *)(void *)at;
    pane->mask = PLACES_MIN - 1;
    clear_places(p, pane);
    return true;
}

static PrePane *find_pane(PreGroups *p, int64_t end)
{
    for (uint32_t i = 0; i < p->n_panes; i++)
        if (p->pane[i].end == end)
            return &p->pane[i];
    if (p->n_panes == PRE_PANES || !pane_open(p, &p->pane[p->n_panes]))
        return NULL;
    p->pane[p->n_panes].end = end;
    return &p->pane[p->n_panes++];
}

static inline uint32_t place_of(uint64_t hash, uint32_t mask)
{
    return (uint32_t)(hash >> 40) & mask;
}

static void grow_places(const PreGroups *p, PrePane *pane, uint32_t cells)
{
    while ((pane->mask + 1) < PLACES_PER_CELL * cells)
        pane->mask = pane->mask * 2 + 1;
    clear_places(p, pane);
    for (uint32_t k = 0; k < p->n_parts; k++) {
        PreCells *c = &pane->of[k];
        for (uint32_t cell = 1; cell <= c->n; cell++) {
            uint32_t at = place_of(hash_i64((int64_t)c->key[cell]), pane->mask);
            while (c->place[at])
                at = (at + 1) & pane->mask;
            c->place[at] = (uint16_t)cell;
        }
    }
}

int pre_groups_room(PreGroups *p, int64_t end, uint32_t n_rows, PrePane **ret)
{
    PrePane *pane = *ret = find_pane(p, end);
    uint32_t most = 0;
    if (!pane)
        return 0;
    for (uint32_t k = 0; k < p->n_parts; k++)
        most = MAX(most, pane->of[k].n);
    if (most + n_rows > p->max_cells)
        return 0;
    if (PLACES_PER_CELL * (most + n_rows) > pane->mask + 1)
        grow_places(p, pane, most + n_rows);
    return 1;
}

/* ---- rows ---- */

#define PASS static inline __attribute__((always_inline))

PASS uint32_t cell_of(PreCells *c, uint32_t mask, uint64_t key, uint64_t hash, uint32_t n_sums)
{
    for (uint32_t at = place_of(hash, mask);; at = (at + 1) & mask) {
        uint32_t cell = c->place[at];
        if (unlikely(cell == 0)) {
            cell = ++c->n;
            c->place[at] = (uint16_t)cell;
            c->key[cell] = key;
            c->count[cell] = 0;
            for (uint32_t i = 0; i < n_sums; i++)
                c->sum[i][cell] = 0;
            return cell;
        }
        if (likely(c->key[cell] == key))
            return cell;
    }
}

PASS void add_loop(const PreGroups *p, PrePane *pane, const uint64_t *key, const int64_t *const *value, Rows rows, uint32_t n_sums)
{
    uint32_t mask = pane->mask, n_parts = p->n_parts;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        uint64_t hash = hash_i64((int64_t)key[r]);
        PreCells *c = &pane->of[part_of_hash(hash, n_parts)];
        uint32_t cell = cell_of(c, mask, key[r], hash, n_sums);
        c->count[cell]++;
        for (uint32_t k = 0; k < n_sums; k++)
            c->sum[k][cell] += value[k][r];
    }
}

void pre_groups_add(PreGroups *p, PrePane *pane, Rows rows)
{
    const uint64_t *key = p->g->key[0]->data;
    const int64_t *value[PRE_SUMS] = {NULL};
    for (uint32_t i = 0; i < p->n_sums; i++)
        value[i] = p->g->eval.vec[p->sum[i]->arg].data;
    if (p->n_sums > 0)
        add_loop(p, pane, key, value, rows, p->n_sums);
    else if (rows.sel)
        add_loop(p, pane, key, value, rows, 0);
    else
        add_loop(p, pane, key, value, (Rows){rows.n, NULL}, 0);
}

/* ---- into the state ---- */

static void add_cells(const PreGroups *from, const AggGroups *g, const PreCells *c, uint32_t first, uint8_t *const *row, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        *row_count(row[i]) += c->count[first + i];
    for (uint32_t k = 0; k < from->n_sums; k++) {
        const GroupSlot *s = from->sum[k];
        uint32_t n_at;
        (void)s->spec->type->is_sum(s->spec, &n_at);
        for (uint32_t i = 0; i < n; i++) {
            uint8_t *state = slot_state(g, s, row[i]);
            *(i128 *)(void *)state += c->sum[k][first + i];
            *(int64_t *)(void *)(state + n_at) += c->count[first + i];
        }
    }
}

int pre_groups_settle(AggGroups *g, GroupTable *t, const PreGroups *from, const PreCells *c)
{
    Arena *step = g->op->env->step;
    for (uint32_t first = 1, n; first <= c->n; first += n) {
        n = MIN(c->n - first + 1, BATCH_ROWS_MAX);
        ArenaMark scratch = arena_mark(step);
        Vec key = {.kind = VEC_FLAT, .type = g->layout.type[0], .n = n, .data = c->key + first};
        uint8_t **row = arena_alloc(step, n * sizeof(*row));
        if (!row)
            return -ERR_OUT_OF_MEMORY;
        TRY(agg_groups_find(g, t, (const Vec *const[]){&key}, (Rows){n, NULL}, row));
        add_cells(from, g, c, first, row, n);
        arena_rewind(step, scratch);
    }
    return 0;
}

uint64_t pre_groups_cells(const PreGroups *p)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < p->n_panes; i++)
        for (uint32_t k = 0; k < p->n_parts; k++)
            sum += p->pane[i].of[k].n;
    return sum;
}
