/* SPDX-License-Identifier: Apache-2.0
 *
 * WITH RECURSIVE in a statement that ends, as PostgreSQL runs it: the first term gives the first rows; the second is run over the
 * rows that came last, in place of the query's name, until it gives none; UNION leaves out what has been there.  The rows are
 * there before the statement itself is planned, which reads them as constants.
 *
 * In a result that is kept up to date the second term is a plan beside that of the statement, over the rows of the query and over
 * relations, and an operator runs it whenever one of these changes (exec/op_recurse.c).
 *
 * Each round is a plan of its own, bound over the rows of the round before and forgotten when it has run; the caller runs it
 * (PlanContext.run) while nothing changes, so all rounds see the same tables.  Where only the first n rows are read, no more rounds
 * are run than give them. */
#include "plan/search_cycle.h"

#include "base/decimal.h"
#include "func/cast.h"
#include "sql/ast_equal.h"

#define RECURSION_ROWS_MAX (UINT32_C(1) << 22)

/* ---- what is legal ---- */

typedef struct References { /* to a query's own name */
    Str name;
    uint32_t n;
    const char *within; /* where one stands that must not; NULL = none */
    const char *now;    /* where the walk is */
} References;

static int count_in(References *r, const Node *n, const char *within);
static int visit_query(References *r, Node *n);

static int visit(void *self, Node *n)
{
    References *r = self;
    switch ((NodeKind)n->kind) {
    case NODE_FROM_TABLE: {
        const Name *name = &AST(FromTable, n)->name;
        if (name->n_parts != 1 || !str_eq(name->part[0].s, r->name))
            return 0;
        r->n++;
        r->within = r->within ? r->within : r->now;
        return 0;
    }
    case NODE_FROM_JOIN: {
        const FromJoin *j = AST(FromJoin, n);
        bool left_kept = j->kind == JOIN_LEFT || j->kind == JOIN_FULL, right_kept = j->kind == JOIN_RIGHT || j->kind == JOIN_FULL;
        (void)count_in(r, j->left, right_kept ? "an outer join" : NULL);
        (void)count_in(r, j->right, left_kept ? "an outer join" : NULL);
        return j->on ? visit(r, j->on) : 0;
    }
    case NODE_SET_OP: {
        const SetOp *s = AST(SetOp, n);
        const char *within = s->kind == SETOP_EXCEPT ? "EXCEPT" : s->kind == SETOP_INTERSECT ? "INTERSECT" : NULL;
        (void)count_in(r, s->left, s->kind == SETOP_INTERSECT ? within : NULL);
        return count_in(r, s->right, within);
    }
    case NODE_EXPR_SUBQUERY:
    case NODE_EXPR_EXISTS:
    case NODE_EXPR_IN:
    case NODE_EXPR_QUANTIFIED: {
        const char *now = r->now;
        r->now = "a subquery";
        (void)ast_each_child(n, visit, r);
        r->now = now;
        return 0;
    }
    case NODE_QUERY: return visit_query(r, n);
    default: return ast_each_child(n, visit, r);
    }
}

/* Behind a WITH query of the same name that means this one: with RECURSIVE everywhere in the query. */
static int visit_query(References *r, Node *n)
{
    const With *with = AST(Query, n)->with;
    const Node *own = NULL;
    for (const Node *c = with ? with->ctes.first : NULL; c && !own; c = c->next)
        if (str_eq(AST(Cte, c)->name.s, r->name))
            own = c;
    if (!own)
        return ast_each_child(n, visit, r);
    for (Node *c = with->ctes.first; c && !with->recursive; c = c == own ? NULL : c->next)
        (void)visit(r, c);
    return 0;
}

static int count_in(References *r, const Node *n, const char *within)
{
    const char *now = r->now;
    r->now = within ? within : now;
    (void)visit(r, (Node *)n);
    r->now = now;
    return 0;
}

static References references(Str name, const Node *n)
{
    References r = {.name = name};
    (void)visit(&r, (Node *)n);
    return r;
}

/* In what the name is given for: a WITH of its own is the one that gives it. */
static uint32_t uses(Str name, const Node *within)
{
    References r = {.name = name};
    (void)(within->kind == NODE_QUERY ? ast_each_child((Node *)within, visit, &r) : visit(&r, (Node *)within));
    return r.n;
}

uint32_t cte_uses(const Cte *c, const Node *within)
{
    return uses(c->name.s, within);
}

bool with_name_is_used(Str name, const Node *within)
{
    return uses(name, within) > 0;
}

bool cte_is_recursive(const Cte *c)
{
    return references(c->name.s, c->change ? c->change : &c->query->node).n > 0;
}

static int check_form(const Cte *c, const SetOp **ret, Err *err)
{
    const Query *q = c->query;
    Str name = c->name.s;
    Span at = c->name.at;
    const SetOp *s = q->body->kind == NODE_SET_OP ? AST(SetOp, q->body) : NULL;
    if (!s || s->kind != SETOP_UNION || s->by_name)
        return RAISE_AT(err, ERR_INVALID_RECURSION, at,
                        "recursive query \"%.*s\" does not have the form non-recursive-term UNION [ALL] recursive-term",
                        (int)name.n, name.p);
    if (references(name, s->left).n > 0)
        return RAISE_AT(err, ERR_INVALID_RECURSION, at,
                        "recursive reference to query \"%.*s\" must not appear within its non-recursive term", (int)name.n, name.p);
    References right = references(name, s->right);
    if (right.within)
        return RAISE_AT(err, ERR_INVALID_RECURSION, at, "recursive reference to query \"%.*s\" must not appear within %s",
                        (int)name.n, name.p, right.within);
    if (right.n > 1)
        return RAISE_AT(err, ERR_INVALID_RECURSION, at, "recursive reference to query \"%.*s\" must not appear more than once",
                        (int)name.n, name.p);
    if (q->order_by.n > 0)
        return bind_unsupported(err, q->order_by.first->at, "ORDER BY in a recursive query is");
    if (q->limit || q->offset)
        return bind_unsupported(err, q->node.at, "LIMIT and OFFSET in a recursive query are");
    *ret = s;
    return 0;
}

static Node *behind_with(Arena *a, const Query *q, Node *term)
{
    Query *made = ARENA_NEW(a, Query);
    if (made)
        *made = (Query){.node = {.kind = NODE_QUERY, .at = term->at, .depth = (uint16_t)(term->depth + 1)},
                        .with = q->with,
                        .body = term};
    return made ? &made->node : NULL;
}

/* WITH a AS (..) x UNION y is (WITH a AS (..) x) UNION (WITH a AS (..) y). */
static int spread_with(Binder *b, const Cte **cte, Err *err)
{
    const Query *q = (*cte)->query;
    if (!q->with || q->body->kind != NODE_SET_OP)
        return 0;
    Cte *made = ARENA_NEW(b->arena, Cte);
    Query *query = ARENA_NEW(b->arena, Query);
    SetOp *both = ARENA_NEW(b->arena, SetOp);
    if (!made || !query || !both)
        return RAISE_NOMEM(err);
    *both = *AST(SetOp, q->body);
    both->left = behind_with(b->arena, q, both->left);
    both->right = behind_with(b->arena, q, both->right);
    *query = *q;
    query->with = NULL;
    query->body = &both->node;
    *made = **cte;
    made->query = query;
    *cte = made;
    return both->left && both->right ? 0 : RAISE_NOMEM(err);
}

/* ---- rows ---- */

static uint64_t hash_of(const RowList *l, const Value *v)
{
    uint64_t h = 0;
    for (uint32_t i = 0; i < l->n_cols; i++)
        h = h * UINT64_C(0x9e3779b97f4a7c15) + value_hash(&v[i]);
    return h ^ h >> 32;
}

static bool same_row(const RowList *l, const Value *a, const Value *b)
{
    for (uint32_t i = 0; i < l->n_cols; i++)
        if (!value_eq(&a[i], &b[i]))
            return false;
    return true;
}

/* The slot of a row: where it is, or the empty one where it goes. */
static uint32_t slot_of(const RowList *l, const Value *v)
{
    uint32_t s = (uint32_t)hash_of(l, v) & (l->n_slots - 1);
    while (l->slot[s] && !same_row(l, l->row[l->slot[s] - 1], v))
        s = (s + 1) & (l->n_slots - 1);
    return s;
}

static int grow(Arena *a, RowList *l, Err *err)
{
    uint32_t cap = l->cap ? l->cap * 2 : 64;
    Value **row = ARENA_ARRAY(a, Value *, cap);
    uint32_t *slot = l->distinct ? ARENA_ARRAY(a, uint32_t, 2 * cap) : NULL;
    if (!row || (l->distinct && !slot))
        return RAISE_NOMEM(err);
    if (l->n)
        memcpy(row, l->row, l->n * sizeof(*row));
    l->row = row;
    l->cap = cap;
    l->slot = slot;
    l->n_slots = 2 * cap;
    for (uint32_t i = 0; l->distinct && i < l->n; i++)
        l->slot[slot_of(l, row[i])] = i + 1;
    return 0;
}

/* Rows from .. to of the list as constants. */
int bind_row_list(Binder *b, const RowList *l, Span at, Logical **ret, Err *err)
{
    Arena *a = b->arena;
    uint32_t n = l->to - l->from;
    Logical *v = logical_new(a, L_VALUES, NULL, l->n_cols, at);
    Expr ***rows = ARENA_ARRAY(a, Expr **, n + 1);
    if (!v || !rows)
        return RAISE_NOMEM(err);
    memcpy(v->cols, l->cols, l->n_cols * sizeof(Field));
    for (uint32_t r = 0; r < n; r++) {
        rows[r] = ARENA_ARRAY(a, Expr *, l->n_cols + 1);
        if (!rows[r])
            return RAISE_NOMEM(err);
        for (uint32_t i = 0; i < l->n_cols; i++) {
            rows[r][i] = expr_const(a, &l->row[l->from + r][i], at);
            if (!rows[r][i])
                return RAISE_NOMEM(err);
        }
    }
    v->values.rows = rows;
    v->values.n_rows = n;
    v->values.list = l;
    *ret = v;
    return 0;
}

int bind_given(Binder *b, const Cte *c, Span at, Logical **ret, Err *err)
{
    const GivenRows *g = c->given;
    RowList l = {0};
    if (!g->schema)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "WITH query \"%s\" does not have a RETURNING clause", c->name.s.p);
    for (uint32_t i = 0; i < g->n; i++)
        l.n += g->batch[i]->n_sel;
    l.to = l.n;
    l.n_cols = g->schema->n + (g->numbers ? 1 : 0);
    l.cols = ARENA_ARRAY(b->arena, Field, l.n_cols + 1);
    l.row = ARENA_ARRAY(b->arena, Value *, l.n + 1);
    Value *value = ARENA_ARRAY(b->arena, Value, (size_t)l.n * l.n_cols + 1);
    if (!l.cols || !l.row || !value)
        return RAISE_NOMEM(err);
    memcpy(l.cols, g->schema->field, g->schema->n * sizeof(Field));
    if (g->numbers)
        l.cols[g->schema->n] = (Field){.name = g->numbers, .type = TYPE(I64), .not_null = true};
    for (uint32_t i = 0, r = 0; i < g->n; i++)
        for (uint32_t k = 0; k < g->batch[i]->n_sel; k++, value += l.n_cols) {
            l.row[r++] = value;
            if (g->numbers)
                value[g->schema->n] = (Value){.type = TYPE(I64), .i64 = r};
            for (uint32_t col = 0; col < g->schema->n; col++)
                value[col] = vec_get(&g->batch[i]->col[col], row_at(batch_rows(g->batch[i]), k));
        }
    return bind_row_list(b, &l, at, ret, err);
}

/* ---- rounds ---- */

typedef struct Recursion {
    Binder *b;
    const Cte *cte;
    CteScope self;  /* the query's name in the second term */
    CteColumns own; /* without those of SEARCH and CYCLE */
    RowList rows;
    bool is_second, is_kept;
} Recursion;

static int collect_row(void *self, const Value *v, Err *err)
{
    Recursion *r = self;
    RowList *l = &r->rows;
    Arena *a = r->b->arena;
    if (l->n == RECURSION_ROWS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, r->cte->name.at, "WITH query \"%s\" gives more than %u rows", r->cte->name.s.p,
                        RECURSION_ROWS_MAX);
    if (l->n == l->cap)
        TRY(grow(a, l, err));
    uint32_t slot = l->distinct ? slot_of(l, v) : 0;
    if (l->distinct && l->slot[slot])
        return 0;
    Value *copy = arena_memdup(a, v, l->n_cols * sizeof(*copy));
    if (!copy)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < l->n_cols; i++) {
        if (v[i].is_null || !(type_is_string(v[i].type.id) || v[i].type.id == T_ARRAY))
            continue;
        copy[i].str = (Str){arena_strndup(a, v[i].str.p, v[i].str.n), v[i].str.n};
        if (!copy[i].str.p)
            return RAISE_NOMEM(err);
    }
    l->row[l->n++] = copy;
    if (l->distinct)
        l->slot[slot] = l->n;
    return 0;
}

static bool reads_own(const Recursion *r, const Logical *n)
{
    bool reads = (n->kind == L_VALUES && n->values.list == &r->rows) ||
                 (n->kind == L_SOURCE && r->is_kept && n->source.relation->id == RECURSE_SELF);
    for (uint32_t i = 0; i < n->n_in && !reads; i++)
        reads = reads_own(r, n->in[i]);
    return reads;
}

/* Its own rows; those of others may be. */
static bool aggregates(const Recursion *r, const Logical *n)
{
    if (n->kind == L_AGG && n->group.n_aggs > 0 && reads_own(r, n))
        return true;
    for (uint32_t i = 0; i < n->n_in; i++)
        if (aggregates(r, n->in[i]))
            return true;
    return false;
}

/* The first term says what the columns are. */
static int take_columns(Recursion *r, const Logical *first, Err *err)
{
    const Cte *c = r->cte;
    uint32_t i = 0;
    if (c->columns.n > first->n_cols)
        return RAISE_AT(err, ERR_INVALID_COLUMN_REF, c->name.at,
                        "WITH query \"%s\" has %u columns available but %u columns specified", c->name.s.p, first->n_cols,
                        c->columns.n);
    r->rows.n_cols = first->n_cols;
    r->rows.cols = arena_memdup(r->b->arena, first->cols, first->n_cols * sizeof(Field));
    if (!r->rows.cols)
        return RAISE_NOMEM(err);
    for (i = 0; i < first->n_cols; i++) {
        Field *f = &r->rows.cols[i];
        f->name = arena_strdup(r->b->arena, f->name);
        f->not_null = false;
        if (f->type.id == T_UNKNOWN)
            f->type = TYPE(TEXT);
        if (!f->name)
            return RAISE_NOMEM(err);
    }
    i = 0;
    AST_EACH(item, c->columns)
    r->rows.cols[i++].name = AST(IdentNode, item)->ident.s.p;
    return 0;
}

/* Column i as the first term has it. */
static int cast_column(Recursion *r, Binder *b, Logical *n, uint32_t i, Span at, Expr **ret, Err *err)
{
    Type to = r->rows.cols[i].type, from = n->cols[i].type;
    if (from.id == T_UNKNOWN && n->kind == L_PROJECT) { /* a literal takes the type where it stands */
        TRY(expr_cast(b->arena, n->exprs[i], to, CAST_IMPLICIT, false, &n->exprs[i], err));
        n->cols[i].type = from = to;
    }
    *ret = logical_column(b->arena, n, i, at);
    Expr *pair[2] = {expr_column(b->arena, 0, to, false, at), *ret};
    if (!pair[0] || !pair[1])
        return RAISE_NOMEM(err);
    if (from.id == to.id || (expr_unify(b->arena, pair, 2, "UNION", NULL) >= 0 && pair[0]->type.id == to.id))
        return expr_cast(b->arena, *ret, to, CAST_ASSIGN, false, ret, err);
    char first[64], overall[64];
    type_print(to, first, sizeof(first));
    type_print(from, overall, sizeof(overall));
    (void)RAISE_AT(err, ERR_DATATYPE_MISMATCH, at,
                   "recursive query \"%s\" column %u has type %s in non-recursive term but type %s overall", r->cte->name.s.p,
                   i + 1, first, overall);
    return err_hint(err, "Cast the output of the non-recursive term to the correct type.");
}

static int cast_term(Recursion *r, Binder *b, Logical **node, Span at, Err *err)
{
    Logical *n = *node;
    Expr **e = ARENA_ARRAY(b->arena, Expr *, n->n_cols + 1);
    if (!e)
        return RAISE_NOMEM(err);
    if (n->n_cols != r->rows.n_cols)
        return RAISE_AT(err, ERR_SYNTAX, at, "each UNION query must have the same number of columns");
    for (uint32_t i = 0; i < n->n_cols; i++)
        TRY(cast_column(r, b, n, i, at, &e[i], err));
    *node = logical_project(b->arena, n, e, n->n_cols, NULL, at);
    return *node ? 0 : RAISE_NOMEM(err);
}

#define WIDE_SCALE 16

/* A number that gets more digits behind the point with each round, as n / 2 does, has WIDE_SCALE of them from its first row on.  1:
 * a column has been changed, and the term is to be bound anew. */
static int widen_decimals(Recursion *r, const Logical *term, Err *err)
{
    RowList *l = &r->rows;
    int changed = 0;
    for (uint32_t i = 0; i < l->n_cols && i < term->n_cols; i++) {
        Type *t = &l->cols[i].type, from = term->cols[i].type;
        if (t->id != T_DECIMAL || from.id != T_DECIMAL || t->scale >= WIDE_SCALE || from.scale <= t->scale)
            continue;
        *t = TYPE_DECIMAL(DECIMAL_DIGITS_MAX, WIDE_SCALE);
        t->length = LIMIT_BARE;
        for (uint32_t k = 0; k < l->n; k++)
            TRY(cast_value(&l->row[k][i], *t, r->b->arena, &l->row[k][i], err));
        changed = 1;
    }
    if (changed && l->distinct)
        memset(l->slot, 0, l->n_slots * sizeof(*l->slot));
    for (uint32_t k = 0; changed && l->distinct && k < l->n; k++)
        l->slot[slot_of(l, l->row[k])] = k + 1;
    return changed;
}

/* The term with the columns of SEARCH and CYCLE.  What the first one has of its own is known when it has been bound. */
static int add_marks(Recursion *r, Binder *b, const SetOp *s, const Node **term, Err *err)
{
    if (r->is_second)
        return marked_second(b, r->cte, s, &r->own, term, err);
    Logical *plain;
    TRY(bind_query_body(b, s->left, &plain, err));
    TRY(take_columns(r, plain, err));
    const char **name = ARENA_ARRAY(r->b->arena, const char *, r->rows.n_cols + 1);
    if (!name)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < r->rows.n_cols; i++)
        name[i] = r->rows.cols[i].name;
    r->own = (CteColumns){r->rows.n_cols, name};
    return marked_first(b, r->cte, &r->own, s->left, term, err);
}

static int bind_term(void *self, Binder *b, Logical **ret, Err *err)
{
    Recursion *r = self;
    const SetOp *s = AST(SetOp, r->cte->query->body);
    const Node *term = r->is_second ? s->right : s->left;
    b->ctes = r->is_second ? &r->self : r->self.env;
    if (cte_is_marked(r->cte))
        TRY(add_marks(r, b, s, &term, err));
    TRY(bind_query_body(b, term, ret, err));
    if (r->is_kept && logical_is_volatile(*ret))
        return bind_unsupported(err, term->at, "WITH RECURSIVE of random values in a result that is kept up to date is");
    int widened = r->is_second ? widen_decimals(r, *ret, err) : 0;
    TRY(widened);
    if (widened)
        TRY(bind_query_body(b, term, ret, err));
    if (!r->is_second)
        TRY(take_columns(r, *ret, err));
    else if (aggregates(r, *ret))
        return RAISE_AT(err, ERR_INVALID_RECURSION, term->at,
                        "aggregate functions are not allowed in a recursive query's recursive term");
    return cast_term(r, b, ret, term->at, err);
}

/* Whether there is somebody to run it; a plan that is only looked at does without. */
static int check_runs(const Binder *b, Span at, const char *what, Err *err)
{
    const PlanContext *ctx = b->ctx;
    return !b->state->continuous && (ctx->run || ctx->describes) ? 0 : bind_unsupported(err, at, what);
}

static int run_plan(const Binder *b, PhysPlan *give_plan, PlanRowFn row, void *to, Err *err)
{
    const PlanContext *ctx = b->ctx;
    if (ctx->run)
        return ctx->run(ctx->run_self, give_plan, row, to, err);
    phys_plan_free(give_plan);
    b->state->is_described = true;
    return 0;
}

static int run_term(Recursion *r, Err *err)
{
    PhysPlan *plan;
    TRY(plan_term(r->b, bind_term, r, &plan, err));
    return run_plan(r->b, plan, collect_row, r, err);
}

static int run_rounds(Recursion *r, uint64_t wanted, Err *err)
{
    RowList *l = &r->rows;
    TRY(run_term(r, err));
    r->is_second = true;
    if (r->b->state->is_described || l->n == 0) /* what is wrong with the second term is found all the same */
        return run_term(r, err);
    for (l->to = l->n; l->to > l->from && (wanted == 0 || l->n < wanted); l->from = l->to, l->to = l->n)
        TRY(run_term(r, err));
    l->from = 0;
    l->to = l->n;
    return 0;
}

/* ---- in a result that is kept up to date ---- */

int bind_kept_rows(Binder *b, const CteScope *c, Span at, Logical **ret, Err *err)
{
    const RowList *l = c->rows;
    Relation *self = ARENA_NEW(b->arena, Relation);
    Logical *n = logical_new(b->arena, L_SOURCE, NULL, l->n_cols, at);
    Schema *schema = schema_new(b->ctx->acct, l->cols, l->n_cols);
    int rc = self && n && schema ? phys_hide_schema(b->state->plan, schema, NULL, &self->schema, err) : RAISE_NOMEM(err);
    schema_unref(schema);
    TRY(rc);
    self->kind = REL_TABLE;
    self->id = RECURSE_SELF;
    self->name = arena_strdup(b->arena, c->cte->name.s.p);
    n->source = (LogicalSource){.relation = self, .time_col = -1, .cols = ARENA_ARRAY(b->arena, uint32_t, l->n_cols + 1)};
    if (!n->source.cols || !self->name)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < l->n_cols; i++) {
        n->source.cols[i] = i;
        n->cols[i] = l->cols[i];
    }
    *ret = n;
    return 0;
}

static int refuse_kept(Span at, const char *what, Err *err)
{
    return RAISE_AT(err, ERR_UNSUPPORTED, at, "WITH RECURSIVE %s in a result that is kept up to date is not supported yet", what);
}

/* Each row of the query gives rows by itself, and nothing does without one: then those that come and go are told by those that do.
 */
static bool is_by_row(const PhysNode *n, uint32_t input)
{
    const PhysJoin *j = (const PhysJoin *)n;
    switch (n->kind) {
    case PHYS_FILTER:
    case PHYS_PROJECT:
    case PHYS_UNNEST:
    case PHYS_EMIT: return true;
    case PHYS_JOIN: return !j->timed && !j->probes && (j->type == INNER_JOIN || (j->type != FULL_JOIN && input == 0));
    default: return false;
    }
}

/* Nothing goes by a clock, and nothing waits. */
static bool is_timeless(const PhysNode *n)
{
    switch (n->kind) {
    case PHYS_JOIN: return !((const PhysJoin *)n)->timed && !((const PhysJoin *)n)->probes;
    case PHYS_SOURCE:
    case PHYS_VALUES:
    case PHYS_FILTER:
    case PHYS_PROJECT:
    case PHYS_UNION:
    case PHYS_SET_OP:
    case PHYS_UNNEST:
    case PHYS_EXPAND:
    case PHYS_HASH_AGG:
    case PHYS_OVER:
    case PHYS_TOP_N:
    case PHYS_RECURSE: return true;
    default: return false;
    }
}

/* *ret: how often it reads the query's own rows, which is once where a subquery does not need them as well. */
static int check_second(const PhysNode *n, Span at, uint32_t *ret, Err *err)
{
    *ret = n->kind == PHYS_SOURCE && ((const PhysSource *)n)->relation == RECURSE_SELF;
    if (*ret)
        return 0;
    for (uint32_t i = 0; i < n->n_in; i++) {
        uint32_t self;
        TRY(check_second(n->in[i], at, &self, err));
        *ret += self;
        if (self && (*ret > 1 || !is_by_row(n, i)))
            return refuse_kept(at, "whose own rows are grouped, ordered, compared with each other or put beside others", err);
    }
    return *ret || is_timeless(n) ? 0 : refuse_kept(at, "with windows, a clock or rows that are asked for in its second term", err);
}

/* A condition on now() right above what the second term reads: it holds before that is given. */
typedef struct Lifted {
    struct Lifted *next;
    const PhysNode *source;
    Expr *predicate; /* over its columns */
} Lifted;

static void leave_out(PhysPlan *body, uint32_t at)
{
    PhysNode *gone = body->nodes[at];
    schema_unref((Schema *)gone->schema); /* those of the plan's nodes go with it */
    memmove(&body->nodes[at], &body->nodes[at + 1], (--body->n_nodes - at) * sizeof(*body->nodes));
    for (uint32_t i = 0; i < body->n_nodes; i++)
        for (uint32_t k = 0; k < body->nodes[i]->n_in; k++)
            if (body->nodes[i]->in[k] == gone)
                body->nodes[i]->in[k] = gone->in[0];
}

static int lift_clocks(Binder *b, PhysPlan *body, Lifted **ret, Err *err)
{
    *ret = NULL;
    for (uint32_t i = 0; i < body->n_nodes; i++) {
        PhysNode *n = body->nodes[i], *below = n->n_in ? n->in[0] : NULL, *source = below;
        if (n->kind == PHYS_TEMPORAL_FILTER && below->kind == PHYS_FILTER) /* what it says whatever the time is */
            source = below->in[0];
        if (n->kind != PHYS_TEMPORAL_FILTER || source->kind != PHYS_SOURCE || ((PhysSource *)source)->relation == RECURSE_SELF)
            continue;
        Lifted *l = ARENA_NEW(b->arena, Lifted);
        if (!l)
            return RAISE_NOMEM(err);
        *l = (Lifted){.next = *ret, .source = source, .predicate = ((PhysTemporalFilter *)n)->predicate};
        *ret = l;
        below->props.change = source->props.change = CHANGE_ZSET; /* they come and go */
        leave_out(body, i--);
    }
    return 0;
}

/* Rows of a stream, and those that come and go by a clock, as the second term reads them. */
static int bind_given_rows(Binder *b, const PhysSource *s, const Lifted *lifted, Span at, Logical **ret, Err *err)
{
    const Relation *r = catalog_by_id(b->ctx->catalog, s->relation);
    Expr **e = ARENA_ARRAY(b->arena, Expr *, s->n_cols + 1);
    Logical *n;
    if (!e)
        return RAISE_NOMEM(err);
    if (!r)
        return RAISE(err, ERR_INTERNAL, "what the second term of a recursion reads is not there");
    while (lifted && lifted->source != &s->node)
        lifted = lifted->next;
    if (!lifted && (relation_is_stored(r) || r->kind == REL_VIEW))
        return 0;
    TRY(bind_stream_leaf(b, r, at, &n, err));
    bool is_whole = s->n_cols == n->n_cols;
    for (uint32_t i = 0; i < s->n_cols; i++) {
        is_whole = is_whole && s->cols[i] == i;
        if (!(e[i] = logical_column(b->arena, n, s->cols[i], at)))
            return RAISE_NOMEM(err);
    }
    if (!is_whole && !(n = logical_project(b->arena, n, e, s->n_cols, NULL, at)))
        return RAISE_NOMEM(err);
    *ret = lifted ? logical_filter(b->arena, n, lifted->predicate) : n;
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int bind_leaves(Binder *b, const PhysPlan *body, const Lifted *lifted, Span at, LogicalRecurse *r, Err *err)
{
    r->leaf = ARENA_ARRAY(b->arena, Logical *, body->n_nodes + 1);
    if (!r->leaf)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < body->n_nodes; i++) {
        const PhysSource *s = (const PhysSource *)body->nodes[i];
        if (s->node.kind != PHYS_SOURCE || s->relation == RECURSE_SELF)
            continue;
        r->leaf[r->n_leaves] = NULL;
        TRY(bind_given_rows(b, s, lifted, at, &r->leaf[r->n_leaves++], err));
    }
    return 0;
}

static int bind_kept(Recursion *r, const SetOp *s, Span at, Logical **ret, Err *err)
{
    Binder *b = r->b;
    CteScope *outer = b->ctes;
    Logical *first, *n;
    PhysPlan *body;
    Lifted *lifted;
    uint32_t self;
    if (!b->state->plan)
        return refuse_kept(at, "", err);
    r->is_kept = true;
    int rc = bind_term(r, b, &first, err);
    b->ctes = outer;
    TRY(rc);
    r->is_second = r->self.is_kept = true;
    TRY(plan_term(b, bind_term, r, &body, err));
    TRY(lift_clocks(b, body, &lifted, err));
    TRY(check_second(body->root, at, &self, err));
    TRY(cast_term(r, b, &first, s->left->at, err)); /* of more digits, now and then */
    n = logical_new(b->arena, L_RECURSE, first, r->rows.n_cols, at);
    const char *name = arena_strdup(b->arena, r->cte->name.s.p);
    if (!n || !name)
        return RAISE_NOMEM(err);
    memcpy(n->cols, r->rows.cols, r->rows.n_cols * sizeof(Field));
    n->recurse = (LogicalRecurse){.name = name, .all = s->all, .body = body};
    *ret = n;
    return bind_leaves(b, body, lifted, at, &n->recurse, err);
}

int bind_recursive(Binder *b, CteScope *c, Span at, Logical **ret, Err *err)
{
    const SetOp *s = NULL;
    uint64_t wanted = b->rows_wanted;
    if (c->rows)
        return bind_row_list(b, c->rows, at, ret, err);
    if (!b->state->continuous)
        TRY(check_runs(b, at, "WITH RECURSIVE here is", err));
    TRY(spread_with(b, &c->cte, err));
    TRY(check_form(c->cte, &s, err));
    Recursion *r = ARENA_NEW(b->arena, Recursion);
    if (!r)
        return RAISE_NOMEM(err);
    r->b = b;
    r->cte = c->cte;
    r->rows.distinct = !s->all;
    r->self = (CteScope){.outer = c->env, .cte = c->cte, .env = c->env, .rows = &r->rows};
    if (b->state->continuous)
        return bind_kept(r, s, at, ret, err);
    TRY(run_rounds(r, wanted, err));
    c->rows = wanted ? NULL : &r->rows; /* another use may want more */
    return bind_row_list(b, &r->rows, at, ret, err);
}

/* ---- a query that is run once ---- */

static int bind_all(void *self, Binder *b, Logical **ret, Err *err)
{
    Recursion *r = self;
    b->ctes = r->self.env;
    TRY(bind_query(b, r->cte->query, ret, err));
    TRY(take_columns(r, *ret, err));
    return cast_term(r, b, ret, r->cte->name.at, err);
}

int bind_once(Binder *b, CteScope *c, Span at, Logical **ret, Err *err)
{
    PhysPlan *plan;
    TRY(check_runs(b, at, "a WITH query of random values that is read more than once in a result that is kept up to date is", err));
    Recursion *r = ARENA_NEW(b->arena, Recursion);
    if (!r)
        return RAISE_NOMEM(err);
    r->b = b;
    r->cte = c->cte;
    r->self = (CteScope){.outer = c->env, .cte = c->cte, .env = c->env, .rows = &r->rows};
    TRY(plan_term(b, bind_all, r, &plan, err));
    TRY(run_plan(b, plan, collect_row, r, err));
    r->rows.to = r->rows.n;
    c->rows = &r->rows;
    return bind_row_list(b, &r->rows, at, ret, err);
}

/* ---- a value that the plan needs ---- */

typedef struct OneValue {
    Binder *b;
    const Query *query;
    Value value; /* NULL: no row */
    bool found;
} OneValue;

static int bind_one(void *self, Binder *b, Logical **ret, Err *err)
{
    const OneValue *o = self;
    Span at = o->query->node.at;
    b->ctes = o->b->ctes;
    TRY(bind_query(b, o->query, ret, err));
    if ((*ret)->n_cols != 1)
        return RAISE_AT(err, ERR_SYNTAX, at, "subquery must return only one column");
    Expr **e = ARENA_ARRAY(b->arena, Expr *, 1);
    if (!e || !(e[0] = logical_column(b->arena, *ret, 0, at)))
        return RAISE_NOMEM(err);
    TRY(expr_cast(b->arena, e[0], TYPE(I64), CAST_ASSIGN, false, &e[0], err));
    *ret = logical_project(b->arena, *ret, e, 1, NULL, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int take_one(void *self, const Value *v, Err *err)
{
    OneValue *o = self;
    if (o->found)
        return RAISE_AT(err, ERR_CARDINALITY, o->query->node.at, "more than one row returned by a subquery used as an expression");
    o->found = true;
    o->value = *v;
    return 0;
}

int bind_integer_now(Binder *b, const Query *q, Value *ret, Err *err)
{
    OneValue o = {.b = b, .query = q, .value = value_null(TYPE(I64))};
    PhysPlan *plan;
    TRY(check_runs(b, q->node.at, "a subquery in LIMIT or OFFSET of a result that is kept up to date is", err));
    TRY(plan_term(b, bind_one, &o, &plan, err));
    TRY(run_plan(b, plan, take_one, &o, err));
    *ret = o.value;
    return 0;
}
