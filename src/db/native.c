/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of the program in the catalog: relations like those of CREATE FUNCTION, with what runs in `native`.  They are not in
 * the log: who opens a directory gives them with its configuration, before what is logged is made again; a query whose function is
 * missing then is broken until an opening that has it.  They go with the database, for plans point to them. */
#include "db/native.h"

#include <stdio.h>

#include "sql/parse.h"

#define NATIVE_IDS (UINT64_C(1) << 40) /* no relation's: their numbers are those that the log has */

int native_type(const Database *db, const char *text, bool row, Arena *arena, Type *ret, Err *err)
{
    Node *n = NULL;
    Err inner = ERR_INIT;
    StrBuf b;
    sb_init(&b, NULL);
    sb_printf(&b, row ? "CAST(NULL AS STRUCT(%s))" : "CAST(NULL AS %s)", text);
    char *expr = b.failed ? NULL : arena_strndup(arena, sb_cstr(&b), b.n);
    sb_done(&b);
    if (!expr)
        return RAISE_NOMEM(err);
    int rc = sql_parse_expr(arena, expr, (uint32_t)strlen(expr), &n, &inner);
    if (rc >= 0 && n->kind == NODE_EXPR_CAST)
        rc = bind_type(db->catalog, AST(ExprCast, n)->type, ret, &inner);
    if (rc == -ERR_SYNTAX)
        return RAISE(err, ERR_SYNTAX, "\"%s\" is no %s", text, row ? "list of columns" : "type");
    if (rc < 0 && err) {
        *err = inner;
        err->at = SPAN_NONE;
        err->line = 0;
    }
    if (rc >= 0)
        ret->length = 0;
    return rc;
}

/* ---- names ---- */

static bool is_plain_name(Str name)
{
    bool good = name.n > 0 && name.n < 64 && !(name.p[0] >= '0' && name.p[0] <= '9');
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        good &= c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
    }
    return good;
}

static bool same_arguments(const FuncDef *d, const Native *f)
{
    bool same = d->n_args == f->n_args;
    for (uint32_t i = 0; same && i < f->n_args; i++)
        same = d->arg[i] == f->arg[i].id;
    return same;
}

/* A scalar function may share the name of a built-in one, for other types. */
static bool is_built_in(const Native *f)
{
    Str name = str_of(f->name);
    bool taken = agg_find(name) != NULL;
    for (uint32_t i = 0; plan_function_at(i); i++)
        taken |= str_eq(str_of(plan_function_at(i)->name), name);
    FuncCursor at = {0};
    for (const FuncDef *d; (d = func_next(&at));)
        taken |= str_eq(str_of(d->name), name) && (f->kind != NATIVE_SCALAR || (d->flags & FN_WINDOW) || same_arguments(d, f));
    return taken;
}

/* f(integer, text): as CREATE FUNCTION names it. */
static void signature(const Native *f, StrBuf *out)
{
    sb_printf(out, "%s(", f->name);
    for (uint32_t i = 0; i < f->n_args; i++) {
        char text[256];
        type_print(f->arg[i], text, sizeof(text));
        sb_printf(out, "%s%s", i ? ", " : "", f->arg[i].id == T_DECIMAL ? "NUMERIC" : text);
    }
    sb_putc(out, ')');
}

/* One name is of functions of one kind: a call is bound by what its name is. */
static int check_free(const Database *db, const Native *f, const char *id, Err *err)
{
    size_t n = strlen(f->name);
    if (!is_plain_name(str_of(f->name)))
        return RAISE(err, ERR_INVALID_PARAMETER, "a function's name is of lower-case letters, digits and _, at most 63 bytes");
    if (is_built_in(f))
        return RAISE(err, ERR_DUPLICATE_FUNCTION, "function %s is there already: it is built in", id);
    if (catalog_find(db->catalog, str_of(id)))
        return RAISE(err, ERR_DUPLICATE_FUNCTION, "function %s already exists with same argument types", id);
    for (uint32_t i = 0; i < db->catalog->n; i++) {
        const Relation *r = db->catalog->relation[i];
        NativeKind kind = r->native ? r->native->kind : NATIVE_SCALAR;
        if (r->kind == REL_FUNCTION && strncmp(r->name, f->name, n) == 0 && r->name[n] == '(' && kind != f->kind)
            return RAISE(err, ERR_DUPLICATE_FUNCTION, "function name \"%s\" is taken by functions of another kind", f->name);
    }
    return 0;
}

/* ---- publishing ---- */

static int relation_of(Database *db, Native *f, const char *id, Relation **ret, Err *err)
{
    Field field[FUNC_ARGS_MAX + 1];
    Relation *r = relation_new(db->catalog, &db->acct, REL_FUNCTION, id);
    if (!r)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < f->n_args; i++)
        field[i] = (Field){.name = "", .type = f->arg[i]};
    field[f->n_args] = (Field){.name = "", .type = f->ret};
    r->schema = schema_new(&db->acct, field, f->n_args + 1);
    r->query = r->ddl = "";
    r->native = native_ref(f);
    r->id = NATIVE_IDS + db->n_natives++;
    *ret = r;
    return r->schema ? 0 : RAISE_NOMEM(err);
}

int db_add_native(Database *db, Native *f, Err *err)
{
    Relation *r = NULL;
    StrBuf id;
    sb_init(&id, NULL);
    signature(f, &id);
    env_lock(db->env, &db->ddl);
    int rc = id.failed ? RAISE_NOMEM(err) : check_free(db, f, sb_cstr(&id), err);
    if (rc == 0)
        rc = relation_of(db, f, sb_cstr(&id), &r, err);
    if (rc == 0)
        rc = db_publish(db, r, NULL, 0, err);
    relation_unref(r);
    env_unlock(db->env, &db->ddl);
    sb_done(&id);
    return rc;
}

int db_take_natives(Database *db, const Database *from, Err *err)
{
    for (uint32_t i = 0; i < from->catalog->n; i++) {
        Native *f = from->catalog->relation[i]->native;
        if (!f)
            continue;
        f->acct = &db->acct; /* nothing calls it there any more, and that database may go */
        TRY(db_add_native(db, f, err));
    }
    return 0;
}
