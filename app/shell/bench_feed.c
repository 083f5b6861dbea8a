/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows for the benchmarks: keys drawn from a range, small values, event time of 100 us a row; handed over one by one through the
 * row builder, or as Arrow arrays over columns of the feed, which the engine has done with when the push returns. */
#include "base/mem.h"
#include "shell/bench.h"

#include <stdlib.h>

#define START_US INT64_C(1700000000000000)
#define STEP_US 100

static uint64_t draw(Feed *f)
{
    f->random ^= f->random << 13; /* xorshift64 of G. Marsaglia, "Xorshift RNGs", 2003 */
    f->random ^= f->random >> 7;
    f->random ^= f->random << 17;
    return f->random;
}

bool feed_open(Feed *f, LaminarConnection *db, const char *source, int64_t keys, int64_t seed)
{
    *f = (Feed){.keys = keys, .random = (uint64_t)seed * 0x9E3779B97F4A7C15u + 1};
    for (int i = 0; i < 3; i++) {
        f->column[i] = mem_alloc(NULL, FEED_ROWS * sizeof(int64_t));
        if (!f->column[i])
            return false;
    }
    return laminar_writer_create(db, source, &f->to) == LAMINAR_OK;
}

void feed_close(Feed *f)
{
    laminar_writer_free(f->to);
    f->to = NULL;
    for (int i = 0; i < 3; i++) {
        mem_free(NULL, f->column[i], FEED_ROWS * sizeof(int64_t));
        f->column[i] = NULL;
    }
}

bool feed_row(Feed *f)
{
    LaminarRow *row;
    int64_t n = f->n_rows++;
    return laminar_row_begin(f->to, &row) == LAMINAR_OK &&
           laminar_row_i64(row, 0, (int64_t)(draw(f) % (uint64_t)f->keys)) == LAMINAR_OK &&
           laminar_row_i64(row, 1, 1 + n % 100) == LAMINAR_OK &&
           laminar_row_timestamp(row, 2, START_US + n * STEP_US) == LAMINAR_OK && laminar_row_push(row) == LAMINAR_OK;
}

void feed_make(Feed *f, int64_t n)
{
    for (int64_t i = 0; i < n; i++, f->n_rows++) {
        f->column[0][i] = (int64_t)(draw(f) % (uint64_t)f->keys);
        f->column[1][i] = 1 + f->n_rows % 100; /* never 0: each row changes its key's sum */
        f->column[2][i] = START_US + f->n_rows * STEP_US;
    }
}

static void array_released(struct ArrowArray *a)
{
    a->release = NULL; /* the memory is the feed's */
}

static void schema_released(struct ArrowSchema *s)
{
    s->release = NULL;
}

bool feed_push(Feed *f, int64_t n)
{
    static const char *const names[] = {"k", "v", "ts"}, *const formats[] = {"l", "l", "tsu:"};
    struct ArrowSchema field[3], *fields[3];
    struct ArrowArray column[3], *columns[3];
    const void *buffers[3][2], *no_buffers[1] = {NULL};
    for (int i = 0; i < 3; i++) {
        buffers[i][0] = NULL;
        buffers[i][1] = f->column[i];
        field[i] = (struct ArrowSchema){.format = formats[i], .name = names[i], .release = schema_released};
        column[i] = (struct ArrowArray){.length = n, .n_buffers = 2, .buffers = buffers[i], .release = array_released};
        fields[i] = &field[i];
        columns[i] = &column[i];
    }
    struct ArrowSchema schema = {.format = "+s", .name = "", .n_children = 3, .children = fields, .release = schema_released};
    struct ArrowArray rows = {
        .length = n, .n_buffers = 1, .buffers = no_buffers, .n_children = 3, .children = columns, .release = array_released};
    return laminar_writer_push(f->to, &rows, &schema, NULL) == LAMINAR_OK;
}

/* ---- samples ---- */

bool samples_add(Samples *s, int64_t ns)
{
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 1024;
        int64_t *p = mem_realloc(NULL, s->ns, s->cap * sizeof(*p), cap * sizeof(*p));
        if (!p)
            return false;
        s->ns = p;
        s->cap = cap;
    }
    s->ns[s->n++] = ns;
    return true;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void samples_sort(Samples *s)
{
    if (s->n)
        qsort(s->ns, s->n, sizeof(*s->ns), by_value);
}

int64_t samples_at(const Samples *s, double share)
{
    return s->n ? s->ns[(size_t)(share * (double)(s->n - 1))] : 0;
}

void samples_done(Samples *s)
{
    mem_free(NULL, s->ns, s->cap * sizeof(*s->ns));
    *s = (Samples){0};
}
