/* SPDX-License-Identifier: Apache-2.0
 *
 * Kernels of one purpose for views of the micro-benchmarks, over batches of (k, v, ts); limits.h says what holds for them. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef void (*ViewKernel)(const int64_t *k, const int64_t *v, const int64_t *ts, const int32_t *weight, uint32_t n);

/* Of the benchmark of that name, begun anew with no state; NULL = there is none. */
ViewKernel view_kernel(const char *name);
int64_t cpu_ns(void); /* processor time of this thread */

/* Single rows from filter to projection to a callback by function pointers, with an aggregate by key between or without; *ret_at_ns
 * is when the callback was reached. */
void row_chain_begin(void);
void row_chain_push(int64_t k, int64_t v, bool aggregate, int64_t (*clock_now)(void), int64_t *ret_at_ns);
