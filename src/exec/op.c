/* SPDX-License-Identifier: Apache-2.0
 *
 * The driver's side of the operators: construction, the counting wrappers, the output list, and the default treatment of marks.
 *
 * An Out is a list in the step's arena; nothing in it outlives the step, so there is nothing to release. */
#include "exec/op_impl.h"
#include "exec/op_parts.h"

#define PHYS(ID, member, Struct, name) extern const OpType op_##member;
#include "plan/phys.def"
#undef PHYS

const OpType *const op_types[N_PHYS_KINDS] = {
#define PHYS(ID, member, Struct, name) [PHYS_##ID] = &op_##member,
#include "plan/phys.def"
#undef PHYS
};

/* ---- output ---- */

/* Marks and errors fill in what is theirs. */
static OutItem *out_add(Out *o, OutPort port, Batch *b)
{
    OutItem *item = o->first ? arena_alloc(o->arena, sizeof(*item)) : &o->one;
    if (!item) {
        o->failed = true;
        return NULL;
    }
    item->next = NULL;
    item->port = port;
    item->batch = b;
    *o->last = item;
    o->last = &item->next;
    return item;
}

int out_batch_more(Out *o, Batch *b)
{
    if (b->n_sel == 0)
        return 0;
    if (!out_add(o, OUT_MAIN, b))
        return -ERR_OUT_OF_MEMORY;
    o->n_rows += b->n_sel;
    return 0;
}

int out_mark(Out *o, uint32_t cls, int64_t wm_us)
{
    OutItem *item = out_add(o, OUT_MAIN, NULL);
    if (!item)
        return -ERR_OUT_OF_MEMORY;
    item->mark = (Mark){cls, wm_us};
    return 0;
}

int out_item(Out *o, const OutItem *item)
{
    OutItem *to = out_add(o, item->port, item->batch);
    if (!to)
        return -ERR_OUT_OF_MEMORY;
    OutItem copy = *item;
    copy.next = NULL;
    *to = copy;
    if (item->port == OUT_MAIN)
        o->n_rows += item->batch->n_sel;
    return 0;
}

const char *late_why_text(LateWhy why)
{
    static const char *const texts[] = {"below the watermark", "window closed", "session closed", "state_ttl is over",
                                        "state_ttl of its key is over"};
    return texts[why];
}

int out_late(Out *o, const PhysNode *node, Batch *b, LateWhy why, int64_t wm_us)
{
    if (b->n_sel == 0)
        return 0;
    OutItem *item = out_add(o, OUT_LATE, b);
    if (!item)
        return -ERR_OUT_OF_MEMORY;
    item->node = node;
    item->late_why = why;
    item->late_wm_us = wm_us;
    return 0;
}

int out_errors(Out *o, const PhysNode *node, Batch *b, const EvalCtx *x)
{
    if (x->n_errors == 0)
        return 0;
    uint16_t *sel = x->err ? arena_alloc(o->arena, b->n_sel * sizeof(*sel)) : NULL;
    if (!sel) {
        o->failed = true;
        return -ERR_OUT_OF_MEMORY;
    }
    Rows rows = batch_rows(b);
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        sel[n] = (uint16_t)r;
        n += bit_get(x->err, r);
    }
    if (n == 0)
        return 0;
    Batch *bad = batch_with_sel(o->arena, b, sel, n);
    OutItem *item = bad ? out_add(o, OUT_ERRORS, bad) : NULL;
    if (!item) {
        o->failed = true;
        return -ERR_OUT_OF_MEMORY;
    }
    item->node = node;
    item->err_code = x->err_code;
    item->err_text = x->err_text;
    item->err_at = x->err_at;
    return 0;
}

/* ---- life ---- */

void op_init(Op *op, OpEnv *env, const OpType *type, const PhysNode *node)
{
    op->type = type;
    op->node = node;
    op->env = env;
    for (size_t i = 0; i < ARRAY_LEN(op->c.wm_in); i++)
        op->c.wm_in[i] = INT64_MIN;
    op->c.wm_out = op->quiet_us = op->passed_us = INT64_MIN;
}

const OpType *op_type_for(const OpEnv *env, const PhysNode *node)
{
    const PhysJoin *join = node->kind == PHYS_JOIN ? (const PhysJoin *)node : NULL;
    if (join && join->n_not_in && !(join->at_end && join->n_keys > 0)) /* op_bounded_join.c has an index for it */
        return &op_not_in;
    if (join && join->keeps_answers)
        return &op_answers;
    return join_is_bounded(env, node)    ? &op_bounded_join
           : top_n_is_bounded(env, node) ? &op_bounded_top_n
           : top_n_is_few(env, node)     ? &op_top_few
                                         : op_types[node->kind];
}

int op_new(OpEnv *env, const PhysNode *node, Op **ret, Err *err)
{
    ASSERT(env && node && node->kind < N_PHYS_KINDS);
    if (env->n_parts > 1) {
        TRY(op_parts_new(env, node, ret, err));
        if (*ret)
            return 0;
    }
    const OpType *type = op_type_for(env, node);
    Op *op = mem_zalloc(env->acct, type->size);
    if (!op)
        return RAISE_NOMEM(err);
    op_init(op, env, type, node);
    int rc = type->open(op, node, err);
    if (rc < 0) {
        op_free(op);
        return rc;
    }
    *ret = op;
    return 0;
}

const OpKeep op_keeps_tables = {0};

int op_save(const Op *op, StrBuf *out, Err *err)
{
    if (!op->type->keep)
        return RAISE(err, ERR_UNSUPPORTED, "operator %s cannot be kept in a checkpoint yet", op->type->name);
    bytes_put_u64(out, op->node->identity);
    bytes_put_u32(out, op->n_marks);
    for (uint32_t i = 0; i < op->n_marks; i++) {
        bytes_put_u32(out, op->marks[i].cls);
        bytes_put_i64(out, op->marks[i].wm[0]);
        bytes_put_i64(out, op->marks[i].wm[1]);
        bytes_put_i64(out, op->marks[i].out);
    }
    bytes_put_u64(out, op->c.late);
    bytes_put_u64(out, op->c.late_partial);
    bytes_put_u64(out, op->c.null_time);
    if (op->type->keep->save)
        op->type->keep->save(op, out);
    return out->failed ? RAISE_NOMEM(err) : 0;
}

int op_restore(Op *op, ByteReader *in, Err *err)
{
    uint64_t identity = bytes_u64(in);
    uint32_t n_marks = bytes_u32(in);
    if (!in->failed && (identity != op->node->identity || !op->type->keep))
        return RAISE(err, ERR_WRONG_STATE, "operator %s is not the one whose state is stored", op->type->name);
    if (n_marks > ARRAY_LEN(op->marks))
        in->failed = true;
    op->n_marks = in->failed ? 0 : n_marks;
    for (uint32_t i = 0; i < op->n_marks; i++) {
        op->marks[i].cls = bytes_u32(in);
        op->marks[i].wm[0] = bytes_i64(in);
        op->marks[i].wm[1] = bytes_i64(in);
        op->marks[i].out = bytes_i64(in);
    }
    op->c.late = bytes_u64(in);
    op->c.late_partial = bytes_u64(in);
    op->c.null_time = bytes_u64(in);
    if (!in->failed && op->type->keep->restore)
        TRY(op->type->keep->restore(op, in, err));
    TRY(page_store_take_error(op->env->pages, err));
    page_store_breathe(op->env->pages);
    return in->failed ? RAISE(err, ERR_CORRUPT, "the state of operator %s cannot be read", op->type->name) : 0;
}

void op_free(Op *op)
{
    if (!op)
        return;
    if (op->type->close)
        op->type->close(op);
    mem_free(op->env->acct, op, op->type->size);
}

/* ---- counting wrappers ---- */

int op_more(Op *op, Out *out)
{
    uint32_t before = out->n_rows;
    op->c.more_resumes++;
    return op->type->more ? op_count_out(op, op->type->more(op, out), out, before) : 0;
}

int op_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    uint32_t before = out->n_rows;
    int64_t *wm_in = &op->c.wm_in[input != 0];
    *wm_in = MAX(*wm_in, m.wm_us);
    if (op->type->mark)
        return op_count_out(op, op->type->mark(op, input, m, out), out, before);
    TRY(op_mark_hold(op, input, m));
    return op_count_out(op, op_mark_release(op, out), out, before);
}

int64_t op_due_us(const Op *op)
{
    return op->type->due_us ? op->type->due_us(op) : INT64_MAX;
}

int64_t op_state_bytes(Op *op)
{
    if (op->type->measure)
        op->type->measure(op);
    return op->c.state_bytes;
}

void op_set_keys(Op *op, uint32_t cls, const KeyClock *keys)
{
    const PhysAgg *p = (const PhysAgg *)op->node;
    if (!op->type->keys || p->wm_class != cls || p->n_wm_keys == 0)
        return;
    op->keys = keys;
    op->keys_class = cls;
    op->quiet_us = INT64_MIN;
}

int op_keys(Op *op, Out *out)
{
    uint32_t before = out->n_rows;
    return op->keys ? op_count_out(op, op->type->keys(op, out), out, before) : 0;
}

int op_timer(Op *op, int64_t now_us, Out *out)
{
    uint32_t before = out->n_rows;
    return op->type->timer ? op_count_out(op, op->type->timer(op, now_us, out), out, before) : 0;
}
