/* SPDX-License-Identifier: Apache-2.0
 *
 * Transactions.  The copies are feeds that nobody hears, with overlays of the tables: what reads a stored relation reads them
 * without knowing.
 *
 * A savepoint is how many changes each table had then.  Going back to it applies those that came later with opposite weights: the
 * copy is a Z-set, so this takes as long as they did and needs no second copy.  ALTER TABLE that makes rows anew takes over those
 * that the transaction sees; going back behind it brings the changes of before back, into a new copy. */
#include "db/session.h"
#include "db/transaction.h"
#include "db/constraint_mode.h"
#include "db/cursor.h"
#include "db/table_write.h"
#include "db/transaction_ddl.h"
#include "db/settings.h"

#include <stdio.h>

/* ALTER TABLE has made the rows anew, with what the transaction had changed in them: that is not a change any more. */
typedef struct Fold {
    struct Fold *before;
    const DdlStep *step;
    BatchList changes; /* over the columns of then */
} Fold;

struct TransactionTable {
    TransactionTable *next;
    Feed *of, *copy;  /* one reference each */
    uint64_t version; /* of->n_changes when it was copied */
    bool locked;      /* FOR UPDATE */
    bool is_stale;    /* the copy has not what `changes` say: a fold was taken back */
    Fold *fold;       /* newest */
    BatchList changes;
};

typedef struct KeptIdentity { /* what an identity column had given before it began anew */
    struct KeptIdentity *before;
    uint64_t serial;
    int64_t last;
} KeptIdentity;

typedef struct Savepoint {
    struct Savepoint *outer;
    char name[64];
    uint32_t n_settings;
    const DdlStep *step; /* newest of the catalog then */
    const KeptIdentity *identity;
    const ConstraintMode *modes;
    uint64_t n_cursors; /* DECLAREs of before */
    uint32_t n_tables;  /* of the transaction then; later ones had no changes */
    uint32_t n_changes[];
} Savepoint;

typedef struct KeptSetting { /* what a setting was before a SET */
    struct KeptSetting *before;
    uint32_t setting;
    bool local;
    char *value;
} KeptSetting;

struct Transaction {
    Account *acct;
    TransactionTable *tables, **end;
    Savepoint *savepoint; /* innermost */
    KeptSetting *kept;    /* newest */
    uint32_t n_kept;
    KeptIdentity *identity; /* newest */
    ConstraintMode *modes;  /* newest */
    uint64_t number;
    bool failed;
    bool read_only;
    bool used; /* a statement has run in it */
    int64_t now_us;
    TransactionDdl ddl;
};

/* ---- copies ---- */

static int make_copy(Transaction *x, Feed *feed, Feed **ret, Err *err)
{
    Feed *f = NULL;
    TRY(feed_new(x->acct, feed->relation, feed->name, feed->schema, NULL, 0, &f, err));
    int rc = stored_overlay_new(&f->acct, feed->stored, &f->stored, err);
    if (rc < 0) {
        feed_unref(f);
        return rc;
    }
    *ret = f;
    return 0;
}

/* Which keys of the copy may have several rows until the end. */
static void settle_modes(const Database *db, const Transaction *x, const TransactionTable *t)
{
    const Relation *r = catalog_by_id(db->catalog, t->of->relation);
    for (uint32_t i = 0; r && i < r->n_unique; i++) {
        const struct RelationUnique *u = &r->unique[i];
        stored_defer(t->copy->stored, u->name, constraint_waits(x->modes, r->id, u->name, u->deferrable, u->deferred));
    }
}

static TransactionTable *find_table(const Transaction *x, const Feed *feed)
{
    TransactionTable *t = x->tables;
    while (t && t->of != feed)
        t = t->next;
    return t;
}

int transaction_table(Database *db, Feed *feed, TransactionTable **ret, Err *err)
{
    Transaction *x = db->transaction;
    *ret = x ? find_table(x, feed) : NULL;
    if (!x || *ret)
        return 0;
    TransactionTable *t = mem_zalloc(x->acct, sizeof(*t));
    if (!t)
        return RAISE_NOMEM(err);
    int rc = make_copy(x, feed, &t->copy, err);
    if (rc < 0) {
        mem_free(x->acct, t, sizeof(*t));
        return rc;
    }
    t->of = feed_ref(feed);
    t->version = feed->n_changes;
    t->changes.acct = x->acct;
    settle_modes(db, x, t);
    *x->end = t;
    x->end = &t->next;
    *ret = t;
    return 0;
}

int transaction_lock(Database *db, const Catalog *c, const uint64_t *table, uint32_t n, Err *err)
{
    for (uint32_t i = 0; i < n && db->transaction; i++) {
        const Relation *r = catalog_by_id(c, table[i]);
        Feed *feed = engine_feed(db->engine, table[i]);
        TransactionTable *t;
        if (!r || !feed)
            return RAISE(err, ERR_UNDEFINED_RELATION, "a table of the query does not exist any more");
        if (db->transaction->read_only)
            return RAISE(err, ERR_READ_ONLY_TRANSACTION, "cannot lock tables in a read-only transaction");
        TRY(transaction_table(db, feed, &t, err));
        t->locked = true;
    }
    return 0;
}

Feed *transaction_feed(TransactionTable *t)
{
    return t->copy;
}

Feed *transaction_view(Database *db, Feed *feed)
{
    TransactionTable *t = db->transaction && feed ? find_table(db->transaction, feed) : NULL;
    return t ? t->copy : feed;
}

static void forget_changes(TransactionTable *t, uint32_t from)
{
    while (t->changes.n > from)
        batch_unref(t->changes.batch[--t->changes.n]);
}

static int change_copy(TransactionTable *t, Batch *const *b, uint32_t n, Err *err)
{
    uint32_t from = t->changes.n;
    int rc = 0;
    for (uint32_t i = 0; i < n && rc >= 0; i++)
        rc = batch_list_add(&t->changes, batch_ref(b[i]), err);
    if (rc >= 0)
        rc = stored_apply(t->copy->stored, t->copy->name, b, n, err);
    if (rc < 0)
        forget_changes(t, from);
    return rc;
}

/* ---- tables that are altered ---- */

int64_t transaction_now_us(Database *db)
{
    return db->transaction ? db->transaction->now_us : 0;
}

TransactionDdl *transaction_ddl(Database *db)
{
    return db->transaction ? &db->transaction->ddl : NULL;
}

bool transaction_has_changes(Database *db, const Feed *f)
{
    const TransactionTable *t = db->transaction ? find_table(db->transaction, f) : NULL;
    return t && t->changes.n;
}

int transaction_copy_again(Database *db, Feed *f, Err *err)
{
    TransactionTable *t = db->transaction ? find_table(db->transaction, f) : NULL;
    const Relation *r = t ? catalog_by_id(db->catalog, f->relation) : NULL;
    Feed *copy;
    if (!r)
        return 0;
    if (t->changes.n) { /* these rows are laid out as they were */
        settle_modes(db, db->transaction, t);
        return 0;
    }
    TRY(make_copy(db->transaction, f, &copy, err));
    feed_unref(t->copy);
    t->copy = copy;
    t->version = f->n_changes;
    settle_modes(db, db->transaction, t);
    return 0;
}

/* The changes again over what the table is now. */
static int copy_changed(Database *db, Transaction *x, TransactionTable *t, Err *err)
{
    Feed *was = t->copy;
    TRY(make_copy(x, t->of, &t->copy, err));
    settle_modes(db, x, t);
    int rc = t->changes.n ? stored_apply(t->copy->stored, t->copy->name, t->changes.batch, t->changes.n, err) : 0;
    feed_unref(rc == 0 ? was : t->copy);
    if (rc < 0)
        t->copy = was;
    t->is_stale = rc < 0;
    t->version = t->of->n_changes;
    return rc;
}

/* Columns of before have come back. */
static int copy_all_again(Database *db, Transaction *x, Err *err)
{
    int rc = 0;
    engine_enter(db->engine);
    for (TransactionTable *t = x->tables; t && rc == 0; t = t->next)
        if (!t->of->closed && t->is_stale)
            rc = copy_changed(db, x, t, err);
        else if (!t->of->closed && !t->changes.n)
            rc = transaction_copy_again(db, t->of, err);
    engine_leave(db->engine);
    return rc;
}

int transaction_fold(Database *db, Feed *f, Err *err)
{
    Transaction *x = db->transaction;
    TransactionTable *t = x ? find_table(x, f) : NULL;
    if (!t || !t->changes.n)
        return 0;
    Fold *k = mem_zalloc(x->acct, sizeof(*k));
    if (!k)
        return RAISE_NOMEM(err);
    *k = (Fold){t->fold, x->ddl.step, t->changes};
    t->fold = k;
    t->changes = (BatchList){.acct = x->acct};
    return 0;
}

static void unfold(Transaction *x, TransactionTable *t)
{
    Fold *k = t->fold;
    batch_list_done(&t->changes);
    t->changes = k->changes;
    t->fold = k->before;
    mem_free(x->acct, k, sizeof(*k));
}

int transaction_refuse_pending(Database *db, const Relation *r, Span at, Err *err)
{
    const Transaction *x = db->transaction;
    const Feed *f = x ? engine_feed(db->engine, r->id) : NULL;
    const ForeignKeys *l = engine_foreign(db->engine);
    bool pending = false;
    if (!f || !transaction_has_changes(db, f))
        return 0;
    for (uint32_t i = 0; i < r->n_unique; i++)
        pending |= constraint_waits(x->modes, r->id, r->unique[i].name, r->unique[i].deferrable, r->unique[i].deferred);
    for (uint32_t i = 0; l && i < l->n; i++) {
        const ForeignKey *k = &l->key[i];
        pending |= (k->child == f || k->parent == f) &&
                   constraint_waits(x->modes, k->child->relation, k->name, k->deferrable, k->deferred);
    }
    return pending ? RAISE_AT(err, ERR_IN_USE, at, "cannot ALTER TABLE \"%s\" because it has pending trigger events", r->name) : 0;
}

/* ---- settings ---- */

int transaction_keep_setting(Database *db, uint32_t setting, bool local, Err *err)
{
    Transaction *x = db->transaction;
    StrBuf value;
    if (!x)
        return 0;
    KeptSetting *k = mem_zalloc(x->acct, sizeof(*k));
    sb_init(&value, NULL);
    setting_print(db, setting, &value);
    if (k)
        k->value = mem_strdup(x->acct, sb_cstr(&value));
    bool failed = value.failed || !k || !k->value;
    sb_done(&value);
    if (failed) {
        if (k)
            mem_strfree(x->acct, k->value);
        mem_free(x->acct, k, k ? sizeof(*k) : 0);
        return RAISE_NOMEM(err);
    }
    k->setting = setting;
    k->local = local;
    k->before = x->kept;
    x->kept = k;
    x->n_kept++;
    return 0;
}

static void kept_pop(Transaction *x)
{
    KeptSetting *k = x->kept;
    x->kept = k->before;
    x->n_kept--;
    mem_strfree(x->acct, k->value);
    mem_free(x->acct, k, sizeof(*k));
}

static void settings_back(Database *db, Transaction *x, uint32_t n)
{
    while (x->n_kept > n) {
        setting_restore(db, x->kept->setting, str_of(x->kept->value));
        kept_pop(x);
    }
}

/* The newest word about a setting decides: SET LOCAL ends, SET stays, and is logged now. */
static int settings_commit(StmtContext *x, Transaction *t, Err *err)
{
    bool *seen = ARENA_ARRAY(x->arena, bool, setting_count() + 1);
    if (!seen)
        return RAISE_NOMEM(err);
    int rc = 0;
    for (const KeptSetting *k = t->kept; k && rc == 0; k = k->before) {
        if (!seen[k->setting] && !k->local)
            rc = setting_log(x, k->setting, err);
        else if (!seen[k->setting])
            setting_restore(x->db, k->setting, str_of(k->value));
        seen[k->setting] |= !k->local;
    }
    return rc;
}

/* ---- identity columns ---- */

int transaction_keep_identity(Database *db, uint64_t serial, int64_t last, Err *err)
{
    Transaction *x = db->transaction;
    KeptIdentity *k = x ? mem_zalloc(x->acct, sizeof(*k)) : NULL;
    if (x && !k)
        return RAISE_NOMEM(err);
    if (!x)
        return 0;
    *k = (KeptIdentity){x->identity, serial, last};
    x->identity = k;
    return 0;
}

static void identity_pop(Transaction *x)
{
    KeptIdentity *k = x->identity;
    x->identity = k->before;
    mem_free(x->acct, k, sizeof(*k));
}

static bool is_kept(const Transaction *x, uint64_t serial)
{
    for (const KeptIdentity *k = x->identity; k; k = k->before)
        if (k->serial == serial)
            return true;
    return false;
}

static void identities_back(Database *db, Transaction *x, const KeptIdentity *until)
{
    while (x->identity != until) {
        KeptIdentity k = *x->identity;
        identity_pop(x);
        identity_back(db, k.serial, k.last, !is_kept(x, k.serial));
    }
}

/* ---- constraints that wait ---- */

static void settle_all_modes(Database *db, Transaction *x)
{
    for (const TransactionTable *t = x->tables; t; t = t->next)
        settle_modes(db, x, t);
}

static void modes_back(Database *db, Transaction *x, const ConstraintMode *until)
{
    constraint_modes_cut(x->acct, &x->modes, until);
    settle_all_modes(db, x);
}

static Feed *view_of(void *self, Feed *f)
{
    return transaction_view(self, f);
}

static bool waits(void *self, const ForeignKey *k)
{
    const Database *db = self;
    return constraint_waits(db->transaction->modes, k->child->relation, k->name, k->deferrable, k->deferred);
}

static bool waits_or_never_did(void *self, const ForeignKey *k)
{
    return !k->deferrable || waits(self, k);
}

/* [shard] What has waited and does not any more, over all that the transaction has changed. */
static int check_changes(Database *db, Transaction *x, Arena *arena, Err *err)
{
    const ForeignView view = {view_of, waits_or_never_did, db};
    uint32_t n = 0;
    for (const TransactionTable *t = x->tables; t; t = t->next)
        n++;
    FeedChange *all = ARENA_ARRAY(arena, FeedChange, n + 1);
    if (!all)
        return RAISE_NOMEM(err);
    n = 0;
    for (const TransactionTable *t = x->tables; t; t = t->next) {
        const Relation *r = catalog_by_id(db->catalog, t->of->relation);
        for (uint32_t i = 0; r && i < r->n_unique; i++) {
            const struct RelationUnique *u = &r->unique[i];
            if (u->deferrable && !constraint_waits(x->modes, r->id, u->name, true, u->deferred))
                TRY(stored_check_unique(t->copy->stored, u->name, t->changes.batch, t->changes.n, err));
        }
        if (r && t->changes.n)
            all[n++] = (FeedChange){t->of, t->changes.batch, t->changes.n};
    }
    return foreign_check(engine_foreign(db->engine), all, n, &view, err);
}

/* ---- savepoints ---- */

/* What takes the rows of b back, over its columns. */
static Batch *opposite(Arena *arena, const Batch *b)
{
    Batch *o = batch_with_sel(arena, b, b->sel, b->n_sel);
    if (!o)
        return NULL;
    o->w_kind = b->w_kind == W_ONE ? W_MINUS : b->w_kind == W_MINUS ? W_ONE : W_VEC;
    o->w = NULL;
    if (b->w_kind != W_VEC)
        return o;
    o->w = ARENA_ARRAY(arena, int32_t, b->n + 1);
    for (uint32_t i = 0; o->w && i < b->n; i++)
        o->w[i] = -b->w[i];
    return o->w ? o : NULL;
}

static int take_back(TransactionTable *t, uint32_t from, Arena *arena, Err *err)
{
    uint32_t n = t->changes.n - from;
    Batch **back = ARENA_ARRAY(arena, Batch *, n + 1);
    if (!back)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        if (!(back[i] = opposite(arena, t->changes.batch[t->changes.n - 1 - i])))
            return RAISE_NOMEM(err);
    if (n)
        TRY(stored_apply(t->copy->stored, t->copy->name, back, n, err));
    forget_changes(t, from);
    return 0;
}

static void savepoint_drop(Transaction *x)
{
    Savepoint *s = x->savepoint;
    x->savepoint = s->outer;
    mem_free(x->acct, s, sizeof(*s) + s->n_tables * sizeof(uint32_t));
}

static int savepoint_set(Transaction *x, const Ident *name, uint64_t n_cursors, Err *err)
{
    uint32_t n = 0;
    for (const TransactionTable *t = x->tables; t; t = t->next)
        n++;
    if (name->s.n >= sizeof(x->savepoint->name))
        return RAISE_AT(err, ERR_NAME_TOO_LONG, name->at, "the name is longer than 63 bytes");
    Savepoint *s = mem_zalloc(x->acct, sizeof(*s) + n * sizeof(uint32_t));
    if (!s)
        return RAISE_NOMEM(err);
    s->outer = x->savepoint;
    s->n_settings = x->n_kept;
    s->step = x->ddl.step;
    s->identity = x->identity;
    s->modes = x->modes;
    s->n_cursors = n_cursors;
    memcpy(s->name, name->s.p, name->s.n);
    for (const TransactionTable *t = x->tables; t; t = t->next)
        s->n_changes[s->n_tables++] = t->changes.n;
    x->savepoint = s;
    return 0;
}

static int savepoint_find(const Transaction *x, const Ident *name, Savepoint **ret, Err *err)
{
    Savepoint *s = x->savepoint;
    while (s && !str_eq(str_of(s->name), name->s))
        s = s->outer;
    *ret = s;
    return s ? 0 : RAISE_AT(err, ERR_INVALID_SAVEPOINT, name->at, "savepoint \"%.*s\" does not exist", (int)name->s.n, name->s.p);
}

/* The savepoint stays; those set later go. */
static int rollback_to(Database *db, Transaction *x, const Ident *name, Arena *arena, Err *err)
{
    Savepoint *s;
    uint32_t i = 0;
    TRY(savepoint_find(x, name, &s, err));
    modes_back(db, x, s->modes);
    for (TransactionTable *t = x->tables; t; t = t->next, i++) {
        uint32_t from = i < s->n_tables ? s->n_changes[i] : 0;
        for (; t->fold && transaction_ddl_is_behind(&x->ddl, t->fold->step, s->step); t->is_stale = true)
            unfold(x, t);
        if (t->is_stale)
            forget_changes(t, from);
        else
            TRY(take_back(t, from, arena, err));
    }
    if (x->ddl.step != s->step) {
        transaction_ddl_undo(db, &x->ddl, s->step);
        TRY(copy_all_again(db, x, err));
    }
    while (x->savepoint != s)
        savepoint_drop(x);
    settings_back(db, x, s->n_settings);
    identities_back(db, x, s->identity);
    cursors_end(db, s->n_cursors, true);
    x->failed = false;
    return 0;
}

static int savepoint_release(Transaction *x, const Ident *name, Err *err)
{
    Savepoint *s;
    TRY(savepoint_find(x, name, &s, err));
    s = s->outer;
    while (x->savepoint != s)
        savepoint_drop(x);
    return 0;
}

/* ---- changes ---- */

int transaction_change_all(Database *db, TransactionTable *const *t, const FeedChange *c, uint32_t n, Err *err)
{
    const ForeignView view = {view_of, waits, db};
    uint32_t done = 0;
    int rc = 0;
    for (; done < n && rc == 0; done += rc == 0)
        rc = change_copy(t[done], c[done].batch, c[done].n, err);
    if (rc == 0)
        rc = foreign_check(engine_foreign(db->engine), c, n, &view, err);
    Arena arena;
    arena_init(&arena, db->transaction->acct, 0);
    while (rc < 0 && done > 0) {
        done--;
        (void)take_back(t[done], t[done]->changes.n - c[done].n, &arena, NULL);
    }
    arena_done(&arena);
    return rc;
}

/* ---- the transaction ---- */

static void transaction_free(Database *db, Transaction *x)
{
    transaction_ddl_done(db, &x->ddl);
    while (x->kept)
        kept_pop(x);
    while (x->identity)
        identity_pop(x);
    constraint_modes_cut(x->acct, &x->modes, NULL);
    while (x->savepoint)
        savepoint_drop(x);
    engine_enter(db->engine); /* the copies lie over the tables */
    while (x->tables) {
        TransactionTable *t = x->tables;
        x->tables = t->next;
        while (t->fold)
            unfold(x, t);
        batch_list_done(&t->changes);
        feed_unref(t->copy);
        feed_unref(t->of);
        mem_free(x->acct, t, sizeof(*t));
    }
    engine_leave(db->engine);
    mem_free(x->acct, x, sizeof(*x));
}

void transaction_forget(Database *db)
{
    env_lock(db->env, &db->transaction_lock);
    Transaction *x = atomic_exchange(&db->transaction, NULL);
    env_unlock(db->env, &db->transaction_lock);
    if (x)
        transaction_free(db, x);
}

static bool default_read_only(Database *db)
{
    env_lock(db->env, &db->settings_lock);
    bool on = db->settings.read_only;
    env_unlock(db->env, &db->settings_lock);
    return on;
}

#define ALONE_WAIT_NS INT64_C(5000000000)

/* The transaction is the session's, whatever the thread, so those who have begun without it end without it.  One who waits for
 * what this thread is to do, rows to be read, would wait without end. */
static int wait_for_others(Database *db, Err *err)
{
    _Atomic uint32_t word = 0;
    int64_t until = env_mono_ns(db->env) + ALONE_WAIT_NS;
    while (atomic_load(&db->n_alone) > 0) {
        int64_t now = env_mono_ns(db->env);
        if (now > until)
            return RAISE(err, ERR_IN_USE, "cannot begin a transaction: statements of other threads go on");
        db->env->thread->park(db->env, &word, 0, now + 100000);
    }
    return 0;
}

static int begin(StmtContext *x, uint32_t modes, Err *err)
{
    Database *db = x->db;
    TRY(wait_for_others(db, err));
    Account *acct = engine_account(db->engine);
    Transaction *t = mem_zalloc(acct, sizeof(*t));
    if (!t)
        return RAISE_NOMEM(err);
    *t = (Transaction){.acct = acct, .now_us = x->now_us};
    t->end = &t->tables;
    t->number = ++db->n_transactions;
    t->read_only = modes & (MODE_READ_ONLY | MODE_READ_WRITE) ? modes & MODE_READ_ONLY : default_read_only(db);
    db->transaction = t;
    return 0;
}

/* Inside the shard. */
static int check_unchanged(const Transaction *x, Err *err)
{
    for (const TransactionTable *t = x->tables; t; t = t->next) {
        if (t->of->closed && !t->changes.n && !t->locked)
            continue;
        if (t->of->closed)
            return RAISE(err, ERR_UNDEFINED_RELATION, "relation \"%s\" does not exist any more", t->of->name);
        if ((t->changes.n || t->locked) && t->of->n_changes != t->version) {
            (void)RAISE(err, ERR_SERIALIZATION, "could not serialize access due to concurrent update of \"%s\"", t->of->name);
            return err_hint(err, "rows were pushed into the table since the transaction first touched it; try again");
        }
    }
    return 0;
}

/* Of a table that is still there: the transaction may have dropped it itself. */
static bool has_changes(const Database *db, const TransactionTable *t)
{
    return t->changes.n && catalog_by_id(db->catalog, t->of->relation);
}

static int apply(Database *db, Transaction *x, Arena *arena, Err *err)
{
    uint32_t n = 0;
    bool locked = false;
    for (const TransactionTable *t = x->tables; t; t = t->next) {
        n += has_changes(db, t);
        locked |= t->locked;
    }
    if (n == 0 && !locked && !x->ddl.step)
        return 0;
    FeedChange *all = ARENA_ARRAY(arena, FeedChange, n + 1);
    if (!all)
        return RAISE_NOMEM(err);
    n = 0;
    for (const TransactionTable *t = x->tables; t; t = t->next)
        if (has_changes(db, t))
            all[n++] = (FeedChange){t->of, t->changes.batch, t->changes.n};
    engine_enter(db->engine);
    int rc = check_unchanged(x, err);
    for (TransactionTable *t = x->tables; rc == 0 && t; t = t->next)
        stored_overlay_detach(t->copy->stored);
    if (rc == 0 && x->ddl.step)
        rc = transaction_ddl_apply(db, &x->ddl, all, n, err);
    else if (rc == 0 && n)
        rc = engine_change_all(db->engine, all, n, err);
    engine_leave(db->engine);
    return rc;
}

static int end(StmtContext *x, bool commit, bool chain, Err *err)
{
    Database *db = x->db;
    Transaction *t = db->transaction;
    uint32_t modes = t->read_only ? MODE_READ_ONLY : MODE_READ_WRITE;
    bool done = commit && !t->failed;
    int rc = done ? on_commit_run(x, err) : 0;
    if (done && rc == 0)
        rc = apply(db, t, x->arena, err);
    if (done && rc == 0 && t->ddl.step)
        transaction_ddl_finish(db, &t->ddl);
    else if (t->ddl.step)
        transaction_ddl_undo(db, &t->ddl, NULL);
    db->transaction = NULL;
    session_transaction_over(db);
    if (done && rc == 0) {
        rc = t->identity || t->ddl.step ? identities_commit(db, err) : 0;
        rc = rc == 0 ? settings_commit(x, t, err) : rc;
    } else {
        settings_back(db, t, 0);
        identities_back(db, t, NULL);
    }
    transaction_free(db, t);
    cursors_end(db, 0, !done || rc < 0);
    if (chain && rc == 0) {
        x->now_us = env_wall_us(db->env);
        rc = begin(x, modes, err);
    }
    stmt_done(x, STMT_DDL, done ? "COMMIT" : "ROLLBACK", STR(""));
    return rc;
}

static void notice(StmtContext *x, ErrCode code, const char *text)
{
    Err e = ERR_INIT;
    (void)RAISE(&e, code, "%s", text);
    statement_notice(x->result, &e);
}

static int failed(Err *err)
{
    return RAISE(err, ERR_FAILED_TRANSACTION, "current transaction is aborted, commands ignored until end of transaction block");
}

static int savepoint_stmt(StmtContext *x, const TransactionStmt *s, Err *err)
{
    static const char *const tags[] = {"SAVEPOINT", "RELEASE", "ROLLBACK"}, *const names[] = {"SAVEPOINT", "RELEASE SAVEPOINT",
                                                                                              "ROLLBACK TO SAVEPOINT"};
    uint32_t which = (uint32_t)s->kind - TRANSACTION_SAVEPOINT;
    Transaction *t = x->db->transaction;
    if (!t)
        return RAISE_AT(err, ERR_NO_TRANSACTION, s->node.at, "%s can only be used in transaction blocks", names[which]);
    if (t->failed && s->kind != TRANSACTION_ROLLBACK_TO)
        return failed(err);
    TRY(s->kind == TRANSACTION_SAVEPOINT ? savepoint_set(t, &s->name, x->db->n_cursors, err)
        : s->kind == TRANSACTION_RELEASE ? savepoint_release(t, &s->name, err)
                                         : rollback_to(x->db, t, &s->name, x->arena, err));
    stmt_done(x, STMT_DDL, tags[which], STR(""));
    return 0;
}

/* SET TRANSACTION: of the one that runs. Every level is serializable here, so there is nothing to set but who may write. */
static int set_modes(StmtContext *x, const TransactionStmt *s, Err *err)
{
    static const uint32_t levels = MODE_SERIALIZABLE | MODE_REPEATABLE_READ | MODE_READ_COMMITTED | MODE_READ_UNCOMMITTED;
    Transaction *t = x->db->transaction;
    if (!t) {
        notice(x, ERR_NO_TRANSACTION, "SET TRANSACTION can only be used in transaction blocks");
        return 0;
    }
    if (t->failed)
        return failed(err);
    if (t->used && s->modes & levels)
        return RAISE_AT(err, ERR_ACTIVE_TRANSACTION, s->node.at, "SET TRANSACTION ISOLATION LEVEL must be called before any query");
    if (t->used && t->read_only && s->modes & MODE_READ_WRITE)
        return RAISE_AT(err, ERR_ACTIVE_TRANSACTION, s->node.at, "transaction read-write mode must be set before any query");
    if (s->modes & (MODE_READ_ONLY | MODE_READ_WRITE))
        t->read_only = s->modes & MODE_READ_ONLY;
    return 0;
}

static int set_session_modes(StmtContext *x, const TransactionStmt *s, Err *err)
{
    uint32_t setting = 0;
    if (x->db->transaction && x->db->transaction->failed)
        return failed(err);
    if (!(s->modes & (MODE_READ_ONLY | MODE_READ_WRITE)))
        return 0;
    TRY(setting_find(STR("default_transaction_read_only"), s->node.at, &setting, err));
    TRY(transaction_keep_setting(x->db, setting, false, err));
    setting_restore(x->db, setting, s->modes & MODE_READ_ONLY ? STR("on") : STR("off"));
    return 0;
}

bool transaction_is_read_only(Database *db)
{
    return db->transaction ? db->transaction->read_only : default_read_only(db);
}

bool transaction_set_read_only(Database *db, bool on)
{
    if (db->transaction)
        db->transaction->read_only = on;
    return db->transaction;
}

static int set_constraints(StmtContext *x, Transaction *t, const SetConstraintsStmt *s, Err *err)
{
    Database *db = x->db;
    _cleanup_(catalog_unrefp) Catalog *c = db_catalog(db);
    if (s->names.n == 0)
        TRY(constraint_mode_push(t->acct, &t->modes, 0, "", s->deferred, err));
    AST_EACH(n, s->names)
    {
        const Name *name = &AST(NameNode, n)->name;
        TRY(name_check_made(c, name, err));
        TRY(constraint_modes_named(t->acct, &t->modes, c, object_of(name), name->at, s->deferred, err));
    }
    engine_enter(db->engine);
    settle_all_modes(db, t);
    int rc = s->deferred ? 0 : check_changes(db, t, x->arena, err);
    engine_leave(db->engine);
    return rc;
}

int stmt_set_constraints(StmtContext *x, const ScriptStmt *stmt, Err *err)
{
    Transaction *t = x->db->transaction;
    if (t)
        TRY(set_constraints(x, t, AST(SetConstraintsStmt, stmt->node), err));
    else
        notice(x, ERR_NO_TRANSACTION, "SET CONSTRAINTS can only be used in transaction blocks");
    stmt_done(x, STMT_DDL, "SET CONSTRAINTS", STR(""));
    return 0;
}

int stmt_transaction(StmtContext *x, const ScriptStmt *stmt, Err *err)
{
    static const char *const tags[] = {"BEGIN", "COMMIT", "ROLLBACK"};
    const TransactionStmt *s = AST(TransactionStmt, stmt->node);
    TransactionKind kind = s->kind;
    Database *db = x->db;
    if (kind == TRANSACTION_SET || kind == TRANSACTION_SET_SESSION) {
        TRY(kind == TRANSACTION_SET ? set_modes(x, s, err) : set_session_modes(x, s, err));
        stmt_done(x, STMT_DDL, "SET", STR(""));
        return 0;
    }
    if (kind > TRANSACTION_ROLLBACK)
        return savepoint_stmt(x, s, err);
    if (kind == TRANSACTION_BEGIN && db->transaction && db->transaction->failed)
        return failed(err);
    if (kind != TRANSACTION_BEGIN && db->transaction)
        return end(x, kind == TRANSACTION_COMMIT, s->chain, err);
    if (s->chain)
        return RAISE_AT(err, ERR_NO_TRANSACTION, s->node.at, "%s AND CHAIN can only be used in transaction blocks", tags[kind]);
    if (kind == TRANSACTION_BEGIN && !db->transaction) {
        TRY(begin(x, s->modes, err));
    } else {
        if (kind == TRANSACTION_BEGIN)
            TRY(set_modes(x, s, err));
        notice(x, kind == TRANSACTION_BEGIN ? ERR_ACTIVE_TRANSACTION : ERR_NO_TRANSACTION,
               kind == TRANSACTION_BEGIN ? "there is already a transaction in progress" : "there is no transaction in progress");
    }
    stmt_done(x, STMT_DDL, s->start ? "START TRANSACTION" : tags[kind], STR(""));
    return 0;
}

/* ---- around each statement ---- */

static int check_kind(Database *db, Transaction *x, const ScriptStmt *s, Err *err)
{
    switch ((NodeKind)s->node->kind) {
    case NODE_CREATE_RELATION_STMT:
    case NODE_CREATE_QUERY_STMT:
    case NODE_CREATE_SINK_STMT:
    case NODE_CREATE_FUNCTION_STMT:
    case NODE_ALTER_STMT:
    case NODE_CREATE_INDEX_STMT:
    case NODE_CREATE_TYPE_STMT:
    case NODE_CREATE_DOMAIN_STMT:
    case NODE_CREATE_SEQUENCE_STMT:
    case NODE_CREATE_SCHEMA_STMT:
    case NODE_COMMENT_STMT:
    case NODE_DROP_STMT: return x->read_only ? 0 : transaction_ddl_begin(db, &x->ddl, s, err); /* read-only: refused by itself */
    case NODE_CHECKPOINT_STMT:
    case NODE_BACKUP_STMT:
    case NODE_BACKFILL_STMT:
    case NODE_REFRESH_STMT:
    case NODE_RESTORE_STMT:
    case NODE_DISCARD_STMT:
    case NODE_MAINTAIN_STMT:
        if (s->node->kind == NODE_MAINTAIN_STMT && AST(MaintainStmt, s->node)->what != MAINTAIN_VACUUM)
            return 0;
        return RAISE_AT(err, ERR_ACTIVE_TRANSACTION, s->node->at, "this statement cannot run inside a transaction block");
    default: return 0;
    }
}

int transaction_run(StmtContext *x, const char *text, Err *err)
{
    ScriptStmt s;
    StatementResult result = {0};
    StmtContext inner = *x;
    inner.script = str_of(arena_strdup(x->arena, text));
    inner.result = &result;
    if (!inner.script.p)
        return RAISE_NOMEM(err);
    int rc = sql_parse_one(x->arena, inner.script.p, (uint32_t)inner.script.n, &s, err);
    if (rc == 0)
        rc = check_kind(x->db, x->db->transaction, &s, err);
    if (rc == 0)
        rc = run_statement(&inner, &s, err);
    statement_result_done(&result);
    return rc;
}

int transaction_enter(StmtContext *x, const ScriptStmt *s, Err *err)
{
    Database *db = x->db;
    bool is_its = s->node->kind == NODE_TRANSACTION_STMT;
    env_lock(db->env, &db->transaction_lock);
    if (!is_its && !db->transaction) {
        x->alone = true;
        atomic_fetch_add(&db->n_alone, 1);
        env_unlock(db->env, &db->transaction_lock);
        return 0;
    }
    x->in_transaction = true;
    Transaction *t = db->transaction;
    if (!t || is_its)
        return 0;
    x->now_us = t->now_us;
    if (t->failed)
        return failed(err);
    TRY(check_kind(db, t, s, err));
    t->used |= s->node->kind != NODE_SET_STMT && s->node->kind != NODE_RESET_STMT && s->node->kind != NODE_SHOW_STMT;
    return 0;
}

void transaction_leave(Database *db, int rc)
{
    if (rc < 0 && db->transaction)
        db->transaction->failed = true;
    env_unlock(db->env, &db->transaction_lock);
}

void transaction_enter_alone(Database *db)
{
    atomic_fetch_add(&db->n_alone, 1);
}

void transaction_leave_alone(Database *db)
{
    atomic_fetch_sub(&db->n_alone, 1);
}

bool transaction_hold(Database *db, int *ret_rc, Err *err)
{
    *ret_rc = 0;
    env_lock(db->env, &db->transaction_lock);
    if (!db->transaction) {
        atomic_fetch_add(&db->n_alone, 1);
        env_unlock(db->env, &db->transaction_lock);
        return false;
    }
    if (db->transaction->failed)
        *ret_rc = failed(err);
    db->transaction->used |= !db->transaction->failed;
    return true;
}

void transaction_fail(Database *db)
{
    if (!db->transaction)
        return;
    env_lock(db->env, &db->transaction_lock);
    transaction_leave(db, -1);
}

uint64_t transaction_number(const Database *db)
{
    return db->transaction ? db->transaction->number : 0;
}

void transaction_fail_of(Database *db, uint64_t number)
{
    if (!number || db_is_inside(db)) /* what a callback reads is no statement of the transaction, which may hold the lock */
        return;
    env_lock(db->env, &db->transaction_lock);
    transaction_leave(db, transaction_number(db) == number ? -1 : 0);
}

int transaction_refuse(const Database *db, const char *what, Span at, Err *err)
{
    return db->transaction ? RAISE_AT(err, ERR_UNSUPPORTED, at, "%s is not supported inside a transaction", what) : 0;
}
