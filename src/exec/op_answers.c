/* SPDX-License-Identifier: Apache-2.0
 *
 * A join that looks up for left rows that may be taken back: what a row was answered is kept, and goes with it.
 *
 * The join below (op_join.c, `probes`) is led past rows that come, and keeps nothing.  What it gives is kept here, found by the
 * left row: one that is taken back takes back the answer of its like that came first, whatever the right side would say now.  Of a
 * batch the rows that come are answered before those that go are looked for, so a row that goes and comes again has a new answer.
 */
#include "exec/join_out.h"
#include "exec/join_side.h"

typedef struct OpAnswers {
    Op op;
    Op *join; /* of the same node */
    JoinSide kept;
    PhysNode rows; /* what it gives, as an input of the side */
    Batch *goes;   /* of the batch, while its rows that come are being answered; NULL = nothing */
} OpAnswers;

static int answers_open(Op *op, const PhysNode *node, Err *err)
{
    OpAnswers *a = (OpAnswers *)op;
    Arena *plan = op->env->plan;
    uint32_t n = node->in[0]->schema->n;
    Expr **key = ARENA_ARRAY(plan, Expr *, n + 1);
    bool *null_safe = ARENA_ARRAY(plan, bool, n + 1);
    a->join = mem_zalloc(op->env->acct, op_types[PHYS_JOIN]->size);
    if (!key || !null_safe || !a->join)
        return RAISE_NOMEM(err);
    op_init(a->join, op->env, op_types[PHYS_JOIN], node);
    TRY(a->join->type->open(a->join, node, err));
    for (uint32_t c = 0; c < n; c++) {
        key[c] = expr_column(plan, c, node->schema->field[c].type, false, SPAN_NONE);
        null_safe[c] = true;
        if (!key[c])
            return RAISE_NOMEM(err);
    }
    a->rows = *node;
    a->rows.props.change = CHANGE_ZSET;
    JoinSideOpen o = {.input = &a->rows, .keys = key, .n_keys = n, .null_safe = null_safe, .time_col = -1};
    return join_side_open(&a->kept, op, &o, err);
}

static void answers_close(Op *op)
{
    OpAnswers *a = (OpAnswers *)op;
    op_free(a->join);
    join_side_close(&a->kept);
}

static void count_state(OpAnswers *a)
{
    a->op.c.state_rows = join_side_rows(&a->kept) + a->join->c.state_rows;
    a->op.c.state_bytes = join_side_bytes(&a->kept) + op_state_bytes(a->join);
}

/* What the join has given is kept, and goes on. */
static int take(OpAnswers *a, Out *mine, Out *out)
{
    for (const OutItem *item = mine->first; item; item = item->next) {
        JoinInput in;
        if (!item->batch) {
            TRY(out_mark(out, item->mark.cls, item->mark.wm_us));
            continue;
        }
        TRY(out_item(out, item));
        if (item->port != OUT_MAIN)
            continue;
        TRY(join_side_input(&a->kept, item->batch, out, &in));
        TRY(join_side_store(&a->kept, &in, NULL, NULL));
    }
    return 0;
}

/* The rows of a batch whose weights have this sign. */
static Batch *rows_of_sign(const Batch *in, bool goes, Arena *arena)
{
    Rows rows = batch_rows(in);
    uint16_t *sel = arena_alloc(arena, (rows.n + 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!sel)
        return NULL;
    for (uint32_t i = 0; i < rows.n; i++) {
        sel[n] = (uint16_t)row_at(rows, i);
        n += (batch_weight(in, row_at(rows, i)) < 0) == goes;
    }
    return batch_with_sel(arena, (Batch *)in, sel, n);
}

/* The answers of w rows, or as many as were answered alike: the list begins with what came last, so they are at its end.  No row:
 * there is nothing that they were answered. */
static int find_oldest(OpAnswers *a, uint8_t *head, int64_t w, uint8_t **ret, int64_t *ret_w)
{
    *ret = NULL;
    for (; head; head = join_link(&a->kept, head)->next) {
        TRY(hash_table_need(a->kept.rows, head));
        *ret = head;
    }
    *ret_w = *ret ? MIN(w, *row_count(*ret)) : 0;
    return 0;
}

static int take_answer(OpAnswers *a, uint8_t *row, int64_t w, Out *out)
{
    JoinInput in;
    int64_t *back = arena_alloc(out->arena, sizeof(*back));
    Batch *b = batch_scratch(out->arena, a->op.node->schema, 1);
    if (!b || !back)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = 1;
    *back = -w;
    TRY(join_side_read(&a->kept, &row, 1, b, 0, out->arena));
    TRY(join_set_weights(b, back, out->arena));
    TRY(out_batch(out, b));
    TRY(join_side_input(&a->kept, b, out, &in));
    return join_side_store(&a->kept, &in, NULL, NULL);
}

/* One after the other, for each takes what the ones before it have left. */
static int take_back(OpAnswers *a, const Batch *in, Out *out)
{
    Arena *arena = out->arena;
    uint32_t n_cols = a->op.node->in[0]->schema->n;
    Rows rows = batch_rows(in);
    uint64_t *hash = arena_alloc(arena, (rows.n + 1) * sizeof(*hash));
    const Vec **key = arena_alloc(arena, (n_cols + 1) * sizeof(*key)), **own = a->kept.key_col;
    if (!hash || !key)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < n_cols; c++)
        key[c] = &in->col[c];
    kernel_hash(key, n_cols, rows, hash);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint16_t at = (uint16_t)row_at(rows, i);
        JoinInput one = {.batch = (Batch *)in, .rows = {1, &at}, .hash = &hash[i]};
        int64_t w, to_go = -(int64_t)batch_weight(in, at);
        for (uint8_t **head, *row; to_go > 0; to_go -= w) {
            a->kept.key_col = key;
            int rc = join_side_match(&a->kept, &a->kept, &one, &head);
            a->kept.key_col = own;
            TRY(rc);
            TRY(find_oldest(a, head[0], to_go, &row, &w));
            if (w <= 0)
                break;
            TRY(take_answer(a, row, w, out));
        }
    }
    return 0;
}

/* rc: of the join, whose output is in `mine`. */
static int go_on(OpAnswers *a, int rc, Out *mine, Out *out)
{
    TRY(rc);
    TRY(take(a, mine, out));
    if (rc != OP_MORE && a->goes)
        TRY(take_back(a, MOVE(a->goes), out));
    count_state(a);
    return rc;
}

static int answers_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpAnswers *a = (OpAnswers *)op;
    Out mine;
    out_init(&mine, out->arena, out->room_rows);
    a->goes = NULL;
    if (input == 0) {
        Arena *step = op->env->step;
        a->goes = rows_of_sign(in, true, step);
        in = rows_of_sign(in, false, step);
        if (!in || !a->goes)
            return -ERR_OUT_OF_MEMORY;
        if (a->goes->n_sel == 0)
            a->goes = NULL;
        if (in->n_sel == 0)
            return go_on(a, 0, &mine, out);
    }
    return go_on(a, op_push(a->join, input, in, &mine), &mine, out);
}

static int answers_more(Op *op, Out *out)
{
    OpAnswers *a = (OpAnswers *)op;
    Out mine;
    out_init(&mine, out->arena, out->room_rows);
    return go_on(a, op_more(a->join, &mine), &mine, out);
}

static int answers_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    return op_mark(((OpAnswers *)op)->join, input, m, out);
}

static void answers_save(const Op *op, StrBuf *out)
{
    if (op_save(((const OpAnswers *)op)->join, out, NULL) < 0)
        out->failed = true;
}

static int answers_restore(Op *op, ByteReader *in, Err *err)
{
    OpAnswers *a = (OpAnswers *)op;
    TRY(op_restore(a->join, in, err));
    TRY(join_side_restore(&a->kept, op->node->schema, err));
    count_state(a);
    return 0;
}

static const OpKeep answers_keep = {answers_save, answers_restore};

static bool answers_share(Op *op, uint32_t input, const Arrangement *of, bool is_new)
{
    Op *join = ((OpAnswers *)op)->join;
    return join->type->share(join, input, of, is_new);
}

static int answers_unshare(Op *op, uint32_t input, bool is_new, Err *err)
{
    Op *join = ((OpAnswers *)op)->join;
    return join->type->unshare(join, input, is_new, err);
}

const OpType op_answers = {
    .name = "join",
    .size = sizeof(OpAnswers),
    .open = answers_open,
    .push = answers_push,
    .more = answers_more,
    .mark = answers_mark,
    .keep = &answers_keep,
    .share = answers_share,
    .unshare = answers_unshare,
    .close = answers_close,
};
