/* SPDX-License-Identifier: Apache-2.0
 *
 * Accounted memory.  Every allocation names the Account that pays for it; accounts form a tree (database > shard > query >
 * operator) and a parent's `bytes` include its children's.  This is the only place (with env/) that calls malloc, so a test
 * or the simulator can make any allocation fail and the guard allocator can forbid all of them on the hot path.
 *
 * Accounts are [any]: byte counts are relaxed atomics, because a buffer may be released on another thread than its owner's. */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Account {
    struct Account *parent; /* borrowed; outlives this */
    const char *name;       /* static or arena of the owner */
    _Atomic int64_t bytes;  /* live bytes, children included */
    _Atomic int64_t peak_bytes;
    int64_t limit_bytes;              /* 0 = none; an allocation that would pass it fails */
    _Atomic int64_t soft_limit_bytes; /* the same, but only for threads that say that they may fail */
} Account;

void account_init(Account *a, Account *parent, const char *name);
void account_done(Account *a); /* ASSERTs that nothing is left */

/* All return NULL when memory or an account's limit is exhausted.  acct may be NULL (unaccounted: tests, process-wide
 * tables).  Alignment is 16 bytes; mem_alloc_aligned takes a power of two up to 2 MiB. */
void *mem_alloc(Account *acct, size_t bytes);
void *mem_zalloc(Account *acct, size_t bytes);
void *mem_realloc(Account *acct, void *p, size_t old_bytes, size_t new_bytes);
void *mem_alloc_aligned(Account *acct, size_t bytes, size_t align);
/* bytes must be what was asked for; p may be NULL. mem_free for mem_alloc/zalloc/realloc, _aligned for the aligned kind. */
void mem_free(Account *acct, void *p, size_t bytes);
void mem_free_aligned(Account *acct, void *p, size_t bytes);
/* What an allocation does without the allocator, for addresses that were reserved before (space.h): asks the hook and the limits
 * and charges; false: no memory.  No violation of the guard, for there is no call of the allocator. */
bool mem_charge(Account *acct, size_t bytes);
void mem_discharge(Account *acct, size_t bytes);
/* Large blocks are state: one fault instead of 512 while they fill, and fewer TLB misses ever after. */
void mem_wish_huge_pages(void *p, size_t bytes);
/* Whole 4 KiB pages inside of a block of mem_alloc_aligned: their memory goes back to the system and to the account, their
 * addresses stay; what is read there is zeros.  take: the account pays for them again, whatever its limits say.  Before the block
 * is freed they must have been taken.  A block that gives pages back should not be made of huge ones, which the system would fill
 * up again. */
void mem_pages_release(Account *acct, void *p, size_t bytes);
void mem_pages_take(Account *acct, void *p, size_t bytes);
void mem_pages_show(void *p, size_t bytes); /* released ones can be read nevertheless, see mem_pages_guard */
void mem_pages_stay_small(void *p, size_t bytes);
/* For tests: released pages cannot even be read.  Process-wide. */
void mem_pages_guard(bool on);
char *mem_strdup(Account *acct, const char *s); /* free with mem_strfree */
void mem_strfree(Account *acct, char *s);

/* Whether soft limits count on this thread: while it does what may end with an error for the one who asked, a statement, and not
 * while it does what must go on, a continuous query.  Gives what it was before; at first they do not. */
bool mem_may_fail(bool may);
/* Whether this account or one above it has a limit of any kind: then what can be larger than memory should not be held there. */
bool mem_is_limited(const Account *a);
int64_t mem_limit_of(const Account *a); /* the least of those, in bytes; 0 = there is none */

/* Hook that decides before every allocation: non-zero makes it fail.  Used by the simulator (seeded failures) and by the hot
 * path guard.  NULL = no hook.  Process-wide; set it only while no other thread allocates. */
typedef int (*MemHook)(void *self, size_t bytes);
void mem_set_hook(MemHook hook, void *self);
/* Guard of the hot path, per thread and nestable: between enter and leave every mem_* allocation is counted as a violation
 * (and still served).  Returns violations since process start on this thread. */
void mem_guard_enter(void);
void mem_guard_leave(void);
uint64_t mem_guard_violations(void);
