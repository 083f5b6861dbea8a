/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar_system: how long things take: tasks against their budgets, the log, checkpoints. */
#include "db/durable.h"
#include "db/system/system.h"

static int64_t to_ns(double ticks, double ns_per_tick)
{
    return (int64_t)(ticks * ns_per_tick + 0.5);
}

/* A copy, which is some pages: on the heap, and the caller's to free. */
static Measures *take_measures(const SysScan *s, Err *err)
{
    Measures *m = mem_alloc(engine_account(s->db->engine), sizeof(*m));
    if (m)
        engine_measures(s->db->engine, m);
    else
        (void)RAISE_NOMEM(err);
    return m;
}

static int budgets(SysScan *s, Err *err)
{
    Measures *m = take_measures(s, err);
    if (!m)
        return -ERR_OUT_OF_MEMORY;
    for (Task t = 0; t < N_TASKS; t++) {
        const TaskMeasure *c = &m->task[t];
        sys_text(s, task_name(t));
        sys_int(s, task_budget_ns(t));
        sys_int(s, (int64_t)c->ticks.n);
        sys_int(s, (int64_t)c->n_near);
        sys_int(s, (int64_t)c->n_exceeded);
        sys_int(s, to_ns((double)c->exceeded_ticks, m->ns_per_tick));
        sys_int(s, to_ns((double)c->ticks.max, m->ns_per_tick));
        for (Yield y = 0; y < N_YIELDS; y++) {
            if (t == TASK_BACKGROUND)
                sys_int(s, (int64_t)m->n_yields[y]);
            else
                sys_null(s);
        }
        sys_text(s, task_help(t));
        sys_end(s);
    }
    mem_free(engine_account(s->db->engine), m, sizeof(*m));
    return 0;
}

static void spread(SysScan *s, const char *name, const Histogram *h, double unit_ns, const char *help)
{
    static const double shares[] = {0.5, 0.9, 0.99, 0.999};
    sys_text(s, name);
    sys_int(s, (int64_t)h->n);
    for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
        if (h->n)
            sys_int(s, to_ns((double)histogram_at(h, shares[i]), unit_ns));
        else
            sys_null(s);
    }
    if (h->n)
        sys_int(s, to_ns((double)h->max, unit_ns));
    else
        sys_null(s);
    sys_int(s, to_ns((double)h->sum, unit_ns));
    sys_text(s, help);
    sys_end(s);
}

static int of_disk(SysScan *s, Err *err)
{
    Durable *d = s->db->durable;
    if (!d || !d->wal)
        return 0;
    WalTimes *times = mem_alloc(d->acct, sizeof(*times));
    Histogram *checkpoints = mem_alloc(d->acct, sizeof(*checkpoints));
    if (times && checkpoints) {
        wal_times(d->wal, times);
        env_lock(s->db->env, &d->kept_lock);
        *checkpoints = d->checkpoint_ns;
        env_unlock(s->db->env, &d->kept_lock);
        spread(s, "log_write", &times->write, 1, "a group of records into the file of the log");
        spread(s, "log_sync", &times->sync, 1, "a group of records onto the disk");
        spread(s, "log_wait", &times->wait, 1, "a statement, or laminar_wait, until its record is on the disk");
        spread(s, "checkpoint_all", checkpoints, 1, "a checkpoint from its beginning to its end, while everything goes on");
    }
    int rc = times && checkpoints ? 0 : RAISE_NOMEM(err);
    mem_free(d->acct, times, times ? sizeof(*times) : 0);
    mem_free(d->acct, checkpoints, checkpoints ? sizeof(*checkpoints) : 0);
    return rc;
}

static int latencies(SysScan *s, Err *err)
{
    Measures *m = take_measures(s, err);
    if (!m)
        return -ERR_OUT_OF_MEMORY;
    for (Task t = 0; t < N_TASKS; t++)
        spread(s, task_name(t), &m->task[t].ticks, m->ns_per_tick, task_help(t));
    spread(s, "handover", &m->handed_over, m->ns_per_tick, "a push that found the shard taken, until its step began");
    mem_free(engine_account(s->db->engine), m, sizeof(*m));
    return of_disk(s, err);
}

#define SYS(name, fill, help, columns)                                                                                             \
    {                                                                                                                              \
        SCHEMA_LAMINAR, name, columns, fill, help                                                                                  \
    }
const SysRelation sys_measure[] = {
    SYS("budgets", budgets, "tasks of the engine against what they may take",
        "task text, budget_ns int8, measured int8, near_budget int8, budget_exceeded int8, budget_exceeded_by_ns int8, "
        "longest_ns int8, budget_yields int8, priority_yields int8, empty_yields int8, help text"),
    SYS("latencies", latencies, "how long tasks, the log and checkpoints take",
        "name text, measured int8, p50_ns int8, p90_ns int8, p99_ns int8, p999_ns int8, max_ns int8, total_ns int8, help text"),
    {0},
};
