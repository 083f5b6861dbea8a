/* SPDX-License-Identifier: Apache-2.0
 *
 * What pg_catalog and information_schema list: relations made by statements and system relations alike, with the numbers that
 * PostgreSQL's clients join them by.  A relation has a range of numbers of its own, so none is ever used twice: its number follows
 * from its id, which is never reused, and those of its indexes, constraints and defaults from that. */
#pragma once
#include "db/system/system.h"

#define OID_OWNER 10
#define OID_DATABASE 5
#define OID_HEAP 2
#define OID_BTREE 403      /* CREATE INDEX: in the order of its columns */
#define OID_HASH 405       /* keys */
#define OID_FUNCTIONS 1000 /* from here on, in the order of laminar_functions */
enum { OID_INDEX = 1, OID_CONSTRAINT = 1001, OID_DEFAULT = 2400, OID_SEQUENCE = 4001, OID_ROW_TYPE = 4095 };

typedef struct PgRelation {
    int64_t oid, space; /* space: of its schema */
    const char *schema, *name;
    bool visible; /* its name alone means it */
    char kind;    /* relkind: r, f, v, m */
    uint32_t n;
    const Field *field;
    const Relation *made; /* one of the two */
    const SysRelation *system;
    char name_buf[64];
} PgRelation;
typedef int (*PgEach)(SysScan *s, const PgRelation *r, Err *err);
/* Every relation that can be read. */
int pg_each(SysScan *s, PgEach each, Err *err);

/* The number of what a statement made; an array of a type has the next one. */
int64_t pg_made_oid(const Relation *r);
/* As pg_type_oid(), pg_type_print(), and those of CREATE TYPE. */
int64_t pg_type_oid_in(const Catalog *c, Type t);
void pg_put_type(const Catalog *c, Type t, StrBuf *out);
/* The same of a column or parameter, which may be of a domain; and that domain, NULL = none, or arrays of it. */
int64_t pg_field_oid(const Catalog *c, const Field *f);
void pg_put_field_type(const Catalog *c, const Field *f, StrBuf *out);
const Relation *pg_domain_of(const Catalog *c, const Field *f);

/* Of a table: the primary key is index 0, then the UNIQUE constraints. */
typedef struct PgIndex {
    const Relation *of;
    int64_t oid, constraint, relation;
    bool is_primary, is_unique, nulls_equal, deferrable, deferred;
    const Relation *ordered; /* CREATE INDEX; NULL = of a constraint */
    uint32_t n;
    const uint32_t *col; /* of an ordered one: found, of what it computes UINT32_MAX */
    uint32_t found[INDEX_COLUMNS_MAX];
    char name[160];
} PgIndex;
/* Those of constraints, and all. */
uint32_t pg_index_count(const Relation *r);
void pg_index_at(const Relation *r, uint32_t i, PgIndex *ret);
uint32_t pg_index_count_all(const Catalog *c, const Relation *r);
void pg_index_at_all(const Catalog *c, const Relation *r, uint32_t i, PgIndex *ret);
void pg_index_columns(const PgIndex *x, StrBuf *out); /* a, b: quoted where they must be */

/* A sequence, or what numbers a column by itself. */
typedef struct PgSequence {
    const Relation *of; /* SEQUENCE, or the table .. */
    int32_t col;        /* .. and its column; -1 */
    int64_t oid;
    Type type;
    const RelationSequence *numbers;
    const Relation *owner; /* NULL = no column owns it */
    int32_t owner_col;
    bool identity; /* it is a part of the column, and no sequence to who lists these by the standard */
    char name[160];
} PgSequence;
int pg_each_sequence(SysScan *s, int (*each)(SysScan *s, const PgSequence *q, Err *err), Err *err);

/* A foreign key of a table. */
typedef struct PgForeign {
    const struct RelationForeign *key;
    const Relation *to;
    uint32_t col[COLUMNS_MAX]; /* of `to` */
    PgIndex unique;            /* that it refers to */
} PgForeign;
bool pg_foreign_at(const Catalog *c, const Relation *r, uint32_t i, PgForeign *ret);
const char *pg_action_name(uint8_t action); /* ON DELETE, ON UPDATE */

/* ---- pg_function.c: a function that a statement or the program has made ---- */
void pg_function_params(SysScan *s, const Relation *r, bool defaults); /* a integer, OUT b text */
void pg_function_definition(SysScan *s, const Relation *r);
void pg_function_result(SysScan *s, const Relation *r); /* TABLE(a integer), SETOF text */
void pg_function_lists(SysScan *s, const Relation *r);  /* proargtypes .. proargnames */
void pg_routine_rows(SysScan *s);
void pg_parameter_rows(SysScan *s);

int64_t pg_namespace_oid(SchemaId s);
/* Those of CREATE SCHEMA behind the others; false: there are no more. */
bool pg_schema_at(const SysScan *s, uint32_t index, int64_t *ret_oid, const char **ret_name);
int64_t pg_space_of(const Relation *r);                        /* the number of its schema */
const char *pg_schema_of(const SysScan *s, const Relation *r); /* and its name */
void pg_put_made(StrBuf *out, const Relation *r);              /* [schema.]name, as quote_ident() */
void pg_put_name(StrBuf *out, const char *name);               /* as quote_ident() */
void sys_parse(SysScan *s, const char *text);                  /* a value of the next column's type, as text; NULL = NULL */
extern const SysRelation sys_pg_class[], sys_pg_type[], sys_pg_empty[], sys_information[], sys_sequence[], sys_session[],
    sys_zone[];
extern const SysRelation sys_sequence_row; /* of one: scanned with it as target */
