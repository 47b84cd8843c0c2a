// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench: what operations that the hypervisor mediates cost.
 *
 *   iterations=1000   per batch
 *   batches=10        the best and the worst are printed
 *   only=NAME         one operation
 *   irqs=N uart=ADDRESS uart_irq=N rtc=ADDRESS irq=N raised=N   see bench/<arch>
 *
 * For an emulator that executes one instruction per nanosecond of its clock
 * (QEMU: -icount shift=0): then time is a count of instructions, those of the
 * hypervisor included. Whatever other CPUs execute in between counts, too: the
 * least of several batches is the figure. Elsewhere figures are nanoseconds.
 */
#include "bench.h"

int64_t ticks_to_scaled(uint64_t ticks)
{
	return (int64_t)(ticks * (1000000000ull * BENCH_SCALE / 1000) / (time_hz() / 1000));
}

static long rounded(int64_t scaled)
{
	return (long)((scaled + (scaled < 0 ? -BENCH_SCALE : BENCH_SCALE) / 2) / BENCH_SCALE);
}

static const char *scaled_text(int64_t scaled, char text[24])
{
	uint64_t size = scaled < 0 ? -(uint64_t)scaled : (uint64_t)scaled;

	snprintf(text, 24, "%s%lu.%02lu", scaled < 0 ? "-" : "", size / BENCH_SCALE,
		 size % BENCH_SCALE);
	return text;
}

static void run(const struct bench *bench, uint64_t iterations, uint64_t batches)
{
	int64_t min = INT64_MAX, max = INT64_MIN;
	char text[2][24];

	for (uint64_t i = 0; i < batches; i++) {
		int64_t cost = bench->measure(iterations);

		comm_serve();
		if (cost == NOT_POSSIBLE) {
			printf("bench %s not possible here\n", bench->name);
			return;
		}
		if (cost < min)
			min = cost;
		if (cost > max)
			max = cost;
	}
	printf("bench %s instructions=%ld min=%s max=%s\n", bench->name, rounded(min),
	       scaled_text(min, text[0]), scaled_text(max, text[1]));
}

int main(void)
{
	uint64_t iterations = arg_u64("iterations", 1000), batches = arg_u64("batches", 10);
	const char *only = arg_str("only");
	char name[32] = "";

	if (only)
		snprintf(name, sizeof(name), "%s", only);
	bench_setup();
	printf("bench: cell %s, %s\n", (char *)comm()->name,
	       bench_counted() ? "instructions are counted" : "time is counted, not instructions");
	for (const struct bench *b = bench_arch; b->name; b++)
		if (!name[0] || strcmp(name, b->name) == 0)
			run(b, iterations, batches);
	printf("bench: OK\n");
	cell_wait_shutdown();
}
