/* SPDX-License-Identifier: Apache-2.0
 *
 * json_populate_record and _recordset over a row that is not NULL: what a document does not name is the field of that row. */
#include "data/record.h"
#include "func/json/json_impl.h"

/* The fields of argument 0; of no row NULLs. */
static int base_of(RowRun *t, Value **ret)
{
    const Schema *fields = t->arg[0]->type.nested;
    Value *v = ARENA_ARRAY(&t->arena, Value, fields->n + 1);
    uint32_t n = 0;
    if (!v)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < fields->n; i++)
        v[i] = value_null(fields->field[i].type);
    if (!row_is_null(t, 0)) {
        RecordReader r = record_read(t->arg[0]->type, row_text(t, 0), &t->arena);
        for (int rc; n < fields->n && (rc = record_next(&r, &v[n])) != 0; n++)
            TRY(rc);
    }
    *ret = v;
    return 1;
}

/* The row's bytes behind `out`; 0 = an error of the row. */
static int put_fields(RowRun *t, const JsonNode *object, const Value *base, StrBuf *out)
{
    const Schema *fields = t->arg[0]->type.nested;
    for (uint32_t i = 0; i < fields->n; i++) {
        const JsonNode *m = json_member(object, str_of(fields->field[i].name));
        Err err = ERR_INIT;
        Value v = base[i];
        int rc = m ? json_to_value(m, fields->field[i].type, &t->arena, &v, &err) : 0;
        if (rc == -ERR_OUT_OF_MEMORY)
            return rc;
        if (rc < 0)
            return ROW_FAIL(t, (ErrCode)-rc, "%s", err.message);
        record_put(out, &v);
    }
    return 1;
}

static int populate_row(RowRun *t)
{
    static const JsonNode nothing = {.type = JT_OBJECT};
    Value *base;
    JsonNode *n = NULL;
    TRY(base_of(t, &base));
    if (!row_is_null(t, 1))
        TRY(json_arg(t, 1, &n));
    else if (row_is_null(t, 0))
        return 0;
    if (n && n->type != JT_OBJECT)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot call json_populate_record on %s",
                        n->type == JT_ARRAY ? "an array" : "a scalar");
    return put_fields(t, n ? n : &nothing, base, &t->out);
}
ROW_KERNEL(json_populate, populate_row)

static int put_rows(RowRun *t, const JsonNode *list, const Value *base, StrBuf *one)
{
    for (const JsonNode *n = list->first; n; n = n->next) {
        if (n->type != JT_OBJECT)
            return ROW_FAIL(t, ERR_INVALID_PARAMETER, "argument of json_populate_recordset must be an array of objects");
        one->n = 0;
        int rc = put_fields(t, n, base, one);
        if (rc <= 0)
            return rc;
        if (one->failed)
            return -ERR_OUT_OF_MEMORY;
        Value row = {.type = t->arg[0]->type, .str = {one->p ? one->p : "", one->n}};
        array_put(&t->out, t->type, &row);
    }
    return 1;
}

static int populate_set(RowRun *t)
{
    Value *base;
    JsonNode *n;
    StrBuf one;
    TRY(base_of(t, &base));
    if (row_is_null(t, 1))
        return 0;
    TRY(json_arg(t, 1, &n));
    if (n->type != JT_ARRAY)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot call json_populate_recordset on %s",
                        n->type == JT_OBJECT ? "an object" : "a scalar");
    sb_init(&one, t->out.acct);
    int rc = put_rows(t, n, base, &one);
    sb_done(&one);
    return rc;
}
ROW_KERNEL(json_populate_set, populate_set)

static int same_row(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args, (void)err;
    *ret = args[0];
    return 0;
}

static int array_of_rows(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args, (void)err;
    *ret = type_array(args[0]);
    return 0;
}

#define POPULATE(json)                                                                                                             \
    FN2("json populate", T_STRUCT, json, T_STRUCT, json_populate, FN_ERR | FN_INTERNAL, "", "", .ret_type = same_row),             \
        FN2("json populate set", T_STRUCT, json, T_ARRAY, json_populate_set, FN_ERR | FN_INTERNAL, "", "",                         \
            .ret_type = array_of_rows)
const FuncDef fn_json_populate[] = {
    POPULATE(T_JSON),
    POPULATE(T_JSONB),
    {0},
};
