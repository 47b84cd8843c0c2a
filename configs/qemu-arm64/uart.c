// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cell with a device of its own: the machine's real-time clock, registers and
 * interrupt. It is driven directly; the hypervisor is not involved.
 *
 * Linux has a driver bound to the clock at boot. Before the cell is created:
 *
 *	echo 9010000.pl031 > /sys/bus/amba/drivers/rtc-pl031/unbind
 */
#include "machine.h"

static const struct bh_cpu_source cpus[] = {
	{ BH_HERE("cpu3"), .id = 0x003 },
};

static const struct bh_memory_source memory[] = {
	{ BH_HERE("ram"), .phys = UART_RAM, .virt = CELL_RAM, .size = BH_MIB(1),
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_LOADABLE },
	{ BH_HERE("comm"), .virt = CELL_COMM, .size = BH_PAGE_SIZE,
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_COMM },
	/* Registers: the cell sees them at the address that the manual gives. */
	{ BH_HERE("rtc, PL031"), .phys = RTC_START, .virt = RTC_START, .size = BH_PAGE_SIZE,
	  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_IO },
};

static const struct bh_irq_source irqs[] = {
	{ BH_HERE("rtc alarm"), .first = RTC_IRQ, .count = 1 },
};

const struct bh_config_source bulkhead_config = {
	BH_CONFIG_HERE,
	.arch = BH_ARCH_ARM64,
	.kind = BH_CONFIG_CELL,
	.name = "uart",
	.entry = CELL_RAM,
	.entry_arg = CELL_COMM,
	.console = { .type = BH_CONSOLE_HYPERCALL },
	.cpus = BH_ARRAY(cpus),
	.memory = BH_ARRAY(memory),
	.irqs = BH_ARRAY(irqs),
};
