// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest useful cell: one CPU, 1 MiB of memory, no device. It measures how
 * late its timer interrupts are.
 */
#include "machine.h"

/* timer-2cpu.c is for a machine without CPU 3. */
#ifndef TIMER_CPU
#define TIMER_CPU 0x003
#endif

static const struct bh_cpu_source cpus[] = {
	{ BH_HERE("timer's cpu"), .id = TIMER_CPU },
};

static const struct bh_memory_source memory[] = {
	/* Loadable: Linux may write the program into it until the cell starts. */
	{ BH_HERE("ram"), .phys = TIMER_RAM, .virt = CELL_RAM, .size = BH_MIB(1),
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_LOADABLE },
	/* Has no physical address: the hypervisor provides the page. */
	{ BH_HERE("comm"), .virt = CELL_COMM, .size = BH_PAGE_SIZE,
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_COMM },
};

const struct bh_config_source bulkhead_config = {
	BH_CONFIG_HERE,
	.arch = BH_ARCH_ARM64,
	.kind = BH_CONFIG_CELL,
	.name = "timer",
	.entry = CELL_RAM,
	.entry_arg = CELL_COMM,
	/* Output goes to a ring that `hvctl cell console timer` shows. */
	.console = { .type = BH_CONSOLE_HYPERCALL },
	.cpus = BH_ARRAY(cpus),
	.memory = BH_ARRAY(memory),
};
