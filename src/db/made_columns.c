/* SPDX-License-Identifier: Apache-2.0
 *
 * The generated columns of a source that a connector reads: made of the others of each row as it comes from there, before anything
 * else sees it.  They are immutable, so what is read again is the same again.  A row for which one of them raises, or is NULL and
 * must not be, is a malformed record; so is one with a value that is none of its column's domain, which does not change meanwhile
 * (ddl_domain.c). */
#include "db/stream.h"
#include "db/table_write.h"

#include <stdio.h>

typedef struct MadeColumns {
    WholeRows base;
    Generator generator;
    DomainProgram domains;
    const char *name;
    uint32_t *from; /* by column: where it is among those that are read, UINT32_MAX = it is made */
    Arena plan, step;
} MadeColumns;

static int whole_rows(MadeColumns *m, const Batch *read, Batch **ret, Err *err)
{
    const Schema *schema = m->base.schema;
    Batch *b = batch_header(&m->step, schema, read->n);
    if (!b)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < schema->n; i++) {
        Value none = value_null(schema->field[i].type);
        if (m->from[i] != UINT32_MAX)
            b->col[i] = read->col[m->from[i]];
        else if (vec_const(&none, read->n, &b->col[i], &m->step) < 0) /* no other column is made of it */
            return RAISE_NOMEM(err);
    }
    b->sel = read->sel;
    b->n_sel = read->n_sel;
    b->w_kind = read->w_kind;
    b->w = read->w;
    *ret = b;
    return 0;
}

/* What has been read of it stands for the record; it has no place of its own. */
static int put_bad(const MadeColumns *m, Source *s, const Batch *b, uint32_t row, ErrCode code, const char *reason, Err *err)
{
    _cleanup_(sb_done) StrBuf text;
    const char *comma = "";
    sb_init(&text, s->acct);
    for (uint32_t i = 0; i < b->n_cols; i++) {
        if (m->from[i] == UINT32_MAX)
            continue;
        Value v = vec_get(&b->col[i], row);
        sb_puts(&text, comma);
        if (!v.is_null)
            value_print(&v, &text);
        comma = ",";
    }
    if (text.failed)
        return RAISE_NOMEM(err);
    return source_put_bad(s, m->name, &(BadRecord){.text = sb_str(&text), .code = code, .reason = str_of(reason)}, err);
}

/* Whether the row is good; else it is among the malformed ones. */
static int check_row(const MadeColumns *m, Source *s, const Batch *b, const EvalCtx *x, uint32_t row, Err *err)
{
    char text[160];
    if (x->n_errors && bit_get(x->err, row)) {
        TRY(put_bad(m, s, b, row, (ErrCode)x->err_code[row], x->err_text[row], err));
        return 0;
    }
    for (uint32_t k = 0; k < m->generator.n; k++) {
        uint32_t c = m->generator.column[k];
        if (!m->base.schema->field[c].not_null || !vec_is_null(&b->col[c], row))
            continue;
        snprintf(text, sizeof(text), "null value in column \"%s\" violates not-null constraint", m->base.schema->field[c].name);
        TRY(put_bad(m, s, b, row, ERR_NOT_NULL, text, err));
        return 0;
    }
    return 1;
}

static int make_rows(MadeColumns *m, Source *s, const Batch *read, Batch **ret, Err *err)
{
    EvalCtx x = {.arena = &m->step, .watermark_us = INT64_MIN};
    Batch *b;
    uint32_t n = 0;
    TRY(whole_rows(m, read, &b, err));
    eval_ctx_clear(&x, b->n);
    uint16_t *sel = arena_alloc(&m->step, (b->n_sel + 1) * sizeof(*sel));
    if (!sel || (m->generator.program && program_run(m->generator.program, &x, b, m->generator.made) < 0))
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < m->generator.n; k++)
        b->col[m->generator.column[k]] = m->generator.made[k];
    if (m->domains.program && program_run(m->domains.program, &x, b, m->domains.value) < 0)
        return RAISE_NOMEM(err);
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        int good = check_row(m, s, b, &x, row, err);
        TRY(good);
        sel[n] = (uint16_t)row;
        n += good > 0;
    }
    Batch *kept = n ? batch_with_sel(&m->step, b, sel, n) : NULL;
    *ret = kept ? batch_own(s->acct, kept) : NULL;
    return n && !*ret ? RAISE_NOMEM(err) : 0;
}

static int make(WholeRows *base, Source *s, Batch *give_b, Batch **ret, Err *err)
{
    MadeColumns *m = (MadeColumns *)base;
    arena_reset(&m->step);
    int rc = make_rows(m, s, give_b, ret, err);
    batch_unref(give_b);
    return rc;
}

static void made_close(WholeRows *base)
{
    MadeColumns *m = (MadeColumns *)base;
    arena_done(&m->step);
    arena_done(&m->plan);
    mem_free(NULL, m, sizeof(*m));
}

static int map_columns(MadeColumns *m, const Relation *r, Err *err)
{
    uint32_t n = 0;
    m->from = ARENA_ARRAY(&m->plan, uint32_t, r->schema->n + 1);
    if (!m->from)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < r->schema->n; i++)
        m->from[i] = relation_generates(r, i) ? UINT32_MAX : n++;
    return 0;
}

int made_columns_open(const ConnectArgs *args, WholeRows **ret, Err *err)
{
    Database *db = args->maker_self;
    const Relation *r = args->maker_of;
    MadeColumns *m = mem_zalloc(NULL, sizeof(*m));
    if (!m)
        return RAISE_NOMEM(err);
    m->base = (WholeRows){.schema = r->schema, .make = make, .close = made_close};
    arena_init(&m->plan, NULL, 0);
    arena_init(&m->step, NULL, 0);
    Catalog *c = db_catalog(db);
    PlanContext ctx = plan_context(db, c, NULL);
    ctx.stored_text = true;
    ctx.zone = r->zone;
    m->name = r->name; /* who opens the source keeps the relation */
    int rc = map_columns(m, r, err);
    if (rc == 0)
        rc = generator_open(&m->plan, &ctx, r, &m->generator, err);
    if (rc == 0)
        rc = domain_rules_open(&m->plan, &ctx, r, &m->domains, err);
    catalog_unref(c);
    if (rc < 0)
        made_close(&m->base);
    else
        *ret = &m->base;
    return rc;
}
