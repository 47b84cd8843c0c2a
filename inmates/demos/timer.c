// SPDX-License-Identifier: GPL-2.0-only
/*
 * timer: how late a periodic interrupt is taken.
 *
 *   period_us=1000   between interrupts
 *   samples=1000     interrupts per report
 *   reports=0        quiet after so many reports; 0: never quiet
 *   spin=0           1: never sleep between interrupts
 *
 * A latency is the time from when the timer was due to its handler's first look
 * at the counter.
 */
#include "inmate.h"

#define BUCKETS 40
#define BAR_COLUMNS 40

static uint64_t period, due; /* ticks */
static uint64_t samples; /* of a report; what comes before it is made is left out */

static struct histogram {
	uint64_t samples, overruns;
	uint64_t min, max, sum; /* ns */
	uint64_t bucket[BUCKETS]; /* by the number of bits in the latency in ns */
} now;

static unsigned int bits(uint64_t value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}

static void count(uint64_t ns)
{
	if (now.samples == samples)
		return;
	now.samples++;
	now.sum += ns;
	if (ns < now.min)
		now.min = ns;
	if (ns > now.max)
		now.max = ns;
	now.bucket[bits(ns) < BUCKETS ? bits(ns) : BUCKETS - 1]++;
}

static void on_timer(unsigned int irq, void *arg)
{
	uint64_t ticks = time_ticks();

	(void)irq;
	(void)arg;
	count(ticks_to_ns(ticks - due));
	due += period;
	while (due <= ticks) {
		due += period;
		now.overruns++;
	}
	timer_set(due);
}

static void clear(void)
{
	now.samples = now.overruns = now.max = now.sum = 0;
	now.min = UINT64_MAX;
	memset(now.bucket, 0, sizeof(now.bucket));
}

/* Interrupts go on during the output: what is printed is a copy. */
static void report(uint64_t number, const struct histogram *seen)
{
	char bar[BAR_COLUMNS + 1];

	printf("timer: report %lu: %lu samples, latency ns min %lu avg %lu max %lu, overruns %lu\n",
	       number, seen->samples, seen->min, seen->sum / seen->samples, seen->max,
	       seen->overruns);
	for (unsigned int i = 0; i < BUCKETS; i++) {
		size_t columns =
			(seen->bucket[i] * BAR_COLUMNS + seen->samples - 1) / seen->samples;

		if (!seen->bucket[i])
			continue;
		memset(bar, '#', columns);
		bar[columns] = '\0';
		printf("timer: < %8lu ns %8lu %s\n", 1ul << i, seen->bucket[i], bar);
	}
}

/* Called and left with interrupts masked. */
static void wait(bool spin)
{
	uint64_t before = now.samples;

	if (!spin) {
		irq_wait();
		return;
	}
	irq_unmask();
	while (*(volatile uint64_t *)&now.samples == before)
		cpu_relax();
	irq_mask();
}

int main(void)
{
	uint64_t reports = arg_u64("reports", 0), number = 0, total = 0;
	uint64_t period_us = arg_u64("period_us", 1000);
	struct histogram seen;
	bool quiet = false, spin = arg_u64("spin", 0);

	samples = arg_u64("samples", 1000);
	if (!samples || !us_to_ticks(period_us)) {
		printf("timer: samples= and period_us= must not be 0\n");
		return 1;
	}
	printf("timer: cell %s, a tick every %lu us, counter at %lu Hz\n", (char *)comm()->name,
	       period_us, time_hz());
	clear();
	irq_enable(timer_irq(), on_timer, NULL);
	period = us_to_ticks(period_us);
	due = time_ticks() + period;
	timer_set(due);
	while (comm_serve() != COMM_SHUTDOWN) {
		if (now.samples < samples)
			wait(spin);
		if (now.samples < samples)
			continue;
		seen = now;
		clear();
		total += seen.samples;
		if (quiet)
			continue;
		irq_unmask();
		report(++number, &seen);
		quiet = number == reports;
		if (quiet)
			printf("timer: OK samples=%lu reports=%lu\n", total, number);
		irq_mask();
		if (quiet && !in_cell())
			return 0;
	}
	printf("timer: shutting down after %lu samples\n", total + now.samples);
	cell_agree_shutdown();
}
