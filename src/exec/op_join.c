/* SPDX-License-Identifier: Apache-2.0
 *
 * Join (design 4.6): inner, left, full, semi, anti, over deltas of any sign on both sides.
 *
 * A batch of one side meets what the other side holds and is then added to its own side: dL * R, then (L + dL) * dR.  The weight of
 * a pair is the product.  A row of a side that is kept without a match (left of LEFT and ANTI, both of FULL) has a degree, the sum
 * of the weights of its matches; when it crosses 0 the row alone goes or comes (checked in models/model_check.py).  The left rows
 * of SEMI come and go on the same crossings.
 *
 * An interval join (design 4.7) forgets a row when the other side's watermark says that nothing within its bounds will come, and
 * emits rows without a match at that moment; its results are complete up to the lesser of its own clock and the other's, moved by
 * the bound.
 *
 * A bounded plan knows all matches only at the end: rows without one are emitted then, once.  A `probes` join keeps no left rows;
 * what it gives stands in the order of these, those without a match among the others.
 *
 * A join that `freezes` has inputs that only take back what is too old (op_row_ttl.c), in batches of their own: such rows meet
 * nothing more, and what the join has said of them stays.  Equal rows then differ by what was active when they came, so a stored
 * row has, instead of a degree, how many of its copies have met nothing yet (join_side.h): they leave that state together, at the
 * first match.
 *
 * A side that lies in a stored relation, found by the join's keys, is not kept (join_shared.h): a batch meets the rows of the
 * relation first, and then, where the relation is ahead, what takes back what of it is still to come.  Has such a side rows without
 * a match, it has no degrees: behind its pairs a batch of the other side meets the rows of those keys once more that have got
 * their first match by it, or lost their last one (join_cross.h).
 *
 * Pairs are made in chunks; between two chunks only positions are kept, so a row with a million matches costs no memory. */
#include "exec/join_best.h"
#include "exec/join_cross.h"
#include "exec/join_out.h"
#include "exec/join_path.h"
#include "exec/join_place.h"
#include "exec/join_shared.h"
#include "exec/join_young.h"
#include "exec/window_time.h"

#define CHUNK BATCH_ROWS

typedef struct PairList { /* pairs of a chunk */
    uint32_t n;
    uint16_t *at;    /* position in the input's rows */
    uint8_t **other; /* stored row of the other side */
    bool lent;       /* they lie in the relation that is shared */
    int64_t *count;  /* how often they count; NULL: as they say */
} PairList;

typedef struct LoneList { /* stored rows that come or go alone */
    uint32_t n;
    uint8_t **row;
    int64_t *weight;
} LoneList;

typedef struct OpJoin {
    Op op;
    const PhysJoin *node;
    JoinSide side[2];
    const Arrangement *arrangement[2]; /* where the rows lie, shared or not; NULL = nowhere else */
    Program *residual;
    uint64_t *
        residual_reads; /* columns of the pair; NULL: it is judged over whole pairs, which the error port shows, or there is none */
    const Schema *pair_schema; /* left columns, then right ones; owned */
    bool pairs;                /* emits pairs: not SEMI, ANTI */
    bool lone[2];              /* rows of this side are emitted without a match */
    bool counts[2];            /* rows of this side have a degree */
    bool by_place;             /* rows that come may find theirs by place, see join_place.c */
    bool in_order;             /* the results of the left rows follow each other as these do */
    bool holds;                /* rows without a match are emitted late: at the end, or when they are forgotten */
    bool input_ended[2];       /* of a bounded plan: rows of the other side meet what is there, nothing will meet them */
    /* interval join */
    int64_t wm[2], out_wm[2]; /* clocks of the inputs, marks given */
    const int64_t *time_us;   /* by which the input's rows are due, by physical row */
    bool expiring;
    /* the input being matched */
    uint32_t input;
    JoinInput in;
    JoinBest best;
    uint8_t **head, **own; /* own: in a side that is shared, of what is still to come; NULL = nothing is */
    int64_t *degree;
    uint32_t at; /* position, and the next stored row it meets */
    uint8_t *next;
    bool matching;
    bool crossing; /* the input is `cross` now: keys of the batch by which rows of the other side come or go */
    JoinCross cross;
    bool lent;                  /* head are rows of the relation that is shared */
    ArrangementPlace lent_at;   /* or this is where the rows of the key at `at` go on */
    int64_t stamp;              /* of the input, see join_shared_counts */
    uint32_t given, given_lone; /* in_order: the first of in.rows, and of in.lone, that may still be given alone */
    /* FLUSH_END */
    bool ended, ending;
    uint32_t end_side;
    HashCursor end_at;
} OpJoin;

/* ---- open, close ---- */

static int join_open(Op *op, const PhysNode *node, Err *err)
{
    OpJoin *j = (OpJoin *)op;
    const PhysJoin *p = (const PhysJoin *)node;
    j->node = p;
    j->pairs = p->type == INNER_JOIN || p->type == LEFT_JOIN || p->type == FULL_JOIN;
    j->lone[0] = p->type == LEFT_JOIN || p->type == FULL_JOIN || p->type == ANTI_JOIN;
    j->lone[1] = p->type == FULL_JOIN;
    j->counts[0] = j->lone[0] || p->type == SEMI_JOIN;
    j->counts[1] = j->lone[1];
    TRY(join_pair_schema(op, j->pairs, &j->pair_schema, err));
    if (p->residual)
        TRY(program_compile(op->env->plan, &(Expr *){p->residual}, 1, j->pair_schema, &j->residual, err));
    if (p->residual && !p->residual->can_fail) {
        j->residual_reads = ARENA_ARRAY(op->env->plan, uint64_t, BIT_WORDS(j->pair_schema->n) + 1);
        if (!j->residual_reads)
            return RAISE_NOMEM(err);
        expr_columns(p->residual, j->residual_reads);
    }
    j->holds = p->at_end || p->at_death;
    j->in_order = p->probes && p->type == LEFT_JOIN && !j->holds;
    j->by_place = p->probes && p->type == INNER_JOIN && p->n_keys == 1 && !p->residual && !p->timed && !p->freezes &&
                  p->best.n == 0 && !op->env->part_keys;
    for (uint32_t i = 0; i < 2; i++)
        j->wm[i] = j->out_wm[i] = INT64_MIN;
    for (uint32_t i = 0; i < 2; i++) {
        JoinSideOpen o = {.input = node->in[i],
                          .number = i,
                          .keys = i == 0 ? p->left_key : p->right_key,
                          .n_keys = p->n_keys,
                          .null_safe = p->null_safe,
                          .time_col = !p->timed ? -1 : (int32_t)(i == 0 ? p->left_due : p->right_due),
                          .has_bounds = p->best.n > 0 && i != p->best.side,
                          .may_be_young = !p->timed && !p->freezes && !p->probes && !j->counts[i] && p->best.n == 0};
        TRY(join_side_open(&j->side[i], op, &o, err));
        if (p->may_share[i])
            TRY(join_shared_open(&j->side[i], err));
    }
    join_best_open(&j->best, &p->best, node->in[p->best.side]->schema);
    j->side[0].by_copy = j->side[1].by_copy = p->freezes;
    return 0;
}

static void join_close(Op *op)
{
    OpJoin *j = (OpJoin *)op;
    join_side_close(&j->side[0]);
    join_side_close(&j->side[1]);
    schema_unref((Schema *)j->pair_schema);
}

static void count_state(OpJoin *j)
{
    j->op.c.state_rows = join_side_rows(&j->side[0]) + join_side_rows(&j->side[1]);
    j->op.c.state_bytes = join_side_bytes(&j->side[0]) + join_side_bytes(&j->side[1]);
}

/* ---- emitting ---- */

static Batch *result_batch(OpJoin *j, uint32_t n, Out *out)
{
    Batch *b = batch_scratch(out->arena, j->op.node->schema, n);
    if (b)
        b->n_sel = n;
    return b;
}

static int fill_nulls(OpJoin *j, uint32_t side, Batch *b, Arena *arena)
{
    return join_fill_nulls(j->pair_schema, side == 0 ? 0 : j->side[0].n_cols, j->side[side].n_cols, b, arena);
}

/* Stored rows of `side` without a partner. */
static int emit_stored(OpJoin *j, uint32_t side, const LoneList *l, Out *out)
{
    if (l->n == 0)
        return 0;
    Batch *b = result_batch(j, l->n, out);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    TRY(join_side_read(&j->side[side], l->row, l->n, b, side == 0 || !j->pairs ? 0 : j->side[0].n_cols, out->arena));
    if (j->pairs)
        TRY(fill_nulls(j, !side, b, out->arena));
    TRY(join_set_weights(b, l->weight, out->arena));
    return out_batch(out, b);
}

/* Rows of the input without a partner. */
static int emit_input(OpJoin *j, Rows rows, Out *out)
{
    const Batch *in = j->in.batch;
    if (rows.n == 0)
        return 0;
    Batch *b = batch_derive(out->arena, j->op.node->schema, in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->sel = rows.sel;
    b->n_sel = rows.n;
    uint32_t first = j->input == 0 || !j->pairs ? 0 : j->side[0].n_cols;
    memcpy(b->col + first, in->col, j->side[j->input].n_cols * sizeof(Vec));
    if (j->pairs)
        TRY(fill_nulls(j, !j->input, b, out->arena));
    return out_batch(out, b);
}

/* ---- matching ---- */

static int pick_input(OpJoin *j, const PairList *p, Batch *b, const uint64_t *wanted, Arena *arena)
{
    uint32_t first = j->input == 0 ? 0 : j->side[0].n_cols;
    uint16_t *phys = arena_alloc(arena, p->n * sizeof(*phys));
    if (!phys)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < p->n; i++)
        phys[i] = (uint16_t)row_at(j->in.rows, p->at[i]);
    for (uint32_t c = 0; c < j->side[j->input].n_cols; c++)
        if (!wanted || bit_get(wanted, first + c))
            TRY(vec_pick(&j->in.batch->col[c], (Rows){p->n, phys}, &b->col[first + c], arena));
    return 0;
}

static int pair_batch(OpJoin *j, const PairList *p, Out *out, Batch **ret)
{
    Batch *b = batch_scratch(out->arena, j->pair_schema, p->n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = p->n;
    TRY(pick_input(j, p, b, NULL, out->arena));
    TRY(join_side_read_pairs(&j->side[!j->input], p->lent, p->other, p->n, b, j->input == 0 ? j->side[0].n_cols : 0, out->arena));
    *ret = b;
    return 0;
}

/* The pairs that the condition lets through, before they are put together: only the columns that it reads are looked at. */
static int judge_first(OpJoin *j, PairList *p, Out *out)
{
    Batch *b = batch_scratch(out->arena, j->pair_schema, p->n);
    const JoinSide *other = &j->side[!j->input];
    uint32_t first = j->input == 0 ? j->side[0].n_cols : 0;
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = p->n;
    TRY(pick_input(j, p, b, j->residual_reads, out->arena));
    for (uint32_t c = 0; c < other->n_cols; c++)
        if (bit_get(j->residual_reads, first + c))
            TRY(join_side_read_column(other, p->lent, p->other, p->n, c, &b->col[first + c], out->arena));
    TRY(join_judge(&j->op, j->residual, b, out));
    for (uint32_t i = 0; i < b->n_sel; i++) {
        p->at[i] = p->at[b->sel[i]];
        p->other[i] = p->other[b->sel[i]];
        if (p->count)
            p->count[i] = p->count[b->sel[i]];
    }
    p->n = b->n_sel;
    return 0;
}

/* The degree of a stored row moves by w: what comes or goes alone because of it. */
static void move_degree(OpJoin *j, uint8_t *row, int64_t w, LoneList *lone)
{
    JoinSide *s = &j->side[!j->input];
    JoinLink *link = join_link(s, row);
    int64_t before = link->degree;
    (void)hash_table_touch(s->rows, row);
    if (j->node->freezes) { /* copies that have met nothing: now they have */
        link->degree = 0;
        if (before > 0) {
            lone->row[lone->n] = row;
            lone->weight[lone->n++] = j->node->type == SEMI_JOIN ? before : -before;
        }
        return;
    }
    link->degree += w;
    bool had = before > 0, has = link->degree > 0;
    if (had == has)
        return;
    int64_t count = *row_count(row);
    if (j->node->type == SEMI_JOIN)
        count = -count;
    else if (j->holds)
        return;
    lone->row[lone->n] = row;
    lone->weight[lone->n++] = has ? -count : count;
}

static int lone_list(LoneList *l, uint32_t n, Arena *arena)
{
    *l = (LoneList){.row = arena_alloc(arena, n * sizeof(*l->row)), .weight = arena_alloc(arena, n * sizeof(*l->weight))};
    return l->row && l->weight ? 0 : -ERR_OUT_OF_MEMORY;
}

/* ---- in the order of the input ---- */

typedef struct Ordered { /* rows of a result: of the input, and the pair it is part of, or JOIN_ALONE */
    uint32_t n;
    uint16_t *row, *pair;
    int64_t *w;
} Ordered;

static int give_ordered(OpJoin *j, Ordered *o, const Batch *pairs, Out *out)
{
    uint32_t n_left = j->side[0].n_cols;
    Batch *b = o->n ? result_batch(j, o->n, out) : NULL;
    if (!b)
        return o->n ? -ERR_OUT_OF_MEMORY : 0;
    for (uint32_t c = 0; c < n_left; c++)
        TRY(vec_pick(&j->in.batch->col[c], (Rows){o->n, o->row}, &b->col[c], out->arena));
    for (uint32_t c = n_left; pairs && c < b->n_cols; c++)
        TRY(join_pick_or_null(&pairs->col[c], o->pair, o->n, &b->col[c], out->arena));
    if (!pairs)
        TRY(fill_nulls(j, 1, b, out->arena));
    TRY(join_set_weights(b, o->w, out->arena));
    b->ptime_us = j->in.batch->ptime_us;
    o->n = 0;
    return out_batch(out, b);
}

static int add_ordered(OpJoin *j, Ordered *o, uint32_t row, uint16_t pair, int64_t w, const Batch *pairs, Out *out)
{
    if (o->n == BATCH_ROWS) {
        TRY(give_ordered(j, o, pairs, out));
        *o = (Ordered){0};
    }
    if (o->n == 0) { /* what has been given away is not written to again */
        o->row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*o->row));
        o->pair = arena_alloc(out->arena, BATCH_ROWS * sizeof(*o->pair));
        o->w = arena_alloc(out->arena, BATCH_ROWS * sizeof(*o->w));
        if (!o->row || !o->pair || !o->w)
            return -ERR_OUT_OF_MEMORY;
    }
    o->row[o->n] = (uint16_t)row;
    o->pair[o->n] = pair;
    o->w[o->n++] = w;
    return 0;
}

/* The rows before physical row `end` that have no match. */
static int add_alone(OpJoin *j, Ordered *o, uint32_t end, const Batch *pairs, Out *out)
{
    const Batch *in = j->in.batch;
    for (;;) {
        while (j->given < j->at && j->given < j->in.rows.n && j->degree[j->given] > 0)
            j->given++;
        uint32_t row = j->given < j->at && j->given < j->in.rows.n ? row_at(j->in.rows, j->given) : UINT32_MAX;
        uint32_t lone = j->given_lone < j->in.lone.n ? row_at(j->in.lone, j->given_lone) : UINT32_MAX;
        if (MIN(row, lone) >= end)
            return 0;
        j->given += row < lone;
        j->given_lone += lone < row;
        TRY(add_ordered(j, o, MIN(row, lone), JOIN_ALONE, batch_weight(in, MIN(row, lone)), pairs, out));
    }
}

static bool none_alone(const OpJoin *j)
{
    uint32_t at = j->given, end = MIN(j->at, j->in.rows.n);
    while (at < end && j->degree[at] > 0)
        at++;
    return at == end && j->given_lone == j->in.lone.n;
}

/* The pairs that are left of a chunk, NULL = none, and the rows before `at` that have none. */
static int give_in_order(OpJoin *j, const PairList *p, Batch *pairs, const int64_t *w, Out *out)
{
    Ordered o = {0};
    if (pairs && pairs->n_sel > 0 && none_alone(j)) {
        TRY(join_set_weights(pairs, w, out->arena));
        pairs->ptime_us = j->in.batch->ptime_us;
        return out_batch(out, pairs);
    }
    Rows rows = pairs ? batch_rows(pairs) : (Rows){0};
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t k = row_at(rows, i), row = row_at(j->in.rows, p->at[k]);
        TRY(add_alone(j, &o, row, pairs, out));
        TRY(add_ordered(j, &o, row, (uint16_t)k, w[k], pairs, out));
    }
    TRY(add_alone(j, &o, j->at < j->in.rows.n ? row_at(j->in.rows, j->at) : UINT32_MAX, pairs, out));
    return give_ordered(j, &o, pairs, out);
}

/* ---- any order ---- */

/* What the pairs of a chunk mean: degrees of both rows, pairs to emit, stored rows that come or go alone. */
static int use_pairs(OpJoin *j, PairList *p, Out *out)
{
    bool other_counts = j->counts[!j->input] && !j->side[!j->input].shared;
    Batch *b = NULL;
    LoneList lone;
    if (p->n > 0 && j->residual_reads)
        TRY(judge_first(j, p, out));
    if (p->n > 0 && j->best.head)
        TRY(join_best_keep(&j->best, &j->side[!j->input], p->at, p->other, &p->n));
    if (p->n == 0)
        return 0;
    if (j->pairs || (j->residual && !j->residual_reads))
        TRY(pair_batch(j, p, out, &b));
    if (j->residual && !j->residual_reads)
        TRY(join_judge(&j->op, j->residual, b, out));
    int64_t *w = arena_alloc(out->arena, p->n * sizeof(*w));
    if (!w || (other_counts && lone_list(&lone, p->n, out->arena) < 0))
        return -ERR_OUT_OF_MEMORY;
    Rows rows = b ? batch_rows(b) : (Rows){p->n, NULL};
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t k = row_at(rows, i);
        int64_t w_in = batch_weight(j->in.batch, row_at(j->in.rows, p->at[k])),
                count = p->count ? p->count[k] : *row_count(p->other[k]);
        if (j->degree)
            j->degree[p->at[k]] += count;
        if (__builtin_mul_overflow(w_in, count, &w[k]))
            return -ERR_PROGRAM_LIMIT;
        if (other_counts)
            move_degree(j, p->other[k], w_in, &lone);
    }
    if (other_counts)
        TRY(emit_stored(j, !j->input, &lone, out));
    if (j->in_order)
        return give_in_order(j, p, b, w, out);
    if (!j->pairs || rows.n == 0)
        return 0;
    TRY(join_set_weights(b, w, out->arena));
    b->ptime_us = j->in.batch->ptime_us;
    return out_batch(out, b);
}

/* Rows of the other side that come or go alone, for the keys of `cross`. */
static int use_crossed(OpJoin *j, const PairList *p, Out *out)
{
    uint32_t side = !j->input;
    bool semi = j->node->type == SEMI_JOIN;
    if (p->n == 0)
        return 0;
    Batch *b = result_batch(j, p->n, out);
    int64_t *w = arena_alloc(out->arena, p->n * sizeof(*w));
    if (!b || !w)
        return -ERR_OUT_OF_MEMORY;
    TRY(join_side_read_pairs(&j->side[side], p->lent, p->other, p->n, b, side == 0 || !j->pairs ? 0 : j->side[0].n_cols,
                             out->arena));
    if (j->pairs)
        TRY(fill_nulls(j, !side, b, out->arena));
    for (uint32_t i = 0; i < p->n; i++) {
        int64_t count = p->count ? p->count[i] : *row_count(p->other[i]);
        w[i] = (j->cross.sign[p->at[i]] > 0) == semi ? count : -count;
    }
    TRY(join_set_weights(b, w, out->arena));
    return out_batch(out, b);
}

/* Rows of the input whose degree says that they stand alone (LEFT, FULL, ANTI) or have a match (SEMI). */
static int emit_by_degree(OpJoin *j, Out *out)
{
    bool semi = j->node->type == SEMI_JOIN;
    if (!j->degree || (j->holds && !semi))
        return 0;
    uint16_t *sel = arena_alloc(out->arena, (j->in.rows.n + 1) * sizeof(*sel));
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0;
    for (uint32_t i = 0; i < j->in.rows.n; i++) {
        sel[n] = (uint16_t)row_at(j->in.rows, i);
        n += (j->degree[i] > 0) == semi;
    }
    return emit_input(j, (Rows){n, sel}, out);
}

/* ---- interval join: what is late, what can be forgotten ---- */

/* A row of `side` with a time below this meets nothing that may still come; INT64_MAX: no row does. */
static int64_t dead_below(const OpJoin *j, uint32_t side)
{
    if (j->wm[!side] == INT64_MAX) /* the other side has ended, and with it the bounds */
        return INT64_MAX;
    return side == 0 ? add_saturated(j->wm[1], j->node->lo_us) : sub_saturated(j->wm[0], j->node->hi_us);
}

/* The times of the input's rows on its clock, and those by which they are due; *ret: the rows that have both. */
static int find_times(OpJoin *j, const int64_t **ret_us, Rows *ret)
{
    const Batch *in = j->in.batch;
    Arena *step = j->op.env->step;
    uint32_t clock = j->input == 0 ? j->node->left_clock : j->node->right_clock, due = (uint32_t)j->side[j->input].time_col;
    TRY(window_times(&in->col[clock], j->in.rows, in->n, step, ret_us, ret));
    const int64_t *due_us = *ret_us;
    if (due != clock)
        TRY(window_times(&in->col[due], *ret, in->n, step, &due_us, ret));
    j->time_us = due_us;
    return 0;
}

static bool none_below(const int64_t *us, Rows rows, int64_t below)
{
    int64_t any = 0;
    for (uint32_t i = 0; i < rows.n; i++)
        any |= us[row_at(rows, i)] < below;
    return !any;
}

/* Rows without a time meet nothing; rows below their own side's clock are late: what they should meet may be gone. */
static int part_by_time(OpJoin *j, Out *out)
{
    const Batch *in = j->in.batch;
    Arena *step = j->op.env->step;
    Rows timed;
    const int64_t *us;
    TRY(find_times(j, &us, &timed));
    if (timed.n == j->in.rows.n && none_below(us, timed, j->wm[j->input]))
        return 0;
    uint16_t *sel = arena_alloc(step, (j->in.rows.n + 1) * sizeof(*sel)), *late = arena_alloc(step, (timed.n + 1) * sizeof(*late));
    uint16_t *lone = arena_alloc(step, (j->in.rows.n + j->in.lone.n + 1) * sizeof(*lone));
    uint64_t *hash = arena_alloc(step, (timed.n + 1) * sizeof(*hash));
    if (!sel || !late || !lone || !hash)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0, n_late = 0, n_lone = 0, t = 0;
    for (uint32_t i = 0; i < j->in.rows.n; i++) {
        uint32_t r = row_at(j->in.rows, i);
        if (t == timed.n || row_at(timed, t) != r) {
            lone[n_lone++] = (uint16_t)r;
            continue;
        }
        t++;
        if (us[r] < j->wm[j->input]) {
            late[n_late++] = (uint16_t)r;
            continue;
        }
        hash[n] = j->in.hash[i];
        sel[n++] = (uint16_t)r;
    }
    for (uint32_t i = 0; i < j->in.lone.n; i++)
        lone[n_lone++] = (uint16_t)row_at(j->in.lone, i);
    j->in.rows = (Rows){n, sel};
    j->in.lone = (Rows){n_lone, lone};
    j->in.hash = hash;
    if (n_late == 0)
        return 0;
    j->op.c.late += n_late;
    Batch *b = batch_with_sel(out->arena, in, late, n_late);
    return b ? out_late(out, j->op.node, b, LATE_ROW, j->wm[j->input]) : -ERR_OUT_OF_MEMORY;
}

static bool all_below(const int64_t *us, Rows rows, int64_t below)
{
    int64_t any = 0;
    for (uint32_t i = 0; i < rows.n; i++)
        any |= us[row_at(rows, i)] >= below;
    return !any;
}

/* Rows of the input that will meet nothing more are not stored; those that stand alone leave at once. */
static int part_dead(OpJoin *j, Out *out)
{
    int64_t below = dead_below(j, j->input);
    uint32_t n = 0, n_alone = 0;
    JoinInput *in = &j->in;
    if (!j->degree && (below == INT64_MAX || all_below(j->time_us, in->rows, below))) {
        in->rows.n = 0;
        return 0;
    }
    uint16_t *sel = arena_alloc(j->op.env->step, (in->rows.n + 1) * sizeof(*sel));
    uint16_t *alone = arena_alloc(j->op.env->step, (in->rows.n + 1) * sizeof(*alone));
    if (!sel || !alone)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < in->rows.n; i++) {
        uint32_t r = row_at(in->rows, i);
        if (j->time_us[r] < below || below == INT64_MAX) {
            alone[n_alone] = (uint16_t)r;
            n_alone += j->degree && j->degree[i] <= 0;
            continue;
        }
        in->hash[n] = in->hash[i];
        if (j->degree)
            j->degree[n] = j->degree[i];
        sel[n++] = (uint16_t)r;
    }
    in->rows = (Rows){n, sel};
    return j->node->at_death && j->lone[j->input] ? emit_input(j, (Rows){n_alone, alone}, out) : 0;
}

static int expire_side(OpJoin *j, uint32_t side, Out *out)
{
    JoinSide *s = &j->side[side];
    int64_t below = dead_below(j, side);
    bool emits = j->node->at_death && j->lone[side];
    const DueRow *d;
    while ((d = due_runs_first(&s->due)) != NULL && (d->us < below || below == INT64_MAX)) {
        LoneList lone = {0};
        if (emits && lone_list(&lone, CHUNK, out->arena) < 0)
            return -ERR_OUT_OF_MEMORY;
        if (out_is_full(out))
            return OP_MORE;
        uint8_t *gone[64];
        uint32_t n = 0;
        for (; n < ARRAY_LEN(gone) && (d = due_runs_first(&s->due)) != NULL && (d->us < below || below == INT64_MAX); n++)
            gone[n] = due_runs_pop(&s->due);
        TRY(hash_table_need_all(s->rows, gone, n));
        for (uint32_t i = 0; emits && i < n; i++) {
            if (join_link(s, gone[i])->degree > 0)
                continue;
            lone.row[lone.n] = gone[i];
            lone.weight[lone.n++] = *row_count(gone[i]);
        }
        if (lone.n)
            TRY(emit_stored(j, side, &lone, out));
        for (uint32_t i = 0; i < n; i++)
            TRY(join_side_forget(s, gone[i]));
    }
    return 0;
}

/* Forgets what is dead on both sides, then says how far the results are complete. */
static int expire(OpJoin *j, Out *out)
{
    const PhysJoin *p = j->node;
    j->expiring = true;
    for (uint32_t side = 0; side < 2; side++) {
        int rc = expire_side(j, side, out);
        if (rc != 0)
            return rc;
    }
    j->expiring = false;
    int64_t out_wm[2] = {MIN(j->wm[0], add_saturated(j->wm[1], p->lo_us)), MIN(j->wm[1], sub_saturated(j->wm[0], p->hi_us))};
    count_state(j);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t cls = i == 0 ? p->left_out : p->right_out;
        if (out_wm[i] <= j->out_wm[i] || cls == 0)
            continue;
        j->out_wm[i] = out_wm[i];
        TRY(out_mark(out, cls, out_wm[i]));
    }
    return 0;
}

/* Rows of the other side are given by whether they have a match, and have no degrees. */
static bool crosses(const OpJoin *j)
{
    return j->counts[!j->input] && j->side[!j->input].shared;
}

static int keep_input(OpJoin *j)
{
    int rc = join_young_take(&j->side[j->input], &j->in);
    return rc != 0 ? MIN(rc, 0) : join_side_store(&j->side[j->input], &j->in, j->degree, j->time_us);
}

static int finish_input(OpJoin *j, Out *out)
{
    j->matching = false;
    if (j->in_order)
        TRY(give_in_order(j, NULL, NULL, NULL, out));
    else
        TRY(emit_by_degree(j, out));
    if (j->lone[j->input] && !j->in_order)
        TRY(emit_input(j, j->in.lone, out));
    if (j->node->timed)
        TRY(part_dead(j, out));
    for (uint32_t i = 0; j->node->freezes && j->degree && i < j->in.rows.n; i++)
        j->degree[i] = j->degree[i] > 0 ? 0 : batch_weight(j->in.batch, row_at(j->in.rows, i));
    bool kept = !j->input_ended[!j->input] || j->lone[j->input];
    const Arrangement *shared = j->side[j->input].shared;
    if (shared && !shared->path && !crosses(j))
        TRY(join_shared_seen(&j->side[j->input], &j->in));
    else if (shared)
        ;
    else if (kept && (j->input == 1 || !j->node->probes))
        TRY(keep_input(j));
    count_state(j);
    return 0;
}

/* ---- a side that is shared ---- */

/* Each row of the input with its rows of the relation. */
static int lent_many(OpJoin *j, PairList *p, Arena *arena)
{
    JoinSide *other = &j->side[!j->input];
    while (j->at < j->in.rows.n && p->n < CHUNK) {
        int n = join_shared_next(other, &j->side[j->input], row_at(j->in.rows, j->at), &j->lent_at, p->other + p->n, CHUNK - p->n,
                                 arena);
        if (n < 0)
            return n;
        for (int i = 0; i < n; i++)
            p->at[p->n++] = (uint16_t)j->at;
        if (n > 0 && !j->lent_at.ended)
            continue;
        j->at++;
        j->lent_at = (ArrangementPlace){0};
    }
    return 0;
}

/* Each row of the input with its row of the relation. */
static int lent_pairs(OpJoin *j, PairList *p, Arena *arena)
{
    JoinSide *other = &j->side[!j->input];
    p->lent = true;
    if (other->shared->next) {
        TRY(lent_many(j, p, arena));
        return join_shared_sift(other, &j->side[j->input], &j->in, p->at, p->other, &p->n, arena);
    } /* what is still to come takes back by itself what must not be seen yet */
    for (; j->at < j->in.rows.n && p->n < CHUNK; j->at++) {
        if (!j->head[j->at])
            continue;
        p->at[p->n] = (uint16_t)j->at;
        p->other[p->n++] = j->head[j->at];
    }
    TRY(join_shared_sift(other, &j->side[j->input], &j->in, p->at, p->other, &p->n, arena));
    if (likely(!join_shared_is_ahead(other)) || p->n == 0)
        return 0;
    uint32_t n = 0;
    p->count = arena_alloc(arena, p->n * sizeof(*p->count));
    if (!p->count)
        return -ERR_OUT_OF_MEMORY;
    TRY(join_shared_counts(other, p->other, p->n, j->stamp, arena, p->count));
    for (uint32_t i = 0; i < p->n; i++) {
        p->at[n] = p->at[i];
        p->other[n] = p->other[i];
        p->count[n] = p->count[i];
        n += p->count[n] != 0;
    }
    p->n = n;
    return 0;
}

/* What is still to come: rows that have been counted with their like in the relation are done with. */
static void behind_lent(OpJoin *j)
{
    j->lent = false;
    if (likely(!j->own))
        return;
    j->head = j->own;
    j->at = 0;
    j->next = j->head[0];
}

/* ---- pairs ---- */

/* Pairs with the rows of the lists that the rows of the input have found, all of which are in memory. */
static int listed_pairs(OpJoin *j, PairList *p)
{
    const JoinSide *other = &j->side[!j->input];
    uint32_t at = j->at, n = p->n, rows = j->in.rows.n;
    uint8_t *next = j->next;
    while (n < CHUNK) {
        if (!next) {
            if (++at >= rows)
                break;
            next = j->head[at];
            continue;
        }
        p->at[n] = (uint16_t)at;
        p->other[n] = next;
        n += !(j->best.head && join_best_is_behind(&j->best, other, at, next));
        next = join_link(other, next)->next;
    }
    j->at = at;
    j->next = next;
    p->n = n;
    return 0;
}

static int own_pairs(OpJoin *j, PairList *p)
{
    const JoinSide *other = &j->side[!j->input];
    if (!other->shared && !hash_table_is_spilling(other->rows) && j->at < j->in.rows.n)
        return listed_pairs(j, p);
    while (j->at < j->in.rows.n && p->n < CHUNK) {
        if (!j->next) {
            j->next = ++j->at < j->in.rows.n ? j->head[j->at] : NULL;
            continue;
        }
        TRY(hash_table_need(other->rows, j->next));
        p->at[p->n] = (uint16_t)j->at;
        p->other[p->n] = j->next;
        bool is_done = other->shared ? join_link(other, j->next)->degree == j->stamp
                                     : j->best.head && join_best_is_behind(&j->best, other, j->at, j->next);
        p->n += !is_done;
        j->next = join_link(other, j->next)->next;
    }
    return 0;
}

/* The next rows of a side that is found through its relations, as pairs with the input's; they lie there until the next call. */
static int match_path(OpJoin *j, JoinPath *path, Out *out)
{
    const PhysDelta *delta = join_path_delta(path);
    uint32_t own = j->input == 0 ? 0 : j->side[0].n_cols, first = j->input == 0 ? j->side[0].n_cols : 0;
    Batch *found;
    int rc = join_path_next(path, &found);
    if (rc <= 0)
        return rc < 0 ? rc : finish_input(j, out);
    const int64_t *at = join_path_rows(path, found);
    Batch *b = batch_derive(out->arena, j->pair_schema, found);
    uint16_t *phys = arena_alloc(out->arena, found->n * sizeof(*phys));
    if (!b || !phys)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < found->n; i++)
        phys[i] = (uint16_t)row_at(j->in.rows, (uint32_t)at[i]);
    for (uint32_t c = 0; c < j->side[j->input].n_cols; c++)
        TRY(vec_pick(&j->in.batch->col[c], (Rows){found->n, phys}, &b->col[own + c], out->arena));
    for (uint32_t c = 0; c < j->side[!j->input].n_cols; c++)
        b->col[first + c] = found->col[delta->col[c]];
    b->ptime_us = j->in.batch->ptime_us;
    if (j->residual)
        TRY(join_judge(&j->op, j->residual, b, out));
    TRY(out_batch(out, b));
    return OP_MORE;
}

/* What the rows of the input meet. */
static int find_matches(OpJoin *j, Out *out)
{
    JoinSide *s = &j->side[j->input], *other = &j->side[!j->input];
    j->at = j->given = j->given_lone = 0;
    j->lent = other->shared != NULL;
    if (!j->lent) {
        TRY(join_best_input(&j->best, j->input, &j->in, j->op.env->step));
        TRY(join_young_meet(s, other, &j->in, out));
        TRY(join_side_match(s, other, &j->in, &j->head));
        j->next = j->in.rows.n ? j->head[0] : NULL;
        return 0;
    }
    if (other->shared->path)
        return join_path_begin(other->shared->path, s->key_col, j->in.rows, j->in.batch);
    j->stamp++;
    j->lent_at = (ArrangementPlace){0};
    TRY(join_shared_load(other, out));
    j->in_order = j->node->probes && j->node->type == LEFT_JOIN && !join_shared_is_ahead(other);
    j->own = NULL; /* here, for what is found between two pieces of the output does not stay */
    if (unlikely(join_shared_is_ahead(other)) && j->in.rows.n)
        TRY(join_side_match(s, other, &j->in, &j->own));
    return join_shared_match(s, other, &j->in, &j->head);
}

/* Pairs until the output is full or the input is done. */
static int match_rows(OpJoin *j, Out *out)
{
    while (j->at < j->in.rows.n) {
        PairList p = {.at = arena_alloc(out->arena, CHUNK * sizeof(*p.at)),
                      .other = arena_alloc(out->arena, CHUNK * sizeof(*p.other))};
        if (!p.at || !p.other)
            return -ERR_OUT_OF_MEMORY;
        TRY(j->lent ? lent_pairs(j, &p, out->arena) : own_pairs(j, &p));
        TRY(j->crossing ? use_crossed(j, &p, out) : use_pairs(j, &p, out));
        if (j->lent && j->at == j->in.rows.n)
            behind_lent(j);
        if (out_is_full(out) && j->at < j->in.rows.n)
            return OP_MORE;
    }
    return 0;
}

static int find_crossed(OpJoin *j, Out *out)
{
    JoinInput in = j->in;
    TRY(join_cross_find(&j->side[j->input], &in, &j->cross));
    if (j->cross.in.rows.n == 0)
        return 0;
    j->in = j->cross.in;
    TRY(find_matches(j, out));
    j->cross.head = j->head;
    j->cross.own = j->own;
    j->in = in;
    return 0;
}

static void begin_crossing(OpJoin *j)
{
    j->crossing = j->matching = j->lent = true;
    j->in = j->cross.in;
    j->head = j->cross.head;
    j->own = j->cross.own;
    j->at = 0;
    j->lent_at = (ArrangementPlace){0};
    j->stamp++;
}

/* The same, and what follows from them. */
static int match(OpJoin *j, Out *out)
{
    const Arrangement *a = j->side[!j->input].shared;
    if (a && a->path)
        return match_path(j, a->path, out);
    int rc = match_rows(j, out);
    if (rc == 0 && !j->crossing) {
        TRY(finish_input(j, out));
        if (!crosses(j) || j->cross.in.rows.n == 0)
            return 0;
        begin_crossing(j);
        rc = match_rows(j, out);
    }
    if (rc != 0)
        return rc;
    j->crossing = j->matching = false;
    return 0;
}

/* Whether the rows of the input, whose keys are known, could find theirs by place. */
static bool may_place(const OpJoin *j)
{
    const JoinSide *s = &j->side[0], *other = &j->side[1];
    const Arrangement *a = other->shared;
    return a && !a->path && !a->next && a->columns && a->n_keys == 1 && !other->filter && j->in.batch->w_kind == W_ONE &&
           join_place_takes(s->key_col[0]) && !(s->null_safe[0] && s->key_col[0]->valid);
}

/* 1: they have, and that was all. */
static int match_places(OpJoin *j, Out *out)
{
    JoinSide *s = &j->side[0], *other = &j->side[1];
    if (!may_place(j))
        return 0;
    TRY(join_shared_load(other, out));
    const ArrangementColumns *c = join_shared_is_ahead(other) ? NULL : other->shared->columns(other->shared->self, j->in.rows.n);
    if (!c)
        return 0;
    TRY(join_place_match(c, s, other, &j->in, j->pair_schema, out));
    count_state(j);
    return 1;
}

static int join_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpJoin *j = (OpJoin *)op;
    Arena *step = op->env->step;
    JoinSide *s = &j->side[input];
    j->input = input;
    j->crossing = false;
    bool was_ahead = crosses(j) && join_shared_is_loaded(s); /* of a change of which this is a part */
    if (crosses(j) && !was_ahead)
        TRY(join_shared_load(s, out));
    TRY(join_side_keys(s, in, out, &j->in));
    if (j->by_place && input == 0) {
        int rc = match_places(j, out);
        if (rc != 0)
            return MIN(rc, 0);
    }
    TRY(join_side_hash(s, &j->in));
    if (was_ahead)
        TRY(join_side_store(s, &j->in, NULL, NULL));
    if (crosses(j))
        TRY(find_crossed(j, out));
    if (j->node->freezes && in->n_sel > 0 && batch_weight(in, row_at(batch_rows(in), 0)) < 0) { /* their TTL is over */
        TRY(join_side_store(s, &j->in, NULL, NULL));
        count_state(j);
        return 0;
    }
    if (j->node->timed)
        TRY(part_by_time(j, out));
    j->degree = NULL;
    if (j->counts[input]) {
        j->degree = arena_zalloc(step, (j->in.rows.n + 1) * sizeof(*j->degree));
        if (!j->degree)
            return -ERR_OUT_OF_MEMORY;
    }
    if (input == 1 && j->node->probes) {
        TRY(s->shared ? join_shared_seen(s, &j->in) : join_side_store(s, &j->in, NULL, NULL));
        count_state(j);
        return 0;
    }
    TRY(find_matches(j, out));
    j->matching = true;
    return match(j, out);
}

/* ---- the end of a bounded input ---- */

static int emit_lone_rows(OpJoin *j, Out *out)
{
    for (; j->end_side < 2; j->end_side++, j->end_at = (HashCursor){0}) {
        JoinSide *s = &j->side[j->end_side];
        while (j->lone[j->end_side]) {
            if (out_is_full(out))
                return OP_MORE;
            uint8_t **row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*row));
            LoneList lone;
            if (!row || lone_list(&lone, BATCH_ROWS, out->arena) < 0)
                return -ERR_OUT_OF_MEMORY;
            uint32_t n = hash_table_next(s->rows, &j->end_at, row, BATCH_ROWS);
            if (n == 0)
                break;
            for (uint32_t i = 0; i < n; i++) {
                if (join_link(s, row[i])->degree > 0)
                    continue;
                lone.row[lone.n] = row[i];
                lone.weight[lone.n++] = *row_count(row[i]);
            }
            TRY(emit_stored(j, j->end_side, &lone, out));
        }
    }
    return 0;
}

static int join_more(Op *op, Out *out)
{
    OpJoin *j = (OpJoin *)op;
    if (j->matching)
        return match(j, out);
    return j->expiring ? expire(j, out) : emit_lone_rows(j, out);
}

static int join_flush(Op *op, FlushWhy why, Out *out)
{
    OpJoin *j = (OpJoin *)op;
    if (why != FLUSH_END || !j->node->at_end || j->ended)
        return 0;
    j->ended = true;
    return emit_lone_rows(j, out);
}

static bool join_rests(const Op *op, FlushWhy why)
{
    const OpJoin *j = (const OpJoin *)op;
    return why != FLUSH_END || !j->node->at_end || j->ended;
}

static bool join_passes(const Op *op, Mark m)
{
    (void)m;
    return !((const OpJoin *)op)->node->timed;
}

static bool join_input_ended(Op *op, uint32_t input)
{
    OpJoin *j = (OpJoin *)op;
    j->input_ended[input] = true;
    return j->input_ended[!input] && !j->holds;
}

/* Of a join without bounds in time only one that probes lets a clock through, the left one: a stored row may meet a new one at any
 * time. */
static int join_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpJoin *j = (OpJoin *)op;
    const PhysJoin *p = j->node;
    if (!p->timed)
        return p->probes && input == 0 ? out_mark(out, m.cls, m.wm_us) : 0;
    if (m.cls != (input == 0 ? p->left_cls : p->right_cls) || m.wm_us <= j->wm[input])
        return 0;
    j->wm[input] = m.wm_us;
    return expire(j, out);
}

/* Between steps nothing is being matched, forgotten or ended. */
static void join_save(const Op *op, StrBuf *out)
{
    const OpJoin *j = (const OpJoin *)op;
    for (uint32_t i = 0; i < 2; i++) {
        bytes_put_i64(out, j->wm[i]);
        bytes_put_i64(out, j->out_wm[i]);
    }
    bytes_put_u8(out, (uint8_t)(j->ended | (j->side[0].shared != NULL) << 1 | (j->side[1].shared != NULL) << 2));
}

/* Matches of the rows of j->in, by position. */
static int tally(OpJoin *j, int64_t *degree, Out *out)
{
    TRY(find_matches(j, out));
    while (j->at < j->in.rows.n) {
        PairList p = {.at = arena_alloc(out->arena, CHUNK * sizeof(*p.at)),
                      .other = arena_alloc(out->arena, CHUNK * sizeof(*p.other))};
        if (!p.at || !p.other)
            return -ERR_OUT_OF_MEMORY;
        ArenaMark mark = arena_mark(out->arena);
        TRY(j->lent ? lent_pairs(j, &p, out->arena) : own_pairs(j, &p));
        for (uint32_t i = 0; i < p.n; i++)
            degree[p.at[i]] += p.count ? p.count[i] : *row_count(p.other[i]);
        if (j->lent && j->at == j->in.rows.n)
            behind_lent(j);
        arena_rewind(out->arena, mark);
    }
    return 0;
}

static int recount_rows(OpJoin *j, JoinSide *s, uint8_t **row, uint32_t n, Out *out)
{
    Arena *step = j->op.env->step;
    Batch *b = batch_scratch(step, j->op.node->in[s->number]->schema, n);
    int64_t *degree = arena_zalloc(step, n * sizeof(*degree));
    if (!b || !degree)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = n;
    TRY(join_side_read(s, row, n, b, 0, step));
    TRY(join_side_input(s, b, out, &j->in));
    j->input = s->number;
    TRY(tally(j, degree, out));
    for (uint32_t i = 0; i < j->in.rows.n; i++) {
        uint8_t *of = row[row_at(j->in.rows, i)];
        TRY(hash_table_touch(s->rows, of));
        join_link(s, of)->degree = degree[i];
    }
    return 0;
}

/* Degrees of rows that were not kept before. */
static int recount(OpJoin *j, uint32_t side, Err *err)
{
    Arena *step = j->op.env->step;
    uint8_t *row[BATCH_ROWS];
    HashCursor at = {0};
    uint32_t n;
    while ((n = hash_table_next(j->side[side].rows, &at, row, BATCH_ROWS)) > 0) {
        Out out;
        ArenaMark mark = arena_mark(step);
        out_init(&out, step, UINT32_MAX);
        int rc = recount_rows(j, &j->side[side], row, n, &out);
        arena_rewind(step, mark);
        if (rc < 0)
            return RAISE(err, (ErrCode)-rc, "%s", err_class_text((ErrCode)-rc));
    }
    return 0;
}

/* What was kept is dropped where the side is shared now, and a copy made where it was before.  A side that is a join is kept or not
 * as it was: whoever made the query said so. */
static int restore_side(OpJoin *j, uint32_t side, bool was_shared, Err *err)
{
    JoinSide *s = &j->side[side];
    if (s->shared && s->shared->path && !was_shared)
        s->shared = NULL;
    if (s->shared) {
        join_side_clear(s);
        return 0;
    }
    if (!was_shared)
        return join_side_restore(s, j->op.node->in[side]->schema, err);
    s->shared = j->arrangement[side];
    int rc = s->shared ? join_shared_copy(s, err) : RAISE(err, ERR_WRONG_STATE, "a relation that a join has shared is not there");
    s->shared = NULL;
    return rc;
}

static int join_restore(Op *op, ByteReader *in, Err *err)
{
    OpJoin *j = (OpJoin *)op;
    for (uint32_t i = 0; i < 2; i++) {
        j->wm[i] = bytes_i64(in);
        j->out_wm[i] = bytes_i64(in);
    }
    uint8_t flags = bytes_u8(in);
    j->ended = flags & 1;
    for (uint32_t i = 0; i < 2; i++)
        TRY(restore_side(j, i, flags >> (1 + i) & 1, err));
    for (uint32_t i = 0; i < 2; i++)
        if (j->counts[i] && !j->side[i].shared && (flags >> (1 + i) & 1 || flags & JOIN_SAVED_NO_DEGREES))
            TRY(recount(j, i, err));
    count_state(j);
    return 0;
}
static const OpKeep join_keep = {join_save, join_restore};

/* Where the side has rows without a match, the other one is shared, too, when rows come next. */
static bool join_share(Op *op, uint32_t input, const Arrangement *a, bool is_new)
{
    OpJoin *j = (OpJoin *)op;
    const PhysJoin *p = j->node;
    if (p->timed || p->freezes || p->at_end || p->best.n || p->n_keys == 0 || (p->probes && input == 0) ||
        j->side[input].only_grows)
        return false;
    j->arrangement[input] = a;
    if (!a->rows && !a->path) /* it finds no rows: it is for a state that was made without them */
        return false;
    j->side[input].shared = a;
    if (!is_new)
        join_side_clear(&j->side[input]);
    count_state(j);
    return true;
}

void join_forget_ahead(Op *op)
{
    JoinSide *s = &((OpJoin *)op)->side[1];
    if (hash_table_rows(s->rows) > 0)
        join_side_clear(s);
    s->loaded = 0;
}

static int join_unshare(Op *op, uint32_t input, bool is_new, Err *err)
{
    OpJoin *j = (OpJoin *)op;
    if (!j->side[input].shared)
        return 0;
    if (!is_new)
        TRY(join_shared_copy(&j->side[input], err));
    j->side[input].shared = NULL;
    if (!is_new && j->counts[input])
        TRY(recount(j, input, err));
    count_state(j);
    return 0;
}

const OpType op_join = {
    .name = "join",
    .size = sizeof(OpJoin),
    .open = join_open,
    .push = join_push,
    .more = join_more,
    .mark = join_mark,
    .rests = join_rests,
    .passes = join_passes,
    .lasts = join_lasts,
    .flush = join_flush,
    .input_ended = join_input_ended,
    .keep = &join_keep,
    .share = join_share,
    .unshare = join_unshare,
    .close = join_close,
};
