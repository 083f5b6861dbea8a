/* SPDX-License-Identifier: Apache-2.0
 *
 * A database in a directory. */
#include "db/durable.h"

#include "durable/bytes.h"

#define STATEMENT_FORMAT 1u

/* ---- statements as records ---- */

static void put_schema(StrBuf *b, const Schema *s)
{
    put_u32(b, s ? s->n : 0);
    for (uint32_t i = 0; s && i < s->n; i++) {
        const Field *f = &s->field[i];
        put_str(b, str_of(f->name));
        put_u8(b, f->type.id);
        put_u8(b, f->type.precision);
        put_u8(b, f->type.scale);
        put_u8(b, f->not_null);
        put_u32(b, f->type.length);
    }
}

static int read_schema(ByteReader *r, Account *acct, Arena *arena, Schema **ret, Err *err)
{
    uint32_t n = bytes_u32(r);
    *ret = NULL;
    if (n == 0)
        return 0;
    Field *field = n <= COLUMNS_MAX ? ARENA_ARRAY(arena, Field, n) : NULL;
    if (n > COLUMNS_MAX)
        return RAISE(err, ERR_CORRUPT, "a stored definition cannot be read");
    for (uint32_t i = 0; field && i < n; i++) {
        Str name = bytes_str(r);
        field[i].name = arena_strndup(arena, name.p, name.n);
        field[i].type = (Type){.id = bytes_u8(r), .precision = bytes_u8(r), .scale = bytes_u8(r)};
        field[i].not_null = bytes_u8(r) != 0;
        field[i].type.length = bytes_u32(r);
        if (field[i].type.id >= N_TYPES || type_is_nested((TypeId)field[i].type.id))
            r->failed = true;
        if (!field[i].name)
            return RAISE_NOMEM(err);
    }
    if (r->failed)
        return RAISE(err, ERR_CORRUPT, "a stored definition cannot be read");
    *ret = field ? schema_new(acct, field, n) : NULL;
    return *ret ? 0 : RAISE_NOMEM(err);
}

static void put_statement(StrBuf *b, const Database *db, Str text, const Schema *discovered)
{
    put_u32(b, STATEMENT_FORMAT);
    put_i64(b, db->config.buffer_rows);
    put_schema(b, discovered);
    put_str(b, text);
}

/* ---- a statement that is logged ---- */

void durable_begin(Database *db, const ScriptStmt *s)
{
    Durable *d = db->durable;
    if (!d || d->replaying)
        return;
    env_lock(db->env, &d->statements);
    d->running = s;
    d->first_relation = db->next_relation;
    d->logged = false;
}

int durable_log_statement(Database *db, Err *err)
{
    Durable *d = db->durable;
    if (!d || d->replaying || d->logged || !d->running)
        return 0;
    StrBuf b;
    sb_init(&b, &db->acct);
    put_statement(&b, db, d->running->text, d->discovered);
    int rc = b.failed ? RAISE_NOMEM(err) : engine_log_statement(db->engine, d->first_relation, sb_str(&b), err);
    sb_done(&b);
    d->logged = rc == 0;
    return rc;
}

int durable_end(Database *db, int rc, Err *err)
{
    Durable *d = db->durable;
    if (!d || d->replaying)
        return rc;
    if (rc >= 0) {
        int logged = durable_log_statement(db, err);
        rc = logged < 0 ? logged : rc;
    }
    d->running = NULL;
    d->discovered = schema_unref(d->discovered);
    env_unlock(db->env, &d->statements);
    return rc;
}

Schema *durable_discovered(Database *db)
{
    return durable_is_replaying(db) && db->durable->discovered ? schema_ref(db->durable->discovered) : NULL;
}

void durable_keep_discovered(Database *db, const Schema *s)
{
    if (db->durable && !db->durable->replaying && s)
        db->durable->discovered = schema_ref(s);
}

bool durable_is_replaying(const Database *db)
{
    return db->durable && db->durable->replaying;
}

int durable_settle(Database *db, Err *err)
{
    Durable *d = db->durable;
    if (!d || !d->wal || d->replaying)
        return 0;
    env_lock(db->env, &db->settings_lock);
    bool wait = !db->settings.wal_async;
    env_unlock(db->env, &db->settings_lock);
    return wait ? wal_wait(d->wal, wal_last_seq(d->wal), INT64_MAX, err) : wal_check(d->wal, err);
}

int durable_wait(Database *db, uint64_t ticket, bool settled, int64_t deadline_ns, Err *err)
{
    Durable *d = db->durable;
    if (!d)
        return RAISE(err, ERR_WRONG_STATE, "the database is in memory: nothing in it becomes durable");
    if (settled)
        return RAISE(err, ERR_UNSUPPORTED, "checkpoints are not supported yet: nothing becomes settled");
    uint64_t last = wal_last_seq(d->wal);
    return wal_wait(d->wal, ticket && ticket < last ? ticket : last, deadline_ns, err);
}

int durable_check(Database *db, Err *err)
{
    Durable *d = db->durable;
    return d && d->wal ? wal_check(d->wal, err) : 0;
}

/* ---- recovery ---- */

typedef struct Recovery {
    Database *db;
    LogReplay replay;
} Recovery;

static int run_statement(Database *db, const WalRecord *r, Arena *arena, Err *err)
{
    Durable *d = db->durable;
    ByteReader b = bytes_of(r->payload);
    uint32_t format = bytes_u32(&b);
    db->config.buffer_rows = bytes_i64(&b);
    if (b.failed || format != STATEMENT_FORMAT)
        return RAISE(err, ERR_CORRUPT, "a stored definition cannot be read");
    TRY(read_schema(&b, &db->acct, arena, &d->discovered, err));
    Str text = bytes_str(&b);
    int rc = b.failed || b.n ? RAISE(err, ERR_CORRUPT, "a stored definition cannot be read") : 0;
    if (rc == 0) {
        db->next_relation = r->relation;
        rc = db_replay_statement(db, text, err);
        if (rc < 0)
            (void)err_detail(err, "while running again: %.*s", (int)MIN(text.n, 400), text.p);
    }
    d->discovered = schema_unref(d->discovered);
    return rc;
}

static int replay_statement(Recovery *v, const WalRecord *r, Err *err)
{
    Arena arena;
    arena_init(&arena, NULL, 0);
    engine_enter(v->db->engine);
    engine_replay_at(v->db->engine, r);
    engine_leave(v->db->engine);
    int64_t buffer_rows = v->db->config.buffer_rows;
    int rc = run_statement(v->db, r, &arena, err);
    v->db->config.buffer_rows = buffer_rows;
    arena_done(&arena);
    return rc;
}

static int recover_record(void *self, const WalRecord *r, Err *err)
{
    Recovery *v = self;
    if (r->kind == WAL_DDL)
        return replay_statement(v, r, err);
    engine_enter(v->db->engine);
    int rc = engine_replay(v->db->engine, &v->replay, r, err);
    engine_leave(v->db->engine);
    return rc;
}

static int recover(Database *db, Err *err)
{
    Durable *d = db->durable;
    Recovery v = {.db = db};
    uint64_t seed;
    memcpy(&seed, d->dir.uuid, sizeof(seed));
    arena_init(&v.replay.arena, NULL, 0);
    engine_enter(db->engine);
    engine_replay_begin(db->engine, seed);
    engine_leave(db->engine);
    d->replaying = true;
    int rc = wal_read(db->env, d->dir.path, d->dir.uuid, 0, recover_record, &v, &d->found, err);
    d->replaying = false;
    if (rc == 0)
        rc = wal_open(db->env, &db->acct, d->dir.path, d->dir.uuid, &db->config.wal, &d->found, &d->wal, err);
    engine_enter(db->engine);
    engine_replay_end(db->engine, rc == 0 ? d->wal : NULL, rc == 0 ? wal_generation(d->wal) : 0);
    engine_leave(db->engine);
    arena_done(&v.replay.arena);
    return rc;
}

int durable_open(Database *db, const char *path, Err *err)
{
    db->durable = mem_zalloc(&db->acct, sizeof(*db->durable));
    if (!db->durable)
        return RAISE_NOMEM(err);
    TRY(directory_open(&db->durable->dir, db->env, path, err));
    return recover(db, err);
}

void durable_close(Database *db)
{
    Durable *d = db->durable;
    if (!d)
        return;
    engine_enter(db->engine);
    engine_log_end(db->engine);
    engine_leave(db->engine);
    (void)wal_stop(d->wal, NULL);
    directory_close(&d->dir);
}

void durable_free(Database *db)
{
    Durable *d = MOVE(db->durable);
    if (!d)
        return;
    wal_free(d->wal);
    schema_unref(d->discovered);
    directory_close(&d->dir);
    mem_free(&db->acct, d, sizeof(*d));
}
