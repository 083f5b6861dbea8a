/* SPDX-License-Identifier: Apache-2.0
 *
 * Transactions: several statements on tables that happen as one change, in one step and as one unit of the log, or not at all.
 *
 * Over a table that the transaction changes lies a copy that has only what the transaction touches (stored_overlay.c): its
 * statements read and change the copy, and the changes are kept.  COMMIT applies them to the tables, provided that nobody else (a
 * writer) has changed these since: else 40001. So nothing is locked between two statements, views and subscriptions see the
 * transaction in one step, and a crash takes all of it or nothing.  What views hold is the state outside of the transaction until
 * then. */
#pragma once
#include "db/execute.h"

typedef struct TransactionTable TransactionTable;

/* Before a statement: 25P02 when the transaction has failed, 0A000 and 25001 for what cannot stand in one.  With a transaction it
 * has that to itself until transaction_leave (x->in_transaction), and the time when that began.  Without one it stands alone until
 * transaction_leave_alone (x->alone): BEGIN of another thread waits for it. */
int transaction_enter(StmtContext *x, const ScriptStmt *s, Err *err);
void transaction_enter_alone(Database *db); /* the same, without a look at whether there is one */
void transaction_leave_alone(Database *db);
void transaction_leave(Database *db, int rc);               /* rc < 0: the transaction has failed */
bool transaction_hold(Database *db, int *ret_rc, Err *err); /* the same for a query that is opened; false: it stands alone */
void transaction_fail(Database *db);                        /* a text that cannot be parsed */
/* Held, or inside of a statement: which it is; 0 = none.  A query that was opened in one and fails later takes it along. */
uint64_t transaction_number(const Database *db);
void transaction_fail_of(Database *db, uint64_t number);
int transaction_refuse(const Database *db, const char *what, Span at, Err *err); /* 0A000 when there is a transaction */
/* A statement that belongs to the one that runs. */
int transaction_run(StmtContext *x, const char *text, Err *err);
void transaction_forget(Database *db); /* rolls back what is open */

bool transaction_is_read_only(Database *db);
/* A setting is about to change: what it is now comes back when the transaction is rolled back, and, when `local`, at its end. */
int transaction_keep_setting(Database *db, uint32_t setting, bool local, Err *err);
/* An identity column begins anew that had given or seen `last`; serial as in identity_back(). */
int transaction_keep_identity(Database *db, uint64_t serial, int64_t last, Err *err);
bool transaction_set_read_only(Database *db, bool on); /* false: there is none */

typedef struct Transaction Transaction;

/* Inside the shard.  The transaction's copy of the table behind `feed`; NULL: no transaction is open. */
int transaction_table(Database *db, Feed *feed, TransactionTable **ret, Err *err);
/* The n tables belong to the transaction, when there is one, as if it had changed them: COMMIT raises 40001 when somebody else has.
 */
int transaction_lock(Database *db, const Catalog *c, const uint64_t *table, uint32_t n, Err *err);
Feed *transaction_feed(TransactionTable *t);
/* The copy if there is one, else feed itself: what a query reads. */
Feed *transaction_view(Database *db, Feed *feed);
/* Changes the copies of n tables, whose feeds the changes name, and keeps the changes: all of it or nothing. */
int transaction_change_all(Database *db, TransactionTable *const *t, const FeedChange *c, uint32_t n, Err *err);
