/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of ordered rows: finding groups, keys, touches. */
#include "exec/ranked.h"

#include <stdlib.h>

#define SEQ_BYTES 8u
#define HEAD_COLUMNS 2u /* sortkey_heads takes no more */
#define AHEAD 8u        /* rows whose collections are on their way into the cache */

/* ---- life ---- */

static int open_columns(Ranked *r, const RankedOpen *o, Err *err)
{
    const Schema *in = r->op->node->in[0]->schema;
    Arena *plan = r->op->env->plan;
    r->order = ARENA_ARRAY(plan, SortSpec, o->n_order + 1);
    r->col = ARENA_ARRAY(plan, SortSpec, in->n + 1);
    r->key = ARENA_ARRAY(plan, const Vec *, o->n_part + 1);
    if (!r->order || !r->col || !r->key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < o->n_order; i++)
        r->order[i] = (SortSpec){o->order[i]->type, o->desc[i], o->nulls_first[i], .by_value = true};
    for (uint32_t i = 0; i < in->n; i++)
        r->col[i] = (SortSpec){.type = in->field[i].type};
    r->is_packed = r->arrival;
    return packed_init(&r->packed, in, plan) ? 0 : RAISE_NOMEM(err);
}

int ranked_open(Ranked *r, Op *op, const RankedOpen *o, Err *err)
{
    OpEnv *env = op->env;
    uint32_t n = o->n_part + o->n_order + o->n_extra;
    Expr **all = ARENA_ARRAY(env->plan, Expr *, n + 1);
    Type *type = ARENA_ARRAY(env->plan, Type, o->n_part + 1);
    r->op = op;
    r->n_part = o->n_part;
    r->n_order = o->n_order;
    r->n_cols = op->node->in[0]->schema->n;
    r->arrival = op->node->in[0]->props.change == CHANGE_APPEND;
    r->time_part = o->time_part;
    r->closed_us = INT64_MIN;
    arena_init(&r->touch_arena, env->acct, 0);
    sb_init(&r->text, env->acct);
    if (!all || !type)
        return RAISE_NOMEM(err);
    if (o->n_part)
        memcpy(all, o->part, o->n_part * sizeof(*all));
    if (o->n_order)
        memcpy(all + o->n_part, o->order, o->n_order * sizeof(*all));
    if (o->n_extra)
        memcpy(all + o->n_part + o->n_order, o->extra, o->n_extra * sizeof(*all));
    TRY(open_columns(r, o, err));
    ranked_look_at_order(r);
    TRY(row_eval_open(&r->eval, op, op->node->in[0]->schema, all, n, err));
    for (uint32_t i = 0; i < o->n_part; i++) {
        type[i] = o->part[i]->type;
        r->key[i] = &r->eval.vec[i];
    }
    TRY(row_layout_init(&r->layout, env->acct, type, o->n_part, sizeof(RankedRow) + o->own_bytes, err));
    r->buckets = bucket_table_new(env->pages, &r->layout, env->next_table_id++, err);
    if (!r->buckets)
        return -ERR_OUT_OF_MEMORY;
    r->rows = multi_table_new(env->pages, env->next_table_id++, err);
    return r->rows ? 0 : -ERR_OUT_OF_MEMORY;
}

void ranked_close(Ranked *r)
{
    if (!r->op)
        return;
    bucket_table_free(r->buckets);
    multi_table_free(r->rows);
    row_layout_done(&r->layout);
    mem_free(r->op->env->acct, r->group, r->cap_groups * sizeof(*r->group));
    arena_done(&r->touch_arena);
    sb_done(&r->text);
}

void ranked_count_state(const Ranked *r, OpCounters *c)
{
    c->state_rows = bucket_table_rows(r->buckets);
    c->state_bytes = bucket_table_bytes(r->buckets) + multi_table_bytes(r->rows);
}

/* ---- finding groups ---- */

static int64_t bucket_of(const Ranked *r, uint32_t phys)
{
    if (r->time_part < 0)
        return INT64_MIN;
    const Vec *v = &r->eval.vec[r->time_part];
    if (vec_is_null(v, phys))
        return INT64_MAX; /* no watermark passes what has no time */
    return ((const int64_t *)vec_values(v)->data)[vec_phys(v, phys)];
}

/* Rows of the first row's bucket into sel; the others move to rest. */
static void split_bucket(const Ranked *r, Rows rows, int64_t bucket, uint16_t *sel, uint32_t *n_sel, uint16_t *rest,
                         uint32_t *n_rest)
{
    *n_sel = *n_rest = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint16_t phys = (uint16_t)row_at(rows, i);
        if (bucket_of(r, phys) == bucket)
            sel[(*n_sel)++] = phys;
        else
            rest[(*n_rest)++] = phys;
    }
}

/* Rows of a batch on the way into their groups. */
typedef struct Wave {
    const Batch *in;
    Rows rows;
    uint8_t **row;       /* of the i-th: its group */
    uint64_t (*head)[2]; /* NULL: not known */
    uint16_t *place;     /* which of them are taken */
    uint32_t n;          /* places */
    char *packed;        /* memory of the rows that are packed at a time */
    size_t packed_bytes;
} Wave;

/* Those that are not behind the bound of their group already. */
static int list_places(const Ranked *r, Wave *w, Arena *step)
{
    bool bounds = r->has_bounds && w->head;
    w->n = 0;
    w->place = arena_alloc(step, MAX(w->rows.n, 1) * sizeof(*w->place));
    if (!w->place)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < w->rows.n; i++) {
        w->place[w->n] = (uint16_t)i;
        w->n += !bounds || !ranked_is_beyond(ranked_row(r, w->row[i]), w->head[i]);
    }
    return 0;
}

#define PACK_ROWS 64u

/* The columns of the rows at n places from `from` on. */
static int pack_places(const Ranked *r, Wave *w, uint32_t from, uint32_t n, Arena *step, Str *ret)
{
    uint16_t sel[PACK_ROWS];
    size_t bytes[PACK_ROWS], total = 0;
    char *to[PACK_ROWS];
    for (uint32_t i = 0; i < n; i++)
        sel[i] = (uint16_t)row_at(w->rows, w->place[from + i]);
    packed_measure(&r->packed, w->in->col, (Rows){n, sel}, bytes);
    for (uint32_t i = 0; i < n; i++)
        total += bytes[i];
    if (total > w->packed_bytes || !w->packed) {
        w->packed_bytes = total + total / 2;
        w->packed = arena_alloc(step, MAX(w->packed_bytes, 1));
    }
    char *p = w->packed;
    if (!p)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; p += bytes[i++]) {
        to[i] = p;
        ret[i] = (Str){p, bytes[i]};
    }
    packed_put_rows(&r->packed, w->in->col, (Rows){n, sel}, to);
    return 0;
}

static int push_wave(Ranked *r, Wave *w, RankedChange *c, Arena *step, int (*each)(void *self, const Batch *in, RankedChange *c),
                     void *self)
{
    Str packed[PACK_ROWS] = {0};
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t at = w->place[i];
        if (i % PACK_ROWS == 0 && r->is_packed)
            TRY(pack_places(r, w, i, MIN(w->n - i, PACK_ROWS), step, packed));
        if (i + AHEAD < w->n)
            multi_prefetch(r->rows, ranked_row(r, w->row[w->place[i + AHEAD]])->owner);
        c->head = w->head ? w->head[at] : NULL;
        c->phys = row_at(w->rows, at);
        c->row = w->row[at];
        c->weight = batch_weight(w->in, c->phys);
        c->packed = packed[i % PACK_ROWS];
        if (c->weight != 0)
            TRY(each(self, w->in, c));
    }
    return 0;
}

static bool has_nulls(const Batch *in)
{
    for (uint32_t i = 0; i < in->n_cols; i++)
        if (in->col[i].valid || vec_values(&in->col[i])->valid)
            return true;
    return false;
}

/* The groups of the rows; one where all have the same. */
static int find_groups(Ranked *r, Wave *w, Rows rows, HashTable *table, Arena *step)
{
    uint64_t *hash = arena_alloc(step, MAX(rows.n, 1) * sizeof(*hash));
    uint64_t *is_new = arena_alloc(step, (BIT_WORDS(rows.n) + 1) * sizeof(*is_new));
    if (!hash || !is_new)
        return -ERR_OUT_OF_MEMORY;
    kernel_hash(r->key, r->n_part, rows, hash);
    TRY(hash_table_upsert(table, r->key, hash, rows, w->row, is_new, NULL));
    for (uint32_t k = 0; k < BIT_WORDS(rows.n); k++)
        for (uint64_t bits = is_new[k]; bits; bits &= bits - 1) {
            RankedRow *x = ranked_row(r, w->row[k * 64 + (uint32_t)__builtin_ctzll(bits)]);
            x->bound[0] = x->bound[1] = UINT64_MAX;
        }
    return 0;
}

/* Rows of one group. */
static int find_one_group(Ranked *r, Wave *w, HashTable *table, Arena *step)
{
    TRY(find_groups(r, w, (Rows){1, w->rows.sel}, table, step));
    for (uint32_t i = 1; i < w->rows.n; i++)
        w->row[i] = w->row[0];
    return 0;
}

/* Where rows of one group end that may be wanted: at its bound, or, when it has none yet, where there are enough of the batch. */
static bool end_of_group(const Ranked *r, const Batch *in, HashTable *table, Rows rows, uint64_t *ret_head)
{
    uint64_t hash;
    uint8_t *row = NULL;
    if (table) {
        kernel_hash(r->key, r->n_part, (Rows){1, rows.sel}, &hash);
        hash_table_find(table, r->key, &hash, (Rows){1, rows.sel}, &row);
    }
    *ret_head = row ? ranked_row(r, row)->bound[0] : UINT64_MAX;
    if (*ret_head != UINT64_MAX)
        return true;
    return r->suffices > 0 && in->w_kind == W_ONE &&
           sortkey_kth(&r->order[0], &r->eval.vec[r->n_part], rows, r->suffices, ret_head);
}

/* Rows of one group leave those up to its end: what lies behind is not looked at any more.  table: its bucket; NULL = not there. */
static int drop_in_group(Ranked *r, const Batch *in, HashTable *table, Rows *rows, Arena *step)
{
    Rows all = *rows;
    uint64_t head;
    uint32_t n;
    if (!r->has_bounds || r->n_order == 0 || all.n < 2 || !end_of_group(r, in, table, all, &head))
        return 0;
    uint16_t *place = arena_alloc(step, all.n * sizeof(*place));
    if (!place)
        return -ERR_OUT_OF_MEMORY;
    if (!sortkey_to(&r->order[0], &r->eval.vec[r->n_part], all, head, place, &n))
        return 0;
    for (uint32_t i = 0; i < n; i++)
        place[i] = (uint16_t)row_at(all, place[i]);
    *rows = (Rows){n, place};
    return 0;
}

static int push_bucket(Ranked *r, const Batch *in, Rows rows, int64_t bucket, Arena *step,
                       int (*each)(void *self, const Batch *in, RankedChange *c), void *self)
{
    RankedChange c = {.bucket = bucket};
    Wave w = {.in = in, .rows = rows};
    w.row = arena_alloc(step, MAX(rows.n, 1) * sizeof(*w.row));
    if (!w.row)
        return -ERR_OUT_OF_MEMORY;
    TRY(bucket_get(r->buckets, bucket, &c.table, NULL));
    bool one = vecs_are_const(r->key, r->n_part), of_time = !one && r->n_part == 1 && r->time_part == 0;
    if (of_time) /* rows that cannot have been looked at before they were split */
        TRY(drop_in_group(r, in, c.table, &w.rows, step));
    rows = w.rows;
    if (rows.n == 0)
        return 0;
    TRY(one || of_time ? find_one_group(r, &w, c.table, step) : find_groups(r, &w, rows, c.table, step));
    w.head = arena_alloc(step, MAX(rows.n, 1) * sizeof(*w.head));
    if (!w.head)
        return -ERR_OUT_OF_MEMORY;
    if (!sortkey_heads(r->order, r->eval.vec + r->n_part, r->n_order, rows, w.head))
        w.head = NULL;
    c.is_wide = w.head && r->wide_cols && !has_nulls(in);
    TRY(list_places(r, &w, step));
    return push_wave(r, &w, &c, step, each, self);
}

static size_t text_bytes(const Vec *v, uint32_t phys)
{
    return type_is_string(v->type.id) && !vec_is_null(v, phys) ? vec_str(vec_values(v), vec_phys(v, phys)).n : 0;
}

/* Bytes of strings decide whether a key can become too long. */
static bool may_be_long(const Ranked *r, const Batch *in, uint32_t phys)
{
    size_t n = 32u * (r->n_cols + r->n_order) + SEQ_BYTES;
    for (uint32_t c = 0; c < r->n_cols; c++)
        n += 2 * text_bytes(&in->col[c], phys);
    for (uint32_t k = 0; k < r->n_order; k++)
        n += 2 * text_bytes(&r->eval.vec[r->n_part + k], phys);
    return n > MULTI_KEY_MAX;
}

VECTOR_CLONES static size_t longest_of(const StrView *restrict s, uint32_t n)
{
    int32_t most = 0;
    for (uint32_t i = 0; i < n; i++)
        most = MAX(most, s[i].n);
    return (size_t)most;
}

static size_t longest_text(const Vec *v, Rows rows)
{
    size_t n = 0;
    if (!type_is_string(v->type.id))
        return 0;
    if (v->kind == VEC_FLAT && !v->valid) {
        const StrView *s = v->data;
        int32_t most = 0;
        for (uint32_t i = 0; i < rows.n && rows.sel; i++)
            most = MAX(most, s[rows.sel[i]].n);
        return rows.sel ? (size_t)most : longest_of(s, rows.n);
    }
    for (uint32_t i = 0; i < rows.n; i++)
        n = MAX(n, text_bytes(v, row_at(rows, i)));
    return n;
}

/* The longest texts of all columns together: mostly that is little, and no row has to be looked at. */
static bool none_is_long(const Ranked *r, const Batch *in, Rows rows)
{
    size_t n = 32u * (r->n_cols + r->n_order) + SEQ_BYTES;
    for (uint32_t c = 0; c < r->n_cols; c++)
        n += 2 * longest_text(&in->col[c], rows);
    for (uint32_t k = 0; k < r->n_order; k++)
        n += 2 * longest_text(&r->eval.vec[r->n_part + k], rows);
    return n <= MULTI_KEY_MAX;
}

static int refuse_long(Ranked *r, Batch *in, Out *out, Rows *rows)
{
    EvalCtx *x = &r->op->env->eval;
    bool any = false;
    if (none_is_long(r, in, *rows))
        return 0;
    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t phys = row_at(*rows, i);
        if (likely(!may_be_long(r, in, phys)))
            continue;
        if (!any)
            eval_ctx_clear(x, in->n);
        any = true;
        row_error(x, phys, ERR_PROGRAM_LIMIT, "a row that is ordered may take %u bytes", MULTI_KEY_MAX);
    }
    return any ? row_eval_blame(r->op, in, out, *rows, rows) : 0;
}

static int send_late(Ranked *r, const Batch *in, const uint16_t *sel, uint32_t n, Out *out)
{
    uint16_t *late = arena_memdup(out->arena, sel, n * sizeof(*sel));
    Batch *b = late ? batch_with_sel(out->arena, in, late, n) : NULL;
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    r->op->c.late += n;
    return out_late(out, r->op->node, b, LATE_WINDOW, r->closed_us);
}

/* Nearly all, where the group is there already. */
static int drop_beyond(Ranked *r, const Batch *in, Rows *rows, Arena *step)
{
    if (!r->has_bounds || rows->n < 2 || !vecs_are_const(r->key, r->n_part))
        return 0;
    int64_t bucket = bucket_of(r, row_at(*rows, 0));
    return bucket < r->closed_us ? 0 : drop_in_group(r, in, bucket_find(r->buckets, bucket), rows, step);
}

int ranked_push(Ranked *r, Batch *in, Out *out, int (*each)(void *self, const Batch *in, RankedChange *c), void *self)
{
    Arena *step = r->op->env->step;
    Rows rows;
    TRY(row_eval_run(&r->eval, in, out, &rows));
    TRY(drop_beyond(r, in, &rows, step));
    TRY(refuse_long(r, in, out, &rows));
    if (rows.n == 0)
        return 0;
    if (r->time_part < 0)
        return push_bucket(r, in, rows, INT64_MIN, step, each, self);
    if (r->eval.vec[r->time_part].kind == VEC_CONST && bucket_of(r, row_at(rows, 0)) >= r->closed_us)
        return push_bucket(r, in, rows, bucket_of(r, row_at(rows, 0)), step, each, self);
    uint16_t *sel = arena_alloc(step, rows.n * sizeof(*sel)), *rest[2];
    rest[0] = arena_alloc(step, rows.n * sizeof(*sel));
    rest[1] = arena_alloc(step, rows.n * sizeof(*sel));
    if (!sel || !rest[0] || !rest[1])
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t side = 0; rows.n > 0; side = !side) {
        uint32_t n, n_rest;
        int64_t bucket = bucket_of(r, row_at(rows, 0));
        split_bucket(r, rows, bucket, sel, &n, rest[side], &n_rest);
        if (bucket < r->closed_us)
            TRY(send_late(r, in, sel, n, out));
        else
            TRY(push_bucket(r, in, (Rows){n, sel}, bucket, step, each, self));
        rows = (Rows){n_rest, rest[side]};
    }
    return 0;
}

/* ---- keys ---- */

int ranked_key_begin(Ranked *r, const RankedChange *c, Str *ret, size_t *ret_order)
{
    StrBuf *b = &r->text;
    char wide[HEAD_COLUMNS * 9];
    sb_clear(b);
    if (c->head) /* so they are wide */
        sb_put(b, wide, (size_t)(sortkey_write_wide(wide, r->order, r->eval.vec + r->n_part, r->n_order, c->phys) - wide));
    for (uint32_t i = 0; i < r->n_order && !c->head; i++)
        sortkey_put_row(b, &r->order[i], &r->eval.vec[r->n_part + i], c->phys);
    *ret_order = b->n;
    if (r->arrival) {
        uint64_t seq = __builtin_bswap64(ranked_row(r, c->row)->seq);
        sb_put(b, &seq, SEQ_BYTES);
    }
    *ret = sb_str(b);
    return b->failed ? -ERR_OUT_OF_MEMORY : 0;
}

int ranked_key_end(Ranked *r, const Batch *in, const RankedChange *c, Str *ret)
{
    StrBuf *b = &r->text;
    if (r->is_packed)
        sb_put(b, c->packed.p, c->packed.n);
    for (uint32_t i = 0; !r->is_packed && i < r->n_cols; i++)
        sortkey_put_row(b, &r->col[i], &in->col[i], c->phys);
    *ret = sb_str(b);
    return b->failed ? -ERR_OUT_OF_MEMORY : 0;
}

static int key_of_wide(Ranked *r, const Batch *in, const RankedChange *c, Str *ret, size_t *ret_order)
{
    StrBuf *b = &r->text;
    sb_clear(b);
    if (!sb_reserve(b, (r->n_order + r->n_cols) * SORTKEY_WIDE_BYTES))
        return -ERR_OUT_OF_MEMORY;
    char *end = sortkey_write_wide(b->p, r->order, r->eval.vec + r->n_part, r->n_order, c->phys);
    *ret_order = (size_t)(end - b->p);
    end = sortkey_write_wide(end, r->col, in->col, r->n_cols, c->phys);
    b->n = (size_t)(end - b->p);
    *ret = sb_str(b);
    return 0;
}

int ranked_key(Ranked *r, const Batch *in, const RankedChange *c, Str *ret, size_t *ret_order)
{
    if (c->is_wide)
        return key_of_wide(r, in, c, ret, ret_order);
    TRY(ranked_key_begin(r, c, ret, ret_order));
    return ranked_key_end(r, in, c, ret);
}

int ranked_add(Ranked *r, const RankedChange *c, Str key, int64_t *ret_after)
{
    RankedRow *x = ranked_row(r, c->row);
    TRY(hash_table_touch(c->table, c->row));
    x->seq += r->arrival;
    int rc = multi_add(r->rows, &x->owner, c->bucket, key, c->weight, ret_after, NULL);
    if (rc >= 0 && *ret_after < 0)
        r->op->c.neg_rows++;
    return rc;
}

void ranked_restore(Ranked *r)
{
    for (uint32_t i = 0; i < r->n_order; i++)
        r->order[i].by_value = !r->op->env->orders_as_written;
}

void ranked_look_at_order(Ranked *r)
{
    r->wide_order = true;
    for (uint32_t i = 0; i < r->n_order; i++)
        r->wide_order &= sortkey_is_wide(&r->order[i]);
    r->wide_cols = !r->is_packed;
    for (uint32_t i = 0; i < r->n_cols && r->wide_cols; i++)
        r->wide_cols = sortkey_is_wide(&r->col[i]);
}

size_t ranked_order_length(const Ranked *r, Str key)
{
    size_t at = 0;
    for (uint32_t i = 0; i < r->n_order; i++)
        at += sortkey_length(&r->order[i], key, at);
    return at;
}

Str ranked_after_peers(Str order, Arena *arena)
{
    char *p = arena_alloc(arena, order.n + 1);
    if (!p)
        return (Str){0};
    memcpy(p, order.p, order.n);
    p[order.n] = (char)0xff;
    return (Str){p, order.n + 1};
}

/* ---- touches ---- */

int ranked_touch_group(Ranked *r, const RankedChange *c, RankedGroup **ret, bool *ret_new)
{
    RankedRow *x = ranked_row(r, c->row);
    *ret_new = x->dirty >= r->n_groups || r->group[x->dirty].row != c->row;
    if (*ret_new) {
        if (r->n_groups == r->cap_groups) {
            uint32_t cap = r->cap_groups ? r->cap_groups * 2 : 64;
            RankedGroup *more = mem_realloc(r->op->env->acct, r->group, r->cap_groups * sizeof(*more), cap * sizeof(*more));
            if (!more)
                return -ERR_OUT_OF_MEMORY;
            r->group = more;
            r->cap_groups = cap;
        }
        TRY(hash_table_touch(c->table, c->row));
        x->dirty = r->n_groups;
        r->group[r->n_groups++] = (RankedGroup){.table = c->table, .bucket = c->bucket, .row = c->row};
    }
    *ret = &r->group[x->dirty];
    return 0;
}

int ranked_touch(Ranked *r, RankedGroup *g, Str key, int64_t old)
{
    Touch *t = arena_alloc(&r->touch_arena, sizeof(*t));
    char *p = arena_memdup(&r->touch_arena, key.p, key.n);
    if (!t || !p)
        return -ERR_OUT_OF_MEMORY;
    *t = (Touch){g->touches, {p, key.n}, old};
    g->touches = t;
    g->n_touches++;
    return 0;
}

static int touch_cmp(const void *a, const void *b)
{
    return key_cmp((*(Touch *const *)a)->key, (*(Touch *const *)b)->key);
}

/* Bottom-up merge: stable, so of equal keys the first one touched stays first. */
static void sort_touches(Touch **list, Touch **spare, uint32_t n)
{
    Touch **from = list, **to = spare;
    for (uint32_t width = 1; width < n; width *= 2) {
        for (uint32_t lo = 0; lo < n; lo += 2 * width) {
            uint32_t mid = MIN(lo + width, n), hi = MIN(lo + 2 * width, n), a = lo, b = mid;
            for (uint32_t i = lo; i < hi; i++)
                to[i] = a < mid && (b >= hi || touch_cmp(&from[b], &from[a]) >= 0) ? from[a++] : from[b++];
        }
        Touch **t = from;
        from = to;
        to = t;
    }
    if (from != list)
        memcpy(list, from, n * sizeof(Touch *));
}

int ranked_sorted(Ranked *r, RankedGroup *g, Touch ***ret, uint32_t *ret_n)
{
    uint32_t n = g->n_touches, k = 0;
    Touch **list = arena_alloc(&r->touch_arena, (n + 1) * sizeof(*list));
    Touch **spare = arena_alloc(&r->touch_arena, (n + 1) * sizeof(*spare));
    if (!list || !spare)
        return -ERR_OUT_OF_MEMORY;
    for (Touch *t = g->touches; t; t = t->next)
        list[--n] = t;
    n = g->n_touches;
    sort_touches(list, spare, n);
    for (uint32_t i = 0; i < n; i++)
        if (i == 0 || !str_eq(list[k - 1]->key, list[i]->key))
            list[k++] = list[i];
    *ret = list;
    *ret_n = k;
    return 0;
}

void ranked_trim(Ranked *r, const RankedGroup *g)
{
    if (ranked_row(r, g->row)->owner == 0)
        hash_table_remove(g->table, g->row);
}

void ranked_drop(Ranked *r, HashTable *table, uint8_t *row)
{
    multi_drop(r->rows, ranked_row(r, row)->owner);
    hash_table_remove(table, row);
}

void ranked_drop_bucket(Ranked *r, int64_t bucket)
{
    HashTable *t = bucket_find(r->buckets, bucket);
    HashCursor at = {0};
    uint8_t *row[64];
    uint32_t n;
    while (t && (n = hash_table_next(t, &at, row, ARRAY_LEN(row))) > 0)
        for (uint32_t i = 0; i < n; i++)
            multi_drop(r->rows, ranked_row(r, row[i])->owner);
    bucket_drop(r->buckets, bucket);
}

void ranked_forget_touches(Ranked *r)
{
    r->n_groups = 0;
    arena_reset(&r->touch_arena);
}
