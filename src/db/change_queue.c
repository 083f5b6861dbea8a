/* SPDX-License-Identifier: Apache-2.0
 *
 * Change queue.  The gap of rows that were dropped stands at the first delivery behind the hole, so whoever reads knows where. */
#include "db/change_queue.h"
#include "flow/history.h"

#define CAP_FIRST 8u

void change_queue_init(ChangeQueue *q, Env *env, Account *acct)
{
    *q = (ChangeQueue){.env = env, .acct = acct, .fd = -1};
}

static Delivery *at(const ChangeQueue *q, uint32_t i)
{
    return &q->ring[(q->head + i) & (q->cap - 1)];
}

static uint64_t rows_of(const Delivery *d)
{
    return d->batch ? d->batch->n_sel : 0;
}

void change_queue_done(ChangeQueue *q)
{
    for (uint32_t i = 0; i < q->n; i++)
        batch_unref(at(q, i)->batch);
    mem_free(q->acct, q->ring, q->cap * sizeof(*q->ring));
    q->ring = NULL;
    q->n = q->cap = 0;
}

static int grow(ChangeQueue *q, Err *err)
{
    if (q->n < q->cap)
        return 0;
    uint32_t cap = q->cap ? 2 * q->cap : CAP_FIRST;
    Delivery *ring = mem_alloc(q->acct, cap * sizeof(*ring));
    if (!ring)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < q->n; i++)
        ring[i] = *at(q, i);
    mem_free(q->acct, q->ring, q->cap * sizeof(*q->ring));
    q->ring = ring;
    q->cap = cap;
    q->head = 0;
    return 0;
}

static void count(ChangeQueue *q, const Delivery *d, int sign)
{
    q->bytes += sign * d->bytes;
    q->n_rows += sign > 0 ? rows_of(d) : -rows_of(d);
}

static void append(ChangeQueue *q, const Delivery *d)
{
    *at(q, q->n++) = *d;
    count(q, d, 1);
    atomic_store_explicit(&q->n_ready, q->n, memory_order_release);
}

static void remove_at(ChangeQueue *q, uint32_t i, Delivery *ret)
{
    *ret = *at(q, i);
    for (; i > 0; i--) /* the parts of a snapshot stand in front */
        *at(q, i) = *at(q, i - 1);
    q->head = (q->head + 1) & (q->cap - 1);
    q->n--;
    count(q, ret, -1);
    atomic_store_explicit(&q->n_ready, q->n, memory_order_release);
}

/* The oldest delivery that may go, or false. */
static bool drop_oldest(ChangeQueue *q)
{
    if (q->n == q->n_pinned)
        return false;
    Delivery d;
    remove_at(q, q->n_pinned, &d);
    uint64_t gap = d.gap_rows + rows_of(&d);
    q->n_dropped += rows_of(&d);
    if (q->n > q->n_pinned)
        at(q, q->n_pinned)->gap_rows += gap;
    else
        q->gap_rows += gap;
    batch_unref(d.batch);
    return true;
}

/* ---- conflation ---- */

typedef struct Conflated {
    Account *acct;
    uint64_t epoch;
    Delivery *part;
    uint32_t n, cap;
} Conflated;

static int add_part(void *self, FoldedPart part, Batch *give_b, Err *err)
{
    Conflated *c = self;
    (void)part;
    if (c->n == c->cap) {
        uint32_t cap = 2 * c->cap + 4;
        Delivery *bigger = mem_realloc(c->acct, c->part, c->cap * sizeof(*bigger), cap * sizeof(*bigger));
        if (!bigger) {
            batch_unref(give_b);
            return RAISE_NOMEM(err);
        }
        c->part = bigger;
        c->cap = cap;
    }
    batch_share(give_b);
    c->part[c->n++] = (Delivery){.batch = give_b, .epoch = c->epoch, .bytes = batch_memory(give_b), .kind = DELIVER_ROWS};
    return 0;
}

/* Puts what the changes have come to in their place; the last watermark stands behind it. */
static int replace(ChangeQueue *q, const Conflated *c, Err *err)
{
    Delivery mark = {0}, d;
    uint64_t gap = 0;
    while (q->n > q->n_pinned) {
        remove_at(q, q->n_pinned, &d);
        batch_unref(d.batch);
        gap += d.gap_rows;
        if (d.kind == DELIVER_MARK)
            mark = d;
    }
    for (uint32_t i = 0; i < c->n; i++) {
        TRY(grow(q, err));
        append(q, &c->part[i]);
    }
    mark.gap_rows = 0;
    if (mark.kind == DELIVER_MARK && grow(q, NULL) == 0)
        append(q, &mark);
    if (q->n > q->n_pinned)
        at(q, q->n_pinned)->gap_rows = gap;
    else
        q->gap_rows += gap;
    return 0;
}

/* All rows that wait become what they come to by key. */
static int conflate(ChangeQueue *q, Err *err)
{
    uint32_t n = q->n - q->n_pinned, n_rows = 0;
    Batch **b = mem_alloc(q->acct, (n + 1) * sizeof(*b));
    if (!b)
        return RAISE_NOMEM(err);
    Conflated c = {.acct = q->acct};
    for (uint32_t i = 0; i < n; i++) {
        const Delivery *d = at(q, q->n_pinned + i);
        if (d->batch)
            b[n_rows++] = d->batch;
        c.epoch = d->epoch;
    }
    int rc = fold_changes(q->acct, &q->key, b, n_rows, add_part, &c, err);
    if (rc == 0)
        rc = replace(q, &c, err);
    else
        for (uint32_t i = 0; i < c.n; i++)
            batch_unref(c.part[i].batch);
    q->n_new = 0;
    mem_free(q->acct, c.part, c.cap * sizeof(*c.part));
    mem_free(q->acct, b, (n + 1) * sizeof(*b));
    return rc;
}

/* ---- putting and taking ---- */

static bool is_over(const ChangeQueue *q, const Delivery *d)
{
    bool over = (q->limit_bytes > 0 && q->bytes + d->bytes > q->limit_bytes) ||
                (q->limit_rows > 0 && q->n_rows + rows_of(d) > q->limit_rows);
    return over && q->n > q->n_pinned;
}

/* Makes room for d.  0; 1: d is not taken in. */
static int overflow(ChangeQueue *q, const Delivery *d, Err *err)
{
    switch (q->overflow) {
    case OVERFLOW_DROP_OLDEST:
        while (is_over(q, d) && drop_oldest(q)) {
        }
        return 0;
    case OVERFLOW_DROP_NEWEST:
        q->gap_rows += rows_of(d);
        q->n_dropped += rows_of(d);
        return 1;
    case OVERFLOW_BLOCK: return 0; /* one step's changes may exceed the bound; the next push waits */
    case OVERFLOW_CONFLATE:
        TRY(conflate(q, err));
        if (!is_over(q, d))
            return 0;
        return RAISE(err, ERR_SUBSCRIBER_GAP, "the latest rows of all keys need more than %lld bytes", (long long)q->limit_bytes);
    default:
        if (q->limit_rows > 0 && q->n_rows + rows_of(d) > q->limit_rows)
            return RAISE(err, ERR_SUBSCRIBER_GAP, "the subscriber was too slow: more than %llu rows are waiting",
                         (unsigned long long)q->limit_rows);
        return RAISE(err, ERR_SUBSCRIBER_GAP, "the subscriber was too slow: more than %lld bytes are waiting",
                     (long long)q->limit_bytes);
    }
}

static bool is_full(const ChangeQueue *q)
{
    return (q->limit_bytes > 0 && q->bytes >= q->limit_bytes) || (q->limit_rows > 0 && q->n_rows >= q->limit_rows);
}

static void set_full(ChangeQueue *q, bool full)
{
    if (q->full == full || !q->on_room)
        return;
    q->full = full;
    q->on_room(q->self, !full);
}

static int put(ChangeQueue *q, Delivery *d, Err *err)
{
    bool pinned = d->kind != DELIVER_ROWS && d->kind != DELIVER_MARK;
    if (d->kind == DELIVER_MARK && q->n > q->n_pinned && at(q, q->n - 1)->kind == DELIVER_MARK) {
        at(q, q->n - 1)->wm_us = d->wm_us; /* the newer one says it all */
        at(q, q->n - 1)->epoch = d->epoch;
        return 0;
    }
    if (!pinned)
        d->bytes = d->batch ? batch_memory(d->batch) : (int64_t)sizeof(*d);
    int rc = !pinned && is_over(q, d) ? overflow(q, d, err) : 0;
    if (rc != 0)
        return rc;
    TRY(grow(q, err));
    if (!pinned) {
        d->gap_rows += q->gap_rows;
        q->gap_rows = 0;
    }
    append(q, d);
    q->n_pinned += pinned;
    q->n_new++;
    if (q->overflow == OVERFLOW_BLOCK && is_full(q))
        set_full(q, true);
    return 0;
}

int change_queue_put(ChangeQueue *q, const Delivery *give_d, Err *err)
{
    Delivery d = *give_d;
    env_lock(q->env, &q->lock);
    int rc = put(q, &d, err);
    env_unlock(q->env, &q->lock);
    if (rc != 0)
        batch_unref(d.batch);
    return MIN(rc, 0);
}

bool change_queue_take(ChangeQueue *q, Delivery *ret)
{
    if (change_queue_is_empty(q))
        return false;
    env_lock(q->env, &q->lock);
    if (q->overflow == OVERFLOW_CONFLATE && q->n > 1 && q->n_new > 0 && q->n_pinned == 0)
        (void)conflate(q, NULL); /* without memory the changes come one by one */
    bool any = q->n > 0;
    if (any) {
        remove_at(q, 0, ret);
        q->n_pinned -= q->n_pinned > 0;
        int fd = atomic_load_explicit(&q->fd, memory_order_relaxed);
        if (q->n == 0 && fd >= 0)
            env_eventfd_drain(fd); /* under the lock: the next put signals after it */
        if (q->full && (q->limit_bytes == 0 || q->bytes <= q->limit_bytes / 2) &&
            (q->limit_rows == 0 || q->n_rows <= q->limit_rows / 2))
            set_full(q, false);
    }
    env_unlock(q->env, &q->lock);
    return any;
}

void change_queue_close(ChangeQueue *q)
{
    env_lock(q->env, &q->lock);
    set_full(q, false);
    q->on_room = NULL;
    env_unlock(q->env, &q->lock);
}

void change_queue_put_back(ChangeQueue *q, const Delivery *give_d)
{
    env_lock(q->env, &q->lock);
    bool pinned = give_d->kind != DELIVER_ROWS && give_d->kind != DELIVER_MARK;
    if (grow(q, NULL) < 0) {
        q->gap_rows += rows_of(give_d);
        q->n_dropped += rows_of(give_d);
        batch_unref(give_d->batch);
    } else {
        q->head = (q->head - 1) & (q->cap - 1);
        q->ring[q->head] = *give_d;
        q->n++;
        q->n_pinned += pinned;
        count(q, give_d, 1);
        atomic_store_explicit(&q->n_ready, q->n, memory_order_release);
    }
    env_unlock(q->env, &q->lock);
}
