/* SPDX-License-Identifier: Apache-2.0
 *
 * unnest(array): in FROM, alone or behind other relations whose columns it may name (LATERAL is implied, as in PostgreSQL), and as
 * an item of the SELECT list, which is the same thing written elsewhere. */
#include "plan/bind_impl.h"

bool unnest_is_call(const Node *n)
{
    if (n->kind != NODE_EXPR_CALL)
        return false;
    const ExprCall *c = AST(ExprCall, n);
    return c->func.n_parts == 1 && !c->over && str_eq(name_last(&c->func)->s, STR("unnest"));
}

/* Puts the unnesting of c's argument over the scope's rows; the element is the first new column. */
static int unnest_open(Binder *b, Scope *s, const ExprCall *c, bool ordinality, bool outer, Err *err)
{
    ExprScope x = {.b = b, .scope = s, .clause = "unnest()"};
    Expr *array;
    char type[64];
    if (c->args.n != 1)
        return bind_unsupported(err, c->node.at, "unnest() of several arrays is");
    TRY(bind_expr(&x, c->args.first, &array, err));
    type_print(array->type, type, sizeof(type));
    if (array->type.id != T_ARRAY)
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "unnest() takes an array, but this is of type %s", type);
    TRY(bind_count_node(b, c->node.at, err));
    uint32_t n = s->node->n_cols;
    Logical *u = logical_new(b->arena, L_UNNEST, s->node, n + 1 + ordinality, c->node.at);
    if (!u)
        return RAISE_NOMEM(err);
    memcpy(u->cols, s->node->cols, n * sizeof(Field));
    u->cols[n] = (Field){.name = "unnest", .type = type_element(array->type)};
    if (ordinality)
        u->cols[n + 1] = (Field){.name = "ordinality", .type = TYPE(I64), .not_null = !outer};
    u->unnest.array = array;
    u->unnest.ordinality = ordinality;
    u->unnest.outer = outer;
    s->node = u;
    return 0;
}

/* Names of the relation and its columns: x of FROM unnest(a) AS x names both. */
static int name_columns(Scope *s, uint32_t first, const Alias *alias, Err *err)
{
    const ScopeRel *rel = &s->rels[s->n_rels - 1];
    uint32_t i = 0;
    if (!alias)
        return 0;
    if (alias->columns.n > rel->n)
        return RAISE_AT(err, ERR_INVALID_COLUMN_REF, alias->node.at,
                        "table \"%s\" has %u columns available but %u columns specified", rel->name, rel->n, alias->columns.n);
    s->node->cols[first].name = alias->name.s.p;
    AST_EACH(item, alias->columns)
    s->node->cols[first + i++].name = AST(IdentNode, item)->ident.s.p;
    return 0;
}

bool unnest_is_item(const Node *n)
{
    return n->kind == NODE_FROM_FUNCTION && unnest_is_call(&AST(FromFunction, n)->call->node);
}

int bind_unnest_item(Binder *b, const Scope *left, const Node *n, bool outer, Scope *ret, Err *err)
{
    const FromFunction *f = AST(FromFunction, n);
    uint32_t first = left->node->n_cols;
    *ret = *left;
    TRY(unnest_open(b, ret, f->call, f->ordinality, outer, err));
    ScopeRel *rels = ARENA_ARRAY(b->arena, ScopeRel, left->n_rels + 1);
    if (!rels)
        return RAISE_NOMEM(err);
    if (left->n_rels)
        memcpy(rels, left->rels, left->n_rels * sizeof(*rels));
    rels[left->n_rels] = (ScopeRel){.name = f->alias ? f->alias->name.s.p : "unnest", .first = first, .n = 1 + f->ordinality};
    ret->rels = rels;
    ret->n_rels = left->n_rels + 1;
    return name_columns(ret, first, f->alias, err);
}

int bind_unnest_target(Binder *b, const Select *s, Scope *scope, Err *err)
{
    AST_EACH(item, s->targets)
    {
        const Node *e = AST(Target, item)->expr;
        if (!unnest_is_call(e))
            continue;
        if (scope->unnest)
            return bind_unsupported(err, e->at, "unnest() twice in a SELECT list is");
        uint32_t col = scope->node->n_cols;
        TRY(unnest_open(b, scope, AST(ExprCall, e), false, false, err));
        scope->node->cols[col].name = ""; /* no name reaches it */
        scope->unnest = AST(ExprCall, e);
        scope->unnest_col = col;
    }
    return 0;
}

int bind_unnest_call(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    if (!x->scope || x->scope->unnest != c)
        return bind_unsupported(err, c->node.at, "unnest() other than in FROM or as an item of a SELECT list is");
    *ret = logical_column(x->b->arena, x->scope->node, x->scope->unnest_col, c->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}
