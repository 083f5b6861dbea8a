/* SPDX-License-Identifier: Apache-2.0
 *
 * Text functions that build new texts: case, padding, replacing, joining.  Results go through a StrWriter into one arena buffer per
 * batch; the ones that can explode are limited to TEXT_RESULT_MAX per value. */
#include "func/text_impl.h"

#include <utf8proc.h>

#include "base/find.h"

/* Arabic digits, letters: what a word of initcap is made of. */
static bool is_word(uint32_t cp)
{
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);
    return (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO) || (c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO);
}

#define EACH_BYTE UINT64_C(0x0101010101010101)

/* Eight bytes of ASCII in the other case where they are letters of the wrong one: adding brings bit 7 to what is beyond a letter.
 */
static inline uint64_t ascii_case8(uint64_t w, bool upper)
{
    uint64_t first = w + EACH_BYTE * (upper ? 0x80 - 'a' : 0x80 - 'A'), behind = w + EACH_BYTE * (upper ? 0x7f - 'z' : 0x7f - 'Z');
    return w ^ ((first & ~behind & (EACH_BYTE << 7)) >> 2);
}

/* Writes whole words: up to seven bytes behind the text. */
static void map_ascii(Str s, bool upper, char *out)
{
    for (size_t i = 0; i < s.n; i += 8) {
        uint64_t w = 0;
        memcpy(&w, s.p + i, s.n - i >= 8 ? 8 : s.n - i);
        w = ascii_case8(w, upper);
        memcpy(out + i, &w, 8);
    }
}

/* A text that lies in its view; false: not of ASCII alone. */
static inline bool map_inline(const StrView *from, StrView *to, bool upper)
{
#if defined(__SSE2__)
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)from); /* of a short text: the length is no letter */
    if (_mm_movemask_epi8(v))
        return false;
    __m128i before = _mm_set1_epi8(upper ? 'a' - 1 : 'A' - 1), behind = _mm_set1_epi8(upper ? 'z' + 1 : 'Z' + 1);
    __m128i letters = _mm_and_si128(_mm_cmpgt_epi8(v, before), _mm_cmplt_epi8(v, behind));
    _mm_storeu_si128((__m128i *)(void *)to, _mm_xor_si128(v, _mm_and_si128(letters, _mm_set1_epi8('a' - 'A'))));
    return true;
#else
    uint64_t w[2];
    memcpy(w, from, sizeof(w));
    if ((w[0] | w[1]) & (EACH_BYTE << 7))
        return false;
    w[0] = ascii_case8(w[0], upper); /* the length is no letter */
    w[1] = ascii_case8(w[1], upper);
    memcpy(to, w, sizeof(w));
    return true;
#endif
}

size_t text_map_case(Str s, CaseMap map, char *out)
{
    bool in_word = false;
    size_t n = 0;
    if (map != CASE_TITLE && text_is_ascii(s)) {
        map_ascii(s, map == CASE_UPPER, out);
        return s.n;
    }
    for (size_t i = 0; i < s.n;) {
        uint32_t cp;
        int len = utf8_decode(s.p + i, s.n - i, &cp);
        if (len <= 0) { /* not UTF-8: kept */
            out[n++] = s.p[i++];
            continue;
        }
        bool upper = map == CASE_UPPER || (map == CASE_TITLE && !in_word);
        in_word = is_word(cp);
        utf8proc_int32_t mapped = upper && cp == 0xdf ? 0xdf /* no single upper case letter, as the C library has it */
                                  : upper             ? utf8proc_toupper((utf8proc_int32_t)cp)
                                                      : utf8proc_tolower((utf8proc_int32_t)cp);
        n += (size_t)utf8_encode((uint32_t)mapped, out + n);
        i += (size_t)len;
    }
    return n;
}

static int map_rows(EvalCtx *x, const Vec *v, Vec *dst, Rows rows, CaseMap map)
{
    StrWriter w;
    uint32_t mask = vec_mask(v);
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        const StrView *from = (const StrView *)v->data + (r & mask);
        if (from->n <= STR_INLINE_MAX && map != CASE_TITLE && map_inline(from, (StrView *)dst->data + r, map == CASE_UPPER))
            continue;
        Str s = text_at(v, r);
        char *out = strwriter_reserve(&w, CASE_ROOM(s.n));
        if (!out)
            return -ERR_OUT_OF_MEMORY;
        TRY(strwriter_commit(&w, r, text_map_case(s, map, out)));
    }
    return strwriter_finish(&w);
}
static int lower(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return map_rows(x, arg[0], dst, rows, CASE_LOWER);
}
static int upper(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return map_rows(x, arg[0], dst, rows, CASE_UPPER);
}
static int initcap(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return map_rows(x, arg[0], dst, rows, CASE_TITLE);
}

/* Room for a result of n bytes, or NULL: too long (a row error, and an empty result) or no memory (*ret_rc). */
static char *reserve_result(EvalCtx *x, StrWriter *w, uint32_t r, size_t n, int *ret_rc)
{
    *ret_rc = 0;
    if (n > TEXT_RESULT_MAX) {
        row_error(x, r, ERR_PROGRAM_LIMIT, "requested length too large");
        *ret_rc = strwriter_put(w, r, "", 0);
        return NULL;
    }
    char *p = strwriter_reserve(w, n);
    if (!p)
        *ret_rc = -ERR_OUT_OF_MEMORY;
    return p;
}

/* One text kernel: the size function bounds the bytes, the other writes them. */
typedef struct Edit {
    Str s, t, u;
    int64_t n;
} Edit;

static int32_t int_at(const Vec *v, uint32_t r)
{
    return ((const int32_t *)v->data)[r & vec_mask(v)];
}

typedef size_t (*EditSize)(const Edit *e);
typedef size_t (*EditWrite)(const Edit *e, char *out); /* bytes written, at most the size */

static int edit_rows(KERNEL_ARGS, EditSize size, EditWrite put)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Edit e = {.s = text_at(arg[0], r), .t = {" ", 1}};
        int rc;
        for (uint32_t i = 1, n_texts = 0; i < n_args; i++) {
            if (arg[i]->type.id == T_I32)
                e.n = int_at(arg[i], r);
            else if (n_texts++ == 0)
                e.t = text_at(arg[i], r);
            else
                e.u = text_at(arg[i], r);
        }
        char *out = reserve_result(x, &w, r, size(&e), &rc);
        TRY(rc);
        if (out)
            TRY(strwriter_commit(&w, r, put(&e, out)));
    }
    return strwriter_finish(&w);
}

#define EDIT(name)                                                                                                                 \
    static int name(KERNEL_ARGS)                                                                                                   \
    {                                                                                                                              \
        return edit_rows(x, arg, n_args, aux, dst, rows, name##_size, name##_write);                                               \
    }

static size_t reverse_size(const Edit *e)
{
    return e->s.n;
}
static size_t reverse_write(const Edit *e, char *out)
{
    for (size_t i = 0; i < e->s.n;) {
        uint32_t cp;
        size_t len = (size_t)MAX(utf8_decode(e->s.p + i, e->s.n - i, &cp), 1);
        memcpy(out + e->s.n - i - len, e->s.p + i, len);
        i += len;
    }
    return e->s.n;
}
EDIT(reverse)

static size_t repeat_size(const Edit *e)
{
    return e->n > 0 ? e->s.n * (size_t)e->n : 0;
}
static size_t repeat_write(const Edit *e, char *out)
{
    size_t total = repeat_size(e);
    for (size_t at = 0; at < total; at += e->s.n)
        memcpy(out + at, e->s.p, e->s.n);
    return total;
}
EDIT(repeat)

static size_t pad_size(const Edit *e)
{
    return e->n > 0 ? (size_t)e->n * 4 : 0;
}
/* Writes `count` code points of the fill, cyclically. */
static size_t fill_with(Str fill, size_t count, char *out)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < count && fill.n; i++) {
        uint32_t cp;
        size_t len = (size_t)MAX(utf8_decode(fill.p + at, fill.n - at, &cp), 1);
        memcpy(out + n, fill.p + at, len);
        n += len;
        at = at + len >= fill.n ? 0 : at + len;
    }
    return n;
}
static size_t pad(const Edit *e, char *out, bool left)
{
    size_t want = (size_t)MAX(e->n, 0), have = text_length(e->s), n = 0;
    if (have >= want) {
        n = text_offset(e->s, want);
        memcpy(out, e->s.p, n);
        return n;
    }
    if (left)
        n = fill_with(e->t, want - have, out);
    memcpy(out + n, e->s.p, e->s.n);
    n += e->s.n;
    if (!left)
        n += fill_with(e->t, want - have, out + n);
    return n;
}
static size_t lpad_size(const Edit *e)
{
    return pad_size(e);
}
static size_t lpad_write(const Edit *e, char *out)
{
    return pad(e, out, true);
}
static size_t rpad_size(const Edit *e)
{
    return pad_size(e);
}
static size_t rpad_write(const Edit *e, char *out)
{
    return pad(e, out, false);
}
EDIT(lpad)
EDIT(rpad)

static size_t replace_size(const Edit *e)
{
    size_t n = 0, from = 0;
    if (e->u.n <= e->t.n || !e->t.n)
        return e->s.n;
    for (size_t at; (at = find_text((Str){e->s.p + from, e->s.n - from}, e->t)) != SIZE_MAX; n++)
        from += at + e->t.n;
    return e->s.n + n * (e->u.n - e->t.n);
}

static size_t append(char *out, size_t n, const char *p, size_t more)
{
    if (more)
        memcpy(out + n, p, more);
    return n + more;
}

static size_t replace_byte(const Edit *e, char *out)
{
    size_t n = 0, from = 0;
    for (size_t i = 0; i < e->s.n; i += 16) {
        for (unsigned m = find_mask(e->s, i, e->t.p[0]); m; m &= m - 1) {
            size_t at = i + (size_t)__builtin_ctz(m);
            n = append(out, n, e->s.p + from, at - from);
            n = append(out, n, e->u.p, e->u.n);
            from = at + 1;
        }
    }
    return append(out, n, e->s.p + from, e->s.n - from);
}

static size_t replace_write(const Edit *e, char *out)
{
    size_t n = 0, from = 0;
    if (e->t.n == 1)
        return replace_byte(e, out);
    for (size_t at; e->t.n && (at = find_text((Str){e->s.p + from, e->s.n - from}, e->t)) != SIZE_MAX; from += at + e->t.n) {
        n = append(out, n, e->s.p + from, at);
        n = append(out, n, e->u.p, e->u.n);
    }
    return append(out, n, e->s.p + from, e->s.n - from);
}
EDIT(replace)

static size_t translate_size(const Edit *e)
{
    return e->s.n * 4;
}
/* Each character of s that is in t becomes the one at the same place in u, or nothing. */
static size_t translate_write(const Edit *e, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < e->s.n;) {
        uint32_t cp, other;
        size_t len = (size_t)MAX(utf8_decode(e->s.p + i, e->s.n - i, &cp), 1), k = 0, at = 0;
        bool found = false;
        for (; at < e->t.n && !found; k++) {
            size_t step = (size_t)MAX(utf8_decode(e->t.p + at, e->t.n - at, &other), 1);
            found = step == len && memcmp(e->t.p + at, e->s.p + i, len) == 0;
            at += step;
        }
        if (!found) {
            memcpy(out + n, e->s.p + i, len);
            n += len;
        } else {
            size_t from = utf8_offset(e->u.p, e->u.n, k - 1), to = utf8_offset(e->u.p, e->u.n, k);
            memcpy(out + n, e->u.p + from, to - from);
            n += to - from;
        }
        i += len;
    }
    return n;
}
EDIT(translate)

static size_t join_size(const Edit *e)
{
    return e->s.n + e->t.n;
}
static size_t join_write(const Edit *e, char *out)
{
    memcpy(out, e->s.p, e->s.n);
    memcpy(out + e->s.n, e->t.p, e->t.n);
    return e->s.n + e->t.n;
}
EDIT(join)

/* concat: a value as it is printed; strings as they are. */
static int append_value(StrBuf *b, const Vec *v, uint32_t r)
{
    Value val = vec_get(v, r & vec_mask(v));
    if (val.type.id == T_TEXT || type_is_json(val.type.id))
        sb_putstr(b, val.str);
    else
        value_print(&val, b);
    return b->failed ? -ERR_OUT_OF_MEMORY : 0;
}

static int concat(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, x->arena->acct);
    EACH_ROW(rows, r)
    {
        sb_clear(&b);
        for (uint32_t i = 0; i < n_args; i++) {
            if (!null_at(arg[i], r))
                TRY(append_value(&b, arg[i], r));
        }
        TRY(strwriter_put(&w, r, sb_cstr(&b), b.n));
    }
    return strwriter_finish(&w);
}

static int concat_ws(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, x->arena->acct);
    EACH_ROW(rows, r)
    {
        sb_clear(&b);
        bool null = null_at(arg[0], r), started = false;
        for (uint32_t i = 1; i < n_args && !null; i++) {
            if (null_at(arg[i], r))
                continue;
            if (started)
                sb_putstr(&b, text_at(arg[0], r));
            started = true;
            TRY(append_value(&b, arg[i], r));
        }
        if (null) {
            TRY(vec_add_valid(dst, x->arena));
            bit_clear(dst->valid, r);
        }
        TRY(strwriter_put(&w, r, sb_cstr(&b), b.n));
    }
    return strwriter_finish(&w);
}

/* The text with `n` characters from a position replaced; n is the length of what replaces them where it is not given. */
static int overlay(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r), t = text_at(arg[1], r);
        int64_t from = int_at(arg[2], r), n = n_args > 3 ? int_at(arg[3], r) : (int64_t)text_length(t), rest = from + n;
        if (from <= 0)
            row_error(x, r, ERR_SUBSTRING, "negative substring length not allowed");
        else if (rest != (int32_t)rest)
            row_error(x, r, ERR_NUMERIC_RANGE, "integer out of range");
        size_t head = from > 0 ? text_offset(s, (size_t)from - 1) : 0, tail = rest > 0 ? text_offset(s, (size_t)rest - 1) : 0;
        char *out = strwriter_reserve(&w, head + t.n + s.n - tail + 1);
        if (!out)
            return -ERR_OUT_OF_MEMORY;
        memcpy(out, s.p, head);
        memcpy(out + head, t.p, t.n);
        memcpy(out + head + t.n, s.p + tail, s.n - tail);
        TRY(strwriter_commit(&w, r, head + t.n + s.n - tail));
    }
    return strwriter_finish(&w);
}

static int chr(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        int32_t cp = int_at(arg[0], r);
        char out[4];
        int n = 0;
        if (cp < 0)
            row_error(x, r, ERR_INVALID_PARAMETER, "character number must be positive");
        else if (cp == 0)
            row_error(x, r, ERR_PROGRAM_LIMIT, "null character not permitted");
        else if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
            row_error(x, r, ERR_PROGRAM_LIMIT, "requested character not valid for encoding: %d", cp);
        else
            n = utf8_encode((uint32_t)cp, out);
        strview_set((StrView *)dst->data + r, out, (uint32_t)n, 0, 0);
    }
    return 0;
}

static int to_hex(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    uint32_t m = vec_mask(arg[0]);
    EACH_ROW(rows, r)
    {
        uint64_t v = arg[0]->type.id == T_I32 ? (uint32_t)((const int32_t *)arg[0]->data)[r & m]
                                              : (uint64_t)((const int64_t *)arg[0]->data)[r & m];
        char digit[16];
        size_t n = 0;
        do {
            digit[15 - n++] = "0123456789abcdef"[v & 15u];
            v >>= 4;
        } while (v);
        TRY(strwriter_put(&w, r, digit + 16 - n, n));
    }
    return strwriter_finish(&w);
}

#define CASE(name, k, help, example) FN1(name, T_TEXT, T_TEXT, k, FN_PURE | FN_CHEAP, help, example)
#define PAD(name, k, help, example)                                                                                                \
    FN2(name, T_TEXT, T_I32, T_TEXT, k, FN_FAIL, help, example), FN3(name, T_TEXT, T_I32, T_TEXT, T_TEXT, k, FN_FAIL, help, example)
#define JOIN(a, b, t) FN2("||", a, b, t, join, FN_FAIL | FN_OPERATOR, "joined", "'a' || 42 -> 'a42'")

const FuncDef fn_text_edit[] = {
    CASE("lower", lower, "in lower case", "lower('TOM') -> 'tom'"),
    CASE("upper", upper, "in upper case", "upper('tom') -> 'TOM'"),
    CASE("initcap", initcap, "each word with an upper case initial", "initcap('hi THOMAS') -> 'Hi Thomas'"),
    CASE("reverse", reverse, "characters in reverse order", "reverse('abcde') -> 'edcba'"),
    FN2("repeat", T_TEXT, T_I32, T_TEXT, repeat, FN_FAIL, "text n times", "repeat('Pg', 4) -> 'PgPgPgPg'"),
    PAD("lpad", lpad, "filled (or cut) to n characters on the left", "lpad('hi', 5, 'xy') -> 'xyxhi'"),
    PAD("rpad", rpad, "filled (or cut) to n characters on the right", "rpad('hi', 5, 'xy') -> 'hixyx'"),
    FN3("replace", T_TEXT, T_TEXT, T_TEXT, T_TEXT, replace, FN_FAIL, "every second text replaced by the third",
        "replace('abcdefabcdef', 'cd', 'XX') -> 'abXXefabXXef'"),
    FN3("translate", T_TEXT, T_TEXT, T_TEXT, T_TEXT, translate, FN_FAIL, "characters of the second replaced by those of the third",
        "translate('12345', '143', 'ax') -> 'a2x5'"),
    FN3("overlay", T_TEXT, T_TEXT, T_I32, T_TEXT, overlay, FN_FAIL, "characters from a position replaced",
        "overlay('Txxxxas' PLACING 'hom' FROM 2) -> 'Thomxas'"),
    FN4("overlay", T_TEXT, T_TEXT, T_I32, T_I32, T_TEXT, overlay, FN_FAIL, "n characters from a position replaced",
        "overlay('Txxxxas' PLACING 'hom' FROM 2 FOR 4) -> 'Thomas'"),
    JOIN(T_TEXT, T_TEXT, T_TEXT),
    JOIN(T_TEXT, TP_TO_TEXT, T_TEXT),
    JOIN(TP_TO_TEXT, T_TEXT, T_TEXT),
    JOIN(T_BYTEA, T_BYTEA, T_BYTEA),
    FN1("concat", TP_ANY, T_TEXT, concat, FN_VARIADIC | FN_NOT_NULL, "texts of the arguments joined, NULL being empty",
        "concat('a', NULL, 2) -> 'a2'"),
    FN2("concat_ws", T_TEXT, TP_ANY, T_TEXT, concat_ws, FN_VARIADIC, "arguments that are not NULL joined by the first",
        "concat_ws(',', 'a', NULL, 2) -> 'a,2'"),
    FN1("chr", T_I32, T_TEXT, chr, FN_FAIL | FN_CHEAP, "character of a code", "chr(65) -> 'A'"),
    FN1("to_hex", T_I32, T_TEXT, to_hex, FN_PURE | FN_CHEAP, "hexadecimal digits", "to_hex(2147483647) -> '7fffffff'"),
    FN1("to_hex", T_I64, T_TEXT, to_hex, FN_PURE | FN_CHEAP, "hexadecimal digits", "to_hex(255::bigint) -> 'ff'"),
    {0},
};
