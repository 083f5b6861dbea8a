/* SPDX-License-Identifier: Apache-2.0
 *
 * Text functions that measure, search, or cut: their results are numbers, booleans, or slices of the argument's bytes, which are
 * not copied.  Positions and lengths count code points, as in PostgreSQL. */
#include "base/find.h"
#include "func/text_impl.h"

/* d[r] = int32 expression of the text s of row r */
#define TEXT_TO_INT(name, ...)                                                                                                     \
    static int name(KERNEL_ARGS)                                                                                                   \
    {                                                                                                                              \
        KERNEL_UNUSED;                                                                                                             \
        EACH_ROW(rows, r)                                                                                                          \
        {                                                                                                                          \
            text_ahead(arg[0], rows, i_);                                                                                          \
            Str s = text_at(arg[0], r);                                                                                            \
            ((int32_t *)dst->data)[r] = (int32_t)(__VA_ARGS__);                                                                    \
        }                                                                                                                          \
        return 0;                                                                                                                  \
    }

static uint32_t first_code_point(Str s)
{
    uint32_t cp = 0;
    return s.n && utf8_decode(s.p, s.n, &cp) > 0 ? cp : 0;
}

static size_t position_of(Str s, Str needle)
{
    size_t at = find_text(s, needle);
    return at == SIZE_MAX ? 0 : text_length((Str){s.p, at}) + 1;
}

TEXT_TO_INT(char_length, text_length(s))
TEXT_TO_INT(octet_length, s.n)
TEXT_TO_INT(bit_length, s.n * 8)
TEXT_TO_INT(ascii, first_code_point(s))
TEXT_TO_INT(strpos, position_of(s, text_at(arg[1], r)))

static int starts_with(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    bit_put(dst->data, r, str_starts(text_at(arg[0], r), text_at(arg[1], r)));
    return 0;
}
static int ends_with(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r), t = text_at(arg[1], r);
        bit_put(dst->data, r, s.n >= t.n && memcmp(s.p + s.n - t.n, t.p, t.n) == 0);
    }
    return 0;
}
static int contains(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    bit_put(dst->data, r, find_text(text_at(arg[0], r), text_at(arg[1], r)) != SIZE_MAX);
    return 0;
}

static int32_t int_at(const Vec *v, uint32_t r)
{
    return ((const int32_t *)v->data)[r & vec_mask(v)];
}

/* Code points [from, to) of the row's text, 0-based, clipped. */
static void put_range(Vec *dst, uint32_t r, const Vec *v, int64_t from, int64_t to)
{
    Str s = text_at(v, r);
    from = MAX(from, 0);
    size_t start = text_offset(s, (size_t)from), end = to <= from ? start : text_offset(s, (size_t)to);
    slice_put(dst, r, v, start, end - start);
}

static int substring(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        int64_t from = int_at(arg[1], r), n = n_args > 2 ? int_at(arg[2], r) : INT32_MAX;
        if (n < 0)
            row_error(x, r, ERR_SUBSTRING, "negative substring length not allowed");
        int64_t end = n_args > 2 ? from + MAX(n, 0) : INT64_MAX;
        put_range(dst, r, arg[0], from - 1, end == INT64_MAX ? end : end - 1);
    }
    slices_finish(dst, arg[0]);
    return 0;
}

static int left_text(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        int64_t n = int_at(arg[1], r);
        put_range(dst, r, arg[0], 0, n >= 0 ? n : (int64_t)text_length(text_at(arg[0], r)) + n);
    }
    slices_finish(dst, arg[0]);
    return 0;
}

static int right_text(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        int64_t n = int_at(arg[1], r), length = (int64_t)text_length(text_at(arg[0], r));
        put_range(dst, r, arg[0], n >= 0 ? length - n : -n, length);
    }
    slices_finish(dst, arg[0]);
    return 0;
}

static bool has_code_point(Str set, const char *p, size_t n)
{
    for (size_t i = 0; i < set.n;) {
        uint32_t cp;
        size_t len = (size_t)MAX(utf8_decode(set.p + i, set.n - i, &cp), 1);
        if (len == n && memcmp(set.p + i, p, n) == 0)
            return true;
        i += len;
    }
    return false;
}

typedef enum TrimSide { TRIM_LEFT = 1, TRIM_RIGHT = 2 } TrimSide;

static void trim_row(Vec *dst, uint32_t r, const Vec *v, Str set, unsigned sides)
{
    Str s = text_at(v, r);
    size_t from = 0, to = s.n;
    while ((sides & TRIM_LEFT) && from < to) {
        uint32_t cp;
        size_t len = (size_t)MAX(utf8_decode(s.p + from, to - from, &cp), 1);
        if (!has_code_point(set, s.p + from, len))
            break;
        from += len;
    }
    while ((sides & TRIM_RIGHT) && from < to) {
        size_t start = to - 1;
        while (start > from && (s.p[start] & 0xc0) == 0x80)
            start--;
        if (!has_code_point(set, s.p + start, to - start))
            break;
        to = start;
    }
    slice_put(dst, r, v, from, to - from);
}

static int trim_rows(const Vec *const *arg, uint32_t n_args, Vec *dst, Rows rows, unsigned sides)
{
    EACH_ROW(rows, r)
    trim_row(dst, r, arg[0], n_args > 1 ? text_at(arg[1], r) : STR(" "), sides);
    slices_finish(dst, arg[0]);
    return 0;
}
static int btrim(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return trim_rows(arg, n_args, dst, rows, TRIM_LEFT | TRIM_RIGHT);
}
static int ltrim(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return trim_rows(arg, n_args, dst, rows, TRIM_LEFT);
}
static int rtrim(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return trim_rows(arg, n_args, dst, rows, TRIM_RIGHT);
}

static uint64_t count_parts(Str s, Str delimiter)
{
    uint64_t n = 1;
    for (size_t at; (at = find_text(s, delimiter)) != SIZE_MAX; n++)
        s = (Str){s.p + at + delimiter.n, s.n - at - delimiter.n};
    return n;
}

/* The part in one walk over the delimiters up to the one behind it. */
static void part_between(Str s, char delimiter, uint64_t which, size_t *ret_from, size_t *ret_n)
{
    uint64_t before = which - 1; /* delimiters that come before the part */
    size_t from = 0;
    *ret_from = *ret_n = 0;
    for (size_t i = 0; i < s.n; i += 16) {
        for (unsigned m = find_mask(s, i, delimiter); m; m &= m - 1) {
            size_t at = i + (size_t)__builtin_ctz(m);
            if (before == 0) {
                *ret_from = from;
                *ret_n = at - from;
                return;
            }
            from = at + 1;
            before--;
        }
    }
    if (before == 0) {
        *ret_from = from;
        *ret_n = s.n - from;
    }
}

/* Part `which` (from 1) of s; empty when there are fewer. */
static void part_of(Str s, Str delimiter, uint64_t which, size_t *ret_from, size_t *ret_n)
{
    size_t from = 0;
    *ret_from = *ret_n = 0;
    for (uint64_t k = 1;; k++) {
        size_t at = find_text((Str){s.p + from, s.n - from}, delimiter);
        if (k == which) {
            *ret_from = from;
            *ret_n = at == SIZE_MAX ? s.n - from : at;
            return;
        }
        if (at == SIZE_MAX)
            return;
        from += at + delimiter.n;
    }
}

#define PART_MAX 31 /* the last part that is looked for together with others */

/* The ends of parts 1 to `last` in at[1..last], at[0] being one before the first; those behind the text's last part end where it
 * ends. */
static inline void part_ends(Str s, char delimiter, uint32_t last, int32_t *at)
{
    int32_t *to = at + 1, *end = at + 1 + last;
    at[0] = -1;
    for (size_t i = 0; i < s.n && to < end; i += 16)
        for (unsigned m = find_mask(s, i, delimiter); m && to < end; m &= m - 1)
            *to++ = (int32_t)i + __builtin_ctz(m);
    while (to < end)
        *to++ = (int32_t)s.n;
}

#define TEXT_AHEAD 512 /* bytes: texts mostly lie behind each other */

/* Several parts of the same texts by the same byte, counted from the left. */
static int split_together(const Vec *const *arg, const Vec *const *last, uint32_t n, Vec *const *dst, Rows rows)
{
    char delimiter = text_at(arg[1], 0).p[0];
    uint32_t which[FUNC_TOGETHER_MAX], furthest = 0;
    StrView *out[FUNC_TOGETHER_MAX];
    int32_t at[PART_MAX + 1];
    for (uint32_t i = 0; i < n; i++) {
        which[i] = (uint32_t)int_at(last[i], 0);
        furthest = MAX(furthest, which[i]);
        out[i] = dst[i]->data;
        slices_finish(dst[i], arg[0]);
    }
    EACH_ROW(rows, r)
    {
        const StrView *s = (const StrView *)arg[0]->data + r;
        const char *text = strview_ptr(arg[0], s);
        __builtin_prefetch(text + TEXT_AHEAD);
        part_ends((Str){text, (size_t)s->n}, delimiter, furthest, at);
        for (uint32_t i = 0; i < n; i++) {
            int32_t to = at[which[i]], from = MIN(at[which[i] - 1] + 1, to);
            slice_set(&out[i][r], s, text, (size_t)from, (size_t)(to - from));
        }
    }
    return 0;
}

static bool splits_together(const Value *const *consts, uint32_t n_args)
{
    (void)n_args;
    return consts[1] && !consts[1]->is_null && consts[1]->str.n == 1 && consts[2] && !consts[2]->is_null && consts[2]->i32 > 0 &&
           consts[2]->i32 <= PART_MAX;
}

static const FuncTogether split_parts = {splits_together, split_together};

/* A part by one byte, both the same for all rows, counted from the left. */
static int split_bytes(const Vec *v, char delimiter, uint64_t which, Vec *dst, Rows rows)
{
    EACH_ROW(rows, r)
    {
        size_t from, n;
        part_between(text_at(v, r), delimiter, which, &from, &n);
        slice_put(dst, r, v, from, n);
    }
    slices_finish(dst, v);
    return 0;
}

static int split_part(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    if (rows.n > 0 && arg[1]->kind == VEC_CONST && arg[2]->kind == VEC_CONST && text_at(arg[1], 0).n == 1 && int_at(arg[2], 0) > 0)
        return split_bytes(arg[0], text_at(arg[1], 0).p[0], (uint64_t)int_at(arg[2], 0), dst, rows);
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r), delimiter = text_at(arg[1], r);
        int64_t which = int_at(arg[2], r);
        size_t from = 0, n = 0;
        if (which == 0)
            row_error(x, r, ERR_INVALID_PARAMETER, "field position must not be zero");
        else if (delimiter.n == 0)
            n = which == 1 || which == -1 ? s.n : 0;
        else {
            int64_t parts = which < 0 ? (int64_t)count_parts(s, delimiter) : 0;
            which = which < 0 ? parts + which + 1 : which;
            if (which > 0 && delimiter.n == 1)
                part_between(s, delimiter.p[0], (uint64_t)which, &from, &n);
            else if (which > 0)
                part_of(s, delimiter, (uint64_t)which, &from, &n);
        }
        slice_put(dst, r, arg[0], from, n);
    }
    slices_finish(dst, arg[0]);
    return 0;
}

#define TEXT_INT(name, k, help, example) FN1(name, T_TEXT, T_I32, k, FN_PURE | FN_CHEAP, help, example)
#define TEXT_TEXT(name, t, k, help, example) FN2(name, T_TEXT, T_TEXT, t, k, FN_PURE | FN_CHEAP, help, example)
#define TRIM(name, k, help, example)                                                                                               \
    FN1(name, T_TEXT, T_TEXT, k, FN_PURE | FN_CHEAP, help, example),                                                               \
        FN2(name, T_TEXT, T_TEXT, T_TEXT, k, FN_PURE | FN_CHEAP, help, example)

const FuncDef fn_text[] = {
    TEXT_INT("length", char_length, "number of characters", "length('jose') -> 4"),
    TEXT_INT("char_length", char_length, "number of characters", "char_length('jose') -> 4"),
    TEXT_INT("character_length", char_length, "number of characters", "character_length('jose') -> 4"),
    FN1("octet_length", T_TEXT, T_I32, octet_length, FN_PURE | FN_CHEAP | FN_BLANKS, "number of bytes",
        "octet_length('jose') -> 4"),
    TEXT_INT("bit_length", bit_length, "number of bits", "bit_length('jose') -> 32"),
    FN1("length", T_BYTEA, T_I32, octet_length, FN_PURE | FN_CHEAP, "number of bytes", "length('\\x1234'::bytea) -> 2"),
    FN1("octet_length", T_BYTEA, T_I32, octet_length, FN_PURE | FN_CHEAP, "number of bytes", "octet_length('\\x1234'::bytea) -> 2"),
    TEXT_INT("ascii", ascii, "code of the first character", "ascii('x') -> 120"),
    TEXT_TEXT("strpos", T_I32, strpos, "position of the second text in the first, 0 = none", "strpos('high', 'ig') -> 2"),
    TEXT_TEXT("position", T_I32, strpos, "position(a IN b): position of a in b, 0 = none", "position('om' IN 'Thomas') -> 3"),
    FN2("^@", T_TEXT, T_TEXT, T_BOOL, starts_with, FN_PURE | FN_OPERATOR, "begins with the second text",
        "'alphabet' ^@ 'alph' -> true"),
    TEXT_TEXT("starts_with", T_BOOL, starts_with, "begins with the second text", "starts_with('alphabet', 'alph') -> true"),
    TEXT_TEXT("ends_with", T_BOOL, ends_with, "ends with the second text", "ends_with('alphabet', 'bet') -> true"),
    TEXT_TEXT("contains", T_BOOL, contains, "has the second text in it", "contains('alphabet', 'pha') -> true"),
    FN2("substring", T_TEXT, T_I32, T_TEXT, substring, FN_PURE | FN_CHEAP, "part from a position",
        "substring('Thomas', 4) -> 'mas'"),
    FN3("substring", T_TEXT, T_I32, T_I32, T_TEXT, substring, FN_FAIL | FN_CHEAP, "part from a position with a length",
        "substring('Thomas', 2, 3) -> 'hom'"),
    FN2("substr", T_TEXT, T_I32, T_TEXT, substring, FN_PURE | FN_CHEAP, "part from a position", "substr('Thomas', 4) -> 'mas'"),
    FN3("substr", T_TEXT, T_I32, T_I32, T_TEXT, substring, FN_FAIL | FN_CHEAP, "part from a position with a length",
        "substr('Thomas', 2, 3) -> 'hom'"),
    FN2("left", T_TEXT, T_I32, T_TEXT, left_text, FN_PURE | FN_CHEAP, "first n characters; all but the last -n when n < 0",
        "left('abcde', 2) -> 'ab'"),
    FN2("right", T_TEXT, T_I32, T_TEXT, right_text, FN_PURE | FN_CHEAP, "last n characters; all but the first -n when n < 0",
        "right('abcde', 2) -> 'de'"),
    TRIM("btrim", btrim, "without the given characters (spaces) at both ends", "btrim('xyabcyx', 'xy') -> 'abc'"),
    TRIM("trim", btrim, "without the given characters (spaces) at both ends", "trim('  abc ') -> 'abc'"),
    TRIM("ltrim", ltrim, "without the given characters (spaces) at the start", "ltrim('xxabc', 'x') -> 'abc'"),
    TRIM("rtrim", rtrim, "without the given characters (spaces) at the end", "rtrim('abcxx', 'x') -> 'abc'"),
    FN3("split_part", T_TEXT, T_TEXT, T_I32, T_TEXT, split_part, FN_FAIL | FN_CHEAP,
        "n-th part between delimiters; from the end when n < 0", "split_part('a,b,c', ',', 2) -> 'b'", .together = &split_parts),
    {0},
};
