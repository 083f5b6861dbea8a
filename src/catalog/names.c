/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas.  Four are there always: what statements make is in `public`, or in a schema of CREATE SCHEMA, which is an entry of the
 * catalog; the others hold what the database says of itself, under the names that clients of PostgreSQL look for. */
#include "catalog/names.h"

#include "sql/ast_equal.h"

static const char *const schema_names[N_SCHEMAS] = {
    [SCHEMA_NONE] = "",
    [SCHEMA_PUBLIC] = "public",
    [SCHEMA_PG_CATALOG] = "pg_catalog",
    [SCHEMA_INFORMATION] = "information_schema",
    [SCHEMA_LAMINAR] = "laminar_system",
};

const char *schema_name(SchemaId s)
{
    ASSERT((unsigned)s < N_SCHEMAS);
    return schema_names[s];
}

bool schema_id_find(Str name, SchemaId *ret)
{
    if (str_eq(name, STR("main"))) { /* where others keep what they make */
        *ret = SCHEMA_PUBLIC;
        return true;
    }
    for (int i = SCHEMA_PUBLIC; i < N_SCHEMAS; i++)
        if (str_eq(name, str_of(schema_names[i]))) {
            *ret = (SchemaId)i;
            return true;
        }
    return false;
}

int name_schema(const Name *n, SchemaId *ret, Err *err)
{
    ASSERT(n && ret);
    *ret = SCHEMA_NONE;
    if (n->n_parts == 1)
        return 0;
    if (n->n_parts > 3)
        return RAISE_AT(err, ERR_SYNTAX, n->at, "improper qualified name (too many dotted names)");
    if (n->n_parts == 3 && !str_eq(n->part[0].s, STR(DATABASE_NAME)))
        return RAISE_AT(err, ERR_UNSUPPORTED, n->at, "cross-database references are not implemented: the database is \"%s\"",
                        DATABASE_NAME);
    return schema_id_find(n->part[n->n_parts - 2].s, ret) ? 0 : NAME_NO_SCHEMA;
}

int name_no_schema(const Name *n, Err *err)
{
    const Ident *schema = &n->part[n->n_parts - 2];
    const char *near = str_nearest(schema->s, schema_names + 1, N_SCHEMAS - 1);
    int rc = RAISE_AT(err, ERR_UNDEFINED_SCHEMA, schema->at, "schema \"%.*s\" does not exist", (int)schema->s.n, schema->s.p);
    return near ? err_hint(err, "Did you mean \"%s\"?", near) : rc;
}

int name_check_made(const Catalog *c, const Name *n, Err *err)
{
    SchemaId schema;
    int rc = name_schema(n, &schema, err);
    if (rc == NAME_NO_SCHEMA && !catalog_schema(c, n->part[n->n_parts - 2].s))
        return name_no_schema(n, err);
    TRY(MIN(rc, 0));
    if (name_last(n)->s.n > 63)
        return RAISE_AT(err, ERR_NAME_TOO_LONG, n->at, "the name is longer than 63 bytes");
    if (rc == NAME_NO_SCHEMA || schema == SCHEMA_NONE || schema == SCHEMA_PUBLIC)
        return 0;
    (void)RAISE_AT(err, ERR_SYSTEM_OBJECT, n->at, "permission denied for schema %s", schema_name(schema));
    return err_hint(err, "what statements make is in schema \"public\", or in one of CREATE SCHEMA");
}

const char *relation_schema_name(const Relation *r, Arena *arena)
{
    return r->space ? arena_strndup(arena, r->name, (size_t)(r->own - r->name) - 1) : schema_names[SCHEMA_PUBLIC];
}

int name_of_relation(const Relation *r, Arena *arena, Name *ret, Err *err)
{
    Ident *part = ARENA_ARRAY(arena, Ident, 2);
    const char *schema = relation_schema_name(r, arena);
    if (!part || !schema)
        return RAISE_NOMEM(err);
    char *own = arena_strdup(arena, r->own);
    if (!own)
        return RAISE_NOMEM(err);
    part[0] = (Ident){.s = str_of(schema), .at = ret->at};
    part[1] = (Ident){.s = str_of(own), .at = ret->at};
    *ret = (Name){.part = r->space ? part : part + 1, .n_parts = r->space ? 2 : 1, .at = ret->at};
    return name_set_key(arena, ret) ? 0 : RAISE_NOMEM(err);
}

int name_beside(const Relation *r, const Ident *own, Arena *arena, Name *ret, Err *err)
{
    *ret = (Name){.at = own->at};
    TRY(name_of_relation(r, arena, ret, err));
    ret->part[ret->n_parts - 1] = *own;
    return name_set_key(arena, ret) ? 0 : RAISE_NOMEM(err);
}

Str name_key_beside(const Name *n, const Ident *own, Arena *arena)
{
    Str key = name_key(n);
    size_t schema = n->key.p ? key.n - name_last(n)->s.n : 0;
    const char *made = arena_printf(arena, "%.*s%.*s", (int)schema, key.p, (int)own->s.n, own->s.p);
    return made ? str_of(made) : (Str){0};
}

Str name_key_in(const Ident *schema, const Name *n, Arena *arena)
{
    SchemaId id;
    Str own = name_last(n)->s;
    bool is_public = schema_id_find(schema->s, &id) && id == SCHEMA_PUBLIC;
    const char *made = is_public ? arena_strndup(arena, own.p, own.n)
                                 : arena_printf(arena, "%.*s.%.*s", (int)schema->s.n, schema->s.p, (int)own.n, own.p);
    return made ? str_of(made) : (Str){0};
}
