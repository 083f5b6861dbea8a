/* SPDX-License-Identifier: Apache-2.0
 *
 * Running a path.  Each node gives a list of items; conditions give true, false or unknown.  A lax path takes arrays apart and
 * passes over what is not there; a strict one raises.  Numbers are decimals of 38 digits, and compared as doubles beyond that. */
#include <stdio.h>

#include "func/json/jsonpath_impl.h"

typedef struct Run {
    const JsonPath *path;
    JsonNode *root, *current;
    const JsonNode *vars;
    bool zones;   /* a time without a zone compares with one that has it */
    int64_t last; /* index of the array being subscripted; -1 = none */
    Arena *arena;
    Err *err;
} Run;

typedef enum Truth { NO, YES, UNKNOWN } Truth;

static int run_node(Run *r, const PathNode *n, JsonItems *ret);
static int run_condition(Run *r, const PathNode *n, Truth *ret);

static int put(Run *r, JsonItems *list, JsonNode *node)
{
    struct JsonCellItem *cell = ARENA_NEW(r->arena, struct JsonCellItem);
    if (!cell)
        return RAISE_NOMEM(r->err);
    *cell = (struct JsonCellItem){.node = node};
    if (list->last)
        list->last->next = cell;
    else
        list->first = cell;
    list->last = cell;
    list->n++;
    return 0;
}

#define EACH_ITEM(i, list) for (struct JsonCellItem *i = (list).first; i; i = i->next)

/* In a lax path an array stands for its elements. */
static int unwrap(Run *r, const JsonItems *list, JsonItems *ret)
{
    *ret = (JsonItems){0};
    EACH_ITEM(i, *list)
    {
        if (i->node->type != JT_ARRAY || r->path->strict) {
            TRY(put(r, ret, i->node));
            continue;
        }
        for (JsonNode *m = i->node->first; m; m = m->next)
            TRY(put(r, ret, m));
    }
    return 0;
}

static int strict_fail(Run *r, ErrCode code, const char *what)
{
    return r->path->strict ? RAISE(r->err, code, "%s", what) : 0;
}

/* ---- numbers ---- */

typedef struct Number {
    i128 v;
    unsigned scale;
} Number;

static bool number_of(const JsonNode *n, Number *ret)
{
    unsigned precision;
    return n->type == JT_NUMBER && decimal_parse_any(n->str, &ret->v, &precision, &ret->scale) == 0;
}

static int put_number(Run *r, JsonItems *ret, Number v)
{
    char text[DECIMAL_TEXT_MAX];
    JsonNode *n = json_new(r->arena, JT_NUMBER);
    size_t len = (size_t)decimal_print(v.v, v.scale, text);
    if (!n)
        return RAISE_NOMEM(r->err);
    n->str = (Str){arena_strndup(r->arena, text, len), len};
    return n->str.p ? put(r, ret, n) : RAISE_NOMEM(r->err);
}

static int out_of_range(Run *r)
{
    return RAISE(r->err, ERR_NUMERIC_RANGE, "a number of jsonpath is out of range");
}

static int align(Run *r, Number *a, Number *b)
{
    unsigned scale = MAX(a->scale, b->scale);
    if (decimal_rescale(a->v, a->scale, scale, &a->v) < 0 || decimal_rescale(b->v, b->scale, scale, &b->v) < 0)
        return out_of_range(r);
    a->scale = b->scale = scale;
    return 0;
}

/* Digits of a quotient as NUMERIC counts them: sixteen, by groups of four. */
static unsigned quotient_scale(Number a, Number b)
{
    int weight[2];
    unsigned lead[2];
    for (unsigned k = 0; k < 2; k++) {
        Number n = k ? b : a;
        u128 m = n.v < 0 ? -(u128)n.v : (u128)n.v;
        int digits = 0;
        for (u128 d = m; d; d /= 10)
            digits++;
        int before = digits - (int)n.scale; /* digits before the point, negative: zeros behind it */
        weight[k] = before > 0 ? (before - 1) / 4 : -((3 - before) / 4);
        int keep = before - weight[k] * 4; /* digits in the first group */
        u128 group = m;
        for (int d = digits; d > keep && d > 0; d--)
            group /= 10;
        lead[k] = (unsigned)group;
    }
    int w = weight[0] - weight[1] - (lead[0] <= lead[1]);
    int scale = 16 - 4 * w;
    scale = MAX(scale, (int)MAX(a.scale, b.scale));
    return (unsigned)MIN(MAX(scale, 0), 30);
}

static int divide(Run *r, Number a, Number b, bool rest, Number *ret)
{
    if (b.v == 0)
        return RAISE(r->err, ERR_DIVISION_BY_ZERO, "division by zero");
    unsigned scale = quotient_scale(a, b);
    TRY(align(r, &a, &b));
    if (rest) {
        *ret = (Number){a.v % b.v, a.scale};
        return 0;
    }
    i128 whole = a.v / b.v, left = a.v % b.v, digits = whole;
    for (unsigned k = 0; k < scale; k++) {
        if (__builtin_mul_overflow(left, (i128)10, &left) || __builtin_mul_overflow(digits, (i128)10, &digits))
            return out_of_range(r);
        digits += left / b.v;
        left %= b.v;
    }
    u128 twice = (u128)(left < 0 ? -left : left) * 2, by = b.v < 0 ? -(u128)b.v : (u128)b.v;
    if (twice >= by)
        digits += (a.v < 0) != (b.v < 0) ? -1 : 1;
    *ret = (Number){digits, scale};
    return 0;
}

static int one_number(Run *r, const PathNode *n, const char *side, Number *ret)
{
    JsonItems list = {0}, flat;
    TRY(run_node(r, n, &list));
    TRY(unwrap(r, &list, &flat));
    if (flat.n != 1 || flat.first->node->type != JT_NUMBER)
        return RAISE(r->err, ERR_JSON_ONE, "%s operand of a jsonpath operator is not a single numeric value", side);
    return number_of(flat.first->node, ret) ? 0 : out_of_range(r);
}

static int run_arithmetic(Run *r, const PathNode *n, JsonItems *ret)
{
    Number a, b, v = {0};
    TRY(one_number(r, n->left, "left", &a));
    TRY(one_number(r, n->right, "right", &b));
    switch (n->kind) {
    case PATH_MUL:
        if (__builtin_mul_overflow(a.v, b.v, &v.v))
            return out_of_range(r);
        v.scale = a.scale + b.scale;
        break;
    case PATH_DIV:
    case PATH_MOD: TRY(divide(r, a, b, n->kind == PATH_MOD, &v)); break;
    default:
        TRY(align(r, &a, &b));
        if (n->kind == PATH_ADD ? __builtin_add_overflow(a.v, b.v, &v.v) : __builtin_sub_overflow(a.v, b.v, &v.v))
            return out_of_range(r);
        v.scale = a.scale;
        break;
    }
    return v.scale > DECIMAL_DIGITS_MAX ? out_of_range(r) : put_number(r, ret, v);
}

static int run_sign(Run *r, const PathNode *n, JsonItems *ret)
{
    JsonItems list = {0}, flat;
    Number v;
    TRY(run_node(r, n->left, &list));
    TRY(unwrap(r, &list, &flat));
    EACH_ITEM(i, flat)
    {
        if (i->node->type != JT_NUMBER)
            return RAISE(r->err, ERR_JSON_NUMBER, "operand of a unary jsonpath operator is not a numeric value");
        if (!number_of(i->node, &v))
            return out_of_range(r);
        v.v = n->kind == PATH_MINUS ? -v.v : v.v;
        TRY(put_number(r, ret, v));
    }
    return 0;
}

/* ---- accessors ---- */

static int run_key(Run *r, const PathNode *n, const JsonItems *from, JsonItems *ret)
{
    JsonItems flat;
    TRY(unwrap(r, from, &flat));
    EACH_ITEM(i, flat)
    {
        if (i->node->type != JT_OBJECT) {
            TRY(strict_fail(r, ERR_JSON_MEMBER, "jsonpath member accessor can only be applied to an object"));
            continue;
        }
        for (JsonNode *m = i->node->first; m && n->kind == PATH_ANY_KEY; m = m->next)
            TRY(put(r, ret, m));
        JsonNode *m = n->kind == PATH_KEY ? json_member(i->node, n->text) : NULL;
        if (m)
            TRY(put(r, ret, m));
        else if (n->kind == PATH_KEY && r->path->strict)
            return RAISE(r->err, ERR_JSON_MEMBER, "JSON object does not contain key \"%.*s\"", (int)MIN(n->text.n, 64), n->text.p);
    }
    return 0;
}

static int subscript(Run *r, const PathNode *n, int64_t *ret)
{
    JsonItems list = {0};
    Number v;
    TRY(run_node(r, n, &list));
    if (list.n != 1 || !number_of(list.first->node, &v))
        return RAISE(r->err, ERR_JSON_SUBSCRIPT, "jsonpath array subscript is not a single numeric value");
    while (v.scale > 0) {
        v.v /= 10;
        v.scale--;
    }
    if (v.v > INT32_MAX || v.v < INT32_MIN)
        return RAISE(r->err, ERR_JSON_SUBSCRIPT, "jsonpath array subscript is out of integer range");
    *ret = (int64_t)v.v;
    return 0;
}

static int run_subscripts(Run *r, const PathNode *n, JsonNode *array, JsonItems *ret)
{
    int64_t size = array->type == JT_ARRAY ? array->n : 1, outer = r->last;
    r->last = size - 1;
    for (const PathNode *s = n->right; s; s = s->next) {
        int64_t from, to;
        TRY(subscript(r, s->left, &from));
        to = from;
        if (s->right)
            TRY(subscript(r, s->right, &to));
        if (r->path->strict && (from < 0 || from > to || to >= size))
            return RAISE(r->err, ERR_JSON_SUBSCRIPT, "jsonpath array subscript is out of bounds");
        for (int64_t i = MAX(from, 0); i <= MIN(to, size - 1); i++)
            TRY(put(r, ret, array->type == JT_ARRAY ? json_element(array, i) : array));
    }
    r->last = outer;
    return 0;
}

static int run_elements(Run *r, const PathNode *n, const JsonItems *from, JsonItems *ret)
{
    EACH_ITEM(i, *from)
    {
        if (i->node->type != JT_ARRAY && r->path->strict)
            return RAISE(r->err, ERR_JSON_ARRAY, "jsonpath %s accessor can only be applied to an array",
                         n->kind == PATH_SUBSCRIPTS ? "array" : "wildcard array");
        if (n->kind == PATH_SUBSCRIPTS) {
            TRY(run_subscripts(r, n, i->node, ret));
        } else if (i->node->type != JT_ARRAY) {
            TRY(put(r, ret, i->node));
        } else {
            for (JsonNode *m = i->node->first; m; m = m->next)
                TRY(put(r, ret, m));
        }
    }
    return 0;
}

static int descend(Run *r, const PathNode *n, JsonNode *at, uint32_t level, JsonItems *ret)
{
    bool leaf = at->type < JT_ARRAY;
    if ((level >= n->from && level <= n->to) || (n->from == UINT32_MAX && leaf))
        TRY(put(r, ret, at));
    for (JsonNode *m = at->first; m && level < n->to; m = m->next)
        TRY(descend(r, n, m, level + 1, ret));
    return 0;
}

static int run_filter(Run *r, const PathNode *n, const JsonItems *from, JsonItems *ret)
{
    JsonItems flat;
    JsonNode *outer = r->current;
    TRY(unwrap(r, from, &flat));
    EACH_ITEM(i, flat)
    {
        Truth t;
        r->current = i->node;
        TRY(run_condition(r, n->right, &t));
        if (t == YES)
            TRY(put(r, ret, i->node));
    }
    r->current = outer;
    return 0;
}

/* ---- methods ---- */

static int put_text(Run *r, JsonItems *ret, JsonType type, const char *text)
{
    JsonNode *n = json_new(r->arena, type);
    if (!n)
        return RAISE_NOMEM(r->err);
    n->str = (Str){arena_strndup(r->arena, text, strlen(text)), strlen(text)};
    return n->str.p ? put(r, ret, n) : RAISE_NOMEM(r->err);
}

static int put_double(Run *r, const JsonNode *n, JsonItems *ret)
{
    double d;
    char text[32];
    if (n->type != JT_NUMBER && n->type != JT_STRING)
        return RAISE(r->err, ERR_JSON_NUMBER, "jsonpath item method .double() can only be applied to a string or numeric value");
    if (!str_to_f64(n->str, &d) || !__builtin_isfinite(d))
        return RAISE(r->err, ERR_JSON_NUMBER,
                     "argument of jsonpath item method .double() is not a valid representation of a double");
    f64_print(d, text);
    JsonItems made = {0};
    TRY(put_text(r, &made, JT_NUMBER, text));
    if (json_normalise(made.first->node, r->arena) < 0)
        return out_of_range(r);
    return put(r, ret, made.first->node);
}

static int put_rounded(Run *r, PathMethod method, const JsonNode *n, JsonItems *ret)
{
    static const char *const names[] = {[METHOD_ABS] = "abs", [METHOD_FLOOR] = "floor", [METHOD_CEILING] = "ceiling"};
    Number v;
    if (n->type != JT_NUMBER)
        return RAISE(r->err, ERR_JSON_NUMBER, "jsonpath item method .%s() can only be applied to a numeric value", names[method]);
    if (!number_of(n, &v))
        return out_of_range(r);
    if (method == METHOD_ABS)
        v.v = v.v < 0 ? -v.v : v.v;
    i128 unit = 1;
    for (unsigned k = 0; method != METHOD_ABS && k < v.scale; k++)
        unit *= 10;
    if (method != METHOD_ABS) {
        i128 whole = v.v / unit, rest = v.v % unit;
        whole += method == METHOD_FLOOR ? -(rest < 0) : rest > 0;
        v = (Number){whole, 0};
    }
    return put_number(r, ret, v);
}

static JsonNode *member_of(Run *r, JsonNode *object, const char *key, const JsonNode *value)
{
    JsonNode *m = json_new(r->arena, JT_NULL);
    if (!m)
        return NULL;
    *m = *value;
    m->key = str_of(key);
    json_append(object, m);
    return m;
}

static int put_members(Run *r, const JsonNode *n, JsonItems *ret)
{
    if (n->type != JT_OBJECT)
        return RAISE(r->err, ERR_JSON_OBJECT, "jsonpath item method .keyvalue() can only be applied to an object");
    for (JsonNode *m = n->first; m; m = m->next) {
        JsonNode *pair = json_new(r->arena, JT_OBJECT), key = {.type = JT_STRING, .str = m->key},
                 id = {.type = JT_NUMBER, .str = STR("0")};
        if (!pair || !member_of(r, pair, "id", &id) || !member_of(r, pair, "key", &key) || !member_of(r, pair, "value", m))
            return RAISE_NOMEM(r->err);
        TRY(put(r, ret, pair));
    }
    return 0;
}

static int run_method(Run *r, const PathNode *n, const JsonItems *from, JsonItems *ret)
{
    static const char *const types[] = {"null", "boolean", "number", "string", "array", "object"};
    JsonItems list = *from;
    if (n->method != METHOD_TYPE && n->method != METHOD_SIZE)
        TRY(unwrap(r, from, &list));
    EACH_ITEM(i, list)
    {
        switch (n->method) {
        case METHOD_TYPE: {
            bool time = i->node->type == JT_STRING && i->node->n;
            TRY(put_text(r, ret, JT_STRING, time ? jsonpath_time_name(i->node->n) : types[i->node->type]));
            break;
        }
        case METHOD_DATETIME: {
            JsonNode *made;
            TRY(jsonpath_datetime(i->node, r->arena, &made, r->err));
            TRY(put(r, ret, made));
            break;
        }
        case METHOD_SIZE: {
            bool array = i->node->type == JT_ARRAY;
            if (!array)
                TRY(strict_fail(r, ERR_JSON_ARRAY, "jsonpath item method .size() can only be applied to an array"));
            TRY(put_number(r, ret, (Number){array ? i->node->n : 1, 0}));
            break;
        }
        case METHOD_DOUBLE: TRY(put_double(r, i->node, ret)); break;
        case METHOD_KEYVALUE: TRY(put_members(r, i->node, ret)); break;
        default: TRY(put_rounded(r, n->method, i->node, ret)); break;
        }
    }
    return 0;
}

/* ---- conditions ---- */

static int compare_scalars(const JsonNode *a, const JsonNode *b)
{
    Number x, y;
    double d = 0, e = 0;
    if (a->type == JT_STRING)
        return str_cmp(a->str, b->str);
    if (a->type == JT_BOOL)
        return (int)a->b - (int)b->b;
    if (a->type != JT_NUMBER)
        return 0;
    if (number_of(a, &x) && number_of(b, &y)) {
        Value v = {.type = TYPE_DECIMAL(38, x.scale), .dec = x.v}, w = {.type = TYPE_DECIMAL(38, y.scale), .dec = y.v};
        return value_cmp(&v, &w);
    }
    (void)str_to_f64(a->str, &d);
    (void)str_to_f64(b->str, &e);
    return (d > e) - (d < e);
}

static Truth truth_of(bool v)
{
    return v ? YES : NO;
}

static int compare(Run *r, PathKind op, const JsonNode *a, const JsonNode *b, Truth *ret)
{
    int c = 0;
    *ret = UNKNOWN;
    if (a->type != b->type) {
        if (a->type == JT_NULL || b->type == JT_NULL)
            *ret = truth_of(op == PATH_NE);
        return 0;
    }
    if (a->type >= JT_ARRAY)
        return 0;
    if (a->type == JT_STRING && (a->n || b->n)) {
        int rc = jsonpath_time_cmp(a, b, r->zones, &c, r->err);
        if (rc <= 0)
            return rc;
    } else {
        c = compare_scalars(a, b);
    }
    switch (op) {
    case PATH_EQ: *ret = truth_of(c == 0); break;
    case PATH_NE: *ret = truth_of(c != 0); break;
    case PATH_LT: *ret = truth_of(c < 0); break;
    case PATH_LE: *ret = truth_of(c <= 0); break;
    case PATH_GT: *ret = truth_of(c > 0); break;
    default: *ret = truth_of(c >= 0);
    }
    return 0;
}

static int test_pair(Run *r, const PathNode *n, RegexRun *regex, const JsonNode *a, const JsonNode *b, Truth *ret)
{
    if (n->kind != PATH_STARTS && n->kind != PATH_REGEX)
        return compare(r, n->kind, a, b, ret);
    *ret = UNKNOWN;
    if (a->type != JT_STRING || (n->kind == PATH_STARTS && b->type != JT_STRING))
        return 0;
    *ret = truth_of(n->kind == PATH_STARTS ? str_starts(a->str, b->str) : regex_match(n->regex, regex, a->str, 0, NULL, NULL) == 1);
    return 0;
}

/* Some pair of items: a strict path looks at all of them for errors first. */
static int run_pairs(Run *r, const PathNode *n, Truth *ret)
{
    static JsonNode nothing;
    JsonItems a = {0}, b = {0}, left, right;
    RegexRun *regex = n->kind == PATH_REGEX ? regex_run_new(r->arena) : NULL;
    Err ignored = ERR_INIT, *err = r->err;
    bool unknown = false, found = false;
    r->err = &ignored; /* errors make the condition unknown */
    int rc = run_node(r, n->left, &a);
    if (rc >= 0 && n->right)
        rc = run_node(r, n->right, &b);
    r->err = err;
    *ret = UNKNOWN;
    if (rc == -ERR_OUT_OF_MEMORY || (n->kind == PATH_REGEX && !regex))
        return RAISE_NOMEM(err);
    if (rc == -ERR_UNDEFINED_OBJECT) /* a variable that is not there is no matter of the document */
        return RAISE(err, ERR_UNDEFINED_OBJECT, "%s", ignored.message);
    if (rc < 0)
        return 0;
    TRY(unwrap(r, &a, &left));
    TRY(unwrap(r, &b, &right));
    if (!n->right)
        TRY(put(r, &right, &nothing));
    EACH_ITEM(i, left)
    EACH_ITEM(j, right)
    {
        Truth t;
        TRY(test_pair(r, n, regex, i->node, j->node, &t));
        unknown |= t == UNKNOWN;
        found |= t == YES;
        if (found && !r->path->strict) {
            *ret = YES;
            return 0;
        }
    }
    *ret = unknown ? UNKNOWN : truth_of(found);
    return 0;
}

static int run_exists(Run *r, const PathNode *n, Truth *ret)
{
    JsonItems list = {0};
    Err ignored = ERR_INIT, *err = r->err;
    r->err = &ignored;
    int rc = run_node(r, n->left, &list);
    r->err = err;
    if (rc == -ERR_OUT_OF_MEMORY)
        return RAISE_NOMEM(err);
    *ret = rc < 0 ? UNKNOWN : truth_of(list.n > 0);
    return 0;
}

static int run_condition(Run *r, const PathNode *n, Truth *ret)
{
    Truth a, b;
    switch (n->kind) {
    case PATH_AND:
    case PATH_OR: {
        Truth decided = n->kind == PATH_AND ? NO : YES;
        TRY(run_condition(r, n->left, &a));
        if (a == decided) {
            *ret = a;
            return 0;
        }
        TRY(run_condition(r, n->right, &b));
        *ret = b == decided ? b : a == UNKNOWN || b == UNKNOWN ? UNKNOWN : a;
        return 0;
    }
    case PATH_NOT:
        TRY(run_condition(r, n->left, &a));
        *ret = a == UNKNOWN ? UNKNOWN : truth_of(a == NO);
        return 0;
    case PATH_IS_UNKNOWN:
        TRY(run_condition(r, n->left, &a));
        *ret = truth_of(a == UNKNOWN);
        return 0;
    case PATH_EXISTS: return run_exists(r, n, ret);
    default: return run_pairs(r, n, ret);
    }
}

/* ---- nodes ---- */

static int run_leaf(Run *r, const PathNode *n, JsonItems *ret)
{
    switch (n->kind) {
    case PATH_ROOT: return put(r, ret, r->root);
    case PATH_CURRENT: return put(r, ret, r->current);
    case PATH_LITERAL: return put(r, ret, (JsonNode *)&n->literal);
    case PATH_LAST:
        if (r->last < 0)
            return RAISE(r->err, ERR_SYNTAX, "LAST is allowed only in array subscripts");
        return put_number(r, ret, (Number){r->last, 0});
    default: {
        JsonNode *v = r->vars && r->vars->type == JT_OBJECT ? json_member(r->vars, n->text) : NULL;
        if (!v)
            return RAISE(r->err, ERR_UNDEFINED_OBJECT, "could not find jsonpath variable \"%.*s\"", (int)MIN(n->text.n, 64),
                         n->text.p);
        return put(r, ret, v);
    }
    }
}

static int run_accessor(Run *r, const PathNode *n, JsonItems *ret)
{
    JsonItems from = {0};
    TRY(run_node(r, n->left, &from));
    switch (n->kind) {
    case PATH_KEY:
    case PATH_ANY_KEY: return run_key(r, n, &from, ret);
    case PATH_ANY_ELEMENT:
    case PATH_SUBSCRIPTS: return run_elements(r, n, &from, ret);
    case PATH_FILTER: return run_filter(r, n, &from, ret);
    case PATH_METHOD: return run_method(r, n, &from, ret);
    default:
        EACH_ITEM(i, from)
        TRY(descend(r, n, i->node, 0, ret));
        return 0;
    }
}

static int run_node(Run *r, const PathNode *n, JsonItems *ret)
{
    if (n->kind <= PATH_LITERAL)
        return run_leaf(r, n, ret);
    if (n->kind <= PATH_METHOD)
        return run_accessor(r, n, ret);
    if (n->kind <= PATH_MOD)
        return run_arithmetic(r, n, ret);
    if (n->kind <= PATH_MINUS)
        return run_sign(r, n, ret);
    Truth t;
    TRY(run_condition(r, n, &t));
    JsonNode *v = json_new(r->arena, t == UNKNOWN ? JT_NULL : JT_BOOL);
    if (!v)
        return RAISE_NOMEM(r->err);
    v->b = t == YES;
    return put(r, ret, v);
}

int jsonpath_run(const JsonPath *path, JsonNode *root, const JsonNode *vars, bool zones, Arena *arena, JsonItems *ret, Err *err)
{
    Run r = {.path = path, .root = root, .current = root, .vars = vars, .zones = zones, .last = -1, .arena = arena, .err = err};
    *ret = (JsonItems){0};
    return run_node(&r, path->root, ret);
}
