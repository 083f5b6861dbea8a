/* SPDX-License-Identifier: Apache-2.0
 *
 * Commits of sinks (design 7.9): presumed abort, decided by the database.
 *
 *   barrier       the sinks cut: what they have got so far is one token each; the tokens are in the checkpoint
 *   prepare       what the tokens name is on disk, invisible
 *   decision      the manifest is there; then a record of the log says so again, for an opening that finds the manifest damaged
 *   commit        it becomes visible; until that has worked the token is in every later checkpoint and tried again
 *
 * A crash before the decision: the rows come again and are written anew, what was prepared is swept.  After it: the token is
 * committed at the next opening, and the rows that come again are dropped by their number.  Where something else cannot be kept in
 * a checkpoint, the record of the log alone is the decision. */
#include "db/durable.h"

#include "flow/engine_keep.h"

static bool is_in_epochs(const Live *l)
{
    return l->sink && l->sink->sink->in_epochs && !l->sink->failed;
}

/* A sync that failed may be answered with success when it is tried again, for pages that are lost.  So the sink writes no more;
 * what it has got since its last commit comes again at the next opening. */
static int prepare_one(Database *db, SinkDriver *d, uint64_t number, Err *err)
{
    Err local = ERR_INIT;
    int rc = sink_driver_prepare(d, number, &local);
    if (rc == 0)
        return 0;
    engine_enter(db->engine);
    d->failed = true;
    d->error = local;
    engine_leave(db->engine);
    if (err)
        *err = local;
    return rc;
}

int sinks_prepare(Database *db, uint64_t number, Err *err)
{
    int rc = 0;
    env_lock(db->env, &db->ddl);
    for (Live *l = db->live; l && rc == 0; l = l->next)
        if (is_in_epochs(l))
            rc = prepare_one(db, l->sink, number, err);
    env_unlock(db->env, &db->ddl);
    return rc;
}

/* The shard is held.  is_decided: by a manifest, whatever becomes of the log. */
static int log_cuts(Database *db, SinkDriver *d, uint64_t number, bool is_decided, uint64_t *ret_seq, Err *err)
{
    int rc = 0;
    for (SinkCut *c; (c = sink_driver_undecided(d, number)) && (rc == 0 || is_decided);) {
        rc = rc == 0 ? engine_log_commit(db->engine, d->relation, c, ret_seq, err) : rc;
        c->is_decided = rc == 0 || is_decided;
    }
    return rc;
}

/* [ddl] */
static int decide_all(Database *db, uint64_t number, bool is_decided, Err *err)
{
    uint64_t seq = 0;
    int rc = 0;
    engine_enter(db->engine);
    for (Live *l = db->live; l; l = l->next) {
        int one = is_in_epochs(l) ? log_cuts(db, l->sink, number, is_decided, &seq, err) : 0;
        rc = one < 0 ? one : rc;
    }
    engine_leave(db->engine);
    return rc == 0 && seq ? wal_wait(db->durable->wal, seq, INT64_MAX, err) : rc;
}

int sinks_decide_by_log(Database *db, uint64_t number, Err *err)
{
    env_lock(db->env, &db->ddl);
    int rc = decide_all(db, number, false, err);
    env_unlock(db->env, &db->ddl);
    return rc;
}

int sinks_commit(Database *db, uint64_t number, bool is_decided, Err *err)
{
    env_lock(db->env, &db->ddl);
    int rc = decide_all(db, number, is_decided, err);
    env_point(db->env, POINT_SINK_DECIDED);
    for (Live *l = db->live; l && rc == 0; l = l->next)
        if (is_in_epochs(l))
            (void)sink_driver_commit(l->sink, NULL); /* kept, with its error, and tried again */
    env_unlock(db->env, &db->ddl);
    return rc;
}

int sinks_commit_by_log(Database *db, uint64_t number, Err *err)
{
    engine_enter(db->engine);
    bool any = engine_sinks_have_rows(db->engine);
    int rc = any ? engine_cut_sinks(db->engine, number, err) : 0;
    engine_leave(db->engine);
    if (!any || rc < 0)
        return rc;
    TRY(sinks_prepare(db, number, err));
    return sinks_commit(db, number, false, err);
}

/* What waited goes on with the next checkpoint. */
static int drain(Database *db, SinkDriver *d, Err *err)
{
    int more = 1;
    while (more > 0) {
        engine_enter(db->engine);
        more = sink_driver_drain(d, err);
        engine_leave(db->engine);
    }
    return more;
}

void sinks_drain(Database *db)
{
    env_lock(db->env, &db->ddl);
    for (Live *l = db->live; l; l = l->next)
        if (is_in_epochs(l))
            (void)drain(db, l->sink, NULL);
    env_unlock(db->env, &db->ddl);
}

int sinks_publish(Database *db, uint64_t relation, Err *err)
{
    const Live *l = db_live(db, relation);
    if (!l || !is_in_epochs(l))
        return 0;
    TRY(drain(db, l->sink, err));
    return sink_driver_commit(l->sink, err);
}

int sinks_finish(Database *db, uint64_t relation, Err *err)
{
    Live *l = db_live(db, relation);
    Durable *d = db->durable;
    uint64_t seq = 0;
    if (!d || d->replaying || !l || !is_in_epochs(l))
        return 0;
    (void)drain(db, l->sink, NULL);
    engine_enter(db->engine);
    int rc = sink_driver_cut(l->sink, UINT64_MAX, err);
    if (rc == 0)
        rc = sink_driver_prepare(l->sink, UINT64_MAX, err);
    if (rc == 0)
        rc = log_cuts(db, l->sink, UINT64_MAX, false, &seq, err);
    engine_leave(db->engine);
    TRY(rc);
    if (seq)
        TRY(wal_wait(d->wal, seq, INT64_MAX, err));
    return sink_driver_commit(l->sink, err);
}

/* ---- at the opening ---- */

typedef struct Decision {
    struct Decision *next;
    uint64_t relation, n_rows, seq;
    Str token;
} Decision;

int sinks_note_decision(Database *db, const WalRecord *r, Err *err)
{
    Durable *d = db->durable;
    Decision *x = ARENA_NEW(&d->decisions, Decision);
    Str token;
    if (!x)
        return RAISE_NOMEM(err);
    x->relation = r->relation;
    x->seq = r->seq;
    if (!engine_read_commit(r, &x->n_rows, &token))
        return RAISE(err, ERR_CORRUPT, "record %llu of the log cannot be read", (unsigned long long)r->seq);
    x->token = (Str){arena_strndup(&d->decisions, token.p, token.n), token.n};
    if (!x->token.p)
        return RAISE_NOMEM(err);
    if (d->last_decision)
        d->last_decision->next = x;
    else
        d->first_decision = x;
    d->last_decision = x;
    return 0;
}

int sinks_decide(Database *db, SinkDriver *sink, Err *err)
{
    for (const Decision *x = db->durable ? db->durable->first_decision : NULL; x; x = x->next)
        if (x->relation == sink->relation)
            TRY(sink_driver_decided(sink, x->n_rows, x->token, err));
    return 0;
}

int sinks_decide_all(Database *db, Err *err)
{
    for (Live *l = db->live; l; l = l->next)
        if (l->sink)
            TRY(sinks_decide(db, l->sink, err));
    return 0;
}

/* ---- readers ---- */

typedef struct ReadVoid { /* READ records behind the one and before the other */
    struct ReadVoid *next;
    uint64_t after, before;
} ReadVoid;

int sinks_note_opening(Database *db, const WalRecord *r, Err *err)
{
    Durable *d = db->durable;
    ByteReader b = bytes_of(r->payload);
    ReadVoid *x = ARENA_NEW(&d->decisions, ReadVoid);
    if (!x)
        return RAISE_NOMEM(err);
    (void)bytes_u64(&b);
    *x = (ReadVoid){d->read_voids, b.n ? bytes_u64(&b) : 0, r->seq};
    d->read_voids = x;
    return 0;
}

void sinks_find_reads(Database *db)
{
    Durable *d = db->durable;
    d->reads_until = 0;
    for (const Decision *x = d->first_decision; x; x = x->next) {
        const Live *l = db_live(db, x->relation);
        if (!l || !l->sink || l->sink->n_rows < x->n_rows)
            d->reads_until = MAX(d->reads_until, x->seq);
    }
}

bool sinks_need_read(const Database *db, uint64_t seq)
{
    bool needs = seq <= db->durable->reads_until;
    for (const ReadVoid *x = db->durable->read_voids; x && needs; x = x->next)
        needs = seq <= x->after || seq >= x->before;
    return needs;
}
