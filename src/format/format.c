/* SPDX-License-Identifier: Apache-2.0
 *
 * Registry of the formats and the wrappers around their tables.  A decoder or encoder is one allocation: an arena for what lives as
 * long as it does, then the format's own struct, whose first member is the Decoder or Encoder that callers see. */
#include "format/format.h"

#include <stdio.h>
#include <string.h>

#include "format/format_impl.h"

typedef struct Box {
    Arena arena;
    Account *acct;
    size_t bytes; /* of the whole box */
    _Alignas(16) char body[];
} Box;

static const FormatType *const formats[] = {
#define F(symbol) &format_##symbol,
#include "format/format.def"
#undef F
};

const FormatType *const *format_list(uint32_t *ret_n)
{
    *ret_n = ARRAY_LEN(formats);
    return formats;
}

static bool has_alias(const char *aliases, Str name)
{
    Str one, rest = str_of(aliases);
    for (bool more = aliases != NULL; more;) {
        more = str_cut(rest, '|', &one, &rest);
        if (str_eq_nocase(one, name))
            return true;
    }
    return false;
}

const FormatType *format_find(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (str_eq_nocase(str_of(formats[i]->name), name) || has_alias(formats[i]->aliases, name))
            return formats[i];
    return NULL;
}

static Box *box_of(const void *body)
{
    return (Box *)((char *)body - offsetof(Box, body));
}

static Box *box_new(Account *acct, size_t body_bytes)
{
    Box *x = mem_zalloc(acct, sizeof(Box) + body_bytes);
    if (!x)
        return NULL;
    x->acct = acct;
    x->bytes = sizeof(Box) + body_bytes;
    arena_init(&x->arena, acct, 1024);
    return x;
}

static void box_free(Box *x)
{
    arena_done(&x->arena);
    mem_free(x->acct, x, x->bytes);
}

Arena *decoder_arena(Decoder *d)
{
    return &box_of(d)->arena;
}
Arena *encoder_arena(Encoder *e)
{
    return &box_of(e)->arena;
}

static int config_new(const FormatType *t, const Option *opts, size_t n_opts, Arena *arena, void **ret, Err *err)
{
    char what[64];
    snprintf(what, sizeof(what), "format \"%s\"", t->name);
    void *config = arena_zalloc(arena, MAX(t->config_bytes, (size_t)1));
    if (!config)
        return RAISE_NOMEM(err);
    TRY(options_parse(t->options, opts, n_opts, what, config, arena, err));
    *ret = config;
    return 0;
}

static int decoder_start(Decoder *d, const Option *opts, size_t n_opts, Err *err)
{
    TRY(config_new(d->type, opts, n_opts, decoder_arena(d), &d->config, err));
    return d->type->open(d, err);
}

int decoder_new(const FormatType *t, Account *acct, const Schema *schema, const Option *opts, size_t n_opts, BadRecordFn on_bad,
                void *self, Decoder **ret, Err *err)
{
    ASSERT(t && schema && ret);
    if (t->decoder_bytes == 0)
        return RAISE(err, ERR_UNSUPPORTED, "format \"%s\" cannot be read", t->name);
    Box *x = box_new(acct, t->decoder_bytes);
    if (!x)
        return RAISE_NOMEM(err);
    Decoder *d = (Decoder *)(void *)x->body;
    *d = (Decoder){.type = t, .acct = acct, .schema = schema_ref(schema), .on_bad = on_bad, .on_bad_self = self};
    int rc = decoder_start(d, opts, n_opts, err);
    if (rc < 0) {
        decoder_free(d);
        return rc;
    }
    *ret = d;
    return 0;
}

int decoder_feed(Decoder *d, const char *p, size_t n, bool last, Builder *out, size_t *ret_used, Err *err)
{
    ASSERT(d && out && ret_used && (p || n == 0));
    *ret_used = 0;
    return d->type->feed(d, p ? p : "", n, last, out, ret_used, err);
}

void decoder_restart(Decoder *d)
{
    d->n_rows = d->n_bad = d->line = d->byte = 0;
    if (d->type->restart)
        d->type->restart(d);
}

void decoder_free(Decoder *d)
{
    if (!d)
        return;
    if (d->type->close)
        d->type->close(d);
    schema_unref((Schema *)d->schema);
    box_free(box_of(d));
}

int encoder_new(const FormatType *t, Account *acct, const Schema *schema, const Option *opts, size_t n_opts, Encoder **ret,
                Err *err)
{
    ASSERT(t && schema && ret);
    if (t->encoder_bytes == 0)
        return RAISE(err, ERR_UNSUPPORTED, "format \"%s\" cannot be written", t->name);
    Box *x = box_new(acct, t->encoder_bytes);
    if (!x)
        return RAISE_NOMEM(err);
    Encoder *e = (Encoder *)(void *)x->body;
    *e = (Encoder){.type = t, .acct = acct, .schema = schema_ref(schema)};
    int rc = config_new(t, opts, n_opts, &x->arena, &e->config, err);
    if (rc < 0) {
        encoder_free(e);
        return rc;
    }
    *ret = e;
    return 0;
}

int encoder_begin(Encoder *e, StrBuf *out, Err *err)
{
    return e->type->encode_begin ? e->type->encode_begin(e, out, err) : 0;
}

int encoder_encode(Encoder *e, const Batch *b, StrBuf *out, Err *err)
{
    ASSERT(b->n_cols == e->schema->n);
    TRY(e->type->encode(e, b, out, err));
    return out->failed ? RAISE_NOMEM(err) : 0;
}

void encoder_free(Encoder *e)
{
    if (!e)
        return;
    schema_unref((Schema *)e->schema);
    box_free(box_of(e));
}

int decoder_bad(Decoder *d, const char *p, size_t n, ErrCode code, const char *reason)
{
    BadRecord bad = {
        .line = d->line + 1, .byte = d->byte, .text = {p, MIN(n, (size_t)BAD_TEXT_MAX)}, .code = code, .reason = str_of(reason)};
    d->n_bad++;
    return d->on_bad ? MIN(d->on_bad(d->on_bad_self, &bad), 0) : 0;
}

void builder_move_row(Builder *b, uint32_t from, uint32_t to)
{
    for (uint32_t c = 0; c < b->batch->n_cols; c++) {
        Vec *v = &b->batch->col[c];
        size_t width = type_bytes(v->type.id);
        if (width)
            memcpy((char *)v->data + to * width, (char *)v->data + from * width, width);
        else
            bit_put(v->data, to, bit_get(v->data, from));
        bit_put(v->valid, to, bit_get(v->valid, from));
    }
}

static const int64_t units_per_second[] = {[EPOCH_S] = 1, [EPOCH_MS] = 1000, [EPOCH_US] = 1000000, [EPOCH_NS] = 1000000000};

bool epoch_to_timestamp(int64_t v, EpochUnit unit, TypeId t, int64_t *ret)
{
    int64_t want = t == T_TSNS ? units_per_second[EPOCH_NS] : units_per_second[EPOCH_US], have = units_per_second[unit];
    if (have > want) {
        *ret = floor_div(v, have / want);
        return true;
    }
    return !__builtin_mul_overflow(v, want / have, ret);
}

int64_t epoch_of_timestamp(int64_t v, EpochUnit unit, TypeId t)
{
    int64_t have = t == T_TSNS ? units_per_second[EPOCH_NS] : units_per_second[EPOCH_US], want = units_per_second[unit];
    if (have >= want)
        return floor_div(v, have / want);
    int64_t r;
    return __builtin_mul_overflow(v, want / have, &r) ? (v < 0 ? INT64_MIN : INT64_MAX) : r;
}
