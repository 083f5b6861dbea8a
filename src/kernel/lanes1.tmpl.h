/* SPDX-License-Identifier: Apache-2.0
 *
 * Template of a unary kernel, as lanes2.tmpl.h: K_NAME, K_T, K_O, K_EVAL(a, o), K_BLAME(x, r, a). */
#define K_SIGN ((K_O)((K_O)1 << (8 * sizeof(K_O) - 1)))

KERNEL_CLONES static K_O PASTE(K_NAME, _lanes)(const K_T *a, K_T *restrict d, uint32_t n)
{
    K_O over = 0;
    for (uint32_t i = 0; i < n; i++)
        d[i] = K_EVAL(a[i], over);
    return over;
}

int K_NAME(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    (void)x, (void)n_args, (void)aux;
    const K_T *a = arg[0]->data;
    K_T *d = dst->data;
    K_O over = 0;
    uint32_t ma = vec_mask(arg[0]);
    if (!rows.sel && ma)
        over = PASTE(K_NAME, _lanes)(a, d, rows.n);
    else {
        EACH_ROW(rows, r)
        d[r] = K_EVAL(a[r & ma], over);
    }
    if (likely(!(over & K_SIGN)))
        return 0;
    EACH_ROW(rows, r)
    {
        over = 0;
        K_T result = K_EVAL(a[r & ma], over);
        (void)result;
        if ((over & K_SIGN) && !(dst->valid && !bit_get(dst->valid, r)))
            K_BLAME(x, r, a[r & ma]);
    }
    return 0;
}

#undef K_NAME
#undef K_EVAL
#undef K_BLAME
#undef K_SIGN
