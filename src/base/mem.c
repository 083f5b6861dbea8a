/* SPDX-License-Identifier: Apache-2.0
 *
 * Accounted memory: the only caller of the C allocator outside env/.
 *
 * Invariant: an account's `bytes` is the sum of what its own allocations and its descendants' asked for.  A charge walks up the
 * chain before the allocator is called and is taken back when a limit or the allocator refuses, so a failure leaves no trace.
 * Counters are relaxed: they order nothing, and a limit may be passed by a concurrent charge for an instant but never kept. */
#include "base/mem.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static MemHook hook_fn;
static void *hook_self;
static _Thread_local uint32_t guard_depth;
static _Thread_local uint64_t guard_violations;
static _Thread_local bool may_fail;

void account_init(Account *a, Account *parent, const char *name)
{
    a->parent = parent;
    a->name = name;
    atomic_init(&a->bytes, 0);
    atomic_init(&a->peak_bytes, 0);
    a->limit_bytes = 0;
    atomic_init(&a->soft_limit_bytes, 0);
}

bool mem_is_limited(const Account *a)
{
    for (; a; a = a->parent)
        if (a->limit_bytes > 0 || atomic_load_explicit(&a->soft_limit_bytes, memory_order_relaxed) > 0)
            return true;
    return false;
}

int64_t mem_limit_of(const Account *a)
{
    int64_t least = 0;
    for (; a; a = a->parent) {
        int64_t soft = atomic_load_explicit(&a->soft_limit_bytes, memory_order_relaxed);
        if (a->limit_bytes > 0)
            least = least ? MIN(least, a->limit_bytes) : a->limit_bytes;
        if (soft > 0)
            least = least ? MIN(least, soft) : soft;
    }
    return least;
}

bool mem_may_fail(bool may)
{
    bool before = may_fail;
    may_fail = may;
    return before;
}

void account_done(Account *a)
{
    ASSERT(atomic_load_explicit(&a->bytes, memory_order_relaxed) == 0);
}

static void discharge_below(Account *a, const Account *end, int64_t n)
{
    for (; a != end; a = a->parent)
        atomic_fetch_sub_explicit(&a->bytes, n, memory_order_relaxed);
}

static void peak_raise(Account *a, int64_t now)
{
    int64_t peak = atomic_load_explicit(&a->peak_bytes, memory_order_relaxed);
    while (now > peak &&
           !atomic_compare_exchange_weak_explicit(&a->peak_bytes, &peak, now, memory_order_relaxed, memory_order_relaxed)) {
    }
}

static bool passes_limit(const Account *a, int64_t now)
{
    int64_t soft = may_fail ? atomic_load_explicit(&a->soft_limit_bytes, memory_order_relaxed) : 0;
    return (a->limit_bytes > 0 && now > a->limit_bytes) || (soft > 0 && now > soft);
}

static bool charge(Account *acct, int64_t n)
{
    for (Account *a = acct; a; a = a->parent) {
        int64_t now = atomic_fetch_add_explicit(&a->bytes, n, memory_order_relaxed) + n;
        if (unlikely(passes_limit(a, now))) {
            discharge_below(acct, a->parent, n);
            return false;
        }
    }
    for (Account *a = acct; a; a = a->parent)
        peak_raise(a, atomic_load_explicit(&a->bytes, memory_order_relaxed));
    return true;
}

/* `more` may be less than `bytes` when a block grows. */
static bool hook_and_charge(Account *acct, size_t bytes, size_t more)
{
    if (unlikely(bytes > PTRDIFF_MAX))
        return false;
    if (unlikely(hook_fn) && hook_fn(hook_self, bytes))
        return false;
    return charge(acct, (int64_t)more);
}

/* Counts, asks the hook, charges. */
static bool allocation_begin(Account *acct, size_t bytes, size_t more)
{
    if (unlikely(guard_depth))
        guard_violations++;
    return hook_and_charge(acct, bytes, more);
}

bool mem_charge(Account *acct, size_t bytes)
{
    return hook_and_charge(acct, bytes, bytes);
}

void mem_discharge(Account *acct, size_t bytes)
{
    discharge_below(acct, NULL, (int64_t)bytes);
}

#define HUGE_PAGE ((size_t)2 << 20)

/* Only a wish: the kernel may have no such page, and then nothing is different. */
void mem_wish_huge_pages(void *p, size_t bytes)
{
    uintptr_t from = ((uintptr_t)p + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1), to = ((uintptr_t)p + bytes) & ~(HUGE_PAGE - 1);
    if (from < to)
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

void *mem_alloc(Account *acct, size_t bytes)
{
    if (!allocation_begin(acct, bytes, bytes))
        return NULL;
    void *p = malloc(bytes ? bytes : 1);
    if (unlikely(!p))
        discharge_below(acct, NULL, (int64_t)bytes);
    else if (unlikely(bytes >= HUGE_PAGE))
        mem_wish_huge_pages(p, bytes);
    return p;
}

void *mem_zalloc(Account *acct, size_t bytes)
{
    if (!allocation_begin(acct, bytes, bytes))
        return NULL;
    void *p = calloc(1, bytes ? bytes : 1);
    if (unlikely(!p))
        discharge_below(acct, NULL, (int64_t)bytes);
    return p;
}

void *mem_realloc(Account *acct, void *p, size_t old_bytes, size_t new_bytes)
{
    if (!p)
        return mem_alloc(acct, new_bytes);
    size_t more = new_bytes > old_bytes ? new_bytes - old_bytes : 0;
    if (!allocation_begin(acct, new_bytes, more))
        return NULL;
    void *q = realloc(p, new_bytes ? new_bytes : 1);
    if (unlikely(!q)) {
        discharge_below(acct, NULL, (int64_t)more);
        return NULL;
    }
    if (new_bytes < old_bytes)
        discharge_below(acct, NULL, (int64_t)(old_bytes - new_bytes));
    return q;
}

/* Smaller aligned blocks come from malloc, which keeps such ones at hand, where posix_memalign searches and splits each time; how
 * far they lie behind what it gave is said before them.  AddressSanitizer would not see what is written behind their end. */
static inline bool is_small(size_t bytes)
{
#ifdef __SANITIZE_ADDRESS__
    return false && bytes;
#else
    return bytes < (64u << 10);
#endif
}

static void *small_alloc(size_t bytes, size_t align)
{
    align = MAX(align, 16);
    uint8_t *p = malloc(bytes + align);
    if (unlikely(!p))
        return NULL;
    uint8_t *q = (uint8_t *)(((uintptr_t)p + align) & ~(uintptr_t)(align - 1)); /* 16 bytes behind p at least */
    uint32_t behind = (uint32_t)(q - p);
    memcpy(q - sizeof(behind), &behind, sizeof(behind));
    return q;
}

static void *small_base(uint8_t *q)
{
    uint32_t behind;
    memcpy(&behind, q - sizeof(behind), sizeof(behind));
    return q - behind;
}

void *mem_alloc_aligned(Account *acct, size_t bytes, size_t align)
{
    ASSERT(align && !(align & (align - 1)) && align <= (size_t)2 << 20);
    if (!allocation_begin(acct, bytes, bytes))
        return NULL;
    void *p = NULL;
    if (is_small(bytes))
        p = small_alloc(bytes, align);
    else if (posix_memalign(&p, MAX(align, sizeof(void *)), MAX(bytes, 1)) != 0)
        p = NULL;
    if (unlikely(!p))
        discharge_below(acct, NULL, (int64_t)bytes);
    else if (unlikely(bytes >= HUGE_PAGE))
        mem_wish_huge_pages(p, bytes);
    return p;
}

void mem_free(Account *acct, void *p, size_t bytes)
{
    if (!p)
        return;
    free(p);
    discharge_below(acct, NULL, (int64_t)bytes);
}

void mem_free_aligned(Account *acct, void *p, size_t bytes)
{
    if (p && is_small(bytes))
        p = small_base(p);
    mem_free(acct, p, bytes);
}

static bool guard_pages;

void mem_pages_guard(bool on)
{
    guard_pages = on;
}

void mem_pages_release(Account *acct, void *p, size_t bytes)
{
    (void)madvise(p, bytes, MADV_DONTNEED);
    if (unlikely(guard_pages))
        (void)mprotect(p, bytes, PROT_NONE);
    discharge_below(acct, NULL, (int64_t)bytes);
}

void mem_pages_take(Account *acct, void *p, size_t bytes)
{
    if (unlikely(guard_pages))
        (void)mprotect(p, bytes, PROT_READ | PROT_WRITE);
    for (Account *a = acct; a; a = a->parent)
        peak_raise(a, atomic_fetch_add_explicit(&a->bytes, (int64_t)bytes, memory_order_relaxed) + (int64_t)bytes);
}

void mem_pages_show(void *p, size_t bytes)
{
    if (unlikely(guard_pages))
        (void)mprotect(p, bytes, PROT_READ | PROT_WRITE);
}

void mem_pages_stay_small(void *p, size_t bytes)
{
    (void)madvise(p, bytes, MADV_NOHUGEPAGE);
}

char *mem_strdup(Account *acct, const char *s)
{
    size_t bytes = strlen(s) + 1;
    char *p = mem_alloc(acct, bytes);
    if (p)
        memcpy(p, s, bytes);
    return p;
}

void mem_strfree(Account *acct, char *s)
{
    if (s)
        mem_free(acct, s, strlen(s) + 1);
}

void mem_set_hook(MemHook hook, void *self)
{
    hook_fn = hook;
    hook_self = self;
}

void mem_guard_enter(void)
{
    guard_depth++;
}

void mem_guard_leave(void)
{
    ASSERT(guard_depth > 0);
    guard_depth--;
}

uint64_t mem_guard_violations(void)
{
    return guard_violations;
}
