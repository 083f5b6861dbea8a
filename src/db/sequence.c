/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of sequences, and what nextval() and its kin answer.
 *
 * A number is given once, also when its statement fails or is rolled back.  In a durable database the log is ahead of them: before
 * the first of AHEAD numbers is given, a record says that the last of them has been.  So a crash loses numbers and repeats none.
 * The record is the text of the setval() that brings the sequence there.  A checkpoint holds the same for each sequence, with the
 * number that it has really given, and from then on the next one is logged again.
 *
 * Order of locks: shard, sequences_lock, catalog_lock.  The shard comes first because a number may be asked for inside it, and its
 * owner writes the log. */
#include "db/sequence.h"

#include "db/durable.h"
#include "db/session.h"
#include "db/table_write.h"
#include "db/transaction.h"
#include "db/transaction_ddl.h"
#include "flow/engine_keep.h"
#include "sql/ast_equal.h"

#define AHEAD 32 /* or as CACHE says, when that is more */

typedef struct SequenceState {
    struct SequenceState *next;
    uint64_t relation;
    int64_t last; /* given, or, !is_called, to be given next */
    bool is_called;
    uint32_t ahead; /* numbers behind `last` that the log has as given */
    bool has_current;
    int64_t current; /* currval() */
} SequenceState;

typedef RelationSequence SequenceDef;

/* ---- states ---- */

/* [sequences_lock] */
static SequenceState *find(Database *db, uint64_t relation)
{
    SequenceState *s = db->sequences;
    while (s && s->relation != relation)
        s = s->next;
    return s;
}

static int state_of(Database *db, const Relation *r, SequenceState **ret, Err *err)
{
    SequenceState *s = *ret = find(db, r->id);
    if (s)
        return 0;
    s = mem_zalloc(&db->acct, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    *s = (SequenceState){.next = db->sequences, .relation = r->id, .last = r->sequence.start};
    db->sequences = *ret = s;
    return 0;
}

void sequences_forget(Database *db, uint64_t relation)
{
    env_lock(db->env, &db->sequences_lock);
    for (SequenceState **at = &db->sequences; *at;) {
        SequenceState *s = *at;
        if (relation && s->relation != relation) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        mem_free(&db->acct, s, sizeof(*s));
    }
    env_unlock(db->env, &db->sequences_lock);
}

void sequences_discard(Database *db)
{
    env_lock(db->env, &db->sequences_lock);
    atomic_store(&db->last_sequence, 0);
    for (SequenceState *s = db->sequences; s; s = s->next)
        s->has_current = false;
    env_unlock(db->env, &db->sequences_lock);
    identities_discard(db);
}

/* ---- the log ---- */

#define RECORD "SELECT "

static void print_record(StrBuf *b, const char *name, int64_t value, bool is_called)
{
    sb_puts(b, RECORD "setval('\"");
    for (const char *p = name; *p; p++) {
        if (*p == '\'' || *p == '"')
            sb_putc(b, *p);
        sb_putc(b, *p);
    }
    sb_printf(b, "\"', %lld, %s)", (long long)value, is_called ? "true" : "false");
}

bool sequence_is_record(Str text)
{
    static const char start[] = RECORD "setval(";
    return text.n >= sizeof(start) - 1 && memcmp(text.p, start, sizeof(start) - 1) == 0;
}

/* [shard, sequences_lock] */
static int write_record(Database *db, const Relation *r, int64_t value, bool is_called, Err *err)
{
    if (transaction_defines(db, r)) /* the log does not know it yet */
        return 0;
    _cleanup_(sb_done) StrBuf text, record;
    sb_init(&text, &db->acct);
    sb_init(&record, &db->acct);
    print_record(&text, r->name, value, is_called);
    durable_put_statement(&record, db, sb_str(&text), NULL);
    if (text.failed || record.failed)
        return RAISE_NOMEM(err);
    TRY(engine_log_statement(db->engine, r->id, sb_str(&record), err));
    atomic_store(&db->sequences_unsettled, true);
    return 0;
}

static bool is_logged(const Database *db)
{
    return db->durable && !db->durable->replaying;
}

int sequences_settle(Database *db, Err *err)
{
    if (!atomic_load_explicit(&db->sequences_unsettled, memory_order_relaxed) || !atomic_exchange(&db->sequences_unsettled, false))
        return 0;
    int rc = durable_settle(db, WAL_MODE_OF_DATABASE, err);
    if (rc < 0)
        atomic_store(&db->sequences_unsettled, true);
    return rc;
}

int sequence_replay(Database *db, Str text, Err *err)
{
    Arena arena;
    Value v;
    arena_init(&arena, &db->acct, 0);
    ExprRandom random = {.sequences = &db->sequence_calls};
    PlanContext ctx = {.acct = &db->acct, .catalog = db->catalog, .random = &random, .sequences = true};
    Node *e = NULL;
    Str call = {text.p + sizeof(RECORD) - 1, text.n - (sizeof(RECORD) - 1)};
    int rc = sql_parse_expr_at(&arena, call.p, (uint32_t)call.n, SPAN_NONE, &e, err);
    if (rc == 0)
        rc = bind_constant(&ctx, e, TYPE(I64), &arena, &v, err);
    arena_done(&arena);
    return rc;
}

uint32_t sequences_checkpoint(Database *db, void (*put)(void *self, uint64_t relation, const StrBuf *text), void *self)
{
    uint32_t n = 0;
    env_lock(db->env, &db->sequences_lock);
    for (SequenceState *s = db->sequences; s; s = s->next) {
        const Relation *r = catalog_by_id(db->catalog, s->relation);
        if (!r)
            continue;
        n++;
        if (!put)
            continue;
        _cleanup_(sb_done) StrBuf text;
        sb_init(&text, &db->acct);
        print_record(&text, r->name, s->last, s->is_called);
        put(self, r->id, &text);
        s->ahead = 0;
    }
    env_unlock(db->env, &db->sequences_lock);
    return n;
}

/* [shard, sequences_lock] What ALTER makes of the numbers that have been given.  The record before it says which these are, for the
 * log may be ahead of them. */
static int alter_state(Database *db, const Relation *r, const SequenceRestart *a, Err *err)
{
    const SequenceDef *d = &r->sequence;
    const Relation *old = catalog_by_id(db->catalog, r->id);
    SequenceState *s;
    TRY(state_of(db, old, &s, err));
    int64_t last = a->on ? a->value : s->last;
    if (durable_is_replaying(db))
        last = MAX(MIN(last, d->max), d->min);
    if (last < d->min || last > d->max)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, a->at, "RESTART value (%lld) cannot be %s than %s (%lld)", (long long)last,
                        last < d->min ? "less" : "greater", last < d->min ? "MINVALUE" : "MAXVALUE",
                        (long long)(last < d->min ? d->min : d->max));
    if (is_logged(db) && s->ahead)
        TRY(write_record(db, old, s->last, s->is_called, err));
    s->last = last;
    s->is_called &= !a->on;
    s->ahead = 0;
    return 0;
}

int sequence_publish(Database *db, Relation *r, const SequenceRestart *altered, Err *err)
{
    Catalog *before = db_catalog(db);
    int64_t last;
    bool called;
    engine_enter(db->engine);
    sequence_state(db, r, &last, &called); /* nobody gets numbers meanwhile */
    env_lock(db->env, &db->sequences_lock);
    int rc = altered ? alter_state(db, r, altered, err) : 0;
    if (rc == 0)
        rc = db_publish(db, r, NULL, 0, err);
    if (rc == 0)
        rc = durable_log_statement(db, err);
    if (rc < 0)
        db_restore_catalog(db, before);
    env_unlock(db->env, &db->sequences_lock);
    if (rc < 0 && altered)
        sequence_restore(db, r->id, last, called);
    engine_leave(db->engine);
    catalog_unref(before);
    return rc;
}

void sequence_state(Database *db, const Relation *r, int64_t *ret_last, bool *ret_called)
{
    env_lock(db->env, &db->sequences_lock);
    const SequenceState *s = find(db, r->id);
    *ret_last = s ? s->last : r->sequence.start;
    *ret_called = s && s->is_called;
    env_unlock(db->env, &db->sequences_lock);
}

void sequence_restore(Database *db, uint64_t relation, int64_t last, bool called)
{
    env_lock(db->env, &db->sequences_lock);
    SequenceState *s = find(db, relation);
    if (s) {
        s->last = last;
        s->is_called = called;
        s->ahead = 0;
    }
    env_unlock(db->env, &db->sequences_lock);
}

void sequence_print(Database *db, const Relation *r, StrBuf *out)
{
    int64_t last;
    bool called;
    sequence_state(db, r, &last, &called);
    print_record(out, r->name, last, called);
}

/* ---- numbers ---- */

/* The number behind `at`; false: there is none without beginning again. */
static bool step(const SequenceDef *d, int64_t at, int64_t *ret)
{
    int64_t next;
    if (__builtin_add_overflow(at, d->step, &next) || next > d->max || next < d->min)
        return false;
    *ret = next;
    return true;
}

static int next(Database *db, const Relation *r, SequenceState *s, int64_t *ret, Err *err)
{
    const SequenceDef *d = &r->sequence;
    int64_t value = s->last;
    uint32_t ahead = s->ahead;
    if (s->is_called && !step(d, s->last, &value)) {
        if (!d->cycle)
            return RAISE(err, ERR_SEQUENCE_LIMIT, "nextval: reached %s value of sequence \"%s\" (%lld)",
                         d->step > 0 ? "maximum" : "minimum", r->name, (long long)(d->step > 0 ? d->max : d->min));
        value = d->step > 0 ? d->min : d->max;
        ahead = 0;
    }
    if (ahead > 0) {
        ahead--;
    } else if (is_logged(db)) {
        int64_t top = value;
        while (ahead < MAX(AHEAD, d->cache) - 1 && step(d, top, &top))
            ahead++;
        TRY(write_record(db, r, top, true, err));
    }
    s->last = s->current = *ret = value;
    s->is_called = s->has_current = true;
    s->ahead = ahead;
    atomic_store(&db->last_sequence, r->id);
    return 0;
}

static int set(Database *db, const Relation *r, SequenceState *s, const SequenceAsk *a, int64_t *ret, Err *err)
{
    const SequenceDef *d = &r->sequence;
    if (a->value < d->min || a->value > d->max)
        return RAISE(err, ERR_NUMERIC_RANGE, "setval: value %lld is out of bounds for sequence \"%s\" (%lld..%lld)",
                     (long long)a->value, r->name, (long long)d->min, (long long)d->max);
    if (is_logged(db))
        TRY(write_record(db, r, a->value, a->is_called, err));
    s->last = *ret = a->value;
    s->is_called = a->is_called;
    s->ahead = 0;
    if (a->is_called && !durable_is_replaying(db)) {
        s->current = a->value;
        s->has_current = true;
    }
    return 0;
}

int sequences_restart(Database *db, const Catalog *c, const Relation *table, Err *err)
{
    int rc = 0;
    env_lock(db->env, &db->sequences_lock);
    Relations owned = catalog_belonging(c, REL_SEQUENCE, table->id);
    for (uint32_t i = 0; i < owned.n && rc == 0; i++) {
        const Relation *r = owned.relation[i];
        SequenceState *s = NULL;
        int64_t value;
        rc = state_of(db, r, &s, err);
        if (rc == 0)
            rc = set(db, r, s, &(SequenceAsk){.value = r->sequence.start}, &value, err);
    }
    env_unlock(db->env, &db->sequences_lock);
    return rc;
}

typedef struct Numbering { /* a column that is asked as a sequence */
    const Relation *r;     /* NULL = it was one */
    int32_t col;
} Numbering;

/* [sequences_lock] */
static int answer(Database *db, const Catalog *c, const SequenceAsk *a, int64_t *ret, Numbering *ret_column, Err *err)
{
    const Relation *r = NULL;
    SequenceState *s = NULL;
    *ret_column = (Numbering){0};
    if (a->call == SEQUENCE_LAST) {
        uint64_t last = atomic_load(&db->last_sequence);
        if (last && identity_last(db, last, ret))
            return 0;
        s = find(db, last);
        if (!s || !s->has_current)
            return RAISE(err, ERR_WRONG_STATE, "lastval is not yet defined in this session");
        *ret = s->current;
        return 0;
    }
    TRY(catalog_sequence(c, a->name, &r, &ret_column->col, err));
    if (ret_column->col >= 0) {
        ret_column->r = r;
        return 0;
    }
    TRY(state_of(db, r, &s, err));
    if (a->call == SEQUENCE_NEXT)
        return next(db, r, s, ret, err);
    if (a->call == SEQUENCE_SET)
        return set(db, r, s, a, ret, err);
    if (!s->has_current)
        return RAISE(err, ERR_WRONG_STATE, "currval of sequence \"%s\" is not yet defined in this session", r->name);
    *ret = s->current;
    return 0;
}

static int ask(void *self, const SequenceAsk *a, int64_t *ret, Err *err)
{
    Database *db = self;
    if (a->call >= SESSION_SEED)
        return session_ask(db, a, ret, err);
    bool gives = a->call == SEQUENCE_NEXT || a->call == SEQUENCE_SET;
    if (gives && !durable_is_replaying(db) && transaction_is_read_only(db))
        return RAISE(err, ERR_READ_ONLY_TRANSACTION, "cannot execute %s() in a read-only transaction",
                     a->call == SEQUENCE_NEXT ? "nextval" : "setval");
    bool enters = is_logged(db) && !engine_is_inside(db->engine);
    if (enters)
        engine_enter(db->engine);
    env_lock(db->env, &db->sequences_lock);
    Catalog *c = db_catalog(db); /* under the lock: a sequence that is dropped meanwhile has no record behind its DROP */
    Numbering column;
    int rc = answer(db, c, a, ret, &column, err);
    env_unlock(db->env, &db->sequences_lock);
    if (rc == 0 && column.r) /* which may take the shard, before which no lock is held */
        rc = identity_ask(db, column.r, (uint32_t)column.col, a, ret, err);
    catalog_unref(c);
    if (enters)
        engine_leave(db->engine);
    return rc;
}

void sequences_init(Database *db)
{
    db->sequence_calls = (Sequences){ask, db, &db->random_seed};
    engine_set_sequences(db->engine, &db->sequence_calls);
}

/* ---- who needs it ---- */

typedef struct Search {
    const Catalog *catalog;
    const Relation *of;
} Search;

static int calls(void *self, Node *n)
{
    const Search *x = self;
    const Relation *r = NULL;
    int32_t col;
    if (n->kind == NODE_EXPR_CALL) {
        const Node *arg = AST(ExprCall, n)->args.first;
        arg = arg && arg->kind == NODE_EXPR_CAST ? AST(ExprCast, arg)->arg : arg; /* 's'::regclass */
        bool is_text = arg && arg->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, arg)->kind == LITERAL_STRING;
        Str name = name_last(&AST(ExprCall, n)->func)->s;
        bool asks = str_eq(name, STR("nextval")) || str_eq(name, STR("currval")) || str_eq(name, STR("setval"));
        if (is_text && asks && catalog_sequence(x->catalog, AST(ExprLiteral, arg)->text, &r, &col, NULL) == 0 && r == x->of)
            return 1;
    }
    return ast_each_child(n, calls, self);
}

static bool is_among(const uint64_t *ids, uint32_t n, uint64_t id)
{
    for (uint32_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

int sequence_refuse_change(StmtContext *x, const Relation *r, const uint64_t *except, uint32_t n_except, const char *what, Span at,
                           Err *err)
{
    const Catalog *c = x->db->catalog;
    Search search = {c, r};
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *t = c->relation[i];
        for (uint32_t k = 0; t->defaults && t->schema && k < t->schema->n; k++) {
            Node *e = NULL;
            if (!t->defaults[k] || is_among(except, n_except, t->id))
                continue;
            TRY(sql_parse_expr_at(x->arena, t->defaults[k], (uint32_t)strlen(t->defaults[k]), SPAN_NONE, &e, err));
            if (!calls(&search, e))
                continue;
            (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, at,
                           "cannot %s SEQUENCE \"%s\": the default of column \"%s\" of %s \"%s\" "
                           "calls it",
                           what, r->name, t->schema->field[k].name, relation_kind_name(t->kind), t->name);
            return err_hint(err, "ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT", t->name, t->schema->field[k].name);
        }
    }
    return 0;
}
