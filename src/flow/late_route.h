/* SPDX-License-Identifier: Apache-2.0
 *
 * Late route: takes the late rows of one query to the relation that LATE DATA TO names.  [shard] */
#pragma once
#include "flow/feed.h"
#include "flow/pipeline.h"

/* What is said about a late row, behind its own columns. */
typedef enum LateColumn {
    LATE_REASON,    /* TEXT: late_why_text() */
    LATE_WATERMARK, /* TIMESTAMP: the watermark that judged */
    LATE_WEIGHT,    /* BIGINT: of the row; negative for one that was taken back too late */
    LATE_TIME,      /* TIMESTAMP: processing time */
    N_LATE_COLUMNS
} LateColumn;
extern const Field late_column_fields[N_LATE_COLUMNS]; /* late_reason, ... */
Schema *late_route_schema(Account *acct, const Schema *row);

typedef struct LateRoute LateRoute;
#define LATE_FROM_NOTHING UINT32_MAX
/* from[i]: column of the late row that fills column i of the target, row->n + LateColumn, or LATE_FROM_NOTHING for NULL.  The route
 * holds a reference on the feed; when that has been closed, rows are only counted. */
int late_route_new(Account *acct, Feed *to, const uint32_t *from, LateRoute **ret, Err *err);
void late_route_free(LateRoute *r);                                          /* NULL is fine */
int late_route_take(void *self, Pipeline *q, const OutItem *item, Err *err); /* a PipelineLateFn */
