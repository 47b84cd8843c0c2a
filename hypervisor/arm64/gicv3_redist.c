/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Redistributors, as a cell sees them: those of its own CPUs as they are, but for the
 * kick; those of others can be identified and nothing more. LPIs are the root cell's.
 */
#include "../core/arch.h"
#include "gicv3.h"

#define KICK_BIT (1u << GIC_KICK)
#define FRAME_MASK 0xffffu

/* The CPU whose redistributor an offset is in: mostly the one that asks. */
static struct percpu *owner(struct percpu *own, u64 offset)
{
	u64 base = offset & ~(u64)(2 * GICR_SGI_FRAME - 1);

	if (likely(own->gicr_offset == base))
		return own;
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

static u64 read_any(const void *frame, u64 offset, u32 size)
{
	return size == 8 ? gic_read64(frame, offset) : gic_read(frame, offset);
}

static void control_access(struct cpu *cpu, struct percpu *of, struct mmio_access *access,
			   u64 offset)
{
	bool mine = of->cpu->cell == cpu->cell;
	bool allowed = is_identification(offset) || (mine && offset == GICR_WAKER) ||
		       (mine && cpu->cell == root_cell && is_lpi_register(offset));

	if (!access->write) {
		access->value = allowed ? read_any(of->gicr, offset, access->size) : 0;
		/* Virtual LPIs and direct injection are not for cells. */
		return;
	}
	/* Asleep, it would not be woken by a kick; so WAKER stays as it is. */
	if (!allowed || !is_lpi_register(offset))
		return;
	if (access->size == 8)
		gic_write64(of->gicr, offset, access->value);
	else
		gic_write(of->gicr, offset, (u32)access->value);
}

/* Enable, pending and active bits of SGIs and PPIs; the kick stays enabled. */
static __hot void bits_access(struct percpu *of, struct mmio_access *access, u64 offset)
{
	if (!access->write) {
		access->value = gic_read(of->gicr, GICR_SGI_FRAME + offset);
		return;
	}
	if (offset == GICD_ICENABLER)
		access->value &= ~(u64)KICK_BIT;
	gic_write(of->gicr, GICR_SGI_FRAME + offset, (u32)access->value);
}

static u32 limited(u32 value, u32 shift, u32 bytes, u64 offset)
{
	for (u32 i = 0; i < bytes; i++) {
		u32 at = shift + i * 8, byte = (value >> at) & 0xff;

		if ((offset & ~3ull) + at / 8 == GICD_IPRIORITYR + GIC_KICK)
			byte = GIC_PRIORITY_KICK;
		else if (byte < GIC_PRIORITY_GUEST)
			byte = GIC_PRIORITY_GUEST;
		value = (value & ~(0xffu << at)) | byte << at;
	}
	return value;
}

static void priority_access(struct percpu *of, struct mmio_access *access, u64 offset)
{
	u64 word = GICR_SGI_FRAME + (offset & ~3ull);
	u32 shift = (u32)(offset & 3) * 8;
	u32 width = access->size == 4 ? ~0u : (1u << (8 * access->size)) - 1;
	u32 value = gic_read(of->gicr, word);

	if (!access->write) {
		access->value = (value >> shift) & width;
		return;
	}
	value = (value & ~(width << shift)) | ((u32)access->value & width) << shift;
	gic_write(of->gicr, word, limited(value, shift, access->size, offset));
}

static __hot void sgi_access(struct percpu *of, struct mmio_access *access, u64 offset)
{
	u64 bank = offset & ~0x7full;

	if (access->size == 4 && offset == bank && bank >= GICD_ISENABLER &&
	    bank <= GICD_ICACTIVER) {
		bits_access(of, access, offset);
	} else if (offset >= GICD_IPRIORITYR && offset < GICD_IPRIORITYR + 32 &&
		   access->size <= 4) {
		priority_access(of, access, offset);
	} else if (offset == GICD_ICFGR + 4 && access->size == 4 && access->write) {
		gic_write(of->gicr, GICR_SGI_FRAME + offset, (u32)access->value);
	} else if (!access->write) {
		access->value = 0;
		if (access->size == 4 && offset == GICD_IGROUPR)
			access->value = ~0u;
		else if (access->size == 4 &&
			 (offset == GICD_ICFGR || offset == GICD_ICFGR + 4))
			access->value = gic_read(of->gicr, GICR_SGI_FRAME + offset);
	}
}

__hot bool gicv3_redist_access(struct cpu *cpu, struct mmio_access *access, void *context)
{
	struct percpu *of = owner(percpu_of(cpu->index), access->offset);
	u64 offset = access->offset & (2 * GICR_SGI_FRAME - 1);

	(void)context;
	if (offset & (access->size - 1))
		return false;
	if (!of || (offset >= GICR_SGI_FRAME && of->cpu->cell != cpu->cell)) {
		if (!access->write)
			access->value = 0;
	} else if (offset >= GICR_SGI_FRAME) {
		sgi_access(of, access, offset & FRAME_MASK);
	} else {
		control_access(cpu, of, access, offset);
	}
	return true;
}

void gicv3_redist_reset(struct percpu *percpu)
{
	u8 *frame = (u8 *)percpu->gicr + GICR_SGI_FRAME;

	gic_write(frame, GICD_ICENABLER, ~KICK_BIT);
	for (u32 i = 0; i < 100000 && gic_read(percpu->gicr, GICR_CTLR) & GICR_CTLR_RWP; i++)
		cpu_relax();
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
