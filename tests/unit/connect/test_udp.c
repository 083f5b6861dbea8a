/* SPDX-License-Identifier: Apache-2.0
 *
 * The source of datagrams: its header, what sequence numbers say, and rows from packets that come in the simulator, cut into
 * batches of any size. */
#include "connect_test.h"

#include "connect/udp/udp_packet.h"
#include "connect/udp/udp_sequence.h"

#define PORT 9999

static void header(void **state)
{
    (void)state;
    static const unsigned char want[] = {'L', 'A', 'M', 'I', 1, 2, 3, 4, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 'a', 'b', 'c'};
    char p[24];
    EventPacket packet;
    event_packet_header(0x01020304, 0x1234, 3, p);
    memcpy(p + 20, "abc", 4);
    assert_memory_equal(p, want, sizeof(want));
    NetDatagram d = {.p = p, .n = 23};
    assert_int_equal(event_packet_parse(&d, &packet), PACKET_GOOD);
    assert_int_equal(packet.key, 0x01020304);
    assert_int_equal(packet.sequence, 0x1234);
    assert_true(str_eq(packet.payload, STR("abc")));
    d.cut = true;
    assert_int_equal(event_packet_parse(&d, &packet), PACKET_CUT);
    d.cut = false;
    for (d.n = 0; d.n < 20; d.n++)
        assert_int_equal(event_packet_parse(&d, &packet), PACKET_SHORT);
    for (; d.n < 25; d.n++)
        assert_int_equal(event_packet_parse(&d, &packet), d.n == 23 ? PACKET_GOOD : PACKET_LENGTH);
    d.n = 23;
    for (int i = 0; i < 4; i++) {
        p[i] ^= 1;
        assert_int_equal(event_packet_parse(&d, &packet), PACKET_MAGIC);
        p[i] ^= 1;
    }
    for (int f = PACKET_SHORT; f < PACKET_FAULTS; f++)
        assert_true(strlen(packet_fault_text((PacketFault)f)) > 10);
}

static void note(KeySequences *s, uint32_t key, uint64_t n, bool twice, uint64_t gaps)
{
    assert_int_equal(udp_sequences_note(s, key, n), twice);
    assert_int_equal(s->n_gaps, gaps);
}

static void sequences(void **state)
{
    (void)state;
    KeySequences s;
    udp_sequences_init(&s, NULL);
    note(&s, 1, 100, false, 0); /* counted from here on */
    note(&s, 1, 101, false, 0);
    note(&s, 1, 105, false, 3);
    note(&s, 1, 103, false, 2); /* was overtaken */
    note(&s, 1, 103, true, 2);
    note(&s, 1, 105, true, 2);
    note(&s, 2, 0, false, 2); /* another key has its own */
    note(&s, 2, 0, true, 2);
    note(&s, 1, 106, false, 2);
    assert_int_equal(s.n_duplicates, 3);
    note(&s, 1, 306, false, 2 + 199);
    note(&s, 1, 106, false, 2 + 199); /* nobody knows */
    assert_int_equal(s.n_stale, 1);
    note(&s, 1, 0, false, 2 + 199); /* begins anew */
    note(&s, 1, 1, false, 2 + 199);
    note(&s, 1, 307, false, 2 + 199 + 305);
    assert_int_equal(s.n_restarts, 1);
    note(&s, 3, UINT64_MAX, false, 506);
    note(&s, 3, 0, false, 506);
    note(&s, 3, UINT64_MAX, true, 506);
    assert_int_equal(s.n, 3);
    for (uint32_t key = 0; key < SEQUENCE_KEYS_MAX + 10; key++)
        udp_sequences_note(&s, key * 7919, 1);
    assert_int_equal(s.n, SEQUENCE_KEYS_MAX);
    assert_true(s.n_untracked >= 10);
    udp_sequences_done(&s);
}

static void packet(Env *env, uint32_t key, uint64_t sequence, const char *payload)
{
    char p[2000];
    size_t n = strlen(payload);
    event_packet_header(key, sequence, (uint32_t)n, p);
    memcpy(p + 20, payload, n);
    assert_true(env_sim_datagram(env, PORT, p, 20 + n));
}

static int open_source(Env *env, const Schema *s, const char *format, const char *options, Source **ret, Err *err)
{
    Option opts[8];
    ConnectArgs args = args_of(env, s, format, options, opts);
    return source_open(source_type_find(STR("udp")), &args, ret, err);
}

static uint64_t counter(Source *src, const char *name)
{
    SourceReport r;
    source_report(src, &r);
    for (uint32_t i = 0; i < r.n; i++)
        if (strcmp(r.counter[i].name, name) == 0)
            return r.counter[i].value;
    fail_msg("no counter %s", name);
    return 0;
}

static void read_all(Source *src, uint32_t max_rows, StrBuf *rows, StrBuf *bad)
{
    Err err = ERR_INIT;
    int rc;
    while ((rc = poll_text(src, max_rows, rows, bad, NULL, &err)) == SOURCE_DATA)
        continue;
    if (rc < 0)
        fail_msg("%s", err.message);
}

static void expect_and_clear(StrBuf *b, const char *want)
{
    assert_string_equal(sb_cstr(b), want);
    sb_done(b);
    sb_init(b, NULL);
}

static void rows(void **state)
{
    (void)state;
    for (uint32_t max_rows = 1; max_rows < 8; max_rows++) {
        Env *env = env_sim_new(max_rows, NULL);
        Schema *s = two_columns();
        Source *src = NULL;
        StrBuf got, bad;
        sb_init(&got, NULL);
        sb_init(&bad, NULL);
        assert_int_equal(open_source(env, s, "csv", "port=9999", &src, NULL), 0);
        packet(env, 1, 0, "1,a\n2,b\n3,c");
        packet(env, 1, 1, "");
        packet(env, 2, 0, "4,d\n");
        packet(env, 1, 1, "5,e\nx,y\n6,\"f\n");
        packet(env, 1, 9, "7,g");
        assert_true(env_sim_datagram(env, PORT, "LAMI", 4));
        packet(env, 1, 8, "8,h\n9,i");
        read_all(src, max_rows, &got, &bad);
        expect_and_clear(&got, "1|a\n2|b\n3|c\n4|d\n5|e\n7|g\n8|h\n9|i\n");
        assert_non_null(strstr(sb_cstr(&bad), "10.0.0.1:4000|1|4|x,y|"));
        assert_non_null(strstr(sb_cstr(&bad), "10.0.0.1:4000|1|8|6,\"f"));
        assert_non_null(strstr(sb_cstr(&bad), "10.0.0.1:4000|0|0|LAMI|"));
        assert_int_equal(counter(src, "packets"), 7);
        assert_int_equal(counter(src, "short_packets"), 1);
        assert_int_equal(counter(src, "sequence_duplicates"), 1);
        assert_int_equal(counter(src, "sequence_gaps"), 6);
        assert_int_equal(counter(src, "keys"), 2);
        assert_int_equal(source_seek(src, 0, "", NULL), -ERR_UNSUPPORTED);
        source_close(src);
        sb_done(&got);
        sb_done(&bad);
        schema_unref(s);
        env_sim_free(env);
    }
}

/* A header line in each packet, when it is asked for; json is the format when none is said. */
static void formats(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    Source *src = NULL;
    StrBuf got;
    sb_init(&got, NULL);
    assert_int_equal(open_source(env, s, "csv", "port=9999;header=true;duplicates=drop", &src, NULL), 0);
    packet(env, 1, 0, "b,a\nx,1\ny,2");
    packet(env, 1, 0, "b,a\nx,1\ny,2");
    packet(env, 1, 1, "a,b\n3,z");
    read_all(src, 100, &got, NULL);
    expect_and_clear(&got, "1|x\n2|y\n3|z\n");
    assert_int_equal(counter(src, "dropped_duplicates"), 1);
    source_close(src);
    assert_int_equal(open_source(env, s, NULL, "port=9999", &src, NULL), 0);
    packet(env, 1, 0, "{\"a\": 1, \"b\": \"x\"}\n{\"b\": \"y\"}");
    read_all(src, 100, &got, NULL);
    expect_and_clear(&got, "1|x\n~|y\n");
    source_close(src);
    static const char binary[] = "\0\2\0\0\0\10\0\0\0\0\0\0\0\5\0\0\0\1x\0\2\377\377\377\377\0\0\0\0";
    char p[100];
    assert_int_equal(open_source(env, s, "binary", "port=9999", &src, NULL), 0);
    event_packet_header(1, 0, sizeof(binary) - 1, p);
    memcpy(p + 20, binary, sizeof(binary) - 1);
    assert_true(env_sim_datagram(env, PORT, p, 20 + sizeof(binary) - 1));
    read_all(src, 100, &got, NULL);
    expect_and_clear(&got, "5|x\n~|\n");
    source_close(src);
    sb_done(&got);
    schema_unref(s);
    env_sim_free(env);
}

/* What finds no room in the simulated socket is counted. */
static void lost(void **state)
{
    (void)state;
    static char large[60000];
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    Source *src = NULL, *second = NULL;
    Err err = ERR_INIT;
    assert_false(env_sim_datagram(env, PORT, "x", 1));
    assert_int_equal(open_source(env, s, "csv", "port=9999", &src, NULL), 0);
    assert_int_equal(open_source(env, s, "csv", "port=9999", &second, &err), -ERR_IO);
    uint64_t refused = 0;
    for (int i = 0; i < 30; i++)
        refused += !env_sim_datagram(env, PORT, large, sizeof(large));
    assert_true(refused > 0);
    assert_int_equal(counter(src, "lost_packets"), refused);
    source_close(src);
    schema_unref(s);
    env_sim_free(env);
}

static void errors(void **state)
{
    (void)state;
    static const struct {
        const char *options, *says;
        int code;
    } wrong[] = {
        {"", "port", ERR_MISSING_OPTION},
        {"port=0", "between 1 and 65535", ERR_BAD_OPTION},
        {"port=1;address=localhost", "no address", ERR_BAD_OPTION},
        {"port=1;mode=fast", "mode", ERR_BAD_OPTION},
        {"port=1;mode=xdp", "interface", ERR_MISSING_OPTION},
        {"port=1;mode=packet;queues=2", "queues", ERR_BAD_OPTION},
        {"port=1;steer=cpu", "steer", ERR_BAD_OPTION},
        {"port=1;attach=native", "attach", ERR_BAD_OPTION},
        {"port=1;format=xml", "xml", ERR_UNKNOWN_FORMAT},
        {"port=1;adress=::", "adress", ERR_UNKNOWN_OPTION},
        {"port=1;mode=packet", "simulator", ERR_UNSUPPORTED},
    };
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        Source *src = NULL;
        Err err = ERR_INIT;
        assert_int_equal(open_source(env, s, NULL, wrong[i].options, &src, &err), -wrong[i].code);
        if (!strstr(err.message, wrong[i].says))
            fail_msg("%s: %s", wrong[i].options, err.message);
    }
    schema_unref(s);
    env_sim_free(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header),  cmocka_unit_test(sequences), cmocka_unit_test(rows),
        cmocka_unit_test(formats), cmocka_unit_test(lost),      cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
