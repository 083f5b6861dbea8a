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

static int column_comment(StmtContext *x, const Relation *r, int32_t col, const char **ret, Err *err)
{
    return comment_find(x->db, r->id, col, x->arena, ret, err);
}

static bool is_index_of(const Relation *index, const Relation *r)
{
    return index->kind == REL_INDEX && index->input == r->id;
}

/* Whether statements of their own are to follow: CREATE INDEX, COMMENT. */
static int has_parts(StmtContext *x, const ColumnsLike *l, const Relation *r, bool *ret, Err *err)
{
    const Catalog *c = x->db->catalog;
    const char *text = NULL;
    for (uint32_t i = 0; l->including & LIKE_INDEXES && i < c->n; i++)
        *ret |= is_index_of(c->relation[i], r);
    for (int32_t col = 0; l->including & LIKE_COMMENTS && col < (int32_t)r->schema->n && !*ret; col++) {
        TRY(column_comment(x, r, col, &text, err));
        *ret |= text != NULL;
    }
    return 0;
}

static int check_parts(StmtContext *x, const ColumnsLike *l, const Relation *r, Err *err)
{
    bool some = false;
    if (x->copies_parts)
        return 0;
    TRY(has_parts(x, l, r, &some, err));
    return some ? RAISE_AT(err, ERR_UNSUPPORTED, l->node.at, "LIKE of a table with indexes or comments is not supported here") : 0;
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

/* ---- what follows as statements ---- */

static const Relation *like_of(const Catalog *c, const Node *element)
{
    const ColumnsLike *l = element->kind == NODE_COLUMNS_LIKE ? AST(ColumnsLike, element) : NULL;
    const Relation *r = l && l->including & (LIKE_INDEXES | LIKE_COMMENTS) ? catalog_find(c, name_key(&l->table)) : NULL;
    return r && r->kind == REL_TABLE ? r : NULL;
}

typedef struct Following {
    StmtContext *x;
    const CreateRelationStmt *c;
    const char **text;
    uint32_t n, cap;
    Err *err;
} Following;

static int add_text(Following *p, StrBuf *give_text)
{
    char *text = give_text->failed ? NULL : arena_strndup(p->x->arena, give_text->n ? give_text->p : "", give_text->n);
    sb_done(give_text);
    if (!text)
        return RAISE_NOMEM(p->err);
    if (p->n == p->cap) {
        uint32_t cap = p->cap ? p->cap * 2 : 8;
        const char **more = ARENA_ARRAY(p->x->arena, const char *, cap);
        if (!more)
            return RAISE_NOMEM(p->err);
        for (uint32_t i = 0; i < p->n; i++)
            more[i] = p->text[i];
        p->text = more;
        p->cap = cap;
    }
    p->text[p->n++] = text;
    return 0;
}

/* The index under a name that follows from its columns. */
static int add_index(Following *p, const Relation *index)
{
    ScriptStmt s;
    StrBuf b;
    char *ddl = arena_strdup(p->x->arena, index->ddl);
    if (!ddl)
        return RAISE_NOMEM(p->err);
    TRY(sql_parse_one(p->x->arena, ddl, (uint32_t)strlen(ddl), &s, p->err));
    CreateIndexStmt *made = AST(CreateIndexStmt, s.node);
    made->name = (Ident){0};
    made->if_not_exists = false;
    made->table = p->c->name;
    sb_init(&b, NULL);
    sql_print(&made->node, &b);
    return add_text(p, &b);
}

static int add_comments(Following *p, const Relation *r)
{
    for (int32_t col = 0; col < (int32_t)r->schema->n; col++) {
        const char *text = NULL;
        StrBuf b;
        TRY(column_comment(p->x, r, col, &text, p->err));
        if (!text)
            continue;
        sb_init(&b, NULL);
        sb_puts(&b, "COMMENT ON COLUMN ");
        sql_print_name(&p->c->name, &b);
        sb_putc(&b, '.');
        sql_print_ident(str_of(r->schema->field[col].name), &b);
        sb_puts(&b, " IS ");
        sql_print_string(str_of(text), &b);
        TRY(add_text(p, &b));
    }
    return 0;
}

static int find_parts(Following *p)
{
    const Catalog *c = p->x->db->catalog;
    AST_EACH(n, p->c->elements)
    {
        const Relation *r = like_of(c, n);
        if (!r)
            continue;
        for (uint32_t i = 0; AST(ColumnsLike, n)->including & LIKE_INDEXES && i < c->n; i++)
            if (is_index_of(c->relation[i], r))
                TRY(add_index(p, c->relation[i]));
        if (AST(ColumnsLike, n)->including & LIKE_COMMENTS)
            TRY(add_comments(p, r));
    }
    return 0;
}

typedef struct LikeRun {
    const ScriptStmt *s;
    const Following *parts;
} LikeRun;

static int run_all(StmtContext *x, const void *what, Err *err)
{
    const LikeRun *r = what;
    StmtContext inner = *x;
    inner.copies_parts = true;
    TRY(run_statement(&inner, r->s, err));
    for (uint32_t i = 0; i < r->parts->n; i++)
        TRY(run_text_part(x, r->parts->text[i], err));
    return 0;
}

int run_with_parts(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateRelationStmt *c = s->node->kind == NODE_CREATE_RELATION_STMT ? AST(CreateRelationStmt, s->node) : NULL;
    Following parts = {.x = x, .c = c, .err = err};
    if (!c || x->only_bind || (c->if_not_exists && catalog_find(x->db->catalog, name_key(&c->name))))
        return run_statement(x, s, err);
    env_lock(x->db->env, &x->db->ddl);
    int rc = find_parts(&parts);
    env_unlock(x->db->env, &x->db->ddl);
    TRY(rc);
    if (parts.n == 0)
        return run_statement(x, s, err);
    TRY(run_as_one(x, run_all, &(LikeRun){s, &parts}, err));
    stmt_done(x, STMT_DDL, "CREATE TABLE", object_of(&c->name));
    return 0;
}
