/* SPDX-License-Identifier: Apache-2.0
 *
 * The interactive loop on libedit: lines with history and completion are gathered until a statement is complete.  Characters are
 * read by our own function, because Ctrl-C at the prompt must drop the line and nothing else. */
#include "shell/shell.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#include "env/env.h"
#include "shell/complete.h"
#include "shell/report.h"

#define HISTORY_LINES 2000

typedef struct Prompt {
    Shell *shell;
    EditLine *el;
    History *history;
    StrBuf pending;      /* the statement typed so far */
    StrBuf entry;        /* its lines as they were typed, for the history */
    StrBuf history_path; /* "" = not kept */
    bool dropped;        /* Ctrl-C came while a line was read */
} Prompt;

static Prompt *prompt_of(EditLine *el)
{
    void *p = NULL;
    (void)el_get(el, EL_CLIENTDATA, &p);
    return p;
}

static char *prompt_text(EditLine *el)
{
    static char first[] = "laminar> ", more[] = "    ...> ";
    const Prompt *p = prompt_of(el);
    return p && p->pending.n ? more : first;
}

/* One character of the terminal: 1, 0 at the end, -1 when Ctrl-C or the end of the program came. */
static int read_char(EditLine *el, wchar_t *ret)
{
    Prompt *p = prompt_of(el);
    char bytes[8];
    size_t n = 0;
    for (;;) {
        bool ready = signals_wait(STDIN_FILENO, -1);
        if (signals_take_resize())
            el_resize(el);
        if (signals_interrupted() || signals_terminated()) {
            p->dropped = true;
            return -1;
        }
        ssize_t k = ready ? read(STDIN_FILENO, bytes + n, 1) : -1;
        if (k < 0 && (!ready || errno == EINTR))
            continue;
        if (k <= 0)
            return (int)k;
        n++;
        mbstate_t state = {0};
        wchar_t wide;
        size_t used = mbrtowc(&wide, bytes, n, &state);
        if (used == (size_t)-2 && n < sizeof(bytes))
            continue;
        *ret = used == (size_t)-1 || used == (size_t)-2 ? L'?' : wide;
        return 1;
    }
}

static void list_candidates(const StrBuf *c)
{
    size_t widest = 0, n = 0, columns = terminal_columns(STDERR_FILENO);
    for (size_t at = 0; at < c->n; at += strlen(c->p + at) + 1)
        widest = MAX(widest, text_width(c->p + at, strlen(c->p + at)));
    size_t per_line = MAX(columns / (widest + 2), 1);
    StrBuf b;
    sb_init(&b, NULL);
    sb_putc(&b, '\n');
    for (size_t at = 0; at < c->n; at += strlen(c->p + at) + 1) {
        size_t width = text_width(c->p + at, strlen(c->p + at));
        text_visible(&b, c->p + at, strlen(c->p + at));
        bool last = ++n % per_line == 0;
        for (size_t i = width; i < widest + 2 && !last; i++)
            sb_putc(&b, ' ');
        if (last)
            sb_putc(&b, '\n');
    }
    if (n % per_line)
        sb_putc(&b, '\n');
    message_put(sb_cstr(&b), b.n);
    sb_done(&b);
}

static unsigned char complete(EditLine *el, int ch)
{
    (void)ch;
    Prompt *p = prompt_of(el);
    const LineInfo *li = el_line(el);
    Str line = {li->buffer, (size_t)(li->cursor - li->buffer)};
    StrBuf found, insert;
    sb_init(&found, NULL);
    sb_init(&insert, NULL);
    size_t word = 0;
    complete_word(p->shell, line, &found, &word);
    unsigned char rc = CC_ERROR;
    if (found.n && !found.failed) {
        size_t common = complete_common(&found);
        bool single = strlen(found.p) + 1 == found.n;
        sb_put(&insert, found.p, common);
        if (single)
            sb_putc(&insert, ' ');
        if (single || common > word) {
            el_deletestr(el, (int)word);
            rc = el_insertstr(el, sb_cstr(&insert)) == 0 ? CC_REFRESH : CC_ERROR;
        } else {
            list_candidates(&found);
            rc = CC_REDISPLAY;
        }
    }
    sb_done(&found);
    sb_done(&insert);
    return rc;
}

static void history_open(Prompt *p)
{
    HistEvent e;
    sb_init(&p->history_path, NULL);
    const char *path = env_getenv("LAMINAR_HISTORY"), *home = env_getenv("HOME");
    if (path)
        sb_puts(&p->history_path, path);
    else if (home)
        sb_printf(&p->history_path, "%s/.laminar_history", home);
    p->history = history_init();
    if (!p->history)
        return;
    (void)history(p->history, &e, H_SETSIZE, HISTORY_LINES);
    (void)history(p->history, &e, H_SETUNIQUE, 1);
    if (p->history_path.n)
        (void)history(p->history, &e, H_LOAD, sb_cstr(&p->history_path));
}

static void history_close(Prompt *p)
{
    HistEvent e;
    if (p->history && p->history_path.n)
        (void)history(p->history, &e, H_SAVE, sb_cstr(&p->history_path));
    if (p->history)
        history_end(p->history);
    sb_done(&p->history_path);
}

static int prompt_open(Prompt *p)
{
    (void)setlocale(LC_CTYPE, "");
    if (MB_CUR_MAX == 1)
        (void)setlocale(LC_CTYPE, "C.UTF-8");
    p->el = el_init("laminar", stdin, stderr, stderr);
    if (!p->el)
        return -1;
    history_open(p);
    (void)el_set(p->el, EL_CLIENTDATA, p);
    (void)el_set(p->el, EL_PROMPT, prompt_text);
    (void)el_set(p->el, EL_EDITOR, "emacs");
    (void)el_set(p->el, EL_SIGNAL, 0);
    (void)el_set(p->el, EL_GETCFN, read_char);
    if (p->history)
        (void)el_set(p->el, EL_HIST, history, p->history);
    (void)el_wset(p->el, EL_ADDFN, L"laminar-complete", L"complete the word", complete); /* el_set would leak two copies */
    (void)el_set(p->el, EL_BIND, "^I", "laminar-complete", NULL);
    (void)el_set(p->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
    (void)el_source(p->el, NULL);
    return 0;
}

/* Runs what is complete at the front of the pending text; what remains waits for more lines. */
static void run_pending(Prompt *p)
{
    size_t done = 0;
    while (done < p->pending.n && !p->shell->quit) {
        Str rest = {p->pending.p + done, p->pending.n - done};
        size_t start = 0, length = 0, next = 0;
        bool complete_ = false;
        bool failed = laminar_split(rest.p, rest.n, &start, &length, &next, &complete_) != LAMINAR_OK;
        if (failed) {
            (void)run_statement(p->shell, rest, (Origin){0});
            done = p->pending.n;
            break;
        }
        size_t go = ended_by_go((Str){rest.p, complete_ ? next : rest.n}, &next);
        if (go > 0) {
            start = 0;
            length = str_trim((Str){rest.p, go}).n ? go : 0;
        }
        if (!go && !complete_ && length)
            break;
        if (length)
            (void)run_statement(p->shell, (Str){rest.p + start, length}, (Origin){0});
        if (!next || !length) {
            done = p->pending.n;
            break;
        }
        done += next;
        if (p->shell->interrupted)
            done = p->pending.n; /* the rest of the line was not meant any more */
        p->shell->interrupted = false;
    }
    memmove(p->pending.p, p->pending.p + done, p->pending.n - done);
    p->pending.n -= done;
    if (!str_trim(sb_str(&p->pending)).n)
        sb_clear(&p->pending);
}

static void history_add(Prompt *p, const char *text)
{
    HistEvent e;
    if (p->history)
        (void)history(p->history, &e, H_ENTER, text);
}

/* A statement of several lines is one entry, made when it has run; a command between its lines is one of its own. */
static void entry_add(Prompt *p, Str line, const char *text, size_t n)
{
    if (line.n && line.p[0] == '\\')
        history_add(p, text);
    else if (line.n || p->entry.n)
        sb_put(&p->entry, text, n);
}

static void entry_end(Prompt *p)
{
    if (p->pending.n || !p->entry.n)
        return;
    history_add(p, sb_cstr(&p->entry));
    sb_clear(&p->entry);
}

static void take_line(Prompt *p, const char *text, size_t n)
{
    Shell *s = p->shell;
    Str line = str_trim((Str){text, n});
    entry_add(p, line, text, n);
    Str word = str_trim(line);
    while (word.n && word.p[word.n - 1] == ';')
        word = str_trim((Str){word.p, word.n - 1});
    if (line.n && line.p[0] == '\\') {
        (void)command_run(s, line, &p->pending, (Origin){0});
        s->interrupted = false;
    } else if (!p->pending.n && (str_eq_nocase(word, STR("quit")) || str_eq_nocase(word, STR("exit")))) {
        s->quit = true;
    } else if (!p->pending.n && str_eq_nocase(word, STR("help"))) {
        (void)command_run(s, STR("\\?"), NULL, (Origin){0});
    } else if (p->pending.n || line.n) {
        sb_put(&p->pending, text, n);
        run_pending(p);
    }
    entry_end(p);
    s->out.closed = s->out.failed = false;
}

int prompt_loop(Shell *s)
{
    Prompt p = {.shell = s};
    sb_init(&p.pending, NULL);
    sb_init(&p.entry, NULL);
    if (prompt_open(&p) < 0) {
        message_printf("ERROR:  58030: the terminal cannot be used\n");
        return EXIT_ERROR;
    }
    if (!s->quiet)
        message_printf("laminar %s. \\h is help on SQL, \\? on commands, \\q leaves.\n", laminar_version());
    while (!s->quit) {
        int n = 0;
        p.dropped = false;
        const char *line = el_gets(p.el, &n);
        if (p.dropped) {
            (void)signals_take_interrupt();
            el_reset(p.el);
            sb_clear(&p.pending);
            sb_clear(&p.entry);
            message_printf("^C\n");
        } else if (!line || n <= 0) {
            message_printf("\n");
            s->quit = true;
        } else {
            take_line(&p, line, (size_t)n);
        }
        s->quit = s->quit || signals_terminated();
    }
    history_close(&p);
    el_end(p.el);
    sb_done(&p.pending);
    sb_done(&p.entry);
    return EXIT_OK;
}
