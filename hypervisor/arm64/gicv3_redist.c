/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Redistributors, as a cell sees them: those of its own CPUs as they are, but for the
 * kick; those of others can be identified and nothing more. LPIs are the root cell's.
 */
#include "../core/arch.h"
#include "gicv3.h"

#define KICK_BIT (1u << GIC_KICK)
#define FRAME_MASK 0xffffu

/* The CPU whose redistributor an offset is in. */
static const struct percpu *owner(u64 offset)
{
	u64 base = offset & ~(u64)(2 * GICR_SGI_FRAME - 1);

	for (u32 i = 0; i < cpu_count; i++)
		if (percpu_of(i)->gicr_offset == base)
			return percpu_of(i);
	return NULL;
}

/* LPI configuration and pending tables, and commands. */
static bool is_lpi_register(u64 offset)
{
	return offset == GICR_CTLR || (offset >= 0x40 && offset < 0x100);
}

static bool is_identification(u64 offset)
{
	return offset == GICR_IIDR || offset == GICR_TYPER || offset == GICR_TYPER + 4 ||
	       offset >= GIC_ID_REGISTERS;
}

static u64 control_access(const struct cpu *cpu, const struct percpu *of, u64 offset, u32 how,
			  u64 value)
{
	bool mine = of->cpu->cell == cpu->cell;
	bool lpi = mine && cpu->cell == root_cell && is_lpi_register(offset);

	/* There are no bytes of these to be had: Arm IHI 0069, 12.1.3. */
	offset &= ~3ull;
	if (!(how & MMIO_WRITE)) {
		if (!lpi && !is_identification(offset) && !(mine && offset == GICR_WAKER))
			return 0;
		return how & 8 ? gic_read64(of->gicr, offset) : gic_read(of->gicr, offset);
	}
	/* Asleep, it would not be woken by a kick; so WAKER stays as it is. */
	if (lpi && how & 8)
		gic_write64(of->gicr, offset, value);
	else if (lpi)
		gic_write(of->gicr, offset, (u32)value);
	return 0;
}

/* Enable, pending and active bits of SGIs and PPIs; the kick stays enabled. */
static __hot u64 bits_access(const struct percpu *of, u64 offset, u32 how, u64 value)
{
	if (!(how & MMIO_WRITE))
		return gic_read(of->gicr, GICR_SGI_FRAME + offset);
	if (offset == GICD_ICENABLER)
		value &= ~(u64)KICK_BIT;
	gic_write(of->gicr, GICR_SGI_FRAME + offset, (u32)value);
	return 0;
}

/* The priority a guest may give the interrupt of a byte: the kick's is fixed. */
static u8 limited(u64 offset, u8 priority)
{
	if (offset == GICD_IPRIORITYR + GIC_KICK)
		return GIC_PRIORITY_KICK;
	return priority < GIC_PRIORITY_GUEST ? GIC_PRIORITY_GUEST : priority;
}

/* Byte by byte, which the registers allow: Arm IHI 0069, 12.11.22. */
static u64 priority_access(const struct percpu *of, u64 offset, u32 how, u64 value)
{
	volatile u8 *bytes = (u8 *)of->gicr + GICR_SGI_FRAME;
	u64 result = 0;

	for (u32 i = 0; i < (how & 7); i++) {
		if (how & MMIO_WRITE)
			bytes[offset + i] = limited(offset + i, (u8)(value >> (i * 8)));
		else
			result |= (u64)bytes[offset + i] << (i * 8);
	}
	return result;
}

static u64 config_access(const struct percpu *of, u64 offset, u32 how, u64 value)
{
	/* SGIs are edges; the second word, of PPIs, can be changed where hardware can. */
	if (!(how & MMIO_WRITE))
		return gic_read(of->gicr, GICR_SGI_FRAME + offset);
	if (offset != GICD_ICFGR)
		gic_write(of->gicr, GICR_SGI_FRAME + offset, (u32)value);
	return 0;
}

static __hot u64 sgi_access(const struct percpu *of, u64 offset, u32 how, u64 value)
{
	u32 size = how & ~MMIO_WRITE;

	if (likely(size == 4)) {
		if (likely(!(offset & 0x7f) && offset >= GICD_ISENABLER &&
			   offset <= GICD_ICACTIVER))
			return bits_access(of, offset, how, value);
		if (offset == GICD_IGROUPR)
			return ~0u;
		if ((offset & ~4ull) == GICD_ICFGR)
			return config_access(of, offset, how, value);
	}
	if (offset >= GICD_IPRIORITYR && offset < GICD_IPRIORITYR + 32 && size <= 4)
		return priority_access(of, offset, how, value);
	return 0;
}

__hot u64 gicv3_redist_access(struct cpu *cpu, const struct mmio_region *region, u64 offset,
			      u32 how, u64 value)
{
	const struct percpu *of = this_percpu();

	(void)region;
	/* Mostly it is a CPU's own. */
	if (likely(offset - (of->gicr_offset + GICR_SGI_FRAME) <= FRAME_MASK))
		return sgi_access(of, offset & FRAME_MASK, how, value);
	of = owner(offset);
	offset &= 2 * GICR_SGI_FRAME - 1;
	if (!of)
		return 0;
	if (offset < GICR_SGI_FRAME)
		return control_access(cpu, of, offset, how, value);
	return of->cpu->cell == cpu->cell ? sgi_access(of, offset & FRAME_MASK, how, value) : 0;
}

void gicv3_redist_settle(struct percpu *percpu)
{
	for (u32 i = 0; i < 100000 && gic_read(percpu->gicr, GICR_CTLR) & GICR_CTLR_RWP; i++)
		cpu_relax();
}

void gicv3_redist_reset(struct percpu *percpu)
{
	u8 *frame = (u8 *)percpu->gicr + GICR_SGI_FRAME;

	gic_write(frame, GICD_ICENABLER, ~KICK_BIT);
	gicv3_redist_settle(percpu);
	gic_write(frame, GICD_ICPENDR, ~0u);
	gic_write(frame, GICD_ICACTIVER, ~0u);
	gic_write(frame, GICD_IGROUPR, ~0u);
	for (u32 irq = 0; irq < 32; irq += 4)
		gic_write(frame, GICD_IPRIORITYR + irq, GIC_PRIORITY_DEFAULT * 0x01010101u);
	*(volatile u8 *)(frame + GICD_IPRIORITYR + GIC_KICK) = GIC_PRIORITY_KICK;
	gic_write(frame, GICD_ICFGR + 4, 0);
	gic_write(frame, GICD_ISENABLER, KICK_BIT);
	dsb(sy);
}
