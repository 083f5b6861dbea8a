/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of a side that is a join of relations, made from the content of these: when a delta join ends (exec/join_path.h), which
 * kept nothing of it.  [shard]
 *
 * The joins below the side run once more, with state of their own that goes with them, so no index is needed any more. */
#pragma once
#include "exec/op_impl.h"

typedef struct JoinContent JoinContent;
/* root: the side; b of take: rows of it, which stay for the call. */
int join_content_new(const OpEnv *env, const PhysNode *root, int (*take)(void *to, Batch *b, Err *err), void *to, JoinContent **ret,
                     Err *err);
void join_content_free(JoinContent *c); /* NULL is fine */
/* Rows of the relation of one of the sources below the root. */
int join_content_push(JoinContent *c, const PhysSource *of, Batch *b, Err *err);
