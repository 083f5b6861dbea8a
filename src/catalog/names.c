/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas.  There are four and no more: what statements make is in `public`; the others hold what the database says of itself,
 * under the names that clients of PostgreSQL look for. */
#include "catalog/names.h"

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

int name_check_public(const Name *n, Err *err)
{
    SchemaId schema;
    int rc = name_schema(n, &schema, err);
    if (rc == NAME_NO_SCHEMA)
        return name_no_schema(n, err);
    TRY(rc);
    if (schema == SCHEMA_NONE || schema == SCHEMA_PUBLIC)
        return 0;
    (void)RAISE_AT(err, ERR_SYSTEM_OBJECT, n->at, "permission denied for schema %s", schema_name(schema));
    return err_hint(err, "what statements make is in schema \"public\"");
}
