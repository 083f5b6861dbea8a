/* SPDX-License-Identifier: Apache-2.0
 *
 * Measures: how long the tasks of an engine take, and what they may take.  [shard]  A task that exceeds its budget is not stopped,
 * for nothing may be lost; it is counted, which is what an operator sets an alarm on.  Only the budget of background work is more
 * than a mark: it is how long a reader or the filling of a view goes on before others have their turn.
 *
 * Durations are kept in ticks of the cycle counter, which costs a tenth of a clock; how long a tick is follows from the clock when
 * somebody asks, or a budget seems to be exceeded.  Of small steps, of which there may be millions a second, one in 64 is
 * measured. */
#pragma once
#include "base/histogram.h"
#include "env/env.h"

typedef enum Task {
    TASK_EVENT,      /* a step of one row, with all that follows from it, callbacks too */
    TASK_BATCH,      /* a step of more rows; the budget is for each 64 of them */
    TASK_WINDOW,     /* what one move of a watermark closes, within steps that are measured */
    TASK_ITERATION,  /* a round of the worker, without what readers do in it */
    TASK_BACKGROUND, /* a reader's turn, a slice of filling a view */
    TASK_CHECKPOINT, /* what of a checkpoint holds the shard at once */
    N_TASKS
} Task;
typedef enum Yield { YIELD_BUDGET, YIELD_PRIORITY, YIELD_EMPTY, N_YIELDS } Yield; /* why background work ends its turn */

typedef struct TaskMeasure {
    Histogram ticks;
    uint64_t near_ticks; /* four fifths of the budget; 0 = how long a tick is has still to be found out */
    uint64_t n_near, n_exceeded, exceeded_ticks;
} TaskMeasure;

typedef struct Measures {
    Env *env;
    uint64_t ticks_at_start;
    int64_t ns_at_start;
    double ns_per_tick; /* 0 = not known yet */
    bool is_settled;    /* as exactly as it is going to be */
    uint32_t turn;
    bool is_timed; /* the step that runs is measured */
    TaskMeasure task[N_TASKS];
    Histogram handed_over; /* ticks that queued pushes have waited for the shard */
    uint64_t n_yields[N_YIELDS];
} Measures;

void measures_init(Measures *m, Env *env);

const char *task_name(Task t);
const char *task_help(Task t);
int64_t task_budget_ns(Task t);

static inline uint64_t measure_begin(const Measures *m)
{
    return m->env->clock->ticks(m->env);
}
#define MEASURE_ONE_IN 64u
#define MEASURE_ALWAYS 64u /* rows */
/* Of a step of n rows: 0 = it is not measured. */
static inline uint64_t measure_step_begin(Measures *m, uint32_t n)
{
    m->is_timed = n >= MEASURE_ALWAYS || m->turn++ % MEASURE_ONE_IN == 0;
    if (!m->is_timed)
        return 0;
    return measure_begin(m) | 1;
}

/* The task has ended; n: how many times its budget it may take. */
void measure_end(Measures *m, Task t, uint64_t began, uint64_t n);
void measure_step_end(Measures *m, uint64_t began, uint32_t n_rows); /* of a step that measure_step_begin took */

/* How long a tick is by now. */
double measure_ns_per_tick(Measures *m);
