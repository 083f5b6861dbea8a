/* SPDX-License-Identifier: Apache-2.0
 *
 * length(replace(s, 'c', '')) is how SQL counts a character.  One of ASCII is a byte that stands in no other character, so the
 * length is that of s without the bytes that are this one; where another such character comes instead, it is that of s. */
#include "func/fuse.h"

#include <string.h>

#include "base/find.h"
#include "func/text_impl.h"

/* Bytes of s that are c; *ret_ascii: whether all of s is ASCII. */
static inline size_t count_byte(Str s, char c, bool *ret_ascii)
{
    size_t n = 0, i = 0;
#if defined(__SSE2__)
    __m128i seen = _mm_setzero_si128(), wanted = _mm_set1_epi8(c);
    for (; i + 16 <= s.n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
        seen = _mm_or_si128(seen, v);
        n += (size_t)__builtin_popcount((unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, wanted)));
    }
    *ret_ascii = _mm_movemask_epi8(seen) == 0 && text_is_ascii((Str){s.p + i, s.n - i});
#else
    *ret_ascii = text_is_ascii(s);
#endif
    for (; i < s.n; i += 16)
        n += (size_t)__builtin_popcount(find_mask(s, i, c));
    return n;
}

static int length_of_replaced(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    char c = text_at(arg[1], 0).p[0];
    bool goes = text_at(arg[2], 0).n == 0;
    EACH_ROW(rows, r)
    {
        bool ascii;
        text_ahead(arg[0], rows, i_);
        Str s = text_at(arg[0], r);
        size_t n = count_byte(s, c, &ascii);
        ((int32_t *)dst->data)[r] = (int32_t)((ascii ? s.n : utf8_length(s.p, s.n)) - (goes ? n : 0));
    }
    return 0;
}

static bool is_ascii_character(const Value *v)
{
    return v->str.n == 1 && (unsigned char)v->str.p[0] < 0x80;
}

Kernel func_fused(const FuncDef *outer, const FuncDef *inner, const Value *const *consts)
{
    bool measures = outer->arg[0] == T_TEXT && (strcmp(outer->name, "length") == 0 || strcmp(outer->name, "char_length") == 0 ||
                                                strcmp(outer->name, "character_length") == 0);
    if (!measures || strcmp(inner->name, "replace") != 0 || !consts[1] || !consts[2] || consts[1]->is_null || consts[2]->is_null)
        return NULL;
    return is_ascii_character(consts[1]) && (consts[2]->str.n == 0 || is_ascii_character(consts[2])) ? length_of_replaced : NULL;
}
