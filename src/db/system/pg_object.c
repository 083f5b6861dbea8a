/* SPDX-License-Identifier: Apache-2.0
 *
 * Relations, indexes and their numbers, for pg_catalog and information_schema. */
#include "db/system/pg_object.h"
#include "db/foreign.h"
#include "db/search_path.h"
#include "func/type_oid.h"
#include "sql/parse.h"

#include <stdio.h>

#define OID_SYSTEM 12000

int64_t pg_namespace_oid(SchemaId s)
{
    static const int64_t oid[N_SCHEMAS] = {
        [SCHEMA_PUBLIC] = 2200, [SCHEMA_PG_CATALOG] = 11, [SCHEMA_INFORMATION] = 13000, [SCHEMA_LAMINAR] = 13001};
    return oid[s];
}

bool pg_schema_at(const SysScan *s, uint32_t index, int64_t *ret_oid, const char **ret_name)
{
    if (index < N_SCHEMAS - SCHEMA_PUBLIC) {
        *ret_oid = pg_namespace_oid((SchemaId)(SCHEMA_PUBLIC + index));
        *ret_name = schema_name((SchemaId)(SCHEMA_PUBLIC + index));
        return true;
    }
    index -= N_SCHEMAS - SCHEMA_PUBLIC;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        if (r->kind != REL_SCHEMA || index-- > 0)
            continue;
        *ret_oid = pg_made_oid(r);
        *ret_name = r->name;
        return true;
    }
    return false;
}

int64_t pg_space_of(const Relation *r)
{
    return r->space ? OID_FIRST + (int64_t)r->space * OID_PER_RELATION : pg_namespace_oid(SCHEMA_PUBLIC);
}

const char *pg_schema_of(const SysScan *s, const Relation *r)
{
    const Relation *schema = r->space ? catalog_by_id(s->catalog, r->space) : NULL;
    return schema ? schema->name : schema_name(SCHEMA_PUBLIC);
}

/* Numbers that clients have written into their queries. */
static int64_t system_oid(const SysRelation *r, uint32_t index)
{
    static const struct {
        const char *name;
        int64_t oid;
    } known[] = {
        {"pg_class", 1259},      {"pg_type", 1247},  {"pg_proc", 1255},    {"pg_attribute", 1249},   {"pg_namespace", 2615},
        {"pg_constraint", 2606}, {"pg_index", 2610}, {"pg_attrdef", 2604}, {"pg_description", 2609}, {"pg_database", 1262},
    };
    for (size_t i = 0; i < ARRAY_LEN(known) && r->schema == SCHEMA_PG_CATALOG; i++)
        if (strcmp(known[i].name, r->name) == 0)
            return known[i].oid;
    return OID_SYSTEM + index;
}

static char kind_of(const Relation *r)
{
    switch (r->kind) {
    case REL_TABLE: return 'r';
    case REL_SOURCE: return 'f'; /* rows come from elsewhere */
    case REL_VIEW: return 'm';
    default: return 'v';
    }
}

/* Of laminar_system they are found without it, too, but should not stand among one's own relations in every list. */
int pg_each(SysScan *s, PgEach each, Err *err)
{
    SearchPath path;
    TRY(search_path_of(s->db, s->catalog, s->arena, &path, err));
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        if (r->kind == REL_SINK || !r->schema || !relation_is_one(r) || r->hidden) /* no name finds what is hidden */
            continue;
        PgRelation p = {.oid = relation_oid(r), .space = pg_space_of(r), .schema = pg_schema_of(s, r), .name = r->own};
        p.visible = search_path_finds(&path, s->catalog, r);
        p.kind = kind_of(r);
        p.n = r->schema->n;
        p.field = r->schema->field;
        p.made = r;
        TRY(each(s, &p, err));
    }
    for (uint32_t i = 0; sys_at(i); i++) {
        const SysRelation *r = sys_at(i);
        PgRelation p = {.oid = system_oid(r, i), .space = pg_namespace_oid(r->schema), .schema = schema_name(r->schema)};
        p.kind = r->schema == SCHEMA_PG_CATALOG ? 'r' : 'v';
        p.visible = r->schema == SCHEMA_PG_CATALOG;
        Field *field;
        TRY(sys_columns(r, s->arena, &field, NULL, &p.n, err));
        p.name = sys_name(r, p.name_buf, sizeof(p.name_buf));
        p.field = field;
        p.system = r;
        for (uint32_t c = 0; c < p.n; c++) /* what only a name with the relation before it means is no column */
            if (strcmp(field[c].name, "tableoid") == 0)
                p.n = c;
        TRY(each(s, &p, err));
    }
    return 0;
}

static int column_sequences(SysScan *s, const Relation *r, int (*each)(SysScan *s, const PgSequence *q, Err *err), Err *err)
{
    uint32_t n = 0;
    for (uint32_t c = 0; r->varies && c < r->schema->n && n < OID_ROW_TYPE - OID_SEQUENCE; c++) {
        const struct RelationVaries *v = &r->varies[c];
        PgSequence q = {.of = r, .col = (int32_t)c, .owner = r, .owner_col = (int32_t)c, .identity = !v->serial};
        if (!v->identity)
            continue;
        q.oid = relation_oid(r) + OID_SEQUENCE + n++;
        q.type = r->schema->field[c].type;
        q.numbers = &v->numbers;
        (void)snprintf(q.name, sizeof(q.name), "%s_%s_seq", r->own, r->schema->field[c].name);
        TRY(each(s, &q, err));
    }
    return 0;
}

int pg_each_sequence(SysScan *s, int (*each)(SysScan *s, const PgSequence *q, Err *err), Err *err)
{
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        PgSequence q = {.of = r, .col = -1, .oid = relation_oid(r), .type = r->type, .numbers = &r->sequence, .owner_col = -1};
        if (r->kind == REL_TABLE)
            TRY(column_sequences(s, r, each, err));
        if (r->kind != REL_SEQUENCE)
            continue;
        q.owner = r->input ? catalog_by_id(s->catalog, r->input) : NULL;
        q.owner_col = q.owner ? schema_find(q.owner->schema, str_of(r->indexed[0].name)) : -1;
        (void)snprintf(q.name, sizeof(q.name), "%s", r->own);
        TRY(each(s, &q, err));
    }
    return 0;
}

int64_t pg_made_oid(const Relation *r)
{
    return relation_oid(r);
}

/* The entry that names it; what it is made of is interned. */
static const Relation *type_entry(const Catalog *c, Type t)
{
    TypeId id = (TypeId)(t.id == T_ARRAY ? t.element : t.id);
    if (id != T_ENUM && id != T_STRUCT)
        return NULL;
    for (uint32_t i = 0; i < c->n; i++)
        if (c->relation[i]->kind == REL_TYPE && c->relation[i]->type.id == id && c->relation[i]->type.nested == t.nested)
            return c->relation[i];
    return NULL;
}

int64_t pg_type_oid_in(const Catalog *c, Type t)
{
    const Relation *r = type_entry(c, t);
    return r ? pg_made_oid(r) + (t.id == T_ARRAY) : (int64_t)pg_type_oid(t);
}

void pg_put_type(const Catalog *c, Type t, StrBuf *out)
{
    const Relation *r = type_entry(c, t);
    if (!r) {
        pg_type_print(pg_type_oid(t), -1, out);
        return;
    }
    pg_put_made(out, r);
    sb_puts(out, t.id == T_ARRAY ? "[]" : "");
}

static const Relation *domain_entry(const Catalog *c, const Field *f, bool *ret_is_array)
{
    const Relation *r = f->domain ? catalog_by_id(c, f->domain) : NULL;
    *ret_is_array = r && f->type.id == T_ARRAY && r->type.id != T_ARRAY;
    return r;
}

const Relation *pg_domain_of(const Catalog *c, const Field *f)
{
    bool is_array;
    const Relation *r = domain_entry(c, f, &is_array);
    return is_array ? NULL : r;
}

int64_t pg_field_oid(const Catalog *c, const Field *f)
{
    bool is_array;
    const Relation *r = domain_entry(c, f, &is_array);
    if (f->type.id == T_UNKNOWN || (f->type.id == T_ARRAY && f->type.element == T_UNKNOWN))
        return f->type.id == T_ARRAY ? 2277 : 2283; /* anyarray, anyelement */
    return r ? pg_made_oid(r) + is_array : pg_type_oid_in(c, f->type);
}

void pg_put_field_type(const Catalog *c, const Field *f, StrBuf *out)
{
    bool is_array;
    const Relation *r = domain_entry(c, f, &is_array);
    if (f->type.id == T_UNKNOWN || (f->type.id == T_ARRAY && f->type.element == T_UNKNOWN)) {
        sb_puts(out, f->type.id == T_ARRAY ? "anyarray" : "anyelement");
        return;
    }
    if (!r) {
        pg_put_type(c, f->type, out);
        return;
    }
    pg_put_made(out, r);
    sb_puts(out, is_array ? "[]" : "");
}

uint32_t pg_index_count(const Relation *r)
{
    return r && r->kind == REL_TABLE ? (r->n_primary_key > 0) + r->n_unique : 0;
}

void pg_index_at(const Relation *r, uint32_t i, PgIndex *ret)
{
    bool primary = r->n_primary_key > 0 && i == 0;
    const struct RelationUnique *u = primary ? NULL : &r->unique[i - (r->n_primary_key > 0)];
    *ret = (PgIndex){.of = r, .relation = relation_oid(r), .is_primary = primary || u->primary};
    ret->is_unique = true;
    ret->nulls_equal = u && u->nulls_equal;
    ret->deferrable = u && u->deferrable;
    ret->deferred = u && u->deferred;
    ret->oid = ret->relation + OID_INDEX + i;
    ret->constraint = ret->relation + OID_CONSTRAINT + i;
    ret->n = primary ? r->n_primary_key : u->n;
    ret->col = primary ? r->primary_key : u->col;
    if (primary && !r->primary_key_name)
        snprintf(ret->name, sizeof(ret->name), "%s_pkey", r->own);
    else
        snprintf(ret->name, sizeof(ret->name), "%s", primary ? r->primary_key_name : u->name);
}

bool pg_foreign_at(const Catalog *c, const Relation *r, uint32_t i, PgForeign *ret)
{
    int32_t arbiter;
    ret->key = &r->foreign[i];
    ret->to = foreign_target(c, r, i);
    if (!ret->to || ret->key->n > COLUMNS_MAX || !foreign_resolve(ret->to, ret->key, ret->col, &arbiter))
        return false;
    pg_index_at(ret->to, arbiter < 0 ? 0 : (uint32_t)arbiter + (ret->to->n_primary_key > 0), &ret->unique);
    return true;
}

const char *pg_action_name(uint8_t action)
{
    static const char *const names[] = {"NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"};
    return names[action];
}

static const Relation *ordered_at(const Catalog *c, const Relation *r, uint32_t i)
{
    for (uint32_t k = 0; k < c->n; k++)
        if (c->relation[k]->kind == REL_INDEX && c->relation[k]->input == r->id && i-- == 0)
            return c->relation[k];
    return NULL;
}

uint32_t pg_index_count_all(const Catalog *c, const Relation *r)
{
    uint32_t n = pg_index_count(r), n_ordered = 0;
    while (r && ordered_at(c, r, n_ordered))
        n_ordered++;
    return n + n_ordered;
}

void pg_index_at_all(const Catalog *c, const Relation *r, uint32_t i, PgIndex *ret)
{
    uint32_t n = pg_index_count(r);
    if (i < n) {
        pg_index_at(r, i, ret);
        return;
    }
    const Relation *x = ordered_at(c, r, i - n);
    *ret = (PgIndex){.of = r, .ordered = x, .relation = relation_oid(r)};
    ret->oid = relation_oid(x);
    ret->n = x->n_indexed;
    for (uint32_t k = 0; k < x->n_indexed; k++)
        ret->found[k] = x->indexed[k].expr ? UINT32_MAX : (uint32_t)MAX(schema_find(r->schema, str_of(x->indexed[k].name)), 0);
    ret->is_unique = x->index_unique;
    ret->nulls_equal = x->nulls_equal;
    ret->col = ret->found;
    snprintf(ret->name, sizeof(ret->name), "%s", x->own);
}

void pg_index_columns(const PgIndex *x, StrBuf *out)
{
    for (uint32_t i = 0; i < x->n; i++) {
        sb_puts(out, i ? ", " : "");
        const struct RelationIndexed *k = x->ordered ? &x->ordered->indexed[i] : NULL;
        if (k && k->expr)
            sb_printf(out, k->is_call ? "%s" : "(%s)", k->expr);
        else
            pg_put_name(out, x->of->schema->field[x->col[i]].name);
        if (!k)
            continue;
        sb_puts(out, k->desc ? " DESC" : "");
        bool first = k->nulls == SORT_NULLS_FIRST;
        if (k->nulls && first != k->desc) /* else it is what the direction says */
            sb_puts(out, first ? " NULLS FIRST" : " NULLS LAST");
    }
}

void pg_put_name(StrBuf *out, const char *name)
{
    KeywordClass class = sql_keyword_class(str_of(name));
    bool plain = (name[0] >= 'a' && name[0] <= 'z') || name[0] == '_';
    for (const char *p = name; *p; p++)
        plain = plain && ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_');
    if (plain && (class == KEYWORD_NONE || class == KEYWORD_NAME)) {
        sb_puts(out, name);
        return;
    }
    sb_putc(out, '"');
    for (const char *p = name; *p; p++) {
        sb_puts(out, *p == '"' ? "\"" : "");
        sb_putc(out, *p);
    }
    sb_putc(out, '"');
}

void pg_put_made(StrBuf *out, const Relation *r)
{
    char schema[OBJECT_NAME_MAX];
    snprintf(schema, sizeof(schema), "%.*s", r->space ? (int)(r->own - r->name) - 1 : 0, r->name);
    if (r->space) {
        pg_put_name(out, schema);
        sb_putc(out, '.');
    }
    pg_put_name(out, r->own);
}
