/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that a statement holds, as a relation of a query: constants under a WITH name that nobody can write, whose columns belong to
 * the relations that the statement's expressions name.  The query runs while the statement holds the shard and before its changes
 * are made, so its subqueries read all tables as they were, as in PostgreSQL. */
#include "db/dml_rows.h"
#include "db/dml_query.h"
#include "db/stream.h"
#include "sql/ast_equal.h"

#define HIDDEN_NAME "\001rows"

static int add_ctes(Arena *a, const With *with, HeldRows *h, Err *err)
{
    AST_EACH(item, with ? with->ctes : (NodeList){0})
    {
        Node *copy = ast_copy_top(a, item);
        if (!copy)
            return RAISE_NOMEM(err);
        node_list_append(&h->with.ctes, copy);
    }
    node_list_append(&h->with.ctes, &h->cte.node);
    return 0;
}

int held_rows_new(TableWrite *w, const With *with, const Schema *schema, const GivenRelation *rel, uint32_t n_rel, HeldRows **ret,
                  Err *err)
{
    Arena *a = w->x->arena;
    HeldRows *h = ARENA_NEW(a, HeldRows);
    Ident *name = ARENA_NEW(a, Ident);
    if (!h || !name)
        return RAISE_NOMEM(err);
    *name = (Ident){.s = STR(HIDDEN_NAME), .at = SPAN_NONE};
    *h = (HeldRows){.given = {.schema = schema, .rel = rel, .n_rel = n_rel}};
    h->rows.acct = engine_account(w->x->db->engine);
    h->cte = (Cte){.node = {.kind = NODE_CTE, .at = SPAN_NONE, .depth = 1}, .name = *name, .given = &h->given};
    h->with = (With){.node = {.kind = NODE_WITH, .at = SPAN_NONE, .depth = 2}, .recursive = with && with->recursive};
    h->from = (FromTable){.node = {.kind = NODE_FROM_TABLE, .at = SPAN_NONE, .depth = 1},
                          .name = {.part = name, .n_parts = 1, .at = SPAN_NONE}};
    h->select = (Select){.node = {.kind = NODE_SELECT, .at = SPAN_NONE, .depth = 2}};
    h->query = (Query){.node = {.kind = NODE_QUERY, .at = SPAN_NONE, .depth = 3}, .with = &h->with, .body = &h->select.node};
    node_list_append(&h->select.from, &h->from.node);
    *ret = h;
    return add_ctes(a, with, h, err);
}

int held_rows_in_order(HeldRows *h, Arena *a, Err *err)
{
    static const char number[] = "\001number";
    OrderItem *item = ARENA_NEW(a, OrderItem);
    ExprColumn *c = ARENA_NEW(a, ExprColumn);
    Ident *part = ARENA_ARRAY(a, Ident, 2);
    if (!item || !c || !part)
        return RAISE_NOMEM(err);
    part[0] = part[1] = (Ident){.s = str_of(number), .at = SPAN_NONE};
    *c = (ExprColumn){.node = {.kind = NODE_EXPR_COLUMN, .at = SPAN_NONE, .depth = 1},
                      .name = {.part = part, .n_parts = 2, .at = SPAN_NONE}};
    *item = (OrderItem){.node = {.kind = NODE_ORDER_ITEM, .at = SPAN_NONE, .depth = 2}, .expr = &c->node};
    node_list_append(&h->query.order_by, &item->node);
    h->given.numbers = number;
    return 0;
}

int held_rows_relations(Arena *a, const TableScope *s, GivenRelation **ret, uint32_t *ret_n, Err *err)
{
    uint32_t n = 0;
    *ret = ARENA_ARRAY(a, GivenRelation, s->n_more + 3);
    if (!*ret)
        return RAISE_NOMEM(err);
    (*ret)[n++] = (GivenRelation){s->alias ? s->alias : s->table->name, s->table->schema->n};
    if (s->with_excluded)
        (*ret)[n++] = (GivenRelation){"excluded", s->table->schema->n};
    for (uint32_t i = 0; i < s->n_more; i++)
        (*ret)[n++] = (GivenRelation){s->more[i].name, s->more[i].schema->n};
    *ret_n = n;
    return 0;
}

int held_rows_plan(TableWrite *w, HeldRows *h, PhysPlan **ret, Err *err)
{
    h->given.batch = h->rows.batch;
    h->given.n = h->rows.n;
    PlanContext ctx = w->plan;
    TermContext terms = {w->x->db, w->catalog};
    if (!w->x->only_bind && engine_is_inside(w->x->db->engine))
        plan_may_run(&ctx, &terms);
    return plan_query(&ctx, &h->query, PLAN_BOUNDED, 0, ret, err);
}

/* A row of weight n is n rows. */
static int give_rows(TableWrite *w, const Batch *b, Err *err)
{
    int64_t most = 0;
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++)
        most = MAX(most, batch_weight(b, row_at(rows, i)));
    uint16_t *sel = arena_alloc(&w->step, MAX(rows.n, 1) * sizeof(*sel));
    if (!sel)
        return RAISE_NOMEM(err);
    for (int64_t k = 0; k < most; k++) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < rows.n; i++)
            if (batch_weight(b, row_at(rows, i)) > k)
                sel[n++] = (uint16_t)row_at(rows, i);
        Batch *part = batch_with_sel(&w->step, b, sel, n);
        Batch *own = part ? batch_own(w->changes.acct, part) : NULL;
        if (!own)
            return RAISE_NOMEM(err);
        own->w_kind = W_ONE;
        TRY(result_set_add(w->rows, own, err));
    }
    return 0;
}

int held_rows_return(TableWrite *w, HeldRows *h, Err *err)
{
    PhysPlan *plan = NULL;
    BatchList found = {.acct = h->rows.acct};
    int rc = held_rows_plan(w, h, &plan, err);
    if (rc == 0)
        rc = dml_find(w, plan, SPAN_NONE, &found, err);
    for (uint32_t i = 0; rc == 0 && i < found.n; i++) {
        arena_reset(&w->step);
        rc = give_rows(w, found.batch[i], err);
    }
    batch_list_done(&found);
    batch_list_done(&h->rows);
    return rc;
}
