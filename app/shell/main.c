/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar: options, then statements from -c, -f, standard input or the prompt, then the wait for what they started. */
#include "shell/shell.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "shell/bench.h"
#include "shell/report.h"

#define ITEMS_MAX 256

typedef struct Item { /* a -c or -f, in order */
    bool is_file;
    const char *text;
} Item;

typedef struct Options {
    Item item[ITEMS_MAX];
    size_t n_items;
    const char *variable[2 * ITEMS_MAX + 1]; /* name, value, ..., NULL */
    size_t n_variables;
    char *name[ITEMS_MAX]; /* owned copies of the names */
    uint32_t threads;      /* 0 = as the database says */
    bool help, version;
} Options;

static int usage_error(const char *what, const char *text)
{
    message_printf("laminar: %s%s\nTry laminar --help.\n", what, text);
    return EXIT_USAGE;
}

static int add_item(Options *o, bool is_file, const char *text)
{
    if (o->n_items == ITEMS_MAX)
        return usage_error("too many -c and -f", "");
    o->item[o->n_items++] = (Item){is_file, text};
    return EXIT_OK;
}

static int add_variable(Options *o, const char *text)
{
    const char *eq = strchr(text, '=');
    if (!eq || eq == text)
        return usage_error("-v needs NAME=VALUE, not ", text);
    if (o->n_variables == ITEMS_MAX)
        return usage_error("too many variables", "");
    char *name = mem_strdup(NULL, text);
    if (!name)
        return usage_error("out of memory", "");
    name[eq - text] = 0;
    o->name[o->n_variables] = name;
    o->variable[2 * o->n_variables] = name;
    o->variable[2 * o->n_variables + 1] = eq + 1;
    o->n_variables++;
    return EXIT_OK;
}

static void options_done(Options *o)
{
    for (size_t i = 0; i < o->n_variables; i++) {
        o->name[i][strlen(o->name[i])] = '='; /* its size is that of the whole text again */
        mem_strfree(NULL, o->name[i]);
    }
}

enum { OPT_TIMING = 256, OPT_NO_PROGRESS };
static const struct option long_options[] = {{"command", required_argument, NULL, 'c'},
                                             {"file", required_argument, NULL, 'f'},
                                             {"format", required_argument, NULL, 'F'},
                                             {"set", required_argument, NULL, 'v'},
                                             {"threads", required_argument, NULL, 't'},
                                             {"keep-going", no_argument, NULL, 'k'},
                                             {"quiet", no_argument, NULL, 'q'},
                                             {"timing", no_argument, NULL, OPT_TIMING},
                                             {"no-progress", no_argument, NULL, OPT_NO_PROGRESS},
                                             {"help", no_argument, NULL, 'h'},
                                             {"version", no_argument, NULL, 'V'},
                                             {0}};

static int read_threads(Options *o, const char *text)
{
    int64_t n;
    if (!str_to_i64(str_of(text), &n) || n < 1 || n > LAMINAR_THREADS_MAX)
        return usage_error("not a number of threads: ", text);
    o->threads = (uint32_t)n;
    return EXIT_OK;
}

static int read_option(Shell *s, Options *o, int c)
{
    switch (c) {
    case 'c': return add_item(o, false, optarg);
    case 'f': return add_item(o, true, optarg);
    case 'v': return add_variable(o, optarg);
    case 'F': s->format = printer_find(str_of(optarg)); return s->format ? EXIT_OK : usage_error("there is no format ", optarg);
    case 't': return read_threads(o, optarg);
    case 'k': s->keep_going = true; return EXIT_OK;
    case 'q': s->quiet = true; return EXIT_OK;
    case OPT_TIMING: s->timing = true; return EXIT_OK;
    case OPT_NO_PROGRESS: s->no_progress = true; return EXIT_OK;
    case 'h': o->help = true; return EXIT_OK;
    case 'V': o->version = true; return EXIT_OK;
    default: message_printf("Try laminar --help.\n"); return EXIT_USAGE; /* getopt has said what is wrong */
    }
}

static int read_options(Shell *s, Options *o, int argc, char **argv)
{
    int c;
    while ((c = getopt_long(argc, argv, "c:f:F:v:t:kqhV", long_options, NULL)) != -1) {
        int rc = read_option(s, o, c);
        if (rc != EXIT_OK)
            return rc;
    }
    if (optind < argc)
        s->path = argv[optind++];
    return optind < argc ? usage_error("more than one database: ", argv[optind]) : EXIT_OK;
}

static int run_items(Shell *s, const Options *o)
{
    int rc = 0;
    for (size_t i = 0; i < o->n_items && !s->quit && !s->interrupted && (rc == 0 || s->keep_going); i++) {
        int one = o->item[i].is_file ? run_file(s, o->item[i].text) : run_text(s, str_of(o->item[i].text), (Origin){NULL, 1});
        rc = one < 0 ? -1 : rc;
    }
    if (!o->n_items)
        rc = run_file(s, "-");
    if ((rc == 0 || s->keep_going) && !s->interrupted && !s->out.closed && run_wait(s) < 0)
        rc = -1;
    return s->interrupted ? EXIT_INTERRUPTED : rc < 0 || s->failed ? EXIT_ERROR : EXIT_OK;
}

/* ---- laminar check DIR, laminar dump-wal DIR [FROM [TO]], laminar bench ... ---- */

static void put_line(void *self, const char *line)
{
    output_printf(self, "%s\n", line);
}

static bool read_number(const char *text, uint64_t *ret)
{
    return !text || str_to_u64(str_of(text), ret);
}

/* EXIT_OK with *ret_is false: it is neither. A directory of that name is meant by ./check. */
static int run_tool(Shell *s, int argc, char **argv, bool *ret_is)
{
    bool check = argc > 1 && strcmp(argv[1], "check") == 0, dump = argc > 1 && strcmp(argv[1], "dump-wal") == 0;
    uint64_t from = 0, to = 0;
    bool bench = argc > 1 && strcmp(argv[1], "bench") == 0;
    *ret_is = check || dump || bench;
    if (!*ret_is)
        return EXIT_OK;
    if (bench)
        return bench_main(s, argc - 1, argv + 1);
    if (argc < 3 || argc > (check ? 3 : 5))
        return usage_error(argv[1],
                           check ? " needs a directory" : " needs a directory, then the first and the last record's number");
    if (!read_number(argc > 3 ? argv[3] : NULL, &from) || !read_number(argc > 4 ? argv[4] : NULL, &to))
        return usage_error("not the number of a record: ", argv[argc - 1]);
    int32_t rc = check ? laminar_check(argv[2], put_line, &s->out) : laminar_dump_log(argv[2], from, to, put_line, &s->out);
    output_flush(&s->out);
    if (rc != LAMINAR_OK)
        report_last_error((Str){0}, (Origin){0});
    return rc == LAMINAR_OK ? EXIT_OK : EXIT_ERROR;
}

static int run_shell(Shell *s, const Options *o)
{
    LaminarConfig config = {.size = sizeof(config), .variables = o->n_variables ? o->variable : NULL, .threads = o->threads};
    if (laminar_open_with_config(s->path, &config, &s->db) != LAMINAR_OK) {
        report_last_error((Str){0}, (Origin){0});
        return EXIT_ERROR;
    }
    signals_init(s->db);
    s->interactive = !o->n_items && fd_is_terminal(STDIN_FILENO);
    int rc = s->interactive ? prompt_loop(s) : run_items(s, o);
    signals_done();
    bool closed = laminar_close(s->db) == LAMINAR_OK;
    if (!closed)
        report_last_error((Str){0}, (Origin){0});
    return rc == EXIT_OK && !closed ? EXIT_ERROR : rc;
}

int main(int argc, char **argv)
{
    Shell s = {.format = &printer_table};
    Options o = {0};
    sb_init(&s.last_query, NULL);
    output_init(&s.out, STDOUT_FILENO, false);
    bool is_tool;
    int rc = run_tool(&s, argc, argv, &is_tool);
    if (!is_tool)
        rc = read_options(&s, &o, argc, argv);
    if (is_tool || rc != EXIT_OK)
        ;
    else if (o.help)
        help_usage(&s.out);
    else if (o.version)
        output_printf(&s.out, "laminar %s\n", laminar_version());
    else
        rc = run_shell(&s, &o);
    bool failed = s.out.failed;
    output_done(&s.out);
    sb_done(&s.last_query);
    options_done(&o);
    return rc == EXIT_OK && failed ? EXIT_ERROR : rc;
}
