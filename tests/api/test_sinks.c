/* SPDX-License-Identifier: Apache-2.0
 *
 * Sinks of a database in a directory through the C interface: a child that pushes and makes checkpoints is killed with SIGKILL at
 * random moments, a hundred times; its files must have every row once.
 *
 *   api_sinks           the tests
 *   api_sinks child DIR pushes until it is killed */
#include "directory_test.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS_MAX 1000000
static const char *self;
static unsigned char seen[ROWS_MAX];

static int make_sinks(LaminarConnection *db, const char *out)
{
    char sql[1400];
    snprintf(sql, sizeof(sql),
             "CREATE SOURCE IF NOT EXISTS s (n BIGINT, k TEXT);"
             "CREATE SINK IF NOT EXISTS r FROM s INTO FILE (path = '%s/roll/', format = 'csv', max_file_size = 4096);"
             "CREATE SINK IF NOT EXISTS p FROM s INTO FILE (path = '%s/part/{k}/x.csv');"
             "CREATE SINK IF NOT EXISTS o FROM s INTO FILE (path = '%s/one.csv')",
             out, out, out);
    return laminar_execute(db, sql, NULL);
}

static int child(const char *base)
{
    LaminarConnection *db = NULL;
    LaminarQueryResult *result = NULL;
    char path[128], sql[4000];
    snprintf(path, sizeof(path), "%s/db", base);
    if (laminar_open_with_config(path, NULL, &db) != LAMINAR_OK || make_sinks(db, base) != LAMINAR_OK ||
        laminar_query(db, "SELECT count(*) FROM s", &result) != LAMINAR_OK)
        return 1;
    long long n = strtoll(result_text(result), NULL, 10);
    laminar_result_free(result);
    for (int step = 0;; step++) {
        size_t at = (size_t)snprintf(sql, sizeof(sql), "INSERT INTO s VALUES ");
        for (int i = 0; i < 7; i++, n++)
            at += (size_t)snprintf(sql + at, sizeof(sql) - at, "%s(%lld,'k%lld')", i ? "," : "", n, n % 3);
        if (laminar_execute(db, sql, NULL) != LAMINAR_OK || write(STDOUT_FILENO, &n, sizeof(n)) != sizeof(n) ||
            (step % 3 == 2 && laminar_execute(db, "CHECKPOINT", NULL) != LAMINAR_OK))
            return 1;
    }
}

/* Rows that the child says are safe. */
static long long run_child(unsigned us)
{
    int fd, status;
    pid_t pid = spawn(self, (const char *[]){"child", root, NULL}, &fd);
    long long n, last = 0;
    while (last == 0 && read(fd, &n, sizeof(n)) == sizeof(n))
        last = n;
    usleep(us);
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (read(fd, &n, sizeof(n)) == sizeof(n))
        last = n;
    close(fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return last;
}

static void read_rows(const char *path, bool half_is_fine)
{
    char line[200];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        long long n;
        int k, len = 0;
        if (strcmp(line, "n,k\n") == 0)
            continue;
        if (sscanf(line, "%lld,k%d\n%n", &n, &k, &len) != 2 || line[strlen(line) - 1] != '\n') {
            if (!half_is_fine)
                fail_msg("%s has a half row: %s", path, line);
            continue;
        }
        assert_true(n >= 0 && n < ROWS_MAX && n % 3 == k);
        if (seen[n]++)
            fail_msg("row %lld is there twice: %s", n, path);
    }
    fclose(f);
}

static void read_tree(const char *path)
{
    DIR *d = opendir(path);
    char below[400];
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        if (snprintf(below, sizeof(below), "%s/%s", path, e->d_name) >= (int)sizeof(below))
            fail_msg("the path is too long: %s", path);
        if (e->d_type == DT_DIR)
            read_tree(below);
        else
            read_rows(below, false);
    }
    closedir(d);
}

static void expect_rows(const char *name, long long n, bool exactly)
{
    char path[128];
    memset(seen, 0, sizeof(seen));
    snprintf(path, sizeof(path), "%s/%s", root, name);
    if (strstr(name, ".csv"))
        read_rows(path, !exactly);
    else
        read_tree(path);
    for (long long i = 0; exactly && i < ROWS_MAX; i++)
        if (seen[i] != (i < n))
            fail_msg("%s: row %lld of %lld is there %d times", name, i, n, seen[i]);
}

static void test_kill(void **state)
{
    (void)state;
    unsigned us = 4711;
    for (int round = 0; round < 100; round++) {
        us = us * 1103515245u + 12345u;
        long long safe = run_child(us / 7 % 12000);
        expect_rows("roll", 0, false); /* nothing half written, nothing twice, at any moment */
        expect_rows("part", 0, false);
        if (round % 10 != 9)
            continue; /* the next child recovers */
        LaminarConnection *db = open_at(dir);
        LaminarQueryResult *result = NULL;
        OK(laminar_query(db, "SELECT count(*) FROM s", &result));
        long long n = strtoll(result_text(result), NULL, 10);
        laminar_result_free(result);
        assert_true(n >= safe);
        run(db, "CHECKPOINT");
        expect_rows("roll", n, true);
        expect_rows("part", n, true);
        expect_rows("one.csv", n, true);
        OK(laminar_close(db));
    }
}

/* Results are seen at checkpoints, when the sink is dropped, and at closing. */
static void test_epochs(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    OK(make_sinks(db, root));
    run(db, "INSERT INTO s VALUES (0, 'k0'), (1, 'k1')");
    expect_rows("roll", 0, true);
    expect_rows("one.csv", 0, true);
    run(db, "CHECKPOINT");
    expect_rows("roll", 2, true);
    expect_rows("one.csv", 2, true);
    run(db, "INSERT INTO s VALUES (2, 'k2'); DROP SINK r");
    expect_rows("roll", 3, true);
    expect_rows("part", 2, true);
    OK(laminar_close(db));
    expect_rows("part", 3, true);
    expect_rows("one.csv", 3, true);
    db = open_at(dir);
    run(db, "INSERT INTO s VALUES (3, 'k0')");
    OK(laminar_close(db));
    expect_rows("roll", 3, true);
    expect_rows("part", 4, true);
    expect_rows("one.csv", 4, true);
}

/* What cannot be published is said, kept, and published when what stood in its way has gone. */
static void test_commit_fails(void **state)
{
    (void)state;
    char name[128], sql[256];
    LaminarConnection *db = open_at(dir);
    LaminarQueryResult *result = NULL;
    snprintf(sql, sizeof(sql),
             "CREATE SOURCE s (n BIGINT, k TEXT); CREATE SINK r FROM s INTO FILE (path = '%s/roll/', format = 'csv')", root);
    run(db, sql);
    run(db, "INSERT INTO s VALUES (0, 'k0'); CHECKPOINT");
    snprintf(name, sizeof(name), "%s/roll/part_000002_000.csv", root); /* a directory where the file shall be */
    assert_int_equal(mkdir(name, 0777), 0);
    run(db, "INSERT INTO s VALUES (1, 'k1'); CHECKPOINT");
    OK(laminar_execute(db, "SHOW SINKS", &result));
    assert_non_null(strstr(result_text(result), "cannot rename"));
    laminar_result_free(result);
    assert_int_equal(rmdir(name), 0);
    run(db, "INSERT INTO s VALUES (2, 'k2'); CHECKPOINT");
    expect_rows("roll", 3, true);
    OK(laminar_execute(db, "SHOW SINKS", &result));
    assert_null(strstr(result_text(result), "cannot rename"));
    laminar_result_free(result);
    OK(laminar_close(db));
}

static void expect_state(LaminarConnection *db, const char *state)
{
    char sql[200];
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM laminar_sinks WHERE state <> '%s'", state);
    if (strcmp(rows_of(db, sql), "0;") != 0)
        fail_msg("not %s: %s", state, rows_of(db, "SELECT * FROM laminar_sinks"));
}

/* The directory of the results is gone, and a file stands there: everything goes on, also over a restart, and nothing is lost or
 * there twice when it has its place again. */
static void test_target_gone(void **state)
{
    (void)state;
    char command[300], sql[200];
    LaminarConnection *db = open_at(dir);
    snprintf(command, sizeof(command), "%s/out", root);
    OK(make_sinks(db, command));
    run(db, "INSERT INTO s VALUES (0, 'k0'); CHECKPOINT");
    snprintf(command, sizeof(command), "mv '%s/out' '%s/away' && touch '%s/out'", root, root, root);
    assert_int_equal(system(command), 0);
    long long n = 1;
    for (int life = 0; life < 3; life++) {
        for (int i = 0; i < 3; i++, n++) {
            snprintf(sql, sizeof(sql), "INSERT INTO s VALUES (%lld, 'k%lld'); CHECKPOINT", n, n % 3);
            run(db, sql); /* no checkpoint is held up */
        }
        expect_state(db, "DEGRADED");
        FAILS(400, laminar_execute(db, "ALTER SINK o RESUME", NULL));
        OK(laminar_close(db));
        db = open_at(dir);
        snprintf(sql, sizeof(sql), "%lld;", n);
        ROWS(db, "SELECT count(*) FROM s", sql);
        if (life == 1) {
            snprintf(sql, sizeof(sql), "INSERT INTO s VALUES (%lld, 'k%lld')", n, n % 3);
            run(db, sql);
            n++;
        }
    }
    snprintf(command, sizeof(command), "rm '%s/out' && mv '%s/away' '%s/out'", root, root, root);
    assert_int_equal(system(command), 0);
    run(db, "ALTER SINK r RESUME; ALTER SINK o RESUME; ALTER SINK p RESUME; ALTER SINK IF EXISTS none RESUME");
    expect_state(db, "RUNNING");
    expect_rows("out/one.csv", n, true);
    expect_rows("out/part", n, true);
    expect_rows("out/roll", n, true);
    snprintf(sql, sizeof(sql), "INSERT INTO s VALUES (%lld, 'k%lld'); CHECKPOINT", n, n % 3);
    run(db, sql);
    n++;
    expect_rows("out/one.csv", n, true);
    expect_rows("out/part", n, true);
    expect_rows("out/roll", n, true);
    FAILS(200, laminar_execute(db, "ALTER SINK none RESUME", NULL));
    expect_error(200, "42P01");
    FAILS(400, laminar_execute(db, "ALTER SINK s RESUME", NULL));
    expect_error(400, "42809");
    OK(laminar_close(db));
}

/* A file is appended to, and where it ends cannot be looked at since the opening: rows wait, over several lives and checkpoints. */
static void test_end_unknown(void **state)
{
    (void)state;
    char command[300], sql[400];
    LaminarConnection *db = open_at(dir);
    snprintf(command, sizeof(command), "%s/out", root);
    OK(make_sinks(db, command));
    run(db, "CREATE TABLE t (id BIGINT PRIMARY KEY, v TEXT); SET spill = always");
    snprintf(sql, sizeof(sql), "CREATE SINK c FROM t INTO FILE (path = '%s/out/changes.jsonl')", root);
    run(db, sql);
    run(db, "INSERT INTO s VALUES (0, 'k0'); INSERT INTO t VALUES (1, 'a'); CHECKPOINT; CREATE TABLE other (x INT); CHECKPOINT");
    OK(laminar_close(db));
    snprintf(command, sizeof(command), "mv '%s/out' '%s/away' && touch '%s/out'", root, root, root);
    assert_int_equal(system(command), 0);
    long long n = 1;
    for (int life = 0; life < 3; life++) {
        db = open_at(dir);
        for (int i = 0; i < 3; i++, n += 1000) {
            snprintf(sql, sizeof(sql), "INSERT INTO s SELECT g, 'k' || g %% 3 FROM generate_series(%lld, %lld) AS x(g)%s", n,
                     n + 999, i < 2 ? "; CHECKPOINT" : "");
            run(db, sql);
        }
        snprintf(sql, sizeof(sql), "UPDATE t SET v = 'life %d'", life);
        run(db, sql);
        expect_state(db, "DEGRADED");
        FAILS(400, laminar_execute(db, "ALTER SINK o RESUME", NULL));
        snprintf(sql, sizeof(sql), "%lld;", n);
        ROWS(db, "SELECT rows FROM laminar_sinks WHERE sink_name = 'o'", sql);
        OK(laminar_close(db));
    }
    db = open_at(dir);
    expect_state(db, "DEGRADED");
    snprintf(command, sizeof(command), "rm '%s/out' && mv '%s/away' '%s/out'", root, root, root);
    assert_int_equal(system(command), 0);
    run(db, "ALTER SINK o RESUME; CHECKPOINT");
    expect_state(db, "RUNNING");
    expect_rows("out/one.csv", n, true);
    expect_rows("out/part", n, true);
    expect_rows("out/roll", n, true);
    snprintf(command, sizeof(command),
             "test $(wc -l < '%s/out/changes.jsonl') = 7 && tail -n 1 '%s/out/changes.jsonl' | grep -q 'life 2'", root, root);
    assert_int_equal(system(command), 0);
    OK(laminar_close(db));
}

/* The input of a sink and of a view is gone at the opening: they wait for it, checkpoints go on over several lives, and it is read
 * on where it was, by itself, by RESUME or by the next opening.  Another file in its place is not read. */
static void test_input_gone(void **state)
{
    (void)state;
    char sql[900], command[300];
    snprintf(command, sizeof(command), "printf 'n,k\\n0,k0\\n' > '%s/in.csv'", root);
    assert_int_equal(system(command), 0);
    LaminarConnection *db = open_at(dir);
    OK(make_sinks(db, root));
    snprintf(sql, sizeof(sql),
             "CREATE SOURCE f (n BIGINT, k TEXT) FROM FILE (path = '%s/in.csv', follow = true, poll_interval = '1 ms');"
             "CREATE SINK g FROM (SELECT f.n, f.k FROM f JOIN t ON f.k = t.k) INTO FILE (path = '%s/from_file/', format = 'csv');"
             "CREATE MATERIALIZED VIEW v AS SELECT t.v, count(*) AS c FROM f JOIN t ON f.k = t.k GROUP BY t.v",
             root, root);
    run(db, "CREATE TABLE t (k TEXT PRIMARY KEY, v BIGINT); INSERT INTO t VALUES ('k0', 0), ('k2', 2)");
    run(db, sql);
    rows_become(db, "SELECT sum(rows) FROM laminar_sinks WHERE sink_name = 'g'", "1;");
    rows_become(db, "SELECT * FROM v", "0|1;");
    run(db, "INSERT INTO s VALUES (0, 'k0'); CHECKPOINT; INSERT INTO s VALUES (1, 'k1')");
    OK(laminar_close(db));
    snprintf(command, sizeof(command), "mv '%s/in.csv' '%s/away'", root, root);
    assert_int_equal(system(command), 0);
    for (int life = 0; life < 3; life++) { /* the log that the first ones replay is gone in the end */
        db = open_at(dir);
        ROWS(db, "SELECT count(*) FROM laminar_sinks WHERE state = 'WAITING' AND error LIKE '%in.csv%'", "1;");
        ROWS(db, "SELECT count(*) FROM laminar_materialized_views WHERE state = 'WAITING'", "1;");
        ROWS(db, "SELECT count(*) FROM laminar_queries WHERE waits_for LIKE '%in.csv%'", "2;");
        FAILS(400, laminar_execute(db, "ALTER SINK g RESUME", NULL));
        ROWS(db, "SELECT * FROM v", "0|1;");
        snprintf(sql, sizeof(sql), "INSERT INTO s VALUES (%d, 'k%d'); CHECKPOINT; INSERT INTO t VALUES ('x%d', 7)", 2 + life,
                 (2 + life) % 3, life);
        run(db, sql);
        OK(laminar_close(db));
    }
    snprintf(command, sizeof(command), "printf 'n,k\\n7,k1\\n8,k1\\n' > '%s/in.csv'", root);
    assert_int_equal(system(command), 0);
    db = open_at(dir);
    ROWS(db, "SELECT count(*) FROM laminar_sinks WHERE state = 'WAITING'", "1;");
    FAILS(400, laminar_execute(db, "ALTER SINK g RESUME", NULL)); /* it is another one */
    run(db, "UPDATE t SET k = 'k1' WHERE v = 2; CHECKPOINT");
    snprintf(command, sizeof(command), "mv '%s/away' '%s/in.csv' && echo 1,k1 >> '%s/in.csv'", root, root, root);
    assert_int_equal(system(command), 0);
    run(db, "ALTER SINK g RESUME");
    ROWS(db, "SELECT count(*) FROM laminar_sinks WHERE state = 'WAITING'", "0;");
    rows_become(db, "SELECT rows FROM laminar_sinks WHERE sink_name = 'g'", "2;");
    rows_become(db, "SELECT * FROM v WHERE v < 3 ORDER BY v", "0|1;2|1;"); /* this one by itself */
    run(db, "CHECKPOINT");
    expect_rows("roll", 5, true);
    expect_rows("part", 5, true);
    expect_rows("one.csv", 5, true);
    expect_rows("from_file", 2, true);
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT * FROM v WHERE v < 3 ORDER BY v", "0|1;2|1;");
    OK(laminar_close(db));
    expect_rows("from_file", 2, true);
}

/* The results are on another disk than the database, and that is full for a while. */
static void test_other_disk(void **state)
{
    (void)state;
    char out[100], command[400];
    if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
        print_message("skipped: only root may mount a file system\n");
        skip();
    }
    snprintf(out, sizeof(out), "%s/out", root);
    assert_int_equal(mkdir(out, 0777), 0);
    assert_int_equal(mount("laminar", out, "tmpfs", 0, "size=4m"), 0);
    LaminarConnection *db = open_at(dir);
    OK(make_sinks(db, out));
    run(db, "INSERT INTO s VALUES (0, 'k0'); CHECKPOINT");
    expect_rows("out/roll", 1, true);
    snprintf(command, sizeof(command), "dd if=/dev/zero of='%s/fill' bs=4096 2>/dev/null; test -s '%s/fill'", out, out);
    assert_int_equal(system(command), 0);
    run(db, "INSERT INTO s SELECT g, 'k' || g % 3 FROM generate_series(1, 9999) AS x(g); CHECKPOINT; CHECKPOINT");
    expect_state(db, "DEGRADED");
    OK(laminar_close(db));
    db = open_at(dir);
    run(db, "INSERT INTO s VALUES (10000, 'k1'); CHECKPOINT");
    expect_rows("out/roll", 1, false);
    expect_state(db, "DEGRADED");
    snprintf(command, sizeof(command), "rm '%s/fill'", out);
    assert_int_equal(system(command), 0);
    run(db, "CHECKPOINT");
    expect_state(db, "RUNNING");
    expect_rows("out/roll", 10001, true);
    expect_rows("out/part", 10001, true);
    expect_rows("out/one.csv", 10001, true);
    OK(laminar_close(db));
    assert_int_equal(umount2(out, MNT_DETACH), 0);
}

/* The newest manifest is damaged: what it has committed is not published again. */
static void test_fallback(void **state)
{
    (void)state;
    char command[300];
    LaminarConnection *db = open_at(dir);
    OK(make_sinks(db, root));
    run(db,
        "INSERT INTO s VALUES (0, 'k0'); CHECKPOINT; INSERT INTO s VALUES (1, 'k1'); CHECKPOINT; INSERT INTO s VALUES (2, 'k2')");
    OK(laminar_close(db));
    snprintf(command, sizeof(command), "cd '%s' && f=$(cat CURRENT) && truncate -s -1 $f && echo $f | grep -q MANIFEST", dir);
    assert_int_equal(system(command), 0);
    db = open_at(dir);
    run(db, "INSERT INTO s VALUES (3, 'k0'); CHECKPOINT");
    expect_rows("roll", 4, true);
    expect_rows("part", 4, true);
    expect_rows("one.csv", 4, true);
    OK(laminar_close(db));
}

/* A database that is closed when a checkpoint of its own is under way, or not. */
static void test_close(void **state)
{
    (void)state;
    long long n = 0;
    for (int life = 0; life < 12; life++) {
        LaminarConnection *db = open_at(dir);
        OK(make_sinks(db, root));
        run(db, "SET checkpoint_interval = '100 ms'");
        for (int i = 0; i < 20; i++, n++) {
            char sql[80];
            snprintf(sql, sizeof(sql), "INSERT INTO s VALUES (%lld, 'k%lld')", n, n % 3);
            run(db, sql);
            usleep(4400 + 100 * (useconds_t)life);
        }
        OK(laminar_close(db));
        expect_rows("roll", n, true);
        expect_rows("part", n, true);
        expect_rows("one.csv", n, true);
    }
}

typedef struct Lines {
    char text[8192];
} Lines;

static void add_line(void *lines, const char *line)
{
    Lines *l = lines;
    size_t n = strlen(l->text);
    snprintf(l->text + n, sizeof(l->text) - n, "%s\n", line);
}

static void damage(const char *path, long at)
{
    FILE *f = fopen(path, "r+");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fputs("damage", f), 1);
    fclose(f);
}

/* Until the only sink has got so many. */
static void wait_for_rows(LaminarConnection *db, int n)
{
    char want[24];
    snprintf(want, sizeof(want), "|%d|", n);
    for (int64_t end = now_ms() + PATIENCE_MS; now_ms() < end;) {
        LaminarQueryResult *result = NULL;
        OK(laminar_execute(db, "SHOW SINKS", &result));
        bool is_there = strstr(result_text(result), want) != NULL;
        laminar_result_free(result);
        if (is_there)
            return;
        usleep(1000);
    }
    fail_msg("the sink never got %d rows", n);
}

/* A backup of an open database is a database; what checks one finds what is wrong with it; files are read on where they were. */
static void test_backup(void **state)
{
    (void)state;
    char sql[600], copy[96], path[256];
    static Lines l;
    snprintf(copy, sizeof(copy), "%s/copy", root);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/in%d.csv", root, i);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fprintf(f, "n,k\n%d,k%d\n%d,k%d\n", 2 * i, 2 * i % 3, 2 * i + 1, (2 * i + 1) % 3);
        fclose(f);
    }
    LaminarConnection *db = open_at(dir);
    snprintf(sql, sizeof(sql),
             "CREATE TABLE t (id BIGINT PRIMARY KEY, k TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b');"
             "CREATE MATERIALIZED VIEW v AS SELECT k, count(*) AS n FROM t GROUP BY k;"
             "CREATE SOURCE f (n BIGINT, k TEXT) FROM FILE (path = '%s/in*.csv');"
             "CREATE SINK r FROM f INTO FILE (path = '%s/roll/', format = 'csv')",
             root, root);
    run(db, sql);
    wait_for_rows(db, 4); /* all has been read: the copy has nothing to do */
    snprintf(sql, sizeof(sql), "BACKUP TO '%s'", copy);
    run(db, sql);
    FAILS(400, laminar_execute(db, sql, NULL)); /* not empty */
    run(db, "INSERT INTO t VALUES (3, 'a')");
    assert_int_equal(laminar_check(dir, add_line, &l), 102); /* open */
    OK(laminar_close(db));
    expect_rows("roll", 4, true);
    OK(laminar_check(dir, add_line, &l));
    for (int i = 0; i < 2; i++) { /* it begins a log, and goes on with it */
        OK(laminar_check(copy, add_line, &l));
        db = open_at(copy);
        ROWS(db, "SELECT * FROM t WHERE id < 9 ORDER BY id", "1|a;2|b;");
        ROWS(db, "SELECT * FROM v WHERE k < 'x' ORDER BY k", "a|1;b|1;");
        run(db, i ? "DELETE FROM t WHERE id = 9" : "INSERT INTO t VALUES (9, 'x')");
        OK(laminar_close(db));
    }
    expect_rows("roll", 4, true); /* what was read is not read again */
    l.text[0] = 0;
    OK(laminar_dump_log(dir, 2, 3, add_line, &l));
    assert_non_null(strstr(l.text, "2 DDL relation=1"));
    assert_non_null(strstr(l.text, ": CREATE TABLE t (id BIGINT PRIMARY KEY, k TEXT)"));
    assert_non_null(strstr(l.text, "3 CHANGE relation=1"));
    assert_null(strstr(l.text, "\n4 "));
    l.text[0] = 0;
    snprintf(path, sizeof(path), "%s/wal-0000000000000000", dir);
    damage(path, 4096 + 70);
    FAILS(900, laminar_check(dir, add_line, &l));
    assert_non_null(strstr(l.text, "DAMAGED log"));
    assert_true(laminar_check(root, add_line, &l) != LAMINAR_OK); /* no database */
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "child") == 0)
        return child(argv[2]);
    self = argv[0];
    const struct CMUnitTest tests[] = {
        DIRECTORY_TEST(test_epochs),     DIRECTORY_TEST(test_commit_fails), DIRECTORY_TEST(test_target_gone),
        DIRECTORY_TEST(test_input_gone), DIRECTORY_TEST(test_end_unknown),  DIRECTORY_TEST(test_other_disk),
        DIRECTORY_TEST(test_fallback),   DIRECTORY_TEST(test_close),        DIRECTORY_TEST(test_backup),
        DIRECTORY_TEST(test_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
