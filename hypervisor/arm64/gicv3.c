/* SPDX-License-Identifier: GPL-2.0-only */
/* GICv3, the unit: finding it, taking it over, handing interrupts to cells and back. */
#include "../core/arch.h"
#include "../core/config_rules.h"
#include "../core/control.h"
#include "../core/memory.h"
#include "../core/unit.h"
#include "gicv3.h"

u8 *gicd;
u64 gicr_size;
struct spinlock gicd_lock;

static u8 *gicr_range;
static u64 gicd_phys, gicr_phys;

static const struct bh_platform *find_platform(u32 type)
{
	const struct bh_platform *platform = config_platform(system_config);

	for (u32 i = 0; i < system_config->platform.count; i++)
		if (platform[i].type == type)
			return &platform[i];
	return NULL;
}

/* Give each CPU its redistributor; bounded by the range of the config. */
static int find_redistributors(void)
{
	u64 offset = 0, found = 0;

	while (offset + 2ull * GICR_SGI_FRAME <= gicr_size) {
		u64 typer = gic_read64(gicr_range, offset + GICR_TYPER);
		/* Aff3.Aff2.Aff1.Aff0 in the upper half. */
		struct cpu *cpu = cpu_by_id((typer >> 56) << 32 | ((typer >> 32) & 0xffffff));

		if (cpu) {
			percpu_of(cpu->index)->gicr = gicr_range + offset;
			percpu_of(cpu->index)->gicr_offset = offset;
			found++;
		}
		if (typer & GICR_TYPER_LAST)
			break;
		offset += (typer & GICR_TYPER_VLPIS ? 4ull : 2ull) * GICR_SGI_FRAME;
	}
	return found == cpu_count ? 0 : -BH_E_FEATURE;
}

static int init(void)
{
	const struct bh_platform *dist = find_platform(BH_PLATFORM_GICV3_DIST);
	const struct bh_platform *redist = find_platform(BH_PLATFORM_GICV3_REDIST);

	if (!dist || !redist)
		return -BH_E_FEATURE;
	gicd_phys = dist->phys;
	gicr_phys = redist->phys;
	gicr_size = redist->size;
	gicd = map_device(dist->phys, dist->size);
	gicr_range = map_device(redist->phys, redist->size);
	if (!gicd || !gicr_range)
		return -BH_E_NOMEM;
	/* Extended SPIs would be out of the root cell's reach from now on. */
	if (gic_read(gicd, GICD_TYPER) & GICD_TYPER_ESPI)
		return -BH_E_FEATURE;
	/* Affinity routing, and so the system register interface, must be in use. */
	if (!(gic_read(gicd, GICD_CTLR) & BIT(4)))
		return -BH_E_FEATURE;
	return find_redistributors();
}

/* ---- cells ---- */

__cold struct gic_cluster *gicv3_find_cluster(struct arch_cell *arch, u64 hw_id)
{
	for (u32 i = 0; i < arch->cluster_count; i++)
		if (arch->clusters[i].affinity == sgi_affinity(hw_id))
			return &arch->clusters[i];
	return NULL;
}

static int add_target(struct arch_cell *arch, u64 hw_id)
{
	struct gic_cluster *cluster = gicv3_find_cluster(arch, hw_id);

	if (!cluster) {
		if (arch->cluster_count == GIC_CLUSTERS)
			return -BH_E_NOMEM;
		cluster = &arch->clusters[arch->cluster_count++];
		cluster->affinity = sgi_affinity(hw_id);
	}
	cluster->targets |= (u16)(1u << (hw_id & 15));
	return 0;
}

void gicv3_note_targets(struct percpu *percpu)
{
	const struct cpu *cpu = percpu->cpu;
	const struct gic_cluster *own = gicv3_find_cluster(&cpu->cell->arch, cpu->status->hw_id);

	percpu->sgi_key = own->affinity;
	WRITE_ONCE(percpu->sgi_mask, ~0xffffull | own->targets);
}

/*
 * The root cell's SGIs reach the CPUs of another cell no longer, or again. One that a
 * CPU is about to send this moment finds its target parked, and is cleared when that starts.
 */
static void move_targets(const struct cell *cell, bool to_root)
{
	for (u32 i = 0; i < cell->config->cpus.count; i++) {
		u64 hw_id = config_cpus(cell->config)[i];
		struct gic_cluster *cluster = gicv3_find_cluster(&root_cell->arch, hw_id);
		u16 bit = (u16)(1u << (hw_id & 15));

		cluster->targets = to_root ? cluster->targets | bit : cluster->targets & (u16)~bit;
	}
	for (u32 i = 0; i < cpu_count; i++)
		if (cpus[i].cell == root_cell)
			gicv3_note_targets(percpu_of(i));
}

static void note_interrupts(struct cell *cell)
{
	const struct bh_irq *irq = config_irqs(cell->config);

	for (u32 i = 0; i < cell->config->irqs.count; i++, irq++) {
		for (u32 n = irq->first; n < irq->first + irq->count; n++) {
			cell->arch.spis[n / 32] |= 1u << (n % 32);
			if (irq->flags & BH_IRQ_RAISED)
				cell->arch.raised[n / 32] |= 1u << (n % 32);
		}
	}
}

/*
 * Translation services are the root cell's, direct: they reach memory by tables and commands
 * that the root cell writes, as a device with DMA does.
 */
static int map_translation_services(struct cell *cell)
{
	const struct bh_platform *platform = config_platform(system_config);
	int err = 0;

	for (u32 i = 0; i < system_config->platform.count && !err; i++)
		if (platform[i].type == BH_PLATFORM_GICV3_ITS)
			err = pt_map(&cell->stage2, platform[i].phys, platform[i].phys,
				     platform[i].size, BH_MEM_READ | BH_MEM_WRITE | BH_MEM_IO);
	return err;
}

static int take_cell(struct cell *cell)
{
	int err = cell == root_cell ? map_translation_services(cell) : 0;

	for (u32 i = 0; i < cell->config->cpus.count && !err; i++)
		err = add_target(&cell->arch, config_cpus(cell->config)[i]);
	if (!err)
		err = mmio_add(&cell->mmio, gicd_phys, 0x10000, gicv3_dist_access, NULL);
	if (!err)
		err = mmio_add(&cell->mmio, gicr_phys, gicr_size, gicv3_redist_access, NULL);
	if (err)
		return err;
	note_interrupts(cell);
	if (cell != root_cell) {
		gicv3_dist_take(cell);
		move_targets(cell, false);
		gicv3_dist_reroute(root_cell);
	}
	cell->arch.gic_ready = true;
	return 0;
}

static void return_cell(struct cell *cell)
{
	if (cell->arch.gic_ready) {
		move_targets(cell, true);
		gicv3_dist_return(cell);
	}
	cell->arch.gic_ready = false;
}

int arch_raise_irq(struct cell *cell, u64 irq)
{
	u32 bit = 1u << (irq % 32);
	int err = 0;

	if (irq > GIC_SPI_LAST)
		return -BH_E_NOENT;
	/* With the lock: the cell may be on its way out. */
	spin_lock_hot(&gicd_lock);
	if (unlikely(!(cell->arch.raised[irq / 32] & bit)))
		err = -BH_E_NOENT;
	else if (unlikely(!cell_runs(cell)))
		err = -BH_E_STATE;
	else
		gic_write(gicd, GICD_ISPENDR + irq / 32 * 4, bit);
	spin_unlock_hot(&gicd_lock);
	return err;
}

/* ---- CPUs ---- */

/* Firmware may have kept its number for itself; then it cannot be enabled. */
static bool kick_exists(u8 *sgis)
{
	u32 before = gic_read(sgis, GICD_ISENABLER);
	bool exists;

	gic_write(sgis, GICD_ISENABLER, BIT(GIC_KICK));
	exists = gic_read(sgis, GICD_ISENABLER) & BIT(GIC_KICK);
	gic_write(sgis, GICD_ICENABLER, ~before & BIT(GIC_KICK));
	return exists;
}

/*
 * The root cell's Linux uses EOImode 1 when it was booted at EL2: it drops priority and
 * deactivates with two writes, the second of which is in a register that is shared with group
 * 0 and so becomes virtual with HCR_EL2.FMO. Give it a virtual PMR and CTLR that read as
 * it left them, and let the physical EOImode 0 deactivate with the first write.
 * Arm IHI 0069, 8.1.4 and 9.4.
 */
static int cpu_enter(struct cpu *cpu)
{
	struct percpu *percpu = percpu_of(cpu->index);
	u8 *sgis = (u8 *)percpu->gicr + GICR_SGI_FRAME;
	u64 pmr = read_sysreg(ICC_PMR_EL1), ctlr = read_sysreg(ICC_CTLR_EL1);
	u64 enabled = read_sysreg(ICC_IGRPEN1_EL1) & 1;

	if (!(read_sysreg(ICC_SRE_EL2) & 1) || !kick_exists(sgis))
		return -BH_E_FEATURE;
	write_sysreg(ICH_HCR_EL2, 0);
	/* VPMR, VEOIM, VENG1 */
	write_sysreg(ICH_VMCR_EL2, pmr << 24 | ((ctlr >> 1) & 1) << 9 | enabled << 1);
	write_sysreg(ICC_CTLR_EL1, ctlr & ~BIT(1));
	write_sysreg(ICC_PMR_EL1, 0xf0);
	isb();
	/*
	 * The loader may be inside an SGI that it has dropped and will deactivate with a
	 * write that is virtual from now on.
	 */
	gic_write(sgis, GICD_ICACTIVER, 0xffff);
	return 0;
}

static void cpu_leave(struct cpu *cpu)
{
	u64 vmcr = read_sysreg(ICH_VMCR_EL2);

	gicv3_switch_lpis(percpu_of(cpu->index), true);
	write_sysreg(ICC_CTLR_EL1, (read_sysreg(ICC_CTLR_EL1) & ~BIT(1)) | ((vmcr >> 9) & 1) << 1);
	write_sysreg(ICC_PMR_EL1, vmcr >> 24);
	write_sysreg(ICH_VMCR_EL2, 0);
	write_sysreg(ICH_HCR_EL2, 0);
	isb();
}

/* End whatever the guest left active; EOIs without an acknowledge if AP1R cannot be written. */
static void clear_active_priorities(void)
{
	u64 preemption_bits = ((read_sysreg(ICC_CTLR_EL1) >> 8) & 7) + 1;

	write_sysreg(ICC_AP1R0_EL1, 0);
	/* AP1R1 exists with 6 bits of priority, AP1R2 and 3 with 7. */
	if (preemption_bits >= 6)
		write_sysreg(ICC_AP1R1_EL1, 0);
	if (preemption_bits >= 7) {
		write_sysreg(ICC_AP1R2_EL1, 0);
		write_sysreg(ICC_AP1R3_EL1, 0);
	}
	isb();
	write_sysreg(ICC_CTLR_EL1, read_sysreg(ICC_CTLR_EL1) | BIT(1));
	isb();
	for (u32 i = 0; i < 128 && (read_sysreg(ICC_RPR_EL1) & 0xff) != 0xff; i++) {
		write_sysreg(ICC_EOIR1_EL1, GIC_KICK);
		isb();
	}
}

/* Nothing of the cell stays; the kick alone can interrupt a wait. */
static void cpu_reset(struct cpu *cpu)
{
	write_sysreg(ICC_SRE_EL1, 7);
	isb();
	write_sysreg(ICC_IGRPEN1_EL1, 0);
	write_sysreg(ICH_HCR_EL2, 0);
	write_sysreg(ICH_VMCR_EL2, 0);
	isb();
	clear_active_priorities();
	write_sysreg(ICC_CTLR_EL1, 0);
	write_sysreg(ICC_BPR1_EL1, 0);
	write_sysreg(ICC_PMR_EL1, 0xff);
	gicv3_redist_reset(percpu_of(cpu->index));
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	isb();
}

void gicv3_send_kick(const struct cpu *cpu)
{
	u64 hw_id = cpu->status->hw_id;

	write_sysreg(ICC_SGI1R_EL1, sgi_affinity(hw_id) | (u64)GIC_KICK << 24 | BIT(hw_id & 15));
	isb();
}

bool gicv3_kick_is_pending(const struct percpu *percpu)
{
	return gic_read(percpu->gicr, GICR_SGI_FRAME + GICD_ISPENDR) & BIT(GIC_KICK);
}

bool gicv3_take_kick(void)
{
	u64 irq = read_sysreg(ICC_IAR1_EL1) & 0xffffff;

	if (irq >= 1020 && irq < 8192)
		return false;
	dsb(sy);
	write_sysreg(ICC_EOIR1_EL1, irq);
	isb();
	return irq == GIC_KICK;
}

UNIT(gicv3) = {
	.name = "GICv3",
	.init = init,
	.cell_create = take_cell,
	.cell_reset = gicv3_dist_reset,
	.cell_destroy = return_cell,
	.cpu_enter = cpu_enter,
	.cpu_reset = cpu_reset,
	.cpu_leave = cpu_leave,
};
