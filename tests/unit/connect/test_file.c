/* SPDX-License-Identifier: Apache-2.0
 *
 * The file connector on the simulated disk: every option, every error, resuming anywhere, short reads and failing ones,
 * compression, following a growing file, and the sink. */
#include "connect_test.h"

static void reads(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    put(env, "/d/a.csv", "a,b\n1,x\n2,y\n");
    put(env, "/d/b.csv", "b,a\nz,3\n");
    put(env, "/d/c.jsonl", "{\"a\":4,\"b\":\"j\"}\n");
    Schema *s = two_columns();
    expect_rows(env, s, NULL, "path=/d/a.csv", "1|x\n2|y\n");
    expect_rows(env, s, NULL, "path=/d/*.csv", "1|x\n2|y\n3|z\n");
    expect_rows(env, s, NULL, "path=/d/b.csv, file:///d/a.csv", "3|z\n1|x\n2|y\n");
    expect_rows(env, s, NULL, "path=/d/c.jsonl", "4|j\n");
    expect_rows(env, s, "csv", "path=/d/a.csv;header=false", "1|x\n2|y\n");
    expect_rows(env, s, NULL, "path=/d/a.csv;format=csv;max_rows=1", "1|x\n");
    expect_rows(env, s, NULL, "path=/d/*.csv;max_rows=2;chunk_bytes=16", "1|x\n2|y\n");
    put(env, "/d/semi.txt", "# c\na;b\n5;\"q;\"\n");
    ConnectArgs args = {.env = env, .object = "t", .schema = s, .format = "csv"};
    Option opts[] = {{.key = STR("path"), .value = STR("/d/semi.txt")},
                     {.key = STR("delimiter"), .value = STR(";")},
                     {.key = STR("comment"), .value = STR("#")}};
    args.opts = opts;
    args.n_opts = 3;
    StrBuf got = read_args(&args, 100, NULL, NULL);
    assert_string_equal(sb_cstr(&got), "5|q;\n");
    sb_done(&got);
    schema_unref(s);
    env_sim_free(env);
}

static void open_errors(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    put(env, "/d/a.csv", "a,b\n1,x\n");
    put(env, "/d/noending", "x");
    expect_open_error(env, s, NULL, "path=/d/none.csv", ERR_FILE_NOT_FOUND, "/d/none.csv", NULL);
    expect_open_error(env, s, NULL, "path=/d/*.tsv", ERR_FILE_NOT_FOUND, "no file matches \"/d/*.tsv\"", NULL);
    expect_open_error(env, s, "csv", "path=/d/a.csv, /d", ERR_FILE_ACCESS, "\"/d\" is a directory", NULL);
    expect_open_error(env, s, "json", "path=/d", ERR_FILE_NOT_FOUND, "ends as one of format \"json\"", NULL);
    expect_open_error(env, s, "csv", "path=/d;glob_pattern=*.tsv", ERR_FILE_NOT_FOUND, "no file matches \"/d/*.tsv\"", NULL);
    expect_open_error(env, s, "csv", "path=/d/a.csv;glob_pattern=*", ERR_BAD_OPTION, "glob_pattern", NULL);
    expect_open_error(env, s, "csv", "path=/d/a.csv;include_metadata=true", ERR_INVALID_OBJECT_DEF, "_metadata STRUCT", NULL);
    expect_open_error(env, s, NULL, "path=/d/noending", ERR_UNKNOWN_FORMAT, "cannot be told", "FORMAT");
    expect_open_error(env, s, "cvs", "path=/d/a.csv", ERR_UNKNOWN_FORMAT, "there is no format \"cvs\"", "csv");
    expect_open_error(env, s, "csv", "path=/d/a.csv;format=csv", ERR_BAD_OPTION, "given twice", NULL);
    expect_open_error(env, s, NULL, "", ERR_MISSING_OPTION, "path", NULL);
    expect_open_error(env, s, NULL, "path= , ;format=csv", ERR_BAD_OPTION, "empty", NULL);
    expect_open_error(env, s, NULL, "path=/d/a.csv;delimitter=x", ERR_UNKNOWN_OPTION, "no option \"delimitter\"", "delimiter");
    expect_open_error(env, s, NULL, "path=/d/a.csv;folow=x", ERR_UNKNOWN_OPTION, "no option \"folow\"", "follow");
    expect_open_error(env, s, NULL, "path=/d/a.csv;on_error=skip", ERR_BAD_OPTION, "on_error", NULL);
    expect_open_error(env, s, NULL, "path=/d/a.csv;chunk_bytes=1", ERR_BAD_OPTION, "chunk_bytes", NULL);
    expect_open_error(env, s, NULL, "path=/d/a.csv;max_rows=-1", ERR_BAD_OPTION, "max_rows", NULL);
    expect_open_error(env, s, NULL, "path=/d/a.csv;poll_interval=50ms", ERR_BAD_OPTION, "follow = true", NULL);
    expect_open_error(env, s, NULL, "path=-;format=csv;follow=true", ERR_UNSUPPORTED, "follow", NULL);
    put(env, "/d/h.csv", "a,c\n1,x\n");
    expect_open_error(env, s, NULL, "path=/d/h.csv", ERR_UNDEFINED_COLUMN, "column \"b\"", NULL);
    put(env, "/d/damaged.csv.gz", "not gzip");
    expect_open_error(env, s, NULL, "path=/d/damaged.csv.gz", ERR_IO, "not valid gzip", NULL);
    put(env, "/d/damaged.csv.zst", "not zstd");
    expect_open_error(env, s, NULL, "path=/d/damaged.csv.zst", ERR_IO, "not valid zstd", NULL);
    schema_unref(s);
    env_sim_free(env);
}

static void bad_records(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    StrBuf bad;
    put(env, "/d/a.csv", "a,b\n1,x\nq,\xff\n2,y\n");
    sb_init(&bad, NULL);
    StrBuf got = read_rows(env, s, NULL, "path=/d/a.csv", 100, &bad, NULL);
    assert_string_equal(sb_cstr(&got), "1|x\n2|y\n");
    assert_non_null(strstr(sb_cstr(&bad), "/d/a.csv|3|8|q,\\xff|22P02|column \"a\": invalid input syntax for type "));
    sb_done(&got);
    sb_clear(&bad);

    StrBuf text; /* more malformed records than one batch holds */
    sb_init(&text, NULL);
    sb_puts(&text, "a,b\n");
    for (int i = 0; i < 10000; i++)
        sb_puts(&text, "x,y\n");
    sb_puts(&text, "7,z\n");
    put(env, "/d/many.csv", sb_cstr(&text));
    got = read_rows(env, s, NULL, "path=/d/many.csv", 100, &bad, NULL);
    assert_string_equal(sb_cstr(&got), "7|z\n");
    uint32_t lines = 0;
    for (size_t i = 0; i < bad.n; i++)
        lines += bad.p[i] == '\n';
    assert_int_equal(lines, 10000);
    sb_done(&got);
    sb_done(&bad);
    sb_done(&text);

    Err err = ERR_INIT;
    got = read_rows(env, s, NULL, "path=/d/a.csv;on_error=fail", 100, NULL, &err);
    assert_int_equal(err.code, ERR_BAD_RECORD);
    assert_non_null(strstr(err.message, "/d/a.csv, line 3: column \"a\""));
    sb_done(&got);
    schema_unref(s);
    env_sim_free(env);
}

/* A file in the place of the one that was read is not read on in its middle, however long it is; the same one, grown, is. */
static void resume_in_another_file(void **state)
{
    (void)state;
    static const char *const names[] = {"/d/r.csv", "/d/r.csv.gz"};
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    for (size_t k = 0; k < ARRAY_LEN(names); k++) {
        void (*store)(Env *, const char *, const char *) = k ? put_packed : put;
        char options[64], at[OFFSET_TEXT_MAX];
        Option opts[8];
        Source *src;
        SourcePoll p = {0};
        Err err = ERR_INIT;
        snprintf(options, sizeof(options), "path=%s", names[k]);
        store(env, names[k], "a,b\n1,one\n2,two\n3,three\n");
        ConnectArgs args = args_of(env, s, NULL, options, opts);
        assert_int_equal(source_open(source_type_find(STR("FILE")), &args, &src, &err), 0);
        assert_true(source_poll(src, 1, &p, &err) >= 0);
        assert_int_equal(p.batch->n, 1);
        batch_unref(p.batch);
        snprintf(at, sizeof(at), "%s", p.offset);
        assert_non_null(strchr(at, '~'));
        store(env, names[k], "a,b\n9,nine\n8,eight\n7,seven\n6,six\n");
        assert_int_equal(source_seek(src, 0, at, &err), -ERR_IO);
        assert_non_null(strstr(err.message, "is not the one that was read"));
        store(env, names[k], "a,b\n1,one\n2,two\n3,three\n4,four\n");
        err_reset(&err);
        assert_int_equal(source_seek(src, 0, at, &err), 0);
        assert_true(source_poll(src, 100, &p, &err) >= 0);
        assert_int_equal(p.batch->n, 3);
        batch_unref(p.batch);
        *strchr(at, '~') = '\0'; /* as positions were written that say nothing of the beginning */
        assert_int_equal(source_seek(src, 0, at, &err), 0);
        source_close(src);
    }
    schema_unref(s);
    env_sim_free(env);
}

/* Text of n rows with quoted line ends, bad records and long fields, so that positions are hard. */
static void make_csv(StrBuf *b, unsigned n)
{
    sb_init(b, NULL);
    sb_puts(b, "skipped\n\"b\",c,a\n");
    for (unsigned i = 0; i < n; i++)
        sb_printf(b, i % 7 == 3 ? "bad\n" : i % 5 == 2 ? "\"line\n%u, \"\"quoted\"\" and long\",,%u\r\n" : "t%u,x,%u\n", i, i);
}

static void resume_everywhere(void **state)
{
    (void)state;
    static const char *const names[] = {"/d/x.csv", "/d/x.csv.gz", "/d/x.csv.zst"};
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    StrBuf text;
    make_csv(&text, 60);
    put(env, names[0], sb_cstr(&text));
    put(env, "/d/y.csv", "skipped\na,b\n1000,last\n");
    put_packed(env, names[1], sb_cstr(&text));
    put_packed(env, names[2], sb_cstr(&text));
    for (size_t k = 0; k < ARRAY_LEN(names); k++) {
        char options[128];
        snprintf(options, sizeof(options), "path=%s,/d/y.csv;skip_rows=1;chunk_bytes=50;max_rows=50", names[k]);
        StrBuf straight = read_rows(env, s, NULL, options, 100, NULL, NULL);
        for (uint32_t rows = 1; rows < 7; rows++) {
            StrBuf got = read_resuming(env, s, options, rows);
            assert_string_equal(sb_cstr(&got), sb_cstr(&straight));
            sb_done(&got);
        }
        sb_done(&straight);
    }
    Option opts[8];
    ConnectArgs args = args_of(env, s, NULL, "path=/d/y.csv;skip_rows=1", opts);
    Source *src;
    Err err = ERR_INIT;
    assert_int_equal(source_open(source_type_find(STR("FILE")), &args, &src, &err), 0);
    assert_int_equal(source_seek(src, 0, "nonsense", &err), -ERR_INVALID_PARAMETER);
    assert_int_equal(source_seek(src, 0, "file#0:/d/other.csv@0:0", &err), -ERR_FILE_NOT_FOUND);
    assert_int_equal(source_seek(src, 0, "file#0:/d/y.csv@9999:9", &err), -ERR_IO);
    assert_int_equal(source_seek(src, 1, "file#0:/d/y.csv@0:0", &err), -ERR_INVALID_PARAMETER);
    source_close(src);
    sb_done(&text);
    schema_unref(s);
    env_sim_free(env);
}

/* Records that are no lines: line breaks in them mean nothing, neither for going on nor for what is appended. */
static void binary_rows(void **state)
{
    (void)state;
    static const char *const options[] = {"path=/d/x.binary", "path=/d/x.binary;mode=append", "path=/d/h.binary;header=true"};
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    int64_t a[] = {1, 10, 2560, 4, 655370, 6};
    const char *b[] = {"x", NULL, "line\nbreak", "", "\n", "z"};
    StrBuf want;
    put(env, "/d/x.binary", "");
    sb_init(&want, NULL);
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        Sink *sink;
        Option opts[8];
        Batch *batch = batch_of(s, a, b, 6);
        ConnectArgs args = args_of(env, s, NULL, options[i], opts);
        assert_int_equal(sink_open(sink_type_find(STR("file")), &args, &sink, NULL), 0);
        assert_int_equal(sink_write(sink, 1, batch, NULL), 0);
        assert_int_equal(sink_flush(sink, NULL), 0);
        sink_close(sink);
        print_batch(batch, &want);
        batch_unref(batch);
    }
    for (uint32_t rows = 1; rows < 8; rows++) {
        const char *from = "path=/d/x.binary,/d/h.binary;format=binary;chunk_bytes=16";
        StrBuf straight = read_rows(env, s, NULL, from, rows, NULL, NULL), resumed = read_resuming(env, s, from, rows);
        assert_string_equal(sb_cstr(&straight), sb_cstr(&want));
        assert_string_equal(sb_cstr(&resumed), sb_cstr(&want));
        sb_done(&straight);
        sb_done(&resumed);
    }
    Option opts[8];
    ConnectArgs args = args_of(env, NULL, NULL, "path=/d/x.binary", opts);
    Source *src;
    Err err = ERR_INIT;
    assert_int_equal(source_open(source_type_find(STR("file")), &args, &src, &err), -ERR_INVALID_OBJECT_DEF);
    sb_done(&want);
    schema_unref(s);
    env_sim_free(env);
}

static void compressed(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    StrBuf text;
    sb_init(&text, NULL);
    sb_puts(&text, "a,b\n");
    for (int i = 0; i < 20000; i++)
        sb_printf(&text, "%d,value %d\n", i, i * 7919 % 1000);
    put_packed(env, "/d/x.csv.gz", sb_cstr(&text));
    put_packed(env, "/d/x.csv.zst", sb_cstr(&text));
    put(env, "/d/x.csv", sb_cstr(&text));
    StrBuf plain = read_rows(env, s, NULL, "path=/d/x.csv", 4096, NULL, NULL);
    static const char *const how[] = {"path=/d/x.csv.gz", "path=/d/x.csv.zst", "path=/d/x.csv.gz;compression=gz;chunk_bytes=100"};
    for (size_t i = 0; i < ARRAY_LEN(how); i++) {
        StrBuf got = read_rows(env, s, NULL, how[i], 4096, NULL, NULL);
        assert_string_equal(sb_cstr(&got), sb_cstr(&plain));
        sb_done(&got);
    }
    Str stored;
    Arena arena;
    arena_init(&arena, NULL, 0);
    assert_int_equal(env_read_file(env, "/d/x.csv.gz", &arena, &stored, NULL), 0);
    env_sim_put_file(env, "/d/cut.csv.gz", stored.p, stored.n / 2);
    Err err = ERR_INIT;
    StrBuf got = read_rows(env, s, NULL, "path=/d/cut.csv.gz", 4096, NULL, &err);
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.message, "ends in the middle"));
    sb_done(&got);
    StrBuf twice; /* members one after the other are one file */
    sb_init(&twice, NULL);
    sb_put(&twice, stored.p, stored.n);
    sb_put(&twice, stored.p, stored.n);
    env_sim_put_file(env, "/d/twice.csv.gz", twice.p, twice.n);
    got = read_rows(env, s, NULL, "path=/d/twice.csv.gz", 4096, NULL, NULL);
    assert_int_equal(got.n, 2 * plain.n);
    sb_done(&got);
    sb_done(&twice);
    sb_done(&plain);
    sb_done(&text);
    arena_done(&arena);
    schema_unref(s);
    env_sim_free(env);
}

/* Short reads change nothing; a read error is reported and the next poll goes on where it was. */
static void faults(void **state)
{
    (void)state;
    Schema *s = two_columns();
    StrBuf text;
    make_csv(&text, 200);
    for (uint64_t seed = 1; seed < 20; seed++) {
        SimFaults f = {.short_read = 500000, .read_eio = seed % 2 ? 100000 : 0};
        Env *calm = env_sim_new(seed, NULL), *env = env_sim_new(seed, &f);
        put(calm, "/d/x.csv", sb_cstr(&text));
        put(env, "/d/x.csv", sb_cstr(&text));
        StrBuf want = read_rows(calm, s, NULL, "path=/d/x.csv;skip_rows=1", 7, NULL, NULL);
        StrBuf got = read_stubborn(env, s, "path=/d/x.csv;skip_rows=1;chunk_bytes=64", 7);
        assert_string_equal(sb_cstr(&got), sb_cstr(&want));
        sb_done(&want);
        sb_done(&got);
        env_sim_free(env);
        env_sim_free(calm);
    }
    sb_done(&text);
    schema_unref(s);
}

static void follows(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    Option opts[8];
    SourcePoll p;
    Source *src;
    put(env, "/d/log.csv", "a,b\n1,x\n2,");
    ConnectArgs args = args_of(env, s, NULL, "path=/d/log.csv;follow=true;poll_interval=50ms", opts);
    assert_int_equal(source_open(source_type_find(STR("file")), &args, &src, NULL), 0);
    assert_false(source_is_bounded(src));
    expect_poll(src, SOURCE_DATA, "1|x\n");
    expect_poll(src, SOURCE_IDLE, "");
    assert_int_equal(source_wake_at_ns(src), env_mono_ns(env) + 50000000);
    append(env, "/d/log.csv", "y\n3,z\n");
    expect_poll(src, SOURCE_DATA, "2|y\n3|z\n");
    expect_poll(src, SOURCE_IDLE, "");
    assert_int_equal(env->dir->rename(env, "/d/log.csv", "/d/log.1", NULL), 0);
    expect_poll(src, SOURCE_IDLE, "");
    append(env, "/d/log.1", "4,rest");
    put(env, "/d/log.csv", "a,b\n5,new\n");
    expect_poll(src, SOURCE_DATA, "4|rest\n"); /* a batch is of one file */
    expect_poll(src, SOURCE_DATA, "5|new\n");
    put(env, "/d/log.csv", "a,b\n"); /* emptied in place */
    expect_poll(src, SOURCE_IDLE, "");
    append(env, "/d/log.csv", "7,x\n");
    expect_poll(src, SOURCE_DATA, "7|x\n");
    expect_poll(src, SOURCE_IDLE, "");
    put(env, "/d/log.csv", "a,b\n8,longer than what was read before\n9,y\n"); /* emptied and written on at once */
    expect_poll(src, SOURCE_DATA, "8|longer than what was read before\n9|y\n");
    put(env, "/d/log.csv", "a,b\n5,new\n");
    expect_poll(src, SOURCE_DATA, "5|new\n");
    char offset[OFFSET_TEXT_MAX];
    assert_int_equal(source_poll(src, 10, &p, NULL), SOURCE_IDLE);
    snprintf(offset, sizeof(offset), "%s", p.offset);
    source_close(src);
    append(env, "/d/log.csv", "6,later\n");
    assert_int_equal(source_open(source_type_find(STR("file")), &args, &src, NULL), 0);
    assert_int_equal(source_seek(src, 0, offset, NULL), 0);
    expect_poll(src, SOURCE_DATA, "6|later\n");
    source_close(src);
    schema_unref(s);
    env_sim_free(env);
}

static void discovers(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Option opts[8];
    put(env, "/d/a.csv", "id;at\n1;2024-01-01 00:00:00\n");
    put_packed(env, "/d/b.jsonl.gz", "{\"x\":1.5}\n");
    ConnectArgs args = {.env = env, .object = "t"};
    Option semi[] = {{.key = STR("path"), .value = STR("/d/a.csv")}, {.key = STR("delimiter"), .value = STR(";")}};
    args.opts = semi;
    args.n_opts = 2;
    Schema *s;
    assert_int_equal(source_discover(source_type_find(STR("file")), &args, &s, NULL), 0);
    assert_string_equal(s->field[1].name, "at");
    assert_int_equal(s->field[1].type.id, T_TS);
    schema_unref(s);
    args = args_of(env, NULL, NULL, "path=/d/b.jsonl.gz", opts);
    StrBuf got = read_args(&args, 10, NULL, NULL);
    assert_string_equal(sb_cstr(&got), "1.5\n");
    sb_done(&got);
    args = args_of(env, NULL, NULL, "path=/d/a.csv;compression=lzma", opts);
    assert_int_equal(source_discover(source_type_find(STR("file")), &args, &s, NULL), -ERR_BAD_OPTION);
    args = args_of(env, NULL, "csv", "", opts);
    assert_int_equal(source_discover(source_type_find(STR("file")), &args, &s, NULL), -ERR_MISSING_OPTION);
    args = args_of(env, NULL, NULL, "path=-;format=csv", opts);
    assert_int_equal(source_discover(source_type_find(STR("file")), &args, &s, NULL), -ERR_UNSUPPORTED);
    env_sim_free(env);
}

typedef struct Found { /* what the files of a sink have */
    Env *env;
    const char *dir;
    uint32_t n_files, n_rows, per_row[500];
    size_t longest;
    bool wrong;
} Found;

static int look(void *self, const char *name)
{
    Found *f = self;
    char path[300];
    EnvStat st;
    snprintf(path, sizeof(path), "%s/%s", f->dir, name);
    assert_int_equal(f->env->file->stat(f->env, path, &st, NULL), 0);
    f->wrong |= name[0] == '.';
    if (st.is_dir) {
        Found below = *f;
        below.dir = path;
        assert_int_equal(f->env->file->list(f->env, path, look, &below, NULL), 0);
        below.dir = f->dir;
        *f = below;
        return 0;
    }
    Arena arena;
    Str text, line, a, b;
    arena_init(&arena, NULL, 0);
    assert_int_equal(env_read_file(f->env, path, &arena, &text, NULL), 0);
    f->n_files++;
    f->longest = MAX(f->longest, text.n);
    assert_true(str_cut(text, '\n', &line, &text) && str_eq(line, STR("a,b"))); /* each has its header, and no half row */
    for (int64_t id; text.n; f->n_rows++) {
        assert_true(str_cut(text, '\n', &line, &text) && str_cut(line, ',', &a, &b) && str_to_i64(a, &id) && id >= 0 && id < 500);
        f->per_row[id]++;
        f->wrong |= strstr(f->dir, "k=") && !str_eq(str_of(strstr(f->dir, "k=") + 2), b.n ? b : STR("__HIVE_DEFAULT_PARTITION__"));
    }
    arena_done(&arena);
    return 0;
}

/* Rows of a rolling sink, in batches as they come: each is in one file of its partition, once; no file is longer than its limit and
 * a row; nothing unfinished stays. */
static void rolling_and_partitions(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        Env *env = env_sim_new(seed, NULL);
        Schema *s = two_columns();
        char options[160];
        uint64_t limit = env_sim_draw(env, 3) ? 20 + env_sim_draw(env, 300) : 0;
        bool parts = env_sim_draw(env, 2);
        snprintf(options, sizeof(options), "path=/o/%s;format=csv;mode=rolling;max_file_size=%d", parts ? "k={b}" : "", (int)limit);
        Option opts[8];
        ConnectArgs args = args_of(env, s, NULL, options, opts);
        Sink *sink;
        Err err = ERR_INIT;
        if (sink_open(sink_type_find(STR("file")), &args, &sink, &err) < 0)
            fail_msg("%s", err.message);
        uint32_t n = 0;
        for (uint32_t step = (uint32_t)env_sim_draw(env, 12); step > 0; step--) {
            int64_t a[40];
            const char *b[40];
            static const char *const keys[] = {"x", "y", "a longer key", NULL};
            uint32_t k = 1 + (uint32_t)env_sim_draw(env, 39);
            for (uint32_t i = 0; i < k; i++, n++) {
                a[i] = n;
                b[i] = keys[env_sim_draw(env, 4)];
            }
            Batch *batch = batch_of(s, a, b, k);
            assert_int_equal(sink_write(sink, 1, batch, &err), 0);
            assert_int_equal(sink_flush(sink, &err), 0);
            batch_unref(batch);
        }
        sink_close(sink);
        Found f = {.env = env, .dir = "/o"};
        assert_int_equal(env->file->list(env, "/o", look, &f, NULL), 0);
        assert_int_equal(f.n_rows, n);
        assert_false(f.wrong);
        for (uint32_t i = 0; i < n; i++)
            assert_int_equal(f.per_row[i], 1);
        if (limit)
            assert_in_range(f.longest, 0, limit + 20);
        schema_unref(s);
        env_sim_free(env);
    }
}

static void sink_modes(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    int64_t a[] = {1, 2};
    const char *b[] = {"x", "y,\""};
    Batch *batch = batch_of(s, a, b, 2);
    expect_written(env, s, "path=/d/o.csv", batch, "/d/o.csv", "a,b\n1,x\n2,\"y,\"\"\"\n");
    expect_written(env, s, "path=/d/o.csv;mode=append", batch, "/d/o.csv", "a,b\n1,x\n2,\"y,\"\"\"\n1,x\n2,\"y,\"\"\"\n");
    expect_written(env, s, "path=/d/o.csv;mode=overwrite;header=false", batch, "/d/o.csv", "1,x\n2,\"y,\"\"\"\n");
    expect_written(env, s, "path=/d/empty.csv", NULL, "/d/empty.csv", "a,b\n");
    put(env, "/d/torn.csv", "a,b\n9,to");
    expect_written(env, s, "path=/d/torn.csv;mode=append", batch, "/d/torn.csv", "a,b\n9,to\n1,x\n2,\"y,\"\"\"\n");
    expect_written(env, s, "path=/d/o.jsonl", batch, "/d/o.jsonl", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y,\\\"\"}\n");
    expect_sink_error(env, s, "path=/d/o.csv;mode=error", ERR_FILE_ACCESS, "exists");
    expect_sink_error(env, s, "path=/d/{c}.csv", ERR_UNDEFINED_COLUMN, "{c}");
    expect_sink_error(env, s, "path=/d/{a.csv", ERR_BAD_OPTION, "do not match");
    expect_sink_error(env, s, "path=/d/a}.csv", ERR_BAD_OPTION, "do not match");
    expect_sink_error(env, s, "path=/d/{a}.csv;mode=error", ERR_BAD_OPTION, "rolling");
    expect_sink_error(env, s, "path=/d/o.csv;max_file_size=10", ERR_BAD_OPTION, "max_file_size");
    expect_sink_error(env, s, "path=/d/;format=csv;prefix=a/b", ERR_BAD_OPTION, "prefix");
    expect_sink_error(env, s, "path=/d/;format=csv;prefx=a", ERR_UNKNOWN_OPTION, "prefx");
    expect_sink_error(env, s, "path=/d/o", ERR_UNKNOWN_FORMAT, "cannot be told");
    expect_sink_error(env, s, "path=/d/o.txt", ERR_SCHEMA_MISMATCH, "exactly one column");
    expect_sink_error(env, s, "path=/d;format=csv", ERR_FILE_ACCESS, "directory");
    expect_sink_error(env, s, "path=/d/o.csv;header=perhaps", ERR_BAD_OPTION, "header");
    expect_sink_error(env, s, "path=/d/o.csv;headr=true", ERR_UNKNOWN_OPTION, "headr");
    static const char *const packed[] = {"path=/d/o.csv.gz", "path=/d/o.csv.zst", "path=/d/o2.csv;compression=zstd"};
    static const char *const back[] = {"path=/d/o.csv.gz", "path=/d/o.csv.zst", "path=/d/o2.csv;compression=zst"};
    for (size_t i = 0; i < ARRAY_LEN(packed); i++) {
        expect_written(env, s, packed[i], batch, NULL, NULL);
        expect_rows(env, s, NULL, back[i], "1|x\n2|y,\"\n");
    }
    batch_unref(batch);
    schema_unref(s);
    env_sim_free(env);
}

static void sink_weights(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    Sink *sink;
    Option opts[8];
    Err err = ERR_INIT;
    int64_t a[] = {1, 2, 3, 4};
    const char *b[] = {"x", "y", "z", NULL};
    int32_t w[] = {1, -1, 0, 3};
    Batch *batch = batch_of(s, a, b, 4);
    put(env, "/d/w.csv", "");
    batch->w_kind = W_VEC;
    batch->w = w;
    ConnectArgs args = args_of(env, s, NULL, "path=/d/w.csv", opts);
    assert_int_equal(sink_open(sink_type_find(STR("file")), &args, &sink, NULL), 0);
    assert_int_equal(sink_write(sink, 1, batch, &err), -ERR_SINK_MODE);
    assert_int_equal(sink_flush(sink, NULL), 0);
    sink_close(sink);
    expect_file(env, "/d/w.csv", "a,b\n");
    static const char *const path[] = {"path=/d/w.csv", "path=/d/w.jsonl"};
    static const char *const want[] = {
        "op,a,b\n+,1,x\n-,2,y\n+,4,\n+,4,\n+,4,\n",
        "{\"op\":\"+\",\"a\":1,\"b\":\"x\"}\n{\"op\":\"-\",\"a\":2,\"b\":\"y\"}\n{\"op\":\"+\",\"a\":4,\"b\":null}\n"
        "{\"op\":\"+\",\"a\":4,\"b\":null}\n{\"op\":\"+\",\"a\":4,\"b\":null}\n"};
    for (size_t i = 0; i < 2; i++) {
        args = args_of(env, s, NULL, path[i], opts);
        assert_int_equal(sink_open(sink_type_find(STR("file")), &args, &sink, NULL), 0);
        sink->writes_weight = true;
        assert_int_equal(sink_write(sink, 1, batch, NULL), 0);
        assert_int_equal(sink_flush(sink, NULL), 0);
        sink_close(sink);
        expect_file(env, path[i] + 5, want[i]);
    }
    batch->w_kind = W_ONE;
    batch->w = NULL;
    batch_unref(batch);
    schema_unref(s);
    env_sim_free(env);
}

/* Failing writes are retried by the next call and nothing is written twice or torn. */
static void sink_faults(void **state)
{
    (void)state;
    Schema *s = two_columns();
    int64_t a[] = {1};
    const char *b[] = {"x"};
    Batch *batch = batch_of(s, a, b, 1);
    for (uint64_t seed = 1; seed < 20; seed++) {
        SimFaults f = {.write_eio = 300000, .enospc = 100000};
        Env *env = env_sim_new(seed, &f);
        Option opts[8];
        Sink *sink;
        ConnectArgs args = args_of(env, s, NULL, "path=/d/o.csv", opts);
        put(env, "/d/o.csv", "");
        assert_int_equal(sink_open(sink_type_find(STR("file")), &args, &sink, NULL), 0);
        for (int i = 0; i < 20; i++) {
            assert_int_equal(sink_write(sink, 1, batch, NULL), 0);
            while (sink_flush(sink, NULL) < 0)
                continue;
        }
        sink_close(sink);
        expect_file(env, "/d/o.csv",
                    "a,b\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n1,x\n");
        env_sim_free(env);
    }
    batch_unref(batch);
    schema_unref(s);
}

/* Fails one allocation. */
static int fail_nth(void *self, size_t bytes)
{
    int64_t *left = self;
    (void)bytes;
    return (*left)-- == 0;
}

/* Whichever allocation fails: the error is out of memory, nothing leaks (the sanitizer looks), and what was given before is right.
 */
static void allocation_failures(void **state)
{
    (void)state;
    static const char want[] = "1|x\n2|a text that is longer than twelve\n3|z\n";
    Env *env = env_sim_new(1, NULL);
    Schema *s = two_columns();
    Option opts[8];
    put(env, "/d/x.csv", "a,b\n1,x\nq,q\n2,\"a text that is longer than twelve\"\n");
    put(env, "/d/y.jsonl", "{\"a\":3,\"b\":\"z\"}\n");
    static const char *const how[] = {"path=/d/x.csv", "path=/d/y.jsonl"};
    for (size_t k = 0; k < 2; k++) {
        bool failed = true;
        for (int64_t n = 0; failed; n++) {
            int64_t left = n;
            Source *src = NULL;
            SourcePoll p = {0};
            StrBuf rows;
            sb_init(&rows, NULL);
            ConnectArgs args = args_of(env, s, NULL, how[k], opts);
            mem_set_hook(fail_nth, &left);
            int rc = source_open(source_type_find(STR("file")), &args, &src, NULL);
            while (rc >= 0 && rc != SOURCE_END) {
                rc = source_poll(src, 10, &p, NULL);
                mem_set_hook(NULL, NULL);
                if (rc >= 0)
                    print_batch(p.batch, &rows);
                batch_unref(p.batch);
                batch_unref(p.bad);
                mem_set_hook(fail_nth, &left);
            }
            source_close(src);
            mem_set_hook(NULL, NULL);
            failed = left < 0;
            assert_true(rc == SOURCE_END || rc == -ERR_OUT_OF_MEMORY);
            if (rc == SOURCE_END)
                assert_string_equal(sb_cstr(&rows), k == 0 ? "1|x\n2|a text that is longer than twelve\n" : strstr(want, "3|"));
            sb_done(&rows);
        }
    }
    schema_unref(s);
    env_sim_free(env);
}

static void registry(void **state)
{
    (void)state;
    uint32_t n;
    StrBuf b;
    sb_init(&b, NULL);
    connect_print_options(&b);
    assert_non_null(strstr(sb_cstr(&b), "### Source `file`"));
    assert_non_null(strstr(sb_cstr(&b), "### Columns of source `generator`"));
    assert_non_null(strstr(sb_cstr(&b), "### Format `csv`"));
    assert_non_null(strstr(sb_cstr(&b), "| `path` (required) | text |"));
    sb_done(&b);
    const SourceType *const *sources = source_type_list(&n);
    for (uint32_t i = 0; i < n; i++)
        for (const OptionDef *o = sources[i]->options; o->key; o++)
            assert_non_null(o->help);
    const SinkType *const *sinks = sink_type_list(&n);
    for (uint32_t i = 0; i < n; i++)
        for (const OptionDef *o = sinks[i]->options; o->key; o++)
            assert_non_null(o->help);
    assert_ptr_equal(source_type_find(STR("FILES")), source_type_find(STR("file")));
    assert_null(source_type_find(STR("kafka")));
    assert_null(sink_type_find(STR("generator")));
    schema_unref(schema_ref(connect_bad_schema()));
    assert_int_equal(connect_bad_schema()->n, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(open_errors),
        cmocka_unit_test(bad_records),
        cmocka_unit_test(resume_everywhere),
        cmocka_unit_test(resume_in_another_file),
        cmocka_unit_test(binary_rows),
        cmocka_unit_test(compressed),
        cmocka_unit_test(faults),
        cmocka_unit_test(follows),
        cmocka_unit_test(discovers),
        cmocka_unit_test(sink_modes),
        cmocka_unit_test(rolling_and_partitions),
        cmocka_unit_test(sink_weights),
        cmocka_unit_test(sink_faults),
        cmocka_unit_test(registry),
        cmocka_unit_test(allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
