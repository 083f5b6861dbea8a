/* SPDX-License-Identifier: Apache-2.0
 *
 * What a continuous query would keep (design 3.4) and whether its values can be computed again (3.5).  Every node gets the class of
 * its own state with the reason; ROWS is refused, KEYS is told (or refused under strict checking).  A bounded plan ends, so nothing
 * is refused. */
#include "plan/join_impl.h"
#include "plan/bind_impl.h"
#include "plan/temporal.h"
#include "plan/ttl_impl.h"

int plan_add_notice(PlanState *s, const Err *what, Err *err)
{
    if (s->n_notices == s->notices_cap) {
        uint32_t cap = s->notices_cap ? s->notices_cap * 2 : 4;
        Err *more = ARENA_ARRAY(s->arena, Err, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (s->n_notices)
            memcpy(more, s->notices, s->n_notices * sizeof(*more));
        s->notices = more;
        s->notices_cap = cap;
    }
    s->notices[s->n_notices++] = *what;
    return 0;
}

static int notice(PlanState *s, Span at, const char *text, Err *err)
{
    Err what = ERR_INIT;
    if (s->ctx->state_check_strict && !s->ctx->allow_unbounded_state) {
        RAISE_AT(err, ERR_STATE_KEYS, at, "%s", text);
        return err_hint(err, "SET state_check allows such state; or group by a window.");
    }
    RAISE_AT(&what, ERR_STATE_KEYS, at, "%s", text);
    return plan_add_notice(s, &what, err);
}

/* "user_id, sym": the keys as written. */
static const char *key_names(PlanState *s, const Logical *n)
{
    StrBuf b;
    sb_init(&b, s->ctx->acct);
    for (uint32_t i = 0; i < n->group.n_keys; i++) {
        const Expr *e = n->group.keys[i];
        sb_puts(&b, i ? ", " : "");
        if (e->kind == EXPR_COLUMN) {
            sb_puts(&b, n->in[0]->cols[e->col].name);
        } else {
            StrBuf names;
            Field *f = n->in[0]->cols;
            Schema *schema = schema_new(s->ctx->acct, f, n->in[0]->n_cols);
            sb_init(&names, s->ctx->acct);
            expr_print(e, schema, &names);
            sb_puts(&b, sb_cstr(&names));
            sb_done(&names);
            schema_unref(schema);
        }
    }
    char *text = arena_strdup(s->arena, sb_cstr(&b));
    sb_done(&b);
    return text ? text : "";
}

static void raise_state(Logical *n, StateClass c, const char *why)
{
    if (c > n->state) {
        n->state = c;
        n->state_why = why;
    }
}

static int state_grows(PlanState *s, const Logical *n, const LogicalAgg *a, Err *err)
{
    const char *what = n->in[0]->props.content_why;
    (void)s;
    RAISE_AT(err, ERR_STATE_GROWS, a->at, "query needs state that grows with %s", what ? what : "every row of its input");
    err_detail(err, "at: %s(..)\nwhy: its result depends on all values of the group, and no window lets them be forgotten",
               a->name);
    return err_hint(err, "Group by a window: GROUP BY .., TUMBLE(time, INTERVAL '1' HOUR); or WITH (state_ttl = '7 days').");
}

static int check_hash_agg(PlanState *s, Logical *n, Err *err)
{
    const Props *in = &n->in[0]->props;
    const LogicalGroup *g = &n->group;
    StateClass by_key = in->content < STATE_KEYS ? in->content : STATE_KEYS;
    bool keyed = g->n_keys > 0;
    if (keyed)
        raise_state(n, by_key, by_key == STATE_KEYS ? "per distinct key" : in->content_why);
    for (uint32_t i = 0; i < g->n_aggs; i++) {
        const LogicalAgg *a = &g->aggs[i];
        if (a->spec.distinct && !(a->spec.flags & AGG_IGNORES_DISTINCT))
            raise_state(n, by_key, "per distinct value of an aggregate");
        else if ((a->spec.flags & AGG_NEEDS_MULTISET) && !(a->spec.flags & AGG_FEW_VALUES))
            raise_state(n, in->content, "all values of an aggregate");
        if (n->state == STATE_ROWS && (s->ctx->state_ttl_us == 0 || s->ctx->ttl_mode == TTL_FREEZE))
            return state_grows(s, n, a, err);
    }
    if (n->state != STATE_KEYS || (s->ctx->state_ttl_us > 0 && s->ctx->ttl_mode != TTL_FREEZE))
        return 0;
    const char *text = keyed ? arena_printf(s->arena, "state of %s %s grows with the number of distinct %s",
                                            g->n_aggs ? "GROUP BY" : "DISTINCT", key_names(s, n), key_names(s, n))
                             : arena_printf(s->arena, "state of %s(..) grows with the number of distinct values", g->aggs[0].name);
    if (!text)
        return RAISE_NOMEM(err);
    return notice(s, n->at, text, err);
}

static int check_join(PlanState *s, Logical *n, Err *err)
{
    const Props *l = &n->in[0]->props, *r = &n->in[1]->props;
    bool probes = logical_join_probes(s, n);
    JoinBand band;
    if (n->join.at_clock && !probes) {
        RAISE_AT(err, ERR_UNSUPPORTED, n->at,
                 "FOR SYSTEM_TIME AS OF proctime() in a continuous query other than of a stream with a table or a view is not "
                 "supported");
        return err_hint(
            err, "The left side must only grow and not be stored, the right side must be stored: a plain JOIN follows the changes "
                 "of both sides.");
    }
    if (join_is_timed(s, n, &band)) {
        raise_state(n, STATE_WINDOW, "until the watermarks pass the bounds of the join");
        return 0;
    }
    raise_state(n, r->content, r->content_why);
    if (!probes || l->change != CHANGE_APPEND)
        raise_state(n, l->content, l->content_why);
    if (n->state != STATE_ROWS)
        return 0;
    RAISE_AT(err, ERR_STATE_GROWS, n->at, "query needs state that grows with %s",
             n->state_why ? n->state_why : "every row of its input");
    err_detail(err,
               "at: %s JOIN\nwhy: the condition does not bound how long a row can find partners, so neither side can be forgotten",
               join_type_name(n->join.type));
    return err_hint(err,
                    "Bound the event times against each other (AND r.ts BETWEEN l.ts AND l.ts + INTERVAL '7 days'; both need a "
                    "watermark), or WITH (state_ttl = '7 days'): rows older than this stop matching; or make one side a TABLE or "
                    "a grouped view.");
}

/* What a relation's rows lead to leaves with them. */
static int check_recurse(PlanState *s, Logical *n, Err *err)
{
    const LogicalRecurse *r = &n->recurse;
    const Logical *grows = recurse_reads_stream(n->in[0]) && n->in[0]->props.content == STATE_ROWS ? n->in[0] : NULL;
    for (uint32_t i = 0; i < r->n_leaves; i++) {
        if (!r->leaf[i])
            continue;
        TRY(state_check(s, r->leaf[i], err));
        if (r->leaf[i]->props.content == STATE_ROWS && recurse_reads_stream(r->leaf[i]))
            grows = r->leaf[i];
    }
    raise_state(n, n->props.content, n->props.content_why);
    if (!grows)
        return 0;
    RAISE_AT(err, ERR_STATE_GROWS, n->at, "query needs state that grows with %s",
             grows->props.content_why ? grows->props.content_why : "every row of its input");
    err_detail(err, "at: WITH RECURSIVE %s\nwhy: a later row may follow from any row that was there, so none can be forgotten",
               r->name);
    return err_hint(err, "WITH (state_ttl = '7 days'): rows older than this lead to nothing any more; or read a TABLE or a grouped "
                         "view.");
}

static int order_grows(const Logical *n, const char *at, const char *why, const char *fix, Err *err)
{
    const char *what = n->in[0]->props.content_why;
    RAISE_AT(err, ERR_STATE_GROWS, n->at, "query needs state that grows with %s", what ? what : "every row of its input");
    err_detail(err, "at: %s\nwhy: %s", at, why);
    return err_hint(err, "%s", fix);
}

/* Over rows that only come, the best are kept; over rows that may go, all: any of them may become one of the best. */
static int check_top_n(PlanState *s, Logical *n, Err *err)
{
    const Props *in = &n->in[0]->props;
    const LogicalTopN *t = &n->top;
    for (uint32_t i = 0; i < n->props.n_wm; i++)
        if (n->props.change == CHANGE_APPEND && t->emit == OUTPUT_ON_WINDOW_CLOSE) {
            raise_state(n, STATE_WINDOW, "until the watermark passes the window");
            return 0;
        }
    if (in->change == CHANGE_APPEND && t->hi != INT64_MAX) {
        StateClass c = t->n_part == 0 ? STATE_CONST : MIN(in->content, STATE_KEYS);
        raise_state(n, c, t->n_part == 0 ? "the first rows" : "the first rows of each key");
    } else {
        raise_state(n, in->content, "all rows: those behind may move up");
    }
    if (n->state == STATE_ROWS)
        return order_grows(n, "Top-N", "its input has deletes or it has no upper bound, so no row can be forgotten",
                           "Give it a bound (LIMIT, rank <= n) over rows that are only inserted, or group by a window.", err);
    return n->state == STATE_KEYS ? notice(s, n->at, "state of Top-N grows with the number of distinct keys of its partition", err)
                                  : 0;
}

static int check_over(PlanState *s, Logical *n, Err *err)
{
    if (n->props.change == CHANGE_APPEND) {
        StateClass c = n->over.n_part ? MIN(n->in[0]->props.content, STATE_KEYS) : STATE_WINDOW;
        raise_state(n, c, "the rows that later ones look back on");
    } else {
        raise_state(n, n->in[0]->props.content, "all rows: results change with the rows around");
    }
    if (n->state == STATE_ROWS)
        return order_grows(n, "OVER", "the result of a row depends on rows that may still come, and nothing lets any be forgotten",
                           "Order by the watermark column, with frames that end at the row or near it, and EMIT ON WATERMARK; "
                           "bound the rank (QUALIFY "
                           "ROW_NUMBER() OVER (..) <= n); or take the rows from a table or a grouped view.",
                           err);
    return n->state == STATE_KEYS ? notice(s, n->at, "state of OVER grows with the number of distinct keys of its input", err) : 0;
}

/* Aggregates that can add up the states of sessions that merge; the others have it from the rows. */
static bool merges(const LogicalGroup *g)
{
    for (uint32_t i = 0; i < g->n_aggs; i++) {
        const AggSpec *a = &g->aggs[i].spec;
        if (a->distinct || (a->flags & AGG_NEEDS_MULTISET) || (!a->count_star && !a->type->merge))
            return false;
    }
    return true;
}

static const char *const close_sessions = "Declare WATERMARK FOR the time of the source: sessions that have ended are then "
                                          "forgotten; or take the rows from a table.";

/* Sessions of a query without a watermark: any of them may grow again, so none is forgotten. */
static int check_open_sessions(PlanState *s, Logical *n, Err *err)
{
    const Props *in = &n->in[0]->props;
    if (in->change == CHANGE_APPEND && merges(&n->group))
        raise_state(n, MIN(in->content, STATE_KEYS), "per session, for without a watermark none is over");
    else
        raise_state(n, in->content, "all rows of the sessions, for without a watermark none is over");
    if (n->state == STATE_ROWS)
        return order_grows(n, "SESSION", "without a watermark no session is over, and its rows say what becomes of it",
                           close_sessions, err);
    return n->state == STATE_KEYS
               ? notice(s, n->at, "state of SESSION grows with the number of sessions, for no watermark ends one", err)
               : 0;
}

static int check_session_rows(PlanState *s, Logical *n, Err *err)
{
    if (logical_window_closes(n)) {
        raise_state(n, STATE_WINDOW, "until the watermark passes the session");
        return 0;
    }
    raise_state(n, n->in[0]->props.content, "all rows: their sessions may grow");
    if (n->state == STATE_ROWS)
        return order_grows(n, "SESSION", "without a watermark no session is over", close_sessions, err);
    return n->state == STATE_KEYS ? notice(s, n->at, "state of SESSION grows with the number of distinct keys of its input", err)
                                  : 0;
}

/* Rows are kept from the first that may begin a match: for ever, unless a match has a bound. */
static int check_match(PlanState *s, Logical *n, Err *err)
{
    const Match *m = n->match;
    if (n->in[0]->props.change != CHANGE_APPEND)
        return bind_unsupported(err, n->at, "MATCH_RECOGNIZE of a continuous query over rows that are updated or deleted is");
    if (!match_clock(n, NULL)) {
        RAISE_AT(err, ERR_NO_WATERMARK, n->at,
                 "MATCH_RECOGNIZE of a continuous query goes by event time: its ORDER BY must begin with a "
                 "watermark column, ascending");
        return err_hint(err, "Declare WATERMARK FOR the time of the source, and ORDER BY it.");
    }
    raise_state(n, m->n_part ? MIN(n->in[0]->props.content, STATE_KEYS) : STATE_WINDOW,
                "the rows of matches that are not complete");
    if (s->inputs_end)
        return 0;
    if (m->within_us < 0 && (m->program.rows_max == UINT64_MAX || m->program.has_end)) {
        raise_state(n, STATE_ROWS, "rows of a match that may go on for ever");
        return order_grows(n, "MATCH_RECOGNIZE",
                           "the pattern has no bound, so a match may go on for ever and none of its rows can be forgotten",
                           "Add WITHIN INTERVAL '..' behind the pattern, or give its repetitions an upper bound: A{1,10}.", err);
    }
    return n->state == STATE_KEYS
               ? notice(s, n->at, "state of MATCH_RECOGNIZE grows with the number of distinct keys of its partition", err)
               : 0;
}

/* What changes by key has no history but the one that the join keeps, as far back as the left watermark. */
static int check_versions(const Logical *n, AsofUse use, Err *err)
{
    uint32_t col;
    const Props *r = &n->in[1]->props;
    if (r->change == CHANGE_APPEND)
        return 0;
    if (!asof_key_covers(n, true)) {
        RAISE_AT(err, ERR_INVALID_COLUMN_REF, n->at,
                 "a temporal join has to find one version of a row by the join's keys and the time");
        return err_hint(err, "Join by all columns of the right side's primary key; the version's time may be one of them.");
    }
    if (use == ASOF_VERSIONS && !asof_time_column(n, 0, &col)) {
        RAISE_AT(err, ERR_NO_WATERMARK, n->at,
                 "a temporal join needs a watermark on the left time, or no version could be forgotten");
        return err_hint(err, "Declare WATERMARK FOR the time, or join FOR SYSTEM_TIME AS OF proctime().");
    }
    if (use == ASOF_UPDATES && asof_key_covers(n, false)) {
        RAISE_AT(err, ERR_UNSUPPORTED, n->at,
                 "a temporal join of stored rows with a relation that holds one version of each is not supported");
        return err_hint(err, "Make the version's time part of the right side's primary key, or let the left side be a stream.");
    }
    return 0;
}

static int check_asof(PlanState *s, Logical *n, Err *err)
{
    const Props *l = &n->in[0]->props, *r = &n->in[1]->props;
    AsofUse use = logical_asof_use(s, n);
    if (n->asof.temporal)
        TRY(check_versions(n, use, err));
    if (n->asof.left_clock && use == ASOF_PROBES) {
        RAISE_AT(err, ERR_NO_WATERMARK, n->at, "a temporal probe join needs watermarks on the times of both sides");
        return err_hint(err, "Declare WATERMARK FOR both columns of TIMESTAMPS.");
    }
    if (use == ASOF_VERSIONS) {
        raise_state(n, STATE_KEYS, "the versions of every key that the left watermark has not passed");
        return 0;
    }
    if (use == ASOF_FINAL_BY_CLOCK || use == ASOF_EARLY) {
        raise_state(n, STATE_KEYS, "the newest right rows of every key, until the watermarks pass");
        return 0;
    }
    raise_state(n, r->content, r->content_why);
    if (use != ASOF_PROBES)
        raise_state(n, l->content, l->content_why);
    if (n->state != STATE_ROWS)
        return 0;
    RAISE_AT(err, ERR_STATE_GROWS, n->at, "query needs state that grows with %s",
             n->state_why ? n->state_why : "every row of its input");
    err_detail(err, "at: ASOF JOIN\nwhy: without a watermark on both times no right row can be forgotten");
    return err_hint(err, "Declare WATERMARK FOR the times that the match condition compares.");
}

static const Expr *find_call(const Expr *e, uint32_t flag)
{
    if (e->kind == EXPR_CALL && (e->fn->flags & flag))
        return e;
    for (uint32_t i = 0; i < e->n_args; i++) {
        const Expr *found = find_call(e->arg[i], flag);
        if (found)
            return found;
    }
    return NULL;
}

typedef struct VolatileCheck {
    PlanState *s;
    Logical *n;
} VolatileCheck;

static int check_volatile(void *self, Expr **e, Err *err)
{
    const VolatileCheck *v = self;
    const Logical *n = v->n;
    const Expr *call = (*e)->is_stable || (*e)->is_volatile ? find_call(*e, FN_VOLATILE | FN_STABLE) : NULL;
    if (!call || n->n_in == 0)
        return 0;
    if ((n->kind == L_JOIN || n->kind == L_ASOF) && temporal_clock(*e)) {
        RAISE_AT(err, ERR_UNSUPPORTED, temporal_clock(*e)->at,
                 "%s() in the condition of a join of a continuous query is not supported", temporal_clock(*e)->fn->name);
        return err_hint(err, "Put the comparison of one side's time with now() into WHERE, or into a subquery that is joined.");
    }
    if (n->in[0]->props.change != CHANGE_APPEND)
        return RAISE_AT(err, ERR_NONDETERMINISTIC, call->at,
                        "%s() may not appear above rows that are updated or deleted: its value could not be computed again",
                        call->fn->name);
    return 0;
}

static int check_temporal(PlanState *s, Logical *n, Err *err)
{
    TimeBound *bounds;
    Expr *plain;
    uint32_t n_bounds;
    TRY(temporal_solve(s->arena, n->predicate, &plain, &bounds, &n_bounds, err));
    if (plain) {
        VolatileCheck v = {s, n};
        TRY(check_volatile(&v, &plain, err));
    }
    raise_state(n, MIN(n->in[0]->props.content, STATE_WINDOW), "rows until they enter and leave by the clock");
    return 0;
}

/* The state of one node: the rules, by its kind. */
static int check_node(PlanState *s, Logical *n, Err *err)
{
    switch (n->kind) {
    case L_AGG:
        if (n->group.closes)
            raise_state(n, STATE_WINDOW, "until the watermark passes the group");
        if (n->group.closes || s->inputs_end)
            return 0;
        return check_hash_agg(s, n, err);
    case L_SET_OP: {
        const Props *left = &n->in[0]->props, *right = &n->in[1]->props;
        const Props *more = right->content > left->content ? right : left;
        if (s->inputs_end)
            return 0;
        raise_state(n, MIN(more->content, STATE_KEYS), more->content >= STATE_KEYS ? "per distinct row" : more->content_why);
        return n->state == STATE_KEYS ? notice(s, n->at, "state of a set operation grows with the number of distinct rows", err)
                                      : 0;
    }
    case L_RECURSE: return s->inputs_end ? 0 : check_recurse(s, n, err);
    case L_WINDOW: return n->window.spec.kind == WINDOW_SESSION && !s->inputs_end ? check_session_rows(s, n, err) : 0;
    case L_WINDOW_AGG:
        if (logical_window_closes(n) || s->inputs_end)
            raise_state(n, STATE_WINDOW, "until the watermark passes the window");
        else
            return check_open_sessions(s, n, err);
        return 0;
    case L_TTL:
        if (n->ttl.n_part > 0)
            raise_state(n, STATE_KEYS, "per distinct key: those that are over are remembered");
        else
            raise_state(n, STATE_WINDOW, "rows until their state_ttl is over");
        return 0;
    case L_ASOF: return s->inputs_end ? 0 : check_asof(s, n, err);
    case L_JOIN: return s->inputs_end ? 0 : check_join(s, n, err);
    case L_MATCH: return check_match(s, n, err);
    case L_OVER: return s->inputs_end ? 0 : check_over(s, n, err);
    case L_TOP_N: return s->inputs_end ? 0 : check_top_n(s, n, err);
    default: return 0;
    }
}

int state_check(PlanState *s, Logical *n, Err *err)
{
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(state_check(s, n->in[i], err));
    n->state = STATE_CONST;
    n->state_why = NULL;
    if (!s->continuous)
        return 0;
    VolatileCheck v = {s, n};
    Err grows = ERR_INIT;
    if (temporal_is_filter(s, n))
        TRY(check_temporal(s, n, err));
    else
        TRY(logical_each_expr(n, check_volatile, &v, err));
    int rc = check_node(s, n, &grows);
    TRY(ttl_check(s, n, err));
    if (rc == -ERR_STATE_GROWS && s->ctx->allow_unbounded_state)
        return plan_add_notice(s, &grows, err);
    if (rc < 0 && err)
        *err = grows;
    return rc;
}
