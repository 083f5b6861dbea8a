/* SPDX-License-Identifier: Apache-2.0
 *
 * Backlog: rows that a sink has not taken yet, in their order.  [shard]
 *
 * They are numbered and lie in state pages, some thousand rows to a bucket.  So they are in checkpoints and leave memory as all
 * state does, and what has been taken goes bucket by bucket from the front. */
#pragma once
#include "data/batch.h"
#include "state/table.h"

typedef struct Backlog Backlog;
/* With the rows that a checkpoint has of it. -ERR_UNSUPPORTED: such rows cannot lie in pages. */
int backlog_new(Account *acct, PageStore *ps, const Schema *schema, uint32_t table_id, Backlog **ret, Err *err);
void backlog_free(Backlog *b);           /* NULL is fine */
uint64_t backlog_rows(const Backlog *b); /* NULL has none */
int64_t backlog_bytes(const Backlog *b);
/* The rows of a batch but its first n_skip, behind all that are there.  A failure leaves it unusable. */
int backlog_add(Backlog *b, const Batch *rows, uint32_t n_skip, Err *err);
/* Those that came first, in the arena; NULL = there are none. */
int backlog_first(Backlog *b, Arena *arena, Batch **ret, Err *err);
int backlog_drop(Backlog *b, uint64_t n, Err *err); /* the first n, or all */
