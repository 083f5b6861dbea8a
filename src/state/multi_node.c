/* SPDX-License-Identifier: Apache-2.0
 *
 * Nodes of MULTI collections: slotted leaves and inner nodes of any size up to a page's room.
 *
 * Cells are packed bytes without alignment and are read and written with memcpy.  A deleted cell leaves a gap; the gaps are closed
 * when an insertion needs them. */
#include "state/multi_impl.h"

#include <string.h>

void node_init(Node *x, uint32_t bytes, uint32_t level)
{
    *x = (Node){.cells_at = (uint16_t)bytes, .level = (uint16_t)level};
}

uint32_t node_used(const Node *x)
{
    return (uint32_t)sizeof(Node) + x->n * 2u + x->live;
}

bool node_has_room(const Node *x, uint32_t cell_bytes)
{
    if (likely(x->cells_at >= sizeof(Node) + (x->n + 1u) * 2 + cell_bytes)) /* without a look at the page's header */
        return true;
    return node_used(x) + 2 + cell_bytes <= unit_room((const uint8_t *)x);
}

static uint16_t cell_key_length(const Node *x, uint32_t i)
{
    uint16_t n;
    memcpy(&n, node_cell_const(x, i) + node_payload(x), sizeof(n));
    return n;
}

uint32_t node_cell_bytes(const Node *x, uint32_t i)
{
    uint32_t n = cell_key_length(x, i);
    return node_payload(x) + 2 + (n == KEY_LONG ? 8 : n);
}

CellKey node_take_key(const PageStore *ps, const Node *x, uint32_t i)
{
    CellKey k = {.key = node_key(ps, x, i)};
    if (cell_key_length(x, i) == KEY_LONG)
        memcpy(&k.ref, node_cell_const(x, i) + node_payload(x) + 2, sizeof(k.ref));
    return k;
}

Str node_long_key(const PageStore *ps, const uint8_t *ref)
{
    uint64_t at;
    uint32_t len;
    memcpy(&at, ref, sizeof(at));
    const uint8_t *p = unit_at(ps, at);
    memcpy(&len, p, sizeof(len));
    return (Str){(const char *)p + sizeof(len), len};
}

void node_set_count(Node *leaf, uint32_t i, int64_t count)
{
    memcpy(node_cell(leaf, i), &count, sizeof(count));
}

void node_set_branch(Node *inner, uint32_t i, Branch b)
{
    memcpy(node_cell(inner, i), &b, sizeof(b));
}

static inline uint64_t word_at(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return __builtin_bswap64(v);
}

/* The order of str_cmp.  Most keys are a marker and a number of eight or sixteen bytes, which differs in its last bytes: words tell
 * them apart, of which the last one may lie over the one before. */
static inline int key_order(Str a, Str b)
{
    size_t n = MIN(a.n, b.n), at = 0;
    for (; at < 2 * sizeof(uint64_t) && at + sizeof(uint64_t) <= n; at += sizeof(uint64_t)) {
        uint64_t x = word_at(a.p + at), y = word_at(b.p + at);
        if (x != y)
            return x < y ? -1 : 1;
    }
    if (at > 0 && at < n && n - at <= sizeof(uint64_t)) {
        uint64_t x = word_at(a.p + n - sizeof(x)), y = word_at(b.p + n - sizeof(y));
        if (x != y)
            return x < y ? -1 : 1;
        at = n;
    }
    int c = at < n ? memcmp(a.p + at, b.p + at, n - at) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* The number behind the marker of a key, in the order of keys. */
static inline __attribute__((always_inline)) u128 number_at(const uint8_t *p, bool two)
{
    uint64_t high = word_at((const char *)p + 1);
    return two ? (u128)high << 64 | word_at((const char *)p + 1 + sizeof(high)) : high;
}

#define COUNTED 16u /* cells: which of so few come before is counted, for nothing then waits for the cell before */

/* Whether cell i of a leaf has a key like this one: a marker and the same number of bytes behind it. */
static inline bool is_number_like(const uint8_t *p, Str key)
{
    uint16_t bytes;
    memcpy(&bytes, p, sizeof(bytes));
    return (bytes == key.n) & ((char)p[sizeof(bytes)] == key.p[0]);
}

/* As node_lower for a key of a marker and one or two words, without a branch on what nobody can foresee.  false: another key is not
 * like it. */
static inline __attribute__((always_inline)) bool lower_number(const Node *leaf, Str key, bool two, uint32_t *ret, bool *ret_equal)
{
    u128 number = number_at((const uint8_t *)key.p, two);
    uint32_t a = 0, n = leaf->n, n_less = 0;
    bool equal = false;
    while (n > COUNTED) {
        uint32_t half = n / 2;
        const uint8_t *p = node_cell_const(leaf, a + half) + sizeof(int64_t);
        if (unlikely(!is_number_like(p, key)))
            return false;
        u128 x = number_at(p + sizeof(uint16_t), two);
        equal |= x == number;
        a = x < number ? a + half : a; /* the last one that is known to be less stays */
        n = x < number ? n - half : half;
    }
    for (uint32_t i = a; i < a + n; i++) {
        const uint8_t *p = node_cell_const(leaf, i) + sizeof(int64_t);
        if (unlikely(!is_number_like(p, key)))
            return false;
        u128 x = number_at(p + sizeof(uint16_t), two);
        n_less += x < number;
        equal |= x == number;
    }
    *ret = a + n_less;
    *ret_equal = equal;
    return true;
}

#define NUMBER_BYTES 9u /* of a key, and twice as wide */
#define WIDE_NUMBER_BYTES 17u

uint32_t node_lower(const PageStore *ps, const Node *leaf, Str key, bool *ret_equal)
{
    uint32_t a = 0, b = leaf->n;
    if (key.n == NUMBER_BYTES && lower_number(leaf, key, false, &a, ret_equal))
        return a;
    if (key.n == WIDE_NUMBER_BYTES && lower_number(leaf, key, true, &a, ret_equal))
        return a;
    a = 0;
    *ret_equal = false;
    while (a < b) {
        uint32_t m = (a + b) / 2;
        int cmp = key_order(node_key(ps, leaf, m), key);
        if (cmp == 0) {
            *ret_equal = true;
            return m;
        }
        if (cmp < 0)
            a = m + 1;
        else
            b = m;
    }
    return a;
}

uint32_t node_child(const PageStore *ps, const Node *inner, Str key)
{
    uint32_t a = 1, b = inner->n; /* first cell whose key is above */
    while (a < b) {
        uint32_t m = (a + b) / 2;
        if (key_order(node_key(ps, inner, m), key) <= 0)
            a = m + 1;
        else
            b = m;
    }
    return a - 1;
}

static void node_compact(Node *x)
{
    uint8_t copy[PAGE_ROOM];
    uint32_t bytes = unit_room((const uint8_t *)x), at = bytes;
    memcpy(copy + x->cells_at, (const uint8_t *)x + x->cells_at, bytes - x->cells_at);
    for (uint32_t i = 0; i < x->n; i++) {
        uint16_t key_bytes;
        const uint8_t *cell = copy + x->slot[i];
        memcpy(&key_bytes, cell + node_payload(x), sizeof(key_bytes));
        uint32_t n = node_payload(x) + 2 + (key_bytes == KEY_LONG ? 8 : key_bytes);
        at -= n;
        memcpy((uint8_t *)x + at, cell, n);
        x->slot[i] = (uint16_t)at;
    }
    x->cells_at = (uint16_t)at;
}

/* Room for a cell of n bytes at place i; its offset. */
static uint8_t *node_open(Node *x, uint32_t i, uint32_t n)
{
    if (x->cells_at < sizeof(Node) + (x->n + 1u) * 2 + n)
        node_compact(x);
    memmove(&x->slot[i + 1], &x->slot[i], (x->n - i) * sizeof(x->slot[0]));
    x->n++;
    x->live = (uint16_t)(x->live + n);
    x->cells_at = (uint16_t)(x->cells_at - n);
    x->slot[i] = x->cells_at;
    return node_cell(x, i);
}

void node_insert(Node *x, uint32_t i, const CellKey *k)
{
    uint32_t payload = node_payload(x);
    uint8_t *cell = node_open(x, i, payload + cell_key_bytes(k));
    uint16_t n = k->ref ? KEY_LONG : (uint16_t)k->key.n;
    memset(cell, 0, payload);
    memcpy(cell + payload, &n, sizeof(n));
    if (k->ref)
        memcpy(cell + payload + 2, &k->ref, sizeof(k->ref));
    else if (n)
        memcpy(cell + payload + 2, k->key.p, n);
}

void node_delete(Node *x, uint32_t i)
{
    x->live = (uint16_t)(x->live - node_cell_bytes(x, i));
    x->n--;
    memmove(&x->slot[i], &x->slot[i + 1], (x->n - i) * sizeof(x->slot[0]));
}

void node_append_from(Node *x, const Node *from, uint32_t i)
{
    uint32_t n = node_cell_bytes(from, i);
    memcpy(node_open(x, x->n, n), node_cell_const(from, i), n);
}

void node_copy(Node *dst, uint32_t dst_bytes, const Node *src)
{
    node_init(dst, dst_bytes, src->level);
    for (uint32_t i = 0; i < src->n; i++)
        node_append_from(dst, src, i);
    dst->total = src->total;
    dst->entries = src->entries;
}

uint32_t node_middle(const Node *x)
{
    uint32_t half = x->live / 2, sum = 0;
    for (uint32_t i = 0; i + 1 < x->n; i++) {
        sum += node_cell_bytes(x, i);
        if (sum >= half)
            return i + 1;
    }
    return x->n - 1u;
}
