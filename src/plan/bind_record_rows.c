/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions whose rows have the columns that the query says: json_to_record(j) AS x (a integer, b text), json_to_recordset, and
 * json_populate_recordset(NULL::type, j).  They are unnest() over the document cast to an array of such rows. */
#include "plan/bind_impl.h"

static const struct {
    const char *name;
    bool set, typed, binary; /* rows of an array; of the type of a first argument; JSONB */
} functions[] = {
    {"json_to_record", false, false, false},        {"jsonb_to_record", false, false, true},
    {"json_to_recordset", true, false, false},      {"jsonb_to_recordset", true, false, true},
    {"json_populate_recordset", true, true, false}, {"jsonb_populate_recordset", true, true, true},
    {"json_populate_record", false, true, false},   {"jsonb_populate_record", false, true, true},
};

static int32_t find(const ExprCall *c)
{
    bool plain = c->func.n_parts == 1 || (c->func.n_parts == 2 && str_eq(c->func.part[0].s, STR("pg_catalog")));
    for (size_t i = 0; i < ARRAY_LEN(functions) && plain && !c->over; i++)
        if (str_eq(name_last(&c->func)->s, str_of(functions[i].name)))
            return (int32_t)i;
    return -1;
}

bool record_rows_is_call(const ExprCall *c)
{
    return find(c) >= 0;
}

bool record_rows_has_columns(const ExprCall *c)
{
    int32_t i = find(c);
    return i >= 0 && !functions[i].typed;
}

/* The type of the rows: written behind the call, or that of its first argument, which is *ret_base when it is not NULL. */
static int row_type(const ExprScope *x, const ExprCall *c, bool typed, const Alias *alias, Type *ret, Expr **ret_base, Err *err)
{
    Expr *base;
    *ret_base = NULL;
    if (!typed && (!alias || !alias->fields.n))
        return RAISE_AT(err, ERR_SYNTAX, c->node.at, "a list of columns is needed behind this function: AS x (a integer, b text)");
    if (!typed)
        return bind_row_type(x->b->ctx->catalog, NULL, &alias->fields, alias->node.at, ret, err);
    TRY(bind_expr(x, c->args.first, &base, err));
    if (base->type.id != T_STRUCT)
        return RAISE_AT(err, ERR_DATATYPE_MISMATCH, c->args.first->at, "the first argument must be of a row type");
    base = expr_fold(x->b->arena, base);
    if (!base)
        return RAISE_NOMEM(err);
    *ret_base = base->kind == EXPR_CONST && base->value.is_null ? NULL : base;
    *ret = base->type;
    return 0;
}

int bind_record_rows(const ExprScope *x, const ExprCall *c, const Alias *alias, Expr **ret, const char **ret_name, Err *err)
{
    Arena *a = x->b->arena;
    int32_t i = find(c);
    Type row;
    Expr *json, *base;
    *ret_name = functions[i].name;
    if (c->args.n != 1u + functions[i].typed)
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "function %s with %u arguments does not exist", functions[i].name,
                        c->args.n);
    TRY(row_type(x, c, functions[i].typed, alias, &row, &base, err));
    TRY(bind_expr(x, c->args.last, &json, err));
    if (json->type.id == T_UNKNOWN)
        TRY(expr_cast(a, json, functions[i].binary ? TYPE(JSONB) : TYPE(JSON), CAST_IMPLICIT, false, &json, err));
    if (json->type.id != (functions[i].binary ? T_JSONB : T_JSON))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "function %s takes %s, not %s", functions[i].name,
                        functions[i].binary ? "JSONB" : "JSON", type_id_name(json->type.id));
    if (base) {
        TRY(expr_call(a, functions[i].set ? STR("json populate set") : STR("json populate"), (Expr *[]){base, json}, 2, c->node.at,
                      &json, err));
        *ret = json;
        return functions[i].set ? 0 : expr_call(a, STR("array"), &json, 1, c->node.at, ret, err);
    }
    if (functions[i].set)
        return expr_cast(a, json, type_array(row), CAST_EXPLICIT, false, ret, err);
    TRY(expr_cast(a, json, row, CAST_EXPLICIT, false, &json, err));
    return expr_call(a, STR("array"), &json, 1, c->node.at, ret, err);
}
