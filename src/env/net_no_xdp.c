/* SPDX-License-Identifier: Apache-2.0
 *
 * In the place of net_xdp.c where the library is built without clang, libbpf and libxdp. */
#include "env/net_impl.h"

int net_open_xdp(NetSocket *s, Err *err)
{
    (void)s;
    return RAISE(err, ERR_UNSUPPORTED, "the library was built without XDP");
}

void net_program_count(NetProgram *p, NetState *ret)
{
    (void)p;
    (void)ret;
}

void net_program_close(NetProgram *p)
{
    (void)p;
}
