/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints of a running database (design 7.5): the barrier and what is noted at it take one short hold of the shard; pages are
 * then copied in slices of a megabyte, each a hold of its own, and written without it.  Until the manifest is there, the
 * checkpoint before is the newest one; the log goes only as far as the older of the two that are kept. */
#include "db/durable.h"
#include "db/sequence.h"
#include "db/table_write.h"

#include "base/bytes.h"
#include "flow/engine_keep.h"

#define BODY_FORMAT 1u
#define ENTRY_BROKEN (UINT64_C(1) << 63) /* in an entry's first number: it had no state, and runs when all others have theirs */

/* ---- statements that made what is there ---- */

static bool is_broken(const Database *db, uint64_t relation)
{
    const Relation *r = catalog_by_id(db->catalog, relation);
    return r && r->broken;
}

typedef struct PutNumbers {
    const Database *db;
    StrBuf *out;
} PutNumbers;

static void put_numbers(void *self, uint64_t relation, const StrBuf *text)
{
    PutNumbers *p = self;
    _cleanup_(sb_done) StrBuf payload;
    sb_init(&payload, p->db->durable->acct);
    durable_put_statement(&payload, p->db, sb_str(text), NULL);
    bytes_put_u64(p->out, relation);
    bytes_put_i64(p->out, env_wall_us(p->db->env));
    bytes_put_str(p->out, sb_str(&payload));
    p->out->failed |= text->failed || payload.failed;
}

/* Inside: nobody can log a number between this and the barrier. */
static void put_entries(Database *db, StrBuf *out)
{
    const Durable *d = db->durable;
    _cleanup_(sb_done) StrBuf numbers; /* one pass: columns may get their first number meanwhile */
    sb_init(&numbers, d->acct);
    uint32_t n = sequences_checkpoint(db, put_numbers, &(PutNumbers){db, &numbers});
    n += identities_checkpoint(db, put_numbers, &(PutNumbers){db, &numbers});
    for (uint32_t i = 0; i < d->n_entries; i++)
        n += durable_entry_stays(db, &d->entry[i]);
    bytes_put_u32(out, BODY_FORMAT);
    bytes_put_u64(out, db->next_relation);
    bytes_put_u32(out, n);
    for (uint32_t i = 0; i < d->n_entries; i++) {
        const Entry *e = &d->entry[i];
        if (!durable_entry_stays(db, e))
            continue;
        bytes_put_u64(out, e->first_relation | (!e->setting && !e->past && is_broken(db, e->first_relation) ? ENTRY_BROKEN : 0));
        bytes_put_i64(out, e->ptime_us);
        bytes_put_str(out, (Str){e->payload, e->n});
    }
    sb_putstr(out, sb_str(&numbers));
    out->failed |= numbers.failed;
}

/* ---- making one ---- */

typedef struct Making {
    StrBuf body;
    uint64_t number, seq;
    bool lacks; /* what is broken */
    KeptPages *pages;
    CheckpointWriter *writer;
} Making;

/* Nothing can take the state of what no statement makes: such a checkpoint could not be opened. */
static int check_feeds_known(const Database *db, Err *err)
{
    uint64_t relation;
    for (uint32_t i = 0; (relation = engine_feed_relation(db->engine, i)); i++)
        if (!catalog_by_id(db->catalog, relation))
            return RAISE(err, ERR_WRONG_STATE, "relation %llu is left of a statement that failed: open the database again",
                         (unsigned long long)relation);
    return 0;
}

static int at_barrier(Database *db, Making *m, Err *err)
{
    Durable *d = db->durable;
    StrBuf engine;
    if (d->entries_broken)
        return RAISE(err, ERR_WRONG_STATE, "memory was missing for what a checkpoint needs: open the database again");
    if (db->defining)
        return RAISE(err, ERR_WRONG_STATE, "no checkpoint can be made while a transaction that has changed the catalog is open");
    TRY(check_feeds_known(db, err));
    m->lacks = base_lacking(db->catalog) != NULL;
    sb_init(&engine, d->acct);
    put_entries(db, &m->body);
    int rc = engine_barrier(db->engine, m->number, &m->seq, &engine, err);
    if (rc == 0)
        rc = kept_pages_open(db->engine, d->newest.number, m->number + 1, &m->pages, err);
    if (rc == 0) {
        bytes_put_u64(&m->body, engine.n);
        sb_putstr(&m->body, sb_str(&engine));
        if (m->lacks)
            base_put(d, &m->body);
        rc = m->body.failed ? RAISE_NOMEM(err) : 0;
    }
    sb_done(&engine);
    return rc;
}

/* Some pages while the shard is held: 1 = there are more. */
static int copy_slice(Making *m, Err *err)
{
    KeptPage p;
    int rc;
    while ((rc = kept_pages_next(m->pages, &p, err)) > 0) {
        if (p.is_changed || !checkpoint_keep(m->writer, p.id)) {
            const PageHeader *image;
            TRY(kept_pages_read(m->pages, &p, &image, err));
            TRY(checkpoint_put(m->writer, p.id, image, p.n_pages, err));
        }
        if (checkpoint_is_full(m->writer))
            return 1;
    }
    return rc;
}

static int copy_pages(Database *db, Making *m, Err *err)
{
    for (int more = 1; more > 0;) {
        engine_enter(db->engine);
        uint64_t began = db->env->clock->ticks(db->env);
        more = copy_slice(m, err);
        engine_measure(db->engine, TASK_CHECKPOINT, began);
        engine_leave(db->engine);
        TRY(more);
        TRY(checkpoint_write(m->writer, err));
        env_point(db->env, POINT_CKPT_SLICE);
    }
    return 0;
}

/* Of the directory: what neither the two newest checkpoints nor their base need. */
static void collect(const Durable *d)
{
    const Checkpoint *kept[] = {&d->newest, &d->before, &d->old_base};
    checkpoint_collect(&d->dir, kept, ARRAY_LEN(kept));
    uint64_t seq = base_log_seq(d);
    if (seq)
        (void)wal_truncate(d->wal, seq);
}

static int make(Database *db, Making *m, Err *err)
{
    Durable *d = db->durable;
    sinks_drain(db);
    env_lock(db->env, &d->statements);
    engine_enter(db->engine);
    uint64_t began = db->env->clock->ticks(db->env);
    int rc = at_barrier(db, m, err);
    engine_measure(db->engine, TASK_CHECKPOINT, began);
    engine_leave(db->engine);
    env_unlock(db->env, &d->statements);
    if (rc == -ERR_UNSUPPORTED || rc == CHECKPOINT_BY_LOG) /* the sinks go on without */
        TRY(sinks_commit_by_log(db, m->number, NULL));
    if (rc != 0)
        return rc;
    TRY(checkpoint_begin(&d->dir, d->acct, m->number, d->newest.number ? &d->newest : NULL, &m->writer, err));
    TRY(copy_pages(db, m, err));
    TRY(wal_wait(d->wal, m->seq, INT64_MAX, err)); /* else a restart could give its numbers again, to other rows of the sinks */
    TRY(sinks_prepare(db, m->number, err));
    env_point(db->env, POINT_SINK_PREPARED);
    if (m->lacks)
        TRY(sinks_decide_by_log(db, m->number, err));
    Checkpoint made;
    env_point(db->env, POINT_CKPT_COMMIT);
    TRY(checkpoint_commit(MOVE(m->writer), m->seq, wal_generation(d->wal), sb_str(&m->body), &made, err));
    env_lock(db->env, &d->kept_lock);
    base_note(d, &made, m->lacks);
    env_unlock(db->env, &d->kept_lock);
    collect(d);
    bool is_quiet = wal_last_seq(d->wal) == d->newest.seq;
    (void)sinks_commit(db, m->number, true, NULL); /* decided is decided: what the log cannot take the manifest has */
    env_lock(db->env, &d->kept_lock);
    d->quiet_seq = is_quiet ? wal_last_seq(d->wal) : 0;
    env_unlock(db->env, &d->kept_lock);
    return 0;
}

int durable_checkpoint(Database *db, uint64_t *ret_number, Err *err)
{
    Durable *d = db->durable;
    if (!d)
        return RAISE(err, ERR_WRONG_STATE, "the database is in memory: it has no checkpoints");
    if (engine_is_inside(db->engine))
        return RAISE(err, ERR_REENTRANT, "a checkpoint cannot be made inside a callback");
    env_lock(db->env, &d->checkpointing);
    int64_t began = env_mono_ns(db->env);
    Making m = {.number = d->next_number};
    sb_init(&m.body, d->acct);
    int rc = d->is_open ? wal_ready(d->wal, err) : RAISE(err, ERR_SHUTDOWN, "the database is closed");
    if (rc == 0) {
        d->next_number++; /* of one that fails, too: numbers are not given twice */
        rc = make(db, &m, err);
        if (rc < 0 && m.seq)
            (void)wal_wait(d->wal, m.seq, INT64_MAX, NULL); /* who hears of the failure can rely on its number being taken */
    }
    engine_enter(db->engine);
    kept_pages_close(m.pages);
    engine_leave(db->engine);
    checkpoint_abort(m.writer);
    sb_done(&m.body);
    env_lock(db->env, &d->kept_lock);
    if (rc == 0)
        histogram_add(&d->checkpoint_ns, (uint64_t)(env_mono_ns(db->env) - began));
    d->n_failed += rc < 0;
    env_unlock(db->env, &d->kept_lock);
    env_unlock(db->env, &d->checkpointing);
    if (rc == 0 && ret_number)
        *ret_number = m.number;
    return rc;
}

bool durable_needs_checkpoint(const Database *db)
{
    Durable *d = db->durable;
    engine_enter(db->engine);
    bool has_rows = engine_sinks_have_rows(db->engine);
    engine_leave(db->engine);
    env_lock(db->env, &d->kept_lock);
    uint64_t known = MAX(d->newest.seq + 1, d->quiet_seq);
    env_unlock(db->env, &d->kept_lock);
    /* More than the record of the opening, or of the barrier and of what sinks committed with it. */
    return has_rows || wal_last_seq(d->wal) > known;
}

/* ---- from time to time ---- */

#define BACKOFF_MAX_NS INT64_C(60000000000)

/* Each one that fails doubles the time to the next: it may have written all pages before.  What publishes by the log alone goes on
 * as often as it should. */
static int64_t wait_ns(int64_t every_ns, uint32_t n_failed)
{
    int64_t wait = every_ns << MIN(n_failed, 10u);
    return MIN(wait, MAX(every_ns, BACKOFF_MAX_NS));
}

static void checkpointer_main(void *arg)
{
    Database *db = arg;
    Durable *d = db->durable;
    int64_t last = env_mono_ns(db->env);
    uint32_t n_failed = 0;
    while (!atomic_load(&d->stop)) {
        uint32_t seen = atomic_load(&d->wake);
        env_lock(db->env, &db->settings_lock);
        int64_t every_ns = db->settings.checkpoint_us * 1000;
        env_unlock(db->env, &db->settings_lock);
        int64_t now = env_mono_ns(db->env), due = every_ns ? last + wait_ns(every_ns, n_failed) : INT64_MAX;
        if (now < due) {
            db->env->thread->park(db->env, &d->wake, seen, due);
            continue;
        }
        if (durable_needs_checkpoint(db)) { /* one that cannot be made is tried again: what is in its way may have gone */
            int rc = durable_checkpoint(db, NULL, NULL);
            n_failed = rc < 0 && rc != -ERR_UNSUPPORTED ? n_failed + 1 : 0;
        }
        last = env_mono_ns(db->env);
    }
}

void durable_wake_checkpointer(Database *db)
{
    Durable *d = db->durable;
    if (!d || !d->checkpointer)
        return;
    atomic_fetch_add(&d->wake, 1);
    db->env->thread->unpark(db->env, &d->wake, 1);
}

void durable_start_checkpointer(Database *db)
{
    Durable *d = db->durable;
    if (db->env->thread && db->env->thread->spawn(db->env, "laminar-ckpt", checkpointer_main, db, &d->checkpointer, NULL) < 0)
        d->checkpointer = NULL; /* CHECKPOINT and closing make them */
}

void durable_stop_checkpointer(Database *db)
{
    Durable *d = db->durable;
    if (!d->checkpointer)
        return;
    atomic_store(&d->stop, true);
    durable_wake_checkpointer(db);
    db->env->thread->join(db->env, MOVE(d->checkpointer));
}

/* ---- restoring ---- */

/* Its manifest is d->newest. */
static int take_found(Database *db, Err *err)
{
    int rc = base_take(db, err);
    return rc == 0 ? durable_load_pages(db, &db->durable->newest, err) : rc;
}

/* The one before the newest, so that RESTORE can go back to it; what cannot be read is not offered. */
static void load_before(Durable *d)
{
    Arena arena;
    uint64_t *number = NULL, before = 0;
    uint32_t n = 0;
    arena_init(&arena, NULL, 0);
    if (checkpoint_list(&d->dir, &arena, &number, &n, NULL) == 0)
        for (uint32_t i = 0; i < n && number[i] < d->newest.number; i++)
            before = number[i];
    if (before)
        (void)checkpoint_load_number(&d->dir, d->acct, before, &d->before, NULL);
    arena_done(&arena);
}

/* The newest one whose manifest and pages are whole. 1 = there is none. */
static int load_newest(Database *db, Err *err)
{
    Durable *d = db->durable;
    Arena arena;
    uint64_t *number = NULL;
    uint32_t n = 0;
    Err first = ERR_INIT;
    int rc = checkpoint_load(&d->dir, d->acct, &d->newest, &d->passed_over, &first);
    if (rc == 1)
        return 1;
    if (rc == 0)
        rc = take_found(db, &first);
    if (rc >= 0 && d->passed_over.code == 0)
        checkpoint_remove_after(&d->dir, d->next_number - 1);
    if (rc == 0 && d->passed_over.code == 0 && !d->lacks && db->config.restore_from == RESTORE_NEWEST)
        load_before(d);
    if (rc < 0 && err)
        *err = first;
    if (rc >= 0 || (rc != -ERR_CORRUPT && rc != -ERR_FILE_NOT_FOUND))
        return rc;
    uint64_t bad = d->newest.number;
    arena_init(&arena, NULL, 0);
    int listed = checkpoint_list(&d->dir, &arena, &number, &n, NULL);
    for (uint32_t i = listed == 0 ? n : 0; rc < 0 && i-- > 0;) {
        if (number[i] == bad)
            continue;
        Err other = ERR_INIT; /* the first one's failure is what is told */
        checkpoint_done(&d->newest);
        rc = checkpoint_load_number(&d->dir, d->acct, number[i], &d->newest, &other);
        if (rc == 0)
            rc = take_found(db, &other);
    }
    if (rc >= 0) {
        d->passed_over = first;
        err_clear(err);
    }
    d->next_number = n ? number[n - 1] + 1 : d->next_number;
    arena_done(&arena);
    return rc;
}

void durable_warn(Database *db, StatementResult *ret)
{
    Durable *d = db->durable;
    if (!d || d->passed_over.code == 0 || atomic_exchange(&d->told, true))
        return;
    Err notice = ERR_INIT;
    (void)RAISE(&notice, ERR_CORRUPT,
                "the newest checkpoint was damaged when the database was opened, the one before and the log were taken: %s",
                d->passed_over.message);
    statement_notice(ret, &notice);
}

static int bad_body(Err *err)
{
    return RAISE(err, ERR_CORRUPT, "the definitions in a checkpoint cannot be read");
}

/* An ALTER of the relation is among the n entries that r stands before: the rows are of its columns. */
static bool is_altered_later(Database *db, ByteReader r, uint32_t n, uint32_t relation)
{
    Arena arena;
    bool found = false;
    arena_init(&arena, &db->acct, 0);
    for (uint32_t i = 0; i < n && !r.failed && !found; i++) {
        ScriptStmt stmt;
        Str text;
        uint32_t of = (uint32_t)bytes_u64(&r);
        (void)bytes_i64(&r);
        Str payload = bytes_str(&r);
        if (r.failed || of != relation || !durable_statement_text(payload, &text))
            continue;
        char *copy = arena_strndup(&arena, text.p, text.n);
        found = copy && sql_parse_one(&arena, copy, (uint32_t)text.n, &stmt, NULL) == 0 && stmt.node->kind == NODE_ALTER_STMT &&
                AST(AlterStmt, stmt.node)->kind != OBJECT_MATERIALIZED_VIEW && /* it has only another name */
                !alter_only_belongs(AST(AlterStmt, stmt.node));
    }
    arena_done(&arena);
    return found;
}

static int keep_broken(Database *db, const WalRecord *r, Err *err)
{
    Str text;
    Err why = *db->config.base_error;
    if (!durable_statement_text(r->payload, &text))
        return bad_body(err);
    db->durable->first_relation = r->relation;
    int rc = broken_keep(db, r->relation, text, &why);
    if (rc < 0 && err)
        *err = why;
    return rc < 0 ? rc : durable_note_replayed(db, text, r, err);
}

/* The broken ones are not run while the others have no state; 1 = one of them runs now, and the checkpoint lacks what it had. */
static int restore_entries(Database *db, ByteReader entries, bool broken, Err *err)
{
    ByteReader *r = &entries;
    uint32_t n = bytes_u32(r);
    for (uint32_t i = 0; i < n && !r->failed; i++) {
        uint64_t first = bytes_u64(r);
        WalRecord record = {.kind = WAL_DDL, .relation = (uint32_t)first};
        record.ptime_us = bytes_i64(r);
        record.payload = bytes_str(r);
        if (!r->failed && ((first & ENTRY_BROKEN) != 0) != broken)
            continue;
        if (r->failed)
            return bad_body(err);
        bool stays = broken && db->durable->lacks && db->config.restore_from == RESTORE_NEWEST_AS_IT_IS;
        if (stays && !catalog_by_id(db->catalog, first & ~ENTRY_BROKEN)) {
            TRY(keep_broken(db, &record, err));
            continue;
        }
        engine_hold_rows(db->engine, is_altered_later(db, *r, n - i - 1, record.relation));
        int rc = durable_replay_statement(db, &record, err);
        engine_hold_rows(db->engine, false);
        TRY(rc);
        if (broken && db->durable->lacks && !is_broken(db, record.relation))
            return 1;
    }
    return r->failed ? bad_body(err) : 0;
}

static int restore_body(Database *db, Err *err)
{
    Durable *d = db->durable;
    ByteReader r = bytes_of(sb_str(&d->newest.body));
    uint32_t format = bytes_u32(&r);
    uint64_t next_relation = bytes_u64(&r);
    ByteReader entries = r;
    for (uint32_t n = bytes_u32(&r); n > 0 && !r.failed; n--) {
        (void)bytes_u64(&r);
        (void)bytes_i64(&r);
        (void)bytes_str(&r);
    }
    uint64_t n = bytes_u64(&r);
    const char *engine = bytes_take(&r, n);
    if (r.failed || format != BODY_FORMAT)
        return bad_body(err);
    TRY(engine_restore_begin(db->engine, (Str){engine, n}, d->newest.number + 1, err));
    TRY(restore_entries(db, entries, false, err));
    engine_enter(db->engine);
    if (d->some_broken)
        engine_restore_partly(db->engine);
    int rc = engine_restore_end(db->engine, err);
    if (rc == 0)
        rc = sinks_decide_all(db, err);
    engine_leave(db->engine);
    if (rc == 0)
        rc = restore_entries(db, entries, true, err);
    db->next_relation = next_relation;
    return rc;
}

int durable_restore(Database *db, Err *err)
{
    int rc = load_newest(db, err);
    if (rc == 1) {
        engine_begin_page_epoch(db->engine, 1);
        return durable_read_decisions(db, err);
    }
    if (rc == 0)
        rc = durable_read_decisions(db, err);
    if (rc == 0)
        rc = restore_body(db, err);
    if (rc < 0)
        (void)engine_end_page_restore(db->engine);
    return rc;
}

/* ---- statements ---- */

/* What the newest one lacks, if it is the one with this number. */
static void tell_base(Database *db, uint64_t number, Err *notice)
{
    Durable *d = db->durable;
    Catalog *c = db_catalog(db);
    const Relation *r = base_lacking(c);
    env_lock(db->env, &d->kept_lock);
    if (r && d->lacks && d->newest.number == number && number)
        (void)RAISE(notice, ERR_WRONG_STATE,
                    "checkpoint %llu has no state of %s \"%s\", which is broken: checkpoint %llu and the log behind it are kept",
                    (unsigned long long)number, relation_kind_name(r->kind), r->name, (unsigned long long)d->base);
    env_unlock(db->env, &d->kept_lock);
    catalog_unref(c);
}

/* What statements and pushes have changed is in every view when they return; here it reaches the disk as well, whatever wal_mode
 * says. */
int stmt_flush(StmtContext *x, const ScriptStmt *s, Err *err)
{
    (void)s;
    engine_enter(x->db->engine); /* rows that other threads have handed over */
    engine_leave(x->db->engine);
    TRY(durable_settle(x->db, WAL_MODE_SYNC, err));
    stmt_done(x, STMT_DDL, "FLUSH", (Str){"", 0});
    return 0;
}

int stmt_checkpoint(StmtContext *x, const ScriptStmt *s, Err *err)
{
    (void)s;
    uint64_t number = 0;
    Err notice = ERR_INIT;
    int rc = durable_checkpoint(x->db, &number, &notice);
    if (rc < 0) {
        if (err)
            *err = notice;
        return rc;
    }
    stmt_done(x, STMT_DDL, "CHECKPOINT", (Str){"", 0});
    tell_base(x->db, number, &notice);
    if (notice.code)
        statement_notice(x->result, &notice);
    return 0;
}
