/* SPDX-License-Identifier: Apache-2.0
 *
 * Changing MULTI collections.
 *
 * Insertion makes room on the way down: a node that could overflow is split before it is entered, so its parent has room for the
 * new branch.  Each growth or split is a whole change of its own that needs its memory first: when memory fails in between, the
 * collection is valid and unchanged in content.  Deletion never allocates except to move a shrunken run into a smaller unit, which
 * may fail silently. */
#include "state/multi_impl.h"

#include <string.h>

#define RUN_BYTES_MIN 64u
#define CELL_SHORT 20u /* bytes: a run begins with room for one such cell, but for two longer ones: else the second moves it */
#define RUN_BYTES_KEPT                                                                                                             \
    512u /* up to here a run keeps its unit as long as it lives: most changes take entries out that come back                      \
          */

typedef struct Step {
    Node *node;
    uint32_t i; /* child taken; in the leaf: the entry */
} Step;

typedef struct Walk {
    MultiBucket *b;
    PageStore *ps;
    uint64_t *owner;
    Str key;
    uint32_t leaf_bytes; /* of the cell that a new entry needs; 0 = no room needed */
    uint32_t depth;      /* steps; the last is the leaf */
    bool found;
    Step step[TREE_DEPTH_MAX];
} Walk;

int cell_key_init(MultiBucket *b, Str key, CellKey *ret)
{
    *ret = (CellKey){.key = key};
    if (key.n <= KEY_INLINE_MAX)
        return 0;
    uint32_t n = (uint32_t)key.n;
    uint8_t *unit = unit_heap_alloc(&b->heap, &b->pages, sizeof(n) + n);
    if (!unit)
        return -ERR_OUT_OF_MEMORY;
    memcpy(unit, &n, sizeof(n));
    memcpy(unit + sizeof(n), key.p, n);
    ret->ref = unit_ref(unit);
    return 0;
}

void cell_key_done(MultiBucket *b, uint64_t ref)
{
    if (ref)
        unit_heap_free(&b->heap, &b->pages, unit_at(b->pages.ps, ref));
}

Node *node_new(MultiBucket *b, uint32_t bytes, uint32_t level)
{
    Node *x = (Node *)(void *)unit_heap_alloc(&b->heap, &b->pages, bytes);
    if (x)
        node_init(x, unit_room((const uint8_t *)x), level);
    return x;
}

void node_free(MultiBucket *b, Node *x)
{
    unit_heap_free(&b->heap, &b->pages, (uint8_t *)x);
}

static uint64_t node_ref(const Node *x)
{
    return unit_ref((const uint8_t *)x);
}

static Branch branch_of(const Node *x)
{
    return (Branch){.child = node_ref(x), .total = x->total, .entries = node_entries(x)};
}

static int64_t positive(int64_t count)
{
    return MAX(count, 0);
}

static void node_sum(Node *x)
{
    x->total = 0;
    x->entries = x->level ? 0 : x->n;
    for (uint32_t i = 0; i < x->n; i++) {
        if (x->level) {
            Branch b = node_branch(x, i);
            x->total += b.total;
            x->entries += b.entries;
        } else {
            x->total += positive(node_count(x, i));
        }
    }
}

/* The shortest key that is above `low` and not above `high`. */
static Str separator(Str low, Str high)
{
    size_t n = 0;
    while (n < low.n && n < high.n && low.p[n] == high.p[n])
        n++;
    return (Str){high.p, MIN(n + 1, high.n)};
}

/* Splits child i of a parent that has room: the first `at` cells stay.  sep: of the new right node. */
static int split_child(MultiBucket *b, Node *parent, uint32_t i, uint32_t at, Str sep)
{
    PageStore *ps = b->pages.ps;
    Node *left = node_at(ps, node_branch(parent, i).child);
    CellKey k;
    TRY(cell_key_init(b, sep, &k));
    Node *right = node_new(b, NODE_BYTES, left->level);
    if (!right) {
        cell_key_done(b, k.ref);
        return -ERR_OUT_OF_MEMORY;
    }
    page_touch(ps, parent);
    page_touch(ps, left);
    node_insert(parent, i + 1, &k); /* copies the key, which may lie in left */
    for (uint32_t c = at; c < left->n; c++)
        node_append_from(right, left, c);
    while (left->n > at)
        node_delete(left, left->n - 1u);
    node_sum(left);
    node_sum(right);
    node_set_branch(parent, i, branch_of(left));
    node_set_branch(parent, i + 1, branch_of(right));
    return 0;
}

/* Splits so that the walk's key can go on; entries that come in ascending order leave full leaves behind. */
static int split_for(Walk *w, Node *parent, uint32_t i)
{
    Node *x = node_at(w->ps, node_branch(parent, i).child);
    if (x->level == 0 && i + 1 == parent->n && str_cmp(node_key(w->ps, x, x->n - 1u), w->key) < 0)
        return split_child(w->b, parent, i, x->n, separator(node_key(w->ps, x, x->n - 1u), w->key));
    uint32_t at = node_middle(x);
    Str sep = node_key(w->ps, x, at);
    return split_child(w->b, parent, i, at, x->level ? sep : separator(node_key(w->ps, x, at - 1), sep));
}

static uint32_t room_needed(const Walk *w, const Node *x)
{
    return x->level ? (uint32_t)BRANCH_CELL_MAX : w->leaf_bytes;
}

/* Makes room in the root: a larger unit for a run, a level more for a tree. */
static int root_make_room(Walk *w)
{
    Node *root = node_at(w->ps, *w->owner);
    uint32_t room = unit_room((const uint8_t *)root);
    if (room < NODE_BYTES) {
        uint32_t want = node_used(root) + 2 + w->leaf_bytes;
        Node *x = node_new(w->b, MIN(want + want / 4, NODE_BYTES), 0);
        if (!x)
            return -ERR_OUT_OF_MEMORY;
        node_copy(x, unit_room((const uint8_t *)x), root);
        node_free(w->b, root);
        *w->owner = node_ref(x);
        return 0;
    }
    Node *x = node_new(w->b, NODE_BYTES, root->level + 1u);
    if (!x)
        return -ERR_OUT_OF_MEMORY;
    node_insert(x, 0, &(CellKey){.key = STR("")});
    node_set_branch(x, 0, branch_of(root));
    node_sum(x);
    *w->owner = node_ref(x);
    return 0;
}

/* From the root to the key's place; with leaf_bytes set, splitting on the way. */
static int walk_down(Walk *w)
{
    (void)node_at(w->ps, *w->owner);
    while (!w->ps->lost && w->leaf_bytes && !node_has_room(node_at(w->ps, *w->owner), room_needed(w, node_at(w->ps, *w->owner)))) {
        TRY(root_make_room(w));
        Node *root = node_at(w->ps, *w->owner);
        if (root->level && root->n == 1)
            TRY(split_for(w, root, 0));
    }
    Node *x = node_at(w->ps, *w->owner);
    for (w->depth = 0; x->level && !w->ps->lost; w->depth++) {
        ASSERT(w->depth < TREE_DEPTH_MAX - 1);
        uint32_t i = node_child(w->ps, x, w->key);
        Node *child = node_at(w->ps, node_branch(x, i).child);
        if (w->ps->lost)
            break;
        if (w->leaf_bytes && !node_has_room(child, room_needed(w, child))) {
            TRY(split_for(w, x, i));
            i = node_child(w->ps, x, w->key);
            child = node_at(w->ps, node_branch(x, i).child);
        }
        w->step[w->depth] = (Step){x, i};
        x = child;
    }
    if (unlikely(w->ps->lost)) /* a page on the way cannot be read */
        return -ERR_IO;
    w->step[w->depth] = (Step){x, node_lower(w->ps, x, w->key, &w->found)};
    w->depth++;
    return 0;
}

/* Carries a change of the leaf's sums up to the root. */
static void walk_sum(Walk *w, int64_t total, int64_t entries)
{
    for (uint32_t d = w->depth; d-- > 0;) {
        Node *x = w->step[d].node;
        page_touch(w->ps, x);
        x->total += total;
        x->entries = node_entries(x) + (uint64_t)entries;
        if (x->level)
            node_set_branch(x, w->step[d].i, branch_of(w->step[d + 1].node));
    }
}

/* Unites children i and i + 1 of the parent when they fit well into one. */
static bool merge_children(Walk *w, Node *parent, uint32_t i)
{
    Node *left = node_at(w->ps, node_branch(parent, i).child), *right = node_at(w->ps, node_branch(parent, i + 1).child);
    if (w->ps->lost || node_used(left) + node_used(right) + BRANCH_CELL_MAX > NODE_BYTES / 4 * 3)
        return false;
    page_touch(w->ps, parent);
    page_touch(w->ps, left);
    CellKey sep = node_take_key(w->ps, parent, i + 1);
    uint32_t first = 0;
    if (right->level) { /* the first branch gets the key it has stood for: the parent's */
        cell_key_done(w->b, node_take_key(w->ps, right, 0).ref);
        node_insert(left, left->n, &sep);
        node_set_branch(left, left->n - 1u, node_branch(right, 0));
        first = 1;
    } else {
        cell_key_done(w->b, sep.ref);
    }
    for (uint32_t c = first; c < right->n; c++)
        node_append_from(left, right, c);
    node_sum(left);
    node_delete(parent, i + 1);
    node_set_branch(parent, i, branch_of(left));
    node_free(w->b, right);
    return true;
}

/* Removes child i, which is empty. */
static void remove_child(Walk *w, Node *parent, uint32_t i)
{
    page_touch(w->ps, parent);
    Node *x = node_at(w->ps, node_branch(parent, i).child);
    cell_key_done(w->b, node_take_key(w->ps, parent, i).ref);
    node_delete(parent, i);
    node_free(w->b, x);
}

bool run_is_thin(const Node *x, uint32_t used)
{
    uint32_t room = unit_room((const uint8_t *)x);
    return room > RUN_BYTES_KEPT && used < room / 4;
}

static void root_shrink(Walk *w)
{
    Node *root = node_at(w->ps, *w->owner);
    while (root->level && root->n == 1) {
        Node *child = node_at(w->ps, node_branch(root, 0).child);
        if (w->ps->lost)
            return;
        cell_key_done(w->b, node_take_key(w->ps, root, 0).ref);
        node_free(w->b, root);
        *w->owner = node_ref(child);
        root = child;
    }
    if (root->n == 0) {
        node_free(w->b, root);
        *w->owner = 0;
    } else if (!root->level && run_is_thin(root, node_used(root))) {
        Node *x = node_new(w->b, node_used(root) * 3 / 2, 0);
        if (!x)
            return;
        node_copy(x, unit_room((const uint8_t *)x), root);
        node_free(w->b, root);
        *w->owner = node_ref(x);
    }
}

static void walk_remove(Walk *w)
{
    Step *leaf = &w->step[w->depth - 1];
    int64_t count = node_count(leaf->node, leaf->i);
    page_touch(w->ps, leaf->node);
    cell_key_done(w->b, node_take_key(w->ps, leaf->node, leaf->i).ref);
    node_delete(leaf->node, leaf->i);
    walk_sum(w, -positive(count), -1);
    for (uint32_t d = w->depth - 1; d > 0; d--) {
        Node *parent = w->step[d - 1].node, *x = w->step[d].node;
        uint32_t i = w->step[d - 1].i;
        if (x->n == 0)
            remove_child(w, parent, i);
        else if (node_used(x) < NODE_BYTES / 4 && !(i + 1 < parent->n && merge_children(w, parent, i)) && i > 0)
            merge_children(w, parent, i - 1);
    }
    root_shrink(w);
}

static int walk_insert(Walk *w, int64_t weight)
{
    CellKey k;
    TRY(cell_key_init(w->b, w->key, &k));
    w->leaf_bytes = (uint32_t)sizeof(int64_t) + cell_key_bytes(&k);
    if (!*w->owner) {
        uint32_t cells = (2 + w->leaf_bytes) * (w->leaf_bytes > CELL_SHORT ? 2 : 1);
        Node *x = node_new(w->b, MAX((uint32_t)MIN(sizeof(Node) + cells, NODE_BYTES), RUN_BYTES_MIN), 0);
        *w->owner = x ? node_ref(x) : 0;
    }
    bool fits = w->depth && node_has_room(w->step[w->depth - 1].node, w->leaf_bytes); /* then the path found before serves */
    if (!*w->owner || (!fits && walk_down(w) < 0)) {
        cell_key_done(w->b, k.ref);
        return -ERR_OUT_OF_MEMORY;
    }
    Step *leaf = &w->step[w->depth - 1];
    page_touch(w->ps, leaf->node);
    node_insert(leaf->node, leaf->i, &k);
    node_set_count(leaf->node, leaf->i, weight);
    walk_sum(w, positive(weight), 1);
    return 0;
}

/* Whether a run that loses a cell stays in its unit. */
static bool run_keeps_unit(const Node *x, uint32_t i)
{
    return x->n > 1 && !run_is_thin(x, node_used(x) - 2 - node_cell_bytes(x, i));
}

/* The usual collection is a run, and stays one in the same unit: no way down to be remembered. */
bool run_add(const MultiBucket *b, Node *x, Str key, int64_t weight, int64_t *ret_count)
{
    bool found;
    int64_t total;
    uint32_t i = node_lower(b->pages.ps, x, key, &found);
    int64_t before = found ? node_count(x, i) : 0;
    if (unlikely(__builtin_add_overflow(before, weight, ret_count)) ||
        unlikely(__builtin_add_overflow(x->total, positive(*ret_count) - positive(before), &total)) || weight == 0)
        return false;
    if (!found ? !node_has_room(x, (uint32_t)sizeof(int64_t) + 2 + (uint32_t)key.n) : *ret_count == 0 && !run_keeps_unit(x, i))
        return false;
    page_touch(b->pages.ps, x);
    x->total = total;
    if (!found)
        node_insert(x, i, &(CellKey){.key = key});
    if (*ret_count == 0)
        node_delete(x, i);
    else
        node_set_count(x, i, *ret_count);
    x->entries = x->n;
    return true;
}

int multi_tree_add(MultiBucket *b, uint64_t *owner, Str key, int64_t weight, int64_t *ret_count, Err *err)
{
    Node *run = *owner ? node_at(b->pages.ps, *owner) : NULL;
    if (run && run->level == 0 && key.n <= KEY_INLINE_MAX && !b->pages.ps->lost && run_add(b, run, key, weight, ret_count))
        return 0;
    Walk w;
    w.b = b;
    w.ps = b->pages.ps;
    w.owner = owner;
    w.key = key;
    w.leaf_bytes = w.depth = 0;
    w.found = false;
    if (*owner)
        TRY(walk_down(&w)); /* asks for no room */
    Step *leaf = w.depth ? &w.step[w.depth - 1] : NULL;
    int64_t before = w.found ? node_count(leaf->node, leaf->i) : 0, count;
    int64_t total = w.depth ? w.step[0].node->total : 0;
    if (__builtin_add_overflow(before, weight, &count) || __builtin_add_overflow(total, positive(count) - positive(before), &total))
        return RAISE(err, ERR_NUMERIC_RANGE, "the count of equal values is out of range");
    if (weight && !w.found) {
        if (walk_insert(&w, weight) < 0)
            return RAISE_NOMEM(err);
    } else if (w.found && count == 0) {
        walk_remove(&w);
    } else if (w.found && weight) {
        page_touch(w.ps, leaf->node);
        node_set_count(leaf->node, leaf->i, count);
        walk_sum(&w, positive(count) - positive(before), 0);
    }
    *ret_count = count;
    return 0;
}

void multi_tree_drop(MultiBucket *b, uint64_t ref)
{
    Node *x = node_at(b->pages.ps, ref);
    for (uint32_t i = 0; i < x->n; i++) {
        cell_key_done(b, node_take_key(b->pages.ps, x, i).ref);
        if (x->level)
            multi_tree_drop(b, node_branch(x, i).child); /* as deep as the tree */
    }
    node_free(b, x);
}
