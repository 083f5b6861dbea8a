/* SPDX-License-Identifier: Apache-2.0
 *
 * State of session windows (design 4.5).  [shard]
 *
 * A session [first, last + gap) is a group of agg_group.h whose key has a serial number besides the query's keys, and whose two
 * leading slots are first and last; so aggregates, before-images and results are those of any group.  Around the groups:
 *   keys     HASH by the query's keys: the key's only session, or its list of several, ordered by first, and its rows
 *   due      sessions by the last time known when they were filed, so that a clock finds those it has passed; one that has grown
 *            since is filed again only then.  In memory, made again from the groups
 *   rows     per key every row (time, arguments) with its count, ordered by time: what a split, and a merge of aggregates that
 *            cannot be added up, is computed from.  Not kept when input has no deletes and all states can be merged.
 * Lists and rows are collections of one MULTI table.
 *
 * A key whose only session has ended often gets another one soon.  So it stays with its group, idle: without sessions, but with the
 * group as its recent one, which the next session takes over.  At most as many keys are idle as there are sessions, or a few while
 * there is one; those that have been so longest go first.  Not where anything of a session lies outside its group, or where pages
 * may leave memory.
 *
 * Pages of all of them may leave memory between steps: lists, `recent`, `due` and a session's `key` are addresses, which are asked
 * for before they are followed.  What is below said to take a session or key wants it in memory; what it gives is. */
#pragma once
#include "exec/agg_group.h"
#include "exec/due_runs.h"
#include "exec/window_time.h"

typedef struct SessionKey { /* extra bytes of a row of `keys` */
    uint64_t list, rows;    /* owners in `index`; no list of a single session.  Idle: rows is its number among those */
    uint64_t n;             /* sessions */
    uint8_t *recent;        /* the only one, or the one touched last of several; NULL = none; n 0: the group of an idle key */
} SessionKey;

typedef enum SessionStage {
    SESSION_OPEN,
    SESSION_FIRED,
    N_SESSION_STAGES,
    SESSION_ENDED = N_SESSION_STAGES
} SessionStage;             /* ended: not filed */
typedef struct SessionOwn { /* the operator's bytes of a group */
    uint8_t *key;           /* row of `keys` */
    int64_t filed;          /* the last it is filed under */
    uint32_t stage;         /* SessionStage */
    uint32_t unused;        /* part of the stored layout */
} SessionOwn;

typedef struct IdleKeys { /* in the order in which they have become so */
    uint8_t **key;        /* by number, modulo cap; NULL: it has a session again */
    uint64_t from, end;   /* numbers */
    uint32_t cap, n;
} IdleKeys;

typedef struct SessionTable {
    AggGroups g;
    GroupTable t;
    int64_t gap_us;
    RowLayout key_layout;
    HashTable *keys;
    MultiTable *index;
    DueRuns due[N_SESSION_STAGES];
    SessionStage first_stage; /* of a new session */
    bool idles;
    IdleKeys idle;
    bool keeps_rows;
    const Vec **new_key; /* key columns of a session that is made: the query's, then its number */
    Vec new_number;
    uint32_t arg_at; /* arguments in g.eval.vec, to its end */
    SortSpec *arg;   /* how they are kept */
    int64_t serial;  /* of the newest session */
    StrBuf key_buf;  /* key of a row */
    Arena arena;     /* texts of rows being read */
} SessionTable;
/* g is open.  arg_at: the first expression of g.eval that belongs to an aggregate. */
int session_table_open(SessionTable *t, uint32_t arg_at, bool has_deletes, Err *err);
void session_table_close(SessionTable *t); /* also half-opened */
/* What lies beside the tables, and the lists made again from it and the groups. */
void session_table_save(const SessionTable *t, StrBuf *out);
int session_table_restore(SessionTable *t, ByteReader *in, Err *err);
void session_table_count(const SessionTable *t, OpCounters *c);

static inline SessionKey *session_key(const SessionTable *t, uint8_t *key)
{
    return (SessionKey *)(void *)row_extra(&t->key_layout, key);
}
static inline SessionOwn *session_own(const SessionTable *t, uint8_t *s)
{
    return (SessionOwn *)(void *)(row_extra(&t->g.layout, s) + t->g.own_at);
}
static inline int64_t session_first(const SessionTable *t, uint8_t *s)
{
    return *group_first(&t->g, s);
}
static inline int64_t session_last(const SessionTable *t, uint8_t *s)
{
    return *group_last(&t->g, s);
}
static inline int64_t session_end(const SessionTable *t, uint8_t *s)
{
    return session_last(t, s) + t->gap_us;
}

/* A key without a session that is to stay. */
static inline bool session_key_idles(const SessionKey *k)
{
    return k->n == 0 && k->recent;
}

/* The session of a key that has one; NULL = it has none or more.  To be asked for. */
static inline uint8_t *session_only(const SessionTable *t, uint8_t *key)
{
    const SessionKey *k = session_key(t, key);
    return k->n == 1 ? k->recent : NULL;
}

static inline void session_prefetch_of(const SessionTable *t, const uint8_t *s) /* NULL is fine */
{
    __builtin_prefetch(s, 1);
    __builtin_prefetch(s + t->g.layout.extra_offset, 1);
    __builtin_prefetch(s + t->g.layout.extra_offset + t->g.own_at, 1);
}
static inline void session_prefetch(const SessionTable *t, uint8_t *key)
{
    session_prefetch_of(t, session_key(t, key)->recent);
}

/* The sessions of a key that a row at ts joins: up to two; NULL = none.  *ret_left begins at or before ts, *ret_right after. */
int session_find(const SessionTable *t, uint8_t *key, int64_t ts, uint8_t **ret_left, uint8_t **ret_right);
/* A new session without rows; key columns are read at row r of the vectors, whose hash the key's row has. */
int session_new(SessionTable *t, uint8_t *key, const Vec *const *cols, uint32_t r, int64_t first, int64_t last, uint8_t **ret);
/* The same for the key of another session. */
int session_new_beside(SessionTable *t, uint8_t *other, int64_t first, int64_t last, uint8_t **ret);
int session_set_bounds(SessionTable *t, uint8_t *s, int64_t first, int64_t last);
int session_grow(SessionTable *t, uint8_t *s, int64_t last); /* of one that has been announced */
int session_set_stage(SessionTable *t, uint8_t *s, SessionStage stage);
/* Ends a session: off its key's list, without times and count.  Its group goes at once, or with the next flush when it was noted.
 * Rows of it that are kept are not touched. */
int session_retire(SessionTable *t, uint8_t *s);
/* The same for many that session_due has given, with all that is theirs: their rows, and keys that have no session then. */
int session_retire_all(SessionTable *t, uint8_t *const *s, uint32_t n);
/* One session for each row of `at` (hash, key columns as t->g.key has them), whose keys have none: of one row at us[row] each. */
int session_new_all(SessionTable *t, uint8_t *const *key, Rows at, const int64_t *us, uint8_t **ret);
/* Up to max >= DUE_TAKE_MIN sessions whose last + gap + delay is at or before limit, in the order of their ends (of each call),
 * taken out of their stage: SESSION_ENDED.  *ret_more: there may be more. */
int session_due(SessionTable *t, SessionStage stage, int64_t delay_us, int64_t limit, uint8_t **ret, uint32_t max, uint32_t *ret_n,
                bool *ret_more);
int session_file(SessionTable *t, uint8_t *s, SessionStage stage); /* of one that was taken out */
/* false: none is due; true: some may be. */
bool session_is_due(const SessionTable *t, SessionStage stage, int64_t delay_us, int64_t limit);
/* A key without sessions that does not idle. */
void session_key_remove(SessionTable *t, uint8_t *key);

/* ---- rows ---- */
int session_row_add(SessionTable *t, uint8_t *key, int64_t ts, uint32_t r, int64_t weight, int64_t *ret_count);
/* Greatest time of a row before ts, least time at or after it; false = none. */
bool session_row_before(const SessionTable *t, uint8_t *key, int64_t ts, int64_t *ret);
bool session_row_from(const SessionTable *t, uint8_t *key, int64_t ts, int64_t *ret);
typedef enum SessionReplay { REPLAY_ADD, REPLAY_TAKE, REPLAY_FORGET } SessionReplay;
/* Applies the rows of a key in [from, to] to a session's states once more, or backwards. */
int session_replay(SessionTable *t, uint8_t *key, int64_t from, int64_t to, uint8_t *s, SessionReplay how);
int session_rows_drop(SessionTable *t, uint8_t *key, int64_t from, int64_t to);
