// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cell in which the isolation tests run: besides its RAM it has something of
 * each kind that it may use only in part, to try the rest.
 */
#include "machine.h"

static const struct bh_cpu_source cpus[] = {
	{ BH_HERE("cpu3"), .id = 0x003 },
};

static const struct bh_memory_source memory[] = {
	{ BH_HERE("ram"), .phys = ATTACKER_RAM, .virt = CELL_RAM, .size = BH_MIB(1),
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_LOADABLE },
	{ BH_HERE("read only"), .phys = ATTACKER_RAM + BH_MIB(1), .virt = BH_MIB(2),
	  .size = BH_PAGE_SIZE, .flags = BH_MEM_READ },
	{ BH_HERE("not executable"), .phys = ATTACKER_RAM + BH_MIB(1) + BH_PAGE_SIZE,
	  .virt = BH_MIB(3), .size = BH_PAGE_SIZE, .flags = BH_MEM_READ | BH_MEM_WRITE },
	{ BH_HERE("comm"), .virt = CELL_COMM, .size = BH_PAGE_SIZE,
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_COMM },
};

/* One number in the middle of a register that holds those of others, too. */
static const struct bh_irq_source irqs[] = {
	{ BH_HERE("doorbell"), .first = IRQ_RAISED_ATTACKER, .count = 1, .flags = BH_IRQ_RAISED },
};

const struct bh_config_source bulkhead_config = {
	BH_CONFIG_HERE,
	.arch = BH_ARCH_ARM64,
	.kind = BH_CONFIG_CELL,
	.name = "attacker",
	.entry = CELL_RAM,
	.entry_arg = CELL_COMM,
	.console = { .type = BH_CONSOLE_HYPERCALL },
	.cpus = BH_ARRAY(cpus),
	.memory = BH_ARRAY(memory),
	.irqs = BH_ARRAY(irqs),
};
