/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the simulator share: the disk (sim_disk.c) knows nodes, names and what a crash keeps; the file calls
 * (sim_file.c) add handles, faults and error messages; env_sim.c adds time, randomness and points.
 *
 * The disk's own memory comes from malloc directly, so that failing allocations fail the engine and never the simulator. */
#pragma once
#include "env/env_sim.h"
#include "env/net.h"
#include "env/points.h"

#define SIM_SECTOR_BYTES 512

typedef struct SimRng {
    uint64_t state;
} SimRng;
uint64_t sim_draw(SimRng *r, uint64_t below); /* 0 <= x < below; below 0 = the full range */

typedef struct SimBlob {
    char *p;
    size_t n, cap;
} SimBlob;

typedef enum SimChangeKind { CHANGE_WRITE, CHANGE_TRUNCATE, CHANGE_GROW } SimChangeKind;

typedef struct SimChange { /* an unsynced change of a file's content, in order */
    SimChangeKind kind;
    int64_t at;
    SimBlob data; /* CHANGE_WRITE */
} SimChange;

typedef struct SimNode { /* a file or directory, apart from its names */
    uint64_t id;
    bool is_dir, locked, reached;
    uint32_t n_handles;
    int64_t mtime_us;
    SimBlob live, durable;
    SimChange *changes;
    size_t n_changes, cap_changes;
    struct SimNode *next; /* all nodes of the disk */
} SimNode;

typedef struct SimName { /* an entry of a directory */
    SimNode *dir;
    char *name;
    SimNode *node;
} SimName;

typedef struct SimNames {
    SimName *v;
    size_t n, cap;
} SimNames;

typedef enum SimDirOpKind { DIR_LINK, DIR_UNLINK, DIR_RENAME } SimDirOpKind;

typedef struct SimDirOp { /* an unsynced change of a directory, in order */
    SimDirOpKind kind;
    SimNode *dir, *to_dir;
    char *name, *to_name;
    SimNode *node;
} SimDirOp;

typedef struct SimDisk {
    SimNode *nodes; /* root last */
    SimNode *root;
    SimNames live, durable;
    SimDirOp *ops;
    size_t n_ops, cap_ops;
    uint64_t last_id;
} SimDisk;

/* Functions that can run out of the simulator's own memory give false and leave the disk as it was. */
bool disk_init(SimDisk *d);
void disk_done(SimDisk *d);
/* The node at path, or NULL.  ret_dir and ret_name (each may be NULL) give the parent, NULL when that is not there either. */
SimNode *disk_find(SimDisk *d, const char *path, SimNode **ret_dir, Str *ret_name);
SimNode *disk_make(SimDisk *d, SimNode *dir, Str name, bool is_dir);
bool disk_remove(SimDisk *d, SimNode *dir, Str name);
bool disk_rename(SimDisk *d, SimNode *from_dir, Str from, SimNode *to_dir, Str to);
bool disk_dir_is_empty(const SimDisk *d, const SimNode *dir);
bool disk_sync_dir(SimDisk *d, SimNode *dir);
bool disk_sync_all_names(SimDisk *d);
bool disk_write(SimNode *f, const void *p, size_t n, int64_t at);
bool disk_resize(SimNode *f, SimChangeKind kind, int64_t bytes);
bool disk_sync(SimNode *f);
/* A sync that failed: each unsynced change reached the disk or is lost for good, whatever is synced later. */
bool disk_sync_failed(SimNode *f, SimRng *rng);
/* Power loss: what was not synced is kept or lost piece by piece; then the live view is what the disk holds. */
bool disk_crash(SimDisk *d, SimRng *rng, bool torn_writes);
void disk_collect(SimDisk *d); /* frees nodes that no name, operation or handle can reach */

typedef struct EnvSim {
    Env env; /* first */
    SimDisk disk;
    SimFaults faults;
    SimRng schedule, fault, random;
    int64_t mono_ns, wall_offset_us;
    uint64_t n_points, crash_at; /* crash_at 0 = never */
    uint64_t generation;         /* handles of older ones are dead */
    bool crashed;
    NetSocket *sockets;
} EnvSim;

static inline EnvSim *sim_of(Env *env)
{
    return (EnvSim *)(void *)env;
}
bool sim_fault(EnvSim *s, uint32_t per_million);
int64_t sim_wall_us(const EnvSim *s);
void sim_point(EnvSim *s, int id);

extern const EnvFile sim_file;
extern const EnvDir sim_dir;
extern const EnvNet sim_net;
void sim_net_done(EnvSim *sim);
