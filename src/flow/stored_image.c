/* SPDX-License-Identifier: Apache-2.0
 *
 * Image of a stored relation: columns of its rows beside each other, for SELECTs that read all of a relation again and again while
 * it does not change.
 *
 * Rows lie in pages with all their columns, so a scan moves all of them through the processor's caches to look at two.  The image
 * holds the columns that scans have asked for, in the order of a scan; it is made when the relation has been read as it is before,
 * and goes with the next change.  A relation that changes often would pay for images that nobody reads: each one that has not
 * served enough scans doubles how many scans in a row the next one waits for.
 *
 * It is memory that could be done without: none is made where memory is limited or pages are out of it, or where most rows are
 * there many times, which a page holds once. */
#include "flow/stored.h"

#define IMAGE_ROWS_MIN 4096u /* fewer stay in the caches anyway */
#define PATIENCE_MAX 1024u
#define WORTH_SCANS 4u /* as many reads pay for the making */
#define REPEATS_MAX 4u /* of a row, on average */

typedef struct ImageChunk {
    uint32_t n;
    Vec *col; /* one for each column of the schema; valid where `has` says so */
} ImageChunk;

struct StoredImage {
    Arena arena;
    uint64_t *has; /* columns */
    ImageChunk *chunk;
    uint32_t n_chunks, cap_chunks, served;
};

/* ---- making ---- */

typedef struct Making {
    Stored *s;
    StoredImage *image;
    uint32_t *col;
    uint32_t n_cols, at; /* at: the chunk that comes */
} Making;

static int make_chunk(void *self, uint8_t *const *row, uint32_t n, Err *err)
{
    Making *m = self;
    StoredImage *image = m->image;
    if (m->at == image->cap_chunks)
        return RAISE_NOMEM(err);
    ImageChunk *chunk = &image->chunk[m->at++];
    if (!chunk->col && !(chunk->col = ARENA_ARRAY(&image->arena, Vec, m->s->schema->n)))
        return RAISE_NOMEM(err);
    chunk->n = n;
    for (uint32_t i = 0; i < m->n_cols; i++)
        if (hash_table_read(m->s->rows, row, n, m->col[i], &chunk->col[m->col[i]], &image->arena) < 0)
            return RAISE_NOMEM(err);
    return 0;
}

/* What is missing of the columns; chunks are cut alike each time, since the rows stay as they are. */
static int add_columns(Stored *s, const uint32_t *cols, uint32_t n_cols, Err *err)
{
    StoredImage *image = s->image;
    Making m = {.s = s, .image = image, .col = ARENA_ARRAY(&image->arena, uint32_t, n_cols + 1)};
    if (!m.col)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_cols; i++)
        if (!bit_get(image->has, cols[i]))
            m.col[m.n_cols++] = cols[i];
    if (m.n_cols == 0 && image->n_chunks)
        return 0;
    TRY(stored_walk(s, make_chunk, &m, err));
    image->n_chunks = m.at;
    for (uint32_t i = 0; i < m.n_cols; i++)
        bit_set(image->has, m.col[i]);
    return 0;
}

static StoredImage *image_new(Stored *s)
{
    StoredImage *image = mem_zalloc(s->acct, sizeof(*image));
    if (!image)
        return NULL;
    arena_init(&image->arena, s->acct, 0);
    image->cap_chunks = (uint32_t)(s->n_rows / BATCH_ROWS + 1);
    image->has = ARENA_ARRAY(&image->arena, uint64_t, BIT_WORDS(s->schema->n));
    image->chunk = ARENA_ARRAY(&image->arena, ImageChunk, image->cap_chunks);
    if (image->has && image->chunk)
        return image;
    arena_done(&image->arena);
    mem_free(s->acct, image, sizeof(*image));
    return NULL;
}

void stored_image_drop(Stored *s)
{
    StoredImage *image = s->image;
    s->n_scans = 0;
    stored_lookup_drop(s);
    if (likely(!image))
        return;
    s->patience = image->served >= WORTH_SCANS ? 1 : MIN(MAX(s->patience, 1) * 2, PATIENCE_MAX);
    arena_done(&image->arena);
    mem_free(s->acct, image, sizeof(*image));
    s->image = NULL;
}

static bool is_repetitive(const Stored *s)
{
    uint64_t n = hash_table_rows(s->rows) + (s->base ? hash_table_rows(s->base->rows) : 0);
    return s->n_rows / REPEATS_MAX > n;
}

StoredImage *stored_image_for_scan(Stored *s, const uint32_t *cols, uint32_t n_cols)
{
    if (s->n_rows < IMAGE_ROWS_MIN || n_cols == 0 || is_repetitive(s))
        return NULL;
    if (mem_is_limited(s->acct) || page_store_is_spilling(s->pages)) {
        stored_image_drop(s);
        return NULL;
    }
    if (!s->image && s->n_scans++ < MAX(s->patience, 1))
        return NULL;
    if (!s->image && !(s->image = image_new(s)))
        return NULL;
    if (add_columns(s, cols, n_cols, NULL) < 0) {
        stored_image_drop(s);
        return NULL;
    }
    s->image->served++;
    return s->image;
}

/* ---- reading ---- */

int stored_image_each(Stored *s, const StoredImage *image, const uint32_t *cols, uint32_t n_cols,
                      int (*each)(void *self, Batch *b, Err *err), void *self, Err *err)
{
    for (uint32_t k = 0; k < image->n_chunks; k++) {
        const ImageChunk *chunk = &image->chunk[k];
        arena_reset(&s->scan);
        Batch *b = stored_batch_of_nulls(s, chunk->n);
        if (!b)
            return RAISE_NOMEM(err);
        for (uint32_t i = 0; i < n_cols; i++)
            b->col[cols[i]] = chunk->col[cols[i]];
        TRY(each(self, b, err));
    }
    return 0;
}
