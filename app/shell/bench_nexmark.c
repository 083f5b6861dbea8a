/* SPDX-License-Identifier: Apache-2.0
 *
 * `laminar bench nexmark`: each query in a database of its own, which is pushed the events and whose changes are delivered to a
 * callback.  The events are made by the source `nexmark` of a second database, a thousand batches at a time and not on the clock:
 * what is measured is the push, which runs the query and the callback before it returns.  Only the tables that a query reads are
 * pushed; the figure counts the events of all three, as the reports of other systems do.
 *
 * Memory that state will grow into is touched before.  Rows are handed over as Arrow arrays with string views, batches of at most
 * 1,024, merged by the time of their first event, under one schema per table, as a stream of arrays has.  Their texts are what a
 * database has exported, so the writers are told to trust them, as a kernel over columns in memory does; with --check they are
 * looked at as those of a stranger. */
#include "shell/bench.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "shell/progress.h"

#define N_QUERIES 23
#define N_TABLES 3
#define WRITES_FILES "q10"
#define CHUNK 1024 /* batches made before the clock goes on */
enum { DEFAULT_EVENTS = 1000000 };

static const struct {
    const char *name, *text;
} texts[] = {
#define TEXT(name, text) {name, text},
#include "nexmark_texts.h"
#undef TEXT
};
static const char *const table_name[N_TABLES] = {"person", "auction", "bid"};
static const size_t time_column[N_TABLES] = {6, 5, 5};

/* An array whose memory stays until the clock stands: freeing is the producer's work, not the push's. */
typedef struct Lent {
    struct ArrowArray array;
    struct Lent *_Atomic *returned, *next;
} Lent;

typedef struct Table {
    LaminarQueryStream *from;
    LaminarWriter *to;         /* NULL: the query does not read it */
    struct ArrowSchema schema; /* of all batches */
    struct ArrowArray next;    /* the batch that comes next; released = there is none */
} Table;

typedef struct Run {
    const BenchOptions *options;
    LaminarConnection *maker, *db;
    LaminarSubscription *subscription;
    Table table[N_TABLES];
    Lent *_Atomic returned; /* released by the database, on any of its threads */
    uint64_t rows_out;
    int64_t busy_ns, cpu_ns, start_ns, stalled_ns; /* cpu_ns: of the thread that pushes, while it is busy */
    Samples latency;                               /* of batches */
} Run;

static const char *text_of(const char *name)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(texts[i].name, name) == 0)
            return texts[i].text;
    return "";
}

static void on_change(void *self, const LaminarChange *change)
{
    ((Run *)self)->rows_out += change->num_rows;
}

/* ---- the query ---- */

static bool execute(LaminarConnection *db, Str sql)
{
    StrBuf text;
    sb_init(&text, NULL);
    sb_putstr(&text, sql);
    bool done = laminar_execute(db, sb_cstr(&text), NULL) == LAMINAR_OK;
    sb_done(&text);
    return done;
}

/* The last statement is the query, what stands before it prepares. A query becomes a stream; a sink is complete. */
static bool create_query(Run *r, const char *name)
{
    const char *sql = text_of(name);
    size_t start, length, next, left = strlen(sql);
    bool complete, is_query = false;
    Str last = {0};
    for (; laminar_split(sql, left, &start, &length, &next, &complete) == LAMINAR_OK && length; sql += next, left -= next) {
        if (last.n && !execute(r->db, last))
            return false;
        last = (Str){sql + start, length};
    }
    StrBuf b;
    sb_init(&b, NULL);
    sb_putstr(&b, last);
    if (laminar_is_query(sb_cstr(&b), &is_query) == LAMINAR_OK && is_query) {
        sb_clear(&b);
        sb_puts(&b, "CREATE STREAM result AS ");
        sb_putstr(&b, last);
        sb_puts(&b, " WITH (allow_unbounded_state = true)");
    }
    bool done = execute(r->db, sb_str(&b));
    sb_done(&b);
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = on_change, .user_data = r};
    return done && (!is_query || laminar_subscribe(r->db, "result", &o, &r->subscription) == LAMINAR_OK);
}

/* A writer for each table that the query reads. */
static bool open_writers(Run *r, bool is_sink)
{
    LaminarQueryResult *result = NULL;
    LaminarRecordBatch *batch = NULL;
    size_t n = 0, length;
    const char *text;
    bool done = laminar_execute(r->db, is_sink ? "SHOW DEPENDENCIES FOR " WRITES_FILES : "SHOW DEPENDENCIES FOR result", &result) ==
                    LAMINAR_OK &&
                laminar_result_get_batch(result, 0, &batch) == LAMINAR_OK && laminar_batch_num_rows(batch, &n) == LAMINAR_OK;
    for (size_t i = 0; i < n && done; i++) {
        done = laminar_batch_text(batch, i, 0, &text, &length) == LAMINAR_OK;
        for (size_t t = 0; t < N_TABLES && done; t++)
            if (!r->table[t].to && str_eq((Str){text, length}, str_of(table_name[t])))
                done = laminar_writer_create(r->db, table_name[t], &r->table[t].to) == LAMINAR_OK &&
                       laminar_writer_trust(r->table[t].to, !r->options->check) == LAMINAR_OK;
    }
    laminar_batch_free(batch);
    laminar_result_free(result);
    return done;
}

static bool open_databases(Run *r, const char *query)
{
    char events[32], seed[32];
    (void)snprintf(events, sizeof(events), "%lld", (long long)r->options->rows);
    (void)snprintf(seed, sizeof(seed), "%lld", (long long)r->options->seed);
    const char *time = strcmp(query, "q12") == 0 ? "date_time AS PROCTIME()" : "date_time";
    const char *variables[] = {"EVENTS", events, "SEED", seed, "TIME", time, "DIR", r->options->dir ? r->options->dir : "", NULL};
    LaminarConfig made = {.size = sizeof(made), .variables = variables}, config = made;
    const char *variables_of_maker[] = {"EVENTS", events, "SEED", seed, NULL};
    made.variables = variables_of_maker;
    config.threads = r->options->threads;
    return laminar_open_with_config(NULL, &made, &r->maker) == LAMINAR_OK &&
           laminar_execute(r->maker, text_of("sources"), NULL) == LAMINAR_OK &&
           laminar_open_with_config(NULL, &config, &r->db) == LAMINAR_OK &&
           laminar_execute(r->db, text_of("pushed"), NULL) == LAMINAR_OK;
}

/* ---- the events ---- */

static void release(Table *t)
{
    if (t->next.release)
        t->next.release(&t->next);
    if (t->schema.release)
        t->schema.release(&t->schema);
}

static bool fetch(Table *t)
{
    LaminarRecordBatch *batch = NULL;
    struct ArrowSchema schema = {0};
    if (t->next.release)
        t->next.release(&t->next);
    if (laminar_stream_next(t->from, &batch) != LAMINAR_OK)
        return false;
    bool done = !batch || laminar_batch_export_views(batch, &t->next, &schema) == LAMINAR_OK;
    if (!t->schema.release)
        t->schema = schema;
    else if (schema.release)
        schema.release(&schema);
    laminar_batch_free(batch);
    return done;
}

static bool open_tables(Run *r)
{
    for (size_t t = 0; t < N_TABLES; t++) {
        char sql[64];
        (void)snprintf(sql, sizeof(sql), "SELECT * FROM %s", table_name[t]);
        if (r->table[t].to && (laminar_query_stream(r->maker, sql, &r->table[t].from) != LAMINAR_OK || !fetch(&r->table[t])))
            return false;
    }
    return true;
}

static int64_t cpu_now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t time_at(const Table *t, size_t table, int64_t row)
{
    const struct ArrowArray *column = t->next.children[time_column[table]];
    return ((const int64_t *)column->buffers[1])[column->offset + row];
}

/* The table whose next batch begins first; N_TABLES = all have ended. */
static size_t first_table(const Run *r)
{
    size_t first = N_TABLES;
    for (size_t t = 0; t < N_TABLES; t++)
        if (r->table[t].next.release && (first == N_TABLES || time_at(&r->table[t], t, 0) < time_at(&r->table[first], first, 0)))
            first = t;
    return first;
}

typedef struct Piece { /* a batch that waits to be pushed */
    size_t table;
    int64_t first_event; /* its number: the default rate of event time is one per 100 us */
    struct ArrowArray array;
} Piece;

static void give_back(struct ArrowArray *array)
{
    Lent *l = array->private_data;
    array->release = NULL;
    l->next = atomic_load_explicit(l->returned, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(l->returned, &l->next, l, memory_order_release, memory_order_relaxed)) {
    }
}

/* Frees what the database has given back. */
static void free_returned(Run *r)
{
    Lent *l = atomic_exchange_explicit(&r->returned, NULL, memory_order_acquire);
    for (Lent *next; l; l = next) {
        next = l->next;
        l->array.release(&l->array);
        mem_free(NULL, l, sizeof(*l));
    }
}

/* Moves *from into an array that is lent out. */
static bool lend(Run *r, struct ArrowArray *from, struct ArrowArray *ret)
{
    Lent *l = mem_zalloc(NULL, sizeof(*l));
    if (!l)
        return false;
    l->array = *from;
    l->returned = &r->returned;
    from->release = NULL;
    *ret = l->array;
    ret->private_data = l;
    ret->release = give_back;
    return true;
}

/* Up to CHUNK batches in order; false when making them failed. */
static bool make_chunk(Run *r, Piece *piece, size_t *ret_n, int64_t *start_us)
{
    *ret_n = 0;
    for (size_t t; *ret_n < CHUNK && (t = first_table(r)) < N_TABLES; ++*ret_n) {
        Table *from = &r->table[t];
        Piece *p = &piece[*ret_n];
        int64_t at = time_at(from, t, 0);
        *start_us = *start_us == INT64_MIN ? at : *start_us;
        *p = (Piece){.table = t, .first_event = (at - *start_us) / 100};
        if (!lend(r, &from->next, &p->array))
            return ++*ret_n, false;
        if (!fetch(from))
            return ++*ret_n, false;
    }
    return true;
}

/* ---- pushes ---- */

typedef struct Pieces { /* of one table, as a stream */
    struct ArrowArrayStream stream;
    const Table *table;
    Piece *piece;
    size_t n, at;
} Pieces;

static void keep_schema(struct ArrowSchema *schema)
{
    schema->release = NULL; /* it is the table's */
}

static int give_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    *out = ((Pieces *)stream)->table->schema;
    out->release = keep_schema;
    return 0;
}

static int give_array(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    Pieces *p = (Pieces *)stream;
    *out = (struct ArrowArray){0};
    if (p->at < p->n) {
        *out = p->piece[p->at].array;
        p->piece[p->at++].array.release = NULL;
    }
    return 0;
}

static const char *give_no_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return NULL;
}

static void end_stream(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

/* How many of the pieces are of the first one's table, as far as they may be pushed together. */
static size_t count_alike(const Run *r, const Piece *piece, size_t n)
{
    size_t alike = 1;
    while (alike < n && alike < r->options->together && piece[alike].table == piece[0].table)
        alike++;
    return alike;
}

static bool push_pieces(Run *r, Piece *piece, size_t n)
{
    Table *to = &r->table[piece->table];
    if (n == 1)
        return laminar_writer_push(to->to, &piece->array, &to->schema, NULL) == LAMINAR_OK;
    Pieces p = {.stream = {give_schema, give_array, give_no_error, end_stream, NULL}, .table = to, .piece = piece, .n = n};
    return laminar_writer_push_stream(to->to, &p.stream, NULL) == LAMINAR_OK;
}

/* When the push of a piece begins: with a rate it is due when its first event is, and its latency counts from then, whether or not
 * the push could begin: a slow push makes the ones behind it late.  Time in which events were made does not count. */
static int64_t wait_until_due(const Run *r, const Piece *piece)
{
    int64_t from = clock_ns();
    if (r->options->rate <= 0)
        return from;
    int64_t due = r->start_ns + r->stalled_ns + (int64_t)((double)piece->first_event / r->options->rate * 1e9);
    for (; from < due; from = clock_ns())
        (void)signals_wait(-1, (due - from) / 1000000);
    return due;
}

/* Pushes the pieces; those that are left over after an error are released. */
static bool push_chunk(Run *r, Piece *piece, size_t n)
{
    bool done = true;
    int64_t began = clock_ns(), cpu_began = cpu_now();
    for (size_t i = 0, alike; i < n && done; i += alike) {
        alike = count_alike(r, piece + i, n - i);
        int64_t from = wait_until_due(r, &piece[i]);
        done = !signals_interrupted() && push_pieces(r, piece + i, alike);
        for (size_t k = 0; k < alike && done; k++)
            done = samples_add(&r->latency, clock_ns() - from);
    }
    for (size_t i = 0; i < n; i++)
        if (piece[i].array.release)
            piece[i].array.release(&piece[i].array);
    r->busy_ns += clock_ns() - began;
    r->cpu_ns += cpu_now() - cpu_began;
    return done;
}

static size_t count_of(const Piece *piece, size_t n, size_t table)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += piece[i].table == table;
    return count;
}

/* As one who has got so many batches at once does: those of a table are pushed together, in their order.  The table of which there
 * are fewest goes first, so few change their place, and none comes behind what began later in a table with more: auctions are there
 * before the bids on them, as they are when each batch is pushed when it begins. */
static void group_by_table(Piece *piece, size_t n)
{
    Piece sorted[TOGETHER_MAX];
    size_t at = 0;
    for (size_t count = 1; at < n; count++)
        for (size_t t = 0; t < N_TABLES; t++) {
            if (count_of(piece, n, t) != count)
                continue;
            for (size_t i = 0; i < n; i++)
                if (piece[i].table == t)
                    sorted[at++] = piece[i];
        }
    memcpy(piece, sorted, n * sizeof(*piece));
}

static void group_chunk(Piece *piece, size_t n, size_t together)
{
    for (size_t from = 0; from < n && together > 1; from += together)
        group_by_table(piece + from, MIN(together, n - from));
}

static bool push_all(Run *r)
{
    Piece piece[CHUNK];
    int64_t start_us = INT64_MIN;
    r->start_ns = clock_ns();
    for (size_t n;;) {
        int64_t from = clock_ns();
        free_returned(r);
        bool made = make_chunk(r, piece, &n, &start_us);
        r->stalled_ns += clock_ns() - from;
        if (n == 0)
            return made;
        group_chunk(piece, n, r->options->together);
        if (!push_chunk(r, piece, n) || !made)
            return false;
    }
}

/* ---- the report ---- */

static void print_row(Figures *f, Run *r, const char *query)
{
    double seconds = (double)(r->busy_ns > 0 ? r->busy_ns : 1) / 1e9;
    samples_sort(&r->latency);
    figures_text(f, query);
    figures_int(f, r->options->rows);
    figures_int(f, (int64_t)r->rows_out);
    figures_float(f, seconds, 4);
    figures_float(f, (double)r->options->rows / seconds, 0);
    figures_float(f, (double)samples_at(&r->latency, 0.5) / 1000, 1);
    figures_float(f, (double)samples_at(&r->latency, 0.99) / 1000, 1);
    figures_float(f, (double)r->cpu_ns / 1e9, 6);
}

static void run_done(Run *r)
{
    laminar_subscription_release(r->subscription);
    for (size_t t = 0; t < N_TABLES; t++) {
        release(&r->table[t]);
        laminar_stream_free(r->table[t].from);
        laminar_writer_free(r->table[t].to);
    }
    signals_done();
    if (r->db)
        (void)laminar_close(r->db);
    free_returned(r);
    if (r->maker)
        (void)laminar_close(r->maker);
    samples_done(&r->latency);
}

#define EVENT_BYTES 512 /* more than any query keeps of one */
enum { SYSTEM_PAGE = 4096, TOUCHED_MAX = 1 << 30 };

/* Uses memory once and gives it back.  A virtual machine gets memory from its host when it is touched for the first time, which may
 * take as long as a query does with it; where there is no host this takes next to nothing. */
static void touch_memory(int64_t events)
{
    size_t bytes = (size_t)(events < TOUCHED_MAX / EVENT_BYTES ? events * EVENT_BYTES : TOUCHED_MAX);
    char *p = mem_alloc(NULL, bytes);
    if (!p)
        return;
    mem_wish_huge_pages(p, bytes);
    for (size_t at = 0; at < bytes; at += SYSTEM_PAGE)
        ((volatile char *)p)[at] = 1;
    mem_free(NULL, p, bytes);
}

static bool run_query(const BenchOptions *o, const char *query, Figures *f)
{
    Run r = {.options = o};
    touch_memory(o->rows);
    bool is_sink = strcmp(query, WRITES_FILES) == 0;
    bool done = open_databases(&r, query) && create_query(&r, query) && open_writers(&r, is_sink) && open_tables(&r);
    if (done)
        signals_init(r.db);
    if (bench_check(done && push_all(&r)))
        print_row(f, &r, query);
    else
        done = false;
    run_done(&r);
    return done;
}

static int read_query(BenchOptions *o, const char *text)
{
    int64_t n;
    if (text[0] != 'q' || !str_to_i64(str_of(text + 1), &n) || n < 0 || n >= N_QUERIES) {
        message_printf("laminar bench nexmark: there is no query %s\n", text);
        return EXIT_USAGE;
    }
    o->query[n] = o->any_query = true;
    if (n == 10 && !o->dir) {
        message_printf("laminar bench nexmark: q10 writes files: it needs --dir\n");
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

int bench_nexmark(Shell *s, const BenchOptions *given)
{
    static const Column columns[] = {
        {.name = {"query", 5}, .kind = CELL_TEXT},           {.name = {"events", 6}, .kind = CELL_NUMBER},
        {.name = {"rows_out", 8}, .kind = CELL_NUMBER},      {.name = {"seconds", 7}, .kind = CELL_FLOAT},
        {.name = {"events_per_s", 12}, .kind = CELL_NUMBER}, {.name = {"batch_p50_us", 12}, .kind = CELL_FLOAT},
        {.name = {"batch_p99_us", 12}, .kind = CELL_FLOAT},  {.name = {"cpu_s", 5}, .kind = CELL_FLOAT}};
    BenchOptions o = *given;
    Figures f;
    int rc = EXIT_OK;
    o.rows = o.rows ? o.rows : DEFAULT_EVENTS;
    for (int i = 0; i < o.n_names && rc == EXIT_OK; i++)
        rc = read_query(&o, o.name[i]);
    if (rc != EXIT_OK)
        return rc;
    figures_begin(&f, s, columns, sizeof(columns) / sizeof(*columns));
    bool done = true;
    for (int q = 0; q < N_QUERIES && done; q++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "q%d", q);
        if (o.query[q] || (!o.any_query && (o.dir || strcmp(name, WRITES_FILES) != 0)))
            done = run_query(&o, name, &f);
    }
    return figures_end(&f, done);
}
