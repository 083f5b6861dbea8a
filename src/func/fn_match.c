/* SPDX-License-Identifier: Apache-2.0
 *
 * Pattern matching: LIKE, ILIKE (also as ~~ and its kin) and regular expressions.  Constant patterns are compiled once with the
 * plan; a pattern that changes by row is compiled when it differs from the row before.  Regular expressions are PCRE2's, which read
 * PostgreSQL's usual ones alike; `.` matches a newline as in PostgreSQL. */
#include "func/text_impl.h"

static int escape_of(Str s, uint32_t *ret)
{
    *ret = 0;
    if (s.n == 0)
        return 0;
    return utf8_decode(s.p, s.n, ret) == (int)s.n ? 0 : -ERR_INVALID_ESCAPE;
}

/* pattern and escape are texts of one row or constants. */
static int compile_like(Arena *arena, Str pattern, const Str *escape, LikeOf of, LikePattern **ret)
{
    uint32_t cp = '\\';
    if (escape)
        TRY(escape_of(*escape, &cp));
    return like_compile(arena, pattern, cp, of, ret);
}

static int prepare_like_as(Arena *arena, const Value *const *consts, uint32_t n_args, LikeOf of, void **ret_aux)
{
    *ret_aux = NULL;
    if (!consts[1] || consts[1]->is_null || (n_args > 2 && (!consts[2] || consts[2]->is_null)))
        return 0;
    LikePattern *p;
    int rc = compile_like(arena, consts[1]->str, n_args > 2 ? &consts[2]->str : NULL, of, &p);
    if (rc == -ERR_OUT_OF_MEMORY)
        return rc;
    if (rc == 0) /* a wrong pattern raises on the rows that use it */
        *ret_aux = p;
    return 0;
}
static int prepare_like(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err)
{
    (void)ret, (void)err;
    return prepare_like_as(arena, consts, n_args, LIKE_OF_TEXT, ret_aux);
}
static int prepare_ilike(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err)
{
    (void)ret, (void)err;
    return prepare_like_as(arena, consts, n_args, LIKE_OF_FOLDED, ret_aux);
}
static int prepare_like_bytes(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err)
{
    (void)ret, (void)err;
    return prepare_like_as(arena, consts, n_args, LIKE_OF_BYTES, ret_aux);
}

typedef struct Fold {
    char *buf;
    size_t cap;
} Fold;

static int fold_text(Arena *arena, Fold *f, Str *s)
{
    if (CASE_ROOM(s->n) > f->cap) {
        f->cap = CASE_ROOM(s->n) * 2;
        f->buf = arena_alloc(arena, f->cap);
        if (!f->buf)
            return -ERR_OUT_OF_MEMORY;
    }
    *s = (Str){f->buf, text_map_case(*s, CASE_LOWER, f->buf)};
    return 0;
}

static int like_rows(KERNEL_ARGS, LikeOf of, bool negate)
{
    const LikePattern *p = aux;
    Str last = {NULL, 0};
    Fold buffer = {0};
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r), pattern = text_at(arg[1], r);
        if (!aux && (!p || n_args > 2 || !str_eq(pattern, last))) {
            Str escape = n_args > 2 ? text_at(arg[2], r) : (Str){NULL, 0};
            LikePattern *made = NULL;
            int rc = compile_like(x->arena, pattern, n_args > 2 ? &escape : NULL, of, &made);
            if (rc == -ERR_OUT_OF_MEMORY)
                return rc;
            if (rc < 0) {
                uint32_t cp;
                bool bad_escape = n_args > 2 && escape_of(escape, &cp) < 0;
                row_error(x, r, ERR_INVALID_ESCAPE,
                          bad_escape ? "invalid escape string" : "LIKE pattern must not end with escape character");
                bit_clear(dst->data, r);
                continue;
            }
            p = made;
            last = pattern;
        }
        if (of == LIKE_OF_FOLDED)
            TRY(fold_text(x->arena, &buffer, &s));
        bit_put(dst->data, r, like_match(p, s) != negate);
    }
    return 0;
}

static int like(KERNEL_ARGS)
{
    return like_rows(x, arg, n_args, aux, dst, rows, LIKE_OF_TEXT, false);
}
static int not_like(KERNEL_ARGS)
{
    return like_rows(x, arg, n_args, aux, dst, rows, LIKE_OF_TEXT, true);
}
static int ilike(KERNEL_ARGS)
{
    return like_rows(x, arg, n_args, aux, dst, rows, LIKE_OF_FOLDED, false);
}
static int not_ilike(KERNEL_ARGS)
{
    return like_rows(x, arg, n_args, aux, dst, rows, LIKE_OF_FOLDED, true);
}

static int like_bytes(KERNEL_ARGS)
{
    return like_rows(x, arg, n_args, aux, dst, rows, LIKE_OF_BYTES, false);
}
static int not_like_bytes(KERNEL_ARGS)
{
    return like_rows(x, arg, n_args, aux, dst, rows, LIKE_OF_BYTES, true);
}

/* Regular expressions: the pattern of row r, compiled now unless it is constant or as before. */
typedef struct RegexRows {
    const Regex *re;
    RegexRun *run;
    Str last, last_flags;
} RegexRows;

static int prepare_regex_as(Arena *arena, const Value *pattern, Str flags, void **ret_aux, Err *err)
{
    Regex *re = NULL;
    *ret_aux = NULL;
    if (!pattern || pattern->is_null)
        return 0;
    TRY(regex_compile(arena, pattern->str, flags, &re, err));
    *ret_aux = re;
    return 0;
}
static int prepare_regex(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err)
{
    (void)ret, (void)n_args;
    return prepare_regex_as(arena, consts[1], (Str){"", 0}, ret_aux, err);
}
static int prepare_regex_nocase(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err)
{
    (void)ret, (void)n_args;
    return prepare_regex_as(arena, consts[1], STR("i"), ret_aux, err);
}
/* Functions whose last argument, if there are more than `fixed`, are the flags. */
static int prepare_regex_flags(Arena *arena, const Value *const *consts, uint32_t n_args, uint32_t fixed, void **ret_aux, Err *err)
{
    *ret_aux = NULL;
    if (n_args > fixed && (!consts[fixed] || consts[fixed]->is_null))
        return 0;
    return prepare_regex_as(arena, consts[1], n_args > fixed ? consts[fixed]->str : (Str){"", 0}, ret_aux, err);
}
static int prepare_regex_2(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err)
{
    (void)ret;
    return prepare_regex_flags(arena, consts, n_args, 2, ret_aux, err);
}
static int prepare_regex_3(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err)
{
    (void)ret;
    return prepare_regex_flags(arena, consts, n_args, 3, ret_aux, err);
}

/* 1 = t->re is there, 0 = the pattern is wrong (row in error). */
static int regex_of_row(EvalCtx *x, RegexRows *t, uint32_t r, Str pattern, Str flags)
{
    Err err = ERR_INIT;
    Regex *re;
    if (t->re && t->last.p && str_eq(t->last, pattern) && str_eq(t->last_flags, flags))
        return 1;
    int rc = regex_compile(x->arena, pattern, flags, &re, &err);
    if (rc == -ERR_OUT_OF_MEMORY)
        return rc;
    if (rc < 0) {
        row_error(x, r, err.code, "%s", err.message);
        return 0;
    }
    t->re = re;
    t->last = pattern;
    t->last_flags = flags;
    return 1;
}

/* from: 0, or behind a match of the same text. */
static int match_row(EvalCtx *x, const RegexRows *t, uint32_t r, Str s, size_t from, const size_t **ret_span, uint32_t *ret_n)
{
    int rc = (from ? regex_match_next : regex_match)(t->re, t->run, s, from, ret_span, ret_n);
    if (rc >= 0 || rc == -ERR_OUT_OF_MEMORY)
        return rc;
    if (rc == -ERR_PROGRAM_LIMIT)
        row_error(x, r, ERR_PROGRAM_LIMIT, "regular expression needs too many steps");
    else
        row_error(x, r, (ErrCode)-rc, NULL);
    return 0;
}

static int rows_start(EvalCtx *x, const void *aux, RegexRows *ret)
{
    *ret = (RegexRows){.re = aux, .run = regex_run_new(x->arena)};
    return ret->run ? 0 : -ERR_OUT_OF_MEMORY;
}

static int regex_rows(KERNEL_ARGS, Str flags, bool negate)
{
    RegexRows t;
    TRY(rows_start(x, aux, &t));
    EACH_ROW(rows, r)
    {
        int rc = 1;
        bit_clear(dst->data, r);
        if (!aux)
            rc = regex_of_row(x, &t, r, text_at(arg[1], r), n_args > 2 ? text_at(arg[2], r) : flags);
        TRY(rc);
        if (rc == 0)
            continue;
        rc = match_row(x, &t, r, text_at(arg[0], r), 0, NULL, NULL);
        TRY(rc);
        bit_put(dst->data, r, (rc == 1) != negate);
    }
    return 0;
}

#define NO_FLAGS ((Str){"", 0})
static int regex(KERNEL_ARGS)
{
    return regex_rows(x, arg, n_args, aux, dst, rows, NO_FLAGS, false);
}
static int not_regex(KERNEL_ARGS)
{
    return regex_rows(x, arg, n_args, aux, dst, rows, NO_FLAGS, true);
}
static int iregex(KERNEL_ARGS)
{
    return regex_rows(x, arg, n_args, aux, dst, rows, STR("i"), false);
}
static int not_iregex(KERNEL_ARGS)
{
    return regex_rows(x, arg, n_args, aux, dst, rows, STR("i"), true);
}

static int regexp_count(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    RegexRows t;
    TRY(rows_start(x, aux, &t));
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r);
        int32_t n = 0;
        int rc = aux ? 1 : regex_of_row(x, &t, r, text_at(arg[1], r), NO_FLAGS);
        TRY(rc);
        for (size_t from = 0; rc == 1 && from <= s.n; n++) {
            const size_t *span;
            uint32_t n_spans;
            rc = match_row(x, &t, r, s, from, &span, &n_spans);
            TRY(rc);
            if (rc == 0)
                break;
            from = span[1] > span[0] ? span[1] : span[1] + 1;
            while (from < s.n && (s.p[from] & 0xc0) == 0x80)
                from++;
        }
        ((int32_t *)dst->data)[r] = n;
    }
    return 0;
}

/* The match, or its first group if there is one, as the result of row r; without a match (span NULL) that is NULL. */
static int put_match(EvalCtx *x, const RegexRows *t, Vec *dst, const Vec *text, uint32_t r, const size_t *span, uint32_t n_spans)
{
    uint32_t group = span && regex_groups(t->re) > 0;
    if (span && group < n_spans && span[2 * group] != SIZE_MAX) { /* a group that takes no part in the match is NULL */
        slice_put(dst, r, text, span[2 * group], span[2 * group + 1] - span[2 * group]);
        return 0;
    }
    slice_put(dst, r, text, 0, 0);
    TRY(vec_add_valid(dst, x->arena));
    bit_clear(dst->valid, r);
    return 0;
}

/* With flags: g means nothing where one match is enough, and is an error as in PostgreSQL. */
static int regexp_like(KERNEL_ARGS)
{
    EACH_ROW(rows, r)
    {
        Str flags = text_at(arg[2], r);
        if (flags.n && memchr(flags.p, 'g', flags.n))
            row_error(x, r, ERR_INVALID_PARAMETER, "regexp_like() does not support the \"global\" option");
    }
    return regex(x, arg, n_args, aux, dst, rows);
}

/* First match, or its first group if the pattern has one; NULL without a match. */
static int regexp_substr(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    RegexRows t;
    TRY(rows_start(x, aux, &t));
    EACH_ROW(rows, r)
    {
        const size_t *span = NULL;
        uint32_t n_spans = 0;
        int rc = aux ? 1 : regex_of_row(x, &t, r, text_at(arg[1], r), NO_FLAGS);
        TRY(rc);
        if (rc == 1)
            rc = match_row(x, &t, r, text_at(arg[0], r), 0, &span, &n_spans);
        TRY(rc);
        TRY(put_match(x, &t, dst, arg[0], r, rc == 1 ? span : NULL, n_spans));
    }
    slices_finish(dst, arg[0]);
    return 0;
}

void regex_put_replacement(StrBuf *b, Str with, Str s, const size_t *span, uint32_t n_spans)
{
    for (size_t i = 0; i < with.n; i++) {
        char c = with.p[i];
        if (c != '\\' || i + 1 == with.n) {
            sb_putc(b, c);
            continue;
        }
        c = with.p[++i];
        uint32_t group = c == '&' ? 0 : c >= '1' && c <= '9' ? (uint32_t)(c - '0') : UINT32_MAX;
        if (group < n_spans && span[2 * group] != SIZE_MAX)
            sb_put(b, s.p + span[2 * group], span[2 * group + 1] - span[2 * group]);
        else if (group == UINT32_MAX) {
            if (c != '\\')
                sb_putc(b, '\\');
            sb_putc(b, c);
        }
    }
}

static int replace_row(EvalCtx *x, const RegexRows *t, uint32_t r, Str s, Str with, bool all, StrBuf *b)
{
    size_t copied = 0;
    for (size_t from = 0; from <= s.n;) {
        const size_t *span;
        uint32_t n_spans;
        int rc = match_row(x, t, r, s, from, &span, &n_spans);
        TRY(rc);
        if (rc == 0)
            break;
        size_t start = span[0], end = span[1];
        sb_put(b, s.p + copied, start - copied);
        regex_put_replacement(b, with, s, span, n_spans);
        copied = end;
        if (!all)
            break;
        from = end > start ? end : end + 1;
        while (from < s.n && (s.p[from] & 0xc0) == 0x80)
            from++;
    }
    sb_put(b, s.p + copied, s.n - copied);
    return b->failed ? -ERR_OUT_OF_MEMORY : 0;
}

static int regexp_replace(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    RegexRows t;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, x->arena->acct);
    TRY(rows_start(x, aux, &t));
    EACH_ROW(rows, r)
    {
        Str flags = n_args > 3 ? text_at(arg[3], r) : NO_FLAGS;
        int rc = aux ? 1 : regex_of_row(x, &t, r, text_at(arg[1], r), flags);
        TRY(rc);
        sb_clear(&b);
        if (rc == 1)
            TRY(replace_row(x, &t, r, text_at(arg[0], r), text_at(arg[2], r), flags.n && memchr(flags.p, 'g', flags.n), &b));
        TRY(strwriter_put(&w, r, sb_cstr(&b), b.n));
    }
    return strwriter_finish(&w);
}

/* One more escaped quote of a pattern of three parts: the first takes as little as it can, the second is the result. */
static bool separator(EvalCtx *x, uint32_t r, uint32_t n, StrBuf *b)
{
    if (n > 2) {
        row_error(x, r, ERR_INVALID_ESCAPE_USE,
                  "SQL regular expression may not contain more than two escape-double-quote separators");
        return false;
    }
    sb_puts(b, n == 1 ? ")(" : ")(?:");
    return true;
}

/* The regular expression of a SIMILAR TO pattern: % and _ as in LIKE, and | * + ? {m,n} ( ) [ ] as in regular expressions.
 * lazy: the pattern has separators, and before the first of them what repeats is as short as can be. */
static int similar_row(EvalCtx *x, uint32_t r, Str s, Str escape, bool lazy, StrBuf *b)
{
    bool in_class = false;
    uint32_t n_separators = 0;
    if (utf8_length(escape.p, escape.n) > 1) {
        row_error(x, r, ERR_INVALID_ESCAPE, "invalid escape string");
        return 0;
    }
    sb_puts(b, "^(?:");
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool escaped = escape.n && str_starts((Str){s.p + i, s.n - i}, escape);
        if (escaped) {
            i += escape.n;
            c = i < s.n ? s.p[i] : '\\';
        }
        if (escaped && c == '"') {
            if (!lazy && n_separators == 0) {
                sb_clear(b);
                return similar_row(x, r, s, escape, true, b);
            }
            if (!separator(x, r, ++n_separators, b))
                return 0;
        } else if (escaped || strchr("\\.^$", c)) {
            if ((unsigned char)c < 0x80 && !(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
                (escaped || !in_class || c == '\\'))
                sb_putc(b, '\\');
            sb_putc(b, c);
        } else if (in_class || !strchr("%_(", c)) {
            in_class = in_class ? c != ']' : c == '[';
            sb_putc(b, c);
            if (lazy && n_separators == 0 && !in_class && strchr("*+?}", c))
                sb_putc(b, '?');
        } else {
            sb_puts(b, c == '%' ? ".*" : c == '_' ? "." : "(?:");
            if (c == '%' && lazy && n_separators == 0)
                sb_putc(b, '?');
        }
    }
    sb_puts(b, ")$");
    return b->failed ? -ERR_OUT_OF_MEMORY : 0;
}

static int similar_to_escape(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, x->arena->acct);
    EACH_ROW(rows, r)
    {
        sb_clear(&b);
        TRY(similar_row(x, r, text_at(arg[0], r), n_args > 1 ? text_at(arg[1], r) : STR("\\"), false, &b));
        TRY(strwriter_put(&w, r, sb_cstr(&b), b.n));
    }
    return strwriter_finish(&w);
}

/* SUBSTRING(s SIMILAR pattern ESCAPE escape): the part between two escaped quotes, or all of it; NULL when it does not match. */
static int substring_similar(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    RegexRows t;
    Str last = {0}, last_escape = {0}, made = {0};
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, x->arena->acct);
    TRY(rows_start(x, aux, &t));
    EACH_ROW(rows, r)
    {
        const size_t *span = NULL;
        uint32_t n_spans = 0;
        Str pattern = text_at(arg[1], r), escape = text_at(arg[2], r);
        if (!last.p || !str_eq(pattern, last) || !str_eq(escape, last_escape)) {
            sb_clear(&b);
            TRY(similar_row(x, r, pattern, escape, false, &b));
            made = (Str){arena_memdup(x->arena, sb_cstr(&b), b.n), b.n};
            if (!made.p)
                return -ERR_OUT_OF_MEMORY;
            last = pattern;
            last_escape = escape;
        }
        int rc = regex_of_row(x, &t, r, made, NO_FLAGS);
        TRY(rc);
        if (rc == 1)
            rc = match_row(x, &t, r, text_at(arg[0], r), 0, &span, &n_spans);
        TRY(rc);
        TRY(put_match(x, &t, dst, arg[0], r, rc == 1 ? span : NULL, n_spans));
    }
    slices_finish(dst, arg[0]);
    return 0;
}

#define LIKE(name, k, p, fl, help, example)                                                                                        \
    FN2(name, T_TEXT, T_TEXT, T_BOOL, k, FN_FAIL | FN_BLANKS | (fl), help, example, .prepare = p)
#define LIKE_3(name, k, p, help, example)                                                                                          \
    FN3(name, T_TEXT, T_TEXT, T_TEXT, T_BOOL, k, FN_FAIL | FN_BLANKS, help, example, .prepare = p)
const FuncDef fn_match[] = {
    LIKE("like", like, prepare_like, 0, "matches a pattern of % and _", "'abc' LIKE 'a%' -> true"),
    LIKE("ilike", ilike, prepare_ilike, 0, "matches a pattern, ignoring case", "'ABC' ILIKE 'a%' -> true"),
    LIKE_3("like", like, prepare_like, "matches a pattern with an escape character", "'10%' LIKE '10!%' ESCAPE '!' -> true"),
    LIKE_3("ilike", ilike, prepare_ilike, "matches a pattern, ignoring case", "'A%' ILIKE 'a!%' ESCAPE '!' -> true"),
    FN2("like", T_BYTEA, T_BYTEA, T_BOOL, like_bytes, FN_FAIL, "matches a pattern of % and _, each of which is a byte",
        "'\\x6162'::bytea LIKE 'a%'::bytea -> true", .prepare = prepare_like_bytes),
    FN3("like", T_BYTEA, T_BYTEA, T_BYTEA, T_BOOL, like_bytes, FN_FAIL, "matches a pattern with an escape byte",
        "'a%'::bytea LIKE 'a#%'::bytea ESCAPE '#'::bytea -> true", .prepare = prepare_like_bytes),
    FN2("~~", T_BYTEA, T_BYTEA, T_BOOL, like_bytes, FN_FAIL | FN_OPERATOR, "LIKE", "'\\x6162'::bytea ~~ 'a%'::bytea -> true",
        .prepare = prepare_like_bytes),
    FN2("!~~", T_BYTEA, T_BYTEA, T_BOOL, not_like_bytes, FN_FAIL | FN_OPERATOR, "NOT LIKE",
        "'\\x6162'::bytea !~~ 'a%'::bytea -> false", .prepare = prepare_like_bytes),
    LIKE("~~", like, prepare_like, FN_OPERATOR, "LIKE", "'abc' ~~ 'a%' -> true"),
    LIKE("!~~", not_like, prepare_like, FN_OPERATOR, "NOT LIKE", "'abc' !~~ 'a%' -> false"),
    LIKE("~~*", ilike, prepare_ilike, FN_OPERATOR, "ILIKE", "'ABC' ~~* 'a%' -> true"),
    LIKE("!~~*", not_ilike, prepare_ilike, FN_OPERATOR, "NOT ILIKE", "'ABC' !~~* 'a%' -> false"),
    LIKE("~", regex, prepare_regex, FN_OPERATOR, "matches a regular expression", "'thomas' ~ 't.*ma' -> true"),
    LIKE("!~", not_regex, prepare_regex, FN_OPERATOR, "does not match a regular expression", "'thomas' !~ 't.*max' -> true"),
    LIKE("~*", iregex, prepare_regex_nocase, FN_OPERATOR, "matches a regular expression, ignoring case",
         "'thomas' ~* 'T.*ma' -> true"),
    LIKE("!~*", not_iregex, prepare_regex_nocase, FN_OPERATOR, "does not match a regular expression, ignoring case",
         "'thomas' !~* 'T.*ma' -> false"),
    FN2("regexp_like", T_TEXT, T_TEXT, T_BOOL, regex, FN_FAIL, "matches a regular expression", "regexp_like('Hello', 'l+') -> true",
        .prepare = prepare_regex_2),
    FN3("regexp_like", T_TEXT, T_TEXT, T_TEXT, T_BOOL, regexp_like, FN_FAIL, "matches a regular expression with flags",
        "regexp_like('Hello', 'h', 'i') -> true", .prepare = prepare_regex_2),
    FN2("regexp_count", T_TEXT, T_TEXT, T_I32, regexp_count, FN_FAIL, "number of matches", "regexp_count('ABCABC', 'B') -> 2",
        .prepare = prepare_regex_2),
    FN2("substring", T_TEXT, T_TEXT, T_TEXT, regexp_substr, FN_FAIL | FN_NULLABLE, "first match, or its first group",
        "substring('foobar', 'o.b') -> 'oob'", .prepare = prepare_regex_2),
    FN3("substring", T_TEXT, T_TEXT, T_TEXT, T_TEXT, substring_similar, FN_FAIL | FN_NULLABLE,
        "part that a SIMILAR TO pattern marks by two escaped quotes", "substring('Thomas', '%#\"o_a#\"_', '#') -> 'oma'"),
    FN1("similar_to_escape", T_TEXT, T_TEXT, similar_to_escape, FN_FAIL, "regular expression of a SIMILAR TO pattern",
        "similar_to_escape('a%') -> '^(?:a.*)$'"),
    FN2("similar_to_escape", T_TEXT, T_TEXT, T_TEXT, similar_to_escape, FN_FAIL,
        "regular expression of a SIMILAR TO pattern with an escape character", "similar_to_escape('a!%', '!') -> '^(?:a\\%)$'"),
    FN3("regexp_replace", T_TEXT, T_TEXT, T_TEXT, T_TEXT, regexp_replace, FN_FAIL, "first match replaced; \\1 is a group",
        "regexp_replace('Thomas', '.[mN]a.', 'M') -> 'ThM'", .prepare = prepare_regex_3),
    FN4("regexp_replace", T_TEXT, T_TEXT, T_TEXT, T_TEXT, T_TEXT, regexp_replace, FN_FAIL, "matches replaced; flag g: all",
        "regexp_replace('foobarbaz', 'b..', 'X', 'g') -> 'fooXX'", .prepare = prepare_regex_3),
    {0},
};
