/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins and the stored relations that they share. */
#include "flow/arrangement.h"

#include "exec/join_content.h"
#include "exec/join_path.h"

struct SharedLeaf { /* in the query's arena */
    SharedLeaf *next;
    SharedPath *path; /* of which the join is a hop; NULL = it is one of the query's */
    Arrangement arrangement;
    PipelineSlot *slot;
    Op *join;
    uint32_t leaf, input;
    int32_t unique;        /* of the relation: the constraint that finds the rows; -1 = the primary key */
    const uint32_t *found; /* columns of the relation that do, in its order */
    uint32_t *indexed;     /* room for those of an index */
    bool on;
};

/* A side of a join that is a join of relations, found through these (a delta join): all of its leaves share, or it does not. */
struct SharedPath { /* in the query's arena, but for the path */
    SharedPath *next;
    PipelineSlot *slot;
    Op *join, *part; /* of a join in parts each has a path of its own */
    uint32_t input;
    JoinPath *path;
    Arrangement arrangement;
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

static int next_rows(void *self, const Vec *const *key, uint32_t row, const ArrangementRoom *room, ArrangementPlace *at,
                     uint8_t **ret_row, uint32_t max)
{
    const SharedLeaf *l = self;
    return stored_index_next(feed_of(l)->stored, l->found, l->arrangement.n_keys, key, row, room, at, ret_row, max);
}

static const ArrangementColumns *lookup_columns(void *self, uint32_t n_rows)
{
    const SharedLeaf *l = self;
    const PhysSource *source = l->slot->query->leaf[l->leaf].source;
    return l->unique < 0 ? stored_lookup_columns(feed_of(l)->stored, n_rows, source->cols, source->n_cols) : NULL;
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

static bool leaf_of(const PipelineSlot *s, const PhysJoin *p, uint32_t input, uint32_t *ret)
{
    const Pipeline *q = s->query;
    const PhysSource *source = join_side_source(p, input);
    if (!source || q->node[p->node.in[input]->id].n_users != 1 || q->node[source->node.id].n_users != 1)
        return false;
    for (*ret = 0; *ret < q->n_leaves; ++*ret)
        if (q->leaf[*ret].source == source)
            return s->leaf_feed[*ret] && !s->snapshot[*ret] && s->leaf_feed[*ret]->stored;
    return false;
}

/* A constraint whose columns are among the relation's; else an index that begins with all of them. */
static bool find_by_columns(SharedLeaf *l, const PhysJoin *p, const PhysSource *source)
{
    Expr *const *key = l->input == 0 ? p->left_key : p->right_key;
    const Stored *s = feed_of(l)->stored;
    uint32_t *order = (uint32_t *)l->arrangement.keys, n = 0, n_found;
    for (int32_t u = stored_unique_next(s, -1, &l->found, &n_found); u >= 0; u = stored_unique_next(s, u, &l->found, &n_found)) {
        if (!join_key_order(p, l->input, FINDER_UNIQUE, l->found, n_found, order))
            continue;
        l->unique = u;
        l->arrangement.n_keys = n_found;
        return true;
    }
    for (; n < p->n_keys && key[n]->kind == EXPR_COLUMN; n++)
        l->indexed[n] = source->cols[key[n]->col];
    if (n < p->n_keys || !stored_index_find(s, l->indexed, n, l->indexed))
        return false;
    l->found = l->indexed;
    l->arrangement.next = next_rows;
    l->arrangement.n_keys = n;
    return join_key_order(p, l->input, FINDER_INDEX, l->found, n, order);
}

/* What of the relation finds rows by the join's keys; the primary key first, then what has one row at most. */
static bool find_by(SharedLeaf *l)
{
    const PhysJoin *p = (const PhysJoin *)l->join->node;
    const Stored *s = feed_of(l)->stored;
    l->unique = -1;
    l->arrangement.next = NULL;
    l->arrangement.n_keys = s->n_key;
    if (s->index && join_key_order(p, l->input, FINDER_PRIMARY, s->key, s->n_key, (uint32_t *)l->arrangement.keys))
        return true;
    return find_by_columns(l, p, join_side_source(p, l->input));
}

/* Of a side whose rows are given by whether they have a match the other one has to be shared, too. */
static bool counts_matches(const SharedLeaf *l)
{
    return join_counts_matches((const PhysJoin *)l->join->node, l->input);
}

static SharedLeaf *other_leaf(const SharedLeaf *l)
{
    SharedLeaf *o = l->slot->shared;
    while (o && !(o->join == l->join && o->input != l->input))
        o = o->next;
    return o;
}

static bool try_share(SharedLeaf *l, bool is_new)
{
    SharedLeaf *other = counts_matches(l) ? other_leaf(l) : NULL;
    if (counts_matches(l) && !(other && (other->on || (counts_matches(other) && find_by(other)))))
        return false;
    l->on = find_by(l) && l->join->type->share(l->join, l->input, &l->arrangement, is_new);
    l->slot->query->leaf[l->leaf].is_shared |= l->on;
    return l->on;
}

static const SharedLeaf *leaf_on(const PipelineSlot *s, const Op *join, uint32_t input)
{
    const SharedLeaf *l = s->shared;
    while (l && !(l->join == join && l->input == input && l->on))
        l = l->next;
    return l;
}

/* The rows of one side meet those of the other as these are, so that must not be a copy that is filled. */
static bool try_path(SharedPath *p, bool is_new)
{
    bool on = p->arrangement.path && leaf_on(p->slot, p->join, !p->input) != NULL;
    for (SharedLeaf *l = p->slot->shared; l; l = l->next)
        if (l->path == p)
            on = try_share(l, true) && on;
    return p->on = on && p->part->type->share(p->part, p->input, &p->arrangement, is_new);
}

static int stop_path(SharedPath *p, bool is_new, Err *err)
{
    if (p->on)
        TRY(p->part->type->unshare(p->part, p->input, is_new, err));
    p->on = false;
    for (SharedLeaf *l = p->slot->shared; l; l = l->next)
        if (l->path == p && l->on) {
            TRY(l->join->type->unshare(l->join, l->input, true, err));
            l->on = false;
        }
    return 0;
}

static int stop_leaf(SharedLeaf *l, bool is_new, Err *err)
{
    if (l->on)
        TRY(l->join->type->unshare(l->join, l->input, is_new, err));
    l->on = false;
    return 0;
}

/* A path that finds rows through it ends before, also one to the join's other side; and then that side, where it cannot be without.
 */
static int stop_sharing(SharedLeaf *l, bool is_new, Err *err)
{
    for (SharedPath *p = l->slot->paths; p; p = p->next)
        if (p == l->path || p->join == l->join)
            TRY(stop_path(p, is_new, err));
    SharedLeaf *other = other_leaf(l);
    if (other && counts_matches(other))
        TRY(stop_leaf(other, is_new, err));
    return stop_leaf(l, is_new, err);
}

/* Without memory for it the join keeps its rows. */
static SharedLeaf *new_leaf(PipelineSlot *s, Op *join, uint32_t input, uint32_t leaf)
{
    Pipeline *q = s->query;
    const PhysJoin *p = (const PhysJoin *)join->node;
    SharedLeaf *l = arena_zalloc(&q->arena, sizeof(*l));
    uint32_t *keys = ARENA_ARRAY(&q->arena, uint32_t, p->n_keys + 1), *indexed = ARENA_ARRAY(&q->arena, uint32_t, p->n_keys + 1);
    if (!l || !keys || !indexed)
        return NULL;
    *l = (SharedLeaf){.next = s->shared, .slot = s, .join = join, .leaf = leaf, .input = input, .indexed = indexed};
    l->arrangement = (Arrangement){.self = l,
                                   .rows = rows_of,
                                   .find = find_rows,
                                   .columns = lookup_columns,
                                   .unseen = unseen_batches,
                                   .each = each_row,
                                   .cols = q->leaf[leaf].source->cols,
                                   .keys = keys};
    return s->shared = l;
}

/* ---- joins of relations ---- */

/* A relation below the side, whose content it is. */
typedef struct ContentLeaf {
    JoinContent *content;
    const PhysSource *source;
} ContentLeaf;

static int push_content(void *to, Batch *b, Err *err)
{
    const ContentLeaf *l = to;
    return join_content_push(l->content, l->source, b, err);
}

static int each_below(const SharedPath *p, const PhysNode *node, JoinContent *content, Err *err)
{
    const PipelineSlot *s = p->slot;
    for (uint32_t i = 0; i < node->n_in; i++)
        TRY(each_below(p, node->in[i], content, err));
    for (uint32_t i = 0; node->kind == PHYS_SOURCE && i < s->query->n_leaves; i++)
        if (&s->query->leaf[i].source->node == node)
            return stored_each(s->leaf_feed[i]->stored, push_content, &(ContentLeaf){content, (const PhysSource *)node}, err);
    return 0;
}

static int each_of_join(void *self, int (*take)(void *to, Batch *b, Err *err), void *to, Err *err)
{
    const SharedPath *p = self;
    const PhysNode *side = p->join->node->in[p->input];
    JoinContent *content = NULL;
    int rc = join_content_new(p->part->env, side, take, to, &content, err);
    rc = rc < 0 ? rc : each_below(p, side, content, err);
    join_content_free(content);
    return rc;
}

static bool new_hops(SharedPath *p)
{
    const PhysDelta *delta = join_path_delta(p->path);
    for (uint32_t i = 0; i < delta->n_hops; i++) {
        uint32_t leaf;
        SharedLeaf *l = leaf_of(p->slot, delta->hop[i], 1, &leaf) ? new_leaf(p->slot, join_path_hop(p->path, i), 1, leaf) : NULL;
        if (!l)
            return false;
        l->path = p;
    }
    return true;
}

static void new_path(PipelineSlot *s, Op *join, Op *part, uint32_t input, bool restores)
{
    Pipeline *q = s->query;
    const PhysJoin *node = (const PhysJoin *)join->node;
    SharedPath *p = arena_zalloc(&q->arena, sizeof(*p));
    uint32_t n_cols = node->node.in[input]->schema->n, *cols = ARENA_ARRAY(&q->arena, uint32_t, n_cols + 1);
    if (!p || !cols)
        return;
    for (uint32_t c = 0; c < n_cols; c++)
        cols[c] = c;
    *p = (SharedPath){.next = s->paths, .slot = s, .join = join, .part = part, .input = input};
    s->paths = p;
    p->arrangement = (Arrangement){.self = p, .each = each_of_join, .cols = cols};
    if (restores)
        (void)part->type->share(part, input, &p->arrangement, true);
    if (!node->delta[input] || join_path_new(part->env, node->delta[input], &p->path, NULL) < 0 || !new_hops(p))
        return;
    p->arrangement.path = p->path;
    (void)try_path(p, true);
}

/* What is restored has been kept or found as was said when the query was made (op_join.c, restore_side).  What was found then may
 * not be now: an index that was dropped and made again comes behind the query.  Then the content is needed once. */
static bool wants_path(const PipelineSlot *s, const PhysJoin *p, const Op *join, uint32_t input, bool restores)
{
    if (restores)
        return p->node.in[input]->kind == PHYS_JOIN && p->n_keys > 0;
    return p->delta[input] && !p->keeps && leaf_on(s, join, !input);
}

static void find_paths(PipelineSlot *s, bool restores)
{
    const PhysPlan *plan = s->query->plan;
    for (uint32_t i = 0; i < plan->n_nodes; i++) {
        const PhysJoin *p = (const PhysJoin *)plan->nodes[i];
        Op *join = s->query->node[i].op;
        for (uint32_t input = 0; input < 2 && p->node.kind == PHYS_JOIN && join->type->share; input++)
            for (uint32_t k = 0; wants_path(s, p, join, input, restores) && op_part(join, k); k++)
                new_path(s, join, op_part(join, k), input, restores);
    }
}

/* Before the query's operators go. */
void engine_share_free(PipelineSlot *s)
{
    for (SharedPath *p = s->paths; p; p = p->next)
        join_path_free(p->path);
    s->paths = NULL;
}

/* ---- a query ---- */

/* Rows of both sides without a match: both are read, and kept until they have been. */
static bool waits_for_content(const SharedLeaf *l)
{
    return ((const PhysJoin *)l->join->node)->type == FULL_JOIN;
}

/* One side went through, the other did not. */
static void stop_halves(PipelineSlot *s, bool is_new)
{
    for (SharedLeaf *l = s->shared; l; l = l->next) {
        const SharedLeaf *other = l->on && counts_matches(l) ? other_leaf(l) : NULL;
        Err err = ERR_INIT;
        if (other && !other->on && stop_leaf(l, is_new, &err) < 0)
            pipeline_fail(s->query, &err);
    }
}

static void share_sides(PipelineSlot *s, Op *join, bool restores)
{
    bool skips = false;
    for (uint32_t input = 2; input-- > 0;)
        for (SharedLeaf *l = s->shared; l; l = l->next) {
            if (l->join != join || l->input != input || (waits_for_content(l) && !restores) || !try_share(l, true))
                continue;
            s->query->leaf[l->leaf].skips_content =
                !skips && !waits_for_content(l); /* the rows of one side meet those of the other */
            skips = true;
        }
}

void engine_share(PipelineSlot *s, bool restores)
{
    Pipeline *q = s->query;
    if (s->shared || s->options.start == START_HISTORY || q->plan->is_bounded)
        return;
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        const PhysJoin *p = (const PhysJoin *)q->plan->nodes[i];
        Op *join = q->node[i].op;
        if (p->node.kind != PHYS_JOIN || !join->type->share)
            continue;
        for (uint32_t input = 0; input < 2; input++) {
            uint32_t leaf;
            if (p->may_share[input] && leaf_of(s, p, input, &leaf))
                (void)new_leaf(s, join, input, leaf);
        }
        share_sides(s, join, restores);
    }
    stop_halves(s, true);
    find_paths(s, restores);
}

/* Whether its content is not read at all. */
static bool skips_content(const SharedLeaf *l)
{
    return l->slot->query->leaf[l->leaf].skips_content;
}

void engine_share_read(PipelineSlot *s, bool reads)
{
    for (SharedPath *p = s->paths; reads && p; p = p->next)
        (void)stop_path(p, true, NULL);
    for (SharedLeaf *l = s->shared; l; l = l->next) {
        if (l->path || skips_content(l))
            continue;
        if (!reads && !l->on)
            (void)try_share(l, false);
        else if (reads && l->on)
            stop_sharing(l, true, NULL);
    }
    stop_halves(s, reads);
    for (SharedPath *p = s->paths; !reads && p; p = p->next)
        if (!p->on)
            (void)try_path(p, false);
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
    for (uint32_t i = 0; i < e->n_slots; i++) {
        PipelineSlot *s = e->slot[i];
        bool any = false, restores = e->restoring.p != NULL;
        for (SharedLeaf *l = s->shared; l && s->started && !s->build; l = l->next) {
            SharedLeaf *other = other_leaf(l);
            if (feed_of(l) != f)
                continue;
            any = true;
            if (!l->on && !l->path && try_share(l, restores) && other && !other->on && counts_matches(other))
                (void)try_share(other, restores);
        }
        stop_halves(s, restores);
        for (SharedPath *p = s->paths; any && p; p = p->next)
            if (!p->on)
                (void)try_path(p, restores);
    }
}
