/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregates for the tests: the input relation (k, x, s, b, ts), a list of calls of every kind, and their naive evaluation over the
 * plain list of a group's rows. */
#pragma once
#include "exec/exec_gen.h"

enum { COL_K, COL_X, COL_S, COL_B, COL_TS, N_COLS };
typedef struct InRow {
    int64_t k, x, ts; /* NULL: INT64_MIN (k, x) */
    int s;            /* index of a text, -1 = NULL */
    int b;            /* -1 = NULL */
    int32_t w;
} InRow;
#define NONE INT64_MIN

static const char *const gen_texts[] = {"",  "a", "twelve chars", "sixteen chars ok", "a text that is longer than sixteen bytes",
                                        "zz"};
#define N_TEXTS ((int)ARRAY_LEN(gen_texts))

static inline Schema *input_schema(void)
{
    static const char *const names[] = {"k", "x", "s", "b", "ts"};
    const Type types[] = {TYPE(I64), TYPE(I64), TYPE(TEXT), TYPE(BOOL), TYPE(TS)};
    return schema_of(names, types, N_COLS);
}

/* A batch of the rows, some of them behind a selection with junk between. */
typedef struct Input {
    Batch *b;
    int32_t *w;
    uint16_t *sel;
} Input;
static inline void put_row(Builder *bl, const InRow *r)
{
    const int64_t v[] = {r->k, r->x};
    for (uint32_t c = 0; c < 2; c++) {
        ((int64_t *)builder_data(bl, c))[bl->n] = v[c];
        if (v[c] == NONE)
            builder_null(bl, c);
    }
    if (r->s < 0)
        builder_null(bl, COL_S);
    else
        assert_int_equal(builder_str(bl, COL_S, gen_texts[r->s], strlen(gen_texts[r->s])), 0);
    bit_put(builder_data(bl, COL_B), bl->n, r->b > 0);
    if (r->b < 0)
        builder_null(bl, COL_B);
    ((int64_t *)builder_data(bl, COL_TS))[bl->n] = r->ts;
    if (r->ts == NONE)
        builder_null(bl, COL_TS);
    builder_row_done(bl);
}
static inline Input input_make(const Schema *schema, const InRow *row, uint32_t n, Rng *rng)
{
    Input in = {0};
    Builder bl;
    bool junk = rng && rng_below(rng, 2), all_one = true;
    assert_int_equal(builder_init(&bl, NULL, schema, BATCH_ROWS_MAX, NULL), 0);
    in.w = malloc((2 * n + 1) * sizeof(*in.w));
    in.sel = malloc((n + 1) * sizeof(*in.sel));
    uint32_t phys = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (junk && rng_below(rng, 2)) {
            InRow x = row[i];
            x.x = 1000000;
            in.w[phys++] = 77;
            put_row(&bl, &x);
        }
        in.sel[i] = (uint16_t)phys;
        in.w[phys++] = row[i].w;
        all_one &= row[i].w == 1;
        put_row(&bl, &row[i]);
    }
    in.b = builder_take(&bl);
    builder_done(&bl);
    assert_non_null(in.b);
    if (junk) {
        in.b->sel = in.sel;
        in.b->n_sel = n;
    }
    if (!all_one) {
        in.b->w = in.w;
        in.b->w_kind = W_VEC;
    }
    return in;
}
static inline void input_done(Input *in)
{
    in->b->sel = NULL;
    batch_unref(in->b);
    free(in->w);
    free(in->sel);
}

/* ---- calls ---- */
typedef struct CallDef {
    const char *name;
    int arg, arg2; /* columns, -1 = none */
    bool distinct, filter, order;
    const char *what; /* what the model computes */
} CallDef;
static const CallDef calls[] = {
    {"count", -1, -1, false, false, false, "rows"},       {"count", -1, -1, false, true, false, "rows"},
    {"count", COL_X, -1, false, false, false, "count"},   {"sum", COL_X, -1, false, false, false, "sum"},
    {"sum", COL_X, -1, false, true, false, "sum"},        {"sum", COL_X, -1, true, false, false, "sum"},
    {"count", COL_X, -1, true, false, false, "count"},    {"count", COL_S, -1, true, true, false, "count"},
    {"min", COL_X, -1, false, false, false, "min"},       {"max", COL_X, -1, true, true, false, "max"},
    {"min", COL_S, -1, false, false, false, "min"},       {"max", COL_S, -1, false, false, false, "max"},
    {"avg", COL_X, -1, false, false, false, "avg"},       {"median", COL_X, -1, false, false, false, "median"},
    {"bool_and", COL_B, -1, false, false, false, "and"},  {"string_agg", COL_S, -1, true, false, true, "join"},
    {"string_agg", COL_S, -1, false, true, true, "join"},
};
#define N_CALLS ((uint32_t)ARRAY_LEN(calls))

typedef struct AggNode {
    PhysAgg agg;
    PhysAggCall call[ARRAY_LEN(calls)];
    Expr *key[1];
    Schema *schema;
} AggNode;

static inline void call_make(Bench *b, const CallDef *d, bool retractable, PhysAggCall *ret)
{
    Type types[2];
    uint32_t n = 0;
    Err err = ERR_INIT;
    *ret = (PhysAggCall){.name = d->name};
    ret->spec.distinct = d->distinct;
    ret->spec.retractable = retractable;
    if (d->arg >= 0)
        ret->arg[n] = col_of(b, (uint32_t)d->arg), types[n++] = b->input.schema->field[d->arg].type;
    if (d->arg2 >= 0)
        ret->arg[n] = col_of(b, (uint32_t)d->arg2), types[n++] = b->input.schema->field[d->arg2].type;
    if (d->order)
        ret->spec.param = (Value){.type = TYPE(TEXT), .str = STR(",")};
    if (agg_bind(&ret->spec, str_of(d->name), types, n, SPAN_NONE, &err) < 0)
        fail_msg("%s: %s", d->name, err.message);
    for (uint32_t i = 0; i < n; i++)
        if (!type_eq(types[i], ret->spec.arg[i]))
            assert_int_equal(expr_cast(&b->plan, ret->arg[i], ret->spec.arg[i], CAST_IMPLICIT, false, &ret->arg[i], NULL), 0);
    if (d->order) {
        ret->order[0] = ret->arg[0];
        ret->spec.n_order = 1;
        ret->spec.order[0] = types[0];
    }
    ret->spec.count_star = ret->spec.count_star || d->arg < 0;
    if (d->filter)
        ret->filter = col_of(b, COL_B);
}

/* which: calls of the table; keyed by k or global; windowed adds the bounds. */
static inline void agg_node_make(Bench *b, AggNode *a, const uint32_t *which, uint32_t n, bool keyed, bool windowed,
                                 bool retractable)
{
    static const char *const names[] = {"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7",
                                        "c8", "c9", "ca", "cb", "cc", "cd", "ce", "cf"};
    Type types[16];
    uint32_t c = 0;
    memset(a, 0, sizeof(*a));
    if (keyed)
        types[c++] = TYPE(I64);
    if (windowed)
        types[c] = types[c + 1] = TYPE(TS), c += 2;
    for (uint32_t i = 0; i < n; i++) {
        call_make(b, &calls[which[i]], retractable, &a->call[i]);
        types[c++] = a->call[i].spec.ret;
    }
    a->schema = schema_of(names, types, c);
    a->key[0] = col_of(b, COL_K);
    a->agg = (PhysAgg){.n_keys = keyed, .keys = a->key, .n_aggs = n, .aggs = a->call, .is_global = !keyed && !windowed};
    a->agg.node.kind = windowed ? PHYS_WINDOW_AGG : PHYS_HASH_AGG;
    a->agg.node.schema = a->schema;
    if (windowed) {
        a->agg.time = col_of(b, COL_TS);
        a->agg.wm_class = 1;
    }
    b->input.props.change = retractable ? CHANGE_ZSET : CHANGE_APPEND;
}

/* ---- the model: rows of one group with their net weights, all >= 0 ---- */
static inline int cmp_in_values(const InRow *a, const InRow *b, int arg)
{
    if (arg == COL_S)
        return strcmp(gen_texts[a->s], gen_texts[b->s]);
    if (arg == COL_B)
        return a->b - b->b;
    return (a->x > b->x) - (a->x < b->x);
}
static inline bool in_is_null(const InRow *r, int arg)
{
    return arg == COL_S ? r->s < 0 : arg == COL_B ? r->b < 0 : arg == COL_X ? r->x == NONE : false;
}
/* Values that count, expanded by weight, ascending. */
static inline uint32_t model_values(const CallDef *d, const InRow *row, uint32_t n, const InRow **ret)
{
    uint32_t m = 0;
    for (uint32_t i = 0; i < n; i++) {
        if ((d->arg >= 0 && in_is_null(&row[i], d->arg)) || (d->filter && row[i].b != 1))
            continue;
        for (int32_t w = 0; w < row[i].w; w++) {
            uint32_t at = m++;
            for (; d->arg >= 0 && at > 0 && cmp_in_values(ret[at - 1], &row[i], d->arg) > 0; at--)
                ret[at] = ret[at - 1];
            ret[at] = &row[i];
        }
    }
    if (!d->distinct)
        return m;
    uint32_t k = 0;
    for (uint32_t i = 0; i < m; i++)
        if (k == 0 || cmp_in_values(ret[k - 1], ret[i], d->arg) != 0)
            ret[k++] = ret[i];
    return k;
}
static inline void model_call(const CallDef *d, const InRow *row, uint32_t n, StrBuf *s)
{
    static const InRow *v[65536];
    uint32_t m = model_values(d, row, n, v);
    int64_t sum = 0;
    char text[64];
    for (uint32_t i = 0; i < m && d->arg == COL_X; i++)
        sum += v[i]->x;
    if (strcmp(d->what, "rows") == 0 || strcmp(d->what, "count") == 0) {
        sb_printf(s, "%u", m);
    } else if (m == 0) {
        sb_puts(s, "~");
    } else if (strcmp(d->what, "sum") == 0) {
        sb_printf(s, "%lld", (long long)sum);
    } else if (strcmp(d->what, "avg") == 0) {
        f64_print((double)sum / m, text);
        sb_puts(s, text);
    } else if (strcmp(d->what, "median") == 0) {
        f64_print(((double)v[(m - 1) / 2]->x + (double)v[m / 2]->x) / 2, text);
        sb_puts(s, text);
    } else if (strcmp(d->what, "and") == 0) {
        sb_puts(s, v[0]->b ? "t" : "f");
    } else if (strcmp(d->what, "join") == 0) {
        for (uint32_t i = 0; i < m; i++)
            sb_printf(s, "%s%s", i ? "," : "", gen_texts[v[i]->s]);
    } else {
        const InRow *r = strcmp(d->what, "min") == 0 ? v[0] : v[m - 1];
        if (d->arg == COL_S)
            sb_puts(s, gen_texts[r->s]);
        else
            sb_printf(s, "%lld", (long long)r->x);
    }
}
static inline void key_text(int64_t k, StrBuf *s)
{
    if (k == NONE)
        sb_puts(s, "~");
    else
        sb_printf(s, "%lld", (long long)k);
}
