/* SPDX-License-Identifier: Apache-2.0
 *
 * The header of a datagram with events. */
#include "connect/udp/udp_packet.h"

#include "env/event_packet.h"

static uint64_t number_at(const char *p, uint32_t n)
{
    uint64_t v = 0;
    for (uint32_t i = 0; i < n; i++)
        v = v << 8 | (uint8_t)p[i];
    return v;
}

static void put_number(char *p, uint32_t n, uint64_t v)
{
    for (uint32_t i = 0; i < n; i++)
        p[i] = (char)(v >> (8 * (n - 1 - i)));
}

PacketFault event_packet_parse(const NetDatagram *d, EventPacket *ret)
{
    *ret = (EventPacket){0};
    if (d->n < EVENT_HEADER_BYTES)
        return PACKET_SHORT;
    if (number_at(d->p, 4) != EVENT_MAGIC)
        return PACKET_MAGIC;
    ret->key = (uint32_t)number_at(d->p + EVENT_AT_KEY, 4);
    ret->sequence = number_at(d->p + EVENT_AT_SEQUENCE, 8);
    ret->payload = (Str){d->p + EVENT_HEADER_BYTES, d->n - EVENT_HEADER_BYTES};
    if (d->cut)
        return PACKET_CUT;
    return number_at(d->p + EVENT_AT_LENGTH, 4) == ret->payload.n ? PACKET_GOOD : PACKET_LENGTH;
}

void event_packet_header(uint32_t key, uint64_t sequence, uint32_t payload_bytes, char out[static 20])
{
    put_number(out, 4, EVENT_MAGIC);
    put_number(out + EVENT_AT_KEY, 4, key);
    put_number(out + EVENT_AT_LENGTH, 4, payload_bytes);
    put_number(out + EVENT_AT_SEQUENCE, 8, sequence);
}

const char *packet_fault_text(PacketFault f)
{
    static const char *const text[PACKET_FAULTS] = {
        [PACKET_GOOD] = "",
        [PACKET_SHORT] = "the packet is shorter than its header of 20 bytes",
        [PACKET_MAGIC] = "the packet does not begin with the magic number 0x4C414D49",
        [PACKET_LENGTH] = "the packet has another length than its header says",
        [PACKET_CUT] = "the packet is longer than can be received",
    };
    return text[f];
}
