/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions of <string.h> that are needed, and that the compiler calls. */
#ifndef CORE_STRING_H
#define CORE_STRING_H

#include "types.h"

/* The compiler calls them out of nowhere, so they must stay though nobody seems to. */
__attribute__((used)) void *memcpy(void *to, const void *from, size_t bytes);
__attribute__((used)) void *memset(void *to, int value, size_t bytes);
__attribute__((used)) int memcmp(const void *a, const void *b, size_t bytes);

#endif
