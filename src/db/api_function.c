/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar_register_function, and what functions of the program see of a call. */
#include "base/decimal.h"
#include "db/api.h"
#include "db/native.h"

#include <stdio.h>

#define STATE_BYTES_MAX 1024u

/* ---- what is given ---- */

static int check_calls(const LaminarFunction *in, Err *err)
{
    bool invertible = in->kind == LAMINAR_FUNCTION_AGGREGATE && in->invertible;
    switch ((LaminarFunctionKind)in->kind) {
    case LAMINAR_FUNCTION_SCALAR:
        if (!in->scalar == !in->scalar_arrow)
            return RAISE(err, ERR_INVALID_PARAMETER, "a scalar function has one of the calls scalar and scalar_arrow");
        return 0;
    case LAMINAR_FUNCTION_TABLE:
        return in->table ? 0 : RAISE(err, ERR_INVALID_PARAMETER, "a function that gives rows has the call table");
    case LAMINAR_FUNCTION_AGGREGATE:
        if (!in->step || !in->final)
            return RAISE(err, ERR_INVALID_PARAMETER, "an aggregate has the calls step and final");
        if (invertible && (in->state_bytes == 0 || in->state_bytes > STATE_BYTES_MAX || in->drop))
            return RAISE(err, ERR_INVALID_PARAMETER,
                         "the state of an invertible aggregate has 1 to %u bytes, and nothing beside them to drop",
                         STATE_BYTES_MAX);
        if (!invertible && in->n_args == 0)
            return RAISE(err, ERR_INVALID_PARAMETER, "an aggregate without arguments must be invertible");
        if (!invertible && in->merge)
            return RAISE(err, ERR_INVALID_PARAMETER, "merge is of invertible aggregates only");
        return in->n_args <= 4 ? 0 : RAISE(err, ERR_INVALID_PARAMETER, "an aggregate takes at most 4 arguments");
    default: return RAISE(err, ERR_INVALID_PARAMETER, "there is no kind %d of functions", (int)in->kind);
    }
}

static int take_types(const Database *db, const LaminarFunction *in, Arena *arena, Native *f, Err *err)
{
    Type numeric = TYPE(UNKNOWN);
    f->n_args = (uint32_t)in->n_args;
    TRY(native_type(db, "numeric", false, arena, &numeric, err));
    for (uint32_t i = 0; i < f->n_args; i++) {
        if (!in->arg_types || !in->arg_types[i])
            return RAISE(err, ERR_INVALID_PARAMETER, "argument %u has no type", i + 1);
        TRY(native_type(db, in->arg_types[i], false, arena, &f->arg[i], err));
        f->any_scale[i] = f->arg[i].id == T_DECIMAL && type_eq(f->arg[i], numeric);
    }
    if (!in->result)
        return RAISE(err, ERR_INVALID_PARAMETER, "the function has no result type");
    Err no_type = ERR_INIT;
    if (f->kind != NATIVE_TABLE || native_type(db, in->result, true, arena, &f->ret, &no_type) < 0)
        TRY(native_type(db, in->result, false, arena, &f->ret, err));
    if (f->kind == NATIVE_TABLE && f->ret.id == T_ARRAY)
        return RAISE(err, ERR_UNSUPPORTED, "a function that gives rows of one array is not supported");
    return 0;
}

/* What scalar_arrow gets, as a batch and its schema name it: a1, a2, .. */
static int take_schema(Native *f, Err *err)
{
    Field field[FUNC_ARGS_MAX];
    char name[FUNC_ARGS_MAX][8];
    for (uint32_t i = 0; i < f->n_args; i++) {
        if (f->any_scale[i])
            return RAISE(err, ERR_UNSUPPORTED, "NUMERIC without limits as an argument of scalar_arrow is not supported");
        snprintf(name[i], sizeof(name[i]), "a%u", i + 1);
        field[i] = (Field){.name = name[i], .type = f->arg[i]};
    }
    f->args = schema_new(NULL, field, f->n_args); /* of no database: see db_take_natives */
    return f->args ? 0 : RAISE_NOMEM(err);
}

static int take(Database *db, const LaminarFunction *in, Arena *arena, Native *f, Err *err)
{
    Str name;
    if (in->n_args > FUNC_ARGS_MAX)
        return RAISE(err, ERR_INVALID_PARAMETER, "a function takes at most %d arguments", FUNC_ARGS_MAX);
    if (!in->name || !api_text(in->name, &name) || name.n >= sizeof(f->name))
        return RAISE(err, ERR_INVALID_PARAMETER, "a function's name is of lower-case letters, digits and _, at most 63 bytes");
    if (in->volatility < LAMINAR_VOLATILE || in->volatility > LAMINAR_IMMUTABLE)
        return RAISE(err, ERR_INVALID_PARAMETER, "there is no volatility %d", (int)in->volatility);
    TRY(check_calls(in, err));
    memcpy(f->name, name.p, name.n);
    f->kind = (NativeKind)in->kind;
    f->strict = in->strict;
    f->is_volatile = in->volatility != LAMINAR_IMMUTABLE;
    f->invertible = in->invertible;
    f->state_bytes = (uint32_t)MIN(in->state_bytes, (size_t)1 << 30);
    f->fn = (NativeFns){in->scalar, in->scalar_arrow, in->table, in->init, in->step, in->merge, in->final, in->drop};
    TRY(take_types(db, in, arena, f, err));
    if (in->scalar_arrow)
        TRY(take_schema(f, err));
    native_complete(f);
    return 0;
}

int db_register(Database *db, const LaminarFunction *in, Err *err)
{
    Arena arena;
    Native *f = mem_zalloc(NULL, sizeof(*f));
    if (!f) {
        if (in->destroy)
            in->destroy(in->user_data);
        return RAISE_NOMEM(err);
    }
    f->rc = 1;
    f->acct = &db->acct;
    f->user_data = in->user_data;
    f->destroy = in->destroy;
    arena_init(&arena, NULL, 0);
    int rc = take(db, in, &arena, f, err);
    if (rc == 0)
        rc = db_add_native(db, f, err);
    native_unref(f);
    arena_done(&arena);
    return rc;
}

int32_t laminar_register_function(LaminarConnection *conn, const LaminarFunction *function)
{
    if (!function || function->size < sizeof(*function))
        return api_null();
    if (!conn) {
        if (function->destroy)
            function->destroy(function->user_data);
        return api_null();
    }
    api_begin();
    Err err = ERR_INIT;
    Database *db = conn->db;
    int rc = db_check_open(db, &err);
    if (rc == 0 && db_is_inside(db))
        rc = RAISE(&err, ERR_REENTRANT, "functions cannot be registered inside a callback");
    if (rc < 0 && function->destroy)
        function->destroy(function->user_data);
    return api_return(rc < 0 ? rc : db_register(db, function, &err), &err);
}

/* ---- arguments ---- */

void *laminar_call_user_data(const LaminarCall *call)
{
    return call ? call->fn->user_data : NULL;
}

bool laminar_arg_is_null(LaminarCall *call, size_t arg, size_t row)
{
    return !call || native_arg(call, arg, row).is_null;
}

int64_t laminar_arg_i64(LaminarCall *call, size_t arg, size_t row)
{
    Value v = call ? native_arg_as(call, arg, row, TYPE(I64)) : value_null(TYPE(I64));
    return v.is_null ? 0 : v.i64;
}

double laminar_arg_f64(LaminarCall *call, size_t arg, size_t row)
{
    Value v = call ? native_arg_as(call, arg, row, TYPE(F64)) : value_null(TYPE(F64));
    return v.is_null ? 0 : v.f64;
}

bool laminar_arg_bool(LaminarCall *call, size_t arg, size_t row)
{
    Value v = call ? native_arg_as(call, arg, row, TYPE(BOOL)) : value_null(TYPE(BOOL));
    return !v.is_null && v.b;
}

void laminar_arg_decimal(LaminarCall *call, size_t arg, size_t row, int64_t *high, uint64_t *low, int32_t *scale)
{
    Value v = call ? native_arg(call, arg, row) : value_null(TYPE(I64));
    if (!v.is_null && v.type.id != T_DECIMAL)
        v = native_arg_as(call, arg, row, TYPE_DECIMAL(DECIMAL_DIGITS_MAX, 0));
    i128 d = v.is_null ? 0 : v.dec;
    if (high)
        *high = (int64_t)(d >> 64);
    if (low)
        *low = (uint64_t)d;
    if (scale)
        *scale = v.type.scale;
}

const char *laminar_arg_text(LaminarCall *call, size_t arg, size_t row, size_t *length)
{
    Value v = call ? native_arg(call, arg, row) : value_null(TYPE(TEXT));
    bool plain = v.type.id == T_TEXT || v.type.id == T_BYTEA || type_is_json(v.type.id);
    StrBuf b;
    if (length)
        *length = 0;
    if (v.is_null)
        return NULL;
    sb_init(&b, NULL);
    if (plain)
        sb_putstr(&b, v.str);
    else
        value_print(&v, &b);
    const char *copy = b.failed ? NULL : arena_strndup(call->arena, sb_cstr(&b), b.n);
    call->no_memory |= copy == NULL;
    if (length && copy)
        *length = b.n;
    sb_done(&b);
    return copy ? copy : "";
}

/* ---- results ---- */

void laminar_return_null(LaminarCall *call, size_t i)
{
    Value v = value_null(TYPE(I64));
    if (call)
        native_return(call, i, &v);
}

void laminar_return_i64(LaminarCall *call, size_t i, int64_t value)
{
    Value v = {.type = TYPE(I64), .i64 = value};
    if (call)
        native_return(call, i, &v);
}

void laminar_return_f64(LaminarCall *call, size_t i, double value)
{
    Value v = {.type = TYPE(F64), .f64 = value};
    if (call)
        native_return(call, i, &v);
}

void laminar_return_bool(LaminarCall *call, size_t i, bool value)
{
    Value v = {.type = TYPE(BOOL), .b = value};
    if (call)
        native_return(call, i, &v);
}

void laminar_return_decimal(LaminarCall *call, size_t i, int64_t high, uint64_t low, int32_t scale)
{
    i128 d = (i128)(((unsigned __int128)(uint64_t)high << 64) | low);
    Value v = {.type = TYPE_DECIMAL(DECIMAL_DIGITS_MAX, scale), .dec = d};
    if (!call)
        return;
    if (scale < 0 || scale > DECIMAL_DIGITS_MAX || !decimal_fits(d, DECIMAL_DIGITS_MAX))
        native_error(call, i, "the function returned a decimal of more than 38 digits");
    else
        native_return(call, i, &v);
}

void laminar_return_text(LaminarCall *call, size_t i, const char *text, size_t length)
{
    if (call)
        native_return_text(call, i, text, length);
}

void laminar_return_error(LaminarCall *call, size_t i, const char *message)
{
    if (call)
        native_error(call, i, message);
}

void laminar_return_row(LaminarCall *call)
{
    if (call)
        native_row_done(call);
}
