// SPDX-License-Identifier: GPL-2.0-only
/*
 * System config of QEMU's "virt" machine: everything that exists, all of which
 * belongs to the root cell until a further cell is given a part of it.
 *
 * The addresses are those of hw/arm/virt.c; on a real board they come from its
 * device tree and its manual (see docs/configuring.md).
 */
#include "machine.h"

/* All CPUs, by MPIDR affinity. The position is the CPU's index: 0 to 3. */
static const struct bh_cpu_source cpus[] = {
	{ BH_HERE("cpu0"), .id = 0x000 },
	{ BH_HERE("cpu1"), .id = 0x001 },
	{ BH_HERE("cpu2"), .id = 0x002 },
	{ BH_HERE("cpu3"), .id = 0x003 },
};

#define RAM (BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_DMA)
#define DEVICE (BH_MEM_READ | BH_MEM_WRITE | BH_MEM_IO)

/*
 * What the root cell may reach. Not here, because nobody may: the hypervisor's
 * memory, and the interrupt controller, which the hypervisor filters (below).
 *
 * A cell's region has to lie within one of these. Memory that cells get is listed
 * apart from Linux's own, so that no cell can be given what Linux uses.
 */
static const struct bh_memory_source memory[] = {
	{ BH_HERE("flash"), BH_IDENTITY(0x00000000), .size = BH_MIB(128), .flags = DEVICE },
	{ BH_HERE("uart, PL011"), BH_IDENTITY(0x09000000), .size = BH_KIB(4), .flags = DEVICE },
	{ BH_HERE("rtc, PL031"), BH_IDENTITY(RTC_START), .size = BH_KIB(4), .flags = DEVICE },
	{ BH_HERE("fw_cfg"), BH_IDENTITY(0x09020000), .size = BH_KIB(4), .flags = DEVICE },
	{ BH_HERE("gpio, PL061"), BH_IDENTITY(0x09030000), .size = BH_KIB(4), .flags = DEVICE },
	{ BH_HERE("second uart, PL011"), BH_IDENTITY(0x09040000), .size = BH_KIB(4),
	  .flags = DEVICE },
	{ BH_HERE("smmu"), BH_IDENTITY(0x09050000), .size = BH_KIB(128), .flags = DEVICE },
	{ BH_HERE("virtio-mmio"), BH_IDENTITY(0x0a000000), .size = BH_KIB(16), .flags = DEVICE },
	{ BH_HERE("platform bus"), BH_IDENTITY(0x0c000000), .size = BH_MIB(32), .flags = DEVICE },
	{ BH_HERE("pcie mmio"), BH_IDENTITY(0x10000000), .size = 0x2eff0000, .flags = DEVICE },
	{ BH_HERE("pcie ports"), BH_IDENTITY(0x3eff0000), .size = BH_KIB(64), .flags = DEVICE },
	{ BH_HERE("linux ram"), BH_IDENTITY(LINUX_RAM_START), .size = LINUX_RAM_SIZE,
	  .flags = RAM },
	{ BH_HERE("cells ram"), BH_IDENTITY(CELLS_RAM_START), .size = CELLS_RAM_SIZE,
	  .flags = RAM },
	{ BH_HERE("pcie ecam"), BH_IDENTITY(0x4010000000), .size = BH_MIB(256), .flags = DEVICE },
	{ BH_HERE("pcie high mmio"), BH_IDENTITY(0x8000000000), .size = BH_GIB(512),
	  .flags = DEVICE },
};

/* Interrupts: the SPIs of the machine, INTIDs 32 to 255. */
static const struct bh_irq_source irqs[] = {
	{ BH_HERE("devices"), .first = 32, .count = IRQ_RAISED_FIRST - 32 },
	{ BH_HERE("raised by root"), .first = IRQ_RAISED_FIRST, .count = IRQ_RAISED_COUNT,
	  .flags = BH_IRQ_RAISED },
	{ BH_HERE("devices, high"), .first = IRQ_RAISED_FIRST + IRQ_RAISED_COUNT, .count = 8 },
};

/* What the hypervisor drives or filters itself. */
static const struct bh_platform_source platform[] = {
	{ BH_HERE("gic distributor"), .type = BH_PLATFORM_GICV3_DIST, .phys = 0x08000000,
	  .size = BH_KIB(64) },
	{ BH_HERE("gic its"), .type = BH_PLATFORM_GICV3_ITS, .phys = 0x08080000,
	  .size = BH_KIB(128) },
	/* QEMU keeps room for 123 CPUs here; one of 128 KiB is present for each CPU. */
	{ BH_HERE("gic redistributors"), .type = BH_PLATFORM_GICV3_REDIST, .phys = 0x080a0000,
	  .size = MACHINE_CPUS * BH_KIB(128) },
};

const struct bh_config_source bulkhead_config = {
	BH_CONFIG_HERE,
	.arch = BH_ARCH_ARM64,
	.kind = BH_CONFIG_SYSTEM,
	.name = "qemu-arm64",
	/*
	 * The machine is used without an IOMMU: Linux's devices can write to any
	 * memory. What Linux's drivers are told to do, cells have to trust.
	 */
	.flags = BH_CELL_ALLOW_UNPROTECTED_DMA,
	.hypervisor_phys = HYPERVISOR_START,
	.hypervisor_size = HYPERVISOR_SIZE,
	/* The hypervisor's messages appear on Linux's own serial line. */
	.console = { .type = BH_CONSOLE_PL011, .phys = 0x09000000 },
	.cpus = { cpus, MACHINE_CPUS },
	.memory = BH_ARRAY(memory),
	.irqs = BH_ARRAY(irqs),
	.platform = BH_ARRAY(platform),
};
