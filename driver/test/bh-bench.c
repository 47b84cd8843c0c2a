// SPDX-License-Identifier: GPL-2.0-only
/*
 * For ci/bench: what raising an interrupt in a cell costs the root cell.
 *
 *   echo "CELL IRQ" > /sys/module/bh_bench/parameters/raise
 *   cat /sys/module/bh_bench/parameters/raise
 *
 * prints "iterations=N ticks=T base=B": by the counter, the shortest of BATCHES batches
 * of N hypercalls, and the same loop without the hypercall. Interrupts are off meanwhile.
 * Only while the hypervisor is enabled.
 */
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/stringify.h>
#include <asm/barrier.h>
#include <bulkhead/hypercall.h>

#define BATCHES 10
#define ITERATIONS 1000

static DEFINE_MUTEX(lock);
static u64 ticks = U64_MAX, base = U64_MAX;

/* x9 collects the results: all are 0 if it is. */
#define LOOP(name, call)                                                                           \
	static noinline u64 name(u64 cell, u64 irq, u64 *results)                                  \
	{                                                                                          \
		u64 n = ITERATIONS, start, end, seen;                                              \
		asm volatile("mov x9, xzr\n"                                                       \
			     "isb\n"                                                               \
			     "mrs %0, cntvct_el0\n"                                                \
			     "1: mov x0, %4\n"                                                     \
			     "mov x1, %5\n"                                                        \
			     "mov x2, %6\n" call "\n"                                              \
			     "orr x9, x9, x0\n"                                                    \
			     "subs %2, %2, #1\n"                                                   \
			     "b.ne 1b\n"                                                           \
			     "isb\n"                                                               \
			     "mrs %1, cntvct_el0\n"                                                \
			     "mov %3, x9\n"                                                        \
			     : "=&r"(start), "=&r"(end), "+&r"(n), "=&r"(seen)                     \
			     : "r"((u64)BH_HC_CELL_RAISE_IRQ), "r"(cell), "r"(irq)                 \
			     : "x0", "x1", "x2", "x9", "memory", "cc");                            \
		*results = seen;                                                                   \
		return end - start;                                                                \
	}

LOOP(raise_in, "hvc #" __stringify(BH_HVC_IMM))
LOOP(raise_nothing, "")

static int measure(u64 cell, u64 irq)
{
	u64 results = 0, unused;
	unsigned long flags;
	int i;

	ticks = U64_MAX;
	base = U64_MAX;
	for (i = 0; i < BATCHES && !results; i++) {
		local_irq_save(flags);
		ticks = min(ticks, raise_in(cell, irq, &results));
		base = min(base, raise_nothing(cell, irq, &unused));
		local_irq_restore(flags);
	}
	return results ? -EREMOTEIO : 0;
}

static int set_raise(const char *text, const struct kernel_param *param)
{
	u64 cell, irq;
	int err;

	if (sscanf(text, "%lli %lli", &cell, &irq) != 2)
		return -EINVAL;
	mutex_lock(&lock);
	err = measure(cell, irq);
	mutex_unlock(&lock);
	return err;
}

static int get_raise(char *buf, const struct kernel_param *param)
{
	int count;

	mutex_lock(&lock);
	count = sysfs_emit(buf, "iterations=%u ticks=%llu base=%llu\n", ITERATIONS, ticks, base);
	mutex_unlock(&lock);
	return count;
}

static const struct kernel_param_ops raise_ops = { .set = set_raise, .get = get_raise };
module_param_cb(raise, &raise_ops, NULL, 0600);

static int __init bench_init(void)
{
	return 0;
}

static void __exit bench_exit(void)
{
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("Bulkhead: test module that measures calls");
MODULE_LICENSE("GPL");
