/* SPDX-License-Identifier: Apache-2.0
 *
 * Folding changes by key: what a series of weighted batches comes to for each key: a row that went, one that came, or one that was
 * replaced.  Used for UPDATE events and for readers that want only the latest (CONFLATE).  [any] */
#pragma once
#include "base/err.h"
#include "data/batch.h"

typedef struct ChangeKey {
    uint32_t n; /* 0 = the relation has no key */
    uint32_t *col;
} ChangeKey;
typedef enum FoldedPart { FOLD_DELETES, FOLD_UPDATES, FOLD_INSERTS, N_FOLDED } FoldedPart;
/* Takes a batch that owns its memory; UPDATES have the old and the new row by turns. Negative stops. */
typedef int (*FoldEmit)(void *self, FoldedPart part, Batch *give_b, Err *err);

/* Rows of one key are taken to alternate; a change that leaves the row as it was disappears.  A key's rows may come in either order
 * (new before old).  Gives DELETES, then UPDATES, then INSERTS, in batches of up to BATCH_ROWS. */
int fold_changes(Account *acct, const ChangeKey *key, Batch *const *b, uint32_t n, FoldEmit emit, void *self, Err *err);
