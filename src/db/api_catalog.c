/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas and the list of sources. */
#include "db/api.h"

int32_t api_schema_new(const Schema *s, LaminarSchema **out)
{
    LaminarSchema *h = mem_zalloc(NULL, sizeof(*h));
    if (h)
        h->schema = schema_new(NULL, s->field, s->n);
    if (!h || !h->schema) {
        mem_free(NULL, h, sizeof(*h));
        Err err = ERR_INIT;
        return api_return(RAISE_NOMEM(&err), &err);
    }
    *out = h;
    return LAMINAR_OK;
}

Str api_name(const Catalog *c, Str name, char *buf)
{
    Str low = {buf, name.n};
    if (name.n >= API_NAME_BYTES || catalog_find(c, name))
        return name;
    for (size_t i = 0; i < name.n; i++)
        buf[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + ('a' - 'A') : name.p[i]);
    Str schema = STR("public.");
    if (str_starts(low, schema))
        low = (Str){low.p + schema.n, low.n - schema.n};
    return catalog_find(c, low) ? low : name;
}

int32_t laminar_get_schema(LaminarConnection *conn, const char *name, LaminarSchema **out)
{
    if (!conn || !name || !out)
        return api_null();
    api_begin();
    Str id;
    if (!api_text(name, &id))
        return LAMINAR_ERR_INVALID_UTF8;
    Err err = ERR_INIT;
    Database *db = conn->db;
    int rc = db_check_open(db, &err);
    if (rc < 0)
        return api_return(rc, &err);
    Catalog *c = db_catalog(db);
    char buf[API_NAME_BYTES];
    const Relation *r = catalog_find(c, api_name(c, id, buf));
    int32_t code;
    if (!r || (r->kind != REL_SOURCE && r->kind != REL_TABLE && r->kind != REL_VIEW && r->kind != REL_QUERY))
        code = api_return(RAISE(&err, ERR_UNDEFINED_RELATION, "%s", name), &err);
    else
        code = api_schema_new(r->schema, out);
    catalog_unref(c);
    return code;
}

static void json_text(StrBuf *b, const char *s)
{
    sb_putc(b, '"');
    for (const unsigned char *p = (const unsigned char *)s; *p; p++) {
        if (*p == '"' || *p == '\\')
            sb_printf(b, "\\%c", *p);
        else if (*p < 0x20)
            sb_printf(b, "\\u%04x", *p);
        else
            sb_putc(b, (char)*p);
    }
    sb_putc(b, '"');
}

int32_t laminar_list_sources(LaminarConnection *conn, char **out)
{
    if (!conn || !out)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    Database *db = conn->db;
    int rc = db_check_open(db, &err);
    if (rc < 0)
        return api_return(rc, &err);
    Catalog *c = db_catalog(db);
    StrBuf b;
    sb_init(&b, NULL);
    sb_putc(&b, '[');
    for (uint32_t i = 0; i < c->n; i++) {
        if (c->relation[i]->kind != REL_SOURCE)
            continue;
        if (b.n > 1)
            sb_puts(&b, ", ");
        json_text(&b, c->relation[i]->name);
    }
    sb_putc(&b, ']');
    char *text = b.failed ? NULL : api_strdup(sb_cstr(&b));
    sb_done(&b);
    catalog_unref(c);
    if (!text)
        return api_return(RAISE_NOMEM(&err), &err);
    *out = text;
    return LAMINAR_OK;
}

int32_t laminar_schema_num_fields(LaminarSchema *schema, size_t *out)
{
    if (!schema || !out)
        return api_null();
    api_begin();
    *out = schema->schema->n;
    return LAMINAR_OK;
}

static int32_t field_text(LaminarSchema *schema, size_t index, char **out, int (*print)(Type t, char *buf, size_t cap))
{
    if (!schema || !out)
        return api_null();
    api_begin();
    if (index >= schema->schema->n)
        return api_error(LAMINAR_ERR_NULL_POINTER, "Field index out of bounds");
    const Field *f = &schema->schema->field[index];
    char buf[256];
    if (print)
        print(f->type, buf, sizeof(buf));
    char *text = api_strdup(print ? buf : f->name);
    Err err = ERR_INIT;
    if (!text)
        return api_return(RAISE_NOMEM(&err), &err);
    *out = text;
    return LAMINAR_OK;
}

int32_t laminar_schema_field_name(LaminarSchema *schema, size_t index, char **out)
{
    return field_text(schema, index, out, NULL);
}

int32_t laminar_schema_field_type(LaminarSchema *schema, size_t index, char **out)
{
    return field_text(schema, index, out, type_print_arrow);
}

int32_t laminar_schema_field_sql_type(LaminarSchema *schema, size_t index, char **out)
{
    return field_text(schema, index, out, type_print);
}

void laminar_schema_free(LaminarSchema *schema)
{
    if (!schema)
        return;
    schema_unref(schema->schema);
    mem_free(NULL, schema, sizeof(*schema));
}
