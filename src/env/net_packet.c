/* SPDX-License-Identifier: Apache-2.0
 *
 * Datagrams by a ring of AF_PACKET (TPACKET_V3): the kernel copies packets that a filter takes into blocks that it shares with us,
 * and a block is ours when it is full or a millisecond old.  What was given lies in the block until the next call, so a block goes
 * back only when all of it has been read.
 *
 * The packets go on to the stack as well.  A UDP socket has the port there and takes nothing, else the kernel would answer that
 * nobody is listening.  The parts of datagrams in fragments are not put together here: they are counted as lost. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "env/net_impl.h"

#define BLOCK_BYTES (256u << 10)
#define BLOCK_FRAME 2048u
#define RETIRE_MS 1
#define RING_PRESET ((int64_t)8 << 20)
#define RING_MAX ((int64_t)1 << 30)

typedef struct PacketChannel {
    NetChannel base;
    Account *acct;
    const NetFilter *filter;
    int fd;
    char *ring;
    uint32_t n_blocks, block;
    bool is_open; /* the block is ours: */
    uint32_t n_left;
    const struct tpacket3_hdr *next;
} PacketChannel;

static struct tpacket_block_desc *block_of(const PacketChannel *c)
{
    return (void *)(c->ring + (size_t)c->block * BLOCK_BYTES);
}

static void block_done(PacketChannel *c)
{
    __atomic_store_n(&block_of(c)->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    c->block = c->block + 1 < c->n_blocks ? c->block + 1 : 0;
    c->is_open = false;
}

static bool block_next(PacketChannel *c)
{
    struct tpacket_block_desc *b = block_of(c);
    if (!(__atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
        return false;
    c->is_open = true;
    c->n_left = b->hdr.bh1.num_pkts;
    c->next = (const void *)((const char *)b + b->hdr.bh1.offset_to_first_pkt);
    return true;
}

static uint32_t packet_receive(NetChannel *base, NetDatagram *ret)
{
    PacketChannel *c = (PacketChannel *)base;
    uint32_t n = 0;
    if (c->is_open && c->n_left == 0)
        block_done(c);
    if (!c->is_open && !block_next(c))
        return 0;
    for (; c->n_left > 0 && n < NET_BATCH; c->n_left--) {
        const struct tpacket3_hdr *h = c->next;
        const uint8_t *p = (const uint8_t *)h + h->tp_net;
        bool taken = net_frame_ip(c->filter, p, h->tp_snaplen, &ret[n]);
        n += taken;
        c->base.n_lost += !taken; /* the filter took it: part of a datagram, or longer than it says */
        c->next = (const void *)((const char *)h + h->tp_next_offset);
    }
    return n;
}

static void packet_count(NetChannel *base)
{
    PacketChannel *c = (PacketChannel *)base;
    struct tpacket_stats_v3 seen; /* since the last time */
    socklen_t n = sizeof(seen);
    if (getsockopt(c->fd, SOL_PACKET, PACKET_STATISTICS, &seen, &n) == 0)
        c->base.n_lost += seen.tp_drops;
}

static void packet_close(NetChannel *base)
{
    PacketChannel *c = (PacketChannel *)base;
    if (c->ring)
        munmap(c->ring, (size_t)c->n_blocks * BLOCK_BYTES);
    if (c->fd >= 0)
        close(c->fd);
    mem_free(c->acct, c, sizeof(*c));
}

static const NetChannelType packet_channel = {packet_receive, packet_count, packet_close};

/* UDP to our port, by IPv4 or IPv6; of fragments the first, which has the port. */
static int set_filter(const PacketChannel *c, Err *err)
{
    enum { V6 = 11, ACCEPT = 15, REFUSE = 16 };
#define TO(at, here) ((uint8_t)((at) - (here)-1))
    struct sock_filter f[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x60, TO(V6, 2), 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x40, 0, TO(REFUSE, 3)),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, TO(REFUSE, 5)),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, TO(REFUSE, 7), 0),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, c->filter->port, TO(ACCEPT, 10), TO(REFUSE, 10)),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6), /* V6 */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, TO(REFUSE, 12)),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 42),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, c->filter->port, TO(ACCEPT, 14), TO(REFUSE, 14)),
        BPF_STMT(BPF_RET | BPF_K, 0x40000), /* ACCEPT, with so many bytes */
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {ARRAY_LEN(f), f};
    if (setsockopt(c->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
        return linux_raise(err, errno, "cannot filter packets", NULL);
    return 0;
}

static int set_ring(NetSocket *s, PacketChannel *c, Err *err)
{
    int version = TPACKET_V3, yes = 1;
    int64_t bytes = MIN(s->spec.buffer_bytes ? s->spec.buffer_bytes : RING_PRESET, RING_MAX);
    c->n_blocks = (uint32_t)MAX(bytes / BLOCK_BYTES, 2);
    struct tpacket_req3 ring = {.tp_block_size = BLOCK_BYTES,
                                .tp_block_nr = c->n_blocks,
                                .tp_frame_size = BLOCK_FRAME,
                                .tp_frame_nr = c->n_blocks * (BLOCK_BYTES / BLOCK_FRAME),
                                .tp_retire_blk_tov = RETIRE_MS};
    if (setsockopt(c->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) < 0 ||
        setsockopt(c->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes)) < 0 ||
        setsockopt(c->fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)) < 0)
        return linux_raise(err, errno, "cannot make a ring for packets", NULL);
    size_t n = (size_t)c->n_blocks * BLOCK_BYTES;
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0);
    if (p == MAP_FAILED)
        return linux_raise(err, errno, "cannot map a ring for packets", NULL);
    c->ring = p;
    c->base.buffer_bytes = (int64_t)n;
    return 0;
}

static int open_ring(NetSocket *s, Err *err)
{
    PacketChannel *c = mem_zalloc(s->acct, sizeof(*c));
    if (!c)
        return RAISE_NOMEM(err);
    c->base.type = &packet_channel;
    c->acct = s->acct;
    c->filter = &s->filter;
    s->channel[s->n_channels++] = &c->base;
    c->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0); /* no protocol: nothing comes before the filter is there */
    if (c->fd < 0)
        return linux_raise(err, errno, "cannot make a packet socket", NULL);
    TRY(set_filter(c, err));
    TRY(set_ring(s, c, err));
    const char *interface = s->spec.interface;
    struct sockaddr_ll at = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETH_P_ALL),
                             .sll_ifindex = interface ? (int)if_nametoindex(interface) : 0};
    if (bind(c->fd, (struct sockaddr *)&at, sizeof(at)) < 0)
        return linux_raise(err, errno, "cannot listen for packets of", interface ? interface : "all interfaces");
    snprintf(s->how, sizeof(s->how), "packet%s%s", interface ? " " : "", interface ? interface : "");
    return 0;
}

int net_open_packet(NetSocket *s, Err *err)
{
    TRY(net_open_udp(s, true, err));
    return open_ring(s, err);
}
