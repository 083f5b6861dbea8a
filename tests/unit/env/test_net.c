/* SPDX-License-Identifier: Apache-2.0
 *
 * Datagrams: packets of the wire taken apart, addresses, UDP sockets of the machine on its loopback.  The ways below the stack need
 * rights and interfaces: tests/api/test_udp.c. */
#include "test_util.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "env/net_impl.h"

#define PORT 40123

static uint32_t put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
    return 2;
}

/* A frame of Ethernet with one datagram "hello" to PORT. */
static uint32_t frame_v4(uint8_t *p, uint32_t options)
{
    memset(p, 0, 128);
    uint8_t *ip = p + 14, *udp = ip + 20 + options;
    put16(p + 12, 0x0800);
    ip[0] = (uint8_t)(0x45 + options / 4);
    put16(ip + 2, 20 + options + 8 + 5);
    ip[9] = 17;
    memcpy(ip + 12, (uint8_t[]){10, 1, 2, 3, 10, 1, 2, 4}, 8);
    put16(udp, 555);
    put16(udp + 2, PORT);
    put16(udp + 4, 8 + 5);
    memcpy(udp + 8, "hello", 5);
    return 14 + 20 + options + 8 + 5;
}

static uint32_t frame_v6(uint8_t *p)
{
    memset(p, 0, 128);
    uint8_t *ip = p + 14, *udp = ip + 40;
    put16(p + 12, 0x86dd);
    ip[0] = 0x60;
    put16(ip + 4, 8 + 5);
    ip[6] = 17;
    ip[8] = 0xfe;
    ip[24] = 0xfd;
    put16(udp, 555);
    put16(udp + 2, PORT);
    put16(udp + 4, 8 + 5);
    memcpy(udp + 8, "hello", 5);
    return 14 + 40 + 8 + 5;
}

static NetFilter filter_of(const char *address)
{
    NetAddress a;
    NetSpec spec = {.port = PORT};
    assert_true(net_address_parse(address, &a));
    return net_filter(&spec, &a);
}

static void is_hello(const NetFilter *f, const uint8_t *p, uint32_t n, const char *from)
{
    NetDatagram d = {0};
    char text[NET_ADDRESS_TEXT_MAX];
    assert_true(net_frame_ethernet(f, p, n, &d));
    assert_int_equal(d.n, 5);
    assert_memory_equal(d.p, "hello", 5);
    assert_false(d.cut);
    net_address_print(&d.from, text);
    assert_string_equal(text, from);
}

static void frames(void **state)
{
    (void)state;
    uint8_t p[256];
    NetDatagram d;
    NetFilter all4 = filter_of("0.0.0.0"), all = filter_of("::"), one4 = filter_of("10.1.2.4"), other4 = filter_of("10.1.2.3"),
              one6 = filter_of("fd00::"), other6 = filter_of("fd00::1");
    for (uint32_t options = 0; options <= 40; options += 4) {
        uint32_t n = frame_v4(p, options);
        is_hello(&all4, p, n, "10.1.2.3:555");
        is_hello(&all, p, n + 20, "10.1.2.3:555"); /* the device pads short frames */
        is_hello(&one4, p, n, "10.1.2.3:555");
        assert_false(net_frame_ethernet(&other4, p, n, &d));
        assert_false(net_frame_ethernet(&one6, p, n, &d));
        for (uint32_t i = 0; i < n; i++) { /* as much as is there, never more */
            bool taken = net_frame_ethernet(&all, p, i, &d);
            assert_int_equal(taken, i >= n - 5);
            assert_true(!taken || (d.cut && (const uint8_t *)d.p + d.n == p + i));
        }
    }
    uint32_t n = frame_v6(p);
    is_hello(&all, p, n, "[fe00::]:555");
    is_hello(&one6, p, n, "[fe00::]:555");
    assert_false(net_frame_ethernet(&other6, p, n, &d));
    assert_false(net_frame_ethernet(&all4, p, n, &d));
}

static void other_traffic(void **state)
{
    (void)state;
    static const struct {
        uint32_t at;
        uint8_t value;
    } change[] = {{14, 0x55},  {14, 0x44},   {14, 0x4f},   {14 + 9, 6},    {14 + 6, 0x20},
                  {14 + 7, 1}, {14 + 22, 1}, {14 + 25, 7}, {14 + 25, 200}, {14 + 3, 8}};
    NetFilter f = filter_of("::");
    NetDatagram d;
    uint8_t p[256];
    for (size_t i = 0; i < ARRAY_LEN(change); i++) {
        uint32_t n = frame_v4(p, 0);
        p[change[i].at] = change[i].value;
        assert_false(net_frame_ethernet(&f, p, n, &d));
    }
}

static void addresses(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "localhost", "1.2.3", "1.2.3.4.5", ":::", "10.0.0.1 "};
    NetAddress a;
    char text[NET_ADDRESS_TEXT_MAX];
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(net_address_parse(wrong[i], &a));
    assert_true(net_address_parse("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", &a));
    a.port = 65535;
    net_address_print(&a, text);
    assert_string_equal(text, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
}

#define PATIENCE_NS INT64_C(120000000000) /* after so long it is not a busy machine */

static int wait_for(Env *env, NetSocket *s, const NetDatagram **ret)
{
    for (int64_t end = env_mono_ns(env) + PATIENCE_NS; env_mono_ns(env) < end;) {
        int n = env->net->receive(env, s, ret, NULL);
        if (n != 0)
            return n;
        poll(NULL, 0, 1);
    }
    return 0;
}

static void loopback(int family, const char *at)
{
    Env *env = env_linux();
    NetSpec spec = {.mode = NET_SOCKET, .address = at, .port = 0}; /* any port that is free: see below */
    NetSocket *s = NULL, *second = NULL;
    const NetDatagram *d;
    NetState state;
    Err err = ERR_INIT;
    static char large[65000];
    int fd = socket(family, SOCK_DGRAM, 0), probe = socket(family, SOCK_DGRAM, 0);
    struct sockaddr_in6 to = {.sin6_family = (sa_family_t)family};
    socklen_t n = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(to);
    if (family == AF_INET)
        ((struct sockaddr_in *)&to)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        to.sin6_addr = in6addr_loopback;
    if (fd < 0 || bind(probe, (struct sockaddr *)&to, n) < 0 || getsockname(probe, (struct sockaddr *)&to, &n) < 0 ||
        connect(fd, (struct sockaddr *)&to, n) < 0)
        skip(); /* no IPv6 here, or a loopback that is down */
    close(probe);
    spec.port = ntohs(to.sin6_port); /* at the same place in both */
    if (env->net->open(env, &spec, &s, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(env->net->open(env, &spec, &second, &err), -ERR_IO);
    assert_non_null(strstr(err.message, at));
    assert_int_equal(env->net->receive(env, s, &d, NULL), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(sendto(fd, "hello", 3 + (size_t)i, 0, (struct sockaddr *)&to, n), 3 + i);
    memset(large, 'x', sizeof(large));
    assert_int_equal(sendto(fd, large, sizeof(large), 0, (struct sockaddr *)&to, n), sizeof(large));
    for (uint32_t got = 0; got < 4;) {
        int k = wait_for(env, s, &d);
        assert_true(k > 0);
        for (int i = 0; i < k; i++, got++) {
            assert_int_equal(d[i].n, got == 3 ? sizeof(large) : 3 + got);
            assert_memory_equal(d[i].p, got == 3 ? large : "hello", d[i].n);
            assert_int_equal(d[i].from.is_v6, family == AF_INET6);
        }
    }
    env->net->state(env, s, &state);
    assert_string_equal(state.how, "socket");
    assert_int_equal(state.n_lost, 0);
    assert_true(state.buffer_bytes > 0);
    env->net->close(env, s);
    close(fd);
}

static void loopback_v4(void **state)
{
    (void)state;
    loopback(AF_INET, "127.0.0.1");
    loopback(AF_INET, "0.0.0.0");
}

static void loopback_v6(void **state)
{
    (void)state;
    loopback(AF_INET6, "::1");
    loopback(AF_INET, "::");
}

/* What finds no room in the kernel is counted: the socket's buffer, or the ring, which takes more. */
static void count_lost(NetMode mode, int n_sent, const char *interface)
{
    Env *env = env_linux();
    NetSpec spec = {.mode = mode, .address = "127.0.0.1", .buffer_bytes = 4096, .interface = interface};
    static char payload[1000];
    NetSocket *s = NULL;
    NetState now = {0};
    const NetDatagram *d;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(to);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), probe = socket(AF_INET, SOCK_DGRAM, 0), got = 0;
    assert_int_equal(bind(probe, (struct sockaddr *)&to, n), 0);
    assert_int_equal(getsockname(probe, (struct sockaddr *)&to, &n), 0);
    if (connect(fd, (struct sockaddr *)&to, n) < 0)
        skip(); /* the loopback is down */
    close(probe);
    spec.port = ntohs(to.sin_port);
    int rc = env->net->open(env, &spec, &s, NULL);
    if (rc == -ERR_FILE_ACCESS && mode == NET_PACKET)
        skip(); /* without the right to */
    assert_int_equal(rc, 0);
    for (int i = 0; i < n_sent; i++)
        assert_int_equal(sendto(fd, payload, sizeof(payload), 0, (struct sockaddr *)&to, n), sizeof(payload));
    for (int64_t end = env_mono_ns(env) + PATIENCE_NS; got + (int)now.n_lost != n_sent && env_mono_ns(env) < end;) {
        int k = env->net->receive(env, s, &d, NULL); /* what has been sent may yet be on its way */
        got += k > 0 ? k : poll(NULL, 0, 1);
        env->net->state(env, s, &now);
    }
    assert_true(got > 0 && now.n_lost > 0);
    assert_int_equal(got + (int)now.n_lost, n_sent);
    env->net->close(env, s);
    close(fd);
}

static void lost_by_socket(void **state)
{
    (void)state;
    count_lost(NET_SOCKET, 1000, NULL);
}

static void lost_by_ring(void **state)
{
    (void)state;
    count_lost(NET_PACKET, 3000, "lo");
}

static void errors(void **state)
{
    (void)state;
    static const struct {
        NetSpec spec;
        int code;
        const char *says;
    } wrong[] = {
        {{.mode = NET_SOCKET, .address = "nowhere", .port = PORT}, ERR_INVALID_PARAMETER, "nowhere"},
        {{.mode = NET_SOCKET, .address = "203.0.113.1", .port = PORT}, ERR_IO, "203.0.113.1:40123"},
        {{.mode = NET_SOCKET, .address = "0.0.0.0", .port = PORT, .interface = "no-such"}, ERR_IO, "no-such"},
        {{.mode = NET_XDP, .address = "0.0.0.0", .port = PORT}, 0, "XDP"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        NetSocket *s = NULL;
        Err err = ERR_INIT;
        int rc = env_linux()->net->open(env_linux(), &wrong[i].spec, &s, &err);
        if (rc == 0 && strcmp(wrong[i].spec.address, "203.0.113.1") == 0) { /* a name space without addresses takes any */
            env_linux()->net->close(env_linux(), s);
            continue;
        }
        assert_true(wrong[i].code ? rc == -wrong[i].code : rc < 0);
        if (!strstr(err.message, wrong[i].says))
            fail_msg("%s", err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames),       cmocka_unit_test(other_traffic), cmocka_unit_test(addresses),
        cmocka_unit_test(loopback_v4),  cmocka_unit_test(loopback_v6),   cmocka_unit_test(lost_by_socket),
        cmocka_unit_test(lost_by_ring), cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
