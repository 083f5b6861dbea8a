/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE SOURCE and CREATE TABLE to a relation: columns, keys, defaults, the connector and its options.  What the statement says
 * and the engine cannot do is refused by name; nothing is read and forgotten. */
#include "plan/bind_source.h"

#include "sql/print.h"

#include <stdio.h>

static int check_column(const SourceBinder *b, const ColumnDef *c, Err *err)
{
    if (c->unique && !b->is_table)
        return bind_unsupported(err, c->node.at, "UNIQUE of a source is");
    if (c->checks.n && !b->is_table)
        return bind_unsupported(err, c->checks.first->at, "CHECK of a source is");
    if (c->generated && (c->preset || c->identity))
        return RAISE_AT(err, ERR_SYNTAX, c->node.at, "both %s and generation expression specified for column \"%s\"",
                        c->preset ? "default" : "identity", c->name.s.p);
    if (c->identity && !b->is_table)
        return bind_unsupported(err, c->node.at, "an identity column of a source is");
    if (c->identity && c->preset)
        return RAISE_AT(err, ERR_SYNTAX, c->node.at, "both default and identity specified for column \"%s\"", c->name.s.p);
    if (c->primary_key && c->nulls == NULL_ALLOWED)
        return RAISE_AT(err, ERR_INVALID_COLUMN_DEF, c->node.at, "column \"%s\" of a primary key cannot be NULL", c->name.s.p);
    return 0;
}

static int add_field(SourceBinder *b, const Ident *name, const char *text, const Field *of, bool not_null, Err *err)
{
    for (uint32_t i = 0; i < b->n; i++)
        if (strcmp(b->field[i].name, text) == 0)
            return RAISE_AT(err, ERR_DUPLICATE_COLUMN, name ? name->at : SPAN_NONE, "column \"%s\" specified more than once", text);
    if (b->n == COLUMNS_MAX)
        return RAISE_AT(err, ERR_TOO_MANY_COLUMNS, name ? name->at : SPAN_NONE, "a relation has at most %d columns", COLUMNS_MAX);
    b->field[b->n++] = (Field){.name = text, .type = of->type, .domain = of->domain, .not_null = not_null};
    return 0;
}

/* 1: it raises an error, which only a row that asks for it is to see; 0: it does not. */
static int default_fails(const SourceBinder *b, Expr *e, Err *err)
{
    Value v;
    if (e->is_volatile || !e->can_fail)
        return 0;
    int rc = expr_value_at(b->arena, e, "DEFAULT", 1, &v, NULL);
    return rc == -ERR_OUT_OF_MEMORY ? RAISE_NOMEM(err) : rc < 0;
}

/* DEFAULT: its text is kept and evaluated for each insert; it must be convertible now. */
static int bind_default(SourceBinder *b, const ColumnDef *c, Type type, uint32_t col, const char **ret, Err *err)
{
    PlanContext ctx = *b->ctx;
    PlanState s = {.ctx = &ctx, .arena = b->arena};
    Binder binder = {.ctx = &ctx, .state = &s, .arena = b->arena};
    ExprScope x = {.b = &binder, .clause = "DEFAULT"};
    Expr *e;
    StrBuf text;
    ctx.sequences = b->is_table;
    TRY(bind_expr(&x, c->preset, &e, err));
    int rc = expr_cast(b->arena, e, type, CAST_ASSIGN, false, &e, err);
    if (rc < 0) {
        if (err && span_is_none(err->at))
            err->at = c->preset->at;
        return rc;
    }
    TRY(rc = default_fails(b, e, err));
    b->varies[col].random = e->is_volatile || rc > 0;
    b->any_varies |= b->varies[col].random;
    sb_init(&text, b->ctx->acct);
    sql_print(c->preset, &text);
    *ret = text.failed ? NULL : arena_strdup(b->arena, sb_cstr(&text));
    sb_done(&text);
    return *ret ? 0 : RAISE_NOMEM(err);
}

bool bind_is_serial(const TypeName *t, Type *ret)
{
    static const struct {
        const char *name;
        TypeId type;
    } names[] = {{"serial", T_I32},  {"serial4", T_I32},     {"bigserial", T_I64},
                 {"serial8", T_I64}, {"smallserial", T_I16}, {"serial2", T_I16}};
    for (size_t i = 0; i < ARRAY_LEN(names) && t->name.n_parts == 1 && !t->n_dims; i++)
        if (str_eq(t->name.part[0].s, str_of(names[i].name))) {
            *ret = (Type){.id = (uint8_t)names[i].type};
            return true;
        }
    return false;
}

/* SEQUENCE NAME: only the one that nextval() knows it by. */
static int check_sequence_name(const SourceBinder *b, const ColumnDef *c, Err *err)
{
    const Name *name = &c->numbers->name;
    char own[200]; /* two names of 63 bytes */
    snprintf(own, sizeof(own), "%s_%.*s_seq", b->into->own, (int)c->name.s.n, c->name.s.p);
    if (name->n_parts && !str_eq(name_last(name)->s, str_of(own)))
        return bind_unsupported(err, name->at, "a SEQUENCE NAME other than <table>_<column>_seq is");
    return 0;
}

static int bind_identity(SourceBinder *b, const ColumnDef *c, Type type, uint32_t col, Err *err)
{
    static const CreateSequenceStmt nothing = {.node = {.kind = NODE_CREATE_SEQUENCE_STMT, .at = SPAN_NONE}};
    struct RelationVaries *v = &b->varies[col];
    const CreateSequenceStmt *n = c->numbers ? c->numbers : &nothing;
    if ((type.id != T_I16 && type.id != T_I32 && type.id != T_I64) || type_is_limited(type))
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->type->node.at, "identity column type must be smallint, integer, or bigint");
    v->identity = b->any_varies = true;
    v->always = c->identity == IDENTITY_ALWAYS;
    if (n->type || n->owner.n_parts || n->not_owned || n->restarts)
        return RAISE_AT(err, ERR_SYNTAX, n->node.at, "invalid sequence option of an identity column");
    if (c->numbers)
        TRY(check_sequence_name(b, c, err));
    return bind_sequence(b->ctx, n, type, NULL, type, b->arena, &v->numbers, err);
}

static int bind_column_def(SourceBinder *b, const ColumnDef *c, Err *err)
{
    Field of = {0};
    uint32_t col = b->n;
    TRY(check_column(b, c, err));
    if (!c->type && !c->generated)
        return RAISE_AT(err, ERR_INVALID_COLUMN_DEF, c->node.at, "column \"%s\" has no type", c->name.s.p);
    bool serial = b->is_table && c->type && bind_is_serial(c->type, &of.type);
    if (!c->type)
        of.type = TYPE(TEXT); /* until all columns are there: that of the expression */
    else if (!serial)
        TRY(bind_field_type(b->ctx->catalog, c->type, &of, err));
    Type type = of.type;
    if (serial && c->preset)
        return RAISE_AT(err, ERR_SYNTAX, c->node.at, "multiple default values specified for column \"%s\"", c->name.s.p);
    if (c->collation.n_parts)
        TRY(bind_collation(&c->collation, c->node.at, type, err));
    bool numbers = serial || c->identity;
    TRY(add_field(b, &c->name, c->name.s.p, &of, c->nulls == NULL_FORBIDDEN || c->primary_key || numbers, err));
    if (numbers)
        TRY(bind_identity(b, c, type, col, err));
    b->varies[col].serial = serial;
    if (c->preset)
        TRY(bind_default(b, c, type, col, &b->preset[col], err));
    if (!c->primary_key)
        return 0;
    if (b->has_primary)
        return RAISE_AT(err, ERR_INVALID_TABLE_DEF, c->node.at, "multiple primary keys for table \"%s\" are not allowed",
                        b->into->name);
    b->has_primary = true;
    if (is_deferrable(c->key_when))
        return b->is_table ? 0 : bind_unsupported(err, c->node.at, "DEFERRABLE of a source is"); /* with the UNIQUE ones */
    b->key[b->n_key++] = col;
    b->key_name = c->key_name.s.p ? arena_strndup(b->arena, c->key_name.s.p, c->key_name.s.n) : NULL;
    return 0;
}

/* Columns that the connector reports, with an optional prefix. */
static int take_discovered(SourceBinder *b, Str prefix, Span at, Err *err)
{
    if (!b->discovered)
        return RAISE_AT(err, ERR_INVALID_OBJECT_DEF, at, "no connector supplies columns here: declare them");
    for (uint32_t i = 0; i < b->discovered->n; i++) {
        const Field *f = &b->discovered->field[i];
        char *name = arena_printf(b->arena, "%.*s%s", (int)prefix.n, prefix.n ? prefix.p : "", f->name);
        if (!name)
            return RAISE_NOMEM(err);
        TRY(add_field(b, NULL, name, &(Field){.type = f->type}, f->not_null, err));
        if (prefix.n && !(b->input[b->n - 1] = arena_strndup(b->arena, f->name, strlen(f->name))))
            return RAISE_NOMEM(err);
        b->any_input |= prefix.n > 0;
    }
    return 0;
}

static int bind_key_list(SourceBinder *b, const TableKey *k, Err *err)
{
    if (!k->primary)
        return b->is_table ? 0 : bind_unsupported(err, k->node.at, "UNIQUE of a source is"); /* with the other constraints */
    if (b->has_primary)
        return RAISE_AT(err, ERR_INVALID_TABLE_DEF, k->node.at, "multiple primary keys for table \"%s\" are not allowed",
                        b->into->name);
    b->has_primary = true;
    if (is_deferrable(k->when) && !b->is_table)
        return bind_unsupported(err, k->node.at, "DEFERRABLE of a source is");
    AST_EACH(item, k->columns)
    {
        const Ident *id = &AST(IdentNode, item)->ident;
        uint32_t col;
        TRY(source_column(b, id, &col, err));
        b->field[col].not_null = true;
        if (is_deferrable(k->when))
            continue;
        for (uint32_t i = 0; i < b->n_key; i++)
            if (b->key[i] == col)
                return RAISE_AT(err, ERR_DUPLICATE_COLUMN, id->at, "column \"%s\" appears twice in the primary key", id->s.p);
        b->key[b->n_key++] = col;
    }
    b->key_name = k->name.s.p ? arena_strndup(b->arena, k->name.s.p, k->name.s.n) : NULL;
    return 0;
}

int source_column(const SourceBinder *b, const Ident *id, uint32_t *ret, Err *err)
{
    const char *best = NULL;
    unsigned limit = 1 + (unsigned)id->s.n / 4;
    for (uint32_t i = 0; i < b->n; i++) {
        if (str_eq(str_of(b->field[i].name), id->s)) {
            *ret = i;
            return 0;
        }
        unsigned d = str_distance(id->s, str_of(b->field[i].name), limit);
        if (d <= limit && (!best || d < limit)) {
            best = b->field[i].name;
            limit = d;
        }
    }
    int rc = RAISE_AT(err, ERR_UNDEFINED_COLUMN, id->at, "column \"%.*s\" does not exist", (int)id->s.n, id->s.p);
    if (best)
        err_hint(err, "Perhaps you meant the column \"%s\".", best);
    return rc;
}

/* Name of a CHECK that was given none: of the one column it reads, as PostgreSQL makes it. */
static int name_check(SourceBinder *b, const char *table, const Expr *e, const char **ret, Err *err)
{
    uint64_t *bits = ARENA_ARRAY(b->arena, uint64_t, BIT_WORDS(b->n) + 1);
    const char *col = NULL;
    uint32_t n = 0;
    if (!bits)
        return RAISE_NOMEM(err);
    expr_columns(e, bits);
    for (uint32_t i = 0; i < b->n; i++) {
        if (!bit_get(bits, i))
            continue;
        col = b->field[i].name;
        n++;
    }
    for (uint32_t k = 0;; k++) {
        char number[16] = "";
        if (k)
            snprintf(number, sizeof(number), "%u", k);
        *ret = arena_printf(b->arena, "%s%s%s_check%s", table, n == 1 ? "_" : "", n == 1 ? col : "", number);
        if (!*ret)
            return RAISE_NOMEM(err);
        bool taken = false;
        for (uint32_t i = 0; i < b->n_checks; i++)
            taken |= strcmp(b->check_name[i], *ret) == 0;
        if (!taken)
            return 0;
    }
}

/* CHECK: a predicate over the table's own row; its text is kept and bound again by whoever writes. */
static int bind_check(SourceBinder *b, const char *table, const Ident *name, const Node *e, Err *err)
{
    _cleanup_(schema_unrefp) Schema *schema = schema_new(b->ctx->acct, b->field, b->n);
    if (!schema)
        return RAISE_NOMEM(err);
    const Relation row = source_row(b, schema);
    TableScope scope = {.table = &row};
    Expr *bound;
    TRY(bind_table_predicate(b->ctx, &scope, e, "CHECK", b->arena, &bound, err));
    if (bound->is_volatile || bound->is_stable)
        return RAISE_AT(err, ERR_INVALID_OBJECT_DEF, e->at,
                        "a CHECK must not depend on the time or on chance: it would not hold for ever");
    const char *check_name = name && name->s.p ? name->s.p : NULL;
    for (uint32_t i = 0; check_name && i < b->n_checks; i++)
        if (strcmp(b->check_name[i], check_name) == 0)
            return RAISE_AT(err, ERR_DUPLICATE_OBJECT, e->at, "check constraint \"%s\" already exists", check_name);
    if (check_name)
        check_name = arena_strdup(b->arena, check_name);
    else
        TRY(name_check(b, table, bound, &check_name, err));
    StrBuf text;
    sb_init(&text, b->ctx->acct);
    sql_print(e, &text);
    b->check_name[b->n_checks] = check_name;
    b->check[b->n_checks] = text.failed ? NULL : arena_strdup(b->arena, sb_cstr(&text));
    sb_done(&text);
    return check_name && b->check[b->n_checks++] ? 0 : RAISE_NOMEM(err);
}

/* t_a_b_key, as PostgreSQL names it. */
static const char *unique_name(SourceBinder *b, const char *table, const uint32_t *col, uint32_t n)
{
    StrBuf text;
    sb_init(&text, b->ctx->acct);
    sb_puts(&text, table);
    for (uint32_t i = 0; i < n; i++)
        sb_printf(&text, "_%s", b->field[col[i]].name);
    sb_puts(&text, "_key");
    char *name = text.failed ? NULL : arena_strdup(b->arena, sb_cstr(&text));
    sb_done(&text);
    return name;
}

static int add_unique(SourceBinder *b, const char *table, const Ident *name, const struct RelationUnique *u, Span at, Err *err)
{
    const char *given = name->s.p    ? arena_strndup(b->arena, name->s.p, name->s.n)
                        : u->primary ? arena_printf(b->arena, "%s_pkey", table)
                                     : unique_name(b, table, u->col, u->n);
    if (!given)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < b->n_unique; i++)
        if (strcmp(b->unique[i].name, given) == 0)
            return RAISE_AT(err, ERR_DUPLICATE_RELATION, at, "relation \"%s\" already exists", given);
    b->unique[b->n_unique] = *u;
    b->unique[b->n_unique++].name = given;
    return 0;
}

static int unique_list(SourceBinder *b, const TableKey *k, const char *table, Err *err)
{
    uint32_t *col = ARENA_ARRAY(b->arena, uint32_t, k->columns.n + 1), n = 0;
    if (!col)
        return RAISE_NOMEM(err);
    AST_EACH(item, k->columns)
    {
        const Ident *id = &AST(IdentNode, item)->ident;
        TRY(source_column(b, id, &col[n], err));
        for (uint32_t i = 0; i < n; i++)
            if (col[i] == col[n])
                return RAISE_AT(err, ERR_DUPLICATE_COLUMN, id->at, "column \"%s\" appears twice in %s", id->s.p,
                                k->primary ? "the primary key" : "unique constraint");
        n++;
    }
    const struct RelationUnique u = {.nulls_equal = k->nulls_equal,
                                     .n = n,
                                     .col = col,
                                     .primary = k->primary,
                                     .deferrable = is_deferrable(k->when),
                                     .deferred = k->when & CHECKED_DEFERRED};
    return add_unique(b, table, &k->name, &u, k->node.at, err);
}

/* What stands with its column; a primary key, when it is to be checked like a UNIQUE constraint. */
static int unique_column(SourceBinder *b, const ColumnDef *c, const char *table, bool primary, Err *err)
{
    uint32_t when = primary ? c->key_when : c->unique_when;
    uint32_t *col = ARENA_ARRAY(b->arena, uint32_t, 1);
    if (!col)
        return RAISE_NOMEM(err);
    TRY(source_column(b, &c->name, col, err));
    const struct RelationUnique u = {.n = 1,
                                     .col = col,
                                     .nulls_equal = !primary && c->nulls_equal,
                                     .primary = primary,
                                     .deferrable = is_deferrable(when),
                                     .deferred = when & CHECKED_DEFERRED};
    return add_unique(b, table, primary ? &c->key_name : &c->unique_name, &u, c->node.at, err);
}

static int bind_uniques(SourceBinder *b, const CreateRelationStmt *s, const char *table, Err *err)
{
    b->unique = ARENA_ARRAY(b->arena, struct RelationUnique, s->elements.n * 2 + 1);
    if (!b->unique)
        return RAISE_NOMEM(err);
    AST_EACH(item, s->elements)
    {
        const TableKey *k = item->kind == NODE_TABLE_KEY ? AST(TableKey, item) : NULL;
        const ColumnDef *c = item->kind == NODE_COLUMN_DEF ? AST(ColumnDef, item) : NULL;
        if (k && (!k->primary || is_deferrable(k->when)))
            TRY(unique_list(b, k, table, err));
        if (c && c->primary_key && is_deferrable(c->key_when))
            TRY(unique_column(b, c, table, true, err));
        if (c && c->unique)
            TRY(unique_column(b, c, table, false, err));
    }
    return 0;
}

static int bind_checks(SourceBinder *b, const CreateRelationStmt *s, const char *table, Err *err)
{
    uint32_t n = 1;
    AST_EACH(item, s->elements)
    n += item->kind == NODE_COLUMN_DEF ? AST(ColumnDef, item)->checks.n : 1;
    b->check = ARENA_ARRAY(b->arena, const char *, n);
    b->check_name = ARENA_ARRAY(b->arena, const char *, n);
    if (!b->check || !b->check_name)
        return RAISE_NOMEM(err);
    AST_EACH(item, s->elements)
    {
        if (item->kind == NODE_TABLE_CHECK)
            TRY(bind_check(b, table, &AST(TableCheck, item)->name, AST(TableCheck, item)->expr, err));
        if (item->kind != NODE_COLUMN_DEF)
            continue;
        AST_EACH(check, AST(ColumnDef, item)->checks)
        TRY(bind_check(b, table, &AST(TableCheck, check)->name, AST(TableCheck, check)->expr, err));
    }
    return 0;
}

/* Columns first, then what names them. */
static int bind_elements(SourceBinder *b, const CreateRelationStmt *s, const WatermarkDef **ret_watermark, Err *err)
{
    AST_EACH(item, s->elements)
    {
        if (item->kind == NODE_COLUMN_DEF)
            TRY(bind_column_def(b, AST(ColumnDef, item), err));
        if (item->kind == NODE_COLUMN_STAR)
            TRY(take_discovered(b, AST(ColumnStar, item)->prefix, item->at, err));
    }
    if (b->n == 0 && !(b->is_table && s->has_elements && !s->connector))
        TRY(take_discovered(b, STR(""), s->name.at, err));
    TRY(bind_generated_types(b, s, err));
    AST_EACH(item, s->elements)
    {
        if (item->kind == NODE_TABLE_CHECK && !b->is_table)
            return bind_unsupported(err, item->at, "CHECK of a source is");
        if (item->kind == NODE_WATERMARK_DEF && b->is_table && !s->append_only) {
            (void)bind_unsupported(err, item->at, "WATERMARK of a table, whose rows may change at any time, is");
            return err_hint(err, "APPEND ONLY behind its columns says that rows only come; so they do in CREATE SOURCE.");
        }
        if (item->kind == NODE_TABLE_KEY)
            TRY(bind_key_list(b, AST(TableKey, item), err));
        if (item->kind != NODE_WATERMARK_DEF)
            continue;
        if (*ret_watermark)
            return RAISE_AT(err, ERR_WATERMARK_EXPR, item->at, "only one WATERMARK clause is allowed");
        *ret_watermark = AST(WatermarkDef, item);
    }
    return 0;
}

/* The columns that are read, under the names that the connector finds them by. */
static int store_input(const SourceBinder *b, Relation *into, Err *err)
{
    Field *field = ARENA_ARRAY(b->arena, Field, b->n + 1);
    uint32_t n = 0;
    if (!field)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < b->n; i++) {
        if (b->varies[i].generated)
            continue;
        field[n] = b->field[i];
        field[n++].name = b->input[i] ? b->input[i] : b->field[i].name;
    }
    into->input_schema = schema_new(into->arena.acct, field, n);
    return into->input_schema ? 0 : RAISE_NOMEM(err);
}

static int store(SourceBinder *b, Relation *into, Err *err)
{
    bool any = false;
    for (uint32_t i = 0; i < b->n; i++)
        any |= b->preset[i] != NULL;
    into->schema = schema_new(into->arena.acct, b->field, b->n);
    if (!into->schema)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < b->n && !b->is_table && into->connector; i++)
        b->any_input |= b->varies[i].generated != NULL;
    if (b->any_input)
        TRY(store_input(b, into, err));
    into->defaults = any ? b->preset : NULL;
    into->varies = b->any_varies ? b->varies : NULL;
    into->n_primary_key = b->n_key;
    into->primary_key = b->n_key ? b->key : NULL;
    into->primary_key_name = b->key_name;
    into->n_unique = b->n_unique;
    into->unique = b->unique;
    into->n_foreign = b->n_foreign;
    into->foreign = b->foreign;
    into->n_checks = b->n_checks;
    into->check = b->check;
    into->check_name = b->check_name;
    return 0;
}

static int check_key(const SourceBinder *b, const CreateRelationStmt *s, const Relation *r, Err *err)
{
    Span at = s->name.at;
    if (b->n_key == 0 || b->is_table || r->changes != CHANGES_APPEND)
        return 0;
    AST_EACH(item, s->elements)
    if ((item->kind == NODE_TABLE_KEY && AST(TableKey, item)->primary) ||
        (item->kind == NODE_COLUMN_DEF && AST(ColumnDef, item)->primary_key))
        at = item->at;
    RAISE_AT(err, ERR_INVALID_OBJECT_DEF, at, "a source has no primary key: it is a stream of events that is not stored");
    return err_hint(err, "Use CREATE TABLE for rows that are replaced by key, or WITH (changes = 'upsert').");
}

/* Of a table whose rows only come: what would need them to go, and watermarks that a clock or keys move. */
static int check_append_only(const SourceBinder *b, const CreateRelationStmt *s, const WatermarkDef *watermark, const Relation *r,
                             Err *err)
{
    const WatermarkDecl *d = &r->watermark;
    for (uint32_t i = 0; s->append_only && i < b->n_foreign; i++)
        if (b->foreign[i].on_delete > FOREIGN_RESTRICT || b->foreign[i].on_update > FOREIGN_RESTRICT)
            return RAISE_AT(err, ERR_INVALID_TABLE_DEF, s->name.at,
                            "rows of a table that is APPEND ONLY do not follow ON DELETE and ON UPDATE");
    if (s->append_only && d->declared && (d->by != WATERMARK_BY_ROWS || d->n_keys))
        return bind_unsupported(err, watermark->node.at, "a watermark of a table that other things than its rows move is");
    return 0;
}

/* What the program answers is held to nothing. */
static int check_domains(const SourceBinder *b, const CreateRelationStmt *s, const Relation *r, Err *err)
{
    for (uint32_t i = 0; i < b->n; i++)
        if (b->field[i].domain && r->by_key)
            return bind_unsupported(err, s->name.at, "a domain as the type of a column of a lookup table of the program is");
    return 0;
}

int bind_create_source(const PlanContext *ctx, const CreateRelationStmt *s, const Schema *discovered, Relation *into, Err *err)
{
    ASSERT(ctx && s && into);
    TRY(bind_zone(s, into, err));
    WITH_ZONE(into->zone);
    SourceBinder b = {
        .ctx = ctx, .into = into, .arena = &into->arena, .discovered = discovered, .is_table = s->kind != OBJECT_SOURCE};
    const WatermarkDef *watermark = NULL;
    uint32_t cap = s->elements.n + (discovered ? discovered->n * (s->elements.n + 1) : 0) + 1;
    if (s->query)
        return bind_unsupported(err, s->query->node.at, "CREATE TABLE .. AS is");
    cap = MIN(cap, COLUMNS_MAX + 1u);
    b.field = ARENA_ARRAY(b.arena, Field, cap);
    b.preset = ARENA_ARRAY(b.arena, const char *, cap);
    b.input = ARENA_ARRAY(b.arena, const char *, cap);
    b.key = ARENA_ARRAY(b.arena, uint32_t, cap);
    b.varies = ARENA_ARRAY(b.arena, struct RelationVaries, cap);
    if (!b.field || !b.preset || !b.input || !b.key || !b.varies)
        return RAISE_NOMEM(err);
    TRY(bind_elements(&b, s, &watermark, err));
    TRY(bind_source_options(&b, s, watermark, into, err));
    into->append_only = s->append_only;
    TRY(check_domains(&b, s, into, err));
    TRY(check_key(&b, s, into, err));
    TRY(bind_generated(&b, s, err));
    TRY(bind_uniques(&b, s, into->own, err));
    TRY(bind_checks(&b, s, into->own, err));
    TRY(bind_foreign(&b, s, err));
    TRY(check_append_only(&b, s, watermark, into, err));
    return store(&b, into, err);
}
