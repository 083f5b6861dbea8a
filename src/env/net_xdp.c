/* SPDX-License-Identifier: Apache-2.0
 *
 * Datagrams by AF_XDP: the kernel program (event_steer.bpf.c) is attached to the interface, a socket per queue shares a block of
 * frames with the kernel, and a UDP socket takes what the program lets pass.  Frames that were given go back with the next call.
 *
 * libbpf and libxdp are loaded when the first such socket is opened, so that who never asks for one needs neither.  The program is
 * held by a link that is a descriptor of this process: however the process ends, the kernel detaches it. */
#include <dlfcn.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <xdp/xsk.h>

#include "env/event_packet.h"
#include "env/net_impl.h"

#define FRAME_BYTES 4096u
#define FRAMES_PRESET 2048u
#define FRAMES_MIN 64u
#define FRAMES_MAX 65536u
#define AHEAD_BYTES 128u
#define BUSY_TRIES 20
#define BUSY_MS 5

extern const unsigned char event_steer_object[]; /* made when the library is built */
extern const size_t event_steer_bytes;

/* ---- the libraries ---- */

#define BPF_CALLS(X)                                                                                                               \
    X(bpf_object__open_mem)                                                                                                        \
    X(bpf_object__open_file)                                                                                                       \
    X(bpf_object__load)                                                                                                            \
    X(bpf_object__close)                                                                                                           \
    X(bpf_object__next_program)                                                                                                    \
    X(bpf_object__find_map_by_name)                                                                                                \
    X(bpf_program__set_type)                                                                                                       \
    X(bpf_program__fd)                                                                                                             \
    X(bpf_map__fd)                                                                                                                 \
    X(bpf_map__value_size)                                                                                                         \
    X(bpf_map__max_entries)                                                                                                        \
    X(bpf_map__set_max_entries)                                                                                                    \
    X(bpf_map_update_elem)                                                                                                         \
    X(bpf_map_lookup_elem)                                                                                                         \
    X(bpf_link_create)                                                                                                             \
    X(libbpf_num_possible_cpus)                                                                                                    \
    X(libbpf_set_print)                                                                                                            \
    X(libbpf_get_error)
#define XSK_CALLS(X)                                                                                                               \
    X(xsk_umem__create)                                                                                                            \
    X(xsk_umem__delete)                                                                                                            \
    X(xsk_socket__create)                                                                                                          \
    X(xsk_socket__delete)                                                                                                          \
    X(xsk_socket__fd)

typedef struct Calls {
#define X(f) __typeof__(&(f)) f;
    BPF_CALLS(X)
    XSK_CALLS(X)
#undef X
    const char *missing; /* what could not be loaded; NULL = all is there */
} Calls;
static Calls calls;

static void find_call(void *library, const char *name, void *ret)
{
    void *p = dlsym(library, name);
    if (!p)
        calls.missing = name;
    memcpy(ret, &p, sizeof(p));
}

static void load_calls(void)
{
    void *bpf = dlopen("libbpf.so.1", RTLD_NOW | RTLD_LOCAL), *xdp = dlopen("libxdp.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!bpf || !xdp) {
        calls.missing = bpf ? "libxdp.so.1" : "libbpf.so.1";
        return;
    }
#define X(f) find_call(bpf, #f, &calls.f);
    BPF_CALLS(X)
#undef X
#define X(f) find_call(xdp, #f, &calls.f);
    XSK_CALLS(X)
#undef X
}

static int need_calls(Err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_calls);
    return calls.missing ? RAISE(err, ERR_UNSUPPORTED, "XDP needs libbpf and libxdp: %s is not there", calls.missing) : 0;
}

/* ---- the program ---- */

struct NetProgram {
    Account *acct;
    struct bpf_object *object;
    int link, program_fd, sockets_fd, counters_fd;
    const char *attached; /* "native", "generic" */
    uint32_t n_cpus;      /* that count */
    uint64_t *count;      /* of each */
};

void net_program_close(NetProgram *p)
{
    if (!p)
        return;
    if (p->link >= 0)
        close(p->link);
    if (p->object)
        calls.bpf_object__close(p->object);
    mem_free(p->acct, p->count, p->n_cpus * sizeof(*p->count));
    mem_free(p->acct, p, sizeof(*p));
}

void net_program_count(NetProgram *p, NetState *ret)
{
    uint64_t *const to[STEER_COUNTERS] = {[STEER_PASSED] = &ret->n_passed,
                                          [STEER_DROPPED] = &ret->n_dropped,
                                          [STEER_REDIRECTED] = &ret->n_redirected,
                                          [STEER_INVALID] = &ret->n_invalid};
    ret->has_program = true;
    for (uint32_t i = 0; i < STEER_COUNTERS; i++)
        if (calls.bpf_map_lookup_elem(p->counters_fd, &i, p->count) == 0)
            for (uint32_t cpu = 0; cpu < p->n_cpus; cpu++)
                *to[i] += p->count[cpu];
}

static int no_output(enum libbpf_print_level level, const char *format, va_list args)
{
    (void)level;
    (void)format;
    (void)args;
    return 0;
}

/* A map of the program whose values have that size; 0 = any. */
static int find_map(const NetProgram *p, const char *name, size_t value_bytes, struct bpf_map **ret, Err *err)
{
    *ret = calls.bpf_object__find_map_by_name(p->object, name);
    if (!*ret || (value_bytes && calls.bpf_map__value_size(*ret) != value_bytes))
        return RAISE(err, ERR_BAD_OPTION, "the kernel program has no map \"%s\" of the right kind", name);
    return 0;
}

static int open_object(NetProgram *p, const NetSpec *spec, Err *err)
{
    struct bpf_object_open_opts opts = {.sz = sizeof(opts), .object_name = "laminar"};
    struct bpf_object *o = spec->program ? calls.bpf_object__open_file(spec->program, &opts)
                                         : calls.bpf_object__open_mem(event_steer_object, event_steer_bytes, &opts);
    long failed = calls.libbpf_get_error(o);
    if (failed)
        return linux_raise(err, (int)-failed, "cannot read the kernel program", spec->program);
    p->object = o;
    struct bpf_map *cpus = calls.bpf_object__find_map_by_name(o, "cpus");
    if (cpus)
        calls.bpf_map__set_max_entries(cpus, p->n_cpus);
    struct bpf_program *program = calls.bpf_object__next_program(o, NULL);
    if (!program)
        return RAISE(err, ERR_BAD_OPTION, "there is no program in the kernel program's object");
    calls.bpf_program__set_type(program, BPF_PROG_TYPE_XDP);
    int rc = calls.bpf_object__load(o);
    if (rc < 0)
        return linux_raise(err, -rc, "cannot load the kernel program", spec->program);
    p->program_fd = calls.bpf_program__fd(program);
    return 0;
}

/* Keys go to the processors that run, by their number. */
static int fill_cpus(NetProgram *p, uint32_t *ret_n, Err *err)
{
    struct bpf_map *cpus;
    TRY(find_map(p, "cpus", sizeof(struct bpf_cpumap_val), &cpus, err));
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    *ret_n = (uint32_t)MIN(MAX(n, 1), (long)p->n_cpus);
    for (uint32_t i = 0; i < *ret_n; i++) {
        struct bpf_cpumap_val v = {.qsize = STEER_CPU_QUEUE};
        if (calls.bpf_map_update_elem(calls.bpf_map__fd(cpus), &i, &v, BPF_ANY) < 0)
            return linux_raise(err, errno, "cannot steer packets to processors", NULL);
    }
    return 0;
}

static int fill_maps(NetProgram *p, const NetSocket *s, Err *err)
{
    struct bpf_map *map;
    uint32_t zero = 0;
    const NetFilter *f = &s->filter;
    struct steer_config c = {.port = f->port,
                             .takes_v4 = f->takes_v4,
                             .takes_v6 = f->takes_v6,
                             .has_address = f->has_address,
                             .is_v6 = f->address.is_v6};
    memcpy(c.address, f->address.ip, sizeof(c.address));
    if (s->spec.steer == NET_STEER_CPU)
        TRY(fill_cpus(p, &c.n_cpus, err));
    TRY(find_map(p, "counters", sizeof(uint64_t), &map, err));
    p->counters_fd = calls.bpf_map__fd(map);
    if (calls.bpf_map__max_entries(map) < STEER_COUNTERS)
        return RAISE(err, ERR_BAD_OPTION, "the kernel program has no map \"counters\" of the right kind");
    TRY(find_map(p, "sockets", sizeof(uint32_t), &map, err));
    p->sockets_fd = calls.bpf_map__fd(map);
    TRY(find_map(p, "config", sizeof(c), &map, err));
    return calls.bpf_map_update_elem(calls.bpf_map__fd(map), &zero, &c, BPF_ANY) < 0
               ? linux_raise(err, errno, "cannot set up the kernel program", NULL)
               : 0;
}

static int attach_as(NetProgram *p, const char *interface, bool native)
{
    struct bpf_link_create_opts opts = {.sz = sizeof(opts), .flags = native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE};
    p->link = calls.bpf_link_create(p->program_fd, (int)if_nametoindex(interface), BPF_XDP, &opts);
    p->attached = native ? "native" : "generic";
    return p->link < 0 ? errno : 0;
}

static int attach(NetSocket *s, NetProgram *p, Err *err)
{
    const char *interface = s->spec.interface;
    int failed = attach_as(p, interface, s->spec.attach != NET_ATTACH_GENERIC);
    if (failed == 0)
        return 0;
    if (s->spec.attach == NET_ATTACH_AUTO && failed != EBUSY && failed != EPERM) {
        char buf[128];
        snprintf(s->note, sizeof(s->note), "XDP is generic: the driver says: %s", strerror_r(failed, buf, sizeof(buf)));
        failed = attach_as(p, interface, false);
    }
    return failed ? linux_raise(err, failed, "cannot attach a kernel program to interface", interface) : 0;
}

static int start_program(NetSocket *s, Err *err)
{
    NetProgram *p = mem_zalloc(s->acct, sizeof(*p));
    int n_cpus = calls.libbpf_num_possible_cpus();
    if (!p)
        return RAISE_NOMEM(err);
    s->program = p;
    p->acct = s->acct;
    p->link = -1;
    p->n_cpus = (uint32_t)MAX(n_cpus, 1);
    p->count = mem_zalloc(s->acct, p->n_cpus * sizeof(*p->count));
    if (!p->count)
        return RAISE_NOMEM(err);
    TRY(open_object(p, &s->spec, err));
    TRY(fill_maps(p, s, err));
    return attach(s, p, err);
}

/* ---- a queue ---- */

typedef struct XskChannel {
    NetChannel base;
    Account *acct;
    const NetFilter *filter;
    char *frames;
    size_t bytes; /* of the frames, and a page behind them that may be read */
    struct xsk_umem *umem;
    struct xsk_socket *socket;
    struct xsk_ring_prod fill;
    struct xsk_ring_cons rx, sent; /* sent: of the frames that we would send */
    uint32_t n_given, n_lost_here;
    uint64_t given[NET_BATCH], lost_seen; /* frames that the caller has */
} XskChannel;

static void give_back(XskChannel *c)
{
    uint32_t at;
    if (c->n_given == 0 || xsk_ring_prod__reserve(&c->fill, c->n_given, &at) < c->n_given)
        return; /* as many as there are frames fit */
    for (uint32_t i = 0; i < c->n_given; i++)
        *xsk_ring_prod__fill_addr(&c->fill, at + i) = c->given[i];
    xsk_ring_prod__submit(&c->fill, c->n_given);
    c->n_given = 0;
}

static uint32_t xsk_receive(NetChannel *base, NetDatagram *ret)
{
    XskChannel *c = (XskChannel *)base;
    uint32_t at, n = 0;
    give_back(c);
    c->n_given = xsk_ring_cons__peek(&c->rx, NET_BATCH, &at);
    for (uint32_t i = 0; i < c->n_given; i++) /* each is on a page of its own, which nothing reads ahead */
        for (uint32_t line = 0; line < AHEAD_BYTES; line += 64)
            __builtin_prefetch(c->frames + xsk_ring_cons__rx_desc(&c->rx, at + i)->addr + line);
    for (uint32_t i = 0; i < c->n_given; i++) {
        const struct xdp_desc *d = xsk_ring_cons__rx_desc(&c->rx, at + i);
        c->given[i] = d->addr & ~(uint64_t)(FRAME_BYTES - 1);
        bool taken = net_frame_ethernet(c->filter, (const uint8_t *)c->frames + d->addr, d->len, &ret[n]);
        n += taken;
        c->n_lost_here += !taken; /* another program has steered it here */
    }
    if (c->n_given)
        xsk_ring_cons__release(&c->rx, c->n_given);
    return n;
}

static void xsk_count(NetChannel *base)
{
    XskChannel *c = (XskChannel *)base;
    struct xdp_statistics seen;
    socklen_t n = sizeof(seen);
    if (getsockopt(calls.xsk_socket__fd(c->socket), SOL_XDP, XDP_STATISTICS, &seen, &n) == 0)
        c->lost_seen = seen.rx_dropped + seen.rx_ring_full;
    c->base.n_lost = c->lost_seen + c->n_lost_here;
}

static void xsk_close(NetChannel *base)
{
    XskChannel *c = (XskChannel *)base;
    if (c->socket)
        calls.xsk_socket__delete(c->socket);
    if (c->umem)
        calls.xsk_umem__delete(c->umem);
    if (c->frames)
        munmap(c->frames, c->bytes);
    mem_free(c->acct, c, sizeof(*c));
}

static const NetChannelType xsk_channel = {xsk_receive, xsk_count, xsk_close};

static uint32_t frames_of(const NetSpec *spec)
{
    uint32_t n = FRAMES_MIN;
    if (!spec->buffer_bytes)
        return FRAMES_PRESET;
    while (n < FRAMES_MAX && 2 * (int64_t)n * FRAME_BYTES <= spec->buffer_bytes)
        n *= 2;
    return n;
}

static int open_frames(XskChannel *c, uint32_t n, Err *err)
{
    struct xsk_umem_config config = {.fill_size = n, .comp_size = FRAMES_MIN, .frame_size = FRAME_BYTES};
    c->bytes = (size_t)n * FRAME_BYTES + FRAME_BYTES;
    void *p = mmap(NULL, c->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return linux_raise(err, errno, "cannot map frames", NULL);
    c->frames = p;
    c->base.buffer_bytes = (int64_t)n * FRAME_BYTES;
    int rc = calls.xsk_umem__create(&c->umem, p, (uint64_t)n * FRAME_BYTES, &c->fill, &c->sent, &config);
    return rc < 0 ? linux_raise(err, -rc, "cannot share frames with the kernel", NULL) : 0;
}

/* *ret_busy: one that is closed already still has the queue, until the kernel comes to it. */
static int open_queue(NetSocket *s, uint32_t queue, bool *ret_busy, Err *err)
{
    XskChannel *c = mem_zalloc(s->acct, sizeof(*c));
    const char *interface = s->spec.interface;
    uint32_t n = frames_of(&s->spec), at;
    if (!c)
        return RAISE_NOMEM(err);
    c->base.type = &xsk_channel;
    c->acct = s->acct;
    c->filter = &s->filter;
    s->channel[s->n_channels++] = &c->base;
    TRY(open_frames(c, n, err));
    struct xsk_socket_config config = {.rx_size = n,
                                       .libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
                                       .bind_flags = str_eq(str_of(s->program->attached), STR("native")) ? 0 : XDP_COPY};
    int rc = calls.xsk_socket__create(&c->socket, interface, queue, c->umem, &c->rx, NULL, &config);
    *ret_busy = rc == -EBUSY;
    if (rc < 0)
        return linux_raise(err, -rc, "cannot open an AF_XDP socket on interface", interface);
    int fd = calls.xsk_socket__fd(c->socket);
    if (xsk_ring_prod__reserve(&c->fill, n, &at) < n)
        return RAISE(err, ERR_INTERNAL, "a ring of AF_XDP is smaller than it was made");
    for (uint32_t i = 0; i < n; i++)
        *xsk_ring_prod__fill_addr(&c->fill, at + i) = (uint64_t)i * FRAME_BYTES;
    xsk_ring_prod__submit(&c->fill, n);
    if (calls.bpf_map_update_elem(s->program->sockets_fd, &queue, &fd, BPF_ANY) < 0)
        return linux_raise(err, errno, "cannot give a queue to an AF_XDP socket of interface", interface);
    return 0;
}

static int open_free_queue(NetSocket *s, uint32_t queue, Err *err)
{
    for (int i = 0;; i++) {
        bool busy = false;
        int rc = open_queue(s, queue, &busy, err);
        if (rc == 0 || !busy || i == BUSY_TRIES)
            return rc;
        NetChannel *c = s->channel[--s->n_channels];
        c->type->close(c);
        (void)poll(NULL, 0, BUSY_MS);
    }
}

/* How many queues the interface receives by. */
static uint32_t queues_of(const char *interface)
{
    struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
    struct ifreq request = {.ifr_data = (void *)&channels};
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%.*s", IF_NAMESIZE - 1, interface);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int rc = fd < 0 ? -1 : ioctl(fd, SIOCETHTOOL, &request);
    if (fd >= 0)
        close(fd);
    return rc < 0 ? 1 : MAX(channels.rx_count + channels.combined_count, 1);
}

static int open_queues(NetSocket *s, uint32_t *ret_n, Err *err)
{
    uint32_t there = queues_of(s->spec.interface), n = s->spec.queues ? (uint32_t)s->spec.queues : there;
    if (n > there || n > NET_QUEUES_MAX)
        return RAISE(err, ERR_BAD_OPTION, "interface \"%s\" has %u queues, and %u are read at most: %u are too many",
                     s->spec.interface, there, NET_QUEUES_MAX, n);
    for (uint32_t i = 0; i < n; i++)
        TRY(open_free_queue(s, i, err));
    *ret_n = n;
    return 0;
}

static int open_all(NetSocket *s, Err *err)
{
    uint32_t n = 0;
    TRY(net_open_udp(s, false, err));
    TRY(start_program(s, err));
    if (s->spec.steer == NET_STEER_NONE)
        TRY(open_queues(s, &n, err));
    if (n)
        snprintf(s->how, sizeof(s->how), "xdp %s %s %u queue%s", s->program->attached, s->spec.interface, n, n == 1 ? "" : "s");
    else
        snprintf(s->how, sizeof(s->how), "xdp %s %s by processor", s->program->attached, s->spec.interface);
    return 0;
}

int net_open_xdp(NetSocket *s, Err *err)
{
    if (!s->spec.interface)
        return RAISE(err, ERR_MISSING_OPTION, "XDP is of one interface: option \"interface\" names it");
    TRY(need_calls(err));
    libbpf_print_fn_t before = calls.libbpf_set_print(no_output); /* it would write to standard error */
    int rc = open_all(s, err);
    calls.libbpf_set_print(before);
    return rc;
}
