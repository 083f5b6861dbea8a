/* SPDX-License-Identifier: Apache-2.0
 *
 * One look over all string views of a column.  Nearly every column that is pushed has sound views of ASCII text, and to find that
 * out by columns costs a fraction of what it costs by strings: lengths, paddings and bounds are gathered without a branch per row,
 * and the bytes that the views name are read as one run where they lie close together.
 *
 * A team looks at a part of the rows each, of all columns: one column of long texts may be nearly all there is to look at.
 *
 * The sweep may say no to a column that is right (not ASCII, scattered, nulls over rubbish).  Who asks then goes row by row, which
 * is also where what is wrong gets its words. */
#include "data/arrow_impl.h"

#define SWEEP_BUFFERS 8   /* more: row by row */
#define SWEEP_SLACK 4096u /* bytes between the strings that may be read for nothing, besides as many as they have themselves */
#define SWEEP_BLOCK 16u   /* views that are judged together, when they are alike */
#define SWEEP_SINGLE 8u   /* judged one by one after a block that was not */

#define ASCII_BLOCK 256u  /* bytes */
#define ASCII_AHEAD 2048u /* bytes */

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* The bits of an inlined view's two words that are padding behind n bytes; the length is the low half of the head. */
#define ONES UINT64_C(0xFFFFFFFFFFFFFFFF)
static const struct {
    uint64_t head, tail;
} padding[STR_INLINE_MAX + 1] = {{ONES << 32, ONES},
                                 {ONES << 40, ONES},
                                 {ONES << 48, ONES},
                                 {ONES << 56, ONES},
                                 {0, ONES},
                                 {0, ONES << 8},
                                 {0, ONES << 16},
                                 {0, ONES << 24},
                                 {0, ONES << 32},
                                 {0, ONES << 40},
                                 {0, ONES << 48},
                                 {0, ONES << 56},
                                 {0, 0}};

/* What the views so far take of one buffer. */
typedef struct Extent {
    int64_t low, high, sum;
} Extent;

/* Strings that lie behind each other, as those of a column mostly do: only where they begin and end has to be looked at. */
typedef struct Run {
    uint64_t next; /* the second word of a view that goes on with it: buffer, offset */
    int64_t from, to;
} Run;

/* Texts come from memory that nobody has looked at lately: what is read next is asked for ahead, also across the ends of pages,
 * where the machine's own guess stops. */
VECTOR_CLONES static bool is_ascii_run(const uint8_t *p, size_t n)
{
    uint8_t seen = 0;
    size_t i = 0;
    for (; i + ASCII_BLOCK <= n; i += ASCII_BLOCK) {
        for (size_t line = 0; line < ASCII_BLOCK; line += 64)
            __builtin_prefetch(p + i + line + ASCII_AHEAD);
        for (size_t k = 0; k < ASCII_BLOCK; k++)
            seen |= p[i + k];
    }
    for (; i < n; i++)
        seen |= p[i];
    return seen < 0x80;
}

static inline uint64_t place_of(const StrView *v)
{
    uint64_t place;
    memcpy(&place, &v->ref.buf, sizeof(place));
    return place;
}

static bool end_run(const ArrowColumn *c, const Run *r, Extent *of_buffer)
{
    int64_t n_bufs = c->array->n_buffers - 3, buf = (int32_t)r->next;
    if (r->to == r->from)
        return true;
    if (buf < 0 || buf >= n_bufs || r->from < 0 || r->to > INT32_MAX ||
        r->to > ARROW_LOAD(int64_t, c->array->buffers[c->array->n_buffers - 1], buf))
        return false;
    Extent *e = &of_buffer[buf];
    e->low = MIN(e->low, r->from);
    e->high = MAX(e->high, r->to);
    e->sum += r->to - r->from;
    return true;
}

/* Two views at a time, as bytes and as words. */
typedef uint8_t Bytes2 __attribute__((vector_size(2 * sizeof(StrView)), aligned(8)));
typedef uint32_t Words2 __attribute__((vector_size(2 * sizeof(StrView)), aligned(8)));
typedef int32_t Signed2 __attribute__((vector_size(2 * sizeof(StrView)), aligned(8)));
#define BOTH(...)                                                                                                                  \
    {                                                                                                                              \
        __VA_ARGS__, __VA_ARGS__                                                                                                   \
    }

static inline bool is_zero(const void *two)
{
    uint64_t word[2 * sizeof(StrView) / sizeof(uint64_t)];
    memcpy(word, two, sizeof(word));
    return (word[0] | word[1] | word[2] | word[3]) == 0;
}

/* A block of inlined views without stray bits; high: those that no byte of a string may have. */
VECTOR_CLONES static bool are_inlined(const StrView *v, uint8_t high)
{
    const Bytes2 at = BOTH(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const Bytes2 never = BOTH(0, 255, 255, 255, high, high, high, high, high, high, high, high, high, high, high, high);
    Bytes2 bad = {0};
    for (uint32_t i = 0; i < SWEEP_BLOCK; i += 2) {
        Bytes2 two;
        memcpy(&two, &v[i], sizeof(two));
        Bytes2 len = __builtin_shufflevector(two, two, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 16, 16, 16, 16, 16, 16,
                                             16, 16, 16, 16, 16, 16, 16, 16, 16);
        bad |= (two & never) | (two & (Bytes2)(at > len + 3)) | (Bytes2)(len > STR_INLINE_MAX);
    }
    return is_zero(&bad);
}

/* A block of views of long strings each of which lies behind the one before it, the first behind that of v[-1]. */
VECTOR_CLONES static bool are_a_run(const StrView *v)
{
    const Words2 zero = {0}, place = BOTH(0, 0, ~0u, ~0u), offset = BOTH(0, 0, 0, ~0u), shortest = BOTH(STR_INLINE_MAX, 0, 0, 0);
    const Words2 signs = BOTH(~0u, 0, 0, ~0u);
    Words2 bad = zero;
    for (int32_t i = 0; i < (int32_t)SWEEP_BLOCK; i += 2) {
        Words2 two, before; /* length, prefix, buffer, offset */
        memcpy(&two, &v[i], sizeof(two));
        memcpy(&before, &v[i - 1], sizeof(before));
        Words2 next = before + __builtin_shufflevector(before, zero, 8, 8, 8, 0, 8, 8, 8, 4);
        Words2 more_than = (before & offset) | shortest;
        bad |= (Words2)(two != next) & place;
        bad |= (Words2)((Signed2)two <= (Signed2)more_than) & signs;
    }
    return is_zero(&bad);
}

static inline void run_to(Run *r, const StrView *last)
{
    r->next = place_of(last) + ((uint64_t)(uint32_t)last->n << 32);
    r->to = (int64_t)last->ref.off + last->n;
}

static bool gather(const ArrowColumn *c, const StrView *v, uint32_t n, Extent *of_buffer)
{
    uint64_t stray = 0, high = c->type.id == T_BYTEA ? 0 : HIGH_BITS;
    Run run = {0};
    for (uint32_t i = 0, to; i < n;) {
        bool is_long = i > 0 && v[i - 1].n > STR_INLINE_MAX;
        if (n - i >= SWEEP_BLOCK && (is_long ? are_a_run(&v[i]) : are_inlined(&v[i], (uint8_t)high))) {
            i += SWEEP_BLOCK;
            if (is_long)
                run_to(&run, &v[i - 1]);
            continue;
        }
        for (to = MIN(n, i + SWEEP_SINGLE); i < to; i++) {
            int32_t len = v[i].n;
            if ((uint32_t)len <= STR_INLINE_MAX) {
                uint64_t word[2];
                memcpy(word, &v[i], sizeof(word));
                stray |= (word[0] & padding[len].head) | (word[1] & padding[len].tail) | ((word[0] | word[1]) & high);
                continue;
            }
            if (unlikely(place_of(&v[i]) != run.next || run.to == run.from)) {
                if (!end_run(c, &run, of_buffer))
                    return false;
                run = (Run){place_of(&v[i]), v[i].ref.off, v[i].ref.off};
            }
            stray |= (uint64_t)((uint32_t)len >> 31); /* negative */
            run.next += (uint64_t)(uint32_t)len << 32;
            run.to += len;
        }
    }
    return stray == 0 && end_run(c, &run, of_buffer);
}

bool arrow_views_are_short(const ArrowColumn *c, const StrView *v, uint32_t n)
{
    uint32_t longest = 0;
    for (uint32_t i = 0; i < n && c->type.length; i++)
        longest = MAX(longest, (uint32_t)v[i].n);
    return longest <= c->type.length || !c->type.length;
}

bool arrow_views_are_plain(const ArrowColumn *c, const StrView *v, uint32_t n)
{
    int64_t n_bufs = c->array->n_buffers - 3;
    Extent of_buffer[SWEEP_BUFFERS];
    if (n_bufs > SWEEP_BUFFERS)
        return false;
    for (int64_t i = 0; i < n_bufs; i++)
        of_buffer[i] = (Extent){INT64_MAX, 0, 0};
    if (!gather(c, v, n, of_buffer))
        return false;
    for (int64_t i = 0; i < n_bufs && c->type.id != T_BYTEA; i++) {
        const Extent *e = &of_buffer[i];
        if (e->sum > 0 && (e->high - e->low > 2 * e->sum + SWEEP_SLACK ||
                           !is_ascii_run((const uint8_t *)c->array->buffers[2 + i] + e->low, (size_t)(e->high - e->low))))
            return false;
    }
    return arrow_views_are_short(c, v, n);
}

bool arrow_bytes_are_ascii(const char *p, int64_t n)
{
    return n == 0 || is_ascii_run((const uint8_t *)p, (size_t)n);
}

/* ---- by a team ---- */

typedef struct Sweep {
    ArrowColumn *cols;
    uint32_t n_cols, n_rows, n_pieces;
    int64_t start;
} Sweep;

static const StrView *views_at(const ArrowColumn *c, int64_t row)
{
    return (const StrView *)c->array->buffers[1] + c->offset + row;
}

static bool is_for_team(const ArrowColumn *c)
{
    return !c->dict && c->format.layout == LAYOUT_VIEW && type_is_string((TypeId)c->type.id) && !type_is_json(c->type.id) &&
           (uintptr_t)c->array->buffers[1] % 8 == 0;
}

/* A share in one piece: smaller ones that are taken by whoever has time lose more by beginning anew than they win. */
static void sweep_piece(void *self, uint32_t piece)
{
    const Sweep *s = self;
    uint32_t from, n = team_share(s->n_rows, s->n_pieces, piece, &from);
    for (uint32_t i = 0; i < s->n_cols && n > 0; i++) {
        ArrowColumn *c = &s->cols[i];
        if (is_for_team(c) && !arrow_views_are_plain(c, views_at(c, s->start + from), n))
            atomic_store_explicit(&c->swept, SWEPT_OTHER, memory_order_relaxed);
    }
}

void arrow_sweep_shared(const TeamLoan *loan, ArrowColumn *cols, uint32_t n_cols, int64_t start, uint32_t n)
{
    bool any = false;
    for (uint32_t i = 0; i < n_cols; i++)
        any |= is_for_team(&cols[i]);
    Team *team = any ? loan->take(loan->self, n) : NULL;
    for (uint32_t i = 0; i < n_cols; i++)
        atomic_store_explicit(&cols[i].swept, team && is_for_team(&cols[i]) ? SWEPT_PLAIN : NOT_SWEPT, memory_order_relaxed);
    if (!team)
        return;
    Sweep s = {.cols = cols, .n_cols = n_cols, .n_rows = n, .n_pieces = team->n_threads, .start = start};
    team->run(team, s.n_pieces, (1u << s.n_pieces) - 1, sweep_piece, &s);
    loan->give_back(loan->self);
}
