/* SPDX-License-Identifier: Apache-2.0
 *
 * The records of the standard format: statement and query. */
#include "slt/slt.h"

#include <stdarg.h>
#include <stdio.h>

struct Label {
    Label *next;
    const char *name, *hash;
};

/* What a line can begin with to be the start of a record; within SQL text no line begins like that. */
bool starts_record(const char *line)
{
    static const char *const verbs[] = {"statement ok", "statement error", "statement count ", "statement maybe", "query ",
                                        "push ",        "mark ",           "expect ",          "subscribe ",      "skipif ",
                                        "onlyif ",      "hash-threshold ", "control ",         "include ",        "permutation"};
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
        if (str_starts(str_of(line), str_of(verbs[i])))
            return true;
    return strcmp(line, "halt") == 0 || strcmp(line, "wait") == 0;
}

List read_block(Run *r, bool until_record)
{
    List block = {0};
    while (r->at < r->lines.n && r->lines.item[r->at][0] &&
           !(until_record && (starts_record(r->lines.item[r->at]) || strcmp(r->lines.item[r->at], "----") == 0)))
        list_add(&r->scratch, &block, r->lines.item[r->at++]);
    return block;
}

void record_failed(Run *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    printf("%s:%zu: ", r->file, r->line_base + r->record_at + 1);
    if (r->split)
        printf("(split %u) ", r->split);
    vprintf(fmt, ap);
    va_end(ap);
    printf("\n");
    r->counts.failed++;
}

void record_passed(Run *r)
{
    r->counts.passed++;
    if (r->verbose)
        printf("%s:%zu: ok\n", r->file, r->record_at + 1);
}

void show_difference(const List *expected, const List *actual)
{
    size_t n = MAX(expected->n, actual->n), shown = 0;
    for (size_t i = 0; i < n && shown < 40; i++) {
        const char *e = i < expected->n ? expected->item[i] : NULL, *a = i < actual->n ? actual->item[i] : NULL;
        if (e && a && strcmp(e, a) == 0) {
            printf("    %s\n", e);
            continue;
        }
        if (e)
            printf("  - %s\n", e);
        if (a)
            printf("  + %s\n", a);
        shown++;
    }
}

LaminarError last_error(void)
{
    LaminarError e = {.size = sizeof(e)};
    (void)laminar_last_error_detail(&e);
    return e;
}

static bool is_sqlstate(Str s)
{
    bool digit = false;
    for (size_t i = 0; i < s.n; i++) {
        digit = digit || (s.p[i] >= '0' && s.p[i] <= '9');
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z')))
            return false;
    }
    return s.n == 5 && digit;
}

bool error_fits(Run *r, const LaminarError *e, Str wanted)
{
    Str rest = wanted, word = text_word(&rest);
    if (is_sqlstate(word)) {
        if (!str_eq(word, str_of(e->sqlstate)))
            return false;
        wanted = rest;
    }
    if (!wanted.n)
        return true;
    regex_t re;
    if (regcomp(&re, text_print(&r->scratch, "%.*s", (int)wanted.n, wanted.p), REG_EXTENDED | REG_NOSUB) != 0) {
        printf("%s:%zu: bad regular expression\n", r->file, r->record_at + 1);
        return false;
    }
    bool fits = regexec(&re, e->message, 0, NULL, 0) == 0;
    regfree(&re);
    return fits;
}

/* Where an error has to point: a line of blanks and one `^` below the line of the statement that is meant. */
typedef struct Caret {
    int32_t line, column; /* 1-based; 0 = not asked for */
} Caret;

static Caret take_caret(List *sql)
{
    for (size_t i = 1; i < sql->n; i++) {
        const char *line = sql->item[i];
        size_t blanks = strspn(line, " ");
        if (strcmp(line + blanks, "^") != 0)
            continue;
        memmove(&sql->item[i], &sql->item[i + 1], (sql->n - i - 1) * sizeof(*sql->item));
        sql->n--;
        return (Caret){(int32_t)i, (int32_t)blanks + 1};
    }
    return (Caret){0};
}

/* What stands behind `----` of a statement that must fail: a part of the message, or <REGEX>: and an expression.  The lines end at
 * an empty one. */
static const char *read_message(Run *r)
{
    if (r->at >= r->lines.n || strcmp(r->lines.item[r->at], "----") != 0)
        return NULL;
    r->at++;
    List lines = read_block(r, false);
    return text_join(&r->scratch, &lines, 0, lines.n, ' ');
}

static bool message_fits(Run *r, const LaminarError *e, const char *message)
{
    Str text = message ? str_of(message) : (Str){0};
    if (!text.n)
        return true;
    if (!str_starts(text, STR("<REGEX>:")))
        return strstr(e->message, message) != NULL;
    return error_fits(r, e, (Str){text.p + 8, text.n - 8});
}

static void judge_error(Run *r, int32_t rc, Str wanted, const char *message, Caret at, const char *sql)
{
    LaminarError e = last_error();
    if (rc == LAMINAR_OK)
        record_failed(r, "succeeded, but error %.*s was expected\n  %s", (int)wanted.n, wanted.p, sql);
    else if (r->foreign)
        record_passed(r);
    else if (!message_fits(r, &e, message))
        record_failed(r, "another error than \"%s\": %s: %s\n  %s", message, e.sqlstate, e.message, sql);
    else if (!error_fits(r, &e, wanted))
        record_failed(r, "another error than %.*s: %s: %s\n  %s", (int)wanted.n, wanted.p, e.sqlstate, e.message, sql);
    else if (at.line && (e.line != at.line || e.column != at.column))
        record_failed(r, "error at %d:%d, not at %d:%d: %s: %s\n  %s", e.line, e.column, at.line, at.column, e.sqlstate, e.message,
                      sql);
    else
        record_passed(r);
}

static void failed_with(Run *r, const char *sql)
{
    LaminarError e = last_error();
    record_failed(r, "failed: %s: %s%s%s\n  %s", e.sqlstate, e.message, e.detail[0] ? "; " : "", e.detail, sql);
}

void run_statement_record(Run *r, Str rest)
{
    Str how = text_word(&rest);
    List block = read_block(r, true);
    Caret at = take_caret(&block);
    const char *sql = text_join(&r->scratch, &block, 0, block.n, '\n'), *message = read_message(r);
    if (r->skip_next) {
        r->counts.skipped++;
        return;
    }
    LaminarExecuteInfo info = {.size = sizeof(info)};
    LaminarQueryResult *result = NULL;
    int32_t rc = laminar_execute_info(r->db, sql, &info, &result);
    int64_t count = 0;
    if (str_eq(how, STR("maybe"))) {
        record_passed(r);
    } else if (str_eq(how, STR("ok"))) {
        if (rc == LAMINAR_OK)
            record_passed(r);
        else
            failed_with(r, sql);
    } else if (str_eq(how, STR("error"))) {
        judge_error(r, rc, rest, message, at, sql);
    } else if (str_eq(how, STR("count")) && str_to_i64(rest, &count)) {
        if (rc != LAMINAR_OK)
            failed_with(r, sql);
        else if (info.rows_affected != count)
            record_failed(r, "%lld rows were expected, %lld affected\n  %s", (long long)count, (long long)info.rows_affected, sql);
        else
            record_passed(r);
    } else {
        record_failed(r, "statement needs ok, error, count or maybe");
    }
    laminar_result_free(result);
    if (rc == LAMINAR_OK)
        watch_wanted(r);
}

/* ---- query ---- */

typedef struct Query {
    Str types, label;
    bool has_names, multiline; /* the first expected line has the names of columns; the expected text ends with EOF */
    SortMode sort;
    const char *sql;
    bool has_expected;
    List expected;
} Query;

static bool sort_of(Str s, SortMode *ret)
{
    if (str_eq(s, STR("nosort")))
        *ret = SORT_NONE;
    else if (str_eq(s, STR("rowsort")))
        *ret = SORT_ROWS;
    else if (str_eq(s, STR("valuesort")))
        *ret = SORT_VALUES;
    else
        return false;
    return true;
}

static List rows_of(Run *r, const List *values, size_t cols)
{
    List rows = {0};
    for (size_t i = 0; cols && i + cols <= values->n; i += cols)
        list_add(&r->scratch, &rows, text_join(&r->scratch, values, i, cols, ' '));
    return rows;
}

static List values_of(Run *r, const List *rows, const List *values, size_t cols, SortMode sort)
{
    List sorted = {0};
    for (size_t i = 0; sort != SORT_ROWS && i < values->n; i++)
        list_add(&r->scratch, &sorted, values->item[i]);
    /* Rows are sorted by their text; the values then follow in that order. */
    for (size_t k = 0; sort == SORT_ROWS && k < rows->n; k++)
        for (size_t i = 0; i + cols <= values->n; i += cols) {
            if (strcmp(text_join(&r->scratch, values, i, cols, ' '), rows->item[k]) != 0)
                continue;
            for (size_t c = 0; c < cols; c++)
                list_add(&r->scratch, &sorted, values->item[i + c]);
            break;
        }
    if (sort == SORT_VALUES)
        list_sort(&sorted);
    return sorted;
}

static bool label_agrees(Run *r, Str label, const char *hash)
{
    for (Label *l = r->labels; l; l = l->next)
        if (str_eq(str_of(l->name), label))
            return strcmp(l->hash, hash) == 0;
    Label *l = ARENA_NEW(&r->arena, Label);
    if (!l)
        die("out of memory");
    *l = (Label){r->labels, text_print(&r->arena, "%.*s", (int)label.n, label.p), text_print(&r->arena, "%s", hash)};
    r->labels = l;
    return true;
}

/* Expected lines hold one row each, or one value each as in the original format; tabs separate like blanks. */
static List expected_lines(Run *r, const Query *q)
{
    List lines = {0};
    for (size_t i = 0; i < q->expected.n; i++) {
        char *line = text_print(&r->scratch, "%s", q->expected.item[i]);
        for (char *p = line; *p; p++)
            if (*p == '\t')
                *p = ' ';
        list_add(&r->scratch, &lines, line);
    }
    return lines;
}

static bool same_foreign_hash(Run *r, const Query *q, const List *values, size_t cols, const char *expected)
{
    List plain = foreign_values(r, q->types, values, cols), rows = rows_of(r, &plain, cols);
    if (q->sort == SORT_ROWS)
        list_sort(&rows);
    List sorted = values_of(r, &rows, &plain, cols, q->sort);
    return strcmp(text_print(&r->scratch, "%zu values hashing to %s", plain.n, md5_of_values(&r->scratch, &sorted)), expected) == 0;
}

static void judge_rows(Run *r, const Query *q, const List *values, size_t cols)
{
    List rows = rows_of(r, values, cols), expected = expected_lines(r, q);
    if (q->sort == SORT_ROWS)
        list_sort(&rows);
    if (q->label.n || (r->hash_threshold && values->n > r->hash_threshold) ||
        (expected.n == 1 && strstr(expected.item[0], " values hashing to "))) {
        List sorted = values_of(r, &rows, values, cols, q->sort);
        const char *hash = md5_of_values(&r->scratch, &sorted);
        if (q->label.n && !label_agrees(r, q->label, hash)) {
            record_failed(r, "the result differs from that of another query labelled %.*s\n  %s", (int)q->label.n, q->label.p,
                          q->sql);
            return;
        }
        if (expected.n == 1 && strstr(expected.item[0], " values hashing to ")) {
            const char *actual = text_print(&r->scratch, "%zu values hashing to %s", values->n, hash);
            if (strcmp(actual, expected.item[0]) == 0 || (r->foreign && same_foreign_hash(r, q, values, cols, expected.item[0])))
                record_passed(r);
            else
                record_failed(r, "expected %s, got %s\n  %s", expected.item[0], actual, q->sql);
            return;
        }
    }
    if (!q->has_expected) {
        record_passed(r);
        return;
    }
    List actual = rows;
    bool by_value = q->sort == SORT_VALUES || (cols > 1 && expected.n == values->n && expected.n != rows.n);
    if (by_value)
        actual = values_of(r, &rows, values, cols, q->sort);
    if (q->sort == SORT_VALUES || (q->sort == SORT_ROWS && !by_value))
        list_sort(&expected);
    bool same = actual.n == expected.n;
    for (size_t i = 0; same && i < actual.n; i++)
        same = strcmp(actual.item[i], expected.item[i]) == 0;
    if (same || (r->foreign && same_foreign(r, q->types, by_value, q->sort != SORT_NONE, &expected, &actual))) {
        record_passed(r);
        return;
    }
    record_failed(r, "other rows than expected (- expected, + got)\n  %s", q->sql);
    show_difference(&expected, &actual);
}

static void read_expected(Run *r, Query *q)
{
    if (!q->multiline) {
        q->expected = read_block(r, false);
    } else {
        List lines = {0};
        while (r->at < r->lines.n && strcmp(r->lines.item[r->at], "EOF") != 0)
            list_add(&r->scratch, &lines, r->lines.item[r->at++]);
        r->at += r->at < r->lines.n;
        while (lines.n && !lines.item[lines.n - 1][0])
            lines.n--;
        list_add(&r->scratch, &q->expected, text_join_lines(&r->scratch, &lines));
    }
    if (q->has_names && q->expected.n) {
        q->expected.item++;
        q->expected.n--;
    }
}

static void read_query(Run *r, Str rest, Query *q)
{
    *q = (Query){.sort = r->sort};
    q->types = text_word(&rest);
    for (Str word = text_word(&rest); word.n; word = text_word(&rest)) {
        q->has_names |= str_eq(word, STR("colnames"));
        q->multiline |= str_eq(word, STR("multiline"));
        if (!sort_of(word, &q->sort) && !str_eq(word, STR("colnames")) && !str_eq(word, STR("multiline")))
            q->label = word;
    }
    List sql = {0};
    while (r->at < r->lines.n && r->lines.item[r->at][0] && strcmp(r->lines.item[r->at], "----") != 0)
        list_add(&r->scratch, &sql, r->lines.item[r->at++]);
    q->sql = text_join(&r->scratch, &sql, 0, sql.n, '\n');
    q->has_expected = r->at < r->lines.n && strcmp(r->lines.item[r->at], "----") == 0;
    if (q->has_expected)
        r->at++;
    read_expected(r, q);
}

void run_query_record(Run *r, Str rest)
{
    Query q;
    Str all = rest, first = text_word(&all);
    if (str_eq(first, STR("error"))) {
        List block = read_block(r, true);
        Caret at = take_caret(&block);
        const char *sql = text_join(&r->scratch, &block, 0, block.n, '\n'), *message = read_message(r);
        LaminarQueryResult *none = NULL;
        if (r->skip_next)
            r->counts.skipped++;
        else
            judge_error(r, laminar_execute(r->db, sql, &none), all, message, at, sql);
        laminar_result_free(none);
        return;
    }
    read_query(r, rest, &q);
    if (r->skip_next) {
        r->counts.skipped++;
        return;
    }
    LaminarQueryResult *result = NULL;
    List values = {0};
    size_t cols = 0;
    if (laminar_execute(r->db, q.sql, &result) != LAMINAR_OK) {
        failed_with(r, q.sql);
        return;
    }
    const char *what = result ? result_values(&r->scratch, result, &values, &cols) : "the statement gives no rows";
    laminar_result_free(result);
    if (what)
        record_failed(r, "%s\n  %s", what, q.sql);
    else if (q.types.n && cols != q.types.n && !r->foreign)
        record_failed(r, "%zu columns were expected, there are %zu\n  %s", q.types.n, cols, q.sql);
    else if (!q.has_expected && !q.label.n)
        record_passed(r);
    else
        judge_rows(r, &q, &values, cols);
}
