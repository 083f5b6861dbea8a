/* SPDX-License-Identifier: Apache-2.0
 *
 * The regular expression functions with positions, counts, groups and arrays, as PostgreSQL 15 has them.  Positions count
 * characters from 1.  The matching itself is regex.c's; patterns that do not change are compiled once per process. */
#include "data/record.h"
#include "func/row_run.h"
#include "func/text_impl.h"

typedef struct Matches { /* those of one row, from left to right */
    Regex *re;
    RegexRun *run;
    Str s;
    size_t from;
    bool is_utf8; /* s, as the first match has found */
    const size_t *span;
    uint32_t n_spans, n_groups;
} Matches;

/* The expression of the rows before: mostly that of all rows. */
typedef struct Kept {
    Str pattern, flags;
    Regex *re;
    RegexRun *run;
    uint32_t n_groups;
} Kept;

/* 1, or 0: the row's error. */
static __attribute__((noinline)) int compile_kept(RowRun *t, Str pattern, Str flags)
{
    Err err = ERR_INIT;
    Kept *k = t->kept;
    if (!k) {
        k = t->kept = ARENA_NEW(t->x->arena, Kept);
        if (!k || !(k->run = regex_run_new(t->x->arena)))
            return -ERR_OUT_OF_MEMORY;
    }
    k->re = NULL;
    int rc = regex_compile(t->x->arena, pattern, flags, &k->re, &err);
    if (rc == -ERR_OUT_OF_MEMORY)
        return rc;
    if (rc < 0)
        return ROW_FAIL(t, (ErrCode)-rc, "%s", err.message);
    k->pattern = pattern;
    k->flags = flags;
    k->n_groups = regex_groups(k->re);
    return 1;
}

static inline bool same_place(Str a, Str b)
{
    return a.p == b.p && a.n == b.n;
}

/* Argument `flags` of the call may be missing.  1, or 0: the row's error. */
static int open_matches(RowRun *t, Str flags, size_t from, Matches *ret)
{
    const Kept *k = t->kept;
    Str pattern = row_text(t, 1);
    if (!k || !k->re ||
        !((same_place(k->pattern, pattern) || str_eq(k->pattern, pattern)) &&
          (same_place(k->flags, flags) || str_eq(k->flags, flags)))) {
        int rc = compile_kept(t, pattern, flags);
        if (rc <= 0)
            return rc;
        k = t->kept;
    }
    *ret = (Matches){.re = k->re, .run = k->run, .s = row_text(t, 0), .from = from, .n_groups = k->n_groups};
    return 1;
}

/* What can be wrong with a text is its row's error. */
static int match_error(RowRun *t, int rc)
{
    if (rc == -ERR_PROGRAM_LIMIT)
        return ROW_FAIL(t, ERR_PROGRAM_LIMIT, "regular expression matching exceeded its limit");
    if (rc == -ERR_CHARACTER_NOT_IN_REPERTOIRE)
        return ROW_FAIL(t, ERR_CHARACTER_NOT_IN_REPERTOIRE, "text is not valid UTF-8");
    return rc;
}

/* 1: the next match is in m->span; 0: there is none. */
static int next_match(RowRun *t, Matches *m)
{
    if (m->from > m->s.n)
        return 0;
    int rc = (m->is_utf8 ? regex_match_next : regex_match)(m->re, m->run, m->s, m->from, &m->span, &m->n_spans);
    m->is_utf8 |= rc >= 0;
    if (rc <= 0)
        return match_error(t, rc);
    m->from = m->span[1] > m->span[0] ? m->span[1] : m->span[1] + 1;
    while (m->from < m->s.n && (m->s.p[m->from] & 0xc0) == 0x80)
        m->from++;
    return 1;
}

/* Text of a group, false when it took no part. */
static bool group_text(const Matches *m, uint32_t group, Str *ret)
{
    if (group >= m->n_spans || m->span[2 * group] == SIZE_MAX)
        return false;
    *ret = (Str){m->s.p + m->span[2 * group], m->span[2 * group + 1] - m->span[2 * group]};
    return true;
}

static Str flags_at(const RowRun *t, uint32_t i)
{
    return i < t->n_args ? row_text(t, i) : STR("");
}

/* An INTEGER argument with the least value it may have.  0: the row's error. */
static int int_at(RowRun *t, uint32_t i, int32_t otherwise, int32_t least, const char *name, int32_t *ret)
{
    *ret = row_int(t, i, otherwise);
    if (*ret < least)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "invalid value for parameter \"%s\": %d", name, *ret);
    return 1;
}

static size_t start_offset(Str s, int32_t start)
{
    size_t k = (size_t)start - 1;
    return k == 0 ? 0 : k > text_length(s) ? s.n + 1 : text_offset(s, k);
}

static bool has_flag(Str flags, char c)
{
    return flags.n > 0 && memchr(flags.p, c, flags.n) != NULL;
}

/* ---- arrays ---- */

static int match_row(RowRun *t)
{
    Matches m;
    Str flags = flags_at(t, 2), text = {0};
    if (has_flag(flags, 'g'))
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "regexp_match() does not support the \"global\" option");
    int rc = open_matches(t, flags, 0, &m);
    if (rc > 0)
        rc = next_match(t, &m);
    if (rc <= 0)
        return rc;
    for (uint32_t g = m.n_groups > 0; g <= m.n_groups; g++) {
        bool has = group_text(&m, g, &text);
        row_put_element(t, has ? text : STR(""), !has);
    }
    return 1;
}
ROW_KERNEL(regexp_match, match_row)

/* Rows of one field, the groups of each match or the match; one row unless the flags have a g. */
static int matches_row(RowRun *t)
{
    Matches m;
    Str flags = flags_at(t, 2), text;
    Type row = type_element(t->type), list = row.nested->field[0].type;
    _cleanup_(sb_done) StrBuf groups, bytes;
    sb_init(&groups, t->arena.acct);
    sb_init(&bytes, t->arena.acct);
    int rc = open_matches(t, flags, 0, &m);
    if (rc <= 0)
        return rc;
    for (bool more = true; more && (rc = next_match(t, &m)) > 0; more = has_flag(flags, 'g')) {
        sb_clear(&groups);
        sb_clear(&bytes);
        for (uint32_t g = m.n_groups > 0; g <= m.n_groups; g++) {
            bool has = group_text(&m, g, &text);
            Value v = {.type = TYPE(TEXT), .is_null = !has, .str = has ? text : STR("")};
            array_put(&groups, list, &v);
        }
        Value v = {.type = list, .str = sb_str(&groups)};
        record_put(&bytes, &v);
        v = (Value){.type = row, .str = sb_str(&bytes)};
        array_put(&t->out, t->type, &v);
        t->out.failed |= groups.failed || bytes.failed;
    }
    return rc < 0 ? rc : 1;
}
ROW_KERNEL(regexp_matches, matches_row)

static int type_matches(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    Field f = {.name = "regexp_matches", .type = type_array(TYPE(TEXT))};
    Type row;
    (void)args, (void)n_args;
    if (type_struct(NULL, &f, 1, &row) < 0)
        return RAISE_NOMEM(err);
    *ret = type_array(row);
    return 0;
}

/* Matches of nothing count only inside the text and not right behind another match. */
static int split_row(RowRun *t)
{
    Matches m;
    Str flags = flags_at(t, 2);
    if (has_flag(flags, 'g'))
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "regexp_split_to_array() does not support the \"global\" option");
    int rc = open_matches(t, flags, 0, &m);
    if (rc <= 0)
        return rc;
    size_t copied = 0;
    while ((rc = next_match(t, &m)) > 0) {
        bool empty = m.span[0] == m.span[1];
        if (empty && (m.span[0] == copied || m.span[0] >= m.s.n))
            continue;
        row_put_element(t, (Str){m.s.p + copied, m.span[0] - copied}, false);
        copied = m.span[1];
    }
    TRY(rc);
    row_put_element(t, (Str){m.s.p + copied, m.s.n - copied}, false);
    return 1;
}
ROW_KERNEL(regexp_split, split_row)

/* ---- positions ---- */

/* The flags of what has no "all": 0 when they have a g. */
static int check_single(RowRun *t, uint32_t flags, const char *name)
{
    if (has_flag(flags_at(t, flags), 'g'))
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "%s() does not support the \"global\" option", name);
    return 1;
}

static int count_row(RowRun *t)
{
    Matches m;
    int32_t start;
    int rc = check_single(t, 3, "regexp_count");
    if (rc > 0)
        rc = int_at(t, 2, 1, 1, "start", &start);
    if (rc > 0)
        rc = open_matches(t, flags_at(t, 3), start_offset(row_text(t, 0), start), &m);
    if (rc <= 0)
        return rc;
    while ((rc = next_match(t, &m)) > 0)
        t->num++;
    return rc < 0 ? rc : 1;
}
ROW_KERNEL(regexp_count, count_row)

/* The n-th match from `start`; 0: there is none, or an error of the row. */
static int nth_match(RowRun *t, uint32_t flags, int32_t start, int32_t n, Matches *ret)
{
    int rc = open_matches(t, flags_at(t, flags), start_offset(row_text(t, 0), start), ret);
    if (rc <= 0)
        return rc;
    for (int32_t i = 0; i < n && rc > 0; i++)
        rc = next_match(t, ret);
    return rc;
}

static int instr_row(RowRun *t)
{
    Matches m;
    int32_t start, n, end, group;
    Str text;
    if (int_at(t, 2, 1, 1, "start", &start) == 0 || int_at(t, 3, 1, 1, "n", &n) == 0 ||
        int_at(t, 4, 0, 0, "endoption", &end) == 0 || int_at(t, 6, 0, 0, "subexpr", &group) == 0 ||
        check_single(t, 5, "regexp_instr") == 0)
        return 0;
    if (end > 1)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "invalid value for parameter \"endoption\": %d", end);
    int rc = nth_match(t, 5, start, n, &m);
    TRY(rc);
    if (rc > 0 && (uint32_t)group <= m.n_groups && group_text(&m, (uint32_t)group, &text))
        t->num = (int64_t)text_length((Str){m.s.p, (size_t)(text.p - m.s.p) + (end ? text.n : 0)}) + 1;
    return 1;
}
ROW_KERNEL(regexp_instr, instr_row)

static int substr_row(RowRun *t)
{
    Matches m;
    int32_t start, n, group;
    Str text;
    if (int_at(t, 2, 1, 1, "start", &start) == 0 || int_at(t, 3, 1, 1, "n", &n) == 0 ||
        int_at(t, 5, 0, 0, "subexpr", &group) == 0 || check_single(t, 4, "regexp_substr") == 0)
        return 0;
    int rc = nth_match(t, 4, start, n, &m);
    if (rc <= 0 || (uint32_t)group > m.n_groups || !group_text(&m, (uint32_t)group, &text))
        return MIN(rc, 0);
    t->slice = text;
    return 1;
}
/* The first match, or one group of it, by a pattern that is the same for all rows. 1: done; 0: not for here. */
static int substr_first(EvalCtx *x, const Vec *const *arg, uint32_t n_args, Vec *dst, Rows rows)
{
    RowRun t = {.x = x, .arg = arg, .n_args = n_args, .type = dst->type};
    Matches m;
    Str text;
    for (uint32_t i = 1; i < n_args; i++)
        if (arg[i]->kind != VEC_CONST)
            return 0;
    int32_t group = row_int(&t, 5, 0);
    if (row_int(&t, 2, 1) != 1 || row_int(&t, 3, 1) != 1 || group < 0 || has_flag(flags_at(&t, 4), 'g'))
        return 0;
    t.row = row_at(rows, 0);
    int rc = open_matches(&t, flags_at(&t, 4), 0, &m);
    if (rc <= 0)
        return rc < 0 ? rc : 0;
    EACH_ROW(rows, r)
    {
        const StrView *view = (const StrView *)arg[0]->data + (r & vec_mask(arg[0]));
        m.s = (Str){strview_ptr(arg[0], view), (size_t)view->n};
        rc = regex_match(m.re, m.run, m.s, 0, &m.span, &m.n_spans);
        if (rc > 0 && (uint32_t)group <= m.n_groups && group_text(&m, (uint32_t)group, &text)) {
            slice_set((StrView *)dst->data + r, view, m.s.p, (size_t)(text.p - m.s.p), text.n);
            continue;
        }
        t.row = r;
        TRY(rc < 0 ? match_error(&t, rc) : 0);
        ((StrView *)dst->data)[r] = (StrView){0};
        if (unlikely(!dst->valid))
            TRY(vec_add_valid(dst, x->arena));
        bit_clear(dst->valid, r);
    }
    slices_finish(dst, arg[0]);
    return 1;
}

static int regexp_substr(KERNEL_ARGS)
{
    int rc = substr_first(x, arg, n_args, dst, rows);
    if (rc != 0)
        return MIN(rc, 0);
    return row_run_slices(x, arg, n_args, aux, dst, rows, substr_row);
}

/* Replaces the n-th match from `start`, all of them when n is 0. */
static int replace_row(RowRun *t)
{
    Matches m;
    int32_t start, n;
    if (int_at(t, 3, 1, 1, "start", &start) == 0 || int_at(t, 4, 1, 0, "n", &n) == 0)
        return 0;
    int rc = open_matches(t, flags_at(t, 5), start_offset(row_text(t, 0), start), &m);
    if (rc <= 0)
        return rc;
    size_t copied = 0;
    for (int32_t i = 1; (n == 0 || i <= n) && (rc = next_match(t, &m)) > 0; i++) {
        if (n != 0 && i < n)
            continue;
        sb_put(&t->out, m.s.p + copied, m.span[0] - copied);
        regex_put_replacement(&t->out, row_text(t, 2), m.s, m.span, m.n_spans);
        copied = m.span[1];
    }
    sb_put(&t->out, m.s.p + copied, m.s.n - copied);
    return rc < 0 ? rc : 1;
}
ROW_KERNEL(regexp_replace, replace_row)

#define FNN(n, k, r, f, h, e, count, ...)                                                                                          \
    {                                                                                                                              \
        .name = n, .n_args = count, .arg = {__VA_ARGS__}, .ret = r, .kernel = k, .flags = FN_FAIL | (f), .help = h, .example = e   \
    }
#define INSTR(count, ...)                                                                                                          \
    FNN("regexp_instr", regexp_instr, T_I32, 0, "position of a match; start, number, end, flags and group may follow",             \
        "regexp_instr('abcabc', 'b', 3) -> 5", count, T_TEXT, T_TEXT, ##__VA_ARGS__)
#define SUBSTR(count, ...)                                                                                                         \
    FNN("regexp_substr", regexp_substr, T_TEXT, FN_NULLABLE, "text of a match; start, number, flags and group may follow",         \
        "regexp_substr('foobar', 'o(.)b') -> 'oob'", count, T_TEXT, T_TEXT, ##__VA_ARGS__)
#define REPLACE(count, ...)                                                                                                        \
    FNN("regexp_replace", regexp_replace, T_TEXT, 0,                                                                               \
        "a match from a position replaced; its number, 0 for all, and flags may follow",                                           \
        "regexp_replace('Thomas', '.', 'X', 3, 2) -> 'ThoXas'", count, T_TEXT, T_TEXT, T_TEXT, ##__VA_ARGS__)
const FuncDef fn_regex[] = {
    FN2("regexp_match", T_TEXT, T_TEXT, T_ARRAY, regexp_match, FN_FAIL | FN_NULLABLE, "groups of the first match, or the match",
        "regexp_match('foobarbequebaz', '(bar)(beque)') -> {bar,beque}", .ret_type = row_type_texts),
    FN3("regexp_match", T_TEXT, T_TEXT, T_TEXT, T_ARRAY, regexp_match, FN_FAIL | FN_NULLABLE, "the same with flags",
        "regexp_match('ABC', 'b', 'i') -> {B}", .ret_type = row_type_texts),
    FN2("regexp_matches", T_TEXT, T_TEXT, T_ARRAY, regexp_matches, FN_FAIL | FN_INTERNAL, "", "", .ret_type = type_matches),
    FN3("regexp_matches", T_TEXT, T_TEXT, T_TEXT, T_ARRAY, regexp_matches, FN_FAIL | FN_INTERNAL, "", "", .ret_type = type_matches),
    FN2("regexp_split_to_array", T_TEXT, T_TEXT, T_ARRAY, regexp_split, FN_FAIL, "parts of the text between matches",
        "regexp_split_to_array('hello world', '\\s+') -> {hello,world}", .ret_type = row_type_texts),
    FN3("regexp_split_to_array", T_TEXT, T_TEXT, T_TEXT, T_ARRAY, regexp_split, FN_FAIL, "the same with flags",
        "regexp_split_to_array('aXbxc', 'x', 'i') -> {a,b,c}", .ret_type = row_type_texts),
    FN3("regexp_count", T_TEXT, T_TEXT, T_I32, T_I32, regexp_count, FN_FAIL, "number of matches from a position",
        "regexp_count('123456789012', '\\d\\d\\d', 2) -> 3"),
    FN4("regexp_count", T_TEXT, T_TEXT, T_I32, T_TEXT, T_I32, regexp_count, FN_FAIL, "the same with flags",
        "regexp_count('ABCABCAXYaxy', 'A.', 1, 'c') -> 3"),
    INSTR(2),
    INSTR(3, T_I32),
    INSTR(4, T_I32, T_I32),
    INSTR(5, T_I32, T_I32, T_I32),
    INSTR(6, T_I32, T_I32, T_I32, T_TEXT),
    INSTR(7, T_I32, T_I32, T_I32, T_TEXT, T_I32),
    SUBSTR(2),
    SUBSTR(3, T_I32),
    SUBSTR(4, T_I32, T_I32),
    SUBSTR(5, T_I32, T_I32, T_TEXT),
    SUBSTR(6, T_I32, T_I32, T_TEXT, T_I32),
    REPLACE(4, T_I32),
    REPLACE(5, T_I32, T_I32),
    REPLACE(6, T_I32, T_I32, T_TEXT),
    {0},
};
