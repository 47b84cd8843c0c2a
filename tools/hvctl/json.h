/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON on standard output, written as it comes; commas and escapes are taken care of. */
#ifndef HVCTL_JSON_H
#define HVCTL_JSON_H

#include <stdbool.h>
#include <stdint.h>

/** json_object() - opens an object; @key is NULL at the top and in arrays. */
void json_object(const char *key);

/** json_array() - opens an array. */
void json_array(const char *key);

/** json_end() - closes what was opened last; at the top it ends the line. */
void json_end(void);

/** json_text() - a string, null for NULL. */
void json_text(const char *key, const char *value);

/** json_number() - a number; those over 2^53 lose precision in some readers. */
void json_number(const char *key, uint64_t value);

/** json_hex() - an address, as a string "0x...". */
void json_hex(const char *key, uint64_t value);

/** json_bool() - true or false. */
void json_bool(const char *key, bool value);

#endif
