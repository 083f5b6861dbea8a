/* SPDX-License-Identifier: Apache-2.0
 *
 * plan_query: bind, rewrite, settle how results are emitted, check what would be kept, build.  Everything lives in the plan's
 * arena, so a failure at any step is one free. */
#include "plan/bind_impl.h"
#include "plan/shape.h"
#include "plan/trace.h"
#include "plan/ttl_impl.h"

static const Str hybrid = {"hybrid", 6};

bool query_is_hybrid(const Query *q)
{
    AST_EACH(item, q->options)
    {
        const OptionNode *o = AST(OptionNode, item);
        if (str_eq_nocase(o->key, STR("source")) && str_eq_nocase(o->value, hybrid))
            return true;
    }
    return false;
}

static int check_options(const PlanContext *ctx, const Query *q, Err *err)
{
    AST_EACH(item, q->options)
    {
        const OptionNode *o = AST(OptionNode, item);
        if (!str_eq_nocase(o->key, STR("source")))
            return RAISE_AT(err, ERR_UNKNOWN_OPTION, o->key_at, "unknown option \"%.*s\" of a query", (int)o->key.n, o->key.p);
        if (!str_eq_nocase(o->value, hybrid))
            return RAISE_AT(err, ERR_BAD_OPTION, o->value_at, "option \"source\" of a query is 'hybrid', not '%.*s'",
                            (int)o->value.n, o->value.p);
        if (!ctx->hybrid) {
            (void)RAISE_AT(err, ERR_WRONG_STATE, o->key_at,
                           "the query never ends: it goes on with what comes behind what is there");
            return err_hint(err,
                            "read it as a stream (laminar_query_stream, the shell); a view keeps history and live rows by itself");
        }
    }
    return 0;
}

/* Where column i of the result is computed; the whole query when no expression of its own makes it. */
static Span column_at(const Logical *root, uint32_t i)
{
    const Expr *e = root->kind == L_PROJECT ? root->exprs[i] : NULL;
    return e && e->at.len ? e->at : root->at;
}

static int check_names(const Logical *root, Err *err)
{
    for (uint32_t i = 0; i < root->n_cols; i++)
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(root->cols[i].name, root->cols[k].name) == 0) {
                (void)RAISE_AT(err, ERR_DUPLICATE_COLUMN, column_at(root, i), "column \"%s\" specified more than once",
                               root->cols[i].name);
                return err_hint(err, "Give it another name: .. AS %s_2 (in place of *, where that gives both).",
                                root->cols[i].name);
            }
    return 0;
}

/* Column types that only a literal of unknown type would have, and names for those who read the relation. */
static int hold_schemas(const Binder *b, PhysPlan *p, Err *err)
{
    p->held = ARENA_ARRAY(&p->arena, const Schema *, b->n_relations + 1);
    if (!p->held)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < b->n_relations; i++)
        p->held[p->n_held++] = schema_ref(b->held[i]);
    p->relations = b->relations;
    p->n_relations = b->n_relations;
    return 0;
}

/* From the logical to the physical plan. */
static int finish(Binder *b, Logical *root, uint32_t sink_changes, PhysPlan *p, Err *err)
{
    PlanState *s = b->state;
    TRY(hold_schemas(b, p, err));
    TRY(rules_apply(s, &root, err));
    TRY(order_resolve(s, root, err));
    TRY(rules_finish(s, &root, err));
    TRY(lookup_check(s, root, err));
    TRY(state_check(s, root, err));
    TRY(ttl_check_used(s, err));
    TRY(physical_build(s, root, sink_changes, p, err));
    p->at_end = s->inputs_end && !s->continuous;
    TRY(physical_best(p, err));
    if (!s->continuous)
        TRY(physical_reads(p, err));
    p->is_described = s->is_described;
    if (s->ctx->sessions_per_key > 0 && s->n_capped == 0)
        return RAISE(err, ERR_BAD_OPTION, "option \"max_sessions_per_key\" needs a query that is grouped by SESSION");
    return 0;
}

static PhysPlan *plan_new(Account *acct)
{
    PhysPlan *p = mem_zalloc(acct, sizeof(*p));
    if (!p)
        return NULL;
    p->acct = acct;
    arena_init(&p->arena, acct, 0);
    return p;
}

int plan_term(Binder *around, int (*bind)(void *self, Binder *b, Logical **ret, Err *err), void *self, PhysPlan **ret, Err *err)
{
    PhysPlan *p = plan_new(around->ctx->acct);
    Logical *root;
    if (!p)
        return RAISE_NOMEM(err);
    PlanState s = {.ctx = around->ctx, .arena = &p->arena, .plan = p, .inputs_end = !around->state->continuous};
    s.continuous = s.is_view = s.is_body = around->state->continuous;
    Binder b = {.ctx = around->ctx, .state = &s, .arena = &p->arena, .depth = around->depth};
    int rc = bind(self, &b, &root, err);
    if (rc >= 0)
        rc = finish(&b, root, 0, p, err);
    around->state->is_described |= s.is_described;
    for (uint32_t i = 0; i < b.n_relations && rc >= 0; i++) { /* a definition depends on what its terms read */
        const Relation *r = catalog_by_id(around->ctx->catalog, b.relations[i]);
        rc = r ? bind_remember(around, r, err) : 0;
    }
    if (rc < 0) {
        phys_plan_free(p);
        return rc;
    }
    p->on_error = ON_ERROR_FAIL;
    if (s.continuous) { /* it runs as long as what is around it */
        p->next_body = around->state->plan->bodies;
        around->state->plan->bodies = p;
    }
    *ret = p;
    return 0;
}

/* All that it reads is there as long as nobody changes it. */
static bool reads_stored(const Logical *n)
{
    if (n->kind == L_RECURSE || (n->kind == L_SOURCE && !n->shape->known))
        return false;
    for (uint32_t i = 0; i < n->n_in; i++)
        if (!reads_stored(n->in[i]))
            return false;
    return true;
}

/* What the query has in common with views, and what others may have with it. */
static int share(const Binder *b, const Query *query, PlanUse use, Logical **root, Err *err)
{
    PlanState *s = b->state;
    const PlanContext *ctx = b->ctx;
    if (use == PLAN_BOUNDED || query->clauses || ctx->state_ttl_us || ctx->n_side_ttl || ctx->sessions_per_key)
        return 0;
    TRY(shapes_find(s->arena, *root, err));
    s->plan->shape = use == PLAN_VIEW && (*root)->shape->known && (*root)->shape->works ? (*root)->shape : NULL;
    return ctx->share && ctx->share->may && reads_stored(*root) ? share_views(s, root, b->relations, b->n_relations, err) : 0;
}

static int make(const PlanContext *ctx, const Query *query, PlanUse use, uint32_t sink_changes, PhysPlan *p, Err *err)
{
    PlanState s = {.ctx = ctx,
                   .arena = &p->arena,
                   .plan = p,
                   .is_view = use == PLAN_VIEW,
                   .inputs_end = use == PLAN_BOUNDED,
                   .outermost = query};
    Binder b = {.ctx = ctx, .state = &s, .arena = &p->arena};
    ExprScope clauses = {.b = &b, .clause = "EMIT"};
    Logical *root;
    if (ctx->tells_rules && !(s.trace = trace_new(s.arena)))
        return RAISE_NOMEM(err);
    TRY(check_options(ctx, query, err));
    TRY(bind_emit(&clauses, query->clauses, &s.emit, err));
    s.continuous = use != PLAN_BOUNDED || query->clauses;
    TRY(bind_query(&b, query, &root, err));
    if (ctx->unique_names)
        TRY(check_names(root, err));
    TRY(share(&b, query, use, &root, err));
    TRY(finish(&b, root, sink_changes, p, err));
    p->on_error = use == PLAN_BOUNDED ? ON_ERROR_FAIL : ctx->on_error;
    p->late_to = s.emit.late_to;
    if (p->late_to)
        TRY(late_shape(&s, p, err));
    p->n_locked = s.n_locked;
    p->locked = s.locked;
    p->n_notices = s.n_notices;
    p->notices = s.notices;
    return trace_take(&s, p, err);
}

int plan_query(const PlanContext *ctx, const Query *query, PlanUse use, uint32_t sink_changes, PhysPlan **ret, Err *err)
{
    WITH_ZONE(ctx->zone);
    ASSERT(ctx && ctx->catalog && query && ret);
    PhysPlan *p = plan_new(ctx->acct);
    if (!p)
        return RAISE_NOMEM(err);
    int rc = make(ctx, query, use, sink_changes, p, err);
    if (rc < 0) {
        phys_plan_free(p);
        return rc;
    }
    *ret = p;
    return 0;
}

static int make_merge(const PlanContext *ctx, const MergeQuery *q, PhysPlan *p, Err *err)
{
    PlanState s = {.ctx = ctx, .arena = &p->arena, .inputs_end = true};
    Binder b = {.ctx = ctx, .state = &s, .arena = &p->arena};
    Logical *root;
    if (q->with)
        TRY(bind_with(&b, q->with, q->stmt, err));
    TRY(bind_merge(&b, q, &root, err));
    TRY(finish(&b, root, 0, p, err));
    p->on_error = ON_ERROR_FAIL;
    return 0;
}

int plan_merge(const PlanContext *ctx, const MergeQuery *q, PhysPlan **ret, Err *err)
{
    WITH_ZONE(ctx->zone);
    PhysPlan *p = plan_new(ctx->acct);
    if (!p)
        return RAISE_NOMEM(err);
    int rc = make_merge(ctx, q, p, err);
    if (rc < 0) {
        phys_plan_free(p);
        return rc;
    }
    *ret = p;
    return 0;
}

static int keep_shape(const PhysPlan *p, Relation *into, Err *err)
{
    uint32_t n = p->schema->n;
    RelationShape *shape = ARENA_NEW(&into->arena, RelationShape);
    Fingerprint *col = ARENA_ARRAY(&into->arena, Fingerprint, n + 1);
    if (!shape || !col)
        return RAISE_NOMEM(err);
    memcpy(col, p->shape->col, n * sizeof(*col));
    *shape = (RelationShape){.rows = p->shape->rows, .n = n, .col = col, .on_error = (uint8_t)p->on_error};
    into->shape = shape;
    return 0;
}

int plan_keep_props(const PhysPlan *p, Relation *into, Err *err)
{
    const Props *from = &p->root->props;
    Props *props = arena_memdup(&into->arena, from, sizeof(*from));
    uint32_t *key = arena_memdup(&into->arena, from->n_key ? from->key : (uint32_t[]){0}, MAX(from->n_key, 1) * sizeof(*key));
    const char *why = arena_strdup(&into->arena, from->content_why ? from->content_why : "");
    if (!props || !key || !why)
        return RAISE_NOMEM(err);
    props->key = key;
    props->content_why = why;
    props->volatile_cols = NULL; /* what has left the query is data */
    into->result = props;
    return p->shape ? keep_shape(p, into, err) : 0;
}

int bind_constant(const PlanContext *ctx, const Node *e, Type t, Arena *arena, Value *ret, Err *err)
{
    WITH_ZONE(ctx->zone);
    PlanState s = {.ctx = ctx, .arena = arena};
    Binder b = {.ctx = ctx, .state = &s, .arena = arena};
    ExprScope x = {.b = &b, .clause = "this place"};
    Expr *bound;
    ASSERT(ctx && e && arena && ret);
    TRY(bind_expr(&x, e, &bound, err));
    int rc = expr_cast(arena, bound, t, CAST_ASSIGN, false, &bound, err);
    if (rc >= 0 && ctx->random && bound->is_volatile)
        rc = expr_value_random(arena, bound, ctx->now_us, ctx->random, ret, err);
    else if (rc >= 0)
        rc = ctx->now_us ? expr_value_at(arena, bound, "the value", ctx->now_us, ret, err)
                         : expr_const_value(arena, bound, "the value", ret, err);
    if (rc < 0 && err && span_is_none(err->at))
        err->at = e->at;
    return rc;
}

int bind_value(const PlanContext *ctx, const Node *e, Arena *arena, Value *ret, Err *err)
{
    WITH_ZONE(ctx->zone);
    PlanState s = {.ctx = ctx, .arena = arena};
    Binder b = {.ctx = ctx, .state = &s, .arena = arena};
    ExprScope x = {.b = &b, .clause = "this place"};
    Expr *bound;
    TRY(bind_expr(&x, e, &bound, err));
    if (bound->kind == EXPR_CONST) {
        *ret = bound->value;
        return 0;
    }
    return expr_value_at(arena, bound, "the value", ctx->now_us, ret, err);
}

static int bind_over_row(Binder *b, const Node *e, const Relation *r, bool is_predicate, Expr **ret, Err *err)
{
    Arena *arena = b->arena;
    ScopeRel rel = {.name = r->own, .n = r->schema->n, .schema = relation_schema_name(r, arena)};
    Scope scope = {.n_rels = 1, .rels = &rel, .window_col = -1};
    ExprScope x = {.b = b, .scope = &scope, .clause = "WHERE"};
    scope.node = logical_new(arena, L_SOURCE, NULL, r->schema->n, e->at);
    if (!scope.node || !rel.schema)
        return RAISE_NOMEM(err);
    memcpy(scope.node->cols, r->schema->field, r->schema->n * sizeof(Field));
    return is_predicate ? bind_predicate(&x, e, ret, err) : bind_expr(&x, e, ret, err);
}

int bind_row_expr(const PlanContext *ctx, const Node *e, const Relation *r, bool is_predicate, Arena *arena, Expr **ret, Err *err)
{
    WITH_ZONE(ctx->zone);
    PlanState s = {.ctx = ctx, .arena = arena};
    Binder b = {.ctx = ctx, .state = &s, .arena = arena};
    ASSERT(ctx && e && arena && ret);
    return bind_over_row(&b, e, r, is_predicate, ret, err);
}

int bind_row_calls(const PlanContext *ctx, const Node *e, const Relation *r, uint64_t function, Arena *arena, bool *ret, Err *err)
{
    WITH_ZONE(ctx->zone);
    PlanState s = {.ctx = ctx, .arena = arena};
    Binder b = {.ctx = ctx, .state = &s, .arena = arena};
    Expr *bound;
    *ret = false;
    TRY(bind_over_row(&b, e, r, false, &bound, err));
    for (uint32_t i = 0; i < b.n_relations; i++)
        *ret |= b.relations[i] == function;
    return 0;
}
