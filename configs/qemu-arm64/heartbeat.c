// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cell that is asked before it is stopped: it counts a heartbeat in its comm page
 * and answers shutdown requests there. It may also lock the partitioning while it
 * is busy. On a CPU of its own, so that it runs beside the cells on CPU 3.
 */
#include "machine.h"

static const struct bh_cpu_source cpus[] = {
	{ BH_HERE("cpu2"), .id = 0x002 },
};

static const struct bh_memory_source memory[] = {
	{ BH_HERE("ram"), .phys = HEARTBEAT_RAM, .virt = CELL_RAM, .size = BH_MIB(1),
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_LOADABLE },
	{ BH_HERE("comm"), .virt = CELL_COMM, .size = BH_PAGE_SIZE,
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_COMM },
};

/* Not driven by any device: Linux raises it with the BH_IOC_CELL_RAISE_IRQ request. */
static const struct bh_irq_source irqs[] = {
	{ BH_HERE("doorbell"), .first = IRQ_RAISED_HEARTBEAT, .count = 1, .flags = BH_IRQ_RAISED },
};

const struct bh_config_source bulkhead_config = {
	BH_CONFIG_HERE,
	.arch = BH_ARCH_ARM64,
	.kind = BH_CONFIG_CELL,
	.name = "heartbeat",
	.flags = BH_CELL_LOCKABLE,
	.entry = CELL_RAM,
	.entry_arg = CELL_COMM,
	.console = { .type = BH_CONSOLE_HYPERCALL },
	.cpus = BH_ARRAY(cpus),
	.memory = BH_ARRAY(memory),
	.irqs = BH_ARRAY(irqs),
};
