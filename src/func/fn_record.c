/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows as values: ROW(..), the fields of one, IS NULL of a row, their JSON, and casts between rows, which go field by field. */
#include "data/record.h"
#include "func/cast/cast_impl.h"
#include "func/row_run.h"

#include "data/json.h"

static int make_row(RowRun *t)
{
    for (uint32_t i = 0; i < t->n_args; i++) {
        Value v = row_value(t, i);
        record_put(&t->out, &v);
    }
    return 1;
}
ROW_KERNEL(row, make_row)

/* A relation's row as a whole: NULL where an outer join found none, that is, where all its columns are. */
static int make_whole(RowRun *t)
{
    bool any = t->n_args == 0;
    for (uint32_t i = 0; i < t->n_args; i++)
        any |= !row_is_null(t, i);
    return any ? make_row(t) : 0;
}
ROW_KERNEL(whole_row, make_whole)

static int row_type(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    Field f[CALL_ARGS_MAX];
    char name[CALL_ARGS_MAX][ROW_FIELD_NAME_MAX];
    for (uint32_t i = 0; i < n_args; i++) {
        row_field_name(i, name[i]);
        f[i] = (Field){.name = name[i], .type = args[i]};
    }
    return type_struct(NULL, f, n_args, ret) < 0 ? RAISE_NOMEM(err) : 0;
}

/* Of an array of rows (text, delimiter): the texts, before each but the first its delimiter. */
static int join_row(RowRun *t)
{
    ArrayReader r = array_read(t->arg[0]->type, row_text(t, 0), &t->arena);
    Value row, text, delimiter;
    bool first = true;
    for (int rc; (rc = array_next(&r, &row)) != 0; first = false) {
        TRY(rc);
        RecordReader parts = record_read(row.type, row.str, &t->arena);
        TRY(record_next(&parts, &text));
        TRY(record_next(&parts, &delimiter));
        if (!first && !delimiter.is_null)
            sb_putstr(&t->out, delimiter.str);
        if (!text.is_null)
            sb_putstr(&t->out, text.str);
    }
    return 1;
}
ROW_KERNEL(join_delimited, join_row)

static int joined_type(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args, (void)err;
    *ret = type_element(args[0]).nested->field[0].type;
    return 0;
}

/* ---- fields ---- */

static int field_row(RowRun *t)
{
    uint32_t n = (uint32_t)row_int(t, 1, 0);
    RecordReader r = record_read(t->arg[0]->type, row_text(t, 0), &t->arena);
    Str key;
    Value v;
    for (uint32_t i = 0; i < n; i++)
        if (!record_next_key(&r, &key))
            return 0;
    int rc = record_next(&r, &v);
    return rc <= 0 ? rc : row_put_value(t, &v);
}
ROW_KERNEL(row_field, field_row)

static void field_type(const Value *const *consts, const Type *args, uint32_t n_args, Type *ret)
{
    (void)n_args;
    if (consts[1] && !consts[1]->is_null && (uint32_t)consts[1]->i32 < args[0].nested->n)
        *ret = args[0].nested->field[consts[1]->i32].type;
}

/* Every field is NULL, or none is; a row that is NULL itself counts as one whose fields are. */
static int fields_are(RowRun *t, bool null)
{
    RecordReader r = record_read(t->arg[0]->type, row_is_null(t, 0) ? STR("") : row_text(t, 0), &t->arena);
    bool all = null || !row_is_null(t, 0);
    for (Str key; record_next_key(&r, &key);)
        all &= (key.n == 1) == null;
    t->num = all;
    return 1;
}
static int is_null_row(RowRun *t)
{
    return fields_are(t, true);
}
static int is_not_null_row(RowRun *t)
{
    return fields_are(t, false);
}
ROW_KERNEL(row_is_null_, is_null_row)
ROW_KERNEL(row_is_not_null, is_not_null_row)

/* ---- JSON ---- */

static int row_to_json_row(RowRun *t)
{
    bool lines = t->n_args > 1 && row_value(t, 1).b;
    RecordReader r = record_read(t->arg[0]->type, row_text(t, 0), &t->arena);
    int rc;
    sb_putc(&t->out, '{');
    for (Value v; (rc = record_next(&r, &v)) > 0;) {
        if (r.i > 1)
            sb_puts(&t->out, lines ? ",\n " : ",");
        json_print_string(str_of(r.parts->field[r.i - 1].name), &t->out);
        sb_putc(&t->out, ':');
        json_print_value(&v, &t->out);
    }
    sb_putc(&t->out, '}');
    return rc < 0 ? rc : 1;
}
ROW_KERNEL(row_to_json, row_to_json_row)

#define ROW_OF(n, k, f, h, e)                                                                                                      \
    FN1(n, TP_ANY, T_STRUCT, k, FN_VARIADIC | (f), h, e, .ret_type = row_type), FN0(n, T_STRUCT, k, f, h, e, .ret_type = row_type)
const FuncDef fn_record[] = {
    FN1("join delimited", TP_ANYARRAY, T_TEXT, join_delimited, FN_STRICT | FN_INTERNAL, "", "", .ret_type = joined_type),
    ROW_OF("row", row, FN_NOT_NULL, "row of the arguments; (a, b)", "ROW(1, 'a'::text) -> (1,a)"),
    ROW_OF("whole row", whole_row, FN_INTERNAL, "", ""),
    FN2("row field", T_STRUCT, T_I32, T_TEXT, row_field, FN_STRICT | FN_NULLABLE | FN_INTERNAL, "", "", .refine = field_type),
    FN1("row is null", T_STRUCT, T_BOOL, row_is_null_, FN_INTERNAL | FN_NOT_NULL, "", ""),
    FN1("row is not null", T_STRUCT, T_BOOL, row_is_not_null, FN_INTERNAL | FN_NOT_NULL, "", ""),
    FN1("row_to_json", T_STRUCT, T_JSON, row_to_json, FN_STRICT, "row as a JSON object",
        "row_to_json(ROW(1, 'a'::text)) -> {\"f1\":1,\"f2\":\"a\"}"),
    FN2("row_to_json", T_STRUCT, T_BOOL, T_JSON, row_to_json, FN_STRICT, "the same, with line feeds when true",
        "row_to_json(ROW(1, 2), true)"),
    {0},
};

/* ---- casts ---- */

/* Part by part; of a MAP both rows' parts come in turn, and the keys in their new order. */
static int cast_parts(RowRun *t, bool stored, Err *err)
{
    Type from = t->arg[0]->type;
    RecordReader r = record_read(from, row_text(t, 0), &t->arena);
    uint32_t n = from.id == T_MAP ? 2 * map_count(from, r.bytes) : from.nested->n, k = 0;
    Value v, *made = ARENA_ARRAY(&t->arena, Value, n + 1);
    if (!made)
        return -ERR_OUT_OF_MEMORY;
    if (from.nested->n != t->type.nested->n)
        return RAISE(err, ERR_CANNOT_COERCE, "cannot cast a row of %u fields to one of %u", from.nested->n, t->type.nested->n);
    for (int rc; k < n && (rc = record_next(&r, &v)) != 0; k++) {
        Type to = t->type.nested->field[k % t->type.nested->n].type;
        TRY(rc);
        if (v.type.id != to.id && v.type.id != T_UNKNOWN && !v.is_null && !cast_find(v.type.id, to.id))
            return RAISE(err, ERR_CANNOT_COERCE, "cannot cast type %s to %s", type_id_name(v.type.id), type_id_name(to.id));
        TRY((stored ? cast_assign : cast_value)(&v, to, &t->arena, &made[k], err));
        made[k].type = to;
    }
    if (from.id == T_MAP)
        return map_put(&t->out, made, n / 2, &t->arena, err);
    for (uint32_t i = 0; i < k; i++)
        record_put(&t->out, &made[i]);
    return 0;
}

static int cast_row_as(RowRun *t, bool stored)
{
    Err err = ERR_INIT;
    int rc = cast_parts(t, stored, &err);
    if (rc == -ERR_OUT_OF_MEMORY)
        return rc;
    return rc < 0 ? ROW_FAIL(t, (ErrCode)-rc, "%s", err.message) : 1;
}
static int cast_row(RowRun *t)
{
    return cast_row_as(t, false);
}
static int store_row(RowRun *t)
{
    return cast_row_as(t, true);
}
ROW_KERNEL(cast_rows, cast_row)
ROW_KERNEL(store_rows, store_row)
const CastDef cast_row_assign = {T_STRUCT, T_STRUCT, CAST_ASSIGN, true, false, store_rows};

static int from_json_row(RowRun *t)
{
    Err err = ERR_INIT;
    Value v;
    int rc = json_parse_value(row_text(t, 0), t->type, &t->arena, &v, &err);
    if (rc == -ERR_OUT_OF_MEMORY)
        return rc;
    return rc < 0 ? ROW_FAIL(t, (ErrCode)-rc, "%s", err.message) : row_put_value(t, &v);
}
ROW_KERNEL(cast_from_json, from_json_row)

#define FROM_JSON(to)                                                                                                              \
    {T_JSON, T_##to, CAST_EXPLICIT, true, false, cast_from_json},                                                                  \
    {                                                                                                                              \
        T_JSONB, T_##to, CAST_EXPLICIT, true, false, cast_from_json                                                                \
    }
const CastDef cast_nested[] = {
    {T_STRUCT, T_STRUCT, CAST_IMPLICIT, true, false, cast_rows},
    {T_MAP, T_MAP, CAST_IMPLICIT, true, false, cast_rows},
    FROM_JSON(STRUCT),
    FROM_JSON(MAP),
    FROM_JSON(ARRAY),
    {0},
};
