// SPDX-License-Identifier: GPL-2.0-only
/* Configs of the fake machine. */
#include <string.h>
#include "fake.h"
#include "memory.h"

#define RW (BH_MEM_READ | BH_MEM_WRITE)
#define RWX (RW | BH_MEM_EXEC)
#define FAKE_ARCH 77 /* no architecture of enum bh_arch */

const struct config_limits arch_config_limits = {
	.arch = FAKE_ARCH,
	.address_bits = 39,
	.irq_first = 32,
	.irq_last = 255,
	.entry_align = 4,
	.cpu_id_mask = 0xffff,
	.flags = BH_CELL_PASSIVE | BH_CELL_LOCKABLE | BH_CELL_ALLOW_UNPROTECTED_DMA,
};

static void begin(struct fake_blob *blob, u16 kind, const char *name)
{
	struct bh_config *config = &blob->config;

	memset(blob, 0, sizeof(*blob));
	memcpy(config->magic, BH_CONFIG_MAGIC, sizeof(config->magic));
	config->version = BH_CONFIG_VERSION;
	config->arch = FAKE_ARCH;
	config->kind = kind;
	config->total_size = sizeof(*blob);
	config->file_size = sizeof(*blob);
	strncpy(config->name, name, BH_NAME_SIZE - 1);
	config->cpus.offset = offsetof(struct fake_blob, cpus);
	config->memory.offset = offsetof(struct fake_blob, memory);
}

static void add_cpu(struct fake_blob *blob, u32 cpu)
{
	blob->cpus[blob->config.cpus.count++] = 0x100 + cpu;
}

static void add_memory(struct fake_blob *blob, u64 phys, u64 virt, u64 size, u32 flags)
{
	struct bh_memory *region = &blob->memory[blob->config.memory.count++];

	*region = (struct bh_memory){ phys, virt, size, flags, 0 };
}

static void add_irqs(struct fake_blob *blob, u32 first, u32 count, u32 flags)
{
	blob->config.irqs.offset = offsetof(struct fake_blob, irqs);
	blob->irqs[blob->config.irqs.count++] = (struct bh_irq){ first, count, flags, 0 };
}

void fake_system_config(struct fake_blob *blob)
{
	begin(blob, BH_CONFIG_SYSTEM, "fake");
	blob->config.hypervisor_phys = FAKE_HYPERVISOR;
	blob->config.hypervisor_size = FAKE_HYPERVISOR_SIZE;
	for (u32 cpu = 0; cpu < FAKE_CPUS; cpu++)
		add_cpu(blob, cpu);
	add_memory(blob, FAKE_IO, FAKE_IO, FAKE_IO_SIZE, RW | BH_MEM_IO);
	add_memory(blob, FAKE_RAM, FAKE_RAM, FAKE_HYPERVISOR - FAKE_RAM, RWX);
	add_memory(blob, FAKE_HIGH_RAM, FAKE_HIGH_RAM, 1ull << 30, RWX);
	add_memory(blob, FAKE_BARS, FAKE_BARS, FAKE_BARS_SIZE, RW | BH_MEM_IO);
	add_irqs(blob, 32, 100, 0);
	add_irqs(blob, 200, 10, BH_IRQ_RAISED);
}

static void alpha(struct fake_blob *blob)
{
	blob->config.flags = BH_CELL_LOCKABLE;
	blob->config.entry = 0x1000;
	blob->config.entry_arg = 0x77;
	strcpy(blob->config.cmdline, "of alpha");
	add_cpu(blob, 2);
	add_cpu(blob, 1);
	add_memory(blob, FAKE_RAM + 0x200000, 0, 0x100000, RWX | BH_MEM_LOADABLE);
	add_memory(blob, FAKE_RAM + 0x3ff000, 0x200000, 0x3000, RW);
	add_memory(blob, 0, 0x400000, PAGE_SIZE, RW | BH_MEM_COMM);
	add_memory(blob, FAKE_RAM + 0x500000, 0x500000, 0x2000, RW | BH_MEM_ROOTSHARED);
	add_memory(blob, FAKE_RAM + 0x502000, 0x502000, 0x1000, RW | BH_MEM_WINDOW);
	add_memory(blob, FAKE_IO + 0x4000, 0x600000, 0x1000, RW | BH_MEM_IO);
	add_memory(blob, FAKE_RAM + 0x600000, 0x800000, 0x200000, BH_MEM_READ | BH_MEM_LOADABLE);
	add_irqs(blob, 40, 3, 0);
	add_irqs(blob, 200, 1, BH_IRQ_RAISED);
}

static void beta(struct fake_blob *blob)
{
	blob->config.flags = BH_CELL_PASSIVE;
	blob->config.entry = 0x40000000;
	add_cpu(blob, 3);
	add_memory(blob, FAKE_HIGH_RAM + 0x1000, 0x40000000, 0x401000, RWX);
	/* One entry of the top level, and a region that covers several, unevenly. */
	add_memory(blob, FAKE_BARS, 0x80000000, 1ull << 30, RW | BH_MEM_IO);
	add_memory(blob, FAKE_BARS + (1ull << 30) + 0x3000, 0xc0005000, (1ull << 20) + 0x5000,
		   RW | BH_MEM_IO);
	add_memory(blob, FAKE_RAM + 0x500000, 0, 0x1000, BH_MEM_READ | BH_MEM_ROOTSHARED);
}

static void small(struct fake_blob *blob)
{
	blob->config.flags = BH_CELL_PASSIVE;
	blob->config.entry = 0;
	add_cpu(blob, 2);
	add_memory(blob, FAKE_RAM + 0x404000, 0, 0x1000, RWX);
}

void fake_config(struct fake_blob *blob, enum fake_cell which)
{
	static const struct {
		const char *name;
		void (*fill)(struct fake_blob *blob);
	} cells_of[FAKE_CELLS] = { { "alpha", alpha }, { "beta", beta }, { "gamma", small } };

	begin(blob, BH_CONFIG_CELL, cells_of[which].name);
	cells_of[which].fill(blob);
}

void fake_put_config(const struct fake_blob *blob)
{
	memcpy(fake_memory(FAKE_CONFIG), blob, sizeof(*blob));
}
