/* SPDX-License-Identifier: Apache-2.0
 *
 * COPY with the shell's own input and output.  In a script the data stands on the lines behind the statement, up to one that is \.
 * or the script's end; elsewhere it is read from standard input. */
#include "shell/shell.h"

#include <errno.h>
#include <unistd.h>

#define READ_BYTES 65536

typedef struct CopyRun {
    Shell *shell;
    CopyInput *in;
    size_t given; /* bytes of the line at in->at that have been given */
    bool ended, wrote;
} CopyRun;

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool copy_is(Str sql)
{
    return sql.n > 4 && str_eq_nocase((Str){sql.p, 4}, STR("copy")) && (is_space(sql.p[4]) || sql.p[4] == '(' || sql.p[4] == '"');
}

/* The next line with its end, which may be the script's. false: failed. */
static bool next_line(CopyRun *c, Str *ret)
{
    CopyInput *in = c->in;
    size_t looked = in->at;
    for (;;) {
        const char *end = in->text->n > looked ? memchr(in->text->p + looked, '\n', in->text->n - looked) : NULL;
        if (end || in->at_end) {
            size_t to = end ? (size_t)(end - in->text->p) + 1 : in->text->n;
            *ret = (Str){in->text->p + in->at, to - in->at};
            return true;
        }
        looked = in->text->n;
        int64_t n = input_read(in->fd, in->text, READ_BYTES);
        if (n < 0 && (errno != EINTR || signals_interrupted() || signals_terminated()))
            return false;
        in->at_end = n == 0;
    }
}

static bool is_end_mark(Str line)
{
    while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
        line.n--;
    return str_eq(line, STR("\\."));
}

static int64_t give(void *self, void *to, size_t n)
{
    CopyRun *c = self;
    size_t done = 0;
    while (!c->ended && done < n) {
        Str line;
        if (!next_line(c, &line))
            return -1;
        c->ended = line.n == 0 || (c->given == 0 && is_end_mark(line));
        if (c->ended) {
            c->in->at += line.n;
            break;
        }
        size_t part = MIN(line.n - c->given, n - done);
        memcpy((char *)to + done, line.p + c->given, part);
        done += part;
        c->given += part;
        if (c->given == line.n) {
            c->in->at += line.n;
            c->given = 0;
        }
        if (c->in->at == c->in->text->n && !c->shell->input) { /* nobody else reads what is behind us */
            sb_clear(c->in->text);
            c->in->at = 0;
        }
    }
    return (int64_t)done;
}

static int32_t take(void *self, const void *bytes, size_t n)
{
    CopyRun *c = self;
    c->wrote = true;
    output_put(&c->shell->out, bytes, n);
    return c->shell->out.closed ? -1 : 0;
}

int run_copy(Shell *s, const char *sql)
{
    StrBuf text;
    CopyInput own = {.text = &text, .fd = STDIN_FILENO};
    CopyRun c = {.shell = s, .in = s->input ? s->input : &own};
    LaminarExecuteInfo info = {.size = sizeof(info)};
    sb_init(&text, NULL);
    int32_t rc = laminar_copy(s->db, sql, give, take, &c, &info);
    sb_done(&text);
    output_flush(&s->out);
    if (rc != LAMINAR_OK)
        return -1;
    if (!c.wrote && !s->quiet && s->format->prints_tags)
        output_printf(&s->out, "%s\n", info.tag);
    output_flush(&s->out);
    return 0;
}

/* ---- \copy ---- */

/* Behind the word FROM or TO that is outside of parentheses and quotes; 0 = there is none. */
static size_t find_target(Str s)
{
    int depth = 0;
    char quote = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (quote) {
            quote = c == quote ? 0 : quote;
            continue;
        }
        quote = c == '\'' || c == '"' ? c : 0;
        depth += (c == '(') - (c == ')');
        bool starts = depth == 0 && i > 0 && (is_space(s.p[i - 1]) || s.p[i - 1] == ')' || s.p[i - 1] == '"');
        for (int k = 0; starts && k < 2; k++) {
            Str word = k ? STR("to") : STR("from");
            if (s.n - i > word.n && str_eq_nocase((Str){s.p + i, word.n}, word) && is_space(s.p[i + word.n]))
                return i + word.n;
        }
    }
    return 0;
}

int command_copy_text(Str arg, StrBuf *to)
{
    static const char *const streams[] = {"stdin", "stdout"};
    size_t at = find_target(arg);
    if (!at)
        return -1;
    while (at < arg.n && is_space(arg.p[at]))
        at++;
    size_t end = at;
    while (end < arg.n && !is_space(arg.p[end]))
        end++;
    Str word = {arg.p + at, end - at};
    bool plain = word.n && word.p[0] != '\'';
    for (size_t i = 0; i < ARRAY_LEN(streams); i++)
        plain = plain && !str_eq_nocase(word, str_of(streams[i]));
    sb_puts(to, "COPY ");
    sb_put(to, arg.p, at);
    for (size_t i = 0; plain && i < word.n; i++) {
        sb_puts(to, i ? "" : "'");
        sb_puts(to, word.p[i] == '\'' ? "'" : "");
        sb_putc(to, word.p[i]);
    }
    sb_puts(to, plain ? "'" : "");
    sb_put(to, arg.p + (plain ? end : at), arg.n - (plain ? end : at));
    return to->failed || !word.n ? -1 : 0;
}
