/* SPDX-License-Identifier: Apache-2.0
 *
 * Measures: budgets, and the length of a tick, which is the clock's progress over the counter's since the engine was made: after a
 * tenth of a millisecond it is known well enough for budgets, after a tenth of a second it is not looked at again. */
#include "flow/measure.h"

#define BATCH_UNIT 64u
#define ROUGH_NS 100000
#define SETTLED_NS 100000000

static const struct {
    const char *name;
    int64_t budget_ns;
    const char *help;
} tasks[N_TASKS] = {
    [TASK_EVENT] = {"event", 500,
                    "a pushed row with all that follows from it, callbacks too; one in 64 is measured, as of several up to 63"},
    [TASK_BATCH] = {"batch", 5000, "several rows pushed at once; the budget is for each 64 of them"},
    [TASK_WINDOW] = {"window", 10000, "what one move of a watermark closes, within the pushes that are measured"},
    [TASK_ITERATION] = {"iteration", 10000, "a round of the worker besides its readers: clocks, timers, periods"},
    [TASK_BACKGROUND] = {"background", 1000000, "a reader's turn, or a slice of filling a view"},
    [TASK_CHECKPOINT] = {"checkpoint", 10000000, "a part of a checkpoint during which pushes wait"},
};

const char *task_name(Task t)
{
    return tasks[t].name;
}
const char *task_help(Task t)
{
    return tasks[t].help;
}
int64_t task_budget_ns(Task t)
{
    return tasks[t].budget_ns;
}

void measures_init(Measures *m, Env *env)
{
    *m = (Measures){.env = env, .ticks_at_start = env->clock->ticks(env), .ns_at_start = env_mono_ns(env)};
}

double measure_ns_per_tick(Measures *m)
{
    if (m->is_settled)
        return m->ns_per_tick;
    int64_t ns = env_mono_ns(m->env) - m->ns_at_start;
    uint64_t ticks = m->env->clock->ticks(m->env) - m->ticks_at_start;
    if (ns < ROUGH_NS || ticks == 0)
        return m->ns_per_tick;
    m->ns_per_tick = (double)ns / (double)ticks;
    m->is_settled = ns >= SETTLED_NS;
    for (int t = 0; t < N_TASKS; t++)
        m->task[t].near_ticks = 1 + (uint64_t)(0.8 * (double)tasks[t].budget_ns / m->ns_per_tick);
    return m->ns_per_tick;
}

/* It seems to be near its budget, or beyond. */
static void look(Measures *m, Task t, uint64_t ticks, uint64_t n)
{
    TaskMeasure *c = &m->task[t];
    double ns_per_tick = measure_ns_per_tick(m);
    if (ns_per_tick == 0 || ticks < c->near_ticks * n)
        return;
    uint64_t budget = (uint64_t)((double)tasks[t].budget_ns * (double)n / ns_per_tick);
    c->n_near += ticks <= budget;
    c->n_exceeded += ticks > budget;
    c->exceeded_ticks += ticks > budget ? ticks - budget : 0;
}

void measure_end(Measures *m, Task t, uint64_t began, uint64_t n)
{
    TaskMeasure *c = &m->task[t];
    uint64_t ticks = measure_begin(m) - began;
    histogram_add(&c->ticks, ticks);
    if (unlikely(ticks >= c->near_ticks * n))
        look(m, t, ticks, n);
}

void measure_step_end(Measures *m, uint64_t began, uint32_t n_rows)
{
    uint32_t units = (n_rows + BATCH_UNIT - 1) / BATCH_UNIT;
    m->is_timed = false;
    measure_end(m, n_rows == 1 ? TASK_EVENT : TASK_BATCH, began, MAX(units, 1));
}
