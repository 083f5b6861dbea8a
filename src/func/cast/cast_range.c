/* SPDX-License-Identifier: Apache-2.0
 *
 * Casts of a range to the multirange that has it alone: the same bytes, of an empty range none. */
#include "func/cast/cast_impl.h"
#include "func/text_impl.h"

int cast_same_bytes(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    slice_put(dst, r, arg[0], 0, text_at(arg[0], r).n);
    slices_finish(dst, arg[0]);
    return 0;
}

#define TO_MULTIRANGE(name)                                                                                                        \
    {                                                                                                                              \
        T_##name##RANGE, T_##name##MULTIRANGE, CAST_EXPLICIT, false, true, cast_same_bytes                                         \
    }
const CastDef cast_ranges[] = {
    TO_MULTIRANGE(INT4), TO_MULTIRANGE(INT8), TO_MULTIRANGE(NUM), TO_MULTIRANGE(DATE), TO_MULTIRANGE(TS), TO_MULTIRANGE(TSTZ), {0},
};
