/* SPDX-License-Identifier: Apache-2.0
 *
 * The usual lookup join: rows that come find what stands at an integer in a small relation. */
#pragma once
#include "exec/join_side.h"

bool join_place_takes(const Vec *key); /* without NULL among the rows that can match */
/* Pairs of the rows of `in`, the left side s, with what they find, as one batch of the schema `pair`. */
int join_place_match(const ArrangementColumns *c, const JoinSide *s, const JoinSide *other, const JoinInput *in, const Schema *pair,
                     Out *out);
