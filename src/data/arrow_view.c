/* SPDX-License-Identifier: Apache-2.0
 *
 * Small Arrow arrays read in place: a producer that pushes a row or some tens at a time must not pay for an import (a counted root,
 * a header, the schema read anew) each time.  The schema is read once; afterwards an array is looked at column by column, and the
 * one header points into its memory.
 *
 * Only what needs no copy and can raise no error is done here: fixed-width columns of the wanted type, without nulls, aligned.  All
 * else is left to arrow_import, errors included, so there is one place that words them. */
#include "data/arrow_impl.h"

struct ArrowPlace {
    char format[8];
    uint32_t bytes, unaligned; /* of a value; bits that its address must not have */
};

int arrow_view_init(ArrowView *v, Account *acct, const Schema *want, Err *err)
{
    *v = (ArrowView){.acct = acct, .n_cols = want->n};
    v->batch = batch_new(acct, want, 0);
    v->place = mem_zalloc(acct, MAX(want->n, 1) * sizeof(*v->place));
    if (v->batch && v->place)
        return 0;
    arrow_view_done(v);
    return RAISE_NOMEM(err);
}

void arrow_view_done(ArrowView *v)
{
    batch_unref(v->batch);
    if (v->place)
        mem_free(v->acct, v->place, MAX(v->n_cols, 1) * sizeof(*v->place));
    *v = (ArrowView){0};
}

static bool is_plain(const ArrowFormat *f, Type want)
{
    bool has_range = want.id == T_TIME || want.id == T_DECIMAL || type_is_limited(want); /* values would have to be looked at */
    return !has_range && !type_is_string(want.id) && layout_bytes(f->layout) > 0 && arrow_converts(f, want) &&
           arrow_same_bytes(f, want);
}

/* Takes note of a schema whose columns can all be read in place. */
static bool learn(ArrowView *v, const struct ArrowSchema *s)
{
    v->is_known = false;
    if (arrow_check_schema(s, NULL) < 0 || s->n_children != v->n_cols)
        return false;
    for (uint32_t i = 0; i < v->n_cols; i++) {
        const struct ArrowSchema *c = s->children[i];
        ArrowPlace *p = &v->place[i];
        ArrowFormat f;
        if (c->dictionary || c->metadata || strlen(c->format) >= sizeof(p->format) || arrow_format_of(c, "", &f, NULL) < 0 ||
            !is_plain(&f, v->batch->schema->field[i].type))
            return false;
        memcpy(p->format, c->format, strlen(c->format) + 1);
        p->bytes = type_bytes((TypeId)v->batch->schema->field[i].type.id);
        p->unaligned = MIN(p->bytes, 8) - 1;
    }
    v->is_known = true;
    return true;
}

static inline bool same_format(const char *kept, const char *format)
{
    while (*kept && *kept == *format) {
        kept++;
        format++;
    }
    return *kept == *format;
}

/* Whether s is as the one that was learnt; columns go by position, so names play no part. */
static bool is_as_before(const ArrowView *v, const struct ArrowSchema *s)
{
    if (!v->is_known || !s->release || !s->format || !same_format("+s", s->format) || s->n_children != v->n_cols || !s->children)
        return false;
    for (uint32_t i = 0; i < v->n_cols; i++) {
        const struct ArrowSchema *c = s->children[i];
        if (!c || !c->release || !c->format || c->dictionary || c->metadata || !same_format(v->place[i].format, c->format))
            return false;
    }
    return true;
}

static inline bool has_nulls(const struct ArrowArray *a)
{
    return a->null_count != 0 && (a->null_count != -1 || a->buffers[0]);
}

static inline bool is_fit(const struct ArrowArray *a, int64_t n_buffers)
{
    return a && a->release && a->length >= 0 && a->offset >= 0 && a->offset <= INT32_MAX && a->n_buffers == n_buffers &&
           a->buffers && !a->dictionary && !has_nulls(a);
}

static inline bool view_column(Vec *v, const ArrowPlace *place, const struct ArrowArray *a, int64_t skip, uint32_t n)
{
    if (!is_fit(a, 2) || a->n_children != 0 || a->length < skip + n || !a->buffers[1])
        return false;
    uintptr_t p = (uintptr_t)a->buffers[1] + (uintptr_t)(a->offset + skip) * place->bytes;
    v->data = (void *)p;
    v->n = n;
    return (p & place->unaligned) == 0;
}

int arrow_view(ArrowView *v, const struct ArrowArray *a, const struct ArrowSchema *s, Batch **ret)
{
    if (!is_fit(a, 1) || a->length == 0 || a->length > ARROW_VIEW_ROWS || a->n_children != v->n_cols || !a->children)
        return ARROW_NOT_IN_PLACE;
    if (unlikely(!is_as_before(v, s)) && !learn(v, s))
        return ARROW_NOT_IN_PLACE;
    Batch *b = v->batch;
    uint32_t n = (uint32_t)a->length;
    for (uint32_t i = 0; i < v->n_cols; i++)
        if (!view_column(&b->col[i], &v->place[i], a->children[i], a->offset, n))
            return ARROW_NOT_IN_PLACE;
    b->n = b->n_sel = n;
    b->sel = NULL;
    b->w_kind = W_ONE;
    b->w = NULL;
    b->flags = BATCH_BORROWED;
    *ret = b;
    return 0;
}
