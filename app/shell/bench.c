/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of `laminar bench BENCHMARK [NAME...] [OPTION...]`: the table of benchmarks, and the options they share. An
 * option that a benchmark has no use for is an error. */
#include "shell/bench.h"

#include <errno.h>
#include <getopt.h>
#include <sys/stat.h>

enum { OPT_ROWS = 256, OPT_SEED, OPT_RATE, OPT_THREADS, OPT_DIR, OPT_KEYS, OPT_CHECK, OPT_TOGETHER };
static const struct option long_options[] = {
    {"rows", required_argument, NULL, OPT_ROWS}, {"seed", required_argument, NULL, OPT_SEED},
    {"rate", required_argument, NULL, OPT_RATE}, {"threads", required_argument, NULL, OPT_THREADS},
    {"dir", required_argument, NULL, OPT_DIR},   {"keys", required_argument, NULL, OPT_KEYS},
    {"check", no_argument, NULL, OPT_CHECK},     {"together", required_argument, NULL, OPT_TOGETHER},
    {"format", required_argument, NULL, 'F'},    {0}};
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

static int usage_error(const char *what, const char *text)
{
    message_printf("laminar bench: %s%s\nUsage:\n", what, text);
    for (size_t i = 0; i < N_BENCHMARKS; i++)
        message_printf("  laminar bench %s %s [--format NAME]\n", benchmarks[i].name, benchmarks[i].usage);
    return EXIT_USAGE;
}

static int read_positive(const char *text, int64_t most, int64_t *ret, const char *what)
{
    return str_to_i64(str_of(text), ret) && *ret > 0 && *ret <= most ? EXIT_OK : usage_error(what, text);
}

static int read_option(Shell *s, BenchOptions *o, int c)
{
    int64_t n = 0;
    int rc;
    switch (c) {
    case OPT_ROWS: return read_positive(optarg, INT64_MAX, &o->rows, "not a number of rows: ");
    case OPT_KEYS: return read_positive(optarg, INT64_MAX, &o->keys, "not a number of keys: ");
    case OPT_SEED: return str_to_i64(str_of(optarg), &o->seed) ? EXIT_OK : usage_error("not a seed: ", optarg);
    case OPT_RATE: return str_to_f64(str_of(optarg), &o->rate) && o->rate >= 0 ? EXIT_OK : usage_error("not a rate: ", optarg);
    case OPT_THREADS:
        rc = read_positive(optarg, LAMINAR_THREADS_MAX, &n, "not a number of threads: ");
        o->threads = (uint32_t)n;
        return rc;
    case OPT_DIR: o->dir = optarg; return EXIT_OK;
    case OPT_CHECK: o->check = true; return EXIT_OK;
    case OPT_TOGETHER:
        rc = read_positive(optarg, TOGETHER_MAX, &n, "not a number of batches: ");
        o->together = (uint32_t)n;
        return rc;
    case 'F': s->format = printer_find(str_of(optarg)); return s->format ? EXIT_OK : usage_error("there is no format ", optarg);
    default: return EXIT_USAGE; /* getopt has said what is wrong */
    }
}

static const struct Benchmark *find(const char *name)
{
    for (size_t i = 0; i < N_BENCHMARKS; i++)
        if (strcmp(benchmarks[i].name, name) == 0)
            return &benchmarks[i];
    return NULL;
}

int bench_main(Shell *s, int argc, char **argv)
{
    BenchOptions o = {.seed = 1, .threads = 1};
    uint32_t given = 0;
    int c, rc = EXIT_OK;
    while (rc == EXIT_OK && (c = getopt_long(argc, argv, "F:", long_options, NULL)) != -1) {
        given |= c >= OPT_ROWS ? BIT(c) : 0;
        rc = read_option(s, &o, c);
    }
    if (rc != EXIT_OK)
        return rc;
    const struct Benchmark *b = optind < argc ? find(argv[optind]) : NULL;
    if (!b)
        return optind < argc ? usage_error("there is no benchmark ", argv[optind]) : usage_error("which one?", "");
    if (given & ~b->options)
        return usage_error("an option that has no meaning for ", b->name);
    if (o.together == 0) /* threads share out what comes together */
        o.together = o.threads > 1 && o.rate <= 0 ? TOGETHER_BY_THREADS : 1;
    if (o.rate > 0 && o.together > 1)
        return usage_error("batches that come at a rate are not pushed together", "");
    if (b->needs_dir && !o.dir)
        return usage_error("needs --dir, a directory to write into: ", b->name);
    if (o.dir && mkdir(o.dir, 0777) != 0 && errno != EEXIST)
        return usage_error("cannot make the directory ", o.dir);
    o.name = argv + optind + 1;
    o.n_names = argc - optind - 1;
    if ((b->run == bench_state || b->run == bench_memory || b->run == bench_recovery) && o.n_names)
        return usage_error("wrong number of names for ", b->name);
    return b->run(s, &o);
}
