/* SPDX-License-Identifier: Apache-2.0
 *
 * The sequence that a text names, as nextval('public."Numbers"') says it: identifiers as in SQL, within a string. */
#include "catalog/catalog.h"
#include "catalog/names.h"

#include <stdio.h>

/* Takes one identifier off the front of s. */
static int take_ident(Str *s, char ret[64], Err *err)
{
    size_t n = 0;
    const char *p = s->p, *end = s->p + s->n;
    bool quoted = p < end && *p == '"', closed = !quoted;
    for (p += quoted; p < end; p++) {
        if (quoted && *p == '"' && !(p + 1 < end && p[1] == '"')) {
            closed = true;
            p++;
            break;
        }
        if (quoted && *p == '"')
            p++;
        if (!quoted && *p == '.')
            break;
        if (!quoted && !((unsigned char)*p >= 0x80 || *p == '_' || *p == '$' || (*p >= '0' && *p <= '9') ||
                         (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')))
            return RAISE(err, ERR_INVALID_NAME, "invalid name syntax");
        if (n == 63)
            return RAISE(err, ERR_NAME_TOO_LONG, "the name is longer than 63 bytes");
        ret[n++] = !quoted && *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
    }
    ret[n] = 0;
    *s = (Str){p, (size_t)(end - p)};
    return n && closed ? 0 : RAISE(err, ERR_INVALID_NAME, "invalid name syntax");
}

const Relation *catalog_numbering(const Catalog *c, Str name, int32_t *ret_col)
{
    static const char end[] = "_seq";
    const size_t n_end = sizeof(end) - 1;
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        size_t n = strlen(r->name);
        if (r->kind != REL_TABLE || !r->varies || name.n < n + 2 + n_end || memcmp(name.p, r->name, n) != 0 || name.p[n] != '_' ||
            memcmp(name.p + name.n - n_end, end, n_end) != 0)
            continue;
        *ret_col = schema_find(r->schema, (Str){name.p + n + 1, name.n - n - 1 - n_end});
        if (*ret_col >= 0 && r->varies[*ret_col].identity)
            return r;
    }
    *ret_col = -1;
    return NULL;
}

int catalog_sequence(const Catalog *c, Str text, const Relation **ret, int32_t *ret_col, Err *err)
{
    char name[64], schema[64], key[OBJECT_NAME_MAX];
    SchemaId id = SCHEMA_PUBLIC;
    bool made = false;
    Str rest = text;
    TRY(take_ident(&rest, name, err));
    if (rest.n && *rest.p == '.') {
        memcpy(schema, name, sizeof(schema));
        rest = (Str){rest.p + 1, rest.n - 1};
        TRY(take_ident(&rest, name, err));
        made = !schema_id_find(str_of(schema), &id);
        if (made && !catalog_schema(c, str_of(schema)))
            return RAISE(err, ERR_UNDEFINED_SCHEMA, "schema \"%s\" does not exist", schema);
    }
    if (rest.n)
        return RAISE(err, ERR_INVALID_NAME, "invalid name syntax");
    snprintf(key, sizeof(key), "%s%s%s", made ? schema : "", made ? "." : "", name);
    const Relation *r = id == SCHEMA_PUBLIC ? catalog_find(c, str_of(key)) : NULL;
    *ret_col = -1;
    if (!r && id == SCHEMA_PUBLIC && (*ret = catalog_numbering(c, str_of(key), ret_col)) != NULL)
        return 0;
    if (!r)
        return RAISE(err, ERR_UNDEFINED_RELATION, "relation \"%.*s\" does not exist", (int)text.n, text.p);
    if (r->kind != REL_SEQUENCE)
        return RAISE(err, ERR_WRONG_OBJECT_TYPE, "\"%s\" is not a sequence", name);
    *ret = r;
    return 0;
}
