// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attacks by hypercalls.
 *
 *   count=100000   hypercalls with random arguments
 */
#include "attack.h"

#define NUMBERS 256 /* numbers that are tried with every boundary */
#define FIRST_ROOT BH_HC_INFO
#define LAST_ROOT BH_HC_DISABLE

static struct {
	uint64_t tries, unknown, forbidden, invalid, answered;
} seen;

/* What a number may answer to a cell that is not the root cell. */
static void judge(uint64_t number, long result)
{
	seen.tries++;
	if (number >= FIRST_ROOT && number <= LAST_ROOT) {
		if (result == -BH_E_PERM)
			seen.forbidden++;
		else
			breach("root-only hypercall %lu returned %ld", number, result);
	} else if (number > BH_HC_SELF_INFO) {
		if (result == -BH_E_NOSYS)
			seen.unknown++;
		else
			breach("unknown hypercall 0x%lx returned %ld", number, result);
	} else if (result < 0) {
		if (result == -BH_E_INVAL)
			seen.invalid++;
		else
			breach("hypercall %lu returned %ld", number, result);
	} else {
		seen.answered++;
	}
}

static void call(uint64_t number, uint64_t args[7])
{
	/* Not garbage on the console: a length that is refused, or a text. */
	if (number == BH_HC_CONSOLE_WRITE && args[0] >= 1 && args[0] <= 48)
		args[0] += 48;
	judge(number, hypercall(number, args));
}

static void all_numbers(void)
{
	static const uint64_t edges[] = {
		0,	    1,		48,	    49,		0x7fffffff,    0x80000000,
		0xffffffff, 1ull << 32, 1ull << 40, 1ull << 63, ~0ull - 0xfff, ~0ull
	};

	for (uint64_t number = 0; number < NUMBERS; number++) {
		for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
			uint64_t same[7], first[7] = { edges[i] };

			for (size_t k = 0; k < ARRAY_SIZE(same); k++)
				same[k] = edges[i];
			call(number, same);
			call(number, first);
		}
	}
}

static uint64_t random_number(void)
{
	uint64_t r = random64();

	if ((r & 3) == 0)
		return r >> 8 & (NUMBERS - 1);
	if ((r & 3) == 1)
		return FIRST_ROOT + (r >> 8) % (LAST_ROOT - FIRST_ROOT + 1);
	if ((r & 3) == 2)
		return (r >> 8 & 31) | 1ull << (32 + (r >> 16 & 31));
	return random_edge();
}

void attack_hypercalls(void)
{
	uint64_t count = arg_u64("count", 100000);

	memset(&seen, 0, sizeof(seen));
	all_numbers();
	while (seen.tries < count) {
		uint64_t args[7];

		for (size_t i = 0; i < ARRAY_SIZE(args); i++)
			args[i] = random_edge();
		/* The cell's own addresses are the more tempting ones. */
		if (random64() & 1)
			args[random64() % 7] = ram_start() + random64() % (ram_end() - ram_start());
		call(random_number(), args);
		if (seen.tries % 1000 == 0)
			comm_serve();
	}
	refused("%lu hypercalls: %lu root-only, %lu unknown, %lu invalid; %lu answered", seen.tries,
		seen.forbidden, seen.unknown, seen.invalid, seen.answered);
	if (!seen.answered || !seen.forbidden || !seen.unknown || !seen.invalid)
		breach("not every kind of answer was seen");
}

void attack_hypercall_storm(void)
{
	static const uint64_t none[7];
	uint64_t end = deadline(), count = 0;

	for (; time_ticks() < end; count++)
		if (hypercall(BH_HC_VERSION, none) != BH_ABI_VERSION)
			breach("BH_HC_VERSION does not answer");
	tried("%lu hypercalls in a row", count);
}

void attack_console_flood(void)
{
	uint64_t end = deadline(), count = 0;

	for (; time_ticks() < end; count++)
		console_write("flood flood flood flood flood flood flood flood\n", 48);
	tried("%lu lines of output in a row", count);
}
