/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the text families: slices that keep pointing at the argument's bytes, case mapping. */
#pragma once
#include "func/func_impl.h"
#include "func/like.h"

#define TEXT_RESULT_MAX ((size_t)64 << 20) /* of repeat, lpad, rpad, replace */

static inline bool text_is_ascii(Str s)
{
    return utf8_is_ascii(s.p, s.n);
}
static inline size_t text_length(Str s)
{
    return text_is_ascii(s) ? s.n : utf8_length(s.p, s.n);
}
static inline size_t text_offset(Str s, size_t k)
{
    return k >= s.n ? s.n : text_is_ascii(s) ? k : utf8_offset(s.p, s.n, k);
}

/* Texts of rows that are some among many lie apart: they are asked for some rows ahead. */
#define TEXT_ROWS_AHEAD 12u
static inline void text_ahead(const Vec *v, Rows rows, uint32_t i)
{
    if (rows.sel && i + TEXT_ROWS_AHEAD < rows.n) {
        const char *p = strview_ptr(v, (const StrView *)v->data + (rows.sel[i + TEXT_ROWS_AHEAD] & vec_mask(v)));
        __builtin_prefetch(p);
        __builtin_prefetch(p + 64);
    }
}

/* Up to STR_INLINE_MAX bytes, by words that may overlap: a call of memcpy takes longer. */
static inline void slice_copy(char *to, const char *p, size_t n)
{
    if (n >= 8) {
        memcpy(to, p, 8);
        memcpy(to + n - 4, p + n - 4, 4);
    } else if (n >= 4) {
        memcpy(to, p, 4);
        memcpy(to + n - 4, p + n - 4, 4);
    } else if (n > 0) {
        to[0] = p[0];
        to[n >> 1] = p[n >> 1];
        to[n - 1] = p[n - 1];
    }
}

/* The same of a text that goes on for so many bytes, without a branch on n: the bytes behind it are masked out. */
static inline void slice_copy_within(char *to, const char *p, size_t n)
{
    static const uint8_t mask[2 * STR_INLINE_MAX] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    uint64_t head, head_mask;
    uint32_t tail, tail_mask;
    memcpy(&head, p, sizeof(head));
    memcpy(&tail, p + sizeof(head), sizeof(tail));
    memcpy(&head_mask, mask + STR_INLINE_MAX - n, sizeof(head_mask));
    memcpy(&tail_mask, mask + STR_INLINE_MAX - n + sizeof(head_mask), sizeof(tail_mask));
    head &= head_mask;
    tail &= tail_mask;
    memcpy(to, &head, sizeof(head));
    memcpy(to + sizeof(head), &tail, sizeof(tail));
}

/* *d = bytes [from, from + n) of the text of *s, which is at `text`; its vector takes over the other's buffer list by
 * slices_finish. */
static inline void slice_set(StrView *d, const StrView *s, const char *text, size_t from, size_t n)
{
    const char *p = text + from;
    if (n > STR_INLINE_MAX) {
        strview_set(d, p, (uint32_t)n, s->ref.buf, s->ref.off + (int32_t)from);
        return;
    }
    if (likely(from + STR_INLINE_MAX <= (size_t)s->n)) {
        d->n = (int32_t)n;
        slice_copy_within(d->inlined, p, n);
        return;
    }
    *d = (StrView){.n = (int32_t)n};
    slice_copy(d->inlined, p, n);
}
/* Row of dst = bytes [from, from + n) of the row's text in v. */
static inline void slice_put(Vec *dst, uint32_t row, const Vec *v, size_t from, size_t n)
{
    const StrView *s = (const StrView *)v->data + (row & vec_mask(v));
    slice_set((StrView *)dst->data + row, s, strview_ptr(v, s), from, n);
}
static inline void slices_finish(Vec *dst, const Vec *v)
{
    dst->str_data = v->str_data;
    dst->n_str_bufs = v->n_str_bufs;
}

/* Of bytes, and of bit strings, whose digits they are as well. */
int bytes_substring(KERNEL_ARGS);
int bytes_overlay(KERNEL_ARGS);

typedef enum CaseMap { CASE_LOWER, CASE_UPPER, CASE_TITLE } CaseMap;
/* Maps s into out, which has room for CASE_ROOM(s.n) bytes (one byte may become at most three); returns the length. */
size_t text_map_case(Str s, CaseMap map, char *out);
#define CASE_ROOM(n) (3 * (n) + 8) /* and it writes whole words */

typedef struct Regex Regex;
/* Compiled with JIT where possible. flags: PostgreSQL's letters (i, n, m, s, x, c); -ERR_INVALID_REGEX with a message in err. */
int regex_compile(Arena *arena, Str pattern, Str flags, Regex **ret, Err *err);
typedef struct RegexRun RegexRun; /* one thread's working memory for matches; from an arena */
RegexRun *regex_run_new(Arena *arena);
/* A text that each match of the pattern, of no flags, has in it; its length, 0 = none is known. out: room for 2 * pattern.n bytes.
 * *ret_before: a match begins at most so many bytes before it. */
#define REGEX_ANYWHERE SIZE_MAX
size_t regex_need(Str pattern, char *out, size_t *ret_before);
uint32_t regex_groups(const Regex *re); /* number of its groups */

/* ---- regular expressions that are simple (regex_simple.c) ---- */

#define REGEX_GROUPS_MAX 10u /* the match and \1..\9 */
#define REGEX_NOT_SIMPLE 2
typedef enum RegexItemKind {
    REGEX_LITERAL,
    REGEX_CHOICE,   /* the next `number` items are alternatives: literals or starts */
    REGEX_ONE,      /* a character of class `number` */
    REGEX_RUN,      /* as many as there are */
    REGEX_RUN_SOME, /* as many as there are, at least one */
    REGEX_START,
    REGEX_END,
    REGEX_OPEN, /* group `number` */
    REGEX_CLOSE,
} RegexItemKind;
typedef struct RegexItem {
    Str text;
    uint8_t kind, number;
} RegexItem;
typedef struct RegexClass {
    uint64_t bits[4]; /* by byte; one that is negated has all that are not ASCII */
    int only;         /* the one byte that a negated one has not, -1 = there are several */
    bool negated;
} RegexClass;
typedef struct RegexSimple {
    char *bytes; /* of literals */
    uint16_t n_items, n_classes, n_groups;
    RegexItem item[16];
    RegexClass classes[4];
} RegexSimple;
/* Whether the pattern, of no flags, is simple. room: for pattern.n bytes, which stay. */
bool regex_simple_read(Str pattern, char *room, RegexSimple *ret);
/* From `from` on, of a text with `need` at `at`, which begins at most `before` bytes behind the begin of a match.  1, 0, or
 * REGEX_NOT_SIMPLE. span: pairs of offsets for the match and the groups. */
int regex_simple_match(const RegexSimple *s, Str need, size_t before, Str text, size_t at, size_t from, size_t *span);

/* Appends `with`: \1..\9 are groups of the match in s, \& the match, \\ a backslash. */
void regex_put_replacement(StrBuf *b, Str with, Str s, const size_t *span, uint32_t n_spans);
/* 1 = match, 0 = none, or -ERR_PROGRAM_LIMIT (match limit), -ERR_CHARACTER_NOT_IN_REPERTOIRE, -ERR_OUT_OF_MEMORY. ret_span: pairs
 * of offsets of the match and its groups, valid until the next call; ret_n: pairs. */
int regex_match(const Regex *re, RegexRun *run, Str text, size_t from, const size_t **ret_span, uint32_t *ret_n);
/* The same of a text that a call before has found to be UTF-8: to look at all of it for each of its matches would take too long. */
int regex_match_next(const Regex *re, RegexRun *run, Str text, size_t from, const size_t **ret_span, uint32_t *ret_n);
