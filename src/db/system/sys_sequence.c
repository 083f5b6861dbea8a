/* SPDX-License-Identifier: Apache-2.0
 *
 * Sequences in the catalogs, and the row that SELECT .. FROM a sequence reads. */
#include "db/sequence.h"
#include "db/system/pg_object.h"
#include "db/table_write.h"

#include <stdio.h>

static void type_column(SysScan *s, Type t)
{
    StrBuf text;
    sb_init(&text, NULL);
    pg_put_type(s->catalog, t, &text);
    sys_buf(s, &text);
}

static void number_text(SysScan *s, int64_t v)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)v);
    sys_text(s, text);
}

static int information_row(SysScan *s, const PgSequence *q, Err *err)
{
    (void)err;
    if (q->identity)
        return 0;
    sys_text(s, pg_schema_of(s, q->of));
    sys_text(s, q->name);
    type_column(s, q->type);
    sys_int(s, q->type.id == T_I16 ? 16 : q->type.id == T_I32 ? 32 : 64);
    number_text(s, q->numbers->start);
    number_text(s, q->numbers->min);
    number_text(s, q->numbers->max);
    number_text(s, q->numbers->step);
    sys_text(s, q->numbers->cycle ? "YES" : "NO");
    sys_end(s);
    return 0;
}

static int information_sequences(SysScan *s, Err *err)
{
    return pg_each_sequence(s, information_row, err);
}

static int definition_row(SysScan *s, const PgSequence *q, Err *err)
{
    (void)err;
    sys_int(s, q->oid);
    sys_int(s, pg_type_oid_in(s->catalog, q->type));
    sys_int(s, q->numbers->start);
    sys_int(s, q->numbers->step);
    sys_int(s, q->numbers->max);
    sys_int(s, q->numbers->min);
    sys_int(s, MAX(q->numbers->cache, 1));
    sys_bool(s, q->numbers->cycle);
    sys_end(s);
    return 0;
}

static int definitions(SysScan *s, Err *err)
{
    return pg_each_sequence(s, definition_row, err);
}

static int state_of(SysScan *s, const Relation *r, int32_t col, int64_t *ret_last, bool *ret_called, Err *err)
{
    if (col >= 0)
        return identity_state(s->db, r, (uint32_t)col, ret_last, ret_called, err);
    sequence_state(s->db, r, ret_last, ret_called);
    return 0;
}

static int view_row(SysScan *s, const PgSequence *q, Err *err)
{
    int64_t last;
    bool called;
    TRY(state_of(s, q->of, q->col, &last, &called, err));
    sys_text(s, pg_schema_of(s, q->of));
    sys_text(s, q->name);
    type_column(s, q->type);
    sys_int(s, q->numbers->start);
    sys_int(s, q->numbers->min);
    sys_int(s, q->numbers->max);
    sys_int(s, q->numbers->step);
    sys_bool(s, q->numbers->cycle);
    sys_int(s, MAX(q->numbers->cache, 1));
    if (called)
        sys_int(s, last);
    else
        sys_null(s);
    sys_end(s);
    return 0;
}

static int views(SysScan *s, Err *err)
{
    return pg_each_sequence(s, view_row, err);
}

static int own_row(SysScan *s, Err *err)
{
    int64_t last;
    bool called;
    TRY(state_of(s, s->of, s->of->kind == REL_SEQUENCE ? -1 : s->of_col, &last, &called, err));
    sys_int(s, last);
    sys_bool(s, called);
    sys_end(s);
    return 0;
}

const SysRelation sys_sequence[] = {
    {SCHEMA_INFORMATION, "sequences",
     "sequence_catalog text = laminar, sequence_schema text, sequence_name text, data_type text, numeric_precision int4, "
     "numeric_precision_radix int4 = 2, numeric_scale int4 = 0, start_value text, minimum_value text, maximum_value text, "
     "increment text, cycle_option text",
     information_sequences, "sequences", "sequence_name"},
    {SCHEMA_PG_CATALOG, "pg_sequence",
     "seqrelid oid, seqtypid oid, seqstart int8, seqincrement int8, seqmax int8, seqmin int8, seqcache int8, "
     "seqcycle bool, tableoid oid = 2224",
     definitions, "sequences", "seqrelid"},
    {SCHEMA_PG_CATALOG, "pg_sequences",
     "schemaname text, sequencename text, sequenceowner text = laminar, data_type text, start_value int8, min_value int8, "
     "max_value int8, increment_by int8, cycle bool, cache_size int8, last_value int8",
     views, "sequences with the number that each has given last", "sequencename"},
    {0},
};

/* The numbers that the log is ahead by are not told: a crash loses them, nobody else sees them. */
const SysRelation sys_sequence_row = {SCHEMA_PUBLIC, "sequence", "last_value int8, log_cnt int8 = 0, is_called bool", own_row,
                                      "what a sequence has given"};
