// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an arm64 cell is promised of CPUs and interrupts.
 */
#include "arm64.h"
#include "check.h"

void check_cpus_arch(void)
{
	uint64_t mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
	bool listed = false;

	for (uint32_t i = 0; i < comm()->cpu_count && i < BH_MAX_CPUS; i++)
		listed |= comm()->cpus[i] == mpidr;
	expect(listed, "CPU 0x%lx is not in the comm page", mpidr);
	expect((read_sysreg(CurrentEL) >> 2) == 1, "not at EL1");
	expect(gic_dist() && gic_redist(), "no interrupt controller in the comm page");
}

static bool bit(unsigned int reg, unsigned int irq)
{
	return mmio_read32(gic_dist() + reg + irq / 32 * 4) >> irq % 32 & 1;
}

static void put(unsigned int reg, unsigned int irq)
{
	mmio_write32(gic_dist() + reg + irq / 32 * 4, 1u << irq % 32);
}

void check_irq_arch(unsigned int irq)
{
	uintptr_t priority = gic_dist() + GICD_IPRIORITYR + irq;
	uintptr_t cfg = gic_dist() + GICD_ICFGR + irq / 16 * 4;
	uintptr_t route = gic_dist() + GICD_IROUTER + irq * 8ul;

	put(GICD_ICENABLER, irq);
	expect(!bit(GICD_ISENABLER, irq), "INTID %u cannot be disabled", irq);
	mmio_write32(cfg, mmio_read32(cfg) | 2u << irq % 16 * 2);
	expect(mmio_read32(cfg) >> irq % 16 * 2 & 2, "INTID %u cannot be edge triggered", irq);
	put(GICD_ISPENDR, irq);
	expect(bit(GICD_ISPENDR, irq), "INTID %u cannot be set pending", irq);
	put(GICD_ICPENDR, irq);
	expect(!bit(GICD_ISPENDR, irq), "INTID %u stays pending", irq);
	put(GICD_ISACTIVER, irq);
	expect(bit(GICD_ISACTIVER, irq), "INTID %u cannot be set active", irq);
	put(GICD_ICACTIVER, irq);
	expect(!bit(GICD_ISACTIVER, irq), "INTID %u stays active", irq);
	mmio_write8(priority, 0xc0);
	expect(mmio_read8(priority) == 0xc0, "priority of INTID %u is 0x%x", irq,
	       mmio_read8(priority));
	mmio_write64(route, percpu()->mpidr);
	expect((mmio_read64(route) & MPIDR_AFFINITY) == percpu()->mpidr,
	       "INTID %u is not routed to this CPU", irq);
	put(GICD_ISENABLER, irq);
	expect(bit(GICD_ISENABLER, irq), "INTID %u cannot be enabled", irq);
	put(GICD_ICENABLER, irq);
	mmio_write32(cfg, mmio_read32(cfg) & ~(2u << irq % 16 * 2));
}
