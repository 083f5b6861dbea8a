/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts.  A script is read piece by piece and each statement runs as soon as its end has been read, so that a program may feed
 * the shell through a pipe.  A backslash where a statement could begin makes the rest of the line a command. */
#include "shell/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "shell/report.h"

#define READ_BYTES 65536
#define INCLUDE_DEPTH_MAX 16
#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* which some editors put at the start of a file */

typedef struct Script {
    Shell *shell;
    CopyInput *input; /* NULL: the text is all there is, data of COPY comes from standard input */
    const char *file; /* NULL: not named in messages */
    bool again;       /* the buffer is another one now: look at it again before more is read */
    uint32_t line;    /* of the first byte that is not yet run */
} Script;

static uint32_t lines_in(const char *p, size_t n)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += p[i] == '\n';
    return lines;
}

/* Bytes of white space and comments in front; *open: the text ends inside a comment. */
static size_t skip_blank(Str t, bool *open)
{
    size_t i = 0;
    *open = false;
    while (i < t.n) {
        if (t.p[i] == ' ' || (t.p[i] >= '\t' && t.p[i] <= '\r') || t.p[i] == ';') {
            i++;
        } else if (t.p[i] == '-' && i + 1 < t.n && t.p[i + 1] == '-') {
            const char *end = memchr(t.p + i, '\n', t.n - i);
            *open = !end;
            if (!end)
                return i;
            i = (size_t)(end - t.p) + 1;
        } else if (t.p[i] == '/' && i + 1 < t.n && t.p[i + 1] == '*') {
            size_t from = i;
            int depth = 0;
            do {
                bool two = i + 1 < t.n;
                int step = two && t.p[i] == '/' && t.p[i + 1] == '*' ? 1 : two && t.p[i] == '*' && t.p[i + 1] == '/' ? -1 : 0;
                depth += step;
                i += step ? 2 : 1;
            } while (depth && i < t.n);
            *open = depth != 0;
            if (*open)
                return from;
        } else {
            break;
        }
    }
    return i;
}

static bool may_go_on(const Shell *s, int rc)
{
    return !s->quit && !s->interrupted && (rc == 0 || s->keep_going || s->interactive);
}

/* Runs a COPY whose data may follow on the next lines, which makes the buffer another one; gives the bytes that are done. */
static size_t run_copy_here(Script *x, Str statement, size_t end, Origin at, int *rc)
{
    CopyInput *in = x->input;
    StrBuf own;
    sb_init(&own, NULL);
    sb_putstr(&own, statement);
    const char *line = memchr(in->text->p + end, '\n', in->text->n - end);
    size_t before = line ? (size_t)(line - in->text->p) + 1 : in->text->n;
    in->at = before;
    x->shell->input = in;
    *rc = run_statement(x->shell, sb_str(&own), at);
    x->shell->input = NULL;
    x->again = true;
    sb_done(&own);
    return in->at == before ? end : in->at;
}

size_t ended_by_go(Str t, size_t *next)
{
    for (const char *at = t.p; (at = memchr(at, '\\', t.n - (size_t)(at - t.p))); at++) {
        size_t from = (size_t)(at - t.p), to = from + 2;
        if (to > t.n || at[1] != 'g')
            continue;
        while (to < t.n && (t.p[to] == ' ' || t.p[to] == '\t' || t.p[to] == '\r'))
            to++;
        if (to < t.n && t.p[to] != '\n')
            continue;
        StrBuf with; /* no quote and no comment is open before it, and no statement ends there */
        size_t start, length, end;
        bool before = true, complete = false;
        sb_init(&with, NULL);
        sb_put(&with, t.p, from);
        (void)laminar_split(sb_cstr(&with), with.n, &start, &length, &end, &before);
        sb_putc(&with, ';');
        (void)laminar_split(sb_cstr(&with), with.n, &start, &length, &end, &complete);
        bool found = !before && complete && !with.failed;
        sb_done(&with);
        if (before)
            return 0;
        if (found) {
            *next = MIN(to + 1, t.n);
            return from;
        }
    }
    return 0;
}

/* Runs what is complete at the front of t; at_end: nothing follows, so everything is. Gives the bytes that are done; *rc < 0 stops.
 */
static size_t run_front(Script *x, Str t, bool at_end, int *rc)
{
    size_t done = 0;
    while (done < t.n && may_go_on(x->shell, *rc)) {
        Str rest = {t.p + done, t.n - done};
        bool open;
        size_t blank = skip_blank(rest, &open);
        x->line += lines_in(rest.p, blank);
        done += blank;
        if (open && !at_end)
            return done;
        rest = (Str){t.p + done, t.n - done};
        if (!rest.n || (open && rest.p[0] == '-'))
            return t.n;
        Origin at = {x->file, x->line};
        size_t start = 0, length = 0, next = 0;
        int one;
        if (rest.p[0] == '\\') {
            const char *end = memchr(rest.p, '\n', rest.n);
            if (!end && !at_end)
                return done;
            next = end ? (size_t)(end - rest.p) + 1 : rest.n;
            one = command_run(x->shell, str_trim((Str){rest.p, next}), NULL, at);
        } else {
            bool complete = false;
            if (laminar_split(rest.p, rest.n, &start, &length, &next, &complete) != LAMINAR_OK) {
                start = 0;
                length = next = rest.n; /* the parser says what is wrong with it */
                complete = at_end;
            }
            size_t go = ended_by_go((Str){rest.p, complete ? next : rest.n}, &next);
            if (go > 0) {
                start = 0;
                length = str_trim((Str){rest.p, go}).n; /* blanks in front are gone */
            }
            if (!go && !complete && !at_end)
                return done;
            at.line += lines_in(rest.p, start);
            if (x->input && copy_is((Str){rest.p + start, length})) {
                size_t end = run_copy_here(x, (Str){rest.p + start, length}, done + next, at, &one);
                *rc = one < 0 ? -1 : *rc;
                x->line += lines_in(x->input->text->p + done, end - done);
                return end;
            }
            one = length ? run_statement(x->shell, (Str){rest.p + start, length}, at) : 0;
            next = next > 0 ? next : rest.n;
        }
        *rc = one < 0 ? -1 : *rc;
        if (one < 0 && !may_go_on(x->shell, -1))
            return t.n;
        x->line += lines_in(rest.p, next);
        done += next;
    }
    return done;
}

int run_text(Shell *s, Str text, Origin at)
{
    Script x = {.shell = s, .file = at.file, .line = at.line};
    int rc = 0;
    (void)run_front(&x, text, true, &rc);
    return rc;
}

static int run_descriptor(Shell *s, int fd, const char *name)
{
    StrBuf text;
    CopyInput input = {.text = &text, .fd = fd};
    Script x = {.shell = s, .input = &input, .file = name, .line = 1};
    sb_init(&text, NULL);
    int rc = 0;
    bool at_start = true;
    for (bool at_end = false; !at_end && may_go_on(s, rc);) {
        size_t before = text.n;
        int64_t n = input_read(fd, &text, READ_BYTES);
        if (n < 0 && errno == EINTR) {
            s->interrupted = signals_take_interrupt();
            s->quit = s->quit || signals_terminated();
            continue;
        }
        if (n < 0) {
            report_error((Origin){name, x.line}, "58030", "the script cannot be read: %s", strerror(errno));
            rc = -1;
            break;
        }
        at_end = input.at_end = n == 0;
        if (at_start && text.n >= sizeof(BYTE_ORDER_MARK) - 1) {
            at_start = false;
            if (memcmp(text.p, BYTE_ORDER_MARK, sizeof(BYTE_ORDER_MARK) - 1) == 0) {
                text.n -= sizeof(BYTE_ORDER_MARK) - 1;
                memmove(text.p, text.p + sizeof(BYTE_ORDER_MARK) - 1, text.n);
            }
        }
        /* Only a semicolon or the end of a command's line can complete something. */
        bool worth = at_end || memchr(text.p + before, ';', (size_t)n) || memchr(text.p, '\\', text.n);
        do {
            x.again = false;
            size_t done = worth ? run_front(&x, (Str){sb_cstr(&text), text.n}, at_end, &rc) : 0;
            memmove(text.p, text.p + done, text.n - done);
            text.n -= done;
            at_end = input.at_end;
        } while (x.again && may_go_on(s, rc));
    }
    sb_done(&text);
    return rc;
}

int run_file(Shell *s, const char *path)
{
    if (strcmp(path, "-") == 0)
        return run_descriptor(s, STDIN_FILENO, "stdin");
    if (s->include_depth >= INCLUDE_DEPTH_MAX) {
        report_error((Origin){0}, "54001", "scripts include each other more than %d deep", INCLUDE_DEPTH_MAX);
        return -1;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        report_error((Origin){0}, errno == ENOENT ? "58P01" : "58030", "%s: %s", path, strerror(errno));
        return -1;
    }
    s->include_depth++;
    int rc = run_descriptor(s, fd, path);
    s->include_depth--;
    (void)close(fd);
    return rc;
}
