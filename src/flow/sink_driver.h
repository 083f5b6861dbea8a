/* SPDX-License-Identifier: Apache-2.0
 *
 * Sink driver: the consumer that writes a query's result to a connector's sink.  [shard] */
#pragma once
#include "connect/connect.h"
#include "flow/consumer.h"

typedef struct SinkDriver {
    Consumer consumer;
    Account *acct;
    Sink *sink;
    uint64_t epoch;
    uint64_t n_rows;
    bool ended, failed, dirty;
    Err error;
} SinkDriver;
int sink_driver_new(Account *acct, Sink *give_sink, SinkDriver **ret, Err *err);
void sink_driver_free(SinkDriver *d); /* flushes and closes; NULL is fine */
