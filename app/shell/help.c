/* SPDX-License-Identifier: Apache-2.0
 *
 * What the shell says about itself and about SQL. The statements are rows of help.def. */
#include "shell/shell.h"

#include "shell/report.h"

static const struct {
    const char *topic, *summary, *syntax;
} topics[] = {
#define H(topic, summary, syntax) {topic, summary, syntax},
#include "shell/help.def"
#undef H
};

void help_usage(Output *o)
{
    output_text(
        o, "laminar - the shell of LaminarDB, a streaming SQL database\n"
           "\n"
           "Usage: laminar [OPTION]... [DATABASE]\n"
           "       laminar check DATABASE               read every page and record of a closed database; 1 = something is damaged\n"
           "       laminar dump-wal DATABASE [FROM [TO]]   print the records of its log, by number\n"
           "       laminar bench nexmark | latency | ingest | state | recovery | compare ...   benchmarks; laminar bench says how\n"
           "\n"
           "  -c, --command SQL      run statements and end; may be given more than once\n"
           "  -f, --file FILE        run a script and end; - is standard input\n"
           "  -F, --format FORMAT    table (default), csv, json, jsonl, markdown, line\n"
           "  -v, --set NAME=VALUE   set a variable for ${NAME} in SQL\n"
           "  -t, --threads N        threads that run queries (1)\n"
           "  -k, --keep-going       go on after an error\n"
           "  -q, --quiet            results only: no tags, notices, welcome\n"
           "      --timing           show how long each statement takes\n"
           "      --no-progress      no progress line\n"
           "  -h, --help             this text\n"
           "  -V, --version          the version\n"
           "\n"
           "Without -c and -f, statements are read from standard input; on a terminal with editing, history and completion.\n"
           "Results go to standard output, everything else to standard error. NULL is NULL in table, markdown and line, null in\n"
           "json, and nothing in csv, where the empty text is \"\". When rows can be taken back a first column op has + or -.\n"
           "Pipelines over files end before the program does; those over endless sources run until Ctrl-C.\n"
           "\n"
           "Exit code: 0 done, 1 an error in a statement, 2 wrong usage, 130 cancelled.\n");
}

/* Whether a line of the syntax, or an alternative to its first words, begins with them. */
static bool syntax_has(const char *syntax, Str words)
{
    for (const char *at = syntax; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        for (const char *p = at; *p && *p != '\n' && *p != '['; p++) {
            bool begins = p == at || (p - at > 2 && memcmp(p - 2, "| ", 2) == 0);
            if (begins && str_starts_nocase(str_of(p), words) &&
                !strchr("_ABCDEFGHIJKLMNOPQRSTUVWXYZ", p[words.n] ? p[words.n] : ' '))
                return true;
        }
    }
    return false;
}

static void put_topic(Shell *s, size_t i)
{
    output_printf(&s->out, "%s: %s\n", topics[i].topic, topics[i].summary);
    output_text(&s->out, topics[i].syntax);
    output_text(&s->out, "\n\n");
}

int help_statement(Shell *s, Str topic)
{
    bool found = false;
    size_t width = 0;
    for (size_t i = 0; i < ARRAY_LEN(topics); i++)
        width = MAX(width, strlen(topics[i].topic));
    for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
        if (!topic.n) {
            output_printf(&s->out, "  %-*s  %s\n", (int)width, topics[i].topic, topics[i].summary);
            found = true;
        } else if (str_starts_nocase(str_of(topics[i].topic), topic) || str_starts_nocase(topic, str_of(topics[i].topic))) {
            put_topic(s, i);
            found = true;
        }
    }
    bool named = found;
    for (size_t i = 0; i < ARRAY_LEN(topics) && !named; i++)
        if (syntax_has(topics[i].syntax, topic)) {
            put_topic(s, i);
            found = true;
        }
    output_flush(&s->out);
    if (!found)
        report_error((Origin){0}, "42704", "there is no help on \"%.*s\"; \\h lists the topics", (int)MIN(topic.n, 60), topic.p);
    return found ? 0 : -1;
}
