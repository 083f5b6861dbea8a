/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory limit (design 5.6).  Above seven tenths of it, the scratch of steps, and pages of state that have not been used
 * lately (state/page_spill.c), leave memory at the end of a step: a query whose state is larger than the limit goes on, at the
 * speed of the disk.  What is left is what does not lie in pages, or is in use.  Who asked for something that can be refused is
 * refused it: a statement that collects rows fails at nine tenths of the limit (a soft limit of the database's account), one who
 * pushes waits at all of it and then fails, a source that is read waits.  What runs is never refused memory, so a step may go
 * beyond the limit by what it needs; deleting and dropping always go through, for they are what helps. */
#include "flow/engine_impl.h"
#include <stdlib.h>

#define EVICT_ABOVE_TENTHS 7
#define EVICT_MORE 64 /* of the limit: so that not every step has to */
#define WAIT_NS INT64_C(1000000000)
#define LOOK_NS INT64_C(1000000)

/* A page could not be read and nobody has answered for it: whose it was is not known, so no result can be believed any more. */
static void fail_for_lost_pages(Engine *e)
{
    Err err = ERR_INIT;
    if (likely(parts_take_error(&e->crew.parts, &err) == 0))
        return;
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->query->state == PIPELINE_RUNNING) {
            e->slot[i]->query->lost_state = true;
            pipeline_fail(e->slot[i]->query, &err);
        }
}

static void relieve(void *self)
{
    engine_relieve(self);
}

int engine_spill_to(Engine *e, const char *path, Err *err)
{
    TRY(page_store_spill_to(e->pages, e->env, path, err));
    page_store_set_relief(e->pages, relieve, e);
    return 0;
}

void engine_relieve_above(Engine *e, int64_t bytes)
{
    atomic_store(&e->memory_limit, bytes);
    e->relieves |= bytes > 0;
}

/* From each store its share by what it holds, and what those before it could not give. */
int64_t engine_evict(Engine *e, int64_t bytes)
{
    const Parts *parts = &e->crew.parts;
    int64_t held = 0, freed = 0;
    for (uint32_t p = 0; p < parts->n; p++)
        held += page_store_held(parts->part[p].pages);
    bytes = MIN(bytes, held);
    for (uint32_t p = 0; p < parts->n && held > 0; p++) {
        int64_t own = page_store_held(parts->part[p].pages);
        double share = (double)own / (double)held;
        held -= own;
        freed += page_store_evict(parts->part[p].pages, (int64_t)((double)(bytes - freed) * share));
    }
    return freed;
}

/* What all accounts hold, and from where on something has to go; INT64_MAX: nothing has to. */
static int64_t bytes_held(const Engine *e)
{
    return e->acct.parent ? atomic_load(&e->acct.parent->bytes) : 0;
}

static int64_t evict_above(const Engine *e)
{
    int64_t limit = engine_memory_limit(e);
    return limit ? limit / 10 * EVICT_ABOVE_TENTHS : INT64_MAX;
}

void engine_relieve(Engine *e)
{
    fail_for_lost_pages(e);
    if (engine_spills_always(e)) {
        for (int i = 0; i < 2; i++) /* the first pass only notes what has been used */
            (void)engine_evict(e, INT64_MAX);
        return;
    }
    int64_t limit = engine_memory_limit(e), bytes = bytes_held(e), low = evict_above(e), more = limit / EVICT_MORE;
    if (bytes < e->relieve_at - 2 * more) /* much has changed since */
        e->relieve_at = 0;
    if (limit == 0 || bytes <= MAX(low, e->relieve_at))
        return;
    bytes -= engine_evict(e, bytes - low + more);
    e->relieve_at = bytes > low ? bytes + more : 0; /* what is left is in use: not to be looked for after every step */
}

/* The scratch of steps would stay as large as the largest one ever made it. */
void engine_relieve_leaving(Engine *e)
{
    if (engine_spills_always(e) || bytes_held(e) > evict_above(e)) {
        arena_reset(&e->step);
        arena_trim(&e->step);
        parts_give_scratch(&e->crew.parts);
    }
    engine_relieve(e);
}

/* What can be made again at any time goes first. */
static void drop_images(Engine *e)
{
    for (uint32_t i = 0; i < e->n_feeds; i++)
        if (e->feed[i] && e->feed[i]->stored)
            stored_image_drop(e->feed[i]->stored);
}

void engine_spill_always(Engine *e, bool on)
{
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    atomic_store(&e->spills_always, on);
    e->relieves |= on;
    drop_images(e);
    if (!inside)
        engine_leave(e);
}

bool engine_spills_always(const Engine *e)
{
    return unlikely(atomic_load_explicit(&e->spills_always, memory_order_relaxed));
}

void engine_set_memory_limit(Engine *e, int64_t bytes)
{
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    atomic_store(&e->memory_limit, bytes);
    e->relieve_at = 0;
    drop_images(e);
    e->relieves |= bytes > 0; /* what is out comes back by itself, and may fail to */
    if (e->acct.parent)
        atomic_store(&e->acct.parent->soft_limit_bytes, bytes - bytes / 10);
    if (!inside)
        engine_leave(e); /* lets go at once what is too much */
}

int64_t engine_memory_limit(const Engine *e)
{
    return atomic_load_explicit(&e->memory_limit, memory_order_relaxed);
}

MemoryState engine_memory_state(const Engine *e)
{
    int64_t limit = engine_memory_limit(e);
    if (likely(limit == 0) || !e->acct.parent)
        return MEMORY_UNLIMITED;
    int64_t bytes = atomic_load_explicit(&e->acct.parent->bytes, memory_order_relaxed);
    return bytes >= limit                            ? MEMORY_FULL
           : bytes > limit - limit / 10              ? MEMORY_SHORT
           : bytes > limit / 10 * EVICT_ABOVE_TENTHS ? MEMORY_EVICTING
                                                     : MEMORY_ENOUGH;
}

const char *memory_state_name(MemoryState s)
{
    static const char *const name[] = {NULL, "ENOUGH", "EVICTING", "SHORT", "FULL"};
    return name[s];
}

bool engine_memory_is_full(const Engine *e)
{
    return unlikely(engine_memory_state(e) == MEMORY_FULL) && !e->replaying;
}

static int refuse_rows(const Engine *e, Err *err)
{
    bool disk = false;
    for (uint32_t p = 0; p < e->crew.parts.n; p++)
        disk |= page_store_disk_is_full(e->crew.parts.part[p].pages);
    int64_t bytes = atomic_load(&e->acct.parent->bytes), limit = engine_memory_limit(e);
    if (!disk) {
        (void)RAISE(err, ERR_OUT_OF_MEMORY, "no rows are taken: the database holds %lld bytes, and memory_limit is %lld",
                    (long long)bytes, (long long)limit);
        return err_hint(err, "delete or drop something, or set memory_limit higher");
    }
    (void)RAISE(err, ERR_DISK_FULL,
                "no rows are taken: the database holds %lld bytes, memory_limit is %lld, and the disk has no space for state",
                (long long)bytes, (long long)limit);
    return err_hint(err, ENV_DISK_FULL_HINT ", or set memory_limit higher");
}

int engine_wait_memory(Engine *e, Err *err)
{
    if (likely(!engine_memory_is_full(e)))
        return 0;
    atomic_fetch_add(&e->memory_waits, 1);
    bool can_wait = e->env->thread && !engine_is_inside(e);
    _Atomic uint32_t never = 0;
    for (int64_t end = env_mono_ns(e->env) + WAIT_NS, now; can_wait && (now = env_mono_ns(e->env)) < end;) {
        e->env->thread->park(e->env, &never, 0, now + LOOK_NS);
        if (!engine_memory_is_full(e))
            return 0;
    }
    return refuse_rows(e, err);
}
