/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything nondeterministic goes through an Env: clocks, files, threads, random numbers, fault points (design 5.7).  env_linux.c
 * is the machine; env_sim.c is one thread, virtual time, a seeded schedule, an in-memory disk that forgets unsynced writes, faults
 * and a failing allocator.  No other folder may call libc's I/O, clock, thread or random functions (checked by symbol list).
 *
 * Errors are negative codes: -ERR_FILE_NOT_FOUND, -ERR_FILE_ACCESS, -ERR_DISK_FULL (or a quota), -ERR_IO, -ERR_OUT_OF_MEMORY;
 * details in err. */
#pragma once
#include "base/err.h"
#include "base/str.h"

#define ENV_DISK_FULL_HINT "free space on that disk"

typedef struct Env Env;
typedef struct EnvFileHandle EnvFileHandle;
typedef struct EnvThreadHandle EnvThreadHandle;
typedef struct EnvRingHandle EnvRingHandle;

typedef struct EnvClock {
    int64_t (*now_mono_ns)(Env *env); /* monotone nanoseconds since an arbitrary point */
    int64_t (*now_wall_us)(Env *env); /* microseconds since 1970, UTC */
    uint64_t (*ticks)(Env *env);      /* cheap cycle counter (rdtsc); simulated: mono ns */
    uint64_t (*rand64)(Env *env);
    void (*point)(Env *env, int id); /* named yield and fault point; a no-op on the machine */
} EnvClock;

typedef enum EnvOpenFlags {
    ENV_READ = 1,
    ENV_WRITE = 2,
    ENV_CREATE = 4,
    ENV_EXCL = 8,
    ENV_TRUNC = 16,
    ENV_APPEND = 32,
    ENV_DIRECT = 64,
    ENV_STREAM = 128, /* a named pipe that nobody writes to yet is open at once */
} EnvOpenFlags;

typedef struct EnvStat {
    int64_t bytes;
    int64_t mtime_us;
    uint64_t inode;
    bool is_dir;
} EnvStat;

typedef struct EnvFile {
    int (*open)(Env *env, const char *path, int flags, EnvFileHandle **ret, Err *err);
    int64_t (*pread)(Env *env, EnvFileHandle *f, void *buf, size_t n, int64_t at,
                     Err *err); /* bytes read; 0 = end; short reads legal */
    int64_t (*pwrite)(Env *env, EnvFileHandle *f, const void *buf, size_t n, int64_t at, Err *err);
    int64_t (*read)(Env *env, EnvFileHandle *f, void *buf, size_t n, Err *err); /* from the stream position: pipes, stdin */
    bool (*can_read)(Env *env, EnvFileHandle *f); /* read() would not wait: there are bytes, or it has ended */
    /* All from there on is zero: what was allocated and never written is not read to know.  At most the file's size. */
    int64_t (*data_end)(Env *env, EnvFileHandle *f, Err *err);
    int (*sync)(Env *env, EnvFileHandle *f, Err *err); /* fdatasync */
    int (*stat)(Env *env, const char *path, EnvStat *ret, Err *err);
    void (*close)(Env *env, EnvFileHandle *f);
    /* Calls back for every name in a directory, in no particular order; a non-zero answer stops and is returned. */
    int (*list)(Env *env, const char *dir, int (*each)(void *self, const char *name), void *self, Err *err);
} EnvFile;

typedef struct EnvDir { /* changes to the name space */
    int (*rename)(Env *env, const char *from, const char *to, Err *err);
    int (*unlink)(Env *env, const char *path, Err *err);
    int (*mkdir)(Env *env, const char *path, Err *err); /* 0 also when it is there */
    int (*sync_dir)(Env *env, const char *dir, Err *err);
    int (*allocate)(Env *env, EnvFileHandle *f, int64_t bytes, Err *err); /* fallocate */
    int (*lock)(Env *env, EnvFileHandle *f, Err *err);                    /* exclusive, not waiting; -ERR_IN_USE */
} EnvDir;

/* A queue of the kernel through which one thread writes and syncs with a single call (io_uring). */
typedef struct EnvRing {
    /* buf is what is written from, until the ring is closed.  polled: a thread of the kernel looks for work, so that none has to be
     * announced.  -ERR_UNSUPPORTED with the reason: the kernel or its administrator does not give one. */
    int (*open)(Env *env, bool polled, void *buf, size_t bytes, EnvRingHandle **ret, Err *err);
    /* The first n bytes of the buffer to `at`, and fdatasync.  *ret_done of them are written: fewer than n and 0: nothing is
     * synced; fewer and an error: that of the write; all and an error: whether they are on disk is not known. */
    int (*write_sync)(Env *env, EnvRingHandle *r, EnvFileHandle *f, size_t n, int64_t at, size_t *ret_done, Err *err);
    void (*close)(Env *env, EnvRingHandle *r); /* NULL is fine */
} EnvRing;

typedef void (*EnvThreadMain)(void *arg);
typedef struct EnvThread {
    int (*spawn)(Env *env, const char *name, EnvThreadMain main, void *arg, EnvThreadHandle **ret, Err *err);
    void (*join)(Env *env, EnvThreadHandle *t); /* frees the handle */
    /* Futex-like: park sleeps while *word == expect, until unpark or the deadline (mono ns, INT64_MAX = none). */
    void (*park)(Env *env, _Atomic uint32_t *word, uint32_t expect, int64_t deadline_ns);
    void (*unpark)(Env *env, _Atomic uint32_t *word, uint32_t n_threads);
    uint64_t (*self_id)(Env *env); /* identity of the calling thread, never 0 */
    /* One processor of each core that the process may use, at most cap; 0 = not known.  And: keeps a thread on one; core < 0: on
     * any again. */
    uint32_t (*cores)(Env *env, uint32_t *ret, uint32_t cap);
    int (*pin)(Env *env, EnvThreadHandle *t, int64_t core, Err *err);
    int (*eventfd_new)(Env *env, Err *err); /* a readable descriptor for poll loops, -ERR_UNSUPPORTED in the simulator */
    void (*eventfd_signal)(Env *env, int fd);
    void (*eventfd_close)(Env *env, int fd);
} EnvThread;

struct Env {
    const EnvClock *clock;
    const EnvFile *file;
    const EnvDir *dir;
    const struct EnvNet *net; /* net.h */
    const EnvRing *ring;      /* NULL: there is none here, as in the simulator */
    const EnvThread *thread;  /* NULL in the simulator: nothing is spawned, everything is polled */
    const char *name;
};

static inline int64_t env_mono_ns(Env *e)
{
    return e->clock->now_mono_ns(e);
}
static inline int64_t env_wall_us(Env *e)
{
    return e->clock->now_wall_us(e);
}
static inline bool env_is_simulated(const Env *e)
{
    return e->thread == NULL;
}

/* The machine.  Static, shared by all databases of the process, never freed. */
Env *env_linux(void);

/* A small mutex for cold paths (catalog, registries), on park/unpark; a no-op in the simulator. */
typedef struct EnvMutex {
    _Atomic uint32_t word;
} EnvMutex;
static inline void env_pause(void) /* in a loop that waits for another thread */
{
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
}
void env_lock(Env *env, EnvMutex *m);
bool env_trylock(Env *env, EnvMutex *m);
void env_unlock(Env *env, EnvMutex *m);

/* Process-level things the connectors and the shell need. */
const char *env_getenv(const char *name);      /* NULL = unset */
int env_write_stdout(const void *p, size_t n); /* 0, -ERR_DISK_FULL (it is a file) or -ERR_IO (closed pipe) */
int env_write_stderr(const void *p, size_t n);
void env_eventfd_drain(int fd); /* not readable any more until the next signal */
/* Whole small file into an arena buffer (NUL-terminated beyond n). */
int env_read_file(Env *env, const char *path, Arena *arena, Str *ret, Err *err);
/* Bytes of the system's file of a time zone, "Europe/Berlin": a ZoneLoader (base/zone.h).  -ERR_FILE_NOT_FOUND. */
int env_zone_read(char *name, Arena *a, Str *ret);
/* The names of all of them, in no particular order; a non-zero answer stops and is returned. */
int env_zone_names(int (*each)(void *self, const char *name), void *self);
/* Paths matching a glob (* ? [..] in the last components), sorted by name; a path without wildcards is given back if it exists. */
int env_glob(Env *env, const char *pattern, Arena *arena, Str **ret_paths, uint32_t *ret_n, Err *err);
