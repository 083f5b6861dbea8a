/* SPDX-License-Identifier: Apache-2.0
 *
 * What the session keeps beside settings: the number of its transaction, advisory locks, the seed of random(). */
#pragma once
#include "db/database.h"

typedef struct AdvisoryLock {
    struct AdvisoryLock *next;
    int64_t key;
    uint32_t how; /* kernel's LOCK_.. */
    uint32_t n;   /* how often it has been taken */
} AdvisoryLock;

int session_ask(Database *db, const SequenceAsk *a, int64_t *ret, Err *err);
/* A statement that stands alone, or a transaction, is over: its number is, and its locks are given back. */
void session_transaction_over(Database *db);
void session_done(Database *db);
void session_each_lock(Database *db, void (*each)(void *self, const AdvisoryLock *l), void *self);
