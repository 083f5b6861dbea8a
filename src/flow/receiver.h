/* SPDX-License-Identifier: Apache-2.0
 *
 * Receiver: feeds a source whose connector gives each row once (SourceType.live), as a program feeds one by pushing.  [shard]  So
 * there is one instance of the connector however many queries read, what has come is retained for SELECT, and in a durable database
 * it is in the log: replaying opens nothing.  What comes while the database is closed, or faster than it is taken, is lost; the
 * connector counts it.
 *
 * The worker calls it, at short distances while something comes and every millisecond when nothing does.  It cannot make anybody
 * wait: while a push would have to (no memory, a reader without room, an alignment group), it takes nothing.  A connector that
 * cannot be opened when the database is opened again, or that has lost what it reads, is tried again from time to time. */
#pragma once
#include "flow/engine.h"

struct Receiver {
    Timer timer;
    Account *acct;
    ReaderOrigin origin;
    Engine *engine;
    Feed *feed, *bad_feed;          /* borrowed: who has the receiver; its $errors */
    Source *source;                 /* NULL: it cannot be opened now */
    int64_t wait_ns;                /* until it is called again when nothing comes */
    uint64_t n_rows, n_bad, n_lost; /* lost: rows that could not be taken */
    Err error;                      /* why it is not there, or why rows were lost; code 0 = nothing */
};

/* Takes the origin, also on failure. */
int receiver_new(Account *acct, const ReaderOrigin *give_origin, Receiver **ret, Err *err);
void receiver_free(Receiver *r); /* NULL is fine */
int receiver_open(Receiver *r, Err *err);
/* Inside: what it has open is closed, as if it had been lost, so that another one may have it: it is opened again before long. */
void receiver_let_go(Receiver *r);
/* Inside: from now on the worker calls it; f owns it. */
void receiver_start(Receiver *r, Engine *e, Feed *f, Feed *bad_feed);
