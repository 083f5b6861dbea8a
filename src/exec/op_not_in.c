/* SPDX-License-Identifier: Apache-2.0
 *
 * NOT IN (query) and <> ALL (query) of what may be NULL, over inputs that change: an anti join on "equal, or not known to differ".
 *
 * As pairs every row would be compared with every value.  Instead both sides are found by their value, and two numbers say the
 * rest: a row with a value stays while that value is not among the right ones and no right one is NULL; a row with NULL while there
 * is no right row at all.  So a change of a value moves the rows that have it; only the first NULL that comes, and the last one
 * that goes, move all rows that equal nothing.
 *
 * Where the inputs end, left rows wait for the end of the right side, and are not kept when that is there already.
 *
 * It is told from a join over pairs by the plan (PhysJoin.not_in), and keeps its rows as that does (join_side.h, op_join.c), whose
 * state it can take over.  The lists of equal rows, and the numbers, follow from the rows. */
#include "exec/join_cross.h"
#include "exec/join_out.h"

#define CHUNK BATCH_ROWS

typedef enum NotInWork { WORK_NONE, WORK_LISTS, WORK_NULLS, WORK_ALL, WORK_END } NotInWork;

typedef struct OpNotIn {
    Op op;
    const PhysJoin *node;
    PageStore *pages; /* of the lists; no checkpoint has them */
    JoinSide side[2];
    int64_t total, nulls; /* right rows, and how many of them are NULL */
    /* Right rows that are being taken: what they do to left rows, piece by piece. */
    JoinInput in;
    JoinCross values;        /* that have come for the first time, or gone */
    int8_t to_nulls, to_all; /* the same of any row at all, and of NULL: 1 = there is one now, -1 = there is none any more */
    NotInWork work;
    bool stored;
    uint8_t **head, *null_head; /* of lists of left rows: by position in `values`, and of NULL; found when the rows come */
    uint8_t **list, *next;      /* those that are gone through, and the next row */
    uint32_t at;
    HashCursor all;
    bool input_ended[2], ended;
} OpNotIn;

/* ---- open, close ---- */

static int not_in_open(Op *op, const PhysNode *node, Err *err)
{
    static const bool null_safe[1] = {true};
    OpNotIn *j = (OpNotIn *)op;
    j->node = (const PhysJoin *)node;
    j->pages = page_store_new(op->env->acct);
    if (!j->pages)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < 2; i++) {
        JoinSideOpen o = {.input = node->in[i],
                          .number = i,
                          .keys = &j->node->not_in[i],
                          .n_keys = 1,
                          .null_safe = null_safe,
                          .time_col = -1,
                          .key_pages = j->pages};
        TRY(join_side_open(&j->side[i], op, &o, err));
    }
    return 0;
}

static void not_in_close(Op *op)
{
    OpNotIn *j = (OpNotIn *)op;
    join_side_close(&j->side[0]);
    join_side_close(&j->side[1]);
    if (j->pages)
        page_store_free(j->pages);
}

static void count_state(OpNotIn *j)
{
    j->op.c.state_rows = join_side_rows(&j->side[0]) + join_side_rows(&j->side[1]);
    j->op.c.state_bytes = join_side_bytes(&j->side[0]) + join_side_bytes(&j->side[1]);
}

/* ---- values ---- */

/* How many rows a list has, as far as that matters: more than `enough` is enough where none is ever taken back. */
static int count_list(const JoinSide *s, uint8_t *row, int64_t enough, int64_t *ret)
{
    for (*ret = 0; row && !(s->only_grows && *ret > enough); row = join_link(s, row)->next) {
        TRY(hash_table_need(s->rows, row));
        *ret += *row_count(row);
    }
    return 0;
}

/* Left rows of `in` that stay as the right side is now. */
static int find_alone(OpNotIn *j, JoinSide *s, const JoinInput *in, uint16_t **ret_sel, uint32_t *ret_n)
{
    Arena *step = j->op.env->step;
    uint16_t *sel = *ret_sel = arena_alloc(step, (in->rows.n + 1) * sizeof(*sel));
    const Vec *value = s->key_col[0];
    uint8_t **head;
    uint32_t n = 0;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    TRY(join_side_match(s, &j->side[1], in, &head));
    for (uint32_t i = 0; i < in->rows.n; i++) {
        uint32_t row = row_at(in->rows, i);
        int64_t same = 0;
        bool is_null = vec_is_null(value, row);
        if (!is_null && j->nulls <= 0)
            TRY(count_list(&j->side[1], head[i], 0, &same));
        sel[n] = (uint16_t)row;
        n += is_null ? j->total <= 0 : j->nulls <= 0 && same <= 0;
    }
    *ret_n = n;
    return 0;
}

static int give_input(OpNotIn *j, const Batch *in, uint16_t *sel, uint32_t n, Out *out)
{
    if (n == 0)
        return 0;
    Batch *b = batch_derive(out->arena, j->op.node->schema, in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    memcpy(b->col, in->col, j->side[0].n_cols * sizeof(Vec));
    b->sel = sel;
    b->n_sel = n;
    return out_batch(out, b);
}

static Batch *result_batch(OpNotIn *j, uint32_t n, Out *out)
{
    Batch *b = batch_scratch(out->arena, j->op.node->schema, n);
    if (b)
        b->n_sel = n;
    return b;
}

static int push_left(OpNotIn *j, Batch *in, Out *out)
{
    JoinSide *s = &j->side[0];
    bool at_once = !j->node->at_end || j->input_ended[1], keeps = !j->node->at_end || !j->input_ended[1];
    uint16_t *sel;
    uint32_t n = 0;
    TRY(join_side_input(s, in, out, &j->in));
    if (at_once) {
        TRY(find_alone(j, s, &j->in, &sel, &n));
        TRY(give_input(j, in, sel, n, out));
    }
    if (keeps)
        TRY(join_side_store(s, &j->in, NULL, NULL));
    count_state(j);
    return 0;
}

/* ---- what right rows do to left ones ---- */

static int8_t crossing(int64_t before, int64_t after)
{
    return (before > 0) == (after > 0) ? 0 : after > 0 ? 1 : -1;
}

/* Of the groups of equal values in the batch. */
static int find_crossings(OpNotIn *j)
{
    JoinSide *s = &j->side[1];
    Arena *step = j->op.env->step;
    JoinGroups g;
    uint8_t **head;
    int64_t nulls = j->nulls, total = j->total;
    uint32_t n = 0;
    JoinCross *c = &j->values;
    TRY(join_groups_find(s, &j->in, step, &g));
    TRY(join_groups_keys(&j->in, &g, step, &c->in));
    c->sign = arena_alloc(step, (g.n + 1) * sizeof(*c->sign));
    if (!c->sign)
        return -ERR_OUT_OF_MEMORY;
    TRY(join_side_match(s, s, &c->in, &head));
    uint16_t *sel = (uint16_t *)c->in.rows.sel;
    for (uint32_t i = 0; i < g.n; i++) {
        int64_t before, w = g.group[i].w;
        j->total += w;
        if (vec_is_null(s->key_col[0], sel[i])) {
            j->nulls += w;
            continue;
        }
        TRY(count_list(s, head[i], w < 0 ? -w : w, &before));
        sel[n] = sel[i];
        c->in.hash[n] = c->in.hash[i];
        c->sign[n] = crossing(before, before + w);
        n += c->sign[n] != 0;
    }
    c->in.rows.n = n;
    j->to_nulls = crossing(nulls, j->nulls);
    j->to_all = crossing(total, j->total);
    return 0;
}

/* The left rows with NULL. */
static int find_null_list(OpNotIn *j, uint8_t **ret)
{
    JoinSide *s = &j->side[1];
    Arena *step = j->op.env->step;
    const Vec *saved = s->key_col[0];
    Vec null;
    uint64_t hash;
    uint8_t **head;
    Rows one = {1, NULL};
    TRY(vec_scratch(&null, saved->type, 1, step));
    TRY(vec_add_valid(&null, step));
    bit_clear(null.valid, 0);
    s->key_col[0] = &null;
    kernel_hash(s->key_col, 1, one, &hash);
    int rc = join_side_match(s, &j->side[0], &(JoinInput){.rows = one, .hash = &hash}, &head);
    s->key_col[0] = saved;
    *ret = rc == 0 ? head[0] : NULL;
    return rc;
}

static int give_rows(OpNotIn *j, uint8_t **row, const int64_t *w, uint32_t n, Out *out)
{
    if (n == 0)
        return 0;
    Batch *b = result_batch(j, n, out);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    TRY(join_side_read(&j->side[0], row, n, b, 0, out->arena));
    TRY(join_set_weights(b, w, out->arena));
    return out_batch(out, b);
}

/* The next rows of the lists: those of `values`, or that of NULL. */
static int give_lists(OpNotIn *j, Out *out)
{
    const JoinSide *s = &j->side[0];
    uint8_t **row = arena_alloc(out->arena, CHUNK * sizeof(*row));
    int64_t *w = arena_alloc(out->arena, CHUNK * sizeof(*w));
    uint32_t n = 0, n_lists = j->work == WORK_NULLS ? 1 : j->values.in.rows.n;
    if (!row || !w)
        return -ERR_OUT_OF_MEMORY;
    while (j->at < n_lists && n < CHUNK) {
        if (!j->next) {
            j->next = ++j->at < n_lists ? j->list[j->at] : NULL;
            continue;
        }
        TRY(hash_table_need(s->rows, j->next));
        int8_t sign = j->work == WORK_NULLS ? j->to_all : j->values.sign[j->at];
        row[n] = j->next;
        w[n++] = -sign * *row_count(j->next);
        j->next = join_link(s, j->next)->next;
    }
    TRY(give_rows(j, row, w, n, out));
    return j->at < n_lists ? OP_MORE : 0;
}

/* The next rows that have waited for the end. */
static int give_waiting(OpNotIn *j, Out *out)
{
    JoinSide *s = &j->side[0];
    uint8_t *row[CHUNK];
    uint16_t *sel;
    uint32_t n = hash_table_next(s->rows, &j->all, row, CHUNK), n_alone;
    int64_t *w = arena_alloc(out->arena, CHUNK * sizeof(*w));
    Batch *b = batch_scratch(out->arena, j->op.node->in[0]->schema, n);
    JoinInput in;
    if (n == 0)
        return 0;
    if (!w || !b)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = n;
    TRY(join_side_read(s, row, n, b, 0, out->arena));
    for (uint32_t i = 0; i < n; i++)
        w[i] = *row_count(row[i]);
    TRY(join_set_weights(b, w, out->arena));
    TRY(join_side_input(s, b, out, &in));
    TRY(find_alone(j, s, &in, &sel, &n_alone));
    TRY(give_input(j, b, sel, n_alone, out));
    return OP_MORE;
}

/* The next rows with a value, where NULL has come or gone: those that equal nothing. */
static int give_all(OpNotIn *j, Out *out)
{
    JoinSide *s = &j->side[0];
    uint8_t *row[CHUNK], **head;
    uint32_t n = hash_table_next(s->rows, &j->all, row, CHUNK), n_out = 0;
    Batch *b = batch_scratch(out->arena, j->op.node->in[0]->schema, n);
    int64_t *w = arena_alloc(out->arena, CHUNK * sizeof(*w));
    JoinInput in;
    if (n == 0)
        return 0;
    if (!b || !w)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = n;
    TRY(join_side_read(s, row, n, b, 0, out->arena));
    TRY(join_side_input(s, b, out, &in));
    TRY(join_side_match(s, &j->side[1], &in, &head));
    for (uint32_t i = 0; i < in.rows.n; i++) {
        uint32_t at = row_at(in.rows, i);
        int64_t same;
        if (vec_is_null(s->key_col[0], at))
            continue;
        TRY(count_list(&j->side[1], head[i], 0, &same));
        if (same > 0)
            continue;
        row[n_out] = row[at];
        w[n_out++] = -j->to_nulls * *row_count(row[at]);
    }
    TRY(give_rows(j, row, w, n_out, out));
    return OP_MORE;
}

/* Before the batch is stored the lists say which rows equalled nothing: those leave then; those that come are found behind it. */
static int store(OpNotIn *j)
{
    if (!j->stored)
        TRY(join_side_store(&j->side[1], &j->in, NULL, NULL));
    j->stored = true;
    return 0;
}

static void begin(OpNotIn *j, NotInWork work)
{
    j->work = work;
    j->all = (HashCursor){0};
    j->at = 0;
    j->list = work == WORK_NULLS ? &j->null_head : j->head;
    j->next = work == WORK_NULLS ? j->null_head : work == WORK_LISTS ? j->head[0] : NULL;
}

/* Rows with a value, behind those with NULL. */
static void begin_values(OpNotIn *j)
{
    begin(j, j->to_nulls != 0 ? WORK_ALL : j->nulls <= 0 && j->values.in.rows.n > 0 ? WORK_LISTS : WORK_NONE);
}

static int not_in_more(Op *op, Out *out)
{
    OpNotIn *j = (OpNotIn *)op;
    for (;;) {
        int rc = j->work == WORK_NONE  ? 0
                 : j->work == WORK_ALL ? give_all(j, out)
                 : j->work == WORK_END ? give_waiting(j, out)
                                       : give_lists(j, out);
        if (rc < 0 || (rc == OP_MORE && out_is_full(out)))
            return rc;
        if (rc == 0 && j->work != WORK_NULLS)
            break;
        if (rc == 0)
            begin_values(j);
    }
    TRY(store(j));
    count_state(j);
    return 0;
}

static int push_right(OpNotIn *j, Batch *in, Out *out)
{
    JoinSide *s = &j->side[1];
    TRY(join_side_input(s, in, out, &j->in));
    j->stored = j->in.rows.n == 0;
    if (j->stored)
        return 0;
    TRY(find_crossings(j));
    if (j->node->at_end) {
        TRY(store(j));
        count_state(j);
        return 0;
    }
    TRY(join_side_match(s, &j->side[0], &j->values.in, &j->head));
    TRY(find_null_list(j, &j->null_head));
    if (j->to_nulls <= 0)
        TRY(store(j));
    if (j->to_all != 0)
        begin(j, WORK_NULLS);
    else
        begin_values(j);
    return not_in_more(&j->op, out);
}

static int not_in_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpNotIn *j = (OpNotIn *)op;
    return input == 0 ? push_left(j, in, out) : push_right(j, in, out);
}

static bool not_in_input_ended(Op *op, uint32_t input)
{
    OpNotIn *j = (OpNotIn *)op;
    j->input_ended[input] = true;
    return j->input_ended[!input] && hash_table_rows(j->side[0].rows) == 0;
}

static int not_in_flush(Op *op, FlushWhy why, Out *out)
{
    OpNotIn *j = (OpNotIn *)op;
    if (why != FLUSH_END || !j->node->at_end || j->ended)
        return 0;
    j->ended = j->stored = true;
    begin(j, WORK_END);
    return not_in_more(op, out);
}

/* A right row may come at any time: nothing is complete. */
static int not_in_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    (void)op;
    (void)input;
    (void)m;
    (void)out;
    return 0;
}

/* ---- checkpoints: the layout is that of a join over pairs ---- */

static void not_in_save(const Op *op, StrBuf *out)
{
    (void)op;
    for (uint32_t i = 0; i < 4; i++)
        bytes_put_i64(out, INT64_MIN);
    bytes_put_u8(out, 0);
}

static int count_rows(OpNotIn *j, uint8_t **row, uint32_t n, Out *out)
{
    JoinSide *s = &j->side[1];
    Arena *step = j->op.env->step;
    Batch *b = batch_scratch(step, j->op.node->in[1]->schema, n);
    JoinInput in;
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = n;
    TRY(join_side_read(s, row, n, b, 0, step));
    TRY(join_side_input(s, b, out, &in));
    for (uint32_t i = 0; i < in.rows.n; i++) {
        uint32_t at = row_at(in.rows, i);
        j->total += *row_count(row[at]);
        j->nulls += vec_is_null(s->key_col[0], at) ? *row_count(row[at]) : 0;
    }
    return 0;
}

static int count_all(OpNotIn *j, Err *err)
{
    Arena *step = j->op.env->step;
    uint8_t *row[CHUNK];
    HashCursor at = {0};
    uint32_t n;
    while ((n = hash_table_next(j->side[1].rows, &at, row, CHUNK)) > 0) {
        Out out;
        ArenaMark mark = arena_mark(step);
        out_init(&out, step, UINT32_MAX);
        int rc = count_rows(j, row, n, &out);
        arena_rewind(step, mark);
        if (rc < 0)
            return RAISE(err, (ErrCode)-rc, "%s", err_class_text((ErrCode)-rc));
    }
    return 0;
}

static int not_in_restore(Op *op, ByteReader *in, Err *err)
{
    OpNotIn *j = (OpNotIn *)op;
    for (uint32_t i = 0; i < 4; i++)
        (void)bytes_i64(in);
    (void)bytes_u8(in);
    for (uint32_t i = 0; i < 2; i++)
        TRY(join_side_restore(&j->side[i], j->op.node->in[i]->schema, err));
    TRY(count_all(j, err));
    count_state(j);
    return 0;
}

static const OpKeep not_in_keep = {not_in_save, not_in_restore};

const OpType op_not_in = {
    .name = "join",
    .size = sizeof(OpNotIn),
    .open = not_in_open,
    .push = not_in_push,
    .more = not_in_more,
    .mark = not_in_mark,
    .flush = not_in_flush,
    .input_ended = not_in_input_ended,
    .keep = &not_in_keep,
    .close = not_in_close,
};
