/* SPDX-License-Identifier: Apache-2.0
 *
 * Late targets.  A name that is free becomes a relation of kind LATE STREAM: the columns of the late row, then why and when it was
 * late. It belongs to its query and goes with it; that of a plain SELECT stays until it is dropped.  A table or source that is
 * there takes the rows when each of its columns is one of these, of the same type, or can be left NULL, and no column of the row is
 * lost. */
#include "db/late_target.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 4, 5))) static int refuse(const Relation *r, Span at, Err *err, const char *fmt, ...)
{
    char why[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(why, sizeof(why), fmt, args);
    va_end(args);
    RAISE_AT(err, ERR_LATE_TARGET, at, "late rows cannot go to %s \"%s\": %s", relation_kind_name(r->kind), r->name, why);
    return err_hint(err, "Name a relation that does not exist: it is made with the right columns.");
}

static const Field *late_field(const Schema *row, uint32_t i)
{
    return i < row->n ? &row->field[i] : &late_column_fields[i - row->n];
}

/* Which column of a late row (its own, then what is said about it) has the name; -1 = none. */
static int find_column(const Schema *row, const char *name)
{
    for (uint32_t i = 0; i < row->n + N_LATE_COLUMNS; i++)
        if (strcmp(late_field(row, i)->name, name) == 0)
            return (int)i;
    return -1;
}

static int map_column(const Relation *r, uint32_t c, const Schema *row, Span at, uint32_t *ret, Err *err)
{
    const Field *to = &r->schema->field[c];
    int found = find_column(row, to->name);
    char here[64], there[64];
    *ret = found >= 0 ? (uint32_t)found : LATE_FROM_NOTHING;
    if (found < 0 && (to->not_null || (r->defaults && r->defaults[c])))
        return refuse(r, at, err, "column \"%s\" is NOT NULL or has a default, and late rows have none", to->name);
    if (found < 0)
        return 0;
    const Field *from = late_field(row, (uint32_t)found);
    type_print(to->type, there, sizeof(there));
    type_print(from->type, here, sizeof(here));
    if (!type_eq(to->type, from->type))
        return refuse(r, at, err, "column \"%s\" is %s there and %s here", to->name, there, here);
    if (to->not_null && !from->not_null)
        return refuse(r, at, err, "column \"%s\" is NOT NULL there and may be NULL here", to->name);
    return 0;
}

static int map_columns(const Relation *r, const Schema *row, Span at, uint32_t *ret, Err *err)
{
    for (uint32_t c = 0; c < r->schema->n; c++)
        TRY(map_column(r, c, row, at, &ret[c], err));
    for (uint32_t i = 0; i < row->n; i++)
        if (schema_find(r->schema, str_of(row->field[i].name)) < 0)
            return refuse(r, at, err, "it has no column \"%s\"", row->field[i].name);
    return 0;
}

static bool reads(const Catalog *c, const Relation *r, uint64_t id)
{
    bool found = r->id == id;
    for (uint32_t i = 0; i < r->n_depends && !found; i++) {
        const Relation *d = catalog_by_id(c, r->depends[i]);
        found = d && reads(c, d, id); /* a relation depends only on older ones: this ends */
    }
    return found;
}

static int check_kind(const Relation *r, Span at, Err *err)
{
    if (r->kind == REL_LATE)
        return 0;
    if (r->kind != REL_TABLE && r->kind != REL_SOURCE)
        return refuse(r, at, err, "it gets its rows from elsewhere");
    if (r->connector)
        return refuse(r, at, err, "it gets its rows from a connector");
    if (r->watermark.declared)
        return refuse(r, at, err, "it has a watermark, for which they would be late again");
    return r->n_checks ? refuse(r, at, err, "it has CHECK constraints") : 0;
}

static int check_existing(Database *db, const PhysPlan *p, const Relation *r, Span at, Err *err)
{
    Arena scratch;
    for (uint32_t i = 0; i < p->n_relations; i++) {
        const Relation *in = catalog_by_id(db->catalog, p->relations[i]);
        if (in && reads(db->catalog, in, r->id))
            return refuse(r, at, err, "the query reads it");
    }
    TRY(check_kind(r, at, err));
    arena_init(&scratch, &db->acct, 0);
    uint32_t *from = ARENA_ARRAY(&scratch, uint32_t, r->schema->n + 1);
    int rc = from ? map_columns(r, p->late_schema, at, from, err) : RAISE_NOMEM(err);
    arena_done(&scratch);
    return rc;
}

/* The columns that say why must not meet one of the row's. */
static int check_new(const PhysPlan *p, Span at, Err *err)
{
    Str name = str_of(p->late_to);
    if (name.n > 63)
        return RAISE_AT(err, ERR_NAME_TOO_LONG, at, "the name is longer than 63 bytes");
    for (uint32_t i = 0; i < N_LATE_COLUMNS; i++)
        if (schema_find(p->late_schema, str_of(late_column_fields[i].name)) >= 0)
            return RAISE_AT(err, ERR_LATE_TARGET, at, "late rows have a column \"%s\" already", late_column_fields[i].name);
    return 0;
}

int late_target_check(Database *db, const PhysPlan *p, Span at, const char *own, const Relation *replaced,
                      const Relation **ret_existing, Err *err)
{
    *ret_existing = NULL;
    if (!p->late_to)
        return 0;
    if (own && strcmp(own, p->late_to) == 0)
        return RAISE_AT(err, ERR_LATE_TARGET, at, "late rows of \"%s\" cannot go to itself", own);
    const Relation *r = catalog_find(db->catalog, str_of(p->late_to));
    if (!r || (replaced && r->kind == REL_LATE && r->input == replaced->id))
        return check_new(p, at, err);
    *ret_existing = r;
    return check_existing(db, p, r, at, err);
}

static int make_relation(Database *db, const PhysPlan *p, uint64_t owner, const Relation **ret, Err *err)
{
    Relation *r = relation_new(db->catalog, &db->acct, REL_LATE, p->late_to);
    Feed *feed = NULL;
    if (!r)
        return RAISE_NOMEM(err);
    r->schema = late_route_schema(&db->acct, p->late_schema);
    r->input = owner;
    r->n_depends = owner ? 1 : 0;
    r->depends = owner ? arena_memdup(&r->arena, &owner, sizeof(owner)) : NULL;
    r->ddl = "";
    int rc = r->schema && (r->depends || !owner) ? db_publish(db, r, NULL, 0, err) : RAISE_NOMEM(err);
    if (rc == 0)
        rc = engine_add_feed(db->engine, r->id, r->name, r->schema, NULL, (uint64_t)db->config.buffer_rows, &feed, err);
    if (rc < 0 && r->id)
        (void)db_publish(db, NULL, &r->id, 1, NULL);
    *ret = rc < 0 ? NULL : catalog_by_id(db->catalog, r->id);
    relation_unref(r);
    return rc;
}

int late_target_open(Database *db, const PhysPlan *p, uint64_t owner, LateRoute **ret, uint64_t *ret_made, Err *err)
{
    const Relation *r = catalog_find(db->catalog, str_of(p->late_to));
    Arena scratch;
    *ret_made = 0;
    if (!r) {
        TRY(make_relation(db, p, owner, &r, err));
        *ret_made = r->id;
    }
    arena_init(&scratch, &db->acct, 0);
    Feed *feed = engine_feed(db->engine, r->id);
    uint32_t *from = ARENA_ARRAY(&scratch, uint32_t, r->schema->n + 1);
    int rc = !feed ? RAISE(err, ERR_WRONG_STATE, "relation \"%s\" is not running", r->name) : from ? 0 : RAISE_NOMEM(err);
    if (rc == 0)
        rc = map_columns(r, p->late_schema, SPAN_NONE, from, err);
    if (rc == 0)
        rc = late_route_new(&db->acct, feed, from, ret, err);
    arena_done(&scratch);
    return rc;
}
