/* SPDX-License-Identifier: Apache-2.0
 *
 * Signals.  Ctrl-C interrupts the statement that runs and leaves a flag; SIGTERM and SIGHUP do the same and ask the shell to end,
 * so that sinks are closed properly.  The handler does nothing but set flags and call laminar_interrupt, which is
 * async-signal-safe. */
#include "shell/shell.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>

static LaminarConnection *_Atomic target;
static atomic_bool interrupted, terminated, resized;

static void on_signal(int number)
{
    if (number == SIGWINCH) {
        atomic_store(&resized, true);
        return;
    }
    atomic_store(&interrupted, true);
    if (number != SIGINT)
        atomic_store(&terminated, true);
    LaminarConnection *db = atomic_load(&target);
    if (db)
        laminar_interrupt(db);
}

void signals_init(LaminarConnection *db)
{
    atomic_store(&target, db);
    struct sigaction a = {.sa_handler = on_signal};
    sigemptyset(&a.sa_mask);
    (void)sigaction(SIGINT, &a, NULL);
    (void)sigaction(SIGTERM, &a, NULL);
    (void)sigaction(SIGHUP, &a, NULL);
    (void)sigaction(SIGWINCH, &a, NULL);
    a.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &a, NULL); /* a closed output is seen by write() */
}

void signals_done(void)
{
    atomic_store(&target, NULL);
}

bool signals_take_interrupt(void)
{
    return atomic_exchange(&interrupted, false);
}

bool signals_interrupted(void)
{
    return atomic_load(&interrupted);
}

bool signals_terminated(void)
{
    return atomic_load(&terminated);
}

bool signals_take_resize(void)
{
    return atomic_exchange(&resized, false);
}

bool signals_wait(int fd, int64_t ms)
{
    sigset_t all, before;
    sigfillset(&all);
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    struct pollfd p = {.fd = fd, .events = POLLIN};
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    bool came = atomic_load(&interrupted) || atomic_load(&terminated) || atomic_load(&resized);
    int n = came ? 0 : ppoll(&p, fd >= 0 ? 1 : 0, ms < 0 ? NULL : &t, &before);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return n > 0;
}
