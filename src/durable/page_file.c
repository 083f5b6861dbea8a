/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of page images, and the writer of a checkpoint.  An image carries its checksum in its header; the first page of a file says
 * whose it is. */
#include "durable/checkpoint_impl.h"

#include "base/hash.h"
#include "durable/wal_impl.h"
#include "state/page_store.h"

#define FILE_MAGIC "LMPAGES1"
#define BUFFER_PAGES 256u
#define DIRECT_PAGES 8u /* from here on a run is read to its place */
#define CRC_OFFSET offsetof(PageHeader, crc)
#define ID_OFFSET offsetof(PageHeader, page_id)

typedef struct FileHeader {
    char magic[8];
    uint8_t uuid[WAL_UUID_BYTES];
    uint64_t number;
    uint32_t reserved, crc;
} FileHeader;

struct CheckpointWriter {
    const Directory *d;
    Account *acct;
    const Checkpoint *prev;
    uint64_t prev_at; /* in prev->page */
    Checkpoint c;
    EnvFileHandle *file; /* NULL until the first image */
    uint8_t *buffer;
    size_t buffer_cap;         /* bytes */
    uint64_t n_put, n_written; /* pages behind the header */
};

static int pages_path(StrBuf *b, const Directory *d, uint64_t number, Err *err)
{
    sb_clear(b);
    sb_printf(b, "%s/" PAGES_PREFIX "%016llx" PAGES_SUFFIX, d->path, (unsigned long long)number);
    return b->failed ? RAISE_NOMEM(err) : 0;
}

static FileHeader header_of(const Directory *d, uint64_t number)
{
    FileHeader h = {.number = number};
    memcpy(h.magic, FILE_MAGIC, sizeof(h.magic));
    memcpy(h.uuid, d->uuid, sizeof(h.uuid));
    h.crc = crc32c(0, &h, offsetof(FileHeader, crc));
    return h;
}

static uint32_t image_crc(const uint8_t *image, size_t n)
{
    static const uint8_t zero[4] = {0};
    uint32_t crc = crc32c(0, image, CRC_OFFSET);
    crc = crc32c(crc, zero, sizeof(zero));
    return crc32c(crc, image + CRC_OFFSET + 4, n - CRC_OFFSET - 4);
}

/* ---- writing ---- */

int checkpoint_begin(const Directory *d, Account *acct, uint64_t number, const Checkpoint *prev, CheckpointWriter **ret, Err *err)
{
    CheckpointWriter *w = mem_zalloc(acct, sizeof(*w));
    if (!w)
        return RAISE_NOMEM(err);
    *w = (CheckpointWriter){.d = d, .acct = acct, .prev = prev, .c = {.acct = acct, .number = number}};
    sb_init(&w->c.body, acct);
    w->buffer_cap = (size_t)BUFFER_PAGES * IMAGE_BYTES;
    w->buffer = mem_alloc_aligned(acct, w->buffer_cap, IMAGE_BYTES);
    if (!w->buffer) {
        checkpoint_abort(w);
        return RAISE_NOMEM(err);
    }
    *ret = w;
    return 0;
}

/* Less than half of it is in use: what is left moves out, and the file goes with the manifests that name it. */
static bool is_sparse(const Checkpoint *c, uint64_t number)
{
    for (uint32_t i = 0; i < c->n_files; i++)
        if (c->file[i].number == number)
            return c->file[i].live * 2 < c->file[i].total;
    return false;
}

bool checkpoint_keep(CheckpointWriter *w, uint32_t id)
{
    const Checkpoint *p = w->prev;
    while (p && w->prev_at < p->n_pages && p->page[w->prev_at].id < id)
        w->prev_at++;
    if (!p || w->prev_at == p->n_pages || p->page[w->prev_at].id != id || is_sparse(p, p->page[w->prev_at].file))
        return false;
    PageFile *f = checkpoint_file(&w->c, p->page[w->prev_at].file);
    if (!f || checkpoint_add_place(&w->c, p->page[w->prev_at]) < 0)
        return false; /* written again, then */
    f->live += p->page[w->prev_at].n_pages;
    return true;
}

bool checkpoint_is_full(const CheckpointWriter *w)
{
    return (w->n_put - w->n_written) * IMAGE_BYTES >= w->buffer_cap / 2;
}

int checkpoint_put(CheckpointWriter *w, uint32_t id, const void *image, uint32_t n_pages, Err *err)
{
    size_t used = (w->n_put - w->n_written) * IMAGE_BYTES, n = (size_t)n_pages * IMAGE_BYTES;
    if (used + n > w->buffer_cap) { /* one long run */
        size_t cap = used + n;
        uint8_t *bigger = mem_alloc_aligned(w->acct, cap, IMAGE_BYTES);
        if (!bigger)
            return RAISE_NOMEM(err);
        memcpy(bigger, w->buffer, used);
        mem_free_aligned(w->acct, w->buffer, w->buffer_cap);
        w->buffer = bigger;
        w->buffer_cap = cap;
    }
    PagePlace p = {.id = id, .n_pages = n_pages, .file = w->c.number, .at = 1 + w->n_put};
    PageFile *f = checkpoint_file(&w->c, w->c.number);
    if (!f || checkpoint_add_place(&w->c, p) < 0)
        return RAISE_NOMEM(err);
    f->live += n_pages;
    memcpy(w->buffer + used, image, n);
    uint32_t crc = image_crc(w->buffer + used, n);
    memcpy(w->buffer + used + CRC_OFFSET, &crc, sizeof(crc));
    w->n_put += n_pages;
    return 0;
}

static int make_file(CheckpointWriter *w, Err *err)
{
    StrBuf path;
    uint8_t block[IMAGE_BYTES] = {0};
    FileHeader h = header_of(w->d, w->c.number);
    memcpy(block, &h, sizeof(h));
    sb_init(&path, NULL);
    int rc = pages_path(&path, w->d, w->c.number, err);
    if (rc == 0)
        rc = w->d->env->file->open(w->d->env, path.p, ENV_WRITE | ENV_CREATE | ENV_TRUNC, &w->file, err);
    sb_done(&path);
    return rc < 0 ? rc : file_write_full(w->d->env, w->file, block, sizeof(block), 0, err);
}

int checkpoint_write(CheckpointWriter *w, Err *err)
{
    size_t n = (w->n_put - w->n_written) * IMAGE_BYTES;
    if (n == 0)
        return 0;
    if (!w->file)
        TRY(make_file(w, err));
    TRY(file_write_full(w->d->env, w->file, w->buffer, n, (int64_t)(1 + w->n_written) * IMAGE_BYTES, err));
    w->n_written = w->n_put;
    return 0;
}

static int commit(CheckpointWriter *w, Str body, Err *err)
{
    TRY(checkpoint_write(w, err));
    if (w->file)
        TRY(w->d->env->file->sync(w->d->env, w->file, err));
    if (w->file)
        TRY(w->d->env->dir->sync_dir(w->d->env, w->d->path, err)); /* its name must not come after the manifest's */
    for (uint32_t i = 0; i < w->c.n_files; i++) {
        PageFile *f = &w->c.file[i];
        if (f->number == w->c.number)
            f->total = w->n_put;
        for (uint32_t k = 0; w->prev && k < w->prev->n_files; k++)
            if (w->prev->file[k].number == f->number)
                f->total = w->prev->file[k].total;
    }
    w->c.bytes_written = (w->n_put + (w->file != NULL)) * IMAGE_BYTES + body.n;
    TRY(manifest_save(w->d, &w->c, body, err));
    return manifest_make_current(w->d, w->c.number, err);
}

int checkpoint_commit(CheckpointWriter *give_w, uint64_t seq, uint64_t generation, Str body, Checkpoint *ret, Err *err)
{
    CheckpointWriter *w = give_w;
    w->c.seq = seq;
    w->c.generation = generation;
    w->c.created_us = env_wall_us(w->d->env);
    int rc = commit(w, body, err);
    if (rc == 0) {
        *ret = w->c;
        w->c = (Checkpoint){0};
    }
    checkpoint_abort(w);
    return rc;
}

void checkpoint_abort(CheckpointWriter *w)
{
    if (!w)
        return;
    w->d->env->file->close(w->d->env, w->file);
    if (w->buffer)
        mem_free_aligned(w->acct, w->buffer, w->buffer_cap);
    checkpoint_done(&w->c);
    mem_free(w->acct, w, sizeof(*w));
}

/* ---- reading ---- */

typedef struct PageReader {
    const Directory *d;
    const Checkpoint *c;
    EnvFileHandle **file; /* by c->file; opened when first needed */
    StrBuf buffer;        /* images one behind the other */
    uint32_t region_end;  /* the regions of all ids below are there */
} PageReader;

static int open_pages(PageReader *r, uint64_t number, EnvFileHandle **ret, Err *err)
{
    uint32_t i = 0;
    while (i < r->c->n_files && r->c->file[i].number != number)
        i++;
    ASSERT(i < r->c->n_files); /* the manifest's reader has made an entry for each */
    if (!r->file[i]) {
        StrBuf path;
        FileHeader h, want = header_of(r->d, number);
        sb_init(&path, NULL);
        int rc = pages_path(&path, r->d, number, err);
        if (rc == 0)
            rc = r->d->env->file->open(r->d->env, path.p, ENV_READ, &r->file[i], err);
        int64_t got = rc == 0 ? file_read_full(r->d->env, r->file[i], &h, sizeof(h), 0, err) : rc;
        if (got >= 0 && (got != sizeof(h) || memcmp(&h, &want, sizeof(h)) != 0))
            got = RAISE(err, ERR_CORRUPT, "page file \"%s\" is damaged", path.p);
        sb_done(&path);
        TRY((int)MIN(got, 0));
    }
    *ret = r->file[i];
    return 0;
}

typedef struct ImageRun {
    uint64_t n, pages; /* entries and pages of them */
} ImageRun;

static bool follows(const PagePlace *first, const PagePlace *p, uint64_t pages)
{
    return p->file == first->file && p->at == first->at + pages;
}

/* Images from entry i on that stand one behind the other in one file, and are to stand so in one region, up to so many pages. */
static ImageRun run_in_place(const Checkpoint *c, uint64_t i, uint32_t per_region, uint64_t max)
{
    const PagePlace *first = &c->page[i];
    ImageRun r = {.n = 1, .pages = first->n_pages};
    for (; i + r.n < c->n_pages && r.pages < max; r.pages += c->page[i + r.n++].n_pages) {
        const PagePlace *p = &c->page[i + r.n];
        if (!follows(first, p, r.pages) || p->id != first->id + r.pages || p->id / per_region != first->id / per_region)
            break;
    }
    return r;
}

/* The same without a place in memory, up to where a run begins that is better read to its own. */
static ImageRun run_in_file(const Checkpoint *c, uint64_t i, const ImageTaker *t)
{
    ImageRun r = {.n = 1, .pages = c->page[i].n_pages};
    for (; i + r.n < c->n_pages && r.pages < BUFFER_PAGES; r.pages += c->page[i + r.n++].n_pages) {
        if (!follows(&c->page[i], &c->page[i + r.n], r.pages) ||
            (t->room && run_in_place(c, i + r.n, t->pages_per_region, DIRECT_PAGES).pages >= DIRECT_PAGES))
            break;
    }
    return r;
}

static int hand_on(const PagePlace *p, uint8_t *image, const ImageTaker *t, Err *err)
{
    uint32_t crc, id;
    size_t n = (size_t)p->n_pages * IMAGE_BYTES;
    memcpy(&crc, image + CRC_OFFSET, sizeof(crc));
    memcpy(&id, image + ID_OFFSET, sizeof(id));
    if (crc != image_crc(image, n) || id != (p->id & PAGE_ID_MASK))
        return RAISE(err, ERR_CORRUPT, "page %u of the checkpoint is damaged in page file %016llx", p->id,
                     (unsigned long long)p->file);
    return t->image(t->self, p->id, image, p->n_pages, err);
}

/* Before the image of entry k: its region. */
static int enter_region(PageReader *r, uint64_t k, const ImageTaker *t, Err *err)
{
    const Checkpoint *c = r->c;
    uint32_t id = c->page[k].id;
    if (id < r->region_end)
        return 0;
    uint64_t last = k;
    while (last + 1 < c->n_pages && c->page[last + 1].id / t->pages_per_region == id / t->pages_per_region)
        last++;
    uint32_t end = c->page[last].id + c->page[last].n_pages;
    if (t->region)
        TRY(t->region(t->self, id, end, err));
    r->region_end = (id / t->pages_per_region + 1) * t->pages_per_region; /* a longer one has its first ids only */
    return 0;
}

/* To where the images of the run are going to be, if it is long enough to be worth a read of its own; else to the buffer. */
static int read_run(PageReader *r, uint64_t i, const ImageTaker *t, ImageRun *ret, uint8_t **ret_image, Err *err)
{
    const Checkpoint *c = r->c;
    EnvFileHandle *f = NULL;
    ImageRun run = run_in_place(c, i, t->pages_per_region, BUFFER_PAGES);
    uint8_t *to = t->room && run.pages >= DIRECT_PAGES ? t->room(t->self, c->page[i].id, (uint32_t)run.pages) : NULL;
    if (!to)
        run = run_in_file(c, i, t);
    size_t n = run.pages * IMAGE_BYTES;
    TRY(open_pages(r, c->page[i].file, &f, err));
    sb_clear(&r->buffer);
    if (!to && !sb_reserve(&r->buffer, n))
        return RAISE_NOMEM(err);
    to = to ? to : (uint8_t *)r->buffer.p;
    int64_t got = file_read_full(r->d->env, f, to, n, (int64_t)c->page[i].at * IMAGE_BYTES, err);
    TRY((int)MIN(got, 0));
    if (got < (int64_t)n)
        return RAISE(err, ERR_CORRUPT, "page file %016llx is too short", (unsigned long long)c->page[i].file);
    *ret = run;
    *ret_image = to;
    return 0;
}

static int read_pages(PageReader *r, const ImageTaker *t, Err *err)
{
    ImageRun run = {0};
    for (uint64_t i = 0; i < r->c->n_pages; i += run.n) {
        uint8_t *image = NULL;
        TRY(enter_region(r, i, t, err));
        TRY(read_run(r, i, t, &run, &image, err));
        for (uint64_t k = i; k < i + run.n; k++) {
            TRY(enter_region(r, k, t, err));
            TRY(hand_on(&r->c->page[k], image, t, err));
            image += (size_t)r->c->page[k].n_pages * IMAGE_BYTES;
        }
    }
    return 0;
}

int checkpoint_read_pages(const Directory *d, const Checkpoint *c, const ImageTaker *t, Err *err)
{
    PageReader r = {.d = d, .c = c};
    r.file = mem_zalloc(NULL, (c->n_files + 1) * sizeof(*r.file));
    if (!r.file)
        return RAISE_NOMEM(err);
    sb_init(&r.buffer, NULL);
    int rc = read_pages(&r, t, err);
    for (uint32_t i = 0; i < c->n_files; i++)
        d->env->file->close(d->env, r.file[i]);
    sb_done(&r.buffer);
    mem_free(NULL, r.file, (c->n_files + 1) * sizeof(*r.file));
    return rc;
}
