/* SPDX-License-Identifier: Apache-2.0
 *
 * What DECLARE has made, on the list db->cursors. */
#pragma once
#include "db/stream.h"
#include "db/table_write.h"

struct Cursor {
    struct Cursor *next;
    char *name, *text; /* the statement */
    int64_t made_us;
    Stream *stream;
    bool live;           /* SUBSCRIBE */
    bool hold, scroll;   /* as it was declared */
    bool in_transaction; /* and that is not over */
    uint64_t number;     /* which DECLARE made it, from 1 */
    bool busy, doomed;   /* [cursors_lock] */
    Batch *rest;         /* rows of the last delivery that no FETCH has taken yet */
    uint32_t from;
    uint64_t at; /* the row it stands on, from 1; 0 = before the first, and behind the last one more than that */
    /* SCROLL: all rows so far */
    BatchList kept;
    uint64_t *first; /* per batch, how many rows stand before it */
    uint32_t first_cap;
    uint64_t n_kept;
    bool ended;
    /* Of a query that gives rows of one table as they are, the primary key of each behind its columns; n_key 0: of another one. */
    uint64_t table;
    uint32_t n_key;
    const Schema *shown, *key_schema;
    Batch *keys;    /* of the rows of the delivery in hand, or of the last one */
    int64_t key_at; /* the row of them that it stands on; -1 = on none.  SCROLL: `at` says it */
    BatchList kept_keys;
};

/* cursor_key.c.  Puts the key behind what the statement selects, where it is of that kind; *ret_last: what was the last target, for
 * cursor_key_take_back. */
int cursor_key_add(StmtContext *x, Node *stmt, Cursor *c, Node **ret_last, Err *err);
void cursor_key_take_back(Node *stmt, Cursor *c, Node *last);
int cursor_key_open(Cursor *c, Account *acct, Err *err); /* its stream is open */
/* A delivery without the keys, which go into *ret_keys; give_b itself where there are none. */
int cursor_key_split(const Cursor *c, Account *acct, Batch *give_b, Batch **ret, Batch **ret_keys, Err *err);
/* The condition that WHERE CURRENT OF stands for in a change of the table; where is left alone when it is another one. */
int cursor_where(StmtContext *x, const Name *table, const Ident *alias, Node **where, Err *err);
/* Cursors of the transaction, made behind so many, that do not outlive its end: all when it is taken back. */
void cursors_end(Database *db, uint64_t behind, bool taken_back);
int cursor_take(Database *db, const Ident *name, Cursor **ret, Err *err);
void cursor_leave(Database *db, Cursor *c);
