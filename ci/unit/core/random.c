// SPDX-License-Identifier: GPL-2.0-only
/* Random sequences of everything that can happen, always the same ones. */
#include "test.h"
#include "machine.h"

#define ROUNDS 2000u
#define STEPS 200u

static void random_life(void)
{
	static u8 bytes[STEPS * MACHINE_STEP_BYTES];

	machine_begin();
	for (u32 round = 0; round < ROUNDS; round++) {
		size_t count = test_random_below(sizeof(bytes));

		for (size_t i = 0; i < count; i++)
			bytes[i] = (u8)(test_random() >> 30);
		machine_run(bytes, count);
		machine_end();
	}
	/* It got somewhere. */
	CHECK(machine_counts.created > 100 && machine_counts.started > 20);
	CHECK(machine_counts.failed > 10 && machine_counts.destroyed > 50);
	CHECK(machine_counts.ended > 100 && machine_counts.refused > 1000);
}

const struct test random_tests[] = {
	{ "random life", random_life },
	{ NULL, NULL },
};
