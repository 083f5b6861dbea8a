/* SPDX-License-Identifier: Apache-2.0
 *
 * EXPLAIN (FORMAT YAML) and (FORMAT XML): the JSON form in other words, as PostgreSQL has them: the same members in the same order,
 * so there is one place that says what is told. */
#include "db/explain_impl.h"

#include "data/json.h"

static void pad(uint32_t depth, StrBuf *b)
{
    for (uint32_t i = 0; i < depth; i++)
        sb_puts(b, "  ");
}

static bool is_container(const JsonNode *n)
{
    return n->type == JT_ARRAY || n->type == JT_OBJECT;
}

/* Numbers, true, false, null as they are written. */
static void put_scalar(const JsonNode *n, StrBuf *b)
{
    sb_putstr(b, n->raw);
}

/* ---- YAML ---- */

static void put_yaml(const JsonNode *n, uint32_t depth, StrBuf *b);

static void put_yaml_member(const JsonNode *n, uint32_t depth, StrBuf *b)
{
    sb_putstr(b, n->key);
    sb_puts(b, ": ");
    if (is_container(n) && n->n > 0) {
        sb_putc(b, '\n');
        pad(depth + 1, b);
    }
    put_yaml(n, depth + 1, b);
}

/* From where the line is on; the lines that follow begin at `depth`. */
static void put_yaml(const JsonNode *n, uint32_t depth, StrBuf *b)
{
    if (!is_container(n) || n->n == 0) {
        put_scalar(n, b);
        return;
    }
    for (const JsonNode *m = n->first; m; m = m->next) {
        if (m != n->first) {
            sb_putc(b, '\n');
            pad(depth, b);
        }
        if (n->type == JT_OBJECT) {
            put_yaml_member(m, depth, b);
            continue;
        }
        sb_puts(b, "- ");
        put_yaml(m, depth + 1, b);
    }
}

/* ---- XML ---- */

static void put_tag(const char *open, Str name, StrBuf *b)
{
    sb_puts(b, open);
    for (size_t i = 0; i < name.n; i++)
        sb_putc(b, name.p[i] == ' ' ? '-' : name.p[i]);
    sb_putc(b, '>');
}

static void put_escaped(Str s, StrBuf *b)
{
    for (size_t i = 0; i < s.n; i++)
        switch (s.p[i]) {
        case '&': sb_puts(b, "&amp;"); break;
        case '<': sb_puts(b, "&lt;"); break;
        case '>': sb_puts(b, "&gt;"); break;
        default: sb_putc(b, s.p[i]);
        }
}

/* The elements of Plans are each a Plan; those of a list of texts are items. */
static Str element_name(const JsonNode *list)
{
    bool plural = list->n > 0 && list->first->type == JT_OBJECT && list->key.n > 1 && list->key.p[list->key.n - 1] == 's' &&
                  !str_eq(list->key, STR("Hot Keys"));
    return plural ? (Str){list->key.p, list->key.n - 1} : STR("Item");
}

static void put_xml(const JsonNode *n, Str name, uint32_t depth, StrBuf *b)
{
    pad(depth, b);
    put_tag("<", name, b);
    if (!is_container(n)) {
        if (n->type == JT_STRING)
            put_escaped(n->str, b);
        else
            put_scalar(n, b);
    } else {
        sb_putc(b, '\n');
        for (const JsonNode *m = n->first; m; m = m->next)
            put_xml(m, n->type == JT_OBJECT ? m->key : element_name(n), depth + 1, b);
        pad(depth, b);
    }
    put_tag("</", name, b);
    sb_putc(b, '\n');
}

int explain_convert(Str json, ExplainFormat to, StrBuf *out, Err *err)
{
    Arena arena;
    JsonNode *tree;
    arena_init(&arena, NULL, 0);
    int rc = json_tree(json, &arena, &tree);
    if (rc < 0) {
        rc = RAISE(err, (ErrCode)-rc, "the plan cannot be written in this format");
    } else if (to == EXPLAIN_YAML) {
        put_yaml(tree, 0, out);
    } else {
        sb_puts(out, "<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n");
        for (const JsonNode *m = tree->first; m; m = m->next)
            put_xml(m, STR("Query"), 1, out);
        sb_puts(out, "</explain>");
    }
    arena_done(&arena);
    return rc < 0 ? rc : out->failed ? RAISE_NOMEM(err) : 0;
}
