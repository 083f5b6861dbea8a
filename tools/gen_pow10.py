#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gen_pow10.py > src/base/pow10.def: the leading 128 bits of every power of ten that reading and printing doubles needs.

Row P(e, high, low): floor(10^e / 2^k) with k such that the result lies in [2^127, 2^128)."""
E_MIN, E_MAX = -342, 324


def leading(e):
    if e >= 0:
        value = 10 ** e
        shift = value.bit_length() - 128
        return value >> shift if shift >= 0 else value << -shift
    divisor = 10 ** -e
    quotient = (1 << (divisor.bit_length() + 128)) // divisor
    return quotient >> (quotient.bit_length() - 128)


print('/* P(e, high, low): the leading 128 bits of 10^e, rounded down. Made by tools/gen_pow10.py. */')
for e in range(E_MIN, E_MAX + 1):
    g = leading(e)
    print(f'P({e}, 0x{g >> 64:016x}, 0x{g & (1 << 64) - 1:016x})')
