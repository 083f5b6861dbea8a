/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths of a file sink: {column} in them, names with epoch and segment, directories. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connect/file/file_parts_impl.h"

#define PIECES_MAX 32u
#define NULL_VALUE "__HIVE_DEFAULT_PARTITION__" /* what other readers of partitioned directories know */

bool path_has_columns(const char *path)
{
    return strpbrk(path, "{}") != NULL;
}

Str path_ending(Str path)
{
    Str name = path_without_codec(path);
    size_t dot = name.n;
    while (dot > 0 && name.p[dot - 1] != '.' && name.p[dot - 1] != '/')
        dot--;
    return dot > 0 && name.p[dot - 1] == '.' ? (Str){name.p + dot, name.n - dot} : (Str){"", 0};
}

static int add_piece(PathSpec *p, Str text, int32_t col, const char *path, Err *err)
{
    if (text.n == 0 && col < 0)
        return 0;
    if (p->n == PIECES_MAX)
        return RAISE(err, ERR_BAD_OPTION, "connector \"file\": the path has too many columns: \"%.200s\"", path);
    p->piece[p->n++] = (PathPiece){text, col};
    p->n_cols += col >= 0;
    return 0;
}

static int find_column(const Schema *schema, Str name, const char *path, int32_t *ret, Err *err)
{
    const char *names[COLUMNS_MAX];
    *ret = (int32_t)schema_find_nocase(schema, name);
    if (*ret >= 0 && type_is_nested((TypeId)schema->field[*ret].type.id))
        return RAISE(err, ERR_BAD_OPTION, "connector \"file\": column \"%s\" in the path has values that are no names",
                     schema->field[*ret].name);
    if (*ret >= 0)
        return 0;
    for (uint32_t i = 0; i < schema->n; i++)
        names[i] = schema->field[i].name;
    (void)RAISE(err, ERR_UNDEFINED_COLUMN,
                "connector \"file\": the path \"%.200s\" names column \"%.*s\", which is not in the output", path,
                (int)MIN(name.n, (size_t)63), name.p);
    const char *near = str_nearest(name, names, schema->n);
    return near ? err_hint(err, "Did you mean {%s}?", near) : -ERR_UNDEFINED_COLUMN;
}

static int parse_pieces(PathSpec *p, const Schema *schema, Str rest, const char *path, Err *err)
{
    while (rest.n) {
        size_t open = strcspn(rest.p, "{}");
        open = MIN(open, rest.n);
        TRY(add_piece(p, (Str){rest.p, open}, -1, path, err));
        if (open == rest.n)
            break;
        size_t close = open + 1;
        while (close < rest.n && rest.p[close] != '}' && rest.p[close] != '{')
            close++;
        if (rest.p[open] == '}' || close == rest.n || rest.p[close] == '{')
            return RAISE(err, ERR_BAD_OPTION, "connector \"file\": { and } do not match in the path \"%.200s\"", path);
        int32_t col;
        TRY(find_column(schema, str_trim((Str){rest.p + open + 1, close - open - 1}), path, &col, err));
        TRY(add_piece(p, (Str){rest.p + open, 0}, col, path, err));
        rest = (Str){rest.p + close + 1, rest.n - close - 1};
    }
    return 0;
}

static const char *ending_of(Arena *arena, const PartOptions *o, Str given)
{
    const char *format = strcmp(o->format, "json") == 0 ? "jsonl" : strcmp(o->format, "text") == 0 ? "txt" : o->format;
    const char *codec = o->codec == CODEC_GZIP ? ".gz" : o->codec == CODEC_ZSTD ? ".zst" : "";
    return given.n ? arena_printf(arena, ".%.*s%s", (int)given.n, given.p, codec) : arena_printf(arena, ".%s%s", format, codec);
}

int path_spec_parse(PathSpec *ret, Arena *arena, const Schema *schema, const PartOptions *o, Err *err)
{
    Str path = str_of(o->path);
    *ret = (PathSpec){.ending = "", .piece = ARENA_ARRAY(arena, PathPiece, PIECES_MAX)};
    size_t base = strcspn(path.p, "{}");
    while (base > 0 && path.p[base - 1] != '/')
        base--;
    if (!ret->piece)
        return RAISE_NOMEM(err);
    if (o->kind == PART_RENAMED && o->prefix) {
        while (path.n > 1 && path.p[path.n - 1] == '/')
            path.n--;
        if (!path_has_columns(o->path))
            base = path.n;
        ret->ending = ending_of(arena, o, (Str){"", 0});
    } else if (o->kind == PART_RENAMED) {
        Str ending = path_ending(path);
        ret->ending = ending_of(arena, o, ending);
        path.n = (size_t)(ending.p - path.p) - 1;
    }
    ret->base = base ? arena_strndup(arena, path.p, base > 1 && path.p[base - 1] == '/' ? base - 1 : base) : ".";
    if (!ret->base || !ret->ending)
        return RAISE_NOMEM(err);
    TRY(parse_pieces(ret, schema, path, o->path, err));
    if (o->kind != PART_RENAMED || !o->prefix)
        return 0;
    const char *name = arena_printf(arena, "/%s", o->prefix);
    return name ? add_piece(ret, str_of(name), -1, o->path, err) : RAISE_NOMEM(err);
}

/* A value as part of a name: nothing in it is a separator, a dot at its beginning or beyond ASCII's printable characters. */
static void put_name(StrBuf *out, Str text)
{
    if (text.n == 0)
        sb_puts(out, "%00");
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool plain = c > ' ' && c != 127 && c != '/' && c != '\\' && c != '%' && !(c == '.' && i == 0) &&
                     !(c == '_' && i == 0 && text.n >= 2 && text.p[1] == '_');
        if (plain || (c == ' ' && i > 0 && i + 1 < text.n))
            sb_putc(out, (char)c);
        else
            sb_printf(out, "%%%02X", c);
    }
}

int path_spec_expand(const PathSpec *p, const Batch *b, uint32_t row, StrBuf *out, Err *err)
{
    for (uint32_t i = 0; i < p->n; i++) {
        const PathPiece *piece = &p->piece[i];
        if (piece->col < 0) {
            sb_putstr(out, piece->text);
            continue;
        }
        Value v = vec_get(&b->col[piece->col], (uint16_t)row);
        if (v.is_null) {
            sb_puts(out, NULL_VALUE);
            continue;
        }
        _cleanup_(sb_done) StrBuf text;
        sb_init(&text, out->acct);
        value_print(&v, &text);
        put_name(out, (Str){sb_cstr(&text), text.n});
        out->failed |= text.failed;
    }
    return out->failed ? RAISE_NOMEM(err) : 0;
}

/* "..._000012_003.csv" */
static bool epoch_of_name(Str path, const char *ending, uint64_t *ret)
{
    size_t n = strlen(ending);
    Str part;
    if (path.n < n || memcmp(path.p + path.n - n, ending, n) != 0)
        return false;
    path.n -= n;
    for (int k = 0; k < 2; k++) {
        size_t at = path.n;
        while (at > 0 && path.p[at - 1] != '_')
            at--;
        if (at == 0)
            return false;
        part = (Str){path.p + at, path.n - at};
        path.n = at - 1;
    }
    return str_to_u64(part, ret);
}

int path_spec_last_epoch(const PathSpec *p, Env *env, Account *acct, uint64_t *ret, Err *err)
{
    Arena arena;
    StrBuf pattern;
    Str *found = NULL;
    uint32_t n = 0;
    *ret = 0;
    arena_init(&arena, acct, 0);
    sb_init(&pattern, acct);
    for (uint32_t i = 0; i < p->n; i++)
        for (size_t k = 0; p->piece[i].col >= 0 ? k < 1 : k < p->piece[i].text.n; k++) {
            char c = p->piece[i].col >= 0 ? '*' : p->piece[i].text.p[k];
            sb_putc(&pattern, c == '[' ? '?' : c);
        }
    sb_printf(&pattern, "_*%s", p->ending);
    int rc = pattern.failed ? RAISE_NOMEM(err) : env_glob(env, pattern.p, &arena, &found, &n, err);
    if (rc == -ERR_FILE_NOT_FOUND) {
        err_clear(err);
        rc = 0;
    }
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        uint64_t epoch;
        if (epoch_of_name(found[i], p->ending, &epoch))
            *ret = MAX(*ret, epoch);
    }
    sb_done(&pattern);
    arena_done(&arena);
    return rc;
}

const char *path_directory(const char *path, StrBuf *scratch)
{
    const char *slash = strrchr(path, '/');
    sb_clear(scratch);
    if (!slash)
        return ".";
    sb_put(scratch, path, slash == path ? 1 : (size_t)(slash - path));
    return sb_cstr(scratch);
}

int path_make_directories(Env *env, const char *dir, Err *err)
{
    EnvStat st;
    if (strcmp(dir, ".") == 0 || (env->file->stat(env, dir, &st, NULL) >= 0 && st.is_dir))
        return 0;
    _cleanup_(sb_done) StrBuf above;
    sb_init(&above, NULL);
    const char *parent = path_directory(dir, &above);
    if (above.failed)
        return RAISE_NOMEM(err);
    if (strcmp(parent, dir) != 0)
        TRY(path_make_directories(env, parent, err));
    TRY(env->dir->mkdir(env, dir, err));
    return env->dir->sync_dir(env, parent, err);
}
