/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar_system: what the program knows: functions, types, errors, keywords, connectors, and these relations themselves. */
#include "connect/connect.h"
#include "db/system/system.h"
#include "format/format.h"
#include "func/agg.h"
#include "func/func.h"
#include "sql/lex_text.h"

#include <stdio.h>

static const char *kind_of(const FuncDef *d)
{
    return d->flags & FN_OPERATOR ? "operator" : d->flags & FN_WINDOW ? "window" : "scalar";
}

static void function_row(SysScan *s, const char *name, const char *kind, const char *help, const char *example,
                         const char *signature, const char *result)
{
    sys_text(s, name);
    sys_text(s, kind);
    sys_text(s, help);
    sys_text(s, example);
    sys_text(s, signature);
    sys_text(s, result);
    sys_end(s);
}

/* The example with another name of the function in it. */
static void example_as(const AggType *t, Str name, StrBuf *out)
{
    const char *at = t->example;
    size_t n = strlen(t->name);
    for (const char *found; (found = strstr(at, t->name)); at = found + n) {
        sb_printf(out, "%.*s", (int)(found - at), at);
        sb_putstr(out, found[n] == '(' ? name : str_of(t->name));
    }
    sb_printf(out, "%s", at);
}

static void aggregate_rows(SysScan *s, const AggType *t)
{
    Str name, args, result;
    for (uint32_t i = 0; agg_name_at(t, i, &name); i++) {
        StrBuf example;
        sb_init(&example, NULL);
        example_as(t, name, &example);
        for (uint32_t j = 0; agg_form_at(t, j, &args, &result); j++)
            function_row(s, arena_strndup(s->arena, name.p, name.n), "aggregate", t->help, sb_cstr(&example),
                         arena_strndup(s->arena, args.p, args.n), arena_strndup(s->arena, result.p, result.n));
        sb_done(&example);
    }
}

/* Of CREATE FUNCTION and of the program: the name in the catalog is the signature. */
static void user_functions(SysScan *s)
{
    static const char *const kinds[] = {"scalar", "aggregate", "table"};
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        const char *open = strchr(r->name, '(');
        if (r->kind != REL_FUNCTION || r->broken || !open)
            continue;
        char result[256], *name = arena_strndup(s->arena, r->name, (size_t)(open - r->name));
        char *args = arena_strndup(s->arena, open + 1, strlen(open + 1) - 1);
        Type type = r->schema->field[r->schema->n - 1].type;
        if (r->fn_void)
            snprintf(result, sizeof(result), "void");
        else if (function_is_open_type(type))
            snprintf(result, sizeof(result), "%s", type.id == T_ARRAY ? "anyarray" : "anyelement");
        else
            type_print(type, result, sizeof(result));
        function_row(s, name ? name : "",
                     r->fn_procedure ? "procedure"
                                     : kinds[r->native   ? r->native->kind
                                             : r->fn_set ? NATIVE_TABLE
                                                         : NATIVE_SCALAR],
                     r->native ? "a function of the program" : r->query, NULL, args ? args : "", result);
    }
}

static int functions(SysScan *s, Err *err)
{
    (void)err;
    FuncCursor at = {0};
    for (const FuncDef *d; (d = func_next(&at));) {
        StrBuf b;
        if (d->flags & FN_INTERNAL)
            continue;
        sb_init(&b, NULL);
        func_signature(d, &b);
        function_row(s, d->name, kind_of(d), d->help, d->example, sb_cstr(&b), func_type_name(d->ret));
        sb_done(&b);
    }
    for (uint32_t i = 0; agg_at(i); i++)
        aggregate_rows(s, agg_at(i));
    user_functions(s);
    for (uint32_t i = 0; plan_function_at(i); i++) {
        const PlanFunction *f = plan_function_at(i);
        function_row(s, f->name, f->kind, f->help, f->example, f->signature, f->result);
    }
    return 0;
}

static int types(SysScan *s, Err *err)
{
    (void)err;
    for (int i = 0; i < N_TYPES; i++) {
        if (i == T_UNKNOWN)
            continue;
        sys_text(s, type_id_name((TypeId)i));
        char arrow[64];
        type_print_arrow(i == T_DECIMAL ? TYPE_DECIMAL(38, 0) : (Type){.id = (uint8_t)i}, arrow, sizeof(arrow));
        if (type_bytes((TypeId)i))
            sys_int(s, type_bytes((TypeId)i));
        else
            sys_null(s);
        sys_text(s, i == T_ARRAY || i == T_STRUCT ? NULL : arrow);
        sys_bool(s, type_is_numeric((TypeId)i));
        sys_end(s);
    }
    return 0;
}

static int errors(SysScan *s, Err *err)
{
    (void)err;
    static const char *const names[] = {
#define E(name, number, sqlstate, api, text) #name,
#include "base/errors.def"
#undef E
    };
    for (int i = 0; i < (int)ARRAY_LEN(names); i++) {
        ErrCode code = (ErrCode)(i + 1);
        sys_text(s, names[i]);
        sys_text(s, err_sqlstate(code));
        if (err_number(code))
            sys_int(s, err_number(code));
        else
            sys_null(s);
        sys_int(s, err_api_code(code));
        sys_text(s, err_class_text(code));
        sys_end(s);
    }
    return 0;
}

static int keywords(SysScan *s, Err *err)
{
    static const char *const classes[] = {
        [KEYWORD_NONE] = NULL,
        [KEYWORD_NAME] = "a name anywhere",
        [KEYWORD_LABEL] = "a name, as an alias with AS only",
        [KEYWORD_COLUMN] = "a name, but of no function or type",
        [KEYWORD_FUNCTION] = "a name of a function or type only",
        [KEYWORD_RESERVED] = "reserved",
    };
    uint32_t n;
    const char *const *word = sql_keywords(&n);
    (void)err;
    for (uint32_t i = 0; i < n; i++) {
        sys_text(s, word[i]);
        sys_text(s, classes[sql_keyword_class(str_of(word[i]))]);
        sys_end(s);
    }
    return 0;
}

/* The same with PostgreSQL's letters: what may be a name, and which words may be one of a result without AS. */
static int pg_keywords(SysScan *s, Err *err)
{
    static const char *const letters[] = {NULL, "U", "U", "C", "T", "R"};
    static const char *const texts[] = {NULL,
                                        "unreserved",
                                        "unreserved",
                                        "unreserved (cannot be function or type name)",
                                        "reserved (can be function or type name)",
                                        "reserved"};
    uint32_t n;
    const char *const *word = sql_keywords(&n);
    (void)err;
    for (uint32_t i = 0; i < n; i++) {
        KeywordClass k = sql_keyword_class(str_of(word[i]));
        sys_text(s, word[i]);
        sys_text(s, letters[k]);
        sys_bool(s, k == KEYWORD_NAME);
        sys_text(s, texts[k]);
        sys_text(s, k == KEYWORD_NAME ? "can be bare label" : "requires AS");
        sys_end(s);
    }
    return 0;
}

static void option_rows(SysScan *s, const char *name, const char *kind, const OptionDef *options)
{
    for (const OptionDef *o = options; o && o->key; o++) {
        sys_text(s, name);
        sys_text(s, kind);
        sys_text(s, o->key);
        sys_text(s, o->preset);
        sys_bool(s, o->required);
        sys_text(s, o->help);
        sys_end(s);
    }
}

static int connectors(SysScan *s, Err *err)
{
    uint32_t n = 0;
    (void)err;
    const SourceType *const *sources = source_type_list(&n);
    for (uint32_t i = 0; i < n; i++)
        option_rows(s, sources[i]->name, "source", sources[i]->options);
    const SinkType *const *sinks = sink_type_list(&n);
    for (uint32_t i = 0; i < n; i++)
        option_rows(s, sinks[i]->name, "sink", sinks[i]->options);
    const FormatType *const *formats = format_list(&n);
    for (uint32_t i = 0; i < n; i++)
        option_rows(s, formats[i]->name, "format", formats[i]->options);
    return 0;
}

static int system_relations(SysScan *s, Err *err)
{
    for (uint32_t i = 0; sys_at(i); i++) {
        const SysRelation *r = sys_at(i);
        char name[64];
        Field *field;
        uint32_t n;
        TRY(sys_columns(r, s->arena, &field, NULL, &n, err));
        sys_text(s, sys_name(r, name, sizeof(name)));
        sys_text(s, schema_name(r->schema));
        sys_int(s, n);
        sys_text(s, r->help);
        sys_end(s);
    }
    return 0;
}

#define SYS(name, fill, help, columns)                                                                                             \
    {                                                                                                                              \
        SCHEMA_LAMINAR, name, columns, fill, help                                                                                  \
    }
const SysRelation sys_help[] = {
    SYS("functions", functions, "functions, operators, aggregates",
        "name text, kind text, help text, example text, signature text, result text"),
    SYS("types", types, "types", "type text, bytes int4, arrow text, is_numeric bool"),
    SYS("errors", errors, "errors by their codes", "name text, sqlstate text, number int4, api_code int4, meaning text"),
    SYS("keywords", keywords, "words of the language", "word text, may_be text"),
    SYS("connectors", connectors, "options of connectors and formats",
        "connector text, kind text, option text, default text, required bool, help text"),
    SYS("system_relations", system_relations, "these relations", "name text, schema text, columns int4, help text"),
    {0},
};

const SysRelation sys_calls[] = {
    {SCHEMA_PG_CATALOG, "pg_get_keywords", "word text, catcode text, barelabel bool, catdesc text, baredesc text", pg_keywords,
     "words of the language", NULL},
    {0},
};
