/* SPDX-License-Identifier: Apache-2.0
 *
 * Hash of bytes, version 1, and CRC-32C.
 *
 * hash_bytes folds 16 bytes per 64x64 multiplication and adds the input back in after each fold: a product with a zero factor
 * would otherwise forget the other factor.  Up to 16 bytes (most keys) it is two loads and two multiplications without a loop.
 * Both functions are part of the disk format; the tests hold fixed values. */
#include "base/hash.h"
#include "base/err.h"

#include <stddef.h>
#include <stdbool.h>
#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#define K_A UINT64_C(0xb5c3f1a96d27e84f)
#define K_B UINT64_C(0x71d94ac3e60b5f2d)
#define K_C UINT64_C(0xd9a4753e1cb68f07)
#define K_D UINT64_C(0x4f8be2d731a65c99)

static inline uint64_t load64(const unsigned char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

static inline uint64_t load32(const unsigned char *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

static inline uint64_t rotate(uint64_t v, unsigned by)
{
    return v << by | v >> (64 - by);
}

static inline uint64_t fold(uint64_t h, uint64_t a, uint64_t b, uint64_t key)
{
    return hash_mix(a ^ key ^ h, b ^ K_B) + (a ^ rotate(b, 29)) + rotate(h, 17);
}

static uint64_t hash_long(const unsigned char *p, size_t n)
{
    const unsigned char *end = p + n;
    uint64_t h = K_C;
    if (n > 64) {
        uint64_t h1 = K_A, h2 = K_B, h3 = K_D; /* four independent chains keep the multiplier busy */
        while (end - p > 64) {
            h = fold(h, load64(p), load64(p + 8), K_A);
            h1 = fold(h1, load64(p + 16), load64(p + 24), K_C);
            h2 = fold(h2, load64(p + 32), load64(p + 40), K_D);
            h3 = fold(h3, load64(p + 48), load64(p + 56), K_A);
            p += 64;
        }
        h = fold(h, h1, h2, K_D) ^ rotate(h3, 41);
    }
    while (end - p > 16) {
        h = fold(h, load64(p), load64(p + 8), K_A);
        p += 16;
    }
    h = fold(h, load64(end - 16), load64(end - 8), K_C);
    return hash_mix(h ^ K_D, n ^ K_B);
}

uint64_t hash_bytes(const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint64_t a = 0, b = 0;
    if (unlikely(n > 16))
        return hash_long(p, n);
    if (n >= 8) {
        a = load64(p);
        b = load64(p + n - 8);
    } else if (n >= 4) {
        a = load32(p);
        b = load32(p + n - 4);
    } else if (n) {
        a = (uint64_t)p[0] | (uint64_t)p[n / 2] << 8 | (uint64_t)p[n - 1] << 16;
    }
    return hash_mix(fold(K_C, a, b, K_A) ^ K_D, n ^ K_B);
}

#define CRC32C_POLYNOMIAL 0x82f63b78u /* reflected */

/* Row k holds the CRC of byte i followed by k zero bytes ("slicing by 8"). */
typedef struct CrcTable {
    uint32_t row[8][256];
} CrcTable;

#define CRC_STEP(c) ((c) >> 1 ^ (CRC32C_POLYNOMIAL & (0u - ((c)&1u))))

static void crc_table_fill(CrcTable *t)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++)
            c = CRC_STEP(c);
        t->row[0][i] = c;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int k = 1; k < 8; k++)
            t->row[k][i] = t->row[k - 1][i] >> 8 ^ t->row[0][t->row[k - 1][i] & 0xffu];
}

static CrcTable crc_table;

static uint32_t crc32c_table(uint32_t crc, const unsigned char *p, size_t n)
{
    const uint32_t(*row)[256] = (const uint32_t(*)[256])crc_table.row;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t w = load64(p) ^ crc;
        crc = row[7][w & 0xff] ^ row[6][w >> 8 & 0xff] ^ row[5][w >> 16 & 0xff] ^ row[4][w >> 24 & 0xff] ^ row[3][w >> 32 & 0xff] ^
              row[2][w >> 40 & 0xff] ^ row[1][w >> 48 & 0xff] ^ row[0][w >> 56];
    }
    for (; n; n--)
        crc = crc >> 8 ^ row[0][(crc ^ *p++) & 0xffu];
    return crc;
}

#if defined(__x86_64__)
/* The instruction takes three cycles and one can begin in each: three stretches at once, whose results are joined by what so many
 * zero bytes behind make of them. */
#define CRC_LONG 1360u /* three make a page, all but sixteen bytes */
#define CRC_SHORT 168u

typedef struct CrcZeros { /* by the bytes of a state: it, with zeros behind */
    uint32_t of[4][256];
} CrcZeros;
static CrcZeros crc_long, crc_short;

static void crc_zeros_fill(CrcZeros *z, size_t n)
{
    static const unsigned char zeros[CRC_LONG];
    for (uint32_t byte = 0; byte < 4; byte++)
        for (uint32_t bit = 0; bit < 8; bit++) {
            uint32_t with = crc32c_table(1u << (byte * 8 + bit), zeros, n);
            for (uint32_t below = 0; below < 1u << bit; below++)
                z->of[byte][1u << bit | below] = z->of[byte][below] ^ with;
        }
}

static inline uint32_t crc_with_zeros(const CrcZeros *z, uint32_t crc)
{
    return z->of[0][crc & 0xff] ^ z->of[1][crc >> 8 & 0xff] ^ z->of[2][crc >> 16 & 0xff] ^ z->of[3][crc >> 24];
}

__attribute__((target("sse4.2"))) static inline uint32_t crc_three(const CrcZeros *z, uint32_t crc, const unsigned char *p,
                                                                   size_t stretch)
{
    uint64_t a = crc, b = 0, c = 0;
    for (size_t i = 0; i < stretch; i += 8) {
        a = _mm_crc32_u64(a, load64(p + i));
        b = _mm_crc32_u64(b, load64(p + stretch + i));
        c = _mm_crc32_u64(c, load64(p + 2 * stretch + i));
    }
    uint32_t ab = crc_with_zeros(z, (uint32_t)a) ^ (uint32_t)b;
    return crc_with_zeros(z, ab) ^ (uint32_t)c;
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, const unsigned char *p, size_t n)
{
    for (; n >= 3 * CRC_LONG; n -= 3 * CRC_LONG, p += 3 * CRC_LONG)
        crc = crc_three(&crc_long, crc, p, CRC_LONG);
    for (; n >= 3 * CRC_SHORT; n -= 3 * CRC_SHORT, p += 3 * CRC_SHORT)
        crc = crc_three(&crc_short, crc, p, CRC_SHORT);
    uint64_t c = crc;
    for (; n >= 8; n -= 8, p += 8)
        c = _mm_crc32_u64(c, load64(p));
    uint32_t r = (uint32_t)c;
    for (; n; n--)
        r = _mm_crc32_u8(r, *p++);
    return r;
}
#endif

typedef uint32_t (*CrcFunction)(uint32_t crc, const unsigned char *p, size_t n);
static CrcFunction crc_function;

/* Before main and before any thread, so that the choice needs no lock. */
__attribute__((constructor)) static void crc_choose(void)
{
    crc_function = crc32c_table;
    crc_table_fill(&crc_table);
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("sse4.2")) {
        crc_zeros_fill(&crc_long, CRC_LONG);
        crc_zeros_fill(&crc_short, CRC_SHORT);
        crc_function = crc32c_sse42;
    }
#endif
}

uint32_t crc32c(uint32_t seed, const void *p, size_t n)
{
    return ~crc_function(~seed, p, n);
}

uint32_t crc32c_portable(uint32_t seed, const void *p, size_t n)
{
    return ~crc32c_table(~seed, p, n);
}
