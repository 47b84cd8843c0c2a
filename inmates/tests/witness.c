// SPDX-License-Identifier: GPL-2.0-only
/*
 * witness: a well-behaved cell that notices when another one disturbs it.
 *
 *   period_us=1000   between beats
 *   every=0          seconds between reports; 0: only at the end
 *   secs=0           end of the watch; 0: when asked to shut down
 *   max_us=0         a beat later than this is a failure; 0: lateness is only printed
 *
 * Every interrupt that the cell may have is enabled: all but the timer's are
 * stray. All free memory holds a pattern that is looked after all the time.
 */
#include "check.h"

#define CHUNK 4096
#define FACTOR 0x9e3779b97f4a7c15ull

static uint64_t period, due;
static volatile uint64_t beats, worst, stray;
static volatile unsigned int last_stray;
static uint64_t corrupt;
static uintptr_t looked_at;

static void on_timer(unsigned int irq, void *arg)
{
	uint64_t now = time_ticks();

	(void)irq;
	(void)arg;
	if (now - due > worst)
		worst = now - due;
	beats = beats + 1;
	due += period;
	if (due <= now)
		due = now + period;
	timer_set(due);
}

static void on_stray(unsigned int irq, void *arg)
{
	(void)arg;
	stray = stray + 1;
	last_stray = irq;
}

static void look_after_memory(void)
{
	uintptr_t end = looked_at + CHUNK < ram_end() ? looked_at + CHUNK : ram_end();

	for (; looked_at < end; looked_at += 8) {
		volatile uint64_t *word = (volatile uint64_t *)looked_at;

		if (*word == looked_at * FACTOR)
			continue;
		if (!corrupt++)
			printf("witness: memory at 0x%lx is 0x%lx\n", looked_at, *word);
		*word = looked_at * FACTOR;
	}
	if (looked_at >= ram_end())
		looked_at = ram_free();
}

static void report(const char *what)
{
	printf("witness: %s beats=%lu stray=%lu corrupt=%lu worst_ns=%lu\n", what, beats, stray,
	       corrupt, ticks_to_ns(worst));
	if (stray)
		printf("witness: last stray interrupt %u\n", last_stray);
}

int main(void)
{
	uint64_t every = arg_u64("every", 0) * time_hz(), secs = arg_u64("secs", 0);
	uint64_t max_us = arg_u64("max_us", 0), start = time_ticks(), next = start + every;
	bool ok;

	printf("witness: cell %s watches\n", (char *)comm()->name);
	for (uintptr_t at = ram_free(); at < ram_end(); at += 8)
		*(volatile uint64_t *)at = at * FACTOR;
	looked_at = ram_free();
	period = us_to_ticks(arg_u64("period_us", 1000));
	watch_all_irqs(on_stray);
	irq_enable(timer_irq(), on_timer, NULL);
	due = time_ticks() + period;
	timer_set(due);
	while (comm_serve() != COMM_SHUTDOWN &&
	       (!secs || time_ticks() - start < secs * time_hz())) {
		irq_wait();
		look_after_memory();
		if (!every || time_ticks() < next)
			continue;
		next += every;
		report("report");
	}
	ok = !stray && !corrupt && beats && (!max_us || worst <= us_to_ticks(max_us));
	report(ok ? "OK" : "FAILED");
	if (secs)
		cell_wait_shutdown();
	cell_agree_shutdown();
}
