/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors as text: what was wrong, the line it is in with a caret below, detail and hint. */
#pragma once
#include "shell/shell.h"

/* Prints this thread's last error of the library; sql is the statement's text and `at` where it begins in its script. */
void report_last_error(Str sql, Origin at);
/* An error of the shell itself, in the same form. */
void report_error(Origin at, const char *sqlstate, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
