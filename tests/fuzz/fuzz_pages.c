/* SPDX-License-Identifier: Apache-2.0
 *
 * The reader of page files over any bytes: the file as it is, and its images as if header and checksums had been right, into a page
 * store.  The manifest is one that an image could come from: ids ascend, and a run has the length that its image says. */
#include <stddef.h>

#include "base/hash.h"
#include "durable/checkpoint_impl.h"
#include "env/env_sim.h"
#include "state/page_store.h"

#define PATH "/db/ckpt-0000000000000001.pages"
#define PAGES_MAX 64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take_region(void *self, uint32_t first, uint32_t end, Err *err)
{
    return page_restore_region(self, first, end, err);
}
static int take_image(void *self, uint32_t id, const void *image, uint32_t n_pages, Err *err)
{
    (void)id;
    return page_restore_add(self, image, n_pages, err);
}

static void restore(const Directory *d, Account *acct, const Checkpoint *c)
{
    PageStore *ps = page_store_new(acct);
    if (!ps)
        return;
    ImageTaker t = {take_region, take_image, ps, PAGES_PER_REGION};
    if (page_restore_begin(ps, c->n_pages, NULL) == 0) {
        if (checkpoint_read_pages(d, c, &t, NULL) == 0)
            page_restore_ready(ps);
        (void)page_restore_end(ps);
    }
    page_store_free(ps);
}

/* The places of the images in `file`, which begins with a page for its header; wrong checksums are set right when `mend`. */
static int find_images(uint8_t *file, uint32_t n, bool mend, Checkpoint *c)
{
    uint32_t next_id = 1;
    for (uint32_t at = 1, pages; at < n; at += pages) {
        uint8_t *image = file + (size_t)at * IMAGE_BYTES;
        PageHeader h;
        memcpy(&h, image, sizeof(h));
        pages = h.unit_bytes == 0 && h.link[1] > 0 && h.link[1] <= n - at ? (uint32_t)h.link[1] : 1;
        uint32_t id = (uint32_t)h.page_id;
        if (mend) { /* ids of a manifest ascend without overlap */
            if (id < next_id || id > 1u << 16)
                h.page_id = id = next_id;
            h.crc = 0;
            memcpy(image, &h, sizeof(h));
            h.crc = crc32c(0, image, (size_t)pages * IMAGE_BYTES);
            memcpy(image, &h, sizeof(h));
        } else if (id < next_id) {
            id = next_id;
        }
        PageFile *f = checkpoint_file(c, 1);
        if (!f || checkpoint_add_place(c, (PagePlace){.id = id, .n_pages = pages, .file = 1, .at = at}) < 0)
            return -1;
        next_id = id + pages;
        if (next_id < id)
            return 0;
    }
    return 0;
}

/* Of a database whose UUID is zero. */
static void put_header(uint8_t *file)
{
    static const char magic[8] = {'L', 'M', 'P', 'A', 'G', 'E', 'S', '1'};
    struct {
        char magic[8];
        uint8_t uuid[WAL_UUID_BYTES];
        uint64_t number;
        uint32_t reserved, crc;
    } h = {.number = 1};
    memcpy(h.magic, magic, sizeof(magic));
    h.crc = crc32c(0, &h, offsetof(__typeof__(h), crc));
    memcpy(file, &h, sizeof(h));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t file[(PAGES_MAX + 1) * IMAGE_BYTES];
    uint32_t n = 1 + (uint32_t)MIN((size + IMAGE_BYTES - 1) / IMAGE_BYTES, (size_t)PAGES_MAX);
    char path[] = "/db";
    for (int mend = 0; mend < 2; mend++) {
        Env *env = env_sim_new(1, NULL);
        Directory d = {.env = env, .path = path};
        Account acct;
        account_init(&acct, NULL, "fuzz");
        acct.limit_bytes = 64 << 20;
        Checkpoint c = {.acct = &acct, .number = 1};
        sb_init(&c.body, &acct);
        memset(file, 0, (size_t)n * IMAGE_BYTES);
        memcpy(file + IMAGE_BYTES, data, MIN(size, (size_t)(n - 1) * IMAGE_BYTES));
        put_header(file);
        bool raw = mend == 0 && size > 0 && data[0] % 2; /* the input is the whole file, header and all */
        if (find_images(file, n, mend, &c) == 0 &&
            env_sim_put_file(env, PATH, raw ? data : file, raw ? size : (size_t)n * IMAGE_BYTES) == 0)
            restore(&d, &acct, &c);
        checkpoint_done(&c);
        account_done(&acct);
        env_sim_free(env);
    }
    return 0;
}
