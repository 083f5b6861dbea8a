/* SPDX-License-Identifier: Apache-2.0
 *
 * Stored relation (design 6): the content of a TABLE or a MATERIALIZED VIEW as a Z-set in state tables.  [shard]
 *
 * One HASH table holds the rows, keyed by all their columns, with the multiplicity as the row's count; with a primary key a second
 * one maps the key to its row.  Of a view whose plan says that some columns tell its rows apart, rows are hashed by these alone, so
 * that a row and what replaces it meet in one place.  A row's pages can be written out as they are; the key's pointers are rebuilt
 * from the rows. Between two steps every count is positive; within the step that changes a view it may be negative. */
#pragma once
#include "data/batch.h"
#include "exec/index_keys.h"
#include "plan/phys.h"
#include "state/table.h"

#define STORED_UNIQUE_MAX 64
typedef struct StoredUnique StoredUnique;
typedef struct StoredIndex StoredIndex;
typedef struct StoredImage StoredImage;
typedef struct StoredLookup StoredLookup;
typedef struct ArrangementColumns ArrangementColumns; /* exec/op.h */
typedef struct ArrangementPlace ArrangementPlace;
typedef struct ArrangementRoom ArrangementRoom;

typedef struct HiddenRows { /* a set of addresses */
    const uint8_t **row;    /* 2^bits; NULL = none */
    uint32_t bits;
    uint64_t n;
} HiddenRows;

typedef struct Stored Stored;
struct Stored {
    Account *acct;
    PageStore *pages;
    const Schema *schema; /* one reference */
    uint32_t n_key, *key; /* primary key: columns; 0 = none */
    uint32_t n_by, *by;   /* columns that rows are hashed by; 0 = all */
    RowLayout layout, key_layout;
    HashTable *rows, *index;    /* index: NULL without a primary key */
    const Vec **col, **key_col; /* argument arrays of the table calls */
    StoredUnique *unique;       /* UNIQUE constraints, in their order */
    uint32_t n_unique;
    StoredIndex *ordered; /* CREATE INDEX, in their order */
    MultiTable *entries;  /* of all of them; NULL = none, or given up */
    StrBuf entry, entry_end;
    const char *key_name; /* of the primary key's constraint, borrowed from the relation; NULL = <relation>_pkey */
    uint64_t n_rows;      /* counting multiplicity */
    uint32_t table_id;
    Arena work, scan;
    StoredImage *image;   /* columns of the rows as they are; NULL = none */
    StoredLookup *lookup; /* the same by key */
    uint64_t n_looked_up; /* rows, since they changed, without it */
    uint32_t n_scans;     /* of all rows, since they changed */
    uint32_t patience;    /* so many of them before an image is made; 0 = 1 */
    bool failed;          /* a view whose query has failed: the content is not current any more */
    Err error;
    Stored *base; /* of an overlay: the relation below; while it is not stale */
    Stored *overlays, *next_overlay;
    HiddenRows hidden; /* rows of base that an overlay does not see */
    bool is_stale;     /* base changes without telling */
    bool making;       /* its rows come from elsewhere, so a key that two of them have is not a new one */
};
/* table_id: of the rows; the index has table_id + 1. */
int stored_new(Account *acct, PageStore *pages, uint32_t table_id, const Schema *schema, const uint32_t *key, uint32_t n_key,
               Stored **ret, Err *err);
int stored_open(Account *acct, PageStore *pages, uint32_t table_id, const Schema *schema, const uint32_t *key, uint32_t n_key,
                Stored *base, Stored **ret, Err *err); /* the same, as an overlay when there is a base */
void stored_free(Stored *s);                           /* NULL is fine */
/* Rows are hashed by these columns from now on, in which hardly two of them are equal; those that are there, too. */
int stored_hash_by(Stored *s, const uint32_t *col, uint32_t n, Err *err);
void stored_hash_rows(Stored *s, const Batch *b, Rows rows, uint64_t *ret); /* inside; s->col are the columns of b then */

/* An overlay (stored_overlay.c) has the content, the constraints and the indexes of base as they are now, and changes by itself;
 * what happens to base later does not show in it.  Everything below works on it.  When base goes, or memory was missing to keep
 * what it had, the overlay is stale: -ERR_SERIALIZATION.  After detach, too, but base's changes cost nothing more. */
int stored_overlay_new(Account *acct, Stored *base, Stored **ret, Err *err);
void stored_overlay_detach(Stored *s);
/* Inside: */
void stored_overlay_done(Stored *s); /* of either */
int stored_overlay_check(const Stored *s, Err *err);
bool stored_overlay_hides(const Stored *s, const uint8_t *row_of_base);
/* New rows, and keys of one of the tables of keys, take over what base has; nothing where there is no base. */
int stored_overlay_rows(Stored *s, const Batch *b, const Vec *const *col, const uint64_t *hash, uint8_t *const *row, Err *err);
int stored_overlay_keys(Stored *s, const RowLayout *l, const RowLayout *l_below, const HashTable *below, const Vec *const *key,
                        const uint64_t *hash, Rows rows, uint8_t *const *entry, Err *err);
/* What counts of the entries found: own ones, or those of the table below, whose bits are set. */
int stored_overlay_find(Stored *s, const RowLayout *l, const HashTable *below, const Vec *const *key, const uint64_t *hash,
                        Rows rows, uint8_t **entry, uint64_t *ret_below, Err *err);
void stored_overlays_keep(Stored *base, Batch *const *b, uint32_t n);     /* before a change of base */
void stored_overlays_hide(Stored *base, uint8_t *const *row, uint32_t n); /* after it: the rows that it has changed */
int stored_unique_mirror(Stored *s, Err *err);
int stored_index_mirror(Stored *s, Err *err);
void stored_index_take_over(Stored *s, const Batch *b, uint32_t at, uint8_t *row); /* with its count */

/* UNIQUE (col, ..): of the rows that are there, too; -ERR_UNIQUE when two of them have one key. */
int stored_add_unique(Stored *s, const char *name, const uint32_t *col, uint32_t n, bool nulls_equal, Err *err);
/* The same of an index that is no constraint; behind all others, so that these keep their numbers. */
int stored_add_unique_index(Stored *s, const char *name, IndexKeys *keys, Err *err);
void stored_drop_unique_index(Stored *s, const char *name);
int32_t stored_unique_number(const Stored *s, const char *name); /* -1 = none */
/* The same of one that a transaction may put off: rows are not found by it. */
int stored_add_deferrable(Stored *s, const char *name, const uint32_t *col, uint32_t n, bool nulls_equal, Err *err);
/* Of an overlay: a key may have several rows from now on, or not any more. */
void stored_defer(Stored *s, const char *name, bool on);
/* The rows that the n batches have put in; -ERR_UNIQUE. */
int stored_check_unique(Stored *s, const char *name, Batch *const *b, uint32_t n, Err *err);
/* An index that counts the rows of each key, which may be many; among the UNIQUE constraints, in the order of adding. */
int stored_add_key_count(Stored *s, const uint32_t *col, uint32_t n, Err *err);
/* Bit i: a row has the key of the i-th selected row of b; one that holds a NULL has none. */
int stored_key_has_rows(Stored *s, uint32_t index, const Batch *b, uint64_t *ret, Err *err);
/* Inside (stored_unique.c): a change through all constraints, or none and -ERR_UNIQUE. */
int stored_unique_apply(Stored *s, Batch *const *b, uint8_t *const *const *row, uint32_t n, Err *err);
void stored_unique_free(Stored *s);
/* text: what the n keys are called; making: see Stored. */
int stored_raise_duplicate(bool making, const char *constraint, const char *const *text, const Vec *const *key, uint32_t n,
                           uint32_t row, Err *err);

/* An ordered index (stored_index.c), also of the rows that are there. */
int stored_index_add(Stored *s, const char *name, IndexKeys *keys, Err *err);
void stored_index_drop(Stored *s, const char *name);
bool stored_has_index(Stored *s, const char *name);
/* Also of its keys, and in overlays; nothing when there is none. */
int stored_rename_index(Stored *s, const char *from, const char *to, Err *err);
int stored_rename_unique(Stored *s, const char *from, const char *to, Err *err); /* inside */
/* REINDEX: the entries and keys of what is called so, NULL = of all, anew from the rows; what is there stays when that fails.  The
 * primary key lies with the rows.  Not while an overlay has changes. */
int stored_remake_indexes(Stored *s, const char *name, Err *err);
int stored_remake_keys(Stored *s, const char *name, Err *err); /* inside */
/* Inside: a change through all indexes or none; and back, when something else has refused it. */
int stored_index_apply(Stored *s, Batch *const *b, uint8_t *const *const *row, uint32_t n, Err *err);
void stored_index_undo(Stored *s, Batch *const *b, uint8_t *const *const *row, uint32_t n);
void stored_index_free(Stored *s);

/* Adds the weighted rows of all n batches: every one of them, or none and an error: -ERR_UNIQUE when a primary key would have two
 * rows, -ERR_PROGRAM_LIMIT, -ERR_OUT_OF_MEMORY. */
int stored_apply(Stored *s, const char *name, Batch *const *b, uint32_t n, Err *err);
/* Inside (stored_renew.c): what changes rows where they lie, without touching an index; afterwards ret->rest is left to be applied,
 * and undo takes back what has been done. */
typedef struct Renewed {
    Batch *rest[2];
    uint32_t n_rest;
    const Batch *was, *is; /* of the n rows: their columns are the selected ones of either */
    uint8_t **row;
    uint16_t *old, *now;
    uint32_t n;
} Renewed;
bool stored_renews_row(Stored *s, Batch *const *b, uint32_t n); /* it was one row, and has been done */
bool stored_renews(const Stored *s, Batch *const *b, uint32_t n);
int stored_renew(Stored *s, Batch *const *b, uint32_t n, Renewed *ret, Err *err);
void stored_renew_undo(Stored *s, const Renewed *r);
/* The content in batches of up to BATCH_ROWS rows of weight 1 (a row of count c comes c times), valid during the call.  A negative
 * answer stops.  The content must not change meanwhile. */
int stored_each(Stored *s, int (*each)(void *self, Batch *b, Err *err), void *self, Err *err);
/* The same with the n_cols columns alone; the others of a batch are NULLs. cols NULL: all. */
int stored_each_columns(Stored *s, const uint32_t *cols, uint32_t n_cols, int (*each)(void *self, Batch *b, Err *err), void *self,
                        Err *err);
int64_t stored_bytes(const Stored *s);
/* Inside: the rows themselves, each as often as it counts, up to BATCH_ROWS a call. */
int stored_walk(Stored *s, int (*take)(void *self, uint8_t *const *row, uint32_t n, Err *err), void *self, Err *err);
Batch *stored_batch_of_nulls(Stored *s, uint32_t n); /* in s->scan */
/* Inside (stored_image.c): an image with these columns, NULL = read the rows.  It is there until the next change. */
StoredImage *stored_image_for_scan(Stored *s, const uint32_t *cols, uint32_t n_cols);
int stored_image_each(Stored *s, const StoredImage *image, const uint32_t *cols, uint32_t n_cols,
                      int (*each)(void *self, Batch *b, Err *err), void *self, Err *err);
/* Its columns by key, for a join that looks n_rows up; NULL = not now (stored_lookup.c). */
const ArrangementColumns *stored_lookup_columns(Stored *s, uint32_t n_rows, const uint32_t *cols, uint32_t n_cols);
void stored_lookup_drop(Stored *s);
void stored_image_drop(Stored *s); /* also at any time by whoever needs the memory */

/* With a primary key only.  ret_row[i]: the row that has the key of the i-th selected row of b, NULL = none. */
int stored_find(Stored *s, const Batch *b, uint8_t **ret_row, Err *err);
/* The same by key columns and their hashes; -ERR_IO when a row cannot be read. */
int stored_find_hashed(Stored *s, const Vec *const *key, const uint64_t *hash, Rows rows, uint8_t **ret_row);
/* The n rows as an arena batch. */
int stored_read(Stored *s, uint8_t *const *row, uint32_t n, Arena *arena, Batch **ret, Err *err);
/* The n rows as a batch to `each`, as stored_each gives them. */
int stored_give(Stored *s, uint8_t *const *row, uint32_t n, int (*each)(void *self, Batch *b, Err *err), void *self, Err *err);
/* As stored_each for the rows with the n keys, which are all different: values of the columns of the primary key, or of a UNIQUE
 * constraint as in stored_arbiter_find. */
int stored_each_of(Stored *s, int32_t unique, const KeyRange *keys, uint32_t n, int (*each)(void *self, Batch *b, Err *err),
                   void *self, Err *err);
/* The same for all rows of the n ranges of an index, and maybe more: bounds count as within; without such an index, or when a range
 * is a large part of it, all rows. */
int stored_index_each(Stored *s, const char *name, const KeyRange *range, uint32_t n, int (*each)(void *self, Batch *b, Err *err),
                      void *self, Err *err);
/* The rows of one key by an index, for who keeps to that key: is there an index that begins with these columns in some order, which
 * is put into ret_col; the next rows whose first n of them are the values of key at a physical row, from *at on, which begins with
 * zeros and holds until the relation changes: how many, 0 = no more, or < 0. */
bool stored_index_find(const Stored *s, const uint32_t *col, uint32_t n, uint32_t *ret_col);
int stored_index_next(Stored *s, const uint32_t *col, uint32_t n, const Vec *const *key, uint32_t row, const ArrangementRoom *room,
                      ArrangementPlace *at, uint8_t **ret_row, uint32_t max);
/* The next UNIQUE constraint behind the one of that number (-1 = the first), and its columns; -1 = there is none. */
int32_t stored_unique_next(const Stored *s, int32_t behind, const uint32_t **ret_col, uint32_t *ret_n);
/* By one of them, as stored_find_hashed. */
int stored_unique_find_hashed(Stored *s, int32_t unique, const Vec *const *key, const uint64_t *hash, Rows rows, uint8_t **ret_row);
int stored_look_up(Stored *s, const KeyLookup *l, int (*each)(void *self, Batch *b, Err *err), void *self, Err *err);
/* A set of keys, for what happens to a key within one statement: row_count() of an entry is the caller's, 0 when it is new. */
HashTable *stored_keys_new(Stored *s, Err *err);
int stored_keys_get(Stored *s, HashTable *keys, const Batch *b, uint8_t **ret_entry, Err *err);

/* The same by the primary key (unique < 0) or by the UNIQUE constraint of that number; NULL also for a key that holds a NULL. */
const uint32_t *stored_arbiter_columns(Stored *s, int32_t unique, uint32_t *ret_n);
int stored_arbiter_find(Stored *s, int32_t unique, const Batch *b, uint8_t **ret_row, Err *err);
HashTable *stored_arbiter_keys_new(Stored *s, int32_t unique, Err *err);
int stored_arbiter_keys_get(Stored *s, int32_t unique, HashTable *keys, const Batch *b, uint8_t **ret_entry, Err *err);

int stored_arbiter_keys_find(Stored *s, int32_t unique, HashTable *keys, const Batch *b, uint8_t **ret_entry, Err *err);

/* A set of rows, for what happens to a row within one statement.  ret_count[i]: how often the i-th selected row of b, whose first
 * columns are the relation's, is stored; 0 when it is not, or is in the set already. */
HashTable *stored_rows_new(Stored *s, Err *err);
/* Row and entry of each selected row of b, in the relation (NULL: not stored) and in the set; valid until the next call. */
int stored_rows_get(Stored *s, HashTable *seen, const Batch *b, Arena *arena, uint8_t **ret_row, uint8_t **ret_entry, Err *err);
int stored_first_seen(Stored *s, HashTable *seen, const Batch *b, Arena *arena, int64_t *ret_count, Err *err);

/* What weighted rows from outside do to the content (stored_take.c): rows that go, then rows that come; NULL = none.  in_order: the
 * last change of a key stands, else weights of equal rows are added first.  n_unknown: rows taken back that were not there. */
typedef struct Taken {
    Batch *minus, *plus;
    uint64_t n_unknown;
} Taken;
typedef struct Replacement { /* batches of rows that go and come, in the arena */
    Batch **batch;
    uint32_t n;
} Replacement;
/* What makes the n batches the content (stored_replace.c): of the rows of one key the last counts.  With a primary key only. */
int stored_replace(Stored *s, Batch *const *b, uint32_t n, Arena *arena, Replacement *ret, Err *err);
int stored_take(Stored *s, const Batch *b, bool in_order, Arena *arena, Taken *ret, Err *err);
