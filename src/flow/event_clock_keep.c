/* SPDX-License-Identifier: Apache-2.0
 *
 * An EventClock in a checkpoint.  Keys and the values of partitions lie in its table; the numbers of partitions are those of their
 * order here, and the table's rows say which they are. */
#include "base/bytes.h"
#include "flow/event_clock.h"

static void put_part(const ClockPart *p, StrBuf *out)
{
    bytes_put_i64(out, p->wm_us);
    bytes_put_i64(out, p->seen_ns);
    bytes_put_u64(out, p->n_rows);
    bytes_put_u64(out, p->n_late);
    bytes_put_u64(out, p->n_future);
    bytes_put_u64(out, p->n_null);
    bytes_put_u8(out, (uint8_t)(p->idle | p->ended << 1));
}

static ClockPart read_part(ByteReader *in)
{
    ClockPart p = {.wm_us = bytes_i64(in)};
    p.seen_ns = bytes_i64(in);
    p.n_rows = bytes_u64(in);
    p.n_late = bytes_u64(in);
    p.n_future = bytes_u64(in);
    p.n_null = bytes_u64(in);
    uint8_t flags = bytes_u8(in);
    p.idle = flags & 1;
    p.ended = flags & 2;
    return p;
}

void event_clock_save(const EventClock *c, StrBuf *out)
{
    const AlignMember *a = &c->align;
    bytes_put_i64(out, c->polled_ns);
    bytes_put_i64(out, c->raw_us);
    bytes_put_i64(out, c->next_tick_us);
    bytes_put_i64(out, c->last_row_us);
    bytes_put_u8(out, c->idle);
    bytes_put_i64(out, a->paused_us);
    bytes_put_u64(out, a->n_pauses);
    bytes_put_u64(out, a->n_resumes);
    bytes_put_u64(out, a->n_warned);
    bytes_put_u64(out, a->n_dropped);
    bytes_put_u32(out, c->n_parts);
    for (uint32_t i = 0; i < c->n_parts; i++)
        put_part(&c->part[i], out);
    if (c->keys)
        key_clock_save(c->keys, out);
}

static int bad_clock(Err *err)
{
    return RAISE(err, ERR_CORRUPT, "a watermark in a checkpoint cannot be read");
}

/* Rows of the table, whose extra bytes are 1 + the number of the part. */
static int find_part_rows(EventClock *c, Err *err)
{
    HashCursor at = {0};
    uint8_t *row[256];
    uint32_t n_found = 0;
    for (uint32_t n; (n = hash_table_next(c->table, &at, row, ARRAY_LEN(row))) > 0;) {
        for (uint32_t i = 0; i < n; i++) {
            uint32_t number = *(const uint32_t *)(void *)row_extra(&c->layout, row[i]);
            if (number > c->n_parts || (number && c->part[number - 1].row))
                return bad_clock(err);
            if (number)
                c->part[number - 1].row = row[i];
            n_found += number != 0;
        }
    }
    return n_found == c->n_parts ? 0 : bad_clock(err);
}

static int restore_parts(EventClock *c, ByteReader *in, Err *err)
{
    uint32_t n = bytes_u32(in), n_old = c->n_parts; /* those that are there without a row */
    c->n_parts = c->n_active = 0;
    lazy_min_done(&c->least);
    for (uint32_t i = 0; i < n && !in->failed; i++) {
        ClockPart p = read_part(in);
        if (!in->failed && event_clock_add_part(c, &p) < 0)
            return RAISE_NOMEM(err);
    }
    if (c->spec.parts == CLOCK_PART_CONNECTOR && event_clock_connector_parts(c, n_old) < 0) /* partitions that are new */
        return RAISE_NOMEM(err);
    if (in->failed || (c->spec.parts == CLOCK_ONE_PART && n != 1))
        return bad_clock(err);
    return c->table ? find_part_rows(c, err) : 0;
}

int event_clock_restore(Watermark *w, ByteReader *in, Err *err)
{
    EventClock *c = w->clock;
    AlignMember *a = &c->align;
    c->polled_ns = bytes_i64(in);
    c->raw_us = bytes_i64(in);
    c->next_tick_us = bytes_i64(in);
    c->last_row_us = bytes_i64(in);
    bool is_idle = bytes_u8(in) != 0;
    a->paused_us = bytes_i64(in);
    a->n_pauses = bytes_u64(in);
    a->n_resumes = bytes_u64(in);
    a->n_warned = bytes_u64(in);
    a->n_dropped = bytes_u64(in);
    TRY(restore_parts(c, in, err));
    c->idle = is_idle;
    if (c->keys)
        TRY(key_clock_restore(c->keys, in, err));
    if (in->failed)
        return bad_clock(err);
    if (a->group)
        align_report(a, w->wm_us, c->idle);
    return 0;
}
