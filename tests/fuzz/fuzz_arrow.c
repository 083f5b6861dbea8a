/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: Arrow import.  The bytes choose the shape of ArrowSchema and ArrowArray structs (formats, counts, offsets, children,
 * dictionaries, missing pointers) and the contents of their buffers.
 *
 * The interface carries no buffer sizes, so what an importer must believe is kept true here: a buffer is as large as length and
 * offset say whenever those are small enough to be allocated, and string offsets lie within the string bytes (or are negative).
 * Everything else may be wrong.  What is imported is exported in both forms and imported again, which must work. */
#include <stddef.h>
#include <stdint.h>

#include "data/arrow.h"
#include "data/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COLUMNS 6
#define ROWS 9000
#define STR_BYTES 512

typedef struct Input {
    const uint8_t *p, *end;
} Input;

typedef struct Gen {
    Input in;
    Arena arena;
} Gen;

static uint8_t take_u8(Gen *g)
{
    return g->in.p < g->in.end ? *g->in.p++ : 0;
}

static uint32_t take_below(Gen *g, uint32_t n)
{
    return ((uint32_t)take_u8(g) << 8 | take_u8(g)) % n;
}

/* True about once in 32 bytes: most of a struct has to be right for the importer to get anywhere. */
static bool take_rarely(Gen *g)
{
    return take_u8(g) == 0xa5;
}

static int64_t take_wild(Gen *g)
{
    static const int64_t wild[] = {-1, -2, INT64_MIN, INT64_MAX, INT64_MAX / 2, INT32_MAX, 1, 0};
    return wild[take_u8(g) % ARRAY_LEN(wild)];
}

/* n bytes: what is left of the input repeated. */
static uint8_t *take_bytes(Gen *g, size_t n)
{
    uint8_t *p = mem_alloc(NULL, n + 1); /* of its own, so that the sanitizer sees its end; freed by parts_free */
    size_t left = (size_t)(g->in.end - g->in.p);
    if (!p)
        return NULL;
    for (size_t i = 0; i < n; i++)
        p[i] = left ? g->in.p[i % left] : 0;
    g->in.p += left ? take_u8(g) % left : 0;
    if (g->in.p > g->in.end)
        g->in.p = g->in.end;
    return p;
}

typedef struct Part {
    struct Part *next;
    void *p;
    size_t bytes;
} Part;

static Part *parts;

static void *keep(Gen *g, void *p, size_t bytes)
{
    Part *part = arena_alloc(&g->arena, sizeof *part);
    *part = (Part){parts, p, bytes};
    parts = part;
    return p;
}

static uint8_t *buffer_of(Gen *g, size_t n)
{
    return keep(g, take_bytes(g, n), n + 1);
}

static void parts_free(void)
{
    for (; parts; parts = parts->next)
        mem_free(NULL, parts->p, parts->bytes);
}

static void release_array(struct ArrowArray *a)
{
    a->release = NULL;
}
static void release_schema(struct ArrowSchema *s)
{
    s->release = NULL;
}

static const char *const formats[] = {
    "n",         "b",         "c",      "C",   "s",  "S",        "i",        "I",    "l",    "L",   "e",   "f",   "g",
    "u",         "U",         "z",      "Z",   "vu", "vz",       "tdD",      "tdm",  "tts",  "ttm", "ttu", "ttn", "tin",
    "w:16",      "d:5,2",     "d:38,0", "+l",  "",   "tss:",     "tsm:UTC",  "tsu:", "tsn:", "tsx", "d:",  "d:9", "d:1,2,3,4",
    "d:5,2,128", "d:5,2,256", "d:-1,0", "w:x", "q",  "d:5,2,32", "d:5,2,64", "w:3",  "tiM",  "tiD", "tDs", "tDu",
};

/* Width of a value of the format for sizing its buffer; the importer knows better only where it refuses. */
static size_t width_of(const char *format)
{
    static const char narrow[] = "cC", two[] = "sSe", four[] = "iIf";
    if (format[0] && !format[1] && strchr(narrow, format[0]))
        return 1;
    if (format[0] && !format[1] && strchr(two, format[0]))
        return 2;
    if (format[0] && !format[1] && strchr(four, format[0]))
        return 4;
    if (!strcmp(format, "tdD") || !strcmp(format, "tts") || !strcmp(format, "ttm"))
        return 4;
    if (format[0] == 'd' && strstr(format, ",256"))
        return 32;
    return format[0] == 'd' || format[0] == 'w' || format[0] == 'v' || !strcmp(format, "tin") ? 16 : 8;
}

static void make_offsets(Gen *g, struct ArrowArray *a, size_t rows, bool wide)
{
    int64_t at = 0;
    uint8_t *out = keep(g, mem_zalloc(NULL, (rows + 1) * 8), (rows + 1) * 8);
    for (size_t i = 0; i <= rows; i++) {
        uint8_t step = take_u8(g);
        at = step == 0xa5   ? -(int64_t)take_below(g, 9)
             : step == 0xa6 ? take_below(g, STR_BYTES + 1)
                            : MIN(at + step % 24, STR_BYTES);
        int32_t narrow = (int32_t)at;
        if (wide)
            memcpy(out + i * 8, &at, 8);
        else
            memcpy(out + i * 4, &narrow, 4);
    }
    a->buffers[1] = out;
    a->buffers[2] = buffer_of(g, STR_BYTES);
    a->n_buffers = 3;
}

static void make_views(Gen *g, struct ArrowArray *a, size_t rows)
{
    StrView *views = keep(g, mem_zalloc(NULL, (rows + 1) * sizeof(StrView)), (rows + 1) * sizeof(StrView));
    int64_t *sizes = arena_alloc(&g->arena, 4 * sizeof *sizes);
    uint32_t n_bufs = take_u8(g) % 4;
    for (uint32_t i = 0; i < n_bufs; i++) {
        sizes[i] = take_below(g, STR_BYTES);
        a->buffers[2 + i] = buffer_of(g, (size_t)sizes[i]);
    }
    a->buffers[2 + n_bufs] = sizes;
    a->n_buffers = 3 + n_bufs;
    for (size_t i = 0; i < rows; i++) {
        uint8_t kind = take_u8(g);
        if (kind == 0xa5)
            memcpy(&views[i], buffer_of(g, sizeof(StrView)), sizeof(StrView));
        else if (kind % 2)
            strview_set(&views[i], "abcdefghijkl", kind % 13, 0, 0);
        else
            views[i] = (StrView){.n = 13 + kind % 16, .ref = {.buf = kind % 4, .off = kind}};
    }
    a->buffers[1] = views;
}

static struct ArrowArray *make_array(Gen *g, const char *format, int64_t n)
{
    struct ArrowArray *a = ARENA_NEW(&g->arena, struct ArrowArray);
    a->release = release_array;
    a->buffers = ARENA_ARRAY(&g->arena, const void *, 8);
    a->offset = take_rarely(g) ? take_wild(g) : take_u8(g) % 70;
    if (a->offset == INT32_MAX)
        a->offset = -1; /* possible, and the buffers would have to be that large */
    a->length = take_rarely(g) ? take_wild(g) : n + (take_u8(g) & 1);
    a->null_count = take_rarely(g) ? take_wild(g) : -(int64_t)(take_u8(g) & 1);
    size_t rows = (size_t)MIN(MAX(n, 0) + 1, ROWS + 1) + (a->offset > 0 && a->offset < 128 ? (size_t)a->offset : 0) + 128;
    if (take_u8(g) & 1)
        a->buffers[0] = buffer_of(g, rows / 8 + 1);
    a->n_buffers = strcmp(format, "n") == 0 ? 0 : 2;
    if (!strcmp(format, "u") || !strcmp(format, "z") || !strcmp(format, "U") || !strcmp(format, "Z"))
        make_offsets(g, a, rows, format[0] == 'U' || format[0] == 'Z');
    else if (format[0] == 'v')
        make_views(g, a, rows);
    else
        a->buffers[1] = buffer_of(g, rows * width_of(format));
    if (take_rarely(g))
        a->buffers[take_u8(g) % 4] = NULL;
    if (take_rarely(g))
        a->n_buffers = take_wild(g) % 8;
    if (take_rarely(g))
        a->n_children = take_wild(g);
    if (take_rarely(g))
        a->release = NULL;
    return a;
}

static struct ArrowSchema *make_schema(Gen *g, const char *format)
{
    struct ArrowSchema *s = ARENA_NEW(&g->arena, struct ArrowSchema);
    *s = (struct ArrowSchema){.format = format, .name = "c", .release = release_schema};
    s->flags = take_u8(g) % 8 ? ARROW_FLAG_NULLABLE : 0;
    if (take_rarely(g))
        s->name = take_u8(g) & 1 ? NULL : "\xff";
    if (take_rarely(g))
        s->format = NULL;
    return s;
}

static const char *take_format(Gen *g)
{
    return formats[take_u8(g) % ARRAY_LEN(formats)];
}

static void make_column(Gen *g, int64_t n, struct ArrowArray **ret_a, struct ArrowSchema **ret_s)
{
    const char *format = take_format(g);
    *ret_s = make_schema(g, format);
    *ret_a = make_array(g, format, n);
    if (take_u8(g) % 4 != 0)
        return;
    const char *values = take_format(g);
    int64_t n_values = take_u8(g);
    (*ret_s)->dictionary = take_rarely(g) ? NULL : make_schema(g, values);
    (*ret_a)->dictionary = take_rarely(g) ? NULL : make_array(g, values, n_values);
    if ((*ret_a)->dictionary) /* its length is what says how large its buffers are */
        (*ret_a)->dictionary->length = take_rarely(g) ? -1 : n_values;
}

static int again(void *self, Batch *give_b, Err *err)
{
    (void)self;
    (void)err;
    batch_unref(give_b);
    return 0;
}

/* A batch that was imported can be exported, and imported as what it was. */
static int check(void *self, Batch *give_b, Err *err)
{
    _cleanup_(batch_unrefp) Batch *b = give_b;
    (void)self;
    for (int mode = 0; mode < 2; mode++) {
        struct ArrowSchema s;
        struct ArrowArray a;
        bool unknown = false;
        for (uint32_t c = 0; c < b->n_cols; c++)
            unknown |= b->col[c].type.id == T_UNKNOWN;
        ASSERT(arrow_export_schema(b->schema, (ArrowExport)mode, &s, err) == 0);
        ASSERT(arrow_export_batch(NULL, b, (ArrowExport)mode, &a, err) == 0);
        ASSERT(arrow_import(NULL, &a, &s, unknown ? NULL : b->schema, again, NULL, err) == 0);
        s.release(&s);
    }
    StrBuf text;
    sb_init(&text, NULL);
    for (uint32_t c = 0; c < b->n_cols; c++) {
        Value v = vec_get(&b->col[c], b->n - 1);
        value_print_literal(&v, &text);
    }
    sb_done(&text);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Gen g = {.in = {data, data + size}};
    Err err = ERR_INIT;
    struct ArrowArray top = {.release = release_array};
    struct ArrowSchema schema = {.format = "+s", .name = "", .release = release_schema};
    arena_init(&g.arena, NULL, 0);
    uint32_t n_cols = take_u8(&g) % COLUMNS;
    int64_t n = take_u8(&g) % 16 == 0 ? take_below(&g, ROWS) : take_below(&g, 200), skip = take_u8(&g) % 32;
    top.children = ARENA_ARRAY(&g.arena, struct ArrowArray *, COLUMNS);
    schema.children = ARENA_ARRAY(&g.arena, struct ArrowSchema *, COLUMNS);
    for (uint32_t i = 0; i < n_cols; i++)
        make_column(&g, n + skip, &top.children[i], &schema.children[i]);
    top.n_children = schema.n_children = n_cols;
    top.buffers = ARENA_ARRAY(&g.arena, const void *, 1);
    top.n_buffers = 1;
    top.offset = take_rarely(&g) ? -1 : skip;
    top.length = take_rarely(&g) ? -1 : n;
    if (n_cols && take_rarely(&g))
        top.children[0] = NULL;
    if (n_cols && take_rarely(&g))
        schema.children[0] = NULL;
    if (n_cols > 1 && take_rarely(&g))
        top.n_children--;
    (void)arrow_import(NULL, &top, &schema, NULL, check, NULL, &err);
    ASSERT(top.release == NULL);
    parts_free();
    arena_done(&g.arena);
    return 0;
}
