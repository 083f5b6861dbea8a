/* SPDX-License-Identifier: Apache-2.0
 *
 * FROM: relations of the catalog, WITH queries, derived tables, window functions.  A relation is one leaf; which relations are read
 * as leaves and which as their definitions is said in plan.h. */
#include "plan/bind_function.h"
#include "plan/bind_impl.h"

#include "sql/parse.h"

static int scope_of(Binder *b, Logical *node, const char *name, Scope *ret, Err *err)
{
    ScopeRel *rel = ARENA_NEW(b->arena, ScopeRel);
    if (!rel)
        return RAISE_NOMEM(err);
    *rel = (ScopeRel){.name = name, .n = node->n_cols};
    *ret = (Scope){.node = node, .n_rels = 1, .rels = rel, .window_col = -1};
    return 0;
}

/* AS name (a, b): the alias replaces the name, its list the first names of columns. */
static int apply_alias(Binder *b, const Alias *alias, Scope *s, Err *err)
{
    uint32_t i = 0;
    if (!alias)
        return 0;
    s->rels[0].name = alias->name.s.p;
    if (alias->columns.n == 0)
        return 0;
    if (alias->columns.n > s->rels[0].n)
        return RAISE_AT(err, ERR_INVALID_COLUMN_REF, alias->node.at,
                        "table \"%s\" has %u columns available but %u columns specified", s->rels[0].name, s->rels[0].n,
                        alias->columns.n);
    Field *cols = arena_memdup(b->arena, s->node->cols, s->node->n_cols * sizeof(Field));
    if (!cols)
        return RAISE_NOMEM(err);
    AST_EACH(item, alias->columns)
    cols[s->rels[0].first + i++].name = AST(IdentNode, item)->ident.s.p;
    s->node->cols = cols;
    return 0;
}

int function_scope(Binder *b, Logical *node, const Alias *alias, Scope *ret, Err *err)
{
    TRY(scope_of(b, node, NULL, ret, err));
    return apply_alias(b, alias, ret, err);
}

/* The rows of an item of the statement's own FROM that WITH (state_ttl.NAME) names are active for so long. */
static int give_ttl(Binder *b, Scope *s, Span at, Err *err)
{
    const PlanContext *ctx = b->ctx;
    for (uint32_t i = 0; i < ctx->n_side_ttl && !b->in_definition; i++) {
        if (!s->rels[0].name || !str_eq(ctx->side_ttl[i].name, str_of(s->rels[0].name)))
            continue;
        if (b->state->is_body)
            return bind_unsupported(err, at, "state_ttl of one item that the second term of WITH RECURSIVE reads is");
        Logical *t = logical_new(b->arena, L_TTL, s->node, s->node->n_cols, at);
        if (!t)
            return RAISE_NOMEM(err);
        logical_take_columns(t);
        t->ttl = (LogicalTtl){.ttl_us = ctx->side_ttl[i].ttl_us, .is_given = true};
        s->node = t;
        b->state->side_ttl_used |= UINT64_C(1) << i;
    }
    return 0;
}

int bind_remember(Binder *b, const Relation *r, Err *err)
{
    for (uint32_t i = 0; i < b->n_relations; i++)
        if (b->relations[i] == r->id)
            return 0;
    if (b->n_relations == b->relations_cap) {
        uint32_t cap = b->relations_cap ? b->relations_cap * 2 : 8;
        uint64_t *ids = ARENA_ARRAY(b->arena, uint64_t, cap);
        const Schema **held = ARENA_ARRAY(b->arena, const Schema *, cap);
        if (!ids || !held)
            return RAISE_NOMEM(err);
        if (b->n_relations) {
            memcpy(ids, b->relations, b->n_relations * sizeof(*ids));
            memcpy(held, b->held, b->n_relations * sizeof(*held));
        }
        b->relations = ids;
        b->held = held;
        b->relations_cap = cap;
    }
    b->held[b->n_relations] = r->schema;
    b->relations[b->n_relations++] = r->id;
    return 0;
}

int bind_leaf(Binder *b, const Relation *r, Span at, Logical **ret, Err *err)
{
    const Schema *schema = r->schema;
    Logical *n = logical_new(b->arena, L_SOURCE, NULL, schema->n, at);
    if (!n)
        return RAISE_NOMEM(err);
    n->source = (LogicalSource){.relation = r, .time_col = -1};
    n->source.cols = ARENA_ARRAY(b->arena, uint32_t, schema->n + 1);
    if (!n->source.cols)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < schema->n; i++) {
        n->source.cols[i] = i;
        n->cols[i] = schema->field[i];
    }
    if (r->watermark.declared || r->watermark.unit_us != 0)
        n->source.time_col = (int32_t)r->watermark.col;
    *ret = n;
    return bind_remember(b, r, err);
}

/* Those of a sink's query and those behind the sink; each of them is given once. */
static int both_clauses(Binder *b, const StreamClauses *own, const StreamClauses *more, const StreamClauses **ret, Err *err)
{
    *ret = more ? more : own;
    if (!own || !more)
        return 0;
    StreamClauses *all = arena_memdup(b->arena, more, sizeof(*more));
    if (!all)
        return RAISE_NOMEM(err);
    if (own->emit) {
        all->emit = own->emit;
        all->emit_at = own->emit_at;
        all->every = own->every;
    }
    all->lateness = own->lateness ? own->lateness : more->lateness;
    all->late_to = own->late_to.n_parts ? own->late_to : more->late_to;
    *ret = all;
    return 0;
}

/* EMIT and the late clauses of a relation's statement; its query is kept without them. */
static int clauses_of(Binder *b, const Relation *r, Span at, const StreamClauses **ret, Err *err)
{
    ScriptStmt stmt;
    *ret = NULL;
    TRY(sql_parse_one_at(b->arena, r->ddl, (uint32_t)strlen(r->ddl), at, &stmt, err));
    if (stmt.node->kind == NODE_CREATE_QUERY_STMT)
        *ret = AST(CreateQueryStmt, stmt.node)->query->clauses;
    if (stmt.node->kind == NODE_CREATE_SINK_STMT) {
        const CreateSinkStmt *sink = AST(CreateSinkStmt, stmt.node);
        TRY(both_clauses(b, sink->query ? sink->query->clauses : NULL, sink->clauses, ret, err));
    }
    if (r->emit_option == EMIT_DEFAULT)
        return 0;
    StreamClauses *own = *ret ? arena_memdup(b->arena, *ret, sizeof(*own)) : arena_zalloc(b->arena, sizeof(*own));
    if (!own)
        return RAISE_NOMEM(err);
    own->emit = (EmitMode)r->emit_option;
    own->emit_at = at;
    *ret = own;
    return 0;
}

/* The plan of a definition by itself, up to how its results are emitted. */
static int derive_definition(Binder *b, const Relation *r, Span at, Logical **ret, Err *err)
{
    const Query *query;
    const StreamClauses *clauses;
    TRY(bind_definition(b, r, at, &query, ret, err));
    TRY(clauses_of(b, r, at, &clauses, err));
    TRY(bind_emit(&(ExprScope){.b = b, .clause = "EMIT"}, clauses, &b->state->emit, err));
    TRY(rules_apply(b->state, ret, err));
    return emit_resolve(b->state, *ret, err);
}

static int derive_running(Binder *b, const Relation *r, Span at, Props *ret, Err *err)
{
    Logical *definition;
    PlanState own = *b->state;
    Binder inner = {.ctx = b->ctx, .state = &own, .arena = b->arena, .depth = b->depth};
    own.is_view = r->kind == REL_VIEW;
    own.continuous = true; /* also for a bounded statement, which reads what a view has stored */
    own.inputs_end = false;
    TRY(derive_definition(&inner, r, at, &definition, err));
    *ret = definition->props;
    return 0;
}

static void give_own(Logical *n, const OwnEmit *own)
{
    n->own = n->own ? n->own : own; /* a definition inside it may have clauses itself */
    for (uint32_t i = 0; i < n->n_in; i++)
        give_own(n->in[i], own);
}

/* What is read is what leaves the stream, and that does at the end of its periods. */
static int hold_for_period(Binder *b, int64_t every_us, Logical **node, Err *err)
{
    Logical *n = logical_new(b->arena, L_EVERY, *node, (*node)->n_cols, (*node)->at);
    if (!n)
        return RAISE_NOMEM(err);
    logical_take_columns(n);
    n->every_us = every_us;
    *node = n;
    return 0;
}

/* A stream that each reader plans for itself: its own EMIT and ALLOW LATENESS hold in that plan, as they do where it runs. */
static int bind_expanded(Binder *b, const Relation *r, Span at, Logical **ret, Err *err)
{
    Logical *alone;
    const Query *query;
    TRY(bind_remember(b, r, err));
    TRY(bind_definition(b, r, at, &query, ret, err));
    const StreamClauses *c = NULL;
    if (b->state->continuous)
        TRY(clauses_of(b, r, at, &c, err));
    if (!c || (c->emit == EMIT_DEFAULT && !c->lateness && c->late_to.n_parts == 0))
        return 0;
    PlanState state = *b->state;
    Binder inner = {.ctx = b->ctx, .state = &state, .arena = b->arena, .depth = b->depth};
    OwnEmit *own = arena_zalloc(b->arena, sizeof(*own));
    if (!own)
        return RAISE_NOMEM(err);
    state.is_view = state.inputs_end = false;
    TRY(derive_definition(&inner, r, at, &alone, err));
    bool refuses = state.emit.has_lateness || state.emit.late_to || state.emit.mode == OUTPUT_FINAL || state.closes_groups;
    *own = (OwnEmit){state.window_mode, state.other_mode, refuses, state.emit.lateness_us, state.closes_groups};
    if (state.emit.mode == OUTPUT_EVERY)
        TRY(hold_for_period(b, state.emit.every_us, ret, err));
    give_own(*ret, own);
    return 0;
}

/* A relation that a running query feeds: its properties are those of the query's result. */
static int bind_running(Binder *b, const Relation *r, Span at, Logical **ret, Err *err)
{
    TRY(bind_leaf(b, r, at, ret, err));
    LogicalSource *source = &(*ret)->source;
    if (r->result)
        source->running = *r->result;
    else
        TRY(derive_running(b, r, at, &source->running, err));
    source->has_running = true;
    if (source->running.n_wm > 0)
        source->time_col = (int32_t)source->running.wm[0].col;
    return 0;
}

int bind_stream_leaf(Binder *b, const Relation *r, Span at, Logical **ret, Err *err)
{
    bool runs = r->kind == REL_STREAM || r->kind == REL_SINK || r->kind == REL_VIEW;
    return runs ? bind_running(b, r, at, ret, err) : bind_leaf(b, r, at, ret, err);
}

static int bind_catalog_relation(Binder *b, const Relation *r, const Ident *name, Logical **ret, Err *err)
{
    TRY(bind_count_node(b, name->at, err));
    if (r->broken) {
        (void)RAISE_AT(err, ERR_WRONG_STATE, name->at, "%s \"%s\" could not be started when the database was opened: %s",
                       relation_kind_name(r->kind), r->name, r->broken);
        return err_hint(err, "open the database again when that is mended, or drop it");
    }
    switch (r->kind) {
    case REL_SOURCE:
    case REL_TABLE:
    case REL_ERRORS:
    case REL_LATE: return bind_leaf(b, r, name->at, ret, err);
    case REL_STREAM:
    case REL_VIEW:
    case REL_SINK:
        if (r->kind == REL_SINK && !relation_is_memory_sink(r))
            break;
        if (r->kind != REL_VIEW && (b->state->inputs_end || r->expands))
            return bind_expanded(b, r, name->at, ret, err);
        return bind_running(b, r, name->at, ret, err);
    case REL_QUERY: {
        const Query *query;
        TRY(bind_remember(b, r, err));
        return bind_definition(b, r, name->at, &query, ret, err);
    }
    case REL_SEQUENCE:
        TRY(bind_system_relation(b, SCHEMA_PUBLIC, &(Ident){.s = str_of(r->name), .at = name->at}, ret, err));
        if (*ret)
            return 0;
        break;
    case REL_FUNCTION:
    case REL_TYPE:
    case REL_DOMAIN:
    case REL_INDEX:
    case REL_SCHEMA:
    case N_RELATION_KINDS: break;
    }
    RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "\"%s\" is %s %s and cannot be read", r->name,
             word_article(relation_kind_name(r->kind)), relation_kind_name(r->kind));
    return r->kind == REL_SINK ? err_hint(err, "Read the relation that the sink delivers.") : -ERR_WRONG_OBJECT_TYPE;
}

int cte_check_columns(const Cte *c, uint32_t n, Err *err)
{
    return c->columns.n <= n
               ? 0
               : RAISE_AT(err, ERR_INVALID_COLUMN_REF, c->name.at,
                          "WITH query \"%s\" has %u columns available but %u columns specified", c->name.s.p, n, c->columns.n);
}

/* The query of a WITH item, bound where it is used; it sees the items before it. */
static int bind_cte(Binder *b, CteScope *c, Span at, Logical **ret, Err *err)
{
    CteScope *outer = b->ctes;
    uint32_t i = 0;
    TRY(bind_count_node(b, at, err));
    c->read = true;
    if (c->is_kept)
        return bind_kept_rows(b, c, at, ret, err);
    if (c->rows)
        return bind_row_list(b, c->rows, at, ret, err);
    if (c->recursive)
        return bind_recursive(b, c, at, ret, err);
    b->ctes = c->env;
    int rc = c->cte->given ? bind_given(b, c->cte, at, ret, err) : bind_query(b, c->cte->query, ret, err);
    b->ctes = outer;
    TRY(rc);
    /* Values that differ each time must not where it is read more than once. */
    if (logical_is_volatile(*ret) && (c->cte->materialized == CTE_MATERIALIZED || cte_uses(c->cte, c->within) > 1))
        return bind_once(b, c, at, ret, err);
    TRY(cte_check_columns(c->cte, (*ret)->n_cols, err));
    if (c->cte->columns.n == 0)
        return 0;
    Field *cols = arena_memdup(b->arena, (*ret)->cols, (*ret)->n_cols * sizeof(Field));
    if (!cols)
        return RAISE_NOMEM(err);
    AST_EACH(item, c->cte->columns)
    cols[i++].name = AST(IdentNode, item)->ident.s.p;
    (*ret)->cols = cols;
    return 0;
}

/* PostgreSQL's system columns: only a name with the relation before it means them.  NULL = there are none, or no memory. */
static const bool *hidden_columns(Arena *a, const Logical *n)
{
    if (n->n_cols == 0 || strcmp(n->cols[n->n_cols - 1].name, "tableoid") != 0)
        return NULL;
    bool *hidden = ARENA_ARRAY(a, bool, n->n_cols);
    if (hidden)
        hidden[n->n_cols - 1] = true;
    return hidden;
}

static int undefined_relation(Binder *b, const Name *name, Err *err)
{
    StrBuf text;
    sb_init(&text, b->ctx->acct);
    for (uint32_t i = 0; i < name->n_parts; i++)
        sb_printf(&text, "%s%.*s", i ? "." : "", (int)name->part[i].s.n, name->part[i].s.p);
    int rc = RAISE_AT(err, ERR_UNDEFINED_RELATION, name->at, "relation \"%s\" does not exist", sb_cstr(&text));
    sb_done(&text);
    const PlanContext *ctx = b->ctx;
    const char *near = catalog_nearest(ctx->catalog, name_key(name));
    near = near || name->n_parts == 1 ? near : catalog_nearest(ctx->catalog, name_last(name)->s);
    const char *own = !near && ctx->system ? ctx->system->nearest(ctx, name_last(name)->s) : NULL;
    if (near || own)
        err_hint(err, "Perhaps you meant \"%s%s\".", near ? "" : "laminar_", near ? near : own);
    return rc;
}

/* What statements have made comes first; a name without a schema that is none of these may be one of the database's own. */
static int bind_named(Binder *b, const Name *name, const char **ret_schema, Logical **ret, Err *err)
{
    SchemaId schema;
    const Ident *id = name_last(name);
    int where = name_schema(name, &schema, err);
    TRY(where);
    const Relation *r = catalog_find(b->ctx->catalog, name_key(name));
    *ret = NULL;
    *ret_schema = r ? relation_schema_name(r, b->arena) : where == 0 && schema != SCHEMA_NONE ? schema_name(schema) : NULL;
    if (r && !*ret_schema)
        return RAISE_NOMEM(err);
    if (r)
        return bind_catalog_relation(b, r, id, ret, err);
    int32_t col;
    if (catalog_numbering(b->ctx->catalog, name_key(name), &col)) /* the numbers of a column read as a sequence */
        return bind_system_relation(b, SCHEMA_PUBLIC, &(Ident){.s = name_key(name), .at = id->at}, ret, err);
    if (where == 0 && schema != SCHEMA_PUBLIC)
        TRY(bind_system_relation(b, schema, id, ret, err));
    return *ret ? 0 : undefined_relation(b, name, err);
}

/* Rows that a statement holds: its expressions name the relations that they are made of. */
static int part_given(Binder *b, const GivenRows *g, Scope *s, Err *err)
{
    static const bool hidden[] = {true};
    uint32_t first = 0;
    s->rels = ARENA_ARRAY(b->arena, ScopeRel, g->n_rel + 1);
    if (!s->rels)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < g->n_rel; first += g->rel[i++].n)
        s->rels[i] = (ScopeRel){.name = g->rel[i].name, .first = first, .n = g->rel[i].n};
    s->n_rels = g->n_rel;
    if (g->numbers)
        s->rels[s->n_rels++] = (ScopeRel){.name = g->numbers, .first = first, .n = 1, .merged = hidden};
    return 0;
}

int bind_relation_item(Binder *b, const Name *name, const Alias *alias, Span at, Scope *ret, Err *err)
{
    const Ident *id = name_last(name);
    const char *schema = NULL;
    Logical *node = NULL;
    CteScope *c = name->n_parts == 1 ? b->ctes : NULL;
    while (c && !str_eq(c->cte->name.s, id->s))
        c = c->outer;
    if (c)
        TRY(bind_cte(b, c, at, &node, err));
    else
        TRY(bind_named(b, name, &schema, &node, err));
    TRY(scope_of(b, node, id->s.p, ret, err));
    ret->rels[0].schema = alias ? NULL : schema;
    if (node->kind == L_SOURCE && node->source.relation->kind == REL_TABLE && node->source.relation->n_primary_key > 0)
        ret->rels[0].table = node->source.relation;
    if (node->kind == L_SOURCE && !c)
        ret->rels[0].relation = node->source.relation;
    ret->rels[0].is_system = node->kind == L_VALUES && node->values.of;
    ret->rels[0].merged = ret->rels[0].is_system ? hidden_columns(b->arena, node) : NULL;
    if (c && c->cte->given && c->cte->given->n_rel)
        return part_given(b, c->cte->given, ret, err);
    TRY(apply_alias(b, alias, ret, err));
    return give_ttl(b, ret, id->at, err);
}

static int bind_derived(Binder *b, const FromSubquery *f, Scope *ret, Err *err)
{
    Logical *node;
    TRY(bind_count_node(b, f->node.at, err)); /* LATERAL with nothing before it means nothing */
    TRY(bind_query(b, f->query, &node, err));
    TRY(scope_of(b, node, NULL, ret, err));
    TRY(apply_alias(b, f->alias, ret, err));
    return give_ttl(b, ret, f->node.at, err);
}

/* One row without columns: SELECT without FROM. */
static int bind_no_from(Binder *b, Scope *ret, Err *err)
{
    Logical *n = logical_new(b->arena, L_VALUES, NULL, 0, SPAN_NONE);
    if (!n)
        return RAISE_NOMEM(err);
    n->values.n_rows = 1;
    n->values.rows = ARENA_ARRAY(b->arena, Expr **, 1);
    if (!n->values.rows)
        return RAISE_NOMEM(err);
    *ret = (Scope){.node = n, .window_col = -1};
    return 0;
}

/* 1: what the function gives stands in a system relation: pg_get_keywords(). */
static int system_call(Binder *b, const FromFunction *f, Scope *ret, Err *err)
{
    const ExprCall *c = f->call;
    Ident name = *name_last(&c->func);
    Logical *node;
    bool plain = c->func.n_parts == 1 || (c->func.n_parts == 2 && str_eq(c->func.part[0].s, STR("pg_catalog")));
    if (!plain || c->args.n || f->ordinality || f->more.n || c->over)
        return 0;
    name.s.p = arena_printf(b->arena, "%.*s()", (int)name.s.n, name.s.p);
    if (!name.s.p)
        return RAISE_NOMEM(err);
    name.s.n += 2;
    TRY(bind_system_relation(b, SCHEMA_PG_CATALOG, &name, &node, err));
    if (!node)
        return 0;
    name.s.n -= 2;
    char *own = arena_strndup(b->arena, name.s.p, name.s.n);
    if (!own)
        return RAISE_NOMEM(err);
    TRY(scope_of(b, node, own, ret, err));
    TRY(apply_alias(b, f->alias, ret, err));
    return 1;
}

/* 1: it reads a file. */
static int file_call(Binder *b, const FromFunction *f, Scope *ret, Err *err)
{
    Logical *node;
    const char *name;
    if (f->more.n || f->ordinality || f->call->over)
        return 0;
    TRY(bind_file(b, f, &name, &node, err));
    if (!node)
        return 0;
    TRY(scope_of(b, node, name, ret, err));
    TRY(apply_alias(b, f->alias, ret, err));
    return 1;
}

int bind_from_item(Binder *b, const Node *n, Scope *ret, Err *err)
{
    switch ((NodeKind)n->kind) {
    case NODE_FROM_TABLE: {
        const FromTable *t = AST(FromTable, n);
        if (t->as_of)
            return bind_unsupported(err, t->as_of->at, "FOR SYSTEM_TIME AS OF elsewhere than on the right side of JOIN is");
        return bind_relation_item(b, &t->name, t->alias, n->at, ret, err);
    }
    case NODE_FROM_SUBQUERY: return bind_derived(b, AST(FromSubquery, n), ret, err);
    case NODE_FROM_FUNCTION: {
        const FromFunction *f = AST(FromFunction, n);
        Scope none;
        if (unnest_is_item(b, n)) {
            TRY(bind_no_from(b, &none, err));
            return bind_unnest_item(b, &none, n, false, ret, err);
        }
        if (f->alias && f->alias->fields.n)
            return RAISE_AT(err, ERR_SYNTAX, f->alias->node.at,
                            "a list of columns with types stands behind json_to_record and the like only");
        int rc = system_call(b, f, ret, err);
        if (rc == 0)
            rc = file_call(b, f, ret, err);
        if (rc != 0)
            return MIN(rc, 0);
        TRY(bind_window_table(b, f, ret, err));
        return apply_alias(b, f->alias, ret, err);
    }
    case NODE_FROM_JOIN: return bind_join(b, AST(FromJoin, n), ret, err);
    case NODE_FROM_PROBE: return bind_probe(b, AST(FromProbe, n), ret, err);
    case NODE_FROM_MATCH: {
        Logical *node;
        TRY(bind_match(b, AST(FromMatch, n), &node, err));
        TRY(scope_of(b, node, NULL, ret, err));
        return apply_alias(b, AST(FromMatch, n)->alias, ret, err);
    }
    default: return RAISE_AT(err, ERR_INTERNAL, n->at, "%s in FROM", node_kind_name((NodeKind)n->kind));
    }
}

int bind_from(Binder *b, const NodeList *from, Scope *ret, Err *err)
{
    if (from->n == 0)
        return bind_no_from(b, ret, err);
    TRY(bind_from_item(b, from->first, ret, err));
    for (const Node *n = from->first->next; n; n = n->next) {
        Scope left = *ret;
        TRY(bind_cross_join(b, &left, n, ret, err));
    }
    return 0;
}
