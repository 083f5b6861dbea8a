/* SPDX-License-Identifier: Apache-2.0
 *
 * For the tests of exec/: an environment for one operator, hand-made plan nodes, input batches from text, and a Z-set of rows as
 * text that output is integrated into.  Output room is small, so that every operator is cut and resumed. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "data/builder.h"
#include "exec/op.h"

typedef struct Rng {
    uint64_t s;
} Rng;
static inline uint64_t rng_next(Rng *r)
{
    uint64_t z = (r->s += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static inline uint32_t rng_below(Rng *r, uint32_t n)
{
    return (uint32_t)(rng_next(r) % n);
}

/* ---- Z-set of texts ---- */
typedef struct ZRow {
    char *text;
    int64_t w;
} ZRow;
typedef struct ZSet {
    ZRow *row;
    size_t n, cap;
} ZSet;
static inline void zset_add(ZSet *z, const char *text, int64_t w)
{
    for (size_t i = 0; i < z->n; i++) {
        if (strcmp(z->row[i].text, text) != 0)
            continue;
        z->row[i].w += w;
        if (z->row[i].w == 0) {
            free(z->row[i].text);
            z->row[i] = z->row[--z->n];
        }
        return;
    }
    if (w == 0)
        return;
    if (z->n == z->cap) {
        z->cap = z->cap ? z->cap * 2 : 64;
        z->row = realloc(z->row, z->cap * sizeof(*z->row));
    }
    z->row[z->n++] = (ZRow){strdup(text), w};
}
static inline void zset_clear(ZSet *z)
{
    for (size_t i = 0; i < z->n; i++)
        free(z->row[i].text);
    z->n = 0;
}
static inline void zset_done(ZSet *z)
{
    zset_clear(z);
    free(z->row);
    *z = (ZSet){0};
}
static inline int zrow_cmp(const void *a, const void *b)
{
    return strcmp(((const ZRow *)a)->text, ((const ZRow *)b)->text);
}
static inline void zset_assert_equal(ZSet *got, ZSet *want, const char *where, uint64_t seed)
{
    if (got->n > 1)
        qsort(got->row, got->n, sizeof(ZRow), zrow_cmp);
    if (want->n > 1)
        qsort(want->row, want->n, sizeof(ZRow), zrow_cmp);
    for (size_t i = 0; i < got->n || i < want->n; i++) {
        const ZRow *g = i < got->n ? &got->row[i] : NULL, *w = i < want->n ? &want->row[i] : NULL;
        if (!g || !w || g->w != w->w || strcmp(g->text, w->text) != 0)
            fail_msg("%s, seed %llu: got %lld x %s, want %lld x %s", where, (unsigned long long)seed, g ? (long long)g->w : 0LL,
                     g ? g->text : "-", w ? (long long)w->w : 0LL, w ? w->text : "-");
    }
}

/* ---- environment ---- */
typedef struct Bench {
    Account acct;
    Arena plan, step;
    PageStore *pages;
    OpEnv env;
    Op *op;
    ZSet out;    /* integrated main output */
    ZSet errors; /* "code|text" */
    uint64_t n_late, n_batches;
    bool append_only; /* no -1 may come */
    uint32_t n_marks;
    Mark last_mark;
    uint32_t room;
    int rc;         /* of the last call */
    PhysNode input; /* what the node stands on */
    PhysNode *inputs[3];
} Bench;

static inline void bench_init(Bench *b, const Schema *in, RowErrorPolicy policy)
{
    memset(b, 0, sizeof(*b));
    account_init(&b->acct, NULL, "exec");
    arena_init(&b->plan, &b->acct, 0);
    arena_init(&b->step, &b->acct, 0);
    b->pages = page_store_new(&b->acct);
    assert_non_null(b->pages);
    b->env = (OpEnv){.acct = &b->acct,
                     .pages = b->pages,
                     .step = &b->step,
                     .plan = &b->plan,
                     .on_error = policy,
                     .next_table_id = 1,
                     .lost = page_store_lost(b->pages)};
    b->env.eval.arena = &b->step;
    b->env.eval.watermark_us = INT64_MIN;
    b->room = 7;
    b->input = (PhysNode){.kind = PHYS_SOURCE, .schema = in};
    b->inputs[0] = b->inputs[1] = b->inputs[2] = &b->input;
    b->last_mark.wm_us = INT64_MIN;
}
static inline void bench_done(Bench *b)
{
    op_free(b->op);
    b->op = NULL;
    assert_int_equal(page_store_pages(b->pages), 0);
    page_store_free(b->pages);
    arena_done(&b->plan);
    arena_done(&b->step);
    account_done(&b->acct);
    zset_done(&b->out);
    zset_done(&b->errors);
}
static inline void row_text(const Batch *b, uint32_t r, StrBuf *s)
{
    sb_clear(s);
    for (uint32_t c = 0; c < b->n_cols; c++) {
        Value v = vec_get(&b->col[c], r);
        if (c)
            sb_putc(s, '|');
        if (v.is_null)
            sb_puts(s, "~");
        else
            value_print(&v, s);
    }
}
static inline void bench_take(Bench *b, const Out *o)
{
    StrBuf s;
    sb_init(&s, NULL);
    assert_false(o->failed);
    for (const OutItem *it = o->first; it; it = it->next) {
        if (it->port == OUT_LATE) {
            b->n_late += it->batch->n_sel;
            continue;
        }
        if (!it->batch) {
            if (b->last_mark.cls == it->mark.cls)
                assert_true(it->mark.wm_us > b->last_mark.wm_us);
            b->last_mark = it->mark;
            b->n_marks++;
            continue;
        }
        Rows rows = batch_rows(it->batch);
        assert_true(rows.n > 0);
        b->n_batches += it->port == OUT_MAIN;
        for (uint32_t i = 0; i < rows.n; i++) {
            uint32_t r = row_at(rows, i);
            row_text(it->batch, r, &s);
            int32_t w = batch_weight(it->batch, r);
            if (it->port == OUT_ERRORS) {
                char text[600];
                snprintf(text, sizeof(text), "%s|%s", err_sqlstate((ErrCode)it->err_code[r]), sb_cstr(&s));
                zset_add(&b->errors, text, w);
                continue;
            }
            if (b->append_only)
                assert_true(w > 0);
            zset_add(&b->out, sb_cstr(&s), w);
        }
    }
    sb_done(&s);
}
/* Takes the output and continues the operator while it has more; a negative answer is left in b->rc. */
static inline void bench_settle(Bench *b, int rc, Out *o)
{
    while (rc >= 0) {
        bench_take(b, o);
        if (rc != OP_MORE)
            break;
        arena_reset(&b->step);
        out_init(o, &b->step, b->room);
        rc = op_more(b->op, o);
    }
    b->rc = rc;
    arena_reset(&b->step);
}
static inline void bench_push_to(Bench *b, uint32_t input, Batch *in)
{
    Out o;
    out_init(&o, &b->step, b->room);
    bench_settle(b, op_push(b->op, input, in, &o), &o);
}
static inline void bench_push(Bench *b, Batch *in)
{
    bench_push_to(b, 0, in);
}
static inline void bench_mark_on(Bench *b, uint32_t input, uint32_t cls, int64_t wm)
{
    Out o;
    out_init(&o, &b->step, b->room);
    bench_settle(b, op_mark(b->op, input, (Mark){cls, wm}, &o), &o);
}
static inline void bench_mark(Bench *b, int64_t wm)
{
    bench_mark_on(b, 0, 1, wm);
}
static inline void bench_flush(Bench *b, FlushWhy why)
{
    Out o;
    out_init(&o, &b->step, b->room);
    bench_settle(b, op_flush(b->op, why, &o), &o);
}
static inline void bench_step_end(Bench *b)
{
    bench_flush(b, FLUSH_EPOCH);
}

/* ---- plan pieces ---- */
static inline Schema *schema_of(const char *const *names, const Type *types, uint32_t n)
{
    Field f[16];
    for (uint32_t i = 0; i < n; i++)
        f[i] = (Field){names[i], types[i], false};
    return schema_new(NULL, f, n);
}
static inline Expr *col_of(Bench *b, uint32_t c)
{
    Expr *e = expr_column(&b->plan, c, b->input.schema->field[c].type, false, SPAN_NONE);
    assert_non_null(e);
    return e;
}
static inline Expr *int_of(Bench *b, int64_t v)
{
    Expr *e = expr_const(&b->plan, &(Value){.type = TYPE(I64), .i64 = v}, SPAN_NONE);
    assert_non_null(e);
    return e;
}
static inline Expr *call_of(Bench *b, const char *name, Expr *x, Expr *y)
{
    Expr *e = NULL, *args[2] = {x, y};
    Err err = ERR_INIT;
    if (expr_call(&b->plan, str_of(name), args, y ? 2 : 1, SPAN_NONE, &e, &err) < 0)
        fail_msg("%s: %s", name, err.message);
    return e;
}
static inline void bench_open(Bench *b, PhysNode *node)
{
    Err err = ERR_INIT;
    if (node->n_in == 0 && node->kind != PHYS_VALUES && node->kind != PHYS_SOURCE)
        node->n_in = 1;
    node->in = b->inputs;
    if (op_new(&b->env, node, &b->op, &err) < 0)
        fail_msg("open: %s", err.message);
}
