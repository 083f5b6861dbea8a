/* SPDX-License-Identifier: Apache-2.0
 *
 * Pushes streams of Arrow arrays (https://arrow.apache.org/docs/format/CStreamInterface.html): several arrays are read, imported by
 * as many threads as there are, and pushed as a run (flow/engine_run.c). */
#pragma once
#include "base/team.h"
#include "data/arrow.h"
#include "db/intake.h"

#define STREAM_ARRAYS 32u /* that are read before they are pushed */

typedef struct ArrayStream { /* of a writer; nothing but what comes first has to be set */
    int (*push_one)(void *self, struct ArrowArray *array, const struct ArrowSchema *schema, Err *err); /* an array by itself */
    void *self;
    Intake *in;
    const bool *trusted;   /* as ArrowTake's */
    ArrowView *first_view; /* of the thread that pushes, opened; the others' are its own */
    ArrowView view[TEAM_MAX - 1];
    bool is_busy;              /* a stream is in hand: what it calls, and callbacks, must not push another one */
    struct ArrowSchema schema; /* of it */
    uint32_t n;                /* arrays that wait */
    struct ArrowArray array[STREAM_ARRAYS];
    Batch *batch[STREAM_ARRAYS];
    TimeSpan span[STREAM_ARRAYS]; /* of the batches' times, where they were known early */
} ArrayStream;

/* Reads the stream to its end; borrowed.  What came before an error has been pushed. */
int array_stream_push(ArrayStream *s, struct ArrowArrayStream *stream, Err *err);
void array_stream_free(ArrayStream *s); /* of mem_zalloc; NULL is fine */
