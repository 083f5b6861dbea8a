/* SPDX-License-Identifier: Apache-2.0
 *
 * Relations: counted, immutable once they are in a snapshot, each with an arena of its own that holds every text it names. */
#include "base/mem.h"
#include "catalog/catalog.h"
#include "data/nested.h"
#include "sql/print.h"

#include <stdio.h>

#define RELATION_CHUNK_BYTES 1024 /* names and a statement: most relations fit one chunk */

const char *relation_kind_name(RelationKind k)
{
    static const char *const names[N_RELATION_KINDS] = {
        [REL_SOURCE] = "SOURCE",     [REL_TABLE] = "TABLE",        [REL_STREAM] = "STREAM",    [REL_VIEW] = "MATERIALIZED VIEW",
        [REL_SINK] = "SINK",         [REL_ERRORS] = "ERROR TABLE", [REL_LATE] = "LATE STREAM", [REL_QUERY] = "VIEW",
        [REL_FUNCTION] = "FUNCTION", [REL_TYPE] = "TYPE",          [REL_INDEX] = "INDEX",      [REL_SEQUENCE] = "SEQUENCE",
        [REL_DOMAIN] = "DOMAIN",     [REL_SCHEMA] = "SCHEMA",
    };
    ASSERT((unsigned)k < N_RELATION_KINDS);
    return names[k];
}

/* Names of schemas have no dot (db/ddl_schema.c), so what stands before the first one is one, or the name is all of a name. */
static void place(const Catalog *c, Relation *r)
{
    const char *dot = strchr(r->name, '.');
    const Relation *schema = dot && r->kind != REL_SCHEMA ? catalog_schema(c, (Str){r->name, (size_t)(dot - r->name)}) : NULL;
    r->own = schema ? dot + 1 : r->name;
    r->space = schema ? schema->id : 0;
}

Relation *relation_new(const Catalog *c, Account *acct, RelationKind kind, const char *name)
{
    ASSERT(name);
    Relation *r = mem_zalloc(acct, sizeof(Relation));
    if (!r)
        return NULL;
    atomic_init(&r->rc, 1);
    arena_init(&r->arena, acct, RELATION_CHUNK_BYTES);
    r->kind = kind;
    r->op_col = -1;
    r->name = arena_strdup(&r->arena, name);
    if (!r->name)
        return relation_unref(r);
    place(c, r);
    return r;
}

Relation *relation_renamed(const Catalog *c, const Relation *of, const char *name, const char *ddl)
{
    Relation *r = relation_new(c, of->arena.acct, of->kind, name);
    const char *text = r ? arena_strdup(&r->arena, ddl) : NULL;
    if (!text)
        return relation_unref(r);
    Arena arena = r->arena;
    const Relation made = {.name = r->name, .own = r->own, .space = r->space};
    *r = *of;
    atomic_init(&r->rc, 1);
    r->arena = arena;
    r->name = made.name;
    r->own = made.own;
    r->space = made.space;
    r->ddl = text;
    r->schema = of->schema ? schema_ref(of->schema) : NULL;
    r->input_schema = of->input_schema ? schema_ref(of->input_schema) : NULL;
    r->native = of->native ? native_ref(of->native) : NULL;
    if (r->kind == REL_TYPE && r->type.id == T_ENUM && r->type.nested)
        type_enum_hold(r->type);
    r->renamed = relation_ref((Relation *)of);
    return r;
}

Relation *relation_ref(Relation *r)
{
    ASSERT(r);
    atomic_fetch_add_explicit(&r->rc, 1, memory_order_relaxed);
    return r;
}

const Relation *relation_origin(const Relation *r)
{
    while (r->renamed)
        r = r->renamed;
    return r;
}

Relation *relation_unref(Relation *r)
{
    while (r && atomic_fetch_sub_explicit(&r->rc, 1, memory_order_acq_rel) == 1) {
        Account *acct = r->arena.acct;
        Relation *was = r->renamed;
        schema_unref((Schema *)r->schema);
        schema_unref((Schema *)r->input_schema);
        native_unref(r->native);
        if (r->kind == REL_TYPE && r->type.id == T_ENUM && r->type.nested)
            type_enum_release(r->type);
        arena_done(&r->arena);
        mem_free(acct, r, sizeof(*r));
        r = was;
    }
    return NULL;
}

int relation_no_column(const Relation *r, Str column, Span at, Err *err)
{
    const char *near = r->schema ? schema_nearest(r->schema, column) : NULL;
    int rc = RAISE_AT(err, ERR_UNDEFINED_COLUMN, at, "column \"%.*s\" of relation \"%s\" does not exist", (int)column.n, column.p,
                      r->name);
    return near ? err_hint(err, "Did you mean the column \"%s\"?", near) : rc;
}

bool relation_has_domains(const Relation *r)
{
    bool rows_come = r->kind == REL_TABLE || r->kind == REL_SOURCE;
    for (uint32_t i = 0; rows_come && r->schema && i < r->schema->n; i++)
        if (r->schema->field[i].domain)
            return true;
    return false;
}

char *relation_beside(const Relation *r, Str own, Arena *arena)
{
    return arena_printf(arena, "%.*s%.*s", (int)(r->own - r->name), r->name, (int)own.n, own.p);
}

bool relation_in_schema_of(const Relation *r, Str key, Str *ret_own)
{
    size_t n = (size_t)(r->own - r->name);
    if (!str_starts(key, (Str){r->name, n}))
        return false;
    *ret_own = (Str){key.p + n, key.n - n};
    return true;
}

void relation_print_name(const Relation *r, StrBuf *out)
{
    if (r->own > r->name) {
        sql_print_ident((Str){r->name, (size_t)(r->own - r->name) - 1}, out);
        sb_putc(out, '.');
    }
    sql_print_ident(str_of(r->own), out);
}

bool relation_has_key(const Relation *r, Str name)
{
    char made[80];
    snprintf(made, sizeof(made), "%s_pkey", r->own);
    bool has = r->n_primary_key && str_eq(str_of(r->primary_key_name ? r->primary_key_name : made), name);
    for (uint32_t i = 0; i < r->n_unique; i++)
        has |= str_eq(str_of(r->unique[i].name), name);
    return has;
}

bool relation_has_constraint(const Relation *r, Str name)
{
    bool has = relation_has_key(r, name);
    for (uint32_t i = 0; i < r->n_checks; i++)
        has |= str_eq(str_of(r->check_name[i]), name);
    for (uint32_t i = 0; i < r->n_foreign; i++)
        has |= str_eq(str_of(r->foreign[i].name), name);
    return has;
}
