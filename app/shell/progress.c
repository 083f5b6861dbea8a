/* SPDX-License-Identifier: Apache-2.0
 *
 * The progress line and its clock.  There is one terminal, hence one line: its state is the file's. */
#include "shell/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/calendar.h"
#include "env/env.h"
#include "shell/output.h"

#define PROGRESS_AFTER_NS INT64_C(500000000)
#define PROGRESS_EVERY_NS INT64_C(200000000)

static struct {
    bool enabled, drawn;
    int64_t start_ns, drawn_ns;
} line;

int64_t clock_ns(void)
{
    return env_mono_ns(env_linux());
}

void progress_start(bool enabled)
{
    line.enabled = enabled && fd_is_terminal(STDERR_FILENO);
    line.drawn = false;
    line.start_ns = line.drawn_ns = clock_ns();
}

bool progress_is_due(void)
{
    if (!line.enabled)
        return false;
    int64_t now = clock_ns();
    return now - line.start_ns >= PROGRESS_AFTER_NS && now - line.drawn_ns >= PROGRESS_EVERY_NS;
}

static void put_count(StrBuf *b, uint64_t v)
{
    char digits[32];
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)v);
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            sb_putc(b, ',');
        sb_putc(b, digits[i]);
    }
}

void progress_show(const Progress *p)
{
    if (!line.enabled)
        return;
    int64_t now = clock_ns();
    double seconds = (double)(now - line.start_ns) / 1e9;
    StrBuf b;
    sb_init(&b, NULL);
    put_count(&b, p->rows_in);
    sb_puts(&b, " rows in, ");
    put_count(&b, (uint64_t)((double)p->rows_in / seconds));
    sb_puts(&b, " rows/s, ");
    put_count(&b, p->rows_out);
    sb_puts(&b, " out");
    if (p->watermark_us != INT64_MIN && p->watermark_us != INT64_MAX) {
        char text[CALENDAR_TEXT_MAX];
        timestamp_print(p->watermark_us, text);
        sb_printf(&b, ", watermark %s", text);
    }
    sb_puts(&b, ", ");
    put_count(&b, p->late);
    sb_puts(&b, " late, ");
    put_count(&b, p->errors);
    sb_puts(&b, " errors");
    /* A line that wraps could not be taken away again. */
    size_t n = MIN(b.n, terminal_columns(STDERR_FILENO) - 1);
    StrBuf whole;
    sb_init(&whole, NULL);
    sb_puts(&whole, "\r\033[K");
    sb_put(&whole, b.p, n);
    if (!whole.failed && !b.failed)
        (void)env_write_stderr(whole.p, whole.n);
    sb_done(&whole);
    sb_done(&b);
    line.drawn = true;
    line.drawn_ns = now;
}

void progress_clear(void)
{
    if (!line.drawn)
        return;
    line.drawn = false;
    (void)env_write_stderr("\r\033[K", 4);
}

void progress_stop(void)
{
    progress_clear();
    line.enabled = false;
}
