/* SPDX-License-Identifier: Apache-2.0
 *
 * has_table_privilege() and its family: the one user may do everything, so what is left to say of constants is whether there is
 * such an object and such a privilege, as PostgreSQL does. */
#include "plan/bind_impl.h"

typedef enum PrivilegeOn { ON_OTHER, ON_RELATION, ON_COLUMN, ON_SCHEMA } PrivilegeOn;

static const struct {
    const char *function;
    PrivilegeOn kind;
    const char *privileges; /* between blanks */
} families[] = {
    {"has_table_privilege", ON_RELATION, " SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER RULE "},
    {"has_any_column_privilege", ON_RELATION, " SELECT INSERT UPDATE REFERENCES "},
    {"has_column_privilege", ON_COLUMN, " SELECT INSERT UPDATE REFERENCES "},
    {"has_sequence_privilege", ON_RELATION, " USAGE SELECT UPDATE "},
    {"has_schema_privilege", ON_SCHEMA, " CREATE USAGE "},
    {"has_database_privilege", ON_OTHER, " CREATE CONNECT TEMPORARY TEMP "},
    {"has_function_privilege", ON_OTHER, " EXECUTE "},
    {"has_type_privilege", ON_OTHER, " USAGE "},
    {"has_tablespace_privilege", ON_OTHER, " CREATE "},
    {"has_language_privilege", ON_OTHER, " USAGE "},
};

static bool says(const Expr *e, Str *ret)
{
    bool text = e->kind == EXPR_CONST && !e->value.is_null && (e->type.id == T_UNKNOWN || e->type.id == T_TEXT);
    if (text)
        *ret = e->value.str;
    return text;
}

static bool is_one_of(Str word, const char *words)
{
    for (Str rest = str_of(words); rest.n > word.n; rest = (Str){rest.p + 1, rest.n - 1})
        if (rest.p[0] == ' ' && word.n && str_starts_nocase((Str){rest.p + 1, rest.n - 1}, word) && rest.p[word.n + 1] == ' ')
            return true;
    return false;
}

/* SELECT, INSERT WITH GRANT OPTION */
static int check_words(Str list, const char *words, Span at, Err *err)
{
    static const Str grant = {" with grant option", 18};
    bool more = true;
    while (more) {
        Str word;
        more = str_cut(list, ',', &word, &list);
        word = str_trim(word);
        Str name = word;
        if (name.n > grant.n && str_eq_nocase((Str){name.p + name.n - grant.n, grant.n}, grant))
            name.n -= grant.n;
        if (!is_one_of(str_trim(name), words))
            return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "unrecognized privilege type: \"%.*s\"", (int)MIN(word.n, (size_t)64),
                            word.p);
    }
    return 0;
}

static int check_column(const ExprScope *x, const Expr *relation, Str column, Span at, Err *err)
{
    PlanRows rows;
    TRY(bind_system_table(x, "pg_attribute", at, &rows, err));
    uint32_t of = bind_system_column(&rows, "attrelid"), name = bind_system_column(&rows, "attname");
    for (uint32_t i = 0; i < rows.n; i++)
        if (rows.row[i][of].i64 == relation->value.i64 && str_eq(rows.row[i][name].str, column))
            return 0;
    return RAISE_AT(err, ERR_UNDEFINED_COLUMN, at, "column \"%.*s\" of relation does not exist", (int)MIN(column.n, (size_t)64),
                    column.p);
}

static int check_schema(const ExprScope *x, Str schema, Span at, Err *err)
{
    PlanRows rows;
    TRY(bind_system_table(x, "pg_namespace", at, &rows, err));
    uint32_t name = bind_system_column(&rows, "nspname");
    for (uint32_t i = 0; i < rows.n; i++)
        if (str_eq(rows.row[i][name].str, schema))
            return 0;
    return RAISE_AT(err, ERR_UNDEFINED_SCHEMA, at, "schema \"%.*s\" does not exist", (int)MIN(schema.n, (size_t)64), schema.p);
}

int bind_privilege_check(const ExprScope *x, Str function, Expr *const *arg, uint32_t n, Span at, Err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        Str text;
        Expr *relation = NULL;
        bool column = families[i].kind == ON_COLUMN;
        uint32_t least = column ? 3 : 2;
        if (!str_eq(function, str_of(families[i].function)) || n < least || n > least + 1)
            continue;
        const Expr *const *object = (const Expr *const *)arg + (n - least);
        if (says(object[0], &text) && families[i].kind == ON_SCHEMA)
            TRY(check_schema(x, text, at, err));
        if (says(object[0], &text) && (column || families[i].kind == ON_RELATION))
            TRY(bind_regclass(x, arg[n - least], false, at, &relation, err));
        if (relation && column && says(object[1], &text))
            TRY(check_column(x, relation, text, at, err));
        return says(object[least - 1], &text) ? check_words(text, families[i].privileges, at, err) : 0;
    }
    return 0;
}
