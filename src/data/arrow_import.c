/* SPDX-License-Identifier: Apache-2.0
 *
 * Import of a struct ArrowArray as batches.  The producer's array moves into one counted root buffer, on which every vector that
 * points into it holds a reference; its release callback runs when the last one goes, on whatever thread that is.
 *
 * Nothing in the structs is believed that can be checked: counts, pointers, offsets, views, codes, ranges.  What cannot be checked
 * is the size of a buffer, which the interface does not carry.  Bitmaps are shared only where whole words can be read, values only
 * when their address is aligned; otherwise they are copied. */
#include "base/decimal.h"
#include "data/arrow_impl.h"
#include "data/value.h"

#define COLUMNS_INSIDE 12u

typedef struct Import {
    Account *acct;
    const TeamLoan *loan; /* NULL = none */
    bool trusted;
    const ArrowPlace *known; /* columns; NULL = the schema is looked at */
    Buffer *root;
    Schema *schema; /* of the batches */
    int64_t n_rows;
    uint32_t n_cols;
    ArrowColumn *cols; /* inside, when they are few */
    ArrowColumn inside[COLUMNS_INSIDE];
} Import;

/* Names of fields do not matter, what they are made of does. */
static bool same_parts(Type a, Type b)
{
    if (a.id != b.id)
        return false;
    if (a.id == T_ARRAY)
        return same_parts(type_element(a), type_element(b));
    if (a.id != T_STRUCT && a.id != T_MAP)
        return type_eq(a, b);
    bool same = a.nested->n == b.nested->n;
    for (uint32_t i = 0; same && i < a.nested->n; i++)
        same = same_parts(a.nested->field[i].type, b.nested->field[i].type);
    return same;
}

bool arrow_converts(const ArrowFormat *f, Type want)
{
    TypeId from = f->type.id, to = want.id;
    if (f->layout == LAYOUT_NULL)
        return true;
    if (from == T_DECIMAL)
        return to == T_DECIMAL && f->type.scale == want.scale && f->type.precision <= want.precision;
    if (type_is_integer(from) && type_is_integer(to))
        return type_bytes(to) >= type_bytes(from);
    if ((from == T_TS && to == T_TSNS) || (from == T_TSNS && to == T_TS) || (from == T_F32 && to == T_F64))
        return true;
    if (to == T_ENUM || to == T_TIMETZ || to == T_BITS || type_is_coded(to))
        return from == T_TEXT;
    if (f->width && from == T_UUID && to == T_BYTEA)
        return true;
    if (type_is_nested(from) || type_is_nested(to))
        return same_parts(f->type, want);
    return from == to || ((from == T_TEXT || type_is_json(from)) && (to == T_TEXT || type_is_json(to)));
}

static int bad(const ArrowColumn *c, Err *err, const char *what)
{
    return RAISE(err, ERR_BAD_ARROW, "column \"%s\": %s", c->name, what);
}

static int64_t expected_buffers(uint8_t layout)
{
    switch ((ArrowLayout)layout) {
    case LAYOUT_NULL: return 0;
    case LAYOUT_STRUCT:
    case LAYOUT_LIST_FIXED: return 1;
    case LAYOUT_LISTVIEW32:
    case LAYOUT_LISTVIEW64:
    case LAYOUT_STR32:
    case LAYOUT_STR64: return 3;
    default: return 2;
    }
}

static int check_buffers(const ArrowColumn *c, uint8_t layout, Err *err)
{
    const struct ArrowArray *a = c->array;
    if (layout == LAYOUT_VIEW) {
        if (a->n_buffers < 3 || a->n_buffers - 3 > UINT16_MAX)
            return bad(c, err, "wrong number of buffers for a string view column");
    } else if (layout == LAYOUT_NULL && a->n_buffers == 1) {
        return 0; /* as producers wrote it before Arrow 1.0 */
    } else if (a->n_buffers != expected_buffers(layout)) {
        return bad(c, err, "wrong number of buffers");
    }
    if (a->n_buffers > 0 && !a->buffers)
        return bad(c, err, "list of buffers is missing");
    if (layout == LAYOUT_NULL || layout == LAYOUT_STRUCT || layout == LAYOUT_LIST_FIXED || a->length == 0)
        return 0;
    if ((layout == LAYOUT_LISTVIEW32 || layout == LAYOUT_LISTVIEW64) && !a->buffers[2])
        return bad(c, err, "buffer of sizes is missing");
    if (!a->buffers[1] && !(layout == LAYOUT_FIXED && c->format.width == 0))
        return bad(c, err, "data buffer is missing");
    const int64_t *sizes = layout == LAYOUT_VIEW ? a->buffers[a->n_buffers - 1] : NULL;
    if (layout == LAYOUT_VIEW && a->n_buffers > 3 && !sizes)
        return bad(c, err, "list of buffer sizes is missing");
    for (int64_t i = 0; layout == LAYOUT_VIEW && i < a->n_buffers - 3; i++)
        if (!a->buffers[2 + i] && ARROW_LOAD(int64_t, sizes, i) > 0)
            return bad(c, err, "string buffer is missing");
    return 0;
}

/* Checks the array of c and sets its validity and offset.  skip: rows of the parent before row 0; n: rows needed after them. */
static int open_array(ArrowColumn *c, uint8_t layout, int64_t skip, int64_t n, Err *err)
{
    const struct ArrowArray *a = c->array;
    if (!a || !a->release)
        return bad(c, err, "array is missing or released");
    if (a->length < 0 || a->offset < 0 || a->offset > INT64_MAX / 32 || a->length > INT64_MAX / 32)
        return bad(c, err, "length or offset out of range");
    if (a->length < skip || a->length - skip < n)
        return bad(c, err, "array is shorter than the batch");
    if (a->null_count < -1 || a->null_count > a->length)
        return bad(c, err, "null count out of range");
    if (a->n_children != (layout == LAYOUT_STRUCT ? c->n_items : layout_is_list(layout)) || (a->n_children > 0 && !a->children))
        return bad(c, err, "wrong number of children");
    TRY(check_buffers(c, layout, err));
    c->offset = a->offset + skip;
    c->valid = layout != LAYOUT_NULL && a->null_count != 0 ? a->buffers[0] : NULL;
    if (!c->valid && layout != LAYOUT_NULL && a->null_count > 0)
        return bad(c, err, "there are nulls but no validity bitmap");
    return 0;
}

/* Bits [from, from + n) of a bitmap: shared when only whole words are read, else copied. */
static int take_bits(Import *im, const uint8_t *bits, int64_t from, uint32_t n, uint64_t **ret, Buffer **ret_buf)
{
    uintptr_t p = (uintptr_t)bits + (uintptr_t)(from / 8);
    if (from % 64 == 0 && n % 64 == 0 && p % sizeof(uint64_t) == 0) {
        *ret = (uint64_t *)p;
        *ret_buf = buffer_ref(im->root);
        return 0;
    }
    Buffer *b = buffer_new(im->acct, MAX(BIT_WORDS(n) * 8, 64));
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    bits_copy((uint64_t *)b->data, bits, (size_t)from, n);
    b->bytes = BIT_WORDS(n) * 8;
    *ret = (uint64_t *)b->data;
    *ret_buf = b;
    return 0;
}

static int take_valid(Import *im, const ArrowColumn *c, int64_t start, Vec *v, Err *err)
{
    if (!c->valid)
        return 0;
    if (take_bits(im, c->valid, c->offset + start, v->n, &v->valid, &v->valid_buf) < 0)
        return RAISE_NOMEM(err);
    if (bits_count(v->valid, v->n) < v->n)
        return 0;
    v->valid = NULL;
    v->valid_buf = buffer_unref(v->valid_buf);
    return 0;
}

bool arrow_same_bytes(const ArrowFormat *f, Type want)
{
    static const int64_t tick_ns[N_TYPES] = {
        [T_DATE] = 86400 * INT64_C(1000000000), [T_TIME] = 1000, [T_TS] = 1000, [T_TSTZ] = 1000, [T_TSNS] = 1};
    if (f->layout == LAYOUT_U8 || f->layout == LAYOUT_U16 || f->layout == LAYOUT_U32 || f->layout == LAYOUT_U64 ||
        layout_bytes(f->layout) != type_bytes(want.id) ||
        (type_is_limited(want) && want.length >= LIMIT_DIGITS && want.id != T_INTERVAL))
        return false;
    return f->tick_ns == tick_ns[want.id];
}

/* The producer's values as they are. */
static int take_plain(Import *im, const ArrowColumn *c, int64_t start, Vec *v, Err *err)
{
    uint32_t bytes = type_bytes(c->type.id);
    uintptr_t p = (uintptr_t)c->array->buffers[1] + (uintptr_t)(c->offset + start) * bytes;
    uintptr_t align = c->type.id == T_DECIMAL ? _Alignof(i128) : MIN(bytes, 8);
    bool cuts = c->type.id == T_INTERVAL && type_is_limited(c->type); /* then check_limits() writes */
    if (p % align == 0 && !cuts) {
        v->data = (void *)p;
        v->data_buf = buffer_ref(im->root);
        return 0;
    }
    if (vec_new_data(v, im->acct, v->type, v->n) < 0)
        return RAISE_NOMEM(err);
    memcpy(v->data, (const void *)p, (size_t)v->n * bytes);
    return 0;
}

static int64_t load_integer(uint8_t layout, const void *p, int64_t i)
{
    switch ((ArrowLayout)layout) {
    case LAYOUT_I8: return ARROW_LOAD(int8_t, p, i);
    case LAYOUT_U8: return ARROW_LOAD(uint8_t, p, i);
    case LAYOUT_I16: return ARROW_LOAD(int16_t, p, i);
    case LAYOUT_U16: return ARROW_LOAD(uint16_t, p, i);
    case LAYOUT_I32: return ARROW_LOAD(int32_t, p, i);
    case LAYOUT_U32: return ARROW_LOAD(uint32_t, p, i);
    default: return ARROW_LOAD(int64_t, p, i);
    }
}

static void store_integer(Vec *v, uint32_t i, int64_t x)
{
    switch (type_bytes(v->type.id)) {
    case 2: ((int16_t *)v->data)[i] = (int16_t)x; break;
    case 4: ((int32_t *)v->data)[i] = (int32_t)x; break;
    default: ((int64_t *)v->data)[i] = x; break;
    }
}

/* Integers of another width, and dates, times and timestamps of another unit (finer ones are floored). */
static int convert_integers(const ArrowColumn *c, int64_t start, Vec *v, Err *err)
{
    int64_t to_ns = c->type.id == T_DATE ? 86400 * INT64_C(1000000000) : c->type.id == T_TSNS ? 1 : 1000;
    int64_t mul = 1, div = 1;
    if (c->format.tick_ns > to_ns)
        mul = c->format.tick_ns / to_ns;
    else if (c->format.tick_ns)
        div = to_ns / c->format.tick_ns;
    for (uint32_t i = 0; i < v->n; i++) {
        int64_t x = 0;
        if (!vec_is_null(v, i)) {
            x = load_integer(c->format.layout, c->array->buffers[1], c->offset + start + i);
            if (div > 1)
                x = floor_div(x, div);
            else if (__builtin_mul_overflow(x, mul, &x))
                return RAISE(err, ERR_DATETIME_OVERFLOW, "column \"%s\", row %lld: timestamp out of range", c->name,
                             (long long)start + i + 1);
            if (c->type.id == T_DATE && (x < INT32_MIN || x > INT32_MAX))
                return RAISE(err, ERR_DATETIME_OVERFLOW, "column \"%s\", row %lld: date out of range", c->name,
                             (long long)start + i + 1);
            x = type_is_limited(c->type) ? type_round_us(c->type, x) : x;
        }
        store_integer(v, i, x);
    }
    return 0;
}

/* Values whose layout or unit differs from the vector's. */
static int take_converted(Import *im, const ArrowColumn *c, int64_t start, Vec *v, Err *err)
{
    if (vec_new_data(v, im->acct, v->type, v->n) < 0)
        return RAISE_NOMEM(err);
    const void *src = c->array->buffers[1];
    int64_t at = c->offset + start;
    if (c->format.layout == LAYOUT_F32) {
        for (uint32_t i = 0; i < v->n; i++)
            ((double *)v->data)[i] = ARROW_LOAD(float, src, at + i);
        return 0;
    }
    if (c->format.layout >= LAYOUT_F16)
        return arrow_convert_values(c, start, v, err);
    if (c->format.layout == LAYOUT_U64) {
        for (uint32_t i = 0; i < v->n; i++)
            ((i128 *)v->data)[i] = ARROW_LOAD(uint64_t, src, at + i);
        return 0;
    }
    return convert_integers(c, start, v, err);
}

/* Values of a type that admits only a part of them; intervals lose the fields that theirs has not. */
static int check_limits(const ArrowColumn *c, int64_t start, const Vec *v, Err *err)
{
    char name[64];
    for (uint32_t i = 0; i < v->n; i++) {
        Value one = vec_get(v, i);
        one.type = c->type;
        if (value_limit(c->type, &one, NULL) == 0) {
            if (c->type.id == T_INTERVAL && !one.is_null)
                ((Interval *)v->data)[i] = one.iv;
            continue;
        }
        type_print(c->type, name, sizeof(name));
        return RAISE(err, ERR_NUMERIC_RANGE, "column \"%s\", row %lld: value out of range for type %s", c->name,
                     (long long)start + i + 1, name);
    }
    return 0;
}

/* Ranges that the rest of the program relies on. */
static int check_ranges(const ArrowColumn *c, int64_t start, const Vec *v, Err *err)
{
    if (unlikely(type_is_limited(c->type)))
        TRY(check_limits(c, start, v, err));
    for (uint32_t i = 0; c->type.id == T_TIME && i < v->n; i++) {
        int64_t us = ((const int64_t *)v->data)[i];
        if (!vec_is_null(v, i) && !time_is_valid(us))
            return RAISE(err, ERR_DATETIME_OVERFLOW, "column \"%s\", row %lld: time out of range", c->name,
                         (long long)start + i + 1);
    }
    for (uint32_t i = 0; c->type.id == T_DECIMAL && i < v->n; i++)
        if (!vec_is_null(v, i) && !decimal_fits(((const i128 *)v->data)[i], c->type.precision))
            return RAISE(err, ERR_NUMERIC_RANGE, "column \"%s\", row %lld: decimal exceeds precision %u", c->name,
                         (long long)start + i + 1, c->type.precision);
    return 0;
}

/* A CONST vector of nulls. */
static void take_nulls(Vec *v)
{
    static _Alignas(16) uint8_t zero[16];
    v->kind = VEC_CONST;
    v->data = zero;
    v->valid = (uint64_t *)zero;
}

static int take_flat(Import *im, const ArrowColumn *c, int64_t start, Vec *v, Err *err);

static int take_lists(Import *im, const ArrowColumn *c, int64_t start, Vec *v, Err *err)
{
    int64_t first;
    _cleanup_(vec_done) Vec items = {.type = c->item->type};
    TRY(arrow_list_range(c, start, v->n, &first, &items.n, err));
    TRY(take_flat(im, c->item, first, &items, err));
    if (vec_new_data(v, im->acct, v->type, v->n) < 0)
        return RAISE_NOMEM(err);
    return arrow_pack_lists(im->acct, c, start, &items, first, v, err);
}

/* The fields' rows are the struct's: its offset counts for them, too. */
static int take_structs(Import *im, const ArrowColumn *c, int64_t start, Vec *v, Err *err)
{
    size_t bytes = MAX(c->n_items, 1u) * sizeof(Vec);
    Vec *part = mem_zalloc(im->acct, bytes);
    int rc = part ? 0 : RAISE_NOMEM(err);
    for (uint32_t i = 0; part && i < c->n_items && rc == 0; i++) {
        part[i] = (Vec){.type = c->item[i].type, .n = v->n};
        rc = take_flat(im, &c->item[i], c->offset + start, &part[i], err);
    }
    if (rc == 0 && vec_new_data(v, im->acct, v->type, v->n) < 0)
        rc = RAISE_NOMEM(err);
    if (rc == 0)
        rc = arrow_pack_structs(im->acct, part, v, err);
    for (uint32_t i = 0; part && i < c->n_items; i++)
        vec_done(&part[i]);
    mem_free(im->acct, part, part ? bytes : 0);
    return rc;
}

static int take_labels(Import *im, const ArrowColumn *c, int64_t start, Vec *v, Err *err)
{
    ArrowColumn texts = *c;
    _cleanup_(vec_done) Vec text = {.type = TYPE(TEXT), .n = v->n};
    texts.type = TYPE(TEXT);
    texts.same_bytes = arrow_same_bytes(&texts.format, texts.type);
    TRY(take_flat(im, &texts, start, &text, err));
    TRY(take_valid(im, c, start, v, err));
    return arrow_pack_labels(im->acct, c, &text, v, err);
}

/* Positions [start, start + v->n) of a column that is not dictionary-encoded. */
static int take_flat(Import *im, const ArrowColumn *c, int64_t start, Vec *v, Err *err)
{
    if (c->format.layout == LAYOUT_NULL || v->n == 0) {
        take_nulls(v);
        return 0;
    }
    if (c->type.id == T_ENUM || c->type.id == T_TIMETZ)
        return take_labels(im, c, start, v, err);
    TRY(take_valid(im, c, start, v, err));
    if (c->format.layout == LAYOUT_STRUCT)
        return take_structs(im, c, start, v, err);
    if (c->format.layout == LAYOUT_BIT) {
        uint64_t *bits;
        if (take_bits(im, c->array->buffers[1], c->offset + start, v->n, &bits, &v->data_buf) < 0)
            return RAISE_NOMEM(err);
        v->data = bits;
        return 0;
    }
    if (layout_is_list(c->format.layout))
        return take_lists(im, c, start, v, err);
    if (c->format.layout == LAYOUT_FIXED || (c->format.width && c->type.id == T_BYTEA))
        return arrow_pack_fixed(im->acct, c, start, v, err);
    if (c->format.layout == LAYOUT_STR32 || c->format.layout == LAYOUT_STR64) {
        if (vec_new_data(v, im->acct, v->type, v->n) < 0)
            return RAISE_NOMEM(err);
        return arrow_take_strings(im->acct, im->root, c, start, v, err);
    }
    TRY(c->same_bytes ? take_plain(im, c, start, v, err) : take_converted(im, c, start, v, err));
    return c->format.layout == LAYOUT_VIEW ? arrow_take_strings(im->acct, im->root, c, start, v, err)
                                           : check_ranges(c, start, v, err);
}

/* The code of a row; -1 = null, by its own validity or its entry's. */
static int code_at(const ArrowColumn *c, int64_t row, int64_t *ret, Err *err)
{
    int64_t at = c->offset + row;
    *ret = -1;
    if (c->valid && !((c->valid[at / 8] >> (at % 8)) & 1))
        return 0;
    int64_t code = load_integer(c->code_layout, c->array->buffers[1], at);
    if (code < 0 || code >= c->dict->n) /* an uint64 above INT64_MAX is negative here */
        return RAISE(err, ERR_BAD_ARROW, "column \"%s\", row %lld: dictionary index out of range", c->name, (long long)row + 1);
    if (!c->dict_valid || bit_get(c->dict_valid, (size_t)code))
        *ret = code;
    return 0;
}

static int take_codes(Import *im, const ArrowColumn *c, int64_t start, Vec *v, Err *err)
{
    v->kind = VEC_DICT;
    v->code_bytes = c->dict->n <= UINT16_MAX + 1u ? 2 : 4;
    if (vec_new_aux(v, im->acct, 0, true) < 0)
        return RAISE_NOMEM(err);
    vec_ref(c->dict, v->child);
    v->str_data = NULL;
    v->str_bufs = NULL;
    v->data_buf = buffer_new(im->acct, MAX((size_t)v->n * v->code_bytes, 64));
    if (!v->data_buf || vec_new_valid(v, im->acct, v->n) < 0)
        return RAISE_NOMEM(err);
    v->data = v->data_buf->data;
    v->data_buf->bytes = (size_t)v->n * v->code_bytes;
    bits_fill(v->valid, v->n, true);
    bool has_null = false;
    for (uint32_t i = 0; i < v->n; i++) {
        int64_t code;
        TRY(code_at(c, start + i, &code, err));
        if (code < 0) {
            has_null = true;
            bit_clear(v->valid, i);
            code = 0;
        }
        if (v->code_bytes == 2)
            ((uint16_t *)v->data)[i] = (uint16_t)code;
        else
            ((uint32_t *)v->data)[i] = (uint32_t)code;
    }
    if (!has_null) {
        v->valid = NULL;
        v->valid_buf = buffer_unref(v->valid_buf);
    }
    return 0;
}

static int take_column(Import *im, const ArrowColumn *c, int64_t start, Vec *v, Err *err)
{
    if (!c->dict) {
        TRY(take_flat(im, c, start, v, err));
    } else if (c->dict->n > 0) {
        TRY(take_codes(im, c, start, v, err));
    } else {
        for (uint32_t i = 0; i < v->n; i++) {
            int64_t code;
            TRY(code_at(c, start + i, &code, err)); /* of an empty dictionary only nulls are right */
        }
        take_nulls(v);
    }
    if (c->not_null && v->valid && v->n > 0)
        return RAISE(err, ERR_NOT_NULL, "column \"%s\" is NOT NULL but has nulls", c->name);
    return 0;
}

static int read_format(ArrowColumn *c, const struct ArrowSchema *schema, Err *err)
{
    TRY(arrow_format_of(schema, c->name, &c->format, err));
    c->same_bytes = arrow_same_bytes(&c->format, c->type);
    return 0;
}

static int open_dictionary(Import *im, ArrowColumn *c, const struct ArrowSchema *schema, Err *err)
{
    ArrowFormat codes;
    struct ArrowSchema plain = *schema;
    ArrowColumn values = *c;
    plain.dictionary = NULL;
    plain.metadata = NULL;
    TRY(arrow_format_of(&plain, c->name, &codes, err));
    if (!layout_is_integer(codes.layout) || codes.tick_ns)
        return bad(c, err, "dictionary indexes are not integers");
    if (c->format.layout == LAYOUT_NULL)
        return RAISE(err, ERR_UNSUPPORTED, "column \"%s\": a dictionary of nulls is not supported", c->name);
    c->code_layout = codes.layout;
    values.array = c->array->dictionary;
    int64_t n = values.array ? values.array->length : 0;
    TRY(open_array(&values, c->format.layout, 0, n, err));
    if (n > INT32_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "column \"%s\": dictionary of %lld entries is too large", c->name, (long long)n);
    c->dict = mem_zalloc(im->acct, sizeof(Vec));
    if (!c->dict)
        return RAISE_NOMEM(err);
    c->dict->type = c->type;
    c->dict->n = (uint32_t)n;
    TRY(take_flat(im, &values, 0, c->dict, err));
    if (n > 0) {
        c->dict_valid = c->dict->valid;
        c->dict_valid_buf = MOVE(c->dict->valid_buf);
        c->dict->valid = NULL;
    }
    vec_share(c->dict);
    return 0;
}

static int open_parts(Import *im, ArrowColumn *c, const struct ArrowSchema *schema, Err *err);

static int open_part(Import *im, ArrowColumn *part, const struct ArrowArray *array, const struct ArrowSchema *schema, int64_t skip,
                     Err *err)
{
    part->array = array;
    TRY(read_format(part, schema, err));
    if (array && array->dictionary)
        return bad(part, err, "schema and array disagree about a dictionary");
    TRY(open_parts(im, part, schema, err));
    return open_array(part, part->format.layout, skip, 0, err);
}

/* The elements of a list, a column whose rows the offsets name, or the fields of a struct. */
static int open_parts(Import *im, ArrowColumn *c, const struct ArrowSchema *schema, Err *err)
{
    bool list = layout_is_list(c->format.layout);
    if (!list && c->format.layout != LAYOUT_STRUCT)
        return 0;
    uint32_t n = list ? 1 : (uint32_t)schema->n_children;
    if (!c->array || !c->array->release || c->array->n_children != n || (n > 0 && !c->array->children))
        return bad(c, err, "wrong number of children");
    c->item = mem_zalloc(im->acct, MAX(n, 1u) * sizeof(ArrowColumn));
    if (!c->item)
        return RAISE_NOMEM(err);
    c->n_items = n;
    for (uint32_t i = 0; i < n; i++) {
        ArrowFormat f;
        TRY(arrow_format_of(schema->children[i], c->name, &f, err));
        Type t = list && c->type.id == T_ARRAY && f.type.id != T_ARRAY ? type_element(c->type)
                 : list                                                ? f.type
                                                                       : c->type.nested->field[i].type;
        c->item[i] = (ArrowColumn){.name = c->name, .type = t, .trusted = im->trusted};
        TRY(open_part(im, &c->item[i], c->array->children[i], schema->children[i], list ? 0 : c->array->offset, err));
        c->item[i].offset -= list ? 0 : c->array->offset; /* rows are counted from there anyway */
    }
    return 0;
}

static int check_converts(const ArrowColumn *c, Err *err)
{
    char from[64], to[64];
    if (arrow_converts(&c->format, c->type))
        return 0;
    type_print(c->format.type, from, sizeof from);
    type_print(c->type, to, sizeof to);
    return RAISE(err, ERR_SCHEMA_MISMATCH, "column \"%s\" is of type %s but the data is of type %s", c->name, to, from);
}

static int open_column(Import *im, ArrowColumn *c, const struct ArrowArray *top, uint32_t i, const struct ArrowSchema *schema,
                       Err *err)
{
    const Field *f = &im->schema->field[i];
    *c =
        (ArrowColumn){.name = f->name, .type = f->type, .not_null = f->not_null, .trusted = im->trusted, .array = top->children[i]};
    if (im->known) {
        c->format = im->known[i].as;
        c->same_bytes = im->known[i].same_bytes;
    } else {
        TRY(read_format(c, schema, err));
        TRY(check_converts(c, err));
    }
    if (!c->array || !c->array->release)
        return bad(c, err, "array is missing or released");
    if (!schema->dictionary != !c->array->dictionary)
        return bad(c, err, "schema and array disagree about a dictionary");
    if (schema->dictionary)
        TRY(open_dictionary(im, c, schema, err));
    TRY(open_parts(im, c, schema, err));
    return open_array(c, c->dict ? c->code_layout : c->format.layout, top->offset, im->n_rows, err);
}

static int check_top(const struct ArrowArray *a, const struct ArrowSchema *schema, Err *err)
{
    if (a->length < 0 || a->offset < 0 || a->length > INT64_MAX / 32 || a->offset > INT64_MAX / 32)
        return RAISE(err, ERR_BAD_ARROW, "Arrow array: length or offset out of range");
    if (a->n_children != schema->n_children || (a->n_children > 0 && !a->children))
        return RAISE(err, ERR_BAD_ARROW, "Arrow array has %lld children but its schema has %lld", (long long)a->n_children,
                     (long long)schema->n_children);
    if (a->dictionary || a->n_buffers != 1 || !a->buffers)
        return RAISE(err, ERR_BAD_ARROW, "Arrow array is not a struct");
    if (a->null_count < -1 || a->null_count > a->length || (a->null_count > 0 && !a->buffers[0]))
        return RAISE(err, ERR_BAD_ARROW, "Arrow array: null count out of range");
    const uint8_t *valid = a->null_count != 0 ? a->buffers[0] : NULL;
    for (int64_t i = a->offset; valid && i < a->offset + a->length; i++)
        if (!((valid[i / 8] >> (i % 8)) & 1))
            return RAISE(err, ERR_BAD_ARROW, "Arrow array: row %lld as a whole is null", (long long)(i - a->offset) + 1);
    return 0;
}

static uint32_t lists_of(const ArrowColumn *c)
{
    return !c->dict && c->format.layout == LAYOUT_VIEW && type_is_string((TypeId)c->type.id) ? (uint32_t)c->array->n_buffers - 3
                                                                                             : 0;
}

/* One piece of memory for the lists of string buffers of all columns that are taken as they are. */
static int share_lists(const Import *im, Batch *b, Err *err)
{
    uint32_t n = 0, n_cols = 0, at = 0;
    for (uint32_t i = 0; i < im->n_cols; i++) {
        n += lists_of(&im->cols[i]);
        n_cols += lists_of(&im->cols[i]) > 0;
    }
    if (n_cols < 2 || b->n == 0)
        return 0;
    Buffer *all = buffer_new(im->acct, (size_t)n * 2 * sizeof(void *));
    if (!all)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < im->n_cols; i++) {
        uint32_t of_col = lists_of(&im->cols[i]);
        if (of_col > 0)
            vec_place_aux(&b->col[i], buffer_ref(all), at, of_col);
        at += of_col;
    }
    buffer_unref(all);
    return 0;
}

static int import_slices(Import *im, ArrowBatchFn each, void *self, Err *err)
{
    for (int64_t start = 0; start < im->n_rows; start += BATCH_ROWS_MAX) {
        uint32_t n = (uint32_t)MIN(im->n_rows - start, BATCH_ROWS_MAX);
        _cleanup_(batch_unrefp) Batch *b = batch_new(im->acct, im->schema, n);
        if (!b)
            return RAISE_NOMEM(err);
        TRY(share_lists(im, b, err));
        if (im->loan)
            arrow_sweep_shared(im->loan, im->cols, im->n_cols, start, n);
        for (uint32_t i = 0; i < im->n_cols; i++)
            TRY(take_column(im, &im->cols[i], start, &b->col[i], err));
        TRY(each(self, MOVE(b), err));
    }
    return 0;
}

static void parts_done(Import *im, ArrowColumn *c)
{
    for (uint32_t i = 0; c->item && i < c->n_items; i++)
        parts_done(im, &c->item[i]);
    mem_free(im->acct, c->item, c->item ? MAX(c->n_items, 1u) * sizeof(ArrowColumn) : 0);
}

static void import_done(Import *im)
{
    for (uint32_t i = 0; im->cols && i < im->n_cols; i++) {
        ArrowColumn *c = &im->cols[i];
        parts_done(im, c);
        if (!c->dict)
            continue;
        vec_done(c->dict);
        mem_free(im->acct, c->dict, sizeof(Vec));
        buffer_unref(c->dict_valid_buf);
    }
    if (im->cols != im->inside)
        mem_free(im->acct, im->cols, im->n_cols * sizeof(ArrowColumn));
    schema_unref(im->schema);
    buffer_unref(im->root);
}

static int import_open(Import *im, const struct ArrowSchema *in_schema, const Schema *want, Err *err)
{
    const struct ArrowArray *top = im->root->owner;
    if (!im->known)
        TRY(arrow_check_schema(in_schema, err));
    TRY(check_top(top, in_schema, err));
    if (want && want->n != in_schema->n_children)
        return RAISE(err, ERR_SCHEMA_MISMATCH, "the relation has %u columns but the data has %lld", want->n,
                     (long long)in_schema->n_children);
    if (want)
        im->schema = schema_ref(want);
    else
        TRY(arrow_import_schema(im->acct, in_schema, &im->schema, err));
    im->n_rows = top->length;
    im->n_cols = im->schema->n;
    if (im->n_cols == 0)
        return 0;
    im->cols = im->n_cols <= COLUMNS_INSIDE ? im->inside : mem_alloc(im->acct, im->n_cols * sizeof(ArrowColumn));
    if (!im->cols)
        return RAISE_NOMEM(err);
    memset(im->cols, 0, im->n_cols * sizeof(ArrowColumn));
    for (uint32_t i = 0; i < im->n_cols; i++)
        TRY(open_column(im, &im->cols[i], top, i, in_schema->children[i], err));
    return 0;
}

static void root_release(Buffer *b)
{
    struct ArrowArray *a = b->owner;
    if (a->release)
        a->release(a);
}

/* The root holds the moved struct in its own bytes. */
static Buffer *root_new(Account *acct, struct ArrowArray *array)
{
    Buffer *b = buffer_new(acct, sizeof *array);
    if (!b) {
        array->release(array);
        return NULL;
    }
    b->owner = memcpy(b->data, array, sizeof *array);
    b->release = root_release;
    b->shared = true;
    array->release = NULL;
    return b;
}

int arrow_import_taking(Account *acct, ArrowTake how, struct ArrowArray *array, const struct ArrowSchema *in_schema,
                        const Schema *want, ArrowBatchFn each, void *self, Err *err)
{
    _cleanup_(import_done) Import im; /* all but the columns inside, which are cleared when they are used */
    memset(&im, 0, offsetof(Import, inside));
    im.acct = acct;
    im.loan = how.trusted ? NULL : how.loan;
    im.trusted = how.trusted;
    im.known = how.view ? arrow_view_places(how.view, in_schema, want) : NULL;
    ASSERT(each);
    if (!array || !array->release)
        return RAISE(err, ERR_BAD_ARROW, "Arrow array is missing or released");
    im.root = root_new(acct, array);
    if (!im.root)
        return RAISE_NOMEM(err);
    TRY(import_open(&im, in_schema, want, err));
    return import_slices(&im, each, self, err);
}

int arrow_import(Account *acct, struct ArrowArray *array, const struct ArrowSchema *in_schema, const Schema *want,
                 ArrowBatchFn each, void *self, Err *err)
{
    return arrow_import_taking(acct, (ArrowTake){0}, array, in_schema, want, each, self, err);
}
