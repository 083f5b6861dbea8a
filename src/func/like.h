/* SPDX-License-Identifier: Apache-2.0
 *
 * Matching of LIKE patterns. */
#pragma once
#include "base/arena.h"
#include "base/str.h"

typedef struct LikePattern LikePattern;
/* What a pattern is compiled for: texts, texts without regard to case, bytes. */
typedef enum LikeOf { LIKE_OF_TEXT, LIKE_OF_FOLDED, LIKE_OF_BYTES } LikeOf;
/* escape: 0 = none.  -ERR_INVALID_ESCAPE when the pattern ends in the escape, -ERR_OUT_OF_MEMORY. */
int like_compile(Arena *arena, Str pattern, uint32_t escape, LikeOf of, LikePattern **ret);
/* text: folded by the caller when the pattern was compiled LIKE_OF_FOLDED. */
bool like_match(const LikePattern *p, Str text);
