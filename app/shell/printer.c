/* SPDX-License-Identifier: Apache-2.0
 *
 * The formats csv, json, jsonl, markdown and line, and what all formats share.  The table is in printer_table.c. */
#include "shell/printer.h"

#include <stdio.h>

#include "shell/progress.h"

static const PrinterType *const types[] = {&printer_table, &printer_csv,      &printer_json,
                                           &printer_jsonl, &printer_markdown, &printer_line};

const PrinterType *printer_find(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_eq_nocase(str_of(types[i]->name), name))
            return types[i];
    return NULL;
}

const char *printer_names(void)
{
    return "table, csv, json, jsonl, markdown, line";
}

CellKind cell_kind(const char *arrow, const char *sql_type)
{
    static const struct {
        const char *prefix;
        CellKind kind;
    } kinds[] = {{"Int16", CELL_NUMBER},   {"Int32", CELL_NUMBER}, {"Int64", CELL_NUMBER},
                 {"Decimal", CELL_NUMBER}, {"Float", CELL_FLOAT},  {"Boolean", CELL_BOOL},
                 {"List", CELL_NESTED},    {"Map", CELL_NESTED},   {"Struct", CELL_NESTED}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_starts(str_of(arrow), str_of(kinds[i].prefix)))
            return kinds[i].kind;
    Str type = str_of(sql_type); /* whole: a type of the user's may begin so */
    return str_eq(type, STR("JSON")) || str_eq(type, STR("JSONB")) ? CELL_JSON : CELL_TEXT;
}

void printer_init(Printer *p, const PrinterType *type, Output *out, Column *columns, uint32_t n_cols)
{
    *p = (Printer){.type = type, .out = out, .col = columns, .n_cols = n_cols, .start_ns = clock_ns()};
    sb_init(&p->held, NULL);
    sb_init(&p->text, NULL);
    sb_init(&p->keys, NULL);
}

static void start(Printer *p)
{
    if (!p->started)
        p->type->begin(p);
    p->started = true;
}

void printer_row(Printer *p, const Cell *cell)
{
    p->n_rows++;
    if (p->type != &printer_table)
        start(p);
    p->type->row(p, cell);
}

void printer_end(Printer *p)
{
    printer_release(p);
    if (p->type->end)
        p->type->end(p);
}

void printer_done(Printer *p)
{
    sb_done(&p->held);
    sb_done(&p->text);
    sb_done(&p->keys);
}

bool printer_waits(const Printer *p)
{
    return !p->started;
}

/* ---- csv: RFC 4180; NULL is nothing, the empty text is "" ---- */

static void csv_text(Output *o, const char *p, size_t n)
{
    bool quote = n == 0;
    for (size_t i = 0; i < n && !quote; i++)
        quote = p[i] == ',' || p[i] == '"' || p[i] == '\n' || p[i] == '\r';
    quote = quote || p[0] == ' ' || p[n - 1] == ' ';
    if (!quote) {
        output_put(o, p, n);
        return;
    }
    output_put(o, "\"", 1);
    for (size_t i = 0, from = 0; i <= n; i++) {
        if (i < n && p[i] != '"')
            continue;
        output_put(o, p + from, i - from);
        if (i < n)
            output_put(o, "\"\"", 2);
        from = i + 1;
    }
    output_put(o, "\"", 1);
}

static void csv_begin(Printer *p)
{
    for (uint32_t i = 0; i < p->n_cols; i++) {
        if (i)
            output_put(p->out, ",", 1);
        csv_text(p->out, p->col[i].name.p, p->col[i].name.n);
    }
    output_put(p->out, "\n", 1);
}

static void csv_row(Printer *p, const Cell *cell)
{
    for (uint32_t i = 0; i < p->n_cols; i++) {
        if (i)
            output_put(p->out, ",", 1);
        if (!cell[i].null)
            csv_text(p->out, cell[i].p, cell[i].n);
    }
    output_put(p->out, "\n", 1);
}

const PrinterType printer_csv = {.name = "csv", .begin = csv_begin, .row = csv_row};

/* ---- json and jsonl ---- */

static void json_text(StrBuf *b, const char *p, size_t n)
{
    sb_putc(b, '"');
    for (size_t i = 0; i < n;) {
        unsigned char c = (unsigned char)p[i];
        uint32_t cp;
        int k = c < 0x80 ? 1 : utf8_decode(p + i, n - i, &cp);
        if (c == '"' || c == '\\')
            sb_printf(b, "\\%c", c);
        else if (c == '\n')
            sb_puts(b, "\\n");
        else if (c == '\t')
            sb_puts(b, "\\t");
        else if (c == '\r')
            sb_puts(b, "\\r");
        else if (c < 0x20 || c == 0x7f)
            sb_printf(b, "\\u%04x", (unsigned)c);
        else if (k > 0)
            sb_put(b, p + i, (size_t)k);
        else
            sb_puts(b, "\\ufffd");
        i += (size_t)MAX(k, 1);
    }
    sb_putc(b, '"');
}

/* JSON inside JSON: as it is, with white space that would break a line made a space. */
static void json_nested(StrBuf *b, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sb_putc(b, (unsigned char)p[i] < 0x20 ? ' ' : p[i]);
}

static bool is_number(const Cell *c)
{
    return c->n && ((c->p[0] >= '0' && c->p[0] <= '9') || (c->p[0] == '-' && c->n > 1 && c->p[1] >= '0' && c->p[1] <= '9'));
}

static bool key_exists(const Printer *p, Str key)
{
    for (size_t at = 0; at < p->keys.n; at += strlen(p->keys.p + at) + 1)
        if (str_eq(str_of(p->keys.p + at), key))
            return true;
    return false;
}

/* A second column of the same name gets a number: most readers would lose one of two equal keys. */
static void json_keys(Printer *p)
{
    for (uint32_t i = 0; i < p->n_cols; i++) {
        StrBuf key;
        sb_init(&key, NULL);
        json_text(&key, p->col[i].name.p, p->col[i].name.n);
        for (unsigned k = 2; key_exists(p, sb_str(&key)); k++) {
            sb_clear(&key);
            json_text(&key, p->col[i].name.p, p->col[i].name.n);
            key.n = key.n ? key.n - 1 : 0;
            sb_printf(&key, "_%u\"", k);
        }
        sb_puts(&p->keys, sb_cstr(&key));
        sb_putc(&p->keys, 0);
        sb_done(&key);
    }
}

static void json_object(Printer *p, const Cell *cell)
{
    StrBuf *b = &p->text;
    sb_clear(b);
    sb_putc(b, '{');
    const char *key = sb_cstr(&p->keys);
    for (uint32_t i = 0; i < p->n_cols && !p->keys.failed; i++) {
        if (i)
            sb_putc(b, ',');
        sb_puts(b, key);
        sb_putc(b, ':');
        key += strlen(key) + 1;
        CellKind kind = p->col[i].kind;
        const Cell *c = &cell[i];
        if (c->null)
            sb_puts(b, "null");
        else if (kind == CELL_BOOL)
            sb_puts(b, c->n && c->p[0] == 't' ? "true" : "false");
        else if (kind == CELL_JSON || kind == CELL_NESTED)
            json_nested(b, c->p, c->n);
        else if ((kind == CELL_NUMBER || kind == CELL_FLOAT) && is_number(c))
            sb_put(b, c->p, c->n);
        else
            json_text(b, c->p, c->n);
    }
    sb_putc(b, '}');
    output_put(p->out, b->p, b->n);
}

static void json_begin(Printer *p)
{
    json_keys(p);
    output_put(p->out, "[", 1);
}

static void json_row(Printer *p, const Cell *cell)
{
    output_text(p->out, p->n_rows > 1 ? ",\n" : "\n");
    json_object(p, cell);
}

static void json_end(Printer *p)
{
    output_text(p->out, p->n_rows ? "\n]\n" : "]\n");
}

static void jsonl_row(Printer *p, const Cell *cell)
{
    json_object(p, cell);
    output_put(p->out, "\n", 1);
}

const PrinterType printer_json = {.name = "json", .nests = true, .begin = json_begin, .row = json_row, .end = json_end};
const PrinterType printer_jsonl = {.name = "jsonl", .nests = true, .begin = json_keys, .row = jsonl_row};

/* ---- markdown ---- */

static void markdown_text(Printer *p, const char *s, size_t n)
{
    sb_clear(&p->text);
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '|' || s[i] == '\\')
            sb_printf(&p->text, "\\%c", s[i]);
        else if (s[i] == '\n')
            sb_puts(&p->text, "<br>");
        else if (s[i] == '<' || s[i] == '&')
            sb_puts(&p->text, s[i] == '<' ? "&lt;" : "&amp;");
        else if ((unsigned char)s[i] < 0x20)
            sb_putc(&p->text, ' ');
        else
            sb_putc(&p->text, s[i]);
    }
    output_put(p->out, p->text.p, p->text.n);
}

static void markdown_begin(Printer *p)
{
    output_put(p->out, "|", 1);
    for (uint32_t i = 0; i < p->n_cols; i++) {
        output_put(p->out, " ", 1);
        markdown_text(p, p->col[i].name.p, p->col[i].name.n);
        output_put(p->out, " |", 2);
    }
    output_text(p->out, "\n|");
    for (uint32_t i = 0; i < p->n_cols; i++)
        output_text(p->out, column_is_right(&p->col[i]) ? " ---: |" : " --- |");
    output_put(p->out, "\n", 1);
}

static void markdown_row(Printer *p, const Cell *cell)
{
    output_put(p->out, "|", 1);
    for (uint32_t i = 0; i < p->n_cols; i++) {
        output_put(p->out, " ", 1);
        if (cell[i].null)
            output_text(p->out, "NULL");
        else
            markdown_text(p, cell[i].p, cell[i].n);
        output_put(p->out, " |", 2);
    }
    output_put(p->out, "\n", 1);
}

const PrinterType printer_markdown = {.name = "markdown", .begin = markdown_begin, .row = markdown_row};

/* ---- line: one value per line, an empty line between rows ---- */

static void line_begin(Printer *p)
{
    size_t width = 0;
    for (uint32_t i = 0; i < p->n_cols; i++)
        width = MAX(width, text_width(p->col[i].name.p, p->col[i].name.n));
    for (uint32_t i = 0; i < p->n_cols; i++)
        p->col[i].width = width - text_width(p->col[i].name.p, p->col[i].name.n);
}

static void line_row(Printer *p, const Cell *cell)
{
    if (p->n_rows > 1)
        output_put(p->out, "\n", 1);
    for (uint32_t i = 0; i < p->n_cols; i++) {
        output_fill(p->out, ' ', p->col[i].width);
        sb_clear(&p->text);
        text_visible(&p->text, p->col[i].name.p, p->col[i].name.n);
        sb_puts(&p->text, " = ");
        if (cell[i].null)
            sb_puts(&p->text, "NULL");
        else
            text_visible(&p->text, cell[i].p, cell[i].n);
        output_put(p->out, p->text.p, p->text.n);
        output_put(p->out, "\n", 1);
    }
}

const PrinterType printer_line = {.name = "line", .begin = line_begin, .row = line_row};

/* Results that end at once print their head here too, so that an empty result still has one. */
void printer_release(Printer *p)
{
    start(p);
}
