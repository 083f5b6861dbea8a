/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a HASH table as a snapshot of its pages has them.  An image is laid out like the page it was, so only where a page id is
 * found differs: long texts are looked up among the images. */
#include "state/hash_impl.h"

int hash_snapshot_next(PageSnapshot *s, HashCursor *c, uint8_t **ret_row, uint32_t max_rows, uint32_t *ret_n, Err *err)
{
    uint32_t n = 0;
    while (n < max_rows) {
        const PageHeader *image;
        uint64_t at = c->page;
        int rc = page_snapshot_next(s, &at, &image, err);
        if (rc < 0)
            return rc;
        if (rc == 0)
            break;
        if (at - 1 != c->page) /* pages between are none */
            *c = (HashCursor){.page = at - 1};
        uint32_t i = image->kind == PAGE_ROWS ? page_unit_next(image, (uint32_t)c->slot) : UNIT_NONE;
        for (; i != UNIT_NONE && n < max_rows; i = page_unit_next(image, i + 1)) {
            ret_row[n++] = page_unit((PageHeader *)image, i);
            c->slot = i + 1;
        }
        if (i == UNIT_NONE)
            *c = (HashCursor){.page = at};
    }
    *ret_n = n;
    return 0;
}

int hash_snapshot_read(const RowLayout *l, const PageSnapshot *s, uint8_t *const *row, uint32_t n, uint32_t c, Vec *out,
                       Arena *arena)
{
    return hash_rows_read(l, NULL, s, row, n, c, out, arena);
}
