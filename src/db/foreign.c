/* SPDX-License-Identifier: Apache-2.0
 *
 * Foreign keys: the list that the engine checks, and what keeps definitions from changing under them. */
#include "db/foreign.h"

#include "db/execute.h"
#include "db/transaction.h"
#include "sql/print.h"

const Relation *foreign_target(const Catalog *c, const Relation *r, uint32_t key)
{
    uint64_t to = r->foreign[key].to;
    return to == 0 || to == r->id ? r : catalog_by_id(c, to);
}

static uint32_t count_keys(const Catalog *c)
{
    Relations of = catalog_referring(c);
    uint32_t n = 0;
    for (uint32_t i = 0; i < of.n; i++)
        n += of.relation[i]->n_foreign;
    return n;
}

int foreign_make_key(const Relation *r, uint32_t i, const Relation *to, Arena *arena, ForeignKey *ret, Err *err)
{
    const struct RelationForeign *f = &r->foreign[i];
    uint32_t *col = ARENA_ARRAY(arena, uint32_t, f->n + 1);
    *ret = (ForeignKey){.name = arena_strdup(arena, f->name), .n = f->n, .index = r->n_unique + i, .match_full = f->match_full};
    ret->deferrable = f->deferrable;
    ret->deferred = f->deferred;
    ret->on_delete_now = f->on_delete == FOREIGN_RESTRICT;
    ret->on_update_now = f->on_update == FOREIGN_RESTRICT;
    ret->col = arena_memdup(arena, f->col, f->n * sizeof(*f->col));
    ret->to = col;
    if (!col || !ret->name || !ret->col)
        return RAISE_NOMEM(err);
    if (foreign_resolve(to, f, col, &ret->arbiter))
        return 0;
    return RAISE(err, ERR_INTERNAL, "foreign key \"%s\" of \"%s\" has no key to refer to", f->name, r->name);
}

/* [shard] */
static int fill(Database *db, const Catalog *c, ForeignKeys *l, Err *err)
{
    l->key = ARENA_ARRAY(&l->arena, ForeignKey, count_keys(c) + 1);
    if (!l->key)
        return RAISE_NOMEM(err);
    Relations all = catalog_referring(c);
    for (uint32_t i = 0; i < all.n; i++)
        for (uint32_t k = 0; k < all.relation[i]->n_foreign; k++) {
            const Relation *r = all.relation[i], *to = foreign_target(c, r, k);
            Feed *child = engine_feed(db->engine, r->id), *parent = to ? engine_feed(db->engine, to->id) : NULL;
            if (!child || !parent || !child->stored || !parent->stored)
                continue;
            TRY(foreign_make_key(r, k, to, &l->arena, &l->key[l->n], err));
            l->key[l->n].child = feed_ref(child);
            l->key[l->n++].parent = feed_ref(parent);
        }
    return 0;
}

int foreign_link(Database *db, const Catalog *c, ForeignKeys **ret, Err *err)
{
    Account *acct = engine_account(db->engine);
    bool inside = engine_is_inside(db->engine);
    *ret = NULL;
    if (count_keys(c) == 0)
        return 0;
    ForeignKeys *l = mem_zalloc(acct, sizeof(*l));
    if (!l)
        return RAISE_NOMEM(err);
    l->acct = acct;
    arena_init(&l->arena, acct, 0);
    if (!inside)
        engine_enter(db->engine);
    int rc = fill(db, c, l, err);
    if (!inside)
        engine_leave(db->engine);
    if (rc == 0)
        *ret = l;
    else
        foreign_keys_free(l);
    return rc;
}

void foreign_use(Database *db, ForeignKeys *give_keys)
{
    bool inside = engine_is_inside(db->engine);
    if (!inside)
        engine_enter(db->engine);
    engine_set_foreign(db->engine, give_keys);
    if (!inside)
        engine_leave(db->engine);
}

int foreign_relink(Database *db, Err *err)
{
    ForeignKeys *l;
    TRY(foreign_link(db, db->catalog, &l, err));
    foreign_use(db, l);
    return 0;
}

/* ---- what keeps definitions ---- */

static bool is_among(const uint64_t *ids, uint32_t n, uint64_t id)
{
    for (uint32_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

const Relation *foreign_referrer(const Catalog *c, const uint64_t *ids, uint32_t n, uint32_t *ret_key)
{
    Relations of = catalog_referring(c);
    for (uint32_t i = 0; i < of.n; i++)
        for (uint32_t k = 0; k < of.relation[i]->n_foreign; k++) {
            *ret_key = k;
            if (is_among(ids, n, of.relation[i]->foreign[k].to) && !is_among(ids, n, of.relation[i]->id))
                return of.relation[i];
        }
    return NULL;
}

int foreign_refuse_drop(const Catalog *c, const Relation *r, const uint64_t *also, uint32_t n_also, Span at, Err *err)
{
    Relations all = catalog_referring(c);
    for (uint32_t i = 0; i < all.n; i++) {
        const Relation *of = all.relation[i];
        for (uint32_t k = 0; k < of->n_foreign; k++) {
            if (of == r || of->foreign[k].to != r->id || is_among(also, n_also, of->id))
                continue;
            (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, at, "cannot drop table %s because other objects depend on it", r->name);
            (void)err_detail(err, "constraint %s on table %s depends on table %s", of->foreign[k].name, of->name, r->name);
            return err_hint(err, "Use DROP ... CASCADE to drop the dependent objects too.");
        }
    }
    return 0;
}

/* 1: it does; 0: it does not. */
static int still_fits(const Relation *of, const struct RelationForeign *f, const Relation *made, Arena *arena, Err *err)
{
    uint32_t *col = ARENA_ARRAY(arena, uint32_t, f->n + 1);
    int32_t arbiter;
    if (!col)
        return RAISE_NOMEM(err);
    bool fits = foreign_resolve(made, f, col, &arbiter);
    for (uint32_t i = 0; fits && i < f->n; i++)
        fits = foreign_types_fit(of->schema->field[f->col[i]].type, made->schema->field[col[i]].type);
    return fits;
}

int foreign_unfit(const Catalog *c, const Relation *old, const Relation *made, const Relation **ret, uint32_t *ret_key, Err *err)
{
    Arena arena;
    int rc = 0;
    arena_init(&arena, NULL, 0);
    *ret = NULL;
    Relations all = catalog_referring(c);
    for (uint32_t i = 0; i < all.n && rc == 0 && !*ret; i++) {
        const Relation *of = all.relation[i];
        for (uint32_t k = 0; k < of->n_foreign && of->id != old->id && rc == 0 && !*ret; k++) {
            if (of->foreign[k].to != old->id)
                continue;
            int fits = still_fits(of, &of->foreign[k], made, &arena, err);
            rc = MIN(fits, 0);
            *ret = fits == 0 ? of : NULL;
            *ret_key = k;
        }
    }
    arena_done(&arena);
    return rc;
}

int foreign_refuse_alter(const Catalog *c, const Relation *old, const Relation *made, Span at, Err *err)
{
    const Relation *of;
    uint32_t key;
    TRY(foreign_unfit(c, old, made, &of, &key, err));
    if (!of)
        return 0;
    (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, at, "cannot change table %s because other objects depend on it", old->name);
    return err_detail(err, "constraint %s on table %s depends on columns or a key of table %s", of->foreign[key].name, of->name,
                      old->name);
}

int foreign_refuse_truncate(const Catalog *c, const Relation *r, const Relation *const *among, uint32_t n, Span at, Err *err)
{
    Relations all = catalog_referring(c);
    for (uint32_t i = 0; i < all.n; i++)
        for (uint32_t k = 0; k < all.relation[i]->n_foreign; k++) {
            const Relation *of = all.relation[i];
            bool there = of->id == r->id || of->foreign[k].to != r->id;
            for (uint32_t j = 0; j < n; j++)
                there |= among[j]->id == of->id;
            if (there)
                continue;
            (void)RAISE_AT(err, ERR_UNSUPPORTED, at, "cannot truncate a table referenced in a foreign key constraint");
            (void)err_detail(err, "Table \"%s\" references \"%s\".", of->name, r->name);
            return err_hint(err, "Truncate table \"%s\" at the same time, or use TRUNCATE ... CASCADE.", of->name);
        }
    return 0;
}

static bool has_key(const Relation *r, const struct RelationForeign *f)
{
    for (uint32_t i = 0; i < r->n_foreign; i++)
        if (strcmp(r->foreign[i].name, f->name) == 0)
            return true;
    return false;
}

int foreign_check_new(Database *db, const Relation *old, const Relation *made, Feed *feed, Batch *const *b, uint32_t n, Err *err)
{
    Arena arena;
    int rc = 0;
    arena_init(&arena, NULL, 0);
    for (uint32_t i = 0; i < made->n_foreign && rc == 0; i++) {
        ForeignKey k;
        const Relation *to = foreign_target(db->catalog, made, i);
        if (has_key(old, &made->foreign[i]))
            continue;
        rc = to ? foreign_make_key(made, i, to, &arena, &k, err) : RAISE(err, ERR_UNDEFINED_RELATION, "a table is gone");
        if (rc < 0)
            break;
        k.child = feed;
        k.parent = to == made ? feed : transaction_view(db, engine_feed(db->engine, to->id));
        if (k.parent && k.parent->stored)
            rc = foreign_check_rows(&k, b, n, NULL, err);
    }
    arena_done(&arena);
    return rc;
}

bool foreign_is_target(const Catalog *c, const Relation *r)
{
    Relations of = catalog_referring(c);
    for (uint32_t i = 0; i < of.n; i++)
        for (uint32_t k = 0; k < of.relation[i]->n_foreign; k++)
            if (foreign_target(c, of.relation[i], k) == r)
                return true;
    return false;
}

static int name_target(const Catalog *c, const Relation *r, uint32_t i, TableForeign *t, Arena *arena, Err *err)
{
    const Relation *to = i < r->n_foreign && r->foreign[i].to ? foreign_target(c, r, i) : NULL;
    if (!to || str_eq(name_key(&t->table), str_of(to->name)))
        return 0;
    TRY(name_of_relation(to, arena, &t->table, err));
    return 1;
}

int foreign_name_targets(const Catalog *c, const Relation *r, CreateRelationStmt *def, Arena *arena, Err *err)
{
    uint32_t i = 0; /* in the order in which they are bound */
    int changed = 0, rc = 0;
    AST_EACH(n, def->elements)
    {
        NodeList of = n->kind == NODE_COLUMN_DEF ? AST(ColumnDef, n)->foreign : (NodeList){0};
        if (n->kind == NODE_TABLE_FOREIGN) {
            TRY(rc = name_target(c, r, i++, AST(TableForeign, n), arena, err));
            changed |= rc;
        }
        AST_EACH(t, of)
        {
            TRY(rc = name_target(c, r, i++, AST(TableForeign, t), arena, err));
            changed |= rc;
        }
    }
    return changed;
}

/* ---- RENAME COLUMN of a table that others refer to ---- */

typedef struct ColumnRename {
    uint64_t table;
    Str from;
    const Ident *to;
} ColumnRename;

static bool names_column(const Relation *r, const ColumnRename *n)
{
    for (uint32_t k = 0; k < r->n_foreign; k++)
        for (uint32_t i = 0; i < r->foreign[k].n && r->foreign[k].to == n->table; i++)
            if (str_eq(str_of(r->foreign[k].to_col[i]), n->from))
                return true;
    return false;
}

static int rename_targets(Relation *r, const ColumnRename *n, Err *err)
{
    const char *name = arena_strndup(&r->arena, n->to->s.p, n->to->s.n);
    r->foreign = arena_memdup(&r->arena, r->foreign, r->n_foreign * sizeof(*r->foreign));
    if (!name || !r->foreign)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < r->n_foreign; k++) {
        struct RelationForeign *f = &r->foreign[k];
        if (f->to != n->table)
            continue;
        f->to_col = arena_memdup(&r->arena, f->to_col, f->n * sizeof(*f->to_col));
        if (!f->to_col)
            return RAISE_NOMEM(err);
        for (uint32_t i = 0; i < f->n; i++)
            if (str_eq(str_of(f->to_col[i]), n->from))
                f->to_col[i] = name;
    }
    return 0;
}

static void rename_written(const Relation *r, uint32_t key, TableForeign *t, const ColumnRename *n)
{
    AST_EACH(c, t->ref_columns)
    if (key < r->n_foreign && r->foreign[key].to == n->table && str_eq(AST(IdentNode, c)->ident.s, n->from))
        AST(IdentNode, c)->ident = *n->to;
}

/* In the statement that made r, whose keys stand in the order in which they were bound. */
static int rename_in_statement(Relation *r, const ColumnRename *n, Arena *arena, Err *err)
{
    ScriptStmt s;
    uint32_t key = 0;
    StrBuf text;
    char *copy = arena_strdup(arena, r->ddl);
    if (!copy)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(arena, copy, (uint32_t)strlen(copy), &s, err));
    AST_EACH(e, AST(CreateRelationStmt, s.node)->elements)
    {
        NodeList of = e->kind == NODE_COLUMN_DEF ? AST(ColumnDef, e)->foreign : (NodeList){0};
        if (e->kind == NODE_TABLE_FOREIGN)
            rename_written(r, key++, AST(TableForeign, e), n);
        AST_EACH(t, of)
        rename_written(r, key++, AST(TableForeign, t), n);
    }
    sb_init(&text, NULL);
    sql_print(s.node, &text);
    r->ddl = text.failed ? NULL : arena_strdup(&r->arena, sb_cstr(&text));
    sb_done(&text);
    return r->ddl ? 0 : RAISE_NOMEM(err);
}

static int rename_in(Catalog **next, const Relation *of, const ColumnRename *n, Arena *arena, Err *err)
{
    Catalog *more = NULL;
    Relation *r = relation_renamed(*next, of, of->name, of->ddl);
    int rc = r ? rename_in_statement(r, n, arena, err) : RAISE_NOMEM(err);
    if (rc == 0)
        rc = rename_targets(r, n, err);
    if (rc == 0)
        rc = catalog_with(*next, r, NULL, 0, &more, err);
    relation_unref(r);
    TRY(rc);
    catalog_unref(*next);
    *next = more;
    return 0;
}

int foreign_rename_column(Catalog **next, uint64_t table, Str from, const Ident *to, Arena *arena, Err *err)
{
    ColumnRename n = {table, from, to};
    for (uint32_t i = 0; i < (*next)->n; i++) { /* the catalog after each has them in the same places */
        const Relation *r = (*next)->relation[i];
        if (r->id != table && names_column(r, &n))
            TRY(rename_in(next, r, &n, arena, err));
    }
    return 0;
}
