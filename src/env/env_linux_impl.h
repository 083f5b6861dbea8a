/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the Linux environment share. */
#pragma once
#include <pthread.h>

#include "env/env.h"

/* The code for an errno, and the message `<what> "<path>": <system's text>`; path may be NULL. */
int linux_raise(Err *err, int number, const char *what, const char *path);

pthread_t linux_thread_of(const EnvThreadHandle *t);
uint32_t linux_cores(Env *env, uint32_t *ret, uint32_t cap);
int linux_pin(Env *env, EnvThreadHandle *t, int64_t core, Err *err);

int linux_fd(const EnvFileHandle *f);

extern const EnvFile linux_file;
extern const EnvDir linux_dir;
extern const EnvRing linux_ring;
extern const struct EnvNet linux_net;
