/* SPDX-License-Identifier: Apache-2.0
 *
 * Scalar and table functions of the program, as kernels, and what every call has: its arguments and results.
 *
 * A batch that fails as a whole is run again row by row, so that only the rows that fail by themselves are in error, however the
 * input was cut. */
#include "func/native.h"

#include <string.h>

#include "data/array.h"
#include "data/record.h"
#include "func/cast.h"
#include "func/func_impl.h"

static _Thread_local uint32_t inside;

bool native_is_running(void)
{
    return inside > 0;
}
void native_enter(void)
{
    inside++;
}
void native_leave(void)
{
    inside--;
}

Native *native_ref(Native *f)
{
    atomic_fetch_add_explicit(&f->rc, 1, memory_order_relaxed);
    return f;
}

Native *native_unref(Native *f)
{
    if (!f || atomic_fetch_sub_explicit(&f->rc, 1, memory_order_acq_rel) != 1)
        return NULL;
    if (f->destroy)
        f->destroy(f->user_data);
    schema_unref(f->args);
    mem_free(NULL, f, sizeof(*f));
    return NULL;
}

/* ---- arguments ---- */

void native_error(NativeCall *c, size_t row, const char *message)
{
    Str text = str_of(message ? message : "");
    const char *copy =
        utf8_is_valid(text.p, text.n) ? arena_strndup(c->arena, text.p, text.n) : "the function's message is not UTF-8";
    if (!copy) {
        c->no_memory = true;
        return;
    }
    if (row >= c->n || c->fn->kind == NATIVE_TABLE) {
        c->failed = c->failed ? c->failed : copy;
        return;
    }
    if (!c->error) {
        c->error = ARENA_ARRAY(c->arena, const char *, c->n);
        if (c->error)
            memset(c->error, 0, c->n * sizeof(*c->error));
    }
    if (!c->error)
        c->no_memory = true;
    else if (!c->error[row])
        c->error[row] = copy;
}

Value native_arg(NativeCall *c, size_t arg, size_t row)
{
    if (arg >= c->fn->n_args || row >= c->n || (!c->arg && !c->value)) {
        native_error(c, SIZE_MAX, "the function asked for an argument that is not there");
        return value_null(TYPE(TEXT));
    }
    if (c->value)
        return c->value[arg];
    const Vec *v = c->arg[arg];
    uint32_t r = c->row ? c->row[row] : (uint32_t)row;
    return null_at(v, r) ? value_null(v->type) : vec_get(v, r & vec_mask(v));
}

Value native_arg_as(NativeCall *c, size_t arg, size_t row, Type t)
{
    Value v = native_arg(c, arg, row), made = value_null(t);
    Err err = ERR_INIT;
    if (v.is_null || v.type.id == t.id)
        return v;
    if (v.type.id == T_BOOL && t.id == T_I64)
        return (Value){.type = t, .i64 = v.b};
    if (t.id == T_I64 && (v.type.id == T_DATE || v.type.id == T_ENUM))
        return (Value){.type = t, .i64 = v.i32};
    if (t.id == T_I64 && (v.type.id == T_TIME || type_is_timestamp(v.type.id)))
        return (Value){.type = t, .i64 = v.i64};
    int rc = cast_find(v.type.id, t.id)
                 ? cast_value(&v, t, c->arena, &made, &err)
                 : RAISE(&err, ERR_CANNOT_COERCE, "cannot cast type %s to %s", type_id_name(v.type.id), type_id_name(t.id));
    if (rc < 0) {
        native_error(c, row, err.message);
        return value_null(t);
    }
    return made;
}

/* ---- results ---- */

static Value *place_of(NativeCall *c, size_t i, Type *ret)
{
    bool columns = c->fn->kind == NATIVE_TABLE && c->ret.id == T_STRUCT;
    size_t n = c->fn->kind != NATIVE_TABLE ? c->n : columns ? c->ret.nested->n : 1;
    if (i >= n || !c->result) {
        native_error(c, SIZE_MAX, "the function returned a value for a row or column that is not there");
        return NULL;
    }
    *ret = columns ? c->ret.nested->field[i].type : c->ret;
    return &c->result[i];
}

static void keep(NativeCall *c, Value *to, const Value *v)
{
    *to = *v;
    if (v->is_null || !type_is_string(v->type.id))
        return;
    to->str.p = arena_strndup(c->arena, v->str.p, v->str.n);
    c->no_memory |= to->str.p == NULL;
    if (!to->str.p)
        *to = value_null(v->type);
}

void native_return(NativeCall *c, size_t i, const Value *v)
{
    Type t = TYPE(UNKNOWN);
    Err err = ERR_INIT;
    Value made, *to = place_of(c, i, &t);
    if (!to)
        return;
    made = value_null(t);
    bool times = t.id == T_DATE || t.id == T_TIME || t.id == T_TS || t.id == T_TSTZ || t.id == T_TSNS;
    if (v->is_null)
        *to = made;
    else if (type_eq(v->type, t))
        keep(c, to, v);
    else if (v->type.id == T_I64 && t.id == T_BOOL)
        *to = (Value){.type = t, .b = v->i64 != 0};
    else if (v->type.id == T_I64 && t.id == T_TIME && !time_is_valid(v->i64))
        native_error(c, i, "time out of range");
    else if (v->type.id == T_I64 && times && t.id != T_DATE)
        *to = (Value){.type = t, .i64 = v->i64};
    else if (v->type.id == T_I64 && t.id == T_DATE && v->i64 == (int32_t)v->i64)
        *to = (Value){.type = t, .i32 = (int32_t)v->i64};
    else if (!cast_find(v->type.id, t.id))
        native_error(c, i, "the function returned a value that is not of its type");
    else if (cast_value(v, t, c->arena, &made, &err) < 0)
        native_error(c, i, err.message);
    else
        keep(c, to, &made);
}

void native_return_text(NativeCall *c, size_t i, const char *p, size_t n)
{
    Type t = TYPE(UNKNOWN);
    Err err = ERR_INIT;
    Value v, *to = place_of(c, i, &t);
    Str text = {p ? p : "", p ? n : 0};
    if (!to)
        return;
    if (t.id == T_BYTEA)
        v = (Value){.type = t, .str = text};
    else if (!utf8_is_valid(text.p, text.n))
        return native_error(c, i, "the function returned a text that is not UTF-8");
    else if (t.id == T_TEXT)
        v = (Value){.type = t, .str = text};
    else if (value_parse(t, text, c->arena, &v, &err) < 0)
        return native_error(c, i, err.message);
    keep(c, to, &v);
}

void native_row_done(NativeCall *c)
{
    Type array = type_array(c->ret);
    uint32_t n = c->ret.id == T_STRUCT ? c->ret.nested->n : 1;
    if (!c->rows || c->n_rows == ARRAY_ITEMS_MAX) {
        native_error(c, SIZE_MAX, c->rows ? "the function gives too many rows" : "only functions that give rows do so");
        return;
    }
    c->n_rows++;
    if (c->ret.id != T_STRUCT) {
        array_put(c->rows, array, &c->result[0]);
    } else {
        StrBuf one;
        sb_init(&one, c->arena->acct);
        for (uint32_t i = 0; i < n; i++)
            record_put(&one, &c->result[i]);
        Value v = {.type = c->ret, .str = sb_str(&one)};
        array_put(c->rows, array, &v);
        c->no_memory |= one.failed;
        sb_done(&one);
    }
    c->no_memory |= c->rows->failed;
    for (uint32_t i = 0; i < n; i++)
        c->result[i] = value_null(c->ret.id == T_STRUCT ? c->ret.nested->field[i].type : c->ret);
}

static int results_new(NativeCall *c, uint32_t n, bool of_columns)
{
    c->result = ARENA_ARRAY(c->arena, Value, n + 1);
    if (!c->result)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        c->result[i] = value_null(of_columns ? c->ret.nested->field[i].type : c->ret);
    return 0;
}

/* ---- the kernel of scalar functions ---- */

/* What a call left as its rows' errors; from: number of its first row. */
static void blame(EvalCtx *x, const NativeCall *c)
{
    for (uint32_t i = 0; c->error && i < c->n; i++)
        if (c->error[i])
            row_error(x, c->row ? c->row[i] : i, ERR_EXTERNAL_ROUTINE, "%s", c->error[i]);
}

static int invoke(NativeCall *c)
{
    native_enter();
    int32_t rc = c->fn->fn.arrow ? native_call_arrow(c) : c->fn->fn.scalar(c, c->n);
    native_leave();
    return c->no_memory ? -ERR_OUT_OF_MEMORY : rc != 0 || c->failed ? 1 : 0;
}

static int one_by_one(EvalCtx *x, const NativeCall *all)
{
    for (uint32_t i = 0; i < all->n; i++) {
        uint16_t r = all->row ? all->row[i] : (uint16_t)i;
        NativeCall c = {.fn = all->fn, .arena = all->arena, .n = 1, .row = &r, .arg = all->arg, .ret = all->ret};
        c.result = &all->result[i];
        *c.result = value_null(c.ret);
        int rc = invoke(&c);
        TRY(rc);
        blame(x, &c);
        if (rc > 0)
            row_error(x, r, ERR_EXTERNAL_ROUTINE, "%s", c.failed ? c.failed : "the function failed");
    }
    return 0;
}

static int put_results(const NativeCall *c, EvalCtx *x, Vec *dst)
{
    bool texts = type_is_string(dst->type.id);
    StrWriter w;
    if (texts)
        strwriter_init(&w, dst, x->arena);
    for (uint32_t i = 0; i < c->n; i++)
        TRY(vec_put(dst, c->row ? c->row[i] : i, &c->result[i], &w, x->arena));
    return texts ? strwriter_finish(&w) : 0;
}

static int scalar_kernel(KERNEL_ARGS)
{
    (void)n_args;
    NativeCall c = {.fn = aux, .arena = x->arena, .n = rows.n, .row = rows.sel, .arg = arg, .ret = dst->type};
    if (rows.n == 0)
        return 0;
    TRY(results_new(&c, rows.n, false));
    int rc = invoke(&c);
    TRY(rc);
    if (rc > 0)
        TRY(one_by_one(x, &c));
    else
        blame(x, &c);
    return put_results(&c, x, dst);
}

/* ---- the kernel of functions that give rows: an array of them ---- */

static int table_row(NativeCall *c, EvalCtx *x, uint32_t r, Vec *dst, StrWriter *w)
{
    bool row = c->ret.id == T_STRUCT;
    TRY(results_new(c, row ? c->ret.nested->n : 1, row));
    sb_clear(c->rows);
    native_enter();
    int32_t rc = c->fn->fn.table(c);
    native_leave();
    if (c->no_memory)
        return -ERR_OUT_OF_MEMORY;
    if (rc != 0 || c->failed)
        row_error(x, r, ERR_EXTERNAL_ROUTINE, "%s", c->failed ? c->failed : "the function failed");
    Value v = {.type = dst->type, .str = {sb_cstr(c->rows), c->rows->n}};
    return vec_put(dst, r, &v, w, x->arena);
}

static int table_kernel(KERNEL_ARGS)
{
    (void)n_args;
    const Native *f = aux;
    StrWriter w;
    StrBuf rows_of;
    int rc = 0;
    strwriter_init(&w, dst, x->arena);
    sb_init(&rows_of, x->arena->acct);
    for (uint32_t i = 0; i < rows.n && rc == 0; i++) {
        uint16_t r = (uint16_t)row_at(rows, i);
        NativeCall c = {.fn = f, .arena = x->arena, .n = 1, .row = &r, .arg = arg, .ret = f->ret, .rows = &rows_of};
        rc = table_row(&c, x, r, dst, &w);
    }
    sb_done(&rows_of);
    return rc < 0 ? rc : strwriter_finish(&w);
}

void native_complete(Native *f)
{
    if (f->kind == NATIVE_AGGREGATE) {
        native_agg_complete(f);
        return;
    }
    f->def =
        (FuncDef){.name = f->name, .n_args = (uint8_t)f->n_args, .ret = f->ret.id, .self = f, .help = "a function of the program"};
    for (uint32_t i = 0; i < f->n_args; i++)
        f->def.arg[i] = f->arg[i].id;
    f->def.kernel = f->kind == NATIVE_TABLE ? table_kernel : scalar_kernel;
    f->def.flags = FN_ERR | FN_NULLABLE | (f->strict ? FN_STRICT : 0u) | (f->is_volatile ? FN_VOLATILE : 0u);
    if (f->kind == NATIVE_TABLE)
        f->def.ret = T_ARRAY;
}
