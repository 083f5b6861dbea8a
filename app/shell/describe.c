/* SPDX-License-Identifier: Apache-2.0
 *
 * The family of \\d: relations, one relation, and lists of one kind, put together from SHOW, DESCRIBE and the system relations. */
#include "shell/shell.h"

#include "shell/report.h"

static const struct {
    const char *kind, *names;
} lists[] = {
    {"source", "SHOW SOURCES"},
    {"table", "SHOW TABLES"},
    {"stream", "SHOW STREAMS"},
    {"view", "SELECT name FROM laminar_relations WHERE kind = 'VIEW' ORDER BY id"},
    {"materialized view", "SHOW MATERIALIZED VIEWS"},
    {"sink", "SHOW SINKS"},
};

static void put_quoted(StrBuf *b, const char *name)
{
    sb_putc(b, '"');
    for (; *name; name++) {
        if (*name == '"')
            sb_putc(b, '"');
        sb_putc(b, *name);
    }
    sb_putc(b, '"');
}

/* Whether a relation of this name can be described. */
static bool exists(Shell *s, const char *name)
{
    StrBuf sql, names;
    sb_init(&sql, NULL);
    sb_init(&names, NULL);
    sb_puts(&sql, "DESCRIBE ");
    put_quoted(&sql, name);
    bool found = !sql.failed && run_names(s, sb_cstr(&sql), &names) == 0;
    sb_done(&sql);
    sb_done(&names);
    return found;
}

static void put_relation(Printer *p, const char *name, const char *kind)
{
    Cell cell[] = {{name, strlen(name), false}, {kind, strlen(kind), false}};
    printer_row(p, cell);
}

int describe_list(Shell *s, bool with_system)
{
    Column col[] = {{.name = STR("name")}, {.name = STR("kind")}};
    Printer p;
    printer_init(&p, s->format, &s->out, col, ARRAY_LEN(col));
    for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
        StrBuf names;
        sb_init(&names, NULL);
        if (run_names(s, lists[k].names, &names) < 0)
            sb_clear(&names);
        for (size_t at = 0; at < names.n; at += strlen(names.p + at) + 1) {
            const char *name = names.p + at;
            put_relation(&p, name, lists[k].kind);
            StrBuf errors;
            sb_init(&errors, NULL);
            sb_printf(&errors, "%s$errors", name);
            if (with_system && !errors.failed && exists(s, sb_cstr(&errors)))
                put_relation(&p, sb_cstr(&errors), "error relation");
            sb_done(&errors);
        }
        sb_done(&names);
    }
    printer_end(&p);
    printer_done(&p);
    output_flush(&s->out);
    laminar_clear_error();
    return 0;
}

int describe_one(Shell *s, Str name, bool extended)
{
    StrBuf sql;
    sb_init(&sql, NULL);
    sb_puts(&sql, extended ? "DESCRIBE EXTENDED " : "DESCRIBE ");
    bool plain = true;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        plain = plain && (c == '_' || c == '.' || c == '"' || c == '`' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || (unsigned char)c >= 0x80);
    }
    if (plain) {
        sb_putstr(&sql, name);
    } else {
        StrBuf text;
        sb_init(&text, NULL);
        sb_putstr(&text, name);
        put_quoted(&sql, sb_cstr(&text));
        sb_done(&text);
    }
    int rc = sql.failed ? -1 : run_statement(s, sb_str(&sql), (Origin){0});
    sb_done(&sql);
    return rc;
}

/* query: a SELECT with a WHERE. pattern: * stands for any characters, ? for one; in double quotes as it is, else in lower case. */
int describe_matching(Shell *s, const char *query, const char *column, Str pattern, Origin at)
{
    StrBuf sql;
    bool exact = pattern.n > 1 && pattern.p[0] == '"' && pattern.p[pattern.n - 1] == '"';
    if (exact)
        pattern = (Str){pattern.p + 1, pattern.n - 2};
    sb_init(&sql, NULL);
    sb_puts(&sql, query);
    if (pattern.n)
        sb_printf(&sql, exact ? " AND %s LIKE '" : " AND lower(%s) LIKE lower('", column);
    for (size_t i = 0; i < pattern.n; i++) {
        char c = pattern.p[i];
        if (c == '*' || c == '?') {
            sb_putc(&sql, c == '*' ? '%' : '_');
            continue;
        }
        if (c == '%' || c == '_' || c == '\\')
            sb_putc(&sql, '\\');
        else if (c == '\'')
            sb_putc(&sql, c);
        sb_putc(&sql, c);
    }
    if (pattern.n)
        sb_puts(&sql, exact ? "'" : "')");
    sb_printf(&sql, " ORDER BY %s", column);
    int rc = sql.failed ? -1 : run_statement(s, sb_str(&sql), at);
    sb_done(&sql);
    return rc;
}

void describe_names(Shell *s, StrBuf *ret)
{
    for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
        size_t before = ret->n;
        if (run_names(s, lists[k].names, ret) < 0 && !ret->failed)
            ret->n = before;
    }
    laminar_clear_error();
}
