/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading groups of ordered rows: a cursor over the present or the old content, and output rows made of keys. */
#include "data/text_windows.h"
#include "exec/ranked.h"

/* ---- cursor ---- */

/* The entry that stands next in the tree and among the touches, whichever is first; a touched key counts as it did before. */
static void take(RankedCursor *c)
{
    bool touched = c->at < c->n_touches;
    c->has = c->in_tree || touched;
    if (!c->has)
        return;
    int side = !touched ? -1 : !c->in_tree ? 1 : key_cmp(c->tree_key, c->touch[c->at]->key);
    if (side < 0) {
        c->key = c->tree_key;
        c->count = c->tree_count;
    } else {
        c->key = c->touch[c->at]->key;
        c->count = c->touch[c->at]->old;
        c->at++;
    }
    if (side <= 0)
        c->in_tree = multi_next(c->r->rows, c->owner, &c->place, &c->tree_key, &c->tree_count);
}

void ranked_next(RankedCursor *c)
{
    do
        take(c);
    while (c->has && c->count <= 0);
}

void ranked_walk(RankedCursor *c, const Ranked *r, uint64_t owner, Touch *const *touch, uint32_t n_touches, Str from)
{
    *c = (RankedCursor){.r = r, .owner = owner, .touch = touch, .n_touches = n_touches};
    while (c->at < n_touches && key_cmp(touch[c->at]->key, from) < 0)
        c->at++;
    c->in_tree = multi_seek_place(c->r->rows, owner, from, false, &c->place, &c->tree_key, &c->tree_count);
    ranked_next(c);
}

/* ---- output ---- */

#define FIRST_PIECE ((size_t)4 << 10)

/* What rows are noted in until they are taken apart. */
static int begin_packed(RankedWriter *w)
{
    const Ranked *r = w->r;
    w->packed = (PackedRows){.row = arena_alloc(w->arena, w->cap * sizeof(*w->packed.row))};
    w->end = w->piece_end = NULL;
    w->piece_bytes = w->bytes = 0;
    if (!w->packed.row)
        return -ERR_OUT_OF_MEMORY;
    if (r->stays && !r->packed.has_texts)
        return 0;
    w->packed.bytes = arena_alloc(w->arena, w->cap * sizeof(*w->packed.bytes));
    w->packed.piece = arena_alloc(w->arena, w->cap * sizeof(*w->packed.piece));
    w->packed.data = arena_alloc(w->arena, (r->stays ? w->cap : RANKED_PIECES_MAX) * sizeof(*w->packed.data));
    return w->packed.bytes && w->packed.piece && w->packed.data ? 0 : -ERR_OUT_OF_MEMORY;
}

static bool is_written(const RankedWriter *w, const Schema *schema, uint32_t c)
{
    return type_is_string(schema->field[c].type.id) && !(w->r->is_packed && c < w->r->n_cols);
}

/* A batch, when its first row comes. */
static __attribute__((noinline)) int begin(RankedWriter *w)
{
    const Schema *schema = w->schema;
    w->n = 0;
    w->b = batch_scratch(w->arena, schema, w->cap);
    w->text = arena_alloc(w->arena, (schema->n + 1) * sizeof(*w->text));
    w->weight = arena_alloc(w->arena, w->cap * sizeof(*w->weight));
    if (!w->b || !w->text || !w->weight)
        return -ERR_OUT_OF_MEMORY;
    if (w->r->is_packed)
        TRY(begin_packed(w));
    for (uint32_t c = 0; c < schema->n; c++) {
        TRY(vec_scratch(&w->b->col[c], schema->field[c].type, w->cap, w->arena));
        if (is_written(w, schema, c))
            strwriter_init(&w->text[c], &w->b->col[c], w->arena);
    }
    w->b->epoch = w->r->op->env->epoch;
    w->b->ptime_us = w->r->op->env->eval.now_us;
    return 0;
}

void ranked_writer_init(RankedWriter *w, const Ranked *r, const Schema *schema, Arena *arena)
{
    *w = (RankedWriter){.r = r, .schema = schema, .arena = arena, .cap = BATCH_ROWS};
}

/* Memory for n more bytes of rows. */
static int piece_add(RankedWriter *w, size_t n)
{
    if (n > INT32_MAX || w->packed.n_pieces == RANKED_PIECES_MAX)
        return -ERR_PROGRAM_LIMIT;
    size_t bytes = MAX(n, w->piece_bytes ? 2 * MIN(w->piece_bytes, RANKED_WRITER_BYTES) : FIRST_PIECE);
    char *p = arena_alloc(w->arena, bytes);
    if (!p)
        return -ERR_OUT_OF_MEMORY;
    w->packed.data[w->packed.n_pieces++] = (const uint8_t *)p;
    w->end = p;
    w->piece_end = p + bytes;
    w->piece_bytes = bytes;
    return 0;
}

/* A copy: the group that it is of may change before all rows are taken apart. */
static int put_packed(RankedWriter *w, Str row)
{
    PackedRows *p = &w->packed;
    if (unlikely(row.n < w->r->packed.fixed_bytes))
        return -ERR_CORRUPT;
    if (unlikely(row.n > (size_t)(w->piece_end - w->end) || !w->end))
        TRY(piece_add(w, row.n));
    memcpy(w->end, row.p, row.n);
    p->row[w->n] = w->end;
    p->bytes[w->n] = (uint32_t)row.n;
    p->piece[w->n] = (uint16_t)(p->n_pieces - 1);
    w->end += row.n;
    w->bytes += row.n;
    return 0;
}

int ranked_writer_lend(RankedWriter *w, Str row)
{
    PackedRows *p = &w->packed;
    if (unlikely(!w->b))
        TRY(begin(w));
    p->row[w->n] = row.p;
    if (!w->r->packed.has_texts)
        return 0;
    if (unlikely(row.n < w->r->packed.fixed_bytes))
        return -ERR_CORRUPT;
    TextWindows windows = {p->data, p->n_pieces};
    int piece = text_window(&windows, row.p, row.n);
    if (unlikely(piece < 0))
        return piece;
    p->n_pieces = windows.n;
    p->bytes[w->n] = (uint32_t)row.n;
    p->piece[w->n] = (uint16_t)piece;
    return 0;
}

int ranked_writer_put(RankedWriter *w, Str key)
{
    size_t at = ranked_order_bytes(w->r, key) + (w->r->arrival ? sizeof(uint64_t) : 0);
    if (unlikely(!w->b))
        TRY(begin(w));
    if (w->r->is_packed)
        return put_packed(w, str_behind(key, at));
    for (uint32_t c = 0; c < w->r->n_cols; c++) {
        Value v;
        ArenaMark mark = arena_mark(w->arena);
        Vec *col = &w->b->col[c];
        int64_t wide;
        if (!col->valid && sortkey_get_wide(&w->r->col[c], key, &at, &wide)) {
            ((int64_t *)col->data)[w->n] = wide;
            continue;
        }
        if (!sortkey_get(&w->r->col[c], key, &at, w->arena, &v))
            return -ERR_OUT_OF_MEMORY; /* keys are ours, so they can be read */
        if (type_is_string(v.type.id) && !v.is_null && v.str.n <= STR_INLINE_MAX) {
            TRY(vec_put(&w->b->col[c], w->n, &v, &w->text[c], w->arena));
            arena_rewind(w->arena, mark); /* the text is in the vector */
            continue;
        }
        TRY(vec_put(&w->b->col[c], w->n, &v, &w->text[c], w->arena));
    }
    return 0;
}

int ranked_writer_done(RankedWriter *w, int64_t weight)
{
    if (weight > INT32_MAX || weight < -INT32_MAX)
        return -ERR_NUMERIC_RANGE;
    w->weight[w->n++] = (int32_t)weight;
    return 0;
}

int ranked_writer_flush(RankedWriter *w, Out *out)
{
    Batch *b = w->b;
    bool plus = true, minus = true;
    if (w->n == 0)
        return 0;
    for (uint32_t i = 0; i < w->n; i++) {
        plus &= w->weight[i] == 1;
        minus &= w->weight[i] == -1;
    }
    w->packed.n = w->n;
    if (w->r->is_packed)
        TRY(packed_get_rows(&w->r->packed, &w->packed, b->col, w->arena));
    for (uint32_t c = 0; c < b->n_cols; c++) {
        if (is_written(w, b->schema, c))
            TRY(strwriter_finish(&w->text[c]));
        b->col[c].n = w->n;
    }
    b->n = b->n_sel = w->n;
    b->w_kind = plus ? W_ONE : minus ? W_MINUS : W_VEC;
    b->w = plus || minus ? NULL : w->weight;
    w->b = NULL;
    w->n = 0;
    w->bytes = 0;
    return out_batch(out, b);
}
