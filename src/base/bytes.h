/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading durable bytes: a cursor that cannot leave its input.  After the first read beyond the end everything reads as zero and
 * `failed` stays set, so a reader checks once at the end of a piece.  Numbers are little-endian, unaligned. */
#pragma once
#include "base/str.h"

typedef struct ByteReader {
    const char *p;
    size_t n;
    bool failed;
} ByteReader;

static inline ByteReader bytes_of(Str s)
{
    return (ByteReader){s.p, s.n, false};
}
/* The next n bytes, borrowed; NULL when they are not there. */
static inline const void *bytes_take(ByteReader *r, size_t n)
{
    if (n > r->n || r->failed) {
        r->failed = true;
        return NULL;
    }
    const char *p = r->p;
    r->p += n;
    r->n -= n;
    return p;
}
static inline void bytes_copy(ByteReader *r, void *to, size_t n)
{
    const void *p = bytes_take(r, n);
    if (p)
        memcpy(to, p, n);
    else
        memset(to, 0, n);
}
static inline uint8_t bytes_u8(ByteReader *r)
{
    uint8_t v;
    bytes_copy(r, &v, sizeof(v));
    return v;
}
static inline uint16_t bytes_u16(ByteReader *r)
{
    uint16_t v;
    bytes_copy(r, &v, sizeof(v));
    return v;
}
static inline uint32_t bytes_u32(ByteReader *r)
{
    uint32_t v;
    bytes_copy(r, &v, sizeof(v));
    return v;
}
static inline uint64_t bytes_u64(ByteReader *r)
{
    uint64_t v;
    bytes_copy(r, &v, sizeof(v));
    return v;
}
static inline int64_t bytes_i64(ByteReader *r)
{
    return (int64_t)bytes_u64(r);
}
/* u32 length, then the bytes. */
static inline Str bytes_str(ByteReader *r)
{
    uint32_t n = bytes_u32(r);
    const char *p = bytes_take(r, n);
    return p ? (Str){p, n} : (Str){"", 0};
}

/* The writing side, into a StrBuf. */
static inline void bytes_put_u8(StrBuf *b, uint8_t v)
{
    sb_put(b, &v, sizeof(v));
}
static inline void bytes_put_u16(StrBuf *b, uint16_t v)
{
    sb_put(b, &v, sizeof(v));
}
static inline void bytes_put_u32(StrBuf *b, uint32_t v)
{
    sb_put(b, &v, sizeof(v));
}
static inline void bytes_put_u64(StrBuf *b, uint64_t v)
{
    sb_put(b, &v, sizeof(v));
}
static inline void bytes_put_i64(StrBuf *b, int64_t v)
{
    sb_put(b, &v, sizeof(v));
}
static inline void bytes_put_str(StrBuf *b, Str s)
{
    bytes_put_u32(b, (uint32_t)s.n);
    sb_put(b, s.p, s.n);
}
