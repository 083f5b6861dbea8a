/* SPDX-License-Identifier: Apache-2.0
 *
 * Fetch (design 4.10): rows that a lookup join above meets with an answer from outside wait here until it has come.
 *
 * They leave in the order in which they came, and marks keep their place among them, so the join, the watermark and whatever is
 * above see the input as it was, only later.  A row whose answer is known passes at once while nothing waits before it.  A row
 * whose key could not be answered leaves as an error.  An answer may have been forgotten again when its row's turn comes: then it
 * is asked for once more.
 *
 * Waiting rows are data, in pages, with their number; the queue of their addresses is made again from it, and what they wait for
 * is asked again. */
#include "exec/op_impl.h"

#include <stdlib.h>

#define CHUNK 1024u

typedef struct FetchMark { /* leaves before row `seq` */
    uint64_t seq;
    Mark mark;
} FetchMark;

typedef struct OpFetch {
    Op op;
    const PhysFetch *node;
    void *table;
    RowEval eval;
    RowLayout layout;
    HashTable *rows;
    const Vec **col;
    uint64_t first, next; /* numbers of the row that leaves next, and of the one that comes next */
    uint8_t **queue;      /* ring of the waiting rows, by number */
    FetchMark *mark;      /* in the order of their numbers */
    uint32_t cap, n_marks, cap_marks;
} OpFetch;

static uint64_t *number_of(const OpFetch *f, uint8_t *row)
{
    return (uint64_t *)(void *)row_extra(&f->layout, row);
}

static int fetch_open(Op *op, const PhysNode *node, Err *err)
{
    OpFetch *f = (OpFetch *)op;
    uint32_t n = node->schema->n;
    f->node = (const PhysFetch *)node;
    f->table = op->env->asker ? op->env->asker->table(op->env->asker->self, f->node->keys_relation) : NULL;
    if (!f->table)
        return RAISE(err, ERR_WRONG_STATE, "lookup table \"%s\" is not running", f->node->name);
    Type *type = ARENA_ARRAY(op->env->plan, Type, n + 1);
    f->col = ARENA_ARRAY(op->env->plan, const Vec *, n + 1);
    if (!type || !f->col)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        type[i] = node->schema->field[i].type;
    TRY(row_layout_init(&f->layout, op->env->acct, type, n, sizeof(uint64_t), err));
    f->rows = hash_table_new_bare(op->env->pages, &f->layout, op->env->next_table_id++, INT64_MIN, err);
    if (!f->rows)
        return -ERR_OUT_OF_MEMORY;
    return row_eval_open(&f->eval, op, node->in[0]->schema, f->node->key, f->node->n_keys, err);
}

static void fetch_close(Op *op)
{
    OpFetch *f = (OpFetch *)op;
    hash_table_free(f->rows);
    if (f->layout.acct)
        row_layout_done(&f->layout);
    mem_free(op->env->acct, f->queue, f->cap * sizeof(*f->queue));
    mem_free(op->env->acct, f->mark, f->cap_marks * sizeof(*f->mark));
}

static void count_state(OpFetch *f)
{
    f->op.c.state_rows = f->next - f->first;
    f->op.c.state_bytes = hash_table_bytes(f->rows) + (int64_t)(f->cap * sizeof(*f->queue));
}

/* ---- the queue ---- */

static int reserve(OpFetch *f, uint64_t n)
{
    uint64_t want = f->next - f->first + n;
    uint32_t cap = f->cap ? f->cap : 256;
    while (cap < want)
        cap *= 2;
    if (want > UINT32_C(1) << 30)
        return -ERR_PROGRAM_LIMIT;
    if (cap == f->cap)
        return 0;
    uint8_t **bigger = mem_alloc(f->op.env->acct, cap * sizeof(*bigger));
    if (!bigger)
        return -ERR_OUT_OF_MEMORY;
    for (uint64_t i = f->first; i < f->next; i++)
        bigger[i & (cap - 1)] = f->queue[i & (f->cap - 1)];
    mem_free(f->op.env->acct, f->queue, f->cap * sizeof(*f->queue));
    f->queue = bigger;
    f->cap = cap;
    return 0;
}

static int keep_rows(OpFetch *f, const Batch *in, Rows rows, Arena *arena)
{
    if (rows.n == 0)
        return 0;
    uint64_t *hash = arena_zalloc(arena, rows.n * sizeof(*hash)); /* nobody looks for them */
    uint8_t **row = arena_alloc(arena, rows.n * sizeof(*row));
    if (!hash || !row)
        return -ERR_OUT_OF_MEMORY;
    TRY(reserve(f, rows.n));
    for (uint32_t c = 0; c < in->n_cols; c++)
        f->col[c] = &in->col[c];
    TRY(hash_table_append(f->rows, f->col, hash, rows, row, NULL));
    for (uint32_t i = 0; i < rows.n; i++) {
        *row_count(row[i]) = batch_weight(in, row_at(rows, i));
        *number_of(f, row[i]) = f->next;
        f->queue[f->next++ & (f->cap - 1)] = row[i];
    }
    count_state(f);
    return 0;
}

/* The n rows that leave next. */
static int first_rows(OpFetch *f, uint32_t n, Arena *arena, uint8_t ***ret_row, Batch **ret)
{
    uint8_t **row = arena_alloc(arena, n * sizeof(*row));
    Batch *b = batch_scratch(arena, f->op.node->schema, n);
    int32_t *w = arena_alloc(arena, n * sizeof(*w));
    if (!row || !b || !w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        row[i] = f->queue[(f->first + i) & (f->cap - 1)];
    TRY(hash_table_need_all(f->rows, row, n));
    bool ones = true;
    for (uint32_t i = 0; i < n; i++) {
        int64_t count = *row_count(row[i]);
        if (count > INT32_MAX)
            return -ERR_NUMERIC_RANGE;
        w[i] = (int32_t)count;
        ones &= count == 1;
    }
    for (uint32_t c = 0; c < b->n_cols; c++)
        TRY(hash_table_read(f->rows, row, n, c, &b->col[c], arena));
    b->n_sel = n;
    b->epoch = f->op.env->epoch;
    b->ptime_us = f->op.env->eval.now_us;
    b->w_kind = ones ? W_ONE : W_VEC;
    b->w = ones ? NULL : w;
    *ret_row = row;
    *ret = b;
    return 0;
}

/* ---- what is known ---- */

typedef struct Answers { /* by position in rows */
    uint8_t *state;
    const char **why;
} Answers;

static int ask_for(OpFetch *f, Rows rows, Arena *arena, Answers *ret)
{
    ret->state = arena_zalloc(arena, rows.n + 1);
    ret->why = arena_zalloc(arena, (rows.n + 1) * sizeof(*ret->why));
    if (!ret->state || !ret->why)
        return -ERR_OUT_OF_MEMORY;
    return rows.n ? f->op.env->asker->ask(f->table, f->eval.vec, rows, ret->state, ret->why, arena) : 0;
}

/* Nothing is asked for rows that are taken back: the join has kept what they were answered. */
static int ask(OpFetch *f, const Batch *b, Rows rows, Arena *arena, Answers *ret)
{
    uint16_t *sel = arena_alloc(arena, 2 * (rows.n + 1) * sizeof(*sel)), *at = sel + rows.n + 1;
    Answers some;
    uint32_t n = 0;
    if (b->w_kind == W_ONE)
        return ask_for(f, rows, arena, ret);
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        at[n] = (uint16_t)i;
        sel[n] = (uint16_t)row_at(rows, i);
        n += batch_weight(b, row_at(rows, i)) > 0;
    }
    TRY(ask_for(f, (Rows){n, sel}, arena, &some));
    TRY(ask_for(f, (Rows){0}, arena, ret));
    ret->state = arena_alloc(arena, rows.n + 1);
    ret->why = arena_zalloc(arena, (rows.n + 1) * sizeof(*ret->why));
    if (!ret->state || !ret->why)
        return -ERR_OUT_OF_MEMORY;
    memset(ret->state, ASK_KNOWN, rows.n + 1);
    for (uint32_t i = 0; i < n; i++) {
        ret->state[at[i]] = some.state[i];
        ret->why[at[i]] = some.why[i];
    }
    return 0;
}

/* Rows that nothing is waited for: on to the join, or out as errors. */
static int give(OpFetch *f, Batch *b, Rows rows, const Answers *a, Out *out)
{
    uint16_t *sel = arena_alloc(out->arena, 2 * MAX(rows.n, 1) * sizeof(*sel)), *bad = sel + rows.n;
    uint32_t n = 0, n_bad = 0;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint16_t r = (uint16_t)row_at(rows, i);
        if (a->state[i] == ASK_FAILED)
            bad[n_bad++] = r;
        else
            sel[n++] = r;
    }
    if (n_bad > 0) {
        OutItem item = {.port = OUT_ERRORS, .node = f->op.node, .batch = batch_with_sel(out->arena, b, bad, n_bad)};
        item.err_code = arena_zalloc(out->arena, b->n * sizeof(*item.err_code));
        item.err_text = arena_zalloc(out->arena, b->n * sizeof(*item.err_text));
        if (!item.batch || !item.err_code || !item.err_text)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < rows.n; i++) {
            item.err_code[row_at(rows, i)] = ERR_LOOKUP_FAILED;
            item.err_text[row_at(rows, i)] = a->why[i];
        }
        f->op.c.errors += n_bad;
        TRY(out_item(out, &item));
    }
    Batch *good = n == 0 ? NULL : n == b->n_sel ? b : batch_with_sel(out->arena, b, sel, n);
    return n == 0 ? 0 : good ? out_batch(out, good) : -ERR_OUT_OF_MEMORY;
}

static int give_marks(OpFetch *f, Out *out)
{
    uint32_t n = 0;
    while (n < f->n_marks && f->mark[n].seq <= f->first) {
        TRY(out_mark(out, f->mark[n].mark.cls, f->mark[n].mark.wm_us));
        n++;
    }
    if (n > 0) {
        f->n_marks -= n;
        memmove(f->mark, f->mark + n, f->n_marks * sizeof(*f->mark));
    }
    return 0;
}

/* As many of the rows that are next as can go; a mark ends the piece.  *ret: whether any did. */
static int release_some(OpFetch *f, uint32_t n, Out *out, bool *ret)
{
    uint8_t **row;
    Batch *b;
    Rows rows;
    Answers a;
    uint32_t n_go = 0;
    TRY(first_rows(f, n, out->arena, &row, &b));
    TRY(row_eval_run(&f->eval, b, out, &rows)); /* what could not be evaluated did not come here */
    TRY(ask(f, b, rows, out->arena, &a));
    while (n_go < rows.n && a.state[n_go] != ASK_WAITS)
        n_go++;
    *ret = n_go > 0;
    b->n_sel = b->n = n_go;
    for (uint32_t c = 0; c < b->n_cols; c++)
        b->col[c].n = n_go;
    TRY(give(f, b, (Rows){n_go, rows.sel}, &a, out));
    for (uint32_t i = 0; i < n_go; i++) {
        TRY(hash_table_touch(f->rows, row[i]));
        hash_table_remove(f->rows, row[i]);
    }
    f->first += n_go;
    return 0;
}

static int fetch_more(Op *op, Out *out)
{
    OpFetch *f = (OpFetch *)op;
    uint32_t size = 16;
    bool goes = true;
    while (f->first < f->next && goes) {
        if (out_is_full(out))
            return OP_MORE;
        uint64_t n = MIN(size, f->next - f->first);
        if (f->n_marks > 0)
            n = MIN(n, f->mark[0].seq - f->first);
        TRY(release_some(f, (uint32_t)n, out, &goes));
        TRY(give_marks(f, out));
        size = MIN(2 * size, CHUNK);
    }
    count_state(f);
    return 0;
}

static int fetch_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpFetch *f = (OpFetch *)op;
    Rows rows;
    Answers a;
    uint32_t n = 0;
    if (input == 1)
        return fetch_more(op, out);
    TRY(row_eval_run(&f->eval, in, out, &rows));
    TRY(ask(f, in, rows, out->arena, &a));
    while (f->first == f->next && n < rows.n && a.state[n] != ASK_WAITS)
        n++;
    uint16_t *sel = arena_alloc(out->arena, (rows.n + 1) * sizeof(*sel));
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++)
        sel[i] = (uint16_t)row_at(rows, i);
    TRY(give(f, in, (Rows){n, sel}, &a, out));
    return keep_rows(f, in, (Rows){rows.n - n, sel + n}, out->arena);
}

static int fetch_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpFetch *f = (OpFetch *)op;
    if (input == 1)
        return 0;
    if (f->first == f->next)
        return out_mark(out, m.cls, m.wm_us);
    for (uint32_t i = f->n_marks; i-- > 0 && f->mark[i].seq == f->next;)
        if (f->mark[i].mark.cls == m.cls) {
            f->mark[i].mark.wm_us = MAX(f->mark[i].mark.wm_us, m.wm_us);
            return 0;
        }
    if (f->n_marks == f->cap_marks) {
        uint32_t cap = f->cap_marks ? 2 * f->cap_marks : 16;
        FetchMark *bigger = mem_realloc(op->env->acct, f->mark, f->cap_marks * sizeof(*bigger), cap * sizeof(*bigger));
        if (!bigger)
            return -ERR_OUT_OF_MEMORY;
        f->mark = bigger;
        f->cap_marks = cap;
    }
    f->mark[f->n_marks++] = (FetchMark){f->next, m};
    return 0;
}

/* ---- checkpoints ---- */

static void fetch_save(const Op *op, StrBuf *out)
{
    const OpFetch *f = (const OpFetch *)op;
    bytes_put_u64(out, f->first);
    bytes_put_u64(out, f->next);
    bytes_put_u64(out, f->n_marks);
    for (uint32_t i = 0; i < f->n_marks; i++) {
        bytes_put_u64(out, f->mark[i].seq);
        bytes_put_u64(out, f->mark[i].mark.cls);
        bytes_put_i64(out, f->mark[i].mark.wm_us);
    }
}

/* The rows are there again; what they wait for is not known to whoever answers. */
static int ask_again(OpFetch *f, Err *err)
{
    Arena arena;
    int rc = 0;
    arena_init(&arena, f->op.env->acct, 0);
    for (uint64_t at = f->first, next = f->next; rc >= 0 && at < next; at += CHUNK) {
        uint8_t **row;
        Batch *b;
        Rows rows;
        Answers a;
        Out out;
        uint32_t n = (uint32_t)MIN(CHUNK, next - at);
        out_init(&out, &arena, UINT32_MAX);
        f->first = at;
        rc = first_rows(f, n, &arena, &row, &b);
        if (rc >= 0)
            rc = row_eval_run(&f->eval, b, &out, &rows);
        if (rc >= 0)
            rc = ask(f, b, rows, &arena, &a);
        arena_reset(&arena);
    }
    arena_done(&arena);
    return rc < 0 ? RAISE_NOMEM(err) : 0;
}

static int fetch_restore(Op *op, ByteReader *in, Err *err)
{
    OpFetch *f = (OpFetch *)op;
    HashCursor at = {0};
    uint8_t *row[256];
    uint64_t first = bytes_u64(in), next = bytes_u64(in), n_marks = bytes_u64(in);
    if (next < first || next - first > hash_table_rows(f->rows))
        return RAISE(err, ERR_CORRUPT, "the rows that wait for a lookup are not whole");
    f->first = f->next = first;
    if (reserve(f, next - first) < 0)
        return RAISE_NOMEM(err);
    f->next = next;
    for (uint32_t n; (n = hash_table_next(f->rows, &at, row, ARRAY_LEN(row))) > 0;)
        for (uint32_t i = 0; i < n; i++) {
            uint64_t number = *number_of(f, row[i]);
            if (number < first || number >= next)
                return RAISE(err, ERR_CORRUPT, "the rows that wait for a lookup are not whole");
            f->queue[number & (f->cap - 1)] = row[i];
        }
    for (uint64_t i = 0; i < n_marks; i++) {
        uint64_t seq = bytes_u64(in);
        Mark m = {.cls = (uint32_t)bytes_u64(in)};
        Out none;
        m.wm_us = bytes_i64(in);
        f->next = seq;
        out_init(&none, op->env->step, UINT32_MAX);
        if (seq <= first || seq > next || fetch_mark(op, 0, m, &none) < 0)
            return RAISE(err, ERR_CORRUPT, "the rows that wait for a lookup are not whole");
    }
    f->next = next;
    count_state(f);
    int rc = ask_again(f, err);
    f->first = first;
    return rc;
}
static const OpKeep fetch_keep = {fetch_save, fetch_restore};

const OpType op_fetch = {
    .name = "fetch",
    .size = sizeof(OpFetch),
    .open = fetch_open,
    .push = fetch_push,
    .more = fetch_more,
    .mark = fetch_mark,
    .close = fetch_close,
    .keep = &fetch_keep,
};
