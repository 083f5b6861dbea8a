/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte streams of the file connector: reading with gzip and zstd taken off as it goes, writing in whole records with compression
 * put on.  Everything goes through the Env, so the simulator can tear, shorten and fail it. */
#pragma once
#include "env/env.h"

typedef enum Codec { CODEC_AUTO, CODEC_NONE, CODEC_GZIP, CODEC_ZSTD } Codec;
#define CODEC_NAMES "auto|none|gzip=gz|zstd=zst"

Codec codec_of_path(Str path);                   /* .gz, .zst, else CODEC_NONE */
Str path_without_codec(Str path);                /* the path before such an ending */
const char *path_strip_scheme(const char *path); /* without file:// */

typedef struct Inflater Inflater; /* state of one codec */
typedef struct FileReader {
    Env *env;
    Account *acct;
    EnvFileHandle *file;
    const char *path; /* borrowed */
    Codec codec;
    bool is_stream; /* no positions: standard input, pipes */
    int64_t at;     /* next byte of the file as stored */
    Inflater *inflater;
} FileReader;
int file_reader_open(FileReader *r, Env *env, Account *acct, const char *path, Codec codec, bool is_stream, Err *err);
/* Decoded bytes read; 0 = end. */
int64_t file_reader_read(FileReader *r, void *buf, size_t n, Err *err);
/* Moves to decoded byte `to` of a reader just opened.  -ERR_UNSUPPORTED for streams, -ERR_IO when the file is shorter. */
int file_reader_seek(FileReader *r, int64_t to, Err *err);
bool file_reader_waits(const FileReader *r); /* a stream that has nothing for now: reading would wait for who writes it */
void file_reader_close(FileReader *r);       /* may be called twice */

/* Collects records and writes them in pieces, each piece compressed as a gzip member or zstd frame of its own: what was written is
 * a valid file at every moment, and a piece that failed is written again at the same place.  A new file that finds no space is made
 * with its first piece. */
typedef struct FileWriter {
    Env *env;
    Account *acct;
    EnvFileHandle *file;
    const char *path; /* borrowed */
    Codec codec;
    bool is_to_be_made;
    int64_t at;
    StrBuf plain, packed; /* records waiting; bytes of the piece being written */
} FileWriter;
/* APPEND ends a line that somebody has left without its end; APPEND_AS_IT_IS is for records that are no lines. */
typedef enum FileMode { FILE_OVERWRITE, FILE_APPEND, FILE_APPEND_AS_IT_IS, FILE_MUST_BE_NEW } FileMode;
#define FILE_MODE_NAMES "overwrite|append|error"
int file_writer_open(FileWriter *w, Env *env, Account *acct, const char *path, Codec codec, FileMode mode, Err *err);
/* Call after every whole record or batch of records put into w->plain. */
int file_writer_written(FileWriter *w, Err *err);
int file_writer_flush(FileWriter *w, Err *err);
void file_writer_rest(FileWriter *w); /* gives its descriptor back until there is something to write */
void file_writer_close(FileWriter *w);
