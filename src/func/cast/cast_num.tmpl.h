/* SPDX-License-Identifier: Apache-2.0
 *
 * Casts from one integer type: T, N suffix. */
static int PASTE(PASTE(cast_, N), _bool)(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    const T
    *a = arg[0]->data;
    uint32_t ma = vec_mask(arg[0]);
    EACH_ROW(rows, r)
    bit_put(dst->data, r, a[r & ma] != 0);
    return 0;
}
static int PASTE(cast_bool_, N)(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    ((T *)dst->data)[r] = (T)bool_at(arg[0], r);
    return 0;
}
MAP1(PASTE(PASTE(cast_, N), _f32), T, float, (float)a)
MAP1(PASTE(PASTE(cast_, N), _f64), T, double, (double)a)
static int PASTE(PASTE(cast_, N), _dec)(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    const T
    *a = arg[0]->data;
    i128 *d = dst->data, limit = decimal_pow10(dst->type.precision);
    uint32_t ma = vec_mask(arg[0]);
    int64_t factor = small_factor(dst->type);
    if (takes_all(dst->type, sizeof(T)) && !rows.sel) {
        for (uint32_t r = 0; r < rows.n; r++)
            d[r] = (i128)a[r & ma] * factor;
        return 0;
    }
    EACH_ROW(rows, r)
    {
        i128 v = (i128)a[r & ma] * factor;
        d[r] = likely(factor && v < limit && v > -limit) ? v : int_to_decimal(x, r, a[r & ma], dst->type);
    }
    return 0;
}
#undef T
#undef N
