/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources of datagrams through the C interface.  First with plain sockets on the loopback, which anybody may use.  Then between two
 * network namespaces joined by a veth pair, by each way there is: the UDP socket, the ring of AF_PACKET, XDP in the driver and
 * behind it, and dealt out to processors.  The second part needs root, network namespaces and the program `ip`; without them its
 * tests are skipped and say so.
 *
 *   api_udp [object of the kernel program] */
#include "directory_test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define NEAR "10.77.0.1"
#define FAR "10.77.0.2" /* where the database is */
#define FAR6 "fd77::2"

static int sender = -1, sender6 = -1; /* sockets, in the other namespace when there are two */
static uint64_t sequence;

static struct sockaddr_in address_of(const char *ip, int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    assert_int_equal(inet_pton(AF_INET, ip, &a.sin_addr), 1);
    return a;
}

static void send_bytes(const char *ip, int port, const void *p, size_t n)
{
    if (strchr(ip, ':')) {
        struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
        assert_int_equal(inet_pton(AF_INET6, ip, &to6.sin6_addr), 1);
        assert_int_equal(sendto(sender6, p, n, 0, (struct sockaddr *)&to6, sizeof(to6)), n);
        return;
    }
    struct sockaddr_in to = address_of(ip, port);
    (void)!sendto(sender, p, n, 0, (struct sockaddr *)&to, sizeof(to)); /* refused by an earlier one: nobody listens */
}

static void put32(unsigned char *p, uint32_t v)
{
    v = htonl(v);
    memcpy(p, &v, sizeof(v));
}

static void send_packet(const char *ip, int port, uint32_t key, const char *payload)
{
    unsigned char p[2000];
    size_t n = strlen(payload);
    put32(p, 0x4C414D49);
    put32(p + 4, key);
    put32(p + 8, (uint32_t)n);
    put32(p + 12, (uint32_t)(sequence >> 32));
    put32(p + 16, (uint32_t)sequence);
    sequence++;
    memcpy(p + 20, payload, n);
    send_bytes(ip, port, p, 20 + n);
}

/* A name space of a sandbox may have none. */
static void need_loopback(void)
{
    struct sockaddr_in a = address_of("127.0.0.1", 9);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    bool has = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
    close(fd);
    if (!has) {
        print_message("skipped: the loopback is down\n");
        skip();
    }
}

/* A port that nobody has, on the loopback; below those that the kernel gives to who asks for any, so that nobody gets it meanwhile.
 */
static int free_port(void)
{
    static int next;
    need_loopback();
    for (int tries = 0; tries < 1000; tries++) {
        int port = 10000 + ((int)getpid() * 7 + next++) % 20000;
        struct sockaddr_in a = address_of("0.0.0.0", port);
        int fd = socket(AF_INET, SOCK_DGRAM, 0);
        bool is_free = bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
        close(fd);
        if (is_free)
            return port;
    }
    fail_msg("no port is free");
    return 0;
}

static void run_port(LaminarConnection *db, const char *format, int port)
{
    char sql[500];
    snprintf(sql, sizeof(sql), format, port);
    run(db, sql);
}

static int open_sender(void **state)
{
    sender = socket(AF_INET, SOCK_DGRAM, 0);
    sequence = 0;
    return state && sender >= 0 ? 0 : -1;
}

static int close_sender(void **state)
{
    (void)state;
    return close(sender);
}

/* One receiver feeds whoever reads: a view, a subscription, SELECT. */
static void loopback(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    LaminarSubscription *sub = NULL;
    LaminarChange change;
    int port = free_port();
    OK(laminar_open(&db));
    run_port(db, "CREATE SOURCE s (a BIGINT, b TEXT) FROM UDP (port = %d, address = '127.0.0.1')", port);
    run(db, "CREATE MATERIALIZED VIEW v AS SELECT b, sum(a) AS t FROM s GROUP BY b");
    OK(laminar_subscribe(db, "SELECT a FROM s WHERE a > 100", NULL, &sub));
    send_packet("127.0.0.1", port, 1, "{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": \"y\"}\n");
    send_packet("127.0.0.1", port, 1, "{\"a\": 1000, \"b\": \"x\"}");
    send_bytes("127.0.0.1", port, "hello", 5);
    send_packet("127.0.0.1", port, 2, "{\"a\": \"no number\"}");
    rows_become(db, "SELECT b, t FROM v ORDER BY b", "x|1001;y|2;");
    rows_become(db, "SELECT count(*) FROM \"s$errors\"", "2;");
    ROWS(db, "SELECT line, text FROM \"s$errors\" ORDER BY line", "0|hello;2|{\"a\": \"no number\"};");
    ROWS(db, "SELECT a, b FROM s ORDER BY a", "1|x;2|y;1000|x;");
    ROWS(db, "SELECT name, connector, state, how, rows, malformed, lost, error FROM laminar_receivers",
         "s|udp|RUNNING|socket|3|2|0|NULL;");
    ROWS(db, "SELECT value FROM laminar_receiver_counters WHERE counter IN ('packets', 'keys', 'short_packets') ORDER BY counter",
         "2;4;1;");
    OK(laminar_subscription_next(sub, PATIENCE_MS, &change));
    char text[100] = "";
    batch_add_text(change.batch, text, sizeof(text));
    assert_string_equal(text, "1000;");
    laminar_subscription_release(sub);
    assert_int_not_equal(laminar_execute(db, "INSERT INTO s VALUES (1, 'x')", NULL), LAMINAR_OK);
    assert_non_null(strstr(laminar_last_error(), "fed by a connector"));
    OK(laminar_close(db));
}

/* The port is free when the source is gone, and taken before. */
static void drop(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    int port = free_port();
    OK(laminar_open(&db));
    run_port(db, "CREATE SOURCE s (a BIGINT) FROM UDP (port = %d) FORMAT csv", port);
    char sql[200];
    snprintf(sql, sizeof(sql), "CREATE SOURCE t (a BIGINT) FROM UDP (port = %d)", port);
    assert_int_not_equal(laminar_execute(db, sql, NULL), LAMINAR_OK);
    assert_non_null(strstr(laminar_last_error(), "Address already in use"));
    ROWS(db, "SELECT name FROM laminar_relations ORDER BY name", "s;s$errors;");
    run_port(db, "CREATE OR REPLACE SOURCE s (a BIGINT, b BIGINT) FROM UDP (port = %d) FORMAT csv", port);
    int taken = free_port(), other = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in a = address_of("0.0.0.0", taken);
    assert_int_equal(bind(other, (struct sockaddr *)&a, sizeof(a)), 0);
    char replace[200]; /* what cannot be opened replaces nothing */
    snprintf(replace, sizeof(replace), "CREATE OR REPLACE SOURCE s (a BIGINT) FROM UDP (port = %d)", taken);
    assert_int_not_equal(laminar_execute(db, replace, NULL), LAMINAR_OK);
    assert_non_null(strstr(laminar_last_error(), "Address already in use"));
    close(other);
    send_packet("127.0.0.1", port, 1, "5,6");
    rows_become(db, "SELECT a, b FROM s", "5|6;");
    run(db, "DROP SOURCE s");
    run(db, sql);
    send_packet("127.0.0.1", port, 1, "{\"a\": 5}");
    rows_become(db, "SELECT a FROM t", "5;");
    ROWS(db, "SELECT name FROM laminar_relations ORDER BY name", "t;t$errors;");
    OK(laminar_close(db));
}

/* What came is in the log; what comes while nobody is there is not.  A port that somebody else has at the opening is waited for. */
static void durable(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    int port = free_port();
    run_port(db, "CREATE SOURCE s (a BIGINT) FROM UDP (port = %d, address = '127.0.0.1') FORMAT csv", port);
    run(db, "CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n, sum(a) AS t FROM s");
    send_packet("127.0.0.1", port, 1, "1\n2\n3");
    rows_become(db, "SELECT n, t FROM v", "3|6;");
    run(db, "CHECKPOINT");
    send_packet("127.0.0.1", port, 1, "10");
    rows_become(db, "SELECT n, t FROM v", "4|16;");
    OK(laminar_close(db));
    send_packet("127.0.0.1", port, 1, "100");
    struct sockaddr_in a = address_of("127.0.0.1", port);
    int other = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(other, (struct sockaddr *)&a, sizeof(a)), 0);
    db = open_at(dir);
    ROWS(db, "SELECT n, t FROM v", "4|16;");
    ROWS(db, "SELECT count(*) FROM s", "4;");
    rows_become(db, "SELECT state, error IS NOT NULL FROM laminar_receivers", "WAITING|t;");
    close(other);
    rows_become(db, "SELECT state, error FROM laminar_receivers", "RUNNING|NULL;");
    send_packet("127.0.0.1", port, 1, "1000");
    rows_become(db, "SELECT n, t FROM v", "5|1016;");
    OK(laminar_close(db));
}

/* ---- two namespaces ---- */

static char near_ns[32], far_ns[32];
static int home = -1;
static const char *refused; /* why there are none */
static const char *object;  /* path of the kernel program; NULL = not given */

static bool ip(const char *format, const char *a, const char *b)
{
    char command[300], args[200];
    snprintf(args, sizeof(args), format, a, b);
    snprintf(command, sizeof(command), "ip %s >/dev/null 2>&1", args);
    return system(command) == 0;
}

static bool enter(const char *name)
{
    char path[100];
    snprintf(path, sizeof(path), "/run/netns/%s", name);
    int fd = name[0] ? open(path, O_RDONLY | O_CLOEXEC) : home;
    bool ok = fd >= 0 && setns(fd, CLONE_NEWNET) == 0;
    if (name[0] && fd >= 0)
        close(fd);
    return ok;
}

/* What is behind a driver gets whole checksums: the veth of the sender leaves them out otherwise, for there is no wire. */
static void no_offload(void)
{
    struct ethtool_value off = {.cmd = ETHTOOL_STXCSUM};
    struct ifreq request = {.ifr_name = "near", .ifr_data = (void *)&off};
    (void)ioctl(sender, SIOCETHTOOL, &request);
}

static bool join_namespaces(void)
{
    return ip("link add near netns %s type veth peer name far netns %s", near_ns, far_ns) &&
           ip("-n %s addr add %s/24 dev near", near_ns, NEAR) && ip("-n %s addr add %s/24 dev far", far_ns, FAR) &&
           ip("-n %s addr add %s/64 dev near nodad", near_ns, "fd77::1") &&
           ip("-n %s addr add %s/64 dev far nodad", far_ns, FAR6) && ip("-n %s link set near up", near_ns, "") &&
           ip("-n %s link set far up", far_ns, "");
}

static const char *make_namespaces(void)
{
    if (geteuid() != 0)
        return "not root";
    if (system("ip -V >/dev/null 2>&1") != 0)
        return "no program `ip`";
    snprintf(near_ns, sizeof(near_ns), "lam-a-%d", (int)getpid());
    snprintf(far_ns, sizeof(far_ns), "lam-b-%d", (int)getpid());
    home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (!ip("netns add %s", near_ns, "") || !ip("netns add %s", far_ns, "") || !join_namespaces())
        return "no network namespaces or veth";
    bool ok = ip("-n %s link set lo up", far_ns, "") && enter(near_ns);
    sender = ok ? socket(AF_INET, SOCK_DGRAM, 0) : -1;
    sender6 = ok ? socket(AF_INET6, SOCK_DGRAM, 0) : -1;
    if (sender >= 0)
        no_offload();
    return ok && sender >= 0 && enter(far_ns) ? NULL : "the namespaces cannot be set up";
}

static int open_namespaces(void **state)
{
    (void)state;
    sequence = 0;
    refused = make_namespaces();
    return 0;
}

static int close_namespaces(void **state)
{
    (void)state;
    if (home >= 0)
        (void)enter("");
    close(sender);
    close(sender6);
    (void)ip("netns del %s", near_ns, "");
    (void)ip("netns del %s", far_ns, "");
    return 0;
}

static LaminarConnection *open_way(const char *options)
{
    LaminarConnection *db = NULL;
    char sql[400];
    if (refused) {
        print_message("skipped: %s\n", refused);
        skip();
    }
    OK(laminar_open(&db));
    snprintf(sql, sizeof(sql), "CREATE SOURCE s (a BIGINT, b TEXT) FROM UDP (port = 9999, %s) FORMAT csv", options);
    if (laminar_execute(db, sql, NULL) == LAMINAR_OK)
        return db;
    bool is_built = !strstr(laminar_last_error(), "without XDP") && !strstr(laminar_last_error(), "libbpf and libxdp");
    if (is_built)
        fail_msg("%s", laminar_last_error());
    print_message("skipped: %s\n", laminar_last_error());
    OK(laminar_close(db));
    skip();
    return NULL;
}

static void expect_counter(LaminarConnection *db, const char *name, const char *want)
{
    char sql[200];
    snprintf(sql, sizeof(sql), "SELECT value FROM laminar_receiver_counters WHERE counter = '%s'", name);
    rows_become(db, sql, want);
}

/* Other traffic of the interface gets to whom it is for. */
static void expect_passes(void)
{
    struct sockaddr_in at = address_of(FAR, 9998);
    char got[16] = "";
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    send_bytes(FAR, 9998, "other", 5);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
    assert_int_equal(recv(fd, got, sizeof(got), 0), 5);
    assert_string_equal(got, "other");
    close(fd);
}

#define AT_ONCE 50 /* packets that the smallest buffer has room for, should the receiver stand still */

/* 1,000 packets of 10 keys, with two rows each, among them three that are malformed. */
static void way(const char *options, const char *how, bool by_program)
{
    LaminarConnection *db = open_way(options);
    char payload[100], large[4000];
    for (int i = 0; i < 1000; i++) {
        snprintf(payload, sizeof(payload), "%d,near\n%d,\"far, %d\"", i, -i, i);
        sequence = (uint64_t)i / 10;
        send_packet(FAR, 9999, (uint32_t)i % 10, payload);
        if (i % AT_ONCE == AT_ONCE - 1) {
            snprintf(payload, sizeof(payload), "%d;", 2 * (i + 1));
            rows_become(db, "SELECT count(*) FROM s", payload);
        }
    }
    send_bytes(FAR, 9999, "hello", 5);
    send_bytes(FAR, 9999, "LAMX567890123456789012345", 25);
    send_bytes(FAR, 9999, "LAMI\0\0\0\1\0\0\0\7\0\0\0\0\0\0\0\0short", 25);
    rows_become(db, "SELECT count(*), sum(a), count(DISTINCT b) FROM s", "2000|0|1001;");
    ROWS(db, "SELECT state, lost FROM laminar_receivers", "RUNNING|0;");
    char wanted[100];
    snprintf(wanted, sizeof(wanted), "%s;", how);
    ROWS(db, "SELECT how FROM laminar_receivers", wanted);
    expect_counter(db, "lost_packets", "0;");
    expect_counter(db, "sequence_gaps", "0;");
    expect_counter(db, by_program ? "xdp_dropped" : "short_packets", by_program ? "3;" : "1;");
    expect_counter(db, by_program ? "xdp_invalid" : "bad_magic", by_program ? "2;" : "1;");
    rows_become(db, "SELECT count(*) FROM \"s$errors\"", by_program ? "0;" : "3;");
    expect_passes();
    if (by_program) { /* in fragments it comes through the stack; and what comes by another interface */
        memset(large, 'x', sizeof(large) - 1);
        memcpy(large, "1,", 2);
        large[sizeof(large) - 1] = 0;
        large[1500] = 0;
        send_packet(FAR, 9999, 1, large);
        rows_become(db, "SELECT count(*) FROM s", "2001;");
        expect_counter(db, "xdp_redirected", "1000;");
    }
    OK(laminar_close(db));
}

static void by_socket(void **state)
{
    (void)state;
    way("mode = 'socket'", "socket", false);
}
static void by_socket_of_interface(void **state)
{
    (void)state;
    way("mode = 'socket', interface = 'far'", "socket", false);
}
static void by_packet(void **state)
{
    (void)state;
    way("mode = 'packet', interface = 'far'", "packet far", false);
}
static void by_packet_of_all(void **state)
{
    (void)state;
    way("mode = 'packet', address = '10.77.0.2'", "packet", false);
}
static void by_xdp(void **state)
{
    (void)state;
    way("mode = 'xdp', interface = 'far', attach = 'native'", "xdp native far 1 queue", true);
}
static void by_xdp_generic(void **state)
{
    (void)state;
    way("mode = 'xdp', interface = 'far', attach = 'generic', address = '10.77.0.2', buffer = '1MiB'", "xdp generic far 1 queue",
        true);
}
/* By IPv6, at all addresses or at one; what is sent to another one, or by the other protocol, is other traffic. */
static void by_ipv6(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        bool takes_v4, by_program;
    } way6[] = {
        {"mode = 'socket', address = '::'", true, false},
        {"mode = 'packet', address = '::', interface = 'far'", true, false},
        {"mode = 'packet', address = 'fd77::2'", false, false},
        {"mode = 'xdp', address = '::', interface = 'far'", true, true},
        {"mode = 'xdp', address = 'fd77::2', interface = 'far'", false, true},
    };
    for (size_t i = 0; i < sizeof(way6) / sizeof(way6[0]); i++) {
        LaminarConnection *db = open_way(way6[i].options);
        send_packet(FAR, 9999, 1, "4,v4");
        send_packet(FAR6, 9999, 1, "6,v6");
        send_bytes(FAR6, 9999, "LAMX567890123456789012345", 25);
        rows_become(db, "SELECT a, b FROM s ORDER BY a", way6[i].takes_v4 ? "4|v4;6|v6;" : "6|v6;");
        if (way6[i].by_program) {
            expect_counter(db, "xdp_invalid", "1;");
            expect_counter(db, "xdp_redirected", way6[i].takes_v4 ? "2;" : "1;");
        } else {
            rows_become(db, "SELECT file LIKE '[fd77::1]:%' FROM \"s$errors\"", "t;");
        }
        OK(laminar_close(db));
    }
}

/* The parts of a datagram in fragments are not put together below the stack: it is counted. */
static void by_packet_in_fragments(void **state)
{
    (void)state;
    static char large[1800];
    LaminarConnection *db = open_way("mode = 'packet', interface = 'far'");
    memset(large, 'x', sizeof(large) - 1);
    memcpy(large, "1,", 2);
    send_packet(FAR, 9999, 1, large);
    send_packet(FAR, 9999, 1, "2,small");
    rows_become(db, "SELECT a, b FROM s", "2|small;");
    expect_counter(db, "lost_packets", "1;");
    OK(laminar_close(db));
}

/* The built-in program as an object of somebody else. */
static void by_program(void **state)
{
    (void)state;
    char options[300];
    if (!object) {
        print_message("skipped: no object is given\n");
        skip();
    }
    snprintf(options, sizeof(options), "mode = 'xdp', interface = 'far', program = '%s'", object);
    way(options, "xdp native far 1 queue", true);
}
static void by_processor(void **state)
{
    (void)state;
    way("mode = 'xdp', interface = 'far', steer = 'cpu'", "xdp native far by processor", true);
}
static void by_best(void **state)
{
    (void)state;
    OK(laminar_close(open_way("mode = 'xdp', interface = 'far'"))); /* else it is not the best */
    way("mode = 'auto', interface = 'far'", "xdp native far 1 queue", true);
}

/* Without an interface there is no XDP: the next way is taken, and the statement says why. */
static void falls_back(void **state)
{
    (void)state;
    LaminarConnection *db = open_way("mode = 'auto'");
    ROWS(db,
         "SELECT how, note IN ('not xdp: XDP is of one interface: option \"interface\" names it', "
         "'not xdp: the library was built without XDP') FROM laminar_receivers",
         "packet|t;");
    OK(laminar_close(db));
}

/* More than there is room for: what the program has handed on is taken, or counted as lost. */
static void counts_lost(void **state)
{
    (void)state;
    LaminarConnection *db = open_way("mode = 'xdp', interface = 'far', attach = 'generic', buffer = '256KiB'");
    for (int round = 0; round < 1000; round++) { /* some are taken, and some are lost */
        for (int i = 0; i < 20000; i++)
            send_packet(FAR, 9999, 1, "1,x");
        if (strcmp(rows_of(db, "SELECT value > 1000 FROM laminar_receiver_counters WHERE counter = 'packets'"), "t;") == 0)
            break;
    }
    rows_become(db,
                "SELECT sum(CASE WHEN counter = 'xdp_redirected' THEN value ELSE -value END) FROM laminar_receiver_counters WHERE "
                "counter IN "
                "('xdp_redirected', 'packets', 'lost_packets')",
                "0;");
    ROWS(db, "SELECT count(*) > 1000 FROM laminar_receiver_counters JOIN s ON counter = 'packets'", "t;");
    ROWS(db, "SELECT (SELECT rows FROM laminar_receivers) = value FROM laminar_receiver_counters WHERE counter = 'packets'", "t;");
    OK(laminar_close(db));
}

/* An interface that goes and comes again: the source waits for it, whatever way it has listened. */
static void interface_goes(void **state)
{
    (void)state;
    static const char *const options[] = {"mode = 'packet', interface = 'far'", "mode = 'xdp', interface = 'far'",
                                          "mode = 'socket', interface = 'far'"};
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        LaminarConnection *db = open_way(options[i]);
        assert_true(ip("-n %s link del far", far_ns, ""));
        rows_become(db, "SELECT state, error IS NOT NULL FROM laminar_receivers", "WAITING|t;");
        assert_true(join_namespaces());
        rows_become(db, "SELECT state, error FROM laminar_receivers", "RUNNING|NULL;");
        send_packet(FAR, 9999, 1, "1,x");
        rows_become(db, "SELECT a, b FROM s", "1|x;");
        OK(laminar_close(db));
    }
}

static bool has_program(void)
{
    char command[200];
    snprintf(command, sizeof(command), "ip link show far | grep -q xdp");
    return system(command) == 0;
}

/* Nothing stays in the driver: not behind DROP, not behind a process that was killed. */
static void detaches(void **state)
{
    (void)state;
    static const char options[] = "mode = 'xdp', interface = 'far'";
    LaminarConnection *db = open_way(options);
    assert_true(has_program());
    run(db, "DROP SOURCE s");
    assert_false(has_program());
    OK(laminar_close(db));
    int fd[2];
    char c;
    assert_int_equal(pipe(fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)open_way(options);
        (void)!write(fd[1], "x", 1);
        pause();
    }
    assert_int_equal(read(fd[0], &c, 1), 1);
    assert_true(has_program());
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    for (int64_t end = now_ms() + PATIENCE_MS; has_program() && now_ms() < end;)
        pause_ms(1);
    assert_false(has_program());
    close(fd[0]);
    close(fd[1]);
}

/* An object that is none, and an interface that has a program already. */
static void refuses(void **state)
{
    (void)state;
    LaminarConnection *db = open_way("mode = 'xdp', interface = 'far'");
    assert_int_not_equal(laminar_execute(db,
                                         "CREATE SOURCE t (a BIGINT) FROM UDP (port = 9998, mode = 'xdp', interface = 'far', "
                                         "program = '/nowhere.o')",
                                         NULL),
                         LAMINAR_OK);
    assert_non_null(strstr(laminar_last_error(), "/nowhere.o"));
    assert_int_not_equal(laminar_execute(db, "CREATE SOURCE t (a BIGINT) FROM UDP (port = 9998, mode = 'xdp', interface = 'far')",
                                         NULL),
                         LAMINAR_OK);
    assert_non_null(strstr(laminar_last_error(), "cannot attach"));
    assert_int_not_equal(
        laminar_execute(db, "CREATE SOURCE t (a BIGINT) FROM UDP (port = 9998, mode = 'xdp', interface = 'lo', queues = 9)", NULL),
        LAMINAR_OK);
    assert_non_null(strstr(laminar_last_error(), "queue"));
    OK(laminar_close(db));
}

#define LOCAL_TEST(f) cmocka_unit_test_setup_teardown(f, open_sender, close_sender)

int main(int argc, char **argv)
{
    object = argc > 1 ? argv[1] : NULL;
    const struct CMUnitTest local[] = {LOCAL_TEST(loopback), LOCAL_TEST(drop)};
    const struct CMUnitTest in_directory[] = {DIRECTORY_TEST(durable)};
    const struct CMUnitTest ways[] = {
        cmocka_unit_test(by_socket),
        cmocka_unit_test(by_socket_of_interface),
        cmocka_unit_test(by_packet),
        cmocka_unit_test(by_packet_of_all),
        cmocka_unit_test(by_xdp),
        cmocka_unit_test(by_xdp_generic),
        cmocka_unit_test(by_program),
        cmocka_unit_test(by_ipv6),
        cmocka_unit_test(by_packet_in_fragments),
        cmocka_unit_test(by_processor),
        cmocka_unit_test(by_best),
        cmocka_unit_test(falls_back),
        cmocka_unit_test(counts_lost),
        cmocka_unit_test(interface_goes),
        cmocka_unit_test(detaches),
        cmocka_unit_test(refuses),
    };
    int failed = cmocka_run_group_tests(local, NULL, NULL);
    failed += cmocka_run_group_tests(in_directory, open_sender, close_sender);
    failed += cmocka_run_group_tests(ways, open_namespaces, close_namespaces);
    return failed;
}
