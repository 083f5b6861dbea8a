/* SPDX-License-Identifier: Apache-2.0
 *
 * Kernels of one purpose: each query of Nexmark written by hand, over the arrays that `laminar bench nexmark` pushes.  They say
 * what this machine allows, so that a ratio can be told where absolute figures of another machine say little.
 *
 * What holds for all of them:
 * - They take arrays of at most 1,024 rows as they come, texts as Arrow string views, and write changes (columns and a weight)
 *   into `Out`, which hands up to 1,024 of them over by a call.  A query whose results change gives, after each array, the row
 *   before and the row now of each result that the array has changed, as the database does.
 * - Columns that go on as they are are handed over where they lie; texts of rows that are kept are copied, because the arrays go
 * back to the producer.  The clock of a table, its greatest event time, is found out for each array.
 * - Keys are found by open addressing, in tables that grow by doubling; memory for them is there before the clock starts.
 * - They know the types, that there are no NULLs, that the ids of persons and auctions are unique and not INT64_MIN, and that the
 *   rows of a table come in the order of event time, and use that.  They do not check for overflow, write no checkpoint, answer to
 *   nobody else.
 *
 * tests/nexmark/limits.py compares the sums of their changes with the answers of the database. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef __int128 i128;
#define INLINE static inline __attribute__((always_inline))
#define BATCH 1024 /* rows of an array at most */
#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

/* ---- texts ---- */

typedef union View { /* of Arrow's layout */
    struct {
        uint32_t n;
        char inlined[12]; /* up to 12 bytes, zeros behind them */
    };
    struct {
        uint32_t length;
        char prefix[4];
        uint32_t buffer, offset;
    };
    uint64_t word[2];
} View;

typedef struct Texts {
    const View *view;
    const char *const *buffer;
} Texts;

INLINE const char *view_text(const View *v, const char *const *buffer)
{
    return v->n <= sizeof(v->inlined) ? v->inlined : buffer[v->buffer] + v->offset;
}

INLINE View view_of(const char *text, uint32_t n) /* at most 12 bytes */
{
    View v = {.n = n};
    memcpy(v.inlined, text, n);
    return v;
}

/* ---- events ---- */

typedef struct Persons {
    uint32_t n;
    const int64_t *id, *time;
    Texts name, city, state;
} Persons;

typedef struct Auctions {
    uint32_t n;
    const int64_t *id, *initial_bid, *reserve, *time, *expires, *seller, *category;
    Texts item_name, description, extra;
} Auctions;

typedef struct Bids {
    uint32_t n;
    const int64_t *auction, *bidder, *price, *time;
    Texts channel, url, extra;
} Bids;

/* ---- memory: one region, touched before the clock starts, never given back ---- */

typedef struct Memory {
    char *base;
    size_t used, size;     /* at most 4 GiB, so that offsets of views reach all of it */
    const char *buffer[1]; /* of kept texts: the region */
} Memory;
extern Memory memory;

void memory_begin(size_t bytes);       /* a new region, of zeros */
void *memory_more(size_t bytes);       /* ends the program: the region is full */
INLINE void *memory_take(size_t bytes) /* zeros, aligned to lines */
{
    size_t at = (memory.used + 63) & ~(size_t)63;
    if (at + bytes > memory.size)
        return memory_more(bytes);
    memory.used = at + bytes;
    return memory.base + at;
}

INLINE uint32_t memory_row(size_t bytes) /* where a row of zeros lies; never 0 */
{
    size_t at = (memory.used + 7) & ~(size_t)7;
    if (at + bytes > memory.size)
        memory_more(bytes);
    memory.used = at + bytes;
    return (uint32_t)at;
}

INLINE void *row_at(uint32_t at)
{
    return memory.base + at;
}

INLINE void copy_text(char *to, const char *from, uint32_t n) /* n > 12 */
{
    if (n < 16) {
        memcpy(to, from, 8);
        memcpy(to + n - 8, from + n - 8, 8);
        return;
    }
    for (uint32_t i = 0; i + 16 < n; i += 16)
        memcpy(to + i, from + i, 16);
    memcpy(to + n - 16, from + n - 16, 16);
}

/* A text of an array, kept in the region. */
INLINE View keep_view(View v, const char *const *buffer)
{
    if (v.n <= sizeof(v.inlined))
        return v;
    if (memory.used + v.n > memory.size)
        memory_more(v.n);
    copy_text(memory.base + memory.used, buffer[v.buffer] + v.offset, v.n);
    v.buffer = 0;
    v.offset = (uint32_t)memory.used;
    memory.used += v.n;
    return v;
}

INLINE View keep_text(Texts from, uint32_t i)
{
    return keep_view(from.view[i], from.buffer);
}

#define AHEAD 8 /* rows for whose texts is asked before they are read */
INLINE void announce_text(Texts t, uint32_t i)
{
    const View *v = &t.view[i];
    if (v->n > sizeof(v->inlined)) {
        const char *text = t.buffer[v->buffer] + v->offset;
        __builtin_prefetch(text);
        __builtin_prefetch(text + v->n - 1);
    }
}

/* Asks for an array's column: the processor's own guesses end with each page. */
INLINE void announce_column(const void *column, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += 64)
        __builtin_prefetch((const char *)column + at);
}

/* ---- changes ---- */

#define OUT_ROWS 1024
#define OUT_CHANGES 256 /* rows that are written one by one are handed over when there are so many: they stay in the cache */
#define OUT_COLUMNS 17
#define OUT_COLUMN_BYTES (OUT_ROWS * 16 + 3 * 64) /* else the same row of all columns would be in one set of the cache */
typedef struct Out {
    uint32_t n;
    int8_t weight[OUT_ROWS];
    const char *const *buffer[OUT_COLUMNS]; /* of views */
    const void *whole[OUT_COLUMNS];         /* a column that goes on as it is, where it lies */
    char column[OUT_COLUMNS][OUT_COLUMN_BYTES] __attribute__((aligned(64)));
} Out;
extern Out out;
extern void (*out_deliver)(void); /* takes what is there */

#define OUT(type, c) ((type *)(void *)out.column[c])
INLINE uint32_t out_row(int8_t weight)
{
    if (out.n == OUT_CHANGES)
        out_deliver();
    out.weight[out.n] = weight;
    return out.n++;
}

/* n rows of weight 1 that are written already, or go on as they are. */
INLINE void out_all(uint32_t n)
{
    memset(out.weight, 1, n);
    out.n = n;
}

INLINE void out_whole(uint32_t c, const void *values)
{
    out.whole[c] = values;
}

INLINE void out_whole_texts(uint32_t c, Texts t)
{
    out.whole[c] = t.view;
    out.buffer[c] = t.buffer;
}

/* ---- tables: slots that begin with a 64-bit key, INT64_MIN where there is none ---- */

typedef struct Table {
    char *slot;
    uint32_t bits, n;
} Table;

INLINE uint64_t hash_of(int64_t key)
{
    return (uint64_t)key * UINT64_C(0x9e3779b97f4a7c15);
}

INLINE int64_t *table_slot(const Table *t, size_t i, size_t bytes)
{
    return (int64_t *)(void *)(t->slot + i * bytes);
}

INLINE size_t table_home(const Table *t, int64_t key)
{
    return hash_of(key) >> (64 - t->bits);
}

INLINE void table_make(Table *t, uint32_t bits, size_t bytes)
{
    *t = (Table){memory_take(bytes << bits), bits, 0};
    for (size_t i = 0; i < (size_t)1 << bits; i++)
        *table_slot(t, i, bytes) = INT64_MIN;
}

/* The slot of the key, or the empty one where it belongs. */
INLINE void *table_find(const Table *t, int64_t key, size_t bytes)
{
    size_t i = table_home(t, key), mask = ((size_t)1 << t->bits) - 1;
    int64_t *s = table_slot(t, i, bytes);
    while (*s != key && *s != INT64_MIN)
        s = table_slot(t, i = (i + 1) & mask, bytes);
    return s;
}

INLINE bool slot_empty(const void *slot)
{
    return *(const int64_t *)slot == INT64_MIN;
}

/* Room for n more keys: slots do not move before that many have come. */
INLINE void table_reserve(Table *t, uint32_t n, size_t bytes)
{
    if ((t->n + n) * UINT64_C(8) <= (UINT64_C(5) << t->bits))
        return;
    Table old = *t;
    table_make(t, old.bits + 1, bytes);
    t->n = old.n;
    for (size_t i = 0; i < (size_t)1 << old.bits; i++)
        if (!slot_empty(table_slot(&old, i, bytes)))
            memcpy(table_find(t, *table_slot(&old, i, bytes), bytes), table_slot(&old, i, bytes), bytes);
}

/* Asks for the slots of the keys of an array. */
INLINE void table_announce(const Table *t, const int64_t *key, uint32_t n, size_t bytes)
{
    if ((bytes << t->bits) > 16384)
        for (uint32_t i = 0; i < n; i++)
            __builtin_prefetch(table_slot(t, table_home(t, key[i]), bytes), 1);
}

/* ---- time ---- */

typedef struct DayText { /* 'YYYY-MM-DD' of the day asked for last */
    int64_t day;
    View text;
} DayText;
View day_text(int64_t day);                                                    /* since 1970 */
int64_t clock_us(void);                                                        /* of the wall */
bool times_within(const int64_t *time, uint32_t n, int64_t from, int64_t end); /* all of them in [from, end) */
/* How many of the first rows from `from` on have the time unit of the first of them. */
uint32_t same_unit(const int64_t *time, uint32_t from, uint32_t n, int64_t unit);

/* ---- the kernels ---- */

enum { /* the columns of a bid, by their place; its time is always looked at */
       OF_AUCTION = 1,
       OF_BIDDER = 2,
       OF_PRICE = 4,
       OF_CHANNEL = 8,
       OF_URL = 16,
       OF_EXTRA = 64,
       OF_INTEGERS = 39,
       OF_ALL = 127
};
typedef struct Kernel {
    const char *query;
    const char *types;    /* of the columns: i int64, w time, f double, e thousandths of 128 bits, t text */
    uint32_t event_bytes; /* of the region, for each event of all three tables */
    uint32_t reads, some; /* columns of a bid of which each row is looked at; of which some are.  Others are NULL, or handed on. */
    void (*start)(void);  /* not on the clock */
    void (*bids)(const Bids *);
    void (*auctions)(const Auctions *);
    void (*persons)(const Persons *);
    void (*finish)(void); /* gives what waits for its window to close; not on the clock; NULL = nothing does */
} Kernel;

extern const Kernel kernel_q0, kernel_q1, kernel_q2, kernel_q13, kernel_q14, kernel_q21, kernel_q22; /* pass.c */
extern const Kernel kernel_q3, kernel_q8, kernel_q20;                                                /* joins.c */
extern const Kernel kernel_q4, kernel_q6, kernel_q9;                                                 /* auctions.c */
extern const Kernel kernel_q5, kernel_q7, kernel_q11, kernel_q12;                                    /* windows.c */
extern const Kernel kernel_q15, kernel_q16, kernel_q17;                                              /* days.c */
extern const Kernel kernel_q18, kernel_q19;                                                          /* ranks.c */
