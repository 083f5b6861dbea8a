/* SPDX-License-Identifier: Apache-2.0
 *
 * Top-N of few rows per group by ROW_NUMBER (design 4.12), over input that only comes: what PHYS_TOP_N is run by where its last row
 * is at most the TOP_FEW_MAXth.
 *
 * A group is a row of a HASH table: the heads of its first rows in their order, and where these lie in the table's heap
 * (first_rows.h).  A row that is behind the last of a full group is refused by one comparison; any other moves those behind it by a
 * place, and the last one goes.  Only the rows of a batch that are still among the first at its end are packed and stored.
 *
 * The first change of a group in a step notes where its rows were.  What leaves is the difference, place by place; rows are told
 * apart by where they lie, and those that go stay there until the output has been used: one more call of the driver gives them
 * back.  Nothing of it is left between steps, so a checkpoint has only what groups refer to.
 *
 * State that an earlier version wrote is in trees, under another bucket of the same table (op_top_n.c), and stays there. */
#include "exec/first_rows.h"

#define TOP_FEW_MAX 16
#define TOP_FEW_BUCKET (INT64_MIN + 1)
#define GROUPS_AHEAD 8u /* groups that are on their way into the cache */
#define ROWS_AHEAD 2u   /* groups whose rows are */
#define IN_BATCH (UINT64_C(1) << 63)

typedef struct FewEntry {
    uint64_t head[HEAD_WORDS];
    uint64_t ref; /* in the heap; while a batch is taken, IN_BATCH | physical row */
} FewEntry;

typedef struct FewGroup {       /* extra bytes of a group's row */
    uint64_t bound[HEAD_WORDS]; /* the head of the last entry when there is no place left, else ~0 */
    uint32_t dirty;             /* its place among the dirty ones, if that one speaks of it */
    uint32_t n;
    FewEntry entry[]; /* in their order */
} FewGroup;

typedef struct DirtyGroup {
    uint8_t *row;
    uint64_t *old; /* refs of its entries before the step */
    uint32_t n_old;
    uint32_t batch; /* number of the last batch that changed it */
} DirtyGroup;

typedef struct OpTopFew {
    Op op;
    const PhysTopN *node;
    FirstRows first;
    RowLayout layout;
    uint32_t hi;
    HashTable *groups;
    DirtyGroup *dirty;
    uint32_t n_dirty, cap_dirty, next;
    uint32_t batch;     /* number of the one being taken */
    uint32_t *changed;  /* dirty groups that it has changed */
    uint32_t n_changed; /* of them */
    uint64_t *gone;     /* refs of rows that have left their groups */
    uint32_t n_gone, cap_gone;
    bool given; /* all of a flush is out; the next call clears up */
    Arena old_arena;
} OpTopFew;

static FewGroup *few_group(const OpTopFew *t, uint8_t *row)
{
    return (FewGroup *)(void *)row_extra(&t->layout, row);
}

bool top_n_is_few(const OpEnv *env, const PhysNode *node)
{
    const PhysTopN *p = (const PhysTopN *)node;
    return node->kind == PHYS_TOP_N && p->kind == RANK_ROW && p->lo_kind == RANK_ROW && p->lo >= 1 && p->hi >= p->lo &&
           p->hi <= TOP_FEW_MAX && p->emit != OUTPUT_FINAL && p->emit != OUTPUT_ON_WINDOW_CLOSE && p->close.part < 0 &&
           p->close_before.part < 0 && node->in[0]->props.change == CHANGE_APPEND &&
           !page_orphans_wait(env->pages, env->next_table_id, INT64_MIN);
}

static int few_open(Op *op, const PhysNode *node, Err *err)
{
    OpTopFew *t = (OpTopFew *)op;
    const PhysTopN *p = t->node = (const PhysTopN *)node;
    arena_init(&t->old_arena, op->env->acct, 0);
    FirstRowsOpen o = {.part = p->part,
                       .n_part = p->n_part,
                       .order = p->order,
                       .n_order = p->n_order,
                       .desc = p->desc,
                       .nulls_first = p->nulls_first};
    TRY(first_rows_open(&t->first, op, &o, err));
    t->hi = (uint32_t)p->hi;
    uint32_t bytes = (uint32_t)(sizeof(FewGroup) + t->hi * sizeof(FewEntry));
    TRY(row_layout_init(&t->layout, op->env->acct, t->first.key_type, p->n_part, bytes, err));
    t->groups = hash_table_new(op->env->pages, &t->layout, op->env->next_table_id, TOP_FEW_BUCKET, err);
    op->env->next_table_id += 2; /* as the trees have it */
    return t->groups ? 0 : -ERR_OUT_OF_MEMORY;
}

static void few_close(Op *op)
{
    OpTopFew *t = (OpTopFew *)op;
    if (!t->node)
        return;
    hash_table_free(t->groups);
    row_layout_done(&t->layout);
    mem_free(op->env->acct, t->dirty, t->cap_dirty * sizeof(*t->dirty));
    mem_free(op->env->acct, t->gone, t->cap_gone * sizeof(*t->gone));
    arena_done(&t->old_arena);
    first_rows_close(&t->first);
}

/* ---- rows come ---- */

/* One more place in a list of the operator. */
static int list_grow(OpTopFew *t, void **list, uint32_t n, uint32_t *cap, size_t bytes)
{
    if (likely(n < *cap))
        return 0;
    uint32_t to = *cap ? *cap * 2 : 256;
    void *more = mem_realloc(t->op.env->acct, *list, *cap * bytes, to * bytes);
    if (!more)
        return -ERR_OUT_OF_MEMORY;
    *list = more;
    *cap = to;
    return 0;
}

/* What the group was before the step, at its first change; and that this batch changes it. */
static int note_dirty(OpTopFew *t, uint8_t *row, FewGroup *x)
{
    if (x->dirty >= t->n_dirty || t->dirty[x->dirty].row != row) {
        TRY(list_grow(t, (void **)&t->dirty, t->n_dirty, &t->cap_dirty, sizeof(*t->dirty)));
        uint64_t *old = arena_alloc(&t->old_arena, MAX(x->n, 1) * sizeof(*old));
        if (!old)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < x->n; i++)
            old[i] = x->entry[i].ref;
        x->dirty = t->n_dirty;
        t->dirty[t->n_dirty++] = (DirtyGroup){.row = row, .old = old, .n_old = x->n, .batch = t->batch - 1};
    }
    if (t->dirty[x->dirty].batch != t->batch) {
        t->dirty[x->dirty].batch = t->batch;
        t->changed[t->n_changed++] = x->dirty;
    }
    return 0;
}

/* Does the row come before an entry whose head is the same? */
static int comes_before(OpTopFew *t, uint32_t phys, const FewEntry *e, bool *ret)
{
    if (e->ref & IN_BATCH)
        return first_rows_before_row(&t->first, phys, (uint32_t)e->ref, ret);
    return first_rows_before_kept(&t->first, phys, hash_table_heap_get(t->groups, e->ref), ret);
}

/* Its place: behind those that are as good. */
static int place_of(OpTopFew *t, const FewGroup *x, uint32_t phys, const uint64_t head[HEAD_WORDS], uint32_t *ret)
{
    uint32_t at = x->n;
    while (at > 0 && head_before(head, x->entry[at - 1].head))
        at--;
    for (bool before = true; at > 0 && !t->first.in_head && head_equal(x->entry[at - 1].head, head); at--) {
        TRY(comes_before(t, phys, &x->entry[at - 1], &before));
        if (!before)
            break;
    }
    *ret = at;
    return 0;
}

/* Room for one more entry: the last one of a full group leaves. */
static int make_room(OpTopFew *t, FewGroup *x)
{
    if (x->n < t->hi) {
        x->n++;
        return 0;
    }
    uint64_t last = x->entry[t->hi - 1].ref;
    if (last & IN_BATCH)
        return 0;
    TRY(list_grow(t, (void **)&t->gone, t->n_gone, &t->cap_gone, sizeof(*t->gone)));
    t->gone[t->n_gone++] = last;
    return 0;
}

static int insert(OpTopFew *t, FewGroup *x, uint32_t at, uint32_t phys, const uint64_t head[HEAD_WORDS])
{
    TRY(make_room(t, x));
    for (uint32_t i = x->n - 1; i > at; i--)
        x->entry[i] = x->entry[i - 1];
    x->entry[at] = (FewEntry){{head[0], head[1]}, IN_BATCH | phys};
    if (x->n == t->hi)
        memcpy(x->bound, x->entry[t->hi - 1].head, sizeof(x->bound));
    return 0;
}

static int take_row(OpTopFew *t, uint8_t *row, uint32_t phys, const uint64_t head[HEAD_WORDS], int64_t weight)
{
    FewGroup *x = few_group(t, row);
    uint32_t at;
    if (head_before(x->bound, head) || weight <= 0)
        return 0;
    TRY(place_of(t, x, phys, head, &at));
    if (at == t->hi)
        return 0;
    TRY(note_dirty(t, row, x));
    for (; weight > 0 && at < t->hi; weight--, at++)
        TRY(insert(t, x, at, phys, head));
    return 0;
}

static inline bool is_in_batch(const FewEntry *e)
{
    return (e->ref & IN_BATCH) != 0;
}

/* Rows of the batch that are among the first of their groups now. */
static uint32_t list_stored(const OpTopFew *t, FewEntry **ret, uint16_t *sel)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < t->n_changed; k++) {
        FewGroup *x = few_group(t, t->dirty[t->changed[k]].row);
        for (uint32_t i = 0; i < x->n; i++) {
            if (!is_in_batch(&x->entry[i]))
                continue;
            if (ret) {
                ret[n] = &x->entry[i];
                sel[n] = (uint16_t)x->entry[i].ref;
            }
            n++;
        }
    }
    return n;
}

/* Order columns of a row where it goes, and where the rest of it does.  wide: all of them are of nine bytes. */
static int store_order(OpTopFew *t, FewEntry *e, bool wide, size_t packed_bytes, char **ret)
{
    FirstRows *f = &t->first;
    uint32_t phys = (uint32_t)e->ref;
    uint64_t ref = 0;
    if (wide) {
        TRY(hash_table_heap_renew(t->groups, f->n_order * SORTKEY_WIDE_BYTES + packed_bytes, &ref, ret));
        *ret = sortkey_write_wide(*ret, f->rows.order, f->eval.vec + f->n_part, f->n_order, phys);
    } else {
        TRY(first_rows_order(f, phys));
        TRY(hash_table_heap_renew(t->groups, f->text.n + packed_bytes, &ref, ret));
        if (f->text.n)
            memcpy(*ret, f->text.p, f->text.n);
        *ret += f->text.n;
    }
    e->ref = ref;
    return 0;
}

static int store_rows(OpTopFew *t, const Batch *in, bool wide)
{
    Arena *step = t->op.env->step;
    const PackedLayout *packed = &t->first.rows.packed;
    uint32_t n = list_stored(t, NULL, NULL);
    FewEntry **entry = arena_alloc(step, MAX(n, 1) * sizeof(*entry));
    uint16_t *sel = arena_alloc(step, MAX(n, 1) * sizeof(*sel));
    size_t *bytes = arena_alloc(step, MAX(n, 1) * sizeof(*bytes));
    char **to = arena_alloc(step, MAX(n, 1) * sizeof(*to));
    if (!entry || !sel || !bytes || !to)
        return -ERR_OUT_OF_MEMORY;
    (void)list_stored(t, entry, sel);
    packed_measure(packed, in->col, (Rows){n, sel}, bytes);
    for (uint32_t i = 0; i < n; i++)
        TRY(store_order(t, entry[i], wide, bytes[i], &to[i]));
    packed_put_rows(packed, in->col, (Rows){n, sel}, to);
    return 0;
}

/* What has not become a row of the heap is none. */
static void forget_batch(OpTopFew *t)
{
    for (uint32_t k = 0; k < t->n_changed; k++) {
        FewGroup *x = few_group(t, t->dirty[t->changed[k]].row);
        uint32_t n = 0;
        for (uint32_t i = 0; i < x->n; i++)
            if (!is_in_batch(&x->entry[i]))
                x->entry[n++] = x->entry[i];
        x->n = n;
        x->bound[0] = x->bound[1] = UINT64_MAX;
    }
}

/* ---- a batch ---- */

/* A group's bound, and then its entries.  Always inlined, for gcc drops calls of what only prefetches. */
static inline __attribute__((always_inline)) void prefetch_entries(const OpTopFew *t, uint8_t *row)
{
    const uint8_t *x = (const uint8_t *)few_group(t, row);
    for (size_t at = 0; at < t->layout.extra_bytes; at += 64)
        __builtin_prefetch(x + at, 1);
    __builtin_prefetch(x + t->layout.extra_bytes - 1, 1);
}

/* The groups of the rows; where all have the same, only rows up to its bound are left, by the first column of their order. */
static int find_groups(OpTopFew *t, Rows *rows, uint8_t **row)
{
    FirstRows *f = &t->first;
    bool one = vecs_are_const(f->key, f->n_part);
    Rows sought = {one ? 1 : rows->n, rows->sel};
    uint64_t *is_new;
    TRY(first_rows_find(f, t->groups, sought, row, &is_new));
    for (uint32_t k = 0; k < BIT_WORDS(sought.n); k++)
        for (uint64_t bits = is_new[k]; bits; bits &= bits - 1) {
            FewGroup *x = few_group(t, row[k * 64 + (uint32_t)__builtin_ctzll(bits)]);
            x->bound[0] = x->bound[1] = UINT64_MAX;
        }
    if (!one)
        return 0;
    uint16_t *place = arena_alloc(t->op.env->step, rows->n * sizeof(*place));
    uint32_t n;
    if (!place)
        return -ERR_OUT_OF_MEMORY;
    if (f->n_order > 0 &&
        sortkey_to(&f->rows.order[0], &f->eval.vec[f->n_part], *rows, few_group(t, row[0])->bound[0], place, &n)) {
        for (uint32_t i = 0; i < n; i++)
            place[i] = (uint16_t)row_at(*rows, place[i]);
        *rows = (Rows){n, place};
    }
    for (uint32_t i = 1; i < rows->n; i++)
        row[i] = row[0];
    return 0;
}

/* Rows that are not behind the bound of their group already, one after the other. */
static int take_rows(OpTopFew *t, const Batch *in, Rows rows, uint8_t **row, uint64_t (*head)[HEAD_WORDS])
{
    uint16_t *place = arena_alloc(t->op.env->step, (rows.n + 1) * sizeof(*place));
    uint32_t n = 0;
    if (!place)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        if (i + GROUPS_AHEAD < rows.n)
            __builtin_prefetch(few_group(t, row[i + GROUPS_AHEAD]), 1);
        place[n] = (uint16_t)i;
        n += !head_before(few_group(t, row[i])->bound, head[i]);
    }
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = place[k], phys = row_at(rows, i);
        if (k + GROUPS_AHEAD < n)
            prefetch_entries(t, row[place[k + GROUPS_AHEAD]]);
        TRY(take_row(t, row[i], phys, head[i], batch_weight(in, phys)));
    }
    return 0;
}

/* Rows that are gone, now that nobody looks at them any more. */
static void clear_up(OpTopFew *t)
{
    for (uint32_t i = 0; i < t->n_gone; i++)
        hash_table_heap_drop(t->groups, t->gone[i]);
    t->n_gone = 0;
    arena_reset(&t->old_arena);
    t->given = false;
}

static int few_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpTopFew *t = (OpTopFew *)op;
    Arena *step = op->env->step;
    Rows rows;
    bool wide;
    (void)input;
    if (t->given)
        clear_up(t);
    TRY(row_eval_run(&t->first.eval, in, out, &rows));
    if (rows.n == 0)
        return 0;
    uint8_t **row = arena_alloc(step, rows.n * sizeof(*row));
    uint64_t(*head)[HEAD_WORDS] = arena_alloc(step, rows.n * sizeof(*head));
    t->changed = arena_alloc(step, rows.n * sizeof(*t->changed));
    t->n_changed = 0;
    t->batch++;
    if (!row || !head || !t->changed)
        return -ERR_OUT_OF_MEMORY;
    TRY(find_groups(t, &rows, row));
    if (rows.n == 0)
        return 0;
    TRY(first_rows_heads(&t->first, rows, head, &wide));
    int rc = take_rows(t, in, rows, row, head);
    if (rc == 0)
        rc = store_rows(t, in, wide);
    if (rc < 0)
        forget_batch(t);
    return rc;
}

/* ---- output ---- */

/* The rows that leave a group and come to it, of those between lo and hi. */
typedef struct Sides {
    uint32_t from, n_old, n_now; /* places */
    const uint64_t *old;
    const FewEntry *now;
} Sides;

static Str kept_row(const OpTopFew *t, uint64_t ref)
{
    return hash_table_heap_get(t->groups, ref);
}

static int emit_ranked(OpTopFew *t, RankedWriter *w, Str row, int32_t weight, uint32_t place)
{
    TRY(first_rows_put(&t->first, w, row, weight));
    ((int64_t *)w->b->col[t->first.rows.n_cols].data)[w->n - 1] = (int64_t)place + 1;
    return 0;
}

/* Place by place: a rank has another row, mostly that of the place before. */
static int emit_places(OpTopFew *t, const Sides *s, RankedWriter *w)
{
    uint64_t before = 0;
    Str a = {0}, b = {0};
    for (uint32_t i = s->from; i < MAX(s->n_old, s->n_now); i++) {
        bool was = i < s->n_old, is = i < s->n_now;
        if (was && is && s->old[i] == s->now[i].ref)
            continue;
        if (is)
            b = s->now[i].ref == before ? a : kept_row(t, s->now[i].ref);
        if (was) {
            before = s->old[i];
            a = kept_row(t, before);
            if (is && str_eq(a, b))
                continue;
            TRY(emit_ranked(t, w, a, -1, i));
        }
        if (is)
            TRY(emit_ranked(t, w, b, 1, i));
    }
    return 0;
}

static bool is_among_old(const Sides *s, uint64_t ref)
{
    for (uint32_t i = s->from; i < s->n_old; i++)
        if (s->old[i] == ref)
            return true;
    return false;
}

static bool is_among_now(const Sides *s, uint64_t ref)
{
    for (uint32_t i = s->from; i < s->n_now; i++)
        if (s->now[i].ref == ref)
            return true;
    return false;
}

/* Without ranks: who is there and was not, and the other way round. */
static int emit_members(OpTopFew *t, const Sides *s, RankedWriter *w)
{
    for (uint32_t i = s->from; i < s->n_old; i++)
        if (!is_among_now(s, s->old[i]))
            TRY(first_rows_put(&t->first, w, kept_row(t, s->old[i]), -1));
    for (uint32_t i = s->from; i < s->n_now; i++)
        if (!is_among_old(s, s->now[i].ref))
            TRY(first_rows_put(&t->first, w, kept_row(t, s->now[i].ref), 1));
    return 0;
}

static void prefetch_rows(const OpTopFew *t, uint8_t *row)
{
    const FewGroup *x = few_group(t, row);
    for (uint32_t i = 0; i < x->n && !hash_table_is_spilling(t->groups); i++)
        hash_table_heap_prefetch(t->groups, x->entry[i].ref);
}

static int emit_group(OpTopFew *t, const DirtyGroup *g, RankedWriter *w)
{
    const FewGroup *x = few_group(t, g->row);
    Sides s = {(uint32_t)t->node->lo - 1, g->n_old, x->n, g->old, x->entry};
    return t->node->with_rank ? emit_places(t, &s, w) : emit_members(t, &s, w);
}

static int flush_some(OpTopFew *t, Out *out)
{
    RankedWriter w;
    ranked_writer_init(&w, &t->first.rows, t->op.node->schema, out->arena);
    for (; t->next < t->n_dirty; t->next++) {
        if (ranked_writer_lacks(&w, 2 * t->hi)) {
            TRY(ranked_writer_flush(&w, out));
            if (out_is_full(out))
                return OP_MORE;
        }
        TRY(hash_table_need(t->groups, t->dirty[t->next].row)); /* it may have been noted some steps ago */
        if (t->next + ROWS_AHEAD < t->n_dirty && !hash_table_is_spilling(t->groups))
            prefetch_rows(t, t->dirty[t->next + ROWS_AHEAD].row);
        TRY(emit_group(t, &t->dirty[t->next], &w));
    }
    TRY(ranked_writer_flush(&w, out));
    t->n_dirty = t->next = 0;
    t->given = true;
    t->op.c.state_rows = hash_table_rows(t->groups);
    t->op.c.state_bytes = hash_table_bytes(t->groups);
    TRY(op_mark_release(&t->op, out));
    return OP_MORE; /* to clear up */
}

static int few_more(Op *op, Out *out)
{
    OpTopFew *t = (OpTopFew *)op;
    if (!t->given)
        return flush_some(t, out);
    clear_up(t);
    return 0;
}

static int few_flush(Op *op, FlushWhy why, Out *out)
{
    OpTopFew *t = (OpTopFew *)op;
    if (!emit_is_due(t->node->emit, why))
        return 0;
    return t->n_dirty ? flush_some(t, out) : op_mark_release(op, out);
}

static int few_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    TRY(op_mark_hold(op, input, m));
    return ((OpTopFew *)op)->n_dirty > 0 ? 0 : op_mark_release(op, out); /* what is held back may lie below the mark */
}

/* ---- checkpoints ---- */

/* As the trees have it: no group closes. */
static void few_save(const Op *op, StrBuf *out)
{
    (void)op;
    bytes_put_i64(out, INT64_MIN);
}

static int few_restore(Op *op, ByteReader *in, Err *err)
{
    (void)err;
    (void)bytes_i64(in);
    ranked_restore(&((OpTopFew *)op)->first.rows);
    return 0;
}
static const OpKeep few_keep = {few_save, few_restore};

const OpType op_top_few = {
    .name = "top_n",
    .size = sizeof(OpTopFew),
    .open = few_open,
    .push = few_push,
    .more = few_more,
    .mark = few_mark,
    .flush = few_flush,
    .close = few_close,
    .keep = &few_keep,
};
