/* SPDX-License-Identifier: Apache-2.0
 *
 * The generator: rows depend on seed and number only, the shapes of columns, the rate on virtual time, and wrong options.  Also the
 * stdout sink's refusals. */
#include "connect_test.h"

#include <stdlib.h>

static Schema *schema_of_fields(const Field *f, uint32_t n)
{
    return schema_new(NULL, f, n);
}

static Source *generator(Env *env, const Schema *s, const char *options, Err *err)
{
    Option opts[16];
    ConnectArgs args = args_of(env, s, NULL, options, opts);
    Source *src = NULL;
    source_open(source_type_find(STR("generator")), &args, &src, err);
    return src;
}

static StrBuf generate(Env *env, const Schema *s, const char *options, uint32_t max_rows, const char *from)
{
    StrBuf rows;
    Err err = ERR_INIT;
    sb_init(&rows, NULL);
    Source *src = generator(env, s, options, &err);
    if (!src)
        fail_msg("%s %s", err.message, err.hint);
    if (from)
        assert_int_equal(source_seek(src, 0, from, &err), 0);
    for (int rc = 0; rc != SOURCE_END;) {
        rc = poll_text(src, max_rows, &rows, NULL, NULL, &err);
        assert_true(rc >= 0);
        if (rc == SOURCE_IDLE)
            env_sim_advance(env, source_wake_at_ns(src) - env_mono_ns(env));
    }
    source_close(src);
    return rows;
}

static const Field every[] = {
    {.name = "a", .type = {.id = T_BOOL}},
    {.name = "b", .type = {.id = T_I16}},
    {.name = "c", .type = {.id = T_I32}},
    {.name = "d", .type = {.id = T_I64}},
    {.name = "e", .type = {.id = T_F32}},
    {.name = "f", .type = {.id = T_F64}},
    {.name = "g", .type = {.id = T_DECIMAL, .precision = 10, .scale = 2}},
    {.name = "h", .type = {.id = T_TEXT}},
    {.name = "i", .type = {.id = T_DATE}},
    {.name = "j", .type = {.id = T_TIME}},
    {.name = "k", .type = {.id = T_TS}},
    {.name = "l", .type = {.id = T_TSTZ}},
    {.name = "m", .type = {.id = T_TSNS}},
    {.name = "n", .type = {.id = T_UUID}},
};

static void deterministic(void **state)
{
    (void)state;
    static const char options[] = "max_rows=500;rows.per.second=0;seed=7;h.nulls=0.25;k.jitter=10 s";
    Env *env = env_sim_new(1, NULL), *other = env_sim_new(99, NULL);
    Schema *s = schema_of_fields(every, ARRAY_LEN(every));
    StrBuf all = generate(env, s, options, 1000, NULL), small = generate(other, s, options, 7, NULL);
    assert_string_equal(sb_cstr(&all), sb_cstr(&small));
    const char *p = all.p;
    for (int i = 0; i < 123; i++)
        p = strchr(p, '\n') + 1;
    StrBuf tail = generate(env, s, options, 50, "row#123");
    assert_string_equal(sb_cstr(&tail), p);
    StrBuf seeded = generate(env, s, "max_rows=500;rows_per_second=0;seed=8;h.nulls=0.25;k.jitter=10 s", 1000, NULL);
    assert_string_not_equal(sb_cstr(&seeded), sb_cstr(&all));
    StrBuf none = generate(env, s, options, 50, "row#500");
    assert_int_equal(none.n, 0);
    sb_done(&none);
    sb_done(&seeded);
    sb_done(&tail);
    sb_done(&small);
    sb_done(&all);
    schema_unref(s);
    env_sim_free(other);
    env_sim_free(env);
}

static void expect_generated(const Field *f, uint32_t n, const char *options, const char *want)
{
    Env *env = env_sim_new(1, NULL);
    Schema *s = schema_of_fields(f, n);
    StrBuf got = generate(env, s, options, 100, NULL);
    assert_string_equal(sb_cstr(&got), want);
    sb_done(&got);
    schema_unref(s);
    env_sim_free(env);
}

static void shapes(void **state)
{
    (void)state;
    expect_generated(&every[3], 1, "max_rows=3;d.kind=sequence;d.min=10", "10\n11\n12\n");
    expect_generated(&every[1], 1, "max_rows=5;b.kind=cycle;b.min=-1;b.max=1", "-1\n0\n1\n-1\n0\n");
    expect_generated(&every[1], 1, "max_rows=3;b.kind=sequence;b.min=32767", "32767\n32767\n32767\n");
    expect_generated(&every[6], 1, "max_rows=2;g.kind=sequence;g.min=1.5", "1.50\n1.51\n");
    expect_generated(&every[7], 1, "max_rows=4;h.kind=cycle;h.values=x|yy|", "x\nyy\n\nx\n");
    expect_generated(&every[7], 1, "max_rows=3;h.kind=cycle;h.cardinality=2", "h_0\nh_1\nh_0\n");
    expect_generated(&every[7], 1, "max_rows=2;h.kind=sequence", "h_0\nh_1\n");
    expect_generated(&every[0], 1, "max_rows=3;a.kind=cycle", "f\nt\nf\n");
    expect_generated(&every[5], 1, "max_rows=3;f.kind=sequence;f.min=0.5", "0.5\n1.5\n2.5\n");
    expect_generated(&every[5], 1, "max_rows=3;f.kind=cycle;f.min=1;f.max=2", "1\n2\n1\n");
    expect_generated(&every[8], 1, "max_rows=2;i.kind=sequence;i.min=2024-02-28", "2024-02-28\n2024-02-29\n");
    expect_generated(&every[10], 1, "max_rows=2;k.start=2024-01-01 10:00:00;k.step=1 min",
                     "2024-01-01 10:00:00\n2024-01-01 10:01:00\n");
    expect_generated(&every[10], 1, "max_rows=2;rows_per_second=4", "2024-01-01 00:00:00\n2024-01-01 00:00:00.25\n");
    expect_generated(&every[3], 1, "max_rows=2;d.nulls=1", "~\n~\n");
}

static void distribution(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Schema *s = schema_of_fields(&every[3], 1);
    StrBuf got = generate(env, s, "max_rows=10000;rows_per_second=0;d.min=-5;d.max=4;d.nulls=0.5", 4096, NULL);
    unsigned seen[11] = {0}, nulls = 0;
    for (const char *p = got.p; *p; p = strchr(p, '\n') + 1) {
        long v = *p == '~' ? 0 : strtol(p, NULL, 10);
        nulls += *p == '~';
        assert_in_range(v + 5, 0, 9);
        seen[v + 5] += *p != '~';
    }
    assert_in_range(nulls, 4800, 5200);
    for (int i = 0; i < 10; i++)
        assert_in_range(seen[i], 400, 600);
    sb_done(&got);
    schema_unref(s);
    env_sim_free(env);
}

static void rate(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Schema *s = schema_of_fields(&every[3], 1);
    Err err = ERR_INIT;
    SourcePoll p;
    Source *src = generator(env, s, "rows_per_second=100;batch_rows=8;d.kind=sequence", &err);
    assert_false(source_is_bounded(src));
    assert_int_equal(source_poll(src, 1000, &p, &err), SOURCE_IDLE);
    assert_in_range(source_wake_at_ns(src) - env_mono_ns(env), 9900000, 10100000);
    env_sim_advance(env, source_wake_at_ns(src) - env_mono_ns(env));
    expect_poll(src, SOURCE_DATA, "0\n");
    env_sim_advance(env, 30000000);
    expect_poll(src, SOURCE_DATA, "1\n2\n3\n");
    env_sim_advance(env, 1000000000);
    expect_poll(src, SOURCE_DATA, "4\n5\n6\n7\n8\n9\n10\n11\n");
    source_close(src);
    schema_unref(s);
    env_sim_free(env);
}

static void expect_refused(const char *options, const Field *f, ErrCode code, const char *message, const char *hint)
{
    Env *env = env_sim_new(1, NULL);
    Schema *s = f ? schema_of_fields(f, 1) : NULL;
    Err err = ERR_INIT;
    assert_null(generator(env, s, options, &err));
    if (err.code != code || !strstr(err.message, message) || (hint && !strstr(err.hint, hint)))
        fail_msg("%s: %s (%s)", options, err.message, err.hint);
    schema_unref(s);
    env_sim_free(env);
}

static void errors(void **state)
{
    (void)state;
    static const Field strict = {.name = "d", .type = {.id = T_I64}, .not_null = true},
                       bytes = {.name = "x", .type = {.id = T_BYTEA}};
    expect_refused("", NULL, ERR_INVALID_OBJECT_DEF, "must be declared", NULL);
    expect_refused("rows=1", &every[3], ERR_UNKNOWN_OPTION, "no option \"rows\"", NULL);
    expect_refused("max_row=1", &every[3], ERR_UNKNOWN_OPTION, "no option \"max_row\"", "max_rows");
    expect_refused("dd.min=1", &every[3], ERR_UNKNOWN_OPTION, "names no column", "\"d\"");
    expect_refused("d.mim=1", &every[3], ERR_UNKNOWN_OPTION, "no column option \"mim\"", "d.min");
    expect_refused("d.min=x", &every[3], ERR_BAD_OPTION, "d.min", NULL);
    expect_refused("d.min=5;d.max=4", &every[3], ERR_BAD_OPTION, "less than", NULL);
    expect_refused("d.kind=walk", &every[3], ERR_BAD_OPTION, "kind", NULL);
    expect_refused("d.values=a", &every[3], ERR_BAD_OPTION, "no meaning", NULL);
    expect_refused("k.kind=random", &every[10], ERR_BAD_OPTION, "always a sequence", NULL);
    expect_refused("k.start=x", &every[10], ERR_BAD_OPTION, "k.start", NULL);
    expect_refused("h.min=1", &every[7], ERR_BAD_OPTION, "no meaning", NULL);
    expect_refused("f.kind=cycle", &every[5], ERR_MISSING_OPTION, "f.max", NULL);
    expect_refused("d.nulls=0.1", &strict, ERR_BAD_OPTION, "NOT NULL", NULL);
    expect_refused("d.nulls=2", &every[3], ERR_BAD_OPTION, "nulls", NULL);
    expect_refused("", &bytes, ERR_UNSUPPORTED, "BYTEA", NULL);
    expect_refused("rows_per_second=-1", &every[3], ERR_BAD_OPTION, "rows_per_second", NULL);
    Env *env = env_sim_new(1, NULL);
    Schema *s = schema_of_fields(&every[3], 1);
    Source *src = generator(env, s, "", NULL);
    assert_int_equal(source_seek(src, 0, "x", NULL), -ERR_INVALID_PARAMETER);
    source_close(src);
    schema_unref(s);
    env_sim_free(env);
}

static void stdout_sink(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    Option opts[8];
    Sink *sink = NULL;
    Err err = ERR_INIT;
    ConnectArgs args = args_of(env, s, NULL, "format=json;json.include.nulls=false", opts);
    assert_int_equal(sink_open(sink_type_find(STR("stdout")), &args, &sink, &err), 0);
    sink_close(sink);
    args = args_of(env, s, NULL, "formt=json", opts);
    assert_int_equal(sink_open(sink_type_find(STR("print")), &args, &sink, &err), -ERR_UNKNOWN_OPTION);
    assert_non_null(strstr(err.hint, "format"));
    args = args_of(env, s, "text", "", opts);
    assert_int_equal(sink_open(sink_type_find(STR("stdout")), &args, &sink, &err), -ERR_SCHEMA_MISMATCH);
    int64_t a[] = {1};
    const char *b[] = {"x"};
    Batch *batch = batch_of(s, a, b, 1);
    batch->w_kind = W_MINUS;
    args = args_of(env, s, NULL, "", opts);
    assert_int_equal(sink_open(sink_type_find(STR("stdout")), &args, &sink, &err), 0);
    assert_int_equal(sink_write(sink, 1, batch, &err), -ERR_SINK_MODE);
    sink->writes_weight = false;
    sink_close(sink);
    batch_unref(batch);
    schema_unref(s);
    env_sim_free(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deterministic), cmocka_unit_test(shapes), cmocka_unit_test(distribution),
        cmocka_unit_test(rate),          cmocka_unit_test(errors), cmocka_unit_test(stdout_sink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
