/* SPDX-License-Identifier: Apache-2.0
 *
 * Overload resolution over the families' tables, after PostgreSQL (its chapter "Type Conversion"): candidates whose arguments are
 * reachable by implicit casts; of these the ones with most exact matches, then with most preferred types where a cast is needed;
 * untyped literals first take the type of the other operand, then text, then the preferred type of the only category left. */
#include "func/func.h"

#include <ctype.h>
#include <stdio.h>

#include "func/agg.h"
#include "func/cast.h"
#include "data/nested.h"
#include "func/func_impl.h"

static const FuncDef *const families[] = {fn_arith,        fn_math,          fn_text,       fn_text_edit,     fn_match,
                                          fn_time,         fn_date,          fn_logic,      fn_cond,          fn_stream,
                                          fn_sequence,     fn_lock,          fn_window,     fn_number,        fn_bytes,
                                          fn_quote,        fn_zone,          fn_format,     fn_format_number, fn_info,
                                          fn_array,        fn_json,          fn_jsonb,      fn_json_make,     fn_json_standard,
                                          fn_regex,        fn_array_more,    fn_array_list, fn_date_dialect,  fn_bytes_edit,
                                          fn_bits,         fn_text_parse,    fn_session,    fn_net,           fn_trig,
                                          fn_to_number,    fn_overlaps,      fn_jsonpath,   fn_array_dims,    fn_array_set,
                                          fn_jsonb_assign, fn_json_populate, fn_sample,     fn_record,        fn_map,
                                          fn_enum,         fn_catalog,       fn_lookup,     fn_match_any,     fn_range,
                                          fn_multirange};

const FuncDef *func_next(FuncCursor *c)
{
    for (; c->family < ARRAY_LEN(families); c->family++, c->index = 0) {
        const FuncDef *d = &families[c->family][c->index];
        if (d->name) {
            c->index++;
            c->n++;
            return d;
        }
    }
    return NULL;
}

/* As func_next for the functions of a name; most others differ in the first letter. */
static const FuncDef *next_named(FuncCursor *c, Str name)
{
    for (const FuncDef *d; name.n > 0 && (d = func_next(c));)
        if (d->name[0] == name.p[0] && str_eq(str_of(d->name), name))
            return d;
    return NULL;
}

bool func_exists(Str name)
{
    return next_named(&(FuncCursor){0}, name) != NULL;
}

const char *func_arg_names(Str name)
{
    FuncCursor c = {0};
    for (const FuncDef *d; (d = next_named(&c, name));)
        if (d->arg_names)
            return d->arg_names;
    return NULL;
}

#define CANDIDATES_MAX 64
typedef struct Candidate {
    const FuncDef *def;
    uint32_t n_exact, n_preferred;
} Candidate;

static uint8_t pattern_at(const FuncDef *d, uint32_t i)
{
    uint32_t last = d->n_args ? d->n_args - 1u : 0;
    return d->arg[MIN(i, last)];
}

static bool takes_count(const FuncDef *d, uint32_t n)
{
    return d->flags & FN_VARIADIC ? n >= d->n_args : n == d->n_args;
}

static bool is_preferred(uint8_t pattern)
{
    return pattern == T_F64 || pattern == T_TEXT || pattern == T_TSTZ || pattern == T_INTERVAL || pattern == T_BOOL;
}

/* Of the arguments at ANYRANGE and ANYMULTIRANGE positions; UNKNOWN when none is one. */
static TypeId range_type(const FuncDef *d, const Type *args, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (pattern_at(d, i) == TP_ANYRANGE && type_is_range((TypeId)args[i].id))
            return (TypeId)args[i].id;
        else if (pattern_at(d, i) == TP_ANYMULTIRANGE && type_is_multirange((TypeId)args[i].id))
            return type_range_of((TypeId)args[i].id);
    return T_UNKNOWN;
}

/* Which of the two the pattern means. */
static TypeId range_at(uint8_t pattern, TypeId range)
{
    return pattern == TP_ANYMULTIRANGE ? type_multirange_of(range) : range;
}

/* Whether all others fit that range. */
static bool fit_range(const FuncDef *d, const Type *args, uint32_t n, TypeId range)
{
    for (uint32_t i = 0; i < n; i++) {
        uint8_t p = pattern_at(d, i);
        bool is_range = p == TP_ANYRANGE || p == TP_ANYMULTIRANGE;
        if ((is_range && args[i].id != T_UNKNOWN && args[i].id != range_at(p, range)) ||
            (p == TP_ANYELEMENT && !cast_is_implicit(args[i], type_bound(range))))
            return false;
    }
    return true;
}

/* Common type of the arguments at ANYELEMENT positions and of the elements at ANYARRAY ones; UNKNOWN when all are unknown. */
static int element_type(const FuncDef *d, const Type *args, uint32_t n, Type *ret)
{
    Type t = TYPE(UNKNOWN);
    TypeId range = range_type(d, args, n);
    if (range != T_UNKNOWN) {
        *ret = type_bound(range);
        return fit_range(d, args, n, range) ? 0 : -ERR_DATATYPE_MISMATCH;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint8_t p = pattern_at(d, i);
        if (p == TP_ANYELEMENT)
            TRY(cast_common_type(t, args[i], &t));
        else if (p == TP_ANYARRAY && args[i].id == T_ARRAY)
            TRY(cast_common_type(t, type_element(args[i]), &t));
    }
    for (uint32_t i = 0; i < n; i++)
        if (args[i].id == T_UNKNOWN)
            t = type_unlimited(t);
    *ret = t;
    return 0;
}

static bool score(const FuncDef *d, const Type *args, uint32_t n, Candidate *ret)
{
    Type element;
    *ret = (Candidate){.def = d};
    if (element_type(d, args, n, &element) < 0)
        return false;
    bool has_array = false;
    TypeId range = range_type(d, args, n);
    for (uint32_t i = 0; i < n; i++)
        has_array |= (pattern_at(d, i) == TP_ANYARRAY && args[i].id == T_ARRAY);
    has_array |= range != T_UNKNOWN;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t p = pattern_at(d, i);
        TypeId t = args[i].id;
        bool of_element =
            t == T_ARRAY && ((p == TP_TEXTARRAY && args[i].element == T_TEXT) || (p == TP_INTARRAY && args[i].element == T_I32));
        if (p == t || of_element || (p == TP_ANYNUMERIC && type_is_numeric(t)) || (p == TP_ANYARRAY && t == T_ARRAY) ||
            ((p == TP_ANYRANGE || p == TP_ANYMULTIRANGE) && range != T_UNKNOWN && t == range_at(p, range)))
            ret->n_exact++;
        else if (t == T_UNKNOWN && (p == T_STRUCT || p == T_MAP))
            return false;
        else if (((p == TP_ANYRANGE || p == TP_ANYMULTIRANGE) && range == T_UNKNOWN) || (p == TP_ANYARRAY && t != T_UNKNOWN) ||
                 (p == TP_TO_TEXT && t == T_ARRAY))
            return false;
        else if (p == TP_ANYELEMENT && has_array && t == element.id)
            ret->n_exact++;
        else if (t == T_UNKNOWN && (d->flags & FN_TYPED))
            return false;
        else if (t == T_UNKNOWN || p == TP_ANY || p == TP_ANYELEMENT || p == TP_TO_TEXT)
            continue;
        else if (p < N_TYPES && cast_is_implicit(args[i], (Type){.id = p}))
            ret->n_preferred += is_preferred(p);
        else
            return false;
    }
    return true;
}

/* Keeps the candidates for which `keep` holds, if there is one. */
static uint32_t narrow(Candidate *c, uint32_t n, bool (*keep)(const Candidate *c, const void *with), const void *with)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        kept += keep(&c[i], with);
    if (kept == 0)
        return n;
    kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (keep(&c[i], with))
            c[kept++] = c[i];
    }
    return kept;
}

typedef struct Asked {
    const Type *args;
    uint32_t n, at;
    uint32_t most;
    TypeId same;
} Asked;

static bool has_most_exact(const Candidate *c, const void *with)
{
    return c->n_exact == ((const Asked *)with)->most;
}
static bool has_most_preferred(const Candidate *c, const void *with)
{
    return c->n_preferred == ((const Asked *)with)->most;
}
static bool takes_text(const Candidate *c, const void *with)
{
    return pattern_at(c->def, ((const Asked *)with)->at) == T_TEXT;
}
static bool takes_preferred(const Candidate *c, const void *with)
{
    return is_preferred(pattern_at(c->def, ((const Asked *)with)->at));
}
static bool takes_same(const Candidate *c, const void *with)
{
    const Asked *a = with;
    for (uint32_t i = 0; i < a->n; i++) {
        if (pattern_at(c->def, i) != a->same)
            return false;
    }
    return true;
}

static uint32_t narrow_most(Candidate *c, uint32_t n, Asked *asked)
{
    asked->most = 0;
    for (uint32_t i = 0; i < n; i++)
        asked->most = MAX(asked->most, c[i].n_exact);
    n = narrow(c, n, has_most_exact, asked);
    asked->most = 0;
    for (uint32_t i = 0; i < n; i++)
        asked->most = MAX(asked->most, c[i].n_preferred);
    return narrow(c, n, has_most_preferred, asked);
}

static uint32_t narrow_unknown(Candidate *c, uint32_t n, Asked *asked)
{
    bool has_known = false, one_known_type = true;
    for (uint32_t i = 0; i < asked->n; i++) {
        TypeId t = asked->args[i].id;
        if (t == T_UNKNOWN)
            continue;
        one_known_type &= !has_known || t == asked->same;
        asked->same = t;
        has_known = true;
    }
    if (has_known && one_known_type)
        n = narrow(c, n, takes_same, asked);
    for (asked->at = 0; n > 1 && asked->at < asked->n; asked->at++) {
        if (asked->args[asked->at].id == T_UNKNOWN) {
            n = narrow(c, n, takes_text, asked);
            n = narrow(c, n, takes_preferred, asked);
        }
    }
    return n;
}

static Type argument_type(uint8_t pattern, Type given, Type element)
{
    if (pattern == TP_ANYELEMENT)
        return element.id == T_UNKNOWN ? TYPE(TEXT) : element;
    if (pattern == TP_ANYARRAY)
        return type_array(element.id == T_UNKNOWN ? TYPE(TEXT) : element);
    if (pattern == TP_TO_TEXT)
        return TYPE(TEXT);
    if (pattern == TP_TEXTARRAY)
        return type_array(TYPE(TEXT));
    if (pattern == TP_INTARRAY)
        return type_array(TYPE(I32));
    if (pattern == TP_ANYNUMERIC)
        return given.id == T_UNKNOWN ? TYPE(F64) : given;
    if (pattern == TP_ANY)
        return given.id == T_UNKNOWN ? TYPE(TEXT) : given;
    if (pattern == given.id && (pattern == T_ARRAY || pattern == T_BITS || given.nested))
        return given;
    if (pattern == T_ARRAY)
        return type_array(TYPE(TEXT));
    if (pattern == T_DECIMAL) {
        switch ((TypeId)given.id) {
        case T_DECIMAL: return given;
        case T_I16: return TYPE_DECIMAL(5, 0);
        case T_I32: return TYPE_DECIMAL(10, 0);
        case T_I64: return TYPE_DECIMAL(19, 0);
        default: return TYPE_NUMERIC;
        }
    }
    return (Type){.id = pattern};
}

static int match_fill(const FuncDef *d, const Type *args, uint32_t n, Span at, FuncMatch *ret, Err *err)
{
    Type element = TYPE(UNKNOWN);
    TRY(element_type(d, args, n, &element));
    ret->def = d;
    TypeId range = range_type(d, args, n);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t p = pattern_at(d, i);
        bool is_range = p == TP_ANYRANGE || p == TP_ANYMULTIRANGE;
        ret->arg[i] = is_range ? (Type){.id = (uint8_t)range_at(p, range)} : argument_type(p, args[i], element);
    }
    if (d->ret_type) {
        int rc = d->ret_type(ret->arg, n, &ret->ret, err);
        if (rc < 0 && err && span_is_none(err->at))
            err->at = at;
        return rc;
    }
    bool of_arguments = d->ret == TP_ANYELEMENT || d->ret == TP_ANYARRAY,
         of_range = d->ret == TP_ANYRANGE || d->ret == TP_ANYMULTIRANGE;
    ret->ret = of_range       ? (Type){.id = (uint8_t)range_at(d->ret, range)}
               : of_arguments ? argument_type(d->ret, element, element)
                              : (Type){.id = d->ret};
    return 0;
}

/* As messages say it: PostgreSQL's names where the type's own is another one. */
static const char *said_name(Type t)
{
    switch ((TypeId)t.id) {
    case T_DECIMAL: return "numeric";
    case T_STRUCT: return "record";
    case T_TS: return "timestamp without time zone";
    case T_TIME: return "time without time zone";
    default: return type_id_name(t.id);
    }
}

void func_print_types(const Type *args, uint32_t n, const char *separator, char *buf, size_t cap)
{
    size_t at = 0;
    buf[0] = '\0';
    for (uint32_t i = 0; i < n && at + 1 < cap; i++) {
        bool array = args[i].id == T_ARRAY;
        const char *name = said_name(array ? type_element(args[i]) : args[i]);
        int len = snprintf(buf + at, cap - at, "%s%s%s", i ? separator : "", name, array ? "[]" : "");
        at += (size_t)MAX(len, 0);
    }
    for (char *p = buf; *p; p++)
        *p = (char)tolower((unsigned char)*p);
}

static const char *nearer(Str name, const char *of, unsigned *distance, const char *best)
{
    unsigned d = *distance > 1 ? str_distance(name, str_of(of), *distance) : *distance;
    if (d >= *distance || d >= MAX(name.n, strlen(of)))
        return best;
    *distance = d;
    return of;
}

const char *func_nearest(Str name)
{
    unsigned distance = 2 + (unsigned)(name.n / 4);
    const char *best = NULL;
    FuncCursor c = {0};
    const AggType *agg;
    for (uint32_t i = 0; (agg = agg_at(i)); i++) /* first: "sun" is rather sum than sin */
        best = nearer(name, agg->name, &distance, best);
    for (const FuncDef *d; (d = func_next(&c));)
        if (!(d->flags & (FN_OPERATOR | FN_INTERNAL)))
            best = nearer(name, d->name, &distance, best);
    return best;
}

static int no_match(Str name, const Type *args, uint32_t n, Span at, bool is_operator, bool known, Err *err)
{
    char types[256], sep[40];
    int rc;
    bool like = str_eq(name, STR("like")), ilike = str_eq(name, STR("ilike"));
    if (n == 2 && (like || ilike)) { /* LIKE is an operator, too */
        name = like ? STR("~~") : STR("~~*");
        is_operator = true;
    }
    if (is_operator && n == 2) {
        snprintf(sep, sizeof(sep), " %.*s ", (int)name.n, name.p);
        func_print_types(args, n, sep, types, sizeof(types));
        rc = RAISE_AT(err, ERR_UNDEFINED_FUNCTION, at, "operator does not exist: %s", types);
    } else {
        func_print_types(args, n, ", ", types, sizeof(types));
        if (is_operator)
            rc = RAISE_AT(err, ERR_UNDEFINED_FUNCTION, at, "operator does not exist: %.*s %s", (int)name.n, name.p, types);
        else
            rc = RAISE_AT(err, ERR_UNDEFINED_FUNCTION, at, "function %.*s(%s) does not exist", (int)name.n, name.p, types);
    }
    if (known)
        err_hint(err, "No %s matches the argument types. An explicit cast may help.",
                 is_operator ? "operator" : "function of this name");
    else if (func_nearest(name))
        err_hint(err, "Did you mean %s()?", func_nearest(name));
    return rc;
}

static int not_unique(Str name, const Type *args, uint32_t n, Span at, bool is_operator, Err *err)
{
    char types[256], sep[40] = ", ";
    if (is_operator)
        snprintf(sep, sizeof(sep), " %.*s ", (int)name.n, name.p);
    func_print_types(args, n, sep, types, sizeof(types));
    if (is_operator && n == 1)
        (void)RAISE_AT(err, ERR_AMBIGUOUS_FUNCTION, at, "operator is not unique: %.*s %s", (int)name.n, name.p, types);
    else if (is_operator)
        (void)RAISE_AT(err, ERR_AMBIGUOUS_FUNCTION, at, "operator is not unique: %s", types);
    else
        (void)RAISE_AT(err, ERR_AMBIGUOUS_FUNCTION, at, "function %.*s(%s) is not unique", (int)name.n, name.p, types);
    err_hint(err, "An explicit cast of an argument chooses one.");
    return -ERR_AMBIGUOUS_FUNCTION;
}

static uint8_t any_of_bounds(TypeId id)
{
    return type_is_range(id) ? TP_ANYRANGE : type_is_multirange(id) ? TP_ANYMULTIRANGE : TP_NONE;
}

/* Operators: an untyped literal beside a typed operand has the other's type, if there is an operator of exactly that type. */
static bool try_same_type(Str name, const Type *args, FuncMatch *ret, Err *err)
{
    bool first = args[0].id == T_UNKNOWN;
    if (first == (args[1].id == T_UNKNOWN))
        return false;
    Type same[2] = {args[first], args[first]};
    FuncCursor c = {0};
    for (const FuncDef *d; (d = next_named(&c, name));) {
        uint8_t any = same[0].id == T_ARRAY ? TP_ANYARRAY : any_of_bounds((TypeId)same[0].id);
        bool both = any != TP_NONE && d->arg[0] == any && d->arg[1] == any;
        if ((d->flags & FN_OPERATOR) && d->n_args == 2 && (both || (d->arg[0] == same[0].id && d->arg[1] == same[0].id)))
            return match_fill(d, same, 2, SPAN_NONE, ret, err) == 0;
    }
    return false;
}

int func_resolve(Str name, const Type *args, uint32_t n_args, Span at, FuncMatch *ret, Err *err)
{
    Candidate c[CANDIDATES_MAX];
    uint32_t n = 0;
    bool known = false, is_operator = name.n > 0 && !isalpha((unsigned char)name.p[0]) && name.p[0] != '_';
    if (n_args > CALL_ARGS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, at, "more than %d arguments", CALL_ARGS_MAX);
    if (n_args == 2 && try_same_type(name, args, ret, err))
        return 0;
    FuncCursor at_def = {0};
    for (const FuncDef *d; (d = next_named(&at_def, name));) {
        if (d->flags & FN_WINDOW)
            return RAISE_AT(err, ERR_WINDOWING, at, "%s() is a window function of GROUP BY and cannot be used here", d->name);
        known = true;
        if (takes_count(d, n_args) && n < CANDIDATES_MAX)
            n += score(d, args, n_args, &c[n]);
    }
    Asked asked = {.args = args, .n = n_args};
    n = narrow_most(c, n, &asked);
    if (n > 1)
        n = narrow_unknown(c, n, &asked);
    if (n == 1)
        return match_fill(c[0].def, args, n_args, at, ret, err);
    if (n == 0)
        return no_match(name, args, n_args, at, is_operator, known, err);
    return not_unique(name, args, n_args, at, is_operator, err);
}

/* Of those that take anything only texts and JSON say what a moment is: comparing and copying do not. */
static bool goes_by(const FuncDef *f, const Type *args, uint32_t n_args, Type ret, bool (*holds)(Type t))
{
    bool reads = f->ret >= N_TYPES, writes = ret.id == T_TEXT || type_is_json((TypeId)ret.id), moment = false;
    for (uint32_t i = 0; i < n_args; i++)
        moment |= holds(args[i]);
    return (writes && moment) || (reads && !moment && (holds(ret) || type_holds(ret, T_TIMETZ)));
}

static bool holds_moment(Type t)
{
    return type_holds(t, T_TSTZ);
}

bool func_is_zoned(const FuncDef *f, const Type *args, uint32_t n_args, Type ret)
{
    return (f->flags & FN_ZONED) || goes_by(f, args, n_args, ret, holds_moment);
}

bool func_is_styled(const FuncDef *f, const Type *args, uint32_t n_args, Type ret)
{
    return goes_by(f, args, n_args, ret, type_has_style);
}
