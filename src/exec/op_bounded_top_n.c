/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranks of an input that ends and only comes, by keys that are numbers: what a SELECT that ends runs instead of op_top_n.c, where
 * there is no limit of memory.  Rows are kept by column, sorted once at the end by partition and order, and numbered on the way
 * out; equal rows stay in the order in which they came. */
#include "exec/sort_words.h"
#include "kernel/kernel.h"

typedef struct OpBoundedTopN {
    Op op;
    const PhysTopN *node;
    RowEval eval; /* partition, then order */
    WordSort sort;
    bool ended;
    uint32_t at;  /* place in the order */
    int64_t copy; /* copies of its row that have been numbered */
    bool any;
    uint32_t last; /* row that was numbered last, and its numbers in its partition */
    int64_t row, rank, dense;
} OpBoundedTopN;

static SortSpec *sort_spec(const PhysTopN *p, Arena *arena)
{
    SortSpec *spec = ARENA_ARRAY(arena, SortSpec, p->n_part + p->n_order + 1);
    for (uint32_t i = 0; spec && i < p->n_part; i++)
        spec[i] = (SortSpec){.type = p->part[i]->type, .by_value = true};
    for (uint32_t i = 0; spec && i < p->n_order; i++)
        spec[p->n_part + i] = (SortSpec){p->order[i]->type, p->desc[i], p->nulls_first[i], .by_value = true};
    return spec;
}

static bool takes(Expr *const *e, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!word_sort_takes(&(SortSpec){.type = e[i]->type}, 1))
            return false;
    return true;
}

bool top_n_is_bounded(const OpEnv *env, const PhysNode *node)
{
    const PhysTopN *p = (const PhysTopN *)node;
    return node->kind == PHYS_TOP_N && p->emit == OUTPUT_FINAL && p->close.part < 0 && p->n_part + p->n_order > 0 &&
           node->in[0]->props.change == CHANGE_APPEND && takes(p->part, p->n_part) && takes(p->order, p->n_order) &&
           !mem_is_limited(env->acct);
}

static int bounded_top_open(Op *op, const PhysNode *node, Err *err)
{
    OpBoundedTopN *t = (OpBoundedTopN *)op;
    const PhysTopN *p = (const PhysTopN *)node;
    const Schema *in = node->in[0]->schema;
    uint32_t n = p->n_part + p->n_order;
    SortSpec *spec = sort_spec(p, op->env->plan);
    Expr **keys = ARENA_ARRAY(op->env->plan, Expr *, n + 1);
    t->node = p;
    if (!spec || !keys)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        keys[i] = i < p->n_part ? p->part[i] : p->order[i - p->n_part];
    TRY(word_sort_open(&t->sort, op, in, keys, spec, n, err));
    return row_eval_open(&t->eval, op, in, keys, n, err);
}

static void bounded_top_close(Op *op)
{
    word_sort_done(&((OpBoundedTopN *)op)->sort);
}

static void bounded_top_measure(Op *op)
{
    const OpBoundedTopN *t = (const OpBoundedTopN *)op;
    op->c.state_rows = t->sort.rows.n;
    op->c.state_bytes = kept_rows_bytes(&t->sort.rows);
}

static int bounded_top_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpBoundedTopN *t = (OpBoundedTopN *)op;
    Rows rows;
    (void)input;
    TRY(row_eval_run(&t->eval, in, out, &rows));
    return word_sort_add(&t->sort, in, rows, t->eval.vec, op->env->step);
}

/* ---- the end ---- */

/* Whether the keys first .. end - 1 of two kept rows are equal. */
static bool same_keys(const WordSort *s, uint32_t first, uint32_t end, uint32_t a, uint32_t b)
{
    for (uint32_t k = first; k < end; k++) {
        const Vec *v = &s->rows.col[s->key_col[k]];
        if (type_bytes((TypeId)v->type.id) == sizeof(int64_t) && !v->valid && !type_is_float((TypeId)v->type.id)) {
            if (((const int64_t *)v->data)[a] != ((const int64_t *)v->data)[b])
                return false;
        } else if (kernel_cmp_rows(v, a, v, b) != 0) {
            return false;
        }
    }
    return true;
}

/* Numbers the next copy of a row; false: there is none. */
static bool next_copy(OpBoundedTopN *t)
{
    const WordSort *s = &t->sort;
    uint32_t n_part = t->node->n_part;
    while (t->at < s->rows.n && t->copy >= kept_rows_weight(&s->rows, s->order[t->at] - 1)) {
        t->at++;
        t->copy = 0;
    }
    if (t->at == s->rows.n)
        return false;
    uint32_t r = s->order[t->at] - 1;
    if (t->copy++ == 0) {
        bool same = t->any && same_keys(s, 0, n_part, t->last, r);
        if (!same)
            t->row = t->dense = 0;
        if (!same || !same_keys(s, n_part, s->n_keys, t->last, r)) {
            t->rank = t->row + 1;
            t->dense++;
        }
    }
    t->row++;
    t->last = r;
    t->any = true;
    return true;
}

static int64_t rank_by(const OpBoundedTopN *t, RankKind kind)
{
    return kind == RANK_ROW ? t->row : kind == RANK_RANK ? t->rank : t->dense;
}

static Batch *next_batch(OpBoundedTopN *t, Arena *arena)
{
    const PhysTopN *p = t->node;
    uint32_t *row = arena_alloc(arena, BATCH_ROWS * sizeof(*row)), n = 0;
    int64_t *rank = arena_alloc(arena, BATCH_ROWS * sizeof(*rank));
    if (!row || !rank)
        return NULL;
    while (n < BATCH_ROWS && next_copy(t)) {
        if (rank_by(t, p->lo_kind) < p->lo || rank_by(t, p->kind) > p->hi)
            continue;
        rank[n] = rank_by(t, p->kind);
        row[n++] = t->last + 1;
    }
    Batch *b = batch_header(arena, p->node.schema, n);
    uint32_t n_cols = p->node.in[0]->schema->n;
    for (uint32_t c = 0; b && c < n_cols; c++)
        if (kept_rows_read(&t->sort.rows, c, row, (Rows){n, NULL}, n, &b->col[c], arena) < 0)
            return NULL;
    if (b && p->with_rank)
        b->col[n_cols] = (Vec){.kind = VEC_FLAT, .type = p->node.schema->field[n_cols].type, .n = n, .data = rank};
    return b;
}

static int bounded_top_more(Op *op, Out *out)
{
    OpBoundedTopN *t = (OpBoundedTopN *)op;
    while (t->at < t->sort.rows.n) {
        if (out_is_full(out))
            return OP_MORE;
        Batch *b = next_batch(t, out->arena);
        if (!b)
            return -ERR_OUT_OF_MEMORY;
        TRY(out_batch(out, b));
    }
    return op_mark_release(op, out);
}

static int bounded_top_flush(Op *op, FlushWhy why, Out *out)
{
    OpBoundedTopN *t = (OpBoundedTopN *)op;
    if (why != FLUSH_END || t->ended)
        return 0;
    t->ended = true;
    TRY(word_sort_run(&t->sort));
    return bounded_top_more(op, out);
}

/* Marks wait for the rows. */
static int bounded_top_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    (void)out;
    return op_mark_hold(op, input, m);
}

const OpType op_bounded_top_n = {
    .name = "top_n",
    .size = sizeof(OpBoundedTopN),
    .open = bounded_top_open,
    .push = bounded_top_push,
    .more = bounded_top_more,
    .mark = bounded_top_mark,
    .flush = bounded_top_flush,
    .measure = bounded_top_measure,
    .close = bounded_top_close,
};
