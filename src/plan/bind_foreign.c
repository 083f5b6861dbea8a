/* SPDX-License-Identifier: Apache-2.0
 *
 * FOREIGN KEY and REFERENCES of CREATE TABLE.  The key of the other table is kept by the names of its columns: the definition there
 * may change, as long as these and their constraint stay (foreign_resolve). */
#include "plan/bind_source.h"

#include <stdio.h>

static bool same_set(const Relation *to, const uint32_t *key, uint32_t n_key, const uint32_t *col, uint32_t n)
{
    uint32_t n_same = 0;
    (void)to;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n_key; k++)
            n_same += key[k] == col[i];
    return n == n_key && n_same == n;
}

bool foreign_resolve(const Relation *to, const struct RelationForeign *f, uint32_t *ret_col, int32_t *ret_arbiter)
{
    for (uint32_t i = 0; i < f->n; i++) {
        int c = schema_find(to->schema, str_of(f->to_col[i]));
        if (c < 0)
            return false;
        ret_col[i] = (uint32_t)c;
    }
    *ret_arbiter = -1;
    if (to->n_primary_key && same_set(to, to->primary_key, to->n_primary_key, ret_col, f->n))
        return true;
    for (uint32_t u = 0; u < to->n_unique; u++)
        if (!to->unique[u].deferrable && same_set(to, to->unique[u].col, to->unique[u].n, ret_col, f->n)) {
            *ret_arbiter = (int32_t)u;
            return true;
        }
    return false;
}

bool foreign_types_fit(Type child, Type parent)
{
    return child.id == parent.id ? child.nested == parent.nested && (child.id != T_DECIMAL || child.scale == parent.scale)
                                 : type_is_integer((TypeId)child.id) && type_is_integer((TypeId)parent.id) && child.id >= T_I16 &&
                                       child.id <= T_I64 && parent.id >= T_I16 && parent.id <= T_I64;
}

static const char *make_name(SourceBinder *b, const char *table, const struct RelationForeign *f)
{
    for (uint32_t k = 0;; k++) {
        StrBuf text;
        bool taken = false;
        sb_init(&text, b->ctx->acct);
        sb_puts(&text, table);
        for (uint32_t i = 0; i < f->n; i++)
            sb_printf(&text, "_%s", b->field[f->col[i]].name);
        sb_puts(&text, "_fkey");
        if (k)
            sb_printf(&text, "%u", k);
        char *name = text.failed ? NULL : arena_strdup(b->arena, sb_cstr(&text));
        sb_done(&text);
        for (uint32_t i = 0; name && i < b->n_foreign; i++)
            taken |= strcmp(b->foreign[i].name, name) == 0;
        if (!taken)
            return name;
    }
}

static int name_of(SourceBinder *b, const TableForeign *t, const char *table, struct RelationForeign *f, Err *err)
{
    f->name = t->name.s.p ? arena_strndup(b->arena, t->name.s.p, t->name.s.n) : make_name(b, table, f);
    if (!f->name)
        return RAISE_NOMEM(err);
    bool taken = false;
    for (uint32_t i = 0; i < b->n_foreign; i++)
        taken |= strcmp(b->foreign[i].name, f->name) == 0;
    for (uint32_t i = 0; i < b->n_unique; i++)
        taken |= strcmp(b->unique[i].name, f->name) == 0;
    for (uint32_t i = 0; i < b->n_checks; i++)
        taken |= strcmp(b->check_name[i], f->name) == 0;
    return taken ? RAISE_AT(err, ERR_DUPLICATE_OBJECT, t->node.at, "constraint \"%s\" already exists", f->name) : 0;
}

/* The table that is referred to; *self is filled when it is the one being made. */
static int find_target(SourceBinder *b, const TableForeign *t, const Relation *self, const Relation **ret, Err *err)
{
    Str name = name_key(&t->table);
    *ret = str_eq(name, str_of(self->name)) ? self : catalog_find(b->ctx->catalog, name);
    if (!*ret)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, t->table.at, "relation \"%.*s\" does not exist", (int)name.n, name.p);
    if ((*ret)->kind != REL_TABLE || (*ret)->connector)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, t->table.at, "referenced relation \"%s\" is not a table%s", (*ret)->name,
                        (*ret)->connector ? " whose rows are changed by statements" : "");
    if ((*ret)->temporary && !self->temporary)
        return RAISE_AT(err, ERR_INVALID_TABLE_DEF, t->table.at,
                        "constraints on permanent tables may reference only permanent tables");
    return 0;
}

static int columns_of(SourceBinder *b, const TableForeign *t, const Relation *to, struct RelationForeign *f, Err *err)
{
    uint32_t i = 0;
    for (uint32_t u = 0; u < to->n_unique && t->ref_columns.n == 0; u++)
        if (to->unique[u].primary)
            return RAISE_AT(err, ERR_WRONG_STATE, t->table.at, "cannot use a deferrable primary key for referenced table \"%s\"",
                            to->name);
    if (t->ref_columns.n == 0 && to->n_primary_key == 0)
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, t->table.at, "there is no primary key for referenced table \"%s\"", to->name);
    uint32_t n_to = t->ref_columns.n ? t->ref_columns.n : to->n_primary_key;
    if (n_to != f->n)
        return RAISE_AT(err, ERR_INVALID_FOREIGN_KEY, t->node.at,
                        "number of referencing and referenced columns for foreign key disagree");
    f->to_col = ARENA_ARRAY(b->arena, const char *, n_to + 1);
    if (!f->to_col)
        return RAISE_NOMEM(err);
    for (; t->ref_columns.n == 0 && i < n_to; i++)
        f->to_col[i] = arena_strdup(b->arena, to->schema->field[to->primary_key[i]].name);
    AST_EACH(item, t->ref_columns)
    {
        const Ident *id = &AST(IdentNode, item)->ident;
        if (schema_find(to->schema, id->s) < 0)
            return RAISE_AT(err, ERR_UNDEFINED_COLUMN, id->at, "column \"%s\" referenced in foreign key constraint does not exist",
                            id->s.p);
        f->to_col[i++] = arena_strndup(b->arena, id->s.p, id->s.n);
    }
    while (i > 0)
        if (!f->to_col[--i])
            return RAISE_NOMEM(err);
    return 0;
}

static int check_target(SourceBinder *b, const TableForeign *t, const Relation *to, const struct RelationForeign *f, Err *err)
{
    uint32_t *col = ARENA_ARRAY(b->arena, uint32_t, f->n + 1);
    int32_t arbiter;
    if (!col)
        return RAISE_NOMEM(err);
    bool found = foreign_resolve(to, f, col, &arbiter);
    for (uint32_t u = 0; !found && u < to->n_unique; u++)
        if (same_set(to, to->unique[u].col, to->unique[u].n, col, f->n))
            return RAISE_AT(err, ERR_WRONG_STATE, t->node.at,
                            "cannot use a deferrable unique constraint for referenced table \"%s\"", to->name);
    if (!found)
        return RAISE_AT(err, ERR_INVALID_FOREIGN_KEY, t->node.at,
                        "there is no unique constraint matching given keys for referenced table \"%s\"", to->name);
    for (uint32_t i = 0; i < f->n; i++) {
        const Field *from = &b->field[f->col[i]], *at = &to->schema->field[col[i]];
        if (foreign_types_fit(from->type, at->type))
            continue;
        char have[96], want[96];
        type_print(from->type, have, sizeof(have));
        type_print(at->type, want, sizeof(want));
        (void)RAISE_AT(err, ERR_DATATYPE_MISMATCH, t->node.at, "foreign key constraint \"%s\" cannot be implemented", f->name);
        return err_detail(err, "Key columns \"%s\" and \"%s\" are of incompatible types: %s and %s.", from->name, at->name, have,
                          want);
    }
    return 0;
}

/* SET NULL and SET DEFAULT would give a generated column a value. */
static int check_actions(const SourceBinder *b, const TableForeign *t, const struct RelationForeign *f, Err *err)
{
    for (uint32_t i = 0; i < f->n; i++) {
        if (!b->varies[f->col[i]].generated || (t->on_delete < FOREIGN_SET_NULL && t->on_update == FOREIGN_NO_ACTION))
            continue;
        return RAISE_AT(err, ERR_SYNTAX, t->node.at, "invalid ON %s action for foreign key constraint containing generated column",
                        t->on_delete >= FOREIGN_SET_NULL ? "DELETE" : "UPDATE");
    }
    return 0;
}

/* ON DELETE SET NULL (a, b): which of its columns these are. */
static int set_columns(SourceBinder *b, const TableForeign *t, struct RelationForeign *f, Err *err)
{
    f->set = ARENA_ARRAY(b->arena, uint32_t, t->set_columns.n + 1);
    if (!f->set)
        return RAISE_NOMEM(err);
    AST_EACH(item, t->set_columns)
    {
        const Ident *id = &AST(IdentNode, item)->ident;
        uint32_t i = 0;
        while (i < f->n && !str_eq(str_of(b->field[f->col[i]].name), id->s))
            i++;
        if (i == f->n)
            return RAISE_AT(err, ERR_INVALID_COLUMN_REF, id->at,
                            "column \"%s\" referenced in ON DELETE SET action must be part of foreign key", id->s.p);
        f->set[f->n_set++] = i;
    }
    return 0;
}

/* column NULL: the list of the constraint's own. */
static int bind_one(SourceBinder *b, const TableForeign *t, const Ident *column, const Relation *self, Err *err)
{
    struct RelationForeign *f = &b->foreign[b->n_foreign];
    const Relation *to;
    uint32_t n = column ? 1 : t->columns.n;
    *f = (struct RelationForeign){.match_full = t->match_full,
                                  .deferrable = is_deferrable(t->when),
                                  .deferred = t->when & CHECKED_DEFERRED,
                                  .on_delete = (uint8_t)t->on_delete,
                                  .on_update = (uint8_t)t->on_update};
    f->col = ARENA_ARRAY(b->arena, uint32_t, n + 1);
    if (!f->col)
        return RAISE_NOMEM(err);
    if (column)
        TRY(source_column(b, column, &f->col[f->n++], err));
    for (const Node *item = column ? NULL : t->columns.first; item; item = item->next) {
        const Ident *id = &AST(IdentNode, item)->ident;
        for (uint32_t i = 0; i < b->n && str_eq(str_of(b->field[i].name), id->s) == false; i++)
            if (i + 1 == b->n)
                return RAISE_AT(err, ERR_UNDEFINED_COLUMN, id->at,
                                "column \"%s\" referenced in foreign key constraint does not exist", id->s.p);
        TRY(source_column(b, id, &f->col[f->n++], err));
    }
    TRY(set_columns(b, t, f, err));
    if (b->ctx->replaying && !catalog_find(b->ctx->catalog, name_key(&t->table)) &&
        !str_eq(name_key(&t->table), str_of(self->name))) {
        /* Dropped since, behind the constraint, which a later statement takes away: until then it holds its place. */
        f->to = FOREIGN_GONE;
        TRY(name_of(b, t, self->own, f, err));
        b->n_foreign++;
        return 0;
    }
    TRY(find_target(b, t, self, &to, err));
    f->to = to == self ? 0 : to->id;
    TRY(columns_of(b, t, to, f, err));
    TRY(name_of(b, t, self->own, f, err));
    TRY(check_target(b, t, to, f, err));
    TRY(check_actions(b, t, f, err));
    b->n_foreign++;
    return 0;
}

int bind_foreign(SourceBinder *b, const CreateRelationStmt *s, Err *err)
{
    uint32_t n = 0;
    const Node *first = NULL;
    AST_EACH(item, s->elements)
    {
        uint32_t more = item->kind == NODE_TABLE_FOREIGN ? 1 : item->kind == NODE_COLUMN_DEF ? AST(ColumnDef, item)->foreign.n : 0;
        first = more && !first ? item : first;
        n += more;
    }
    if (n == 0)
        return 0;
    if (!b->is_table || s->connector || s->kind == OBJECT_LOOKUP_TABLE)
        return bind_unsupported(err, first->at, "FOREIGN KEY of anything but a table that statements change is");
    b->foreign = ARENA_ARRAY(b->arena, struct RelationForeign, n);
    _cleanup_(schema_unrefp) Schema *schema = schema_new(b->ctx->acct, b->field, b->n);
    if (!b->foreign || !schema)
        return RAISE_NOMEM(err);
    const Relation self = {.kind = REL_TABLE,
                           .name = b->into->name,
                           .own = b->into->own,
                           .space = b->into->space,
                           .temporary = s->temporary,
                           .schema = schema,
                           .n_primary_key = b->n_key,
                           .primary_key = b->key,
                           .n_unique = b->n_unique,
                           .unique = b->unique};
    AST_EACH(item, s->elements)
    {
        if (item->kind == NODE_TABLE_FOREIGN)
            TRY(bind_one(b, AST(TableForeign, item), NULL, &self, err));
        if (item->kind != NODE_COLUMN_DEF)
            continue;
        AST_EACH(t, AST(ColumnDef, item)->foreign)
        TRY(bind_one(b, AST(TableForeign, t), &AST(ColumnDef, item)->name, &self, err));
    }
    return 0;
}
