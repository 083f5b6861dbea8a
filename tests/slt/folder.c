/* SPDX-License-Identifier: Apache-2.0
 *
 * __TEST_DIR__: a directory of each run of a file, for what its statements write, so that runs beside each other do not meet.  It
 * is made for files that name it, and goes with what is in it. */
#include "slt/slt.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WORD "__TEST_DIR__"

static bool names_folder(const List *lines)
{
    for (size_t i = 0; i < lines->n; i++)
        if (strstr(lines->item[i], WORD))
            return true;
    return false;
}

static const char *with_folder(Arena *a, const char *line, const char *folder)
{
    StrBuf b;
    const char *found = strstr(line, WORD);
    if (!found)
        return line;
    sb_init(&b, NULL);
    for (; found; line = found + strlen(WORD), found = strstr(line, WORD)) {
        sb_put(&b, line, (size_t)(found - line));
        sb_puts(&b, folder);
    }
    sb_puts(&b, line);
    const char *made = b.failed ? NULL : arena_strndup(a, b.p, b.n);
    sb_done(&b);
    if (!made)
        die("out of memory");
    return made;
}

const char *folder_make(Arena *a, List *lines)
{
    if (!names_folder(lines))
        return NULL;
    char *folder = text_print(a, "%s/laminar-slt-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    List with = {0};
    if (!mkdtemp(folder))
        die("no directory for " WORD " can be made");
    for (size_t i = 0; i < lines->n; i++)
        list_add(a, &with, with_folder(a, lines->item[i], folder));
    *lines = with;
    return folder;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

void folder_remove(const char *folder)
{
    if (folder && nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        fprintf(stderr, "%s is left behind\n", folder);
}
