/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of consumers that may change while they are walked: a callback may cancel its own subscription or another one.  Removal
 * during a walk only marks; the outermost walk unlinks. */
#include "flow/consumer.h"

void consumer_add(ConsumerList *l, Consumer *c)
{
    c->detached = false;
    c->touched = false;
    c->next = NULL;
    Consumer **at = &l->first;
    while (*at)
        at = &(*at)->next;
    *at = c;
}

static void unlink_one(ConsumerList *l, Consumer *c)
{
    for (Consumer **at = &l->first; *at; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            return;
        }
    }
}

void consumer_remove(ConsumerList *l, Consumer *c)
{
    c->detached = true;
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
    for (Consumer **at = &l->first; *at;) {
        if ((*at)->detached)
            *at = (*at)->next;
        else
            at = &(*at)->next;
    }
}

void consumers_batch(ConsumerList *l, const Batch *b)
{
    l->walking++;
    for (Consumer *c = l->first; c; c = c->next) {
        if (c->detached)
            continue;
        Err err;
        err_reset(&err);
        c->touched = true;
        if (c->type->batch(c, b, &err) < 0 && !c->detached) {
            c->type->end(c, &err);
            c->detached = true;
            l->sweep = true;
        }
    }
    walk_end(l);
}

bool consumers_want_mark(const ConsumerList *l)
{
    for (Consumer *c = l->first; c; c = c->next)
        if (!c->detached && c->type->mark && (!c->type->wants_mark || c->type->wants_mark(c)))
            return true;
    return false;
}

void consumers_mark(ConsumerList *l, int64_t wm_us)
{
    l->walking++;
    for (Consumer *c = l->first; c; c = c->next) {
        if (!c->detached && c->type->mark) {
            c->touched = true;
            c->type->mark(c, wm_us);
        }
    }
    walk_end(l);
}

void consumers_step_end(ConsumerList *l)
{
    l->walking++;
    for (Consumer *c = l->first; c; c = c->next) {
        if (c->touched && !c->detached && c->type->step_end)
            c->type->step_end(c);
        c->touched = false;
    }
    walk_end(l);
}

void consumers_end(ConsumerList *l, const Err *err)
{
    l->walking++;
    for (Consumer *c = l->first; c; c = c->next) {
        if (!c->detached) {
            c->type->end(c, err);
            c->detached = true;
            l->sweep = true;
        }
    }
    walk_end(l);
}
