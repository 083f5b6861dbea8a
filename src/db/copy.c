/* SPDX-License-Identifier: Apache-2.0
 *
 * COPY: its options, checked as PostgreSQL checks them. */
#include "db/copy.h"

static const char *const option_names[] = {
    "format", "header", "delimiter", "null", "quote", "escape", "force_quote", "force_not_null", "force_null", "encoding",
};
typedef enum CopyOption {
    OPT_FORMAT,
    OPT_HEADER,
    OPT_DELIMITER,
    OPT_NULL,
    OPT_QUOTE,
    OPT_ESCAPE,
    OPT_FORCE_QUOTE,
    OPT_FORCE_NOT_NULL,
    OPT_FORCE_NULL,
    OPT_ENCODING,
    N_COPY_OPTIONS
} CopyOption;
typedef const OptionNode *CopyOptions[N_COPY_OPTIONS];

static int collect(const CopyStmt *st, CopyOptions o, Err *err)
{
    AST_EACH(item, st->options)
    {
        const OptionNode *n = AST(OptionNode, item);
        size_t k = 0;
        while (k < N_COPY_OPTIONS && !str_eq(n->key, str_of(option_names[k])))
            k++;
        bool csv = k == N_COPY_OPTIONS && str_eq(n->key, STR("csv")) && n->form == OPTION_FORM_NONE; /* the word alone */
        k = csv ? OPT_FORMAT : k;
        if (k == N_COPY_OPTIONS && (str_eq(n->key, STR("freeze")) || str_eq(n->key, STR("binary"))))
            return RAISE_AT(err, ERR_UNSUPPORTED, n->key_at, "COPY with option \"%.*s\" is not supported", (int)n->key.n, n->key.p);
        if (k == N_COPY_OPTIONS)
            return RAISE_AT(err, ERR_SYNTAX, n->key_at, "option \"%.*s\" not recognized", (int)n->key.n, n->key.p);
        if (o[k])
            return RAISE_AT(err, ERR_SYNTAX, n->key_at, "conflicting or redundant options");
        if (n->form == OPTION_FORM_NONE && k != OPT_HEADER && !csv)
            return RAISE_AT(err, ERR_SYNTAX, n->key_at, "%s requires a parameter", option_names[k]);
        o[k] = n;
    }
    return 0;
}

static int read_format(const OptionNode *o, CopyPlan *p, Err *err)
{
    Str name = !o ? STR("text") : o->form == OPTION_FORM_NONE ? STR("csv") : o->value;
    p->json = str_eq_nocase(name, STR("json"));
    p->format.csv = str_eq_nocase(name, STR("csv"));
    if (p->json || p->format.csv || str_eq_nocase(name, STR("text")))
        return 0;
    if (str_eq_nocase(name, STR("binary")))
        return RAISE_AT(err, ERR_UNSUPPORTED, o->node.at, "COPY in the binary format is not supported");
    return RAISE_AT(err, ERR_INVALID_PARAMETER, o->node.at, "COPY format \"%.*s\" not recognized", (int)name.n, name.p);
}

static int read_header(const OptionNode *o, CopyPlan *p, Err *err)
{
    static const char *const on[] = {"true", "on", "1"}, *const off[] = {"false", "off", "0"};
    if (!o)
        return 0;
    p->header = COPY_HEADER;
    if (o->form == OPTION_FORM_NONE)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(on); i++) {
        if (str_eq_nocase(o->value, str_of(on[i])))
            return 0;
        if (str_eq_nocase(o->value, str_of(off[i]))) {
            p->header = COPY_NO_HEADER;
            return 0;
        }
    }
    if (!str_eq_nocase(o->value, STR("match")))
        return RAISE_AT(err, ERR_SYNTAX, o->node.at, "header requires a Boolean value or \"match\"");
    if (!p->st->is_from)
        return RAISE_AT(err, ERR_UNSUPPORTED, o->node.at, "cannot use \"match\" with HEADER in COPY TO");
    p->header = COPY_HEADER_MATCH;
    return 0;
}

/* A single byte, or `preset` when the option is not there. */
static int read_byte(const OptionNode *o, const char *what, char preset, char *ret, Err *err)
{
    *ret = preset;
    if (!o)
        return 0;
    if (o->value.n != 1)
        return RAISE_AT(err, ERR_UNSUPPORTED, o->node.at, "COPY %s must be a single one-byte character", what);
    *ret = o->value.p[0];
    return 0;
}

static bool has_byte(Str s, char c)
{
    return s.n && memchr(s.p, c, s.n);
}

static int check_bytes(const CopyOptions o, const CopyPlan *p, Err *err)
{
    const CopyFormat *f = &p->format;
    Span at = o[OPT_DELIMITER] ? o[OPT_DELIMITER]->node.at : p->st->node.at;
    if (f->delimiter == '\n' || f->delimiter == '\r')
        return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "COPY delimiter cannot be newline or carriage return");
    if (has_byte(f->null_text, '\n') || has_byte(f->null_text, '\r'))
        return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "COPY null representation cannot use newline or carriage return");
    if (!f->csv && has_byte(STR("\\.abcdefghijklmnopqrstuvwxyz0123456789"), f->delimiter))
        return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "COPY delimiter cannot be \"%c\"", f->delimiter);
    if (f->csv && f->delimiter == f->quote)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "COPY delimiter and quote must be different");
    if (has_byte(f->null_text, f->delimiter))
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "COPY delimiter must not appear in the NULL specification");
    if (f->csv && has_byte(f->null_text, f->quote))
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "CSV quote character must not appear in the NULL specification");
    return 0;
}

/* Options that another format or the other direction has. */
static int check_place(const CopyOptions o, const CopyPlan *p, Err *err)
{
    static const struct {
        CopyOption option;
        const char *text;
        bool csv_only, to_only, from_only;
    } places[] = {
        {OPT_QUOTE, "COPY quote", true, false, false},
        {OPT_ESCAPE, "COPY escape", true, false, false},
        {OPT_FORCE_QUOTE, "COPY force quote", true, true, false},
        {OPT_FORCE_NOT_NULL, "COPY force not null", true, false, true},
        {OPT_FORCE_NULL, "COPY force null", true, false, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const OptionNode *n = o[places[i].option];
        if (n && places[i].csv_only && !p->format.csv)
            return RAISE_AT(err, ERR_UNSUPPORTED, n->node.at, "%s available only in CSV mode", places[i].text);
        if (n && (p->st->is_from ? places[i].to_only : places[i].from_only))
            return RAISE_AT(err, ERR_UNSUPPORTED, n->node.at, "%s only available using COPY %s", places[i].text,
                            places[i].to_only ? "TO" : "FROM");
    }
    if (p->json && (o[OPT_HEADER] || o[OPT_DELIMITER] || o[OPT_NULL]))
        return RAISE_AT(err, ERR_UNSUPPORTED, p->st->node.at, "the JSON format of COPY has no HEADER, DELIMITER and NULL");
    return 0;
}

static int check_encoding(const OptionNode *o, Err *err)
{
    static const char *const names[] = {"utf8", "utf-8", "unicode"};
    for (size_t i = 0; o && i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(o->value, str_of(names[i])))
            return 0;
    return o ? RAISE_AT(err, ERR_UNSUPPORTED, o->node.at, "COPY with encoding \"%.*s\" is not supported: all text is UTF-8",
                        (int)o->value.n, o->value.p)
             : 0;
}

static int read_all(const CopyStmt *st, CopyOptions o, CopyPlan *p, Err *err)
{
    TRY(collect(st, o, err));
    TRY(read_format(o[OPT_FORMAT], p, err));
    TRY(read_header(o[OPT_HEADER], p, err));
    TRY(check_place(o, p, err));
    TRY(read_byte(o[OPT_DELIMITER], "delimiter", p->format.csv ? ',' : '\t', &p->format.delimiter, err));
    TRY(read_byte(o[OPT_QUOTE], "quote", '"', &p->format.quote, err));
    TRY(read_byte(o[OPT_ESCAPE], "escape", p->format.quote, &p->format.escape, err));
    p->format.null_text = o[OPT_NULL] ? o[OPT_NULL]->value : p->format.csv ? STR("") : STR("\\N");
    TRY(check_bytes(o, p, err));
    return check_encoding(o[OPT_ENCODING], err);
}

int copy_options_read(StmtContext *x, const CopyStmt *st, CopyPlan *ret, Err *err)
{
    (void)x;
    CopyOptions o = {0};
    *ret = (CopyPlan){.st = st};
    return read_all(st, o, ret, err);
}

/* ---- columns ---- */

static int find_column(const CopyPlan *p, Str name, Span at, const char *relation, uint32_t *ret, Err *err)
{
    int c = schema_find(p->schema, name);
    if (c < 0 && relation)
        return RAISE_AT(err, ERR_UNDEFINED_COLUMN, at, "column \"%.*s\" of relation \"%s\" does not exist", (int)name.n, name.p,
                        relation);
    if (c < 0)
        return RAISE_AT(err, ERR_UNDEFINED_COLUMN, at, "column \"%.*s\" does not exist", (int)name.n, name.p);
    *ret = (uint32_t)c;
    return 0;
}

static int find_list(StmtContext *x, CopyPlan *p, const char *relation, Err *err)
{
    const Schema *s = p->schema;
    p->col = ARENA_ARRAY(x->arena, uint32_t, s->n + 1);
    bool *seen = ARENA_ARRAY(x->arena, bool, s->n + 1);
    if (!p->col || !seen)
        return RAISE_NOMEM(err);
    for (uint32_t c = 0; p->st->columns.n == 0 && c < s->n; c++)
        if (!p->of || !relation_generates(p->of, c))
            p->col[p->n_cols++] = c;
    AST_EACH(item, p->st->columns)
    {
        const Ident *id = &AST(IdentNode, item)->ident;
        uint32_t c;
        TRY(find_column(p, id->s, id->at, relation, &c, err));
        if (seen[c])
            return RAISE_AT(err, ERR_DUPLICATE_COLUMN, id->at, "column \"%.*s\" specified more than once", (int)id->s.n, id->s.p);
        if (p->of && relation_generates(p->of, c)) {
            (void)RAISE_AT(err, ERR_INVALID_COLUMN_REF, id->at, "column \"%s\" is a generated column",
                           p->of->schema->field[c].name);
            return err_detail(err, "Generated columns cannot be used in COPY.");
        }
        seen[c] = true;
        p->col[p->n_cols++] = c;
    }
    return 0;
}

static bool is_listed(const CopyPlan *p, uint32_t col)
{
    for (uint32_t i = 0; i < p->n_cols; i++)
        if (p->col[i] == col)
            return true;
    return false;
}

/* "a, "B"" of FORCE_QUOTE (..), or *. */
static int find_forced(StmtContext *x, CopyPlan *p, const OptionNode *o, const char *what, const char *relation, bool **ret,
                       Err *err)
{
    *ret = ARENA_ARRAY(x->arena, bool, p->schema->n + 1);
    if (!*ret)
        return RAISE_NOMEM(err);
    if (!o)
        return 0;
    if (o->form == OPTION_FORM_STAR) {
        memset(*ret, true, p->schema->n * sizeof(**ret));
        return 0;
    }
    if (o->form != OPTION_FORM_NAMES)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, o->node.at, "argument to option \"%.*s\" must be a list of column names",
                        (int)o->key.n, o->key.p);
    for (size_t i = 0; i < o->value.n;) { /* the names stand behind each other, each with its NUL */
        Str name = str_of(o->value.p + i);
        uint32_t c;
        TRY(find_column(p, name, o->node.at, relation, &c, err));
        if (!is_listed(p, c))
            return RAISE_AT(err, ERR_INVALID_COLUMN_REF, o->node.at, "%s column \"%.*s\" not referenced by COPY", what, (int)name.n,
                            name.p);
        (*ret)[c] = true;
        i += name.n + 1;
    }
    return 0;
}

int copy_columns_find(StmtContext *x, CopyPlan *p, const Schema *schema, const char *relation, Err *err)
{
    CopyOptions o = {0};
    CopyPlan again = {.st = p->st};
    p->schema = schema;
    TRY(read_all(p->st, o, &again, err));
    TRY(find_list(x, p, relation, err));
    TRY(find_forced(x, p, o[OPT_FORCE_QUOTE], "FORCE_QUOTE", relation, &p->force_quote, err));
    TRY(find_forced(x, p, o[OPT_FORCE_NOT_NULL], "FORCE_NOT_NULL", relation, &p->force_not_null, err));
    return find_forced(x, p, o[OPT_FORCE_NULL], "FORCE_NULL", relation, &p->force_null, err);
}

int stmt_copy(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CopyStmt *st = AST(CopyStmt, s->node);
    CopyPlan p;
    TRY(copy_options_read(x, st, &p, err));
    if (st->standard && (!x->copy || (st->is_from ? !x->copy->read : !x->copy->write))) {
        int rc = RAISE_AT(err, ERR_WRONG_STATE, st->node.at, "COPY %s needs a caller that %s the data",
                          st->is_from ? "FROM STDIN" : "TO STDOUT", st->is_from ? "gives" : "takes");
        (void)err_hint(err, "run it with laminar_copy; the shell does");
        return rc;
    }
    return st->is_from ? copy_from(x, &p, err) : copy_to(x, &p, err);
}
