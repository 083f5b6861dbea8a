/* SPDX-License-Identifier: Apache-2.0
 *
 * Timers of the shard: each calls once when its time has come, inside a step of the worker.  [shard]  The list is unordered: it is
 * walked once per round of the worker and is short, for only what holds something back for a time is on it. */
#pragma once
#include "env/env.h"

typedef struct Timer { /* embedded; zeroed at first */
    struct Timer *next, *prev;
    int64_t due_ns; /* mono */
    bool armed;
    void (*fire)(struct Timer *t);
} Timer;
typedef struct TimerList {
    Timer *first;
} TimerList;

void timers_add(TimerList *l, Timer *t, int64_t due_ns); /* also of one that is armed */
void timers_remove(TimerList *l, Timer *t);
void timers_fire(TimerList *l, int64_t now_ns); /* a call may set and clear any timer */
int64_t timers_next_ns(const TimerList *l);     /* INT64_MAX = none */
