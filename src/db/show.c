/* SPDX-License-Identifier: Apache-2.0
 *
 * SHOW and DESCRIBE.  What lists things gives the rows of a system relation (db/system/); what is about one object is a relation
 * that is made for it. */
#include "catalog/names.h"
#include "db/comment.h"
#include "db/execute.h"
#include "db/settings.h"
#include "db/foreign.h"
#include "db/show_impl.h"
#include "db/stream.h"
#include "sql/print.h"

int show_find_relation(const Catalog *c, const Name *name, const Relation **ret, Err *err)
{
    TRY(name_check_made(c, name, err));
    Str id = object_of(name);
    *ret = catalog_find(c, id);
    if (*ret)
        return 0;
    const char *near = catalog_nearest(c, id);
    int rc = RAISE_AT(err, ERR_UNDEFINED_RELATION, name->at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    return near ? err_hint(err, "Did you mean \"%s\"?", near) : rc;
}

/* ---- about one object ---- */

static bool is_function(const Relation *r, Str name)
{
    return r->kind == REL_FUNCTION && strncmp(r->name, name.p, name.n) == 0 && r->name[name.n] == '(';
}

/* What made it, with the names that other relations have now. */
static int definition_now(const Catalog *c, const Relation *r, Arena *arena, StrBuf *ret, Err *err)
{
    ScriptStmt s;
    const Relation *of = r->kind == REL_INDEX ? catalog_by_id(c, r->input) : NULL;
    if ((!of && !r->n_foreign) || !r->ddl) {
        sb_puts(ret, r->ddl ? r->ddl : "");
        return 0;
    }
    char *copy = arena_strdup(arena, r->ddl);
    if (!copy)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(arena, copy, (uint32_t)strlen(copy), &s, err));
    int changed = 0;
    if (s.node->kind == NODE_CREATE_RELATION_STMT)
        TRY(changed = foreign_name_targets(c, r, AST(CreateRelationStmt, s.node), arena, err));
    if (of && s.node->kind == NODE_CREATE_INDEX_STMT) {
        Name *name = &AST(CreateIndexStmt, s.node)->table;
        changed = !str_eq(name_key(name), str_of(of->name));
        TRY(name_of_relation(of, arena, name, err));
    }
    if (changed)
        sql_print(s.node, ret);
    else
        sb_puts(ret, r->ddl);
    return 0;
}

/* Of a function all that have its name. */
static int create(SysScan *s, Err *err)
{
    Str name = {s->of->name, strcspn(s->of->name, "(")};
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        if (r != s->of && (s->of->kind != REL_FUNCTION || !is_function(r, name)))
            continue;
        StrBuf text;
        sb_init(&text, NULL);
        int rc = definition_now(s->catalog, r, s->arena, &text, err);
        if (rc < 0) {
            sb_done(&text);
            return rc;
        }
        sys_text(s, r->name);
        sys_buf(s, &text);
        sys_end(s);
    }
    return 0;
}

/* What SHOW CREATE [kind] name means. */
static int find_object(const Catalog *c, const ShowStmt *st, const Relation **ret, Err *err)
{
    TRY(name_check_made(c, &st->name, err));
    Str id = object_of(&st->name);
    *ret = object_is_routine(st->object) ? NULL : catalog_find(c, id);
    for (uint32_t i = 0; i < c->n && !*ret && (object_is_routine(st->object) || st->object == OBJECT_ANY); i++)
        if (is_function(c->relation[i], id))
            *ret = c->relation[i];
    const Relation *r = *ret;
    if (!r && object_is_routine(st->object))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, st->name.at, "function %.*s does not exist", (int)id.n, id.p);
    if (!r)
        return show_find_relation(c, &st->name, ret, err);
    if (st->object != OBJECT_ANY && !relation_is_object(r, st->object))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is %s %s, not %s %s", r->name,
                        word_article(relation_kind_name(r->kind)), relation_kind_name(r->kind),
                        word_article(object_kind_text(st->object)), object_kind_text(st->object));
    if (r->ddl && *r->ddl)
        return 0;
    const Relation *of = relation_belongs(r) ? catalog_by_id(c, r->input) : NULL;
    (void)RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "no statement of its own made %s \"%s\"", relation_kind_name(r->kind),
                   r->name);
    return of ? err_hint(err, "it goes with %s \"%s\"", relation_kind_name(of->kind), of->name) : -ERR_WRONG_OBJECT_TYPE;
}

static void dependency_rows(SysScan *s, const Relation *r, int64_t level)
{
    for (uint32_t i = 0; i < r->n_depends; i++) {
        const Relation *d = catalog_by_id(s->catalog, r->depends[i]);
        if (!d)
            continue;
        sys_text(s, d->name);
        sys_text(s, relation_kind_name(d->kind));
        sys_text(s, r->name);
        sys_int(s, level);
        sys_end(s);
        dependency_rows(s, d, level + 1); /* a relation depends only on older ones: this ends */
    }
}

static int dependencies(SysScan *s, Err *err)
{
    (void)err;
    dependency_rows(s, s->of, 1);
    return 0;
}

static void column_row(SysScan *s, const Field *f)
{
    char type[1024];
    type_print(f->type, type, sizeof(type));
    sys_text(s, f->name);
    sys_text(s, type);
    sys_bool(s, !f->not_null);
}

/* What DESCRIBE lists: columns; of a row type its fields. */
static const Schema *described(const Relation *r)
{
    return r->kind == REL_TYPE && r->type.id == T_STRUCT ? r->type.nested : r->schema;
}

static int columns(SysScan *s, Err *err)
{
    const Schema *of = described(s->of);
    (void)err;
    for (uint32_t c = 0; c < of->n; c++) {
        column_row(s, &of->field[c]);
        sys_end(s);
    }
    return 0;
}

static int columns_extended(SysScan *s, Err *err)
{
    const Relation *r = s->of;
    const Schema *of = described(r);
    for (uint32_t c = 0; c < of->n; c++) {
        StrBuf wm;
        const char *comment = NULL;
        TRY(comment_find(s->db, r->id, (int32_t)c, s->arena, &comment, err));
        sb_init(&wm, NULL);
        if (r->watermark.declared && r->watermark.col == c)
            sys_watermark_text(&wm, r);
        column_row(s, &of->field[c]);
        sys_text(s, r->defaults ? r->defaults[c] : NULL);
        sys_buf(s, &wm);
        sys_text(s, comment);
        sys_end(s);
    }
    return 0;
}

static int system_columns(SysScan *s, Err *err)
{
    Field *field;
    uint32_t n;
    TRY(sys_columns(s->of_system, s->arena, &field, NULL, &n, err));
    for (uint32_t c = 0; c < n; c++) {
        column_row(s, &field[c]);
        sys_end(s);
    }
    return 0;
}

#define COLUMNS_OF_COLUMNS "column_name text, data_type text, nullable bool"
static const SysRelation show_create = {.columns = "name text, statement text", .fill = create},
                         show_dependencies = {.columns = "name text, kind text, used_by text, level int8", .fill = dependencies},
                         show_columns = {.columns = COLUMNS_OF_COLUMNS, .fill = columns},
                         show_columns_extended = {.columns = COLUMNS_OF_COLUMNS ", default text, extra text, comment text",
                                                  .fill = columns_extended},
                         show_indexes = {.columns = INDEXES_COLUMNS, .fill = sys_indexes},
                         show_system_columns = {.columns = COLUMNS_OF_COLUMNS, .fill = system_columns},
                         show_system_columns_extended = {.columns = COLUMNS_OF_COLUMNS
                                                         ", default text = null, extra text = null, comment text = null",
                                                         .fill = system_columns};

/* ---- settings ---- */

/* SHOW word: a setting of this name, else perhaps one of the lists. */
static int find_setting(const Ident *id, uint32_t *ret, Err *err)
{
    const char *lists[N_SHOW_KINDS];
    size_t n = 0;
    for (ShowKind k = 0; k < N_SHOW_KINDS; k++)
        if (!show_kind_has_name(k))
            lists[n++] = show_kind_text(k);
    const char *near = str_nearest(id->s, lists, n);
    int rc = setting_find(id->s, id->at, ret, err);
    return rc && near && !err->hint[0] ? err_hint(err, "Did you mean SHOW %s?", near) : rc;
}

static int show_setting(StmtContext *x, const ShowStmt *st, Str like, ResultSet **ret, Err *err)
{
    uint32_t index = 0;
    RowMaker m;
    StrBuf value;
    if (st->name.n_parts > 1)
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, st->name.at,
                        "unrecognized configuration parameter: settings have names of one part");
    TRY(find_setting(name_last(&st->name), &index, err));
    const Field f[] = {{setting_name(index), TYPE(TEXT), false}};
    TRY(row_maker_init(&m, &x->db->acct, f, 1, err));
    sb_init(&value, NULL);
    setting_print(x->db, index, &value);
    row_text(&m, sb_cstr(&value));
    row_end(&m);
    sb_done(&value);
    TRY(row_maker_finish(&m, ret, err));
    return like.p ? sys_filter(ret, like, err) : 0;
}

/* ---- the statements ---- */

static const struct {
    ShowKind kind;
    const char *lists;     /* a relation of laminar_system */
    const SysRelation *of; /* else: about the object that is named */
} shows[] = {
    {SHOW_SOURCES, "sources", NULL},
    {SHOW_STREAMS, "streams", NULL},
    {SHOW_SINKS, "sinks", NULL},
    {SHOW_TABLES, "tables", NULL},
    {SHOW_LOOKUP_TABLES, "lookup_tables", NULL},
    {SHOW_VIEWS, "views", NULL},
    {SHOW_MATERIALIZED_VIEWS, "materialized_views", NULL},
    {SHOW_QUERIES, "queries", NULL},
    {SHOW_SUBSCRIPTIONS, "subscriptions", NULL},
    {SHOW_INDEXES, "indexes", NULL},
    {SHOW_INDEXES_OF, NULL, &show_indexes},
    {SHOW_SCHEMAS, "schemas", NULL},
    {SHOW_DATABASES, "databases", NULL},
    {SHOW_FUNCTIONS, "functions", NULL},
    {SHOW_CONNECTORS, "connectors", NULL},
    {SHOW_WATERMARKS, "watermarks", NULL},
    {SHOW_ALIGNMENTS, "alignments", NULL},
    {SHOW_CHECKPOINTS, "checkpoints", NULL},
    {SHOW_CHECKPOINT_STATUS, "checkpoint_status", NULL},
    {SHOW_SETTINGS, NULL, &sys_show_all},
    {SHOW_COLUMNS, NULL, &show_columns},
    {SHOW_DEPENDENCIES, NULL, &show_dependencies},
    {SHOW_WHY, NULL, &sys_why_late},
    {SHOW_BACKFILL_STATUS, NULL, &sys_backfill},
};

static int system_named(const Name *name, const SysRelation **ret, Err *err)
{
    SchemaId schema;
    *ret = NULL;
    int rc = name_schema(name, &schema, err);
    if (rc == 0)
        *ret = sys_find(schema, name_last(name)->s);
    return rc < 0 ? rc : 0;
}

static bool has_columns(const Relation *r)
{
    return r->kind != REL_INDEX && r->kind != REL_SEQUENCE && (r->kind != REL_TYPE || r->type.id == T_STRUCT);
}

/* The rows of a form that names an object. */
static int about(StmtContext *x, const Catalog *c, const SysRelation *r, const Name *name, Str like, ResultSet **ret, Err *err)
{
    SysTarget of = {0};
    bool columns_of = r == &show_columns || r == &show_columns_extended;
    if (columns_of && !catalog_find(c, object_of(name)))
        TRY(system_named(name, &of.system, err));
    if (of.system)
        r = r == &show_columns ? &show_system_columns : &show_system_columns_extended;
    else
        TRY(show_find_relation(c, name, &of.relation, err));
    if (columns_of && of.relation && !has_columns(of.relation))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "\"%s\" is %s %s, which has no columns", of.relation->name,
                        word_article(relation_kind_name(of.relation->kind)), relation_kind_name(of.relation->kind));
    if (r == &sys_backfill)
        TRY(backfill_check(of.relation, name->at, err));
    return sys_scan_of(x->db, c, r, &of, like, ret, err);
}

static int show_rows(StmtContext *x, const ShowStmt *st, const Catalog *c, ResultSet **ret, Err *err)
{
    SysTarget of = {0};
    if (st->kind == SHOW_SETTING)
        return show_setting(x, st, st->like, ret, err);
    if (st->kind == SHOW_CREATE) {
        TRY(find_object(c, st, &of.relation, err));
        return sys_scan_of(x->db, c, &show_create, &of, st->like, ret, err);
    }
    for (size_t i = 0; i < ARRAY_LEN(shows); i++) {
        if (shows[i].kind != st->kind)
            continue;
        if (shows[i].lists)
            return sys_scan(x->db, c, sys_find(SCHEMA_LAMINAR, str_of(shows[i].lists)), st->like, ret, err);
        return st->name.n_parts ? about(x, c, shows[i].of, &st->name, st->like, ret, err)
                                : sys_scan(x->db, c, shows[i].of, st->like, ret, err);
    }
    return RAISE_AT(err, ERR_UNSUPPORTED, st->node.at, "SHOW %s is not supported yet", show_kind_text(st->kind));
}

int stmt_show(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const ShowStmt *st = AST(ShowStmt, s->node);
    ResultSet *rows = NULL;
    Catalog *c = db_catalog(x->db);
    int rc = show_rows(x, st, c, &rows, err);
    catalog_unref(c);
    TRY(rc);
    stmt_done(x, STMT_METADATA, "SHOW", (Str){"", 0});
    x->result->rows = rows;
    return 0;
}

int stmt_describe(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const DescribeStmt *st = AST(DescribeStmt, s->node);
    ResultSet *rows = NULL;
    Catalog *c = db_catalog(x->db);
    int rc = about(x, c, st->extended ? &show_columns_extended : &show_columns, &st->name, (Str){NULL, 0}, &rows, err);
    catalog_unref(c);
    TRY(rc);
    stmt_done(x, STMT_METADATA, "DESCRIBE", (Str){"", 0});
    x->result->rows = rows;
    return 0;
}
