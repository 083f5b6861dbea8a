/* SPDX-License-Identifier: Apache-2.0
 *
 * What all kernels share: the region that they keep their state in, the changes that they give, days and clocks. */
#include "limits.h"
#include "views.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

Memory memory;
Out out;
void (*out_deliver)(void);

void *memory_more(size_t bytes)
{
    fprintf(stderr, "bench_limits: no room for %zu bytes\n", bytes);
    exit(1);
}

void memory_begin(size_t bytes)
{
    static const size_t page = 4096, most = UINT32_MAX;
    if (memory.base)
        munmap(memory.base, memory.size);
    bytes = bytes < most ? bytes : most & ~(page - 1);
    memory =
        (Memory){.base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), .used = 64, .size = bytes};
    if (memory.base == MAP_FAILED)
        (void)memory_more(bytes);
    memory.buffer[0] = memory.base;
    (void)madvise(memory.base, bytes, MADV_HUGEPAGE);
    for (size_t at = 0; at < bytes; at += page)
        ((volatile char *)memory.base)[at] = 0;
}

/* ---- time ---- */

static int64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int64_t clock_us(void)
{
    return clock_ns(CLOCK_REALTIME) / 1000;
}

View day_text(int64_t day)
{
    static DayText last = {.day = INT64_MIN};
    if (last.day == day)
        return last.text;
    time_t seconds = (time_t)(day * (DAY / SECOND));
    struct tm t;
    char text[40];
    gmtime_r(&seconds, &t);
    snprintf(text, sizeof(text), "%04d-%02d-%02d", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
    last = (DayText){day, view_of(text, 10)};
    return last.text;
}

int64_t cpu_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

bool times_within(const int64_t *time, uint32_t n, int64_t from, int64_t end)
{
    uint64_t outside = 0;
    for (uint32_t i = 0; i < n; i++)
        outside |= (uint64_t)(time[i] - from) >= (uint64_t)(end - from);
    return outside == 0;
}

uint32_t same_unit(const int64_t *time, uint32_t from, uint32_t n, int64_t unit)
{
    int64_t first = time[from] / unit * unit;
    if (times_within(time + from, n - from, first, first + unit))
        return n - from;
    uint32_t at = from;
    while (at < n && time[at] >= first && time[at] < first + unit)
        at++;
    return at - from;
}
