/* SPDX-License-Identifier: Apache-2.0
 *
 * What the connectors share, inside this folder only. */
#pragma once
#include "connect/connect.h"

#define SOURCE(symbol, aliases) extern const SourceType source_##symbol;
#define SINK(symbol, aliases) extern const SinkType sink_##symbol;
#include "connect/connect.def"
#undef SOURCE
#undef SINK

/* Arena that lives as long as the source or sink. */
Arena *source_arena(Source *s);
Arena *sink_arena(Sink *s);

/* The value of an option as written; NULL = not given. */
const Option *connect_option(const ConnectArgs *args, const char *key);
/* format.header and csv.header are the format's header (a tsv is a csv, too); other keys stay what they are. */
Str connect_format_key(const FormatType *f, Str key);

/* The format: the FORMAT clause, else the option `format`, else NULL.  -ERR_UNKNOWN_FORMAT; -ERR_BAD_OPTION when both are given. */
int connect_format(const ConnectArgs *args, const FormatType **ret, Err *err);
