/* SPDX-License-Identifier: Apache-2.0
 *
 * The verbs of streams: push rows, move a watermark, expect the changes a relation has delivered since it was last asked.  Changes
 * are netted, so that a file holds for every way of splitting its pushes. */
#include "slt/slt.h"

#include <stdio.h>
#include <stdlib.h>

#define FAILED_WAIT_MS 1000 /* how long one may take where another has not come true: each of them may be wrong */

struct Watched {
    Watched *next;
    const char *name;
    LaminarSubscription *sub;
    size_t cols;
    List rows;       /* net changes: text of the row ... */
    int64_t *weight; /* ... and its weight; in r->arena */
    size_t cap;
};

/* ---- watching ---- */

static Watched *watched_find(Run *r, Str name)
{
    for (Watched *w = r->watched; w; w = w->next)
        if (str_eq(str_of(w->name), name))
            return w;
    return NULL;
}

/* query: what to watch; the relation of that name when it is empty. */
static int32_t watch(Run *r, Str name, Str query)
{
    Watched *w = watched_find(r, name);
    if (w && w->sub)
        return LAMINAR_OK;
    const char *text = text_print(&r->arena, "%.*s", (int)name.n, name.p);
    LaminarSubscribeOptions o = {.size = sizeof(o), .overflow = LAMINAR_OVERFLOW_DISCONNECT};
    LaminarSubscription *sub = NULL;
    LaminarSchema *schema = NULL;
    size_t cols = 0;
    const char *what = query.n ? text_print(&r->arena, "%.*s", (int)query.n, query.p) : text;
    int32_t rc = laminar_subscribe(r->db, what, &o, &sub);
    if (rc == LAMINAR_OK)
        rc = laminar_subscription_schema(sub, &schema);
    if (rc == LAMINAR_OK)
        rc = laminar_schema_num_fields(schema, &cols);
    laminar_schema_free(schema);
    if (rc != LAMINAR_OK) {
        laminar_subscription_release(sub);
        return rc;
    }
    if (!w) {
        w = ARENA_NEW(&r->arena, Watched);
        if (!w)
            die("out of memory");
        *w = (Watched){.next = r->watched, .name = text};
        r->watched = w;
    }
    w->sub = sub;
    w->cols = cols;
    return LAMINAR_OK;
}

void watch_wanted(Run *r)
{
    for (size_t i = r->at; i < r->lines.n; i++) {
        Str rest = str_of(r->lines.item[i]);
        if (!str_starts(rest, STR("expect ")))
            continue;
        (void)text_word(&rest);
        Str name = text_word(&rest);
        if (!str_eq(name, STR("error")))
            (void)watch(r, name, (Str){0});
    }
    laminar_clear_error();
}

void watch_done(Run *r)
{
    for (Watched *w = r->watched; w; w = w->next)
        laminar_subscription_release(w->sub);
    r->watched = NULL;
}

void run_subscribe(Run *r, Str rest)
{
    Str name = text_word(&rest), query = rest, as = text_word(&query);
    if (r->skip_next) {
        r->counts.skipped++;
        return;
    }
    if (query.n && !str_eq(as, STR("AS"))) {
        record_failed(r, "subscribe takes a relation, or a name AS a query");
        return;
    }
    if (watch(r, name, query) == LAMINAR_OK) {
        record_passed(r);
        return;
    }
    LaminarError e = last_error();
    record_failed(r, "subscribe failed: %s: %s", e.sqlstate, e.message);
}

static void add_change(Run *r, Watched *w, const char *row, int64_t weight)
{
    for (size_t i = 0; i < w->rows.n; i++)
        if (strcmp(w->rows.item[i], row) == 0) {
            w->weight[i] += weight;
            return;
        }
    if (w->rows.n == w->cap) {
        size_t cap = w->cap ? 2 * w->cap : 64;
        int64_t *more = ARENA_ARRAY(&r->arena, int64_t, cap);
        if (!more)
            die("out of memory");
        if (w->cap)
            memcpy(more, w->weight, w->cap * sizeof(*more));
        w->weight = more;
        w->cap = cap;
    }
    w->weight[w->rows.n] = weight;
    list_add(&r->arena, &w->rows, row);
}

/* Takes the deliveries that are there, waiting up to timeout_ms for the first. NULL, or what went wrong. */
static const char *take_changes(Run *r, Watched *w, int64_t timeout_ms)
{
    for (;; timeout_ms = 0) {
        LaminarChange change = {0};
        int32_t rc = laminar_subscription_next(w->sub, timeout_ms, &change);
        if (rc == LAMINAR_API_SUBSCRIPTION_TIMEOUT)
            return NULL;
        if (rc != LAMINAR_OK) {
            LaminarError e = last_error();
            return text_print(&r->scratch, "the subscription failed: %s: %s", e.sqlstate, e.message);
        }
        if (change.gap_rows)
            return "rows were dropped before they were read";
        if (!change.batch)
            return NULL;
        for (size_t i = 0; i < change.num_rows; i++) {
            List values = {0};
            int32_t weight = 0;
            if (laminar_batch_weight(change.batch, i, &weight) != LAMINAR_OK)
                return "a row has no weight";
            for (size_t c = 0; c < w->cols; c++) {
                const char *text = NULL;
                size_t n = 0;
                if (laminar_batch_text(change.batch, i, c, &text, &n) != LAMINAR_OK)
                    return "a value has no text";
                list_add(&r->scratch, &values, value_text(&r->scratch, text, n));
            }
            add_change(r, w, text_join(&r->arena, &values, 0, values.n, ' '), weight);
        }
    }
}

static List net_changes(Run *r, const Watched *w, bool ordered)
{
    List lines = {0};
    for (size_t i = 0; i < w->rows.n; i++)
        if (w->weight[i])
            list_add(&r->scratch, &lines, text_print(&r->scratch, "%+lld %s", (long long)w->weight[i], w->rows.item[i]));
    if (!ordered)
        list_sort(&lines);
    return lines;
}

static bool same_lines(const List *a, const List *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = strcmp(a->item[i], b->item[i]) == 0;
    return same;
}

static void expect_error(Run *r, Str wanted)
{
    if (!r->has_error)
        record_failed(r, "nothing failed, but error %.*s was expected", (int)wanted.n, wanted.p);
    else if (!error_fits(r, &r->error, wanted))
        record_failed(r, "another error than %.*s: %s: %s", (int)wanted.n, wanted.p, r->error.sqlstate, r->error.message);
    else
        record_passed(r);
    r->has_error = false;
}

void run_expect(Run *r, Str rest)
{
    Str name = text_word(&rest);
    if (str_eq(name, STR("error"))) {
        expect_error(r, rest);
        return;
    }
    bool ordered = str_eq(rest, STR("ordered"));
    List expected = {0};
    if (r->at < r->lines.n && strcmp(r->lines.item[r->at], "----") == 0)
        r->at++;
    while (r->at < r->lines.n && (r->lines.item[r->at][0] == '+' || r->lines.item[r->at][0] == '-'))
        list_add(&r->scratch, &expected, r->lines.item[r->at++]);
    if (r->skip_next) {
        r->counts.skipped++;
        return;
    }
    if (!ordered)
        list_sort(&expected);
    Watched *w = watched_find(r, name);
    if (!w || !w->sub) {
        int32_t rc = watch(r, name, (Str){0});
        LaminarError e = last_error();
        if (rc != LAMINAR_OK)
            record_failed(r, "%.*s cannot be watched: %s: %s", (int)name.n, name.p, e.sqlstate, e.message);
        w = watched_find(r, name);
        if (rc != LAMINAR_OK || !w)
            return;
    }
    const char *what = take_changes(r, w, 0);
    List actual = net_changes(r, w, ordered);
    int64_t limit_ms = r->counts.failed ? MIN(r->wait_ms, FAILED_WAIT_MS) : r->wait_ms;
    for (int64_t waited = 0; !what && !same_lines(&expected, &actual) && waited < limit_ms; waited += 50) {
        what = take_changes(r, w, 50);
        actual = net_changes(r, w, ordered);
    }
    w->rows.n = 0;
    if (what) {
        record_failed(r, "%s", what);
    } else if (same_lines(&expected, &actual)) {
        record_passed(r);
    } else {
        record_failed(r, "other changes of %.*s than expected (- expected, + got)", (int)name.n, name.p);
        show_difference(&expected, &actual);
    }
}

/* ---- push and mark ---- */

typedef struct Field {
    const char *text; /* NULL = SQL NULL */
} Field;

/* One field at *p: quoted ('' or "" inside doubles the quote) or bare up to the separator. */
static const char *read_field(Arena *a, const char **p, bool csv)
{
    while (**p == ' ' || **p == '\t')
        (*p)++;
    char quote = **p == '"' || **p == '\'' ? **p : 0;
    char *text = arena_alloc(a, strlen(*p) + 1);
    if (!text)
        die("out of memory");
    size_t n = 0;
    if (quote) {
        (*p)++;
        while (**p && !(**p == quote && (*p)[1] != quote)) {
            *p += **p == quote ? 1 : 0;
            text[n++] = *(*p)++;
        }
        *p += **p ? 1 : 0;
    } else {
        while (**p && (csv ? **p != ',' : **p != ' ' && **p != '\t'))
            text[n++] = *(*p)++;
        while (n && (text[n - 1] == ' ' || text[n - 1] == '\t'))
            n--;
    }
    text[n] = 0;
    if (quote)
        return text;
    if (strcmp(text, "(empty)") == 0)
        return "";
    return strcmp(text, "NULL") == 0 || (csv && !n) ? NULL : text;
}

/* Values of one pushed row: separated by commas when there is one outside quotes, else by blanks. */
static size_t read_fields(Arena *a, const char *line, Field *ret, size_t max)
{
    bool csv = false;
    char quote = 0;
    for (const char *p = line; *p && !csv; p++) {
        if (quote)
            quote = *p == quote ? 0 : quote;
        else if (*p == '"' || *p == '\'')
            quote = *p;
        else
            csv = *p == ',';
    }
    size_t n = 0;
    for (const char *p = line; n < max;) {
        ret[n++].text = read_field(a, &p, csv);
        while (*p == ' ' || *p == '\t')
            p++;
        if (!*p)
            break;
        if (csv && *p == ',')
            p++;
    }
    return n;
}

typedef struct Target {
    LaminarWriter *writer;
    size_t n_cols;
    bool *is_moment;
} Target;

static int32_t target_open(Run *r, const char *source, Target *ret)
{
    LaminarSchema *schema = NULL;
    int32_t rc = laminar_get_schema(r->db, source, &schema);
    if (rc == LAMINAR_OK)
        rc = laminar_schema_num_fields(schema, &ret->n_cols);
    ret->is_moment = ARENA_ARRAY(&r->scratch, bool, ret->n_cols + 1);
    if (!ret->is_moment)
        die("out of memory");
    for (size_t i = 0; rc == LAMINAR_OK && i < ret->n_cols; i++) {
        char *type = NULL;
        rc = laminar_schema_field_sql_type(schema, i, &type);
        ret->is_moment[i] = rc == LAMINAR_OK && str_starts(str_of(type), STR("TIMESTAMP"));
        laminar_string_free(type);
    }
    laminar_schema_free(schema);
    return rc == LAMINAR_OK ? laminar_writer_create(r->db, source, &ret->writer) : rc;
}

/* weighted: the line begins with +1, -1, .. */
static int32_t push_row(Run *r, const Target *t, const char *line, bool weighted)
{
    Field field[256];
    LaminarRow *row = NULL;
    char *rest = (char *)line;
    int32_t weight = weighted ? (int32_t)strtol(line, &rest, 10) : 1;
    size_t n = read_fields(&r->scratch, rest, field, ARRAY_LEN(field));
    int32_t rc = laminar_row_begin(t->writer, &row);
    if (rc == LAMINAR_OK && weighted)
        rc = laminar_row_weight(row, weight);
    for (size_t i = 0; rc == LAMINAR_OK && i < n; i++) {
        const char *text = field[i].text;
        if (text && i < t->n_cols && t->is_moment[i])
            text = moment_text(&r->scratch, text);
        rc = text ? laminar_row_text(row, i, text, strlen(text)) : laminar_row_null(row, i);
    }
    return rc == LAMINAR_OK ? laminar_row_end(row) : rc;
}

/* Keeps the error for `expect error`; when no such record follows, the push itself has failed. */
static void judge_input(Run *r, int32_t rc, const char *what)
{
    if (rc == LAMINAR_OK) {
        record_passed(r);
        return;
    }
    r->error = last_error();
    r->error_at = r->record_at;
    size_t next = r->at;
    while (next < r->lines.n && (!r->lines.item[next][0] || r->lines.item[next][0] == '#'))
        next++;
    if (next < r->lines.n && str_starts(str_of(r->lines.item[next]), STR("expect error"))) {
        r->has_error = true;
        record_passed(r);
        return;
    }
    record_failed(r, "%s failed: %s: %s", what, r->error.sqlstate, r->error.message);
}

void run_push(Run *r, Str rest, bool weighted)
{
    Str source = text_word(&rest);
    List rows = read_block(r, true);
    if (r->skip_next) {
        r->counts.skipped++;
        return;
    }
    Target t = {0};
    int32_t rc = target_open(r, text_print(&r->scratch, "%.*s", (int)source.n, source.p), &t);
    for (size_t i = 0; rc == LAMINAR_OK && i < rows.n; i++) {
        rc = push_row(r, &t, rows.item[i], weighted);
        if (rc == LAMINAR_OK && (i + 1 == rows.n || (r->split && (i + 1) % r->split == 0)))
            rc = laminar_writer_flush(t.writer);
    }
    judge_input(r, rc, "push");
    laminar_writer_free(t.writer);
}

void run_mark(Run *r, Str rest)
{
    Str source = text_word(&rest);
    const char *text = moment_text(&r->scratch, text_print(&r->scratch, "%.*s", (int)rest.n, rest.p));
    int64_t us;
    if (r->skip_next) {
        r->counts.skipped++;
        return;
    }
    if (!moment_us(text, &us)) {
        record_failed(r, "mark needs a time, not \"%s\"", text);
        return;
    }
    LaminarWriter *w = NULL;
    int32_t rc = laminar_writer_create(r->db, text_print(&r->scratch, "%.*s", (int)source.n, source.p), &w);
    if (rc == LAMINAR_OK)
        rc = laminar_writer_watermark(w, us);
    judge_input(r, rc, "mark");
    laminar_writer_free(w);
}

void run_wait(Run *r)
{
    bool unbounded = false;
    judge_input(r, laminar_wait_idle(r->db, r->wait_ms, &unbounded), "wait");
}
