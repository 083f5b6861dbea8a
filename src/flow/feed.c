/* SPDX-License-Identifier: Apache-2.0
 *
 * Feed.  Large batches are retained by reference, small ones are copied into blocks, so the tail costs neither a header per row nor
 * a copy per bulk load.  Emptied blocks are used again: a steady stream of single rows does not allocate. */
#include "flow/feed.h"
#include "flow/foreign.h"
#include "flow/journal.h"

#include "flow/event_clock.h"

#include <stdio.h>

#define RETAIN_BLOCK_ROWS 1024u

int feed_new(Account *parent, uint64_t relation, const char *name, const Schema *schema, const Watermark *wm, uint64_t retain_rows,
             Feed **ret, Err *err)
{
    Feed *f = mem_zalloc(parent, sizeof(*f));
    if (!f)
        return RAISE_NOMEM(err);
    f->rc = 1;
    f->relation = relation;
    snprintf(f->name, sizeof(f->name), "%s", name);
    account_init(&f->acct, parent, f->name);
    f->schema = schema_ref(schema);
    if (wm)
        f->wm = *wm;
    f->wm.wm_us = INT64_MIN;
    f->wm.spec = NULL;
    f->retain_rows = retain_rows;
    *ret = f;
    return 0;
}

static void block_free(Feed *f, RowBlock *r)
{
    if (!r)
        return;
    row_block_done(r);
    mem_free(&f->acct, r, sizeof(*r));
}

/* The ring's capacity is a power of two. */
static RetainedPart *part_at(Feed *f, uint32_t i)
{
    return &f->part[(f->part_head + i) & (f->part_cap - 1)];
}

static uint64_t part_rows(const RetainedPart *p)
{
    return p->batch ? p->batch->n_sel : p->block->n;
}

static void drop_oldest(Feed *f)
{
    RetainedPart *p = part_at(f, 0);
    uint64_t n = part_rows(p);
    f->retained_rows -= n;
    f->n_fallen += n;
    f->parts_fallen++;
    if (f->defers && p->batch && (p->batch->flags & BATCH_TAKEN) && f->n_gone < FEED_GONE_MAX)
        f->gone[f->n_gone++] = p->batch;
    else
        batch_unref(p->batch);
    if (p->block && !f->spare) {
        f->spare = p->block;
        row_block_reset(f->spare);
    } else {
        block_free(f, p->block);
    }
    *p = (RetainedPart){0};
    f->part_head = (f->part_head + 1) & (f->part_cap - 1);
    f->n_parts--;
}

/* Lines of a batch and of the array that it refers to, which other cores may have used last: to be written. */
static void ask_for_header(const Batch *b)
{
    __builtin_prefetch(&b->rc, 1);
    __builtin_prefetch(&b->root, 1);
}

static void ask_for_root(const Batch *b)
{
    if (!b->root)
        return;
    __builtin_prefetch(b->root, 1);
    __builtin_prefetch((const char *)b->root + 64, 1);
}

void feed_let_go(Feed *f, uint32_t i, uint32_t n)
{
    uint32_t from = f->n_gone * i / n, to = f->n_gone * (i + 1) / n;
    for (uint32_t k = from; k < to; k++)
        ask_for_header(f->gone[k]);
    for (uint32_t k = from; k < to; k++)
        ask_for_root(f->gone[k]);
    for (uint32_t k = from; k < to; k++)
        f->gone[k] = batch_unref(f->gone[k]);
}

void feed_gone(Feed *f)
{
    f->n_gone = 0;
}

static void let_all_go(Feed *f)
{
    feed_let_go(f, 0, 1);
    feed_gone(f);
}

/* The newest retain_rows rows stay. */
static void retain_no_more(Feed *f)
{
    while (f->n_parts > 1 && f->retained_rows - part_rows(part_at(f, 0)) >= f->retain_rows) {
        for (FeedTail *t = f->tails; t; t = t->next) {
            if (t->part != f->parts_fallen)
                continue;
            if (t->skip < part_rows(part_at(f, 0)))
                t->fall(t);
            t->part++;
            t->skip = 0;
        }
        drop_oldest(f);
    }
}

Feed *feed_ref(Feed *f)
{
    atomic_fetch_add_explicit(&f->rc, 1, memory_order_relaxed);
    return f;
}

void feed_unref(Feed *f)
{
    if (!f || atomic_fetch_sub_explicit(&f->rc, 1, memory_order_acq_rel) != 1)
        return;
    while (f->n_parts)
        drop_oldest(f);
    let_all_go(f);
    block_free(f, f->spare);
    block_free(f, f->gather);
    stored_free(f->stored);
    history_free(f->history);
    event_clock_free(f->wm.clock);
    mem_free(&f->acct, f->part, f->part_cap * sizeof(*f->part));
    schema_unref((Schema *)f->schema);
    Account *parent = f->acct.parent;
    account_done(&f->acct);
    mem_free(parent, f, sizeof(*f));
}

/* Room for one more part at the end of the ring. */
static RetainedPart *part_append(Feed *f)
{
    if (f->n_parts == f->part_cap) {
        uint32_t cap = f->part_cap ? f->part_cap * 2 : 16;
        RetainedPart *bigger = mem_zalloc(&f->acct, cap * sizeof(*bigger));
        if (!bigger)
            return NULL;
        for (uint32_t i = 0; i < f->n_parts; i++)
            bigger[i] = *part_at(f, i);
        mem_free(&f->acct, f->part, f->part_cap * sizeof(*f->part));
        f->part = bigger;
        f->part_cap = cap;
        f->part_head = 0;
    }
    RetainedPart *p = part_at(f, f->n_parts++);
    *p = (RetainedPart){0};
    return p;
}

static RowBlock *block_new(Feed *f, uint32_t rows, Err *err)
{
    RowBlock *r = mem_zalloc(&f->acct, sizeof(*r));
    if (r && row_block_init(r, &f->acct, f->schema, rows, err) == 0)
        return r;
    mem_free(&f->acct, r, sizeof(*r));
    return NULL;
}

bool feed_make_gather(Feed *f, uint32_t rows)
{
    if (!f->gather)
        f->gather = block_new(f, rows, NULL);
    return f->gather != NULL;
}

static RowBlock *block_open(Feed *f, Err *err)
{
    RetainedPart *last = f->n_parts ? part_at(f, f->n_parts - 1) : NULL;
    if (last && last->block && last->block->n < last->block->cap)
        return last->block;
    RowBlock *r = MOVE(f->spare);
    if (!r)
        r = block_new(f, RETAIN_BLOCK_ROWS, err);
    if (!r)
        return NULL;
    RetainedPart *p = part_append(f);
    if (!p) {
        f->spare = r;
        return NULL;
    }
    p->block = r;
    return r;
}

/* Copied into blocks, as many as they take. */
void feed_set_room(Feed *f, uint64_t retain_rows, Backpressure backpressure)
{
    f->backpressure = backpressure;
    f->retain_rows = retain_rows;
    if (retain_rows)
        retain_no_more(f);
}

static int retain_rows(Feed *f, const Batch *b, Err *err)
{
    Rows rows = batch_rows(b);
    uint16_t seq[RETAIN_BLOCK_ROWS];
    for (uint32_t from = 0, n; from < rows.n; from += n) {
        RowBlock *r = block_open(f, err);
        if (!r)
            return RAISE_NOMEM(err);
        n = MIN(rows.n - from, r->cap - r->n);
        Rows some = {n, rows.sel ? rows.sel + from : NULL};
        if (from && !rows.sel) {
            for (uint32_t i = 0; i < n; i++)
                seq[i] = (uint16_t)(from + i);
            some.sel = seq;
        }
        if (row_block_append(r, b, some) < 0)
            return RAISE_NOMEM(err);
    }
    return 0;
}

static int retain_row(Feed *f, const Batch *b, Err *err)
{
    RowBlock *r = block_open(f, err);
    if (likely(r && row_block_append_words(r, b, row_at(batch_rows(b), 0), 1)))
        return 0;
    return r && row_block_append(r, b, batch_rows(b)) == 0 ? 0 : RAISE_NOMEM(err);
}

static int retain(Feed *f, Batch *b, Err *err)
{
    bool by_ref = b->n_sel >= FEED_BY_REF_ROWS && b->rc && !(b->flags & BATCH_BORROWED);
    if (by_ref) {
        RetainedPart *p = part_append(f);
        if (!p)
            return RAISE_NOMEM(err);
        p->batch = batch_ref(b);
    } else if (b->w_kind != W_ONE) { /* blocks have no weights */
        Batch *own = batch_own(&f->acct, b);
        RetainedPart *p = own ? part_append(f) : NULL;
        if (!p) {
            batch_unref(own);
            return RAISE_NOMEM(err);
        }
        p->batch = own;
    } else {
        TRY(b->n_sel == 1 ? retain_row(f, b, err) : retain_rows(f, b, err));
    }
    f->retained_rows += b->n_sel;
    if (likely(!f->keeps_all))
        retain_no_more(f);
    return 0;
}

static void remember(Feed *f, Batch *b)
{
    Batch *kept = consumers_keep(&f->consumers, &f->acct, b);
    if (kept)
        history_add(f->history, kept, f->clock->epoch, f->clock->now_us);
    else
        history_break(f->history, f->clock->epoch, f->clock->now_us);
}

static void hand_out(Feed *f, Batch *b)
{
    f->n_rows += b->n_sel;
    if (f->history)
        remember(f, b);
    consumers_batch(&f->consumers, b);
}

/* Takes back what stored_apply has added. */
static void take_back(const FeedChange *c)
{
    Stored *s = c->feed->stored;
    Arena arena;
    Err why = ERR_INIT;
    arena_init(&arena, &c->feed->acct, 0);
    Batch **all = ARENA_ARRAY(&arena, Batch *, c->n);
    int rc = all ? 0 : RAISE_NOMEM(&why);
    for (uint32_t i = 0; i < c->n && rc == 0; i++) {
        const Batch *b = c->batch[i];
        int32_t *w = arena_zalloc(&arena, MAX(b->n, 1) * sizeof(*w));
        all[i] = batch_with_sel(&arena, b, b->sel, b->n_sel);
        if (!w || !all[i]) {
            rc = RAISE_NOMEM(&why);
            break;
        }
        for (uint32_t k = 0; k < b->n; k++)
            w[k] = -batch_weight(b, k);
        all[i]->w_kind = W_VEC;
        all[i]->w = w;
    }
    if (rc == 0)
        rc = stored_apply(s, c->feed->name, all, c->n, &why);
    if (rc < 0) { /* it has rows that the log does not know: nobody shall build on them */
        s->failed = true;
        s->error = why;
    }
    arena_done(&arena);
}

static const ForeignKeys *keys_of(const FeedChange *c, uint32_t n)
{
    const ForeignKeys *l = NULL;
    for (uint32_t i = 0; i < n; i++)
        l = c[i].feed->foreign ? c[i].feed->foreign : l;
    return l;
}

/* Who looks a row up between two batches finds the change as a whole; who must not see of it what has not been handed out yet, asks
 * for that (arrangement.c). */
static void hand_out_all(const FeedChange *c, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        Feed *f = c[i].feed;
        f->n_changes++;
        f->handing = c[i].batch;
        f->n_handing = c[i].n;
        f->at_handing = 0;
    }
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < c[i].n; k++) {
            c[i].feed->at_handing = k;
            hand_out(c[i].feed, c[i].batch[k]);
        }
    for (uint32_t i = 0; i < n; i++)
        c[i].feed->n_handing = 0;
}

int feed_change_all(const FeedChange *c, uint32_t n, Err *err)
{
    int rc = 0;
    for (uint32_t i = 0; i < n; i++) {
        rc = stored_apply(c[i].feed->stored, c[i].feed->name, c[i].batch, c[i].n, err);
        if (rc == 0)
            continue;
        while (i > 0)
            take_back(&c[--i]);
        return rc;
    }
    rc = foreign_check(keys_of(c, n), c, n, NULL, err);
    if (rc < 0) {
        for (uint32_t i = n; i > 0; i--)
            take_back(&c[i - 1]);
        return rc;
    }
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        Journal *j = c[i].feed->journal;
        if (j && j->wal)
            rc = journal_change(j, c[i].feed, c[i].batch, c[i].n, i == 0, i + 1 == n, err);
    }
    if (rc == -ERR_DISK_FULL) { /* what is in the log of it is no whole unit, and void */
        for (uint32_t i = n; i > 0; i--)
            take_back(&c[i - 1]);
        return rc;
    }
    /* A log that died leaves the change in memory, seen by all, and reported as not safe. */
    hand_out_all(c, n);
    return rc;
}

int feed_change(Feed *f, Batch *const *b, uint32_t n, Err *err)
{
    return feed_change_all(&(FeedChange){f, (Batch **)b, n}, 1, err);
}

int feed_widen(Feed *f, const Schema *schema, Batch *const *b, uint32_t n, Err *err)
{
    while (f->n_parts)
        drop_oldest(f);
    block_free(f, f->spare);
    block_free(f, f->gather);
    f->spare = f->gather = NULL;
    schema_unref((Schema *)f->schema);
    f->schema = schema_ref(schema);
    for (uint32_t i = 0; i < n; i++)
        TRY(retain(f, b[i], err));
    return 0;
}

int feed_retain(Feed *f, Batch *b, Err *err)
{
    return f->retain_rows ? retain(f, b, err) : 0;
}

int feed_take(Feed *f, Batch *b, Arena *arena, Err *err)
{
    Taken t;
    TRY(stored_take(f->stored, b, f->in_order, arena, &t, err));
    Batch *part[2];
    uint32_t n = 0;
    if (t.minus)
        part[n++] = t.minus;
    if (t.plus && t.plus->n_sel)
        part[n++] = t.plus;
    for (uint32_t i = 0; i < n; i++)
        part[i]->ptime_us = b->ptime_us;
    TRY(feed_change(f, part, n, err));
    f->n_unknown += t.n_unknown;
    return 0;
}

/* Of what is not stored: the newest rows. */
static int keep_tail(Feed *f, Batch *b, Err *err)
{
    int rc = f->retain_rows ? retain(f, b, err) : 0;
    f->lacks_rows |= rc < 0;
    for (FeedTail *t = rc < 0 ? f->tails : NULL; t; t = t->next)
        t->broken = true;
    return rc;
}

int feed_emit(Feed *f, Batch *b, Err *err)
{
    if (f->stored)
        return feed_change(f, &b, 1, err);
    if (unlikely(f->n_gone > 0))
        let_all_go(f);
    int rc = keep_tail(f, b, err);
    hand_out(f, b);
    return rc;
}

/* What other cores have used last is asked for together, to be written. */
static void ask_for_run(Batch *const *b, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        ask_for_header(b[k]);
}

int feed_emit_run(Feed *f, Batch *const *b, uint32_t n, Err *err)
{
    int rc = 0;
    ask_for_run(b, n);
    let_all_go(f);
    f->defers = true;
    for (uint32_t k = 0; k < n; k++) {
        int kept = keep_tail(f, b[k], err);
        rc = rc < 0 ? rc : kept;
        f->n_rows += b[k]->n_sel;
        if (f->history)
            remember(f, b[k]);
    }
    f->defers = false;
    consumers_run(&f->consumers, b, n);
    return rc;
}

void feed_mark(Feed *f, int64_t wm_us)
{
    f->wm.wm_us = MAX(f->wm.wm_us, wm_us); /* of a query's result: for those who come later */
    consumers_mark(&f->consumers, wm_us);
}

void feed_idle(Feed *f, bool is_idle)
{
    if (f->idle == is_idle)
        return;
    f->idle = is_idle;
    consumers_idle(&f->consumers, is_idle);
}

void feed_end(Feed *f, const Err *err)
{
    f->closed = true;
    if (err && f->stored && !f->stored->failed) {
        f->stored->failed = true;
        f->stored->error = *err;
    }
    consumers_end(&f->consumers, err);
}

int feed_each_retained(Feed *f, int (*each)(void *self, Batch *b, Err *err), void *self, Err *err)
{
    if (f->stored)
        return stored_each(f->stored, each, self, err);
    for (uint32_t i = 0; i < f->n_parts; i++) {
        RetainedPart *p = part_at(f, i);
        TRY(each(self, p->batch ? p->batch : row_block_view(p->block), err));
    }
    return 0;
}

/* ---- reading the tail while it grows ---- */

void feed_keep_all(Feed *f, bool on)
{
    f->keeps_all = on;
    if (!on && f->retain_rows)
        retain_no_more(f);
}

void feed_tail_open(Feed *f, FeedTail *t)
{
    t->at = f->n_fallen;
    t->part = f->parts_fallen;
    t->skip = 0;
    t->next = f->tails;
    f->tails = t;
}

void feed_tail_close(Feed *f, FeedTail *t)
{
    for (FeedTail **at = &f->tails; *at; at = &(*at)->next)
        if (*at == t) {
            *at = t->next;
            return;
        }
}

uint64_t feed_tail_left(const Feed *f, const FeedTail *t)
{
    return f->n_fallen + f->retained_rows - t->at;
}

/* The n selected rows of b behind the first `skip`. */
static Batch *some_rows(Batch *b, uint64_t skip, uint32_t n, Arena *arena)
{
    if (skip == 0 && n == b->n_sel)
        return b;
    uint16_t *sel = arena_alloc(arena, n * sizeof(*sel));
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; sel && i < n; i++)
        sel[i] = (uint16_t)row_at(rows, (uint32_t)skip + i);
    return sel ? batch_with_sel(arena, b, sel, n) : NULL;
}

int feed_tail_next(Feed *f, FeedTail *t, uint32_t most, Arena *arena, Batch **ret, Err *err)
{
    *ret = NULL;
    if (t->broken)
        return RAISE_NOMEM(err);
    for (;;) {
        uint32_t i = (uint32_t)(t->part - f->parts_fallen);
        const RetainedPart *p = i < f->n_parts ? part_at(f, i) : NULL;
        if (!p)
            return 0;
        if (t->skip < part_rows(p)) {
            uint32_t n = (uint32_t)MIN(part_rows(p) - t->skip, most);
            Batch *b = some_rows(p->batch ? p->batch : row_block_view(p->block), t->skip, n, arena);
            if (!b)
                return RAISE_NOMEM(err);
            t->skip += n;
            t->at += n;
            *ret = b;
            return 0;
        }
        if (i + 1 == f->n_parts) /* more rows may come into it */
            return 0;
        t->part++;
        t->skip = 0;
    }
}
