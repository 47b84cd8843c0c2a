/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The distributor, as a cell sees it: its own SPIs as they are, the others as not
 * there. A register of 32 interrupts is one mask, not a loop.
 */
#include "../core/arch.h"
#include "../core/spinlock.h"
#include "gicv3.h"

/* What a cell may have changed of an SPI, to be put back. */
static struct {
	u64 router[GIC_SPI_LAST + 1];
	u8 priority[GIC_SPI_LAST + 1];
	u8 config[GIC_SPI_LAST + 1];
} saved;

/* ---- emulation ---- */

/* Bytes of a word at @offset that belong to interrupts of @mask. */
static u32 byte_mask(u32 bits)
{
	u32 mask = 0;

	for (u32 i = 0; i < 4; i++)
		if (bits & (1u << i))
			mask |= 0xffu << (8 * i);
	return mask;
}

/* Two bits for each of 16 bits. */
static u32 pair_mask(u32 bits)
{
	u32 mask = 0;

	for (u32 i = 0; i < 16; i++)
		if (bits & (1u << i))
			mask |= 3u << (2 * i);
	return mask;
}

/* No byte more urgent than a guest may be. */
static u32 limit_priorities(u32 value)
{
	for (u32 i = 0; i < 32; i += 8)
		if (((value >> i) & 0xff) < GIC_PRIORITY_GUEST)
			value = (value & ~(0xffu << i)) | GIC_PRIORITY_GUEST << i;
	return value;
}

static void update(u64 offset, u32 mask, u32 value)
{
	spin_lock(&gicd_lock);
	gic_write(gicd, offset, (gic_read(gicd, offset) & ~mask) | (value & mask));
	spin_unlock(&gicd_lock);
}

/* A register with some bits per interrupt: read or changed where @mask says. */
static void masked(struct mmio_access *access, u64 offset, u32 mask, u32 shift)
{
	u32 width = access->size == 4 ? ~0u : (1u << (8 * access->size)) - 1;

	mask &= width << shift;
	if (access->write)
		update(offset, mask, (u32)access->value << shift);
	else
		access->value = ((gic_read(gicd, offset) & mask) >> shift) & width;
}

static void priority_access(const struct cell *cell, struct mmio_access *access)
{
	u32 irq = (u32)(access->offset - GICD_IPRIORITYR) & ~3u;
	u32 bits = irq >= GIC_SPI_FIRST ? cell->arch.spis[irq / 32] >> (irq % 32) & 15 : 0;

	if (access->write)
		access->value = limit_priorities((u32)access->value);
	masked(access, access->offset & ~3ull, byte_mask(bits), (u32)(access->offset & 3) * 8);
}

static void config_access(const struct cell *cell, struct mmio_access *access)
{
	u32 irq = (u32)(access->offset - GICD_ICFGR) / 4 * 16;
	u32 bits = irq >= GIC_SPI_FIRST ? cell->arch.spis[irq / 32] >> (irq % 32) & 0xffff : 0;
	/* What the root cell raises must stay an edge. */
	u32 fixed = cell->arch.raised[irq / 32] >> (irq % 32);

	if (access->write)
		bits &= ~fixed;
	masked(access, access->offset, pair_mask(bits), 0);
}

/* The cell's CPU that a route names, or its first: one of N would be anybody's. */
static u64 valid_route(const struct cell *cell, u64 route)
{
	for (u32 i = 0; i < cell->config->cpus.count; i++)
		if (config_cpus(cell->config)[i] == route)
			return route;
	return config_cpus(cell->config)[0];
}

static bool owns(const struct cell *cell, u64 irq)
{
	return irq >= GIC_SPI_FIRST && irq <= GIC_SPI_LAST &&
	       cell->arch.spis[irq / 32] & BIT(irq % 32);
}

static void route_access(const struct cell *cell, struct mmio_access *access)
{
	u64 irq = (access->offset - GICD_IROUTER) / 8, route;
	u32 shift = access->offset & 4 ? 32 : 0;

	if (!access->write)
		access->value = 0;
	if (!owns(cell, irq))
		return;
	spin_lock(&gicd_lock);
	route = gic_read64(gicd, GICD_IROUTER + irq * 8);
	if (!access->write) {
		access->value = access->size == 8 ? route : (u32)(route >> shift);
	} else {
		u64 mask = access->size == 8 ? ~0ull : 0xffffffffull << shift;

		route = (route & ~mask) | ((access->value << shift) & mask);
		gic_write64(gicd, GICD_IROUTER + irq * 8, valid_route(cell, route));
	}
	spin_unlock(&gicd_lock);
}

/* Registers that say what there is. */
static bool is_identification(u64 offset)
{
	return offset == GICD_CTLR || offset == GICD_TYPER || offset == GICD_IIDR ||
	       offset == 0xc || offset >= GIC_ID_REGISTERS;
}

static void other_access(const struct cell *cell, struct mmio_access *access)
{
	u64 offset = access->offset;

	if (access->write) {
		/* Message-based interrupts, if they are the cell's. */
		if ((offset == GICD_SETSPI_NSR || offset == GICD_CLRSPI_NSR) &&
		    owns(cell, access->value & 0x3ff))
			gic_write(gicd, offset, (u32)access->value & 0x3ff);
		return;
	}
	access->value = is_identification(offset) ? gic_read(gicd, offset) : 0;
}

/* One bit for each interrupt; written as a set of bits to set or to clear. */
static __hot void bit_access(struct cell *cell, struct mmio_access *access)
{
	u64 offset = access->offset;
	u32 mask = cell->arch.spis[(offset & 0x7f) / 4];

	if (offset < GICD_ISENABLER) {
		/* All that a cell has is in group 1. */
		if (!access->write)
			access->value = mask;
	} else if (!access->write) {
		access->value = gic_read(gicd, offset) & mask;
	} else {
		spin_lock(&gicd_lock);
		/* Read again: the interrupts may have been given away. */
		mask = READ_ONCE(cell->arch.spis[(offset & 0x7f) / 4]);
		gic_write(gicd, offset, (u32)access->value & mask);
		spin_unlock(&gicd_lock);
	}
}

__hot bool gicv3_dist_access(struct cpu *cpu, struct mmio_access *access, void *context)
{
	u64 offset = access->offset;

	(void)context;
	if (unlikely(offset & (access->size - 1)))
		return false;
	if (likely(access->size == 4 && offset >= GICD_IGROUPR && offset < GICD_IPRIORITYR))
		bit_access(cpu->cell, access);
	else if (offset >= GICD_IPRIORITYR && offset < 0x800 && access->size <= 4)
		priority_access(cpu->cell, access);
	else if (offset >= GICD_ICFGR && offset < 0xd00 && access->size == 4)
		config_access(cpu->cell, access);
	else if (offset >= GICD_IROUTER && offset < 0x8000 && access->size >= 4)
		route_access(cpu->cell, access);
	else if (access->size == 4)
		other_access(cpu->cell, access);
	else if (!access->write)
		access->value = 0;
	return true;
}

/* ---- interrupts change hands ---- */

#define for_each_spi(irq, cell)                                                                    \
	for (u32 irq = GIC_SPI_FIRST; irq <= GIC_SPI_LAST; irq++)                                  \
		if ((cell)->arch.spis[irq / 32] & (1u << (irq % 32)))

/* Disabled, not pending, not active: bounded wait for the distributor to say so. */
static __cold void quiesce(const struct cell *cell)
{
	for (u32 word = 1; word < GIC_SPI_WORDS; word++)
		if (cell->arch.spis[word])
			gic_write(gicd, GICD_ICENABLER + word * 4, cell->arch.spis[word]);
	for (u32 i = 0; i < 100000 && gic_read(gicd, GICD_CTLR) & GICD_CTLR_RWP; i++)
		cpu_relax();
	for (u32 word = 1; word < GIC_SPI_WORDS; word++) {
		if (!cell->arch.spis[word])
			continue;
		gic_write(gicd, GICD_ICPENDR + word * 4, cell->arch.spis[word]);
		gic_write(gicd, GICD_ICACTIVER + word * 4, cell->arch.spis[word]);
	}
}

static __cold void set_field(u64 offset, u32 shift, u32 mask, u32 value)
{
	u32 old = gic_read(gicd, offset);

	gic_write(gicd, offset, (old & ~(mask << shift)) | value << shift);
}

static void set_config(u32 irq, u32 config)
{
	set_field(GICD_ICFGR + irq / 16 * 4, irq % 16 * 2, 3, config);
}

static void set_priority(u32 irq, u32 priority)
{
	set_field(GICD_IPRIORITYR + (irq & ~3u), irq % 4 * 8, 0xff, priority);
}

void gicv3_dist_take(struct cell *cell)
{
	spin_lock(&gicd_lock);
	for (u32 word = 0; word < GIC_SPI_WORDS; word++)
		WRITE_ONCE(root_cell->arch.spis[word],
			   root_cell->arch.spis[word] & ~cell->arch.spis[word]);
	quiesce(cell);
	for_each_spi(irq, cell) {
		saved.router[irq] = gic_read64(gicd, GICD_IROUTER + (u64)irq * 8);
		saved.priority[irq] =
			(u8)(gic_read(gicd, GICD_IPRIORITYR + (irq & ~3u)) >> (irq % 4 * 8));
		saved.config[irq] =
			(gic_read(gicd, GICD_ICFGR + irq / 16 * 4) >> (irq % 16 * 2)) & 3;
	}
	spin_unlock(&gicd_lock);
}

void gicv3_dist_reset(struct cell *cell)
{
	spin_lock(&gicd_lock);
	quiesce(cell);
	for_each_spi(irq, cell) {
		bool raised = cell->arch.raised[irq / 32] & (1u << (irq % 32));

		/* Level is the reset state; what is raised is an edge (ICFGR 0b10). */
		set_config(irq, raised ? 2 : 0);
		set_priority(irq, GIC_PRIORITY_DEFAULT);
		gic_write64(gicd, GICD_IROUTER + (u64)irq * 8, config_cpus(cell->config)[0]);
	}
	spin_unlock(&gicd_lock);
}

void gicv3_dist_return(struct cell *cell)
{
	spin_lock(&gicd_lock);
	quiesce(cell);
	for_each_spi(irq, cell) {
		set_config(irq, saved.config[irq]);
		set_priority(irq, saved.priority[irq]);
		gic_write64(gicd, GICD_IROUTER + (u64)irq * 8, saved.router[irq]);
	}
	for (u32 word = 0; word < GIC_SPI_WORDS; word++) {
		root_cell->arch.spis[word] |= cell->arch.spis[word];
		cell->arch.spis[word] = 0;
		cell->arch.raised[word] = 0;
	}
	spin_unlock(&gicd_lock);
}
