/* SPDX-License-Identifier: Apache-2.0
 *
 * Casts of bit strings.  An explicit one cuts a value to the type's length and fills BIT(n) up with zeros, both at the right end;
 * a value that is stored must have the length.  Of a number BIT(n) takes the n lowest bits, further ones are copies of its sign;
 * back, the first bit is the highest. Eight bits are a byte. */
#include "data/bitstring.h"
#include "func/cast/cast_impl.h"
#include "func/func_impl.h"

static int cut_bits(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    Type t = dst->type;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r);
        size_t n = t.precision ? t.length : t.length ? MIN(s.n, t.length) : s.n, keep = MIN(s.n, n);
        char *out = strwriter_reserve(&w, MAX(n, (size_t)1));
        if (!out)
            return -ERR_OUT_OF_MEMORY;
        if (keep)
            memcpy(out, s.p, keep);
        memset(out + keep, '0', n - keep);
        TRY(strwriter_commit(&w, r, n));
    }
    return strwriter_finish(&w);
}

static int check_bits(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r);
        Err err = ERR_INIT;
        int rc = bitstring_check(dst->type, s.n, &err);
        if (rc < 0)
            row_error(x, r, (ErrCode)-rc, "%s", err.message);
        TRY(strwriter_put(&w, r, s.p, s.n));
    }
    return strwriter_finish(&w);
}
const CastDef cast_bits_assign = {T_BITS, T_BITS, CAST_IMPLICIT, true, false, check_bits};

static int bits_of_integer(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    uint32_t n = dst->type.length, mask = vec_mask(arg[0]);
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Value of = vec_get(arg[0], r & mask);
        int64_t v = of.type.id == T_I16 ? of.i16 : of.type.id == T_I32 ? of.i32 : of.i64;
        char *out = strwriter_reserve(&w, MAX(n, 1u));
        if (!out)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < n; i++)
            out[i] = (char)('0' + (v >> MIN(n - 1 - i, 63u) & 1));
        TRY(strwriter_commit(&w, r, n));
    }
    return strwriter_finish(&w);
}

static int64_t integer_of_bits(EvalCtx *x, uint32_t row, Str s, unsigned width, const char *type)
{
    uint64_t v = 0;
    if (s.n > width)
        row_error(x, row, ERR_NUMERIC_RANGE, "%s out of range", type);
    for (size_t i = 0; i < s.n; i++)
        v = v << 1 | (s.p[i] == '1');
    return (int64_t)v;
}
static int bits_to_i32(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    ((int32_t *)dst->data)[r] = (int32_t)integer_of_bits(x, r, text_at(arg[0], r), 32, "integer");
    return 0;
}
static int bits_to_i64(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    ((int64_t *)dst->data)[r] = integer_of_bits(x, r, text_at(arg[0], r), 64, "bigint");
    return 0;
}

/* X'1F' is a string of bytes in the standard, and in most systems: where bytes are wanted it is, eight bits to each. */
static int bits_to_bytes(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r);
        size_t n = s.n / 8;
        char *out = strwriter_reserve(&w, MAX(n, (size_t)1));
        if (!out)
            return -ERR_OUT_OF_MEMORY;
        if (s.n % 8)
            row_error(x, r, ERR_STRING_LENGTH, "%zu bits are not a whole number of bytes", s.n);
        memset(out, 0, n);
        for (size_t i = 0; i < n * 8; i++)
            out[i / 8] = (char)(out[i / 8] << 1 | (s.p[i] == '1'));
        TRY(strwriter_commit(&w, r, n));
    }
    return strwriter_finish(&w);
}

const CastDef cast_bits[] = {
    {T_BITS, T_BITS, CAST_IMPLICIT, false, false, cut_bits},       {T_I16, T_BITS, CAST_EXPLICIT, false, false, bits_of_integer},
    {T_I32, T_BITS, CAST_EXPLICIT, false, false, bits_of_integer}, {T_I64, T_BITS, CAST_EXPLICIT, false, false, bits_of_integer},
    {T_BITS, T_I32, CAST_EXPLICIT, true, false, bits_to_i32},      {T_BITS, T_I64, CAST_EXPLICIT, true, false, bits_to_i64},
    {T_BITS, T_BYTEA, CAST_IMPLICIT, true, false, bits_to_bytes},  {0},
};
