/* SPDX-License-Identifier: Apache-2.0
 *
 * Constants as written: numbers get PostgreSQL's smallest fitting type, strings stay of unknown type until something asks for one.
 */
#include "plan/bind_function.h"

#include "data/nested.h"

#include "base/decimal.h"

/* Texts are copied: the plan outlives the statement. */
static int finish(Arena *a, const Value *v, Span at, Expr **ret, Err *err)
{
    Value own = *v;
    if (!v->is_null && (type_is_string(v->type.id) || v->type.id == T_UNKNOWN)) {
        own.str.p = arena_strndup(a, v->str.n ? v->str.p : "", v->str.n);
        if (!own.str.p)
            return RAISE_NOMEM(err);
    }
    *ret = expr_const(a, &own, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int bind_integer(Str text, Span at, Value *ret, Err *err)
{
    int64_t i;
    if (str_to_i64(text, &i)) {
        if (i >= INT32_MIN && i <= INT32_MAX)
            *ret = (Value){.type = TYPE(I32), .i32 = (int32_t)i};
        else
            *ret = (Value){.type = TYPE(I64), .i64 = i};
        return 0;
    }
    i128 d;
    if (decimal_parse(text, DECIMAL_DIGITS_MAX, 0, &d) < 0)
        return RAISE_AT(err, ERR_NUMERIC_RANGE, at, "number \"%.*s\" has more than %d digits", (int)text.n, text.p,
                        DECIMAL_DIGITS_MAX);
    *ret = (Value){.type = TYPE_DECIMAL(DECIMAL_DIGITS_MAX, 0), .dec = d};
    return 0;
}

static int bind_decimal(Str text, Span at, Value *ret, Err *err)
{
    i128 d;
    unsigned precision, scale;
    if (decimal_parse_any(text, &d, &precision, &scale) < 0)
        return RAISE_AT(err, ERR_NUMERIC_RANGE, at, "number \"%.*s\" has more than %d digits", (int)text.n, text.p,
                        DECIMAL_DIGITS_MAX);
    *ret = (Value){.type = TYPE_DECIMAL(MAX(MAX(precision, scale), 1u), scale), .dec = d};
    return 0;
}

/* BIT of so many bits; none are VARBIT, for there is no BIT(0). */
static Type bits_type(size_t n)
{
    return (Type){.id = T_BITS, .precision = n > 0, .length = (uint32_t)n};
}

int bind_literal(Arena *a, const ExprLiteral *l, bool negative, Expr **ret, Err *err)
{
    Value v = value_null(TYPE(UNKNOWN));
    Span at = l->node.at;
    Str text = l->text;
    if (negative) { /* so that the smallest integer is one */
        char *p = arena_printf(a, "-%.*s", (int)text.n, text.p);
        if (!p)
            return RAISE_NOMEM(err);
        text = str_of(p);
    }
    switch (l->kind) {
    case LITERAL_NULL: break;
    case LITERAL_BOOL: v = (Value){.type = TYPE(BOOL), .b = l->flag}; break;
    case LITERAL_INT: TRY(bind_integer(text, at, &v, err)); break;
    case LITERAL_DECIMAL: TRY(bind_decimal(text, at, &v, err)); break;
    case LITERAL_FLOAT:
        v = (Value){.type = TYPE(F64)};
        if (!str_to_f64(text, &v.f64))
            return RAISE_AT(err, ERR_NUMERIC_RANGE, at, "number \"%.*s\" is out of range for type double precision", (int)text.n,
                            text.p);
        break;
    case LITERAL_STRING: v = (Value){.type = TYPE(UNKNOWN), .str = text}; break;
    case LITERAL_BITS: v = (Value){.type = bits_type(text.n), .str = text}; break;
    }
    return finish(a, &v, at, ret, err);
}

/* An error of reading a constant gets the constant's place. */
static int located(Err *err, Span at, int rc)
{
    if (rc < 0 && err && span_is_none(err->at))
        err->at = at;
    return rc;
}

/* What a definition needs of the types that CREATE TYPE made. */
int bind_known_type(Binder *b, const TypeName *t, Field *ret, Err *err)
{
    TRY(bind_field_type(b->ctx->catalog, t, ret, err));
    const char *name = ret->type.nested ? ret->type.nested->name : NULL;
    const Relation *r = name ? catalog_find(b->ctx->catalog, str_of(name)) : NULL;
    if (r)
        TRY(bind_remember(b, r, err));
    r = ret->domain ? catalog_by_id(b->ctx->catalog, ret->domain) : NULL;
    return r ? bind_remember(b, r, err) : 0;
}

int bind_typed(Binder *b, const ExprTyped *t, Expr **ret, Err *err)
{
    Arena *a = b->arena;
    Field of;
    Value v;
    TRY(bind_known_type(b, t->type, &of, err));
    Type type = of.type;
    Value literal = {.type = TYPE(UNKNOWN), .str = t->text};
    if (of.domain || expr_is_moment(&literal, type) || expr_is_time_alone(&literal, type) || type_is_bare(type)) {
        TRY(finish(a, &literal, t->node.at, ret, err));
        TRY(expr_cast(a, *ret, type, CAST_EXPLICIT, false, ret, err));
        return bind_domain(b, &of, *ret, false, ret, err);
    }
    bool any_bits = type.id == T_BITS && type.precision && t->type->n_mods == 0; /* BIT '101' is as long as it is */
    TRY(located(err, t->node.at, value_parse_sql(any_bits ? TYPE(BITS) : type, t->text, a, &v, err)));
    if (any_bits)
        v.type = bits_type(v.str.n);
    return finish(a, &v, t->node.at, ret, err);
}

int bind_interval(Arena *a, const ExprInterval *e, Expr **ret, Err *err)
{
    static const char *const names[N_INTERVAL_UNITS] = {"",    "microsecond", "millisecond", "second",  "minute", "hour",
                                                        "day", "week",        "month",       "quarter", "year"};
    Value v = {.type = TYPE(INTERVAL)};
    int rc = interval_parse_unit(e->text, str_of(names[e->from]), str_of(names[e->to]), &v.iv);
    if (rc < 0)
        return RAISE_AT(err, (ErrCode)-rc, e->node.at, "invalid input syntax for type interval: \"%.*s\"", (int)e->text.n,
                        e->text.p);
    return finish(a, &v, e->node.at, ret, err);
}

int bind_param(const ExprScope *x, const ExprParam *p, Expr **ret, Err *err)
{
    const PlanContext *ctx = x->b->ctx;
    int is_param = bind_function_param(x, p, ret, err);
    if (is_param)
        return MIN(is_param, 0);
    if (p->number == 0 || p->number > ctx->n_params)
        return RAISE_AT(err, ERR_UNDEFINED_PARAMETER, p->node.at, "there is no parameter $%u", p->number);
    ParamSlot *slot = &ctx->params[p->number - 1];
    Value v = slot->has_value ? slot->value : value_null(slot->type);
    TRY(finish(x->b->arena, &v, p->node.at, ret, err));
    (*ret)->infer = !slot->has_value && slot->type.id == T_UNKNOWN ? &slot->type : NULL;
    return 0;
}

static int bind_any_type(const Catalog *c, const TypeName *t, Type *ret, uint64_t *ret_domain, Err *err);

/* The type of a part of another one.  Nothing checks parts, so they are of types without limits, and times keep their digits. */
static int bind_part_type(const Catalog *c, const TypeName *t, Type *ret, uint64_t *ret_domain, Err *err)
{
    char name[64], wider[64];
    TRY(bind_any_type(c, t, ret, ret_domain, err));
    if (!type_is_limited(*ret))
        return 0;
    type_print(*ret, name, sizeof(name));
    bool digits = ret->length >= LIMIT_DIGITS;
    ret->length = 0;
    if (digits)
        return 0;
    type_print(*ret, wider, sizeof(wider));
    (void)RAISE_AT(err, ERR_UNSUPPORTED, t->node.at, "%s as a part of another type is not supported", name);
    (void)err_hint(err, "Use %s.", wider);
    return -ERR_UNSUPPORTED;
}

int bind_row_type(const Catalog *c, const char *name, const NodeList *fields, Span at, Type *ret, Err *err)
{
    Field field[STRUCT_FIELDS_MAX];
    uint32_t n = 0;
    if (fields->n > STRUCT_FIELDS_MAX)
        return RAISE_AT(err, ERR_TOO_MANY_COLUMNS, at, "a STRUCT has at most %d fields", STRUCT_FIELDS_MAX);
    AST_EACH(item, *fields)
    {
        const TypeField *f = AST(TypeField, item);
        for (uint32_t i = 0; i < n; i++)
            if (str_eq(str_of(field[i].name), f->name.s))
                return RAISE_AT(err, ERR_DUPLICATE_COLUMN, item->at, "field name \"%.*s\" specified more than once",
                                (int)f->name.s.n, f->name.s.p);
        field[n] = (Field){.name = f->name.s.p};
        TRY(bind_part_type(c, f->type, &field[n++].type, NULL, err));
    }
    return type_struct(name, field, n, ret) < 0 ? RAISE_NOMEM(err) : 0;
}

static int bind_map_type(const Catalog *c, const TypeName *t, Type *ret, Err *err)
{
    Type part[2];
    uint32_t n = 0;
    AST_EACH(item, t->args)
    {
        if (n == 2)
            break;
        TRY(bind_part_type(c, AST(TypeName, item), &part[n++], NULL, err));
    }
    if (n < 2)
        return RAISE_AT(err, ERR_SYNTAX, t->node.at, "a MAP has a type of keys and one of values");
    return type_map(part[0], part[1], ret) < 0 ? RAISE_NOMEM(err) : 0;
}

/* A type that CREATE TYPE made. */
static const Relation *find_type(const Catalog *c, const TypeName *t)
{
    const Relation *r = c ? catalog_find(c, name_key(&t->name)) : NULL;
    return r && relation_is_type(r) && !r->broken ? r : NULL;
}

/* With a schema. */
static int no_type(const Catalog *c, const TypeName *t, Err *err)
{
    SchemaId schema;
    Str key = name_key(&t->name);
    int rc = name_schema(&t->name, &schema, err);
    if (rc == NAME_NO_SCHEMA && !catalog_schema(c, t->name.part[t->name.n_parts - 2].s))
        return name_no_schema(&t->name, err);
    TRY(MIN(rc, 0));
    return RAISE_AT(err, ERR_UNDEFINED_OBJECT, t->node.at, "type \"%.*s\" does not exist", (int)key.n, key.p);
}

/* A domain where only types can be held to it: ret_domain NULL. */
static int take_domain(const Relation *r, Span at, Type *ret, uint64_t *ret_domain, Err *err)
{
    if (!ret_domain)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "a domain, such as \"%s\", is not supported here", r->name);
    *ret = r->type;
    *ret_domain = r->id;
    return 0;
}

static int bind_array_type(const Catalog *c, const TypeName *t, Type *ret, uint64_t *ret_domain, Err *err)
{
    TypeName element = *t;
    element.n_dims = 0;
    TRY(bind_part_type(c, t->n_dims ? &element : AST(TypeName, t->args.first), ret, ret_domain, err));
    if (ret->id == T_ARRAY && ret_domain && *ret_domain)
        return RAISE_AT(err, ERR_UNSUPPORTED, t->node.at, "an array of a domain over arrays is not supported");
    if (ret->id != T_ARRAY) /* arrays of any number of dimensions are of one type */
        *ret = type_array(*ret);
    return 0;
}

static int bind_any_type(const Catalog *c, const TypeName *t, Type *ret, uint64_t *ret_domain, Err *err)
{
    int64_t mods[2] = {t->mod[0], t->mod[1]};
    bool is_array = t->args.n == 1 && t->name.n_parts == 1 && str_eq(name_last(&t->name)->s, STR("array"));
    if (ret_domain)
        *ret_domain = 0;
    if (t->n_dims || is_array)
        return bind_array_type(c, t, ret, ret_domain, err);
    if (t->fields.n)
        return bind_row_type(c, NULL, &t->fields, t->node.at, ret, err);
    if (t->args.n)
        return bind_map_type(c, t, ret, err);
    int is_interval = bind_interval_type(t, ret, err);
    if (is_interval)
        return MIN(is_interval, 0);
    const Relation *made = find_type(c, t);
    if (made && made->kind == REL_DOMAIN && t->n_mods == 0)
        return take_domain(made, t->node.at, ret, ret_domain, err);
    if (made && t->n_mods == 0) {
        *ret = made->type;
        return 0;
    }
    if (t->name.n_parts > 1 && !(t->name.n_parts == 2 && str_eq(t->name.part[0].s, STR("pg_catalog"))))
        return no_type(c, t, err);
    if (name_last(&t->name)->quoted && str_eq(name_last(&t->name)->s, STR("char"))) { /* PostgreSQL's one byte of its catalogs */
        *ret = TYPE(TEXT);
        return 0;
    }
    return located(err, t->node.at, type_of_name(name_last(&t->name)->s, mods, t->n_mods, ret, err));
}

int bind_type(const Catalog *c, const TypeName *t, Type *ret, Err *err)
{
    return bind_any_type(c, t, ret, NULL, err);
}

int bind_field_type(const Catalog *c, const TypeName *t, Field *ret, Err *err)
{
    return bind_any_type(c, t, &ret->type, &ret->domain, err);
}
