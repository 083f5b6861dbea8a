/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sequence numbers of packets say, apart for each key: which are missing, which have come before.  Of the newest 64
 * numbers of a key it is known which have come, so a packet that was overtaken fills its gap again and one that comes twice is told
 * from it.  A number that begins anew at 0 or 1 is a sender that was started again; any other that lies further back is stale.
 *
 * Keys are kept up to a limit; packets of further ones are counted as untracked.  The table grows by doubling, so not per packet.
 */
#pragma once
#include "base/err.h"
#include "base/mem.h"

#define SEQUENCE_KEYS_MAX 65536u

typedef struct SequenceKey {
    uint64_t next;   /* number expected next */
    uint64_t recent; /* bit i: next - 1 - i has come */
    uint32_t key;
    bool used;
} SequenceKey;

typedef struct KeySequences {
    Account *acct;
    SequenceKey *slot; /* open addressing */
    uint32_t n, cap;   /* cap: a power of two */
    uint64_t n_gaps, n_duplicates, n_stale, n_restarts, n_untracked;
} KeySequences;

void udp_sequences_init(KeySequences *s, Account *acct);
void udp_sequences_done(KeySequences *s);
/* True = a packet with that key and number has come before. */
bool udp_sequences_note(KeySequences *s, uint32_t key, uint64_t number);
