/* SPDX-License-Identifier: Apache-2.0
 *
 * Names that change under definitions.  A definition is a text, so each text that names what is moved is written anew at those
 * places (sql/ast_names.h, sql/edits.h), and only there; the relation is copied with the new texts and keeps its number.  What runs
 * goes on: it has bound numbers, and shows the new name.  All of it becomes one catalog, or nothing does.
 *
 * In the directory the statement is logged, and runs again behind the CREATE statements of before, which have the old names; state
 * is known by the name that a query was made with (ddl_rename.c).
 *
 * The name of an enum or row type is a part of the type, in whoever uses it.  An enum is its owner's own and gets another name
 * where it is; a row type is shared by all that are made alike, so one that is used does not move. */
#include "db/names_move.h"

#include "catalog/names.h"
#include "data/nested.h"
#include "db/durable.h"
#include "db/foreign.h"
#include "db/stream.h"
#include "db/transaction_ddl.h"
#include "sql/ast_equal.h"
#include "sql/ast_names.h"
#include "sql/edits.h"
#include "sql/print.h"

#include <stdio.h>

typedef struct Move {
    StmtContext *x;
    const Catalog *was;
    const Relation *schema; /* that is renamed; NULL = the objects move */
    const uint64_t *object;
    uint32_t n;
    Str to;  /* schema */
    Str own; /* the name of the object there; p == NULL: as it is */
    Span at;
} Move;

static bool is_public(Str schema)
{
    SchemaId id;
    return schema_id_find(schema, &id) && id == SCHEMA_PUBLIC;
}

static bool moves(const Move *m, const Relation *r)
{
    if (m->schema)
        return r->space == m->schema->id;
    for (uint32_t i = 0; i < m->n; i++)
        if (m->object[i] == r->id)
            return true;
    return false;
}

/* ---- names in texts ---- */

typedef struct Rewrite {
    const Move *move;
    const Relation *of; /* whose text it is */
    Node *root;
    Str text;
    TextEdits edits;
    bool refuses; /* it stands where nothing can call it as before */
    Err *err;
} Rewrite;

static bool is_moved_function(const Move *m, Str key)
{
    for (uint32_t i = 0; i < m->was->n; i++) {
        const Relation *r = m->was->relation[i];
        if (r->kind == REL_FUNCTION && moves(m, r) && str_starts(str_of(r->name), key) && r->name[key.n] == '(')
            return true;
    }
    return false;
}

static bool is_moved(const Rewrite *w, NameRole role, Str key)
{
    const Move *m = w->move;
    int32_t col;
    if (role == NAME_MADE)
        return moves(m, w->of);
    if (role == NAME_FUNCTION)
        return is_moved_function(m, key);
    const Relation *r = catalog_find(m->was, key);
    if (!r && role != NAME_TYPE)
        r = catalog_numbering(m->was, key, &col);
    return r && moves(m, r);
}

/* The name as it becomes: of the object, or <table>_<column>_seq. */
static Str new_own(const Rewrite *w, Str own)
{
    const Move *m = w->move;
    const Relation *r = m->own.p ? catalog_by_id(m->was, m->object[0]) : NULL;
    size_t n = r ? strlen(r->own) : 0;
    if (!r)
        return own;
    if (own.n <= n)
        return m->own;
    const char *made = arena_printf(w->edits.arena, "%.*s%.*s", (int)m->own.n, m->own.p, (int)(own.n - n), own.p + n);
    return made ? str_of(made) : (Str){0};
}

static int find_cte(void *self, Node *n)
{
    const Str *name = self;
    if (n->kind == NODE_CTE && str_eq(AST(Cte, n)->name.s, *name))
        return -1;
    return ast_each_child(n, find_cte, self);
}

/* [to.]own; public is written where a query of WITH would be meant. */
static int put_name(const Rewrite *w, Str own, Str *ret)
{
    own = new_own(w, own);
    if (!own.p)
        return RAISE_NOMEM(w->err);
    StrBuf b;
    sb_init(&b, NULL);
    if (!is_public(w->move->to) || find_cte(&own, w->root) < 0) {
        sql_print_ident(w->move->to, &b);
        sb_putc(&b, '.');
    }
    sql_print_ident(own, &b);
    char *text = b.failed ? NULL : arena_strndup(w->edits.arena, b.p, b.n);
    *ret = (Str){text, b.n};
    sb_done(&b);
    return text ? 0 : RAISE_NOMEM(w->err);
}

static int replace_parts(Rewrite *w, const Name *name, uint32_t n_parts)
{
    const Ident *first = &name->part[0], *last = &name->part[n_parts - 1];
    Str text;
    TRY(put_name(w, last->s, &text));
    return edits_add(&w->edits, first->at.pos, last->at.pos + last->at.len - first->at.pos, text, w->err);
}

/* The name that a text is, as nextval() and regclass read it; NULL = none. */
static const Name *name_in_text(Arena *arena, Str text)
{
    Node *n = NULL;
    char *copy = arena_strndup(arena, text.p, text.n);
    if (!copy || sql_parse_expr(arena, copy, (uint32_t)text.n, &n, NULL) < 0 || n->kind != NODE_EXPR_COLUMN)
        return NULL;
    Name *name = &AST(ExprColumn, n)->name;
    return name->n_parts <= 2 && name_set_key(arena, name) ? name : NULL;
}

static int replace_literal(Rewrite *w, const ExprLiteral *l, Str text)
{
    StrBuf b;
    sb_init(&b, NULL);
    sql_print_string(text, &b);
    char *literal = b.failed ? NULL : arena_strndup(w->edits.arena, b.p, b.n);
    int rc = literal ? edits_add(&w->edits, l->node.at.pos, l->node.at.len, (Str){literal, b.n}, w->err) : RAISE_NOMEM(w->err);
    sb_done(&b);
    return rc;
}

static int visit_text(Rewrite *w, const ExprLiteral *l)
{
    const Name *name = name_in_text(w->edits.arena, l->text);
    Str text;
    if (!name || !is_moved(w, NAME_TEXT, name_key(name)))
        return 0;
    TRY(put_name(w, name_last(name)->s, &text));
    return replace_literal(w, l, text);
}

static int rewrite(const Move *m, const Relation *of, Str text, Str *ret, Err *err);

static int visit_body(Rewrite *w, const ExprLiteral *l)
{
    Str text;
    TRY(rewrite(w->move, w->of, l->text, &text, w->err));
    return text.p ? replace_literal(w, l, text) : 0;
}

static int visit_name(void *self, const AstName *name)
{
    Rewrite *w = self;
    if (name->role == NAME_TEXT)
        return visit_text(w, name->text);
    if (name->role == NAME_BODY)
        return visit_body(w, name->text);
    Name n = *name->name;
    n.n_parts = name->n_parts;
    if (n.n_parts != name->name->n_parts && !name_set_key(w->edits.arena, &n)) /* a column's is behind it */
        return RAISE_NOMEM(w->err);
    if (!is_moved(w, name->role, name_key(&n)))
        return 0;
    w->refuses |= name->role == NAME_TYPE && w->move->own.p && !relation_is_type(catalog_by_id(w->move->was, w->move->object[0]));
    return replace_parts(w, &n, n.n_parts);
}

/* RENAME TO: in FROM it keeps the name that columns are called by, FROM new AS old. */
static int keep_alias(Rewrite *w, const FromTable *f)
{
    const Relation *r = catalog_by_id(w->move->was, w->move->object[0]);
    StrBuf b;
    for (uint32_t i = 0; i < w->edits.n; i++) {
        TextEdit *e = &w->edits.edit[i];
        if (e->pos != f->name.part[0].at.pos || f->alias)
            continue;
        sb_init(&b, NULL);
        sb_putstr(&b, e->text);
        sb_puts(&b, " AS ");
        sql_print_ident(str_of(r->own), &b);
        char *text = b.failed ? NULL : arena_strndup(w->edits.arena, b.p, b.n);
        e->text = (Str){text, b.n};
        sb_done(&b);
        return text ? 0 : RAISE_NOMEM(w->err);
    }
    return 0;
}

/* What is done over one relation, an index or a sink, calls its columns by that. */
static int keep_qualifier(Rewrite *w, const Name *name)
{
    const Relation *r = catalog_by_id(w->move->was, w->move->object[0]);
    bool over_it = w->of->input == r->id || (w->root->kind == NODE_CREATE_SINK_STMT && AST(CreateSinkStmt, w->root)->from.n_parts);
    if (!over_it || name->n_parts != 2 || !str_eq(name->part[0].s, str_of(r->own)))
        return 0;
    StrBuf b;
    sb_init(&b, NULL);
    sql_print_ident(w->move->own, &b);
    char *text = b.failed ? NULL : arena_strndup(w->edits.arena, b.p, b.n);
    int rc =
        text ? edits_add(&w->edits, name->part[0].at.pos, name->part[0].at.len, (Str){text, b.n}, w->err) : RAISE_NOMEM(w->err);
    sb_done(&b);
    return rc;
}

static int visit_renamed(Rewrite *w, const Node *n)
{
    if (n->kind == NODE_FROM_TABLE)
        return keep_alias(w, AST(FromTable, n));
    if (n->kind == NODE_EXPR_COLUMN)
        return keep_qualifier(w, &AST(ExprColumn, n)->name);
    const Node *of = n->kind == NODE_FROM_FUNCTION ? AST(FromFunction, n)->call->args.first : NULL;
    const Name *name = n->kind == NODE_EXPR_TABLE_ARG       ? &AST(ExprTableArg, n)->rel
                       : of && of->kind == NODE_EXPR_COLUMN ? &AST(ExprColumn, of)->name
                                                            : NULL;
    w->refuses |= name && is_moved(w, NAME_RELATION, name_key(name));
    return 0;
}

typedef struct Called {
    Str by;           /* what relations of FROM may be called */
    const Name *name; /* schema.table */
    bool other, itself;
} Called;

static int find_called(void *self, Node *n)
{
    Called *c = self;
    const FromTable *f = n->kind == NODE_FROM_TABLE ? AST(FromTable, n) : NULL;
    if (n->kind == NODE_ALIAS)
        c->other |= str_eq(AST(Alias, n)->name.s, c->by);
    else if (f && !f->alias && str_eq(name_key(&f->name), name_key(c->name)))
        c->itself = true;
    else if (f && !f->alias)
        c->other |= str_eq(name_last(&f->name)->s, c->by);
    return ast_each_child(n, find_called, c);
}

/* Not schema.table: the column `table`, which has fields, of a relation that is called as the schema is. */
static bool is_field(const Rewrite *w, const Name *table)
{
    const Catalog *was = w->move->was;
    const Relation *of[] = {w->of, w->of->input ? catalog_by_id(was, w->of->input) : NULL};
    Called c = {.by = table->part[0].s, .name = table};
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        c.itself |= of[i] && str_eq(str_of(of[i]->name), name_key(table));
        c.other |= of[i] && str_eq(str_of(of[i]->own), c.by);
    }
    (void)find_called(&c, w->root);
    return c.other && !c.itself;
}

/* schema.table.column */
static int visit_column(void *self, Node *n)
{
    Rewrite *w = self;
    if (w->move->own.p)
        TRY(visit_renamed(w, n));
    const Name *name = n->kind == NODE_EXPR_COLUMN ? &AST(ExprColumn, n)->name
                       : n->kind == NODE_EXPR_STAR ? &AST(ExprStar, n)->of
                                                   : NULL;
    uint32_t n_behind = n->kind == NODE_EXPR_COLUMN;
    if (name && name->n_parts >= 2 + n_behind) {
        Name table = {.part = name->part, .n_parts = 2, .at = name->at};
        if (!name_set_key(w->edits.arena, &table))
            return RAISE_NOMEM(w->err);
        bool moved = is_moved(w, NAME_RELATION, name_key(&table)) && !is_field(w, &table);
        w->refuses |= moved && w->move->own.p;
        if (moved && !w->refuses)
            TRY(replace_parts(w, &table, 2));
    }
    return ast_each_child(n, visit_column, self);
}

/* A statement or an expression with the names that its objects have then; p == NULL: it stays as it is.  What cannot be read any
 * more (of a relation that is broken) does. */
static int rewrite(const Move *m, const Relation *of, Str text, Str *ret, Err *err)
{
    Arena *arena = m->x->arena;
    ScriptStmt s = {.at = {0, (uint32_t)text.n}};
    char *copy = arena_strndup(arena, text.p, text.n);
    *ret = (Str){0};
    if (!copy)
        return RAISE_NOMEM(err);
    Rewrite w = {.move = m, .of = of, .text = {copy, text.n}, .edits = {.arena = arena}, .err = err};
    if (sql_parse_one(arena, copy, (uint32_t)text.n, &s, NULL) < 0 &&
        sql_parse_expr(arena, copy, (uint32_t)text.n, &s.node, NULL) < 0)
        return 0;
    w.root = s.node;
    TRY(ast_each_name(s.node, visit_name, &w));
    TRY(visit_column(&w, s.node));
    if (w.edits.n == 0)
        return 0;
    TRY(edits_apply(&w.edits, w.text, 0, (uint32_t)text.n, ret, err));
    if (!m->own.p || moves(m, of))
        return 0;
    Node *again = NULL;
    ScriptStmt stmt;
    bool reads = sql_parse_one(arena, ret->p, (uint32_t)ret->n, &stmt, NULL) == 0 ||
                 sql_parse_expr(arena, ret->p, (uint32_t)ret->n, &again, NULL) == 0;
    if (reads && !w.refuses)
        return 0;
    (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, m->at, "cannot rename \"%s\" because of how another object names it",
                   catalog_by_id(m->was, m->object[0])->name);
    return err_detail(err, "%s \"%s\"", relation_kind_name(of->kind), of->name);
}

/* ---- a relation with its new texts ---- */

typedef struct Copying {
    const Move *move;
    Relation *r;
    bool changed;
    Err *err;
} Copying;

static int copy_text(Copying *c, const char **text)
{
    Str made;
    if (!*text || !**text)
        return 0;
    TRY(rewrite(c->move, c->r, str_of(*text), &made, c->err));
    if (!made.p)
        return 0;
    c->changed = true;
    *text = arena_strndup(&c->r->arena, made.p, made.n);
    return *text ? 0 : RAISE_NOMEM(c->err);
}

/* An array of the relation that it was, whose texts change. */
static int copy_array(Copying *c, const void *of, size_t bytes, void *ret)
{
    void *copy = of ? arena_memdup(&c->r->arena, of, bytes) : NULL;
    memcpy(ret, &copy, sizeof(copy));
    return copy || !of ? 0 : RAISE_NOMEM(c->err);
}

static int copy_columns(Copying *c)
{
    Relation *r = c->r;
    uint32_t n = r->schema ? r->schema->n : 0;
    if (r->kind == REL_FUNCTION) /* its result has none */
        n = n ? n - 1 : 0;
    TRY(copy_array(c, r->defaults, n * sizeof(*r->defaults), &r->defaults));
    TRY(copy_array(c, r->varies, n * sizeof(*r->varies), &r->varies));
    for (uint32_t i = 0; i < n; i++) {
        if (r->defaults)
            TRY(copy_text(c, &r->defaults[i]));
        if (r->varies)
            TRY(copy_text(c, &r->varies[i].generated));
    }
    return 0;
}

static int copy_texts(Copying *c)
{
    Relation *r = c->r;
    TRY(copy_text(c, &r->ddl));
    TRY(copy_text(c, &r->query));
    TRY(copy_text(c, &r->condition));
    TRY(copy_text(c, &r->watermark.when));
    TRY(copy_columns(c));
    TRY(copy_array(c, r->check, r->n_checks * sizeof(*r->check), &r->check));
    for (uint32_t i = 0; i < r->n_checks; i++)
        TRY(copy_text(c, &r->check[i]));
    TRY(copy_array(c, r->indexed, r->n_indexed * sizeof(*r->indexed), &r->indexed));
    for (uint32_t i = 0; i < r->n_indexed; i++)
        TRY(copy_text(c, &r->indexed[i].expr));
    return 0;
}

static char *new_key(const Move *m, const Relation *r)
{
    Arena *a = m->x->arena;
    Str own = m->own.p && moves(m, r) ? m->own : str_of(r->own);
    if (r->kind == REL_FUNCTION && own.p == m->own.p) {
        const char *full = arena_printf(a, "%.*s%s", (int)own.n, own.p, strchr(r->own, '('));
        if (!full)
            return NULL;
        own = str_of(full);
    }
    if (r == m->schema)
        return arena_strndup(a, m->to.p, m->to.n);
    if (!moves(m, r))
        return arena_strdup(a, r->name);
    return is_public(m->to) ? arena_strndup(a, own.p, own.n)
                            : arena_printf(a, "%.*s.%.*s", (int)m->to.n, m->to.p, (int)own.n, own.p);
}

/* A domain or enum that moves, whose name stands here, among the types of a function. */
static const Relation *type_at(const Move *m, const char *at)
{
    for (uint32_t i = 0; i < m->was->n; i++) {
        const Relation *r = m->was->relation[i];
        size_t n = strlen(r->name);
        bool named = r->kind == REL_DOMAIN || (r->kind == REL_TYPE && r->type.id == T_ENUM);
        if (named && moves(m, r) && strncmp(at, r->name, n) == 0 && strchr(",)[", at[n]))
            return r;
    }
    return NULL;
}

/* A function is known by the names of its types, too. */
static char *new_name(const Move *m, const Relation *r)
{
    StrBuf b;
    char *key = new_key(m, r);
    const char *p = key && r->kind == REL_FUNCTION ? strchr(key, '(') : NULL;
    if (!p)
        return key;
    sb_init(&b, NULL);
    sb_put(&b, key, (size_t)(p - key));
    while (*p) {
        const Relation *d = (p[0] == ' ' && p[-1] == ',') || p[0] == '(' ? type_at(m, p + 1) : NULL;
        sb_putc(&b, *p++);
        if (!d)
            continue;
        char *name = new_key(m, d);
        sb_puts(&b, name ? name : "");
        b.failed |= !name;
        p += strlen(d->name);
    }
    char *made = b.failed ? NULL : arena_strndup(m->x->arena, b.p, b.n);
    sb_done(&b);
    return made;
}

static int ddl_of_schema(const Move *m, Relation *r, Err *err)
{
    StrBuf b;
    sb_init(&b, NULL);
    sb_puts(&b, "CREATE SCHEMA ");
    sql_print_ident(m->to, &b);
    r->ddl = b.failed ? NULL : arena_strndup(&r->arena, b.p, b.n);
    sb_done(&b);
    return r->ddl ? 0 : RAISE_NOMEM(err);
}

/* Nobody uses it (check_types), so it is another type from now on. */
static int name_row_type(Relation *r, Err *err)
{
    const Schema *s = r->type.nested;
    return type_struct(r->name, s->field, s->n, &r->type) < 0 ? RAISE_NOMEM(err) : 0;
}

/* r as it becomes in the catalog `next`; *ret NULL = as it is. */
static int copy_relation(const Move *m, const Catalog *next, const Relation *r, Relation **ret, Err *err)
{
    *ret = NULL;
    char *name = new_name(m, r);
    Relation *made = name ? relation_renamed(next, r, name, r->ddl ? r->ddl : "") : NULL;
    if (!made)
        return RAISE_NOMEM(err);
    Copying c = {m, made, .changed = moves(m, r) || strcmp(name, r->name) != 0, .err = err};
    int rc = r == m->schema ? ddl_of_schema(m, made, err) : copy_texts(&c);
    if (rc == 0 && r->kind == REL_TYPE && moves(m, r) && r->type.id == T_STRUCT)
        rc = name_row_type(made, err);
    if (rc == 0 && c.changed)
        *ret = made;
    else
        relation_unref(made);
    return rc;
}

static int put_copy(const Move *m, Catalog **next, const Relation *r, Err *err)
{
    Relation *made;
    Catalog *more;
    TRY(copy_relation(m, *next, r, &made, err));
    if (!made)
        return 0;
    int rc = catalog_with(*next, made, NULL, 0, &more, err);
    relation_unref(made);
    TRY(rc);
    catalog_unref(*next);
    *next = more;
    return 0;
}

static int make_catalog(const Move *m, Catalog **ret, Err *err)
{
    *ret = catalog_ref((Catalog *)m->was);
    int rc = m->schema ? put_copy(m, ret, m->schema, err) : 0; /* names are placed by it */
    for (uint32_t i = 0; i < m->was->n && rc == 0; i++)
        if (m->was->relation[i] != m->schema)
            rc = put_copy(m, ret, m->was->relation[i], err);
    if (rc < 0)
        *ret = catalog_unref(*ret);
    return rc;
}

/* ---- what runs ---- */

/* Why an operator keeps what it keeps: stored table "was". */
static void name_in_reasons(Pipeline *q, const char *was, const Relation *r)
{
    char quoted[72];
    size_t n = (size_t)snprintf(quoted, sizeof(quoted), "\"%s\"", was);
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        PhysNode *node = q->plan->nodes[i];
        Str why = str_of(node->state_why ? node->state_why : "");
        if (why.n < n || memcmp(why.p + why.n - n, quoted, n) != 0)
            continue;
        const char *text = arena_printf(&q->arena, "%.*s\"%s\"", (int)(why.n - n), why.p, r->name);
        node->state_why = text ? text : node->state_why;
    }
}

/* What EXPLAIN and SHOW QUERIES say of a query that goes on.  Without memory for it they say it as it was. */
static void name_in_query(Database *db, const Live *l, const char *was, const Relation *r)
{
    Pipeline *q = l->query;
    const Relation *of = catalog_by_id(db->catalog, l->relation);
    char *text = q->text && of && of->query && strcmp(of->query, q->text) != 0 ? arena_strdup(&q->arena, of->query) : NULL;
    q->text = text ? text : q->text;
    name_in_reasons(q, was, r);
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        PhysSource *s = (PhysSource *)q->plan->nodes[i];
        if (s->node.kind != PHYS_SOURCE || s->relation != r->id)
            continue;
        const char *name = arena_strdup(&q->arena, r->name);
        s->name = name ? name : s->name;
    }
}

void name_running(Database *db, const Relation *r)
{
    Feed *f = engine_feed(db->engine, r->id);
    char was[64];
    snprintf(was, sizeof(was), "%s", f ? f->name : r->name);
    if (f)
        snprintf(f->name, sizeof(f->name), "%s", r->name);
    for (const Live *l = db->live; l; l = l->next) {
        if (l->query && l->relation == r->id)
            snprintf(l->query->name, sizeof(l->query->name), "%s", r->name);
        if (l->query)
            name_in_query(db, l, was, r);
    }
}

/* [shard] An index is known to the rows by its name. */
static int name_index(Database *db, const Relation *was, const Relation *is, Err *err)
{
    Feed *f = engine_feed(db->engine, was->input);
    bool has = was->kind == REL_INDEX && f && f->stored && stored_has_index(f->stored, was->name);
    return has ? stored_rename_index(f->stored, was->name, is->name, err) : 0;
}

/* [shard] */
static int name_indexes(const Move *m, const Catalog *next, Err *err)
{
    Database *db = m->x->db;
    uint32_t i = 0;
    int rc = 0;
    for (; i < m->was->n && rc == 0; i++)
        rc = name_index(db, m->was->relation[i], catalog_by_id(next, m->was->relation[i]->id), err);
    for (; rc < 0 && i-- > 0;)
        (void)name_index(db, catalog_by_id(next, m->was->relation[i]->id), m->was->relation[i], NULL);
    return rc;
}

/* [shard] What runs has the types, and shows their new names: of all or none. */
static int name_enums(const Move *m, const Catalog *next, Err *err)
{
    const char **was = ARENA_ARRAY(m->x->arena, const char *, m->was->n + 1);
    uint32_t i = 0;
    int rc = was ? 0 : -ERR_OUT_OF_MEMORY;
    for (; rc == 0 && i < m->was->n; i++) {
        const Relation *r = m->was->relation[i];
        if (r->kind != REL_TYPE || r->type.id != T_ENUM || !moves(m, r))
            continue;
        was[i] = r->type.nested->name;
        rc = type_enum_call(r->type, str_of(catalog_by_id(next, r->id)->name));
    }
    for (; rc < 0 && i-- > 0;)
        if (was[i])
            type_enum_call_again(m->was->relation[i]->type, was[i]);
    return rc < 0 ? RAISE_NOMEM(err) : 0;
}

static int use_catalog(const Move *m, Catalog *give_next, Err *err)
{
    Database *db = m->x->db;
    ForeignKeys *keys = NULL;
    int rc = foreign_link(db, give_next, &keys, err);
    if (rc == 0)
        rc = name_indexes(m, give_next, err);
    if (rc == 0)
        rc = name_enums(m, give_next, err);
    if (rc < 0) {
        foreign_keys_free(keys);
        catalog_unref(give_next);
        return rc;
    }
    db_swap_catalog(db, give_next);
    foreign_use(db, keys);
    for (uint32_t i = 0; i < m->was->n; i++) {
        const Relation *r = catalog_by_id(db->catalog, m->was->relation[i]->id);
        if (r == m->was->relation[i])
            continue;
        name_running(db, r);
        Feed *f = r->kind == REL_TABLE ? engine_feed(db->engine, r->id) : NULL;
        if (f)
            f->defining = transaction_is_defining(db);
    }
    return durable_log_statement(db, err);
}

static int check_types(const Move *m, Err *err)
{
    for (uint32_t i = 0; i < m->was->n; i++) {
        const Relation *r = m->was->relation[i], *user;
        if (r->kind != REL_TYPE || r->type.id == T_ENUM || !moves(m, r))
            continue;
        TRY(type_find_user(m->x, r, &user, err));
        if (!user)
            continue;
        (void)RAISE_AT(err, ERR_UNSUPPORTED, m->at, "%s of TYPE \"%s\", which is used, is not supported yet",
                       m->schema  ? "RENAME TO of the schema"
                       : m->own.p ? "RENAME TO"
                                  : "SET SCHEMA",
                       r->name);
        return err_detail(err, "%s \"%s\" uses it.", relation_kind_name(user->kind), user->name);
    }
    return 0;
}

static int run(Move *m, Err *err)
{
    Database *db = m->x->db;
    Catalog *next;
    TRY(check_types(m, err));
    m->was = db_catalog(db);
    int rc = make_catalog(m, &next, err);
    if (rc == 0) {
        engine_enter(db->engine);
        rc = use_catalog(m, next, err);
        engine_leave(db->engine);
    }
    catalog_unref((Catalog *)m->was);
    return rc;
}

int schema_rename(StmtContext *x, const Relation *schema, const Ident *to, Err *err)
{
    Move m = {.x = x, .was = x->db->catalog, .schema = schema, .to = to->s, .at = to->at};
    return run(&m, err);
}

/* ---- SET SCHEMA ---- */

static int check_free(const Move *m, const Relation *r, Err *err)
{
    const Catalog *c = m->was;
    char *name = new_name(m, r);
    if (!name)
        return RAISE_NOMEM(err);
    if (is_public(m->to)) {
        Ident own = {.s = str_of(r->own), .at = m->at};
        TRY(check_free_of_schemas(c, &(Name){.part = &own, .n_parts = 1, .at = m->at}, err));
    }
    const Relation *there = catalog_find(c, str_of(name));
    if (!there && !index_owner(c, str_of(name)))
        return 0;
    bool function = r->kind == REL_FUNCTION, type = relation_is_type(r);
    ErrCode code = function ? ERR_DUPLICATE_FUNCTION : type ? ERR_DUPLICATE_OBJECT : ERR_DUPLICATE_RELATION;
    return RAISE_AT(err, code, m->at, "%s %s%s%s already exists in schema \"%.*s\"",
                    function ? "function"
                    : type   ? "type"
                             : "relation",
                    function ? "" : "\"", r->own, function ? "" : "\"", (int)m->to.n, m->to.p);
}

/* Of several functions of one name a text says only the name. */
static bool is_overloaded(const Catalog *c, const Relation *function)
{
    uint32_t n_same = 0;
    Str name = {function->name, strcspn(function->name, "(") + 1};
    for (uint32_t i = 0; i < c->n; i++)
        n_same += c->relation[i]->kind == REL_FUNCTION && str_starts(str_of(c->relation[i]->name), name);
    return n_same > 1;
}

/* What names a function by its name: another of several functions of that name may be meant, and all would be written anew. */
static int check_function(const Move *m, const Relation *r, const char *what, Err *err)
{
    bool overloaded = is_overloaded(m->was, r);
    for (uint32_t i = 0; i < m->was->n && overloaded; i++) {
        const Relation *of = m->was->relation[i];
        Relation *made = NULL;
        if (of != r)
            TRY(copy_relation(m, m->was, of, &made, err));
        if (!made)
            continue;
        relation_unref(made);
        (void)RAISE_AT(err, ERR_UNSUPPORTED, m->at, "%s of one of several functions of a name, which is used, is not supported",
                       what);
        return err_detail(err, "%s \"%s\" uses it.", relation_kind_name(of->kind), of->name);
    }
    return 0;
}

static int refuse(const Move *m, const Relation *r, Err *err)
{
    if (r->temporary)
        return RAISE_AT(err, ERR_UNSUPPORTED, m->at, "cannot move objects into or out of temporary schemas");
    if (r->kind == REL_SEQUENCE && r->input) {
        const Relation *owner = catalog_by_id(m->was, r->input);
        (void)RAISE_AT(err, ERR_UNSUPPORTED, m->at, "cannot move an owned sequence into another schema");
        return err_detail(err, "Sequence \"%s\" is linked to table \"%s\".", r->name, owner ? owner->name : "");
    }
    if (r->kind == REL_INDEX || (relation_belongs(r) && r->kind != REL_SEQUENCE))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, m->at, "\"%s\" goes with what it belongs to", r->name);
    return 0;
}

int object_move(StmtContext *x, const Relation *r, const Ident *to, Span at, Err *err)
{
    const Catalog *c = x->db->catalog;
    uint64_t *id = ARENA_ARRAY(x->arena, uint64_t, c->n + 1);
    Move m = {.x = x, .was = c, .object = id, .to = to->s, .at = at};
    if (!id)
        return RAISE_NOMEM(err);
    if (is_public(to->s))
        m.to = str_of(schema_name(SCHEMA_PUBLIC));
    TRY(refuse(&m, r, err));
    const Relation *there = catalog_schema(c, m.to);
    if (r->space == (there ? there->id : 0)) { /* it is there already */
        durable_skip(x->db);
        return 0;
    }
    id[m.n++] = r->id;
    if (r->kind == REL_FUNCTION)
        TRY(check_function(&m, r, "SET SCHEMA", err));
    for (uint32_t i = 0; i < c->n; i++)
        if (relation_belongs(c->relation[i]) && c->relation[i]->input == r->id && c->relation[i]->space == r->space)
            id[m.n++] = c->relation[i]->id;
    for (uint32_t i = 0; i < m.n; i++)
        TRY(check_free(&m, catalog_by_id(c, id[i]), err));
    return run(&m, err);
}

int object_rename(StmtContext *x, const Relation *r, const Ident *own, Err *err)
{
    uint64_t id = r->id;
    const char *schema = relation_schema_name(r, x->arena);
    if (!schema)
        return RAISE_NOMEM(err);
    return run(&(Move){.x = x, .was = x->db->catalog, .object = &id, .n = 1, .to = str_of(schema), .own = own->s, .at = own->at},
               err);
}

/* Of several functions of one name a text does not say which it means: what it means is asked.  What cannot be bound by itself, as
 * little may be said of as that it names one of them. */
static int text_calls(const Move *m, const Relation *of, const char *text, bool *ret, Err *err)
{
    Str made;
    Node *e;
    const Relation *rows = of->kind == REL_INDEX ? catalog_by_id(m->was, of->input) : of;
    if (*ret || !text || !*text)
        return 0;
    TRY(rewrite(m, of, str_of(text), &made, err));
    if (!made.p)
        return 0;
    PlanContext ctx = plan_context(m->x->db, m->was, NULL);
    ctx.stored_text = true;
    ctx.zone = of->zone;
    Arena *arena = m->x->arena;
    char *copy = arena_strdup(arena, text);
    if (!copy)
        return RAISE_NOMEM(err);
    bool asked = rows && sql_parse_expr(arena, copy, (uint32_t)strlen(copy), &e, NULL) == 0 &&
                 bind_row_calls(&ctx, e, rows, m->object[0], arena, ret, NULL) == 0;
    *ret |= !asked;
    return 0;
}

static int relation_calls(const Move *m, const Relation *of, bool *ret, Err *err)
{
    uint32_t n = of->schema ? of->schema->n : 0;
    for (uint32_t i = 0; i < n && of->defaults; i++)
        TRY(text_calls(m, of, of->defaults[i], ret, err));
    for (uint32_t i = 0; i < n && of->varies; i++)
        TRY(text_calls(m, of, of->varies[i].generated, ret, err));
    for (uint32_t i = 0; i < of->n_checks; i++)
        TRY(text_calls(m, of, of->check[i], ret, err));
    for (uint32_t i = 0; i < of->n_indexed; i++)
        TRY(text_calls(m, of, of->indexed[i].expr, ret, err));
    TRY(text_calls(m, of, of->condition, ret, err));
    return text_calls(m, of, of->watermark.when, ret, err);
}

/* By a text that would have to be written anew.  A domain depends on what it calls. */
int function_find_namer(StmtContext *x, const Relation *r, const Relation **ret, Err *err)
{
    uint64_t id = r->id;
    const Catalog *c = x->db->catalog;
    bool overloaded = is_overloaded(c, r);
    Move m = {.x = x, .was = c, .object = &id, .n = 1, .to = str_of(schema_name(SCHEMA_PUBLIC)), .own = STR("other")};
    *ret = NULL;
    for (uint32_t i = 0; i < c->n && !*ret; i++) {
        const Relation *of = c->relation[i];
        Relation *made = NULL;
        bool calls = false;
        if (of->kind != REL_TABLE && of->kind != REL_SOURCE && of->kind != REL_DOMAIN && of->kind != REL_INDEX)
            continue;
        if (overloaded && of->kind == REL_DOMAIN)
            continue;
        if (overloaded)
            TRY(relation_calls(&m, of, &calls, err));
        else
            TRY(copy_relation(&m, c, of, &made, err));
        *ret = calls || made ? of : NULL;
        relation_unref(made);
    }
    return 0;
}

int function_rename(StmtContext *x, const Relation *r, const Ident *own, Err *err)
{
    uint64_t id = r->id;
    const Relation **dep;
    uint32_t n = 0;
    const char *schema = relation_schema_name(r, x->arena);
    Move m = {.x = x, .was = x->db->catalog, .object = &id, .n = 1, .own = own->s, .at = own->at};
    if (!schema)
        return RAISE_NOMEM(err);
    m.to = str_of(schema);
    TRY(check_function(&m, r, "RENAME TO", err));
    TRY(catalog_dependants(m.was, r->id, x->arena, &dep, &n, err));
    if (n) { /* columns of results are called as it is */
        (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, own->at, "cannot rename function %s because other objects depend on it",
                       r->name);
        return err_detail(err, "%s \"%s\" uses it.", relation_kind_name(dep[0]->kind), dep[0]->name);
    }
    char *name = new_name(&m, r);
    if (!name)
        return RAISE_NOMEM(err);
    if (catalog_find(m.was, str_of(name)))
        return RAISE_AT(err, ERR_DUPLICATE_FUNCTION, own->at, "function %s already exists in schema \"%s\"", name, schema);
    return run(&m, err);
}

int rename_in_readers(StmtContext *x, Catalog **next, const Relation *r, const Ident *own, Err *err)
{
    uint64_t id = r->id;
    const Catalog *was = x->db->catalog;
    const char *schema = relation_schema_name(r, x->arena);
    Move m = {.x = x, .was = was, .object = &id, .n = 1, .own = own->s, .at = own->at};
    if (!schema)
        return RAISE_NOMEM(err);
    m.to = str_of(schema);
    for (uint32_t i = 0; i < was->n; i++)
        if (was->relation[i]->id != id && catalog_by_id(*next, was->relation[i]->id) == was->relation[i])
            TRY(put_copy(&m, next, was->relation[i], err));
    return 0;
}
