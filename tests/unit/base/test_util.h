/* SPDX-License-Identifier: Apache-2.0
 *
 * What the unit tests of base share: cmocka with its includes and a repeatable random stream. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

static uint64_t test_random_state = 1;
static inline uint64_t test_random(void)
{
    test_random_state += UINT64_C(0x9e3779b97f4a7c15);
    return hash_combine(test_random_state, test_random_state >> 29);
}
static inline Str s_of(const char *s)
{
    return str_of(s);
}
