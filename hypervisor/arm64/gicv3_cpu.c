/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPU interface. The root cell, and relaxed cells, run with a virtual PMR and CTLR that
 * cost no trap and mask nothing (ICH_HCR_EL2 zero); other cells have the physical ones, by
 * way of traps (ICH_HCR_EL2.TC, TALL0). Either way, acknowledging and ending an
 * interrupt is direct. Arm IHI 0069, 9.4.2 and 12.4.
 */
#include "../core/arch.h"
#include "gicv3.h"
#include "sysreg.h"

#define ICH_HCR_TC BIT(10)
#define ICH_HCR_TALL0 BIT(11)
#define CTLR_CBPR BIT(0)
#define CTLR_EOIMODE BIT(1)
#define SGI_IRM BIT(40)
#define SGI_INTID (15ull << 24)
#define SGI_TARGETS 0xffffull

static bool is_filtered(const struct cell *cell)
{
	return cell->config->flags & BH_CELL_GIC_FILTERED;
}

static bool is_relaxed(const struct cell *cell)
{
	return cell == root_cell || cell->config->flags & BH_CELL_GIC_RELAXED;
}

/*
 * Only a redistributor with CES can turn them off. Linux does not turn them on again when
 * the CPU comes back. Arm IHI 0069, 12.11.2.
 */
void gicv3_switch_lpis(struct percpu *percpu, bool root)
{
	u32 ctlr = gic_read(percpu->gicr, GICR_CTLR);

	if (!root && ctlr & GICR_CTLR_CES && ctlr & GICR_CTLR_ENABLE_LPIS)
		percpu->lpis_off = true;
	else if (!root || !percpu->lpis_off)
		return;
	else
		percpu->lpis_off = false;
	gic_write(percpu->gicr, GICR_CTLR, ctlr ^ GICR_CTLR_ENABLE_LPIS);
	gicv3_redist_settle(percpu);
}

void gicv3_cpu_start(struct percpu *percpu)
{
	const struct cell *cell = percpu->cpu->cell;

	gicv3_switch_lpis(percpu, cell == root_cell);

	/* Sent by those who had the CPU before, and late: see move_targets(). */
	gic_write(percpu->gicr, GICR_SGI_FRAME + GICD_ICPENDR, 0xffff);
	write_sysreg(ICC_IGRPEN1_EL1, 0);
	write_sysreg(ICC_CTLR_EL1, is_filtered(cell) ? CTLR_EOIMODE : 0);
	write_sysreg(ICH_VMCR_EL2, 0);
	if (is_relaxed(cell)) {
		write_sysreg(ICH_HCR_EL2, 0);
		write_sysreg(ICC_PMR_EL1, 0xf0);
	} else {
		write_sysreg(ICH_HCR_EL2, ICH_HCR_TC | ICH_HCR_TALL0);
		percpu->pmr = 0;
		write_sysreg(ICC_PMR_EL1, GIC_PRIORITY_GUEST);
	}
	isb();
}

void gicv3_open(struct percpu *percpu, struct gic_interface *saved)
{
	(void)percpu;
	saved->igrpen1 = read_sysreg(ICC_IGRPEN1_EL1);
	saved->pmr = read_sysreg(ICC_PMR_EL1);
	saved->ap1r0 = read_sysreg(ICC_AP1R0_EL1);
	saved->bpr1 = read_sysreg(ICC_BPR1_EL1);
	/*
	 * An active priority would hold the kick back. The priorities that a guest can
	 * have are below the kick's, but it may write what it likes into this register. Those
	 * in AP1R1 to 3 are lower, and hold it back only if nothing preempts by BPR1.
	 */
	write_sysreg(ICC_AP1R0_EL1, 0);
	write_sysreg(ICC_BPR1_EL1, 0);
	write_sysreg(ICC_PMR_EL1, 0xff);
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	isb();
}

void gicv3_restore(struct percpu *percpu, const struct gic_interface *saved)
{
	(void)percpu;
	write_sysreg(ICC_IGRPEN1_EL1, saved->igrpen1);
	write_sysreg(ICC_PMR_EL1, saved->pmr);
	write_sysreg(ICC_AP1R0_EL1, saved->ap1r0);
	write_sysreg(ICC_BPR1_EL1, saved->bpr1);
	isb();
}

/* To all of the cell's CPUs but the sender. */
static void send_to_others(const struct percpu *percpu, u64 intid)
{
	const struct cell *cell = percpu->cpu->cell;
	u64 own = percpu->cpu->status->hw_id;

	for (u32 i = 0; i < cell->arch.cluster_count; i++) {
		const struct gic_cluster *cluster = &cell->arch.clusters[i];
		u64 targets = cluster->targets;

		if (cluster->affinity == sgi_affinity(own))
			targets &= ~BIT(own & 15);
		write_sysreg(ICC_SGI1R_EL1, cluster->affinity | intid | targets);
	}
}

/* What the fast path in vectors.S does not know. */
static void send_sgi(const struct percpu *percpu, u64 value)
{
	const struct cell *cell = percpu->cpu->cell;
	u64 intid = value & SGI_INTID;
	/* Aff3, RS, Aff2, Aff1 */
	u64 affinity = value & 0x00fff0ff00ff0000ull;

	if (value & SGI_IRM) {
		send_to_others(percpu, intid);
		return;
	}
	for (u32 i = 0; i < cell->arch.cluster_count; i++)
		if (cell->arch.clusters[i].affinity == affinity)
			write_sysreg(ICC_SGI1R_EL1, affinity | intid |
							    (value & SGI_TARGETS &
							     cell->arch.clusters[i].targets));
}

static u64 pmr_access(struct percpu *percpu, bool write, u64 value)
{
	if (write) {
		percpu->pmr = value & 0xff;
		/* The kick is let through, whatever the guest masks. */
		write_sysreg(ICC_PMR_EL1,
			     percpu->pmr < GIC_PRIORITY_GUEST ? GIC_PRIORITY_GUEST : percpu->pmr);
		isb();
	}
	return percpu->pmr;
}

static u64 ctlr_access(const struct cell *cell, bool write, u64 value)
{
	u64 ctlr = read_sysreg(ICC_CTLR_EL1);

	if (write) {
		u64 own = CTLR_CBPR | (is_filtered(cell) ? 0 : CTLR_EOIMODE);

		ctlr = (ctlr & ~own) | (value & own);
		write_sysreg(ICC_CTLR_EL1, ctlr);
		isb();
	}
	return ctlr;
}

static void deactivate(const struct cell *cell, u64 value)
{
	u64 irq = value & 0xffffff;
	bool own = irq < GIC_SPI_FIRST ||
		   (irq <= GIC_SPI_LAST && cell->arch.spis[irq / 32] & BIT(irq % 32));

	/* Without EOImode a write is unpredictable: Arm IHI 0069, 12.2.9. */
	if (own && read_sysreg(ICC_CTLR_EL1) & CTLR_EOIMODE)
		write_sysreg(ICC_DIR_EL1, irq);
}

/* Group 0 is nobody's: nothing is ever pending in it. */
static bool is_group0(u32 encoding)
{
	return (encoding >= SYSREG(3, 0, 12, 8, 0) && encoding <= SYSREG(3, 0, 12, 8, 7) &&
		(encoding & SYSREG_CRM) == SYSREG(0, 0, 0, 8, 0)) ||
	       encoding == SYSREG(3, 0, 12, 12, 6);
}

bool gicv3_sysreg(struct percpu *percpu, u32 encoding, bool write, u64 *value)
{
	const struct cell *cell = percpu->cpu->cell;

	switch (encoding) {
	case SYSREG(3, 0, 12, 11, 5):
		if (write)
			send_sgi(percpu, *value);
		return write;
	case SYSREG(3, 0, 12, 11, 6): /* ASGI1R: the other security state's */
	case SYSREG(3, 0, 12, 11, 7): /* SGI0R: no interrupt of a cell is in group 0 */
		return write;
	case SYSREG(3, 0, 4, 6, 0):
		*value = pmr_access(percpu, write, *value);
		return true;
	case SYSREG(3, 0, 12, 12, 4):
		*value = ctlr_access(cell, write, *value);
		return true;
	case SYSREG(3, 0, 12, 11, 1):
		if (write)
			deactivate(cell, *value);
		return write;
	case SYSREG(3, 0, 12, 11, 3):
		*value = read_sysreg(ICC_RPR_EL1);
		return !write;
	case SYSREG(3, 0, 12, 8, 0): /* IAR0, HPPIR0: spurious */
	case SYSREG(3, 0, 12, 8, 2):
		*value = 1023;
		return !write;
	default:
		if (!is_group0(encoding))
			return false;
		*value = 0;
		return true;
	}
}
