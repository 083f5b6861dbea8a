/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a closed database for its own sake.  Damage is counted and told, and reading goes on with the next thing, so that one run
 * says all that is wrong. */
#include "durable/inspect.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/bytes.h"
#include "durable/checkpoint_impl.h"

typedef struct Check {
    const Inspector *i;
    Directory *dir;
    uint32_t n_damaged;
    uint64_t n_images, newest_seq, of_kind[N_WAL_KINDS], first_seq;
    bool any;
} Check;

static void say(const Inspector *i, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(const Inspector *i, const char *fmt, ...)
{
    char line[1200];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    i->line(i->self, line);
}

static void damaged(Check *c, const char *what, const Err *err)
{
    c->n_damaged++;
    say(c->i, "DAMAGED %s: %s", what, err->message);
}

/* ---- checkpoints ---- */

static int count_image(void *self, uint32_t id, const void *image, uint32_t n_pages, Err *err)
{
    (void)id;
    (void)image;
    (void)n_pages;
    (void)err;
    ((Check *)self)->n_images++;
    return 0;
}

static void check_checkpoint(Check *c, uint64_t number)
{
    char name[40];
    Checkpoint cp;
    Err err = ERR_INIT;
    manifest_name(name, sizeof(name), number);
    if (checkpoint_load_number(c->dir, NULL, number, &cp, &err) < 0) {
        damaged(c, name, &err);
        return;
    }
    ImageTaker taker = {.image = count_image, .self = c, .pages_per_region = 1};
    c->n_images = 0;
    if (checkpoint_read_pages(c->dir, &cp, &taker, &err) < 0) {
        damaged(c, name, &err);
    } else {
        say(c->i, "ok %s: checkpoint %llu, up to record %llu, %llu page images in %u files", name, (unsigned long long)cp.number,
            (unsigned long long)cp.seq, (unsigned long long)c->n_images, cp.n_files);
        c->newest_seq = MAX(c->newest_seq, cp.seq);
    }
    checkpoint_done(&cp);
}

static int check_checkpoints(Check *c, Err *err)
{
    Arena arena;
    uint64_t *number = NULL;
    uint32_t n = 0;
    Checkpoint cp;
    Err found = ERR_INIT;
    arena_init(&arena, NULL, 0);
    int rc = checkpoint_list(c->dir, &arena, &number, &n, err);
    for (uint32_t i = 0; i < n && rc == 0; i++)
        check_checkpoint(c, number[i]);
    arena_done(&arena);
    TRY(rc);
    rc = n ? checkpoint_load(c->dir, NULL, &cp, NULL, &found) : 1;
    if (rc == 0 && c->n_damaged == 0) {
        say(c->i, "ok opening takes checkpoint %llu and the log behind record %llu", (unsigned long long)cp.number,
            (unsigned long long)cp.seq);
        c->newest_seq = cp.seq;
        checkpoint_done(&cp);
    } else if (rc == 0) {
        checkpoint_done(&cp);
    } else if (rc == 1) {
        say(c->i, "ok no checkpoint: opening reads the log from its start");
    } else {
        damaged(c, "checkpoints", &found);
    }
    return 0;
}

/* ---- log ---- */

static int count_record(void *self, const WalRecord *r, Err *err)
{
    Check *c = self;
    (void)err;
    c->first_seq = c->any ? c->first_seq : r->seq;
    c->any = true;
    if (r->kind < N_WAL_KINDS)
        c->of_kind[r->kind]++;
    return 0;
}

static void no_group(void *self, uint64_t lsn, uint32_t bytes, uint64_t first_seq, uint32_t n_records)
{
    (void)self;
    (void)lsn;
    (void)bytes;
    (void)first_seq;
    (void)n_records;
}

static void check_log(Check *c, Env *env)
{
    WalEnd end;
    Err err = ERR_INIT;
    if (wal_read_groups(env, c->dir->path, c->dir->uuid, no_group, count_record, c, &end, &err) < 0) {
        damaged(c, "log", &err);
        return;
    }
    say(c->i, "ok log: %llu records in %llu groups, records %llu to %llu", (unsigned long long)end.n_records,
        (unsigned long long)end.n_groups, (unsigned long long)c->first_seq, (unsigned long long)end.seq);
    for (uint32_t k = 1; k < N_WAL_KINDS; k++)
        if (c->of_kind[k])
            say(c->i, "   %s: %llu", wal_kind_name((WalKind)k), (unsigned long long)c->of_kind[k]);
    if (end.torn_bytes)
        say(c->i, "   a group of %lld bytes at the end was never finished: opening cuts it off", (long long)end.torn_bytes);
    if (c->any && c->first_seq > c->newest_seq + 1) {
        (void)RAISE(&err, ERR_CORRUPT, "it begins with record %llu, the newest checkpoint ends with record %llu",
                    (unsigned long long)c->first_seq, (unsigned long long)c->newest_seq);
        damaged(c, "log", &err);
    }
}

/* Nobody else may change it meanwhile. */
static int lock_directory(Directory *d, Err *err)
{
    StrBuf path;
    sb_init(&path, NULL);
    sb_printf(&path, "%s/LOCK", d->path);
    int rc = path.failed ? RAISE_NOMEM(err) : d->env->file->open(d->env, path.p, ENV_READ | ENV_WRITE, &d->lock, err);
    if (rc == -ERR_FILE_NOT_FOUND) { /* a copy without it */
        err_clear(err);
        rc = 0;
    } else if (rc == 0) {
        rc = d->env->dir->lock(d->env, d->lock, err);
    }
    if (rc == -ERR_IN_USE)
        rc = RAISE(err, ERR_IN_USE, "database \"%s\" is open in another process", d->path);
    sb_done(&path);
    return rc;
}

int inspect_check(Env *env, const char *path, const Inspector *i, Err *err)
{
    Directory dir = {0};
    Check c = {.i = i, .dir = &dir};
    int rc = directory_inspect(&dir, env, path, err);
    rc = rc == 0 ? lock_directory(&dir, err) : rc;
    rc = rc == 0 ? check_checkpoints(&c, err) : rc;
    if (rc == 0)
        check_log(&c, env);
    directory_close(&dir);
    if (rc == 0 && c.n_damaged)
        return RAISE(err, ERR_CORRUPT, "database \"%s\" is damaged in %u places", path, c.n_damaged);
    return rc;
}

/* ---- dump ---- */

typedef struct Dump {
    const Inspector *i;
    uint64_t from, to;
} Dump;

static int dump_record(void *self, const WalRecord *r, Err *err)
{
    const Dump *d = self;
    StrBuf line;
    Str text;
    ByteReader b = bytes_of(r->payload);
    if (r->seq < d->from || r->seq > d->to)
        return 0;
    sb_init(&line, NULL);
    sb_printf(&line, "%llu %s", (unsigned long long)r->seq, wal_kind_name((WalKind)r->kind));
    if (r->relation)
        sb_printf(&line, " relation=%u", r->relation);
    sb_printf(&line, " ptime_us=%lld bytes=%zu", (long long)r->ptime_us, r->payload.n);
    if (r->producer)
        sb_printf(&line, " producer=%llu sequence=%llu part=%u", (unsigned long long)r->producer,
                  (unsigned long long)r->producer_seq, r->part);
    if (r->flags & WAL_MORE)
        sb_puts(&line, " more");
    switch ((WalKind)r->kind) {
    case WAL_OPENED: sb_printf(&line, " generation=%llu", (unsigned long long)bytes_u64(&b)); break;
    case WAL_EPOCH: sb_printf(&line, " checkpoint=%llu", (unsigned long long)bytes_u64(&b)); break;
    case WAL_SINK: sb_printf(&line, " rows=%llu", (unsigned long long)bytes_u64(&b)); break;
    case WAL_KEEP: sb_puts(&line, bytes_u8(&b) ? " on" : " off"); break;
    case WAL_MARK: sb_printf(&line, " watermark_us=%lld", (long long)bytes_i64(&b)); break;
    case WAL_DDL:
        if (d->i->statement && d->i->statement(r->payload, &text))
            sb_printf(&line, ": %.*s", (int)MIN(text.n, 1000u), text.p);
        break;
    default: break;
    }
    int rc = line.failed ? RAISE_NOMEM(err) : 0;
    for (char *p = line.p; rc == 0 && p < line.p + line.n; p++)
        *p = *p == '\n' || *p == '\r' ? ' ' : *p; /* a record is a line */
    if (rc == 0)
        d->i->line(d->i->self, sb_cstr(&line));
    sb_done(&line);
    return rc;
}

int inspect_log(Env *env, const char *path, uint64_t from, uint64_t to, const Inspector *i, Err *err)
{
    Directory dir = {0};
    Dump d = {i, from, to};
    WalEnd end;
    int rc = directory_inspect(&dir, env, path, err);
    rc = rc == 0 ? wal_read_groups(env, dir.path, dir.uuid, no_group, dump_record, &d, &end, err) : rc;
    if (rc == 0 && end.torn_bytes)
        say(i, "a group of %lld bytes at the end was never finished", (long long)end.torn_bytes);
    directory_close(&dir);
    return rc;
}
