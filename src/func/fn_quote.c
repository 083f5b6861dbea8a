/* SPDX-License-Identifier: Apache-2.0
 *
 * Text as SQL would write it: quote_ident, quote_literal, quote_nullable, and format() with %s, %I, %L, positions and widths, as
 * PostgreSQL's. */
#include <ctype.h>

#include "func/text_impl.h"

/* Words that a name must be quoted for, in order: those PostgreSQL reserves in any way. */
static const char reserved[] =
    "|all|analyse|analyze|and|any|array|as|asc|asymmetric|authorization|between|bigint|binary|bit|boolean|both|case|cast|char|"
    "character|check|coalesce|collate|collation|column|concurrently|constraint|create|cross|current_catalog|current_date|"
    "current_role|current_schema|current_time|current_timestamp|current_user|dec|decimal|default|deferrable|desc|distinct|do|else|"
    "end|except|exists|extract|false|fetch|float|for|foreign|freeze|from|full|grant|greatest|group|grouping|having|ilike|in|"
    "initially|inner|inout|int|integer|intersect|interval|into|is|isnull|join|lateral|leading|least|left|like|limit|localtime|"
    "localtimestamp|national|natural|nchar|none|normalize|not|notnull|null|nullif|numeric|offset|on|only|or|order|out|outer|"
    "overlaps|overlay|placing|position|precision|primary|real|references|returning|right|row|select|session_user|setof|similar|"
    "smallint|some|substring|symmetric|table|tablesample|then|time|timestamp|to|trailing|treat|trim|true|union|unique|user|using|"
    "values|varchar|variadic|verbose|when|where|window|with|xmlattributes|xmlconcat|xmlelement|xmlexists|xmlforest|xmlnamespaces|"
    "xmlparse|xmlpi|xmlroot|xmlserialize|xmltable|";

static bool is_reserved(Str s)
{
    for (const char *at = reserved; (at = memmem(at, strlen(at), s.p, s.n)); at++) {
        if (at[-1] == '|' && at[s.n] == '|')
            return true;
    }
    return false;
}

static bool is_plain_name(Str s)
{
    bool plain = s.n > 0 && (islower((unsigned char)s.p[0]) || s.p[0] == '_');
    for (size_t i = 0; i < s.n && plain; i++)
        plain = islower((unsigned char)s.p[i]) || isdigit((unsigned char)s.p[i]) || s.p[i] == '_';
    return plain && !is_reserved(s);
}

static void put_doubled(Str s, char quote, bool backslash, StrBuf *b)
{
    sb_putc(b, quote);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == quote || (backslash && s.p[i] == '\\'))
            sb_putc(b, s.p[i]);
        sb_putc(b, s.p[i]);
    }
    sb_putc(b, quote);
}

static void put_ident(Str s, StrBuf *b)
{
    if (is_plain_name(s))
        sb_putstr(b, s);
    else
        put_doubled(s, '"', false, b);
}

static void put_literal(Str s, StrBuf *b)
{
    bool backslash = s.n && memchr(s.p, '\\', s.n);
    if (backslash)
        sb_putc(b, 'E');
    put_doubled(s, '\'', backslash, b);
}

static int quote_rows(EvalCtx *x, const Vec *v, Vec *dst, Rows rows, void (*put)(Str s, StrBuf *b))
{
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, x->arena->acct);
    EACH_ROW(rows, r)
    {
        sb_clear(&b);
        if (null_at(v, r))
            sb_puts(&b, "NULL");
        else
            put(text_at(v, r), &b);
        if (b.failed)
            return -ERR_OUT_OF_MEMORY;
        TRY(strwriter_put(&w, r, sb_cstr(&b), b.n));
    }
    return strwriter_finish(&w);
}
static int quote_ident(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return quote_rows(x, arg[0], dst, rows, put_ident);
}
static int quote_literal(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return quote_rows(x, arg[0], dst, rows, put_literal);
}

/* --- format() -------------------------------------------------------------------------------------------------------------------
 */

typedef struct Format {
    EvalCtx *x;
    const Vec *const *arg; /* [0] is the format */
    uint32_t n_args, next, row;
    StrBuf *out, *value;
} Format;

typedef struct Specifier {
    uint32_t position; /* 0 = the next argument */
    int64_t width;
    bool left, width_from_arg;
    uint32_t width_position;
    char kind;
} Specifier;

static bool format_error(const Format *f, const char *text)
{
    row_error(f->x, f->row, ERR_INVALID_PARAMETER, "%s", text);
    return false;
}

/* Digits, or none: *ret stays. */
static bool take_number(const Format *f, Str s, size_t *at, int64_t *ret)
{
    int64_t v = 0;
    size_t from = *at;
    for (; *at < s.n && isdigit((unsigned char)s.p[*at]); (*at)++) {
        v = v * 10 + (s.p[*at] - '0');
        if (v > INT32_MAX) {
            row_error(f->x, f->row, ERR_NUMERIC_RANGE, "number is out of range");
            return false;
        }
    }
    if (*at > from)
        *ret = v;
    return true;
}

/* n$ at the place, if it is one. */
static bool take_position(const Format *f, Str s, size_t *at, uint32_t *ret)
{
    size_t i = *at;
    int64_t n = -1;
    if (!take_number(f, s, &i, &n))
        return false;
    if (n < 0 || i >= s.n || s.p[i] != '$')
        return true;
    if (n == 0)
        return format_error(f, "format specifies argument 0, but arguments are numbered from 1");
    *ret = (uint32_t)n;
    *at = i + 1;
    return true;
}

/* After the %: [n$][-][width | * | *n$] kind. */
static bool take_specifier(const Format *f, Str s, size_t *at, Specifier *ret)
{
    *ret = (Specifier){0};
    if (!take_position(f, s, at, &ret->position))
        return false;
    for (; *at < s.n && s.p[*at] == '-'; (*at)++)
        ret->left = true;
    if (*at < s.n && s.p[*at] == '*') {
        (*at)++;
        ret->width_from_arg = true;
        if (!take_position(f, s, at, &ret->width_position))
            return false;
    } else if (!take_number(f, s, at, &ret->width)) {
        return false;
    }
    if (*at == s.n)
        return format_error(f, "unterminated format() type specifier");
    ret->kind = s.p[(*at)++];
    if (ret->kind == 's' || ret->kind == 'I' || ret->kind == 'L')
        return true;
    row_error(f->x, f->row, ERR_INVALID_PARAMETER, "unrecognized format() type specifier \"%c\"", ret->kind);
    return false;
}

/* The argument at a position (0 = the next one). */
static const Vec *take_argument(Format *f, uint32_t position)
{
    if (position == 0)
        position = f->next;
    if (position >= f->n_args) {
        format_error(f, "too few arguments for format()");
        return NULL;
    }
    f->next = position + 1;
    return f->arg[position];
}

static bool take_width(Format *f, Specifier *s)
{
    if (!s->width_from_arg)
        return true;
    const Vec *v = take_argument(f, s->width_position);
    if (!v)
        return false;
    Value value = vec_get(v, f->row & vec_mask(v));
    if (value.is_null)
        return true;
    if (value.type.id != T_I16 && value.type.id != T_I32 && value.type.id != T_I64)
        return format_error(f, "the width of format() must be an integer");
    s->width = value.type.id == T_I16 ? value.i16 : value.type.id == T_I32 ? value.i32 : value.i64;
    if (s->width < 0) {
        s->left = true;
        s->width = -s->width;
    }
    return true;
}

static bool format_value(Format *f, const Specifier *s, const Vec *v)
{
    Value value = vec_get(v, f->row & vec_mask(v));
    _cleanup_(sb_done) StrBuf text;
    sb_init(&text, f->x->arena->acct);
    value_print(&value, &text);
    Str t = {sb_cstr(&text), text.n};
    f->out->failed |= text.failed || f->value->failed;
    sb_clear(f->value);
    if (value.is_null && s->kind == 'I') {
        row_error(f->x, f->row, ERR_NULL_NOT_ALLOWED, "null values cannot be formatted as an SQL identifier");
        return false;
    }
    if (value.is_null)
        sb_puts(f->value, s->kind == 'L' ? "NULL" : "");
    else if (s->kind == 's')
        sb_putstr(f->value, t);
    else if (s->kind == 'I')
        put_ident(t, f->value);
    else
        put_literal(t, f->value);
    int64_t fill = s->width - (int64_t)text_length((Str){sb_cstr(f->value), f->value->n});
    if (fill > (int64_t)TEXT_RESULT_MAX) {
        row_error(f->x, f->row, ERR_PROGRAM_LIMIT, "requested length too large");
        return false;
    }
    if (s->left)
        sb_putstr(f->out, (Str){sb_cstr(f->value), f->value->n});
    for (; fill > 0; fill--)
        sb_putc(f->out, ' ');
    if (!s->left)
        sb_putstr(f->out, (Str){sb_cstr(f->value), f->value->n});
    return true;
}

static void format_row(Format *f, Str s)
{
    for (size_t at = 0; at < s.n;) {
        Specifier spec;
        if (s.p[at] != '%') {
            sb_putc(f->out, s.p[at++]);
            continue;
        }
        if (++at == s.n) {
            format_error(f, "unterminated format() type specifier");
            return;
        }
        if (s.p[at] == '%') {
            sb_putc(f->out, s.p[at++]);
            continue;
        }
        if (!take_specifier(f, s, &at, &spec) || !take_width(f, &spec))
            return;
        const Vec *v = take_argument(f, spec.position);
        if (!v || !format_value(f, &spec, v))
            return;
    }
}

static int format(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    _cleanup_(sb_done) StrBuf out;
    _cleanup_(sb_done) StrBuf value;
    sb_init(&out, x->arena->acct);
    sb_init(&value, x->arena->acct);
    EACH_ROW(rows, r)
    {
        Format f = {.x = x, .arg = arg, .n_args = n_args, .next = 1, .row = r, .out = &out, .value = &value};
        sb_clear(&out);
        if (null_at(arg[0], r)) {
            TRY(vec_add_valid(dst, x->arena));
            bit_clear(dst->valid, r);
        } else {
            format_row(&f, text_at(arg[0], r));
        }
        if (out.failed || value.failed)
            return -ERR_OUT_OF_MEMORY;
        TRY(strwriter_put(&w, r, sb_cstr(&out), out.n));
    }
    return strwriter_finish(&w);
}

const FuncDef fn_quote[] = {
    FN1("quote_ident", T_TEXT, T_TEXT, quote_ident, FN_PURE, "quoted where a name of SQL needs it",
        "quote_ident('Foo bar') -> '\"Foo bar\"'"),
    FN1("quote_literal", T_TEXT, T_TEXT, quote_literal, FN_PURE, "as a text literal of SQL",
        "quote_literal('O''Reilly') -> '''O''''Reilly'''"),
    FN1("quote_literal", TP_TO_TEXT, T_TEXT, quote_literal, FN_PURE, "as a text literal of SQL",
        "quote_literal(42.5) -> '''42.5'''"),
    FN1("quote_nullable", T_TEXT, T_TEXT, quote_literal, FN_NOT_NULL, "as a text literal of SQL, or NULL",
        "quote_nullable(NULL) -> 'NULL'"),
    FN1("quote_nullable", TP_TO_TEXT, T_TEXT, quote_literal, FN_NOT_NULL, "as a text literal of SQL, or NULL",
        "quote_nullable(42.5) -> '''42.5'''"),
    FN1("format", T_TEXT, T_TEXT, format, FN_ERR, "text with %s, %I and %L replaced by arguments", "format('100%%') -> '100%'"),
    FN2("format", T_TEXT, TP_ANY, T_TEXT, format, FN_ERR | FN_VARIADIC, "text with %s, %I and %L replaced by arguments",
        "format('Hello %s', 'World') -> 'Hello World'"),
    {0},
};
