/* SPDX-License-Identifier: Apache-2.0
 *
 * Sort of a bounded input, in memory: rows are copied into batches of their own, each with its sort key as bytes and its arrival
 * number, so that the order is total and equal keys keep theirs.  With a limit only the best limit + offset rows are kept: whenever
 * twice as many have come, the rest is thrown away, and rows beyond the worst kept one are not even copied.
 *
 * Where memory is limited, and all rows are wanted or many, what has come goes out as a sorted run each time that it has grown to a
 * share of the limit; the runs are merged at the end (sort_runs.h).
 *
 * Keys that are all numbers or times, of rows that only come and are all wanted, are sorted as words (sort_words.c).
 *
 * An input with deletes is netted: there the key goes on with the whole row, and neighbours of equal key add up.
 *
 * ORDER BY of a stream (each_step): what a step lets through is sorted and leaves with it.  Its first key is the time by which the
 * rows below leave, so all that leaves is in order, and between steps there is nothing. */
#include "exec/narrow_rows.h"
#include "exec/sort_runs.h"
#include "exec/sort_words.h"

typedef struct SortRow {
    uint64_t prefix; /* first 8 bytes of the key, big-endian */
    const char *key;
    uint32_t n, row; /* bytes of the key; row of the batch */
    uint64_t seq;
    Batch *batch;
    int64_t weight;
} SortRow;

typedef struct SortBatch SortBatch;
struct SortBatch {
    SortBatch *next;
    Batch *batch;
};

typedef struct OpSort {
    Op op;
    const PhysSort *node;
    RowEval eval;
    SortSpec *spec;
    bool net;       /* the input may carry deletes */
    int64_t keep;   /* rows, -1 = all */
    Arena arena[2]; /* keys and the batch list; two, so that what is kept can move over */
    uint32_t side;
    SortBatch *batches;
    SortRow *rows, *spare;
    uint64_t n, cap, seq;
    bool has_bound;
    SortRow bound; /* the worst row that is still wanted */
    uint64_t bound_head[2];
    bool by_words;
    WordSort words;
    NarrowRows packed; /* of words: the rows as they leave, where they have more than one column */
    int64_t copies;    /* of the row at `at` that have not been given, by words */
    SortRuns runs;     /* what has gone out */
    int64_t held;      /* bytes of what is here, where it may go out */
    bool merging;
    SortedRow next, ahead; /* while merging: the row that is given, as long as its weight is above 0; and the entry behind it */
    bool peeked;           /* ahead has been read and not used */
    StrBuf key;
    bool sorted;
    uint64_t at;        /* emitted so far */
    int64_t skip, left; /* of OFFSET and LIMIT */
} OpSort;

static int sort_open(Op *op, const PhysNode *node, Err *err)
{
    OpSort *s = (OpSort *)op;
    const PhysSort *p = (const PhysSort *)node;
    uint32_t n_cols = node->schema->n;
    s->node = p;
    s->net = node->in[0]->props.change != CHANGE_APPEND;
    s->skip = MAX(p->offset, 0);
    s->left = p->limit;
    if (!s->net && (p->limit < 0 || __builtin_add_overflow(p->limit, s->skip, &s->keep)))
        s->keep = -1;
    if (s->net)
        s->keep = -1;
    arena_init(&s->arena[0], op->env->acct, 0);
    arena_init(&s->arena[1], op->env->acct, 0);
    sb_init(&s->key, op->env->acct);
    s->spec = ARENA_ARRAY(op->env->plan, SortSpec, p->n + n_cols + 1);
    if (!s->spec)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < p->n; i++) {
        s->spec[i] = (SortSpec){p->keys[i]->type, p->desc[i], p->nulls_first[i], .by_value = true};
    }
    for (uint32_t i = 0; i < n_cols; i++) {
        s->spec[p->n + i] = (SortSpec){.type = node->schema->field[i].type};
    }
    if (!p->each_step)
        TRY(sort_runs_open(&s->runs, op->env, node->schema, err));
    s->by_words = !s->net && s->keep < 0 && !p->each_step && !s->runs.table && word_sort_takes(s->spec, p->n);
    if (s->by_words)
        TRY(word_sort_open(&s->words, op, node->in[0]->schema, p->keys, s->spec, p->n, err));
    TRY(narrow_rows_init(&s->packed, op->env->acct, op->env->plan, s->words.rows.n_cols, err));
    return row_eval_open(&s->eval, op, node->in[0]->schema, p->keys, p->n, err);
}

/* ---- order ---- */

static uint64_t key_prefix(Str key)
{
    uint64_t p = 0;
    memcpy(&p, key.p, MIN(key.n, sizeof(p)));
    return __builtin_bswap64(p);
}

static int cmp_keys(const SortRow *a, const SortRow *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    int c = memcmp(a->key, b->key, MIN(a->n, b->n));
    return c ? c : (a->n > b->n) - (a->n < b->n);
}

static bool is_before(const SortRow *a, const SortRow *b)
{
    int c = cmp_keys(a, b);
    return c ? c < 0 : a->seq < b->seq;
}

/* Bottom-up merge sort: stable, no recursion; the result is in s->rows. */
static int sort_rows(OpSort *s)
{
    if (s->n < 2)
        return 0;
    s->spare = mem_alloc(s->op.env->acct, s->n * sizeof(*s->spare));
    if (!s->spare)
        return -ERR_OUT_OF_MEMORY;
    SortRow *from = s->rows, *to = s->spare;
    for (uint64_t width = 1; width < s->n; width *= 2) {
        for (uint64_t lo = 0; lo < s->n; lo += 2 * width) {
            uint64_t mid = MIN(lo + width, s->n), hi = MIN(lo + 2 * width, s->n), a = lo, b = mid;
            for (uint64_t i = lo; i < hi; i++)
                to[i] = a < mid && (b >= hi || !is_before(&from[b], &from[a])) ? from[a++] : from[b++];
        }
        SortRow *t = from;
        from = to;
        to = t;
    }
    if (from != s->rows)
        memcpy(s->rows, from, s->n * sizeof(*from));
    mem_free(s->op.env->acct, s->spare, s->n * sizeof(*s->spare));
    s->spare = NULL;
    return 0;
}

/* ---- collecting ---- */

static int reserve(OpSort *s, uint32_t more)
{
    if (s->n + more <= s->cap)
        return 0;
    uint64_t cap = MAX(s->cap * 2, s->n + MAX(more, BATCH_ROWS));
    SortRow *rows = mem_realloc(s->op.env->acct, s->rows, s->cap * sizeof(*rows), cap * sizeof(*rows));
    if (!rows)
        return -ERR_OUT_OF_MEMORY;
    s->rows = rows;
    s->cap = cap;
    return 0;
}

static int make_key(OpSort *s, const Batch *in, uint32_t r, Str *ret)
{
    sb_clear(&s->key);
    for (uint32_t k = 0; k < s->node->n; k++)
        sortkey_put_row(&s->key, &s->spec[k], &s->eval.vec[k], r);
    for (uint32_t c = 0; s->net && c < in->n_cols; c++)
        sortkey_put_row(&s->key, &s->spec[s->node->n + c], &in->col[c], r);
    *ret = sb_str(&s->key);
    return s->key.failed ? -ERR_OUT_OF_MEMORY : 0;
}

/* Takes over a batch made by batch_own. */
static int hold_batch(OpSort *s, Batch *give_b, Arena *arena)
{
    SortBatch *hold = give_b ? arena_alloc(arena, sizeof(*hold)) : NULL;
    if (!hold) {
        batch_unref(give_b);
        return -ERR_OUT_OF_MEMORY;
    }
    *hold = (SortBatch){s->batches, give_b};
    s->batches = hold;
    return 0;
}

/* Rows of the sorted array as a batch. */
static Batch *gather_rows(const OpSort *s, uint64_t at, uint32_t n, Arena *arena)
{
    const Batch **from = arena_alloc(arena, n * sizeof(*from));
    uint16_t *row = arena_alloc(arena, n * sizeof(*row));
    Batch *b = batch_scratch(arena, s->op.node->schema, n);
    if (!from || !row || !b)
        return NULL;
    for (uint32_t i = 0; i < n; i++) {
        from[i] = s->rows[at + i].batch;
        row[i] = (uint16_t)s->rows[at + i].row;
    }
    for (uint32_t c = 0; c < b->n_cols; c++)
        if (vec_collect(&b->col[c], b->col[c].type, from, row, n, c, arena) < 0)
            return NULL;
    return b;
}

/* Sorts what is there, keeps the best, and moves that to the other arena and to new batches. */
static int prune(OpSort *s)
{
    Account *acct = s->op.env->acct;
    TRY(sort_rows(s));
    uint64_t n = MIN(s->n, (uint64_t)s->keep);
    SortBatch *old = s->batches;
    Arena *to = &s->arena[!s->side], *step = s->op.env->step;
    int rc = 0;
    s->batches = NULL;
    for (uint64_t at = 0; at < n && rc == 0; at += BATCH_ROWS) {
        uint32_t n_some = (uint32_t)MIN(n - at, BATCH_ROWS);
        ArenaMark mark = arena_mark(step);
        Batch *b = gather_rows(s, at, n_some, step);
        rc = b ? 0 : -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < n_some && rc == 0; i++) {
            SortRow *r = &s->rows[at + i];
            r->key = arena_memdup(to, r->key, r->n);
            rc = r->key ? 0 : -ERR_OUT_OF_MEMORY;
        }
        if (rc == 0)
            rc = hold_batch(s, batch_own(acct, b), to);
        for (uint32_t i = 0; i < n_some && rc == 0; i++) {
            s->rows[at + i].batch = s->batches->batch;
            s->rows[at + i].row = i;
        }
        arena_rewind(step, mark);
    }
    for (; old; old = old->next)
        batch_unref(old->batch);
    arena_reset(&s->arena[s->side]);
    s->side = !s->side;
    s->n = n;
    s->has_bound = n == (uint64_t)s->keep && n > 0;
    if (s->has_bound) {
        s->bound = s->rows[n - 1];
        Str rest = {s->bound.key + MIN(s->bound.n, 8), s->bound.n - MIN(s->bound.n, 8)};
        s->bound_head[0] = s->bound.prefix;
        s->bound_head[1] = key_prefix(rest);
    }
    return rc;
}

/* Leaves out rows that by the heads of their keys come after the worst one that is wanted: then nearly all of a long input. */
static int drop_beyond(const OpSort *s, Rows *rows, Arena *arena)
{
    uint32_t n_cols = MIN(s->node->n, 2), n = 0;
    if (n_cols == 0)
        return 0;
    uint64_t(*head)[2] = arena_alloc(arena, rows->n * sizeof(*head));
    uint16_t *sel = arena_alloc(arena, rows->n * sizeof(*sel));
    if (!head || !sel)
        return -ERR_OUT_OF_MEMORY;
    while (n_cols > 1 && !sortkey_heads(s->spec, s->eval.vec, n_cols, *rows, head))
        n_cols--;
    if (n_cols == 1 && !sortkey_least_heads(s->spec, s->eval.vec, *rows, head))
        return 0;
    for (uint32_t i = 0; i < rows->n; i++) {
        sel[n] = (uint16_t)row_at(*rows, i);
        n += !(head[i][0] > s->bound_head[0] || (head[i][0] == s->bound_head[0] && head[i][1] > s->bound_head[1]));
    }
    *rows = (Rows){n, sel};
    return 0;
}

static void forget_held(OpSort *s)
{
    for (SortBatch *b = s->batches; b; b = b->next)
        batch_unref(b->batch);
    s->batches = NULL;
    arena_reset(&s->arena[s->side]);
    arena_trim(&s->arena[s->side]);
    mem_free(s->op.env->acct, s->rows, s->cap * sizeof(*s->rows));
    s->rows = NULL;
    s->n = s->cap = 0;
    s->has_bound = false;
    s->held = 0;
}

/* What is here, in order, as a run. */
static int put_out(OpSort *s)
{
    Arena *step = s->op.env->step;
    TRY(sort_rows(s));
    TRY(sort_runs_begin(&s->runs));
    uint64_t n = s->keep < 0 ? s->n : MIN(s->n, (uint64_t)s->keep);
    for (uint64_t at = 0; at < n; at += BATCH_ROWS) {
        uint32_t n_some = (uint32_t)MIN(n - at, BATCH_ROWS);
        ArenaMark mark = arena_mark(step);
        Str *key = arena_alloc(step, n_some * sizeof(*key));
        uint64_t *seq = arena_alloc(step, n_some * sizeof(*seq));
        int64_t *weight = arena_alloc(step, n_some * sizeof(*weight));
        Batch *b = key && seq && weight ? gather_rows(s, at, n_some, step) : NULL;
        if (!b)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < n_some; i++) {
            const SortRow *r = &s->rows[at + i];
            key[i] = (Str){r->key, r->n};
            seq[i] = s->net ? 0 : r->seq; /* equal rows add up */
            weight[i] = r->weight;
        }
        TRY(sort_runs_add(&s->runs, b, key, seq, weight, step));
        arena_rewind(step, mark);
    }
    forget_held(s);
    return 0;
}

/* The rows of a batch, those that are wanted by now. */
static int collect(OpSort *s, Batch *in, Rows rows, Arena *scratch)
{
    Arena *arena = &s->arena[s->side];
    if (s->has_bound)
        TRY(drop_beyond(s, &rows, scratch));
    if (rows.n == 0)
        return 0;
    TRY(reserve(s, rows.n));
    uint16_t *sel = arena_alloc(scratch, rows.n * sizeof(*sel));
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        Str key;
        TRY(make_key(s, in, r, &key));
        SortRow row = {key_prefix(key), key.p, (uint32_t)key.n, n, s->seq++, NULL, batch_weight(in, r)};
        if (row.weight == 0 || (s->has_bound && !is_before(&row, &s->bound)))
            continue;
        row.key = arena_memdup(arena, key.p, key.n);
        if (!row.key)
            return -ERR_OUT_OF_MEMORY;
        sel[n++] = (uint16_t)r;
        s->rows[s->n + n - 1] = row;
    }
    if (n == 0)
        return 0;
    Batch *some = batch_with_sel(scratch, in, sel, n);
    if (!some)
        return -ERR_OUT_OF_MEMORY;
    TRY(hold_batch(s, batch_own(s->op.env->acct, some), arena));
    for (uint32_t i = 0; i < n; i++)
        s->rows[s->n + i].batch = s->batches->batch;
    s->n += n;
    return s->keep > 0 && s->n >= 2 * (uint64_t)s->keep + BATCH_ROWS_MAX ? prune(s) : 0;
}

static int sort_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpSort *s = (OpSort *)op;
    Rows rows;
    (void)input;
    TRY(row_eval_run(&s->eval, in, out, &rows));
    if (s->keep == 0 || rows.n == 0)
        return 0;
    if (s->by_words)
        return word_sort_add(&s->words, in, rows, s->eval.vec, op->env->step);
    int64_t before = atomic_load(&op->env->acct->bytes);
    TRY(collect(s, in, rows, out->arena));
    if (s->runs.table) {
        s->held += atomic_load(&op->env->acct->bytes) - before;
        if (s->held >= s->runs.budget)
            TRY(put_out(s));
    }
    return 0;
}

/* ---- giving ---- */

/* Adds up neighbours of equal key (which has the whole row). */
static void net_rows(OpSort *s)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < s->n;) {
        SortRow r = s->rows[i++];
        while (i < s->n && cmp_keys(&r, &s->rows[i]) == 0)
            r.weight += s->rows[i++].weight;
        s->op.c.neg_rows += r.weight < 0;
        if (r.weight > 0)
            s->rows[n++] = r;
    }
    s->n = n;
}

/* The next rows as one batch; a row of weight w counts as w rows for LIMIT and OFFSET and leaves as w rows. */
static Batch *next_batch(OpSort *s, Arena *arena)
{
    const Batch **from = arena_alloc(arena, BATCH_ROWS * sizeof(*from));
    uint16_t *row = arena_alloc(arena, BATCH_ROWS * sizeof(*row));
    uint32_t n = 0;
    if (!from || !row)
        return NULL;
    while (s->at < s->n && n < BATCH_ROWS && s->left != 0) {
        SortRow *r = &s->rows[s->at];
        if (r->weight <= 0) {
            s->at++;
            continue;
        }
        if (s->skip > 0) {
            int64_t skipped = MIN(s->skip, r->weight);
            s->skip -= skipped;
            r->weight -= skipped;
            continue;
        }
        from[n] = r->batch;
        row[n++] = (uint16_t)r->row;
        r->weight--;
        s->left -= s->left > 0;
    }
    Batch *b = batch_scratch(arena, s->op.node->schema, n);
    for (uint32_t c = 0; b && c < b->n_cols; c++)
        if (vec_collect(&b->col[c], b->col[c].type, from, row, n, c, arena) < 0)
            return NULL;
    return b;
}

/* The same of rows that were sorted by words. */
static Batch *next_by_words(OpSort *s, Arena *arena)
{
    const KeptRows *kept = &s->words.rows;
    uint32_t *row = arena_alloc(arena, BATCH_ROWS * sizeof(*row)), n = 0;
    if (!row)
        return NULL;
    while (s->at < s->n && n < BATCH_ROWS && s->left != 0) {
        uint32_t r = s->words.order[s->at];
        if (s->copies == 0)
            s->copies = MAX(kept_rows_weight(kept, r - 1), 0);
        int64_t skipped = MIN(s->skip, s->copies);
        s->skip -= skipped;
        s->copies -= skipped;
        if (s->copies > 0) {
            row[n++] = r;
            s->copies--;
            s->left -= s->left > 0;
        }
        s->at += s->copies == 0;
    }
    Batch *b = batch_header(arena, s->op.node->schema, n);
    for (uint32_t c = 0; b && c < b->n_cols; c++) {
        int rc = s->packed.from ? narrow_rows_read(&s->packed, c, row, (Rows){n, NULL}, n, &b->col[c], arena)
                                : kept_rows_read(kept, c, row, (Rows){n, NULL}, n, &b->col[c], arena);
        if (rc < 0)
            return NULL;
    }
    return b;
}

/* ---- merged runs ---- */

/* The next row with all its entries: of an input with deletes runs may have it with counts of both signs. */
static int read_merged(OpSort *s)
{
    while (s->next.weight <= 0) {
        int there = s->peeked ? 1 : sort_runs_next(&s->runs, &s->ahead);
        if (there <= 0)
            return there;
        sb_clear(&s->key); /* the row's own key and bytes: what is ahead is read over them */
        sb_put(&s->key, s->ahead.key.p, s->ahead.key.n);
        sb_put(&s->key, s->ahead.packed.p, s->ahead.packed.n);
        s->next.weight = s->ahead.weight;
        s->peeked = false;
        size_t n_key = s->ahead.key.n;
        while (s->net && (there = sort_runs_next(&s->runs, &s->ahead)) > 0) {
            if (!str_eq(s->ahead.key, (Str){sb_str(&s->key).p, n_key})) {
                s->peeked = true;
                break;
            }
            s->next.weight += s->ahead.weight;
        }
        if (there < 0 || s->key.failed)
            return there < 0 ? there : -ERR_OUT_OF_MEMORY;
        s->next.packed = (Str){sb_str(&s->key).p + n_key, s->key.n - n_key};
        s->op.c.neg_rows += s->next.weight < 0;
    }
    return 1;
}

#define PIECE_BYTES ((size_t)1 << 20) /* of rows that leave as a batch */

/* The next rows, packed behind each other in `bytes`; row[i] is where each begins there. */
static int merged_rows(OpSort *s, StrBuf *bytes, size_t *row, uint32_t *len, uint32_t *ret_n)
{
    uint32_t n = 0;
    while (n < BATCH_ROWS && bytes->n < PIECE_BYTES && s->left != 0) {
        int there = read_merged(s);
        if (there < 0)
            return there;
        if (!there)
            break;
        int64_t skipped = MIN(s->skip, s->next.weight);
        s->skip -= skipped;
        s->next.weight -= skipped;
        size_t at = bytes->n;
        if (s->next.weight > 0)
            sb_putstr(bytes, s->next.packed);
        for (; s->next.weight > 0 && n < BATCH_ROWS && s->left != 0; s->next.weight--) {
            row[n] = at;
            len[n++] = (uint32_t)s->next.packed.n;
            s->left -= s->left > 0;
        }
    }
    *ret_n = n;
    return bytes->failed ? -ERR_OUT_OF_MEMORY : 0;
}

/* *ret NULL: there are no more. */
static int next_merged(OpSort *s, Arena *arena, Batch **ret)
{
    size_t *at = arena_alloc(arena, BATCH_ROWS * sizeof(*at));
    uint32_t *len = arena_alloc(arena, BATCH_ROWS * sizeof(*len)), n;
    const char **row = arena_alloc(arena, BATCH_ROWS * sizeof(*row));
    uint16_t *piece = arena_zalloc(arena, BATCH_ROWS * sizeof(*piece));
    StrBuf bytes;
    *ret = NULL;
    if (!at || !len || !row || !piece)
        return -ERR_OUT_OF_MEMORY;
    sb_init(&bytes, s->op.env->acct);
    int rc = merged_rows(s, &bytes, at, len, &n);
    const char *kept = rc == 0 ? arena_memdup(arena, sb_str(&bytes).p ? sb_str(&bytes).p : "", MAX(bytes.n, 1)) : NULL;
    sb_done(&bytes);
    if (rc < 0 || n == 0)
        return rc;
    if (!kept)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        row[i] = kept + at[i];
    const uint8_t **data = arena_memdup(arena, &kept, sizeof(kept)); /* the texts refer to it */
    if (!data)
        return -ERR_OUT_OF_MEMORY;
    PackedRows rows = {.n = n, .row = row, .bytes = len, .piece = piece, .data = data, .n_pieces = 1};
    Batch *b = batch_scratch(arena, s->op.node->schema, n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < b->n_cols; c++)
        TRY(vec_scratch(&b->col[c], b->col[c].type, n, arena));
    TRY(packed_get_rows(&s->runs.layout, &rows, b->col, arena));
    *ret = b;
    return 0;
}

static int merge_more(OpSort *s, Out *out)
{
    for (;;) {
        Batch *b;
        if (out_is_full(out))
            return OP_MORE;
        TRY(next_merged(s, out->arena, &b));
        if (!b)
            return op_mark_release(&s->op, out);
        TRY(out_batch(out, b));
    }
}

/* What a step gave has left. */
static void forget_rows(OpSort *s)
{
    for (SortBatch *b = s->batches; b; b = b->next)
        batch_unref(b->batch);
    s->batches = NULL;
    arena_reset(&s->arena[s->side]);
    s->n = s->at = s->seq = 0;
    s->sorted = false;
}

static int sort_more(Op *op, Out *out)
{
    OpSort *s = (OpSort *)op;
    if (s->merging)
        return merge_more(s, out);
    while (s->at < s->n && s->left != 0) {
        if (out_is_full(out))
            return OP_MORE;
        Batch *b = s->by_words ? next_by_words(s, out->arena) : next_batch(s, out->arena);
        if (!b)
            return -ERR_OUT_OF_MEMORY;
        TRY(out_batch(out, b));
    }
    if (s->node->each_step)
        forget_rows(s);
    return op_mark_release(op, out);
}

/* Sorted rows leave from all over: one that lies in one place is waited for once. */
static int sort_by_words(OpSort *s)
{
    KeptRows *kept = &s->words.rows;
    uint32_t n_cols = s->op.node->schema->n;
    TRY(word_sort_run(&s->words));
    s->n = kept->n;
    if (n_cols < 2 || kept->n == 0)
        return 0;
    bool *cols = arena_zalloc(s->op.env->step, (kept->n_cols + 1) * sizeof(*cols));
    if (!cols)
        return -ERR_OUT_OF_MEMORY;
    memset(cols, true, n_cols * sizeof(*cols));
    TRY(narrow_rows_build(&s->packed, kept, cols, NULL, kept->n));
    for (uint32_t c = 0; c < kept->n_cols; c++)
        kept_rows_forget(kept, c);
    return 0;
}

static int sort_flush(Op *op, FlushWhy why, Out *out)
{
    OpSort *s = (OpSort *)op;
    if ((why != FLUSH_END && !s->node->each_step) || s->sorted)
        return 0;
    s->sorted = s->merging = s->runs.n > 0;
    if (s->merging) {
        TRY(s->n > 0 ? put_out(s) : 0);
        TRY(sort_runs_merge(&s->runs));
        return merge_more(s, out);
    }
    TRY(s->by_words ? sort_by_words(s) : sort_rows(s));
    if (s->net)
        net_rows(s);
    s->sorted = true;
    return sort_more(op, out);
}

/* Marks wait for the rows: those of a step have left when one comes. */
static int sort_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    TRY(op_mark_hold(op, input, m));
    return ((OpSort *)op)->node->each_step ? op_mark_release(op, out) : 0;
}

static void sort_close(Op *op)
{
    OpSort *s = (OpSort *)op;
    mem_free(op->env->acct, s->rows, s->cap * sizeof(*s->rows));
    mem_free(op->env->acct, s->spare, s->spare ? s->n * sizeof(*s->spare) : 0);
    forget_rows(s);
    sort_runs_close(&s->runs);
    narrow_rows_done(&s->packed);
    word_sort_done(&s->words);
    arena_done(&s->arena[0]);
    arena_done(&s->arena[1]);
    sb_done(&s->key);
}

const OpType op_sort = {
    .name = "sort",
    .size = sizeof(OpSort),
    .open = sort_open,
    .push = sort_push,
    .more = sort_more,
    .mark = sort_mark,
    .flush = sort_flush,
    .close = sort_close,
    .keep = &op_keeps_tables, /* each_step: empty then */
};
