/* SPDX-License-Identifier: Apache-2.0
 *
 * pg_catalog: schemas, relations, columns, indexes, constraints, comments.  What stands behind tableoid is not PostgreSQL's: the
 * answers of functions like pg_get_viewdef(), which look them up there. */
#include "db/comment.h"
#include "db/search_path.h"
#include "db/show_impl.h"
#include "db/system/pg_object.h"
#include "func/func.h"
#include "func/type_oid.h"
#include "sql/ast_equal.h"
#include "sql/parse.h"

#include <stdio.h>

static int namespaces(SysScan *s, Err *err)
{
    (void)err;
    int64_t oid;
    const char *name;
    for (uint32_t i = 0; pg_schema_at(s, i, &oid, &name); i++) {
        sys_int(s, oid);
        sys_text(s, name);
        sys_end(s);
    }
    return 0;
}

/* ---- pg_class ---- */

static const Stored *stored_of(SysScan *s, const Relation *r)
{
    const Feed *f = r ? engine_feed(s->db->engine, r->id) : NULL;
    return f ? f->stored : NULL;
}

static void size_column(SysScan *s, int64_t bytes)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)bytes);
    sys_text(s, text);
}

static void name_column(SysScan *s, const PgRelation *r, const char *name)
{
    StrBuf b;
    sb_init(&b, NULL);
    if (!r->visible) {
        pg_put_name(&b, r->schema);
        sb_putc(&b, '.');
    }
    pg_put_name(&b, name);
    sys_buf(s, &b);
}

static int index_classes(SysScan *s, const PgRelation *r)
{
    for (uint32_t i = 0; i < pg_index_count_all(s->catalog, r->made); i++) {
        PgIndex x;
        pg_index_at_all(s->catalog, r->made, i, &x);
        sys_int(s, x.oid);
        sys_text(s, x.name);
        sys_int(s, r->space);
        sys_int(s, 0);
        sys_int(s, x.ordered ? OID_BTREE : OID_HASH);
        sys_int(s, 0);
        sys_bool(s, false);
        sys_text(s, "i");
        sys_int(s, x.n);
        sys_int(s, 0);
        name_column(s, r, x.name);
        sys_null(s);
        sys_text(s, "0");
        sys_text(s, r->visible ? "t" : "f");
        sys_end(s);
    }
    return 0;
}

static int class_row(SysScan *s, const PgRelation *r, Err *err)
{
    const Stored *stored = stored_of(s, r->made);
    (void)err;
    sys_int(s, r->oid);
    sys_text(s, r->name);
    sys_int(s, r->space);
    sys_int(s, r->oid + OID_ROW_TYPE);
    sys_int(s, stored ? OID_HEAP : 0);
    sys_int(s, stored ? (int64_t)stored->n_rows : -1);
    sys_bool(s, pg_index_count_all(s->catalog, r->made) > 0);
    sys_text(s, (char[]){r->kind, 0});
    sys_int(s, r->n);
    sys_int(s, r->made ? r->made->n_checks : 0);
    name_column(s, r, r->name);
    sys_text(s, r->made ? r->made->query : NULL);
    size_column(s, stored ? stored_bytes(stored) : 0);
    sys_text(s, r->visible ? "t" : "f");
    sys_end(s);
    return index_classes(s, r);
}

static int sequence_class(SysScan *s, const PgSequence *q, Err *err)
{
    SearchPath path;
    TRY(search_path_of(s->db, s->catalog, s->arena, &path, err));
    const PgRelation p = {.schema = pg_schema_of(s, q->of), .visible = search_path_finds(&path, s->catalog, q->of)};
    sys_int(s, q->oid);
    sys_text(s, q->name);
    sys_int(s, pg_space_of(q->of));
    sys_int(s, 0);
    sys_int(s, 0);
    sys_int(s, 1);
    sys_bool(s, false);
    sys_text(s, "S");
    sys_int(s, 3);
    sys_int(s, 0);
    name_column(s, &p, q->name);
    sys_null(s);
    sys_text(s, "0");
    sys_text(s, p.visible ? "t" : "f");
    sys_end(s);
    return 0;
}

static int classes(SysScan *s, Err *err)
{
    TRY(pg_each(s, class_row, err));
    return pg_each_sequence(s, sequence_class, err);
}

/* ---- pg_depend: who owns a sequence ---- */

static int dependence(SysScan *s, const PgSequence *q, Err *err)
{
    (void)err;
    if (!q->owner)
        return 0;
    sys_int(s, 1259);
    sys_int(s, q->oid);
    sys_int(s, 1259);
    sys_int(s, relation_oid(q->owner));
    sys_int(s, q->owner_col + 1);
    sys_text(s, q->identity ? "i" : "a");
    sys_end(s);
    return 0;
}

static int dependences(SysScan *s, Err *err)
{
    return pg_each_sequence(s, dependence, err);
}

/* ---- pg_attribute, pg_attrdef ---- */

static void attribute_row(SysScan *s, int64_t oid, uint32_t number, const Field *f, bool has_default, bool generated,
                          const char *identity)
{
    uint32_t type = pg_type_oid(f->type);
    bool is_array = false;
    const PgType *t = pg_type_find(type, &is_array);
    int16_t length = t && !is_array ? t->length : -1;
    sys_int(s, oid);
    sys_text(s, f->name);
    sys_int(s, pg_field_oid(s->catalog, f));
    sys_int(s, length);
    sys_int(s, number);
    sys_int(s, is_array);
    sys_int(s, f->domain ? -1 : pg_type_mod(f->type));
    sys_bool(s, length > 0 && length <= 8);
    sys_text(s, (char[]){t ? t->align : 'i', 0});
    sys_text(s, length < 0 ? "x" : "p");
    sys_bool(s, f->not_null);
    sys_bool(s, has_default);
    sys_text(s, identity);
    sys_text(s, generated ? "s" : "");
    sys_int(s, f->type.id == T_TEXT ? 100 : 0);
    sys_end(s);
}

static int relation_attributes(SysScan *s, const PgRelation *r, Err *err)
{
    const Relation *m = r->made;
    (void)err;
    for (uint32_t c = 0; c < r->n; c++) {
        bool numbers = m && m->varies && m->varies[c].identity;
        bool generated = m && relation_generates(m, c);
        attribute_row(s, r->oid, c + 1, &r->field[c], generated || (m && m->defaults && m->defaults[c]), generated,
                      !numbers              ? ""
                      : m->varies[c].always ? "a"
                                            : "d");
    }
    for (uint32_t i = 0; i < pg_index_count(m); i++) {
        PgIndex x;
        pg_index_at(m, i, &x);
        for (uint32_t c = 0; c < x.n; c++)
            attribute_row(s, x.oid, c + 1, &m->schema->field[x.col[c]], false, false, "");
    }
    return 0;
}

static int attributes(SysScan *s, Err *err)
{
    return pg_each(s, relation_attributes, err);
}

static int relation_defaults(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    for (uint32_t c = 0; r->made && c < r->n; c++) {
        const char *text = relation_generates(r->made, c) ? r->made->varies[c].generated
                           : r->made->defaults            ? r->made->defaults[c]
                                                          : NULL;
        if (!text)
            continue;
        sys_int(s, r->oid + OID_DEFAULT + c);
        sys_int(s, r->oid);
        sys_int(s, c + 1);
        sys_text(s, text);
        sys_end(s);
    }
    return 0;
}

static int defaults(SysScan *s, Err *err)
{
    return pg_each(s, relation_defaults, err);
}

/* ---- pg_index, pg_constraint ---- */

/* {1,2}: positions of the columns; as a vector the first has number 0. */
static void positions_from(SysScan *s, const char *bounds, const uint32_t *col, uint32_t n)
{
    StrBuf b;
    sb_init(&b, NULL);
    sb_puts(&b, bounds);
    for (uint32_t i = 0; i < n; i++)
        sb_printf(&b, "%c%u", i ? ',' : '{', col[i] + 1);
    sb_putc(&b, '}');
    sys_parse(s, sb_cstr(&b));
    sb_done(&b);
}

static void positions_of(SysScan *s, const uint32_t *col, uint32_t n)
{
    positions_from(s, "", col, n);
}

/* int2vector: subscripts begin with 0. */
static const char *vector_bounds(uint32_t n, char buf[24])
{
    snprintf(buf, 24, "[0:%u]=", n - 1);
    return n ? buf : "";
}

static void positions_column(SysScan *s, const PgIndex *x)
{
    positions_of(s, x->col, x->n);
}

/* 1: descending; 2: NULLs first. */
static int indoption(const PgIndex *x, uint32_t i)
{
    const struct RelationIndexed *k = x->ordered ? &x->ordered->indexed[i] : NULL;
    if (!k)
        return 0;
    bool first = k->nulls ? k->nulls == SORT_NULLS_FIRST : k->desc;
    return (k->desc ? 1 : 0) | (first ? 2 : 0);
}

static void options_column(SysScan *s, const PgIndex *x)
{
    StrBuf b;
    char bounds[24];
    sb_init(&b, NULL);
    sb_puts(&b, vector_bounds(x->n, bounds));
    for (uint32_t i = 0; i < x->n; i++)
        sb_printf(&b, "%c%d", i ? ',' : '{', indoption(x, i));
    sb_putc(&b, '}');
    sys_parse(s, sb_cstr(&b));
    sb_done(&b);
}

static void index_text(SysScan *s, const PgIndex *x, StrBuf *out)
{
    sb_puts(out, x->is_unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    pg_put_name(out, x->name);
    sb_puts(out, " ON ");
    pg_put_name(out, pg_schema_of(s, x->of));
    sb_putc(out, '.');
    pg_put_name(out, x->of->own);
    sb_puts(out, x->ordered ? " USING btree (" : " USING hash (");
    pg_index_columns(x, out);
    sb_putc(out, ')');
    const Relation *r = x->ordered;
    for (uint32_t i = 0; r && i < r->n_included; i++) {
        sb_puts(out, i ? ", " : " INCLUDE (");
        pg_put_name(out, r->included[i]);
    }
    sb_puts(out, r && r->n_included ? ")" : "");
    sb_puts(out, x->nulls_equal ? " NULLS NOT DISTINCT" : "");
    if (r && r->condition)
        sb_printf(out, " WHERE (%s)", r->condition);
}

/* Of the keys that are computed, behind each other. */
static void expressions_column(SysScan *s, const PgIndex *x)
{
    StrBuf b;
    sb_init(&b, NULL);
    for (uint32_t i = 0; x->ordered && i < x->n; i++)
        if (x->ordered->indexed[i].expr)
            sb_printf(&b, "%s%s", b.n ? ", " : "", x->ordered->indexed[i].expr);
    if (b.n) {
        sys_buf(s, &b);
        return;
    }
    sb_done(&b);
    sys_null(s);
}

/* An element of an array as a text. */
static void put_element(StrBuf *out, const char *text)
{
    sb_puts(out, out->n > 1 ? ",\"" : "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            sb_putc(out, '\\');
        sb_putc(out, *text);
    }
    sb_putc(out, '"');
}

/* What each column of the index is, behind each other: names, and expressions as they are written. */
static void key_definitions(SysScan *s, const PgIndex *x)
{
    StrBuf all, one;
    sb_init(&all, NULL);
    sb_init(&one, NULL);
    sb_putc(&all, '{');
    for (uint32_t i = 0; i < x->n; i++) {
        const struct RelationIndexed *k = x->ordered ? &x->ordered->indexed[i] : NULL;
        sb_clear(&one);
        if (k && k->expr)
            sb_printf(&one, k->is_call ? "%s" : "(%s)", k->expr);
        else
            pg_put_name(&one, x->of->schema->field[x->col[i]].name);
        put_element(&all, sb_cstr(&one));
    }
    for (uint32_t i = 0; x->ordered && i < x->ordered->n_included; i++) {
        sb_clear(&one);
        pg_put_name(&one, x->ordered->included[i]);
        put_element(&all, sb_cstr(&one));
    }
    sb_putc(&all, '}');
    sb_done(&one);
    sys_buf(s, &all);
}

static void included_columns(const PgIndex *x, uint32_t *col, uint32_t *n)
{
    for (uint32_t i = 0; x->ordered && i < x->ordered->n_included; i++)
        col[(*n)++] = (uint32_t)MAX(schema_find(x->of->schema, str_of(x->ordered->included[i])), 0);
}

static int relation_indexes(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < pg_index_count_all(s->catalog, r->made); i++) {
        PgIndex x;
        StrBuf text;
        pg_index_at_all(s->catalog, r->made, i, &x);
        sb_init(&text, NULL);
        index_text(s, &x, &text);
        sys_int(s, x.oid);
        sys_int(s, x.relation);
        uint32_t col[COLUMNS_MAX + INDEX_COLUMNS_MAX], n = MIN(x.n, COLUMNS_MAX);
        memcpy(col, x.col, n * sizeof(*col));
        included_columns(&x, col, &n);
        sys_int(s, n);
        sys_int(s, x.n);
        sys_bool(s, x.is_unique);
        sys_bool(s, x.nulls_equal);
        sys_bool(s, x.is_primary);
        sys_bool(s, !x.deferrable);
        char bounds[24];
        positions_from(s, vector_bounds(n, bounds), col, n);
        options_column(s, &x);
        expressions_column(s, &x);
        if (x.ordered && x.ordered->condition)
            sys_text(s, x.ordered->condition);
        else
            sys_null(s);
        sys_buf(s, &text);
        key_definitions(s, &x);
        sys_end(s);
    }
    return 0;
}

static int indexes(SysScan *s, Err *err)
{
    return pg_each(s, relation_indexes, err);
}

static void refers_to_nothing(SysScan *s)
{
    sys_int(s, 0);
    for (uint32_t i = 0; i < 3; i++)
        sys_text(s, " ");
}

static void when_text(bool deferrable, bool deferred, StrBuf *out)
{
    sb_puts(out, deferrable ? " DEFERRABLE" : "");
    sb_puts(out, deferred ? " INITIALLY DEFERRED" : "");
}

static void key_constraint(SysScan *s, const PgIndex *x)
{
    StrBuf text;
    sb_init(&text, NULL);
    sb_puts(&text, x->is_primary ? "PRIMARY KEY (" : x->nulls_equal ? "UNIQUE NULLS NOT DISTINCT (" : "UNIQUE (");
    pg_index_columns(x, &text);
    sb_putc(&text, ')');
    when_text(x->deferrable, x->deferred, &text);
    sys_int(s, x->constraint);
    sys_text(s, x->name);
    sys_int(s, pg_space_of(x->of));
    sys_text(s, x->is_primary ? "p" : "u");
    sys_bool(s, x->deferrable);
    sys_bool(s, x->deferred);
    sys_bool(s, true);
    sys_int(s, x->relation);
    sys_int(s, 0);
    sys_int(s, x->oid);
    refers_to_nothing(s);
    positions_column(s, x);
    for (int i = 0; i < 3; i++)
        sys_null(s);
    sys_buf(s, &text);
    sys_end(s);
}

static void foreign_text(const Relation *r, const PgForeign *f, StrBuf *out)
{
    const struct RelationForeign *k = f->key;
    sb_puts(out, "FOREIGN KEY (");
    for (uint32_t i = 0; i < k->n; i++) {
        sb_puts(out, i ? ", " : "");
        pg_put_name(out, r->schema->field[k->col[i]].name);
    }
    sb_puts(out, ") REFERENCES ");
    pg_put_made(out, f->to);
    for (uint32_t i = 0; i < k->n; i++) {
        sb_puts(out, i ? ", " : "(");
        pg_put_name(out, k->to_col[i]);
    }
    sb_puts(out, k->match_full ? ") MATCH FULL" : ")");
    if (k->on_update)
        sb_printf(out, " ON UPDATE %s", pg_action_name(k->on_update));
    if (k->on_delete)
        sb_printf(out, " ON DELETE %s", pg_action_name(k->on_delete));
    for (uint32_t i = 0; i < k->n_set; i++) {
        sb_puts(out, i ? ", " : " (");
        pg_put_name(out, r->schema->field[k->col[k->set[i]]].name);
    }
    sb_puts(out, k->n_set ? ")" : "");
    when_text(k->deferrable, k->deferred, out);
}

static void set_columns(SysScan *s, const struct RelationForeign *k)
{
    uint32_t col[INDEX_COLUMNS_MAX], n = MIN(k->n_set, INDEX_COLUMNS_MAX);
    for (uint32_t i = 0; i < n; i++)
        col[i] = k->col[k->set[i]];
    if (n)
        positions_of(s, col, n);
    else
        sys_null(s);
}

static void foreign_constraint(SysScan *s, const PgRelation *r, uint32_t i)
{
    static const char *const letters[] = {"a", "r", "c", "n", "d"};
    PgForeign f;
    StrBuf text;
    if (!pg_foreign_at(s->catalog, r->made, i, &f))
        return;
    sb_init(&text, NULL);
    foreign_text(r->made, &f, &text);
    sys_int(s, r->oid + OID_CONSTRAINT + pg_index_count(r->made) + r->made->n_checks + i);
    sys_text(s, f.key->name);
    sys_int(s, r->space);
    sys_text(s, "f");
    sys_bool(s, f.key->deferrable);
    sys_bool(s, f.key->deferred);
    sys_bool(s, true);
    sys_int(s, r->oid);
    sys_int(s, 0);
    sys_int(s, f.unique.oid);
    sys_int(s, f.unique.relation);
    sys_text(s, letters[f.key->on_update]);
    sys_text(s, letters[f.key->on_delete]);
    sys_text(s, f.key->match_full ? "f" : "s");
    positions_of(s, f.key->col, f.key->n);
    positions_of(s, f.col, f.key->n);
    set_columns(s, f.key);
    sys_null(s);
    sys_buf(s, &text);
    sys_end(s);
}

typedef struct CheckColumns { /* in the order in which a condition names them */
    const Schema *of;
    uint32_t n, col[COLUMNS_MAX];
} CheckColumns;

static int find_column(void *self, Node *n)
{
    CheckColumns *c = self;
    if (n->kind != NODE_EXPR_COLUMN)
        return ast_each_child(n, find_column, c);
    int at = schema_find(c->of, name_last(&AST(ExprColumn, n)->name)->s);
    bool known = at < 0 || c->n == COLUMNS_MAX;
    for (uint32_t i = 0; i < c->n && !known; i++)
        known = c->col[i] == (uint32_t)at;
    if (!known)
        c->col[c->n++] = (uint32_t)at;
    return 0;
}

static void check_columns(SysScan *s, const Relation *r, const char *check)
{
    CheckColumns c = {.of = r->schema};
    Node *expr = NULL;
    if (r->schema && sql_parse_expr_at(s->arena, check, (uint32_t)strlen(check), SPAN_NONE, &expr, NULL) == 0)
        (void)find_column(&c, expr);
    if (c.n)
        positions_of(s, c.col, c.n);
    else
        sys_null(s);
}

/* CHECK i of a table or domain. */
static void check_constraint(SysScan *s, const Relation *r, int64_t first, uint32_t i)
{
    bool is_domain = r->kind == REL_DOMAIN, valid = !r->check_not_valid || !r->check_not_valid[i];
    StrBuf text;
    sb_init(&text, NULL);
    sb_printf(&text, "CHECK (%s)%s", r->check[i], valid ? "" : " NOT VALID");
    sys_int(s, first + i);
    sys_text(s, r->check_name[i]);
    sys_int(s, pg_space_of(r));
    sys_text(s, "c");
    sys_bool(s, false);
    sys_bool(s, false);
    sys_bool(s, valid);
    sys_int(s, is_domain ? 0 : pg_made_oid(r));
    sys_int(s, is_domain ? pg_made_oid(r) : 0);
    sys_int(s, 0);
    refers_to_nothing(s);
    check_columns(s, r, r->check[i]);
    for (int k = 0; k < 2; k++)
        sys_null(s);
    sys_text(s, r->check[i]);
    sys_buf(s, &text);
    sys_end(s);
}

static int relation_constraints(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    uint32_t n = pg_index_count(r->made);
    for (uint32_t i = 0; i < n; i++) {
        PgIndex x;
        pg_index_at(r->made, i, &x);
        key_constraint(s, &x);
    }
    for (uint32_t i = 0; r->made && i < r->made->n_checks; i++)
        check_constraint(s, r->made, r->oid + OID_CONSTRAINT + n, i);
    for (uint32_t i = 0; r->made && i < r->made->n_foreign; i++)
        foreign_constraint(s, r, i);
    return 0;
}

static int constraints(SysScan *s, Err *err)
{
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        for (uint32_t k = 0; r->kind == REL_DOMAIN && k < r->n_checks; k++)
            check_constraint(s, r, pg_made_oid(r) + OID_CONSTRAINT, k);
    }
    return pg_each(s, relation_constraints, err);
}

/* ---- pg_description ---- */

static void description_row(SysScan *s, int64_t object, int64_t class, int64_t sub, const char *text)
{
    sys_int(s, object);
    sys_int(s, class);
    sys_int(s, sub);
    sys_text(s, text);
    for (int i = 0; i < 4; i++) {
        bool mine = i == 0   ? (class == 1259 || class == 1247) && sub == 0
                    : i == 1 ? class == 1255
                    : i == 2 ? class == 1259 && sub > 0
                             : class == 2606;
        if (mine)
            sys_int(s, i == 2 ? object * OID_PER_RELATION + sub : object);
        else
            sys_null(s);
    }
    sys_end(s);
}

static int named_description(SysScan *s, const Relation *r, int32_t what, const char *name, int64_t object, Err *err)
{
    const char *text = NULL;
    TRY(comment_find_named(s->db, r->id, what, name, s->arena, &text, err));
    if (text)
        description_row(s, object, what == COMMENT_OF_KEY ? 1259 : 2606, 0, text);
    return 0;
}

/* Of constraints, and of the indexes of keys. */
static int constraint_descriptions(SysScan *s, const PgRelation *r, Err *err)
{
    uint32_t n = pg_index_count(r->made);
    for (uint32_t i = 0; i < n; i++) {
        PgIndex x;
        pg_index_at(r->made, i, &x);
        TRY(named_description(s, r->made, COMMENT_OF_CONSTRAINT, x.name, x.constraint, err));
        TRY(named_description(s, r->made, COMMENT_OF_KEY, x.name, x.oid, err));
    }
    for (uint32_t i = 0; i < r->made->n_checks; i++)
        TRY(named_description(s, r->made, COMMENT_OF_CONSTRAINT, r->made->check_name[i], r->oid + OID_CONSTRAINT + n + i, err));
    n += r->made->n_checks;
    for (uint32_t i = 0; i < r->made->n_foreign; i++)
        TRY(named_description(s, r->made, COMMENT_OF_CONSTRAINT, r->made->foreign[i].name, r->oid + OID_CONSTRAINT + n + i, err));
    return 0;
}

static int relation_descriptions(SysScan *s, const PgRelation *r, Err *err)
{
    if (r->system) {
        description_row(s, r->oid, 1259, 0, r->system->help);
        return 0;
    }
    for (int32_t c = COMMENT_OF_RELATION; c < (int32_t)r->n; c++) {
        const char *text = NULL;
        TRY(comment_find(s->db, r->made->id, c, s->arena, &text, err));
        if (text)
            description_row(s, r->oid, 1259, c + 1, text);
    }
    return constraint_descriptions(s, r, err);
}

static int descriptions(SysScan *s, Err *err)
{
    TRY(pg_each(s, relation_descriptions, err));
    FuncCursor at = {0};
    for (const FuncDef *d; (d = func_next(&at));)
        if (!(d->flags & FN_INTERNAL))
            description_row(s, OID_FUNCTIONS + at.n - 1, 1255, 0, d->help);
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        const char *text = NULL;
        bool function = r->kind == REL_FUNCTION;
        if (function || r->kind == REL_SCHEMA || r->kind == REL_INDEX || r->kind == REL_SEQUENCE || relation_is_type(r))
            TRY(comment_find(s->db, r->id, COMMENT_OF_RELATION, s->arena, &text, err));
        for (uint32_t k = 0; r->kind == REL_DOMAIN && k < r->n_checks; k++)
            TRY(named_description(s, r, COMMENT_OF_CONSTRAINT, r->check_name[k], pg_made_oid(r) + OID_CONSTRAINT + k, err));
        if (text)
            description_row(s, pg_made_oid(r),
                            function                ? 1255
                            : relation_is_type(r)   ? 1247
                            : r->kind == REL_SCHEMA ? 2615
                                                    : 1259,
                            0, text);
    }
    return 0;
}

/* ---- pg_tables and the like: of every schema, as texts ---- */

static int table_row(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    if (r->kind != 'r')
        return 0;
    sys_text(s, r->schema);
    sys_text(s, r->name);
    sys_bool(s, pg_index_count_all(s->catalog, r->made) > 0);
    sys_end(s);
    return 0;
}

static int pg_tables(SysScan *s, Err *err)
{
    return pg_each(s, table_row, err);
}

static int view_rows(SysScan *s, const PgRelation *r, char kind)
{
    if (r->kind != kind)
        return 0;
    sys_text(s, r->schema);
    sys_text(s, r->name);
    sys_text(s, r->made ? r->made->query : NULL);
    sys_end(s);
    return 0;
}

static int view_row(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    return view_rows(s, r, 'v');
}

static int pg_views(SysScan *s, Err *err)
{
    return pg_each(s, view_row, err);
}

static int matview_row(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    return view_rows(s, r, 'm');
}

static int pg_matviews(SysScan *s, Err *err)
{
    return pg_each(s, matview_row, err);
}

static int index_row(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < pg_index_count_all(s->catalog, r->made); i++) {
        PgIndex x;
        StrBuf text;
        pg_index_at_all(s->catalog, r->made, i, &x);
        sb_init(&text, NULL);
        index_text(s, &x, &text);
        sys_text(s, r->schema);
        sys_text(s, r->name);
        sys_text(s, x.name);
        sys_buf(s, &text);
        sys_end(s);
    }
    return 0;
}

static int pg_indexes(SysScan *s, Err *err)
{
    return pg_each(s, index_row, err);
}

static int plain_index_row(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    for (uint32_t i = 0; (!s->of || s->of == r->made) && i < pg_index_count_all(s->catalog, r->made); i++) {
        PgIndex x;
        StrBuf text;
        pg_index_at_all(s->catalog, r->made, i, &x);
        sys_text(s, x.name);
        sys_text(s, r->made->name);
        sys_bool(s, x.is_unique);
        sb_init(&text, NULL);
        index_text(s, &x, &text);
        sys_buf(s, &text);
        sys_end(s);
    }
    return 0;
}

int sys_indexes(SysScan *s, Err *err)
{
    return pg_each(s, plain_index_row, err);
}

static int stat_row(SysScan *s, const PgRelation *r, Err *err)
{
    const Stored *stored = stored_of(s, r->made);
    (void)err;
    if (!stored)
        return 0;
    sys_int(s, r->oid);
    sys_text(s, r->schema);
    sys_text(s, r->name);
    sys_int(s, (int64_t)stored->n_rows);
    sys_end(s);
    return 0;
}

static int stat_tables(SysScan *s, Err *err)
{
    return pg_each(s, stat_row, err);
}

static int statio_row(SysScan *s, const PgRelation *r, Err *err)
{
    (void)err;
    if (!stored_of(s, r->made))
        return 0;
    sys_int(s, r->oid);
    sys_text(s, r->schema);
    sys_text(s, r->name);
    sys_end(s);
    return 0;
}

static int statio_tables(SysScan *s, Err *err)
{
    return pg_each(s, statio_row, err);
}

#define STAT_COLUMNS                                                                                                               \
    "relid oid, schemaname text, relname text, seq_scan int8 = 0, seq_tup_read int8 = 0, idx_scan int8 = 0, "                      \
    "idx_tup_fetch int8 = 0, n_tup_ins int8 = 0, n_tup_upd int8 = 0, n_tup_del int8 = 0, n_tup_hot_upd int8 = 0, "                 \
    "n_live_tup int8, n_dead_tup int8 = 0, n_mod_since_analyze int8 = 0, n_ins_since_vacuum int8 = 0, last_vacuum "                \
    "timestamptz = null, last_autovacuum timestamptz = null, last_analyze timestamptz = null, last_autoanalyze "                   \
    "timestamptz = null, vacuum_count int8 = 0, autovacuum_count int8 = 0, analyze_count int8 = 0, "                               \
    "autoanalyze_count int8 = 0"
#define STATIO_COLUMNS                                                                                                             \
    "relid oid, schemaname text, relname text, heap_blks_read int8 = null, heap_blks_hit int8 = null, idx_blks_read int8 = null, " \
    "idx_blks_hit int8 = null, toast_blks_read int8 = null, toast_blks_hit int8 = null, tidx_blks_read int8 = null, "              \
    "tidx_blks_hit int8 = null"
const SysRelation sys_pg_class[] = {
    {SCHEMA_PG_CATALOG, "pg_depend",
     "classid oid, objid oid, objsubid int4 = 0, refclassid oid, refobjid oid, refobjsubid int4, deptype text, tableoid oid = 2608",
     dependences, "columns that own sequences", "objid"},
    {SCHEMA_PG_CATALOG, "pg_namespace", "oid oid, nspname text, nspowner oid = 10, nspacl text[] = null, tableoid oid = 2615",
     namespaces, "schemas"},
    {SCHEMA_PG_CATALOG, "pg_class",
     "oid oid, relname text, relnamespace oid, reltype oid, reloftype oid = 0, relowner oid = 10, relam oid, "
     "relfilenode oid = 0, reltablespace oid = 0, relpages int4 = 0, reltuples float4, relallvisible int4 = 0, "
     "reltoastrelid oid = 0, relhasindex bool, relisshared bool = false, relpersistence text = p, relkind text, "
     "relnatts int2, relchecks int2, relhasrules bool = false, relhastriggers bool = false, relhassubclass bool = "
     "false, relrowsecurity bool = false, relforcerowsecurity bool = false, relispopulated bool = true, relreplident "
     "text = d, relispartition bool = false, relrewrite oid = 0, relfrozenxid oid = 0, relminmxid oid = 0, relacl "
     "text[] = null, reloptions text[] = null, relpartbound text = null, tableoid oid = 1259, regname text, viewdef "
     "text, size text, visible text",
     classes, "relations and indexes"},
    {SCHEMA_PG_CATALOG, "pg_attribute",
     "attrelid oid, attname text, atttypid oid, attstattarget int4 = -1, attlen int2, attnum int2, attndims int4, "
     "attcacheoff int4 = -1, atttypmod int4, attbyval bool, attalign text, attstorage text, attcompression text = , "
     "attnotnull bool, atthasdef bool, atthasmissing bool = false, attidentity text, attgenerated text, "
     "attisdropped bool = false, attislocal bool = true, attinhcount int4 = 0, attcollation oid, attacl text[] = "
     "null, attoptions text[] = null, attfdwoptions text[] = null, attmissingval text = null, tableoid oid = 1249",
     attributes, "columns", "attrelid attnum"},
    {SCHEMA_PG_CATALOG, "pg_attrdef", "oid oid, adrelid oid, adnum int2, adbin text, tableoid oid = 2604", defaults,
     "defaults of columns", "adrelid adnum"},
    {SCHEMA_PG_CATALOG, "pg_index",
     "indexrelid oid, indrelid oid, indnatts int2, indnkeyatts int2, indisunique bool, indnullsnotdistinct bool, "
     "indisprimary bool, indisexclusion bool = false, indimmediate bool, indisclustered bool = false, "
     "indisvalid bool = true, indcheckxmin bool = false, indisready bool = true, indislive bool = true, "
     "indisreplident bool = false, indkey int2[], indcollation int8[] = null, indclass int8[] = null, indoption "
     "int2[], indexprs text, indpred text, tableoid oid = 2610, indexdef text, keydefs text",
     indexes, "indexes: one per key", "indexrelid"},
    {SCHEMA_PG_CATALOG, "pg_constraint",
     "oid oid, conname text, connamespace oid, contype text, condeferrable bool, condeferred bool, "
     " convalidated bool, conrelid oid, contypid oid, conindid oid, conparentid oid = 0, confrelid "
     "oid, confupdtype text, confdeltype text, confmatchtype text, conislocal bool = true, "
     "coninhcount int4 = 0, connoinherit bool = true, conkey int2[], confkey int2[], conpfeqop int8[] = null, "
     "conppeqop int8[] = null, conffeqop int8[] = null, confdelsetcols int2[], conexclop int8[] = null, "
     "conbin text, tableoid oid = 2606, condef text",
     constraints, "keys and conditions of tables"},
    {SCHEMA_PG_CATALOG, "pg_description",
     "objoid oid, classoid oid, objsubid int4, description text, tableoid oid = 2609, relkey int8, prockey int8, "
     "colkey int8, conkey int8",
     descriptions, "comments and help"},
    {SCHEMA_PG_CATALOG, "pg_tables",
     "schemaname text, tablename text, tableowner text = laminar, tablespace text = null, hasindexes bool, hasrules "
     "bool = false, hastriggers bool = false, rowsecurity bool = false",
     pg_tables, "tables"},
    {SCHEMA_PG_CATALOG, "pg_views", "schemaname text, viewname text, viewowner text = laminar, definition text", pg_views,
     "plain views, streams"},
    {SCHEMA_PG_CATALOG, "pg_matviews",
     "schemaname text, matviewname text, matviewowner text = laminar, tablespace text = null, hasindexes bool = "
     "false, ispopulated bool = true, definition text",
     pg_matviews, "materialized views"},
    {SCHEMA_PG_CATALOG, "pg_indexes", "schemaname text, tablename text, indexname text, tablespace text = null, indexdef text",
     pg_indexes, "indexes as texts"},
    {SCHEMA_LAMINAR, "indexes", INDEXES_COLUMNS, sys_indexes, "indexes, those of keys as well"},
    {SCHEMA_PG_CATALOG, "pg_stat_user_tables", STAT_COLUMNS, stat_tables, "counts of rows"},
    {SCHEMA_PG_CATALOG, "pg_stat_all_tables", STAT_COLUMNS, stat_tables, "counts of rows"},
    {SCHEMA_PG_CATALOG, "pg_statio_user_tables", STATIO_COLUMNS, statio_tables, "tables; blocks are not counted"},
    {SCHEMA_PG_CATALOG, "pg_statio_all_tables", STATIO_COLUMNS, statio_tables, "tables; blocks are not counted"},
    {0},
};
