/* SPDX-License-Identifier: Apache-2.0
 *
 * What a datagram with one row of CSV costs, by each way it can come in: between two network namespaces joined by a veth pair,
 * where the kernel's work for a packet is done by whoever sends it.  So there are two figures for each way: `send`, the system call
 * and all of the kernel's way up to where the packet waits, and `take`, from there to the columns of a batch, by the source `udp`.
 * `malformed` is both for packets that are dropped: a program in the driver drops them before they cost anything.
 *
 * Packets are sent in bursts that fit into the buffers, so nothing is lost and the two sides do not get in each other's way.  Needs
 * root, network namespaces and the program `ip`; prints nothing and says so on standard error without them. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "connect/connect.h"
#include "connect/udp/udp_packet.h"

#include "figures.h"

#define PORT 9999
#define BURST 2000
#define AT_ONCE 50
#define ROUNDS 101
#define PAYLOAD "12345,67.5,some text"
#define PACKET_BYTES (20 + sizeof(PAYLOAD) - 1)

static char near_ns[32], far_ns[32];
static int sender = -1, home = -1;

static int run_ip(const char *format, const char *a, const char *b)
{
    char command[300], args[200];
    snprintf(args, sizeof(args), format, a, b);
    snprintf(command, sizeof(command), "ip %s >/dev/null 2>&1", args);
    return system(command);
}

static int enter(const char *name)
{
    char path[100];
    snprintf(path, sizeof(path), "/run/netns/%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc = fd < 0 ? -1 : setns(fd, CLONE_NEWNET);
    if (fd >= 0)
        close(fd);
    return rc;
}

static bool make_namespaces(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    snprintf(near_ns, sizeof(near_ns), "bench-a-%d", (int)getpid());
    snprintf(far_ns, sizeof(far_ns), "bench-b-%d", (int)getpid());
    home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (geteuid() != 0 || home < 0 || run_ip("netns add %s", near_ns, "") || run_ip("netns add %s", far_ns, "") ||
        run_ip("link add near netns %s type veth peer name far netns %s", near_ns, far_ns) ||
        run_ip("-n %s addr add 10.78.0.1/24 dev near", near_ns, "") || run_ip("-n %s addr add 10.78.0.2/24 dev far", far_ns, "") ||
        run_ip("-n %s link set near up", near_ns, "") || run_ip("-n %s link set far up", far_ns, "") || enter(near_ns) < 0)
        return false;
    sender = socket(AF_INET, SOCK_DGRAM, 0);
    inet_pton(AF_INET, "10.78.0.2", &to.sin_addr);
    return sender >= 0 && connect(sender, (struct sockaddr *)&to, sizeof(to)) == 0 && enter(far_ns) == 0;
}

static void drop_namespaces(void)
{
    if (home >= 0)
        (void)!setns(home, CLONE_NEWNET);
    (void)run_ip("netns del %s", near_ns, "");
    (void)run_ip("netns del %s", far_ns, "");
}

static void send_burst(char *packets)
{
    struct mmsghdr m[AT_ONCE];
    struct iovec part[AT_ONCE];
    for (uint32_t at = 0; at < BURST; at += AT_ONCE) {
        memset(m, 0, sizeof(m));
        for (uint32_t i = 0; i < AT_ONCE; i++) {
            part[i] = (struct iovec){packets + (at + i) * PACKET_BYTES, PACKET_BYTES};
            m[i].msg_hdr.msg_iov = &part[i];
            m[i].msg_hdr.msg_iovlen = 1;
        }
        for (int sent = 0, n; sent < AT_ONCE; sent += MAX(n, 0))
            n = sendmmsg(sender, m + sent, (unsigned)(AT_ONCE - sent), 0);
    }
}

static int64_t take_all(Source *s, uint64_t want)
{
    uint64_t got = 0;
    for (int i = 0; got < want && i < 1000000; i++) {
        SourcePoll p = {0};
        int rc = source_poll(s, BATCH_ROWS_MAX, &p, NULL);
        got += p.batch ? p.batch->n : 0;
        got += p.bad ? p.bad->n : 0;
        batch_unref(p.batch);
        batch_unref(p.bad);
        if (rc < 0)
            return rc;
    }
    return (int64_t)got;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v)
{
    qsort(v, ROUNDS, sizeof(*v), by_size);
    return v[ROUNDS / 2];
}

/* Of this thread: others work on the machine, too. */
static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void measure(Source *s, const char *name, bool malformed, bool by_program)
{
    static char packets[BURST * PACKET_BYTES];
    static double sent[ROUNDS], taken[ROUNDS], both[ROUNDS];
    static uint64_t sequence;
    char figure[64];
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < BURST; i++) {
            char *p = packets + i * PACKET_BYTES;
            event_packet_header(i % 16, sequence + i / 16, sizeof(PAYLOAD) - 1, p);
            memcpy(p + 20, PAYLOAD, sizeof(PAYLOAD) - 1);
            p[0] ^= malformed;
        }
        sequence += BURST / 16;
        double t0 = cpu_ns();
        send_burst(packets);
        double t1 = cpu_ns();
        poll(NULL, 0, 4); /* a ring of AF_PACKET gives what it has after a millisecond */
        double t2 = cpu_ns();
        if (take_all(s, malformed && by_program ? 0 : BURST) < 0)
            exit(1);
        double t3 = cpu_ns();
        sent[round] = (t1 - t0) / BURST;
        taken[round] = (t3 - t2) / BURST;
        both[round] = sent[round] + taken[round];
    }
    if (malformed) {
        snprintf(figure, sizeof(figure), "udp_%s_malformed", name);
        report(figure, median(both), "ns/packet");
        return;
    }
    snprintf(figure, sizeof(figure), "udp_%s_send", name);
    report(figure, median(sent), "ns/packet");
    snprintf(figure, sizeof(figure), "udp_%s_take", name);
    report(figure, median(taken), "ns/packet");
}

static void way(const char *name, const char *mode, const char *attach)
{
    static const Field field[] = {{.name = "a", .type = {.id = T_I64}},
                                  {.name = "b", .type = {.id = T_F64}},
                                  {.name = "c", .type = {.id = T_TEXT}}};
    Option opts[] = {{.key = STR("port"), .value = STR("9999")},
                     {.key = STR("buffer"), .value = STR("32MiB")},
                     {.key = STR("interface"), .value = STR("far")},
                     {.key = STR("mode"), .value = str_of(mode)},
                     {.key = STR("attach"), .value = str_of(attach ? attach : "")}};
    Env *env = env_linux();
    Schema *schema = schema_new(NULL, field, ARRAY_LEN(field));
    ConnectArgs args = {.env = env,
                        .object = "s",
                        .opts = opts,
                        .n_opts = attach ? ARRAY_LEN(opts) : ARRAY_LEN(opts) - 1,
                        .format = "csv",
                        .schema = schema};
    Source *s = NULL;
    Err err = ERR_INIT;
    if (source_open(source_type_find(STR("udp")), &args, &s, &err) < 0) {
        fprintf(stderr, "%s: %s\n", name, err.message);
    } else {
        measure(s, name, false, attach != NULL);
        measure(s, name, true, attach != NULL);
    }
    source_close(s);
    schema_unref(schema);
}

int main(void)
{
    if (make_namespaces()) {
        way("socket", "socket", NULL);
        way("packet", "packet", NULL);
        way("xdp_generic", "xdp", "generic");
        way("xdp_native", "xdp", "native");
    } else {
        fprintf(stderr, "skipped: this needs root, network namespaces and the program `ip`\n");
    }
    drop_namespaces();
    return 0;
}
