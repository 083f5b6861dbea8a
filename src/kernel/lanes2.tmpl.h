/* SPDX-License-Identifier: Apache-2.0
 *
 * Template of a checked binary kernel; included once per operation and type.
 *   K_NAME            the kernel
 *   K_T               operand and result type
 *   K_O               unsigned type of the overflow mark; an operation failed when its K_SIGN bit is set
 *   K_EVAL(a, b, o)   expression of the result; ORs into o
 *   K_BLAME(x, r, a, b)  marks row r, whose operation failed; may find that it did not (floats: infinite operands)
 *   K_BY_CONST(a, b, d, n)  optional: as the body does for one right operand *b; false: left to that */
#define K_SIGN ((K_O)((K_O)1 << (8 * sizeof(K_O) - 1)))

KERNEL_INLINE K_O PASTE(K_NAME, _body)(const K_T *a, const K_T *b, K_T *restrict d, uint32_t n, const uint32_t sa,
                                       const uint32_t sb)
{
    K_O over = 0;
    for (uint32_t i = 0; i < n; i++)
        d[i] = K_EVAL(a[i * sa], b[i * sb], over);
    return over;
}

KERNEL_CLONES static K_O PASTE(K_NAME, _lanes)(const K_T *a, const K_T *b, K_T *restrict d, uint32_t n, Shape shape)
{
    if (shape == SHAPE_VV)
        return PASTE(K_NAME, _body)(a, b, d, n, 1, 1);
#ifdef K_BY_CONST
    if (shape == SHAPE_VC && K_BY_CONST(a, *b, d, n))
        return 0;
#endif
    if (shape == SHAPE_VC)
        return PASTE(K_NAME, _body)(a, b, d, n, 1, 0);
    return PASTE(K_NAME, _body)(a, b, d, n, 0, 1);
}

__attribute__((cold, noinline)) static void PASTE(K_NAME, _blame)(EvalCtx *x, const Vec *const *arg, const Vec *dst, Rows rows)
{
    const K_T *a = arg[0]->data, *b = arg[1]->data;
    uint32_t ma = vec_mask(arg[0]), mb = vec_mask(arg[1]);
    EACH_ROW(rows, r)
    {
        K_O over = 0;
        if (dst->valid && !bit_get(dst->valid, r))
            continue;
        K_T result = K_EVAL(a[r & ma], b[r & mb], over);
        (void)result;
        if (over & K_SIGN)
            K_BLAME(x, r, a[r & ma], b[r & mb]);
    }
}

int K_NAME(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    (void)n_args, (void)aux;
    const K_T *a = arg[0]->data, *b = arg[1]->data;
    K_T *d = dst->data;
    K_O over = 0;
    if (!rows.sel && rows.n > 1)
        over = PASTE(K_NAME, _lanes)(a, b, d, rows.n, shape_of(arg[0], arg[1]));
    else {
        uint32_t ma = vec_mask(arg[0]), mb = vec_mask(arg[1]);
        for (uint32_t i = 0; i < rows.n; i++) {
            uint32_t r = row_at(rows, i);
            d[r] = K_EVAL(a[r & ma], b[r & mb], over);
        }
    }
    if (unlikely(over & K_SIGN))
        PASTE(K_NAME, _blame)(x, arg, dst, rows);
    return 0;
}

#undef K_NAME
#undef K_EVAL
#undef K_BLAME
#undef K_BY_CONST
#undef K_SIGN
