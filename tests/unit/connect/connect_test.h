/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the tests of connectors: files on the simulated disk, sources read to the end as text, sinks compared with what they
 * wrote. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "connect/connect.h"
#include "env/env_sim.h"

static inline void put(Env *env, const char *path, const char *text)
{
    env->dir->mkdir(env, "/d", NULL);
    assert_int_equal(env_sim_put_file(env, path, text, strlen(text)), 0);
}

static inline void append(Env *env, const char *path, const char *text)
{
    EnvFileHandle *f;
    EnvStat st;
    assert_int_equal(env->file->stat(env, path, &st, NULL), 0);
    assert_int_equal(env->file->open(env, path, ENV_WRITE, &f, NULL), 0);
    assert_int_equal(env->file->pwrite(env, f, text, strlen(text), st.bytes, NULL), (int64_t)strlen(text));
    env->file->close(env, f);
}

static inline void expect_file(Env *env, const char *path, const char *text)
{
    Arena arena;
    Str got;
    arena_init(&arena, NULL, 0);
    assert_int_equal(env_read_file(env, path, &arena, &got, NULL), 0);
    assert_int_equal(got.n, strlen(text));
    assert_memory_equal(got.p, text, got.n);
    arena_done(&arena);
}

static inline Schema *two_columns(void)
{
    static const Field f[] = {{.name = "a", .type = {.id = T_I64}}, {.name = "b", .type = {.id = T_TEXT}}};
    return schema_new(NULL, f, 2);
}

/* "key=value;key=value" */
static inline ConnectArgs args_of(Env *env, const Schema *s, const char *format, const char *options, Option opts[8])
{
    ConnectArgs args = {.env = env, .object = "t", .opts = opts, .format = format, .schema = s};
    Str one, rest = str_of(options);
    for (bool more = rest.n > 0; more;) {
        Option *o = &opts[args.n_opts++];
        more = str_cut(rest, ';', &one, &rest);
        *o = (Option){.at = SPAN_NONE};
        str_cut(one, '=', &o->key, &o->value);
    }
    return args;
}

static inline void print_batch(const Batch *b, StrBuf *out)
{
    for (uint32_t i = 0; b && i < b->n_sel; i++) {
        for (uint32_t k = 0; k < b->n_cols; k++) {
            Value v = vec_get(&b->col[k], b->sel ? b->sel[i] : i);
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

static inline int poll_text(Source *src, uint32_t max_rows, StrBuf *rows, StrBuf *bad, char *offset, Err *err)
{
    SourcePoll p;
    int rc = source_poll(src, max_rows, &p, err);
    if (rc < 0)
        return rc;
    assert_true(!p.batch || p.batch->n <= max_rows);
    print_batch(p.batch, rows);
    if (bad)
        print_batch(p.bad, bad);
    if (offset)
        snprintf(offset, OFFSET_TEXT_MAX, "%s", p.offset);
    batch_unref(p.batch);
    batch_unref(p.bad);
    return rc;
}

static inline StrBuf read_args(const ConnectArgs *args, uint32_t max_rows, StrBuf *bad, Err *err)
{
    StrBuf rows;
    Source *src = NULL;
    Err own = ERR_INIT, *e = err ? err : &own;
    sb_init(&rows, NULL);
    int rc = source_open(source_type_find(STR("file")), args, &src, e);
    while (rc >= 0 && rc != SOURCE_END)
        rc = poll_text(src, max_rows, &rows, bad, NULL, e);
    if (rc < 0 && !err)
        fail_msg("%s", own.message);
    source_close(src);
    return rows;
}

static inline StrBuf read_rows(Env *env, const Schema *s, const char *format, const char *options, uint32_t max_rows, StrBuf *bad,
                               Err *err)
{
    Option opts[8];
    ConnectArgs args = args_of(env, s, format, options, opts);
    return read_args(&args, max_rows, bad, err);
}

static inline void expect_rows(Env *env, const Schema *s, const char *format, const char *options, const char *want)
{
    for (uint32_t max_rows = 1; max_rows < 4; max_rows++) {
        StrBuf got = read_rows(env, s, format, options, max_rows, NULL, NULL);
        assert_string_equal(sb_cstr(&got), want);
        sb_done(&got);
    }
}

/* Closes the source after every poll and resumes with a new one. */
static inline StrBuf read_resuming(Env *env, const Schema *s, const char *options, uint32_t max_rows)
{
    Option opts[8];
    ConnectArgs args = args_of(env, s, NULL, options, opts);
    char offset[OFFSET_TEXT_MAX] = "";
    Err err = ERR_INIT;
    StrBuf rows;
    sb_init(&rows, NULL);
    for (int rc = 0; rc != SOURCE_END;) {
        Source *src;
        assert_int_equal(source_open(source_type_find(STR("file")), &args, &src, &err), 0);
        if (offset[0] && source_seek(src, 0, offset, &err) < 0)
            fail_msg("%s: %s", offset, err.message);
        rc = poll_text(src, max_rows, &rows, NULL, offset, &err);
        if (rc < 0)
            fail_msg("%s", err.message);
        source_close(src);
    }
    return rows;
}

/* Polls again after every error. */
static inline StrBuf read_stubborn(Env *env, const Schema *s, const char *options, uint32_t max_rows)
{
    Option opts[8];
    ConnectArgs args = args_of(env, s, NULL, options, opts);
    Source *src = NULL;
    StrBuf rows;
    int rc;
    sb_init(&rows, NULL);
    do
        rc = source_open(source_type_find(STR("file")), &args, &src, NULL);
    while (rc == -ERR_IO || rc == -ERR_DISK_FULL);
    assert_int_equal(rc, 0);
    while (rc != SOURCE_END) {
        rc = poll_text(src, max_rows, &rows, NULL, NULL, NULL);
        assert_true(rc >= 0 || rc == -ERR_IO || rc == -ERR_DISK_FULL);
    }
    source_close(src);
    return rows;
}

static inline void expect_open_error(Env *env, const Schema *s, const char *format, const char *options, ErrCode code,
                                     const char *message, const char *hint)
{
    Option opts[8];
    ConnectArgs args = args_of(env, s, format, options, opts);
    Source *src = NULL;
    Err err = ERR_INIT;
    assert_int_equal(source_open(source_type_find(STR("file")), &args, &src, &err), -(int)code);
    assert_null(src);
    if (!strstr(err.message, message) || (hint && !strstr(err.hint, hint)))
        fail_msg("message: %s, hint: %s", err.message, err.hint);
}

static inline void expect_poll(Source *src, int want_rc, const char *want)
{
    StrBuf rows;
    Err err = ERR_INIT;
    sb_init(&rows, NULL);
    int rc = poll_text(src, 100, &rows, NULL, NULL, &err);
    if (rc < 0)
        fail_msg("%s", err.message);
    assert_string_equal(sb_cstr(&rows), want);
    assert_int_equal(rc, want_rc);
    sb_done(&rows);
}

static inline Batch *batch_of(const Schema *s, const int64_t *a, const char **b, uint32_t n)
{
    Builder out;
    assert_int_equal(builder_init(&out, NULL, s, n + 1, NULL), 0);
    for (uint32_t i = 0; i < n; i++) {
        Value v[2] = {{.type = TYPE(I64), .i64 = a[i]}, {.type = TYPE(TEXT), .is_null = !b[i], .str = str_of(b[i])}};
        for (uint32_t k = 0; k < 2; k++)
            assert_int_equal(builder_value(&out, k, &v[k], NULL), 0);
        builder_row_done(&out);
    }
    Batch *x = builder_take(&out);
    builder_done(&out);
    return x;
}

/* Writes the batch (NULL: nothing) through a file sink and compares the file. */
static inline void expect_written(Env *env, const Schema *s, const char *options, const Batch *b, const char *path,
                                  const char *want)
{
    Option opts[8];
    ConnectArgs args = args_of(env, s, NULL, options, opts);
    Sink *sink;
    Err err = ERR_INIT;
    env->dir->mkdir(env, "/d", NULL);
    if (sink_open(sink_type_find(STR("file")), &args, &sink, &err) < 0)
        fail_msg("%s", err.message);
    if (b)
        assert_int_equal(sink_write(sink, 1, b, &err), 0);
    assert_int_equal(sink_flush(sink, &err), 0);
    sink_close(sink);
    if (path)
        expect_file(env, path, want);
}

static inline void expect_sink_error(Env *env, const Schema *s, const char *options, ErrCode code, const char *message)
{
    Option opts[8];
    ConnectArgs args = args_of(env, s, NULL, options, opts);
    Sink *sink = NULL;
    Err err = ERR_INIT;
    assert_int_equal(sink_open(sink_type_find(STR("file")), &args, &sink, &err), -(int)code);
    if (!strstr(err.message, message))
        fail_msg("%s", err.message);
}

/* A file compressed by the sink, as its ending says: the text goes through a `text` sink line by line. */
static inline void put_packed(Env *env, const char *path, const char *text)
{
    static const Field f = {.name = "value", .type = {.id = T_TEXT}};
    Schema *s = schema_new(NULL, &f, 1);
    Option opts[2] = {{.key = STR("path"), .value = str_of(path)}, {.key = STR("format"), .value = STR("text")}};
    ConnectArgs args = {.env = env, .object = "t", .opts = opts, .n_opts = 2, .schema = s};
    Sink *sink;
    Builder b;
    env->dir->mkdir(env, "/d", NULL);
    assert_int_equal(sink_open(sink_type_find(STR("file")), &args, &sink, NULL), 0);
    assert_int_equal(builder_init(&b, NULL, s, BATCH_ROWS_MAX, NULL), 0);
    Str line, rest = str_of(text);
    while (rest.n) {
        str_cut(rest, '\n', &line, &rest);
        assert_int_equal(builder_str(&b, 0, line.p, line.n), 0);
        if (builder_row_done(&b) == BUILDER_FULL || rest.n == 0) {
            Batch *x = builder_take(&b);
            assert_int_equal(sink_write(sink, 1, x, NULL), 0);
            batch_unref(x);
        }
    }
    assert_int_equal(sink_flush(sink, NULL), 0);
    sink_close(sink);
    builder_done(&b);
    schema_unref(s);
}
