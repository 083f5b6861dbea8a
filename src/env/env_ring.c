/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine's io_uring, by liburing (linked in, so that no program needs it to load the library).
 *
 * A group of the log is two entries: the write, and the fdatasync that the kernel begins when all of it is written.  The buffer is
 * registered where the limit of locked memory allows it, which spares the kernel looking its pages up at each write.  A write that
 * comes out short breaks the chain: nothing is synced then. */
#include "env/env_linux_impl.h"

#include <errno.h>
#include <string.h>

#ifdef HAVE_LIBURING
#include <liburing.h>

#define ENTRIES 8           /* two are under way at most */
#define POLLED_IDLE_MS 1000 /* the kernel's thread sleeps after so long without work */

struct EnvRingHandle {
    struct io_uring ring;
    char *buf;
    size_t bytes;
    bool registered;
};

enum { TAG_WRITE, TAG_SYNC, N_TAGS };

static int ring_open(Env *env, bool polled, void *buf, size_t bytes, EnvRingHandle **ret, Err *err)
{
    (void)env;
    EnvRingHandle *r = mem_zalloc(NULL, sizeof(*r));
    if (!r)
        return RAISE_NOMEM(err);
    struct io_uring_params p = {.flags = polled ? IORING_SETUP_SQPOLL : 0, .sq_thread_idle = polled ? POLLED_IDLE_MS : 0};
    int rc = io_uring_queue_init_params(ENTRIES, &r->ring, &p);
    if (rc < 0) {
        mem_free(NULL, r, sizeof(*r));
        return RAISE(err, ERR_UNSUPPORTED, "io_uring is not available: %s", strerror(-rc));
    }
    struct iovec all = {.iov_base = buf, .iov_len = bytes};
    r->buf = buf;
    r->bytes = bytes;
    r->registered = io_uring_register_buffers(&r->ring, &all, 1) == 0;
    *ret = r;
    return 0;
}

static void ring_close(Env *env, EnvRingHandle *r)
{
    (void)env;
    if (!r)
        return;
    io_uring_queue_exit(&r->ring);
    mem_free(NULL, r, sizeof(*r));
}

/* Both answers; 0 or a negative errno: what was handed over may or may not be done then. */
static int submit_both(EnvRingHandle *r, int ret[N_TAGS])
{
    int rc = io_uring_submit_and_wait(&r->ring, N_TAGS);
    for (int n = 0; n < N_TAGS;) {
        struct io_uring_cqe *cqe;
        if (rc < 0 && rc != -EINTR)
            return rc;
        rc = io_uring_wait_cqe(&r->ring, &cqe);
        if (rc < 0)
            continue;
        ret[io_uring_cqe_get_data64(cqe)] = cqe->res;
        io_uring_cqe_seen(&r->ring, cqe);
        n++;
    }
    return 0;
}

static void fill(EnvRingHandle *r, int fd, size_t n, int64_t at)
{
    struct io_uring_sqe *write = io_uring_get_sqe(&r->ring), *sync = io_uring_get_sqe(&r->ring);
    if (r->registered)
        io_uring_prep_write_fixed(write, fd, r->buf, (unsigned)n, (uint64_t)at, 0);
    else
        io_uring_prep_write(write, fd, r->buf, (unsigned)n, (uint64_t)at);
    write->flags |= IOSQE_IO_LINK;
    io_uring_sqe_set_data64(write, TAG_WRITE);
    io_uring_prep_fsync(sync, fd, IORING_FSYNC_DATASYNC);
    io_uring_sqe_set_data64(sync, TAG_SYNC);
}

static int ring_write_sync(Env *env, EnvRingHandle *r, EnvFileHandle *f, size_t n, int64_t at, size_t *ret_done, Err *err)
{
    (void)env;
    int res[N_TAGS] = {0};
    ASSERT(n <= r->bytes);
    fill(r, linux_fd(f), n, at);
    int rc = submit_both(r, res);
    *ret_done = rc < 0 ? n : (size_t)MAX(res[TAG_WRITE], 0);
    if (rc < 0 || res[TAG_WRITE] < 0)
        return linux_raise(err, rc < 0 ? -rc : -res[TAG_WRITE], "cannot write", NULL);
    return *ret_done == n && res[TAG_SYNC] < 0 ? linux_raise(err, -res[TAG_SYNC], "cannot sync", NULL) : 0;
}

#else
static int ring_open(Env *env, bool polled, void *buf, size_t bytes, EnvRingHandle **ret, Err *err)
{
    (void)env, (void)polled, (void)buf, (void)bytes, (void)ret;
    return RAISE(err, ERR_UNSUPPORTED, "io_uring is not available: the library was built without liburing");
}
static int ring_write_sync(Env *env, EnvRingHandle *r, EnvFileHandle *f, size_t n, int64_t at, size_t *ret_done, Err *err)
{
    (void)env, (void)r, (void)f, (void)n, (void)at;
    *ret_done = 0;
    return RAISE(err, ERR_UNSUPPORTED, "io_uring is not available");
}
static void ring_close(Env *env, EnvRingHandle *r)
{
    (void)env, (void)r;
}
#endif

const EnvRing linux_ring = {.open = ring_open, .write_sync = ring_write_sync, .close = ring_close};
