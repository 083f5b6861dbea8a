/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions on byte strings: digests, and the encodings hex, base64 and escape both ways, with PostgreSQL's errors.  Base64 text
 * has lines of 76 characters, as PostgreSQL and MIME write it. */
#include "func/digest.h"
#include "func/text_impl.h"

static const char hex_digits[] = "0123456789abcdef";

static void put_hex(Str s, char *out)
{
    for (size_t i = 0; i < s.n; i++) {
        out[2 * i] = hex_digits[(uint8_t)s.p[i] >> 4];
        out[2 * i + 1] = hex_digits[(uint8_t)s.p[i] & 15];
    }
}

static int digest_rows(EvalCtx *x, const Vec *v, Vec *dst, Rows rows, DigestKind kind)
{
    StrWriter w;
    uint8_t bytes[DIGEST_BYTES_MAX];
    char hex[2 * DIGEST_BYTES_MAX];
    size_t n = digest_bytes(kind);
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        digest_of(kind, text_at(v, r), bytes);
        if (dst->type.id == T_BYTEA) {
            TRY(strwriter_put(&w, r, (const char *)bytes, n));
        } else {
            put_hex((Str){(const char *)bytes, n}, hex);
            TRY(strwriter_put(&w, r, hex, 2 * n));
        }
    }
    return strwriter_finish(&w);
}

#define DIGEST(name, kind)                                                                                                         \
    static int name(KERNEL_ARGS)                                                                                                   \
    {                                                                                                                              \
        KERNEL_UNUSED;                                                                                                             \
        return digest_rows(x, arg[0], dst, rows, kind);                                                                            \
    }
DIGEST(md5, DIGEST_MD5)
DIGEST(sha1, DIGEST_SHA1)
DIGEST(sha224, DIGEST_SHA224)
DIGEST(sha256, DIGEST_SHA256)
DIGEST(sha384, DIGEST_SHA384)
DIGEST(sha512, DIGEST_SHA512)

typedef enum Encoding { ENCODING_HEX, ENCODING_BASE64, ENCODING_ESCAPE, ENCODING_UNKNOWN } Encoding;

static Encoding encoding_of(EvalCtx *x, uint32_t row, Str name)
{
    static const char *const names[] = {"hex", "base64", "escape"};
    for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq_nocase(name, str_of(names[i])))
            return (Encoding)i;
    }
    row_error(x, row, ERR_INVALID_PARAMETER, "unrecognized encoding: \"%.*s\"", (int)MIN(name.n, 64), name.p);
    return ENCODING_UNKNOWN;
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
#define BASE64_LINE 76

static size_t put_base64(Str s, char *out)
{
    size_t n = 0, line = 0;
    for (size_t i = 0; i < s.n; i += 3) {
        size_t have = MIN(s.n - i, 3);
        uint32_t v = (uint32_t)(uint8_t)s.p[i] << 16;
        v |= have > 1 ? (uint32_t)(uint8_t)s.p[i + 1] << 8 : 0;
        v |= have > 2 ? (uint8_t)s.p[i + 2] : 0;
        for (size_t k = 0; k < 4; k++)
            out[n++] = k <= have ? base64_digits[v >> (18 - 6 * k) & 63] : '=';
        line += 4;
        if (line >= BASE64_LINE && have == 3) { /* also after a full last line */
            out[n++] = '\n';
            line = 0;
        }
    }
    return n;
}

static size_t put_escape(Str s, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c == 0 || c >= 0x80) {
            out[n++] = '\\';
            out[n++] = (char)('0' + (c >> 6));
            out[n++] = (char)('0' + (c >> 3 & 7));
            out[n++] = (char)('0' + (c & 7));
        } else {
            out[n++] = (char)c;
            if (c == '\\')
                out[n++] = '\\';
        }
    }
    return n;
}

static int encode(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r);
        char *out = strwriter_reserve(&w, s.n * 4 + 4);
        size_t n = 0;
        if (!out)
            return -ERR_OUT_OF_MEMORY;
        switch (encoding_of(x, r, text_at(arg[1], r))) {
        case ENCODING_HEX:
            put_hex(s, out);
            n = 2 * s.n;
            break;
        case ENCODING_BASE64: n = put_base64(s, out); break;
        case ENCODING_ESCAPE: n = put_escape(s, out); break;
        case ENCODING_UNKNOWN: break;
        }
        TRY(strwriter_commit(&w, r, n));
    }
    return strwriter_finish(&w);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static int digit_in(const char *digits, char c)
{
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static int hex_digit(char c)
{
    return digit_in(hex_digits, c >= 'A' && c <= 'F' ? (char)(c + 'a' - 'A') : c);
}

/* The decoders write bytes; false: the row is in error. */
static bool take_hex(EvalCtx *x, uint32_t row, Str s, char *out, size_t *ret_n)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (is_blank(s.p[i]))
            continue;
        int high = hex_digit(s.p[i]), low;
        if (high >= 0 && i + 1 == s.n) {
            row_error(x, row, ERR_INVALID_PARAMETER, "invalid hexadecimal data: odd number of digits");
            return false;
        }
        low = high >= 0 ? hex_digit(s.p[++i]) : -1;
        if (low < 0) {
            uint32_t cp;
            int len = MAX(utf8_decode(s.p + i, s.n - i, &cp), 1);
            row_error(x, row, ERR_INVALID_PARAMETER, "invalid hexadecimal digit: \"%.*s\"", len, s.p + i);
            return false;
        }
        out[n++] = (char)(high << 4 | low);
    }
    *ret_n = n;
    return true;
}

static bool take_base64(EvalCtx *x, uint32_t row, Str s, char *out, size_t *ret_n)
{
    uint32_t v = 0;
    unsigned have = 0, ends = 0;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        int digit = digit_in(base64_digits, c);
        if (is_blank(c))
            continue;
        if (c == '=' && have < 2 + ends) {
            row_error(x, row, ERR_INVALID_PARAMETER, "unexpected \"=\" while decoding base64 sequence");
            return false;
        }
        if (c != '=' && (digit < 0 || ends)) {
            uint32_t cp;
            int len = MAX(utf8_decode(s.p + i, s.n - i, &cp), 1);
            row_error(x, row, ERR_INVALID_PARAMETER, "invalid symbol \"%.*s\" found while decoding base64 sequence", len, s.p + i);
            return false;
        }
        ends += c == '=';
        v = v << 6 | (uint32_t)MAX(digit, 0);
        if (++have == 4) {
            for (unsigned k = 0; k < 3 - ends; k++)
                out[n++] = (char)(v >> (16 - 8 * k));
            v = have = ends = 0;
        }
    }
    if (have) {
        row_error(x, row, ERR_INVALID_PARAMETER, "invalid base64 end sequence");
        return false;
    }
    *ret_n = n;
    return true;
}

static bool is_octal(char c, char top)
{
    return c >= '0' && c <= top;
}

static bool take_escape(EvalCtx *x, uint32_t row, Str s, char *out, size_t *ret_n)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        size_t left = s.n - i;
        if (s.p[i] != '\\') {
            out[n++] = s.p[i];
        } else if (left > 3 && is_octal(s.p[i + 1], '3') && is_octal(s.p[i + 2], '7') && is_octal(s.p[i + 3], '7')) {
            out[n++] = (char)((s.p[i + 1] - '0') << 6 | (s.p[i + 2] - '0') << 3 | (s.p[i + 3] - '0'));
            i += 3;
        } else if (left > 1 && s.p[i + 1] == '\\') {
            out[n++] = '\\';
            i++;
        } else {
            row_error(x, row, ERR_INVALID_TEXT, "invalid input syntax for type bytea");
            return false;
        }
    }
    *ret_n = n;
    return true;
}

static int decode(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r);
        char *out = strwriter_reserve(&w, s.n + 4);
        size_t n = 0;
        if (!out)
            return -ERR_OUT_OF_MEMORY;
        switch (encoding_of(x, r, text_at(arg[1], r))) {
        case ENCODING_HEX: take_hex(x, r, s, out, &n); break;
        case ENCODING_BASE64: take_base64(x, r, s, out, &n); break;
        case ENCODING_ESCAPE: take_escape(x, r, s, out, &n); break;
        case ENCODING_UNKNOWN: break;
        }
        TRY(strwriter_commit(&w, r, n));
    }
    return strwriter_finish(&w);
}

/* Bytes from a position, counted from 1, with a length where one is given. */
int bytes_substring(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        size_t n = text_at(arg[0], r).n;
        int64_t from = ((const int32_t *)arg[1]->data)[r & vec_mask(arg[1])], end = INT64_MAX;
        if (n_args > 2) {
            int32_t want = ((const int32_t *)arg[2]->data)[r & vec_mask(arg[2])];
            if (want < 0)
                row_error(x, r, ERR_SUBSTRING, "negative substring length not allowed");
            end = from + MAX(want, 0);
        }
        int64_t start = MIN(MAX(from, 1) - 1, (int64_t)n), stop = MIN(MAX(end, 1) - 1, (int64_t)n);
        slice_put(dst, r, arg[0], (size_t)start, (size_t)(stop > start ? stop - start : 0));
    }
    slices_finish(dst, arg[0]);
    return 0;
}

static int bit_length(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    ((int32_t *)dst->data)[r] = (int32_t)(text_at(arg[0], r).n * 8);
    return 0;
}

static int get_byte(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r);
        int32_t i = ((const int32_t *)arg[1]->data)[r & vec_mask(arg[1])];
        bool inside = i >= 0 && (size_t)i < s.n;
        if (!inside)
            row_error(x, r, ERR_SUBSCRIPT, "index %d out of valid range, 0..%lld", i, (long long)s.n - 1);
        ((int32_t *)dst->data)[r] = inside ? (uint8_t)s.p[i] : 0;
    }
    return 0;
}

#define SHA(name, bits) FN1(#name, T_BYTEA, T_BYTEA, name, FN_PURE, "SHA-" bits " digest", #name "('abc'::bytea)")
#define SUBSTRING(name)                                                                                                            \
    FN2(name, T_BYTEA, T_I32, T_BYTEA, bytes_substring, FN_PURE | FN_CHEAP, "bytes from a position",                               \
        name "('\\x123456'::bytea, 2) -> \\x3456"),                                                                                \
        FN3(name, T_BYTEA, T_I32, T_I32, T_BYTEA, bytes_substring, FN_FAIL | FN_CHEAP, "bytes from a position with a length",      \
            name "('\\x123456'::bytea, 2, 1) -> \\x34")

const FuncDef fn_bytes[] = {
    FN1("md5", T_TEXT, T_TEXT, md5, FN_PURE, "MD5 digest in hexadecimal", "md5('abc') -> '900150983cd24fb0d6963f7d28e17f72'"),
    FN1("md5", T_BYTEA, T_TEXT, md5, FN_PURE, "MD5 digest in hexadecimal", "md5('abc'::bytea)"),
    SHA(sha1, "1"),
    SHA(sha224, "224"),
    SHA(sha256, "256"),
    SHA(sha384, "384"),
    SHA(sha512, "512"),
    FN2("encode", T_BYTEA, T_TEXT, T_TEXT, encode, FN_FAIL, "bytes as text: hex, base64 or escape",
        "encode('abc', 'hex') -> '616263'"),
    FN2("decode", T_TEXT, T_TEXT, T_BYTEA, decode, FN_FAIL, "text as bytes: hex, base64 or escape",
        "decode('616263', 'hex') -> \\x616263"),
    SUBSTRING("substring"),
    SUBSTRING("substr"),
    FN1("bit_length", T_BYTEA, T_I32, bit_length, FN_PURE | FN_CHEAP, "number of bits", "bit_length('\\x1234'::bytea) -> 16"),
    FN2("get_byte", T_BYTEA, T_I32, T_I32, get_byte, FN_FAIL | FN_CHEAP, "byte at an index from 0",
        "get_byte('\\x1234'::bytea, 1) -> 52"),
    {0},
};
