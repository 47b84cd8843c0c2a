// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the hypervisor holds CPUs of the root cell. It promises to be short;
 * here is what shows whether it was, on any machine.
 */
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <linux/timekeeping.h>
#include "arch.h"
#include "timing.h"

/* The kinds: hypercalls by number, and entering. */
#define ENTER (BH_HC_DISABLE + 1)
#define KINDS (ENTER + 1)

struct kind {
	u64 calls;
	u64 sum_ns;
	u64 longest_ns;
};

static const char *const names[KINDS] = {
	[BH_HC_INFO] = "info",
	[BH_HC_CELL_CREATE] = "cell-create",
	[BH_HC_CELL_STEP] = "cell-step",
	[BH_HC_CELL_SET_LOADABLE] = "cell-set-loadable",
	[BH_HC_CELL_LOAD_DONE] = "cell-load-done",
	[BH_HC_CELL_START] = "cell-start",
	[BH_HC_CELL_SHUTDOWN] = "cell-shutdown",
	[BH_HC_CELL_DESTROY] = "cell-destroy",
	[BH_HC_CELL_INFO] = "cell-info",
	[BH_HC_CPU_INFO] = "cpu-info",
	[BH_HC_CELL_RAISE_IRQ] = "cell-raise-irq",
	[BH_HC_CELL_READ] = "cell-read",
	[BH_HC_DISABLE_PREPARE] = "disable-prepare",
	[BH_HC_DISABLE] = "disable",
	[ENTER] = "enter",
};

static DEFINE_SPINLOCK(lock);
static struct kind kinds[KINDS];

/* Interrupts are off. */
static void note(unsigned int number, u64 begun_ns)
{
	u64 ns = ktime_get_mono_fast_ns() - begun_ns;
	struct kind *kind = &kinds[number];

	spin_lock(&lock);
	kind->calls++;
	kind->sum_ns += ns;
	kind->longest_ns = max(kind->longest_ns, ns);
	spin_unlock(&lock);
}

long bh_timed_hypercall(enum bh_hypercall number, u64 arg0, u64 arg1, u64 arg2, u64 arg3)
{
	unsigned long flags;
	u64 begun_ns;
	long result;

	local_irq_save(flags);
	begun_ns = ktime_get_mono_fast_ns();
	result = bh_arch_hypercall(number, arg0, arg1, arg2, arg3);
	note(number, begun_ns);
	local_irq_restore(flags);
	return result;
}

long bh_timed_enter(phys_addr_t entry, unsigned long argument)
{
	unsigned long flags;
	u64 begun_ns;
	long result;

	local_irq_save(flags);
	begun_ns = ktime_get_mono_fast_ns();
	result = bh_arch_enter(entry, argument);
	note(ENTER, begun_ns);
	local_irq_restore(flags);
	return result;
}

ssize_t bh_timing_show(char *buf)
{
	unsigned long flags;
	unsigned int i;
	ssize_t at = 0;

	spin_lock_irqsave(&lock, flags);
	for (i = 0; i < KINDS; i++)
		if (names[i] && kinds[i].calls)
			at += sysfs_emit_at(buf, at, "%s %llu %llu %llu\n", names[i],
					    kinds[i].calls, kinds[i].sum_ns, kinds[i].longest_ns);
	spin_unlock_irqrestore(&lock, flags);
	return at;
}

void bh_timing_reset(void)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	memset(kinds, 0, sizeof(kinds));
	spin_unlock_irqrestore(&lock, flags);
}
