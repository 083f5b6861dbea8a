/* SPDX-License-Identifier: Apache-2.0
 *
 * Printer of statements and of the parts of definitions. */
#include "sql/print_impl.h"

static void print_options(NodeList options, StrBuf *out)
{
    print_list_in(" WITH (", options, ")", print_option, out);
}

static void print_word(const char *before, const Ident *ident, StrBuf *out)
{
    if (!ident->s.p)
        return;
    sb_puts(out, before);
    sql_print_ident(ident->s, out);
}

static void print_text(const char *before, Str text, StrBuf *out)
{
    if (!text.p)
        return;
    sb_puts(out, before);
    sql_print_string(text, out);
}

static void print_connector(const char *before, const ConnectorClause *c, StrBuf *out)
{
    if (!c)
        return;
    print_word(before, &c->kind, out);
    print_list_in(" (", c->options, ")", print_option, out);
    print_word(" FORMAT ", &c->format, out);
    print_options(c->format_options, out);
}

/* ---- definitions ---- */

static void print_column_def(const ColumnDef *c, StrBuf *out)
{
    static const char *const nulls[] = {"", " NULL", " NOT NULL"};
    sql_print_ident(c->name.s, out);
    if (!c->type) {
        print_clause(" AS ", c->generated, out);
        return;
    }
    sb_putc(out, ' ');
    print_type(c->type, out);
    if (c->generated) {
        print_clause(" GENERATED ALWAYS AS (", c->generated, out);
        sb_putc(out, ')');
    }
    sb_puts(out, nulls[c->nulls]);
    sb_puts(out, c->primary_key ? " PRIMARY KEY" : "");
    sb_puts(out, c->unique ? " UNIQUE" : "");
    if (c->preset) {
        sb_puts(out, " DEFAULT ");
        print_atom(c->preset, out);
    }
    AST_EACH(check, c->checks)
    {
        print_clause(" CHECK (", check, out);
        sb_putc(out, ')');
    }
}

static void print_element(const Node *n, StrBuf *out)
{
    switch (n->kind) {
    case NODE_COLUMN_DEF: print_column_def(AST(ColumnDef, n), out); break;
    case NODE_COLUMN_STAR:
        sb_putc(out, '*');
        print_text(" PREFIX ", AST(ColumnStar, n)->prefix, out);
        break;
    case NODE_WATERMARK_DEF:
        print_word("WATERMARK FOR ", &AST(WatermarkDef, n)->column, out);
        print_clause(" AS ", AST(WatermarkDef, n)->expr, out);
        print_clause(" WHEN ", AST(WatermarkDef, n)->when, out);
        print_list_in(" PER KEY (", AST(WatermarkDef, n)->keys, ")", print_any, out);
        break;
    case NODE_TABLE_KEY:
        print_word("CONSTRAINT ", &AST(TableKey, n)->name, out);
        sb_puts(out, AST(TableKey, n)->name.s.p ? " " : "");
        print_list_in(AST(TableKey, n)->primary ? "PRIMARY KEY (" : "UNIQUE (", AST(TableKey, n)->columns, ")", print_any, out);
        break;
    default:
        print_word("CONSTRAINT ", &AST(TableCheck, n)->name, out);
        sb_puts(out, AST(TableCheck, n)->name.s.p ? " " : "");
        print_clause("CHECK (", AST(TableCheck, n)->expr, out);
        sb_putc(out, ')');
    }
}

static void print_create(bool or_replace, ObjectKind kind, bool if_not_exists, const Name *name, StrBuf *out)
{
    sb_printf(out, "CREATE %s%s %s", or_replace ? "OR REPLACE " : "", object_kind_text(kind),
              if_not_exists ? "IF NOT EXISTS " : "");
    sql_print_name(name, out);
}

static void print_create_relation(const CreateRelationStmt *s, StrBuf *out)
{
    print_create(s->or_replace, s->kind, s->if_not_exists, &s->name, out);
    /* The connector first, when there is one: a WITH directly behind a FORMAT would belong to the format. */
    bool connector_first = s->connector && s->connector->kind.s.p;
    if (connector_first)
        print_connector(" FROM ", s->connector, out);
    print_list_in(" (", s->elements, ")", print_element, out);
    print_list_in(" (", s->columns, ")", print_any, out);
    if (!connector_first)
        print_connector(" FROM ", s->connector, out);
    print_options(s->options, out);
    if (s->query) {
        sb_puts(out, " AS ");
        print_query(s->query, out);
        sb_puts(out, s->no_data ? " WITH NO DATA" : "");
    }
}

static void print_create_query(const CreateQueryStmt *s, StrBuf *out)
{
    print_create(s->or_replace, s->kind, s->if_not_exists, &s->name, out);
    print_list_in(" (", s->columns, ")", print_any, out);
    sb_puts(out, " AS ");
    print_query(s->query, out);
    print_options(s->options, out);
}

static void print_create_sink(const CreateSinkStmt *s, StrBuf *out)
{
    bool into_first = s->query && s->connector && s->connector->kind.s.p && !s->where && !s->query->clauses && !s->query->options.n;
    print_create(s->or_replace, OBJECT_SINK, s->if_not_exists, &s->name, out);
    if (into_first)
        print_connector(" INTO ", s->connector, out);
    sb_puts(out, into_first ? " AS " : s->query ? " FROM (" : " FROM ");
    if (s->query)
        print_query(s->query, out);
    else
        sql_print_name(&s->from, out);
    sb_puts(out, s->query && !into_first ? ")" : "");
    print_clause(" WHERE ", s->where, out);
    if (!into_first)
        print_connector(" INTO ", s->connector, out);
    print_clauses(s->clauses, out); /* before WITH, which would else belong to a FORMAT */
    print_options(s->options, out);
}

static void print_param(const Node *n, StrBuf *out)
{
    const FuncParam *f = AST(FuncParam, n);
    print_word("", &f->name, out);
    sb_putc(out, ' ');
    print_type(f->type, out);
    print_clause(" DEFAULT ", f->preset, out);
}

static void print_create_function(const CreateFunctionStmt *s, StrBuf *out)
{
    print_create(s->or_replace, OBJECT_FUNCTION, s->if_not_exists, &s->name, out);
    sb_puts(out, " (");
    print_list(s->params, ", ", print_param, out);
    sb_putc(out, ')');
    if (s->returns) {
        sb_puts(out, " RETURNS ");
        print_type(s->returns, out);
    }
    print_word(" LANGUAGE ", &s->language, out);
    print_clause(" AS ", s->body, out);
    print_options(s->options, out);
}

static const char *behavior_text(DropBehavior behavior)
{
    static const char *const texts[] = {"", " CASCADE", " RESTRICT"};
    return texts[behavior];
}

static void print_alter_column(const AlterAction *a, StrBuf *out)
{
    print_word(" ALTER COLUMN ", &a->name, out);
    switch (a->kind) {
    case ALTER_COLUMN_TYPE:
        sb_puts(out, " TYPE ");
        print_type(a->type, out);
        print_clause(" USING ", a->expr, out);
        break;
    case ALTER_COLUMN_DEFAULT:
        print_clause(" SET DEFAULT ", a->expr, out);
        sb_puts(out, a->expr ? "" : " DROP DEFAULT");
        break;
    default: sb_puts(out, a->kind == ALTER_SET_NOT_NULL ? " SET NOT NULL" : " DROP NOT NULL");
    }
}

static void print_rename(const char *what, const AlterAction *a, StrBuf *out)
{
    print_word(what, &a->name, out);
    print_word(" TO ", &a->new_name, out);
}

static void print_alter_action(const Node *n, StrBuf *out)
{
    const AlterAction *a = AST(AlterAction, n);
    switch (a->kind) {
    case ALTER_ADD_COLUMN:
    case ALTER_ADD_CONSTRAINT:
        sb_puts(out, a->kind == ALTER_ADD_CONSTRAINT ? " ADD " : a->if_exists ? " ADD COLUMN IF NOT EXISTS " : " ADD COLUMN ");
        print_element(a->part, out);
        break;
    case ALTER_DROP_COLUMN:
    case ALTER_DROP_CONSTRAINT:
        sb_puts(out, a->kind == ALTER_DROP_COLUMN ? " DROP COLUMN " : " DROP CONSTRAINT ");
        print_word(a->if_exists ? "IF EXISTS " : "", &a->name, out);
        sb_puts(out, behavior_text(a->behavior));
        break;
    case ALTER_COLUMN_TYPE:
    case ALTER_COLUMN_DEFAULT:
    case ALTER_SET_NOT_NULL:
    case ALTER_DROP_NOT_NULL: print_alter_column(a, out); break;
    case ALTER_RENAME_COLUMN: print_rename(" RENAME COLUMN ", a, out); break;
    case ALTER_RENAME_CONSTRAINT: print_rename(" RENAME CONSTRAINT ", a, out); break;
    case ALTER_RENAME: print_word(" RENAME TO ", &a->new_name, out); break;
    case ALTER_SET: print_list_in(" SET (", a->options, ")", print_option, out); break;
    case ALTER_RESUME: sb_puts(out, " RESUME"); break;
    case ALTER_PAUSE: sb_puts(out, " PAUSE"); break;
    case ALTER_REPLAN: sb_puts(out, " REPLAN"); break;
    }
}

static void print_alter(const AlterStmt *s, StrBuf *out)
{
    sb_printf(out, "ALTER %s %s", object_kind_text(s->kind), s->if_exists ? "IF EXISTS " : "");
    sql_print_name(&s->name, out);
    print_list(s->actions, ",", print_alter_action, out);
}

static void print_create_type(const CreateTypeStmt *s, StrBuf *out)
{
    sb_puts(out, "CREATE TYPE ");
    sql_print_name(&s->name, out);
    sb_puts(out, s->is_enum ? " AS ENUM (" : " AS (");
    print_list(s->is_enum ? s->labels : s->fields, ", ", s->is_enum ? print_expr : print_any, out);
    sb_putc(out, ')');
}

static void print_drop(const DropStmt *s, StrBuf *out)
{
    sb_printf(out, "DROP %s %s", object_kind_text(s->kind), s->if_exists ? "IF EXISTS " : "");
    print_list(s->names, ", ", print_any, out);
    if (s->has_args) {
        sb_putc(out, '(');
        print_list(s->args, ", ", print_any, out);
        sb_putc(out, ')');
    }
    sb_puts(out, behavior_text(s->behavior));
}

/* ---- data ---- */

static void print_set_clause(const Node *n, StrBuf *out)
{
    const SetClause *s = AST(SetClause, n);
    print_list_in(s->is_tuple ? "(" : "", s->columns, s->is_tuple ? ") = " : " = ", print_any, out);
    print_expr(s->value, out);
}

static void print_returning(NodeList returning, StrBuf *out)
{
    print_list_in(" RETURNING ", returning, "", print_target, out);
}

static void print_insert(const InsertStmt *s, StrBuf *out)
{
    print_with(s->with, out);
    sb_puts(out, "INSERT INTO ");
    sql_print_name(&s->table, out);
    print_word(" AS ", &s->alias, out);
    print_list_in(" (", s->columns, ")", print_any, out);
    sb_puts(out, s->query ? " " : " DEFAULT VALUES");
    if (s->query)
        print_query(s->query, out);
    const OnConflict *c = s->on_conflict;
    if (c) {
        print_list_in(" ON CONFLICT (", c->columns, ")", print_any, out);
        sb_puts(out, c->columns.n ? "" : " ON CONFLICT");
        print_word(" ON CONSTRAINT ", &c->constraint, out);
        sb_puts(out, c->do_nothing ? " DO NOTHING" : "");
        print_list_in(" DO UPDATE SET ", c->sets, "", print_set_clause, out);
        print_clause(" WHERE ", c->where, out);
    }
    print_returning(s->returning, out);
}

static void print_update(const UpdateStmt *s, StrBuf *out)
{
    print_with(s->with, out);
    sb_puts(out, "UPDATE ");
    sql_print_name(&s->table, out);
    print_word(" AS ", &s->alias, out);
    print_list_in(" SET ", s->sets, "", print_set_clause, out);
    print_list_in(" FROM ", s->from, "", print_from, out);
    print_clause(" WHERE ", s->where, out);
    print_returning(s->returning, out);
}

static void print_delete(const DeleteStmt *s, StrBuf *out)
{
    print_with(s->with, out);
    sb_puts(out, "DELETE FROM ");
    sql_print_name(&s->table, out);
    print_word(" AS ", &s->alias, out);
    print_list_in(" USING ", s->using_from, "", print_from, out);
    print_clause(" WHERE ", s->where, out);
    print_returning(s->returning, out);
}

static void print_copy(const CopyStmt *s, StrBuf *out)
{
    sb_puts(out, s->query ? "COPY (" : "COPY ");
    if (s->query)
        print_query(s->query, out);
    else
        sql_print_name(&s->table, out);
    sb_puts(out, s->query ? ")" : "");
    print_list_in(" (", s->columns, ")", print_any, out);
    sb_puts(out, s->is_from ? " FROM " : " TO ");
    if (s->standard)
        sb_puts(out, s->is_from ? "STDIN" : "STDOUT");
    print_text("", s->path, out);
    print_options(s->options, out);
    print_clause(" WHERE ", s->where, out);
}

/* ---- inspection and control ---- */

static void print_explain_option(const Node *n, StrBuf *out)
{
    const OptionNode *o = AST(OptionNode, n);
    sql_print_ident(o->key, out);
    if (o->form != OPTION_FORM_NONE)
        sb_puts(out, " = ");
    print_option_value(n, out);
}

/* A name that would read as one of the words that may stand in its place. */
static void print_guarded(const Name *name, const char *const *words, size_t n_words, StrBuf *out)
{
    for (size_t i = 0; i < n_words; i++) {
        if (name->n_parts == 1 && str_eq_nocase(name->part[0].s, str_of(words[i]))) {
            sb_putc(out, '"');
            sb_putstr(out, name->part[0].s);
            sb_putc(out, '"');
            return;
        }
    }
    sql_print_name(name, out);
}

static void print_explain(const ExplainStmt *s, StrBuf *out)
{
    switch (s->what) {
    case EXPLAIN_DAG: sb_puts(out, "EXPLAIN DAG"); break;
    case EXPLAIN_ROW:
        sb_puts(out, "EXPLAIN ROW (");
        sql_print_name(&s->name, out);
        print_list_in(", ", s->keys, "", print_expr, out);
        sb_putc(out, ')');
        break;
    case EXPLAIN_STATEMENT:
        sb_puts(out, "EXPLAIN ");
        sb_puts(out, s->analyze ? "ANALYZE " : "");
        sb_puts(out, s->verbose ? "VERBOSE " : "");
        print_list_in("(", s->options, ") ", print_explain_option, out);
        if (s->stmt)
            print_statement(s->stmt, out);
        else
            print_guarded(&s->name, &s->name.part[0].s.p, 1, out); /* no keyword stands there */
        break;
    }
}

static void print_show(const ShowStmt *s, StrBuf *out)
{
    sb_puts(out, "SHOW ");
    sb_puts(out, show_kind_text(s->kind));
    if (s->kind == SHOW_CREATE)
        sb_printf(out, " %s", object_kind_text(s->object));
    if (s->kind == SHOW_SETTING) {
        const char *words[N_SHOW_KINDS];
        for (ShowKind k = 0; k < N_SHOW_KINDS; k++)
            words[k] = show_kind_text(k);
        print_guarded(&s->name, words, SHOW_SETTING, out);
    } else if (s->name.n_parts) {
        sb_putc(out, ' ');
        sql_print_name(&s->name, out);
    }
    sb_puts(out, s->kind == SHOW_WHY ? " LATE" : "");
    print_text(" LIKE ", s->like, out);
}

static void print_set(const SetStmt *s, StrBuf *out)
{
    sb_puts(out, s->local ? "SET LOCAL " : "SET ");
    sql_print_name(&s->name, out);
    sb_puts(out, s->to_default ? " TO DEFAULT" : " = ");
    print_list(s->values, ", ", print_option_value, out);
}

static void print_subscribe(const SubscribeStmt *s, StrBuf *out)
{
    sb_puts(out, "SUBSCRIBE ");
    if (s->query) {
        sb_putc(out, '(');
        print_query(s->query, out);
        sb_putc(out, ')');
    }
    sql_print_name(&s->name, out);
    print_clause(" WHERE ", s->where, out);
    print_clause(" AS OF EPOCH ", s->as_of_epoch, out);
    print_options(s->options, out);
}

static void print_declare(const DeclareStmt *s, StrBuf *out)
{
    print_word("DECLARE ", &s->name, out);
    sb_puts(out, s->no_scroll ? " NO SCROLL" : s->scroll ? " SCROLL" : "");
    sb_puts(out, " CURSOR");
    sb_puts(out, s->without_hold ? " WITHOUT HOLD" : s->with_hold ? " WITH HOLD" : "");
    sb_puts(out, " FOR ");
    print_statement(s->stmt, out);
}

static void print_fetch(const FetchStmt *s, StrBuf *out)
{
    sb_puts(out, s->forward ? "FETCH FORWARD" : "FETCH");
    sb_puts(out, s->all ? " ALL" : "");
    print_clause(" ", s->count, out);
    print_word(" FROM ", &s->name, out);
}

static void print_prepare(const PrepareStmt *s, StrBuf *out)
{
    print_word("PREPARE ", &s->name, out);
    print_list_in(" (", s->types, ")", print_any, out);
    sb_puts(out, " AS ");
    print_statement(s->stmt, out);
}

static void print_comment(const CommentStmt *s, StrBuf *out)
{
    sb_printf(out, "COMMENT ON %s ", object_kind_text(s->kind));
    sql_print_name(&s->name, out);
    sb_puts(out, " IS ");
    if (s->text.p)
        sql_print_string(s->text, out);
    else
        sb_puts(out, "NULL");
}

static void print_named(const char *words, const Name *name, StrBuf *out)
{
    sb_puts(out, words);
    sql_print_name(name, out);
}

/* Statements of a few words. */
static void print_modes(uint32_t modes, StrBuf *out)
{
    static const char *const names[] = {"ISOLATION LEVEL SERIALIZABLE",
                                        "ISOLATION LEVEL REPEATABLE READ",
                                        "ISOLATION LEVEL READ COMMITTED",
                                        "ISOLATION LEVEL READ UNCOMMITTED",
                                        "READ ONLY",
                                        "READ WRITE",
                                        "DEFERRABLE",
                                        "NOT DEFERRABLE"};
    const char *before = " ";
    for (uint32_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!(modes & 1u << i))
            continue;
        sb_printf(out, "%s%s", before, names[i]);
        before = ", ";
    }
}

static void print_short(const Node *n, StrBuf *out)
{
    static const char *const transactions[] = {"BEGIN",
                                               "COMMIT",
                                               "ROLLBACK",
                                               "SAVEPOINT ",
                                               "RELEASE SAVEPOINT ",
                                               "ROLLBACK TO SAVEPOINT ",
                                               "SET TRANSACTION",
                                               "SET SESSION CHARACTERISTICS AS TRANSACTION"},
                             *const discards[] = {"DISCARD ALL", "DISCARD PLANS", "DISCARD SEQUENCES", "DISCARD TEMP"},
                             *const extended[] = {"extended"};
    switch (n->kind) {
    case NODE_TRUNCATE_STMT:
        print_list_in("TRUNCATE TABLE ", AST(TruncateStmt, n)->names, behavior_text(AST(TruncateStmt, n)->behavior), print_any,
                      out);
        break;
    case NODE_VERIFY_STMT:
        print_named(AST(VerifyStmt, n)->materialized ? "VERIFY MATERIALIZED VIEW " : "VERIFY VIEW ", &AST(VerifyStmt, n)->name,
                    out);
        break;
    case NODE_DESCRIBE_STMT:
        sb_puts(out, AST(DescribeStmt, n)->extended ? "DESCRIBE EXTENDED " : "DESCRIBE ");
        print_guarded(&AST(DescribeStmt, n)->name, extended, 1, out);
        break;
    case NODE_RESET_STMT: print_named(AST(ResetStmt, n)->all ? "RESET ALL" : "RESET ", &AST(ResetStmt, n)->name, out); break;
    case NODE_CLOSE_STMT:
        sb_puts(out, AST(CloseStmt, n)->all ? "CLOSE ALL" : "");
        print_word("CLOSE ", &AST(CloseStmt, n)->name, out);
        break;
    case NODE_CHECKPOINT_STMT: sb_puts(out, "CHECKPOINT"); break;
    case NODE_RESTORE_STMT:
        print_clause("RESTORE FROM CHECKPOINT ", AST(RestoreStmt, n)->checkpoint, out);
        print_text("RESTORE FROM ", AST(RestoreStmt, n)->path, out);
        break;
    case NODE_BACKUP_STMT:
        print_text("BACKUP TO ", AST(BackupStmt, n)->path, out);
        print_options(AST(BackupStmt, n)->options, out);
        break;
    case NODE_BACKFILL_STMT:
        print_named(AST(BackfillStmt, n)->resume ? "RESUME BACKFILL FOR " : "CANCEL BACKFILL FOR ", &AST(BackfillStmt, n)->name,
                    out);
        break;
    case NODE_EXECUTE_STMT:
        print_word("EXECUTE ", &AST(ExecuteStmt, n)->name, out);
        print_list_in(" (", AST(ExecuteStmt, n)->args, ")", print_expr, out);
        break;
    case NODE_DEALLOCATE_STMT:
        sb_puts(out, AST(DeallocateStmt, n)->all ? "DEALLOCATE ALL" : "");
        print_word("DEALLOCATE PREPARE ", &AST(DeallocateStmt, n)->name, out);
        break;
    case NODE_TRANSACTION_STMT:
        sb_puts(out, transactions[AST(TransactionStmt, n)->kind]);
        print_word("", &AST(TransactionStmt, n)->name, out);
        print_modes(AST(TransactionStmt, n)->modes, out);
        sb_puts(out, AST(TransactionStmt, n)->chain ? " AND CHAIN" : "");
        break;
    case NODE_DISCARD_STMT: sb_puts(out, discards[AST(DiscardStmt, n)->what]); break;
    case NODE_CANCEL_STMT:
        sb_puts(out, AST(CancelStmt, n)->kill ? "KILL" : "CANCEL");
        print_clause(" QUERY ", AST(CancelStmt, n)->query_id, out);
        break;
    default: print_element(n, out);
    }
}

void print_statement(const Node *n, StrBuf *out)
{
    switch (n->kind) {
    case NODE_QUERY_STMT: print_query(AST(QueryStmt, n)->query, out); break;
    case NODE_CREATE_RELATION_STMT: print_create_relation(AST(CreateRelationStmt, n), out); break;
    case NODE_CREATE_QUERY_STMT: print_create_query(AST(CreateQueryStmt, n), out); break;
    case NODE_CREATE_SINK_STMT: print_create_sink(AST(CreateSinkStmt, n), out); break;
    case NODE_CREATE_FUNCTION_STMT: print_create_function(AST(CreateFunctionStmt, n), out); break;
    case NODE_CREATE_TYPE_STMT: print_create_type(AST(CreateTypeStmt, n), out); break;
    case NODE_DROP_STMT: print_drop(AST(DropStmt, n), out); break;
    case NODE_ALTER_STMT: print_alter(AST(AlterStmt, n), out); break;
    case NODE_INSERT_STMT: print_insert(AST(InsertStmt, n), out); break;
    case NODE_UPDATE_STMT: print_update(AST(UpdateStmt, n), out); break;
    case NODE_DELETE_STMT: print_delete(AST(DeleteStmt, n), out); break;
    case NODE_COPY_STMT: print_copy(AST(CopyStmt, n), out); break;
    case NODE_EXPLAIN_STMT: print_explain(AST(ExplainStmt, n), out); break;
    case NODE_SHOW_STMT: print_show(AST(ShowStmt, n), out); break;
    case NODE_SET_STMT: print_set(AST(SetStmt, n), out); break;
    case NODE_SUBSCRIBE_STMT: print_subscribe(AST(SubscribeStmt, n), out); break;
    case NODE_DECLARE_STMT: print_declare(AST(DeclareStmt, n), out); break;
    case NODE_FETCH_STMT: print_fetch(AST(FetchStmt, n), out); break;
    case NODE_PREPARE_STMT: print_prepare(AST(PrepareStmt, n), out); break;
    case NODE_COMMENT_STMT: print_comment(AST(CommentStmt, n), out); break;
    default: print_short(n, out);
    }
}
