/* SPDX-License-Identifier: Apache-2.0
 *
 * Sequence numbers of packets by key. */
#include "connect/udp/udp_sequence.h"

#define WINDOW 64u
#define CAP_FIRST 256u

void udp_sequences_init(KeySequences *s, Account *acct)
{
    *s = (KeySequences){.acct = acct};
}

void udp_sequences_done(KeySequences *s)
{
    mem_free(s->acct, s->slot, s->cap * sizeof(*s->slot));
}

static SequenceKey *slot_of(SequenceKey *slot, uint32_t cap, uint32_t key)
{
    uint32_t at = (uint32_t)(((uint64_t)key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (cap - 1);
    while (slot[at].used && slot[at].key != key)
        at = (at + 1) & (cap - 1);
    return &slot[at];
}

/* Half of the slots stay free. */
static bool grow(KeySequences *s)
{
    uint32_t cap = s->cap ? 2 * s->cap : CAP_FIRST;
    SequenceKey *bigger = cap > 2 * SEQUENCE_KEYS_MAX ? NULL : mem_zalloc(s->acct, cap * sizeof(*bigger));
    if (!bigger)
        return false;
    for (uint32_t i = 0; i < s->cap; i++)
        if (s->slot[i].used)
            *slot_of(bigger, cap, s->slot[i].key) = s->slot[i];
    mem_free(s->acct, s->slot, s->cap * sizeof(*s->slot));
    s->slot = bigger;
    s->cap = cap;
    return true;
}

static SequenceKey *key_of(KeySequences *s, uint32_t key)
{
    SequenceKey *k = s->cap ? slot_of(s->slot, s->cap, key) : NULL;
    if (k && k->used)
        return k;
    if (2 * (s->n + 1) > s->cap) {
        if (!grow(s))
            return NULL;
        k = slot_of(s->slot, s->cap, key);
    }
    return k;
}

static void begin(SequenceKey *k, uint64_t number)
{
    k->next = number + 1;
    k->recent = 1;
}

static void advance(KeySequences *s, SequenceKey *k, uint64_t number)
{
    uint64_t skipped = number - k->next;
    s->n_gaps += skipped;
    k->recent = skipped >= WINDOW - 1 ? 1 : k->recent << (skipped + 1) | 1;
    k->next = number + 1;
}

bool udp_sequences_note(KeySequences *s, uint32_t key, uint64_t number)
{
    SequenceKey *k = key_of(s, key);
    if (!k) {
        s->n_untracked++;
        return false;
    }
    if (!k->used) { /* from here on */
        *k = (SequenceKey){.key = key, .used = true};
        s->n++;
        begin(k, number);
        return false;
    }
    if (number - k->next < UINT64_MAX / 2) {
        advance(s, k, number);
        return false;
    }
    uint64_t back = k->next - 1 - number;
    if (back >= WINDOW) {
        bool again = number <= 1;
        s->n_restarts += again;
        s->n_stale += !again;
        if (again)
            begin(k, number);
        return false;
    }
    uint64_t bit = UINT64_C(1) << back;
    bool twice = (k->recent & bit) != 0;
    s->n_duplicates += twice;
    s->n_gaps -= !twice && s->n_gaps > 0; /* it was late, not lost */
    k->recent |= bit;
    return twice;
}
