/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes that are killed with SIGKILL at random moments while they push, insert, update, make and drop views, make checkpoints
 * and fill sinks, also while they recover.  What is done is one list of operations that follows from their numbers; a process says
 * on standard output which of them are acknowledged.  After each kill the directory is opened by another process, which prints all
 * that is in it and ends without closing.  That must be what a database in memory holds in which a prefix of the list has been
 * done, one that has every acknowledged operation; and from time to time the sinks' files must have what that one's files have.
 *
 *   api_kills                      the test
 *   api_kills work DIR FROM SEED   operations from number FROM on, until it is killed
 *   api_kills print DIR SEED       what is in it; SEED % 4 = 3: and makes a checkpoint
 *
 * LAMINAR_KILLS=1000 kills that often; LAMINAR_KILLS_SEED=7 at other moments. */
#include "directory_test.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILLS_PER_DIRECTORY 40
#define AHEAD_MAX 2000 /* operations that one life does without an acknowledgement */
#define STARTED INT64_C(-1)

static const char *self;

/* ---- what there is ---- */

static const char *const relations[] = {
    "CREATE TABLE IF NOT EXISTS t (id BIGINT PRIMARY KEY, k TEXT, v BIGINT)",
    "CREATE TABLE IF NOT EXISTS bag (k TEXT, v BIGINT)",
    "CREATE TABLE IF NOT EXISTS rates (k TEXT, since TIMESTAMP, rate BIGINT, PRIMARY KEY (k, since))",
    "CREATE SOURCE IF NOT EXISTS s (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS tv AS SELECT k, count(*) AS n, sum(v) AS s, min(v) AS lo, avg(v) AS a FROM t GROUP BY "
    "k",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS tt AS SELECT n, count(*) AS c, max(s) AS hi FROM tv GROUP BY n",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS bv AS SELECT v % 3 AS g, count(*) AS n, string_agg(k, ',' ORDER BY k) AS ks FROM bag "
    "WHERE v < 40 GROUP BY v % 3",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS sv AS SELECT k, count(*) AS n, sum(v) AS s, max(v) AS hi FROM s GROUP BY k",
    "CREATE STREAM IF NOT EXISTS w AS SELECT k, count(*) AS n, TUMBLE_END(ts, INTERVAL '10' SECOND) AS e FROM s "
    "GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS wv AS SELECT k, count(*) AS w, sum(n) AS n, max(e) AS e FROM w GROUP BY k",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS hm AS SELECT k, max(s) AS hi, count(*) AS n FROM (SELECT k, sum(v) AS s, "
    "HOP_END(ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND) AS e FROM s GROUP BY k, HOP(ts, INTERVAL '5' SECOND, INTERVAL '15' "
    "SECOND)) h GROUP BY k",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS cm AS SELECT k, sum(n) AS n FROM (SELECT k, count(*) AS n, "
    "CUMULATE_END(ts, INTERVAL '5' SECOND, INTERVAL '20' SECOND) AS e FROM s GROUP BY k, CUMULATE(ts, INTERVAL '5' SECOND, "
    "INTERVAL '20' SECOND)) c GROUP BY k",
    "CREATE STREAM IF NOT EXISTS ses AS SELECT k, count(*) AS n, max(v) AS hi, SESSION_END(ts, INTERVAL '400' MILLISECOND) AS e "
    "FROM "
    "s GROUP BY k, SESSION(ts, INTERVAL '400' MILLISECOND)",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS sesv AS SELECT k, n, count(*) AS c, max(hi) AS hi, max(e) AS e FROM ses GROUP BY k, n",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS ijv AS SELECT k, count(*) AS n, count(y) AS m, sum(x + y) AS s FROM (SELECT a.k, a.v "
    "AS "
    "x, b.v AS y FROM s a LEFT JOIN s b ON a.k = b.k AND b.v <> a.v AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '1' SECOND) j "
    "GROUP BY k",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS lj AS SELECT k, count(*) AS n, sum(w) AS w FROM (SELECT s.k, t.v AS w FROM s LEFT JOIN "
    "t "
    "ON s.v % 12 = t.id) j GROUP BY k",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS ajv AS SELECT x % 7 AS g, count(y) AS n, sum(y) AS s FROM (SELECT a.v AS x, b.v AS y "
    "FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= b.ts) ON a.v % 3 = b.v % 5) j GROUP BY x % 7",
    "CREATE STREAM IF NOT EXISTS os AS SELECT k, v, lag(v) OVER (PARTITION BY k ORDER BY ts) AS p, sum(v) OVER (PARTITION BY k "
    "ORDER BY ts ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) AS s FROM s",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS osv AS SELECT k, count(*) AS n, sum(p) AS p, sum(s) AS s FROM os GROUP BY k",
    "CREATE STREAM IF NOT EXISTS mr AS SELECT * FROM s MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES FIRST(v) AS low, "
    "LAST(v) AS high, count(*) AS n PATTERN (strt up{2,}) WITHIN INTERVAL '10' SECOND DEFINE up AS v > PREV(v))",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS mrv AS SELECT k, count(*) AS c, sum(low) AS low, sum(high) AS high, max(n) AS n FROM "
    "mr "
    "GROUP BY k",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS tj AS SELECT x.id, y.v FROM t x FULL JOIN t y ON x.v % 12 = y.id AND x.v < y.v",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS ex AS SELECT id, v FROM t x WHERE EXISTS (SELECT * FROM bag b WHERE b.v = x.v % 50) "
    "AND "
    "v NOT IN (SELECT v FROM bag WHERE v > 20)",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS tn AS SELECT * FROM (SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v DESC, "
    "id) "
    "AS rn FROM t) r WHERE rn <= 2",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS top AS SELECT id, v FROM t ORDER BY v DESC, id LIMIT 3",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS ov AS SELECT id, lag(v) OVER (ORDER BY id) AS p, sum(v) OVER (PARTITION BY k ORDER BY "
    "id) "
    "AS s, min(v) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS m FROM t",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS gs AS SELECT k, v % 2 AS p, count(*) AS n FROM t GROUP BY CUBE (k, v % 2)",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS un AS SELECT k FROM t UNION SELECT k FROM bag WHERE v % 2 = 0",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS ix AS SELECT v % 9 AS v FROM t INTERSECT ALL SELECT v % 9 FROM bag",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS ea AS SELECT v % 9 AS v FROM bag EXCEPT ALL SELECT v % 9 FROM t",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS dv AS SELECT count(DISTINCT k) AS dk, count(DISTINCT v % 7) AS dv, median(v) AS m FROM "
    "t",
};
/* Only where it can be seen, for a database in memory and one in a directory write their files otherwise. */
static const char *const sinks[] = {
    "CREATE SINK IF NOT EXISTS s_rows FROM s INTO FILE (path = '%s/s_rows%s', format = 'csv')",
    "CREATE SINK IF NOT EXISTS s_part FROM s INTO FILE (path = '%s/s_part%s', format = 'csv')",
    "CREATE SINK IF NOT EXISTS s_json FROM (SELECT v, k, ts FROM s WHERE v % 2 = 0) INTO FILE (path = '%s/s_json%s') FORMAT JSON",
    "CREATE SINK IF NOT EXISTS w_rows FROM w INTO FILE (path = '%s/w_rows%s', format = 'csv')",
    "CREATE SINK IF NOT EXISTS tv_changes FROM tv INTO FILE (path = '%s/tv_changes%s', format = 'csv')",
    "CREATE SINK IF NOT EXISTS t_changes FROM t INTO FILE (path = '%s/t_changes%s', format = 'csv')",
};
static const char *const sink_ends[] = {"/", "/{k}/x.csv", ".json", "/", ".csv", "/"};
static const char *const printed[] = {
    "t",   "bag", "rates", "tv", "tt", "bv", "sv",  "wv", "hm", "cm", "sesv", "ijv", "lj",
    "ajv", "osv", "mrv",   "tj", "ex", "tn", "top", "ov", "gs", "un", "ix",   "ea",  "dv",
};
#define N_OF(a) (sizeof(a) / sizeof((a)[0]))
/* Which operations have been done.  What they leave may be the same after several; the rows that queries were given are not. */
static const char signature[] =
    "SELECT count(*), sum(v), max(ts), (SELECT count(*) FROM t), (SELECT sum(v) FROM t), (SELECT sum(id) FROM t WHERE v % 2 = 0), "
    "(SELECT count(*) FROM bag), (SELECT sum(v) FROM bag), (SELECT count(*) FROM rates), (SELECT count(*) FROM laminar_relations "
    "WHERE name = 'extra'), (SELECT sum(rows_in) FROM laminar_queries WHERE name IN ('tv', 'ix', 'sv')) FROM s";

static int make_all(LaminarConnection *db, const char *out, bool in_memory)
{
    char sql[400];
    for (size_t i = 0; i < N_OF(relations); i++)
        if (laminar_execute(db, relations[i], NULL) != LAMINAR_OK)
            return fprintf(stderr, "%s: %s\n", relations[i], laminar_last_error()), -1;
    for (size_t i = 0; i < N_OF(sinks); i++) {
        snprintf(sql, sizeof(sql), sinks[i], out, in_memory ? ".all" : sink_ends[i]);
        if (laminar_execute(db, sql, NULL) != LAMINAR_OK)
            return fprintf(stderr, "%s: %s\n", sql, laminar_last_error()), -1;
    }
    return 0;
}

/* ---- operations ---- */

static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

typedef struct Session {
    LaminarConnection *db;
    LaminarWriter *s, *bag;
    bool in_memory, async;
} Session;

static int statement(Session *x, const char *sql)
{
    if (laminar_execute(x->db, sql, NULL) == LAMINAR_OK)
        return 0;
    fprintf(stderr, "%s: %s\n", sql, laminar_last_error());
    return -1;
}

static const char *key_of(uint64_t h)
{
    static const char *const keys[] = {"a", "b", "a key that is longer than others", "d"};
    return keys[h % N_OF(keys)];
}

/* Time goes on by a quarter of a second an operation; some rows are late. */
static int64_t time_of(int64_t op, uint64_t h)
{
    return op * 250000 - (h % 37 == 0 ? 12000000 : (int64_t)(h % 5) * 900000);
}

static int push(Session *x, int64_t op, uint64_t h)
{
    LaminarRow *row = NULL;
    const char *k = key_of(h >> 20);
    bool ok = laminar_row_begin(x->s, &row) == LAMINAR_OK && laminar_row_text(row, 0, k, strlen(k)) == LAMINAR_OK &&
              laminar_row_i64(row, 1, op) == LAMINAR_OK && laminar_row_timestamp(row, 2, time_of(op, h)) == LAMINAR_OK &&
              laminar_row_push(row) == LAMINAR_OK;
    return ok ? 0 : (fprintf(stderr, "push: %s\n", laminar_last_error()), -1);
}

static int push_bag(Session *x, int64_t op)
{
    LaminarRow *row = NULL;
    bool ok = laminar_row_begin(x->bag, &row) == LAMINAR_OK && laminar_row_null(row, 0) == LAMINAR_OK &&
              laminar_row_i64(row, 1, op % 60) == LAMINAR_OK && laminar_row_push(row) == LAMINAR_OK;
    return ok ? 0 : (fprintf(stderr, "push: %s\n", laminar_last_error()), -1);
}

/* Several rows in one statement: all of them or none. */
static int insert_many(Session *x, int64_t op, uint64_t h)
{
    char sql[4000];
    size_t at = (size_t)snprintf(sql, sizeof(sql), "INSERT INTO s VALUES ");
    for (uint64_t i = 0; i <= h % 20; i++) {
        int64_t us = time_of(op, mix(h + i));
        at += (size_t)snprintf(sql + at, sizeof(sql) - at,
                               "%s('%s', %lld, TIMESTAMP '1970-01-01 00:00:00' + INTERVAL '%lld' MILLISECOND)", i ? ", " : "",
                               key_of(mix(h + i) >> 20), (long long)(op + (int64_t)i), (long long)(us / 1000));
    }
    return statement(x, sql);
}

static int change_table(Session *x, int64_t op, uint64_t h)
{
    char sql[600];
    long long id = (long long)(h >> 8) % 12, v = (long long)(h >> 16) % 1000;
    switch (h % 6) {
    case 0: snprintf(sql, sizeof(sql), "UPDATE t SET v = v + %lld WHERE id %% 3 = %lld", v, id % 3); break;
    case 1: snprintf(sql, sizeof(sql), "DELETE FROM t WHERE v >= %lld", v); break;
    case 2:
        snprintf(sql, sizeof(sql),
                 "BEGIN; INSERT INTO t VALUES (%lld, 'x', 1) ON CONFLICT (id) DO UPDATE SET v = t.v + 1; UPDATE t SET k = 'y' "
                 "WHERE id = "
                 "%lld; INSERT INTO bag VALUES ('in a transaction', %lld); COMMIT",
                 id, (id + 1) % 12, v % 60);
        break;
    case 3:
        snprintf(sql, sizeof(sql), "INSERT INTO rates VALUES ('%s', TIMESTAMP '1970-01-01' + INTERVAL '%lld' SECOND, %lld)",
                 key_of(h >> 30), (long long)op, v);
        break;
    default:
        snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%lld, %s, %lld) ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v", id,
                 id % 4 == 0 ? "NULL"
                 : id % 2    ? "'odd'"
                             : "'an even key, and a long name'",
                 v);
    }
    return statement(x, sql);
}

/* *ret_safe: whether it and all before it are on disk now. */
static int operation(Session *x, int64_t op, bool *ret_safe)
{
    uint64_t h = mix((uint64_t)op);
    int rc;
    *ret_safe = !x->async && h % 16 >= 7;
    switch (h % 16) {
    case 7: rc = insert_many(x, op, h >> 4); break;
    case 8: rc = statement(x, "INSERT INTO bag SELECT k, v % 60 FROM t WHERE v % 5 = 0"); break;
    case 9: rc = statement(x, "DELETE FROM bag WHERE v % 7 = 3"); break;
    case 10:
        rc = statement(x, h & 1024 ? "CREATE MATERIALIZED VIEW IF NOT EXISTS extra AS SELECT k, count(*) AS n FROM t GROUP BY k"
                                   : "DROP MATERIALIZED VIEW IF EXISTS extra");
        break;
    case 5:
    case 6: rc = push_bag(x, op); break;
    case 11: rc = x->in_memory ? 0 : statement(x, "CHECKPOINT"); break;
    case 12:
    case 13:
    case 14:
    case 15: rc = change_table(x, op, h >> 4); break;
    default: rc = push(x, op, h >> 4); break;
    }
    if (rc == 0 && !x->in_memory && !*ret_safe && h % 5 == 0) {
        rc = laminar_wait(x->db, 0, LAMINAR_DURABLE, -1) == LAMINAR_OK ? 0 : -1;
        *ret_safe = rc == 0;
    }
    return rc;
}

static int begin(Session *x)
{
    if (laminar_writer_create(x->db, "s", &x->s) == LAMINAR_OK && laminar_writer_create(x->db, "bag", &x->bag) == LAMINAR_OK)
        return 0;
    fprintf(stderr, "writer: %s\n", laminar_last_error());
    return -1;
}

static int open_in(const char *base, uint64_t seed, LaminarConnection **ret)
{
    char path[128];
    const LaminarConfig config = {.size = sizeof(config), .threads = (uint32_t)(seed % 3 + 1)};
    snprintf(path, sizeof(path), "%s/db", base);
    if (laminar_open_with_config(path, &config, ret) == LAMINAR_OK)
        return 0;
    fprintf(stderr, "open: %s\n", laminar_last_error());
    return -1;
}

static int work(const char *base, int64_t from, uint64_t seed)
{
    Session x = {.async = seed % 5 == 0};
    bool safe;
    int64_t said = STARTED;
    if (open_in(base, seed, &x.db) < 0 || make_all(x.db, base, false) < 0 || begin(&x) < 0)
        return 10;
    if (statement(&x, x.async ? "SET wal_mode = async" : "SET wal_mode = sync") < 0 ||
        (seed % 7 == 0 && statement(&x, "SET checkpoint_interval = '100 ms'") < 0))
        return 11;
    for (int64_t op = from; write(STDOUT_FILENO, &said, sizeof(said)) == sizeof(said); op++) {
        do {
            if (operation(&x, op, &safe) < 0)
                return 12;
        } while (!safe && ++op);
        said = op;
    }
    return 0;
}

/* ---- what is in it ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_sorted(FILE *f, char *text, const char *separator)
{
    static char *line[200000];
    size_t n = 0;
    for (char *p = strtok(text, separator); p; p = strtok(NULL, separator)) {
        assert_true(n < N_OF(line));
        line[n++] = p;
    }
    qsort(line, n, sizeof(line[0]), by_text);
    for (size_t i = 0; i < n; i++)
        fprintf(f, "%s\n", line[i]);
}

static void print_query(FILE *f, LaminarConnection *db, const char *sql)
{
    LaminarQueryResult *result = NULL;
    if (laminar_query(db, sql, &result) != LAMINAR_OK) {
        fprintf(f, "%s: %s\n", sql, laminar_last_error());
        return;
    }
    char *text = strdup(result_text(result));
    assert_non_null(text);
    laminar_result_free(result);
    print_sorted(f, text, ";");
    free(text);
}

static void print_all(FILE *f, LaminarConnection *db)
{
    char sql[100];
    print_query(f, db, signature);
    for (size_t i = 0; i < N_OF(printed); i++) {
        fprintf(f, "-- %s\n", printed[i]);
        snprintf(sql, sizeof(sql), "SELECT * FROM %s", printed[i]);
        print_query(f, db, sql);
    }
}

static int print(const char *base, uint64_t seed)
{
    LaminarConnection *db = NULL;
    if (open_in(base, seed, &db) < 0)
        return 20;
    print_all(stdout, db);
    if (seed % 4 == 3 && laminar_execute(db, "CHECKPOINT", NULL) != LAMINAR_OK)
        return fprintf(stderr, "CHECKPOINT: %s\n", laminar_last_error()), 21;
    fflush(stdout);
    _exit(0); /* as if killed */
}

/* ---- the test ---- */

/* Whether it came to work; *ret_safe: the last operation that it says is safe. */
static bool live(int64_t from, uint64_t seed, int64_t *ret_safe)
{
    char a[24], b[24];
    int fd, status;
    int64_t said;
    bool started = false;
    snprintf(a, sizeof(a), "%lld", (long long)from);
    snprintf(b, sizeof(b), "%llu", (unsigned long long)seed);
    pid_t pid = spawn(self, (const char *[]){"work", root, a, b, NULL}, &fd);
    uint64_t us = mix(seed);
    if (us % 8) /* else it dies while it starts, perhaps */
        started = read(fd, &said, sizeof(said)) == sizeof(said);
    usleep((useconds_t)(us % 8 == 0 ? us / 8 % 15000 : us % 3 ? us / 8 % 20000 : us / 8 % 250000));
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (read(fd, &said, sizeof(said)) == sizeof(said)) {
        started = true;
        *ret_safe = said == STARTED ? *ret_safe : said;
    }
    close(fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("seed %llu: ended by itself with status %d", (unsigned long long)seed, status);
    return started;
}

static char *found(uint64_t seed)
{
    char b[24], piece[4096], *text = NULL;
    size_t n_text = 0;
    int fd, status;
    snprintf(b, sizeof(b), "%llu", (unsigned long long)seed);
    pid_t pid = spawn(self, (const char *[]){"print", root, b, NULL}, &fd);
    FILE *f = open_memstream(&text, &n_text);
    assert_non_null(f);
    for (ssize_t n; (n = read(fd, piece, sizeof(piece))) > 0;)
        assert_int_equal(fwrite(piece, 1, (size_t)n, f), n);
    fclose(f);
    close(fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("seed %llu: cannot be opened and printed, status %d", (unsigned long long)seed, status);
    return text;
}

static char *held(const Session *twin)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    assert_non_null(f);
    print_all(f, twin->db);
    fclose(f);
    return text;
}

static bool is_signed(const Session *twin, const char *text)
{
    char *line = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&line, &n);
    assert_non_null(f);
    print_query(f, twin->db, signature);
    fclose(f);
    bool same = strncmp(line, text, n) == 0;
    free(line);
    return same;
}

/* The operations that are there, done in the twin; gives the number of the next one. */
static int64_t follow(Session *twin, int64_t from, int64_t safe, const char *text, uint64_t seed)
{
    int64_t op = from;
    bool ignored;
    for (; op <= safe; op++)
        assert_int_equal(operation(twin, op, &ignored), 0);
    for (int64_t end = op + AHEAD_MAX; !is_signed(twin, text); op++) {
        if (op == end)
            fail_msg("seed %llu, operations %lld to %lld: what is found is no prefix of them:\n%.300s", (unsigned long long)seed,
                     (long long)from, (long long)safe, text);
        assert_int_equal(operation(twin, op, &ignored), 0);
    }
    return op;
}

static void expect_same(const char *what, char *have, char *want, uint64_t seed)
{
    if (strcmp(have, want) != 0) {
        size_t at = 0;
        while (have[at] == want[at])
            at++;
        at -= at < 100 ? at : 100;
        fail_msg("seed %llu: %s is not what it is in memory:\n%.400s\n-- in memory\n%.400s", (unsigned long long)seed, what,
                 have + at, want + at);
    }
    free(have);
    free(want);
}

/* ---- files ---- */

static void add_file(FILE *to, const char *path)
{
    char *line = NULL;
    size_t cap = 0;
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    bool first = strstr(path, "json") == NULL; /* its header */
    for (ssize_t n; (n = getline(&line, &cap, f)) > 0; first = false) {
        if (line[n - 1] != '\n')
            fail_msg("%s ends in a row", path);
        if (!first)
            fputs(line, to);
    }
    free(line);
    fclose(f);
}

static void add_tree(FILE *to, const char *path)
{
    char below[600];
    struct stat st;
    if (stat(path, &st) < 0)
        return;
    if (!S_ISDIR(st.st_mode)) {
        add_file(to, path);
        return;
    }
    DIR *d = opendir(path);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] != '.' && snprintf(below, sizeof(below), "%s/%s", path, e->d_name) < (int)sizeof(below))
            add_tree(to, below);
    }
    closedir(d);
}

/* What stands below a path, line by line, without headers, sorted. */
static char *lines_of(const char *name, const char *end)
{
    char path[200], *text = NULL, *sorted = NULL;
    size_t n = 0;
    snprintf(path, sizeof(path), "%s/%s%s", root, name, strstr(end, "{k}") ? "" : end);
    FILE *f = open_memstream(&text, &n);
    assert_non_null(f);
    add_tree(f, path);
    fclose(f);
    f = open_memstream(&sorted, &n);
    assert_non_null(f);
    print_sorted(f, text, "\n");
    fclose(f);
    free(text);
    return sorted;
}

static size_t n_compared; /* bytes in files */

static void check_files(uint64_t seed)
{
    static const char *const names[] = {"s_rows", "s_part", "s_json", "w_rows", "tv_changes", "t_changes"};
    char twin[40];
    for (size_t i = 0; i < N_OF(names); i++) {
        snprintf(twin, sizeof(twin), "twin/%s", names[i]);
        char *want = lines_of(twin, ".all");
        n_compared += strlen(want);
        expect_same(names[i], lines_of(names[i], sink_ends[i]), want, seed);
    }
}

static void one_directory(long kills, uint64_t seed, long *n_silent, int64_t *n_operations)
{
    char out[96];
    Session twin = {.in_memory = true};
    int64_t next = 0;
    assert_int_equal(make_root(NULL), 0);
    snprintf(out, sizeof(out), "%s/twin", root);
    assert_int_equal(mkdir(out, 0777), 0);
    OK(laminar_open(&twin.db));
    assert_int_equal(make_all(twin.db, out, true), 0);
    assert_int_equal(begin(&twin), 0);
    for (long i = 0; i < kills; i++, seed++) {
        int64_t safe = next - 1;
        bool started = live(next, seed, &safe);
        if (!started) {
            ++*n_silent;
            continue;
        }
        char *text = found(seed);
        next = follow(&twin, next, safe, text, seed);
        expect_same("the database", text, held(&twin), seed);
        if (seed % 4 == 3)
            check_files(seed);
    }
    *n_operations += next;
    laminar_writer_free(twin.s);
    laminar_writer_free(twin.bag);
    OK(laminar_close(twin.db));
    assert_int_equal(remove_root(NULL), 0);
}

static void test_kills(void **state)
{
    (void)state;
    const char *kills = getenv("LAMINAR_KILLS"), *seed = getenv("LAMINAR_KILLS_SEED");
    long n = kills ? atol(kills) : KILLS_PER_DIRECTORY, n_silent = 0;
    uint64_t at = seed ? strtoull(seed, NULL, 10) : 1;
    int64_t n_operations = 0;
    for (long done = 0; done < n; done += KILLS_PER_DIRECTORY, at += KILLS_PER_DIRECTORY)
        one_directory(n - done < KILLS_PER_DIRECTORY ? n - done : KILLS_PER_DIRECTORY, at, &n_silent, &n_operations);
    printf("%ld kills, %ld of them before the first operation; %lld operations survived, %zu bytes of files compared\n", n,
           n_silent, (long long)n_operations, n_compared);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "work") == 0)
        return work(argv[2], strtoll(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
    if (argc >= 4 && strcmp(argv[1], "print") == 0)
        return print(argv[2], strtoull(argv[3], NULL, 10));
    self = argv[0];
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kills)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
