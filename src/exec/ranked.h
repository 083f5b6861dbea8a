/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of ordered rows, for Top-N and window functions.  [shard]
 *
 * A group is a row of a HASH table (key: the partition columns) that owns a collection in a MULTI table: one entry per row, in
 * order.  An entry's key is {order columns, arrival number when the input has no deletes, all columns of the row}, so the row is
 * read back from it and equal rows are one entry with a count.  Counts may be negative for a while: such a row is absent.  Behind
 * an arrival number the columns are packed (data/packed.h), for they decide nothing; else they have the order of sort keys.
 *
 * Groups with a time (a partition column with a watermark) are kept in a BUCKET table by it, and dropped with their bucket.
 *
 * What a step changes is noted as touches: the key and its count before.  Nothing is copied of what is not touched: the old content
 * of a group is its present content with the touches taken back, and a cursor walks either. */
#pragma once
#include "data/packed.h"
#include "data/sortkey.h"
#include "exec/due_runs.h"

typedef struct Touch Touch;
struct Touch {
    Touch *next;
    Str key;
    int64_t old; /* count before */
};

typedef struct RankedGroup { /* one that was touched since the last flush */
    HashTable *table;
    int64_t bucket;
    uint8_t *row;
    Touch *touches; /* latest first */
    uint32_t n_touches;
    void *note; /* the operator's, made at the first touch */
} RankedGroup;

typedef struct RankedRow { /* extra bytes of a group's row */
    uint64_t owner;        /* of its entries in the MULTI table */
    uint64_t seq;          /* arrival number of the next row */
    uint64_t bound[2]; /* the operator's; ~0 in a new group. Top-N: keys that begin with more than these 16 bytes are not wanted */
    uint32_t dirty;    /* its place in `group`, if that one speaks of it */
    uint32_t flags;    /* the operator's; of one with own_bytes RANKED_IS_DUE */
} RankedRow;

typedef struct Ranked {
    Op *op;
    RowEval eval; /* partition columns, order columns, then those the operator adds */
    uint32_t n_part, n_order, n_cols;
    const Vec **key;
    SortSpec *order, *col; /* of the order columns; of the input's columns */
    PackedLayout packed;   /* of the input's columns, where is_packed */
    bool wide_order;       /* order columns are integers or times: of a key without NULL each has nine bytes */
    bool wide_cols;        /* all columns are, and they are not packed */
    bool arrival;          /* ties go by arrival: the input has no deletes */
    bool is_packed;
    uint32_t suffices; /* with bounds: so many rows before it, by the first order column, make a row unwanted; 0 = not known */
    bool has_bounds;   /* rows behind the bound of their group are not wanted, and each that comes may move it forward */
    bool stays;        /* what a writer is given stays where it is until the output has been used (ranked_writer_lend) */
    int32_t time_part; /* partition column that is the group's time, -1 = none */
    int64_t closed_us; /* rows of groups below come too late: these are gone; INT64_MIN = none */
    RowLayout layout;
    BucketTable *buckets; /* by time, or one bucket INT64_MIN */
    MultiTable *rows;
    RankedGroup *group; /* touched ones */
    uint32_t n_groups, cap_groups;
    Arena touch_arena; /* touches and notes */
    StrBuf text;       /* the key being made */
} Ranked;

typedef struct RankedOpen {
    Expr *const *part, *const *order, *const *extra;
    uint32_t n_part, n_order, n_extra;
    const bool *desc, *nulls_first;
    int32_t time_part;
    uint32_t own_bytes; /* of the operator behind the RankedRow: a multiple of 8 */
} RankedOpen;
int ranked_open(Ranked *r, Op *op, const RankedOpen *o, Err *err);
void ranked_close(Ranked *r);   /* also half-opened (zeroed) */
void ranked_restore(Ranked *r); /* before the first look at state of a checkpoint */
void ranked_count_state(const Ranked *r, OpCounters *c);

static inline RankedRow *ranked_row(const Ranked *r, uint8_t *row)
{
    return (RankedRow *)(void *)row_extra(&r->layout, row);
}

/* One row that is about to change its group. */
typedef struct RankedChange {
    HashTable *table;
    int64_t bucket;
    uint8_t *row; /* of the group */
    uint32_t phys;
    int64_t weight;
    const uint64_t *head; /* the first 16 bytes of its order columns, behind them zeros; NULL = not known */
    Str packed;           /* its columns, where Ranked.is_packed */
    bool is_wide;         /* order and columns are wide and without NULL */
} RankedChange;
static inline bool ranked_is_beyond(const RankedRow *x, const uint64_t head[2])
{
    return head[0] != x->bound[0] ? head[0] > x->bound[0] : head[1] > x->bound[1];
}
/* Takes the rows of `in`: finds their groups and calls back for each; rows whose key would be too long go to the error port, those
 * of groups that are gone to the late port. */
int ranked_push(Ranked *r, Batch *in, Out *out, int (*each)(void *self, const Batch *in, RankedChange *c), void *self);
/* The key of a row; *ret_order: bytes of its order columns.  Valid until the next. 0 or -ERR_OUT_OF_MEMORY. */
int ranked_key(Ranked *r, const Batch *in, const RankedChange *c, Str *ret, size_t *ret_order);
/* The two parts of it: what the place in the order depends on (with the arrival number, if there is one), and the rest. */
int ranked_key_begin(Ranked *r, const RankedChange *c, Str *ret, size_t *ret_order);
int ranked_key_end(Ranked *r, const Batch *in, const RankedChange *c, Str *ret);
/* Adds the row under the key. */
int ranked_add(Ranked *r, const RankedChange *c, Str key, int64_t *ret_after);
/* The touched group of c, made when it is the first touch (*ret_new). */
int ranked_touch_group(Ranked *r, const RankedChange *c, RankedGroup **ret, bool *ret_new);
/* Notes the count of a key before its change. */
int ranked_touch(Ranked *r, RankedGroup *g, Str key, int64_t old);
/* Touches of g in the order of their keys, each key once. */
int ranked_sorted(Ranked *r, RankedGroup *g, Touch ***ret, uint32_t *ret_n);
/* Removes a group without entries. */
void ranked_trim(Ranked *r, const RankedGroup *g);
/* Drops a group or a bucket whole. */
void ranked_drop(Ranked *r, HashTable *table, uint8_t *row);
void ranked_drop_bucket(Ranked *r, int64_t bucket);
void ranked_forget_touches(Ranked *r);

/* ---- groups in the order of a watermark (ranked_clock.c) ---- */
/* Rows below wm_us leave by the late port; rows without a time are dropped, for no watermark passes them. */
int ranked_take_late(Ranked *r, uint32_t time_col, int64_t wm_us, Batch *in, Out *out, Batch **ret);
int64_t ranked_key_time(Str key);
int64_t ranked_rows_before(const Ranked *r, uint64_t owner, int64_t wm_us); /* INT64_MAX: all */

/* Groups by the time when there is something to do about them.  A group holds its time (RankedOpen.own_bytes = sizeof(int64_t)) but
 * not its place, so groups may leave memory.  Made again from the groups when a state is restored. */
#define RANKED_IS_DUE 1u
#define RANKED_AT_END (INT64_MAX - 1) /* not before all input has come; later times are that, too */
typedef struct RankedDue {
    DueRuns timed, at_end;
} RankedDue;
void ranked_due_init(RankedDue *d, Account *acct);
void ranked_due_done(RankedDue *d);                 /* zeroed is fine */
const DueRow *ranked_due_first(const RankedDue *d); /* NULL = empty.  Its row may have left memory */
/* The group is due at us, and no longer when it was before. */
int ranked_due_set(const Ranked *r, RankedDue *d, HashTable *table, uint8_t *row, int64_t us);
int64_t ranked_due_us(const Ranked *r, uint8_t *row); /* of one that is due */
int ranked_due_clear(const Ranked *r, RankedDue *d, HashTable *table, uint8_t *row);

void ranked_look_at_order(Ranked *r); /* once r->order is known */
size_t ranked_order_length(const Ranked *r, Str key);
static inline size_t ranked_order_bytes(const Ranked *r, Str key)
{
    size_t at = 0;
    if (unlikely(!r->wide_order || key.n < r->n_order * SORTKEY_WIDE_BYTES))
        return ranked_order_length(r, key);
    for (uint32_t i = 0; i < r->n_order; i++)
        at += sortkey_wide_length(key.p + at);
    return at;
}
static inline Str str_first(Str s, size_t n)
{
    return (Str){s.p, MIN(s.n, n)};
}
static inline Str str_behind(Str s, size_t n)
{
    return (Str){s.p + MIN(s.n, n), s.n - MIN(s.n, n)};
}
static inline int key_cmp(Str a, Str b)
{
    int c = memcmp(a.p, b.p, MIN(a.n, b.n));
    return c ? c : (a.n > b.n) - (a.n < b.n);
}
/* order columns and a byte above everything that may follow: keys below are those up to the last peer.  In arena, p NULL = no
 * memory. */
Str ranked_after_peers(Str order, Arena *arena);

/* ---- walking ---- */
typedef struct RankedCursor { /* entries with a positive count, in order; valid while the group does not change */
    const Ranked *r;
    uint64_t owner;
    Touch *const *touch; /* of the old content; NULL = the present one */
    uint32_t n_touches, at;
    bool in_tree;
    MultiPlace place; /* of tree_key */
    Str tree_key;
    int64_t tree_count;
    bool has; /* key and count are an entry */
    Str key;
    int64_t count;
} RankedCursor;
/* From the first entry not below `from`. */
void ranked_walk(RankedCursor *c, const Ranked *r, uint64_t owner, Touch *const *touch, uint32_t n_touches, Str from);
void ranked_next(RankedCursor *c);

/* ---- rows of output ---- */
#define RANKED_PIECES_MAX 24u                 /* of copied rows; each is twice as long as the one before, at first */
#define RANKED_WRITER_BYTES ((size_t)1 << 20) /* of packed rows: then a batch is full */
typedef struct RankedWriter { /* the columns of rows from their keys; further columns and weights are the operator's */
    const Ranked *r;
    const Schema *schema;
    Arena *arena;
    uint32_t cap; /* rows of a batch */
    Batch *b;     /* NULL: none has been begun */
    StrWriter *text;
    PackedRows packed; /* they are taken apart with the flush */
    char *end, *piece_end;
    size_t piece_bytes, bytes; /* of the last piece; of all rows */
    int32_t *weight;
    uint32_t n;
} RankedWriter;
void ranked_writer_init(RankedWriter *w, const Ranked *r, const Schema *schema, Arena *arena);
/* There are hardly more than n rows: memory for no more of them at a time. */
static inline void ranked_writer_expect(RankedWriter *w, int64_t n)
{
    w->cap = (uint32_t)MAX(MIN(n, (int64_t)BATCH_ROWS), 1);
}
/* Is there no room for n rows? */
static inline bool ranked_writer_lacks(const RankedWriter *w, uint32_t n)
{
    return w->n + n > w->cap || w->bytes > RANKED_WRITER_BYTES;
}
static inline bool ranked_writer_is_full(const RankedWriter *w)
{
    return ranked_writer_lacks(w, 1);
}
/* Row w->n from packed columns that stay where they are: texts are referred to there.  Where Ranked.stays. */
int ranked_writer_lend(RankedWriter *w, Str packed);
/* Row w->n from key; then set the columns behind the input's and call ranked_writer_done. */
int ranked_writer_put(RankedWriter *w, Str key);
int ranked_writer_done(RankedWriter *w, int64_t weight);
/* Hands the batch on, if there is one; the next row begins another. */
int ranked_writer_flush(RankedWriter *w, Out *out);
