/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of consumers that may change while they are walked: a callback may cancel its own subscription or another one.  Removal
 * during a walk only marks; the outermost walk unlinks. */
#include "flow/consumer.h"

_Atomic uint64_t consumer_links = 1;

static void links_change(void)
{
    atomic_fetch_add_explicit(&consumer_links, 1, memory_order_relaxed);
}

void consumer_add(ConsumerList *l, Consumer *c)
{
    links_change();
    c->detached = false;
    c->linked = true;
    c->touched = false;
    c->next = NULL;
    c->prev = l->last;
    if (l->last)
        l->last->next = c;
    else
        l->first = c;
    l->last = c;
}

static void unlink_one(ConsumerList *l, Consumer *c)
{
    c->linked = false;
    if (c->prev)
        c->prev->next = c->next;
    else
        l->first = c->next;
    if (c->next)
        c->next->prev = c->prev;
    else
        l->last = c->prev;
}

void consumer_remove(ConsumerList *l, Consumer *c)
{
    links_change();
    c->detached = true;
    if (!c->linked)
        return;
    if (l->walking == 0)
        unlink_one(l, c);
    else
        l->sweep = true;
}

static void walk_end(ConsumerList *l)
{
    if (--l->walking > 0 || !l->sweep)
        return;
    l->sweep = false;
    for (Consumer *c = l->first, *next; c; c = next) {
        next = c->next;
        if (c->detached)
            unlink_one(l, c);
    }
}

static void forget_kept(ConsumerList *l)
{
    l->kept = batch_unref(l->kept);
    l->handing = NULL;
}

/* Who keeps a batch may look at its columns as they lie. */
static bool is_flat(const Batch *b)
{
    bool flat = true;
    for (uint32_t c = 0; c < b->n_cols; c++)
        flat &= b->col[c].kind == VEC_FLAT;
    return flat;
}

Batch *batch_keep(Account *acct, const Batch *b)
{
    bool owns = b->rc && !(b->flags & BATCH_BORROWED) && !b->sel;
    Batch *kept = !owns ? batch_own(acct, b) : is_flat(b) ? batch_ref((Batch *)b) : batch_dense(acct, b);
    if (kept)
        batch_share(kept);
    return kept;
}

Batch *consumers_keep(ConsumerList *l, Account *acct, const Batch *b)
{
    if (l->handing != b || !l->kept) {
        forget_kept(l);
        l->kept = batch_keep(acct, b);
        if (!l->kept)
            return NULL;
        l->handing = b;
    }
    return batch_ref(l->kept);
}

static inline void touch(ConsumerList *l, Consumer *c)
{
    if (c->type->step_end)
        c->touched = l->touched = true;
}

/* The consumer has failed. */
static void end_failed(ConsumerList *l, Consumer *c, const Err *err)
{
    if (c->detached)
        return;
    c->type->end(c, err);
    c->detached = true;
    l->sweep = true;
}

void consumers_change(ConsumerList *l, const Batch *minus, const Batch *plus)
{
    Consumer *c = l->first;
    if (!c || c->next || c->detached || !c->type->change) {
        consumers_batch(l, minus);
        consumers_batch(l, plus);
        return;
    }
    Err err;
    err_reset(&err);
    l->walking++;
    touch(l, c);
    if (unlikely(c->type->change(c, minus, plus, &err) < 0))
        end_failed(l, c, &err);
    walk_end(l);
}

void consumers_batch(ConsumerList *l, const Batch *b)
{
    l->walking++;
    if (unlikely(l->kept != NULL && l->handing != b))
        forget_kept(l);
    l->handing = b;
    for (Consumer *c = l->first; c; c = c->next) {
        if (c->detached)
            continue;
        Err err;
        err_reset(&err);
        touch(l, c);
        if (unlikely(c->type->batch(c, b, &err) < 0))
            end_failed(l, c, &err);
    }
    if (unlikely(l->kept != NULL))
        forget_kept(l);
    l->handing = NULL;
    walk_end(l);
}

bool consumers_take_run(const ConsumerList *l, uint32_t n, uint32_t n_rows)
{
    for (Consumer *c = l->first; c; c = c->next)
        if (!c->detached && !(c->type->takes_run && c->type->takes_run(c, n, n_rows)))
            return false;
    return true;
}

void consumers_run(ConsumerList *l, Batch *const *b, uint32_t n)
{
    l->walking++;
    for (Consumer *c = l->first; c; c = c->next) {
        if (c->detached)
            continue;
        touch(l, c);
        c->type->run(c, b, n);
    }
    walk_end(l);
}

bool consumers_ask_mark(ConsumerList *l)
{
    uint64_t links = atomic_load_explicit(&consumer_links, memory_order_relaxed);
    bool wants = false;
    for (Consumer *c = l->first; c && !wants; c = c->next)
        wants = !c->detached && c->type->mark && (!c->type->wants_mark || c->type->wants_mark(c));
    l->wants_mark = wants;
    l->links_seen = links;
    return wants;
}

uint64_t consumers_ask_reads(ConsumerList *l)
{
    uint64_t links = atomic_load_explicit(&consumer_links, memory_order_relaxed), reads = 0;
    for (Consumer *c = l->first; c; c = c->next)
        if (!c->detached && c->type->reads)
            reads |= c->type->reads(c);
    l->reads = reads;
    l->reads_seen = links;
    return reads;
}

void consumers_mark(ConsumerList *l, int64_t wm_us)
{
    l->walking++;
    for (Consumer *c = l->first; c; c = c->next) {
        if (!c->detached && c->type->mark) {
            touch(l, c);
            c->type->mark(c, wm_us);
        }
    }
    walk_end(l);
}

void consumers_keys(ConsumerList *l)
{
    l->walking++;
    for (Consumer *c = l->first; c; c = c->next)
        if (!c->detached && c->type->keys)
            c->type->keys(c);
    walk_end(l);
}

void consumers_idle(ConsumerList *l, bool is_idle)
{
    l->walking++;
    for (Consumer *c = l->first; c; c = c->next) {
        if (!c->detached && c->type->idle) {
            touch(l, c);
            c->type->idle(c, is_idle);
        }
    }
    walk_end(l);
}

void consumers_step_end(ConsumerList *l)
{
    if (!l->touched)
        return;
    l->touched = false;
    l->walking++;
    for (Consumer *c = l->first; c; c = c->next) {
        if (c->touched && !c->detached)
            c->type->step_end(c);
        c->touched = false;
    }
    walk_end(l);
}

void consumers_end_but(ConsumerList *l, bool (*stays)(void *self, const Consumer *c), void *self, const Err *err)
{
    l->walking++;
    for (Consumer *c = l->first; c; c = c->next) {
        if (!c->detached && !(stays && stays(self, c))) {
            c->type->end(c, err);
            c->detached = true;
            l->sweep = true;
        }
    }
    walk_end(l);
}

void consumers_end(ConsumerList *l, const Err *err)
{
    consumers_end_but(l, NULL, NULL, err);
}
