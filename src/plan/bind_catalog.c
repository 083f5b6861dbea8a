/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions and casts that ask the catalog: obj_description(), pg_get_viewdef(), 'name'::regclass, current_setting().  The answers
 * for all keys are read from a column of pg_catalog while the call is bound and become one constant, which a kernel looks the
 * arguments up in: so no kernel needs a catalog, and the statement sees one moment.  What has only one answer in a database with
 * one user and one schema is that constant. */
#include "plan/bind_impl.h"

#include "func/type_oid.h"
#include "sql/ast_equal.h"
#include "sql/parse.h"

#include <stdlib.h>

#define KEYS_PER_RELATION 4096 /* of pg_description.colkey: number of the relation, then of the column */

/* ---- look-ups ---- */

typedef struct Pair {
    int64_t key;
    Str value;
} Pair;

static int pair_cmp(const void *a, const void *b)
{
    const Pair *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

uint32_t bind_system_column(const PlanRows *rows, const char *name)
{
    uint32_t i = 0;
    while (strcmp(rows->cols[i].name, name) != 0)
        i++;
    ASSERT(i < rows->n_cols);
    return i;
}

static uint32_t column_of(const PlanRows *rows, const char *name)
{
    return bind_system_column(rows, name);
}

/* The pairs as the kernel wants them: {int64 key, uint32 length, bytes}, ascending. */
static int pack(Arena *arena, const PlanRows *rows, const char *key, const char *value, Expr **ret, Span at, Err *err)
{
    uint32_t k = column_of(rows, key), v = column_of(rows, value), n = 0;
    size_t bytes = 0;
    Pair *pair = ARENA_ARRAY(arena, Pair, rows->n + 1);
    if (!pair)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < rows->n; i++) {
        if (rows->row[i][k].is_null || rows->row[i][v].is_null)
            continue;
        pair[n] = (Pair){rows->row[i][k].i64, rows->row[i][v].str};
        bytes += sizeof(int64_t) + sizeof(uint32_t) + pair[n++].value.n;
    }
    qsort(pair, n, sizeof(*pair), pair_cmp);
    char *p = arena_alloc(arena, bytes + 1);
    if (!p)
        return RAISE_NOMEM(err);
    Value all = {.type = TYPE(BYTEA), .str = {p, bytes}};
    for (uint32_t i = 0; i < n; i++) {
        uint32_t length = (uint32_t)pair[i].value.n;
        memcpy(p, &pair[i].key, sizeof(int64_t));
        memcpy(p + sizeof(int64_t), &length, sizeof(length));
        memcpy(p + sizeof(int64_t) + sizeof(length), pair[i].value.p, length);
        p += sizeof(int64_t) + sizeof(length) + length;
    }
    *ret = expr_const(arena, &all, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int look_up(const ExprScope *x, Expr *key, const char *relation, const char *key_col, const char *value_col, Span at,
                   Expr **ret, Err *err)
{
    Binder *b = x->b;
    PlanRows rows;
    Expr *arg[2];
    int there = bind_system_rows(b, SCHEMA_PG_CATALOG, str_of(relation), at, &rows, err);
    TRY(there);
    if (!there)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "the catalog cannot be asked here");
    TRY(expr_cast(b->arena, key, TYPE(I64), CAST_EXPLICIT, false, &arg[0], err));
    TRY(pack(b->arena, &rows, key_col, value_col, &arg[1], at, err));
    return expr_call(b->arena, STR("catalog lookup"), arg, 2, at, ret, err);
}

int bind_system_table(const ExprScope *x, const char *relation, Span at, PlanRows *ret, Err *err)
{
    int there = bind_system_rows(x->b, SCHEMA_PG_CATALOG, str_of(relation), at, ret, err);
    TRY(there);
    return there ? 0 : RAISE_AT(err, ERR_UNSUPPORTED, at, "the catalog cannot be asked here");
}

static int system_rows(const ExprScope *x, const char *relation, Span at, PlanRows *ret, Err *err)
{
    return bind_system_table(x, relation, at, ret, err);
}

/* ---- functions ---- */

typedef enum AnswerKind {
    ANSWER_LOOKUP, /* column `value` of the row of `relation` whose `key` is the first argument */
    ANSWER_TEXT,   /* `value`, whatever the arguments */
    ANSWER_TRUE,
    ANSWER_FALSE,
    ANSWER_NULL,  /* there is nothing of the kind: a NULL text */
    ANSWER_ONLY,  /* column `value` of the first row of `relation` */
    ANSWER_FIRST, /* the first argument, as a text */
} AnswerKind;

typedef struct CatalogFunction {
    const char *name;
    uint8_t n_min, n_max;
    AnswerKind kind;
    TypeId type; /* of the result: T_TEXT, or what the text is read as */
    const char *value, *relation, *key;
} CatalogFunction;

#define LOOKUP(n, min, max, t, relation, key, value)                                                                               \
    {                                                                                                                              \
        n, min, max, ANSWER_LOOKUP, t, value, relation, key                                                                        \
    }
#define TRUE_OF(n, min, max)                                                                                                       \
    {                                                                                                                              \
        n, min, max, ANSWER_TRUE, T_BOOL, NULL, NULL, NULL                                                                         \
    }
#define ALWAYS(n, min, max, kind, t, v)                                                                                            \
    {                                                                                                                              \
        n, min, max, kind, t, v, NULL, NULL                                                                                        \
    }
static const CatalogFunction functions[] = {
    LOOKUP("pg_get_viewdef", 1, 2, T_TEXT, "pg_class", "oid", "viewdef"),
    LOOKUP("pg_get_constraintdef", 1, 2, T_TEXT, "pg_constraint", "oid", "condef"),
    LOOKUP("pg_get_indexdef", 1, 3, T_TEXT, "pg_index", "indexrelid", "indexdef"),
    LOOKUP("pg_get_function_result", 1, 1, T_TEXT, "pg_proc", "oid", "result"),
    LOOKUP("pg_get_functiondef", 1, 1, T_TEXT, "pg_proc", "oid", "definition"),
    LOOKUP("pg_get_function_arguments", 1, 1, T_TEXT, "pg_proc", "oid", "arguments"),
    LOOKUP("pg_get_function_identity_arguments", 1, 1, T_TEXT, "pg_proc", "oid", "identity"),
    LOOKUP("obj_description", 1, 2, T_TEXT, "pg_description", "relkey", "description"),
    LOOKUP("col_description", 2, 2, T_TEXT, "pg_description", "colkey", "description"),
    LOOKUP("pg_relation_size", 1, 2, T_I64, "pg_class", "oid", "size"),
    LOOKUP("pg_table_size", 1, 1, T_I64, "pg_class", "oid", "size"),
    LOOKUP("pg_total_relation_size", 1, 1, T_I64, "pg_class", "oid", "size"),
    LOOKUP("pg_table_is_visible", 1, 1, T_BOOL, "pg_class", "oid", "visible"),
    ALWAYS("pg_indexes_size", 1, 1, ANSWER_TEXT, T_I64, "0"),
    ALWAYS("shobj_description", 2, 2, ANSWER_NULL, T_TEXT, NULL),
    ALWAYS("pg_get_userbyid", 1, 1, ANSWER_TEXT, T_TEXT, DATABASE_NAME),
    ALWAYS("pg_encoding_to_char", 1, 1, ANSWER_TEXT, T_TEXT, "UTF8"),
    ALWAYS("pg_tablespace_location", 1, 1, ANSWER_TEXT, T_TEXT, ""),
    ALWAYS("pg_get_expr", 2, 3, ANSWER_FIRST, T_TEXT, NULL),
    ALWAYS("pg_get_function_sqlbody", 1, 1, ANSWER_NULL, T_TEXT, NULL),
    ALWAYS("getdatabaseencoding", 0, 0, ANSWER_TEXT, T_TEXT, "UTF8"),
    ALWAYS("pg_backend_pid", 0, 0, ANSWER_TEXT, T_I32, "1"),
    ALWAYS("inet_server_addr", 0, 0, ANSWER_NULL, T_TEXT, NULL),
    ALWAYS("inet_client_addr", 0, 0, ANSWER_NULL, T_TEXT, NULL),
    ALWAYS("inet_client_port", 0, 0, ANSWER_NULL, T_I32, NULL),
    ALWAYS("inet_server_port", 0, 0, ANSWER_NULL, T_I32, NULL),
    ALWAYS("pg_encoding_max_length", 1, 1, ANSWER_TEXT, T_I32, "4"),
    ALWAYS("pg_trigger_depth", 0, 0, ANSWER_TEXT, T_I32, "0"),
    ALWAYS("pg_char_to_encoding", 1, 1, ANSWER_TEXT, T_I32, "6"),
    {"pg_database_size", 1, 1, ANSWER_ONLY, T_I64, "size", "pg_database", NULL},
    ALWAYS("pg_get_ruledef", 1, 2, ANSWER_NULL, T_TEXT, NULL),
    ALWAYS("pg_get_triggerdef", 1, 2, ANSWER_NULL, T_TEXT, NULL),
    ALWAYS("pg_get_partkeydef", 1, 1, ANSWER_NULL, T_TEXT, NULL),
    ALWAYS("pg_get_statisticsobjdef_columns", 1, 1, ANSWER_NULL, T_TEXT, NULL),
    ALWAYS("pg_relation_is_publishable", 1, 1, ANSWER_FALSE, T_BOOL, NULL),
    ALWAYS("pg_is_other_temp_schema", 1, 1, ANSWER_FALSE, T_BOOL, NULL),
    ALWAYS("pg_is_in_recovery", 0, 0, ANSWER_FALSE, T_BOOL, NULL),
    ALWAYS("pg_my_temp_schema", 0, 0, ANSWER_TEXT, T_I64, "0"),
    TRUE_OF("pg_function_is_visible", 1, 1),
    TRUE_OF("pg_type_is_visible", 1, 1),
    TRUE_OF("pg_operator_is_visible", 1, 1),
    TRUE_OF("pg_opclass_is_visible", 1, 1),
    TRUE_OF("pg_opfamily_is_visible", 1, 1),
    TRUE_OF("pg_collation_is_visible", 1, 1),
    TRUE_OF("pg_conversion_is_visible", 1, 1),
    TRUE_OF("pg_statistics_obj_is_visible", 1, 1),
    TRUE_OF("pg_ts_config_is_visible", 1, 1),
    TRUE_OF("pg_ts_dict_is_visible", 1, 1),
    TRUE_OF("pg_ts_parser_is_visible", 1, 1),
    TRUE_OF("pg_ts_template_is_visible", 1, 1),
    TRUE_OF("has_database_privilege", 2, 3),
    TRUE_OF("has_schema_privilege", 2, 3),
    TRUE_OF("has_table_privilege", 2, 3),
    TRUE_OF("has_any_column_privilege", 2, 3),
    TRUE_OF("has_column_privilege", 3, 4),
    TRUE_OF("has_function_privilege", 2, 3),
    TRUE_OF("has_type_privilege", 2, 3),
    TRUE_OF("has_sequence_privilege", 2, 3),
    TRUE_OF("has_tablespace_privilege", 2, 3),
    TRUE_OF("has_language_privilege", 2, 3),
    TRUE_OF("has_foreign_data_wrapper_privilege", 2, 3),
    TRUE_OF("has_server_privilege", 2, 3),
    TRUE_OF("pg_has_role", 2, 3),
};

static int text_constant(const ExprScope *x, const char *text, Span at, Expr **ret, Err *err)
{
    Value v = value_null(TYPE(TEXT));
    if (text)
        v = (Value){.type = TYPE(TEXT), .str = str_of(text)};
    *ret = expr_const(x->b->arena, &v, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int as_type(const ExprScope *x, TypeId t, Expr **e, Err *err)
{
    return t == T_TEXT ? 0 : expr_cast(x->b->arena, *e, (Type){.id = (uint8_t)t}, CAST_EXPLICIT, false, e, err);
}

/* NULL where the argument is, else yes. */
static int truth(const ExprScope *x, bool is, Expr *const *arg, uint32_t n, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Value yes = {.type = TYPE(BOOL), .b = is}, null = value_null(TYPE(BOOL));
    Expr *answer = expr_const(a, &yes, at), *nothing = expr_const(a, &null, at), *absent;
    if (!answer || !nothing)
        return RAISE_NOMEM(err);
    bool constant = n > 0 && arg[0]->kind == EXPR_CONST;
    *ret = constant && arg[0]->value.is_null ? nothing : answer;
    if (n == 0 || constant)
        return 0;
    TRY(expr_call(a, STR("is null"), (Expr *[]){arg[0]}, 1, at, &absent, err));
    return expr_case(a, &absent, &nothing, 1, answer, at, ret, err);
}

static bool is_text(const Expr *e, Str text)
{
    return e->kind == EXPR_CONST && !e->value.is_null && (e->type.id == T_UNKNOWN || e->type.id == T_TEXT) &&
           str_eq(e->value.str, text);
}

/* Column n of an index, its whole definition where n is 0. */
static int index_column(const ExprScope *x, Expr *const *arg, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Expr *column[2], *whole, *is_zero, *number;
    Value zero = {.type = TYPE(I32)};
    TRY(look_up(x, arg[0], "pg_index", "indexrelid", "keydefs", at, &column[0], err));
    TRY(look_up(x, arg[0], "pg_index", "indexrelid", "indexdef", at, &whole, err));
    TRY(expr_cast(a, column[0], type_array(TYPE(TEXT)), CAST_EXPLICIT, false, &column[0], err));
    TRY(expr_cast(a, arg[1], TYPE(I32), CAST_ASSIGN, false, &number, err));
    TRY(expr_call(a, STR("array_element"), (Expr *[]){column[0], number}, 2, at, &column[1], err));
    Expr *none = expr_const(a, &zero, at);
    if (!none)
        return RAISE_NOMEM(err);
    TRY(expr_call(a, STR("="), (Expr *[]){number, none}, 2, at, &is_zero, err));
    return expr_case(a, &is_zero, &whole, 1, column[1], at, ret, err);
}

/* A literal where PostgreSQL's parameter is a regclass, or, of pg_get_viewdef, the name of a view. */
static bool names_relation(const CatalogFunction *f, const Expr *arg)
{
    bool of_relation = str_eq(str_of(f->relation), STR("pg_class")) && !str_eq(str_of(f->name), STR("pg_table_is_visible"));
    return of_relation && arg->kind == EXPR_CONST && arg->type.id == T_UNKNOWN && !arg->value.is_null;
}

/* Which key of the relation the arguments make. */
static int answer_lookup(const ExprScope *x, const CatalogFunction *f, Expr *const *arg, uint32_t n, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    const char *column = f->key;
    Expr *key = arg[0];
    if (names_relation(f, key))
        TRY(bind_regclass(x, key, false, at, &key, err));
    if (str_eq(str_of(f->name), STR("col_description"))) {
        Value per = {.type = TYPE(I64), .i64 = KEYS_PER_RELATION};
        Expr *times = expr_const(a, &per, at), *number;
        if (!times)
            return RAISE_NOMEM(err);
        TRY(expr_cast(a, key, TYPE(I64), CAST_EXPLICIT, false, &key, err));
        TRY(expr_call(a, STR("*"), (Expr *[]){key, times}, 2, at, &key, err));
        TRY(expr_cast(a, arg[1], TYPE(I64), CAST_EXPLICIT, false, &number, err));
        TRY(expr_call(a, STR("+"), (Expr *[]){key, number}, 2, at, &key, err));
    }
    if (str_eq(str_of(f->name), STR("obj_description")) && n == 2) {
        if (is_text(arg[1], STR("pg_proc")))
            column = "prockey";
        else if (is_text(arg[1], STR("pg_constraint")))
            column = "conkey";
        else if (!is_text(arg[1], STR("pg_class")) && !is_text(arg[1], STR("pg_type")))
            return text_constant(x, NULL, at, ret, err);
    }
    if (str_eq(str_of(f->name), STR("pg_get_indexdef")) && n == 3 &&
        !(arg[1]->kind == EXPR_CONST && arg[1]->type.id == T_I32 && arg[1]->value.i32 == 0))
        return index_column(x, arg, at, ret, err);
    TRY(look_up(x, key, f->relation, column, f->value, at, ret, err));
    return as_type(x, f->type, ret, err);
}

static int answer(const ExprScope *x, const CatalogFunction *f, Expr *const *arg, uint32_t n, Span at, Expr **ret, Err *err)
{
    switch (f->kind) {
    case ANSWER_LOOKUP: return answer_lookup(x, f, arg, n, at, ret, err);
    case ANSWER_TRUE: TRY(bind_privilege_check(x, str_of(f->name), arg, n, at, err)); return truth(x, true, arg, n, at, ret, err);
    case ANSWER_FALSE: return truth(x, false, arg, n, at, ret, err);
    case ANSWER_ONLY: {
        PlanRows rows;
        TRY(system_rows(x, f->relation, at, &rows, err));
        *ret = rows.n ? expr_const(x->b->arena, &rows.row[0][column_of(&rows, f->value)], at) : NULL;
        return *ret ? as_type(x, f->type, ret, err) : RAISE_NOMEM(err);
    }
    case ANSWER_FIRST: return expr_cast(x->b->arena, arg[0], TYPE(TEXT), CAST_EXPLICIT, false, ret, err);
    case ANSWER_TEXT:
    case ANSWER_NULL: break;
    }
    TRY(text_constant(x, f->value, at, ret, err));
    return as_type(x, f->type, ret, err);
}

/* ---- settings ---- */

/* One arm per setting: the names are not constant. */
static int any_setting(const ExprScope *x, Expr *name, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    PlanRows rows;
    TRY(system_rows(x, "pg_settings", at, &rows, err));
    Expr **when = ARENA_ARRAY(a, Expr *, rows.n + 1), **then = ARENA_ARRAY(a, Expr *, rows.n + 1);
    if (!when || !then)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < rows.n; i++) {
        Expr *one = expr_const(a, &rows.row[i][column_of(&rows, "name")], at);
        then[i] = expr_const(a, &rows.row[i][column_of(&rows, "setting")], at);
        if (!one || !then[i])
            return RAISE_NOMEM(err);
        TRY(expr_call(a, STR("="), (Expr *[]){name, one}, 2, at, &when[i], err));
    }
    return expr_case(a, when, then, rows.n, NULL, at, ret, err);
}

static int setting(const ExprScope *x, Expr *const *arg, uint32_t n, Span at, Expr **ret, Err *err)
{
    const PlanContext *ctx = x->b->ctx;
    const Expr *name = arg[0];
    Str value;
    bool text = name->kind == EXPR_CONST && !name->value.is_null && (name->type.id == T_UNKNOWN || name->type.id == T_TEXT);
    Expr *ok = n == 2 ? arg[1] : NULL;
    if (ok)
        TRY(expr_condition(x->b->arena, ok, "current_setting", &ok, err));
    if (ok && ok->kind != EXPR_CONST)
        return bind_unsupported(err, at, "current_setting() with another argument than a constant for missing_ok is");
    if (ok && ok->value.is_null)
        return text_constant(x, NULL, at, ret, err);
    bool missing_ok = ok && ok->value.b;
    if (!x->b->state->inputs_end || !ctx->system)
        return bind_unsupported(err, at, "current_setting() other than in a statement that ends is");
    if (!text)
        return any_setting(x, arg[0], at, ret, err);
    Err why = ERR_INIT;
    int rc = ctx->system->setting(ctx, name->value.str, x->b->arena, &value, &why);
    if (rc < 0 && missing_ok && why.code == ERR_UNDEFINED_OBJECT)
        return text_constant(x, NULL, at, ret, err);
    if (rc < 0) {
        why.at = name->at;
        if (err)
            *err = why;
        return rc;
    }
    return text_constant(x, value.p, at, ret, err);
}

/* What is kept means `public` alone (search_path is not kept with it). */
static int path_of(const ExprScope *x, const char *function, Span at, const char *const **ret, uint32_t *ret_n, Err *err)
{
    static const char *const made[] = {"public"};
    const PlanContext *ctx = x->b->ctx;
    *ret = made;
    *ret_n = 1;
    if (!ctx->system || ctx->replaying)
        return 0;
    TRY(ctx->system->path(ctx, x->b->arena, ret, ret_n, err));
    if (x->b->state->inputs_end || (*ret_n == 1 && strcmp(**ret, made[0]) == 0))
        return 0;
    return RAISE_AT(err, ERR_UNSUPPORTED, at,
                    "%s() in a query that goes on, under another search_path than public, is not supported", function);
}

static int current_schema(const ExprScope *x, Span at, Expr **ret, Err *err)
{
    const char *const *path;
    uint32_t n;
    TRY(path_of(x, "current_schema", at, &path, &n, err));
    return text_constant(x, n ? path[0] : NULL, at, ret, err);
}

/* As the text of an array. */
static const char *list_of(Arena *arena, const char *first, const char *const *path, uint32_t n)
{
    StrBuf b;
    sb_init(&b, NULL);
    sb_putc(&b, '{');
    sb_puts(&b, first);
    for (uint32_t i = 0; i < n; i++) {
        sb_puts(&b, b.n > 1 ? ",\"" : "\"");
        for (const char *p = path[i]; *p; p++)
            sb_printf(&b, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
        sb_putc(&b, '"');
    }
    sb_putc(&b, '}');
    const char *copy = b.failed ? NULL : arena_strdup(arena, sb_cstr(&b));
    sb_done(&b);
    return copy;
}

/* Those that are searched; with true also the one that needs no mention. */
static int schemas(const ExprScope *x, Expr *implicit, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Expr *e[2], *list[2];
    const char *const *path;
    uint32_t n;
    TRY(path_of(x, "current_schemas", at, &path, &n, err));
    bool said = false;
    for (uint32_t i = 0; i < n; i++)
        said |= strcmp(path[i], schema_name(SCHEMA_PG_CATALOG)) == 0;
    const char *text[] = {list_of(a, said ? "" : schema_name(SCHEMA_PG_CATALOG), path, n), list_of(a, "", path, n)};
    if (!text[0] || !text[1])
        return RAISE_NOMEM(err);
    TRY(expr_condition(a, implicit, "current_schemas", &e[0], err));
    TRY(expr_call(a, STR("not"), &e[0], 1, at, &e[1], err));
    for (uint32_t i = 0; i < 2; i++) {
        TRY(text_constant(x, text[i], at, &list[i], err));
        TRY(expr_cast(a, list[i], type_array(TYPE(TEXT)), CAST_EXPLICIT, false, &list[i], err));
    }
    return expr_case(a, e, list, 2, NULL, at, ret, err);
}

/* The kernel knows the types that are built in, the catalog those of CREATE TYPE. */
static int format_type(const ExprScope *x, Expr *const *arg, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    const Catalog *c = x->b->ctx->catalog;
    Expr *name[2];
    bool made = catalog_kind(c, REL_TYPE).n > 0 || catalog_kind(c, REL_DOMAIN).n > 0;
    TRY(expr_call(a, STR("format_type"), arg, 2, at, &name[1], err));
    *ret = name[1];
    if (!made || !x->b->state->inputs_end || !x->b->ctx->system)
        return 0;
    TRY(look_up(x, arg[0], "pg_type", "oid", "made", at, &name[0], err));
    return expr_coalesce(a, name, 2, at, ret, err);
}

/* schema."Name" as in SQL: unquoted parts in lower case. */
static int split_name(Arena *arena, Str text, Str *ret_schema, Str *ret_name, Err *err)
{
    char *p = arena_alloc(arena, text.n + 2), *start = p;
    if (!p)
        return RAISE_NOMEM(err);
    bool quoted = false;
    *ret_schema = (Str){NULL, 0};
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"' && quoted && i + 1 < text.n && text.p[i + 1] == '"')
            *p++ = text.p[i++];
        else if (c == '"')
            quoted = !quoted;
        else if (c == '.' && !quoted) {
            *ret_schema = (Str){start, (size_t)(p - start)};
            start = p;
        } else
            *p++ = (char)(quoted || c < 'A' || c > 'Z' ? c : c + 'a' - 'A');
    }
    *ret_name = (Str){start, (size_t)(p - start)};
    return 0;
}

static int sequence_text(const ExprScope *x, const Relation *r, const char *name, Span at, Expr **ret, Err *err)
{
    const char *text = bind_sequence_text(x->b->arena, r, name);
    return text ? text_constant(x, text, at, ret, err) : RAISE_NOMEM(err);
}

/* A relation that statements have made; schema.p NULL = in public. */
static const Relation *find_in(const Catalog *c, Arena *arena, Str schema, Str name)
{
    Name n = {.part = (Ident[]){{.s = schema}, {.s = name}}, .n_parts = 2};
    if (!schema.p)
        return catalog_find(c, name);
    return name_set_key(arena, &n) ? catalog_find(c, name_key(&n)) : NULL;
}

/* The sequence that a column owns or numbers by, as nextval() takes it. */
static int serial_sequence(const ExprScope *x, Expr *const *arg, Span at, Expr **ret, Err *err)
{
    const Catalog *c = x->b->ctx->catalog;
    Str schema, name;
    for (uint32_t i = 0; i < 2; i++)
        if (arg[i]->kind != EXPR_CONST || (arg[i]->type.id != T_UNKNOWN && arg[i]->type.id != T_TEXT))
            return bind_serial_sequence_of(x, arg, at, ret, err);
    if (arg[0]->value.is_null || arg[1]->value.is_null)
        return text_constant(x, NULL, at, ret, err);
    TRY(split_name(x->b->arena, arg[0]->value.str, &schema, &name, err));
    const Relation *t = find_in(c, x->b->arena, schema, name);
    if (!t)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, at, "relation \"%.*s\" does not exist", (int)arg[0]->value.str.n,
                        arg[0]->value.str.p);
    Str column = arg[1]->value.str;
    if (!t->schema || schema_find(t->schema, column) < 0)
        return relation_no_column(t, column, at, err);
    Relations owned = catalog_belonging(c, REL_SEQUENCE, t->id);
    for (uint32_t i = 0; i < owned.n; i++) {
        const Relation *r = owned.relation[i];
        if (str_eq(str_of(r->indexed[0].name), column))
            return sequence_text(x, r, r->own, at, ret, err);
    }
    if (t->varies && t->varies[schema_find(t->schema, column)].identity) {
        const char *made = arena_printf(x->b->arena, "%s_%.*s_seq", t->own, (int)column.n, column.p);
        return made ? sequence_text(x, t, made, at, ret, err) : RAISE_NOMEM(err);
    }
    return text_constant(x, NULL, at, ret, err);
}

static size_t reg_function(Str name);
static int to_reg(const ExprScope *x, size_t which, Expr *e, Span at, Expr **ret, Err *err);

int bind_catalog_call(const ExprScope *x, Str name, Expr *const *arg, uint32_t n, Span at, Expr **ret, Err *err)
{
    *ret = NULL;
    if (str_eq(name, STR("current_setting")) && (n == 1 || n == 2))
        return setting(x, arg, n, at, ret, err);
    if (str_eq(name, STR("pg_sleep")))
        return bind_unsupported(err, at, "pg_sleep() but as all that a SELECT has is");
    if (str_eq(name, STR("set_config")))
        return bind_unsupported(err, at, "set_config() but in a SELECT of nothing else, with constants, is");
    if (str_eq(name, STR("current_schemas")) && n == 1)
        return schemas(x, arg[0], at, ret, err);
    if (str_eq(name, STR("current_schema")) && n == 0)
        return current_schema(x, at, ret, err);
    if (str_eq(name, STR("format_type")) && n == 2)
        return format_type(x, arg, at, ret, err);
    if (str_eq(name, STR("pg_get_serial_sequence")) && n == 2)
        return serial_sequence(x, arg, at, ret, err);
    if (n == 1 && str_starts(name, STR("to_reg")))
        TRY(to_reg(x, reg_function(name), arg[0], at, ret, err));
    if (*ret)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(functions); i++)
        if (n >= functions[i].n_min && n <= functions[i].n_max && str_eq(name, str_of(functions[i].name)))
            return answer(x, &functions[i], arg, n, at, ret, err);
    return 0;
}

/* ---- casts: names to numbers when they are constants, numbers to names ---- */

static int number(const ExprScope *x, int64_t v, Span at, Expr **ret, Err *err)
{
    Value oid = {.type = TYPE(I64), .i64 = v};
    *ret = expr_const(x->b->arena, &oid, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* The row of a relation whose column has the text; -1 = none. */
static int64_t row_named(const PlanRows *rows, const char *column, Str text, const char *also, int64_t value)
{
    uint32_t c = column_of(rows, column), a = also ? column_of(rows, also) : 0;
    for (uint32_t i = 0; i < rows->n; i++)
        if (!rows->row[i][c].is_null && str_eq(rows->row[i][c].str, text) && (!also || rows->row[i][a].i64 == value))
            return i;
    return -1;
}

int bind_regclass(const ExprScope *x, Expr *e, bool missing_ok, Span at, Expr **ret, Err *err)
{
    static const SchemaId without[] = {SCHEMA_PUBLIC, SCHEMA_PG_CATALOG, SCHEMA_LAMINAR, SCHEMA_INFORMATION};
    Arena *a = x->b->arena;
    PlanRows classes, schemas;
    Str schema, name;
    int64_t digits, row = -1, in = -1;
    if (e->kind != EXPR_CONST && e->type.id == T_TEXT)
        return bind_regclass_of(x, e, missing_ok, at, ret, err);
    if (e->kind != EXPR_CONST || e->value.is_null || (e->type.id != T_UNKNOWN && e->type.id != T_TEXT))
        return look_up(x, e, "pg_class", "oid", "regname", at, ret, err);
    if (str_to_i64(e->value.str, &digits))
        return number(x, digits, at, ret, err);
    TRY(split_name(a, e->value.str, &schema, &name, err));
    TRY(system_rows(x, "pg_class", at, &classes, err));
    TRY(system_rows(x, "pg_namespace", at, &schemas, err));
    for (size_t i = 0; i < (schema.p ? 1 : ARRAY_LEN(without)) && row < 0; i++) {
        in = row_named(&schemas, "nspname", schema.p ? schema : str_of(schema_name(without[i])), NULL, 0);
        if (in >= 0)
            row = row_named(&classes, "relname", name, "relnamespace", schemas.row[in][column_of(&schemas, "oid")].i64);
    }
    if (row >= 0)
        return number(x, classes.row[row][column_of(&classes, "oid")].i64, at, ret, err);
    Value none = value_null(TYPE(I64));
    *ret = missing_ok ? expr_const(a, &none, at) : NULL;
    if (missing_ok)
        return *ret ? 0 : RAISE_NOMEM(err);
    if (schema.p && in < 0)
        return RAISE_AT(err, ERR_UNDEFINED_SCHEMA, at, "schema \"%.*s\" does not exist", (int)schema.n, schema.p);
    return RAISE_AT(err, ERR_UNDEFINED_RELATION, at, "relation \"%.*s\" does not exist", (int)e->value.str.n, e->value.str.p);
}

static const struct RegKind {
    const char *name, *relation, *column, *what;
    ErrCode missing;
} regs[] = {
    {"regclass", "pg_class", "regname", "relation", ERR_UNDEFINED_RELATION},
    {"regtype", "pg_type", "typname", "type", ERR_UNDEFINED_OBJECT},
    {"regproc", "pg_proc", "proname", "function", ERR_UNDEFINED_FUNCTION},
    {"regprocedure", "pg_proc", "proname", "function", ERR_UNDEFINED_FUNCTION},
    {"regnamespace", "pg_namespace", "nspname", "schema", ERR_UNDEFINED_SCHEMA},
    {"regrole", "pg_authid", "rolname", "role", ERR_UNDEFINED_OBJECT},
};
enum { REG_CLASS, REG_TYPE, REG_PROC, REG_PROCEDURE };

static int reg_missing(const ExprScope *x, const struct RegKind *k, Str text, bool missing_ok, Span at, Expr **ret, Err *err)
{
    Value none = value_null(TYPE(I64));
    if (!missing_ok)
        return RAISE_AT(err, k->missing, at, "%s \"%.*s\" does not exist", k->what, (int)MIN(text.n, (size_t)64), text.p);
    *ret = expr_const(x->b->arena, &none, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* lower, pg_catalog.lower; with the types of the arguments lower(text).  The row of pg_proc, -1 = none, or an error. */
static int64_t function_row(const ExprScope *x, const PlanRows *rows, Str text, Span at, Err *err)
{
    Str schema, name, types;
    bool typed = str_cut(text, '(', &text, &types);
    uint32_t n = column_of(rows, "proname"), identity = column_of(rows, "identity");
    int64_t found = -1;
    TRY(split_name(x->b->arena, text, &schema, &name, err));
    if (schema.p && !str_eq(schema, STR("pg_catalog")) && !str_eq(schema, STR("public")))
        return -1;
    for (uint32_t i = 0; i < rows->n; i++) {
        const Value *v = rows->row[i];
        if (!str_eq(v[n].str, name) || (typed && (types.n == 0 || !str_eq(v[identity].str, (Str){types.p, types.n - 1}))))
            continue;
        if (found >= 0 && !typed)
            return RAISE_AT(err, ERR_AMBIGUOUS_FUNCTION, at, "more than one function named \"%.*s\"", (int)name.n, name.p);
        found = i;
    }
    return found;
}

/* Names of functions, schemas and roles. */
static int other_reg(const ExprScope *x, Expr *e, const struct RegKind *k, bool missing_ok, Span at, Expr **ret, Err *err)
{
    PlanRows rows;
    Str schema, name;
    int64_t digits, row;
    bool constant = e->kind == EXPR_CONST && !e->value.is_null && (e->type.id == T_UNKNOWN || e->type.id == T_TEXT);
    if (!constant)
        return look_up(x, e, k->relation, "oid", k->column, at, ret, err);
    if (str_to_i64(e->value.str, &digits))
        return number(x, digits, at, ret, err);
    TRY(system_rows(x, k->relation, at, &rows, err));
    if (k->missing == ERR_UNDEFINED_FUNCTION) {
        row = function_row(x, &rows, e->value.str, at, err);
        TRY(row < -1 ? (int)row : 0);
    } else {
        TRY(split_name(x->b->arena, e->value.str, &schema, &name, err));
        row = row_named(&rows, k->column, name, NULL, 0);
    }
    if (row >= 0)
        return number(x, rows.row[row][column_of(&rows, "oid")].i64, at, ret, err);
    if (str_eq(e->value.str, STR("array_in")) || str_eq(e->value.str, STR("pg_catalog.array_in")))
        return number(x, OID_ARRAY_IN, at, ret, err);
    return reg_missing(x, k, e->value.str, missing_ok, at, ret, err);
}

/* As it is written in SQL: "timestamp with time zone", "numeric(10, 2)", int8[]. */
static int type_written(const ExprScope *x, Str text, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Node *cast = NULL;
    Type t;
    const char *sql = arena_printf(a, "CAST(NULL AS %.*s)", (int)text.n, text.p);
    if (!sql)
        return RAISE_NOMEM(err);
    bool known = sql_parse_expr_at(a, sql, (uint32_t)strlen(sql), at, &cast, NULL) == 0 && cast->kind == NODE_EXPR_CAST &&
                 bind_type(x->b->ctx->catalog, AST(ExprCast, cast)->type, &t, NULL) == 0 && pg_type_oid(t);
    return known ? number(x, pg_type_oid(t), at, ret, err)
                 : RAISE_AT(err, ERR_UNDEFINED_OBJECT, at, "type \"%.*s\" does not exist", (int)text.n, text.p);
}

static int type_number(const ExprScope *x, const Expr *e, Span at, Expr **ret, Err *err)
{
    PlanRows rows;
    int64_t digits;
    if (str_to_i64(e->value.str, &digits))
        return number(x, digits, at, ret, err);
    TRY(system_rows(x, "pg_type", at, &rows, err));
    int64_t row = row_named(&rows, "typname", e->value.str, NULL, 0);
    return row < 0 ? type_written(x, e->value.str, at, ret, err)
                   : number(x, rows.row[row][column_of(&rows, "oid")].i64, at, ret, err);
}

static int regtype(const ExprScope *x, Expr *e, Span at, Expr **ret, Err *err)
{
    Value none = value_null(TYPE(I32));
    Expr *mod = expr_const(x->b->arena, &none, at);
    if (e->type.id == T_TEXT) { /* of pg_typeof: a name already */
        *ret = e;
        return 0;
    }
    if (e->type.id == T_UNKNOWN && !e->value.is_null)
        return type_number(x, e, at, ret, err);
    if (!mod)
        return RAISE_NOMEM(err);
    TRY(expr_cast(x->b->arena, e, TYPE(I64), CAST_EXPLICIT, false, &e, err));
    return format_type(x, (Expr *[]){e, mod}, at, ret, err);
}

static size_t reg_kind(const TypeName *t)
{
    Str name = name_last(&t->name)->s;
    size_t which = 0;
    while (which < ARRAY_LEN(regs) && !str_eq(name, str_of(regs[which].name)))
        which++;
    return t->n_dims || t->args.n || t->fields.n ? ARRAY_LEN(regs) : which;
}

/* to_regclass() and its family: as the casts, but NULL where there is no such name. */
static size_t reg_function(Str name)
{
    Str prefix = STR("to_");
    size_t which = 0;
    if (!str_starts(name, prefix))
        return ARRAY_LEN(regs);
    while (which < ARRAY_LEN(regs) && !str_eq((Str){name.p + prefix.n, name.n - prefix.n}, str_of(regs[which].name)))
        which++;
    return which;
}

static int to_reg(const ExprScope *x, size_t which, Expr *e, Span at, Expr **ret, Err *err)
{
    bool constant = e->kind == EXPR_CONST && !e->value.is_null;
    Err why = ERR_INIT;
    if (which == ARRAY_LEN(regs))
        return 0;
    if (which == REG_CLASS)
        return bind_regclass(x, e, true, at, ret, err);
    if (!constant && e->kind != EXPR_CONST)
        return bind_unsupported(err, at, "to_regtype() and the like of other than constants are");
    if (!constant)
        return reg_missing(x, &regs[which], STR(""), true, at, ret, err);
    if (which != REG_TYPE)
        return other_reg(x, e, &regs[which], true, at, ret, err);
    int rc = type_number(x, e, at, ret, &why);
    if (rc < 0 && why.code == ERR_UNDEFINED_OBJECT)
        return reg_missing(x, &regs[which], e->value.str, true, at, ret, err);
    if (rc < 0 && err)
        *err = why;
    return rc;
}

int bind_reg_text(const ExprScope *x, const ExprCast *c, Expr **ret, Err *err)
{
    Expr *e, *name[2];
    Type t;
    bool call = c->arg->kind == NODE_EXPR_CALL && AST(ExprCall, c->arg)->func.n_parts == 1;
    size_t which = c->arg->kind == NODE_EXPR_CAST ? reg_kind(AST(ExprCast, c->arg)->type)
                   : call                         ? reg_function(name_last(&AST(ExprCall, c->arg)->func)->s)
                                                  : ARRAY_LEN(regs);
    if (which == ARRAY_LEN(regs) || bind_type(x->b->ctx->catalog, c->type, &t, NULL) < 0 || t.id != T_TEXT)
        return 0;
    TRY(call ? bind_expr(x, c->arg, &e, err) : bind_reg_cast(x, AST(ExprCast, c->arg), &e, err));
    if (e->type.id == T_TEXT) {
        TRY(expr_cast(x->b->arena, e, t, CAST_EXPLICIT, false, ret, err));
        return 1;
    }
    Value none = value_null(TYPE(I32));
    Expr *mod = expr_const(x->b->arena, &none, c->node.at);
    if (!mod)
        return RAISE_NOMEM(err);
    TRY(which == REG_TYPE ? format_type(x, (Expr *[]){e, mod}, c->node.at, &name[0], err)
                          : look_up(x, e, regs[which].relation, "oid", regs[which].column, c->node.at, &name[0], err));
    TRY(expr_cast(x->b->arena, e, TYPE(TEXT), CAST_EXPLICIT, false, &name[1], err));
    TRY(expr_coalesce(x->b->arena, name, 2, c->node.at, ret, err));
    TRY(expr_cast(x->b->arena, *ret, t, CAST_EXPLICIT, false, ret, err));
    return 1;
}

int bind_reg_cast(const ExprScope *x, const ExprCast *c, Expr **ret, Err *err)
{
    size_t which = reg_kind(c->type);
    Expr *e;
    if (which == ARRAY_LEN(regs))
        return 0;
    TRY(bind_expr(x, c->arg, &e, err));
    Span at = c->node.at;
    switch (which) {
    case REG_CLASS: TRY(bind_regclass(x, e, false, at, ret, err)); break;
    case REG_TYPE: TRY(regtype(x, e, at, ret, err)); break;
    default: TRY(other_reg(x, e, &regs[which], false, at, ret, err)); break;
    }
    return 1;
}
