/* SPDX-License-Identifier: Apache-2.0
 *
 * Matching of LIKE patterns. */
#pragma once
#include "base/arena.h"
#include "base/str.h"

typedef struct LikePattern LikePattern;
/* escape: 0 = none.  -ERR_INVALID_ESCAPE when the pattern ends in the escape, -ERR_OUT_OF_MEMORY. */
int like_compile(Arena *arena, Str pattern, uint32_t escape, bool fold_case, LikePattern **ret);
/* text: folded by the caller when the pattern was compiled with fold_case. */
bool like_match(const LikePattern *p, Str text);
