/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar_system: what is on disk: checkpoints that are kept, and the log.  Both are empty for a database in memory. */
#include "db/durable.h"
#include "db/system/system.h"

static void one(SysScan *s, const Checkpoint *c)
{
    uint64_t pages = 0;
    if (c->number == 0)
        return;
    for (uint32_t i = 0; i < c->n_files; i++)
        pages += c->file[i].live;
    sys_int(s, (int64_t)c->number);
    sys_moment(s, c->created_us);
    sys_int(s, (int64_t)c->seq);
    sys_int(s, (int64_t)(pages * IMAGE_BYTES));
    sys_int(s, (int64_t)c->bytes_written);
    sys_end(s);
}

/* Newest first. */
static int checkpoints(SysScan *s, Err *err)
{
    Durable *d = s->db->durable;
    (void)err;
    if (!d)
        return 0;
    env_lock(s->db->env, &d->kept_lock);
    one(s, &d->newest);
    one(s, &d->before);
    one(s, &d->old_base);
    env_unlock(s->db->env, &d->kept_lock);
    return 0;
}

/* One row, also for a database in memory, which has none. */
static int checkpoint_status(SysScan *s, Err *err)
{
    Durable *d = s->db->durable;
    (void)err;
    sys_bool(s, d != NULL);
    sys_int(s, s->db->settings.checkpoint_us / 1000);
    if (!d) {
        for (int i = 0; i < 8; i++)
            sys_null(s);
        sys_end(s);
        return 0;
    }
    env_lock(s->db->env, &d->kept_lock);
    uint64_t number = d->newest.number, seq = d->newest.seq, n_made = d->checkpoint_ns.n, n_failed = d->n_failed;
    double mean_ms = n_made ? (double)d->checkpoint_ns.sum / (double)n_made / 1e6 : 0, max_ms = (double)d->checkpoint_ns.max / 1e6;
    int64_t created_us = number ? d->newest.created_us : INT64_MIN;
    env_unlock(s->db->env, &d->kept_lock);
    if (number)
        sys_int(s, (int64_t)number);
    else
        sys_null(s);
    sys_moment(s, created_us);
    if (number)
        sys_int(s, (env_wall_us(s->db->env) - created_us) / 1000);
    else
        sys_null(s);
    sys_int(s, d->wal ? (int64_t)(wal_last_seq(d->wal) - seq) : 0);
    sys_int(s, (int64_t)n_made);
    sys_int(s, (int64_t)n_failed);
    sys_f64(s, mean_ms);
    sys_f64(s, max_ms);
    sys_end(s);
    return 0;
}

static int wal(SysScan *s, Err *err)
{
    Wal *w = s->db->durable ? s->db->durable->wal : NULL;
    WalStats stats;
    Err why = ERR_INIT;
    (void)err;
    if (!w) /* also while the log is being read */
        return 0;
    wal_stats(w, &stats);
    sys_int(s, (int64_t)wal_last_seq(w));
    sys_int(s, (int64_t)wal_durable_seq(w));
    sys_int(s, (int64_t)wal_generation(w));
    sys_int(s, (int64_t)stats.n_segments);
    sys_int(s, (int64_t)stats.n_groups);
    sys_int(s, (int64_t)stats.n_syncs);
    sys_int(s, (int64_t)stats.bytes);
    sys_text(s, wal_io_name(stats.io));
    sys_text(s, wal_is_dead(w) && wal_check(w, &why) < 0 ? why.message : NULL);
    sys_end(s);
    return 0;
}

#define SYS(name, fill, help, columns)                                                                                             \
    {                                                                                                                              \
        SCHEMA_LAMINAR, name, columns, fill, help                                                                                  \
    }
const SysRelation sys_stored[] = {
    SYS("checkpoints", checkpoints, "checkpoints that are kept, newest first",
        "checkpoint int8, created_at timestamptz, record int8, state_bytes int8, written_bytes int8"),
    SYS("checkpoint_status", checkpoint_status, "how old the newest checkpoint is, and how those since the opening went",
        "enabled bool, interval_ms int8, checkpoint int8, created_at timestamptz, age_ms int8, records_behind int8, made int8, "
        "failed int8, mean_ms float8, max_ms float8"),
    SYS("wal", wal, "the log",
        "last_record int8, durable_record int8, generation int8, segments int8, groups int8, syncs int8, bytes int8, io text, "
        "error text"),
    {0},
};
