/* SPDX-License-Identifier: Apache-2.0
 *
 * From a packet as it was on the wire to its datagram.  Whatever the bytes are, nothing behind them is read: lengths in headers are
 * believed only as far as there are bytes.  Checksums are not looked at; who receives below the stack of the kernel relies on the
 * device for them, and packets between two namespaces of one machine have none. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "env/net_impl.h"

#define PROTOCOL_UDP 17
#define UDP_HEADER 8u
#define V4_HEADER 20u
#define V6_HEADER 40u
#define ETHERNET_HEADER 14u
#define FRAGMENT 0x3fffu /* more follow, or it is not the first */

static uint32_t u16_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

NetFilter net_filter(const NetSpec *spec, const NetAddress *address)
{
    static const uint8_t none[16];
    NetFilter f = {.address = *address, .port = spec->port};
    f.has_address = memcmp(address->ip, none, sizeof(none)) != 0;
    f.takes_v6 = address->is_v6;
    f.takes_v4 = !address->is_v6 || !f.has_address;
    return f;
}

/* `from` has the address; p is where the UDP header begins, total what the IP header says there is from there on. */
static bool take_udp(const NetFilter *f, const uint8_t *p, uint32_t n, uint32_t total, NetDatagram *ret)
{
    if (n < UDP_HEADER || u16_at(p + 2) != f->port)
        return false;
    uint32_t bytes = u16_at(p + 4);
    if (bytes < UDP_HEADER || bytes > total)
        return false;
    ret->from.port = (uint16_t)u16_at(p);
    ret->p = (const char *)p + UDP_HEADER;
    ret->n = MIN(bytes, n) - UDP_HEADER;
    ret->cut = bytes > n;
    return true;
}

static bool take_v4(const NetFilter *f, const uint8_t *p, uint32_t n, NetDatagram *ret)
{
    if (!f->takes_v4 || n < V4_HEADER || p[9] != PROTOCOL_UDP || (u16_at(p + 6) & FRAGMENT))
        return false;
    uint32_t head = (p[0] & 15u) * 4, total = u16_at(p + 2);
    if (head < V4_HEADER || head > n || total < head || (f->has_address && memcmp(p + 16, f->address.ip, 4) != 0))
        return false;
    ret->from = (NetAddress){0};
    memcpy(ret->from.ip, p + 12, 4);
    return take_udp(f, p + head, n - head, total - head, ret);
}

static bool take_v6(const NetFilter *f, const uint8_t *p, uint32_t n, NetDatagram *ret)
{
    if (!f->takes_v6 || n < V6_HEADER || p[6] != PROTOCOL_UDP || (f->has_address && memcmp(p + 24, f->address.ip, 16) != 0))
        return false;
    ret->from = (NetAddress){.is_v6 = true};
    memcpy(ret->from.ip, p + 8, 16);
    return take_udp(f, p + V6_HEADER, n - V6_HEADER, u16_at(p + 4), ret);
}

bool net_frame_ip(const NetFilter *f, const uint8_t *p, uint32_t n, NetDatagram *ret)
{
    if (n == 0)
        return false;
    return p[0] >> 4 == 4 ? take_v4(f, p, n, ret) : p[0] >> 4 == 6 ? take_v6(f, p, n, ret) : false;
}

bool net_frame_ethernet(const NetFilter *f, const uint8_t *p, uint32_t n, NetDatagram *ret)
{
    return n > ETHERNET_HEADER && net_frame_ip(f, p + ETHERNET_HEADER, n - ETHERNET_HEADER, ret);
}

void net_address_print(const NetAddress *a, char text[static NET_ADDRESS_TEXT_MAX])
{
    char ip[INET6_ADDRSTRLEN];
    if (!inet_ntop(a->is_v6 ? AF_INET6 : AF_INET, a->ip, ip, sizeof(ip)))
        ip[0] = 0;
    snprintf(text, NET_ADDRESS_TEXT_MAX, a->is_v6 ? "[%s]:%u" : "%s:%u", ip, (unsigned)a->port);
}

bool net_address_parse(const char *text, NetAddress *ret)
{
    *ret = (NetAddress){0};
    if (inet_pton(AF_INET, text, ret->ip) == 1)
        return true;
    ret->is_v6 = true;
    return inet_pton(AF_INET6, text, ret->ip) == 1;
}
