/* SPDX-License-Identifier: Apache-2.0
 *
 * State of an as-of join (design 4.8).  [shard]  A HASH table holds the keys; each owns two collections of a MULTI table, the left
 * and the right rows, in the order of (time, all columns), so that equal times are ordered by content and not by arrival. */
#pragma once
#include "data/sortkey.h"
#include "exec/due_runs.h"
#include "exec/op_impl.h"

typedef struct AsofKey {      /* extra bytes of a key's row */
    uint64_t side[2];         /* owners of the rows */
    int64_t due_us, first_us; /* the times that it is listed under, if it is */
    uint32_t gone;            /* temporal join: 1 + place among the versions that this step has ended */
    bool in_due, in_first;
    bool noted; /* to be removed at the end of the batch */
    bool in_old;
} AsofKey;

typedef struct AsofSide {
    const Schema *schema;
    SortSpec *spec; /* time, then every column */
    RowEval eval;   /* keys, then the time */
} AsofSide;

typedef struct AsofState {
    Op *op;
    uint32_t n_keys;
    RowLayout key_layout;
    HashTable *keys;
    MultiTable *rows;
    AsofSide side[2];
    const Vec **key_col;
    StrBuf key, bound;  /* scratch */
    DueRuns due, first; /* keys by the time their first left row is settled, and by its own time; they may have left memory */
    DueRuns old;        /* by the time from which on a right row may be forgotten, as it was when they were listed */
    uint64_t n_rows;
    uint32_t end_bytes; /* of a version that is nothing but its time */
} AsofState;

int asof_state_open(AsofState *s, Op *op, Expr *const *left_key, Expr *const *right_key, uint32_t n_keys, Expr *left_time,
                    Expr *right_time, Err *err);
void asof_state_done(AsofState *s);
int64_t asof_state_bytes(const AsofState *s);

static inline AsofKey *asof_key(const AsofState *s, uint8_t *row)
{
    return (AsofKey *)(void *)row_extra(&s->key_layout, row);
}
static inline bool asof_key_is_listed(const AsofState *s, uint8_t *row)
{
    const AsofKey *k = asof_key(s, row);
    return k->in_due || k->in_first || k->in_old;
}
/* The key rows of the batch's rows (side's expressions have been evaluated). */
int asof_state_keys(AsofState *s, uint32_t side, Rows rows, uint8_t **ret);
/* Encodes row r of the batch of a side; valid until the next call. */
int asof_state_encode(AsofState *s, uint32_t side, const Batch *b, int64_t time, uint32_t r, Str *ret);
int asof_state_add(AsofState *s, uint8_t *key, uint32_t side, Str row, int64_t weight);
/* Lists the key under a time in `due` or `first`, or takes it out. */
int asof_state_list(AsofState *s, DueRuns *in, uint8_t *key, int64_t us);
int asof_state_unlist(AsofState *s, DueRuns *in, uint8_t *key);
/* Forgets a key that has no rows. */
void asof_state_tidy(AsofState *s, uint8_t *key);

/* Rows of a side in the order of time; entries without a positive count are passed over.  The text is valid until the next change.
 */
bool asof_first(const AsofState *s, uint8_t *key, uint32_t side, Str *ret, int64_t *ret_count);
bool asof_at_or_after(AsofState *s, uint8_t *key, uint32_t side, int64_t time, Str *ret, int64_t *ret_count);
bool asof_after(const AsofState *s, uint8_t *key, uint32_t side, Str row, Str *ret, int64_t *ret_count);
bool asof_before(AsofState *s, uint8_t *key, uint32_t side, int64_t time, Str *ret,
                 int64_t *ret_count); /* last with a lesser time */
int64_t asof_time(Str row);

/* Versions, the right rows of a temporal join (asof_versions.c): one for each key and time. */
/* From `time` on the row holds, or with NULL none does; what was there with that time is replaced. */
int asof_version_put(AsofState *s, uint8_t *key, int64_t time, Str row);
bool asof_version_last(AsofState *s, uint8_t *key, Str *ret);       /* false: there is no row at the end of time */
static inline bool asof_version_is_end(const AsofState *s, Str row) /* a version that says that there is none */
{
    return row.n == s->end_bytes;
}
/* Forgets what no time from `from` on asks for, and files the key where the next version is due to be forgotten. */
int asof_versions_forget(AsofState *s, uint8_t *key, int64_t from);
int asof_versions_file(AsofState *s, uint8_t *key);

/* Appends n encoded rows of a side to the columns of `to` from `first` on; a NULL row gives NULLs. */
int asof_state_read(AsofState *s, uint32_t side, const Str *row, uint32_t n, Batch *to, uint32_t first, Arena *arena);
