/* SPDX-License-Identifier: Apache-2.0
 *
 * One side of a join: its rows, found by the join key.  [shard]
 *
 * Two tables (design 4.6): `rows` holds the side's rows as a Z-set, keyed by all their columns, with the multiplicity as the row's
 * count; over input that only comes nothing has to be found again, and each row is kept as it came.  `keys` holds one row per
 * distinct join key that heads the list of its rows.  The links are addresses: they, and `keys`, can be made again from `rows`; the
 * degree is data.  Pages of both tables may leave memory
 * between steps; a link is followed after hash_table_need. */
#pragma once
#include "exec/due_runs.h"
#include "exec/held_batches.h"

typedef struct JoinLink { /* extra bytes of a row */
    uint8_t *next, *prev; /* rows of the same key */
    uint8_t *key;         /* row of `keys`; NULL without keys */
    int64_t degree;       /* sum of the weights of its matches; by_copy: how many of its copies have none */
    uint32_t unused;      /* part of the stored layout */
    bool listed;          /* has been put into a list of the running call */
} JoinLink;

/* In the byte that a join saves: the degrees of its rows are not true (op_not_in.c). */
#define JOIN_SAVED_NO_DEGREES 8u

typedef struct JoinBound { /* behind the link where the join has a PairBest of the other side's columns */
    uint64_t head[2];      /* of the best pair so far; ~0: there is none */
} JoinBound;

typedef struct JoinKeyYoung { /* extra bytes of the row of a key, where rows may be young */
    uint8_t *head;            /* of the list of its rows */
    uint32_t newest;          /* 1 + the number of the newest row that is young; 0 = none is */
} JoinKeyYoung;
typedef struct JoinYoung { /* join_young.h */
    bool may;              /* there may be some */
    HeldBatches held;      /* a note: 1 + the number of the row before in the chain of the key; 0 = none */
    uint32_t taken, met;   /* of late: rows that have come, and that were wanted */
    uint32_t to_store;     /* rows that go into pages at once before it is tried again */
} JoinYoung;

typedef struct JoinSideOpen {
    const PhysNode *input;
    uint32_t number;
    Expr *const *keys;
    uint32_t n_keys;
    const bool *null_safe;
    int32_t time_col; /* rows are due by it; -1 = never */
    bool has_bounds;
    bool may_be_young;    /* rows are never taken back, have no degree and no time: join_young.h */
    PageStore *key_pages; /* where the keys lie, instead of where the rows do: they are made again, and no checkpoint has them */
    uint32_t key_extra;   /* bytes of a key's row that begin with the head of its list; 0: that is all */
} JoinSideOpen;

typedef struct JoinSide {
    Op *op;
    uint32_t number, n_cols, n_keys; /* number: of the input */
    uint32_t key_extra;
    bool only_grows, has_bounds;
    bool by_copy; /* equal rows have matches of their own: each degree that is stored counts for its copies, and older ones, which
                   * have met whatever the newer ones have, leave first */
    RowLayout row_layout, key_layout;
    HashTable *rows, *keys; /* keys: NULL when n_keys is 0 */
    uint8_t *all;           /* n_keys 0: head of the only list */
    RowEval eval;           /* the keys of this side's rows */
    const bool *null_safe;
    void (*key_goes)(void *self, struct JoinSide *s, uint8_t *key); /* its last row has gone; NULL: nobody asks */
    void *key_self;
    const Vec **col, **key_col; /* argument arrays of the table calls */
    int32_t time_col;           /* rows are forgotten by this column; -1 = never */
    DueRuns due;                /* by that time */
    /* join_shared.h: the rows lie in a stored relation; `rows` and `keys` have, negated, those of its latest change that the join
     * has not been given yet, when it had to know. */
    const Arrangement *shared;
    uint64_t loaded;      /* number of that change */
    StrBuf sought;        /* a key as the relation's index has it */
    const Vec **lent_key; /* the input's keys, in the order of the other side's relation */
    Program *filter;      /* only these rows of the relation are the side's; NULL = all */
    uint64_t *filter_reads;
    JoinYoung young;
} JoinSide;

int join_side_open(JoinSide *s, Op *op, const JoinSideOpen *o, Err *err);
void join_side_close(JoinSide *s);
void join_side_clear(JoinSide *s); /* of a side that is not timed */

/* A batch of one side with its keys, ready to be matched and stored.  Everything lies in the step's arena. */
typedef struct JoinInput {
    Batch *batch;
    Rows rows;      /* whose keys can match */
    Rows lone;      /* with a NULL in a key that NULL does not match */
    uint64_t *hash; /* of the key, by position in rows */
} JoinInput;
int join_side_input(JoinSide *s, Batch *in, Out *out, JoinInput *ret);
/* It in two steps. */
int join_side_keys(JoinSide *s, Batch *in, Out *out, JoinInput *ret);
int join_side_hash(JoinSide *s, JoinInput *in);
/* Heads of the lists in `other` that the rows of `in` (of side s) meet, by position in in->rows; NULL = no match. */
int join_side_match(const JoinSide *s, const JoinSide *other, const JoinInput *in, uint8_t ***ret_head);
/* Adds the input's rows; degree: of each new one, by position (NULL = 0).  time_us: event times by physical row, with a time
 * column. */
int join_side_store(JoinSide *s, const JoinInput *in, const int64_t *degree, const int64_t *time_us);
/* After the pages of `rows` have come back: makes the keys, the lists and `due` again.  in: as given to join_side_open. */
int join_side_restore(JoinSide *s, const Schema *in, Err *err);
int join_side_forget(JoinSide *s, uint8_t *row); /* taken out of `due` before; -ERR_IO: what it is linked to cannot be read */

static inline JoinLink *join_link(const JoinSide *s, uint8_t *row)
{
    return (JoinLink *)(void *)row_extra(&s->row_layout, row);
}
static inline JoinBound *join_link_bound(const JoinSide *s, uint8_t *row)
{
    return (JoinBound *)(void *)(row_extra(&s->row_layout, row) + sizeof(JoinLink));
}
/* Columns of n stored rows as vectors of `to`, from its column `first` on. */
int join_side_read(const JoinSide *s, uint8_t *const *row, uint32_t n, Batch *to, uint32_t first, Arena *arena);
/* One column of rows that lie here, or, lent, in the relation that is shared.  Texts are referred to where they lie: results of a
 * call are used before any row of the side goes. */
static inline int join_side_read_column(const JoinSide *s, bool lent, uint8_t *const *row, uint32_t n, uint32_t c, Vec *ret,
                                        Arena *arena)
{
    return hash_table_lend(lent ? s->shared->rows(s->shared->self) : s->rows, row, n, lent ? s->shared->cols[c] : c, ret, arena);
}
/* All columns of such rows. */
int join_side_read_pairs(const JoinSide *s, bool lent, uint8_t *const *row, uint32_t n, Batch *to, uint32_t first, Arena *arena);
int64_t join_side_bytes(const JoinSide *s);
static inline uint64_t join_side_rows(const JoinSide *s)
{
    return hash_table_rows(s->rows) + s->young.held.rows;
}
