/* SPDX-License-Identifier: Apache-2.0
 *
 * The running part of a database as bytes, for checkpoints (design 7.3 to 7.5, 7.8).  [shard]
 *
 * State tables are kept page by page, the rest (watermarks, retained rows, positions of readers, what operators hold beside their
 * tables) as one body.  Restoring: pages first, then the statements that make feeds and queries, which find their pages by table
 * number, then the body.  Nothing runs between. */
#pragma once
#include "flow/engine.h"

/* Between enter and leave: logs the barrier and gives its record's number; then *body is the state as of it.  -ERR_UNSUPPORTED
 * names what cannot be kept, BARRIER_BY_LOG a sink that has failed; nothing has been logged then, and the sinks may be cut alone.
 */
#define BARRIER_BY_LOG 1
int engine_barrier(Engine *e, uint64_t number, uint64_t *ret_seq, StrBuf *body, Err *err);
/* A query failed for what may be otherwise when the log runs it again: what only memory or the disk of its state was missing for.
 */
bool engine_may_run_again(const Pipeline *q);
/* Only that part of it that sinks need: their cuts. */
int engine_cut_sinks(Engine *e, uint64_t number, Err *err);
/* The same, as a record of the log asks for it. */
int engine_replay_barrier(Engine *e, Err *err);

/* Sinks: a decision into the log, between enter and leave; out of it; and when all of the log has been replayed. */
int engine_log_commit(Engine *e, uint64_t relation, const SinkCut *c, uint64_t *ret_seq, Err *err);
bool engine_read_commit(const WalRecord *r, uint64_t *ret_rows, Str *ret_token); /* the token lies in the record */
void engine_sinks_recovered(Engine *e);
uint64_t engine_feed_relation(const Engine *e, uint32_t i); /* of the i-th feed; 0 = there are no more */
bool engine_sinks_have_rows(const Engine *e);               /* between enter and leave: some that are not committed */

/* Pages as of the barrier, in slices.  open: in the same hold; pages changed after checkpoint `since` are to be written. */
typedef struct KeptPages KeptPages;
typedef struct KeptPage {
    uint32_t id, n_pages;
    bool is_changed;
    PageLook look;
} KeptPage;
int kept_pages_open(Engine *e, uint64_t since, uint64_t epoch, KeptPages **ret, Err *err);
int kept_pages_next(KeptPages *k, KeptPage *ret, Err *err); /* 1, 0 = end */
int kept_pages_read(KeptPages *k, KeptPage *p, const PageHeader **ret,
                    Err *err);       /* good until the next call, or the shard is left */
void kept_pages_close(KeptPages *k); /* NULL is fine */

/* Restoring.  The store is filled by the caller (page_restore_*) between begin and the statements; body stays until end.  epoch: of
 * the changes from now on. */
int engine_restore_begin(Engine *e, Str body, uint64_t epoch, Err *err);
/* The store whose pages have the number `part` above their ids. */
int engine_pages(Engine *e, uint32_t part, PageStore **ret, Err *err);
void engine_begin_page_epoch(Engine *e, uint64_t epoch);
uint64_t engine_end_page_restore(Engine *e); /* page_restore_end of all stores */
void engine_restore_partly(Engine *e);       /* state of queries that are not there is left out */
bool engine_is_restoring(const Engine *e);
/* A statement follows that makes a stored relation which a later one alters: its rows are for that one. */
void engine_hold_rows(Engine *e, bool hold);
int engine_restore_end(Engine *e, Err *err);
