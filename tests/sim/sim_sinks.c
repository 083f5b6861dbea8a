/* SPDX-License-Identifier: Apache-2.0
 *
 * Sinks of a database in a directory, in the simulator: rows are pushed and a file is read, checkpoints are made, and the machine
 * dies at a fault point drawn from the seed, before, between and behind prepare, decision and rename; it keeps or loses each
 * unsynced sector and name as the seed says.  Some seeds have failing syncs, a full disk, failing allocations as well; in some the
 * sinks. directory is on another disk, in some it cannot be used for a while; in some it is opened without the function that a sink
 * and a view need, and goes on, with checkpoints, until one with it.  In some there are also several files that are followed, by a
 * glob: they grow, are renamed, and new ones come, and what one of them has may be with a sink beside pushed rows.
 *
 * Right after a crash no file under its final name may have a half row, or a row twice.  When the database has been opened again
 * and has made a checkpoint, the files of each sink together must have every row that it holds exactly once.
 *
 *   sim_sinks [first_seed n_seeds] */
#include "db/api.h"
#include "db/durable.h"
#include "env/env_sim.h"

#include <stdio.h>
#include <stdlib.h>

#define LIVES 4
#define FILE_ROWS 700
#define ROWS_MAX 20000
#define FILE_ID 9999  /* rows of the file begin there in a sink of both */
#define GROW_ID 12000 /* those of the files that grow */
#define GROW_ROWS_MAX 7000
#define NAMES 3 /* of the files that grow, at a time */

typedef struct Run {
    uint64_t seed;
    Env *env;
    Database *db;
    uint32_t n_pushed, n_safe;   /* rows; of those, surely on disk */
    uint32_t n_grown, n_renamed; /* rows of the files that grow; files that have another name now */
    bool follows;                /* there are such files */
    bool made, failed;
    bool calls;    /* it has a sink and a view that call the program's function .. */
    bool without;  /* .. which is missing in this life */
    SimFaults bad; /* while it lives */
    uint64_t dies; /* at this fault point; 0 = at none */
} Run;

static void die_after(Run *r, uint64_t n)
{
    r->dies = env_sim_points(r->env) + n;
    env_sim_crash_at(r->env, n);
}

static int fail(Run *r, const char *what, const char *detail)
{
    printf("seed %llu: %s: %s\nreplay: sim_sinks %llu 1\n", (unsigned long long)r->seed, what, detail, (unsigned long long)r->seed);
    r->failed = true;
    return -1;
}

static bool is_end(Run *r, const Err *err)
{
    return env_sim_crashed(r->env) || err->code == ERR_LOG_DEAD || err->code == ERR_IO || err->code == ERR_DISK_FULL ||
           err->code == ERR_OUT_OF_MEMORY || err->code == ERR_FILE_ACCESS || err->code == ERR_FILE_NOT_FOUND;
}

static int execute(Run *r, const char *sql, Err *err)
{
    StatementResult result;
    *err = ERR_INIT;
    int rc = db_execute(r->db, str_of(sql), &result, err);
    if (rc >= 0)
        statement_result_done(&result);
    return rc;
}

static int number_of(Run *r, const char *sql, int64_t *ret)
{
    StatementResult res;
    Err err = ERR_INIT;
    if (db_execute(r->db, str_of(sql), &res, &err) < 0)
        return fail(r, sql, err.message);
    *ret = vec_get(&res.rows->batch[0]->col[0], 0).i64;
    statement_result_done(&res);
    return 0;
}

/* ---- what is made ---- */

static const char *const ddl[] = {
    "CREATE SOURCE IF NOT EXISTS s (id BIGINT, k TEXT)",
    "CREATE SOURCE IF NOT EXISTS f (id BIGINT, k TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '100' SECOND) FROM FILE "
    "(path = '/in/data.csv', "
    "chunk_bytes = "
    "256) WITH (watermark_interval = '20 ms', idle_timeout = '10 ms')",
    "CREATE SINK IF NOT EXISTS one FROM s INTO FILE (path = '/out/one.csv')",
    "CREATE SINK IF NOT EXISTS roll FROM s INTO FILE (path = '/out/roll/', format = 'csv', max_file_size = 150)",
    "CREATE SINK IF NOT EXISTS part FROM s INTO FILE (path = '/out/part/{k}/x.csv')",
    "CREATE SINK IF NOT EXISTS many FROM s INTO FILE (path = '/out/many/{k}.csv', mode = 'append')",
    ("CREATE SINK IF NOT EXISTS mixed FROM (SELECT id, k FROM s UNION ALL SELECT id + 9999, k FROM f) INTO FILE (path = "
     "'/out/mixed/', "
     "format = 'csv')"),
    "CREATE STREAM IF NOT EXISTS u AS SELECT id, k FROM s UNION ALL SELECT id + 9999, k FROM f UNION ALL SELECT id + 9999, k FROM "
    "f WHERE FALSE",
    ("CREATE SINK IF NOT EXISTS over FROM (SELECT id, k FROM u WHERE id >= 0) INTO FILE (path = '/out/over/', format = 'csv', "
     "max_file_size = 900)"),
    ("CREATE SINK IF NOT EXISTS closed FROM (SELECT id, k FROM s UNION ALL SELECT min(id) + 9999, min(k) FROM f GROUP BY "
     "TUMBLE(ts, INTERVAL '1' SECOND)) "
     "INTO FILE (path = '/out/closed/', format = 'csv')"),
    "CREATE SINK IF NOT EXISTS file FROM (SELECT id, k FROM f) INTO FILE (path = '/out/file/', format = 'csv', prefix = 'f')",
};
static const char *const following[] = {
    "CREATE SOURCE IF NOT EXISTS g (id BIGINT, k TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' HOUR) FROM FILE (path = "
    "'/grow/*.csv', follow = true, poll_interval = '20 ms') WITH (watermark_interval = '20 ms', idle_timeout = '100 ms', "
    "watermark_scope = 'partition')",
    "CREATE SINK IF NOT EXISTS beside FROM (SELECT id, k FROM s UNION ALL SELECT id + 12000, k FROM g) INTO FILE (path = "
    "'/out/both/', format = 'csv')",
    "CREATE SINK IF NOT EXISTS alone FROM (SELECT id + 12000 AS id, k FROM g) INTO FILE (path = '/out/grown/', format = 'csv')",
    "CREATE SINK IF NOT EXISTS minutes FROM (SELECT id, k FROM s UNION ALL SELECT min(id) + 12000, min(k) FROM g GROUP BY id, "
    "TUMBLE(ts, "
    "INTERVAL '1' MINUTE)) INTO FILE (path = '/out/late/', format = 'csv')",
};
static const char *const calling[] = {
    "CREATE SINK IF NOT EXISTS call FROM (SELECT same(id) AS id, k FROM s) INTO FILE (path = '/out/call/', format = 'csv')",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT k, sum(same(id)) AS total, count(*) AS n FROM s GROUP BY k",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS w AS SELECT sum(total) AS total, sum(n) AS n FROM v",
};

static int32_t same(LaminarCall *call, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++)
        laminar_return_i64(call, i, laminar_arg_i64(call, 0, i));
    return 0;
}

static int register_same(Database *db, const void *self, Err *err)
{
    static const char *const bigint[] = {"BIGINT"};
    LaminarFunction f = {.size = sizeof(f),
                         .name = "same",
                         .volatility = LAMINAR_IMMUTABLE,
                         .n_args = 1,
                         .arg_types = bigint,
                         .result = "BIGINT",
                         .scalar = same};
    (void)self;
    return db_register(db, &f, err);
}

static int make_all(Run *r, Err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(ddl); i++)
        TRY(execute(r, ddl[i], err));
    for (size_t i = 0; r->follows && i < ARRAY_LEN(following); i++)
        TRY(execute(r, following[i], err));
    for (size_t i = 0; r->calls && !r->without && i < ARRAY_LEN(calling); i++)
        TRY(execute(r, calling[i], err));
    return 0;
}

/* ---- files that grow ---- */

static int append_synced(Run *r, const char *path, Str text, Err *err)
{
    EnvFileHandle *f;
    EnvStat st = {0};
    (void)r->env->file->stat(r->env, path, &st, NULL);
    TRY(r->env->file->open(r->env, path, ENV_WRITE | ENV_CREATE, &f, err));
    int rc = 0;
    for (int64_t at = 0, n; rc == 0 && at < (int64_t)text.n; at += n) {
        n = r->env->file->pwrite(r->env, f, text.p + at, text.n - (size_t)at, st.bytes + at, err);
        rc = n < 0 ? (int)n : 0;
    }
    rc = rc == 0 ? r->env->file->sync(r->env, f, err) : rc;
    r->env->file->close(r->env, f);
    return rc == 0 ? r->env->dir->sync_dir(r->env, "/grow", err) : rc;
}

/* Some rows more in one of the files, which may be new; before, perhaps, it gets another name.  Nothing fails meanwhile, and it
 * does not die: those who write it are others. */
static int grow(Run *r)
{
    static const SimFaults none = {0};
    char from[40], to[40], row[80];
    Err err = ERR_INIT;
    EnvStat st;
    StrBuf text;
    uint32_t n = 1 + (uint32_t)env_sim_draw(r->env, 30);
    if (env_sim_crashed(r->env) || r->n_grown + n > GROW_ROWS_MAX)
        return env_sim_crashed(r->env);
    int rc = 0;
    env_sim_crash_at(r->env, 0);
    env_sim_set_faults(r->env, &none);
    env_sim_set_alloc_faults(r->env, false);
    snprintf(from, sizeof(from), "/grow/%c.csv", 'a' + (char)env_sim_draw(r->env, NAMES));
    if (env_sim_draw(r->env, 6) == 0 && r->env->file->stat(r->env, from, &st, NULL) == 0) {
        snprintf(to, sizeof(to), "/grow/old%u.csv", r->n_renamed++);
        rc = r->env->dir->rename(r->env, from, to, &err);
        rc = rc == 0 ? r->env->dir->sync_dir(r->env, "/grow", &err) : rc;
    }
    sb_init(&text, NULL);
    if (r->env->file->stat(r->env, from, &st, NULL) < 0)
        sb_puts(&text, "id,k,ts\n");
    for (uint32_t i = r->n_grown; i < r->n_grown + n; i++) {
        snprintf(row, sizeof(row), "%u,%c,2020-01-01 %02u:%02u:%02u\n", i, 'a' + (char)(i % 3), i / 3600, i / 60 % 60, i % 60);
        sb_puts(&text, row);
    }
    rc = rc == 0 ? append_synced(r, from, sb_str(&text), &err) : rc;
    sb_done(&text);
    env_sim_set_alloc_faults(r->env, r->bad.alloc_fail != 0);
    env_sim_set_faults(r->env, &r->bad);
    if (r->dies)
        die_after(r, r->dies > env_sim_points(r->env) ? r->dies - env_sim_points(r->env) : 1);
    if (rc < 0)
        return fail(r, "a file that grows", err.message);
    r->n_grown += n;
    return 0;
}

static int make_input(Run *r)
{
    Err err = ERR_INIT;
    EnvFileHandle *f;
    StrBuf text;
    sb_init(&text, NULL);
    sb_puts(&text, "id,k,ts\n");
    for (int i = 0; i < FILE_ROWS; i++)
        sb_printf(&text, "%d,%c,2020-01-01 00:%02d:%02d\n", i, 'a' + i % 3, i / 60, i % 60);
    int rc = r->env->dir->mkdir(r->env, "/in", &err);
    rc = rc == 0 ? r->env->dir->mkdir(r->env, "/out", &err) : rc;
    rc = rc == 0 ? r->env->dir->mkdir(r->env, "/grow", &err) : rc;
    rc = rc == 0 ? r->env->file->open(r->env, "/in/data.csv", ENV_WRITE | ENV_CREATE | ENV_TRUNC, &f, &err) : rc;
    if (rc == 0) {
        for (int64_t at = 0, n; rc == 0 && at < (int64_t)text.n; at += n) {
            n = r->env->file->pwrite(r->env, f, text.p + at, text.n - (size_t)at, at, &err);
            rc = n < 0 ? (int)n : 0;
        }
        rc = rc == 0 ? r->env->file->sync(r->env, f, &err) : rc;
        r->env->file->close(r->env, f);
    }
    rc = rc == 0 ? r->env->dir->sync_dir(r->env, "/in", &err) : rc;
    rc = rc == 0 ? r->env->dir->sync_dir(r->env, "/", &err) : rc;
    sb_done(&text);
    return rc < 0 ? fail(r, "input", err.message) : 0;
}

static int push(Run *r)
{
    char sql[4000];
    Err err;
    uint32_t n = 1 + (uint32_t)env_sim_draw(r->env, 40);
    size_t at = (size_t)snprintf(sql, sizeof(sql), "INSERT INTO s VALUES ");
    for (uint32_t i = r->n_pushed; i < r->n_pushed + n; i++)
        at += (size_t)snprintf(sql + at, sizeof(sql) - at, "%s(%u,'%c')", i == r->n_pushed ? "" : ",", i, 'a' + i % 3);
    int rc = execute(r, sql, &err);
    r->n_pushed += n; /* perhaps */
    if (rc < 0)
        return is_end(r, &err) ? 1 : fail(r, "INSERT", err.message);
    r->n_safe = r->n_pushed;
    return 0;
}

/* ---- what the files have ---- */

typedef struct Seen {
    Run *run;
    const char *dir;
    uint32_t count[ROWS_MAX];
    uint64_t n;
    bool half_is_fine;
} Seen;

static void see_line(Seen *s, Str line, const char *path)
{
    Str id, k;
    int64_t number;
    if (str_eq(line, STR("id,k")))
        return;
    if (!str_cut(line, ',', &id, &k) || !str_to_i64(id, &number) || number < 0 || number >= ROWS_MAX || k.n != 1 ||
        k.p[0] != 'a' + number % 3) {
        if (!s->half_is_fine)
            (void)fail(s->run, path, "has a half row");
        return;
    }
    s->count[number]++;
    s->n++;
}

static int see_path(Seen *s, const char *path);
static int see_name(void *self, const char *name)
{
    Seen *s = self;
    char path[300];
    if (name[0] == '.')
        return 0;
    snprintf(path, sizeof(path), "%s/%s", s->dir, name);
    const char *dir = s->dir;
    int rc = see_path(s, path);
    s->dir = dir;
    return rc;
}

static int see_path(Seen *s, const char *path)
{
    EnvStat st;
    Env *env = s->run->env;
    if (env->file->stat(env, path, &st, NULL) < 0)
        return 0;
    if (st.is_dir) {
        s->dir = path;
        return env->file->list(env, path, see_name, s, NULL);
    }
    Arena arena;
    Str text, line;
    arena_init(&arena, NULL, 0);
    if (env_read_file(env, path, &arena, &text, NULL) < 0)
        text = (Str){"", 0};
    if (text.n && text.p[text.n - 1] != '\n' && !s->half_is_fine)
        (void)fail(s->run, path, "ends in a row");
    while (text.n && str_cut(text, '\n', &line, &text))
        see_line(s, line, path);
    arena_done(&arena);
    return 0;
}

/* exactly: every row below n once, n_file of the file and n_grown of the files that grow behind; else none twice. */
static int check_all(Run *r, const char *path, uint32_t n, uint32_t n_file, uint32_t n_grown, bool exactly, bool half_is_fine)
{
    static Seen s;
    char detail[100];
    s = (Seen){.run = r, .half_is_fine = half_is_fine};
    (void)see_path(&s, path);
    for (uint32_t i = 0; i < ROWS_MAX && !r->failed; i++) {
        bool there = i < n || (i >= FILE_ID && i < FILE_ID + n_file) || (i >= GROW_ID && i < GROW_ID + n_grown);
        bool right = exactly ? s.count[i] == there : s.count[i] <= 1;
        snprintf(detail, sizeof(detail), "row %u of %u is there %u times", i, n, s.count[i]);
        if (!right)
            return fail(r, path, detail);
    }
    return r->failed ? -1 : 0;
}

static int check_rows(Run *r, const char *path, uint32_t n, uint32_t n_file, bool exactly, bool half_is_fine)
{
    return check_all(r, path, n, n_file, 0, exactly, half_is_fine);
}

static int check_files(Run *r, const char *path, uint32_t n, bool exactly, bool half_is_fine)
{
    return check_rows(r, path, n, 0, exactly, half_is_fine);
}

static int check_visible(Run *r)
{
    TRY(check_files(r, "/out/mixed", 0, false, false));
    TRY(check_files(r, "/out/over", 0, false, false));
    TRY(check_files(r, "/out/closed", 0, false, false));
    TRY(check_files(r, "/out/both", 0, false, false));
    TRY(check_files(r, "/out/grown", 0, false, false));
    TRY(check_files(r, "/out/late", 0, false, false));
    TRY(check_files(r, "/out/roll", 0, false, false));
    TRY(check_files(r, "/out/part", 0, false, false));
    TRY(check_files(r, "/out/file", 0, false, false));
    TRY(check_files(r, "/out/call", 0, false, false));
    TRY(check_files(r, "/out/one.csv", 0, false, true));
    return check_files(r, "/out/many", 0, false, true);
}

static int open_database(Run *r, Err *err)
{
    DatabaseConfig config = {.path = "/db", .wal = {.segment_bytes = 128 << 10, .buffer_bytes = 32 << 10}};
    if (r->calls && !r->without)
        config.prepare = register_same;
    r->db = NULL;
    *err = ERR_INIT;
    return db_open(r->env, &config, &r->db, err);
}

static int count_pushed(Run *r)
{
    int64_t n;
    char detail[80];
    TRY(number_of(r, "SELECT count(*) FROM s", &n));
    snprintf(detail, sizeof(detail), "%lld rows found, %u .. %u expected", (long long)n, r->n_safe, r->n_pushed);
    if (n < r->n_safe || n > r->n_pushed)
        return fail(r, "s", detail);
    r->n_pushed = r->n_safe = (uint32_t)n;
    return 0;
}

/* After recovery everything is published and right. */
static int check_found(Run *r)
{
    Err err;
    int64_t n;
    if (make_all(r, &err) < 0)
        return fail(r, "CREATE", err.message);
    r->made = true;
    TRY(count_pushed(r));
    for (int i = 0; i < 2000 && engine_has_bounded_work(r->db->engine); i++)
        (void)engine_poll(r->db->engine);
    for (int i = 0; i < 100 && r->follows; i++) {
        env_sim_advance(r->env, 30000000);
        (void)engine_poll(r->db->engine);
    }
    if (execute(r, "CHECKPOINT", &err) < 0 && err.code != ERR_UNSUPPORTED)
        return fail(r, "CHECKPOINT", err.message);
    if (r->follows && r->made) {
        TRY(check_all(r, "/out/both", r->n_pushed, 0, r->n_grown, true, false));
        TRY(check_all(r, "/out/grown", 0, 0, r->n_grown, true, false));
    }
    if (r->calls) {
        int64_t total;
        TRY(check_files(r, "/out/call", r->n_pushed, true, false));
        TRY(number_of(r, "SELECT coalesce(sum(n), 0)::bigint FROM w", &n));
        TRY(number_of(r, "SELECT coalesce(sum(total), 0)::bigint FROM w", &total));
        if (n != r->n_pushed || total != (int64_t)r->n_pushed * (r->n_pushed - 1) / 2)
            return fail(r, "w", "has other rows");
    }
    TRY(check_files(r, "/out/one.csv", r->n_pushed, true, false));
    TRY(check_files(r, "/out/roll", r->n_pushed, true, false));
    TRY(check_files(r, "/out/part", r->n_pushed, true, false));
    TRY(check_files(r, "/out/many", r->n_pushed, true, false));
    TRY(check_rows(r, "/out/mixed", r->n_pushed, FILE_ROWS, true, false));
    TRY(check_rows(r, "/out/over", r->n_pushed, FILE_ROWS, true, false));
    TRY(check_rows(r, "/out/closed", r->n_pushed, FILE_ROWS, true, false));
    return check_files(r, "/out/file", FILE_ROWS, true, false);
}

static int live(Run *r)
{
    Err err;
    if (make_all(r, &err) < 0)
        return is_end(r, &err) ? 1 : fail(r, "CREATE", err.message);
    for (uint32_t n = 3 + (uint32_t)env_sim_draw(r->env, 40); n > 0 && r->n_pushed + 50 < ROWS_MAX; n--) {
        int rc = 0;
        if (r->seed % 5 == 4 && env_sim_draw(r->env, 8) == 0) {
            r->bad.lost = r->bad.lost ? NULL : "/out";
            env_sim_set_faults(r->env, &r->bad);
        }
        if (r->seed % 5 == 3 && env_sim_draw(r->env, 6) == 0) { /* that of their input */
            r->bad.lost = r->bad.lost ? NULL : "/in";
            env_sim_set_faults(r->env, &r->bad);
        }
        if (r->follows && env_sim_draw(r->env, 2))
            rc = grow(r);
        switch (rc ? 6 : env_sim_draw(r->env, 6)) {
        case 6: break;
        case 0:
        case 1:
            if (execute(r, "CHECKPOINT", &err) < 0 && !is_end(r, &err) && err.code != ERR_WRONG_STATE &&
                err.code != ERR_UNSUPPORTED)
                rc = fail(r, "CHECKPOINT", err.message);
            break;
        case 2:
            for (uint64_t k = env_sim_draw(r->env, 20); k > 0; k--) {
                if (r->follows)
                    env_sim_advance(r->env, (int64_t)env_sim_draw(r->env, 40000000));
                (void)engine_poll(r->db->engine);
            }
            break;
        default: rc = push(r); break;
        }
        if (rc || env_sim_crashed(r->env))
            return 1;
    }
    return 0;
}

/* A life in which the disk of the sinks is not there, or that of their input: it recovers without, takes rows, and dies. */
static int open_without(Run *r, const char *disk, const SimFaults *faults)
{
    Err err;
    SimFaults lost = *faults;
    lost.lost = disk;
    env_sim_set_faults(r->env, &lost);
    if (open_database(r, &err) < 0)
        return fail(r, "open without a disk", err.message);
    int64_t n = 0;
    int rc = r->made ? number_of(r, "SELECT count(*) FROM s", &n) : 0;
    if (r->made && rc == 0) {
        r->n_pushed = (uint32_t)n;
        rc = push(r);
    }
    for (uint64_t k = env_sim_draw(r->env, 3); r->made && rc == 0 && k > 0; k--) {
        (void)engine_poll(r->db->engine);
        rc = push(r);
    }
    bool waits = strcmp(disk, "/in") == 0; /* for rows that a sink of several inputs has got already */
    if (rc == 0 && execute(r, "CHECKPOINT", &err) < 0 && !(waits && err.code == ERR_WRONG_STATE))
        (void)fail(r, "CHECKPOINT", err.message);
    db_unref(r->db);
    r->db = NULL;
    env_sim_crash(r->env);
    r->dies = 0;
    env_sim_set_faults(r->env, faults);
    return 0;
}

/* A life without the function, after which it dies, or is closed. */
static void live_without(Run *r, const SimFaults *faults)
{
    Err err;
    r->without = true;
    if (env_sim_draw(r->env, 3))
        die_after(r, 1 + env_sim_draw(r->env, 900));
    int rc = open_database(r, &err);
    if (rc < 0 && !is_end(r, &err))
        (void)fail(r, "open without the function", err.message);
    if (rc == 0 && !env_sim_crashed(r->env) && count_pushed(r) == 0)
        (void)live(r);
    db_unref(r->db);
    r->db = NULL;
    env_sim_crash(r->env);
    r->dies = 0;
    env_sim_set_faults(r->env, faults);
    r->bad.lost = NULL;
    r->without = false;
    if (!r->failed)
        (void)check_visible(r);
}

static bool run_seed(uint64_t seed)
{
    static Run r;
    r = (Run){.seed = seed, .calls = seed % 4 == 3, .follows = seed % 3 != 0};
    SimFaults faults = {.torn_writes = true, .many_disks = seed % 3 == 1, .short_read = seed % 2 ? 100000 : 0};
    r.bad = faults;
    r.bad.sync_eio = seed % 7 == 1 ? 20000 : 0;
    r.bad.enospc = seed % 7 == 2 ? 20000 : 0;
    r.bad.alloc_fail = seed % 7 == 3 ? 300 : 0;
    r.env = env_sim_new(seed, &faults);
    (void)make_input(&r);
    for (int life = 0; life < LIVES && !r.failed; life++) {
        Err err;
        env_sim_set_faults(r.env, &r.bad);
        env_sim_set_alloc_faults(r.env, r.bad.alloc_fail != 0);
        if (env_sim_draw(r.env, 5))
            die_after(&r, 1 + env_sim_draw(r.env, life == 0 ? 1500 : 900));
        r.without = r.calls && r.made && env_sim_draw(r.env, 2);
        int rc = open_database(&r, &err);
        if (rc < 0 && !is_end(&r, &err))
            (void)fail(&r, "open", err.message);
        if (rc == 0)
            (void)live(&r);
        env_sim_set_alloc_faults(r.env, false);
        db_unref(r.db);
        r.db = NULL;
        env_sim_crash(r.env);
        r.dies = 0;
        env_sim_set_faults(r.env, &faults);
        r.bad.lost = NULL;
        r.without = false;
        if (!r.failed)
            (void)check_visible(&r);
        if (!r.failed && seed % 10 == 9)
            (void)open_without(&r, env_sim_draw(r.env, 2) ? "/out" : "/in", &faults);
        for (uint64_t k = r.calls && r.made ? env_sim_draw(r.env, 3) : 0; k > 0 && !r.failed; k--)
            live_without(&r, &faults);
        if (!r.failed && open_database(&r, &err) < 0)
            (void)fail(&r, "open after a crash", err.message);
        if (!r.failed)
            (void)check_found(&r);
        db_unref(r.db);
        r.db = NULL;
    }
    env_sim_free(r.env);
    return !r.failed;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : 200;
    uint64_t passed = 0, failed = 0;
    for (uint64_t seed = first; seed < first + n; seed++) {
        if (run_seed(seed))
            passed++;
        else if (++failed >= 5)
            break;
    }
    printf("%llu passed, %llu failed, 0 skipped\n", (unsigned long long)passed, (unsigned long long)failed);
    return failed ? 1 : 0;
}
