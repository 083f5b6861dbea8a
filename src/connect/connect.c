/* SPDX-License-Identifier: Apache-2.0
 *
 * Wrappers around the connector tables and their registry (connect.def).  An instance is one allocation: a box with an arena and
 * what the wrapper keeps, then the connector's struct.  The wrapper sorts the options: the connector's own go through its table,
 * bare format options are passed on to the format, options of columns stay for the connector; a key that fits nowhere is an error.
 */
#include "base/zone.h"
#include "connect/connect.h"

#include <stdio.h>
#include <string.h>

#include "connect/connect_impl.h"

#define NAMES_MAX 256u

typedef struct BadBatch BadBatch;
struct BadBatch {
    BadBatch *next;
    Batch *batch;
};

typedef struct SourceBox {
    Arena arena;
    Account *acct;
    size_t bytes;
    BadBatch *bad_first, **bad_last; /* full batches of malformed records of the poll in hand */
    bool has_pending;                /* its result waits until they are handed out */
    int pending_rc;
    SourcePoll pending;
    char offset[OFFSET_TEXT_MAX]; /* reported last */
    _Alignas(16) char body[];
} SourceBox;

typedef struct SinkBox {
    Arena arena;
    Account *acct;
    size_t bytes;
    _Alignas(16) char body[];
} SinkBox;

static SourceBox *source_box(const Source *s)
{
    return (SourceBox *)((char *)s - offsetof(SourceBox, body));
}
static SinkBox *sink_box(const Sink *s)
{
    return (SinkBox *)((char *)s - offsetof(SinkBox, body));
}
Arena *source_arena(Source *s)
{
    return &source_box(s)->arena;
}
Arena *sink_arena(Sink *s)
{
    return &sink_box(s)->arena;
}

/* What a connector understands, for sorting its options. */
typedef struct OptionSet {
    char what[96];
    const OptionDef *own, *column;
    const FormatType *format;
    const Schema *schema;
} OptionSet;

static uint32_t add_names(const OptionDef *defs, const char **names, uint32_t n)
{
    for (; defs && defs->key && n < NAMES_MAX; defs++)
        names[n++] = defs->key;
    return n;
}

static int raise_unknown(const OptionSet *set, const Option *o, Err *err)
{
    const char *names[NAMES_MAX];
    uint32_t n = add_names(set->own, names, 0);
    n = add_names(set->format ? set->format->options : NULL, names, n);
    RAISE_AT(err, ERR_UNKNOWN_OPTION, o->key_at, "%s%s%s%s has no option \"%.*s\"", set->what, set->format ? " with format \"" : "",
             set->format ? set->format->name : "", set->format ? "\"" : "", (int)MIN(o->key.n, (size_t)100), o->key.p);
    const char *near = str_nearest(o->key, names, n);
    return near ? err_hint(err, "Did you mean \"%s\"?", near) : -ERR_UNKNOWN_OPTION;
}

/* "<column>.<key>" of an existing column and a known key. */
static int check_column_option(const OptionSet *set, const Option *o, Err *err)
{
    const char *names[NAMES_MAX];
    Str rest = o->key;
    size_t dot = rest.n;
    while (dot > 0 && rest.p[dot - 1] != '.')
        dot--;
    if (dot == 0 || !set->column || !set->schema)
        return raise_unknown(set, o, err);
    Str column = {rest.p, dot - 1}, key = {rest.p + dot, rest.n - dot};
    if (schema_find_nocase(set->schema, column) < 0) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < set->schema->n && n < NAMES_MAX; i++)
            names[n++] = set->schema->field[i].name;
        RAISE_AT(err, ERR_UNKNOWN_OPTION, o->key_at, "%s: option \"%.*s\" names no column", set->what,
                 (int)MIN(o->key.n, (size_t)100), o->key.p);
        const char *near = str_nearest(column, names, n);
        return near ? err_hint(err, "Did you mean the column \"%s\"?", near) : -ERR_UNKNOWN_OPTION;
    }
    if (option_find(set->column, key))
        return 0;
    RAISE_AT(err, ERR_UNKNOWN_OPTION, o->key_at, "%s has no column option \"%.*s\"", set->what, (int)MIN(key.n, (size_t)100),
             key.p);
    const char *near = str_nearest(key, names, add_names(set->column, names, 0));
    return near ? err_hint(err, "Did you mean \"%.*s.%s\"?", (int)column.n, column.p, near) : -ERR_UNKNOWN_OPTION;
}

Str connect_format_key(const FormatType *f, Str key)
{
    const Str prefix[] = {STR("format"), str_of(f->name), str_eq(str_of(f->name), STR("tsv")) ? STR("csv") : STR("format")};
    Str before, rest;
    if (option_find(f->options, key) || !str_cut(key, '.', &before, &rest))
        return key;
    for (size_t i = 0; i < ARRAY_LEN(prefix); i++)
        if (str_eq_nocase(before, prefix[i]))
            return rest;
    return key;
}

/* args with bare format options moved to format_opts; the connector's own parsed into *ret_config. */
static int sort_options(const OptionSet *set, size_t config_bytes, Arena *arena, ConnectArgs *args, void **ret_config, Err *err)
{
    Option *own = ARENA_ARRAY(arena, Option, args->n_opts + 1);
    Option *rest = ARENA_ARRAY(arena, Option, args->n_opts + 1);
    Option *format = ARENA_ARRAY(arena, Option, args->n_opts + args->n_format_opts + 1);
    *ret_config = arena_zalloc(arena, MAX(config_bytes, (size_t)1));
    if (!own || !rest || !format || !*ret_config)
        return RAISE_NOMEM(err);
    uint32_t n_own = 0, n_format = args->n_format_opts, n_rest = 0;
    if (n_format)
        memcpy(format, args->format_opts, sizeof(Option) * n_format);
    for (uint32_t i = 0; i < args->n_opts; i++) {
        const Option *o = &args->opts[i];
        if (option_find(set->own, o->key)) {
            own[n_own++] = *o;
        } else if (set->format && option_find(set->format->options, connect_format_key(set->format, o->key))) {
            format[n_format] = *o;
            format[n_format++].key = connect_format_key(set->format, o->key);
        } else {
            TRY(check_column_option(set, o, err));
            rest[n_rest++] = *o;
        }
    }
    args->opts = rest;
    args->n_opts = n_rest;
    args->format_opts = format;
    args->n_format_opts = n_format;
    return options_parse(set->own, own, n_own, set->what, *ret_config, arena, err);
}

const Option *connect_option(const ConnectArgs *args, const char *key)
{
    for (uint32_t i = 0; i < args->n_opts; i++)
        if (str_eq_nocase(args->opts[i].key, str_of(key)))
            return &args->opts[i];
    return NULL;
}

static int raise_unknown_format(Str name, Span at, Err *err)
{
    uint32_t n;
    const char *names[NAMES_MAX];
    const FormatType *const *list = format_list(&n);
    for (uint32_t i = 0; i < n; i++)
        names[i] = list[i]->name;
    RAISE_AT(err, ERR_UNKNOWN_FORMAT, at, "there is no format \"%.*s\"", (int)MIN(name.n, (size_t)100), name.p);
    return err_hint_names(err, name.p, name.n, names, n);
}

int connect_format(const ConnectArgs *args, const FormatType **ret, Err *err)
{
    const Option *o = connect_option(args, "format");
    *ret = NULL;
    if (o && args->format)
        return RAISE_AT(err, ERR_BAD_OPTION, o->at, "the format is given twice: by FORMAT and by the option \"format\"");
    if (!o && !args->format)
        return 0;
    Str name = args->format ? str_of(args->format) : o->value;
    *ret = format_find(name);
    return *ret ? 0 : raise_unknown_format(name, o ? o->at : SPAN_NONE, err);
}

/* Of a connector that makes its rows itself. */
static int check_no_format(const char *connector, const ConnectArgs *args, Err *err)
{
    return args->format ? RAISE(err, ERR_UNKNOWN_FORMAT, "connector \"%s\" has no formats", connector) : 0;
}

static int source_set(const SourceType *t, const ConnectArgs *args, OptionSet *ret, Err *err)
{
    *ret = (OptionSet){.own = t->options, .column = t->column_options, .schema = args->schema};
    snprintf(ret->what, sizeof(ret->what), "connector \"%s\"", t->name);
    return t->format ? t->format(args, &ret->format, err) : check_no_format(t->name, args, err);
}

int source_discover(const SourceType *t, const ConnectArgs *args, Schema **ret, Err *err)
{
    ASSERT(t && args && ret);
    if (!t->discover)
        return RAISE(err, ERR_INVALID_OBJECT_DEF, "connector \"%s\" cannot find out the columns: they must be declared", t->name);
    return t->discover(args, ret, err);
}

int source_check_options(const SourceType *t, const ConnectArgs *given, Err *err)
{
    ConnectArgs args = *given;
    OptionSet set;
    Arena arena;
    void *config;
    arena_init(&arena, args.acct, 1024);
    int rc = source_set(t, &args, &set, err);
    if (rc == 0)
        rc = sort_options(&set, t->config_bytes, &arena, &args, &config, err);
    arena_done(&arena);
    return rc;
}

static int source_start(Source *s, const ConnectArgs *given, Err *err)
{
    ConnectArgs args = *given;
    OptionSet set;
    TRY(source_set(s->type, &args, &set, err));
    TRY(sort_options(&set, s->type->config_bytes, source_arena(s), &args, &s->config, err));
    if (args.schema) {
        s->schema = schema_ref(args.schema);
    } else {
        Schema *found;
        TRY(source_discover(s->type, given, &found, err));
        s->schema = found;
        args.schema = found;
    }
    TRY(builder_init(&s->bad, s->acct, connect_bad_schema(), BATCH_ROWS_MAX, err));
    if (given->maker)
        TRY(given->maker(given, &s->maker, err));
    args.maker = NULL; /* sources that it opens itself read only */
    return s->type->open(s, &args, err);
}

int source_open(const SourceType *t, const ConnectArgs *args, Source **ret, Err *err)
{
    ASSERT(t && args && args->env && ret);
    size_t bytes = sizeof(SourceBox) + t->size;
    SourceBox *x = mem_zalloc(args->acct, bytes);
    if (!x)
        return RAISE_NOMEM(err);
    x->acct = args->acct;
    x->bytes = bytes;
    x->bad_last = &x->bad_first;
    arena_init(&x->arena, args->acct, 1024);
    Source *s = (Source *)(void *)x->body;
    *s = (Source){.type = t, .env = args->env, .acct = args->acct};
    int rc = source_start(s, args, err);
    if (rc < 0) {
        source_close(s);
        return rc;
    }
    *ret = s;
    return 0;
}

static int queue_batch(SourceBox *x, Batch *give_b, Err *err)
{
    BadBatch *item = mem_zalloc(x->acct, sizeof(*item));
    if (!item) {
        batch_unref(give_b);
        return RAISE_NOMEM(err);
    }
    item->batch = give_b;
    *x->bad_last = item;
    x->bad_last = &item->next;
    return 0;
}

static Batch *take_bad(SourceBox *x)
{
    BadBatch *first = x->bad_first;
    if (!first)
        return NULL;
    Batch *b = first->batch;
    x->bad_first = first->next;
    if (!x->bad_first)
        x->bad_last = &x->bad_first;
    mem_free(x->acct, first, sizeof(*first));
    return b;
}

/* Hands out a full batch of malformed records without moving the offset: after a restart they are found again, never lost. */
static int give_bad(SourceBox *x, SourcePoll *ret)
{
    *ret = (SourcePoll){.bad = take_bad(x), .partition = x->pending.partition, .watermark_us = INT64_MIN};
    memcpy(ret->offset, x->offset, sizeof(ret->offset));
    return SOURCE_DATA;
}

/* Whole rows of those that were read.  Malformed records of a source inside of this one go before those of this. */
static int make_rows(Source *s, SourcePoll *p, Err *err)
{
    Batch *read = p->batch, *bad = p->bad;
    p->batch = p->bad = NULL;
    int rc = bad ? queue_batch(source_box(s), bad, err) : 0;
    if (rc < 0)
        batch_unref(read);
    return rc < 0 || !read ? rc : s->maker->make(s->maker, s, read, &p->batch, err);
}

int source_poll(Source *s, uint32_t max_rows, SourcePoll *ret, Err *err)
{
    WITH_ZONE(NULL);
    SourceBox *x = source_box(s);
    ASSERT(max_rows > 0 && ret);
    if (x->has_pending && x->bad_first)
        return give_bad(x, ret);
    if (x->has_pending) {
        x->has_pending = false;
        *ret = x->pending;
        memcpy(x->offset, ret->offset, sizeof(x->offset));
        return x->pending_rc;
    }
    *ret = (SourcePoll){.watermark_us = INT64_MIN};
    int rc = s->type->poll(s, max_rows, ret, err);
    if (rc < 0)
        return rc;
    if (unlikely(s->maker != NULL))
        TRY(make_rows(s, ret, err));
    if (s->bad.n > 0) {
        ret->bad = builder_take(&s->bad);
        if (!ret->bad) {
            ret->batch = batch_unref(ret->batch);
            return RAISE_NOMEM(err);
        }
    }
    s->n_rows += ret->batch ? ret->batch->n : 0;
    if (x->bad_first) {
        x->pending = *ret;
        x->pending_rc = rc;
        x->has_pending = true;
        return give_bad(x, ret);
    }
    memcpy(x->offset, ret->offset, sizeof(x->offset));
    return rc;
}

static void drop_pending(Source *s)
{
    SourceBox *x = source_box(s);
    while (x->bad_first)
        batch_unref(take_bad(x));
    if (x->has_pending) {
        batch_unref(x->pending.batch);
        batch_unref(x->pending.bad);
    }
    x->has_pending = false;
}

uint32_t source_partitions(const Source *s)
{
    return s->type->partitions ? s->type->partitions(s) : 1;
}

Str source_partition_name(const Source *s, uint32_t partition)
{
    return s->type->partition_name ? s->type->partition_name(s, partition) : (Str){0};
}

int source_seek(Source *s, uint32_t partition, const char *offset, Err *err)
{
    if (!s->type->seek || !s->type->replayable)
        return RAISE(err, ERR_UNSUPPORTED, "connector \"%s\" cannot go back to a position", s->type->name);
    drop_pending(s);
    s->bad.n = 0;
    TRY(s->type->seek(s, partition, offset, err));
    snprintf(source_box(s)->offset, OFFSET_TEXT_MAX, "%s", offset);
    return 0;
}

int source_position(const Source *s, StrBuf *out)
{
    return s->type->position ? s->type->position(s, out) : 1;
}

int source_began(const Source *s, StrBuf *out)
{
    return s->type->began ? s->type->began(s, out) : 1;
}

int source_again(Source *s, uint32_t partition, const char *what, Err *err)
{
    drop_pending(s);
    return s->type->again(s, partition, what, err);
}

int source_again_end(Source *s, bool whole, Err *err)
{
    return s->type->again_end(s, whole, err);
}

bool source_is_bounded(const Source *s)
{
    return s->type->is_bounded ? s->type->is_bounded(s) : s->type->bounded_possible;
}
int64_t source_wake_at_ns(const Source *s)
{
    return s->type->wake_at_ns ? s->type->wake_at_ns(s) : INT64_MAX;
}

void source_report(Source *s, SourceReport *ret)
{
    *ret = (SourceReport){0};
    if (s->type->report)
        s->type->report(s, ret);
}

void source_close(Source *s)
{
    if (!s)
        return;
    SourceBox *x = source_box(s);
    drop_pending(s);
    if (s->type->close)
        s->type->close(s);
    if (s->maker)
        s->maker->close(s->maker);
    if (s->bad.schema)
        builder_done(&s->bad);
    schema_unref((Schema *)s->schema);
    arena_done(&x->arena);
    mem_free(x->acct, x, x->bytes);
}

/* What it is given, as its `open` wants it. */
static int sink_prepare(Sink *s, ConnectArgs *args, Err *err)
{
    OptionSet set = {.own = s->type->options};
    snprintf(set.what, sizeof(set.what), "connector \"%s\"", s->type->name);
    TRY(s->type->format ? s->type->format(args, &set.format, err) : check_no_format(s->type->name, args, err));
    TRY(sort_options(&set, s->type->config_bytes, sink_arena(s), args, &s->config, err));
    s->schema = schema_ref(args->schema);
    return 0;
}

static int sink_new(const SinkType *t, const ConnectArgs *args, Sink **ret, Err *err)
{
    ASSERT(t && args && args->env && args->schema && ret);
    size_t bytes = sizeof(SinkBox) + t->size;
    SinkBox *x = mem_zalloc(args->acct, bytes);
    if (!x)
        return RAISE_NOMEM(err);
    x->acct = args->acct;
    x->bytes = bytes;
    arena_init(&x->arena, args->acct, 1024);
    Sink *s = (Sink *)(void *)x->body;
    *s = (Sink){.type = t, .env = args->env, .acct = args->acct, .writes_weight = args->writes_weight};
    s->in_epochs = args->in_epochs && t->commit;
    *ret = s;
    return 0;
}

int sink_check(const SinkType *t, const ConnectArgs *args, Err *err)
{
    Sink *s = NULL;
    ConnectArgs own = *args;
    int rc = sink_new(t, args, &s, err);
    own.looks = true;
    if (rc == 0)
        rc = sink_prepare(s, &own, err);
    if (rc == 0)
        rc = t->open(s, &own, err);
    sink_close(s);
    return rc;
}

int sink_open(const SinkType *t, const ConnectArgs *args, Sink **ret, Err *err)
{
    Sink *s = NULL;
    ConnectArgs own = *args;
    TRY(sink_new(t, args, &s, err));
    int rc = sink_prepare(s, &own, err);
    if (rc == 0)
        rc = t->open(s, &own, err);
    if (rc == 0)
        *ret = s;
    else
        sink_close(s);
    return rc;
}

int sink_write(Sink *s, uint64_t epoch, const Batch *b, Err *err)
{
    ASSERT(b && b->n_cols == s->schema->n);
    WITH_ZONE(NULL);
    return b->n_sel ? s->type->write(s, epoch, b, err) : 0;
}

int sink_flush(Sink *s, Err *err)
{
    WITH_ZONE(NULL);
    return s->type->flush ? s->type->flush(s, err) : 0;
}

SinkLevel sink_level(const Sink *s)
{
    return s->type->commit && !s->in_epochs ? SINK_NONE : s->type->level;
}

const char *sink_level_name(SinkLevel l)
{
    static const char *const name[] = {"none", "keyed", "atomic", "prepared"};
    return name[l];
}

void sink_close(Sink *s)
{
    if (!s)
        return;
    SinkBox *x = sink_box(s);
    if (s->type->close)
        s->type->close(s);
    schema_unref((Schema *)s->schema);
    arena_done(&x->arena);
    mem_free(x->acct, x, x->bytes);
}

/* Text for a TEXT column: what is not UTF-8 is written as \xNN. */
static int put_text(Source *s, uint32_t col, Str text, Err *err)
{
    _cleanup_(sb_done) StrBuf b;
    uint32_t cp;
    sb_init(&b, s->acct);
    if (utf8_is_valid(text.p, text.n))
        return builder_str(&s->bad, col, text.p, text.n) < 0 ? RAISE_NOMEM(err) : 0;
    for (size_t i = 0; i < text.n;) {
        int n = utf8_decode(text.p + i, text.n - i, &cp);
        if (n > 0)
            sb_put(&b, text.p + i, (size_t)n);
        else
            sb_printf(&b, "\\x%02x", (unsigned char)text.p[i]);
        i += n > 0 ? (size_t)n : 1;
    }
    return b.failed || builder_str(&s->bad, col, b.p, b.n) < 0 ? RAISE_NOMEM(err) : 0;
}

/* The builder of malformed records is full. */
static int queue_bad(Source *s, Err *err)
{
    Batch *b = builder_take(&s->bad);
    return b ? queue_batch(source_box(s), b, err) : RAISE_NOMEM(err);
}

int source_put_bad(Source *s, const char *file, const BadRecord *bad, Err *err)
{
    s->n_bad++;
    if (s->fail_on_bad)
        return RAISE(err, ERR_BAD_RECORD, "%s, line %lld: %.*s", file, (long long)bad->line, (int)MIN(bad->reason.n, (size_t)300),
                     bad->reason.p);
    if (s->bad.n == s->bad.cap)
        TRY(queue_bad(s, err));
    TRY(put_text(s, 0, str_of(file), err));
    ((int64_t *)builder_data(&s->bad, 1))[s->bad.n] = bad->line;
    ((int64_t *)builder_data(&s->bad, 2))[s->bad.n] = bad->byte;
    TRY(put_text(s, 3, bad->text, err));
    TRY(put_text(s, 4, str_of(err_sqlstate(bad->code)), err));
    TRY(put_text(s, 5, bad->reason, err));
    ((int64_t *)builder_data(&s->bad, 6))[s->bad.n] = env_wall_us(s->env);
    builder_row_done(&s->bad);
    return 0;
}
