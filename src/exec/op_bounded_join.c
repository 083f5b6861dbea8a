/* SPDX-License-Identifier: Apache-2.0
 *
 * Join of inputs that end and only come: what a SELECT that ends runs instead of op_join.c, whose state can leave memory, where
 * there is no limit of memory.
 *
 * One side is kept and indexed by its key once it is complete, the other one is led past it and not kept: the right side of all
 * joins but inner ones, of those the side that ends first.  Rows of the other side that come before that (connectors are read in
 * turns) are kept as well and led past at the end.  The rows of a batch that all have at most one partner leave as a selection of
 * that batch, with the columns of the partners beside them; else pairs are made in chunks, and between two chunks only positions
 * are kept.
 *
 * NOT IN (query) beside equalities is an anti join whose condition meets whatever NULL stands in (PhysJoin.not_in).  Where rows of
 * one key are many they are not gone through: a second index has them by key and values, and only those with a NULL, or all for a
 * row with one, are compared.
 *
 * Nothing is taken back, so whether a row has a partner is known when it comes past; rows of the kept side without one (FULL) leave
 * at the end. */
#include "exec/join_index.h"
#include "exec/join_out.h"
#include "exec/narrow_rows.h"

#define CHUNK BATCH_ROWS
#define NOT_KEPT UINT32_MAX

typedef struct JoinHalf {
    RowEval eval; /* of the keys */
    uint32_t n_cols;
    uint32_t *kept_col; /* by column of the input: of the kept rows, NOT_KEPT = nobody looks at it */
    uint32_t n_kept;    /* columns of kept rows, before those that are only keys */
    uint32_t *key_col;  /* where a kept row has its keys */
    const Vec **col;    /* of rows to be kept; key: those of the keys among them */
    const Vec **key;
    Vec *block_key; /* of kept rows that are led past */
    KeptRows rows;
    bool ended;
} JoinHalf;

typedef struct OpBoundedJoin {
    Op op;
    const PhysJoin *node;
    JoinHalf half[2];
    Program *residual;
    const Schema *pair_schema; /* owned */
    bool pairs, outer;         /* outer: rows of the side that is led past stay without a partner, too */
    bool semi, full;
    int32_t kept;    /* which side; -1 = not known yet */
    uint32_t n_keys; /* of both halves: those of the index, then the values of NOT IN */
    bool indexed;
    JoinIndex index;
    NarrowRows packed;      /* the kept rows as they leave */
    bool by_value;          /* `values` is there */
    const bool *value_safe; /* NULL in one of n_keys is a key */
    JoinIndex values;       /* by all of n_keys: only whether there is a row */
    uint32_t *null_from;    /* by kept row: 1 + the first from there on in its list that has a NULL among its values */
    uint64_t *met;          /* FULL: kept rows that have a partner */
    /* the batch that is led past */
    const Batch *in;
    Rows rows;
    uint32_t at, next; /* position, and 1 + the kept row that it meets next */
    bool matching;
    uint32_t head[BATCH_ROWS_MAX];
    uint64_t hit[BIT_WORDS(BATCH_ROWS_MAX)];   /* positions that have met one */
    uint64_t skips[BIT_WORDS(BATCH_ROWS_MAX)]; /* by_value: they need only be compared with rows that have a NULL */
    /* the end */
    bool ended;
    Batch *block[2]; /* kept rows of a side as a batch */
    uint32_t led, end_at;
} OpBoundedJoin;

/* ---- open, close ---- */

bool join_is_bounded(const OpEnv *env, const PhysNode *node)
{
    const PhysJoin *p = (const PhysJoin *)node;
    return node->kind == PHYS_JOIN && p->at_end && (p->n_keys > 0 || p->n_not_in == 0) && !p->timed && !p->probes && !p->freezes &&
           node->in[0]->props.change == CHANGE_APPEND && node->in[1]->props.change == CHANGE_APPEND && !mem_is_limited(env->acct);
}

static bool is_read(const PhysJoin *p, uint32_t pair_col)
{
    return !p->reads || bit_get(p->reads, pair_col);
}

/* The column of kept rows that is a key; one that is not kept anyway comes behind those that are. */
static uint32_t key_column(JoinHalf *h, const Expr *key, Type *types, uint32_t *n)
{
    if (key->kind == EXPR_COLUMN && h->kept_col[key->col] != NOT_KEPT)
        return h->kept_col[key->col];
    types[*n] = key->type;
    return (*n)++;
}

static int half_open(JoinHalf *h, OpBoundedJoin *j, uint32_t first, const Schema *in, Expr *const *keys, uint32_t n_keys, Err *err)
{
    Op *op = &j->op;
    Arena *plan = op->env->plan;
    uint32_t n = 0;
    Type *types = ARENA_ARRAY(plan, Type, in->n + n_keys + 1);
    h->n_cols = in->n;
    h->kept_col = ARENA_ARRAY(plan, uint32_t, in->n + 1);
    h->key_col = ARENA_ARRAY(plan, uint32_t, n_keys + 1);
    h->col = ARENA_ARRAY(plan, const Vec *, in->n + n_keys + 1);
    h->key = ARENA_ARRAY(plan, const Vec *, n_keys + 1);
    h->block_key = ARENA_ARRAY(plan, Vec, n_keys + 1);
    if (!types || !h->kept_col || !h->key_col || !h->col || !h->key || !h->block_key)
        return RAISE_NOMEM(err);
    for (uint32_t c = 0; c < in->n; c++) {
        h->kept_col[c] = is_read(j->node, first + c) ? n : NOT_KEPT;
        if (h->kept_col[c] != NOT_KEPT)
            types[n++] = in->field[c].type;
    }
    h->n_kept = n;
    for (uint32_t k = 0; k < n_keys; k++)
        h->key_col[k] = key_column(h, keys[k], types, &n);
    TRY(kept_rows_init(&h->rows, op->env->acct, plan, types, n, err));
    return row_eval_open(&h->eval, op, in, keys, n_keys, err);
}

static int open_halves(OpBoundedJoin *j, Err *err)
{
    const PhysJoin *p = j->node;
    Arena *plan = j->op.env->plan;
    bool *safe = ARENA_ARRAY(plan, bool, p->n_keys + p->n_not_in + 1);
    j->n_keys = p->n_keys + p->n_not_in;
    for (uint32_t i = 0; i < 2; i++) {
        Expr **key = ARENA_ARRAY(plan, Expr *, j->n_keys + 1);
        if (!key || !safe)
            return RAISE_NOMEM(err);
        if (p->n_keys)
            memcpy(key, i == 0 ? p->left_key : p->right_key, p->n_keys * sizeof(*key));
        if (p->n_not_in)
            memcpy(key + p->n_keys, p->not_in[i], p->n_not_in * sizeof(*key));
        TRY(half_open(&j->half[i], j, i ? p->node.in[0]->schema->n : 0, p->node.in[i]->schema, key, j->n_keys, err));
    }
    if (p->n_keys)
        memcpy(safe, p->null_safe, p->n_keys * sizeof(*safe));
    j->value_safe = safe;
    return 0;
}

/* Columns of the blocks that nobody looks at: for as long as the plan, since a block is led past in several calls. */
static int fill_unread(OpBoundedJoin *j, Err *err)
{
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t c = 0; c < j->half[i].n_cols; c++)
            if (j->half[i].kept_col[c] == NOT_KEPT && join_fill_nulls(j->block[i]->schema, c, 1, j->block[i], j->op.env->plan) < 0)
                return RAISE_NOMEM(err);
    return 0;
}

static int bounded_join_open(Op *op, const PhysNode *node, Err *err)
{
    OpBoundedJoin *j = (OpBoundedJoin *)op;
    const PhysJoin *p = (const PhysJoin *)node;
    j->node = p;
    j->pairs = p->type == INNER_JOIN || p->type == LEFT_JOIN || p->type == FULL_JOIN;
    j->outer = p->type == LEFT_JOIN || p->type == FULL_JOIN;
    j->full = p->type == FULL_JOIN;
    j->semi = p->type == SEMI_JOIN;
    j->kept = p->type == INNER_JOIN ? -1 : 1;
    TRY(join_pair_schema(op, j->pairs, &j->pair_schema, err));
    if (p->residual)
        TRY(program_compile(op->env->plan, &(Expr *){p->residual}, 1, j->pair_schema, &j->residual, err));
    for (uint32_t i = 0; i < 2; i++) {
        j->block[i] = batch_header(op->env->plan, node->in[i]->schema, BATCH_ROWS);
        if (!j->block[i])
            return RAISE_NOMEM(err);
    }
    TRY(open_halves(j, err));
    TRY(fill_unread(j, err));
    return narrow_rows_init(&j->packed, op->env->acct, op->env->plan, MAX(j->half[0].rows.n_cols, j->half[1].rows.n_cols), err);
}

static void bounded_join_close(Op *op)
{
    OpBoundedJoin *j = (OpBoundedJoin *)op;
    if (j->met)
        mem_free(op->env->acct, j->met, BIT_WORDS(j->half[1].rows.n) * sizeof(*j->met));
    if (j->indexed)
        join_index_done(&j->index);
    narrow_rows_done(&j->packed);
    join_index_done(&j->values);
    if (j->null_from)
        mem_free(op->env->acct, j->null_from, j->half[1].rows.n * sizeof(*j->null_from));
    kept_rows_done(&j->half[0].rows);
    kept_rows_done(&j->half[1].rows);
    schema_unref((Schema *)j->pair_schema);
}

static void bounded_join_measure(Op *op)
{
    OpBoundedJoin *j = (OpBoundedJoin *)op;
    op->c.state_rows = (uint64_t)j->half[0].rows.n + j->half[1].rows.n;
    op->c.state_bytes = kept_rows_bytes(&j->half[0].rows) + kept_rows_bytes(&j->half[1].rows);
    if (j->indexed)
        op->c.state_bytes += join_index_bytes(&j->index) + narrow_rows_bytes(&j->packed);
    if (j->by_value)
        op->c.state_bytes += join_index_bytes(&j->values);
}

/* ---- emitting ---- */

static uint32_t first_of(const OpBoundedJoin *j, int32_t side)
{
    return side == 0 ? 0 : j->half[0].n_cols;
}

/* Columns of kept rows, by number + 1, beside the rows `to` of b. */
static int read_kept(const OpBoundedJoin *j, const uint32_t *row, Rows to, Batch *b, Arena *arena)
{
    const JoinHalf *h = &j->half[j->kept];
    uint32_t first = first_of(j, j->kept);
    for (uint32_t c = 0; c < h->n_cols; c++)
        if (h->kept_col[c] == NOT_KEPT)
            TRY(join_fill_nulls(j->pair_schema, first + c, 1, b, arena));
        else
            TRY(narrow_rows_read(&j->packed, h->kept_col[c], row, to, b->n, &b->col[first + c], arena));
    return 0;
}

/* Some rows of the batch as they are; without partners when there are pairs. */
static int emit_alone(OpBoundedJoin *j, Rows rows, Out *out)
{
    if (rows.n == 0)
        return 0;
    Batch *b = batch_derive(out->arena, j->op.node->schema, j->in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->sel = rows.sel;
    b->n_sel = rows.n;
    int32_t side = !j->kept;
    memcpy(b->col + (j->pairs ? first_of(j, side) : 0), j->in->col, j->half[side].n_cols * sizeof(Vec));
    if (j->pairs)
        TRY(join_fill_nulls(j->pair_schema, first_of(j, j->kept), j->half[j->kept].n_cols, b, out->arena));
    return out_batch(out, b);
}

/* Each row of the batch with its only partner, or none; NULL: no row is left. */
static int whole_batch(OpBoundedJoin *j, Out *out, Batch **ret)
{
    int32_t side = !j->kept;
    uint16_t *sel = arena_alloc(out->arena, (j->rows.n + 1) * sizeof(*sel));
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0;
    for (uint32_t i = 0; i < j->rows.n; i++) {
        sel[n] = (uint16_t)row_at(j->rows, i);
        j->head[n] = j->head[i];
        n += j->head[i] || j->outer;
    }
    *ret = NULL;
    if (n == 0)
        return 0;
    Batch *b = batch_derive(out->arena, j->op.node->schema, j->in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->sel = n == b->n ? NULL : sel;
    b->n_sel = n;
    memcpy(b->col + first_of(j, side), j->in->col, j->half[side].n_cols * sizeof(Vec));
    *ret = b;
    return read_kept(j, j->head, batch_rows(b), b, out->arena);
}

static int emit_whole(OpBoundedJoin *j, Out *out)
{
    Batch *b;
    TRY(whole_batch(j, out, &b));
    for (uint32_t i = 0; b && i < b->n_sel && j->met; i++)
        if (j->head[i])
            bit_set(j->met, j->head[i] - 1);
    return b ? out_batch(out, b) : 0;
}

/* Of an inner join whose condition says which of the pairs there are. */
static int emit_judged(OpBoundedJoin *j, Out *out)
{
    Batch *b;
    TRY(whole_batch(j, out, &b));
    if (b)
        TRY(join_judge(&j->op, j->residual, b, out));
    return b && b->n_sel ? out_batch(out, b) : 0;
}

/* Rows that have a partner (SEMI), or none (ANTI, outer joins). */
static int emit_by_hit(OpBoundedJoin *j, bool hit, Out *out)
{
    uint16_t *sel = arena_alloc(out->arena, (j->rows.n + 1) * sizeof(*sel));
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0;
    for (uint32_t i = 0; i < j->rows.n; i++) {
        sel[n] = (uint16_t)row_at(j->rows, i);
        n += bit_get(j->hit, i) == hit;
    }
    return emit_alone(j, (Rows){n, sel}, out);
}

/* ---- pairs ---- */

typedef struct PairChunk {
    uint32_t n;
    uint16_t *at;    /* position in the batch's rows */
    uint32_t *other; /* 1 + kept row */
} PairChunk;

static int pair_batch(OpBoundedJoin *j, const PairChunk *p, Out *out, Batch **ret)
{
    Batch *b = batch_scratch(out->arena, j->pair_schema, p->n);
    uint16_t *phys = arena_alloc(out->arena, p->n * sizeof(*phys));
    int32_t side = !j->kept;
    if (!b || !phys)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = p->n;
    for (uint32_t i = 0; i < p->n; i++)
        phys[i] = (uint16_t)row_at(j->rows, p->at[i]);
    for (uint32_t c = 0; c < j->half[side].n_cols; c++)
        if (is_read(j->node, first_of(j, side) + c))
            TRY(vec_pick(&j->in->col[c], (Rows){p->n, phys}, &b->col[first_of(j, side) + c], out->arena));
        else
            TRY(join_fill_nulls(j->pair_schema, first_of(j, side) + c, 1, b, out->arena));
    TRY(read_kept(j, p->other, (Rows){p->n, NULL}, b, out->arena));
    *ret = b;
    return 0;
}

static int pair_weights(const OpBoundedJoin *j, const PairChunk *p, Batch *b, Arena *arena)
{
    const KeptRows *kept = &j->half[j->kept].rows;
    Rows rows = batch_rows(b);
    if (j->in->w_kind == W_ONE && !kept->w)
        return 0;
    int64_t *w = arena_alloc(arena, p->n * sizeof(*w));
    if (!w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t k = row_at(rows, i);
        w[k] = (int64_t)batch_weight(j->in, row_at(j->rows, p->at[k])) * kept_rows_weight(kept, p->other[k] - 1);
    }
    return join_set_weights(b, w, arena);
}

static int use_pairs(OpBoundedJoin *j, const PairChunk *p, Out *out)
{
    Batch *b = NULL;
    if (p->n == 0)
        return 0;
    TRY(pair_batch(j, p, out, &b));
    if (j->residual)
        TRY(join_judge(&j->op, j->residual, b, out));
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t k = row_at(rows, i);
        bit_set(j->hit, p->at[k]);
        if (j->met)
            bit_set(j->met, p->other[k] - 1);
    }
    if (!j->pairs || rows.n == 0)
        return 0;
    TRY(pair_weights(j, p, b, out->arena));
    b->ptime_us = j->in->ptime_us;
    return out_batch(out, b);
}

static uint32_t next_partner(const OpBoundedJoin *j, uint32_t row)
{
    uint32_t next = join_index_next(&j->index, row);
    return next && j->by_value && bit_get(j->skips, j->at) ? j->null_from[next - 1] : next;
}

/* Pairs until the output is full or the batch is done. */
static int match(OpBoundedJoin *j, Out *out)
{
    while (j->at < j->rows.n) {
        PairChunk p = {.at = arena_alloc(out->arena, CHUNK * sizeof(*p.at)),
                       .other = arena_alloc(out->arena, CHUNK * sizeof(*p.other))};
        if (!p.at || !p.other)
            return -ERR_OUT_OF_MEMORY;
        while (j->at < j->rows.n && p.n < CHUNK) {
            if (!j->pairs && bit_get(j->hit, j->at)) /* one is enough */
                j->next = 0;
            if (!j->next) {
                j->next = ++j->at < j->rows.n ? j->head[j->at] : 0;
                continue;
            }
            p.at[p.n] = (uint16_t)j->at;
            p.other[p.n++] = j->next;
            j->next = next_partner(j, j->next);
        }
        TRY(use_pairs(j, &p, out));
        if (out_is_full(out) && j->at < j->rows.n)
            return OP_MORE;
    }
    j->matching = false;
    if (j->pairs)
        return j->outer ? emit_by_hit(j, false, out) : 0;
    return emit_by_hit(j, j->semi, out);
}

/* ---- leading past ---- */

#define LIST_SHORT 8 /* a list of so many rows is gone through */

static bool has_null(const OpBoundedJoin *j, uint32_t row)
{
    const JoinHalf *h = &j->half[1];
    bool is = false;
    for (uint32_t k = j->node->n_keys; k < j->n_keys; k++)
        is |= vec_is_null(&h->rows.col[h->key_col[k]], row);
    return is;
}

/* Rows of a list stand behind each other in the order of their numbers. */
static bool has_long_list(const OpBoundedJoin *j)
{
    const uint32_t *next = j->index.next;
    for (uint32_t i = 0; next && i < j->half[1].rows.n; i++) {
        uint32_t at = i + 1, n = 0;
        while (at && n <= LIST_SHORT) {
            at = next[at - 1];
            n++;
        }
        if (n > LIST_SHORT)
            return true;
    }
    return false;
}

static int index_values(OpBoundedJoin *j)
{
    const JoinHalf *h = &j->half[1];
    Account *acct = j->op.env->acct;
    uint32_t n = h->rows.n;
    if (j->node->n_not_in == 0 || !has_long_list(j))
        return 0;
    j->null_from = mem_alloc(acct, n * sizeof(*j->null_from));
    if (!j->null_from)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = n; i-- > 0;) {
        uint32_t next = j->index.next[i];
        j->null_from[i] = has_null(j, i) ? i + 1 : next ? j->null_from[next - 1] : 0;
    }
    j->by_value = true;
    return join_index_build(&j->values, acct, &h->rows, h->key_col, j->n_keys, j->value_safe, true, false, j->op.env->step);
}

/* Rows that are among the values have met one; the others meet rows with a NULL only, unless they have one themselves. */
static int find_values(OpBoundedJoin *j, const Vec *const *key)
{
    Arena *step = j->op.env->step;
    Rows rows = j->rows;
    uint32_t *found = arena_alloc(step, (rows.n + 1) * sizeof(*found));
    if (!found)
        return -ERR_OUT_OF_MEMORY;
    TRY(join_index_find(&j->values, key, rows, found, step));
    for (uint32_t i = 0; i < rows.n; i++) {
        bool is_null = false;
        for (uint32_t k = j->node->n_keys; k < j->n_keys; k++)
            is_null |= vec_is_null(key[k], row_at(rows, i));
        bit_put(j->skips, i, !is_null);
        if (found[i])
            bit_set(j->hit, i);
        else if (j->head[i] && !is_null)
            j->head[i] = j->null_from[j->head[i] - 1];
    }
    return 0;
}

static bool is_key_column(const JoinHalf *h, uint32_t n_keys, uint32_t c)
{
    bool is = false;
    for (uint32_t k = 0; k < n_keys; k++)
        is |= h->key_col[k] == c;
    return is;
}

/* What leaves of kept rows lies in narrow rows from now on.  Without another use the columns themselves go. */
static int pack_kept(OpBoundedJoin *j)
{
    JoinHalf *h = &j->half[j->kept];
    bool *leaves = arena_zalloc(j->op.env->step, (h->rows.n_cols + 1) * sizeof(*leaves));
    if (!leaves)
        return -ERR_OUT_OF_MEMORY;
    if (j->pairs || j->residual)
        memset(leaves, true, h->n_kept * sizeof(*leaves));
    uint32_t n = j->index.place ? j->index.n_places : h->rows.n;
    TRY(narrow_rows_build(&j->packed, &h->rows, leaves, j->index.place, n));
    join_index_forget_places(&j->index);
    if (j->node->n_not_in)
        return 0;
    for (uint32_t c = 0; c < h->rows.n_cols; c++)
        if (j->index.range || !is_key_column(h, j->n_keys, c)) /* of addresses no key is compared */
            kept_rows_forget(&h->rows, c);
    return 0;
}

static int make_index(OpBoundedJoin *j)
{
    const PhysJoin *p = j->node;
    const JoinHalf *h = &j->half[j->kept];
    Account *acct = j->op.env->acct;
    bool any = !j->pairs && !p->residual;
    j->indexed = true;
    bool may_order = !any && !j->full && !h->rows.w && p->n_not_in == 0; /* nothing else goes by the numbers of rows */
    TRY(join_index_build(&j->index, acct, &h->rows, h->key_col, p->n_keys, p->null_safe, any, may_order, j->op.env->step));
    TRY(pack_kept(j));
    if (h->rows.n == 0)
        return 0;
    TRY(index_values(j));
    if (!j->full)
        return 0;
    j->met = mem_zalloc(acct, BIT_WORDS(h->rows.n) * sizeof(*j->met));
    return j->met ? 0 : -ERR_OUT_OF_MEMORY;
}

static int lead_past(OpBoundedJoin *j, const Batch *in, Rows rows, const Vec *const *key, Out *out)
{
    if (!j->indexed)
        TRY(make_index(j));
    j->in = in;
    j->rows = rows;
    TRY(join_index_find(&j->index, key, rows, j->head, j->op.env->step));
    if (!j->residual && !j->pairs) {
        for (uint32_t i = 0; i < rows.n; i++)
            bit_put(j->hit, i, j->head[i] != 0);
        return emit_by_hit(j, j->semi, out);
    }
    bool alone = !join_index_repeats(&j->index) && !j->half[j->kept].rows.w;
    if (!j->residual && alone)
        return emit_whole(j, out);
    if (j->residual && alone && j->node->type == INNER_JOIN)
        return emit_judged(j, out);
    memset(j->hit, 0, BIT_WORDS(rows.n) * sizeof(*j->hit));
    if (j->by_value)
        TRY(find_values(j, key));
    j->at = 0;
    j->next = rows.n ? j->head[0] : 0;
    j->matching = true;
    return match(j, out);
}

/* A row of weight 0 is none. */
static int drop_nothings(const Batch *in, Rows *rows, Arena *arena)
{
    if (in->w_kind == W_ONE)
        return 0;
    uint16_t *sel = arena_alloc(arena, (rows->n + 1) * sizeof(*sel));
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows->n; i++) {
        sel[n] = (uint16_t)row_at(*rows, i);
        n += batch_weight(in, row_at(*rows, i)) != 0;
    }
    *rows = (Rows){n, sel};
    return 0;
}

static int bounded_join_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpBoundedJoin *j = (OpBoundedJoin *)op;
    JoinHalf *h = &j->half[input];
    Rows rows;
    TRY(row_eval_run(&h->eval, in, out, &rows));
    TRY(drop_nothings(in, &rows, op->env->step));
    if (j->kept < 0 && j->half[!input].ended)
        j->kept = !input;
    for (uint32_t k = 0; k < j->n_keys; k++)
        h->key[k] = &h->eval.vec[k];
    if (j->kept == (int32_t)!input && j->half[!input].ended)
        return lead_past(j, in, rows, h->key, out);
    for (uint32_t c = 0; c < h->n_cols; c++)
        if (h->kept_col[c] != NOT_KEPT)
            h->col[h->kept_col[c]] = &in->col[c];
    for (uint32_t k = 0; k < j->n_keys; k++)
        if (h->key_col[k] >= h->n_kept)
            h->col[h->key_col[k]] = h->key[k];
    return kept_rows_add(&h->rows, h->col, in, rows, op->env->step);
}

/* ---- the end ---- */

/* The next of the rows that came too early to be led past. */
static int lead_block(OpBoundedJoin *j, Out *out)
{
    JoinHalf *h = &j->half[!j->kept];
    uint32_t n = MIN(h->rows.n - j->led, BATCH_ROWS);
    Batch *b = j->block[!j->kept];
    b->n = b->n_sel = n;
    for (uint32_t c = 0; c < h->n_cols; c++)
        if (h->kept_col[c] == NOT_KEPT)
            b->col[c].n = n;
        else
            kept_rows_view(&h->rows, j->led, n, h->kept_col[c], &b->col[c]);
    for (uint32_t k = 0; k < j->n_keys; k++) {
        kept_rows_view(&h->rows, j->led, n, h->key_col[k], &h->block_key[k]);
        h->key[k] = &h->block_key[k];
    }
    b->w = h->rows.w ? h->rows.w + j->led : NULL;
    b->w_kind = h->rows.w ? W_VEC : W_ONE;
    j->led += n;
    return lead_past(j, b, (Rows){n, NULL}, h->key, out);
}

/* Kept rows without a partner. */
static int emit_unmet(OpBoundedJoin *j, Out *out)
{
    const KeptRows *kept = &j->half[1].rows;
    if (j->full && !j->packed.from) /* no row came past */
        TRY(pack_kept(j));
    while (j->full && j->end_at < kept->n) {
        if (out_is_full(out))
            return OP_MORE;
        uint32_t *row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*row)), n = 0;
        int64_t *w = arena_alloc(out->arena, BATCH_ROWS * sizeof(*w));
        if (!row || !w)
            return -ERR_OUT_OF_MEMORY;
        for (; j->end_at < kept->n && n < BATCH_ROWS; j->end_at++) {
            if (j->met && bit_get(j->met, j->end_at))
                continue;
            w[n] = kept_rows_weight(kept, j->end_at);
            row[n++] = j->end_at + 1;
        }
        Batch *b = batch_scratch(out->arena, j->op.node->schema, n);
        if (!b)
            return -ERR_OUT_OF_MEMORY;
        b->n_sel = n;
        TRY(read_kept(j, row, (Rows){n, NULL}, b, out->arena));
        TRY(join_fill_nulls(j->pair_schema, 0, j->half[0].n_cols, b, out->arena));
        TRY(join_set_weights(b, w, out->arena));
        TRY(out_batch(out, b));
    }
    return 0;
}

static int finish(OpBoundedJoin *j, Out *out)
{
    while (j->led < j->half[!j->kept].rows.n) {
        int rc = lead_block(j, out);
        if (rc != 0)
            return rc;
        if (out_is_full(out))
            return OP_MORE;
    }
    return emit_unmet(j, out);
}

static int bounded_join_more(Op *op, Out *out)
{
    OpBoundedJoin *j = (OpBoundedJoin *)op;
    if (j->matching) {
        int rc = match(j, out);
        if (rc != 0 || !j->ended)
            return rc;
        if (out_is_full(out))
            return OP_MORE;
    }
    return finish(j, out);
}

static int bounded_join_flush(Op *op, FlushWhy why, Out *out)
{
    OpBoundedJoin *j = (OpBoundedJoin *)op;
    if (why != FLUSH_END || j->ended)
        return 0;
    j->ended = true;
    if (j->kept < 0)
        j->kept = j->half[0].rows.n > j->half[1].rows.n;
    return finish(j, out);
}

static bool bounded_join_input_ended(Op *op, uint32_t input)
{
    OpBoundedJoin *j = (OpBoundedJoin *)op;
    j->half[input].ended = true;
    return j->half[!input].ended && !j->full && j->kept >= 0 && j->half[!j->kept].rows.n == 0;
}

const OpType op_bounded_join = {
    .name = "join",
    .size = sizeof(OpBoundedJoin),
    .open = bounded_join_open,
    .push = bounded_join_push,
    .more = bounded_join_more,
    .mark = op_mark_none, /* Marks mean nothing: the rows of the kept side are met at any time. */
    .flush = bounded_join_flush,
    .input_ended = bounded_join_input_ended,
    .measure = bounded_join_measure,
    .close = bounded_join_close,
};
