/* SPDX-License-Identifier: Apache-2.0
 *
 * ${NAME} substitution and the statement splitter.  Both need only to know what is quoted and what is a comment, so they share one
 * small scanner; it follows the lexer: doubled quotes need no care (the second opens the next piece), E'..' has backslashes,
 * comments nest, dollar quotes end with their own tag. */
#include "sql/variables.h"

typedef enum PieceKind { PIECE_CODE, PIECE_SPACE, PIECE_QUOTED, PIECE_COMMENT, PIECE_END, PIECE_OPEN } PieceKind;

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

/* Past the closing quote, or 0 when there is none. */
static size_t quote_end(const char *s, size_t n, size_t i, bool backslash)
{
    char quote = s[i];
    for (i++; i < n; i++) {
        if (s[i] == quote)
            return i + 1;
        if (backslash && s[i] == '\\')
            i++;
    }
    return 0;
}

static size_t comment_end(const char *s, size_t n, size_t i)
{
    size_t n_open = 0;
    for (; i + 1 < n; i++) {
        if (s[i] == '/' && s[i + 1] == '*') {
            n_open++;
            i++;
        } else if (s[i] == '*' && s[i + 1] == '/') {
            i++;
            if (--n_open == 0)
                return i + 1;
        }
    }
    return 0;
}

/* $tag$ .. $tag$: past its end, 0 when it does not end, i when no dollar quote starts here. */
static size_t dollar_end(const char *s, size_t n, size_t i)
{
    size_t tag = i + 1;
    while (tag < n && is_word_byte(s[tag]) && s[tag] != '$' && !(tag == i + 1 && s[tag] >= '0' && s[tag] <= '9'))
        tag++;
    if (tag >= n || s[tag] != '$')
        return i;
    const char *end = memmem(s + tag + 1, n - tag - 1, s + i, tag + 1 - i);
    return end ? (size_t)(end - s) + (tag + 1 - i) : 0;
}

static PieceKind piece_to(size_t end, PieceKind kind, size_t n, size_t *ret_end)
{
    *ret_end = end ? end : n;
    return end ? kind : PIECE_OPEN;
}

/* The piece that starts at i; *ret_end is where it ends.  PIECE_OPEN: a quote or comment without its end. */
static PieceKind next_piece(const char *s, size_t n, size_t i, size_t *ret_end)
{
    char c = s[i], next = i + 1 < n ? s[i + 1] : 0;
    *ret_end = i + 1;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f')
        return PIECE_SPACE;
    if (c == ';')
        return PIECE_END;
    if (c == '\'' || c == '"' || c == '`')
        return piece_to(quote_end(s, n, i, false), PIECE_QUOTED, n, ret_end);
    if ((c == 'e' || c == 'E') && next == '\'')
        return piece_to(quote_end(s, n, i + 1, true), PIECE_QUOTED, n, ret_end);
    if (c == '-' && next == '-') {
        const char *eol = memchr(s + i, '\n', n - i);
        *ret_end = eol ? (size_t)(eol - s) : n;
        return PIECE_COMMENT;
    }
    if (c == '/' && next == '*')
        return piece_to(comment_end(s, n, i), PIECE_COMMENT, n, ret_end);
    if (c == '$') {
        size_t end = dollar_end(s, n, i);
        return end == i ? PIECE_CODE : piece_to(end, PIECE_QUOTED, n, ret_end);
    }
    if (is_word_byte(c)) /* a whole word, so that its last letter is not taken for the E of E'..' */
        while (*ret_end < n && is_word_byte(s[*ret_end]))
            ++*ret_end;
    return PIECE_CODE;
}

/* ---- splitting ---- */

/* Inside BEGIN ATOMIC .. END a semicolon ends no statement of the script; CASE has an END of its own. */
typedef struct Body {
    bool begins; /* the word before is BEGIN */
    uint32_t depth;
} Body;

static bool is_end(Body *b, PieceKind kind, Str piece)
{
    if (kind == PIECE_SPACE || kind == PIECE_COMMENT)
        return false;
    bool atomic = b->begins && str_eq_nocase(piece, STR("atomic"));
    if (atomic || (b->depth && str_eq_nocase(piece, STR("case"))))
        b->depth++;
    else if (b->depth && str_eq_nocase(piece, STR("end")))
        b->depth--;
    b->begins = kind == PIECE_CODE && str_eq_nocase(piece, STR("begin"));
    return kind == PIECE_END && b->depth == 0;
}

bool sql_is_complete(const char *text, size_t n)
{
    bool pending = false;
    Body body = {0};
    for (size_t i = 0, end; i < n; i = end) {
        PieceKind kind = next_piece(text, n, i, &end);
        bool ends = is_end(&body, kind, (Str){text + i, end - i});
        if (kind == PIECE_OPEN)
            return false;
        if (kind != PIECE_SPACE && kind != PIECE_COMMENT)
            pending = !ends;
    }
    return !pending;
}

size_t sql_split(const char *text, size_t n)
{
    Body body = {0};
    for (size_t i = 0, end; i < n; i = end) {
        PieceKind kind = next_piece(text, n, i, &end);
        if (is_end(&body, kind, (Str){text + i, end - i}))
            return end;
    }
    return n;
}

/* ---- substitution ---- */

typedef struct Substitution {
    VarLookup lookup;
    void *self;
    bool permissive;
    StrBuf *out;
    Err *err;
} Substitution;

static bool is_name_byte(char c)
{
    return is_word_byte(c) ? c != '$' && (unsigned char)c < 0x80 : c == '.' || c == ':' || c == '-';
}

/* Appends the value of the ${..} at i and moves *ret_end behind it; what is not a reference is copied as it stands. */
static int substitute_one(Substitution *s, Str text, size_t i, size_t *ret_end)
{
    size_t name_end = i + 2, close;
    Str value, preset = {0};
    while (name_end < text.n && is_name_byte(text.p[name_end]) &&
           !(text.p[name_end] == ':' && name_end + 1 < text.n && text.p[name_end + 1] == '-'))
        name_end++;
    close = name_end;
    if (close + 1 < text.n && text.p[close] == ':' && text.p[close + 1] == '-') {
        const char *brace = memchr(text.p + close, '}', text.n - close);
        close = brace ? (size_t)(brace - text.p) : text.n;
        preset = (Str){text.p + name_end + 2, close - name_end - 2};
    }
    Str name = {text.p + i + 2, name_end - i - 2};
    Span at = {(uint32_t)i, (uint32_t)(MIN(close + 1, text.n) - i)};
    if (close >= text.n || text.p[close] != '}' || name.n == 0) {
        if (!s->permissive)
            return RAISE_AT(s->err, ERR_SYNTAX, at, "\"${\" does not begin a variable: write ${NAME} or ${NAME:-default}");
        sb_putc(s->out, text.p[i]);
        *ret_end = i + 1;
        return 0;
    }
    *ret_end = close + 1;
    if (s->lookup && s->lookup(s->self, name, &value))
        sb_putstr(s->out, value);
    else if (preset.p)
        sb_putstr(s->out, preset);
    else if (s->permissive)
        sb_put(s->out, text.p + i, close + 1 - i);
    else
        return RAISE_AT(s->err, ERR_UNDEFINED_PARAMETER, at, "variable \"%.*s\" is not defined", (int)MIN(name.n, 100), name.p);
    return 0;
}

/* Up to n; *i ends there, or behind a variable that reaches beyond n. */
static int substitute_range(Substitution *s, Str text, size_t *i, size_t n)
{
    while (*i < n) {
        const char *dollar = memmem(text.p + *i, n - *i, "${", 2);
        size_t at = dollar ? (size_t)(dollar - text.p) : n;
        sb_put(s->out, text.p + *i, at - *i);
        *i = at;
        if (dollar)
            TRY(substitute_one(s, text, at, i));
    }
    return 0;
}

/* The first piece at or after i that is a comment, as [*ret_from, *ret_to).  A variable in code may hold quotes in its default; the
 * scan sees them as written, as a reader does. */
static void next_comment(Str text, size_t i, size_t *ret_from, size_t *ret_to)
{
    for (size_t end; i < text.n; i = end) {
        PieceKind kind = next_piece(text.p, text.n, i, &end);
        if (kind == PIECE_COMMENT) {
            *ret_from = i;
            *ret_to = end;
            return;
        }
    }
    *ret_from = *ret_to = text.n;
}

int sql_substitute(Arena *arena, Str text, VarLookup lookup, void *self, bool permissive, Str *ret, Err *err)
{
    if (text.n < 3 || !memmem(text.p, text.n, "${", 2)) {
        *ret = text;
        return 0;
    }
    _cleanup_(sb_done) StrBuf out;
    sb_init(&out, arena->acct);
    Substitution s = {lookup, self, permissive, &out, err};
    int rc = 0;
    for (size_t i = 0, from, to; i < text.n && rc == 0;) {
        next_comment(text, i, &from, &to);
        rc = substitute_range(&s, text, &i, from);
        if (i < to) {
            size_t rest = MAX(i, from);
            sb_put(&out, text.p + rest, to - rest);
            i = to;
        }
    }
    if (rc < 0) {
        if (err && !span_is_none(err->at))
            err_locate(err, text.p, (uint32_t)text.n);
        return rc;
    }
    char *copy = out.failed ? NULL : arena_strndup(arena, sb_cstr(&out), out.n);
    if (!copy)
        return RAISE_NOMEM(err);
    *ret = (Str){copy, out.n};
    return 0;
}
