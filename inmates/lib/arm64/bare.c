// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Without the hypervisor: a comm page made up for QEMU's virt machine. Only the
 * command line is taken from the device tree that the boot loader passes.
 */
#include "arm64.h"

#define VIRT_GICD 0x08000000
#define VIRT_GICR 0x080a0000
#define VIRT_GICR_BYTES 0x00f60000
#define VIRT_UART 0x09000000
#define VIRT_UART_IRQ 33

/* Flattened device tree (Devicetree specification 5) */
#define FDT_MAGIC 0xd00dfeedu
#define FDT_BEGIN_NODE 1u
#define FDT_END_NODE 2u
#define FDT_PROP 3u
#define FDT_NOP 4u
#define FDT_MAX_BYTES (1u << 20)

static uint32_t be32(const uint32_t *word)
{
	return __builtin_bswap32(*word);
}

/* Value of the property "bootargs", wherever it is; NULL without. */
static const char *fdt_bootargs(const uint32_t *fdt)
{
	const uint32_t *at, *end;
	const char *names;

	if (!fdt || (uintptr_t)fdt % 8 || be32(&fdt[0]) != FDT_MAGIC ||
	    be32(&fdt[1]) > FDT_MAX_BYTES)
		return NULL;
	at = fdt + be32(&fdt[2]) / 4;
	end = fdt + be32(&fdt[1]) / 4;
	names = (const char *)fdt + be32(&fdt[3]);
	while (at < end) {
		switch (be32(at++)) {
		case FDT_BEGIN_NODE:
			at += strlen((const char *)at) / 4 + 1;
			break;
		case FDT_PROP:
			if (strcmp(names + be32(&at[1]), "bootargs") == 0)
				return (const char *)&at[2];
			at += 2 + (be32(&at[0]) + 3) / 4;
			break;
		case FDT_END_NODE:
		case FDT_NOP:
			break;
		default:
			return NULL;
		}
	}
	return NULL;
}

static void find_cpus(struct bh_comm *page)
{
	uint64_t mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;

	while (page->cpu_count < INMATE_MAX_CPUS) {
		const uint64_t x[8] = { PSCI_AFFINITY_INFO, mpidr + page->cpu_count };

		if ((int32_t)hvc0(x).x[0] < 0)
			break;
		page->cpus[page->cpu_count++] = x[1];
	}
}

void arch_stand_in(struct bh_comm *page, const void *entry_arg)
{
	const char *bootargs = fdt_bootargs(entry_arg);

	memcpy(page->name, "bare", 5);
	page->version = BH_ABI_VERSION;
	page->console.type = BH_CONSOLE_PL011;
	page->console.phys = VIRT_UART;
	page->console.irq = VIRT_UART_IRQ;
	page->platform[0] = (struct bh_platform){ BH_PLATFORM_GICV3_DIST, 0, VIRT_GICD, 0x10000 };
	page->platform[1] =
		(struct bh_platform){ BH_PLATFORM_GICV3_REDIST, 0, VIRT_GICR, VIRT_GICR_BYTES };
	for (size_t i = 0; bootargs && bootargs[i] && i < BH_CMDLINE_SIZE - 1; i++)
		page->cmdline[i] = bootargs[i];
	find_cpus(page);
}
