/* SPDX-License-Identifier: Apache-2.0
 *
 * State tables (design 4.0): HASH (open addressing index of {16-bit tag, 48-bit row pointer} over rows in slotted pages, batch
 * probe in prefetch passes), BUCKET (ordered map time -> HASH with its own pages), MULTI (per owner an ordered, counted multiset of
 * byte keys: a sorted run in one page, then a B+tree with row counts per child).  [shard]
 *
 * Rows never move while they live (pages are compacted only for string heap space, rows keep their slot).  Row pointers stay valid
 * until the row is removed, its bucket dropped or the table freed; but what a pointer of an earlier step points to may have left
 * memory: it is used after hash_table_need or hash_table_touch only.  What a call gives is in memory until the step ends. */
#pragma once
#include "state/page_store.h"
#include "state/row.h"

/* ---- HASH ---- */
typedef struct HashTable HashTable;
HashTable *hash_table_new(PageStore *ps, const RowLayout *layout /* borrowed */, uint32_t table_id, int64_t bucket, Err *err);
/* Rows that are never looked up by their columns, only by address and by iteration: without an index.  hash_table_append instead of
 * upsert and find. */
HashTable *hash_table_new_bare(PageStore *ps, const RowLayout *layout, uint32_t table_id, int64_t bucket, Err *err);
void hash_table_free(HashTable *t); /* NULL is fine */
uint64_t hash_table_rows(const HashTable *t);
int64_t hash_table_bytes(const HashTable *t); /* pages and index */

/* For each selected row i of the batch (keys: layout->n_cols vectors, FLAT/CONST/DICT; hash[i] of the i-th selected row from
 * kernel_hash or value hashing of the same rule): finds the row with equal keys (NULL equals NULL) or inserts one with count 0,
 * extra bytes zeroed, and announces the change of its page.  ret_row[i] is the row; bit i of ret_new (BIT_WORDS(n) words, cleared
 * by the call) says inserted. Two equal keys in one call give the same row.  0 or -ERR_OUT_OF_MEMORY: then rows inserted so far
 * stay, with count 0. */
int hash_table_upsert(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row, uint64_t *ret_new,
                      Err *err);
/* The same by one key column of 64-bit integers or times, flat and without NULLs, which a table of few thousand rows finds faster
 * than by hashes; for keys that hash_table_takes_ints. */
bool hash_table_takes_ints(const HashTable *t, const Vec *key);
int hash_table_upsert_ints(HashTable *t, const Vec *key, Rows rows, uint8_t **ret_row, uint64_t *ret_new, Err *err);
/* The same, and each row is counted (row_count) and the i-th value, by physical row, added to what its row has at sum_at (128 bits)
 * and 1 to n_at (64 bits), both from the start of the row; value NULL: only counted.  An error leaves counts and sums as they were.
 * Only where hash_table_takes_sums says so: large tables, whose misses overlap with that work then. */
typedef struct RowSums {
    const int64_t *value;
    uint32_t sum_at, n_at;
} RowSums;
bool hash_table_takes_sums(const HashTable *t, const Vec *key, Rows rows);
int hash_table_upsert_sums(HashTable *t, const Vec *key, Rows rows, const RowSums *s, uint8_t **ret_row, uint64_t *ret_new,
                           Err *err);
int hash_table_upsert_int(HashTable *t, const Vec *key, uint32_t phys, uint8_t **ret_row, bool *ret_new); /* the same for one row */
/* The same by two key columns of such types. */
typedef struct KeyPairs {
    const int64_t *first;  /* by place among the rows; one_first: one for all */
    const int64_t *second; /* by physical row */
    bool one_first;
} KeyPairs;
bool hash_table_takes_pairs(const HashTable *t, const Vec *second);
int hash_table_upsert_pairs(HashTable *t, const KeyPairs *keys, Rows rows, uint8_t **ret_row, uint64_t *ret_new, Err *err);
/* A table whose layout says `pairs` keeps no rows but pairs of such a group and a value, with up to PAIR_MARKS marks each; groups
 * are from 1 to 2^56 - 1.  Only these calls, and those for a table as a whole, are for it.  mark: of the rows, by physical row and
 * not 0; NULL: the first.  ret_new[i]: those that the pair of the i-th row did not have before. */
#define PAIR_MARKS 8
int hash_table_mark_pairs(HashTable *t, const KeyPairs *keys, const uint8_t *mark, Rows rows, uint8_t *ret_new, Err *err);
void hash_table_forget_pairs(HashTable *t, int64_t first); /* all pairs of a group, by looking at all */
/* So many rows more are about to come: where that is a large part of the table, its index is made for them at once. */
void hash_table_expect(HashTable *t, uint64_t more);
/* A new row for each, whether or not equal ones are there; hash says with which rows they share pages. 0 or -ERR_OUT_OF_MEMORY:
 * then there is none of them.  Only for tables without an index. */
int hash_table_append(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row, Err *err);
int hash_table_append_row(HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash, uint8_t **ret_row);
/* The same as hash_table_upsert for one row. */
int hash_table_upsert_row(HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash, uint8_t **ret_row, bool *ret_new);
/* The same without insertion and without announcing: NULL where absent. */
void hash_table_find(const HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row);
/* The row with the i-th hash, where it is the only one that has it and has these values in n of its columns, of which alone the
 * hashes are; NULL: there is none, there may be several, or it cannot be read.  Without announcing. */
void hash_table_find_only(const HashTable *t, const uint32_t *col, uint32_t n, const Vec *const *value, const uint64_t *hash,
                          Rows rows, uint8_t **ret_row);
/* ret_differs[i] |= whether the i-th row has something else in column c than the i-th selected row of v. */
void hash_table_compare(const HashTable *t, uint32_t c, const Vec *v, Rows rows, uint8_t *const *row, uint8_t *ret_differs);
/* Other values in column c, which is no text and none that a hash is of; the rows have been announced. */
void hash_table_rewrite(HashTable *t, uint8_t *const *row, uint32_t c, const Vec *v, Rows rows);
/* All of it for one row: where the only one with the hash is row `was` of these columns and counts once, the columns of which no
 * hash is become those of row `is`; false: it is not so, and nothing has been done. */
bool hash_table_renew(HashTable *t, const uint32_t *col, uint32_t n, const Vec *const *value, uint64_t hash, uint32_t was,
                      uint32_t is);
/* Makes the index anew, for rows whose hashes (row_set_hash) have been changed; 0, -ERR_OUT_OF_MEMORY, -ERR_IO. */
int hash_table_reindex(HashTable *t);
/* Brings in a row whose address is older than the step.  -ERR_IO: it cannot be read, and the query fails.  stay: rows of this table
 * do not leave memory, for tables whose rows are followed without asking; before there is a row. */
int hash_table_need(const HashTable *t, const uint8_t *row);
bool hash_table_is_spilling(const HashTable *t); /* otherwise all rows are in memory */
int hash_table_need_all(const HashTable *t, uint8_t *const *row, uint32_t n);
void hash_table_stay(HashTable *t); /* NULL is fine */
/* Must precede a change of a row found by hash_table_find or by a cursor, and of one upserted in an earlier epoch or before a
 * snapshot was opened.  A snapshot that cannot keep the page's image breaks, the change does not; -ERR_IO as hash_table_need. */
int hash_table_touch(HashTable *t, uint8_t *row);
int hash_table_touch_all(HashTable *t, uint8_t *const *row, uint32_t n);
void hash_table_remove(HashTable *t, uint8_t *row);
void hash_table_remove_all(HashTable *t, uint8_t *const *row, uint32_t n); /* different ones that have been announced */
void hash_table_prefetch(const HashTable *t,
                         const uint8_t *row); /* what the removal of a row will look for, which is in the cache */
void hash_table_clear(HashTable *t);
/* Key column c of n rows into scratch vector out (FLAT; strings are copied to the arena's writer). */
int hash_table_read(const HashTable *t, uint8_t *const *row, uint32_t n, uint32_t c, Vec *out, Arena *arena);
/* The same, but texts are referred to where they lie: as long as their rows are not removed, within the step. */
int hash_table_lend(const HashTable *t, uint8_t *const *row, uint32_t n, uint32_t c, Vec *out, Arena *arena);
/* Iteration in page order. The current row may be removed; insertions during an iteration may or may not be seen. */
typedef struct HashCursor {
    uint64_t page, slot; /* start with zeros */
} HashCursor;
uint32_t hash_table_next(HashTable *t, HashCursor *c, uint8_t **ret_row, uint32_t max_rows); /* 0 = end */
/* The rows of a table as a snapshot of its pages has them, while the table changes: addresses to be read before the next change,
 * *ret_n = 0 at the end.  And column c of them, as hash_table_read. */
int hash_snapshot_next(PageSnapshot *s, HashCursor *c, uint8_t **ret_row, uint32_t max_rows, uint32_t *ret_n, Err *err);
int hash_snapshot_read(const RowLayout *l, const PageSnapshot *s, uint8_t *const *row, uint32_t n, uint32_t c, Vec *out,
                       Arena *arena);
/* Texts of plain aggregate states: bytes kept in this table's heap pages, referenced by a position-independent handle, never 0.
 * 0, -ERR_OUT_OF_MEMORY, or -ERR_PROGRAM_LIMIT beyond 2 GiB.  Dropping a row does not drop what its states refer to. */
int hash_table_heap_put(HashTable *t, const char *p, size_t n, uint64_t *ret_ref);
Str hash_table_heap_get(const HashTable *t, uint64_t ref);
void hash_table_heap_drop(HashTable *t, uint64_t ref);
/* Another text in the place of one: *ref is where it is then. */
int hash_table_heap_replace(HashTable *t, const char *p, size_t n, uint64_t *ref);
/* The same for a text that is still to be written, to *ret, before the step ends; *ref 0: in the place of none. */
int hash_table_heap_renew(HashTable *t, size_t n, uint64_t *ref, char **ret);
void hash_table_heap_prefetch(const HashTable *t, uint64_t ref);

/* ---- BUCKET ---- */
typedef struct BucketTable BucketTable;
BucketTable *bucket_table_new(PageStore *ps, const RowLayout *layout, uint32_t table_id, Err *err);
void bucket_table_free(BucketTable *t);
void bucket_table_stay(BucketTable *t);                                                /* as hash_table_stay, for all buckets */
HashTable *bucket_find(BucketTable *t, int64_t bucket);                                /* NULL = absent */
int bucket_get(BucketTable *t, int64_t bucket, HashTable **ret, Err *err);             /* created when absent */
bool bucket_first(BucketTable *t, int64_t *ret_bucket, HashTable **ret);               /* smallest; false = empty */
bool bucket_next(BucketTable *t, int64_t after, int64_t *ret_bucket, HashTable **ret); /* smallest > after */
void bucket_drop(BucketTable *t, int64_t bucket);
uint64_t bucket_table_buckets(const BucketTable *t);
uint64_t bucket_table_rows(const BucketTable *t);
int64_t bucket_table_bytes(const BucketTable *t);

/* ---- MULTI ---- */
/* owner: any 64-bit identity the operator keeps in its row (0 = none yet; multi_add writes a new one through the pointer). Keys are
 * byte strings in memcmp order (data/sortkey.h makes them), at most MULTI_KEY_MAX; equal keys add up their counts; a count of 0
 * removes the entry. */
#define MULTI_KEY_MAX (UINT32_C(1) << 30)
typedef struct MultiTable MultiTable;
MultiTable *multi_table_new(PageStore *ps, uint32_t table_id, Err *err);
void multi_table_free(MultiTable *t);
int multi_add(MultiTable *t, uint64_t *owner, int64_t bucket, Str key, int64_t weight, int64_t *ret_count /* after */, Err *err);
void multi_prefetch(const MultiTable *t, uint64_t owner);
int64_t multi_count(const MultiTable *t, uint64_t owner, Str key);
int64_t multi_total(const MultiTable *t, uint64_t owner); /* sum of positive counts */
uint64_t multi_entries(const MultiTable *t, uint64_t owner);
/* k-th key counting multiplicity over positive counts; the Str is valid until the next change. -1 from the end: k = total - 1. */
bool multi_nth(const MultiTable *t, uint64_t owner, int64_t k, Str *ret_key, int64_t *ret_count);
/* Sum of positive counts of keys below `key`: the place of its first occurrence, for multi_nth. */
int64_t multi_rank(const MultiTable *t, uint64_t owner, Str key);
/* First key >= from (or > from); false = none. Entries with a negative count are found, too. */
bool multi_seek(const MultiTable *t, uint64_t owner, Str from, bool strictly, Str *ret_key, int64_t *ret_count);
/* Walking: a place, and the entry behind it.  Valid until the collection's next change. */
typedef struct MultiPlace {
    const void *leaf;
    uint32_t i;
} MultiPlace;
bool multi_seek_place(const MultiTable *t, uint64_t owner, Str from, bool strictly, MultiPlace *ret, Str *ret_key,
                      int64_t *ret_count);
bool multi_next(const MultiTable *t, uint64_t owner, MultiPlace *at, Str *ret_key, int64_t *ret_count);
bool multi_seek_back(const MultiTable *t, uint64_t owner, Str from, bool strictly, Str *ret_key,
                     int64_t *ret_count);       /* last key <= from */
void multi_drop(MultiTable *t, uint64_t owner); /* frees the whole collection */

/* Collections that are changed often and read seldom, of keys of a marker byte, always the same, and a number of eight or
 * sixteen bytes (multi_late.c).  A change may wait: then what the collection says is only right once it is settled, so nobody else
 * reads it or adds to it. */
#define MULTI_NUMBER_BYTES 9u
#define MULTI_WIDE_BYTES 17u
/* As multi_add.  1: the change waits, and the count after it is not known; 0: *ret_count is. */
int multi_add_late(MultiTable *t, uint64_t *owner, int64_t bucket, Str key, int64_t weight, int64_t *ret_count, Err *err);
int multi_settle(MultiTable *t, uint64_t *owner, Err *err);
/* The least or the greatest key of one that is settled; false: there is none. */
bool multi_end(const MultiTable *t, uint64_t owner, bool last, Str *ret_key);
/* Whether some count may be below zero once it is settled; and that one is going to be. */
bool multi_owes(const MultiTable *t, uint64_t owner);
void multi_owe(MultiTable *t, uint64_t owner);
/* What multi_add_late is going to look at, in this order and some collections apart. */
void multi_prefetch_root(const MultiTable *t, uint64_t owner);
void multi_prefetch_room(const MultiTable *t, uint64_t owner);
uint64_t multi_table_owners(const MultiTable *t); /* made since the table was, or was restored */
int64_t multi_table_bytes(const MultiTable *t);
