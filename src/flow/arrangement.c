/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins and the stored relations that they share. */
#include "flow/arrangement.h"

struct SharedLeaf { /* in the query's arena */
    SharedLeaf *next;
    Arrangement arrangement;
    PipelineSlot *slot;
    Op *join;
    uint32_t leaf, input;
    int32_t unique;  /* of the relation: the constraint that finds the rows; -1 = the primary key */
    uint32_t *found; /* columns of the relation that do, in its order */
    bool on;
};

static Feed *feed_of(const SharedLeaf *l)
{
    return l->slot->leaf_feed[l->leaf];
}

static HashTable *rows_of(void *self)
{
    return feed_of(self)->stored->rows;
}

static int find_rows(void *self, const Vec *const *key, const uint64_t *hash, Rows rows, uint8_t **ret_row)
{
    const SharedLeaf *l = self;
    Stored *s = feed_of(l)->stored;
    return l->unique < 0 ? stored_find_hashed(s, key, hash, rows, ret_row)
                         : stored_unique_find_hashed(s, l->unique, key, hash, rows, ret_row);
}

static int next_rows(void *self, const Vec *const *key, uint32_t row, ArrangementPlace *at, uint8_t **ret_row, uint32_t max)
{
    const SharedLeaf *l = self;
    uint32_t n = ((const PhysJoin *)l->join->node)->n_keys;
    return stored_index_next(feed_of(l)->stored, l->found, n, key, row, at, ret_row, max);
}

void arrangement_next(const PipelineSlot *s, uint32_t leaf)
{
    PipelineLeaf *l = &s->query->leaf[leaf];
    const Feed *f = s->leaf_feed[leaf];
    l->next_change = f->n_changes;
    l->n_next = f->at_handing + 1;
}

static uint32_t unseen_batches(void *self, Batch *const **ret, uint64_t *ret_change)
{
    const SharedLeaf *l = self;
    const PipelineLeaf *leaf = &l->slot->query->leaf[l->leaf];
    const Feed *f = feed_of(l);
    uint32_t n_seen = leaf->seen_change == f->n_changes ? leaf->n_seen : 0;
    *ret_change = f->n_changes + 1;
    *ret = f->handing + MIN(n_seen, f->n_handing);
    return f->n_handing - MIN(n_seen, f->n_handing);
}

static int each_row(void *self, int (*take)(void *to, Batch *b, Err *err), void *to, Err *err)
{
    return stored_each(feed_of(self)->stored, take, to, err);
}

/* ---- which ---- */

static bool leaf_of(const PipelineSlot *s, const PhysNode *source, uint32_t *ret)
{
    const Pipeline *q = s->query;
    for (*ret = 0; *ret < q->n_leaves; ++*ret)
        if (&q->leaf[*ret].source->node == source)
            return s->leaf_feed[*ret] && !s->snapshot[*ret] && s->leaf_feed[*ret]->stored && q->node[source->id].n_users == 1;
    return false;
}

/* What of the relation finds rows by the join's keys; the primary key first, then what has one row at most. */
static bool find_by(SharedLeaf *l)
{
    const PhysJoin *p = (const PhysJoin *)l->join->node;
    const PhysSource *source = (const PhysSource *)p->node.in[l->input];
    Expr *const *key = l->input == 0 ? p->left_key : p->right_key;
    const Stored *s = feed_of(l)->stored;
    uint32_t *order = (uint32_t *)l->arrangement.keys;
    l->unique = -1;
    l->arrangement.next = NULL;
    if (s->index && join_key_order(p, l->input, s->key, s->n_key, order))
        return true;
    if (!join_finds_by_index(p, l->input))
        return false;
    for (uint32_t k = 0; k < p->n_keys; k++)
        l->found[k] = source->cols[key[k]->col];
    l->unique = stored_unique_find(s, l->found, p->n_keys, l->found);
    if (l->unique < 0 && !stored_index_find(s, l->found, p->n_keys, l->found))
        return false;
    l->arrangement.next = l->unique < 0 ? next_rows : NULL;
    return join_key_order(p, l->input, l->found, p->n_keys, order);
}

static bool try_share(SharedLeaf *l, bool is_new)
{
    l->on = find_by(l) && l->join->type->share(l->join, l->input, &l->arrangement, is_new);
    l->slot->query->leaf[l->leaf].is_shared = l->on;
    return l->on;
}

static int stop_sharing(SharedLeaf *l, bool is_new, Err *err)
{
    TRY(l->join->type->unshare(l->join, l->input, is_new, err));
    l->on = l->slot->query->leaf[l->leaf].is_shared = false;
    return 0;
}

/* Without memory for it the join keeps its rows. */
static SharedLeaf *new_leaf(PipelineSlot *s, Op *join, uint32_t input, uint32_t leaf)
{
    Pipeline *q = s->query;
    const PhysJoin *p = (const PhysJoin *)join->node;
    SharedLeaf *l = arena_zalloc(&q->arena, sizeof(*l));
    uint32_t *keys = ARENA_ARRAY(&q->arena, uint32_t, p->n_keys + 1), *found = ARENA_ARRAY(&q->arena, uint32_t, p->n_keys + 1);
    if (!l || !keys || !found)
        return NULL;
    *l = (SharedLeaf){.next = s->shared, .slot = s, .join = join, .leaf = leaf, .input = input, .found = found};
    l->arrangement = (Arrangement){.self = l,
                                   .rows = rows_of,
                                   .find = find_rows,
                                   .unseen = unseen_batches,
                                   .each = each_row,
                                   .cols = q->leaf[leaf].source->cols,
                                   .keys = keys};
    return s->shared = l;
}

void engine_share(PipelineSlot *s)
{
    Pipeline *q = s->query;
    if (s->shared || s->options.start == START_HISTORY || q->plan->is_bounded)
        return;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        const PhysJoin *p = (const PhysJoin *)q->plan->nodes[i];
        bool skips = false;
        for (uint32_t input = 2; p->node.kind == PHYS_JOIN && input-- > 0;) {
            uint32_t leaf;
            Op *join = q->node[i].op;
            bool may = p->shares[input] && join->type->share && leaf_of(s, p->node.in[input], &leaf);
            SharedLeaf *l = may ? new_leaf(s, join, input, leaf) : NULL;
            if (!l || !try_share(l, true))
                continue;
            q->leaf[leaf].skips_content = !skips; /* the rows of one side meet those of the other */
            skips = true;
        }
    }
}

void engine_share_read(PipelineSlot *s, bool reads)
{
    for (SharedLeaf *l = s->shared; l; l = l->next) {
        if (s->query->leaf[l->leaf].skips_content)
            continue;
        if (!reads)
            (void)try_share(l, false);
        else if (l->on)
            stop_sharing(l, true, NULL);
    }
}

int engine_unshare(Engine *e, const Feed *f, Err *err)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        for (SharedLeaf *l = e->slot[i]->shared; l; l = l->next) {
            if (!l->on || feed_of(l) != f)
                continue;
            TRY(stop_sharing(l, e->restoring.p != NULL, err));
        }
    return 0;
}

void engine_drop_index(Engine *e, Feed *f, const char *name)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        for (SharedLeaf *l = e->slot[i]->shared; l; l = l->next) {
            Err err = ERR_INIT;
            if (l->on && feed_of(l) == f && stop_sharing(l, e->restoring.p != NULL, &err) < 0)
                pipeline_fail(e->slot[i]->query, &err);
        }
    stored_index_drop(f->stored, name);
    engine_share_again(e, f);
}

void engine_share_again(Engine *e, const Feed *f)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        for (SharedLeaf *l = e->slot[i]->shared; l; l = l->next)
            if (!l->on && feed_of(l) == f && l->slot->started)
                (void)try_share(l, e->restoring.p != NULL);
}
