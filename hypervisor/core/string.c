/* SPDX-License-Identifier: GPL-2.0-only */
/* Plain loops: nothing here is on a hot path, and bulk clearing is the architecture's. */
#include "string.h"

void *memcpy(void *to, const void *from, size_t bytes)
{
	u8 *d = to;
	const u8 *s = from;

	if (!(((uintptr_t)d | (uintptr_t)s) & 7)) {
		for (; bytes >= 8; bytes -= 8, d += 8, s += 8)
			*(u64 *)d = *(const u64 *)s;
	}
	while (bytes--)
		*d++ = *s++;
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	u8 *d = to;

	if (!((uintptr_t)d & 7)) {
		u64 word = (u8)value * 0x0101010101010101ull;

		for (; bytes >= 16; bytes -= 16, d += 16) {
			((u64 *)d)[0] = word;
			((u64 *)d)[1] = word;
		}
	}
	while (bytes--)
		*d++ = (u8)value;
	return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const u8 *x = a, *y = b;

	for (; bytes; bytes--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
