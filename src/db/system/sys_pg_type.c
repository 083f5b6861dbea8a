/* SPDX-License-Identifier: Apache-2.0
 *
 * pg_catalog: types, functions, and the few things of which there is one. */
#include "db/stream.h"
#include "db/system/pg_object.h"
#include "func/agg.h"
#include "func/func.h"
#include "func/type_oid.h"

#include <stdio.h>

/* ---- pg_type ---- */

static void type_row(SysScan *s, const PgType *t, bool is_array)
{
    char name[64];
    bool pseudo = t->category == 'P' && !is_array;
    int16_t length = is_array ? -1 : t->length;
    snprintf(name, sizeof(name), "%s%s", is_array ? "_" : "", t->name);
    sys_int(s, is_array ? t->array_oid : t->oid);
    sys_text(s, name);
    sys_int(s, pg_namespace_oid(SCHEMA_PG_CATALOG));
    sys_int(s, length);
    sys_bool(s, length > 0 && length <= 8);
    sys_text(s, pseudo ? "p" : t->category == 'R' && !is_array ? (type_is_range((TypeId)t->id) ? "r" : "m") : "b");
    sys_text(s, (char[]){is_array ? 'A' : t->category, 0});
    sys_bool(s, t->is_preferred && !is_array);
    sys_text(s, ",");
    sys_int(s, is_array ? t->oid : 0);
    sys_int(s, is_array ? 0 : t->array_oid);
    sys_int(s, is_array ? OID_ARRAY_IN : 0);
    sys_text(s, (char[]){is_array && t->align != 'd' ? 'i' : t->align, 0});
    sys_text(s, length < 0 ? "x" : "p");
    sys_bool(s, false);
    sys_int(s, 0);
    sys_int(s, -1);
    sys_int(s, t->category == 'S' ? 100 : 0);
    sys_null(s);
    sys_null(s);
    sys_end(s);
}

/* What is stored of a type that a statement made: typtype, typcategory, typlen, typalign. */
typedef struct MadeType {
    char kind, category, align;
    int16_t length;
} MadeType;

static MadeType made_type(const Relation *r, bool is_array)
{
    bool base_is_array = false;
    const PgType *base = r->kind == REL_DOMAIN ? pg_type_find(pg_type_oid(r->type), &base_is_array) : NULL;
    if (is_array)
        return (MadeType){'b', 'A', r->type.id == T_ENUM ? 'i' : 'd', -1};
    if (r->type.id == T_ENUM)
        return (MadeType){r->kind == REL_DOMAIN ? 'd' : 'e', 'E', 'i', 4};
    if (!base)
        return (MadeType){r->kind == REL_DOMAIN ? 'd' : 'c', 'C', 'd', -1};
    return (MadeType){'d', base_is_array ? 'A' : base->category, base->align, base_is_array ? (int16_t)-1 : base->length};
}

/* typnotnull, typbasetype, typtypmod: of a domain. */
static void base_columns(SysScan *s, const Relation *r, bool is_domain)
{
    const Field *f = is_domain ? &r->schema->field[0] : NULL;
    sys_bool(s, f && f->not_null);
    sys_int(s, f ? pg_field_oid(s->catalog, f) : 0);
    sys_int(s, f && !f->domain ? pg_type_mod(f->type) : -1);
}

/* Of CREATE TYPE and CREATE DOMAIN. */
static void made_type_row(SysScan *s, const Relation *r, bool is_array)
{
    MadeType t = made_type(r, is_array);
    bool is_domain = r->kind == REL_DOMAIN && !is_array;
    StrBuf name;
    sb_init(&name, NULL);
    sys_int(s, pg_made_oid(r) + is_array);
    sb_printf(&name, "%s%s", is_array ? "_" : "", r->own);
    sys_buf(s, &name);
    sys_int(s, pg_space_of(r));
    sys_int(s, t.length);
    sys_bool(s, t.length > 0 && t.length <= 8);
    sys_text(s, (char[]){t.kind, 0});
    sys_text(s, (char[]){t.category, 0});
    sys_bool(s, false);
    sys_text(s, ",");
    sys_int(s, is_array ? pg_made_oid(r) : 0);
    sys_int(s, is_array ? 0 : pg_made_oid(r) + 1);
    sys_int(s, is_array ? OID_ARRAY_IN : 0);
    sys_text(s, (char[]){t.align, 0});
    sys_text(s, t.length < 0 ? "x" : "p");
    base_columns(s, r, is_domain);
    sys_int(s, r->type.id == T_TEXT && !is_array ? 100 : 0);
    sys_text(s, is_domain && r->defaults ? r->defaults[0] : NULL);
    sb_init(&name, NULL);
    pg_put_made(&name, r);
    sb_puts(&name, is_array ? "[]" : "");
    sys_buf(s, &name);
    sys_end(s);
}

static int pg_types(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; pg_type_at(i); i++) {
        type_row(s, pg_type_at(i), false);
        if (pg_type_at(i)->array_oid)
            type_row(s, pg_type_at(i), true);
    }
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        if (!relation_is_type(r) || r->broken)
            continue;
        made_type_row(s, r, false);
        made_type_row(s, r, true);
    }
    return 0;
}

static int pg_enums(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        bool is_enum = r->kind == REL_TYPE && !r->broken && r->type.id == T_ENUM;
        char order[16];
        for (uint32_t k = 0; is_enum && k < r->type.nested->n; k++) {
            sys_int(s, pg_made_oid(r) + 2 + k);
            sys_int(s, pg_made_oid(r));
            snprintf(order, sizeof(order), "%u", k + 1);
            sys_parse(s, order);
            sys_text(s, r->type.nested->field[k].name);
            sys_end(s);
        }
    }
    return 0;
}

static int pg_ranges(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; pg_type_at(i); i++) {
        const PgType *t = pg_type_at(i);
        if (!type_is_range((TypeId)t->id))
            continue;
        sys_int(s, t->oid);
        sys_int(s, pg_type_oid(type_bound((TypeId)t->id)));
        sys_int(s, pg_type_oid((Type){.id = (uint8_t)type_multirange_of((TypeId)t->id)}));
        sys_end(s);
    }
    return 0;
}

/* ---- pg_proc ---- */

typedef struct Proc {
    const char *name, *result, *arguments; /* as texts */
    char kind;
    bool strict, is_set, variadic;
    char changes; /* provolatile */
} Proc;

static uint32_t type_oid_of(Str name)
{
    const PgType *t;
    if (str_starts(name, STR("setof ")))
        name = (Str){name.p + 6, name.n - 6};
    if (name.n > 2 && name.p[name.n - 1] == ']') {
        t = pg_type_named((Str){name.p, name.n - 2});
        return t ? t->array_oid : 2277;
    }
    t = str_eq(name, STR("any")) ? pg_type_find(2276, &(bool){false}) : pg_type_named(name);
    return t ? t->oid : 2283;
}

/* {23,25}; "double precision ORDER BY any" has two arguments. Their number. */
static uint32_t argument_oids(const char *arguments, StrBuf *out)
{
    const char *at = arguments;
    uint32_t n = 0;
    sb_putc(out, '{');
    while (*at) {
        const char *by = strstr(at, " ORDER BY "), *comma = strchr(at, ',');
        const char *end = by && (!comma || by < comma) ? by : comma ? comma : at + strlen(at);
        Str one = str_trim((Str){at, (size_t)(end - at)});
        for (Str word = STR("VARIADIC "); str_starts(one, word) || str_starts(one, (word = STR("ORDER BY ")));)
            one = (Str){one.p + word.n, one.n - word.n};
        sb_printf(out, "%s%u", n++ ? "," : "", type_oid_of(one));
        at = *end ? end + 1 : end;
    }
    sb_putc(out, '}');
    return n;
}

static void proc_row(SysScan *s, int64_t oid, const Proc *p)
{
    sys_int(s, oid);
    sys_text(s, p->name);
    sys_int(s, pg_namespace_oid(SCHEMA_PG_CATALOG));
    sys_int(s, 12);
    sys_int(s, p->variadic ? 2276 : 0);
    sys_text(s, (char[]){p->kind, 0});
    sys_bool(s, p->strict);
    sys_bool(s, p->is_set);
    sys_text(s, (char[]){p->changes, 0});
    StrBuf b;
    sb_init(&b, NULL);
    sys_int(s, argument_oids(p->arguments, &b));
    sys_int(s, 0);
    sys_int(s, type_oid_of(str_of(p->result)));
    sys_parse(s, sb_cstr(&b));
    sb_done(&b);
    for (int i = 0; i < 3; i++)
        sys_null(s);
    sys_text(s, p->name);
    sys_text(s, p->arguments);
    sys_text(s, p->arguments);
    sys_text(s, p->result);
    sys_null(s);
    sys_end(s);
}

/* One for each name and form; count(*) has no arguments. */
static void aggregate_procs(SysScan *s, const AggType *t, int64_t *oid)
{
    Str name, args, result;
    for (uint32_t i = 0; agg_name_at(t, i, &name); i++) {
        for (uint32_t j = 0; agg_form_at(t, j, &args, &result); j++, (*oid)++)
            proc_row(s, *oid,
                     &(Proc){.name = arena_strndup(s->arena, name.p, name.n),
                             .result = arena_strndup(s->arena, result.p, result.n),
                             .arguments = str_eq(args, STR("*")) ? "" : arena_strndup(s->arena, args.p, args.n),
                             .kind = 'a',
                             .changes = 'i'});
    }
}

/* Of CREATE FUNCTION, and of the program. */
static void made_proc_row(SysScan *s, const Relation *r)
{
    static const char *const changes[] = {"v", "i", "s", "v"}; /* as PostgreSQL's where nothing is said */
    uint32_t n = r->schema->n - 1, n_defaults = 0;
    const Field *result = &r->schema->field[n];
    const char *open = strchr(r->own, '(');
    for (uint32_t i = 0; r->defaults && i < n; i++)
        n_defaults += r->defaults[i] != NULL;
    sys_int(s, pg_made_oid(r));
    sys_str(s, (Str){r->own, open ? (size_t)(open - r->own) : strlen(r->own)});
    sys_int(s, pg_space_of(r));
    sys_int(s, r->native ? 12 : 14);
    sys_int(s, r->fn_variadic ? pg_type_oid_in(s->catalog, type_element(r->schema->field[n - 1].type)) : 0);
    sys_text(s, r->native && r->native->kind == NATIVE_AGGREGATE ? "a" : r->fn_procedure ? "p" : "f");
    sys_bool(s, r->strict);
    sys_bool(s, r->fn_set || (r->native && r->native->kind == NATIVE_TABLE));
    sys_text(s, changes[r->fn_changes]);
    sys_int(s, n);
    sys_int(s, n_defaults);
    sys_int(s, r->fn_void                                                  ? 2278
               : result->type.id == T_STRUCT && !result->type.nested->name ? 2249
                                                                           : pg_field_oid(s->catalog, result));
    pg_function_lists(s, r);
    sys_text(s, r->native ? "a function of the program" : r->query);
    pg_function_params(s, r, true);
    pg_function_params(s, r, false);
    pg_function_result(s, r);
    pg_function_definition(s, r);
    sys_end(s);
}

static int pg_procs(SysScan *s, Err *err)
{
    int64_t oid = OID_FUNCTIONS;
    (void)err;
    FuncCursor at = {0};
    for (const FuncDef *d; (d = func_next(&at)); oid++) {
        StrBuf b;
        if (d->flags & (FN_INTERNAL | FN_OPERATOR))
            continue;
        sb_init(&b, NULL);
        func_signature(d, &b);
        proc_row(s, oid,
                 &(Proc){.name = d->name,
                         .result = func_type_name(d->ret),
                         .arguments = sb_cstr(&b),
                         .kind = 'f',
                         .strict = d->flags & FN_STRICT,
                         .variadic = d->flags & FN_VARIADIC,
                         .changes = d->flags & FN_VOLATILE ? 'v'
                                    : d->flags & FN_STABLE ? 's'
                                                           : 'i'});
        sb_done(&b);
    }
    for (uint32_t i = 0; agg_at(i); i++)
        aggregate_procs(s, agg_at(i), &oid);
    for (uint32_t i = 0; plan_function_at(i); i++, oid++) {
        const PlanFunction *f = plan_function_at(i);
        proc_row(s, oid,
                 &(Proc){.name = f->name,
                         .result = f->result,
                         .arguments = f->signature,
                         .changes = 's',
                         .kind = strcmp(f->kind, "over") == 0 ? 'w' : 'f',
                         .is_set = strcmp(f->kind, "table") == 0});
    }
    for (uint32_t i = 0; i < s->catalog->n; i++)
        if (s->catalog->relation[i]->kind == REL_FUNCTION && !s->catalog->relation[i]->broken)
            made_proc_row(s, s->catalog->relation[i]);
    return 0;
}

/* ---- of which there is one, or few ---- */

static int one_row(SysScan *s, Err *err)
{
    (void)err;
    sys_end(s);
    return 0;
}

static int databases(SysScan *s, Err *err)
{
    char size[24];
    (void)err;
    sys_int(s, OID_DATABASE);
    sys_text(s, DATABASE_NAME);
    snprintf(size, sizeof(size), "%lld", (long long)atomic_load(&s->db->acct.bytes));
    sys_text(s, size);
    sys_end(s);
    return 0;
}

static int access_methods(SysScan *s, Err *err)
{
    (void)err;
    sys_int(s, OID_HEAP);
    sys_text(s, "heap");
    sys_text(s, "t");
    sys_end(s);
    sys_int(s, OID_BTREE);
    sys_text(s, "btree");
    sys_text(s, "i");
    sys_end(s);
    sys_int(s, OID_HASH);
    sys_text(s, "hash");
    sys_text(s, "i");
    sys_end(s);
    return 0;
}

static int languages(SysScan *s, Err *err)
{
    (void)err;
    sys_int(s, 12);
    sys_text(s, "internal");
    sys_end(s);
    sys_int(s, 14);
    sys_text(s, "sql");
    sys_end(s);
    return 0;
}

static int collations(SysScan *s, Err *err)
{
    static const struct {
        int64_t oid;
        const char *name, *provider, *locale;
    } rows[] = {{100, "default", "d", NULL}, {950, "C", "c", "C"}, {951, "POSIX", "c", "POSIX"}};
    (void)err;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        sys_int(s, rows[i].oid);
        sys_text(s, rows[i].name);
        sys_text(s, rows[i].provider);
        sys_text(s, rows[i].locale);
        sys_text(s, rows[i].locale);
        sys_end(s);
    }
    return 0;
}

static int query_row(void *self, Pipeline *q)
{
    SysScan *s = self;
    sys_int(s, (int64_t)q->id);
    sys_text(s, s->db->settings.application_name);
    sys_text(s, q->state == PIPELINE_RUNNING ? "active" : "idle");
    sys_int(s, (int64_t)q->id);
    sys_text(s, q->text);
    sys_end(s);
    return 0;
}

static int activity(SysScan *s, Err *err)
{
    (void)err;
    return engine_each_query(s->db->engine, query_row, s);
}

const SysRelation sys_pg_type[] = {
    {SCHEMA_PG_CATALOG, "pg_type",
     "oid oid, typname text, typnamespace oid, typowner oid = 10, typlen int2, typbyval bool, typtype text, "
     "typcategory text, typispreferred bool, typisdefined bool = true, typdelim text, typrelid oid = 0, typsubscript "
     "oid = 0, typelem oid, typarray oid, typinput oid, typoutput oid = 0, typreceive oid = 0, typsend oid = 0, "
     "typmodin oid = 0, typmodout oid = 0, typanalyze oid = 0, typalign text, typstorage text, typnotnull bool, "
     "typbasetype oid, typtypmod int4, typndims int4 = 0, typcollation oid, typdefaultbin text = "
     "null, typdefault text, typacl text[] = null, tableoid oid = 1247, made text",
     pg_types, "types"},
    {SCHEMA_PG_CATALOG, "pg_enum", "oid oid, enumtypid oid, enumsortorder float4, enumlabel text, tableoid oid = 3501", pg_enums,
     "labels of ENUM types"},
    {SCHEMA_PG_CATALOG, "pg_range",
     "rngtypid oid, rngsubtype oid, rngmultitypid oid, rngcollation oid = 0, rngsubopc oid = 0, rngcanonical oid = 0, "
     "rngsubdiff oid = 0, tableoid oid = 3541",
     pg_ranges, "range types"},
    {SCHEMA_PG_CATALOG, "pg_proc",
     "oid oid, proname text, pronamespace oid, proowner oid = 10, prolang oid, procost float4 = 1, prorows "
     "float4 = 0, provariadic oid, prosupport oid = 0, prokind text, prosecdef bool = false, proleakproof bool = "
     "false, proisstrict bool, proretset bool, provolatile text, proparallel text = s, pronargs int2, "
     "pronargdefaults int2, prorettype oid, proargtypes int8[], proallargtypes int8[], proargmodes text[], "
     "proargnames text[], proargdefaults text = null, protrftypes int8[] = null, prosrc text, probin "
     "text = null, prosqlbody text = null, proconfig text[] = null, proacl text[] = null, tableoid oid = 1255, "
     "arguments text, identity text, result text, definition text",
     pg_procs, "functions"},
    {SCHEMA_PG_CATALOG, "pg_database",
     "oid oid, datname text, datdba oid = 10, encoding int4 = 6, datlocprovider text = c, datistemplate bool = "
     "false, datallowconn bool = true, datconnlimit int4 = -1, datfrozenxid oid = 0, datminmxid oid = 0, "
     "dattablespace oid = 1663, datcollate text = C, datctype text = C, daticulocale text = null, datcollversion "
     "text = null, datacl text[] = null, tableoid oid = 1262, size text",
     databases, "the database"},
    {SCHEMA_PG_CATALOG, "pg_roles",
     "rolname text = laminar, rolsuper bool = true, rolinherit bool = true, rolcreaterole bool = true, rolcreatedb "
     "bool = true, rolcanlogin bool = true, rolreplication bool = false, rolconnlimit int4 = -1, rolpassword text = "
     "null, rolvaliduntil timestamptz = null, rolbypassrls bool = true, rolconfig text[] = null, oid oid = 10",
     one_row, "the one user"},
    {SCHEMA_PG_CATALOG, "pg_authid",
     "oid oid = 10, rolname text = laminar, rolsuper bool = true, rolinherit bool = true, rolcreaterole bool = true, "
     "rolcreatedb bool = true, rolcanlogin bool = true, rolreplication bool = false, rolbypassrls bool = true, "
     "rolconnlimit int4 = -1, rolpassword text = null, rolvaliduntil timestamptz = null",
     one_row, "the one user"},
    {SCHEMA_PG_CATALOG, "pg_shadow",
     "usename text = laminar, usesysid oid = 10, usecreatedb bool = true, usesuper bool = true, userepl bool = "
     "false, usebypassrls bool = true, passwd text = null, valuntil timestamptz = null, useconfig text[] = null",
     one_row, "the one user"},
    {SCHEMA_PG_CATALOG, "pg_user",
     "usename text = laminar, usesysid oid = 10, usecreatedb bool = true, usesuper bool = true, userepl bool = "
     "false, usebypassrls bool = true, passwd text = null, valuntil timestamptz = null, useconfig text[] = null",
     one_row, "the one user"},
    {SCHEMA_PG_CATALOG, "pg_am", "oid oid, amname text, amhandler oid = 0, amtype text", access_methods, "ways of access"},
    {SCHEMA_PG_CATALOG, "pg_language",
     "oid oid, lanname text, lanowner oid = 10, lanispl bool = false, lanpltrusted bool = true, lanplcallfoid oid = "
     "0, laninline oid = 0, lanvalidator oid = 0, lanacl text[] = null, tableoid oid = 2612",
     languages, "languages of functions"},
    {SCHEMA_PG_CATALOG, "pg_collation",
     "oid oid, collname text, collnamespace oid = 11, collowner oid = 10, collprovider text, collisdeterministic "
     "bool = true, collencoding int4 = -1, collcollate text, collctype text, colliculocale text = null, collversion "
     "text = null",
     collations, "orders of texts"},
    {SCHEMA_PG_CATALOG, "pg_tablespace",
     "oid oid = 1663, spcname text = pg_default, spcowner oid = 10, spcacl text[] = null, spcoptions text[] = null", one_row,
     "the one place of tables"},
    {SCHEMA_PG_CATALOG, "pg_stat_activity",
     "datid oid = 5, datname text = laminar, pid int4, leader_pid int4 = null, usesysid oid = 10, usename text = "
     "laminar, application_name text, client_addr text = null, client_hostname text = null, client_port int4 = null, "
     "backend_start timestamptz = null, xact_start timestamptz = null, query_start timestamptz = null, state_change "
     "timestamptz = null, wait_event_type text = null, wait_event text = null, state text, backend_xid oid = null, "
     "backend_xmin oid = null, query_id int8, query text, backend_type text = client backend",
     activity, "queries that run"},
    {0},
};
