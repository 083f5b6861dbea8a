/* SPDX-License-Identifier: Apache-2.0
 *
 * What a query that ends reads of a lookup table whose rows are asked for by key (flow/lookup_table.h), as a source of its own.
 * Where it says which keys it means, they are asked for, or known already, as for a stream that joins the table; else the input
 * behind the table is read, and nothing of it is kept.  [shard] */
#pragma once
#include "flow/engine.h"
#include "flow/lookup_table.h"

/* keys: the relation that has the table; l: by its primary key, borrowed for as long as the source is there. */
int lookup_read_keys(const ConnectArgs *args, Engine *e, uint64_t keys, const KeyLookup *l, Source **ret, Err *err);
/* All rows of `give_input` (taken, also on failure), of those with one key the last. */
int lookup_read_all(const ConnectArgs *args, Source *give_input, const uint32_t *key, uint32_t n_key, Source **ret, Err *err);
