/* SPDX-License-Identifier: Apache-2.0
 *
 * Message digests of byte strings: MD5 (RFC 1321), SHA-1 and the SHA-2 family (FIPS 180-4), for the functions of the same names. */
#pragma once
#include "base/str.h"

#define DIGEST_BYTES_MAX 64
typedef enum DigestKind { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA224, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512 } DigestKind;
size_t digest_bytes(DigestKind kind);
/* Writes digest_bytes(kind) bytes. */
void digest_of(DigestKind kind, Str s, uint8_t *out);
