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
#include "exec/part_turns.h"
#include "exec/parts.h"

#define EACH_PARTS 4u  /* no more than so many each look at all keys themselves */
#define SKEW_ONE 1024u /* all rows in one part */
#define SKEW_MAX 980u  /* from here on the others have nothing to do that is worth handing over */
#define SKEW_CALLS 8u  /* over so many */

typedef enum PartCall { CALL_PUSH, CALL_MORE, CALL_MARK, CALL_FLUSH, CALL_TIMER } PartCall;

typedef struct PartMark { /* of a clock: how far each part is, and what has left */
    uint32_t cls;
    int64_t wm_us[PARTS_MAX], out_us;
} PartMark;

typedef struct PartRun { /* a part, and what concerns it of the running call */
    OpEnv env;
    Arena plan;
    Batch *in;
    uint32_t n_rows;           /* of the batch that belong to it */
    uint32_t share[PARTS_MAX]; /* rows of a share of the batch that belong to each part */
    Out out;
    int rc;
    uint8_t apart[PART_APART];
} PartRun;

typedef struct OpParts {
    Op op;
    OpType type; /* its functions are there where those of the parts are */
    Parts *parts;
    uint32_t n;
    PartKeys key[2];
    uint32_t n_marks;
    PartMark mark[WATERMARK_COLUMNS_MAX * 2];
    uint32_t touched; /* parts that have got something since their last flush */
    uint32_t resumes; /* parts that have more to give */
    PartTurns turns;
    bool with_input;                  /* see part_keys_use */
    bool shares[2];                   /* they read this input's relation */
    uint32_t skew;                    /* how many rows the largest part had of late, of SKEW_ONE */
    uint64_t n_unflushed, n_unmarked; /* rows since the last flush, and since the watermark last moved */
    /* The running call. */
    PartCall call;
    uint32_t input;
    Batch *whole;      /* of a push by key; NULL: each part has its rows already */
    uint8_t *row_part; /* of its rows, by position; NULL: each part finds out for itself */
    Mark m;
    FlushWhy why;
    int64_t now_us;
    uint32_t room_rows;
    Op *part[PARTS_MAX];
    PartRun of[PARTS_MAX];
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

void parts_give_scratch(Parts *p)
{
    p->n_marks = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        arena_reset(&p->part[i].arena);
        arena_trim(&p->part[i].arena);
    }
}

/* ---- quiet marks ---- */

/* Those that went by without a call. */
static void follow_marks(const OpParts *p, uint32_t i)
{
    p->part[i]->passed_us = MAX(p->part[i]->passed_us, p->op.passed_us);
}

static void settle_quiet(OpParts *p)
{
    int64_t least = INT64_MAX;
    for (uint32_t i = 0; i < p->n; i++)
        least = MIN(least, p->part[i]->quiet_us);
    p->op.quiet_class = p->part[0]->quiet_class;
    p->op.quiet_us = least;
}

/* ---- one call of a part, on any thread ---- */

static int call_part(OpParts *p, uint32_t i, Out *out)
{
    Op *op = p->part[i];
    switch (p->call) {
    case CALL_PUSH: return op_push(op, p->input, p->of[i].in, out);
    case CALL_MORE: return op_more(op, out);
    case CALL_MARK: return op_mark(op, p->input, p->m, out);
    case CALL_FLUSH: return op_flush(op, p->why, out);
    case CALL_TIMER: return op_timer(op, p->now_us, out);
    }
    return 0;
}

static void follow_env(OpParts *p, uint32_t i)
{
    EvalCtx *x = &p->of[i].env.eval;
    x->now_us = p->op.env->eval.now_us;
    x->watermark_us = p->op.env->eval.watermark_us;
    p->of[i].env.epoch = p->op.env->epoch;
    p->of[i].env.to_come_16ths = p->op.env->to_come_16ths;
    p->of[i].env.interrupt = p->op.env->interrupt;
}

static uint32_t count_rows(const uint8_t *part, uint32_t n, uint32_t of)
{
    uint32_t count = 0;
    for (uint32_t r = 0; r < n; r++)
        count += part[r] == of;
    return count;
}

/* The n rows of a part.  As a selection: copying them behind each other costs more than what kernels save by it. */
static Batch *select_rows(Batch *b, const uint8_t *part, uint32_t of, uint32_t n, Arena *arena)
{
    Rows rows = batch_rows(b);
    uint32_t at = 0;
    if (n == rows.n)
        return b;
    uint16_t *sel = arena_alloc(arena, (n + 1) * sizeof(*sel)); /* without a branch one more is written */
    if (!sel)
        return NULL;
    for (uint32_t r = 0; r < rows.n && !rows.sel; r++) {
        sel[at] = (uint16_t)r;
        at += part[r] == of;
    }
    for (uint32_t r = 0; r < rows.n && rows.sel; r++) {
        sel[at] = rows.sel[r];
        at += part[r] == of;
    }
    return batch_with_sel(arena, b, sel, n);
}

/* What of the batch is for a part. */
static int take_rows(OpParts *p, uint32_t i)
{
    Arena *arena = &p->parts->part[i].arena;
    const uint8_t *part = p->row_part;
    if (!part) {
        uint8_t *own = arena_alloc(arena, MAX(p->whole->n_sel, 1));
        if (!own)
            return -ERR_OUT_OF_MEMORY;
        TRY(part_keys_run(&p->key[p->input], &p->of[i].env.eval, p->whole, p->n, own));
        p->of[i].n_rows = count_rows(own, p->whole->n_sel, i);
        part = own;
    }
    p->of[i].in = select_rows(p->whole, part, i, p->of[i].n_rows, arena);
    return p->of[i].in ? 0 : -ERR_OUT_OF_MEMORY;
}

static void work(void *self, uint32_t i)
{
    OpParts *p = self;
    Arena *arena = &p->parts->part[i].arena;
    follow_env(p, i);
    follow_marks(p, i);
    out_init(&p->of[i].out, arena, p->room_rows);
    p->of[i].rc = p->call == CALL_PUSH && p->whole ? take_rows(p, i) : 0;
    if (p->of[i].rc == 0 && (p->call != CALL_PUSH || p->of[i].in->n_sel > 0))
        p->of[i].rc = call_part(p, i, &p->of[i].out);
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

static void take_mark(OpParts *p, uint32_t i, Mark mark)
{
    PartMark *m = mark_of(p, mark.cls);
    if (m)
        m->wm_us[i] = MAX(m->wm_us[i], mark.wm_us);
}

static int take_items(OpParts *p, uint32_t i, Out *out)
{
    for (const OutItem *item = p->of[i].out.first; item; item = item->next) {
        if (item->batch)
            TRY(out_item(out, item));
        else
            take_mark(p, i, item->mark);
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
        out->failed |= p->of[i].out.failed;
        if (p->of[i].rc < 0 && rc == 0)
            rc = p->of[i].rc;
        if (p->of[i].rc == OP_MORE)
            p->resumes |= 1u << i;
        if (rc == 0)
            rc = take_items(p, i, out);
    }
    count(p);
    settle_quiet(p);
    if (rc == 0)
        rc = give_marks(p, out);
    return rc < 0 ? rc : p->resumes ? OP_MORE : 0;
}

/* Reading what is not in memory changes the store that the parts read in, and they have no lock. */
static bool must_take_turns(const OpParts *p)
{
    return (p->shares[0] || p->shares[1]) && page_store_is_spilling(p->op.env->pages);
}

/* wide: there may be enough to do for more than one thread. */
static int call(OpParts *p, PartCall what, uint32_t which, bool wide, Out *out)
{
    p->call = what;
    p->room_rows = out->room_rows;
    if (wide && !must_take_turns(p)) {
        p->parts->team.run(&p->parts->team, p->n, which, work, p);
    } else {
        for (uint32_t left = which; left; left &= left - 1)
            work(p, (uint32_t)__builtin_ctz(left));
    }
    return gather(p, which, out);
}

static uint32_t wide_rows(const OpParts *p)
{
    return atomic_load_explicit(&p->parts->team.wide_rows, memory_order_relaxed);
}

static bool is_wide(const OpParts *p, uint64_t rows)
{
    return rows >= wide_rows(p) && p->skew < SKEW_MAX;
}

static uint32_t all_parts(const OpParts *p)
{
    return (1u << p->n) - 1;
}

/* ---- the operator ---- */

static Batch *share_of(Arena *arena, Batch *in, uint32_t from, uint32_t n)
{
    if (n == in->n_sel)
        return in;
    return in->sel ? batch_with_sel(arena, in, in->sel + from, n) : batch_slice(arena, in, from, n);
}

/* By place: a part of the rows for each, in their order; the bits of those that have some. */
static int cut(OpParts *p, Batch *in, uint32_t *ret_which)
{
    bool wide = is_wide(p, in->n_sel);
    *ret_which = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t from, n = team_share(in->n_sel, wide ? p->n : 1, i, &from);
        if (n == 0)
            break;
        p->of[i].in = share_of(p->op.env->step, in, from, n);
        if (!p->of[i].in)
            return -ERR_OUT_OF_MEMORY;
        if (from + n < in->n_sel)
            p->of[i].in->flags &= (uint8_t)~BATCH_LAST_OF_STEP;
        *ret_which |= 1u << i;
    }
    return 0;
}

/* Which part the rows of a share belong to; on any thread, with the scratch of the part of its number. */
static void find_parts(void *self, uint32_t i)
{
    OpParts *p = self;
    uint32_t from, n = team_share(p->whole->n_sel, p->n, i, &from);
    uint8_t *part = p->row_part + from;
    p->of[i].rc = 0;
    memset(p->of[i].share, 0, p->n * sizeof(uint32_t));
    if (n == 0)
        return;
    follow_env(p, i);
    Batch *share = share_of(&p->parts->part[i].arena, p->whole, from, n);
    p->of[i].rc = share ? part_keys_run(&p->key[p->input], &p->of[i].env.eval, share, p->n, part) : -ERR_OUT_OF_MEMORY;
    for (uint32_t k = 0; k < p->n; k++)
        p->of[i].share[k] = count_rows(part, n, k);
}

static int find_shared(OpParts *p)
{
    p->parts->team.run(&p->parts->team, p->n, all_parts(p), find_parts, p);
    for (uint32_t i = 0; i < p->n; i++) {
        TRY(p->of[i].rc);
        p->of[i].n_rows = 0;
    }
    for (uint32_t i = 0; i < p->n; i++)
        for (uint32_t k = 0; k < p->n; k++)
            p->of[k].n_rows += p->of[i].share[k];
    return 0;
}

/* By key; the parts select their rows themselves.  Few of them also look at all keys themselves, which is sooner done than waiting
 * for each other. */
static int split(OpParts *p, Batch *in, uint32_t *ret_which)
{
    const PartKeys *key = &p->key[p->input];
    p->whole = in;
    p->row_part = NULL;
    *ret_which = all_parts(p);
    bool wide = is_wide(p, in->n_sel);
    if (wide && key->col && p->n <= EACH_PARTS)
        return 0;
    p->row_part = arena_alloc(p->op.env->step, MAX(in->n_sel, 1));
    if (!p->row_part)
        return -ERR_OUT_OF_MEMORY;
    if (wide) {
        TRY(find_shared(p));
    } else {
        TRY(part_keys_run(key, &p->op.env->eval, in, p->n, p->row_part));
        for (uint32_t k = 0; k < p->n; k++)
            p->of[k].n_rows = count_rows(p->row_part, in->n_sel, k);
    }
    *ret_which = 0;
    for (uint32_t k = 0; k < p->n; k++)
        *ret_which |= (p->of[k].n_rows > 0 ? 1u : 0u) << k;
    return 0;
}

static void note_skew(OpParts *p, uint64_t most, uint64_t n)
{
    if (n >= TEAM_WIDE_ROWS) /* few may well be of one key */
        p->skew = (uint32_t)((p->skew * (SKEW_CALLS - 1) + most * SKEW_ONE / n) / SKEW_CALLS);
}

/* Which parts have got rows of the batch, and how unevenly. */
static void note_rows(OpParts *p, uint32_t which)
{
    uint32_t most = 0;
    for (uint32_t left = which; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        p->touched |= (!p->whole || p->of[i].n_rows > 0 ? 1u : 0u) << i;
        most = MAX(most, p->of[i].n_rows);
    }
    if (!p->whole)
        p->skew = 0;
    else
        note_skew(p, most, p->whole->n_sel);
}

static int parts_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpParts *p = (OpParts *)op;
    uint32_t which;
    if (in->n_sel == 0)
        return 0;
    parts_call_begins(p->parts, op->env->step);
    p->input = input;
    p->whole = NULL;
    bool by_place = p->key[input].by_place || part_turns_push(&p->turns, p->part, p->n, in->n_sel, wide_rows(p));
    TRY(by_place ? cut(p, in, &which) : split(p, in, &which));
    p->n_unflushed += in->n_sel;
    p->n_unmarked += in->n_sel;
    int rc = call(p, CALL_PUSH, which, is_wide(p, in->n_sel), out);
    note_rows(p, which);
    return rc;
}

static int parts_more(Op *op, Out *out)
{
    OpParts *p = (OpParts *)op;
    parts_call_begins(p->parts, op->env->step);
    return call(p, CALL_MORE, p->resumes, true, out);
}

/* What the mark makes final goes to the first part. */
static int take_turns(OpParts *p, Mark m)
{
    for (uint32_t i = 0; i < p->n; i++)
        follow_marks(p, i);
    return part_turns_mark(&p->turns, p->part, p->n, m);
}

static bool all_pass(const OpParts *p, Mark m)
{
    bool (*passes)(const Op *op, Mark m) = p->part[0]->type->passes;
    bool all = passes != NULL;
    for (uint32_t i = 0; i < p->n && all; i++)
        all = passes(p->part[i], m);
    return all;
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
    TRY(take_turns(p, m));
    int rc = call(p, CALL_MARK, all_parts(p), wide && !all_pass(p, m), out);
    part_turns_marked(&p->turns, p->part, p->n);
    return rc;
}

/* Those that have something to do. */
static uint32_t without_resting(const OpParts *p, uint32_t which, FlushWhy why)
{
    bool (*rests)(const Op *op, FlushWhy why) = p->part[0]->type->rests;
    for (uint32_t left = rests ? which : 0; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        if (rests(p->part[i], why))
            which &= ~(1u << i);
    }
    return which;
}

static int parts_flush(Op *op, FlushWhy why, Out *out)
{
    OpParts *p = (OpParts *)op;
    bool all = why == FLUSH_PERIOD || why == FLUSH_END;
    bool wide = all || is_wide(p, p->n_unflushed);
    uint32_t which = without_resting(p, all ? all_parts(p) : p->touched, why);
    if (why == FLUSH_EPOCH) { /* follows that of the step */
        p->touched = 0;
        p->n_unflushed = 0;
    }
    if (!which)
        return 0;
    parts_call_begins(p->parts, op->env->step);
    p->why = why;
    if (why == FLUSH_END)
        TRY(take_turns(p, (Mark){op->quiet_class, INT64_MAX}));
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
    for (uint32_t i = 0; i < p->n; i++) {
        follow_marks(p, i);
        if (op_save(p->part[i], out, NULL) < 0)
            out->failed = true;
    }
    if (p->turns.merge)
        part_turns_save(&p->turns, out);
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
        p->of[i].env.orders_as_written = op->env->orders_as_written;
    for (uint32_t i = 0; i < p->n; i++)
        TRY(op_restore(p->part[i], in, err));
    if (p->turns.merge)
        part_turns_restore(&p->turns, in);
    settle_quiet(p);
    return 0;
}

static const OpKeep parts_keep = {.save = parts_save, .restore = parts_restore};

/* ---- relations that are shared ---- */

static int parts_unshare(Op *op, uint32_t input, bool is_new, Err *err)
{
    OpParts *p = (OpParts *)op;
    for (uint32_t i = 0; i < p->n; i++)
        TRY(p->part[i]->type->unshare(p->part[i], input, is_new, err));
    p->shares[input] = false;
    return 0;
}

static bool parts_share(Op *op, uint32_t input, const Arrangement *a, bool is_new)
{
    OpParts *p = (OpParts *)op;
    bool on = true;
    for (uint32_t i = 0; i < p->n; i++) /* it is the node that decides: the first part's answer is that of all */
        on = p->part[i]->type->share(p->part[i], input, a, is_new) && on;
    return p->shares[input] = on;
}

static OpParts *in_parts(const Op *op)
{
    return op->type->push == parts_push ? (OpParts *)op : NULL;
}

Op *op_part(Op *op, uint32_t i)
{
    OpParts *p = in_parts(op);
    if (!p)
        return i == 0 ? op : NULL;
    return i < p->n ? p->part[i] : NULL;
}

/* ---- in a chain ---- */

bool op_parts_may_chain(const Op *op)
{
    const OpParts *p = in_parts(op);
    return p && (p->key[0].by_place || p->turns.merge);
}

bool op_parts_chains(Op *op, uint32_t n_rows)
{
    OpParts *p = in_parts(op);
    return (p->key[0].by_place || part_turns_run(&p->turns, n_rows)) && !must_take_turns(p);
}

bool op_parts_collects(Op *op)
{
    const OpParts *p = in_parts(op);
    return p && p->turns.collects;
}

int op_parts_settle(Op *op, uint32_t part)
{
    OpParts *p = in_parts(op);
    for (uint32_t i = 0; i < p->n; i++)
        TRY(p->turns.merge->collect->settle(p->part[part], p->part[i]));
    return 0;
}

/* Behind a run that was collected. */
static void note_collected(OpParts *p, uint64_t n_rows)
{
    p->touched = all_parts(p);
    p->skew = 0;
    p->turns.n_in_runs += n_rows;
    for (uint32_t i = 0; i < p->n; i++)
        p->turns.n_collected += p->turns.merge->collect->groups(p->part[i]);
}

void op_parts_follow(Op *op, uint32_t part)
{
    OpParts *p = in_parts(op);
    follow_env(p, part);
    follow_marks(p, part);
}

void op_parts_chained(Op *op, uint32_t which, uint64_t n_rows)
{
    OpParts *p = in_parts(op);
    p->touched |= which;
    p->n_unflushed += n_rows;
    p->n_unmarked += n_rows;
    if (p->turns.collects)
        note_collected(p, n_rows);
    (void)part_turns_push(&p->turns, p->part, p->n, (uint32_t)MIN(n_rows, UINT32_MAX), wide_rows(p));
    count(p);
    settle_quiet(p);
}

/* ---- dealt out by key ---- */

bool op_parts_may_deal(const Op *op, uint32_t input)
{
    const OpParts *p = in_parts(op);
    if (!p || p->key[0].by_place || p->turns.merge || p->key[input].n == 0)
        return false;
    return p->part[0]->type->lasts && p->part[0]->type->lasts(p->part[0]) && !part_keys_see_steps(op->node);
}

bool op_parts_come_along(const Op *op)
{
    const OpParts *p = in_parts(op);
    return p && p->with_input && op_parts_may_deal(op, 0);
}

bool op_parts_deals(const Op *op)
{
    const OpParts *p = in_parts(op);
    bool all = p->skew < SKEW_MAX && !p->shares[0] && !p->shares[1];
    for (uint32_t i = 0; i < p->n && all; i++)
        all = !page_store_is_spilling(p->parts->part[i].pages);
    return all;
}

int op_parts_deal(Op *op, uint32_t input, uint32_t by, Batch *b, Batch **ret_of)
{
    OpParts *p = in_parts(op);
    Arena *arena = &p->parts->part[by].arena;
    uint8_t *part = arena_alloc(arena, MAX(b->n_sel, 1));
    if (!part)
        return -ERR_OUT_OF_MEMORY;
    TRY(part_keys_run(&p->key[input], &p->of[by].env.eval, b, p->n, part));
    for (uint32_t i = 0; i < p->n; i++) {
        ret_of[i] = select_rows(b, part, i, count_rows(part, b->n_sel, i), arena);
        if (!ret_of[i])
            return -ERR_OUT_OF_MEMORY;
    }
    return 0;
}

void op_parts_dealt(Op *op, const uint64_t *n_rows)
{
    OpParts *p = in_parts(op);
    uint64_t most = 0, all = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        most = MAX(most, n_rows[i]);
        all += n_rows[i];
    }
    p->n_unmarked += all;
    note_skew(p, most, all);
    count(p);
    settle_quiet(p);
}

void op_parts_note_mark(Op *op, uint32_t part, Mark m)
{
    take_mark(in_parts(op), part, m);
}

int op_parts_give_marks(Op *op, Out *out)
{
    return give_marks(in_parts(op), out);
}

/* ---- life ---- */

static void parts_close(Op *op)
{
    OpParts *p = (OpParts *)op;
    for (uint32_t i = 0; i < p->n; i++) {
        op_free(p->part[i]);
        arena_done(&p->of[i].plan);
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
                    .share = of->share ? parts_share : NULL,
                    .unshare = of->unshare ? parts_unshare : NULL,
                    .close = parts_close};
}

static int open_parts(OpParts *p, Err *err)
{
    OpEnv *env = p->op.env;
    const PhysNode *node = p->op.node;
    uint32_t next_table = env->next_table_id;
    for (uint32_t i = 0; i < p->n; i++) {
        Part *part = &p->parts->part[i];
        OpEnv *own = &p->of[i].env;
        arena_init(&p->of[i].plan, env->acct, 0);
        *own = *env;
        own->refers = false; /* batches are counted by one thread */
        own->pages = part->pages;
        own->lost = page_store_lost(part->pages);
        own->step = own->eval.arena = &part->arena;
        own->plan = &p->of[i].plan;
        own->n_parts = 0;
        own->part_keys = p->key;
        own->part = i;
        own->of_parts = p->n;
        own->next_table_id = next_table; /* stores count for themselves */
        TRY(op_new(own, node, &p->part[i], err));
        p->op.timed |= p->part[i]->timed;
        env->next_table_id = MAX(env->next_table_id, own->next_table_id);
    }
    bool no_key = !p->key[0].by_place && p->key[0].n == 0;
    if (part_turns_can(p->part[0]->type, node, env->part_rule))
        part_turns_open(&p->turns, p->part, p->n, no_key);
    uint64_t use = no_key || p->key[0].by_place ? 0 : part_keys_use(env, node, p->key, &p->with_input);
    for (uint32_t i = 0; i < node->n_in && !no_key; i++)
        TRY(part_keys_open(&p->key[i], env, node->in[i]->schema, use, err));
    p->touched = all_parts(p);
    return 0;
}

int op_parts_new(OpEnv *env, const PhysNode *node, Op **ret, Err *err)
{
    PartKeys key[2];
    *ret = NULL;
    if (!part_keys_of(env, node, key))
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
