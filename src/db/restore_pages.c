/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of a checkpoint into the stores of the parts that had them.
 *
 * Most of the time of an opening is memory that is touched for the first time.  Where there is a second core, a thread touches the
 * far end of it while the pages are read into the near one, until both meet: nothing is shared but addresses, and without the
 * thread all is the same. */
#include "db/durable.h"

#include "flow/engine_keep.h"

typedef struct Warmer {
    Database *db;
    const Checkpoint *c;
    _Atomic bool stop;
    EnvThreadHandle *thread;
} Warmer;

/* Of the pages from i on, how many are of its part. */
static uint64_t part_pages(const Checkpoint *c, uint64_t i)
{
    uint64_t n = 1;
    while (i + n < c->n_pages && c->page[i + n].id >> PAGE_ID_BITS == c->page[i].id >> PAGE_ID_BITS)
        n++;
    return n;
}

static PageStore *part_store(Database *db, const Checkpoint *c, uint64_t i)
{
    PageStore *ps = NULL;
    return engine_pages(db->engine, c->page[i].id >> PAGE_ID_BITS, &ps, NULL) < 0 ? NULL : ps;
}

static void warm_main(void *self)
{
    Warmer *w = self;
    for (uint64_t i = 0; i < w->c->n_pages; i += part_pages(w->c, i)) {
        PageStore *ps = part_store(w->db, w->c, i);
        while (ps && !atomic_load(&w->stop) && page_restore_warm(ps))
            ;
    }
}

static void warm_start(Warmer *w)
{
    const EnvThread *t = w->db->env->thread;
    uint32_t core[2];
    if (!t || w->c->n_pages < RESTORE_WARM_PAGES || w->db->config.memory_limit_bytes > 0 || t->cores(w->db->env, core, 2) < 2)
        return;
    if (t->spawn(w->db->env, "laminar-open", warm_main, w, &w->thread, NULL) < 0)
        w->thread = NULL;
}

static void warm_end(Warmer *w)
{
    atomic_store(&w->stop, true);
    if (w->thread)
        w->db->env->thread->join(w->db->env, MOVE(w->thread));
}

static int take_region(void *self, uint32_t first_id, uint32_t end_id, Err *err)
{
    PageStore *ps = NULL;
    uint32_t base = first_id & ~PAGE_ID_MASK;
    TRY(engine_pages(self, first_id >> PAGE_ID_BITS, &ps, err));
    page_store_breathe(ps);
    return page_restore_region(ps, first_id - base, end_id - base, err);
}

static void *image_room(void *self, uint32_t id, uint32_t n_pages)
{
    PageStore *ps = NULL;
    return engine_pages(self, id >> PAGE_ID_BITS, &ps, NULL) < 0 ? NULL : page_restore_room(ps, id & PAGE_ID_MASK, n_pages);
}

static int take_image(void *self, uint32_t id, const void *image, uint32_t n_pages, Err *err)
{
    PageStore *ps = NULL;
    TRY(engine_pages(self, id >> PAGE_ID_BITS, &ps, err));
    return page_restore_add(ps, image, n_pages, err);
}

/* Calls with each store that the checkpoint has pages of, and how many. */
static int each_store(Database *db, const Checkpoint *c, int (*each)(PageStore *ps, uint64_t n_pages, Err *err), Err *err)
{
    for (uint64_t i = 0, n; i < c->n_pages; i += n) {
        PageStore *ps = NULL;
        n = part_pages(c, i);
        TRY(engine_pages(db->engine, c->page[i].id >> PAGE_ID_BITS, &ps, err));
        TRY(each(ps, n, err));
    }
    return 0;
}

static int store_is_ready(PageStore *ps, uint64_t n_pages, Err *err)
{
    (void)n_pages;
    (void)err;
    page_restore_ready(ps);
    return 0;
}

int durable_load_pages(Database *db, const Checkpoint *c, Err *err)
{
    Warmer warmer = {.db = db, .c = c};
    ImageTaker taker = {take_region, take_image, db->engine, PAGES_PER_REGION, image_room};
    int rc = each_store(db, c, page_restore_begin, err);
    if (rc == 0) {
        warm_start(&warmer);
        rc = checkpoint_read_pages(&db->durable->dir, c, &taker, err);
        warm_end(&warmer);
    }
    if (rc == 0)
        rc = each_store(db, c, store_is_ready, err);
    if (rc < 0)
        (void)engine_end_page_restore(db->engine);
    return rc;
}
