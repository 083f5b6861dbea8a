/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside data/ only: what an ArrowSchema's format means, and the state of one import. */
#pragma once
#include "data/arrow.h"
#include "data/data_impl.h"

/* Physical layout of an Arrow column. */
typedef enum ArrowLayout {
    LAYOUT_NULL,
    LAYOUT_BIT,
    LAYOUT_I8,
    LAYOUT_U8,
    LAYOUT_I16,
    LAYOUT_U16,
    LAYOUT_I32,
    LAYOUT_U32,
    LAYOUT_I64,
    LAYOUT_U64,
    LAYOUT_F32,
    LAYOUT_F64,
    LAYOUT_16,    /* decimal128, month-day-nano interval, 16-byte binary */
    LAYOUT_STR32, /* 32-bit offsets */
    LAYOUT_STR64,
    LAYOUT_VIEW,
    LAYOUT_LIST32, /* offsets into a child array */
    LAYOUT_LIST64,
    LAYOUT_STRUCT, /* children beside each other */
    /* What is only read, see arrow_values.c */
    LAYOUT_F16,
    LAYOUT_D32, /* decimals in fewer or more bytes */
    LAYOUT_D64,
    LAYOUT_D256,
    LAYOUT_MONTHS, /* intervals: months; days and milliseconds; a duration in ticks */
    LAYOUT_DAY_MS,
    LAYOUT_DURATION,
    LAYOUT_FIXED,      /* binary, `width` bytes each */
    LAYOUT_LIST_FIXED, /* `width` elements each, without offsets */
    LAYOUT_LISTVIEW32, /* offsets and sizes */
    LAYOUT_LISTVIEW64,
} ArrowLayout;

typedef struct ArrowFormat {
    uint8_t layout;
    Type type;       /* the SQL type it becomes when nothing else is wanted */
    int64_t tick_ns; /* dates, times, timestamps: length of one unit of the stored integer; 0 = not such a type */
    uint32_t width;  /* LAYOUT_FIXED, LAYOUT_LIST_FIXED, and 16-byte binary */
} ArrowFormat;

static inline bool layout_is_integer(uint8_t layout)
{
    return layout >= LAYOUT_I8 && layout <= LAYOUT_U64;
}
static inline bool layout_has_strings(uint8_t layout)
{
    return layout >= LAYOUT_STR32 && layout <= LAYOUT_VIEW;
}
static inline bool layout_is_list(uint8_t layout)
{
    return layout == LAYOUT_LIST32 || layout == LAYOUT_LIST64 || layout >= LAYOUT_LIST_FIXED;
}
uint32_t layout_bytes(uint8_t layout); /* per value; 0 for LAYOUT_NULL and LAYOUT_BIT */

struct ArrowPlace { /* a column of a schema that was noted */
    char format[16];
    uint32_t n_format; /* its characters */
    ArrowFormat as;
    bool same_bytes;           /* arrow_same_bytes */
    uint32_t bytes, unaligned; /* of a value; bits that its address must not have to be read in place */
};
/* What is known of the columns of s, whose rows become those of `want`, the view's schema; NULL: it has to be looked at. */
const ArrowPlace *arrow_view_places(ArrowView *v, const struct ArrowSchema *s, const Schema *want);

/* Blocks of arrow_take. */
typedef struct TakePool TakePool;
TakePool *take_pool_new(Account *acct, const Schema *schema); /* NULL = no memory */
void take_pool_close(TakePool *p);                            /* what is taken stays; NULL is fine */

static inline bool arrow_has_nulls(const struct ArrowArray *a)
{
    return a->null_count != 0 && (a->null_count != -1 || a->buffers[0]);
}
/* A struct as it should be, without nulls. */
static inline bool arrow_is_fit(const struct ArrowArray *a, int64_t n_buffers)
{
    return a && a->release && a->length >= 0 && a->offset >= 0 && a->offset <= INT32_MAX && a->n_buffers == n_buffers &&
           a->buffers && !a->dictionary && !arrow_has_nulls(a);
}

/* Format of a column, of its dictionary's values when it has one. */
int arrow_format_of(const struct ArrowSchema *s, const char *name, ArrowFormat *ret, Err *err);
/* Checks the struct schema and its children for pointers that must be there. */
int arrow_check_schema(const struct ArrowSchema *s, Err *err);
static inline const char *arrow_name(const struct ArrowSchema *s)
{
    return s->name ? s->name : "";
}

typedef enum ArrowSwept { NOT_SWEPT, SWEPT_PLAIN, SWEPT_OTHER } ArrowSwept; /* what the sweep said of a slice of views */

/* One column of an import; positions count rows of the struct array. */
typedef struct ArrowColumn ArrowColumn;
struct ArrowColumn {
    const char *name;
    Type type; /* of the batch's column */
    bool not_null;
    bool trusted;        /* texts are not looked at: ArrowTake */
    uint8_t code_layout; /* dictionary-encoded: layout of the codes */
    bool same_bytes;     /* the values of `format` are ours as they lie there */
    ArrowFormat format;
    const struct ArrowArray *array;
    const uint8_t *valid; /* NULL = no nulls */
    int64_t offset;       /* of row 0 in the buffers */
    Vec *dict;            /* dictionary, FLAT, owned; NULL = not dictionary-encoded */
    uint64_t *dict_valid; /* which entries are not null; NULL = all */
    Buffer *dict_valid_buf;
    _Atomic uint8_t swept; /* ArrowSwept, of the slice being taken; by pieces of a team at once */
    ArrowColumn *item;     /* of a list: its elements; of a struct: its n_items fields */
    uint32_t n_items;
};

/* Reads of the producer's memory, which need not be aligned. */
#define ARROW_LOAD(T, p, i)                                                                                                        \
    ({                                                                                                                             \
        T                                                                                                                          \
        load_v_;                                                                                                                   \
        memcpy(&load_v_, (const uint8_t *)(p) + (size_t)(i) * sizeof(T), sizeof(T));                                               \
        load_v_;                                                                                                                   \
    })

/* Which conversions an import makes beside the natural one: none that loses a value, save for the unit of timestamps. */
bool arrow_converts(const ArrowFormat *f, Type want);
/* Whether the producer's fixed-width values are ours as they lie there. */
bool arrow_same_bytes(const ArrowFormat *f, Type want);

/* Fills ret->data and its bytes with rows whose fields are the columns of `parts`, or with the labels of an ENUM's texts;
 * ret->valid is set. */
int arrow_pack_structs(Account *acct, const Vec *parts, Vec *ret, Err *err);
int arrow_pack_labels(Account *acct, const ArrowColumn *c, const Vec *texts, Vec *ret, Err *err);
/* Fills ret->data and its bytes with the lists of rows [start, start + ret->n), given their elements: those that the offsets of the
 * rows name, from `first` on.  ret->valid is set. */
int arrow_pack_lists(Account *acct, const ArrowColumn *c, int64_t start, const Vec *items, int64_t first, Vec *ret, Err *err);
/* Fills ret->data with binary values of fixed width. */
int arrow_pack_fixed(Account *acct, const ArrowColumn *c, int64_t start, Vec *ret, Err *err);
/* Fills ret->data, which is there, from a layout that is only read. */
int arrow_convert_values(const ArrowColumn *c, int64_t start, Vec *ret, Err *err);
/* The elements [*ret_first, *ret_first + *ret_n) of the rows, checked. */
int arrow_list_range(const ArrowColumn *c, int64_t start, uint32_t n_rows, int64_t *ret_first, uint32_t *ret_n, Err *err);
/* Offsets (v->n + 1) and elements of a FLAT vector of arrays or maps, owned; those of maps are rows of key and value. */
int arrow_unpack_lists(Account *acct, const char *name, const Vec *v, int32_t *offsets, Vec *ret_items, Err *err);
/* The fields of a FLAT vector of rows, owned, one vector each. */
int arrow_unpack_structs(Account *acct, const Vec *v, Vec *ret_parts, Err *err);
/* The texts of a FLAT vector of labels. */
int arrow_unpack_labels(Account *acct, const Vec *v, Vec *ret, Err *err);

/* Fills ret->data (views) and its string buffers with rows [start, start + ret->n) of a string column; ret->valid is set. */
/* Whether all views are sound and no longer than the type allows, and text is ASCII; false also where only a look row by row
 * could tell. */
bool arrow_views_are_plain(const ArrowColumn *c, const StrView *v, uint32_t n);
/* Whether no text has more bytes than the type allows characters. */
bool arrow_views_are_short(const ArrowColumn *c, const StrView *v, uint32_t n);
/* Has a team, when one can be had, look at the views of n rows of all columns; sets `swept` of each. */
void arrow_sweep_shared(const TeamLoan *loan, ArrowColumn *cols, uint32_t n_cols, int64_t start, uint32_t n);
bool arrow_bytes_are_ascii(const char *p, int64_t n);
int arrow_take_strings(Account *acct, Buffer *root, const ArrowColumn *c, int64_t start, Vec *ret, Err *err);
