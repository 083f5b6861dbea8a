/* SPDX-License-Identifier: Apache-2.0
 *
 * Before-images and the changes they lead to (design 4.2).
 *
 * The first time a group is touched in a flush interval, what it is before goes into a chunk with the groups of its batch: a copy
 * of the row where the states lie in it (`by_row`), else the present results, finalised together into vectors.  A flush finalises
 * the same groups again, compares column by column and emits the old rows that changed with -1 and the new ones with +1, both
 * sharing the key vectors.  So no group keeps a copy of its last output while it is quiet.  With copies of rows, few groups are
 * finalised once for before and now together: one row in, one call per aggregate, one batch of -old +new out.
 *
 * A group whose count is 0 at a flush is removed with all its state.  Within an interval deletes may come before their inserts; a
 * delete whose insert comes only after a flush is right as long as the group's count was not 0 at it.
 *
 * A row is dirty when its generation is the current one; ending the interval is one increment, no row is written for it. */
#include "exec/agg_group.h"

typedef enum GroupKind { GROUP_ABSENT, GROUP_ROW, GROUP_ERROR } GroupKind;

struct DirtyChunk {
    DirtyChunk *next;
    GroupTable t;
    uint32_t n;
    bool has_old, has_errors; /* some group was GROUP_ROW, GROUP_ERROR */
    uint8_t **row;
    uint8_t *kind;    /* GroupKind before the interval */
    uint8_t **before; /* by_row: the copies; of a group that was not there the row itself */
    Vec *old;         /* n_slots; NULL unless has_old or has_errors, by_row until the flush */
    EvalCtx errors;   /* of the old results */
};

struct ZeroChunk {
    ZeroChunk *next;
    GroupTable t;
    uint32_t n;
    uint8_t **row;
};

/* ---- noting ---- */

#define NOTE_AHEAD 12u /* groups whose generation is asked for: it lies at the end of the row */

static EvalCtx eval_in(const AggGroups *g, Arena *arena, uint32_t n)
{
    EvalCtx x = g->op->env->eval;
    x.arena = arena;
    eval_ctx_clear(&x, n);
    return x;
}

static uint64_t *row_gen(const AggGroups *g, uint8_t *row)
{
    return (uint64_t *)(void *)(row_extra(&g->layout, row) + g->gen_at);
}

bool agg_is_noted(const AggGroups *g, uint8_t *row)
{
    return g->track && *row_gen(g, row) == g->gen;
}

static int old_results(AggGroups *g, DirtyChunk *c, uint8_t *const *row, Arena *arena)
{
    c->old = arena_alloc(arena, MAX(g->n_slots, 1) * sizeof(*c->old));
    if (!c->old)
        return -ERR_OUT_OF_MEMORY;
    c->errors = eval_in(g, arena, c->n);
    TRY(agg_groups_final(g, &c->t, row, c->n, &c->errors, c->old));
    for (uint32_t i = 0; c->errors.n_errors > 0 && i < c->n; i++) {
        if (c->kind[i] != GROUP_ROW || !bit_get(c->errors.err, i))
            continue;
        c->kind[i] = GROUP_ERROR;
        c->has_errors = true;
    }
    return 0;
}

/* The chunk's own copy: the operator reuses its array of maps. */
static int keep_table(AggGroups *g, const GroupTable *t, GroupTable *ret)
{
    *ret = *t;
    if (g->n_distinct == 0)
        return 0;
    ret->distinct = arena_memdup(&g->dirty_arena, t->distinct, g->n_distinct * sizeof(*t->distinct));
    return ret->distinct ? 0 : -ERR_OUT_OF_MEMORY;
}

static DirtyChunk *chunk_new(AggGroups *g, uint32_t n)
{
    Arena *a = &g->dirty_arena;
    size_t list_bytes = (g->by_row ? 2 * n : n) * sizeof(uint8_t *);
    DirtyChunk *c = arena_alloc(a, sizeof(*c) + list_bytes + n);
    if (!c)
        return NULL;
    uint8_t **list = (uint8_t **)(c + 1);
    c->next = NULL;
    c->n = 0;
    c->has_old = c->has_errors = false;
    c->row = list;
    c->before = g->by_row ? list + n : NULL;
    c->kind = (uint8_t *)list + list_bytes;
    c->old = NULL;
    c->errors.err = NULL;
    c->errors.n_errors = 0;
    return c;
}

/* The image of a row before its first change in the interval. */
static uint8_t *keep_row(AggGroups *g, const GroupTable *t, uint8_t *row, bool there)
{
    if (g->has_extreme && agg_extremes_settle(g, t, row) < 0)
        return NULL;
    return there ? arena_memdup(&g->dirty_arena, row, g->layout.row_bytes) : row;
}

static bool is_there(const AggGroups *g, uint8_t *row)
{
    return agg_group_stands(g, row) ? g->standing_out : *row_count(row) > 0;
}

int agg_dirty_note_one(AggGroups *g, const GroupTable *t, uint8_t *row)
{
    if (*row_gen(g, row) == g->gen)
        return 0;
    DirtyChunk *c = chunk_new(g, 1);
    bool there = is_there(g, row);
    c = c && keep_table(g, t, &c->t) == 0 ? c : NULL;
    if (!c || (c->before && !(c->before[0] = keep_row(g, t, row, there))))
        return -ERR_OUT_OF_MEMORY;
    *row_gen(g, row) = g->gen;
    c->has_old = there;
    c->kind[0] = there ? GROUP_ROW : GROUP_ABSENT;
    c->row[0] = row;
    c->n = 1;
    *g->dirty_last = c;
    g->dirty_last = &c->next;
    return c->has_old && !c->before ? old_results(g, c, c->row, &g->dirty_arena) : 0;
}

int agg_dirty_note(AggGroups *g, const GroupTable *t, uint8_t *const *row, uint32_t n)
{
    if (n == 1)
        return agg_dirty_note_one(g, t, row[0]);
    uint32_t first = 0;
    while (first < n && *row_gen(g, row[first]) == g->gen)
        first++;
    if (first == n)
        return 0;
    DirtyChunk *c = chunk_new(g, n - first);
    if (!c)
        return -ERR_OUT_OF_MEMORY;
    TRY(keep_table(g, t, &c->t));
    for (uint32_t i = first; i < n; i++) {
        if (i + NOTE_AHEAD < n)
            __builtin_prefetch(row_gen(g, row[i + NOTE_AHEAD]), 1);
        if (*row_gen(g, row[i]) == g->gen)
            continue;
        bool there = is_there(g, row[i]);
        if (c->before && !(c->before[c->n] = keep_row(g, t, row[i], there)))
            return -ERR_OUT_OF_MEMORY;
        *row_gen(g, row[i]) = g->gen;
        c->has_old |= there;
        c->kind[c->n] = there ? GROUP_ROW : GROUP_ABSENT;
        c->row[c->n++] = row[i];
    }
    *g->dirty_last = c;
    g->dirty_last = &c->next;
    return c->has_old && !c->before ? old_results(g, c, c->row, &g->dirty_arena) : 0;
}

/* ---- joining chunks of small pushes ---- */

static int join_old(AggGroups *g, DirtyChunk *head, uint32_t n_chunks, DirtyChunk *into, Arena *arena)
{
    Vec *nulls = arena_alloc(arena, n_chunks * sizeof(*nulls));
    const Vec **part = arena_alloc(arena, n_chunks * sizeof(*part));
    into->old = arena_alloc(arena, MAX(g->n_slots, 1) * sizeof(*into->old));
    if (!nulls || !part || !into->old)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t s = 0; s < g->n_slots; s++) {
        DirtyChunk *c = head;
        for (uint32_t i = 0; i < n_chunks; i++, c = c->next) {
            nulls[i] = agg_null_vec(g->slot[s].spec->ret, c->n);
            part[i] = c->old ? &c->old[s] : &nulls[i];
        }
        TRY(vec_concat(&into->old[s], part, n_chunks, arena));
    }
    return 0;
}

static int join_errors(DirtyChunk *head, uint32_t n_chunks, DirtyChunk *into)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < n_chunks; i++, at += head->n, head = head->next)
        for (uint32_t r = 0; head->errors.err && r < head->n; r++)
            if (bit_get(head->errors.err, r))
                row_error_copy(&into->errors, at + r, &head->errors, r);
    return into->errors.n_errors > 0 && !into->errors.err ? -ERR_OUT_OF_MEMORY : 0;
}

/* Makes n_chunks neighbours of one table one chunk, in the arena. */
static int join_chunks(AggGroups *g, DirtyChunk *head, uint32_t n_chunks, uint32_t n, Arena *arena, DirtyChunk *ret)
{
    *ret = (DirtyChunk){.t = head->t, .n = n};
    ret->row = arena_alloc(arena, 2 * n * sizeof(*ret->row));
    ret->kind = arena_alloc(arena, n);
    if (!ret->row || !ret->kind)
        return -ERR_OUT_OF_MEMORY;
    ret->before = head->before ? ret->row + n : NULL;
    uint32_t at = 0;
    DirtyChunk *c = head;
    for (uint32_t i = 0; i < n_chunks; i++, at += c->n, c = c->next) {
        memcpy(ret->row + at, c->row, c->n * sizeof(*c->row));
        if (c->before)
            memcpy(ret->before + at, c->before, c->n * sizeof(*c->before));
        memcpy(ret->kind + at, c->kind, c->n);
        ret->has_old |= c->has_old;
        ret->has_errors |= c->has_errors;
    }
    ret->errors = eval_in(g, arena, n);
    if (ret->has_errors)
        TRY(join_errors(head, n_chunks, ret));
    return ret->has_old && !ret->before ? join_old(g, head, n_chunks, ret, arena) : 0;
}

/* ---- flushing ---- */

typedef struct Change { /* what becomes of a chunk's groups */
    uint16_t *minus, *plus, *fail_minus, *fail_plus;
    uint32_t n_minus, n_plus, n_fail_minus, n_fail_plus;
    Vec *now;
    EvalCtx errors;
} Change;

static bool same_result(const AggGroups *g, const DirtyChunk *c, const Change *ch, uint32_t i)
{
    for (uint32_t s = 0; s < g->n_slots; s++)
        if (!vec_rows_equal(&c->old[s], i, &ch->now[s], i))
            return false;
    return true;
}

static int find_changes(AggGroups *g, const DirtyChunk *c, Change *ch, Arena *arena)
{
    uint16_t *sel = arena_alloc(arena, (size_t)c->n * 4 * sizeof(*sel));
    ch->now = arena_alloc(arena, MAX(g->n_slots, 1) * sizeof(*ch->now));
    if (!sel || !ch->now)
        return -ERR_OUT_OF_MEMORY;
    ch->minus = sel;
    ch->plus = sel + c->n;
    ch->fail_minus = sel + 2 * c->n;
    ch->fail_plus = sel + 3 * c->n;
    ch->errors = eval_in(g, arena, c->n);
    TRY(agg_groups_final(g, &c->t, c->row, c->n, &ch->errors, ch->now));
    for (uint32_t i = 0; i < c->n; i++) {
        int64_t count = *row_count(c->row[i]);
        g->op->c.neg_rows += count < 0;
        GroupKind old = c->kind[i], now = GROUP_ABSENT;
        if (count > 0 || agg_group_stands(g, c->row[i]))
            now = ch->errors.err && bit_get(ch->errors.err, i) ? GROUP_ERROR : GROUP_ROW;
        if (old == GROUP_ROW && now == GROUP_ROW && same_result(g, c, ch, i))
            continue;
        if (old == GROUP_ROW)
            ch->minus[ch->n_minus++] = (uint16_t)i;
        if (now == GROUP_ROW)
            ch->plus[ch->n_plus++] = (uint16_t)i;
        if (old == GROUP_ERROR && now != GROUP_ERROR)
            ch->fail_minus[ch->n_fail_minus++] = (uint16_t)i;
        if (now == GROUP_ERROR && old != GROUP_ERROR)
            ch->fail_plus[ch->n_fail_plus++] = (uint16_t)i;
    }
    return 0;
}

/* Batch of some rows of the chunk with the given results; shares the keys of *keys when it is there already. */
static Batch *change_batch(AggGroups *g, const DirtyChunk *c, const Vec *aggs, Batch **keys, bool minus, Arena *arena)
{
    Batch *b;
    uint32_t n_key_cols = g->node->node.schema->n - g->n_slots;
    if (!*keys) {
        *keys = b = agg_groups_batch(g, &c->t, c->row, c->n, aggs, arena);
    } else {
        b = batch_derive(arena, g->node->node.schema, *keys);
        if (b) {
            memcpy(b->col, (*keys)->col, n_key_cols * sizeof(Vec));
            memcpy(b->col + n_key_cols, aggs, g->n_slots * sizeof(Vec));
        }
    }
    if (b)
        b->w_kind = minus ? W_MINUS : W_ONE;
    return b;
}

static int emit_part(AggGroups *g, const DirtyChunk *c, const Vec *aggs, const EvalCtx *errors, bool minus, const uint16_t *sel,
                     uint32_t n, Batch **keys, Out *out)
{
    if (n == 0)
        return 0;
    Batch *b = change_batch(g, c, aggs, keys, minus, out->arena);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->sel = n < c->n ? sel : NULL;
    b->n_sel = n;
    if (!errors)
        return out_batch(out, b);
    agg_groups_blank(g, b);
    g->op->c.errors += n;
    return out_errors(out, &g->node->node, b, errors);
}

#define PAIR_ROWS 64 /* up to here one batch of -old +new costs less than two batches on their way up */

/* Old and new rows in one batch with weights: a small step is one delivery. */
static int emit_pairs(AggGroups *g, const DirtyChunk *c, const Change *ch, Out *out)
{
    uint32_t n = c->n, n_sel = ch->n_minus + ch->n_plus;
    uint8_t **row = arena_alloc(out->arena, 2 * n * sizeof(*row));
    Vec *aggs = arena_alloc(out->arena, MAX(g->n_slots, 1) * sizeof(*aggs));
    uint16_t *sel = arena_alloc(out->arena, n_sel * sizeof(*sel));
    int32_t *w = arena_alloc(out->arena, 2 * n * sizeof(*w));
    if (!row || !aggs || !sel || !w)
        return -ERR_OUT_OF_MEMORY;
    memcpy(row, c->row, n * sizeof(*row));
    memcpy(row + n, c->row, n * sizeof(*row));
    for (uint32_t s = 0; s < g->n_slots; s++)
        TRY(vec_concat(&aggs[s], (const Vec *[]){&c->old[s], &ch->now[s]}, 2, out->arena));
    for (uint32_t i = 0; i < n; i++) {
        w[i] = -1;
        w[n + i] = 1;
    }
    memcpy(sel, ch->minus, ch->n_minus * sizeof(*sel));
    for (uint32_t i = 0; i < ch->n_plus; i++)
        sel[ch->n_minus + i] = (uint16_t)(n + ch->plus[i]);
    Batch *b = agg_groups_batch(g, &c->t, row, 2 * n, aggs, out->arena);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->w_kind = W_VEC;
    b->w = w;
    b->sel = n_sel < 2 * n ? sel : NULL;
    b->n_sel = n_sel;
    return out_batch(out, b);
}

/* What becomes of few groups whose rows are kept: row i before and row n + i now, results of both in one batch. */
typedef struct Pairs {
    Batch *b;
    const Vec *agg; /* of b */
    EvalCtx errors;
    uint16_t *sel, *fail; /* rows of b to emit, and as errors */
    uint32_t n_sel, n_fail;
} Pairs;

static int pairs_open(AggGroups *g, const DirtyChunk *c, Pairs *p, Arena *arena)
{
    uint32_t n = c->n;
    uint8_t **row = arena_alloc(arena, 2 * n * sizeof(*row));
    p->sel = arena_alloc(arena, 4 * n * sizeof(*p->sel));
    if (!row || !p->sel)
        return -ERR_OUT_OF_MEMORY;
    p->fail = p->sel + 2 * n;
    p->n_sel = p->n_fail = 0;
    for (uint32_t i = 0; i < n; i++) {
        row[i] = c->before[i];
        row[n + i] = c->row[i];
    }
    p->b = agg_groups_batch(g, &c->t, row, 2 * n, NULL, arena);
    if (!p->b)
        return -ERR_OUT_OF_MEMORY;
    Vec *agg = p->b->col + p->b->n_cols - g->n_slots;
    p->agg = agg;
    p->errors = eval_in(g, arena, 2 * n);
    return agg_groups_final(g, &c->t, row, 2 * n, &p->errors, agg);
}

static bool same_pair(const AggGroups *g, const Pairs *p, uint32_t i, uint32_t n)
{
    for (uint32_t s = 0; s < g->n_slots; s++)
        if (!vec_rows_equal(&p->agg[s], i, &p->agg[s], n + i))
            return false;
    return true;
}

static bool in_error(const Pairs *p, uint32_t i)
{
    return unlikely(p->errors.n_errors > 0) && bit_get(p->errors.err, i);
}

/* A place for the results of one group before or now. */
static void pairs_put(Pairs *p, bool bad, uint32_t row)
{
    if (unlikely(bad))
        p->fail[p->n_fail++] = (uint16_t)row;
    else
        p->sel[p->n_sel++] = (uint16_t)row;
}

/* All that leave in the order of the batch: -old before +new. */
static void pairs_select(AggGroups *g, const DirtyChunk *c, Pairs *p)
{
    uint32_t n = c->n, n_plus = 0, plus[PAIR_ROWS];
    for (uint32_t i = 0; i < n; i++) {
        int64_t count = *row_count(c->row[i]);
        g->op->c.neg_rows += count < 0;
        bool was = c->kind[i] != GROUP_ABSENT, is = count > 0 || agg_group_stands(g, c->row[i]);
        bool was_bad = was && in_error(p, i), is_bad = is && in_error(p, n + i);
        if (was && is && was_bad == is_bad && (was_bad || same_pair(g, p, i, n)))
            continue;
        if (was)
            pairs_put(p, was_bad, i);
        if (is)
            plus[n_plus++] = n + i;
    }
    for (uint32_t i = 0; i < n_plus; i++)
        pairs_put(p, in_error(p, plus[i]), plus[i]);
}

static int pairs_fail(AggGroups *g, const Pairs *p, Out *out)
{
    Batch *bad = batch_with_sel(out->arena, p->b, p->fail, p->n_fail);
    if (!bad)
        return -ERR_OUT_OF_MEMORY;
    agg_groups_blank(g, bad);
    g->op->c.errors += p->n_fail;
    return out_errors(out, &g->node->node, bad, &p->errors);
}

static int flush_pairs(AggGroups *g, const DirtyChunk *c, Out *out)
{
    Pairs p;
    uint32_t n = c->n;
    TRY(pairs_open(g, c, &p, out->arena));
    pairs_select(g, c, &p);
    int32_t *w = arena_alloc(out->arena, 2 * n * sizeof(*w));
    if (!w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        w[i] = -1;
        w[n + i] = 1;
    }
    p.b->w_kind = W_VEC;
    p.b->w = w;
    if (unlikely(p.n_fail > 0))
        TRY(pairs_fail(g, &p, out));
    p.b->sel = p.n_sel < 2 * n ? p.sel : NULL;
    p.b->n_sel = p.n_sel;
    return out_batch(out, p.b);
}

static int flush_each(AggGroups *g, DirtyChunk *c, Out *out)
{
    Change ch = {0};
    Batch *keys = NULL;
    if (c->before && c->has_old)
        TRY(old_results(g, c, c->before, out->arena));
    TRY(find_changes(g, c, &ch, out->arena));
    if (ch.n_minus > 0 && ch.n_plus > 0 && c->n <= PAIR_ROWS) {
        TRY(emit_pairs(g, c, &ch, out));
    } else {
        TRY(emit_part(g, c, c->old, NULL, true, ch.minus, ch.n_minus, &keys, out));
        TRY(emit_part(g, c, ch.now, NULL, false, ch.plus, ch.n_plus, &keys, out));
    }
    TRY(emit_part(g, c, c->old, &c->errors, true, ch.fail_minus, ch.n_fail_minus, &keys, out));
    return emit_part(g, c, ch.now, &ch.errors, false, ch.fail_plus, ch.n_fail_plus, &keys, out);
}

/* The interval goes on: the next change of these groups is one of what has been emitted now. */
static int notice_again(AggGroups *g, const DirtyChunk *c)
{
    g->standing_out = true; /* all of them are on the list from the start */
    for (uint32_t i = 0; i < c->n; i++) {
        TRY(hash_table_touch(c->t.rows, c->row[i]));
        *row_gen(g, c->row[i]) = 0;
    }
    return 0;
}

/* Leaves out the groups whose results are what they were, as the ends of a group mostly are: nothing of them is finalised. */
static int drop_unmoved(AggGroups *g, DirtyChunk *c)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        bool stays = c->kind[i] == GROUP_ROW && *row_count(c->row[i]) > 0;
        int moved = stays ? agg_extremes_moved(g, &c->t, c->before[i], c->row[i]) : 1;
        TRY(moved);
        c->row[n] = c->row[i];
        c->kind[n] = c->kind[i];
        c->before[n] = c->before[i];
        n += moved != 0;
    }
    c->n = n;
    return 0;
}

static int flush_chunk(AggGroups *g, DirtyChunk *c, Out *out)
{
    if (g->only_extremes && c->before && c->n > 1 && !g->op->env->yields) {
        TRY(drop_unmoved(g, c));
        if (c->n == 0)
            return 0;
    }
    bool pairs = c->before && c->has_old && c->n <= PAIR_ROWS;
    int done = g->pair && c->n == 1 ? agg_single_emit(g, &c->t, c->before[0], c->kind[0] == GROUP_ROW, c->row[0], out) : 0;
    if (done == 0)
        done = pairs ? flush_pairs(g, c, out) : flush_each(g, c, out);
    if (done < 0)
        return done;
    if (unlikely(g->op->env->yields))
        TRY(notice_again(g, c));
    for (uint32_t i = 0; i < c->n; i++)
        if (group_is_gone(g, c->row[i]) && !agg_group_stands(g, c->row[i]))
            agg_groups_remove(g, &c->t, c->row[i]);
    return 0;
}

/* Takes chunks of one table off the list, as many as one batch holds. */
static int flush_some(AggGroups *g, DirtyChunk **link, Out *out)
{
    DirtyChunk *head = *link, *c = head->next, joined;
    uint32_t n = head->n, n_chunks = 1, yields = g->op->env->yields, most = yields ? yields : BATCH_ROWS;
    TRY(hash_table_need_all(head->t.rows, head->row, head->n)); /* they may have been noted some steps ago */
    while (c && c->t.rows == head->t.rows && n + c->n <= most) {
        TRY(hash_table_need_all(c->t.rows, c->row, c->n));
        n += c->n;
        n_chunks++;
        c = c->next;
    }
    *link = c;
    if (!c)
        g->dirty_last = link;
    if (n_chunks == 1)
        return flush_chunk(g, head, out);
    TRY(join_chunks(g, head, n_chunks, n, out->arena, &joined));
    return flush_chunk(g, &joined, out);
}

static void end_interval(AggGroups *g)
{
    if (g->dirty)
        return;
    g->gen++;
    if (!g->zero)
        arena_reset(&g->dirty_arena);
}

int agg_dirty_flush(AggGroups *g, int64_t limit, Out *out)
{
    if (!g->dirty)
        return 0;
    for (DirtyChunk **link = &g->dirty; *link;) {
        if ((*link)->t.bucket > limit) {
            link = &(*link)->next;
            continue;
        }
        if (out_is_full(out) || (g->op->env->yields && out->n_rows > 0))
            return OP_MORE;
        TRY(flush_some(g, link, out));
    }
    g->standing_out = true;
    end_interval(g);
    return 0;
}

/* ---- empty groups where there are no before-images ---- */

int agg_zero_note(AggGroups *g, const GroupTable *t, uint8_t *const *row, uint32_t n)
{
    uint32_t n_zero = 0;
    for (uint32_t i = 0; i < n; i++)
        n_zero += *row_count(row[i]) == 0 && !agg_group_stands(g, row[i]);
    if (n_zero == 0)
        return 0;
    ZeroChunk *c = arena_alloc(&g->dirty_arena, sizeof(*c));
    uint8_t **list = arena_alloc(&g->dirty_arena, n_zero * sizeof(*list));
    if (!c || !list)
        return -ERR_OUT_OF_MEMORY;
    *c = (ZeroChunk){.next = g->zero, .row = list};
    TRY(keep_table(g, t, &c->t));
    for (uint32_t i = 0; i < n; i++)
        if (*row_count(row[i]) == 0 && !agg_group_stands(g, row[i]))
            list[c->n++] = row[i];
    g->zero = c;
    return 0;
}

#define GONE INT64_MIN /* count of a group that is about to be removed: it may be listed more than once */

int agg_zero_flush(AggGroups *g)
{
    if (!g->zero)
        return 0;
    for (ZeroChunk *c = g->zero; c; c = c->next) {
        uint32_t n = 0;
        TRY(hash_table_need_all(c->t.rows, c->row, c->n));
        for (uint32_t i = 0; i < c->n; i++) {
            if (*row_count(c->row[i]) != 0)
                continue;
            TRY(hash_table_touch(c->t.rows, c->row[i]));
            *row_count(c->row[i]) = GONE;
            c->row[n++] = c->row[i];
        }
        c->n = n;
    }
    for (ZeroChunk *c = g->zero; c; c = c->next)
        for (uint32_t i = 0; i < c->n; i++)
            agg_groups_remove(g, &c->t, c->row[i]);
    g->zero = NULL;
    if (!g->dirty)
        arena_reset(&g->dirty_arena);
    return 0;
}
