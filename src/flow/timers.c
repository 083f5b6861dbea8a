/* SPDX-License-Identifier: Apache-2.0
 *
 * Timers. */
#include "flow/timers.h"

void timers_add(TimerList *l, Timer *t, int64_t due_ns)
{
    t->due_ns = due_ns;
    if (t->armed)
        return;
    t->armed = true;
    t->prev = NULL;
    t->next = l->first;
    if (t->next)
        t->next->prev = t;
    l->first = t;
}

void timers_remove(TimerList *l, Timer *t)
{
    if (!t->armed)
        return;
    t->armed = false;
    if (t->prev)
        t->prev->next = t->next;
    else
        l->first = t->next;
    if (t->next)
        t->next->prev = t->prev;
}

void timers_fire(TimerList *l, int64_t now_ns)
{
    for (Timer *t = l->first; t;) {
        if (t->due_ns > now_ns) {
            t = t->next;
            continue;
        }
        timers_remove(l, t);
        t->fire(t);
        t = l->first; /* the list may be another one now; what has fired is off it or set to a later time */
    }
}

int64_t timers_next_ns(const TimerList *l)
{
    int64_t at = INT64_MAX;
    for (const Timer *t = l->first; t; t = t->next)
        at = MIN(at, t->due_ns);
    return at;
}
