/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar-slt [OPTION]... FILE...: runs sqllogictest files; exit code 1 when a record failed, 2 on wrong usage. */
#include "slt/slt.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
    "Usage: laminar-slt [OPTION]... FILE...\n"
    "\n"
    "  -s, --split N    push at most N rows at once (0 = all); without it a file with pushes runs with 0, 7 and 1\n"
    "  -t, --threads N  run queries on N threads, also for few rows (1)\n"
    "  -m, --spill      no page of state stays in memory after a step\n"
    "  -f, --foreign    files of other systems: what errors say, how many letters a query has and what steers only those\n"
    "                   systems does not count, and values are compared by what they mean\n"
    "  -a, --as NAME    skipif NAME and onlyif NAME mean this run (laminar)\n"
    "  -w, --wait MS    an expectation may take so long to come true (120000); 1000 once one of the file has not\n"
    "  -v, --verbose    name the records that pass\n"
    "  -h, --help       this text\n";

static const struct option options[] = {
    {"split", required_argument, NULL, 's'}, {"threads", required_argument, NULL, 't'}, {"spill", no_argument, NULL, 'm'},
    {"verbose", no_argument, NULL, 'v'},     {"help", no_argument, NULL, 'h'},          {"foreign", no_argument, NULL, 'f'},
    {"as", required_argument, NULL, 'a'},    {"wait", required_argument, NULL, 'w'},    {0}};

int main(int argc, char **argv)
{
    int c;
    int64_t split = -1, threads = 1;
    Options o = {.as = "laminar", .wait_ms = 120000};
    while ((c = getopt_long(argc, argv, "s:t:mvhfa:w:", options, NULL)) != -1) {
        if (c == 'v') {
            o.verbose = true;
        } else if (c == 'm') {
            o.spills = true;
        } else if (c == 'f') {
            o.foreign = true;
        } else if (c == 'a') {
            o.as = optarg;
        } else if (c == 't' && str_to_i64(str_of(optarg), &threads) && threads >= 1 && threads <= LAMINAR_THREADS_MAX) {
            continue;
        } else if (c == 'w' && str_to_i64(str_of(optarg), &o.wait_ms) && o.wait_ms >= 0) {
            continue;
        } else if (c == 'h') {
            printf("%s", usage);
            return 0;
        } else if (c != 's' || !str_to_i64(str_of(optarg), &split) || split < 0 || split > 1000000) {
            fprintf(stderr, "%s", usage);
            return 2;
        }
    }
    if (optind == argc) {
        fprintf(stderr, "%s", usage);
        return 2;
    }
    Counts total = {0};
    o.split = (int)split;
    o.threads = (unsigned)threads;
    for (; optind < argc; optind++)
        run_file(argv[optind], &o, &total);
    printf("%u passed, %u failed, %u skipped\n", total.passed, total.failed, total.skipped);
    return total.failed ? 1 : 0;
}
