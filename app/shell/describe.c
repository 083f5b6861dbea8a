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

/* As laminar_system has it: schema.name where that is not public. */
#define CATALOG_NAME                                                                                                               \
    "(SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END FROM pg_catalog.pg_class c "       \
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = #)"

/* What stands below the columns of a relation; # is its oid, of which the query makes one text for each line. */
static const struct {
    const char *title;
    bool extended;
    const char *sql;
} sections[] = {
    {"Indexes", false,
     "SELECT quote_ident(name) || ' ' || CASE WHEN indisprimary THEN 'PRIMARY KEY, ' WHEN indisunique THEN 'UNIQUE, ' ELSE '' END "
     "|| substr(def, strpos(def, ' USING ') + 7) FROM (SELECT c.relname AS name, i.indisprimary, i.indisunique, "
     "pg_get_indexdef(i.indexrelid) AS def FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
     "WHERE i.indrelid = #) x ORDER BY NOT indisprimary, name"},
    {"Check constraints", false,
     "SELECT quote_ident(conname) || ' ' || pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint "
     "WHERE conrelid = # AND contype = 'c' ORDER BY conname"},
    {"Foreign keys", false,
     "SELECT quote_ident(conname) || ' ' || pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint "
     "WHERE conrelid = # AND contype = 'f' ORDER BY conname"},
    {"Referenced by", false,
     "SELECT conrelid::regclass::text || ' ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid) "
     "FROM pg_catalog.pg_constraint WHERE confrelid = # AND contype = 'f' ORDER BY 1"},
    {"Connector", false,
     "SELECT connector || coalesce(' format ' || format, '') FROM laminar_system.laminar_sources "
     "WHERE source_name = " CATALOG_NAME " AND connector IS NOT NULL"},
    {"Watermark", false,
     "SELECT watermark FROM laminar_system.laminar_sources "
     "WHERE source_name = " CATALOG_NAME " AND watermark IS NOT NULL"},
    {"Query", true, "SELECT pg_get_viewdef(oid) FROM pg_catalog.pg_class WHERE oid = # AND relkind IN ('v', 'm')"},
};

/* A query with # in the place of an expression for the object that the user has named; kind: "regclass" or "regtype". */
static void put_query(StrBuf *b, const char *sql, const char *kind, Str name)
{
    for (; *sql; sql++) {
        if (*sql != '#') {
            sb_putc(b, *sql);
            continue;
        }
        sb_printf(b, "to_%s('", kind);
        for (size_t i = 0; i < name.n; i++) {
            if (name.p[i] == '\'')
                sb_putc(b, '\'');
            sb_putc(b, name.p[i]);
        }
        sb_puts(b, "')");
    }
}

static bool put_section(Shell *s, const char *title, const char *sql, Str name)
{
    StrBuf query, lines;
    sb_init(&query, NULL);
    sb_init(&lines, NULL);
    put_query(&query, sql, "regclass", name);
    if (!query.failed && run_names(s, sb_cstr(&query), &lines) == 0 && lines.n)
        output_printf(&s->out, "%s:\n", title);
    else
        sb_clear(&lines);
    for (size_t at = 0; at < lines.n; at += strlen(lines.p + at) + 1)
        output_printf(&s->out, "    %s\n", lines.p + at);
    bool any = lines.n > 0;
    sb_done(&query);
    sb_done(&lines);
    return any;
}

/* What has no columns of its own: an index, a sequence, an enum.  1 = it is none of these. */
static int describe_other(Shell *s, Str name)
{
    static const struct {
        const char *kind, *sql;
    } others[] = {
        {"regclass", "SELECT c.relname AS name, i.indrelid::regclass::text AS \"table\", pg_get_indexdef(c.oid) AS definition "
                     "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid WHERE c.oid = #"},
        {"regclass", "SELECT s.sequencename AS name, s.data_type::text AS type, s.start_value AS start, s.increment_by AS "
                     "increment, s.last_value "
                     "FROM pg_catalog.pg_sequences s JOIN pg_catalog.pg_class c ON c.relname = s.sequencename "
                     "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = s.schemaname WHERE c.oid = #"},
        {"regtype", "SELECT enumlabel AS label FROM pg_catalog.pg_enum WHERE enumtypid = # ORDER BY enumsortorder"},
    };
    int rc = 1;
    for (size_t i = 0; i < ARRAY_LEN(others) && rc == 1; i++) {
        StrBuf query, found;
        sb_init(&query, NULL);
        sb_init(&found, NULL);
        put_query(&query, others[i].sql, others[i].kind, name);
        if (!query.failed && run_names(s, sb_cstr(&query), &found) == 0 && found.n)
            rc = run_statement(s, sb_str(&query), (Origin){0});
        sb_done(&query);
        sb_done(&found);
    }
    laminar_clear_error();
    return rc;
}

static int describe_columns(Shell *s, Str name, bool extended)
{
    StrBuf sql;
    sb_init(&sql, NULL);
    sb_puts(&sql, extended ? "DESCRIBE EXTENDED " : "DESCRIBE ");
    bool plain = true, quoted = false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        quoted ^= c == '"';
        plain = plain && (quoted || c == '_' || c == '.' || c == '"' || c == '`' || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80);
    }
    if (plain && !quoted) {
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

int describe_one(Shell *s, Str name, bool extended)
{
    int rc = describe_other(s, name);
    if (rc != 1)
        return rc;
    rc = describe_columns(s, name, extended);
    bool any = false;
    for (size_t i = 0; rc == 0 && s->format->prints_tags && i < ARRAY_LEN(sections); i++)
        if (extended || !sections[i].extended)
            any |= put_section(s, sections[i].title, sections[i].sql, name);
    if (any)
        output_put(&s->out, "\n", 1);
    output_flush(&s->out);
    laminar_clear_error();
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
