/* SPDX-License-Identifier: Apache-2.0
 *
 * A text written anew, a few places of which say something else: the others stay as they were written, and places in the new text
 * can be told in the old one. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

typedef struct TextEdit {
    uint32_t pos, n; /* of the old text */
    Str text;        /* in place of that */
} TextEdit;

typedef struct TextEdits {
    Arena *arena;
    TextEdit *edit; /* by place */
    uint32_t n, cap;
} TextEdits;

int edits_add(TextEdits *e, uint32_t pos, uint32_t n, Str text /* in the arena */, Err *err);
/* The part of `text` from `from` on that is n bytes long, with the edits; they lie within it. */
int edits_apply(const TextEdits *e, Str text, uint32_t from, uint32_t n, Str *ret, Err *err);
/* Where in the old text is what is at `pos` of the new one, which begins at `from`. */
uint32_t edits_origin(const TextEdits *e, uint32_t from, uint32_t pos);
