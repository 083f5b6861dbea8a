/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths matching a pattern: * ? [a-z] [!a-z] in any component, on the Env's own directory listing, so that the simulator sees the
 * same.  A name that begins with a dot is matched only by a pattern that does.  Directories are walked one component at a time;
 * components without wildcards are not listed, only checked at the end. */
#include "env/env.h"

/* One character class behind '['; *pp is left behind ']'.  false also when the class has no end: then '[' stands for itself. */
static bool class_match(const char **pp, const char *end, char c, bool *ret_is_class)
{
    const char *p = *pp;
    bool invert = p < end && (*p == '!' || *p == '^'), hit = false;
    p += invert;
    const char *first = p;
    while (p < end && (*p != ']' || p == first)) {
        unsigned char low = (unsigned char)*p, high = low;
        if (end - p > 2 && p[1] == '-' && p[2] != ']') {
            high = (unsigned char)p[2];
            p += 2;
        }
        hit |= (unsigned char)c >= low && (unsigned char)c <= high;
        p++;
    }
    *ret_is_class = p < end;
    if (p < end)
        *pp = p + 1;
    return hit != invert;
}

/* Whether one pattern element at *pp takes the character; moves *pp behind it. */
static bool element_match(const char **pp, const char *end, char c)
{
    char want = *(*pp)++;
    if (want == '?')
        return true;
    if (want == '[') {
        bool is_class, hit = class_match(pp, end, c, &is_class);
        if (is_class)
            return hit;
    } else if (want == '\\' && *pp < end) {
        want = *(*pp)++;
    }
    return want == c;
}

/* Greedy with one point of return: the last star. */
static bool name_match(Str pattern, Str name)
{
    const char *p = pattern.p, *end = p + pattern.n, *s = name.p, *name_end = s + name.n;
    const char *star = NULL, *star_name = NULL;
    if (name.n && name.p[0] == '.' && (pattern.n == 0 || pattern.p[0] != '.'))
        return false;
    while (s < name_end) {
        if (p < end && *p == '*') {
            star = ++p;
            star_name = s;
            continue;
        }
        if (p < end && element_match(&p, end, *s)) {
            s++;
            continue;
        }
        if (!star)
            return false;
        p = star;
        s = ++star_name;
    }
    while (p < end && *p == '*')
        p++;
    return p == end;
}

static bool is_pattern(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '*' || s.p[i] == '?' || s.p[i] == '[')
            return true;
    return false;
}

typedef struct PathList {
    Str *v;
    uint32_t n, cap;
} PathList;

static bool path_list_add(PathList *l, Arena *arena, Str s)
{
    if (l->n == l->cap) {
        uint32_t cap = l->cap ? l->cap * 2 : 16;
        Str *v = ARENA_ARRAY(arena, Str, cap);
        if (!v)
            return false;
        if (l->n)
            memcpy(v, l->v, l->n * sizeof(*v));
        l->v = v;
        l->cap = cap;
    }
    l->v[l->n++] = s;
    return true;
}

typedef struct Listing {
    Arena *arena;
    PathList *out;
    Str prefix, pattern;
} Listing;

static int listing_each(void *self, const char *name)
{
    Listing *l = self;
    if (!name_match(l->pattern, str_of(name)))
        return 0;
    const char *path = arena_printf(l->arena, "%.*s%s", (int)l->prefix.n, l->prefix.p, name);
    return path && path_list_add(l->out, l->arena, str_of(path)) ? 0 : -ERR_OUT_OF_MEMORY;
}

/* Lists prefix (which ends with '/' or is empty) and adds what matches.  A directory that is not there matches nothing. */
static int directory_match(Env *env, Arena *arena, Str prefix, Str pattern, PathList *out, Err *err)
{
    Listing l = {arena, out, prefix, pattern};
    const char *dir = prefix.n ? arena_strndup(arena, prefix.p, prefix.n) : ".";
    if (!dir)
        return RAISE_NOMEM(err);
    int rc = env->file->list(env, dir, listing_each, &l, err);
    if (rc == -ERR_FILE_NOT_FOUND)
        return 0;
    return rc == -ERR_OUT_OF_MEMORY ? RAISE_NOMEM(err) : rc;
}

/* Every path in `in`, continued by one component (with its slashes before and after). */
static int component_expand(Env *env, Arena *arena, const PathList *in, Str component, Str slashes, PathList *out, Err *err)
{
    PathList found = {0};
    for (uint32_t i = 0; i < in->n; i++) {
        if (is_pattern(component)) {
            TRY(directory_match(env, arena, in->v[i], component, &found, err));
        } else {
            char *path = arena_printf(arena, "%.*s%.*s", (int)in->v[i].n, in->v[i].p, (int)component.n, component.p);
            if (!path || !path_list_add(&found, arena, str_of(path)))
                return RAISE_NOMEM(err);
        }
    }
    for (uint32_t i = 0; i < found.n; i++) {
        char *path = arena_printf(arena, "%.*s%.*s", (int)found.v[i].n, found.v[i].p, (int)slashes.n, slashes.p);
        if (!path || !path_list_add(out, arena, str_of(path)))
            return RAISE_NOMEM(err);
    }
    return 0;
}

static void heap_sink(Str *v, uint32_t at, uint32_t n)
{
    for (uint32_t child; (child = at * 2 + 1) < n; at = child) {
        if (child + 1 < n && str_cmp(v[child], v[child + 1]) < 0)
            child++;
        if (str_cmp(v[at], v[child]) >= 0)
            return;
        Str t = v[at];
        v[at] = v[child];
        v[child] = t;
    }
}

static void paths_sort(Str *v, uint32_t n)
{
    for (uint32_t i = n / 2; i-- > 0;)
        heap_sink(v, i, n);
    for (uint32_t i = n; i-- > 1;) {
        Str t = v[0];
        v[0] = v[i];
        v[i] = t;
        heap_sink(v, 0, i);
    }
}

int env_glob(Env *env, const char *pattern, Arena *arena, Str **ret_paths, uint32_t *ret_n, Err *err)
{
    PathList paths = {0};
    Str rest = str_of(pattern);
    if (!path_list_add(&paths, arena, STR("")))
        return RAISE_NOMEM(err);
    while (rest.n) {
        size_t n = 0, end;
        while (n < rest.n && rest.p[n] != '/')
            n++;
        for (end = n; end < rest.n && rest.p[end] == '/'; end++) {
        }
        PathList next = {0};
        TRY(component_expand(env, arena, &paths, (Str){rest.p, n}, (Str){rest.p + n, end - n}, &next, err));
        paths = next;
        rest = (Str){rest.p + end, rest.n - end};
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < paths.n; i++) { /* what was put together without listing need not exist */
        EnvStat st;
        int rc = env->file->stat(env, paths.v[i].p, &st, err);
        if (rc == 0)
            paths.v[n++] = paths.v[i];
        else if (rc != -ERR_FILE_NOT_FOUND)
            return rc;
    }
    err_clear(err);
    paths_sort(paths.v, n);
    *ret_paths = paths.v;
    *ret_n = n;
    return 0;
}
