/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions of all keys: lists, due times, beginning and end of a session.
 *
 * Entries of lists are (first, address of the group): groups never move while they live.  Most keys have one session at a time,
 * which needs no list. */
#include "exec/session_table.h"

#include "base/hash.h"

#define TIME_BYTES 8u
#define ENTRY_BYTES (2 * TIME_BYTES)
#define NO_BUCKET INT64_MIN

/* ---- entries ---- */

/* Big-endian with the sign flipped: in the order of the numbers. */
static void put_u64(char *p, uint64_t v)
{
    uint64_t be = __builtin_bswap64(v);
    memcpy(p, &be, sizeof(be));
}

static void put_time(char *p, int64_t v)
{
    put_u64(p, (uint64_t)v ^ UINT64_C(1) << 63);
}

static uint64_t get_u64(const char *p)
{
    uint64_t be;
    memcpy(&be, p, sizeof(be));
    return __builtin_bswap64(be);
}

static int64_t get_time(const char *p)
{
    return (int64_t)(get_u64(p) ^ UINT64_C(1) << 63);
}

typedef struct Entry {
    char p[ENTRY_BYTES];
} Entry;

static Entry entry_of(int64_t time, const uint8_t *s)
{
    Entry e;
    put_time(e.p, time);
    put_u64(e.p + TIME_BYTES, (uint64_t)(uintptr_t)s);
    return e;
}

/* Behind all entries of that time. */
static Entry entry_behind(int64_t time)
{
    Entry e;
    put_time(e.p, time);
    memset(e.p + TIME_BYTES, 0xff, TIME_BYTES);
    return e;
}

static Str entry_str(const Entry *e)
{
    return (Str){e->p, ENTRY_BYTES};
}

static uint8_t *entry_session(Str key)
{
    return (uint8_t *)(uintptr_t)get_u64(key.p + TIME_BYTES);
}

static int entry_put(SessionTable *t, uint64_t *owner, int64_t time, const uint8_t *s, int weight)
{
    int64_t after;
    Entry e = entry_of(time, s);
    return multi_add(t->index, owner, NO_BUCKET, entry_str(&e), weight, &after, NULL);
}

/* ---- life ---- */

int session_table_open(SessionTable *t, uint32_t arg_at, bool has_deletes, Err *err)
{
    OpEnv *env = t->g.op->env;
    const PhysAgg *node = t->g.node;
    arena_init(&t->arena, env->acct, 0);
    sb_init(&t->key_buf, env->acct);
    t->keeps_rows = has_deletes || !agg_groups_can_merge(&t->g);
    t->idles = !t->keeps_rows && !t->g.multi && !t->g.has_heap && t->g.n_distinct == 0;
    t->arg_at = arg_at;
    uint32_t n_args = t->g.eval.n - arg_at;
    Type *type = ARENA_ARRAY(env->plan, Type, MAX(node->n_keys, 1));
    t->arg = ARENA_ARRAY(env->plan, SortSpec, MAX(n_args, 1));
    t->new_key = ARENA_ARRAY(env->plan, const Vec *, node->n_keys + 1);
    if (!type || !t->arg || !t->new_key)
        return RAISE_NOMEM(err);
    t->new_number = (Vec){.kind = VEC_CONST, .type = TYPE(TS), .n = BATCH_ROWS, .data = &t->serial};
    t->new_key[node->n_keys] = &t->new_number;
    for (uint32_t i = 0; i < node->n_keys; i++)
        type[i] = node->keys[i]->type;
    for (uint32_t i = 0; i < n_args; i++)
        t->arg[i] = (SortSpec){.type = t->g.expr[arg_at + i]->type};
    TRY(row_layout_init(&t->key_layout, env->acct, type, node->n_keys, sizeof(SessionKey), err));
    for (uint32_t i = 0; i < N_SESSION_STAGES; i++)
        due_runs_init_span(&t->due[i], env->acct, t->gap_us);
    uint32_t id = env->next_table_id;
    env->next_table_id += 2;
    t->t = (GroupTable){.bucket = NO_BUCKET};
    t->t.rows = hash_table_new_bare(env->pages, &t->g.layout, t->g.table_id, NO_BUCKET, err); /* keys lead to their sessions */
    t->t.distinct = ARENA_ARRAY(env->plan, HashTable *, MAX(t->g.n_distinct, 1));
    t->keys = hash_table_new(env->pages, &t->key_layout, id, NO_BUCKET, err);
    t->index = multi_table_new(env->pages, id + 1, err);
    if (!t->t.rows || !t->t.distinct || !t->keys || !t->index)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t d = 0; d < t->g.n_distinct; d++) {
        t->t.distinct[d] = hash_table_new(env->pages, &t->g.distinct[d].layout, t->g.table_id + 1 + d, NO_BUCKET, err);
        if (!t->t.distinct[d])
            return -ERR_OUT_OF_MEMORY;
    }
    return 0;
}

void session_table_close(SessionTable *t)
{
    for (uint32_t d = 0; t->t.distinct && d < t->g.n_distinct; d++)
        hash_table_free(t->t.distinct[d]);
    hash_table_free(t->t.rows);
    hash_table_free(t->keys);
    multi_table_free(t->index);
    for (uint32_t i = 0; i < N_SESSION_STAGES; i++)
        due_runs_done(&t->due[i]);
    mem_free(t->g.op ? t->g.op->env->acct : NULL, t->idle.key, t->idle.cap * sizeof(*t->idle.key));
    agg_groups_close(&t->g);
    row_layout_done(&t->key_layout);
    if (!t->arena.acct && !t->key_buf.acct)
        return;
    sb_done(&t->key_buf);
    arena_done(&t->arena);
}

void session_table_count(const SessionTable *t, OpCounters *c)
{
    c->state_rows = hash_table_rows(t->t.rows) - t->idle.n;
    c->state_bytes = hash_table_bytes(t->t.rows) + hash_table_bytes(t->keys) + multi_table_bytes(t->index) +
                     (int64_t)(t->idle.cap * sizeof(*t->idle.key));
    for (uint32_t i = 0; i < N_SESSION_STAGES; i++)
        c->state_bytes += due_runs_bytes(&t->due[i]);
    for (uint32_t d = 0; d < t->g.n_distinct; d++)
        c->state_bytes += hash_table_bytes(t->t.distinct[d]);
    if (t->g.multi)
        c->state_bytes += multi_table_bytes(t->g.multi);
}

/* ---- idle keys ---- */

#define IDLE_MIN 256u /* keys, even where there are fewer sessions */

static uint64_t idle_limit(const SessionTable *t)
{
    uint64_t n_sessions = hash_table_rows(t->t.rows) - t->idle.n;
    return n_sessions ? MAX(n_sessions, IDLE_MIN) : 0;
}

/* Room for one more; false: there is no memory. */
static bool idle_reserve(SessionTable *t)
{
    IdleKeys *d = &t->idle;
    if (likely(d->end - d->from < d->cap))
        return true;
    uint32_t cap = d->cap ? 2 * d->cap : IDLE_MIN;
    Account *acct = t->g.op->env->acct;
    uint8_t **key = cap > d->cap ? mem_alloc(acct, cap * sizeof(*key)) : NULL;
    if (!key)
        return false;
    for (uint64_t i = d->from; i < d->end; i++)
        key[i % cap] = d->key[i % d->cap];
    mem_free(acct, d->key, d->cap * sizeof(*key));
    d->key = key;
    d->cap = cap;
    return true;
}

/* A key whose only session s has ended, both announced; false: it is to go. */
static bool idle_put(SessionTable *t, uint8_t *key, uint8_t *s)
{
    if (!t->idles || hash_table_is_spilling(t->keys) || !idle_reserve(t))
        return false;
    SessionKey *k = session_key(t, key);
    k->recent = s;
    k->rows = t->idle.end;
    t->idle.key[t->idle.end++ % t->idle.cap] = key;
    t->idle.n++;
    return true;
}

/* Off the list of the idle. */
static void idle_take(SessionTable *t, SessionKey *k)
{
    t->idle.key[k->rows % t->idle.cap] = NULL;
    t->idle.n--;
    k->rows = 0;
}

/* The group of an idle key as a new one has it; both have been announced. */
static uint8_t *wake(SessionTable *t, SessionKey *k)
{
    uint8_t *s = k->recent, *end = s + t->g.layout.row_bytes;
    idle_take(t, k);
    *row_count(s) = 0;
    for (uint8_t *at = row_extra(&t->g.layout, s); at < end; at += 16) { /* both are multiples of it */
        memset(at, 0, 16);
        __asm__("" : "+r"(at)); /* as it stands: the loop would become a call, which takes longer than the few stores */
    }
    return s;
}

/* Tables without a key give their memory back. */
static void clear_empty(SessionTable *t)
{
    if (hash_table_rows(t->keys) > 0)
        return;
    hash_table_clear(t->keys);
    for (uint32_t d = 0; d < t->g.n_distinct; d++)
        if (hash_table_rows(t->t.distinct[d]) == 0)
            hash_table_clear(t->t.distinct[d]);
    if (hash_table_rows(t->t.rows) == 0)
        hash_table_clear(t->t.rows);
}

/* Those that have been idle longest go when there are too many. */
static int idle_trim(SessionTable *t)
{
    IdleKeys *d = &t->idle;
    uint64_t limit = idle_limit(t);
    for (; d->from < d->end && (d->n > limit || d->end - d->from > 4 * limit); d->from++) {
        uint8_t *key = d->key[d->from % d->cap];
        if (!key)
            continue;
        SessionKey *k = session_key(t, key);
        TRY(hash_table_touch(t->keys, key));
        TRY(hash_table_touch(t->t.rows, k->recent));
        idle_take(t, k);
        hash_table_remove(t->t.rows, k->recent);
        k->recent = NULL;
        hash_table_remove(t->keys, key);
    }
    clear_empty(t);
    return 0;
}

/* ---- sessions ---- */

static bool joins(const SessionTable *t, uint8_t *s, int64_t ts)
{
    return ts > sub_saturated(session_first(t, s), t->gap_us) && ts < session_end(t, s);
}

/* The session of an entry, in memory; *ret is NULL when there is no entry. */
static int listed(const SessionTable *t, bool found, Str entry, uint8_t **ret)
{
    *ret = found ? entry_session(entry) : NULL;
    return found ? hash_table_need(t->t.rows, *ret) : 0;
}

static int find_listed(const SessionTable *t, const SessionKey *k, int64_t ts, uint8_t **ret_left, uint8_t **ret_right)
{
    Entry at = entry_behind(ts);
    Str entry = STR("");
    int64_t count;
    uint8_t *s;
    TRY(listed(t, multi_seek_back(t->index, k->list, entry_str(&at), false, &entry, &count), entry, &s));
    *ret_left = s && joins(t, s, ts) ? s : NULL;
    if (*ret_left && ts <= session_last(t, s))
        return 0;
    TRY(listed(t, multi_seek(t->index, k->list, entry_str(&at), true, &entry, &count), entry, &s));
    *ret_right = s && joins(t, s, ts) ? s : NULL;
    return 0;
}

int session_find(const SessionTable *t, uint8_t *key, int64_t ts, uint8_t **ret_left, uint8_t **ret_right)
{
    const SessionKey *k = session_key(t, key);
    uint8_t *s = k->recent;
    *ret_left = *ret_right = NULL;
    if (k->n == 0)
        return 0;
    if (s)
        TRY(hash_table_need(t->t.rows, s));
    if (!s || (k->n > 1 && (ts < session_first(t, s) || ts > session_last(t, s))))
        return find_listed(t, k, ts, ret_left, ret_right);
    if (joins(t, s, ts))
        *(session_first(t, s) <= ts ? ret_left : ret_right) = s;
    return 0;
}

/* One session more or less in the order of a key.  The row of the key has been announced. */
static int list_add(SessionTable *t, SessionKey *k, uint8_t *s)
{
    if (k->n == 1) {
        TRY(hash_table_need(t->t.rows, k->recent));
        TRY(entry_put(t, &k->list, session_first(t, k->recent), k->recent, 1));
    }
    if (k->n > 0)
        TRY(entry_put(t, &k->list, session_first(t, s), s, 1));
    else
        k->recent = s;
    k->n++;
    return 0;
}

static int list_remove(SessionTable *t, SessionKey *k, uint8_t *s)
{
    Str other;
    int64_t count;
    if (k->n > 1)
        TRY(entry_put(t, &k->list, session_first(t, s), s, -1));
    if (k->recent == s)
        k->recent = NULL;
    if (--k->n != 1)
        return 0;
    if (!multi_seek(t->index, k->list, STR(""), false, &other, &count))
        return -ERR_IO; /* the only one that is left: its page cannot be read */
    k->recent = entry_session(other);
    multi_drop(t->index, k->list);
    k->list = 0;
    return 0;
}

static int file(SessionTable *t, uint8_t *s, SessionStage stage, int64_t last)
{
    SessionOwn *own = session_own(t, s);
    own->filed = last;
    own->stage = stage;
    return stage == SESSION_ENDED ? 0 : due_runs_add(&t->due[stage], s, last);
}

static void unfile(SessionTable *t, uint8_t *s)
{
    const SessionOwn *own = session_own(t, s);
    if (own->stage != SESSION_ENDED)
        due_runs_remove(&t->due[own->stage], s, own->filed);
}

static int enlist(SessionTable *t, uint8_t *key, uint8_t *s, int64_t first, int64_t last)
{
    SessionKey *k = session_key(t, key);
    session_own(t, s)->key = key;
    *group_first(&t->g, s) = first;
    *group_last(&t->g, s) = last;
    TRY(list_add(t, k, s));
    k->recent = s;
    return file(t, s, t->first_stage, last);
}

int session_new(SessionTable *t, uint8_t *key, const Vec *const *cols, uint32_t r, int64_t first, int64_t last, uint8_t **ret)
{
    uint32_t n = t->g.node->n_keys;
    int64_t number = ++t->serial;
    TRY(hash_table_touch(t->keys, key));
    uint64_t hash = n ? hash_combine(row_hash(key), hash_i64(number)) : hash_i64(number); /* as kernel_hash gives it */
    SessionKey *k = session_key(t, key);
    for (uint32_t i = 0; i < n; i++)
        t->new_key[i] = cols[i];
    if (session_key_idles(k)) {
        TRY(hash_table_touch(t->t.rows, k->recent));
        *ret = wake(t, k);
    } else {
        TRY(hash_table_append_row(t->t.rows, t->new_key, r, hash, ret));
    }
    agg_groups_init(&t->g, *ret);
    return enlist(t, key, *ret, first, last);
}

/* Groups for sessions of the keys at the rows, of which none idles. */
static int append_groups(SessionTable *t, uint8_t *const *key, Rows at, uint8_t **ret)
{
    Arena *step = t->g.op->env->step;
    uint32_t n_keys = t->g.node->n_keys, n_phys = 0;
    for (uint32_t i = 0; i < at.n; i++)
        n_phys = MAX(n_phys, row_at(at, i) + 1u);
    int64_t *number = arena_alloc(step, n_phys * sizeof(*number));
    uint64_t *hash = arena_alloc(step, at.n * sizeof(*hash));
    if (!number || !hash)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < at.n; i++) {
        int64_t x = number[row_at(at, i)] = ++t->serial;
        hash[i] = n_keys ? hash_combine(row_hash(key[i]), hash_i64(x)) : hash_i64(x); /* as kernel_hash gives it */
    }
    Vec numbers = {.kind = VEC_FLAT, .type = t->new_number.type, .n = n_phys, .data = number};
    memcpy(t->new_key, t->g.key, n_keys * sizeof(*t->new_key));
    t->new_key[n_keys] = &numbers;
    int rc = hash_table_append(t->t.rows, t->new_key, hash, at, ret, NULL);
    t->new_key[n_keys] = &t->new_number;
    return rc;
}

/* A group for a session of each key, taken over from an idle one or made. */
static int get_groups(SessionTable *t, uint8_t *const *key, Rows at, uint8_t **ret)
{
    Arena *step = t->g.op->env->step;
    uint16_t *sel = arena_alloc(step, MAX(at.n, 1) * sizeof(*sel)), *place = arena_alloc(step, MAX(at.n, 1) * sizeof(*place));
    uint8_t **of = arena_alloc(step, MAX(at.n, 1) * sizeof(*of)), **made = arena_alloc(step, MAX(at.n, 1) * sizeof(*made));
    uint32_t n_made = 0, n_idle = 0;
    if (!sel || !place || !of || !made)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < at.n; i++) {
        ret[n_idle] = session_key(t, key[i])->recent;
        bool idles = ret[n_idle] != NULL;
        sel[n_made] = (uint16_t)row_at(at, i);
        place[n_made] = (uint16_t)i;
        of[n_made] = key[i];
        n_idle += idles;
        n_made += !idles;
    }
    TRY(hash_table_touch_all(t->t.rows, ret, n_idle));
    if (n_made > 0)
        TRY(append_groups(t, of, (Rows){n_made, sel}, made));
    for (uint32_t i = 0; i < at.n && n_idle > 0; i++) {
        SessionKey *k = session_key(t, key[i]);
        if (k->recent)
            ret[i] = wake(t, k);
    }
    for (uint32_t i = 0; i < n_made; i++)
        ret[place[i]] = made[i];
    return 0;
}

int session_new_all(SessionTable *t, uint8_t *const *key, Rows at, const int64_t *us, uint8_t **ret)
{
    TRY(get_groups(t, key, at, ret));
    for (uint32_t i = 0; i < at.n; i++) {
        int64_t x = us[row_at(at, i)];
        if (t->g.has_init || t->g.n_distinct > 0)
            agg_groups_init(&t->g, ret[i]);
        SessionKey *k = session_key(t, key[i]);
        session_own(t, ret[i])->key = key[i];
        *group_first(&t->g, ret[i]) = *group_last(&t->g, ret[i]) = x;
        k->recent = ret[i];
        k->n = 1;
        TRY(file(t, ret[i], t->first_stage, x));
    }
    return 0;
}

int session_new_beside(SessionTable *t, uint8_t *other, int64_t first, int64_t last, uint8_t **ret)
{
    Arena *step = t->g.op->env->step;
    uint32_t n = t->g.node->n_keys;
    Vec *v = arena_alloc(step, MAX(n, 1) * sizeof(*v));
    const Vec **cols = arena_alloc(step, MAX(n, 1) * sizeof(*cols));
    if (!v || !cols)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        TRY(hash_table_read(t->t.rows, &other, 1, i, &v[i], step));
        cols[i] = &v[i];
    }
    return session_new(t, session_own(t, other)->key, cols, 0, first, last, ret);
}

int session_set_bounds(SessionTable *t, uint8_t *s, int64_t first, int64_t last)
{
    SessionOwn *own = session_own(t, s);
    TRY(hash_table_touch(t->t.rows, s));
    if (first != session_first(t, s)) {
        SessionKey *k = session_key(t, own->key);
        TRY(hash_table_touch(t->keys, own->key));
        if (k->n > 1) {
            TRY(entry_put(t, &k->list, session_first(t, s), s, -1));
            TRY(entry_put(t, &k->list, first, s, 1));
        }
        *group_first(&t->g, s) = first;
    }
    return session_grow(t, s, last);
}

int session_grow(SessionTable *t, uint8_t *s, int64_t last)
{
    SessionOwn *own = session_own(t, s);
    *group_last(&t->g, s) = last;
    if (last >= own->filed) /* it is filed anew when it is found due */
        return 0;
    unfile(t, s);
    return file(t, s, (SessionStage)own->stage, last);
}

int session_set_stage(SessionTable *t, uint8_t *s, SessionStage stage)
{
    TRY(hash_table_touch(t->t.rows, s));
    unfile(t, s);
    return file(t, s, stage, session_last(t, s));
}

int session_retire(SessionTable *t, uint8_t *s)
{
    TRY(hash_table_touch(t->t.rows, s));
    uint8_t *key = session_own(t, s)->key;
    TRY(hash_table_touch(t->keys, key));
    unfile(t, s);
    TRY(list_remove(t, session_key(t, key), s));
    *row_count(s) = 0;
    *group_first(&t->g, s) = 1;
    *group_last(&t->g, s) = 0;
    if (!agg_is_noted(&t->g, s))
        agg_groups_remove(&t->g, &t->t, s);
    return 0;
}

/* Off its key's list.  Whether the key has none then. */
static int unlist(SessionTable *t, uint8_t *s, bool *ret_last)
{
    SessionOwn *own = session_own(t, s);
    SessionKey *k = session_key(t, own->key);
    if (likely(k->n == 1)) {
        k->recent = NULL;
        k->n = 0;
    } else {
        TRY(list_remove(t, k, s));
    }
    *ret_last = k->n == 0;
    return 0;
}

/* Rows that are kept of a session that has ended, before and after it is off its key's list. */
static int forget_rows(SessionTable *t, uint8_t *s, bool is_off)
{
    uint8_t *key = session_own(t, s)->key;
    if (!t->keeps_rows)
        return 0;
    return is_off ? session_rows_drop(t, key, session_first(t, s), session_last(t, s))
                  : session_replay(t, key, session_first(t, s), session_last(t, s), s, REPLAY_FORGET);
}

static void remove_groups(SessionTable *t, uint8_t *const *s, uint32_t n)
{
    if (!t->g.multi && !t->g.has_heap && t->g.n_distinct == 0) {
        hash_table_remove_all(t->t.rows, s, n);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        agg_groups_remove(&t->g, &t->t, s[i]);
}

static void remove_keys(SessionTable *t, uint8_t *const *key, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const SessionKey *k = session_key(t, key[i]);
        if (k->list)
            multi_drop(t->index, k->list);
        if (k->rows)
            multi_drop(t->index, k->rows);
    }
    hash_table_remove_all(t->keys, key, n);
    clear_empty(t);
}

int session_retire_all(SessionTable *t, uint8_t *const *s, uint32_t n)
{
    Arena *step = t->g.op->env->step;
    uint8_t **key = arena_alloc(step, MAX(n, 1) * sizeof(*key)), **gone = arena_alloc(step, MAX(n, 1) * sizeof(*gone));
    uint32_t n_keys = 0, n_gone = 0;
    if (!key || !gone)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        key[i] = session_own(t, s[i])->key;
    TRY(hash_table_touch_all(t->keys, key, n));
    for (uint32_t i = 0; i < n; i++) {
        bool is_last;
        if (i + DUE_AHEAD < n)
            __builtin_prefetch(session_key(t, key[i + DUE_AHEAD]), 1); /* key[] has what is left of it before i only */
        TRY(forget_rows(t, s[i], false));
        TRY(unlist(t, s[i], &is_last));
        TRY(forget_rows(t, s[i], true));
        *row_count(s[i]) = 0;
        *group_first(&t->g, s[i]) = 1;
        *group_last(&t->g, s[i]) = 0;
        bool noted = agg_is_noted(&t->g, s[i]);
        if (is_last && !noted && idle_put(t, key[i], s[i]))
            continue;
        if (is_last)
            key[n_keys++] = key[i];
        if (!noted)
            gone[n_gone++] = s[i];
    }
    remove_groups(t, gone, n_gone);
    remove_keys(t, key, n_keys);
    return idle_trim(t);
}

void session_key_remove(SessionTable *t, uint8_t *key)
{
    remove_keys(t, &key, 1);
}

/* ---- due ---- */

/* The latest time of a last row that is due; INT64_MIN: none is, for all times are above their gap. */
static int64_t due_limit(const SessionTable *t, int64_t delay_us, int64_t limit)
{
    return limit == INT64_MAX ? INT64_MAX : sub_saturated(sub_saturated(limit, t->gap_us), delay_us);
}

bool session_is_due(const SessionTable *t, SessionStage stage, int64_t delay_us, int64_t limit)
{
    return due_runs_may_be_due(&t->due[stage], due_limit(t, delay_us, limit));
}

typedef struct Ended { /* a session that is due */
    int64_t last;
    uint8_t *s;
} Ended;

#define DIGIT_BITS 8u
#define INSERTED 24u /* fewer are sorted by insertion */

static void sort_few(Ended *e, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        Ended x = e[i];
        uint32_t k = i;
        for (; k > 0 && x.last < e[k - 1].last; k--)
            e[k] = e[k - 1];
        e[k] = x;
    }
}

/* By last, those alike as they come: by digits of what is above the least.  Gives the one of the two arrays that has them. */
static Ended *sort_ended(Ended *e, Ended *other, uint32_t n)
{
    if (n < INSERTED) {
        sort_few(e, n);
        return e;
    }
    int64_t low = e[0].last, high = low;
    for (uint32_t i = 1; i < n; i++) {
        low = MIN(low, e[i].last);
        high = MAX(high, e[i].last);
    }
    uint64_t range = (uint64_t)high - (uint64_t)low;
    for (uint32_t shift = 0; shift < 64 && range >> shift; shift += DIGIT_BITS) {
        uint32_t at[1u << DIGIT_BITS] = {0}, sum = 0;
        for (uint32_t i = 0; i < n; i++)
            at[(((uint64_t)e[i].last - (uint64_t)low) >> shift) % ARRAY_LEN(at)]++;
        for (uint32_t i = 0; i < ARRAY_LEN(at); i++) {
            uint32_t count = at[i];
            at[i] = sum;
            sum += count;
        }
        for (uint32_t i = 0; i < n; i++)
            other[at[(((uint64_t)e[i].last - (uint64_t)low) >> shift) % ARRAY_LEN(at)]++] = e[i];
        Ended *swap = e;
        e = other;
        other = swap;
    }
    return e;
}

/* What will be looked at of a session.  Always inlined, for gcc drops calls of what only prefetches. */
static inline __attribute__((always_inline)) void prefetch_due(const SessionTable *t, const uint8_t *s)
{
    __builtin_prefetch(s, 1);
    __builtin_prefetch(s + t->g.layout.extra_offset, 1);
    __builtin_prefetch(s + t->g.layout.extra_offset + t->g.own_at, 1);
}

/* Sessions that were filed under a time that is due: those that have grown since are filed anew, the others are given. */
static int sift_due(SessionTable *t, SessionStage stage, const DueRow *due, uint32_t n, int64_t limit, Ended *ret, uint32_t *ret_n)
{
    uint32_t n_ended = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *s = due[i].row;
        if (i + DUE_AHEAD < n)
            prefetch_due(t, due[i + DUE_AHEAD].row);
        TRY(hash_table_touch_all(t->t.rows, &s, 1));
        SessionOwn *own = session_own(t, s);
        int64_t last = session_last(t, s);
        own->stage = SESSION_ENDED;
        if (last > limit) {
            TRY(file(t, s, stage, last));
            continue;
        }
        __builtin_prefetch(own->key, 1);
        __builtin_prefetch(session_key(t, own->key), 1);
        ret[n_ended++] = (Ended){last, s};
    }
    *ret_n = n_ended;
    return 0;
}

int session_due(SessionTable *t, SessionStage stage, int64_t delay_us, int64_t limit, uint8_t **ret, uint32_t max, uint32_t *ret_n,
                bool *ret_more)
{
    Arena *step = t->g.op->env->step;
    int64_t at_most = due_limit(t, delay_us, limit);
    DueRow *due = arena_alloc(step, max * sizeof(*due));
    Ended *ended = arena_alloc(step, 2 * max * sizeof(*ended));
    *ret_n = 0;
    if (!due || !ended)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = due_runs_take(&t->due[stage], at_most, due, max);
    TRY(sift_due(t, stage, due, n, at_most, ended, ret_n));
    const Ended *sorted = sort_ended(ended, ended + max, *ret_n);
    for (uint32_t i = 0; i < *ret_n; i++)
        ret[i] = sorted[i].s;
    *ret_more = due_runs_may_be_due(&t->due[stage], at_most);
    return 0;
}

int session_file(SessionTable *t, uint8_t *s, SessionStage stage)
{
    return file(t, s, stage, session_last(t, s));
}

/* ---- a restored state ---- */

void session_table_save(const SessionTable *t, StrBuf *out)
{
    agg_groups_save(&t->g, out);
    bytes_put_i64(out, t->serial);
}

/* Entries of lists hold addresses that were. */
static void drop_lists(SessionTable *t)
{
    HashCursor at = {0};
    uint8_t *key[256];
    for (uint32_t n; (n = hash_table_next(t->keys, &at, key, ARRAY_LEN(key))) > 0;) {
        for (uint32_t i = 0; i < n; i++) {
            SessionKey *k = session_key(t, key[i]);
            (void)hash_table_touch(t->keys, key[i]);
            multi_drop(t->index, k->list);
            k->list = k->n = 0;
            k->rows = t->keeps_rows ? k->rows : 0; /* it may have been idle */
            k->recent = NULL;
        }
    }
}

static int list_again(SessionTable *t, uint8_t **s, uint32_t n)
{
    Arena *step = t->g.op->env->step;
    uint32_t n_keys = t->g.node->n_keys;
    Vec *v = arena_alloc(step, MAX(n_keys, 1) * sizeof(*v));
    const Vec **cols = arena_alloc(step, MAX(n_keys, 1) * sizeof(*cols));
    uint64_t *hash = arena_alloc(step, n * sizeof(*hash));
    uint8_t **key = arena_alloc(step, n * sizeof(*key));
    if (!v || !cols || !hash || !key)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n_keys; i++) {
        TRY(hash_table_read(t->t.rows, s, n, i, &v[i], step));
        cols[i] = &v[i];
    }
    kernel_hash(cols, n_keys, (Rows){n, NULL}, hash);
    hash_table_find(t->keys, cols, hash, (Rows){n, NULL}, key);
    for (uint32_t i = 0; i < n; i++) {
        SessionOwn *own = session_own(t, s[i]);
        if (key[i] && own->stage == SESSION_ENDED && t->idles) {
            TRY(hash_table_touch(t->t.rows, s[i]));
            hash_table_remove(t->t.rows, s[i]);
            continue;
        }
        if (!key[i] || own->stage >= N_SESSION_STAGES)
            return -ERR_CORRUPT;
        SessionKey *k = session_key(t, key[i]);
        TRY(hash_table_touch(t->t.rows, s[i]));
        TRY(hash_table_touch(t->keys, key[i]));
        own->key = key[i];
        TRY(list_add(t, k, s[i]));
        TRY(due_runs_add(&t->due[own->stage], s[i], own->filed));
    }
    return 0;
}

/* Keys that were idle. */
static int drop_idle_keys(SessionTable *t)
{
    HashCursor at = {0};
    uint8_t *key[256];
    for (uint32_t n; t->idles && (n = hash_table_next(t->keys, &at, key, ARRAY_LEN(key))) > 0;) {
        for (uint32_t i = 0; i < n; i++) {
            if (session_key(t, key[i])->n > 0)
                continue;
            TRY(hash_table_touch(t->keys, key[i]));
            hash_table_remove(t->keys, key[i]);
        }
    }
    return 0;
}

int session_table_restore(SessionTable *t, ByteReader *in, Err *err)
{
    Arena *step = t->g.op->env->step;
    HashCursor at = {0};
    uint8_t *s[256];
    TRY(agg_groups_restore(&t->g, in, err));
    t->serial = bytes_i64(in);
    if (in->failed)
        return 0;
    drop_lists(t);
    for (uint32_t n; (n = hash_table_next(t->t.rows, &at, s, ARRAY_LEN(s))) > 0;) {
        ArenaMark scratch = arena_mark(step);
        int rc = list_again(t, s, n);
        arena_rewind(step, scratch);
        if (rc < 0)
            return RAISE(err, (ErrCode)-rc, "sessions cannot be put together again");
    }
    if (drop_idle_keys(t) < 0)
        return page_store_take_error(t->g.op->env->pages, err);
    return 0;
}

/* ---- rows ---- */

int session_row_add(SessionTable *t, uint8_t *key, int64_t ts, uint32_t r, int64_t weight, int64_t *ret_count)
{
    char time[TIME_BYTES];
    sb_clear(&t->key_buf);
    put_time(time, ts);
    sb_put(&t->key_buf, time, sizeof(time));
    for (uint32_t i = 0; i < t->g.eval.n - t->arg_at; i++)
        sortkey_put_row(&t->key_buf, &t->arg[i], &t->g.eval.vec[t->arg_at + i], r);
    if (t->key_buf.failed)
        return -ERR_OUT_OF_MEMORY;
    return multi_add(t->index, &session_key(t, key)->rows, NO_BUCKET, sb_str(&t->key_buf), weight, ret_count, NULL);
}

bool session_row_before(const SessionTable *t, uint8_t *key, int64_t ts, int64_t *ret)
{
    char time[TIME_BYTES];
    Str found;
    int64_t count;
    uint64_t rows = session_key(t, key)->rows;
    put_time(time, ts);
    if (!rows || !multi_seek_back(t->index, rows, (Str){time, sizeof(time)}, true, &found, &count) || found.n < TIME_BYTES)
        return false;
    *ret = get_time(found.p);
    return *ret < ts;
}

static bool row_from(const SessionTable *t, uint64_t rows, int64_t ts, Str *ret, int64_t *ret_count)
{
    char time[TIME_BYTES];
    put_time(time, ts);
    return rows && multi_seek(t->index, rows, (Str){time, sizeof(time)}, false, ret, ret_count);
}

bool session_row_from(const SessionTable *t, uint8_t *key, int64_t ts, int64_t *ret)
{
    Str found;
    int64_t count;
    if (!row_from(t, session_key(t, key)->rows, ts, &found, &count))
        return false;
    *ret = get_time(found.p);
    return true;
}

typedef struct Piece { /* some rows, decoded */
    Vec *vec;
    StrWriter *text;
    int32_t *w;
    uint8_t **row;
    uint32_t n;
} Piece;

static int piece_open(const SessionTable *t, Piece *p, Arena *arena)
{
    uint32_t n_args = t->g.eval.n - t->arg_at;
    *p = (Piece){.vec = arena_alloc(arena, MAX(n_args, 1) * sizeof(Vec)),
                 .text = arena_alloc(arena, MAX(n_args, 1) * sizeof(StrWriter)),
                 .w = arena_alloc(arena, BATCH_ROWS * sizeof(int32_t)),
                 .row = arena_alloc(arena, BATCH_ROWS * sizeof(uint8_t *))};
    if (!p->vec || !p->text || !p->w || !p->row)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n_args; i++) {
        TRY(vec_scratch(&p->vec[i], t->arg[i].type, BATCH_ROWS, arena));
        if (type_is_string(t->arg[i].type.id))
            strwriter_init(&p->text[i], &p->vec[i], arena);
    }
    return 0;
}

static int piece_add(SessionTable *t, Piece *p, Str key, int64_t weight, Arena *arena)
{
    size_t at = TIME_BYTES;
    arena_reset(&t->arena);
    for (uint32_t i = 0; i < t->g.eval.n - t->arg_at; i++) {
        Value v;
        if (!sortkey_get(&t->arg[i], key, &at, &t->arena, &v))
            return -ERR_OUT_OF_MEMORY; /* keys are ours, so they can be read */
        TRY(vec_put(&p->vec[i], p->n, &v, &p->text[i], arena));
    }
    if (weight > INT32_MAX || weight < -INT32_MAX)
        return -ERR_NUMERIC_RANGE;
    p->w[p->n++] = (int32_t)weight;
    return 0;
}

static int piece_apply(SessionTable *t, Piece *p, uint8_t *s, SessionReplay how, Arena *arena)
{
    uint32_t n_args = t->g.eval.n - t->arg_at;
    Vec *args = t->g.eval.vec + t->arg_at, *kept = arena_alloc(arena, MAX(n_args, 1) * sizeof(Vec));
    RowSet set = {{p->n, NULL}, p->row, p->w, 1, true};
    if (!kept)
        return -ERR_OUT_OF_MEMORY;
    if (n_args > 0)
        memcpy(kept, args, n_args * sizeof(Vec));
    for (uint32_t i = 0; i < p->n; i++)
        p->row[i] = s;
    for (uint32_t i = 0; i < n_args; i++) {
        if (type_is_string(t->arg[i].type.id))
            TRY(strwriter_finish(&p->text[i]));
        p->vec[i].n = p->n;
        args[i] = p->vec[i];
    }
    int rc = how == REPLAY_FORGET ? agg_groups_forget(&t->g, &t->t, &set, p->n) : agg_groups_apply(&t->g, &t->t, &set, p->n);
    if (n_args > 0)
        memcpy(args, kept, n_args * sizeof(Vec));
    return rc;
}

int session_replay(SessionTable *t, uint8_t *key, int64_t from, int64_t to, uint8_t *s, SessionReplay how)
{
    Arena *step = t->g.op->env->step;
    uint64_t rows = session_key(t, key)->rows;
    Str row;
    int64_t count;
    if (how == REPLAY_FORGET && t->g.n_distinct == 0)
        return 0;
    TRY(hash_table_touch(t->t.rows, s));
    bool more = row_from(t, rows, from, &row, &count) && get_time(row.p) <= to;
    while (more) {
        Piece p;
        ArenaMark scratch = arena_mark(step);
        TRY(piece_open(t, &p, step));
        while (more && p.n < BATCH_ROWS) {
            TRY(piece_add(t, &p, row, how == REPLAY_ADD ? count : -count, step));
            more = multi_seek(t->index, rows, row, true, &row, &count) && get_time(row.p) <= to;
        }
        TRY(piece_apply(t, &p, s, how, step));
        arena_rewind(step, scratch);
    }
    return 0;
}

int session_rows_drop(SessionTable *t, uint8_t *key, int64_t from, int64_t to)
{
    SessionKey *k = session_key(t, key);
    Str row;
    int64_t count;
    if (k->n == 0 && k->rows) { /* all of them */
        TRY(hash_table_touch(t->keys, key));
        multi_drop(t->index, k->rows);
        k->rows = 0;
        return 0;
    }
    while (row_from(t, k->rows, from, &row, &count) && get_time(row.p) <= to) {
        sb_clear(&t->key_buf); /* the text is good until the change */
        sb_put(&t->key_buf, row.p, row.n);
        if (t->key_buf.failed)
            return -ERR_OUT_OF_MEMORY;
        TRY(multi_add(t->index, &k->rows, NO_BUCKET, sb_str(&t->key_buf), -count, &count, NULL));
    }
    return 0;
}
