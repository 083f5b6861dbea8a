/* SPDX-License-Identifier: Apache-2.0
 *
 * Sort keys.  One column is a marker byte (0 = NULL first, 1 = a value, 2 = NULL last) and, for a value, its bytes; the bytes of a
 * descending column are inverted.
 *   integers, dates, times   big endian, sign bit flipped
 *   floats                   IEEE bits big endian, negative ones inverted, others with the sign bit set; -0 as 0, NaN as the
 * largest DECIMAL                  128 bits as integers (keys compare within one scale) INTERVAL                 length in ns
 * (month = 30 days, day = 24 h) as 128 bits, then months and days so that it reads back exactly texts                    the bytes
 * with 0 written as 0 255, ended by 0 0, so that a prefix sorts first and columns cannot run together No key is a prefix of another
 * key of the same columns.  ARRAY and STRUCT have no order; a key of them marks the buffer as failed. */
#include "data/sortkey.h"

#include "data/json.h"

#define MARK_NULL_FIRST 0
#define MARK_VALUE SORTKEY_VALUE
#define MARK_NULL_LAST 2
#define NS_PER_DAY (US_PER_DAY * 1000)

static void put_bytes(StrBuf *b, uint8_t *p, size_t n, bool desc)
{
    for (size_t i = 0; desc && i < n; i++)
        p[i] = (uint8_t)~p[i];
    sb_put(b, p, n);
}

static void big_endian(uint8_t *p, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

static void put_signed(StrBuf *b, int64_t v, size_t n, bool desc)
{
    uint8_t p[8];
    big_endian(p, (uint64_t)v, n);
    p[0] ^= 0x80;
    put_bytes(b, p, n, desc);
}

static void put_i128(StrBuf *b, i128 v, bool desc)
{
    uint8_t p[16];
    big_endian(p, (uint64_t)((u128)v >> 64), 8);
    big_endian(p + 8, (uint64_t)v, 8);
    p[0] ^= 0x80;
    put_bytes(b, p, 16, desc);
}

/* bits: of a float or double in the low n bytes */
static void put_float(StrBuf *b, uint64_t bits, size_t n, bool desc)
{
    uint64_t sign = UINT64_C(1) << (8 * n - 1);
    uint8_t p[8];
    big_endian(p, bits & sign ? ~bits : bits | sign, n);
    put_bytes(b, p, n, desc);
}

static void put_f64(StrBuf *b, double v, bool desc)
{
    uint64_t bits = UINT64_C(0x7ff8000000000000);
    v = v == 0 ? 0 : v;
    if (v == v)
        memcpy(&bits, &v, sizeof(bits));
    put_float(b, bits, 8, desc);
}

static void put_f32(StrBuf *b, float v, bool desc)
{
    uint32_t bits = 0x7fc00000u;
    v = v == 0 ? 0 : v;
    if (v == v)
        memcpy(&bits, &v, sizeof(bits));
    put_float(b, bits, 4, desc);
}

static i128 interval_ns(const Interval *v)
{
    return ((i128)v->months * 30 + v->days) * NS_PER_DAY + v->ns;
}

static void put_interval(StrBuf *b, const Interval *v, const SortSpec *s)
{
    put_i128(b, interval_ns(v), s->desc);
    if (s->by_value)
        return;
    put_signed(b, v->months, 4, s->desc);
    put_signed(b, v->days, 4, s->desc);
}

static void put_text(StrBuf *b, Str s, bool desc)
{
    uint8_t flip = desc ? 0xff : 0;
    if (!sb_reserve(b, s.n + 2))
        return;
    while (s.n) {
        const char *zero = memchr(s.p, 0, s.n);
        size_t n = zero ? (size_t)(zero - s.p) : s.n;
        size_t at = b->n;
        sb_put(b, s.p, n);
        for (size_t i = at; desc && !b->failed && i < b->n; i++)
            b->p[i] = (char)~b->p[i];
        if (zero) {
            sb_put(b, (uint8_t[2]){flip, (uint8_t)~flip}, 2);
            n++;
        }
        s = (Str){s.p + n, s.n - n};
    }
    sb_put(b, (uint8_t[2]){flip, flip}, 2);
}

/* Bytes in the order of the values, then the text that is given back. */
static void put_jsonb(StrBuf *b, Str v, const SortSpec *s)
{
    _cleanup_(sb_done) StrBuf order;
    sb_init(&order, b->acct);
    jsonb_order_key(v, &order);
    b->failed |= order.failed;
    put_text(b, sb_str(&order), s->desc);
    if (!s->by_value)
        put_text(b, v, s->desc);
}

void sortkey_put(StrBuf *b, const SortSpec *s, const Value *v)
{
    if (v->is_null) {
        sb_putc(b, s->nulls_first ? MARK_NULL_FIRST : MARK_NULL_LAST);
        return;
    }
    sb_putc(b, MARK_VALUE);
    switch ((TypeId)s->type.id) {
    case T_BOOL: put_bytes(b, (uint8_t[1]){v->b}, 1, s->desc); break;
    case T_I16: put_signed(b, v->i16, 2, s->desc); break;
    case T_I32:
    case T_ENUM:
    case T_DATE: put_signed(b, v->i32, 4, s->desc); break;
    case T_I64:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: put_signed(b, v->i64, 8, s->desc); break;
    case T_F32: put_f32(b, v->f32, s->desc); break;
    case T_F64: put_f64(b, v->f64, s->desc); break;
    case T_DECIMAL: put_i128(b, v->dec, s->desc); break;
    case T_INTERVAL: put_interval(b, &v->iv, s); break;
    case T_UUID: {
        Uuid u = v->uuid;
        put_bytes(b, u.b, sizeof(u.b), s->desc);
        break;
    }
    case T_UNKNOWN:
    case T_TEXT:
    case T_BYTEA:
    case T_BITS:
    case T_RANGES:
    case T_MULTIRANGES:
    case T_NETWORKS:
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP:
    case T_JSON: put_text(b, v->str, s->desc); break;
    case T_JSONB: put_jsonb(b, v->str, s); break;
    case N_TYPES: b->failed = true; break;
    }
}

/* Columns of eight bytes, which most are, and sums go without a Value in between. */
static inline bool is_wide_int(const SortSpec *s)
{
    TypeId t = s->type.id;
    return t == T_I64 || t == T_TIME || t == T_TIMETZ || t == T_TS || t == T_TSTZ || t == T_TSNS;
}

bool sortkey_is_wide(const SortSpec *s)
{
    return is_wide_int(s);
}

bool sortkey_get_wide(const SortSpec *s, Str key, size_t *at, int64_t *ret)
{
    if (!is_wide_int(s) || *at + SORTKEY_WIDE_BYTES > key.n || key.p[*at] != MARK_VALUE)
        return false;
    *ret = sortkey_wide_value(s, key.p + *at);
    *at += SORTKEY_WIDE_BYTES;
    return true;
}

size_t sortkey_fixed_bytes(const SortSpec *s)
{
    return is_wide_int(s) ? SORTKEY_WIDE_BYTES : s->type.id == T_DECIMAL ? SORTKEY_FIXED_MAX : 0;
}

void sortkey_write_fixed(char *to, const SortSpec *s, const Vec *v, uint32_t row)
{
    const void *data = vec_values(v)->data;
    uint32_t at = vec_phys(v, row);
    to[0] = MARK_VALUE;
    if (is_wide_int(s)) {
        uint64_t be = __builtin_bswap64(sortkey_wide_bits(s, (uint64_t)((const int64_t *)data)[at]));
        memcpy(to + 1, &be, sizeof(be));
        return;
    }
    u128 x = (u128)((const i128 *)data)[at];
    uint64_t high = __builtin_bswap64(sortkey_wide_bits(s, (uint64_t)(x >> 64)));
    uint64_t low = __builtin_bswap64((uint64_t)x ^ (s->desc ? UINT64_MAX : 0));
    memcpy(to + 1, &high, sizeof(high));
    memcpy(to + 9, &low, sizeof(low));
}

void sortkey_read_fixed(const char *key, const SortSpec *s, void *to)
{
    uint64_t be[2];
    if (is_wide_int(s)) {
        int64_t v = sortkey_wide_value(s, key);
        memcpy(to, &v, sizeof(v));
        return;
    }
    memcpy(be, key + 1, sizeof(be));
    uint64_t high = sortkey_wide_bits(s, __builtin_bswap64(be[0]));
    u128 x = (u128)high << 64 | (__builtin_bswap64(be[1]) ^ (s->desc ? UINT64_MAX : 0));
    memcpy(to, &x, sizeof(x));
}

void sortkey_put_row(StrBuf *b, const SortSpec *s, const Vec *v, uint32_t row)
{
    size_t n = sortkey_fixed_bytes(s);
    if (n && !vec_is_null(v, row)) {
        char p[SORTKEY_FIXED_MAX];
        sortkey_write_fixed(p, s, v, row);
        sb_put(b, p, n);
        return;
    }
    Value val = vec_get(v, row);
    sortkey_put(b, s, &val);
}

char *sortkey_write_wide(char *to, const SortSpec *s, const Vec *v, uint32_t n_cols, uint32_t row)
{
    for (uint32_t c = 0; c < n_cols; c++, to += sizeof(uint64_t)) {
        uint64_t be =
            __builtin_bswap64(sortkey_wide_bits(&s[c], ((const uint64_t *)vec_values(&v[c])->data)[vec_phys(&v[c], row)]));
        *to++ = MARK_VALUE;
        memcpy(to, &be, sizeof(be));
    }
    return to;
}

#define TO_ROWS 64u /* of which mostly none is left */

/* Of columns that are FLAT; b: of the second one, NULL = there is none; flip: what their bits are combined with. */
static inline __attribute__((always_inline)) void heads_loop(const uint64_t *a, const uint64_t *b, const uint64_t flip[2],
                                                             Rows rows, uint64_t (*ret)[2])
{
    uint64_t mark = (uint64_t)MARK_VALUE << 56;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint64_t bits = a[row_at(rows, i)] ^ flip[0];
        ret[i][0] = mark | bits >> 8;
        ret[i][1] = bits << 56;
    }
    for (uint32_t i = 0; b && i < rows.n; i++)
        ret[i][1] |= mark >> 8 | (b[row_at(rows, i)] ^ flip[1]) >> 16;
}

bool sortkey_heads(const SortSpec *s, const Vec *v, uint32_t n_cols, Rows rows, uint64_t (*ret)[2])
{
    if (n_cols == 0 || n_cols > 2)
        return false;
    for (uint32_t c = 0; c < n_cols; c++)
        if (!is_wide_int(&s[c]) || v[c].valid)
            return false;
    if (v[0].kind == VEC_FLAT && v[n_cols - 1].kind == VEC_FLAT) {
        const uint64_t *a = v[0].data, *b = n_cols == 2 ? v[1].data : NULL;
        uint64_t flip[2] = {sortkey_wide_bits(&s[0], 0), sortkey_wide_bits(&s[n_cols - 1], 0)};
        if (rows.sel)
            heads_loop(a, b, flip, rows, ret);
        else
            heads_loop(a, b, flip, (Rows){rows.n, NULL}, ret);
        return true;
    }
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        uint64_t bits = sortkey_wide_bits(&s[0], ((const uint64_t *)vec_values(&v[0])->data)[vec_phys(&v[0], r)]);
        ret[i][0] = (uint64_t)MARK_VALUE << 56 | bits >> 8;
        ret[i][1] = bits << 56;
        if (n_cols < 2)
            continue;
        bits = sortkey_wide_bits(&s[1], ((const uint64_t *)vec_values(&v[1])->data)[vec_phys(&v[1], r)]);
        ret[i][1] |= (uint64_t)MARK_VALUE << 48 | bits >> 16;
    }
    return true;
}

typedef struct Head {
    uint64_t high, low;
} Head;

/* The 16 bytes p begins a key with, its marker among them. */
static inline Head head_of(const uint8_t p[16])
{
    uint64_t word[2];
    memcpy(word, p, sizeof(word));
    return (Head){__builtin_bswap64(word[0]), __builtin_bswap64(word[1])};
}

/* A zero in a text is written as two bytes: of such a text nothing is said but that it is one. */
static inline Head text_head(Str s, bool desc)
{
    uint8_t p[16] = {MARK_VALUE};
    size_t n = MIN(s.n, sizeof(p) - 1);
    if (n == 0 || memchr(s.p, 0, n))
        return head_of(p);
    memcpy(p + 1, s.p, n);
    for (size_t i = 1; desc && i <= n; i++)
        p[i] = (uint8_t)~p[i];
    return head_of(p);
}

static inline Head value_head(const SortSpec *s, const Vec *values, uint32_t at)
{
    const void *data = values->data;
    uint64_t flip = s->desc ? UINT64_MAX : 0, sign = UINT64_C(1) << 63, bits = 0;
    switch ((TypeId)s->type.id) {
    case T_TEXT: return text_head(vec_str(values, at), s->desc);
    case T_I32:
    case T_DATE: bits = ((uint64_t)((const uint32_t *)data)[at] << 32 ^ flip ^ sign) & ~(uint64_t)UINT32_MAX; break;
    case T_F64: {
        double v = ((const double *)data)[at];
        if (v != 0 && v == v)
            memcpy(&bits, &v, sizeof(bits));
        bits = v == v ? bits : UINT64_C(0x7ff8000000000000);
        bits = (bits & sign ? ~bits : bits | sign) ^ flip;
        break;
    }
    case T_DECIMAL: {
        u128 v = (u128)((const i128 *)data)[at];
        bits = (uint64_t)(v >> 64) ^ sign ^ flip;
        return (Head){(uint64_t)MARK_VALUE << 56 | bits >> 8, bits << 56 | ((uint64_t)v ^ flip) >> 8};
    }
    default: bits = ((const uint64_t *)data)[at] ^ sign ^ flip; break;
    }
    return (Head){(uint64_t)MARK_VALUE << 56 | bits >> 8, bits << 56};
}

bool sortkey_least_heads(const SortSpec *s, const Vec *v, Rows rows, uint64_t (*ret)[2])
{
    TypeId t = (TypeId)s->type.id;
    if (!is_wide_int(s) && t != T_TEXT && t != T_I32 && t != T_DATE && t != T_F64 && t != T_DECIMAL)
        return false;
    const Vec *values = vec_values(v);
    uint64_t null = (uint64_t)(s->nulls_first ? MARK_NULL_FIRST : MARK_NULL_LAST) << 56;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        Head h = vec_is_null(v, r) ? (Head){null, 0} : value_head(s, values, vec_phys(v, r));
        ret[i][0] = h.high;
        ret[i][1] = h.low;
    }
    return true;
}

/* Whether one of n values with their bits flipped is at most `most`. */
VECTOR_CLONES static bool has_to(const int64_t *restrict v, uint32_t n, int64_t flip, int64_t most)
{
    int64_t any = 0;
    for (uint32_t i = 0; i < n; i++)
        any |= (v[i] ^ flip) <= most;
    return any != 0;
}

bool sortkey_to(const SortSpec *s, const Vec *v, Rows rows, uint64_t head, uint16_t *ret, uint32_t *ret_n)
{
    uint32_t n = 0;
    if (!is_wide_int(s) || v->kind != VEC_FLAT || v->valid || head >> 56 != MARK_VALUE)
        return false;
    int64_t flip = s->desc ? -1 : 0, most = (int64_t)sortkey_wide_bits(s, head << 8 | 0xff) ^ flip;
    const int64_t *data = v->data;
    for (uint32_t from = 0, to; from < rows.n; from = to) {
        to = MIN(from + TO_ROWS, rows.n);
        if (!rows.sel && !has_to(data + from, to - from, flip, most))
            continue;
        for (uint32_t i = from; i < to; i++) {
            ret[n] = (uint16_t)i;
            n += (data[row_at(rows, i)] ^ flip) <= most;
        }
    }
    *ret_n = n;
    return true;
}

/* The least of n values with their bits flipped. */
VECTOR_CLONES static int64_t least_of(const int64_t *restrict v, uint32_t n, int64_t flip)
{
    int64_t least = INT64_MAX;
    for (uint32_t i = 0; i < n; i++)
        least = (v[i] ^ flip) < least ? v[i] ^ flip : least;
    return least;
}

/* The k-th by a short sorted list of the best ones, which few rows change once it is full. */
static int64_t kth_of(const int64_t *v, Rows rows, int64_t flip, uint32_t k)
{
    int64_t best[SORTKEY_KTH_MAX];
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        int64_t x = v[row_at(rows, i)] ^ flip;
        if (n == k && x >= best[k - 1])
            continue;
        uint32_t at = n < k ? n++ : k - 1;
        for (; at > 0 && best[at - 1] > x; at--)
            best[at] = best[at - 1];
        best[at] = x;
    }
    return best[k - 1];
}

bool sortkey_kth(const SortSpec *s, const Vec *v, Rows rows, uint32_t k, uint64_t *ret_head)
{
    if (!is_wide_int(s) || v->kind != VEC_FLAT || v->valid || rows.n < k)
        return false;
    int64_t flip = s->desc ? -1 : 0;
    int64_t x = k == 1 && !rows.sel ? least_of(v->data, rows.n, flip) : kth_of(v->data, rows, flip, k);
    *ret_head = (uint64_t)MARK_VALUE << 56 | sortkey_wide_bits(s, (uint64_t)(x ^ flip)) >> 8;
    return true;
}

typedef struct KeyReader {
    const uint8_t *p;
    size_t n, at;
    uint8_t flip; /* 0xff for a descending column */
    bool bad;
} KeyReader;

static uint8_t get_byte(KeyReader *r)
{
    if (r->at >= r->n) {
        r->bad = true;
        return 0;
    }
    return r->p[r->at++] ^ r->flip;
}

static uint64_t get_unsigned(KeyReader *r, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | get_byte(r);
    return v;
}

static int64_t get_signed(KeyReader *r, size_t n)
{
    uint64_t sign = UINT64_C(1) << (8 * n - 1);
    return (int64_t)((get_unsigned(r, n) ^ sign) << (64 - 8 * n)) >> (64 - 8 * n);
}

static i128 get_i128(KeyReader *r)
{
    int64_t high = get_signed(r, 8);
    return (i128)((u128)(uint64_t)high << 64 | get_unsigned(r, 8));
}

static uint64_t get_float(KeyReader *r, size_t n)
{
    uint64_t sign = UINT64_C(1) << (8 * n - 1), v = get_unsigned(r, n);
    v = v & sign ? v ^ sign : ~v;
    return n == 8 ? v : v & 0xffffffffu;
}

static void get_interval(KeyReader *r, bool by_value, Interval *ret)
{
    i128 total = get_i128(r);
    *ret = (Interval){0};
    if (by_value)
        return;
    ret->months = (int32_t)get_signed(r, 4);
    ret->days = (int32_t)get_signed(r, 4);
    ret->ns = 0;
    i128 ns = total - interval_ns(ret);
    r->bad |= ns != (int64_t)ns;
    ret->ns = (int64_t)ns;
}

static void get_text(KeyReader *r, Arena *arena, Str *ret)
{
    size_t from = r->at, n = 0;
    for (;; n++) {
        if (get_byte(r) != 0)
            continue;
        uint8_t next = get_byte(r);
        if (next == 0)
            break;
        r->bad |= next != 0xff;
        if (r->bad)
            return;
    }
    char *out = r->bad ? NULL : arena_alloc(arena, n + 1);
    if (!out) {
        r->bad = true;
        return;
    }
    r->at = from;
    for (size_t i = 0; i < n; i++) {
        out[i] = (char)get_byte(r);
        if (out[i] == 0)
            r->at++;
    }
    r->at += 2;
    out[n] = 0;
    *ret = (Str){out, n};
}

static void get_value(KeyReader *r, const SortSpec *s, Arena *arena, Value *v)
{
    switch ((TypeId)s->type.id) {
    case T_BOOL: v->b = get_byte(r) != 0; break;
    case T_I16: v->i16 = (int16_t)get_signed(r, 2); break;
    case T_I32:
    case T_ENUM:
    case T_DATE: v->i32 = (int32_t)get_signed(r, 4); break;
    case T_I64:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: v->i64 = get_signed(r, 8); break;
    case T_F32: {
        uint32_t bits = (uint32_t)get_float(r, 4);
        memcpy(&v->f32, &bits, sizeof(bits));
        break;
    }
    case T_F64: {
        uint64_t bits = get_float(r, 8);
        memcpy(&v->f64, &bits, sizeof(bits));
        break;
    }
    case T_DECIMAL: v->dec = get_i128(r); break;
    case T_INTERVAL: get_interval(r, s->by_value, &v->iv); break;
    case T_UUID:
        for (size_t i = 0; i < sizeof(v->uuid.b); i++)
            v->uuid.b[i] = get_byte(r);
        break;
    case T_UNKNOWN:
    case T_TEXT:
    case T_BYTEA:
    case T_BITS:
    case T_RANGES:
    case T_MULTIRANGES:
    case T_NETWORKS:
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP:
    case T_JSON: get_text(r, arena, &v->str); break;
    case T_JSONB: /* the order, then the text */
        get_text(r, arena, &v->str);
        if (!s->by_value)
            get_text(r, arena, &v->str);
        break;
    case N_TYPES: r->bad = true; break;
    }
}

bool sortkey_get(const SortSpec *s, Str key, size_t *at, Arena *arena, Value *ret)
{
    KeyReader r = {.p = (const uint8_t *)key.p, .n = key.n, .at = *at};
    uint8_t mark = get_byte(&r);
    if (r.bad || mark > MARK_NULL_LAST)
        return false;
    Value v = {.type = s->type, .is_null = mark != MARK_VALUE};
    r.flip = s->desc ? 0xff : 0;
    if (!v.is_null)
        get_value(&r, s, arena, &v);
    if (r.bad)
        return false;
    *at = r.at;
    *ret = v;
    return true;
}

static size_t text_length(const char *p, size_t n, bool desc)
{
    char end = desc ? (char)0xff : 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (p[i] != end)
            continue;
        if (p[i + 1] == end)
            return i + 2;
        i++;
    }
    return 0;
}

size_t sortkey_length(const SortSpec *s, Str key, size_t at)
{
    size_t n = 0;
    if (at >= key.n)
        return 0;
    if (key.p[at] != MARK_VALUE)
        return 1;
    if (likely(is_wide_int(s)))
        return key.n - at > sizeof(int64_t) ? 1 + sizeof(int64_t) : 0;
    switch ((TypeId)s->type.id) {
    case T_UNKNOWN:
    case T_TEXT:
    case T_BYTEA:
    case T_BITS:
    case T_RANGES:
    case T_MULTIRANGES:
    case T_NETWORKS:
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP:
    case T_JSON: n = text_length(key.p + at + 1, key.n - at - 1, s->desc); break;
    case T_JSONB: {
        size_t order = text_length(key.p + at + 1, key.n - at - 1, s->desc);
        n = order && !s->by_value ? text_length(key.p + at + 1 + order, key.n - at - 1 - order, s->desc) : 0;
        n = n || s->by_value ? order + n : 0;
        break;
    }
    case T_BOOL: n = 1; break;
    case T_INTERVAL: n = s->by_value ? 16 : 24; break;
    case N_TYPES: break;
    default: n = type_bytes((TypeId)s->type.id);
    }
    return n && n <= key.n - at - 1 ? n + 1 : 0;
}
