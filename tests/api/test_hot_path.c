/* SPDX-License-Identifier: Apache-2.0
 *
 * The paths of rows, once they are warm, take no memory from the C library and make no system call: neither does a push with all
 * that follows from it up to the callback, nor a reader that polls.  What is taken all the same is taken once for many rows, and
 * the paths below say how often: a window has a table of its own, an index is made anew when it is full of rows that have gone.
 * Rows that wait for a reader are copied, which is not counted here.
 *
 * Each path runs in a child process.  Its allocator counts; and behind the warm rows a filter makes every system call a signal
 * whose handler counts it, all but those by which the child says what it found.  What has no time of its own in the kernel's page
 * asks the system for it, which is the machine's and not ours. */
#include "api_test.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

enum { WARM = 70000, MEASURED = 20000, ROWS_TOGETHER = 64 };

static bool counts;
static volatile sig_atomic_t n_calls, first_call;
static long n_allocations;

/* ---- an allocator that counts: it stands in for the C library's, in the library's code as well ---- */

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t n, size_t bytes);
extern void *__libc_realloc(void *p, size_t bytes);
extern void *__libc_memalign(size_t align, size_t bytes);

void *malloc(size_t bytes)
{
    n_allocations += counts;
    return __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
    n_allocations += counts;
    return __libc_calloc(n, bytes);
}

void *realloc(void *p, size_t bytes)
{
    n_allocations += counts;
    return __libc_realloc(p, bytes);
}

void *aligned_alloc(size_t align, size_t bytes)
{
    n_allocations += counts;
    return __libc_memalign(align, bytes);
}

int posix_memalign(void **ret, size_t align, size_t bytes)
{
    n_allocations += counts;
    *ret = __libc_memalign(align, bytes);
    return *ret ? 0 : ENOMEM;
}

/* ---- a filter that counts ---- */

static void on_call(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    if (n_calls++ == 0)
        first_call = info->si_syscall;
}

static void count_calls(void)
{
    struct sock_filter rules[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                  ALLOW(SYS_write),
                                  ALLOW(SYS_exit_group),
                                  ALLOW(SYS_rt_sigreturn),
                                  ALLOW(SYS_clock_gettime),
                                  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP)};
    struct sock_fprog all = {.len = sizeof(rules) / sizeof(*rules), .filter = rules};
    struct sigaction trap = {.sa_sigaction = on_call, .sa_flags = SA_SIGINFO};
    sigaction(SIGSYS, &trap, NULL);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) != 0)
        n_calls = first_call = -1;
}

/* ---- the paths ---- */

typedef struct Hot {
    LaminarConnection *db;
    LaminarWriter *w;
    LaminarSubscription *sub;
    uint64_t n_seen;
    int64_t at;
    int64_t column[3][ROWS_TOGETHER];
} Hot;

typedef struct Path {
    const char *name, *sql; /* that makes q */
    void (*step)(Hot *h);   /* a row, or some */
    bool polls;
    long most; /* allocations of all steps that are counted */
} Path;

static void add(void *self, const LaminarChange *c)
{
    ((Hot *)self)->n_seen += c->num_rows;
}

static bool add_each(void *self, const LaminarChange *c)
{
    add(self, c);
    return true;
}

static void push_row(Hot *h)
{
    LaminarRow *row = NULL;
    int64_t at = h->at++;
    int32_t bad = laminar_row_begin(h->w, &row);
    bad |= laminar_row_i64(row, 0, at * 7919 % 1000);
    bad |= laminar_row_i64(row, 1, at & 63);
    bad |= laminar_row_timestamp(row, 2, 1700000000 * SEC + at * 1000);
    bad |= laminar_row_push(row);
    h->n_seen += bad ? UINT32_MAX : 0;
}

static void push_to_reader(Hot *h)
{
    bool counted = counts;
    counts = false;
    push_row(h);
    counts = counted;
}

static void push_and_next(Hot *h)
{
    LaminarChange c;
    push_to_reader(h);
    if (laminar_subscription_next(h->sub, 0, &c) == LAMINAR_OK)
        h->n_seen += c.num_rows;
}

static void push_and_poll_each(Hot *h)
{
    push_to_reader(h);
    (void)laminar_subscription_poll_each(h->sub, 8, add_each, h, NULL);
}

/* Some pushes, one call for what they gave, one that finds nothing. */
static void push_and_next_many(Hot *h)
{
    LaminarChange c[16];
    size_t n = 0;
    for (int i = 0; i < 8; i++)
        push_to_reader(h);
    if (laminar_subscription_next_many(h->sub, 0, c, 16, &n) == LAMINAR_OK)
        for (size_t i = 0; i < n; i++)
            h->n_seen += c[i].num_rows;
    (void)laminar_subscription_next_many(h->sub, 0, c, 16, &n);
}

static void no_release(struct ArrowArray *a)
{
    a->release = NULL;
}

static void stays(struct ArrowSchema *s)
{
    (void)s;
}

static void push_array(Hot *h)
{
    static struct ArrowSchema field[3] = {{.format = "l", .name = "k", .release = stays},
                                          {.format = "l", .name = "v", .release = stays},
                                          {.format = "tsu:", .name = "ts", .release = stays}};
    static struct ArrowSchema *fields[3] = {&field[0], &field[1], &field[2]};
    static const struct ArrowSchema schema = {.format = "+s", .name = "", .n_children = 3, .children = fields, .release = stays};
    const void *no_buffers[1] = {NULL}, *buffers[3][2];
    struct ArrowArray column[3], *columns[3];
    for (int i = 0; i < ROWS_TOGETHER; i++, h->at++) {
        h->column[0][i] = h->at * 7919 % 1000;
        h->column[1][i] = h->at & 63;
        h->column[2][i] = 1700000000 * SEC + h->at * 1000;
    }
    for (int i = 0; i < 3; i++) {
        buffers[i][0] = NULL;
        buffers[i][1] = h->column[i];
        column[i] = (struct ArrowArray){.length = ROWS_TOGETHER, .n_buffers = 2, .buffers = buffers[i], .release = no_release};
        columns[i] = &column[i];
    }
    struct ArrowArray array = {.length = ROWS_TOGETHER,
                               .n_buffers = 1,
                               .buffers = no_buffers,
                               .n_children = 3,
                               .children = columns,
                               .release = no_release};
    h->n_seen += laminar_writer_push(h->w, &array, &schema, NULL) ? UINT32_MAX : 0;
}

static const char filter[] = "CREATE STREAM q AS SELECT k, v * 2 AS v FROM s WHERE v >= 0";
static const Path paths[] = {
    {.name = "filter, projection, callback", .sql = filter, .step = push_row},
    {.name = "a window of each key, callback",
     .sql = "CREATE STREAM q AS SELECT k, count(*) AS n, sum(v) AS s FROM s "
            "GROUP BY k, TUMBLE(ts, INTERVAL '1' SECOND) EMIT CHANGES",
     .step = push_row,
     .most = 20 * 16}, /* 20 windows */
    {.name = "windows that close, callback",
     .sql = "CREATE STREAM q AS SELECT k % 10 AS g, count(*) AS n, sum(v) AS s FROM s "
            "GROUP BY k % 10, TUMBLE(ts, INTERVAL '100' MILLISECOND)",
     .step = push_row,
     .most = 200 * 4},
    {.name = "three streams behind each other",
     .sql = "CREATE STREAM a AS SELECT k, v + 1 AS v FROM s; CREATE STREAM b AS SELECT k, v FROM a WHERE v > 0; "
            "CREATE STREAM q AS SELECT k, v * 2 AS v FROM b",
     .step = push_row},
    {.name = "a view over a view",
     .sql = "CREATE MATERIALIZED VIEW a AS SELECT k, sum(v) AS s FROM s GROUP BY k; "
            "CREATE MATERIALIZED VIEW q AS SELECT k % 10 AS g, sum(s) AS t FROM a GROUP BY 1",
     .step = push_row,
     .most = MEASURED / 500},
    {.name = "a look-up in a table",
     .sql = "CREATE TABLE names (k BIGINT PRIMARY KEY, name TEXT); INSERT INTO names SELECT g, 'name ' || g FROM "
            "generate_series(0, 999) AS t(g); CREATE STREAM q AS SELECT s.k, name, v FROM s JOIN names ON s.k = names.k",
     .step = push_row},
    {.name = "the last row of each key",
     .sql = "CREATE MATERIALIZED VIEW q AS SELECT k, v FROM (SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY ts DESC) AS r "
            "FROM s) WHERE r = 1",
     .step = push_row,
     .most = MEASURED / 500},
    {.name = "arrays, filter, projection", .sql = filter, .step = push_array},
    {.name = "arrays, a window of each key",
     .sql = "CREATE STREAM q AS SELECT k, count(*) AS n FROM s GROUP BY k, TUMBLE(ts, INTERVAL '1' SECOND) EMIT CHANGES",
     .step = push_array,
     .most = MEASURED * ROWS_TOGETHER / 1000 * 16},
    {.name = "laminar_subscription_next", .sql = filter, .step = push_and_next, .polls = true},
    {.name = "laminar_subscription_poll_each", .sql = filter, .step = push_and_poll_each, .polls = true},
    {.name = "laminar_subscription_next_many", .sql = filter, .step = push_and_next_many, .polls = true},
};

typedef struct Found {
    long allocations, calls, first_call;
    uint64_t n_seen;
} Found;

/* In the child, where nothing may fail by a jump into the tests. */
static Found run_path(const Path *p)
{
    static const char source[] = "CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL, ts TIMESTAMP NOT NULL, "
                                 "WATERMARK FOR ts AS ts) WITH (buffer_size = 1024)";
    Hot h = {0};
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = p->polls ? NULL : add, .user_data = &h};
    if (laminar_open(&h.db) || laminar_execute(h.db, source, NULL) || laminar_execute(h.db, p->sql, NULL) ||
        laminar_subscribe(h.db, "q", &o, &h.sub) || laminar_writer_create(h.db, "s", &h.w))
        _exit(1);
    for (int i = 0; i < WARM; i++)
        p->step(&h);
    count_calls();
    h.n_seen = 0;
    counts = true;
    for (int i = 0; i < MEASURED; i++)
        p->step(&h);
    counts = false;
    return (Found){n_allocations, n_calls, first_call, h.n_seen};
}

static void test_path(void **state)
{
    const Path *p = *state;
    Found found = {.calls = -1};
    int ends[2], status = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        found = run_path(p);
        _exit(write(ends[1], &found, sizeof(found)) == sizeof(found) ? 0 : 1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &found, sizeof(found)), sizeof(found));
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (found.calls < 0)
        skip(); /* the system does not let a process filter its calls */
    assert_true(found.n_seen > 0 && found.n_seen < UINT32_MAX);
    print_message("%s: %ld allocations, %ld system calls\n", p->name, found.allocations, found.calls);
    if (found.allocations > p->most || found.calls)
        fail_msg("%s: %ld allocations of %ld, %ld system calls (the first is %ld)", p->name, found.allocations, p->most,
                 found.calls, found.first_call);
}

int main(void)
{
    struct CMUnitTest tests[sizeof(paths) / sizeof(*paths)];
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        tests[i] =
            (struct CMUnitTest){.name = paths[i].name, .test_func = test_path, .initial_state = (void *)(uintptr_t)&paths[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
