/* SPDX-License-Identifier: Apache-2.0
 *
 * Scalar functions in whole columns: the arguments leave as one Arrow struct array, the result comes back as an array of as many
 * rows.  Text arguments are string views of their own, so that nothing of a step outlives it. */
#include "func/native.h"

#include <string.h>

#include "func/func_impl.h"

/* The arguments of the call's rows, owned: the function may keep the array's children. */
static int arguments(const NativeCall *c, Batch **ret)
{
    Batch *b = batch_scratch(c->arena, c->fn->args, c->n);
    uint16_t *row = arena_alloc(c->arena, (c->n + 1) * sizeof(*row));
    if (!b || !row)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < c->n; i++)
        row[i] = c->row ? c->row[i] : (uint16_t)i;
    for (uint32_t i = 0; i < c->fn->n_args; i++)
        TRY(vec_pick(c->arg[i], (Rows){c->n, row}, &b->col[i], c->arena));
    *ret = batch_own(c->fn->acct, b);
    return *ret ? 0 : -ERR_OUT_OF_MEMORY;
}

/* An array and its schema as the only column of a struct array, which arrow_import wants. */
typedef struct Wrapped {
    struct ArrowArray column, array, *columns[1];
    struct ArrowSchema schema, *schemas[1];
    const void *buffers[1];
} Wrapped;

static void release_wrapped(struct ArrowArray *a)
{
    Wrapped *w = a->private_data;
    if (w->column.release)
        w->column.release(&w->column);
    a->release = NULL;
    mem_free(NULL, w, sizeof(*w));
}

/* Of a schema whose parts belong to others. */
static void release_nothing(struct ArrowSchema *s)
{
    s->release = NULL;
}

static Wrapped *wrap(struct ArrowArray *give_array, struct ArrowSchema *schema)
{
    Wrapped *w = mem_zalloc(NULL, sizeof(*w));
    if (!w)
        return NULL;
    w->column = *give_array;
    give_array->release = NULL;
    w->columns[0] = &w->column;
    w->schemas[0] = schema;
    w->array = (struct ArrowArray){.length = w->column.length,
                                   .n_buffers = 1,
                                   .n_children = 1,
                                   .buffers = w->buffers,
                                   .children = w->columns,
                                   .release = release_wrapped,
                                   .private_data = w};
    w->schema =
        (struct ArrowSchema){.format = "+s", .name = "", .n_children = 1, .children = w->schemas, .release = release_nothing};
    return w;
}

typedef struct Taken {
    NativeCall *call;
    uint32_t n;
} Taken;

static int take(void *self, Batch *give_b, Err *err)
{
    Taken *t = self;
    (void)err;
    for (uint32_t i = 0; i < give_b->n && t->n < t->call->n; i++, t->n++) {
        Value v = vec_is_null(&give_b->col[0], i) ? value_null(give_b->col[0].type)
                                                  : vec_get(vec_values(&give_b->col[0]), vec_phys(&give_b->col[0], i));
        native_return(t->call, t->n, &v);
    }
    batch_unref(give_b);
    return 0;
}

/* Takes both structures. */
static int results(NativeCall *c, struct ArrowArray *array, struct ArrowSchema *schema, Err *err)
{
    struct ArrowSchema own = {0};
    Taken t = {c, 0};
    if (!array->release)
        return RAISE(err, ERR_BAD_ARROW, "the function returned no array");
    if (array->length != (int64_t)c->n) {
        int64_t n = array->length;
        array->release(array);
        return RAISE(err, ERR_BAD_ARROW, "the function returned %lld values for %u rows", (long long)n, c->n);
    }
    if (!schema->format) { /* none given: it is of the function's type */
        Field f = {.name = "result", .type = c->ret};
        Schema *one = schema_new(c->fn->acct, &f, 1);
        int rc = one ? arrow_export_schema(one, ARROW_OFFSETS, &own, err) : RAISE_NOMEM(err);
        schema_unref(one);
        if (rc < 0) {
            array->release(array);
            return rc;
        }
    }
    Wrapped *w = wrap(array, schema->format ? schema : own.children[0]);
    int rc = w ? 0 : RAISE_NOMEM(err);
    if (w) {
        struct ArrowArray moved = w->array;
        struct ArrowSchema all = w->schema;
        struct ArrowSchema *children[1] = {w->schemas[0]};
        all.children = children; /* of w, which goes with the array */
        rc = arrow_import(c->fn->acct, &moved, &all, NULL, take, &t, err);
    } else {
        array->release(array);
    }
    if (own.release)
        own.release(&own);
    return rc;
}

int native_call_arrow(NativeCall *c)
{
    struct ArrowSchema in_schema = {0}, out_schema = {0};
    struct ArrowArray in = {0}, out = {0};
    Batch *b = NULL;
    Err err = ERR_INIT;
    if (arguments(c, &b) < 0) {
        c->no_memory = true;
        return -1;
    }
    int rc = arrow_export_schema(c->fn->args, ARROW_OFFSETS, &in_schema, &err);
    if (rc >= 0)
        rc = arrow_export_batch(c->fn->acct, b, ARROW_OFFSETS, &in, &err);
    batch_unref(b);
    if (rc >= 0)
        rc = c->fn->fn.arrow(c, &in_schema, &in, &out_schema, &out) == 0 ? results(c, &out, &out_schema, &err) : 1;
    if (rc > 0 && out.release)
        out.release(&out);
    if (out_schema.release)
        out_schema.release(&out_schema);
    if (in.release)
        in.release(&in);
    if (in_schema.release)
        in_schema.release(&in_schema);
    c->no_memory |= rc == -ERR_OUT_OF_MEMORY;
    if (rc < 0)
        native_error(c, SIZE_MAX, err.message);
    return rc;
}
