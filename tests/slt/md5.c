/* SPDX-License-Identifier: Apache-2.0
 *
 * MD5 (RFC 1321), which sqllogictest files use to name long results.  The table of sines is computed at the first use. */
#include "slt/slt.h"

#include <math.h>
#include <stdio.h>

static void md5_block(uint32_t state[4], const unsigned char *p)
{
    static const unsigned char shift[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    static uint32_t sine[64];
    for (unsigned i = 0; i < 64 && !sine[63]; i++)
        for (unsigned k = 0; k < 64; k++)
            sine[k] = (uint32_t)(int64_t)floor(fabs(sin(k + 1.0)) * 4294967296.0);
    uint32_t word[16];
    for (int i = 0; i < 16; i++)
        word[i] = (uint32_t)p[4 * i] | (uint32_t)p[4 * i + 1] << 8 | (uint32_t)p[4 * i + 2] << 16 | (uint32_t)p[4 * i + 3] << 24;
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (unsigned i = 0; i < 64; i++) {
        uint32_t f;
        unsigned k;
        switch (i / 16) {
        case 0: f = (b & c) | (~b & d), k = i; break;
        case 1: f = (d & b) | (~d & c), k = (5 * i + 1) % 16; break;
        case 2: f = b ^ c ^ d, k = (3 * i + 5) % 16; break;
        default: f = c ^ (b | ~d), k = 7 * i % 16; break;
        }
        uint32_t sum = a + f + sine[i] + word[k];
        unsigned s = shift[i / 16][i % 4];
        a = d;
        d = c;
        c = b;
        b += sum << s | sum >> (32 - s);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

void md5_hex(const void *data, size_t n, char hex[33])
{
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    const unsigned char *p = data;
    size_t left = n;
    for (; left >= 64; p += 64, left -= 64)
        md5_block(state, p);
    unsigned char tail[128] = {0};
    memcpy(tail, p, left);
    tail[left] = 0x80;
    size_t tail_bytes = left < 56 ? 64 : 128;
    uint64_t bits = (uint64_t)n * 8;
    for (int i = 0; i < 8; i++)
        tail[tail_bytes - 8 + (size_t)i] = (unsigned char)(bits >> (8 * i));
    for (size_t i = 0; i < tail_bytes; i += 64)
        md5_block(state, tail + i);
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", (unsigned)(state[i / 4] >> (8 * (i % 4)) & 0xff));
}

const char *md5_of_values(Arena *a, const List *values)
{
    StrBuf b;
    sb_init(&b, NULL);
    for (size_t i = 0; i < values->n; i++) {
        sb_puts(&b, values->item[i]);
        sb_putc(&b, '\n');
    }
    if (b.failed)
        die("out of memory");
    char *hex = arena_alloc(a, 33);
    if (!hex)
        die("out of memory");
    md5_hex(sb_cstr(&b), b.n, hex);
    sb_done(&b);
    return hex;
}
