/* SPDX-License-Identifier: Apache-2.0
 *
 * ALTER TABLE of columns that number by themselves: identity columns, whose options are part of the definition, and SERIAL, which
 * is an identity under an older name.  A number to go on with is no part of the definition: it is given to what counts (identity.c)
 * when the new definition is published. */
#include "db/alter.h"
#include "db/durable.h"
#include "db/like.h"
#include "sql/ast_equal.h"
#include "db/stream.h"

static bool is_serial(const ColumnDef *c)
{
    Type t;
    return c->type && bind_is_serial(c->type, &t);
}

static int wrong_state(const Alter *a, const AlterAction *act, const char *what, Err *err)
{
    return RAISE_AT(err, ERR_WRONG_STATE, act->name.at, "column \"%s\" of relation \"%s\" %s", act->name.s.p, a->old->name, what);
}

static int add_identity(Alter *a, const AlterAction *act, ColumnDef *c, int32_t old, Err *err)
{
    const ColumnDef *said = AST(ColumnDef, act->part);
    bool not_null = c->nulls == NULL_FORBIDDEN || c->primary_key || (old >= 0 && a->old->schema->field[old].not_null);
    if (c->identity)
        return wrong_state(a, act, "is already an identity column", err);
    if (c->preset || is_serial(c))
        return wrong_state(a, act, "already has a default value", err);
    if (!not_null)
        return wrong_state(a, act, "must be declared NOT NULL before identity can be added", err);
    c->identity = said->identity;
    c->numbers = said->numbers;
    return 0;
}

/* Options that were said before stay where these say nothing. */
static int merge_numbers(Alter *a, ColumnDef *c, const CreateSequenceStmt *said, Err *err)
{
    CreateSequenceStmt *n = ARENA_NEW(a->x->arena, CreateSequenceStmt);
    if (!n)
        return RAISE_NOMEM(err);
    if (c->numbers)
        *n = *c->numbers;
    else
        n->node = said->node;
    n->type = said->type;
    n->step = said->step ? said->step : n->step;
    n->start = said->start ? said->start : n->start;
    n->cache = said->cache ? said->cache : n->cache;
    n->cycle = said->cycle ? said->cycle : n->cycle;
    if (said->min || said->no_min) {
        n->min = said->min;
        n->no_min = said->no_min;
    }
    if (said->max || said->no_max) {
        n->max = said->max;
        n->no_max = said->no_max;
    }
    c->numbers = n;
    return 0;
}

static bool says_more(const CreateSequenceStmt *n)
{
    return n->type || n->owner.n_parts || n->not_owned || n->step || n->start || n->cache || n->cycle || n->min || n->no_min ||
           n->max || n->no_max;
}

static int note_restart(Alter *a, const AlterAction *act, Err *err)
{
    if (!a->restart)
        a->restart = ARENA_ARRAY(a->x->arena, struct AlterRestart, a->st->actions.n);
    if (!a->restart)
        return RAISE_NOMEM(err);
    a->restart[a->n_restarts++] = (struct AlterRestart){.action = act};
    return 0;
}

/* OWNED BY the column that it numbers changes nothing. */
static bool owns_itself(const Alter *a, const ColumnDef *c, const CreateSequenceStmt *n)
{
    Name table = n->owner;
    if (table.n_parts < 2 || !str_eq(name_last(&n->owner)->s, c->name.s))
        return false;
    table.n_parts--;
    return name_set_key(a->x->arena, &table) && str_eq(name_key(&table), str_of(a->old->name));
}

/* What is left of the options. */
static int check_owner(const Alter *a, const ColumnDef *c, CreateSequenceStmt *n, Err *err)
{
    bool says = (n->owner.n_parts || n->not_owned) && !owns_itself(a, c, n);
    if (says && c->identity) {
        (void)RAISE_AT(err, ERR_UNSUPPORTED, n->node.at, "cannot change ownership of identity sequence");
        return err_detail(err, "Sequence \"%s_%s_seq\" is linked to table \"%s\".", a->old->own, c->name.s.p, a->old->own);
    }
    if (says)
        return RAISE_AT(err, ERR_UNSUPPORTED, n->node.at, "another owner of the sequence of a SERIAL column is not supported");
    n->owner = (Name){0};
    return 0;
}

static int end_serial(Alter *a, ColumnDef *c, Err *err);

/* SERIAL has no place for options: the column becomes the identity column that it is. */
static int serial_to_identity(Alter *a, ColumnDef *c, Err *err)
{
    TRY(end_serial(a, c, err));
    c->identity = IDENTITY_BY_DEFAULT;
    return 0;
}

static int set_identity(Alter *a, const AlterAction *act, ColumnDef *c, Err *err)
{
    const ColumnDef *said = AST(ColumnDef, act->part);
    CreateSequenceStmt *n = said->numbers ? arena_memdup(a->x->arena, said->numbers, sizeof(*n)) : NULL;
    bool serial = act->by_sequence && is_serial(c);
    if (said->numbers && !n)
        return RAISE_NOMEM(err);
    if (!c->identity && !serial)
        return wrong_state(a, act, "is not an identity column", err);
    if (n)
        TRY(check_owner(a, c, n, err));
    if (serial && says_more(n))
        TRY(serial_to_identity(a, c, err));
    if (said->identity)
        c->identity = said->identity;
    if (n && says_more(n))
        TRY(merge_numbers(a, c, n, err));
    return n && n->restarts ? note_restart(a, act, err) : 0;
}

int alter_identity(Alter *a, const AlterAction *act, ColumnDef *c, int32_t old, Err *err)
{
    if (act->kind == ALTER_ADD_IDENTITY)
        return add_identity(a, act, c, old, err);
    if (act->kind == ALTER_SET_IDENTITY)
        return set_identity(a, act, c, err);
    if (!c->identity && act->if_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_WRONG_STATE, "column \"%s\" of relation \"%s\" is not an identity column, skipping", c->name.s.p,
                    a->old->name);
        statement_notice(a->x->result, &notice);
        return 1;
    }
    if (!c->identity)
        return wrong_state(a, act, "is not an identity column", err);
    c->identity = IDENTITY_NONE;
    c->numbers = NULL;
    c->nulls = NULL_FORBIDDEN;
    return 0;
}

/* The integer that SERIAL is; the column's values stay there. */
static int end_serial(Alter *a, ColumnDef *c, Err *err)
{
    Type t;
    (void)bind_is_serial(c->type, &t);
    c->nulls = NULL_FORBIDDEN;
    return column_plain_type(a->x, c, t, err);
}

/* c has its new type: of a SERIAL column it is the SERIAL of that size. */
static int retype_serial(Alter *a, const AlterAction *act, ColumnDef *c, Err *err)
{
    static const struct {
        TypeId type;
        const char *name;
    } names[] = {{T_I16, "smallserial"}, {T_I32, "serial"}, {T_I64, "bigserial"}};
    int32_t old = schema_find(a->old->schema, c->name.s);
    Type t;
    if (old < 0 || !a->old->varies || !a->old->varies[old].serial || c->preset)
        return 0;
    TRY(bind_type(a->x->db->catalog, c->type, &t, err));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (t.id != names[i].type || type_is_limited(t))
            continue;
        TypeName *type = arena_memdup(a->x->arena, c->type, sizeof(*type));
        Ident *part = ARENA_NEW(a->x->arena, Ident);
        if (!type || !part)
            return RAISE_NOMEM(err);
        *part = (Ident){.s = str_of(names[i].name), .at = c->type->node.at};
        type->name = (Name){.part = part, .n_parts = 1, .at = c->type->node.at};
        c->type = type;
        return 0;
    }
    return RAISE_AT(err, ERR_UNSUPPORTED, act->name.at,
                    "ALTER of a SERIAL column to a type other than integers is not supported yet");
}

int alter_numbering(Alter *a, const AlterAction *act, ColumnDef *c, Err *err)
{
    bool drops = act->kind == ALTER_COLUMN_DEFAULT && !act->expr;
    if (act->kind == ALTER_COLUMN_TYPE)
        return retype_serial(a, act, c, err);
    if (c->identity) {
        (void)RAISE_AT(err, ERR_SYNTAX, act->name.at, "column \"%s\" of relation \"%s\" is an identity column", c->name.s.p,
                       a->old->name);
        return drops ? err_hint(err, "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.") : -ERR_SYNTAX;
    }
    if (!is_serial(c))
        return 0;
    if (act->kind == ALTER_DROP_NOT_NULL)
        return RAISE_AT(err, ERR_UNSUPPORTED, act->name.at, "DROP NOT NULL of a SERIAL column is not supported yet");
    return end_serial(a, c, err);
}

/* ---- RESTART ---- */

static int find_restart(Alter *a, struct AlterRestart *r, Err *err)
{
    const CreateSequenceStmt *n = AST(ColumnDef, r->action->part)->numbers;
    PlanContext ctx = statement_context(a->x, a->x->db->catalog);
    int32_t col = schema_find(a->made->schema, r->action->name.s);
    if (col < 0 || !a->made->varies || !a->made->varies[col].identity)
        return wrong_state(a, r->action, "is not an identity column", err);
    const RelationSequence *d = &a->made->varies[col].numbers;
    Value v = {.i64 = d->start};
    if (n->restart)
        TRY(bind_constant(&ctx, n->restart, TYPE(I64), a->x->arena, &v, err));
    r->col = (uint32_t)col;
    r->value = v.i64;
    bool low = v.i64 < d->min;
    if (low || v.i64 > d->max)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, n->node.at, "RESTART value (%lld) cannot be %s than %s (%lld)",
                        (long long)v.i64, low ? "less" : "greater", low ? "MINVALUE" : "MAXVALUE",
                        (long long)(low ? d->min : d->max));
    return 0;
}

int alter_find_restarts(Alter *a, Err *err)
{
    for (uint32_t i = 0; i < a->n_restarts; i++)
        TRY(find_restart(a, &a->restart[i], err));
    return 0;
}

int alter_restart(Alter *a, Err *err)
{
    for (uint32_t i = 0; i < a->n_restarts; i++) {
        const struct AlterRestart *r = &a->restart[i];
        int64_t last = r->value;
        if (__builtin_sub_overflow(r->value, a->made->varies[r->col].numbers.step, &last))
            last = r->value;
        TRY(identity_go_on(a->x->db, a->made, r->col, last, err));
    }
    return 0;
}

/* ---- ALTER SEQUENCE <table>_<column>_seq ---- */

int alter_sequence_of(StmtContext *x, const AlterStmt *st, const Relation *table, uint32_t col, Err *err)
{
    const AlterAction *said = AST(AlterAction, st->actions.first);
    if (said->kind != ALTER_SEQUENCE)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->node.at,
                        "ALTER SEQUENCE .. RENAME TO of the sequence of a column is not supported yet");
    Ident name = {.s = str_of(table->name), .at = st->name.at};
    ColumnDef part = {.node = {.kind = NODE_COLUMN_DEF, .at = said->node.at}, .numbers = AST(CreateSequenceStmt, said->part)};
    AlterAction act = {.node = {.kind = NODE_ALTER_ACTION, .at = said->node.at}, .kind = ALTER_SET_IDENTITY, .by_sequence = true};
    AlterStmt alter = {.node = {.kind = NODE_ALTER_STMT, .at = st->node.at}, .kind = OBJECT_TABLE};
    ScriptStmt s = {.node = &alter.node};
    act.name = (Ident){.s = str_of(table->schema->field[col].name), .at = st->name.at};
    act.part = &part.node;
    alter.name = (Name){.part = &name, .n_parts = 1, .at = st->name.at};
    node_list_append(&alter.actions, &act.node);
    return stmt_alter(x, &s, err);
}
