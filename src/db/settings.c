/* SPDX-License-Identifier: Apache-2.0
 *
 * SET, RESET and the table of settings.  Of a setting the table says what it may be, what it is before anybody sets it, and how it
 * is read and changed.  Those of PostgreSQL that clients send are there as far as they can be true: one that has only one meaning
 * here takes the words for that meaning and refuses all others, so nothing is accepted that would not hold. */
#include "db/settings.h"
#include "db/durable.h"
#include "db/execute.h"
#include "db/search_path.h"
#include "db/stream.h"
#include "db/transaction.h"
#include "db/system/system.h"
#include "db/sequence.h"
#include "sql/print.h"

#include <stdio.h>

typedef struct SettingDef {
    const char *name, *type, *unit, *preset;
    const char *values; /* what it may be, for messages; NULL = it cannot be changed */
    const char *help;
    const char *same;                         /* "UTF8|UNICODE": words for the one value that it has */
    bool (*set)(Database *db, Str value);     /* false: not one of the values */
    void (*print)(Database *db, StrBuf *out); /* NULL: always the preset */
    bool on_disk;                             /* means something only in a database with a directory */
    bool of_session;                          /* of who is connected: not kept over a restart */
    bool is_list;                             /* of names: they are printed as such */
    bool of_engine;                           /* kept by the engine or the transaction under a lock of its own */
} SettingDef;

static bool set_state_check(Database *db, Str v)
{
    bool strict = str_eq_nocase(v, STR("strict"));
    if (!strict && !str_eq_nocase(v, STR("notice")))
        return false;
    db->settings.state_check_strict = strict;
    return true;
}
static void print_state_check(Database *db, StrBuf *out)
{
    sb_puts(out, db->settings.state_check_strict ? "strict" : "notice");
}

static const char *const on_error_names[] = {"quarantine", "null", "fail"};
static bool set_on_error(Database *db, Str v)
{
    for (int32_t i = 0; i < (int32_t)ARRAY_LEN(on_error_names); i++) {
        if (str_eq_nocase(v, str_of(on_error_names[i]))) {
            db->settings.on_error = i;
            return true;
        }
    }
    return false;
}
static void print_on_error(Database *db, StrBuf *out)
{
    sb_puts(out, on_error_names[db->settings.on_error]);
}

static bool to_bool(Str v, bool *ret)
{
    static const char *const words[] = {"off", "on", "false", "true", "no", "yes", "0", "1"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_nocase(v, str_of(words[i]))) {
            *ret = i & 1;
            return true;
        }
    return false;
}

static bool set_delta_joins(Database *db, Str v)
{
    bool on;
    if (!to_bool(v, &on))
        return false;
    db->settings.keeps_joins = !on;
    return true;
}
static void print_delta_joins(Database *db, StrBuf *out)
{
    sb_puts(out, db->settings.keeps_joins ? "off" : "on");
}

static bool set_sharing(Database *db, Str v)
{
    bool on;
    if (!to_bool(v, &on))
        return false;
    db->settings.shares_nothing = !on;
    return true;
}
static void print_sharing(Database *db, StrBuf *out)
{
    sb_puts(out, db->settings.shares_nothing ? "off" : "on");
}

static bool set_wal_mode(Database *db, Str v)
{
    bool async = str_eq_nocase(v, STR("async"));
    if (!async && !str_eq_nocase(v, STR("sync")))
        return false;
    db->settings.wal_async = async;
    return true;
}
static void print_wal_mode(Database *db, StrBuf *out)
{
    sb_puts(out, db->settings.wal_async ? "async" : "sync");
}

static bool set_wal_io(Database *db, Str v)
{
    for (int32_t i = 0; i < N_WAL_IOS; i++) {
        if (!str_eq_nocase(v, str_of(wal_io_name((WalIo)i))))
            continue;
        db->settings.wal_io = i;
        if (db->durable && db->durable->wal)
            wal_use_io(db->durable->wal, (WalIo)i);
        return true;
    }
    return false;
}
static void print_wal_io(Database *db, StrBuf *out)
{
    sb_puts(out, wal_io_name((WalIo)db->settings.wal_io));
}

#define CHECKPOINT_MIN_US INT64_C(100000)
#define CHECKPOINT_MAX_US (10 * 60 * US_PER_SECOND)
#define CHECKPOINT_ONCE_MAX_US (24 * US_PER_HOUR) /* was allowed, and may be in a directory */
static bool set_checkpoint_interval(Database *db, Str v)
{
    int64_t us;
    if (str_eq_nocase(v, STR("off"))) {
        db->settings.checkpoint_us = 0;
        return true;
    }
    int64_t max_us = durable_is_replaying(db) ? CHECKPOINT_ONCE_MAX_US : CHECKPOINT_MAX_US;
    if (!str_to_duration_us(v, 1000000, &us) || us < CHECKPOINT_MIN_US || us > max_us)
        return false;
    db->settings.checkpoint_us = us;
    return true;
}
static void print_checkpoint_interval(Database *db, StrBuf *out)
{
    static const struct {
        int64_t us;
        const char *name;
    } units[] = {{US_PER_HOUR, "h"}, {60 * US_PER_SECOND, "min"}, {US_PER_SECOND, "s"}, {1000, "ms"}, {1, "us"}};
    int64_t us = db->settings.checkpoint_us;
    size_t i = 0;
    while (us % units[i].us)
        i++;
    if (us)
        sb_printf(out, "%lld %s", (long long)(us / units[i].us), units[i].name);
    else
        sb_puts(out, "off");
}

static bool set_application_name(Database *db, Str v)
{
    snprintf(db->settings.application_name, sizeof(db->settings.application_name), "%.*s", (int)MIN(v.n, 63), v.p);
    return true;
}
static void print_application_name(Database *db, StrBuf *out)
{
    sb_puts(out, db->settings.application_name);
}

/* There are no messages below a notice. */
static bool set_min_messages(Database *db, Str v)
{
    static const char *const lower[] = {"notice", "info", "log", "debug", "debug1", "debug2", "debug3", "debug4", "debug5"};
    bool warning = str_eq_nocase(v, STR("warning")), known = warning;
    for (size_t i = 0; i < ARRAY_LEN(lower); i++)
        known |= str_eq_nocase(v, str_of(lower[i]));
    if (known)
        db->settings.warnings_only = warning;
    return known;
}
static void print_min_messages(Database *db, StrBuf *out)
{
    sb_puts(out, db->settings.warnings_only ? "warning" : "notice");
}

static bool set_search_path(Database *db, Str v)
{
    if (v.n >= sizeof(db->settings.search_path) || !search_path_is_list(v))
        return false;
    snprintf(db->settings.search_path, sizeof(db->settings.search_path), "%.*s", (int)v.n, v.p);
    return true;
}
static void print_search_path(Database *db, StrBuf *out)
{
    sb_puts(out, db->settings.search_path);
}

static void print_epoch(Database *db, StrBuf *out)
{
    sb_printf(out, "%llu", (unsigned long long)db_epoch(db));
}

#define MEMORY_MIN_BYTES (INT64_C(1) << 20)
static bool set_memory_limit(Database *db, Str v)
{
    int64_t bytes = 0;
    if (!str_eq_nocase(v, STR("off")) && (!str_to_bytes(v, &bytes) || (bytes != 0 && bytes < MEMORY_MIN_BYTES)))
        return false;
    engine_set_memory_limit(db->engine, bytes);
    return true;
}
static void print_memory_limit(Database *db, StrBuf *out)
{
    sb_printf(out, "%lld", (long long)engine_memory_limit(db->engine));
}

static bool set_threads(Database *db, Str v)
{
    int64_t n;
    if (!str_to_i64(v, &n) || n < 1 || n > (int64_t)ENGINE_THREADS_MAX)
        return false;
    return db_set_threads(db, (uint32_t)n, NULL) == 0;
}
static void print_threads(Database *db, StrBuf *out)
{
    sb_printf(out, "%u", engine_threads(db->engine));
}

static bool set_pin_threads(Database *db, Str v)
{
    Pinning p;
    if (!pinning_parse(v, &p))
        return false;
    bool inside = engine_is_inside(db->engine);
    if (!inside)
        engine_enter(db->engine);
    engine_pin(db->engine, &p);
    if (!inside)
        engine_leave(db->engine);
    return true;
}
static void print_pin_threads(Database *db, StrBuf *out)
{
    bool inside = engine_is_inside(db->engine);
    if (!inside)
        engine_enter(db->engine);
    pinning_print(engine_pinning(db->engine), out);
    if (!inside)
        engine_leave(db->engine);
}

static bool set_parallel_rows(Database *db, Str v)
{
    int64_t n;
    if (!str_to_i64(v, &n) || n < 1 || n > BATCH_ROWS_MAX)
        return false;
    engine_set_parallel_rows(db->engine, (uint32_t)n);
    return true;
}
static void print_parallel_rows(Database *db, StrBuf *out)
{
    sb_printf(out, "%u", engine_parallel_rows(db->engine));
}

static bool set_spill(Database *db, Str v)
{
    bool always = str_eq_nocase(v, STR("always"));
    if (!always && !str_eq_nocase(v, STR("auto")))
        return false;
    engine_spill_always(db->engine, always);
    return true;
}
static void print_spill(Database *db, StrBuf *out)
{
    sb_puts(out, engine_spills_always(db->engine) ? "always" : "auto");
}

/* ---- the zone, and the style that is kept with it ---- */

static const TimeZone *zone_set(Database *db)
{
    return atomic_load_explicit(&db->settings.zone, memory_order_relaxed);
}

static TextStyle style_set(Database *db)
{
    const TimeZone *z = zone_set(db);
    return z ? z->style : (TextStyle){0};
}

static bool put_styled(Database *db, const TimeZone *z, TextStyle s)
{
    bool made = zone_styled(z, s, &z);
    if (made)
        atomic_store_explicit(&db->settings.zone, z, memory_order_relaxed);
    return made;
}

static bool set_zone(Database *db, Str v)
{
    bool utc = str_eq_nocase(v, STR("UTC"));
    const TimeZone *z = utc ? NULL : zone_of_setting(v);
    return (z || utc) && put_styled(db, z, style_set(db));
}
static void print_zone(Database *db, StrBuf *out)
{
    sb_puts(out, zone_set(db) ? zone_set(db)->name : "UTC");
}

static bool set_date_style(Database *db, Str v)
{
    TextStyle s = style_set(db);
    return text_style_read_dates(v, &s) && put_styled(db, zone_set(db), s);
}
static void print_date_style(Database *db, StrBuf *out)
{
    sb_puts(out, text_style_dates(style_set(db)));
}

static bool set_interval_style(Database *db, Str v)
{
    TextStyle s = style_set(db);
    return text_style_read_intervals(v, &s) && put_styled(db, zone_set(db), s);
}
static void print_interval_style(Database *db, StrBuf *out)
{
    sb_puts(out, text_style_intervals(style_set(db)));
}

const TimeZone *db_zone(Database *db)
{
    const TimeZone *z = zone_set(db);
    return z && !zone_is_utc(z) ? z : NULL;
}

static bool set_default_read_only(Database *db, Str v)
{
    return to_bool(v, &db->settings.read_only);
}
static void print_default_read_only(Database *db, StrBuf *out)
{
    sb_puts(out, db->settings.read_only ? "on" : "off");
}

/* Of the transaction that runs; outside of one that is the SET itself. */
static bool set_read_only(Database *db, Str v)
{
    bool on;
    if (!to_bool(v, &on))
        return false;
    (void)transaction_set_read_only(db, on);
    return true;
}
static void print_read_only(Database *db, StrBuf *out)
{
    sb_puts(out, transaction_is_read_only(db) ? "on" : "off");
}

static void print_buffer_rows(Database *db, StrBuf *out)
{
    sb_printf(out, "%lld", (long long)db->config.buffer_rows);
}

static void print_directory(Database *db, StrBuf *out)
{
    sb_puts(out, db->durable ? db->durable->dir.path : "");
}

#define FIXED(n, t, v, h)                                                                                                          \
    {                                                                                                                              \
        .name = n, .type = t, .preset = v, .help = h                                                                               \
    }
#define ONE(n, t, v, words, h)                                                                                                     \
    {                                                                                                                              \
        .name = n, .type = t, .preset = v, .same = words, .values = v, .help = h, .of_session = true                               \
    }
#define LEVELS "serializable|repeatable read|read committed|read uncommitted"
static const SettingDef settings[] = {
    {"state_check", "enum", NULL, "notice", "notice, strict", "what is done about state that grows with keys (LM006)",
     .set = set_state_check, .print = print_state_check},
    {"on_error", "enum", NULL, "quarantine", "quarantine, null, fail", "rows that cannot be evaluated in new continuous queries",
     .set = set_on_error, .print = print_on_error},
    {"streaming_enable_delta_join", "bool", NULL, "on", "on, off",
     "whether inner joins of three or more tables and views find what lies between them again in these, or, which is faster and "
     "takes memory, keep it; of new continuous queries",
     .set = set_delta_joins, .print = print_delta_joins},
    {"share_subplans", "bool", NULL, "on", "on, off",
     "whether a new continuous query reads what a materialized view holds already of it, and computes once what it contains twice",
     .set = set_sharing, .print = print_sharing},
    {"checkpoint_interval", "duration", "s", "1 min", "off, or from 100 ms to 10 min", "time between checkpoints",
     .set = set_checkpoint_interval, .print = print_checkpoint_interval, .on_disk = true},
    {"wal_mode", "enum", NULL, "sync", "sync, async", "whether statements wait for the disk", .set = set_wal_mode,
     .print = print_wal_mode, .on_disk = true},
    {"wal_io", "enum", NULL, "plain", "plain, io_uring, io_uring_sqpoll",
     "how the log is written: by a call for the write and one for the sync, or, where the kernel gives it, by io_uring",
     .set = set_wal_io, .print = print_wal_io, .on_disk = true},
    {"epoch", "integer", NULL, "0", NULL, "number of the newest step", .print = print_epoch, .of_engine = true},
    {"memory_limit", "integer", "B", "0", "off, or a size from 1 MiB", "bytes the database may use; 0 = no limit",
     .set = set_memory_limit, .print = print_memory_limit, .of_engine = true},
    {"threads", "integer", NULL, "1", "1 to 16",
     "threads that run the operators of a query; queries made from now on are cut for as many", .set = set_threads,
     .print = print_threads, .of_engine = true},
    {"pin_threads", "string", NULL, "off", "off, auto, or processors by number (2,3)",
     "whether each thread of the engine stays on a processor: auto takes one of each core behind the first", .set = set_pin_threads,
     .print = print_pin_threads, .of_engine = true},
    {"parallel_rows", "integer", NULL, "256", "1 to 4096", "from how many rows on a batch is shared out between the threads",
     .set = set_parallel_rows, .print = print_parallel_rows, .of_engine = true},
    {"spill", "enum", NULL, "auto", "auto, always",
     "which pages of state leave memory: those that memory_limit asks for, or all that can after every step, to see what that "
     "costs",
     .set = set_spill, .print = print_spill, .of_engine = true},
    {"buffer_rows", "integer", NULL, "65536", NULL, "rows a push source retains, given when the database is opened",
     .print = print_buffer_rows},
    {"data_directory", "string", NULL, "", NULL, "directory of the database; empty: in memory", .print = print_directory},
    {"application_name", "string", NULL, "", "any text", "name of the program that is connected", .set = set_application_name,
     .print = print_application_name, .of_session = true},
    FIXED("block_size", "integer", "4096", "bytes of a page"),
    FIXED("integer_datetimes", "bool", "on", "times are integers"),
    FIXED("is_superuser", "bool", "on", "the one user may do everything"),
    FIXED("lc_collate", "string", "C", "order of texts"),
    FIXED("lc_ctype", "string", "C", "classes of characters"),
    FIXED("max_index_keys", "integer", "32", "columns of an index"),
    FIXED("max_identifier_length", "integer", "63", "bytes of a name"),
    FIXED("server_encoding", "string", "UTF8", "encoding of texts"),
    FIXED("server_version", "string", "15.0 (LaminarDB " LAMINAR_VERSION ")", "PostgreSQL's version whose catalogs these resemble"),
    FIXED("server_version_num", "integer", "150000", "the same as a number"),
    ONE("bytea_output", "enum", "hex", "hex", "text of BYTEA"),
    ONE("check_function_bodies", "bool", "on", "on|off|true|false|yes|no|1|0",
        "the expression of a function is looked at in any case"),
    ONE("client_encoding", "string", "UTF8", "UTF8|UTF-8|UNICODE", "encoding of texts"),
    {"client_min_messages", "enum", NULL, "notice", "debug5 to debug1, log, notice, warning",
     "messages that are told: with warning not what IF EXISTS and IF NOT EXISTS skip", .set = set_min_messages,
     .print = print_min_messages, .of_session = true},
    {"DateStyle", "string", NULL, "ISO, MDY", "ISO, SQL, Postgres, German, and MDY, DMY, YMD",
     "texts of dates and timestamps, and the order of day, month and year in those that are read", .set = set_date_style,
     .print = print_date_style, .of_session = true},
    ONE("default_table_access_method", "string", "heap", "heap", "there is one kind of table"),
    ONE("default_tablespace", "string", "", "", "everything lies in the database's directory"),
    ONE("default_transaction_isolation", "enum", "serializable", LEVELS, "every level is serializable"),
    {"default_transaction_read_only", "bool", NULL, "off", "on, off", "whether transactions that do not say may only read",
     .set = set_default_read_only, .print = print_default_read_only, .of_session = true},
    ONE("extra_float_digits", "integer", "1", "1|2|3", "floating-point numbers have the shortest text that reads back equal"),
    ONE("idle_in_transaction_session_timeout", "integer", "0", "0|0ms|0s", "a transaction may wait without limit"),
    {"IntervalStyle", "enum", NULL, "postgres", "postgres, postgres_verbose, sql_standard, iso_8601", "texts of intervals",
     .set = set_interval_style, .print = print_interval_style, .of_session = true},
    ONE("lock_timeout", "integer", "0", "0|0ms|0s", "nothing waits for a lock of rows"),
    ONE("role", "string", "none", "none|laminar", "there is one user, who may do everything"),
    ONE("rw_implicit_flush", "bool", "on", "on|true|yes|1", "what a statement has changed is in every view when it returns"),
    ONE("row_security", "bool", "on", "on|off|true|false|yes|no|1|0", "there are no policies"),
    {"search_path", "string", NULL, SEARCH_PATH_PRESET, "names of schemas",
     "schemas in which names without one are looked for, in their order; the first is that of what is made", .set = set_search_path,
     .print = print_search_path, .of_session = true, .is_list = true},
    ONE("session_authorization", "string", "laminar", "laminar", "name of the user"),
    ONE("standard_conforming_strings", "bool", "on", "on|true|yes|1", "a backslash in '..' is a backslash"),
    ONE("statement_timeout", "integer", "0", "0|0ms|0s", "no limit"),
    {"TimeZone", "string", NULL, "UTC", "the name of a time zone, hours to the east, or POSIX's form of a zone",
     "zone of the session: of TIMESTAMP WITH TIME ZONE as a text, of its parts, and of today", .set = set_zone, .print = print_zone,
     .of_session = true},
    ONE("transaction_isolation", "enum", "serializable", LEVELS, "every level is serializable"),
    {"transaction_read_only", "bool", NULL, "off", "on, off", "whether the transaction that runs may only read",
     .set = set_read_only, .print = print_read_only, .of_session = true, .of_engine = true},
    ONE("xmloption", "enum", "content", "content|document", "there is no type XML"),
};

const char *setting_name(uint32_t index)
{
    return settings[index].name;
}

int setting_find(Str name, Span at, uint32_t *ret_index, Err *err)
{
    const char *names[ARRAY_LEN(settings)];
    for (uint32_t i = 0; i < ARRAY_LEN(settings); i++) {
        names[i] = settings[i].name;
        if (str_eq_nocase(name, str_of(names[i]))) {
            *ret_index = i;
            return 0;
        }
    }
    static const char *const of_joins[] = {"streaming_join_row_encoding", "streaming_join_asymmetric_compaction",
                                           "streaming_join_idle_threshold", "streaming_join_key_idle_threshold"};
    for (size_t i = 0; i < ARRAY_LEN(of_joins); i++) {
        if (!str_eq_nocase(name, str_of(of_joins[i])))
            continue;
        (void)RAISE_AT(err, ERR_UNSUPPORTED, at, "parameter \"%s\" is not supported: rows of joins have one encoding", of_joins[i]);
        return err_hint(err, "state_ttl in a query's WITH (..), or a bound of time in ON, says when a join forgets");
    }
    int rc = RAISE_AT(err, ERR_UNDEFINED_OBJECT, at, "unrecognized configuration parameter \"%.*s\"", (int)name.n, name.p);
    const char *near = str_nearest(name, names, ARRAY_LEN(names));
    return near ? err_hint(err, "Did you mean \"%s\"?", near) : rc;
}

void setting_print(Database *db, uint32_t index, StrBuf *out)
{
    const SettingDef *d = &settings[index];
    if (d->of_engine) { /* takes the shard: who has it may be waiting for the lock */
        d->print(db, out);
        return;
    }
    env_lock(db->env, &db->settings_lock);
    if (d->print)
        d->print(db, out);
    else
        sb_puts(out, d->preset);
    env_unlock(db->env, &db->settings_lock);
}

bool setting_changes_queries(Database *db, uint32_t index, StrBuf *ret)
{
    const SettingDef *d = &settings[index];
    sb_clear(ret);
    if (!d->set || d->of_session || d->on_disk)
        return false;
    setting_print(db, index, ret);
    return strcmp(sb_cstr(ret), d->preset) != 0;
}

int setting_for_plan(const PlanContext *ctx, Str name, Arena *arena, Str *ret, Err *err)
{
    uint32_t index = 0;
    StrBuf value;
    TRY(setting_find(name, SPAN_NONE, &index, err));
    sb_init(&value, NULL);
    setting_print(ctx->system_self, index, &value);
    char *copy = arena_strdup(arena, sb_cstr(&value));
    sb_done(&value);
    if (!copy)
        return RAISE_NOMEM(err);
    *ret = str_of(copy);
    return 1;
}

/* ---- SET, RESET ---- */

static bool same_value(const char *words, Str value)
{
    Str one, rest = str_of(words);
    for (bool more = true; more;) {
        more = str_cut(rest, '|', &one, &rest);
        if (str_eq_nocase(one, value))
            return true;
    }
    return false;
}

static bool apply(Database *db, const SettingDef *d, Str value)
{
    if (d->of_engine)
        return d->set(db, value);
    env_lock(db->env, &db->settings_lock);
    bool ok = d->same ? same_value(d->same, value) : d->set(db, value);
    env_unlock(db->env, &db->settings_lock);
    return ok;
}

uint32_t setting_count(void)
{
    return ARRAY_LEN(settings);
}

void setting_restore(Database *db, uint32_t index, Str value)
{
    if (settings[index].set)
        (void)apply(db, &settings[index], value);
}

int setting_log(StmtContext *x, uint32_t index, Err *err)
{
    const SettingDef *d = &settings[index];
    StmtContext inner = *x;
    ScriptStmt s;
    StrBuf text, value;
    if (d->of_session || !d->set)
        return 0;
    sb_init(&text, NULL);
    sb_init(&value, NULL);
    setting_print(x->db, index, &value);
    sb_printf(&text, "SET %s = ", d->name);
    sql_print_string(sb_str(&value), &text);
    char *copy = text.failed || value.failed ? NULL : arena_strdup(x->arena, sb_cstr(&text));
    sb_done(&text);
    sb_done(&value);
    if (!copy)
        return RAISE_NOMEM(err);
    inner.script = str_of(copy);
    TRY(sql_parse_one(x->arena, copy, (uint32_t)strlen(copy), &s, err));
    return run_statement(&inner, &s, err);
}

/* In a transaction what it was is kept, and the log hears of it at the end. */
static int keep(Database *db, uint32_t index, bool local, Err *err)
{
    if (!db->transaction)
        return 0;
    durable_skip(db);
    return transaction_keep_setting(db, index, local, err);
}

static int change(Database *db, const Name *name, Str value, Span at, bool preset, bool local, Err *err)
{
    uint32_t index = 0;
    if (name->n_parts > 1)
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, name->at,
                        "unrecognized configuration parameter: settings have names of one part");
    TRY(setting_find(object_of(name), name->at, &index, err));
    const SettingDef *d = &settings[index];
    if (!d->values)
        return RAISE_AT(err, ERR_READ_ONLY, name->at, "parameter \"%s\" cannot be changed", d->name);
    if (d->on_disk && !db->durable)
        return RAISE_AT(err, ERR_WRONG_STATE, name->at, "parameter \"%s\" needs a database with a directory", d->name);
    if (d->of_session)
        durable_skip(db);
    TRY(keep(db, index, local, err));
    if (apply(db, d, preset ? str_of(d->preset) : value))
        return 0;
    (void)RAISE_AT(err, ERR_INVALID_PARAMETER, at, "invalid value for parameter \"%s\": \"%.*s\"", d->name, (int)value.n, value.p);
    return err_hint(err, "available values: %s", d->values);
}

/* SET datestyle TO ISO, MDY: one text. */
static int value_of(StmtContext *x, const SetStmt *st, Str *ret, Err *err)
{
    StrBuf b;
    uint32_t index;
    bool is_list = setting_find(object_of(&st->name), st->name.at, &index, NULL) == 0 && settings[index].is_list;
    *ret = (Str){"", 0};
    if (st->to_default)
        return 0;
    sb_init(&b, NULL);
    AST_EACH(item, st->values)
    {
        Str one = AST(OptionNode, item)->value;
        sb_puts(&b, b.n ? ", " : "");
        if (is_list)
            sql_print_ident(one, &b);
        else
            sb_putstr(&b, one);
    }
    char *copy = b.failed ? NULL : arena_strndup(x->arena, sb_cstr(&b), b.n);
    *ret = (Str){copy, b.n};
    sb_done(&b);
    return copy ? 0 : RAISE_NOMEM(err);
}

int stmt_set(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const SetStmt *st = AST(SetStmt, s->node);
    Str value;
    if (st->local && !x->db->transaction) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_NO_TRANSACTION, "SET LOCAL can only be used in transaction blocks");
        statement_notice(x->result, &notice);
        durable_skip(x->db);
        stmt_done(x, STMT_DDL, "SET", object_of(&st->name));
        return 0;
    }
    TRY(value_of(x, st, &value, err));
    Span at = st->values.first ? AST(OptionNode, st->values.first)->value_at : s->node->at;
    TRY(change(x->db, &st->name, value, at, st->to_default, st->local, err));
    durable_wake_checkpointer(x->db);
    stmt_done(x, STMT_DDL, "SET", object_of(&st->name));
    return 0;
}

static int reset_all(Database *db, Err *err)
{
    for (uint32_t i = 0; i < ARRAY_LEN(settings); i++) {
        if (!settings[i].set || settings[i].set == set_read_only)
            continue;
        TRY(keep(db, i, false, err));
        (void)apply(db, &settings[i], str_of(settings[i].preset));
    }
    return 0;
}

/* What a session has: cursors, prepared statements, settings of its own, the last numbers of sequences, temporary tables.  Plans it
 * has none. */
int stmt_discard(StmtContext *x, const ScriptStmt *s, Err *err)
{
    static const char *const tags[] = {"DISCARD ALL", "DISCARD PLANS", "DISCARD SEQUENCES", "DISCARD TEMP"};
    DiscardWhat what = AST(DiscardStmt, s->node)->what;
    Database *db = x->db;
    if (what == DISCARD_ALL || what == DISCARD_TEMP)
        TRY(drop_temporary(x, err));
    if (what == DISCARD_ALL || what == DISCARD_SEQUENCES)
        sequences_discard(db);
    if (what == DISCARD_ALL) {
        db_close_cursors(db);
        db_forget_prepared(db);
        for (uint32_t i = 0; i < ARRAY_LEN(settings); i++)
            if (settings[i].set && settings[i].of_session)
                (void)apply(db, &settings[i], str_of(settings[i].preset));
    }
    stmt_done(x, STMT_DDL, tags[what], STR(""));
    return 0;
}

int stmt_reset(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const ResetStmt *st = AST(ResetStmt, s->node);
    if (st->all)
        TRY(reset_all(x->db, err));
    else
        TRY(change(x->db, &st->name, (Str){"", 0}, s->node->at, true, false, err));
    durable_wake_checkpointer(x->db);
    stmt_done(x, STMT_DDL, "RESET", st->all ? (Str){"", 0} : object_of(&st->name));
    return 0;
}

/* ---- lists of them ---- */

static void value_column(SysScan *s, uint32_t i)
{
    StrBuf value;
    sb_init(&value, NULL);
    setting_print(s->db, i, &value);
    sys_text(s, sb_cstr(&value));
    sb_done(&value);
}

static int all_settings(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < ARRAY_LEN(settings); i++) {
        const SettingDef *d = &settings[i];
        sys_text(s, d->name);
        value_column(s, i);
        sys_text(s, d->unit);
        sys_text(s, d->type);
        sys_text(s, d->preset);
        sys_text(s, d->values);
        sys_text(s, !d->values ? "fixed" : d->of_session ? "session" : "database");
        sys_text(s, d->help);
        sys_end(s);
    }
    return 0;
}

static int show_all(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < ARRAY_LEN(settings); i++) {
        sys_text(s, settings[i].name);
        value_column(s, i);
        sys_text(s, settings[i].help);
        sys_end(s);
    }
    return 0;
}

static int pg_settings(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < ARRAY_LEN(settings); i++) {
        const SettingDef *d = &settings[i];
        sys_text(s, d->name);
        value_column(s, i);
        sys_text(s, d->unit);
        sys_text(s, d->help);
        sys_text(s, d->values ? "user" : "internal");
        sys_text(s, strcmp(d->type, "duration") == 0 ? "string" : d->type);
        sys_text(s, d->preset);
        sys_text(s, d->preset);
        sys_end(s);
    }
    return 0;
}

const SysRelation sys_show_all = {.columns = "name text, setting text, description text", .fill = show_all};
const SysRelation sys_settings[] = {
    {SCHEMA_LAMINAR, "settings",
     "name text, value text, unit text, type text, default_value text, allowed text, context text, help text", all_settings,
     "settings"},
    {SCHEMA_PG_CATALOG, "pg_settings",
     "name text, setting text, unit text, category text = LaminarDB, short_desc text, extra_desc text = null, context text, "
     "vartype text, source text = default, min_val text = null, max_val text = null, enumvals text[] = null, boot_val text, "
     "reset_val text, sourcefile text = null, sourceline int4 = null, pending_restart bool = false",
     pg_settings, "settings"},
    {0},
};
