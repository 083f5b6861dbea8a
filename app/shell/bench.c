/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of `laminar bench nexmark [QUERY...] [OPTION...]`. */
#include "shell/bench.h"

#include <getopt.h>

enum { OPT_ROWS = 256, OPT_SEED, OPT_RATE, OPT_THREADS, OPT_DIR };
static const struct option long_options[] = {{"rows", required_argument, NULL, OPT_ROWS},
                                             {"seed", required_argument, NULL, OPT_SEED},
                                             {"rate", required_argument, NULL, OPT_RATE},
                                             {"threads", required_argument, NULL, OPT_THREADS},
                                             {"dir", required_argument, NULL, OPT_DIR},
                                             {"format", required_argument, NULL, 'F'},
                                             {0}};

static int usage_error(const char *what, const char *text)
{
    message_printf(
        "laminar bench: %s%s\nUsage: laminar bench nexmark [q0 ... q22] [--rows N] [--seed N] [--rate EVENTS_PER_SECOND] "
        "[--threads N] [--dir DIR] [--format NAME]\n",
        what, text);
    return EXIT_USAGE;
}

static int read_option(Shell *s, BenchOptions *o, int c)
{
    int64_t n;
    switch (c) {
    case OPT_ROWS:
        return str_to_i64(str_of(optarg), &o->rows) && o->rows > 0 ? EXIT_OK : usage_error("not a number of rows: ", optarg);
    case OPT_SEED: return str_to_i64(str_of(optarg), &o->seed) ? EXIT_OK : usage_error("not a seed: ", optarg);
    case OPT_RATE: return str_to_f64(str_of(optarg), &o->rate) && o->rate >= 0 ? EXIT_OK : usage_error("not a rate: ", optarg);
    case OPT_THREADS:
        if (!str_to_i64(str_of(optarg), &n) || n < 1 || n > LAMINAR_THREADS_MAX)
            return usage_error("not a number of threads: ", optarg);
        o->threads = (uint32_t)n;
        return EXIT_OK;
    case OPT_DIR: o->dir = optarg; return EXIT_OK;
    case 'F': s->format = printer_find(str_of(optarg)); return s->format ? EXIT_OK : usage_error("there is no format ", optarg);
    default: return EXIT_USAGE; /* getopt has said what is wrong */
    }
}

static int read_query(BenchOptions *o, const char *text)
{
    int64_t n;
    if (text[0] != 'q' || !str_to_i64(str_of(text + 1), &n) || n < 0 || n >= bench_nexmark_queries())
        return usage_error("there is no query ", text);
    o->query[n] = o->any_query = true;
    return n == 10 && !o->dir ? usage_error("q10 writes files: it needs --dir", "") : EXIT_OK;
}

int bench_main(Shell *s, int argc, char **argv)
{
    BenchOptions o = {.rows = 1000000, .seed = 1, .threads = 1};
    int c, rc = EXIT_OK;
    while (rc == EXIT_OK && (c = getopt_long(argc, argv, "F:", long_options, NULL)) != -1)
        rc = read_option(s, &o, c);
    if (rc == EXIT_OK && (optind >= argc || strcmp(argv[optind], "nexmark") != 0))
        rc = usage_error("there is only the benchmark nexmark", "");
    for (int i = optind + 1; i < argc && rc == EXIT_OK; i++)
        rc = read_query(&o, argv[i]);
    return rc == EXIT_OK ? bench_nexmark(s, &o) : rc;
}
