/* SPDX-License-Identifier: Apache-2.0
 *
 * The normal form of JSONB and the JSON of SQL values. */
#include "data/array.h"
#include "data/json.h"
#include "data/record.h"

#define NUMBER_DIGITS_MAX 131072 /* before the point, as NUMERIC of PostgreSQL */
#define NUMBER_SCALE_MAX 16383

void json_print_string(Str s, StrBuf *b)
{
    size_t from = 0;
    sb_putc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        sb_put(b, s.p + from, i - from);
        from = i + 1;
        switch (c) {
        case '\b': sb_puts(b, "\\b"); break;
        case '\f': sb_puts(b, "\\f"); break;
        case '\n': sb_puts(b, "\\n"); break;
        case '\r': sb_puts(b, "\\r"); break;
        case '\t': sb_puts(b, "\\t"); break;
        case '"': sb_puts(b, "\\\""); break;
        case '\\': sb_puts(b, "\\\\"); break;
        default: sb_printf(b, "\\u%04x", c); break;
        }
    }
    sb_put(b, s.p + from, s.n - from);
    sb_putc(b, '"');
}

/* The exponent, cut off where it is out of every range. */
static int64_t exponent_of(Str text)
{
    bool minus = text.n > 0 && text.p[0] == '-';
    int64_t e = 0;
    for (size_t i = text.n > 0 && (minus || text.p[0] == '+'); i < text.n && e < 10 * NUMBER_DIGITS_MAX; i++)
        e = e * 10 + (text.p[i] - '0');
    return minus ? -e : e;
}

static void put_zeros(StrBuf *b, int64_t n)
{
    while (n-- > 0)
        sb_putc(b, '0');
}

/* Digits with the point after the first `before` of them, which may lie outside of them. */
static void put_digits(StrBuf *b, const char *p, int64_t n, int64_t before, int64_t scale)
{
    if (before <= 0)
        sb_putc(b, '0');
    for (int64_t i = 0; i < before; i++)
        sb_putc(b, i < n ? p[i] : '0');
    if (scale <= 0)
        return;
    sb_putc(b, '.');
    put_zeros(b, MIN(-before, scale));
    for (int64_t i = MAX(before, 0); i < n; i++)
        sb_putc(b, p[i]);
}

bool json_print_number(Str number, StrBuf *b)
{
    bool minus = number.p[0] == '-', zero = true;
    Str mantissa, exponent = {"", 0}, whole, fraction = {"", 0};
    number = (Str){number.p + minus, number.n - minus};
    if (!str_cut(number, 'e', &mantissa, &exponent) && !str_cut(number, 'E', &mantissa, &exponent)) {
        mantissa = number;
        exponent = STR("");
    }
    if (!str_cut(mantissa, '.', &whole, &fraction)) {
        whole = mantissa;
        fraction = STR("");
    }
    char small[64];
    int64_t n = (int64_t)(whole.n + fraction.n), e = exponent_of(exponent), scale = MAX((int64_t)fraction.n - e, 0);
    _cleanup_(sb_done) StrBuf digits;
    sb_init(&digits, b->acct);
    const char *p = small;
    if ((size_t)n <= sizeof(small)) {
        memcpy(small, whole.p, whole.n);
        memcpy(small + whole.n, fraction.p, fraction.n);
    } else {
        sb_putstr(&digits, whole);
        sb_putstr(&digits, fraction);
        p = sb_cstr(&digits);
        b->failed |= digits.failed;
    }
    int64_t lead = 0, before = (int64_t)whole.n + e;
    while (lead < n && p[lead] == '0')
        lead++;
    zero = lead == n;
    if (b->failed)
        return true;
    if ((!zero && before - lead > NUMBER_DIGITS_MAX) || scale > NUMBER_SCALE_MAX)
        return false;
    if (zero) {
        put_digits(b, "", 0, 1, scale);
        put_zeros(b, scale);
        return true;
    }
    if (minus)
        sb_putc(b, '-');
    int64_t drop = MIN(lead, MAX(before - 1, 0)); /* leading zeros before the point */
    drop = before <= 0 ? 0 : drop;
    put_digits(b, p + drop, n - drop, before - drop, scale);
    return true;
}

static int key_cmp(Str a, Str b)
{
    if (a.n != b.n)
        return a.n < b.n ? -1 : 1;
    return a.n ? memcmp(a.p, b.p, a.n) : 0;
}

/* Merge sort of a list: stable, so that of equal names the last written stays last. */
static JsonNode *sort_members(JsonNode *list, uint32_t n)
{
    if (n < 2)
        return list;
    JsonNode *half = list, *prev = NULL, *out = NULL, **end = &out;
    for (uint32_t i = 0; i < n / 2; i++) {
        prev = half;
        half = half->next;
    }
    prev->next = NULL;
    list = sort_members(list, n / 2);
    half = sort_members(half, n - n / 2);
    while (list && half) {
        JsonNode **from = key_cmp(list->key, half->key) <= 0 ? &list : &half;
        *end = *from;
        *from = (*from)->next;
        end = &(*end)->next;
    }
    *end = list ? list : half;
    return out;
}

static void drop_duplicates(JsonNode *n)
{
    JsonNode **at = &n->first;
    n->n = 0;
    n->last = NULL;
    while (*at) {
        if ((*at)->next && str_eq((*at)->key, (*at)->next->key)) {
            *at = (*at)->next;
            continue;
        }
        n->last = *at;
        n->n++;
        at = &(*at)->next;
    }
}

static int normalise_number(JsonNode *n, Arena *arena)
{
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, arena->acct);
    if (!json_print_number(n->str, &b))
        return -ERR_NUMERIC_RANGE;
    if (b.failed)
        return -ERR_OUT_OF_MEMORY;
    if (str_eq(sb_str(&b), n->str))
        return 0;
    n->str = (Str){arena_strndup(arena, sb_cstr(&b), b.n), b.n};
    return n->str.p ? 0 : -ERR_OUT_OF_MEMORY;
}

int json_normalise(JsonNode *n, Arena *arena)
{
    n->raw = (Str){0};
    if (n->type == JT_NUMBER)
        return normalise_number(n, arena);
    for (JsonNode *m = n->first; m; m = m->next)
        TRY(json_normalise(m, arena));
    if (n->type == JT_OBJECT) {
        n->first = sort_members(n->first, n->n);
        drop_duplicates(n);
    }
    return 0;
}

static void print_scalar(const JsonNode *n, StrBuf *b)
{
    switch ((JsonType)n->type) {
    case JT_NULL: sb_puts(b, "null"); break;
    case JT_BOOL: sb_puts(b, n->b ? "true" : "false"); break;
    case JT_STRING: json_print_string(n->str, b); break;
    default: sb_putstr(b, n->str); break;
    }
}

void jsonb_print(const JsonNode *n, StrBuf *b)
{
    if (n->type < JT_ARRAY) {
        print_scalar(n, b);
        return;
    }
    bool object = n->type == JT_OBJECT;
    sb_putc(b, object ? '{' : '[');
    for (const JsonNode *m = n->first; m; m = m->next) {
        if (object) {
            json_print_string(m->key, b);
            sb_puts(b, ": ");
        }
        jsonb_print(m, b);
        if (m->next)
            sb_puts(b, ", ");
    }
    sb_putc(b, object ? '}' : ']');
}

void jsonb_print_pretty(const JsonNode *n, uint32_t indent, StrBuf *b)
{
    if (n->type < JT_ARRAY) {
        print_scalar(n, b);
        return;
    }
    bool object = n->type == JT_OBJECT;
    sb_putc(b, object ? '{' : '[');
    for (const JsonNode *m = n->first; m; m = m->next) {
        sb_printf(b, "\n%*s", (int)(indent + 1) * 4, "");
        if (object) {
            json_print_string(m->key, b);
            sb_puts(b, ": ");
        }
        jsonb_print_pretty(m, indent + 1, b);
        sb_puts(b, m->next ? "," : "");
    }
    sb_printf(b, "\n%*s%c", (int)indent * 4, "", object ? '}' : ']');
}

static bool equal_numbers(Str a, Str b)
{
    while (memchr(a.p, '.', a.n) && (a.p[a.n - 1] == '0' || a.p[a.n - 1] == '.'))
        a.n--;
    while (memchr(b.p, '.', b.n) && (b.p[b.n - 1] == '0' || b.p[b.n - 1] == '.'))
        b.n--;
    return str_eq(a, b);
}

bool json_equal(const JsonNode *a, const JsonNode *b)
{
    if (a->type != b->type || a->n != b->n)
        return false;
    switch ((JsonType)a->type) {
    case JT_NULL: return true;
    case JT_BOOL: return a->b == b->b;
    case JT_NUMBER: return equal_numbers(a->str, b->str);
    case JT_STRING: return str_eq(a->str, b->str);
    default: break;
    }
    const JsonNode *y = b->first;
    for (const JsonNode *x = a->first; x; x = x->next, y = y->next)
        if ((a->type == JT_OBJECT && !str_eq(x->key, y->key)) || !json_equal(x, y))
            return false;
    return true;
}

/* ---- SQL values ---- */

/* One dimension from r on, whose elements stand one behind the other. */
static int print_dim(ArrayReader *r, const ArrayDims *d, uint32_t dim, const char *between, StrBuf *b)
{
    Value e;
    sb_putc(b, '[');
    for (uint32_t i = 0; dim < d->n && i < d->len[dim]; i++) {
        sb_puts(b, i ? between : "");
        if (dim + 1 < d->n) {
            TRY(print_dim(r, d, dim + 1, ",", b));
            continue;
        }
        TRY(array_next(r, &e));
        json_print_value(&e, b);
    }
    sb_putc(b, ']');
    return 0;
}

void json_print_array(const Value *v, const char *between, StrBuf *b)
{
    _cleanup_(arena_done) Arena arena;
    ArrayDims d;
    Str items;
    arena_init(&arena, b->acct, 0);
    array_dims_of(v->type, v->str, &d, &items);
    ArrayReader r = array_read(v->type, items, &arena);
    b->failed |= print_dim(&r, &d, 0, between, b) < 0;
}

static void print_key(const Value *v, StrBuf *b)
{
    _cleanup_(sb_done) StrBuf text;
    sb_init(&text, b->acct);
    value_print_iso(v, &text);
    json_print_string((Str){sb_cstr(&text), text.n}, b);
    b->failed |= text.failed;
}

static void print_object(const Value *v, StrBuf *b)
{
    _cleanup_(arena_done) Arena arena;
    arena_init(&arena, b->acct, 0);
    RecordReader r = record_read(v->type, v->str, &arena);
    int rc;
    sb_putc(b, '{');
    for (Value part; (rc = record_next(&r, &part)) > 0;) {
        bool is_key = v->type.id == T_MAP && r.i % 2 == 1;
        if (r.i > 1 && (is_key || v->type.id == T_STRUCT))
            sb_putc(b, ',');
        if (v->type.id == T_STRUCT)
            json_print_string(str_of(r.parts->field[r.i - 1].name), b);
        if (is_key)
            print_key(&part, b);
        if (is_key || v->type.id == T_STRUCT)
            sb_putc(b, ':');
        if (!is_key)
            json_print_value(&part, b);
    }
    b->failed |= rc < 0;
    sb_putc(b, '}');
}

/* ISO 8601 has a T between date and time, and a zone in full. */
static void print_timestamp(const Value *v, StrBuf *b)
{
    size_t from = b->n + 1;
    sb_putc(b, '"');
    value_print_iso(v, b);
    char *blank = b->failed ? NULL : memchr(b->p + from, ' ', b->n - from);
    if (blank)
        *blank = 'T';
    if (v->type.id == T_TSTZ && blank && b->n > 3 && (b->p[b->n - 3] == '+' || b->p[b->n - 3] == '-'))
        sb_puts(b, ":00");
    sb_putc(b, '"');
}

void json_print_value(const Value *v, StrBuf *b)
{
    if (v->is_null) {
        sb_puts(b, "null");
        return;
    }
    bool finite = (v->type.id != T_F64 || __builtin_isfinite(v->f64)) && (v->type.id != T_F32 || __builtin_isfinite(v->f32));
    switch ((TypeId)v->type.id) {
    case T_BOOL: sb_puts(b, v->b ? "true" : "false"); return;
    case T_JSON:
    case T_JSONB: sb_putstr(b, v->str); return;
    case T_ARRAY: json_print_array(v, ",", b); return;
    case T_STRUCT:
    case T_MAP: print_object(v, b); return;
    case T_TS:
    case T_TSTZ:
    case T_TSNS: print_timestamp(v, b); return;
    case T_TEXT:
    case T_UNKNOWN: json_print_string(v->str, b); return;
    default: break;
    }
    if (type_is_numeric(v->type.id) && finite) {
        value_print(v, b);
        return;
    }
    _cleanup_(sb_done) StrBuf text;
    sb_init(&text, b->acct);
    value_print_iso(v, &text);
    json_print_string((Str){sb_cstr(&text), text.n}, b);
    b->failed |= text.failed;
}

int jsonb_parse(Str s, Arena *arena, Str *ret, Err *err)
{
    _cleanup_(arena_done) Arena scratch;
    _cleanup_(sb_done) StrBuf b;
    JsonNode *n;
    arena_init(&scratch, arena->acct, 0);
    sb_init(&b, arena->acct);
    if (!json_is_valid(s))
        return RAISE(err, ERR_INVALID_TEXT, "invalid input syntax for type json: \"%.*s\"", (int)MIN(s.n, (size_t)64), s.p);
    int rc = json_tree(s, &scratch, &n);
    if (rc == 0)
        rc = json_normalise(n, &scratch);
    if (rc == -ERR_UNTRANSLATABLE)
        return RAISE(err, ERR_UNTRANSLATABLE, "unsupported Unicode escape sequence: \\u0000 cannot be converted to text");
    if (rc == -ERR_NUMERIC_RANGE)
        return RAISE(err, ERR_NUMERIC_RANGE, "value overflows numeric format");
    if (rc == 0)
        jsonb_print(n, &b);
    char *copy = rc < 0 || b.failed ? NULL : arena_strndup(arena, sb_cstr(&b), b.n);
    if (!copy)
        return RAISE_NOMEM(err);
    *ret = (Str){copy, b.n};
    return 0;
}
