/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the tests of formats: decoding a text in pieces of any size into one list of printed rows, with the bad records beside
 * them, so that a test compares two strings. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/format.h"

typedef struct Decoded {
    StrBuf rows; /* "a|b\n" per row; NULL prints as ~ */
    StrBuf bad;  /* "line@byte:SQLSTATE reason\n" */
    int rc;
    int64_t n_rows, n_bad;
    Err err;
} Decoded;

static inline void print_batch(const Batch *b, StrBuf *out)
{
    for (uint32_t i = 0; i < b->n_sel; i++) {
        for (uint32_t k = 0; k < b->n_cols; k++) {
            uint32_t row = b->sel ? b->sel[i] : i;
            Value v = vec_get(&b->col[k], row);
            if (k)
                sb_putc(out, '|');
            if (v.is_null)
                sb_putc(out, '~');
            else
                value_print(&v, out);
        }
        sb_putc(out, '\n');
    }
}

static inline int keep_bad(void *self, const BadRecord *bad)
{
    Decoded *r = self;
    sb_printf(&r->bad, "%lld@%lld:%s %.*s\n", (long long)bad->line, (long long)bad->byte, err_sqlstate(bad->code),
              (int)bad->reason.n, bad->reason.p);
    return 0;
}

static inline int stop_bad(void *self, const BadRecord *bad)
{
    keep_bad(self, bad);
    return -(int)bad->code;
}

static inline uint32_t parse_options(const char *text, Option *opts)
{
    uint32_t n = 0;
    Str one, rest = str_of(text), key, value;
    for (bool more = rest.n > 0; more;) {
        more = str_cut(rest, ';', &one, &rest);
        str_cut(one, '=', &key, &value);
        opts[n++] = (Option){.key = key, .value = value, .at = SPAN_NONE};
    }
    return n;
}

static inline void decoded_done(Decoded *r)
{
    sb_done(&r->rows);
    sb_done(&r->bad);
}

/* What a test does with a decoder before it is fed. */
static void (*decoder_prepare)(Decoder *d);

/* options: "key=value;key=value" (a value "\;" is not possible, use the escapes of the option). piece 0 = whole. cap = builder
 * rows. */
static inline Decoded decode_cap(const char *format, const Schema *schema, const char *options, const char *text, size_t n,
                                 size_t piece, uint32_t cap, BadRecordFn on_bad)
{
    Decoded r = {.err = ERR_INIT};
    Option opts[16];
    Decoder *d = NULL;
    Builder out;
    uint32_t n_opts = parse_options(options, opts);
    size_t at = 0, have = 0;
    sb_init(&r.rows, NULL);
    sb_init(&r.bad, NULL);
    r.rc = decoder_new(format_find(str_of(format)), NULL, schema, opts, n_opts, on_bad, &r, &d, &r.err);
    if (r.rc < 0)
        return r;
    if (decoder_prepare)
        decoder_prepare(d);
    assert_int_equal(builder_init(&out, NULL, schema, cap, NULL), 0);
    char *copy = mem_alloc(NULL, n + FEED_PADDING);
    bool last = false;
    while (r.rc >= 0) {
        size_t used;
        have = r.rc == FEED_FULL ? have : MIN(n - at, have + (piece ? piece : n));
        last = at + have == n;
        memcpy(copy, text + at, have); /* a fresh place, so that reading behind the piece is seen by the sanitizer */
        memset(copy + have, '7', FEED_PADDING);
        r.rc = decoder_feed(d, copy, have, last, &out, &used, &r.err);
        at += used;
        have -= used;
        if (r.rc == FEED_FULL || (r.rc == FEED_MORE && last)) {
            Batch *b = builder_take(&out);
            print_batch(b, &r.rows);
            batch_unref(b);
        }
        if (r.rc == FEED_MORE && last)
            break;
    }
    r.n_rows = d->n_rows;
    r.n_bad = d->n_bad;
    mem_free(NULL, copy, n + FEED_PADDING);
    builder_done(&out);
    decoder_free(d);
    return r;
}

static inline Decoded decode(const char *format, const Schema *schema, const char *options, const char *text, size_t piece)
{
    return decode_cap(format, schema, options, text, strlen(text), piece, BATCH_ROWS_MAX, keep_bad);
}

/* Rows and bad records must be these however the input is cut and however small the batches are. */
static inline void expect_decode(const char *format, const Schema *schema, const char *options, const char *text, const char *rows,
                                 const char *bad)
{
    static const struct {
        size_t piece;
        uint32_t cap;
    } how[] = {{0, BATCH_ROWS_MAX}, {1, BATCH_ROWS_MAX}, {3, 2}, {7, 1}, {64, 3}, {0, 1}};
    for (size_t i = 0; i < ARRAY_LEN(how); i++) {
        Decoded r = decode_cap(format, schema, options, text, strlen(text), how[i].piece, how[i].cap, keep_bad);
        if (r.rc < 0)
            fail_msg("%s", r.err.message);
        assert_string_equal(sb_cstr(&r.rows), rows);
        if (!str_eq_nocase(sb_str(&r.bad), str_of(bad))) /* the case in which types are named is not ours to test */
            assert_string_equal(sb_cstr(&r.bad), bad);
        decoded_done(&r);
    }
}

static inline void expect_error(const char *format, const Schema *schema, const char *options, const char *text, int rc,
                                const char *message)
{
    Decoded r = decode(format, schema, options, text, 0);
    assert_int_equal(r.rc, rc);
    assert_string_equal(r.err.message, message);
    decoded_done(&r);
}

/* "name type, name type!" ; ! = NOT NULL */
static inline Schema *schema_of(const char *text)
{
    Field f[64];
    char names[64][64];
    uint32_t n = 0;
    Str one, rest = str_of(text), name, type;
    for (bool more = true; more; n++) {
        more = str_cut(rest, ';', &one, &rest);
        str_cut(str_trim(one), ' ', &name, &type);
        bool not_null = type.n && type.p[type.n - 1] == '!';
        type.n -= not_null;
        int64_t mods[2] = {10, 2};
        unsigned n_mods = str_eq(type, STR("decimal")) ? 2 : str_eq(type, STR("varchar")) ? 1 : 0;
        if (n_mods == 1)
            mods[0] = 3;
        snprintf(names[n], sizeof(names[n]), "%.*s", (int)name.n, name.p);
        f[n] = (Field){.name = names[n], .not_null = not_null};
        if (str_eq(type, STR("timestamp9")))
            f[n].type = TYPE(TSNS);
        else
            assert_int_equal(type_of_name(type, mods, n_mods, &f[n].type, NULL), 0);
    }
    return schema_new(NULL, f, n);
}
