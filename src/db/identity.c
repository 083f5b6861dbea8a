/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers of identity columns.
 *
 * They go on behind the largest value that INSERT, COPY or a writer's rows have ever given the column, so values that are given do
 * not collide with those that are made, and none comes twice, though its row has gone.  What was given is in memory, in
 * checkpoints, and in the rows of the log, which are looked at when it is replayed; nothing is written for a number.  Of a
 * table of which nothing is known yet it is the largest one that is stored.  A number is given once, also when its statement fails,
 * but for an end right after that.  With CYCLE the rows say nothing of where it is: there the log is ahead of the numbers, as it is
 * of those of sequences.  TRUNCATE .. RESTART IDENTITY begins anew, and a transaction that is rolled back takes that
 * back: both are in the log. */
#include "db/durable.h"
#include "db/table_write.h"
#include "db/transaction.h"
#include "db/transaction_ddl.h"
#include "durable/rows.h"

typedef struct IdentityState {
    struct IdentityState *next;
    uint64_t relation;
    uint32_t col;
    uint64_t serial; /* stays when ALTER TABLE moves the column, and when that is taken back */
    int64_t last;    /* given or seen */
    bool any;
    bool has_current;
    bool begins_anew; /* RESTART of a transaction that has not ended; `before` is what counts until then */
    int64_t current;  /* currval() */
    int64_t before;
    uint32_t ahead; /* CYCLE: numbers behind `last` that the log has as given */
} IdentityState;

#define AHEAD 32

static int64_t integer_of(const Value *v)
{
    return v->type.id == T_I16 ? v->i16 : v->type.id == T_I32 ? v->i32 : v->i64;
}

static const RelationSequence *numbers_of(const Relation *r, uint32_t col)
{
    return &r->varies[col].numbers;
}

/* Before START nothing is in the way of the first number. */
static void note(IdentityState *s, const RelationSequence *d, int64_t value)
{
    bool up = d->step > 0;
    if (d->cycle || (!s->any && (up ? value < d->start : value > d->start)))
        return;
    s->last = !s->any ? value : up ? MAX(s->last, value) : MIN(s->last, value);
    s->any = true;
}

typedef struct Noting {
    IdentityState *s;
    const RelationSequence *d;
} Noting;

static int note_batch(void *self, Batch *b, Err *err)
{
    const Noting *n = self;
    Rows rows = batch_rows(b);
    (void)err;
    for (uint32_t i = 0; i < rows.n; i++) {
        Value v = vec_get(&b->col[n->s->col], row_at(rows, i));
        if (!v.is_null)
            note(n->s, n->d, integer_of(&v));
    }
    return 0;
}

static int read_stored(Database *db, IdentityState *s, const RelationSequence *d, Err *err)
{
    Engine *e = db->engine;
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    Feed *f = engine_feed(e, s->relation);
    int rc = f && f->stored ? stored_each(f->stored, note_batch, &(Noting){s, d}, err) : 0;
    if (!inside)
        engine_leave(e);
    return rc;
}

/* [identities_lock] */
static IdentityState *find(Database *db, uint64_t relation, uint32_t col)
{
    IdentityState *s = db->identities;
    while (s && (s->relation != relation || s->col != col))
        s = s->next;
    return s;
}

/* Locked.  The shard is taken without the lock: who has the shard may want a number.  is_known: the rows that are there say nothing
 * more. */
static int find_or_make(Database *db, const Relation *r, uint32_t col, bool is_known, IdentityState **ret, Err *err)
{
    env_lock(db->env, &db->identities_lock);
    *ret = find(db, r->id, col);
    if (*ret)
        return 0;
    env_unlock(db->env, &db->identities_lock);
    IdentityState *s = mem_zalloc(&db->acct, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    *s = (IdentityState){.relation = r->id, .col = col};
    int rc = is_known ? 0 : read_stored(db, s, numbers_of(r, col), err);
    if (rc < 0) {
        mem_free(&db->acct, s, sizeof(*s));
        return rc;
    }
    env_lock(db->env, &db->identities_lock);
    *ret = find(db, r->id, col);
    if (*ret) {
        mem_free(&db->acct, s, sizeof(*s));
        return 0;
    }
    s->serial = ++db->n_identities;
    s->next = db->identities;
    db->identities = *ret = s;
    return 0;
}

static int state_of(Database *db, const Relation *r, uint32_t col, IdentityState **ret, Err *err)
{
    return find_or_make(db, r, col, false, ret, err);
}

void identities_forget(Database *db, uint64_t relation)
{
    env_lock(db->env, &db->identities_lock);
    for (IdentityState **at = &db->identities; *at;) {
        IdentityState *s = *at;
        if (relation && s->relation != relation) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        mem_free(&db->acct, s, sizeof(*s));
    }
    env_unlock(db->env, &db->identities_lock);
}

int identity_saw(Database *db, const Relation *r, uint32_t col, const Value *v, Err *err)
{
    IdentityState *s;
    if (!r->varies || !r->varies[col].identity || v->is_null)
        return 0;
    TRY(state_of(db, r, col, &s, err));
    note(s, numbers_of(r, col), integer_of(v));
    env_unlock(db->env, &db->identities_lock);
    return 0;
}

/* ---- the log and checkpoints ---- */

#define RECORD "IDENTITY "

#define FROM_HERE " set"

/* last NULL: what was given counts no more, only the rows that are there.  from_here: it goes on behind it whatever was there. */
static void print_record(StrBuf *b, uint32_t col, const int64_t *last, bool from_here)
{
    sb_printf(b, RECORD "%u", col);
    if (last)
        sb_printf(b, " %lld%s", (long long)*last, from_here ? FROM_HERE : "");
}

static int write_record(Database *db, const Relation *r, uint32_t col, const int64_t *last, bool from_here, Err *err)
{
    if (!db->durable || db->durable->replaying || transaction_defines(db, r)) /* of the last the log knows nothing yet */
        return 0;
    _cleanup_(sb_done) StrBuf text, record;
    sb_init(&text, &db->acct);
    sb_init(&record, &db->acct);
    print_record(&text, col, last, from_here);
    durable_put_statement(&record, db, sb_str(&text), NULL);
    if (text.failed || record.failed)
        return RAISE_NOMEM(err);
    return engine_log_statement(db->engine, r->id, sb_str(&record), err);
}

bool identity_is_record(Str text)
{
    return str_starts(text, STR(RECORD));
}

static void forget(Database *db, uint64_t relation, uint32_t col)
{
    env_lock(db->env, &db->identities_lock);
    for (IdentityState **at = &db->identities; *at; at = &(*at)->next) {
        IdentityState *s = *at;
        if (s->relation != relation || s->col != col)
            continue;
        *at = s->next;
        mem_free(&db->acct, s, sizeof(*s));
        break;
    }
    env_unlock(db->env, &db->identities_lock);
}

int identity_replay(Database *db, uint64_t relation, Str text, Err *err)
{
    const Relation *r = catalog_by_id(db->catalog, relation);
    Str rest = {text.p + sizeof(RECORD) - 1, text.n - (sizeof(RECORD) - 1)}, col_text = rest, last_text = {0};
    uint64_t col = 0;
    int64_t last = 0;
    bool has_last = str_cut(rest, ' ', &col_text, &last_text);
    const size_t n_from = sizeof(FROM_HERE) - 1;
    bool from_here = last_text.n > n_from && memcmp(last_text.p + last_text.n - n_from, FROM_HERE, n_from) == 0;
    last_text.n -= from_here ? n_from : 0;
    if (!str_to_u64(col_text, &col) || (has_last && !str_to_i64(last_text, &last)))
        return RAISE(err, ERR_CORRUPT, "a stored definition cannot be read");
    if (!r || !r->varies || col >= r->schema->n || !r->varies[col].identity) /* it has gone since */
        return 0;
    if (!has_last) {
        forget(db, relation, (uint32_t)col);
        return 0;
    }
    IdentityState *s;
    TRY(find_or_make(db, r, (uint32_t)col, true, &s, err));
    if (from_here)
        s->last = last;
    else
        note(s, numbers_of(r, (uint32_t)col), last);
    s->any |= from_here;
    env_unlock(db->env, &db->identities_lock);
    return 0;
}

static int note_rows(Database *db, const Relation *r, uint32_t col, const Batch *b, Err *err)
{
    IdentityState *s = NULL;
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        Value v = vec_get(&b->col[col], row);
        if (batch_weight(b, row) <= 0 || v.is_null)
            continue;
        if (!s)
            TRY(state_of(db, r, col, &s, err));
        note(s, numbers_of(r, col), integer_of(&v));
    }
    if (s)
        env_unlock(db->env, &db->identities_lock);
    return 0;
}

int identities_note(Database *db, const Relation *r, const Batch *b, Err *err)
{
    for (uint32_t c = 0; r->varies && c < r->schema->n; c++)
        if (r->varies[c].identity)
            TRY(note_rows(db, r, c, b, err));
    return 0;
}

int identities_replayed(Database *db, const WalRecord *record, Err *err)
{
    const Relation *r = record->kind == WAL_CHANGE ? catalog_by_id(db->catalog, record->relation) : NULL;
    const Feed *f = r && r->varies ? engine_feed(db->engine, r->id) : NULL;
    Arena arena;
    Batch *b = NULL;
    int rc = 0;
    if (!f)
        return 0;
    arena_init(&arena, &db->acct, 0);
    for (uint32_t c = 0; c < r->schema->n && rc == 0; c++) {
        if (!r->varies[c].identity)
            continue;
        rc = b ? 0 : rows_read(record->payload, f->schema, &arena, &b, err);
        rc = rc == 0 ? note_rows(db, r, c, b, err) : rc;
    }
    arena_done(&arena);
    return rc;
}

uint32_t identities_checkpoint(Database *db, void (*put)(void *self, uint64_t relation, const StrBuf *text), void *self)
{
    uint32_t n = 0;
    env_lock(db->env, &db->identities_lock);
    for (IdentityState *s = db->identities; s; s = s->next) {
        if (!catalog_by_id(db->catalog, s->relation))
            continue;
        n++;
        s->ahead = 0;
        _cleanup_(sb_done) StrBuf text;
        sb_init(&text, &db->acct);
        print_record(&text, s->col, s->begins_anew ? &s->before : s->any ? &s->last : NULL, true);
        put(self, s->relation, &text);
    }
    env_unlock(db->env, &db->identities_lock);
    return n;
}

/* ---- numbers ---- */

static int restart(Database *db, const Relation *r, uint32_t col, Err *err)
{
    IdentityState *s;
    TRY(state_of(db, r, col, &s, err));
    int rc = s->any ? transaction_keep_identity(db, s->serial, s->last, err) : 0;
    if (rc == 0 && s->any && db->transaction && !s->begins_anew) {
        s->begins_anew = true;
        s->before = s->last;
    }
    s->any &= rc < 0;
    s->ahead = 0;
    env_unlock(db->env, &db->identities_lock);
    return rc == 0 && !db->transaction ? write_record(db, r, col, NULL, false, err) : rc;
}

int identities_restart(Database *db, const Relation *r, Err *err)
{
    for (uint32_t c = 0; r->varies && c < r->schema->n; c++)
        if (r->varies[c].identity)
            TRY(restart(db, r, c, err));
    return 0;
}

void identity_back(Database *db, uint64_t serial, int64_t last, bool first)
{
    env_lock(db->env, &db->identities_lock);
    IdentityState *s = db->identities;
    while (s && s->serial != serial)
        s = s->next;
    const Relation *r = s ? catalog_by_id(db->catalog, s->relation) : NULL;
    if (r && r->varies && s->col < r->schema->n && r->varies[s->col].identity)
        note(s, numbers_of(r, s->col), last);
    if (s && r && numbers_of(r, s->col)->cycle) {
        s->last = last;
        s->any = true;
        s->ahead = 0;
    }
    if (s)
        s->begins_anew &= !first;
    env_unlock(db->env, &db->identities_lock);
}

/* One that has begun anew, which is settled by that; false = there is none. */
static bool settle_next(Database *db, IdentityState *ret)
{
    env_lock(db->env, &db->identities_lock);
    IdentityState *s = db->identities;
    while (s && !s->begins_anew)
        s = s->next;
    if (s) {
        *ret = *s;
        s->begins_anew = false;
    }
    env_unlock(db->env, &db->identities_lock);
    return s;
}

int identities_commit(Database *db, Err *err)
{
    int rc = 0;
    for (IdentityState s; settle_next(db, &s);) { /* by what they are now: ALTER TABLE may have moved the column */
        const Relation *r = catalog_by_id(db->catalog, s.relation);
        bool counts = r && r->varies && s.col < r->schema->n && r->varies[s.col].identity;
        int one = counts ? write_record(db, r, s.col, s.any ? &s.last : NULL, true, rc < 0 ? NULL : err) : 0;
        rc = rc < 0 ? rc : one;
    }
    return rc;
}

static bool step(const RelationSequence *d, const IdentityState *s, int64_t *ret)
{
    int64_t value = d->start;
    bool fits = !s->any || !__builtin_add_overflow(s->last, d->step, &value);
    fits = fits && value >= d->min && value <= d->max;
    *ret = fits ? value : d->step > 0 ? d->min : d->max;
    return fits || d->cycle;
}

/* [shard, identities_lock] The log says before the first of AHEAD numbers that the last of them has been given. */
static int log_ahead(Database *db, const Relation *r, IdentityState *s, Err *err)
{
    IdentityState last = *s;
    if (transaction_defines(db, r)) { /* COMMIT will say it */
        s->begins_anew = true;
        s->before = s->last;
        return 0;
    }
    if (s->ahead > 0) {
        s->ahead--;
        return 0;
    }
    for (uint32_t i = 0; i < AHEAD; i++) {
        (void)step(numbers_of(r, s->col), &last, &last.last);
        last.any = true;
    }
    TRY(write_record(db, r, s->col, &last.last, true, err));
    s->ahead = AHEAD - 1;
    return 0;
}

static int take_number(Database *db, const Relation *r, uint32_t col, int64_t *ret, bool *ret_fits, Err *err)
{
    const RelationSequence *d = numbers_of(r, col);
    IdentityState *s;
    TRY(state_of(db, r, col, &s, err));
    int rc = d->cycle ? log_ahead(db, r, s, err) : 0;
    *ret_fits = rc == 0 && step(d, s, ret);
    if (*ret_fits) {
        s->last = s->current = *ret;
        s->any = s->has_current = true;
        db->last_identity = col;
        atomic_store(&db->last_sequence, r->id);
    }
    env_unlock(db->env, &db->identities_lock);
    return rc;
}

int identity_next(Database *db, const Relation *r, uint32_t col, Value *ret, Err *err)
{
    const RelationSequence *d = numbers_of(r, col);
    Type t = r->schema->field[col].type;
    int64_t value = 0;
    bool fits, enters = d->cycle && !engine_is_inside(db->engine); /* it may write the log */
    if (enters)
        engine_enter(db->engine);
    int rc = take_number(db, r, col, &value, &fits, err);
    if (enters)
        engine_leave(db->engine);
    TRY(rc);
    if (!fits)
        return RAISE(err, ERR_SEQUENCE_LIMIT, "nextval: reached %s value of sequence \"%s_%s_seq\" (%lld)",
                     d->step > 0 ? "maximum" : "minimum", r->own, r->schema->field[col].name,
                     (long long)(d->step > 0 ? d->max : d->min));
    *ret = (Value){.type = t};
    if (t.id == T_I16)
        ret->i16 = (int16_t)value;
    else if (t.id == T_I32)
        ret->i32 = (int32_t)value;
    else
        ret->i64 = value;
    return 0;
}

/* ---- ALTER ---- */

void identities_moved(Database *db, uint64_t relation, const int32_t *now, uint32_t n_old)
{
    env_lock(db->env, &db->identities_lock);
    for (IdentityState **at = &db->identities; *at;) {
        IdentityState *s = *at;
        int32_t col = s->relation == relation ? (s->col < n_old ? now[s->col] : -1) : (int32_t)s->col;
        if (col < 0) {
            *at = s->next;
            mem_free(&db->acct, s, sizeof(*s));
            continue;
        }
        s->col = (uint32_t)col;
        at = &s->next;
    }
    env_unlock(db->env, &db->identities_lock);
}

int identity_go_on(Database *db, const Relation *r, uint32_t col, int64_t last, Err *err)
{
    IdentityState *s;
    TRY(find_or_make(db, r, col, true, &s, err));
    s->last = last;
    s->any = true;
    s->ahead = 0;
    env_unlock(db->env, &db->identities_lock);
    return 0;
}

int identities_keep(Database *db, uint64_t relation, IdentityState **ret, Err *err)
{
    int rc = 0;
    *ret = NULL;
    env_lock(db->env, &db->identities_lock);
    for (const IdentityState *s = db->identities; s && rc == 0; s = s->next) {
        if (s->relation != relation)
            continue;
        IdentityState *copy = mem_alloc(&db->acct, sizeof(*copy));
        rc = copy ? 0 : RAISE_NOMEM(err);
        if (!copy)
            continue;
        *copy = *s;
        copy->next = *ret;
        *ret = copy;
    }
    env_unlock(db->env, &db->identities_lock);
    return rc;
}

void identities_kept_free(Database *db, IdentityState *kept)
{
    while (kept) {
        IdentityState *s = kept;
        kept = s->next;
        mem_free(&db->acct, s, sizeof(*s));
    }
}

void identities_put_back(Database *db, uint64_t relation, IdentityState **kept)
{
    identities_forget(db, relation);
    env_lock(db->env, &db->identities_lock);
    while (*kept) {
        IdentityState *s = *kept;
        *kept = s->next;
        s->next = db->identities;
        db->identities = s;
    }
    env_unlock(db->env, &db->identities_lock);
}

/* ---- as the sequence <table>_<column>_seq ---- */

/* The number in the log, which rows say of others. */
static int log_number(Database *db, const Relation *r, uint32_t col, int64_t last, bool from_here, Err *err)
{
    TRY(write_record(db, r, col, &last, from_here, err));
    if (db->durable)
        atomic_store(&db->sequences_unsettled, true);
    return 0;
}

static int set_number(Database *db, const Relation *r, uint32_t col, const SequenceAsk *a, int64_t *ret, Err *err)
{
    const RelationSequence *d = numbers_of(r, col);
    IdentityState *s;
    int64_t last = a->value;
    if (a->value < d->min || a->value > d->max)
        return RAISE(err, ERR_NUMERIC_RANGE, "setval: value %lld is out of bounds for sequence \"%s_%s_seq\" (%lld..%lld)",
                     (long long)a->value, r->own, r->schema->field[col].name, (long long)d->min, (long long)d->max);
    if (!a->is_called && __builtin_sub_overflow(a->value, d->step, &last))
        last = a->value;
    TRY(state_of(db, r, col, &s, err));
    bool same = s->any && s->last == last;
    bool refused = !same && transaction_defines(db, r);
    if (!refused) {
        s->last = last;
        s->any = true;
        s->ahead = 0;
        s->current = a->value;
        s->has_current |= a->is_called;
    }
    env_unlock(db->env, &db->identities_lock);
    if (refused)
        return RAISE(err, ERR_UNSUPPORTED, "setval() of a column of a table that the transaction has made is not supported yet");
    *ret = a->value;
    return same ? 0 : log_number(db, r, col, last, true, err);
}

static int next_number(Database *db, const Relation *r, uint32_t col, int64_t *ret, Err *err)
{
    Value v;
    if (transaction_defines(db, r))
        return RAISE(err, ERR_UNSUPPORTED, "nextval() of a column of a table that the transaction has made is not supported yet");
    TRY(identity_next(db, r, col, &v, err));
    *ret = integer_of(&v);
    return log_number(db, r, col, *ret, false, err);
}

int identity_ask(Database *db, const Relation *r, uint32_t col, const SequenceAsk *a, int64_t *ret, Err *err)
{
    if (a->call == SEQUENCE_NEXT)
        return next_number(db, r, col, ret, err);
    if (a->call == SEQUENCE_SET)
        return set_number(db, r, col, a, ret, err);
    env_lock(db->env, &db->identities_lock);
    const IdentityState *s = find(db, r->id, col);
    bool known = s && s->has_current;
    if (known)
        *ret = s->current;
    env_unlock(db->env, &db->identities_lock);
    return known ? 0
                 : RAISE(err, ERR_WRONG_STATE, "currval of sequence \"%s_%s_seq\" is not yet defined in this session", r->own,
                         r->schema->field[col].name);
}

int identity_state(Database *db, const Relation *r, uint32_t col, int64_t *ret_last, bool *ret_called, Err *err)
{
    IdentityState *s;
    TRY(state_of(db, r, col, &s, err));
    *ret_called = s->any;
    *ret_last = s->any ? s->last : numbers_of(r, col)->start;
    env_unlock(db->env, &db->identities_lock);
    return 0;
}

bool identity_last(Database *db, uint64_t relation, int64_t *ret)
{
    env_lock(db->env, &db->identities_lock);
    const IdentityState *s = find(db, relation, db->last_identity);
    bool known = s && s->has_current;
    if (known)
        *ret = s->current;
    env_unlock(db->env, &db->identities_lock);
    return known;
}

void identities_discard(Database *db)
{
    env_lock(db->env, &db->identities_lock);
    for (IdentityState *s = db->identities; s; s = s->next)
        s->has_current = false;
    env_unlock(db->env, &db->identities_lock);
}
