/* SPDX-License-Identifier: Apache-2.0
 *
 * Window functions kept up to date, where all columns are integers or times and each function is a SUM, AVG or COUNT of a few rows
 * before and behind: many partitions at a time, by column.
 *
 * What the general way does per partition and content (over_view.c) is done here once for some thousand rows: the rows around what
 * was touched are read once for both contents, each with a note of which it belongs to; arguments are evaluated for all of them;
 * sums run along both contents; only rows whose sums differ get results, old and new ones together.
 *
 * State is the same as there, and so is the output, row by row.  Partitions that do not fit are left to the general way: those with
 * equal rows, with more rows than a batch, and all of a chunk in which a result raises. */
#include "exec/over_view_impl.h"

#define NEAR_ROWS (BATCH_ROWS_MAX / 2) /* of a chunk: each may leave and come */
#define NEAR_REACH 64                  /* rows before and behind; with more the general way is as good */
#define NEAR_COLUMNS 32u
#define NEAR_CALLS 8u

enum { IN_OLD = 1, IN_NOW = 2 };

typedef struct NearFrame { /* first row and the one behind the last, from the row itself */
    int64_t from, end;
} NearFrame;

typedef struct NearGroup {
    RankedGroup *group;
    uint64_t owner;
    Touch **touch;
    uint32_t n_touches;
    uint32_t from, n; /* rows */
    uint32_t n_old, n_now;
    Piece piece;
    bool is_general;
} NearGroup;

typedef struct NearSums { /* of a call and a content, by row */
    i128 *sum;
    int64_t *n;
} NearSums;

/* A row with a result: the old one, the new one or both, as places in the vectors of results; NONE = not there. */
#define NONE UINT16_MAX
typedef struct NearResult {
    uint16_t row, old, now;
} NearResult;

typedef struct Near {
    OverView *v;
    Arena *arena;
    NearGroup *group;
    uint32_t n_groups, room; /* rows there may be */
    Batch *rows;             /* of all groups, in order */
    uint8_t *in;             /* contents of each row */
    uint32_t n;
    NearSums sums[NEAR_CALLS][2];
    NearResult *result;
    uint32_t n_results, n_states;
    Vec ret[NEAR_CALLS]; /* n_states results */
} Near;

static bool call_is_near(const OverCallEval *c)
{
    const PhysOverCall *call = c->call;
    uint32_t n_at;
    if (call->func != OVER_AGG || call->runs || call->frame.unit != OVER_ROWS || call->frame.exclude != OVER_KEEP_ALL ||
        c->g.n_slots != 1 || c->g.eval.can_fail)
        return false;
    const GroupSlot *s = &c->g.slot[0];
    if (s->filter >= 0 || s->distinct >= 0 || s->is_extreme)
        return false;
    return s->kind == SLOT_ROWS || (s->kind == SLOT_PLAIN && s->spec->type->is_sum && s->spec->type->is_sum(s->spec, &n_at));
}

bool over_view_is_near(const OverView *v)
{
    const Ranked *r = &v->r;
    const OverReach *reach = &v->node->reach;
    bool near = !v->node->stream && reach->local && reach->back + reach->ahead <= NEAR_REACH && r->wide_cols && r->wide_order &&
                r->n_cols <= NEAR_COLUMNS && v->node->n_calls <= NEAR_CALLS;
    for (uint32_t i = 0; i < v->node->n_calls && near; i++)
        near = call_is_near(&v->e.call[i]);
    return near;
}

/* ---- which rows ---- */

/* At most so many rows of both contents are read. */
static int64_t rows_of_piece(const OverView *v, const NearGroup *g)
{
    int64_t total = multi_total(v->r.rows, g->owner), around = 2 * g->piece.behind + 2;
    if (total > around) {
        int64_t first = multi_rank(v->r.rows, g->owner, g->touch[0]->key);
        int64_t last = multi_rank(v->r.rows, g->owner, g->piece.last_touch);
        total = MIN(total, last - first + around);
    }
    return total + g->n_touches;
}

/* The next touched partitions that fit into a chunk. */
static int list_groups(Near *x)
{
    OverView *v = x->v;
    uint32_t left = v->r.n_groups - v->group;
    x->group = arena_alloc(x->arena, MAX(MIN(left, NEAR_ROWS), 1) * sizeof(*x->group));
    if (!x->group)
        return -ERR_OUT_OF_MEMORY;
    for (; x->n_groups < MIN(left, NEAR_ROWS); x->n_groups++) {
        NearGroup *g = &x->group[x->n_groups];
        RankedGroup *of = &v->r.group[v->group + x->n_groups];
        if (x->n_groups + 1 < left && !page_store_is_spilling(v->op->env->pages))
            multi_prefetch(v->r.rows, ranked_row(&v->r, of[1].row)->owner);
        TRY(hash_table_need(of->table, of->row)); /* a view that is being filled has noted it some steps ago */
        *g = (NearGroup){.group = of, .owner = ranked_row(&v->r, of->row)->owner};
        TRY(ranked_sorted(&v->r, of, &g->touch, &g->n_touches));
        TRY(over_find_piece(v, g->owner, g->touch, g->n_touches, &g->piece));
        int64_t n = rows_of_piece(v, g);
        g->is_general = n > NEAR_ROWS;
        if (g->is_general)
            continue;
        if (x->room + n > NEAR_ROWS)
            break;
        x->room += (uint32_t)n;
    }
    return 0;
}

static int make_rows(Near *x)
{
    OverView *v = x->v;
    x->rows = batch_scratch(x->arena, v->op->node->in[0]->schema, x->room);
    x->in = arena_alloc(x->arena, MAX(x->room, 1));
    if (!x->rows || !x->in)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < x->rows->n_cols; c++)
        TRY(vec_scratch(&x->rows->col[c], x->rows->col[c].type, x->room, x->arena));
    return 0;
}

static int put_null(Near *x, Vec *v)
{
    if (!v->valid)
        TRY(vec_add_valid(v, x->arena));
    bit_clear(v->valid, x->n);
    ((int64_t *)v->data)[x->n] = 0;
    return 0;
}

/* The columns of a row behind its order columns; both are of nine bytes each where none is NULL. */
static int put_row(Near *x, Str key, uint8_t in)
{
    const Ranked *r = &x->v->r;
    bool whole = key.n == (size_t)(r->n_order + r->n_cols) * SORTKEY_WIDE_BYTES;
    const char *p = key.p + (whole ? r->n_order * SORTKEY_WIDE_BYTES : ranked_order_bytes(r, key));
    for (uint32_t c = 0; c < r->n_cols; c++, p += SORTKEY_WIDE_BYTES) {
        Vec *v = &x->rows->col[c];
        if (likely(*p == SORTKEY_VALUE)) {
            ((int64_t *)v->data)[x->n] = sortkey_wide_value(&r->col[c], p);
            continue;
        }
        TRY(put_null(x, v));
        p -= SORTKEY_WIDE_BYTES - 1;
    }
    x->in[x->n++] = in;
    return 0;
}

/* An entry with its counts in both contents. */
static int put_entry(Near *x, NearGroup *g, Str key, int64_t old, int64_t now)
{
    if (unlikely(old > 1 || now > 1 || x->n == x->room)) {
        g->is_general = true;
        return 0;
    }
    uint8_t in = (uint8_t)((old > 0 ? IN_OLD : 0) | (now > 0 ? IN_NOW : 0));
    g->n_old += old > 0;
    g->n_now += now > 0;
    return in ? put_row(x, key, in) : 0;
}

/* The rows from `from` on are none: the next ones in their places have values until they say otherwise. */
static void take_back(Near *x, uint32_t from)
{
    for (uint32_t c = 0; c < x->rows->n_cols; c++)
        for (uint32_t i = from; x->rows->col[c].valid && i < x->n; i++)
            bit_set(x->rows->col[c].valid, i);
    x->n = from;
}

/* Both contents of a group at once: entries of the tree and what was touched, in order. */
static int collect(Near *x, NearGroup *g)
{
    const Ranked *r = &x->v->r;
    MultiPlace place;
    Str key = STR("");
    int64_t count = 0, behind = 0;
    uint32_t t = 0;
    g->from = x->n;
    bool in_tree = multi_seek_place(r->rows, g->owner, g->piece.from, false, &place, &key, &count);
    while (!g->is_general && (in_tree || t < g->n_touches)) {
        const Touch *touch = t < g->n_touches ? g->touch[t] : NULL;
        int side = !touch ? -1 : !in_tree ? 1 : key_cmp(key, touch->key);
        if (!touch && behind >= g->piece.behind)
            break;
        TRY(put_entry(x, g, side > 0 ? touch->key : key, side < 0 ? count : touch->old, side > 0 ? 0 : count));
        behind += !touch && count > 0;
        t += side >= 0;
        if (side <= 0)
            in_tree = multi_next(r->rows, g->owner, &place, &key, &count);
    }
    if (g->is_general)
        take_back(x, g->from);
    g->n = x->n - g->from;
    return 0;
}

/* ---- sums ---- */

static NearFrame frame_of(const OverFrame *f)
{
    int64_t at[2];
    for (uint32_t k = 0; k < 2; k++) {
        OverBound b = k ? f->end : f->start;
        at[k] = b == OVER_CURRENT ? 0 : b == OVER_PRECEDING ? -f->offset[k].i64 : f->offset[k].i64;
    }
    return (NearFrame){at[0], at[1] + 1};
}

static int64_t within(int64_t i, int64_t n)
{
    return i < 0 ? 0 : MIN(i, n);
}

/* Runs a frame along the n rows `at`; arg NULL: rows are counted. */
static void run_frame(NearFrame f, const uint16_t *at, int64_t n, const Vec *arg, NearSums to)
{
    const int64_t *value = arg ? arg->data : NULL;
    const uint64_t *valid = arg ? arg->valid : NULL;
    int64_t from = within(f.from, n), end = from, count = 0;
    i128 sum = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t stop = within(i + f.end, n), start = within(i + f.from, n);
        for (; end < MAX(stop, start); end++) {
            bool is = !valid || bit_get(valid, at[end]);
            sum += value && is ? value[at[end]] : 0;
            count += is;
        }
        for (; from < start; from++) {
            bool is = !valid || bit_get(valid, at[from]);
            sum -= value && is ? value[at[from]] : 0;
            count -= is;
        }
        to.sum[at[i]] = sum;
        to.n[at[i]] = count;
    }
}

/* The places of a group's rows that belong to one content. */
static int64_t list_content(const Near *x, const NearGroup *g, uint8_t which, uint16_t *ret)
{
    int64_t n = 0;
    for (uint32_t i = g->from; i < g->from + g->n; i++) {
        ret[n] = (uint16_t)i;
        n += (x->in[i] & which) != 0;
    }
    return n;
}

static int argument_of(Near *x, OverCallEval *c, Out *out, Vec *ret)
{
    Rows rows;
    const GroupSlot *s = &c->g.slot[0];
    TRY(row_eval_run(&c->g.eval, x->rows, out, &rows));
    return vec_flatten(&c->g.eval.vec[s->arg], (Rows){x->n, NULL}, ret, x->arena);
}

static int sum_call(Near *x, uint32_t which, Out *out)
{
    OverCallEval *c = &x->v->e.call[which];
    bool counts = c->g.slot[0].kind == SLOT_ROWS;
    NearFrame f = frame_of(&c->call->frame);
    uint16_t *at = arena_alloc(x->arena, (x->n + 1) * sizeof(*at));
    Vec arg;
    if (!at)
        return -ERR_OUT_OF_MEMORY;
    if (!counts)
        TRY(argument_of(x, c, out, &arg));
    for (uint32_t k = 0; k < 2; k++) {
        NearSums *to = &x->sums[which][k];
        to->sum = arena_alloc(x->arena, x->n * sizeof(*to->sum));
        to->n = arena_alloc(x->arena, x->n * sizeof(*to->n));
        if (!to->sum || !to->n)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < x->n_groups; i++) {
            int64_t n = list_content(x, &x->group[i], k ? IN_NOW : IN_OLD, at);
            run_frame(f, at, n, counts ? NULL : &arg, *to);
        }
    }
    return 0;
}

/* ---- results ---- */

static bool same_sums(const Near *x, uint32_t row)
{
    for (uint32_t i = 0; i < x->v->node->n_calls; i++) {
        const NearSums *s = x->sums[i];
        if (s[0].sum[row] != s[1].sum[row] || s[0].n[row] != s[1].n[row])
            return false;
    }
    return true;
}

static int list_results(Near *x)
{
    x->result = arena_alloc(x->arena, x->n * sizeof(*x->result));
    if (!x->result)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < x->n; i++) {
        if (x->in[i] == (IN_OLD | IN_NOW) && same_sums(x, i))
            continue;
        NearResult *r = &x->result[x->n_results++];
        r->row = (uint16_t)i;
        r->old = x->in[i] & IN_OLD ? (uint16_t)x->n_states++ : NONE;
        r->now = x->in[i] & IN_NOW ? (uint16_t)x->n_states++ : NONE;
    }
    return 0;
}

/* States as the aggregate would have made them. */
static int finish_sums(Near *x, uint32_t which, const GroupSlot *s, EvalCtx *e)
{
    uint32_t n_at = 0, bytes = s->spec->state_bytes;
    (void)s->spec->type->is_sum(s->spec, &n_at);
    uint8_t *state = arena_alloc(x->arena, (size_t)x->n_states * bytes);
    const uint8_t **list = arena_alloc(x->arena, x->n_states * sizeof(*list));
    if (!state || !list)
        return -ERR_OUT_OF_MEMORY;
    memset(state, 0, (size_t)x->n_states * bytes);
    for (uint32_t i = 0; i < x->n_results; i++) {
        const NearResult *r = &x->result[i];
        for (uint32_t k = 0; k < 2; k++) {
            uint16_t at = k ? r->now : r->old;
            if (at == NONE)
                continue;
            uint8_t *p = state + (size_t)at * bytes;
            memcpy(p, &x->sums[which][k].sum[r->row], sizeof(i128));
            memcpy(p + n_at, &x->sums[which][k].n[r->row], sizeof(int64_t));
            list[at] = p;
        }
    }
    AggCtx ctx = {.eval = e};
    return s->spec->type->final(s->spec, &ctx, list, x->n_states, &x->ret[which]);
}

static void finish_counts(Near *x, uint32_t which)
{
    int64_t *to = x->ret[which].data;
    for (uint32_t i = 0; i < x->n_results; i++) {
        const NearResult *r = &x->result[i];
        if (r->old != NONE)
            to[r->old] = x->sums[which][0].n[r->row];
        if (r->now != NONE)
            to[r->now] = x->sums[which][1].n[r->row];
    }
}

/* 1: some result raises. */
static int finish_calls(Near *x)
{
    EvalCtx e = x->v->op->env->eval;
    e.arena = x->arena;
    eval_ctx_clear(&e, x->n_states);
    for (uint32_t i = 0; i < x->v->node->n_calls; i++) {
        const GroupSlot *s = &x->v->e.call[i].g.slot[0];
        TRY(vec_scratch(&x->ret[i], s->spec->ret, x->n_states, x->arena));
        if (s->kind == SLOT_ROWS)
            finish_counts(x, i);
        else
            TRY(finish_sums(x, i, s, &e));
    }
    return e.n_errors > 0;
}

/* ---- output ---- */

typedef struct NearOut {
    uint16_t *row, *ret; /* of each row that leaves: where it is, where its results are */
    int32_t *w;
    uint32_t n;
} NearOut;

static bool same_results(const Near *x, const NearResult *r)
{
    for (uint32_t i = 0; i < x->v->node->n_calls; i++)
        if (!vec_rows_equal(&x->ret[i], r->old, &x->ret[i], r->now))
            return false;
    return true;
}

static void out_put(NearOut *o, uint16_t row, uint16_t ret, int32_t w)
{
    if (ret == NONE)
        return;
    o->row[o->n] = row;
    o->ret[o->n] = ret;
    o->w[o->n++] = w;
}

static int list_output(const Near *x, Arena *arena, NearOut *o)
{
    o->n = 0;
    o->row = arena_alloc(arena, x->n_states * sizeof(*o->row));
    o->ret = arena_alloc(arena, x->n_states * sizeof(*o->ret));
    o->w = arena_alloc(arena, x->n_states * sizeof(*o->w));
    if (!o->row || !o->ret || !o->w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < x->n_results; i++) {
        const NearResult *r = &x->result[i];
        if (r->old != NONE && r->now != NONE && same_results(x, r))
            continue;
        out_put(o, r->row, r->old, -1);
        out_put(o, r->row, r->now, 1);
    }
    return 0;
}

static int give(Near *x, Out *out)
{
    OverView *v = x->v;
    NearOut o;
    if (x->n_states == 0)
        return 0;
    TRY(list_output(x, out->arena, &o));
    if (o.n == 0)
        return 0;
    Batch *b = batch_scratch(out->arena, v->op->node->schema, o.n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < x->rows->n_cols; c++)
        TRY(vec_gather(&x->rows->col[c], (Rows){o.n, o.row}, &b->col[c], out->arena));
    for (uint32_t i = 0; i < v->node->n_calls; i++)
        TRY(vec_gather(&x->ret[i], (Rows){o.n, o.ret}, &b->col[x->rows->n_cols + i], out->arena));
    b->epoch = v->op->env->epoch;
    b->ptime_us = v->op->env->eval.now_us;
    b->w_kind = W_VEC;
    b->w = o.w;
    return out_batch(out, b);
}

/* ---- a chunk ---- */

static int eval_rows(Near *x, Out *out)
{
    x->rows->n = x->rows->n_sel = x->n;
    for (uint32_t c = 0; c < x->rows->n_cols; c++)
        x->rows->col[c].n = x->n;
    for (uint32_t i = 0; i < x->v->node->n_calls; i++)
        TRY(sum_call(x, i, out));
    TRY(list_results(x));
    return x->n_states ? finish_calls(x) : 0;
}

/* Those that were not for this way; the others are trimmed as it would. */
static int leave_to_others(Near *x, bool all, Out *out)
{
    for (uint32_t i = 0; i < x->n_groups; i++) {
        const NearGroup *g = &x->group[i];
        if (all || g->is_general)
            TRY(over_flush_group(x->v, g->group, out));
        else
            ranked_trim(&x->v->r, g->group);
    }
    return 0;
}

int over_near_flush(OverView *v, Out *out)
{
    Near x = {.v = v, .arena = &v->near_arena};
    arena_reset(x.arena);
    TRY(list_groups(&x));
    TRY(make_rows(&x));
    for (uint32_t i = 0; i < x.n_groups; i++)
        if (!x.group[i].is_general)
            TRY(collect(&x, &x.group[i]));
    int rc = x.n ? eval_rows(&x, out) : 0;
    if (rc < 0)
        return rc;
    if (rc == 0)
        TRY(give(&x, out));
    TRY(leave_to_others(&x, rc > 0, out));
    v->group += x.n_groups;
    return 0;
}
