/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of IPv4 and IPv6 and of network devices: PostgreSQL's functions and operators on INET, CIDR and MACADDR.  The same
 * kernels take addresses in texts and give such: functions of texts are from before there were the types. */
#include "data/network.h"
#include "func/row_run.h"

/* 1, or 0: the row's error. */
static int address_at(RowRun *t, uint32_t i, Inet *ret)
{
    Err err = ERR_INIT;
    Str s = row_text(t, i), bytes = s;
    int rc = t->arg[i]->type.id == T_TEXT ? network_parse(TYPE(INET), s, &t->arena, &bytes, &err) : 0;
    if (rc < 0)
        return rc == -ERR_OUT_OF_MEMORY ? rc : ROW_FAIL(t, (ErrCode)-rc, "%s", err.message);
    *ret = inet_read(bytes);
    return 1;
}

/* An address, a network, or the text of one. */
static int give(RowRun *t, Inet a, bool with_mask)
{
    char buf[INET_TEXT_MAX > INET_BYTES_MAX ? INET_TEXT_MAX : INET_BYTES_MAX];
    if (t->type.id == T_CIDR)
        inet_fill(&a, a.mask, a.n_bits, false);
    if (t->type.id != T_TEXT)
        sb_putstr(&t->out, inet_write(&a, buf));
    else
        sb_put(&t->out, buf, inet_print(&a, with_mask, buf));
    return 1;
}

/* Without a mask of its own. */
static int give_host(RowRun *t, Inet a)
{
    a.mask = a.n_bits;
    return give(t, a, false);
}

static int give_short(RowRun *t, const Inet *a)
{
    char buf[INET_TEXT_MAX];
    size_t n = t->arg[0]->type.id == T_CIDR ? cidr_print_short(a, buf) : inet_print(a, false, buf);
    sb_put(&t->out, buf, n);
    return 1;
}

#define OF_ADDRESS(name, ...)                                                                                                      \
    static int name##_row(RowRun *t)                                                                                               \
    {                                                                                                                              \
        Inet a;                                                                                                                    \
        int rc = address_at(t, 0, &a);                                                                                             \
        if (rc <= 0)                                                                                                               \
            return rc;                                                                                                             \
        __VA_ARGS__;                                                                                                               \
    }                                                                                                                              \
    ROW_KERNEL(name, name##_row)
OF_ADDRESS(host, return give_host(t, a))
OF_ADDRESS(masklen, t->num = a.mask; return 1)
OF_ADDRESS(family, t->num = inet_is_v6(&a) ? 6 : 4; return 1)
OF_ADDRESS(network, inet_fill(&a, a.mask, a.n_bits, false); return give(t, a, true))
OF_ADDRESS(broadcast, inet_fill(&a, a.mask, a.n_bits, true); return give(t, a, false))
OF_ADDRESS(netmask, inet_fill(&a, a.mask, a.n_bits, false); inet_fill(&a, 0, a.mask, true); return give_host(t, a))
OF_ADDRESS(hostmask, inet_fill(&a, a.mask, a.n_bits, true); inet_fill(&a, 0, a.mask, false); return give_host(t, a))
OF_ADDRESS(inet_text, return give(t, a, true))
OF_ADDRESS(abbrev, return give_short(t, &a))

static int set_masklen_row(RowRun *t)
{
    Inet a;
    int32_t n = row_int(t, 1, 0);
    int rc = address_at(t, 0, &a);
    if (rc <= 0)
        return rc;
    if (n < -1 || n > (int32_t)a.n_bits)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "invalid mask length: %d", n);
    a.mask = n < 0 ? a.n_bits : (uint8_t)n;
    return give(t, a, false);
}
ROW_KERNEL(set_masklen, set_masklen_row)

/* ---- two of them ---- */

#define OF_TWO(name, ...)                                                                                                          \
    static int name##_row(RowRun *t)                                                                                               \
    {                                                                                                                              \
        Inet a, b;                                                                                                                 \
        int rc = address_at(t, 0, &a);                                                                                             \
        rc = rc > 0 ? address_at(t, 1, &b) : rc;                                                                                   \
        if (rc <= 0)                                                                                                               \
            return rc;                                                                                                             \
        __VA_ARGS__;                                                                                                               \
    }                                                                                                                              \
    ROW_KERNEL(name, name##_row)
OF_TWO(same_family, t->num = a.n_bits == b.n_bits; return 1)
OF_TWO(has_or_is, t->num = inet_contains(&a, &b); return 1)
OF_TWO(has, t->num = inet_contains(&a, &b) && a.mask < b.mask; return 1)
OF_TWO(within_or_is, t->num = inet_contains(&b, &a); return 1)
OF_TWO(within, t->num = inet_contains(&b, &a) && a.mask > b.mask; return 1)
OF_TWO(overlaps, t->num = inet_contains(&a, &b) || inet_contains(&b, &a); return 1)

static int give_bits(RowRun *t, Inet a, const Inet *b, bool is_or)
{
    if (a.n_bits != b->n_bits)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot %s inet values of different sizes", is_or ? "OR" : "AND");
    for (uint32_t i = 0; i < sizeof(a.b); i++)
        a.b[i] = (uint8_t)(is_or ? a.b[i] | b->b[i] : a.b[i] & b->b[i]);
    a.mask = a.mask > b->mask ? a.mask : b->mask;
    return give(t, a, false);
}
OF_TWO(bits_and, return give_bits(t, a, &b, false))
OF_TWO(bits_or, return give_bits(t, a, &b, true))

static int not_row(RowRun *t)
{
    Inet a = inet_read(row_text(t, 0));
    for (uint32_t i = 0; i < a.n_bits / 8u; i++)
        a.b[i] = (uint8_t)~a.b[i];
    return give(t, a, false);
}
ROW_KERNEL(bits_not, not_row)

/* The least network that both are in. */
static int give_merged(RowRun *t, Inet a, const Inet *b)
{
    if (a.n_bits != b->n_bits)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot merge addresses from different families");
    a.mask = a.mask < b->mask ? a.mask : b->mask;
    while (!inet_contains(&a, b))
        a.mask--;
    return give(t, a, false);
}
OF_TWO(merged, return give_merged(t, a, &b))

/* ---- numbers added ---- */

/* From the last byte on; false: the result is no address. */
static bool add(Inet *a, int64_t n)
{
    int64_t carry = n;
    for (uint32_t i = a->n_bits / 8; i-- > 0;) {
        int64_t sum = a->b[i] + (carry & 0xff);
        a->b[i] = (uint8_t)(sum & 0xff);
        carry = (carry >> 8) + (sum >> 8);
    }
    return carry == 0;
}

static int give_sum(RowRun *t, uint32_t of, int64_t n)
{
    Inet a = inet_read(row_text(t, of));
    return add(&a, n) ? give(t, a, false) : ROW_FAIL(t, ERR_NUMERIC_RANGE, "result is out of range");
}

static int plus_row(RowRun *t)
{
    return give_sum(t, 0, row_value(t, 1).i64);
}
static int plus_from_row(RowRun *t)
{
    return give_sum(t, 1, row_value(t, 0).i64);
}
static int minus_row(RowRun *t)
{
    int64_t n;
    if (__builtin_sub_overflow((int64_t)0, row_value(t, 1).i64, &n))
        return ROW_FAIL(t, ERR_NUMERIC_RANGE, "result is out of range");
    return give_sum(t, 0, n);
}
ROW_KERNEL(plus, plus_row)
ROW_KERNEL(plus_from, plus_from_row)
ROW_KERNEL(minus, minus_row)

static unsigned __int128 number_of(const Inet *a)
{
    unsigned __int128 n = 0;
    for (uint32_t i = 0; i < a->n_bits / 8u; i++)
        n = n << 8 | a->b[i];
    return n;
}

static int give_distance(RowRun *t, const Inet *a, const Inet *b)
{
    if (a->n_bits != b->n_bits)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot subtract inet values of different sizes");
    unsigned __int128 x = number_of(a), y = number_of(b), by = x < y ? y - x : x - y;
    if (by > (unsigned __int128)INT64_MAX + (x < y))
        return ROW_FAIL(t, ERR_NUMERIC_RANGE, "result is out of range");
    t->num = x < y ? (int64_t)(0 - (uint64_t)by) : (int64_t)by;
    return 1;
}
OF_TWO(distance, return give_distance(t, &a, &b))

/* ---- MACADDR ---- */

static int mac_pair(RowRun *t, bool is_or)
{
    Str a = row_text(t, 0), b = row_text(t, 1);
    for (size_t i = 0; i < a.n && i < b.n; i++)
        sb_putc(&t->out, (char)(is_or ? a.p[i] | b.p[i] : a.p[i] & b.p[i]));
    return 1;
}
static int mac_and_row(RowRun *t)
{
    return mac_pair(t, false);
}
static int mac_or_row(RowRun *t)
{
    return mac_pair(t, true);
}
static int mac_not_row(RowRun *t)
{
    Str a = row_text(t, 0);
    for (size_t i = 0; i < a.n; i++)
        sb_putc(&t->out, (char)~a.p[i]);
    return 1;
}
/* Its maker's part. */
static int mac_trunc_row(RowRun *t)
{
    Str a = row_text(t, 0);
    for (size_t i = 0; i < a.n; i++)
        sb_putc(&t->out, (char)(i < 3 ? a.p[i] : 0));
    return 1;
}
ROW_KERNEL(mac_and, mac_and_row)
ROW_KERNEL(mac_or, mac_or_row)
ROW_KERNEL(mac_not, mac_not_row)
ROW_KERNEL(mac_trunc, mac_trunc_row)

#define NET(n, k, r, of_text, h, arg, is)                                                                                          \
    FN1(n, T_INET, r, k, FN_PURE, h, n "('" arg "') -> " is),                                                                      \
        FN1(n, T_TEXT, of_text, k, FN_FAIL | FN_TYPED, h " in a text", n "('" arg "'::text) -> " is)
#define PAIR(n, k, r, flags, h, e) FN2(n, T_INET, T_INET, r, k, FN_STRICT | (flags), h, e)
#define TEST(n, k, h, e) PAIR(n, k, T_BOOL, FN_OPERATOR, h, e)
#define MAC_OP(n, k, h, e) FN2(n, T_MACADDR, T_MACADDR, T_MACADDR, k, FN_PURE | FN_OPERATOR, h, e)
const FuncDef fn_net[] = {
    NET("host", host, T_TEXT, T_TEXT, "address without the mask", "192.168.1.5/24", "'192.168.1.5'"),
    NET("masklen", masklen, T_I32, T_I32, "length of the mask", "192.168.1.5/24", "24"),
    NET("family", family, T_I32, T_I32, "4 or 6", "::1", "6"),
    NET("network", network, T_CIDR, T_TEXT, "the network part with the mask", "192.168.1.5/24", "192.168.1.0/24"),
    NET("broadcast", broadcast, T_INET, T_TEXT, "broadcast address of the network", "192.168.1.5/24", "192.168.1.255/24"),
    NET("netmask", netmask, T_INET, T_TEXT, "mask of the network", "192.168.1.5/24", "255.255.255.0"),
    NET("hostmask", hostmask, T_INET, T_TEXT, "mask of the hosts", "192.168.23.20/30", "0.0.0.3"),
    NET("inet_text", inet_text, T_TEXT, T_TEXT, "address with the mask", "192.168.1.5", "'192.168.1.5/32'"),
    FN1("abbrev", T_INET, T_TEXT, abbrev, FN_PURE, "address, without the mask of a host",
        "abbrev(inet '10.1.0.0/32') -> '10.1.0.0'"),
    FN1("abbrev", T_CIDR, T_TEXT, abbrev, FN_PURE | FN_TYPED, "network in short", "abbrev(cidr '10.1.0.0/16') -> '10.1/16'"),
    PAIR("inet_same_family", same_family, T_BOOL, 0, "both are of IPv4 or both of IPv6",
         "inet_same_family('192.168.1.5/24', '::1') -> false"),
    FN2("inet_same_family", T_TEXT, T_TEXT, T_BOOL, same_family, FN_FAIL | FN_TYPED, "the same of addresses in texts",
        "inet_same_family('192.168.1.5/24'::text, '::1'::text) -> false"),
    PAIR("inet_contains", has_or_is, T_BOOL, 0, "the first network contains the second or is it",
         "inet_contains('192.168.1.0/24', '192.168.1.5') -> true"),
    FN2("inet_contains", T_TEXT, T_TEXT, T_BOOL, has_or_is, FN_FAIL | FN_TYPED, "the same of addresses in texts",
        "inet_contains('192.168.1.0/24'::text, '192.168.1.5'::text) -> true"),
    PAIR("inet_merge", merged, T_CIDR, FN_ERR, "the least network that both are in",
         "inet_merge('192.168.1.5/24', '192.168.2.5/24') -> 192.168.0.0/22"),
    FN2("set_masklen", T_INET, T_I32, T_INET, set_masklen, FN_FAIL, "address with another mask; -1 = that of a host",
        "set_masklen('192.168.1.5/24', 16) -> 192.168.1.5/16"),
    FN2("set_masklen", T_CIDR, T_I32, T_CIDR, set_masklen, FN_FAIL | FN_TYPED, "network with another mask",
        "set_masklen(cidr '192.168.1.0/24', 16) -> 192.168.0.0/16"),
    FN2("set_masklen", T_TEXT, T_I32, T_TEXT, set_masklen, FN_FAIL | FN_TYPED, "address in a text with another mask",
        "set_masklen('192.168.1.5/24'::text, 16) -> '192.168.1.5/16'"),
    TEST("<<", within, "lies in the network, and is smaller", "inet '192.168.1.5' << inet '192.168.1.0/24' -> true"),
    TEST("<<=", within_or_is, "lies in the network or is it", "inet '192.168.1.0/24' <<= inet '192.168.1.0/24' -> true"),
    TEST(">>", has, "has the network in it, and is larger", "inet '192.168.1.0/24' >> inet '192.168.1.5' -> true"),
    TEST(">>=", has_or_is, "has the network in it or is it", "inet '192.168.1.0/24' >>= inet '192.168.1.0/24' -> true"),
    TEST("&&", overlaps, "one of the networks has the other in it", "inet '192.168.1.0/24' && inet '192.168.1.80/28' -> true"),
    FN1("~", T_INET, T_INET, bits_not, FN_PURE | FN_OPERATOR, "bitwise not", "~ inet '192.168.1.6' -> 63.87.254.249"),
    PAIR("&", bits_and, T_INET, FN_ERR | FN_OPERATOR, "bitwise and", "inet '192.168.1.6' & inet '0.0.0.255' -> 0.0.0.6"),
    PAIR("|", bits_or, T_INET, FN_ERR | FN_OPERATOR, "bitwise or", "inet '192.168.1.6' | inet '0.0.0.255' -> 192.168.1.255"),
    FN2("+", T_INET, T_I64, T_INET, plus, FN_FAIL | FN_OPERATOR, "address so many further",
        "inet '192.168.1.6' + 25 -> 192.168.1.31"),
    FN2("+", T_I64, T_INET, T_INET, plus_from, FN_FAIL | FN_OPERATOR, "address so many further",
        "25 + inet '192.168.1.6' -> 192.168.1.31"),
    FN2("-", T_INET, T_I64, T_INET, minus, FN_FAIL | FN_OPERATOR, "address so many before",
        "inet '192.168.1.43' - 36 -> 192.168.1.7"),
    PAIR("-", distance, T_I64, FN_ERR | FN_OPERATOR, "distance of two addresses",
         "inet '192.168.1.43' - inet '192.168.1.19' -> 24"),
    MAC_OP("&", mac_and, "bitwise and", "macaddr '08:00:2b:01:02:03' & macaddr '00:ff:ff:00:00:ff' -> 00:00:2b:00:00:03"),
    MAC_OP("|", mac_or, "bitwise or", "macaddr '08:00:2b:01:02:03' | macaddr '00:00:00:00:00:ff' -> 08:00:2b:01:02:ff"),
    FN1("~", T_MACADDR, T_MACADDR, mac_not, FN_PURE | FN_OPERATOR, "bitwise not",
        "~ macaddr '08:00:2b:01:02:03' -> f7:ff:d4:fe:fd:fc"),
    FN1("trunc", T_MACADDR, T_MACADDR, mac_trunc, FN_PURE | FN_TYPED, "the maker's part of the address",
        "trunc(macaddr '08:00:2b:01:02:03') -> 08:00:2b:00:00:00"),
    {0},
};
