/* SPDX-License-Identifier: Apache-2.0
 *
 * Casts of addresses: a network is an address; an address becomes the network that it lies in, and a text with its mask, which
 * results leave out of a host's. */
#include "data/network.h"
#include "func/cast/cast_impl.h"
#include "func/func_impl.h"

static int to_text(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    char text[INET_TEXT_MAX];
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Inet a = inet_read(text_at(arg[0], r));
        TRY(strwriter_put(&w, r, text, inet_print(&a, true, text)));
    }
    return strwriter_finish(&w);
}

static int to_network(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    char bytes[INET_BYTES_MAX];
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Inet a = inet_read(text_at(arg[0], r));
        inet_fill(&a, a.mask, a.n_bits, false);
        Str s = inet_write(&a, bytes);
        TRY(strwriter_put(&w, r, s.p, s.n));
    }
    return strwriter_finish(&w);
}

const CastDef cast_networks[] = {
    {T_CIDR, T_INET, CAST_IMPLICIT, false, true, cast_same_bytes},
    {T_INET, T_CIDR, CAST_ASSIGN, false, false, to_network},
    {T_INET, T_TEXT, CAST_ASSIGN, false, false, to_text},
    {T_CIDR, T_TEXT, CAST_ASSIGN, false, false, to_text},
    {0},
};
