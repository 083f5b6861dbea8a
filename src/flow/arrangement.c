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
    return stored_find_hashed(feed_of(self)->stored, key, hash, rows, ret_row);
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

static void try_share(Engine *e, SharedLeaf *l)
{
    const PhysJoin *p = (const PhysJoin *)l->join->node;
    const Stored *stored = feed_of(l)->stored;
    bool fits = stored->index && join_key_order(p, l->input, stored->key, stored->n_key, (uint32_t *)l->arrangement.keys);
    l->on = fits && l->join->type->share && l->join->type->share(l->join, l->input, &l->arrangement, e->restoring.p != NULL);
    l->slot->query->leaf[l->leaf].is_shared = l->on;
}

/* Without memory for it the join keeps its rows. */
static SharedLeaf *new_leaf(PipelineSlot *s, Op *join, uint32_t input, uint32_t leaf)
{
    Pipeline *q = s->query;
    const PhysJoin *p = (const PhysJoin *)join->node;
    SharedLeaf *l = arena_zalloc(&q->arena, sizeof(*l));
    uint32_t *keys = ARENA_ARRAY(&q->arena, uint32_t, p->n_keys + 1);
    if (!l || !keys)
        return NULL;
    *l = (SharedLeaf){.next = s->shared, .slot = s, .join = join, .leaf = leaf, .input = input};
    l->arrangement = (Arrangement){.self = l,
                                   .rows = rows_of,
                                   .find = find_rows,
                                   .unseen = unseen_batches,
                                   .each = each_row,
                                   .cols = q->leaf[leaf].source->cols,
                                   .keys = keys};
    return s->shared = l;
}

void engine_share(Engine *e, PipelineSlot *s)
{
    Pipeline *q = s->query;
    if (s->shared || s->options.start == START_HISTORY || q->plan->is_bounded)
        return;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        const PhysJoin *p = (const PhysJoin *)q->plan->nodes[i];
        bool skips = false;
        for (uint32_t input = 2; p->node.kind == PHYS_JOIN && input-- > 0;) {
            uint32_t leaf;
            SharedLeaf *l =
                p->shares[input] && leaf_of(s, p->node.in[input], &leaf) ? new_leaf(s, q->node[i].op, input, leaf) : NULL;
            if (!l)
                continue;
            try_share(e, l);
            q->leaf[leaf].skips_content = l->on && !skips; /* the rows of one side meet those of the other */
            skips |= l->on;
        }
    }
}

bool engine_shares_both(const PipelineSlot *s)
{
    for (const SharedLeaf *l = s->shared; l; l = l->next)
        if (l->on && !s->query->leaf[l->leaf].skips_content)
            return true;
    return false;
}

int engine_unshare(Engine *e, const Feed *f, Err *err)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        for (SharedLeaf *l = e->slot[i]->shared; l; l = l->next) {
            if (!l->on || feed_of(l) != f)
                continue;
            TRY(l->join->type->unshare(l->join, l->input, e->restoring.p != NULL, err));
            l->on = l->slot->query->leaf[l->leaf].is_shared = false;
        }
    return 0;
}

void engine_share_again(Engine *e, const Feed *f)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        for (SharedLeaf *l = e->slot[i]->shared; l; l = l->next)
            if (!l->on && feed_of(l) == f)
                try_share(e, l);
}
