/* SPDX-License-Identifier: Apache-2.0
 *
 * MATCH_RECOGNIZE: rows in order per partition (exec/ranked.h), matches from the first row on that may begin one.
 *
 * Over a stream a row is final when the watermark has passed it.  Whenever rows of a partition become final, and when the time of a
 * match that could still grow is over, the partition is looked at: matches that are decided leave, and with them the rows before
 * the first that may begin another, but for those that conditions look back on.  Over input that ends everything is done at the
 * end. */
#include "exec/match_eval.h"

typedef struct MatchState { /* the operator's part of a group's row */
    uint32_t start;         /* row in the tree that is tried next; UINT32_MAX: a new group */
    uint32_t judged;        /* rows in the tree whose errors have been reported */
    uint64_t number;        /* 2 * matches so far + whether rows have left the tree */
} MatchState;
_Static_assert(sizeof(MatchState) == sizeof(((RankedRow *)0)->bound), "takes the place of the bound");

typedef struct OutSlot { /* values of one output column, row by row */
    const Batch **from;  /* NULL = NULL */
    uint16_t *at;
    int64_t *number;
} OutSlot;

typedef struct OpMatch {
    Op op;
    const PhysMatch *node;
    Ranked r;
    MatchRows rows;
    RankedDue due;
    int64_t wm_us;
    HashCursor at; /* of the end */
    bool ending;
    Batch *names; /* of the variables */
    /* Rows of output that are being gathered, in rows.arena. */
    OutSlot *slot;
    uint32_t n_out;
} OpMatch;

static MatchState *match_state(const OpMatch *m, uint8_t *row)
{
    return (MatchState *)(void *)ranked_row(&m->r, row)->bound;
}

/* ---- opening ---- */

/* A batch of one column and no schema: what output is collected from that is no row of the input. */
static Batch *bare_column(Arena *arena, Type type, uint32_t n)
{
    Batch *b = arena_zalloc(arena, sizeof(*b) + sizeof(Vec));
    if (!b || vec_scratch(&b->col[0], type, n, arena) < 0)
        return NULL;
    b->n = b->n_sel = n;
    b->n_cols = 1;
    return b;
}

static int make_names(OpMatch *m, Err *err)
{
    Arena *plan = m->op.env->plan;
    const Match *match = &m->node->match;
    StrWriter w;
    m->names = bare_column(plan, TYPE(TEXT), match->n_vars);
    if (!m->names)
        return RAISE_NOMEM(err);
    strwriter_init(&w, &m->names->col[0], plan);
    int rc = 0;
    for (uint32_t i = 0; i < match->n_vars && rc >= 0; i++)
        rc = strwriter_put(&w, i, match->vars[i].name, strlen(match->vars[i].name));
    return rc < 0 || strwriter_finish(&w) < 0 ? RAISE_NOMEM(err) : 0;
}

static int match_open(Op *op, const PhysNode *node, Err *err)
{
    OpMatch *m = (OpMatch *)op;
    m->node = (const PhysMatch *)node;
    const Match *match = &m->node->match;
    m->wm_us = INT64_MIN;
    TRY(match_rows_open(&m->rows, op, match, err));
    RankedOpen o = {.part = match->part,
                    .n_part = match->n_part,
                    .order = match->order,
                    .n_order = match->n_order,
                    .desc = match->desc,
                    .nulls_first = match->nulls_first,
                    .time_part = -1,
                    .own_bytes = sizeof(int64_t)};
    TRY(ranked_open(&m->r, op, &o, err));
    ranked_due_init(&m->due, op->env->acct);
    m->slot = ARENA_ARRAY(op->env->plan, OutSlot, node->schema->n + 1);
    return m->slot ? make_names(m, err) : RAISE_NOMEM(err);
}

static void match_close(Op *op)
{
    OpMatch *m = (OpMatch *)op;
    match_rows_close(&m->rows);
    ranked_close(&m->r);
    ranked_due_done(&m->due);
}

/* ---- rows in ---- */

static int add_row(void *self, const Batch *in, RankedChange *c)
{
    OpMatch *m = self;
    MatchState *s = match_state(m, c->row);
    Str key;
    size_t n_order;
    int64_t after;
    if (m->node->stream) {
        RankedGroup *g;
        bool is_new;
        TRY(ranked_touch_group(&m->r, c, &g, &is_new));
    }
    if (s->start == UINT32_MAX)
        *s = (MatchState){0};
    TRY(ranked_key(&m->r, in, c, &key, &n_order));
    return ranked_add(&m->r, c, key, &after);
}

static int match_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpMatch *m = (OpMatch *)op;
    (void)input;
    if (m->node->stream)
        TRY(ranked_take_late(&m->r, m->node->match.order[0]->col, m->wm_us, in, out, &in));
    return ranked_push(&m->r, in, out, add_row, m);
}

/* ---- due times ---- */

/* When the next row is final, or when the match that waits cannot grow any more. */
static int set_due(OpMatch *m, HashTable *table, uint8_t *row)
{
    TRY(hash_table_need(table, row));
    uint64_t owner = ranked_row(&m->r, row)->owner;
    const MatchState *s = match_state(m, row);
    int64_t due = RANKED_AT_END, count, over;
    Str key;
    if (s->start == UINT32_MAX || s->start >= multi_total(m->r.rows, owner))
        return ranked_due_clear(&m->r, &m->due, table, row);
    if (multi_nth(m->r.rows, owner, ranked_rows_before(&m->r, owner, m->wm_us), &key, &count))
        due = ranked_key_time(key);
    if (m->node->match.within_us >= 0 && multi_nth(m->r.rows, owner, s->start, &key, &count) &&
        !__builtin_add_overflow(ranked_key_time(key), m->node->match.within_us, &over))
        due = MIN(due, MAX(over, m->wm_us));
    return ranked_due_set(&m->r, &m->due, table, row, due);
}

/* ---- rows out ---- */

static int out_begin(OpMatch *m)
{
    Arena *arena = &m->rows.arena;
    m->n_out = 0;
    for (uint32_t c = 0; c < m->op.node->schema->n; c++) {
        OutSlot *s = &m->slot[c];
        s->from = arena_alloc(arena, BATCH_ROWS * sizeof(*s->from));
        s->at = arena_alloc(arena, BATCH_ROWS * sizeof(*s->at));
        s->number = arena_alloc(arena, BATCH_ROWS * sizeof(*s->number));
        if (!s->from || !s->at || !s->number)
            return -ERR_OUT_OF_MEMORY;
    }
    return 0;
}

static int out_column(OpMatch *m, uint32_t c, Batch *b, Arena *arena)
{
    const MatchSlot *slot = &m->node->match.out[c];
    const OutSlot *s = &m->slot[c];
    const Batch *some = NULL;
    if (slot->what == MATCH_NUMBER) {
        TRY(vec_scratch(&b->col[c], slot->type, m->n_out, arena));
        memcpy(b->col[c].data, s->number, m->n_out * sizeof(*s->number));
        return 0;
    }
    for (uint32_t i = 0; i < m->n_out && !some; i++)
        some = s->from[i];
    if (!some) {
        some = bare_column(arena, slot->type, 1);
        if (!some)
            return -ERR_OUT_OF_MEMORY;
        if (type_is_string(slot->type.id))
            memset(some->col[0].data, 0, sizeof(StrView));
    }
    const Batch **from = arena_memdup(arena, s->from, m->n_out * sizeof(*from));
    if (!from)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < m->n_out; i++)
        if (!s->from[i]) {
            from[i] = some;
            s->at[i] = 0;
        }
    bool of_row = some->schema != NULL; /* of the input */
    TRY(vec_collect(&b->col[c], slot->type, from, s->at, m->n_out, of_row ? slot->col[0] : 0, arena));
    for (uint32_t i = 0; i < m->n_out; i++) {
        if (s->from[i])
            continue;
        TRY(vec_add_valid(&b->col[c], arena));
        bit_clear(b->col[c].valid, i);
    }
    return 0;
}

static int out_flush(OpMatch *m, Out *out)
{
    if (m->n_out == 0)
        return 0;
    Batch *b = batch_scratch(out->arena, m->op.node->schema, m->n_out);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < b->n_cols; c++)
        TRY(out_column(m, c, b, out->arena));
    b->epoch = m->op.env->epoch;
    b->ptime_us = m->op.env->eval.now_us;
    TRY(out_batch(out, b));
    m->n_out = 0;
    return 0;
}

static int agg_value(OpMatch *m, const MatchSlot *slot, uint32_t now, OutSlot *s)
{
    Arena *arena = &m->rows.arena;
    Batch *b = bare_column(arena, slot->type, 1);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    s->from[m->n_out] = b;
    s->at[m->n_out] = 0;
    return match_slot_agg(&m->rows, slot, now, arena, &b->col[0]);
}

/* One row of output: `now` rows of the match count for RUNNING, `current` is the row it stands on. */
static int put_row(OpMatch *m, uint32_t now, uint32_t current, Out *out)
{
    MatchRows *r = &m->rows;
    for (uint32_t c = 0; c < m->op.node->schema->n; c++) {
        const MatchSlot *slot = &m->node->match.out[c];
        OutSlot *s = &m->slot[c];
        int64_t row = -1;
        uint32_t n = slot->final ? r->length : now;
        s->from[m->n_out] = NULL;
        switch (slot->what) {
        case MATCH_ROW: row = current; break;
        case MATCH_COLUMN: row = match_slot_row(r, slot, now); break;
        case MATCH_AGG: TRY(agg_value(m, slot, now, s)); break;
        case MATCH_NUMBER: s->number[m->n_out] = (int64_t)r->number; break;
        case MATCH_CLASSIFIER:
            if (n > 0) {
                s->from[m->n_out] = m->names;
                s->at[m->n_out] = r->label[n - 1];
            }
            break;
        }
        if (row >= 0) {
            s->from[m->n_out] = r->from[row];
            s->at[m->n_out] = r->at[row];
        }
    }
    return ++m->n_out == BATCH_ROWS ? out_flush(m, out) : 0;
}

static int put_match(OpMatch *m, Out *out)
{
    const MatchRows *r = &m->rows;
    if (!m->node->match.all_rows || r->length == 0)
        return put_row(m, r->length, r->start, out);
    for (uint32_t i = 0; i < r->length; i++)
        TRY(put_row(m, i + 1, r->start + i, out));
    return 0;
}

/* Where the next match is looked for: -1 = AFTER MATCH SKIP TO leads nowhere, or to where this one began. */
static int64_t next_start(const OpMatch *m)
{
    const MatchRows *r = &m->rows;
    const Match *match = &m->node->match;
    if (r->length == 0 || match->after == AFTER_NEXT_ROW)
        return (int64_t)r->start + 1;
    if (match->after == AFTER_LAST_ROW)
        return (int64_t)r->start + r->length;
    for (uint32_t k = 0; k < r->length; k++) {
        uint32_t i = match->after == AFTER_TO_FIRST ? k : r->length - 1 - k;
        if (match->after_vars >> r->label[i] & 1)
            return i == 0 ? -1 : (int64_t)r->start + i;
    }
    return -1;
}

/* Looks for matches until one is not decided or the rows are over; *ret_start is where to go on. */
static int find_matches(OpMatch *m, uint32_t start, uint32_t *ret_start, Out *out)
{
    MatchRows *r = &m->rows;
    while (start < r->n) {
        r->start = start;
        r->number++;
        int truth = match_run(r);
        if (truth != MATCH_YES)
            r->number--;
        if (truth < 0)
            return truth;
        if (truth == MATCH_LATER)
            break;
        if (truth == MATCH_NO) {
            start++;
            continue;
        }
        TRY(put_match(m, out));
        int64_t next = next_start(m);
        if (next < 0)
            TRY(match_blame(r, start, ERR_INVALID_PARAMETER,
                            "AFTER MATCH SKIP leads to the first row of the match or to a variable that has no row"));
        start = next < 0 ? start + 1 : (uint32_t)next;
    }
    *ret_start = start;
    return 0;
}

/* Drops rows that no match and no condition needs any more. */
static int forget(OpMatch *m, RankedGroup *g)
{
    RankedRow *x = ranked_row(&m->r, g->row);
    MatchState *s = match_state(m, g->row);
    int64_t drop = (int64_t)s->start - m->node->match.back, count, after;
    Str key;
    for (; drop > 0 && multi_nth(m->r.rows, x->owner, 0, &key, &count); drop -= count) {
        Str copy = {arena_memdup(&m->rows.arena, key.p, key.n), key.n};
        if (!copy.p)
            return -ERR_OUT_OF_MEMORY;
        count = MIN(count, drop);
        TRY(multi_add(m->r.rows, &x->owner, g->bucket, copy, -count, &after, NULL));
        s->start -= (uint32_t)count;
        s->judged -= (uint32_t)MIN(count, (int64_t)s->judged);
        s->number |= 1;
    }
    return 0;
}

static int give_group(OpMatch *m, RankedGroup *g, Out *out)
{
    MatchState *s = match_state(m, g->row);
    MatchRows *r = &m->rows;
    uint64_t owner = ranked_row(&m->r, g->row)->owner;
    int64_t n = ranked_rows_before(&m->r, owner, m->wm_us);
    uint32_t start = s->start;
    if (n > INT32_MAX)
        return -ERR_PROGRAM_LIMIT;
    r->ended = m->wm_us == INT64_MAX;
    r->wm_us = m->wm_us;
    r->whole = !(s->number & 1);
    r->number = s->number >> 1;
    r->judged = s->judged;
    TRY(match_rows_read(r, &m->r, owner, (uint32_t)n, out));
    TRY(out_begin(m));
    TRY(find_matches(m, start, &start, out));
    TRY(out_flush(m, out));
    TRY(hash_table_touch(g->table, g->row));
    s->number = r->number << 1 | (s->number & 1);
    s->start = start;
    s->judged = r->n;
    return forget(m, g);
}

static int give_due(OpMatch *m, Out *out)
{
    HashTable *table = bucket_find(m->r.buckets, INT64_MIN);
    const DueRow *first;
    while ((first = ranked_due_first(&m->due)) != NULL && (first->us < m->wm_us || m->wm_us == INT64_MAX)) {
        if (out_is_full(out))
            return OP_MORE;
        RankedGroup g = {.table = table, .bucket = INT64_MIN, .row = first->row};
        TRY(ranked_due_clear(&m->r, &m->due, table, g.row));
        TRY(give_group(m, &g, out));
        if (m->wm_us != INT64_MAX)
            TRY(set_due(m, table, g.row));
    }
    ranked_count_state(&m->r, &m->op.c);
    return op_mark_release(&m->op, out);
}

/* The end of rows without a clock: group by group. */
static int give_all(OpMatch *m, Out *out)
{
    HashTable *table = bucket_find(m->r.buckets, INT64_MIN);
    uint8_t *row;
    m->wm_us = INT64_MAX;
    m->ending = true;
    while (table) {
        if (out_is_full(out))
            return OP_MORE;
        if (hash_table_next(table, &m->at, &row, 1) == 0)
            break;
        RankedGroup g = {.table = table, .bucket = INT64_MIN, .row = row};
        TRY(give_group(m, &g, out));
    }
    m->ending = false;
    ranked_count_state(&m->r, &m->op.c);
    return op_mark_release(&m->op, out);
}

static int match_more(Op *op, Out *out)
{
    OpMatch *m = (OpMatch *)op;
    return m->ending ? give_all(m, out) : give_due(m, out);
}

static int match_flush(Op *op, FlushWhy why, Out *out)
{
    OpMatch *m = (OpMatch *)op;
    if (!m->node->stream)
        return why == FLUSH_END ? give_all(m, out) : 0;
    for (uint32_t i = 0; i < m->r.n_groups; i++)
        TRY(set_due(m, m->r.group[i].table, m->r.group[i].row));
    ranked_forget_touches(&m->r);
    ranked_count_state(&m->r, &op->c);
    return 0;
}

static int match_mark(Op *op, uint32_t input, Mark mark, Out *out)
{
    OpMatch *m = (OpMatch *)op;
    TRY(op_mark_hold(op, input, mark));
    if (!m->node->stream)
        return 0;
    if (mark.cls != m->node->clock)
        return op_mark_release(op, out);
    m->wm_us = MAX(m->wm_us, mark.wm_us);
    return give_due(m, out);
}

/* ---- checkpoints ---- */

static void match_save(const Op *op, StrBuf *out)
{
    bytes_put_i64(out, ((const OpMatch *)op)->wm_us);
}

static int match_restore(Op *op, ByteReader *in, Err *err)
{
    OpMatch *m = (OpMatch *)op;
    HashCursor at = {0};
    uint8_t *row;
    m->wm_us = bytes_i64(in);
    ranked_restore(&m->r);
    HashTable *table = bucket_find(m->r.buckets, INT64_MIN);
    ranked_count_state(&m->r, &op->c);
    while (table && hash_table_next(table, &at, &row, 1) > 0) {
        ranked_row(&m->r, row)->flags = 0;
        if (set_due(m, table, row) < 0)
            return RAISE_NOMEM(err);
    }
    return 0;
}
static const OpKeep match_keep = {match_save, match_restore};

const OpType op_match = {
    .name = "match",
    .size = sizeof(OpMatch),
    .open = match_open,
    .push = match_push,
    .more = match_more,
    .mark = match_mark,
    .flush = match_flush,
    .keep = &match_keep,
    .close = match_close,
};
