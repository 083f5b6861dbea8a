/* SPDX-License-Identifier: Apache-2.0
 *
 * The table.  The first rows are held back until their widths are known: 1,000 rows, or what is there when the one who waits asks
 * for it (printer_release).  From then on the widths are fixed and rows are printed as they come, so that an endless result is a
 * table too. */
#include "shell/printer.h"

#include <stdio.h>

#define HELD_ROWS_MAX 1000
#define HELD_BYTES_MAX (4u << 20)

static void put_padded(Printer *p, uint32_t i, const char *s, size_t n)
{
    const Column *c = &p->col[i];
    size_t width = text_width(s, n), fill = c->width > width ? c->width - width : 0;
    output_text(p->out, i ? " | " : " ");
    if (column_is_right(c))
        output_fill(p->out, ' ', fill);
    output_put(p->out, s, n);
    if (!column_is_right(c) && i + 1 < p->n_cols)
        output_fill(p->out, ' ', fill);
}

static void put_head(Printer *p)
{
    if (p->n_cols == 0) { /* of rows without columns their number is all that there is to see */
        output_text(p->out, "--\n");
        return;
    }
    for (uint32_t i = 0; i < p->n_cols; i++) {
        Column *c = &p->col[i];
        sb_clear(&p->text);
        text_visible(&p->text, c->name.p, c->name.n);
        size_t width = text_width(p->text.p, p->text.n), fill = c->width - width;
        output_text(p->out, i ? " | " : " ");
        output_fill(p->out, ' ', fill / 2);
        output_put(p->out, p->text.p, p->text.n);
        if (i + 1 < p->n_cols)
            output_fill(p->out, ' ', fill - fill / 2);
    }
    output_put(p->out, "\n", 1);
    for (uint32_t i = 0; i < p->n_cols; i++) {
        output_text(p->out, i ? "+" : "");
        output_fill(p->out, '-', p->col[i].width + 2);
    }
    output_put(p->out, "\n", 1);
}

static void put_held(Printer *p)
{
    const char *at = p->held.p;
    for (uint64_t r = 0; p->n_cols && r < p->n_held; r++) {
        for (uint32_t i = 0; i < p->n_cols; i++) {
            uint32_t n;
            memcpy(&n, at, sizeof(n));
            at += sizeof(n);
            put_padded(p, i, at, n);
            at += n;
        }
        output_put(p->out, "\n", 1);
    }
    p->n_held = 0;
    sb_done(&p->held);
    sb_init(&p->held, NULL);
}

static void table_begin(Printer *p)
{
    for (uint32_t i = 0; i < p->n_cols; i++) {
        sb_clear(&p->text);
        text_visible(&p->text, p->col[i].name.p, p->col[i].name.n);
        p->col[i].width = MAX(p->col[i].width, text_width(p->text.p, p->text.n));
    }
    put_head(p);
    if (p->held.failed)
        p->n_held = 0;
    put_held(p);
}

static void cell_text(Printer *p, const Cell *c)
{
    sb_clear(&p->text);
    if (c->null)
        sb_puts(&p->text, "NULL");
    else
        text_visible(&p->text, c->p, c->n);
}

static void table_row(Printer *p, const Cell *cell)
{
    for (uint32_t i = 0; i < p->n_cols; i++) {
        cell_text(p, &cell[i]);
        if (p->started) {
            put_padded(p, i, p->text.p, p->text.n);
            continue;
        }
        p->col[i].width = MAX(p->col[i].width, text_width(p->text.p, p->text.n));
        uint32_t n = (uint32_t)p->text.n;
        sb_put(&p->held, &n, sizeof(n));
        sb_put(&p->held, p->text.p, n);
    }
    if (p->started) {
        output_put(p->out, "\n", p->n_cols > 0);
        return;
    }
    p->n_held++;
    if (p->n_held >= HELD_ROWS_MAX || p->held.n >= HELD_BYTES_MAX || p->held.failed)
        printer_release(p);
}

static void table_end(Printer *p)
{
    output_printf(p->out, "(%llu row%s)\n\n", (unsigned long long)p->n_rows, p->n_rows == 1 ? "" : "s");
}

const PrinterType printer_table = {.name = "table", .prints_tags = true, .begin = table_begin, .row = table_row, .end = table_end};
