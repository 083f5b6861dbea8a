/* SPDX-License-Identifier: Apache-2.0
 *
 * The header of a datagram with events, for those who receive them and for the kernel program (event_steer.bpf.c), which is
 * compiled without a C library: only what both can include.  Byte by byte it is described in docs/connectors.md; all numbers are
 * big-endian. */
#pragma once
#include <linux/types.h>

#define EVENT_MAGIC 0x4C414D49u /* "LAMI" */
#define EVENT_HEADER_BYTES 20u
#define EVENT_AT_KEY 4u
#define EVENT_AT_LENGTH 8u
#define EVENT_AT_SEQUENCE 12u

/* What the kernel program counts, by place in its map "counters". */
enum { STEER_PASSED, STEER_DROPPED, STEER_REDIRECTED, STEER_INVALID, STEER_COUNTERS };

/* What it is told, in its map "config". */
struct steer_config {
    __u16 port; /* as in the header */
    __u8 takes_v4, takes_v6;
    __u32 n_cpus;     /* 0 = to the sockets, by queue; else the processors that keys are dealt out to */
    __u8 has_address; /* only what is sent to it: */
    __u8 is_v6;
    __u8 pad[2];
    __u8 address[16];
};
#define STEER_CPU_QUEUE 2048 /* packets that wait for a processor */
