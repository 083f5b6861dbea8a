/* SPDX-License-Identifier: Apache-2.0
 *
 * Overlay of a stored relation: what a transaction sees of a table that it changes.
 *
 * It holds the rows and keys that the transaction has touched, each with the count that it has there, also when that is 0; for all
 * others the relation below speaks.  Whatever is touched is taken over first, count and all, so everything that changes a stored
 * relation changes an overlay as well, and a transaction costs what it touches, however large the table is.  Entries stay until the
 * end: what has no count any more hides what lies below.
 *
 * When somebody else changes the relation below, its overlays take over what is about to change, as it is before (a change with
 * weights of 0), and the rows that have come are hidden from them: a transaction goes on to see the table as it was.  Rows below
 * are hidden by their addresses.  An address may be given to another row only by such a change, which hides it again.
 *
 * The pages are of the relation's own store, so that rows of both can be read together; their table id is no relation's. */
#include "flow/stored.h"
#include "kernel/kernel.h"

#define OVERLAY_TABLE_ID UINT32_C(0xffffffc0) /* and 15 more: checkpoints leave them out */
#define HIDDEN_MIN 64u

/* ---- rows that are hidden ---- */

static uint64_t place_of(const HiddenRows *h, const uint8_t *row)
{
    uint64_t at = (uint64_t)(uintptr_t)row * UINT64_C(0x9e3779b97f4a7c15);
    for (at >>= 64 - h->bits; h->row[at] && h->row[at] != row; at = (at + 1) & ((UINT64_C(1) << h->bits) - 1))
        ;
    return at;
}

static int hidden_grow(Account *acct, HiddenRows *h, Err *err)
{
    HiddenRows wider = {.bits = h->row ? h->bits + 1 : (uint32_t)__builtin_ctz(HIDDEN_MIN), .n = h->n};
    wider.row = mem_zalloc(acct, sizeof(*wider.row) << wider.bits);
    if (!wider.row)
        return RAISE_NOMEM(err);
    for (uint64_t i = 0; h->row && i < UINT64_C(1) << h->bits; i++)
        if (h->row[i])
            wider.row[place_of(&wider, h->row[i])] = h->row[i];
    if (h->row)
        mem_free(acct, h->row, sizeof(*h->row) << h->bits);
    *h = wider;
    return 0;
}

static int hide(Stored *s, const uint8_t *row, Err *err)
{
    HiddenRows *h = &s->hidden;
    if (!h->row || h->n >= (UINT64_C(1) << h->bits) / 2)
        TRY(hidden_grow(s->acct, h, err));
    uint64_t at = place_of(h, row);
    h->n += !h->row[at];
    h->row[at] = row;
    return 0;
}

bool stored_overlay_hides(const Stored *s, const uint8_t *row)
{
    return s->hidden.n && s->hidden.row[place_of(&s->hidden, row)];
}

/* ---- life ---- */

int stored_overlay_new(Account *acct, Stored *base, Stored **ret, Err *err)
{
    Stored *s = NULL;
    TRY(stored_open(acct, base->pages, OVERLAY_TABLE_ID, base->schema, base->key, base->n_key, base, &s, err));
    s->key_name = base->key_name;
    int rc = stored_hash_by(s, base->by, base->n_by, err);
    if (rc == 0)
        rc = stored_unique_mirror(s, err);
    if (rc == 0)
        rc = stored_index_mirror(s, err);
    if (rc < 0) {
        stored_free(s);
        return rc;
    }
    *ret = s;
    return 0;
}

void stored_overlay_detach(Stored *s)
{
    if (s->is_stale)
        return;
    Stored **at = &s->base->overlays;
    while (*at != s)
        at = &(*at)->next_overlay;
    *at = s->next_overlay;
    s->is_stale = true;
}

void stored_overlay_done(Stored *s)
{
    while (s->overlays) /* the relation goes first */
        stored_overlay_detach(s->overlays);
    if (s->base)
        stored_overlay_detach(s);
    if (s->hidden.row)
        mem_free(s->acct, s->hidden.row, sizeof(*s->hidden.row) << s->hidden.bits);
}

int stored_overlay_check(const Stored *s, Err *err)
{
    return s->base && s->is_stale ? RAISE(err, ERR_SERIALIZATION, "could not serialize access due to concurrent change of a table")
                                  : 0;
}

/* ---- taking over ---- */

static uint64_t *taken_over(const RowLayout *l, uint8_t *entry)
{
    return (uint64_t *)(void *)(entry + l->extra_offset + l->extra_bytes - sizeof(uint64_t));
}

/* The entries below for the rows that wait, NULL = none. */
static int find_below(Stored *s, const HashTable *below, const Vec *const *key, const uint64_t *hash, Rows rows, uint8_t ***ret,
                      Err *err)
{
    *ret = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(**ret));
    if (!*ret)
        return RAISE_NOMEM(err);
    hash_table_find(below, key, hash, rows, *ret);
    return page_store_take_error(s->pages, err);
}

static bool all_taken_over(const RowLayout *l, uint8_t *const *entry, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!*taken_over(l, entry[i]))
            return false;
    return true;
}

int stored_overlay_rows(Stored *s, const Batch *b, const Vec *const *col, const uint64_t *hash, uint8_t *const *row, Err *err)
{
    Rows rows = batch_rows(b);
    uint8_t **below;
    if (!s->base || all_taken_over(&s->layout, row, rows.n))
        return 0;
    TRY(find_below(s, s->base->rows, col, hash, rows, &below, err));
    for (uint32_t i = 0; i < rows.n; i++) {
        if (*taken_over(&s->layout, row[i]))
            continue;
        if (below[i]) {
            TRY(hide(s, below[i], err));
            *row_count(row[i]) = *row_count(below[i]);
            stored_index_take_over(s, b, row_at(rows, i), row[i]);
        }
        *taken_over(&s->layout, row[i]) = 1;
    }
    return 0;
}

int stored_overlay_keys(Stored *s, const RowLayout *l, const RowLayout *l_below, const HashTable *below, const Vec *const *key,
                        const uint64_t *hash, Rows rows, uint8_t *const *entry, Err *err)
{
    uint8_t **found;
    if (!s->base || all_taken_over(l, entry, rows.n))
        return 0;
    TRY(find_below(s, below, key, hash, rows, &found, err));
    for (uint32_t i = 0; i < rows.n; i++) {
        if (*taken_over(l, entry[i]))
            continue;
        if (found[i]) {
            *row_count(entry[i]) = *row_count(found[i]);
            *(uint8_t **)(void *)row_extra(l, entry[i]) = *(uint8_t **)(void *)row_extra(l_below, found[i]);
        }
        *taken_over(l, entry[i]) = 1;
    }
    return 0;
}

/* ---- looking up ---- */

int stored_overlay_find(Stored *s, const RowLayout *l, const HashTable *below, const Vec *const *key, const uint64_t *hash,
                        Rows rows, uint8_t **entry, uint64_t *ret_below, Err *err)
{
    uint8_t **found;
    TRY(find_below(s, below, key, hash, rows, &found, err));
    for (uint32_t i = 0; i < rows.n; i++) {
        bool own = entry[i] && *taken_over(l, entry[i]);
        if (!own && found[i])
            bit_set(ret_below, i);
        entry[i] = !own ? found[i] : *row_count(entry[i]) > 0 ? entry[i] : NULL;
    }
    return 0;
}

/* ---- changes below ---- */

/* What is about to change, as it is. */
static int keep(Stored *s, Batch *const *b, uint32_t n, Err *err)
{
    Arena arena;
    arena_init(&arena, s->acct, 0);
    Batch **same = ARENA_ARRAY(&arena, Batch *, n + 1);
    int rc = same ? 0 : RAISE_NOMEM(err);
    for (uint32_t i = 0; rc == 0 && i < n; i++) {
        int32_t *zero = arena_zalloc(&arena, MAX(b[i]->n, 1) * sizeof(*zero));
        same[i] = batch_with_sel(&arena, b[i], b[i]->sel, b[i]->n_sel);
        if (!zero || !same[i]) {
            rc = RAISE_NOMEM(err);
            break;
        }
        same[i]->w_kind = W_VEC;
        same[i]->w = zero;
    }
    if (rc == 0)
        rc = stored_apply(s, "", same, n, err);
    arena_done(&arena);
    return rc;
}

void stored_overlays_keep(Stored *base, Batch *const *b, uint32_t n)
{
    for (Stored *s = base->overlays, *next; s; s = next) {
        next = s->next_overlay;
        if (keep(s, b, n, NULL) < 0)
            stored_overlay_detach(s);
    }
}

void stored_overlays_hide(Stored *base, uint8_t *const *row, uint32_t n)
{
    for (Stored *s = base->overlays, *next; s; s = next) {
        next = s->next_overlay;
        int rc = 0;
        for (uint32_t i = 0; rc == 0 && i < n; i++)
            rc = *row_count(row[i]) > 0 ? hide(s, row[i], NULL) : 0;
        if (rc < 0)
            stored_overlay_detach(s);
    }
}
