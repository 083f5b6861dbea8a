/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of a sort.  A run's place is its last entry, which is looked up again for the next one: between two calls its pages may have
 * left memory. */
#include "exec/sort_runs.h"

#define BUDGET_SHARE 8 /* of the limit: beside a piece are its keys, what sorts it, and what the query holds otherwise */
#define BUDGET_LEAST ((int64_t)64 << 10)
#define TAIL_BYTES 4u /* length of the key */
#define SEQ_BYTES 8u
#define BREATHE_ROWS 256u /* after so many pages may leave memory again */

struct SortRun {
    uint64_t owner;
    StrBuf entry; /* the one it stands at */
    int64_t weight;
};

int sort_runs_open(SortRuns *s, OpEnv *env, const Schema *schema, Err *err)
{
    *s = (SortRuns){.env = env};
    sb_init(&s->entry, env->acct);
    if (!mem_is_limited(env->acct) && !page_store_is_spilling(env->pages))
        return 0;
    int64_t limit = mem_limit_of(env->acct); /* none: nothing is to stay in memory, so each batch is a run */
    s->budget = limit ? MAX(limit / BUDGET_SHARE, BUDGET_LEAST) : 1;
    if (!packed_init(&s->layout, schema, env->plan))
        return RAISE_NOMEM(err);
    s->table = multi_table_new(env->pages, env->next_table_id++, err);
    return s->table ? 0 : -ERR_OUT_OF_MEMORY;
}

void sort_runs_close(SortRuns *s)
{
    if (!s->env)
        return;
    for (uint32_t i = 0; i < s->n; i++)
        sb_done(&s->run[i].entry);
    mem_free(s->env->acct, s->run, s->cap * sizeof(*s->run));
    mem_free(s->env->acct, s->heap, s->heap ? s->n * sizeof(*s->heap) : 0);
    multi_table_free(s->table);
    sb_done(&s->entry);
    *s = (SortRuns){0};
}

int sort_runs_begin(SortRuns *s)
{
    if (s->n == s->cap) {
        uint32_t cap = MAX(s->cap * 2, 16u);
        SortRun *run = mem_realloc(s->env->acct, s->run, s->cap * sizeof(*run), cap * sizeof(*run));
        if (!run)
            return -ERR_OUT_OF_MEMORY;
        s->run = run;
        s->cap = cap;
    }
    SortRun *r = &s->run[s->n++];
    *r = (SortRun){0};
    sb_init(&r->entry, s->env->acct);
    return 0;
}

/* The rows of b, packed behind each other. */
static int pack(const SortRuns *s, const Batch *b, size_t *bytes, Arena *scratch, const char **ret)
{
    Rows rows = batch_rows(b);
    size_t total = 0;
    char **to = arena_alloc(scratch, MAX(rows.n, 1) * sizeof(*to));
    packed_measure(&s->layout, b->col, rows, bytes);
    for (uint32_t i = 0; i < rows.n; i++)
        total += bytes[i];
    char *p = arena_alloc(scratch, MAX(total, 1));
    if (!to || !p)
        return -ERR_OUT_OF_MEMORY;
    *ret = p;
    for (uint32_t i = 0; i < rows.n; p += bytes[i++])
        to[i] = p;
    packed_put_rows(&s->layout, b->col, rows, to);
    return 0;
}

int sort_runs_add(SortRuns *s, const Batch *b, const Str *key, const uint64_t *seq, const int64_t *weight, Arena *scratch)
{
    SortRun *r = &s->run[s->n - 1];
    size_t *bytes = arena_alloc(scratch, MAX(b->n_sel, 1) * sizeof(*bytes));
    const char *packed;
    int64_t count;
    TRY(bytes ? pack(s, b, bytes, scratch, &packed) : -ERR_OUT_OF_MEMORY);
    for (uint32_t i = 0; i < b->n_sel; packed += bytes[i++]) {
        uint64_t at = __builtin_bswap64(seq[i]);
        uint32_t n = (uint32_t)key[i].n;
        sb_clear(&s->entry);
        sb_put(&s->entry, key[i].p, key[i].n);
        sb_put(&s->entry, (const char *)&at, SEQ_BYTES);
        sb_put(&s->entry, packed, bytes[i]);
        sb_put(&s->entry, (const char *)&n, TAIL_BYTES);
        if (s->entry.failed)
            return -ERR_OUT_OF_MEMORY;
        TRY(multi_add(s->table, &r->owner, 0, sb_str(&s->entry), weight[i], &count, NULL));
    }
    page_store_breathe(s->env->pages);
    return 0;
}

/* ---- merging ---- */

/* Its next entry; 0: there is none. */
static int advance(SortRuns *s, SortRun *r)
{
    Str from = sb_str(&r->entry), key;
    if (!multi_seek(s->table, r->owner, from, from.n > 0, &key, &r->weight))
        return 0;
    sb_clear(&r->entry);
    sb_put(&r->entry, key.p, key.n);
    return r->entry.failed ? -ERR_OUT_OF_MEMORY : 1;
}

static bool is_before(const SortRuns *s, uint32_t a, uint32_t b)
{
    Str x = sb_str(&s->run[a].entry), y = sb_str(&s->run[b].entry);
    int c = memcmp(x.p, y.p, MIN(x.n, y.n));
    return c ? c < 0 : x.n != y.n ? x.n < y.n : a < b;
}

/* Down from a place of the heap whose entry has become later. */
static void sift(SortRuns *s, uint32_t at)
{
    for (;;) {
        uint32_t least = at, child = 2 * at + 1;
        for (uint32_t k = child; k < MIN(child + 2, s->n_heap); k++)
            least = is_before(s, s->heap[k], s->heap[least]) ? k : least;
        if (least == at)
            return;
        uint32_t run = s->heap[at];
        s->heap[at] = s->heap[least];
        s->heap[least] = run;
        at = least;
    }
}

int sort_runs_merge(SortRuns *s)
{
    s->heap = mem_alloc(s->env->acct, MAX(s->n, 1) * sizeof(*s->heap));
    if (!s->heap)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < s->n; i++) {
        int there = advance(s, &s->run[i]);
        if (there < 0)
            return there;
        if (there)
            s->heap[s->n_heap++] = i;
    }
    for (uint32_t i = s->n_heap / 2; i-- > 0;)
        sift(s, i);
    return 0;
}

static bool read_entry(Str entry, SortedRow *ret)
{
    uint32_t n;
    if (entry.n < TAIL_BYTES + SEQ_BYTES)
        return false;
    memcpy(&n, entry.p + entry.n - TAIL_BYTES, TAIL_BYTES);
    if (n > entry.n - TAIL_BYTES - SEQ_BYTES)
        return false;
    ret->key = (Str){entry.p, n + SEQ_BYTES};
    ret->packed = (Str){entry.p + n + SEQ_BYTES, entry.n - n - SEQ_BYTES - TAIL_BYTES};
    return true;
}

int sort_runs_next(SortRuns *s, SortedRow *ret)
{
    if (s->n_heap == 0)
        return 0;
    if (++s->n_read % BREATHE_ROWS == 0)
        page_store_breathe(s->env->pages);
    SortRun *r = &s->run[s->heap[0]];
    sb_clear(&s->entry); /* what is given stays while the run goes on */
    sb_putstr(&s->entry, sb_str(&r->entry));
    ret->weight = r->weight;
    if (s->entry.failed)
        return -ERR_OUT_OF_MEMORY;
    if (!read_entry(sb_str(&s->entry), ret))
        return -ERR_CORRUPT;
    int there = advance(s, r);
    if (there < 0)
        return there;
    if (!there) {
        multi_drop(s->table, r->owner);
        s->heap[0] = s->heap[--s->n_heap];
    }
    sift(s, 0);
    return 1;
}
