/* SPDX-License-Identifier: Apache-2.0
 *
 * File systems that do not do what a database wants: a small one that runs full, one that is read-only, files of others, links.
 * What was acknowledged is there when the file system works again, and until then an error says what is the matter.
 *
 * The file systems are mounted in a name space of the test's own, which only root may make; else these tests are skipped.  Those
 * of permissions run in a process of nobody's. */
#include "directory_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static bool may_mount;

static int unmount(void **state)
{
    (void)umount2(root, MNT_DETACH);
    return remove_root(state);
}

static void mount_small(const char *size)
{
    char options[60];
    if (!may_mount) {
        print_message("skipped: only root may mount a file system\n");
        skip();
    }
    snprintf(options, sizeof(options), "size=%s", size);
    assert_int_equal(mount("laminar", root, "tmpfs", 0, options), 0);
}

static void mount_again(unsigned long flags, const char *size)
{
    char options[60];
    snprintf(options, sizeof(options), "size=%s", size);
    assert_int_equal(mount("laminar", root, "tmpfs", MS_REMOUNT | flags, options), 0);
}

static void refused(const char *path, const char *sqlstate, const char *says)
{
    LaminarConnection *db = NULL;
    assert_true(laminar_open_with_config(path, NULL, &db) != LAMINAR_OK);
    expect_sqlstate(sqlstate);
    if (!strstr(laminar_last_error(), says))
        fail_msg("\"%s\" does not say \"%s\"", laminar_last_error(), says);
}

/* ---- full ---- */

static int64_t number(LaminarConnection *db, const char *sql)
{
    return strtoll(rows_of(db, sql), NULL, 10);
}

/* Rows of a kilobyte until the log cannot take one; gives how many are acknowledged. */
static int64_t fill(LaminarConnection *db, LaminarWriter *w, int64_t from)
{
    static char text[1000];
    LaminarRow *row = NULL;
    memset(text, 'x', sizeof(text));
    for (int64_t n = from;; n++) {
        assert_true(n < 1000000);
        if (laminar_row_begin(w, &row) || laminar_row_i64(row, 0, n) || laminar_row_text(row, 1, text, sizeof(text)) ||
            laminar_row_push(row) || (n % 100 == 99 && laminar_wait(db, 0, LAMINAR_DURABLE, -1))) {
            expect_sqlstate("53100");
            return n / 100 * 100;
        }
    }
}

static void test_full(void **state)
{
    (void)state;
    mount_small("100m"); /* one piece of the log, not two */
    int64_t n = 0;
    for (int life = 0; life < 2; life++) {
        LaminarWriter *w = NULL;
        LaminarConnection *db = open_at(dir);
        run(db,
            "CREATE SOURCE IF NOT EXISTS s (n BIGINT, k TEXT); CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT count(*) AS c, "
            "count(DISTINCT n) AS d, max(n) AS hi FROM s WHERE n >= 0");
        OK(laminar_writer_create(db, "s", &w));
        int64_t safe = fill(db, w, n);
        assert_true(safe > n);
        FAILS(400, laminar_execute(db, "INSERT INTO s VALUES (-1, 'y')", NULL));
        expect_sqlstate("53100");
        FAILS(400, laminar_execute(db, "CREATE TABLE t (v INT)", NULL));
        expect_sqlstate("53100");
        (void)rows_of(db, "SELECT count(*) FROM s"); /* reading goes on */
        if (life == 0) {                             /* and so does writing, with what waits for the disk */
            mount_again(0, "200m");
            run(db, "INSERT INTO s VALUES (-1, 'there is room again')");
            safe = number(db, "SELECT c FROM v");
        }
        laminar_writer_free(w);
        int closed = laminar_close(db);
        assert_true(life == 1 || closed == LAMINAR_OK);
        mount_again(0, life ? "1000m" : "300m");
        db = open_at(dir);
        long long c, d, hi;
        assert_int_equal(sscanf(rows_of(db, "SELECT * FROM v"), "%lld|%lld|%lld", &c, &d, &hi), 3);
        assert_true(c >= safe && c == d && c == hi + 1);
        n = c;
        run(db, "INSERT INTO s VALUES (-1, 'there is room again'); CHECKPOINT");
        OK(laminar_close(db));
    }
}

/* Not even the first piece of the log has room: it is said, and what was begun is no obstacle. */
static void test_no_room(void **state)
{
    (void)state;
    mount_small("8m");
    for (int i = 0; i < 2; i++)
        refused(dir, "53100", "disk");
    mount_again(0, "200m");
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (v INT); INSERT INTO t VALUES (1)");
    OK(laminar_close(db));
}

static void put_file(const char *name, size_t n)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", root, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    assert_true(fd >= 0);
    (void)!posix_fallocate(fd, 0, (off_t)n); /* as much as there is */
    close(fd);
}

/* The log has room and a checkpoint has not: the one before stays, the database goes on, and the next one is made when there is. */
static void test_no_checkpoint(void **state)
{
    (void)state;
    char path[200];
    mount_small("100m");
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id BIGINT PRIMARY KEY, k TEXT); INSERT INTO t VALUES (0, 'a'); CHECKPOINT");
    for (size_t free_bytes = 64u << 20; free_bytes >= 4096; free_bytes /= 2)
        put_file(free_bytes == 4096 ? "last" : "rest", free_bytes);
    snprintf(path, sizeof(path), "%s/rest", root);
    for (size_t n = 40u << 20; n >= 4096; n /= 2) {
        char name[40];
        snprintf(name, sizeof(name), "rest-%zu", n);
        put_file(name, n);
    }
    run(db, "INSERT INTO t SELECT g, 'a text that fills pages of the state ' || g FROM generate_series(1, 20000) AS x(g)");
    FAILS(400, laminar_execute(db, "CHECKPOINT", NULL));
    expect_sqlstate("53100");
    run(db, "INSERT INTO t VALUES (-1, 'goes on')");
    ROWS(db, "SELECT count(*) FROM t", "20002;");
    snprintf(path, sizeof(path), "rm -f %s/rest* %s/last", root, root);
    assert_int_equal(system(path), 0);
    run(db, "CHECKPOINT");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT count(*), max(k) FROM t WHERE id < 1", "2|goes on;");
    ROWS(db, "SELECT count(*) FROM t", "20002;");
    OK(laminar_close(db));
}

/* What is written elsewhere says so, too, and nothing else is held up: COPY TO, a sink, state that is to leave memory. */
static void test_full_elsewhere(void **state)
{
    (void)state;
    char own[] = "/tmp/laminar-disk-db-XXXXXX", sql[400];
    mount_small("1m");
    assert_non_null(mkdtemp(own));
    LaminarConnection *db = open_at(own);
    run(db,
        "CREATE TABLE t (id BIGINT PRIMARY KEY, k TEXT);"
        "INSERT INTO t SELECT g, 'a text that is long enough for a disk to be full ' || g FROM generate_series(1, 30000) AS x(g)");
    snprintf(sql, sizeof(sql), "COPY t TO '%s/copy.csv' (FORMAT csv)", root);
    FAILS(400, laminar_execute(db, sql, NULL));
    expect_sqlstate("53100");
    snprintf(sql, sizeof(sql), "rm -f '%s'/*", root);
    assert_int_equal(system(sql), 0);
    snprintf(sql, sizeof(sql), "CREATE SINK k FROM t INTO FILE (path = '%s/out.csv') FORMAT CSV", root);
    run(db, sql);
    run(db, "INSERT INTO t VALUES (-1, 'goes on'); CHECKPOINT"); /* what the target does not take waits in the database */
    ROWS(db, "SELECT count(*) FROM t", "30001;");
    assert_non_null(strstr(rows_of(db, "SELECT * FROM laminar_sinks"), "DEGRADED|30001|"));
    OK(laminar_close(db));
    snprintf(sql, sizeof(sql), "rm -rf '%s'", own);
    assert_int_equal(system(sql), 0);
}

/* A sink whose rows come from a file finds the disk of the database full: they wait in memory, and are there when it is not. */
static void test_full_outbox(void **state)
{
    (void)state;
    char in[] = "/tmp/laminar-disk-in-XXXXXX", sql[600];
    mount_small("80m");
    assert_non_null(mkdtemp(in));
    snprintf(sql, sizeof(sql), "echo n > '%s/in.csv'; echo 0 >> '%s/in.csv'", in, in);
    assert_int_equal(system(sql), 0);
    LaminarConnection *db = open_at(dir);
    snprintf(sql, sizeof(sql),
             "CREATE SOURCE f (n BIGINT) FROM FILE (path = '%s/in.csv', follow = true);"
             "CREATE SINK k FROM f INTO FILE (path = '%s/out.csv') FORMAT CSV; CHECKPOINT",
             in, root);
    run(db, sql);
    for (size_t n = 16u << 20; n >= 4096; n /= 2) {
        char name[40];
        snprintf(name, sizeof(name), "rest-%zu", n);
        put_file(name, n);
    }
    snprintf(sql, sizeof(sql), "dd if=/dev/zero of='%s/rest' bs=4096 2>/dev/null; seq 1 300000 >> '%s/in.csv'", root, in);
    assert_int_equal(system(sql), 0);
    rows_become(db, "SELECT rows FROM laminar_sinks", "300001;");
    assert_non_null(strstr(rows_of(db, "SELECT * FROM laminar_sinks"), "DEGRADED|300001|"));
    FAILS(400, laminar_execute(db, "CHECKPOINT", NULL));
    expect_sqlstate("53100");
    snprintf(sql, sizeof(sql), "rm -f '%s'/rest*", root);
    assert_int_equal(system(sql), 0);
    run(db, "CHECKPOINT");
    OK(laminar_close(db));
    snprintf(sql, sizeof(sql),
             "grep -v n '%s/out.csv' | sort -n | uniq | wc -l | grep -qx 300001 && wc -l < '%s/out.csv' | grep -qx 300002", root,
             root);
    assert_int_equal(system(sql), 0);
    snprintf(sql, sizeof(sql), "rm -rf '%s'", in);
    assert_int_equal(system(sql), 0);
}

#define STUCK_ROWS 200000
#define STUCK_LIMIT_MIB 32
#define STUCK_MORE_MIB 8 /* a limit is held at the ends of steps */

static int64_t memory_of(LaminarConnection *db)
{
    return number(db, "SELECT bytes FROM laminar_memory WHERE kind = 'database'");
}

static void push_texts(LaminarConnection *db, LaminarWriter *w, int64_t from, int64_t to)
{
    static char text[500];
    LaminarRow *row = NULL;
    memset(text, 'x', sizeof(text));
    for (int64_t n = from; n < to; n++) {
        OK(laminar_row_begin(w, &row));
        OK(laminar_row_i64(row, 0, n));
        OK(laminar_row_text(row, 1, text, sizeof(text)));
        OK(laminar_row_push(row));
        if (n % 10000 == 0)
            assert_in_range(memory_of(db), 1, (STUCK_LIMIT_MIB + STUCK_MORE_MIB) << 20);
    }
}

/* A sink takes nothing while several times the limit of memory is pushed: the rows wait on the disk of the database, and each is
 * there once, in order, when it goes on. */
static void test_stuck_sink(void **state)
{
    (void)state;
    char own[] = "/tmp/laminar-disk-db-XXXXXX", sql[400];
    LaminarWriter *w = NULL;
    mount_small("2m");
    assert_non_null(mkdtemp(own));
    LaminarConnection *db = open_at(own);
    snprintf(sql, sizeof(sql),
             "SET memory_limit = '%d MiB'; CREATE SOURCE s (n BIGINT, v TEXT) WITH (buffer_size = 1000);"
             "CREATE SINK k FROM s INTO FILE (path = '%s/out.csv') FORMAT CSV; CHECKPOINT",
             STUCK_LIMIT_MIB, root);
    run(db, sql);
    put_file("rest", 2u << 20);
    OK(laminar_writer_create(db, "s", &w));
    push_texts(db, w, 0, STUCK_ROWS / 4);
    run(db, "CHECKPOINT");
    assert_non_null(strstr(rows_of(db, "SELECT * FROM laminar_sinks"), "DEGRADED|"));
    push_texts(db, w, STUCK_ROWS / 4, STUCK_ROWS / 2);
    laminar_writer_free(w);
    OK(laminar_close(db));
    db = open_at(own);
    OK(laminar_writer_create(db, "s", &w));
    ROWS(db, "SELECT current_setting('memory_limit')::BIGINT / 1048576", "32;");
    push_texts(db, w, STUCK_ROWS / 2, STUCK_ROWS);
    run(db, "CHECKPOINT");
    assert_non_null(strstr(rows_of(db, "SELECT * FROM laminar_sinks"), "DEGRADED|"));
    assert_in_range(memory_of(db), 1, (STUCK_LIMIT_MIB + STUCK_MORE_MIB) << 20);
    mount_again(0, "400m");
    run(db, "CHECKPOINT");
    assert_non_null(strstr(rows_of(db, "SELECT * FROM laminar_sinks"), "RUNNING|"));
    laminar_writer_free(w);
    OK(laminar_close(db));
    snprintf(sql, sizeof(sql), "tail -n +2 '%s/out.csv' | cut -d, -f1 | cmp - /dev/fd/3 3<<E\n$(seq 0 %d)\nE", root,
             STUCK_ROWS - 1);
    assert_int_equal(system(sql), 0);
    snprintf(sql, sizeof(sql), "rm -rf '%s'", own);
    assert_int_equal(system(sql), 0);
}

/* ---- not to be written ---- */

static void test_read_only(void **state)
{
    (void)state;
    mount_small("200m");
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (v INT); INSERT INTO t VALUES (1)");
    OK(laminar_close(db));
    mount_again(MS_RDONLY, "200m");
    refused(dir, "42501", "ead-only file system");
    char path[128];
    snprintf(path, sizeof(path), "%s/new", root);
    refused(path, "42501", "ead-only file system");
    mount_again(0, "200m");
    db = open_at(dir);
    ROWS(db, "SELECT * FROM t", "1;");
    OK(laminar_close(db));
}

/* Runs a check as nobody, or as whom the test runs when that is not root. */
static void as_nobody(void (*check)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (geteuid() == 0 && (setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
            _exit(90);
        check();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* 1 = it opened, 2 = another error than that of permissions. */
static void expect_no_permission(void)
{
    LaminarConnection *db = NULL;
    LaminarError e = {.size = sizeof(e)};
    if (laminar_open_with_config(dir, NULL, &db) == LAMINAR_OK)
        _exit(1);
    (void)laminar_last_error_detail(&e);
    if (strcmp(e.sqlstate, "42501") != 0 || !strstr(laminar_last_error(), "ermission denied")) {
        fprintf(stderr, "%s %s\n", e.sqlstate, laminar_last_error());
        _exit(2);
    }
}

/* Nothing new may be made in the directory: changes go to the log that is there. */
static void expect_no_checkpoint(void)
{
    LaminarConnection *db = NULL;
    LaminarError e = {.size = sizeof(e)};
    if (laminar_open_with_config(dir, NULL, &db) != LAMINAR_OK ||
        laminar_execute(db, "INSERT INTO t VALUES (3)", NULL) != LAMINAR_OK)
        _exit(3);
    if (laminar_execute(db, "CHECKPOINT", NULL) == LAMINAR_OK)
        _exit(4);
    (void)laminar_last_error_detail(&e);
    if (strcmp(e.sqlstate, "42501") != 0)
        _exit(5);
    if (laminar_close(db) != LAMINAR_OK)
        _exit(6);
}

static void all_modes(const char *mode)
{
    char command[200];
    snprintf(command, sizeof(command), "chmod -R %s '%s'", mode, root);
    assert_int_equal(system(command), 0);
}

static void test_permissions(void **state)
{
    (void)state;
    static const char *const files[] = {"LOCK", "LAMINAR", "CURRENT", "wal-0000000000000000", "MANIFEST-*", "ckpt-*"};
    char path[160];
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (v INT); INSERT INTO t VALUES (1); CHECKPOINT; INSERT INTO t VALUES (2)");
    OK(laminar_close(db));
    if (geteuid() == 0 && chown(root, NOBODY, NOBODY) < 0) { /* a name space of users with nobody else in it */
        print_message("skipped: nobody is not known here\n");
        skip();
    }
    snprintf(path, sizeof(path), "chown -R %d:%d '%s'", geteuid() == 0 ? NOBODY : (int)geteuid(),
             geteuid() == 0 ? NOBODY : (int)getegid(), root);
    assert_int_equal(system(path), 0);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "chmod 0 '%s'/%s", dir, files[i]);
        assert_int_equal(system(path), 0);
        as_nobody(expect_no_permission);
        snprintf(path, sizeof(path), "chmod 600 '%s'/%s", dir, files[i]);
        assert_int_equal(system(path), 0);
    }
    assert_int_equal(chmod(dir, 0500), 0);
    as_nobody(expect_no_checkpoint);
    assert_int_equal(chmod(dir, 0), 0);
    as_nobody(expect_no_permission);
    all_modes("u=rwX");
    db = open_at(dir);
    ROWS(db, "SELECT * FROM t ORDER BY v", "1;2;3;");
    OK(laminar_close(db));
}

/* ---- links ---- */

/* Files of a database that stand elsewhere: they are read and written there, and replaced here. */
static void test_links(void **state)
{
    (void)state;
    char command[600];
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (v INT); INSERT INTO t VALUES (1); CHECKPOINT; INSERT INTO t VALUES (2)");
    OK(laminar_close(db));
    snprintf(command, sizeof(command),
             "mkdir '%s/else' && for f in LAMINAR CURRENT wal-0000000000000000; do mv '%s'/$f '%s/else/' && ln -s ../else/$f "
             "'%s/'; done",
             root, dir, root, dir);
    assert_int_equal(system(command), 0);
    for (int i = 3; i < 5; i++) {
        char sql[60];
        db = open_at(dir);
        snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%d); CHECKPOINT", i);
        run(db, sql);
        OK(laminar_close(db));
    }
    db = open_at(dir);
    ROWS(db, "SELECT sum(v) FROM t", "10;");
    OK(laminar_close(db));
    snprintf(command, sizeof(command), "rm '%s/else/LAMINAR'", root); /* a link to nothing is no new database */
    assert_int_equal(system(command), 0);
    LaminarConnection *none = NULL;
    assert_true(laminar_open_with_config(dir, NULL, &none) != LAMINAR_OK);
    snprintf(command, sizeof(command), "ln -s '%s' '%s/here' && ln -s here '%s/there' && ln -s loop '%s/loop'", dir, root, root,
             root);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof(command), "%s/loop", root);
    assert_true(laminar_open_with_config(command, NULL, &none) != LAMINAR_OK);
    assert_null(none);
}

int main(void)
{
    may_mount = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_full, make_root, unmount),
        cmocka_unit_test_setup_teardown(test_no_room, make_root, unmount),
        cmocka_unit_test_setup_teardown(test_no_checkpoint, make_root, unmount),
        cmocka_unit_test_setup_teardown(test_full_elsewhere, make_root, unmount),
        cmocka_unit_test_setup_teardown(test_full_outbox, make_root, unmount),
        cmocka_unit_test_setup_teardown(test_stuck_sink, make_root, unmount),
        cmocka_unit_test_setup_teardown(test_read_only, make_root, unmount),
        cmocka_unit_test_setup_teardown(test_permissions, make_root, unmount),
        cmocka_unit_test_setup_teardown(test_links, make_root, unmount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
