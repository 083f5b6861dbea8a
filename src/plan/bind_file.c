/* SPDX-License-Identifier: Apache-2.0
 *
 * read_csv('path') and its kind in FROM.  A file is read as a source of the file connector; who runs the statement has made one for
 * each call, which stands in the statement's catalog under the text of the call (db/file_scan.c).  Where nobody has, as in what
 * goes on running, such a call is refused. */
#include "plan/bind_function.h"
#include "plan/bind_impl.h"

#include "sql/print.h"

static const struct {
    const char *name;
    FileFormat format;
} readers[] = {
    {"read_csv", FILE_CSV},     {"read_csv_auto", FILE_CSV},     {"read_json", FILE_JSON},       {"read_json_auto", FILE_JSON},
    {"read_ndjson", FILE_JSON}, {"read_ndjson_auto", FILE_JSON}, {"read_parquet", FILE_PARQUET}, {"parquet_scan", FILE_PARQUET},
};

FileFormat plan_file_format(const Node *n)
{
    if (n->kind != NODE_FROM_FUNCTION)
        return FILE_NONE;
    const ExprCall *c = AST(FromFunction, n)->call;
    for (size_t i = 0; i < ARRAY_LEN(readers) && c->func.n_parts == 1; i++)
        if (str_eq(c->func.part[0].s, str_of(readers[i].name)))
            return readers[i].format;
    return FILE_NONE;
}

int plan_file_key(Arena *a, const Node *n, const char **ret, Err *err)
{
    StrBuf b;
    sb_init(&b, a->acct);
    sql_print(&AST(FromFunction, n)->call->node, &b);
    *ret = b.failed ? NULL : arena_strndup(a, sb_cstr(&b), b.n);
    sb_done(&b);
    return *ret ? 0 : RAISE_NOMEM(err);
}

int bind_file(Binder *b, const FromFunction *f, const char **ret_name, Logical **ret, Err *err)
{
    const char *key;
    *ret = NULL;
    if (plan_file_format(&f->node) == FILE_NONE || function_is_name(b->ctx->catalog, f->call->func.part[0].s, FUNCTION_ROWS))
        return 0;
    TRY(plan_file_key(b->arena, &f->node, &key, err));
    const Relation *r = catalog_find(b->ctx->catalog, str_of(key));
    if (!r) {
        (void)RAISE_AT(err, ERR_UNSUPPORTED, f->node.at, "reading a file in FROM is not supported here");
        return err_hint(err, "CREATE SOURCE name FROM FILE (path = '..') declares it as something that can be read.");
    }
    *ret_name = f->call->func.part[0].s.p;
    return bind_leaf(b, r, f->node.at, ret, err);
}
