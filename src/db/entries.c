/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries: the statements that made what is there, in their order, for checkpoints; opening runs them again.  What goes takes its
 * own along, but for one case: a table is made by all that was said of it, and a type, function or sequence of before may stand in
 * what an ALTER has changed since.  Such a one stays as past: it is made, and dropped, at its place among the others. */
#include "catalog/names.h"
#include "db/durable.h"
#include "db/execute.h"
#include "sql/print.h"

void durable_entries_done(Durable *d)
{
    for (uint32_t i = 0; i < d->n_entries; i++)
        mem_free(d->acct, d->entry[i].payload, d->entry[i].n);
    mem_free(d->acct, d->entry, d->cap_entries * sizeof(*d->entry));
    d->entry = NULL;
    d->n_entries = d->cap_entries = 0;
}

static void drop_entry(Durable *d, uint32_t i)
{
    mem_free(d->acct, d->entry[i].payload, d->entry[i].n);
    memmove(&d->entry[i], &d->entry[i + 1], (d->n_entries - i - 1) * sizeof(*d->entry));
    d->n_entries--;
}

static bool is_alive(const Database *db, const Entry *e)
{
    if (e->setting)
        return true;
    for (uint64_t id = e->first_relation; id < e->next_relation; id++)
        if (catalog_by_id(db->catalog, id))
            return true;
    return false;
}

bool durable_entry_stays(const Database *db, const Entry *e)
{
    return e->past || is_alive(db, e);
}

/* ---- what is past ---- */

static const Node *statement_of(const Entry *e, Arena *a)
{
    ScriptStmt s;
    Str text;
    char *copy = durable_statement_text((Str){e->payload, e->n}, &text) ? arena_strndup(a, text.p, text.n) : NULL;
    return copy && sql_parse_one(a, copy, (uint32_t)text.n, &s, NULL) == 0 ? s.node : NULL;
}

/* The type, function, sequence or schema that a statement is about; empty = it is about something else. */
static Str small_object(const Node *n, Arena *a)
{
    switch (n ? (NodeKind)n->kind : N_NODE_KINDS) {
    case NODE_CREATE_TYPE_STMT: return object_of(&AST(CreateTypeStmt, n)->name);
    case NODE_CREATE_DOMAIN_STMT: return object_of(&AST(CreateDomainStmt, n)->name);
    case NODE_CREATE_FUNCTION_STMT: return object_of(&AST(CreateFunctionStmt, n)->name);
    case NODE_CREATE_SEQUENCE_STMT: return object_of(&AST(CreateSequenceStmt, n)->name);
    case NODE_CREATE_SCHEMA_STMT: return object_of(&AST(CreateSchemaStmt, n)->name);
    case NODE_ALTER_STMT: {
        const AlterStmt *st = AST(AlterStmt, n);
        const AlterAction *act = AST(AlterAction, st->actions.first);
        bool small = st->kind == OBJECT_SEQUENCE || st->kind == OBJECT_TYPE || st->kind == OBJECT_DOMAIN ||
                     st->kind == OBJECT_SCHEMA ||
                     (object_is_routine(st->kind) && (act->kind == ALTER_SET_SCHEMA || act->kind == ALTER_RENAME));
        return !small                          ? (Str){0}
               : act->kind == ALTER_RENAME     ? name_key_beside(&st->name, &act->new_name, a)
               : act->kind == ALTER_SET_SCHEMA ? name_key_in(&act->new_name, &st->name, a)
                                               : object_of(&st->name);
    }
    default: return (Str){0};
    }
}

static bool drops_small_objects(const Node *n)
{
    if (!n || n->kind != NODE_DROP_STMT)
        return false;
    ObjectKind k = AST(DropStmt, n)->kind;
    return k == OBJECT_TYPE || k == OBJECT_DOMAIN || object_is_routine(k) || k == OBJECT_SEQUENCE || k == OBJECT_SCHEMA;
}

static bool goes_on(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

/* A schema is named before a dot, or behind SET SCHEMA: by a whole word.  A quote in a name is written twice: that may be anywhere.
 */
static bool mentions(const Entry *e, Str name, bool is_schema)
{
    if (name.n && memchr(name.p, '"', name.n))
        return true;
    for (size_t i = 0; name.n && i + name.n <= e->n; i++)
        if (str_eq_nocase((Str){e->payload + i, name.n}, name) &&
            (!is_schema || i + name.n == e->n || !goes_on(e->payload[i + name.n])))
            return true;
    return false;
}

static bool is_of_schema(const Node *n)
{
    return n && (n->kind == NODE_CREATE_SCHEMA_STMT || (n->kind == NODE_ALTER_STMT && AST(AlterStmt, n)->kind == OBJECT_SCHEMA));
}

/* Whether a table, or something of the past, has been made with the name. */
static bool is_named(const Database *db, uint32_t of, const Node *made, Arena *a)
{
    const Durable *d = db->durable;
    Str name = small_object(made, a), head, own;
    if (!is_of_schema(made) && str_cut(name, '.', &head, &own)) /* however its schema is written */
        name = own;
    for (uint32_t i = 0; i < d->n_entries; i++) {
        const Entry *e = &d->entry[i];
        if (i == of || !durable_entry_stays(db, e) || e->first_relation == d->entry[of].first_relation ||
            !mentions(e, name, is_of_schema(made)))
            continue;
        if (e->past || is_of_schema(made)) /* what was in the schema may have moved */
            return true;
        const Node *n = statement_of(e, a);
        if (n && (n->kind == NODE_CREATE_RELATION_STMT || (n->kind == NODE_ALTER_STMT && small_object(n, a).n == 0)))
            return true;
    }
    return false;
}

/* What has gone stays as past where it is needed, with all that was said of it; again until nothing more is found. */
static void find_past(Database *db, Arena *a)
{
    Durable *d = db->durable;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 0; i < d->n_entries; i++) {
            Entry *e = &d->entry[i];
            if (durable_entry_stays(db, e) || !is_named(db, i, statement_of(e, a), a))
                continue;
            for (uint32_t k = 0; k < d->n_entries; k++)
                if (!is_alive(db, &d->entry[k]) && d->entry[k].first_relation == e->first_relation &&
                    small_object(statement_of(&d->entry[k], a), a).n)
                    d->entry[k].past = true;
            more = true;
        }
    }
}

/* DROP of something that stays as past: it is gone from there on. */
static bool drops_past(const Durable *d, const Node *drop, Arena *a)
{
    if (!drops_small_objects(drop))
        return false;
    AST_EACH(name, AST(DropStmt, drop)->names)
    for (uint32_t i = 0; i < d->n_entries; i++)
        if (d->entry[i].past && str_eq(small_object(statement_of(&d->entry[i], a), a), object_of(&AST(NameNode, name)->name)))
            return true;
    return false;
}

/* What is past is found anew, for what needed it may have gone. */
static void look_again(Database *db)
{
    Durable *d = db->durable;
    Arena a;
    arena_init(&a, NULL, 0);
    for (uint32_t i = 0; i < d->n_entries; i++)
        d->entry[i].past = false;
    find_past(db, &a);
    for (uint32_t i = 0; i < d->n_entries; i++)
        if (!durable_entry_stays(db, &d->entry[i]))
            d->entry[i].past = drops_past(d, statement_of(&d->entry[i], &a), &a);
    arena_done(&a);
}

static void settle(Database *db, const Entry *entry)
{
    Durable *d = db->durable;
    bool any_gone = false;
    for (uint32_t i = 0; i < d->n_entries; i++)
        any_gone |= !durable_entry_stays(db, &d->entry[i]);
    if (any_gone)
        look_again(db);
    for (uint32_t i = d->n_entries; i-- > 0;) /* a setting's last word counts */
        if (!durable_entry_stays(db, &d->entry[i]) || (entry->setting && d->entry[i].setting == entry->setting))
            drop_entry(d, i);
}

static int add(Durable *d, const Entry *entry, Str payload, Err *err)
{
    if (d->n_entries == d->cap_entries) {
        uint32_t cap = d->cap_entries ? d->cap_entries * 2 : 16;
        Entry *bigger = mem_realloc(d->acct, d->entry, d->cap_entries * sizeof(*bigger), cap * sizeof(*bigger));
        if (!bigger)
            return RAISE_NOMEM(err);
        d->entry = bigger;
        d->cap_entries = cap;
    }
    payload = entry->keeps_rows ? payload : durable_without_rows(payload);
    char *copy = mem_alloc(d->acct, payload.n);
    if (!copy)
        return RAISE_NOMEM(err);
    memcpy(copy, payload.p, payload.n);
    Entry *e = &d->entry[d->n_entries++];
    *e = *entry;
    e->payload = copy;
    e->n = payload.n;
    return 0;
}

/* Others that the statement drops need not be there when it runs again: IF EXISTS. */
static int add_drop(Database *db, const Entry *entry, const Node *drop, Err *err)
{
    DropStmt lenient = *AST(DropStmt, drop);
    Entry past = *entry;
    _cleanup_(sb_done) StrBuf text, payload;
    sb_init(&text, NULL);
    sb_init(&payload, NULL);
    lenient.if_exists = true;
    past.past = true;
    sql_print(&lenient.node, &text);
    durable_put_statement(&payload, db, sb_str(&text), NULL);
    return text.failed || payload.failed ? RAISE_NOMEM(err) : add(db->durable, &past, sb_str(&payload), err);
}

int durable_note_entry(Database *db, const Entry *entry, Str payload, Err *err)
{
    Arena a;
    settle(db, entry);
    if (is_alive(db, entry))
        return add(db->durable, entry, payload, err);
    arena_init(&a, NULL, 0);
    const Node *n = statement_of(&(Entry){.payload = (char *)payload.p, .n = payload.n}, &a);
    int rc = drops_past(db->durable, n, &a) ? add_drop(db, entry, n, err) : 0;
    arena_done(&a);
    return rc;
}
