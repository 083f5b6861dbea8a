/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulator's environment.  One thread; time moves only when env_sim_advance is called; the disk is in memory and keeps, per
 * file, what is synced and what is not; env_sim_crash() forgets the unsynced part (seeded: each unsynced sector and each unsynced
 * rename may or may not have reached the disk).  Every fault is drawn from the seed, so a failing seed replays exactly. */
#pragma once
#include "env/env.h"

typedef struct SimFaults { /* probabilities in 1/1,000,000 per call */
    uint32_t short_read, read_eio, write_eio, enospc, sync_eio, alloc_fail, clock_jump;
    bool torn_writes; /* a crash may keep part of an unsynced sector run */
    bool many_disks;  /* the directories below the root are disks of their own: nothing can be renamed from one to another */
    const char *lost; /* path of a directory that cannot be used, nor what is in it; NULL = none */
} SimFaults;

Env *env_sim_new(uint64_t seed, const SimFaults *faults /* NULL = none */);
void env_sim_free(Env *env);
void env_sim_set_faults(Env *env, const SimFaults *faults); /* from now on; NULL = none */
uint64_t env_sim_draw(Env *env, uint64_t below);            /* uniform draw of the schedule's own generator, 0 <= r < below */
void env_sim_advance(Env *env, int64_t ns);                 /* virtual time */
int env_sim_put_file(Env *env, const char *path, const void *p, size_t n); /* synced content, e.g. test input */
/* Sends one to a port; false = nobody listens there, or it has no room. */
bool env_sim_datagram(Env *env, uint16_t port, const void *p, size_t n);
void env_sim_crash(Env *env);            /* loses what was not synced; open handles become invalid (-ERR_IO) */
uint64_t env_sim_points(const Env *env); /* how many fault points were passed */
/* Makes the n-th next passage of a point crash: the point callback sets a flag that env_sim_crashed() reports, and all I/O fails
 * from then on until env_sim_crash(). */
void env_sim_crash_at(Env *env, uint64_t n_points);
bool env_sim_crashed(const Env *env);
void env_sim_set_alloc_faults(Env *env, bool on); /* installs or removes the mem hook */
