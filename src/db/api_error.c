/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread's last error, and strings given to the caller. */
#include "db/api.h"

#include <stdio.h>

typedef struct LastError {
    bool set;
    int32_t code; /* as returned */
    Err err;
    char text[1400]; /* message, detail and hint in one, for laminar_last_error */
} LastError;
static _Thread_local LastError last;
_Atomic uint32_t api_threads_in_error;

void api_forget(void)
{
    if (last.set)
        atomic_fetch_sub_explicit(&api_threads_in_error, 1, memory_order_relaxed);
    last.set = false;
    last.code = LAMINAR_OK;
}

/* The name that a message like `relation "x" does not exist` is about; the whole of it when there is none. */
static Str quoted_name(const char *message)
{
    const char *from = strchr(message, '"'), *to = strrchr(message, '"');
    return from && to > from ? (Str){from + 1, (size_t)(to - from) - 1} : str_of(message);
}

int32_t api_fail(const Err *err)
{
    if (!last.set)
        atomic_fetch_add_explicit(&api_threads_in_error, 1, memory_order_relaxed);
    last.set = true;
    last.err = *err;
    last.code = err->code ? err_api_code(err->code) : LAMINAR_API_INTERNAL_ERROR;
    if (err->code == ERR_UNDEFINED_RELATION) {
        Str name = quoted_name(err->message);
        snprintf(last.text, sizeof(last.text), "Table not found: %.*s", (int)name.n, name.p);
    } else {
        snprintf(last.text, sizeof(last.text), "%s", err->message[0] ? err->message : err_class_text(err->code));
    }
    size_t n = strlen(last.text);
    if (err->line && n < sizeof(last.text))
        n += (size_t)snprintf(last.text + n, sizeof(last.text) - n, " (line %u, column %u)", (unsigned)err->line,
                              (unsigned)err->column);
    if (err->detail[0] && n < sizeof(last.text))
        n += (size_t)snprintf(last.text + n, sizeof(last.text) - n, "\nDETAIL: %s", err->detail);
    if (err->hint[0] && n < sizeof(last.text))
        snprintf(last.text + n, sizeof(last.text) - n, "\nHINT: %s", err->hint);
    return last.code;
}

int32_t api_return(int rc, const Err *err)
{
    if (rc >= 0)
        return LAMINAR_OK;
    if (err->code)
        return api_fail(err);
    Err bare = ERR_INIT;
    (void)RAISE(&bare, (ErrCode)-rc, "%s", err_class_text((ErrCode)-rc));
    return api_fail(&bare);
}

int32_t api_error(int32_t code, const char *message)
{
    Err err = ERR_INIT;
    (void)RAISE(&err, ERR_WRONG_STATE, "%s", message);
    (void)api_fail(&err);
    last.code = code;
    snprintf(last.text, sizeof(last.text), "%s", message);
    return code;
}

int32_t api_return_as(int32_t code, int rc, const Err *err)
{
    if (api_return(rc, err) != LAMINAR_OK)
        last.code = code;
    return rc < 0 ? code : LAMINAR_OK;
}

int32_t api_null(void)
{
    api_begin();
    return LAMINAR_ERR_NULL_POINTER;
}

bool api_text(const char *s, Str *ret)
{
    *ret = str_of(s);
    return utf8_is_valid(ret->p, ret->n);
}

char *api_strdup(const char *s)
{
    return mem_strdup(NULL, s);
}

const char *laminar_last_error(void)
{
    return last.set ? last.text : NULL;
}

int32_t laminar_last_error_code(void)
{
    if (!last.set)
        return LAMINAR_OK;
    switch (last.code) {
    case LAMINAR_API_CONNECTION_FAILED:
    case LAMINAR_API_TABLE_NOT_FOUND:
    case LAMINAR_API_TABLE_EXISTS:
    case LAMINAR_API_SCHEMA_MISMATCH:
    case LAMINAR_API_INGESTION_FAILED:
    case LAMINAR_API_QUERY_FAILED:
    case LAMINAR_API_SHUTDOWN: return last.code;
    case LAMINAR_API_SUBSCRIPTION_FAILED:
    case LAMINAR_API_SUBSCRIPTION_CLOSED:
    case LAMINAR_API_SUBSCRIPTION_TIMEOUT: return LAMINAR_ERR_SUBSCRIPTION;
    default: return LAMINAR_ERR_INTERNAL;
    }
}

void laminar_clear_error(void)
{
    api_begin();
}

int32_t laminar_last_error_detail(LaminarError *out)
{
    if (!out || out->size < sizeof(LaminarError))
        return LAMINAR_ERR_NULL_POINTER;
    *out = (LaminarError){.size = out->size, .offset = -1};
    snprintf(out->sqlstate, sizeof(out->sqlstate), "00000");
    if (!last.set)
        return LAMINAR_OK;
    const Err *e = &last.err;
    out->api_code = last.code;
    snprintf(out->sqlstate, sizeof(out->sqlstate), "%s", err_sqlstate(e->code));
    out->number = err_number(e->code);
    if (!span_is_none(e->at)) {
        out->line = (int32_t)e->line;
        out->column = (int32_t)e->column;
        out->offset = e->at.pos;
        out->length = e->at.len;
    }
    snprintf(out->message, sizeof(out->message), "%s", e->message);
    snprintf(out->detail, sizeof(out->detail), "%s", e->detail);
    snprintf(out->hint, sizeof(out->hint), "%s", e->hint);
    return LAMINAR_OK;
}

void laminar_string_free(char *s)
{
    mem_strfree(NULL, s);
}

const char *laminar_version(void)
{
    return LAMINAR_VERSION;
}
