/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening a database's directory. */
#include "durable/directory.h"

#include "base/hash.h"
#include "durable/wal_impl.h"

#define IDENTITY_FILE "LAMINAR"
#define LOCK_FILE "LOCK"
#define OUTBOX_DIR "outbox"
#define IDENTITY_MAGIC "LAMINARD"
#define IDENTITY_FORMAT 1u

typedef struct Identity {
    char magic[8];
    uint32_t format;     /* of what is written */
    uint32_t min_reader; /* oldest format number a reader must know */
    uint8_t uuid[WAL_UUID_BYTES];
    int64_t created_us;
    uint32_t reserved, crc; /* crc of the bytes before it */
} Identity;
_Static_assert(sizeof(Identity) == 48, "disk format");

static uint32_t identity_crc(const Identity *i)
{
    return crc32c(0, i, offsetof(Identity, crc));
}

static int join(StrBuf *b, const char *dir, const char *name, Err *err)
{
    sb_clear(b);
    sb_printf(b, "%s/%s", dir, name);
    return b->failed ? RAISE_NOMEM(err) : 0;
}

static int write_and_sync(Env *env, const char *path, const void *p, size_t n, Err *err)
{
    EnvFileHandle *f = NULL;
    TRY(env->file->open(env, path, ENV_WRITE | ENV_CREATE | ENV_TRUNC, &f, err));
    int rc = file_write_full(env, f, p, n, 0, err);
    if (rc == 0)
        rc = env->file->sync(env, f, err);
    env->file->close(env, f);
    return rc;
}

int file_replace(Env *env, const char *dir, const char *name, const void *p, size_t n, Err *err)
{
    StrBuf tmp, path;
    sb_init(&tmp, NULL);
    sb_init(&path, NULL);
    int rc = join(&path, dir, name, err);
    sb_printf(&tmp, "%s.tmp", sb_cstr(&path));
    if (rc == 0 && tmp.failed)
        rc = RAISE_NOMEM(err);
    if (rc == 0)
        rc = write_and_sync(env, tmp.p, p, n, err);
    if (rc == 0)
        rc = env->dir->rename(env, tmp.p, path.p, err);
    if (rc == 0)
        rc = env->dir->sync_dir(env, dir, err);
    sb_done(&tmp);
    sb_done(&path);
    return rc;
}

/* The directory that holds path's last name, for syncing that name. */
static int sync_parent(Env *env, const char *path, Err *err)
{
    StrBuf parent;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n > 0 && path[n - 1] != '/')
        n--;
    sb_init(&parent, NULL);
    sb_put(&parent, n ? path : ".", n ? n : 1);
    int rc = parent.failed ? RAISE_NOMEM(err) : env->dir->sync_dir(env, sb_cstr(&parent), err);
    sb_done(&parent);
    return rc;
}

static int see_other_file(void *self, const char *name)
{
    static const char *const ours[] = {IDENTITY_FILE ".tmp", LOCK_FILE, "lost+found"};
    for (size_t i = 0; i < ARRAY_LEN(ours); i++)
        if (strcmp(name, ours[i]) == 0)
            return 0;
    *(bool *)self = true;
    return 1;
}

static void draw_uuid(Env *env, uint8_t *uuid)
{
    for (size_t i = 0; i < WAL_UUID_BYTES; i += 8) {
        uint64_t v = env->clock->rand64(env);
        memcpy(uuid + i, &v, 8);
    }
    uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40); /* RFC 4122, version 4 */
    uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
}

static int check_empty(const Directory *d, Err *err)
{
    bool other = false;
    int rc = d->env->file->list(d->env, d->path, see_other_file, &other, err);
    if (!other)
        return rc;
    rc = RAISE(err, ERR_WRONG_STATE, "directory \"%s\" is not a database and not empty", d->path);
    (void)err_hint(err, "give the name of a directory that is empty or does not exist yet");
    return rc;
}

static int make_identity(Directory *d, Err *err)
{
    TRY(check_empty(d, err)); /* nobody makes one beside us now */
    draw_uuid(d->env, d->uuid);
    Identity i = {.format = IDENTITY_FORMAT, .min_reader = IDENTITY_FORMAT, .created_us = env_wall_us(d->env)};
    memcpy(i.magic, IDENTITY_MAGIC, sizeof(i.magic));
    memcpy(i.uuid, d->uuid, sizeof(i.uuid));
    i.crc = identity_crc(&i);
    return file_replace(d->env, d->path, IDENTITY_FILE, &i, sizeof(i), err);
}

/* 0, or 1 when there is none. */
static int read_identity(Directory *d, Err *err)
{
    StrBuf path;
    EnvFileHandle *f = NULL;
    Identity i;
    sb_init(&path, NULL);
    int rc = join(&path, d->path, IDENTITY_FILE, err);
    if (rc == 0)
        rc = d->env->file->open(d->env, path.p, ENV_READ, &f, err);
    sb_done(&path);
    if (rc == -ERR_FILE_NOT_FOUND)
        return 1;
    TRY(rc);
    int64_t got = file_read_full(d->env, f, &i, sizeof(i), 0, err);
    d->env->file->close(d->env, f);
    if (got < 0)
        return (int)got;
    if (got != sizeof(i) || memcmp(i.magic, IDENTITY_MAGIC, sizeof(i.magic)) != 0 || i.crc != identity_crc(&i))
        return RAISE(err, ERR_CORRUPT, "file \"%s/" IDENTITY_FILE "\" is damaged or not of a database", d->path);
    if (i.min_reader > IDENTITY_FORMAT)
        return RAISE(err, ERR_CORRUPT, "database \"%s\" has format %u, this program reads up to format %u", d->path, i.format,
                     IDENTITY_FORMAT);
    memcpy(d->uuid, i.uuid, sizeof(d->uuid));
    return 0;
}

static int take_lock(Directory *d, Err *err)
{
    StrBuf path;
    sb_init(&path, NULL);
    int rc = join(&path, d->path, LOCK_FILE, err);
    if (rc == 0)
        rc = d->env->file->open(d->env, path.p, ENV_READ | ENV_WRITE | ENV_CREATE, &d->lock, err);
    if (rc == 0)
        rc = d->env->dir->lock(d->env, d->lock, err);
    if (rc == -ERR_IN_USE)
        rc = RAISE(err, ERR_IN_USE, "database \"%s\" is open in another process or by another connection", d->path);
    sb_done(&path);
    return rc;
}

static int prepare(Directory *d, Env *env, const char *path, Err *err)
{
    *d = (Directory){.env = env, .path = mem_strdup(NULL, path)};
    if (!d->path)
        return RAISE_NOMEM(err);
    StrBuf outbox;
    sb_init(&outbox, NULL);
    int rc = join(&outbox, path, OUTBOX_DIR, err);
    d->outbox = rc == 0 ? mem_strdup(NULL, outbox.p) : NULL;
    sb_done(&outbox);
    return d->outbox ? 0 : RAISE_NOMEM(err);
}

/* In a directory that is something else, nothing is left, no lock either. */
static int check_ours(Directory *d, Err *err)
{
    StrBuf path;
    EnvStat st;
    sb_init(&path, NULL);
    int rc = join(&path, d->path, LOCK_FILE, err);
    bool has_lock = rc == 0 && d->env->file->stat(d->env, path.p, &st, NULL) >= 0;
    sb_done(&path);
    if (rc < 0 || has_lock)
        return rc;
    rc = read_identity(d, err);
    return rc == 1 ? check_empty(d, err) : rc;
}

int directory_open(Directory *d, Env *env, const char *path, Err *err)
{
    EnvStat st;
    TRY(prepare(d, env, path, err));
    bool is_new = env->file->stat(env, path, &st, NULL) < 0;
    TRY(env->dir->mkdir(env, path, err));
    TRY(is_new ? sync_parent(env, path, err) : check_ours(d, err));
    TRY(take_lock(d, err));
    int rc = read_identity(d, err);
    return rc == 1 ? make_identity(d, err) : rc;
}

int directory_inspect(Directory *d, Env *env, const char *path, Err *err)
{
    EnvStat st;
    TRY(prepare(d, env, path, err));
    TRY(env->file->stat(env, path, &st, err));
    int rc = read_identity(d, err);
    return rc == 1 ? RAISE(err, ERR_WRONG_STATE, "\"%s\" is not a database", path) : rc;
}

void directory_close(Directory *d)
{
    if (!d->env)
        return;
    d->env->file->close(d->env, d->lock);
    if (d->path)
        mem_strfree(NULL, d->path);
    if (d->outbox)
        mem_strfree(NULL, d->outbox);
    *d = (Directory){0};
}
