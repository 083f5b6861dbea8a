/* SPDX-License-Identifier: Apache-2.0
 *
 * What the loops of kernels share: reading an operand that may be CONST without a branch, walking rows, packing a run of 64 byte
 * flags into one bitmap word, and the attribute that compiles a hot loop for wider vector units (chosen by the loader). */
#pragma once
#include "kernel/kernel.h"

#define KERNEL_CLONES VECTOR_CLONES
#define KERNEL_INLINE static inline __attribute__((always_inline))
#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)

/* A CONST operand is read at index row & 0. */
static inline uint32_t vec_mask(const Vec *v)
{
    return v->kind == VEC_CONST ? 0u : ~0u;
}

/* for each selected row r */
#define EACH_ROW(rows, r) for (uint32_t i_ = 0, r; i_ < (rows).n && (r = row_at((rows), i_), true); i_++)

/* Which operands of a binary loop are CONST. Both: the evaluator runs one lane, so that VV serves. */
typedef enum Shape { SHAPE_VV, SHAPE_CV, SHAPE_VC } Shape;
static inline Shape shape_of(const Vec *a, const Vec *b)
{
    return a->kind == VEC_CONST ? (b->kind == VEC_CONST ? SHAPE_VV : SHAPE_CV) : b->kind == VEC_CONST ? SHAPE_VC : SHAPE_VV;
}

/* 64 bytes of 0 or 1 to one word. Bit i of a product's top byte is byte i: 8 * i + 56 - 7 * i = 56 + i. */
KERNEL_INLINE uint64_t pack_flags(const uint8_t *flag)
{
    uint64_t word = 0;
    for (unsigned k = 0; k < 8; k++) {
        uint64_t eight;
        memcpy(&eight, flag + 8 * k, 8);
        word |= ((eight * UINT64_C(0x0102040810204080)) >> 56) << (8 * k);
    }
    return word;
}

static inline Str text_at(const Vec *v, uint32_t row)
{
    return vec_str(v, row & vec_mask(v));
}
static inline bool bool_at(const Vec *v, uint32_t row)
{
    return bit_get((const uint64_t *)v->data, row & vec_mask(v));
}
/* NULL in the row; v FLAT or CONST. */
static inline bool null_at(const Vec *v, uint32_t row)
{
    return v->valid && !bit_get(v->valid, row & vec_mask(v));
}
