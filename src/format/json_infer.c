/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of a JSON lines file from its beginning: the members of all whole records of the sample in the order they first appear.
 * Records that are malformed have no say; reading will report them. */
#include <string.h>

#include "format/json_impl.h"

#define SAMPLE_ROWS_MAX 4096u

typedef struct Sample {
    Arena arena;
    JsonReader *reader;
    char *copy; /* of the sample, with padding */
    size_t copy_bytes;
    Account *acct;
    Str *name;
    Guess *guess;
    uint32_t n, cap;
} Sample;

static void sample_done(Sample *s)
{
    json_reader_free(s->reader);
    mem_free(s->acct, s->copy, s->copy_bytes);
    arena_done(&s->arena);
}

static Guess guess_cell(const JsonCell *c)
{
    int64_t i;
    switch ((JsonKind)c->kind) {
    case JSON_NUMBER: return str_to_i64((Str){c->p, c->n}, &i) ? GUESS_I64 : GUESS_F64;
    case JSON_STRING: {
        Guess g = guess_text((Str){c->p, c->n});
        return g == GUESS_TS || g == GUESS_TSTZ ? g : GUESS_TEXT;
    }
    case JSON_RAW: return *c->p == 't' || *c->p == 'f' ? GUESS_BOOL : GUESS_TEXT;
    default: return GUESS_NONE;
    }
}

static bool sample_grow(Sample *s)
{
    uint32_t cap = s->cap ? 2 * s->cap : 32;
    Str *name = ARENA_ARRAY(&s->arena, Str, cap);
    Guess *guess = ARENA_ARRAY(&s->arena, Guess, cap);
    if (!name || !guess)
        return false;
    if (s->n) {
        memcpy(name, s->name, sizeof(Str) * s->n);
        memcpy(guess, s->guess, sizeof(Guess) * s->n);
    }
    s->name = name;
    s->guess = guess;
    s->cap = cap;
    return true;
}

static int take_member(void *self, const char *name, size_t n, const JsonCell *value)
{
    Sample *s = self;
    uint32_t k = 0;
    while (k < s->n && !str_eq(s->name[k], (Str){name, n}))
        k++;
    if (k == s->n) {
        char *copy = arena_strndup(&s->arena, name, n);
        if (!copy || (s->n == s->cap && !sample_grow(s)))
            return -ERR_OUT_OF_MEMORY;
        if (s->n > COLUMNS_MAX)
            return 0;
        s->name[s->n++] = (Str){copy, n};
        s->guess[k] = GUESS_NONE;
    }
    s->guess[k] = guess_merge(s->guess[k], guess_cell(value));
    return 0;
}

static int sample_read(Sample *s, size_t n, Err *err)
{
    const char *p = s->copy, *end = p + n;
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        p += 3;
    for (uint32_t rows = 0; p < end && rows < SAMPLE_ROWS_MAX; rows++) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        if (!eol && rows > 0) /* perhaps cut */
            break;
        Str line = str_trim((Str){p, (size_t)((eol ? eol : end) - p)});
        if (line.n && json_reader_walk(s->reader, line.p, line.n, take_member, s) == JSON_NO_MEMORY)
            return RAISE_NOMEM(err);
        p = eol ? eol + 1 : end;
    }
    return 0;
}

int json_infer(const void *config, const char *p, size_t n, Account *acct, Schema **ret, Err *err)
{
    (void)config;
    n = MIN(n, RECORD_BYTES_MAX);
    _cleanup_(sample_done) Sample s = {.acct = acct, .copy_bytes = n + FEED_PADDING};
    arena_init(&s.arena, acct, 0);
    s.copy = mem_zalloc(acct, s.copy_bytes);
    s.reader = json_reader_new(NULL, 0);
    if (!s.copy || !s.reader)
        return RAISE_NOMEM(err);
    if (n)
        memcpy(s.copy, p, n);
    TRY(sample_read(&s, n, err));
    if (s.n == 0)
        return RAISE(err, ERR_BAD_RECORD,
                     "no JSON object was found in the input: its columns cannot be found, so they must be declared");
    return guess_schema(acct, &s.arena, s.name, s.guess, s.n, ret, err);
}
