/* SPDX-License-Identifier: Apache-2.0
 *
 * Hot keys by the space-saving sketch: SLOTS keys are counted; one that is not among them takes the place of the rarest, and its
 * count, of which it is then known how much may belong to others.  So a key with more than 1/SLOTS of the rows is always there, and
 * what a key has for certain is its count without what it took over.
 *
 * Keys are told apart by their hash, which may mix two up once in a billion of samples: this is for people to look at.  The text of
 * a key is made when it comes the second time, for most of those that pass through never do. */
#include "exec/hot_keys.h"

#include "exec/part_keys.h"

#define SLOTS 64u
#define TEXT_MAX 64u
#define SHARE_MIN 100u /* one in so many rows */

typedef struct Slot {
    uint64_t rows, over; /* over: of the keys that were here before */
    char *text;          /* TEXT_MAX + 4 bytes; "" = not made yet */
} Slot;

typedef struct Sketch { /* of one input */
    PartKeys keys;
    uint64_t n_rows;
    uint32_t n;
    uint64_t hash[SLOTS];
    Slot slot[SLOTS];
} Sketch;

struct HotKeys {
    Arena arena;
    Account *acct;
    uint32_t n_in;
    Sketch *in;
};

static bool is_countable(const PartKeys *k)
{
    for (uint32_t i = 0; k->key && i < k->n; i++)
        if (k->key[i]->is_volatile)
            return false;
    return k->n > 0 && k->n <= PART_KEYS_MAX;
}

static int open_sketch(Sketch *s, Arena *arena, const OpEnv *env, const Schema *in, Err *err)
{
    OpEnv own = *env; /* what is made for the keys lives in the arena of the sketch */
    own.plan = arena;
    for (uint32_t i = 0; i < SLOTS; i++) {
        s->slot[i].text = arena_alloc(arena, TEXT_MAX + 4);
        if (!s->slot[i].text)
            return RAISE_NOMEM(err);
    }
    return part_keys_open(&s->keys, &own, in, part_keys_choose(&s->keys, 1, PART_BY_ALL), err);
}

int hot_keys_new(OpEnv *env, const PhysNode *node, HotKeys **ret, Err *err)
{
    PartKeys keys[2] = {0};
    *ret = NULL;
    if (!node_keys(node, keys))
        return 0;
    for (uint32_t i = 0; i < node->n_in; i++)
        if (!is_countable(&keys[i]))
            return 0;
    HotKeys *h = mem_zalloc(env->acct, sizeof(*h));
    if (!h)
        return RAISE_NOMEM(err);
    arena_init(&h->arena, env->acct, 0);
    h->acct = env->acct;
    h->n_in = node->n_in;
    h->in = ARENA_ARRAY(&h->arena, Sketch, h->n_in);
    int rc = h->in ? 0 : RAISE_NOMEM(err);
    for (uint32_t i = 0; i < h->n_in && rc == 0; i++) {
        h->in[i].keys = keys[i];
        rc = open_sketch(&h->in[i], &h->arena, env, node->in[i]->schema, err);
    }
    if (rc < 0)
        hot_keys_free(h);
    else
        *ret = h;
    return rc;
}

void hot_keys_free(HotKeys *h)
{
    if (!h)
        return;
    Account *acct = h->acct;
    arena_done(&h->arena);
    mem_free(acct, h, sizeof(*h));
}

/* ---- counting ---- */

static void put_text(Slot *slot, const Vec *const *key, uint32_t n, uint32_t row)
{
    StrBuf b;
    sb_init(&b, NULL);
    sb_puts(&b, n > 1 ? "(" : "");
    for (uint32_t i = 0; i < n; i++) {
        Value v = vec_get(key[i], row);
        sb_puts(&b, i ? ", " : "");
        if (v.is_null)
            sb_puts(&b, "NULL");
        else
            value_print_literal(&v, &b);
    }
    sb_puts(&b, n > 1 ? ")" : "");
    const char *text = sb_cstr(&b);
    size_t len = MIN(b.n, TEXT_MAX);
    while (len > 0 && len < b.n && (text[len] & 0xC0) == 0x80)
        len--;
    memcpy(slot->text, text, len);
    memcpy(slot->text + len, len < b.n ? "..." : "", len < b.n ? 4 : 1);
    sb_done(&b);
}

static uint32_t find_slot(const Sketch *s, uint64_t hash)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (s->hash[i] == hash)
            return i;
    return SLOTS;
}

static uint32_t rarest(const Sketch *s)
{
    uint32_t least = 0;
    for (uint32_t i = 1; i < SLOTS; i++)
        if (s->slot[i].rows < s->slot[least].rows)
            least = i;
    return least;
}

static void count(Sketch *s, uint64_t hash, const Vec *const *key, uint32_t row)
{
    uint32_t i = find_slot(s, hash);
    Slot *slot;
    if (i < SLOTS) {
        slot = &s->slot[i];
        slot->rows++;
        if (!slot->text[0])
            put_text(slot, key, s->keys.n, row);
        return;
    }
    i = s->n < SLOTS ? s->n++ : rarest(s);
    slot = &s->slot[i];
    s->hash[i] = hash;
    slot->over = slot->rows;
    slot->rows++;
    slot->text[0] = 0;
}

int hot_keys_add(HotKeys *h, EvalCtx *x, uint32_t input, const Batch *b)
{
    Sketch *s = &h->in[input];
    const Vec *key[PART_KEYS_MAX];
    uint64_t *hash;
    Rows rows;
    TRY(part_keys_hash(&s->keys, x, b, key, &rows, &hash));
    for (uint32_t i = 0; i < rows.n; i++)
        count(s, hash[i], key, row_at(rows, i));
    s->n_rows += rows.n;
    return 0;
}

/* ---- the answer ---- */

static uint64_t certain(const Slot *s)
{
    return s->text[0] ? s->rows - s->over : 0;
}

uint32_t hot_keys_top(const HotKeys *h, uint32_t input, HotKey *ret, uint32_t cap, uint64_t *ret_rows)
{
    *ret_rows = 0;
    if (!h || input >= h->n_in)
        return 0;
    const Sketch *s = &h->in[input];
    bool taken[SLOTS] = {0};
    uint32_t n = 0;
    *ret_rows = s->n_rows;
    for (; n < cap; n++) {
        uint32_t best = SLOTS;
        for (uint32_t i = 0; i < s->n; i++)
            if (!taken[i] && certain(&s->slot[i]) * SHARE_MIN >= MAX(s->n_rows, 1) &&
                (best == SLOTS || certain(&s->slot[i]) > certain(&s->slot[best])))
                best = i;
        if (best == SLOTS)
            break;
        taken[best] = true;
        ret[n] = (HotKey){s->slot[best].text, certain(&s->slot[best])};
    }
    return n;
}
