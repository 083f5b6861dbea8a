/* SPDX-License-Identifier: Apache-2.0
 *
 * ASOF JOIN (design 4.8): each left row with the one right row of its key that lies nearest before it, after it, or either way.
 *
 * Final form (append-only inputs with watermarks, and bounded plans): a left row waits until no right row that may still come can
 * change its answer, and leaves once.  The wait of a key's left rows ends in the order of their times, in every direction, so one
 * list of keys by the wait of their first row is enough.  A right row below its clock is late, and so is a left one.  Right rows
 * are forgotten but for the newest that a left row may still meet (thresholds checked in models/model_check.py), with a tolerance
 * that one, too: when another row of the key comes, when its left rows are settled, and by the left clock where none of either
 * does.
 *
 * Early form (the same inputs): a left row is answered at once, as in the updating form, and is forgotten without a word when its
 * answer stays.  So state and clocks are those of the final form.
 *
 * Updating form (stored relations): a left row is answered at once.  A right row that comes or goes can only change the answers of
 * left rows between its neighbours in time; exactly those are asked again.
 *
 * Probing form: the left rows are answered and not kept.  With versions (FOR SYSTEM_TIME AS OF a left time) they are answered by
 * what the right relation was at their time: its changes are kept as versions while the left watermark has not passed them, and a
 * left row below it is late.  A row that goes and comes in one step has changed, one that only goes has ended. */
#include "exec/asof_state.h"
#include "exec/window_time.h"

typedef struct Pairs { /* results in the making */
    uint32_t n;
    Str *left, *right; /* right.p NULL: no match */
    int64_t *weight;
} Pairs;

typedef struct Gone { /* a version that this step has ended, in case it turns out to be a change */
    uint8_t *key;
    Str row;
} Gone;

typedef struct OpAsofJoin {
    Op op;
    const PhysAsofJoin *node;
    AsofState s;
    int64_t wm[2], out_wm;
    bool settling;
    Gone *gone; /* of this step */
    uint32_t n_gone, gone_cap;
} OpAsofJoin;

static int asof_open(Op *op, const PhysNode *node, Err *err)
{
    OpAsofJoin *j = (OpAsofJoin *)op;
    const PhysAsofJoin *p = (const PhysAsofJoin *)node;
    j->node = p;
    j->wm[0] = j->wm[1] = j->out_wm = INT64_MIN;
    return asof_state_open(&j->s, op, p->left_key, p->right_key, p->n_keys, p->left_time, p->right_time, err);
}

static void asof_close(Op *op)
{
    asof_state_done(&((OpAsofJoin *)op)->s);
}

static void count_state(OpAsofJoin *j)
{
    j->op.c.state_rows = j->s.n_rows;
    j->op.c.state_bytes = asof_state_bytes(&j->s);
}

/* ---- the answer for a time ---- */

static bool within(const OpAsofJoin *j, int64_t a, int64_t b)
{
    return (a > b ? sub_saturated(a, b) : sub_saturated(b, a)) <= j->node->tolerance;
}

/* The right row that a left row of time t meets. */
static bool best(OpAsofJoin *j, uint8_t *key, int64_t t, Str *ret)
{
    const PhysAsofJoin *p = j->node;
    Str back, next;
    int64_t n;
    bool has_back = p->match != ASOF_FORWARD && asof_before(&j->s, key, 1, p->strict ? t : add_saturated(t, 1), &back, &n);
    bool has_next = p->match != ASOF_BACKWARD && asof_at_or_after(&j->s, key, 1, p->strict ? add_saturated(t, 1) : t, &next, &n);
    has_back = has_back && within(j, t, asof_time(back));
    has_next = has_next && within(j, t, asof_time(next));
    if (has_back && has_next) /* of equal distances the earlier */
        has_next = sub_saturated(asof_time(next), t) < sub_saturated(t, asof_time(back));
    *ret = has_next ? next : back;
    if (p->versions && has_back && asof_version_is_end(&j->s, back))
        return false;
    return has_back || has_next;
}

/* The right clock from which on the answer for t stays; INT64_MAX: not before the end. */
static int64_t settled_at(OpAsofJoin *j, uint8_t *key, int64_t t)
{
    const PhysAsofJoin *p = j->node;
    Str match;
    if (p->match == ASOF_BACKWARD)
        return p->strict ? t : add_saturated(t, 1);
    int64_t last = add_saturated(t, p->tolerance);
    if (best(j, key, t, &match)) {
        int64_t m = asof_time(match);
        last = MIN(last, m >= t ? m : add_saturated(t, sub_saturated(t, m)));
    }
    return add_saturated(last, 1);
}

/* ---- results ---- */

static int pairs_init(Pairs *p, uint32_t cap, Arena *arena)
{
    *p = (Pairs){.left = arena_alloc(arena, cap * sizeof(*p->left)),
                 .right = arena_alloc(arena, cap * sizeof(*p->right)),
                 .weight = arena_alloc(arena, cap * sizeof(*p->weight))};
    return p->left && p->right && p->weight ? 0 : -ERR_OUT_OF_MEMORY;
}

static int keep_text(Str *s, Arena *arena)
{
    s->p = arena_memdup(arena, s->p, s->n);
    return s->p ? 0 : -ERR_OUT_OF_MEMORY;
}

/* left, right: copied into the arena by the caller or lying there already. */
static void pairs_add(Pairs *p, Str left, Str right, int64_t weight)
{
    p->left[p->n] = left;
    p->right[p->n] = right;
    p->weight[p->n++] = weight;
}

static int emit(OpAsofJoin *j, const Pairs *p, Out *out)
{
    if (p->n == 0)
        return 0;
    Batch *b = batch_scratch(out->arena, j->op.node->schema, p->n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = p->n;
    TRY(asof_state_read(&j->s, 0, p->left, p->n, b, 0, out->arena));
    TRY(asof_state_read(&j->s, 1, p->right, p->n, b, j->s.side[0].schema->n, out->arena));
    b->w = arena_alloc(out->arena, p->n * sizeof(*b->w));
    if (!b->w)
        return -ERR_OUT_OF_MEMORY;
    bool ones = true;
    for (uint32_t i = 0; i < p->n; i++) {
        if (p->weight[i] > INT32_MAX || p->weight[i] < -INT32_MAX)
            return -ERR_PROGRAM_LIMIT;
        b->w[i] = (int32_t)p->weight[i];
        ones &= b->w[i] == 1;
    }
    b->w_kind = ones ? W_ONE : W_VEC;
    b->w = ones ? NULL : b->w;
    return out_batch(out, b);
}

/* ---- final form ---- */

/* Puts the key where its first left row belongs. */
static int file_key(OpAsofJoin *j, uint8_t *key)
{
    Str row;
    int64_t n;
    if (!asof_first(&j->s, key, 0, &row, &n)) {
        TRY(asof_state_unlist(&j->s, &j->s.due, key));
        return asof_state_unlist(&j->s, &j->s.first, key);
    }
    int64_t t = asof_time(row);
    TRY(asof_state_list(&j->s, &j->s.due, key, settled_at(j, key, t)));
    return asof_state_list(&j->s, &j->s.first, key, t);
}

/* No left row to come asks for an earlier time. */
static int64_t asks_from(const OpAsofJoin *j)
{
    return j->wm[0] == INT64_MIN ? INT64_MIN : add_saturated(j->wm[0], j->node->probe_lo_us);
}

/* Right rows that no left row can meet any more: backward and nearest keep the newest at or before the first time that may be asked
 * for, forward nothing before it. */
static int forget_right(OpAsofJoin *j, uint8_t *key)
{
    Str row, keep = {0};
    int64_t n, from = asks_from(j);
    bool has_keep = false;
    if (asof_first(&j->s, key, 0, &row, &n))
        from = MIN(from, asof_time(row));
    if (from == INT64_MIN)
        return 0;
    Arena *step = j->op.env->step;
    if (j->node->match != ASOF_FORWARD && from != INT64_MAX &&
        asof_before(&j->s, key, 1, j->node->strict ? from : add_saturated(from, 1), &row, &n)) {
        keep = row;
        TRY(keep_text(&keep, step));
        has_keep = true;
    }
    while (asof_first(&j->s, key, 1, &row, &n)) {
        bool older = has_keep ? str_cmp(row, keep) < 0 : asof_time(row) < from;
        if (!older && add_saturated(asof_time(row), j->node->tolerance) >= from)
            return 0;
        Str gone = row;
        TRY(keep_text(&gone, step));
        TRY(asof_state_add(&j->s, key, 1, gone, -n));
    }
    return 0;
}

/* The time from which on, if no left row waits, the key has a right row to forget; INT64_MAX = never. */
static int64_t old_at(OpAsofJoin *j, uint8_t *key)
{
    const PhysAsofJoin *p = j->node;
    Str row;
    int64_t n;
    if (!asof_first(&j->s, key, 1, &row, &n))
        return INT64_MAX;
    int64_t t = asof_time(row);
    if (p->match == ASOF_FORWARD)
        return add_saturated(t, 1);
    int64_t at = add_saturated(add_saturated(t, p->tolerance), 1);
    return asof_after(&j->s, key, 1, row, &row, &n) ? MIN(at, add_saturated(asof_time(row), p->strict)) : at;
}

/* Forgets right rows, and lists the key by what is left of them.  One that has left rows is listed when they are settled. */
static int trim_right(OpAsofJoin *j, uint8_t *key)
{
    AsofKey *k = asof_key(&j->s, key);
    Str row;
    int64_t n;
    TRY(forget_right(j, key));
    if (k->in_old || asof_first(&j->s, key, 0, &row, &n))
        return 0;
    int64_t at = old_at(j, key);
    if (at == INT64_MAX)
        return 0;
    TRY(hash_table_touch(j->s.keys, key));
    TRY(due_runs_add(&j->s.old, key, at));
    k->in_old = true;
    return 0;
}

/* Right rows of keys for which nothing comes any more. */
static int trim_old(OpAsofJoin *j)
{
    int64_t from = asks_from(j);
    const DueRow *d;
    while (from != INT64_MIN && (d = due_runs_first(&j->s.old)) != NULL && d->us <= from) {
        uint8_t *key = due_runs_pop(&j->s.old);
        TRY(hash_table_touch(j->s.keys, key));
        asof_key(&j->s, key)->in_old = false;
        TRY(trim_right(j, key));
        asof_state_tidy(&j->s, key);
    }
    return 0;
}

/* Gives the left rows of a key whose answer stays, in the order of their times; the early form has given it. */
static int settle_key(OpAsofJoin *j, uint8_t *key, Pairs *p, uint32_t cap, Arena *arena)
{
    Str left, right;
    int64_t n;
    TRY(hash_table_need(j->s.keys, key));
    while (p->n < cap && asof_first(&j->s, key, 0, &left, &n)) {
        int64_t t = asof_time(left);
        if (j->wm[1] != INT64_MAX && settled_at(j, key, t) > j->wm[1])
            break;
        TRY(keep_text(&left, arena));
        bool found = best(j, key, t, &right);
        if (found)
            TRY(keep_text(&right, arena));
        if (j->node->final && (found || j->node->outer))
            pairs_add(p, left, found ? right : (Str){0}, n);
        TRY(asof_state_add(&j->s, key, 0, left, -n));
    }
    TRY(file_key(j, key));
    TRY(trim_right(j, key));
    asof_state_tidy(&j->s, key);
    return 0;
}

static int settle(OpAsofJoin *j, Out *out)
{
    const DueRow *d;
    j->settling = true;
    while ((d = due_runs_first(&j->s.due)) != NULL && (d->us <= j->wm[1] || j->wm[1] == INT64_MAX)) {
        Pairs p;
        if (out_is_full(out))
            return OP_MORE;
        TRY(pairs_init(&p, BATCH_ROWS, out->arena));
        while (p.n < BATCH_ROWS && (d = due_runs_first(&j->s.due)) != NULL && (d->us <= j->wm[1] || j->wm[1] == INT64_MAX))
            TRY(settle_key(j, d->row, &p, BATCH_ROWS, out->arena));
        TRY(emit(j, &p, out));
    }
    j->settling = false;
    TRY(trim_old(j));
    count_state(j);
    const DueRow *first = due_runs_first(&j->s.first);
    int64_t wm = first ? MIN(j->wm[0], sub_saturated(first->us, j->node->probe_hi_us)) : j->wm[0];
    if (j->node->out_cls == 0 || wm <= j->out_wm)
        return 0;
    j->out_wm = wm;
    return out_mark(out, j->node->out_cls, wm);
}

/* ---- updating form ---- */

/* The left rows whose answer a right row at time t may change, with the answers they have now. */
static int asked_again(OpAsofJoin *j, uint8_t *key, int64_t t, Pairs *p, Arena *arena)
{
    const PhysAsofJoin *node = j->node;
    Str row;
    int64_t n, from = INT64_MIN, to = INT64_MAX; /* times of left rows, inclusive */
    if (node->match != ASOF_FORWARD && asof_at_or_after(&j->s, key, 1, add_saturated(t, 1), &row, &n))
        to = asof_time(row);
    if (node->match != ASOF_BACKWARD && asof_before(&j->s, key, 1, t, &row, &n))
        from = asof_time(row);
    if (node->match == ASOF_BACKWARD)
        from = t;
    if (node->match == ASOF_FORWARD)
        to = t;
    uint32_t cap = 64;
    TRY(pairs_init(p, cap, arena));
    for (bool any = asof_at_or_after(&j->s, key, 0, from, &row, &n); any;
         any = asof_after(&j->s, key, 0, p->left[p->n - 1], &row, &n)) {
        if (asof_time(row) > to)
            break;
        if (p->n == cap) {
            Pairs more;
            TRY(pairs_init(&more, cap * 2, arena));
            memcpy(more.left, p->left, cap * sizeof(*more.left));
            memcpy(more.right, p->right, cap * sizeof(*more.right));
            memcpy(more.weight, p->weight, cap * sizeof(*more.weight));
            more.n = p->n;
            *p = more;
            cap *= 2;
        }
        Str left = row, right = {0};
        TRY(keep_text(&left, arena));
        if (best(j, key, asof_time(left), &right))
            TRY(keep_text(&right, arena));
        else
            right = (Str){0};
        pairs_add(p, left, right, n);
    }
    return 0;
}

static bool same_text(Str a, Str b)
{
    return a.p && b.p ? str_eq(a, b) : a.p == b.p;
}

static int change_right(OpAsofJoin *j, uint8_t *key, int64_t t, Str row, int64_t weight, Out *out)
{
    Pairs before, p;
    Arena *arena = out->arena;
    TRY(keep_text(&row, arena));
    TRY(asked_again(j, key, t, &before, arena));
    TRY(asof_state_add(&j->s, key, 1, row, weight));
    uint32_t cap = MIN(2 * before.n + 2, BATCH_ROWS);
    TRY(pairs_init(&p, cap, arena));
    for (uint32_t i = 0; i < before.n; i++) {
        Str now = {0};
        if (best(j, key, asof_time(before.left[i]), &now))
            TRY(keep_text(&now, arena));
        else
            now = (Str){0};
        if (same_text(before.right[i], now))
            continue;
        if (p.n + 2 > cap) {
            TRY(emit(j, &p, out));
            TRY(pairs_init(&p, cap, arena));
        }
        if (before.right[i].p || j->node->outer)
            pairs_add(&p, before.left[i], before.right[i], -before.weight[i]);
        if (now.p || j->node->outer)
            pairs_add(&p, before.left[i], now, before.weight[i]);
    }
    return emit(j, &p, out);
}

static int change_left(OpAsofJoin *j, uint8_t *key, int64_t t, Str row, int64_t weight, Pairs *p, Arena *arena)
{
    Str right = {0};
    TRY(keep_text(&row, arena));
    if (!j->node->probes)
        TRY(asof_state_add(&j->s, key, 0, row, weight));
    bool found = best(j, key, t, &right);
    if (found)
        TRY(keep_text(&right, arena));
    if (found || j->node->outer)
        pairs_add(p, row, found ? right : (Str){0}, weight);
    return 0;
}

/* ---- versions ---- */

static int64_t time_at(const OpAsofJoin *j, uint32_t side, uint32_t r)
{
    const Vec *v = &j->s.side[side].eval.vec[j->s.n_keys];
    return ((const int64_t *)vec_values(v)->data)[vec_phys(v, r)];
}

/* A row has gone: from its last version on there is none, unless another one comes in this step. */
static int end_version(OpAsofJoin *j, uint8_t *key)
{
    Arena *step = j->op.env->step;
    AsofKey *k = asof_key(&j->s, key);
    Str row;
    if (!asof_version_last(&j->s, key, &row))
        return 0;
    if (j->n_gone == j->gone_cap) {
        uint32_t cap = j->gone_cap ? j->gone_cap * 2 : 64;
        Gone *more = arena_alloc(step, cap * sizeof(*more));
        if (!more)
            return -ERR_OUT_OF_MEMORY;
        if (j->n_gone)
            memcpy(more, j->gone, j->n_gone * sizeof(*more));
        j->gone = more;
        j->gone_cap = cap;
    }
    TRY(keep_text(&row, step));
    if (k->gone == 0) {
        j->gone[j->n_gone++] = (Gone){key, row};
        k->gone = j->n_gone;
    }
    return asof_version_put(&j->s, key, asof_time(row), (Str){0});
}

static int add_version(OpAsofJoin *j, uint8_t *key, int64_t t, Str row)
{
    AsofKey *k = asof_key(&j->s, key);
    TRY(keep_text(&row, j->op.env->step));
    if (k->gone) {
        Gone *g = &j->gone[k->gone - 1];
        k->gone = 0;
        TRY(asof_version_put(&j->s, key, asof_time(g->row), g->row));
    }
    return asof_version_put(&j->s, key, t, row);
}

/* What goes is taken before what comes. */
static int take_versions(OpAsofJoin *j, const Batch *in, Rows rows, uint8_t **key)
{
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < rows.n; i++) {
            uint32_t r = row_at(rows, i);
            int64_t t = time_at(j, 1, r);
            Str row;
            if ((batch_weight(in, r) > 0) != (pass == 1))
                continue;
            TRY(asof_state_encode(&j->s, 1, in, t, r, &row));
            TRY(pass ? add_version(j, key[i], t, row) : end_version(j, key[i]));
        }
    }
    for (uint32_t i = 0; i < rows.n; i++)
        TRY(asof_versions_file(&j->s, key[i]));
    return 0;
}

static void versions_stand(OpAsofJoin *j)
{
    for (uint32_t i = 0; i < j->n_gone; i++)
        asof_key(&j->s, j->gone[i].key)->gone = 0;
    j->n_gone = j->gone_cap = 0;
    j->gone = NULL;
}

static int forget_versions(OpAsofJoin *j)
{
    const DueRow *d;
    while ((d = due_runs_first(&j->s.due)) != NULL && d->us <= j->wm[0]) {
        uint8_t *key = d->row;
        TRY(hash_table_need(j->s.keys, key));
        TRY(asof_versions_forget(&j->s, key, j->wm[0]));
        asof_state_tidy(&j->s, key);
    }
    count_state(j);
    return 0;
}

/* ---- input ---- */

/* Rows with a NULL in the key or the time meet nothing. */
static int part_rows(OpAsofJoin *j, uint32_t side, Rows rows, Rows *ret, Rows *ret_lone)
{
    const AsofSide *a = &j->s.side[side];
    Arena *step = j->op.env->step;
    uint16_t *sel = arena_alloc(step, (rows.n + 1) * sizeof(*sel)), *lone = arena_alloc(step, (rows.n + 1) * sizeof(*lone));
    if (!sel || !lone)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0, n_lone = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        bool null = false;
        for (uint32_t k = 0; k <= j->s.n_keys; k++)
            null |= vec_is_null(&a->eval.vec[k], r);
        if (null)
            lone[n_lone++] = (uint16_t)r;
        else
            sel[n++] = (uint16_t)r;
    }
    *ret = (Rows){n, sel};
    *ret_lone = (Rows){n_lone, lone};
    return 0;
}

/* Left rows without a key or a time stay alone at once: those from the one at *at on that come before physical row `end`. */
static int add_lone(OpAsofJoin *j, const Batch *in, Rows lone, uint32_t *at, uint32_t end, Pairs *p, Arena *arena)
{
    for (; *at < lone.n && row_at(lone, *at) < end; ++*at) {
        Str row;
        uint32_t r = row_at(lone, *at);
        TRY(asof_state_encode(&j->s, 0, in, 0, r, &row));
        TRY(keep_text(&row, arena));
        pairs_add(p, row, (Str){0}, batch_weight(in, r));
    }
    return 0;
}

static int emit_lone(OpAsofJoin *j, const Batch *in, Rows lone, Out *out)
{
    Pairs p;
    uint32_t at = 0;
    if (lone.n == 0 || !j->node->outer)
        return 0;
    TRY(pairs_init(&p, lone.n, out->arena));
    TRY(add_lone(j, in, lone, &at, UINT32_MAX, &p, out->arena));
    return emit(j, &p, out);
}

/* In the final and the early form: rows below their own clock are late. */
static int part_late(OpAsofJoin *j, uint32_t side, Batch *in, Rows rows, Out *out, Rows *ret)
{
    *ret = rows;
    bool judges = (j->node->final && !j->node->at_end) || j->node->early;
    if (side == 0 && j->node->versions ? j->wm[0] == INT64_MIN : !judges)
        return 0;
    Arena *step = j->op.env->step;
    uint16_t *sel = arena_alloc(step, (rows.n + 1) * sizeof(*sel)), *late = arena_alloc(step, (rows.n + 1) * sizeof(*late));
    if (!sel || !late)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0, n_late = 0;
    const Vec *clock = side == 0 && j->node->clock_col >= 0 ? &in->col[j->node->clock_col] : &j->s.side[side].eval.vec[j->s.n_keys];
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (!vec_is_null(clock, r) && ((const int64_t *)vec_values(clock)->data)[vec_phys(clock, r)] < j->wm[side])
            late[n_late++] = (uint16_t)r;
        else
            sel[n++] = (uint16_t)r;
    }
    *ret = (Rows){n, sel};
    if (n_late == 0)
        return 0;
    j->op.c.late += n_late;
    Batch *b = batch_with_sel(out->arena, in, late, n_late);
    return b ? out_late(out, j->op.node, b, LATE_ROW, j->wm[side]) : -ERR_OUT_OF_MEMORY;
}

/* `lone`: left rows that stand among the others in the result. */
static int take_rows(OpAsofJoin *j, uint32_t side, const Batch *in, Rows rows, Rows lone, uint8_t **key, Out *out)
{
    Pairs p = {0};
    uint32_t at_lone = 0;
    if (side == 0 && !j->node->final)
        TRY(pairs_init(&p, rows.n + lone.n + 1, out->arena));
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        TRY(add_lone(j, in, lone, &at_lone, r, &p, out->arena));
        int64_t t = time_at(j, side, r), w = batch_weight(in, r);
        Str row;
        TRY(asof_state_encode(&j->s, side, in, t, r, &row));
        if (j->node->final) {
            TRY(asof_state_add(&j->s, key[i], side, row, w));
            TRY(file_key(j, key[i]));
            if (side == 1 && !j->node->at_end)
                TRY(trim_right(j, key[i]));
        } else if (side == 0) {
            TRY(change_left(j, key[i], t, row, w, &p, out->arena));
        } else if (j->node->probes) {
            TRY(asof_state_add(&j->s, key[i], 1, row, w));
        } else {
            TRY(change_right(j, key[i], t, row, w, out));
        }
        if (j->node->early)
            TRY(file_key(j, key[i]));
        if (j->node->early && side == 1)
            TRY(trim_right(j, key[i]));
    }
    TRY(add_lone(j, in, lone, &at_lone, UINT32_MAX, &p, out->arena));
    return emit(j, &p, out);
}

/* Keys that hold nothing after the batch; a key may stand in it several times. */
static void tidy_keys(OpAsofJoin *j, uint8_t **key, uint32_t n)
{
    uint32_t n_empty = 0;
    for (uint32_t i = 0; i < n; i++) {
        AsofKey *k = asof_key(&j->s, key[i]);
        if (*row_count(key[i]) != 0 || asof_key_is_listed(&j->s, key[i]) || k->noted)
            continue;
        k->noted = true;
        key[n_empty++] = key[i];
    }
    for (uint32_t i = 0; i < n_empty; i++)
        hash_table_remove(j->s.keys, key[i]);
}

static int asof_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpAsofJoin *j = (OpAsofJoin *)op;
    Rows rows, lone;
    TRY(row_eval_run(&j->s.side[input].eval, in, out, &rows));
    TRY(part_rows(j, input, rows, &rows, &lone));
    TRY(part_late(j, input, in, rows, out, &rows));
    if (input == 0)
        TRY(part_late(j, 0, in, lone, out, &lone));
    bool among = input == 0 && j->node->probes && j->node->outer && !j->node->final && rows.n > 0;
    if (input == 0 && !among)
        TRY(emit_lone(j, in, lone, out));
    uint8_t **key = arena_alloc(op->env->step, (rows.n + 1) * sizeof(*key));
    if (!key)
        return -ERR_OUT_OF_MEMORY;
    if (rows.n == 0)
        return 0;
    TRY(asof_state_keys(&j->s, input, rows, key));
    if (input == 1 && j->node->versions)
        TRY(take_versions(j, in, rows, key));
    else
        TRY(take_rows(j, input, in, rows, among ? lone : (Rows){0}, key, out));
    tidy_keys(j, key, rows.n);
    count_state(j);
    return 0;
}

static int asof_more(Op *op, Out *out)
{
    OpAsofJoin *j = (OpAsofJoin *)op;
    return j->settling ? settle(j, out) : 0;
}

static int asof_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpAsofJoin *j = (OpAsofJoin *)op;
    const PhysAsofJoin *p = j->node;
    if (p->versions && input == 0 && m.cls == p->left_cls && m.wm_us > j->wm[0]) {
        j->wm[0] = m.wm_us;
        TRY(forget_versions(j));
    }
    if ((!p->final || p->at_end) && !p->early)
        return p->probes && input == 0 ? out_mark(out, m.cls, m.wm_us) : 0;
    if (m.cls != (input == 0 ? p->left_cls : p->right_cls) || m.wm_us <= j->wm[input])
        return 0;
    j->wm[input] = m.wm_us;
    return settle(j, out);
}

static int asof_flush(Op *op, FlushWhy why, Out *out)
{
    OpAsofJoin *j = (OpAsofJoin *)op;
    versions_stand(j);
    if (why != FLUSH_END || !j->node->at_end)
        return 0;
    j->wm[0] = j->wm[1] = INT64_MAX;
    return settle(j, out);
}

static void asof_save(const Op *op, StrBuf *out)
{
    const OpAsofJoin *j = (const OpAsofJoin *)op;
    bytes_put_i64(out, j->wm[0]);
    bytes_put_i64(out, j->wm[1]);
    bytes_put_i64(out, j->out_wm);
}

/* Rows have come back with their tables; the lists are made anew. */
static int asof_restore(Op *op, ByteReader *in, Err *err)
{
    OpAsofJoin *j = (OpAsofJoin *)op;
    HashCursor at = {0};
    uint8_t *key[256];
    j->wm[0] = bytes_i64(in);
    j->wm[1] = bytes_i64(in);
    j->out_wm = bytes_i64(in);
    for (uint32_t n; (n = hash_table_next(j->s.keys, &at, key, ARRAY_LEN(key))) > 0;) {
        for (uint32_t i = 0; i < n; i++) {
            AsofKey *k = asof_key(&j->s, key[i]);
            bool was_due = k->in_due;
            if (hash_table_touch(j->s.keys, key[i]) < 0)
                return RAISE_NOMEM(err);
            k->in_due = k->in_first = k->in_old = false;
            k->gone = 0;
            j->s.n_rows += (uint64_t)*row_count(key[i]);
            int rc = j->node->versions ? asof_versions_file(&j->s, key[i]) : was_due ? file_key(j, key[i]) : 0;
            if (rc >= 0 && (j->node->final || j->node->early) && !j->node->at_end)
                rc = trim_right(j, key[i]);
            if (rc < 0)
                return RAISE_NOMEM(err);
        }
    }
    count_state(j);
    return 0;
}
static const OpKeep asof_keep = {asof_save, asof_restore};

const OpType op_asof_join = {
    .name = "asof_join",
    .size = sizeof(OpAsofJoin),
    .open = asof_open,
    .push = asof_push,
    .more = asof_more,
    .mark = asof_mark,
    .flush = asof_flush,
    .keep = &asof_keep,
    .close = asof_close,
};
