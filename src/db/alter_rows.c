/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows that ALTER makes: one program gives a value for each new column (moved, converted, or the DEFAULT), and they are
 * checked. Where a value is another one for each row (numbers, chance) it is drawn once: the record of the statement has the rows
 * then, and they are taken from there when it is replayed. */
#include "db/alter.h"
#include "db/durable.h"
#include "db/stream.h"
#include "db/transaction.h"
#include "db/transaction_ddl.h"
#include "base/bytes.h"
#include "durable/rows.h"

/* ---- a value for each column ---- */

/* DEFAULT as an expression that is evaluated for each row. */
static int bind_varying(NewRows *n, uint32_t col, Expr **ret, Err *err)
{
    const Alter *a = n->a;
    PlanContext ctx = plan_context(a->x->db, a->x->db->catalog, NULL);
    TableScope scope = {.table = a->old};
    const char *text = a->made->defaults[col];
    Node *preset = NULL;
    ctx.stored_text = ctx.sequences = true;
    ctx.now_us = a->x->now_us;
    ctx.zone = a->made->zone;
    TRY(sql_parse_expr_at(a->x->arena, text, (uint32_t)strlen(text), SPAN_NONE, &preset, err));
    return bind_table_convert(&ctx, &scope, preset, a->made->schema->field[col].type, a->x->arena, ret, err);
}

static int bind_column(NewRows *n, const Value *preset, uint32_t col, Expr **ret, Err *err)
{
    const Alter *a = n->a;
    int32_t old = alter_origin(a, col);
    Arena *arena = a->x->arena;
    if (old >= 0 && a->converted[old])
        return alter_convert(a, (uint32_t)old, a->made->schema->field[col].type, ret, err);
    if (old >= 0) {
        const Field *f = &a->old->schema->field[old];
        *ret = expr_column(arena, (uint32_t)old, f->type, f->not_null, SPAN_NONE);
    } else if (preset_varies(a->made, col)) {
        n->varies = true;
        if (!a->made->varies[col].identity)
            return bind_varying(n, col, ret, err);
        Value none = value_null(a->made->schema->field[col].type); /* number_rows() has them */
        *ret = expr_const(arena, &none, SPAN_NONE);
    } else {
        *ret = expr_const(arena, &preset[col], SPAN_NONE);
    }
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int rows_open(NewRows *n, Err *err)
{
    Alter *a = n->a;
    Database *db = a->x->db;
    const Schema *s = a->made->schema;
    Value *preset = NULL;
    n->eval.arena = &n->step;
    n->eval.rand64 = statement_random(db).rand64;
    n->eval.rand_self = statement_random(db).self;
    n->eval.sequences = &db->sequence_calls;
    Expr **e = ARENA_ARRAY(a->x->arena, Expr *, s->n + 1);
    n->value = ARENA_ARRAY(a->x->arena, Vec, s->n + 1);
    n->number = ARENA_ARRAY(a->x->arena, int64_t, s->n + 1);
    if (!e || !n->value || !n->number)
        return RAISE_NOMEM(err);
    TRY(eval_presets(db, db->catalog, a->made, a->x->now_us, a->x->arena, &preset, err));
    for (uint32_t i = 0; i < s->n; i++)
        TRY(bind_column(n, preset, i, &e[i], err));
    TRY(program_compile(a->x->arena, e, s->n, a->old->schema, &n->program, err));
    return row_checks_open(&n->checks, db, db->catalog, a->made, err);
}

void alter_rows_done(NewRows *n)
{
    if (!n->list.acct)
        return;
    Engine *e = n->a->x->db->engine;
    bool inside = engine_is_inside(e);
    row_checks_done(&n->checks);
    if (!inside)
        engine_enter(e);
    batch_list_done(&n->list); /* a source retains some of them: whoever pushes may be letting go of them */
    if (!inside)
        engine_leave(e);
    arena_done(&n->step);
}

/* ---- numbers ---- */

static int next_number(NewRows *n, uint32_t col, bool is_first, Err *err)
{
    const Relation *r = n->a->made;
    const RelationSequence *d = &r->varies[col].numbers;
    int64_t *at = &n->number[col];
    bool fits = is_first || !__builtin_add_overflow(*at, d->step, at);
    if (is_first)
        *at = d->start;
    if (fits && *at >= d->min && *at <= d->max)
        return 0;
    return RAISE(err, ERR_SEQUENCE_LIMIT, "nextval: reached %s value of sequence \"%s_%s_seq\" (%lld)",
                 d->step > 0 ? "maximum" : "minimum", r->own, r->schema->field[col].name,
                 (long long)(d->step > 0 ? d->max : d->min));
}

/* A new identity column of b's rows, in their order. */
static int number_rows(NewRows *n, uint32_t col, Batch *b, Err *err)
{
    Vec *v = &b->col[col];
    Type t = n->a->made->schema->field[col].type;
    Rows rows = batch_rows(b);
    if (vec_scratch(v, t, b->n, &n->step) < 0)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        TRY(next_number(n, col, n->n_rows + i == 0, err));
        if (t.id == T_I16)
            ((int16_t *)v->data)[row] = (int16_t)n->number[col];
        else if (t.id == T_I32)
            ((int32_t *)v->data)[row] = (int32_t)n->number[col];
        else
            ((int64_t *)v->data)[row] = n->number[col];
    }
    return 0;
}

static int number_columns(NewRows *n, Batch *b, Err *err)
{
    const Alter *a = n->a;
    for (uint32_t c = 0; n->varies && c < a->made->schema->n; c++)
        if (alter_origin(a, c) < 0 && a->made->varies[c].identity)
            TRY(number_rows(n, c, b, err));
    n->n_rows += b->n_sel;
    return 0;
}

/* ---- all of them ---- */

static int check_nulls(const NewRows *n, const Batch *b, Err *err)
{
    const Schema *s = n->a->made->schema;
    Rows rows = batch_rows(b);
    for (uint32_t c = 0; c < s->n; c++)
        for (uint32_t i = 0; s->field[c].not_null && b->col[c].valid && i < rows.n; i++)
            if (vec_is_null(&b->col[c], row_at(rows, i)))
                return RAISE_AT(err, ERR_NOT_NULL, n->a->st->name.at, "column \"%s\" of relation \"%s\" contains null values",
                                s->field[c].name, n->a->made->name);
    return 0;
}

static int rewrite(void *self, Batch *b, Err *err)
{
    NewRows *n = self;
    const Schema *s = n->a->made->schema;
    arena_reset(&n->step);
    Batch *r = batch_scratch(&n->step, s, b->n);
    if (!r)
        return RAISE_NOMEM(err);
    TRY(eval_rows(&n->eval, n->a->x->now_us, n->program, b, n->value, err));
    for (uint32_t i = 0; i < s->n; i++)
        r->col[i] = n->value[i];
    r->sel = b->sel;
    r->n_sel = b->n_sel;
    r->w_kind = b->w_kind;
    r->w = b->w;
    r->ptime_us = b->ptime_us;
    TRY(number_columns(n, r, err));
    const Batch *whole = r;
    TRY(row_checks_generate(&n->checks, n->a->x->now_us, &n->step, &whole, err));
    TRY(check_nulls(n, whole, err));
    TRY(row_checks_run(&n->checks, n->a->x->now_us, whole, err));
    return batch_list_add(&n->list, batch_own(n->list.acct, whole), err);
}

/* ---- the log ---- */

static void put_bytes(void *self, const void *p, size_t n)
{
    sb_put(self, p, n);
}

/* Behind the statement, for who reads it again. */
static int log_rows(const NewRows *n, Err *err)
{
    Database *db = n->a->x->db;
    StrBuf *all = durable_rows_begin(db), rows;
    int rc = 0;
    if (!all)
        return 0;
    sb_init(&rows, &db->acct);
    bytes_put_u32(all, n->list.n);
    for (uint32_t i = 0; i < n->list.n && rc == 0; i++) {
        rc = rows_check(n->list.batch[i], err);
        sb_clear(&rows);
        if (rc == 0)
            rows_put(n->list.batch[i], put_bytes, &rows);
        bytes_put_str(all, sb_str(&rows));
        if (rc == 0 && all->n > INT32_MAX)
            rc = RAISE_AT(err, ERR_PROGRAM_LIMIT, n->a->st->name.at,
                          "ADD COLUMN with another value for each row takes 2 GiB at most");
    }
    bool failed = rows.failed || all->failed;
    sb_done(&rows);
    return rc < 0 ? rc : failed ? RAISE_NOMEM(err) : 0;
}

static int read_rows(NewRows *n, Str logged, Err *err)
{
    ByteReader r = bytes_of(logged);
    uint32_t n_batches = bytes_u32(&r);
    for (uint32_t i = 0; i < n_batches && !r.failed; i++) {
        Batch *b = NULL;
        arena_reset(&n->step);
        Str rows = bytes_str(&r);
        if (r.failed)
            break;
        TRY(rows_read(rows, n->a->made->schema, &n->step, &b, err));
        TRY(batch_list_add(&n->list, batch_own(n->list.acct, b), err));
    }
    return r.failed ? RAISE(err, ERR_CORRUPT, "the rows of a stored statement cannot be read") : 0;
}

int alter_rows_make(NewRows *n, Alter *a, Feed *f, Err *err)
{
    Database *db = a->x->db;
    n->a = a;
    n->list.acct = engine_account(db->engine);
    arena_init(&n->step, &db->acct, 0);
    Str logged = durable_rows(db);
    if (logged.p)
        return read_rows(n, logged, err);
    TRY(rows_open(n, err));
    n->takes_changes = transaction_has_changes(db, f);
    TRY(feed_each_retained(transaction_view(db, f), rewrite, n, err));
    return n->varies || n->takes_changes ? log_rows(n, err) : 0;
}

int alter_rows_note(const NewRows *n, Err *err)
{
    for (uint32_t i = 0; i < n->list.n; i++)
        TRY(identities_note(n->a->x->db, n->a->made, n->list.batch[i], err));
    return 0;
}
