/* SPDX-License-Identifier: Apache-2.0
 *
 * Small Arrow arrays read in place: a producer that pushes a row or some tens at a time must not pay for an import (a counted root,
 * a header, the schema read anew) each time.  The schema is read once; afterwards an array is looked at column by column, and the
 * one header points into its memory.
 *
 * Only what needs no copy and can raise no error is done here: fixed-width columns of the wanted type, without nulls, aligned.  All
 * else is left to arrow_import, errors included, so there is one place that words them.  It reads what was noted of the schema. */
#include "data/arrow_impl.h"

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
    take_pool_close(v->pool);
    batch_unref(v->batch);
    if (v->place)
        mem_free(v->acct, v->place, MAX(v->n_cols, 1) * sizeof(*v->place));
    *v = (ArrowView){0};
}

static bool is_plain(const ArrowPlace *p, Type want)
{
    bool has_range = want.id == T_TIME || want.id == T_DECIMAL || type_is_limited(want); /* values would have to be looked at */
    return !has_range && !type_is_string(want.id) && layout_bytes(p->as.layout) > 0 && p->same_bytes;
}

/* Views that are ours as they are where the producer answers for them. */
static bool is_plain_text(const ArrowPlace *p, Type want)
{
    return (want.id == T_TEXT || want.id == T_BYTEA) && !type_is_limited(want) && !want.length && !type_is_char(want) &&
           p->as.layout == LAYOUT_VIEW && p->same_bytes;
}

/* Takes note of a schema that is no more than its columns' formats. */
static bool learn(ArrowView *v, const struct ArrowSchema *s)
{
    v->is_known = v->is_plain = v->is_takeable = false;
    if (arrow_check_schema(s, NULL) < 0 || s->n_children != v->n_cols)
        return false;
    bool all_plain = true, all_takeable = true;
    v->has_texts = false;
    for (uint32_t i = 0; i < v->n_cols; i++) {
        const struct ArrowSchema *c = s->children[i];
        Type want = v->batch->schema->field[i].type;
        ArrowPlace *p = &v->place[i];
        if (c->dictionary || c->metadata || c->n_children != 0 || strlen(c->format) >= sizeof(p->format) ||
            arrow_format_of(c, "", &p->as, NULL) < 0 || !arrow_converts(&p->as, want))
            return false;
        p->n_format = (uint32_t)strlen(c->format);
        memcpy(p->format, c->format, p->n_format + 1);
        p->same_bytes = arrow_same_bytes(&p->as, want);
        p->bytes = type_bytes((TypeId)want.id);
        p->unaligned = MIN(p->bytes, 8) - 1;
        bool plain = is_plain(p, want), text = is_plain_text(p, want);
        all_plain &= plain;
        all_takeable &= plain | text;
        v->has_texts |= text;
    }
    v->is_known = true;
    v->is_plain = all_plain;
    v->is_takeable = all_takeable;
    return true;
}

/* The format is compared by what it says: its address says nothing once a producer has released it. */
static inline bool same_format(const ArrowPlace *place, const char *format)
{
    if (likely(place->n_format == 1))
        return format[0] == place->format[0] && !format[1];
    uint32_t i = 0;
    while (i < place->n_format && format[i] == place->format[i])
        i++;
    return i == place->n_format && !format[i];
}

/* Columns go by position, so names play no part. */
static inline bool is_same_column(const ArrowPlace *place, const struct ArrowSchema *c)
{
    return c && c->release && c->format && !c->dictionary && !c->metadata && c->n_children == 0 && same_format(place, c->format);
}

static inline bool is_struct_of(const ArrowView *v, const struct ArrowSchema *s)
{
    const char *f = s->format;
    return s->release && f && f[0] == '+' && f[1] == 's' && !f[2] && s->n_children == v->n_cols && s->children;
}

static bool is_known(const ArrowView *v, const struct ArrowSchema *s)
{
    bool same = v->is_known && is_struct_of(v, s);
    for (uint32_t i = 0; same && i < v->n_cols; i++)
        same = is_same_column(&v->place[i], s->children[i]);
    return same;
}

const ArrowPlace *arrow_view_places(ArrowView *v, const struct ArrowSchema *s, const Schema *want)
{
    return want == v->batch->schema && s && (is_known(v, s) || learn(v, s)) ? v->place : NULL;
}

static inline bool view_column(Vec *v, const ArrowPlace *place, const struct ArrowArray *a, int64_t skip, uint32_t n)
{
    if (!arrow_is_fit(a, 2) || a->n_children != 0 || a->length < skip + n || !a->buffers[1])
        return false;
    uintptr_t p = (uintptr_t)a->buffers[1] + (uintptr_t)(a->offset + skip) * place->bytes;
    v->data = (void *)p;
    v->n = n;
    return (p & place->unaligned) == 0;
}

typedef enum Viewed { VIEWED, NOT_PLAIN, NOT_KNOWN } Viewed;

/* The columns, if s is as the schema that was learnt. */
static inline Viewed view_columns(ArrowView *v, const struct ArrowArray *a, const struct ArrowSchema *s)
{
    if (unlikely(!v->is_plain || !is_struct_of(v, s)))
        return NOT_KNOWN;
    const ArrowPlace *place = v->place;
    Vec *to = v->batch->col;
    for (uint32_t i = 0; i < v->n_cols; i++) {
        if (unlikely(!is_same_column(&place[i], s->children[i])))
            return NOT_KNOWN;
        if (unlikely(!view_column(&to[i], &place[i], a->children[i], a->offset, (uint32_t)a->length)))
            return NOT_PLAIN;
    }
    return VIEWED;
}

int arrow_view(ArrowView *v, const struct ArrowArray *a, const struct ArrowSchema *s, Batch **ret)
{
    if (!arrow_is_fit(a, 1) || a->length == 0 || a->length > ARROW_VIEW_ROWS || a->n_children != v->n_cols || !a->children)
        return ARROW_NOT_IN_PLACE;
    Viewed viewed = view_columns(v, a, s);
    if (unlikely(viewed == NOT_KNOWN) && !is_known(v, s) && learn(v, s))
        viewed = view_columns(v, a, s);
    if (unlikely(viewed != VIEWED))
        return ARROW_NOT_IN_PLACE;
    Batch *b = v->batch;
    b->n = b->n_sel = (uint32_t)a->length;
    b->sel = NULL;
    b->w_kind = W_ONE;
    b->w = NULL;
    b->flags = BATCH_BORROWED;
    *ret = b;
    return 0;
}
