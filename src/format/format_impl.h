/* SPDX-License-Identifier: Apache-2.0
 *
 * What the formats share, inside this folder only: the tables of format.def, how a bad record is reported, how long a record may
 * be, the units of timestamps written as integers, and the guessing of column types. */
#pragma once
#include "format/format.h"

#define F(symbol) extern const FormatType format_##symbol;
#include "format/format.def"
#undef F

#define RECORD_BYTES_MAX ((size_t)16 << 20)
#define BAD_TEXT_MAX 4096u
#define EPOCH_NAMES "epoch_s|epoch_ms|epoch_us|epoch_ns"

typedef enum EpochUnit { EPOCH_S, EPOCH_MS, EPOCH_US, EPOCH_NS } EpochUnit;

/* Arena that lives as long as the decoder or encoder: options, tables of its columns. */
Arena *decoder_arena(Decoder *d);
Arena *encoder_arena(Encoder *e);

/* Reports the record [p, p + n), whose position is the decoder's line + 1 and byte; counts it.  0 or what the callback answered. */
int decoder_bad(Decoder *d, const char *p, size_t n, ErrCode code, const char *reason);
/* -ERR_UNSUPPORTED when a column is nested (the row formats have no such cells). */

/* Moves rows from `from` to `to` (to <= from) in the batch that b is making, for dropping rows after a column-wise parse. */
void builder_move_row(Builder *b, uint32_t from, uint32_t to);

/* Integer in `unit` to the representation of the timestamp type t; false = out of range.  And back, rounding down. */
bool epoch_to_timestamp(int64_t v, EpochUnit unit, TypeId t, int64_t *ret);
int64_t epoch_of_timestamp(int64_t v, EpochUnit unit, TypeId t);

/* Type of a column guessed from the texts of its values. */
typedef enum Guess { GUESS_NONE, GUESS_BOOL, GUESS_I64, GUESS_F64, GUESS_DATE, GUESS_TS, GUESS_TSTZ, GUESS_TEXT } Guess;
Guess guess_text(Str s);             /* of one value; empty = GUESS_NONE */
Guess guess_merge(Guess a, Guess b); /* the narrowest that holds both */
Type guess_type(Guess g);            /* NONE = TEXT */

/* Finishes a sampled schema: names made unique (name_2), empty ones numbered (column3). */
int guess_schema(Account *acct, Arena *arena, Str *names, const Guess *guess, uint32_t n, Schema **ret, Err *err);
