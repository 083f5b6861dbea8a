/* SPDX-License-Identifier: Apache-2.0
 *
 * Files in FROM: the statement that would declare each as a source is written and bound, but nothing is published. */
#include "db/file_scan.h"

#include "db/execute.h"
#include "db/stream.h"
#include "plan/plan.h"
#include "sql/ast_equal.h"
#include "sql/parse.h"
#include "sql/print.h"

bool file_scans_allowed(const Node *stmt)
{
    switch ((NodeKind)stmt->kind) {
    case NODE_QUERY_STMT:
    case NODE_INSERT_STMT:
    case NODE_CREATE_RELATION_STMT: return true;
    default: return false;
    }
}

typedef struct Find {
    Arena *arena;
    uint32_t n, cap;
    const Node **call; /* FromFunction */
} Find;

static int find(void *self, Node *n)
{
    Find *f = self;
    if (plan_file_format(n) == FILE_NONE)
        return ast_each_child(n, find, f);
    if (f->n == f->cap) {
        uint32_t cap = f->cap ? 2 * f->cap : 4;
        const Node **more = ARENA_ARRAY(f->arena, const Node *, cap);
        if (!more)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < f->n; i++)
            more[i] = f->call[i];
        f->call = more;
        f->cap = cap;
    }
    f->call[f->n++] = n;
    return 0;
}

/* ---- the statement ---- */

/* 'a.csv', or a list of such: the connector's comma list. */
static int put_path(const Node *arg, StrBuf *b, bool *ret_tabs, Err *err)
{
    const NodeList one = {(Node *)arg, (Node *)arg, 1, arg->depth};
    const NodeList *list = arg->kind == NODE_EXPR_ARRAY ? &AST(ExprArray, arg)->items : &one;
    StrBuf path;
    sb_init(&path, b->acct);
    uint32_t i = 0;
    for (const Node *n = list->first; n && i < list->n; n = n->next, i++) {
        if (n->kind != NODE_EXPR_LITERAL || AST(ExprLiteral, n)->kind != LITERAL_STRING) {
            sb_done(&path);
            return RAISE_AT(err, ERR_UNSUPPORTED, n->at, "the path of a file in FROM is a text that stands there");
        }
        Str s = AST(ExprLiteral, n)->text;
        sb_puts(&path, i ? "," : "");
        sb_putstr(&path, s);
        *ret_tabs |= s.n > 4 && str_eq_nocase((Str){s.p + s.n - 4, 4}, STR(".tsv"));
    }
    sb_puts(b, "path = ");
    sql_print_string(sb_str(&path), b);
    b->failed |= path.failed;
    sb_done(&path);
    return 0;
}

/* delim => ';' and, as DuckDB writes it, delim = ';': as options of the format. */
static int put_option(const Node *arg, StrBuf *b, Err *err)
{
    static const char *const names[][2] = {{"delim", "delimiter"},
                                           {"sep", "delimiter"},
                                           {"nullstr", "null"},
                                           {"skip", "skip_rows"}};
    const Node *value = NULL;
    Str name = {0};
    if (arg->kind == NODE_EXPR_NAMED_ARG) {
        name = AST(ExprNamedArg, arg)->name.s;
        value = AST(ExprNamedArg, arg)->value;
    } else if (arg->kind == NODE_EXPR_BINARY && AST(ExprBinary, arg)->op == SQL_OP_EQ &&
               AST(ExprBinary, arg)->left->kind == NODE_EXPR_COLUMN) {
        name = name_last(&AST(ExprColumn, AST(ExprBinary, arg)->left)->name)->s;
        value = AST(ExprBinary, arg)->right;
    }
    if (!value || value->kind != NODE_EXPR_LITERAL)
        return RAISE_AT(err, ERR_UNSUPPORTED, arg->at, "options of a file in FROM are written name => literal");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(name, str_of(names[i][0])))
            name = str_of(names[i][1]);
    const ExprLiteral *l = AST(ExprLiteral, value);
    sb_puts(b, ", ");
    sql_print_ident(name, b);
    sb_puts(b, " = ");
    if (l->kind == LITERAL_BOOL)
        sb_puts(b, l->flag ? "true" : "false");
    else if (l->kind == LITERAL_STRING)
        sql_print_string(l->text, b);
    else
        sb_putstr(b, l->text);
    return 0;
}

static int put_statement(const Node *n, StrBuf *b, Err *err)
{
    const ExprCall *c = AST(FromFunction, n)->call;
    FileFormat format = plan_file_format(n);
    bool tabs = false;
    if (format == FILE_PARQUET)
        return RAISE_AT(err, ERR_UNSUPPORTED, n->at, "files in Parquet are not supported");
    if (c->args.n == 0)
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, n->at, "a file in FROM needs its path");
    sb_puts(b, "CREATE SOURCE file FROM FILE (");
    TRY(put_path(c->args.first, b, &tabs, err));
    for (const Node *arg = c->args.first->next; arg; arg = arg->next)
        TRY(put_option(arg, b, err));
    sb_printf(b, ", format = '%s', on_error = 'fail')", format == FILE_JSON ? "json" : tabs ? "tsv" : "csv");
    return b->failed ? RAISE_NOMEM(err) : 0;
}

/* ---- the source ---- */

static int bind_file_source(Database *db, const CreateRelationStmt *c, Arena *arena, Relation *r, Err *err)
{
    StmtContext x = {.db = db, .arena = arena};
    const SourceType *type = NULL;
    _cleanup_(schema_unrefp) Schema *columns = NULL;
    TRY(source_connector(&x, c, r, &type, &columns, err));
    PlanContext ctx = plan_context(db, db->catalog, NULL);
    ctx.stored_text = true;
    TRY(bind_create_source(&ctx, c, columns, r, err));
    r->ddl = "";
    return 0;
}

static int open_one(Database *db, const Node *n, uint64_t id, Arena *arena, Relation **ret, Err *err)
{
    const char *key;
    _cleanup_(sb_done) StrBuf b;
    ScriptStmt s;
    Err why = ERR_INIT;
    sb_init(&b, &db->acct);
    TRY(put_statement(n, &b, err));
    const char *text = arena_strndup(arena, sb_cstr(&b), b.n);
    if (!text)
        return RAISE_NOMEM(err);
    TRY(plan_file_key(arena, n, &key, err));
    int rc = sql_parse_one(arena, text, (uint32_t)b.n, &s, &why);
    *ret = rc == 0 ? relation_new(db->catalog, &db->acct, REL_SOURCE, key) : NULL;
    if (rc == 0)
        rc = *ret ? bind_file_source(db, AST(CreateRelationStmt, s.node), arena, *ret, &why) : RAISE_NOMEM(&why);
    if (rc == 0) {
        (*ret)->id = id;
        return 0;
    }
    *ret = relation_unref(*ret);
    if (err) {
        *err = why;
        err->at = n->at; /* it was another text */
    }
    return rc;
}

int file_scans_open(Database *db, const Node *tree, Arena *arena, FileScans *ret, Err *err)
{
    Find f = {.arena = arena};
    *ret = (FileScans){0};
    if (find(&f, (Node *)tree) < 0)
        return RAISE_NOMEM(err);
    if (f.n == 0)
        return 0;
    ret->file = ARENA_ARRAY(arena, Relation *, f.n);
    if (!ret->file)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < f.n; i++) {
        int rc = open_one(db, f.call[i], UINT64_MAX - 1 - i, arena, &ret->file[ret->n], err);
        if (rc < 0) {
            file_scans_done(ret);
            return rc;
        }
        ret->n++;
    }
    return 0;
}

int file_scans_add(const FileScans *f, Catalog **c, Err *err)
{
    for (uint32_t i = 0; i < f->n; i++) {
        Catalog *next;
        if (catalog_find(*c, str_of(f->file[i]->name))) /* the same call twice */
            continue;
        TRY(catalog_with(*c, f->file[i], NULL, 0, &next, err));
        catalog_unref(*c);
        *c = next;
    }
    return 0;
}

void file_scans_done(FileScans *f)
{
    for (uint32_t i = 0; i < f->n; i++)
        relation_unref(f->file[i]);
    f->n = 0;
}

int file_scans_of(Database *db, const Node *tree, Catalog **c, Err *err)
{
    FileScans f;
    _cleanup_(arena_done) Arena arena;
    arena_init(&arena, &db->acct, 0);
    TRY(file_scans_open(db, tree, &arena, &f, err));
    int rc = file_scans_add(&f, c, err);
    file_scans_done(&f);
    return rc;
}
