/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands that begin with a backslash: one row each in the table at the end, which also gives \? its text and completion its
 * names. */
#include "shell/shell.h"

#include <fcntl.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "shell/progress.h"
#include "shell/report.h"

typedef struct Command {
    Shell *shell;
    const char *name;
    Str arg;         /* the rest of the line, trimmed */
    StrBuf *pending; /* NULL in scripts */
    Origin at;
} Command;

/* Takes the next word of the argument; 'quotes' may hold blanks. false when there is none. */
static bool take_word(Str *rest, Str *ret)
{
    Str s = str_trim(*rest);
    if (!s.n)
        return false;
    size_t i = 0;
    if (s.p[0] == '\'' || s.p[0] == '"') {
        const char *end = memchr(s.p + 1, s.p[0], s.n - 1);
        i = end ? (size_t)(end - s.p) + 1 : s.n;
        *ret = (Str){s.p + 1, i - (end ? 2 : 1)};
    } else {
        while (i < s.n && s.p[i] != ' ' && s.p[i] != '\t')
            i++;
        *ret = (Str){s.p, i};
    }
    *rest = str_trim((Str){s.p + i, s.n - i});
    return true;
}

static int fail(const Command *c, const char *what)
{
    report_error(c->at, "42601", "%s: %s", c->name, what);
    return -1;
}

/* What stands behind the last word would count for nothing. */
static int check_end(const Command *c)
{
    return c->arg.n ? fail(c, "one word is expected; quotes hold blanks") : 0;
}

static int command_quit(Command *c)
{
    c->shell->quit = true;
    return 0;
}

static int command_help(Command *c)
{
    help_commands(&c->shell->out);
    output_flush(&c->shell->out);
    return 0;
}

static int command_sql_help(Command *c)
{
    return help_statement(c->shell, c->arg);
}

static int command_format(Command *c)
{
    if (!c->arg.n) {
        message_printf("Output format is %s; there are %s.\n", c->shell->format->name, printer_names());
        return 0;
    }
    const PrinterType *type = printer_find(c->arg);
    if (!type) {
        report_error(c->at, "22023", "there is no format \"%.*s\"; there are %s", (int)c->arg.n, c->arg.p, printer_names());
        return -1;
    }
    c->shell->format = type;
    if (c->shell->interactive)
        message_printf("Output format is %s.\n", type->name);
    return 0;
}

/* *ret as "on" or "off" say; with nothing the other of what it is. */
static int take_switch(const Command *c, bool *ret)
{
    bool on = str_eq_nocase(c->arg, STR("on"));
    if (c->arg.n && !on && !str_eq_nocase(c->arg, STR("off")))
        return fail(c, "on or off is expected");
    *ret = c->arg.n ? on : !*ret;
    return 0;
}

static int command_expanded(Command *c)
{
    bool line = c->shell->format == &printer_line;
    if (take_switch(c, &line) < 0)
        return -1;
    if (line || c->shell->format == &printer_line)
        c->shell->format = line ? &printer_line : &printer_table;
    if (c->shell->interactive)
        message_printf("Output format is %s.\n", c->shell->format->name);
    return 0;
}

static int command_timing(Command *c)
{
    if (take_switch(c, &c->shell->timing) < 0)
        return -1;
    if (c->shell->interactive)
        message_printf("Timing is %s.\n", c->shell->timing ? "on" : "off");
    return 0;
}

static int command_include(Command *c)
{
    Str word;
    if (!take_word(&c->arg, &word))
        return fail(c, "a file is expected");
    if (check_end(c) < 0)
        return -1;
    StrBuf path;
    sb_init(&path, NULL);
    sb_putstr(&path, word);
    int rc = run_file(c->shell, sb_cstr(&path));
    sb_done(&path);
    return rc;
}

static int command_copy(Command *c)
{
    StrBuf sql;
    sb_init(&sql, NULL);
    int rc = command_copy_text(c->arg, &sql) < 0
                 ? fail(c, "TABLE [(COLUMN, ...)] | (QUERY) and FROM or TO with a file are expected")
                 : run_statement(c->shell, sb_str(&sql), c->at);
    sb_done(&sql);
    return rc;
}

static int command_output(Command *c)
{
    Str word;
    int fd = STDOUT_FILENO;
    if (take_word(&c->arg, &word)) {
        if (check_end(c) < 0)
            return -1;
        StrBuf path;
        sb_init(&path, NULL);
        sb_putstr(&path, word);
        fd = open(sb_cstr(&path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd < 0)
            report_error(c->at, "58030", "%s: %s", sb_cstr(&path), strerror(errno));
        sb_done(&path);
        if (fd < 0)
            return -1;
    }
    output_done(&c->shell->out);
    output_init(&c->shell->out, fd, fd != STDOUT_FILENO);
    return 0;
}

static int command_echo(Command *c)
{
    output_put(&c->shell->out, c->arg.p, c->arg.n);
    output_put(&c->shell->out, "\n", 1);
    output_flush(&c->shell->out);
    return 0;
}

#define RELATIONS "SELECT name, lower(kind) AS kind, rows, bytes, comment FROM laminar_relations WHERE "

/* A name with * or ? means all relations that match. */
static bool is_pattern(Str name)
{
    return memchr(name.p, '*', name.n) || memchr(name.p, '?', name.n);
}

static int command_describe(Command *c)
{
    if (c->arg.n && is_pattern(c->arg))
        return describe_matching(c->shell, RELATIONS "belongs_to IS NULL", "name", c->arg, c->at);
    return c->arg.n ? describe_one(c->shell, c->arg, false) : describe_list(c->shell, false);
}

static int command_describe_more(Command *c)
{
    return c->arg.n && !is_pattern(c->arg) ? describe_one(c->shell, c->arg, true)
                                           : describe_matching(c->shell, RELATIONS "belongs_to IS NULL", "name", c->arg, c->at);
}

static int list_kind(Command *c, const char *query, const char *column)
{
    return describe_matching(c->shell, query, column, c->arg, c->at);
}

static int command_tables(Command *c)
{
    return list_kind(c, RELATIONS "kind = 'TABLE'", "name");
}

static int command_sources(Command *c)
{
    return list_kind(c, RELATIONS "kind = 'SOURCE'", "name");
}

static int command_views(Command *c)
{
    return list_kind(c, RELATIONS "kind = 'VIEW'", "name");
}

static int command_materialized(Command *c)
{
    return list_kind(c, RELATIONS "kind = 'MATERIALIZED VIEW'", "name");
}

/* schema.name, of public the name alone. */
#define SHOWN(column) "CASE WHEN schemaname = 'public' THEN '' ELSE schemaname || '.' END || " column

static int command_indexes(Command *c)
{
    return list_kind(c,
                     "SELECT name, \"table\", definition FROM (SELECT " SHOWN("indexname") " AS name, " SHOWN(
                         "tablename") " AS \"table\", indexdef AS definition FROM pg_catalog.pg_indexes) AS x WHERE TRUE",
                     "name");
}

static int command_sequences(Command *c)
{
    return list_kind(
        c,
        "SELECT name, data_type AS type, start_value AS start, increment_by AS increment, last_value FROM (SELECT *, " SHOWN(
            "sequencename") " AS name FROM pg_catalog.pg_sequences) AS x WHERE TRUE",
        "name");
}

#define TYPE_SHOWN "CASE WHEN nspname = 'public' THEN '' ELSE nspname || '.' END || typname"

static int command_domains(Command *c)
{
    return list_kind(c,
                     "SELECT " TYPE_SHOWN
                     " AS name, format_type(typbasetype, typtypmod) AS type, NOT typnotnull AS nullable, typdefault AS "
                     "preset, (SELECT string_agg(pg_get_constraintdef(r.oid, true), ' ' ORDER BY r.oid) FROM "
                     "pg_catalog.pg_constraint r WHERE r.contypid = t.oid) AS checks FROM pg_catalog.pg_type t JOIN "
                     "pg_catalog.pg_namespace n ON n.oid = typnamespace "
                     "WHERE typtype = 'd'",
                     TYPE_SHOWN);
}

static int command_schemas(Command *c)
{
    return list_kind(c, "SELECT nspname AS name FROM pg_catalog.pg_namespace WHERE TRUE", "nspname");
}

static int command_types(Command *c)
{
    return list_kind(
        c,
        "SELECT " TYPE_SHOWN " AS name, CASE typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'row' ELSE 'domain' END AS kind, CASE "
        "typtype WHEN 'e' THEN (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_catalog.pg_enum WHERE "
        "enumtypid = t.oid) WHEN 'd' THEN format_type(typbasetype, typtypmod) END AS definition FROM pg_catalog.pg_type t "
        "JOIN pg_catalog.pg_namespace n ON n.oid = typnamespace WHERE typtype IN ('e', 'c', 'd') AND nspname NOT IN "
        "('pg_catalog', 'information_schema')",
        TYPE_SHOWN);
}

static int command_databases(Command *c)
{
    return list_kind(c, "SELECT datname AS name FROM pg_catalog.pg_database WHERE TRUE", "datname");
}

static int command_describe_system(Command *c)
{
    return describe_list(c->shell, true);
}

static int command_functions(Command *c)
{
    if (!c->arg.n)
        return run_statement(c->shell, STR("SHOW FUNCTIONS"), c->at);
    return list_kind(c, "SELECT name, kind, signature, result, help FROM laminar_functions WHERE TRUE", "name");
}

static int command_connectors(Command *c)
{
    return run_statement(c->shell, STR("SHOW CONNECTORS"), c->at);
}

static int command_conninfo(Command *c)
{
    StrBuf names;
    sb_init(&names, NULL);
    describe_names(c->shell, &names);
    size_t n = 0;
    for (size_t i = 0; i < names.n; i++)
        n += names.p[i] == 0;
    sb_done(&names);
    output_printf(&c->shell->out, "laminar %s, %s, %zu relation%s\n", laminar_version(),
                  c->shell->path ? c->shell->path : "a database in memory", n, n == 1 ? "" : "s");
    output_flush(&c->shell->out);
    return 0;
}

static int set_variable(Command *c, bool unset)
{
    Str name;
    if (!take_word(&c->arg, &name))
        return fail(c, "a name is expected");
    Str value = c->arg, quoted;
    if (value.n && value.p[0] == '\'' && take_word(&c->arg, &quoted))
        value = quoted;
    else if (!unset)
        c->arg.n = 0; /* a value without quotes goes to the end of the line */
    if (check_end(c) < 0)
        return -1;
    StrBuf n, v;
    sb_init(&n, NULL);
    sb_init(&v, NULL);
    sb_putstr(&n, name);
    if (!unset)
        sb_putstr(&v, value);
    int32_t rc = n.failed || v.failed ? -1 : laminar_set_variable(c->shell->db, sb_cstr(&n), unset ? NULL : sb_cstr(&v));
    if (rc != LAMINAR_OK)
        report_last_error((Str){0}, c->at);
    sb_done(&n);
    sb_done(&v);
    return rc == LAMINAR_OK ? 0 : -1;
}

static int command_set(Command *c)
{
    return set_variable(c, false);
}

static int command_unset(Command *c)
{
    return set_variable(c, true);
}

static int command_print(Command *c)
{
    const StrBuf *b = c->pending && c->pending->n ? c->pending : &c->shell->last_query;
    if (b->n) {
        output_put(&c->shell->out, b->p, b->n);
        output_put(&c->shell->out, "\n", 1);
        output_flush(&c->shell->out);
    }
    return 0;
}

static int command_reset(Command *c)
{
    if (c->pending)
        sb_clear(c->pending);
    return 0;
}

/* The statement typed so far, or the last query; copied, because running it changes both. */
static int take_query(Command *c, StrBuf *ret)
{
    const StrBuf *b = c->pending && str_trim(sb_str(c->pending)).n ? c->pending : &c->shell->last_query;
    sb_init(ret, NULL);
    sb_put(ret, b->p, b->n);
    if (c->pending)
        sb_clear(c->pending);
    return ret->n && !ret->failed ? 0 : fail(c, "there is no query yet");
}

static int command_go(Command *c)
{
    StrBuf sql;
    int rc = take_query(c, &sql);
    if (rc == 0)
        rc = run_text(c->shell, sb_str(&sql), c->at);
    sb_done(&sql);
    return rc;
}

static int command_watch(Command *c)
{
    double seconds = 2;
    if (c->arg.n && (!str_to_f64(c->arg, &seconds) || !(seconds >= 0.001) || seconds > 86400))
        return fail(c, "a number of seconds from 0.001 to 86400 is expected");
    StrBuf sql;
    int rc = take_query(c, &sql);
    while (rc == 0 && !c->shell->quit) {
        rc = run_text(c->shell, sb_str(&sql), c->at);
        if (rc < 0 || c->shell->interrupted)
            break;
        int64_t until = clock_ns() + (int64_t)(seconds * 1e9);
        while (!signals_interrupted() && clock_ns() < until)
            (void)signals_wait(-1, MAX((until - clock_ns()) / 1000000, 1));
        if (signals_take_interrupt()) {
            message_printf("\n");
            break;
        }
    }
    c->shell->quit = c->shell->quit || signals_terminated();
    sb_done(&sql);
    return rc;
}

static const struct {
    const char *name;
    const char *arg, *help;
    int (*run)(Command *c);
} commands[] = {
    {"\\?", "", "this list", command_help},
    {"\\h", "[STATEMENT]", "syntax of the SQL statements", command_sql_help},
    {"\\q", "", "leave", command_quit},
    {"\\d", "[NAME]", "the relations, those that match, or one with its columns", command_describe},
    {"\\d+", "[NAME]", "the same with sizes, defaults and comments", command_describe_more},
    {"\\dS", "", "the relations with those the system made", command_describe_system},
    {"\\dt", "[PATTERN]", "the tables; a pattern may have * and ?", command_tables},
    {"\\dE", "[PATTERN]", "the sources", command_sources},
    {"\\dv", "[PATTERN]", "the views", command_views},
    {"\\dm", "[PATTERN]", "the materialized views", command_materialized},
    {"\\di", "[PATTERN]", "the indexes", command_indexes},
    {"\\ds", "[PATTERN]", "the sequences", command_sequences},
    {"\\dD", "[PATTERN]", "the domains", command_domains},
    {"\\dT", "[PATTERN]", "the types", command_types},
    {"\\dn", "[PATTERN]", "the schemas", command_schemas},
    {"\\l", "[PATTERN]", "the database", command_databases},
    {"\\df", "[PATTERN]", "the functions", command_functions},
    {"\\dc", "", "the connectors and formats with their options", command_connectors},
    {"\\f", "[FORMAT]", "output format: table, csv, json, jsonl, markdown, line", command_format},
    {"\\x", "[on|off]", "between the formats line and table", command_expanded},
    {"\\timing", "[on|off]", "show how long each statement takes", command_timing},
    {"\\watch", "[SECONDS]", "run the query again and again (every 2 s) until Ctrl-C", command_watch},
    {"\\g", "", "at the end of a line: run what has been typed, or the last query again", command_go},
    {"\\p", "", "print what has been typed, or the last query", command_print},
    {"\\r", "", "forget what has been typed", command_reset},
    {"\\i", "FILE", "run a script", command_include},
    {"\\o", "[FILE]", "results go to a file, or to the terminal again", command_output},
    {"\\copy", "... FROM|TO FILE", "COPY, with a file whose name needs no quotes", command_copy},
    {"\\echo", "[TEXT]", "print a text", command_echo},
    {"\\set", "NAME VALUE", "set a variable for ${NAME} in SQL", command_set},
    {"\\unset", "NAME", "forget a variable", command_unset},
    {"\\conninfo", "", "what database this is", command_conninfo},
};

const char *command_name(size_t index)
{
    return index < ARRAY_LEN(commands) ? commands[index].name : NULL;
}

void help_commands(Output *o)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        char head[40];
        snprintf(head, sizeof(head), "%s %s", commands[i].name, commands[i].arg);
        output_printf(o, "  %-22s %s\n", head, commands[i].help);
    }
    output_text(o, "\nA statement ends with a semicolon. Ctrl-C cancels what runs, Ctrl-D leaves.\n");
}

int command_run(Shell *s, Str line, StrBuf *pending, Origin at)
{
    Str word = line;
    size_t n = 0;
    while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
        n++;
    word.n = n;
    Str rest = str_trim((Str){line.p + n, line.n - n});
    while (rest.n && rest.p[rest.n - 1] == ';')
        rest = str_trim((Str){rest.p, rest.n - 1});
    int rc = -1;
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(commands) && !known; i++) {
        if (!str_eq(word, str_of(commands[i].name)))
            continue;
        known = true;
        Command c = {s, commands[i].name, rest, pending, at};
        rc = rest.n && !commands[i].arg[0] ? fail(&c, "nothing is expected behind it") : commands[i].run(&c);
    }
    if (!known)
        report_error(at, "42601", "there is no command %.*s; \\? lists them", (int)MIN(word.n, 40), word.p);
    s->failed = s->failed || rc < 0;
    return rc;
}
