/* SPDX-License-Identifier: Apache-2.0
 *
 * Watermarks per key. */
#include "exec/key_clock.h"

#include "kernel/kernel.h"

int key_clock_new(Account *parent, PageStore *pages, const KeyClockSpec *spec, KeyClock **ret, Err *err)
{
    KeyClock *k = mem_zalloc(parent, sizeof(*k));
    if (!k)
        return RAISE_NOMEM(err);
    account_init(&k->acct, parent, "keys");
    k->least.acct = k->recent.acct = &k->acct;
    k->idle_us = spec->idle_us;
    k->max_keys = spec->max_keys;
    k->policy = spec->policy;
    k->newest_us = k->floor_us = k->start_us = k->seen_floor_us = k->seen_start_us = INT64_MIN;
    int rc = row_layout_init(&k->layout, &k->acct, spec->type, spec->n_keys, sizeof(KeyTime), err);
    if (rc == 0) {
        k->table = hash_table_new(pages, &k->layout, spec->table_id, INT64_MIN, err);
        rc = k->table ? 0 : -ERR_OUT_OF_MEMORY;
        hash_table_stay(k->table);
    }
    if (rc < 0) {
        key_clock_free(k);
        return rc;
    }
    *ret = k;
    return 0;
}

void key_clock_free(KeyClock *k)
{
    if (!k)
        return;
    hash_table_free(k->table);
    row_layout_done(&k->layout);
    lazy_min_done(&k->least);
    lazy_min_done(&k->recent);
    mem_free(&k->acct, k->row_of, k->cap_ids * sizeof(*k->row_of));
    mem_free(&k->acct, k->row_of_recent, k->cap_recent * sizeof(*k->row_of_recent));
    mem_free(&k->acct, k->moved, k->cap_moved * sizeof(*k->moved));
    Account *parent = k->acct.parent;
    account_done(&k->acct);
    mem_free(parent, k, sizeof(*k));
}

static bool by_recency(const KeyClock *k)
{
    return k->max_keys && k->policy == KEY_EVICT_IDLE;
}

static int grow(Account *acct, uint8_t ***array, uint32_t need, uint32_t *cap)
{
    if (need <= *cap)
        return 0;
    uint32_t more = MAX(need, *cap ? 2 * *cap : 64);
    uint8_t **p = mem_realloc(acct, *array, *cap * sizeof(*p), more * sizeof(*p));
    if (!p)
        return -ERR_OUT_OF_MEMORY;
    *array = p;
    *cap = more;
    return 0;
}

static void forget(KeyClock *k, uint8_t *row)
{
    for (uint32_t i = 0; key_time(k, row)->moved && i < k->n_moved; i++)
        if (k->moved[i] == row)
            k->moved[i--] = k->moved[--k->n_moved];
    lazy_min_drop(&k->least, key_time(k, row)->id);
    if (by_recency(k))
        lazy_min_drop(&k->recent, key_time(k, row)->recent_id);
    hash_table_remove(k->table, row);
    k->n_forgotten++;
}

static void evict(KeyClock *k)
{
    int64_t ignored;
    uint32_t id;
    bool idle = k->policy == KEY_EVICT_IDLE;
    if (!lazy_min_least(idle ? &k->recent : &k->least, &ignored, &id))
        return;
    uint8_t *row = idle ? k->row_of_recent[id] : k->row_of[id];
    k->start_us = MAX(k->start_us, key_time(k, row)->seen_us);
    k->seen_start_us = k->start_us;
    forget(k, row);
    k->n_evicted++;
}

uint8_t *key_clock_find(const KeyClock *k, const Vec *const *key, uint64_t hash, uint32_t at)
{
    uint16_t sel = (uint16_t)at;
    uint8_t *row;
    hash_table_find(k->table, key, &hash, (Rows){1, &sel}, &row);
    return row;
}

/* Makes room for a key at wm_us: 0, or KEY_REFUSED, or KEY_STAYS_OUT. */
#define KEY_STAYS_OUT 2
static int make_room(KeyClock *k, int64_t wm_us)
{
    int64_t least;
    uint32_t id;
    bool is_full = k->max_keys && hash_table_rows(k->table) >= k->max_keys;
    if (is_full && k->policy == KEY_REJECT) {
        k->n_refused++;
        return KEY_REFUSED;
    }
    if (wm_us <= key_clock_now(k, NULL))
        return KEY_STAYS_OUT;
    if (!is_full)
        return 0;
    if (k->policy == KEY_EVICT_LOWEST && lazy_min_least(&k->least, &least, &id) && wm_us <= least)
        return KEY_STAYS_OUT;
    evict(k);
    return 0;
}

/* Its ids are its own: the two heaps give up what was dropped at different times. */
static int add_recent(KeyClock *k, uint64_t taken, uint32_t *ret)
{
    TRY(lazy_min_add(&k->recent, (int64_t)taken, ret));
    if (grow(&k->acct, &k->row_of_recent, *ret + 1, &k->cap_recent) == 0)
        return 0;
    lazy_min_drop(&k->recent, *ret);
    return -ERR_OUT_OF_MEMORY;
}

static int add_ids(KeyClock *k, int64_t from, uint64_t taken, uint32_t *ret, uint32_t *ret_recent)
{
    TRY(lazy_min_add(&k->least, from, ret));
    int rc = grow(&k->acct, &k->row_of, *ret + 1, &k->cap_ids);
    if (rc == 0 && by_recency(k))
        rc = add_recent(k, taken, ret_recent);
    if (rc < 0)
        lazy_min_drop(&k->least, *ret);
    return rc;
}

static void set_ids(KeyClock *k, uint8_t *row, uint32_t id, uint32_t recent)
{
    key_time(k, row)->id = id;
    key_time(k, row)->recent_id = recent;
    k->row_of[id] = row;
    if (by_recency(k))
        k->row_of_recent[recent] = row;
}

static int add_key(KeyClock *k, const Vec *const *key, uint64_t hash, uint32_t at, uint8_t **ret)
{
    uint16_t sel = (uint16_t)at;
    uint64_t is_new;
    int64_t from = key_clock_now(k, NULL);
    uint32_t id = 0, recent = 0;
    TRY(hash_table_upsert(k->table, key, &hash, (Rows){1, &sel}, ret, &is_new, NULL));
    int rc = add_ids(k, from, k->n_taken, &id, &recent);
    if (rc < 0) {
        hash_table_remove(k->table, *ret);
        k->n_forgotten++;
        return rc;
    }
    /* Rows of the key that stand before this one in the piece are not judged by where the piece has moved silent keys. */
    int64_t seen = MAX(k->seen_floor_us, k->start_us);
    *key_time(k, *ret) = (KeyTime){.wm_us = from, .seen_us = seen, .was_us = seen, .is_new = true};
    set_ids(k, *ret, id, recent);
    return 0;
}

static int note_moved(KeyClock *k, uint8_t *row)
{
    if (key_time(k, row)->moved)
        return 0;
    TRY(grow(&k->acct, &k->moved, k->n_moved + 1, &k->cap_moved));
    k->moved[k->n_moved++] = row;
    key_time(k, row)->moved = true;
    return 0;
}

static int raise_key(KeyClock *k, uint8_t *row, int64_t wm_us)
{
    TRY(note_moved(k, row));
    (void)hash_table_touch(k->table, row);
    key_time(k, row)->wm_us = wm_us;
    lazy_min_raise(&k->least, key_time(k, row)->id, wm_us);
    if (wm_us > k->newest_us) {
        int64_t floor;
        k->newest_us = wm_us;
        if (!__builtin_sub_overflow(wm_us, k->idle_us, &floor))
            k->floor_us = MAX(k->floor_us, floor);
    }
    return 0;
}

int key_clock_take(KeyClock *k, const Vec *const *key, uint64_t hash, uint32_t at, int64_t wm_us, uint8_t **row)
{
    if (!*row) {
        int rc = make_room(k, wm_us);
        if (rc != 0)
            return rc == KEY_STAYS_OUT ? 0 : rc;
        TRY(add_key(k, key, hash, at, row));
    }
    KeyTime *t = key_time(k, *row);
    k->n_taken++;
    if (by_recency(k)) {
        (void)hash_table_touch(k->table, *row);
        t->taken = k->n_taken;
        lazy_min_raise(&k->recent, t->recent_id, (int64_t)k->n_taken);
    }
    return wm_us > t->wm_us ? raise_key(k, *row, wm_us) : 0;
}

int key_clock_advance(KeyClock *k, int64_t by_us, int64_t up_to_us)
{
    HashCursor at = {0};
    uint8_t *row[256];
    for (uint32_t n; (n = hash_table_next(k->table, &at, row, ARRAY_LEN(row))) > 0;)
        for (uint32_t i = 0; i < n; i++) {
            int64_t was = key_time(k, row[i])->wm_us, us;
            if (__builtin_add_overflow(was, by_us, &us) || us > up_to_us)
                us = up_to_us;
            if (us > was)
                TRY(raise_key(k, row[i], us));
        }
    return 0;
}

void key_clock_raise(KeyClock *k, int64_t wm_us)
{
    k->floor_us = MAX(k->floor_us, wm_us);
    k->newest_us = MAX(k->newest_us, wm_us);
}

int64_t key_clock_settle(KeyClock *k)
{
    int64_t least;
    uint32_t id;
    while (lazy_min_least(&k->least, &least, &id)) {
        if (least >= k->floor_us)
            return least;
        forget(k, k->row_of[id]);
    }
    return k->floor_us;
}

void key_clock_publish(KeyClock *k)
{
    for (uint32_t i = 0; i < k->n_moved; i++) {
        KeyTime *t = key_time(k, k->moved[i]);
        t->was_us = t->is_new ? k->seen_floor_us : MAX(t->seen_us, k->seen_floor_us);
        t->is_new = false;
        t->seen_us = t->wm_us;
    }
    k->seen_floor_us = k->floor_us;
    k->seen_start_us = k->start_us;
    k->published = true;
}

void key_clock_begin(KeyClock *k)
{
    if (!k->published)
        return;
    k->published = false;
    for (uint32_t i = 0; i < k->n_moved; i++) {
        (void)hash_table_touch(k->table, k->moved[i]);
        key_time(k, k->moved[i])->moved = false;
    }
    k->n_moved = 0;
}

/* ---- checkpoints ---- */

void key_clock_save(const KeyClock *k, StrBuf *out)
{
    bytes_put_i64(out, k->newest_us);
    bytes_put_i64(out, k->floor_us);
    bytes_put_i64(out, k->start_us);
    bytes_put_i64(out, k->seen_floor_us);
    bytes_put_i64(out, k->seen_start_us);
    bytes_put_u64(out, k->n_taken);
    bytes_put_u64(out, k->n_evicted);
    bytes_put_u64(out, k->n_refused);
}

/* The heaps follow from the rows, and so does what is not visible yet. */
static int list_again(KeyClock *k, uint8_t *row)
{
    uint32_t id = 0, recent = 0;
    KeyTime *t = key_time(k, row);
    TRY(add_ids(k, t->wm_us, t->taken, &id, &recent));
    (void)hash_table_touch(k->table, row);
    t->moved = false;
    set_ids(k, row, id, recent);
    return t->wm_us > t->seen_us ? note_moved(k, row) : 0;
}

int key_clock_restore(KeyClock *k, ByteReader *in, Err *err)
{
    HashCursor at = {0};
    uint8_t *row[256];
    k->newest_us = bytes_i64(in);
    k->floor_us = bytes_i64(in);
    k->start_us = bytes_i64(in);
    k->seen_floor_us = bytes_i64(in);
    k->seen_start_us = bytes_i64(in);
    k->n_taken = bytes_u64(in);
    k->n_evicted = bytes_u64(in);
    k->n_refused = bytes_u64(in);
    for (uint32_t n; (n = hash_table_next(k->table, &at, row, ARRAY_LEN(row))) > 0;)
        for (uint32_t i = 0; i < n; i++)
            if (list_again(k, row[i]) < 0)
                return RAISE_NOMEM(err);
    return 0;
}
