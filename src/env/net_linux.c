/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine's datagrams: which of the ways is taken, and the UDP socket.
 *
 * AUTO tries XDP, then the ring of AF_PACKET, then the UDP socket, and keeps why the first was refused; what was asked for by name
 * is an error when it cannot be had, so that nobody measures one way and means another.
 *
 * The UDP socket is read by recvmmsg into slots of one block.  A slot takes the largest datagram there is; the pages of it that no
 * datagram reaches are never touched.  Slots are no power of two apart, else they would meet in the same sets of the caches. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "env/net_impl.h"

#define SLOT_BYTES (65536u + 192u)
#define BUFFER_PRESET ((int64_t)8 << 20)
#define IDLE_CHECK 512 /* calls that found nothing, until the interface is looked for */

typedef struct UdpChannel {
    NetChannel base;
    Account *acct;
    int fd;
    uint32_t drops_seen; /* the kernel counts in 32 bits */
    char *slots;
    struct mmsghdr message[NET_BATCH];
    struct iovec part[NET_BATCH];
    struct sockaddr_in6 from[NET_BATCH]; /* the larger one */
} UdpChannel;

static NetAddress address_of(const struct sockaddr_in6 *from)
{
    NetAddress a = {0};
    if (from->sin6_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)from;
        memcpy(a.ip, &v4->sin_addr, 4);
        a.port = ntohs(v4->sin_port);
    } else if (IN6_IS_ADDR_V4MAPPED(&from->sin6_addr)) { /* came by IPv4 */
        memcpy(a.ip, (const uint8_t *)&from->sin6_addr + 12, 4);
        a.port = ntohs(from->sin6_port);
    } else {
        a.is_v6 = true;
        memcpy(a.ip, &from->sin6_addr, 16);
        a.port = ntohs(from->sin6_port);
    }
    return a;
}

static uint32_t udp_receive(NetChannel *base, NetDatagram *ret)
{
    UdpChannel *c = (UdpChannel *)base;
    for (uint32_t i = 0; i < NET_BATCH; i++) {
        c->message[i].msg_hdr.msg_namelen = sizeof(c->from[i]);
        c->message[i].msg_hdr.msg_flags = 0;
    }
    int n;
    do /* an error of the network that an earlier packet caused is not one of the packets that wait */
        n = recvmmsg(c->fd, c->message, NET_BATCH, MSG_DONTWAIT, NULL);
    while (n < 0 && (errno == EINTR || errno == ECONNREFUSED));
    for (int i = 0; i < n; i++)
        ret[i] = (NetDatagram){.p = c->slots + (size_t)i * SLOT_BYTES,
                               .n = c->message[i].msg_len,
                               .cut = (c->message[i].msg_hdr.msg_flags & MSG_TRUNC) != 0,
                               .from = address_of(&c->from[i])};
    return n > 0 ? (uint32_t)n : 0;
}

static void udp_count(NetChannel *base)
{
    UdpChannel *c = (UdpChannel *)base;
    uint32_t info[SK_MEMINFO_VARS];
    socklen_t n = sizeof(info);
    if (getsockopt(c->fd, SOL_SOCKET, SO_MEMINFO, info, &n) < 0 || n <= SK_MEMINFO_DROPS * sizeof(info[0]))
        return;
    c->base.n_lost += info[SK_MEMINFO_DROPS] - c->drops_seen;
    c->drops_seen = info[SK_MEMINFO_DROPS];
}

static void udp_close(NetChannel *base)
{
    UdpChannel *c = (UdpChannel *)base;
    if (c->fd >= 0)
        close(c->fd);
    mem_free(c->acct, c->slots, (size_t)SLOT_BYTES * NET_BATCH);
    mem_free(c->acct, c, sizeof(*c));
}

static const NetChannelType udp_channel = {udp_receive, udp_count, udp_close}, mute_channel = {.close = udp_close};

/* The larger of what privileges and the system's limit allow. */
static void set_buffer(NetSocket *s, UdpChannel *c)
{
    int want = (int)MIN(s->spec.buffer_bytes ? s->spec.buffer_bytes : BUFFER_PRESET, (int64_t)1 << 30), got = 0;
    socklen_t n = sizeof(got);
    if (setsockopt(c->fd, SOL_SOCKET, SO_RCVBUFFORCE, &want, sizeof(want)) < 0)
        (void)setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &want, sizeof(want));
    if (getsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &got, &n) < 0)
        return;
    c->base.buffer_bytes = got / 2; /* the kernel says the double, for its own part */
    size_t at = strlen(s->note);
    if (s->spec.buffer_bytes && got / 2 < want)
        snprintf(s->note + at, sizeof(s->note) - at,
                 "%sthe receive buffer has %d bytes, less than was asked for: see net.core.rmem_max", at ? "; " : "", got / 2);
}

static int udp_bind(NetSocket *s, UdpChannel *c, Err *err)
{
    const NetFilter *f = &s->filter;
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(f->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(f->port)};
    char text[NET_ADDRESS_TEXT_MAX];
    NetAddress at = f->address;
    int off = 0;
    memcpy(&v4.sin_addr, f->address.ip, 4);
    memcpy(&v6.sin6_addr, f->address.ip, 16);
    at.port = f->port;
    net_address_print(&at, text);
    if (f->address.is_v6 && setsockopt(c->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0)
        return linux_raise(err, errno, "cannot listen by UDP at", text);
    if (bind(c->fd, f->address.is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
             f->address.is_v6 ? sizeof(v6) : sizeof(v4)) < 0)
        return linux_raise(err, errno, "cannot listen by UDP at", text);
    return 0;
}

/* Takes the port, so that the kernel does not answer senders that nobody is there. */
static int udp_mute(UdpChannel *c, Err *err)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {1, &nothing};
    return setsockopt(c->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0
               ? linux_raise(err, errno, "cannot filter a socket", NULL)
               : 0;
}

static int udp_slots(UdpChannel *c, Err *err)
{
    c->slots = mem_alloc(c->acct, (size_t)SLOT_BYTES * NET_BATCH);
    if (!c->slots)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < NET_BATCH; i++) {
        c->part[i] = (struct iovec){c->slots + (size_t)i * SLOT_BYTES, SLOT_BYTES - NET_PADDING};
        c->message[i].msg_hdr = (struct msghdr){.msg_name = &c->from[i], .msg_iov = &c->part[i], .msg_iovlen = 1};
    }
    return 0;
}

int net_open_udp(NetSocket *s, bool mute, Err *err)
{
    UdpChannel *c = mem_zalloc(s->acct, sizeof(*c));
    if (!c)
        return RAISE_NOMEM(err);
    c->base.type = mute ? &mute_channel : &udp_channel;
    c->acct = s->acct;
    c->fd = socket(s->filter.address.is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    s->channel[s->n_channels++] = &c->base;
    if (c->fd < 0)
        return linux_raise(err, errno, "cannot make a UDP socket", NULL);
    const char *interface = s->spec.interface;
    if (s->mode == NET_SOCKET && interface &&
        setsockopt(c->fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)) < 0)
        return linux_raise(err, errno, "cannot listen on interface", interface);
    if (mute) {
        TRY(udp_mute(c, err));
    } else {
        set_buffer(s, c);
        TRY(udp_slots(c, err));
    }
    return udp_bind(s, c, err);
}

/* ---- the ways ---- */

static void close_channels(NetSocket *s)
{
    net_program_close(s->program); /* first: nothing new comes to sockets that go */
    s->program = NULL;
    for (uint32_t i = 0; i < s->n_channels; i++)
        if (s->channel[i])
            s->channel[i]->type->close(s->channel[i]);
    s->n_channels = 0;
}

static int open_as(NetSocket *s, NetMode mode, Err *err)
{
    s->mode = mode;
    int rc = mode == NET_XDP ? net_open_xdp(s, err) : mode == NET_PACKET ? net_open_packet(s, err) : net_open_udp(s, false, err);
    if (rc < 0)
        close_channels(s);
    else if (mode == NET_SOCKET)
        snprintf(s->how, sizeof(s->how), "socket");
    return rc;
}

static int open_best(NetSocket *s, Err *err)
{
    static const char *const name[] = {[NET_XDP] = "xdp", [NET_PACKET] = "packet"};
    size_t n = 0;
    for (NetMode mode = NET_XDP; mode > NET_SOCKET; mode--) {
        Err why = ERR_INIT;
        int rc = open_as(s, mode, &why);
        if (rc >= 0 || rc == -ERR_OUT_OF_MEMORY)
            return rc < 0 ? RAISE_NOMEM(err) : 0;
        n += (size_t)snprintf(s->note + n, sizeof(s->note) - n, "%snot %s: %.100s", n ? "; " : "", name[mode], why.message);
        n = MIN(n, sizeof(s->note) - 1);
    }
    return open_as(s, NET_SOCKET, err);
}

static int check_interface(const NetSpec *spec, Err *err)
{
    if (spec->interface && (strlen(spec->interface) >= IF_NAMESIZE || if_nametoindex(spec->interface) == 0))
        return RAISE(err, ERR_IO, "there is no network interface \"%.100s\"", spec->interface);
    return 0;
}

static void linux_net_close(Env *env, NetSocket *s)
{
    (void)env;
    if (!s)
        return;
    close_channels(s);
    mem_free(s->acct, s, sizeof(*s));
}

static int linux_net_open(Env *env, const NetSpec *spec, NetSocket **ret, Err *err)
{
    NetAddress address;
    if (!net_address_parse(spec->address, &address))
        return RAISE(err, ERR_INVALID_PARAMETER, "\"%.100s\" is no address of IPv4 or IPv6", spec->address);
    TRY(check_interface(spec, err));
    NetSocket *s = mem_zalloc(NULL, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    s->spec = *spec;
    s->index = spec->interface ? if_nametoindex(spec->interface) : 0;
    s->filter = net_filter(spec, &address);
    int rc = spec->mode == NET_AUTO ? open_best(s, err) : open_as(s, spec->mode, err);
    if (rc < 0) {
        linux_net_close(env, s);
        return rc;
    }
    *ret = s;
    return 0;
}

/* An interface that is gone takes what listens to it along, also when one of that name comes again. */
static int check_there(NetSocket *s, Err *err)
{
    const char *interface = s->spec.interface;
    if (!interface || ++s->n_idle % IDLE_CHECK != 0 || if_nametoindex(interface) == s->index)
        return 0;
    return RAISE(err, ERR_IO, "network interface \"%.100s\" is gone, or is another one", interface);
}

static int linux_net_receive(Env *env, NetSocket *s, const NetDatagram **ret, Err *err)
{
    (void)env;
    *ret = s->got;
    for (uint32_t i = 0; i < s->n_channels; i++) {
        NetChannel *c = s->channel[s->at];
        s->at = s->at + 1 < s->n_channels ? s->at + 1 : 0;
        uint32_t n = c->type->receive ? c->type->receive(c, s->got) : 0;
        if (n > 0)
            return (int)n;
    }
    return check_there(s, err);
}

static void linux_net_state(Env *env, NetSocket *s, NetState *ret)
{
    (void)env;
    *ret = (NetState){.mode = s->mode, .note = s->note};
    snprintf(ret->how, sizeof(ret->how), "%s", s->how);
    for (uint32_t i = 0; i < s->n_channels; i++) {
        NetChannel *c = s->channel[i];
        if (c->type->count)
            c->type->count(c);
        ret->n_lost += c->n_lost;
        ret->buffer_bytes += c->buffer_bytes;
    }
    if (s->program)
        net_program_count(s->program, ret);
}

const EnvNet linux_net = {.open = linux_net_open, .receive = linux_net_receive, .state = linux_net_state, .close = linux_net_close};
