/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a histogram. */
#include "base/histogram.h"

static uint64_t last_of_bucket(uint32_t i)
{
    uint32_t per_power = 1u << HISTOGRAM_SUB_BITS;
    if (i < per_power)
        return i;
    uint32_t shift = (i >> HISTOGRAM_SUB_BITS) - 1;
    uint64_t first = (uint64_t)(per_power + (i & (per_power - 1))) << shift;
    return first + ((UINT64_C(1) << shift) - 1);
}

uint64_t histogram_at(const Histogram *h, double share)
{
    double want = share * (double)h->n;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->bucket[i];
        if (seen > 0 && (double)seen >= want)
            return last_of_bucket(i) < h->max ? last_of_bucket(i) : h->max;
    }
    return h->max;
}
