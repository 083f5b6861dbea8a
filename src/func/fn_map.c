/* SPDX-License-Identifier: Apache-2.0
 *
 * MAP values: making them of entries, of two arrays, of rows; looking into them; taking them apart.  The entries of a map are in
 * the order of their keys (data/record.h). */
#include "data/record.h"
#include "func/cast.h"
#include "func/row_run.h"

static int put_entries(RowRun *t, const Value *entry, uint32_t n)
{
    Err err = ERR_INIT;
    int rc = map_put(&t->out, entry, n, &t->arena, &err);
    if (rc == -ERR_OUT_OF_MEMORY)
        return rc;
    return rc < 0 ? ROW_FAIL(t, (ErrCode)-rc, "%s", err.message) : 1;
}

/* MAP[k, v, k, v]: the binder has brought keys and values to their types. */
static int entries_row(RowRun *t)
{
    Value *entry = ARENA_ARRAY(&t->arena, Value, t->n_args + 1);
    if (!entry)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < t->n_args; i++)
        entry[i] = row_value(t, i);
    return put_entries(t, entry, t->n_args / 2);
}
ROW_KERNEL(map_of_entries, entries_row)

static int arrays_row(RowRun *t)
{
    uint32_t n = array_count(t->arg[0]->type, row_text(t, 0)), m = array_count(t->arg[1]->type, row_text(t, 1));
    Value *entry = ARENA_ARRAY(&t->arena, Value, 2 * (size_t)n + 1);
    ArrayReader keys = array_read(t->arg[0]->type, row_text(t, 0), &t->arena);
    ArrayReader values = array_read(t->arg[1]->type, row_text(t, 1), &t->arena);
    if (!entry)
        return -ERR_OUT_OF_MEMORY;
    if (n != m)
        return ROW_FAIL(t, ERR_SUBSCRIPT, "the arrays of keys and values have %u and %u elements", n, m);
    for (uint32_t i = 0; i < n; i++) {
        TRY(array_next(&keys, &entry[2 * i]));
        TRY(array_next(&values, &entry[2 * i + 1]));
    }
    return put_entries(t, entry, n);
}
ROW_KERNEL(map_of_arrays, arrays_row)

static int rows_row(RowRun *t)
{
    uint32_t n = array_count(t->arg[0]->type, row_text(t, 0)), k = 0;
    Value *entry = ARENA_ARRAY(&t->arena, Value, 2 * (size_t)n + 1), row;
    ArrayReader rows = array_read(t->arg[0]->type, row_text(t, 0), &t->arena);
    if (!entry)
        return -ERR_OUT_OF_MEMORY;
    for (int rc; (rc = array_next(&rows, &row)) != 0; k++) {
        TRY(rc);
        if (row.is_null)
            return ROW_FAIL(t, ERR_NULL_NOT_ALLOWED, "an entry of a map cannot be NULL");
        RecordReader r = record_read(row.type, row.str, &t->arena);
        TRY(record_next(&r, &entry[2 * k]));
        TRY(record_next(&r, &entry[2 * k + 1]));
    }
    return put_entries(t, entry, k);
}
ROW_KERNEL(map_from_entries, rows_row)

static int concat_row(RowRun *t)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n_args; i++)
        n += map_count(t->arg[i]->type, row_text(t, i));
    Value *entry = ARENA_ARRAY(&t->arena, Value, 2 * (size_t)n + 1);
    Value *next = entry;
    if (!entry)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < t->n_args; i++) {
        RecordReader r = record_read(t->arg[i]->type, row_text(t, i), &t->arena);
        for (int rc; next < entry + 2 * (size_t)n && (rc = record_next(&r, next)) != 0; next++)
            TRY(rc);
    }
    return put_entries(t, entry, n);
}
ROW_KERNEL(map_concat, concat_row)

/* ---- looking ---- */

/* 1: there is such a key. */
static int find(RowRun *t, Str *ret)
{
    _cleanup_(sb_done) StrBuf key;
    Value v = row_value(t, 1);
    sb_init(&key, t->arena.acct);
    record_put(&key, &v);
    if (key.failed)
        return -ERR_OUT_OF_MEMORY;
    return map_find(t->arg[0]->type, row_text(t, 0), sb_str(&key), ret);
}

static int element_row(RowRun *t)
{
    Str bytes;
    Value v;
    size_t at = 0;
    SortSpec spec = {.type = map_value(t->arg[0]->type)};
    int rc = find(t, &bytes);
    if (rc <= 0)
        return rc;
    return sortkey_get(&spec, bytes, &at, &t->arena, &v) ? row_put_value(t, &v) : -ERR_OUT_OF_MEMORY;
}
ROW_KERNEL(map_element, element_row)

static int contains_row(RowRun *t)
{
    Str bytes;
    int rc = find(t, &bytes);
    t->num = rc > 0;
    return rc < 0 ? rc : 1;
}
ROW_KERNEL(map_contains, contains_row)

static int count_row(RowRun *t)
{
    t->num = map_count(t->arg[0]->type, row_text(t, 0));
    return 1;
}
ROW_KERNEL(map_cardinality, count_row)

/* ---- taking apart ---- */

static int parts_row(RowRun *t, uint32_t which)
{
    RecordReader r = record_read(t->arg[0]->type, row_text(t, 0), &t->arena);
    for (Str part; record_next_key(&r, &part);)
        if ((r.i - 1) % 2 == which)
            sb_putstr(&t->out, part);
    return 1;
}
static int keys_row(RowRun *t)
{
    return parts_row(t, 0);
}
static int values_row(RowRun *t)
{
    return parts_row(t, 1);
}
ROW_KERNEL(map_keys, keys_row)
ROW_KERNEL(map_values, values_row)

static int pairs_row(RowRun *t)
{
    _cleanup_(sb_done) StrBuf row;
    RecordReader r = record_read(t->arg[0]->type, row_text(t, 0), &t->arena);
    sb_init(&row, t->arena.acct);
    for (Str key, value; record_next_key(&r, &key) && record_next_key(&r, &value);) {
        sb_clear(&row);
        sb_putstr(&row, key);
        sb_putstr(&row, value);
        Value v = {.type = type_element(t->type), .str = sb_str(&row)};
        array_put(&t->out, t->type, &v);
        t->out.failed |= row.failed;
    }
    return 1;
}
ROW_KERNEL(map_entries, pairs_row)

/* ---- types ---- */

static int made(Type key, Type value, Type *ret, Err *err)
{
    return type_map(key, value, ret) < 0 ? RAISE_NOMEM(err) : 0;
}

static int type_of_entries(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args;
    return made(args[0], args[1], ret, err);
}

static int type_of_arrays(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args;
    return made(type_element(args[0]), type_element(args[1]), ret, err);
}

static int type_of_rows(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    Type row = type_element(args[0]);
    (void)n_args;
    if (row.id != T_STRUCT || row.nested->n != 2)
        return RAISE(err, ERR_DATATYPE_MISMATCH, "map_from_entries() takes an array of rows of a key and a value");
    return made(row.nested->field[0].type, row.nested->field[1].type, ret, err);
}

static int type_same(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args, (void)err;
    *ret = args[0];
    return 0;
}

static int type_value(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args, (void)err;
    *ret = map_value(args[0]);
    return 0;
}

static int type_keys(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args;
    *ret = type_array(map_key(args[0]));
    return map_key(args[0]).id == T_ARRAY ? RAISE(err, ERR_UNSUPPORTED, "an array of the arrays in a map is not supported") : 0;
}

static int type_values(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args;
    *ret = type_array(map_value(args[0]));
    return map_value(args[0]).id == T_ARRAY ? RAISE(err, ERR_UNSUPPORTED, "an array of the arrays in a map is not supported") : 0;
}

static int type_pairs(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    Type row;
    (void)n_args;
    if (type_struct(NULL, args[0].nested->field, 2, &row) < 0)
        return RAISE_NOMEM(err);
    *ret = type_array(row);
    return 0;
}

#define OF_MAP(n, r, k, h, e, t) FN1(n, T_MAP, r, k, FN_STRICT, h, e, .ret_type = t)
const FuncDef fn_map[] = {
    FN2("map entries", TP_ANY, TP_ANY, T_MAP, map_of_entries, FN_ERR | FN_VARIADIC | FN_INTERNAL, "", "",
        .ret_type = type_of_entries),
    FN2("map", T_ARRAY, T_ARRAY, T_MAP, map_of_arrays, FN_FAIL, "map of an array of keys and one of values",
        "map(ARRAY['a', 'b'], ARRAY[1, 2]) -> {a=1,b=2}", .ret_type = type_of_arrays),
    FN1("map_from_entries", T_ARRAY, T_MAP, map_from_entries, FN_FAIL, "map of an array of rows of key and value",
        "map_from_entries(ARRAY[ROW('a', 1)]) -> {a=1}", .ret_type = type_of_rows),
    FN1("map_concat", T_MAP, T_MAP, map_concat, FN_FAIL | FN_VARIADIC, "entries of all maps; of equal keys the last counts",
        "map_concat(MAP['a', 1], MAP['b', 2]) -> {a=1,b=2}", .ret_type = type_same),
    FN2("map element", T_MAP, TP_ANY, T_TEXT, map_element, FN_STRICT | FN_NULLABLE | FN_INTERNAL, "", "", .ret_type = type_value),
    FN2("map contains", T_MAP, TP_ANY, T_BOOL, map_contains, FN_STRICT | FN_INTERNAL, "", ""),
    FN1("cardinality", T_MAP, T_I32, map_cardinality, FN_STRICT, "number of entries", "cardinality(MAP['a', 1]) -> 1"),
    OF_MAP("map_keys", T_ARRAY, map_keys, "keys in order", "map_keys(MAP['a', 1]) -> {a}", type_keys),
    OF_MAP("map_values", T_ARRAY, map_values, "values in the order of the keys", "map_values(MAP['a', 1]) -> {1}", type_values),
    OF_MAP("map_entries", T_ARRAY, map_entries, "rows of key and value", "map_entries(MAP['a', 1]) -> {\"(a,1)\"}", type_pairs),
    {0},
};
