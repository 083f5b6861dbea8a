/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of numbers whose changes wait.
 *
 * Who asks a collection for its least and its greatest only, and mostly knows them, needs no order of the rest.  A change is one
 * more cell behind the entries of the run, without a search.  When the unit is full, many wait, or somebody asks, those that wait
 * are sorted and merged with the entries: what cancels goes, and a unit that is too small is changed in the same pass.
 *
 * Only a collection that is one leaf has changes that wait, and of those only what leaves room in a page: a larger one takes each
 * change at once, as multi_add does. */
#include "state/multi_impl.h"

#include <string.h>

#define LATE_MAX 32u /* changes that wait */
#define RUN_MAX 96u  /* entries of a run whose changes wait: with them it fits well into a page */
#define KEY_AT (sizeof(int64_t) + sizeof(uint16_t))
#define CELL_BYTES_MAX ((uint32_t)(KEY_AT + MULTI_WIDE_BYTES))
#define RUN_SHORT 512u /* bytes: up to here a run that grows doubles */
#define FEW 14u        /* for each change that waits so many entries, and changes are made one by one */
_Static_assert(sizeof(Node) + (RUN_MAX + LATE_MAX + 1) * (CELL_BYTES_MAX + 2) <= NODE_BYTES, "such a run has room in a page");

/* Numbers of one word and of two have code of their own. */
#define EITHER static inline __attribute__((always_inline))

EITHER uint32_t cell_bytes(bool two)
{
    return KEY_AT + (two ? MULTI_WIDE_BYTES : MULTI_NUMBER_BYTES);
}

EITHER u128 number_at(const uint8_t *cell, bool two)
{
    uint64_t v[2];
    memcpy(v, cell + KEY_AT + 1, two ? sizeof(v) : sizeof(*v));
    return two ? (u128)__builtin_bswap64(v[0]) << 64 | __builtin_bswap64(v[1]) : __builtin_bswap64(v[0]);
}

EITHER void set_number(uint8_t *cell, u128 number, bool two)
{
    uint64_t v[2] = {__builtin_bswap64((uint64_t)(two ? number >> 64 : number)), __builtin_bswap64((uint64_t)number)};
    memcpy(cell + KEY_AT + 1, v, two ? sizeof(v) : sizeof(*v));
}

static inline bool has_room(const Node *x, uint32_t bytes)
{
    return x->cells_at >= sizeof(Node) + (x->n + node_late(x) + 1u) * sizeof(x->slot[0]) + bytes;
}

/* ---- settling ---- */

#define CELLS_MAX (PAGE_ROOM / (KEY_AT + MULTI_NUMBER_BYTES + sizeof(uint16_t)))

typedef struct Waiting {
    u128 number;
    int64_t weight;
} Waiting;

typedef struct Run { /* the entries; and what waits with numbers that none of them has, by number */
    u128 number[CELLS_MAX];
    i128 count[CELLS_MAX];
    Waiting other[LATE_MAX];
    uint32_t n_other;
} Run;

/* Of n numbers in order, those below `number`. */
static inline uint32_t count_below(const u128 *of, uint32_t n, u128 number)
{
    uint32_t at = 0;
    for (uint32_t half; n > 0; n -= half) {
        half = (n + 1) / 2;
        at += of[at + half - 1] < number ? half : 0;
    }
    return at;
}

EITHER void run_read(const Node *x, Run *r, bool two)
{
    uint32_t n = node_late(x);
    for (uint32_t i = 0; i < x->n; i++) {
        r->number[i] = number_at(node_cell_const(x, i), two);
        r->count[i] = node_count(x, i);
    }
    r->n_other = 0;
    for (uint32_t i = x->n; i < x->n + n; i++) {
        u128 number = number_at(node_cell_const(x, i), two);
        int64_t weight = node_count(x, i);
        uint32_t at = count_below(r->number, x->n, number);
        if (at < x->n && r->number[at] == number) {
            r->count[at] += weight;
            continue;
        }
        Waiting *w = r->other;
        for (at = r->n_other++; at > 0 && w[at - 1].number > number; at--)
            w[at] = w[at - 1];
        w[at] = (Waiting){number, weight};
    }
}

typedef struct Merged {
    bool negative; /* some count is */
    union {
        Node node;
        uint8_t bytes[PAGE_ROOM];
    };
} Merged;

/* One more entry, with the key of a cell. */
EITHER int merged_put(Merged *m, const uint8_t *cell, i128 sum, bool two)
{
    Node *x = &m->node;
    int64_t count = (int64_t)sum;
    if (sum == 0)
        return 0;
    if (count != sum || (count > 0 && __builtin_add_overflow(x->total, count, &x->total)))
        return -ERR_NUMERIC_RANGE;
    m->negative |= count < 0;
    x->cells_at = (uint16_t)(x->cells_at - cell_bytes(two));
    x->slot[x->n] = x->cells_at;
    memcpy(node_cell(x, x->n), cell, cell_bytes(two));
    memcpy(node_cell(x, x->n++), &count, sizeof(count));
    return 0;
}

/* Those that wait with one number that no entry has, from *at on. */
EITHER int merge_new(Merged *m, const Run *r, uint32_t *at, uint8_t *like, bool two)
{
    u128 number = r->other[*at].number;
    i128 count = 0;
    for (; *at < r->n_other && r->other[*at].number == number; ++*at)
        count += r->other[*at].weight;
    set_number(like, number, two);
    return merged_put(m, like, count, two);
}

EITHER int merge(const Node *x, Merged *m, bool two)
{
    Run r;
    uint32_t at = 0;
    uint8_t like[CELL_BYTES_MAX]; /* a cell of this run */
    run_read(x, &r, two);
    memcpy(like, node_cell_const(x, 0), cell_bytes(two));
    for (uint32_t i = 0; i < x->n; i++) {
        while (at < r.n_other && r.other[at].number < r.number[i])
            TRY(merge_new(m, &r, &at, like, two));
        TRY(merged_put(m, node_cell_const(x, i), r.count[i], two));
    }
    while (at < r.n_other)
        TRY(merge_new(m, &r, &at, like, two));
    return 0;
}

/* Whether the numbers of a run that is not empty have two words. */
static inline bool is_wide(const Node *x)
{
    uint16_t bytes;
    memcpy(&bytes, node_cell_const(x, 0) + sizeof(int64_t), sizeof(bytes));
    return bytes == MULTI_WIDE_BYTES;
}

static int merge_all(const Node *x, Merged *m)
{
    bool two = is_wide(x);
    node_init(&m->node, PAGE_ROOM, 0);
    m->negative = false;
    TRY(two ? merge(x, m, true) : merge(x, m, false));
    m->node.live = (uint16_t)(m->node.n * cell_bytes(two));
    m->node.entries = m->node.n | (m->negative ? 0 : NONE_NEGATIVE);
    return 0;
}

/* The unit that what is merged goes to: the run's own where it leaves room, or where there is no memory, for there it fits. */
static Node *unit_for(MultiBucket *b, Node *run, const Node *merged)
{
    uint32_t used = node_used(merged), room = unit_room((const uint8_t *)run), next = CELL_BYTES_MAX + 2;
    bool small = room < NODE_BYTES && used + used / 4 + next > room;
    if (!small && !run_is_thin(run, used))
        return run;
    Node *x = node_new(b, MIN(used + (used < RUN_SHORT ? used : used / 2) + next, NODE_BYTES), 0);
    return x ? x : run;
}

static void copy_merged(Node *to, const Node *merged)
{
    uint32_t room = unit_room((const uint8_t *)to), less = PAGE_ROOM - room;
    *to = *merged;
    to->cells_at = (uint16_t)(merged->cells_at - less);
    for (uint32_t i = 0; i < merged->n; i++)
        to->slot[i] = (uint16_t)(merged->slot[i] - less);
    memcpy((uint8_t *)to + to->cells_at, (const uint8_t *)merged + merged->cells_at, PAGE_ROOM - merged->cells_at);
}

/* Few changes of many entries are made one by one; none of them changes the unit. */
static bool is_for_one_by_one(const Node *x)
{
    return node_late(x) > 0 && x->n > FEW * node_late(x) && !run_is_thin(x, node_used(x) - node_late(x) * (CELL_BYTES_MAX + 2));
}

static int add_waiting(const MultiBucket *b, Node *x, Err *err)
{
    uint8_t cell[LATE_MAX][CELL_BYTES_MAX];
    uint32_t n = node_late(x), key_bytes = is_wide(x) ? MULTI_WIDE_BYTES : MULTI_NUMBER_BYTES;
    uint64_t sure = x->entries & NONE_NEGATIVE;
    for (uint32_t i = 0; i < n; i++)
        memcpy(cell[i], node_cell_const(x, x->n + i), KEY_AT + key_bytes);
    x->entries = x->n;
    for (uint32_t i = 0; i < n; i++) {
        int64_t weight, after = 0;
        memcpy(&weight, cell[i], sizeof(weight));
        if (weight && !run_add(b, x, (Str){(const char *)cell[i] + KEY_AT, key_bytes}, weight, &after))
            return RAISE(err, ERR_NUMERIC_RANGE, "the count of equal values is out of range");
        sure = weight && after < 0 ? 0 : sure;
    }
    x->entries |= sure;
    return 0;
}

static int settle(MultiTable *t, uint64_t *owner, Node *run, Err *err)
{
    Merged m;
    MultiBucket *b = multi_bucket_of(t, *owner);
    page_touch(t->ps, run);
    if (is_for_one_by_one(run))
        return add_waiting(b, run, err);
    if (merge_all(run, &m) < 0)
        return RAISE(err, ERR_NUMERIC_RANGE, "the count of equal values is out of range");
    Node *to = m.node.n > 0 ? unit_for(b, run, &m.node) : NULL;
    if (to)
        copy_merged(to, &m.node);
    if (to != run) {
        *owner = to ? unit_ref((const uint8_t *)to) : 0;
        node_free(b, run);
    }
    if (!to) {
        t->n_owners -= t->n_owners > 0;
        multi_bucket_trim(t, b);
    }
    return 0;
}

int multi_settle(MultiTable *t, uint64_t *owner, Err *err)
{
    Node *x = *owner ? node_at(t->ps, *owner) : NULL;
    if (unlikely(t->ps->lost))
        return page_store_error(t->ps, err);
    return !x || x->level || (node_late(x) == 0 && x->entries & NONE_NEGATIVE) ? 0 : settle(t, owner, x, err);
}

/* ---- adding ---- */

static void put_waiting(const MultiTable *t, Node *x, Str key, int64_t weight)
{
    page_touch(t->ps, x);
    x->cells_at = (uint16_t)(x->cells_at - KEY_AT - key.n);
    x->slot[x->n + node_late(x)] = x->cells_at;
    x->entries += UINT64_C(1) << LATE_AT;
    uint8_t *cell = (uint8_t *)x + x->cells_at;
    uint16_t n = (uint16_t)key.n;
    memcpy(cell, &weight, sizeof(weight));
    memcpy(cell + sizeof(weight), &n, sizeof(n));
    memcpy(cell + KEY_AT, key.p, MULTI_NUMBER_BYTES);
    if (key.n == MULTI_WIDE_BYTES)
        memcpy(cell + KEY_AT + MULTI_NUMBER_BYTES, key.p + MULTI_NUMBER_BYTES, MULTI_WIDE_BYTES - MULTI_NUMBER_BYTES);
}

int multi_add_late(MultiTable *t, uint64_t *owner, int64_t bucket, Str key, int64_t weight, int64_t *ret_count, Err *err)
{
    ASSERT(key.n == MULTI_NUMBER_BYTES || key.n == MULTI_WIDE_BYTES);
    uint32_t bytes = (uint32_t)(KEY_AT + key.n);
    Node *x = *owner ? node_at(t->ps, *owner) : NULL;
    bool run = x && x->level == 0 && !t->ps->lost;
    if (run && x->n <= RUN_MAX && (node_late(x) == LATE_MAX || !has_room(x, bytes))) {
        TRY(settle(t, owner, x, err));
        x = *owner ? node_at(t->ps, *owner) : NULL;
        run = x != NULL;
    }
    if (likely(run && x->n <= RUN_MAX && has_room(x, bytes))) {
        put_waiting(t, x, key, weight);
        return 1;
    }
    if (run && node_late(x) > 0)
        TRY(settle(t, owner, x, err));
    return multi_add(t, owner, bucket, key, weight, ret_count, err);
}

bool multi_end(const MultiTable *t, uint64_t owner, bool last, Str *ret_key)
{
    const Node *x = owner ? node_at(t->ps, owner) : NULL;
    int64_t count, total;
    if (likely(x && x->level == 0 && x->n > 0 && x->entries & NONE_NEGATIVE)) {
        *ret_key = node_key(t->ps, x, last ? x->n - 1u : 0);
        return true;
    }
    total = x ? multi_total(t, owner) : 0;
    return total > 0 && multi_nth(t, owner, last ? total - 1 : 0, ret_key, &count);
}

bool multi_owes(const MultiTable *t, uint64_t owner)
{
    return owner && !(node_at(t->ps, owner)->entries & NONE_NEGATIVE);
}

void multi_owe(MultiTable *t, uint64_t owner)
{
    Node *x = node_at(t->ps, owner);
    page_touch(t->ps, x);
    x->entries &= ~NONE_NEGATIVE;
}

void multi_prefetch_root(const MultiTable *t, uint64_t owner)
{
    if (owner)
        __builtin_prefetch(unit_at(t->ps, owner), 1);
}

void multi_prefetch_room(const MultiTable *t, uint64_t owner)
{
    if (!owner)
        return;
    const Node *x = node_at(t->ps, owner);
    __builtin_prefetch((const uint8_t *)x + x->cells_at - CELL_BYTES_MAX, 1);
    __builtin_prefetch(&x->slot[x->n + node_late(x)], 1);
}
