/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrow's lists, structs and maps to our values and back: inside the program each is a string of bytes (array.h, record.h), outside
 * it is a range of a child array or a row of several.  Labels of an ENUM are texts outside. */
#include "data/array.h"
#include "data/arrow_impl.h"
#include "data/record.h"

static int64_t load_offset(const ArrowColumn *c, int buffer, int64_t row)
{
    const void *p = c->array->buffers[buffer];
    bool narrow = c->format.layout == LAYOUT_LIST32 || c->format.layout == LAYOUT_LISTVIEW32;
    return narrow ? ARROW_LOAD(int32_t, p, c->offset + row) : ARROW_LOAD(int64_t, p, c->offset + row);
}

static bool row_is_null(const ArrowColumn *c, int64_t row)
{
    int64_t at = c->offset + row;
    return c->valid && !((c->valid[at / 8] >> (at % 8)) & 1);
}

/* The elements [*from, *to) of a row. */
static void list_at(const ArrowColumn *c, int64_t row, int64_t *from, int64_t *to)
{
    switch ((ArrowLayout)c->format.layout) {
    case LAYOUT_LIST_FIXED:
        if (__builtin_mul_overflow(c->offset + row, (int64_t)c->format.width, from) ||
            __builtin_add_overflow(*from, (int64_t)c->format.width, to))
            *to = -1;
        return;
    case LAYOUT_LISTVIEW32:
    case LAYOUT_LISTVIEW64:
        *from = load_offset(c, 1, row);
        if (__builtin_add_overflow(*from, load_offset(c, 2, row), to))
            *to = -1;
        return;
    default: *from = load_offset(c, 1, row); *to = load_offset(c, 1, row + 1);
    }
}

/* Lists follow each other, but for those with sizes, which may lie anywhere and overlap; what those of NULLs say does not count. */
int arrow_list_range(const ArrowColumn *c, int64_t start, uint32_t n_rows, int64_t *ret_first, uint32_t *ret_n, Err *err)
{
    bool anywhere = c->format.layout >= LAYOUT_LISTVIEW32;
    int64_t first = INT64_MAX, last = 0, from = 0, to = 0;
    for (uint32_t i = 0; i < n_rows; i++) {
        if (anywhere && row_is_null(c, start + i))
            continue;
        list_at(c, start + i, &from, &to);
        if (from < 0 || to < from || to > c->item->array->length)
            return RAISE(err, ERR_BAD_ARROW, "column \"%s\", row %lld: list offset out of range", c->name,
                         (long long)start + i + 1);
        first = MIN(first, from);
        last = MAX(last, to);
    }
    *ret_first = MIN(first, last);
    if (last - *ret_first > UINT32_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "column \"%s\": more than 2^32 list elements in a batch", c->name);
    *ret_n = (uint32_t)(last - *ret_first);
    return 0;
}

/* ---- packing ---- */

/* A vector being filled; its strings are owned at the end, with the validity that ret has. */
typedef struct Packer {
    Account *acct;
    Arena arena;
    StrBuf b; /* of one row */
    StrWriter w;
    Vec made;
} Packer;

static int packer_init(Packer *p, Account *acct, const Vec *ret)
{
    p->acct = acct;
    arena_init(&p->arena, acct, 0);
    sb_init(&p->b, acct);
    TRY(vec_scratch(&p->made, ret->type, ret->n, &p->arena));
    strwriter_init(&p->w, &p->made, &p->arena);
    return 0;
}

static int packer_row(Packer *p, uint32_t row)
{
    int rc = p->b.failed ? -ERR_OUT_OF_MEMORY : strwriter_put(&p->w, row, sb_cstr(&p->b), p->b.n);
    sb_clear(&p->b);
    return rc;
}

static int packer_end(Packer *p, Vec *ret)
{
    Vec own;
    if (strwriter_finish(&p->w) < 0 || vec_own(p->acct, &p->made, (Rows){ret->n, NULL}, &own) < 0)
        return -ERR_OUT_OF_MEMORY;
    own.valid = ret->valid;
    own.valid_buf = MOVE(ret->valid_buf);
    ret->valid = NULL;
    vec_done(ret);
    *ret = own;
    return 0;
}

static void packer_done(Packer *p)
{
    sb_done(&p->b);
    arena_done(&p->arena);
}

/* A list of lists: one array with a dimension more. */
static int pack_nested_list(StrBuf *b, const ArrowColumn *c, const Vec *items, uint32_t from, uint32_t n, Err *err)
{
    ArrayDims all = {.n = 0}, d = {.n = 0};
    Str bytes;
    for (uint32_t i = 0; i < n; i++) {
        if (vec_is_null(items, from + i))
            return RAISE(err, ERR_NULL_NOT_ALLOWED, "column \"%s\": a list within a list is null", c->name);
        array_dims_of(items->type, vec_str(vec_values(items), vec_phys(items, from + i)), &d, &bytes);
        if (i > 0 && !array_same_dims(&all, &d))
            return RAISE(err, ERR_SUBSCRIPT, "column \"%s\": lists within a list have different lengths", c->name);
        all = d;
        sb_putstr(b, bytes);
    }
    if (all.n == ARRAY_DIMS_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "column \"%s\": more than %d lists within each other", c->name, ARRAY_DIMS_MAX);
    ArrayDims made = {.n = all.n ? all.n + 1 : 0, .len = {n}, .lower = {1, 1, 1, 1, 1, 1}};
    memcpy(made.len + 1, all.len, all.n * sizeof(*all.len));
    array_put_dims(b, &made);
    return 0;
}

static int pack_map(Packer *p, const Vec *items, uint32_t from, uint32_t n, Err *err)
{
    Value *entry = ARENA_ARRAY(&p->arena, Value, 2 * (size_t)n + 1);
    if (!entry)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        Value row = vec_get(items, from + i);
        RecordReader r = record_read(items->type, row.is_null ? STR("") : row.str, &p->arena);
        for (uint32_t k = 0; k < 2; k++) {
            entry[2 * i + k] = value_null(items->type.nested->field[k].type);
            if (record_next(&r, &entry[2 * i + k]) < 0)
                return RAISE_NOMEM(err);
        }
    }
    return map_put(&p->b, entry, n, &p->arena, err);
}

static int pack_list(Packer *p, const ArrowColumn *c, const Vec *items, uint32_t from, uint32_t n, Type type, Err *err)
{
    if (type.id == T_MAP)
        return pack_map(p, items, from, n, err);
    if (items->type.id == T_ARRAY)
        return pack_nested_list(&p->b, c, items, from, n, err);
    for (uint32_t i = 0; i < n; i++) {
        Value v = vec_get(items, from + i);
        array_put(&p->b, type, &v);
    }
    return 0;
}

int arrow_pack_lists(Account *acct, const ArrowColumn *c, int64_t start, const Vec *items, int64_t first, Vec *ret, Err *err)
{
    _cleanup_(packer_done) Packer p;
    if (packer_init(&p, acct, ret) < 0)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < ret->n; i++) {
        int64_t from, to;
        list_at(c, start + i, &from, &to);
        if (!vec_is_null(ret, i))
            TRY(pack_list(&p, c, items, (uint32_t)(from - first), (uint32_t)(to - from), ret->type, err));
        if (packer_row(&p, i) < 0)
            return RAISE_NOMEM(err);
    }
    return packer_end(&p, ret) < 0 ? RAISE_NOMEM(err) : 0;
}

int arrow_pack_structs(Account *acct, const Vec *parts, Vec *ret, Err *err)
{
    _cleanup_(packer_done) Packer p;
    if (packer_init(&p, acct, ret) < 0)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < ret->n; i++) {
        for (uint32_t k = 0; k < ret->type.nested->n && !vec_is_null(ret, i); k++) {
            Value v = vec_get(&parts[k], i);
            record_put(&p.b, &v);
        }
        if (packer_row(&p, i) < 0)
            return RAISE_NOMEM(err);
    }
    return packer_end(&p, ret) < 0 ? RAISE_NOMEM(err) : 0;
}

int arrow_pack_fixed(Account *acct, const ArrowColumn *c, int64_t start, Vec *ret, Err *err)
{
    _cleanup_(packer_done) Packer p;
    const char *from = c->array->buffers[1];
    size_t n = c->format.width;
    if (packer_init(&p, acct, ret) < 0)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < ret->n; i++) {
        bool is_there = n > 0 && !vec_is_null(ret, i);
        if (strwriter_put(&p.w, i, is_there ? from + (size_t)(c->offset + start + i) * n : "", is_there ? n : 0) < 0)
            return RAISE_NOMEM(err);
    }
    return packer_end(&p, ret) < 0 ? RAISE_NOMEM(err) : 0;
}

/* Times with a zone. */
static int pack_times(const ArrowColumn *c, const Vec *texts, Vec *ret, Err *err)
{
    for (uint32_t i = 0; i < ret->n; i++) {
        Value v = {.i64 = 0};
        Err why = ERR_INIT;
        int rc = vec_is_null(texts, i) ? 0 : value_parse(ret->type, vec_str(vec_values(texts), vec_phys(texts, i)), NULL, &v, &why);
        if (rc < 0)
            return RAISE(err, (ErrCode)-rc, "column \"%s\": %s", c->name, why.message);
        ((int64_t *)ret->data)[i] = v.i64;
    }
    return 0;
}

int arrow_pack_labels(Account *acct, const ArrowColumn *c, const Vec *texts, Vec *ret, Err *err)
{
    if (vec_new_data(ret, acct, ret->type, ret->n) < 0)
        return RAISE_NOMEM(err);
    if (ret->type.id == T_TIMETZ)
        return pack_times(c, texts, ret, err);
    for (uint32_t i = 0; i < ret->n; i++) {
        Str label = vec_is_null(texts, i) ? STR("") : vec_str(vec_values(texts), vec_phys(texts, i));
        int32_t at = vec_is_null(texts, i) ? 0 : enum_find(ret->type, label);
        if (at < 0)
            return RAISE(err, ERR_INVALID_TEXT, "column \"%s\": invalid input value for enum %s: \"%.*s\"", c->name,
                         ret->type.nested->name, (int)MIN(label.n, (size_t)64), label.p);
        ((int32_t *)ret->data)[i] = at;
    }
    return 0;
}

/* ---- unpacking ---- */

/* Row `row` of a scratch vector; strings by the writer. */
static int put_item(Vec *items, StrWriter *w, uint32_t row, const Value *v, Arena *arena)
{
    if (v->is_null) {
        TRY(vec_add_valid(items, arena));
        bit_clear(items->valid, row);
    }
    if (type_is_string(items->type.id))
        return strwriter_put(w, row, v->is_null ? "" : v->str.p, v->is_null ? 0 : v->str.n);
    if (items->type.id == T_BOOL)
        bit_put(items->data, row, v->b);
    else
        memcpy((uint8_t *)items->data + (size_t)row * type_bytes(items->type.id), &v->b, type_bytes(items->type.id));
    return 0;
}

/* The elements of arrays. */
static int unpack_elements(const Vec *v, Vec *items, StrWriter *w, Arena *arena)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        Value e;
        ArrayReader r = array_read(v->type, vec_is_null(v, i) ? STR("") : vec_str(v, i), arena);
        for (int rc; (rc = array_next(&r, &e)) != 0; at++) {
            TRY(rc);
            TRY(put_item(items, w, at, &e, arena));
        }
    }
    return 0;
}

/* The entries of maps, as rows. */
static int unpack_entries(const Vec *v, StrWriter *w)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        RecordReader r = record_read(v->type, vec_is_null(v, i) ? STR("") : vec_str(v, i), NULL);
        for (Str key, value; record_next_key(&r, &key) && record_next_key(&r, &value); at++)
            TRY(strwriter_put(w, at, key.p, key.n + value.n)); /* they stand side by side */
    }
    return 0;
}

static int count_items(const char *name, const Vec *v, uint32_t row, uint32_t *ret, Err *err)
{
    ArrayDims d;
    Str items;
    *ret = 0;
    if (vec_is_null(v, row))
        return 0;
    if (v->type.id == T_MAP) {
        *ret = map_count(v->type, vec_str(v, row));
        return 0;
    }
    array_dims_of(v->type, vec_str(v, row), &d, &items);
    *ret = d.len[0];
    return d.n < 2 ? 0 : RAISE(err, ERR_UNSUPPORTED, "column \"%s\": an array of %u dimensions is no list", name, d.n);
}

int arrow_unpack_lists(Account *acct, const char *name, const Vec *v, int32_t *offsets, Vec *ret_items, Err *err)
{
    _cleanup_(arena_done) Arena arena;
    StrWriter w;
    Vec items;
    int64_t n = 0;
    uint32_t more;
    bool map = v->type.id == T_MAP;
    Type type = map ? (Type){.id = T_STRUCT, .nested = v->type.nested} : type_element(v->type);
    arena_init(&arena, acct, 0);
    for (uint32_t i = 0; i < v->n && n <= INT32_MAX; i++) {
        offsets[i] = (int32_t)n;
        TRY(count_items(name, v, i, &more, err));
        n += more;
    }
    if (n > INT32_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "column \"%s\": more than 2^31 list elements in a batch", name);
    offsets[v->n] = (int32_t)n;
    if (vec_scratch(&items, type, (uint32_t)n, &arena) < 0)
        return RAISE_NOMEM(err);
    strwriter_init(&w, &items, &arena);
    int rc = map ? unpack_entries(v, &w) : unpack_elements(v, &items, &w, &arena);
    if (rc < 0 || (type_is_string(type.id) && strwriter_finish(&w) < 0))
        return RAISE_NOMEM(err);
    return vec_own(acct, &items, (Rows){(uint32_t)n, NULL}, ret_items) < 0 ? RAISE_NOMEM(err) : 0;
}

static int unpack_field(Account *acct, const Vec *v, uint32_t k, Vec *ret)
{
    _cleanup_(arena_done) Arena arena;
    SortSpec spec = {.type = v->type.nested->field[k].type};
    StrWriter w;
    Vec part;
    arena_init(&arena, acct, 0);
    TRY(vec_scratch(&part, spec.type, v->n, &arena));
    strwriter_init(&w, &part, &arena);
    for (uint32_t i = 0; i < v->n; i++) {
        Value e = value_null(spec.type);
        RecordReader r = record_read(v->type, vec_is_null(v, i) ? STR("") : vec_str(v, i), &arena);
        Str key;
        for (uint32_t skip = 0; skip < k && record_next_key(&r, &key); skip++)
            ;
        TRY(record_next(&r, &e));
        TRY(put_item(&part, &w, i, &e, &arena));
    }
    if (type_is_string(spec.type.id))
        TRY(strwriter_finish(&w));
    return vec_own(acct, &part, (Rows){v->n, NULL}, ret);
}

int arrow_unpack_structs(Account *acct, const Vec *v, Vec *ret_parts, Err *err)
{
    for (uint32_t k = 0; k < v->type.nested->n; k++)
        if (unpack_field(acct, v, k, &ret_parts[k]) < 0)
            return RAISE_NOMEM(err);
    return 0;
}

int arrow_unpack_labels(Account *acct, const Vec *v, Vec *ret, Err *err)
{
    _cleanup_(arena_done) Arena arena;
    _cleanup_(sb_done) StrBuf text;
    StrWriter w;
    Vec texts;
    arena_init(&arena, acct, 0);
    sb_init(&text, acct);
    int rc = vec_scratch(&texts, TYPE(TEXT), v->n, &arena);
    if (rc >= 0)
        strwriter_init(&w, &texts, &arena);
    for (uint32_t i = 0; i < v->n && rc >= 0; i++) {
        Value of = vec_get(v, i);
        sb_clear(&text);
        value_print(&of, &text);
        Value label = {.type = TYPE(TEXT), .is_null = of.is_null, .str = {sb_cstr(&text), text.n}};
        rc = text.failed ? -ERR_OUT_OF_MEMORY : put_item(&texts, &w, i, &label, &arena);
    }
    if (rc < 0 || strwriter_finish(&w) < 0 || vec_own(acct, &texts, (Rows){v->n, NULL}, ret) < 0)
        return RAISE_NOMEM(err);
    return 0;
}
