/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the families: the tables they export, macros for rows, and macros for kernels that are one expression per row.  A table
 * ends with a row without a name. */
#pragma once
#include "func/func.h"
#include "kernel/loop.h"

#define KERNEL_ARGS EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows
#define KERNEL_UNUSED ((void)x, (void)arg, (void)n_args, (void)aux, (void)dst, (void)rows)

/* d[r] = expression of a (and b, c), the values of row r.  The expression may call row_error(x, r, ...). */
#define MAP1(name, A, R, ...)                                                                                                      \
    static int name(KERNEL_ARGS)                                                                                                   \
    {                                                                                                                              \
        KERNEL_UNUSED;                                                                                                             \
        const A *a_ = arg[0]->data;                                                                                                \
        R *d_ = dst->data;                                                                                                         \
        uint32_t ma_ = vec_mask(arg[0]);                                                                                           \
        EACH_ROW(rows, r)                                                                                                          \
        {                                                                                                                          \
            A a = a_[r & ma_];                                                                                                     \
            d_[r] = (__VA_ARGS__);                                                                                                 \
        }                                                                                                                          \
        return 0;                                                                                                                  \
    }
#define MAP2(name, A, B, R, ...)                                                                                                   \
    static int name(KERNEL_ARGS)                                                                                                   \
    {                                                                                                                              \
        KERNEL_UNUSED;                                                                                                             \
        const A *a_ = arg[0]->data;                                                                                                \
        const B *b_ = arg[1]->data;                                                                                                \
        R *d_ = dst->data;                                                                                                         \
        uint32_t ma_ = vec_mask(arg[0]), mb_ = vec_mask(arg[1]);                                                                   \
        EACH_ROW(rows, r)                                                                                                          \
        {                                                                                                                          \
            A a = a_[r & ma_];                                                                                                     \
            B b = b_[r & mb_];                                                                                                     \
            d_[r] = (__VA_ARGS__);                                                                                                 \
        }                                                                                                                          \
        return 0;                                                                                                                  \
    }

#define FN_PURE FN_STRICT            /* total, strict */
#define FN_FAIL (FN_STRICT | FN_ERR) /* partial, strict */
#define FN_OP_LANES (FN_STRICT | FN_ERR | FN_LANES | FN_OPERATOR | FN_CHEAP)
#define FN0(n, r, k, f, h, e, ...)                                                                                                 \
    {                                                                                                                              \
        .name = n, .n_args = 0, .ret = r, .kernel = k, .flags = f, .help = h, .example = e, __VA_ARGS__                            \
    }
#define FN1(n, a, r, k, f, h, e, ...)                                                                                              \
    {                                                                                                                              \
        .name = n, .n_args = 1, .arg = {a}, .ret = r, .kernel = k, .flags = f, .help = h, .example = e, __VA_ARGS__                \
    }
#define FN2(n, a, b, r, k, f, h, e, ...)                                                                                           \
    {                                                                                                                              \
        .name = n, .n_args = 2, .arg = {a, b}, .ret = r, .kernel = k, .flags = f, .help = h, .example = e, __VA_ARGS__             \
    }
#define FN3(n, a, b, c, r, k, f, h, e, ...)                                                                                        \
    {                                                                                                                              \
        .name = n, .n_args = 3, .arg = {a, b, c}, .ret = r, .kernel = k, .flags = f, .help = h, .example = e, __VA_ARGS__          \
    }
#define FN4(n, a, b, c, d, r, k, f, h, e, ...)                                                                                     \
    {                                                                                                                              \
        .name = n, .n_args = 4, .arg = {a, b, c, d}, .ret = r, .kernel = k, .flags = f, .help = h, .example = e, __VA_ARGS__       \
    }
#define FN_ZONED_IF(t) ((t) == T_TSTZ ? FN_ZONED : 0)
#define MONO1(m) .mono = {m}
#define MONO2(m, k) .mono = {m, k}

/* a / f as PostgreSQL: fractions of months become days, of days time. 0, -ERR_DIVISION_BY_ZERO or -ERR_DATETIME_OVERFLOW. */
int interval_div_f64(const Interval *a, double f, Interval *ret);

extern const FuncDef fn_arith[], fn_math[], fn_text[], fn_text_edit[], fn_match[], fn_time[], fn_date[], fn_logic[], fn_cond[],
    fn_stream[], fn_sequence[], fn_lock[], fn_window[], fn_number[], fn_bytes[], fn_quote[], fn_zone[], fn_format[],
    fn_format_number[], fn_info[], fn_array[], fn_json[], fn_jsonb[], fn_json_make[], fn_json_standard[], fn_regex[],
    fn_array_more[], fn_array_list[], fn_date_dialect[], fn_bytes_edit[], fn_bits[], fn_text_parse[], fn_session[], fn_net[],
    fn_trig[], fn_to_number[], fn_overlaps[], fn_jsonpath[], fn_array_dims[], fn_array_set[], fn_jsonb_assign[], fn_json_populate[],
    fn_sample[], fn_record[], fn_map[], fn_enum[], fn_catalog[], fn_lookup[], fn_match_any[], fn_range[], fn_multirange[];
