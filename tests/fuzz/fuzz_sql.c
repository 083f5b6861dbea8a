/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target of the SQL front end: lexer, parser, printer.  Whatever parses must print to text that parses to the same tree,
 * and neither the splitter nor the substitution of variables may read beyond the text.  The input is copied to the heap without a
 * NUL behind it, so that the sanitizer sees every byte too far. */
#include "base/mem.h"
#include "sql/ast_equal.h"
#include "sql/parse.h"
#include "sql/print.h"
#include "sql/variables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool lookup(void *self, Str name, Str *ret)
{
    (void)self;
    *ret = STR("value");
    return name.n % 2 == 0;
}

static void check_text_functions(const char *text, size_t n)
{
    Arena a;
    Str ret;
    Err err = ERR_INIT;
    arena_init(&a, NULL, 0);
    ASSERT(sql_split(text, n) <= n);
    (void)sql_is_complete(text, n);
    (void)sql_substitute(&a, (Str){text, n}, lookup, NULL, false, &ret, &err);
    (void)sql_substitute(&a, (Str){text, n}, lookup, NULL, true, &ret, &err);
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena a;
    Script script, again;
    Err err = ERR_INIT;
    StrBuf printed, message;
    char *text = mem_alloc(NULL, size ? size : 1);
    if (!text || size > 1u << 20)
        return 0;
    memcpy(text, data, size);
    check_text_functions(text, size);
    arena_init(&a, NULL, 0);
    sb_init(&printed, NULL);
    sb_init(&message, NULL);
    if (sql_parse(&a, text, (uint32_t)size, &script, &err) < 0) {
        ASSERT(err.code != ERR_INTERNAL);
        sql_error_print(&err, (Str){text, size}, &message);
    }
    for (uint32_t i = 0; i < script.n_stmts; i++) {
        sb_clear(&printed);
        sql_print(script.stmts[i].node, &printed);
        ASSERT(sql_parse(&a, sb_cstr(&printed), (uint32_t)printed.n, &again, NULL) == 0);
        ASSERT(again.n_stmts == 1 && ast_is_equal(script.stmts[i].node, again.stmts[0].node));
    }
    sb_done(&message);
    sb_done(&printed);
    arena_done(&a);
    mem_free(NULL, text, size ? size : 1);
    return 0;
}
