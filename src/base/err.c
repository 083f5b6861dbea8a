/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors: the class table, filling an Err, and the one place that ends the process.
 *
 * An Err belongs to whoever can report it; everything here only writes into it and cuts what does not fit, at a character's
 * border so that a message stays valid UTF-8. */
#include "base/err.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct ErrClass {
    const char *sqlstate;
    const char *text;
    int number;
    int api;
} ErrClass;

static const ErrClass classes[N_ERR_CODES] = {
    [ERR_NONE] = {"00000", "success", 0, 0},
#define E(name, number, sqlstate, api, text) [ERR_##name] = {sqlstate, text, number, api},
#include "base/errors.def"
#undef E
};

static const ErrClass *class_of(ErrCode code)
{
    return &classes[(unsigned)code < N_ERR_CODES ? code : ERR_INTERNAL];
}

/* Formats into a fixed field; what is cut off never leaves half a character behind. */
__attribute__((format(printf, 3, 0))) static void format_cut(char *field, size_t bytes, const char *fmt, va_list ap)
{
    int n = vsnprintf(field, bytes, fmt, ap);
    if (n < 0) {
        field[0] = 0;
        return;
    }
    if ((size_t)n < bytes)
        return;
    size_t end = bytes - 1;
    size_t start = end;
    while (start > 0 && end - start < 3 && ((unsigned char)field[start - 1] & 0xC0u) == 0x80)
        start--;
    if (start > 0 && (unsigned char)field[start - 1] >= 0xC0 && !utf8_is_valid(field + start - 1, end - start + 1))
        field[start - 1] = 0;
}

int err_raise(Err *err, ErrCode code, Span at, const char *file, int file_line, const char *fmt, ...)
{
    if (code == ERR_NONE)
        code = ERR_INTERNAL;
    if (!err)
        return -(int)code;
    err_clear(err);
    err->code = code;
    err->at = at;
    err->file = file;
    err->file_line = file_line;
    va_list ap;
    va_start(ap, fmt);
    format_cut(err->message, sizeof(err->message), fmt, ap);
    va_end(ap);
    return -(int)code;
}

int err_hint(Err *err, const char *fmt, ...)
{
    if (!err)
        return -ERR_INTERNAL;
    va_list ap;
    va_start(ap, fmt);
    format_cut(err->hint, sizeof(err->hint), fmt, ap);
    va_end(ap);
    return -(int)err->code;
}

int err_hint_names(Err *err, const char *name, size_t n_name, const char *const *names, size_t n_names)
{
    const char *near = str_nearest((Str){name, n_name}, names, n_names);
    size_t n = 0;
    if (!err)
        return -ERR_INTERNAL;
    if (near)
        return err_hint(err, "Did you mean \"%s\"?", near);
    for (size_t i = 0; i < n_names && n < sizeof(err->hint); i++)
        n += (size_t)snprintf(err->hint + n, sizeof(err->hint) - n, "%s%s%s", i ? ", " : "There are ", names[i],
                              i + 1 == n_names ? "." : "");
    return -(int)err->code;
}

int err_detail(Err *err, const char *fmt, ...)
{
    if (!err)
        return -ERR_INTERNAL;
    va_list ap;
    va_start(ap, fmt);
    format_cut(err->detail, sizeof(err->detail), fmt, ap);
    va_end(ap);
    return -(int)err->code;
}

void err_clear(Err *err)
{
    if (!err)
        return;
    err->code = ERR_NONE;
    err->at = SPAN_NONE;
    err->line = err->column = 0;
    err->message[0] = err->detail[0] = err->hint[0] = 0;
    err->file = NULL;
    err->file_line = 0;
}

void err_locate(Err *err, const char *text, uint32_t n)
{
    if (!err || span_is_none(err->at) || !text)
        return;
    uint32_t end = MIN(err->at.pos, n);
    uint32_t line = 1, column = 1;
    for (uint32_t i = 0; i < end; i++) {
        if (text[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)text[i] & 0xC0u) != 0x80) {
            column++;
        }
    }
    err->line = line;
    err->column = column;
}

const char *err_sqlstate(ErrCode code)
{
    return class_of(code)->sqlstate;
}

int err_number(ErrCode code)
{
    return class_of(code)->number;
}

int err_api_code(ErrCode code)
{
    return class_of(code)->api;
}

const char *err_class_text(ErrCode code)
{
    return class_of(code)->text;
}

/* Our own invariant is broken: going on could damage stored data, so this process ends here. */
void assert_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "laminar: broken invariant: %s (%s:%d)\n", what, file, line);
    abort();
}
