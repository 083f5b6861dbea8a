/* SPDX-License-Identifier: Apache-2.0
 *
 * Column vectors (design 1.2, 1.3).
 *   FLAT   `data` holds n values in Arrow's layout, `valid` the validity bitmap (NULL = no nulls)
 *   CONST  one value for all rows: data[0]; `valid` is NULL or one bit (bit 0)
 *   DICT   `data` holds uint16 or uint32 codes into `child` (a FLAT vector); `valid` speaks of the rows, the dictionary has no
 * nulls BOOLEAN data is a bitmap of 64-bit words.  Strings are Arrow Utf8View/BinaryView: 16-byte StrView plus a list of data
 * buffers. Values of null rows are unspecified but readable (kernels run over them).  Buffers are 64-byte aligned and padded to 64
 * bytes when ours; imported ones are as Arrow gives them (8-byte aligned or copied).
 *
 * Ownership: a vector whose data_buf/valid_buf/str_bufs are set holds one reference on each; where they are NULL the memory belongs
 * to an arena (scratch of the step) and is borrowed. */
#pragma once
#include "base/arena.h"
#include "base/bits.h"
#include "base/calendar.h"
#include "data/schema.h"

#define BATCH_ROWS_MAX 4096u
#define BATCH_ROWS 1024u /* the usual size under load */

typedef struct Buffer Buffer;
struct Buffer {
    _Atomic uint32_t rc; /* plain use inside a shard, atomic when shared */
    bool shared;
    bool is_part; /* of something that `release` frees, header and all */
    uint8_t *data;
    size_t bytes, cap;          /* used, allocated behind this header */
    Account *acct;              /* of the header and of data when ours */
    void (*release)(Buffer *b); /* frees what `owner` holds (an Arrow array); NULL = data is ours and lies behind the header */
    void *owner;
};
Buffer *buffer_new(Account *acct, size_t cap); /* one reference, bytes = 0, 64-byte aligned and padded */
Buffer *buffer_ref(Buffer *b);
Buffer *buffer_unref(Buffer *b);

typedef struct StrView { /* exactly Arrow's view layout */
    int32_t n;
    union {
        char inlined[12]; /* n <= 12, rest zero */
        struct {
            char prefix[4];
            int32_t buf, off;
        } ref;
    };
} StrView;
_Static_assert(sizeof(StrView) == 16, "Arrow view layout");
#define STR_INLINE_MAX 12

typedef enum VecKind { VEC_FLAT, VEC_CONST, VEC_DICT } VecKind;

typedef struct Vec Vec;
struct Vec {
    uint8_t kind;
    uint8_t code_bytes; /* DICT: 2 or 4 */
    uint16_t n_str_bufs;
    uint32_t n; /* rows */
    Type type;
    uint64_t *valid; /* NULL = no nulls */
    void *data;
    const uint8_t **str_data; /* start of each string buffer, indexed by StrView.ref.buf */
    Vec *child;               /* DICT: dictionary */
    Buffer *data_buf, *valid_buf;
    Buffer **str_bufs; /* n_str_bufs owners; NULL when the arena owns the bytes */
    Buffer *aux_buf;   /* memory of the arrays str_data and str_bufs and of the child's struct; NULL when an arena has them */
};

/* Which rows of a batch a kernel works on: sel == NULL means 0..n-1, else sel[0..n-1]. */
typedef struct Rows {
    uint32_t n;
    const uint16_t *sel;
} Rows;
static inline uint32_t row_at(Rows r, uint32_t i)
{
    return r.sel ? r.sel[i] : i;
}

static inline const char *strview_ptr(const Vec *v, const StrView *s)
{
    return s->n <= STR_INLINE_MAX ? s->inlined : (const char *)v->str_data[s->ref.buf] + s->ref.off;
}
static inline Str vec_str(const Vec *v, uint32_t phys)
{
    const StrView *s = (const StrView *)v->data + phys;
    return (Str){strview_ptr(v, s), (size_t)s->n};
}
/* Position in `data` of the value of row i (0 for CONST, the code for DICT; the dictionary's data is v->child->data). */
static inline uint32_t vec_phys(const Vec *v, uint32_t i)
{
    if (v->kind == VEC_FLAT)
        return i;
    if (v->kind == VEC_CONST)
        return 0;
    return v->code_bytes == 2 ? ((const uint16_t *)v->data)[i] : ((const uint32_t *)v->data)[i];
}
static inline const Vec *vec_values(const Vec *v)
{
    return v->kind == VEC_DICT ? v->child : v;
}
static inline bool vec_is_null(const Vec *v, uint32_t i)
{
    return v->valid && !bit_get(v->valid, v->kind == VEC_CONST ? 0 : i);
}
/* Whether row i of a and row j of b, of the same type, show the same value: by their bytes; NULL is the same as NULL. */
bool vec_rows_equal(const Vec *a, uint32_t i, const Vec *b, uint32_t j);
/* Whether all rows have the same values. */
static inline bool vecs_are_const(const Vec *const *v, uint32_t n)
{
    uint32_t i = 0;
    while (i < n && v[i]->kind == VEC_CONST)
        i++;
    return i == n;
}

/* Scratch vectors: FLAT, n rows, memory from the arena, data uninitialised, no validity.  0 or -ERR_OUT_OF_MEMORY. */
int vec_scratch(Vec *v, Type t, uint32_t n, Arena *arena);
/* Gives v a validity bitmap of ones (n, or one for CONST), in the arena, when it has none. */
int vec_add_valid(Vec *v, Arena *arena);
/* FLAT copy in the arena of any kind of vector, for the given rows only (other rows are unspecified).  Strings longer than 12
 * bytes keep pointing into v's buffers, borrowed.  0, -ERR_OUT_OF_MEMORY, or -ERR_UNSUPPORTED for nested types. */
int vec_flatten(const Vec *v, Rows rows, Vec *ret, Arena *arena);
/* Dense copy of the given rows: row rows[i] of v becomes row i. Strings longer than 12 bytes keep pointing into v's buffers (the
 * buffer list is shared; references are taken when v has owners). */
int vec_gather(const Vec *v, Rows rows, Vec *ret, Arena *arena);
/* As vec_gather, all borrowed: for a batch in the arena, which releases nothing. */
int vec_pick(const Vec *v, Rows rows, Vec *ret, Arena *arena);
/* As vec_gather, on the heap with all its memory owned (strings are compacted into one buffer). */
int vec_own(Account *acct, const Vec *v, Rows rows, Vec *ret);
/* One value for all rows, of a type with a width and not NULL, as such. */
int vec_own_const(Account *acct, const Vec *v, Vec *ret);
/* *ret shares v's memory and holds its own references where v has owners (borrowed memory stays borrowed). */
void vec_ref(const Vec *v, Vec *ret);
/* From now on v's buffers are counted atomically.  Called while only this thread knows them. */
void vec_share(Vec *v);
/* Releases references; the struct itself is the caller's. */
void vec_done(Vec *v);
/* Puts a string into a scratch or builder vector's row: inline when short, else a reference to bytes at str_data[buf] + off. */
static inline void strview_set(StrView *s, const char *p, uint32_t n, int32_t buf, int32_t off)
{
    *s = (StrView){.n = (int32_t)n};
    if (n <= STR_INLINE_MAX)
        memcpy(s->inlined, p, n);
    else {
        memcpy(s->ref.prefix, p, 4);
        s->ref.buf = buf;
        s->ref.off = off;
    }
}
/* Writer of computed strings into a scratch vector: one growing arena buffer, str_data[0].  put, reserve and commit fail with
 * -ERR_OUT_OF_MEMORY, and with -ERR_PROGRAM_LIMIT beyond 2 GiB. */
typedef struct StrWriter {
    Vec *v;
    Arena *arena;
    uint8_t *buf;
    size_t n, cap;
} StrWriter;
void strwriter_init(StrWriter *w, Vec *v, Arena *arena); /* v: scratch string vector */
int strwriter_put(StrWriter *w, uint32_t row, const char *p, size_t n);
char *strwriter_reserve(StrWriter *w, size_t n); /* write place for at most n bytes, NULL = no memory; then strwriter_commit */
int strwriter_commit(StrWriter *w, uint32_t row, size_t n);
int strwriter_finish(StrWriter *w); /* sets v->str_data; call once at the end */
