/* SPDX-License-Identifier: Apache-2.0
 *
 * Following several files: each of the names that match is a source of its own (source_file_one), a partition of this one.  Names
 * that appear later are picked up.  A file that gets another name among them is not read again: it is known by its inode. */
#pragma once
#include "connect/connect_impl.h"

typedef struct FollowSet FollowSet;
typedef struct FollowSpec { /* texts live as long as the source */
    const char *paths;      /* globs and names, between commas */
    const char *format;
    int64_t poll_interval_us, max_rows;
    bool by_format; /* of a directory: files that end as the format's do */
    bool include_metadata;
} FollowSpec;

/* Of one named file, without globs; its own part of the options.  It ends when all of the file is read and the name means another
 * one. */
extern const SourceType source_file_one;
uint64_t file_one_inode(const Source *s); /* of the file in hand, 0 = none yet */
bool file_one_is_gone(const Source *s);   /* all of it is read, and its name is not there any more */
void file_one_give_up(Source *s);         /* what it is read to is its end */
void file_one_rename(Source *s, const char *path);
/* Whether the file may be the one that was read to that place (what stands behind the path in a position): it begins with the same
 * bytes.  What cannot be read is taken for it. */
bool file_follow_is_same(Env *env, Account *acct, const char *path, Str place);
/* file_source.c: the names that a path or glob means now; none is no error.  Each of them can be followed. */
int file_follow_list(Env *env, Arena *arena, const FollowSpec *spec, Str **ret, uint32_t *ret_n, Err *err);

int follow_set_open(Source *outer, const ConnectArgs *args, const FollowSpec *spec, FollowSet **ret, Err *err);
int follow_set_poll(FollowSet *f, uint32_t max_rows, SourcePoll *ret, Err *err);
int follow_set_seek(FollowSet *f, const char *position, Err *err);
int follow_set_position(const FollowSet *f, StrBuf *out);
int follow_set_began(const FollowSet *f, StrBuf *out);
int follow_set_again(FollowSet *f, uint32_t partition, const char *what, Err *err);
int follow_set_again_end(FollowSet *f, bool whole, Err *err);
uint32_t follow_set_partitions(const FollowSet *f);
Str follow_set_name(const FollowSet *f, uint32_t i);
int64_t follow_set_wake_ns(const FollowSet *f);
void follow_set_close(FollowSet *f); /* NULL is fine */
