/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows whose evaluation raised, as rows of the query's error relation `<name>$errors` (design 2.4). */
#pragma once
#include "flow/feed.h"
#include "flow/pipeline.h"

/* row_json TEXT, weight BIGINT, node INTEGER, sqlstate TEXT, message TEXT, event_time TIMESTAMP, ptime TIMESTAMP.  One reference.
 */
Schema *errors_feed_schema(Account *acct);
/* A PipelineErrorsFn; self is the Feed of the error relation. */
int errors_feed_take(void *self, Pipeline *q, const OutItem *item, Err *err);

/* What one query has in common with another is computed by that: the rows that raise there are rows of both error relations. */
typedef struct ErrorsRoute ErrorsRoute;
/* [shard] From now on; with_retained: and those that are there. */
int errors_route_new(Account *acct, Feed *from, Feed *to, bool with_retained, ErrorsRoute **ret, Err *err);
void errors_route_free(ErrorsRoute *r); /* [shard] NULL is fine; with the routes behind it */
ErrorsRoute *errors_route_chain(ErrorsRoute *r, ErrorsRoute *behind);
bool errors_route_is(const Consumer *c);
