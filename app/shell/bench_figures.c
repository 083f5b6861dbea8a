/* SPDX-License-Identifier: Apache-2.0
 *
 * The result table of a benchmark: typed cells from the left to the right, a row is shown as soon as it is full. */
#include <stdio.h>
#include <string.h>

#include "shell/bench.h"
#include "shell/report.h"

void figures_begin(Figures *f, Shell *s, const Column *columns, uint32_t n)
{
    memcpy(f->column, columns, n * sizeof(*columns));
    f->n = n;
    f->at = 0;
    printer_init(&f->printer, s->format, &s->out, f->column, n);
}

static void cell_done(Figures *f)
{
    if (++f->at < f->n)
        return;
    Cell cell[FIGURES_MAX];
    for (uint32_t i = 0; i < f->n; i++)
        cell[i] = (Cell){f->text[i], strlen(f->text[i]), false};
    f->at = 0;
    printer_row(&f->printer, cell);
    printer_release(&f->printer);
    output_flush(f->printer.out);
}

void figures_text(Figures *f, const char *text)
{
    (void)snprintf(f->text[f->at], sizeof(f->text[0]), "%s", text);
    cell_done(f);
}

void figures_int(Figures *f, int64_t value)
{
    (void)snprintf(f->text[f->at], sizeof(f->text[0]), "%lld", (long long)value);
    cell_done(f);
}

void figures_float(Figures *f, double value, int decimals)
{
    (void)snprintf(f->text[f->at], sizeof(f->text[0]), "%.*f", decimals, value);
    cell_done(f);
}

bool bench_check(bool done)
{
    if (!done && laminar_last_error() && !signals_interrupted())
        report_last_error((Str){0}, (Origin){0});
    return done;
}

int figures_end(Figures *f, bool done)
{
    if (done)
        printer_end(&f->printer);
    output_flush(f->printer.out);
    printer_done(&f->printer);
    return done ? EXIT_OK : signals_interrupted() ? EXIT_INTERRUPTED : EXIT_ERROR;
}

bool bench_number(LaminarConnection *db, const char *sql, int64_t *ret)
{
    LaminarQueryResult *result = NULL;
    LaminarRecordBatch *batch = NULL;
    const char *text;
    size_t length;
    bool done = laminar_execute(db, sql, &result) == LAMINAR_OK && laminar_result_get_batch(result, 0, &batch) == LAMINAR_OK &&
                laminar_batch_text(batch, 0, 0, &text, &length) == LAMINAR_OK && str_to_i64((Str){text, length}, ret);
    laminar_batch_free(batch);
    laminar_result_free(result);
    return done;
}
