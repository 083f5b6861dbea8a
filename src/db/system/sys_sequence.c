/* SPDX-License-Identifier: Apache-2.0
 *
 * Sequences in the catalogs, and the row that SELECT .. FROM a sequence reads. */
#include "db/sequence.h"
#include "db/system/pg_object.h"

#include <stdio.h>

typedef int (*EachSequence)(SysScan *s, const Relation *r);

static int each_sequence(SysScan *s, EachSequence each)
{
    for (uint32_t i = 0; i < s->catalog->n; i++)
        if (s->catalog->relation[i]->kind == REL_SEQUENCE)
            (void)each(s, s->catalog->relation[i]);
    return 0;
}

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

static int information_row(SysScan *s, const Relation *r)
{
    sys_text(s, pg_schema_of(s, r));
    sys_text(s, r->own);
    type_column(s, r->type);
    sys_int(s, r->type.id == T_I16 ? 16 : r->type.id == T_I32 ? 32 : 64);
    number_text(s, r->sequence.start);
    number_text(s, r->sequence.min);
    number_text(s, r->sequence.max);
    number_text(s, r->sequence.step);
    sys_text(s, r->sequence.cycle ? "YES" : "NO");
    sys_end(s);
    return 0;
}

static int information_sequences(SysScan *s, Err *err)
{
    (void)err;
    return each_sequence(s, information_row);
}

static int definition_row(SysScan *s, const Relation *r)
{
    sys_int(s, pg_made_oid(r));
    sys_int(s, pg_type_oid_in(s->catalog, r->type));
    sys_int(s, r->sequence.start);
    sys_int(s, r->sequence.step);
    sys_int(s, r->sequence.max);
    sys_int(s, r->sequence.min);
    sys_int(s, r->sequence.cache);
    sys_bool(s, r->sequence.cycle);
    sys_end(s);
    return 0;
}

static int definitions(SysScan *s, Err *err)
{
    (void)err;
    return each_sequence(s, definition_row);
}

static int view_row(SysScan *s, const Relation *r)
{
    int64_t last;
    bool called;
    sequence_state(s->db, r, &last, &called);
    sys_text(s, pg_schema_of(s, r));
    sys_text(s, r->own);
    type_column(s, r->type);
    sys_int(s, r->sequence.start);
    sys_int(s, r->sequence.min);
    sys_int(s, r->sequence.max);
    sys_int(s, r->sequence.step);
    sys_bool(s, r->sequence.cycle);
    sys_int(s, r->sequence.cache);
    if (called)
        sys_int(s, last);
    else
        sys_null(s);
    sys_end(s);
    return 0;
}

static int views(SysScan *s, Err *err)
{
    (void)err;
    return each_sequence(s, view_row);
}

static int own_row(SysScan *s, Err *err)
{
    int64_t last;
    bool called;
    (void)err;
    sequence_state(s->db, s->of, &last, &called);
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
