/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of checkpoints share. */
#pragma once
#include <stdio.h>

#include "base/bytes.h"
#include "durable/checkpoint.h"

#define MANIFEST_PREFIX "MANIFEST-"
#define PAGES_PREFIX "ckpt-"
#define PAGES_SUFFIX ".pages"

/* checkpoint.c */
void manifest_name(char *buf, size_t cap, uint64_t number);
bool file_number(const char *name, const char *prefix, const char *suffix, uint64_t *ret);
int manifest_save(const Directory *d, const Checkpoint *c, Str body, Err *err);
int manifest_read(const Directory *d, Str payload, Checkpoint *c, Err *err); /* into a Checkpoint with its account and body set */
int manifest_make_current(const Directory *d, uint64_t number, Err *err);
int checkpoint_add_place(Checkpoint *c, PagePlace p);      /* 0 or -ERR_OUT_OF_MEMORY */
PageFile *checkpoint_file(Checkpoint *c, uint64_t number); /* its entry, made when it has none; NULL = no memory */
