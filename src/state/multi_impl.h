/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the MULTI table.  [shard]
 *
 * A collection is a tree of nodes; each node is a unit of the heap.  A small collection is one leaf in a unit as small as its
 * entries (several owners share a page), a growing one moves to larger units until its leaf fills a page, and then grows a B+tree
 * of page-sized nodes.  So the sorted run and the tree are one structure, and the owner's handle is the reference of the root.
 *
 * Node: header, slots (offsets of cells in key order), free room, cells.  Cell of a leaf: {i64 count, key}; of an inner node:
 * {Branch, key}, whose key is not above any key below it and above every key left of it; the first cell's key is not looked at. Key
 * in a cell: u16 length and the bytes, or KEY_LONG and the reference of a heap unit {u32 length, bytes}.
 *
 * A run of numbers may have changes that wait behind its entries (multi_late.c): cells like the others, whose counts are weights
 * and whose slots, behind the n of the entries, are in the order of arrival.  How many there are stands above the number of
 * entries. */
#pragma once
#include "state/table.h"
#include "state/units_impl.h"

#include <string.h>

#define KEY_INLINE_MAX 256u
#define KEY_LONG 0xffffu
#define NODE_BYTES PAGE_ROOM /* of a node of a tree with inner nodes */
#define TREE_DEPTH_MAX 32u

typedef struct Node {
    uint16_t n;
    uint16_t cells_at; /* lowest cell */
    uint16_t live;     /* bytes of cells in use */
    uint16_t level;    /* 0 = leaf */
    int64_t total;     /* sum of positive counts below */
    uint64_t entries;  /* of a run also, from bit LATE_AT: changes that wait, and NONE_NEGATIVE */
    uint16_t slot[];
} Node;
#define LATE_AT 48u
#define LATE_MASK UINT64_C(0x7fff)
#define NONE_NEGATIVE (UINT64_C(1) << 63) /* no count is below zero; not set: not known */

typedef struct Branch {
    uint64_t child; /* reference of a node */
    int64_t total;
    uint64_t entries;
} Branch;
#define BRANCH_CELL_MAX (sizeof(Branch) + 2 + KEY_INLINE_MAX)

typedef struct MultiBucket { /* what shares a time bucket shares pages */
    int64_t bucket;
    PageList pages;
    UnitHeap heap;
} MultiBucket;

struct MultiTable {
    PageStore *ps;
    uint32_t table_id;
    MultiBucket **bucket; /* sorted; those without a page are freed */
    uint32_t n_buckets, cap_buckets, last;
    uint64_t n_owners;
};

/* A key on its way into a cell; a long one is in the heap already. */
typedef struct CellKey {
    Str key;
    uint64_t ref; /* of the unit of a long key, else 0 */
} CellKey;

/* multi_node.c */
static inline uint8_t *node_cell(Node *x, uint32_t i)
{
    return (uint8_t *)x + x->slot[i];
}
static inline const uint8_t *node_cell_const(const Node *x, uint32_t i)
{
    return (const uint8_t *)x + x->slot[i];
}
static inline uint64_t node_entries(const Node *x)
{
    return x->entries & ((UINT64_C(1) << LATE_AT) - 1);
}
static inline uint32_t node_late(const Node *run)
{
    return (uint32_t)(run->entries >> LATE_AT & LATE_MASK);
}
static inline uint32_t node_payload(const Node *x)
{
    return x->level ? sizeof(Branch) : sizeof(int64_t);
}
static inline Node *node_at(const PageStore *ps, uint64_t ref)
{
    return (Node *)(void *)unit_at(ps, ref);
}
static inline uint32_t cell_key_bytes(const CellKey *k)
{
    return 2 + (k->ref ? 8 : (uint32_t)k->key.n);
}
Str node_long_key(const PageStore *ps, const uint8_t *ref); /* whose cell has this reference */
static inline Str node_key(const PageStore *ps, const Node *x, uint32_t i)
{
    const uint8_t *p = node_cell_const(x, i) + node_payload(x);
    uint16_t n;
    memcpy(&n, p, sizeof(n));
    return likely(n != KEY_LONG) ? (Str){(const char *)p + sizeof(n), n} : node_long_key(ps, p + sizeof(n));
}
static inline int64_t node_count(const Node *leaf, uint32_t i)
{
    int64_t count;
    memcpy(&count, node_cell_const(leaf, i), sizeof(count));
    return count;
}
static inline Branch node_branch(const Node *inner, uint32_t i)
{
    Branch b;
    memcpy(&b, node_cell_const(inner, i), sizeof(b));
    return b;
}
void node_set_count(Node *leaf, uint32_t i, int64_t count);
void node_set_branch(Node *inner, uint32_t i, Branch b);
void node_init(Node *x, uint32_t bytes, uint32_t level);
uint32_t node_used(const Node *x);                      /* header, slots and cells */
bool node_has_room(const Node *x, uint32_t cell_bytes); /* for one more cell */
uint32_t node_cell_bytes(const Node *x, uint32_t i);
/* First entry of a leaf with a key >= key. */
uint32_t node_lower(const PageStore *ps, const Node *leaf, Str key, bool *ret_equal);
/* The child that a key belongs to. */
uint32_t node_child(const PageStore *ps, const Node *inner, Str key);
/* Puts a cell in place i; the caller has checked the room.  The payload is for the caller to set. */
void node_insert(Node *x, uint32_t i, const CellKey *k);
void node_delete(Node *x, uint32_t i);                                 /* the cell only, not its long key */
void node_append_from(Node *x, const Node *from, uint32_t i);          /* copies a cell to the end */
CellKey node_take_key(const PageStore *ps, const Node *x, uint32_t i); /* the cell's key with its long unit, to be put elsewhere */
/* Copies a leaf into a unit of another size. */
void node_copy(Node *dst, uint32_t dst_bytes, const Node *src);
uint32_t node_middle(const Node *x); /* number of cells in the lower half by bytes, 1..n-1 */

/* multi_tree.c */
int cell_key_init(MultiBucket *b, Str key, CellKey *ret);
void cell_key_done(MultiBucket *b, uint64_t ref); /* frees a long key; 0 is fine */
int multi_tree_add(MultiBucket *b, uint64_t *owner, Str key, int64_t weight, int64_t *ret_count, Err *err);
void multi_tree_drop(MultiBucket *b, uint64_t ref);
Node *node_new(MultiBucket *b, uint32_t bytes, uint32_t level); /* NULL = no memory */
void node_free(MultiBucket *b, Node *x);
/* Adds to a run that stays one in the same unit, with ret_count as of multi_tree_add.  false: it does not; nothing is done. */
bool run_add(const MultiBucket *b, Node *x, Str key, int64_t weight, int64_t *ret_count);
/* Whether a run of so many bytes in use goes to a smaller unit. */
bool run_is_thin(const Node *x, uint32_t used);

/* multi_table.c */
MultiBucket *multi_bucket_of(const MultiTable *t, uint64_t owner);
void multi_bucket_trim(MultiTable *t, MultiBucket *b);
