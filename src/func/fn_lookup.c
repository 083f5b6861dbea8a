/* SPDX-License-Identifier: Apache-2.0
 *
 * Look-ups by a text in pairs that are a constant of the call: names of relations and columns as the catalog had them when the
 * statement was bound.  A name may come as SQL writes it, schema."Name": its parts are looked up with a byte 1 between them. */
#include "func/row_run.h"

typedef struct TextMap {
    uint32_t n;
    struct TextEntry {
        Str key, value;
    } entry[];
} TextMap;

/* Entries of {uint32 length, uint32 length, key, value}, ascending by the key's bytes. */
static int map_prepare(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err)
{
    (void)n_args, (void)ret;
    if (!consts[1])
        return RAISE(err, ERR_INTERNAL, "the pairs of a look-up are no constant");
    Str bytes = consts[1]->str;
    uint32_t len[2];
    TextMap *m = arena_zalloc(arena, sizeof(*m) + bytes.n / sizeof(len) * sizeof(m->entry[0]));
    const char *copy = arena_strndup(arena, bytes.p, bytes.n);
    if (!m || !copy)
        return RAISE_NOMEM(err);
    for (size_t at = 0; at + sizeof(len) <= bytes.n;) {
        struct TextEntry *e = &m->entry[m->n++];
        memcpy(len, copy + at, sizeof(len));
        at += sizeof(len);
        e->key = (Str){copy + at, len[0]};
        e->value = (Str){copy + at + len[0], len[1]};
        at += (size_t)len[0] + len[1];
    }
    *ret_aux = m;
    return 0;
}

/* NULL = none. */
static const Str *map_find(const TextMap *m, Str key)
{
    uint32_t low = 0, high = m->n;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        int order = str_cmp(m->entry[mid].key, key);
        if (order == 0)
            return &m->entry[mid].value;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static int text_lookup_row(RowRun *t)
{
    const Str *value = map_find(t->aux, row_text(t, 0));
    if (value)
        sb_putstr(&t->out, *value);
    return value ? 1 : 0;
}
ROW_KERNEL(text_lookup, text_lookup_row)

/* schema."Name" with a byte 1 for the point; what is not quoted in lower case. */
static void put_name_key(Str text, StrBuf *out)
{
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"' && quoted && i + 1 < text.n && text.p[i + 1] == '"')
            sb_putc(out, text.p[i++]);
        else if (c == '"')
            quoted = !quoted;
        else if (c == '.' && !quoted)
            sb_putc(out, '\1');
        else
            sb_putc(out, (char)(quoted || c < 'A' || c > 'Z' ? c : c + 'a' - 'A'));
    }
}

static int find_name(RowRun *t, bool missing_ok)
{
    Str text = row_text(t, 0);
    put_name_key(text, &t->out);
    if (t->out.failed)
        return -ERR_OUT_OF_MEMORY;
    const Str *value = map_find(t->aux, (Str){t->out.p, t->out.n});
    sb_clear(&t->out);
    if (value)
        sb_putstr(&t->out, *value);
    if (value || missing_ok)
        return value ? 1 : 0;
    return ROW_FAIL(t, ERR_UNDEFINED_RELATION, "relation \"%.*s\" does not exist", (int)MIN(text.n, (size_t)64), text.p);
}

static int name_lookup_row(RowRun *t)
{
    return find_name(t, false);
}
ROW_KERNEL(name_lookup, name_lookup_row)

static int name_lookup_missing_row(RowRun *t)
{
    return find_name(t, true);
}
ROW_KERNEL(name_lookup_missing, name_lookup_missing_row)

#define LOOKUP(name, kernel, flags) FN2(name, T_TEXT, T_BYTEA, T_TEXT, kernel, flags | FN_INTERNAL, "", "", .prepare = map_prepare)
const FuncDef fn_lookup[] = {
    LOOKUP("text lookup", text_lookup, FN_STRICT | FN_NULLABLE),
    LOOKUP("name lookup", name_lookup, FN_FAIL | FN_NULLABLE),
    LOOKUP("name lookup or null", name_lookup_missing, FN_STRICT | FN_NULLABLE),
    {0},
};
