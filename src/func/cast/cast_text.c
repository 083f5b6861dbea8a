/* SPDX-License-Identifier: Apache-2.0
 *
 * Casts from and to text.  The text forms themselves are data/value.h's; only booleans differ ('true' here, 't' in results), and
 * VARCHAR(n) cuts by code points.  A value that does not parse is the row's error with the parser's message. */
#include "func/cast/cast_impl.h"

#include "data/array.h"
#include "func/func_impl.h"

/* Stores a parsed or computed value of a fixed-width type; strings go through a StrWriter. */
static void store_value(Vec *dst, uint32_t row, const Value *v)
{
    if (dst->type.id == T_BOOL)
        bit_put(dst->data, row, v->b);
    else
        memcpy((uint8_t *)dst->data + (size_t)row * type_bytes(dst->type.id), (const uint8_t *)v + offsetof(Value, b),
               type_bytes(dst->type.id));
}

static int cast_from_text(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    bool is_string = type_is_string(dst->type.id);
    StrWriter w;
    if (is_string)
        strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Err err = ERR_INIT;
        Value v = value_null(dst->type);
        int rc = value_parse_sql(dst->type, text_at(arg[0], r), x->arena, &v, &err);
        if (rc == -ERR_OUT_OF_MEMORY)
            return rc;
        if (rc < 0)
            row_error(x, r, (ErrCode)-rc, "%s", err.message);
        if (!is_string)
            store_value(dst, r, &v);
        else
            TRY(strwriter_put(&w, r, rc < 0 ? "" : v.str.p, rc < 0 ? 0 : v.str.n));
    }
    return is_string ? strwriter_finish(&w) : 0;
}

/* Each element by itself; the first that fails is the row's error. */
static int cast_elements(const EvalCtx *x, ArrayReader *from, Type to, bool stored, StrBuf *ret, Err *err)
{
    Value v, made;
    for (int rc; (rc = array_next(from, &v)) != 0;) {
        TRY(rc);
        TRY((stored ? cast_assign : cast_value)(&v, type_element(to), x->arena, &made, err));
        array_put(ret, to, &made);
    }
    sb_put(ret, from->bytes.p + from->at, from->bytes.n - from->at); /* the bounds */
    return ret->failed ? -ERR_OUT_OF_MEMORY : 0;
}

static int array_rows(EvalCtx *x, const Vec *const *arg, Vec *dst, Rows rows, bool stored)
{
    StrWriter w;
    _cleanup_(sb_done) StrBuf b;
    strwriter_init(&w, dst, x->arena);
    sb_init(&b, x->arena->acct);
    EACH_ROW(rows, r)
    {
        Err err = ERR_INIT;
        ArrayReader from = array_read(arg[0]->type, text_at(arg[0], r), x->arena);
        sb_clear(&b);
        int rc = cast_elements(x, &from, dst->type, stored, &b, &err);
        if (rc == -ERR_OUT_OF_MEMORY)
            return rc;
        if (rc < 0)
            row_error(x, r, (ErrCode)-rc, "%s", err.message);
        TRY(strwriter_put(&w, r, sb_cstr(&b), rc < 0 ? 0 : b.n));
    }
    return strwriter_finish(&w);
}

static int cast_arrays(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return array_rows(x, arg, dst, rows, false);
}
static int store_arrays(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return array_rows(x, arg, dst, rows, true);
}
const CastDef cast_array_assign = {T_ARRAY, T_ARRAY, CAST_ASSIGN, true, false, store_arrays};

static int cast_to_text(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, x->arena->acct);
    uint32_t m = vec_mask(arg[0]);
    EACH_ROW(rows, r)
    {
        Value v = vec_get(arg[0], r & m);
        sb_clear(&b);
        if (v.type.id == T_BOOL)
            sb_puts(&b, v.b ? "true" : "false");
        else
            value_print(&v, &b);
        if (b.failed)
            return -ERR_OUT_OF_MEMORY;
        TRY(strwriter_put(&w, r, sb_cstr(&b), b.n));
    }
    return strwriter_finish(&w);
}

/* Length of the first n code points; 0 = no limit. */
static size_t limit_of(Str s, uint32_t n)
{
    return n == 0 || s.n <= n ? s.n : utf8_offset(s.p, s.n, n);
}

/* The first n bytes of s; for CHAR(length) filled up with blanks. */
static int put_limited(StrWriter *w, uint32_t r, Str s, size_t n, Type to, StrBuf *filled)
{
    size_t n_chars = type_is_char(to) ? utf8_length(s.p, n) : to.length;
    if (n_chars >= to.length)
        return strwriter_put(w, r, s.p, n);
    sb_clear(filled);
    sb_put(filled, s.p, n);
    for (; n_chars < to.length; n_chars++)
        sb_putc(filled, ' ');
    return filled->failed ? -ERR_OUT_OF_MEMORY : strwriter_put(w, r, sb_cstr(filled), filled->n);
}

static int limit_rows(EvalCtx *x, const Vec *const *arg, Vec *dst, Rows rows, bool cut, bool check)
{
    StrWriter w;
    _cleanup_(sb_done) StrBuf filled;
    char type[64];
    strwriter_init(&w, dst, x->arena);
    sb_init(&filled, x->arena->acct);
    type_print(dst->type, type, sizeof(type));
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r);
        size_t n = limit_of(s, dst->type.length);
        if (!cut) { /* blanks behind the length do not count */
            size_t end = s.n;
            while (end > n && s.p[end - 1] == ' ')
                end--;
            n = end;
        }
        for (size_t i = n; check && i < s.n; i++) {
            if (s.p[i] != ' ') {
                row_error(x, r, ERR_STRING_TOO_LONG, "value too long for type %s", type);
                break;
            }
        }
        TRY(put_limited(&w, r, s, n, dst->type, &filled));
    }
    return strwriter_finish(&w);
}

static int cut_text(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return limit_rows(x, arg, dst, rows, true, false);
}
static int check_text(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return limit_rows(x, arg, dst, rows, true, true);
}
static int fill_text(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return limit_rows(x, arg, dst, rows, false, false);
}

static int strip_text(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    {
        Str s = text_at(arg[0], r);
        while (s.n && s.p[s.n - 1] == ' ')
            s.n--;
        TRY(strwriter_put(&w, r, s.p, s.n));
    }
    return strwriter_finish(&w);
}

const CastDef cast_text_fill = {T_TEXT, T_TEXT, CAST_IMPLICIT, false, false, fill_text};
const CastDef cast_text_strip = {T_TEXT, T_TEXT, CAST_IMPLICIT, false, false, strip_text};
const CastDef cast_text_assign = {T_TEXT, T_TEXT, CAST_IMPLICIT, true, false, check_text};

#define FROM_TEXT(to)                                                                                                              \
    {                                                                                                                              \
        T_TEXT, T_##to, CAST_EXPLICIT, true, false, cast_from_text                                                                 \
    }
#define TO_TEXT(from)                                                                                                              \
    {                                                                                                                              \
        T_##from, T_TEXT, CAST_ASSIGN, false, false, cast_to_text                                                                  \
    }
const CastDef cast_texts[] = {
    {T_TEXT, T_TEXT, CAST_IMPLICIT, false, false, cut_text},
    FROM_TEXT(BOOL),
    FROM_TEXT(I16),
    FROM_TEXT(I32),
    FROM_TEXT(I64),
    FROM_TEXT(F32),
    FROM_TEXT(F64),
    FROM_TEXT(DECIMAL),
    FROM_TEXT(BYTEA),
    FROM_TEXT(BITS),
    FROM_TEXT(DATE),
    FROM_TEXT(TIME),
    FROM_TEXT(TIMETZ),
    FROM_TEXT(TS),
    FROM_TEXT(TSTZ),
    FROM_TEXT(TSNS),
    FROM_TEXT(INTERVAL),
    FROM_TEXT(UUID),
    FROM_TEXT(JSON),
    FROM_TEXT(JSONB),
    FROM_TEXT(ARRAY),
    FROM_TEXT(STRUCT),
    FROM_TEXT(MAP),
    FROM_TEXT(ENUM),
    FROM_TEXT(INT4RANGE),
    FROM_TEXT(INT8RANGE),
    FROM_TEXT(NUMRANGE),
    FROM_TEXT(DATERANGE),
    FROM_TEXT(TSRANGE),
    FROM_TEXT(TSTZRANGE),
    FROM_TEXT(INT4MULTIRANGE),
    FROM_TEXT(INT8MULTIRANGE),
    FROM_TEXT(NUMMULTIRANGE),
    FROM_TEXT(DATEMULTIRANGE),
    FROM_TEXT(TSMULTIRANGE),
    FROM_TEXT(TSTZMULTIRANGE),
    FROM_TEXT(INET),
    FROM_TEXT(CIDR),
    FROM_TEXT(MACADDR),
    {T_ARRAY, T_ARRAY, CAST_IMPLICIT, true, false, cast_arrays},
    TO_TEXT(BOOL),
    TO_TEXT(I16),
    TO_TEXT(I32),
    TO_TEXT(I64),
    TO_TEXT(F32),
    TO_TEXT(F64),
    TO_TEXT(DECIMAL),
    TO_TEXT(BYTEA),
    TO_TEXT(BITS),
    TO_TEXT(DATE),
    TO_TEXT(TIME),
    TO_TEXT(TIMETZ),
    TO_TEXT(TS),
    TO_TEXT(TSTZ),
    TO_TEXT(TSNS),
    TO_TEXT(INTERVAL),
    TO_TEXT(UUID),
    TO_TEXT(JSON),
    TO_TEXT(JSONB),
    TO_TEXT(ARRAY),
    TO_TEXT(STRUCT),
    TO_TEXT(MAP),
    TO_TEXT(ENUM),
    TO_TEXT(INT4RANGE),
    TO_TEXT(INT8RANGE),
    TO_TEXT(NUMRANGE),
    TO_TEXT(DATERANGE),
    TO_TEXT(TSRANGE),
    TO_TEXT(TSTZRANGE),
    TO_TEXT(INT4MULTIRANGE),
    TO_TEXT(INT8MULTIRANGE),
    TO_TEXT(NUMMULTIRANGE),
    TO_TEXT(DATEMULTIRANGE),
    TO_TEXT(TSMULTIRANGE),
    TO_TEXT(TSTZMULTIRANGE),
    TO_TEXT(MACADDR),
    {0},
};
