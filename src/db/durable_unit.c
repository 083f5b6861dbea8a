/* SPDX-License-Identifier: Apache-2.0
 *
 * The statements of a transaction in the log: one record that has them all.  When the transaction has changed rows, too, the record
 * says that more follows, and recovery runs nothing of it before the last of the changes has been read: a log that ends before, or
 * goes on with something else, has neither. */
#include "base/bytes.h"
#include "db/transaction_ddl.h"
#include "flow/engine_keep.h"

#define UNIT_FORMAT 0x80000001u /* no statement's (durable.c) */

void durable_put_unit(StrBuf *b, const DdlStatement *statement, uint32_t n, int64_t now_us)
{
    bytes_put_u32(b, UNIT_FORMAT);
    bytes_put_u32(b, n);
    for (uint32_t i = 0; i < n; i++) {
        bytes_put_u64(b, statement[i].number);
        bytes_put_str(b, (Str){statement[i].entry.payload, statement[i].entry.n});
    }
    bytes_put_i64(b, now_us); /* older units end before */
}

int durable_log_with_changes(Database *db, const FeedChange *c, uint32_t n, Err *err)
{
    Durable *d = db->durable;
    StrBuf unit;
    if (!d || d->replaying || d->logged || !d->running || d->in_unit) {
        TRY(durable_log_statement(db, err));
        return engine_change_all(db->engine, c, n, err);
    }
    durable_put_running(db);
    const DdlStatement one = {.entry = {.payload = d->record.p, .n = d->record.n}, .number = d->first_relation};
    sb_init(&unit, &db->acct);
    durable_put_unit(&unit, &one, 1, 0);
    int rc =
        unit.failed || d->record.failed ? RAISE_NOMEM(err) : engine_change_unit(db->engine, one.number, sb_str(&unit), c, n, err);
    sb_done(&unit);
    d->logged = rc == 0;
    return rc;
}

/* ---- several statements that are one, outside of a transaction ---- */

/* Adds the statement that runs; [statements]. */
static int add_running(Database *db, Err *err)
{
    Durable *d = db->durable;
    Entry e;
    TRY(durable_log_statement(db, err)); /* makes its payload */
    TRY(durable_entry_of(db, d->running, env_wall_us(db->env), &e, err));
    if (d->n_unit == d->cap_unit) {
        uint32_t cap = d->cap_unit ? d->cap_unit * 2 : 4;
        DdlStatement *more = mem_realloc(&db->acct, d->unit, d->cap_unit * sizeof(*more), cap * sizeof(*more));
        if (!more)
            return RAISE_NOMEM(err);
        d->unit = more;
        d->cap_unit = cap;
    }
    e.n = d->record.n;
    e.payload = mem_alloc(&db->acct, e.n);
    if (!e.payload)
        return RAISE_NOMEM(err);
    memcpy(e.payload, d->record.p, e.n);
    d->unit[d->n_unit++] = (DdlStatement){e, d->first_relation};
    return 0;
}

void durable_unit_begin(Database *db)
{
    Durable *d = db->durable;
    if (d && !d->replaying && d->running && !transaction_is_defining(db))
        d->in_unit = true;
}

int durable_next(Database *db, const ScriptStmt *next, Err *err)
{
    Durable *d = db->durable;
    if (!d || !d->in_unit)
        return 0;
    int rc = d->skipped ? 0 : add_running(db, err);
    d->running = next;
    d->first_relation = db->next_relation;
    d->logged = d->skipped = false;
    return rc;
}

int durable_unit_end(Database *db, bool done, Err *err)
{
    Durable *d = db->durable;
    StrBuf record;
    int rc = done ? add_running(db, err) : 0;
    d->in_unit = false;
    sb_init(&record, &db->acct);
    durable_put_unit(&record, d->unit, d->n_unit, 0);
    int logged = 0;
    if (d->n_unit)
        logged = record.failed ? RAISE_NOMEM(err) : engine_log_statement(db->engine, d->unit[0].number, sb_str(&record), err);
    if (logged < 0 || rc < 0) /* it has happened, and nobody may build on it */
        rc = wal_fail(d->wal, err);
    for (uint32_t i = 0; i < d->n_unit; i++) {
        const Entry *e = &d->unit[i].entry;
        if (rc >= 0 && (e->first_relation || e->setting))
            d->entries_broken |= durable_note_entry(db, e, (Str){e->payload, e->n}, NULL) < 0;
        mem_free(&db->acct, d->unit[i].entry.payload, d->unit[i].entry.n);
    }
    mem_free(&db->acct, d->unit, d->cap_unit * sizeof(*d->unit));
    d->unit = NULL;
    d->n_unit = d->cap_unit = 0;
    sb_done(&record);
    return rc;
}

/* ---- recovery ---- */

static bool is_unit(const WalRecord *r)
{
    ByteReader b = bytes_of(r->payload);
    return r->kind == WAL_DDL && bytes_u32(&b) == UNIT_FORMAT && !b.failed;
}

static int run_each(Database *db, const WalRecord *r, ByteReader b, uint32_t n, Err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        WalRecord one = *r;
        one.relation = (uint32_t)bytes_u64(&b);
        one.payload = bytes_str(&b);
        TRY(durable_replay_statement(db, &one, err));
    }
    return 0;
}

static int run_statements(Database *db, const WalRecord *r, Err *err)
{
    ByteReader b = bytes_of(r->payload), end;
    (void)bytes_u32(&b);
    uint32_t n = bytes_u32(&b);
    end = b;
    for (uint32_t i = 0; i < n; i++) {
        (void)bytes_u64(&end);
        (void)bytes_str(&end);
    }
    if (end.failed)
        return RAISE(err, ERR_CORRUPT, "the statements of a transaction cannot be read");
    db->durable->unit_now_us = end.n ? bytes_i64(&end) : 0;
    int rc = run_each(db, r, b, n, err);
    db->durable->unit_now_us = 0;
    return rc;
}

static int hold(HeldUnit *h, const WalRecord *r, Err *err)
{
    if (h->n == h->cap) {
        uint32_t cap = h->cap ? h->cap * 2 : 8;
        WalRecord *bigger = ARENA_ARRAY(&h->arena, WalRecord, cap);
        if (!bigger)
            return RAISE_NOMEM(err);
        if (h->n)
            memcpy(bigger, h->record, h->n * sizeof(*bigger));
        h->record = bigger;
        h->cap = cap;
    }
    WalRecord copy = *r;
    copy.payload.p = arena_memdup(&h->arena, r->payload.p, r->payload.n);
    if (!copy.payload.p)
        return RAISE_NOMEM(err);
    h->record[h->n++] = copy;
    return 0;
}

static void forget(HeldUnit *h)
{
    h->open = false;
    h->n = h->cap = 0;
    h->record = NULL;
    arena_reset(&h->arena);
}

static int run_held(Database *db, HeldUnit *h, LogReplay *at, Err *err)
{
    int rc = run_statements(db, &h->record[0], err);
    for (uint32_t i = 1; i < h->n && rc == 0; i++)
        rc = durable_replay_input(db, at, &h->record[i], err);
    forget(h);
    return rc;
}

int durable_replay_unit(Database *db, HeldUnit *h, LogReplay *at, const WalRecord *r, bool *ret_taken, Err *err)
{
    *ret_taken = true;
    if (h->open && r->kind == WAL_CHANGE && (r->flags & WAL_NEXT)) {
        TRY(hold(h, r, err));
        return r->flags & WAL_MORE ? 0 : run_held(db, h, at, err);
    }
    bool between = r->kind == WAL_TICK || r->kind == WAL_POLLED; /* the clock, before the first change */
    if (h->open && !(between && h->n == 1))
        forget(h); /* its rest never came */
    if (is_unit(r)) {
        if (!(r->flags & WAL_MORE))
            return run_statements(db, r, err);
        h->open = true;
        return hold(h, r, err);
    }
    *ret_taken = false;
    return 0;
}
