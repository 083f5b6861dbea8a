/* SPDX-License-Identifier: Apache-2.0
 *
 * MD5, SHA-1 and SHA-2.  All pad alike: a one bit, zeros, and the length in bits at the end of the last block; they differ in the
 * block's size, the order of bytes, and the step.  The SHA-2 constants are the first bits of the fractions of square and cube roots
 * of primes; those of MD5 are 2^32 |sin(i + 1)|. */
#include "func/digest.h"

#include <math.h>

static const uint64_t sha_k[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538, 0x59f111f1b605d019,
    0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3,
    0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65, 0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b, 0xa2bfe8a14cf10364, 0xa81a664bbc423001,
    0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb,
    0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c, 0xd186b8c721c0c207,
    0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a,
    0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

static const uint64_t first_state[][8] = {
    [DIGEST_MD5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476},
    [DIGEST_SHA1] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0},
    [DIGEST_SHA224] = {0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4},
    [DIGEST_SHA256] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
    [DIGEST_SHA384] = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939, 0x67332667ffc00b31,
                       0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4},
    [DIGEST_SHA512] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1,
                       0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179},
};

static uint32_t rol32(uint32_t v, unsigned n)
{
    return v << n | v >> (32 - n);
}
static uint32_t ror32(uint32_t v, unsigned n)
{
    return v >> n | v << (32 - n);
}
static uint64_t ror64(uint64_t v, unsigned n)
{
    return v >> n | v << (64 - n);
}

static uint64_t load_big(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static void md5_block(uint64_t *state, const uint8_t *p)
{
    static const uint8_t turn[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    static const uint8_t stride[4] = {1, 5, 3, 7}, start[4] = {0, 1, 5, 0};
    uint32_t w[16], a = (uint32_t)state[0], b = (uint32_t)state[1], c = (uint32_t)state[2], d = (uint32_t)state[3];
    for (unsigned i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] | (uint32_t)p[4 * i + 1] << 8 | (uint32_t)p[4 * i + 2] << 16 | (uint32_t)p[4 * i + 3] << 24;
    for (unsigned i = 0; i < 64; i++) {
        unsigned round = i / 16;
        uint32_t f = round == 0 ? (b & c) | (~b & d) : round == 1 ? (b & d) | (c & ~d) : round == 2 ? b ^ c ^ d : c ^ (b | ~d);
        f += a + (uint32_t)(fabs(sin(i + 1.0)) * 4294967296.0) + w[(stride[round] * i + start[round]) % 16];
        a = d;
        d = c;
        c = b;
        b += rol32(f, turn[round][i % 4]);
    }
    state[0] = (uint32_t)state[0] + a;
    state[1] = (uint32_t)state[1] + b;
    state[2] = (uint32_t)state[2] + c;
    state[3] = (uint32_t)state[3] + d;
}

static void sha1_block(uint64_t *state, const uint8_t *p)
{
    static const uint32_t of_round[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t w[80], v[5];
    for (unsigned i = 0; i < 16; i++)
        w[i] = (uint32_t)load_big(p + (size_t)4 * i, 4);
    for (unsigned i = 16; i < 80; i++)
        w[i] = rol32(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (unsigned i = 0; i < 5; i++)
        v[i] = (uint32_t)state[i];
    for (unsigned i = 0; i < 80; i++) {
        unsigned round = i / 20;
        uint32_t pick = (v[1] & v[2]) | (~v[1] & v[3]), most = (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3]);
        uint32_t f = round == 0 ? pick : round == 2 ? most : v[1] ^ v[2] ^ v[3];
        uint32_t t = rol32(v[0], 5) + f + v[4] + of_round[round] + w[i];
        memmove(v + 1, v, 4 * sizeof(v[0]));
        v[2] = rol32(v[2], 30);
        v[0] = t;
    }
    for (unsigned i = 0; i < 5; i++)
        state[i] = (uint32_t)state[i] + v[i];
}

static void sha256_block(uint64_t *state, const uint8_t *p)
{
    uint32_t w[64], v[8];
    for (unsigned i = 0; i < 16; i++)
        w[i] = (uint32_t)load_big(p + (size_t)4 * i, 4);
    for (unsigned i = 16; i < 64; i++) {
        uint32_t s0 = ror32(w[i - 15], 7) ^ ror32(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = ror32(w[i - 2], 17) ^ ror32(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    for (unsigned i = 0; i < 8; i++)
        v[i] = (uint32_t)state[i];
    for (unsigned i = 0; i < 64; i++) {
        uint32_t s1 = ror32(v[4], 6) ^ ror32(v[4], 11) ^ ror32(v[4], 25), pick = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t t1 = v[7] + s1 + pick + (uint32_t)(sha_k[i] >> 32) + w[i];
        uint32_t s0 = ror32(v[0], 2) ^ ror32(v[0], 13) ^ ror32(v[0], 22), most = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof(v[0]));
        v[4] += t1;
        v[0] = t1 + s0 + most;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] = (uint32_t)state[i] + v[i];
}

static void sha512_block(uint64_t *state, const uint8_t *p)
{
    uint64_t w[80], v[8];
    for (unsigned i = 0; i < 16; i++)
        w[i] = load_big(p + (size_t)8 * i, 8);
    for (unsigned i = 16; i < 80; i++) {
        uint64_t s0 = ror64(w[i - 15], 1) ^ ror64(w[i - 15], 8) ^ w[i - 15] >> 7;
        uint64_t s1 = ror64(w[i - 2], 19) ^ ror64(w[i - 2], 61) ^ w[i - 2] >> 6;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    memcpy(v, state, sizeof(v));
    for (unsigned i = 0; i < 80; i++) {
        uint64_t s1 = ror64(v[4], 14) ^ ror64(v[4], 18) ^ ror64(v[4], 41), pick = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint64_t t1 = v[7] + s1 + pick + sha_k[i] + w[i];
        uint64_t s0 = ror64(v[0], 28) ^ ror64(v[0], 34) ^ ror64(v[0], 39), most = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof(v[0]));
        v[4] += t1;
        v[0] = t1 + s0 + most;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] += v[i];
}

size_t digest_bytes(DigestKind kind)
{
    static const uint8_t bytes[] = {[DIGEST_MD5] = 16,    [DIGEST_SHA1] = 20,   [DIGEST_SHA224] = 28,
                                    [DIGEST_SHA256] = 32, [DIGEST_SHA384] = 48, [DIGEST_SHA512] = 64};
    return bytes[kind];
}

void digest_of(DigestKind kind, Str s, uint8_t *out)
{
    bool wide = kind >= DIGEST_SHA384;
    size_t block = wide ? 128 : 64, at = 0;
    void (*step)(uint64_t *, const uint8_t *) = kind == DIGEST_MD5    ? md5_block
                                                : kind == DIGEST_SHA1 ? sha1_block
                                                : wide                ? sha512_block
                                                                      : sha256_block;
    uint8_t last[256] = {0};
    uint64_t state[8];
    memcpy(state, first_state[kind], sizeof(state));
    for (; s.n - at >= block; at += block)
        step(state, (const uint8_t *)s.p + at);
    size_t rest = s.n - at, total = rest + 1 + block / 8 <= block ? block : 2 * block;
    if (rest)
        memcpy(last, s.p + at, rest);
    last[rest] = 0x80;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t bits = (uint64_t)s.n * 8;
        last[total - 8 + i] = (uint8_t)(bits >> 8 * (kind == DIGEST_MD5 ? i : 7 - i));
    }
    for (at = 0; at < total; at += block)
        step(state, last + at);
    unsigned word = wide ? 8 : 4;
    for (size_t i = 0; i < digest_bytes(kind); i++) {
        size_t within = i % word;
        out[i] = (uint8_t)(state[i / word] >> 8 * (kind == DIGEST_MD5 ? within : word - 1 - within));
    }
}
