/* SPDX-License-Identifier: Apache-2.0
 *
 * Three-valued AND and OR on words, and selections of true rows.  A value word is meaningful where the validity word is set:
 *   known(a AND b) = known a and known b, or one of them known and false. */
#include "kernel/compare.h"

#include "kernel/loop.h"

int kernel_logic_words(bool is_or, Vec *acc, const Vec *v, uint32_t n, Arena *arena)
{
    size_t words = BIT_WORDS(n);
    uint64_t *a = acc->data;
    const uint64_t *b = v->data;
    bool is_const = v->kind == VEC_CONST;
    uint64_t b_value = is_const && (b[0] & 1u) ? ~UINT64_C(0) : 0,
             b_known = is_const && v->valid && !(v->valid[0] & 1u) ? 0 : ~UINT64_C(0);
    if (!acc->valid && !v->valid) {
        for (size_t i = 0; i < words; i++) {
            uint64_t q = is_const ? b_value : b[i];
            a[i] = is_or ? a[i] | q : a[i] & q;
        }
        return 0;
    }
    if (!acc->valid)
        TRY(vec_add_valid(acc, arena));
    for (size_t i = 0; i < words; i++) {
        uint64_t q = is_const ? b_value : b[i], kq = is_const ? b_known : v->valid ? v->valid[i] : ~UINT64_C(0);
        uint64_t p = a[i], kp = acc->valid[i];
        if (is_or) {
            acc->valid[i] = (kp & kq) | (kp & p) | (kq & q);
            a[i] = (kp & p) | (kq & q);
        } else {
            acc->valid[i] = (kp & kq) | (kp & ~p) | (kq & ~q);
            a[i] = (p | ~kp) & (q | ~kq);
        }
    }
    return 0;
}

uint32_t kernel_select_true(const Vec *v, Rows rows, uint16_t *ret_sel)
{
    const uint64_t *bits = v->data;
    if (v->kind == VEC_CONST) {
        if (!(bits[0] & 1u) || (v->valid && !(v->valid[0] & 1u)))
            return 0;
        for (uint32_t i = 0; i < rows.n; i++)
            ret_sel[i] = (uint16_t)row_at(rows, i);
        return rows.n;
    }
    uint32_t n = 0;
    if (rows.sel || rows.n == 1 || v->kind == VEC_DICT) {
        const Vec *values = vec_values(v);
        for (uint32_t i = 0; i < rows.n; i++) {
            uint32_t r = row_at(rows, i);
            bool take = !vec_is_null(v, r) && bit_get(values->data, vec_phys(v, r));
            ret_sel[n] = (uint16_t)r;
            n += take;
        }
        return n;
    }
    for (uint32_t base = 0; base < rows.n; base += 64) {
        uint64_t word = bits[base >> 6] & (v->valid ? v->valid[base >> 6] : ~UINT64_C(0));
        if (rows.n - base < 64)
            word &= (UINT64_C(1) << (rows.n - base)) - 1;
        if (word == ~UINT64_C(0)) {
            for (uint32_t k = 0; k < 64; k++)
                ret_sel[n + k] = (uint16_t)(base + k);
            n += 64;
            continue;
        }
        for (; word; word &= word - 1)
            ret_sel[n++] = (uint16_t)(base + (uint32_t)__builtin_ctzll(word));
    }
    return n;
}
