/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON inside this folder: options, and the borders between json.c (reading), json_write.c and json_infer.c. */
#pragma once
#include "format/format_impl.h"
#include "format/json_line_impl.h"
#include "format/json_simd.h"

typedef enum JsonTimestamp { JSON_TIME_ISO, JSON_TIME_MILLIS, JSON_TIME_MICROS } JsonTimestamp;

typedef struct JsonConfig {
    int32_t timestamp_format; /* EpochUnit of integers read */
    int32_t write_timestamp;  /* JsonTimestamp */
    bool include_nulls;
} JsonConfig;

typedef struct JsonDecoder {
    Decoder base;
    JsonLines lines; /* the quick way; what it declines goes to `reader` */
    JsonReader *reader;
    JsonReader **element; /* of ARRAY columns: of documents {"e": element} */
    JsonColumn *column;
    JsonCell *cell;
    Value *value;
    Arena scratch; /* of one row */
    StrBuf ending; /* a line that no newline ends */
    bool skipping; /* inside a line that is too long */
} JsonDecoder;

int json_encode(Encoder *e, const Batch *b, StrBuf *out, Err *err);
int json_infer(const void *config, const char *p, size_t n, Account *acct, Schema **ret, Err *err);
