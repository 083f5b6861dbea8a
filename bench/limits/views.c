/* SPDX-License-Identifier: Apache-2.0
 *
 * Views of the micro-benchmarks by hand: sessions, distinct counts, the least and the greatest with rows taken back, the first ten
 * of a group, the last and the first row of a key, a look-up by key; and single rows through a chain of functions. */
#include "limits.h"
#include "views.h"

static void count_rows(void)
{
    out.n = 0;
}

INLINE void give(int8_t weight, int64_t a, int64_t b, int64_t c)
{
    uint32_t row = out_row(weight);
    OUT(int64_t, 0)[row] = a;
    OUT(int64_t, 1)[row] = b;
    OUT(int64_t, 2)[row] = c;
}

static Table table;

/* ---- sessions, which lie in a ring by the eighth of a second in which they end, as far as is known ---- */

#define GAP (10 * SECOND)
#define TICK (SECOND / 8)
enum { BUCKETS = 128, ENDS = 4096 };
typedef struct Session {
    int64_t k, last, n, sum;
} Session;
static struct {
    int64_t k[ENDS];
    uint32_t n;
} ends[BUCKETS];
static int64_t tick_now;

static void session_start(void)
{
    table_make(&table, 15, sizeof(Session));
    memset(ends, 0, sizeof(ends));
    tick_now = INT64_MIN;
}

static inline void end_note(int64_t k, int64_t end)
{
    uint32_t at = (uint32_t)((uint64_t)(end / TICK) % BUCKETS);
    if (ends[at].n < ENDS)
        ends[at].k[ends[at].n++] = k;
}

/* A session that has ended keeps its slot: its key comes again. */
static void sessions_close(int64_t tick)
{
    for (; tick_now < tick; tick_now++) {
        uint32_t at = (uint32_t)((uint64_t)tick_now % BUCKETS), n = ends[at].n;
        ends[at].n = 0;
        for (uint32_t i = 0; i < n; i++) {
            Session *s = table_find(&table, ends[at].k[i], sizeof(*s));
            if ((s->last + GAP) / TICK > tick_now) {
                end_note(s->k, s->last + GAP);
                continue;
            }
            give(1, s->k, s->n, s->sum);
            s->n = 0;
        }
    }
}

static void session_rows(const int64_t *k, const int64_t *v, const int64_t *ts, const int32_t *weight, uint32_t n)
{
    (void)weight;
    table_reserve(&table, n, sizeof(Session));
    Table t = table;
    for (uint32_t i = 0; i < n; i++)
        __builtin_prefetch(table_slot(&t, table_home(&t, k[i]), sizeof(Session)), 1);
    for (uint32_t i = 0; i < n; i++) {
        Session *s = table_find(&t, k[i], sizeof(*s));
        t.n += slot_empty(s);
        if (s->n && ts[i] - s->last <= GAP) {
            s->last = ts[i];
            s->n++;
            s->sum += v[i];
            continue;
        }
        if (s->n)
            give(1, s->k, s->n, s->sum);
        else
            end_note(k[i], ts[i] + GAP);
        *s = (Session){k[i], ts[i], 1, v[i]};
    }
    table = t;
    int64_t tick = ts[n - 1] / TICK;
    tick_now = tick_now == INT64_MIN ? tick : tick_now;
    sessions_close(tick);
    out_deliver();
}

/* ---- different values of each key in windows of ten minutes ---- */

typedef struct PairSeen {
    int64_t k, v;
} PairSeen;
typedef struct Count {
    int64_t k, n;
} Count;
static Table counts;
static int64_t window_now;

static void distinct_start(void)
{
    table_make(&table, 21, sizeof(PairSeen));
    table_make(&counts, 12, sizeof(Count));
    window_now = INT64_MIN;
}

static void table_clear(Table *t, size_t bytes)
{
    t->n = 0;
    for (size_t i = 0; i < (size_t)1 << t->bits; i++)
        memset(table_slot(t, i, bytes), 0, bytes), *table_slot(t, i, bytes) = INT64_MIN;
}

static void distinct_close(void)
{
    for (size_t i = 0; i < (size_t)1 << counts.bits; i++) {
        const Count *c = (Count *)(void *)table_slot(&counts, i, sizeof(*c));
        if (c->k != INT64_MIN)
            give(1, c->k, c->n, 0);
    }
    table_clear(&counts, sizeof(Count));
    table_clear(&table, sizeof(PairSeen));
}

static inline size_t pair_home(const Table *t, int64_t k, int64_t v)
{
    return hash_of((int64_t)((uint64_t)v ^ hash_of(k))) >> (64 - t->bits);
}

static void distinct_run(const int64_t *k, const int64_t *v, uint32_t n)
{
    table_reserve(&counts, n, sizeof(Count));
    Table t = table, c = counts;
    PairSeen *slot = (PairSeen *)(void *)t.slot;
    size_t mask = ((size_t)1 << t.bits) - 1;
    for (uint32_t i = 0; i < n; i++)
        __builtin_prefetch(&slot[pair_home(&t, k[i], v[i])], 1);
    for (uint32_t i = 0; i < n; i++) {
        size_t at = pair_home(&t, k[i], v[i]);
        while (slot[at].k != INT64_MIN && (slot[at].k != k[i] || slot[at].v != v[i]))
            at = (at + 1) & mask;
        if (slot[at].k != INT64_MIN)
            continue;
        slot[at] = (PairSeen){k[i], v[i]};
        Count *of = table_find(&c, k[i], sizeof(*of));
        c.n += slot_empty(of);
        of->k = k[i];
        of->n++;
    }
    counts = c;
}

static void distinct_rows(const int64_t *k, const int64_t *v, const int64_t *ts, const int32_t *weight, uint32_t n)
{
    (void)weight;
    for (uint32_t from = 0, some; from < n; from += some) {
        some = same_unit(ts, from, n, 600 * SECOND);
        int64_t window = ts[from] / (600 * SECOND);
        if (window != window_now)
            distinct_close();
        window_now = window;
        distinct_run(k + from, v + from, some);
    }
    out_deliver();
}

/* ---- the least and the greatest: all values of a key, in no order ---- */

typedef struct Values {
    int64_t k, least, most;
    int64_t *value;
    uint32_t n, cap, mark, unused;
    int64_t least_before, most_before; /* this batch */
} Values;

static void values_start(void)
{
    table_make(&table, 15, sizeof(Values));
}

static inline void value_add(Values *s, int64_t v)
{
    if (s->n == s->cap) {
        uint32_t cap = s->cap ? 2 * s->cap : 8;
        int64_t *more = row_at(memory_row(cap * sizeof(*more)));
        if (s->n)
            memcpy(more, s->value, s->n * sizeof(*more));
        s->value = more;
        s->cap = cap;
    }
    s->value[s->n++] = v;
    s->least = s->n == 1 || v < s->least ? v : s->least;
    s->most = s->n == 1 || v > s->most ? v : s->most;
}

static inline void value_remove(Values *s, int64_t v)
{
    uint32_t i = s->n;
    while (i > 0 && s->value[i - 1] != v) /* what came last goes first */
        i--;
    if (i == 0)
        return;
    s->value[i - 1] = s->value[--s->n];
    if (v != s->least && v != s->most)
        return;
    s->least = INT64_MAX;
    s->most = INT64_MIN;
    for (i = 0; i < s->n; i++) {
        s->least = s->value[i] < s->least ? s->value[i] : s->least;
        s->most = s->value[i] > s->most ? s->value[i] : s->most;
    }
}

static void values_rows(const int64_t *k, const int64_t *v, const int64_t *ts, const int32_t *weight, uint32_t n)
{
    static Values *changed[BATCH];
    uint32_t n_changed = 0;
    (void)ts;
    table_reserve(&table, n, sizeof(Values));
    table_announce(&table, k, n, sizeof(Values));
    for (uint32_t i = 0; i < n; i++) {
        Values *s = table_find(&table, k[i], sizeof(*s));
        table.n += slot_empty(s);
        s->k = k[i];
        if (!s->mark) {
            s->least_before = s->n ? s->least : INT64_MAX;
            s->most_before = s->n ? s->most : INT64_MIN;
            s->mark = 1;
            changed[n_changed++] = s;
        }
        if (weight[i] > 0)
            value_add(s, v[i]);
        else
            value_remove(s, v[i]);
    }
    for (uint32_t i = 0; i < n_changed; i++) {
        Values *s = changed[i];
        s->mark = 0;
        if (s->n && s->least == s->least_before && s->most == s->most_before)
            continue;
        if (s->least_before <= s->most_before)
            give(-1, s->k, s->least_before, s->most_before);
        if (s->n)
            give(1, s->k, s->least, s->most);
    }
    out_deliver();
}

/* ---- the first ten of a group ---- */

enum { TOP = 10 };
typedef struct Top {
    int64_t k, n, v[TOP]; /* the highest first */
} Top;

static void top_start(void)
{
    table_make(&table, 15, sizeof(Top));
}

static void top_rows(const int64_t *k, const int64_t *v, const int64_t *ts, const int32_t *weight, uint32_t n)
{
    (void)ts;
    (void)weight;
    table_reserve(&table, n, sizeof(Top));
    table_announce(&table, k, n, sizeof(Top));
    for (uint32_t i = 0; i < n; i++) {
        Top *s = table_find(&table, k[i], sizeof(*s));
        table.n += slot_empty(s);
        s->k = k[i];
        if (s->n == TOP) {
            if (v[i] <= s->v[TOP - 1])
                continue;
            give(-1, k[i], s->v[TOP - 1], 0);
            s->n--;
        }
        int64_t at = s->n++;
        for (; at > 0 && s->v[at - 1] < v[i]; at--)
            s->v[at] = s->v[at - 1];
        s->v[at] = v[i];
        give(1, k[i], v[i], 0);
    }
    out_deliver();
}

/* ---- the last and the first row of a key ---- */

typedef struct Row {
    int64_t k, v, ts;
    uint64_t mark; /* 1 + its place among those of this batch */
} Row;

static void key_start(void)
{
    table_make(&table, 13, sizeof(Row));
}

static void last_rows(const int64_t *k, const int64_t *v, const int64_t *ts, const int32_t *weight, uint32_t n)
{
    static Row *changed[BATCH];
    static uint32_t last[BATCH];
    uint32_t n_changed = 0;
    (void)weight;
    table_reserve(&table, n, sizeof(Row));
    table_announce(&table, k, n, sizeof(Row));
    for (uint32_t i = 0; i < n; i++) {
        Row *s = table_find(&table, k[i], sizeof(*s));
        if (slot_empty(s)) {
            table.n++;
            *s = (Row){.k = k[i], .ts = INT64_MIN};
        }
        if (!s->mark) {
            changed[n_changed] = s;
            s->mark = ++n_changed;
        }
        last[s->mark - 1] = i;
    }
    for (uint32_t i = 0; i < n_changed; i++) {
        Row *s = changed[i];
        if (s->ts != INT64_MIN)
            give(-1, s->k, s->v, s->ts);
        *s = (Row){s->k, v[last[i]], ts[last[i]], 0};
        give(1, s->k, s->v, s->ts);
    }
    out_deliver();
}

static void first_rows(const int64_t *k, const int64_t *v, const int64_t *ts, const int32_t *weight, uint32_t n)
{
    (void)weight;
    table_reserve(&table, n, sizeof(int64_t));
    table_announce(&table, k, n, sizeof(int64_t));
    for (uint32_t i = 0; i < n; i++) {
        int64_t *s = table_find(&table, k[i], sizeof(*s));
        if (!slot_empty(s))
            continue;
        table.n++;
        *s = k[i];
        give(1, k[i], v[i], ts[i]);
    }
    out_deliver();
}

static void first_start(void)
{
    table_make(&table, 13, sizeof(int64_t));
}

/* ---- look-up among a million rows ---- */

static void lookup_start(void)
{
    table_make(&table, 21, sizeof(Count));
    for (int64_t k = 0; k < 1000000; k++)
        *(Count *)table_find(&table, k, sizeof(Count)) = (Count){k, k};
}

static void lookup_rows(const int64_t *k, const int64_t *v, const int64_t *ts, const int32_t *weight, uint32_t n)
{
    (void)ts;
    (void)weight;
    table_announce(&table, k, n, sizeof(Count));
    for (uint32_t i = 0; i < n; i++) {
        const Count *c = table_find(&table, k[i], sizeof(*c));
        if (!slot_empty(c))
            give(1, k[i], v[i], c->n);
    }
    out_deliver();
}

/* ---- the kernels by name ---- */

static const struct {
    const char *name;
    void (*start)(void);
    ViewKernel kernel;
} kernels[] = {
    {"session_count_sum_10k", session_start, session_rows},
    {"tumble_count_distinct_1k", distinct_start, distinct_rows},
    {"min_max_10_percent_deletes_10k", values_start, values_rows},
    {"top_10_of_group_10k", top_start, top_rows},
    {"last_of_key_100k", key_start, last_rows},
    {"first_of_key_100k", first_start, first_rows},
    {"join_lookup_1m", lookup_start, lookup_rows},
};

ViewKernel view_kernel(const char *name)
{
    for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
        if (strcmp(kernels[i].name, name) != 0)
            continue;
        memory_begin((size_t)256 << 20);
        out_deliver = count_rows;
        kernels[i].start();
        return kernels[i].kernel;
    }
    return NULL;
}

/* ---- single rows ---- */

typedef struct ChainRow {
    int64_t k, v;
} ChainRow;
typedef struct ChainGroup {
    int64_t k, n, sum;
    uint64_t unused;
} ChainGroup;
static int64_t (*chain_clock)(void);
static int64_t *chain_at;

static void chain_callback(const ChainRow *row)
{
    OUT(int64_t, 0)[0] = row->k;
    OUT(int64_t, 1)[0] = row->v;
    *chain_at = chain_clock();
}

static void (*volatile chain_last)(const ChainRow *) = chain_callback;

static void chain_project(const ChainRow *row)
{
    chain_last(&(ChainRow){row->k, row->v + 1});
}

static void chain_aggregate(const ChainRow *row)
{
    table_reserve(&table, 1, sizeof(ChainGroup));
    ChainGroup *g = table_find(&table, row->k, sizeof(*g));
    table.n += slot_empty(g);
    g->k = row->k;
    OUT(int64_t, 2)[0] = g->n++; /* the row before */
    OUT(int64_t, 3)[0] = g->sum;
    g->sum += row->v;
    chain_last(&(ChainRow){row->k, g->sum});
}

static void (*volatile chain_middle[2])(const ChainRow *) = {chain_project, chain_aggregate};

static void chain_filter(const ChainRow *row, bool aggregate)
{
    if (row->v >= 0)
        chain_middle[aggregate](row);
}

static void (*volatile chain_first)(const ChainRow *, bool) = chain_filter;

void row_chain_begin(void)
{
    memory_begin((size_t)256 << 20);
    table_make(&table, 12, sizeof(ChainGroup));
}

void row_chain_push(int64_t k, int64_t v, bool aggregate, int64_t (*clock_now)(void), int64_t *ret_at_ns)
{
    chain_clock = clock_now;
    chain_at = ret_at_ns;
    chain_first(&(ChainRow){k, v}, aggregate);
}
