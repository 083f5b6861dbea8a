/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts taken apart and compared: names of SQL, escapes of Unicode, its normal forms, edit distance, trigrams, sounds. */
#include <utf8proc.h>

#include "func/row_run.h"
#include "func/text_impl.h"

/* ---- parse_ident ---- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static bool is_name_start(char c)
{
    return (unsigned char)c >= 0x80 || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static size_t skip_blanks(Str s, size_t i)
{
    while (i < s.n && is_blank(s.p[i]))
        i++;
    return i;
}

/* One part of a name; 0: there is none. */
static size_t take_part(RowRun *t, Str s, size_t i)
{
    _cleanup_(sb_done) StrBuf part;
    sb_init(&part, t->arena.acct);
    size_t from = i;
    bool quoted = i < s.n && s.p[i] == '"';
    if (quoted) {
        for (i++; i < s.n && (s.p[i] != '"' || (i + 1 < s.n && s.p[i + 1] == '"')); i++) {
            i += s.p[i] == '"';
            sb_putc(&part, s.p[i]);
        }
        if (i == s.n || part.n == 0)
            return 0;
        i++;
    } else {
        for (; i < s.n && (is_name_start(s.p[i]) || (i > from && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '$'))); i++)
            sb_putc(&part, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i]);
        if (i == from)
            return 0;
    }
    row_put_element(t, (Str){sb_cstr(&part), part.n}, false);
    t->out.failed |= part.failed;
    return i;
}

static int parse_ident_row(RowRun *t)
{
    Str s = row_text(t, 0);
    bool strict = t->n_args < 2 || row_value(t, 1).b, more = true;
    size_t i = skip_blanks(s, 0), at = 0;
    while (more && (at = take_part(t, s, i)) > 0) {
        i = skip_blanks(s, at);
        more = i < s.n && s.p[i] == '.';
        i = more ? skip_blanks(s, i + 1) : i;
    }
    if (at == 0 || (strict && i < s.n))
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "string is not a valid identifier: \"%.*s\"", (int)MIN(s.n, (size_t)64), s.p);
    return 1;
}
ROW_KERNEL(parse_ident, parse_ident_row)

/* ---- Unicode ---- */

static bool hex_at(Str s, size_t i, unsigned n, uint32_t *ret)
{
    uint32_t v = 0;
    if (i + n > s.n)
        return false;
    for (unsigned k = 0; k < n; k++) {
        char c = s.p[i + k];
        int d = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
        if (d < 0)
            return false;
        v = v << 4 | (uint32_t)d;
    }
    *ret = v;
    return true;
}

/* After a backslash: 4 digits, +6, u4 or U8. Bytes taken, 0 = not an escape. */
static size_t escape_at(Str s, size_t i, uint32_t *ret)
{
    char c = i < s.n ? s.p[i] : 0;
    if (c == '+')
        return hex_at(s, i + 1, 6, ret) ? 7 : 0;
    if (c == 'u')
        return hex_at(s, i + 1, 4, ret) ? 5 : 0;
    if (c == 'U')
        return hex_at(s, i + 1, 8, ret) ? 9 : 0;
    return hex_at(s, i, 4, ret) ? 4 : 0;
}

static int unistr_row(RowRun *t)
{
    Str s = row_text(t, 0);
    uint32_t high = 0, c = 0;
    for (size_t i = 0; i < s.n;) {
        size_t n = 0;
        bool escape = s.p[i] == '\\', doubled = escape && i + 1 < s.n && s.p[i + 1] == '\\';
        if (escape && !doubled && (n = escape_at(s, i + 1, &c)) == 0)
            return ROW_FAIL(t, ERR_SYNTAX, "invalid Unicode escape");
        bool low = n && c >= 0xDC00 && c <= 0xDFFF;
        if ((high != 0) != low)
            return ROW_FAIL(t, ERR_SYNTAX, "invalid Unicode surrogate pair");
        if (!n) {
            sb_putc(&t->out, s.p[i]);
            i += 1 + doubled;
            continue;
        }
        i += 1 + n;
        if (c >= 0xD800 && c <= 0xDBFF) {
            high = c;
            continue;
        }
        c = low ? 0x10000 + ((high - 0xD800) << 10) + (c - 0xDC00) : c;
        high = 0;
        char utf8[4];
        if (c == 0 || c > 0x10FFFF)
            return ROW_FAIL(t, ERR_SYNTAX, "invalid Unicode code point: %04X", c);
        sb_put(&t->out, utf8, (size_t)utf8_encode(c, utf8));
    }
    return high ? ROW_FAIL(t, ERR_SYNTAX, "invalid Unicode surrogate pair") : 1;
}
ROW_KERNEL(unistr, unistr_row)

/* 0: there is no such form. */
static int form_options(Str form)
{
    static const struct {
        const char *name;
        int options;
    } forms[] = {{"nfc", UTF8PROC_COMPOSE},
                 {"nfd", UTF8PROC_DECOMPOSE},
                 {"nfkc", UTF8PROC_COMPOSE | UTF8PROC_COMPAT},
                 {"nfkd", UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT}};
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (str_eq_nocase(form, str_of(forms[i].name)))
            return forms[i].options;
    return 0;
}

static int normalised(RowRun *t, StrBuf *ret)
{
    Str s = row_text(t, 0), form = t->n_args > 1 ? row_text(t, 1) : STR("nfc");
    int options = form_options(form);
    if (!options)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "invalid normalization form: %.*s", (int)MIN(form.n, (size_t)64), form.p);
    options |= UTF8PROC_STABLE;
    utf8proc_ssize_t n =
        utf8proc_decompose((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, NULL, 0, (utf8proc_option_t)options);
    int32_t *code = n < 0 ? NULL : ARENA_ARRAY(&t->arena, int32_t, n + 1);
    if (!code)
        return n < 0 ? ROW_FAIL(t, ERR_CHARACTER_NOT_IN_REPERTOIRE, "text is not valid UTF-8") : -ERR_OUT_OF_MEMORY;
    n = utf8proc_decompose((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, code, n, (utf8proc_option_t)options);
    n = n > 0 ? utf8proc_normalize_utf32(code, n, (utf8proc_option_t)options) : n;
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        char utf8[4];
        sb_put(ret, utf8, (size_t)utf8_encode((uint32_t)code[i], utf8));
    }
    return 1;
}
static int normalize_row(RowRun *t)
{
    return normalised(t, &t->out);
}
static int is_normalized_row(RowRun *t)
{
    int rc = normalised(t, &t->out);
    t->num = rc > 0 && str_eq((Str){sb_cstr(&t->out), t->out.n}, row_text(t, 0));
    return rc;
}
ROW_KERNEL(normalize, normalize_row)
ROW_KERNEL(is_normalized, is_normalized_row)

/* ---- distances ---- */

static int decode_all(RowRun *t, Str s, uint32_t **ret, uint32_t *ret_n)
{
    uint32_t n = 0;
    *ret = ARENA_ARRAY(&t->arena, uint32_t, s.n + 1);
    if (!*ret)
        return -ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < s.n; n++) {
        int taken = utf8_decode(s.p + i, s.n - i, &(*ret)[n]);
        i += (size_t)MAX(taken, 1);
    }
    *ret_n = n;
    return 0;
}

#define LEVENSHTEIN_MAX 255 /* characters, as in PostgreSQL */
static int levenshtein_row(RowRun *t)
{
    uint32_t *a, *b, n, m;
    TRY(decode_all(t, row_text(t, 0), &a, &n));
    TRY(decode_all(t, row_text(t, 1), &b, &m));
    int64_t insert = row_int(t, 2, 1), drop = row_int(t, 3, 1), change = row_int(t, 4, 1);
    if (n > LEVENSHTEIN_MAX || m > LEVENSHTEIN_MAX)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "levenshtein argument exceeds maximum length of %d characters", LEVENSHTEIN_MAX);
    int64_t row[LEVENSHTEIN_MAX + 1];
    for (uint32_t j = 0; j <= m; j++)
        row[j] = (int64_t)j * insert;
    for (uint32_t i = 1; i <= n; i++) {
        int64_t diagonal = row[0];
        row[0] = (int64_t)i * drop;
        for (uint32_t j = 1; j <= m; j++) {
            int64_t best = MIN(row[j] + drop, row[j - 1] + insert);
            best = MIN(best, diagonal + (a[i - 1] == b[j - 1] ? 0 : change));
            diagonal = row[j];
            row[j] = best;
        }
    }
    t->num = row[m];
    return 1;
}
ROW_KERNEL(levenshtein, levenshtein_row)

/* Trigrams of the words of a text, each with two blanks before it and one behind; sorted, each once. */
typedef struct Trigram {
    uint32_t c[3];
} Trigram;

static int trigram_cmp(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(Trigram));
}

static bool is_word(uint32_t c)
{
    utf8proc_category_t k = utf8proc_category((int32_t)c);
    return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) || (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO);
}

static int trigrams_of(RowRun *t, Str s, Trigram **ret, uint32_t *ret_n)
{
    uint32_t *code, n, k = 0, unique = 0;
    TRY(decode_all(t, s, &code, &n));
    *ret = ARENA_ARRAY(&t->arena, Trigram, 2 * (size_t)n + 2);
    if (!*ret)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_word(code[i]))
            continue;
        Trigram g = {{' ', ' ', (uint32_t)utf8proc_tolower((int32_t)code[i])}};
        (*ret)[k++] = g;
        for (; i < n && is_word(code[i]); i++) {
            bool last = i + 1 == n || !is_word(code[i + 1]);
            g = (Trigram){{g.c[1], g.c[2], last ? ' ' : (uint32_t)utf8proc_tolower((int32_t)code[i + 1])}};
            (*ret)[k++] = g;
        }
    }
    qsort(*ret, k, sizeof(Trigram), trigram_cmp);
    for (uint32_t i = 0; i < k; i++)
        if (unique == 0 || trigram_cmp(&(*ret)[unique - 1], &(*ret)[i]) != 0)
            (*ret)[unique++] = (*ret)[i];
    *ret_n = unique;
    return 0;
}

static int similarity_row(RowRun *t)
{
    Trigram *a, *b;
    uint32_t n, m, common = 0;
    TRY(trigrams_of(t, row_text(t, 0), &a, &n));
    TRY(trigrams_of(t, row_text(t, 1), &b, &m));
    for (uint32_t i = 0, j = 0; i < n && j < m;) {
        int c = trigram_cmp(&a[i], &b[j]);
        common += c == 0;
        i += c <= 0;
        j += c >= 0;
    }
    t->f32 = n + m - common ? (float)common / (float)(n + m - common) : 0;
    return 1;
}
ROW_KERNEL(similarity, similarity_row)

/* ---- sounds ---- */

static void soundex_of(Str s, char ret[4])
{
    static const char codes[] = "01230120022455012623010202"; /* of A to Z; H and W are passed over as vowels are */
    uint32_t n = 0;
    char last = 0;
    memcpy(ret, "0000", 4);
    for (size_t i = 0; i < s.n && n < 4; i++) {
        char c = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 32) : s.p[i];
        if (c < 'A' || c > 'Z')
            continue;
        char code = codes[c - 'A'];
        if (n == 0)
            ret[n++] = c;
        else if (code != last && code != '0')
            ret[n++] = code;
        last = code;
    }
    if (n == 0)
        memset(ret, 0, 4);
}

static int soundex_row(RowRun *t)
{
    char code[4];
    soundex_of(row_text(t, 0), code);
    sb_put(&t->out, code, code[0] ? 4 : 0);
    return 1;
}
static int difference_row(RowRun *t)
{
    char a[4], b[4];
    soundex_of(row_text(t, 0), a);
    soundex_of(row_text(t, 1), b);
    for (unsigned i = 0; i < 4; i++)
        t->num += a[i] == b[i];
    return 1;
}
ROW_KERNEL(soundex, soundex_row)
ROW_KERNEL(difference, difference_row)

#define TEXT_OF(n, k, r, h, e) FN1(n, T_TEXT, r, k, FN_FAIL, h, e)
const FuncDef fn_text_parse[] = {
    FN1("parse_ident", T_TEXT, T_ARRAY, parse_ident, FN_FAIL, "parts of a name of SQL", "parse_ident('a.\"B c\"') -> {a,\"B c\"}",
        .ret_type = row_type_texts),
    FN2("parse_ident", T_TEXT, T_BOOL, T_ARRAY, parse_ident, FN_FAIL, "the same; false: what follows the name is passed over",
        "parse_ident('a b', false) -> {a}", .ret_type = row_type_texts),
    TEXT_OF("unistr", unistr, T_TEXT, "text with escapes of Unicode undone", "unistr('d\\0061t\\+000061') -> 'data'"),
    TEXT_OF("normalize", normalize, T_TEXT, "normal form NFC", "normalize('é')"),
    FN2("normalize", T_TEXT, T_TEXT, T_TEXT, normalize, FN_FAIL, "normal form NFC, NFD, NFKC or NFKD",
        "normalize('ﬁ', NFKC) -> 'fi'"),
    TEXT_OF("is_normalized", is_normalized, T_BOOL, "is in normal form NFC", "is_normalized('é')"),
    FN2("is_normalized", T_TEXT, T_TEXT, T_BOOL, is_normalized, FN_FAIL, "is in a normal form", "is_normalized('é', 'NFD')"),
    FN2("levenshtein", T_TEXT, T_TEXT, T_I32, levenshtein, FN_FAIL, "number of characters to insert, delete or change",
        "levenshtein('GUMBO', 'GAMBOL') -> 2"),
    {.name = "levenshtein",
     .n_args = 5,
     .arg = {T_TEXT, T_TEXT, T_I32, T_I32, T_I32},
     .ret = T_I32,
     .kernel = levenshtein,
     .flags = FN_FAIL,
     .help = "the same with the costs of inserting, deleting and changing",
     .example = "levenshtein('GUMBO', 'GAMBOL', 2, 1, 1) -> 3"},
    FN2("similarity", T_TEXT, T_TEXT, T_F32, similarity, FN_PURE, "share of trigrams in common",
        "similarity('word', 'two words') -> 0.36363637"),
    TEXT_OF("soundex", soundex, T_TEXT, "code of the sound of an English word", "soundex('Robert') -> 'R163'"),
    FN2("difference", T_TEXT, T_TEXT, T_I32, difference, FN_PURE, "number of equal places of the soundex codes",
        "difference('Anne', 'Andrew') -> 2"),
    {0},
};
