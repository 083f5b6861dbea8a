/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry of connectors (connect.def), the schema of error relations, and the printing of all option tables. */
#include <stdio.h>
#include <string.h>

#include "connect/connect_impl.h"

static const SourceType *const sources[] = {
#define SOURCE(symbol, aliases) &source_##symbol,
#define SINK(symbol, aliases)
#include "connect/connect.def"
#undef SOURCE
#undef SINK
};
static const SinkType *const sinks[] = {
#define SOURCE(symbol, aliases)
#define SINK(symbol, aliases) &sink_##symbol,
#include "connect/connect.def"
#undef SOURCE
#undef SINK
};
static const char *const source_aliases[] = {
#define SOURCE(symbol, aliases) aliases,
#define SINK(symbol, aliases)
#include "connect/connect.def"
#undef SOURCE
#undef SINK
};
static const char *const sink_aliases[] = {
#define SOURCE(symbol, aliases)
#define SINK(symbol, aliases) aliases,
#include "connect/connect.def"
#undef SOURCE
#undef SINK
};

static bool is_named(Str name, const char *own, const char *aliases)
{
    Str one, rest = str_of(aliases);
    if (str_eq_nocase(name, str_of(own)))
        return true;
    for (bool more = aliases != NULL; more;) {
        more = str_cut(rest, '|', &one, &rest);
        if (str_eq_nocase(one, name))
            return true;
    }
    return false;
}

const SourceType *source_type_find(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        if (is_named(name, sources[i]->name, source_aliases[i]))
            return sources[i];
    return NULL;
}

const SinkType *sink_type_find(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(sinks); i++)
        if (is_named(name, sinks[i]->name, sink_aliases[i]))
            return sinks[i];
    return NULL;
}

const SourceType *const *source_type_list(uint32_t *ret_n)
{
    *ret_n = ARRAY_LEN(sources);
    return sources;
}

const SinkType *const *sink_type_list(uint32_t *ret_n)
{
    *ret_n = ARRAY_LEN(sinks);
    return sinks;
}

/* A Schema with its fields in static memory; the reference count starts so high that nobody ever frees it. */
static struct {
    _Atomic uint32_t rc;
    uint32_t n;
    Account *acct;
    size_t bytes;
    uint64_t fingerprint;
    const char *type_name;
    Field field[7];
} bad_schema = {
    .rc = 1u << 30,
    .n = 7,
    .fingerprint = UINT64_C(0x6261645f726f7773),
    .field = {{.name = "file", .type = {.id = T_TEXT}},
              {.name = "line", .type = {.id = T_I64}},
              {.name = "byte", .type = {.id = T_I64}},
              {.name = "text", .type = {.id = T_TEXT}},
              {.name = "sqlstate", .type = {.id = T_TEXT}},
              {.name = "reason", .type = {.id = T_TEXT}},
              {.name = "ptime", .type = {.id = T_TS}}},
};
_Static_assert(offsetof(Schema, n) == 4 && offsetof(Schema, acct) == 8 && offsetof(Schema, bytes) == 8 + sizeof(Account *),
               "the struct above begins like a Schema");
_Static_assert(offsetof(Schema, field) == sizeof(bad_schema) - sizeof(bad_schema.field), "and its fields stand at the same place");

const Schema *connect_bad_schema(void)
{
    return (const Schema *)(const void *)&bad_schema;
}

static const char *kind_text(const OptionDef *d)
{
    switch (d->kind) {
    case OPTION_TEXT: return "text";
    case OPTION_BOOL: return "boolean";
    case OPTION_INT: return "integer";
    case OPTION_DOUBLE: return "number";
    case OPTION_DURATION: return "duration";
    case OPTION_BYTES: return "bytes";
    case OPTION_CHAR: return "character";
    case OPTION_ENUM: break;
    }
    return d->names;
}

static void put_cell(StrBuf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            sb_putc(out, '\\');
        sb_puts(out, *text == '\t' ? "\\t" : (char[2]){*text, 0});
    }
    sb_puts(out, " | ");
}

static void put_options(StrBuf *out, const char *title, const char *name, const OptionDef *defs)
{
    if (!defs || !defs->key)
        return;
    sb_printf(out, "\n### %s `%s`\n\n| option | value | default | meaning |\n|---|---|---|---|\n", title, name);
    for (; defs->key; defs++) {
        sb_printf(out, "| `%s`%s%s%s%s | ", defs->key, defs->alias ? ", `" : "", defs->alias ? defs->alias : "",
                  defs->alias ? "`" : "", defs->required ? " (required)" : "");
        put_cell(out, kind_text(defs));
        put_cell(out, defs->preset ? defs->preset : "");
        put_cell(out, defs->help ? defs->help : "");
        out->n -= out->n > 0; /* the last blank */
        sb_putc(out, '\n');
    }
}

void connect_print_options(StrBuf *out)
{
    uint32_t n;
    const FormatType *const *formats = format_list(&n);
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        put_options(out, "Source", sources[i]->name, sources[i]->options);
        put_options(out, "Columns of source", sources[i]->name, sources[i]->column_options);
    }
    for (size_t i = 0; i < ARRAY_LEN(sinks); i++)
        put_options(out, "Sink", sinks[i]->name, sinks[i]->options);
    for (uint32_t i = 0; i < n; i++)
        put_options(out, "Format", formats[i]->name, formats[i]->options);
}
