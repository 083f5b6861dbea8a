/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine: which cores the process may use, and threads that stay on one.  Two logical processors of one core share its caches
 * and units, so only the first of each core counts; the kernel says in sysfs who shares with whom, and where it does not, every
 * processor is taken for a core.
 *
 * A thread that stays on its core has its memory from that core's node, too: the kernel gives a page from the node of the thread
 * that touches it first, and the pages of a part are touched by its thread only. */
#include "env/env_linux_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

/* The lowest processor that shares a core with this one; itself when that is not known. */
static int first_of_core(int cpu)
{
    char path[96], text[64];
    (void)snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    int fd = open(path, O_RDONLY | O_CLOEXEC), first = 0;
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0 || text[0] < '0' || text[0] > '9')
        return cpu;
    for (ssize_t i = 0; i < n && text[i] >= '0' && text[i] <= '9' && first < CPU_SETSIZE; i++)
        first = 10 * first + (text[i] - '0');
    return first;
}

/* Of the process, not of the calling thread: what pins itself does not narrow what others may use. */
static bool allowed(cpu_set_t *ret)
{
    return sched_getaffinity(getpid(), sizeof(*ret), ret) == 0;
}

uint32_t linux_cores(Env *env, uint32_t *ret, uint32_t cap)
{
    cpu_set_t may, taken;
    uint32_t n = 0;
    (void)env;
    CPU_ZERO(&taken);
    if (!allowed(&may))
        return 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && n < cap; cpu++) {
        int core = CPU_ISSET(cpu, &may) ? first_of_core(cpu) : -1;
        if (core < 0 || core >= CPU_SETSIZE || CPU_ISSET(core, &taken))
            continue;
        CPU_SET(core, &taken);
        ret[n++] = (uint32_t)cpu;
    }
    return n;
}

int linux_pin(Env *env, EnvThreadHandle *t, int64_t core, Err *err)
{
    cpu_set_t set;
    (void)env;
    if (core < 0) {
        if (!allowed(&set))
            return linux_raise(err, errno, "cannot read the processors of the process", NULL);
    } else {
        CPU_ZERO(&set);
        if (core < CPU_SETSIZE)
            CPU_SET((size_t)core, &set);
    }
    int rc = pthread_setaffinity_np(linux_thread_of(t), sizeof(set), &set);
    return rc == 0 ? 0 : linux_raise(err, rc, "cannot keep a thread on a processor", NULL);
}
