/* SPDX-License-Identifier: Apache-2.0
 *
 * A database in a directory. */
#include "db/durable.h"

#include "catalog/names.h"
#include "db/comment.h"
#include "db/sequence.h"
#include "db/table_write.h"
#include "db/transaction_ddl.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "data/nested.h"
#include "flow/engine_keep.h"
#include "sql/print.h"

#define STATEMENT_FORMAT 2u

/* ---- statements as records ---- */

static void put_schema(StrBuf *b, const Schema *s);
static int read_fields(ByteReader *r, uint32_t depth, Arena *arena, Field **ret, uint32_t *ret_n, Err *err);
static void skip_fields(ByteReader *r, uint32_t depth);

#define TYPE_DEPTH_MAX 64u /* types within types */

static void put_type(StrBuf *b, Type t)
{
    bytes_put_u8(b, t.id);
    bytes_put_u8(b, t.precision);
    bytes_put_u8(b, t.scale);
    bytes_put_u8(b, t.element);
    bytes_put_u32(b, t.length);
    bytes_put_u8(b, t.nested != NULL);
    if (!t.nested)
        return;
    bytes_put_str(b, str_of(t.nested->name ? t.nested->name : ""));
    put_schema(b, t.nested);
}

/* What an ARRAY's elements are when they have parts. */
static TypeId kind_of(Type t)
{
    return (TypeId)(t.id == T_ARRAY ? t.element : t.id);
}

static int make_nested(Type *t, const char *name, const Field *f, uint32_t n, Arena *arena)
{
    Type made = *t;
    const char **label = ARENA_ARRAY(arena, const char *, n + 1);
    for (uint32_t i = 0; label && i < n; i++)
        label[i] = f[i].name;
    name = *name ? name : NULL;
    int rc = kind_of(*t) == T_STRUCT          ? type_struct(name, f, n, &made)
             : kind_of(*t) == T_MAP && n == 2 ? type_map(f[0].type, f[1].type, &made)
             : kind_of(*t) == T_ENUM && label ? type_enum(name, label, n, &made)
                                              : -ERR_CORRUPT;
    t->nested = made.nested;
    return rc;
}

static int read_type(ByteReader *r, uint32_t depth, Arena *arena, Type *ret, Err *err)
{
    *ret = (Type){.id = bytes_u8(r)};
    ret->precision = bytes_u8(r);
    ret->scale = bytes_u8(r);
    ret->element = bytes_u8(r);
    ret->length = bytes_u32(r);
    if (ret->id >= N_TYPES || ret->element >= N_TYPES || depth > TYPE_DEPTH_MAX)
        r->failed = true;
    if (!bytes_u8(r) || r->failed)
        return 0;
    Str name = bytes_str(r);
    Field *field;
    uint32_t n;
    char *own = arena_strndup(arena, name.p, name.n);
    if (!own)
        return RAISE_NOMEM(err);
    TRY(read_fields(r, depth + 1, arena, &field, &n, err));
    int rc = r->failed ? 0 : make_nested(ret, own, field, n, arena);
    if (rc == -ERR_OUT_OF_MEMORY)
        return RAISE_NOMEM(err);
    r->failed |= rc < 0;
    return 0;
}

static void put_schema(StrBuf *b, const Schema *s)
{
    bytes_put_u32(b, s ? s->n : 0);
    for (uint32_t i = 0; s && i < s->n; i++) {
        bytes_put_str(b, str_of(s->field[i].name));
        bytes_put_u8(b, s->field[i].not_null);
        put_type(b, s->field[i].type);
    }
}

static int read_fields(ByteReader *r, uint32_t depth, Arena *arena, Field **ret, uint32_t *ret_n, Err *err)
{
    uint32_t n = bytes_u32(r);
    if (n > COLUMNS_MAX)
        return RAISE(err, ERR_CORRUPT, "a stored definition cannot be read");
    Field *field = *ret = ARENA_ARRAY(arena, Field, n + 1);
    *ret_n = n;
    if (!field)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n && !r->failed; i++) {
        Str name = bytes_str(r);
        field[i].name = arena_strndup(arena, name.p, name.n);
        if (!field[i].name)
            return RAISE_NOMEM(err);
        field[i].not_null = bytes_u8(r) != 0;
        TRY(read_type(r, depth, arena, &field[i].type, err));
    }
    return 0;
}

static int read_schema(ByteReader *r, Account *acct, Arena *arena, Schema **ret, Err *err)
{
    uint32_t n;
    Field *field;
    *ret = NULL;
    TRY(read_fields(r, 0, arena, &field, &n, err));
    if (r->failed)
        return RAISE(err, ERR_CORRUPT, "a stored definition cannot be read");
    if (n == 0)
        return 0;
    *ret = schema_new(acct, field, n);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* As put_schema and put_type write them. */
static void skip_type(ByteReader *r, uint32_t depth)
{
    (void)bytes_take(r, 4 + sizeof(uint32_t));
    if (!bytes_u8(r) || depth > TYPE_DEPTH_MAX)
        return;
    (void)bytes_str(r);
    skip_fields(r, depth + 1);
}

static void skip_fields(ByteReader *r, uint32_t depth)
{
    for (uint32_t n = bytes_u32(r); n > 0 && !r->failed; n--) {
        (void)bytes_str(r);
        (void)bytes_u8(r);
        skip_type(r, depth);
    }
}

void durable_put_statement(StrBuf *b, const Database *db, Str text, const Schema *discovered)
{
    bytes_put_u32(b, STATEMENT_FORMAT);
    bytes_put_i64(b, db->config.buffer_rows);
    put_schema(b, discovered);
    bytes_put_str(b, text);
}

static bool read_text(ByteReader *r, Str *ret)
{
    bool is_known = bytes_u32(r) == STATEMENT_FORMAT;
    (void)bytes_i64(r);
    skip_fields(r, 0);
    *ret = bytes_str(r);
    return is_known && !r->failed;
}

bool durable_statement_text(Str payload, Str *ret)
{
    ByteReader r = bytes_of(payload);
    return read_text(&r, ret);
}

Str durable_without_rows(Str payload)
{
    ByteReader r = bytes_of(payload);
    Str text;
    return read_text(&r, &text) ? (Str){payload.p, payload.n - r.n} : payload;
}

StrBuf *durable_rows_begin(Database *db)
{
    Durable *d = db->durable;
    if (!d || d->replaying || !d->running)
        return NULL;
    sb_clear(&d->rows);
    return &d->rows;
}

Str durable_rows(const Database *db)
{
    return durable_is_replaying(db) ? db->durable->replayed_rows : (Str){0};
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
    d->instead = (Str){0};
    d->logged = d->skipped = d->gone = false;
    sb_clear(&d->rows);
}

void durable_log_instead(Database *db, Str text)
{
    if (db->durable && db->durable->running)
        db->durable->instead = text;
}

void durable_skip(Database *db)
{
    if (db->durable && db->durable->running)
        db->durable->skipped = true;
}

void durable_goes(Database *db)
{
    if (db->durable && db->durable->running)
        db->durable->gone = true;
}

void durable_put_running(Database *db)
{
    Durable *d = db->durable;
    sb_clear(&d->record);
    durable_put_statement(&d->record, db, d->instead.p ? d->instead : d->running->text, d->discovered);
    sb_put(&d->record, d->rows.p, d->rows.n);
}

int durable_log_statement(Database *db, Err *err)
{
    Durable *d = db->durable;
    if (!d || d->replaying || d->logged || !d->running)
        return 0;
    durable_put_running(db);
    bool later = transaction_is_defining(db) || d->in_unit;
    int rc = d->record.failed ? RAISE_NOMEM(err)
             : later          ? 0
                              : engine_log_statement(db->engine, d->first_relation, sb_str(&d->record), err);
    d->logged = rc == 0;
    return rc;
}

/* What a statement sets, as a number; 0 = it is no SET or RESET. */
static uint64_t setting_of(const ScriptStmt *s)
{
    const Name *name = s->node->kind == NODE_SET_STMT     ? &AST(SetStmt, s->node)->name
                       : s->node->kind == NODE_RESET_STMT ? &AST(ResetStmt, s->node)->name
                                                          : NULL;
    if (!name)
        return 0;
    bool all = s->node->kind == NODE_RESET_STMT && AST(ResetStmt, s->node)->all;
    Str id = all ? STR("all") : object_of(name);
    return hash_bytes(id.p, id.n) | 1;
}

/* The relation under the name that it has now. */
static const Relation *altered(const Database *db, Arena *scratch, const AlterStmt *st)
{
    const AlterAction *first = AST(AlterAction, st->actions.first);
    Name moved = st->name;
    if (first->kind == ALTER_RENAME)
        moved.key = name_key_beside(&st->name, &first->new_name, scratch);
    else if (first->kind == ALTER_SET_SCHEMA)
        moved.key = name_key_in(&first->new_name, &st->name, scratch);
    Str name = name_key(&moved);
    if (object_is_routine(st->kind)) /* of several that have the name now it is one */
        return catalog_by_id(db->catalog, db->durable->altered_routine);
    const Relation *r = st->kind == OBJECT_SCHEMA ? catalog_schema(db->catalog, name) : catalog_find(db->catalog, name);
    int32_t col;
    if (!r && st->kind == OBJECT_SEQUENCE) /* the numbers of a column */
        r = catalog_numbering(db->catalog, name, &col);
    return r;
}

int durable_entry_of(Database *db, const ScriptStmt *s, int64_t ptime_us, Entry *ret, Err *err)
{
    Entry e = {.first_relation = db->durable->first_relation, .next_relation = db->next_relation, .ptime_us = ptime_us};
    *ret = (Entry){0};
    e.setting = setting_of(s);
    bool alters = s->node->kind == NODE_ALTER_STMT;
    const CreateQueryStmt *view = s->node->kind == NODE_CREATE_QUERY_STMT ? AST(CreateQueryStmt, s->node) : NULL;
    e.keeps_rows = view || s->node->kind == NODE_CREATE_SINK_STMT;
    if (view && view->or_replace && e.next_relation == e.first_relation) { /* a view that keeps its number */
        const Relation *r = catalog_find(db->catalog, object_of(&view->name));
        e.first_relation = r ? r->id : 0;
        e.next_relation = e.first_relation + 1;
    }
    if (alters || s->node->kind == NODE_COMMENT_STMT) { /* it goes with what it is about */
        Arena scratch;
        arena_init(&scratch, &db->acct, 0);
        const Relation *r = alters ? altered(db, &scratch, AST(AlterStmt, s->node)) : NULL;
        int rc = alters ? 0 : comment_relation(db->catalog, &scratch, AST(CommentStmt, s->node), &r, err);
        arena_done(&scratch);
        TRY(rc);
        if (!r) /* IF EXISTS, and it did not */
            return 0;
        e.first_relation = r->id;
        e.next_relation = r->id + 1;
    }
    *ret = e;
    return 0;
}

static int note_running(Database *db, const ScriptStmt *s, Str payload, int64_t ptime_us, Err *err)
{
    Entry e;
    TRY(durable_entry_of(db, s, ptime_us, &e, err));
    return e.first_relation || e.setting ? durable_note_entry(db, &e, payload, err) : 0;
}

/* In a transaction: it is logged when that commits. */
static int keep_running(Database *db, const ScriptStmt *s, Err *err)
{
    Durable *d = db->durable;
    Entry e;
    TRY(durable_log_statement(db, err));
    TRY(durable_entry_of(db, s, env_wall_us(db->env), &e, err));
    return transaction_keep_statement(db, &e, d->first_relation, sb_str(&d->record), err);
}

/* What a CREATE makes or replaces; NULL = it is none that is undone. */
static const Name *made_by(const Node *n, ObjectKind *ret_kind)
{
    const CreateRelationStmt *relation = n->kind == NODE_CREATE_RELATION_STMT ? AST(CreateRelationStmt, n) : NULL;
    const CreateQueryStmt *query = n->kind == NODE_CREATE_QUERY_STMT ? AST(CreateQueryStmt, n) : NULL;
    const CreateSinkStmt *sink = n->kind == NODE_CREATE_SINK_STMT ? AST(CreateSinkStmt, n) : NULL;
    *ret_kind = relation ? relation->kind == OBJECT_SOURCE ? OBJECT_SOURCE : OBJECT_TABLE : query ? query->kind : OBJECT_SINK;
    return relation ? &relation->name : query ? &query->name : sink ? &sink->name : NULL;
}

/* A CREATE that failed behind its record (its rows found no memory): what the record makes goes again.  Or when what it replaces
 * had gone. */
static void log_undo(Database *db)
{
    Durable *d = db->durable;
    ObjectKind kind;
    const Name *name = made_by(d->running->node, &kind);
    if (!name)
        return;
    _cleanup_(sb_done) StrBuf text;
    sb_init(&text, NULL);
    sb_printf(&text, "DROP %s IF EXISTS ", object_kind_text(kind));
    sql_print_name(name, &text);
    sb_clear(&d->record);
    durable_put_statement(&d->record, db, sb_str(&text), NULL);
    d->entries_broken |=
        text.failed || d->record.failed || engine_log_statement(db->engine, db->next_relation, sb_str(&d->record), NULL) < 0;
}

int durable_end(Database *db, int rc, Err *err)
{
    Durable *d = db->durable;
    if (!d || d->replaying)
        return rc;
    if (transaction_is_defining(db)) {
        int kept = rc >= 0 && !d->skipped ? keep_running(db, d->running, err) : 0;
        rc = kept < 0 ? kept : rc;
    } else if (d->in_unit) {
        int logged = durable_unit_end(db, rc >= 0 && !d->skipped, rc >= 0 ? err : NULL);
        rc = rc >= 0 && logged < 0 ? logged : rc;
    } else if (rc >= 0 && !d->skipped) {
        int logged = durable_log_statement(db, err);
        if (logged == -ERR_DISK_FULL) /* it has happened, and nobody may build on it */
            logged = wal_fail(d->wal, err);
        /* It has happened and is in the log: what is missing then is only the means for checkpoints, until the next opening. */
        d->entries_broken |= logged >= 0 && note_running(db, d->running, sb_str(&d->record), env_wall_us(db->env), NULL) < 0;
        rc = logged < 0 ? logged : rc;
    } else if (rc < 0 && (d->logged || d->gone)) {
        log_undo(db);
    }
    d->running = NULL;
    d->discovered = schema_unref(d->discovered);
    env_unlock(db->env, &d->statements);
    return rc;
}

void durable_instead(Database *db, const ScriptStmt *s)
{
    if (db->durable && db->durable->running)
        db->durable->running = s;
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

uint64_t durable_owner(const Database *db, const char *name)
{
    const Directory *d = &db->durable->dir;
    return hash_combine(hash_bytes(d->uuid, sizeof(d->uuid)), hash_bytes(name, strlen(name)));
}

bool durable_is_replaying(const Database *db)
{
    return db->durable && db->durable->replaying;
}

int durable_settle(Database *db, RelationWalMode mode, Err *err)
{
    Durable *d = db->durable;
    if (!d || !d->wal || d->replaying)
        return 0;
    env_lock(db->env, &db->settings_lock);
    bool wait = mode == WAL_MODE_OF_DATABASE ? !db->settings.wal_async : mode == WAL_MODE_SYNC;
    env_unlock(db->env, &db->settings_lock);
    return wait ? wal_wait(d->wal, wal_last_seq(d->wal), INT64_MAX, err) : wal_check(d->wal, err);
}

int durable_wait(Database *db, uint64_t ticket, bool settled, int64_t deadline_ns, Err *err)
{
    Durable *d = db->durable;
    if (!d)
        return RAISE(err, ERR_WRONG_STATE, "the database is in memory: nothing in it becomes durable");
    uint64_t last = wal_last_seq(d->wal);
    if (settled) {
        env_lock(db->env, &d->kept_lock);
        bool is = d->newest.seq >= (ticket && ticket < last ? ticket : last);
        env_unlock(db->env, &d->kept_lock);
        if (!is && deadline_ns <= env_mono_ns(db->env))
            return RAISE(err, ERR_TIMEOUT, "the record is not in a checkpoint yet");
        int rc = is ? 0 : durable_checkpoint(db, NULL, err);
        return rc == CHECKPOINT_BY_LOG ? -(int)ERR_WRONG_STATE : rc;
    }
    return wal_wait(d->wal, ticket && ticket < last ? ticket : last, deadline_ns, err);
}

int durable_check(Database *db, Err *err)
{
    Durable *d = db->durable;
    return d && d->wal ? wal_ready(d->wal, err) : 0;
}

/* ---- recovery ---- */

typedef struct Recovery {
    Database *db;
    LogReplay replay;
    HeldUnit held;
    bool is_quiet; /* nothing but openings so far */
} Recovery;

int durable_note_replayed(Database *db, Str text, const WalRecord *r, Err *err)
{
    Arena arena;
    ScriptStmt stmt;
    arena_init(&arena, &db->acct, 0);
    int rc = sql_parse_one(&arena, text.p, (uint32_t)text.n, &stmt, err);
    if (rc == 0)
        rc = note_running(db, &stmt, r->payload, r->ptime_us, err);
    arena_done(&arena);
    return rc;
}

static int run_record(Database *db, const WalRecord *r, Arena *arena, Err *err)
{
    Durable *d = db->durable;
    ByteReader b = bytes_of(r->payload);
    uint32_t format = bytes_u32(&b);
    db->config.buffer_rows = bytes_i64(&b);
    if (b.failed || format != STATEMENT_FORMAT)
        return RAISE(err, ERR_CORRUPT, "a stored definition cannot be read");
    TRY(read_schema(&b, &db->acct, arena, &d->discovered, err));
    d->first_relation = r->relation;
    Str text = bytes_str(&b);
    d->replayed_rows = b.n ? (Str){(const char *)b.p, b.n} : (Str){0};
    int rc = b.failed ? RAISE(err, ERR_CORRUPT, "a stored definition cannot be read") : 0;
    if (rc == 0 && sequence_is_record(text)) {
        rc = sequence_replay(db, text, err);
    } else if (rc == 0 && identity_is_record(text)) {
        rc = identity_replay(db, r->relation, text, err);
    } else if (rc == 0) {
        db->next_relation = r->relation;
        Err why = ERR_INIT;
        rc = db_replay_statement(db, text, &why);
        if (rc < 0) {
            rc = broken_keep(db, r->relation, text, &why);
            d->some_broken |= rc == 0;
        }
        if (rc < 0 && err)
            *err = why;
        if (rc == 0)
            rc = durable_note_replayed(db, text, r, err);
        if (rc < 0)
            (void)err_detail(err, "while running again: %.*s", (int)MIN(text.n, 400), text.p);
    }
    d->discovered = schema_unref(d->discovered);
    d->replayed_rows = (Str){0};
    return rc;
}

int durable_replay_statement(Database *db, const WalRecord *r, Err *err)
{
    Arena arena;
    arena_init(&arena, NULL, 0);
    engine_enter(db->engine);
    engine_replay_at(db->engine, r);
    engine_leave(db->engine);
    int64_t buffer_rows = db->config.buffer_rows;
    int rc = run_record(db, r, &arena, err);
    db->config.buffer_rows = buffer_rows;
    arena_done(&arena);
    return rc;
}

int durable_replay_input(Database *db, LogReplay *at, const WalRecord *r, Err *err)
{
    engine_enter(db->engine);
    int rc = engine_replay(db->engine, at, r, err);
    engine_leave(db->engine);
    return rc == 0 ? identities_replayed(db, r, err) : rc;
}

static int recover_record(void *self, const WalRecord *r, Err *err)
{
    Recovery *v = self;
    bool taken;
    v->is_quiet = v->is_quiet && r->kind == WAL_OPENED;
    if (r->kind == WAL_READ && !sinks_need_read(v->db, r->seq))
        return 0;
    TRY(durable_replay_unit(v->db, &v->held, &v->replay, r, &taken, err));
    if (taken)
        return 0;
    if (r->kind == WAL_DDL)
        return durable_replay_statement(v->db, r, err);
    return durable_replay_input(v->db, &v->replay, r, err);
}

static void no_group(void *self, uint64_t lsn, uint32_t bytes, uint64_t first_seq, uint32_t n_records)
{
    (void)self;
    (void)lsn;
    (void)bytes;
    (void)first_seq;
    (void)n_records;
}

static int read_log(Database *db, WalEach each, void *self, WalEnd *ret, Err *err)
{
    Durable *d = db->durable;
    if (d->newest.number && backup_is_marked(&d->dir))
        return wal_read_groups(db->env, d->dir.path, d->dir.uuid, no_group, each, self, ret, err);
    return wal_read(db->env, d->dir.path, d->dir.uuid, d->newest.seq, each, self, ret, err);
}

/* Numbers of checkpoints that did not become any are not given again. */
static void note_barrier(Database *db, const WalRecord *r)
{
    ByteReader b = bytes_of(r->payload);
    uint64_t number = bytes_u64(&b);
    if (!b.failed && number < UINT64_MAX)
        db->durable->next_number = MAX(db->durable->next_number, number + 1);
}

static int note_decision(void *self, const WalRecord *r, Err *err)
{
    if (r->kind == WAL_EPOCH)
        note_barrier(self, r);
    if (r->kind == WAL_OPENED)
        return sinks_note_opening(self, r, err);
    return r->kind == WAL_SINK ? sinks_note_decision(self, r, err) : 0;
}

int durable_read_decisions(Database *db, Err *err)
{
    WalEnd end = {0};
    return read_log(db, note_decision, db, &end, err);
}

static int recover(Database *db, Err *err)
{
    Durable *d = db->durable;
    Recovery v = {.db = db, .is_quiet = true};
    uint64_t seed;
    memcpy(&seed, d->dir.uuid, sizeof(seed));
    arena_init(&v.replay.arena, NULL, 0);
    arena_init(&d->decisions, NULL, 0);
    arena_init(&v.held.arena, NULL, 0);
    engine_enter(db->engine);
    engine_replay_begin(db->engine, seed);
    engine_leave(db->engine);
    d->replaying = true;
    int rc = durable_restore(db, err);
    bool is_backup = rc == 0 && d->newest.number && backup_is_marked(&d->dir);
    sinks_find_reads(db);
    if (rc == 0)
        rc = read_log(db, recover_record, &v, &d->found, err);
    d->found.reads_until = MAX(d->reads_until, d->newest.seq);
    d->read_voids = NULL;
    arena_done(&d->decisions); /* a sink that is broken finds them in the log when it runs again */
    d->first_decision = d->last_decision = NULL;
    d->found.generation = MAX(d->found.generation, d->newest.generation);
    if (is_backup)
        d->found.seq = MAX(d->found.seq, d->newest.seq);
    d->replaying = false;
    if (rc == 0)
        rc = wal_open(db->env, &db->acct, d->dir.path, d->dir.uuid, &db->config.wal, &d->found, &d->wal, err);
    if (rc == 0 && db->settings.wal_io != WAL_IO_PLAIN)
        wal_use_io(d->wal, (WalIo)db->settings.wal_io);
    if (rc == 0 && is_backup)
        rc = backup_unmark(db, err);
    if (rc == 0 && !is_backup && d->newest.number && v.is_quiet)
        d->quiet_seq = wal_last_seq(d->wal); /* who only reads makes no checkpoint that takes the place of an older one */
    engine_enter(db->engine);
    engine_replay_end(db->engine, rc == 0 ? d->wal : NULL, rc == 0 ? wal_generation(d->wal) : 0);
    if (rc == 0)
        engine_sinks_recovered(db->engine);
    engine_leave(db->engine);
    arena_done(&v.replay.arena);
    arena_done(&v.held.arena);
    return rc;
}

int durable_open(Database *db, const char *path, Err *err)
{
    db->durable = mem_zalloc(&db->acct, sizeof(*db->durable));
    if (!db->durable)
        return RAISE_NOMEM(err);
    db->durable->acct = &db->acct;
    db->durable->next_number = 1;
    sb_init(&db->durable->record, &db->acct);
    sb_init(&db->durable->rows, &db->acct);
    TRY(directory_open(&db->durable->dir, db->env, path, err));
    int rc = recover(db, err);
    if (rc != 0)
        return rc;
    db->durable->is_open = true;
    durable_start_checkpointer(db);
    return 0;
}

void durable_settle_all(Database *db)
{
    Durable *d = db->durable;
    if (!d || !d->is_open)
        return;
    durable_stop_checkpointer(db);
    if (durable_needs_checkpoint(db)) /* one that cannot be made costs only time at the next opening */
        (void)durable_checkpoint(db, NULL, NULL);
    env_lock(db->env, &d->checkpointing);
    d->is_open = false;
    env_unlock(db->env, &d->checkpointing);
}

void durable_close(Database *db)
{
    Durable *d = db->durable;
    if (!d)
        return;
    engine_enter(db->engine);
    engine_log_end(db->engine);
    engine_leave(db->engine);
    Err log_error = ERR_INIT;
    int rc = wal_stop(d->wal, &log_error);
    restore_commit(db, rc, &log_error);
    directory_close(&d->dir);
}

void durable_free(Database *db)
{
    Durable *d = MOVE(db->durable);
    if (!d)
        return;
    wal_free(d->wal);
    checkpoint_done(&d->newest);
    checkpoint_done(&d->before);
    checkpoint_done(&d->old_base);
    durable_entries_done(d);
    sb_done(&d->record);
    sb_done(&d->rows);
    schema_unref(d->discovered);
    directory_close(&d->dir);
    mem_free(&db->acct, d, sizeof(*d));
}
