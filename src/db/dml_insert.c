/* SPDX-License-Identifier: Apache-2.0
 *
 * INSERT INTO a push source (one push) or a table: rows of constants or of a query.  The column list is honoured, columns left out
 * take their DEFAULT or NULL, values are converted by assignment rules and checked before anything is changed. */
#include "db/dml_insert.h"
#include "db/dml_query.h"
#include "db/intake.h"
#include "db/stream.h"
#include "db/transaction.h"
#include "db/view_target.h"
#include "plan/implies.h"
#include "sql/ast_equal.h"

#include <stdio.h>

int insert_targets(Insert *in, const NodeList *columns, Err *err)
{
    const Schema *schema = in->to->schema;
    in->target = ARENA_ARRAY(in->x->arena, uint32_t, schema->n + 1);
    in->value_of = ARENA_ARRAY(in->x->arena, uint32_t, schema->n + 1);
    bool *seen = ARENA_ARRAY(in->x->arena, bool, schema->n + 1);
    if (!in->target || !in->value_of || !seen)
        return RAISE_NOMEM(err);
    for (uint32_t c = 0; c < schema->n; c++)
        in->value_of[c] = UINT32_MAX;
    in->all_columns = columns->n == 0;
    if (in->all_columns) {
        for (uint32_t c = 0; c < schema->n; c++) {
            in->value_of[c] = c;
            in->target[in->n_targets++] = c;
        }
        return 0;
    }
    AST_EACH(node, *columns)
    {
        const Ident *id = &AST(IdentNode, node)->ident;
        int c = schema_find(schema, id->s);
        if (c < 0)
            return relation_no_column(in->to, id->s, id->at, err);
        if (seen[c])
            return RAISE_AT(err, ERR_DUPLICATE_COLUMN, id->at, "column \"%.*s\" specified more than once", (int)id->s.n, id->s.p);
        seen[c] = true;
        in->value_of[c] = in->n_targets;
        in->target[in->n_targets++] = (uint32_t)c;
    }
    return 0;
}

static int end_row(Insert *in, Err *err)
{
    in->n_rows++;
    return builder_row_done(&in->builder) == BUILDER_FULL ? batch_list_add(&in->rows, builder_take(&in->builder), err) : 0;
}

/* DEFAULT in VALUES, or what OVERRIDING USER VALUE does not want. */
static bool is_default(const Insert *in, uint32_t i)
{
    const struct RelationVaries *d = in->to->varies ? &in->to->varies[in->target[i]] : NULL;
    return (in->says_default && in->says_default[i]) || (d && d->identity && !d->serial && in->overriding == OVERRIDING_USER);
}

/* A value for a column that gives its own. */
int insert_check_given(const Insert *in, uint32_t col, Span at, Err *err)
{
    const char *name = in->to->schema->field[col].name;
    if (relation_generates(in->to, col)) {
        (void)RAISE_AT(err, ERR_GENERATED_ALWAYS, at, "cannot insert a non-DEFAULT value into column \"%s\"", name);
        return err_detail(err, "Column \"%s\" is a generated column.", name);
    }
    if (!in->to->varies || !in->to->varies[col].always || in->overriding)
        return 0;
    (void)RAISE_AT(err, ERR_GENERATED_ALWAYS, at, "cannot insert a non-DEFAULT value into column \"%s\"", name);
    (void)err_detail(err, "Column \"%s\" is an identity column defined as GENERATED ALWAYS.", name);
    return err_hint(err, "Use OVERRIDING SYSTEM VALUE to override.");
}

int insert_row(Insert *in, const Value *value, Span at, Err *err)
{
    const Schema *schema = in->to->schema;
    Database *db = in->x->db;
    for (uint32_t c = 0; c < schema->n; c++) {
        uint32_t of = in->value_of[c];
        bool there = of < in->n_targets, given = there && !is_default(in, of);
        const Value *v = there ? &value[of] : &in->preset[c];
        Value own;
        if (!given && preset_varies(in->to, c)) {
            TRY(preset_of_row(db, in->catalog, in->to, c, in->x->now_us, in->x->arena, &own, err));
            v = &own;
        } else if (given) {
            TRY(identity_saw(db, in->to, c, v, err));
        }
        if (v->is_null && schema->field[c].not_null && !relation_generates(in->to, c))
            return RAISE_AT(err, ERR_NOT_NULL, at, "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
                            schema->field[c].name, in->to->name);
        TRY(builder_value(&in->builder, c, v, err));
    }
    return end_row(in, err);
}

/* Value of one expression of VALUES, as column c holds it. */
static int value_for(Insert *in, const PlanContext *ctx, const Node *item, uint32_t c, Value *ret, Err *err)
{
    const Field *f = &in->to->schema->field[c];
    if (item->kind == NODE_EXPR_DEFAULT) {
        *ret = in->preset[c];
        return 0;
    }
    Err inner = ERR_INIT;
    int rc = bind_constant(ctx, item, f->type, in->x->arena, ret, &inner);
    if (rc == -ERR_CANNOT_COERCE || rc == -ERR_DATATYPE_MISMATCH)
        return RAISE_AT(err, ERR_DATATYPE_MISMATCH, item->at, "column \"%s\" is of type %s: %s", f->name,
                        type_id_name((TypeId)f->type.id), inner.message);
    if (rc < 0 && err)
        *err = inner;
    return rc;
}

static PlanContext values_context(const Insert *in, ExprRandom *random)
{
    PlanContext ctx = statement_context(in->x, in->catalog);
    ctx.now_us = in->x->now_us;
    ctx.random = random;
    return ctx;
}

static int check_length(const Insert *in, const Values *values, const ValuesRow *v, Err *err)
{
    if (&v->node != values->rows.first && v->items.n != AST(ValuesRow, values->rows.first)->items.n)
        return RAISE_AT(err, ERR_SYNTAX, v->node.at, "VALUES lists must all be the same length");
    if (v->items.n > in->n_targets)
        return RAISE_AT(err, ERR_SYNTAX, v->node.at, "INSERT has more expressions than target columns");
    if (v->items.n < in->n_targets)
        return RAISE_AT(err, ERR_SYNTAX, v->node.at, "INSERT has more target columns than expressions");
    return 0;
}

/* The values of one row, and which of them are DEFAULT. */
static int values_of(Insert *in, const PlanContext *ctx, const ValuesRow *row, Value *value, bool *says_default, Err *err)
{
    uint32_t i = 0;
    AST_EACH(item, row->items)
    {
        says_default[i] = item->kind == NODE_EXPR_DEFAULT;
        if (!says_default[i])
            TRY(insert_check_given(in, in->target[i], item->at, err));
        TRY(value_for(in, ctx, item, in->target[i], &value[i], err));
        i++;
    }
    return 0;
}

/* A column that numbers its rows, or whose DEFAULT does: a number that was given once is not given again, so none is before all
 * values are known. */
static bool numbers_rows(const Relation *r)
{
    for (uint32_t c = 0; c < r->schema->n; c++)
        if (preset_varies(r, c))
            return true;
    return false;
}

static int insert_values(Insert *in, const Values *values, Err *err)
{
    ExprRandom random = statement_random(in->x->db);
    PlanContext ctx = values_context(in, &random);
    size_t n_kept = numbers_rows(in->to) ? values->rows.n : 1, k = 0, width = in->n_targets;
    Value *value = ARENA_ARRAY(in->x->arena, Value, n_kept * width + 1);
    bool *says_default = ARENA_ARRAY(in->x->arena, bool, n_kept *width + 1);
    if (!value || !says_default)
        return RAISE_NOMEM(err);
    if (in->all_columns)
        in->n_targets = MIN(in->n_targets, AST(ValuesRow, values->rows.first)->items.n);
    in->says_default = says_default;
    AST_EACH(row, values->rows)
    {
        TRY(check_length(in, values, AST(ValuesRow, row), err));
        TRY(values_of(in, &ctx, AST(ValuesRow, row), value + k * width, says_default + k * width, err));
        if (n_kept > 1)
            k++;
        else if (!in->x->only_bind)
            TRY(insert_row(in, value, row->at, err));
    }
    if (in->x->only_bind || n_kept == 1)
        return 0;
    k = 0;
    AST_EACH(row, values->rows)
    {
        in->says_default = says_default + k * width;
        TRY(insert_row(in, value + k++ * width, row->at, err));
    }
    return 0;
}

static int raise_unassignable(const Field *to, Type t, Span at, Err *err)
{
    (void)RAISE_AT(err, ERR_DATATYPE_MISMATCH, at, "column \"%s\" is of type %s but expression is of type %s", to->name,
                   type_id_name((TypeId)to->type.id), type_id_name((TypeId)t.id));
    return err_hint(err, "You will need to rewrite or cast the expression.");
}

/* Whether the columns of a query may be assigned to their targets. */
static int check_types(const Insert *in, const Schema *schema, Span at, Err *err)
{
    for (uint32_t i = 0; i < in->n_targets; i++) {
        const Field *to = &in->to->schema->field[in->target[i]];
        Type t = in->is_literal[i] ? TYPE(UNKNOWN) : schema->field[i].type;
        const CastDef *cast = cast_find((TypeId)t.id, (TypeId)to->type.id);
        if (t.id != T_UNKNOWN && !type_eq(t, to->type) && (!cast || cast->context < CAST_ASSIGN))
            return raise_unassignable(to, t, at, err);
    }
    return 0;
}

static int insert_batch(Insert *in, const Batch *b, Span at, Err *err)
{
    Rows rows = batch_rows(b);
    Value *value = ARENA_ARRAY(in->x->arena, Value, in->n_targets + 1);
    if (!value)
        return RAISE_NOMEM(err);
    for (uint32_t r = 0; r < rows.n; r++) {
        uint32_t row = row_at(rows, r);
        const InsertOwn *own = NULL;
        if (in->own)
            own = in->own + (size_t)vec_get(&b->col[in->n_targets], row).i32 * in->n_targets;
        for (uint32_t i = 0; i < in->n_targets; i++) {
            Value v = vec_get(&b->col[i], row);
            in->says_default[i] = own && own[i].is_default;
            if (own && (own[i].is_default || own[i].is_value)) {
                value[i] = own[i].value;
                continue;
            }
            if (in->is_literal[i])
                v.type = TYPE(UNKNOWN);
            TRY(cast_assign(&v, in->to->schema->field[in->target[i]].type, in->x->arena, &value[i], err));
        }
        TRY(insert_row(in, value, at, err));
    }
    return 0;
}

/* One row of expressions: of those behind a star the place is known from the end. */
static void keep_literals(Insert *in, const NodeList *items, bool targets)
{
    uint32_t i = 0, k = 0;
    AST_EACH(item, *items)
    {
        const Node *e = targets ? AST(Target, item)->expr : item;
        uint32_t left = items->n - k++;
        if (e->kind == NODE_EXPR_STAR && left - 1 <= in->n_targets) {
            uint32_t next = MAX(in->n_targets - (left - 1), i);
            memset(in->is_literal + i, 0, (next - i) * sizeof(bool));
            i = next;
        } else if (i < in->n_targets) {
            in->is_literal[i++] &= dml_is_untyped(e);
        }
    }
}

/* SELECT 1, '2024-01-01', NULL: which values are literals without a type, in every part of a set operation. */
static void find_literals(Insert *in, const Node *body)
{
    while (body->kind == NODE_QUERY)
        body = AST(Query, body)->body;
    if (body->kind == NODE_SELECT) {
        keep_literals(in, &AST(Select, body)->targets, true);
    } else if (body->kind == NODE_SET_OP) {
        find_literals(in, AST(SetOp, body)->left);
        find_literals(in, AST(SetOp, body)->right);
    } else if (body->kind == NODE_VALUES) {
        AST_EACH(row, AST(Values, body)->rows)
        keep_literals(in, &AST(ValuesRow, row)->items, false);
    } else {
        memset(in->is_literal, 0, in->n_targets * sizeof(bool));
    }
}

static int check_columns(Insert *in, const Query *query, const Schema *schema, Err *err)
{
    uint32_t n = schema->n - (in->own ? 1 : 0);
    if (in->all_columns)
        in->n_targets = MIN(in->n_targets, n);
    if (n != in->n_targets)
        return RAISE_AT(err, ERR_SYNTAX, query->node.at, "INSERT has %s",
                        n > in->n_targets ? "more expressions than target columns" : "more target columns than expressions");
    for (uint32_t i = 0; i < in->n_targets && !in->own; i++)
        TRY(insert_check_given(in, in->target[i], query->node.at, err));
    memset(in->is_literal, 1, in->n_targets * sizeof(bool));
    find_literals(in, query->body);
    return check_types(in, schema, query->node.at, err);
}

/* A parameter that is a value by itself has the type of its column, as in VALUES. */
static void type_params(const Insert *in, const Query *query)
{
    const Node *body = query->body;
    while (body->kind == NODE_QUERY)
        body = AST(Query, body)->body;
    if (body->kind != NODE_SELECT)
        return;
    uint32_t i = 0;
    AST_EACH(item, AST(Select, body)->targets)
    {
        const Node *e = AST(Target, item)->expr;
        if (e->kind == NODE_EXPR_STAR || i == in->n_targets)
            return;
        dml_type_param(in->x, e, in->to->schema->field[in->target[i]].type);
        i++;
    }
}

/* Binds it and looks whether it may be inserted. */
static int check_query(Insert *in, const Query *query, const StreamOptions *o, Err *err)
{
    PhysPlan *plan = NULL;
    TRY(stream_check(in->x->db, query, o, &plan, err));
    int rc = check_columns(in, query, plan->schema, err);
    statement_show(in->x, plan);
    return rc;
}

static int insert_query(Insert *in, const Query *query, Err *err)
{
    in->is_literal = ARENA_ARRAY(in->x->arena, bool, in->n_targets + 1);
    in->says_default = ARENA_ARRAY(in->x->arena, bool, in->n_targets + 1);
    if (!in->is_literal || !in->says_default)
        return RAISE_NOMEM(err);
    QueryStmt stmt = {.node = {.kind = NODE_QUERY_STMT, .at = query->node.at}, .query = (Query *)query};
    Stream *stream = NULL;
    StreamOptions o = {.n_params = in->x->n_params, .params = in->x->params, .routine = in->x->routine};
    o.measured = in->x->shown != NULL;
    if (in->x->only_bind) {
        type_params(in, query);
        return check_query(in, query, &o, err);
    }
    TRY(stream_open(in->x->db, &stmt.node, in->x->script, STREAM_COLLECT, &o, &stream, err));
    int rc = check_columns(in, query, stream->schema, err);
    while (rc == 0) {
        Delivery q = {0};
        rc = stream_next(stream, INT64_MAX, &q, err);
        if (rc == STREAM_ROWS && q.batch)
            rc = insert_batch(in, q.batch, query->node.at, err);
        batch_unref(q.batch);
    }
    stream_free(stream);
    return rc == STREAM_END ? 0 : rc;
}

/* ---- VALUES with subqueries ---- */

static Node *literal_at(Arena *a, Span at, LiteralKind kind, Str text)
{
    ExprLiteral *l = ARENA_NEW(a, ExprLiteral);
    if (!l)
        return NULL;
    *l = (ExprLiteral){.node = {.kind = NODE_EXPR_LITERAL, .at = at}, .kind = kind, .text = text};
    return &l->node;
}

/* One expression of VALUES.  What holds no subquery is for its column alone, as in VALUES without any; NULL stands for it. */
static int split(Insert *in, const PlanContext *ctx, Node *item, uint32_t col, InsertOwn *own, Node **ret, Err *err)
{
    own->is_default = item->kind == NODE_EXPR_DEFAULT;
    own->is_value = !own->is_default && !plan_holds_query(ctx->catalog, item);
    if (!own->is_default)
        TRY(insert_check_given(in, col, item->at, err));
    if (own->is_default || own->is_value)
        TRY(value_for(in, ctx, item, col, &own->value, err));
    *ret = own->is_default || own->is_value ? literal_at(in->x->arena, item->at, LITERAL_NULL, (Str){0}) : item;
    return 0;
}

/* Row k of VALUES; the last column says k. */
static int values_row(Insert *in, const PlanContext *ctx, const ValuesRow *row, uint32_t k, Values *to, Err *err)
{
    Arena *a = in->x->arena;
    ValuesRow *own = ARENA_NEW(a, ValuesRow);
    char *number = arena_printf(a, "%u", k);
    uint32_t i = 0;
    if (!own || !number)
        return RAISE_NOMEM(err);
    *own = (ValuesRow){.node = {.kind = NODE_VALUES_ROW, .at = row->node.at}};
    AST_EACH(item, row->items)
    {
        Node *expr;
        TRY(split(in, ctx, item, in->target[i], &in->own[(size_t)k * in->n_targets + i], &expr, err));
        expr = expr == item ? ast_copy_top(a, item) : expr;
        if (!expr)
            return RAISE_NOMEM(err);
        node_list_append(&own->items, expr);
        i++;
    }
    Node *last = literal_at(a, row->node.at, LITERAL_INT, str_of(number));
    if (!last)
        return RAISE_NOMEM(err);
    node_list_append(&own->items, last);
    node_list_append(&to->rows, &own->node);
    return 0;
}

/* VALUES of what subqueries give. */
static int values_query(Insert *in, const Values *v, Node **ret, Err *err)
{
    ExprRandom random = statement_random(in->x->db);
    PlanContext ctx = values_context(in, &random);
    uint32_t k = 0;
    if (in->all_columns)
        in->n_targets = MIN(in->n_targets, AST(ValuesRow, v->rows.first)->items.n);
    in->own = ARENA_ARRAY(in->x->arena, InsertOwn, (size_t)v->rows.n * in->n_targets + 1);
    Values *own = ARENA_NEW(in->x->arena, Values);
    if (!in->own || !own)
        return RAISE_NOMEM(err);
    *own = (Values){.node = v->node};
    own->node.next = NULL;
    AST_EACH(row, v->rows)
    {
        TRY(check_length(in, v, AST(ValuesRow, row), err));
        TRY(values_row(in, &ctx, AST(ValuesRow, row), k++, own, err));
    }
    *ret = &own->node;
    return 0;
}

/* ORDER BY its last column: rows are numbered and given back as they are written. */
static int order_by_row(Insert *in, Query *q, Err *err)
{
    Arena *a = in->x->arena;
    OrderItem *item = ARENA_NEW(a, OrderItem);
    char *number = arena_printf(a, "%u", in->n_targets + 1);
    Node *place = number ? literal_at(a, q->node.at, LITERAL_INT, str_of(number)) : NULL;
    if (!item || !place)
        return RAISE_NOMEM(err);
    *item = (OrderItem){.node = {.kind = NODE_ORDER_ITEM, .at = q->node.at}, .expr = place};
    node_list_append(&q->order_by, &item->node);
    return 0;
}

/* VALUES and nothing around it, where DEFAULT may stand. */
static bool is_bare_values(const Query *q)
{
    return q->body->kind == NODE_VALUES && !q->with && !q->order_by.n && !q->limit && !q->offset;
}

/* The query whose rows are inserted: WITH before INSERT is its WITH. */
static int query_of(Insert *in, const InsertStmt *st, const Query **ret, Err *err)
{
    Arena *a = in->x->arena;
    bool values = is_bare_values(st->query);
    *ret = st->query;
    if (!st->with && !values)
        return 0;
    Query *q = ARENA_NEW(a, Query), *outer = ARENA_NEW(a, Query);
    if (!q || !outer)
        return RAISE_NOMEM(err);
    *q = *st->query;
    if (values)
        TRY(values_query(in, AST(Values, q->body), &q->body, err));
    *outer = (Query){.node = q->node, .with = st->with, .body = &q->node};
    *ret = st->with ? outer : q;
    return values ? order_by_row(in, (Query *)*ret, err) : 0;
}

static bool is_plain_values(const Catalog *c, const InsertStmt *st)
{
    return is_bare_values(st->query) && !st->with && !plan_holds_query(c, st->query->body);
}

/* Those of a view are columns of its table. */
static int targets_of(Insert *in, const InsertStmt *st, Err *err)
{
    NodeList columns = st->columns;
    if (in->view)
        TRY(view_columns(in->view, in->x->arena, &st->columns, st->table.at, &columns, err));
    TRY(insert_targets(in, &columns, err));
    in->all_columns = st->columns.n == 0;
    return 0;
}

static int make_rows(Insert *in, const InsertStmt *st, Err *err)
{
    const Query *query;
    in->overriding = st->overriding;
    TRY(targets_of(in, st, err));
    if (!st->query) { /* DEFAULT VALUES */
        in->n_targets = 0;
        if (!in->x->only_bind)
            TRY(insert_row(in, NULL, st->node.at, err));
    } else if (is_plain_values(in->catalog, st)) {
        TRY(insert_values(in, AST(Values, st->query->body), err));
    } else {
        TRY(query_of(in, st, &query, err));
        TRY(insert_query(in, query, err));
    }
    return in->builder.n ? batch_list_add(&in->rows, builder_take(&in->builder), err) : 0;
}

/* Columns of which parts get values, and those values, become whole columns. */
static int join_parts(const Insert *in, const InsertStmt **st, Err *err)
{
    Arena *a = in->x->arena;
    const Relation *to = in->view ? in->view->view : in->to;
    const NodeList *written = &(*st)->columns;
    if (!dml_has_parts(written))
        return 0;
    InsertStmt *own = arena_memdup(a, *st, sizeof(*own));
    if (!own)
        return RAISE_NOMEM(err);
    TRY(dml_join_columns(a, written, &own->columns, err));
    TRY(dml_join_query(a, to, written, (*st)->query, &own->query, err));
    *st = own;
    return 0;
}

/* in->to and in->preset are set. */
static int collect_rows(Insert *in, const InsertStmt *st, Err *err)
{
    TRY(join_parts(in, &st, err));
    in->rows.acct = engine_account(in->x->db->engine);
    TRY(builder_init(&in->builder, in->rows.acct, in->to->schema, BATCH_ROWS_MAX, err));
    int rc = make_rows(in, st, err);
    builder_done(&in->builder);
    return rc;
}

int collect_query_rows(StmtContext *x, const Relation *to, const Query *query, BatchList *ret, Err *err)
{
    InsertStmt st = {.node = {.at = query->node.at}, .query = (Query *)query};
    Insert in = {.x = x, .catalog = x->db->catalog, .to = to, .preset = ARENA_ARRAY(x->arena, Value, to->schema->n + 1)};
    int rc = in.preset ? collect_rows(&in, &st, err) : RAISE_NOMEM(err);
    *ret = in.rows;
    return rc;
}

/* ---- into a source ---- */

static int push_rows(Insert *in, const Catalog *c, Err *err)
{
    Intake k = {0};
    int rc = intake_open(&k, in->x->db, c, in->to, err);
    in->x->again = rc == -ERR_SERIALIZATION;
    for (uint32_t i = 0; i < in->rows.n && rc == 0; i++)
        rc = intake_push(&k, in->rows.batch[i], err);
    intake_close(&k);
    /* The rows may lie in the mailbox of whoever is inside: a statement is over when they have gone through every query. */
    Engine *e = in->x->db->engine;
    if (rc == 0 && !engine_is_inside(e)) {
        engine_enter(e);
        engine_leave(e);
    }
    return rc;
}

/* It is evaluated over the rows as they are pushed, before they are. */
static int check_source_returning(const Catalog *c, const InsertStmt *st, const Relation *to, Err *err)
{
    AST_EACH(target, st->returning)
    if (plan_holds_query(c, target))
        return RAISE_AT(err, ERR_UNSUPPORTED, target->at, "RETURNING with subqueries from a source is not supported");
    for (uint32_t i = 0; st->returning.n && i < to->schema->n; i++)
        if (relation_generates(to, i))
            return RAISE_AT(err, ERR_UNSUPPORTED, st->node.at, "RETURNING from a source with generated columns is not supported");
    if (st->returning.n && to->watermark.declared && to->watermark.by == WATERMARK_BY_PROCTIME)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->node.at,
                        "RETURNING from a source whose event time is the time of arrival is not supported");
    return 0;
}

static int insert_into_source(StmtContext *x, const InsertStmt *st, const Catalog *c, const Relation *to, Err *err)
{
    if (to->connector)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->table.at, "cannot insert into \"%s\": it is fed by a connector", to->name);
    if (to->kind != REL_SOURCE)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->table.at, "cannot insert into \"%s\": it is %s %s", to->name,
                        word_article(relation_kind_name(to->kind)), relation_kind_name(to->kind));
    TRY(transaction_refuse(x->db, "INSERT into a source", st->table.at, err));
    if (st->on_conflict)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->node.at,
                        "INSERT with ON CONFLICT into a source, which stores no rows, is not supported");
    TRY(check_source_returning(c, st, to, err));
    Insert in = {.x = x, .catalog = c, .to = to};
    TableWrite w;
    x->wal_mode = to->wal_mode;
    table_write_open_source(&w, x, to, &st->alias);
    int rc = table_write_returning(&w, st->with, &w.scope, to->schema, &st->returning, err);
    rc = rc == 0 ? eval_presets(x->db, c, to, x->now_us, x->arena, &in.preset, err) : rc;
    rc = rc == 0 ? collect_rows(&in, st, err) : rc;
    for (uint32_t i = 0; rc == 0 && i < in.rows.n && !x->only_bind; i++) {
        arena_reset(&w.step);
        rc = table_write_return(&w, in.rows.batch[i], err);
    }
    if (rc == 0 && !x->only_bind)
        rc = push_rows(&in, c, err);
    w.n_rows = in.n_rows;
    if (rc == 0)
        table_write_result(&w, "INSERT 0", object_of(&st->table));
    batch_list_done(&in.rows);
    table_write_close(&w);
    return rc;
}

/* ---- into a table ---- */

typedef struct Arbiter { /* a constraint that a row may meet */
    int32_t unique;      /* its number, -1 = the primary key */
    const char *index;   /* of an index that is no constraint: its name, by which the number is found; else NULL */
    HashTable *seen;     /* keys that the statement has inserted or updated */
    uint8_t **old, **entry;
} Arbiter;
typedef struct Conflict { /* ON CONFLICT, bound */
    bool do_nothing;
    uint32_t n;
    Arbiter *arbiter;
    Schema *both; /* the columns of the row that is met, then those of EXCLUDED: the table's or, when one is named, the view's */
    Schema *held; /* by_query: of a view behind the table's columns */
    const OnConflict *by_query; /* DO UPDATE has subqueries; NULL = it has none */
    const With *with;
    Program *where;
    SetList set;
} Conflict;

/* What ON CONFLICT (..) WHERE says, over the table's row. */
typedef struct ConflictTarget {
    uint32_t n;
    Expr **key, *where;
} ConflictTarget;

static int bind_target(TableWrite *w, const OnConflict *oc, ConflictTarget *ret, Err *err)
{
    Arena *a = w->x->arena;
    *ret = (ConflictTarget){.key = ARENA_ARRAY(a, Expr *, oc->columns.n + 1)};
    if (!ret->key)
        return RAISE_NOMEM(err);
    AST_EACH(item, oc->columns)
    {
        Expr **key = &ret->key[ret->n], **known = ret->key;
        TRY(bind_conflict_key(&w->plan, w->table, AST(OrderItem, item)->expr, a, key, err));
        while (known < key && !expr_equal(*known, *key))
            known++;
        ret->n += known == key; /* the same one may be written again */
    }
    return oc->target_where ? bind_index_condition(&w->plan, w->table, oc->target_where, a, &ret->where, err) : 0;
}

static bool same_columns(const uint32_t *col, uint32_t n, const ConflictTarget *t)
{
    uint32_t n_same = 0;
    for (uint32_t k = 0; k < t->n; k++)
        for (uint32_t i = 0; i < n; i++)
            n_same += t->key[k]->kind == EXPR_COLUMN && t->key[k]->col == col[i];
    return n > 0 && n_same == n && n == t->n;
}

/* Whether it is of the same keys, and of all rows that are meant. */
static int fits_index(TableWrite *w, const Relation *index, const ConflictTarget *t, bool *ret, Err *err)
{
    IndexExprs of;
    uint32_t n_same = 0;
    TRY(bind_index(&w->plan, w->table, index, w->x->arena, &of, err));
    for (uint32_t k = 0; k < t->n; k++)
        for (uint32_t i = 0; i < index->n_indexed; i++)
            n_same += expr_equal(t->key[k], of.key[i]);
    *ret = n_same == t->n && t->n == index->n_indexed && (!of.condition || (t->where && expr_implies(t->where, of.condition)));
    return 0;
}

static bool is_primary_key(const Relation *t, Str name)
{
    char made[80];
    snprintf(made, sizeof(made), "%s_pkey", t->own);
    return t->n_primary_key && str_eq(str_of(t->primary_key_name ? t->primary_key_name : made), name);
}

static void add_arbiter(Conflict *k, int32_t unique)
{
    k->arbiter[k->n++].unique = unique;
}

static int refuse_deferrable(const Relation *t, const OnConflict *oc, const Conflict *k, Err *err)
{
    for (uint32_t i = 0; i < k->n; i++)
        if (!k->arbiter[i].index && k->arbiter[i].unique >= 0 && t->unique[k->arbiter[i].unique].deferrable)
            return RAISE_AT(err, ERR_WRONG_STATE, oc->node.at,
                            "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters");
    return 0;
}

static int by_constraint(const Relation *t, const OnConflict *oc, Conflict *k, Err *err)
{
    const Ident *name = &oc->constraint;
    if (is_primary_key(t, name->s))
        add_arbiter(k, -1);
    for (uint32_t u = 0; u < t->n_unique; u++)
        if (str_eq(str_of(t->unique[u].name), name->s))
            add_arbiter(k, (int32_t)u);
    for (uint32_t i = 0; i < t->n_checks && k->n == 0; i++)
        if (str_eq(str_of(t->check_name[i]), name->s))
            return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "constraint in ON CONFLICT clause has no associated index");
    return k->n ? 0
                : RAISE_AT(err, ERR_UNDEFINED_OBJECT, name->at, "constraint \"%s\" for table \"%s\" does not exist", name->s.p,
                           t->name);
}

static int add_indexes(TableWrite *w, const ConflictTarget *target, Conflict *k, Err *err)
{
    Relations index = catalog_belonging(w->plan.catalog, REL_INDEX, w->table->id);
    for (uint32_t i = 0; i < index.n; i++) {
        const Relation *x = index.relation[i];
        bool fits = target->n == 0;
        if (!x->index_unique)
            continue;
        if (!fits)
            TRY(fits_index(w, x, target, &fits, err));
        if (fits)
            k->arbiter[k->n++].index = x->name;
    }
    return 0;
}

/* Which constraints decide: the one named, those over the columns, or all of them. */
static int find_arbiters(TableWrite *w, const OnConflict *oc, Conflict *k, Err *err)
{
    const Relation *t = w->table;
    ConflictTarget target;
    if (oc->constraint.s.p)
        return by_constraint(t, oc, k, err);
    if (oc->columns.n == 0 && !oc->do_nothing)
        return RAISE_AT(err, ERR_SYNTAX, oc->node.at, "ON CONFLICT DO UPDATE requires inference specification or constraint name");
    TRY(bind_target(w, oc, &target, err));
    bool all = oc->columns.n == 0;
    if (all ? t->n_primary_key > 0 : same_columns(t->primary_key, t->n_primary_key, &target))
        add_arbiter(k, -1);
    for (uint32_t u = 0; u < t->n_unique; u++)
        if (all || (k->n == 0 && same_columns(t->unique[u].col, t->unique[u].n, &target)))
            add_arbiter(k, (int32_t)u);
    TRY(add_indexes(w, &target, k, err));
    if (k->n == 0 && !all)
        return RAISE_AT(err, ERR_INVALID_COLUMN_REF, oc->node.at,
                        "there is no unique or exclusion constraint matching the ON CONFLICT specification");
    return 0;
}

static bool asks(const Catalog *c, const OnConflict *oc)
{
    bool any = plan_holds_query(c, oc->where);
    AST_EACH(set, oc->sets)
    any |= plan_holds_query(c, set);
    return any;
}

/* n times the columns of `named` behind those of `base`, which may be NULL. */
static Schema *schema_times(TableWrite *w, const Schema *base, const Schema *named, uint32_t n)
{
    uint32_t k = base ? base->n : 0;
    Field *field = ARENA_ARRAY(w->x->arena, Field, k + n * named->n + 1);
    if (!field)
        return NULL;
    if (base)
        memcpy(field, base->field, k * sizeof(Field));
    for (uint32_t i = 0; i < n; i++, k += named->n)
        memcpy(field + k, named->field, named->n * sizeof(Field));
    return schema_new(&w->x->db->acct, field, k);
}

/* Its columns as those of the table. */
static int target_of_view(const TableWrite *w, const NodeList *items, Span at, NodeList *ret, Err *err)
{
    Arena *a = w->x->arena;
    NodeList named = {0}, of_table;
    AST_EACH(item, *items)
    {
        const Node *e = AST(OrderItem, item)->expr;
        IdentNode *n = ARENA_NEW(a, IdentNode);
        if (!n)
            return RAISE_NOMEM(err);
        if (e->kind != NODE_EXPR_COLUMN || AST(ExprColumn, e)->name.n_parts != 1)
            return RAISE_AT(err, ERR_UNSUPPORTED, e->at, "ON CONFLICT of a view with an expression is not supported");
        *n = (IdentNode){.node = {.kind = NODE_IDENT, .at = e->at, .depth = 1}, .ident = AST(ExprColumn, e)->name.part[0]};
        node_list_append(&named, &n->node);
    }
    TRY(view_columns(w->view, a, &named, at, &of_table, err));
    *ret = (NodeList){0};
    AST_EACH(item, of_table)
    {
        ExprColumn *e = ARENA_NEW(a, ExprColumn);
        OrderItem *o = ARENA_NEW(a, OrderItem);
        if (!e || !o)
            return RAISE_NOMEM(err);
        Ident *part = &AST(IdentNode, item)->ident;
        *e = (ExprColumn){.node = {.kind = NODE_EXPR_COLUMN, .at = item->at, .depth = 1},
                          .name = {.part = part, .n_parts = 1, .at = item->at}};
        *o = (OrderItem){.node = {.kind = NODE_ORDER_ITEM, .at = item->at, .depth = 2}, .expr = &e->node};
        node_list_append(ret, &o->node);
    }
    return 0;
}

/* The columns of ON CONFLICT (..) of a view are columns of its table. */
static int conflict_of_view(const TableWrite *w, const OnConflict **oc, Err *err)
{
    OnConflict *own = arena_memdup(w->x->arena, *oc, sizeof(*own));
    const Ident *name = &(*oc)->constraint;
    if (!own)
        return RAISE_NOMEM(err);
    if (name->s.p)
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, name->at, "constraint \"%s\" for table \"%s\" does not exist", name->s.p,
                        w->view->view->name);
    if (own->target_where)
        return RAISE_AT(err, ERR_UNSUPPORTED, own->target_where->at, "ON CONFLICT .. WHERE of a view is not supported");
    if (own->columns.n)
        TRY(target_of_view(w, &(*oc)->columns, own->node.at, &own->columns, err));
    *oc = own;
    return 0;
}

static int bind_conflict(TableWrite *w, const OnConflict *oc, Conflict *ret, Err *err)
{
    if (!oc)
        return 0;
    if (w->view)
        TRY(conflict_of_view(w, &oc, err));
    ret->do_nothing = oc->do_nothing;
    ret->arbiter =
        ARENA_ARRAY(w->x->arena, Arbiter, w->table->n_unique + catalog_belonging(w->plan.catalog, REL_INDEX, w->table->id).n + 1);
    if (!ret->arbiter)
        return RAISE_NOMEM(err);
    TRY(find_arbiters(w, oc, ret, err));
    TRY(refuse_deferrable(w->table, oc, ret, err));
    if (oc->do_nothing)
        return 0;
    ret->both = schema_times(w, NULL, w->scope.table->schema, 2);
    if (!ret->both)
        return RAISE_NOMEM(err);
    ret->held = w->view ? schema_times(w, w->table->schema, w->scope.table->schema, 2) : schema_ref(ret->both);
    if (!ret->held)
        return RAISE_NOMEM(err);
    ret->by_query = asks(w->plan.catalog, oc) ? oc : NULL;
    if (ret->by_query)
        return dml_update_held(w, ret->with, oc, ret->held, NULL, err);
    w->scope.with_excluded = true;
    TRY(set_list_bind(w, &oc->sets, ret->both, &ret->set, err));
    if (!oc->where)
        return 0;
    Expr *e;
    TRY(bind_table_predicate(&w->plan, &w->scope, oc->where, "WHERE", w->x->arena, &e, err));
    return program_compile(w->x->arena, &e, 1, ret->both, &ret->where, err);
}

static int second_time(Err *err)
{
    int rc = RAISE(err, ERR_CARDINALITY, "ON CONFLICT DO UPDATE command cannot affect row a second time");
    (void)err_hint(err, "Ensure that no rows proposed for insertion within the same command have duplicate constrained values.");
    return rc;
}

/* What SET and WHERE read, row for row: `before`, and the rows `proposed`, as they are named. */
static int pair_rows(TableWrite *w, const Conflict *k, const Batch *before, const Batch *proposed, Batch **ret, Err *err)
{
    Batch *old = (Batch *)before, *new = (Batch *)proposed;
    uint32_t n = before->n_sel, first = 0;
    if (w->view) {
        TRY(view_rows(w, before, &old, err));
        TRY(view_rows(w, proposed, &new, err));
    }
    bool base = w->view && k->by_query;
    Batch *both = batch_scratch(&w->step, base ? k->held : k->both, n);
    if (!both)
        return RAISE_NOMEM(err);
    both->n = both->n_sel = n;
    for (uint32_t c = 0; base && c < before->n_cols; c++)
        both->col[first++] = before->col[c];
    for (uint32_t c = 0; c < old->n_cols; c++) {
        both->col[first + c] = old->col[c];
        if (vec_gather(&new->col[c], batch_rows(new), &both->col[first + old->n_cols + c], &w->step) < 0)
            return RAISE_NOMEM(err);
    }
    *ret = both;
    return 0;
}

typedef struct Hits { /* rows that meet one of the table */
    uint32_t n;
    uint8_t **old; /* what each meets */
    uint16_t *row; /* of the batch */
    uint16_t *at;  /* which of the selected ones it is */
} Hits;

static int claim_all(TableWrite *w, Batch *before, Err *err)
{
    Batch *mine;
    TRY(table_write_claim(w, before, &mine, err));
    return mine->n_sel < before->n_sel ? second_time(err) : 0;
}

/* DO UPDATE for the rows of b that hit some; ret_pass: of which the condition holds, numbers of hits; NULL = of all. */
static int update_hits(TableWrite *w, Conflict *k, const Batch *b, const Hits *h, const Batch **ret_pass, Err *err)
{
    Batch *before = NULL, *both, *pass, *after = NULL;
    Batch *borrowed = batch_with_sel(&w->step, b, h->row, h->n); /* a gather would take references on what b owns */
    *ret_pass = NULL;
    if (!borrowed)
        return RAISE_NOMEM(err);
    TRY(stored_read(w->feed->stored, h->old, h->n, &w->step, &before, err));
    if (k->by_query)
        TRY(claim_all(w, before, err));
    TRY(pair_rows(w, k, before, borrowed, &both, err));
    if (k->by_query)
        return dml_update_held(w, k->with, k->by_query, k->held, both, err);
    pass = both;
    if (k->where) {
        TRY(table_write_filter(w, k->where, both, &pass, err));
        *ret_pass = pass;
    }
    if (pass->n_sel == 0)
        return 0;
    w->n_rows += pass->n_sel;
    before = batch_with_sel(&w->step, before, pass->sel, pass->n_sel);
    if (!before)
        return RAISE_NOMEM(err);
    TRY(claim_all(w, before, err));
    TRY(table_write_minus(w, before, err));
    TRY(set_list_run(w, &k->set, pass, before, &after, err));
    return table_write_plus(w, after, err);
}

/* The rows that b's rows meet, and whether the statement has had their keys. */
static int look_up(TableWrite *w, Arbiter *a, const Batch *b, Err *err)
{
    Stored *s = w->feed->stored;
    a->old = arena_alloc(&w->step, b->n_sel * sizeof(*a->old));
    a->entry = arena_alloc(&w->step, b->n_sel * sizeof(*a->entry));
    if (!a->old || !a->entry)
        return RAISE_NOMEM(err);
    if (a->index && (a->unique = stored_unique_number(s, a->index)) < 0)
        return RAISE(err, ERR_UNDEFINED_OBJECT, "index \"%s\" does not exist any more", a->index);
    if (!a->seen && !(a->seen = stored_arbiter_keys_new(s, a->unique, err)))
        return -ERR_OUT_OF_MEMORY;
    TRY(stored_arbiter_find(s, a->unique, b, a->old, err));
    return stored_arbiter_keys_get(s, a->unique, a->seen, b, a->entry, err);
}

/* What the statement has done with a key. */
typedef enum KeyUse { KEY_FREE, KEY_TAKEN, KEY_OPEN /* a row of this round may take it */ } KeyUse;

/* Row i: it meets a row of the table (*ret_old), or one of the statement. */
static KeyUse meets(const Conflict *k, uint32_t i, uint8_t **ret_old)
{
    KeyUse use = KEY_FREE;
    *ret_old = NULL;
    for (uint32_t a = 0; a < k->n; a++) {
        const Arbiter *r = &k->arbiter[a];
        KeyUse own = r->entry[i] ? (KeyUse)*row_count(r->entry[i]) : KEY_FREE;
        use = use == KEY_TAKEN || own == KEY_FREE ? use : own;
        *ret_old = *ret_old ? *ret_old : r->old[i];
    }
    return use;
}

static void note_keys(const Conflict *k, uint32_t i, KeyUse use)
{
    for (uint32_t a = 0; a < k->n; a++)
        if (k->arbiter[a].entry[i])
            *row_count(k->arbiter[a].entry[i]) = (int32_t)use;
}

/* A row that its condition leaves alone may be met again. */
static int settle_hits(TableWrite *w, Conflict *k, const Batch *b, const Hits *h, Err *err)
{
    const Batch *pass;
    if (h->n == 0)
        return 0;
    TRY(update_hits(w, k, b, h, &pass, err));
    for (uint32_t i = 0; i < h->n; i++)
        note_keys(k, h->at[i], pass ? KEY_FREE : KEY_TAKEN);
    for (uint32_t i = 0; pass && i < pass->n_sel; i++)
        note_keys(k, h->at[pass->sel[i]], KEY_TAKEN);
    return 0;
}

/* The rows `left` of b in their order, but for those whose key a row before them may take: these are left again. */
static int resolve_round(TableWrite *w, Conflict *k, const Batch *b, Hits *h, uint16_t *fresh, uint16_t *left, uint32_t *n_left,
                         Err *err)
{
    uint32_t n = *n_left, n_new = 0;
    uint8_t *row;
    h->n = *n_left = 0;
    for (uint32_t j = 0; j < n; j++) {
        uint16_t i = left[j];
        KeyUse use = meets(k, i, &row);
        if (use == KEY_TAKEN && !k->do_nothing)
            return second_time(err);
        if (use == KEY_TAKEN || (row && k->do_nothing))
            continue;
        if (use == KEY_OPEN) {
            left[(*n_left)++] = i;
            continue;
        }
        note_keys(k, i, row ? KEY_OPEN : KEY_TAKEN);
        if (row) {
            h->old[h->n] = row;
            h->at[h->n] = i;
            h->row[h->n++] = (uint16_t)row_at(batch_rows(b), i);
        } else {
            fresh[n_new++] = (uint16_t)row_at(batch_rows(b), i);
        }
    }
    Batch *insert = batch_with_sel(&w->step, b, fresh, n_new);
    if (!insert)
        return RAISE_NOMEM(err);
    w->n_rows += n_new;
    TRY(table_write_plus(w, insert, err));
    return settle_hits(w, k, b, h, err);
}

static int insert_resolving(TableWrite *w, Conflict *k, const Batch *b, Err *err)
{
    uint32_t n = b->n_sel, n_left = n;
    arena_reset(&w->step);
    Hits h = {.old = arena_alloc(&w->step, n * sizeof(*h.old)),
              .row = arena_alloc(&w->step, n * sizeof(*h.row)),
              .at = arena_alloc(&w->step, n * sizeof(*h.at))};
    uint16_t *fresh = arena_alloc(&w->step, n * sizeof(*fresh)), *left = arena_alloc(&w->step, n * sizeof(*left));
    if (!h.old || !h.row || !h.at || !fresh || !left)
        return RAISE_NOMEM(err);
    TRY(table_write_generate(w, &b, err));
    TRY(row_checks_run(&w->checks, w->x->now_us, b, err)); /* also of rows that are left out */
    for (uint32_t a = 0; a < k->n; a++)
        TRY(look_up(w, &k->arbiter[a], b, err));
    for (uint32_t i = 0; i < n; i++)
        left[i] = (uint16_t)i;
    while (n_left)
        TRY(resolve_round(w, k, b, &h, fresh, left, &n_left, err));
    return 0;
}

static void forget_seen(Conflict *k)
{
    for (uint32_t a = 0; a < k->n; a++) {
        hash_table_free(k->arbiter[a].seen);
        k->arbiter[a].seen = NULL;
    }
}

static int insert_all(TableWrite *w, Conflict *k, Insert *in, Err *err)
{
    w->has_rows = k->n == 0 && !w->held;
    TRY(table_write_begin(w, err));
    for (uint32_t i = 0; i < in->rows.n; i++) {
        arena_reset(&w->step);
        if (k->n) {
            TRY(insert_resolving(w, k, in->rows.batch[i], err));
            continue;
        }
        w->n_rows += in->rows.batch[i]->n_sel;
        TRY(table_write_plus(w, in->rows.batch[i], err));
    }
    forget_seen(k);
    return table_write_commit(w, err);
}

static int insert_into_table(StmtContext *x, const InsertStmt *st, const Catalog *c, Err *err)
{
    TableWrite w = {0};
    Conflict k = {0};
    Insert in = {.x = x, .catalog = c};
    const OnConflict *on_conflict = NULL;
    int rc = table_write_open(&w, x, &st->table, &st->alias, "insert into", err);
    if (rc == 0)
        rc = table_write_returning(&w, st->with, &w.scope, w.scope.table->schema, &st->returning, err);
    if (rc == 0) {
        in.to = w.table;
        in.preset = w.preset;
        in.view = w.view;
    }
    k.with = st->with;
    if (rc == 0)
        rc = conflict_of_words(&w, st, &on_conflict, err);
    if (rc == 0)
        rc = bind_conflict(&w, on_conflict, &k, err);
    if (rc == 0)
        rc = collect_rows(&in, st, err);
    if (rc == 0 && !x->only_bind)
        rc = insert_all(&w, &k, &in, err);
    forget_seen(&k); /* the shard is still held when the statement has failed */
    if (rc == 0)
        table_write_result(&w, "INSERT 0", object_of(&st->table));
    batch_list_done(&in.rows);
    schema_unref(k.both);
    schema_unref(k.held);
    table_write_close(&w);
    return rc;
}

int stmt_insert(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const InsertStmt *st = AST(InsertStmt, s->node);
    Catalog *c = db_catalog(x->db);
    const Relation *to = NULL;
    int rc = name_check_made(c, &st->table, err);
    if (rc < 0) {
        catalog_unref(c);
        return rc;
    }
    to = catalog_find(c, object_of(&st->table));
    rc = to && to->kind != REL_TABLE && to->kind != REL_QUERY ? insert_into_source(x, st, c, to, err)
                                                              : insert_into_table(x, st, c, err);
    catalog_unref(c);
    return rc;
}
