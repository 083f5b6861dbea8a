/* SPDX-License-Identifier: Apache-2.0
 *
 * Pinning: which core each thread of an engine stays on.  [shard]  The threads are those of the crew and then the worker.  Chosen
 * automatically, they get a core each behind the first one, which is for who pushes; where cores are too few, or a thread cannot be
 * kept on its own, it runs where the kernel likes, which only costs time. */
#pragma once
#include "base/str.h"

typedef struct Engine Engine;

#define PIN_CORES_MAX 64u
typedef struct Pinning {
    bool on, by_list;
    uint32_t n, core[PIN_CORES_MAX]; /* by_list */
} Pinning;

/* "off", "auto", or processors by number, "2,3,5"; false: anything else. */
bool pinning_parse(Str text, Pinning *ret);
void pinning_print(const Pinning *p, StrBuf *out);

void engine_pin(Engine *e, const Pinning *p); /* inside */
const Pinning *engine_pinning(const Engine *e);
void engine_pin_again(Engine *e); /* threads have come; inside */
typedef struct EngineThread {
    char name[24];
    int64_t core; /* -1: any */
} EngineThread;
/* Inside.  Thread i of the engine; false = there are no more. */
bool engine_thread(const Engine *e, uint32_t i, EngineThread *ret);
