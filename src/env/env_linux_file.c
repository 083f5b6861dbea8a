/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine's files and directories.
 *
 * Every call is retried after EINTR, and nothing else is hidden: short reads and writes are given back as they are.  A pwrite to
 * something without positions (pipe, terminal) goes to its end, so that a sink need not know what it writes to; a closed pipe is
 * an error there and never a signal. */
#include "env/env_linux_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct EnvFileHandle {
    int fd;
    bool holds_lock;
};

int linux_fd(const EnvFileHandle *f)
{
    return f->fd;
}

static int open_retry(const char *path, int flags)
{
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC, 0644);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static int linux_open(Env *env, const char *path, int flags, EnvFileHandle **ret, Err *err)
{
    (void)env;
    int f = (flags & ENV_WRITE) ? ((flags & ENV_READ) ? O_RDWR : O_WRONLY) : O_RDONLY;
    f |= (flags & ENV_CREATE) ? O_CREAT : 0;
    f |= (flags & ENV_EXCL) ? O_EXCL : 0;
    f |= (flags & ENV_TRUNC) ? O_TRUNC : 0;
    f |= (flags & ENV_APPEND) ? O_APPEND : 0;
    f |= (flags & ENV_STREAM) ? O_NONBLOCK : 0;
    EnvFileHandle *h = mem_zalloc(NULL, sizeof(*h));
    if (!h)
        return RAISE_NOMEM(err);
    h->fd = open_retry(path, f | ((flags & ENV_DIRECT) ? O_DIRECT : 0));
    if (h->fd < 0 && errno == EINVAL && (flags & ENV_DIRECT)) /* a file system without it */
        h->fd = open_retry(path, f);
    if (h->fd < 0) {
        int number = errno;
        mem_free(NULL, h, sizeof(*h));
        return linux_raise(err, number, "cannot open", path);
    }
    if (flags & ENV_STREAM) /* of the opening only */
        (void)fcntl(h->fd, F_SETFL, f & ~O_NONBLOCK);
    *ret = h;
    return 0;
}

static void linux_close(Env *env, EnvFileHandle *f)
{
    (void)env;
    if (!f)
        return;
    if (f->holds_lock) /* a child that was forked may still have the file open */
        (void)fcntl(f->fd, F_OFD_SETLK, &(struct flock){.l_type = F_UNLCK, .l_whence = SEEK_SET});
    close(f->fd); /* not retried: the descriptor is gone even after EINTR */
    mem_free(NULL, f, sizeof(*f));
}

static int64_t linux_read(Env *env, EnvFileHandle *f, void *buf, size_t n, Err *err)
{
    (void)env;
    ssize_t got;
    do
        got = read(f->fd, buf, n);
    while (got < 0 && errno == EINTR);
    return got >= 0 ? got : linux_raise(err, errno, "cannot read", NULL);
}

static int64_t linux_pread(Env *env, EnvFileHandle *f, void *buf, size_t n, int64_t at, Err *err)
{
    (void)env;
    ssize_t got;
    do
        got = pread(f->fd, buf, n, at);
    while (got < 0 && errno == EINTR);
    return got >= 0 ? got : linux_raise(err, errno, "cannot read", NULL);
}

static bool linux_can_read(Env *env, EnvFileHandle *f)
{
    (void)env;
    struct pollfd p = {.fd = f->fd, .events = POLLIN};
    return poll(&p, 1, 0) != 0; /* what goes wrong, read() says */
}

/* By lseek(2), which moves the position that read() goes by; that comes back.  Parts that were allocated and not written count as
 * data once the system has read them into memory, so this is to be asked before anything is read. */
static int64_t linux_data_end(Env *env, EnvFileHandle *f, Err *err)
{
    (void)env;
    off_t position = lseek(f->fd, 0, SEEK_CUR), end = 0, data;
    while (position >= 0 && (data = lseek(f->fd, end, SEEK_DATA)) >= 0 && (end = lseek(f->fd, data, SEEK_HOLE)) >= 0) {
    }
    int number = errno; /* ENXIO: no more data */
    if (number == EINVAL || number == EOPNOTSUPP)
        end = lseek(f->fd, 0, SEEK_END);
    if (position >= 0)
        (void)lseek(f->fd, position, SEEK_SET);
    return position >= 0 && end >= 0 && (number == ENXIO || number == EINVAL || number == EOPNOTSUPP)
               ? end
               : linux_raise(err, number, "cannot read", NULL);
}

/* One write to a stream; a broken pipe shows as EPIPE and its signal is taken away before anybody sees it. */
static ssize_t stream_write(int fd, const void *p, size_t n)
{
    sigset_t pipe_set, before, pending;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_set, &before);
    ssize_t put;
    for (;;) {
        put = write(fd, p, n);
        if (put >= 0 || (errno != EINTR && errno != EAGAIN))
            break;
        if (errno == EAGAIN) {
            struct pollfd ready = {.fd = fd, .events = POLLOUT};
            poll(&ready, 1, -1);
        }
    }
    int number = errno;
    if (put < 0 && number == EPIPE && !sigismember(&pending, SIGPIPE)) {
        static const struct timespec at_once = {0};
        while (sigtimedwait(&pipe_set, NULL, &at_once) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = number;
    return put;
}

static int64_t linux_pwrite(Env *env, EnvFileHandle *f, const void *buf, size_t n, int64_t at, Err *err)
{
    (void)env;
    ssize_t put;
    do
        put = pwrite(f->fd, buf, n, at);
    while (put < 0 && errno == EINTR);
    if (put < 0 && errno == ESPIPE)
        put = stream_write(f->fd, buf, n);
    return put >= 0 ? put : linux_raise(err, errno, "cannot write", NULL);
}

static int descriptor_write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t put = stream_write(fd, p, n);
        if (put < 0)
            return errno == ENOSPC || errno == EDQUOT ? -ERR_DISK_FULL : -ERR_IO;
        p += put;
        n -= (size_t)put;
    }
    return 0;
}

int env_write_stdout(const void *p, size_t n)
{
    return descriptor_write_all(STDOUT_FILENO, p, n);
}

int env_write_stderr(const void *p, size_t n)
{
    return descriptor_write_all(STDERR_FILENO, p, n);
}

static int linux_sync(Env *env, EnvFileHandle *f, Err *err)
{
    (void)env;
    /* EINTR aside, a failed sync is final: the kernel may have dropped the pages it could not write. */
    int rc;
    do
        rc = fdatasync(f->fd);
    while (rc < 0 && errno == EINTR);
    if (rc < 0 && (errno == EINVAL || errno == EROFS)) /* a pipe or a device: nothing to sync */
        rc = 0;
    return rc == 0 ? 0 : linux_raise(err, errno, "cannot sync file", NULL);
}

static int linux_stat(Env *env, const char *path, EnvStat *ret, Err *err)
{
    (void)env;
    struct stat st;
    if (stat(path, &st) < 0)
        return linux_raise(err, errno, "cannot look at", path);
    *ret = (EnvStat){.bytes = st.st_size,
                     .mtime_us = (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000,
                     .inode = st.st_ino,
                     .is_dir = S_ISDIR(st.st_mode)};
    return 0;
}

static void dir_close(DIR **d)
{
    if (*d)
        closedir(*d);
}

static int linux_list(Env *env, const char *dir, int (*each)(void *self, const char *name), void *self, Err *err)
{
    (void)env;
    _cleanup_(dir_close) DIR *d = opendir(dir);
    if (!d)
        return linux_raise(err, errno, "cannot list", dir);
    for (;;) {
        errno = 0;
        struct dirent *e = readdir(d);
        if (!e)
            return errno == 0 ? 0 : linux_raise(err, errno, "cannot list", dir);
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        int rc = each(self, e->d_name);
        if (rc != 0)
            return rc;
    }
}

static int linux_rename(Env *env, const char *from, const char *to, Err *err)
{
    (void)env;
    return rename(from, to) == 0 ? 0 : linux_raise(err, errno, "cannot rename", from);
}

static int linux_unlink(Env *env, const char *path, Err *err)
{
    (void)env;
    if (unlink(path) == 0)
        return 0;
    if (errno == EISDIR && rmdir(path) == 0)
        return 0;
    return linux_raise(err, errno, "cannot remove", path);
}

static int linux_mkdir(Env *env, const char *path, Err *err)
{
    if (mkdir(path, 0755) == 0)
        return 0;
    int number = errno;
    EnvStat st = {0};
    if (number == EEXIST && linux_stat(env, path, &st, NULL) == 0)
        return st.is_dir ? 0 : RAISE(err, ERR_IO, "cannot make directory \"%s\": a file is in the way", path);
    return linux_raise(err, number, "cannot make directory", path);
}

static int linux_sync_dir(Env *env, const char *dir, Err *err)
{
    (void)env;
    int fd = open_retry(dir, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return linux_raise(err, errno, "cannot open directory", dir);
    int rc;
    do
        rc = fsync(fd);
    while (rc < 0 && errno == EINTR);
    int number = errno;
    close(fd);
    if (rc < 0 && number != EINVAL) /* EINVAL: a file system whose directories need no sync */
        return linux_raise(err, number, "cannot sync directory", dir);
    return 0;
}

static int linux_allocate(Env *env, EnvFileHandle *f, int64_t bytes, Err *err)
{
    (void)env;
    int rc;
    do
        rc = fallocate(f->fd, 0, 0, bytes);
    while (rc < 0 && errno == EINTR);
    if (rc == 0)
        return 0;
    if (errno != EOPNOTSUPP && errno != ENOSYS)
        return linux_raise(err, errno, "cannot allocate file space", NULL);
    struct stat st; /* without fallocate: set the size, never shrink */
    if (fstat(f->fd, &st) < 0 || (st.st_size < bytes && ftruncate(f->fd, bytes) < 0))
        return linux_raise(err, errno, "cannot allocate file space", NULL);
    return 0;
}

/* Locks of the open file, not of the process: two handles exclude each other even in one process. */
static int linux_lock(Env *env, EnvFileHandle *f, Err *err)
{
    (void)env;
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int rc;
    do
        rc = fcntl(f->fd, F_OFD_SETLK, &l);
    while (rc < 0 && errno == EINTR);
    f->holds_lock = rc == 0;
    if (rc == 0)
        return 0;
    if (errno == EAGAIN || errno == EACCES)
        return RAISE(err, ERR_IN_USE, "the file is locked by another process or database");
    return linux_raise(err, errno, "cannot lock file", NULL);
}

const EnvFile linux_file = {
    .open = linux_open,
    .pread = linux_pread,
    .pwrite = linux_pwrite,
    .read = linux_read,
    .can_read = linux_can_read,
    .data_end = linux_data_end,
    .sync = linux_sync,
    .stat = linux_stat,
    .close = linux_close,
    .list = linux_list,
};

const EnvDir linux_dir = {
    .rename = linux_rename,
    .unlink = linux_unlink,
    .mkdir = linux_mkdir,
    .sync_dir = linux_sync_dir,
    .allocate = linux_allocate,
    .lock = linux_lock,
};
