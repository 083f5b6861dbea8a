/* SPDX-License-Identifier: Apache-2.0
 *
 * SET and RESET: one table of settings; an unknown name is an error with the nearest one. */
#include "db/durable.h"
#include "db/execute.h"

typedef struct SettingDef {
    const char *name;
    const char *values; /* alternatives, for the message */
    const char *preset;
    bool (*set)(Settings *s, Str value); /* false: not one of the values */
    bool on_disk;                        /* means something only in a database with a directory */
} SettingDef;

static bool set_state_check(Settings *s, Str v)
{
    bool strict = str_eq_nocase(v, STR("strict"));
    if (!strict && !str_eq_nocase(v, STR("notice")))
        return false;
    s->state_check_strict = strict;
    return true;
}

static bool set_on_error(Settings *s, Str v)
{
    static const char *const names[] = {"quarantine", "null", "fail"};
    for (int32_t i = 0; i < (int32_t)ARRAY_LEN(names); i++) {
        if (str_eq_nocase(v, str_of(names[i]))) {
            s->on_error = i;
            return true;
        }
    }
    return false;
}

static bool set_wal_mode(Settings *s, Str v)
{
    bool async = str_eq_nocase(v, STR("async"));
    if (!async && !str_eq_nocase(v, STR("sync")))
        return false;
    s->wal_async = async;
    return true;
}

#define CHECKPOINT_MIN_US INT64_C(100000)
#define CHECKPOINT_MAX_US (24 * US_PER_HOUR)
static bool set_checkpoint_interval(Settings *s, Str v)
{
    int64_t us;
    if (str_eq_nocase(v, STR("off"))) {
        s->checkpoint_us = 0;
        return true;
    }
    if (!str_to_duration_us(v, 1000000, &us) || us < CHECKPOINT_MIN_US || us > CHECKPOINT_MAX_US)
        return false;
    s->checkpoint_us = us;
    return true;
}

static const SettingDef settings[] = {
    {"state_check", "notice, strict", "notice", set_state_check},
    {"on_error", "quarantine, null, fail", "quarantine", set_on_error},
    {"checkpoint_interval", "off, or from 100 ms to 24 h", "1 min", set_checkpoint_interval, .on_disk = true},
    {"wal_mode", "sync, async", "sync", set_wal_mode, .on_disk = true},
};

static int change(Database *db, const Name *name, Str value, bool preset, Err *err)
{
    Str id = object_of(name);
    const char *names[ARRAY_LEN(settings)];
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        names[i] = settings[i].name;
        if (name->n_parts > 1 || !str_eq_nocase(id, str_of(settings[i].name)))
            continue;
        if (settings[i].on_disk && !db->durable)
            return RAISE_AT(err, ERR_WRONG_STATE, name->at, "parameter \"%s\" needs a database with a directory", settings[i].name);
        env_lock(db->env, &db->settings_lock);
        bool ok = settings[i].set(&db->settings, preset ? str_of(settings[i].preset) : value);
        env_unlock(db->env, &db->settings_lock);
        if (ok)
            return 0;
        (void)RAISE_AT(err, ERR_INVALID_PARAMETER, name->at, "invalid value for parameter \"%s\": \"%.*s\"", settings[i].name,
                       (int)value.n, value.p);
        return err_hint(err, "available values: %s", settings[i].values);
    }
    (void)RAISE_AT(err, ERR_UNDEFINED_OBJECT, name->at, "unrecognized configuration parameter \"%.*s\"", (int)id.n, id.p);
    const char *near = str_nearest(id, names, ARRAY_LEN(names));
    return near ? err_hint(err, "did you mean \"%s\"?", near) : -ERR_UNDEFINED_OBJECT;
}

int stmt_set(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const SetStmt *st = AST(SetStmt, s->node);
    if (st->local)
        return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "SET LOCAL is not supported: there are no transactions");
    if (!st->to_default && st->values.n != 1)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, s->node->at, "SET takes exactly one value here");
    Str value = st->to_default ? (Str){"", 0} : AST(OptionNode, st->values.first)->value;
    TRY(change(x->db, &st->name, value, st->to_default, err));
    durable_wake_checkpointer(x->db);
    stmt_done(x, STMT_DDL, "SET", object_of(&st->name));
    return 0;
}

int stmt_reset(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const ResetStmt *st = AST(ResetStmt, s->node);
    if (st->all) {
        env_lock(x->db->env, &x->db->settings_lock);
        for (size_t i = 0; i < ARRAY_LEN(settings); i++)
            (void)settings[i].set(&x->db->settings, str_of(settings[i].preset));
        env_unlock(x->db->env, &x->db->settings_lock);
    } else {
        TRY(change(x->db, &st->name, (Str){"", 0}, true, err));
    }
    stmt_done(x, STMT_DDL, "RESET", st->all ? (Str){"", 0} : object_of(&st->name));
    return 0;
}
