/* SPDX-License-Identifier: Apache-2.0
 *
 * information_schema. */
#include "db/system/pg_object.h"
#include "db/view_target.h"
#include "func/func.h"
#include "func/type_oid.h"

#include <stdio.h>

static int one_row(SysScan *s, Err *err)
{
    (void)err;
    sys_end(s);
    return 0;
}

static int schemata(SysScan *s, Err *err)
{
    (void)err;
    int64_t oid;
    const char *name;
    for (uint32_t i = 0; pg_schema_at(s, i, &oid, &name); i++) {
        sys_text(s, name);
        sys_end(s);
    }
    return 0;
}

/* ---- tables, columns, views ---- */

static bool takes_rows(const PgRelation *r)
{
    return r->made && !r->made->connector && (r->made->kind == REL_TABLE || r->made->kind == REL_SOURCE);
}

/* *ret_column: by column, NULL = all of them are like the relation. */
static int updatable(SysScan *s, const PgRelation *r, bool *ret, const bool **ret_column, Err *err)
{
    *ret = takes_rows(r);
    *ret_column = NULL;
    bool is_view = r->made && r->made->kind == REL_QUERY;
    return is_view ? view_is_updatable(s->db, s->catalog, r->made, s->arena, ret, ret_column, err) : 0;
}

static int table_row(SysScan *s, const PgRelation *r, Err *err)
{
    bool changes;
    const bool *column;
    TRY(updatable(s, r, &changes, &column, err));
    sys_text(s, r->schema);
    sys_text(s, r->name);
    sys_text(s, r->kind == 'r' ? "BASE TABLE" : r->kind == 'f' ? "FOREIGN" : r->kind == 'm' ? "MATERIALIZED VIEW" : "VIEW");
    sys_text(s, changes ? "YES" : "NO");
    sys_end(s);
    return 0;
}

static int tables(SysScan *s, Err *err)
{
    return pg_each(s, table_row, err);
}

static void number_or_null(SysScan *s, bool is, int64_t v)
{
    if (is)
        sys_int(s, v);
    else
        sys_null(s);
}

/* character_maximum_length .. datetime_precision. */
static void precision_columns(SysScan *s, Type t)
{
    bool integer = type_is_integer((TypeId)t.id), real = type_is_float((TypeId)t.id), decimal = t.id == T_DECIMAL;
    bool moment = t.id == T_TS || t.id == T_TSTZ || t.id == T_TIME || t.id == T_TIMETZ || t.id == T_INTERVAL;
    int64_t bits = t.id == T_I16 ? 16 : t.id == T_I32 ? 32 : t.id == T_I64 ? 64 : t.id == T_F32 ? 24 : 53;
    number_or_null(s, type_has_length((TypeId)t.id) && t.length, t.length);
    number_or_null(s, t.id == T_TEXT, t.length ? 4 * (int64_t)t.length : 1073741824);
    number_or_null(s, integer || real || (decimal && t.precision), decimal ? t.precision : bits);
    number_or_null(s, integer || real || decimal, decimal ? 10 : 2);
    number_or_null(s, integer || (decimal && t.precision), decimal ? t.scale : 0);
    int64_t digits = t.id == T_DATE ? 0 : t.id == T_TSNS ? 9 : t.length >= LIMIT_DIGITS ? t.length - LIMIT_DIGITS : 6;
    number_or_null(s, moment || t.id == T_DATE || t.id == T_TSNS, digits);
}

static void type_columns(SysScan *s, Type t)
{
    bool is_array = false;
    const PgType *p = pg_type_find(pg_type_oid(t), &is_array);
    StrBuf name;
    sb_init(&name, NULL);
    sb_printf(&name, "%s%s", is_array ? "_" : "", p ? p->name : "text");
    sys_buf(s, &name);
}

/* Of a column whose values are made: numbered, or from others of the row. SERIAL is numbered by a default, so it is none. */
static void made_columns(SysScan *s, const Relation *r, uint32_t col)
{
    const struct RelationVaries *v = r && r->varies ? &r->varies[col] : NULL;
    bool numbers = v && v->identity && !v->serial;
    char start[24] = "", step[24] = "", top[24] = "", low[24] = "";
    if (numbers) {
        snprintf(start, sizeof(start), "%lld", (long long)v->numbers.start);
        snprintf(step, sizeof(step), "%lld", (long long)v->numbers.step);
        snprintf(top, sizeof(top), "%lld", (long long)v->numbers.max);
        snprintf(low, sizeof(low), "%lld", (long long)v->numbers.min);
    }
    sys_text(s, numbers ? "YES" : "NO");
    sys_text(s, !numbers ? NULL : v->always ? "ALWAYS" : "BY DEFAULT");
    sys_text(s, numbers ? start : NULL);
    sys_text(s, numbers ? step : NULL);
    sys_text(s, numbers ? top : NULL);
    sys_text(s, numbers ? low : NULL);
    sys_text(s, numbers && v->numbers.cycle ? "YES" : "NO");
    sys_text(s, v && v->generated ? "ALWAYS" : "NEVER");
    sys_text(s, v ? v->generated : NULL);
}

static int relation_columns(SysScan *s, const PgRelation *r, Err *err)
{
    bool changes;
    const bool *column;
    TRY(updatable(s, r, &changes, &column, err));
    for (uint32_t c = 0; c < r->n; c++) {
        const Field *f = &r->field[c];
        char number[16];
        StrBuf type;
        sb_init(&type, NULL);
        pg_type_print(pg_type_oid(f->type), -1, &type);
        snprintf(number, sizeof(number), "%u", c + 1);
        sys_text(s, r->schema);
        sys_text(s, r->name);
        sys_text(s, f->name);
        sys_int(s, c + 1);
        sys_text(s, r->made && r->made->defaults ? r->made->defaults[c] : NULL);
        bool is_view = r->made && (r->kind == 'v' || r->kind == 'm');
        sys_text(s, f->not_null && !is_view ? "NO" : "YES"); /* of views PostgreSQL does not say it */
        sys_text(s, f->type.id == T_ARRAY ? "ARRAY" : sb_cstr(&type));
        precision_columns(s, f->type);
        const Relation *domain = pg_domain_of(s->catalog, f);
        sys_text(s, domain ? DATABASE_NAME : NULL);
        sys_text(s, domain ? pg_schema_of(s, domain) : NULL);
        sys_text(s, domain ? domain->own : NULL);
        type_columns(s, f->type);
        sys_text(s, number);
        made_columns(s, r->made, c);
        sys_text(s, changes && (!column || column[c]) ? "YES" : "NO");
        sys_end(s);
        sb_done(&type);
    }
    return 0;
}

static int columns(SysScan *s, Err *err)
{
    return pg_each(s, relation_columns, err);
}

static int view_row(SysScan *s, const PgRelation *r, Err *err)
{
    bool changes;
    const bool *column;
    if (r->kind != 'v')
        return 0;
    TRY(updatable(s, r, &changes, &column, err));
    sys_text(s, r->schema);
    sys_text(s, r->name);
    static const char *const checks[] = {"NONE", "LOCAL", "CASCADED"};
    sys_text(s, r->made ? r->made->query : NULL);
    sys_text(s, checks[r->made ? r->made->view_check : 0]);
    sys_text(s, changes ? "YES" : "NO");
    sys_text(s, changes ? "YES" : "NO");
    sys_end(s);
    return 0;
}

static int views(SysScan *s, Err *err)
{
    return pg_each(s, view_row, err);
}

static int privilege_rows(SysScan *s, const PgRelation *r, Err *err)
{
    static const char *const names[] = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"};
    uint32_t n = r->made && r->made->kind == REL_TABLE ? 5 : takes_rows(r) ? 2 : 1;
    (void)err;
    for (uint32_t i = 0; i < n; i++) {
        sys_text(s, r->schema);
        sys_text(s, r->name);
        sys_text(s, names[i]);
        sys_end(s);
    }
    return 0;
}

static int table_privileges(SysScan *s, Err *err)
{
    return pg_each(s, privilege_rows, err);
}

/* ---- constraints ---- */

static void when_columns(SysScan *s, bool deferrable, bool deferred)
{
    sys_text(s, deferrable ? "YES" : "NO");
    sys_text(s, deferred ? "YES" : "NO");
}

/* The constraint, and the table that it is of. */
static void constraint_columns_of(SysScan *s, const PgRelation *r, const char *name)
{
    sys_text(s, r->schema);
    sys_text(s, name);
    sys_text(s, r->schema);
    sys_text(s, r->name);
}

static int constraint_rows(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < pg_index_count(r->made); i++) {
        PgIndex x;
        pg_index_at(r->made, i, &x);
        constraint_columns_of(s, r, x.name);
        sys_text(s, x.is_primary ? "PRIMARY KEY" : "UNIQUE");
        when_columns(s, x.deferrable, x.deferred);
        sys_text(s, "YES");
        sys_end(s);
    }
    for (uint32_t i = 0; r->made && i < r->made->n_checks; i++) {
        constraint_columns_of(s, r, r->made->check_name[i]);
        sys_text(s, "CHECK");
        when_columns(s, false, false);
        sys_null(s);
        sys_end(s);
    }
    for (uint32_t i = 0; r->made && i < r->made->n_foreign; i++) {
        constraint_columns_of(s, r, r->made->foreign[i].name);
        sys_text(s, "FOREIGN KEY");
        when_columns(s, r->made->foreign[i].deferrable, r->made->foreign[i].deferred);
        sys_null(s);
        sys_end(s);
    }
    return 0;
}

static int table_constraints(SysScan *s, Err *err)
{
    return pg_each(s, constraint_rows, err);
}

/* Of a foreign key: its own columns, or those that it refers to. */
static void foreign_columns(SysScan *s, const PgRelation *r, uint32_t i, bool numbered)
{
    PgForeign f;
    if (!pg_foreign_at(s->catalog, r->made, i, &f))
        return;
    for (uint32_t c = 0; c < f.key->n; c++) {
        uint32_t place = 0;
        while (place < f.unique.n && f.unique.col[place] != f.col[c])
            place++;
        if (numbered) {
            constraint_columns_of(s, r, f.key->name);
            sys_text(s, r->field[f.key->col[c]].name);
            sys_int(s, c + 1);
            sys_int(s, place + 1);
        } else {
            sys_text(s, pg_schema_of(s, f.to));
            sys_text(s, f.to->own);
            sys_text(s, f.key->to_col[c]);
            sys_text(s, r->schema);
            sys_text(s, f.key->name);
        }
        sys_end(s);
    }
}

static int referential_rows(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    for (uint32_t i = 0; r->made && i < r->made->n_foreign; i++) {
        PgForeign f;
        if (!pg_foreign_at(s->catalog, r->made, i, &f))
            continue;
        sys_text(s, r->schema);
        sys_text(s, f.key->name);
        sys_text(s, pg_schema_of(s, f.to));
        sys_text(s, f.unique.name);
        sys_text(s, f.key->match_full ? "FULL" : "NONE");
        sys_text(s, pg_action_name(f.key->on_update));
        sys_text(s, pg_action_name(f.key->on_delete));
        sys_end(s);
    }
    return 0;
}

static int referential_constraints(SysScan *s, Err *err)
{
    return pg_each(s, referential_rows, err);
}

static int each_key_column(SysScan *s, const PgRelation *r, bool numbered)
{
    for (uint32_t i = 0; i < pg_index_count(r->made); i++) {
        PgIndex x;
        pg_index_at(r->made, i, &x);
        for (uint32_t c = 0; c < x.n; c++) {
            const char *column = r->field[x.col[c]].name;
            if (numbered) {
                constraint_columns_of(s, r, x.name);
                sys_text(s, column);
                sys_int(s, c + 1);
                sys_null(s);
            } else {
                sys_text(s, r->schema);
                sys_text(s, r->name);
                sys_text(s, column);
                sys_text(s, r->schema);
                sys_text(s, x.name);
            }
            sys_end(s);
        }
    }
    for (uint32_t i = 0; r->made && i < r->made->n_foreign; i++)
        foreign_columns(s, r, i, numbered);
    return 0;
}

static int key_column_rows(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    return each_key_column(s, r, true);
}

static int key_columns(SysScan *s, Err *err)
{
    return pg_each(s, key_column_rows, err);
}

static int constraint_column_rows(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    return each_key_column(s, r, false);
}

static int constraint_columns(SysScan *s, Err *err)
{
    return pg_each(s, constraint_column_rows, err);
}

/* The tables that keys are of, and those that foreign keys refer to. */
static void constraint_table(SysScan *s, const PgRelation *r, const Relation *table, const char *name)
{
    sys_text(s, pg_schema_of(s, table));
    sys_text(s, table->own);
    sys_text(s, r->schema);
    sys_text(s, name);
    sys_end(s);
}

static int constraint_table_rows(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    for (uint32_t i = 0; r->made && r->made->kind == REL_TABLE && i < pg_index_count(r->made); i++) {
        PgIndex x;
        pg_index_at(r->made, i, &x);
        constraint_table(s, r, r->made, x.name);
    }
    for (uint32_t i = 0; r->made && i < r->made->n_foreign; i++) {
        PgForeign f;
        if (pg_foreign_at(s->catalog, r->made, i, &f))
            constraint_table(s, r, f.to, f.key->name);
    }
    return 0;
}

static int constraint_tables(SysScan *s, Err *err)
{
    return pg_each(s, constraint_table_rows, err);
}

static int check_rows(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    for (uint32_t i = 0; r->made && i < r->made->n_checks; i++) {
        sys_text(s, r->schema);
        sys_text(s, r->made->check_name[i]);
        sys_text(s, r->made->check[i]);
        sys_end(s);
    }
    return 0;
}

static int each_domain(SysScan *s, void (*each)(SysScan *s, const Relation *r))
{
    for (uint32_t i = 0; i < s->catalog->n; i++)
        if (s->catalog->relation[i]->kind == REL_DOMAIN && !s->catalog->relation[i]->broken)
            each(s, s->catalog->relation[i]);
    return 0;
}

static void domain_checks(SysScan *s, const Relation *r)
{
    for (uint32_t i = 0; i < r->n_checks; i++) {
        sys_text(s, pg_schema_of(s, r));
        sys_text(s, r->check_name[i]);
        sys_text(s, r->check[i]);
        sys_end(s);
    }
}

static void domain_row(SysScan *s, const Relation *r)
{
    StrBuf type;
    sb_init(&type, NULL);
    pg_type_print(pg_type_oid(r->type), -1, &type);
    sys_text(s, pg_schema_of(s, r));
    sys_text(s, r->own);
    sys_text(s, r->type.id == T_ARRAY ? "ARRAY" : sb_cstr(&type));
    precision_columns(s, r->type);
    sys_text(s, r->defaults ? r->defaults[0] : NULL);
    type_columns(s, r->type);
    sys_end(s);
    sb_done(&type);
}

static int domains(SysScan *s, Err *err)
{
    (void)err;
    return each_domain(s, domain_row);
}

static void domain_constraint_rows(SysScan *s, const Relation *r)
{
    for (uint32_t i = 0; i < r->n_checks; i++) {
        sys_text(s, pg_schema_of(s, r));
        sys_text(s, r->check_name[i]);
        sys_text(s, pg_schema_of(s, r));
        sys_text(s, r->own);
        sys_end(s);
    }
}

static int domain_constraints(SysScan *s, Err *err)
{
    (void)err;
    return each_domain(s, domain_constraint_rows);
}

static int check_constraints(SysScan *s, Err *err)
{
    TRY(each_domain(s, domain_checks));
    return pg_each(s, check_rows, err);
}

/* ---- functions ---- */

static void specific_name(SysScan *s, const FuncDef *d, uint32_t i)
{
    char name[128];
    snprintf(name, sizeof(name), "%s_%u", d->name, (unsigned)(OID_FUNCTIONS + i));
    sys_text(s, name);
}

static int routines(SysScan *s, Err *err)
{
    (void)err;
    FuncCursor at = {0};
    for (const FuncDef *d; (d = func_next(&at));) {
        if (d->flags & (FN_INTERNAL | FN_OPERATOR))
            continue;
        sys_text(s, "pg_catalog");
        specific_name(s, d, at.n - 1);
        sys_text(s, "pg_catalog");
        sys_text(s, d->name);
        sys_text(s, "FUNCTION");
        sys_text(s, func_type_name(d->ret));
        sys_text(s, "EXTERNAL");
        sys_null(s);
        sys_text(s, "INTERNAL");
        sys_text(s, d->flags & (FN_VOLATILE | FN_STABLE) ? "NO" : "YES");
        sys_text(s, d->flags & FN_STRICT ? "YES" : "NO");
        sys_end(s);
    }
    pg_routine_rows(s);
    return 0;
}

static int parameters(SysScan *s, Err *err)
{
    (void)err;
    FuncCursor at = {0};
    for (const FuncDef *d; (d = func_next(&at));) {
        for (uint32_t a = 0; !(d->flags & (FN_INTERNAL | FN_OPERATOR)) && a < d->n_args; a++) {
            sys_text(s, "pg_catalog");
            specific_name(s, d, at.n - 1);
            sys_int(s, a + 1);
            sys_text(s, "IN");
            sys_null(s);
            sys_text(s, func_type_name(d->arg[a]));
            sys_end(s);
        }
    }
    pg_parameter_rows(s);
    return 0;
}

const SysRelation sys_information[] = {
    {SCHEMA_LAMINAR, "schemas", "schema_name text", schemata, "schemas"},
    {SCHEMA_LAMINAR, "databases", "database_name text = laminar", one_row, "the database"},
    {SCHEMA_INFORMATION, "information_schema_catalog_name", "catalog_name text = laminar", one_row, "the database"},
    {SCHEMA_INFORMATION, "schemata",
     "catalog_name text = laminar, schema_name text, schema_owner text = laminar, default_character_set_catalog text "
     "= null, default_character_set_schema text = null, default_character_set_name text = null, sql_path text = null",
     schemata, "schemas"},
    {SCHEMA_INFORMATION, "tables",
     "table_catalog text = laminar, table_schema text, table_name text, table_type text, "
     "self_referencing_column_name text = null, reference_generation text = null, user_defined_type_catalog text = "
     "null, user_defined_type_schema text = null, user_defined_type_name text = null, is_insertable_into text, "
     "is_typed text = NO, commit_action text = null",
     tables, "relations"},
    {SCHEMA_INFORMATION, "columns",
     "table_catalog text = laminar, table_schema text, table_name text, column_name text, ordinal_position int4, "
     "column_default text, is_nullable text, data_type text, character_maximum_length int4, character_octet_length "
     "int4, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, "
     "interval_type text = null, interval_precision int4 = null, character_set_catalog text = null, "
     "character_set_schema text = null, character_set_name text = null, collation_catalog text = null, "
     "collation_schema text = null, collation_name text = null, domain_catalog text, domain_schema text, "
     "domain_name text, udt_catalog text = laminar, udt_schema text = pg_catalog, udt_name text, "
     "scope_catalog text = null, scope_schema text = null, scope_name text = null, maximum_cardinality int4 = null, "
     "dtd_identifier text, is_self_referencing text = NO, is_identity text, identity_generation text, "
     "identity_start text, identity_increment text, identity_maximum text, identity_minimum text, identity_cycle text, "
     "is_generated text, generation_expression text, "
     "is_updatable text",
     columns, "columns of relations"},
    {SCHEMA_INFORMATION, "views",
     "table_catalog text = laminar, table_schema text, table_name text, view_definition text, check_option text, "
     "is_updatable text, is_insertable_into text, is_trigger_updatable text = NO, "
     "is_trigger_deletable text = NO, is_trigger_insertable_into text = NO",
     views, "views and streams"},
    {SCHEMA_INFORMATION, "table_constraints",
     "constraint_catalog text = laminar, constraint_schema text, constraint_name text, table_catalog text = "
     "laminar, table_schema text, table_name text, constraint_type text, is_deferrable text, "
     "initially_deferred text, enforced text = YES, nulls_distinct text",
     table_constraints, "keys and conditions of tables"},
    {SCHEMA_INFORMATION, "key_column_usage",
     "constraint_catalog text = laminar, constraint_schema text, constraint_name text, table_catalog text = "
     "laminar, table_schema text, table_name text, column_name text, ordinal_position int4, "
     "position_in_unique_constraint int4",
     key_columns, "columns of keys"},
    {SCHEMA_INFORMATION, "constraint_column_usage",
     "table_catalog text = laminar, table_schema text, table_name text, column_name text, "
     "constraint_catalog text = laminar, constraint_schema text, constraint_name text",
     constraint_columns, "columns of keys"},
    {SCHEMA_INFORMATION, "constraint_table_usage",
     "table_catalog text = laminar, table_schema text, table_name text, constraint_catalog text = laminar, "
     "constraint_schema text, constraint_name text",
     constraint_tables, "tables of keys"},
    {SCHEMA_INFORMATION, "check_constraints",
     "constraint_catalog text = laminar, constraint_schema text, constraint_name text, check_clause text", check_constraints,
     "conditions of tables"},
    {SCHEMA_INFORMATION, "referential_constraints",
     "constraint_catalog text = laminar, constraint_schema text, constraint_name text, "
     "unique_constraint_catalog text = laminar, unique_constraint_schema text, unique_constraint_name text, "
     "match_option text, update_rule text, delete_rule text",
     referential_constraints, "foreign keys"},
    {SCHEMA_INFORMATION, "routines",
     "specific_catalog text = laminar, specific_schema text, specific_name text, routine_catalog text = "
     "laminar, routine_schema text, routine_name text, routine_type text, module_catalog "
     "text = null, module_schema text = null, module_name text = null, udt_catalog text = null, udt_schema text = "
     "null, udt_name text = null, data_type text, character_maximum_length int4 = null, character_octet_length int4 "
     "= null, character_set_catalog text = null, character_set_schema text = null, character_set_name text = null, "
     "collation_catalog text = null, collation_schema text = null, collation_name text = null, numeric_precision "
     "int4 = null, numeric_precision_radix int4 = null, numeric_scale int4 = null, datetime_precision int4 = null, "
     "interval_type text = null, interval_precision int4 = null, type_udt_catalog text = null, type_udt_schema text "
     "= null, type_udt_name text = null, scope_catalog text = null, scope_schema text = null, scope_name text = "
     "null, maximum_cardinality int4 = null, dtd_identifier text = null, routine_body text, "
     "routine_definition text, external_name text = null, external_language text, parameter_style "
     "text = null, is_deterministic text, sql_data_access text = READS, is_null_call text, sql_path text = null, "
     "schema_level_routine text = YES, max_dynamic_result_sets int4 = null, is_user_defined_cast text = null, "
     "is_implicitly_invocable text = null, security_type text = INVOKER, to_sql_specific_catalog text = null, "
     "to_sql_specific_schema text = null, to_sql_specific_name text = null, as_locator text = null, created "
     "timestamptz = null, last_altered timestamptz = null, new_savepoint_level text = null, is_udt_dependent text = "
     "null, result_cast_from_data_type text = null, result_cast_as_locator text = null, result_cast_char_max_length "
     "int4 = null, result_cast_char_octet_length int4 = null, result_cast_char_set_catalog text = null, "
     "result_cast_char_set_schema text = null, result_cast_char_set_name text = null, result_cast_collation_catalog "
     "text = null, result_cast_collation_schema text = null, result_cast_collation_name text = null, "
     "result_cast_numeric_precision int4 = null, result_cast_numeric_precision_radix int4 = null, "
     "result_cast_numeric_scale int4 = null, result_cast_datetime_precision int4 = null, result_cast_interval_type "
     "text = null, result_cast_interval_precision int4 = null, result_cast_type_udt_catalog text = null, "
     "result_cast_type_udt_schema text = null, result_cast_type_udt_name text = null, result_cast_scope_catalog text "
     "= null, result_cast_scope_schema text = null, result_cast_scope_name text = null, "
     "result_cast_maximum_cardinality int4 = null, result_cast_dtd_identifier text = null",
     routines, "functions"},
    {SCHEMA_INFORMATION, "parameters",
     "specific_catalog text = laminar, specific_schema text, specific_name text, ordinal_position int4, "
     "parameter_mode text, is_result text = NO, as_locator text = NO, parameter_name text, data_type "
     "text, character_maximum_length int4 = null, character_octet_length int4 = null, character_set_catalog text = "
     "null, character_set_schema text = null, character_set_name text = null, collation_catalog text = null, "
     "collation_schema text = null, collation_name text = null, numeric_precision int4 = null, "
     "numeric_precision_radix int4 = null, numeric_scale int4 = null, datetime_precision int4 = null, interval_type "
     "text = null, interval_precision int4 = null, udt_catalog text = null, udt_schema text = null, udt_name text = "
     "null, scope_catalog text = null, scope_schema text = null, scope_name text = null, maximum_cardinality int4 = "
     "null, dtd_identifier text = null, parameter_default text = null",
     parameters, "arguments of functions"},
    {SCHEMA_INFORMATION, "character_sets",
     "character_set_catalog text = null, character_set_schema text = null, character_set_name text = UTF8, "
     "character_repertoire text = UCS, form_of_use text = UTF8, default_collate_catalog text = laminar, "
     "default_collate_schema text = pg_catalog, default_collate_name text = C",
     one_row, "the one encoding"},
    {SCHEMA_INFORMATION, "collations",
     "collation_catalog text = laminar, collation_schema text = pg_catalog, collation_name text = C, pad_attribute "
     "text = NO PAD",
     one_row, "the one order of texts"},
    {SCHEMA_INFORMATION, "enabled_roles", "role_name text = laminar", one_row, "the one user"},
    {SCHEMA_INFORMATION, "applicable_roles", "grantee text, role_name text, is_grantable text", NULL, "the user is in no group"},
    {SCHEMA_INFORMATION, "table_privileges",
     "grantor text = laminar, grantee text = laminar, table_catalog text = laminar, table_schema text, table_name "
     "text, privilege_type text, is_grantable text = YES, with_hierarchy text = NO",
     table_privileges, "what the user may do"},
    {SCHEMA_INFORMATION, "triggers",
     "trigger_catalog text, trigger_schema text, trigger_name text, event_manipulation text, event_object_catalog "
     "text, event_object_schema text, event_object_table text, action_order int4, action_condition text, "
     "action_statement text, action_orientation text, action_timing text, action_reference_old_table text, "
     "action_reference_new_table text, action_reference_old_row text, action_reference_new_row text, created "
     "timestamptz",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "domains",
     "domain_catalog text = laminar, domain_schema text, domain_name text, data_type text, "
     "character_maximum_length int4, character_octet_length int4, character_set_catalog text = null, character_set_schema "
     "text = null, character_set_name text = null, collation_catalog text = null, collation_schema text = null, "
     "collation_name text = null, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, "
     "datetime_precision int4, interval_type text = null, interval_precision int4 = null, domain_default text, "
     "udt_catalog text = laminar, udt_schema text = pg_catalog, udt_name text, scope_catalog text = null, scope_schema "
     "text = null, scope_name text = null, maximum_cardinality int4 = null, dtd_identifier text = 1",
     domains, "domains"},
    {SCHEMA_INFORMATION, "domain_constraints",
     "constraint_catalog text = laminar, constraint_schema text, constraint_name text, domain_catalog text = "
     "laminar, domain_schema text, domain_name text, is_deferrable text = NO, initially_deferred text = NO",
     domain_constraints, "conditions of domains"},
    {SCHEMA_INFORMATION, "element_types",
     "object_catalog text, object_schema text, object_name text, object_type text, collection_type_identifier text, "
     "data_type text, character_maximum_length int4, character_octet_length int4, character_set_catalog text, "
     "character_set_schema text, character_set_name text, collation_catalog text, collation_schema text, "
     "collation_name text, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, "
     "datetime_precision int4, interval_type text, interval_precision int4, domain_default text, udt_catalog text, "
     "udt_schema text, udt_name text, scope_catalog text, scope_schema text, scope_name text, maximum_cardinality "
     "int4, dtd_identifier text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "column_privileges",
     "grantor text, grantee text, table_catalog text, table_schema text, table_name text, column_name text, "
     "privilege_type text, is_grantable text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "role_table_grants",
     "grantor text, grantee text, table_catalog text, table_schema text, table_name text, privilege_type text, "
     "is_grantable text, with_hierarchy text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "routine_privileges",
     "grantor text, grantee text, specific_catalog text, specific_schema text, specific_name text, routine_catalog "
     "text, routine_schema text, routine_name text, privilege_type text, is_grantable text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "user_defined_types",
     "user_defined_type_catalog text, user_defined_type_schema text, user_defined_type_name text, "
     "user_defined_type_category text, is_instantiable text, is_final text, ordering_form text, ordering_category "
     "text, ordering_routine_catalog text, ordering_routine_schema text, ordering_routine_name text, reference_type "
     "text, data_type text, character_maximum_length int4, character_octet_length int4, character_set_catalog text, "
     "character_set_schema text, character_set_name text, collation_catalog text, collation_schema text, "
     "collation_name text, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, "
     "datetime_precision int4, interval_type text, interval_precision int4, source_dtd_identifier text, "
     "ref_dtd_identifier text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "attributes",
     "udt_catalog text, udt_schema text, udt_name text, attribute_name text, ordinal_position int4, "
     "attribute_default text, is_nullable text, data_type text, character_maximum_length int4, "
     "character_octet_length int4, character_set_catalog text, character_set_schema text, character_set_name text, "
     "collation_catalog text, collation_schema text, collation_name text, numeric_precision int4, "
     "numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type text, "
     "interval_precision int4, attribute_udt_catalog text, attribute_udt_schema text, attribute_udt_name text, "
     "scope_catalog text, scope_schema text, scope_name text, maximum_cardinality int4, dtd_identifier text, "
     "is_derived_reference_attribute text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "view_table_usage",
     "view_catalog text, view_schema text, view_name text, table_catalog text, table_schema text, table_name text", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "view_column_usage",
     "view_catalog text, view_schema text, view_name text, table_catalog text, table_schema text, table_name text, "
     "column_name text",
     NULL, "nothing of this kind exists here"},
    {0},
};
