/* SPDX-License-Identifier: Apache-2.0
 *
 * Several files that are followed: each read as it grows, new ones picked up, rotation by renaming inside and outside of the names,
 * emptying, files that go; and going on from a position after any of it. */
#include <stdlib.h>

#include "connect_test.h"

static Env *env;
static Schema *schema;
static Source *src;
static StrBuf all; /* every row read */

static int set_up(void **state)
{
    (void)state;
    env = env_sim_new(1, NULL);
    schema = two_columns();
    sb_init(&all, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    source_close(src);
    src = NULL;
    sb_done(&all);
    schema_unref(schema);
    env_sim_free(env);
    return 0;
}

static void open_set(const char *options)
{
    Option opts[8];
    Err err = ERR_INIT;
    ConnectArgs args = args_of(env, schema, NULL, options, opts);
    if (source_open(source_type_find(STR("file")), &args, &src, &err) < 0)
        fail_msg("%s", err.message);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What there is now, sorted: files have no order among each other. */
static void expect_new(const char *want)
{
    StrBuf got;
    char *line[64], text[4096] = "";
    uint32_t n = 0;
    Err err = ERR_INIT;
    sb_init(&got, NULL);
    env_sim_advance(env, INT64_C(1000000000));
    for (int idle = 0; idle < 3;) { /* renaming is seen at one poll, what follows from it at the next */
        int rc = poll_text(src, 2, &got, NULL, NULL, &err);
        if (rc < 0)
            fail_msg("%s", err.message);
        idle = rc == SOURCE_IDLE ? idle + 1 : 0;
        if (rc == SOURCE_IDLE)
            env_sim_advance(env, INT64_C(1000000000));
    }
    sb_put(&all, got.p, got.n);
    for (char *p = strtok(got.n ? got.p : text, "\n"); p && n < 64; p = strtok(NULL, "\n"))
        line[n++] = p;
    qsort(line, n, sizeof(*line), compare_lines);
    for (uint32_t i = 0; i < n; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", line[i]);
    assert_string_equal(text, want);
    sb_done(&got);
}

/* Closes the source and goes on with another from its position. */
static void again(const char *options)
{
    StrBuf position;
    Err err = ERR_INIT;
    sb_init(&position, NULL);
    assert_int_equal(source_position(src, &position), 0);
    source_close(src);
    open_set(options);
    if (source_seek(src, 0, sb_cstr(&position), &err) < 0)
        fail_msg("%s\n%s", err.message, sb_cstr(&position));
    sb_done(&position);
}

static void move(const char *from, const char *to)
{
    assert_int_equal(env->dir->rename(env, from, to, NULL), 0);
}

#define GLOB "path=/d/*.csv;follow=true"

static void grows(void **state)
{
    (void)state;
    put(env, "/d/a.csv", "a,b\n1,x\n2,");
    put(env, "/d/b.csv", "a,b\n10,x\n");
    open_set(GLOB);
    assert_false(source_is_bounded(src));
    expect_new("10|x 1|x ");
    append(env, "/d/a.csv", "y\n3,z\n");
    append(env, "/d/b.csv", "11,x\n");
    expect_new("11|x 2|y 3|z ");
    put(env, "/d/c.csv", "a,b\n20,new\n");
    expect_new("20|new ");
    assert_int_equal(source_partitions(src), 3);
    assert_string_equal(source_partition_name(src, 2).p, "/d/c.csv");
    expect_new("");
    put(env, "/d/b.csv", "a,b\n"); /* emptied in place */
    expect_new("");
    append(env, "/d/b.csv", "12,x\n");
    append(env, "/d/c.csv", "21,x\n");
    expect_new("12|x 21|x ");
}

/* No file yet; a list of names and globs. */
static void appears(void **state)
{
    (void)state;
    put(env, "/d/one.txt", "1|x\n");
    open_set("path=/d/*.csv,/d/one.txt;follow=true;format=csv;delimiter=|;header=false");
    expect_new("1|x ");
    put(env, "/d/a.csv", "2|y\n");
    expect_new("2|y ");
    source_close(src);
    src = NULL;
    open_set("path=/d/*.tsv;follow=true");
    expect_new("");
    put(env, "/d/a.tsv", "a\tb\n3\tz\n");
    expect_new("3|z ");
}

static void rotates(void **state)
{
    (void)state;
    put(env, "/d/log.csv", "a,b\n1,x\n");
    open_set(GLOB);
    expect_new("1|x ");
    move("/d/log.csv", "/d/log.1.csv"); /* another of our names: it is the same file */
    append(env, "/d/log.1.csv", "2,rest\n");
    put(env, "/d/log.csv", "a,b\n3,new\n");
    expect_new("2|rest 3|new ");
    expect_new("");
    move("/d/log.1.csv", "/d/log.2.csv");
    move("/d/log.csv", "/d/log.1.csv");
    put(env, "/d/log.csv", "a,b\n4,newer\n");
    expect_new("4|newer ");
    move("/d/log.csv", "/d/elsewhere"); /* not ours any more: read until its writer knows */
    append(env, "/d/elsewhere", "5,rest\n");
    expect_new("5|rest ");
    put(env, "/d/log.csv", "a,b\n6,last\n");
    expect_new("6|last ");
    append(env, "/d/log.1.csv", "7,late\n"); /* its writer did not know for long */
    expect_new("7|late ");
    again(GLOB);
    append(env, "/d/log.1.csv", "8,later\n");
    append(env, "/d/log.2.csv", "9,later\n");
    expect_new("8|later 9|later ");
}

/* What a name means may be another file before the first row of it is read, or one that another partition reads. */
static void renamed_at_once(void **state)
{
    (void)state;
    put(env, "/d/a.csv", "a,b\n1,x\n");
    open_set(GLOB);
    move("/d/a.csv", "/d/elsewhere");
    put(env, "/d/a.csv", "a,b\n2,x\n");
    expect_new("1|x 2|x ");
    put(env, "/d/b.csv", "a,b\n3,x\n");
    expect_new("3|x ");
    move("/d/a.csv", "/d/elsewhere");
    move("/d/b.csv", "/d/a.csv"); /* which is read already */
    expect_new("");
    append(env, "/d/a.csv", "4,x\n");
    expect_new("4|x ");
    again(GLOB);
    append(env, "/d/a.csv", "5,x\n");
    expect_new("5|x ");
}

/* Its name has gone for good, and another one of ours means it: it is read on under that, after a restart as well. */
static void renamed_for_good(void **state)
{
    (void)state;
    put(env, "/d/a.csv", "a,b\n1,x\n");
    open_set(GLOB);
    expect_new("1|x ");
    move("/d/a.csv", "/d/b.csv");
    expect_new("");
    env_sim_advance(env, INT64_C(120000000000));
    expect_new("");
    append(env, "/d/b.csv", "2,x\n");
    expect_new("2|x ");
    assert_int_equal(source_partitions(src), 1);
    assert_string_equal(source_partition_name(src, 0).p, "/d/b.csv");
    put(env, "/d/a.csv", "a,b\n3,x\n");
    expect_new("3|x ");
    again(GLOB);
    append(env, "/d/b.csv", "4,x\n");
    expect_new("4|x ");
}

static unsigned long long inode_of(const char *path)
{
    EnvStat st;
    assert_int_equal(env->file->stat(env, path, &st, NULL), 0);
    return st.inode;
}

static void from_position(const char *text)
{
    source_close(src);
    open_set(GLOB);
    Err err = ERR_INIT;
    if (source_seek(src, 0, text, &err) < 0)
        fail_msg("%s", err.message);
}

/* Numbers of files that are gone come again.  A file that begins otherwise, or is shorter, is a new one. */
static void numbered_again(void **state)
{
    (void)state;
    char text[200];
    put(env, "/d/a.csv", "a,b\n1,x\n");
    open_set(GLOB);
    for (int k = 0; k < 2; k++) {
        const char *place = k ? "8:3~8.0123456789abcdef" : "4000:3";
        snprintf(text, sizeof(text), "rows 0\nread %llu %s\n", inode_of("/d/a.csv"), place);
        from_position(text);
        expect_new("1|x ");
        snprintf(text, sizeof(text), "rows 0\n%llu file#0:/d/gone.csv@%s\n", inode_of("/d/a.csv"), place);
        from_position(text);
        expect_new("1|x ");
    }
    snprintf(text, sizeof(text), "rows 0\nread %llu\n", inode_of("/d/a.csv")); /* as it was said once */
    from_position(text);
    expect_new("");
}

/* Rotated and the last one deleted while nobody reads: each is known by what it is, and the one that has the name of the last is
 * not taken for that. */
static void rotated_out(void **state)
{
    (void)state;
    put(env, "/d/a.2.csv", "a,b\n1,x\n");
    put(env, "/d/a.1.csv", "a,b\n20,x\n");
    put(env, "/d/a.csv", "a,b\n300,x\n");
    open_set(GLOB);
    expect_new("1|x 20|x 300|x ");
    assert_int_equal(env->dir->unlink(env, "/d/a.2.csv", NULL), 0);
    move("/d/a.1.csv", "/d/a.2.csv");
    append(env, "/d/a.csv", "301,x\n");
    move("/d/a.csv", "/d/a.1.csv");
    put(env, "/d/a.csv", "a,b\n4000,x\n");
    again(GLOB);
    expect_new("301|x 4000|x ");
    again(GLOB);
    expect_new("");
}

/* A last line without its end is a row when nothing comes behind it any more. */
static void half_a_line(void **state)
{
    (void)state;
    put(env, "/d/a.csv", "a,b\n1,x\n2,y");
    open_set(GLOB);
    expect_new("1|x ");
    assert_int_equal(env->dir->unlink(env, "/d/a.csv", NULL), 0);
    expect_new("");
    env_sim_advance(env, INT64_C(120000000000));
    expect_new("2|y ");
    env_sim_advance(env, INT64_C(120000000000));
    expect_new("");
}

static void goes(void **state)
{
    (void)state;
    put(env, "/d/a.csv", "a,b\n1,x\n");
    put(env, "/d/b.csv", "a,b\n2,x\n");
    open_set(GLOB);
    expect_new("1|x 2|x ");
    assert_int_equal(env->dir->unlink(env, "/d/a.csv", NULL), 0);
    expect_new("");
    env_sim_advance(env, INT64_C(120000000000));
    expect_new("");
    assert_int_equal(source_partitions(src), 2);
    put(env, "/d/c.csv", "a,b\n3,x\n"); /* takes the partition that is free */
    expect_new("3|x ");
    assert_int_equal(source_partitions(src), 2);
    assert_string_equal(source_partition_name(src, 0).p, "/d/c.csv");
}

static void resumes(void **state)
{
    (void)state;
    put(env, "/d/a.csv", "a,b\n1,x\n");
    put(env, "/d/b.csv", "a,b\n2,x\n3,x\n4,x\n");
    open_set(GLOB);
    StrBuf got;
    sb_init(&got, NULL);
    assert_int_equal(poll_text(src, 1, &got, NULL, NULL, NULL), SOURCE_DATA); /* one file is begun, one is not */
    again(GLOB);
    while (poll_text(src, 1, &got, NULL, NULL, NULL) == SOURCE_DATA)
        again(GLOB);
    assert_int_equal(got.n, strlen("1|x\n2|x\n3|x\n4|x\n"));
    sb_done(&got);
    again(GLOB);
    append(env, "/d/a.csv", "5,x\n");
    put(env, "/d/0.csv", "a,b\n6,x\n"); /* before the others by its name: the partitions stay what they are */
    again(GLOB);
    assert_string_equal(source_partition_name(src, 0).p, "/d/a.csv");
    expect_new("5|x 6|x ");
    move("/d/a.csv", "/d/a.1.csv"); /* while nobody reads */
    append(env, "/d/a.1.csv", "7,rest\n");
    put(env, "/d/a.csv", "a,b\n8,new\n");
    again(GLOB);
    expect_new("7|rest 8|new ");
    move("/d/b.csv", "/d/b.1.csv"); /* while it reads, and then a restart */
    put(env, "/d/b.csv", "a,b\n9,new\n");
    expect_new("9|new ");
    again(GLOB);
    expect_new("");
    assert_int_equal(env->dir->unlink(env, "/d/a.1.csv", NULL), 0);
    again(GLOB);
    expect_new("");
}

static void ends(void **state)
{
    (void)state;
    put(env, "/d/a.csv", "a,b\n1,x\n2,x\n");
    put(env, "/d/b.csv", "a,b\n3,x\n4,x\n");
    open_set(GLOB ";max_rows=3");
    StrBuf got;
    sb_init(&got, NULL);
    while (poll_text(src, 2, &got, NULL, NULL, NULL) != SOURCE_END)
        again(GLOB ";max_rows=3");
    assert_int_equal(got.n, 3 * strlen("1|x\n"));
    sb_done(&got);
}

#define BATCHES_MAX 32

typedef struct Taken { /* batches in their order */
    uint32_t n, n_rows[BATCHES_MAX], partition[BATCHES_MAX];
    StrBuf place[BATCHES_MAX], text;
} Taken;

/* Batches of at most two rows, until there is nothing now. */
static void take_all(Taken *t)
{
    for (int idle = 0; idle < 2;) {
        SourcePoll p;
        Err err = ERR_INIT;
        env_sim_advance(env, INT64_C(1000000000));
        int rc = source_poll(src, 2, &p, &err);
        assert_true(rc >= 0);
        idle = rc == SOURCE_IDLE ? idle + 1 : 0;
        batch_unref(p.bad);
        if (!p.batch)
            continue;
        t->n_rows[t->n] = p.batch->n_sel;
        t->partition[t->n] = p.partition;
        sb_init(&t->place[t->n], NULL);
        assert_int_equal(source_began(src, &t->place[t->n]), 0);
        for (uint32_t i = 0; i < p.batch->n; i++)
            sb_printf(&t->text, "%lld ", (long long)vec_get(&p.batch->col[0], i).i64);
        batch_unref(p.batch);
        t->n++;
        assert_true(t->n < BATCHES_MAX);
    }
}

/* One of them once more; its rows are added to the text. */
static int repeat(Taken *t, uint32_t k, StrBuf *text)
{
    Err err = ERR_INIT;
    TRY(source_again(src, t->partition[k], sb_cstr(&t->place[k]), &err));
    uint32_t n = 0;
    while (n < t->n_rows[k]) {
        SourcePoll p;
        int rc = source_poll(src, 1, &p, &err); /* in pieces */
        if (rc != SOURCE_DATA)
            break;
        batch_unref(p.bad);
        if (!p.batch)
            continue;
        assert_int_equal(p.partition, t->partition[k]);
        sb_printf(text, "%lld ", (long long)vec_get(&p.batch->col[0], 0).i64);
        n += p.batch->n;
        batch_unref(p.batch);
    }
    int rc = source_again_end(src, n == t->n_rows[k], &err);
    return n == t->n_rows[k] ? rc : -ERR_IO;
}

/* What came in some order comes in that order again, from whatever names the files have by now, and reading goes on behind it. */
static void repeats(void **state)
{
    (void)state;
    Taken t = {0};
    StrBuf text;
    sb_init(&t.text, NULL);
    sb_init(&text, NULL);
    put(env, "/d/b.csv", "a,b\n1,x\n2,x\n3,x\n");
    put(env, "/d/c.csv", "a,b\n");
    open_set(GLOB);
    take_all(&t);
    put(env, "/d/a.csv", "a,b\n10,x\nbad,y\n\n"); /* a name that comes before the others; nothing of a row at its end */
    append(env, "/d/c.csv", "20,x\n");
    take_all(&t);
    append(env, "/d/b.csv", "4,x\n5,"); /* half a row when it is renamed */
    move("/d/b.csv", "/d/b.1.csv");
    put(env, "/d/b.csv", "a,b\n6,x\n");
    append(env, "/d/a.csv", "11,x\n12,x\n13,x\n");
    take_all(&t);
    source_close(src);
    put(env, "/d/0.csv", "a,b\n30,x\n");
    open_set(GLOB);
    for (uint32_t k = 0; k < t.n; k++)
        assert_int_equal(repeat(&t, k, &text), 0);
    assert_string_equal(sb_cstr(&text), sb_cstr(&t.text));
    append(env, "/d/b.csv", "7,x\n");
    expect_new("30|x 7|x ");
    source_close(src); /* another file of the same name, and one that is gone, do not pass for them */
    put(env, "/d/b.csv", "a,b\n77,x\n");
    move("/d/c.csv", "/d/kept");
    open_set(GLOB);
    uint32_t n_failed = 0;
    for (uint32_t k = 0; k < t.n; k++)
        n_failed += repeat(&t, k, &text) < 0;
    assert_int_equal(n_failed, 2);
    for (uint32_t k = 0; k < t.n; k++)
        sb_done(&t.place[k]);
    sb_done(&t.text);
    sb_done(&text);
}

static int open_error(const char *options)
{
    Option opts[8];
    ConnectArgs args = args_of(env, schema, NULL, options, opts);
    return source_open(source_type_find(STR("file")), &args, &src, NULL);
}

static void refuses(void **state)
{
    (void)state;
    Err err = ERR_INIT;
    put(env, "/d/a.csv", "a,b\n1,x\nbad,y\n2,x\n");
    put(env, "/d/b.csv.gz", "x");
    assert_int_equal(open_error("path=/d/*.gz;follow=true;format=csv"), -ERR_UNSUPPORTED);
    assert_int_equal(open_error("path=/d/*.csv,/d/nothing.csv;follow=true"), -ERR_FILE_NOT_FOUND);
    open_set(GLOB);
    assert_int_equal(source_seek(src, 0, "12 nonsense", &err), -ERR_INVALID_PARAMETER);
    source_close(src);
    src = NULL;
    StrBuf rows, bad, before, after;
    sb_init(&rows, NULL);
    sb_init(&bad, NULL);
    open_set(GLOB);
    while (poll_text(src, 10, &rows, &bad, NULL, NULL) != SOURCE_IDLE)
        ;
    assert_string_equal(sb_cstr(&rows), "1|x\n2|x\n");
    assert_non_null(strstr(sb_cstr(&bad), "/d/a.csv|3|"));
    sb_done(&rows);
    sb_done(&bad);
    /* Another file under the name: not read on in its middle, and the position is kept for when it is back. */
    sb_init(&before, NULL);
    sb_init(&after, NULL);
    assert_int_equal(source_position(src, &before), 0);
    source_close(src);
    move("/d/a.csv", "/d/kept");
    put(env, "/d/a.csv", "a,b\n9,other\n10,other\n11,other\n");
    open_set(GLOB);
    assert_int_equal(source_seek(src, 0, sb_cstr(&before), &err), -ERR_IO);
    assert_int_equal(source_position(src, &after), 0);
    assert_string_equal(sb_cstr(&before), sb_cstr(&after));
    move("/d/kept", "/d/a.csv");
    append(env, "/d/a.csv", "3,x\n");
    source_close(src);
    open_set(GLOB);
    assert_int_equal(source_seek(src, 0, sb_cstr(&after), NULL), 0);
    expect_new("3|x ");
    sb_done(&before);
    sb_done(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(grows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(appears, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rotates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(resumes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(renamed_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(renamed_for_good, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbered_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rotated_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(half_a_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(repeats, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
