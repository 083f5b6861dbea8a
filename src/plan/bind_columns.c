/* SPDX-License-Identifier: Apache-2.0
 *
 * COLUMNS('pattern') and COLUMNS(*) in a SELECT list: the item is there once for each column of FROM whose name matches, with the
 * column in place of COLUMNS.  The tree is not copied for that: the item remembers its column, and binding it finds it there
 * (ExprScope.column). */
#include "plan/bind_impl.h"
#include "plan/bind_target.h"

#include "sql/ast_equal.h"

bool columns_is_call(const Node *n)
{
    if (n->kind != NODE_EXPR_CALL)
        return false;
    const ExprCall *c = AST(ExprCall, n);
    bool plain = c->func.n_parts == 1 && !c->func.part[0].quoted && !c->over && !c->filter && !c->distinct;
    return plain && str_eq(c->func.part[0].s, STR("columns")) && (c->star || c->args.n == 1);
}

typedef struct Found {
    const ExprCall *call;
    bool differ; /* there are several, of other columns */
} Found;

static int find_calls(void *self, Node *n)
{
    Found *f = self;
    if (n->kind == NODE_QUERY)
        return 0;
    if (!columns_is_call(n))
        return ast_each_child(n, find_calls, f);
    f->differ |= f->call && !ast_is_equal(&f->call->node, n);
    f->call = f->call ? f->call : AST(ExprCall, n);
    return 0;
}

static int matches(Binder *b, const ExprCall *c, const char *name, bool *ret, Err *err)
{
    Value pattern, text = {.type = TYPE(TEXT), .str = str_of(name)};
    *ret = c->star;
    if (c->star)
        return 0;
    ExprScope x = {.b = b, .clause = "COLUMNS"};
    TRY(bind_const_text(&x, c->args.first, "the pattern of COLUMNS", &pattern, err));
    Expr *arg[2] = {expr_const(b->arena, &text, c->node.at), expr_const(b->arena, &pattern, c->args.first->at)}, *e = NULL;
    if (!arg[0] || !arg[1])
        return RAISE_NOMEM(err);
    TRY(expr_call(b->arena, STR("~"), arg, 2, c->node.at, &e, err));
    e = expr_fold(b->arena, e);
    if (!e)
        return RAISE_NOMEM(err);
    if (e->kind != EXPR_CONST)
        return RAISE_AT(err, ERR_INVALID_REGEX, c->args.first->at, "invalid regular expression in COLUMNS");
    *ret = !e->value.is_null && e->value.b;
    return 0;
}

/* rel.column, as it would be written. */
static const Node *column_node(Binder *b, const ScopeRel *rel, const char *name, Span at)
{
    ExprColumn *n = ARENA_NEW(b->arena, ExprColumn);
    Ident *part = ARENA_ARRAY(b->arena, Ident, 2);
    uint32_t n_parts = 0;
    if (!n || !part)
        return NULL;
    if (rel->name)
        part[n_parts++] = (Ident){.s = str_of(rel->name), .at = at, .quoted = true};
    part[n_parts++] = (Ident){.s = str_of(name), .at = at, .quoted = true};
    *n = (ExprColumn){.node = {.kind = NODE_EXPR_COLUMN, .at = at, .depth = 1},
                      .name = {.part = part, .n_parts = n_parts, .at = at}};
    return &n->node;
}

/* f(COLUMNS(..)) is called "f(column)", as there would be several of one name else. */
static const char *name_of_item(Binder *b, const Target *t, const char *column)
{
    bool of_call = t->expr->kind == NODE_EXPR_CALL && !columns_is_call(t->expr);
    if (t->alias.s.p)
        return t->alias.s.p;
    Str f = of_call ? name_last(&AST(ExprCall, t->expr)->func)->s : (Str){0};
    return of_call ? arena_printf(b->arena, "%.*s(%s)", (int)f.n, f.p, column) : column;
}

int bind_columns(Binder *b, const Scope *s, const Target *t, TargetItems *ret, Err *err)
{
    Found f = {0};
    uint32_t n = 0;
    (void)find_calls(&f, t->expr);
    if (!f.call)
        return 0;
    if (f.differ)
        return bind_unsupported(err, f.call->node.at, "an expression with COLUMNS of several patterns is");
    for (uint32_t r = 0; r < s->n_rels; r++)
        for (uint32_t i = s->rels[r].first; i < s->rels[r].first + s->rels[r].n; i++) {
            const char *name = s->node->cols[i].name;
            bool is = false;
            if (name[0] == 0 || scope_hides(&s->rels[r], i))
                continue;
            TRY(matches(b, f.call, name, &is, err));
            if (!is)
                continue;
            TargetItem item = {.ast = t->expr, .name = name_of_item(b, t, name)};
            item.column = column_node(b, &s->rels[r], name, f.call->node.at);
            if (!item.name || !item.column)
                return RAISE_NOMEM(err);
            if (columns_is_call(t->expr))
                item.ast = item.column;
            TRY(target_add(b->arena, ret, item, err));
            n++;
        }
    return n ? 1 : RAISE_AT(err, ERR_UNDEFINED_COLUMN, f.call->node.at, "no column matches the pattern of COLUMNS");
}
