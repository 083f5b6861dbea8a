/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays: making, elements, slices, searches, comparison with ANY and ALL, texts.  Subscripts out of range give NULL, slices what
 * there is of them, as in PostgreSQL.  Elements are compared by their keys, which are bytes. */
#include "func/func_impl.h"

#include "data/array.h"

/* A kernel's way to write arrays: bytes of one row at a time. */
typedef struct ArrayWriter {
    StrWriter w;
    StrBuf b;
} ArrayWriter;

static void writer_open(ArrayWriter *t, EvalCtx *x, Vec *dst)
{
    strwriter_init(&t->w, dst, x->arena);
    sb_init(&t->b, x->arena->acct);
}

static int writer_row(ArrayWriter *t, uint32_t row)
{
    int rc = t->b.failed ? -ERR_OUT_OF_MEMORY : strwriter_put(&t->w, row, sb_cstr(&t->b), t->b.n);
    sb_clear(&t->b);
    return rc;
}

static int writer_close(ArrayWriter *t, int rc)
{
    sb_done(&t->b);
    return rc < 0 ? rc : strwriter_finish(&t->w);
}

static Value value_at(const Vec *v, uint32_t r)
{
    return vec_get(v, r & vec_mask(v));
}

static ArrayReader reader_at(const EvalCtx *x, const Vec *v, uint32_t r)
{
    return array_read(v->type, null_at(v, r) ? STR("") : text_at(v, r), x->arena);
}

static void put_key(StrBuf *b, Type element, const Vec *v, uint32_t r)
{
    SortSpec spec = {.type = element};
    Value e = value_at(v, r);
    sb_clear(b);
    sortkey_put(b, &spec, &e);
}

static int set_null(EvalCtx *x, Vec *dst, uint32_t r)
{
    TRY(vec_add_valid(dst, x->arena));
    bit_clear(dst->valid, r);
    return 0;
}

/* ---- making ---- */

static int make_array(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    ArrayWriter t;
    int rc = 0;
    writer_open(&t, x, dst);
    for (uint32_t i = 0; i < rows.n && rc >= 0; i++) {
        uint32_t r = row_at(rows, i);
        for (uint32_t k = 0; k < n_args; k++) {
            Value v = value_at(arg[k], r);
            array_put(&t.b, dst->type, &v);
        }
        rc = writer_row(&t, r);
    }
    return writer_close(&t, rc);
}

/* ---- measures ---- */

static int cardinality(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    ((int32_t *)dst->data)[r] = (int32_t)array_count(arg[0]->type, text_at(arg[0], r));
    return 0;
}

/* ---- searches ---- */

/* false: it has more dimensions than one, which is the row's error. */
static bool is_list(EvalCtx *x, uint32_t r, const Vec *v, const char *what, int32_t *ret_lower)
{
    ArrayDims d = {.n = 0};
    Str items;
    if (!null_at(v, r))
        array_dims_of(v->type, text_at(v, r), &d, &items);
    if (ret_lower)
        *ret_lower = d.n ? d.lower[0] : 1;
    if (d.n > 1)
        row_error(x, r, ERR_UNSUPPORTED, "%s is not supported", what);
    return d.n < 2;
}

static int array_position(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    _cleanup_(sb_done) StrBuf want;
    sb_init(&want, x->arena->acct);
    EACH_ROW(rows, r)
    {
        ArrayReader a = reader_at(x, arg[0], r);
        int32_t lower = 1;
        if (!is_list(x, r, arg[0], "searching for elements in multidimensional arrays", &lower))
            continue;
        int32_t at = lower - 1, from = n_args > 2 ? value_at(arg[2], r).i32 : lower;
        bool found = false;
        if (n_args > 2 && null_at(arg[2], r)) {
            row_error(x, r, ERR_NULL_NOT_ALLOWED, "initial position must not be null");
            continue;
        }
        bool may = !null_at(arg[0], r);
        put_key(&want, type_element(arg[0]->type), arg[1], r);
        for (Str key; may && !found && array_next_key(&a, &key);)
            found = ++at >= from && str_eq(key, sb_str(&want));
        if (!found)
            TRY(set_null(x, dst, r));
        ((int32_t *)dst->data)[r] = at;
    }
    return want.failed ? -ERR_OUT_OF_MEMORY : 0;
}

/* A list that has lost elements begins at the number that it began at. */
static void put_bounds_from(StrBuf *b, Type array, Str before)
{
    ArrayDims d;
    Str items;
    array_dims_of(array, before, &d, &items);
    d.len[0] = array_count(array, sb_str(b));
    if (d.n == 1)
        array_put_dims(b, &d);
}

/* Without the elements that equal the second argument, or with a third in their place: then the bounds stay. */
static int array_edit(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    ArrayWriter t;
    _cleanup_(sb_done) StrBuf want, instead;
    int rc = 0;
    writer_open(&t, x, dst);
    sb_init(&want, x->arena->acct);
    sb_init(&instead, x->arena->acct);
    for (uint32_t i = 0; i < rows.n && rc >= 0; i++) {
        uint32_t r = row_at(rows, i);
        ArrayReader a = reader_at(x, arg[0], r);
        put_key(&want, type_element(arg[0]->type), arg[1], r);
        if (n_args > 2)
            put_key(&instead, type_element(arg[0]->type), arg[2], r);
        if (n_args == 2)
            (void)is_list(x, r, arg[0], "removing elements from multidimensional arrays", NULL);
        for (Str key; array_next_key(&a, &key);)
            sb_putstr(&t.b, str_eq(key, sb_str(&want)) ? sb_str(&instead) : key);
        if (n_args > 2)
            sb_put(&t.b, a.bytes.p + a.at, a.bytes.n - a.at);
        else if (a.at < a.bytes.n && t.b.n > 0)
            put_bounds_from(&t.b, arg[0]->type, a.bytes);
        if (null_at(arg[0], r))
            rc = set_null(x, dst, r);
        rc = rc < 0 || want.failed || instead.failed ? -ERR_OUT_OF_MEMORY : writer_row(&t, r);
    }
    return writer_close(&t, rc);
}

static bool has_key(ArrayReader a, Str want)
{
    for (Str key; array_next_key(&a, &key);)
        if (str_eq(key, want) && !array_key_is_null(key))
            return true;
    return false;
}

/* Elements of a that b has: all of them, or some. */
static bool shares(ArrayReader a, ArrayReader b, bool all)
{
    for (Str key; array_next_key(&a, &key);)
        if (has_key(b, key) != all)
            return !all;
    return all;
}
static int contains(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    bit_put(dst->data, r, shares(reader_at(x, arg[1], r), reader_at(x, arg[0], r), true));
    return 0;
}
static int contained(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    bit_put(dst->data, r, shares(reader_at(x, arg[0], r), reader_at(x, arg[1], r), true));
    return 0;
}
static int overlaps(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    bit_put(dst->data, r, shares(reader_at(x, arg[0], r), reader_at(x, arg[1], r), false));
    return 0;
}

/* ---- ANY and ALL ---- */

typedef enum Comparison { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE, N_COMPARISONS } Comparison;

static bool compares(Comparison op, int c)
{
    switch (op) {
    case CMP_EQ: return c == 0;
    case CMP_NE: return c != 0;
    case CMP_LT: return c < 0;
    case CMP_LE: return c <= 0;
    case CMP_GT: return c > 0;
    default: return c >= 0;
    }
}

/* x op ANY (a): true when some element is true; else NULL when one is unknown; ALL is its mirror image. */
static int quantified(EvalCtx *x, const Vec *const *arg, Vec *dst, Rows rows, Comparison op, bool all)
{
    _cleanup_(sb_done) StrBuf left;
    sb_init(&left, x->arena->acct);
    EACH_ROW(rows, r)
    {
        ArrayReader a = reader_at(x, arg[1], r);
        bool unknown = null_at(arg[1], r), decided = false;
        put_key(&left, type_element(arg[1]->type), arg[0], r);
        for (Str key; !decided && array_next_key(&a, &key);) {
            bool is_null = array_key_is_null(key) || array_key_is_null(sb_str(&left));
            unknown |= is_null;
            decided = !is_null && compares(op, str_cmp(sb_str(&left), key)) != all;
        }
        bit_put(dst->data, r, decided ? !all : all);
        if (!decided && unknown)
            TRY(set_null(x, dst, r));
    }
    return left.failed ? -ERR_OUT_OF_MEMORY : 0;
}
#define QUANTIFIED(name, op)                                                                                                       \
    static int any_##name(KERNEL_ARGS)                                                                                             \
    {                                                                                                                              \
        KERNEL_UNUSED;                                                                                                             \
        return quantified(x, arg, dst, rows, op, false);                                                                           \
    }                                                                                                                              \
    static int all_##name(KERNEL_ARGS)                                                                                             \
    {                                                                                                                              \
        KERNEL_UNUSED;                                                                                                             \
        return quantified(x, arg, dst, rows, op, true);                                                                            \
    }
QUANTIFIED(eq, CMP_EQ)
QUANTIFIED(ne, CMP_NE)
QUANTIFIED(lt, CMP_LT)
QUANTIFIED(le, CMP_LE)
QUANTIFIED(gt, CMP_GT)
QUANTIFIED(ge, CMP_GE)

/* ---- texts ---- */

/* NULL elements are left out, or shown as the third argument. */
static int array_to_string(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    ArrayWriter t;
    int rc = 0;
    writer_open(&t, x, dst);
    for (uint32_t i = 0; i < rows.n && rc >= 0; i++) {
        uint32_t r = row_at(rows, i);
        ArrayReader a = reader_at(x, arg[0], r);
        bool first = true, shown = n_args > 2 && !null_at(arg[2], r);
        for (Value v; rc >= 0 && (rc = array_next(&a, &v)) > 0;) {
            if (v.is_null && !shown)
                continue;
            if (!first)
                sb_putstr(&t.b, text_at(arg[1], r));
            first = false;
            if (v.is_null)
                sb_putstr(&t.b, text_at(arg[2], r));
            else
                value_print(&v, &t.b);
        }
        if (rc >= 0 && (null_at(arg[0], r) || null_at(arg[1], r)))
            rc = set_null(x, dst, r);
        rc = rc < 0 ? rc : writer_row(&t, r);
    }
    return writer_close(&t, rc);
}

static void put_part(StrBuf *b, Type array, Str part, const Str *null_text)
{
    Value v = {.type = TYPE(TEXT), .is_null = null_text && str_eq(part, *null_text), .str = part};
    array_put(b, array, &v);
}

/* Without a separator every character is an element; an empty one makes the whole text the only one. */
static void split(StrBuf *b, Type array, Str s, const Str *separator, const Str *null_text)
{
    size_t from = 0;
    uint32_t code;
    for (size_t i = 0; s.n > 0 && i <= s.n;) {
        size_t step = 0;
        if (!separator)
            step = i < s.n ? (size_t)MAX(utf8_decode(s.p + i, s.n - i, &code), 1) : 0;
        bool cut = separator && separator->n > 0 && i + separator->n <= s.n && memcmp(s.p + i, separator->p, separator->n) == 0;
        if (!separator) {
            if (step > 0)
                put_part(b, array, (Str){s.p + i, step}, null_text);
            i += MAX(step, 1);
        } else if (cut || i == s.n) {
            put_part(b, array, (Str){s.p + from, i - from}, null_text);
            i = from = cut ? i + separator->n : s.n + 1;
        } else {
            i++;
        }
    }
}

static int string_to_array(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    ArrayWriter t;
    int rc = 0;
    writer_open(&t, x, dst);
    for (uint32_t i = 0; i < rows.n && rc >= 0; i++) {
        uint32_t r = row_at(rows, i);
        bool whole = null_at(arg[1], r), has_null = n_args > 2 && !null_at(arg[2], r);
        Str separator = whole ? STR("") : text_at(arg[1], r), null_text = has_null ? text_at(arg[2], r) : STR("");
        if (null_at(arg[0], r))
            rc = set_null(x, dst, r);
        else
            split(&t.b, dst->type, text_at(arg[0], r), whole ? NULL : &separator, has_null ? &null_text : NULL);
        rc = rc < 0 ? rc : writer_row(&t, r);
    }
    return writer_close(&t, rc);
}

static int text_array(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)args, (void)n_args, (void)err;
    *ret = type_array(TYPE(TEXT));
    return 0;
}

#define ANY_OF(op, name)                                                                                                           \
    FN2("any " op, TP_ANYELEMENT, TP_ANYARRAY, T_BOOL, any_##name, FN_INTERNAL, "some element", ""),                               \
        FN2("all " op, TP_ANYELEMENT, TP_ANYARRAY, T_BOOL, all_##name, FN_INTERNAL, "every element", "")
const FuncDef fn_array[] = {
    FN1("array", TP_ANYELEMENT, TP_ANYARRAY, make_array, FN_INTERNAL | FN_VARIADIC | FN_NOT_NULL, "array of the arguments", ""),
    FN1("cardinality", TP_ANYARRAY, T_I32, cardinality, FN_PURE, "number of elements", "cardinality(ARRAY[5, 6]) -> 2"),
    FN2("array_position", TP_ANYARRAY, TP_ANYELEMENT, T_I32, array_position, FN_ERR, "position of the first such element",
        "array_position(ARRAY[5, 6], 6) -> 2"),
    FN3("array_position", TP_ANYARRAY, TP_ANYELEMENT, T_I32, T_I32, array_position, FN_ERR, "the same from a position on",
        "array_position(ARRAY[5, 6, 5], 5, 2) -> 3"),
    FN2("array_remove", TP_ANYARRAY, TP_ANYELEMENT, TP_ANYARRAY, array_edit, FN_ERR, "array without such elements",
        "array_remove(ARRAY[5, 6, 5], 5) -> {6}"),
    FN3("array_replace", TP_ANYARRAY, TP_ANYELEMENT, TP_ANYELEMENT, TP_ANYARRAY, array_edit, FN_ERR,
        "array with such elements replaced", "array_replace(ARRAY[5, 6], 5, 7) -> {7,6}"),
    FN2("@>", TP_ANYARRAY, TP_ANYARRAY, T_BOOL, contains, FN_PURE | FN_OPERATOR, "has all elements of",
        "ARRAY[1, 2, 3] @> ARRAY[1, 3] -> true"),
    FN2("<@", TP_ANYARRAY, TP_ANYARRAY, T_BOOL, contained, FN_PURE | FN_OPERATOR, "all its elements are in",
        "ARRAY[1, 3] <@ ARRAY[1, 2, 3] -> true"),
    FN2("&&", TP_ANYARRAY, TP_ANYARRAY, T_BOOL, overlaps, FN_PURE | FN_OPERATOR, "has an element in common with",
        "ARRAY[1, 2] && ARRAY[2, 3] -> true"),
    FN2("array_to_string", TP_ANYARRAY, T_TEXT, T_TEXT, array_to_string, 0, "texts of the elements joined",
        "array_to_string(ARRAY[1, NULL, 3], '-') -> '1-3'"),
    FN3("array_to_string", TP_ANYARRAY, T_TEXT, T_TEXT, T_TEXT, array_to_string, 0, "the same, with a text for NULL",
        "array_to_string(ARRAY[1, NULL, 3], '-', '*') -> '1-*-3'"),
    FN2("string_to_array", T_TEXT, T_TEXT, T_ARRAY, string_to_array, 0, "parts of a text between separators",
        "string_to_array('a,b', ',') -> {a,b}", .ret_type = text_array),
    FN3("string_to_array", T_TEXT, T_TEXT, T_TEXT, T_ARRAY, string_to_array, 0, "the same, with a text that means NULL",
        "string_to_array('a,-', ',', '-') -> {a,NULL}", .ret_type = text_array),
    ANY_OF("=", eq),
    ANY_OF("<>", ne),
    ANY_OF("!=", ne),
    ANY_OF("<", lt),
    ANY_OF("<=", le),
    ANY_OF(">", gt),
    ANY_OF(">=", ge),
    {0},
};
