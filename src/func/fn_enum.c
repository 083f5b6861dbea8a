/* SPDX-License-Identifier: Apache-2.0
 *
 * The labels of an ENUM as arrays and by their place.  As in PostgreSQL only the type of the argument counts where the value is not
 * a bound. */
#include "data/nested.h"
#include "func/row_run.h"

static void put_labels(RowRun *t, int32_t from, int32_t to)
{
    Value v = {.type = type_element(t->type)};
    for (v.i32 = from; v.i32 <= to; v.i32++)
        array_put(&t->out, t->type, &v);
}

static int range_row(RowRun *t)
{
    int32_t last = (int32_t)type_enum_usable(t->arg[0]->type) - 1;
    bool bounds = t->n_args > 1;
    put_labels(t, bounds && !row_is_null(t, 0) ? row_value(t, 0).i32 : 0,
               bounds && !row_is_null(t, 1) ? row_value(t, 1).i32 : last);
    return 1;
}
ROW_KERNEL(enum_range, range_row)

static int first_row(RowRun *t)
{
    t->num = 0;
    return t->arg[0]->type.nested->n > 0;
}
static int last_row(RowRun *t)
{
    t->num = (int64_t)type_enum_usable(t->arg[0]->type) - 1;
    return t->num >= 0;
}
ROW_KERNEL(enum_first, first_row)
ROW_KERNEL(enum_last, last_row)

static int type_same(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args;
    *ret = args[0];
    return ret->id == T_ENUM ? 0 : RAISE(err, ERR_UNDEFINED_FUNCTION, "the function is for values of an ENUM");
}

static int type_list(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    TRY(type_same(args, n_args, ret, err));
    *ret = type_array(*ret);
    return 0;
}

const FuncDef fn_enum[] = {
    FN1("enum_range", TP_ANYELEMENT, T_ARRAY, enum_range, FN_NOT_NULL, "all labels of the argument's type",
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); SELECT enum_range(NULL::mood) -> {sad,ok}", .ret_type = type_list),
    FN2("enum_range", TP_ANYELEMENT, TP_ANYELEMENT, T_ARRAY, enum_range, FN_NOT_NULL,
        "the labels from one to another; NULL: to the end",
        "CREATE TYPE hue AS ENUM ('red', 'green', 'blue'); SELECT enum_range('green'::hue, NULL) -> {green,blue}",
        .ret_type = type_list),
    FN1("enum_first", TP_ANYELEMENT, TP_ANYELEMENT, enum_first, 0, "first label of the argument's type",
        "CREATE TYPE pace AS ENUM ('slow', 'fast'); SELECT enum_first(NULL::pace) -> slow", .ret_type = type_same),
    FN1("enum_last", TP_ANYELEMENT, TP_ANYELEMENT, enum_last, 0, "last label of the argument's type",
        "CREATE TYPE width AS ENUM ('thin', 'wide'); SELECT enum_last(NULL::width) -> wide", .ret_type = type_same),
    {0},
};
