/* SPDX-License-Identifier: Apache-2.0
 *
 * 64-bit hash, version 1.  Part of the disk format: never change what a value hashes to.  All integers hash as int64, so equal
 * keys of different widths hash equal; floats are made canonical (-0 = 0, one NaN) and hash as double; decimals hash by value
 * with trailing zeros removed (integral ones like integers when they fit int64); strings by their bytes. */
#pragma once
#include <stdint.h>
#include <string.h>

#define HASH_NULL UINT64_C(0x9ae16a3b2f90404f)
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    unsigned __int128 m = (unsigned __int128)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}
static inline uint64_t hash_i64(int64_t v)
{
    return hash_mix((uint64_t)v ^ UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xd6e8feb86659fd93));
}
static inline uint64_t hash_f64(double v)
{
    uint64_t u;
    if (v == 0)
        v = 0;
    memcpy(&u, &v, 8);
    if (v != v)
        u = UINT64_C(0x7ff8000000000000);
    return hash_mix(u ^ UINT64_C(0xa0761d6478bd642f), UINT64_C(0xe7037ed1a0b428db));
}
uint64_t hash_bytes(const void *p, size_t n);
/* Combines the hash of the next column into that of the columns before it. */
static inline uint64_t hash_combine(uint64_t h, uint64_t next)
{
    return hash_mix(h ^ UINT64_C(0x8ebc6af09c88c6e3), next ^ UINT64_C(0x589965cc75374cc3));
}
/* Key group of a key: high bits of its hash. */
#define N_KEY_GROUPS 128u
static inline unsigned key_group(uint64_t hash)
{
    return (unsigned)(hash >> 57);
}
uint32_t crc32c(uint32_t seed, const void *p, size_t n); /* Castagnoli; hardware when there is any; chains: pass the last result */
uint32_t crc32c_portable(uint32_t seed, const void *p, size_t n); /* the same without the instruction */
