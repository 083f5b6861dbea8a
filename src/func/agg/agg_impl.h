/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the aggregate families: tables, argument checks, the loop over rows whose arguments are not NULL, exact sums of
 * doubles, and AggSlot, which holds one value of any scalar type in 32 movable bytes. */
#pragma once
#include "func/agg.h"
#include "kernel/loop.h"

extern const AggType agg_counts[], agg_sums[], agg_minmax[], agg_firsts[], agg_bools[], agg_bits[], agg_moments[], agg_multis[],
    agg_jsons[], agg_sketches[], agg_ranges[];
extern const AggType agg_bitstrings[]; /* those of agg_bits, in their order, when they are bound to bit strings */

#define ADD_ARGS                                                                                                                   \
    const AggSpec *s, AggCtx *x, uint8_t *const *state, const Vec *const *arg, const int32_t *w, int32_t w_all, Rows rows
#define ADD_ONE_ARGS const AggSpec *s, AggCtx *x, uint8_t *state, const Vec *const *arg, const int32_t *w, int32_t w_all, Rows rows
#define MERGE_ARGS const AggSpec *s, AggCtx *x, uint8_t *dst, const uint8_t *src, int sign
#define FINAL_ARGS const AggSpec *s, AggCtx *x, const uint8_t *const *state, uint32_t n, Vec *out
#define ADD_UNUSED ((void)s, (void)x, (void)w, (void)w_all)

/* -ERR_UNDEFINED_FUNCTION with the types; wrong number or kinds of arguments. */
int agg_no_match(const AggSpec *spec, const Type *args, uint32_t n_args, Err *err);
/* Result NULL for row i. */
static inline int agg_set_null(AggCtx *x, Vec *out, uint32_t i)
{
    TRY(vec_add_valid(out, x->eval->arena));
    bit_clear(out->valid, i);
    return 0;
}
static inline int32_t weight_at(const int32_t *w, int32_t w_all, uint32_t r)
{
    return w ? w[r] : w_all;
}
static inline bool any_null_at(const Vec *const *arg, uint32_t n_args, uint32_t r)
{
    for (uint32_t i = 0; i < n_args; i++) {
        if (null_at(arg[i], r))
            return true;
    }
    return false;
}

/* hi + lo, |lo| <= ulp(hi) / 2: about 106 bits. */
typedef struct Double2 {
    double hi, lo;
} Double2;
static inline Double2 double2_add(Double2 a, double b)
{
    double s = a.hi + b, t = s - a.hi;
    double e = (a.hi - (s - t)) + (b - t) + a.lo;
    double hi = s + e;
    return (Double2){hi, e - (hi - s)};
}
static inline Double2 double2_add2(Double2 a, Double2 b)
{
    return double2_add(double2_add(a, b.hi), b.lo);
}
/* agg_multi.c: a + part * (b - a), as PostgreSQL adds it up, field by field: negative when it is out of range. */
int interval_between(const Interval *a, const Interval *b, double part, Interval *ret);
Double2 double2_mul(double a, double b); /* exact product of two finite numbers */
static inline double double2_get(Double2 a)
{
    return a.hi + a.lo;
}

/* One value of a scalar type. Texts up to 16 bytes lie inside, longer ones in the operator's heap with their first 8 bytes here. */
typedef struct AggSlot {
    uint32_t has;
    uint32_t n; /* bytes of a text */
    uint64_t pad;
    union {
        uint8_t bytes[16];
        char text[16];
        struct {
            char prefix[8];
            uint64_t ref;
        } far;
    };
} AggSlot;
_Static_assert(sizeof(AggSlot) == 32, "slots keep states 16-byte aligned");
Str slot_text(const AggSlot *slot, AggCtx *x);
int slot_set_text(AggSlot *slot, AggCtx *x, Type t, Str text);
int slot_set(AggSlot *slot, AggCtx *x, const Vec *v, uint32_t row); /* releases what it held */
int slot_copy(AggSlot *dst, AggCtx *x, Type t, const AggSlot *src);
void slot_drop(AggSlot *slot, AggCtx *x, Type t);
int slot_cmp(const AggSlot *slot, AggCtx *x, const Vec *v, uint32_t row); /* slot against row of v (FLAT or CONST, not null) */
int slot_cmp_slot(const AggSlot *a, const AggSlot *b, AggCtx *x, Type t);
/* Writes n slots as rows 0..n-1, strings by a StrWriter; an empty slot gives NULL. */
int slots_final(AggCtx *x, const uint8_t *const *state, size_t offset, uint32_t n, Vec *out);
