/* SPDX-License-Identifier: Apache-2.0
 *
 * File and directory calls of the simulator: what env_linux_file.c does to the machine, done to the simulated disk, with faults.
 *
 * Every call first asks whether the simulated machine still runs; after a crash point all of them fail until env_sim_crash().
 * Reads, writes and name changes pass their fault point, so that a crash can strike between any two of them. */
#include "env/sim_impl.h"

#include <stdlib.h>

#define DATA_UNIT 512 /* data_end() knows no more than this, as a disk does */

struct EnvFileHandle {
    SimNode *node;
    uint64_t generation;
    int64_t position; /* of read() */
    int flags;
    bool holds_lock;
};

static int sim_down(Err *err)
{
    return RAISE(err, ERR_IO, "the simulated machine has crashed");
}

static int not_found(Err *err, const char *what, const char *path)
{
    return RAISE(err, ERR_FILE_NOT_FOUND, "%s \"%s\": no such file or directory", what, path);
}

static int disk_full(Err *err, const char *what)
{
    int rc = RAISE(err, ERR_DISK_FULL, "%s: simulated disk is full", what);
    (void)err_hint(err, ENV_DISK_FULL_HINT);
    return rc;
}

/* Passes the point and says whether the machine still runs behind it. */
static int call_begin(EnvSim *s, int point, Err *err)
{
    if (s->crashed)
        return sim_down(err);
    sim_point(s, point);
    return s->crashed ? sim_down(err) : 0;
}

static bool is_lost(const EnvSim *s, const char *path)
{
    size_t n = s->faults.lost ? strlen(s->faults.lost) : 0;
    return n && strncmp(path, s->faults.lost, n) == 0 && (path[n] == 0 || path[n] == '/');
}

static int path_begin(EnvSim *s, int point, const char *what, const char *path, Err *err)
{
    TRY(call_begin(s, point, err));
    if (is_lost(s, path))
        return RAISE(err, ERR_FILE_ACCESS, "%s \"%s\": the simulated disk is gone", what, path);
    return 0;
}

/* The name below the root. */
static Str disk_of(const char *path)
{
    while (*path == '/')
        path++;
    return (Str){path, strcspn(path, "/")};
}

static int handle_begin(EnvSim *s, const EnvFileHandle *f, int point, int needs, Err *err)
{
    TRY(call_begin(s, point, err));
    if (f->generation != s->generation)
        return RAISE(err, ERR_IO, "the file handle is from before a crash");
    if (needs && !(f->flags & needs))
        return RAISE(err, ERR_IO, "the file is not open for %s", needs == ENV_READ ? "reading" : "writing");
    return 0;
}

static int file_create(EnvSim *s, const char *path, SimNode *dir, Str name, SimNode **ret, Err *err)
{
    if (!dir || name.n == 0)
        return not_found(err, "cannot open", path);
    if (sim_fault(s, s->faults.write_eio))
        return RAISE(err, ERR_IO, "cannot create \"%s\": simulated fault", path);
    if (sim_fault(s, s->faults.enospc))
        return disk_full(err, "cannot create");
    *ret = disk_make(&s->disk, dir, name, false);
    if (!*ret)
        return RAISE_NOMEM(err);
    (*ret)->mtime_us = sim_wall_us(s);
    return 0;
}

static int sim_open(Env *env, const char *path, int flags, EnvFileHandle **ret, Err *err)
{
    EnvSim *s = sim_of(env);
    SimNode *dir;
    Str name;
    TRY(path_begin(s, (flags & ENV_CREATE) ? POINT_FILE_WRITE : POINT_FILE_READ, "cannot open", path, err));
    SimNode *node = disk_find(&s->disk, path, &dir, &name);
    if (node && node->is_dir)
        return RAISE(err, ERR_IO, "cannot open \"%s\": it is a directory", path);
    if (node && (flags & ENV_CREATE) && (flags & ENV_EXCL))
        return RAISE(err, ERR_IO, "cannot open \"%s\": the file exists", path);
    if (!node && !(flags & ENV_CREATE))
        return not_found(err, "cannot open", path);
    EnvFileHandle *h = calloc(1, sizeof(*h));
    if (!h)
        return RAISE_NOMEM(err);
    int rc = node ? 0 : file_create(s, path, dir, name, &node, err);
    if (rc == 0 && (flags & ENV_TRUNC) && node->live.n > 0 && !disk_resize(node, CHANGE_TRUNCATE, 0))
        rc = RAISE_NOMEM(err);
    if (rc < 0) {
        free(h);
        return rc;
    }
    *h = (EnvFileHandle){.node = node, .generation = s->generation, .flags = flags & ENV_WRITE ? flags : flags | ENV_READ};
    node->n_handles++;
    *ret = h;
    return 0;
}

static void sim_close(Env *env, EnvFileHandle *f)
{
    if (!f)
        return;
    if (f->holds_lock && f->generation == sim_of(env)->generation)
        f->node->locked = false;
    f->node->n_handles--;
    free(f);
}

static int64_t sim_pread(Env *env, EnvFileHandle *f, void *buf, size_t n, int64_t at, Err *err)
{
    EnvSim *s = sim_of(env);
    TRY(handle_begin(s, f, POINT_FILE_READ, ENV_READ, err));
    if (at < 0)
        return RAISE(err, ERR_IO, "cannot read at a negative position");
    if (sim_fault(s, s->faults.read_eio))
        return RAISE(err, ERR_IO, "cannot read: simulated fault");
    const SimBlob *b = &f->node->live;
    if (n == 0 || (uint64_t)at >= b->n)
        return 0;
    size_t got = MIN(n, b->n - (size_t)at);
    if (got > 1 && sim_fault(s, s->faults.short_read))
        got = 1 + (size_t)sim_draw(&s->fault, got - 1);
    memcpy(buf, b->p + at, got);
    return (int64_t)got;
}

static int64_t sim_read(Env *env, EnvFileHandle *f, void *buf, size_t n, Err *err)
{
    int64_t got = sim_pread(env, f, buf, n, f->position, err);
    if (got > 0)
        f->position += got;
    return got;
}

static bool sim_can_read(Env *env, EnvFileHandle *f)
{
    (void)env;
    (void)f;
    return true;
}

static int64_t sim_data_end(Env *env, EnvFileHandle *f, Err *err)
{
    TRY(handle_begin(sim_of(env), f, POINT_FILE_READ, ENV_READ, err));
    const SimBlob *b = &f->node->live;
    size_t end = b->n;
    while (end > 0 && b->p[end - 1] == 0)
        end--;
    return (int64_t)MIN(b->n, (end + DATA_UNIT - 1) / DATA_UNIT * DATA_UNIT);
}

static int64_t sim_pwrite(Env *env, EnvFileHandle *f, const void *buf, size_t n, int64_t at, Err *err)
{
    EnvSim *s = sim_of(env);
    TRY(handle_begin(s, f, POINT_FILE_WRITE, ENV_WRITE, err));
    if (f->flags & ENV_APPEND)
        at = (int64_t)f->node->live.n;
    if (at < 0 || n > INT64_MAX / 2 || at > INT64_MAX / 2)
        return RAISE(err, ERR_IO, "cannot write at this position");
    if (sim_fault(s, s->faults.write_eio))
        return RAISE(err, ERR_IO, "cannot write: simulated fault");
    if (sim_fault(s, s->faults.enospc)) { /* a full disk takes what still fits */
        n = n ? (size_t)sim_draw(&s->fault, n) : 0;
        if (n == 0)
            return disk_full(err, "cannot write");
    }
    if (!disk_write(f->node, buf, n, at))
        return RAISE_NOMEM(err);
    f->node->mtime_us = sim_wall_us(s);
    return (int64_t)n;
}

static int sim_sync(Env *env, EnvFileHandle *f, Err *err)
{
    EnvSim *s = sim_of(env);
    TRY(handle_begin(s, f, POINT_FILE_WRITE, 0, err));
    if (sim_fault(s, s->faults.sync_eio)) {
        if (!disk_sync_failed(f->node, &s->fault))
            return RAISE_NOMEM(err);
        return RAISE(err, ERR_IO, "cannot sync file: simulated fault");
    }
    return disk_sync(f->node) ? 0 : RAISE_NOMEM(err);
}

static int sim_stat(Env *env, const char *path, EnvStat *ret, Err *err)
{
    EnvSim *s = sim_of(env);
    TRY(path_begin(s, POINT_FILE_READ, "cannot look at", path, err));
    const SimNode *n = disk_find(&s->disk, path, NULL, NULL);
    if (!n)
        return not_found(err, "cannot look at", path);
    *ret = (EnvStat){.bytes = (int64_t)n->live.n, .mtime_us = n->mtime_us, .inode = n->id, .is_dir = n->is_dir};
    return 0;
}

static void names_free(char ***names)
{
    for (size_t i = 0; *names && (*names)[i]; i++)
        free((*names)[i]);
    free(*names);
}

/* The names are copied first, because the callback may change the directory; they come in a drawn order. */
static int sim_list(Env *env, const char *path, int (*each)(void *self, const char *name), void *self, Err *err)
{
    EnvSim *s = sim_of(env);
    TRY(path_begin(s, POINT_FILE_READ, "cannot list", path, err));
    const SimNode *dir = disk_find(&s->disk, path, NULL, NULL);
    if (!dir || !dir->is_dir)
        return not_found(err, "cannot list", path);
    const SimNames *live = &s->disk.live;
    _cleanup_(names_free) char **names = calloc(live->n + 1, sizeof(*names));
    size_t n = 0;
    if (!names)
        return RAISE_NOMEM(err);
    for (size_t i = 0; i < live->n; i++) {
        if (live->v[i].dir != dir)
            continue;
        names[n] = strdup(live->v[i].name);
        if (!names[n++])
            return RAISE_NOMEM(err);
    }
    for (size_t i = n; i > 1; i--) {
        size_t k = (size_t)sim_draw(&s->fault, i);
        char *t = names[i - 1];
        names[i - 1] = names[k];
        names[k] = t;
    }
    for (size_t i = 0; i < n; i++) {
        int rc = each(self, names[i]);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int name_change_begin(EnvSim *s, const char *what, const char *path, Err *err)
{
    TRY(path_begin(s, POINT_FILE_RENAME, what, path, err));
    if (sim_fault(s, s->faults.write_eio))
        return RAISE(err, ERR_IO, "%s \"%s\": simulated fault", what, path);
    return 0;
}

static bool is_inside(const SimDisk *d, const SimNode *dir, const SimNode *of)
{
    while (dir != of && dir != d->root) {
        const SimNode *above = d->root;
        for (size_t i = 0; i < d->live.n; i++)
            if (d->live.v[i].node == dir)
                above = d->live.v[i].dir;
        dir = above;
    }
    return dir == of;
}

static int sim_rename(Env *env, const char *from, const char *to, Err *err)
{
    EnvSim *s = sim_of(env);
    SimNode *from_dir, *to_dir;
    Str from_name, to_name;
    TRY(name_change_begin(s, "cannot rename", from, err));
    if (is_lost(s, to) || (s->faults.many_disks && !str_eq(disk_of(from), disk_of(to))))
        return RAISE(err, ERR_FILE_ACCESS, "cannot rename \"%s\": \"%s\" is on another disk", from, to);
    const SimNode *node = disk_find(&s->disk, from, &from_dir, &from_name);
    if (!node || !from_dir || from_name.n == 0)
        return not_found(err, "cannot rename", from);
    const SimNode *target = disk_find(&s->disk, to, &to_dir, &to_name);
    if (!to_dir || to_name.n == 0)
        return not_found(err, "cannot rename to", to);
    if (target && target != node && (target->is_dir != node->is_dir || (target->is_dir && !disk_dir_is_empty(&s->disk, target))))
        return RAISE(err, ERR_IO, "cannot rename \"%s\": \"%s\" is in the way", from, to);
    if (node->is_dir && target != node && is_inside(&s->disk, to_dir, node))
        return RAISE(err, ERR_IO, "cannot rename \"%s\" into itself", from);
    return disk_rename(&s->disk, from_dir, from_name, to_dir, to_name) ? 0 : RAISE_NOMEM(err);
}

static int sim_unlink(Env *env, const char *path, Err *err)
{
    EnvSim *s = sim_of(env);
    SimNode *dir;
    Str name;
    TRY(name_change_begin(s, "cannot remove", path, err));
    const SimNode *node = disk_find(&s->disk, path, &dir, &name);
    if (!node || !dir || name.n == 0)
        return not_found(err, "cannot remove", path);
    if (node->is_dir && !disk_dir_is_empty(&s->disk, node))
        return RAISE(err, ERR_IO, "cannot remove \"%s\": directory is not empty", path);
    return disk_remove(&s->disk, dir, name) ? 0 : RAISE_NOMEM(err);
}

static int sim_mkdir(Env *env, const char *path, Err *err)
{
    EnvSim *s = sim_of(env);
    SimNode *dir;
    Str name;
    TRY(name_change_begin(s, "cannot make directory", path, err));
    const SimNode *node = disk_find(&s->disk, path, &dir, &name);
    if (node)
        return node->is_dir ? 0 : RAISE(err, ERR_IO, "cannot make directory \"%s\": a file is in the way", path);
    if (!dir || name.n == 0)
        return not_found(err, "cannot make directory", path);
    return disk_make(&s->disk, dir, name, true) ? 0 : RAISE_NOMEM(err);
}

static int sim_sync_dir(Env *env, const char *path, Err *err)
{
    EnvSim *s = sim_of(env);
    TRY(path_begin(s, POINT_FILE_RENAME, "cannot sync directory", path, err));
    SimNode *dir = disk_find(&s->disk, path, NULL, NULL);
    if (!dir || !dir->is_dir)
        return not_found(err, "cannot sync directory", path);
    if (sim_fault(s, s->faults.sync_eio))
        return RAISE(err, ERR_IO, "cannot sync directory \"%s\": simulated fault", path);
    return disk_sync_dir(&s->disk, dir) ? 0 : RAISE_NOMEM(err);
}

static int sim_allocate(Env *env, EnvFileHandle *f, int64_t bytes, Err *err)
{
    EnvSim *s = sim_of(env);
    TRY(handle_begin(s, f, POINT_FILE_WRITE, ENV_WRITE, err));
    if (bytes <= 0 || bytes > INT64_MAX / 2)
        return RAISE(err, ERR_IO, "cannot allocate this much file space");
    if (sim_fault(s, s->faults.enospc))
        return disk_full(err, "cannot allocate file space");
    return disk_resize(f->node, CHANGE_GROW, bytes) ? 0 : RAISE_NOMEM(err);
}

static int sim_lock(Env *env, EnvFileHandle *f, Err *err)
{
    TRY(handle_begin(sim_of(env), f, POINT_FILE_READ, 0, err));
    if (f->holds_lock)
        return 0;
    if (f->node->locked)
        return RAISE(err, ERR_IN_USE, "the file is locked by another process or database");
    f->node->locked = f->holds_lock = true;
    return 0;
}

const EnvFile sim_file = {
    .open = sim_open,
    .pread = sim_pread,
    .pwrite = sim_pwrite,
    .read = sim_read,
    .can_read = sim_can_read,
    .data_end = sim_data_end,
    .sync = sim_sync,
    .stat = sim_stat,
    .close = sim_close,
    .list = sim_list,
};

const EnvDir sim_dir = {
    .rename = sim_rename,
    .unlink = sim_unlink,
    .mkdir = sim_mkdir,
    .sync_dir = sim_sync_dir,
    .allocate = sim_allocate,
    .lock = sim_lock,
};
