/* SPDX-License-Identifier: Apache-2.0
 *
 * to_char of numbers by templates of 9, 0, point, comma, signs (S, MI, PL, SG, PR), V, TH, EEEE, RN and FM, as PostgreSQL's.  A
 * number that does not fit becomes #.  The sign of currency is a blank, as without a locale. */
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "base/decimal.h"
#include "func/fn_format.h"

typedef struct Picture {
    uint32_t n_pre, n_post, n_zero;                     /* digits before and after the point; those before that are never blank */
    uint32_t n_post_kept;                               /* digits after the point that FM keeps */
    bool fm, has_point, sign_first, own_sign, brackets; /* S before the digits; any sign; PR */
    bool times, exponent;                               /* V; EEEE */
    uint32_t n_times;                                   /* digits behind V: the number times 10 to that power */
    char roman;                                         /* R or r: RN */
} Picture;

typedef enum PictureToken {
    PIC_DIGIT,
    PIC_ZERO,
    PIC_POINT,
    PIC_GROUP,
    PIC_SIGN,
    PIC_MINUS,
    PIC_PLUS,
    PIC_EITHER,
    PIC_BRACKETS,
    PIC_FM,
    PIC_EXPONENT,
    PIC_ROMAN,
    PIC_TIMES,
    PIC_CURRENCY,
    PIC_ORDINAL,
    PIC_NOTHING, /* B and C, which print nothing */
    PIC_QUOTED,  /* in quotes, where a backslash is before what is meant as it is */
    PIC_CHAR
} PictureToken;

static PictureToken take_token(Str *s, Str *ret_text)
{
    static const struct {
        const char *name;
        PictureToken token;
    } names[] = {{"9", PIC_DIGIT},     {"0", PIC_ZERO},     {".", PIC_POINT},       {"D", PIC_POINT},  {",", PIC_GROUP},
                 {"G", PIC_GROUP},     {"SG", PIC_EITHER},  {"S", PIC_SIGN},        {"MI", PIC_MINUS}, {"PL", PIC_PLUS},
                 {"PR", PIC_BRACKETS}, {"FM", PIC_FM},      {"EEEE", PIC_EXPONENT}, {"RN", PIC_ROMAN}, {"V", PIC_TIMES},
                 {"L", PIC_CURRENCY},  {"TH", PIC_ORDINAL}, {"B", PIC_NOTHING},     {"C", PIC_NOTHING}};
    size_t n = 1;
    *ret_text = (Str){s->p, 1};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        Str name = str_of(names[i].name);
        if (s->n >= name.n && str_eq_nocase((Str){s->p, name.n}, name)) {
            *ret_text = (Str){s->p, name.n};
            *s = (Str){s->p + name.n, s->n - name.n};
            return names[i].token;
        }
    }
    if (s->p[0] == '"') {
        n = format_quoted_bytes(*s);
        *ret_text = (Str){s->p + 1, n};
        n = MIN(n + 2, s->n);
        *s = (Str){s->p + n, s->n - n};
        return PIC_QUOTED;
    }
    if (s->n > 1 && s->p[0] == '\\' && s->p[1] == '"') {
        *ret_text = (Str){s->p + 1, 1};
        n = 2;
    }
    *s = (Str){s->p + n, s->n - n};
    return PIC_CHAR;
}

static bool read_picture(EvalCtx *x, uint32_t row, Str format, Picture *ret)
{
    Str text, format_end = {0};
    *ret = (Picture){0};
    while (format.n) {
        PictureToken token = take_token(&format, &text);
        format_end = token == PIC_EXPONENT ? format : format_end;
        switch (token) {
        case PIC_DIGIT:
        case PIC_ZERO: {
            bool zero = text.p[0] == '0';
            ret->n_times += ret->times;
            ret->n_post += ret->has_point;
            ret->n_pre += !ret->has_point;
            if (zero && ret->has_point)
                ret->n_post_kept = ret->n_post;
            else if (!ret->has_point)
                ret->n_zero += ret->n_zero > 0 || zero;
            break;
        }
        case PIC_POINT: ret->has_point = true; break;
        case PIC_SIGN:
            ret->sign_first = ret->n_pre + ret->n_post == 0;
            ret->own_sign = true;
            break;
        case PIC_MINUS:
        case PIC_EITHER: ret->own_sign = true; break;
        case PIC_BRACKETS: ret->brackets = true; break;
        case PIC_FM: ret->fm = true; break;
        case PIC_EXPONENT: ret->exponent = true; break;
        case PIC_ROMAN: ret->roman = text.p[0]; break;
        case PIC_TIMES: ret->times = true; break;
        case PIC_PLUS:
        case PIC_GROUP:
        case PIC_CURRENCY:
        case PIC_ORDINAL:
        case PIC_NOTHING:
        case PIC_QUOTED:
        case PIC_CHAR: break;
        }
    }
    if (ret->exponent && (format_end.n || ret->fm || ret->own_sign || ret->brackets || ret->roman || ret->times)) {
        row_error(x, row, ERR_SYNTAX, "\"EEEE\" is the last pattern of a number and stands with digits and a point only");
        return false;
    }
    if (ret->times && ret->has_point) {
        row_error(x, row, ERR_SYNTAX, "a template of a number has \"V\" or a point, not both");
        return false;
    }
    if (ret->n_post <= 30)
        return true;
    row_error(x, row, ERR_PROGRAM_LIMIT, "a template of a number has at most 30 digits behind the point");
    return false;
}

typedef struct Writer {
    const Picture *p;
    StrBuf *b;
    const char *digits; /* whole part, point, fraction; NULL = does not fit */
    size_t n_whole, n_kept;
    uint32_t i_pre, i_post;
    bool negative, started;
} Writer;

/* The sign goes before the first character of the number. */
static void start(Writer *w)
{
    if (w->started)
        return;
    w->started = true;
    if (w->p->brackets)
        sb_puts(w->b, w->negative ? "<" : w->p->fm ? "" : " ");
    else if (w->p->sign_first)
        sb_putc(w->b, w->negative ? '-' : '+');
    else if (!w->p->own_sign)
        sb_puts(w->b, w->negative ? "-" : w->p->fm ? "" : " ");
}

static void blank(Writer *w)
{
    if (!w->p->fm)
        sb_putc(w->b, ' ');
}

static void put_digit(Writer *w, bool after_point)
{
    if (after_point) {
        if (w->i_post++ < (w->digits ? w->n_kept : w->p->n_post))
            sb_putc(w->b, w->digits ? w->digits[w->n_whole + w->i_post] : '#');
        return;
    }
    if (!w->digits) {
        start(w);
        sb_putc(w->b, '#');
        return;
    }
    uint32_t left = w->p->n_pre - w->i_pre++; /* digits from here to the point */
    if (left <= w->n_whole || left <= w->p->n_zero) {
        start(w);
        sb_putc(w->b, left <= w->n_whole ? w->digits[w->n_whole - left] : '0');
    } else {
        blank(w);
    }
}

/* 1st, 2nd, 3rd, 4th, 11th, 112th. */
static const char *ordinal(const char *digits, size_t n, bool upper)
{
    static const char *const ends[2][4] = {{"th", "st", "nd", "rd"}, {"TH", "ST", "ND", "RD"}};
    char last = n ? digits[n - 1] : '0';
    bool teen = n > 1 && digits[n - 2] == '1';
    return ends[upper][!teen && last >= '1' && last <= '3' ? last - '0' : 0];
}

static void put_token(Writer *w, PictureToken token, Str text, bool *after_point)
{
    switch (token) {
    case PIC_DIGIT:
    case PIC_ZERO: put_digit(w, *after_point); break;
    case PIC_POINT:
        start(w);
        *after_point = true;
        if (w->p->n_post > 0 || !w->digits)
            sb_putc(w->b, '.');
        break;
    case PIC_GROUP:
        if (w->started)
            sb_putc(w->b, ',');
        else
            blank(w);
        break;
    case PIC_SIGN:
        if (!w->p->sign_first)
            sb_putc(w->b, w->negative ? '-' : '+');
        break;
    case PIC_MINUS:
        if (w->negative)
            sb_putc(w->b, '-');
        else
            blank(w);
        break;
    case PIC_PLUS:
        if (!w->negative)
            sb_putc(w->b, '+');
        else
            blank(w);
        break;
    case PIC_EITHER: sb_putc(w->b, w->negative ? '-' : '+'); break;
    case PIC_BRACKETS:
        if (w->negative)
            sb_putc(w->b, '>');
        else
            blank(w);
        break;
    case PIC_CURRENCY: sb_putc(w->b, ' '); break;
    case PIC_ORDINAL:
        if (w->digits && !w->negative && !w->p->has_point)
            sb_puts(w->b, ordinal(w->digits, w->n_whole, text.p[0] == 'T'));
        break;
    case PIC_QUOTED: format_put_quoted(w->b, text); break;
    case PIC_CHAR: sb_putstr(w->b, text); break;
    case PIC_FM:
    case PIC_EXPONENT:
    case PIC_ROMAN:
    case PIC_NOTHING:
    case PIC_TIMES: break;
    }
}

/* text: the absolute value with exactly n_post digits after the point. */
static void put_number(const Picture *p, Str format, const char *text, bool negative, StrBuf *b)
{
    Writer w = {.p = p, .b = b, .digits = text, .negative = negative, .n_kept = p->n_post};
    bool after_point = false;
    Str token_text;
    w.n_whole = strcspn(text, ".");
    if (text[0] == '0' && w.n_whole == 1 && p->n_post > 0 && p->n_pre > 0) { /* 0.5 is .5 unless a 0 asks for it */
        w.digits++;
        w.n_whole = 0;
    }
    while (p->fm && w.n_kept > p->n_post_kept && w.digits[w.n_whole + w.n_kept] == '0')
        w.n_kept--;
    if (p->n_post > 0 && w.n_kept == 0 && w.n_whole == 0 && p->n_pre > 0) { /* nothing would be left but the point */
        w.digits--;
        w.n_whole = 1;
    }
    if (w.n_whole > p->n_pre)
        w.digits = NULL;
    while (format.n) {
        PictureToken token = take_token(&format, &token_text);
        put_token(&w, token, token_text, &after_point);
    }
}

static double number_f64(const Value *v)
{
    switch (v->type.id) {
    case T_F32: return (double)v->f32;
    case T_F64: return v->f64;
    case T_I32: return v->i32;
    case T_I64: return (double)v->i64;
    default: return decimal_to_f64(v->dec, v->type.scale);
    }
}

/* The number's text with as many digits after the point as the picture has; false: the row is in error. */
static bool number_text(EvalCtx *x, const Value *value, uint32_t r, const Picture *p, char *buf, size_t cap)
{
    i128 scaled;
    if (type_is_float(value->type.id)) {
        double f = number_f64(value) * pow(10, p->n_times);
        bool fits = fabs(f) < 1e38; /* what is too long becomes # */
        if (isnan(f))
            snprintf(buf, cap, "NaN");
        else if (isinf(number_f64(value)) && p->n_pre >= strlen("Infinity"))
            snprintf(buf, cap, "%sInfinity", f < 0 ? "-" : "");
        else
            snprintf(buf, cap, "%.*f", (int)p->n_post, fits ? f : copysign(1e38, f));
        return true;
    }
    i128 whole = value->type.id == T_I32 ? value->i32 : value->type.id == T_I64 ? value->i64 : value->dec;
    if (decimal_rescale(whole, value->type.id == T_DECIMAL ? value->type.scale : 0, p->n_post + p->n_times, &scaled) < 0) {
        row_error(x, r, ERR_NUMERIC_RANGE, "numeric field overflow");
        return false;
    }
    decimal_print(scaled, p->n_post, buf);
    return true;
}

/* Of exact numbers a half goes away from zero. */
static double rounded(const Value *v)
{
    i128 whole;
    return v->type.id == T_DECIMAL && decimal_rescale(v->dec, v->type.scale, 0, &whole) == 0 ? (double)whole : rint(number_f64(v));
}

/* 1.23e+04, with a blank for the sign of what is not negative. */
static void put_exponent(const Picture *p, double v, StrBuf *b)
{
    if (isfinite(v))
        sb_printf(b, "% .*e", (int)p->n_post, v);
    else
        sb_printf(b, " #.%.*s", (int)MIN(p->n_post + 4, 34u),
                  "##################################"); /* the exponent's places, too */
}

#define ROMAN_WIDTH 15 /* of MMMDCCCLXXXVIII */
static void put_roman(const Picture *p, double v, StrBuf *b)
{
    static const struct {
        int value;
        const char *text;
    } parts[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
                 {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
    char text[ROMAN_WIDTH + 1] = "###############";
    if (v >= 1 && v <= 3999) {
        int left = (int)v;
        size_t n = 0;
        for (size_t i = 0; i < ARRAY_LEN(parts); i++)
            for (; left >= parts[i].value; left -= parts[i].value)
                for (const char *c = parts[i].text; *c; c++)
                    text[n++] = *c;
        text[n] = '\0';
    }
    for (char *c = text; *c && p->roman == 'r'; c++)
        *c = (char)tolower((unsigned char)*c);
    sb_printf(b, "%*s", p->fm ? 0 : ROMAN_WIDTH, text);
}

/* A DOUBLE has 15 digits, a REAL 6: places behind them stay empty.  Of NaN and Infinity PostgreSQL counts the letters. */
static uint32_t places_of(const Picture *p, const Value *value)
{
    uint32_t n_digits = value->type.id == T_F32 ? FLT_DIG : DBL_DIG, n = 1; /* n: digits before the point */
    double v = number_f64(value), whole = fabs(v) * pow(10, p->n_times);
    if (!isfinite(v)) {
        n = isnan(v) ? 3 : 8;
        return n <= p->n_pre ? 0 : n_digits > n ? MIN(p->n_post, n_digits - n) : 0;
    }
    for (double w = rint(whole); w >= 10 && n < n_digits; w /= 10)
        n++;
    return MIN(p->n_post, n_digits - n);
}

static void put_row(EvalCtx *x, uint32_t r, const Value *v, Str format, StrBuf *b)
{
    char text[96];
    Picture p;
    if (!read_picture(x, r, format, &p))
        return;
    if (type_is_float(v->type.id) && !p.exponent)
        p.n_post = places_of(&p, v);
    if (p.exponent)
        put_exponent(&p, number_f64(v), b);
    else if (p.roman)
        put_roman(&p, rounded(v), b);
    else if (number_text(x, v, r, &p, text, sizeof(text)))
        put_number(&p, format, text + (text[0] == '-'), text[0] == '-', b);
}

static int to_char(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, x->arena->acct);
    EACH_ROW(rows, r)
    {
        Value v = vec_get(arg[0], r & vec_mask(arg[0]));
        sb_clear(&b);
        put_row(x, r, &v, text_at(arg[1], r), &b);
        if (b.failed)
            return -ERR_OUT_OF_MEMORY;
        TRY(strwriter_put(&w, r, sb_cstr(&b), b.n));
    }
    return strwriter_finish(&w);
}

#define TO_CHAR(t)                                                                                                                 \
    FN2("to_char", t, T_TEXT, T_TEXT, to_char, FN_FAIL, "text by a template", "to_char(1234.5, 'FM9,999.00') -> '1,234.50'")
const FuncDef fn_format_number[] = {
    TO_CHAR(T_I32), TO_CHAR(T_I64), TO_CHAR(T_DECIMAL), TO_CHAR(T_F32), TO_CHAR(T_F64), {0},
};
