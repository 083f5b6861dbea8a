/* SPDX-License-Identifier: Apache-2.0
 *
 * What the ways of receiving datagrams share, inside this folder only.  A NetSocket is what a caller has; it reads one channel
 * after the other: a UDP socket, a ring of AF_PACKET, rings of AF_XDP. */
#pragma once
#include "env/env_linux_impl.h"
#include "env/net.h"

#define NET_BATCH 64 /* datagrams of one call */

/* What of a packet from the wire is for us. */
typedef struct NetFilter {
    NetAddress address;
    bool has_address, takes_v4, takes_v6;
    uint16_t port;
} NetFilter;
NetFilter net_filter(const NetSpec *spec, const NetAddress *address);
/* The datagram in a packet that begins with its IP header, of which n bytes are there; false = it is none for us. */
bool net_frame_ip(const NetFilter *f, const uint8_t *p, uint32_t n, NetDatagram *ret);
/* The same of a frame of Ethernet, without VLAN. */
bool net_frame_ethernet(const NetFilter *f, const uint8_t *p, uint32_t n, NetDatagram *ret);

typedef struct NetChannel NetChannel;
typedef struct NetChannelType {
    uint32_t (*receive)(NetChannel *c, NetDatagram *ret); /* NET_BATCH at most */
    void (*count)(NetChannel *c);                         /* brings n_lost up to date */
    void (*close)(NetChannel *c);                         /* also half-opened; frees */
} NetChannelType;
struct NetChannel { /* embedded first */
    const NetChannelType *type;
    uint64_t n_lost;
    int64_t buffer_bytes;
};

typedef struct NetProgram NetProgram; /* the kernel program and where it is attached */

struct NetSocket {
    Account *acct;
    NetSpec spec;
    NetFilter filter;
    NetMode mode;
    NetChannel *channel[NET_QUEUES_MAX + 1];
    uint32_t n_channels, at; /* at: the one that is asked next */
    uint32_t index, n_idle;  /* of the interface; calls that found nothing */
    NetProgram *program;
    char how[48], note[256];
    NetDatagram got[NET_BATCH];
};

/* Each adds its channels to s.  Half-opened ones are there too, also on failure. */
int net_open_udp(NetSocket *s, bool mute, Err *err); /* mute: it has the port, and gets nothing */
int net_open_packet(NetSocket *s, Err *err);
int net_open_xdp(NetSocket *s, Err *err);
void net_program_count(NetProgram *p, NetState *ret);
void net_program_close(NetProgram *p); /* NULL is fine */
