/* SPDX-License-Identifier: Apache-2.0
 *
 * A datagram with events: its header, and what is wrong with it.  The layout is in env/event_packet.h, for the kernel program knows
 * it too; docs/connectors.md tells it to those who send. */
#pragma once
#include "env/net.h"

typedef enum PacketFault {
    PACKET_GOOD,
    PACKET_SHORT,  /* less than a header */
    PACKET_MAGIC,  /* begins with something else */
    PACKET_LENGTH, /* the header says another length than there is */
    PACKET_CUT,    /* longer than can be received */
    PACKET_FAULTS
} PacketFault;

typedef struct EventPacket {
    uint32_t key;
    uint64_t sequence;
    Str payload; /* in the datagram */
} EventPacket;

/* Reads at most n bytes.  *ret is set as far as there is a header. */
PacketFault event_packet_parse(const NetDatagram *d, EventPacket *ret);
/* The header of a packet with so many bytes of payload, for those who send. */
void event_packet_header(uint32_t key, uint64_t sequence, uint32_t payload_bytes, char out[static 20]);
const char *packet_fault_text(PacketFault f);
