/* SPDX-License-Identifier: Apache-2.0
 *
 * APPROX_COUNT_DISTINCT: HyperLogLog over the 64-bit hashes of the values.  Up to 64 different hashes are kept as they are, so
 * small counts are exact; beyond that 4,096 registers are, one byte each, with a standard error of 1.04 / sqrt(4096) = 1.6 %, read
 * by the estimator of Ertl, which needs no table of corrections at either end.  The state is a function of the set of hashes alone:
 * merging is associative, and any order of rows or partials gives the same answer.
 *
 * A register cannot be taken back.  Over input with deletes the aggregate is COUNT(DISTINCT x), which is exact, and bound as such.
 *
 * Sketches lie in the heap of the group's table and are replaced, never changed in place: registers change rarely (some m * ln(n /
 * m) times for n values), and pages stay copy-on-write. */
#include "func/agg/agg_impl.h"

#include <math.h>
#include <string.h>

#include "kernel/kernel.h"

#define HASHES_MAX 64u
#define INDEX_BITS 12u
#define REGISTERS (1u << INDEX_BITS)
#define RANK_MAX (64u - INDEX_BITS + 1)

typedef struct Sketch {
    uint64_t ref;
    uint32_t n; /* hashes, ascending; HASHES_MAX + 1: registers */
    uint32_t pad;
} Sketch;

static int distinct_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1)
        return agg_no_match(s, args, n_args, err);
    if (s->retractable) {
        s->type = agg_find(STR("count"));
        s->distinct = true;
        return s->type->bind(s, args, n_args, err);
    }
    s->distinct = false;
    s->ret = TYPE(I64);
    s->flags = AGG_MERGEABLE | AGG_IGNORES_DISTINCT | AGG_USES_HEAP;
    s->state_bytes = sizeof(Sketch);
    return 0;
}

static void sketch_init(const AggSpec *s, uint8_t *state)
{
    memset(state, 0, s->state_bytes);
}

static void sketch_drop(const AggSpec *s, AggCtx *x, uint8_t *state)
{
    Sketch *k = (Sketch *)state;
    (void)s;
    if (k->n > 0)
        x->heap->drop(x->heap, k->ref);
    *k = (Sketch){0};
}

static const uint8_t *bytes_of(const Sketch *k, AggCtx *x)
{
    return (const uint8_t *)x->heap->get(x->heap, k->ref).p;
}

static int replace(Sketch *k, AggCtx *x, const void *bytes, size_t n_bytes, uint32_t n)
{
    Sketch made = {.n = n};
    TRY(x->heap->put(x->heap, bytes, n_bytes, &made.ref));
    sketch_drop(NULL, x, (uint8_t *)k);
    *k = made;
    return 0;
}

/* The register of a hash is its high bits; its rank the zeros above the lowest one of the others. */
static bool raise_register(uint8_t *reg, uint64_t hash)
{
    uint64_t rest = hash << INDEX_BITS;
    uint8_t rank = (uint8_t)(rest ? (uint32_t)__builtin_clzll(rest) + 1 : RANK_MAX);
    uint8_t *r = &reg[hash >> (64 - INDEX_BITS)];
    if (*r >= rank)
        return false;
    *r = rank;
    return true;
}

static int add_to_hashes(Sketch *k, AggCtx *x, uint64_t hash)
{
    uint64_t list[HASHES_MAX + 1];
    uint32_t at = 0;
    if (k->n > 0)
        memcpy(list, bytes_of(k, x), k->n * sizeof(*list));
    while (at < k->n && list[at] < hash)
        at++;
    if (at < k->n && list[at] == hash)
        return 0;
    memmove(&list[at + 1], &list[at], (k->n - at) * sizeof(*list));
    list[at] = hash;
    if (k->n < HASHES_MAX)
        return replace(k, x, list, (k->n + 1) * sizeof(*list), k->n + 1);
    uint8_t reg[REGISTERS] = {0};
    for (uint32_t i = 0; i <= HASHES_MAX; i++)
        raise_register(reg, list[i]);
    return replace(k, x, reg, sizeof(reg), HASHES_MAX + 1);
}

static int add_hash(Sketch *k, AggCtx *x, uint64_t hash)
{
    uint8_t reg[REGISTERS], one[1] = {0};
    if (k->n <= HASHES_MAX)
        return add_to_hashes(k, x, hash);
    const uint8_t *have = bytes_of(k, x);
    uint32_t at = (uint32_t)(hash >> (64 - INDEX_BITS));
    raise_register(one, hash & (UINT64_MAX >> INDEX_BITS));
    if (one[0] <= have[at])
        return 0;
    memcpy(reg, have, sizeof(reg));
    reg[at] = one[0];
    return replace(k, x, reg, sizeof(reg), k->n);
}

/* Key hashes of neighbouring integers are too regular for counting zeros: every bit has to depend on every bit. */
static uint64_t scatter(uint64_t h)
{
    h = (h ^ (h >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    h = (h ^ (h >> 29)) * UINT64_C(0xa0761d6478bd642f);
    return h ^ (h >> 32);
}

static int add_rows(const AggSpec *s, AggCtx *x, uint8_t *one, uint8_t *const *state, const Vec *const *arg, Rows rows)
{
    (void)s;
    uint64_t *hash = arena_alloc(x->eval->arena, MAX(rows.n, 1) * sizeof(*hash));
    if (!hash)
        return -ERR_OUT_OF_MEMORY;
    kernel_hash(arg, 1, rows, hash);
    for (uint32_t i = 0; i < rows.n; i++)
        if (!null_at(arg[0], row_at(rows, i)))
            TRY(add_hash((Sketch *)(one ? one : state[i]), x, scatter(hash[i])));
    return 0;
}

static int sketch_add(ADD_ARGS)
{
    ADD_UNUSED;
    return add_rows(s, x, NULL, state, arg, rows);
}

static int sketch_add_one(ADD_ONE_ARGS)
{
    ADD_UNUSED;
    return add_rows(s, x, state, NULL, arg, rows);
}

static int sketch_merge(MERGE_ARGS)
{
    Sketch *d = (Sketch *)dst;
    const Sketch *f = (const Sketch *)src;
    (void)s;
    ASSERT(sign > 0);
    if (f->n == 0)
        return 0;
    if (f->n <= HASHES_MAX) {
        for (uint32_t i = 0; i < f->n; i++) {
            uint64_t hash;
            memcpy(&hash, bytes_of(f, x) + i * sizeof(hash), sizeof(hash));
            TRY(add_hash(d, x, hash));
        }
        return 0;
    }
    uint8_t reg[REGISTERS];
    memcpy(reg, bytes_of(f, x), sizeof(reg));
    for (uint32_t i = 0; i < d->n && d->n <= HASHES_MAX; i++) {
        uint64_t hash;
        memcpy(&hash, bytes_of(d, x) + i * sizeof(hash), sizeof(hash));
        raise_register(reg, hash);
    }
    if (d->n > HASHES_MAX) {
        const uint8_t *have = bytes_of(d, x);
        for (uint32_t i = 0; i < REGISTERS; i++)
            reg[i] = (uint8_t)MAX(reg[i], have[i]);
    }
    return replace(d, x, reg, sizeof(reg), HASHES_MAX + 1);
}

/* What registers that are still zero, and those that are full, stand for in the harmonic mean: the limits of two series. */
static double zeros_term(double part)
{
    double weight = 1, sum = part, before;
    if (part == 1)
        return INFINITY;
    do {
        part *= part;
        before = sum;
        sum += part * weight;
        weight += weight;
    } while (sum != before);
    return sum;
}

static double full_term(double part)
{
    double weight = 1, sum = 1 - part, before;
    if (part == 0 || part == 1)
        return 0;
    do {
        part = sqrt(part);
        before = sum;
        weight *= 0.5;
        sum -= (1 - part) * (1 - part) * weight;
    } while (sum != before);
    return sum / 3;
}

static int64_t estimate(const uint8_t *reg)
{
    uint32_t count[RANK_MAX + 1] = {0};
    const double m = REGISTERS, at_infinity = 0.72134752044448170368; /* 1 / (2 ln 2) */
    for (uint32_t i = 0; i < REGISTERS; i++)
        count[reg[i]]++;
    double z = m * full_term((m - count[RANK_MAX]) / m);
    for (uint32_t rank = RANK_MAX - 1; rank >= 1; rank--)
        z = (z + count[rank]) * 0.5;
    z += m * zeros_term(count[0] / m);
    return llround(at_infinity * m * m / z);
}

static int sketch_final(FINAL_ARGS)
{
    (void)s;
    for (uint32_t i = 0; i < n; i++) {
        const Sketch *k = (const Sketch *)state[i];
        ((int64_t *)out->data)[i] = k->n <= HASHES_MAX ? k->n : estimate(bytes_of(k, x));
    }
    return 0;
}

const AggType agg_sketches[] = {
    {.name = "approx_count_distinct",
     .forms = "any -> bigint",
     .aliases = "approx_distinct",
     .help = "estimated number of distinct values: exact up to 64, then within 1.6 % (standard error)",
     .example = "SELECT approx_count_distinct(x) FROM (VALUES (1), (2), (2)) AS t (x) -> 2",
     .bind = distinct_bind,
     .init = sketch_init,
     .add = sketch_add,
     .add_one = sketch_add_one,
     .merge = sketch_merge,
     .final = sketch_final,
     .drop = sketch_drop},
    {0},
};
