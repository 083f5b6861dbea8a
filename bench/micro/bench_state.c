/* SPDX-License-Identifier: Apache-2.0
 *
 * HASH table: nanoseconds per upserted int64 key and bytes of state per key (goals.md 4), at 1K to 10M keys and batches of 1,024,
 * 16 and 1 row, with the count and the i128 sum of each row updated as a group-by does.  Also the growth from nothing and the
 * longest single call while growing, and MULTI tables.  With an argument, 1K to 10M, only that number of keys.  Prints `name value
 * unit` per line; the numbers depend on the machine, compare within one run. */
#include <stdio.h>

#include "base/hash.h"
#include "env/env.h"
#include "state/table.h"

#define ROUND_ROWS (UINT64_C(4) << 20)
#define KEYS_MAX 10000000u

typedef struct Bench {
    Env *env;
    PageStore *ps;
    RowLayout layout;
    HashTable *table;
    const char *only; /* this number of integer keys, alone; NULL = everything */
    uint64_t seed;
    int64_t keys[BATCH_ROWS];
    uint64_t hash[BATCH_ROWS];
    uint8_t *row[BATCH_ROWS];
    uint64_t is_new[BIT_WORDS(BATCH_ROWS)];
} Bench;

static void print(const char *name, double value, const char *unit)
{
    char line[160];
    int n = snprintf(line, sizeof(line), "%-36s %10.2f %s\n", name, value, unit);
    (void)env_write_stdout(line, (size_t)n);
}

static uint64_t next_random(Bench *b)
{
    b->seed += UINT64_C(0x9e3779b97f4a7c15);
    return hash_mix(b->seed ^ UINT64_C(0xbf58476d1ce4e5b9), UINT64_C(0x94d049bb133111eb));
}

/* One batch of n keys already in b->keys: hash, upsert, count and sum. */
static int step(Bench *b, uint32_t n)
{
    Vec v = {.kind = VEC_FLAT, .n = n, .type = TYPE(I64), .data = b->keys};
    const Vec *keys[] = {&v};
    for (uint32_t i = 0; i < n; i++)
        b->hash[i] = hash_i64(b->keys[i]);
    TRY(hash_table_upsert(b->table, keys, b->hash, (Rows){n, NULL}, b->row, b->is_new, NULL));
    for (uint32_t i = 0; i < n; i++) {
        *row_count(b->row[i]) += 1;
        *(i128 *)(void *)row_extra(&b->layout, b->row[i]) += b->keys[i];
    }
    return 0;
}

/* All keys once, in batches; *ret_longest_ns is the slowest call. */
static int grow(Bench *b, uint64_t n_keys, uint32_t batch, int64_t *ret_longest_ns)
{
    int64_t longest = 0, before = env_mono_ns(b->env);
    for (uint64_t k = 0; k < n_keys; k += batch) {
        uint32_t n = (uint32_t)MIN(n_keys - k, batch);
        for (uint32_t i = 0; i < n; i++)
            b->keys[i] = (int64_t)((k + i) * 7919);
        TRY(step(b, n));
        int64_t now = env_mono_ns(b->env);
        longest = MAX(longest, now - before);
        before = now;
    }
    *ret_longest_ns = longest;
    return 0;
}

static int hit(Bench *b, uint64_t n_keys, uint32_t batch, double *ret_ns)
{
    int64_t spent = 0;
    static int64_t all[1u << 16];
    for (uint64_t done = 0; done < ROUND_ROWS;) {
        for (size_t i = 0; i < ARRAY_LEN(all); i++)
            all[i] = (int64_t)((uint64_t)((u128)next_random(b) * n_keys >> 64) * 7919);
        int64_t t0 = env_mono_ns(b->env);
        for (size_t i = 0; i < ARRAY_LEN(all); i += batch, done += batch) {
            memcpy(b->keys, all + i, batch * sizeof(*all));
            TRY(step(b, batch));
        }
        spent += env_mono_ns(b->env) - t0;
    }
    *ret_ns = (double)spent / (double)ROUND_ROWS;
    return 0;
}

static int bench_keys(Bench *b, const char *label, uint64_t n_keys)
{
    if (b->only && strcmp(b->only, label) != 0)
        return 0;
    b->table = hash_table_new(b->ps, &b->layout, 1, INT64_MIN, NULL);
    if (!b->table)
        return -ERR_OUT_OF_MEMORY;
    char name[64];
    int64_t t0 = env_mono_ns(b->env), longest;
    TRY(grow(b, n_keys, n_keys > 1000000 ? BATCH_ROWS : 16, &longest));
    snprintf(name, sizeof(name), "insert_%s", label);
    print(name, (double)(env_mono_ns(b->env) - t0) / (double)n_keys, "ns/row");
    snprintf(name, sizeof(name), "insert_%s_longest_call", label);
    print(name, (double)longest / 1e3, "us");
    static const uint32_t batches[] = {1024, 16, 1};
    for (uint32_t i = 0; i < ARRAY_LEN(batches); i++) {
        double ns;
        TRY(hit(b, n_keys, batches[i], &ns));
        snprintf(name, sizeof(name), "upsert_%s_batch_%u", label, batches[i]);
        print(name, ns, "ns/row");
    }
    snprintf(name, sizeof(name), "bytes_%s", label);
    print(name, (double)hash_table_bytes(b->table) / (double)n_keys, "bytes/key");
    hash_table_free(b->table);
    return 0;
}

/* Keys of 10 and 30 bytes: inside the row, and in the string heap. */
static int bench_text(Bench *b, const char *label, uint32_t n_keys, uint32_t bytes)
{
    RowLayout l;
    Arena arena;
    arena_init(&arena, NULL, 0);
    TRY(row_layout_init(&l, NULL, &TYPE(TEXT), 1, 16, NULL));
    HashTable *t = hash_table_new(b->ps, &l, 2, INT64_MIN, NULL);
    int64_t spent = 0;
    for (uint64_t done = 0; t && done < ROUND_ROWS / 4; done += BATCH_ROWS) {
        Vec v;
        arena_reset(&arena);
        TRY(vec_scratch(&v, TYPE(TEXT), BATCH_ROWS, &arena));
        StrWriter w;
        strwriter_init(&w, &v, &arena);
        for (uint32_t i = 0; i < BATCH_ROWS; i++) {
            char text[32];
            int64_t k = done < n_keys ? (int64_t)(done + i) % n_keys : (int64_t)(next_random(b) % n_keys);
            snprintf(text, sizeof(text), "%010d%020d", (int)k, (int)k);
            TRY(strwriter_put(&w, i, text, bytes));
            b->hash[i] = hash_bytes(text, bytes);
        }
        TRY(strwriter_finish(&w));
        const Vec *keys[] = {&v};
        int64_t t0 = env_mono_ns(b->env);
        TRY(hash_table_upsert(t, keys, b->hash, (Rows){BATCH_ROWS, NULL}, b->row, b->is_new, NULL));
        spent += done < n_keys ? 0 : env_mono_ns(b->env) - t0;
    }
    char name[64];
    snprintf(name, sizeof(name), "upsert_text%u_%s_batch_1024", bytes, label);
    print(name, (double)spent / ((double)(ROUND_ROWS / 4) - n_keys), "ns/row");
    hash_table_free(t);
    row_layout_done(&l);
    arena_done(&arena);
    return t ? 0 : -ERR_OUT_OF_MEMORY;
}

/* One ordered collection: additions in random order, the k-th entry, removals. */
static int bench_multi(Bench *b, const char *label, uint64_t n)
{
    MultiTable *t = multi_table_new(b->ps, 3, NULL);
    uint64_t owner = 0;
    int64_t count, t0 = env_mono_ns(b->env), t1, t2;
    char name[64];
    for (uint64_t i = 0; t && i < n; i++) {
        uint64_t key = __builtin_bswap64(hash_i64((int64_t)i));
        TRY(multi_add(t, &owner, INT64_MIN, (Str){(const char *)&key, 8}, 1, &count, NULL));
    }
    t1 = env_mono_ns(b->env);
    for (uint64_t i = 0; t && i < n; i++) {
        Str key;
        if (!multi_nth(t, owner, (int64_t)(i * 7919 % n), &key, &count))
            return -ERR_INTERNAL;
    }
    t2 = env_mono_ns(b->env);
    snprintf(name, sizeof(name), "multi_%s_bytes", label);
    print(name, t ? (double)multi_table_bytes(t) / (double)n : 0, "bytes/key");
    snprintf(name, sizeof(name), "multi_%s_add", label);
    print(name, (double)(t1 - t0) / (double)n, "ns/row");
    snprintf(name, sizeof(name), "multi_%s_nth", label);
    print(name, (double)(t2 - t1) / (double)n, "ns/row");
    for (uint64_t i = 0; t && i < n; i++) {
        uint64_t key = __builtin_bswap64(hash_i64((int64_t)i));
        TRY(multi_add(t, &owner, INT64_MIN, (Str){(const char *)&key, 8}, -1, &count, NULL));
    }
    snprintf(name, sizeof(name), "multi_%s_remove", label);
    print(name, (double)(env_mono_ns(b->env) - t2) / (double)n, "ns/row");
    multi_table_free(t);
    return t ? 0 : -ERR_OUT_OF_MEMORY;
}

static int bench_all(Bench *b)
{
    TRY(row_layout_init(&b->layout, NULL, &TYPE(I64), 1, 16, NULL));
    b->ps = page_store_new(NULL);
    if (!b->ps)
        return -ERR_OUT_OF_MEMORY;
    TRY(bench_keys(b, "1K", 1000));
    TRY(bench_keys(b, "100K", 100000));
    TRY(bench_keys(b, "1M", 1000000));
    TRY(bench_keys(b, "10M", KEYS_MAX));
    if (!b->only) {
        TRY(bench_text(b, "1K", 1000, 10));
        TRY(bench_text(b, "100K", 100000, 10));
        TRY(bench_text(b, "100K", 100000, 30));
        TRY(bench_multi(b, "100", 100));
        TRY(bench_multi(b, "1M", 1000000));
    }
    page_store_free(b->ps);
    row_layout_done(&b->layout);
    return 0;
}

int main(int argc, char **argv)
{
    static Bench b;
    b.env = env_linux();
    b.only = argc > 1 ? argv[1] : NULL;
    return bench_all(&b) < 0;
}
