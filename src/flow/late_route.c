/* SPDX-License-Identifier: Apache-2.0
 *
 * Late route.  The vectors of the refused rows are shared, only what is said about them is made; the target takes the batch within
 * the same step, as any result of the query. */
#include "flow/late_route.h"

struct LateRoute {
    Account *acct;
    Feed *to;
    uint32_t from[]; /* to->schema->n */
};

const Field late_column_fields[N_LATE_COLUMNS] = {
    [LATE_REASON] = {"late_reason", TYPE(TEXT), true},
    [LATE_WATERMARK] = {"late_watermark", TYPE(TS), true},
    [LATE_WEIGHT] = {"late_weight", TYPE(I64), true},
    [LATE_TIME] = {"late_time", TYPE(TS), true},
};

Schema *late_route_schema(Account *acct, const Schema *row)
{
    Arena arena;
    arena_init(&arena, acct, 0);
    Field *f = ARENA_ARRAY(&arena, Field, row->n + N_LATE_COLUMNS);
    Schema *s = NULL;
    if (f) {
        memcpy(f, row->field, row->n * sizeof(*f));
        memcpy(f + row->n, late_column_fields, sizeof(late_column_fields));
        s = schema_new(acct, f, row->n + N_LATE_COLUMNS);
    }
    arena_done(&arena);
    return s;
}

static size_t route_bytes(const Feed *to)
{
    return sizeof(LateRoute) + to->schema->n * sizeof(uint32_t);
}

int late_route_new(Account *acct, Feed *to, const uint32_t *from, LateRoute **ret, Err *err)
{
    LateRoute *r = mem_zalloc(acct, route_bytes(to));
    if (!r)
        return RAISE_NOMEM(err);
    r->acct = acct;
    r->to = feed_ref(to);
    memcpy(r->from, from, to->schema->n * sizeof(*from));
    *ret = r;
    return 0;
}

void late_route_free(LateRoute *r)
{
    if (!r)
        return;
    size_t bytes = route_bytes(r->to);
    feed_unref(r->to);
    mem_free(r->acct, r, bytes);
}

static int put_reason(Vec *v, uint32_t n, LateWhy why, Arena *arena)
{
    const char *text = late_why_text(why);
    StrWriter w;
    TRY(vec_scratch(v, TYPE(TEXT), 1, arena));
    strwriter_init(&w, v, arena);
    TRY(strwriter_put(&w, 0, text, strlen(text)));
    TRY(strwriter_finish(&w));
    v->kind = VEC_CONST;
    v->n = n;
    return 0;
}

static int put_i64(Vec *v, Type t, uint32_t n, int64_t value, Arena *arena)
{
    TRY(vec_scratch(v, t, 1, arena));
    v->kind = VEC_CONST;
    v->n = n;
    *(int64_t *)v->data = value;
    return 0;
}

static int put_weight(Vec *v, const Batch *rows, Arena *arena)
{
    if (rows->w_kind != W_VEC)
        return put_i64(v, TYPE(I64), rows->n, rows->w_kind == W_ONE ? 1 : -1, arena);
    TRY(vec_scratch(v, TYPE(I64), rows->n, arena));
    for (uint32_t i = 0; i < rows->n; i++)
        ((int64_t *)v->data)[i] = rows->w[i];
    return 0;
}

static int put_null(Vec *v, Type t, uint32_t n, Arena *arena)
{
    static const uint64_t zeros[4];
    (void)arena;
    *v = (Vec){.kind = VEC_CONST, .type = t, .n = n, .data = (void *)zeros, .valid = (uint64_t *)zeros};
    return 0;
}

static int put_column(const LateRoute *r, uint32_t c, const Batch *rows, const OutItem *item, int64_t now_us, Vec *ret,
                      Arena *arena)
{
    uint32_t from = r->from[c];
    if (from == LATE_FROM_NOTHING)
        return put_null(ret, r->to->schema->field[c].type, rows->n, arena);
    if (from < rows->n_cols) {
        *ret = rows->col[from];
        return 0;
    }
    switch ((LateColumn)(from - rows->n_cols)) {
    case LATE_REASON: return put_reason(ret, rows->n, item->late_why, arena);
    case LATE_WATERMARK: return put_i64(ret, TYPE(TS), rows->n, item->late_wm_us, arena);
    case LATE_WEIGHT: return put_weight(ret, rows, arena);
    case LATE_TIME: return put_i64(ret, TYPE(TS), rows->n, now_us, arena);
    case N_LATE_COLUMNS: break;
    }
    return -ERR_INTERNAL;
}

/* The rows as they came into the query: an operator that keeps the places of rows has refused the same places of the leaf's batch.
 */
static const Batch *late_rows(const Pipeline *q, const OutItem *item)
{
    if (!q->plan->late_of_leaf)
        return item->batch;
    if (!q->leaf_batch || q->leaf_batch->n != item->batch->n)
        return NULL;
    Batch *b = batch_with_sel(q->env.step, q->leaf_batch, item->batch->sel, item->batch->n_sel);
    return b;
}

int late_route_take(void *self, Pipeline *q, const OutItem *item, Err *err)
{
    LateRoute *r = self;
    Arena *step = q->env.step;
    const Batch *rows = late_rows(q, item);
    if (r->to->closed)
        return 0;
    if (!rows)
        return RAISE(err, ERR_INTERNAL, "late rows of node %u have no place in the input", item->node->id);
    Batch *b = batch_scratch(step, r->to->schema, rows->n);
    if (!b)
        return RAISE_NOMEM(err);
    b->sel = rows->sel;
    b->n_sel = rows->n_sel;
    b->ptime_us = q->env.eval.now_us;
    b->epoch = q->env.epoch;
    for (uint32_t c = 0; c < b->n_cols; c++)
        if (put_column(r, c, rows, item, b->ptime_us, &b->col[c], step) < 0)
            return RAISE_NOMEM(err);
    return r->to->stored ? feed_take(r->to, b, step, err) : feed_emit(r->to, b, err);
}
