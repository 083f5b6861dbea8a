/* SPDX-License-Identifier: Apache-2.0
 *
 * Datagrams that come in by UDP: the part of the Env that a source of events reads.  One socket is one port; receiving never waits
 * and never allocates, and what it gives lies in memory of the socket until the next call.
 *
 * There are three ways to the same datagrams.  NET_SOCKET is a UDP socket.  NET_PACKET is a ring of AF_PACKET, filled before the
 * stack of the kernel sees the packet.  NET_XDP is a program in the driver (event_steer.bpf.c), which looks at headers of events
 * before any memory of the kernel is taken for them, and rings of AF_XDP behind it; a UDP socket is read beside them, for what
 * comes by other interfaces, in fragments or with a VLAN tag.  In the simulator there is NET_SOCKET, and env_sim_datagram sends. */
#pragma once
#include "env/env.h"

#define NET_PADDING 64 /* bytes behind each datagram that may be read */
#define NET_PORT_MAX 65535
#define NET_QUEUES_MAX 64

typedef enum NetMode { NET_AUTO, NET_SOCKET, NET_PACKET, NET_XDP } NetMode; /* AUTO: the fastest that is allowed */
typedef enum NetAttach { NET_ATTACH_AUTO, NET_ATTACH_NATIVE, NET_ATTACH_GENERIC } NetAttach;
typedef enum NetSteer {
    NET_STEER_NONE, /* to the rings of AF_XDP, by queue */
    NET_STEER_CPU,  /* to a processor by the key of the event, and on it through the stack to the UDP socket */
} NetSteer;

typedef struct NetAddress {
    uint8_t ip[16]; /* IPv4: the first four */
    uint16_t port;
    bool is_v6;
} NetAddress;

typedef struct NetSpec {
    NetMode mode;
    const char *address;   /* numbers of IPv4 or IPv6; 0.0.0.0: all of IPv4; "::": all of both */
    const char *interface; /* NULL = any */
    const char *program;   /* path of another object for NET_XDP; NULL = the one that is built in */
    int64_t buffer_bytes;  /* for what is not received yet: of the UDP socket, of the ring, of each queue */
    int64_t queues;        /* of the interface that are read, from the first on; 0 = all */
    NetAttach attach;
    NetSteer steer;
    uint16_t port;
} NetSpec;

typedef struct NetDatagram {
    const char *p;
    uint32_t n;
    bool cut; /* there was more, which is lost */
    NetAddress from;
} NetDatagram;

typedef struct NetState {
    NetMode mode;         /* as it is */
    char how[48];         /* "socket", "packet eth0", "xdp native eth0 2 queues" */
    const char *note;     /* why it is not what was asked for; "" = it is */
    uint64_t n_lost;      /* there was no room for them */
    int64_t buffer_bytes; /* as granted */
    bool has_program;     /* the counters are valid: */
    uint64_t n_passed, n_dropped, n_redirected, n_invalid;
} NetState;

typedef struct NetSocket NetSocket;
typedef struct EnvNet {
    /* -ERR_UNSUPPORTED, -ERR_FILE_ACCESS: not allowed; -ERR_IO, among them a port that is taken. */
    int (*open)(Env *env, const NetSpec *spec, NetSocket **ret, Err *err);
    /* How many there are in *ret, 0 = none now; valid until the next call.  -ERR_IO: nothing will come any more. */
    int (*receive)(Env *env, NetSocket *s, const NetDatagram **ret, Err *err);
    void (*state)(Env *env, NetSocket *s, NetState *ret);
    void (*close)(Env *env, NetSocket *s); /* NULL is fine */
} EnvNet;

#define NET_ADDRESS_TEXT_MAX 64
/* "10.0.0.1:9999", "[fe80::1]:9999" */
void net_address_print(const NetAddress *a, char text[static NET_ADDRESS_TEXT_MAX]);
/* Numbers of IPv4 or IPv6; false = it is none. */
bool net_address_parse(const char *text, NetAddress *ret);
