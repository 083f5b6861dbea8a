/* SPDX-License-Identifier: Apache-2.0
 *
 * INSERT OR REPLACE, REPLACE and UPSERT as the ON CONFLICT that they mean.  The clause is made as a text and read, so nothing
 * behind the parser knows of them. */
#include "db/dml_insert.h"

#include "sql/parse.h"
#include "sql/print.h"

static bool has_column(const NodeList *columns, const char *name)
{
    AST_EACH(n, *columns)
    if (n->kind == NODE_IDENT && str_eq(AST(IdentNode, n)->ident.s, str_of(name)))
        return true;
    return columns->n == 0;
}

static void put_columns(const Relation *t, const uint32_t *col, uint32_t n, StrBuf *out)
{
    for (uint32_t i = 0; i < n; i++) {
        sb_puts(out, i ? ", " : "");
        sql_print_ident(str_of(t->schema->field[col[i]].name), out);
    }
}

/* All columns that the statement may give and that are no part of the key. */
static uint32_t put_sets(const Relation *t, const InsertStmt *st, const uint32_t *key, uint32_t n_key, StrBuf *out)
{
    uint32_t n = 0;
    for (uint32_t c = 0; c < t->schema->n; c++) {
        bool fixed = relation_generates(t, c) || (t->varies && t->varies[c].identity);
        for (uint32_t i = 0; i < n_key; i++)
            fixed |= key[i] == c;
        if (fixed || (st->on_conflict->words == CONFLICT_UPSERT && !has_column(&st->columns, t->schema->field[c].name)))
            continue;
        sb_puts(out, n++ ? ", " : " DO UPDATE SET ");
        sql_print_ident(str_of(t->schema->field[c].name), out);
        sb_puts(out, " = excluded.");
        sql_print_ident(str_of(t->schema->field[c].name), out);
    }
    return n;
}

int conflict_of_words(const TableWrite *w, const InsertStmt *st, const OnConflict **ret, Err *err)
{
    const Relation *t = w->table;
    uint32_t n_key = 0;
    const uint32_t *key = relation_primary(t, &n_key);
    ScriptStmt made;
    StrBuf text;
    *ret = st->on_conflict;
    if (!*ret || (*ret)->words <= CONFLICT_IGNORE)
        return 0;
    if (w->view)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->node.at, "INSERT OR REPLACE and UPSERT into a view are not supported");
    *ret = NULL; /* without a key no row meets another */
    if (n_key == 0)
        return 0;
    sb_init(&text, NULL);
    sb_puts(&text, "INSERT INTO t DEFAULT VALUES ON CONFLICT (");
    put_columns(t, key, n_key, &text);
    sb_putc(&text, ')');
    if (put_sets(t, st, key, n_key, &text) == 0)
        sb_puts(&text, " DO NOTHING");
    char *copy = text.failed ? NULL : arena_strdup(w->x->arena, sb_cstr(&text));
    sb_done(&text);
    if (!copy)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one_at(w->x->arena, copy, (uint32_t)strlen(copy), st->node.at, &made, err));
    *ret = AST(InsertStmt, made.node)->on_conflict;
    return 0;
}
