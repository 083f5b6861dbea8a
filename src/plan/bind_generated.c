/* SPDX-License-Identifier: Apache-2.0
 *
 * GENERATED ALWAYS AS (expr) STORED: columns that follow from the others of the row.  Bound when all columns are known; the text is
 * kept and bound again by whoever writes, as a CHECK is.  Those of a source without a connector are computed once, when a row is
 * taken in, and logged with it: so they may also say when that was. */
#include "plan/bind_source.h"

#include "sql/ast_equal.h"
#include "sql/print.h"

typedef struct Mentioned { /* of a column that is generated itself */
    const CreateRelationStmt *s;
    const Node *column;
} Mentioned;

static bool is_generated(const CreateRelationStmt *s, Str name)
{
    AST_EACH(item, s->elements)
    if (item->kind == NODE_COLUMN_DEF && AST(ColumnDef, item)->generated && str_eq(AST(ColumnDef, item)->name.s, name))
        return true;
    return false;
}

static int visit(void *self, Node *n)
{
    Mentioned *m = self;
    if (n->kind == NODE_EXPR_COLUMN && is_generated(m->s, name_last(&AST(ExprColumn, n)->name)->s) && !m->column)
        m->column = n;
    return ast_each_child(n, visit, m);
}

static int check_mentioned(const CreateRelationStmt *s, Node *e, Err *err)
{
    Mentioned m = {.s = s};
    (void)visit(&m, e);
    if (!m.column)
        return 0;
    (void)RAISE_AT(err, ERR_INVALID_OBJECT_DEF, m.column->at, "cannot use generated column \"%s\" in column generation expression",
                   name_last(&AST(ExprColumn, m.column)->name)->s.p);
    return err_detail(err, "A generated column cannot reference another generated column.");
}

static int bind_one(SourceBinder *b, const CreateRelationStmt *s, const TableScope *row, const ColumnDef *c, Err *err)
{
    uint32_t col;
    Expr *e;
    StrBuf text;
    TRY(source_column(b, &c->name, &col, err));
    TRY(check_mentioned(s, c->generated, err));
    TRY(bind_table_generated(b->ctx, row, c->generated, col, b->arena, &e, err));
    if (e->is_volatile || (e->is_stable && (b->is_table || b->into->connector)))
        return RAISE_AT(err, ERR_INVALID_OBJECT_DEF, c->generated->at, "generation expression is not immutable");
    sb_init(&text, b->ctx->acct);
    sql_print(c->generated, &text);
    b->varies[col].generated = text.failed ? NULL : arena_strdup(b->arena, sb_cstr(&text));
    sb_done(&text);
    b->any_varies = true;
    return b->varies[col].generated ? 0 : RAISE_NOMEM(err);
}

static bool has_generated(const CreateRelationStmt *s, bool typed)
{
    AST_EACH(item, s->elements)
    if (item->kind == NODE_COLUMN_DEF && AST(ColumnDef, item)->generated && (typed || !AST(ColumnDef, item)->type))
        return true;
    return false;
}

int bind_generated_types(SourceBinder *b, const CreateRelationStmt *s, Err *err)
{
    if (!has_generated(s, false))
        return 0;
    _cleanup_(schema_unrefp) Schema *schema = schema_new(b->ctx->acct, b->field, b->n);
    if (!schema)
        return RAISE_NOMEM(err);
    const Relation row = source_row(b, schema);
    TableScope scope = {.table = &row};
    AST_EACH(item, s->elements)
    {
        const ColumnDef *c = item->kind == NODE_COLUMN_DEF ? AST(ColumnDef, item) : NULL;
        uint32_t col;
        if (!c || !c->generated || c->type)
            continue;
        TRY(source_column(b, &c->name, &col, err));
        TRY(check_mentioned(s, c->generated, err));
        TRY(bind_table_type(b->ctx, &scope, c->generated, b->arena, &b->field[col].type, err));
    }
    return 0;
}

int bind_generated(SourceBinder *b, const CreateRelationStmt *s, Err *err)
{
    if (!has_generated(s, true))
        return 0;
    _cleanup_(schema_unrefp) Schema *schema = schema_new(b->ctx->acct, b->field, b->n);
    if (!schema)
        return RAISE_NOMEM(err);
    const Relation row = source_row(b, schema);
    TableScope scope = {.table = &row};
    AST_EACH(item, s->elements)
    if (item->kind == NODE_COLUMN_DEF && AST(ColumnDef, item)->generated)
        TRY(bind_one(b, s, &scope, AST(ColumnDef, item), err));
    return 0;
}
