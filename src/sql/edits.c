/* SPDX-License-Identifier: Apache-2.0
 *
 * Edits are kept by place, because a walk over a tree meets fields in another order than they are written. */
#include "sql/edits.h"

int edits_add(TextEdits *e, uint32_t pos, uint32_t n, Str text, Err *err)
{
    if (e->n == e->cap) {
        uint32_t cap = e->cap ? e->cap * 2 : 8;
        TextEdit *more = ARENA_ARRAY(e->arena, TextEdit, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (e->n)
            memcpy(more, e->edit, e->n * sizeof(*more));
        e->edit = more;
        e->cap = cap;
    }
    uint32_t i = e->n++;
    for (; i > 0 && e->edit[i - 1].pos > pos; i--)
        e->edit[i] = e->edit[i - 1];
    e->edit[i] = (TextEdit){pos, n, text};
    return 0;
}

int edits_apply(const TextEdits *e, Str text, uint32_t from, uint32_t n, Str *ret, Err *err)
{
    StrBuf b;
    uint32_t at = from;
    sb_init(&b, NULL);
    for (uint32_t i = 0; i < e->n; i++) {
        sb_put(&b, text.p + at, e->edit[i].pos - at);
        sb_putstr(&b, e->edit[i].text);
        at = e->edit[i].pos + e->edit[i].n;
    }
    sb_put(&b, text.p + at, from + n - at);
    char *copy = b.failed ? NULL : arena_strndup(e->arena, b.n ? b.p : "", b.n);
    *ret = (Str){copy, b.n};
    sb_done(&b);
    return copy ? 0 : RAISE_NOMEM(err);
}

uint32_t edits_origin(const TextEdits *e, uint32_t from, uint32_t pos)
{
    int64_t shift = 0; /* of the new text against the old one, so far */
    for (uint32_t i = 0; i < e->n; i++) {
        const TextEdit *x = &e->edit[i];
        int64_t begins = (int64_t)x->pos - from + shift;
        if (pos < begins)
            break;
        if (pos < begins + (int64_t)x->text.n)
            return x->pos;
        shift += (int64_t)x->text.n - x->n;
    }
    return (uint32_t)(from + pos - shift);
}
