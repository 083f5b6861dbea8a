/* SPDX-License-Identifier: Apache-2.0
 *
 * Names that rows say, looked up in the catalog: a text column as regclass, pg_get_serial_sequence() of columns.  As in
 * bind_catalog.c the answers for all names become one constant of the call. */
#include "plan/bind_impl.h"

#include <stdlib.h>

typedef struct TextPair {
    Str key, value;
} TextPair;

typedef struct TextPairs {
    TextPair *pair;
    uint32_t n, cap;
} TextPairs;

static int pair_cmp(const void *a, const void *b)
{
    return str_cmp(((const TextPair *)a)->key, ((const TextPair *)b)->key);
}

static int pair_add(Arena *a, TextPairs *p, const char *key, const char *value, Err *err)
{
    if (!key || !value)
        return RAISE_NOMEM(err);
    if (p->n == p->cap) {
        TextPair *more = ARENA_ARRAY(a, TextPair, p->cap ? 2 * p->cap : 256);
        if (!more)
            return RAISE_NOMEM(err);
        if (p->n)
            memcpy(more, p->pair, p->n * sizeof(*more));
        p->cap = p->cap ? 2 * p->cap : 256;
        p->pair = more;
    }
    p->pair[p->n++] = (TextPair){str_of(key), str_of(value)};
    return 0;
}

/* As the kernels of func/fn_lookup.c want them. */
static int pack(Arena *a, TextPairs *p, Span at, Expr **ret, Err *err)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < p->n; i++)
        bytes += 2 * sizeof(uint32_t) + p->pair[i].key.n + p->pair[i].value.n;
    char *out = arena_alloc(a, bytes + 1);
    if (!out)
        return RAISE_NOMEM(err);
    Value all = {.type = TYPE(BYTEA), .str = {out, bytes}};
    if (p->n)
        qsort(p->pair, p->n, sizeof(*p->pair), pair_cmp);
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t len[2] = {(uint32_t)p->pair[i].key.n, (uint32_t)p->pair[i].value.n};
        memcpy(out, len, sizeof(len));
        memcpy(out + sizeof(len), p->pair[i].key.p, len[0]);
        memcpy(out + sizeof(len) + len[0], p->pair[i].value.p, len[1]);
        out += sizeof(len) + len[0] + len[1];
    }
    *ret = expr_const(a, &all, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static const char *schema_of(const PlanRows *schemas, int64_t oid)
{
    uint32_t key = bind_system_column(schemas, "oid"), name = bind_system_column(schemas, "nspname");
    for (uint32_t i = 0; i < schemas->n; i++)
        if (schemas->row[i][key].i64 == oid)
            return schemas->row[i][name].str.p;
    return "";
}

/* All names of relations, with their schema and, of those that are searched, without.  The value is the number as a text, or with
 * `whole` the name with its schema. */
static int relation_names(const ExprScope *x, bool whole, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    PlanRows classes, schemas;
    TextPairs p = {0};
    TRY(bind_system_table(x, "pg_class", at, &classes, err));
    TRY(bind_system_table(x, "pg_namespace", at, &schemas, err));
    uint32_t oid = bind_system_column(&classes, "oid"), name = bind_system_column(&classes, "relname"),
             in = bind_system_column(&classes, "relnamespace"), visible = bind_system_column(&classes, "visible");
    for (uint32_t i = 0; i < classes.n; i++) {
        const Value *v = classes.row[i];
        const char *full = arena_printf(a, "%s\1%s", schema_of(&schemas, v[in].i64), v[name].str.p);
        const char *value = whole ? full : arena_printf(a, "%lld", (long long)v[oid].i64);
        TRY(pair_add(a, &p, full, value, err));
        if (v[visible].str.n && v[visible].str.p[0] == 't')
            TRY(pair_add(a, &p, arena_strdup(a, v[name].str.p), value, err));
    }
    return pack(a, &p, at, ret, err);
}

int bind_regclass_of(const ExprScope *x, Expr *name, bool missing_ok, Span at, Expr **ret, Err *err)
{
    Expr *arg[2] = {name};
    TRY(relation_names(x, false, at, &arg[1], err));
    TRY(expr_call(x->b->arena, missing_ok ? STR("name lookup or null") : STR("name lookup"), arg, 2, at, ret, err));
    return expr_cast(x->b->arena, *ret, TYPE(I64), CAST_EXPLICIT, false, ret, err);
}

static bool is_plain_word(const char *name)
{
    bool plain = true;
    for (const char *p = name; *p; p++)
        plain = plain && ((*p >= 'a' && *p <= 'z') || *p == '_' || (p > name && *p >= '0' && *p <= '9'));
    return plain;
}

const char *bind_sequence_text(Arena *a, const Relation *r, const char *name)
{
    const char *schema = relation_schema_name(r, a);
    if (!schema || !name)
        return NULL;
    const char *around = is_plain_word(schema) ? "" : "\"", *quote = is_plain_word(name) ? "" : "\"";
    return arena_printf(a, "%s%s%s.%s%s%s", around, schema, around, quote, name, quote);
}

/* The key of a column: its table, as relation_names() has it whole. */
static const char *column_key(Arena *a, const Relation *table, const char *column)
{
    const char *schema = relation_schema_name(table, a);
    return schema ? arena_printf(a, "%s\1%s\1%s", schema, table->own, column) : NULL;
}

/* Those that columns own and number by. */
static int sequence_pairs(const ExprScope *x, TextPairs *p, Err *err)
{
    Arena *a = x->b->arena;
    const Catalog *c = x->b->ctx->catalog;
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i], *of = r->kind == REL_SEQUENCE && r->input ? catalog_by_id(c, r->input) : NULL;
        if (of)
            TRY(pair_add(a, p, column_key(a, of, r->indexed[0].name), bind_sequence_text(a, r, r->own), err));
        for (uint32_t k = 0; r->varies && k < r->schema->n; k++) {
            const char *column = r->schema->field[k].name;
            if (r->varies[k].identity)
                TRY(pair_add(a, p, column_key(a, r, column), bind_sequence_text(a, r, arena_printf(a, "%s_%s_seq", r->own, column)),
                             err));
        }
    }
    return 0;
}

int bind_serial_sequence_of(const ExprScope *x, Expr *const *arg, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Expr *of[2], *key[3], *look[2];
    TextPairs p = {0};
    Value one = {.type = TYPE(TEXT), .str = STR("\1")};
    TRY(expr_cast(a, arg[0], TYPE(TEXT), CAST_EXPLICIT, false, &of[0], err));
    TRY(relation_names(x, true, at, &of[1], err));
    TRY(expr_call(a, STR("name lookup"), of, 2, at, &key[0], err));
    key[1] = expr_const(a, &one, at);
    if (!key[1])
        return RAISE_NOMEM(err);
    TRY(expr_cast(a, arg[1], TYPE(TEXT), CAST_EXPLICIT, false, &key[2], err));
    TRY(expr_call(a, STR("||"), key, 2, at, &key[0], err));
    TRY(expr_call(a, STR("||"), (Expr *[]){key[0], key[2]}, 2, at, &look[0], err));
    TRY(sequence_pairs(x, &p, err));
    TRY(pack(a, &p, at, &look[1], err));
    return expr_call(a, STR("text lookup"), look, 2, at, ret, err);
}
