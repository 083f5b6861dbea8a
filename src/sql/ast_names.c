/* SPDX-License-Identifier: Apache-2.0
 *
 * A walk over the tree that knows which field of which node names an object.  A name in FROM may mean a query of WITH: those that
 * are seen at a place are the ones of the With of each node around it, as far as they have been walked (all, where it is
 * RECURSIVE). */
#include "sql/ast_names.h"

#include "sql/ast_equal.h"

typedef struct CtesSeen { /* of one node around */
    const With *with;     /* NULL = it has none */
    uint32_t n;           /* its first ones */
    const struct CtesSeen *outer;
} CtesSeen;

typedef struct Walk {
    AstNameFn each;
    void *self;
    CtesSeen *seen;
} Walk;

static bool is_cte(const Walk *w, const Name *name)
{
    for (const CtesSeen *s = w->seen; s && name->n_parts == 1; s = s->outer) {
        const Node *n = s->with ? s->with->ctes.first : NULL;
        for (uint32_t i = 0; n && i < s->n; i++, n = n->next)
            if (str_eq(AST(Cte, n)->name.s, name->part[0].s))
                return true;
    }
    return false;
}

static int tell(const Walk *w, NameRole role, const Name *name, uint32_t n_behind, bool may_lack)
{
    if (name->n_parts <= n_behind)
        return 0;
    return w->each(w->self, &(AstName){.role = role, .name = name, .n_parts = name->n_parts - n_behind, .may_lack = may_lack});
}

static int tell_read(const Walk *w, const Name *name)
{
    return is_cte(w, name) ? 0 : tell(w, NAME_RELATION, name, 0, false);
}

/* ---- calls and casts ---- */

static bool is_among(const Name *name, const char *const *words, size_t n)
{
    Str s = name->n_parts ? name_last(name)->s : (Str){0};
    for (size_t i = 0; i < n; i++)
        if (str_eq(s, str_of(words[i])))
            return true;
    return false;
}

static int tell_text(const Walk *w, const Node *n)
{
    const ExprLiteral *l = n && n->kind == NODE_EXPR_LITERAL ? AST(ExprLiteral, n) : NULL;
    return l && l->kind == LITERAL_STRING ? w->each(w->self, &(AstName){.role = NAME_TEXT, .text = l}) : 0;
}

static int call_names(const Walk *w, const ExprCall *c)
{
    static const char *const of_texts[] = {"nextval", "currval", "setval", "to_regclass", "pg_get_serial_sequence"};
    TRY(tell(w, NAME_FUNCTION, &c->func, 0, false));
    return is_among(&c->func, of_texts, ARRAY_LEN(of_texts)) ? tell_text(w, c->args.first) : 0;
}

static int cast_names(const Walk *w, const ExprCast *c)
{
    static const char *const regclass[] = {"regclass"};
    return is_among(&c->type->name, regclass, 1) ? tell_text(w, c->arg) : 0;
}

/* FROM TUMBLE(relation, ..): the name may be read as that of a column. */
static int function_names(const Walk *w, const FromFunction *f)
{
    static const char *const windows[] = {"tumble", "hop", "slide", "cumulate", "session"};
    const Node *of = f->call->args.first;
    bool reads = of && of->kind == NODE_EXPR_COLUMN && is_among(&f->call->func, windows, ARRAY_LEN(windows));
    return reads ? tell_read(w, &AST(ExprColumn, of)->name) : 0;
}

/* ---- statements ---- */

static NameRole role_of(ObjectKind k)
{
    return object_is_routine(k) ? NAME_FUNCTION : k == OBJECT_TYPE || k == OBJECT_DOMAIN ? NAME_TYPE : NAME_RELATION;
}

static int list_names(const Walk *w, const NodeList *names, NameRole role, bool may_lack)
{
    AST_EACH(n, *names)
    TRY(tell(w, role, &AST(NameNode, n)->name, 0, may_lack));
    return 0;
}

static int comment_names(const Walk *w, const CommentStmt *c)
{
    bool of_part = c->kind == OBJECT_COLUMN || c->kind == OBJECT_CONSTRAINT;
    return tell(w, c->of_domain ? NAME_TYPE : role_of(c->kind), &c->name, of_part, false);
}

static int show_names(const Walk *w, const ShowStmt *s)
{
    if (s->kind == SHOW_SETTING)
        return 0;
    return tell(w, role_of(s->object), &s->name, 0, false);
}

static int function_made(const Walk *w, const CreateFunctionStmt *c)
{
    TRY(tell(w, NAME_MADE, &c->name, 0, false));
    const ExprLiteral *l = c->body->kind == NODE_EXPR_LITERAL && !c->is_return ? AST(ExprLiteral, c->body) : NULL;
    return l && l->kind == LITERAL_STRING ? w->each(w->self, &(AstName){.role = NAME_BODY, .text = l}) : 0;
}

/* What the node itself names. */
static int own_names(const Walk *w, const Node *n)
{
    switch ((NodeKind)n->kind) {
    case NODE_FROM_TABLE: return tell_read(w, &AST(FromTable, n)->name);
    case NODE_EXPR_TABLE_ARG: return tell_read(w, &AST(ExprTableArg, n)->rel);
    case NODE_FROM_FUNCTION: return function_names(w, AST(FromFunction, n));
    case NODE_EXPR_CALL: return call_names(w, AST(ExprCall, n));
    case NODE_EXPR_CAST: return cast_names(w, AST(ExprCast, n));
    case NODE_TYPE: return tell(w, NAME_TYPE, &AST(TypeName, n)->name, 0, false);
    case NODE_COLUMNS_LIKE: return tell(w, NAME_RELATION, &AST(ColumnsLike, n)->table, 0, false);
    case NODE_TABLE_FOREIGN:
        return w->each(w->self, &(AstName){.role = NAME_RELATION,
                                           .name = &AST(TableForeign, n)->table,
                                           .n_parts = AST(TableForeign, n)->table.n_parts,
                                           .may_be_new = true});
    case NODE_STREAM_CLAUSES: return tell(w, NAME_LATE, &AST(StreamClauses, n)->late_to, 0, false);
    case NODE_CREATE_RELATION_STMT: return tell(w, NAME_MADE, &AST(CreateRelationStmt, n)->name, 0, false);
    case NODE_CREATE_QUERY_STMT: return tell(w, NAME_MADE, &AST(CreateQueryStmt, n)->name, 0, false);
    case NODE_CREATE_FUNCTION_STMT: return function_made(w, AST(CreateFunctionStmt, n));
    case NODE_CREATE_DOMAIN_STMT: return tell(w, NAME_MADE, &AST(CreateDomainStmt, n)->name, 0, false);
    case NODE_CREATE_TYPE_STMT: return tell(w, NAME_MADE, &AST(CreateTypeStmt, n)->name, 0, false);
    case NODE_CREATE_SEQUENCE_STMT:
        TRY(tell(w, NAME_MADE, &AST(CreateSequenceStmt, n)->name, 0, false));
        return tell(w, NAME_RELATION, &AST(CreateSequenceStmt, n)->owner, 1, false);
    case NODE_CREATE_SINK_STMT:
        TRY(tell(w, NAME_MADE, &AST(CreateSinkStmt, n)->name, 0, false));
        return tell(w, NAME_RELATION, &AST(CreateSinkStmt, n)->from, 0, false);
    case NODE_CREATE_INDEX_STMT: return tell(w, NAME_RELATION, &AST(CreateIndexStmt, n)->table, 0, false);
    case NODE_INSERT_STMT: return tell(w, NAME_RELATION, &AST(InsertStmt, n)->table, 0, false);
    case NODE_UPDATE_STMT: return tell(w, NAME_RELATION, &AST(UpdateStmt, n)->table, 0, false);
    case NODE_DELETE_STMT: return tell(w, NAME_RELATION, &AST(DeleteStmt, n)->table, 0, false);
    case NODE_MERGE_STMT: return tell(w, NAME_RELATION, &AST(MergeStmt, n)->table, 0, false);
    case NODE_TRUNCATE_STMT: return list_names(w, &AST(TruncateStmt, n)->names, NAME_RELATION, false);
    case NODE_MAINTAIN_TABLE: return tell(w, NAME_RELATION, &AST(MaintainTable, n)->name, 0, false);
    case NODE_COPY_STMT: return tell(w, NAME_RELATION, &AST(CopyStmt, n)->table, 0, false);
    case NODE_EXPLAIN_STMT: return tell(w, NAME_RELATION, &AST(ExplainStmt, n)->name, 0, false);
    case NODE_VERIFY_STMT: return tell(w, NAME_RELATION, &AST(VerifyStmt, n)->name, 0, false);
    case NODE_SHOW_STMT: return show_names(w, AST(ShowStmt, n));
    case NODE_DESCRIBE_STMT: return tell(w, NAME_RELATION, &AST(DescribeStmt, n)->name, 0, false);
    case NODE_SUBSCRIBE_STMT: return tell(w, NAME_RELATION, &AST(SubscribeStmt, n)->name, 0, false);
    case NODE_BACKFILL_STMT: return tell(w, NAME_RELATION, &AST(BackfillStmt, n)->name, 0, false);
    case NODE_REFRESH_STMT: return tell(w, NAME_RELATION, &AST(RefreshStmt, n)->name, 0, false);
    case NODE_SET_CONSTRAINTS_STMT: return list_names(w, &AST(SetConstraintsStmt, n)->names, NAME_CONSTRAINT, false);
    case NODE_COMMENT_STMT: return comment_names(w, AST(CommentStmt, n));
    case NODE_DROP_STMT: {
        const DropStmt *d = AST(DropStmt, n);
        return d->kind == OBJECT_SCHEMA ? 0 : list_names(w, &d->names, role_of(d->kind), d->if_exists);
    }
    case NODE_ALTER_STMT: {
        const AlterStmt *a = AST(AlterStmt, n);
        return a->kind == OBJECT_SCHEMA ? 0 : tell(w, role_of(a->kind), &a->name, 0, a->if_exists);
    }
    default: return 0;
    }
}

static int visit(void *self, Node *n)
{
    Walk *w = self;
    CtesSeen *outer = w->seen, own = {.outer = outer};
    if (n->kind == NODE_WITH) { /* what it has is seen by the node that it is of */
        outer->with = AST(With, n);
        outer->n = AST(With, n)->recursive ? AST(With, n)->ctes.n : 0;
        AST_EACH(cte, AST(With, n)->ctes)
        {
            TRY(visit(w, cte));
            outer->n += !AST(With, n)->recursive;
        }
        return 0;
    }
    TRY(own_names(w, n));
    w->seen = &own;
    int rc = ast_each_child(n, visit, w);
    w->seen = outer;
    return rc;
}

int ast_each_name(const Node *stmt, AstNameFn each, void *self)
{
    CtesSeen none = {0};
    Walk w = {each, self, &none};
    return visit(&w, (Node *)stmt);
}
