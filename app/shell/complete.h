/* SPDX-License-Identifier: Apache-2.0
 *
 * Completion: what can follow the letters before the cursor. */
#pragma once
#include "shell/shell.h"

/* Candidates for the word at the end of `line` (text left of the cursor), sorted, without duplicates, behind each other with a NUL
 * each. *word_bytes: length of that word. Keywords come in the case that the word has. */
void complete_word(Shell *s, Str line, StrBuf *ret, size_t *word_bytes);
/* Bytes that all candidates have in common (ASCII case ignored for those after the first). */
size_t complete_common(const StrBuf *candidates);
