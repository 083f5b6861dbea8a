/* SPDX-License-Identifier: Apache-2.0
 *
 * System relations: what the database says of itself, as relations.  Each is a row of a table: schema, name, columns, and a
 * function that fills them.  A SELECT that names one has it filled while it is bound (plan/bind_system.c); SHOW is the same without
 * a query.
 *
 * A fill runs inside the shard, so it sees a moment between two steps; it takes no lock that another holds while it waits for the
 * shard (not ddl), and finds what runs through the engine. */
#pragma once
#include "db/database.h"
#include "db/result.h"

typedef struct SysRelation SysRelation;
typedef struct SysColumn {
    bool has_preset;
    Value preset;
} SysColumn;

typedef struct SysTarget { /* what a SHOW is about; one of the two */
    const Relation *relation;
    const SysRelation *system;
    int32_t col; /* of the relation, when it is about one */
} SysTarget;

typedef struct SysScan {
    Database *db;
    const Catalog *catalog; /* snapshot of the statement */
    Arena *arena;           /* until the rows are there */
    const SysRelation *rel;
    const Relation *of; /* of SHOW .. name */
    const SysRelation *of_system;
    int32_t of_col;
    SysColumn *column;
    RowMaker m;
} SysScan;

struct SysRelation {
    SchemaId schema;
    const char *name; /* with its schema; those of laminar_system also as laminar_<name> */
    /* "name type, .." with PostgreSQL's names of types (oid: BIGINT); "name type = value": every row has that, and fill passes the
     * column over. A column called tableoid is hidden from *. */
    const char *columns;
    int (*fill)(SysScan *s, Err *err); /* NULL = it is there and has no rows */
    const char *help;                  /* one line */
    const char *key;                   /* columns that tell its rows apart, "a b"; NULL = the column oid, or not known */
};
extern const SysRelation sys_calls[]; /* that a call in FROM reads, and no name: they are listed nowhere; end without a name */
extern const SysRelation sys_catalog[], sys_running[], sys_time[], sys_measure[], sys_stored[], sys_help[],
    sys_settings[]; /* end without a name */

/* Every one, for the catalogs that list them; NULL after the last. */
const SysRelation *sys_at(uint32_t index);
const SysRelation *sys_find(SchemaId schema, Str name);
/* The name that it has in the catalogs: laminar_queries. */
const char *sys_name(const SysRelation *r, char *buf, size_t cap);
/* The columns of a relation; *ret_preset may be NULL. */
int sys_columns(const SysRelation *r, Arena *arena, Field **ret, SysColumn **ret_preset, uint32_t *ret_n, Err *err);
/* Its rows as of now; `like` (p NULL = all): a pattern for the column of the name, the first one that is a text. */
int sys_scan(Database *db, const Catalog *c, const SysRelation *r, Str like, ResultSet **ret, Err *err);
int sys_scan_of(Database *db, const Catalog *c, const SysRelation *r, const SysTarget *of, Str like, ResultSet **ret, Err *err);
int sys_filter(ResultSet **set, Str like, Err *err); /* the rows whose name is like it */
extern const PlanSystem sys_plan;                    /* for PlanContext; system_self is the Database */

/* Values of a row, in the order of the columns; those that the table gives are passed over. */
void sys_text(SysScan *s, const char *v); /* NULL = SQL NULL */
void sys_str(SysScan *s, Str v);
void sys_int(SysScan *s, int64_t v); /* of any type of integer, or oid */
void sys_bool(SysScan *s, bool v);
void sys_f64(SysScan *s, double v);
void sys_value(SysScan *s, const Value *v);
void sys_null(SysScan *s);
void sys_moment(SysScan *s, int64_t us);    /* TIMESTAMP or TIMESTAMPTZ; INT64_MIN = none */
void sys_buf(SysScan *s, StrBuf *give_buf); /* empty = NULL */
void sys_end(SysScan *s);

/* Texts that several show. */
void sys_watermark_text(StrBuf *b, const Relation *r);
