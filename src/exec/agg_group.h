/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups and their aggregates (design 4.2), used by the hash and the window aggregate.  [shard]
 *
 * A group is a row of a HASH table: key columns, the count of its rows, and in the extra bytes one slot per aggregate: a plain
 * state, a counter, or the owner id of a multiset in a MULTI table.  A batch is applied column-wise: hash the keys, upsert them
 * all, then one call per aggregate over the array of state pointers. */
#pragma once
#include "data/sortkey.h"
#include "exec/agg_distinct.h"
#include "exec/op_impl.h"

typedef enum SlotKind {
    SLOT_ROWS,    /* COUNT(*): the group's row count */
    SLOT_ROWS_IF, /* COUNT(*) FILTER (...): a counter of its own */
    SLOT_PLAIN,
    SLOT_MULTI,
    SLOT_BOUND, /* a bound of the group's session, kept by the operator: an int64 time, shown with `plus` added */
} SlotKind;

#define SLOT_ARGS_MAX 4
#define SLOT_SORT_MAX (AGG_ORDER_MAX + 1)
typedef struct GroupSlot GroupSlot;
struct GroupSlot {
    const AggSpec *spec;
    uint8_t kind;
    bool zero_init; /* the initial state is all zeros */
    bool is_shared; /* the state or multiset is that of a slot before, which keeps it */
    uint32_t at;    /* of the state, counter or owner in the row's extra bytes */
    uint32_t arg;   /* first argument in eval.vec */
    uint32_t n_args;
    int32_t filter;           /* in eval.vec, -1 = none */
    int32_t distinct;         /* which map, -1 = none */
    uint32_t count;           /* which of its counts */
    const GroupSlot *extreme; /* SLOT_MULTI that is not shared: the first of those below */
    /* SLOT_MULTI: columns of an element, the order columns and then the first argument: how they sort, and where in eval.vec. */
    uint32_t n_sort;
    SortSpec sort[SLOT_SORT_MAX];
    uint32_t sort_at[SLOT_SORT_MAX];
    int64_t plus;
    /* SLOT_MULTI of MIN and MAX: what is known of the result, in the row's extra bytes (agg_extreme.c). */
    bool is_extreme;
    bool is_late; /* changes of the multiset may wait */
    uint32_t extreme_at;
    const GroupSlot *next_extreme; /* of the same multiset */
};

/* One table of groups: the only one of a hash aggregate, or a window's. */
typedef struct GroupTable {
    HashTable *rows;
    HashTable **distinct; /* by map */
    int64_t bucket;       /* window end; INT64_MIN = no window */
} GroupTable;

typedef struct DirtyChunk DirtyChunk;
typedef struct ZeroChunk ZeroChunk;
typedef struct PairTemplate PairTemplate;

typedef struct AggGroups {
    Op *op;
    const PhysAgg *node;
    Expr **expr;  /* of eval */
    RowEval eval; /* keys, the extra expressions, then arguments, order columns and filters of the aggregates */
    RowLayout layout;
    uint32_t n_cols; /* key columns of the layout: the node's keys, and window_start when it is one */
    const Vec **key; /* n_cols vectors of the batch being applied */
    const Vec **at;  /* of one row being applied alone: what eval gives, or would give if it were asked (agg_single_takes) */
    uint32_t n_slots;
    uint32_t n_bounds; /* of them, leading: first and last time of a session, or 0 */
    GroupSlot *slot;
    const GroupSlot *counting; /* the first that may count a batch's rows with its own work; NULL = none */
    uint32_t n_distinct;
    DistinctMap *distinct;
    bool shares_maps;  /* each map is of a part of its own (agg_map_pages), and a batch of one group goes to all of them at once */
    MultiTable *multi; /* NULL = no such slot */
    int64_t n_arrived; /* rows of AggSpec.by_arrival */
    StrBuf sort_key;
    Arena multi_arena;  /* texts of one element */
    uint32_t table_id;  /* of the group rows; then one per distinct map; then multi */
    bool has_init;      /* some new row needs more than zeros */
    bool has_extreme;   /* of some slot */
    bool only_extremes; /* of each */
    bool has_heap;      /* some plain state refers to the heap */
    uint32_t own_at;
    uint64_t last_gid; /* group ids for the distinct maps */
    uint32_t gid_at;
    /* Before-images (agg_dirty.c). */
    bool track;  /* rows have a generation: touched groups can be made dirty */
    bool by_row; /* all that the results depend on lies in the row: its copy is its before-image */
    uint32_t gen_at;
    uint64_t gen;      /* rows of this generation are dirty; starts at 1 */
    Arena dirty_arena; /* of both lists */
    DirtyChunk *dirty, **dirty_last;
    ZeroChunk *zero;
    bool single;        /* a batch of one row goes through agg_single.c */
    PairTemplate *pair; /* and a chunk of one group; NULL = not */
    bool standing_out;  /* the groups that are there without rows have been emitted */
    uint32_t n_standing_bits;
    uint64_t *standing_sets; /* by number of the set; NULL = no grouping set stands */
} AggGroups;

typedef struct AggGroupsOpen {
    const PhysAgg *node;
    Expr *const *extra; /* expressions the operator wants evaluated with the others: eval.vec[n_keys ...] */
    uint32_t n_extra;
    uint32_t n_extra_keys; /* how many of them belong to the key */
    bool track;
    bool bounds; /* two SLOT_BOUND before the aggregates; the last is shown with last_plus added */
    int64_t last_plus;
    uint32_t own_bytes; /* of a row, for the operator: at g->own_at of the extra bytes, 8-byte aligned */
} AggGroupsOpen;
int agg_groups_open(AggGroups *g, Op *op, const AggGroupsOpen *o, Err *err);
/* Where the table of a map lies. */
PageStore *agg_map_pages(const AggGroups *g, uint32_t map);
void agg_groups_close(AggGroups *g); /* also half-opened (zeroed); tables are the operator's and must be gone */

/* What does not lie in the tables; changes that have not been given are forgotten. */
void agg_groups_save(const AggGroups *g, StrBuf *out);
int agg_groups_restore(AggGroups *g, ByteReader *in, Err *err);

/* Applies rows of `in` (eval has run on it) to t.  dirty: note before-images of the groups touched for the first time. */
int agg_groups_add(AggGroups *g, GroupTable *t, const Batch *in, Rows rows, bool dirty);
/* The two halves of it.  find: the groups of the keys, made where absent.  apply: rows whose groups are known (row[i] for the
 * i-th), with the arguments in eval.vec; nothing is noted. */
int agg_groups_find(AggGroups *g, GroupTable *t, const Vec *const *key, Rows rows, uint8_t **ret_row);
int agg_groups_apply(AggGroups *g, GroupTable *t, const RowSet *set, uint32_t n_phys);
/* Takes rows out of the maps of DISTINCT only: of a group that is about to go. */
int agg_groups_forget(AggGroups *g, GroupTable *t, const RowSet *set, uint32_t n_phys);
/* Whether all states can be added up by merge; and dst += sign * src, of n pairs of groups. */
bool agg_groups_can_merge(const AggGroups *g);
int agg_groups_merge(AggGroups *g, GroupTable *t, uint8_t *const *dst, uint8_t *const *src, uint32_t n, int sign);
/* The same with all groups of another table of this layout, made where they are not there; those that come to no
 * rows go.  `from` stays as it is. */
int agg_groups_merge_table(AggGroups *g, GroupTable *to, HashTable *from, int sign);
/* Whether merging will give the same when two tables have got the rows by turns; of a node whose input only grows. */
bool agg_node_takes_turns(const PhysAgg *node);
/* Results of n groups into ret (n_slots vectors) in x->arena; groups whose result overflows are marked in x. */
int agg_groups_final(AggGroups *g, const GroupTable *t, uint8_t *const *row, uint32_t n, EvalCtx *x, Vec *ret);
/* Releases what belongs to the group and the row itself. */
void agg_groups_remove(AggGroups *g, GroupTable *t, uint8_t *row);
/* 1: a group that is there is as a new one. 0: some of its state lies elsewhere; it has to be removed and made. */
int agg_group_clear(AggGroups *g, GroupTable *t, uint8_t *row);
/* Releases only what lies outside of the group's own table and maps: before those are dropped whole. */
void agg_groups_release(AggGroups *g, uint8_t *row);
/* The groups that are there without rows, made if they are not there; noted as dirty. */
int agg_groups_standing(AggGroups *g, GroupTable *t);
static inline bool agg_has_standing(const AggGroups *g)
{
    return g->node->is_global || g->standing_sets;
}
bool agg_set_stands(const AggGroups *g, const uint8_t *row);
/* Is the group there even without rows? */
static inline bool agg_group_stands(const AggGroups *g, const uint8_t *row)
{
    return g->node->is_global || (unlikely(g->standing_sets != NULL) && agg_set_stands(g, row));
}

/* An output batch over n groups: key columns (and window bounds), then aggs; all rows selected, W_ONE. NULL = no memory.  aggs
 * NULL: the caller fills the last n_slots columns. */
Batch *agg_groups_batch(AggGroups *g, const GroupTable *t, uint8_t *const *row, uint32_t n, const Vec *aggs, Arena *arena);
/* Makes the results of an output batch NULL: a group in error has none, and its error row has to look the same when it is taken
 * back. */
void agg_groups_blank(const AggGroups *g, Batch *b);
Vec agg_null_vec(Type t, uint32_t n); /* CONST NULL */
/* Emits n groups as inserts: those with rows; overflown ones to the error port. */
int agg_groups_emit(AggGroups *g, const GroupTable *t, uint8_t *const *row, uint32_t n, Out *out);

void agg_groups_init(AggGroups *g, uint8_t *row); /* of a new row: what is not zeros */

typedef struct AggHeapOfTable {
    AggHeap base;
    HashTable *table;
} AggHeapOfTable;
AggHeapOfTable agg_heap_of(HashTable *t);

/* ---- agg_single.c ---- */
int agg_single_open(AggGroups *g, Err *err); /* last, when all else of g is known */
/* Whether agg_single_add may add one row of the batch that eval has run on; or, with `in`, of that one, where all that eval would
 * do is pick columns.  Sets g->at. */
bool agg_single_takes(AggGroups *g, const Batch *in);
/* agg_groups_add for rows.n == 1, after agg_single_takes. */
int agg_single_add(AggGroups *g, GroupTable *t, const Batch *in, Rows rows, bool dirty);
/* Emits the change of one group from its image `before` (the row itself where it was not there) to what it is now.  1: done; 0: a
 * result overflows, nothing was done; -ERR_OUT_OF_MEMORY.  Only with g->pair. */
int agg_single_emit(AggGroups *g, const GroupTable *t, uint8_t *before, bool was, uint8_t *row, Out *out);

/* ---- agg_dirty.c ---- */
/* Notes those of n rows that are touched for the first time in the interval, with their present results. Before any change. */
int agg_dirty_note(AggGroups *g, const GroupTable *t, uint8_t *const *row, uint32_t n);
int agg_dirty_note_one(AggGroups *g, const GroupTable *t, uint8_t *row);
/* Emits -old +new of the dirty groups in buckets <= limit and removes empty groups.  0 or OP_MORE. */
int agg_dirty_flush(AggGroups *g, int64_t limit, Out *out);
/* Without before-images: notes rows whose count has come to 0; agg_zero_flush removes those that still have none. */
int agg_zero_note(AggGroups *g, const GroupTable *t, uint8_t *const *row, uint32_t n);
int agg_zero_flush(AggGroups *g);
static inline bool agg_is_dirty(const AggGroups *g)
{
    return g->dirty != NULL;
}

static inline uint8_t *slot_state(const AggGroups *g, const GroupSlot *s, uint8_t *row)
{
    return row + g->layout.extra_offset + s->at;
}

/* Times of a session; a session that has ended has its last before its first, and an empty row is removed only then. */
static inline int64_t *group_first(const AggGroups *g, uint8_t *row)
{
    return (int64_t *)(void *)slot_state(g, &g->slot[0], row);
}
static inline int64_t *group_last(const AggGroups *g, uint8_t *row)
{
    return (int64_t *)(void *)slot_state(g, &g->slot[1], row);
}
static inline bool group_is_gone(const AggGroups *g, uint8_t *row)
{
    return *row_count(row) == 0 && (g->n_bounds == 0 || *group_first(g, row) > *group_last(g, row));
}
/* Whether the group has been noted in this interval: it is on the list of the next flush. */
bool agg_is_noted(const AggGroups *g, uint8_t *row);

/* ---- agg_multi.c ---- */
#define MULTI_AHEAD 4u /* groups whose multisets are prefetched */
/* Adds the rows to their groups' multisets. Rows with a NULL argument do not count. */
int agg_multi_add(AggGroups *g, const GroupSlot *s, int64_t bucket, const RowSet *set);
/* ---- agg_extreme.c: MIN and MAX of short values ---- */
#define EXTREME_BYTES 16u
bool agg_extreme_takes(const GroupSlot *s);
/* An element's count has become `after` by `weight`; s: the first extreme of the multiset, or NULL. */
void agg_extremes_move(const AggGroups *g, const GroupSlot *s, uint8_t *row, Str key, int64_t weight, int64_t after);
/* The change of an element waits in the multiset of s. */
void agg_extremes_wait(const AggGroups *g, const GroupSlot *s, uint8_t *row, const char *key, int64_t weight);
void agg_extremes_open(AggGroups *g);                                           /* finds the multisets that nobody else reads */
int agg_extremes_settle(const AggGroups *g, const GroupTable *t, uint8_t *row); /* before the row is copied */
/* Whether one of them is another one than in the copy `before`: 0 or 1. */
int agg_extremes_moved(const AggGroups *g, const GroupTable *t, uint8_t *before, uint8_t *row);
int agg_extreme_final(const AggGroups *g, const GroupTable *t, const GroupSlot *s, uint8_t *const *row, uint32_t n, Arena *arena,
                      Vec *ret);

void agg_multi_open(AggGroups *g); /* finds the multisets whose changes may wait */
/* The same of MIN and MAX for which nothing is kept beside a multiset whose changes may wait. */
int agg_ends_final(AggGroups *g, const GroupTable *t, const GroupSlot *s, uint8_t *const *row, uint32_t n, Arena *arena, Vec *ret);
int agg_multi_final(AggGroups *g, const GroupTable *t, const GroupSlot *s, uint8_t *row, AggCtx *x, Value *ret);
