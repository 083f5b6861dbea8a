/* SPDX-License-Identifier: Apache-2.0
 *
 * to_number(text, template): the digits that the template's places find in the text.  The scale of the result is the number of
 * places behind the point of a constant template. */
#include "base/decimal.h"
#include "func/row_run.h"

#include <stdio.h>

#define SCALE_OTHERWISE 9

typedef struct Reading {
    Str s;
    size_t at;
    bool minus, point, times; /* times: behind V, whose places divide the number */
    unsigned n_times;
    char digits[DECIMAL_TEXT_MAX + 64];
    size_t n;
} Reading;

static bool starts(Str t, size_t i, const char *word)
{
    Str w = str_of(word);
    return i + w.n <= t.n && str_eq_nocase((Str){t.p + i, w.n}, w);
}

static char peek(const Reading *r)
{
    return r->at < r->s.n ? r->s.p[r->at] : 0;
}

static void take_sign(Reading *r)
{
    char c = peek(r);
    if (c == '-' || c == '<')
        r->minus = true;
    r->at += c == '-' || c == '+' || c == '<' || c == '>';
}

static void put_digit(Reading *r, char c)
{
    if (r->n < sizeof(r->digits))
        r->digits[r->n++] = c;
}

static void take_digit(Reading *r)
{
    if (r->n == 0) {
        while (peek(r) == ' ')
            r->at++;
        take_sign(r);
    }
    char c = peek(r);
    if (c >= '0' && c <= '9') {
        put_digit(r, c);
        r->at++;
    }
}

static void take_point(Reading *r)
{
    if (r->n == 0)
        take_sign(r);
    if (peek(r) == '.' && !r->point) {
        r->point = true;
        put_digit(r, '.');
        r->at++;
    }
}

/* One element of the template; its length. */
static size_t take_element(Reading *r, Str t, size_t i)
{
    static const char *const signs[] = {"MI", "PL", "SG", "PR", "S"}, *const nothing[] = {"FM", "TH"};
    for (size_t k = 0; k < ARRAY_LEN(signs); k++)
        if (starts(t, i, signs[k])) {
            take_sign(r);
            return strlen(signs[k]);
        }
    for (size_t k = 0; k < ARRAY_LEN(nothing); k++)
        if (starts(t, i, nothing[k]))
            return 2;
    char c = t.p[i];
    if (c == 'V' || c == 'v') {
        r->times = true;
    } else if (c == '9' || c == '0') {
        r->n_times += r->times;
        take_digit(r);
    } else if (c == '.' || c == 'D' || c == 'd') {
        take_point(r);
    } else if (c == ',' || c == 'G' || c == 'g') {
        r->at += peek(r) == ',';
    } else if (r->at < r->s.n) { /* a literal stands for one character, whatever it is */
        bool digit = peek(r) >= '0' && peek(r) <= '9';
        uint32_t code;
        if (!digit || (c != 'L' && c != 'l'))
            r->at += (size_t)MAX(utf8_decode(r->s.p + r->at, r->s.n - r->at, &code), 1);
    }
    return 1;
}

static int to_number_row(RowRun *t)
{
    Reading r = {.s = row_text(t, 0)};
    Str template = row_text(t, 1);
    if (template.n == 0)
        return 0;
    for (size_t i = 0; i < template.n;) {
        if (starts(template, i, "EEEE") || starts(template, i, "RN"))
            return ROW_FAIL(t, ERR_UNSUPPORTED, "\"EEEE\" and \"RN\" are not supported for input");
        i += take_element(&r, template, i);
    }
    if (r.n == 0 || (r.n == 1 && r.point))
        return ROW_FAIL(t, ERR_INVALID_TEXT, "invalid input syntax for type numeric: \"%.*s\"", (int)MIN(r.s.n, (size_t)64), r.s.p);
    if (r.n_times && r.n + 4 < sizeof(r.digits))
        r.n += (size_t)snprintf(r.digits + r.n, sizeof(r.digits) - r.n, "e-%u", MIN(r.n_times, 38u));
    if (decimal_parse((Str){r.digits, r.n}, t->type.precision, t->type.scale, &t->dec) < 0)
        return ROW_FAIL(t, ERR_NUMERIC_RANGE, "numeric field overflow");
    t->dec = r.minus ? -t->dec : t->dec;
    return 1;
}
ROW_KERNEL(to_number, to_number_row)

static int widest(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)args, (void)n, (void)err;
    *ret = TYPE_DECIMAL(DECIMAL_DIGITS_MAX, SCALE_OTHERWISE);
    return 0;
}

static void refine_scale(const Value *const *consts, const Type *args, uint32_t n, Type *ret)
{
    (void)args, (void)n;
    unsigned scale = 0;
    bool point = false;
    if (!consts[1] || consts[1]->is_null)
        return;
    for (size_t i = 0; i < consts[1]->str.n; i++) {
        char c = consts[1]->str.p[i];
        scale += point && (c == '9' || c == '0');
        point |= c == '.' || c == 'D' || c == 'd' || c == 'V' || c == 'v';
    }
    *ret = TYPE_DECIMAL(DECIMAL_DIGITS_MAX, MIN(scale, 37));
}

const FuncDef fn_to_number[] = {
    FN2("to_number", T_TEXT, T_TEXT, T_DECIMAL, to_number, FN_FAIL | FN_NULLABLE, "number in a text, by a template",
        "to_number('12,454.8-', '99G999D9S') -> -12454.8", .ret_type = widest, .refine = refine_scale),
    {0},
};
