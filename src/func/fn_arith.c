/* SPDX-License-Identifier: Apache-2.0
 *
 * Operators on numbers.  The loops are kernel/arith.h's; this file gives them signatures.
 * Results: integers keep the wider type, / truncates; with a float the result is DOUBLE PRECISION (REAL only of two REALs); types
 * of decimal results are in kernel/arith.h; ^ is DOUBLE PRECISION for every type. */
#include "func/func_impl.h"

#include "kernel/arith.h"

static int add_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)n, (void)err;
    *ret = decimal_add_type(args[0], args[1]);
    return 0;
}
static int mul_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)n, (void)err;
    *ret = decimal_mul_type(args[0], args[1]);
    return 0;
}
static int div_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)n, (void)err;
    *ret = decimal_div_type(args[0], args[1]);
    return 0;
}
static int mod_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)n, (void)err;
    *ret = decimal_mod_type(args[0], args[1]);
    return 0;
}
static int same_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)n, (void)err;
    *ret = args[0];
    return 0;
}

#define SHIFT_MASK(T) ((int32_t)(8 * sizeof(T) - 1)) /* shift counts are taken modulo the width */
MAP2(and_i16, int16_t, int16_t, int16_t, (int16_t)(a &b))
MAP2(and_i32, int32_t, int32_t, int32_t, a &b)
MAP2(and_i64, int64_t, int64_t, int64_t, a &b)
MAP2(or_i16, int16_t, int16_t, int16_t, (int16_t)(a | b))
MAP2(or_i32, int32_t, int32_t, int32_t, a | b)
MAP2(or_i64, int64_t, int64_t, int64_t, a | b)
MAP2(xor_i16, int16_t, int16_t, int16_t, (int16_t)(a ^ b))
MAP2(xor_i32, int32_t, int32_t, int32_t, a ^ b)
MAP2(xor_i64, int64_t, int64_t, int64_t, a ^ b)
MAP1(not_i16, int16_t, int16_t, (int16_t)~a)
MAP1(not_i32, int32_t, int32_t, ~a)
MAP1(not_i64, int64_t, int64_t, ~a)
MAP2(shl_i16, int16_t, int32_t, int16_t, (int16_t)((uint32_t)a << (b & 31)))
MAP2(shl_i32, int32_t, int32_t, int32_t, (int32_t)((uint32_t)a << (b & SHIFT_MASK(int32_t))))
MAP2(shl_i64, int64_t, int32_t, int64_t, (int64_t)((uint64_t)a << (b & SHIFT_MASK(int64_t))))
MAP2(shr_i16, int16_t, int32_t, int16_t, (int16_t)(a >> (b & 31)))
MAP2(shr_i32, int32_t, int32_t, int32_t, a >> (b & SHIFT_MASK(int32_t)))
MAP2(shr_i64, int64_t, int32_t, int64_t, a >> (b & SHIFT_MASK(int64_t)))

static int identity(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    size_t width = type_bytes(dst->type.id);
    uint32_t m = vec_mask(arg[0]);
    EACH_ROW(rows, r)
    memcpy((uint8_t *)dst->data + r * width, (const uint8_t *)arg[0]->data + (r & m) * width, width);
    return 0;
}

#define OP_INTS(op, k, help, example)                                                                                              \
    FN2(op, T_I16, T_I16, T_I16, k##_i16, FN_OP_LANES, help, example, MONO_OF_##k),                                                \
        FN2(op, T_I32, T_I32, T_I32, k##_i32, FN_OP_LANES, help, example, MONO_OF_##k),                                            \
        FN2(op, T_I64, T_I64, T_I64, k##_i64, FN_OP_LANES, help, example, MONO_OF_##k)
#define OP_FLOATS(op, k, help, example)                                                                                            \
    FN2(op, T_F32, T_F32, T_F32, k##_f32, FN_OP_LANES, help, example, MONO_OF_##k),                                                \
        FN2(op, T_F64, T_F64, T_F64, k##_f64, FN_OP_LANES, help, example, MONO_OF_##k)
#define OP_DECIMAL(op, k, type, help, example)                                                                                     \
    FN2(op, T_DECIMAL, T_DECIMAL, T_DECIMAL, k##_dec, FN_OP_LANES, help, example, MONO_OF_##k, .ret_type = type)
#define MONO_OF_kernel_add MONO2(MONO_NONDEC, MONO_NONDEC)
#define MONO_OF_kernel_sub MONO2(MONO_NONDEC, MONO_NONINC)
#define MONO_OF_kernel_mul MONO2(MONO_NONDEC_IF_CONST_POSITIVE, MONO_NONDEC_IF_CONST_POSITIVE)
#define MONO_OF_kernel_div MONO2(MONO_NONDEC_IF_CONST_POSITIVE, MONO_NONE)
#define MONO_OF_kernel_mod MONO2(MONO_NONE, MONO_NONE)
#define MOD_HELP "remainder, with the sign of the first argument"
#define OP1(op, t, k, help, example, ...) FN1(op, t, t, k, FN_OP_LANES, help, example, __VA_ARGS__)
#define BIT2(op, t, k, help, example) FN2(op, t, t, t, k, FN_PURE | FN_OPERATOR | FN_CHEAP, help, example)
#define SHIFT(op, t, k, help, example) FN2(op, t, T_I32, t, k, FN_PURE | FN_OPERATOR | FN_CHEAP, help, example)

const FuncDef fn_arith[] = {
    OP_INTS("+", kernel_add, "sum", "2 + 3 -> 5"),
    OP_FLOATS("+", kernel_add, "sum", "1.5e0 + 1 -> 2.5"),
    OP_DECIMAL("+", kernel_add, add_type, "sum", "1.5 + 2.25 -> 3.75"),
    OP_INTS("-", kernel_sub, "difference", "2 - 3 -> -1"),
    OP_FLOATS("-", kernel_sub, "difference", "1.5e0 - 1 -> 0.5"),
    OP_DECIMAL("-", kernel_sub, add_type, "difference", "1.5 - 2.25 -> -0.75"),
    OP_INTS("*", kernel_mul, "product", "2 * 3 -> 6"),
    OP_FLOATS("*", kernel_mul, "product", "1.5e0 * 2 -> 3"),
    OP_DECIMAL("*", kernel_mul, mul_type, "product", "1.5 * 1.5 -> 2.25"),
    OP_INTS("/", kernel_div, "quotient; of integers cut towards zero", "7 / 2 -> 3"),
    OP_FLOATS("/", kernel_div, "quotient", "7e0 / 2 -> 3.5"),
    OP_DECIMAL("/", kernel_div, div_type, "quotient", "7.0 / 2 -> 3.5000000000000000"),
    OP_INTS("%", kernel_mod, "remainder, with the sign of the first operand", "-7 % 3 -> -1"),
    OP_DECIMAL("%", kernel_mod, mod_type, "remainder", "7.5 % 2 -> 1.5"),
    FN2("mod", T_I16, T_I16, T_I16, kernel_mod_i16, FN_FAIL | FN_LANES | FN_CHEAP, MOD_HELP, "mod(7, 3) -> 1"),
    FN2("mod", T_I32, T_I32, T_I32, kernel_mod_i32, FN_FAIL | FN_LANES | FN_CHEAP, MOD_HELP, "mod(7, 3) -> 1"),
    FN2("mod", T_I64, T_I64, T_I64, kernel_mod_i64, FN_FAIL | FN_LANES | FN_CHEAP, MOD_HELP, "mod(7, 3) -> 1"),
    FN2("mod", T_DECIMAL, T_DECIMAL, T_DECIMAL, kernel_mod_dec, FN_FAIL | FN_LANES | FN_CHEAP, MOD_HELP, "mod(7.5, 2) -> 1.5",
        .ret_type = mod_type),
    OP1("-", T_I16, kernel_neg_i16, "negation", "- 5 -> -5", MONO1(MONO_NONINC)),
    OP1("-", T_I32, kernel_neg_i32, "negation", "- 5 -> -5", MONO1(MONO_NONINC)),
    OP1("-", T_I64, kernel_neg_i64, "negation", "- 5 -> -5", MONO1(MONO_NONINC)),
    OP1("-", T_F32, kernel_neg_f32, "negation", "- 5e0 -> -5", MONO1(MONO_NONINC)),
    OP1("-", T_F64, kernel_neg_f64, "negation", "- 5e0 -> -5", MONO1(MONO_NONINC)),
    OP1("-", T_DECIMAL, kernel_neg_dec, "negation", "- 5.5 -> -5.5", MONO1(MONO_NONINC), .ret_type = same_type),
    OP1("+", T_I16, identity, "no change", "+ 5 -> 5", MONO1(MONO_NONDEC)),
    OP1("+", T_I32, identity, "no change", "+ 5 -> 5", MONO1(MONO_NONDEC)),
    OP1("+", T_I64, identity, "no change", "+ 5 -> 5", MONO1(MONO_NONDEC)),
    OP1("+", T_F32, identity, "no change", "+ 5e0 -> 5", MONO1(MONO_NONDEC)),
    OP1("+", T_F64, identity, "no change", "+ 5e0 -> 5", MONO1(MONO_NONDEC)),
    OP1("+", T_DECIMAL, identity, "no change", "+ 5.5 -> 5.5", MONO1(MONO_NONDEC), .ret_type = same_type),
    BIT2("&", T_I16, and_i16, "bitwise and", "12 & 10 -> 8"),
    BIT2("&", T_I32, and_i32, "bitwise and", "12 & 10 -> 8"),
    BIT2("&", T_I64, and_i64, "bitwise and", "12 & 10 -> 8"),
    BIT2("|", T_I16, or_i16, "bitwise or", "12 | 10 -> 14"),
    BIT2("|", T_I32, or_i32, "bitwise or", "12 | 10 -> 14"),
    BIT2("|", T_I64, or_i64, "bitwise or", "12 | 10 -> 14"),
    BIT2("#", T_I16, xor_i16, "bitwise exclusive or", "12 # 10 -> 6"),
    BIT2("#", T_I32, xor_i32, "bitwise exclusive or", "12 # 10 -> 6"),
    BIT2("#", T_I64, xor_i64, "bitwise exclusive or", "12 # 10 -> 6"),
    FN1("~", T_I16, T_I16, not_i16, FN_PURE | FN_OPERATOR | FN_CHEAP, "bitwise not", "~ 5 -> -6"),
    FN1("~", T_I32, T_I32, not_i32, FN_PURE | FN_OPERATOR | FN_CHEAP, "bitwise not", "~ 5 -> -6"),
    FN1("~", T_I64, T_I64, not_i64, FN_PURE | FN_OPERATOR | FN_CHEAP, "bitwise not", "~ 5 -> -6"),
    SHIFT("<<", T_I16, shl_i16, "bits shifted left", "1 << 4 -> 16"),
    SHIFT("<<", T_I32, shl_i32, "bits shifted left", "1 << 4 -> 16"),
    SHIFT("<<", T_I64, shl_i64, "bits shifted left", "1 << 4 -> 16"),
    SHIFT(">>", T_I16, shr_i16, "bits shifted right, keeping the sign", "-8 >> 1 -> -4"),
    SHIFT(">>", T_I32, shr_i32, "bits shifted right, keeping the sign", "-8 >> 1 -> -4"),
    SHIFT(">>", T_I64, shr_i64, "bits shifted right, keeping the sign", "-8 >> 1 -> -4"),
    {0},
};
