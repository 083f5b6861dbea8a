/* SPDX-License-Identifier: Apache-2.0
 *
 * pg_catalog: the time zones of the machine.  Each file below their directory is read where the relation is asked for, and kept
 * nowhere: few ask.  Whether a clock is put forward follows from what it shows half a year before and after. */
#include "base/zone.h"
#include "db/system/pg_object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Names {
    Arena *arena;
    const char **name;
    uint32_t n, cap;
} Names;

static int add_name(void *self, const char *name)
{
    Names *t = self;
    if (t->n == t->cap) {
        const char **more = ARENA_ARRAY(t->arena, const char *, (size_t)t->cap * 2 + 256);
        if (!more)
            return -ERR_OUT_OF_MEMORY;
        if (t->n)
            memcpy(more, t->name, t->n * sizeof(*more));
        t->name = more;
        t->cap = t->cap * 2 + 256;
    }
    t->name[t->n] = arena_strdup(t->arena, name);
    return t->name[t->n++] ? 0 : -ERR_OUT_OF_MEMORY;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_forward(const TimeZone *z, int64_t now_us)
{
    const int64_t half_us = 182 * 86400 * INT64_C(1000000);
    int64_t east = zone_east_us(z, now_us);
    return east > zone_east_us(z, now_us - half_us) || east > zone_east_us(z, now_us + half_us);
}

static void zone_row(SysScan *s, const char *name, const TimeZone *z, int64_t now_us)
{
    Interval offset = {.ns = zone_east_us(z, now_us) * 1000};
    Value v = {.type = TYPE(INTERVAL), .iv = offset};
    sys_text(s, name);
    sys_text(s, zone_abbr(z, now_us));
    sys_value(s, &v);
    sys_bool(s, is_forward(z, now_us));
    sys_end(s);
}

static int zones(SysScan *s, Err *err)
{
    int64_t now_us = env_wall_us(s->db->env);
    Names names = {.arena = s->arena};
    if (env_zone_names(add_name, &names) == -ERR_OUT_OF_MEMORY)
        return RAISE_NOMEM(err);
    if (names.n)
        qsort(names.name, names.n, sizeof(*names.name), by_name);
    for (uint32_t i = 0; i < names.n; i++) {
        Arena a;
        char name[128];
        Str bytes;
        TimeZone *z;
        arena_init(&a, &s->db->acct, 0);
        snprintf(name, sizeof(name), "%s", names.name[i]);
        if (env_zone_read(name, &a, &bytes) == 0 && zone_parse(&a, bytes, name, &z) == 0)
            zone_row(s, names.name[i], z, now_us);
        arena_done(&a);
    }
    return 0;
}

const SysRelation sys_zone[] = {
    {SCHEMA_PG_CATALOG, "pg_timezone_names", "name text, abbrev text, utc_offset interval, is_dst bool", zones,
     "the time zones of the machine", "name"},
    {0},
};
