/* SPDX-License-Identifier: Apache-2.0
 *
 * What the targets of the formats share: bytes that are decoded in pieces, as a reader gets them, counted, and written again. */
#pragma once
#include <string.h>

#include "format/format.h"

typedef struct Count {
    int64_t rows, bad;
} Count;

static int count_bad(void *self, const BadRecord *bad)
{
    ASSERT(bad->text.n <= 4096 && bad->reason.n > 0);
    ((Count *)self)->bad++;
    return 0;
}

/* Takes give_d; its bad records are those of *c (count_bad).  Pieces of at most `piece` bytes; the rows are encoded into `text`,
 * with the options of an encoder, when it is given. */
static void decode_pieces(Decoder *give_d, const Option *opts, size_t n_opts, const char *p, size_t n, size_t piece, StrBuf *text,
                          Count *c)
{
    Encoder *e;
    Builder out;
    int rc = FEED_MORE;
    const Schema *s = give_d->schema;
    ASSERT(encoder_new(give_d->type, NULL, s, opts, n_opts, &e, NULL) == 0 && builder_init(&out, NULL, s, 5, NULL) == 0);
    char *copy = mem_zalloc(NULL, n + FEED_PADDING);
    for (size_t at = 0, have = 0; rc >= 0;) {
        size_t used;
        have = rc == FEED_FULL ? have : MIN(n - at, have + piece);
        bool last = at + have == n;
        memcpy(copy, p + at, have);
        rc = decoder_feed(give_d, copy, have, last, &out, &used, NULL);
        at += used;
        have -= used;
        if (rc == FEED_FULL || last) {
            Batch *b = builder_take(&out);
            c->rows += b->n;
            if (text)
                ASSERT(encoder_encode(e, b, text, NULL) == 0);
            batch_unref(b);
        }
        if (rc == FEED_MORE && last)
            break;
    }
    mem_free(NULL, copy, n + FEED_PADDING);
    builder_done(&out);
    encoder_free(e);
    decoder_free(give_d);
}
