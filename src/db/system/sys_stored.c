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
    SYS("wal", wal, "the log",
        "last_record int8, durable_record int8, generation int8, segments int8, groups int8, syncs int8, bytes int8, io text, "
        "error text"),
    {0},
};
