/* SPDX-License-Identifier: Apache-2.0
 *
 * Prepared statements of the C interface. */
#include "base/decimal.h"
#include "db/api.h"
#include "db/prepare.h"

struct LaminarStatement {
    Database *db; /* one reference */
    Prepared *p;
    ParamSlot *slot;
    Arena *text; /* per parameter: what its value points to */
};

static void statement_free(LaminarStatement *s)
{
    uint32_t n = s->p ? s->p->n_params : 0;
    for (uint32_t i = 0; s->text && i < n; i++)
        arena_done(&s->text[i]);
    mem_free(NULL, s->text, n * sizeof(*s->text));
    mem_free(NULL, s->slot, n * sizeof(*s->slot));
    prepared_free(s->p);
    db_unref(s->db);
    mem_free(NULL, s, sizeof(*s));
}

static int make(Database *db, Str sql, LaminarStatement **ret, Err *err)
{
    LaminarStatement *s = mem_zalloc(NULL, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    WITH_ZONE(db_zone(db));
    s->db = db_ref(db);
    int rc = prepared_new(db, sql, NULL, 0, &s->p, err);
    uint32_t n = rc == 0 ? s->p->n_params : 0;
    if (n) {
        s->slot = mem_zalloc(NULL, n * sizeof(*s->slot));
        s->text = mem_zalloc(NULL, n * sizeof(*s->text));
        rc = s->slot && s->text ? 0 : RAISE_NOMEM(err);
    }
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        arena_init(&s->text[i], NULL, 0);
        s->slot[i] = (ParamSlot){.type = s->p->type[i], .has_value = true, .value = value_null(s->p->type[i])};
    }
    if (rc < 0) {
        statement_free(s);
        return rc;
    }
    *ret = s;
    return 0;
}

int32_t laminar_prepare(LaminarConnection *conn, const char *sql, LaminarStatement **out)
{
    if (!conn || !sql || !out)
        return api_null();
    api_begin();
    Str text;
    if (!api_text(sql, &text))
        return LAMINAR_ERR_INVALID_UTF8;
    Err err = ERR_INIT;
    int rc = db_check_open(conn->db, &err);
    if (rc == 0 && db_is_inside(conn->db))
        rc = RAISE(&err, ERR_REENTRANT, "statements cannot be run inside a callback");
    if (rc == 0)
        rc = make(conn->db, text, out, &err);
    if (rc < 0 && !span_is_none(err.at) && !err.line)
        err_locate(&err, text.p, (uint32_t)MIN(text.n, UINT32_MAX / 2));
    return api_return(rc, &err);
}

void laminar_statement_free(LaminarStatement *stmt)
{
    if (stmt)
        statement_free(stmt);
}

int32_t laminar_statement_num_params(LaminarStatement *stmt, size_t *out)
{
    if (!stmt || !out)
        return api_null();
    api_begin();
    *out = stmt->p->n_params;
    return LAMINAR_OK;
}

static int find_param(const LaminarStatement *stmt, size_t param, Err *err)
{
    if (param == 0 || param > stmt->p->n_params)
        return RAISE(err, ERR_UNDEFINED_PARAMETER, "there is no parameter $%zu", param);
    return 0;
}

int32_t laminar_statement_param_type(LaminarStatement *stmt, size_t param, char **out)
{
    if (!stmt || !out)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    char text[64];
    int rc = find_param(stmt, param, &err);
    if (rc == 0) {
        Type t = stmt->p->type[param - 1];
        type_print(t, text, sizeof(text));
        char *copy = api_strdup(t.id == T_DECIMAL ? "DECIMAL" : text);
        rc = copy ? 0 : RAISE_NOMEM(&err);
        if (copy)
            *out = copy;
    }
    return api_return(rc, &err);
}

static int32_t bind(LaminarStatement *stmt, size_t param, const Value *v)
{
    if (!stmt)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    int rc = find_param(stmt, param, &err);
    if (rc < 0)
        return api_return(rc, &err);
    Arena fresh;
    ParamSlot slot;
    WITH_ZONE(db_zone(stmt->db));
    arena_init(&fresh, NULL, 0);
    Value own = *v;
    bool text = !v->is_null && (v->type.id == T_UNKNOWN || v->type.id == T_BYTEA);
    if (text)
        own.str.p = arena_memdup(&fresh, v->str.n ? v->str.p : "", MAX(v->str.n, 1));
    rc = !text || own.str.p ? prepared_value(stmt->p, (uint32_t)param - 1, &own, &fresh, &slot, &err) : RAISE_NOMEM(&err);
    if (rc < 0) {
        arena_done(&fresh);
        return api_return(rc, &err);
    }
    arena_done(&stmt->text[param - 1]);
    stmt->text[param - 1] = fresh;
    stmt->slot[param - 1] = slot;
    return LAMINAR_OK;
}

int32_t laminar_bind_null(LaminarStatement *stmt, size_t param)
{
    Value v = value_null(TYPE(UNKNOWN));
    return bind(stmt, param, &v);
}

int32_t laminar_bind_bool(LaminarStatement *stmt, size_t param, bool value)
{
    Value v = {.type = TYPE(BOOL), .b = value};
    return bind(stmt, param, &v);
}

int32_t laminar_bind_i64(LaminarStatement *stmt, size_t param, int64_t value)
{
    Value v = {.type = TYPE(I64), .i64 = value};
    return bind(stmt, param, &v);
}

int32_t laminar_bind_f64(LaminarStatement *stmt, size_t param, double value)
{
    Value v = {.type = TYPE(F64), .f64 = value};
    return bind(stmt, param, &v);
}

int32_t laminar_bind_decimal(LaminarStatement *stmt, size_t param, int64_t high, uint64_t low, int32_t scale)
{
    Value v = {.type = TYPE_DECIMAL(DECIMAL_DIGITS_MAX, scale), .dec = (i128)((u128)(uint64_t)high << 64 | low)};
    if (stmt && (scale < 0 || scale > DECIMAL_DIGITS_MAX || !decimal_fits(v.dec, DECIMAL_DIGITS_MAX)))
        return api_error(LAMINAR_API_SQL_PARSE_ERROR, "a decimal has at most 38 digits and a scale between 0 and 38");
    return bind(stmt, param, &v);
}

int32_t laminar_bind_timestamp(LaminarStatement *stmt, size_t param, int64_t us)
{
    Value v = {.type = TYPE(TS), .i64 = us};
    if (stmt && param > 0 && param <= stmt->p->n_params && stmt->p->type[param - 1].id == T_TSTZ)
        v.type = TYPE(TSTZ);
    return bind(stmt, param, &v);
}

int32_t laminar_bind_text(LaminarStatement *stmt, size_t param, const char *text, size_t length)
{
    if (!text)
        return api_null();
    api_begin();
    if (!utf8_is_valid(text, length) || memchr(text, 0, length))
        return LAMINAR_ERR_INVALID_UTF8;
    Value v = {.type = TYPE(UNKNOWN), .str = {text, length}};
    return bind(stmt, param, &v);
}

int32_t laminar_bind_bytes(LaminarStatement *stmt, size_t param, const void *bytes, size_t length)
{
    if (!bytes && length)
        return api_null();
    Value v = {.type = TYPE(BYTEA), .str = {bytes, length}};
    return bind(stmt, param, &v);
}

int32_t laminar_clear_bindings(LaminarStatement *stmt)
{
    if (!stmt)
        return api_null();
    api_begin();
    for (uint32_t i = 0; i < stmt->p->n_params; i++)
        stmt->slot[i].value = value_null(stmt->p->type[i]);
    return LAMINAR_OK;
}

int32_t laminar_statement_execute(LaminarStatement *stmt, LaminarExecuteInfo *info, LaminarQueryResult **out)
{
    if (!stmt || (info && info->size < sizeof(*info)))
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    StatementResult r;
    int rc = db_execute_prepared(stmt->db, stmt->p, stmt->slot, &r, &err);
    return api_result(stmt->db, rc, &r, info, out, &err);
}
