/* SPDX-License-Identifier: Apache-2.0
 *
 * Packets of any bytes: as a datagram with events, as a frame of Ethernet and as a packet of IP.  What is found lies within the
 * bytes, whatever lengths the headers claim; a header that is written again is the one that was read. */
#include <string.h>

#include "connect/udp/udp_packet.h"
#include "connect/udp/udp_sequence.h"
#include "env/net_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_packet(const NetDatagram *d, KeySequences *s)
{
    EventPacket e;
    char header[20];
    if (event_packet_parse(d, &e) != PACKET_GOOD)
        return;
    ASSERT(d->n >= 20 && e.payload.p == d->p + 20 && e.payload.n == d->n - 20);
    event_packet_header(e.key, e.sequence, (uint32_t)e.payload.n, header);
    ASSERT(memcmp(header, d->p, sizeof(header)) == 0);
    udp_sequences_note(s, e.key, e.sequence);
    ASSERT(udp_sequences_note(s, e.key, e.sequence) || s->n_stale || s->n_restarts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    KeySequences s;
    if (n < 1 || n > 70000)
        return 0;
    NetFilter f = {.takes_v4 = true, .takes_v6 = true, .port = 9999, .has_address = data[0] & 1};
    f.address = (NetAddress){.ip = {10, 0, 0, 1}, .is_v6 = data[0] & 2};
    uint32_t bytes = (uint32_t)n - 1;
    const uint8_t *p = data + 1;
    udp_sequences_init(&s, NULL);
    check_packet(&(NetDatagram){.p = (const char *)p, .n = bytes, .cut = data[0] & 4}, &s);
    for (int wire = 0; wire < 2; wire++) {
        NetDatagram d = {0};
        if (!(wire ? net_frame_ethernet : net_frame_ip)(&f, p, bytes, &d))
            continue;
        ASSERT((const uint8_t *)d.p >= p && (const uint8_t *)d.p + d.n <= p + bytes);
        check_packet(&d, &s);
    }
    udp_sequences_done(&s);
    return 0;
}
