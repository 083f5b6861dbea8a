/* SPDX-License-Identifier: Apache-2.0
 *
 * Relations that the database makes of itself: laminar_system, pg_catalog, information_schema.  Who runs the statement gives the
 * rows while it is bound (PlanContext.system), and they are constants of the plan from then on: the whole statement sees one
 * moment, and everything that a query can do with VALUES it can do with them.  A continuous query has no such moment, hence the
 * error. */
#include "plan/bind_impl.h"

static int rows_of(Binder *b, const PlanRows *p, Span at, Logical **ret, Err *err)
{
    RowList l = {.n_cols = p->n_cols, .cols = p->cols, .n = p->n, .row = p->row, .to = p->n};
    TRY(bind_row_list(b, &l, at, ret, err));
    (*ret)->values.of = p->name;
    (*ret)->values.n_key = p->n_key;
    (*ret)->values.key = p->key;
    return 0;
}

int bind_system_rows(Binder *b, SchemaId schema, Str name, Span at, PlanRows *ret, Err *err)
{
    const PlanContext *ctx = b->ctx;
    int there = ctx->system ? ctx->system->rows(ctx, schema, name, NULL, ret, err) : 0;
    if (there <= 0)
        return there;
    if (!b->state->inputs_end) {
        (void)RAISE_AT(err, ERR_UNSUPPORTED, at, "a continuous query cannot read the system relation \"%.*s\"", (int)name.n,
                       name.p);
        return err_hint(err, "its rows are those of the moment at which a statement asks: read it with a SELECT or a plain VIEW");
    }
    return ctx->system->rows(ctx, schema, name, b->arena, ret, err);
}

int bind_system_relation(Binder *b, SchemaId schema, const Ident *name, Logical **ret, Err *err)
{
    PlanRows rows;
    *ret = NULL;
    int there = bind_system_rows(b, schema, name->s, name->at, &rows, err);
    if (there <= 0)
        return there;
    TRY(bind_count_node(b, name->at, err));
    return rows_of(b, &rows, name->at, ret, err);
}
