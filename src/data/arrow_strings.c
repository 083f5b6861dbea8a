/* SPDX-License-Identifier: Apache-2.0
 *
 * Import of Arrow strings and binaries.  Offsets become views into the producer's bytes, which stay where they are; views are taken
 * as they are when every one is sound, and copied (null rows emptied) when not, because kernels read the values of null rows too.
 * Text is checked to be UTF-8, and the lengths and the buffer bounds that the format lets us know are checked for every row. */
#include "data/arrow_impl.h"
#include "data/data_impl.h"
#include "data/json.h"

static int check_str(const ArrowColumn *c, int64_t row, Str s, Err *err)
{
    TypeId id = (TypeId)c->type.id;
    if (id == T_BYTEA || id == T_BITS || type_is_coded(id)) /* take_normal_form() looks at these */
        return 0;
    if (!utf8_is_valid(s.p, s.n))
        return RAISE(err, ERR_CHARACTER_NOT_IN_REPERTOIRE, "column \"%s\", row %lld: text is not valid UTF-8", c->name,
                     (long long)row + 1);
    if (type_is_json(c->type.id) && !json_is_valid(s))
        return RAISE(err, ERR_INVALID_TEXT, "column \"%s\", row %lld: text is not valid JSON", c->name, (long long)row + 1);
    if (c->type.length && s.n > c->type.length && utf8_length(s.p, s.n) > c->type.length)
        return RAISE(err, ERR_STRING_TOO_LONG, "column \"%s\", row %lld: value too long for type %s(%u)", c->name,
                     (long long)row + 1, type_is_char(c->type) ? "CHAR" : "VARCHAR", c->type.length);
    return 0;
}

static int64_t load_offset(const ArrowColumn *c, int64_t i)
{
    const void *p = c->array->buffers[1];
    return c->format.layout == LAYOUT_STR32 ? ARROW_LOAD(int32_t, p, i) : ARROW_LOAD(int64_t, p, i);
}

/* A view's offset has 31 bits, so the bytes of a slice are addressed from one or more bases.  Checks the offsets of the slice and
 * counts the bases; 0 bases when every string fits its view. */
static int count_bases(const ArrowColumn *c, int64_t start, uint32_t n, uint32_t *ret, Err *err)
{
    int64_t at = start + c->offset, from = load_offset(c, at), base = -1;
    uint32_t n_bases = 0;
    if (from < 0)
        return RAISE(err, ERR_BAD_ARROW, "column \"%s\": negative string offset", c->name);
    for (uint32_t i = 0; i < n; i++) {
        int64_t to = load_offset(c, at + i + 1);
        if (to < from)
            return RAISE(err, ERR_BAD_ARROW, "column \"%s\", row %lld: string offsets decrease", c->name, (long long)start + i + 1);
        if (to - from > INT32_MAX)
            return RAISE(err, ERR_PROGRAM_LIMIT, "column \"%s\", row %lld: string is longer than 2 GiB", c->name,
                         (long long)start + i + 1);
        if (to - from > STR_INLINE_MAX && (base < 0 || to - base > INT32_MAX)) {
            base = from;
            n_bases++;
        }
        from = to;
    }
    if (n_bases > UINT16_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "column \"%s\": strings span too much memory", c->name);
    *ret = n_bases;
    return 0;
}

static int take_offsets(Account *acct, Buffer *root, const ArrowColumn *c, int64_t start, Vec *ret, Err *err)
{
    uint32_t n_bases = 0;
    const char *bytes = c->array->buffers[2];
    StrView *views = ret->data;
    TRY(count_bases(c, start, ret->n, &n_bases, err));
    if (n_bases && vec_new_aux(ret, acct, n_bases, false) < 0)
        return RAISE_NOMEM(err);
    int64_t at = start + c->offset, from = load_offset(c, at), base = -1, all = load_offset(c, at + ret->n) - from;
    bool plain = !type_is_json(c->type.id) && !c->type.length && bytes && (c->trusted || arrow_bytes_are_ascii(bytes + from, all));
    for (uint32_t i = 0; i < ret->n; i++) {
        int64_t to = load_offset(c, at + i + 1);
        Str s = {"", 0};
        if (to > from && !bytes)
            return RAISE(err, ERR_BAD_ARROW, "column \"%s\": string data is missing", c->name);
        if (to > from && !vec_is_null(ret, i))
            s = (Str){bytes + from, (size_t)(to - from)};
        if (to - from > STR_INLINE_MAX && (base < 0 || to - base > INT32_MAX)) {
            base = from;
            vec_add_str(ret, buffer_ref(root), (const uint8_t *)bytes + base);
        }
        if (!plain && !vec_is_null(ret, i))
            TRY(check_str(c, start + i, s, err));
        strview_set(&views[i], s.p, (uint32_t)s.n, MAX(ret->n_str_bufs, 1) - 1, base < 0 ? 0 : (int32_t)(from - base));
        from = to;
    }
    return 0;
}

static const char *view_fault(const StrView *v, int64_t n_bufs, const int64_t *sizes)
{
    if (v->n < 0)
        return "negative length";
    if (v->n <= STR_INLINE_MAX) {
        static const char zero[STR_INLINE_MAX];
        return memcmp(v->inlined + v->n, zero, (size_t)(STR_INLINE_MAX - v->n)) == 0 ? NULL : "padding is not zero";
    }
    if (v->ref.buf < 0 || v->ref.buf >= n_bufs)
        return "buffer index out of range";
    return v->ref.off < 0 || ARROW_LOAD(int64_t, sizes, v->ref.buf) - v->ref.off < v->n ? "offset out of range" : NULL;
}

/* Makes the views the vector's own, for one that has to be changed. */
static int copy_views(Account *acct, Vec *ret, Err *err)
{
    const void *from = ret->data;
    if (ret->data_buf && ret->data_buf->data == ret->data)
        return 0;
    buffer_unref(MOVE(ret->data_buf));
    if (vec_new_data(ret, acct, ret->type, ret->n) < 0)
        return RAISE_NOMEM(err);
    memcpy(ret->data, from, ret->n * sizeof(StrView));
    return 0;
}

/* Whether nothing has to be looked at row by row. */
static bool are_sound(const ArrowColumn *c, const Vec *views)
{
    ArrowSwept swept = (ArrowSwept)atomic_load_explicit(&c->swept, memory_order_relaxed);
    if (swept != NOT_SWEPT || type_is_json(c->type.id))
        return swept == SWEPT_PLAIN;
    return c->trusted ? arrow_views_are_short(c, views->data, views->n) : arrow_views_are_plain(c, views->data, views->n);
}

static int take_views(Account *acct, Buffer *root, const ArrowColumn *c, int64_t start, Vec *ret, Err *err)
{
    int64_t n_bufs = c->array->n_buffers - 3;
    const int64_t *sizes = c->array->buffers[c->array->n_buffers - 1];
    if (n_bufs > 0 && !ret->aux_buf && vec_new_aux(ret, acct, (uint32_t)n_bufs, false) < 0)
        return RAISE_NOMEM(err);
    for (int64_t i = 0; i < n_bufs; i++)
        vec_add_str(ret, buffer_ref(root), c->array->buffers[2 + i]);
    if (are_sound(c, ret))
        return 0;
    for (uint32_t i = 0; i < ret->n; i++) {
        StrView v = ((const StrView *)ret->data)[i];
        const char *fault = view_fault(&v, n_bufs, sizes);
        if (vec_is_null(ret, i)) {
            if (!fault)
                continue;
            TRY(copy_views(acct, ret, err));
            ((StrView *)ret->data)[i] = (StrView){0};
            continue;
        }
        if (fault)
            return RAISE(err, ERR_BAD_ARROW, "column \"%s\", row %lld: string view: %s", c->name, (long long)start + i + 1, fault);
        TRY(check_str(c, start + i, vec_str(ret, i), err));
    }
    return 0;
}

/* JSONB is held in normal form, CHAR(n) with its blanks, a bit string by its digits, a range by its bounds, none of which the
 * producer's text need have: they are made anew. */
static int take_normal_form(Account *acct, const ArrowColumn *c, int64_t start, Vec *ret, Err *err)
{
    _cleanup_(sb_done) StrBuf all;
    _cleanup_(arena_done) Arena arena;
    Vec made = {.kind = VEC_FLAT, .type = ret->type, .n = ret->n};
    sb_init(&all, acct);
    arena_init(&arena, acct, 0);
    if (vec_new_data(&made, acct, ret->type, ret->n) < 0)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < ret->n; i++) {
        Str s = STR("");
        Value v = {.str = s};
        int rc = vec_is_null(ret, i) ? 0 : value_parse(c->type, vec_str(ret, i), &arena, &v, err);
        s = v.str;
        if (rc == 0 && all.n + s.n > INT32_MAX)
            rc = RAISE(err, ERR_PROGRAM_LIMIT, "column \"%s\", row %lld: strings span too much memory", c->name,
                       (long long)start + i + 1);
        strview_set((StrView *)made.data + i, s.p, (uint32_t)s.n, 0, (int32_t)all.n);
        sb_putstr(&all, s);
        arena_reset(&arena);
        if (rc < 0) {
            vec_done(&made);
            return rc;
        }
    }
    Buffer *bytes = all.failed ? NULL : buffer_new(acct, all.n + 1);
    if (!bytes || vec_new_aux(&made, acct, 1, false) < 0) {
        buffer_unref(bytes);
        vec_done(&made);
        return RAISE_NOMEM(err);
    }
    memcpy(bytes->data, sb_cstr(&all), all.n);
    bytes->bytes = all.n;
    vec_add_str(&made, bytes, bytes->data);
    made.valid = MOVE(ret->valid);
    made.valid_buf = MOVE(ret->valid_buf);
    vec_done(ret);
    *ret = made;
    return 0;
}

int arrow_take_strings(Account *acct, Buffer *root, const ArrowColumn *c, int64_t start, Vec *ret, Err *err)
{
    TRY(c->format.layout == LAYOUT_VIEW ? take_views(acct, root, c, start, ret, err)
                                        : take_offsets(acct, root, c, start, ret, err));
    TypeId id = (TypeId)c->type.id;
    bool normal = id == T_JSONB || id == T_BITS || type_is_coded(id) || type_is_char(c->type);
    return normal ? take_normal_form(acct, c, start, ret, err) : 0;
}
