/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of system relations, and what is common to filling them. */
#include "db/system/system.h"
#include "db/search_path.h"
#include "db/settings.h"
#include "db/system/pg_object.h"
#include "data/array.h"
#include "func/like.h"

#include <stdio.h>

static const SysRelation *const families[] = {sys_catalog,     sys_running,  sys_time,     sys_measure, sys_stored,
                                              sys_help,        sys_settings, sys_pg_class, sys_pg_type, sys_pg_empty,
                                              sys_information, sys_sequence, sys_session,  sys_zone};

const SysRelation *sys_at(uint32_t index)
{
    for (size_t f = 0; f < ARRAY_LEN(families); f++)
        for (const SysRelation *r = families[f]; r->name; r++)
            if (index-- == 0)
                return r;
    return NULL;
}

/* What a call in FROM reads: pg_get_keywords(). */
static const SysRelation *find_call(Str name)
{
    static const char *const views[][2] = {{"pg_cursor", "pg_cursors"},
                                           {"pg_prepared_statement", "pg_prepared_statements"},
                                           {"pg_show_all_settings", "pg_settings"},
                                           {"pg_available_extensions", "pg_available_extensions"},
                                           {"pg_lock_status", "pg_locks"},
                                           {"pg_timezone_names", "pg_timezone_names"},
                                           {"pg_timezone_abbrevs", "pg_timezone_abbrevs"}};
    for (const SysRelation *r = sys_calls; r->name; r++)
        if (str_eq(name, str_of(r->name)))
            return r;
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        if (str_eq(name, str_of(views[i][0])))
            return sys_find(SCHEMA_PG_CATALOG, str_of(views[i][1]));
    return NULL;
}

const SysRelation *sys_find(SchemaId schema, Str name)
{
    if (name.n > 2 && name.p[name.n - 1] == ')')
        return find_call((Str){name.p, name.n - 2});
    Str own = str_starts(name, STR("laminar_")) ? (Str){name.p + 8, name.n - 8} : (Str){NULL, 0};
    for (size_t f = 0; f < ARRAY_LEN(families); f++)
        for (const SysRelation *r = families[f]; r->name; r++) {
            bool there = schema == r->schema || (schema == SCHEMA_NONE && r->schema != SCHEMA_INFORMATION);
            bool plain = str_eq(name, str_of(r->name)) && (r->schema != SCHEMA_LAMINAR || schema != SCHEMA_NONE);
            if (there && (plain || (r->schema == SCHEMA_LAMINAR && own.n && str_eq(own, str_of(r->name)))))
                return r;
        }
    return NULL;
}

const char *sys_name(const SysRelation *r, char *buf, size_t cap)
{
    if (r->schema != SCHEMA_LAMINAR)
        return r->name;
    snprintf(buf, cap, "laminar_%s", r->name);
    return buf;
}

/* ---- columns ---- */

static int column_of(Str text, Arena *arena, Field *ret, SysColumn *ret_preset, Err *err)
{
    Str head, preset = {NULL, 0}, name, type;
    *ret_preset = (SysColumn){0};
    (void)str_cut(text, '=', &head, &preset);
    head = str_trim(head);
    (void)str_cut(head, ' ', &name, &type);
    type = str_trim(type);
    bool is_array = type.n > 2 && type.p[type.n - 1] == ']';
    if (is_array)
        type.n -= 2;
    *ret = (Field){.name = arena_strndup(arena, name.p, name.n)};
    if (!ret->name)
        return RAISE_NOMEM(err);
    if (str_eq(type, STR("oid")))
        ret->type = TYPE(I64);
    else
        TRY(type_of_name(type, NULL, 0, &ret->type, err));
    if (is_array)
        ret->type = type_array(ret->type);
    preset = str_trim(preset);
    if (head.n == str_trim(text).n)
        return 0;
    ret_preset->has_preset = true;
    ret_preset->preset = value_null(ret->type);
    return str_eq(preset, STR("null")) ? 0 : value_parse(ret->type, preset, arena, &ret_preset->preset, err);
}

int sys_columns(const SysRelation *r, Arena *arena, Field **ret, SysColumn **ret_preset, uint32_t *ret_n, Err *err)
{
    uint32_t n = 1;
    for (const char *p = r->columns; *p; p++)
        n += *p == ',';
    Field *field = ARENA_ARRAY(arena, Field, n);
    SysColumn *column = ARENA_ARRAY(arena, SysColumn, n);
    Str one, rest = str_of(r->columns);
    if (!field || !column)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        (void)str_cut(rest, ',', &one, &rest);
        TRY(column_of(one, arena, &field[i], &column[i], err));
    }
    *ret = field;
    *ret_n = n;
    if (ret_preset)
        *ret_preset = column;
    return 0;
}

/* ---- rows ---- */

static void skip_presets(SysScan *s)
{
    while (s->m.col < s->m.set->schema->n && s->column[s->m.col].has_preset)
        row_value(&s->m, &s->column[s->m.col].preset);
}

void sys_value(SysScan *s, const Value *v)
{
    skip_presets(s);
    ASSERT(s->m.col < s->m.set->schema->n);
    row_value(&s->m, v);
}

static Type next_type(SysScan *s)
{
    skip_presets(s);
    ASSERT(s->m.col < s->m.set->schema->n);
    return s->m.set->schema->field[s->m.col].type;
}

void sys_null(SysScan *s)
{
    Value v = value_null(next_type(s));
    row_value(&s->m, &v);
}

void sys_str(SysScan *s, Str text)
{
    Value v = {.type = TYPE(TEXT), .str = text};
    if (text.p)
        sys_value(s, &v);
    else
        sys_null(s);
}

void sys_text(SysScan *s, const char *v)
{
    sys_str(s, v ? str_of(v) : (Str){NULL, 0});
}

void sys_int(SysScan *s, int64_t i)
{
    Value v = {.type = next_type(s)};
    switch (v.type.id) {
    case T_I16: v.i16 = (int16_t)i; break;
    case T_I32: v.i32 = (int32_t)i; break;
    case T_F32: v.f32 = (float)i; break;
    default: v.i64 = i; break;
    }
    row_value(&s->m, &v);
}

void sys_bool(SysScan *s, bool b)
{
    Value v = {.type = TYPE(BOOL), .b = b};
    sys_value(s, &v);
}

void sys_f64(SysScan *s, double d)
{
    Value v = {.type = TYPE(F64), .f64 = d};
    sys_value(s, &v);
}

void sys_moment(SysScan *s, int64_t us)
{
    Value v = {.type = next_type(s), .is_null = us == INT64_MIN, .i64 = us};
    row_value(&s->m, &v);
}

void sys_parse(SysScan *s, const char *text)
{
    Type t = next_type(s);
    Value v = value_null(t);
    if (text && value_parse(t, str_of(text), s->arena, &v, NULL) < 0 && s->m.failed == 0)
        s->m.failed = -ERR_INTERNAL;
    row_value(&s->m, &v);
}

void sys_buf(SysScan *s, StrBuf *b)
{
    sys_text(s, b->n ? sb_cstr(b) : NULL);
    if (b->failed && s->m.failed == 0)
        s->m.failed = -ERR_OUT_OF_MEMORY;
    sb_done(b);
}

void sys_end(SysScan *s)
{
    skip_presets(s);
    ASSERT(s->m.col == s->m.set->schema->n);
    row_end(&s->m);
}

/* ---- scans ---- */

static int fill(SysScan *s, Err *err)
{
    Engine *e = s->db->engine;
    if (!s->rel->fill)
        return 0;
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    int rc = s->rel->fill(s, err);
    if (!inside)
        engine_leave(e);
    return rc;
}

int sys_scan(Database *db, const Catalog *c, const SysRelation *r, Str like, ResultSet **ret, Err *err)
{
    return sys_scan_of(db, c, r, &(SysTarget){0}, like, ret, err);
}

int sys_scan_of(Database *db, const Catalog *c, const SysRelation *r, const SysTarget *of, Str like, ResultSet **ret, Err *err)
{
    SysScan s = {.db = db, .catalog = c, .rel = r, .of = of->relation, .of_system = of->system, .of_col = of->col};
    Arena arena;
    Field *field;
    uint32_t n;
    arena_init(&arena, &db->acct, 0);
    s.arena = &arena;
    int rc = sys_columns(r, &arena, &field, &s.column, &n, err);
    if (rc == 0)
        rc = row_maker_init(&s.m, &db->acct, field, n, err);
    if (rc == 0) {
        rc = fill(&s, err);
        int made = row_maker_finish(&s.m, ret, rc < 0 ? NULL : err);
        if (rc < 0 && made == 0)
            result_set_unref(*ret);
        rc = rc < 0 ? rc : made;
    }
    arena_done(&arena);
    return rc == 0 && like.p ? sys_filter(ret, like, err) : rc;
}

static int copy_like(const ResultSet *from, uint32_t col, const LikePattern *pattern, RowMaker *to)
{
    for (uint32_t i = 0; i < from->n; i++) {
        Rows rows = batch_rows(from->batch[i]);
        for (uint32_t k = 0; k < rows.n; k++) {
            uint32_t r = row_at(rows, k);
            Value name = vec_get(&from->batch[i]->col[col], r);
            if (name.is_null || !like_match(pattern, name.str))
                continue;
            for (uint32_t f = 0; f < from->schema->n; f++) {
                Value v = vec_get(&from->batch[i]->col[f], r);
                row_value(to, &v);
            }
            row_end(to);
        }
    }
    return 0;
}

int sys_filter(ResultSet **set, Str like, Err *err)
{
    ResultSet *from = *set;
    uint32_t col = 0;
    LikePattern *pattern;
    RowMaker to = {0};
    Arena arena;
    *set = NULL;
    while (col < from->schema->n && from->schema->field[col].type.id != T_TEXT)
        col++;
    arena_init(&arena, from->acct, 0);
    int rc = like_compile(&arena, like, '\\', LIKE_OF_TEXT, &pattern);
    if (rc < 0)
        (void)RAISE(err, (ErrCode)-rc, "%s", err_class_text((ErrCode)-rc));
    if (rc == 0)
        rc = row_maker_init(&to, from->acct, from->schema->field, from->schema->n, err);
    if (rc == 0) {
        if (col < from->schema->n)
            (void)copy_like(from, col, pattern, &to);
        rc = row_maker_finish(&to, set, err);
    }
    arena_done(&arena);
    result_set_unref(from);
    return rc;
}

/* ---- for the binder ---- */

static int copy_value(Arena *arena, Value *v)
{
    if (v->is_null || !type_is_string(v->type.id))
        return 0;
    v->str.p = arena_strndup(arena, v->str.n ? v->str.p : "", v->str.n);
    return v->str.p ? 0 : -ERR_OUT_OF_MEMORY;
}

static int copy_rows(const ResultSet *set, Arena *arena, PlanRows *ret, Err *err)
{
    uint32_t n = 0;
    ret->row = ARENA_ARRAY(arena, Value *, set->n_rows + 1);
    if (!ret->row)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < set->n; i++) {
        Rows rows = batch_rows(set->batch[i]);
        for (uint32_t k = 0; k < rows.n; k++) {
            Value *row = ARENA_ARRAY(arena, Value, set->schema->n);
            if (!row)
                return RAISE_NOMEM(err);
            for (uint32_t c = 0; c < set->schema->n; c++) {
                row[c] = vec_get(&set->batch[i]->col[c], row_at(rows, k));
                row[c].type = set->schema->field[c].type;
                if (copy_value(arena, &row[c]) < 0)
                    return RAISE_NOMEM(err);
            }
            ret->row[n++] = row;
        }
    }
    ret->n = n;
    return 0;
}

static int key_of(const SysRelation *r, Arena *arena, PlanRows *ret, Err *err)
{
    Str one, rest = str_of(r->key ? r->key : "oid");
    ret->key = ARENA_ARRAY(arena, uint32_t, ret->n_cols + 1);
    if (!ret->key)
        return RAISE_NOMEM(err);
    for (bool more = true; more;) {
        uint32_t c = 0;
        more = str_cut(rest, ' ', &one, &rest);
        while (c < ret->n_cols && !str_eq(one, str_of(ret->cols[c].name)))
            c++;
        if (c == ret->n_cols) {
            ret->n_key = 0;
            return 0;
        }
        ret->key[ret->n_key++] = c;
    }
    return 0;
}

static int plan_rows(const PlanContext *ctx, SchemaId schema, Str name, Arena *arena, PlanRows *ret, Err *err)
{
    Database *db = ctx->system_self;
    const Relation *sequence = schema == SCHEMA_PUBLIC ? catalog_find(ctx->catalog, name) : NULL;
    int32_t col = -1;
    if (schema == SCHEMA_PUBLIC && !sequence)
        sequence = catalog_numbering(ctx->catalog, name, &col);
    bool is_sequence = sequence && (col >= 0 || sequence->kind == REL_SEQUENCE);
    const SysRelation *r = is_sequence ? &sys_sequence_row : sequence ? NULL : sys_find(schema, name);
    ResultSet *set = NULL;
    char text[64];
    if (!r || !arena)
        return r != NULL;
    *ret = (PlanRows){.name = arena_strdup(arena, sys_name(r, text, sizeof(text)))};
    if (!ret->name)
        return RAISE_NOMEM(err);
    TRY(sys_columns(r, arena, &ret->cols, NULL, &ret->n_cols, err));
    TRY(key_of(r, arena, ret, err));
    TRY(sys_scan_of(db, ctx->catalog, r, &(SysTarget){.relation = sequence, .col = col}, (Str){NULL, 0}, &set, err));
    int rc = copy_rows(set, arena, ret, err);
    result_set_unref(set);
    return rc < 0 ? rc : 1;
}

static const char *nearest(const PlanContext *ctx, Str name)
{
    const char *names[64];
    size_t n = 0;
    (void)ctx;
    if (!str_starts(name, STR("laminar_")))
        return NULL;
    for (uint32_t i = 0; sys_at(i) && n < ARRAY_LEN(names); i++)
        if (sys_at(i)->schema == SCHEMA_LAMINAR)
            names[n++] = sys_at(i)->name;
    return str_nearest((Str){name.p + 8, name.n - 8}, names, n);
}

static int64_t n_rows(const PlanContext *ctx, const Relation *r)
{
    const Database *db = ctx->system_self;
    bool inside = engine_is_inside(db->engine);
    if (!inside)
        engine_enter(db->engine);
    const Feed *f = engine_feed(db->engine, r->id);
    int64_t n = f && f->stored && !r->on_demand ? (int64_t)f->stored->n_rows : -1;
    if (!inside)
        engine_leave(db->engine);
    return n;
}

static int path(const PlanContext *ctx, Arena *arena, const char *const **ret, uint32_t *ret_n, Err *err)
{
    SearchPath p;
    TRY(search_path_of(ctx->system_self, ctx->catalog, arena, &p, err));
    *ret = p.schema;
    *ret_n = p.n;
    return 0;
}

const PlanSystem sys_plan = {.n_rows = n_rows, .nearest = nearest, .rows = plan_rows, .path = path, .setting = setting_for_plan};
