/* SPDX-License-Identifier: Apache-2.0
 *
 * Foreign keys between stored relations, as a change of them is checked.  [shard]
 *
 * One list holds all of them, with the feeds on both sides; it is made anew when a definition changes.  A change is applied first
 * and then checked: what it puts into the referring relation must have its key in the other one as that is now, and what it takes
 * from the other one must not be referred to any more.  So a statement is judged by what it leaves, and a transaction too.  Both
 * sides are looked up by index: the key's constraint there, an index of counts here (stored_add_key_count). */
#pragma once
#include "flow/feed.h"

typedef struct ForeignKey {
    const char *name;     /* borrowed from `of` */
    Feed *child, *parent; /* one reference each */
    uint32_t n;
    const uint32_t *col; /* of the child */
    const uint32_t *to;  /* of the parent */
    uint32_t index;      /* of the child, a number as stored_arbiter_find takes it */
    int32_t arbiter;     /* of the parent */
    bool match_full;
    bool deferrable, deferred /* INITIALLY */;
    bool on_delete_now, on_update_now; /* RESTRICT: never put off */
} ForeignKey;

typedef struct ForeignKeys {
    Account *acct;
    Arena arena; /* texts and columns */
    uint32_t n;
    ForeignKey *key;
} ForeignKeys;
void foreign_keys_free(ForeignKeys *l); /* NULL is fine */

/* Where the content of a feed is: in a transaction its copy. */
typedef struct ForeignView {
    Feed *(*of)(void *self, Feed *f);               /* NULL: the feed itself */
    bool (*skips)(void *self, const ForeignKey *k); /* NULL: none; a key that is not looked at now */
    void *self;
} ForeignView;

/* The n changes have been applied.  0 or -ERR_FOREIGN_KEY. */
int foreign_check(const ForeignKeys *l, const FeedChange *c, uint32_t n, const ForeignView *view, Err *err);
/* The rows of the batches, which the child has, against one key. */
int foreign_check_rows(const ForeignKey *k, Batch *const *b, uint32_t n, const ForeignView *view, Err *err);
/* Which selected rows of a parent's batch are referred to (bit by place in the selection): their keys, whatever the parent has. */
int foreign_referred(const ForeignKey *k, const Batch *b, const ForeignView *view, Arena *arena, uint64_t **ret, Err *err);
/* b's rows as rows of another relation that have only the key: column from[i] of b stands as column to[i]. */
int foreign_project(const Schema *schema, const Batch *b, const uint32_t *from, const uint32_t *to, uint32_t n, Arena *arena,
                    Batch **ret, Err *err);
