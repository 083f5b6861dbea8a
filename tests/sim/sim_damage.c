/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory that was damaged while it was closed.  A database with two checkpoints and a log behind each is copied file by file;
 * then, one after the other, a byte of each file is turned over, each file is cut short, each file is missing.  What opens must
 * be whole; what cannot be whole must not open, and say that it is damaged (XX001).
 *
 * There is one thing that nobody can tell from a crash: damage to the last group of the log.  Its statement may be missing, then,
 * and nothing else.  A manifest, or pages that only the newest checkpoint has, may not even hinder: the checkpoint before and the
 * log behind it give the same.
 *
 *   sim_damage [stride [first]]   every stride-th byte from first on; 1 = all of them */
#include "db/durable.h"
#include "env/env_sim.h"

#include <stdio.h>
#include <stdlib.h>

#define FILES_MAX 24

typedef struct Original {
    char name[48];
    Str text;
} Original;

typedef struct Sweep {
    Arena arena;
    Original file[FILES_MAX];
    uint32_t n;
    char *whole, *before; /* what is in the database; what was in it before the last statement */
    uint64_t n_opened, n_refused, n_short, n_failed;
} Sweep;

static Env *calm_env(void)
{
    SimFaults none = {0};
    return env_sim_new(1, &none);
}

static int open_database(Env *env, Database **ret, Err *err)
{
    DatabaseConfig config = {.path = "/db", .wal = {.segment_bytes = 128 << 10, .buffer_bytes = 32 << 10}};
    *ret = NULL;
    *err = ERR_INIT;
    return db_open(env, &config, ret, err);
}

/* ---- what is in it ---- */

static int print_rows(Database *db, const char *sql, StrBuf *out, Err *err)
{
    StatementResult res;
    TRY(db_execute(db, str_of(sql), &res, err));
    for (uint32_t i = 0; i < res.rows->n; i++) {
        const Batch *b = res.rows->batch[i];
        Rows rows = batch_rows(b);
        for (uint32_t k = 0; k < rows.n; k++) {
            for (uint32_t c = 0; c < b->n_cols; c++) {
                Value v = vec_get(&b->col[c], row_at(rows, k));
                sb_puts(out, "|");
                if (!v.is_null)
                    value_print(&v, out);
            }
            sb_puts(out, "\n");
        }
    }
    statement_result_done(&res);
    return 0;
}

static const char *const queries[] = {
    "SELECT * FROM t ORDER BY id",
    "SELECT * FROM v ORDER BY k",
    "SELECT k, count(*), sum(id), min(x) FROM t GROUP BY k ORDER BY k",
    "SELECT count(*), min(ts), max(k) FROM s",
    "SELECT * FROM sv ORDER BY e, k",
};

static int print_all(Database *db, StrBuf *out, Err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        sb_printf(out, "-- %s\n", queries[i]);
        TRY(print_rows(db, queries[i], out, err));
    }
    return 0;
}

static char *content(Sweep *w, Database *db)
{
    StrBuf b;
    Err err = ERR_INIT;
    sb_init(&b, NULL);
    if (print_all(db, &b, &err) < 0) {
        printf("reading: %s\n", err.message);
        exit(1);
    }
    char *copy = arena_strndup(&w->arena, b.p, b.n);
    sb_done(&b);
    return copy;
}

/* ---- the copy ---- */

static const char *const script[] = {
    "CREATE TABLE t (id BIGINT PRIMARY KEY, k TEXT, x DOUBLE)",
    "CREATE MATERIALIZED VIEW v AS SELECT k, count(*) AS n, sum(id) AS s, min(x) AS lo FROM t GROUP BY k",
    "CREATE SOURCE s (k TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)",
    ("CREATE MATERIALIZED VIEW sv AS SELECT k, count(*) AS n, TUMBLE_END(ts, INTERVAL '10' SECOND) AS e FROM s "
     "GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)"),
    "INSERT INTO t SELECT g, 'key ' || (g % 7), g / 3.0 FROM (SELECT unnest(ARRAY[1,2,3,4,5,6,7,8,9,10,11,12]) AS g) AS d",
    "INSERT INTO s VALUES ('a', TIMESTAMP '2024-01-01 00:00:01'), (NULL, TIMESTAMP '2024-01-01 00:00:07')",
    "CHECKPOINT",
    "UPDATE t SET k = 'a text that is longer than what fits into a cell' WHERE id = 4",
    "INSERT INTO s VALUES ('a', TIMESTAMP '2024-01-01 00:00:30'), ('b', TIMESTAMP '2024-01-01 00:00:31')",
    "CHECKPOINT",
    "DELETE FROM t WHERE id = 2",
    "INSERT INTO s VALUES ('late', TIMESTAMP '2024-01-01 00:00:02'), ('c', TIMESTAMP '2024-01-01 00:00:50')",
    "INSERT INTO t VALUES (99, NULL, NULL)",
};

typedef struct Copying {
    Sweep *w;
    Env *env;
} Copying;

static int copy_file(void *self, const char *name)
{
    Copying *c = self;
    char path[64];
    Err err = ERR_INIT;
    Original *f = &c->w->file[c->w->n++];
    snprintf(f->name, sizeof(f->name), "%s", name);
    snprintf(path, sizeof(path), "/db/%s", name);
    return env_read_file(c->env, path, &c->w->arena, &f->text, &err);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const Original *)a)->name, ((const Original *)b)->name);
}

static void make_copy(Sweep *w)
{
    Env *env = calm_env();
    Database *db;
    Err err;
    int rc = open_database(env, &db, &err);
    for (size_t i = 0; i < ARRAY_LEN(script) && rc >= 0; i++) {
        StatementResult res;
        if (i + 1 == ARRAY_LEN(script))
            w->before = content(w, db);
        rc = db_execute(db, str_of(script[i]), &res, &err);
        if (rc >= 0)
            statement_result_done(&res);
    }
    Copying c = {w, env};
    if (rc >= 0) {
        w->whole = content(w, db);
        rc = env->file->list(env, "/db", copy_file, &c, &err);
    }
    if (rc < 0) {
        printf("making the database: %s\n", err.message);
        exit(1);
    }
    qsort(w->file, w->n, sizeof(*w->file), by_name);
    db_unref(db);
    env_sim_free(env);
}

/* ---- one damaged directory ---- */

typedef struct Damage {
    const Original *file;
    const char *what; /* "byte", "end", "missing" */
    size_t at;
    Str text; /* instead of the file's */
    bool missing, may_lack_last, must_open;
} Damage;

static void report(Sweep *w, const Damage *d, const char *what, const char *detail)
{
    if (w->n_failed++ < 10)
        printf("%s, %s %zu: %s: %s\n", d->file->name, d->what, d->at, what, detail);
}

static bool is_of(const Original *f, const char *prefix)
{
    return strncmp(f->name, prefix, strlen(prefix)) == 0;
}

/* The newest manifest must not be passed over in silence; where the log is damaged, nothing is said of checkpoints. */
static void check_warning(Sweep *w, const Damage *d, Database *db)
{
    StatementResult first;
    Err err = ERR_INIT;
    bool newest = is_of(d->file, "MANIFEST-") && (d->file + 1 == w->file + w->n || !is_of(d->file + 1, "MANIFEST-"));
    int rc = db_execute(db, STR("SELECT 1"), &first, &err);
    bool warned = rc >= 0 && first.n_notices > 0;
    if (newest && !warned)
        report(w, d, "passed over", "without a warning");
    if (is_of(d->file, "wal-") && warned)
        report(w, d, "warned of nothing", first.notice);
    statement_result_done(&first);
}

static void attempt(Sweep *w, const Damage *d)
{
    Env *env = calm_env();
    Database *db = NULL;
    Err err;
    (void)env->dir->mkdir(env, "/db", NULL);
    for (uint32_t i = 0; i < w->n; i++) {
        const Original *f = &w->file[i];
        char path[64];
        Str text = f == d->file ? d->text : f->text;
        snprintf(path, sizeof(path), "/db/%s", f->name);
        if (!(f == d->file && d->missing))
            (void)env_sim_put_file(env, path, text.p, text.n);
    }
    int rc = open_database(env, &db, &err);
    if (rc < 0) {
        w->n_refused++;
        if (d->must_open)
            report(w, d, "not opened", err.message);
        else if (err.code != ERR_CORRUPT && err.code != ERR_WRONG_STATE && err.code != ERR_FILE_NOT_FOUND)
            report(w, d, "not the error of damage", err.message);
    } else {
        StrBuf now;
        check_warning(w, d, db);
        sb_init(&now, NULL);
        err = ERR_INIT;
        rc = print_all(db, &now, &err);
        bool whole = rc == 0 && strcmp(sb_cstr(&now), w->whole) == 0, lacks = rc == 0 && strcmp(sb_cstr(&now), w->before) == 0;
        w->n_opened += whole;
        w->n_short += !whole && lacks;
        if (!whole && !(lacks && d->may_lack_last))
            report(w, d, "opened, and is not what it was", rc < 0 ? err.message : sb_cstr(&now));
        sb_done(&now);
    }
    db_unref(db);
    env_sim_free(env);
}

/* Where the last group of the log begins: its first block is the last one that is not empty, for it is a short one. */
static size_t last_group(const Original *f)
{
    size_t n = f->text.n;
    while (n > 0 && f->text.p[n - 1] == 0)
        n--;
    return n ? (n - 1) / 4096 * 4096 : 0;
}

static bool is_last_log(const Sweep *w, const Original *f)
{
    for (const Original *k = f + 1; k < w->file + w->n; k++)
        if (is_of(k, "wal-") && last_group(k) > 0)
            return false;
    return is_of(f, "wal-");
}

/* Pages that only the newest checkpoint has. */
static bool is_newest_pages(const Sweep *w, const Original *f)
{
    return is_of(f, "ckpt-") && (f + 1 == w->file + w->n || !is_of(f + 1, "ckpt-"));
}

static void damage_file(Sweep *w, const Original *f, size_t stride, size_t first)
{
    bool last_log = is_last_log(w, f);
    size_t tail = last_group(f);
    char *copy = arena_strndup(&w->arena, f->text.p, f->text.n);
    bool checkpoint = is_of(f, "MANIFEST-") || is_of(f, "CURRENT") || is_newest_pages(w, f);
    Damage d = {.file = f, .what = "byte", .must_open = checkpoint};
    size_t end = is_of(f, "wal-") ? MIN(f->text.n, tail + 8192) : f->text.n; /* beyond it nothing stands */
    for (size_t at = first % stride; at < end; at += stride) {
        if (f->text.p[at] == 0 && at % 16 >= stride && stride > 1)
            continue; /* paddings are many, and one is as the other */
        d.at = at;
        d.text = (Str){copy, f->text.n};
        d.may_lack_last = last_log && at >= tail;
        copy[at] = (char)(copy[at] ^ (1 << (at % 8)));
        attempt(w, &d);
        copy[at] = f->text.p[at];
    }
    d = (Damage){.file = f, .what = "end", .must_open = checkpoint};
    for (size_t at = 0; at < f->text.n; at += MAX(f->text.n / 40, 1)) {
        d.at = at;
        d.text = (Str){f->text.p, at};
        d.may_lack_last = last_log && at >= tail;
        /* A log that ends at a group's end is a log. Each statement in it was acknowledged, but that stood nowhere else. */
        if (!is_of(f, "wal-") || at >= tail)
            attempt(w, &d);
    }
    if (!is_of(f, "wal-") && !is_of(f, "LOCK")) {
        d = (Damage){.file = f, .what = "missing", .missing = true, .must_open = checkpoint};
        attempt(w, &d);
    }
}

/* No manifest is whole: there is no state that could be told from the right one. */
static void damage_all_manifests(Sweep *w)
{
    Sweep all = *w;
    const Original *last = NULL;
    for (uint32_t i = 0; i < all.n; i++) {
        Original *f = &all.file[i];
        if (!is_of(f, "MANIFEST-"))
            continue;
        f->text.n--;
        last = f;
    }
    Damage d = {.file = last, .what = "every manifest", .text = last->text};
    uint64_t before = all.n_refused;
    attempt(&all, &d);
    if (all.n_refused == before)
        report(&all, &d, "opened", "without a whole manifest");
    w->n_opened = all.n_opened;
    w->n_refused = all.n_refused;
    w->n_failed = all.n_failed;
}

int main(int argc, char **argv)
{
    static Sweep w;
    size_t stride = argc > 1 ? strtoull(argv[1], NULL, 10) : 17, first = argc > 2 ? strtoull(argv[2], NULL, 10) : 3;
    arena_init(&w.arena, NULL, 0);
    make_copy(&w);
    Damage none = {.file = &w.file[0], .what = "nothing", .text = w.file[0].text, .must_open = true};
    attempt(&w, &none);
    for (uint32_t i = 0; i < w.n; i++)
        damage_file(&w, &w.file[i], MAX(stride, 1), first);
    damage_all_manifests(&w);
    printf("%llu opened whole, %llu without the last statement, %llu refused\n%llu passed, %llu failed, 0 skipped\n",
           (unsigned long long)w.n_opened, (unsigned long long)w.n_short, (unsigned long long)w.n_refused,
           (unsigned long long)(w.n_opened + w.n_short + w.n_refused - w.n_failed), (unsigned long long)w.n_failed);
    arena_done(&w.arena);
    return w.n_failed ? 1 : 0;
}
