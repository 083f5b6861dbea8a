/* SPDX-License-Identifier: Apache-2.0
 *
 * UPDATE and DELETE that read more than the row they change: WITH, FROM, USING, subqueries.  The statement is turned into the query
 *     [WITH ..] SELECT t.*, new values FROM t, others WHERE condition
 * which runs to its end while the statement holds the shard, so it reads the table as it is and nothing comes in between.  Of the
 * rows that the query gives for one row of the table the first one counts, as in PostgreSQL. */
#include "catalog/names.h"
#include "db/dml_query.h"
#include "data/builder.h"
#include "db/dml_rows.h"
#include "db/stream.h"
#include "db/transaction_ddl.h"
#include "db/view_target.h"
#include "func/cast.h"
#include "sql/ast_equal.h"

typedef struct QueryChange {
    TableWrite *w;
    QueryChangeStmt st;
    Ident of; /* what the table is called */
    uint32_t n_sets, *set_col;
    bool *set_default, *set_text;
    uint32_t n_values;   /* sets that have a column in the result */
    HashTable *seen;     /* rows of the table that have been changed */
    Builder minus, plus; /* the change in the making */
    uint32_t n_more;     /* relations of FROM, for RETURNING */
    TableScopeMore *more;
    Schema *returned; /* the table's columns, then theirs; NULL: RETURNING is of the table alone */
    Builder back;
    BatchList found; /* what the query gave */
} QueryChange;

/* ---- whether it is needed ---- */

bool dml_reads_more(const Catalog *c, const QueryChangeStmt *st)
{
    bool more = st->with || st->from->n > 0 || plan_holds_query(c, st->where);
    for (const Node *n = st->sets ? st->sets->first : NULL; n; n = n->next)
        more |= plan_holds_query(c, n);
    return more;
}

bool dml_is_text(const Node *n)
{
    return n->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, n)->kind == LITERAL_STRING;
}

bool dml_is_untyped(const Node *n)
{
    return dml_is_text(n) || (n->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, n)->kind == LITERAL_NULL);
}

void dml_type_param(const StmtContext *x, const Node *value, Type column)
{
    uint32_t k = value->kind == NODE_EXPR_PARAM ? AST(ExprParam, value)->number : 0;
    ParamSlot *slot = k > 0 && k <= x->n_params ? &x->params[k - 1] : NULL;
    if (slot && !slot->has_value && slot->type.id == T_UNKNOWN)
        slot->type = expr_param_type(column);
}

/* ---- the query ---- */

static int add_target(QueryChange *c, NodeList *targets, Node *expr, Err *err)
{
    Target *t = ARENA_NEW(c->w->x->arena, Target);
    if (!t)
        return RAISE_NOMEM(err);
    *t = (Target){.node = {.kind = NODE_TARGET, .at = expr->at}, .expr = expr};
    if (targets->last)
        targets->last->next = &t->node;
    else
        targets->first = &t->node;
    targets->last = &t->node;
    targets->n++;
    return 0;
}

static int add_set(QueryChange *c, NodeList *targets, const Ident *id, Node *value, Err *err)
{
    const Relation *t = c->w->table;
    uint32_t of_view = 0;
    if (c->w->view)
        TRY(view_column(c->w->view, id, "update", &of_view, err));
    int col = c->w->view ? (int)of_view : schema_find(t->schema, id->s);
    if (col < 0)
        return relation_no_column(t, id->s, id->at, err);
    for (uint32_t i = 0; i < c->n_sets; i++)
        if (c->set_col[i] == (uint32_t)col)
            return RAISE_AT(err, ERR_SYNTAX, id->at, "multiple assignments to same column \"%.*s\"", (int)id->s.n, id->s.p);
    TRY(check_generated(t, (uint32_t)col, value, err));
    c->set_col[c->n_sets] = (uint32_t)col;
    c->set_text[c->n_sets] = dml_is_untyped(value);
    dml_type_param(c->w->x, value, t->schema->field[col].type);
    c->set_default[c->n_sets++] = value->kind == NODE_EXPR_DEFAULT;
    if (value->kind == NODE_EXPR_DEFAULT)
        return 0;
    c->n_values++;
    return add_target(c, targets, value, err);
}

static int add_sets(QueryChange *c, NodeList *targets, Err *err)
{
    Arena *a = c->w->x->arena;
    SetItem *item;
    uint32_t n;
    TRY(dml_set_items(a, &c->of, c->st.sets, &item, &n, err));
    c->set_col = ARENA_ARRAY(a, uint32_t, n + 1);
    c->set_default = ARENA_ARRAY(a, bool, n + 1);
    c->set_text = ARENA_ARRAY(a, bool, n + 1);
    if (!c->set_col || !c->set_default || !c->set_text)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        TRY(add_set(c, targets, item[i].column, item[i].value, err));
    return 0;
}

static int add_star_of(QueryChange *c, NodeList *targets, Name of, Err *err)
{
    ExprStar *star = ARENA_NEW(c->w->x->arena, ExprStar);
    if (!star)
        return RAISE_NOMEM(err);
    *star = (ExprStar){.node = {.kind = NODE_EXPR_STAR, .at = of.at}, .of = of};
    return add_target(c, targets, &star->node, err);
}

static int add_star(QueryChange *c, NodeList *targets, Ident *of, Err *err)
{
    return add_star_of(c, targets, (Name){.part = of, .n_parts = 1, .at = of->at}, err);
}

/* The table's row.  Without an alias its name has the schema with it, for FROM may have one of that name of another. */
static int add_own_star(QueryChange *c, NodeList *targets, Ident *of, Err *err)
{
    Arena *a = c->w->x->arena;
    Ident *part = ARENA_ARRAY(a, Ident, 2);
    const char *schema = relation_schema_name(c->w->table, a);
    if (c->st.alias->s.p)
        return add_star(c, targets, of, err);
    if (!part || !schema)
        return RAISE_NOMEM(err);
    part[0] = (Ident){.s = str_of(schema), .at = of->at};
    part[1] = *of;
    return add_star_of(c, targets, (Name){.part = part, .n_parts = 2, .at = of->at}, err);
}

static int make_query(QueryChange *c, Query **ret, Select **ret_select, Err *err)
{
    Arena *a = c->w->x->arena;
    const QueryChangeStmt *st = &c->st;
    Select *s = ARENA_NEW(a, Select);
    Query *q = ARENA_NEW(a, Query);
    FromTable *from = ARENA_NEW(a, FromTable);
    Alias *alias = ARENA_NEW(a, Alias);
    Ident *of = ARENA_NEW(a, Ident);
    if (!s || !q || !from || !alias || !of)
        return RAISE_NOMEM(err);
    c->of = st->alias->s.p ? *st->alias : *name_last(st->table);
    *of = c->of;
    *alias = (Alias){.node = {.kind = NODE_ALIAS, .at = of->at}, .name = *of};
    *from = (FromTable){.node = {.kind = NODE_FROM_TABLE, .at = st->table->at, .next = st->from->first},
                        .name = *st->table,
                        .alias = st->alias->s.p ? alias : NULL};
    Node *target = &from->node;
    if (c->w->view)
        TRY(view_from(c->w->view, a, of, &target, err));
    target->next = st->from->first;
    *s = (Select){.node = {.kind = NODE_SELECT, .at = st->at}, .where = st->where};
    s->from = (NodeList){target, st->from->last ? st->from->last : target, st->from->n + 1, st->from->depth + 1};
    *q = (Query){.node = {.kind = NODE_QUERY, .at = st->at}, .with = st->with, .body = &s->node};
    if (c->w->view)
        TRY(view_row_targets(c->w->view, a, of, &s->targets, err));
    else
        TRY(add_own_star(c, &s->targets, of, err));
    if (st->sets)
        TRY(add_sets(c, &s->targets, err));
    *ret = q;
    *ret_select = s;
    return 0;
}

/* ---- RETURNING of other relations ---- */

static const Ident *relation_of(const Node *from)
{
    const Alias *alias = from->kind == NODE_FROM_TABLE      ? AST(FromTable, from)->alias
                         : from->kind == NODE_FROM_SUBQUERY ? AST(FromSubquery, from)->alias
                         : from->kind == NODE_FROM_FUNCTION ? AST(FromFunction, from)->alias
                                                            : NULL;
    if (alias)
        return &alias->name;
    return from->kind == NODE_FROM_TABLE ? name_last(&AST(FromTable, from)->name) : NULL;
}

/* Its columns become targets of the query, and a relation of RETURNING's names. */
static int add_relation(QueryChange *c, const Query *query, NodeList *targets, const Ident *name, Err *err)
{
    Arena *a = c->w->x->arena;
    Ident *of = arena_memdup(a, name, sizeof(*name));
    Query *probe = arena_memdup(a, query, sizeof(*query));
    Select *s = arena_memdup(a, AST(Select, query->body), sizeof(*s));
    TableScopeMore *more = ARENA_ARRAY(a, TableScopeMore, c->n_more + 1);
    PhysPlan *plan = NULL;
    if (!of || !probe || !s || !more)
        return RAISE_NOMEM(err);
    s->targets = (NodeList){0};
    probe->body = &s->node;
    TRY(add_star(c, &s->targets, of, err));
    TRY(plan_query(&c->w->plan, probe, PLAN_BOUNDED, 0, &plan, err));
    Field *field = arena_memdup(a, plan->schema->field, plan->schema->n * sizeof(*field));
    for (uint32_t i = 0; field && i < plan->schema->n; i++)
        field[i].name = arena_strdup(a, field[i].name);
    Schema *schema = field ? schema_new(&c->w->x->db->acct, field, plan->schema->n) : NULL;
    phys_plan_free(plan);
    if (!schema)
        return RAISE_NOMEM(err);
    if (c->n_more)
        memcpy(more, c->more, c->n_more * sizeof(*more));
    more[c->n_more++] = (TableScopeMore){of->s.p, schema};
    c->more = more;
    return add_star(c, targets, of, err);
}

static int add_relations(QueryChange *c, const Query *query, NodeList *targets, const Node *from, Err *err)
{
    if (from->kind == NODE_FROM_JOIN) {
        TRY(add_relations(c, query, targets, AST(FromJoin, from)->left, err));
        return add_relations(c, query, targets, AST(FromJoin, from)->right, err);
    }
    const Ident *name = relation_of(from);
    return name ? add_relation(c, query, targets, name, err)
                : RAISE_AT(err, ERR_UNSUPPORTED, from->at,
                           "RETURNING with such a relation, which has no name, is not supported yet");
}

/* The columns of `own`, then those of the relations of FROM. */
static Schema *schema_with_more(QueryChange *c, const Schema *own)
{
    uint32_t n = own->n;
    for (uint32_t i = 0; i < c->n_more; i++)
        n += c->more[i].schema->n;
    Field *field = ARENA_ARRAY(c->w->x->arena, Field, n + 1);
    if (!field)
        return NULL;
    memcpy(field, own->field, own->n * sizeof(Field));
    n = own->n;
    for (uint32_t i = 0; i < c->n_more; n += c->more[i++].schema->n)
        memcpy(field + n, c->more[i].schema->field, c->more[i].schema->n * sizeof(Field));
    return schema_new(&c->w->x->db->acct, field, n);
}

static int bind_returning(QueryChange *c, const Query *query, Select *s, Err *err)
{
    TableWrite *w = c->w;
    NodeList more = {0};
    AST_EACH(from, *c->st.from)
    TRY(add_relations(c, query, &more, from, err));
    for (Node *t = more.first, *next; t; t = next) {
        next = t->next;
        t->next = NULL;
        s->targets.last->next = t;
        s->targets.last = t;
        s->targets.n++;
    }
    TableScope scope = w->scope;
    scope.n_more = c->n_more;
    scope.more = c->more;
    c->returned = schema_with_more(c, w->table->schema);
    _cleanup_(schema_unrefp) Schema *named = schema_with_more(c, scope.table->schema);
    if (!c->returned || !named)
        return RAISE_NOMEM(err);
    w->returns_later = true;
    return table_write_returning(w, c->st.with, &scope, named, c->st.returning, err);
}

/* ---- running it ---- */

typedef struct Found {
    Consumer consumer;
    BatchList *rows;
    int rc;
    Err error; /* when rc is negative: why some of the rows are not there */
} Found;

static int take_batch(Consumer *consumer, const Batch *b, Err *err)
{
    BatchList *rows = ((Found *)(void *)consumer)->rows;
    return batch_list_add(rows, batch_own(rows->acct, b), err);
}

/* With the error of take_batch, too, after which nothing more comes. */
static void take_end(Consumer *consumer, const Err *err)
{
    Found *f = (Found *)(void *)consumer;
    if (err && f->rc == 0) {
        f->rc = -(int)err->code;
        f->error = *err;
    }
}
static const ConsumerType collector = {.batch = take_batch, .end = take_end};

static int refuse_readers(LeafBinding *leaves, uint32_t n, Span at, Err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        if (leaves[i].kind != LEAF_READER)
            continue;
        leaves_close(leaves, n);
        (void)RAISE_AT(err, ERR_UNSUPPORTED, at, "a change that reads a source with a connector is not supported yet");
        return err_hint(err, "read a materialized view over it");
    }
    return 0;
}

int dml_find(TableWrite *w, PhysPlan *give_plan, Span at, BatchList *ret, Err *err)
{
    Database *db = w->x->db;
    LeafBinding *leaves = NULL;
    uint32_t n = 0;
    bool unbounded;
    Pipeline *q = NULL;
    PipelineOptions o = {.name = "query", .now_us = transaction_now_us(db)};
    int rc = bind_leaves(db, w->catalog, give_plan, LEAVES_SNAPSHOT, w->x->arena, &leaves, &n, &unbounded, err);
    if (rc == 0)
        rc = refuse_readers(leaves, n, at, err);
    if (rc < 0) {
        phys_plan_free(give_plan);
        return rc;
    }
    TRY(engine_add_query(db->engine, give_plan, &o, leaves, &q, err));
    Found found = {.consumer = {.type = &collector}, .rows = ret};
    consumer_add(&q->consumers, &found.consumer);
    engine_start_query(db->engine, q);
    rc = q->state == PIPELINE_FAILED ? -(int)q->error.code : found.rc;
    if (rc < 0 && err)
        *err = q->state == PIPELINE_FAILED ? q->error : found.error;
    engine_drop_query(db->engine, q);
    return rc;
}

static int unassignable(const QueryChange *c, const Field *f, Type t, Err *err)
{
    (void)RAISE_AT(err, ERR_DATATYPE_MISMATCH, c->st.at, "column \"%s\" is of type %s but expression is of type %s", f->name,
                   type_id_name((TypeId)f->type.id), type_id_name((TypeId)t.id));
    return err_hint(err, "You will need to rewrite or cast the expression.");
}

/* Whether the plan's columns may be assigned, before there are any rows. */
static int check_sets(const QueryChange *c, const PhysPlan *plan, Err *err)
{
    uint32_t col = c->w->table->schema->n;
    for (uint32_t i = 0; i < c->n_sets; i++) {
        const Field *f = &c->w->table->schema->field[c->set_col[i]];
        if (c->set_default[i])
            continue;
        Type t = plan->schema->field[col++].type;
        const CastDef *cast = cast_find((TypeId)t.id, (TypeId)f->type.id);
        if (!c->set_text[i] && t.id != T_UNKNOWN && !type_eq(t, f->type) && (!cast || cast->context < CAST_ASSIGN))
            return unassignable(c, f, t, err);
    }
    return 0;
}

/* The shard is held. */
static int run_query(QueryChange *c, const Query *query, Err *err)
{
    PhysPlan *plan = NULL;
    PlanContext ctx = c->w->plan;
    TermContext terms = {c->w->x->db, c->w->catalog};
    plan_may_run(&ctx, &terms);
    TRY(plan_query(&ctx, query, PLAN_BOUNDED, 0, &plan, err));
    int rc = check_sets(c, plan, err);
    if (rc == 0)
        return dml_find(c->w, plan, c->st.at, &c->found, err);
    phys_plan_free(plan);
    return rc;
}

/* ---- changing what it found ---- */

/* Value i of SET for one row of the result, as its column holds it. */
static int new_value(QueryChange *c, const Batch *b, uint32_t row, uint32_t i, uint32_t *result_col, Value *ret, Err *err)
{
    const Field *f = &c->w->table->schema->field[c->set_col[i]];
    if (c->set_default[i] && c->w->view) { /* a column of a view has no DEFAULT of its own */
        *ret = value_null(f->type);
        return 0;
    }
    if (c->set_default[i] && preset_varies(c->w->table, c->set_col[i]))
        return preset_of_row(c->w->x->db, c->w->catalog, c->w->table, c->set_col[i], c->w->x->now_us, &c->w->step, ret, err);
    if (c->set_default[i]) {
        *ret = c->w->preset[c->set_col[i]];
        return 0;
    }
    Value v = vec_get(&b->col[(*result_col)++], row);
    if (c->set_text[i])
        v.type = TYPE(UNKNOWN);
    const CastDef *cast = cast_find((TypeId)v.type.id, (TypeId)f->type.id);
    if (v.is_null) {
        *ret = value_null(f->type);
        return 0;
    }
    if (v.type.id != T_UNKNOWN && !type_eq(v.type, f->type) && (!cast || cast->context < CAST_ASSIGN))
        return unassignable(c, f, v.type, err);
    return cast_assign(&v, f->type, &c->w->step, ret, err);
}

static int put_minus(QueryChange *c, Batch *b, Err *err)
{
    Batch *old = b;
    TRY(table_write_minus(c->w, old, err));
    return c->st.sets || c->w->returns_later ? 0 : table_write_return(c->w, old, err);
}

/* The rows of RETURNING, with what they met. */
static int flush_back(QueryChange *c, Err *err)
{
    if (!c->returned || c->back.n == 0)
        return 0;
    Batch *b = builder_take(&c->back);
    if (!b)
        return RAISE_NOMEM(err);
    const Batch *whole = b;
    int rc = c->st.sets ? table_write_generate(c->w, &whole, err) : 0;
    if (rc == 0)
        rc = table_write_return(c->w, whole, err);
    batch_unref(b);
    return rc;
}

static int flush_change(QueryChange *c, Err *err)
{
    if (c->minus.n == 0)
        return 0;
    Batch *minus = builder_take(&c->minus), *plus = c->st.sets ? builder_take(&c->plus) : NULL;
    int rc = minus && (plus || !c->st.sets) ? put_minus(c, minus, err) : RAISE_NOMEM(err);
    if (rc == 0 && plus)
        rc = table_write_plus(c->w, plus, err);
    batch_unref(minus);
    batch_unref(plus);
    if (rc == 0)
        rc = flush_back(c, err);
    arena_reset(&c->w->step);
    return rc;
}

static int put_back(QueryChange *c, const Batch *b, uint32_t row, const Value *own, uint32_t result_col, Err *err)
{
    uint32_t n = c->w->table->schema->n;
    for (uint32_t i = 0; i < n; i++)
        TRY(builder_value(&c->back, i, &own[i], err));
    for (uint32_t i = n; i < c->returned->n; i++) {
        Value v = vec_get(&b->col[result_col++], row);
        TRY(builder_value(&c->back, i, &v, err));
    }
    (void)builder_row_done(&c->back);
    return 0;
}

static int change_row(QueryChange *c, const Batch *b, uint32_t row, int64_t times, Err *err)
{
    const Schema *schema = c->w->table->schema;
    Value *value = ARENA_ARRAY(&c->w->step, Value, schema->n + 1);
    uint32_t result_col = schema->n;
    if (!value)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < schema->n; i++)
        value[i] = vec_get(&b->col[i], row);
    Value *after = arena_memdup(&c->w->step, value, schema->n * sizeof(*after));
    if (!after)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < c->n_sets; i++)
        TRY(new_value(c, b, row, i, &result_col, &after[c->set_col[i]], err));
    for (int64_t k = 0; k < times; k++) {
        if (c->returned)
            TRY(put_back(c, b, row, c->st.sets ? after : value, result_col, err));
        for (uint32_t i = 0; i < schema->n; i++) {
            TRY(builder_value(&c->minus, i, &value[i], err));
            if (c->st.sets)
                TRY(builder_value(&c->plus, i, &after[i], err));
        }
        if (c->st.sets)
            (void)builder_row_done(&c->plus);
        c->w->n_rows++;
        if (builder_row_done(&c->minus) == BUILDER_FULL)
            TRY(flush_change(c, err));
    }
    return 0;
}

static int change_batch(QueryChange *c, Batch *b, Err *err)
{
    TRY(table_write_claim(c->w, b, &b, err));
    uint32_t n = b->n_sel;
    Arena scratch;
    arena_init(&scratch, c->found.acct, 0);
    int64_t *times = arena_alloc(&scratch, MAX(n, 1) * sizeof(*times));
    int rc = times ? stored_first_seen(c->w->feed->stored, c->seen, b, &scratch, times, err) : RAISE_NOMEM(err);
    for (uint32_t i = 0; rc == 0 && i < n; i++)
        if (times[i] > 0)
            rc = change_row(c, b, row_at(batch_rows(b), i), times[i], err);
    arena_done(&scratch);
    return rc;
}

static int change_found(QueryChange *c, Err *err)
{
    Account *acct = c->found.acct;
    const Schema *schema = c->w->table->schema;
    c->seen = stored_rows_new(c->w->feed->stored, err);
    if (!c->seen)
        return -ERR_OUT_OF_MEMORY;
    TRY(builder_init(&c->minus, acct, schema, BATCH_ROWS, err));
    TRY(builder_init(&c->plus, acct, schema, BATCH_ROWS, err));
    if (c->returned)
        TRY(builder_init(&c->back, acct, c->returned, BATCH_ROWS, err));
    for (uint32_t i = 0; i < c->found.n; i++)
        TRY(change_batch(c, c->found.batch[i], err));
    return flush_change(c, err);
}

static void change_done(QueryChange *c)
{
    hash_table_free(c->seen);
    builder_done(&c->minus);
    builder_done(&c->plus);
    builder_done(&c->back);
    batch_list_done(&c->found);
    for (uint32_t i = 0; i < c->n_more; i++)
        schema_unref((Schema *)c->more[i].schema);
    schema_unref(c->returned);
}

static int run_bound(QueryChange *c, const Query *query, Err *err)
{
    TRY(table_write_begin(c->w, err));
    TRY(run_query(c, query, err));
    return change_found(c, err);
}

int dml_run_query(TableWrite *w, const QueryChangeStmt *st, Err *err)
{
    QueryChange c = {.w = w, .st = *st, .found = {.acct = engine_account(w->x->db->engine)}};
    Query *query = NULL;
    Select *select = NULL;
    PhysPlan *plan = NULL;
    int rc = make_query(&c, &query, &select, err);
    if (rc == 0 && st->returning)
        rc = bind_returning(&c, query, select, err);
    if (rc == 0 && w->x->only_bind) {
        w->plan.tells_rules = w->x->shown != NULL;
        rc = plan_query(&w->plan, query, PLAN_BOUNDED, 0, &plan, err);
        rc = rc == 0 ? check_sets(&c, plan, err) : rc;
        statement_show(w->x, plan);
    } else if (rc == 0) {
        rc = run_bound(&c, query, err);
    }
    change_done(&c);
    return rc < 0 || w->x->only_bind ? rc : table_write_commit(w, err);
}

/* ---- ON CONFLICT DO UPDATE with subqueries ---- */

/* SELECT t.*, new values FROM the rows (t, excluded) WHERE condition; of a view: (base, view, excluded), and base.* */
static int make_held_query(QueryChange *c, const Schema *rows, HeldRows **ret, Err *err)
{
    static const char base_name[] = "\001base";
    TableWrite *w = c->w;
    Arena *a = w->x->arena;
    GivenRelation *rel, *all;
    uint32_t n;
    TableScope scope = w->scope;
    scope.with_excluded = true;
    c->of = (Ident){.s = str_of(scope.alias ? scope.alias : scope.table->name), .at = SPAN_NONE};
    Ident *star = arena_memdup(a, &c->of, sizeof(*star));
    TRY(held_rows_relations(a, &scope, &rel, &n, err));
    if (w->view) {
        all = ARENA_ARRAY(a, GivenRelation, n + 1);
        if (!all || !star)
            return RAISE_NOMEM(err);
        memcpy(all + 1, rel, n++ * sizeof(*all));
        all[0] = (GivenRelation){base_name, w->table->schema->n};
        rel = all;
        star->s = str_of(base_name);
    }
    TRY(held_rows_new(w, c->st.with, rows, rel, n, ret, err));
    if (!star)
        return RAISE_NOMEM(err);
    (*ret)->select.where = c->st.where;
    TRY(add_star(c, &(*ret)->select.targets, star, err));
    return add_sets(c, &(*ret)->select.targets, err);
}

int dml_update_held(TableWrite *w, const With *with, const OnConflict *oc, const Schema *schema, Batch *rows, Err *err)
{
    HeldRows *h = NULL;
    PhysPlan *plan = NULL;
    QueryChange c = {.w = w, .found = {.acct = engine_account(w->x->db->engine)}};
    c.st = (QueryChangeStmt){.with = (With *)with, .where = oc->where, .sets = &oc->sets, .at = oc->node.at};
    int rc = make_held_query(&c, schema, &h, err);
    if (rc == 0 && rows)
        rc = batch_list_add(&h->rows, batch_own(h->rows.acct, rows), err);
    if (rc == 0)
        rc = held_rows_plan(w, h, &plan, err);
    if (rc == 0)
        rc = check_sets(&c, plan, err);
    if (rc == 0 && rows)
        rc = dml_find(w, plan, c.st.at, &c.found, err);
    else
        phys_plan_free(plan);
    if (rc == 0 && rows)
        rc = change_found(&c, err);
    if (h)
        batch_list_done(&h->rows);
    change_done(&c);
    return rc;
}
