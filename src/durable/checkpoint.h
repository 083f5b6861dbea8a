/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints on disk (design 7.3, 7.4).
 *
 *   ckpt-<16 hex digits>.pages   page images, never changed; the number is that of the checkpoint that wrote it
 *   MANIFEST-<16 hex digits>     which images make up a checkpoint, the log record it stands behind, and a body that others write
 *   CURRENT                      name of the newest manifest
 *
 * A checkpoint writes the pages that have changed and refers to the files of earlier ones for the others.  It exists when its
 * manifest does: everything that the manifest names is synced before.  The newest two are kept, and one that the caller says; a
 * file that none of them names is removed, and pages of a file most of which is dead are written again. */
#pragma once
#include "durable/directory.h"

#define IMAGE_BYTES 4096u /* of one page */

typedef struct PagePlace {
    uint32_t id, n_pages;
    uint64_t file, at; /* in pages from the file's start */
} PagePlace;
typedef struct PageFile {
    uint64_t number, live, total; /* pages */
} PageFile;
typedef struct Checkpoint {
    Account *acct;
    uint64_t number, seq; /* its own number; the last record of the log that it has in it */
    uint64_t generation;  /* of the process that made it */
    int64_t created_us;
    PagePlace *page; /* by id */
    uint64_t n_pages, cap_pages;
    PageFile *file;
    uint32_t n_files, cap_files;
    StrBuf body;
    uint64_t bytes_written; /* by it: images and manifest */
} Checkpoint;
void checkpoint_done(Checkpoint *c); /* zeroed is fine */

/* The one that CURRENT names; when that is damaged or absent, the newest one that is whole.  1 = there is none.  -ERR_CORRUPT when
 * there are some and none is whole.  ret_passed_over (NULL = not wanted): why it is not the one that CURRENT names. */
int checkpoint_load(const Directory *d, Account *acct, Checkpoint *ret, Err *ret_passed_over, Err *err);
int checkpoint_load_number(const Directory *d, Account *acct, uint64_t number, Checkpoint *ret, Err *err);
/* Calls back for every image, by id; region: before the first one of a region, with the id behind the region's last page; NULL =
 * nobody wants to know. */
typedef struct ImageTaker {
    int (*region)(void *self, uint32_t first_id, uint32_t end_id, Err *err);
    int (*image)(void *self, uint32_t id, const void *image, uint32_t n_pages, Err *err);
    void *self;
    uint32_t pages_per_region;
    void *(*room)(void *self, uint32_t id, uint32_t n_pages); /* where images from id on may be read to, or NULL; may be NULL */
} ImageTaker;
int checkpoint_read_pages(const Directory *d, const Checkpoint *c, const ImageTaker *t, Err *err);
/* Numbers of the manifests in a directory, ascending. */
int checkpoint_list(const Directory *d, Arena *arena, uint64_t **ret, uint32_t *ret_n, Err *err);

typedef struct CheckpointWriter CheckpointWriter;
/* prev: the newest one, NULL = none; borrowed until commit or abort. */
int checkpoint_begin(const Directory *d, Account *acct, uint64_t number, const Checkpoint *prev, CheckpointWriter **ret, Err *err);
/* Pages in the order of their ids, which are those of the images below the number of their store (PAGE_ID_BITS).  keep: the image
 * that prev has is good, and its file not to be emptied; else false, and put has to be called. */
bool checkpoint_keep(CheckpointWriter *w, uint32_t id);
bool checkpoint_is_full(const CheckpointWriter *w);                                                  /* write before the next put */
int checkpoint_put(CheckpointWriter *w, uint32_t id, const void *image, uint32_t n_pages, Err *err); /* copies */
int checkpoint_write(CheckpointWriter *w, Err *err);                                                 /* what was put, to the file */
/* seq, generation, body as in Checkpoint.  Frees the writer also on failure. */
int checkpoint_commit(CheckpointWriter *give_w, uint64_t seq, uint64_t generation, Str body, Checkpoint *ret, Err *err);
void checkpoint_abort(CheckpointWriter *w); /* NULL is fine */
/* Removes manifests that no CURRENT has ever named: nobody may find them instead of a damaged one. */
void checkpoint_remove_after(const Directory *d, uint64_t number);
/* Removes what none of these needs; number 0 is none. */
void checkpoint_collect(const Directory *d, const Checkpoint *const *kept, uint32_t n_kept);
