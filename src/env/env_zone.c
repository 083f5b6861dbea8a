/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of time zones, of the machine also under the simulator: they are the same in every run.  A name in another case of letters
 * than its file is looked for part by part. */
#include "env/env.h"

#include <stdio.h>
#include <string.h>

typedef struct FindPart {
    Str part;
    char found[64];
} FindPart;

static int is_part(void *self, const char *name)
{
    FindPart *f = self;
    if (!str_eq_nocase(f->part, str_of(name)) || strlen(name) >= sizeof(f->found))
        return 0;
    snprintf(f->found, sizeof(f->found), "%s", name);
    return 1;
}

static const char *zone_directory(void)
{
    const char *dir = env_getenv("TZDIR");
    return dir && dir[0] ? dir : "/usr/share/zoneinfo";
}

/* Each part of the name as the directory spells it. */
static int spell_path(const char *name, char *path, size_t cap)
{
    Env *env = env_linux();
    Str rest = str_of(name);
    size_t n = (size_t)snprintf(path, cap, "%s", zone_directory());
    for (bool more = true; more;) {
        FindPart f;
        more = str_cut(rest, '/', &f.part, &rest);
        if (n >= cap || env->file->list(env, path, is_part, &f, NULL) != 1)
            return -ERR_FILE_NOT_FOUND;
        n += (size_t)snprintf(path + n, cap - n, "/%s", f.found);
    }
    return n < cap ? 0 : -ERR_FILE_NOT_FOUND;
}

int env_zone_read(char *name, Arena *a, Str *ret)
{
    char path[512];
    int n = snprintf(path, sizeof(path), "%s/%s", zone_directory(), name);
    if (n > 0 && (size_t)n < sizeof(path) && env_read_file(env_linux(), path, a, ret, NULL) >= 0)
        return 0;
    TRY(spell_path(name, path, sizeof(path)));
    TRY(env_read_file(env_linux(), path, a, ret, NULL));
    size_t length = strlen(name);
    memcpy(name, path + strlen(path) - length, length);
    return 0;
}

typedef struct Walk {
    const char *prefix; /* "America/" */
    int (*each)(void *self, const char *name);
    void *self;
    uint32_t depth;
} Walk;

static int walk(const Walk *w);

/* Names of zones begin with a large letter; the directory has lists and other forms of the same zones beside them. */
static int walk_entry(void *self, const char *entry)
{
    const Walk *w = self;
    char name[128], path[512];
    EnvStat st;
    Env *env = env_linux();
    if (entry[0] < 'A' || entry[0] > 'Z' || strchr(entry, '.'))
        return 0;
    int n = snprintf(name, sizeof(name), "%s%s", w->prefix, entry);
    int k = snprintf(path, sizeof(path), "%s/%s", zone_directory(), name);
    if (n < 0 || (size_t)n >= sizeof(name) - 1 || k < 0 || (size_t)k >= sizeof(path) || env->file->stat(env, path, &st, NULL) < 0)
        return 0;
    if (!st.is_dir)
        return w->each(w->self, name);
    name[n] = '/';
    name[n + 1] = '\0';
    return w->depth < 4 ? walk(&(Walk){name, w->each, w->self, w->depth + 1}) : 0;
}

static int walk(const Walk *w)
{
    char path[512];
    Env *env = env_linux();
    snprintf(path, sizeof(path), "%s/%s", zone_directory(), w->prefix);
    return env->file->list(env, path, walk_entry, (void *)w, NULL);
}

int env_zone_names(int (*each)(void *self, const char *name), void *self)
{
    return walk(&(Walk){"", each, self, 0});
}
