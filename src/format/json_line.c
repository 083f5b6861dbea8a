/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a JSON line by the order of the line before (json_line_impl.h).
 *
 * Every byte is looked at once, in order: the text between two values is compared with the one remembered, a string ends at its
 * quote, a number at the first character that is none of its own.  Nothing behind the line's newline is ever taken for part of it,
 * because no step passes a control character; so whether the newline lies inside the input is asked once, at the end. */
#include "format/json_line_impl.h"

#include "base/decimal.h"
#include "format/scan16_impl.h"

#define TRIES 1024u /* lines after which it is decided whether trying pays */

static JsonTake take_of(Type t)
{
    if (t.length && !type_is_timestamp(t.id)) /* something to check */
        return TAKE_NONE;
    switch ((TypeId)t.id) {
    case T_I16: return TAKE_I16;
    case T_I32: return TAKE_I32;
    case T_I64: return TAKE_I64;
    case T_F32: return TAKE_F32;
    case T_F64: return TAKE_F64;
    case T_DECIMAL: return TAKE_DECIMAL;
    case T_TS:
    case T_TSTZ: return t.length ? TAKE_TS_DIGITS : TAKE_TS;
    case T_TSNS: return TAKE_TSNS;
    case T_DATE: return TAKE_DATE;
    case T_BOOL: return TAKE_BOOL;
    case T_TEXT: return TAKE_TEXT;
    default: return TAKE_NONE;
    }
}

int json_lines_init(JsonLines *l, const Schema *schema, int32_t epoch_unit, Arena *arena, Err *err)
{
    *l = (JsonLines){
        .schema = schema, .arena = arena, .epoch_unit = epoch_unit, .n_slots = 1, .date = date_cache(), .date_ns = date_cache()};
    l->slot = ARENA_ARRAY(arena, JsonSlot, JSON_SLOTS_MAX);
    l->column = ARENA_ARRAY(arena, JsonLineColumn, MAX(schema->n, 1u));
    l->late = ARENA_ARRAY(arena, uint32_t, MAX(schema->n, 1u));
    if (!l->slot || !l->column || !l->late)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < schema->n; i++)
        l->column[i] = (JsonLineColumn){.take = (uint8_t)take_of(schema->field[i].type), .not_null = schema->field[i].not_null};
    return 0;
}

/* ---- tokens: each answers where it ends, NULL = declined ---- */

static inline const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
        p++;
    return p;
}

/* From behind the opening quote to the closing one. */
static inline const char *string_end(const char *p, const char *end)
{
    const char *from = p;
    unsigned any_high = 0;
    for (; p < end; p += 16) {
        unsigned high, stops = string_stops16(p, &high);
        if (likely(stops)) {
            unsigned at = (unsigned)__builtin_ctz(stops);
            any_high |= high & ((1u << at) - 1);
            p += at;
            return likely(*p == '"') && (likely(!any_high) || utf8_is_valid(from, (size_t)(p - from))) ? p : NULL;
        }
        any_high |= high;
    }
    return NULL;
}

static inline const char *number_end(const char *p, const char *end)
{
    for (; p < end; p += 16) {
        unsigned stops = number_stops16(p);
        if (likely(stops))
            return p + (unsigned)__builtin_ctz(stops);
    }
    return NULL;
}

static inline bool is_word(const char *p, const char *word, size_t n)
{
    return memcmp(p, word, n) == 0;
}

static inline bool stands_between(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == ',' || c == ':' || c == '-' || c == '+' ||
           c == '.' || c == ' ' || c == '\t' || c == '\r';
}

/* An object or array that no column wants: brackets in pairs, strings whole; what stands between them is not asked, as little as
 * the reader asks it. */
static __attribute__((noinline)) const char *skip_nested(const char *p, const char *end)
{
    uint64_t braces = 0; /* bit per open bracket, the innermost is bit 0 */
    unsigned depth = 0;
    do {
        if (*p == '"') {
            p = string_end(p + 1, end);
            if (!p)
                return NULL;
        } else if (*p == '{' || *p == '[') {
            if (depth++ == 64)
                return NULL;
            braces = braces << 1 | (*p == '{');
        } else if (*p == '}' || *p == ']') {
            if ((braces & 1) != (*p == '}'))
                return NULL;
            braces >>= 1;
            depth--;
        } else if (!stands_between(*p)) {
            return NULL;
        }
        p++;
    } while (depth > 0 && p < end);
    return depth ? NULL : p;
}

/* A value that no column wants. */
static inline const char *skip_value(const char *p, const char *end)
{
    if (*p == '"') {
        p = string_end(p + 1, end);
        return p ? p + 1 : NULL;
    }
    if ((*p >= '0' && *p <= '9') || *p == '-') {
        p = number_end(p, end);
        return p && (*p | 0x20) == 'e' ? number_end(p + 1, end) : p;
    }
    if (is_word(p, "true", 4) || is_word(p, "null", 4))
        return p + 4;
    if (*p == '{' || *p == '[')
        return skip_nested(p, end);
    return is_word(p, "false", 5) ? p + 5 : NULL;
}

/* [-](0|[1-9]...)[.]: the rest is for the parsers, which know no exponent. */
static inline bool number_begins(const char *p, const char *end)
{
    p += *p == '-';
    return p < end && *p >= '0' && *p <= '9' && (*p != '0' || end - p == 1 || p[1] == '.') && end[-1] != '.';
}

/* ---- values: at row out->n of column c ---- */

static bool take_integer(JsonTake take, const char *p, size_t n, void *data, uint32_t row)
{
    int64_t v;
    if (!int_parse_fast(p, n, &v))
        return false;
    switch (take) {
    case TAKE_I16: ((int16_t *)data)[row] = (int16_t)v; return v == (int16_t)v;
    case TAKE_I32: ((int32_t *)data)[row] = (int32_t)v; return v == (int32_t)v;
    default: ((int64_t *)data)[row] = v; return true;
    }
}

static bool take_float(JsonTake take, const char *p, size_t n, void *data, uint32_t row)
{
    double v;
    if (!f64_parse_fast(p, n, &v))
        return false;
    if (take == TAKE_F64)
        ((double *)data)[row] = v;
    else
        ((float *)data)[row] = (float)v;
    return true; /* 18 digits are never too much for a REAL */
}

static bool take_decimal(Type t, const char *p, size_t n, i128 *ret)
{
    int64_t m;
    unsigned scale;
    if (!number_parse_fast(p, n, &m, &scale) || scale > t.scale || t.scale - scale > 19)
        return false;
    *ret = (i128)m * decimal_pow10(t.scale - scale);
    return decimal_fits(*ret, t.precision);
}

static bool take_epoch(const JsonLines *l, TypeId id, const char *p, size_t n, int64_t *ret)
{
    int64_t v;
    return int_parse_fast(p, n, &v) && epoch_to_timestamp(v, (EpochUnit)l->epoch_unit, id, ret);
}

static const char *take_number(const JsonLines *l, uint32_t c, const char *p, const char *end, Builder *out)
{
    const JsonTake take = (JsonTake)l->column[c].take;
    const Type t = l->schema->field[c].type;
    void *data = builder_data(out, c);
    const char *stop = number_end(p, end);
    if (!stop || !number_begins(p, stop))
        return NULL;
    size_t n = (size_t)(stop - p);
    bool good = false;
    switch (take) {
    case TAKE_I16:
    case TAKE_I32:
    case TAKE_I64: good = take_integer(take, p, n, data, out->n); break;
    case TAKE_F32:
    case TAKE_F64: good = take_float(take, p, n, data, out->n); break;
    case TAKE_DECIMAL: good = take_decimal(t, p, n, (i128 *)data + out->n); break;
    case TAKE_TS_DIGITS:
        good = take_epoch(l, (TypeId)t.id, p, n, (int64_t *)data + out->n);
        if (good)
            ((int64_t *)data)[out->n] = type_round_us(t, ((int64_t *)data)[out->n]);
        break;
    case TAKE_TS:
    case TAKE_TSNS: good = take_epoch(l, (TypeId)t.id, p, n, (int64_t *)data + out->n); break;
    default: break;
    }
    return good ? stop : NULL;
}

static const char *take_string(JsonLines *l, uint32_t c, const char *p, const char *end, Builder *out)
{
    JsonLineColumn *column = &l->column[c];
    const char *stop = string_end(p, end);
    if (!stop)
        return NULL;
    size_t n = (size_t)(stop - p);
    int64_t days, *moment;
    bool good = false;
    switch ((JsonTake)column->take) {
    case TAKE_TEXT:
        column->text = (Str){p, n};
        l->late[l->n_late++] = c;
        return stop + 1;
    case TAKE_TS_DIGITS:
    case TAKE_TS:
        moment = (int64_t *)builder_data(out, c) + out->n;
        good = timestamp_parse_fast(p, n, 6, &l->date, moment);
        if (good && column->take == TAKE_TS_DIGITS)
            *moment = type_round_us(l->schema->field[c].type, *moment);
        break;
    case TAKE_TSNS: good = timestamp_parse_fast(p, n, 9, &l->date_ns, (int64_t *)builder_data(out, c) + out->n); break;
    case TAKE_DATE:
        good = n == 10 && date_parse_fast(p, &days);
        if (good)
            ((int32_t *)builder_data(out, c))[out->n] = (int32_t)days;
        break;
    default: break;
    }
    return good ? stop + 1 : NULL;
}

/* true, false, null */
static const char *take_word(JsonLines *l, uint32_t c, const char *p)
{
    JsonLineColumn *column = &l->column[c];
    bool yes = is_word(p, "true", 4), no = is_word(p, "false", 5), null = is_word(p, "null", 4);
    if (null ? column->not_null : column->take != TAKE_BOOL || !(yes || no))
        return NULL;
    column->yes = yes;
    column->is_null = null;
    l->late[l->n_late++] = c;
    return p + (no ? 5 : 4);
}

static inline const char *take_value(JsonLines *l, uint32_t c, const char *p, const char *end, Builder *out)
{
    JsonLineColumn *column = &l->column[c];
    if (unlikely(column->seen == l->line)) /* which of two counts is the reader's to say */
        return NULL;
    column->seen = l->line;
    l->n_seen++;
    column->is_null = false;
    if (*p == '"')
        return take_string(l, c, p + 1, end, out);
    if ((*p >= '0' && *p <= '9') || *p == '-')
        return take_number(l, c, p, end, out);
    return take_word(l, c, p);
}

/* ---- members ---- */

static int32_t column_of(const Schema *s, Str name)
{
    int32_t similar = -1;
    for (uint32_t i = 0; i < s->n; i++) {
        Str column = str_of(s->field[i].name);
        if (str_eq(column, name))
            return (int32_t)i;
        if (similar < 0 && str_eq_nocase(column, name))
            similar = (int32_t)i;
    }
    return similar;
}

/* The slot of a name, a new one for a new name; 0 = there is no room. */
static uint16_t slot_of(JsonLines *l, uint16_t from, Str name)
{
    for (uint32_t i = 1; i < l->n_slots; i++) {
        uint32_t k = 1 + (from + i - 1) % (l->n_slots - 1); /* those behind it first: members that are missing are the usual case */
        if (str_eq(l->slot[k].name, name))
            return (uint16_t)k;
    }
    char *copy = l->n_slots < JSON_SLOTS_MAX && name.n <= JSON_LEAD_MAX ? arena_strndup(l->arena, name.p, name.n) : NULL;
    if (!copy)
        return 0;
    JsonSlot *s = &l->slot[l->n_slots];
    *s = (JsonSlot){.name = {copy, name.n}, .column = column_of(l->schema, name)};
    return (uint16_t)l->n_slots++;
}

/* The member that begins at p, found by its name; *ret_slot is its slot.  Returns where its value begins. */
static __attribute__((noinline)) const char *member_search(JsonLines *l, uint16_t before, const char *p, const char *end,
                                                           uint16_t *ret_slot)
{
    const char *from = p;
    p = skip_blanks(p, end);
    if (*p != (before ? ',' : '{'))
        return NULL;
    p = skip_blanks(p + 1, end);
    if (*p != '"')
        return NULL;
    const char *name = p + 1, *name_end = string_end(name, end);
    if (!name_end)
        return NULL;
    p = skip_blanks(name_end + 1, end);
    if (*p != ':')
        return NULL;
    p = skip_blanks(p + 1, end);
    if (p >= end)
        return NULL;
    uint16_t at = slot_of(l, before, (Str){name, (size_t)(name_end - name)});
    if (at == 0)
        return NULL;
    JsonSlot *s = &l->slot[at];
    size_t lead_n = (size_t)(p - from);
    s->lead_n = lead_n <= JSON_LEAD_MAX ? (uint8_t)lead_n : 0;
    memcpy(s->lead, from, s->lead_n);
    l->slot[before].next = at;
    *ret_slot = at;
    return p;
}

static inline bool lead_matches(const JsonSlot *s, const char *p)
{
    if (unlikely(s->lead_n > 32))
        return memcmp(s->lead, p, s->lead_n) == 0;
    return s->lead_n > 0 && same32(s->lead, p, s->lead_n);
}

/* From the opening brace to behind the closing one, or NULL. */
static const char *read_members(JsonLines *l, const char *p, const char *end, Builder *out)
{
    uint16_t at = 0;
    do {
        uint16_t next = l->slot[at].next;
        if (likely(lead_matches(&l->slot[next], p)))
            p += l->slot[next].lead_n;
        else if (!(p = member_search(l, at, p, end, &next)))
            return NULL;
        int32_t c = l->slot[next].column;
        p = c < 0 ? skip_value(p, end) : take_value(l, (uint32_t)c, p, end, out);
        if (unlikely(!p || p >= end))
            return NULL;
        at = next;
        if (unlikely(*p == ' ') && *skip_blanks(p, end) == '}')
            p = skip_blanks(p, end);
    } while (*p != '}');
    return p + 1;
}

/* What had to wait until the line was known to be good. */
static int put_late(JsonLines *l, Builder *out, Err *err)
{
    for (uint32_t i = 0; i < l->n_late; i++) {
        uint32_t c = l->late[i];
        const JsonLineColumn *column = &l->column[c];
        if (column->is_null)
            builder_null(out, c);
        else if (column->take == TAKE_BOOL)
            bit_put(builder_data(out, c), out->n, column->yes);
        else if (builder_str(out, c, column->text.p, column->text.n) < 0)
            return RAISE_NOMEM(err);
    }
    return 0;
}

/* Columns that no member named become null. */
static bool add_missing(JsonLines *l)
{
    for (uint32_t c = 0; c < l->schema->n; c++) {
        JsonLineColumn *column = &l->column[c];
        if (column->seen == l->line)
            continue;
        if (column->not_null)
            return false;
        column->is_null = true;
        l->late[l->n_late++] = c;
    }
    return true;
}

/* Whether to try the next line; after a stretch in which most were declined the next stretch is not tried. */
static bool worth_trying(JsonLines *l)
{
    if (l->resting > 0) {
        l->resting--;
        return false;
    }
    if (l->tried++ == TRIES) {
        l->resting = l->declined > TRIES / 2 ? 15 * TRIES : 0;
        l->tried = l->declined = 0;
    }
    return true;
}

int json_line_row(JsonLines *l, const char *p, const char *end, Builder *out, const char **ret_end, Err *err)
{
    if (l->off || *p != '{' || !worth_trying(l))
        return 0;
    l->line++;
    l->n_late = l->n_seen = 0;
    const char *from = p;
    p = read_members(l, p, end, out);
    p = p ? skip_blanks(p, end) : NULL;
    if (unlikely(!p || p >= end || *p != '\n' || (size_t)(p - from) > RECORD_BYTES_MAX ||
                 (l->n_seen < l->schema->n && !add_missing(l))))
        return 0;
    TRY(put_late(l, out, err));
    *ret_end = p;
    return 1;
}
