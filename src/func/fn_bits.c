/* SPDX-License-Identifier: Apache-2.0
 *
 * Bit strings (data/bitstring.h): operators, and PostgreSQL's functions.  Bits are counted from 0 from the left, positions from 1.
 * Where lengths follow from those of the arguments the result is a BIT(n), too; else it is a BIT VARYING. */
#include "data/bitstring.h"
#include "func/row_run.h"
#include "func/text_impl.h"

/* ---- operators ---- */

static int type_of_pair(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args, (void)err;
    bool fixed = args[0].precision && args[1].precision && args[0].length == args[1].length;
    *ret = fixed ? args[0] : TYPE(BITS);
    return 0;
}
static int type_of_first(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args, (void)err;
    *ret = args[0].precision ? args[0] : TYPE(BITS);
    return 0;
}

static int join_pair(RowRun *t, const char *verb, char (*of)(char a, char b))
{
    Str a = row_text(t, 0), b = row_text(t, 1);
    if (a.n != b.n)
        return ROW_FAIL(t, ERR_STRING_LENGTH, "cannot %s bit strings of different sizes", verb);
    for (size_t i = 0; i < a.n; i++)
        sb_putc(&t->out, of(a.p[i], b.p[i]));
    return 1;
}
static char digit_and(char a, char b)
{
    return (char)(a & b); /* '0' and '1' differ in the lowest bit */
}
static char digit_or(char a, char b)
{
    return (char)(a | b);
}
static char digit_xor(char a, char b)
{
    return a == b ? '0' : '1';
}
static int and_row(RowRun *t)
{
    return join_pair(t, "AND", digit_and);
}
static int or_row(RowRun *t)
{
    return join_pair(t, "OR", digit_or);
}
static int xor_row(RowRun *t)
{
    return join_pair(t, "XOR", digit_xor);
}
ROW_KERNEL(bits_and, and_row)
ROW_KERNEL(bits_or, or_row)
ROW_KERNEL(bits_xor, xor_row)

static int not_row(RowRun *t)
{
    Str s = row_text(t, 0);
    for (size_t i = 0; i < s.n; i++)
        sb_putc(&t->out, s.p[i] == '0' ? '1' : '0');
    return 1;
}
ROW_KERNEL(bits_not, not_row)

/* To the left by n, to the right where n is negative; what leaves is gone, zeros come. */
static int shift(RowRun *t, int64_t n)
{
    Str s = row_text(t, 0);
    int64_t size = (int64_t)s.n;
    for (int64_t i = 0; i < size; i++)
        sb_putc(&t->out, i + n >= 0 && i + n < size ? s.p[i + n] : '0');
    return 1;
}
static int left_row(RowRun *t)
{
    return shift(t, row_int(t, 1, 0));
}
static int right_row(RowRun *t)
{
    return shift(t, -(int64_t)row_int(t, 1, 0));
}
ROW_KERNEL(bits_left, left_row)
ROW_KERNEL(bits_right, right_row)

static int concat_row(RowRun *t)
{
    sb_putstr(&t->out, row_text(t, 0));
    sb_putstr(&t->out, row_text(t, 1));
    return 1;
}
ROW_KERNEL(bits_concat, concat_row)

/* ---- single bits ---- */

static int outside(RowRun *t, int32_t i, size_t n)
{
    return ROW_FAIL(t, ERR_SUBSCRIPT, "bit index %d out of valid range (0..%lld)", i, (long long)n - 1);
}

static int get_row(RowRun *t)
{
    Str s = row_text(t, 0);
    int32_t i = row_int(t, 1, 0);
    if (i < 0 || (size_t)i >= s.n)
        return outside(t, i, s.n);
    t->num = s.p[i] - '0';
    return 1;
}
ROW_KERNEL(get_bit, get_row)

static int set_row(RowRun *t)
{
    Str s = row_text(t, 0);
    int32_t i = row_int(t, 1, 0), bit = row_int(t, 2, 0);
    if (i < 0 || (size_t)i >= s.n)
        return outside(t, i, s.n);
    if (bit != 0 && bit != 1)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "new bit must be 0 or 1");
    sb_putstr(&t->out, s);
    if (!t->out.failed)
        t->out.p[i] = (char)('0' + bit);
    return 1;
}
ROW_KERNEL(set_bit, set_row)

static int count_row(RowRun *t)
{
    Str s = row_text(t, 0);
    for (size_t i = 0; i < s.n; i++)
        t->num += s.p[i] == '1';
    return 1;
}
ROW_KERNEL(bit_count, count_row)

/* ---- lengths and parts ---- */

static int length(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    ((int32_t *)dst->data)[r] = (int32_t)text_at(arg[0], r).n;
    return 0;
}
static int octet_length(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    ((int32_t *)dst->data)[r] = (int32_t)((text_at(arg[0], r).n + 7) / 8);
    return 0;
}

/* PostgreSQL finds the empty string in every other one, but not in itself. */
static int position_row(RowRun *t)
{
    Str s = row_text(t, 0), part = row_text(t, 1);
    const char *at = part.n == 0 || s.n == 0 ? s.p : memmem(s.p, s.n, part.p, part.n);
    t->num = at && s.n ? at - s.p + 1 : 0;
    return 1;
}
ROW_KERNEL(position, position_row)

#define PAIR_OP(n, k, h, e) FN2(n, T_BITS, T_BITS, T_BITS, k, FN_FAIL | FN_OPERATOR, h, e, .ret_type = type_of_pair)
#define SHIFT_OP(n, k, h, e) FN2(n, T_BITS, T_I32, T_BITS, k, FN_PURE | FN_OPERATOR, h, e, .ret_type = type_of_first)
const FuncDef fn_bits[] = {
    PAIR_OP("&", bits_and, "bitwise and", "B'10001' & B'01101' -> 00001"),
    PAIR_OP("|", bits_or, "bitwise or", "B'10001' | B'01101' -> 11101"),
    PAIR_OP("#", bits_xor, "bitwise exclusive or", "B'10001' # B'01101' -> 11100"),
    FN1("~", T_BITS, T_BITS, bits_not, FN_PURE | FN_OPERATOR, "bitwise not", "~ B'10001' -> 01110", .ret_type = type_of_first),
    SHIFT_OP("<<", bits_left, "shifted to the left", "B'10001' << 3 -> 01000"),
    SHIFT_OP(">>", bits_right, "shifted to the right", "B'10001' >> 2 -> 00100"),
    FN2("||", T_BITS, T_BITS, T_BITS, bits_concat, FN_PURE | FN_OPERATOR, "joined", "B'10001' || B'011' -> 10001011"),
    FN1("length", T_BITS, T_I32, length, FN_PURE | FN_CHEAP, "number of bits", "length(B'10111') -> 5"),
    FN1("bit_length", T_BITS, T_I32, length, FN_PURE | FN_CHEAP, "number of bits", "bit_length(B'10111') -> 5"),
    FN1("octet_length", T_BITS, T_I32, octet_length, FN_PURE | FN_CHEAP, "number of bytes that the bits fill",
        "octet_length(B'1011111011') -> 2"),
    FN2("get_bit", T_BITS, T_I32, T_I32, get_bit, FN_FAIL | FN_TYPED, "bit at an index from 0, from the left",
        "get_bit(B'101010101010101010', 6) -> 1"),
    FN3("set_bit", T_BITS, T_I32, T_I32, T_BITS, set_bit, FN_FAIL | FN_TYPED, "with a bit changed",
        "set_bit(B'101010101010101010', 6, 0) -> 101010001010101010", .ret_type = type_of_first),
    FN1("bit_count", T_BITS, T_I64, bit_count, FN_PURE | FN_TYPED, "number of bits that are set", "bit_count(B'10111') -> 4"),
    FN2("substring", T_BITS, T_I32, T_BITS, bytes_substring, FN_PURE | FN_CHEAP, "bits from a position",
        "substring(B'110010111111' FROM 3) -> 0010111111"),
    FN3("substring", T_BITS, T_I32, T_I32, T_BITS, bytes_substring, FN_FAIL | FN_CHEAP, "bits from a position with a length",
        "substring(B'110010111111' FROM 3 FOR 2) -> 00"),
    FN2("strpos", T_BITS, T_BITS, T_I32, position, FN_PURE, "position of the second in the first",
        "position(B'010' IN B'000001101011') -> 8"),
    FN3("overlay", T_BITS, T_BITS, T_I32, T_BITS, bytes_overlay, FN_FAIL, "bits from a position replaced",
        "overlay(B'01010101010101010' PLACING B'11111' FROM 2) -> 01111101010101010"),
    FN4("overlay", T_BITS, T_BITS, T_I32, T_I32, T_BITS, bytes_overlay, FN_FAIL, "n bits from a position replaced",
        "overlay(B'01010101010101010' PLACING B'11111' FROM 2 FOR 3) -> 0111110101010101010"),
    {0},
};
