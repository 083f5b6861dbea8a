/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a stored relation that are changed where they lie.
 *
 * A view gives for each group that has changed its row as it was, which goes, and as it is, which comes.  Both have one place in
 * the index where rows are hashed by the columns that tell them apart.  So what a pair changes are the other columns: nothing
 * leaves the index and nothing enters it, and a row keeps its page.
 *
 * It is an addition of weighted rows as any other, in whatever order: a row is renewed only where it is what goes, counts once and
 * has its hash for itself.  Everything else is left, as batches of the same rows, to be applied in the general way. */
#include "flow/stored.h"

typedef struct Side { /* rows that go, or that come */
    const Batch *b;
    uint16_t *sel;
    uint64_t *hash;
    uint32_t n;
} Side;

static bool is_by(const Stored *s, uint32_t c)
{
    for (uint32_t k = 0; k < s->n_by; k++)
        if (s->by[k] == c)
            return true;
    return false;
}

/* Texts lie elsewhere, and would have to find room there. */
static bool changes_no_text(const Stored *s)
{
    for (uint32_t k = 0; k < s->layout.n_texts; k++)
        if (!is_by(s, s->layout.text[k]))
            return false;
    return true;
}

/* Rows that go and rows that come, each once. */
static bool are_pairs(Batch *const *b, uint32_t n)
{
    if (n == 2)
        return b[0]->w_kind == W_MINUS && b[1]->w_kind == W_ONE;
    if (n != 1 || b[0]->w_kind != W_VEC)
        return false;
    Rows rows = batch_rows(b[0]);
    uint32_t n_minus = 0, n_plus = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        int32_t w = b[0]->w[row_at(rows, i)];
        n_minus += w == -1;
        n_plus += w == 1;
    }
    return n_minus > 0 && n_plus > 0 && n_minus + n_plus == rows.n;
}

bool stored_renews(const Stored *s, Batch *const *b, uint32_t n)
{
    bool holds_addresses = s->index || s->unique || s->ordered || s->base || s->overlays;
    return s->n_by > 0 && !holds_addresses && are_pairs(b, n) && changes_no_text(s);
}

bool stored_renews_row(Stored *s, Batch *const *b, uint32_t n)
{
    Rows rows = batch_rows(b[0]);
    uint32_t first = row_at(rows, 0), second = row_at(rows, 1);
    uint64_t hash;
    if (n != 1) /* rows of two batches */
        return false;
    bool in_order = b[0]->w[first] < 0;
    uint16_t is = (uint16_t)(in_order ? second : first);
    stored_hash_rows(s, b[0], (Rows){1, &is}, &hash);
    return hash_table_renew(s->rows, s->by, s->n_by, s->col, hash, in_order ? first : second, is);
}

/* The selected rows of a batch with this weight, 0 = any. */
static int take_side(Stored *s, const Batch *b, int32_t weight, Side *ret)
{
    Rows rows = batch_rows(b);
    ret->b = b;
    ret->n = 0;
    ret->sel = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*ret->sel));
    ret->hash = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*ret->hash));
    if (!ret->sel || !ret->hash)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t at = row_at(rows, i);
        ret->sel[ret->n] = (uint16_t)at;
        ret->n += weight == 0 || b->w[at] == weight;
    }
    stored_hash_rows(s, b, (Rows){ret->n, ret->sel}, ret->hash);
    return 0;
}

typedef struct Pairing { /* what becomes of both sides: pairs, and the rows left of either */
    Renewed *r;
    uint16_t *left[2];
    uint32_t n_left[2];
} Pairing;

static int pairing_open(Stored *s, uint32_t n_old, uint32_t n_now, Pairing *p)
{
    Renewed *r = p->r;
    uint32_t n = MAX(MIN(n_old, n_now), 1);
    r->row = arena_alloc(&s->work, n * sizeof(*r->row));
    r->old = arena_alloc(&s->work, (2 * n + n_old + n_now) * sizeof(*r->old));
    if (!r->row || !r->old)
        return -ERR_OUT_OF_MEMORY;
    r->now = r->old + n;
    p->left[0] = r->now + n;
    p->left[1] = p->left[0] + n_old;
    p->n_left[0] = p->n_left[1] = 0;
    return 0;
}

/* Rows of both sides come in one order, that of the groups. */
static void pair_up(const Side *old, const Side *now, uint8_t *const *row, Pairing *p)
{
    Renewed *r = p->r;
    uint32_t at = 0;
    for (uint32_t i = 0; i < now->n; i++) {
        while (row[i] && at < old->n && old->hash[at] != now->hash[i])
            p->left[0][p->n_left[0]++] = old->sel[at++];
        if (!row[i] || at == old->n) {
            p->left[1][p->n_left[1]++] = now->sel[i];
            continue;
        }
        r->row[r->n] = row[i];
        r->old[r->n] = old->sel[at++];
        r->now[r->n++] = now->sel[i];
    }
    while (at < old->n)
        p->left[0][p->n_left[0]++] = old->sel[at++];
}

/* Keeps the pairs whose row is what goes, and each row once. */
static int prove(Stored *s, const Batch *was, Pairing *p)
{
    Renewed *r = p->r;
    uint32_t n = 0;
    uint8_t *differs = arena_zalloc(&s->work, r->n + 1);
    if (!differs)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < s->schema->n; c++)
        hash_table_compare(s->rows, c, &was->col[c], (Rows){r->n, r->old}, r->row, differs);
    TRY(hash_table_touch_all(s->rows, r->row, r->n));
    for (uint32_t i = 0; i < r->n; i++) {
        if (differs[i] || *row_count(r->row[i]) != 1) {
            p->left[0][p->n_left[0]++] = r->old[i];
            p->left[1][p->n_left[1]++] = r->now[i];
            continue;
        }
        *row_count(r->row[i]) = 0; /* until all have been looked at */
        r->row[n] = r->row[i];
        r->old[n] = r->old[i];
        r->now[n++] = r->now[i];
    }
    r->n = n;
    for (uint32_t i = 0; i < n; i++)
        *row_count(r->row[i]) = 1;
    return 0;
}

static void rewrite(Stored *s, const Renewed *r, const Batch *b, const uint16_t *sel)
{
    for (uint32_t c = 0; c < s->schema->n; c++)
        if (!is_by(s, c))
            hash_table_rewrite(s->rows, r->row, c, &b->col[c], (Rows){r->n, sel});
}

void stored_renew_undo(Stored *s, const Renewed *r)
{
    rewrite(s, r, r->was, r->old);
}

static int leave_rest(Stored *s, const Side *side, const Pairing *p)
{
    Renewed *r = p->r;
    for (uint32_t k = 0; k < 2; k++) {
        if (p->n_left[k] == 0)
            continue;
        r->rest[r->n_rest] = batch_with_sel(&s->work, side[k].b, p->left[k], p->n_left[k]);
        if (!r->rest[r->n_rest++])
            return -ERR_OUT_OF_MEMORY;
    }
    return 0;
}

/* Nothing has been written when it fails. */
static int renew(Stored *s, const Side *side, Renewed *r)
{
    const Side *old = &side[0], *now = &side[1];
    Pairing p = {.r = r};
    const Vec **value = s->col;
    uint8_t **row = arena_alloc(&s->work, MAX(now->n, 1) * sizeof(*row));
    if (!row)
        return -ERR_OUT_OF_MEMORY;
    TRY(pairing_open(s, old->n, now->n, &p));
    for (uint32_t k = 0; k < s->n_by; k++)
        value[k] = &now->b->col[s->by[k]];
    hash_table_find_only(s->rows, s->by, s->n_by, value, now->hash, (Rows){now->n, now->sel}, row);
    pair_up(old, now, row, &p);
    TRY(prove(s, old->b, &p));
    return leave_rest(s, side, &p);
}

int stored_renew(Stored *s, Batch *const *b, uint32_t n, Renewed *ret, Err *err)
{
    Side side[2];
    *ret = (Renewed){.was = b[0], .is = b[n - 1]};
    int rc = take_side(s, b[0], n == 1 ? -1 : 0, &side[0]);
    if (rc == 0)
        rc = take_side(s, b[n - 1], n == 1 ? 1 : 0, &side[1]);
    if (rc == 0)
        rc = renew(s, side, ret);
    if (rc == -ERR_IO)
        return page_store_take_error(s->pages, err);
    if (rc < 0)
        return RAISE_NOMEM(err);
    rewrite(s, ret, ret->is, ret->now);
    return 0;
}
