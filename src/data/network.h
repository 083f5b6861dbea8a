/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of INET, CIDR and MACADDR.  An address is held as a byte for its family, the bits of the network part in groups of seven,
 * and the bits of the host behind it.  A group is a byte: the place of its up to seven bits among all such strings in the order of
 * a dictionary, so one with fewer than seven is the last, and comes before those that go on.  So an address is a byte string to
 * vectors, pages, hashes and copies, equal ones are equal bytes, and memcmp is PostgreSQL's order: by family, then by the bits that
 * both networks have, then by the length of the mask, then by the hosts.  An IPv4 address alone has 6 bytes, one of IPv6 20.  A
 * MACADDR is its six bytes. */
#pragma once
#include "data/value.h"

typedef struct Inet {
    uint8_t b[16];
    uint8_t n_bits, mask; /* 32 or 128; the length of the mask */
} Inet;

#define INET_BYTES_MAX 40
Inet inet_read(Str bytes);
Str inet_write(const Inet *a, char buf[INET_BYTES_MAX]);

static inline bool inet_is_v6(const Inet *a)
{
    return a->n_bits == 128;
}
bool inet_has_host_bits(const Inet *a); /* bits behind the mask */
void inet_fill(Inet *a, uint32_t from, uint32_t to, bool value);
/* Whether a's network has b's in it, which may be the same one. */
bool inet_contains(const Inet *a, const Inet *b);

#define INET_TEXT_MAX 64
/* PostgreSQL's text: the mask of a host is left out unless `always`.  The number of characters. */
size_t inet_print(const Inet *a, bool always, char buf[INET_TEXT_MAX]);
size_t cidr_print_short(const Inet *a, char buf[INET_TEXT_MAX]); /* abbrev(): 10.1/16 */
size_t macaddr_print(Str bytes, char buf[INET_TEXT_MAX]);
/* A value of one of the three types as it is shown. */
void network_print(const Value *v, StrBuf *b);
/* -ERR_INVALID_TEXT, -ERR_NUMERIC_RANGE. */
int network_parse(Type t, Str s, Arena *arena, Str *ret, Err *err);
