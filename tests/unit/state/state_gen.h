/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the tests of state/: seeded random numbers, keys made from numbers, failing allocations, page images of a snapshot.
 *
 * gen_value(type, u) gives equal values for equal u and different ones for different u below gen_domain(type); `alt` asks for
 * another representation of the same value where one exists (-0, another NaN, 30 days for a month). */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/hash.h"
#include "state/page_impl.h"
#include "state/table.h"

static uint64_t gen_seed = 1;
static inline uint64_t gen_random(void)
{
    gen_seed += UINT64_C(0x9e3779b97f4a7c15);
    return hash_mix(gen_seed, UINT64_C(0xbf58476d1ce4e5b9) ^ (gen_seed >> 31));
}
static inline uint32_t gen_below(uint32_t n)
{
    return (uint32_t)(gen_random() >> 33) % n;
}

static inline uint32_t gen_domain(TypeId id)
{
    return id == T_BOOL ? 3 : 600;
}

static inline Str gen_text(uint32_t u)
{
    static char text[10001];
    uint32_t n = u % 11 == 0 ? (u * 97) % 10001 : u % 3 ? u % 40 : u % 13;
    char number[16];
    int digits = snprintf(number, sizeof(number), "%u", u);
    memset(text, 'x', sizeof(text));
    memcpy(text, "key-", 4);
    n = u == 0 ? 0 : MAX(n, (uint32_t)digits + (n > 20 ? 4 : 0));
    memcpy(text + n - (u ? digits : 0), number, u ? (size_t)digits : 0);
    return (Str){text, n};
}

static inline Value gen_number(Type type, uint32_t u, bool alt)
{
    Value v = {.type = type};
    switch ((TypeId)type.id) {
    case T_BOOL: v.b = u & 1; break;
    case T_I16: v.i16 = (int16_t)(u * 50 - 20000); break;
    case T_I32:
    case T_DATE: v.i32 = (int32_t)(u * 1000003u); break;
    case T_F32: v.f32 = u == 0 ? (alt ? -0.0f : 0.0f) : u == 1 ? __builtin_nanf("") : (float)u * -1.5f; break;
    case T_F64: v.f64 = u == 0 ? (alt ? -0.0 : 0.0) : u == 1 ? (alt ? -__builtin_nan("1") : __builtin_nan("")) : u * -1.5; break;
    case T_DECIMAL: v.dec = (i128)u * -INT64_MAX; break;
    case T_INTERVAL: v.iv = u ? (Interval){0, 0, u} : alt ? (Interval){0, 30, 0} : (Interval){1, 0, 0}; break;
    case T_UUID: memcpy(v.uuid.b + 7, &u, sizeof(u)); break;
    default: v.i64 = (int64_t)hash_i64(u); break;
    }
    return v;
}

static inline Value gen_value(Type type, uint32_t u, bool alt)
{
    if (u + 1 == gen_domain((TypeId)type.id))
        return value_null(type);
    if (type_is_string((TypeId)type.id))
        return (Value){.type = type, .str = gen_text(u)};
    return gen_number(type, u, alt);
}

/* A flat vector of the values of u[0..n-1], at rows row[i] when given. */
static inline void gen_vec(Vec *v, Type type, const uint32_t *u, uint32_t n, Arena *arena)
{
    assert_int_equal(vec_scratch(v, type, n, arena), 0);
    StrWriter w;
    bool text = type_is_string((TypeId)type.id);
    if (text)
        strwriter_init(&w, v, arena);
    for (uint32_t i = 0; i < n; i++) {
        Value x = gen_value(type, u[i], gen_below(2));
        if (x.is_null && !v->valid)
            assert_int_equal(vec_add_valid(v, arena), 0);
        if (x.is_null)
            bit_clear(v->valid, i);
        if (text)
            assert_int_equal(strwriter_put(&w, i, x.is_null ? "" : x.str.p, x.is_null ? 0 : x.str.n), 0);
        else if (type.id == T_BOOL)
            bit_put(v->data, i, !x.is_null && x.b);
        else
            memcpy((uint8_t *)v->data + (size_t)i * type_bytes((TypeId)type.id), &x.b, type_bytes((TypeId)type.id));
    }
    if (text)
        assert_int_equal(strwriter_finish(&w), 0);
}

/* Fails the allocation when the counter reaches zero, and every later one while `sticky`. */
typedef struct GenFailure {
    int64_t left;
    bool sticky;
    uint64_t failed;
} GenFailure;
static inline int gen_failure_hook(void *self, size_t bytes)
{
    GenFailure *f = self;
    (void)bytes;
    bool fail = f->left == 0 || (f->left < 0 && f->sticky);
    f->left--;
    f->failed += fail;
    return fail;
}

typedef struct GenImages {
    uint32_t n;
    uint64_t digest;
} GenImages;
static inline int gen_image(void *self, const PageHeader *p)
{
    GenImages *g = self;
    g->n++;
    g->digest = hash_mix(g->digest ^ p->page_id, hash_bytes(p, page_image_bytes(p)) | 1);
    return 0;
}
static inline GenImages gen_images(PageSnapshot *s)
{
    GenImages g = {0, 1};
    assert_int_equal(page_snapshot_each(s, gen_image, &g, NULL), 0);
    return g;
}
