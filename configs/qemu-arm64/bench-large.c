// SPDX-License-Identifier: GPL-2.0-only
/*
 * For ci/bench: the most work for the hypervisor. 32 MiB whose address is no multiple
 * of 2 MiB, so that all of it is taken, scrubbed and mapped in pages.
 */
#include "machine.h"

static const struct bh_cpu_source cpus[] = {
	{ BH_HERE("cpu1"), .id = 0x001 },
};

static const struct bh_memory_source memory[] = {
	{ BH_HERE("ram"), .phys = BENCH_LARGE_RAM, .virt = CELL_RAM, .size = BH_MIB(32),
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_LOADABLE },
	{ BH_HERE("comm"), .virt = CELL_COMM, .size = BH_PAGE_SIZE,
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_COMM },
};

const struct bh_config_source bulkhead_config = {
	BH_CONFIG_HERE,
	.arch = BH_ARCH_ARM64,
	.kind = BH_CONFIG_CELL,
	.name = "bench-large",
	.entry = CELL_RAM,
	.entry_arg = CELL_COMM,
	.console = { .type = BH_CONSOLE_HYPERCALL },
	.cpus = BH_ARRAY(cpus),
	.memory = BH_ARRAY(memory),
};
