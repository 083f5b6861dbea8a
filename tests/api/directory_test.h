/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of databases in a directory share: a place of their own for each test, and children of the test's own program that
 * tell on standard output what they have done, so that they can be killed. */
#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include "api_test.h"

static char root[64], dir[96]; /* the place; a database in it */

static inline int remove_tree(const char *path)
{
    char command[256];
    snprintf(command, sizeof(command), "rm -rf '%s'", path);
    return system(command);
}

static inline int make_root(void **state)
{
    (void)state;
    snprintf(root, sizeof(root), "%s", "/tmp/laminar-test-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    snprintf(dir, sizeof(dir), "%s/db", root);
    return 0;
}

static inline int remove_root(void **state)
{
    (void)state;
    return remove_tree(root);
}
#define DIRECTORY_TEST(f) cmocka_unit_test_setup_teardown(f, make_root, remove_root)

static inline LaminarConnection *open_at(const char *path)
{
    LaminarConnection *db = NULL;
    if (laminar_open_with_config(path, NULL, &db) != LAMINAR_OK)
        fail_msg("%s", laminar_last_error());
    return db;
}

static inline void expect_sqlstate(const char *sqlstate)
{
    LaminarError e = {.size = sizeof(e)};
    OK(laminar_last_error_detail(&e));
    if (strcmp(e.sqlstate, sqlstate) != 0)
        fail_msg("%s, not %s: %s", e.sqlstate, sqlstate, laminar_last_error());
}

/* A child that runs `program` with arguments, a NULL behind the last; what it prints is read from *ret_fd. */
static inline pid_t spawn(const char *program, const char *const *argument, int *ret_fd)
{
    int fd[2];
    const char *argv[8] = {program};
    for (size_t n = 0; argument[n]; n++) {
        assert_true(n + 2 < sizeof(argv) / sizeof(argv[0]));
        argv[n + 1] = argument[n];
    }
    assert_int_equal(pipe(fd), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(fd[1], STDOUT_FILENO);
        close(fd[0]);
        close(fd[1]);
        execv(program, (char *const *)(uintptr_t)argv);
        _exit(3);
    }
    close(fd[1]);
    *ret_fd = fd[0];
    return pid;
}

static inline int exit_code(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}
