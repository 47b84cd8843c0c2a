/* SPDX-License-Identifier: GPL-2.0-only */
/* Arm PL011 (DDI 0183), for the hypervisor's own messages; set up by whoever had it before. */
#include <bulkhead/config.h>
#include "../core/config_rules.h"
#include "../core/console.h"
#include "../core/memory.h"
#include "../core/unit.h"

#define UARTDR 0x00
#define UARTFR 0x18
#define FR_TXFF BIT(5)

static volatile u32 *reg(void *registers, u64 offset)
{
	return (volatile u32 *)((u8 *)registers + offset);
}

static void put(void *registers, char c)
{
	/* A UART that does not drain loses text, not the machine. */
	for (u32 i = 0; i < 10000 && *reg(registers, UARTFR) & FR_TXFF; i++)
		cpu_relax();
	*reg(registers, UARTDR) = (u8)c;
}

UART(pl011) = { BH_CONSOLE_PL011, put };

static int init(void)
{
	const struct bh_console_config *console = &system_config->console;
	void *registers;

	if (console->type != BH_CONSOLE_PL011)
		return 0;
	registers = map_device(console->phys, PAGE_SIZE);
	if (!registers)
		return -BH_E_NOMEM;
	console_set_uart(console->type, registers);
	return 0;
}

UNIT(pl011_unit) = { .name = "PL011", .init = init };
