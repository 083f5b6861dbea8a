/* SPDX-License-Identifier: Apache-2.0
 *
 * Sorting kept rows by numbers: keys as parts of words, and the radix sort. */
#include "exec/sort_words.h"

#include "exec/sort_radix.h"
#include "exec/sort_texts.h"

#define PARTS_PER_KEY 4u /* NULL, two words, a length */

/* What a column adds to the order: whether it is NULL (one bit, where there are NULLs), then its value in one word or two: less the
 * least one, or the bits in which they differ. */
typedef struct WordPart {
    uint64_t *word; /* by row; NULL: the part is about NULLs */
    const uint64_t *valid;
    uint64_t least;
    uint32_t n_bits;
    bool nulls_first;
} WordPart;

typedef struct WordRun {
    Account *acct;
    uint32_t n, n_parts;
    WordPart *part;
    WordRow *row, *spare;
} WordRun;

bool word_sort_takes(const SortSpec *spec, uint32_t n_keys)
{
    for (uint32_t k = 0; k < n_keys; k++) {
        TypeId t = (TypeId)spec[k].type.id;
        if (!type_is_integer(t) && !type_is_float(t) && !type_is_timestamp(t) && t != T_TIME && t != T_TIMETZ && t != T_DATE &&
            t != T_ENUM && t != T_BOOL && t != T_DECIMAL && t != T_TEXT && t != T_BYTEA)
            return false;
    }
    return n_keys > 0;
}

int word_sort_open(WordSort *s, const Op *op, const Schema *in, Expr *const *keys, const SortSpec *spec, uint32_t n_keys, Err *err)
{
    Arena *plan = op->env->plan;
    uint32_t n = in->n;
    Type *types = ARENA_ARRAY(plan, Type, in->n + n_keys + 1);
    *s = (WordSort){.spec = spec, .n_keys = n_keys};
    s->key_col = ARENA_ARRAY(plan, uint32_t, n_keys + 1);
    s->col = ARENA_ARRAY(plan, const Vec *, in->n + n_keys + 1);
    if (!types || !s->key_col || !s->col)
        return RAISE_NOMEM(err);
    for (uint32_t c = 0; c < in->n; c++)
        types[c] = in->field[c].type;
    for (uint32_t k = 0; k < n_keys; k++) {
        bool is_column = keys[k]->kind == EXPR_COLUMN;
        s->key_col[k] = is_column ? keys[k]->col : n;
        types[s->key_col[k]] = is_column ? in->field[keys[k]->col].type : keys[k]->type;
        n += !is_column;
    }
    return kept_rows_init(&s->rows, op->env->acct, plan, types, n, err);
}

void word_sort_done(WordSort *s)
{
    mem_free(s->rows.acct, s->order, s->order ? s->rows.n * sizeof(*s->order) : 0);
    s->order = NULL;
    kept_rows_done(&s->rows);
}

int word_sort_add(WordSort *s, const Batch *in, Rows rows, const Vec *key, Arena *scratch)
{
    for (uint32_t c = 0; c < in->n_cols; c++)
        s->col[c] = &in->col[c];
    for (uint32_t k = 0; k < s->n_keys; k++)
        if (s->key_col[k] >= in->n_cols)
            s->col[s->key_col[k]] = &key[k];
    return kept_rows_add(&s->rows, s->col, in, rows, scratch);
}

/* ---- words ---- */

static inline uint64_t int_word(int64_t v)
{
    return (uint64_t)v ^ UINT64_C(1) << 63;
}

/* -0 as 0, NaN as the largest. */
static inline uint64_t float_word(double v)
{
    uint64_t bits = UINT64_C(0x7ff8000000000000), sign = UINT64_C(1) << 63;
    v = v == 0 ? 0 : v;
    if (v == v)
        memcpy(&bits, &v, sizeof(bits));
    return bits & sign ? ~bits : bits | sign;
}

#define WORDS(T, WORD)                                                                                                             \
    for (uint32_t i = 0; i < n; i++)                                                                                               \
        word[i] = WORD(((const T *)v->data)[i]) ^ flip;

static void make_words(const Vec *v, const SortSpec *spec, uint32_t n, uint64_t *word)
{
    uint64_t flip = spec->desc ? UINT64_MAX : 0;
    switch ((TypeId)v->type.id) {
    case T_BOOL:
        for (uint32_t i = 0; i < n; i++)
            word[i] = (uint64_t)bit_get(v->data, i) ^ flip;
        break;
    case T_I16: WORDS(int16_t, int_word); break;
    case T_I32:
    case T_ENUM:
    case T_DATE: WORDS(int32_t, int_word); break;
    case T_F32: WORDS(float, float_word); break;
    case T_F64: WORDS(double, float_word); break;
    default: WORDS(int64_t, int_word); break;
    }
}

/* Rows that are NULL have the least value, so that they stay in the order in which they came. */
static void bound_words(WordPart *p, uint32_t n)
{
    uint64_t least = UINT64_MAX, most = 0, varying = words_varying(p->word, p->valid, n);
    for (uint32_t i = 0; i < n; i++) {
        if (p->valid && !bit_get(p->valid, i))
            continue;
        least = MIN(least, p->word[i]);
        most = MAX(most, p->word[i]);
    }
    p->least = least;
    p->n_bits = most > least ? 64 - (uint32_t)__builtin_clzll(most - least) : 0;
    if ((uint32_t)__builtin_popcountll(varying) < p->n_bits) {
        words_squeeze(p->word, n, varying);
        p->n_bits = (uint32_t)__builtin_popcountll(varying);
        p->least = least = 0;
    }
    for (uint32_t i = 0; i < n && p->valid; i++)
        if (!bit_get(p->valid, i))
            p->word[i] = least;
}

/* Takes over an array of n words. */
static void add_part(WordRun *r, const Vec *v, uint64_t *word)
{
    WordPart *p = &r->part[r->n_parts++];
    *p = (WordPart){.valid = v->valid, .word = word};
    bound_words(p, r->n);
}

static void flip_words(uint64_t *word, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        word[i] = ~word[i];
}

static int text_parts(WordRun *r, const Vec *v, bool desc)
{
    TextWords t;
    int rc = text_words(&t, r->acct, v, r->n);
    if (rc < 0) {
        text_words_done(&t, r->acct, r->n);
        return rc;
    }
    uint64_t *words[] = {t.word[0], t.word[1], t.length};
    for (uint32_t w = 0; w < sizeof(words) / sizeof(*words); w++) {
        if (!words[w])
            continue;
        if (desc)
            flip_words(words[w], r->n);
        add_part(r, v, words[w]);
    }
    return 0;
}

/* The upper words, then the lower ones. */
static int decimal_parts(WordRun *r, const Vec *v, bool desc)
{
    uint64_t flip = desc ? UINT64_MAX : 0;
    for (uint32_t shift = 64;; shift = 0) {
        uint64_t *word = mem_alloc(r->acct, r->n * sizeof(*word)), sign = shift ? UINT64_C(1) << 63 : 0;
        if (!word)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < r->n; i++)
            word[i] = (uint64_t)((u128)((const i128 *)v->data)[i] >> shift) ^ sign ^ flip;
        add_part(r, v, word);
        if (!shift)
            return 0;
    }
}

static int number_part(WordRun *r, const Vec *v, const SortSpec *spec)
{
    uint64_t *word = mem_alloc(r->acct, r->n * sizeof(*word));
    if (!word)
        return -ERR_OUT_OF_MEMORY;
    make_words(v, spec, r->n, word);
    add_part(r, v, word);
    return 0;
}

static int make_parts(WordRun *r, const WordSort *s)
{
    for (uint32_t k = 0; k < s->n_keys; k++) {
        const Vec *v = &s->rows.col[s->key_col[k]];
        const SortSpec *spec = &s->spec[k];
        if (v->valid)
            r->part[r->n_parts++] = (WordPart){.valid = v->valid, .n_bits = 1, .nulls_first = spec->nulls_first};
        if (type_is_string((TypeId)v->type.id))
            TRY(text_parts(r, v, spec->desc));
        else if (v->type.id == T_DECIMAL)
            TRY(decimal_parts(r, v, spec->desc));
        else
            TRY(number_part(r, v, spec));
    }
    return 0;
}

static inline uint64_t part_word(const WordPart *p, uint32_t row)
{
    return p->word ? p->word[row] - p->least : bit_get(p->valid, row) == p->nulls_first;
}

/* ---- sorting ---- */

/* Sorts by parts first .. end - 1, whose bits fit into a word. */
static void sort_by(WordRun *r, uint32_t first, uint32_t end, uint32_t n_bits)
{
    if (n_bits == 0)
        return;
    for (uint32_t i = 0; i < r->n; i++)
        r->row[i].word = 0;
    for (uint32_t k = first; k < end; k++) {
        const WordPart *p = &r->part[k];
        if (p->n_bits == 0)
            continue;
        for (uint32_t i = 0; i < r->n; i++)
            r->row[i].word = (p->n_bits == 64 ? 0 : r->row[i].word << p->n_bits) | part_word(p, r->row[i].row);
    }
    WordRow *got = radix_sort(r->row, r->spare, r->n, n_bits);
    r->spare = got == r->row ? r->spare : r->row;
    r->row = got;
}

static int run(WordRun *r, WordSort *s)
{
    r->part = mem_zalloc(r->acct, PARTS_PER_KEY * s->n_keys * sizeof(*r->part));
    r->row = mem_alloc(r->acct, r->n * sizeof(*r->row));
    r->spare = mem_alloc(r->acct, r->n * sizeof(*r->spare));
    if (!r->part || !r->row || !r->spare)
        return -ERR_OUT_OF_MEMORY;
    TRY(make_parts(r, s));
    for (uint32_t i = 0; i < r->n; i++)
        r->row[i] = (WordRow){0, i};
    for (uint32_t end = r->n_parts; end > 0;) {
        uint32_t first = end, n_bits = 0;
        while (first > 0 && n_bits + r->part[first - 1].n_bits <= 64)
            n_bits += r->part[--first].n_bits;
        sort_by(r, first, end, n_bits);
        end = first;
    }
    s->order = mem_alloc(r->acct, r->n * sizeof(*s->order));
    if (!s->order)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < r->n; i++)
        s->order[i] = r->row[i].row + 1;
    return 0;
}

int word_sort_run(WordSort *s)
{
    WordRun r = {.acct = s->rows.acct, .n = s->rows.n};
    if (r.n == 0)
        return 0;
    int rc = run(&r, s);
    for (uint32_t k = 0; k < r.n_parts; k++)
        mem_free(r.acct, r.part[k].word, r.part[k].word ? r.n * sizeof(*r.part[k].word) : 0);
    mem_free(r.acct, r.part, r.part ? PARTS_PER_KEY * s->n_keys * sizeof(*r.part) : 0);
    mem_free(r.acct, r.row, r.row ? r.n * sizeof(*r.row) : 0);
    mem_free(r.acct, r.spare, r.spare ? r.n * sizeof(*r.spare) : 0);
    return rc;
}
