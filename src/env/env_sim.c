/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulator: virtual time, three independent random streams from one seed, fault points, failing allocations.
 *
 * The streams are apart so that what the engine draws (rand64) does not change which faults strike, nor those the schedule. */
#include "env/sim_impl.h"

#include <stdlib.h>

#include "base/hash.h"

#define PER_MILLION 1000000u
#define MONO_START_NS INT64_C(1000000000)
#define WALL_START_US INT64_C(1704067200000000) /* 2024-01-01 */
#define CLOCK_JUMP_US_MAX INT64_C(7200000000)   /* two hours either way */

/* A counter through a mixing function: any state is a good one, so seeds need no preparation. */
static uint64_t rng_next(SimRng *r)
{
    r->state += UINT64_C(0x9e3779b97f4a7c15);
    return hash_combine(r->state, r->state >> 31);
}

uint64_t sim_draw(SimRng *r, uint64_t below)
{
    uint64_t v = rng_next(r);
    if (below == 0)
        return v;
    uint64_t skip = (0 - below) % below; /* so many of the lowest products would make small results more likely */
    unsigned __int128 m = (unsigned __int128)v * below;
    while ((uint64_t)m < skip)
        m = (unsigned __int128)rng_next(r) * below;
    return (uint64_t)(m >> 64);
}

bool sim_fault(EnvSim *s, uint32_t per_million)
{
    return per_million != 0 && sim_draw(&s->fault, PER_MILLION) < per_million;
}

int64_t sim_wall_us(const EnvSim *s)
{
    return WALL_START_US + (s->mono_ns - MONO_START_NS) / 1000 + s->wall_offset_us;
}

void sim_point(EnvSim *s, int id)
{
    (void)id;
    s->n_points++;
    if (s->crash_at != 0 && s->n_points >= s->crash_at)
        s->crashed = true;
}

static int64_t clock_mono_ns(Env *env)
{
    return sim_of(env)->mono_ns;
}

static int64_t clock_wall_us(Env *env)
{
    EnvSim *s = sim_of(env);
    if (sim_fault(s, s->faults.clock_jump))
        s->wall_offset_us = (int64_t)sim_draw(&s->fault, 2 * CLOCK_JUMP_US_MAX + 1) - CLOCK_JUMP_US_MAX;
    return sim_wall_us(s);
}

static uint64_t clock_ticks(Env *env)
{
    return (uint64_t)sim_of(env)->mono_ns;
}

static uint64_t clock_rand64(Env *env)
{
    return rng_next(&sim_of(env)->random);
}

static void clock_point(Env *env, int id)
{
    sim_point(sim_of(env), id);
}

static const EnvClock sim_clock = {
    .now_mono_ns = clock_mono_ns,
    .now_wall_us = clock_wall_us,
    .ticks = clock_ticks,
    .rand64 = clock_rand64,
    .point = clock_point,
};

Env *env_sim_new(uint64_t seed, const SimFaults *faults)
{
    EnvSim *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    if (!disk_init(&s->disk)) {
        free(s);
        return NULL;
    }
    s->env = (Env){.clock = &sim_clock, .file = &sim_file, .dir = &sim_dir, .net = &sim_net, .thread = NULL, .name = "sim"};
    if (faults)
        s->faults = *faults;
    s->schedule.state = hash_combine(seed, 1);
    s->fault.state = hash_combine(seed, 2);
    s->random.state = hash_combine(seed, 3);
    s->mono_ns = MONO_START_NS;
    return &s->env;
}

void env_sim_set_faults(Env *env, const SimFaults *faults)
{
    sim_of(env)->faults = faults ? *faults : (SimFaults){0};
}

void env_sim_free(Env *env)
{
    if (!env)
        return;
    EnvSim *s = sim_of(env);
    env_sim_set_alloc_faults(env, false);
    sim_net_done(s);
    disk_done(&s->disk);
    free(s);
}

uint64_t env_sim_draw(Env *env, uint64_t below)
{
    return sim_draw(&sim_of(env)->schedule, below);
}

void env_sim_advance(Env *env, int64_t ns)
{
    ASSERT(ns >= 0);
    sim_of(env)->mono_ns += ns;
}

/* The directories of path, made as needed; NULL = out of memory or a file in the way. */
static SimNode *parents_make(SimDisk *d, const char *path, Str *ret_name)
{
    SimNode *dir = d->root;
    Str rest = str_of(path), part;
    *ret_name = STR("");
    for (bool more = true; more && dir;) {
        more = str_cut(rest, '/', &part, &rest);
        if (part.n == 0 || str_eq(part, STR(".")))
            continue;
        if (ret_name->n) { /* the part before was a directory, then */
            char prefix[1024];
            size_t n = (size_t)(ret_name->p + ret_name->n - path);
            if (n >= sizeof(prefix))
                return NULL;
            memcpy(prefix, path, n);
            prefix[n] = 0;
            SimNode *next = disk_find(d, prefix, NULL, NULL);
            if (!next)
                next = disk_make(d, dir, *ret_name, true);
            dir = next && next->is_dir ? next : NULL;
        }
        *ret_name = part;
    }
    return ret_name->n ? dir : NULL;
}

int env_sim_put_file(Env *env, const char *path, const void *p, size_t n)
{
    EnvSim *s = sim_of(env);
    Str name;
    SimNode *node = disk_find(&s->disk, path, NULL, NULL);
    if (node && node->is_dir)
        return -ERR_IO;
    if (!node) {
        SimNode *dir = parents_make(&s->disk, path, &name);
        node = dir ? disk_make(&s->disk, dir, name, false) : NULL;
    }
    if (!node || !disk_resize(node, CHANGE_TRUNCATE, 0) || !disk_write(node, p, n, 0) || !disk_sync(node) ||
        !disk_sync_all_names(&s->disk))
        return -ERR_OUT_OF_MEMORY;
    node->mtime_us = sim_wall_us(s);
    return 0;
}

void env_sim_crash(Env *env)
{
    EnvSim *s = sim_of(env);
    bool ok = disk_crash(&s->disk, &s->fault, s->faults.torn_writes);
    ASSERT(ok); /* the test machine itself ran out of memory: nothing simulated could be trusted from here on */
    s->generation++;
    s->crashed = false;
    s->crash_at = 0;
}

uint64_t env_sim_points(const Env *env)
{
    return ((const EnvSim *)(const void *)env)->n_points;
}

void env_sim_crash_at(Env *env, uint64_t n_points)
{
    EnvSim *s = sim_of(env);
    s->crash_at = n_points ? s->n_points + n_points : 0;
}

bool env_sim_crashed(const Env *env)
{
    return ((const EnvSim *)(const void *)env)->crashed;
}

static int alloc_hook(void *self, size_t bytes)
{
    EnvSim *s = self;
    (void)bytes;
    return sim_fault(s, s->faults.alloc_fail);
}

void env_sim_set_alloc_faults(Env *env, bool on)
{
    mem_set_hook(on ? alloc_hook : NULL, on ? sim_of(env) : NULL);
}
