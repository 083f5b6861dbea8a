/* SPDX-License-Identifier: Apache-2.0
 *
 * What the unit tests of env share. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "env/env.h"

/* Opens or fails the test. */
static inline EnvFileHandle *open_file(Env *env, const char *path, int flags)
{
    Err err = ERR_INIT;
    EnvFileHandle *f = NULL;
    if (env->file->open(env, path, flags, &f, &err) != 0)
        fail_msg("%s", err.message);
    return f;
}

static inline void write_text(Env *env, EnvFileHandle *f, const char *text, int64_t at)
{
    assert_int_equal(env->file->pwrite(env, f, text, strlen(text), at, NULL), strlen(text));
}

/* The whole file as text into buf; "(none)" when it is not there. */
static inline const char *read_text(Env *env, const char *path, char *buf, size_t bytes)
{
    EnvFileHandle *f;
    if (env->file->open(env, path, ENV_READ, &f, NULL) != 0)
        return "(none)";
    int64_t n = env->file->pread(env, f, buf, bytes - 1, 0, NULL);
    assert_true(n >= 0);
    buf[n] = 0;
    env->file->close(env, f);
    return buf;
}

/* Both environments must give the same answers here. */
/* Nothing that was written lies behind it; read() goes on where it was. */
static inline void check_data_end(Env *env, EnvFileHandle *f)
{
    const int64_t big = 4 << 20, far = 3 << 20;
    char byte;
    assert_int_equal(env->dir->allocate(env, f, big, NULL), 0);
    assert_in_range(env->file->data_end(env, f, NULL), 13, big);
    write_text(env, f, "far", far);
    assert_in_range(env->file->data_end(env, f, NULL), far + 3, big);
    assert_int_equal(env->file->read(env, f, &byte, 1, NULL), 1); /* the one behind what was read */
    assert_int_equal(byte, 0);
}

static inline void check_common_files(Env *env, const char *dir)
{
    char a[256], b[256], sub[256], buf[256];
    EnvStat st;
    Err err = ERR_INIT;
    snprintf(sub, sizeof(sub), "%s/sub", dir);
    snprintf(a, sizeof(a), "%s/a.txt", dir);
    snprintf(b, sizeof(b), "%s/sub/b.txt", dir);
    assert_int_equal(env->dir->mkdir(env, sub, &err), 0);
    assert_int_equal(env->dir->mkdir(env, sub, &err), 0);
    EnvFileHandle *f = NULL;
    assert_int_equal(env->file->open(env, a, ENV_READ, &f, &err), -ERR_FILE_NOT_FOUND);
    assert_non_null(strstr(err.message, a));
    f = open_file(env, a, ENV_READ | ENV_WRITE | ENV_CREATE);
    write_text(env, f, "hello", 0);
    write_text(env, f, "world", 8);
    assert_int_equal(env->file->pread(env, f, buf, sizeof(buf), 0, &err), 13);
    assert_memory_equal(buf, "hello\0\0\0world", 13);
    assert_int_equal(env->file->pread(env, f, buf, sizeof(buf), 13, &err), 0);
    assert_int_equal(env->file->read(env, f, buf, 3, &err), 3);
    assert_int_equal(env->file->read(env, f, buf, 30, &err), 10);
    assert_int_equal(env->file->read(env, f, buf, 30, &err), 0);
    assert_int_equal(env->file->sync(env, f, &err), 0);
    assert_int_equal(env->dir->allocate(env, f, 100, &err), 0);
    assert_int_equal(env->file->stat(env, a, &st, &err), 0);
    assert_true(st.bytes == 100 && !st.is_dir && st.inode != 0 && st.mtime_us > 0);
    check_data_end(env, f);
    EnvFileHandle *second = open_file(env, a, ENV_READ | ENV_WRITE);
    assert_int_equal(env->dir->lock(env, f, &err), 0);
    assert_int_equal(env->dir->lock(env, f, &err), 0);
    assert_int_equal(env->dir->lock(env, second, &err), -ERR_IN_USE);
    env->file->close(env, f);
    assert_int_equal(env->dir->lock(env, second, &err), 0);
    env->file->close(env, second);
    assert_true(env->file->open(env, a, ENV_WRITE | ENV_CREATE | ENV_EXCL, &f, &err) < 0);
    f = open_file(env, a, ENV_WRITE | ENV_TRUNC);
    env->file->close(env, f);
    f = open_file(env, a, ENV_WRITE | ENV_APPEND);
    write_text(env, f, "x", 50);
    write_text(env, f, "y", 0);
    assert_true(env->file->pread(env, f, buf, 1, 0, &err) < 0);
    env->file->close(env, f);
    assert_string_equal(read_text(env, a, buf, sizeof(buf)), "xy");
    assert_int_equal(env->dir->rename(env, a, b, &err), 0);
    assert_string_equal(read_text(env, a, buf, sizeof(buf)), "(none)");
    assert_string_equal(read_text(env, b, buf, sizeof(buf)), "xy");
    assert_int_equal(env->dir->rename(env, a, b, &err), -ERR_FILE_NOT_FOUND);
    assert_true(env->dir->unlink(env, sub, &err) < 0);
    assert_int_equal(env->dir->sync_dir(env, sub, &err), 0);
    assert_int_equal(env->dir->unlink(env, b, &err), 0);
    assert_int_equal(env->dir->unlink(env, b, &err), -ERR_FILE_NOT_FOUND);
    assert_int_equal(env->dir->unlink(env, sub, &err), 0);
    assert_int_equal(env->file->stat(env, sub, &st, &err), -ERR_FILE_NOT_FOUND);
    assert_int_equal(env->dir->mkdir(env, b, &err), -ERR_FILE_NOT_FOUND);
    assert_int_equal(env->file->list(env, b, NULL, NULL, &err), -ERR_FILE_NOT_FOUND);
}

static inline void check_glob(Env *env, Arena *arena, const char *dir, const char *pattern, const char *want)
{
    char full[256], got[1024] = "";
    Str *paths;
    uint32_t n;
    Err err = ERR_INIT;
    snprintf(full, sizeof(full), "%s%s%s", dir, dir[0] ? "/" : "", pattern);
    assert_int_equal(env_glob(env, full, arena, &paths, &n, &err), 0);
    size_t at = 0, skip = dir[0] ? strlen(dir) + 1 : 0;
    for (uint32_t i = 0; i < n; i++)
        at += (size_t)snprintf(got + at, sizeof(got) - at, "%s%s", i ? " " : "", paths[i].p + skip);
    if (strcmp(got, want) != 0)
        fail_msg("%s gives \"%s\", not \"%s\"", pattern, got, want);
}

static inline void check_common_globs(Env *env, Arena *arena, const char *dir)
{
    check_glob(env, arena, dir, "*.csv", "a.csv b.csv b10.csv b2.csv");
    check_glob(env, arena, dir, "b?.csv", "b2.csv");
    check_glob(env, arena, dir, "[ab].csv", "a.csv b.csv");
    check_glob(env, arena, dir, "[!a]*.csv", "b.csv b10.csv b2.csv");
    check_glob(env, arena, dir, "b[0-9]*.csv", "b10.csv b2.csv");
    check_glob(env, arena, dir, "a.csv", "a.csv");
    check_glob(env, arena, dir, "none.csv", "");
    check_glob(env, arena, dir, "none/*", "");
    check_glob(env, arena, dir, "*/c.*", "d1/c.json d2/c.json");
    check_glob(env, arena, dir, "d[12]/c.json", "d1/c.json d2/c.json");
    check_glob(env, arena, dir, "d1/*", "d1/c.json");
    check_glob(env, arena, dir, ".*", ".hidden.csv");
    check_glob(env, arena, dir, "a*b*c*v", "");
    check_glob(env, arena, dir, "*a*.*s*", "a.csv");
    check_glob(env, arena, dir, "[", "");
    check_glob(env, arena, dir, "\\a.csv*", "a.csv");
}

static const char *const glob_files[] = {"a.csv", "b.csv", "b2.csv", "b10.csv", ".hidden.csv", "d1/c.json", "d2/c.json"};
