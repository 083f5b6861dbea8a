/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparison loops of one fixed-width type: N suffix, T type, EQ(a, b), LT(a, b), LE(a, b) give 0 or 1 without branches.  64 lanes
 * are compared into bytes, which vectorises, and packed into one word. */
#define BODY(op, OP)                                                                                                               \
    KERNEL_INLINE void PASTE(op##_body_, N)(const T *a, const T *b, uint64_t *d, uint32_t n, const uint32_t sa, const uint32_t sb) \
    {                                                                                                                              \
        uint32_t i = 0;                                                                                                            \
        for (; i + 64 <= n; i += 64) {                                                                                             \
            uint8_t flag[64];                                                                                                      \
            for (uint32_t k = 0; k < 64; k++)                                                                                      \
                flag[k] = (uint8_t)OP(a[(i + k) * sa], b[(i + k) * sb]);                                                           \
            d[i >> 6] = pack_flags(flag);                                                                                          \
        }                                                                                                                          \
        if (i < n) {                                                                                                               \
            uint64_t word = 0;                                                                                                     \
            for (uint32_t k = i; k < n; k++)                                                                                       \
                word |= (uint64_t)OP(a[k * sa], b[k * sb]) << (k & 63u);                                                           \
            d[i >> 6] = word;                                                                                                      \
        }                                                                                                                          \
    }                                                                                                                              \
    KERNEL_CLONES static void PASTE(op##_lanes_, N)(const T *a, const T *b, uint64_t *d, uint32_t n, Shape shape)                  \
    {                                                                                                                              \
        if (shape == SHAPE_VV)                                                                                                     \
            PASTE(op##_body_, N)(a, b, d, n, 1, 1);                                                                                \
        else if (shape == SHAPE_VC)                                                                                                \
            PASTE(op##_body_, N)(a, b, d, n, 1, 0);                                                                                \
        else                                                                                                                       \
            PASTE(op##_body_, N)(a, b, d, n, 0, 1);                                                                                \
    }
BODY(eq, EQ)
BODY(lt, LT)
BODY(le, LE)
#undef BODY

static void PASTE(compare_, N)(CmpOp op, const Vec *va, const Vec *vb, uint64_t *d, Rows rows)
{
    const T
    *a = va->data, *b = vb->data;
    if (!rows.sel) {
        Shape shape = shape_of(va, vb);
        if (op == CMP_EQ)
            PASTE(eq_lanes_, N)(a, b, d, rows.n, shape);
        else if (op == CMP_LT)
            PASTE(lt_lanes_, N)(a, b, d, rows.n, shape);
        else
            PASTE(le_lanes_, N)(a, b, d, rows.n, shape);
        return;
    }
    uint32_t ma = vec_mask(va), mb = vec_mask(vb);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = rows.sel[i];
        bool v = op == CMP_EQ ? EQ(a[r & ma], b[r & mb]) : op == CMP_LT ? LT(a[r & ma], b[r & mb]) : LE(a[r & ma], b[r & mb]);
        bit_put(d, r, v);
    }
}

#undef N
#undef T
#undef EQ
#undef LT
#undef LE
