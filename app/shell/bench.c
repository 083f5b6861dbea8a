/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of `laminar bench BENCHMARK [NAME...] [OPTION...]`: the table of benchmarks, and the options they share. An
 * option that a benchmark has no use for is an error. */
#include "shell/bench.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { OPT_ROWS = 256, OPT_SEED, OPT_RATE, OPT_THREADS, OPT_DIR, OPT_KEYS, OPT_CHECK, OPT_TOGETHER };
static const struct option long_options[] = {{"rows", required_argument, NULL, OPT_ROWS},
                                             {"seed", required_argument, NULL, OPT_SEED},
                                             {"rate", required_argument, NULL, OPT_RATE},
                                             {"threads", required_argument, NULL, OPT_THREADS},
                                             {"dir", required_argument, NULL, OPT_DIR},
                                             {"keys", required_argument, NULL, OPT_KEYS},
                                             {"check", no_argument, NULL, OPT_CHECK},
                                             {"together", required_argument, NULL, OPT_TOGETHER},
                                             {"format", required_argument, NULL, 'F'},
                                             {"help", no_argument, NULL, 'h'},
                                             {0}};
#define ROWS_MAX INT64_C(1000000000000)
#define KEYS_MAX INT64_C(1000000000)
#define RATE_MAX 1e9
#define BIT(option) (1u << ((option)-OPT_ROWS))

static const struct Benchmark {
    const char *name, *usage;
    int (*run)(Shell *s, const BenchOptions *o);
    uint32_t options; /* BIT of those it takes */
    bool needs_dir;
} benchmarks[] = {
    {"nexmark", "[q0 ... q22] [--rows N] [--seed N] [--rate EVENTS_PER_SECOND] [--threads N] [--dir DIR] [--check] [--together N]",
     bench_nexmark,
     BIT(OPT_ROWS) | BIT(OPT_SEED) | BIT(OPT_RATE) | BIT(OPT_THREADS) | BIT(OPT_DIR) | BIT(OPT_CHECK) | BIT(OPT_TOGETHER), false},
    {"latency", "[filter] [window] [stacked] [--rows N] [--keys N] [--rate ROWS_PER_SECOND] [--seed N] [--threads N] [--dir DIR]",
     bench_latency, BIT(OPT_ROWS) | BIT(OPT_KEYS) | BIT(OPT_RATE) | BIT(OPT_SEED) | BIT(OPT_THREADS) | BIT(OPT_DIR), false},
    {"ingest", "[csv] [jsonl] --dir DIR [--rows N] [--threads N]", bench_ingest, BIT(OPT_ROWS) | BIT(OPT_THREADS) | BIT(OPT_DIR),
     true},
    {"state", "[--keys N] [--rows N] [--seed N] [--threads N]", bench_state,
     BIT(OPT_ROWS) | BIT(OPT_KEYS) | BIT(OPT_SEED) | BIT(OPT_THREADS), false},
    {"memory", "[--keys N] [--rows N] [--seed N] [--threads N]", bench_memory,
     BIT(OPT_ROWS) | BIT(OPT_KEYS) | BIT(OPT_SEED) | BIT(OPT_THREADS), false},
    {"recovery", "--dir DIR [--keys N] [--seed N] [--threads N]", bench_recovery,
     BIT(OPT_KEYS) | BIT(OPT_SEED) | BIT(OPT_THREADS) | BIT(OPT_DIR), true},
    {"compare", "A.json B.json", bench_compare, 0, false},
};
#define N_BENCHMARKS (sizeof(benchmarks) / sizeof(*benchmarks))

static void put_usage(FILE *to, const struct Benchmark *of)
{
    fputs("Usage:\n", to);
    for (size_t i = 0; i < N_BENCHMARKS; i++)
        if (!of || of == &benchmarks[i])
            fprintf(to, "  laminar bench %s %s [--format NAME]\n", benchmarks[i].name, benchmarks[i].usage);
}

static const struct Benchmark *find(const char *name)
{
    for (size_t i = 0; i < N_BENCHMARKS; i++)
        if (strcmp(benchmarks[i].name, name) == 0)
            return &benchmarks[i];
    return NULL;
}

/* The benchmark that the line is about, for its usage alone; NULL = not known. */
static const struct Benchmark *meant;

static int usage_error(const char *what, const char *text)
{
    message_printf("laminar bench: %s%s\n", what, text);
    put_usage(stderr, meant);
    return EXIT_USAGE;
}

static int read_positive(const char *text, int64_t most, int64_t *ret, const char *what)
{
    char why[128];
    (void)snprintf(why, sizeof(why), "not a number of %s from 1 to %lld: ", what, (long long)most);
    return str_to_i64(str_of(text), ret) && *ret > 0 && *ret <= most ? EXIT_OK : usage_error(why, text);
}

static int read_rate(const char *text, double *ret)
{
    return str_to_f64(str_of(text), ret) && *ret >= 0 && *ret <= RATE_MAX ? EXIT_OK
                                                                          : usage_error("not a rate from 0 to 1e9: ", text);
}

static int read_option(Shell *s, BenchOptions *o, int c, const char *text)
{
    int64_t n = 0;
    int rc;
    switch (c) {
    case OPT_ROWS: return read_positive(optarg, ROWS_MAX, &o->rows, "rows");
    case OPT_KEYS: return read_positive(optarg, KEYS_MAX, &o->keys, "keys");
    case OPT_SEED: return str_to_i64(str_of(optarg), &o->seed) ? EXIT_OK : usage_error("not a seed: ", optarg);
    case OPT_RATE: return read_rate(optarg, &o->rate);
    case OPT_THREADS:
        rc = read_positive(optarg, LAMINAR_THREADS_MAX, &n, "threads");
        o->threads = (uint32_t)n;
        return rc;
    case OPT_DIR: o->dir = optarg; return EXIT_OK;
    case OPT_CHECK: o->check = true; return EXIT_OK;
    case OPT_TOGETHER:
        rc = read_positive(optarg, TOGETHER_MAX, &n, "batches");
        o->together = (uint32_t)n;
        return rc;
    case 'F': s->format = printer_find(str_of(optarg)); return s->format ? EXIT_OK : usage_error("there is no format ", optarg);
    case ':': return usage_error("a value is missing behind ", text);
    default: return usage_error("there is no option ", text);
    }
}

/* What is given and has no meaning for it, as it is written. */
static const char *first_option(uint32_t bits)
{
    for (const struct option *l = long_options; l->name; l++)
        if (l->val >= OPT_ROWS && bits & BIT(l->val))
            return l->name;
    return "";
}

static int make_dir(const BenchOptions *o)
{
    if (!o->dir || mkdir(o->dir, 0777) == 0 || errno == EEXIST)
        return EXIT_OK;
    message_printf("laminar bench: cannot make the directory %s: %s\n", o->dir, strerror(errno));
    return EXIT_ERROR;
}

static int check_options(const struct Benchmark *b, const BenchOptions *o, uint32_t given)
{
    char what[128];
    (void)snprintf(what, sizeof(what), "--%s has no meaning for ", first_option(given & ~b->options));
    if (given & ~b->options)
        return usage_error(what, b->name);
    if (o->rate > 0 && o->together > 1)
        return usage_error("batches that come at a rate are not pushed together", "");
    if (b->needs_dir && !o->dir)
        return usage_error("needs --dir, a directory to write into: ", b->name);
    if ((b->run == bench_state || b->run == bench_memory || b->run == bench_recovery) && o->n_names)
        return usage_error("wrong number of names for ", b->name);
    return make_dir(o);
}

int bench_main(Shell *s, int argc, char **argv)
{
    BenchOptions o = {.seed = 1, .threads = 1};
    uint32_t given = 0;
    int c, rc = EXIT_OK;
    for (int i = 1; i < argc && !meant; i++)
        meant = find(argv[i]);
    while (rc == EXIT_OK && (c = getopt_long(argc, argv, ":F:h", long_options, NULL)) != -1) {
        if (c == 'h') {
            put_usage(stdout, meant);
            return EXIT_OK;
        }
        given |= c >= OPT_ROWS ? BIT(c) : 0;
        rc = read_option(s, &o, c, argv[optind - 1]);
    }
    if (rc != EXIT_OK)
        return rc;
    const struct Benchmark *b = optind < argc ? find(argv[optind]) : NULL;
    if (!b)
        return optind < argc ? usage_error("there is no benchmark ", argv[optind]) : usage_error("which one?", "");
    if (o.together == 0) /* threads share out what comes together */
        o.together = o.threads > 1 && o.rate <= 0 ? TOGETHER_BY_THREADS : 1;
    o.name = argv + optind + 1;
    o.n_names = argc - optind - 1;
    rc = check_options(b, &o, given);
    return rc == EXIT_OK ? b->run(s, &o) : rc;
}
