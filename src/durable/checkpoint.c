/* SPDX-License-Identifier: Apache-2.0
 *
 * Manifests: writing, reading, choosing, removing.  Page files are in page_file.c. */
#include "durable/checkpoint_impl.h"

#include <stdlib.h>

#include "base/hash.h"

#define CURRENT_FILE "CURRENT"

/* ---- memory ---- */

void checkpoint_done(Checkpoint *c)
{
    mem_free(c->acct, c->page, c->cap_pages * sizeof(*c->page));
    mem_free(c->acct, c->file, c->cap_files * sizeof(*c->file));
    sb_done(&c->body);
    *c = (Checkpoint){0};
}

int checkpoint_add_place(Checkpoint *c, PagePlace p)
{
    if (c->n_pages == c->cap_pages) {
        uint64_t cap = c->cap_pages ? c->cap_pages * 2 : 64;
        PagePlace *bigger = mem_realloc(c->acct, c->page, c->cap_pages * sizeof(*bigger), cap * sizeof(*bigger));
        if (!bigger)
            return -ERR_OUT_OF_MEMORY;
        c->page = bigger;
        c->cap_pages = cap;
    }
    c->page[c->n_pages++] = p;
    return 0;
}

PageFile *checkpoint_file(Checkpoint *c, uint64_t number)
{
    for (uint32_t i = c->n_files; i-- > 0;)
        if (c->file[i].number == number)
            return &c->file[i];
    if (c->n_files == c->cap_files) {
        uint32_t cap = c->cap_files ? c->cap_files * 2 : 8;
        PageFile *bigger = mem_realloc(c->acct, c->file, c->cap_files * sizeof(*bigger), cap * sizeof(*bigger));
        if (!bigger)
            return NULL;
        c->file = bigger;
        c->cap_files = cap;
    }
    c->file[c->n_files] = (PageFile){.number = number};
    return &c->file[c->n_files++];
}

/* ---- encoding ---- */

/* Images one behind the other, in ids as in a file, are one run; an image of several pages is a run by itself. */
static bool follows(const PagePlace *a, const PagePlace *b)
{
    return a->n_pages == 1 && b->n_pages == 1 && b->id == a->id + 1 && b->file == a->file && b->at == a->at + 1;
}

static void put_runs(StrBuf *b, const Checkpoint *c)
{
    bytes_put_u64(b, c->n_pages);
    for (uint64_t i = 0, n; i < c->n_pages; i += n) {
        const PagePlace *p = &c->page[i];
        for (n = 1; i + n < c->n_pages && n < UINT32_MAX && follows(&p[n - 1], &p[n]); n++) {
        }
        bytes_put_u32(b, p->id);
        bytes_put_u32(b, p->n_pages);
        bytes_put_u32(b, (uint32_t)n);
        bytes_put_u64(b, p->file);
        bytes_put_u64(b, p->at);
    }
}

static int read_runs(ByteReader *r, Checkpoint *c, Err *err)
{
    uint64_t n_pages = bytes_u64(r), last = 0;
    while (c->n_pages < n_pages && !r->failed) {
        PagePlace p = {.id = bytes_u32(r)};
        p.n_pages = bytes_u32(r);
        uint32_t n = bytes_u32(r);
        p.file = bytes_u64(r);
        p.at = bytes_u64(r);
        if (n == 0 || p.n_pages == 0 || (n > 1 && p.n_pages > 1) || p.id <= last || n > n_pages - c->n_pages ||
            p.id > UINT32_MAX - n || p.n_pages > UINT32_MAX / 2 || p.at > UINT64_MAX / 2) {
            r->failed = true;
            break;
        }
        PageFile *f = checkpoint_file(c, p.file);
        for (uint32_t i = 0; f && i < n; i++, p.id++, p.at++) {
            if (checkpoint_add_place(c, p) < 0)
                f = NULL;
        }
        if (!f)
            return RAISE_NOMEM(err);
        last = p.id - 1; /* an image of many pages goes on beyond its region, in ids that are the next region's */
    }
    return 0;
}

static void put_manifest(StrBuf *b, const Directory *d, const Checkpoint *c, Str body)
{
    sb_put(b, d->uuid, sizeof(d->uuid));
    bytes_put_u64(b, c->number);
    bytes_put_u64(b, c->seq);
    bytes_put_u64(b, c->generation);
    bytes_put_i64(b, c->created_us);
    bytes_put_u64(b, c->bytes_written);
    bytes_put_u32(b, c->n_files);
    for (uint32_t i = 0; i < c->n_files; i++) {
        bytes_put_u64(b, c->file[i].number);
        bytes_put_u64(b, c->file[i].live);
        bytes_put_u64(b, c->file[i].total);
    }
    put_runs(b, c);
    bytes_put_u64(b, body.n);
    sb_put(b, body.p, body.n);
}

int manifest_read(const Directory *d, Str payload, Checkpoint *c, Err *err)
{
    ByteReader r = bytes_of(payload);
    uint8_t uuid[WAL_UUID_BYTES];
    bytes_copy(&r, uuid, sizeof(uuid));
    c->number = bytes_u64(&r);
    c->seq = bytes_u64(&r);
    c->generation = bytes_u64(&r);
    c->created_us = bytes_i64(&r);
    c->bytes_written = bytes_u64(&r);
    for (uint32_t n = bytes_u32(&r); n > 0 && !r.failed; n--) {
        uint64_t number = bytes_u64(&r);
        PageFile *f = checkpoint_file(c, number);
        if (!f)
            return RAISE_NOMEM(err);
        f->live = bytes_u64(&r);
        f->total = bytes_u64(&r);
    }
    TRY(read_runs(&r, c, err));
    uint64_t n = bytes_u64(&r);
    const char *body = bytes_take(&r, n);
    if (r.failed || r.n || memcmp(uuid, d->uuid, sizeof(uuid)) != 0)
        return RAISE(err, ERR_CORRUPT, "a manifest cannot be read");
    sb_put(&c->body, body, n);
    return c->body.failed ? RAISE_NOMEM(err) : 0;
}

typedef struct ManifestHeader {
    char magic[8];
    uint32_t format, crc; /* of the payload */
    uint64_t bytes;
} ManifestHeader;
#define MANIFEST_MAGIC "LMCKPT01"
#define MANIFEST_FORMAT 1u

int manifest_save(const Directory *d, const Checkpoint *c, Str body, Err *err)
{
    StrBuf b;
    char name[40];
    ManifestHeader h = {.format = MANIFEST_FORMAT};
    sb_init(&b, NULL);
    sb_put(&b, &h, sizeof(h));
    put_manifest(&b, d, c, body);
    int rc = b.failed ? RAISE_NOMEM(err) : 0;
    if (rc == 0) {
        memcpy(h.magic, MANIFEST_MAGIC, sizeof(h.magic));
        h.bytes = b.n - sizeof(h);
        h.crc = crc32c(0, b.p + sizeof(h), h.bytes);
        memcpy(b.p, &h, sizeof(h));
        manifest_name(name, sizeof(name), c->number);
        rc = file_replace(d->env, d->path, name, b.p, b.n, err);
    }
    sb_done(&b);
    return rc;
}

int checkpoint_load_number(const Directory *d, Account *acct, uint64_t number, Checkpoint *ret, Err *err)
{
    char name[40];
    StrBuf path;
    Arena arena;
    Str text;
    manifest_name(name, sizeof(name), number);
    sb_init(&path, NULL);
    arena_init(&arena, NULL, 0);
    sb_printf(&path, "%s/%s", d->path, name);
    *ret = (Checkpoint){.acct = acct};
    sb_init(&ret->body, acct);
    int rc = path.failed ? RAISE_NOMEM(err) : env_read_file(d->env, path.p, &arena, &text, err);
    if (rc == 0) {
        ManifestHeader h = {0};
        memcpy(&h, text.p, MIN(text.n, sizeof(h)));
        if (text.n < sizeof(h) || memcmp(h.magic, MANIFEST_MAGIC, sizeof(h.magic)) != 0 || h.bytes != text.n - sizeof(h) ||
            h.crc != crc32c(0, text.p + sizeof(h), h.bytes))
            rc = RAISE(err, ERR_CORRUPT, "manifest \"%s\" is damaged", path.p);
        else if (h.format != MANIFEST_FORMAT)
            rc = RAISE(err, ERR_CORRUPT, "manifest \"%s\" has format %u, this program reads format %u", path.p, h.format,
                       MANIFEST_FORMAT);
        else
            rc = manifest_read(d, (Str){text.p + sizeof(h), h.bytes}, ret, err);
    }
    if (rc < 0)
        checkpoint_done(ret);
    sb_done(&path);
    arena_done(&arena);
    return rc;
}

/* ---- which one ---- */

void manifest_name(char *buf, size_t cap, uint64_t number)
{
    snprintf(buf, cap, MANIFEST_PREFIX "%016llx", (unsigned long long)number);
}

bool file_number(const char *name, const char *prefix, const char *suffix, uint64_t *ret)
{
    size_t n = strlen(name), p = strlen(prefix), s = strlen(suffix);
    if (n != p + 16 + s || strncmp(name, prefix, p) != 0 || strcmp(name + p + 16, suffix) != 0)
        return false;
    *ret = 0;
    for (size_t i = p; i < p + 16; i++) {
        int digit = name[i] >= '0' && name[i] <= '9' ? name[i] - '0' : name[i] >= 'a' && name[i] <= 'f' ? name[i] - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        *ret = *ret << 4 | (uint64_t)digit;
    }
    return true;
}

typedef struct NumberList {
    Arena *arena;
    const char *prefix, *suffix;
    uint64_t *number;
    uint32_t n, cap;
} NumberList;

static int add_number(void *self, const char *name)
{
    NumberList *l = self;
    uint64_t number;
    if (!file_number(name, l->prefix, l->suffix, &number))
        return 0;
    if (l->n == l->cap) {
        uint32_t cap = l->cap ? l->cap * 2 : 16;
        uint64_t *bigger = arena_alloc(l->arena, cap * sizeof(*bigger));
        if (!bigger)
            return -ERR_OUT_OF_MEMORY;
        if (l->n)
            memcpy(bigger, l->number, l->n * sizeof(*bigger));
        l->number = bigger;
        l->cap = cap;
    }
    l->number[l->n++] = number;
    return 0;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static int list_numbers(const Directory *d, const char *prefix, const char *suffix, Arena *arena, uint64_t **ret, uint32_t *ret_n,
                        Err *err)
{
    NumberList l = {.arena = arena, .prefix = prefix, .suffix = suffix};
    int rc = d->env->file->list(d->env, d->path, add_number, &l, err);
    if (rc == -ERR_OUT_OF_MEMORY)
        return RAISE_NOMEM(err);
    TRY(rc);
    if (l.n)
        qsort(l.number, l.n, sizeof(*l.number), by_number);
    *ret = l.number;
    *ret_n = l.n;
    return 0;
}

int checkpoint_list(const Directory *d, Arena *arena, uint64_t **ret, uint32_t *ret_n, Err *err)
{
    return list_numbers(d, MANIFEST_PREFIX, "", arena, ret, ret_n, err);
}

/* Trouble that another checkpoint is no answer to: what is there may be whole. */
static bool is_no_damage(int rc)
{
    return rc == -ERR_OUT_OF_MEMORY || rc == -ERR_FILE_ACCESS;
}

static int read_current(const Directory *d, Arena *arena, uint64_t *ret, Err *err)
{
    StrBuf path;
    Str text = {0};
    sb_init(&path, NULL);
    sb_printf(&path, "%s/" CURRENT_FILE, d->path);
    int rc = path.failed ? RAISE_NOMEM(err) : env_read_file(d->env, path.p, arena, &text, err);
    sb_done(&path);
    if (is_no_damage(rc))
        return rc;
    text = str_trim(text);
    const char *name = arena_strndup(arena, text.p, text.n);
    if (rc == 0 && name && file_number(name, MANIFEST_PREFIX, "", ret))
        return 0;
    err_clear(err);
    return RAISE(err, ERR_CORRUPT, "file \"%s/" CURRENT_FILE "\" is damaged", d->path);
}

int checkpoint_load(const Directory *d, Account *acct, Checkpoint *ret, Err *ret_passed_over, Err *err)
{
    Arena arena;
    uint64_t *number = NULL, current = 0;
    uint32_t n = 0;
    arena_init(&arena, NULL, 0);
    *ret = (Checkpoint){0};
    int rc = checkpoint_list(d, &arena, &number, &n, err);
    bool none = rc == 0 && n == 0;
    if (rc == 0 && n > 0) {
        rc = read_current(d, &arena, &current, err);
        bool named = rc == 0;
        rc = named ? checkpoint_load_number(d, acct, current, ret, err) : rc;
        if (rc < 0 && err && ret_passed_over)
            *ret_passed_over = *err;
        for (uint32_t i = n; rc < 0 && !is_no_damage(rc) && i-- > 0;) {
            if (named && number[i] == current)
                continue;
            err_clear(err);
            rc = checkpoint_load_number(d, acct, number[i], ret, err);
        }
    }
    arena_done(&arena);
    return none ? 1 : rc;
}

int manifest_make_current(const Directory *d, uint64_t number, Err *err)
{
    char line[48];
    manifest_name(line, sizeof(line), number);
    size_t n = strlen(line);
    line[n++] = '\n';
    return file_replace(d->env, d->path, CURRENT_FILE, line, n, err);
}

/* ---- removing ---- */

static bool has_file(const Checkpoint *c, uint64_t number)
{
    for (uint32_t i = 0; i < c->n_files; i++)
        if (c->file[i].number == number && c->file[i].live)
            return true;
    return false;
}

static void remove_file(const Directory *d, const char *prefix, uint64_t number, const char *suffix)
{
    StrBuf path;
    sb_init(&path, NULL);
    sb_printf(&path, "%s/%s%016llx%s", d->path, prefix, (unsigned long long)number, suffix);
    if (!path.failed)
        (void)d->env->dir->unlink(d->env, path.p, NULL); /* tried again after the next one */
    sb_done(&path);
}

void checkpoint_remove_after(const Directory *d, uint64_t number)
{
    Arena arena;
    uint64_t *found = NULL;
    uint32_t n = 0;
    arena_init(&arena, NULL, 0);
    if (checkpoint_list(d, &arena, &found, &n, NULL) < 0)
        n = 0;
    for (uint32_t i = 0; i < n; i++)
        if (found[i] > number)
            remove_file(d, MANIFEST_PREFIX, found[i], "");
    if (n && found[n - 1] > number)
        (void)d->env->dir->sync_dir(d->env, d->path, NULL);
    arena_done(&arena);
}

static bool is_kept(const Checkpoint *const *kept, uint32_t n, uint64_t number)
{
    for (uint32_t i = 0; i < n; i++)
        if (kept[i]->number && kept[i]->number == number)
            return true;
    return false;
}

static bool is_needed(const Checkpoint *const *kept, uint32_t n, uint64_t file)
{
    for (uint32_t i = 0; i < n; i++)
        if (has_file(kept[i], file))
            return true;
    return false;
}

void checkpoint_collect(const Directory *d, const Checkpoint *const *kept, uint32_t n_kept)
{
    Arena arena;
    uint64_t *number = NULL;
    uint32_t n = 0;
    arena_init(&arena, NULL, 0);
    if (checkpoint_list(d, &arena, &number, &n, NULL) == 0)
        for (uint32_t i = 0; i < n; i++)
            if (!is_kept(kept, n_kept, number[i]))
                remove_file(d, MANIFEST_PREFIX, number[i], "");
    if (list_numbers(d, PAGES_PREFIX, PAGES_SUFFIX, &arena, &number, &n, NULL) == 0)
        for (uint32_t i = 0; i < n; i++)
            if (!is_needed(kept, n_kept, number[i]))
                remove_file(d, PAGES_PREFIX, number[i], PAGES_SUFFIX);
    arena_done(&arena);
}
