/* SPDX-License-Identifier: Apache-2.0
 *
 * Sink driver: the consumer that writes a query's result to a connector's sink.  [shard]
 *
 * Of a sink in epochs (connect.h, SinkCommit) it keeps the cuts that are not committed, and counts rows.  After a restart rows come
 * again, in the same order; the driver drops those that a decided commit has in it, by their number.
 *
 * What such a sink cannot take for now (its disk is full, the end of its file cannot be looked at) waits in a backlog, and all that
 * comes behind it: in pages, so in checkpoints.  It is tried again each second that brings rows, at each cut and by RESUME. */
#pragma once
#include "base/bytes.h"
#include "connect/connect.h"
#include "flow/backlog.h"
#include "flow/consumer.h"

typedef struct SinkCut {
    struct SinkCut *next;
    uint64_t number; /* of the barrier that made it */
    uint64_t n_rows; /* of the result, up to it */
    bool is_decided; /* it will be committed, whatever happens */
    StrBuf token;
} SinkCut;

typedef struct SinkDriver {
    Consumer consumer;
    Account *acct;
    Sink *sink;
    uint64_t relation; /* 0 = none */
    uint64_t epoch;
    uint64_t n_rows;    /* of the result so far */
    uint64_t skip_rows; /* so many are in commits already */
    uint64_t cut_rows;  /* up to the last cut */
    PageStore *pages;   /* where a backlog lies; NULL = nowhere */
    uint32_t table_id;
    Backlog *backlog; /* the newest rows; NULL = there never was one */
    int64_t retry_ns;
    _Atomic uint64_t committed_rows, n_commits;
    bool ended, failed, dirty;
    Err error;
    Err stuck;        /* why it has a backlog; code 0: it takes what comes */
    EnvMutex lock;    /* the list and commit_error: the checkpoint takes cuts off beside the shard */
    SinkCut *cuts;    /* oldest first */
    Err commit_error; /* code 0: the last commit was good */
} SinkDriver;
int sink_driver_new(Account *acct, Sink *give_sink, SinkDriver **ret, Err *err);
void sink_driver_store(SinkDriver *d, PageStore *ps, uint32_t table_id); /* where what it cannot give may lie */
void sink_driver_leave(SinkDriver *d); /* nothing comes any more, and what waits goes.  NULL is fine, also for free */
void sink_driver_free(SinkDriver *d);  /* [any] flushes and closes */

/* ---- in epochs; no-ops else ---- */
bool sink_driver_has_rows(const SinkDriver *d); /* some that are not cut or not committed */
int sink_driver_cut(SinkDriver *d, uint64_t number, Err *err);
void sink_driver_save(const SinkDriver *d, StrBuf *out);
/* What is restored is decided, and committed here; what goes wrong with that is the driver's error. */
int sink_driver_restore(SinkDriver *d, ByteReader *r, Err *err);
/* A decision that the log has: rows up to n_rows are in the token's commit.  All of them, before the first row of the log. */
int sink_driver_decided(SinkDriver *d, uint64_t n_rows, Str token, Err *err);
/* Gives the sink what waits for it: 0 = nothing waits any more, 1 = there is more, negative: it does not take it. */
int sink_driver_drain(SinkDriver *d, Err *err);
void sink_driver_recovered(SinkDriver *d); /* what no decision names goes */
/* [checkpoint] Cuts of barriers up to `number`: on disk; then decided; then committed, in their order, until one fails. */
int sink_driver_prepare(SinkDriver *d, uint64_t number, Err *err);
SinkCut *sink_driver_undecided(SinkDriver *d, uint64_t number); /* the first one; NULL = none */
int sink_driver_commit(SinkDriver *d, Err *err);
Err sink_driver_commit_error(SinkDriver *d); /* of the last commit; code 0: it was good */
