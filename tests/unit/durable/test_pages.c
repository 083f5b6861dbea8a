/* SPDX-License-Identifier: Apache-2.0
 *
 * Page files of checkpoints: what was put comes back; a header or an image with any byte changed, a file that is too short, of
 * another database or gone, does not. */
// clang-format off
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#include "durable/checkpoint.h"
#include "env/env_sim.h"
#include "state/page_store.h"

#define PATH "/db/ckpt-0000000000000001.pages"
#define FILE_BYTES (3 * IMAGE_BYTES)
#define HEADER_BYTES 40u /* of a file; the rest of its first page means nothing */

typedef struct Seen {
    uint32_t n, id[4];
} Seen;

static int see_region(void *self, uint32_t first, uint32_t end, Err *err)
{
    (void)self;
    (void)err;
    assert_true(first < end);
    return 0;
}

static int see_image(void *self, uint32_t id, const void *image, uint32_t n_pages, Err *err)
{
    Seen *s = self;
    PageHeader h;
    memcpy(&h, image, sizeof(h));
    assert_true(n_pages == 1 && s->n < 4);
    assert_int_equal(h.page_id, id & PAGE_ID_MASK);
    s->id[s->n++] = id;
    (void)err;
    return 0;
}

/* A checkpoint of two images in a new database. */
static void make(Env *env, Directory *d, Checkpoint *c)
{
    CheckpointWriter *w = NULL;
    _Alignas(8) uint8_t image[IMAGE_BYTES] = {0};
    assert_int_equal(directory_open(d, env, "/db", NULL), 0);
    assert_int_equal(checkpoint_begin(d, NULL, 1, NULL, &w, NULL), 0);
    for (uint32_t id = 3; id < 5; id++) {
        PageHeader h = {.magic = 1, .page_id = id, .unit_bytes = 8};
        memset(image, (int)id, sizeof(image));
        memcpy(image, &h, sizeof(h));
        assert_int_equal(checkpoint_put(w, id, image, 1, NULL), 0);
    }
    *c = (Checkpoint){0};
    assert_int_equal(checkpoint_commit(w, 1, 1, (Str){"", 0}, c, NULL), 0);
}

static void read_file(Env *env, uint8_t *ret)
{
    EnvFileHandle *f = NULL;
    assert_int_equal(env->file->open(env, PATH, ENV_READ, &f, NULL), 0);
    assert_int_equal(env->file->pread(env, f, ret, FILE_BYTES, 0, NULL), FILE_BYTES);
    env->file->close(env, f);
}

static int read_pages(const Directory *d, const Checkpoint *c, Seen *s)
{
    *s = (Seen){0};
    ImageTaker t = {see_region, see_image, s, PAGES_PER_REGION};
    return checkpoint_read_pages(d, c, &t, NULL);
}

static void test_round_trip(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Directory d;
    Checkpoint c;
    Seen s;
    make(env, &d, &c);
    assert_int_equal(read_pages(&d, &c, &s), 0);
    assert_true(s.n == 2 && s.id[0] == 3 && s.id[1] == 4);
    checkpoint_done(&c);
    directory_close(&d);
    env_sim_free(env);
}

static void test_damage(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Directory d;
    Checkpoint c;
    Seen s;
    static uint8_t file[FILE_BYTES];
    make(env, &d, &c);
    read_file(env, file);
    for (uint32_t at = 0; at < FILE_BYTES; at += at < HEADER_BYTES || at >= IMAGE_BYTES ? 1 : IMAGE_BYTES - at) {
        if (at >= HEADER_BYTES && at < IMAGE_BYTES)
            continue;
        file[at] ^= 0x10;
        assert_int_equal(env_sim_put_file(env, PATH, file, FILE_BYTES), 0);
        assert_int_equal(read_pages(&d, &c, &s), -ERR_CORRUPT);
        file[at] ^= 0x10;
    }
    static const uint32_t cuts[] = {0, 1, HEADER_BYTES - 1, HEADER_BYTES, IMAGE_BYTES, 2 * IMAGE_BYTES, FILE_BYTES - 1};
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        assert_int_equal(env_sim_put_file(env, PATH, file, cuts[i]), 0);
        assert_int_equal(read_pages(&d, &c, &s), -ERR_CORRUPT);
    }
    assert_int_equal(env_sim_put_file(env, PATH, file, FILE_BYTES), 0);
    assert_int_equal(read_pages(&d, &c, &s), 0);
    d.uuid[0] ^= 1; /* the file is another database's */
    assert_int_equal(read_pages(&d, &c, &s), -ERR_CORRUPT);
    d.uuid[0] ^= 1;
    assert_int_equal(env->dir->unlink(env, PATH, NULL), 0);
    assert_int_equal(read_pages(&d, &c, &s), -ERR_FILE_NOT_FOUND);
    checkpoint_done(&c);
    directory_close(&d);
    env_sim_free(env);
}

/* Memory for the pages of two regions, and how many were found in their place. */
typedef struct Placed {
    uint8_t *memory;
    uint32_t n, n_there, refused;
} Placed;

static void *give_room(void *self, uint32_t id, uint32_t n_pages)
{
    Placed *p = self;
    assert_true(id / PAGES_PER_REGION == (id + n_pages - 1) / PAGES_PER_REGION);
    return id == p->refused ? NULL : p->memory + (size_t)id * IMAGE_BYTES;
}

static int see_placed(void *self, uint32_t id, const void *image, uint32_t n_pages, Err *err)
{
    Placed *p = self;
    (void)err;
    assert_int_equal(((const uint8_t *)image)[IMAGE_BYTES * n_pages - 1], (uint8_t)id);
    p->n++;
    p->n_there += image == p->memory + (size_t)id * IMAGE_BYTES;
    return 0;
}

/* Long runs of ids are read to their place, as far as one region goes; short ones, and an image that nobody has room for, are not.
 */
static void test_room(void **state)
{
    (void)state;
    static const struct {
        uint32_t from, to, each;
    } run[] = {{3, 30, 1}, {40, 42, 1}, {500, 512, 1}, {513, 540, 3}, {600, 620, 1}};
    Env *env = env_sim_new(1, NULL);
    Directory d;
    Checkpoint c = {0};
    CheckpointWriter *w = NULL;
    Placed p = {.memory = calloc(2 * PAGES_PER_REGION, IMAGE_BYTES), .refused = 600};
    _Alignas(8) uint8_t image[3 * IMAGE_BYTES];
    assert_int_equal(directory_open(&d, env, "/db", NULL), 0);
    assert_int_equal(checkpoint_begin(&d, NULL, 1, NULL, &w, NULL), 0);
    uint32_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(run); i++)
        for (uint32_t id = run[i].from; id < run[i].to; id += run[i].each, n++) {
            PageHeader h = {.magic = 1, .page_id = id};
            memset(image, (int)id, sizeof(image));
            memcpy(image, &h, sizeof(h));
            assert_int_equal(checkpoint_put(w, id, image, run[i].each, NULL), 0);
        }
    assert_int_equal(checkpoint_commit(w, 1, 1, (Str){"", 0}, &c, NULL), 0);
    ImageTaker t = {NULL, see_placed, &p, PAGES_PER_REGION, give_room};
    assert_int_equal(checkpoint_read_pages(&d, &c, &t, NULL), 0);
    assert_int_equal(p.n, n);
    assert_int_equal(p.n_there, 27 + 12 + 9 + 19);
    free(p.memory);
    checkpoint_done(&c);
    directory_close(&d);
    env_sim_free(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_damage),
                                       cmocka_unit_test(test_room)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
