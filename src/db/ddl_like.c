/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE TABLE (LIKE other ..): the columns of another relation, and of a table what INCLUDING asks for.  They are taken from its
 * definition's text, and the new table's own text has them written out: it does not follow the other one. */
#include "db/comment.h"
#include "db/like.h"
#include "sql/print.h"

static int definition_of(StmtContext *x, const Relation *r, Span at, const CreateRelationStmt **ret, Err *err)
{
    StrBuf text;
    ScriptStmt parsed;
    sb_init(&text, &x->db->acct);
    bool is_table = r->kind == REL_TABLE && !r->connector && r->ddl;
    sb_puts(&text, is_table ? r->ddl : "CREATE TABLE columns");
    int rc = is_table ? 0 : columns_print(r->schema->field, r->schema->n, at, &text, err);
    char *copy = rc < 0 || text.failed ? NULL : arena_strdup(x->arena, sb_cstr(&text));
    rc = rc < 0 ? rc : copy ? sql_parse_one_at(x->arena, copy, (uint32_t)text.n, at, &parsed, err) : RAISE_NOMEM(err);
    sb_done(&text);
    if (rc == 0)
        *ret = AST(CreateRelationStmt, parsed.node);
    return rc;
}

int column_plain_type(StmtContext *x, ColumnDef *c, Type t, Err *err)
{
    TypeName *type = ARENA_NEW(x->arena, TypeName);
    Ident *part = ARENA_NEW(x->arena, Ident);
    if (!type || !part)
        return RAISE_NOMEM(err);
    *type = *c->type;
    part->s = str_of(t.id == T_I16 ? "smallint" : t.id == T_I32 ? "integer" : "bigint");
    type->name.part = part;
    c->type = type;
    return 0;
}

static int copy_column(StmtContext *x, const ColumnDef *of, const Relation *r, uint32_t including, Node **ret, Err *err)
{
    ColumnDef *c = arena_memdup(x->arena, of, sizeof(*of));
    if (!c)
        return RAISE_NOMEM(err);
    int col = schema_find(r->schema, of->name.s);
    ASSERT(col >= 0);
    bool serial = r->varies && r->varies[col].serial;
    if (serial && !(including & (LIKE_DEFAULTS | LIKE_IDENTITY)))
        TRY(column_plain_type(x, c, r->schema->field[col].type, err));
    if (!(including & LIKE_IDENTITY)) {
        c->identity = IDENTITY_NONE;
        c->numbers = NULL;
    }
    if (c->numbers)
        c->numbers->name = (Name){0};
    if (!(including & LIKE_DEFAULTS))
        c->preset = NULL;
    if (!(including & LIKE_GENERATED))
        c->generated = NULL;
    if (!(including & LIKE_CONSTRAINTS))
        c->checks = (NodeList){0};
    if (!(including & LIKE_INDEXES))
        c->primary_key = c->unique = c->nulls_equal = false;
    c->key_name = c->unique_name = (Ident){0}; /* named after the new table */
    c->foreign = (NodeList){0};
    c->nulls = r->kind == REL_TABLE && r->schema->field[col].not_null ? NULL_FORBIDDEN : NULL_UNSAID;
    c->node.next = NULL;
    *ret = &c->node;
    return 0;
}

/* What cannot be copied by text alone is refused, not left out. */
static int check_parts(StmtContext *x, const ColumnsLike *l, const Relation *r, Err *err)
{
    const Catalog *c = x->db->catalog;
    const char *text = NULL;
    for (uint32_t i = 0; l->including & LIKE_INDEXES && i < c->n; i++)
        if (c->relation[i]->kind == REL_INDEX && c->relation[i]->input == r->id)
            return RAISE_AT(err, ERR_UNSUPPORTED, l->node.at,
                            "LIKE .. INCLUDING INDEXES of a table with CREATE INDEX is not supported yet");
    for (int32_t col = COMMENT_OF_RELATION; l->including & LIKE_COMMENTS && col < (int32_t)r->schema->n; col++) {
        TRY(comment_find(x->db, r->id, col, x->arena, &text, err));
        if (text)
            return RAISE_AT(err, ERR_UNSUPPORTED, l->node.at,
                            "LIKE .. INCLUDING COMMENTS of a table with comments is not supported yet");
    }
    return 0;
}

static int copy_like(StmtContext *x, const ColumnsLike *l, NodeList *to, Err *err)
{
    const Relation *r = NULL;
    const CreateRelationStmt *def = NULL;
    TRY(name_check_made(x->db->catalog, &l->table, err));
    Str name = name_key(&l->table);
    r = catalog_find(x->db->catalog, name);
    if (!r)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, l->table.at, "relation \"%.*s\" does not exist", (int)name.n, name.p);
    if (!r->schema || r->kind == REL_INDEX || r->kind == REL_SEQUENCE || relation_is_type(r) || r->kind == REL_FUNCTION ||
        r->kind == REL_SCHEMA)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, l->table.at, "\"%s\" is %s %s, which has no columns", r->name,
                        word_article(relation_kind_name(r->kind)), relation_kind_name(r->kind));
    TRY(check_parts(x, l, r, err));
    TRY(definition_of(x, r, l->node.at, &def, err));
    for (Node *n = def->elements.first, *next; n; n = next) {
        next = n->next;
        Node *copy = NULL;
        if (n->kind == NODE_COLUMN_DEF)
            TRY(copy_column(x, AST(ColumnDef, n), r, l->including, &copy, err));
        else if (n->kind == NODE_TABLE_CHECK && l->including & LIKE_CONSTRAINTS)
            copy = n;
        else if (n->kind == NODE_TABLE_KEY && l->including & LIKE_INDEXES)
            copy = n;
        if (n->kind == NODE_TABLE_KEY)
            AST(TableKey, n)->name = (Ident){0}; /* named after the new table */
        if (copy)
            node_list_append(to, copy);
    }
    return 0;
}

int refuse_like(const CreateRelationStmt *c, Err *err)
{
    AST_EACH(n, c->elements)
    if (n->kind == NODE_COLUMNS_LIKE)
        return RAISE_AT(err, ERR_UNSUPPORTED, n->at,
                        "LIKE in a definition of anything but a table without connector is not supported yet");
    return 0;
}

int expand_like(StmtContext *x, CreateRelationStmt *c, bool *ret_any, Err *err)
{
    NodeList list = {.depth = c->elements.depth};
    *ret_any = false;
    AST_EACH(n, c->elements)
    *ret_any |= n->kind == NODE_COLUMNS_LIKE;
    if (!*ret_any)
        return 0;
    for (Node *n = c->elements.first, *next; n; n = next) {
        next = n->next;
        if (n->kind == NODE_COLUMNS_LIKE)
            TRY(copy_like(x, AST(ColumnsLike, n), &list, err));
        else
            node_list_append(&list, n);
    }
    c->elements = list;
    return 0;
}
