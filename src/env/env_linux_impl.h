/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the Linux environment share. */
#pragma once
#include "env/env.h"

/* The code for an errno, and the message `<what> "<path>": <system's text>`; path may be NULL. */
int linux_raise(Err *err, int number, const char *what, const char *path);

extern const EnvFile linux_file;
extern const EnvDir linux_dir;
