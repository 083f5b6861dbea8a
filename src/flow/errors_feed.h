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
