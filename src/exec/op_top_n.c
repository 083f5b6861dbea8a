/* SPDX-License-Identifier: Apache-2.0
 *
 * Top-N per group (design 4.12): the rows whose rank lies in lo .. hi.  Few rows by ROW_NUMBER over input that only comes have an
 * operator of their own (op_top_few.c).
 *
 * Without the rank in the output a change is found from the two bounds alone: an entry's rows within the old bounds (from the
 * counts before the step) against those within the new ones.  Only entries that were touched, and those between an old bound and
 * its new place, can differ; so a step costs what it touches and what crosses a bound, however many rows there are.  With the rank,
 * rows behind a change have another one, and the walk goes on from the first touched row until old and new content are at the same
 * place again, or past hi.
 *
 * Over an input without deletes what lies beyond hi cannot come back and is thrown away at the flush; rows that sort behind are
 * refused before their group is touched.  ROW_NUMBER and RANK move the bound with each row that is taken, so that of many rows of a
 * group in one step only those are kept that are among the first when they come.
 *
 * A group whose partition has a clock (a window) is dropped when the clock has passed, and rows that come for it later are late;
 * OUTPUT_ON_WINDOW_CLOSE emits it then and nothing before. */
#include "exec/parts.h"
#include "exec/rank_bound.h"

typedef enum TopStage { TOP_IDLE, TOP_GROUP, TOP_TOUCHED, TOP_RANGES, TOP_RANKS, TOP_BUCKET } TopStage;

typedef struct OldBounds { /* note of a touched group */
    RankBound lo, hi;
} OldBounds;

typedef struct RankSide { /* one content during the walk over ranks */
    RankedCursor at;
    int64_t pos, used; /* rows before the entry; of the entry */
    int64_t rank;      /* RANK and DENSE: of the entry */
    Str peers;         /* order columns of the entry that `rank` is of */
} RankSide;

typedef struct OpTopN {
    Op op;
    const PhysTopN *node;
    Ranked r;
    GroupClose close; /* the node's */
    bool once;        /* nothing is emitted before the end or the close of a group */
    bool forget;      /* rows beyond hi are thrown away */
    uint64_t trim_at; /* once: rows of a group from which they are */
    /* The flush that is going on. */
    TopStage stage;
    uint32_t group;
    Touch **touch;
    uint32_t n_touches, next_touch;
    RankBound lo, hi;
    int range;
    RankedCursor range_at;
    RankSide old, now;
    int64_t close_us; /* buckets below are given and dropped; INT64_MIN = none */
    HashTable *table;
    HashCursor next_row;
    uint8_t *row;
    bool in_row;
} OpTopN;

static int top_open(Op *op, const PhysNode *node, Err *err)
{
    OpTopN *t = (OpTopN *)op;
    const PhysTopN *p = (const PhysTopN *)node;
    t->node = p;
    t->close = p->close;
    t->once = p->emit == OUTPUT_FINAL || p->emit == OUTPUT_ON_WINDOW_CLOSE;
    t->close_us = INT64_MIN;
    op->quiet_class = p->close.part >= 0 ? p->close.cls : 0; /* no mark is quiet: it says which one the end is of */
    RankedOpen o = {.part = p->part,
                    .n_part = p->n_part,
                    .order = p->order,
                    .n_order = p->n_order,
                    .desc = p->desc,
                    .nulls_first = p->nulls_first,
                    .time_part = p->close.part};
    TRY(ranked_open(&t->r, op, &o, err));
    t->forget = t->r.arrival && p->hi != INT64_MAX;
    t->r.has_bounds = t->forget;
    if (t->forget && p->hi >= 1 && p->hi <= SORTKEY_KTH_MAX && (p->kind != RANK_DENSE || p->hi == 1))
        t->r.suffices = (uint32_t)p->hi;
    t->trim_at = p->hi > INT32_MAX ? UINT64_MAX : 2 * (uint64_t)MAX(p->hi, 0) + 64;
    return 0;
}

/* ---- changes ---- */

static void key_head(Str key, uint64_t ret[2])
{
    uint8_t b[16] = {0};
    if (key.n)
        memcpy(b, key.p, MIN(key.n, sizeof(b)));
    memcpy(ret, b, sizeof(b));
    ret[0] = __builtin_bswap64(ret[0]);
    ret[1] = __builtin_bswap64(ret[1]);
}

/* Throws away what lies behind the bound and remembers where that is. */
static int forget_beyond(OpTopN *t, uint8_t *row, int64_t bucket, const RankBound *hi)
{
    RankedRow *x = ranked_row(&t->r, row);
    Str key;
    int64_t count, after;
    if (hi->kind == BOUND_NOTHING) {
        multi_drop(t->r.rows, x->owner);
        x->owner = 0;
        x->bound[0] = x->bound[1] = 0;
        return 0;
    }
    if (hi->kind != BOUND_AT)
        return 0;
    key_head(hi->key, x->bound);
    while (multi_seek(t->r.rows, x->owner, hi->key, true, &key, &count)) {
        Str copy = {arena_memdup(t->op.env->step, key.p, key.n), key.n};
        if (!copy.p)
            return -ERR_OUT_OF_MEMORY;
        TRY(multi_add(t->r.rows, &x->owner, bucket, copy, -count, &after, NULL));
    }
    return 0;
}

static int forget_some(OpTopN *t, const RankedChange *c)
{
    RankBound hi;
    if (!t->forget || multi_entries(t->r.rows, ranked_row(&t->r, c->row)->owner) < t->trim_at)
        return 0;
    TRY(rank_bound(&t->r, ranked_row(&t->r, c->row)->owner, t->node->kind, t->node->hi, t->op.env->step, &hi));
    return forget_beyond(t, c->row, c->bucket, &hi);
}

/* What the last key of this order can begin with. */
static void peers_head(Str order, uint64_t ret[2])
{
    char b[16];
    memset(b, 0xff, sizeof(b));
    memcpy(b, order.p, MIN(order.n, sizeof(b)));
    key_head((Str){b, sizeof(b)}, ret);
}

/* The bound after a row was taken: the hi-th row of the present content, and of RANK those that are as good. */
static void tighten(const OpTopN *t, uint8_t *row)
{
    RankedRow *x = ranked_row(&t->r, row);
    Str key;
    int64_t count;
    if (!t->forget || t->node->kind == RANK_DENSE || t->node->hi <= 0 || t->node->hi > multi_total(t->r.rows, x->owner) ||
        !multi_nth(t->r.rows, x->owner, t->node->hi - 1, &key, &count))
        return;
    size_t n_order = ranked_order_bytes(&t->r, key);
    if (t->node->kind == RANK_ROW)
        key_head(str_first(key, n_order + sizeof(uint64_t)), x->bound);
    else
        peers_head(str_first(key, n_order), x->bound);
}

static int note_bounds(OpTopN *t, RankedGroup *g)
{
    uint64_t owner = ranked_row(&t->r, g->row)->owner;
    OldBounds *b = arena_alloc(&t->r.touch_arena, sizeof(*b));
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    g->note = b;
    TRY(rank_bound(&t->r, owner, t->node->lo_kind, t->node->lo - 1, &t->r.touch_arena, &b->lo));
    return rank_bound(&t->r, owner, t->node->kind, t->node->hi, &t->r.touch_arena, &b->hi);
}

static int change_row(void *self, const Batch *in, RankedChange *c)
{
    OpTopN *t = self;
    Str key;
    size_t n_order;
    int64_t after;
    uint64_t head[2];
    if (t->forget && c->head && ranked_is_beyond(ranked_row(&t->r, c->row), c->head))
        return 0;
    TRY(ranked_key_begin(&t->r, c, &key, &n_order));
    key_head(key, head);
    if (t->forget && ranked_is_beyond(ranked_row(&t->r, c->row), head)) /* what a key begins with is enough to know */
        return 0;
    TRY(ranked_key_end(&t->r, in, c, &key));
    if (t->once) {
        TRY(ranked_add(&t->r, c, key, &after));
        tighten(t, c->row);
        return forget_some(t, c);
    }
    RankedGroup *g;
    bool is_new;
    TRY(ranked_touch_group(&t->r, c, &g, &is_new));
    if (is_new)
        TRY(note_bounds(t, g));
    TRY(ranked_add(&t->r, c, key, &after));
    tighten(t, c->row);
    return ranked_touch(&t->r, g, key, after - c->weight);
}

static int top_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpTopN *t = (OpTopN *)op;
    (void)input;
    return ranked_push(&t->r, in, out, change_row, t);
}

/* ---- output ---- */

static int emit_row(OpTopN *t, RankedWriter *w, Str key, int64_t weight, int64_t rank)
{
    if (weight == 0)
        return 0;
    TRY(ranked_writer_put(w, key));
    if (t->node->with_rank)
        ((int64_t *)w->b->col[t->r.n_cols].data)[w->n] = rank;
    return ranked_writer_done(w, weight);
}

/* ---- without ranks: what crosses a bound ---- */

static int64_t member(const RankBound *lo, const RankBound *hi, Str key, int64_t count)
{
    return rank_within(hi, key, count) - rank_within(lo, key, count);
}

static int emit_touched(OpTopN *t, RankedGroup *g, RankedWriter *w)
{
    const OldBounds *old = g->note;
    for (; t->next_touch < t->n_touches && !ranked_writer_is_full(w); t->next_touch++) {
        const Touch *x = t->touch[t->next_touch];
        int64_t now = multi_count(t->r.rows, ranked_row(&t->r, g->row)->owner, x->key);
        TRY(emit_row(t, w, x->key, member(&t->lo, &t->hi, x->key, now) - member(&old->lo, &old->hi, x->key, x->old), 0));
    }
    return t->next_touch < t->n_touches;
}

static bool is_touched(const OpTopN *t, Str key)
{
    uint32_t a = 0, b = t->n_touches;
    while (a < b) {
        uint32_t m = (a + b) / 2;
        int c = key_cmp(t->touch[m]->key, key);
        if (c == 0)
            return true;
        if (c < 0)
            a = m + 1;
        else
            b = m;
    }
    return false;
}

/* The entries between the old and the new place of the lower bound (range 0) or the upper one (range 1). */
static void range_ends(const OpTopN *t, const OldBounds *old, int range, const RankBound **from, const RankBound **to)
{
    const RankBound *a = range ? &old->hi : &old->lo, *b = range ? &t->hi : &t->lo;
    bool swap = rank_bound_before(b, a);
    *from = swap ? b : a;
    *to = swap ? a : b;
}

static bool is_in(const RankBound *from, const RankBound *to, Str key)
{
    if (from->kind == BOUND_ALL || to->kind == BOUND_NOTHING)
        return false;
    return (from->kind != BOUND_AT || key_cmp(key, from->key) >= 0) && (to->kind == BOUND_ALL || key_cmp(key, to->key) <= 0);
}

/* 1 = there is more. */
static int emit_ranges(OpTopN *t, RankedGroup *g, RankedWriter *w)
{
    const OldBounds *old = g->note;
    const RankBound *from, *to, *from_lo, *to_lo;
    uint64_t owner = ranked_row(&t->r, g->row)->owner;
    range_ends(t, old, 0, &from_lo, &to_lo);
    for (; t->range < 2; t->range++, t->range_at.r = NULL) {
        range_ends(t, old, t->range, &from, &to);
        if (rank_bound_equal(from, to) || from->kind == BOUND_ALL)
            continue;
        if (!t->range_at.r)
            ranked_walk(&t->range_at, &t->r, owner, NULL, 0, from->kind == BOUND_AT ? from->key : STR(""));
        for (; t->range_at.has && is_in(from, to, t->range_at.key); ranked_next(&t->range_at)) {
            Str key = t->range_at.key;
            int64_t n = t->range_at.count;
            if (is_touched(t, key) || (t->range == 1 && is_in(from_lo, to_lo, key)))
                continue;
            if (ranked_writer_is_full(w))
                return 1;
            TRY(emit_row(t, w, key, member(&t->lo, &t->hi, key, n) - member(&old->lo, &old->hi, key, n), 0));
        }
    }
    return 0;
}

/* ---- with ranks ---- */

/* The rank of the entry that a side stands at. */
static int enter(OpTopN *t, RankSide *s)
{
    if (!s->at.has || t->node->kind == RANK_ROW)
        return 0;
    Str order = str_first(s->at.key, ranked_order_bytes(&t->r, s->at.key));
    if (s->peers.p && str_eq(order, s->peers))
        return 0;
    s->rank = t->node->kind == RANK_RANK ? s->pos + 1 : s->rank + 1;
    s->peers.p = arena_memdup(&t->r.touch_arena, order.p, order.n);
    s->peers.n = order.n;
    return s->peers.p ? 0 : -ERR_OUT_OF_MEMORY;
}

static int leave(OpTopN *t, RankSide *s)
{
    s->pos += s->at.count - s->used;
    s->used = 0;
    ranked_next(&s->at);
    return enter(t, s);
}

/* DENSE_RANK of what stands before `from`: the ranks are counted, there is no other way to know. */
static int64_t dense_before(const OpTopN *t, uint64_t owner, Str from)
{
    RankedCursor c;
    Str last = {0};
    int64_t n = 0;
    ranked_walk(&c, &t->r, owner, NULL, 0, STR(""));
    for (; c.has && key_cmp(c.key, from) < 0; ranked_next(&c)) {
        Str order = str_first(c.key, ranked_order_bytes(&t->r, c.key));
        if (!last.p || !str_eq(order, last))
            n++;
        last = order;
    }
    return n;
}

static int start_ranks(OpTopN *t, uint64_t owner, Str from)
{
    if (t->node->kind != RANK_ROW)
        from = str_first(from, ranked_order_bytes(&t->r, from));
    int64_t pos = multi_rank(t->r.rows, owner, from);
    int64_t rank = t->node->kind == RANK_DENSE ? dense_before(t, owner, from) : 0;
    t->old = t->now = (RankSide){.pos = pos, .rank = rank};
    ranked_walk(&t->old.at, &t->r, owner, t->touch, t->n_touches, from);
    ranked_walk(&t->now.at, &t->r, owner, NULL, 0, from);
    TRY(enter(t, &t->old));
    return enter(t, &t->now);
}

static bool is_wanted(const OpTopN *t, int64_t rank)
{
    return rank >= t->node->lo && rank <= t->node->hi;
}

static bool no_more_touches(const OpTopN *t, Str key)
{
    return t->n_touches == 0 || key_cmp(t->touch[t->n_touches - 1]->key, key) < 0;
}

/* Old and new content at the same place, and nothing differs behind. */
static bool is_settled(const OpTopN *t)
{
    const RankSide *a = &t->old, *b = &t->now;
    if (!a->at.has || !b->at.has)
        return !a->at.has && !b->at.has;
    return a->pos == b->pos && a->used == b->used && a->rank == b->rank && str_eq(a->at.key, b->at.key) &&
           no_more_touches(t, a->at.key);
}

/* The arrival number is not part of a row. */
static bool same_row(const OpTopN *t, Str a, Str b)
{
    if (!t->r.arrival)
        return str_eq(a, b);
    size_t n = ranked_order_bytes(&t->r, a), skip = n + sizeof(uint64_t);
    return a.n == b.n && memcmp(a.p, b.p, n) == 0 && memcmp(a.p + skip, b.p + skip, a.n - skip) == 0;
}

static int use_one(OpTopN *t, RankSide *s)
{
    s->pos++;
    return ++s->used == s->at.count ? leave(t, s) : 0;
}

/* ROW_NUMBER: place by place. 1 = there is more. */
static int emit_places(OpTopN *t, RankedWriter *w)
{
    RankSide *a = &t->old, *b = &t->now;
    while (!is_settled(t) && a->pos < t->node->hi) {
        int64_t rank = a->pos + 1;
        bool has_a = a->at.has, has_b = b->at.has;
        if (ranked_writer_lacks(w, 2))
            return 1;
        if (is_wanted(t, rank) && !(has_a && has_b && same_row(t, a->at.key, b->at.key))) {
            if (has_a)
                TRY(emit_row(t, w, a->at.key, -1, rank));
            if (has_b)
                TRY(emit_row(t, w, b->at.key, 1, rank));
        }
        if (has_a)
            TRY(use_one(t, a));
        if (has_b)
            TRY(use_one(t, b));
        if (!has_a)
            a->pos++;
        if (!has_b)
            b->pos++;
    }
    return 0;
}

/* RANK and DENSE_RANK: entry by entry. */
static int emit_ranks(OpTopN *t, RankedWriter *w)
{
    RankSide *a = &t->old, *b = &t->now;
    while (!is_settled(t)) {
        int side = !a->at.has ? 1 : !b->at.has ? -1 : key_cmp(a->at.key, b->at.key);
        const RankSide *first = side <= 0 ? a : b;
        if (first->rank > t->node->hi && (!a->at.has || a->rank > t->node->hi) && (!b->at.has || b->rank > t->node->hi))
            return 0;
        if (ranked_writer_lacks(w, 2))
            return 1;
        int64_t n_old = side <= 0 && is_wanted(t, a->rank) ? a->at.count : 0;
        int64_t n_now = side >= 0 && is_wanted(t, b->rank) ? b->at.count : 0;
        if (side == 0 && a->rank == b->rank) {
            TRY(emit_row(t, w, a->at.key, n_now - n_old, a->rank));
        } else {
            if (n_old)
                TRY(emit_row(t, w, a->at.key, -n_old, a->rank));
            if (n_now)
                TRY(emit_row(t, w, b->at.key, n_now, b->rank));
        }
        if (side <= 0)
            TRY(leave(t, a));
        if (side >= 0)
            TRY(leave(t, b));
    }
    return 0;
}

/* ---- flush ---- */

static int start_group(OpTopN *t, RankedGroup *g)
{
    TRY(hash_table_need(g->table, g->row)); /* a view that is being filled has noted it some steps ago */
    uint64_t owner = ranked_row(&t->r, g->row)->owner;
    TRY(ranked_sorted(&t->r, g, &t->touch, &t->n_touches));
    TRY(rank_bound(&t->r, owner, t->node->lo_kind, t->node->lo - 1, &t->r.touch_arena, &t->lo));
    TRY(rank_bound(&t->r, owner, t->node->kind, t->node->hi, &t->r.touch_arena, &t->hi));
    t->next_touch = 0;
    t->range = 0;
    t->range_at.r = NULL;
    t->stage = t->node->with_rank ? TOP_RANKS : TOP_TOUCHED;
    return t->node->with_rank ? start_ranks(t, owner, t->touch[0]->key) : 0;
}

static int end_group(OpTopN *t, RankedGroup *g)
{
    if (t->forget) {
        TRY(hash_table_touch(g->table, g->row));
        TRY(forget_beyond(t, g->row, g->bucket, &t->hi));
    }
    if (!t->forget || t->node->hi > 0) /* a group without rows to keep remembers that it wants none */
        ranked_trim(&t->r, g);
    t->group++;
    t->stage = TOP_GROUP;
    return 0;
}

/* 1 = the writer is full. */
static int flush_group(OpTopN *t, RankedWriter *w)
{
    RankedGroup *g = &t->r.group[t->group];
    int rc = 0;
    if (t->stage == TOP_GROUP)
        TRY(start_group(t, g));
    if (t->stage == TOP_TOUCHED) {
        rc = emit_touched(t, g, w);
        if (rc)
            return rc;
        t->stage = TOP_RANGES;
    }
    if (t->stage == TOP_RANGES)
        rc = emit_ranges(t, g, w);
    else if (t->stage == TOP_RANKS)
        rc = t->node->kind == RANK_ROW ? emit_places(t, w) : emit_ranks(t, w);
    return rc ? rc : end_group(t, g);
}

static int flush_some(OpTopN *t, Out *out)
{
    RankedWriter w;
    ranked_writer_init(&w, &t->r, t->op.node->schema, out->arena);
    while (t->group < t->r.n_groups) {
        int rc = flush_group(t, &w);
        if (rc < 0)
            return rc;
        if (rc == 0 && !ranked_writer_is_full(&w))
            continue;
        TRY(ranked_writer_flush(&w, out));
        if (out_is_full(out) && (rc > 0 || t->group < t->r.n_groups))
            return OP_MORE;
    }
    TRY(ranked_writer_flush(&w, out));
    ranked_forget_touches(&t->r);
    ranked_count_state(&t->r, &t->op.c);
    t->stage = TOP_IDLE;
    return op_mark_release(&t->op, out);
}

/* ---- whole groups, at the end or at a close ---- */

static int start_row(OpTopN *t)
{
    uint64_t owner = ranked_row(&t->r, t->row)->owner;
    arena_reset(&t->r.touch_arena); /* there are no touches */
    t->n_touches = 0;
    t->now = (RankSide){0};
    TRY(rank_bound(&t->r, owner, t->node->lo_kind, t->node->lo - 1, &t->r.touch_arena, &t->lo));
    TRY(rank_bound(&t->r, owner, t->node->kind, t->node->hi, &t->r.touch_arena, &t->hi));
    ranked_walk(&t->now.at, &t->r, owner, NULL, 0, STR(""));
    return enter(t, &t->now);
}

static int give_row(OpTopN *t, RankedWriter *w)
{
    RankSide *s = &t->now;
    while (s->at.has && rank_within(&t->hi, s->at.key, s->at.count) > 0) {
        int64_t n = member(&t->lo, &t->hi, s->at.key, s->at.count);
        int64_t first = MAX(s->pos + 1, t->node->lo) + s->used;
        bool each = t->node->with_rank && t->node->kind == RANK_ROW;
        while (each && s->used < n) {
            if (ranked_writer_is_full(w))
                return 1;
            TRY(emit_row(t, w, s->at.key, 1, first++));
            s->used++;
        }
        if (!each && n) {
            if (ranked_writer_is_full(w))
                return 1;
            TRY(emit_row(t, w, s->at.key, n, s->rank));
        }
        s->used = 0;
        TRY(leave(t, s));
    }
    return 0;
}

/* Groups of one table after each other; 1 = the writer is full. */
static int give_table(OpTopN *t, RankedWriter *w)
{
    for (;;) {
        if (!t->in_row) {
            if (hash_table_next(t->table, &t->next_row, &t->row, 1) == 0)
                return 0;
            TRY(start_row(t));
            t->in_row = true;
        }
        int rc = give_row(t, w);
        if (rc)
            return rc;
        t->in_row = false;
    }
}

/* Next bucket to be given: all at the end, those that the clock has passed at a mark. */
static bool next_bucket(OpTopN *t, int64_t *ret)
{
    return bucket_first(t->r.buckets, ret, &t->table) && (t->close_us == INT64_MAX || *ret < t->close_us);
}

static int give_some(OpTopN *t, Out *out)
{
    RankedWriter w;
    int64_t bucket;
    ranked_writer_init(&w, &t->r, t->op.node->schema, out->arena);
    while (next_bucket(t, &bucket)) {
        int rc = t->once ? give_table(t, &w) : 0;
        if (rc < 0)
            return rc;
        if (rc == 0) {
            ranked_drop_bucket(&t->r, bucket);
            t->next_row = (HashCursor){0};
            continue;
        }
        TRY(ranked_writer_flush(&w, out));
        if (out_is_full(out))
            return OP_MORE;
    }
    TRY(ranked_writer_flush(&w, out));
    arena_reset(&t->r.touch_arena);
    ranked_count_state(&t->r, &t->op.c);
    t->stage = TOP_IDLE;
    t->close_us = INT64_MIN;
    return op_mark_release(&t->op, out);
}

static int top_more(Op *op, Out *out)
{
    OpTopN *t = (OpTopN *)op;
    return t->stage == TOP_BUCKET ? give_some(t, out) : flush_some(t, out);
}

static int top_flush(Op *op, FlushWhy why, Out *out)
{
    OpTopN *t = (OpTopN *)op;
    if (t->once) {
        if (why != FLUSH_END)
            return 0;
        t->close_us = INT64_MAX;
        t->stage = TOP_BUCKET;
        return give_some(t, out);
    }
    if (!emit_is_due(t->node->emit, why))
        return 0;
    if (t->r.n_groups == 0)
        return op_mark_release(op, out);
    t->group = 0;
    t->stage = TOP_GROUP;
    return flush_some(t, out);
}

static int top_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpTopN *t = (OpTopN *)op;
    TRY(op_mark_hold(op, input, m));
    if (t->r.n_groups > 0)
        return 0; /* what is held back may lie below the mark */
    if (t->r.time_part < 0 || m.cls != t->close.cls)
        return t->once && t->r.time_part < 0 ? 0 : op_mark_release(op, out);
    t->close_us = m.wm_us + (t->close.is_end && m.wm_us != INT64_MAX);
    t->r.closed_us = MAX(t->r.closed_us, t->close_us);
    t->stage = TOP_BUCKET;
    return give_some(t, out);
}

static bool top_rests(const Op *op, FlushWhy why)
{
    return ((const OpTopN *)op)->once && why != FLUSH_END;
}

static bool top_passes(const Op *op, Mark m)
{
    const OpTopN *t = (const OpTopN *)op;
    return t->r.n_groups > 0 || t->r.time_part < 0 || m.cls != t->close.cls;
}

/* ---- rows by turns ---- */

/* Of what several instances hold the first ones are among the first of each; by ROW_NUMBER it is the order of arrival that decides
 * between peers, which instances do not know of each other. */
static bool top_can_merge(const PhysNode *node)
{
    const PhysTopN *p = (const PhysTopN *)node;
    return p->emit == OUTPUT_ON_WINDOW_CLOSE && p->close.part >= 0 && p->kind != RANK_ROW && p->lo <= 1 && !p->with_rank &&
           node->in[0]->props.change == CHANGE_APPEND;
}

static uint64_t top_groups(const Op *op)
{
    return bucket_table_rows(((const OpTopN *)op)->r.buckets);
}

static int64_t close_time(const OpTopN *t, Mark m)
{
    if (t->r.time_part < 0 || m.cls != t->close.cls)
        return INT64_MIN;
    return m.wm_us + (t->close.is_end && m.wm_us != INT64_MAX);
}

static bool top_is_due(const Op *op, Mark m)
{
    const OpTopN *t = (const OpTopN *)op;
    int64_t until = close_time(t, m), bucket;
    HashTable *table;
    return bucket_first(t->r.buckets, &bucket, &table) && (until == INT64_MAX || bucket < until);
}

/* What the other one would give are rows of the input that may be among the first. */
static int top_take(Op *op, Op *of, Mark m)
{
    OpTopN *from = (OpTopN *)of;
    int rc = OP_MORE;
    if (!top_is_due(of, m))
        return 0;
    from->close_us = close_time(from, m);
    while (rc == OP_MORE) {
        Out out, none;
        out_init(&out, of->env->step, BATCH_ROWS);
        rc = give_some(from, &out);
        for (const OutItem *item = out.first; item && rc >= 0; item = item->next) {
            out_init(&none, op->env->step, BATCH_ROWS);
            int took = item->batch ? top_push(op, 0, item->batch, &none) : 0;
            rc = took < 0 ? took : rc;
        }
    }
    return rc;
}

static int64_t top_turns_end(const Op *op)
{
    const OpTopN *t = (const OpTopN *)op;
    int64_t bucket, last = INT64_MIN;
    HashTable *table;
    for (bool any = bucket_first(t->r.buckets, &bucket, &table); any; any = bucket_next(t->r.buckets, bucket, &bucket, &table))
        last = bucket + !t->close.is_end;
    return last;
}

static const OpMerge top_merge = {.rule = PART_BY_TURNS_OF_RANKS,
                                  .can = top_can_merge,
                                  .groups = top_groups,
                                  .is_due = top_is_due,
                                  .take = top_take,
                                  .turns_end_us = top_turns_end};

static void top_close(Op *op)
{
    ranked_close(&((OpTopN *)op)->r);
}

/* Caches in the group rows (bounds, places among the touched) stay true: no group is touched, and none closes, between steps. */
static void top_save(const Op *op, StrBuf *out)
{
    bytes_put_i64(out, ((const OpTopN *)op)->r.closed_us);
}

/* Whether groups lie in buckets of another column than the one that closes them. */
static bool is_kept_as_before(const OpTopN *t)
{
    int64_t bucket = 0, us;
    HashTable *table;
    uint8_t *row;
    for (bool more = bucket_first(t->r.buckets, &bucket, &table); more; more = bucket_next(t->r.buckets, bucket, &bucket, &table)) {
        HashCursor at = {0};
        if (hash_table_next(table, &at, &row, 1) == 0)
            continue;
        memcpy(&us, row + t->r.layout.offset[t->close.part], sizeof(us));
        return us != bucket;
    }
    return false;
}

static int top_restore(Op *op, ByteReader *in, Err *err)
{
    OpTopN *t = (OpTopN *)op;
    (void)err;
    ranked_restore(&t->r);
    t->r.closed_us = bytes_i64(in);
    if (t->close.part == t->node->close_before.part || !is_kept_as_before(t))
        return 0;
    t->close = t->node->close_before;
    t->r.time_part = t->close.part;
    return 0;
}
static const OpKeep top_n_keep = {top_save, top_restore};

const OpType op_top_n = {
    .name = "top_n",
    .size = sizeof(OpTopN),
    .open = top_open,
    .push = top_push,
    .more = top_more,
    .mark = top_mark,
    .flush = top_flush,
    .rests = top_rests,
    .passes = top_passes,
    .merge = &top_merge,
    .close = top_close,
    .keep = &top_n_keep,
};
