/* SPDX-License-Identifier: Apache-2.0
 *
 * Source `udp`: datagrams with a header of 20 bytes and rows of a format behind it (udp_packet.h).  Each datagram is a stream of
 * its own for the format, so one that is lost or malformed takes nothing from the others.  It cannot be read again: whoever has
 * polled a row has to keep it (SourceType.live).
 *
 * Polling takes what the Env has received (env/net.h) and never waits; it allocates only where rows do.  What nobody polls in time
 * is lost, and counted where it is lost. */
#include <stdio.h>
#include <string.h>

#include "connect/connect_impl.h"
#include "connect/udp/udp_packet.h"
#include "connect/udp/udp_sequence.h"

typedef struct UdpConfig {
    const char *address, *interface, *program, *format;
    int64_t port, queues, buffer_bytes;
    int32_t mode, attach, steer; /* NetMode, NetAttach, NetSteer */
    int32_t duplicates;          /* 1 = dropped */
} UdpConfig;

typedef struct UdpSource {
    Source base;
    NetSocket *socket;
    Decoder *decoder;
    Builder out;
    uint32_t out_cap;
    const NetDatagram *got; /* received together, from `at` on not decoded, the first of them from `used` on */
    uint32_t n_got, at;
    size_t used;
    bool begun;         /* its header has been read */
    EventPacket packet; /* in hand */
    KeySequences sequences;
    uint64_t n_packets, n_bytes, n_fault[PACKET_FAULTS], n_dropped, n_failed;
    Err *err; /* of the poll in hand, for the decoder's callback */
} UdpSource;

static int udp_format(const ConnectArgs *args, const FormatType **ret, Err *err)
{
    TRY(connect_format(args, ret, err));
    if (!*ret)
        *ret = format_find(STR("json"));
    return 0;
}

/* Malformed: the sender is its file, the sequence its line. */
static int on_bad(void *self, const BadRecord *bad)
{
    UdpSource *u = self;
    BadRecord here = *bad;
    char from[NET_ADDRESS_TEXT_MAX];
    net_address_print(&u->got[u->at].from, from);
    here.line = (int64_t)u->packet.sequence;
    return source_put_bad(&u->base, from, &here, u->err);
}

static int put_fault(UdpSource *u, const NetDatagram *d, PacketFault fault)
{
    BadRecord bad = {.text = {d->p, MIN(d->n, 4096u)}, .code = ERR_BAD_RECORD, .reason = str_of(packet_fault_text(fault))};
    return on_bad(u, &bad);
}

/* The header of the datagram in hand.  1 = there are rows behind it, 0 = it is done with. */
static int begin_packet(UdpSource *u, const NetDatagram *d)
{
    const UdpConfig *c = u->base.config;
    PacketFault fault = event_packet_parse(d, &u->packet);
    u->n_packets++;
    u->n_bytes += d->n;
    if (fault != PACKET_GOOD) {
        u->n_fault[fault]++;
        return put_fault(u, d, fault);
    }
    bool again = udp_sequences_note(&u->sequences, u->packet.key, u->packet.sequence);
    if (again && c->duplicates == 1) {
        u->n_dropped++;
        return 0;
    }
    decoder_restart(u->decoder);
    return u->packet.payload.n > 0;
}

/* Decodes the datagram in hand, from where it stands.  0 = done with it, 1 = the builder is full, or negative. */
static int take_packet(UdpSource *u, Err *err)
{
    const NetDatagram *d = &u->got[u->at];
    if (!u->begun) {
        int rc = begin_packet(u, d);
        if (rc <= 0)
            return rc;
        u->begun = true;
    }
    Str left = {u->packet.payload.p + u->used, u->packet.payload.n - u->used};
    size_t used = 0;
    int rc = decoder_feed(u->decoder, left.p, left.n, true, &u->out, &used, err);
    u->used += used;
    return rc < 0 ? rc : rc == FEED_FULL && u->used < u->packet.payload.n;
}

static int resize_out(UdpSource *u, uint32_t cap, Err *err)
{
    if (u->out_cap == cap)
        return 0;
    if (u->out_cap)
        builder_done(&u->out);
    u->out_cap = 0;
    TRY(builder_init(&u->out, u->base.acct, u->base.schema, cap, err));
    u->out_cap = cap;
    return 0;
}

/* Until there is nothing more, or the builder is full. */
static int take_packets(UdpSource *u, Err *err)
{
    Env *env = u->base.env;
    while (u->out.n < u->out_cap) {
        if (u->at == u->n_got) {
            int n = env->net->receive(env, u->socket, &u->got, err);
            u->at = 0;
            u->n_got = (uint32_t)MAX(n, 0);
            if (n <= 0)
                return n;
        }
        int rc = take_packet(u, err);
        if (rc == 1)
            return 0;
        u->at++; /* also one that cannot be decoded for lack of memory: it would stand in the way for ever */
        u->n_failed += rc < 0;
        u->used = 0;
        u->begun = false;
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int udp_poll(Source *s, uint32_t max_rows, SourcePoll *ret, Err *err)
{
    UdpSource *u = (UdpSource *)s;
    uint64_t before = u->n_packets;
    if (u->out.n == 0)
        TRY(resize_out(u, MIN(max_rows, BATCH_ROWS_MAX), err));
    u->err = err;
    int rc = take_packets(u, err);
    u->err = NULL;
    if (rc < 0)
        return rc;
    s->n_bytes = (int64_t)u->n_bytes;
    if (u->out.n == 0)
        return u->n_packets > before ? SOURCE_DATA : SOURCE_IDLE;
    ret->batch = builder_take(&u->out);
    return ret->batch ? SOURCE_DATA : RAISE_NOMEM(err);
}

static int check_options(const UdpConfig *c, Err *err)
{
    NetAddress address;
    if (!net_address_parse(c->address, &address))
        return RAISE(err, ERR_BAD_OPTION, "connector \"udp\": option \"address\" is no address of IPv4 or IPv6: \"%.100s\"",
                     c->address);
    const struct {
        const char *key;
        bool given;
    } only[] = {{"program", c->program}, {"attach", c->attach}, {"steer", c->steer}, {"queues", c->queues}};
    for (size_t i = 0; i < ARRAY_LEN(only); i++)
        if (only[i].given && (c->mode == NET_SOCKET || c->mode == NET_PACKET))
            return RAISE(err, ERR_BAD_OPTION, "connector \"udp\": option \"%s\" is for mode = 'xdp'", only[i].key);
    if (c->mode == NET_XDP && !c->interface)
        return RAISE(err, ERR_MISSING_OPTION, "connector \"udp\": mode = 'xdp' needs option \"interface\"");
    return 0;
}

/* Without a header line, if nobody asks for one: each datagram would have it. */
static int open_decoder(UdpSource *u, const FormatType *format, const ConnectArgs *args, Err *err)
{
    Option *opts = ARENA_ARRAY(source_arena(&u->base), Option, args->n_format_opts + 1);
    uint32_t n = args->n_format_opts;
    bool given = false;
    if (!opts)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        opts[i] = args->format_opts[i];
        given |= str_eq_nocase(opts[i].key, STR("header"));
    }
    if (!given && option_find(format->options, STR("header")))
        opts[n++] = (Option){.key = STR("header"), .value = STR("false")};
    return decoder_new(format, u->base.acct, u->base.schema, opts, n, on_bad, u, &u->decoder, err);
}

static int udp_open(Source *s, const ConnectArgs *args, Err *err)
{
    UdpSource *u = (UdpSource *)s;
    const UdpConfig *c = s->config;
    const FormatType *format;
    Option name = {.key = STR("format"), .value = str_of(c->format)};
    ConnectArgs again = *args;
    again.opts = &name;
    again.n_opts = c->format != NULL;
    udp_sequences_init(&u->sequences, s->acct);
    TRY(check_options(c, err));
    TRY(udp_format(&again, &format, err));
    TRY(open_decoder(u, format, args, err));
    NetSpec spec = {.mode = (NetMode)c->mode,
                    .address = c->address,
                    .interface = c->interface,
                    .program = c->program,
                    .buffer_bytes = c->buffer_bytes,
                    .queues = c->queues,
                    .attach = (NetAttach)c->attach,
                    .steer = (NetSteer)c->steer,
                    .port = (uint16_t)c->port};
    return s->env->net->open(s->env, &spec, &u->socket, err);
}

static void add(SourceReport *r, const char *name, uint64_t value)
{
    if (r->n < SOURCE_COUNTERS_MAX)
        r->counter[r->n++] = (SourceCounter){name, value};
}

static void udp_report(Source *s, SourceReport *ret)
{
    UdpSource *u = (UdpSource *)s;
    const KeySequences *q = &u->sequences;
    NetState net;
    s->env->net->state(s->env, u->socket, &net);
    snprintf(ret->how, sizeof(ret->how), "%s", net.how);
    snprintf(ret->note, sizeof(ret->note), "%s", net.note);
    add(ret, "packets", u->n_packets);
    add(ret, "bytes", u->n_bytes);
    add(ret, "lost_packets", net.n_lost);
    add(ret, "short_packets", u->n_fault[PACKET_SHORT]);
    add(ret, "bad_magic", u->n_fault[PACKET_MAGIC]);
    add(ret, "bad_length", u->n_fault[PACKET_LENGTH]);
    add(ret, "cut_packets", u->n_fault[PACKET_CUT]);
    add(ret, "failed_packets", u->n_failed);
    add(ret, "keys", q->n);
    add(ret, "sequence_gaps", q->n_gaps);
    add(ret, "sequence_duplicates", q->n_duplicates);
    add(ret, "dropped_duplicates", u->n_dropped);
    add(ret, "sequence_stale", q->n_stale);
    add(ret, "sequence_restarts", q->n_restarts);
    add(ret, "untracked_packets", q->n_untracked);
    add(ret, "buffer_bytes", (uint64_t)net.buffer_bytes);
    if (!net.has_program)
        return;
    add(ret, "xdp_passed", net.n_passed);
    add(ret, "xdp_dropped", net.n_dropped);
    add(ret, "xdp_redirected", net.n_redirected);
    add(ret, "xdp_invalid", net.n_invalid);
}

static void udp_close(Source *s)
{
    UdpSource *u = (UdpSource *)s;
    s->env->net->close(s->env, u->socket);
    decoder_free(u->decoder);
    if (u->out_cap)
        builder_done(&u->out);
    udp_sequences_done(&u->sequences);
}

static const OptionDef udp_options[] = {
    {"port", OPTION_INT, offsetof(UdpConfig, port), .required = true, .min = 1, .max = NET_PORT_MAX, .help = "port of UDP"},
    {"address", OPTION_TEXT, offsetof(UdpConfig, address), .preset = "0.0.0.0",
     .help = "address to listen at, in numbers; 0.0.0.0: all of IPv4, ::: all of IPv4 and IPv6"},
    {"mode", OPTION_ENUM, offsetof(UdpConfig, mode), .preset = "socket", .names = "auto|socket|packet|xdp",
     .help = "a UDP socket, a ring of AF_PACKET, or AF_XDP behind a program in the driver; auto: the fastest that is allowed"},
    {"interface", OPTION_TEXT, offsetof(UdpConfig, interface), .help = "network interface; default: all, xdp needs one"},
    {"buffer", OPTION_BYTES, offsetof(UdpConfig, buffer_bytes), .min = 4096, .max = 1073741824,
     .help = "for packets that are not received yet, of each queue; default: 8MiB, or what the system allows"},
    {"queues", OPTION_INT, offsetof(UdpConfig, queues), .preset = "0", .min = 0, .max = NET_QUEUES_MAX,
     .help = "xdp: queues of the interface that are read; 0 = all"},
    {"attach", OPTION_ENUM, offsetof(UdpConfig, attach), .preset = "auto", .names = "auto|native|generic",
     .help = "xdp: where the program runs: in the driver or behind it; auto: in the driver if that can"},
    {"steer", OPTION_ENUM, offsetof(UdpConfig, steer), .preset = "none", .names = "none|cpu",
     .help = "xdp: cpu deals packets out to processors by their key, through the stack"},
    {"program", OPTION_TEXT, offsetof(UdpConfig, program),
     .help = "xdp: path of another object in the place of the built-in program"},
    {"duplicates", OPTION_ENUM, offsetof(UdpConfig, duplicates), .preset = "keep", .names = "keep|drop",
     .help = "a packet whose key and sequence have come before: its rows are taken too, or not"},
    {"format", OPTION_TEXT, offsetof(UdpConfig, format), .help = "format, instead of FORMAT; default: json"},
    {NULL},
};

const SourceType source_udp = {
    .name = "udp",
    .help = "receives datagrams with rows, as they come; at most once",
    .options = udp_options,
    .config_bytes = sizeof(UdpConfig),
    .size = sizeof(UdpSource),
    .live = true,
    .format = udp_format,
    .open = udp_open,
    .poll = udp_poll,
    .report = udp_report,
    .close = udp_close,
};
