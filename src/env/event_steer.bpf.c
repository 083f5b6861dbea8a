/* SPDX-License-Identifier: Apache-2.0
 *
 * The program that runs in the driver for each packet of an interface (NET_XDP).  It knows datagrams with events by their port and
 * looks at their header: what is too short, has another magic or a length that does not fit is dropped, before the kernel takes
 * memory for it; the rest goes to the AF_XDP socket of its queue, or, by its key, to a processor.  Everything else passes: other
 * traffic, fragments, VLAN tags, headers of IPv6 before UDP, and what comes by a queue that nobody reads. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "event_packet.h"

#define FRAGMENT 0x3fff /* of the field: more follow, or it is not the first */

struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u32);
} sockets SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_CPUMAP);
    __uint(max_entries, 1); /* the number of processors, when it is loaded */
    __type(key, __u32);
    __type(value, struct bpf_cpumap_val);
} cpus SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct steer_config);
} config SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, STEER_COUNTERS);
    __type(key, __u32);
    __type(value, __u64);
} counters SEC(".maps");

struct event_header {
    __be32 magic, key, length;
    __u8 sequence[8];
} __attribute__((packed));

static __always_inline int count(__u32 which, int action)
{
    __u64 *n = bpf_map_lookup_elem(&counters, &which);
    if (n)
        (*n)++;
    return action;
}

static __always_inline int is_address(const void *to, const struct steer_config *c, int n)
{
    const __u8 *a = to;
    for (int i = 0; i < n; i++)
        if (a[i] != c->address[i])
            return 0;
    return 1;
}

/* The UDP header of a packet that may be for us; NULL = it is other traffic. */
static __always_inline struct udphdr *find_udp(void *p, void *end, __be16 protocol, const struct steer_config *c)
{
    if (protocol == bpf_htons(ETH_P_IP)) {
        struct iphdr *ip = p;
        if ((void *)(ip + 1) > end || !c->takes_v4 || ip->protocol != IPPROTO_UDP || (ip->frag_off & bpf_htons(FRAGMENT)) ||
            ip->ihl < 5 || (c->has_address && !is_address(&ip->daddr, c, 4)))
            return 0;
        return p + ip->ihl * 4;
    }
    if (protocol == bpf_htons(ETH_P_IPV6)) {
        struct ipv6hdr *ip = p;
        if ((void *)(ip + 1) > end || !c->takes_v6 || ip->nexthdr != IPPROTO_UDP ||
            (c->has_address && !is_address(&ip->daddr, c, 16)))
            return 0;
        return (void *)(ip + 1);
    }
    return 0;
}

static __always_inline int drop(int is_invalid)
{
    if (is_invalid)
        count(STEER_INVALID, 0);
    return count(STEER_DROPPED, XDP_DROP);
}

SEC("xdp")
int event_steer(struct xdp_md *x)
{
    void *p = (void *)(long)x->data, *end = (void *)(long)x->data_end;
    struct ethhdr *eth = p;
    __u32 zero = 0;
    const struct steer_config *c = bpf_map_lookup_elem(&config, &zero);
    if (!c || (void *)(eth + 1) > end)
        return count(STEER_PASSED, XDP_PASS);
    struct udphdr *udp = find_udp(eth + 1, end, eth->h_proto, c);
    if (!udp || (void *)(udp + 1) > end || udp->dest != bpf_htons(c->port))
        return count(STEER_PASSED, XDP_PASS);
    struct event_header *h = (void *)(udp + 1);
    __u32 bytes = bpf_ntohs(udp->len);
    if (bytes < sizeof(*udp) + sizeof(*h) || (void *)(h + 1) > end)
        return drop(0);
    if (h->magic != bpf_htonl(EVENT_MAGIC) || bpf_ntohl(h->length) != bytes - sizeof(*udp) - sizeof(*h) ||
        bytes > (unsigned long)(end - (void *)udp))
        return drop(1);
    long to = c->n_cpus ? bpf_redirect_map(&cpus, bpf_ntohl(h->key) % c->n_cpus, XDP_PASS)
                        : bpf_redirect_map(&sockets, x->rx_queue_index, XDP_PASS);
    return to == XDP_REDIRECT ? count(STEER_REDIRECTED, XDP_REDIRECT) : count(STEER_PASSED, XDP_PASS);
}

char license_text[] SEC("license") = "Apache-2.0"; /* no helper it calls asks for another */
