// SPDX-License-Identifier: GPL-2.0-only
/* The few functions of <string.h>, against those of the C library. */
#include <string.h>
#include "test.h"

#define memcpy core_memcpy
#define memset core_memset
#define memcmp core_memcmp
#include "../../../hypervisor/core/string.c"
#undef memcpy
#undef memset
#undef memcmp

#define BYTES 200u

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void like_the_library(void)
{
	u8 a[BYTES], b[BYTES], from[BYTES];

	for (u32 round = 0; round < 20000; round++) {
		size_t at = test_random_below(BYTES), source = test_random_below(BYTES);
		size_t bytes = test_random_below(BYTES + 1 - (at > source ? at : source));
		int value = (int)test_random_below(512) - 256;

		for (size_t i = 0; i < BYTES; i++) {
			a[i] = b[i] = (u8)test_random_below(3);
			from[i] = (u8)test_random_below(3);
		}
		CHECK_EQ(sign(core_memcmp(a + at, from + source, bytes)),
			 sign(memcmp(a + at, from + source, bytes)));
		CHECK(core_memcpy(a + at, from + source, bytes) == a + at);
		memcpy(b + at, from + source, bytes);
		CHECK(!memcmp(a, b, BYTES));
		CHECK(core_memset(a + source, value, bytes) == a + source);
		memset(b + source, value, bytes);
		CHECK(!memcmp(a, b, BYTES));
	}
}

const struct test string_tests[] = {
	{ "like the library", like_the_library },
	{ NULL, NULL },
};
