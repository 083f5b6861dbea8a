/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of IPv4 and IPv6 in texts, with or without a length of the mask: what PostgreSQL's functions on INET give, for there is
 * no such type here. */
#include <arpa/inet.h>

#include "func/row_run.h"

typedef struct Address {
    uint8_t b[16];
    uint32_t n_bits, mask; /* 32 or 128; the mask's length */
    bool has_mask;
} Address;

static bool parse_address(Str s, Address *ret)
{
    char text[INET6_ADDRSTRLEN + 1];
    Str host, mask;
    int64_t n = 0;
    *ret = (Address){.has_mask = str_cut(s, '/', &host, &mask)};
    host = ret->has_mask ? host : s;
    if (host.n == 0 || host.n >= sizeof(text))
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = 0;
    bool v6 = memchr(text, ':', host.n) != NULL;
    ret->n_bits = v6 ? 128 : 32;
    if (inet_pton(v6 ? AF_INET6 : AF_INET, text, ret->b) != 1)
        return false;
    if (ret->has_mask && (!str_to_i64(mask, &n) || n < 0 || n > ret->n_bits))
        return false;
    ret->mask = ret->has_mask ? (uint32_t)n : ret->n_bits;
    return true;
}

/* 1, or 0: the row's error. */
static int address_at(RowRun *t, uint32_t i, Address *ret)
{
    Str s = row_text(t, i);
    if (parse_address(s, ret))
        return 1;
    return ROW_FAIL(t, ERR_INVALID_TEXT, "invalid input syntax for type inet: \"%.*s\"", (int)MIN(s.n, (size_t)64), s.p);
}

static void put_host(StrBuf *b, const Address *a)
{
    char text[INET6_ADDRSTRLEN];
    sb_puts(b, inet_ntop(a->n_bits == 128 ? AF_INET6 : AF_INET, a->b, text, sizeof(text)) ? text : "");
}

/* Bits behind the mask (or before it) set or cleared. */
static void fill_bits(Address *a, bool host, bool value)
{
    for (uint32_t i = host ? a->mask : 0; i < (host ? a->n_bits : a->mask); i++) {
        uint8_t bit = (uint8_t)(0x80 >> (i % 8));
        a->b[i / 8] = (uint8_t)(value ? a->b[i / 8] | bit : a->b[i / 8] & ~bit);
    }
}

static void put_masked(StrBuf *b, const Address *a, bool always)
{
    put_host(b, a);
    if (always || a->mask != a->n_bits)
        sb_printf(b, "/%u", a->mask);
}

#define OF_ADDRESS(name, ...)                                                                                                      \
    static int name##_row(RowRun *t)                                                                                               \
    {                                                                                                                              \
        Address a;                                                                                                                 \
        if (address_at(t, 0, &a) == 0)                                                                                             \
            return 0;                                                                                                              \
        __VA_ARGS__;                                                                                                               \
        return 1;                                                                                                                  \
    }                                                                                                                              \
    ROW_KERNEL(name, name##_row)
OF_ADDRESS(host, put_host(&t->out, &a))
OF_ADDRESS(masklen, t->num = a.mask)
OF_ADDRESS(family, t->num = a.n_bits == 128 ? 6 : 4)
OF_ADDRESS(network, fill_bits(&a, true, false), put_masked(&t->out, &a, true))
OF_ADDRESS(broadcast, fill_bits(&a, true, true), put_masked(&t->out, &a, false))
OF_ADDRESS(netmask, fill_bits(&a, true, false), fill_bits(&a, false, true), put_host(&t->out, &a))
OF_ADDRESS(hostmask, fill_bits(&a, true, true), fill_bits(&a, false, false), put_host(&t->out, &a))
OF_ADDRESS(inet_text, put_masked(&t->out, &a, true))

static int same_family_row(RowRun *t)
{
    Address a, b;
    if (address_at(t, 0, &a) == 0 || address_at(t, 1, &b) == 0)
        return 0;
    t->num = a.n_bits == b.n_bits;
    return 1;
}
ROW_KERNEL(same_family, same_family_row)

static int contains_row(RowRun *t)
{
    Address a, b;
    if (address_at(t, 0, &a) == 0 || address_at(t, 1, &b) == 0)
        return 0;
    t->num = a.n_bits == b.n_bits && b.mask >= a.mask;
    b.mask = a.mask;
    fill_bits(&a, true, false);
    fill_bits(&b, true, false);
    t->num = t->num && memcmp(a.b, b.b, sizeof(a.b)) == 0;
    return 1;
}
ROW_KERNEL(inet_contains, contains_row)

static int set_masklen_row(RowRun *t)
{
    Address a;
    int32_t n = row_int(t, 1, 0);
    if (address_at(t, 0, &a) == 0)
        return 0;
    if (n < -1 || n > (int32_t)a.n_bits)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "invalid mask length: %d", n);
    a.mask = n < 0 ? a.n_bits : (uint32_t)n;
    put_masked(&t->out, &a, false);
    return 1;
}
ROW_KERNEL(set_masklen, set_masklen_row)

#define NET(n, k, r, h, e) FN1(n, T_TEXT, r, k, FN_FAIL, h, e)
const FuncDef fn_net[] = {
    NET("host", host, T_TEXT, "address without the mask", "host('192.168.1.5/24') -> '192.168.1.5'"),
    NET("masklen", masklen, T_I32, "length of the mask", "masklen('192.168.1.5/24') -> 24"),
    NET("family", family, T_I32, "4 or 6", "family('::1') -> 6"),
    NET("network", network, T_TEXT, "the network part with the mask", "network('192.168.1.5/24') -> '192.168.1.0/24'"),
    NET("broadcast", broadcast, T_TEXT, "broadcast address of the network", "broadcast('192.168.1.5/24') -> '192.168.1.255/24'"),
    NET("netmask", netmask, T_TEXT, "mask of the network", "netmask('192.168.1.5/24') -> '255.255.255.0'"),
    NET("hostmask", hostmask, T_TEXT, "mask of the hosts", "hostmask('192.168.23.20/30') -> '0.0.0.3'"),
    NET("inet_text", inet_text, T_TEXT, "address with the mask", "inet_text('192.168.1.5') -> '192.168.1.5/32'"),
    FN2("inet_same_family", T_TEXT, T_TEXT, T_BOOL, same_family, FN_FAIL, "both are of IPv4 or both of IPv6",
        "inet_same_family('192.168.1.5/24', '::1') -> false"),
    FN2("inet_contains", T_TEXT, T_TEXT, T_BOOL, inet_contains, FN_FAIL, "the first network contains the second or is it",
        "inet_contains('192.168.1.0/24', '192.168.1.5') -> true"),
    FN2("set_masklen", T_TEXT, T_I32, T_TEXT, set_masklen, FN_FAIL, "address with another mask",
        "set_masklen('192.168.1.5/24', 16) -> '192.168.1.5/16'"),
    {0},
};
