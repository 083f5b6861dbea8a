/* SPDX-License-Identifier: Apache-2.0
 *
 * Files: the verbs that steer, the loop over records, and the permutations of a file with pushes. */
#include "slt/slt.h"

#include <stdio.h>

#define INCLUDE_DEPTH_MAX 8

static void run_include(Run *r, Str rest)
{
    const char *slash = strrchr(r->file, '/');
    const char *path = rest.n && rest.p[0] == '/' ? text_print(&r->arena, "%.*s", (int)rest.n, rest.p)
                                                  : text_print(&r->arena, "%.*s%.*s", slash ? (int)(slash - r->file) + 1 : 0,
                                                               r->file, (int)rest.n, rest.p);
    List lines = {0};
    if (r->include_depth >= INCLUDE_DEPTH_MAX || !read_lines(&r->arena, path, &lines)) {
        record_failed(r, "%s cannot be included", path);
        return;
    }
    const char *file = r->file;
    List outer = r->lines;
    size_t at = r->at;
    r->file = path;
    r->lines = lines;
    r->at = 0;
    r->include_depth++;
    run_lines(r);
    r->include_depth--;
    r->file = file;
    r->lines = outer;
    r->at = at;
}

static bool set_sort(Run *r, Str rest)
{
    Str what = text_word(&rest);
    if (str_eq(what, STR("resultmode"))) /* rows and values are told apart by their number */
        return str_eq(rest, STR("rowwise")) || str_eq(rest, STR("valuewise"));
    if (!str_eq(what, STR("sortmode")))
        return r->foreign;
    if (str_eq(rest, STR("nosort")))
        r->sort = SORT_NONE;
    else if (str_eq(rest, STR("rowsort")))
        r->sort = SORT_ROWS;
    else if (str_eq(rest, STR("valuesort")))
        r->sort = SORT_VALUES;
    else
        return false;
    return true;
}

/* Verbs that only steer; false when the word is none of them. */
static bool run_control(Run *r, Str verb, Str rest)
{
    int64_t n = 0;
    if (str_eq(verb, STR("halt"))) {
        r->halted = true;
    } else if (str_eq(verb, STR("hash-threshold"))) {
        if (str_to_i64(rest, &n) && n >= 0)
            r->hash_threshold = (size_t)n;
        else
            record_failed(r, "hash-threshold needs a number");
    } else if (str_eq(verb, STR("control"))) {
        if (!set_sort(r, rest))
            record_failed(r, "only control sortmode nosort|rowsort|valuesort and resultmode are known");
    } else if (str_eq(verb, STR("include"))) {
        run_include(r, rest);
    } else if (str_eq(verb, STR("mode"))) {
        r->passes_over = str_eq(rest, STR("skip")) || (r->passes_over && !str_eq(rest, STR("unskip")));
    } else if (str_eq(verb, STR("permutation"))) {
        if (!str_eq(rest, STR("whole"))) /* read before the file ran */
            record_failed(r, "only permutation whole is known");
    } else {
        return false;
    }
    return true;
}

static void run_record(Run *r, Str verb, Str rest)
{
    if (r->has_error && !(str_eq(verb, STR("expect")) && str_starts(rest, STR("error")))) {
        r->record_at = r->error_at;
        record_failed(r, "failed: %s: %s", r->error.sqlstate, r->error.message);
        r->has_error = false;
    }
    r->skip_next = r->skip_next || r->passes_over;
    if (str_eq(verb, STR("statement")))
        run_statement_record(r, rest);
    else if (str_eq(verb, STR("query")))
        run_query_record(r, rest);
    else if (str_eq(verb, STR("push")))
        run_push(r, rest, false);
    else if (str_eq(verb, STR("change")))
        run_push(r, rest, true);
    else if (str_eq(verb, STR("mark")))
        run_mark(r, rest);
    else if (str_eq(verb, STR("expect")))
        run_expect(r, rest);
    else if (str_eq(verb, STR("subscribe")))
        run_subscribe(r, rest);
    else if (str_eq(verb, STR("wait")))
        run_wait(r);
    else if (!run_control(r, verb, rest) && !(r->foreign && run_foreign_control(r, verb, rest))) {
        record_failed(r, "unknown record \"%.*s\"", (int)verb.n, verb.p);
        (void)read_block(r, false);
    }
    r->skip_next = false;
}

void run_lines(Run *r)
{
    while (r->at < r->lines.n && !r->halted) {
        Str line = str_trim(str_of(r->lines.item[r->at])), rest = line;
        r->record_at = r->at++;
        if (!line.n || line.p[0] == '#')
            continue;
        Str verb = text_word(&rest);
        if (str_eq(verb, STR("skipif")) || str_eq(verb, STR("onlyif"))) {
            bool us = str_eq(text_word(&rest), str_of(r->as));
            r->skip_next = r->skip_next || us == str_eq(verb, STR("skipif"));
            continue;
        }
        if (!run_loop(r, verb, rest))
            run_record(r, verb, rest);
        arena_reset(&r->scratch);
    }
}

static void run_once(const char *path, unsigned split, const Options *o, const List *lines, Counts *total)
{
    Run r = {.file = path,
             .split = split,
             .verbose = o->verbose,
             .wait_ms = o->wait_ms,
             .foreign = o->foreign,
             .as = o->as,
             .lines = *lines};
    arena_init(&r.arena, NULL, 0);
    arena_init(&r.scratch, NULL, 0);
    LaminarConfig config = {.size = sizeof(config), .threads = o->threads};
    if (laminar_open_with_config(NULL, &config, &r.db) != LAMINAR_OK ||
        (o->threads > 1 && laminar_execute(r.db, "SET parallel_rows = 1", NULL) != LAMINAR_OK) ||
        (o->spills && laminar_execute(r.db, "SET spill = 'always'", NULL) != LAMINAR_OK))
        die("the database cannot be opened");
    const char *folder = folder_make(&r.arena, &r.lines);
    run_lines(&r);
    watch_done(&r);
    if (laminar_close(r.db) != LAMINAR_OK)
        record_failed(&r, "the database does not close: %s", last_error().message);
    folder_remove(folder);
    const char *state = r.counts.failed ? "FAILED" : "ok";
    if (split)
        printf("%s (split %u): %s, %u passed, %u failed, %u skipped\n", path, split, state, r.counts.passed, r.counts.failed,
               r.counts.skipped);
    else
        printf("%s: %s, %u passed, %u failed, %u skipped\n", path, state, r.counts.passed, r.counts.failed, r.counts.skipped);
    total->passed += r.counts.passed;
    total->failed += r.counts.failed;
    total->skipped += r.counts.skipped;
    arena_done(&r.arena);
    arena_done(&r.scratch);
}

void run_file(const char *path, const Options *o, Counts *total)
{
    static const unsigned splits[] = {SPLIT_WHOLE, 7, 1};
    Arena arena;
    arena_init(&arena, NULL, 0);
    List lines = {0};
    bool has_push = false, whole = false;
    if (!read_lines(&arena, path, &lines)) {
        total->failed++;
        arena_done(&arena);
        return;
    }
    for (size_t i = 0; i < lines.n; i++) {
        has_push = has_push || str_starts(str_of(lines.item[i]), STR("push "));
        whole = whole || str_eq(str_trim(str_of(lines.item[i])), STR("permutation whole"));
    }
    if (o->split >= 0)
        run_once(path, (unsigned)o->split, o, &lines, total);
    else
        for (size_t i = 0; i < ARRAY_LEN(splits) && (i == 0 || (has_push && !whole)); i++)
            run_once(path, splits[i], o, &lines, total);
    arena_done(&arena);
}
