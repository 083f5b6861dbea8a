/* SPDX-License-Identifier: Apache-2.0
 *
 * FOR UPDATE, FOR SHARE and their like behind a SELECT: what they may stand behind, and which tables they mean.
 *
 * Nothing is locked: a transaction whose tables somebody else has changed meanwhile fails when it commits.  So the clause adds the
 * tables to those of the transaction, as if it had changed them (db/transaction.h), and NOWAIT and SKIP LOCKED find everything
 * free. The strengths differ in whom they keep out, which is here everybody in any case. */
#include "plan/bind_impl.h"

static const char *strength_of(const LockClause *c)
{
    static const char *const names[N_LOCK_STRENGTHS] = {"FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE"};
    return names[c->strength];
}

static const LockClause *first_lock(const Query *q)
{
    return AST(LockClause, q->locks.first);
}

int bind_lock_place(const Binder *b, const Query *q, Err *err)
{
    if (!q->locks.n)
        return 0;
    const LockClause *c = first_lock(q);
    const char *word = strength_of(c);
    if (b->state->continuous || b->state->is_view)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->node.at, "%s in a query that goes on is not supported: it locks nothing", word);
    if (q != b->state->outermost)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->node.at, "%s is supported only at the end of the whole query", word);
    if (q->body->kind == NODE_VALUES)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->node.at, "%s cannot be applied to VALUES", word);
    if (q->body->kind != NODE_SELECT)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->node.at, "%s is not allowed with UNION/INTERSECT/EXCEPT", word);
    const Select *s = AST(Select, q->body);
    const char *with = s->distinct != SELECT_ALL ? "DISTINCT clause"
                       : s->group_by.n           ? "GROUP BY clause"
                       : s->having               ? "HAVING clause"
                                                 : NULL;
    return with ? RAISE_AT(err, ERR_UNSUPPORTED, c->node.at, "%s is not allowed with %s", word, with) : 0;
}

/* ---- which tables ---- */

static int add_table(PlanState *s, const Relation *r, Err *err)
{
    for (uint32_t i = 0; i < s->n_locked; i++)
        if (s->locked[i] == r->id)
            return 0;
    uint64_t *ids = ARENA_ARRAY(s->arena, uint64_t, s->n_locked + 1);
    if (!ids)
        return RAISE_NOMEM(err);
    if (s->n_locked)
        memcpy(ids, s->locked, s->n_locked * sizeof(*ids));
    ids[s->n_locked++] = r->id;
    s->locked = ids;
    return 0;
}

/* All tables behind what has been bound, also those that views read. */
static int add_all(const Binder *b, Err *err)
{
    for (uint32_t i = 0; i < b->n_relations; i++) {
        const Relation *r = catalog_by_id(b->ctx->catalog, b->relations[i]);
        if (r && r->kind == REL_TABLE)
            TRY(add_table(b->state, r, err));
    }
    return 0;
}

static int add_relation(const Binder *b, const Name *name, Err *err)
{
    for (const CteScope *w = name->n_parts == 1 ? b->ctes : NULL; w; w = w->outer)
        if (str_eq(w->cte->name.s, name->part[0].s))
            return 0;
    const Relation *r = catalog_find(b->ctx->catalog, name_key(name));
    if (!r) /* of the system */
        return 0;
    if (r->kind == REL_TABLE)
        return add_table(b->state, r, err);
    if (r->kind == REL_QUERY)
        return add_all(b, err);
    return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "cannot lock rows in %s \"%s\"", relation_kind_name(r->kind), r->name);
}

typedef struct Wanted {
    const LockClause *clause;
    const Name *of; /* NULL = every item of FROM */
    bool found;
} Wanted;

static bool is_called(const Wanted *w, const Alias *alias, const Name *name)
{
    Str own = alias ? alias->name.s : name ? name_last(name)->s : (Str){0};
    return !w->of || (own.p && w->of->n_parts == 1 && str_eq(own, w->of->part[0].s));
}

static int lock_item(const Binder *b, Wanted *w, const Node *n, Err *err)
{
    if (n->kind == NODE_FROM_JOIN) {
        TRY(lock_item(b, w, AST(FromJoin, n)->left, err));
        return lock_item(b, w, AST(FromJoin, n)->right, err);
    }
    if (n->kind == NODE_FROM_TABLE) {
        const FromTable *t = AST(FromTable, n);
        if (!is_called(w, t->alias, &t->name))
            return 0;
        w->found = true;
        return add_relation(b, &t->name, err);
    }
    if (n->kind == NODE_FROM_SUBQUERY && is_called(w, AST(FromSubquery, n)->alias, NULL)) {
        w->found = true;
        return add_all(b, err);
    }
    if (n->kind == NODE_FROM_FUNCTION && w->of && is_called(w, AST(FromFunction, n)->alias, NULL))
        return RAISE_AT(err, ERR_UNSUPPORTED, w->of->at, "%s cannot be applied to a function", strength_of(w->clause));
    return 0;
}

static int lock_items(const Binder *b, const Select *s, Wanted *w, Err *err)
{
    AST_EACH(item, s->from)
    TRY(lock_item(b, w, item, err));
    if (!w->of || w->found)
        return 0;
    return RAISE_AT(err, ERR_UNDEFINED_RELATION, w->of->at, "relation \"%.*s\" in %s clause not found in FROM clause",
                    (int)name_last(w->of)->s.n, name_last(w->of)->s.p, strength_of(w->clause));
}

int bind_locks(const Binder *b, const Select *s, const Query *q, uint32_t n_aggs, uint32_t n_overs, Err *err)
{
    AST_EACH(item, q->locks)
    {
        const LockClause *c = AST(LockClause, item);
        if (n_aggs || n_overs)
            return RAISE_AT(err, ERR_UNSUPPORTED, c->node.at, "%s is not allowed with %s functions", strength_of(c),
                            n_aggs ? "aggregate" : "window");
        if (!c->of.n)
            TRY(lock_items(b, s, &(Wanted){.clause = c}, err));
        AST_EACH(of, c->of)
        TRY(lock_items(b, s, &(Wanted){.clause = c, .of = &AST(NameNode, of)->name}, err));
    }
    return 0;
}
