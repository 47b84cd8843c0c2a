// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cell with two CPUs. It starts on the first; the program brings up the second
 * by PSCI, as on a machine of its own.
 */
#include "machine.h"

static const struct bh_cpu_source cpus[] = {
	{ BH_HERE("cpu2"), .id = 0x002 },
	{ BH_HERE("cpu3"), .id = 0x003 },
};

static const struct bh_memory_source memory[] = {
	{ BH_HERE("ram"), .phys = SMP_RAM, .virt = CELL_RAM, .size = BH_MIB(1),
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_LOADABLE },
	{ BH_HERE("comm"), .virt = CELL_COMM, .size = BH_PAGE_SIZE,
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_COMM },
};

const struct bh_config_source bulkhead_config = {
	BH_CONFIG_HERE,
	.arch = BH_ARCH_ARM64,
	.kind = BH_CONFIG_CELL,
	.name = "smp",
	.entry = CELL_RAM,
	.entry_arg = CELL_COMM,
	.console = { .type = BH_CONSOLE_HYPERCALL },
	.cpus = BH_ARRAY(cpus),
	.memory = BH_ARRAY(memory),
};
