/* SPDX-License-Identifier: Apache-2.0
 *
 * A database has one session, so an advisory lock never waits: it is the session's already, or nobody's.  It is counted all the
 * same, for who takes it twice gives it back twice, and pg_locks shows it. */
#include "db/session.h"

#include "base/hash.h"

static AdvisoryLock **place_of(Database *db, int64_t key, uint32_t how)
{
    AdvisoryLock **at = &db->advisory;
    while (*at && ((*at)->key != key || (*at)->how != how))
        at = &(*at)->next;
    return at;
}

static int take(Database *db, const SequenceAsk *a, Err *err)
{
    AdvisoryLock **at = place_of(db, a->value, a->lock);
    if (!*at) {
        AdvisoryLock *l = mem_zalloc(&db->acct, sizeof(*l));
        if (!l)
            return RAISE_NOMEM(err);
        *l = (AdvisoryLock){.key = a->value, .how = a->lock};
        *at = l;
    }
    (*at)->n++;
    return 0;
}

static void drop(Database *db, AdvisoryLock **at)
{
    AdvisoryLock *l = *at;
    *at = l->next;
    mem_free(&db->acct, l, sizeof(*l));
}

static bool give_back(Database *db, const SequenceAsk *a)
{
    AdvisoryLock **at = place_of(db, a->value, a->lock);
    if (!*at)
        return false;
    if (--(*at)->n == 0)
        drop(db, at);
    return true;
}

static void drop_all(Database *db, uint32_t of_transaction)
{
    for (AdvisoryLock **at = &db->advisory; *at;)
        if (((*at)->how & LOCK_OF_TRANSACTION) == of_transaction)
            drop(db, at);
        else
            at = &(*at)->next;
}

/* Greater than all that were given before, those of an earlier process too: it begins with the time. */
static int64_t number_of_transaction(Database *db)
{
    if (db->txid == 0)
        db->txid = db->last_txid = MAX(db->last_txid + 1, db->last_txid ? 0 : env_wall_us(db->env));
    return db->txid;
}

/* [sequences_lock] */
static int answer(Database *db, const SequenceAsk *a, int64_t *ret, Err *err)
{
    switch (a->call) {
    case SESSION_SEED: db->random_seed = hash_bytes((const char *)&a->value, sizeof(a->value)) | 1; return 0;
    case SESSION_TRANSACTION: *ret = number_of_transaction(db); return 0;
    case SESSION_LOCK: *ret = 1; return take(db, a, err);
    case SESSION_UNLOCK: *ret = give_back(db, a); return 0;
    default: drop_all(db, 0); return 0;
    }
}

int session_ask(Database *db, const SequenceAsk *a, int64_t *ret, Err *err)
{
    env_lock(db->env, &db->sequences_lock);
    int rc = answer(db, a, ret, err);
    env_unlock(db->env, &db->sequences_lock);
    return rc;
}

void session_transaction_over(Database *db)
{
    env_lock(db->env, &db->sequences_lock);
    db->txid = 0;
    drop_all(db, LOCK_OF_TRANSACTION);
    env_unlock(db->env, &db->sequences_lock);
}

void session_done(Database *db)
{
    drop_all(db, 0);
    drop_all(db, LOCK_OF_TRANSACTION);
}

void session_each_lock(Database *db, void (*each)(void *self, const AdvisoryLock *l), void *self)
{
    env_lock(db->env, &db->sequences_lock);
    for (const AdvisoryLock *l = db->advisory; l; l = l->next)
        each(self, l);
    env_unlock(db->env, &db->sequences_lock);
}
