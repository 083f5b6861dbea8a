/* SPDX-License-Identifier: Apache-2.0
 *
 * What benchmarks that push batches of (k, v, ts) have in common: one struct array over shared memory, made anew for each push. */
#pragma once
#include "db/api.h"
#include "env/env.h"
#include "figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 1024
static Env *env;

static void no_release(struct ArrowArray *a)
{
    a->release = NULL;
}

static void no_schema_release(struct ArrowSchema *s)
{
    s->release = NULL;
}

typedef struct Feedstock {
    struct ArrowSchema schema, field[3], *fields[3];
    struct ArrowArray array, column[3], *columns[3];
    const void *buffers[3][2], *no_buffers[1];
    int64_t data[3][BATCH];
    int32_t weight[BATCH];
} Feedstock;

static void feedstock_init(Feedstock *f)
{
    static const char *const formats[] = {"l", "l", "tsu:"}, *const names[] = {"k", "v", "ts"};
    memset(f, 0, sizeof(*f));
    f->schema.format = "+s";
    f->schema.name = "";
    f->schema.release = no_schema_release;
    f->schema.n_children = 3;
    f->schema.children = f->fields;
    for (int i = 0; i < 3; i++) {
        f->field[i].format = formats[i];
        f->field[i].name = names[i];
        f->field[i].release = no_schema_release;
        f->fields[i] = &f->field[i];
        f->columns[i] = &f->column[i];
    }
}

/* Of n rows in the memory given; good for one push. */
static inline struct ArrowArray *feedstock_rows(Feedstock *f, const int64_t *k, const int64_t *v, const int64_t *ts, int64_t n)
{
    const int64_t *data[3] = {k, v, ts};
    for (int i = 0; i < 3; i++) {
        f->buffers[i][1] = data[i];
        f->column[i] = (struct ArrowArray){.length = n, .n_buffers = 2, .buffers = f->buffers[i], .release = no_release};
    }
    f->array = (struct ArrowArray){
        .length = n, .n_buffers = 1, .buffers = f->no_buffers, .n_children = 3, .children = f->columns, .release = no_release};
    return &f->array;
}

static inline struct ArrowArray *feedstock_array(Feedstock *f)
{
    return feedstock_rows(f, f->data[0], f->data[1], f->data[2], BATCH);
}
