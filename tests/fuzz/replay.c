/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a fuzz target on every file of its corpus, for compilers without libFuzzer: what was found once stays fixed.
 *
 *   replay_<name> <folder or file>...
 *
 * Each input lies in an allocation of exactly its size, so that the address sanitizer sees a read past its end.  The name of an
 * input is printed before it runs: after a crash the last line tells which it was. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Counts {
    size_t passed, failed;
} Counts;

/* The file's bytes; NULL when it cannot be read. */
static uint8_t *file_load(const char *path, size_t *ret_size)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    uint8_t *data = size < 0 || fseek(f, 0, SEEK_SET) != 0 ? NULL : malloc((size_t)size ? (size_t)size : 1);
    bool whole = data && fread(data, 1, (size_t)size, f) == (size_t)size;
    fclose(f);
    if (!whole) {
        free(data);
        return NULL;
    }
    *ret_size = (size_t)size;
    return data;
}

static void replay_file(const char *path, Counts *counts)
{
    size_t size;
    printf("%s\n", path);
    fflush(stdout);
    uint8_t *data = file_load(path, &size);
    if (!data) {
        printf("cannot be read\n");
        counts->failed++;
        return;
    }
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    counts->passed++;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* A folder's files in the order of their names, so that a failure comes again at the same place. */
static void replay_path(const char *path, Counts *counts)
{
    struct dirent **entries;
    int n = scandir(path, &entries, is_visible, alphasort);
    if (n < 0) {
        replay_file(path, counts);
        return;
    }
    for (int i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
        replay_file(file, counts);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    Counts counts = {0, 0};
    for (int i = 1; i < argc; i++)
        replay_path(argv[i], &counts);
    if (counts.passed + counts.failed == 0) {
        printf("no input to replay\n");
        counts.failed++;
    }
    printf("%zu passed, %zu failed, 0 skipped\n", counts.passed, counts.failed);
    return counts.failed ? 1 : 0;
}
