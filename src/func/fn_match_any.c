/* SPDX-License-Identifier: Apache-2.0
 *
 * LIKE and regular expressions beside ANY and ALL of an array that is a value of the row: each element is a pattern, compiled when
 * its turn comes.  Arrays that are constant or written out never come here; the binder spells them out (plan/bind_array.c). */
#include "func/row_run.h"
#include "func/text_impl.h"

typedef struct Match {
    bool regex, fold, negated, all;
} Match;

/* 1 or 0: it matches or not; negative: the pattern is not valid, or no memory. */
static int matches(RowRun *t, const Match *m, Str text, Str pattern)
{
    if (m->regex) {
        Regex *re;
        const size_t *span;
        uint32_t n;
        Err err = ERR_INIT;
        TRY(regex_compile(&t->arena, pattern, m->fold ? STR("i") : STR(""), &re, &err));
        RegexRun *run = regex_run_new(&t->arena);
        return run ? regex_match(re, run, text, 0, &span, &n) : -ERR_OUT_OF_MEMORY;
    }
    LikePattern *p;
    if (m->fold) {
        char *folded = arena_alloc(&t->arena, CASE_ROOM(text.n));
        if (!folded)
            return -ERR_OUT_OF_MEMORY;
        text = (Str){folded, text_map_case(text, CASE_LOWER, folded)};
    }
    TRY(like_compile(&t->arena, pattern, '\\', m->fold ? LIKE_OF_FOLDED : LIKE_OF_TEXT, &p));
    return like_match(p, text);
}

static int any_row(RowRun *t, Match m)
{
    Str text = row_text(t, 0);
    ArrayReader r = array_read(t->arg[1]->type, row_is_null(t, 1) ? STR("") : row_text(t, 1), &t->arena);
    bool unknown = row_is_null(t, 1), decided = false;
    int rc;
    for (Value v; !decided && (rc = array_next(&r, &v)) != 0;) {
        TRY(rc);
        if (v.is_null || row_is_null(t, 0)) {
            unknown = true;
            continue;
        }
        rc = matches(t, &m, text, v.str);
        if (rc == -ERR_OUT_OF_MEMORY)
            return rc;
        if (rc < 0)
            return ROW_FAIL(t, (ErrCode)-rc, "the pattern is not valid: %.*s", (int)MIN(v.str.n, (size_t)64), v.str.p);
        decided = ((rc > 0) != m.negated) != m.all;
    }
    t->num = decided ? !m.all : m.all;
    return decided || !unknown;
}

/* name, regular expression, without case, negated */
#define EACH_OPERATOR(X)                                                                                                           \
    X(like, false, false, false)                                                                                                   \
    X(not_like, false, false, true)                                                                                                \
    X(ilike, false, true, false)                                                                                                   \
    X(not_ilike, false, true, true)                                                                                                \
    X(regex, true, false, false)                                                                                                   \
    X(not_regex, true, false, true)                                                                                                \
    X(iregex, true, true, false)                                                                                                   \
    X(not_iregex, true, true, true)
#define KERNELS(name, regex, fold, negated)                                                                                        \
    static int any_##name##_row(RowRun *t)                                                                                         \
    {                                                                                                                              \
        return any_row(t, (Match){regex, fold, negated, false});                                                                   \
    }                                                                                                                              \
    static int all_##name##_row(RowRun *t)                                                                                         \
    {                                                                                                                              \
        return any_row(t, (Match){regex, fold, negated, true});                                                                    \
    }                                                                                                                              \
    ROW_KERNEL(any_##name, any_##name##_row)                                                                                       \
    ROW_KERNEL(all_##name, all_##name##_row)
EACH_OPERATOR(KERNELS)

#define ROWS(op, name)                                                                                                             \
    FN2("any of " op, T_TEXT, TP_TEXTARRAY, T_BOOL, any_##name, FN_ERR | FN_INTERNAL | FN_BLANKS, "", ""),                         \
        FN2("all of " op, T_TEXT, TP_TEXTARRAY, T_BOOL, all_##name, FN_ERR | FN_INTERNAL | FN_BLANKS, "", "")
const FuncDef fn_match_any[] = {
    ROWS("~~", like),        ROWS("!~~", not_like),   ROWS("~~*", ilike),
    ROWS("!~~*", not_ilike), ROWS("~", regex),        ROWS("!~", not_regex),
    ROWS("~*", iregex),      ROWS("!~*", not_iregex), {0},
};
