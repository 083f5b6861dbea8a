/* SPDX-License-Identifier: Apache-2.0
 *
 * BYTEA: single bits and bytes, trimming, searching, replacing, conversion from and to encodings of text, checksums.  Bits are
 * counted from 0, the lowest of a byte first; bytes from 0; positions from 1. */
#include "func/row_run.h"
#include "func/text_impl.h"

/* ---- bits and bytes ---- */

static int outside(RowRun *t, int64_t i, int64_t n)
{
    return ROW_FAIL(t, ERR_SUBSCRIPT, "index %lld out of valid range, 0..%lld", (long long)i, (long long)n - 1);
}

static int64_t index_at(const RowRun *t)
{
    Value v = row_value(t, 1);
    return v.type.id == T_I64 ? v.i64 : v.i32;
}

static int get_bit_row(RowRun *t)
{
    Str s = row_text(t, 0);
    int64_t i = index_at(t), n = (int64_t)s.n * 8;
    if (i < 0 || i >= n)
        return outside(t, i, n);
    t->num = (uint8_t)s.p[i / 8] >> (i % 8) & 1;
    return 1;
}
ROW_KERNEL(get_bit, get_bit_row)

static int set_bit_row(RowRun *t)
{
    Str s = row_text(t, 0);
    int64_t i = index_at(t), n = (int64_t)s.n * 8;
    int32_t bit = row_int(t, 2, 0);
    if (i < 0 || i >= n)
        return outside(t, i, n);
    if (bit != 0 && bit != 1)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "new bit must be 0 or 1");
    sb_putstr(&t->out, s);
    if (!t->out.failed)
        t->out.p[i / 8] = (char)(((uint8_t)s.p[i / 8] & ~(1u << (i % 8))) | (unsigned)bit << (i % 8));
    return 1;
}
ROW_KERNEL(set_bit, set_bit_row)

static int set_byte_row(RowRun *t)
{
    Str s = row_text(t, 0);
    int64_t i = index_at(t);
    if (i < 0 || (size_t)i >= s.n)
        return outside(t, i, (int64_t)s.n);
    sb_putstr(&t->out, s);
    if (!t->out.failed)
        t->out.p[i] = (char)row_int(t, 2, 0);
    return 1;
}
ROW_KERNEL(set_byte, set_byte_row)

static int bit_count_row(RowRun *t)
{
    Str s = row_text(t, 0);
    for (size_t i = 0; i < s.n; i++)
        t->num += __builtin_popcount((uint8_t)s.p[i]);
    return 1;
}
ROW_KERNEL(bit_count, bit_count_row)

/* ---- parts ---- */

static bool is_among(Str set, char c)
{
    return set.n > 0 && memchr(set.p, c, set.n) != NULL;
}

static int trim(RowRun *t, bool left, bool right)
{
    Str s = row_text(t, 0), set = row_text(t, 1);
    while (left && s.n > 0 && is_among(set, s.p[0]))
        s = (Str){s.p + 1, s.n - 1};
    while (right && s.n > 0 && is_among(set, s.p[s.n - 1]))
        s.n--;
    sb_putstr(&t->out, s);
    return 1;
}
static int btrim_row(RowRun *t)
{
    return trim(t, true, true);
}
static int ltrim_row(RowRun *t)
{
    return trim(t, true, false);
}
static int rtrim_row(RowRun *t)
{
    return trim(t, false, true);
}
ROW_KERNEL(btrim, btrim_row)
ROW_KERNEL(ltrim, ltrim_row)
ROW_KERNEL(rtrim, rtrim_row)

static int position_row(RowRun *t)
{
    Str s = row_text(t, 0), part = row_text(t, 1);
    const char *at = part.n == 0 ? s.p : s.n ? memmem(s.p, s.n, part.p, part.n) : NULL;
    t->num = part.n == 0 ? 1 : at ? at - s.p + 1 : 0;
    return 1;
}
ROW_KERNEL(position, position_row)

static int overlay_row(RowRun *t)
{
    Str s = row_text(t, 0), with = row_text(t, 1);
    int64_t from = row_int(t, 2, 1), n = t->n_args > 3 ? row_int(t, 3, 0) : (int64_t)with.n;
    if (from < 1)
        return ROW_FAIL(t, ERR_SUBSTRING, "negative substring length not allowed");
    size_t head = MIN((size_t)(from - 1), s.n);
    int64_t tail = MAX(from - 1 + n, 0);
    sb_put(&t->out, s.p, head);
    sb_putstr(&t->out, with);
    if ((size_t)tail < s.n)
        sb_put(&t->out, s.p + tail, s.n - (size_t)tail);
    return 1;
}
int bytes_overlay(KERNEL_ARGS)
{
    return row_run(x, arg, n_args, aux, dst, rows, overlay_row);
}

/* ---- encodings ---- */

typedef enum Charset { CHARSET_UNKNOWN, CHARSET_UTF8, CHARSET_LATIN1, CHARSET_ASCII } Charset;

static Charset charset_of(Str name)
{
    static const struct {
        const char *name;
        Charset charset;
    } names[] = {{"utf8", CHARSET_UTF8},         {"utf-8", CHARSET_UTF8},      {"unicode", CHARSET_UTF8},
                 {"latin1", CHARSET_LATIN1},     {"iso88591", CHARSET_LATIN1}, {"iso-8859-1", CHARSET_LATIN1},
                 {"iso_8859_1", CHARSET_LATIN1}, {"sql_ascii", CHARSET_ASCII}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(name, str_of(names[i].name)))
            return names[i].charset;
    return CHARSET_UNKNOWN;
}

static int bad_charset(RowRun *t, Str name, const char *side)
{
    return ROW_FAIL(t, ERR_INVALID_PARAMETER, "invalid %s encoding name \"%.*s\"", side, (int)MIN(name.n, (size_t)64), name.p);
}

/* Bytes of a charset to UTF-8. 1, or 0: the row's error. */
static int decode_text(RowRun *t, Str s, Charset from, StrBuf *ret)
{
    for (size_t i = 0; i < s.n && from == CHARSET_LATIN1; i++) {
        char utf8[4];
        sb_put(ret, utf8, (size_t)utf8_encode((uint8_t)s.p[i], utf8));
    }
    if (from != CHARSET_LATIN1)
        sb_putstr(ret, s);
    if (!ret->failed && (!utf8_is_valid(sb_cstr(ret), ret->n) || (ret->n && memchr(ret->p, 0, ret->n))))
        return ROW_FAIL(t, ERR_CHARACTER_NOT_IN_REPERTOIRE, "invalid byte sequence for encoding \"UTF8\"");
    return 1;
}

static int encode_text(RowRun *t, Str s, Charset to)
{
    uint32_t c;
    for (size_t i = 0; i < s.n && to == CHARSET_LATIN1;) {
        i += (size_t)MAX(utf8_decode(s.p + i, s.n - i, &c), 1);
        if (c > 0xff)
            return ROW_FAIL(t, ERR_UNTRANSLATABLE, "a character has no equivalent in encoding \"LATIN1\"");
        sb_putc(&t->out, (char)c);
    }
    if (to != CHARSET_LATIN1)
        sb_putstr(&t->out, s);
    return 1;
}

static int convert_from_row(RowRun *t)
{
    Charset from = charset_of(row_text(t, 1));
    return from ? decode_text(t, row_text(t, 0), from, &t->out) : bad_charset(t, row_text(t, 1), "source");
}
static int convert_to_row(RowRun *t)
{
    Charset to = charset_of(row_text(t, 1));
    return to ? encode_text(t, row_text(t, 0), to) : bad_charset(t, row_text(t, 1), "destination");
}
static int convert_row(RowRun *t)
{
    Charset from = charset_of(row_text(t, 1)), to = charset_of(row_text(t, 2));
    _cleanup_(sb_done) StrBuf text;
    sb_init(&text, t->arena.acct);
    if (!from)
        return bad_charset(t, row_text(t, 1), "source");
    if (!to)
        return bad_charset(t, row_text(t, 2), "destination");
    int rc = decode_text(t, row_text(t, 0), from, &text);
    return rc > 0 ? encode_text(t, (Str){sb_cstr(&text), text.n}, to) : rc;
}
ROW_KERNEL(convert_from, convert_from_row)
ROW_KERNEL(convert_to, convert_to_row)
ROW_KERNEL(convert, convert_row)

static int length_row(RowRun *t)
{
    Str s = row_text(t, 0);
    Charset charset = charset_of(row_text(t, 1));
    if (!charset)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "invalid encoding name \"%.*s\"", (int)MIN(row_text(t, 1).n, (size_t)64),
                        row_text(t, 1).p);
    if (charset == CHARSET_UTF8 && !utf8_is_valid(s.p, s.n))
        return ROW_FAIL(t, ERR_CHARACTER_NOT_IN_REPERTOIRE, "invalid byte sequence for encoding \"UTF8\"");
    t->num = (int64_t)(charset == CHARSET_UTF8 ? utf8_length(s.p, s.n) : s.n);
    return 1;
}
ROW_KERNEL(length_in, length_row)

/* ---- checksums ---- */

/* CRC-32 of IEEE 802.3, bit by bit over a table of 16. */
static int crc32_row(RowRun *t)
{
    static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                       0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                       0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    Str s = row_text(t, 0);
    uint32_t crc = ~0u;
    for (size_t i = 0; i < s.n; i++) {
        crc = table[(crc ^ (uint8_t)s.p[i]) & 15] ^ crc >> 4;
        crc = table[(crc ^ (uint8_t)s.p[i] >> 4) & 15] ^ crc >> 4;
    }
    t->num = (int64_t)~crc & 0xffffffff;
    return 1;
}
ROW_KERNEL(crc32, crc32_row)

#define XX1 UINT64_C(0x9e3779b185ebca87)
#define XX2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define XX3 UINT64_C(0x165667b19e3779f9)
#define XX4 UINT64_C(0x85ebca77c2b2ae63)
#define XX5 UINT64_C(0x27d4eb2f165667c5)

static uint64_t rotate(uint64_t v, unsigned n)
{
    return v << n | v >> (64 - n);
}
static uint64_t load64(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}
static uint64_t xx_round(uint64_t acc, uint64_t lane)
{
    return rotate(acc + lane * XX2, 31) * XX1;
}

/* XXH64, as its specification gives it. */
static uint64_t xxh64(Str s, uint64_t seed)
{
    const char *p = s.p, *end = s.p + s.n;
    uint64_t h = seed + XX5;
    if (s.n >= 32) {
        uint64_t v[4] = {seed + XX1 + XX2, seed + XX2, seed, seed - XX1};
        for (; end - p >= 32; p += 32)
            for (unsigned k = 0; k < 4; k++)
                v[k] = xx_round(v[k], load64(p + 8 * k));
        h = rotate(v[0], 1) + rotate(v[1], 7) + rotate(v[2], 12) + rotate(v[3], 18);
        for (unsigned k = 0; k < 4; k++)
            h = (h ^ xx_round(0, v[k])) * XX1 + XX4;
    }
    h += s.n;
    for (; end - p >= 8; p += 8)
        h = rotate(h ^ xx_round(0, load64(p)), 27) * XX1 + XX4;
    if (end - p >= 4) {
        uint32_t lane;
        memcpy(&lane, p, sizeof(lane));
        h = rotate(h ^ lane * XX1, 23) * XX2 + XX3;
        p += 4;
    }
    for (; p < end; p++)
        h = rotate(h ^ (uint8_t)*p * XX5, 11) * XX1;
    h = (h ^ h >> 33) * XX2;
    h = (h ^ h >> 29) * XX3;
    return h ^ h >> 32;
}

static int xxhash64_row(RowRun *t)
{
    t->num = (int64_t)xxh64(row_text(t, 0), t->n_args > 1 ? (uint64_t)row_value(t, 1).i64 : 0);
    return 1;
}
ROW_KERNEL(xxhash64, xxhash64_row)

#define TRIM(n, k, h) FN2(n, T_BYTEA, T_BYTEA, T_BYTEA, k, FN_PURE, h, n "('\\x1234'::bytea, '\\x12'::bytea)")
#define SUM_OF(n, k, h, e) FN1(n, T_TEXT, T_I64, k, FN_PURE, h, e), FN1(n, T_BYTEA, T_I64, k, FN_PURE, h, e)
const FuncDef fn_bytes_edit[] = {
    FN2("get_bit", T_BYTEA, T_I64, T_I32, get_bit, FN_FAIL, "bit at an index from 0", "get_bit('\\x1234567890'::bytea, 30) -> 1"),
    FN3("set_bit", T_BYTEA, T_I64, T_I32, T_BYTEA, set_bit, FN_FAIL, "with a bit changed",
        "set_bit('\\x1234567890'::bytea, 30, 0) -> \\x1234563890"),
    FN3("set_byte", T_BYTEA, T_I32, T_I32, T_BYTEA, set_byte, FN_FAIL, "with a byte changed",
        "set_byte('\\x1234567890'::bytea, 4, 64) -> \\x1234567840"),
    FN1("bit_count", T_BYTEA, T_I64, bit_count, FN_PURE, "number of bits that are set", "bit_count('\\x1234567890'::bytea) -> 15"),
    TRIM("btrim", btrim, "bytes of the second removed at both ends"),
    TRIM("ltrim", ltrim, "bytes of the second removed at the start"),
    TRIM("rtrim", rtrim, "bytes of the second removed at the end"),
    TRIM("trim", btrim, "bytes of the second removed at both ends"),
    FN2("strpos", T_BYTEA, T_BYTEA, T_I32, position, FN_PURE, "position of the second in the first",
        "position('\\x5678'::bytea in '\\x1234567890'::bytea) -> 3"),
    FN3("overlay", T_BYTEA, T_BYTEA, T_I32, T_BYTEA, bytes_overlay, FN_FAIL, "bytes from a position replaced",
        "overlay('\\x1234'::bytea placing '\\xff'::bytea from 2) -> \\x12ff"),
    FN4("overlay", T_BYTEA, T_BYTEA, T_I32, T_I32, T_BYTEA, bytes_overlay, FN_FAIL, "n bytes from a position replaced",
        "overlay('\\x123456'::bytea placing '\\xff'::bytea from 2 for 2) -> \\x12ff"),
    FN2("convert_from", T_BYTEA, T_TEXT, T_TEXT, convert_from, FN_FAIL, "text in the bytes of an encoding (UTF8, LATIN1)",
        "convert_from('\\xe9'::bytea, 'LATIN1') -> 'é'"),
    FN2("convert_to", T_TEXT, T_TEXT, T_BYTEA, convert_to, FN_FAIL, "bytes of the text in an encoding",
        "convert_to('é', 'UTF8') -> \\xc3a9"),
    FN3("convert", T_BYTEA, T_TEXT, T_TEXT, T_BYTEA, convert, FN_FAIL, "bytes of one encoding in another",
        "convert('\\x74'::bytea, 'UTF8', 'LATIN1') -> \\x74"),
    FN2("length", T_BYTEA, T_TEXT, T_I32, length_in, FN_FAIL, "number of characters in an encoding",
        "length('\\xc3a9'::bytea, 'UTF8') -> 1"),
    SUM_OF("crc32", crc32, "CRC-32 of the bytes", "crc32('abc') -> 891568578"),
    SUM_OF("xxhash64", xxhash64, "XXH64 of the bytes, seed 0", "xxhash64('abc') -> 4952883123889572249"),
    FN2("xxhash64", T_TEXT, T_I64, T_I64, xxhash64, FN_PURE, "XXH64 of the bytes with a seed", "xxhash64('abc', 7)"),
    {0},
};
