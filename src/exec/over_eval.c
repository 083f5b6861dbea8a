/* SPDX-License-Identifier: Apache-2.0
 *
 * Evaluation of window functions, row by row in order.
 *
 * An aggregate keeps one group (exec/agg_group.h) with the rows of the present frame: bounds of frames only grow, so each row goes
 * in once and, when the frame's start moves, out once.  What EXCLUDE leaves out is taken out for the moment of the result.
 * Aggregates that cannot give rows back are made anew where the start moves. */
#include "exec/over_eval.h"

/* ---- opening ---- */

static int open_agg(OverEval *e, OverCallEval *c, const PhysOverCall *call, Err *err)
{
    OpEnv *env = e->op->env;
    c->node = (PhysAgg){.node = *e->op->node, .n_aggs = 1, .aggs = (PhysAggCall *)&call->call};
    if (call->runs) {
        c->node.n_keys = e->node->n_part;
        c->node.keys = e->node->part;
    }
    AggGroupsOpen o = {.node = &c->node};
    TRY(agg_groups_open(&c->g, e->op, &o, err));
    c->t = (GroupTable){.bucket = INT64_MIN};
    c->t.rows = hash_table_new(env->pages, &c->g.layout, c->g.table_id, INT64_MIN, err);
    if (!c->t.rows)
        return -ERR_OUT_OF_MEMORY;
    if (!call->runs)
        hash_table_stay(c->t.rows); /* one row, which is kept by its address */
    uint32_t flags = call->call.spec.flags;
    c->can_sub = call->call.spec.count_star || (flags & (AGG_INVERTIBLE | AGG_NEEDS_MULTISET));
    return 0;
}

int over_eval_open(OverEval *e, Op *op, const PhysOver *node, Err *err)
{
    Arena *plan = op->env->plan;
    uint32_t n = 0;
    e->op = op;
    e->node = node;
    e->order_arg = -1;
    sb_init(&e->key, op->env->acct);
    e->call = ARENA_ARRAY(plan, OverCallEval, node->n_calls + 1);
    e->same_row = ARENA_ARRAY(plan, uint8_t *, BATCH_ROWS_MAX);
    e->iota = ARENA_ARRAY(plan, uint16_t, BATCH_ROWS_MAX);
    Expr **exprs = ARENA_ARRAY(plan, Expr *, node->n_calls * ARRAY_LEN(node->calls->call.arg) + 2);
    if (!e->call || !e->same_row || !e->iota || !exprs)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < BATCH_ROWS_MAX; i++)
        e->iota[i] = (uint16_t)i;
    for (uint32_t i = 0; i < node->n_calls; i++) {
        const PhysOverCall *call = &node->calls[i];
        e->call[i].call = call;
        e->call[i].arg = n;
        if (call->func == OVER_AGG)
            TRY(open_agg(e, &e->call[i], call, err));
        for (uint32_t a = 0; call->func != OVER_AGG && a < call->n_args; a++)
            exprs[n++] = call->call.arg[a];
    }
    if (node->n_order == 1) {
        e->order_arg = (int32_t)n;
        exprs[n++] = node->order[0];
    }
    return row_eval_open(&e->eval, op, node->node.in[0]->schema, exprs, n, err);
}

void over_eval_close(OverEval *e)
{
    if (!e->op)
        return;
    for (uint32_t i = 0; e->call && i < e->node->n_calls; i++) {
        hash_table_free(e->call[i].t.rows);
        agg_groups_close(&e->call[i].g);
    }
    sb_done(&e->key);
}

/* ---- batches ---- */

static int keep_results(const RowEval *from, Arena *arena, Vec **ret)
{
    *ret = arena_memdup(arena, from->vec, MAX(from->n, 1) * sizeof(Vec));
    return *ret ? 0 : -ERR_OUT_OF_MEMORY;
}

/* Runs all expressions with `arena` behind their results. */
static int eval_batch(OverEval *e, OverBatch *o, Batch *b, Out *out, Rows *ret_rows)
{
    Rows rows;
    TRY(row_eval_run(&e->eval, b, out, ret_rows));
    TRY(keep_results(&e->eval, o->arena, &o->arg));
    for (uint32_t i = 0; i < e->node->n_calls; i++) {
        OverCallEval *c = &e->call[i];
        if (c->call->func != OVER_AGG)
            continue;
        TRY(row_eval_run(&c->g.eval, b, out, &rows));
        TRY(keep_results(&c->g.eval, o->arena, &o->agg_arg[i]));
        if (rows.n < ret_rows->n)
            *ret_rows = rows;
    }
    return 0;
}

int over_batch_new(OverEval *e, Batch *b, Arena *arena, Out *out, OverBatch **ret, Rows *ret_rows)
{
    EvalCtx *x = &e->op->env->eval;
    uint32_t n = e->node->n_calls;
    OverBatch *o = ARENA_NEW(arena, OverBatch);
    if (!o)
        return -ERR_OUT_OF_MEMORY;
    *o = (OverBatch){.arena = arena, .b = b};
    o->agg_arg = ARENA_ARRAY(arena, Vec *, n + 1);
    o->ret = ARENA_ARRAY(arena, Vec, n + 1);
    o->text = ARENA_ARRAY(arena, StrWriter, n + 1);
    if (!o->agg_arg || !o->ret || !o->text)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        TRY(vec_scratch(&o->ret[i], e->node->calls[i].ret, b->n, arena));
        if (type_is_string(e->node->calls[i].ret.id))
            strwriter_init(&o->text[i], &o->ret[i], arena);
    }
    Arena *step = x->arena;
    o->errors = *x;
    o->errors.arena = arena;
    eval_ctx_clear(&o->errors, b->n);
    x->arena = arena;
    int rc = eval_batch(e, o, b, out, ret_rows);
    x->arena = step;
    *ret = o;
    return rc;
}

int over_batch_done(OverEval *e, OverBatch *o)
{
    for (uint32_t i = 0; i < e->node->n_calls; i++)
        if (type_is_string(o->ret[i].type.id))
            TRY(strwriter_finish(&o->text[i]));
    return 0;
}

/* ---- peers ---- */

static int find_peers(OverRows *r, Arena *arena)
{
    r->group = arena_alloc(arena, (r->n + 1) * sizeof(*r->group));
    r->group_start = arena_alloc(arena, ((size_t)r->n + 2) * sizeof(*r->group_start));
    if (!r->group || !r->group_start)
        return -ERR_OUT_OF_MEMORY;
    r->n_groups = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        if (i == 0 || !str_eq(r->order[i], r->order[i - 1]))
            r->group_start[r->n_groups++] = i;
        r->group[i] = r->n_groups - 1;
    }
    r->group_start[r->n_groups] = r->n;
    return 0;
}

/* ---- frames with EXCLUDE ---- */

typedef struct Pieces { /* of a frame, in order */
    uint32_t n;
    uint32_t from[3], to[3];
} Pieces;

static void piece_add(Pieces *p, uint32_t from, uint32_t to, uint32_t low, uint32_t high)
{
    from = MAX(from, low);
    to = MIN(to, high);
    if (from >= to)
        return;
    p->from[p->n] = from;
    p->to[p->n++] = to;
}

static Pieces frame_pieces(OverExclude exclude, const OverRows *r, uint32_t i, uint32_t from, uint32_t to)
{
    Pieces p = {0};
    uint32_t first = r->group_start[r->group[i]], end = r->group_start[r->group[i] + 1];
    switch (exclude) {
    case OVER_KEEP_ALL: piece_add(&p, from, to, from, to); break;
    case OVER_LESS_ROW:
        piece_add(&p, from, i, from, to);
        piece_add(&p, i + 1, to, from, to);
        break;
    case OVER_LESS_GROUP:
        piece_add(&p, from, first, from, to);
        piece_add(&p, end, to, from, to);
        break;
    case OVER_LESS_TIES:
        piece_add(&p, from, first, from, to);
        piece_add(&p, i, i + 1, from, to);
        piece_add(&p, end, to, from, to);
        break;
    }
    return p;
}

/* ---- values of rows ---- */

static Value arg_of(const OverCallEval *c, const OverRows *r, uint32_t i, uint32_t a)
{
    return vec_get(&r->row[i].in->arg[c->arg + a], r->row[i].phys);
}

static bool is_skipped(const OverCallEval *c, const OverRows *r, uint32_t i)
{
    return c->call->ignore_nulls && vec_is_null(&r->row[i].in->arg[c->arg], r->row[i].phys);
}

/* The n-th row (from 1) of the pieces that counts, from the front or the back. */
static bool nth_row(const OverCallEval *c, const OverRows *r, const Pieces *p, int64_t n, bool back, uint32_t *ret)
{
    for (uint32_t k = 0; k < p->n; k++) {
        uint32_t at = back ? p->n - 1 - k : k, size = p->to[at] - p->from[at];
        if (!c->call->ignore_nulls && n > size) {
            n -= size;
            continue;
        }
        for (uint32_t i = 0; i < size; i++) {
            *ret = back ? p->to[at] - 1 - i : p->from[at] + i;
            if (!is_skipped(c, r, *ret) && --n == 0)
                return true;
        }
    }
    return false;
}

static int frame_value(OverEval *e, OverCallEval *c, const OverRows *r, uint32_t i, Value *ret, Err *err)
{
    uint32_t from, to, at;
    int64_t n = 1;
    TRY(over_frame(e, c->call, r, i, &from, &to));
    Pieces p = frame_pieces(c->call->frame.exclude, r, i, from, to);
    if (c->call->func == OVER_NTH_VALUE) {
        Value nth = arg_of(c, r, i, 1);
        if (nth.is_null)
            return 0;
        if (nth.i64 <= 0)
            return RAISE(err, ERR_INVALID_NTH_ARG, "argument of nth_value must be greater than zero");
        n = nth.i64;
    }
    if (nth_row(c, r, &p, n, c->call->func == OVER_LAST_VALUE, &at))
        *ret = arg_of(c, r, at, 0);
    return 0;
}

static void neighbour(const OverCallEval *c, const OverRows *r, uint32_t i, Value *ret)
{
    int64_t by = 1;
    if (c->call->n_args > 1) {
        Value offset = arg_of(c, r, i, 1);
        if (offset.is_null)
            return;
        by = offset.i64;
    }
    bool back = (c->call->func == OVER_LAG) != (by < 0);
    uint64_t left = by < 0 ? 0 - (uint64_t)by : (uint64_t)by, at = i;
    bool found = left == 0;
    if (!c->call->ignore_nulls && left) {
        found = back ? left <= i : left < r->n - i;
        at = back ? at - left : at + left;
        left = 0;
    }
    while (left && (back ? at > 0 : at + 1 < r->n)) {
        at = back ? at - 1 : at + 1;
        left -= !is_skipped(c, r, (uint32_t)at);
        found = left == 0;
    }
    if (found)
        *ret = arg_of(c, r, (uint32_t)at, 0);
    else if (c->call->n_args > 2)
        *ret = arg_of(c, r, i, 2);
}

static int tile(const OverCallEval *c, const OverRows *r, uint32_t i, Value *ret, Err *err)
{
    Value buckets = arg_of(c, r, 0, 0); /* of the partition's first row, as in PostgreSQL */
    if (buckets.is_null)
        return 0;
    if (buckets.i64 <= 0)
        return RAISE(err, ERR_INVALID_NTILE_ARG, "argument of ntile must be greater than zero");
    int64_t size = r->n / buckets.i64, larger = r->n % buckets.i64, in_larger = larger * (size + 1);
    *ret = (Value){.type = c->call->ret};
    ret->i32 = (int32_t)(i < in_larger ? i / (size + 1) + 1 : larger + (size ? (i - in_larger) / size : 0) + 1);
    return 0;
}

static void rank_value(OverEval *e, const OverCallEval *c, const OverRows *r, uint32_t i, Value *ret)
{
    uint32_t first = r->group_start[r->group[i]], end = r->group_start[r->group[i] + 1];
    *ret = (Value){.type = c->call->ret};
    switch (c->call->func) {
    case OVER_ROW_NUMBER: ret->i64 = e->base + i + 1; break;
    case OVER_RANK: ret->i64 = e->base + first + 1; break;
    case OVER_DENSE_RANK: ret->i64 = e->dense + r->group[i] - r->group[r->first] + 1; break;
    case OVER_PERCENT_RANK: ret->f64 = r->n > 1 ? (double)first / (r->n - 1) : 0; break;
    default: ret->f64 = (double)end / r->n; break;
    }
}

/* ---- aggregates ---- */

void over_eval_restore(OverEval *e)
{
    for (uint32_t i = 0; i < e->node->n_calls; i++) {
        OverCallEval *c = &e->call[i];
        HashCursor at = {0};
        uint8_t *row;
        while (c->t.rows && !c->call->runs && hash_table_next(c->t.rows, &at, &row, 1) > 0)
            agg_groups_remove(&c->g, &c->t, row);
    }
}

void over_eval_rest(OverEval *e)
{
    for (uint32_t i = 0; i < e->node->n_calls; i++) {
        OverCallEval *c = &e->call[i];
        if (c->state)
            agg_groups_remove(&c->g, &c->t, c->state);
        c->state = NULL;
        c->from = c->to = 0;
    }
}

static int agg_reset(OverCallEval *c)
{
    int rc = c->state ? agg_group_clear(&c->g, &c->t, c->state) : 0;
    if (rc != 0) {
        c->from = c->to = 0;
        return MIN(rc, 0);
    }
    if (c->state)
        agg_groups_remove(&c->g, &c->t, c->state);
    c->state = NULL;
    c->from = c->to = 0;
    return agg_groups_find(&c->g, &c->t, c->g.key, (Rows){1, NULL}, &c->state);
}

/* The group's row for each of n rows: mostly it is there from the rows before. */
static uint8_t **rows_of(OverEval *e, uint8_t *state, uint32_t n)
{
    if (e->n_same > 0 && e->same_row[0] != state)
        e->n_same = 0;
    for (; e->n_same < n; e->n_same++)
        e->same_row[e->n_same] = state;
    return e->same_row;
}

/* The rows of the partition that have gone into the state of a call that runs when `done` of them have had their results. */
static int64_t rows_added(const OverFrame *f, int64_t done)
{
    int64_t by = f->unit == OVER_ROWS && f->end != OVER_CURRENT ? f->offset[1].i64 : 0;
    if (done == 0 || by == 0)
        return done;
    return f->end == OVER_FOLLOWING ? done + by : MAX(done - by, 0);
}

/* The state of the partition, as the rows before have left it. */
static int agg_go_on(OverEval *e, OverCallEval *c, const OverRows *r)
{
    const OverRow *row = &r->row[r->first];
    uint16_t phys = (uint16_t)row->phys;
    memcpy(c->g.eval.vec, row->in->agg_arg[c - e->call], c->g.eval.n * sizeof(Vec));
    TRY(agg_groups_find(&c->g, &c->t, c->g.key, (Rows){1, &phys}, &c->state));
    c->from = 0;
    c->to = (uint32_t)(rows_added(&c->call->frame, e->base + r->first) - e->base);
    return 0;
}

/* Rows from .. to - 1 into the group, or out of it. */
static int agg_change(OverEval *e, OverCallEval *c, const OverRows *r, uint32_t from, uint32_t to, int32_t w)
{
    uint32_t which = (uint32_t)(c - e->call);
    while (from < to) {
        OverBatch *in = r->row[from].in;
        uint32_t phys = r->row[from].phys, n = 1;
        while (from + n < to && r->row[from + n].in == in && r->row[from + n].phys == phys + n)
            n++;
        memcpy(c->g.eval.vec, in->agg_arg[which], c->g.eval.n * sizeof(Vec));
        RowSet set = {.rows = {n, e->iota + phys}, .row = rows_of(e, c->state, n), .w_all = w, .one_group = true};
        TRY(agg_groups_apply(&c->g, &c->t, &set, in->b->n));
        from += n;
    }
    return 0;
}

static int agg_move(OverEval *e, OverCallEval *c, const OverRows *r, uint32_t from, uint32_t to)
{
    bool apart = from >= c->to || c->from == c->to;
    if (from != c->from && (apart || !c->can_sub)) {
        TRY(agg_reset(c));
        c->from = c->to = from;
    }
    if (from > c->from)
        TRY(agg_change(e, c, r, c->from, from, -1));
    c->from = from;
    if (to > c->to)
        TRY(agg_change(e, c, r, c->to, to, 1));
    c->to = MAX(to, c->to);
    return 0;
}

static int agg_result(OverEval *e, OverCallEval *c, Arena *arena, Value *ret, Err *err)
{
    EvalCtx x = e->op->env->eval;
    Vec v;
    x.arena = arena;
    eval_ctx_clear(&x, 1);
    TRY(agg_groups_final(&c->g, &c->t, &c->state, 1, &x, &v));
    if (x.n_errors)
        return RAISE_AT(err, (ErrCode)x.err_code[0], row_error_at(x.err_at, 0), "%s", x.err_text[0]);
    *ret = vec_get(&v, 0);
    return 0;
}

/* The frame without the excluded rows, in an aggregate that cannot give rows back. */
static int agg_pieces(OverEval *e, OverCallEval *c, const OverRows *r, const Pieces *p)
{
    TRY(agg_reset(c));
    for (uint32_t k = 0; k < p->n; k++)
        TRY(agg_change(e, c, r, p->from[k], p->to[k], 1));
    return 0;
}

static int agg_value(OverEval *e, OverCallEval *c, const OverRows *r, uint32_t i, Arena *arena, Value *ret, Err *err)
{
    uint32_t from, to;
    TRY(over_frame(e, c->call, r, i, &from, &to));
    if (c->call->frame.exclude == OVER_KEEP_ALL) {
        TRY(agg_move(e, c, r, from, to));
        return agg_result(e, c, arena, ret, err);
    }
    Pieces p = frame_pieces(c->call->frame.exclude, r, i, from, to);
    if (!c->can_sub) {
        TRY(agg_pieces(e, c, r, &p));
        return agg_result(e, c, arena, ret, err);
    }
    TRY(agg_move(e, c, r, from, to));
    uint32_t hole[4], n = 0; /* what lies between the pieces */
    hole[n++] = from;
    for (uint32_t k = 0; k < p.n; k++) {
        TRY(agg_change(e, c, r, hole[n - 1], p.from[k], -1));
        hole[n - 1] = p.to[k];
    }
    TRY(agg_change(e, c, r, hole[0], to, -1));
    TRY(agg_result(e, c, arena, ret, err));
    hole[0] = from;
    for (uint32_t k = 0; k < p.n; k++) {
        TRY(agg_change(e, c, r, hole[0], p.from[k], 1));
        hole[0] = p.to[k];
    }
    return agg_change(e, c, r, hole[0], to, 1);
}

/* Peers have the same frame unless it counts rows or leaves some of them out. */
static bool same_as_before(const OverCallEval *c, const OverRows *r, uint32_t i)
{
    return i > 0 && r->group[i] == r->group[i - 1] && c->call->frame.unit != OVER_ROWS &&
           (c->call->frame.exclude == OVER_KEEP_ALL || c->call->frame.exclude == OVER_LESS_GROUP);
}

/* ---- all rows ---- */

static int call_value(OverEval *e, OverCallEval *c, const OverRows *r, uint32_t i, Arena *arena, Value *ret, Err *err)
{
    switch (c->call->func) {
    case OVER_LAG:
    case OVER_LEAD: neighbour(c, r, i, ret); return 0;
    case OVER_FIRST_VALUE:
    case OVER_LAST_VALUE:
    case OVER_NTH_VALUE: return frame_value(e, c, r, i, ret, err);
    case OVER_NTILE: return tile(c, r, i, ret, err);
    case OVER_AGG: return agg_value(e, c, r, i, arena, ret, err);
    default: rank_value(e, c, r, i, ret); return 0;
    }
}

/* A function that raises is an error of its row. */
static int row_value(OverEval *e, OverCallEval *c, const OverRows *r, uint32_t i, Arena *arena, Value *ret, Err *err)
{
    int rc = call_value(e, c, r, i, arena, ret, err);
    if (likely(rc >= 0))
        return 0;
    if (rc == -ERR_OUT_OF_MEMORY)
        return rc;
    row_error(&r->row[i].in->errors, r->row[i].phys, (ErrCode)-rc, "%s", err->code ? err->message : err_class_text((ErrCode)-rc));
    err_reset(err);
    *ret = value_null(c->call->ret);
    return 0;
}

static int eval_call(OverEval *e, uint32_t which, const OverRows *r, Arena *arena)
{
    OverCallEval *c = &e->call[which];
    Value v = {0};
    Err err;
    err_reset(&err);
    ArenaMark mark = arena_mark(arena);
    if (c->call->func == OVER_AGG && r->first < r->end)
        TRY(c->call->runs ? agg_go_on(e, c, r) : agg_reset(c));
    for (uint32_t i = r->first; i < r->end; i++) {
        OverBatch *in = r->row[i].in;
        if (i == r->first || c->call->func != OVER_AGG || !same_as_before(c, r, i)) {
            arena_rewind(arena, mark);
            v = value_null(c->call->ret);
            TRY(row_value(e, c, r, i, arena, &v, &err));
        }
        TRY(vec_put(&in->ret[which], r->row[i].phys, &v, &in->text[which], in->arena));
    }
    return 0;
}

int over_eval(OverEval *e, OverRows *rows, Arena *scratch)
{
    TRY(find_peers(rows, scratch));
    for (uint32_t i = 0; i < e->node->n_calls; i++)
        TRY(eval_call(e, i, rows, scratch));
    return 0;
}
