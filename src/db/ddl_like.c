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

/* CHECK keeps the name that it has, also one that follows from its table. */
static void name_check(const Relation *r, TableCheck *k, uint32_t *n_check)
{
    const char *name = *n_check < r->n_checks ? r->check_name[*n_check] : NULL;
    if (name)
        k->name = (Ident){.s = str_of(name), .at = k->node.at};
    ++*n_check;
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

static bool wants_check_comments(const ColumnsLike *l)
{
    return (l->including & (LIKE_CONSTRAINTS | LIKE_COMMENTS)) == (LIKE_CONSTRAINTS | LIKE_COMMENTS);
}

/* Whether statements of their own are to follow: CREATE INDEX, COMMENT. */
static int has_parts(StmtContext *x, const ColumnsLike *l, const Relation *r, bool *ret, Err *err)
{
    const Catalog *c = x->db->catalog;
    const char *text = NULL;
    for (uint32_t i = 0; l->including & LIKE_INDEXES && i < c->n; i++)
        *ret |= is_index_of(c->relation[i], r);
    for (uint32_t i = 0; wants_check_comments(l) && i < r->n_checks && !*ret; i++) {
        TRY(comment_find_named(x->db, r->id, COMMENT_OF_CONSTRAINT, r->check_name[i], x->arena, &text, err));
        *ret |= text != NULL;
    }
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
    uint32_t n_check = 0;
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
        AST_EACH(k, n->kind == NODE_COLUMN_DEF ? AST(ColumnDef, n)->checks : (NodeList){0})
        name_check(r, AST(TableCheck, k), &n_check);
        if (n->kind == NODE_TABLE_CHECK)
            name_check(r, AST(TableCheck, n), &n_check);
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

typedef struct LikePart {
    const char *text;       /* a statement; NULL = none */
    const char *comment;    /* of the index that it has made; NULL = none */
    const Relation *key_of; /* comment: of the index of this table's key; NULL = of none */
    int32_t key;            /* its PRIMARY KEY, or the UNIQUE constraint of that number */
} LikePart;
typedef struct Following {
    StmtContext *x;
    const CreateRelationStmt *c;
    LikePart *part;
    uint32_t n, cap;
    Err *err;
} Following;
#define PRIMARY (-1)

static int add_part(Following *p, const LikePart *part)
{
    if (p->n == p->cap) {
        uint32_t cap = p->cap ? p->cap * 2 : 8;
        LikePart *more = ARENA_ARRAY(p->x->arena, LikePart, cap);
        if (!more)
            return RAISE_NOMEM(p->err);
        for (uint32_t i = 0; i < p->n; i++)
            more[i] = p->part[i];
        p->part = more;
        p->cap = cap;
    }
    p->part[p->n++] = *part;
    return 0;
}

static int add_text(Following *p, StrBuf *give_text, const char *comment)
{
    char *text = give_text->failed ? NULL : arena_strndup(p->x->arena, give_text->n ? give_text->p : "", give_text->n);
    sb_done(give_text);
    return text ? add_part(p, &(LikePart){.text = text, .comment = comment}) : RAISE_NOMEM(p->err);
}

/* The index under a name that follows from its columns. */
static int add_index(Following *p, const Relation *index, bool with_comment)
{
    ScriptStmt s;
    StrBuf b;
    const char *comment = NULL;
    char *ddl = arena_strdup(p->x->arena, index->ddl);
    if (!ddl)
        return RAISE_NOMEM(p->err);
    TRY(sql_parse_one(p->x->arena, ddl, (uint32_t)strlen(ddl), &s, p->err));
    if (with_comment)
        TRY(comment_find(p->x->db, index->id, COMMENT_OF_RELATION, p->x->arena, &comment, p->err));
    CreateIndexStmt *made = AST(CreateIndexStmt, s.node);
    made->name = (Ident){0};
    made->if_not_exists = false;
    made->table = p->c->name;
    sb_init(&b, NULL);
    sql_print(&made->node, &b);
    return add_text(p, &b, comment);
}

static int add_comment(Following *p, const char *on, Str what, const char *text)
{
    bool of_column = strcmp(on, "COLUMN") == 0;
    StrBuf b;
    sb_init(&b, NULL);
    sb_printf(&b, "COMMENT ON %s ", on);
    if (of_column) {
        sql_print_name(&p->c->name, &b);
        sb_putc(&b, '.');
    }
    sql_print_ident(what, &b);
    if (!of_column) {
        sb_puts(&b, " ON ");
        sql_print_name(&p->c->name, &b);
    }
    sb_puts(&b, " IS ");
    sql_print_string(str_of(text), &b);
    return add_text(p, &b, NULL);
}

static const char *primary_name(const Relation *r, Arena *arena)
{
    return r->primary_key_name ? r->primary_key_name : arena_printf(arena, "%s_pkey", r->own);
}

static int add_key_comment(Following *p, const Relation *r, int32_t key, const char *name)
{
    const char *text = NULL;
    TRY(comment_find_named(p->x->db, r->id, COMMENT_OF_KEY, name, p->x->arena, &text, p->err));
    return text ? add_part(p, &(LikePart){.comment = text, .key_of = r, .key = key}) : 0;
}

static int add_comments(Following *p, const ColumnsLike *l, const Relation *r)
{
    const char *text = NULL;
    for (int32_t col = 0; col < (int32_t)r->schema->n; col++) {
        TRY(column_comment(p->x, r, col, &text, p->err));
        if (text)
            TRY(add_comment(p, "COLUMN", str_of(r->schema->field[col].name), text));
    }
    for (uint32_t i = 0; wants_check_comments(l) && i < r->n_checks; i++) {
        TRY(comment_find_named(p->x->db, r->id, COMMENT_OF_CONSTRAINT, r->check_name[i], p->x->arena, &text, p->err));
        if (text)
            TRY(add_comment(p, "CONSTRAINT", str_of(r->check_name[i]), text));
    }
    if (!(l->including & LIKE_INDEXES))
        return 0;
    const char *primary = r->n_primary_key ? primary_name(r, p->x->arena) : NULL;
    if (r->n_primary_key && !primary)
        return RAISE_NOMEM(p->err);
    if (primary)
        TRY(add_key_comment(p, r, PRIMARY, primary));
    for (uint32_t i = 0; i < r->n_unique; i++)
        TRY(add_key_comment(p, r, (int32_t)i, r->unique[i].name));
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
        const ColumnsLike *l = AST(ColumnsLike, n);
        for (uint32_t i = 0; l->including & LIKE_INDEXES && i < c->n; i++)
            if (is_index_of(c->relation[i], r))
                TRY(add_index(p, c->relation[i], l->including & LIKE_COMMENTS));
        if (l->including & LIKE_COMMENTS)
            TRY(add_comments(p, l, r));
    }
    return 0;
}

/* The name of made's key over the columns that the key of `of` is over; NULL: there is none. */
static const char *same_key(const Relation *made, const Relation *of, int32_t key, Arena *arena)
{
    if (key == PRIMARY)
        return primary_name(made, arena);
    for (uint32_t i = 0; i < made->n_unique; i++) {
        bool same = made->unique[i].n == of->unique[key].n;
        for (uint32_t k = 0; same && k < made->unique[i].n; k++)
            same = strcmp(made->schema->field[made->unique[i].col[k]].name, of->schema->field[of->unique[key].col[k]].name) == 0;
        if (same)
            return made->unique[i].name;
    }
    return NULL;
}

/* The statement for the comment of an index whose name is known now. */
static int comment_index(StmtContext *x, const CreateRelationStmt *c, const LikePart *p, Err *err)
{
    Catalog *catalog = db_catalog(x->db);
    const Relation *made = catalog_find(catalog, name_key(&c->name)), *index = NULL;
    for (uint32_t i = 0; made && !p->key_of && i < catalog->n; i++)
        if (is_index_of(catalog->relation[i], made)) /* the last one is the newest */
            index = catalog->relation[i];
    const char *name = !made ? NULL : p->key_of ? same_key(made, p->key_of, p->key, x->arena) : index ? index->own : NULL;
    char *text = NULL;
    if (name) {
        StrBuf b;
        Ident own = {.s = str_of(name), .at = SPAN_NONE};
        sb_init(&b, NULL);
        sb_puts(&b, "COMMENT ON INDEX ");
        for (uint32_t i = 0; i + 1 < c->name.n_parts; i++) {
            sql_print_ident(c->name.part[i].s, &b);
            sb_putc(&b, '.');
        }
        sql_print_ident(own.s, &b);
        sb_puts(&b, " IS ");
        sql_print_string(str_of(p->comment), &b);
        text = b.failed ? NULL : arena_strndup(x->arena, b.p, b.n);
        sb_done(&b);
    }
    catalog_unref(catalog);
    return text ? run_text_part(x, text, err) : name ? RAISE_NOMEM(err) : 0;
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
    for (uint32_t i = 0; i < r->parts->n; i++) {
        const LikePart *p = &r->parts->part[i];
        if (p->text)
            TRY(run_text_part(x, p->text, err));
        if (p->comment)
            TRY(comment_index(x, r->parts->c, p, err));
    }
    return 0;
}

int run_with_parts(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateRelationStmt *c = s->node->kind == NODE_CREATE_RELATION_STMT ? AST(CreateRelationStmt, s->node) : NULL;
    Following parts = {.x = x, .c = c, .err = err};
    if (!c || x->only_bind || (c->if_not_exists && catalog_find(x->db->catalog, name_key(&c->name))))
        return run_statement(x, s, err);
    env_lock(x->db->env, &x->db->ddl);
    Catalog *was = db_catalog(x->db); /* the parts have relations of it */
    int rc = find_parts(&parts);
    env_unlock(x->db->env, &x->db->ddl);
    if (rc == 0 && parts.n == 0)
        rc = run_statement(x, s, err);
    else if (rc == 0)
        rc = run_as_one(x, run_all, &(LikeRun){s, &parts}, err);
    catalog_unref(was);
    TRY(rc);
    if (parts.n)
        stmt_done(x, STMT_DDL, "CREATE TABLE", object_of(&c->name));
    return 0;
}
