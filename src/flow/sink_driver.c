/* SPDX-License-Identifier: Apache-2.0
 *
 * Sink driver.  A write that fails ends this consumer with the error kept for whoever asks (the query's other consumers go on). */
#include "flow/sink_driver.h"

static int write_rows(SinkDriver *d, const Batch *b, Err *err)
{
    d->dirty = true;
    return sink_write(d->sink, d->epoch, b, err);
}

/* Rows whose first ones are committed already. */
static int write_rest(SinkDriver *d, const Batch *b, uint32_t n_skip, Err *err)
{
    Arena arena;
    arena_init(&arena, d->acct, 0);
    uint16_t *sel = ARENA_ARRAY(&arena, uint16_t, BATCH_ROWS_MAX);
    Rows rows = batch_rows(b);
    uint32_t n = 0;
    for (uint32_t i = n_skip; sel && i < rows.n; i++)
        sel[n++] = (uint16_t)row_at(rows, i);
    Batch *rest = sel ? batch_with_sel(&arena, b, sel, n) : NULL;
    int rc = rest ? write_rows(d, rest, err) : RAISE_NOMEM(err);
    arena_done(&arena);
    return rc;
}

/* ---- what it cannot give ---- */

#define RETRY_NS INT64_C(1000000000)
#define DRAIN_BATCHES 16 /* in one hold of the shard */

static bool is_behind(const SinkDriver *d)
{
    return d->stuck.code != 0 || backlog_rows(d->backlog) > 0;
}

static uint64_t rows_taken(const SinkDriver *d)
{
    return d->n_rows - backlog_rows(d->backlog);
}

static int fails(SinkDriver *d, int rc, const Err *why)
{
    d->failed = true;
    d->error = *why;
    return rc;
}

static int keep(SinkDriver *d, const Batch *b, uint32_t n_skip, Err *err)
{
    Err why = ERR_INIT;
    int rc = n_skip < b->n_sel && !d->backlog ? backlog_new(d->acct, d->pages, d->sink->schema, d->table_id, &d->backlog, &why) : 0;
    rc = rc == 0 && n_skip < b->n_sel ? backlog_add(d->backlog, b, n_skip, &why) : rc;
    if (rc < 0)
        *err = why;
    return rc < 0 ? fails(d, rc, &why) : 0;
}

/* What a sink says that may say otherwise later.  Without memory its own buffers are not whole. */
static bool gets_stuck(SinkDriver *d, int rc, const Err *why)
{
    if (!d->sink->in_epochs || !d->pages || rc == -ERR_OUT_OF_MEMORY)
        return false;
    d->stuck = *why;
    d->retry_ns = env_mono_ns(d->sink->env) + RETRY_NS;
    return true;
}

static int drain_one(SinkDriver *d, Arena *arena, Err *err)
{
    Batch *b;
    TRY(backlog_first(d->backlog, arena, &b, err));
    if (!b)
        return 0;
    int64_t before = d->sink->n_rows;
    int rc = write_rows(d, b, err);
    TRY(backlog_drop(d->backlog, rc < 0 ? (uint64_t)(d->sink->n_rows - before) : b->n_sel, rc < 0 ? NULL : err));
    return rc;
}

int sink_driver_drain(SinkDriver *d, Err *err)
{
    if (!d->sink->in_epochs || d->failed || !is_behind(d))
        return 0;
    Arena arena;
    Err why = ERR_INIT;
    int rc = 0;
    arena_init(&arena, d->acct, 0);
    for (int i = 0; rc == 0 && i < DRAIN_BATCHES && backlog_rows(d->backlog) > 0; i++) {
        arena_reset(&arena);
        rc = drain_one(d, &arena, &why);
    }
    arena_done(&arena);
    if (rc == 0)
        d->stuck = ERR_INIT;
    else if (!gets_stuck(d, rc, &why))
        (void)fails(d, rc, &why);
    if (rc < 0 && err)
        *err = why;
    return rc < 0 ? rc : backlog_rows(d->backlog) > 0;
}

/* ---- rows ---- */

static int deliver(SinkDriver *d, const Batch *b, uint32_t n_skip, Err *err)
{
    if (unlikely(is_behind(d))) {
        bool may_try = !d->stuck.code || env_mono_ns(d->sink->env) >= d->retry_ns;
        if (!may_try || sink_driver_drain(d, NULL) != 0)
            return d->failed ? 0 : keep(d, b, n_skip, err);
    }
    Err why = ERR_INIT;
    int64_t before = d->sink->n_rows;
    int rc = n_skip ? write_rest(d, b, n_skip, &why) : write_rows(d, b, &why);
    if (likely(rc == 0))
        return 0;
    if (gets_stuck(d, rc, &why))
        return keep(d, b, n_skip + (uint32_t)(d->sink->n_rows - before), err);
    *err = why;
    return fails(d, rc, &why);
}

static int driver_batch(Consumer *c, const Batch *b, Err *err)
{
    SinkDriver *d = (SinkDriver *)c;
    if (d->failed)
        return 0;
    uint64_t from = d->n_rows;
    d->n_rows += b->n_sel;
    if (from >= d->skip_rows)
        return deliver(d, b, 0, err);
    if (d->n_rows <= d->skip_rows) {
        d->cut_rows = d->n_rows;
        return 0;
    }
    d->cut_rows = d->skip_rows;
    return deliver(d, b, (uint32_t)(d->skip_rows - from), err);
}

static void driver_step_end(Consumer *c)
{
    SinkDriver *d = (SinkDriver *)c;
    Err why = ERR_INIT;
    if (!d->dirty || d->failed)
        return;
    d->dirty = false;
    d->epoch++;
    int rc = sink_flush(d->sink, &why);
    if (rc < 0 && !gets_stuck(d, rc, &why))
        (void)fails(d, rc, &why);
}

/* What a query that failed has given is whole up to there: a sink in epochs publishes it. */
static void driver_end(Consumer *c, const Err *err)
{
    SinkDriver *d = (SinkDriver *)c;
    driver_step_end(c);
    d->ended = true;
    if (err && !d->failed && !d->sink->in_epochs)
        (void)fails(d, 0, err);
}

static const ConsumerType sink_consumer = {.batch = driver_batch, .step_end = driver_step_end, .end = driver_end};

int sink_driver_new(Account *acct, Sink *give_sink, SinkDriver **ret, Err *err)
{
    SinkDriver *d = mem_zalloc(acct, sizeof(*d));
    if (!d) {
        sink_close(give_sink);
        return RAISE_NOMEM(err);
    }
    d->consumer.type = &sink_consumer;
    d->acct = acct;
    d->sink = give_sink;
    *ret = d;
    return 0;
}

static void free_cut(SinkDriver *d, SinkCut *c)
{
    sb_done(&c->token);
    mem_free(d->acct, c, sizeof(*c));
}

void sink_driver_store(SinkDriver *d, PageStore *ps, uint32_t table_id)
{
    d->pages = ps;
    d->table_id = table_id;
}

void sink_driver_leave(SinkDriver *d)
{
    if (!d)
        return;
    backlog_free(MOVE(d->backlog));
    d->pages = NULL;
}

void sink_driver_free(SinkDriver *d)
{
    if (!d)
        return;
    ASSERT(!d->backlog);
    if (d->dirty && !d->failed)
        (void)sink_flush(d->sink, NULL);
    for (SinkCut *c;
         (c = d->cuts);) { /* not aborted: a manifest that seemed to fail may be there, and decide it; else it is swept */
        d->cuts = c->next;
        free_cut(d, c);
    }
    sink_close(d->sink);
    mem_free(d->acct, d, sizeof(*d));
}

/* ---- cuts ---- */

bool sink_driver_has_rows(const SinkDriver *d)
{
    return d->sink->in_epochs && !d->failed && (d->cuts || d->n_rows > d->cut_rows);
}

static int add_cut(SinkDriver *d, uint64_t number, uint64_t n_rows, Str token, bool is_decided, Err *err)
{
    SinkCut *c = mem_zalloc(d->acct, sizeof(*c));
    if (!c)
        return RAISE_NOMEM(err);
    *c = (SinkCut){.number = number, .n_rows = n_rows, .is_decided = is_decided};
    sb_init(&c->token, d->acct);
    sb_putstr(&c->token, token);
    if (c->token.failed) {
        free_cut(d, c);
        return RAISE_NOMEM(err);
    }
    env_lock(d->sink->env, &d->lock);
    SinkCut **at = &d->cuts;
    while (*at)
        at = &(*at)->next;
    *at = c;
    env_unlock(d->sink->env, &d->lock);
    return 0;
}

/* The token of what was written, on the list. */
int sink_driver_cut(SinkDriver *d, uint64_t number, Err *err)
{
    (void)sink_driver_drain(d, NULL); /* what it does not take is no part of the cut */
    if (!d->sink->in_epochs || d->failed || rows_taken(d) == d->cut_rows)
        return 0;
    StrBuf token;
    sb_init(&token, d->acct);
    int rc = d->sink->type->commit->cut(d->sink, &token, err);
    if (rc == 0 && token.n)
        rc = add_cut(d, number, rows_taken(d), sb_str(&token), false, err);
    if (rc == 0) {
        d->cut_rows = rows_taken(d);
    } else if (token.n) { /* its rows are in no list any more */
        d->failed = true;
        (void)RAISE(&d->error, ERR_OUT_OF_MEMORY, "memory was missing for a commit: open the database again");
    }
    sb_done(&token);
    return rc;
}

static SinkCut *first_cut(SinkDriver *d)
{
    env_lock(d->sink->env, &d->lock);
    SinkCut *c = d->cuts;
    env_unlock(d->sink->env, &d->lock);
    return c;
}

static SinkCut *next_cut(SinkDriver *d, SinkCut *c)
{
    env_lock(d->sink->env, &d->lock);
    c = c->next;
    env_unlock(d->sink->env, &d->lock);
    return c;
}

static void drop_first_cut(SinkDriver *d)
{
    env_lock(d->sink->env, &d->lock);
    SinkCut *c = d->cuts;
    d->cuts = c->next;
    env_unlock(d->sink->env, &d->lock);
    free_cut(d, c);
}

/* ---- the checkpoint's side ---- */

int sink_driver_prepare(SinkDriver *d, uint64_t number, Err *err)
{
    for (SinkCut *c = first_cut(d); c && c->number <= number; c = next_cut(d, c))
        if (!c->is_decided)
            TRY(d->sink->type->commit->prepare(d->sink, sb_str(&c->token), err));
    return 0;
}

SinkCut *sink_driver_undecided(SinkDriver *d, uint64_t number)
{
    SinkCut *c = first_cut(d);
    while (c && c->is_decided)
        c = next_cut(d, c);
    return c && c->number <= number ? c : NULL;
}

int sink_driver_commit(SinkDriver *d, Err *err)
{
    Err local = ERR_INIT;
    int rc = 0;
    for (SinkCut *c; rc == 0 && (c = first_cut(d)) && c->is_decided;) {
        rc = d->sink->type->commit->commit(d->sink, sb_str(&c->token), &local);
        if (rc < 0)
            break;
        atomic_store(&d->committed_rows, c->n_rows);
        atomic_fetch_add(&d->n_commits, 1);
        drop_first_cut(d);
    }
    env_lock(d->sink->env, &d->lock);
    d->commit_error = local;
    env_unlock(d->sink->env, &d->lock);
    if (rc < 0 && err)
        *err = local;
    return rc;
}

Err sink_driver_commit_error(SinkDriver *d)
{
    env_lock(d->sink->env, &d->lock);
    Err e = d->commit_error;
    env_unlock(d->sink->env, &d->lock);
    return e;
}

/* ---- in a checkpoint, and back ---- */

#define SAVED_ENDED 1u
#define SAVED_BACKLOG 2u

void sink_driver_save(const SinkDriver *d, StrBuf *out)
{
    uint32_t n = 0;
    for (const SinkCut *c = d->cuts; c; c = c->next)
        n++;
    bytes_put_u64(out, d->n_rows);
    bytes_put_u64(out, d->epoch);
    bytes_put_u64(out, atomic_load(&d->n_commits));
    bytes_put_u64(out, atomic_load(&d->committed_rows));
    bytes_put_u8(out, (uint8_t)((d->ended ? SAVED_ENDED : 0) | (backlog_rows(d->backlog) ? SAVED_BACKLOG : 0)));
    if (backlog_rows(d->backlog))
        bytes_put_u64(out, backlog_rows(d->backlog));
    bytes_put_u32(out, n);
    for (const SinkCut *c = d->cuts; c; c = c->next) {
        bytes_put_u64(out, c->number);
        bytes_put_u64(out, c->n_rows);
        bytes_put_str(out, sb_str(&c->token));
    }
}

/* Where the next rows go depends on what will be there. */
static int keep_cuts(SinkDriver *d, Err *err)
{
    const SinkCommit *type = d->sink->type->commit;
    if (!type->keep)
        return -1;
    for (SinkCut *c = first_cut(d); c; c = next_cut(d, c))
        TRY(type->keep(d->sink, sb_str(&c->token), err));
    return 0;
}

/* What cannot be published now is tried again with each checkpoint, when the sink can go on without. */
static void commit_now(SinkDriver *d)
{
    Err err = ERR_INIT;
    if (d->failed || sink_driver_commit(d, &err) == 0 || keep_cuts(d, &err) == 0)
        return;
    d->failed = true;
    d->error = err;
}

static int restore_backlog(SinkDriver *d, uint64_t n, Err *err)
{
    if (!d->pages || n > d->n_rows)
        return RAISE(err, ERR_CORRUPT, "the state in a checkpoint cannot be read");
    TRY(backlog_new(d->acct, d->pages, d->sink->schema, d->table_id, &d->backlog, err));
    return backlog_rows(d->backlog) == n ? 0 : RAISE(err, ERR_CORRUPT, "rows that wait for a sink are not in the checkpoint");
}

int sink_driver_restore(SinkDriver *d, ByteReader *r, Err *err)
{
    d->n_rows = d->skip_rows = bytes_u64(r);
    d->epoch = bytes_u64(r);
    atomic_store(&d->n_commits, bytes_u64(r));
    atomic_store(&d->committed_rows, bytes_u64(r));
    uint8_t flags = bytes_u8(r);
    d->ended = flags & SAVED_ENDED;
    if (flags & SAVED_BACKLOG)
        TRY(restore_backlog(d, bytes_u64(r), err));
    d->cut_rows = rows_taken(d);
    for (uint32_t n = bytes_u32(r); n > 0 && !r->failed; n--) {
        uint64_t number = bytes_u64(r), n_rows = bytes_u64(r);
        Str token = bytes_str(r);
        if (!r->failed && d->sink->in_epochs)
            TRY(add_cut(d, number, n_rows, token, true, err));
        d->skip_rows = MAX(d->skip_rows, n_rows);
    }
    /* A decision of the log may be ahead of the rows: those of a file come again when somebody reads it, after this checkpoint. */
    d->skip_rows = MAX(d->skip_rows, atomic_load(&d->committed_rows));
    commit_now(d);
    return 0;
}

int sink_driver_decided(SinkDriver *d, uint64_t n_rows, Str token, Err *err)
{
    const SinkCut *last = d->cuts;
    while (last && last->next)
        last = last->next;
    bool is_known = n_rows <= atomic_load(&d->committed_rows) || (last && last->n_rows >= n_rows); /* the checkpoint has it, too */
    if (!d->sink->in_epochs || is_known)
        return 0;
    if (n_rows > d->cut_rows && d->cut_rows < d->n_rows) { /* some of those that waited */
        TRY(backlog_drop(d->backlog, n_rows - d->cut_rows, err));
        d->cut_rows = MIN(n_rows, d->n_rows);
    }
    d->skip_rows = MAX(d->skip_rows, n_rows);
    TRY(add_cut(d, 0, n_rows, token, true, err));
    commit_now(d);
    return 0;
}

void sink_driver_recovered(SinkDriver *d)
{
    (void)sink_driver_drain(d, NULL); /* or says why not */
    if (d->sink->in_epochs && !d->failed && !d->cuts)
        (void)d->sink->type->commit->sweep(d->sink, NULL); /* tried again at the next opening */
}
