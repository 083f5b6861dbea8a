/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of sql/ share: parse text, print it, and compare. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sql/ast_equal.h"
#include "sql/parse.h"
#include "sql/print.h"

/* Parses text, prints every statement, parses what was printed and compares; fails the test with the texts.  Gives the first
 * statement's printed text in `out` when it is not NULL.  Text that does not parse fails the test, or gives false when may_fail. */
static inline bool round_trip(const char *text, StrBuf *out, bool may_fail)
{
    Arena a;
    Script first, second;
    Err err = ERR_INIT;
    StrBuf printed;
    arena_init(&a, NULL, 0);
    sb_init(&printed, NULL);
    bool parsed = sql_parse(&a, text, (uint32_t)strlen(text), &first, &err) == 0;
    bool refused = err.code == ERR_SYNTAX || err.code == ERR_UNSUPPORTED;
    if (!parsed && (!may_fail || !refused || span_is_none(err.at)))
        fail_msg("does not parse: %s\n%s at %u\n%s", text, err.message, err.at.pos, err.detail);
    for (uint32_t i = 0; parsed && i < first.n_stmts; i++) {
        sb_clear(&printed);
        sql_print(first.stmts[i].node, &printed);
        if (sql_parse(&a, sb_cstr(&printed), (uint32_t)printed.n, &second, &err) < 0)
            fail_msg("printed text does not parse: %s\nfrom: %.*s\n%s at %u", sb_cstr(&printed), (int)first.stmts[i].text.n,
                     first.stmts[i].text.p, err.message, err.at.pos);
        if (second.n_stmts != 1 || !ast_is_equal(first.stmts[i].node, second.stmts[0].node))
            fail_msg("printed text parses to another tree: %s\nfrom: %.*s", sb_cstr(&printed), (int)first.stmts[i].text.n,
                     first.stmts[i].text.p);
        if (i == 0 && out)
            sb_putstr(out, sb_str(&printed));
    }
    sb_done(&printed);
    arena_done(&a);
    return parsed;
}

static inline void check_round_trip(const char *text, StrBuf *out)
{
    round_trip(text, out, false);
}

static inline void check_prints(const char *text, const char *canonical)
{
    StrBuf out;
    sb_init(&out, NULL);
    check_round_trip(text, &out);
    assert_string_equal(sb_cstr(&out), canonical);
    sb_done(&out);
}
