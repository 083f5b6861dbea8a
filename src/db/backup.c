/* SPDX-License-Identifier: Apache-2.0
 *
 * BACKUP TO: a checkpoint, and copies of the files that it consists of.  They never change, and none is removed while the next
 * checkpoint cannot begin; so everything goes on meanwhile.  CURRENT comes last: a directory without it opens as no backup.
 *
 * A backup has no log.  The file BACKUP says that this is as it should be; it goes when the first opening has begun one. */
#include "db/durable.h"

#include <stdio.h>

#define COPY_BYTES ((size_t)256 << 10)

static int copy_all(Env *env, EnvFileHandle *from, EnvFileHandle *to, Err *err)
{
    char *buf = mem_alloc(NULL, COPY_BYTES);
    int64_t got = buf ? 1 : RAISE_NOMEM(err);
    for (int64_t at = 0; got > 0; at += got) {
        got = env->file->pread(env, from, buf, COPY_BYTES, at, err);
        for (int64_t put = 0, n; got > 0 && put < got; put += n) {
            n = env->file->pwrite(env, to, buf + put, (size_t)(got - put), at + put, err);
            if (n <= 0) {
                got = n < 0 ? n : RAISE(err, ERR_IO, "nothing could be written");
                break;
            }
        }
    }
    mem_free(NULL, buf, COPY_BYTES);
    return got < 0 ? (int)got : env->file->sync(env, to, err);
}

static int copy_file(Env *env, const char *from_dir, const char *to_dir, const char *name, Err *err)
{
    StrBuf from, to;
    EnvFileHandle *a = NULL, *b = NULL;
    sb_init(&from, NULL);
    sb_init(&to, NULL);
    sb_printf(&from, "%s/%s", from_dir, name);
    sb_printf(&to, "%s/%s", to_dir, name);
    int rc = from.failed || to.failed ? RAISE_NOMEM(err) : env->file->open(env, from.p, ENV_READ, &a, err);
    rc = rc == 0 ? env->file->open(env, to.p, ENV_WRITE | ENV_CREATE | ENV_EXCL, &b, err) : rc;
    rc = rc == 0 ? copy_all(env, a, b, err) : rc;
    env->file->close(env, a);
    env->file->close(env, b);
    sb_done(&from);
    sb_done(&to);
    return rc;
}

static int any_name(void *self, const char *name)
{
    (void)self;
    (void)name;
    return 1;
}

/* Only into what is empty: nothing is overwritten. */
static int make_target(Env *env, const char *path, Err *err)
{
    EnvStat st;
    if (env->file->stat(env, path, &st, NULL) == -ERR_FILE_NOT_FOUND)
        return env->dir->mkdir(env, path, err);
    TRY(env->file->stat(env, path, &st, err));
    if (!st.is_dir)
        return RAISE(err, ERR_WRONG_STATE, "\"%s\" is no directory", path);
    int rc = env->file->list(env, path, any_name, NULL, err);
    return rc == 1 ? RAISE(err, ERR_WRONG_STATE, "directory \"%s\" is not empty", path) : rc;
}

#define MARK_FILE "BACKUP"

static void mark_path(const Directory *d, StrBuf *out)
{
    sb_init(out, NULL);
    sb_printf(out, "%s/" MARK_FILE, d->path);
}

bool backup_is_marked(const Directory *d)
{
    EnvStat st;
    StrBuf path;
    mark_path(d, &path);
    bool is = !path.failed && d->env->file->stat(d->env, path.p, &st, NULL) == 0;
    sb_done(&path);
    return is;
}

int backup_unmark(Database *db, Err *err)
{
    StrBuf path;
    mark_path(&db->durable->dir, &path);
    int rc = path.failed ? RAISE_NOMEM(err) : db->env->dir->unlink(db->env, path.p, err);
    sb_done(&path);
    return rc == 0 ? db->env->dir->sync_dir(db->env, db->durable->dir.path, err) : rc;
}

static int copy_checkpoint(Database *db, const char *to, Err *err)
{
    Durable *d = db->durable;
    const Checkpoint *c = &d->newest;
    char name[64];
    for (uint32_t i = 0; i < c->n_files; i++) {
        snprintf(name, sizeof(name), "ckpt-%016llx.pages", (unsigned long long)c->file[i].number);
        if (c->file[i].live)
            TRY(copy_file(db->env, d->dir.path, to, name, err));
    }
    snprintf(name, sizeof(name), "MANIFEST-%016llx", (unsigned long long)c->number);
    TRY(copy_file(db->env, d->dir.path, to, name, err));
    TRY(copy_file(db->env, d->dir.path, to, "LAMINAR", err));
    TRY(file_replace(db->env, to, MARK_FILE, "\n", 1, err));
    TRY(copy_file(db->env, d->dir.path, to, "CURRENT", err));
    return db->env->dir->sync_dir(db->env, to, err);
}

static int remove_name(void *self, const char *name)
{
    const Directory *to = self;
    StrBuf path;
    sb_init(&path, NULL);
    sb_printf(&path, "%s/%s", to->path, name);
    int rc = path.failed ? -ERR_OUT_OF_MEMORY : to->env->dir->unlink(to->env, path.p, NULL);
    sb_done(&path);
    return rc < 0 ? rc : 1;
}

/* The target was empty or absent before: whatever lies there is a part of this backup. */
static void remove_backup(Env *env, const char *to, bool existed)
{
    Directory d = {.env = env, .path = (char *)to};
    while (env->file->list(env, to, remove_name, &d, NULL) == 1) { /* one at a time: the list changes */
    }
    if (!existed)
        (void)env->dir->unlink(env, to, NULL);
}

int stmt_backup(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const BackupStmt *b = AST(BackupStmt, s->node);
    Database *db = x->db;
    if (b->options.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, b->options.first->at, "options of BACKUP are not supported");
    const char *to = arena_strndup(x->arena, b->path.p, b->path.n);
    if (!to)
        return RAISE_NOMEM(err);
    int made = durable_checkpoint(db, NULL, err);
    if (made)
        return made < 0 ? made : -(int)ERR_WRONG_STATE;
    EnvStat st;
    bool existed = db->env->file->stat(db->env, to, &st, NULL) == 0;
    env_lock(db->env, &db->durable->checkpointing);
    int rc = db->durable->is_open ? 0 : RAISE(err, ERR_SHUTDOWN, "the database is closed");
    if (rc == 0 && db->durable->lacks)
        rc = RAISE(err, ERR_WRONG_STATE, "the newest checkpoint has no state of what is broken, and a backup has no log");
    if (rc == 0)
        rc = make_target(db->env, to, err);
    if (rc == 0 && (rc = copy_checkpoint(db, to, err)) < 0)
        remove_backup(db->env, to, existed);
    env_unlock(db->env, &db->durable->checkpointing);
    TRY(rc);
    stmt_done(x, STMT_DDL, "BACKUP", (Str){"", 0});
    return 0;
}
