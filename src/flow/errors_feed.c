/* SPDX-License-Identifier: Apache-2.0
 *
 * Error relation.  The bad row is kept as JSON text made by the same encoder that writes JSON lines, so it can be read back,
 * corrected and pushed again. */
#include "flow/errors_feed.h"
#include "format/format.h"

Schema *errors_feed_schema(Account *acct)
{
    const Field fields[] = {
        {"row_json", TYPE(TEXT), false}, {"weight", TYPE(I64), true},     {"node", TYPE(I32), true}, {"sqlstate", TYPE(TEXT), true},
        {"message", TYPE(TEXT), true},   {"event_time", TYPE(TS), false}, {"ptime", TYPE(TS), true},
    };
    return schema_new(acct, fields, ARRAY_LEN(fields));
}

/* Event time of a row: its first timestamp column. */
static Value row_time(const Batch *b, uint32_t row)
{
    for (uint32_t c = 0; c < b->n_cols; c++) {
        TypeId id = b->schema->field[c].type.id;
        if ((id == T_TS || id == T_TSTZ) && !vec_is_null(&b->col[c], row)) {
            Value v = vec_get(&b->col[c], row);
            v.type = TYPE(TS);
            return v;
        }
    }
    return value_null(TYPE(TS));
}

static int put_row(RowBlock *block, Pipeline *q, const OutItem *item, Encoder *json, uint32_t row, Err *err)
{
    StrBuf text;
    sb_init(&text, block->acct);
    uint16_t sel[1] = {(uint16_t)row};
    Batch *one = batch_with_sel(q->env.step, item->batch, sel, 1);
    int rc = one ? encoder_encode(json, one, &text, err) : RAISE_NOMEM(err);
    if (rc == 0) {
        Str line = str_trim(sb_str(&text));
        ErrCode code = (ErrCode)item->err_code[row];
        const char *message = item->err_text && item->err_text[row] ? item->err_text[row] : err_class_text(code);
        int32_t w = batch_weight(item->batch, row);
        const Value cols[] = {
            {.type = TYPE(TEXT), .str = line},
            {.type = TYPE(I64), .i64 = w},
            {.type = TYPE(I32), .i32 = (int32_t)item->node->id},
            {.type = TYPE(TEXT), .str = str_of(err_sqlstate(code))},
            {.type = TYPE(TEXT), .str = str_of(message)},
            row_time(item->batch, row),
            {.type = TYPE(TS), .i64 = q->env.eval.now_us},
        };
        for (uint32_t c = 0; rc == 0 && c < ARRAY_LEN(cols); c++)
            rc = row_block_value(block, c, &cols[c]);
        if (rc == 0)
            row_block_commit(block);
    }
    sb_done(&text);
    return rc;
}

int errors_feed_take(void *self, Pipeline *q, const OutItem *item, Err *err)
{
    Feed *feed = self;
    Rows rows = batch_rows(item->batch);
    Encoder *json = NULL;
    RowBlock block = {0};
    int rc = encoder_new(format_find(STR("json")), &feed->acct, item->batch->schema, NULL, 0, &json, err);
    if (rc == 0)
        rc = row_block_init(&block, &feed->acct, feed->schema, rows.n, err);
    for (uint32_t i = 0; rc == 0 && i < rows.n; i++)
        rc = put_row(&block, q, item, json, row_at(rows, i), err);
    if (rc == 0)
        rc = feed_emit(feed, row_block_view(&block), err);
    row_block_done(&block);
    encoder_free(json);
    return rc;
}

/* ---- routes ---- */

struct ErrorsRoute {
    Consumer consumer;
    Account *acct;
    Feed *from, *to; /* one reference each */
    ErrorsRoute *next;
};

static int route_batch(Consumer *c, const Batch *b, Err *err)
{
    return feed_emit(((ErrorsRoute *)c)->to, (Batch *)b, err);
}

static void route_step_end(Consumer *c)
{
    consumers_step_end(&((ErrorsRoute *)c)->to->consumers);
}

static void route_end(Consumer *c, const Err *err)
{
    (void)c;
    (void)err;
}

static const ConsumerType route_consumer = {.batch = route_batch, .step_end = route_step_end, .end = route_end};

static int route_retained(void *self, Batch *b, Err *err)
{
    return feed_emit(self, b, err);
}

int errors_route_new(Account *acct, Feed *from, Feed *to, bool with_retained, ErrorsRoute **ret, Err *err)
{
    if (with_retained)
        TRY(feed_each_retained(from, route_retained, to, err));
    ErrorsRoute *r = mem_zalloc(acct, sizeof(*r));
    if (!r)
        return RAISE_NOMEM(err);
    *r = (ErrorsRoute){.consumer.type = &route_consumer, .acct = acct, .from = feed_ref(from), .to = feed_ref(to)};
    consumer_add(&from->consumers, &r->consumer);
    *ret = r;
    return 0;
}

ErrorsRoute *errors_route_chain(ErrorsRoute *r, ErrorsRoute *behind)
{
    r->next = behind;
    return r;
}

void errors_route_free(ErrorsRoute *r)
{
    for (ErrorsRoute *next; r; r = next) {
        next = r->next;
        consumer_remove(&r->from->consumers, &r->consumer);
        feed_unref(r->from);
        feed_unref(r->to);
        mem_free(r->acct, r, sizeof(*r));
    }
}

bool errors_route_is(const Consumer *c)
{
    return c->type == &route_consumer;
}
