/* SPDX-License-Identifier: Apache-2.0
 *
 * An operator in parts (parts.h).  To the driver it is the operator: the same node, the same functions of its type where the
 * operator has them.  Each call goes to the parts that it concerns, and what they give is put together in the order of the parts.
 *
 * Watermarks: a part gives its own; one leaves when all parts have given it, behind what they gave before it.
 *
 * The parts' scratch is their own, because they allocate at the same time.  The driver, which rewinds the step's arena between the
 * pieces of an operator below, does not know of it; parts_call_begins() follows it. */
#include "exec/op_parts.h"

#include "exec/part_keys.h"
#include "exec/parts.h"

typedef enum PartCall { CALL_PUSH, CALL_MORE, CALL_MARK, CALL_FLUSH, CALL_TIMER } PartCall;

typedef struct PartMark { /* of a clock: how far each part is, and what has left */
    uint32_t cls;
    int64_t wm_us[PARTS_MAX], out_us;
} PartMark;

typedef struct OpParts {
    Op op;
    OpType type; /* its functions are there where those of the parts are */
    Parts *parts;
    uint32_t n;
    Op *part[PARTS_MAX];
    OpEnv env[PARTS_MAX];
    Arena plan[PARTS_MAX];
    PartKeys key[2];
    uint32_t n_marks;
    PartMark mark[WATERMARK_COLUMNS_MAX * 2];
    uint32_t touched;                 /* parts that have got something since their last flush */
    uint32_t resumes;                 /* parts that have more to give */
    uint64_t n_unflushed, n_unmarked; /* rows since the last flush, and since the watermark last moved */
    /* The running call. */
    PartCall call;
    uint32_t input;
    Batch *in[PARTS_MAX];
    Mark m;
    FlushWhy why;
    int64_t now_us;
    uint32_t room_rows;
    Out out[PARTS_MAX];
    int rc[PARTS_MAX];
} OpParts;

int parts_take_error(Parts *p, Err *err)
{
    int rc = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        int of_part = page_store_take_error(p->part[i].pages, rc == 0 ? err : NULL);
        rc = rc == 0 ? of_part : rc;
    }
    return rc;
}

void parts_call_begins(Parts *p, Arena *step)
{
    uint64_t at = arena_position(step);
    bool undone = false;
    while (p->n_marks > 0 && p->mark[p->n_marks - 1].at >= at) {
        p->n_marks--;
        undone = true;
    }
    (void)arena_alloc(step, 1); /* no other call begins here unless this one is undone */
    if (p->n_marks == PART_MARKS)
        return;
    for (uint32_t i = 0; i < p->n; i++) {
        if (undone)
            arena_rewind(&p->part[i].arena, p->mark[p->n_marks].part[i]);
        else
            p->mark[p->n_marks].part[i] = arena_mark(&p->part[i].arena);
    }
    p->mark[p->n_marks++].at = at;
}

/* ---- one call of a part, on any thread ---- */

static int call_part(OpParts *p, uint32_t i, Out *out)
{
    Op *op = p->part[i];
    switch (p->call) {
    case CALL_PUSH: return op_push(op, p->input, p->in[i], out);
    case CALL_MORE: return op_more(op, out);
    case CALL_MARK: return op_mark(op, p->input, p->m, out);
    case CALL_FLUSH: return op_flush(op, p->why, out);
    case CALL_TIMER: return op_timer(op, p->now_us, out);
    }
    return 0;
}

static void work(void *self, uint32_t i)
{
    OpParts *p = self;
    EvalCtx *x = &p->env[i].eval;
    x->now_us = p->op.env->eval.now_us;
    x->watermark_us = p->op.env->eval.watermark_us;
    p->env[i].epoch = p->op.env->epoch;
    p->env[i].to_come_16ths = p->op.env->to_come_16ths;
    out_init(&p->out[i], &p->parts->part[i].arena, p->room_rows);
    p->rc[i] = call_part(p, i, &p->out[i]);
}

/* ---- what they gave ---- */

static PartMark *mark_of(OpParts *p, uint32_t cls)
{
    for (uint32_t i = 0; i < p->n_marks; i++)
        if (p->mark[i].cls == cls)
            return &p->mark[i];
    if (p->n_marks == ARRAY_LEN(p->mark))
        return NULL;
    PartMark *m = &p->mark[p->n_marks++];
    m->cls = cls;
    m->out_us = INT64_MIN;
    for (uint32_t i = 0; i < PARTS_MAX; i++)
        m->wm_us[i] = INT64_MIN;
    return m;
}

static int take_items(OpParts *p, uint32_t i, Out *out)
{
    for (const OutItem *item = p->out[i].first; item; item = item->next) {
        if (item->batch) {
            TRY(out_item(out, item));
            continue;
        }
        PartMark *m = mark_of(p, item->mark.cls);
        if (m)
            m->wm_us[i] = MAX(m->wm_us[i], item->mark.wm_us);
    }
    return 0;
}

/* Of operators without a state one part knows what a mark means for what comes out. */
static uint32_t n_marking(const OpParts *p)
{
    return p->key[0].by_place ? 1 : p->n;
}

static int give_marks(OpParts *p, Out *out)
{
    for (uint32_t k = 0; k < p->n_marks; k++) {
        PartMark *m = &p->mark[k];
        int64_t least = INT64_MAX;
        for (uint32_t i = 0; i < n_marking(p); i++)
            least = MIN(least, m->wm_us[i]);
        if (least <= m->out_us)
            continue;
        m->out_us = least;
        TRY(out_mark(out, m->cls, least));
    }
    return 0;
}

static void count(OpParts *p)
{
    OpCounters *c = &p->op.c;
    c->late = c->late_partial = c->null_time = c->errors = c->neg_rows = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        const OpCounters *of = &p->part[i]->c;
        c->late += of->late;
        c->late_partial += of->late_partial;
        c->null_time += of->null_time;
        c->errors += of->errors;
        c->neg_rows += of->neg_rows;
    }
}

static int gather(OpParts *p, uint32_t which, Out *out)
{
    int rc = 0;
    p->resumes = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        if (!(which >> i & 1))
            continue;
        out->failed |= p->out[i].failed;
        if (p->rc[i] < 0 && rc == 0)
            rc = p->rc[i];
        if (p->rc[i] == OP_MORE)
            p->resumes |= 1u << i;
        if (rc == 0)
            rc = take_items(p, i, out);
    }
    count(p);
    if (rc == 0)
        rc = give_marks(p, out);
    return rc < 0 ? rc : p->resumes ? OP_MORE : 0;
}

/* wide: there may be enough to do for more than one thread. */
static int call(OpParts *p, PartCall what, uint32_t which, bool wide, Out *out)
{
    p->call = what;
    p->room_rows = out->room_rows;
    if (wide) {
        p->parts->run(p->parts, p->n, which, work, p);
    } else {
        for (uint32_t left = which; left; left &= left - 1)
            work(p, (uint32_t)__builtin_ctz(left));
    }
    return gather(p, which, out);
}

static bool is_wide(const OpParts *p, uint64_t rows)
{
    return rows >= atomic_load_explicit(&p->parts->wide_rows, memory_order_relaxed);
}

static uint32_t all_parts(const OpParts *p)
{
    return (1u << p->n) - 1;
}

/* ---- the operator ---- */

/* By place: a part of the rows for each, in their order. */
static uint32_t cut(OpParts *p, Batch *in)
{
    Arena *step = p->op.env->step;
    uint32_t share = ((in->n_sel + p->n - 1) / p->n + 63) & ~63u, which = 0;
    if (!is_wide(p, in->n_sel)) {
        p->in[0] = in;
        return 1;
    }
    for (uint32_t i = 0, from = 0; from < in->n_sel; i++, from += share) {
        uint32_t n = MIN(share, in->n_sel - from);
        p->in[i] = in->sel ? batch_with_sel(step, in, in->sel + from, n) : batch_slice(step, in, from, n);
        if (!p->in[i])
            return 0;
        if (from + n < in->n_sel)
            p->in[i]->flags &= (uint8_t)~BATCH_LAST_OF_STEP;
        which |= 1u << i;
    }
    return which;
}

/* The rows of each part as selections of the batch; the bits of those that have some, 0 = no memory. */
static uint32_t split(OpParts *p, uint32_t input, Batch *in)
{
    if (p->key[input].by_place)
        return cut(p, in);
    Arena *step = p->op.env->step;
    Rows rows = batch_rows(in);
    uint32_t count_of[PARTS_MAX] = {0}, which = 0;
    uint8_t *part = arena_alloc(step, rows.n);
    uint16_t *sel[PARTS_MAX];
    if (!part || part_keys_run(&p->key[input], &p->op.env->eval, in, p->n, part) < 0)
        return 0;
    for (uint32_t i = 0; i < rows.n; i++)
        count_of[part[i]]++;
    if (count_of[part[0]] == rows.n) {
        p->in[part[0]] = in;
        return 1u << part[0];
    }
    for (uint32_t i = 0; i < p->n; i++) {
        sel[i] = arena_alloc(step, MAX(count_of[i], 1) * sizeof(**sel));
        p->in[i] = sel[i] ? batch_with_sel(step, in, sel[i], count_of[i]) : NULL;
        if (!p->in[i])
            return 0;
        which |= (count_of[i] > 0 ? 1u : 0u) << i;
    }
    for (uint32_t i = 0; i < rows.n; i++)
        *sel[part[i]]++ = (uint16_t)row_at(rows, i);
    return which;
}

static int parts_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpParts *p = (OpParts *)op;
    parts_call_begins(p->parts, op->env->step);
    uint32_t which = split(p, input, in);
    if (!which)
        return in->n_sel ? -ERR_OUT_OF_MEMORY : 0;
    p->input = input;
    p->touched |= which;
    p->n_unflushed += in->n_sel;
    p->n_unmarked += in->n_sel;
    return call(p, CALL_PUSH, which, is_wide(p, in->n_sel), out);
}

static int parts_more(Op *op, Out *out)
{
    OpParts *p = (OpParts *)op;
    parts_call_begins(p->parts, op->env->step);
    return call(p, CALL_MORE, p->resumes, true, out);
}

static int parts_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpParts *p = (OpParts *)op;
    bool wide = is_wide(p, p->n_unmarked);
    parts_call_begins(p->parts, op->env->step);
    p->input = input;
    p->m = m;
    p->n_unmarked = 0;
    p->touched = all_parts(p);
    if (p->key[0].by_place)
        return call(p, CALL_MARK, 1, false, out);
    return call(p, CALL_MARK, all_parts(p), wide, out);
}

static int parts_flush(Op *op, FlushWhy why, Out *out)
{
    OpParts *p = (OpParts *)op;
    bool all = why == FLUSH_PERIOD || why == FLUSH_END;
    bool wide = all || is_wide(p, p->n_unflushed);
    uint32_t which = all ? all_parts(p) : p->touched;
    if (!which)
        return 0;
    parts_call_begins(p->parts, op->env->step);
    p->why = why;
    if (why == FLUSH_EPOCH) { /* follows that of the step */
        p->touched = 0;
        p->n_unflushed = 0;
    }
    return call(p, CALL_FLUSH, which, wide, out);
}

static bool parts_input_ended(Op *op, uint32_t input)
{
    OpParts *p = (OpParts *)op;
    bool all = true;
    for (uint32_t i = 0; i < p->n; i++)
        all &= p->part[i]->type->input_ended(p->part[i], input);
    return all;
}

static int parts_timer(Op *op, int64_t now_us, Out *out)
{
    OpParts *p = (OpParts *)op;
    parts_call_begins(p->parts, op->env->step);
    p->now_us = now_us;
    p->touched = all_parts(p);
    return call(p, CALL_TIMER, all_parts(p), false, out);
}

static int64_t parts_due_us(const Op *op)
{
    const OpParts *p = (const OpParts *)op;
    int64_t us = INT64_MAX;
    for (uint32_t i = 0; i < p->n; i++)
        us = MIN(us, op_due_us(p->part[i]));
    return us;
}

static void parts_measure(Op *op)
{
    OpParts *p = (OpParts *)op;
    op->c.state_bytes = 0;
    op->c.state_rows = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        op->c.state_bytes += op_state_bytes(p->part[i]);
        op->c.state_rows += p->part[i]->c.state_rows;
    }
}

/* ---- checkpoints ---- */

static void parts_save(const Op *op, StrBuf *out)
{
    const OpParts *p = (const OpParts *)op;
    bytes_put_u32(out, p->n);
    bytes_put_u32(out, p->touched);
    bytes_put_u32(out, p->n_marks);
    for (uint32_t k = 0; k < p->n_marks; k++) {
        bytes_put_u32(out, p->mark[k].cls);
        bytes_put_i64(out, p->mark[k].out_us);
        for (uint32_t i = 0; i < p->n; i++)
            bytes_put_i64(out, p->mark[k].wm_us[i]);
    }
    for (uint32_t i = 0; i < p->n; i++)
        if (op_save(p->part[i], out, NULL) < 0)
            out->failed = true;
}

static int parts_restore(Op *op, ByteReader *in, Err *err)
{
    OpParts *p = (OpParts *)op;
    if (bytes_u32(in) != p->n)
        in->failed = true;
    p->touched = bytes_u32(in) & all_parts(p);
    uint32_t n_marks = bytes_u32(in);
    if (in->failed || n_marks > ARRAY_LEN(p->mark)) {
        in->failed = true;
        return 0;
    }
    for (uint32_t k = 0; k < n_marks; k++) {
        PartMark *m = mark_of(p, bytes_u32(in));
        int64_t out_us = bytes_i64(in);
        for (uint32_t i = 0; i < p->n; i++) {
            int64_t us = bytes_i64(in);
            if (m)
                m->wm_us[i] = us;
        }
        if (m)
            m->out_us = out_us;
    }
    for (uint32_t i = 0; i < p->n; i++)
        TRY(op_restore(p->part[i], in, err));
    return 0;
}

static const OpKeep parts_keep = {.save = parts_save, .restore = parts_restore};

/* ---- life ---- */

static void parts_close(Op *op)
{
    OpParts *p = (OpParts *)op;
    for (uint32_t i = 0; i < p->n; i++) {
        op_free(p->part[i]);
        arena_done(&p->plan[i]);
    }
}

static OpType type_of(const OpType *of)
{
    return (OpType){.name = of->name,
                    .size = sizeof(OpParts),
                    .push = parts_push,
                    .more = of->more ? parts_more : NULL,
                    .mark = parts_mark,
                    .flush = of->flush ? parts_flush : NULL,
                    .input_ended = of->input_ended ? parts_input_ended : NULL,
                    .timer = of->timer ? parts_timer : NULL,
                    .due_us = of->due_us ? parts_due_us : NULL,
                    .measure = parts_measure,
                    .keep = of->keep ? &parts_keep : NULL,
                    .close = parts_close};
}

static int open_parts(OpParts *p, Err *err)
{
    OpEnv *env = p->op.env;
    const PhysNode *node = p->op.node;
    uint32_t next_table = env->next_table_id;
    for (uint32_t i = 0; i < p->n; i++) {
        Part *part = &p->parts->part[i];
        OpEnv *own = &p->env[i];
        arena_init(&p->plan[i], env->acct, 0);
        *own = *env;
        own->pages = part->pages;
        own->lost = page_store_lost(part->pages);
        own->step = own->eval.arena = &part->arena;
        own->plan = &p->plan[i];
        own->n_parts = 0;
        own->next_table_id = next_table; /* stores count for themselves */
        TRY(op_new(own, node, &p->part[i], err));
        p->op.timed |= p->part[i]->timed;
        env->next_table_id = MAX(env->next_table_id, own->next_table_id);
    }
    for (uint32_t i = 0; i < node->n_in; i++)
        TRY(part_keys_open(&p->key[i], env, node->in[i]->schema, err));
    p->touched = all_parts(p);
    return 0;
}

int op_parts_new(OpEnv *env, const PhysNode *node, Op **ret, Err *err)
{
    PartKeys key[2];
    *ret = NULL;
    if (!part_keys_of(node, env->on_error, key))
        return 0;
    OpParts *p = mem_zalloc(env->acct, sizeof(*p));
    if (!p)
        return RAISE_NOMEM(err);
    p->type = type_of(op_type_for(env, node));
    op_init(&p->op, env, &p->type, node);
    p->parts = env->parts;
    p->n = env->n_parts;
    memcpy(p->key, key, sizeof(key));
    int rc = open_parts(p, err);
    if (rc < 0) {
        op_free(&p->op);
        return rc;
    }
    *ret = &p->op;
    return 0;
}
