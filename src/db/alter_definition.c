/* SPDX-License-Identifier: Apache-2.0
 *
 * ALTER on the definition.  The statement that made the relation is read again, changed as a tree, bound as CREATE would bind it,
 * and printed: so everything that a column may say holds here too, and SHOW CREATE gives what is.  As in PostgreSQL columns and
 * constraints go first, then types change, then columns come, then the rest. */
#include "db/alter.h"
#include "db/durable.h"
#include "db/foreign.h"
#include "db/stream.h"
#include "sql/ast_equal.h"
#include "sql/print.h"

#include <stdio.h>

/* ---- lists ---- */

/* Keeps those that `keep` says yes to. */
static void list_filter(NodeList *l, bool (*keep)(void *self, Node *n), void *self)
{
    NodeList kept = {0};
    for (Node *n = l->first, *next; n; n = next) {
        next = n->next;
        if (keep(self, n))
            node_list_append(&kept, n);
    }
    *l = kept;
}

/* ---- columns in expressions ---- */

typedef struct Mention {
    Str column, table;
    const Ident *rename; /* NULL: only looked for */
    bool found;
} Mention;

static int visit_column(void *self, Node *n)
{
    Mention *m = self;
    if (n->kind == NODE_EXPR_COLUMN) {
        Name *name = &AST(ExprColumn, n)->name;
        bool of_table = name->n_parts > 2 || (name->n_parts > 1 && str_eq(name->part[0].s, m->table)); /* schema.table.column */
        uint32_t i = of_table ? MIN(name->n_parts, 3) - 1 : 0;
        if (str_eq(name->part[i].s, m->column)) {
            m->found = true;
            if (m->rename)
                name->part[i] = *m->rename;
        }
    }
    return ast_each_child(n, visit_column, m);
}

bool alter_mentions(Node *e, Str table, Str column, const Ident *rename)
{
    Mention m = {column, table, rename, false};
    if (e)
        (void)visit_column(&m, e);
    return m.found;
}

static bool mentions(const Alter *a, Node *e, Str column, const Ident *rename)
{
    return alter_mentions(e, str_of(a->old->own), column, rename);
}

static bool lists_column(const NodeList *idents, Str column)
{
    AST_EACH(n, *idents)
    if (str_eq(AST(IdentNode, n)->ident.s, column))
        return true;
    return false;
}

/* ---- columns of the definition ---- */

static ColumnDef *find_column(const Alter *a, Str name)
{
    AST_EACH(n, a->def->elements)
    if (n->kind == NODE_COLUMN_DEF && str_eq(AST(ColumnDef, n)->name.s, name))
        return AST(ColumnDef, n);
    return NULL;
}

static int32_t old_column(const Alter *a, const ColumnDef *c)
{
    for (uint32_t i = 0; i < a->n_old; i++)
        if (a->was[i] == c)
            return (int32_t)i;
    return -1;
}

const ColumnDef *alter_column(const Alter *a, uint32_t col)
{
    AST_EACH(n, a->def->elements)
    if (n->kind == NODE_COLUMN_DEF && col-- == 0)
        return AST(ColumnDef, n);
    return NULL;
}

int32_t alter_origin(const Alter *a, uint32_t col)
{
    return old_column(a, alter_column(a, col));
}

static int need_column(const Alter *a, const Ident *name, ColumnDef **ret, Err *err)
{
    *ret = find_column(a, name->s);
    return *ret ? 0 : relation_no_column(a->old, name->s, name->at, err);
}

static void touch(Alter *a, const ColumnDef *c, bool reads, bool names)
{
    int32_t i = old_column(a, c);
    if (i < 0)
        return;
    a->touched[i] |= reads;
    a->named[i] |= names;
}

static void skip_notice(const Alter *a, ErrCode code, const char *what, const Ident *name, const char *why)
{
    Err notice = ERR_INIT;
    (void)RAISE(&notice, code, "%s \"%s\" of relation \"%s\" %s, skipping", what, name->s.p, a->old->name, why);
    statement_notice(a->x->result, &notice);
}

/* ---- constraints ---- */

static Ident ident_of_text(Arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    return (Ident){.s = {copy, copy ? strlen(copy) : 0}, .at = SPAN_NONE};
}

static Node *key_of_column(Alter *a, const ColumnDef *c, bool primary, const char *name)
{
    TableKey *k = ARENA_NEW(a->x->arena, TableKey);
    IdentNode *id = ARENA_NEW(a->x->arena, IdentNode);
    if (!k || !id)
        return NULL;
    *id = (IdentNode){.node = {.kind = NODE_IDENT, .at = c->name.at}, .ident = c->name};
    *k = (TableKey){.node = {.kind = NODE_TABLE_KEY, .at = c->node.at},
                    .primary = primary,
                    .nulls_equal = !primary && c->nulls_equal,
                    .when = primary ? c->key_when : c->unique_when};
    k->name = ident_of_text(a->x->arena, name);
    node_list_append(&k->columns, &id->node);
    return k->name.s.p ? &k->node : NULL;
}

static const char *primary_key_name(const Alter *a)
{
    return a->old->primary_key_name ? a->old->primary_key_name : arena_printf(a->x->arena, "%s_pkey", a->old->own);
}

static void name_foreign(const Alter *a, TableForeign *t, uint32_t i)
{
    if (!t->name.s.p && i < a->old->n_foreign)
        t->name = ident_of_text(a->x->arena, a->old->foreign[i].name);
}

/* All constraints as elements of their own with the names that they have: names do not change with what they were made from.  In
 * the order in which they are bound. */
static int spell_out_constraints(Alter *a, Err *err)
{
    uint32_t n_unique = 0, n_check = 0, n_foreign = 0;
    const Relation *r = a->old;
    NodeList more = {0};
    bool failed = false;
    AST_EACH(n, a->def->elements)
    {
        if (n->kind == NODE_TABLE_KEY) {
            TableKey *k = AST(TableKey, n);
            bool of_uniques = !k->primary || is_deferrable(k->when);
            const char *name = !of_uniques ? primary_key_name(a) : n_unique < r->n_unique ? r->unique[n_unique++].name : NULL;
            if (!k->name.s.p && name)
                k->name = ident_of_text(a->x->arena, name);
        } else if (n->kind == NODE_TABLE_CHECK) {
            TableCheck *k = AST(TableCheck, n);
            k->name = k->name.s.p ? k->name : ident_of_text(a->x->arena, r->check_name[n_check]);
            n_check++;
        }
        if (n->kind == NODE_TABLE_FOREIGN)
            name_foreign(a, AST(TableForeign, n), n_foreign++);
        if (n->kind != NODE_COLUMN_DEF)
            continue;
        ColumnDef *c = AST(ColumnDef, n);
        bool waits = c->primary_key && is_deferrable(c->key_when);
        Node *key = c->primary_key ? key_of_column(a, c, true, waits ? r->unique[n_unique++].name : primary_key_name(a)) : NULL;
        Node *unique = c->unique ? key_of_column(a, c, false, r->unique[n_unique++].name) : NULL;
        failed |= (c->primary_key && !key) || (c->unique && !unique);
        if (key) {
            c->nulls = NULL_FORBIDDEN;
            node_list_append(&more, key);
        }
        if (unique)
            node_list_append(&more, unique);
        c->primary_key = c->unique = c->nulls_equal = false;
        c->key_name = c->unique_name = (Ident){0};
        c->key_when = c->unique_when = 0;
        for (Node *e = c->checks.first, *next; e; e = next) {
            next = e->next;
            TableCheck *k = AST(TableCheck, e);
            k->name = k->name.s.p ? k->name : ident_of_text(a->x->arena, r->check_name[n_check]);
            n_check++;
            node_list_append(&more, e);
        }
        c->checks = (NodeList){0};
        for (Node *t = c->foreign.first, *next; t; t = next) {
            next = t->next;
            IdentNode *id = ARENA_NEW(a->x->arena, IdentNode);
            failed |= !id;
            if (!id)
                break;
            *id = (IdentNode){.node = {.kind = NODE_IDENT, .at = c->name.at}, .ident = c->name};
            node_list_append(&AST(TableForeign, t)->columns, &id->node);
            name_foreign(a, AST(TableForeign, t), n_foreign++);
            node_list_append(&more, t);
        }
        c->foreign = (NodeList){0};
    }
    for (Node *n = more.first, *next; n; n = next) {
        next = n->next;
        node_list_append(&a->def->elements, n);
    }
    return failed ? RAISE_NOMEM(err) : 0;
}

static Ident *constraint_name(Node *n)
{
    switch (n->kind) {
    case NODE_TABLE_KEY: return &AST(TableKey, n)->name;
    case NODE_TABLE_CHECK: return &AST(TableCheck, n)->name;
    case NODE_TABLE_FOREIGN: return &AST(TableForeign, n)->name;
    default: return NULL;
    }
}

static Node *find_constraint(const Alter *a, Str name)
{
    AST_EACH(n, a->def->elements)
    {
        const Ident *have = constraint_name(n);
        if (have && str_eq(have->s, name))
            return n;
    }
    return NULL;
}

static int undefined_constraint(const Alter *a, const Ident *name, Err *err)
{
    return RAISE_AT(err, ERR_UNDEFINED_OBJECT, name->at, "constraint \"%s\" of relation \"%s\" does not exist", name->s.p,
                    a->old->name);
}

static bool is_other(void *self, Node *n)
{
    return n != self;
}

static int drop_constraint(Alter *a, const AlterAction *act, Err *err)
{
    TRY(spell_out_constraints(a, err));
    Node *n = find_constraint(a, act->name.s);
    if (!n && act->if_exists) {
        skip_notice(a, ERR_UNDEFINED_OBJECT, "constraint", &act->name, "does not exist");
        return 0;
    }
    if (!n)
        return undefined_constraint(a, &act->name, err);
    list_filter(&a->def->elements, is_other, n);
    a->loosens |= n->kind == NODE_TABLE_KEY;
    a->rebuilds = true;
    a->n_done++;
    return 0;
}

static int taken(const Alter *a, const Ident *name, Err *err)
{
    return RAISE_AT(err, ERR_DUPLICATE_OBJECT, name->at, "constraint \"%s\" for relation \"%s\" already exists", name->s.p,
                    a->old->name);
}

static int rename_constraint(Alter *a, const AlterAction *act, Err *err)
{
    TRY(spell_out_constraints(a, err));
    Node *n = find_constraint(a, act->name.s);
    if (!n)
        return undefined_constraint(a, &act->name, err);
    if (find_constraint(a, act->new_name.s))
        return taken(a, &act->new_name, err);
    *constraint_name(n) = act->new_name;
    a->rebuilds = true;
    a->n_done++;
    return 0;
}

static int change_constraint(Alter *a, const AlterAction *act, Err *err)
{
    TRY(spell_out_constraints(a, err));
    Node *n = find_constraint(a, act->name.s);
    if (!n)
        return undefined_constraint(a, &act->name, err);
    if (n->kind != NODE_TABLE_FOREIGN)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, act->name.at,
                        "constraint \"%s\" of relation \"%s\" is not a foreign key constraint", act->name.s.p, a->old->name);
    AST(TableForeign, n)->when = act->when;
    a->n_done++;
    return 0;
}

/* What ADD has let in is valid: nothing to do. */
static int validate_constraint(Alter *a, const AlterAction *act, Err *err)
{
    TRY(spell_out_constraints(a, err));
    const Node *n = find_constraint(a, act->name.s);
    if (!n)
        return undefined_constraint(a, &act->name, err);
    if (n->kind == NODE_TABLE_KEY)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, act->name.at,
                        "constraint \"%s\" of relation \"%s\" is not a foreign key or check constraint", act->name.s.p,
                        a->old->name);
    return 0;
}

static bool has_constraint(const Alter *a, Str name)
{
    return relation_has_constraint(a->old, name) && find_constraint(a, name);
}

/* Of an index that is no constraint: why it cannot become one. */
static int refuse_index(const Alter *a, const Ident *index, Err *err)
{
    char *key = relation_beside(a->old, index->s, a->x->arena);
    const Relation *r = key ? catalog_find(a->x->db->catalog, str_of(key)) : NULL;
    bool computes = false;
    if (!r || r->kind != REL_INDEX)
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, index->at, "index \"%s\" does not exist", index->s.p);
    if (r->input != a->old->id)
        return RAISE_AT(err, ERR_WRONG_STATE, index->at, "index \"%s\" does not belong to table \"%s\"", r->name, a->old->name);
    for (uint32_t i = 0; i < r->n_indexed; i++)
        computes |= r->indexed[i].expr != NULL;
    const char *why = !r->index_unique ? "is not a unique index"
                      : computes       ? "contains expressions"
                      : r->condition   ? "is a partial index"
                                       : NULL;
    if (!why)
        return RAISE_AT(err, ERR_UNSUPPORTED, index->at, "USING INDEX of one with INCLUDE or an order is not supported");
    (void)RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, index->at, "%s\"%s\" %s", why[0] == 'c' ? "index " : "", r->name, why);
    return err_detail(err, "Cannot create a primary key or unique constraint using such an index.");
}

/* A UNIQUE index over columns is a constraint already: it gets the name, and becomes the primary key. */
static int adopt_index(Alter *a, const TableKey *k, Err *err)
{
    TRY(spell_out_constraints(a, err));
    Node *n = find_constraint(a, k->index.s);
    if (!n || n->kind != NODE_TABLE_KEY || AST(TableKey, n)->primary)
        return refuse_index(a, &k->index, err);
    if (k->name.s.p && !str_eq(k->name.s, k->index.s) && find_constraint(a, k->name.s))
        return taken(a, &k->name, err);
    TableKey *to = AST(TableKey, n);
    if (k->primary && to->nulls_equal)
        return RAISE_AT(err, ERR_UNSUPPORTED, k->index.at, "primary keys cannot use NULLS NOT DISTINCT indexes");
    to->name = k->name.s.p ? k->name : to->name;
    to->primary = k->primary;
    to->when = k->when;
    a->rebuilds = true;
    a->n_done++;
    return 0;
}

static int add_constraint(Alter *a, const AlterAction *act, Err *err)
{
    const Ident *name = constraint_name(act->part);
    if (act->part->kind == NODE_TABLE_KEY && AST(TableKey, act->part)->index.s.p)
        return adopt_index(a, AST(TableKey, act->part), err);
    if (name->s.p && relation_has_constraint(a->old, name->s))
        TRY(spell_out_constraints(a, err)); /* the name may be one that was not written */
    Node *same = name->s.p && has_constraint(a, name->s) ? find_constraint(a, name->s) : NULL;
    if (same && same->kind == NODE_TABLE_KEY && act->part->kind == NODE_TABLE_KEY) /* their indexes have the name */
        return RAISE_AT(err, ERR_DUPLICATE_RELATION, name->at, "relation \"%s\" already exists", name->s.p);
    if (same)
        return taken(a, name, err);
    node_list_append(&a->def->elements, act->part);
    a->rebuilds = true;
    a->n_done++;
    return 0;
}

/* ---- columns ---- */

typedef struct Dropping {
    const Alter *a;
    Str column;
} Dropping;

/* A foreign key of the table that refers to a column of it. */
static bool refers_back(const Alter *a, const TableForeign *t, Str column)
{
    const Relation *r = a->old;
    if (!str_eq(name_key(&t->table), str_of(r->name)))
        return false;
    for (uint32_t i = 0; t->ref_columns.n == 0 && i < r->n_primary_key; i++)
        if (str_eq(str_of(r->schema->field[r->primary_key[i]].name), column))
            return true;
    return lists_column(&t->ref_columns, column);
}

static bool survives(void *self, Node *n)
{
    const Dropping *d = self;
    switch (n->kind) {
    case NODE_COLUMN_DEF: return !str_eq(AST(ColumnDef, n)->name.s, d->column);
    case NODE_TABLE_KEY: return !lists_column(&AST(TableKey, n)->columns, d->column);
    case NODE_TABLE_CHECK: return !mentions(d->a, AST(TableCheck, n)->expr, d->column, NULL);
    case NODE_TABLE_FOREIGN:
        return !lists_column(&AST(TableForeign, n)->columns, d->column) && !refers_back(d->a, AST(TableForeign, n), d->column);
    default: return true;
    }
}

static int has_dependent(const Alter *a, const AlterAction *act, const char *what, const char *name, const char *on, Err *err)
{
    const char *column = act->name.s.p, *table = a->old->name;
    (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, act->name.at, "cannot drop column %s of table %s because other objects depend on it",
                   column, table);
    (void)err_detail(err, "%s %s %s table %s depends on column %s of table %s", what, name, on, table, column, table);
    return err_hint(err, "Use DROP ... CASCADE to drop the dependent objects too.");
}

/* Foreign keys of the table's other columns that refer to it go with CASCADE. */
static int drop_references(const Alter *a, const AlterAction *act, const ColumnDef *c, Err *err)
{
    AST_EACH(n, a->def->elements)
    {
        const TableForeign *t = n->kind == NODE_TABLE_FOREIGN ? AST(TableForeign, n) : NULL;
        if (t && act->behavior != DROP_CASCADE && !lists_column(&t->columns, c->name.s) && refers_back(a, t, c->name.s))
            return has_dependent(a, act, "constraint", t->name.s.p, "on", err);
    }
    return 0;
}

/* Generated columns that read it go with CASCADE. */
static int drop_generated(Alter *a, const AlterAction *act, const ColumnDef *c, Err *err)
{
    for (Node *n = a->def->elements.first, *next; n; n = next) {
        next = n->next;
        ColumnDef *d = n->kind == NODE_COLUMN_DEF ? AST(ColumnDef, n) : NULL;
        if (!d || d == c || !mentions(a, d->generated, c->name.s, NULL))
            continue;
        if (act->behavior != DROP_CASCADE)
            return has_dependent(a, act, "column", d->name.s.p, "of", err);
        touch(a, d, true, true);
        list_filter(&a->def->elements, survives, &(Dropping){a, d->name.s});
    }
    return 0;
}

/* Constraints over the column go with it. */
static int drop_column(Alter *a, const AlterAction *act, Err *err)
{
    ColumnDef *c = find_column(a, act->name.s);
    if (!c && act->if_exists) {
        skip_notice(a, ERR_UNDEFINED_COLUMN, "column", &act->name, "does not exist");
        return 0;
    }
    TRY(need_column(a, &act->name, &c, err));
    TRY(spell_out_constraints(a, err));
    AST_EACH(n, a->def->elements)
    {
        const WatermarkDef *w = n->kind == NODE_WATERMARK_DEF ? AST(WatermarkDef, n) : NULL;
        if (w && (str_eq(w->column.s, c->name.s) || mentions(a, w->expr, c->name.s, NULL) ||
                  mentions(a, w->when, c->name.s, NULL) || lists_column(&w->keys, c->name.s)))
            return RAISE_AT(err, ERR_DEPENDENT_OBJECTS, act->name.at,
                            "cannot drop column %s of %s because the watermark depends on it", c->name.s.p, a->old->name);
        a->loosens |= n->kind == NODE_TABLE_KEY && lists_column(&AST(TableKey, n)->columns, c->name.s);
    }
    TRY(drop_generated(a, act, c, err));
    TRY(drop_references(a, act, c, err));
    touch(a, c, true, true);
    list_filter(&a->def->elements, survives, &(Dropping){a, c->name.s});
    a->rebuilds = a->takes_names = true;
    a->n_done++;
    return 0;
}

static int add_column(Alter *a, const AlterAction *act, Err *err)
{
    ColumnDef *c = AST(ColumnDef, act->part);
    if (find_column(a, c->name.s) && act->if_exists) {
        skip_notice(a, ERR_DUPLICATE_COLUMN, "column", &c->name, "already exists");
        return 0;
    }
    if (find_column(a, c->name.s))
        return RAISE_AT(err, ERR_DUPLICATE_COLUMN, c->node.at, "column \"%s\" of relation \"%s\" already exists", c->name.s.p,
                        a->old->name);
    node_list_append(&a->def->elements, act->part);
    a->rebuilds = a->takes_names = true;
    a->n_done++;
    return 0;
}

static int rename_column(Alter *a, const AlterAction *act, Err *err)
{
    ColumnDef *c;
    TRY(need_column(a, &act->name, &c, err));
    if (find_column(a, act->new_name.s))
        return RAISE_AT(err, ERR_DUPLICATE_COLUMN, act->new_name.at, "column \"%s\" of relation \"%s\" already exists",
                        act->new_name.s.p, a->old->name);
    TRY(spell_out_constraints(a, err));
    Str was = c->name.s;
    AST_EACH(n, a->def->elements)
    {
        NodeList *keys = n->kind == NODE_TABLE_KEY       ? &AST(TableKey, n)->columns
                         : n->kind == NODE_WATERMARK_DEF ? &AST(WatermarkDef, n)->keys
                         : n->kind == NODE_TABLE_FOREIGN ? &AST(TableForeign, n)->columns
                                                         : NULL;
        for (Node *k = keys ? keys->first : NULL; k; k = k->next)
            if (str_eq(AST(IdentNode, k)->ident.s, was))
                AST(IdentNode, k)->ident = act->new_name;
        for (Node *k = n->kind == NODE_TABLE_FOREIGN ? AST(TableForeign, n)->set_columns.first : NULL; k; k = k->next)
            if (str_eq(AST(IdentNode, k)->ident.s, was))
                AST(IdentNode, k)->ident = act->new_name;
        if (n->kind == NODE_TABLE_CHECK)
            (void)mentions(a, AST(TableCheck, n)->expr, was, &act->new_name);
        TableForeign *t = n->kind == NODE_TABLE_FOREIGN ? AST(TableForeign, n) : NULL;
        for (Node *k = t && str_eq(name_key(&t->table), str_of(a->old->name)) ? t->ref_columns.first : NULL; k; k = k->next)
            if (str_eq(AST(IdentNode, k)->ident.s, was))
                AST(IdentNode, k)->ident = act->new_name;
        if (n->kind == NODE_COLUMN_DEF)
            (void)mentions(a, AST(ColumnDef, n)->generated, was, &act->new_name);
        if (n->kind != NODE_WATERMARK_DEF)
            continue;
        WatermarkDef *w = AST(WatermarkDef, n);
        if (str_eq(w->column.s, was))
            w->column = act->new_name;
        (void)mentions(a, w->expr, was, &act->new_name);
        (void)mentions(a, w->when, was, &act->new_name);
    }
    touch(a, c, false, true);
    c->name = act->new_name;
    a->rebuilds = a->takes_names = true;
    a->n_done++;
    return 0;
}

/* ---- types ---- */

static int cannot_convert(const AlterAction *act, Type to, int rc, Err *err)
{
    char type[128];
    if (rc != -ERR_CANNOT_COERCE && rc != -ERR_DATATYPE_MISMATCH)
        return rc;
    type_print(to, type, sizeof(type));
    const char *name = act->name.s.p;
    if (act->expr) {
        (void)RAISE_AT(err, ERR_DATATYPE_MISMATCH, act->expr->at,
                       "result of USING clause for column \"%s\" cannot be cast automatically to type %s", name, type);
        return err_hint(err, "You might need to add an explicit cast.");
    }
    (void)RAISE_AT(err, ERR_DATATYPE_MISMATCH, act->name.at, "column \"%s\" cannot be cast automatically to type %s", name, type);
    return err_hint(err, "You might need to specify \"USING %s::%s\".", name, type);
}

/* What the rows become must be the same when the log is replayed, which knows of no session. */
static int check_zone(const Alter *a, PlanContext *ctx, const TableScope *scope, const Node *e, Type to, const Expr *made, Err *err)
{
    Expr *other;
    ctx->zone = zone_in_use();
    if (ctx->zone == a->old->zone || durable_is_replaying(a->x->db))
        return 0;
    TRY(bind_table_convert(ctx, scope, e, to, a->x->arena, &other, err));
    if (expr_equal(made, other))
        return 0;
    (void)RAISE_AT(err, ERR_UNSUPPORTED, e->at, "a conversion that depends on the time zone of the session is not supported");
    return err_hint(err, "Name the zone in USING (.. AT TIME ZONE 'UTC'), or set timezone to that of the table.");
}

int alter_convert(const Alter *a, uint32_t old, Type to, Expr **ret, Err *err)
{
    const AlterAction *act = a->converted[old];
    const Field *f = &a->old->schema->field[old];
    PlanContext ctx = plan_context(a->x->db, a->x->db->catalog, NULL);
    TableScope scope = {.table = a->old};
    ExprColumn plain = {.node = {.kind = NODE_EXPR_COLUMN, .at = act->name.at}};
    Ident name = {.s = str_of(f->name), .at = act->name.at};
    plain.name = (Name){.part = &name, .n_parts = 1, .at = act->name.at};
    ctx.stored_text = true;
    ctx.now_us = a->x->now_us;
    ctx.zone = a->old->zone;
    const Node *e = act->expr ? act->expr : &plain.node;
    TRY(cannot_convert(act, to, bind_table_convert(&ctx, &scope, e, to, a->x->arena, ret, err), err));
    return check_zone(a, &ctx, &scope, e, to, *ret, err);
}

static int change_type(Alter *a, const AlterAction *act, ColumnDef *c, Err *err)
{
    int32_t old = old_column(a, c);
    Field to = {0};
    Expr *e;
    AST_EACH(n, a->def->elements)
    {
        const ColumnDef *d = n->kind == NODE_COLUMN_DEF ? AST(ColumnDef, n) : NULL;
        if (!d || !mentions(a, d->generated, c->name.s, NULL))
            continue;
        (void)RAISE_AT(err, ERR_UNSUPPORTED, act->name.at, "cannot alter type of a column used by a generated column");
        return err_detail(err, "Column \"%s\" is used by generated column \"%s\".", c->name.s.p, d->name.s.p);
    }
    if (old >= 0 && a->converted[old])
        return RAISE_AT(err, ERR_UNSUPPORTED, act->name.at, "cannot alter type of column \"%s\" twice", c->name.s.p);
    c->type = act->type;
    TRY(alter_numbering(a, act, c, err));
    a->rebuilds = true;
    touch(a, c, true, true);
    if (old < 0)
        return 0;
    a->converted[old] = act;
    if (!bind_is_serial(c->type, &to.type)) /* which stays one */
        TRY(bind_field_type(a->x->db->catalog, act->type, &to, err));
    return alter_convert(a, (uint32_t)old, to.type, &e, err);
}

static int change_column(Alter *a, const AlterAction *act, Err *err)
{
    ColumnDef *c;
    const uint32_t *key;
    uint32_t n_key;
    TRY(need_column(a, &act->name, &c, err));
    int32_t old = old_column(a, c);
    switch (act->kind) {
    case ALTER_COLUMN_TYPE: TRY(change_type(a, act, c, err)); break;
    case ALTER_COLUMN_DEFAULT:
        if (c->generated)
            return RAISE_AT(err, ERR_SYNTAX, act->name.at, "column \"%s\" of relation \"%s\" is a generated column", c->name.s.p,
                            a->old->name);
        TRY(alter_numbering(a, act, c, err));
        c->preset = act->expr;
        break;
    case ALTER_ADD_IDENTITY:
    case ALTER_SET_IDENTITY:
    case ALTER_DROP_IDENTITY: {
        int rc = alter_identity(a, act, c, old, err);
        if (rc != 0)
            return MIN(rc, 0);
        break;
    }
    case ALTER_DROP_EXPRESSION:
        if (c->generated) {
            c->generated = NULL;
            break;
        }
        if (!act->if_exists)
            return RAISE_AT(err, ERR_WRONG_STATE, act->name.at, "column \"%s\" of relation \"%s\" is not a stored generated column",
                            c->name.s.p, a->old->name);
        skip_notice(a, ERR_WRONG_STATE, "column", &act->name, "is not a stored generated column");
        return 0;
    case ALTER_SET_NOT_NULL:
        c->nulls = NULL_FORBIDDEN;
        a->rebuilds = true;
        break;
    default:
        key = relation_primary(a->old, &n_key);
        TRY(alter_numbering(a, act, c, err));
        if (old >= 0)
            for (uint32_t i = 0; i < n_key; i++)
                if (key[i] == (uint32_t)old && !a->loosens)
                    return RAISE_AT(err, ERR_INVALID_TABLE_DEF, act->name.at, "column \"%s\" is in a primary key", c->name.s.p);
        touch(a, c, c->nulls == NULL_FORBIDDEN, false);
        a->rebuilds |= c->nulls == NULL_FORBIDDEN;
        c->nulls = NULL_UNSAID;
    }
    a->n_done++;
    return 0;
}

/* ---- all of it ---- */

/* Its own expressions may have its name before a column. */
typedef struct Qualifier {
    const char *was;
    const Ident *now;
} Qualifier;

static int rename_qualifier(void *self, Node *n)
{
    const Qualifier *q = self;
    Name *name = n->kind == NODE_EXPR_COLUMN ? &AST(ExprColumn, n)->name : NULL;
    if (name && name->n_parts > 1 && str_eq(name->part[name->n_parts - 2].s, str_of(q->was)))
        name->part[name->n_parts - 2] = *q->now;
    return ast_each_child(n, rename_qualifier, self);
}

static int rename_relation(Alter *a, const AlterAction *act, Err *err)
{
    Name to;
    TRY(name_renamed(a->x->db->catalog, a->old, act, a->x->arena, &to, err));
    TRY(spell_out_constraints(a, err));
    AST_EACH(n, a->def->elements)
    if (n->kind == NODE_TABLE_FOREIGN && str_eq(name_key(&AST(TableForeign, n)->table), str_of(a->old->name)))
        AST(TableForeign, n)->table = to;
    a->def->name = to;
    (void)rename_qualifier(&(Qualifier){a->old->own, &act->new_name}, &a->def->node);
    a->n_done++;
    return 0;
}

static bool is_other_option(void *self, Node *n)
{
    return !str_eq_nocase(AST(OptionNode, n)->key, AST(OptionNode, self)->key);
}

/* SET (..) of a source: what holds for pushes into it and for the rows that it retains; binding it again says what is wrong. */
static int set_options(Alter *a, const AlterAction *act, Err *err)
{
    static const char *const may[] = {"buffer_size", "backpressure", "wal_mode"};
    AST_EACH(n, act->options)
    {
        const OptionNode *o = AST(OptionNode, n);
        bool known = false;
        for (size_t i = 0; i < ARRAY_LEN(may); i++)
            known |= str_eq_nocase(o->key, str_of(may[i]));
        if (!known) {
            RAISE_AT(err, ERR_UNSUPPORTED, o->key_at, "ALTER SOURCE .. SET (%.*s) is not supported", (int)o->key.n, o->key.p);
            return err_hint(err, "buffer_size, backpressure and wal_mode can be set.");
        }
        OptionNode *own = arena_memdup(a->x->arena, o, sizeof(*o));
        if (!own)
            return RAISE_NOMEM(err);
        own->node.next = NULL;
        list_filter(&a->def->options, is_other_option, own);
        node_list_append(&a->def->options, &own->node);
    }
    a->n_done++;
    return 0;
}

static int apply(Alter *a, const AlterAction *act, Err *err)
{
    switch (act->kind) {
    case ALTER_SET: return set_options(a, act, err);
    case ALTER_ADD_COLUMN: return add_column(a, act, err);
    case ALTER_DROP_COLUMN: return drop_column(a, act, err);
    case ALTER_ADD_CONSTRAINT: return add_constraint(a, act, err);
    case ALTER_DROP_CONSTRAINT: return drop_constraint(a, act, err);
    case ALTER_VALIDATE_CONSTRAINT: return validate_constraint(a, act, err);
    case ALTER_RENAME_COLUMN: return rename_column(a, act, err);
    case ALTER_RENAME_CONSTRAINT: return rename_constraint(a, act, err);
    case ALTER_CONSTRAINT: return change_constraint(a, act, err);
    case ALTER_RENAME: return rename_relation(a, act, err);
    default: return change_column(a, act, err);
    }
}

static uint32_t pass_of(AlterKind k)
{
    switch (k) {
    case ALTER_DROP_COLUMN:
    case ALTER_DROP_CONSTRAINT: return 0;
    case ALTER_COLUMN_TYPE: return 1;
    case ALTER_ADD_COLUMN: return 2;
    case ALTER_ADD_CONSTRAINT: return 4;
    case ALTER_VALIDATE_CONSTRAINT: return 5;
    default: return 3;
    }
}

static int read_old(Alter *a, Err *err)
{
    Arena *arena = a->x->arena;
    ScriptStmt parsed;
    char *text = arena_strdup(arena, a->old->ddl);
    a->n_old = a->old->schema->n;
    a->was = ARENA_ARRAY(arena, ColumnDef *, a->n_old + 1);
    a->converted = ARENA_ARRAY(arena, const AlterAction *, a->n_old + 1);
    a->touched = ARENA_ARRAY(arena, bool, a->n_old + 1);
    a->named = ARENA_ARRAY(arena, bool, a->n_old + 1);
    if (!text || !a->was || !a->converted || !a->touched || !a->named)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(arena, text, (uint32_t)strlen(text), &parsed, err));
    a->def = AST(CreateRelationStmt, parsed.node);
    TRY(foreign_name_targets(a->x->db->catalog, a->old, a->def, arena, err));
    a->def->or_replace = a->def->if_not_exists = false;
    uint32_t n = 0;
    AST_EACH(e, a->def->elements)
    {
        ColumnDef *c = e->kind == NODE_COLUMN_DEF ? AST(ColumnDef, e) : NULL;
        if (c && c->numbers)
            c->numbers->name = (Name){0}; /* the sequence is named after the column */
        if (c && n < a->n_old)
            a->was[n++] = c;
    }
    return 0;
}

static int bind_made(Alter *a, Err *err)
{
    Database *db = a->x->db;
    PlanContext ctx = plan_context(db, db->catalog, NULL);
    ctx.stored_text = true;
    ctx.replaying = durable_is_replaying(db);
    StrBuf ddl;
    Str id = name_key(&a->def->name);
    char *name = arena_strndup(a->x->arena, id.p, id.n);
    a->def->has_elements = true;
    a->made = name ? relation_new(db->catalog, &db->acct, a->old->kind, name) : NULL;
    if (a->made)
        a->made->n_altered = a->old->n_altered + 1;
    if (!a->made)
        return RAISE_NOMEM(err);
    a->made->id = a->old->id;
    a->made->temporary = a->old->temporary;
    a->made->on_commit = a->old->on_commit;
    TRY(bind_create_source(&ctx, a->def, NULL, a->made, err));
    if (a->made->buffer_rows <= 0)
        a->made->buffer_rows = a->old->buffer_rows;
    sb_init(&ddl, &db->acct);
    sql_print(&a->def->node, &ddl);
    a->made->ddl = ddl.failed ? NULL : arena_strdup(&a->made->arena, sb_cstr(&ddl));
    sb_done(&ddl);
    return a->made->ddl ? 0 : RAISE_NOMEM(err);
}

/* RENAME COLUMN: indexes over it go on under its new name. */
static int rename_in_indexes(Alter *a, Err *err)
{
    const Catalog *c = a->x->db->catalog;
    const AlterAction *act = AST(AlterAction, a->st->actions.first);
    if (act->kind != ALTER_RENAME_COLUMN)
        return 0;
    a->index = ARENA_ARRAY(a->x->arena, Relation *, c->n + 1);
    if (!a->index)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        if (r->kind != REL_INDEX || r->input != a->old->id || !index_names_column(r, act->name.s, a->x->arena))
            continue;
        TRY(index_with_column(a->x, r, a->old, act->name.s, &act->new_name, &a->index[a->n_index], err));
        a->n_index++;
    }
    return 0;
}

int alter_definition(Alter *a, Err *err)
{
    TRY(read_old(a, err));
    for (uint32_t pass = 0; pass <= 5; pass++)
        AST_EACH(n, a->st->actions)
        {
            const AlterAction *act = AST(AlterAction, n);
            a->cascades |= act->behavior == DROP_CASCADE;
            if (pass_of(act->kind) == pass)
                TRY(apply(a, act, err));
        }
    if (a->n_done == 0)
        return 0;
    if (!alter_column(a, 0) && a->old->kind != REL_TABLE)
        return RAISE_AT(err, ERR_UNSUPPORTED, a->st->name.at, "a relation without columns is not supported");
    TRY(bind_made(a, err));
    TRY(rename_in_indexes(a, err));
    return alter_find_restarts(a, err);
}
