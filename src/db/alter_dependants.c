/* SPDX-License-Identifier: Apache-2.0
 *
 * Who reads what ALTER changes.  A query that runs reads columns by position, so it is asked which ones its plan has; a definition
 * is also a text, which has to mean the same over the new columns.  Everything that would have to change is refused, or goes with
 * CASCADE; the rest goes on, and its positions are moved. */
#include "db/alter.h"
#include "db/comment.h"
#include "db/sequence.h"
#include "db/share.h"
#include "db/stream.h"
#include "db/transaction_ddl.h"

/* Its text does, itself or through a plain view; the plan may have no leaf of it: a join that a key makes idle is gone. */
static bool names(const Alter *a, const Pipeline *q)
{
    for (uint32_t i = 0; i < q->plan->n_relations; i++)
        if (q->plan->relations[i] == a->old->id)
            return true;
    return false;
}

/* Columns that change; of a key that goes, at all. */
static bool reads(const Alter *a, const Pipeline *q)
{
    if (a->loosens && names(a, q))
        return true;
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        const PhysSource *s = q->leaf[i].source;
        if (s->relation != a->old->id)
            continue;
        for (uint32_t c = 0; c < s->n_cols; c++)
            if (s->cols[c] < a->n_old && a->touched[s->cols[c]])
                return true;
    }
    return false;
}

/* Itself, or by a view that it shares. */
static bool reads_or_shares(const Alter *a, const Relation *r)
{
    const Live *l = db_live(a->x->db, r->id);
    bool found = l && l->query && reads(a, l->query);
    for (uint32_t i = 0; i < r->n_shares && !found; i++) {
        const Relation *view = catalog_by_id(a->x->db->catalog, r->shares[i]);
        found = view && reads_or_shares(a, view);
    }
    return found;
}

static bool same_columns(const Schema *x, const Schema *y)
{
    return x && y && x->n == y->n && schema_same_types(x, y);
}

/* The text of r, over the relation as it becomes, gives the columns that r has. */
static int text_holds(const Alter *a, const Catalog *next, const Relation *r, bool *ret, Err *err)
{
    PlanContext ctx = plan_context(a->x->db, next, NULL);
    ScriptStmt parsed;
    PhysPlan *plan = NULL;
    Err why = ERR_INIT;
    ctx.stored_text = true;
    ctx.describes = true;
    char *text = arena_strdup(a->x->arena, r->query);
    if (!text)
        return RAISE_NOMEM(err);
    int rc = sql_parse_one(a->x->arena, text, (uint32_t)strlen(text), &parsed, &why);
    if (rc == 0 && parsed.node->kind == NODE_QUERY_STMT)
        rc = plan_query(&ctx, AST(QueryStmt, parsed.node)->query, PLAN_BOUNDED, 0, &plan, &why);
    *ret = rc == 0 && plan && same_columns(plan->schema, r->schema);
    phys_plan_free(plan);
    return rc == -ERR_OUT_OF_MEMORY ? RAISE_NOMEM(err) : 0;
}

static bool any_of(const bool *what, uint32_t n)
{
    bool any = false;
    for (uint32_t i = 0; i < n; i++)
        any |= what[i];
    return any;
}

/* An index, or a sequence that a column owns. */
static bool goes_with_column(const Relation *r)
{
    return r->kind == REL_INDEX || (r->kind == REL_SEQUENCE && relation_belongs(r));
}

/* It goes with a column of it. */
static bool loses_column(const Alter *a, const Relation *index)
{
    for (uint32_t i = 0; i < a->n_index; i++)
        if (a->index[i]->id == index->id)
            return false;
    if (index->kind == REL_INDEX)
        return index_loses_column(a->x->db, a->made, index);
    for (uint32_t i = 0; i < index->n_indexed; i++)
        if (schema_find(a->made->schema, str_of(index->indexed[i].name)) < 0)
            return true;
    return false;
}

static int is_affected(const Alter *a, const Catalog *next, const Relation *r, bool *ret, Err *err)
{
    const Live *l = db_live(a->x->db, r->id);
    *ret = goes_with_column(r) && r->input == a->old->id && loses_column(a, r);
    if (relation_belongs(r))
        return 0;
    if (reads_or_shares(a, r)) {
        *ret = true;
        return 0;
    }
    bool texts = any_of(a->named, a->n_old) || (l && l->query && names(a, l->query) && any_of(a->touched, a->n_old));
    if (r->broken) { /* nobody knows what it reads of it */
        *ret = texts || a->takes_names || a->loosens;
        return 0;
    }
    if (!relation_is_one(r)) {
        *ret = texts;
        return 0;
    }
    if (!r->query || (!texts && (l || !a->takes_names)))
        return 0;
    bool holds = true;
    TRY(text_holds(a, next, r, &holds, err));
    *ret = !holds;
    return 0;
}

/* ---- refusing ---- */

static const AlterAction *first_action(const Alter *a)
{
    return AST(AlterAction, a->st->actions.first);
}

static int refuse(const Alter *a, const Relation *dep, Err *err)
{
    const AlterAction *act = first_action(a);
    AST_EACH(n, a->st->actions)
    if (AST(AlterAction, n)->kind == ALTER_COLUMN_TYPE)
        act = AST(AlterAction, n);
    const char *kind = relation_kind_name(a->old->kind);
    if (act->kind == ALTER_COLUMN_TYPE)
        (void)RAISE_AT(err, ERR_UNSUPPORTED, act->name.at, "cannot alter type of a column used by a view or rule");
    else if (act->kind == ALTER_DROP_COLUMN)
        (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, act->name.at,
                       "cannot drop column %s of %s \"%s\" because other objects depend on it", act->name.s.p, kind, a->old->name);
    else if (act->kind == ALTER_DROP_CONSTRAINT)
        (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, act->name.at,
                       "cannot drop constraint %s on %s \"%s\" because other objects depend on it", act->name.s.p, kind,
                       a->old->name);
    else
        (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, a->st->name.at, "cannot alter %s \"%s\" because other objects depend on it",
                       kind, a->old->name);
    (void)err_detail(err, "%s \"%s\"", relation_kind_name(dep->kind), dep->name);
    if (act->kind == ALTER_DROP_COLUMN || act->kind == ALTER_DROP_CONSTRAINT)
        (void)err_hint(err, "use DROP ... CASCADE to drop the dependent objects too");
    return act->kind == ALTER_COLUMN_TYPE ? -ERR_UNSUPPORTED : -ERR_DEPENDENT_OBJECTS;
}

typedef struct Stranger { /* a query of no relation that reads what is changed: a subscription, a cursor */
    const Alter *a;
    bool found;
} Stranger;

static int look_at_query(void *self, Pipeline *q)
{
    Stranger *s = self;
    for (const Live *l = s->a->x->db->live; l; l = l->next)
        if (l->query == q)
            return 0;
    s->found |= reads(s->a, q);
    return 0;
}

static int check_strangers(const Alter *a, Err *err)
{
    Stranger s = {.a = a};
    Engine *e = a->x->db->engine;
    engine_enter(e);
    (void)engine_each_query(e, look_at_query, &s);
    engine_leave(e);
    return s.found
               ? RAISE_AT(err, ERR_IN_USE, a->st->name.at,
                          "cannot alter \"%s\" because it is being used by active queries: subscriptions or cursors", a->old->name)
               : 0;
}

static void add_dropped(Alter *a, uint64_t id)
{
    for (uint32_t i = 0; i < a->n_dropped; i++)
        if (a->dropped[i] == id)
            return;
    a->dropped[a->n_dropped++] = id;
}

/* Views that are there for what is dropped only. */
static int drop_hidden(Alter *a, Err *err)
{
    Leaving l;
    TRY(share_leave(a->x, a->dropped, a->n_dropped, &l, err));
    for (uint32_t i = 0; i < l.n; i++)
        add_dropped(a, l.id[i]);
    return 0;
}

int alter_check_dependants(Alter *a, Err *err)
{
    Database *db = a->x->db;
    const Relation **deps = NULL, **more = NULL;
    uint32_t n = 0, n_more = 0;
    Catalog *next = NULL;
    int rc = 0;
    TRY(check_strangers(a, err));
    TRY(catalog_dependants(db->catalog, a->old->id, a->x->arena, &deps, &n, err));
    TRY(transaction_refuse_definition(db, a->old, deps, n, true, a->st->name.at, err));
    if (a->rebuilds)
        TRY(transaction_refuse_pending(db, a->old, a->st->name.at, err));
    a->dropped = ARENA_ARRAY(a->x->arena, uint64_t, db->catalog->n + 1);
    if (!a->dropped)
        return RAISE_NOMEM(err);
    if (first_action(a)->kind == ALTER_RENAME)
        return 0; /* rename_in_readers */
    TRY(catalog_with(db->catalog, a->made, NULL, 0, &next, err));
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        bool affected = false;
        rc = is_affected(a, next, deps[i], &affected, err);
        bool goes_along = a->cascades || (goes_with_column(deps[i]) && first_action(a)->kind != ALTER_RENAME_COLUMN);
        if (rc == 0 && affected && !goes_along && !deps[i]->hidden) /* who shares that is refused, and named */
            rc = refuse(a, deps[i], err);
        if (rc == 0 && affected && deps[i]->kind == REL_SEQUENCE)
            rc = sequence_refuse_change(a->x, deps[i], &a->old->id, 1, "drop", a->st->name.at, err);
        if (rc < 0 || !affected)
            continue;
        rc = catalog_dependants(db->catalog, deps[i]->id, a->x->arena, &more, &n_more, err);
        for (uint32_t k = 0; k < n_more && rc == 0; k++)
            add_dropped(a, more[k]->id);
        add_dropped(a, deps[i]->id);
    }
    catalog_unref(next);
    return rc < 0 ? rc : drop_hidden(a, err);
}

/* ---- CASCADE ---- */

void alter_finish_dropped(Alter *a)
{
    for (uint32_t i = 0; i < a->n_dropped; i++)
        finish_sink(a->x, catalog_by_id(a->x->db->catalog, a->dropped[i]));
}

void alter_stop_dropped(Alter *a)
{
    Database *db = a->x->db;
    for (uint32_t i = 0; i < a->n_dropped; i++) {
        Live *l = db_live(db, a->dropped[i]);
        if (l && l->query)
            engine_drop_query(db->engine, l->query);
        if (l)
            l->query = NULL;
    }
}

void alter_forget_dropped(Alter *a)
{
    for (uint32_t i = 0; i < a->n_dropped; i++)
        db_stop(a->x->db, a->dropped[i]);
    for (uint32_t i = 0; i < a->n_dropped; i++)
        sequences_forget(a->x->db, a->dropped[i]);
    comments_forget(a->x->db, a->dropped, a->n_dropped);
}

/* ---- those that go on ---- */

typedef struct Moving {
    uint64_t relation;
    uint32_t n_old;
    const int32_t *now;
} Moving;

static int move_query(void *self, Pipeline *q)
{
    const Moving *m = self;
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        const PhysSource *s = q->leaf[i].source;
        for (uint32_t c = 0; s->relation == m->relation && c < s->n_cols; c++)
            if (s->cols[c] < m->n_old && m->now[s->cols[c]] >= 0)
                s->cols[c] = (uint32_t)m->now[s->cols[c]];
    }
    return 0;
}

void alter_move_columns(Alter *a, const int32_t *now)
{
    Moving m = {a->old->id, a->n_old, now};
    (void)engine_each_query(a->x->db->engine, move_query, &m);
    comments_move(a->x->db, a->old->id, now, a->n_old);
    AST_EACH(n, a->st->actions)
    if (AST(AlterAction, n)->kind == ALTER_RENAME_CONSTRAINT)
        comments_rename(a->x->db, a->old->id, AST(AlterAction, n)->name.s, AST(AlterAction, n)->new_name.s);
    comments_settle(a->x->db, a->made);
}
