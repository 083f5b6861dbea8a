/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions by PCRE2.  The working memory of compilation and matching comes from arenas.  JIT code cannot: it lives in
 * executable pages that must be freed one by one, and plans are arenas that are dropped whole.  So compiled patterns live in a
 * table of the process that only grows, up to REGEX_SLOTS patterns; equal patterns share one code, which is immutable and matched
 * by all threads. A pattern that finds the table full is interpreted from its plan's arena.  Every match has a limit, so that a
 * pattern that backtracks without end is an error of its row. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "func/text_impl.h"

#include <ctype.h>
#include <pcre2.h>
#include <stdatomic.h>

#include "base/find.h"
#include "base/hash.h"

#define REGEX_SLOTS 1024u
#define MATCH_LIMIT 1000000u
#define DEPTH_LIMIT 10000u

struct Regex {
    Str pattern, need; /* need: stands in each text that matches; empty when none is known */
    size_t before;     /* bytes between the begin of a match and the text, at most */
    uint32_t options;
    bool is_native; /* compiled to machine code */
    bool is_simple; /* and has a `need` at a known distance */
    pcre2_code *code;
    RegexSimple simple;
};
struct RegexRun {
    pcre2_match_data *data;
    pcre2_match_context *limits;
    size_t span[2 * REGEX_GROUPS_MAX]; /* of a simple one's match */
};

static _Atomic(Regex *) table[REGEX_SLOTS];

static void *arena_malloc(size_t n, void *arena)
{
    return arena_alloc(arena, n);
}
static void arena_no_free(void *p, void *arena)
{
    (void)p, (void)arena;
}

/* Sizes are not told when memory is freed, so each block carries its own. */
#define BLOCK_HEADER 16u
static void *heap_malloc(size_t n, void *self)
{
    (void)self;
    uint8_t *p = mem_alloc(NULL, n + BLOCK_HEADER);
    if (!p)
        return NULL;
    *(size_t *)p = n;
    return p + BLOCK_HEADER;
}
static void heap_free(void *p, void *self)
{
    (void)self;
    if (p)
        mem_free(NULL, (uint8_t *)p - BLOCK_HEADER, *(size_t *)((uint8_t *)p - BLOCK_HEADER) + BLOCK_HEADER);
}

/* PostgreSQL's letters; false: no such letter. */
static bool apply_option(char letter, uint32_t *options)
{
    switch (letter) {
    case 'i': *options |= PCRE2_CASELESS; return true;
    case 'c': *options &= ~PCRE2_CASELESS; return true;
    case 'n':
    case 'm': *options = (*options | PCRE2_MULTILINE) & ~PCRE2_DOTALL; return true;
    case 'p': *options &= ~(PCRE2_MULTILINE | PCRE2_DOTALL); return true;
    case 'w': *options |= PCRE2_MULTILINE | PCRE2_DOTALL; return true;
    case 's': *options = (*options | PCRE2_DOTALL) & ~PCRE2_MULTILINE; return true;
    case 'x': *options |= PCRE2_EXTENDED; return true;
    case 't': *options &= ~PCRE2_EXTENDED; return true;
    case 'q': *options = PCRE2_LITERAL | (*options & (PCRE2_UTF | PCRE2_CASELESS)); return true;
    default: return false;
    }
}

static int options_of(Str flags, uint32_t *ret, Err *err)
{
    *ret = PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_DOTALL;
    for (size_t i = 0; i < flags.n; i++)
        if (flags.p[i] != 'g' && !apply_option(flags.p[i], ret)) /* g is the caller's */
            return RAISE(err, ERR_INVALID_PARAMETER, "invalid regular expression option: \"%c\"", flags.p[i]);
    return 0;
}

/* The same letters in front of a pattern, (?n)^a, which mean something else to PCRE. */
static void take_embedded(Str *pattern, uint32_t *options)
{
    uint32_t changed = *options;
    size_t i = 2;
    if (!str_starts(*pattern, STR("(?")))
        return;
    while (i < pattern->n && apply_option(pattern->p[i], &changed))
        i++;
    if (i == 2 || i == pattern->n || pattern->p[i] != ')')
        return;
    *options = changed;
    *pattern = (Str){pattern->p + i + 1, pattern->n - i - 1};
}

static int compile_with(pcre2_general_context *memory, Str pattern, uint32_t options, pcre2_code **ret, Err *err)
{
    int code;
    size_t offset;
    char message[128];
    pcre2_compile_context *context = pcre2_compile_context_create(memory);
    if (!context)
        return RAISE_NOMEM(err);
    *ret = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, options, &code, &offset, context);
    pcre2_compile_context_free(context);
    if (*ret)
        return 0;
    if (pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof(message)) < 0)
        message[0] = '\0';
    return RAISE(err, ERR_INVALID_REGEX, "invalid regular expression: %s at byte %zu", message, offset);
}

/* room: for 3 * pattern.n bytes, which stay. */
static void find_need(Regex *re, char *room)
{
    re->need = (Str){0};
    re->is_simple = false;
    if (re->options & PCRE2_LITERAL) {
        re->need = re->options & PCRE2_CASELESS ? re->need : re->pattern;
    } else if (!(re->options & (PCRE2_CASELESS | PCRE2_EXTENDED))) {
        re->need = (Str){room, regex_need(re->pattern, room, &re->before)};
        re->is_simple = re->need.n && re->before != REGEX_ANYWHERE && !(re->options & PCRE2_MULTILINE) &&
                        regex_simple_read(re->pattern, room + 2 * re->pattern.n, &re->simple);
    }
}

/* A code of the process's table, or NULL when it is full (or memory is). */
static Regex *shared_regex(Str pattern, uint32_t options)
{
    uint64_t hash = hash_combine(hash_bytes(pattern.p, pattern.n), options);
    pcre2_general_context *memory = NULL;
    Regex *made = NULL;
    for (uint32_t probe = 0; probe < 16; probe++) {
        _Atomic(Regex *) *slot = &table[(hash + probe) % REGEX_SLOTS];
        Regex *there = atomic_load_explicit(slot, memory_order_acquire);
        if (!there) {
            memory = pcre2_general_context_create(heap_malloc, heap_free, NULL);
            made = memory ? heap_malloc(sizeof(Regex) + 4 * pattern.n, NULL) : NULL;
            if (!made || compile_with(memory, pattern, options, &made->code, NULL) < 0)
                break;
            memcpy(made + 1, pattern.p ? pattern.p : "", pattern.n);
            made->pattern = (Str){(const char *)(made + 1), pattern.n};
            made->before = 0;
            made->options = options;
            find_need(made, (char *)(made + 1) + pattern.n);
            made->is_native = pcre2_jit_compile(made->code, PCRE2_JIT_COMPLETE) == 0; /* without it matches are interpreted */
            pcre2_general_context_free(memory);
            memory = NULL;
            if (atomic_compare_exchange_strong_explicit(slot, &there, made, memory_order_acq_rel, memory_order_acquire))
                return made;
            pcre2_code_free(made->code);
            heap_free(made, NULL);
            made = NULL;
        }
        if (there->options == options && str_eq(there->pattern, pattern))
            return there;
    }
    if (memory)
        pcre2_general_context_free(memory);
    heap_free(made, NULL);
    return NULL;
}

/* \uwxyz and \Ustuvwxyz, a character by four or eight digits, as \x{..}; how many bytes it is written with, 0 = it is none. */
static size_t put_character(StrBuf *b, Str s)
{
    size_t n = s.n > 1 && s.p[1] == 'u' ? 4 : s.n > 1 && s.p[1] == 'U' ? 8 : 0;
    if (n == 0 || s.n < 2 + n)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (!isxdigit((unsigned char)s.p[2 + i]))
            return 0;
    sb_printf(b, "\\x{%.*s}", (int)n, s.p + 2);
    return 2 + n;
}

/* What PostgreSQL writes otherwise: the ends of words \m, \M, \y, \Y, the end \Z, and the prefixes ***: and ***=.  Words are of the
 * letters of every script, but \d is a digit of ASCII. */
static int translate(Arena *arena, Str *pattern, uint32_t *options, Err *err)
{
    static const struct {
        char letter;
        const char *text;
    } escapes[] = {{'m', "\\b(?=\\w)"}, {'M', "\\b(?<=\\w)"}, {'y', "\\b"},   {'Y', "\\B"},
                   {'Z', "\\z"},        {'d', "[0-9]"},       {'D', "[^0-9]"}};
    _cleanup_(sb_done) StrBuf b;
    bool changed = false, in_class = false;
    sb_init(&b, arena->acct);
    if (str_starts(*pattern, STR("***=")))
        *options = PCRE2_LITERAL | (*options & (PCRE2_UTF | PCRE2_CASELESS));
    if (str_starts(*pattern, STR("***=")) || str_starts(*pattern, STR("***:")))
        *pattern = (Str){pattern->p + 4, pattern->n - 4};
    if (!(*options & PCRE2_LITERAL))
        take_embedded(pattern, options);
    if (*options & PCRE2_LITERAL || !pattern->n || !memchr(pattern->p, '\\', pattern->n))
        return 0;
    for (size_t i = 0; i < pattern->n; i++) {
        char c = pattern->p[i], next = i + 1 < pattern->n ? pattern->p[i + 1] : 0;
        const char *instead = NULL;
        in_class = c == '[' || (in_class && c != ']');
        if (c == '\\' && in_class && next == 'd')
            instead = "0-9";
        size_t character = c == '\\' ? put_character(&b, (Str){pattern->p + i, pattern->n - i}) : 0;
        if (character) {
            changed = true;
            i += character - 1;
            continue;
        }
        for (size_t k = 0; c == '\\' && !in_class && k < ARRAY_LEN(escapes); k++)
            instead = escapes[k].letter == next ? escapes[k].text : instead;
        if (instead) {
            sb_puts(&b, instead);
            changed = true;
            i++;
            continue;
        }
        sb_putc(&b, c);
        if (c == '\\' && next) {
            sb_putc(&b, next);
            i++;
        }
    }
    const char *made = changed && !b.failed ? arena_strndup(arena, sb_cstr(&b), b.n) : NULL;
    if (changed && !made)
        return RAISE_NOMEM(err);
    if (changed)
        *pattern = (Str){made, b.n};
    return 0;
}

/* One that finds the table full. */
static int own_regex(Arena *arena, Str pattern, uint32_t options, Regex **ret, Err *err)
{
    pcre2_general_context *memory = pcre2_general_context_create(arena_malloc, arena_no_free, arena);
    Regex *re = ARENA_NEW(arena, Regex);
    char *room = arena_alloc(arena, 3 * pattern.n + 1);
    const char *copy = arena_strndup(arena, pattern.p ? pattern.p : "", pattern.n);
    if (!memory || !re || !room || !copy)
        return RAISE_NOMEM(err);
    TRY(compile_with(memory, pattern, options, &re->code, err));
    re->pattern = (Str){copy, pattern.n};
    re->options = options;
    find_need(re, room);
    *ret = re;
    return 0;
}

int regex_compile(Arena *arena, Str pattern, Str flags, Regex **ret, Err *err)
{
    uint32_t options = 0;
    TRY(options_of(flags, &options, err));
    TRY(translate(arena, &pattern, &options, err));
    Regex *re = shared_regex(pattern, options);
    if (!re)
        return own_regex(arena, pattern, options, ret, err);
    *ret = re;
    return 0;
}

uint32_t regex_groups(const Regex *re)
{
    uint32_t n = 0;
    (void)pcre2_pattern_info(re->code, PCRE2_INFO_CAPTURECOUNT, &n);
    return n;
}

RegexRun *regex_run_new(Arena *arena)
{
    pcre2_general_context *memory = pcre2_general_context_create(arena_malloc, arena_no_free, arena);
    RegexRun *run = ARENA_NEW(arena, RegexRun);
    if (!memory || !run)
        return NULL;
    run->data = pcre2_match_data_create(REGEX_GROUPS_MAX, memory);
    run->limits = pcre2_match_context_create(memory);
    if (!run->data || !run->limits)
        return NULL;
    pcre2_set_match_limit(run->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(run->limits, DEPTH_LIMIT);
    return run;
}

/* Where the text that a match must have is, at or behind `from`; SIZE_MAX: there is no match. */
static inline size_t needed_place(const Regex *re, Str text, size_t from)
{
    if (!re->need.n)
        return from;
    size_t at = find_text((Str){text.p + from, text.n - from}, re->need);
    return at == SIZE_MAX ? at : from + at;
}

/* Where matching has to begin when that text is at `at`. */
static size_t first_place(const Regex *re, Str text, size_t from, size_t at)
{
    if (!re->need.n || at - from <= re->before)
        return from;
    from = at - re->before;
    while ((text.p[from] & 0xc0) == 0x80)
        from--;
    return from;
}

/* Tries all places from `from` on. */
static int match_at(const Regex *re, RegexRun *run, Str text, size_t from, const size_t **ret_span, uint32_t *ret_n)
{
    PCRE2_SPTR p = (PCRE2_SPTR)text.p;
    int rc = re->is_native ? pcre2_jit_match(re->code, p, text.n, from, 0, run->data, run->limits)
                           : pcre2_match(re->code, p, text.n, from, PCRE2_NO_UTF_CHECK, run->data, run->limits);
    if (rc == PCRE2_ERROR_NOMATCH)
        return 0;
    if (rc == PCRE2_ERROR_NOMEMORY)
        return -ERR_OUT_OF_MEMORY;
    if (rc < 0)
        return -ERR_PROGRAM_LIMIT;
    if (ret_span) {
        *ret_span = pcre2_get_ovector_pointer(run->data);
        *ret_n = rc == 0 ? REGEX_GROUPS_MAX : (uint32_t)rc;
    }
    return 1;
}

/* The needed text is at `at`. */
static int match_from(const Regex *re, RegexRun *run, Str text, size_t from, size_t at, const size_t **ret_span, uint32_t *ret_n)
{
    if (re->is_simple) {
        int rc = regex_simple_match(&re->simple, re->need, re->before, text, at, from, run->span);
        if (rc == 1 && ret_span) {
            *ret_span = run->span;
            *ret_n = re->simple.n_groups + 1u;
        }
        if (rc != REGEX_NOT_SIMPLE)
            return rc;
    }
    return match_at(re, run, text, first_place(re, text, from, at), ret_span, ret_n);
}

int regex_match(const Regex *re, RegexRun *run, Str text, size_t from, const size_t **ret_span, uint32_t *ret_n)
{
    text.p = text.p ? text.p : "";
    size_t at = needed_place(re, text, from);
    if (at == SIZE_MAX) /* in no text, be it UTF-8 or not */
        return 0;
    if (!utf8_is_valid(text.p, text.n))
        return -ERR_CHARACTER_NOT_IN_REPERTOIRE;
    return match_from(re, run, text, from, at, ret_span, ret_n);
}

int regex_match_next(const Regex *re, RegexRun *run, Str text, size_t from, const size_t **ret_span, uint32_t *ret_n)
{
    text.p = text.p ? text.p : "";
    size_t at = needed_place(re, text, from);
    return at == SIZE_MAX ? 0 : match_from(re, run, text, from, at, ret_span, ret_n);
}
