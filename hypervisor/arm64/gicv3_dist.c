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

static u32 width_of(u32 how)
{
	return how & 4 ? ~0u : (1u << (8 * (how & 3))) - 1;
}

/* A word with some bits per interrupt, or part of it: read or changed where @mask says. */
static u64 masked(u64 offset, u32 how, u64 value, u32 mask)
{
	u32 shift = (u32)(offset & 3) * 8, old;
	u64 word = offset & ~3ull;

	mask &= width_of(how) << shift;
	if (!(how & MMIO_WRITE))
		return (gic_read(gicd, word) & mask) >> shift;
	spin_lock(&gicd_lock);
	old = gic_read(gicd, word);
	gic_write(gicd, word, (old & ~mask) | ((u32)value << shift & mask));
	spin_unlock(&gicd_lock);
	return 0;
}

static u64 priority_access(const struct cell *cell, u64 offset, u32 how, u64 value)
{
	u32 irq = (u32)(offset - GICD_IPRIORITYR) & ~3u;
	u32 bits = irq >= GIC_SPI_FIRST ? cell->arch.spis[irq / 32] >> (irq % 32) & 15 : 0;

	return masked(offset, how, limit_priorities((u32)value), byte_mask(bits));
}

static u64 config_access(const struct cell *cell, u64 offset, u32 how, u64 value)
{
	u32 irq = (u32)(offset - GICD_ICFGR) / 4 * 16;
	u32 bits = irq >= GIC_SPI_FIRST ? cell->arch.spis[irq / 32] >> (irq % 32) & 0xffff : 0;

	/* What the root cell raises must stay an edge. */
	if (how & MMIO_WRITE)
		bits &= ~(cell->arch.raised[irq / 32] >> (irq % 32));
	return masked(offset, how, value, pair_mask(bits));
}

/* One of the cell's CPUs? The root cell's targets are fewer while others have some of them. */
static __cold bool is_target(struct cell *cell, u64 id)
{
	const struct gic_cluster *cluster = gicv3_find_cluster(&cell->arch, id);

	return cluster && cluster->targets & BIT(id & 15);
}

/* The cell's CPU that a route names, or its first: one of N would be anybody's. */
static __cold u64 valid_route(struct cell *cell, u64 route)
{
	const u64 *id = config_cpus(cell->config);

	/* A cell has a CPU; the root cell, too. */
	for (; route & ~MPIDR_AFFINITY || !is_target(cell, route); id++)
		route = *id;
	return route;
}

static bool owns(const struct cell *cell, u64 irq)
{
	return irq >= GIC_SPI_FIRST && irq <= GIC_SPI_LAST &&
	       cell->arch.spis[irq / 32] & BIT(irq % 32);
}

static __attribute__((noinline)) u64 route_access(struct cell *cell, u64 offset, u32 how, u64 value)
{
	u64 irq = (offset - GICD_IROUTER) / 8, route;
	u32 shift = offset & 4 ? 32 : 0;
	u64 mask = how & 8 ? ~0ull : 0xffffffffull << shift;

	spin_lock(&gicd_lock);
	if (!owns(cell, irq)) {
		spin_unlock(&gicd_lock);
		return 0;
	}
	route = gic_read64(gicd, GICD_IROUTER + irq * 8);
	if (how & MMIO_WRITE)
		gic_write64(gicd, GICD_IROUTER + irq * 8,
			    valid_route(cell, (route & ~mask) | (value << shift & mask)));
	spin_unlock(&gicd_lock);
	return route >> shift;
}

static u64 other_access(const struct cell *cell, u64 offset, u32 how, u64 value)
{
	/* Message-based interrupts, if they are the cell's. */
	if (how & MMIO_WRITE && (offset == GICD_SETSPI_NSR || offset == GICD_CLRSPI_NSR) &&
	    owns(cell, value & 0x3ff))
		gic_write(gicd, offset, (u32)value & 0x3ff);
	return offset >= GIC_ID_REGISTERS ? gic_read(gicd, offset) : 0;
}

/* One bit for each interrupt; written as a set of bits to set or to clear. */
static __hot u64 bit_access(struct cell *cell, u64 offset, u32 how, u64 value)
{
	const u32 *mask = &cell->arch.spis[(offset & 0x7f) / 4];

	if (offset < GICD_ISENABLER) {
		/* All that a cell has is in group 1. */
		return *mask;
	}
	if (!(how & MMIO_WRITE))
		return gic_read(gicd, offset) & *mask;
	/* With the lock, for the interrupts may just be given away. */
	spin_lock_hot(&gicd_lock);
	gic_write(gicd, offset, (u32)value & READ_ONCE(*mask));
	spin_unlock_hot(&gicd_lock);
	return 0;
}

__hot u64 gicv3_dist_access(struct cpu *cpu, const struct mmio_region *region, u64 offset, u32 how,
			    u64 value)
{
	u32 size = how & ~MMIO_WRITE;

	(void)region;
	if (likely(size == 4)) {
		if (likely(offset - GICD_IGROUPR < GICD_IPRIORITYR - GICD_IGROUPR))
			return bit_access(cpu->cell, offset, how, value);
		/* CTLR, TYPER, IIDR, TYPER2 say what there is, and are not for cells to change. */
		if (offset < 0x10)
			return gic_read(gicd, offset);
		if (offset >= GICD_ICFGR && offset < 0xd00)
			return config_access(cpu->cell, offset, how, value);
	}
	if (offset >= GICD_IPRIORITYR && offset < 0x800 && size <= 4)
		return priority_access(cpu->cell, offset, how, value);
	if (offset >= GICD_IROUTER && offset < 0x8000 && size >= 4)
		return route_access(cpu->cell, offset, how, value);
	return size == 4 ? other_access(cpu->cell, offset, how, value) : 0;
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

static void set_config(u32 irq, u32 config)
{
	u64 offset = GICD_ICFGR + irq / 16 * 4;
	u32 shift = irq % 16 * 2;

	gic_write(gicd, offset, (gic_read(gicd, offset) & ~(3u << shift)) | config << shift);
}

/* These can be had by bytes: Arm IHI 0069, 12.1.3. */
static volatile u8 *priority_of(u32 irq)
{
	return gicd + GICD_IPRIORITYR + irq;
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
		saved.priority[irq] = *priority_of(irq);
		saved.config[irq] = (gic_read(gicd, GICD_ICFGR + irq / 16 * 4) >> (irq % 16 * 2)) &
				    3;
	}
	spin_unlock(&gicd_lock);
}

void gicv3_dist_reroute(struct cell *cell)
{
	/* Most go where the one before went. */
	u64 valid = ~0ull;

	spin_lock(&gicd_lock);
	for_each_spi(irq, cell) {
		u64 at = GICD_IROUTER + (u64)irq * 8, route = gic_read64(gicd, at);

		if (route == valid)
			continue;
		valid = valid_route(cell, route);
		gic_write64(gicd, at, valid);
	}
	spin_unlock(&gicd_lock);
}

/* With the lock: quiet, and as a reset leaves them, or for the root cell as it left them. */
static __cold void configure(const struct cell *cell, struct cell *owner)
{
	quiesce(cell);
	for_each_spi(irq, cell) {
		/* Level is the reset state; what is raised is an edge (ICFGR 0b10). */
		u32 config = (cell->arch.raised[irq / 32] >> (irq % 32) & 1) << 1;
		u8 priority = GIC_PRIORITY_DEFAULT;

		if (owner == root_cell) {
			config = saved.config[irq];
			priority = saved.priority[irq];
		}
		set_config(irq, config);
		*priority_of(irq) = priority;
		/* To another owner this is a route to its first CPU. */
		gic_write64(gicd, GICD_IROUTER + (u64)irq * 8,
			    valid_route(owner, saved.router[irq]));
	}
}

void gicv3_dist_reset(struct cell *cell)
{
	spin_lock(&gicd_lock);
	configure(cell, cell);
	spin_unlock(&gicd_lock);
}

void gicv3_dist_return(struct cell *cell)
{
	spin_lock(&gicd_lock);
	configure(cell, root_cell);
	for (u32 word = 0; word < GIC_SPI_WORDS; word++) {
		root_cell->arch.spis[word] |= cell->arch.spis[word];
		cell->arch.spis[word] = 0;
		cell->arch.raised[word] = 0;
	}
	spin_unlock(&gicd_lock);
}
