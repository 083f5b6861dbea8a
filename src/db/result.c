/* SPDX-License-Identifier: Apache-2.0
 *
 * Result sets and the maker of small tables. */
#include "db/result.h"

#include <stdio.h>

ResultSet *result_set_new(Account *acct, const Schema *schema)
{
    ResultSet *r = mem_zalloc(acct, sizeof(*r));
    if (!r)
        return NULL;
    r->rc = 1;
    r->acct = acct;
    r->schema = schema_ref(schema);
    return r;
}

ResultSet *result_set_ref(ResultSet *r)
{
    atomic_fetch_add_explicit(&r->rc, 1, memory_order_relaxed);
    return r;
}

void result_set_unref(ResultSet *r)
{
    if (!r || atomic_fetch_sub_explicit(&r->rc, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; i < r->n; i++)
        batch_unref(r->batch[i]);
    mem_free(r->acct, r->batch, r->cap * sizeof(*r->batch));
    schema_unref((Schema *)r->schema);
    mem_free(r->acct, r, sizeof(*r));
}

int result_set_add(ResultSet *r, Batch *give_b, Err *err)
{
    if (r->n == r->cap) {
        uint32_t cap = r->cap ? r->cap * 2 : 8;
        Batch **p = mem_realloc(r->acct, r->batch, r->cap * sizeof(*p), cap * sizeof(*p));
        if (!p) {
            batch_unref(give_b);
            return RAISE_NOMEM(err);
        }
        r->batch = p;
        r->cap = cap;
    }
    r->n_rows += give_b->n_sel;
    r->batch[r->n++] = give_b;
    return 0;
}

int row_maker_init(RowMaker *m, Account *acct, const Field *fields, uint32_t n, Err *err)
{
    *m = (RowMaker){0};
    _cleanup_(schema_unrefp) Schema *schema = schema_new(acct, fields, n);
    if (!schema)
        return RAISE_NOMEM(err);
    m->set = result_set_new(acct, schema);
    if (!m->set)
        return RAISE_NOMEM(err);
    int rc = builder_init(&m->builder, acct, schema, BATCH_ROWS, err);
    if (rc < 0) {
        result_set_unref(m->set);
        m->set = NULL;
    }
    return rc;
}

void row_value(RowMaker *m, const Value *v)
{
    if (m->failed == 0)
        m->failed = builder_value(&m->builder, m->col, v, NULL);
    m->col++;
}

void row_str(RowMaker *m, Str s)
{
    Value v = s.p ? (Value){.type = TYPE(TEXT), .str = s} : value_null(TYPE(TEXT));
    row_value(m, &v);
}

void row_text(RowMaker *m, const char *s)
{
    row_str(m, s ? str_of(s) : (Str){NULL, 0});
}

void row_i64(RowMaker *m, int64_t i)
{
    Value v = {.type = TYPE(I64), .i64 = i};
    row_value(m, &v);
}

void row_bool(RowMaker *m, bool b)
{
    Value v = {.type = TYPE(BOOL), .b = b};
    row_value(m, &v);
}

void row_null(RowMaker *m)
{
    if (m->failed == 0)
        builder_null(&m->builder, m->col);
    m->col++;
}

static int take_batch(RowMaker *m, Err *err)
{
    if (m->builder.n == 0)
        return 0;
    Batch *b = builder_take(&m->builder);
    return b ? result_set_add(m->set, b, err) : RAISE_NOMEM(err);
}

void row_end(RowMaker *m)
{
    m->col = 0;
    if (m->failed == 0 && builder_row_done(&m->builder) == BUILDER_FULL)
        m->failed = take_batch(m, NULL);
}

int row_maker_finish(RowMaker *m, ResultSet **ret, Err *err)
{
    int rc = m->failed;
    if (rc < 0) {
        (void)RAISE(err, (ErrCode)-rc, "%s", err_class_text((ErrCode)-rc));
    } else if (m->builder.n > 0 || m->set->n > 0) {
        rc = take_batch(m, err);
    } else { /* a table without rows is one batch, too */
        Batch *b = batch_new(m->set->acct, m->set->schema, 0);
        rc = b ? result_set_add(m->set, b, err) : RAISE_NOMEM(err);
    }
    builder_done(&m->builder);
    if (rc < 0)
        result_set_unref(m->set);
    else
        *ret = m->set;
    m->set = NULL;
    return rc;
}

void statement_result_done(StatementResult *r)
{
    result_set_unref(r->rows);
    r->rows = NULL;
}

/* In class 42 is what IF EXISTS and IF NOT EXISTS skip; all else tells of something that did not happen or may go wrong. */
void statement_notice(StatementResult *r, const Err *notice)
{
    if (r->warnings_only && strncmp(err_sqlstate(notice->code), "42", 2) == 0)
        return;
    if (r->n_notices++ == 0)
        snprintf(r->notice, sizeof(r->notice), "%s", notice->message);
}
