// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cell of ci/bench: two CPUs, for interrupts from one to the other, memory of
 * one 2 MiB block, a device interrupt and one that Linux raises.
 */
#include "machine.h"

static const struct bh_cpu_source cpus[] = {
	{ BH_HERE("cpu2"), .id = 0x002 },
	{ BH_HERE("cpu3"), .id = 0x003 },
};

static const struct bh_memory_source memory[] = {
	{ BH_HERE("ram"), .phys = BENCH_RAM, .virt = CELL_RAM, .size = BH_MIB(2),
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_LOADABLE },
	{ BH_HERE("comm"), .virt = CELL_COMM, .size = BH_PAGE_SIZE,
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_COMM },
	{ BH_HERE("rtc, PL031"), .phys = RTC_START, .virt = RTC_START, .size = BH_PAGE_SIZE,
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_IO },
};

static const struct bh_irq_source irqs[] = {
	{ BH_HERE("rtc alarm"), .first = RTC_IRQ, .count = 1 },
	{ BH_HERE("doorbell"), .first = IRQ_RAISED_BENCH, .count = 1, .flags = BH_IRQ_RAISED },
};

const struct bh_config_source bulkhead_config = {
	BH_CONFIG_HERE,
	.arch = BH_ARCH_ARM64,
	.kind = BH_CONFIG_CELL,
	.name = "bench",
	.entry = CELL_RAM,
	.entry_arg = CELL_COMM,
	.console = { .type = BH_CONSOLE_HYPERCALL },
	.cpus = BH_ARRAY(cpus),
	.memory = BH_ARRAY(memory),
	.irqs = BH_ARRAY(irqs),
};
