/* SPDX-License-Identifier: Apache-2.0
 *
 * What a function of CREATE FUNCTION takes and gives, as the catalogs show it: of one of the program only the parameters are known,
 * of one that SQL has made all that was declared, in its order. */
#include "db/system/pg_object.h"
#include "sql/ast.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <stdio.h>

static uint32_t count(const Relation *r)
{
    return r->n_fn_args ? r->n_fn_args : r->schema->n - 1;
}

static Field arg_at(const Relation *r, uint32_t i, ParamMode *ret_mode)
{
    *ret_mode = r->n_fn_args ? (ParamMode)r->fn_arg[i].mode : PARAM_IN;
    if (!r->n_fn_args)
        return r->schema->field[i];
    return (Field){.name = r->fn_arg[i].name, .type = r->fn_arg[i].type, .domain = r->fn_arg[i].domain};
}

static bool comes_in(ParamMode mode)
{
    return mode == PARAM_IN || mode == PARAM_INOUT || mode == PARAM_VARIADIC;
}

static void put_arg(SysScan *s, const Field *f, StrBuf *b)
{
    if (f->name[0])
        pg_put_name(b, f->name);
    sb_puts(b, f->name[0] ? " " : "");
    pg_put_field_type(s->catalog, f, b);
}

void pg_function_params(SysScan *s, const Relation *r, bool defaults)
{
    static const char *const words[] = {"", "OUT ", "INOUT ", "VARIADIC ", ""};
    uint32_t n = 0, in = 0;
    StrBuf b;
    sb_init(&b, NULL);
    for (uint32_t i = 0; i < count(r); i++) {
        ParamMode mode;
        Field f = arg_at(r, i, &mode);
        const char *preset = comes_in(mode) && r->defaults ? r->defaults[in] : NULL;
        in += comes_in(mode);
        if (mode == PARAM_TABLE)
            continue;
        sb_printf(&b, "%s%s", n++ ? ", " : "", words[mode]);
        put_arg(s, &f, &b);
        if (defaults && preset)
            sb_printf(&b, " DEFAULT %s", preset);
    }
    sys_text(s, sb_cstr(&b));
    sb_done(&b);
}

void pg_function_result(SysScan *s, const Relation *r)
{
    const Field *f = &r->schema->field[r->schema->n - 1];
    uint32_t n = 0;
    StrBuf b;
    sb_init(&b, NULL);
    for (uint32_t i = 0; i < count(r); i++) {
        ParamMode mode;
        Field column = arg_at(r, i, &mode);
        if (mode != PARAM_TABLE)
            continue;
        sb_puts(&b, n++ ? ", " : "TABLE(");
        put_arg(s, &column, &b);
    }
    if (r->fn_procedure) {
        sys_null(s);
        return;
    }
    sb_puts(&b, n ? ")" : r->fn_set ? "SETOF " : "");
    if (r->fn_void)
        sb_puts(&b, "void");
    else if (!n && f->type.id == T_STRUCT && !f->type.nested->name)
        sb_puts(&b, "record");
    else if (!n)
        pg_put_field_type(s->catalog, f, &b);
    sys_buf(s, &b);
}

/* CREATE OR REPLACE FUNCTION ..; of the program: NULL. */
void pg_function_definition(SysScan *s, const Relation *r)
{
    ScriptStmt st;
    StrBuf b;
    char *ddl = r->native || !r->ddl ? NULL : arena_strdup(s->arena, r->ddl);
    sb_init(&b, NULL);
    if (ddl && sql_parse_one(s->arena, ddl, (uint32_t)strlen(ddl), &st, NULL) == 0 && st.node->kind == NODE_CREATE_FUNCTION_STMT) {
        CreateFunctionStmt *c = AST(CreateFunctionStmt, st.node);
        c->or_replace = true;
        c->if_not_exists = false;
        sql_print(&c->node, &b);
    }
    sys_buf(s, &b);
}

/* Types that come in; then, where anything comes out, of all, and how; the names, where there are any. */
void pg_function_lists(SysScan *s, const Relation *r)
{
    static const char modes[] = "iobvt";
    bool named = false, all_in = true;
    uint32_t n_in = 0;
    StrBuf in, all, how, names;
    StrBuf *const list[] = {&in, &all, &how, &names};
    for (size_t i = 0; i < ARRAY_LEN(list); i++) {
        sb_init(list[i], NULL);
        sb_putc(list[i], '{');
    }
    for (uint32_t i = 0; i < count(r); i++) {
        ParamMode mode;
        Field f = arg_at(r, i, &mode);
        long long oid = (long long)pg_field_oid(s->catalog, &f);
        all_in &= mode == PARAM_IN;
        named |= f.name[0] != 0;
        if (comes_in(mode))
            sb_printf(&in, "%s%lld", n_in++ ? "," : "", oid);
        sb_printf(&all, "%s%lld", i ? "," : "", oid);
        sb_printf(&how, "%s%c", i ? "," : "", modes[mode]);
        sb_puts(&names, i ? ",\"" : "\"");
        for (const char *c = f.name; *c; c++)
            sb_printf(&names, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
        sb_putc(&names, '"');
    }
    for (size_t i = 0; i < ARRAY_LEN(list); i++)
        sb_putc(list[i], '}');
    sys_parse(s, sb_cstr(&in));
    sys_parse(s, all_in ? NULL : sb_cstr(&all));
    sys_parse(s, all_in ? NULL : sb_cstr(&how));
    sys_parse(s, named ? sb_cstr(&names) : NULL);
    for (size_t i = 0; i < ARRAY_LEN(list); i++)
        sb_done(list[i]);
}

/* ---- information_schema.routines, parameters ---- */

static bool is_shown(const Relation *r)
{
    return r->kind == REL_FUNCTION && !r->broken;
}

static void specific_name(SysScan *s, const Relation *r)
{
    StrBuf b;
    sb_init(&b, NULL);
    sb_printf(&b, "%.*s_%lld", (int)strcspn(r->name, "("), r->name, (long long)pg_made_oid(r));
    sys_buf(s, &b);
}

static void type_text(SysScan *s, const Field *f)
{
    StrBuf b;
    sb_init(&b, NULL);
    if (f->type.id == T_ARRAY && f->type.element != T_UNKNOWN)
        sb_puts(&b, "ARRAY");
    else if (f->type.id == T_STRUCT && !f->type.nested->name)
        sb_puts(&b, "record");
    else
        pg_put_field_type(s->catalog, &(Field){.type = f->type}, &b);
    sys_buf(s, &b);
}

void pg_routine_rows(SysScan *s)
{
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        if (!is_shown(r))
            continue;
        sys_text(s, "public");
        specific_name(s, r);
        sys_text(s, "public");
        sys_str(s, (Str){r->name, strcspn(r->name, "(")});
        sys_text(s, r->fn_procedure ? "PROCEDURE" : "FUNCTION");
        if (r->fn_procedure)
            sys_null(s);
        else if (r->fn_void)
            sys_text(s, "void");
        else
            type_text(s, &r->schema->field[r->schema->n - 1]);
        sys_text(s, r->native ? "EXTERNAL" : "SQL");
        sys_text(s, r->native ? NULL : r->query);
        sys_text(s, r->native ? "C" : "SQL");
        sys_text(s, r->fn_changes == FUNCTION_IMMUTABLE ? "YES" : "NO");
        sys_text(s, r->strict ? "YES" : "NO");
        sys_end(s);
    }
}

static void parameter_row(SysScan *s, const Relation *r, uint32_t i)
{
    static const char *const modes[] = {"IN", "OUT", "INOUT", "IN", "OUT"};
    ParamMode mode;
    Field f = arg_at(r, i, &mode);
    sys_text(s, "public");
    specific_name(s, r);
    sys_int(s, i + 1);
    sys_text(s, modes[mode]);
    sys_text(s, f.name[0] ? f.name : NULL);
    type_text(s, &f);
    sys_end(s);
}

void pg_parameter_rows(SysScan *s)
{
    for (uint32_t i = 0; i < s->catalog->n; i++)
        for (uint32_t k = 0; is_shown(s->catalog->relation[i]) && k < count(s->catalog->relation[i]); k++)
            parameter_row(s, s->catalog->relation[i], k);
}
